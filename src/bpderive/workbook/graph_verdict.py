"""Whether a claim about one `Graph` holds: `check("G[2] = T(w[3,2]) @ delta[3] + G[3]", network=net)` comes here.

The parameters, the activations a^l_j, the slopes σ′(z^l_j) and the ∂⁺C/∂a^l_j are independent unknowns. Derivatives are
moved forwards through the layers that the network has, without backpropagation; both sides are then polynomials, and
the claim holds where they are the same one. So it is decided on this network, for every cost and every activation, the
neurons having each their own. `GraphWalker` is the `Walker` of these claims: columns and matrices are arrays of
polynomials.
"""

from __future__ import annotations

import contextlib
import itertools
import operator
import random
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction
from functools import partial, reduce
from typing import Any, TypeAlias

import sympy

from bpderive.errors import NetworkError, ParseError, shown
from bpderive.functions.activations import VectorActivation, elementwise_activations
from bpderive.functions.costs import costs
from bpderive.judge.counterexample import Counterexample
from bpderive.judge.polynomials import Polynomial, added, constant
from bpderive.later import np
from bpderive.letters.text import Text
from bpderive.programs.graphs import Graph
from bpderive.programs.graphs.symbolic import parameter_places
from bpderive.workbook.graph_language import LAYERS, parse_on
from bpderive.workbook.graph_unknowns import A_CASE, ZERO, GraphUnknowns, is_own
from bpderive.workbook.language import syntax
from bpderive.workbook.language.syntax import Computed, Index, Letter, Rate
from bpderive.workbook.verdict import Diagnosis, Verdict
from bpderive.workbook.verdict.arithmetic import arithmetic, differ, enclosures, iv
from bpderive.workbook.verdict.decide import refusal_of
from bpderive.workbook.verdict.errors import IllFormed, TooHard
from bpderive.workbook.verdict.known import jacobian_polynomials, slope_polynomial, target_polynomial
from bpderive.workbook.verdict.layers import RELATIONS
from bpderive.workbook.verdict.verdict import REFUTED
from bpderive.workbook.verdict.walker import Walker

Names: TypeAlias = "dict[str, int]"
Place: TypeAlias = "Index | Computed"

_MENDED = Text(en="on this network", zh="在这个网络上")
_HOLDS = Text(
    en="it holds on this network, for {sigma} and {cost}{ranges}",
    zh="在这个网络上，对{sigma}和{cost}都成立{ranges}",
)
_RANGES = Text(en=", with {ranges}", zh="，其中 {ranges}")
_EVERY_SIGMA = Text(en="every activation", zh="任意激活函数")
_EVERY_COST = Text(en="every cost", zh="任意代价函数")
_SIGMA = Text(en="the activation {name}", zh="激活函数 {name}")
_COST = Text(en="the cost {name}", zh="代价函数 {name}")
_NO_SENSE = Text(en="it makes no sense: {reason}", zh="写法有误，{reason}")
_NO_GRAPH = Text(
    en="A Graph is wanted as the network; given was {given}.", zh="网络应是 Graph 对象；给出的是 {given}。"
)
_ONLY = Text(
    en="On a network of your own sigma is arbitrary or {sigmas}, and the cost arbitrary or {costs}: the derivatives of "
    "the others are no polynomials. A function of a whole layer is one that the network has.",
    zh="对自己的网络，sigma 只能任意或取 {sigmas}，代价只能任意或取 {costs}：其他函数的导数不是多项式。"
    "整层的激活函数须是网络中已有的。",
)
_NOT_TOLD_APART = Text(
    en="the two sides are not the same polynomial, and no case was found in which they differ",
    zh="两边不是同一个多项式，但没有找到使它们不相等的例子",
)
_CONDITIONS = Text(
    en="On a network of your own the conditions are about layers and indices, such as l = 2 or j != k.",
    zh="对自己的网络，条件只能是关于层和下标的，例如 l = 2 或 j != k。",
)
_BOTH = Text(
    en="{letter} is a layer in one place and a neuron in another.",
    zh="{letter} 在一处是层，在另一处是神经元。",
)
_NO_LAYER = Text(
    en="there is no {letter} of layer {layer} in this network", zh="这个网络没有第 {layer} 层的 {letter}"
)
_NOT_READ = Text(en="layer {layer} does not read layer {read}", zh="第 {layer} 层并不读取第 {read} 层")
_NEVER = Text(en="this network has no layers for which all of it exists", zh="这个网络中没有让各项都存在的层")
_NO_NEURON = Text(
    en="{letter} of layer {layer} has no component {place}", zh="第 {layer} 层的 {letter} 没有分量 {place}"
)
_NO_PARAMETER = Text(en="{name} has no component {place}", zh="{name} 没有分量 {place}")
_WIDTHS = Text(
    en="{letter} counts the neurons of layers of different sizes", zh="{letter} 所数的各层神经元个数不同"
)
_NO_RANGE = Text(en="nothing says what {letter} counts", zh="没有说明 {letter} 数的是什么")
_SHAPES = Text(en="{first} and {second} do not fit", zh="{first} 与 {second} 的形状不合")
_NUMBERS = Text(en="only numbers are divided by here", zh="这里只能除以数")
_ONLY_Z = Text(
    en="the activation and its derivative are taken of z here", zh="这里激活函数及其导数只作用于 z"
)
_TRIALS = 8
"""How many cases are tried where σ is transcendental."""


def check_on(text: Any, net: Graph) -> Verdict:
    """Decide whether the claim holds on `net`.

    Raises `ParseError` for a text that is not in the language, `NetworkError` for what is no Graph.
    """
    if not isinstance(net, Graph):
        raise NetworkError(_NO_GRAPH.format(given=shown(net)))
    started = time.perf_counter()
    claim = parse_on(text, net)
    sigmas = [name for name in elementwise_activations if name == "linear" or slope_polynomial(name)]
    own = {function.name for layer in net.computed if mixes_by_outputs(function := net.activation[layer])}
    known = [name for name in costs if target_polynomial(name)]
    if claim.sigma not in (None, *sigmas, *own) or claim.cost not in (None, *known):
        raise ParseError(_ONLY.format(sigmas=", ".join((*sigmas, *own)), costs=", ".join(known)))
    if any(isinstance(condition, syntax.WidthCondition) for condition in claim.conditions):
        raise ParseError(_CONDITIONS)
    found = _judged(Verdict(claim, "undecided", (), REFUTED, 0.0, network=net), net)
    if found.holds is False and (mended := _truth_of(claim, net)) is not None:
        found = replace(found, diagnoses=(Diagnosis("network", _MENDED, parse_on(mended, net)),))
    return replace(found, seconds=time.perf_counter() - started)


def _judged(begun: Verdict, net: Graph) -> Verdict:
    """The verdict on the claim of `begun`."""
    try:
        if refusal := refusal_of(begun.claim.sigma, begun.claim.cost):
            raise IllFormed(refusal)
        try:
            case, decided = _tried(begun.claim, net)
        except TooHard as error:
            if not _is_free(begun.claim):
                raise
            case, decided = _tried(begun.claim, net, random.Random(0))
            if case is None:
                return replace(begun, reason=error.reason)
    except IllFormed as error:
        return replace(begun, status="ill-formed", reason=_NO_SENSE.format(reason=error.reason))
    except TooHard as error:
        return replace(begun, reason=error.reason)
    if case is not None:
        return replace(begun, status="refuted", counterexample=case)
    claim, ranges = begun.claim, _ranges(decided)
    reason = _HOLDS.format(
        sigma=_SIGMA.format(name=claim.sigma) if claim.sigma else _EVERY_SIGMA,
        cost=_COST.format(name=claim.cost) if claim.cost else _EVERY_COST,
        ranges=_RANGES.format(ranges=ranges) if ranges else "",
    )
    return replace(begun, status="holds", reason=reason, ranges=(ranges,) if ranges else ())


def _is_free(claim: syntax.Claim) -> bool:
    """Whether the activations may be any numbers."""
    return claim.sigma in (None, "linear") and (
        claim.cost is None or costs[claim.cost].domain == sympy.S.Reals
    )


def mixes_by_outputs(function: Any) -> bool:
    """Whether a function of a whole layer has derivatives that are polynomials in its outputs."""
    return isinstance(function, VectorActivation) and jacobian_polynomials(function, 2) is not None


def _tried(
    claim: syntax.Claim, net: Graph, numbers: random.Random | None = None
) -> tuple[Counterexample | None, list[dict[str, int]]]:
    """The first case in which the claim fails, if one does, and the layers; with `numbers` in numbers only."""
    reader = GraphWalker(GraphUnknowns(net, claim.sigma, claim.cost, numbers), claim)
    decided: list[dict[str, int]] = []
    for layers in reader.layers_of_claim():
        for names in reader.neurons(claim.sides, layers):
            case = reader.refutation(names) if reader.allowed(names, every=True) else None
            if case is not None:
                return case, []
        decided.append(layers)
    if reader.doubts:
        raise TooHard(_NOT_TOLD_APART)
    if not decided:
        raise IllFormed(_NEVER)
    return None, decided


def _ranges(decided: list[dict[str, int]]) -> str:
    """The layers for which a claim was decided: "l = 2, 3" or "(l, r) = (2, 1), (3, 2)"."""
    letters = tuple(decided[0])
    if len(letters) < 2:
        return "".join(
            f"{letter} = {', '.join(str(names[letter]) for names in decided)}" for letter in letters
        )
    return f"({', '.join(letters)}) = {', '.join(str(tuple(names.values())) for names in decided)}"


def _truth_of(claim: syntax.Claim, net: Graph) -> str | None:
    """What holds for the left side: (R4), (R5), (R7) or (S1), read on this network; None where it is another one."""
    left = claim.sides[0]
    by = left.by if isinstance(left, Rate) and isinstance(left.of, syntax.Cost) and not left.direct else None
    at = by or left
    if not isinstance(at, Letter) or any(layer.letter not in ("", "L") for layer in at.layers):
        return None
    if not at.layers:
        uses = [(key, net.shared[key]) for key in net.places if net.shared[key].name == at.letter]
        if by is None or any(use.table is not None or use.factor is not None for _, use in uses):
            return None
        terms = [
            f"delta[{key[0]}] @ T(a[{key[1]}])" if isinstance(key, tuple) else f"delta[{key}]"
            for key, _ in uses
        ]
        turned = [f"T({term})" if use.turned else term for term, (_, use) in zip(terms, uses, strict=True)]
        if net.decay and any(isinstance(key, tuple) for key, _ in uses):
            turned.append(f"lambda*{at.letter}")
        return f"d(C, {at.letter}) = {' + '.join(turned)}"
    l, *read = (layer.offset + (net.depth if layer.letter else 0) for layer in at.layers)
    letter = at.letter if by is None else f"d{at.letter}"
    if not 1 <= l <= net.depth:
        return None
    if letter in ("G", "da"):
        terms = [f"direct(C, a[{l}])"] if l in net.cost_reads else []
        terms += [f"T(w[{r},{l}]) @ delta[{r}]" for r in net.readers(l)]
        terms += [f"G[{r}]" for r in net.shortcuts_from(l)]
        return f"G[{l}] = {' + '.join(terms)}"
    if not net.reads[l] or isinstance(net.activation[l], VectorActivation):
        return None
    if letter in ("delta", "dz"):
        return f"delta[{l}] = G[{l}]*dsigma(z[{l}])"
    if letter == "db":
        return f"d(C, b[{l}]) = delta[{l}]"
    if letter == "dw" and read[0] in net.reads[l]:
        if net.decay and not is_own(net, (l, read[0])):
            return None
        decay = f" + lambda*w[{l},{read[0]}]" if net.decay else ""
        return f"d(C, w[{l},{read[0]}]) = delta[{l}] @ T(a[{read[0]}]){decay}"
    return None


@dataclass(slots=True)
class GraphWalker(Walker[Any]):
    """Reads the sides of a claim on a network; a value is a polynomial, or an array of them with two axes."""

    truth: GraphUnknowns
    claim: syntax.Claim
    doubts: bool = False
    """Whether sides were no same polynomial, and no case told them apart."""

    @property
    def net(self) -> Graph:
        """The network."""
        return self.truth.net

    # What letters can be

    def layers_of_claim(self) -> Iterator[Names]:
        """The layers that the free letters can be, those for which everything exists and the conditions hold."""
        free = [letter for letter in _layer_letters(self.claim.sides) if letter != "L"]
        for letter in free:
            if letter in _indices(self.claim.walk()):
                raise ParseError(_BOTH.format(letter=letter))
        for names in self._chosen(free, {}):
            if self.allowed(names):
                try:
                    self._exist(self.claim.sides, names)
                except IllFormed:
                    if not free:
                        raise
                    continue
                yield names

    def _chosen(
        self, letters: Iterable[str], names: Names, counts: Iterable[int] | None = None
    ) -> Iterator[Names]:
        """Every choice for these letters beside `names`: layers, or numbers up to `counts`."""
        letters = list(letters)
        counts = [self.net.depth] * len(letters) if counts is None else counts
        for at in itertools.product(*(range(1, count + 1) for count in counts)):
            self.truth.count(A_CASE)
            yield {**names, **dict(zip(letters, at, strict=True))}

    def allowed(self, names: Names, every: bool = False) -> bool:
        """Whether the conditions hold, those of which nothing is known yet aside; with `every` all are known."""
        for condition in self.claim.conditions:
            sides = (condition.first, condition.second)
            known = [self._known(part, names) for part in sides]
            if None in known and every:
                raise IllFormed(_NO_RANGE.format(letter=str(sides[known.index(None)])))
            numbers = [number for number in known if number is not None]
            relation = RELATIONS[condition.relation]  # type: ignore[union-attr]  # `parse_on` refuses widths
            if len(numbers) == len(sides) and not relation(*numbers):
                return False
        return True

    def _known(self, part: syntax.Layer | Index, names: Names) -> int | None:
        """A layer or an index, if it is known."""
        if isinstance(part, syntax.Layer):
            own = {"": 0, "L": self.net.depth, **names}.get(part.letter)
            return None if own is None else own + part.offset
        return names.get(part) if isinstance(part, str) else part

    def _layers(self, node: Letter, names: Names) -> list[int] | None:
        """The layers of a letter, if they are known."""
        found = [self._known(part, names) for part in node.layers]
        return None if None in found else found  # type: ignore[return-value]  # none of them is None

    def _exist(self, sides: tuple[syntax.Node, ...], names: Names) -> None:
        """Raise `IllFormed` where a layer or a connection is not there; what a sum binds is not looked at."""
        for node in itertools.chain.from_iterable(map(syntax.walk, sides)):
            if isinstance(node, Letter) and (layers := self._layers(node, names)):
                self._require(node.letter, *layers)

    def _require(self, letter: str, first: int, read: int | None = None) -> None:
        known = 1 <= first <= self.net.depth
        computed = known and bool(self.net.reads[first])
        fits = computed if letter in ("w", "b", "z", "delta") else known
        if not fits or (letter == "y" and first not in self.net.cost_reads):
            raise IllFormed(_NO_LAYER.format(letter=letter, layer=first))
        reads = self.net.shortcuts.get(first, ()) if letter == "P" else self.net.reads[first]
        if read is not None and read not in reads:
            raise IllFormed(_NOT_READ.format(layer=first, read=read))

    def _shape(self, node: Letter, names: Names) -> tuple[int | None, ...]:
        """How far each index of a letter counts, where it is known."""
        if not node.layers:
            return self._parameters(node.letter)[0]
        known = [self._known(part, names) for part in node.layers]
        return tuple(self.net.width(at) if at and 1 <= at <= self.net.depth else None for at in known)

    def _parameters(self, name: str) -> tuple[tuple[int, ...], Mapping[tuple[int, ...], str]]:
        """The shape of a parameter and its symbols by index; theta is every weight."""
        if name in self.net.parameters:
            return parameter_places(self.net, name)
        return (len(self.truth.weighing),), {(p,): made for p, made in enumerate(self.truth.weighing)}

    def neurons(
        self, sides: tuple[syntax.Node, ...], names: Names, only: tuple[str, ...] | None = None
    ) -> Iterator[Names]:
        """Every value of the free indices, or of those in `only`."""
        nodes = list(itertools.chain.from_iterable(map(syntax.walk, sides)))
        counts: dict[str, set[int]] = {}
        for node in nodes:
            if isinstance(node, Letter):
                for letter, count in zip(node.indices, self._shape(node, names), strict=False):
                    if isinstance(letter, str) and count is not None:
                        counts.setdefault(letter, set()).add(count)
        if only is None:
            bound = {i for node in nodes if isinstance(node, syntax.Total) for i in node.indices}
            only = tuple(i for i in _indices(nodes) if i not in bound and i not in names)
        for letter in only:
            if len(counts.get(letter, ())) != 1:
                raise IllFormed((_WIDTHS if letter in counts else _NO_RANGE).format(letter=letter))
        yield from self._chosen(only, names, [next(iter(counts[letter])) for letter in only])

    # Cases

    def refutation(self, names: Names) -> Counterexample | None:
        """A case in which two sides differ, if there is one."""
        left, *others = (self.value(side, names) for side in self.claim.sides)  # type: ignore[arg-type]
        for right in others:
            if np.shape(left) != np.shape(right):
                raise IllFormed(_misfit(left, right))
            for place, (one, other) in enumerate(zip(np.ravel(left), np.ravel(right), strict=True)):
                if one != other:
                    at = divmod(place, left.shape[1]) if np.shape(left) else None
                    case = (self._case if _is_free(self.claim) else self._enclosed)(one, other)
                    if case is not None:
                        where = None if at is None else (at[0] + 1, at[1] + 1)
                        return replace(case, letters=dict(names), place=where)
                    self.doubts = True
        return None

    def _case(self, left: Polynomial, right: Polynomial) -> Counterexample:
        """Small numbers for which two polynomials differ."""
        keys = sorted(left.unknowns() | right.unknowns(), key=str)
        difference = left - right
        shortest = min(difference.terms, key=lambda monomial: (len(set(monomial)), monomial))
        own = Polynomial({shortest: 1}).unknowns()
        values = self.truth.values or next(
            chosen
            for first in itertools.count(1)
            for chosen in (
                {key: Fraction(first if key in own else 0) for key in keys},
                {key: Fraction(first + place) for place, key in enumerate(keys)},
            )
            if difference.at(chosen.__getitem__)
        )
        shown = {_spoken(key): value for key, value in values.items() if value}
        sides = (each.at(values.__getitem__) for each in (left, right))
        return Counterexample(self.net.sizes, {}, shown, *sides)

    def _enclosed(self, left: Polynomial, right: Polynomial) -> Counterexample | None:
        """Numbers for which two polynomials certainly differ, the outputs being those of σ; None if none was found."""
        for seed in range(_TRIALS):
            numbers = _Numbers(self.truth, random.Random(seed))
            sides = [each.at(numbers.value, interval) for each in (left, right)]
            if differ(*sides):
                return Counterexample(self.net.sizes, {}, numbers.shown, *enclosures(*sides))
        return None

    # Values

    number = staticmethod(constant)

    def step(self) -> None:
        """Take no steps for an expression: it is products and cases that are counted."""

    def place(self, layer: syntax.Layer) -> syntax.Layer:
        """The layer, which only the names tell."""
        return layer

    def plus(self, values: Iterable[Any]) -> Any:
        """The sum of values of one shape."""
        found = list(values)
        for each in found[1:]:
            if np.shape(each) != np.shape(found[0]):
                raise IllFormed(_misfit(found[0], each))
        return reduce(operator.add, found) if np.shape(found[0]) else added(found)

    def times(self, first: Any, second: Any) -> Any:
        """The product, elementwise of equal shapes."""
        if np.shape(first) != np.shape(second) and np.shape(first) and np.shape(second):
            raise IllFormed(_misfit(first, second))
        return np.frompyfunc(self.truth.times, 2, 1)(first, second)

    def power(self, base: Any, exponent: int) -> Any:
        """A power; only numbers are divided by."""
        if exponent >= 0:
            return reduce(self.times, [base] * exponent, constant(1))
        if np.shape(base) or base.unknowns() or not base:
            raise IllFormed(_NUMBERS)
        return constant(base.at(lambda _: 0) ** exponent)

    def sigma_of(self, order: int, argument: syntax.Node, names: Any) -> Any:
        """σ or σ′ of the weighted inputs of a layer."""
        if not (isinstance(argument, Letter) and argument.letter == "z" and argument.layers and order < 2):
            raise IllFormed(_ONLY_Z)
        take = self.truth.slope if order else self.truth.sigma
        return _each(lambda at: take(*at[1:]), self._components(argument, names))

    def cost_value(self) -> Any:
        """The value of the cost, where it is known."""
        return self.truth.cost_value()

    def unknown(self, name: str) -> Any:
        """λ, the only letter that is a number."""
        return constant(self.truth.decay)

    def kronecker(self, first: Index, second: Index) -> Any:
        """1 where both are the same neuron."""
        return constant(int(first == second))

    def _value(self, node: syntax.Node, names: Any) -> Any:
        match node:
            case Letter():
                return _each(self._letter, self._components(node, names))
            case Rate(of, by, direct):
                return self._rate(of, by, direct, names)
            case syntax.WidthOf(layer):
                at = self._known(layer, names) or 0
                if not 1 <= at <= self.net.depth:
                    raise IllFormed(_NO_LAYER.format(letter="n", layer=at))
                return constant(self.net.width(at))
            case syntax.Total(_, body):
                return self.plus(
                    self._total(replace(node, body=term), names) for term in _terms(body, node.indices)
                )
            case syntax.Product(factors):
                return reduce(self._matrices, (np.atleast_2d(self.value(part, names)) for part in factors))
            case syntax.Transposed(body):
                return np.atleast_2d(self.value(body, names)).T
            case syntax.Outer(first, second):
                return self._value(syntax.Product((first, syntax.Transposed(second))), names)
            case syntax.Diagonal(body):
                column = np.atleast_2d(self.value(body, names))[:, 0]
                return np.eye(len(column), dtype=int) * column
        return Walker._value(self, node, names)

    def _matrices(self, first: Any, second: Any) -> Any:
        """The product of two matrices."""
        if first.shape[1] != second.shape[0]:
            raise IllFormed(_misfit(first, second))
        rows = [[added(map(self.truth.times, row, column)) for column in second.T] for row in first]
        return np.array(rows, dtype=object)

    def _total(self, node: syntax.Total, names: Names) -> Any:
        """A sum; over layers it runs over those for which what is summed exists."""
        free = _layer_letters((node.body,))
        over = [letter for letter in node.indices if letter in free]
        counted = tuple(letter for letter in node.indices if letter not in over)
        limits = [self._known(layer, names) or 0 for layer in node.limits]
        terms = []

        def is_outside(case: Names, letters: Iterable[str]) -> bool:
            return bool(limits) and not all(limits[0] <= case[letter] <= limits[1] for letter in letters)

        for within in self._chosen(over, names):
            if is_outside(within, over):
                continue
            try:
                self._exist((node.body,), within)
            except IllFormed:
                if over:
                    continue
                raise
            for case in self.neurons((node.body,), within, counted):
                if is_outside(case, counted):
                    continue
                with contextlib.suppress(_Outside):
                    terms.append(self.value(node.body, case))  # type: ignore[arg-type]
        return self.plus(terms or [ZERO])

    def _components(self, node: Letter, names: Names) -> Any:
        """A component, or an array of all of them; raises `IllFormed` where there is none."""
        key: tuple[Any, ...]
        if node.layers:
            layers = [self._known(part, names) or 0 for part in node.layers]
            self._require(node.letter, *layers)
            key, shape = (node.letter, *layers), tuple(map(self.net.width, layers))
            missing = _NO_NEURON.format(letter=node.letter, layer=layers[0], place="{place}")
        else:
            shape, made = self._parameters(node.letter)
            missing = _NO_PARAMETER.format(name=node.letter, place="{place}")

        def component(at: tuple[int, ...]) -> Any:
            return (*key, *at) if node.layers else ("θ", made[at])

        if node.indices:
            found = tuple(_number(i, names) - 1 for i in node.indices)
            if len(found) == len(shape) and all(0 <= i < n for i, n in zip(found, shape, strict=True)):
                return component(found)
            computed = any(isinstance(i, Computed) for i in node.indices) and len(found) == len(shape)
            raise (_Outside if computed else IllFormed)(
                missing.format(place=", ".join(str(i + 1) for i in found))
            )
        if len(shape) > 2:
            raise IllFormed(missing.format(place="[j,k]"))
        every = np.empty((*shape, 1)[:2], dtype=object)
        for at in np.ndindex(*shape):
            every[(*at, 0)[:2]] = component(at)
        return every

    def _letter(self, component: Any) -> Polynomial:
        letter, *place = component
        truth = self.truth
        match letter:
            case "w":
                return truth.entry(tuple(place[:2]), *place[2:])
            case "b":
                return truth.entry(*place)
            case "z":
                return truth.z(*place)
            case "a":
                return truth.a(*place)
            case "y":
                return truth.target(*place)
            case "P":
                return constant(int(place[2] == place[3]))
            case "G" | "delta":
                return truth.derivative(("C",), ("a" if letter == "G" else "z", *place))
        return truth.unknown(component)

    def _rate(self, of: syntax.Node, by: syntax.Node, direct: bool, names: Names) -> Any:
        """∂of/∂by: of a number in the shape of `by`, of a column one row for each of its components."""
        assert isinstance(by, Letter)
        variables = self._components(by, names)
        taken = self._components(of, names) if isinstance(of, Letter) else ("C",)
        rate = self.truth.directly if direct else self.truth.derivative
        if isinstance(taken, tuple):
            return _each(partial(rate, taken), variables)
        if taken.shape[1] > 1 or (not isinstance(variables, tuple) and variables.shape[1] > 1):
            raise IllFormed(_misfit(taken, variables))
        columns = [variables] if isinstance(variables, tuple) else variables[:, 0]
        return np.array([[rate(row, by) for by in columns] for row in taken[:, 0]], dtype=object)


class _Outside(IllFormed):
    """A computed index leads outside, which in a sum means that there is no such term."""


@dataclass(slots=True)
class _Numbers:
    """A number for each unknown, the outputs of σ being intervals; `shown` are those that were chosen."""

    truth: GraphUnknowns
    random: random.Random
    shown: dict[str, Fraction] = field(default_factory=dict)
    known: dict[Any, Any] = field(default_factory=dict)

    def value(self, key: Any) -> Any:
        """The number that an unknown is."""
        if key not in self.known:
            self.known[key] = self._output(*key[1:]) if self._is_output(key) else self._chosen(key)
        return self.known[key]

    def _is_output(self, key: Any) -> bool:
        return key[0] in ("a", "σ") and bool(self.truth.net.reads[key[1]]) and self.truth.named(key[1])

    def _chosen(self, key: Any) -> Any:
        number = Fraction(self.random.choice((1, 2, 3)), self.random.choice((4, 5, 7)))
        self.shown[_spoken(key)] = number
        return interval(number)

    def _output(self, layer: int, j: int) -> Any:
        """σ of the weighted inputs."""
        function = self.truth.net.activation[layer]
        neurons = list(self.truth.neurons(layer)) if isinstance(function, VectorActivation) else [j]
        weighted = [self.truth.z(layer, k).at(self.value, interval) for k in neurons]
        letters = sympy.symbols(f"z:{len(neurons)}", real=True)
        if isinstance(function, VectorActivation):
            formula = function.expr(letters)[j]
        else:
            formula = elementwise_activations[str(self.truth.sigma_name)].expr(letters[0])
        return arithmetic(formula, dict(zip(letters, weighted, strict=True)))


def interval(value: Any) -> Any:
    """A rational number as an interval."""
    exact = Fraction(value)
    return iv.mpf(exact.numerator) / iv.mpf(exact.denominator)


def _terms(body: syntax.Node, indices: tuple[str, ...]) -> Iterator[syntax.Node]:
    """The terms of what is summed over layers: each runs over the layers that it has, if it has all the indices."""
    match body:
        case syntax.Plus(terms) if set(indices) & set(LAYERS) and all(
            set(indices) <= {*_layer_letters((term,)), *_indices(syntax.walk(term))} for term in terms
        ):
            for term in terms:
                yield from _terms(term, indices)
        case syntax.Total(inner, within):
            for term in _terms(within, (*indices, *inner)):
                yield replace(body, body=term)
        case _:
            yield body


def _number(index: Place, names: Names) -> int:
    if isinstance(index, Computed):
        return sum(times * (names[letter] if letter else 1) for times, letter in index.terms)
    return names[index] if isinstance(index, str) else index


def _indices(nodes: Iterable[syntax.Node]) -> dict[str, None]:
    """The letters of neurons that stand in these nodes themselves."""
    letters: dict[str, None] = {}
    for node in nodes:
        for each in node.indices if isinstance(node, Letter) else syntax.indices_of(node):
            if isinstance(each, Computed):
                letters |= {letter: None for _, letter in each.terms if letter}
            elif isinstance(each, str):
                letters[each] = None
    return letters


def _layer_letters(sides: tuple[syntax.Node, ...]) -> dict[str, None]:
    """The letters of layers that no sum binds."""
    found: dict[str, None] = {}
    for side in sides:
        layers = side.layers if isinstance(side, Letter) else ()
        if isinstance(side, syntax.WidthOf):
            layers = (side.layer,)
        found |= {part.letter: None for part in layers if part.letter}
        bound = side.indices if isinstance(side, syntax.Total) else ()
        found |= {letter: None for letter in _layer_letters(syntax.parts(side)) if letter not in bound}
    return found


def _each(take: Callable[[Any], Polynomial], components: Any) -> Any:
    """What is taken of a component, or of all of them."""
    return take(components) if isinstance(components, tuple) else np.frompyfunc(take, 1, 1)(components)


def _misfit(first: Any, second: Any) -> Text:
    return _SHAPES.format(first=_said(first), second=_said(second))


def _said(value: Any) -> Text:
    """What an array is, for a message."""
    if isinstance(value, Polynomial | tuple):
        return Text(en="a number", zh="一个数")
    return Text(en=f"an array of the shape {value.shape}", zh=f"形状为 {value.shape} 的数组")


def _spoken(key: Any) -> str:
    """How an unknown is written: a^2_1, σ′(z^2_1), ∂⁺C/∂a^3_1, K_{2}."""
    letter, *rest = key
    if letter == "θ":
        return str(rest[0])
    layer, *neurons = (rest[0], *(n + 1 for n in rest[1:]))
    match letter:
        case "σ" | "σ′":
            return f"{letter}(z^{layer}_{neurons[0]})"
        case "g":
            return f"∂⁺C/∂a^{layer}_{neurons[0]}"
        case "J":
            return f"∂a^{layer}_{neurons[0]}/∂z^{layer}_{neurons[1]}"
    return f"{letter}^{layer}_{neurons[0]}"
