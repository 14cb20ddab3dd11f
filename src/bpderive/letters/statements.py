"""Equations with what their letters range over.

A `Statement` is a chain of equal sides together with the `Range` of each free letter. `substitute` puts other
expressions for letters and refuses to let a bound index capture one; `check_well_formed` proves that every component
that is written exists: its layer in the network, its indices in its layer.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import sympy
from sympy import Basic, Expr, Integer, Sum, Symbol

from bpderive.errors import DomainError, StepError, shown
from bpderive.letters.expressions import expression as as_expression
from bpderive.letters.symbols import (
    AlongPaths,
    BackwardProduct,
    CostGradient,
    DiagonalSigmaPrime,
    Elementwise,
    L,
    LayerArray,
    Sigma,
    SigmaPrime,
    Width,
    latex,
    plain,
    quantity,
)
from bpderive.letters.text import Text

_CAPTURE = Text(
    en="cannot put {values} into {expression}: the sum already uses {letters} as its own index; name "
    "the sum's index differently.",
    zh="不能把 {values} 代入 {expression}：求和已经用 {letters} 作下标；请给求和下标换个名字。",
)
_OUTSIDE = Text(
    en="the index {letter} is bound by a sum and used outside it in {expression}.",
    zh="{expression} 中的 {letter} 是求和下标，却在求和之外使用。",
)
_NO_PATH = Text(
    en="a path from layer {layer} to layer {last} need not exist.",
    zh="从第 {layer} 层到第 {last} 层不一定有路径。",
)
_RUNS = Text(
    en="{where}: the index {index} runs from {low} to {high}, but it must run over {count} neurons, "
    "from 0 to {last}.",
    zh="{where}：下标 {index} 从 {low} 取到 {high}，但它应遍历 {count} 个神经元，从 0 取到 {last}。",
)
_NO_RANGE = Text(
    en="{where}: nothing says over what the index {index} runs; it must run over {count} neurons.",
    zh="{where}：没有说明下标 {index} 取哪些值；它应遍历 {count} 个神经元。",
)
_NO_LAYER = Text(
    en="{where} need not exist: its layer must lie from {low} to L, and all that is known is {known}.",
    zh="{where} 不一定存在：它的层须从 {low} 到 L，而已知的只有 {known}。",
)
_NOTHING = Text(en="nothing", zh="空")

WHOLE = "any function of the whole layer"
"""For `Statement.output`: the outputs are an arbitrary differentiable function of all the z^L_j."""

TARGETS_SUM_TO_ONE = "the y_k sum to 1"
"""For `Statement.given`."""

EQUAL_WIDTHS = "all layers are equally wide"
"""For `Statement.given`, as in a recurrent network."""


@dataclass(frozen=True, slots=True)
class Range:
    """`letter` takes every whole number from `low` to `high`, both included; indices of neurons count from 0."""

    letter: Symbol
    low: Expr
    high: Expr

    def __str__(self) -> str:
        return f"{plain(self.low)} ≤ {plain(self.letter)} ≤ {plain(self.high)}"


def layers(letter: Symbol, low: Any = 2, high: Any = L) -> Range:
    """`letter` is a layer from `low` to `high`."""
    return Range(letter, as_expression(low), as_expression(high))


def neurons(letter: Symbol, layer: Any) -> Range:
    """`letter` is a neuron of `layer`."""
    return Range(letter, Integer(0), Width(layer) - 1)


@dataclass(frozen=True, slots=True)
class Statement:
    """A chain of equal sides, true for every value of the letters in `ranges`.

    `relation` is "=", or "≈" for an equality of first order; `cost` is None when the cost is arbitrary, else the
    name of the cost that the statement is about; `moved` is the weight whose small change the Δ of the
    statement follow.

    `output` says what the activation of the output layer is: None for one that acts on each neuron by itself, `WHOLE`
    for an arbitrary function of the whole layer, else the name of one of the catalogue. `given` is what is assumed
    besides, such as `TARGETS_SUM_TO_ONE`.
    """

    sides: tuple[Expr, ...]
    ranges: tuple[Range, ...] = ()
    relation: str = "="
    cost: str | None = None
    moved: Expr | None = None
    output: str | None = None
    given: str | None = None

    @property
    def lhs(self) -> Expr:
        """The first side."""
        return self.sides[0]

    @property
    def rhs(self) -> Expr:
        """The last side."""
        return self.sides[-1]

    def latex(self) -> str:
        """The statement as the book prints it."""
        sign = r" \approx " if self.relation == "≈" else " = "
        return sign.join(latex(side) for side in self.sides)

    def __str__(self) -> str:
        return plain(self.latex())

    def with_rhs(self, rhs: Expr) -> Statement:
        """The same left side and ranges, another right side."""
        return replace(self, sides=(self.lhs, rhs))

    def at(self, values: Mapping[Symbol, Any]) -> Statement:
        """The statement with other expressions for its letters; letters that it puts a value for are free no more."""
        if not isinstance(values, Mapping):
            raise DomainError(_NO_VALUES.format(given=shown(values)))
        exact = {letter: as_expression(value) for letter, value in values.items()}
        kept = tuple(
            Range(r.letter, substitute(r.low, exact), substitute(r.high, exact))
            for r in self.ranges
            if r.letter not in exact
        )
        return replace(self, sides=tuple(substitute(side, exact) for side in self.sides), ranges=kept)


_NO_VALUES = Text(
    en="Values are given as a mapping from letters, such as {{l: 2}}; given was {given}.",
    zh="取值应写成从字母出发的映射，例如 {{l: 2}}；给出的是 {given}。",
)


def equation(
    lhs: Expr,
    *rhs: Expr,
    over: tuple[Range, ...] = (),
    cost: str | None = None,
    output: str | None = None,
    given: str | None = None,
) -> Statement:
    """The statement lhs = rhs for every value of the letters in `over`."""
    return Statement((lhs, *rhs), over, cost=cost, output=output, given=given)


def approximation(lhs: Expr, rhs: Expr, over: tuple[Range, ...], moved: Expr | None = None) -> Statement:
    """The statement lhs ≈ rhs, to first order in the small change of `moved`."""
    return Statement((lhs, rhs), over, relation="≈", moved=moved)


def bound_letters(expression: Basic) -> set[Symbol]:
    """The letters that a sum in `expression` binds."""
    return {limit[0] for total in expression.atoms(Sum) for limit in total.limits}


def substitute(expression: Basic, values: Mapping[Symbol, Expr]) -> Any:
    """`expression` with `values` put for its free letters, all at once.

    Raises `StepError` where a letter is bound by a sum, or where a value has a letter that a sum would capture.
    """
    values = {letter: value for letter, value in values.items() if letter != value}
    bound = bound_letters(expression)
    touched = {s for value in values.values() for s in value.free_symbols} | set(values)
    if captured := sorted(map(str, bound & touched)):
        raise StepError(
            _CAPTURE.format(values=dict(values), expression=expression, letters=", ".join(captured))
        )
    return expression.xreplace(values)


def provably_at_most(low: Expr, high: Expr, ranges: tuple[Range, ...]) -> bool:
    """Return whether low ≤ high, linear in the layers, follows from the ranges, in networks deep enough to have them.

    A linear function of a layer is least at an end of the layer's range, and then of L at the least depth.
    """
    gap = sympy.expand(high - low)
    if not _is_linear(gap):
        return False
    least_depth = Integer(2)
    for r in ranges:
        if r.high.has(Width):
            continue
        if r.letter == L:
            least_depth = sympy.Max(least_depth, r.low)
            continue
        gap = sympy.expand(gap.subs(r.letter, r.low if gap.coeff(r.letter).is_nonnegative else r.high))
        if r.high.coeff(L) == 1:
            least_depth = sympy.Max(least_depth, L - (r.high - r.low))
    if not gap.free_symbols <= {L}:
        return False
    return bool(gap.coeff(L).is_nonnegative and gap.subs(L, least_depth).is_nonnegative)


def contains(outer: Range, inner: Range, ranges: tuple[Range, ...]) -> bool:
    """Return whether every value in `inner` provably lies in `outer`."""
    at_both_ends = ((outer.low, inner.low), (inner.high, outer.high))
    return all(low == high or provably_at_most(low, high, ranges) for low, high in at_both_ends)


def _is_linear(expression: Expr) -> bool:
    parts = (term.as_coeff_Mul()[1] for term in sympy.Add.make_args(expression))
    return all(part == 1 or part.is_Symbol for part in parts)


def check_well_formed(statement: Statement) -> None:
    """Raise `StepError` unless every component in the statement provably exists in every network."""
    known = statement
    if statement.given == EQUAL_WIDTHS:
        one = {width: Width(L) for side in statement.sides for width in side.atoms(Width)}
        one |= {width: Width(L) for each in statement.ranges for width in each.high.atoms(Width)}
        ranges = tuple(Range(r.letter, r.low, r.high.xreplace(one)) for r in statement.ranges)
        known = replace(statement, sides=tuple(side.xreplace(one) for side in statement.sides), ranges=ranges)
    for side in known.sides:
        _check(side, known.ranges, known.ranges)


def _check(expression: Basic, env: tuple[Range, ...], layer_ranges: tuple[Range, ...]) -> None:
    if isinstance(expression, Sum):
        inner = env
        for letter, low, high in expression.limits:
            if any(r.letter == letter for r in inner):
                raise StepError(_OUTSIDE.format(letter=letter, expression=expression))
            inner = (*inner, Range(letter, low, high))
        summed = (Range(*limit) for limit in expression.limits if limit[0].is_positive)
        _check(expression.function, inner, (*summed, *layer_ranges))
        return
    found = quantity(expression)
    if found is not None:
        array, indices = found
        for index, count in zip(indices, array.shape, strict=True):
            _check_index(expression, index, count, env)
        _check_layer(array, layer_ranges)
        return
    if isinstance(expression, AlongPaths):
        layer, neuron, last = expression.args
        _check_index(expression, neuron, Width(layer), env)
        if not provably_at_most(Integer(1), layer, layer_ranges) or not provably_at_most(
            layer, last, layer_ranges
        ):
            raise StepError(_NO_PATH.format(layer=layer, last=last))
        return
    if isinstance(expression, LayerArray):
        _check_layer(expression, layer_ranges)
        return
    if isinstance(expression, Sigma | SigmaPrime):
        layer, neuron, _ = expression.args
        _check_index(expression, neuron, Width(layer), env)
        _check_between(expression, layer, Integer(2), layer_ranges)
    elif isinstance(expression, Elementwise):
        _check_between(expression, expression.args[1], Integer(2), layer_ranges)
    elif isinstance(expression, DiagonalSigmaPrime):
        _check_between(expression, expression.args[0], Integer(2), layer_ranges)
    elif isinstance(expression, CostGradient):
        _check_between(expression, expression.args[0], L, layer_ranges)
    elif isinstance(expression, BackwardProduct):
        first, last = expression.args
        _check_between(expression, first, Integer(2), layer_ranges)
        _check_between(expression, last, first, layer_ranges)
    for part in expression.args:
        if isinstance(part, Basic):
            _check(part, env, layer_ranges)


def _check_index(where: Basic, index: Expr, count: Expr, env: tuple[Range, ...]) -> None:
    if index.is_Integer and count.is_Integer and 0 <= index < count:
        return
    if not index.is_Symbol and index_within(index, Integer(0), count - 1, env):
        return
    for r in env:
        if r.letter == index:
            if r.low == 0 and sympy.expand(r.high - count + 1) == 0:
                return
            if r.low.has(sympy.Max) and index_within(index, Integer(0), count - 1, env):
                return
            raise StepError(
                _RUNS.format(where=where, index=index, low=r.low, high=r.high, count=count, last=count - 1)
            )
    raise StepError(_NO_RANGE.format(where=where, index=index, count=count))


def index_within(index: Expr, low: Expr, high: Expr, ranges: tuple[Range, ...]) -> bool:
    """Return whether low ≤ index ≤ high follows from what the letters of neurons range over."""
    return _is_within(index - low, ranges) and _is_within(high - index, ranges)


def _is_within(gap: Expr, env: tuple[Range, ...]) -> bool:
    """Return whether a linear function of indices is nowhere negative: each letter is put where it is least."""
    gap = sympy.expand(gap)
    if gap.is_nonnegative and not any(r.letter in gap.free_symbols for r in env if not r.letter.is_positive):
        return True
    for place, r in reversed(list(enumerate(env))):
        factor = gap.coeff(r.letter)
        if r.letter.is_positive or factor == 0:
            continue
        end, limits = (r.low, sympy.Max) if factor.is_positive else (r.high, sympy.Min)
        ends = end.args if isinstance(end, limits) else (end,)
        return any(_is_within(gap.subs(r.letter, one), env[:place]) for one in ends)
    return False


def _check_layer(array: LayerArray, ranges: tuple[Range, ...]) -> None:
    low = {"a": Integer(1), "G": Integer(1), "y": L}.get(array.letter, Integer(2))
    _check_between(array, array.layer, low, ranges)


def _check_between(where: Basic, layer: Expr, low: Expr, ranges: tuple[Range, ...]) -> None:
    if not (provably_at_most(low, layer, ranges) and provably_at_most(layer, L, ranges)):
        known = ", ".join(str(r) for r in ranges if not r.high.has(Width))
        raise StepError(_NO_LAYER.format(where=where, low=low, known=known or _NOTHING))
