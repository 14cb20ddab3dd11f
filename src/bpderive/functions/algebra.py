"""Exact decisions about expressions in one real variable.

`vanishes(expression, z)` decides whether a rational function of z and exp(z) is identically 0, and says None where it
cannot decide; `tidy(expression)` is the shortest of a rational function's usual forms. `simplify` is never asked: it is
slow, and it is not a decision procedure.
"""

from __future__ import annotations

from typing import Any

import sympy
from sympy import Add, Expr, Mul, Symbol

EXPONENTIAL = Symbol("E", positive=True)
"""Stands for exp(z) where a function of z is treated as a rational function."""


def in_exponential(expression: Expr, z: Symbol) -> Expr:
    """`expression` with exp(z) written as the unknown `EXPONENTIAL`, hyperbolic functions included."""

    def power(argument: Expr) -> Expr:
        slope = argument.coeff(z, 1) if argument.is_polynomial(z) else sympy.nan
        rest = sympy.expand(argument - slope * z)
        if not slope.is_Integer or rest.has(z):
            return sympy.exp(argument)
        return sympy.exp(rest) * EXPONENTIAL**slope

    return expression.rewrite(sympy.exp).replace(sympy.exp, lambda argument: power(sympy.expand(argument)))


def vanishes(expression: Any, z: Symbol) -> bool | None:
    """Whether `expression` is identically 0 as a function of z; None if it is not rational in z and exp(z)."""
    rational = in_exponential(sympy.sympify(expression, strict=True), z)
    cancelled = sympy.cancel(sympy.together(rational))
    if cancelled == 0:
        return True
    # z and exp(z) are algebraically independent over the numbers, so that no other rational function of them is 0.
    unknowns = {z, EXPONENTIAL}
    if cancelled.free_symbols <= unknowns and cancelled.is_rational_function(*unknowns):
        return False
    return None


def tidy(expression: Expr) -> Expr:
    """A rational function cancelled and written in its shorter form, factored or expanded, without a minus in front."""
    factored = _without_minus(sympy.factor(expression))
    expanded = sympy.cancel(expression)
    return expanded if sympy.count_ops(expanded) < sympy.count_ops(factored) else factored


def _without_minus(product: Expr) -> Expr:
    """The product with its signs as one writes them: (a − y)/(a(1 − a)) for (y − a)/(a(a − 1))."""
    coefficient, factors = product.as_coeff_mul()
    turned = list(factors)
    for place, factor in enumerate(turned):
        base, exponent = factor.as_base_exp()
        if isinstance(base, Add) and (exponent in (1, -1) or exponent.is_even) and _begins_with_minus(base):
            turned[place] = Add(*(-term for term in base.args)) ** exponent
            coefficient = coefficient if exponent.is_even else -coefficient
    if coefficient.is_negative:
        # The minus goes into a sum with a number in it, below the line if there is one there.
        sums = [n for n, factor in enumerate(turned) if _has_number(factor.as_base_exp()[0])]
        sums.sort(key=lambda n: turned[n].as_base_exp()[1] != -1)
        if sums and turned[sums[0]].as_base_exp()[1] in (1, -1):
            base, exponent = turned[sums[0]].as_base_exp()
            turned[sums[0]] = Add(*(-term for term in base.args)) ** exponent
            coefficient = -coefficient
    return Mul(coefficient, *turned)


def _has_number(expression: Expr) -> bool:
    return isinstance(expression, Add) and any(term.is_number for term in expression.args)


def _begins_with_minus(terms: Add) -> bool:
    """Whether a sum without numbers has a minus before its alphabetically first term."""
    if _has_number(terms):
        return False
    return bool(min(terms.args, key=lambda term: str(abs(term))).could_extract_minus_sign())
