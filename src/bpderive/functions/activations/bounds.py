"""Certain bounds for a formula on an interval, in floating point: fast, and never narrower than the truth.

`bounds(expression, low, high)` encloses all values on [low, high], whose ends may be infinite; where the formula may be
undefined there it raises `Outside`, which says what was not in the domain, and whether certainly. `defined(expression)`
decides in this way whether a formula is real and defined for every real z. To allow a further function, enter it in
`RISING` with its largest domain, or in `_OTHERS`.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from itertools import pairwise
from typing import Any, NamedTuple

import sympy
from sympy import Expr
from sympy.codegen.cfunctions import log1p
from sympy.core.function import AppliedUndef

from bpderive.functions.activations.variables import CACHE, z

INF, TINY = math.inf, 5e-324


class Bounds(NamedTuple):
    """All values are between `low` and `high`; `nonzero` says that none of them is 0."""

    low: float
    high: float
    nonzero: bool = False

    @property
    def sign(self) -> int | None:
        """−1 or 1 if all values have this sign, else None."""
        if self.low > 0 or (self.low == 0 and self.nonzero):
            return 1
        return -1 if self.high < 0 or (self.high == 0 and self.nonzero) else None


class Outside(Exception):
    """The formula may leave the real numbers: `part` of it has values that it must not have, `certain` says surely."""

    def __init__(self, part: Expr, certain: bool = False) -> None:
        super().__init__(part)
        self.part, self.certain = part, certain


class Unbounded(Exception):
    """There are no bounds for a function; `part` is it."""

    def __init__(self, part: Expr) -> None:
        super().__init__(part)
        self.part = part


def bounds(expression: Expr, low: float, high: float) -> Bounds:
    """What encloses the values of the expression for low ≤ z ≤ high; raises `Outside` or `Unbounded`."""
    return _evaluator(expression)(Bounds(low, high, low > 0 or high < 0))


# Rounding outwards. The sum of two numbers is 0 only if it is exactly 0.


def _down(x: float, units: int = 1) -> float:
    return math.nextafter(x, -INF) if units == 1 or math.isinf(x) else x - units * math.ulp(x)


def _around(low: float, high: float) -> tuple[float, float]:
    return (math.nextafter(low, -INF) if low else 0.0), (math.nextafter(high, INF) if high else 0.0)


def _sum(parts: list[Bounds]) -> Bounds:
    low = high = 0.0
    for part in parts:
        low, high = _around(low + part.low, high + part.high)
        # −∞ + ∞ at one end: nothing is known of that end.
        low, high = -INF if math.isnan(low) else low, INF if math.isnan(high) else high
    same = all(p.low >= 0 for p in parts) or all(p.high <= 0 for p in parts)
    return Bounds(low, high, (same and any(p.nonzero for p in parts)) or low > 0 or high < 0)


def _times(x: float, y: float) -> float:
    """x·y as an end of an interval: 0 times an infinite end is 0, and what has become 0 by underflow is not 0."""
    if not x or not y:
        return 0.0
    return x * y or math.copysign(TINY, x) * math.copysign(1.0, y)


def _product(parts: list[Bounds]) -> Bounds:
    low, high, nonzero = parts[0]
    for first, last, away in parts[1:]:
        nonzero = nonzero and away
        if low > 0 and first > 0:
            low, high = math.nextafter(low * first, -INF), math.nextafter(high * last, INF)
            continue
        ends = [_times(x, y) for x in (low, high) for y in (first, last)]
        low, high = _around(min(ends), max(ends))
    return Bounds(low, high, nonzero)


def _inverse(part: Bounds, where: Expr) -> Bounds:
    if part.sign is None:
        raise Outside(where, part.low == part.high == 0)
    low, high = (1 / x if x else 0.0 for x in (part.high, part.low))
    if part.sign == 1:
        low, high = max(0.0, _down(low)), (-_down(-high) if part.low else INF)
    else:
        low, high = (_down(low) if part.high else -INF), min(0.0, -_down(-high))
    return Bounds(low, high, True)


def _raised(base: Bounds, exponent: Expr, shown: Expr) -> Bounds:
    """base to a rational power."""
    p, q = int(exponent.p), int(exponent.q)
    if p < 0:
        return _inverse(_raised(base, -exponent, shown), shown)
    if q == 1 and base.low < 0 and p % 2 == 0:
        return _raised(_absolute(base), exponent, shown)
    if q == 1 and base.low < 0:
        high = _power(base.high, p, 1) if base.high >= 0 else -_power(-base.high, p, -1)
        return Bounds(-_power(-base.low, p, 1), high, base.nonzero)
    if q > 1 and base.low < 0:
        raise Outside(shown, base.high < 0)
    return Bounds(_power(base.low, p / q, -1), _power(base.high, p / q, 1), base.nonzero)


def _power(x: float, exponent: float, towards: int) -> float:
    """x ≥ 0 to a power, rounded towards −∞ or ∞."""
    if exponent == 1 or x in (0.0, INF):
        return x
    try:
        found = x**exponent
    except OverflowError:
        return INF if towards > 0 else sys.float_info.max
    return -_down(-found, 3) if towards > 0 else max(0.0, _down(found, 3))


def _absolute(part: Bounds) -> Bounds:
    if part.low >= 0:
        return part
    if part.high <= 0:
        return Bounds(-part.high, -part.low, part.nonzero)
    return Bounds(0.0, max(-part.low, part.high), part.nonzero)


def _safely(function: Callable[[float], float], x: float) -> float:
    try:
        return function(x)
    except OverflowError:
        return INF if x > 0 or function is math.cosh else -INF


@dataclass(frozen=True, slots=True)
class _Rising:
    """A rising function: its values for floats, its domain (ends belong to it where `closed`), what it stays within."""

    at: Callable[[float], float]
    domain: tuple[float, float] = (-INF, INF)
    closed: bool = True
    within: tuple[float, float] = (-INF, INF)
    zero: float | None = 0.0
    """Its one zero; None if it has none."""


def _log(x: float) -> float:
    return -INF if x == 0 else math.log(x)


def _log1p(x: float) -> float:
    return -INF if x == -1 else math.log1p(x)


def _atanh(x: float) -> float:
    return math.copysign(INF, x) if abs(x) == 1 else math.atanh(x)


RISING: dict[Any, _Rising] = {
    sympy.exp: _Rising(math.exp, within=(0.0, INF), zero=None),
    sympy.log: _Rising(_log, (0.0, INF), closed=False, zero=1.0),
    log1p: _Rising(_log1p, (-1.0, INF), closed=False),
    sympy.tanh: _Rising(math.tanh, within=(-1.0, 1.0)),
    sympy.atan: _Rising(math.atan),
    sympy.erf: _Rising(math.erf, within=(-1.0, 1.0)),
    sympy.sinh: _Rising(math.sinh),
    sympy.asinh: _Rising(math.asinh),
    sympy.asin: _Rising(math.asin, (-1.0, 1.0)),
    sympy.acosh: _Rising(math.acosh, (1.0, INF), within=(0.0, INF), zero=1.0),
    sympy.atanh: _Rising(_atanh, (-1.0, 1.0), closed=False),
    sympy.sign: _Rising(lambda x: math.copysign(1.0, x) if x else 0.0),
}
"""Functions of one real number that never fall."""


def _rising(kind: Any, shown: Expr) -> Callable[[list[Bounds]], Bounds]:
    found = RISING[kind]
    (least, most), (bottom, top) = found.domain, found.within

    def enclose(parts: list[Bounds]) -> Bounds:
        [part] = parts
        outside = part.high < least or part.low > most
        if not found.closed:
            outside |= part.high <= least or part.low >= most
            nonzero_end = kind is sympy.log and part.low == 0 and part.nonzero
            inside = (part.low > least or nonzero_end) and (part.high < most or most == INF)
        else:
            inside = least <= part.low and part.high <= most
        if not inside:
            raise Outside(shown, outside)
        low, high = (_safely(found.at, x) for x in (part.low, part.high))
        low = max(bottom, _down(low, 4) if low else 0.0)
        high = min(top, -_down(-high, 4) if high else 0.0)
        if kind is sympy.exp:
            return Bounds(low, max(high, TINY), True)
        away = found.zero is not None and (part.low > found.zero or part.high < found.zero)
        if found.zero == 0:
            away |= part.nonzero
            low, high = (
                (max(low, 0.0) if part.low >= 0 else low),
                (min(high, 0.0) if part.high <= 0 else high),
            )
        return Bounds(low, high, away)

    return enclose


def _sine(part: Bounds, shift: float) -> Bounds:
    """sin(part + shift), the shift being 0 or π/2."""
    if not (abs(part.low) < 1e6 and abs(part.high) < 1e6) or part.high - part.low > 6:
        return Bounds(-1.0, 1.0)
    low, high = part.low + shift, part.high + shift
    ends = [math.sin(low), math.sin(high)]
    # The turning points are at π/2 + nπ: a little wider on both sides, as low and high are rounded.
    first, last = math.ceil((low - 1e-9) / math.pi - 0.5), math.floor((high + 1e-9) / math.pi - 0.5)
    ends += [1.0 if n % 2 == 0 else -1.0 for n in range(first, last + 1)]
    found = max(-1.0, min(ends) - 1e-9), min(1.0, max(ends) + 1e-9)
    return Bounds(*found, found[0] > 0 or found[1] < 0)


def _even_rising(function: Callable[[float], float]) -> Callable[[list[Bounds]], Bounds]:
    def enclose(parts: list[Bounds]) -> Bounds:
        size = _absolute(parts[0])
        low, high = (_safely(function, x) for x in (size.low, size.high))
        return Bounds(max(1.0, _down(low, 4)), -_down(-high, 4), True)

    return enclose


def _hull(parts: list[Bounds]) -> Bounds:
    return Bounds(min(p.low for p in parts), max(p.high for p in parts), all(p.nonzero for p in parts))


def _largest(parts: list[Bounds]) -> Bounds:
    low, high = max(p.low for p in parts), max(p.high for p in parts)
    return Bounds(low, high, low > 0 or all(p.nonzero for p in parts))


def _smallest(parts: list[Bounds]) -> Bounds:
    low, high = min(p.low for p in parts), min(p.high for p in parts)
    return Bounds(low, high, high < 0 or all(p.nonzero for p in parts))


_OTHERS: dict[Any, Callable[[list[Bounds]], Bounds]] = {
    sympy.Abs: lambda parts: _absolute(parts[0]),
    sympy.sin: lambda parts: _sine(parts[0], 0.0),
    sympy.cos: lambda parts: _sine(parts[0], math.pi / 2),
    sympy.cosh: _even_rising(math.cosh),
    sympy.Max: _largest,
    sympy.Min: _smallest,
}


@lru_cache(8 * CACHE)
def _evaluator(expression: Expr) -> Callable[[Bounds], Bounds]:
    """What encloses the expression for z in bounds."""
    if expression == z:
        return lambda at: at
    if not expression.free_symbols:
        fixed = _constant(expression)
        if fixed is not None:
            return lambda at: fixed
    if isinstance(expression, sympy.Piecewise):
        return _of_cases(expression)
    if expression.is_Add:
        return _of_sum(expression)
    if expression.is_Pow and expression.exp.is_Rational and not isinstance(expression, sympy.exp):
        base = _evaluator(expression.base)
        exponent = expression.exp
        return lambda at: _raised(base(at), exponent, expression)
    if isinstance(expression, sympy.log) and expression.args[0].is_Add:
        number, rest = expression.args[0].as_coeff_Add()
        if number == 1:
            inner, more = _evaluator(rest), _rising(log1p, expression)
            return lambda at: more([inner(at)])
    if isinstance(expression, AppliedUndef):
        return lambda at: Bounds(-INF, INF)
    parts = [_evaluator(part) for part in expression.args]
    combine = _combination(expression)
    return lambda at: combine([part(at) for part in parts])


def _combination(expression: Expr) -> Callable[[list[Bounds]], Bounds]:
    kind = type(expression)
    if expression.is_Mul:
        return _product
    if expression.is_Pow:  # a power with an exponent that is not rational: exp(b log(a)), for a > 0
        logarithm, exponential = _rising(sympy.log, expression), _rising(sympy.exp, expression)
        return lambda parts: exponential([_product([parts[1], logarithm([parts[0]])])])
    if kind in RISING:
        return _rising(kind, expression)
    if kind in _OTHERS:
        return _OTHERS[kind]
    raise Unbounded(expression)


def _constant(number: Expr) -> Bounds | None:
    """Bounds of a rational number or π; None for numbers that are put together."""
    if number.is_Rational:
        try:
            near = int(number.p) / int(number.q)
        except OverflowError:
            return Bounds(_down(INF), INF, True) if number > 0 else Bounds(-INF, -_down(INF), True)
        if number == 0:
            return Bounds(0.0, 0.0)
        if abs(near) < 2.0**53 and near == int(near) and number.q == 1:
            return Bounds(near, near, True)
        return Bounds(*_around(near, near), True) if near else Bounds(-TINY, TINY, True)
    if number in (sympy.pi, sympy.E) or isinstance(number, sympy.core.numbers.NumberSymbol):
        near = float(number)
        return Bounds(_down(near, 4), -_down(-near, 4), near != 0)
    return None


def _of_sum(expression: Expr) -> Callable[[Bounds], Bounds]:
    """A sum, its part that is a polynomial being enclosed as a whole."""
    simple = [term for term in expression.args if _is_power(term)]
    rest = [_evaluator(term) for term in expression.args if not _is_power(term)]
    if len(simple) == len(rest) == 1 and _never_reached(simple[0], expression):
        inner = _evaluator(expression.args[0]), _evaluator(expression.args[1])

        positive = simple[0] > 0

        def away_from_zero(at: Bounds) -> Bounds:
            low, high, _ = _sum([part(at) for part in inner])
            return Bounds(max(low, 0.0), high, True) if positive else Bounds(low, min(high, 0.0), True)

        return away_from_zero
    if sum(term.has(z) for term in simple) < 2 and not (len(simple) > 1 and not rest):
        rest = [_evaluator(term) for term in expression.args]
        return lambda at: _sum([part(at) for part in rest])
    polynomial = sympy.Poly(sympy.Add(*simple), z)
    coefficients = [_constant(c) or Bounds(-INF, INF) for c in polynomial.all_coeffs()]
    return lambda at: _sum([_polynomial(coefficients, at), *(part(at) for part in rest)])


def _never_reached(number: Expr, expression: Expr) -> bool:
    """Whether a sum is c + k·tanhⁿ(u) or c + k·erfⁿ(u) with |c| ≥ |k|, which is never 0."""
    coefficient, function = (expression - number).as_coeff_Mul()
    if function.is_Pow and function.exp.is_Integer and function.exp > 0:
        function = function.base
    return bool(
        number.is_Rational
        and isinstance(function, sympy.tanh | sympy.erf)
        and abs(coefficient) <= abs(number)
    )


HIGHEST = 64
"""The highest power of z in a polynomial that is enclosed as a whole."""


def _is_power(term: Expr) -> bool:
    """Whether a term is a rational number times a whole power of z."""
    coefficient, power = term.as_coeff_Mul()
    base, exponent = power.as_base_exp()
    return bool(
        coefficient.is_Rational
        and (power == 1 or (base == z and exponent.is_Integer and 0 < exponent <= HIGHEST))
    )


def _polynomial(coefficients: list[Bounds], at: Bounds) -> Bounds:
    """Horner's rule near 0; far out zⁿ times a polynomial in 1/z."""
    if at.low < at.high and at.sign is not None and min(abs(at.low), abs(at.high)) >= 1:
        inverse = _inverse(at, z)
        inner = _horner(coefficients[::-1], inverse)
        return _product([_raised(at, sympy.Integer(len(coefficients) - 1), z), inner])
    return _horner(coefficients, at)


def _horner(coefficients: list[Bounds], at: Bounds) -> Bounds:
    if at.low == at.high and math.isfinite(at.low) and all(c.low == c.high for c in coefficients):
        exact = Fraction(0)
        for coefficient in coefficients:
            exact = exact * Fraction(at.low) + Fraction(coefficient.low)
        return _constant(sympy.Rational(exact.numerator, exact.denominator)) or Bounds(-INF, INF)
    total = coefficients[0]
    for coefficient in coefficients[1:]:
        total = _sum([_product([total, at]), coefficient])
    return total


def _of_cases(expression: Any) -> Callable[[Bounds], Bounds]:
    """All cases that may apply, each where it may, a condition being a comparison with z or several of them."""
    cases = [(_evaluator(value), _narrowing(condition)) for value, condition in expression.args]

    def enclose(at: Bounds) -> Bounds:
        found: list[Bounds] = []
        for value, narrowed in cases:
            holds, where = narrowed(at)
            if where is not None:
                found.append(value(where))
            if holds:
                return _hull(found)
        raise Outside(expression, not found)

    return enclose


def _narrowing(condition: Any) -> Callable[[Bounds], tuple[bool, Bounds | None]]:
    """Whether a condition holds throughout bounds of z, and where in them it may hold (None: nowhere)."""
    if condition in (sympy.true, True):
        return lambda at: (True, at)
    if condition in (sympy.false, False):
        return lambda at: (False, None)
    if isinstance(condition, sympy.And):
        parts = [_narrowing(part) for part in condition.args]

        def both(at: Bounds) -> tuple[bool, Bounds | None]:
            throughout, where = True, at
            for part in parts:
                holds, narrower = part(where)
                if narrower is None:
                    return False, None
                throughout, where = throughout and holds, narrower
            return throughout, where

        return both
    if isinstance(condition, sympy.Or):
        parts = [_narrowing(part) for part in condition.args]

        def either(at: Bounds) -> tuple[bool, Bounds | None]:
            found = [part(at) for part in parts]
            wheres = [where for _, where in found if where is not None]
            return any(holds for holds, _ in found), _hull(wheres) if wheres else None

        return either
    if not isinstance(condition, sympy.core.relational.Relational):
        raise Unbounded(condition)
    return _comparison(condition)


def _comparison(condition: Any) -> Callable[[Bounds], tuple[bool, Bounds | None]]:
    left, right = _evaluator(condition.lhs), _evaluator(condition.rhs)
    operator = condition.rel_op
    with_z = condition.lhs == z, condition.rhs == z

    def enclose(at: Bounds) -> tuple[bool, Bounds | None]:
        low, high = left(at), right(at)
        if operator in ("<", "<="):
            first, second, z_first, z_second = low, high, *with_z
        elif operator in (">", ">="):
            first, second, z_first, z_second = high, low, with_z[1], with_z[0]
        else:
            equal = low.low == low.high == high.low == high.high
            apart = low.high < high.low or high.high < low.low
            wanted = operator == "=="
            return (equal or apart) and equal == wanted, None if (apart if wanted else equal) else at
        strict = operator in ("<", ">")
        if first.low > second.high or (strict and first.low >= second.high):
            return False, None
        if first.high < second.low or (not strict and first.high <= second.low):
            return True, at
        if z_first:
            return False, _part(at, at.low, min(at.high, second.high), strict)
        if z_second:
            return False, _part(at, max(at.low, first.low), at.high, strict)
        return False, at

    return enclose


def _part(at: Bounds, low: float, high: float, strict: bool) -> Bounds:
    away = low > 0 or high < 0 or at.nonzero or (strict and 0.0 in (low, high) and low != high)
    return Bounds(low, high, away)


# Whether a formula is defined everywhere.

CELLS = 3000
"""Into how many parts the line is cut at most."""

_FIRST = (-INF, -1e9, -1e6, -1e3, -30.0, -8.0, -3.0, -1.0, 0.0, 1.0, 3.0, 8.0, 30.0, 1e3, 1e6, 1e9, INF)


@dataclass(frozen=True, slots=True)
class Gap:
    """A place near which a formula is not defined, or where that could not be decided: `part` is what may fail."""

    part: Expr
    near: float
    certain: bool


def gap(expression: Expr, low: float = -INF, high: float = INF) -> Gap | None:
    """Where in [low, high] the formula is not real and finite, or may not be; None if it is defined everywhere.

    Raises `Unbounded` where it has a function that there are no bounds for.
    """
    ends = sorted({low, high, *(x for x in (*_FIRST, *_numbers(expression)) if low <= x <= high)})
    for point in sorted(ends, key=abs):
        if math.isfinite(point) and (found := _failing(expression, point, point)) and found.certain:
            return found
    waiting = list(pairwise(ends))
    for _ in range(CELLS):
        if not waiting:
            return None
        left, right = waiting.pop()
        found = _failing(expression, left, right)
        if found is None:
            continue
        middle = halfway(left, right)
        if found.certain or middle in (left, right) or right - left < 1e-12 * max(1.0, abs(left)):
            return found
        waiting += [(left, middle), (middle, right)]
        last = found
    return last


def _failing(expression: Expr, low: float, high: float) -> Gap | None:
    try:
        bounds(expression, low, high)
    except Outside as outside:
        return Gap(outside.part, halfway(low, high), outside.certain)
    return None


def halfway(low: float, high: float) -> float:
    """A number between two others, of which one may be infinite."""
    if math.isinf(low) and math.isinf(high):
        return 0.0
    if math.isinf(high):
        return max(2 * low, low + 1)
    if math.isinf(low):
        return min(2 * high, high - 1)
    return low + (high - low) / 2


def _numbers(expression: Expr) -> set[float]:
    """Rational numbers in the formula, where something often changes."""
    found = set()
    for number in expression.atoms(sympy.Rational):
        near = float(number) if abs(number) < 10**9 else 0.0
        found |= {near, -near}
    return found
