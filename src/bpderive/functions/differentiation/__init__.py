"""Derivatives of formulas in one variable, line by line: each line applies one rule, and is checked.

`differentiate(formula, variable, left)` gives a `Differentiation`, whose `steps` print as the lines of a book, with
the reason of each; `.check()` compares every line with SymPy's own derivative. `latex(expression)` writes such formulas
as one writes them: 1 + e^{−z}, and e^{−z} above the line. To add a rule of differentiation, see
`bpderive.functions.differentiation.rules`.

    >>> from sympy import Symbol, exp
    >>> z = Symbol("z", real=True)
    >>> for step in differentiate(z * exp(z), z, "f'(z)").steps:
    ...     print(step.latex(), "|", step.reason.en)
    f'(z) = \\frac{d}{d z} \\, z e^{z} | to be found
    = e^{z} + z \\frac{d}{d z} \\, e^{z} | product rule, $(uv)' = u'v + uv'$
    = e^{z} + z e^{z} | known: $\\frac{d}{dz} e^{z} = e^{z}$
"""

from __future__ import annotations

from bpderive.functions.differentiation.formulas import latex
from bpderive.functions.differentiation.steps import Differentiation, Line, differentiate

__all__ = ["Differentiation", "Line", "differentiate", "latex"]
