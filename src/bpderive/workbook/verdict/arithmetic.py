"""Exact numbers and intervals: the value of a formula of SymPy, and whether two numbers certainly differ.

Numbers are fractions; where a transcendental function is to be taken they are intervals that enclose the true value.
"""

from __future__ import annotations

import math
from fractions import Fraction
from typing import Any

import sympy
from mpmath.ctx_iv import MPIntervalContext
from sympy.core.relational import Relational

from bpderive.judge.counterexample import Enclosure
from bpderive.letters.text import Text
from bpderive.workbook.verdict.errors import MOST_BITS, NUMBERS_TOO_LONG, OutOfReach, TooHard, bounded

iv = MPIntervalContext()
"""Intervals with ends of 200 bits, in a context of our own: mpmath's is everybody's."""


iv.prec = 200


class NotHere(Exception):
    """The claim cannot be read with these values: a denominator is 0, or σ has a kink there."""


class NeedsIntervals(Exception):
    """The values of σ are wanted at a place that is a number."""


def arithmetic(formula: Any, values: dict[Any, Any]) -> Any:
    """A formula where its variables are these numbers; raises `NotHere` or `NeedsIntervals` where it has no value."""
    if formula in values:
        return values[formula]
    if formula.is_Rational:
        exact = Fraction(int(formula.p), int(formula.q))
        intervals = any(not isinstance(v, Fraction) for v in values.values())
        return iv.mpf(exact.numerator) / iv.mpf(exact.denominator) if intervals else exact
    if formula.is_Add or formula.is_Mul:
        first, *rest = [arithmetic(part, values) for part in formula.args]
        for other in rest:
            first = first + other if formula.is_Add else first * other
        return first
    if formula.is_Pow and formula.exp.is_Integer:
        base = arithmetic(formula.base, values)
        return power(base, int(formula.exp))
    if isinstance(formula, sympy.Piecewise):
        return arithmetic(next(part for part, where in formula.args if _is_so(where, values)), values)
    if formula.func in (sympy.Max, sympy.Min, sympy.Abs):
        first, *rest = [arithmetic(part, values) for part in formula.args]
        if formula.func == sympy.Abs:
            return abs(first)
        for other in rest:
            first = _later(first, other) if formula.func == sympy.Max else -_later(-first, -other)
        return first
    if any(isinstance(v, Fraction) for v in values.values()):
        raise NeedsIntervals
    inner = [_within_reach(arithmetic(part, values)) for part in formula.args]
    known = {sympy.exp: iv.exp, sympy.log: iv.log, sympy.sin: iv.sin, sympy.cos: iv.cos}
    if formula.func in known:
        return known[formula.func](*inner)
    if formula.func == sympy.tanh:
        grown = iv.exp(2 * inner[0])
        return (grown - 1) / (grown + 1)
    if formula.is_Pow and formula.exp == sympy.Rational(1, 2):
        return iv.sqrt(inner[0])
    raise TooHard(_no_intervals(str(formula.func)))


def _is_so(where: Any, values: dict[Any, Any]) -> bool:
    """Return whether a condition is met; raises `NotHere` where intervals do not tell."""
    if isinstance(where, sympy.And | sympy.Or):
        return (all if isinstance(where, sympy.And) else any)(_is_so(part, values) for part in where.args)
    if not isinstance(where, Relational):
        return bool(where)
    gap = arithmetic(where.lhs, values) - arithmetic(where.rhs, values)
    if not isinstance(gap, Fraction):
        if 0 in gap and gap != 0:
            raise NotHere
        gap = gap.mid
    return bool(where.func((gap > 0) - (gap < 0), 0))


def _later(first: Any, second: Any) -> Any:
    """The greater of two numbers."""
    if isinstance(first, Fraction):
        return max(first, second)
    return iv.mpf([max(first.a, second.a), max(first.b, second.b)])


LARGEST_ARGUMENT = 40
"""How many bits the whole part of the argument of a function has at most."""

ARGUMENT_TOO_LARGE = Text(
    en=f"a function is taken of numbers beyond 2^{LARGEST_ARGUMENT}",
    zh=f"函数的自变量超过 2^{LARGEST_ARGUMENT}",
)


def _within_reach(interval: Any) -> Any:
    """The argument of a function; raises `OutOfReach` where its value would take too many bits."""
    for end in interval._mpi_:
        _, mantissa, exponent, bits = end
        if (mantissa and exponent + bits > LARGEST_ARGUMENT) or (not mantissa and exponent):
            raise OutOfReach(ARGUMENT_TOO_LARGE)
    return interval


def _no_intervals(function: str) -> Text:
    return Text(en=f"{function} is not computed with intervals", zh=f"未对 {function} 作区间计算")


def power(base: Any, exponent: int) -> Any:
    """A number to a whole exponent; raises `NotHere` for a negative one of a number that is, or may be, 0."""
    if exponent < 0:
        if (isinstance(base, Fraction) and base == 0) or (not isinstance(base, Fraction) and 0 in base):
            raise NotHere
        return power(1 / base, -exponent)
    result = base**0 if isinstance(base, Fraction) else iv.mpf(1)
    for _ in range(exponent):
        result = result * base
        if isinstance(result, Fraction):
            bounded(result)
    return result


def differ(first: Any, second: Any) -> bool:
    """Return whether two numbers are certainly not equal."""
    if isinstance(first, Fraction) and isinstance(second, Fraction):
        return first != second
    return bool(first.b < second.a or second.b < first.a)


MOST_DIGITS = 60
TOO_CLOSE = Text(
    en=f"the first {MOST_DIGITS} decimals do not tell its sides apart",
    zh=f"两边的前 {MOST_DIGITS} 位小数没有差别",
)


def enclosures(first: Any, second: Any) -> tuple[Enclosure, Enclosure]:
    """Two intervals of mpmath, disjoint, as decimal intervals with the fewest digits that keep them apart.

    Raises `OutOfReach` if there are none.
    """
    for digits in range(2, MOST_DIGITS + 1):
        one, other = _rounded(first, digits), _rounded(second, digits)
        if one.high < other.low or other.high < one.low:
            return one, other
    raise OutOfReach(TOO_CLOSE)


def _rounded(interval: Any, digits: int) -> Enclosure:
    scale = 10**digits
    low, high = (exact(end) for end in (interval.a, interval.b))
    return Enclosure(
        Fraction(math.floor(low * scale), scale), Fraction(math.ceil(high * scale), scale), digits
    )


def exact(end: Any) -> Fraction:
    """The end of an interval of mpmath as a fraction."""
    sign, mantissa, exponent, bits = end._mpi_[0]
    if (not mantissa and exponent) or abs(exponent) + bits > MOST_BITS:
        raise OutOfReach(NUMBERS_TOO_LONG)
    value = Fraction(int(mantissa)) * (Fraction(2) ** int(exponent))
    return -value if sign else value
