"""Certain bounds for a formula on an interval: never narrower than the truth.

`bounds(expression, low, high)` encloses all values on [low, high], whose ends may be infinite; where the formula may be
undefined there it raises `Outside`, which says what was not in the domain, and whether certainly. It computes in
floating point, which is fast, or with the digits of `in_digits(n)`. To allow a further function, enter it in `RISING`
with its largest domain, or in `_OTHERS`.
"""

from __future__ import annotations

import math
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, NamedTuple

import mpmath
import sympy
from sympy import Expr, Rational
from sympy.codegen.cfunctions import log1p
from sympy.core.function import AppliedUndef
from sympy.core.numbers import NumberSymbol

from bpderive.functions.activations.variables import CACHE, z

INF = math.inf


class Bounds(NamedTuple):
    """All values are between `low` and `high`; `nonzero` says that none of them is 0."""

    low: Any
    high: Any
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


class Bracketed(NumberSymbol):
    """A number that is known by rational numbers below and above it."""

    def bracket(self, digits: int) -> tuple[Rational, Rational]:
        """Rational numbers below and above it, no farther apart than 10^−digits; each kind of number says them."""
        raise NotImplementedError


class Arithmetic:
    """Intervals and what is computed of them, rounded outwards; the sum of two numbers is 0 only if it is exactly 0.

    Ends are numbers of mpmath, with so many more digits than `digits` that it does not matter how mpmath rounds.
    """

    SPARE = 20
    LARGEST = 2**40
    """Exponentials of larger numbers would take more digits than there is room for."""

    def __init__(self, digits: int) -> None:
        self.digits = digits
        self.context = mpmath.ctx_mp.MPContext()
        self.reset()
        self.bits: int = self.context.prec
        self.zero, self.one, self.pi = self.context.mpf(0), self.context.mpf(1), +self.context.pi
        self.greatest = self.context.ldexp(1, self.LARGEST)
        """For what is finite and too large."""
        self.least = 1 / self.greatest
        """For what is positive and rounded to 0."""
        self._slack = self.context.mpf(10) ** -(digits + self.SPARE // 2)
        names = {rising.name for rising in RISING.values()} | {"sin", "cos", "ceil", "floor"}
        self.functions: dict[str, Callable[[Any], Any]] = {
            name: getattr(self.context, name) for name in names
        }
        self.functions |= {name: self._guarded(name) for name in ("exp", "sinh", "cosh")}

    def reset(self) -> None:
        """Have the digits again that a computation that was interrupted may have left changed."""
        self.context.dps = self.digits + self.SPARE

    def near(self, number: Expr) -> Any:
        """An end that is near to a number; raises `OverflowError` if there is none."""
        if number.is_Rational:
            return self.context.mpf(int(number.p)) / int(number.q)
        return self.context.make_mpf(number._as_mpf_val(self.bits))

    def _guarded(self, name: str) -> Callable[[Any], Any]:
        """A function that grows fast, by its name; raises `OverflowError` where it is too large."""
        function = getattr(self.context, name)

        def at(x: Any) -> Any:
            if abs(x) <= self.LARGEST:
                return function(x)
            if name == "exp" and x < 0:
                return self.zero
            raise OverflowError

        return at

    def down(self, x: Any, units: int = 1) -> Any:
        """A number below x, by so many units in the last place at least."""
        if abs(x) == INF:
            return self.greatest if x > 0 else x
        return x - abs(x) * self._slack * units

    def up(self, x: Any, units: int = 1) -> Any:
        """A number above x, by so many units in the last place at least."""
        return -self.down(-x, units)

    def around(self, low: Any, high: Any, units: int = 1) -> tuple[Any, Any]:
        """Numbers below and above two others, 0 being exact."""
        return (self.down(low, units) if low else self.zero), (self.up(high, units) if high else self.zero)

    def constant(self, number: Expr) -> Bounds | None:
        """Bounds of a rational number or one with a name; None for numbers that are put together."""
        if isinstance(number, Bracketed):
            low, high = (self.near(end) for end in number.bracket(self.digits))
            return self.entered(*self.around(low, high))
        if isinstance(number, NumberSymbol):
            near = self.near(number)
            return Bounds(*self.around(near, near, 4), True)
        if not number.is_Rational:
            return None
        if number == 0:
            return Bounds(self.zero, self.zero)
        try:
            near = self.near(number)
        except OverflowError:
            return Bounds(self.greatest, INF, True) if number > 0 else Bounds(-INF, -self.greatest, True)
        if number.q == 1 and int(number.p).bit_length() <= self.bits:
            return Bounds(near, near, True)
        return Bounds(*self.around(near, near), True) if near else Bounds(-self.least, self.least, True)

    @staticmethod
    def entered(low: Any, high: Any) -> Bounds:
        """All numbers from one to another."""
        return Bounds(low, high, bool(low > 0 or high < 0))

    def sum(self, parts: list[Bounds]) -> Bounds:
        """The sums of numbers within bounds."""
        low = high = self.zero
        above = below = True
        nonzero = False
        for least, most, away in parts:
            low, high = self.around(low + least, high + most)
            # −∞ + ∞ at one end: nothing is known of that end.
            low, high = -INF if math.isnan(low) else low, INF if math.isnan(high) else high
            above, below, nonzero = above and least >= 0, below and most <= 0, nonzero or away
        return Bounds(low, high, bool(((above or below) and nonzero) or low > 0 or high < 0))

    def product(self, parts: list[Bounds]) -> Bounds:
        """The products of numbers within bounds."""
        low, high, nonzero = parts[0]
        for first, last, away in parts[1:]:
            nonzero = nonzero and away
            ends = [low * first, low * last, high * first, high * last]
            if not all(ends) or math.isnan(sum(ends)):
                ends = [self._times(x, y) for x in (low, high) for y in (first, last)]
            low, high = self.around(min(ends), max(ends))
        return Bounds(low, high, nonzero)

    def _times(self, x: Any, y: Any) -> Any:
        """x·y as an end: 0 times an infinite end is 0, and what has become 0 by underflow is not 0."""
        if not x or not y:
            return self.zero
        return x * y or (self.least if (x > 0) == (y > 0) else -self.least)

    def inverse(self, part: Bounds, shown: Expr) -> Bounds:
        """The inverses of numbers within bounds; raises `Outside` if 0 may be among them."""
        if part.sign is None:
            raise Outside(shown, bool(part.low == part.high == 0))
        low, high = self.one / part.high if part.high else -INF, self.one / part.low if part.low else INF
        if part.sign == 1:
            return Bounds(max(self.zero, self.down(low)), self.up(high), True)
        return Bounds(self.down(low), min(self.zero, self.up(high)), True)

    def raised(self, base: Bounds, p: int, q: int, shown: Expr) -> Bounds:
        """Numbers within bounds to the power p/q; raises `Outside` for a root of what may be negative."""
        if p < 0:
            return self.inverse(self.raised(base, -p, q, shown), shown)
        if q > 1 and base.low < 0:
            raise Outside(shown, bool(base.high < 0))
        if p % 2 == 0 and base.low < 0:
            base = absolute(base)
        return Bounds(self._power(base.low, p, q, -1), self._power(base.high, p, q, 1), base.nonzero)

    def _power(self, x: Any, p: int, q: int, towards: int) -> Any:
        """x to a power, x ≥ 0 or p odd, rounded towards −∞ or ∞."""
        if p == q or x in (0, INF):
            return x
        if x < 0:
            return -self._power(-x, p, q, -towards)
        try:
            found = x ** (self.one * p / q)
        except OverflowError:
            return INF if towards > 0 else self.greatest
        # The exponent may have been rounded, by which a power below 2^1024 changes by 710 units more.
        units = 3 if q & (q - 1) == 0 else 713
        return self.up(found, units) if towards > 0 else max(self.zero, self.down(found, units))

    def rising(self, kind: Any, part: Bounds, shown: Expr) -> Bounds:
        """The values of a function that never falls; raises `Outside` where it may not be defined."""
        found = RISING[kind]
        (least, most), (bottom, top) = found.domain, found.within
        outside = part.high < least or part.low > most
        if not found.closed:
            outside |= part.high <= least or part.low >= most
            nonzero_end = kind is sympy.log and part.low == 0 and part.nonzero
            inside = (part.low > least or nonzero_end) and (part.high < most or most == INF)
        else:
            inside = least <= part.low and part.high <= most
        if not inside:
            raise Outside(shown, bool(outside))
        low, high = self.around(self._value(found, part.low), self._value(found, part.high), 4)
        low, high = max(bottom, low), min(top, high)
        if found.zero is None:
            return Bounds(low, max(high, self.least), True)
        away = part.low > found.zero or part.high < found.zero
        if found.zero == 0:
            away |= part.nonzero
            low = max(low, self.zero) if part.low >= 0 else low
            high = min(high, self.zero) if part.high <= 0 else high
        return Bounds(low, high, bool(away))

    def _value(self, rising: Rising, x: Any) -> Any:
        """The value at x, at an end that is not in the domain the limit."""
        if not rising.closed and x in rising.domain:
            return -INF if x == rising.domain[0] else INF
        try:
            return self.functions[rising.name](x)
        except OverflowError:
            return INF if x > 0 else -INF

    def wave(self, part: Bounds, name: str) -> Bounds:
        """The sines or cosines of numbers within bounds."""
        low, high, _ = part
        reach = 2 ** (self.bits // 2 - 3)
        if not (abs(low) < reach and abs(high) < reach) or high - low > 6:
            return Bounds(-self.one, self.one)
        ends = [self.functions[name](low), self.functions[name](high)]
        # The turning points of the sine are at π/2 + nπ, those of the cosine at nπ: a little wider, as all is rounded.
        slack, first = self.one / 2 ** (self.bits // 2), 0.5 if name == "sin" else 0
        least, most = (low - slack) / self.pi - first, (high + slack) / self.pi - first
        turns = range(int(self.functions["ceil"](least)), int(self.functions["floor"](most)) + 1)
        ends += [self.one if n % 2 == 0 else -self.one for n in turns]
        low, high = self.around(min(ends), max(ends), 4)
        return self.entered(max(-self.one, low), min(self.one, high))


class _Floats(Arithmetic):
    """The same in Python's numbers, which is fast."""

    def __init__(self) -> None:
        self.digits, self.bits = 20, 53
        self.zero, self.one, self.pi = 0.0, 1.0, math.pi
        self.least, self.greatest = 5e-324, sys.float_info.max
        self.functions = vars(math) | {"sign": lambda x: math.copysign(1.0, x) if x else 0.0}

    def near(self, number: Expr) -> float:
        return int(number.p) / int(number.q) if number.is_Rational else float(number)

    def down(self, x: float, units: int = 1) -> float:
        return math.nextafter(x, -INF) if units == 1 or math.isinf(x) else x - units * math.ulp(x)

    def around(self, low: float, high: float, units: int = 1) -> tuple[float, float]:
        if units > 1:
            return (self.down(low, units) if low else 0.0), (-self.down(-high, units) if high else 0.0)
        return (math.nextafter(low, -INF) if low else 0.0), (math.nextafter(high, INF) if high else 0.0)


FLOATS = _Floats()
_threads = threading.local()


def in_digits(digits: int) -> Arithmetic:
    """Arithmetic with so many digits, this thread's own, so that no other's digits change."""
    known: dict[int, Arithmetic] = _threads.__dict__.setdefault("known", {})
    if digits not in known:
        known[digits] = Arithmetic(digits)
    known[digits].reset()
    return known[digits]


def absolute(part: Bounds) -> Bounds:
    """The sizes of numbers within bounds."""
    if part.low >= 0:
        return part
    if part.high <= 0:
        return Bounds(-part.high, -part.low, part.nonzero)
    return Bounds(0.0, max(-part.low, part.high), part.nonzero)


@dataclass(frozen=True, slots=True)
class Rising:
    """A rising function: its name, its domain (ends belong to it where `closed`), and what it stays within."""

    name: str
    domain: tuple[float, float] = (-INF, INF)
    closed: bool = True
    within: tuple[float, float] = (-INF, INF)
    zero: float | None = 0.0
    """Its one zero; None if it has none."""


RISING: dict[Any, Rising] = {
    sympy.exp: Rising("exp", within=(0.0, INF), zero=None),
    sympy.log: Rising("log", (0.0, INF), closed=False, zero=1.0),
    log1p: Rising("log1p", (-1.0, INF), closed=False),
    sympy.tanh: Rising("tanh", within=(-1.0, 1.0)),
    sympy.atan: Rising("atan"),
    sympy.erf: Rising("erf", within=(-1.0, 1.0)),
    sympy.sinh: Rising("sinh"),
    sympy.asinh: Rising("asinh"),
    sympy.asin: Rising("asin", (-1.0, 1.0)),
    sympy.acosh: Rising("acosh", (1.0, INF), within=(0.0, INF), zero=1.0),
    sympy.atanh: Rising("atanh", (-1.0, 1.0), closed=False),
    sympy.sign: Rising("sign"),
    sympy.cosh: Rising("cosh", (0.0, INF), within=(1.0, INF), zero=None),
}
"""Functions of one real number that never fall in their domain."""

_OTHERS: dict[Any, Callable[[Arithmetic, list[Bounds], Expr], Bounds]] = {
    sympy.Abs: lambda arithmetic, parts, shown: absolute(parts[0]),
    sympy.sin: lambda arithmetic, parts, shown: arithmetic.wave(parts[0], "sin"),
    sympy.cos: lambda arithmetic, parts, shown: arithmetic.wave(parts[0], "cos"),
    sympy.cosh: lambda arithmetic, parts, shown: arithmetic.rising(sympy.cosh, absolute(parts[0]), shown),
    sympy.Max: lambda arithmetic, parts, shown: _largest(parts),
    sympy.Min: lambda arithmetic, parts, shown: _smallest(parts),
}


def _hull(parts: list[Bounds]) -> Bounds:
    return Bounds(min(p.low for p in parts), max(p.high for p in parts), all(p.nonzero for p in parts))


def _largest(parts: list[Bounds]) -> Bounds:
    low, high = max(p.low for p in parts), max(p.high for p in parts)
    return Bounds(low, high, low > 0 or all(p.nonzero for p in parts))


def _smallest(parts: list[Bounds]) -> Bounds:
    low, high = min(p.low for p in parts), min(p.high for p in parts)
    return Bounds(low, high, high < 0 or all(p.nonzero for p in parts))


def bounds(expression: Expr, low: Any, high: Any, arithmetic: Arithmetic = FLOATS) -> Bounds:
    """What encloses the values of the expression for low ≤ z ≤ high; raises `Outside` or `Unbounded`."""
    return _evaluator(expression, arithmetic)(arithmetic.entered(low, high))


@lru_cache(8 * CACHE)
def _evaluator(expression: Expr, arithmetic: Arithmetic) -> Callable[[Bounds], Bounds]:
    """What encloses the expression for z in bounds."""
    if expression == z:
        return lambda at: at
    if not expression.free_symbols:
        fixed = arithmetic.constant(expression)
        if fixed is not None:
            return lambda at: fixed
    if isinstance(expression, sympy.Piecewise):
        return _of_cases(expression, arithmetic)
    if expression.is_Add:
        return _of_sum(expression, arithmetic)
    if expression.is_Pow and expression.exp.is_Rational and not isinstance(expression, sympy.exp):
        base = _evaluator(expression.base, arithmetic)
        p, q = int(expression.exp.p), int(expression.exp.q)
        return lambda at: arithmetic.raised(base(at), p, q, expression)
    if isinstance(expression, sympy.log) and expression.args[0].is_Add:
        number, rest = expression.args[0].as_coeff_Add()
        if number == 1:
            inner = _evaluator(rest, arithmetic)
            return lambda at: arithmetic.rising(log1p, inner(at), expression)
    if isinstance(expression, AppliedUndef):
        return lambda at: Bounds(-INF, INF)
    parts = [_evaluator(part, arithmetic) for part in expression.args]
    combine = _combination(expression, arithmetic)
    return lambda at: combine([part(at) for part in parts])


def _combination(expression: Expr, arithmetic: Arithmetic) -> Callable[[list[Bounds]], Bounds]:
    kind = type(expression)
    if expression.is_Mul:
        return arithmetic.product
    if expression.is_Pow:  # a power with an exponent that is not rational: exp(b log(a)), for a > 0

        def raised(parts: list[Bounds]) -> Bounds:
            above = arithmetic.product([parts[1], arithmetic.rising(sympy.log, parts[0], expression)])
            return arithmetic.rising(sympy.exp, above, expression)

        return raised
    if kind in _OTHERS:
        return lambda parts: _OTHERS[kind](arithmetic, parts, expression)
    if kind in RISING:
        return lambda parts: arithmetic.rising(kind, parts[0], expression)
    raise Unbounded(expression)


def _of_sum(expression: Expr, arithmetic: Arithmetic) -> Callable[[Bounds], Bounds]:
    """A sum, its part that is a polynomial being enclosed as a whole."""
    simple = [term for term in expression.args if _is_power(term)]
    rest = [_evaluator(term, arithmetic) for term in expression.args if not _is_power(term)]
    if len(simple) == len(rest) == 1 and _never_reached(simple[0], expression):
        inner = [_evaluator(term, arithmetic) for term in expression.args]

        positive = simple[0] > 0

        def away_from_zero(at: Bounds) -> Bounds:
            low, high, _ = arithmetic.sum([part(at) for part in inner])
            return Bounds(max(low, 0.0), high, True) if positive else Bounds(low, min(high, 0.0), True)

        return away_from_zero
    if sum(term.has(z) for term in simple) < 2:
        rest = [_evaluator(term, arithmetic) for term in expression.args]
        return lambda at: arithmetic.sum([part(at) for part in rest])
    polynomial = sympy.Poly(sympy.Add(*simple), z)
    coefficients = [arithmetic.constant(c) or Bounds(-INF, INF) for c in polynomial.all_coeffs()]
    return lambda at: arithmetic.sum(
        [_polynomial(arithmetic, coefficients, at), *(part(at) for part in rest)]
    )


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


def _polynomial(arithmetic: Arithmetic, coefficients: list[Bounds], at: Bounds) -> Bounds:
    """Horner's rule near 0; far out zⁿ times a polynomial in 1/z."""
    if at.low < at.high and at.sign is not None and min(abs(at.low), abs(at.high)) >= 1:
        inner = _horner(arithmetic, coefficients[::-1], arithmetic.inverse(at, z))
        return arithmetic.product([arithmetic.raised(at, len(coefficients) - 1, 1, z), inner])
    return _horner(arithmetic, coefficients, at)


def _horner(arithmetic: Arithmetic, coefficients: list[Bounds], at: Bounds) -> Bounds:
    total = coefficients[0]
    for coefficient in coefficients[1:]:
        total = arithmetic.sum([arithmetic.product([total, at]), coefficient])
    return total


def _of_cases(expression: Any, arithmetic: Arithmetic) -> Callable[[Bounds], Bounds]:
    """All cases that may apply, each where it may, a condition being a comparison with z or several of them."""
    cases = [
        (_evaluator(value, arithmetic), _narrowing(condition, arithmetic))
        for value, condition in expression.args
    ]

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


def _narrowing(condition: Any, arithmetic: Arithmetic) -> Callable[[Bounds], tuple[bool, Bounds | None]]:
    """Whether a condition holds throughout bounds of z, and where in them it may hold (None: nowhere)."""
    if condition in (sympy.true, True):
        return lambda at: (True, at)
    if condition in (sympy.false, False):
        return lambda at: (False, None)
    if isinstance(condition, sympy.And):
        parts = [_narrowing(part, arithmetic) for part in condition.args]

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
        parts = [_narrowing(part, arithmetic) for part in condition.args]

        def either(at: Bounds) -> tuple[bool, Bounds | None]:
            found = [part(at) for part in parts]
            wheres = [where for _, where in found if where is not None]
            return any(holds for holds, _ in found), _hull(wheres) if wheres else None

        return either
    if not isinstance(condition, sympy.core.relational.Relational):
        raise Unbounded(condition)
    return _comparison(condition, arithmetic)


def _comparison(condition: Any, arithmetic: Arithmetic) -> Callable[[Bounds], tuple[bool, Bounds | None]]:
    left, right = (_evaluator(side, arithmetic) for side in (condition.lhs, condition.rhs))
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


def halfway(low: float, high: float) -> float:
    """A number between two others, of which one may be infinite."""
    if math.isinf(low) and math.isinf(high):
        return 0.0
    if math.isinf(high):
        return max(2 * low, low + 1)
    if math.isinf(low):
        return min(2 * high, high - 1)
    return low + (high - low) / 2
