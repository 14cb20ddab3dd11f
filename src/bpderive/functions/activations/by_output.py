"""σ′ written by the output a = σ(z), as a(1 − a) for the sigmoid: found, or declared and checked.

`slope_by_output(formula)` finds it for quotients of exponentials; `is_slope_by_output(candidate, formula, slope)`
decides whether a declared one is right, piece by piece.
"""

from __future__ import annotations

from functools import lru_cache
from itertools import pairwise

import sympy
from sympy import Expr, Interval, Rational

from bpderive.functions.activations import steps
from bpderive.functions.activations.analysis import pieces
from bpderive.functions.activations.enclosure import sign
from bpderive.functions.activations.steps import Undecided, question
from bpderive.functions.activations.variables import CACHE, a, z
from bpderive.functions.activations.zeros import limit_of, zeros
from bpderive.functions.algebra import EXPONENTIAL, in_exponential, tidy, vanishes
from bpderive.letters.text import Text

_NOT_MONOTONE = Text(en="the function is not monotone", zh="该函数不单调")


def slope_by_output(formula: Expr) -> Expr | None:
    """σ′ as a function of a = σ(z), or None where it is not found.

    Found where σ′ is constant or σ is a quotient of linear functions of a power of exp(v), which can be solved for it.
    """
    try:
        return _solved(formula)
    except Undecided:
        return None


@question(lambda: steps.MOST // 3)
def _solved(formula: Expr) -> Expr | None:
    if len(pieces(formula)) > 1:
        return None
    slope = sympy.diff(formula, z)
    if not slope.has(z):
        return slope
    _, (rational, by_exponential) = in_exponential(sympy.Tuple(formula, slope), z)
    rational = sympy.cancel(sympy.together(rational))
    if not rational.is_rational_function(EXPONENTIAL) or rational.has(z):
        return None
    above, below = (sympy.Poly(part, EXPONENTIAL) for part in sympy.fraction(rational))
    exponents = {n for part in (above, below) for (n,) in part.monoms()} - {0}
    if len(exponents) != 1:
        return None
    [degree] = exponents
    # a = (p u + q)/(r u + s) with u = exp(v)^degree, solved for u.
    p, q, r, s = (part.coeff_monomial(EXPONENTIAL**n) for part in (above, below) for n in (degree, 0))
    u = (q - s * a) / (r * a - p)
    at_output = by_exponential.subs(EXPONENTIAL, u ** sympy.Rational(1, degree))
    found = tidy(sympy.cancel(sympy.together(sympy.powdenest(at_output, force=True))))
    if found.has(z):
        return None
    return found if vanishes(found.subs(a, formula) - slope, z) is True else None


@lru_cache(CACHE)
def is_slope_by_output(candidate: Expr, formula: Expr, slope: Expr) -> bool:
    """Whether `slope`, the σ′(z) of the formula, is `candidate` at a = σ(z), for every z; decided exactly.

    Where the formula has parameters that are symbols, at two values of them.
    """
    symbols = formula.free_symbols - {z}
    if symbols:
        return all(
            is_slope_by_output(
                *(part.subs(dict.fromkeys(symbols, value)) for part in (candidate, formula, slope))
            )
            for value in (Rational(1, 3), Rational(5, 2))
        )
    branches = pieces(candidate.subs(a, z))
    cut = pieces(formula)
    for expression, where in cut:
        try:
            values = _values(expression, where)
        except Undecided:
            return False
        branch = next((b for b, within in branches if values.is_subset(within)), None)
        if branch is None or vanishes(branch.subs(z, expression) - sympy.diff(expression, z), z) is not True:
            return False
    return all(
        sympy.expand(candidate.subs(a, formula.subs(z, where.sup)) - slope.subs(z, where.sup)) == 0
        for (_, where), _ in pairwise(cut)
    )


def _values(expression: Expr, where: Interval) -> sympy.Set:
    """The values inside an interval of a function that is monotone there; raises `Undecided` for others."""
    if not expression.has(z):
        return sympy.FiniteSet(expression)
    if zeros(sympy.diff(expression, z), where):
        raise Undecided(_NOT_MONOTONE)
    ends = [limit_of(expression, end, side) for end, side in ((where.inf, "+"), (where.sup, "-"))]
    rises = (ends[1].is_infinite and ends[1].is_extended_positive) or (
        ends[0].is_infinite and ends[0].is_extended_negative
    )
    if not any(end.is_infinite for end in ends):
        rises = sign(ends[1] - ends[0]) > 0
    return Interval.open(*(ends if rises else reversed(ends)))
