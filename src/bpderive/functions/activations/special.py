"""Functions that stable forms need and NumPy does not have, computed in generated code by polynomials of our own.

`computed(x)` is x itself, rounded to a floating-point number before anything is done with it: SymPy rearranges nothing
across it. `half_erfcx(x)` and `gelu_descent(x)` keep their digits where Φ and erf lose them, `mish_crossing(x)` around
the zero of a slope. Their code needs + − × / alone, so it is the same in every language. To add one, derive a class
from `Approximated` and give it a `Recipe`: what it is, by which slowly varying factor it is known, and on what
interval; the polynomial is computed from that.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, ClassVar

import mpmath
import sympy
from sympy import Expr, Function

MOST_READABLE = 10**9
"""The largest whole number that is printed as it is in a fraction."""

DIGITS = 60


class computed(Function):
    """Its argument, computed first."""

    nargs = 1

    @classmethod
    def eval(cls, x: Expr) -> Expr | None:
        """A number or a symbol is computed as it stands."""
        return x if isinstance(x, computed | sympy.Symbol | sympy.Integer) else None

    @staticmethod
    def exactly(x: Expr) -> Expr:
        """x."""
        return x


def _half_erfcx(x: Any) -> Any:
    if x < 100:
        return mpmath.exp(x * x / 2) * mpmath.erfc(x / mpmath.sqrt(2)) / 2
    # The asymptotic series, whose terms fall below 60 digits long before they grow.
    total, term, n = mpmath.mpf(0), mpmath.mpf(1), 0
    while abs(term) > mpmath.eps:
        total += term
        term *= -(2 * n + 1) / (x * x)
        n += 1
    return total / (x * mpmath.sqrt(2 * mpmath.pi))


@lru_cache
def _zero_of_descent() -> Any:
    with mpmath.workdps(DIGITS):
        return mpmath.findroot(lambda x: _half_erfcx(x) - x / mpmath.sqrt(2 * mpmath.pi), mpmath.mpf("0.75"))


def _slope_of_mish(x: Any) -> Any:
    u = mpmath.exp(x)
    g = 2 + 2 * u + u * u
    return u * ((u + 2) * g + 4 * x * (1 + u)) / g**2


@lru_cache
def _zero_of_mish() -> Any:
    with mpmath.workdps(DIGITS):
        return mpmath.findroot(_slope_of_mish, mpmath.mpf("-1.2"))


def _in_two(number: Any) -> tuple[sympy.Float, sympy.Float]:
    """A number as the sum of two floating-point numbers."""
    with mpmath.workdps(DIGITS):
        high, low = (sympy.Float(float(x), precision=53) for x in (number, number - float(number)))
    return high, low


def _half_line(x: Expr) -> Expr:
    """t = (x − 4)/(x + 4), which maps x ≥ 0 on −1 ≤ t < 1 and makes the polynomial shortest."""
    return (x - 4) / (x + 4)


def _on_half_line(t: Any) -> Any:
    """For a number of mpmath, x = 4(1 + t)/(1 − t), the inverse of `_half_line`."""
    return 4 * (1 + t) / (1 - t)


@dataclass(frozen=True, slots=True)
class Recipe:
    """How code computes a function of x: what it is, and the slowly varying factor by whose polynomial it is known.

    `exactly(x)` is the function; `factor(x)`, for a number of mpmath, what is approximated by a polynomial of `degree`
    in t; `around(x, factor)` the function again. `variable(x)` is t and `place(t)` its inverse; left out, they are for
    x ≥ 0.
    """

    exactly: Callable[[Expr], Expr]
    factor: Callable[[Any], Any]
    around: Callable[[Expr, Expr], Expr]
    variable: Callable[[Expr], Expr] = _half_line
    place: Callable[[Any], Any] = _on_half_line
    degree: int = 25

    def coded(self, x: Expr) -> Expr:
        """The function in + − × / alone, right to about one unit in the last place."""
        t = computed(self.variable(x))
        value: Expr = sympy.Integer(0)
        for coefficient in reversed(polynomial(self.factor, self.place, self.degree)):
            value = sympy.Float(coefficient, precision=53) + t * value
        return self.around(x, value)


class Approximated(Function):
    """A function that code computes by its `recipe`."""

    nargs = 1
    recipe: ClassVar[Recipe]

    @classmethod
    def exactly(cls, x: Expr) -> Expr:
        """What the function is."""
        return cls.recipe.exactly(x)

    @classmethod
    def coded(cls, x: Expr) -> Expr:
        """The function in + − × / alone."""
        return cls.recipe.coded(x)


class half_erfcx(Approximated):
    """exp(x²/2) Φ(−x) = ½ exp(x²/2) erfc(x/√2), which falls from ½ only as 1/(x√(2π)).

    Its factor, x + 1 times the function, is between 0.39 and 0.56.
    """

    recipe = Recipe(
        exactly=lambda x: sympy.exp(x**2 / 2) * sympy.erfc(x / sympy.sqrt(2)) / 2,
        factor=lambda x: (x + 1) * _half_erfcx(x),
        around=lambda x, factor: computed(factor) / computed(x + 1),
    )


def _around_zero_of_descent(x: Expr, factor: Expr) -> Expr:
    high, low = _in_two(_zero_of_descent())
    return computed(computed(high - x) + low) * computed(factor)


class gelu_descent(Approximated):
    """½ exp(x²/2) erfc(x/√2) − x/√(2π), which is exp(x²/2) times the slope of the GELU at −x.

    It is computed as (x₀ − x) times a factor between 0.39 and 0.67, x₀ being its zero: no digits are lost there.
    """

    recipe = Recipe(
        exactly=lambda x: half_erfcx.exactly(x) - x / sympy.sqrt(2 * sympy.pi),
        factor=lambda x: (x / mpmath.sqrt(2 * mpmath.pi) - _half_erfcx(x)) / (x - _zero_of_descent()),
        around=_around_zero_of_descent,
    )


def _mish_slope(x: Expr) -> Expr:
    """tanh(ln(1 + eˣ)) + x tanh′(ln(1 + eˣ)) σ(x), as a quotient in eˣ."""
    u = sympy.exp(x)
    return u * ((u + 2) * (2 + 2 * u + u**2) + 4 * x * (1 + u)) / (2 + 2 * u + u**2) ** 2


def _around_zero_of_mish(x: Expr, factor: Expr) -> Expr:
    high, low = _in_two(_zero_of_mish())
    return computed(computed(x - high) - low) * computed(factor)


class mish_crossing(Approximated):
    """The slope of mish for −1.375 ≤ x ≤ −0.375, where it has a zero x₀, so that no digits are lost there.

    Its factor, the slope divided by x − x₀, is between 0.14 and 0.49; t = 2x + 7/4 is exact.
    """

    recipe = Recipe(
        exactly=_mish_slope,
        factor=lambda x: _slope_of_mish(x) / (x - _zero_of_mish()),
        around=_around_zero_of_mish,
        variable=lambda x: 2 * x + sympy.Rational(7, 4),
        place=lambda t: t / 2 - mpmath.mpf(7) / 8,
        degree=17,
    )


def exactly(expression: Expr) -> Expr:
    """`expression` with the functions of this module spelled out."""
    return expression.replace(
        lambda part: isinstance(part, computed | Approximated), lambda part: part.exactly(*part.args)
    )


def coded(expression: Expr) -> Expr:
    """`expression` for code: the approximated functions as their polynomials, constants that need it as floats.

    Those are the ones in `computed`, and fractions of more digits than anyone reads.
    """
    expression = expression.replace(
        lambda part: isinstance(part, Approximated), lambda part: part.coded(computed(*part.args))
    )
    rounded = {part: _rounded(part) for part in expression.atoms(computed) if part.args[0].is_number}
    expression = expression.xreplace(rounded)
    long = (r for r in expression.atoms(sympy.Rational) if max(abs(r.p), r.q) > MOST_READABLE)
    return expression.xreplace({number: _rounded(number) for number in long})


def _rounded(number: Expr) -> Expr:
    return sympy.Float(float(sympy.N(exactly(number), DIGITS)), precision=53)


@lru_cache
def polynomial(factor: Callable[[Any], Any], place: Callable[[Any], Any], highest: int) -> tuple[float, ...]:
    """The coefficients, lowest first, of the polynomial in t that is factor(place(t)) at Chebyshev's nodes."""
    nodes = 2 * highest
    with mpmath.workdps(DIGITS):
        angles = [mpmath.pi * (2 * n + 1) / (2 * nodes) for n in range(nodes)]
        values = [factor(place(mpmath.cos(x))) for x in angles]
        total = [mpmath.mpf(0)] * (highest + 1)
        before, chebyshev = [mpmath.mpf(0)], [mpmath.mpf(1)]
        for degree in range(highest + 1):
            weight = mpmath.fsum(v * mpmath.cos(degree * x) for v, x in zip(values, angles, strict=True))
            weight *= mpmath.mpf(2 if degree else 1) / nodes
            for power, coefficient in enumerate(chebyshev):
                total[power] += weight * coefficient
            # T_1 = t T_0, and T_{n+1} = 2t T_n − T_{n−1} from there.
            following = [mpmath.mpf(0), *((2 if degree else 1) * c for c in chebyshev)]
            for power, coefficient in enumerate(before if degree else []):
                following[power] -= coefficient
            before, chebyshev = chebyshev, following
        return tuple(float(coefficient) for coefficient in total)
