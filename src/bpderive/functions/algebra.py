"""Exact decisions about expressions in one real variable.

`vanishes(expression, z)` decides whether a rational function of z and exp(v), v being a polynomial, is identically 0,
and says None where it cannot decide; `tidy(expression)` is the shortest of a rational function's usual forms.
`simplify` is never asked: it is slow, and it is not a decision procedure.
"""

from __future__ import annotations

from typing import Any

import sympy
from sympy import Add, Expr, Mul, Rational, Symbol

EXPONENTIAL = Symbol("E", positive=True)
"""Stands for exp(v) where a function of z is treated as a rational function of z and exp(v)."""

HIGHEST = 64
"""The highest power of an exponential that is treated as one of an unknown."""


def in_exponential(expression: Any, z: Symbol) -> tuple[Expr, Any]:
    """(v, `expression` with exp(v) as `EXPONENTIAL`): v is the polynomial in z whose multiples all exponents are.

    Hyperbolic functions count as exponentials. v is 0, and the exponentials stay, where there is no such polynomial.
    """
    plain = expression.replace(
        lambda part: (
            isinstance(part, sympy.tanh | sympy.sinh | sympy.cosh | sympy.coth | sympy.sech)
            and not part.args[0].has(sympy.tanh, sympy.sinh, sympy.cosh)
        ),
        lambda part: part.rewrite(sympy.exp),
    )
    plain = plain.replace(sympy.exp, lambda x: sympy.exp(sympy.expand(x)))
    exponents = [e.args[0] for e in plain.atoms(sympy.exp) if e.args[0].is_polynomial(z) and e.args[0].has(z)]
    whole = [x - x.subs(z, 0) for x in exponents]
    ratios = [sympy.cancel(x / whole[0]) for x in whole]
    if not ratios or not all(ratio.is_Rational for ratio in ratios):
        return sympy.Integer(0), plain
    common = sympy.ilcm(1, *(ratio.q for ratio in ratios))
    if max(abs(ratio * common) for ratio in ratios) > HIGHEST:
        return sympy.Integer(0), plain
    unit = whole[0] * Rational(1, common)
    # The same sign in whatever order the exponents come, and that of most of them.
    total = sum(ratios)
    unit = -unit if total < 0 or (total == 0 and sympy.Poly(unit, z).LC().is_negative) else unit

    def power(x: Expr) -> Expr:
        ratio = sympy.cancel((x - x.subs(z, 0)) / unit) if x.is_polynomial(z) else sympy.nan
        return sympy.exp(x.subs(z, 0)) * EXPONENTIAL**ratio if ratio.is_Integer else sympy.exp(x)

    return unit, plain.replace(sympy.exp, power)


def vanishes(expression: Any, z: Symbol) -> bool | None:
    """Whether `expression` is identically 0 as a function of z; None if it is not rational in z and exp(v)."""
    _, rational = in_exponential(sympy.sympify(expression, strict=True).rewrite(sympy.exp), z)
    cancelled = sympy.cancel(sympy.together(rational))
    if cancelled == 0:
        return True
    # z and exp(v) are algebraically independent over the numbers, so that no other rational function of them is 0.
    unknowns = {z, EXPONENTIAL}
    if cancelled.free_symbols <= unknowns and cancelled.is_rational_function(*unknowns):
        return False
    return None


def differentiated(expression: Expr, variable: Symbol) -> Expr:
    """SymPy's derivative, in which (−z)^(3/2)/z is written as −√(−z), so that it is finite where it should be."""

    def united(product: Expr) -> Expr:
        for power in product.args:
            base, exponent = power.as_base_exp()
            if exponent.is_Rational and not exponent.is_Integer:
                shorter = (product / power * base) * base ** (exponent - 1)
                if len(shorter.args) < len(product.args):
                    return shorter
        return product

    found: Expr = sympy.diff(expression, variable)
    return found.replace(lambda part: part.is_Mul, united)


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
