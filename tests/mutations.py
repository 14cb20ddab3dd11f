"""Ways of making an equation wrong: small transformations of a SymPy expression, by name.

`mutations(expression)` gives those that change it. None knows an equation; what comes out is mostly false, sometimes
not even well formed, and now and then the same in other words, which is for the caller to say.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import sympy
from sympy import Expr, HadamardProduct, MatMul, Mul, Sum

from bpderive.letters.statements import Statement
from bpderive.letters.symbols import DiagonalSigmaPrime, Elementwise, L, Sigma, SigmaPrime, j, k, l

Change = Callable[[Expr], Expr]


def negated(expression: Expr) -> Expr:
    """With the other sign."""
    return -expression


def doubled(expression: Expr) -> Expr:
    """Twice as much."""
    return 2 * expression


def layer_later(expression: Expr) -> Expr:
    """Every quantity one layer later."""
    return expression.xreplace({l: l + 1})


def layer_earlier(expression: Expr) -> Expr:
    """Every quantity one layer earlier."""
    return expression.xreplace({l: l - 1, L: L - 1})


def indices_swapped(expression: Expr) -> Expr:
    """j for k and k for j."""
    return expression.xreplace({j: k, k: j})


def without_slope(expression: Expr) -> Expr:
    """σ′ left out."""
    if isinstance(expression, HadamardProduct):
        kept = [f for f in expression.args if not isinstance(f, Elementwise)]
        return kept[0] if len(kept) == 1 else HadamardProduct(*kept)
    if isinstance(expression, MatMul):
        return MatMul(*(f for f in expression.args if not isinstance(f, DiagonalSigmaPrime)))
    return expression.replace(SigmaPrime, lambda *_: sympy.Integer(1))


def function_for_slope(expression: Expr) -> Expr:
    """σ for σ′."""
    if getattr(expression, "is_Matrix", False):
        slopes = expression.atoms(Elementwise)
        return expression.xreplace({s: Elementwise(Sigma, *s.args[1:]) for s in slopes})
    return expression.replace(SigmaPrime, Sigma)


def slope_elsewhere(expression: Expr) -> Expr:
    """σ′ of the layer before."""
    slopes = (
        expression.atoms(SigmaPrime) | expression.atoms(Elementwise) | expression.atoms(DiagonalSigmaPrime)
    )
    return expression.xreplace({s: layer_earlier(s) for s in slopes})


def without_sum(expression: Expr) -> Expr:
    """The term of a sum with the free index, instead of the sum."""
    return expression.replace(
        lambda e: isinstance(e, Sum), lambda e: e.function.xreplace({e.limits[0][0]: j})
    )


def short_sum(expression: Expr) -> Expr:
    """Sums without their last term."""
    return expression.replace(
        lambda e: isinstance(e, Sum), lambda e: Sum(e.function, *((v, a, b - 1) for v, a, b in e.limits))
    )


def without_transpose(expression: Expr) -> Expr:
    """Every matrix as it is, where it should be transposed."""
    return expression.replace(sympy.Transpose, lambda matrix: matrix)


def factors_reversed(expression: Expr) -> Expr:
    """The factors of a product of matrices in the other order."""
    return MatMul(*reversed(expression.args)) if isinstance(expression, MatMul) else expression


def first_factor_dropped(expression: Expr) -> Expr:
    """A product without its first factor."""
    if isinstance(expression, Mul) and len(expression.args) > 1:
        return Mul(*expression.args[1:])
    if isinstance(expression, MatMul | HadamardProduct) and len(expression.args) > 2:
        return expression.func(*expression.args[1:])
    return expression


EVERY: tuple[Change, ...] = (
    negated,
    doubled,
    layer_later,
    layer_earlier,
    indices_swapped,
    without_slope,
    function_for_slope,
    slope_elsewhere,
    without_sum,
    short_sum,
    without_transpose,
    factors_reversed,
    first_factor_dropped,
)


def mutations(expression: Expr) -> dict[str, Expr]:
    """Those of `EVERY` that change the expression and still give one, by name."""
    found = {}
    for change in EVERY:
        try:
            wrong = change(expression)
        except (ValueError, TypeError, AttributeError):  # shapes that SymPy itself refuses
            continue
        if wrong != expression:
            found[change.__name__] = wrong
    return found


def with_rhs(statement: Statement, rhs: Expr) -> Statement:
    """The statement with another last side."""
    return replace(statement, sides=(*statement.sides[:-1], rhs))
