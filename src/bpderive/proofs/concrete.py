"""A derivation on a concrete small network, its sums written out, for showing and for trying.

`derivation("BP2").instantiate(net)` gives an `Instance`: the same steps for the same reasons, about δ^2_1 of
that network, which must not be outside of the hypotheses. `instance.check()` decides every line on it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from math import prod
from typing import TYPE_CHECKING

from sympy import Expr, Symbol

from bpderive.errors import NetworkError, StepError, shown
from bpderive.functions.costs import costs
from bpderive.functions.network import Network, require_network
from bpderive.judge.evaluate import Reader, truth_of
from bpderive.letters.certificate import Certificate, timed
from bpderive.letters.places import whole_number
from bpderive.letters.statements import WHOLE, Range, Statement
from bpderive.letters.symbols import L, Width, j, k, l, plain
from bpderive.letters.text import Text
from bpderive.proofs.hypotheses import conditions, read_for, require
from bpderive.proofs.own_functions import Example
from bpderive.proofs.steps import Step
from bpderive.proofs.written_out import written_out

if TYPE_CHECKING:
    from bpderive.proofs.derivation import Derivation

EXAMPLES = 2
"""At how many examples a line is computed with the network's own functions."""


MOST_NEURONS, MOST_TERMS = 100, 400
"""How wide a layer may be, and how many terms the lines may have together: one for each path and line."""

TOO_LARGE = Text(
    en="The network {sizes} is too large for ({number}) to be written out line by line: a layer may have {neurons} "
    "neurons, and the lines {terms} terms together, one for each of the {paths} paths from a neuron of layer 2.",
    zh="网络 {sizes} 太大，无法把 ({number}) 逐行写出：每层至多 {neurons} 个神经元，"
    "各行合计至多 {terms} 项，从第 2 层的一个神经元出发的 {paths} 条路径各占一项。",
)


@dataclass(frozen=True, slots=True)
class Instance:
    """A derivation read on `net`: `letters` says for which layer and neurons (counted from 1), `steps` its lines.

    `conditions` is what is supposed of the example that the network is given, where it is not of every one.
    """

    number: str
    title: Text
    net: Network
    letters: dict[str, int]
    statement: Statement
    steps: tuple[Step, ...]
    conditions: tuple[Text, ...] = ()

    @timed
    def check(self) -> Certificate:
        """Decide every line; raises `StepError` at a line that is false, `HypothesisError` for a network outside.

        Each is computed at examples with the network's own σ, its slope or Jacobian and its own cost, to 50 digits.
        Where a line is about any σ and a cost that is arbitrary or a polynomial, it is decided exactly as well.
        """
        require(self.number, self.statement, self.net)
        examples = [Example(self.net, turn, self.statement.given) for turn in range(EXAMPLES)]
        exact = Reader(truth_of(self.statement, self.net.sizes)) if self._is_polynomial() else None
        for step in self.steps:
            sides = step.statement.sides
            same = all(_agree(example, sides) for example in examples)
            if same and exact is not None:
                values = [exact.value(side)({}) for side in sides]
                same = all(value == values[0] for value in values)
            if not same:
                raise StepError(
                    f"({self.number}) on the network {self.net.sizes}, step {step.number}, {step.rule.name.en}: "
                    f"expected an identity, and {plain(step.statement.latex())} is none."
                )
        kinds = ("numeric",) if exact is None else ("concrete", "numeric")
        return Certificate(self.number, kinds, (self.net.sizes,), len(self.steps))

    def _is_polynomial(self) -> bool:
        """Return whether its lines are polynomials in their arbitrary parts, with nothing assumed of the y_j."""
        about = self.statement
        polynomial = about.cost is None or costs[about.cost].formula.is_polynomial()
        return about.output in (None, WHOLE) and about.given is None and polynomial

    def __str__(self) -> str:
        where = ", ".join(f"{letter} = {value}" for letter, value in self.letters.items())
        lines = [f"({self.number}) on the network {self.net.sizes}" + (f", {where}" if where else "")]
        return "\n".join(lines + [f"{step.number:3}. {plain(step.statement.latex())}" for step in self.steps])

    def _repr_latex_(self) -> str:
        rows = r" \\ ".join(step.statement.latex().replace(" = ", " &= ", 1) for step in self.steps)
        return rf"$\displaystyle \begin{{aligned}} {rows} \end{{aligned}}$"


def _agree(example: Example, sides: tuple[Expr, ...]) -> bool:
    """Return whether the sides of a line have the same value at an example."""
    first, *others = map(example.value, sides)
    return all(example.agree(first, other) for other in others)


_NO_PLACE = Text(
    en="A layer, a neuron and a source are integers from 1; given was {given}.",
    zh="层号、神经元与起点都是从 1 起的整数；给出的是 {given}。",
)


def instantiated(
    derivation: Derivation, net: Network, layer: int | None, neuron: int, source: int
) -> Instance:
    """`derivation` on `net`, for neuron `neuron` of `layer` and, if it has one, the weight from neuron `source`."""
    require_network(net)
    for place in (neuron, source, 1 if layer is None else layer):
        if type(place) is not int:
            raise NetworkError(_NO_PLACE.format(given=shown(place)))
    given = {l: layer, j: neuron - 1, k: source - 1}
    derivation = read_for(derivation, net)
    goal = derivation.statement
    require(derivation.number, goal, net)
    _require_small(derivation, net)
    letters = _letters(derivation.number, goal.ranges, net, given)
    steps: list[Step] = []
    for _, part in derivation.chains():
        ranges = {r.letter: r for r in (*part.start.ranges, *part.statement.ranges)}
        if derivation.parts and not _has_case(part.statement.ranges, net, letters):
            continue  # the induction step, in a network without a layer to step to
        values = _letters(derivation.number, tuple(ranges.values()), net, given)
        for step in part.steps:
            own = {
                r.letter: whole_number(r.low, net.sizes)(values)
                for r in step.statement.ranges
                if r.letter != L
            }
            sides = tuple(written_out(side, {**own, **values}, net.sizes) for side in step.statement.sides)
            steps.append(
                replace(
                    step,
                    number=len(steps) + 1,
                    statement=replace(goal, sides=sides, ranges=()),
                )
            )
    sides = tuple(written_out(side, letters, net.sizes) for side in goal.sides)
    told = {str(s): value if s == l else value + 1 for s, value in letters.items()}
    return Instance(
        derivation.number,
        derivation.title,
        net,
        told,
        replace(goal, sides=sides, ranges=()),
        tuple(steps),
        conditions(goal, (step.statement for step in steps), net),
    )


def _require_small(derivation: Derivation, net: Network) -> None:
    """Raise `NetworkError` for a network on which nobody would read the lines, nor wait for them."""
    paths = prod(net.sizes[2:])
    terms = paths * sum(len(part.steps) for _, part in derivation.chains())
    if max(net.sizes) > MOST_NEURONS or terms > MOST_TERMS:
        raise NetworkError(
            TOO_LARGE.format(
                sizes=net.sizes, number=derivation.number, neurons=MOST_NEURONS, terms=MOST_TERMS, paths=paths
            )
        )


_NO_CASE = Text(
    en="({number}) has no case {letter} = {value} on a network of sizes {sizes}: {why}",
    zh="在各层宽度为 {sizes} 的网络上，({number}) 没有 {letter} = {value} 的情形：{why}",
)
_GOES = Text(en="{letter} goes from {low} to {high}.", zh="{letter} 从 {low} 取到 {high}。")
_MORE_LAYERS = Text(en="it needs more layers.", zh="需要更多的层。")


def _letters(
    number: str, ranges: tuple[Range, ...], net: Network, given: Mapping[Symbol, int | None]
) -> dict[Symbol, int]:
    """A value for each letter: the one given, or the first of its range; raises `NetworkError` for one out of range."""
    letters: dict[Symbol, int] = {}
    for r in sorted(ranges, key=_by_width):
        if r.letter == L:
            continue
        low, high = (whole_number(bound, net.sizes)(letters) for bound in (r.low, r.high))
        wanted = given.get(r.letter)
        value = low if wanted is None else wanted
        if type(value) is not int or not low <= value <= high:
            shift = int(_by_width(r))
            why = _GOES if low <= high else _MORE_LAYERS
            raise NetworkError(
                _NO_CASE.format(
                    number=number,
                    letter=r.letter,
                    value=shown(value + shift),
                    sizes=net.sizes,
                    why=why.format(letter=r.letter, low=low + shift, high=high + shift),
                )
            )
        letters[r.letter] = value
    return letters


def _has_case(ranges: tuple[Range, ...], net: Network, letters: Mapping[Symbol, int]) -> bool:
    """Return whether the layers of `ranges` allow those of `letters`."""
    layers = [r for r in ranges if r.letter in letters and not _by_width(r)]
    bounds = [[whole_number(bound, net.sizes)(letters) for bound in (r.low, r.high)] for r in layers]
    return all(low <= letters[r.letter] <= high for r, (low, high) in zip(layers, bounds, strict=True))


def _by_width(r: Range) -> bool:
    """Return whether a range is one of neurons, which a range of layers must come before."""
    return bool(r.high.has(Width))
