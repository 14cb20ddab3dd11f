"""What follows from a formula in z alone: its smooth pieces, its derivative and its kinks.

Everything here is a function of a SymPy expression, so it serves a formula that is in no catalogue as well.
"""

from __future__ import annotations

from functools import lru_cache
from itertools import pairwise
from typing import Any

import sympy
from sympy import Abs, Expr, Interval, Max, Min, Piecewise, Rational, S

from bpderive.errors import DomainError
from bpderive.functions.activations import steps
from bpderive.functions.activations.enclosure import enclosure, sign
from bpderive.functions.activations.steps import TooManySteps, Undecided, at_most
from bpderive.functions.activations.variables import CACHE, z
from bpderive.functions.activations.zeros import zeros
from bpderive.functions.algebra import differentiated
from bpderive.letters.text import Text

Piece = tuple[Expr, Interval]
"""An expression in z and the interval on which it is the function."""


_NOT_CUT = Text(
    en="The formula {formula} cannot be cut into smooth pieces. Conditions such as z < 0 or abs(z) <= 1 can be.",
    zh="公式 {formula} 无法分成光滑的各段。像 z < 0 或 abs(z) <= 1 这样的条件是可以的。",
)
_NOT_DEFINED = Text(
    en="The formula {formula} is not defined for every real z. Say what it is elsewhere too.",
    zh="公式 {formula} 并非对每个实数 z 都有定义。请把其余各处的值也写出来。",
)
_SAME = Text(
    en="It could not be decided whether {first} and {second} are the same number: {reason}.",
    zh="无法判定 {first} 与 {second} 是否为同一个数：{reason}。",
)

TINY = 1e-40
"""Numbers that are known to be nearer than this count as the same."""

MOST_PIECES = 200
"""How many pieces a formula may have."""

_CASES = (Abs, Max, Min, Piecewise)


@lru_cache(CACHE)
def pieces(formula: Expr) -> tuple[Piece, ...]:
    """The formula as smooth pieces from left to right; raises `DomainError` if it cannot be cut into intervals."""
    plain = formula.replace(
        lambda part: isinstance(part, sympy.sign | sympy.Heaviside), lambda part: part.rewrite(Piecewise)
    )
    try:
        with at_most(steps.MOST, question=True):
            cut = _cut(plain, S.Reals)
    except (Undecided, TooManySteps, NotImplementedError, TypeError, ValueError, ArithmeticError) as error:
        if isinstance(error, DomainError):
            raise
        raise DomainError(_NOT_CUT.format(formula=formula)) from error
    if any(expression.has(S.NaN) for expression, _ in cut):
        raise DomainError(_NOT_DEFINED.format(formula=formula))
    return tuple(cut)


def _cut(formula: Expr, where: Interval) -> list[Piece]:
    """The pieces inside `where`: cut where a condition without cases in it changes, and each part cut again."""
    case = next((part for part in sympy.preorder_traversal(formula) if _is_outermost(part)), None)
    if case is None:
        return [(formula, where)]
    switch = _switch(case)
    points = _changes(switch, where)
    ends = (where.inf, *points, where.sup)
    settled = [
        formula.xreplace({case: _settled(case, _sign_between(switch, low, high))})
        for low, high in pairwise(ends)
    ]
    at_points = [formula.xreplace({case: _settled(case, 0)}) for _ in points]
    found: list[Piece] = []
    for number, part in enumerate(settled):
        low, high = ends[number], ends[number + 1]
        # A point where the condition changes belongs to the side whose case holds there too.
        left_open = where.left_open if number == 0 else at_points[number - 1] != part
        right_open = where.right_open if number == len(points) else at_points[number] != part
        if number < len(points) and part != at_points[number] != settled[number + 1]:
            _require_no_lone_value(formula, high, part, at_points[number])
        for piece in _cut(part, Interval(low, high, left_open, right_open)):
            _append(found, piece)
        if len(found) > MOST_PIECES:
            raise Undecided(Text(en="there are too many pieces", zh="分段过多"))
    return found


def _is_outermost(part: Any) -> bool:
    """Whether a part is a case that is settled by something without cases."""
    if isinstance(part, Piecewise):
        return not part.args[0].cond.has(*_CASES)
    return isinstance(part, _CASES) and not any(inner.has(*_CASES) for inner in part.args[:2])


def _append(found: list[Piece], piece: Piece) -> None:
    """Add a piece, to the one before it if that is the same expression."""
    expression, where = piece
    if found and found[-1][0] == expression:
        before = found.pop()[1]
        where = Interval(before.inf, where.sup, before.left_open, where.right_open)
    elif found and found[-1][1].right_open == where.left_open:
        where = Interval(where.inf, where.sup, not found[-1][1].right_open, where.right_open)
    found.append((expression, where))


def _switch(case: Expr) -> Expr:
    """What has another sign, or is 0, where the case changes."""
    if isinstance(case, Abs):
        return case.args[0]
    if isinstance(case, Max | Min):
        return case.args[0] - case.args[1]
    comparison = _comparison(case)
    return comparison.lhs - comparison.rhs


def _comparison(case: Expr) -> Any:
    """The first comparison in the first condition."""
    found = sorted(case.args[0].cond.atoms(sympy.core.relational.Relational), key=sympy.default_sort_key)
    if not found:
        raise Undecided(Text(en="a condition is no comparison", zh="某个条件不是比较"))
    return found[0]


def _settled(case: Expr, sign_there: int) -> Expr:
    """The case where its switch has this sign."""
    if isinstance(case, Abs):
        return case.args[0] * (1 if sign_there >= 0 else -1)
    if isinstance(case, Max | Min):
        first, second, *others = case.args
        larger, smaller = (first, second) if sign_there >= 0 else (second, first)
        if sign_there == 0 and isinstance(case, Min) and not smaller.is_number:
            larger, smaller = smaller, larger
        return case.func(larger if isinstance(case, Max) else smaller, *others)
    comparison = _comparison(case)
    holds = sympy.true if comparison.func(sign_there, 0) else sympy.false
    found: Expr = case.xreplace({comparison: holds})
    return found if found.args or found.is_number or not isinstance(found, Piecewise) else S.NaN


def _changes(switch: Expr, where: Interval) -> tuple[Expr, ...]:
    """Where the switch is 0 inside `where`."""
    if not switch.has(z):
        return ()
    if switch.free_symbols == {z}:
        found: tuple[Expr, ...] = zeros(switch, where)
        return found
    # With a parameter that is a symbol: one place, if the switch is linear in z.
    linear = sympy.Poly(switch, z)
    if linear.degree() != 1 or where != S.Reals:
        raise Undecided(Text(en="it depends on a parameter", zh="它取决于参数"))
    slope, offset = linear.all_coeffs()
    return (-offset / slope,)


def _sign_between(switch: Expr, low: Expr, high: Expr) -> int:
    """The sign of the switch between two neighbouring places where it is 0."""
    if switch.free_symbols <= {z}:
        return sign(switch, between(low, high)) if switch.has(z) else sign(switch)
    rising = sympy.diff(switch, z)
    if not (rising.is_positive or rising.is_negative):
        raise Undecided(Text(en="it depends on a parameter", zh="它取决于参数"))
    return (1 if rising.is_positive else -1) * (1 if low.is_finite else -1)


def _require_no_lone_value(formula: Expr, point: Expr, beside: Expr, there: Expr) -> None:
    """Raise `DomainError` if the value at a point where a third case holds is not that beside it."""
    if not _same_number(beside.subs(z, point), there.subs(z, point)):
        raise DomainError(_JUMP.format(formula=formula, point=point))


_JUMP = "The formula {formula} jumps at z = {point}, and backpropagation needs a continuous function."


def between(low: Expr, high: Expr) -> sympy.Rational:
    """A rational number strictly between two others, of which one or both may be infinite."""
    if low.is_infinite and high.is_infinite:
        return S.Zero
    left, right = (S.Zero if end.is_infinite else Rational(str(sympy.N(end, 30))) for end in (low, high))
    if low.is_infinite:
        return right - 1
    return left + 1 if high.is_infinite else (left + right) / 2


def one_sided(formula: Expr, point: Expr) -> tuple[Expr, Expr]:
    """The values towards `point` from the left and from the right, by the pieces that meet there."""
    cut = pieces(formula)
    left = next(e for e, where in reversed(cut) if where.inf < point)
    right = next(e for e, where in cut if where.sup > point)
    return left.subs(z, point), right.subs(z, point)


def _same_number(first: Expr, second: Expr) -> bool:
    """Whether two constants are equal, to 40 digits where expanding does not settle it."""
    difference = sympy.expand(first - second)
    if difference == 0 or difference.free_symbols:
        return bool(difference == 0)
    try:
        near = enclosure(difference, 50)
    except Undecided as undecided:
        raise DomainError(_SAME.format(first=first, second=second, reason=undecided.reason)) from undecided
    return bool(max(-near.low, near.high) <= TINY)


@lru_cache(CACHE)
def kinks(formula: Expr) -> tuple[Expr, ...]:
    """Where the derivative jumps, from left to right; raises `DomainError` where the function itself jumps."""
    cut = pieces(formula)
    found = []
    for (left, where), (right, _) in pairwise(cut):
        sides = left.subs(z, where.sup), right.subs(z, where.sup)
        # The value at the point itself may be that of neither side.
        there = formula.subs(z, where.sup) if where.sup.is_Rational else sides[0]
        if not (_same_number(*sides) and _same_number(sides[0], there)):
            raise DomainError(_JUMP.format(formula=formula, point=where.sup))
        slopes = [differentiated(side, z).subs(z, where.sup) for side in (left, right)]
        if not _same_number(*slopes):
            found.append(where.sup)
    # A case may hold at a single point, which belongs to no piece.
    for comparison in formula.atoms(sympy.core.relational.Relational):
        for point in _changes(comparison.lhs - comparison.rhs, S.Reals):
            beside = next(expression for expression, where in cut if point in where)
            if point.is_Rational and not _same_number(formula.subs(z, point), beside.subs(z, point)):
                raise DomainError(_JUMP.format(formula=formula, point=point))
    return tuple(found)


@lru_cache(CACHE)
def derivative(formula: Expr, at_kinks: tuple[tuple[Expr, Expr], ...]) -> Expr:
    """σ′ by SymPy, piece by piece; at a kink the slope that `at_kinks` gives, else the mean of the two sides."""
    cut = pieces(formula)
    slopes = [differentiated(expression, z) for expression, _ in cut]
    if len(cut) == 1:
        return slopes[0]
    given = dict(at_kinks)
    jumps = kinks(formula)
    arguments: list[tuple[Expr, Any]] = []
    for number, (_, where) in enumerate(cut[:-1]):
        end = where.sup
        left, right = slopes[number].subs(z, end), slopes[number + 1].subs(z, end)
        there = given.get(end, (left + right) / 2) if end in jumps else left
        if there == left:
            arguments.append((slopes[number], z <= end))
            continue
        arguments.append((slopes[number], z < end))
        if there != right:
            arguments.append((there, z <= end))
    return Piecewise(*arguments, (slopes[-1], True))
