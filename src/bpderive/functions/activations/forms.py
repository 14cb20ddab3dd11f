"""What the stable forms of the catalogue are made of.

`decay(rate)` is exp(−rate·|z|), which never overflows; `bell(x, rate)` is exp(−rate·x²), right to the last digits
although x² is not; `CubicExponent` does the same for the exponent of the approximate GELU. Where a product would be
rounded as a subnormal number before it is one, an exponential is cut in two factors, and `product` keeps their order.
"""

from __future__ import annotations

from typing import Any

import sympy
from sympy import Abs, Expr, Max, Min, Piecewise, Rational, floor

from bpderive.functions.activations.special import computed
from bpderive.functions.activations.variables import z

KEPT = 37
"""exp(−37) happens to be a floating-point number within a hundredth of a unit in the last place."""

STEPS = 64
"""A number is split at multiples of 1/64: few enough digits that products of such parts are exact."""


def where(condition: Any, then: Any, otherwise: Any) -> Piecewise:
    """`then` where the condition holds and `otherwise` elsewhere, as np.where has it."""
    return Piecewise((sympy.sympify(then), condition), (sympy.sympify(otherwise), True))


def decay(rate: Any = 1) -> Expr:
    """exp(−rate·|z|), which never overflows."""
    return sympy.exp(-rate * Abs(z))


def decay_in_two() -> tuple[Expr, Expr]:
    """(s, t) with exp(−|z|) = s·t: what is multiplied with s and then with t is no subnormal number on the way.

    t is 1 exactly for |z| ≤ KEPT, so that two exponentials are no less accurate than one there.
    """
    return sympy.exp(-Min(Abs(z), KEPT)), sympy.exp(-Max(Abs(z) - KEPT, 0))


def product(*factors: Any) -> Expr:
    """The product, multiplied from left to right."""
    made = sympy.sympify(factors[0])
    for factor in factors[1:]:
        made = computed(made) * factor
    return made


def within(bound: int) -> Expr:
    """|z|, but no more than `bound`, past which what is computed from it has vanished."""
    return Min(Abs(z), bound)


def bell(x: Expr, rate: Any = 1) -> tuple[Expr, Expr, Expr]:
    """(s, t, u) with exp(−rate·x²) = s·t·u; s is computed from the leading digits of x, whose square is exact.

    u is exp(−37), and s so much larger, so that a product is no subnormal number before u comes in.
    """
    head = computed(floor(STEPS * x) / STEPS)
    rest = computed(x - head)
    s = sympy.exp(KEPT - computed(head**2 * Rational(rate)))
    t = sympy.exp(-computed(rest * Rational(rate)) * computed(2 * head + rest))
    return s, t, computed(sympy.exp(-KEPT))


class CubicExponent:
    """E = exp(−(bx + cx³)) for x ≥ 0 as three factors, and 1 + E − x(b + 3cx²) without loss of digits."""

    def __init__(self, x: Expr, b: Expr, c: Expr) -> None:
        head = computed(floor(STEPS * x + Rational(1, 2)) / STEPS)
        rest = computed(x - head)
        # So few digits that the products with head and its cube, and their sum, are exact.
        b_head, c_head = (
            Rational(sympy.floor(value * 2**bits), 2**bits) for value, bits in ((b, 36), (c, 24))
        )
        b_rest, c_rest = computed(b - b_head), computed(c - c_head)
        cube = computed(head**2) * head
        square = 3 * head**2 + rest * computed(3 * head + rest)

        def exponent(times: int) -> tuple[Expr, Expr]:
            large = computed(computed(head * b_head) + computed(cube * (times * c_head)))
            small = rest * computed(b + times * c * computed(square)) + (
                head * b_rest + times * (cube * c_rest)
            )
            return large, computed(small)

        large, small = exponent(1)
        self.factors = (sympy.exp(KEPT - large), sympy.exp(-small), computed(sympy.exp(-KEPT)))
        self.value = product(*self.factors)
        large, small = exponent(3)
        self.descent = computed(1 - large) + computed(self.value - small)
