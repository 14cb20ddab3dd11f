"""What is known of a certain σ and a certain cost, as polynomials: σ′ by σ, y by a and ∂C/∂a, the value of the cost.

Each function gives exponents and coefficients, or None where there is no such polynomial; `evaluated` puts expressions
in the place of its variables.
"""

from __future__ import annotations

from fractions import Fraction
from functools import lru_cache
from typing import Any

import sympy

from bpderive.functions.activations import elementwise_activations
from bpderive.functions.costs import costs
from bpderive.workbook.verdict.forms import Term, number, product

Coefficients = tuple[tuple[tuple[int, ...], Fraction], ...]


@lru_cache(32)
def slope_polynomial(sigma: str, order: int = 1) -> Coefficients | None:
    """σ′, or σ″ for order 2, as a polynomial in σ: exponents and coefficients; None if it is none."""
    a = sympy.Symbol("a", real=True)
    found = elementwise_activations[sigma].derivative_from_output(a)
    if found is None or sigma == "linear":
        return None
    return polynomial(found if order == 1 else sympy.expand(sympy.diff(found, a) * found), "a")


@lru_cache(32)
def target_polynomial(cost: str) -> Coefficients | None:
    """y as a polynomial in a, e = ∂C/∂a: exponents and coefficients; None if it is none."""
    a, y, e = sympy.symbols("a y e", real=True)
    slope = sympy.together(costs[cost].derivative(a, y) - e)
    above = sympy.expand(sympy.numer(slope))
    if not above.is_polynomial(y) or sympy.degree(above, y) != 1:
        return None
    solved = sympy.cancel(-above.coeff(y, 0) / above.coeff(y, 1))
    return polynomial(solved, "a", "e")


@lru_cache(32)
def slope_of_cost(cost: str) -> Coefficients | None:
    """∂C/∂a as a polynomial in a and y; None if it is none."""
    a, y = sympy.symbols("a y", real=True)
    return polynomial(costs[cost].derivative(a, y), "a", "y")


@lru_cache(32)
def value_polynomial(cost: str) -> Coefficients | None:
    """What one output contributes to C as a polynomial in a and y; None if it is none."""
    a, y = sympy.symbols("a y", real=True)
    return polynomial(costs[cost].term(a, y), "a", "y")


def polynomial(expression: Any, *names: str) -> Coefficients | None:
    """Exponents and coefficients, or None if the expression is no polynomial with rational coefficients."""
    letters = sympy.symbols(names, real=True)
    if not expression.is_polynomial(*letters):
        return None
    terms = sympy.Poly(expression, *letters).terms()
    if not all(coefficient.is_Rational for _, coefficient in terms):
        return None
    return tuple((tuple(map(int, powers)), Fraction(int(c.p), int(c.q))) for powers, c in terms)


def evaluated(coefficients: Coefficients, *values: list[Term]) -> list[Term]:
    """The polynomial where its variables are expressions."""
    result: list[Term] = []
    for powers, coefficient in coefficients:
        part = number(coefficient)
        for value, power in zip(values, powers, strict=True):
            for _ in range(power):
                part = product(part, value)
        result += part
    return result


@lru_cache(32)
def reflection(sigma: str) -> tuple[int, Coefficients] | None:
    """s and the polynomial p with σ(−z) = s σ(z) + p(z), such as −1 and 1 for sigmoid; None if none was found.

    Decided in the field of rational functions of z and e^z, or by SymPy's own σ(−z) = ±σ(z).
    """
    z = sympy.Symbol("z", real=True)
    value = elementwise_activations[sigma].expr(z)
    for sign in (-1, 1):
        rest = value.subs(z, -z) - sign * value
        found = polynomial(sympy.expand(rest), "z")
        if found is None:
            found = polynomial(_rational_in_exp(rest, z), "z")
        if found is not None:
            return sign, found
    return None


def _rational_in_exp(expression: Any, z: Any) -> Any:
    """The expression in lowest terms, e^z being one unknown; as it is if it holds anything else."""
    grown = sympy.Symbol("grown", positive=True)
    found = expression.rewrite(sympy.exp).replace(
        lambda part: isinstance(part, sympy.exp) and (part.args[0] / z).is_Integer,
        lambda part: grown ** (part.args[0] / z),
    )
    return sympy.cancel(found) if found.is_rational_function(z, grown) else expression


@lru_cache(64)
def value_at_zero(sigma: str, order: int) -> Fraction | None:
    """σ(0), or σ′(0) where there is no kink, if it is rational; None for σ″, which may jump there."""
    if order > 1 or (order and 0 in elementwise_activations[sigma].kinks):
        return None
    z = sympy.Symbol("z", real=True)
    value = (
        elementwise_activations[sigma].derivative(z) if order else elementwise_activations[sigma].expr(z)
    ).subs(z, 0)
    return Fraction(int(value.p), int(value.q)) if value.is_Rational else None


def derivative(coefficients: Coefficients) -> Coefficients:
    """The derivative of a polynomial in one variable."""
    return tuple(((n - 1,), n * c) for (n,), c in coefficients if n)
