"""Whether a claim about one `Graph` holds: `check("G[2] = T(w[3,2]) @ delta[3] + G[3]", network=net)` comes here.

The parameters, the activations a^l_j, the slopes σ′(z^l_j) and the ∂⁺C/∂a^l_j are independent unknowns. Derivatives are
moved forwards through the layers that the network has, without backpropagation; both sides are then polynomials, and
the claim holds where they are the same one. So it is decided on this network, for every cost and every activation, the
neurons having each their own.
"""

from __future__ import annotations

import contextlib
import itertools
import operator
import random
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import partial
from typing import Any, TypeAlias

from bpderive.errors import NetworkError, ParseError, shown
from bpderive.functions.activations import VectorActivation
from bpderive.judge.counterexample import Counterexample
from bpderive.judge.polynomials import Polynomial, added, constant
from bpderive.letters.text import Text, joined
from bpderive.programs.graphs import Graph
from bpderive.programs.graphs.symbolic import parameter_places
from bpderive.workbook.graph_language import Computed, Index, Letter, Rate, Theta, parse_on
from bpderive.workbook.graph_unknowns import A_CASE, ZERO, GraphUnknowns
from bpderive.workbook.language import syntax
from bpderive.workbook.verdict.errors import IllFormed, TooHard
from bpderive.workbook.verdict.verdict import BELOW, REFUTED, STATUS

Table: TypeAlias = "tuple[tuple[Polynomial, ...], ...]"
Value: TypeAlias = "Polynomial | Table"
Names: TypeAlias = "Mapping[str, int]"


@dataclass(frozen=True, slots=True)
class GraphVerdict:
    """What was found about a claim on a network.

    `status` is "holds", "refuted", "ill-formed" or "undecided"; `holds` True, False, False or None. `ranges` are the
    layers that it was decided for, `counterexample` a case in which it fails, and `mended` what holds on this network
    for the left side.
    """

    text: str
    net: Graph
    status: str
    reason: Text
    ranges: str = ""
    counterexample: Counterexample | None = None
    mended: str | None = None
    seconds: float = 0.0

    @property
    def holds(self) -> bool | None:
        """True, False, or None where it is undecided."""
        return None if self.status == "undecided" else self.status == "holds"

    @property
    def lines(self) -> tuple[Text, ...]:
        """Status and reason, what holds instead, and the counterexample."""
        found = [_FIRST.format(status=STATUS[self.status], reason=self.reason)]
        if self.mended is not None:
            found.append(_MENDED.format(mended=self.mended))
        if self.counterexample is not None:
            found += [self.counterexample.table, _ELSE]
        return tuple(found)

    @property
    def explanation(self) -> Text:
        """All of it, each on a line of its own."""
        return joined(self.lines, BELOW)

    def __str__(self) -> str:
        return f"{self.text}\n{self.explanation}"

    def _repr_markdown_(self) -> str:
        """The claim as code, the reason, what holds instead, and the counterexample as a formula."""
        found = [f"`{self.text}`", f"**{STATUS[self.status]}**: {self.reason}"]
        if self.mended is not None:
            found.append(str(_MENDED.format(mended=f"`{self.mended}`")))
        if self.counterexample is not None:
            found += [self.counterexample._repr_latex_(), str(_ELSE)]
        return "\n\n".join(found)


_FIRST = Text(en="{status}: {reason}", zh="{status}：{reason}")
_MENDED = Text(en="on this network: {mended}", zh="在这个网络上：{mended}")
_ELSE = Text(en="(all else is 0)", zh="（其余各量均为 0）")
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
_ONLY_LINEAR = Text(
    en="On a network of your own sigma is arbitrary or linear, and the cost arbitrary or quadratic.",
    zh="对自己的网络，sigma 只能任意或取 linear，代价只能任意或取 quadratic。",
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
_NO_VALUE = Text(en="the value of an arbitrary cost is not known", zh="任意代价函数的值是未知的")


def check_on(text: Any, net: Graph) -> GraphVerdict:
    """Decide whether the claim holds on `net`.

    Raises `ParseError` for a text that is not in the language, `NetworkError` for what is no Graph.
    """
    if not isinstance(net, Graph):
        raise NetworkError(_NO_GRAPH.format(given=shown(net)))
    started = time.perf_counter()
    claim = parse_on(text, net)
    if claim.sigma not in (None, "linear") or claim.cost not in (None, "quadratic"):
        raise ParseError(_ONLY_LINEAR)
    if any(isinstance(condition, syntax.WidthCondition) for condition in claim.conditions):
        raise ParseError(_CONDITIONS)
    found = _judged(text, claim, net)
    return replace(found, seconds=time.perf_counter() - started)


def _judged(text: str, claim: syntax.Claim, net: Graph) -> GraphVerdict:
    try:
        try:
            case, decided = _tried(claim, net)
        except TooHard as error:
            case, _ = _tried(claim, net, random.Random(0))
            if case is None:
                return GraphVerdict(text, net, "undecided", error.reason)
    except IllFormed as error:
        reason = _NO_SENSE.format(reason=error.reason)
        return GraphVerdict(text, net, "ill-formed", reason, mended=_truth_of(claim, net))
    except TooHard as error:
        return GraphVerdict(text, net, "undecided", error.reason)
    if case is not None:
        return GraphVerdict(text, net, "refuted", REFUTED, "", case, _truth_of(claim, net))
    ranges = _ranges(decided)
    reason = _HOLDS.format(
        sigma=_SIGMA.format(name=claim.sigma) if claim.sigma else _EVERY_SIGMA,
        cost=_COST.format(name=claim.cost) if claim.cost else _EVERY_COST,
        ranges=_RANGES.format(ranges=ranges) if ranges else "",
    )
    return GraphVerdict(text, net, "holds", reason, ranges)


def _tried(
    claim: syntax.Claim, net: Graph, numbers: random.Random | None = None
) -> tuple[Counterexample | None, list[dict[str, int]]]:
    """The first case in which the claim fails, if one does, and the layers; with `numbers` in numbers only."""
    reader = _Reader(GraphUnknowns(net, claim.sigma == "linear", claim.cost, numbers), claim)
    decided: list[dict[str, int]] = []
    for layers in reader.layers_of_claim():
        for names in reader.neurons(claim.sides, layers):
            case = reader.refutation(names) if reader.allowed(names, every=True) else None
            if case is not None:
                return case, []
        decided.append(layers)
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
    letter = by.letter if isinstance(by, Letter) else left.letter if isinstance(left, Letter) else ""
    if isinstance(by, Theta):
        terms = []
        for key in net.places:
            use = net.shared[key]
            if use.name == by.name:
                if use.table is not None or use.factor is not None:
                    return None
                term = f"delta[{key[0]}] @ T(a[{key[1]}])" if isinstance(key, tuple) else f"delta[{key}]"
                terms.append(f"T({term})" if use.turned else term)
        return f"d(C, {by.name}) = {' + '.join(terms)}"
    at = by if isinstance(by, Letter) else left
    if not isinstance(at, Letter) or any(layer.letter not in ("", "L") for layer in at.layers):
        return None
    l, *read = (layer.offset + (net.depth if layer.letter else 0) for layer in at.layers)
    if not 1 <= l <= net.depth:
        return None
    if letter == "G" or (by is not None and letter == "a"):
        terms = [f"direct(C, a[{l}])"] if l in net.cost_reads else []
        terms += [f"T(w[{r},{l}]) @ delta[{r}]" for r in net.readers(l)]
        terms += [f"G[{r}]" for r in net.shortcuts_from(l)]
        return f"G[{l}] = {' + '.join(terms)}"
    if not net.reads[l] or isinstance(net.activation[l], VectorActivation):
        return None
    if letter == "delta" or (by is not None and letter == "z"):
        return f"delta[{l}] = G[{l}]*dsigma(z[{l}])"
    if by is not None and letter == "b":
        return f"d(C, b[{l}]) = delta[{l}]"
    if by is not None and letter == "w" and read[0] in net.reads[l]:
        return f"d(C, w[{l},{read[0]}]) = delta[{l}] @ T(a[{read[0]}])"
    return None


@dataclass(slots=True)
class _Reader:
    """Reads the sides of a claim on the network."""

    truth: GraphUnknowns
    claim: syntax.Claim

    @property
    def net(self) -> Graph:
        """The network."""
        return self.truth.net

    # Letters

    def layers_of_claim(self) -> Iterator[dict[str, int]]:
        """The layers that the free letters can be, those for which everything exists and the conditions hold."""
        free = [letter for letter in _layer_letters(self.claim.sides) if letter != "L"]
        for letter in free:
            if letter in _indices(*self._nodes(self.claim.sides)):
                raise ParseError(_BOTH.format(letter=letter))
        for at in itertools.product(range(1, self.net.depth + 1), repeat=len(free)):
            self.truth.count(A_CASE)
            names = dict(zip(free, at, strict=True))
            if self.allowed(names):
                try:
                    self._exist(self.claim.sides, names)
                except IllFormed:
                    if not free:
                        raise
                    continue
                yield names

    def allowed(self, names: Names, every: bool = False) -> bool:
        """Whether the conditions hold, those of which nothing is known yet aside; with `every` all are known."""
        for condition in self.claim.conditions:
            first, second = condition.first, condition.second
            known = [self._side(part, names) for part in (first, second)]
            if None in known and every:
                letter = next(part for part, at in zip((first, second), known, strict=True) if at is None)
                raise IllFormed(_NO_RANGE.format(letter=str(letter)))
            if None not in known and not _RELATIONS[condition.relation](*known):  # type: ignore[union-attr]
                return False
        return True

    def _side(self, part: syntax.Layer | syntax.Index, names: Names) -> int | None:
        """One side of a condition, if it is known."""
        if isinstance(part, syntax.Layer):
            return self.layer(part, names) if part.letter in ("", "L", *names) else None
        return names.get(part) if isinstance(part, str) else part

    def layer(self, layer: syntax.Layer, names: Names) -> int:
        """The number of a layer."""
        return layer.offset + (self.net.depth if layer.letter == "L" else names.get(layer.letter, 0))

    def _nodes(self, sides: tuple[syntax.Node, ...]) -> Iterator[syntax.Node]:
        return itertools.chain.from_iterable(map(syntax.walk, sides))

    def _exist(self, sides: tuple[syntax.Node, ...], names: Names) -> None:
        """Raise `IllFormed` where a layer or a connection is not there; what a sum binds is not looked at."""
        for node in self._nodes(sides):
            if isinstance(node, Letter) and all(part.letter in ("", "L", *names) for part in node.layers):
                self._require(node, [self.layer(part, names) for part in node.layers])

    def _require(self, node: Letter, layers: list[int]) -> None:
        first = layers[0]
        known = 1 <= first <= self.net.depth
        computed = known and bool(self.net.reads[first])
        fits = {"w": computed, "b": computed, "z": computed, "delta": computed}.get(node.letter, known)
        if not fits or (node.letter == "y" and first not in self.net.cost_reads):
            raise IllFormed(_NO_LAYER.format(letter=node.letter, layer=first))
        if node.letter == "w" and layers[1] not in self.net.reads[first]:
            raise IllFormed(_NOT_READ.format(layer=first, read=layers[1]))

    def neurons(
        self, sides: tuple[syntax.Node, ...], names: dict[str, int], only: tuple[str, ...] | None = None
    ) -> Iterator[dict[str, int]]:
        """Every value of the free indices, or of those in `only`."""
        counts: dict[str, set[int]] = {}
        nodes = list(self._nodes(sides))
        for node in nodes:
            for letter, count in zip(getattr(node, "indices", ()), self._counts(node, names), strict=False):
                if isinstance(letter, str) and count is not None:
                    counts.setdefault(letter, set()).add(count)
        bound = {i for node in nodes if isinstance(node, syntax.Total) for i in node.indices}
        wanted = (
            [i for i in _indices(*nodes) if i not in bound and i not in names] if only is None else list(only)
        )
        for letter in wanted:
            if letter not in counts:
                raise IllFormed(_NO_RANGE.format(letter=letter))
            if len(counts[letter]) > 1:
                raise IllFormed(_WIDTHS.format(letter=letter))
        ranges = [range(1, next(iter(counts[letter])) + 1) for letter in wanted]
        for values in itertools.product(*ranges):
            self.truth.count(A_CASE)
            yield {**names, **dict(zip(wanted, values, strict=True))}

    def _counts(self, node: syntax.Node, names: Names) -> tuple[int | None, ...]:
        """How far each index of a node counts."""
        if isinstance(node, Theta):
            return parameter_places(self.net, node.name)[0]
        if isinstance(node, Letter):
            known = [self.layer(p, names) if p.letter in ("", "L", *names) else None for p in node.layers]
            return tuple(self.net.width(at) if at and 1 <= at <= self.net.depth else None for at in known)
        return ()

    # Values

    def refutation(self, names: Names) -> Counterexample | None:
        """A case in which two sides differ, if there is one."""
        left, *others = (self.value(side, names) for side in self.claim.sides)
        for right in others:
            if _shape(left) != _shape(right):
                raise IllFormed(_SHAPES.format(first=_said(left), second=_said(right)))
            for place, (one, other) in enumerate(zip(_flat(left), _flat(right), strict=True)):
                if one != other:
                    at = None if isinstance(left, Polynomial) else divmod(place, len(left[0]))
                    return self._case(names, one, other, at)
        return None

    def _case(
        self, names: Names, left: Polynomial, right: Polynomial, at: tuple[int, int] | None
    ) -> Counterexample:
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
        return Counterexample(
            self.net.sizes,
            dict(names),
            {_spoken(key): value for key, value in values.items() if value},
            left.at(values.__getitem__),
            right.at(values.__getitem__),
            None if at is None else (at[0] + 1, at[1] + 1),
        )

    def value(self, node: syntax.Node, names: Names) -> Value:
        """The value of an expression: a polynomial, or a table of them."""
        match node:
            case syntax.Number(exact):
                return constant(exact)
            case Letter() | Theta():
                return _table(self._components(node, names), self._letter)
            case Rate(of, by, direct):
                return self._rate(of, by, direct, names)
            case syntax.Activation(order, argument):
                if not (isinstance(argument, Letter) and argument.letter == "z" and order < 2):
                    raise IllFormed(_ONLY_Z)
                take = self.truth.slope if order else self.truth.sigma
                return _table(self._components(argument, names), lambda at: take(*at[1:]))
            case syntax.Kronecker(first, second):
                return constant(int(names.get(first, first) == names.get(second, second)))  # type: ignore[arg-type]
            case syntax.WidthOf(layer):
                at = self.layer(layer, names)
                if not 1 <= at <= self.net.depth:
                    raise IllFormed(_NO_LAYER.format(letter="n", layer=at))
                return constant(self.net.width(at))
            case syntax.Plus(terms):
                return self._folded(
                    [self.value(term, names) for term in terms], lambda p, q: p + q, spread=False
                )
            case syntax.Minus(body):
                return _mapped(self.value(body, names), lambda p: -p)
            case syntax.Times(factors):
                return self._folded(
                    [self.value(part, names) for part in factors], self.truth.times, spread=True
                )
            case syntax.Over(above, below):
                divisor = self.value(below, names)
                if not isinstance(divisor, Polynomial) or divisor.unknowns() or not divisor:
                    raise IllFormed(_NUMBERS)
                return _mapped(self.value(above, names), lambda p: p / divisor.at(lambda _: 0))
            case syntax.Power(base, exponent) if exponent >= 0:
                parts = [constant(1), *[self.value(base, names)] * exponent]
                return self._folded(parts, self.truth.times, spread=True)
            case syntax.Product(factors):
                return self._product([self.value(part, names) for part in factors])
            case syntax.Transposed(body):
                return tuple(zip(*_matrix(self.value(body, names)), strict=True))
            case syntax.Outer(first, second):
                turned = tuple(zip(*_matrix(self.value(second, names)), strict=True))
                return self._product([self.value(first, names), turned])
            case syntax.Diagonal(body):
                column = [row[0] for row in _matrix(self.value(body, names))]
                return tuple(
                    tuple(p if i == j else ZERO for j in range(len(column))) for i, p in enumerate(column)
                )
            case syntax.Total(indices, body):
                return self._total(indices, body, names)
            case syntax.Cost():
                raise IllFormed(_NO_VALUE)
        raise IllFormed(_NUMBERS)

    def _total(self, indices: tuple[str, ...], body: syntax.Node, names: Names) -> Value:
        """A sum; over layers it runs over those for which what is summed exists."""
        over = [letter for letter in indices if letter in _layer_letters((body,))]
        terms = []
        for at in itertools.product(range(1, self.net.depth + 1), repeat=len(over)):
            self.truth.count(A_CASE)
            within = {**names, **dict(zip(over, at, strict=True))}
            try:
                self._exist((body,), within)
            except IllFormed:
                if over:
                    continue
                raise
            counted = tuple(letter for letter in indices if letter not in over)
            for case in self.neurons((body,), within, counted):
                with contextlib.suppress(_Outside):
                    terms.append(self.value(body, case))
        return self._folded(terms or [ZERO], lambda p, q: p + q, spread=False)

    def _components(self, node: Letter | Theta, names: Names) -> Any:
        """A component, or the rows of all of them; raises `IllFormed` where there is none."""
        if isinstance(node, Theta):
            shape, made = parameter_places(self.net, node.name)
            wanted = self._places(
                node.indices, shape, names, _NO_PARAMETER.format(name=node.name, place="{place}")
            )
            if wanted is not None:
                return ("θ", made[wanted])
            rows, columns = (*shape, 1)[:2]
            if len(shape) > 2:
                raise IllFormed(_NO_PARAMETER.format(name=node.name, place="[j,k]"))
            return [
                [("θ", made[(i, j) if len(shape) == 2 else (i,)]) for j in range(columns)]
                for i in range(rows)
            ]
        layers = [self.layer(part, names) for part in node.layers]
        self._require(node, layers)
        shape = tuple(map(self.net.width, layers))
        missing = _NO_NEURON.format(letter=node.letter, layer=layers[0], place="{place}")
        wanted = self._places(node.indices, shape, names, missing)
        if wanted is not None:
            return (node.letter, *layers, *wanted)
        columns = shape[1] if len(shape) > 1 else 1
        return [
            [(node.letter, *layers, *((i, j) if len(shape) > 1 else (i,))) for j in range(columns)]
            for i in range(shape[0])
        ]

    def _places(
        self, indices: tuple[Index, ...], shape: tuple[int, ...], names: Names, missing: Text
    ) -> tuple[int, ...] | None:
        if not indices:
            return None
        found = tuple(_number(i, names) - 1 for i in indices)
        if len(found) == len(shape) and all(0 <= i < n for i, n in zip(found, shape, strict=True)):
            return found
        computed = any(isinstance(i, Computed) for i in indices)
        refused = _Outside if computed and len(found) == len(shape) else IllFormed
        raise refused(missing.format(place=", ".join(str(i + 1) for i in found)))

    def _letter(self, component: Any) -> Polynomial:
        letter, *place = component
        truth = self.truth
        match letter:
            case "θ" | "y":
                return self.truth.unknown(component)
            case "w":
                return truth.entry(tuple(place[:2]), *place[2:])
            case "b":
                return truth.entry(*place)
            case "z":
                return truth.z(*place)
            case "a":
                return truth.a(*place)
        return truth.derivative(("C",), ("a" if letter == "G" else "z", *place))

    def _rate(self, of: syntax.Node, by: Letter | Theta, direct: bool, names: Names) -> Value:
        """∂of/∂by: of a number in the shape of `by`, of a column one row for each of its components."""
        variables = self._components(by, names)
        taken = ("C",) if isinstance(of, syntax.Cost) else self._components(of, names)  # type: ignore[arg-type]

        def rate(one: Any, variable: Any) -> Polynomial:
            if not direct:
                return self.truth.derivative(one, variable)
            if one == ("C",):
                return self.truth.read_by_cost(*variable[1:]) if variable[0] == "a" else ZERO
            return self.truth.derivative(one, variable, one[1] - 1)

        if isinstance(taken, tuple):
            return _table(variables, partial(rate, taken))
        columns = [variables] if isinstance(variables, tuple) else [c for row in variables for c in row]
        if len(taken[0]) > 1 or (isinstance(variables, list) and len(variables[0]) > 1):
            raise IllFormed(_SHAPES.format(first=_said(taken), second=_said(variables)))
        return tuple(tuple(rate(row[0], variable) for variable in columns) for row in taken)

    def _folded(self, values: list[Value], take: Any, spread: bool) -> Value:
        total = values[0]
        for each in values[1:]:
            if _shape(total) == _shape(each):
                total = _paired(total, each, take)
            elif spread and isinstance(total, Polynomial):
                total = _mapped(each, partial(take, total))
            elif spread and isinstance(each, Polynomial):
                total = _mapped(total, partial(take, each))
            else:
                raise IllFormed(_SHAPES.format(first=_said(total), second=_said(each)))
        return total

    def _product(self, values: list[Value]) -> Value:
        total = _matrix(values[0])
        for each in map(_matrix, values[1:]):
            if len(total[0]) != len(each):
                raise IllFormed(_SHAPES.format(first=_said(total), second=_said(each)))
            columns = tuple(zip(*each, strict=True))
            total = tuple(
                tuple(added(map(self.truth.times, row, column)) for column in columns) for row in total
            )
        return total


_RELATIONS: Mapping[str, Any] = {
    "=": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


class _Outside(IllFormed):
    """A computed index leads outside, which in a sum means that there is no such term."""


def _number(index: Index, names: Names) -> int:
    if isinstance(index, Computed):
        return sum(times * (names[letter] if letter else 1) for times, letter in index.terms)
    return names[index] if isinstance(index, str) else index


def _indices(*nodes: syntax.Node) -> dict[str, None]:
    """The letters of neurons that stand in these nodes themselves."""
    found: list[Index] = []
    for node in nodes:
        if isinstance(node, Letter | Theta):
            found += node.indices
        elif isinstance(node, syntax.Kronecker):
            found += (node.first, node.second)
    letters: dict[str, None] = {}
    for each in found:
        if isinstance(each, Computed):
            letters |= {letter: None for _, letter in each.terms if letter}
        elif isinstance(each, str):
            letters[each] = None
    return letters


def _layer_letters(sides: tuple[syntax.Node, ...]) -> dict[str, None]:
    """The letters of layers that no sum binds."""
    found: dict[str, None] = {}
    for side in sides:
        if isinstance(side, Letter):
            found |= {part.letter: None for part in side.layers if part.letter}
        elif isinstance(side, syntax.WidthOf):
            found |= {side.layer.letter: None} if side.layer.letter else {}
        within = _layer_letters(syntax.parts(side))
        bound = side.indices if isinstance(side, syntax.Total) else ()
        found |= {letter: None for letter in within if letter not in bound}
    return found


def _shape(value: Value) -> tuple[int, int] | None:
    return None if isinstance(value, Polynomial) else (len(value), len(value[0]))


def _said(value: Any) -> Text:
    """What an array is, for a message."""
    if isinstance(value, Polynomial):
        return Text(en="a number", zh="一个数")
    shape = f"({len(value)}, {len(value[0])})"
    return Text(en=f"an array of the shape {shape}", zh=f"形状为 {shape} 的数组")


def _matrix(value: Value) -> Table:
    return ((value,),) if isinstance(value, Polynomial) else value


def _flat(value: Value) -> tuple[Polynomial, ...]:
    return tuple(itertools.chain.from_iterable(_matrix(value)))


def _table(components: Any, take: Any) -> Value:
    if isinstance(components, tuple):
        found: Polynomial = take(components)
        return found
    return tuple(tuple(map(take, row)) for row in components)


def _mapped(value: Value, take: Any) -> Value:
    return take(value) if isinstance(value, Polynomial) else tuple(tuple(map(take, row)) for row in value)


def _paired(first: Value, second: Value, take: Any) -> Value:
    if isinstance(first, Polynomial) or isinstance(second, Polynomial):
        return take(first, second)  # type: ignore[no-any-return]
    return tuple(tuple(map(take, p, q)) for p, q in zip(first, second, strict=True))


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
