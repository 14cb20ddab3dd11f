"""A derivation on a concrete small network, its sums written out, for showing and for trying.

`derivation("BP2").instantiate(net)` gives an `Instance`: the same steps for the same reasons, about δ^2_1 of
that network. `instance.check()` decides every line as an identity of polynomials on it.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import sympy
from sympy import (
    Add,
    Basic,
    Expr,
    ImmutableDenseMatrix,
    Integer,
    KroneckerDelta,
    MatrixExpr,
    Mul,
    Sum,
    Symbol,
)

from bpderive.errors import NetworkError, StepError
from bpderive.evaluate import Reader, truth_of
from bpderive.network import Network
from bpderive.notation import (
    BackwardProduct,
    C,
    ExplicitPathSum,
    L,
    LayerArray,
    Partial,
    PathSum,
    Width,
    a,
    j,
    k,
    l,
    plain,
    quantity,
)
from bpderive.places import Letters, whole_number
from bpderive.proofs.derivation import Derivation, Step
from bpderive.statements import Range, Statement
from bpderive.text import Text


@dataclass(frozen=True, slots=True)
class Instance:
    """A derivation read on `net`: `letters` says for which layer and neurons (counted from 1), `steps` its lines."""

    number: str
    title: Text
    net: Network
    letters: dict[str, int]
    statement: Statement
    steps: tuple[Step, ...]

    def check(self) -> None:
        """Decide every line, σ, σ′ and ∂C/∂a being unknowns; raises `StepError` at a line that is false."""
        reader = Reader(truth_of(self.statement, self.net.sizes))
        for step in self.steps:
            values = [reader.value(side)({}) for side in step.statement.sides]
            if any(value != values[0] for value in values):
                raise StepError(
                    f"({self.number}) on the network {self.net.sizes}, step {step.number}, {step.rule.name.en}: "
                    f"expected an identity, and {plain(step.statement.latex())} is none."
                )

    def __str__(self) -> str:
        where = ", ".join(f"{letter} = {value}" for letter, value in self.letters.items())
        lines = [f"({self.number}) on the network {self.net.sizes}" + (f", {where}" if where else "")]
        return "\n".join(lines + [f"{step.number:3}. {plain(step.statement.latex())}" for step in self.steps])

    def _repr_latex_(self) -> str:
        rows = r" \\ ".join(step.statement.latex().replace(" = ", " &= ", 1) for step in self.steps)
        return rf"$\displaystyle \begin{{aligned}} {rows} \end{{aligned}}$"


def instantiated(
    derivation: Derivation, net: Network, layer: int | None, neuron: int, source: int
) -> Instance:
    """`derivation` on `net`, for neuron `neuron` of `layer` and, if it has one, the weight from neuron `source`."""
    given = {l: layer, j: neuron - 1, k: source - 1}
    goal = derivation.statement
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
    shown = {str(s): value if s == l else value + 1 for s, value in letters.items()}
    return Instance(
        derivation.number,
        derivation.title,
        net,
        shown,
        replace(goal, sides=sides, ranges=()),
        tuple(steps),
    )


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
            why = (
                f"{r.letter} goes from {low + shift} to {high + shift}."
                if low <= high
                else "it needs more layers."
            )
            raise NetworkError(
                f"({number}) has no case {r.letter} = {value + shift} on a network of sizes {net.sizes}: {why}"
            )
        letters[r.letter] = value
    return letters


def _has_case(ranges: tuple[Range, ...], net: Network, letters: Mapping[Symbol, int]) -> bool:
    """Whether the layers of `ranges` allow those of `letters`."""
    layers = [r for r in ranges if r.letter in letters and not _by_width(r)]
    bounds = [[whole_number(bound, net.sizes)(letters) for bound in (r.low, r.high)] for r in layers]
    return all(low <= letters[r.letter] <= high for r, (low, high) in zip(layers, bounds, strict=True))


def _by_width(r: Range) -> bool:
    """Whether a range is one of neurons, which a range of layers must come before."""
    return bool(r.high.has(Width))


def written_out(expression: Any, letters: Letters, sizes: tuple[int, ...]) -> Any:
    """An expression with its layers and indices put in, and its sums and products written out."""

    def number(part: Expr) -> int:
        return whole_number(part, sizes)(letters)

    def again(part: Any) -> Any:
        return written_out(part, letters, sizes)

    if isinstance(expression, Sum):
        [(letter, low, high)] = expression.limits
        values = range(number(low), number(high) + 1)
        return Add(*(written_out(expression.function, {**letters, letter: v}, sizes) for v in values))
    if isinstance(expression, PathSum | ExplicitPathSum):
        layer, neuron, last = (number(part) for part in expression.args)
        return _paths_written_out(type(expression).link, layer, neuron, last, sizes)
    if isinstance(expression, KroneckerDelta):
        return Integer(int(number(expression.args[0]) == number(expression.args[1])))
    found = quantity(expression)
    if found is not None:
        array, (row, column) = found
        return _array(array, number)[number(row), number(column)]
    if isinstance(expression, MatrixExpr) and not isinstance(
        expression, sympy.MatMul | sympy.MatAdd | sympy.HadamardProduct
    ):
        return _matrix_written_out(expression, number, again)
    if not isinstance(expression, Basic) or not expression.args:
        whole = isinstance(expression, Symbol) and expression in letters
        return Integer(letters[expression]) if whole else expression
    return expression.func(*(again(part) for part in expression.args))


def _array(array: LayerArray, number: Callable[[Expr], int]) -> LayerArray:
    rows, columns = array.shape
    return LayerArray(array.letter, number(array.layer), number(rows), number(columns))


def _matrix_written_out(
    expression: MatrixExpr, number: Callable[[Expr], int], again: Callable[[Any], Any]
) -> Any:
    """A matrix as the table of its entries; a product of many as their product."""
    if isinstance(expression, BackwardProduct):
        factors = [
            BackwardProduct.factor(at).args
            for at in range(number(expression.args[0]), number(expression.args[1]))
        ]
        return sympy.MatMul(*(again(factor) for pair in factors for factor in pair))
    if isinstance(expression, LayerArray):
        expression = _array(expression, number)
    rows, columns = (number(size) for size in expression.shape)
    entries = [again(expression[row, column]) for row in range(rows) for column in range(columns)]
    return ImmutableDenseMatrix(rows, columns, entries)


def _paths_written_out(
    link: Callable[[int, int, int], Expr], layer: int, neuron: int, last: int, sizes: tuple[int, ...]
) -> Expr:
    """The literal sum over all paths, each the product of ∂C/∂a^L_m and of what `link` gives for its edges."""
    empty: Letters = {}
    terms = []
    for rest in itertools.product(*(range(sizes[at - 1]) for at in range(layer + 1, last + 1))):
        path = list(zip(range(layer, last + 1), (neuron, *rest), strict=True))
        factors = [Partial(C, a(last)[path[-1][1], 0])]
        factors += [link(at, here, following) for (at, here), (_, following) in itertools.pairwise(path)]
        terms.append(Mul(*(written_out(factor, empty, sizes) for factor in factors)))
    return Add(*terms)
