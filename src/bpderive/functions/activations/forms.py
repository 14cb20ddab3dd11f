"""What numeric forms are made of: none of those in the catalogue overflows, at whatever z.

`decay(rate)` is exp(−rate·|z|), `within(bound)` z kept to where something happens. What is x in a formula and more in
generated code: `computed(x)` is rounded first, `bounded(x, …)` kept in bounds.
"""

from __future__ import annotations

from typing import Any

import sympy
from sympy import Abs, Expr, Function, Max, Min, Piecewise
from sympy.core.numbers import NumberSymbol

from bpderive.functions.activations.variables import z

MOST_READABLE = 10**9
"""The largest whole number that is printed as it is in a fraction."""

DIGITS = 60


class computed(Function):
    """Its argument, rounded to a floating-point number before anything is done with it: SymPy rearranges nothing."""

    nargs = 1

    @classmethod
    def eval(cls, x: Expr) -> Expr | None:
        """A number or a symbol is computed as it stands."""
        return x if isinstance(x, computed | sympy.Symbol | sympy.Integer) else None


class bounded(Function):
    """x, which code keeps between two bounds: past them the value in floating point is the limit already."""

    nargs = 3
    is_extended_real = True


def exactly(expression: Expr) -> Expr:
    """`expression` as a formula, with neither."""
    return expression.replace(bounded, lambda x, *_: x).replace(computed, lambda x: x)


def coded(expression: Expr) -> Expr:
    """`expression` for code, constants that need it as floats.

    Those are the ones in `computed`, numbers that have no name, and fractions of more digits than anyone reads.
    """
    expression = expression.replace(bounded, lambda x, low, high: Max(Min(x, high), low))
    rounded = {part: _rounded(part) for part in expression.atoms(computed) if part.args[0].is_number}
    expression = expression.xreplace(rounded)
    nameless = expression.atoms(NumberSymbol) - {sympy.pi, sympy.E}
    expression = expression.xreplace({number: _rounded(number) for number in nameless})
    long = (r for r in expression.atoms(sympy.Rational) if max(abs(r.p), r.q) > MOST_READABLE)
    return expression.xreplace({number: _rounded(number) for number in long})


def _rounded(number: Expr) -> Expr:
    return sympy.Float(float(sympy.N(exactly(number), DIGITS)), precision=53)


def where(condition: Any, then: Any, otherwise: Any) -> Piecewise:
    """`then` where the condition holds and `otherwise` elsewhere, as np.where has it."""
    return Piecewise((sympy.sympify(then), condition), (sympy.sympify(otherwise), True))


def decay(rate: Any = 1) -> Expr:
    """exp(−rate·|z|), which never overflows."""
    return sympy.exp(-rate * Abs(z))


def within(above: Any, below: Any = None) -> Expr:
    """z; code keeps it between −below and above, past which what it computes from z has reached its limit."""
    return bounded(z, -(above if below is None else below), above)
