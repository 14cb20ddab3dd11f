"""What is known of a function's shape: range, limits, monotony, symmetry, greatest slope, tails, inflection points.

Each function takes a formula and gives a `Found`: the value, or None and the reason why it is not known. All follow
from the zeros of σ′ and σ″ with their signs between, piece by piece; nothing is read off a plot or a grid. To add a
property, write its function and enter it in `PROPERTIES`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import lru_cache, wraps
from itertools import pairwise
from typing import Any, Generic, TypeVar

import sympy
from sympy import Expr, FiniteSet, Interval, Rational, S

from bpderive.errors import DomainError
from bpderive.functions.activations import analysis, steps
from bpderive.functions.activations.analysis import between, pieces
from bpderive.functions.activations.enclosure import Isolated, sign
from bpderive.functions.activations.steps import TOO_MUCH_WORK, TooManySteps, Undecided, at_most
from bpderive.functions.activations.variables import CACHE, z
from bpderive.functions.activations.zeros import known_sign, limit_of, period, zeros
from bpderive.functions.algebra import differentiated, vanishes
from bpderive.letters.text import Text

FLAT = Rational(1, 100)
"""Where |σ′| stays below this, a neuron is called saturated."""


Value = TypeVar("Value")


@dataclass(frozen=True, slots=True)
class Found(Generic[Value]):
    """A property: its value, or None and the reason why it is unknown."""

    value: Value | None
    reason: Text | None = None


@dataclass(frozen=True, slots=True)
class Slope:
    """The least upper bound of |σ′|, and the set of the z where it is taken (empty if it is only approached)."""

    value: Expr
    at: sympy.Set


@dataclass(frozen=True, slots=True)
class Tail:
    """What σ and σ′ tend to for z → −∞ or z → ∞, and from where on |σ′| < 1/100, or None if it does not stay so."""

    value: Expr
    slope: Expr
    flat_beyond: Expr | None

    @property
    def saturates(self) -> bool:
        """Whether the slope vanishes, so that a neuron out there learns slowly."""
        return bool(self.slope == 0)


def _within_bounds(find: Callable[[Expr], Value]) -> Callable[[Expr], Found[Value]]:
    """The function with a limit on its work, giving what it finds or the reason why it finds nothing."""

    @lru_cache(CACHE)
    @wraps(find)
    def found(formula: Expr) -> Found[Value]:
        if formula.free_symbols - {z}:
            return Found(None, Text(en="it depends on a parameter", zh="它取决于参数"))
        try:
            # More than one question has, so that it is remembered which of them had no answer.
            with at_most(steps.MOST * 10 // 9):
                return Found(find(formula))
        except Undecided as undecided:
            return Found(None, undecided.reason)
        except TooManySteps:
            return Found(None, TOO_MUCH_WORK.format(steps=steps.MOST))
        except DomainError:
            raise
        except Exception as error:
            # SymPy gives up in many ways, with errors of every kind.
            name = type(error).__name__
            return Found(
                None, Text(en="SymPy gave up ({name})", zh="SymPy 未能给出结果（{name}）").format(name=name)
            )

    return found


@_within_bounds
def value_range(formula: Expr) -> sympy.Set:
    """The set of all σ(z)."""
    return _values(_pieces(formula), period(formula) is not None)


@_within_bounds
def slope_range(formula: Expr) -> sympy.Set:
    """The set of all σ′(z), at kinks the slopes of both sides."""
    slopes = tuple((differentiated(expression, z), where) for expression, where in _pieces(formula))
    return _values(slopes, period(formula) is not None)


def _values(parts: tuple[tuple[Expr, Interval], ...], periodic: bool) -> sympy.Set:
    """From the least to the greatest of all values of a function that is given piece by piece."""
    attained: list[Expr] = []
    approached: list[Expr] = []
    for expression, where in parts:
        attained += [expression.subs(z, end) for end in (where.inf, where.sup) if end.is_finite]
        attained += [_value_at(expression, point) for point in _zeros(differentiated(expression, z), where)]
        if not expression.has(z):
            attained.append(expression)
    if not periodic:
        approached = [limit_of(parts[0][0], -S.Infinity), limit_of(parts[-1][0], S.Infinity)]
    attained, approached = _distinct(attained), _distinct(approached)
    low, high = _greatest([*attained, *approached], -1), _greatest([*attained, *approached], 1)
    if _equal(low, high):
        return FiniteSet(low)
    return Interval(low, high, not _among(low, attained), not _among(high, attained))


def _value_at(expression: Expr, point: Expr) -> Expr:
    """The value at a point; exactly 0 where the point is the zero of a factor."""
    factors = {factor.as_base_exp()[0] for factor in sympy.Mul.make_args(expression)}
    if isinstance(point, Isolated) and point.function in factors:
        return S.Zero
    return expression.subs(z, point)


@_within_bounds
def limits(formula: Expr) -> tuple[Expr, Expr]:
    """What σ(z) tends to for z → −∞ and z → ∞."""
    return _limits(formula)


@_within_bounds
def monotone(formula: Expr) -> bool:
    """Whether σ never falls or never rises."""
    return len({value for _, _, value in _signs(formula, 1) if value}) <= 1


@_within_bounds
def odd(formula: Expr) -> bool:
    """Whether σ(−z) = −σ(z)."""
    return _is_zero(formula + formula.subs(z, -z))


@_within_bounds
def even(formula: Expr) -> bool:
    """Whether σ(−z) = σ(z)."""
    return _is_zero(formula - formula.subs(z, -z))


@_within_bounds
def inflections(formula: Expr) -> sympy.Set:
    """Where σ″ changes its sign and σ′ exists."""
    jumps = analysis.kinks(formula)
    bent = [(low, value) for low, _, value in _signs(formula, 2)]
    repeats = period(formula)
    if repeats is not None:
        bent.append((repeats, bent[0][1]))
    points = FiniteSet(
        *(
            point
            for (_, before), (point, after) in pairwise(bent)
            if before * after < 0 and point not in jumps
        )
    )
    return points if repeats is None else _repeated(points, repeats)


@_within_bounds
def max_slope(formula: Expr) -> Slope:
    """The least upper bound of |σ′|, and where it is taken."""
    taken: list[tuple[Expr, sympy.Set]] = []
    approached: list[Expr] = []
    for expression, where in _pieces(formula):
        slope = differentiated(expression, z)
        if _is_zero(differentiated(slope, z)):
            size = _size(slope.subs(z, between(where.inf, where.sup)))
            taken.append((size, Interval.open(where.inf, where.sup)))
            continue
        for point in _zeros(differentiated(slope, z), where):
            taken.append((_size(slope.subs(z, point)), FiniteSet(point)))
        for end in (where.inf, where.sup):
            if end.is_infinite:
                approached.append(_size(limit_of(slope, end)))
            else:
                value = _size(slope.subs(z, end))
                in_piece = end not in analysis.kinks(formula)
                taken.append((value, FiniteSet(end) if in_piece else S.EmptySet))
    greatest = _greatest([*(value for value, _ in taken), *approached], 1)
    where = sympy.Union(*(where for value, where in taken if _equal(value, greatest)))
    repeats = period(formula)
    return Slope(greatest, where if repeats is None else _repeated(where, repeats))


def _repeated(where: sympy.Set, repeats: Expr) -> sympy.Set:
    """The points of one period, and those that lie whole periods from them; every z, if they fill the period."""
    if not isinstance(where, FiniteSet):
        return S.EmptySet if where is S.EmptySet else S.Reals
    n = sympy.Dummy("n", integer=True)
    points = {S.Zero if point == repeats else point for point in where}
    found = (sympy.ImageSet(sympy.Lambda(n, point + repeats * n), S.Integers) for point in points)
    return sympy.Union(*found)


@_within_bounds
def tails(formula: Expr) -> tuple[Tail, Tail]:
    """The tail for z → −∞ and that for z → ∞."""
    if period(formula) is not None:
        raise Undecided(Text(en="it oscillates for ever", zh="它不断振荡，没有极限"))
    cut = pieces(formula)
    made = []
    for (expression, where), end, value in zip(
        (cut[0], cut[-1]), (-S.Infinity, S.Infinity), _limits(formula), strict=True
    ):
        slope = differentiated(expression, z)
        towards = limit_of(slope, end)
        made.append(Tail(value, towards, _flat_beyond(slope, where, end) if towards == 0 else None))
    return made[0], made[1]


PROPERTY = Text(en="property", zh="性质")

PROPERTIES: dict[str, Callable[[Expr], Found[Any]]] = {
    "range": value_range,
    "limits": limits,
    "monotone": monotone,
    "odd": odd,
    "even": even,
    "max_slope": max_slope,
    "slope_range": slope_range,
    "tails": tails,
    "inflections": inflections,
}
"""The properties by name."""


def _limits(formula: Expr) -> tuple[Expr, Expr]:
    if (repeats := period(formula)) is not None:
        raise Undecided(
            Text(en="it oscillates with period {p}", zh="它以 {p} 为周期振荡，没有极限").format(p=repeats)
        )
    cut = pieces(formula)
    return limit_of(cut[0][0], -S.Infinity), limit_of(cut[-1][0], S.Infinity)


def _flat_beyond(slope: Expr, where: Interval, end: Expr) -> Expr:
    """The z farthest towards `end` with |σ′(z)| = 1/100, or where the piece begins if it is flatter throughout."""
    begins = where.sup if end == S.NegativeInfinity else where.inf
    if not slope.has(z):
        return begins
    points = [point for level in (FLAT, -FLAT) for point in zeros(slope - level, where)]
    if not points:
        return begins
    return _greatest(points, -1 if end == S.NegativeInfinity else 1)


def _pieces(formula: Expr) -> tuple[tuple[Expr, Interval], ...]:
    """The pieces of the formula; one period of a periodic one."""
    repeats = period(formula)
    return ((formula, Interval(0, repeats)),) if repeats is not None else pieces(formula)


def _zeros(function: Expr, where: Interval) -> tuple[Expr, ...]:
    return zeros(function, where) if function.has(z) else ()


def _signs(formula: Expr, order: int) -> list[tuple[Expr, Expr, int]]:
    """(from, to, sign of the derivative of this order) for the whole line, from left to right."""
    found = []
    for expression, where in _pieces(formula):
        function = expression
        for _ in range(order):
            function = differentiated(function, z)
        ends = (where.inf, *_zeros(function, where), where.sup)
        for low, high in pairwise(ends):
            found.append(
                (low, high, sign(function, between(low, high)) if function.has(z) else sign(function))
            )
    return found


def _size(value: Expr) -> Expr:
    return -value if sign(value) < 0 else value


def _equal(first: Expr, second: Expr) -> bool:
    if first == second:
        return True
    if first.is_infinite or second.is_infinite:
        return False
    return sign(first - second) == 0


def _among(value: Expr, values: Iterable[Expr]) -> bool:
    return any(_equal(value, other) for other in values)


def _distinct(values: list[Expr]) -> list[Expr]:
    return list(dict.fromkeys(values))


def _greatest(values: list[Expr], direction: int) -> Expr:
    """The greatest (1) or least (−1) of some numbers."""
    best = values[0]
    for value in values[1:]:
        if value == best:
            continue
        if value.is_infinite or best.is_infinite:
            best = value if (value - best) * direction > 0 else best
        elif sign(value - best) == direction:
            best = value
    return best


def _is_zero(formula: Expr) -> bool:
    """Whether a function is 0 everywhere; raises `Undecided`."""
    for point in (Rational(1, 2), Rational(7, 3), -Rational(5)):
        if known_sign(formula.subs(z, point)) in (1, -1):
            return False
    unsure = Undecided(Text(en="SymPy cannot tell whether it is zero", zh="SymPy 无法判断它是否为零"))
    try:
        cut = pieces(formula)
    except DomainError:
        raise unsure from None
    for expression, _ in cut:
        plain = sympy.expand(expression)
        if plain != 0 and vanishes(plain, z) is not True:
            raise unsure
    return True
