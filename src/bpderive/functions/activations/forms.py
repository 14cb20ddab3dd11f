"""What the stable forms of the catalogue are made of: none of them overflows, at whatever z.

`decay(rate)` is exp(−rate·|z|), `within(bound)` z kept to where something happens.
"""

from __future__ import annotations

from typing import Any

import sympy
from sympy import Abs, Expr, Piecewise

from bpderive.functions.activations.special import bounded
from bpderive.functions.activations.variables import z


def where(condition: Any, then: Any, otherwise: Any) -> Piecewise:
    """`then` where the condition holds and `otherwise` elsewhere, as np.where has it."""
    return Piecewise((sympy.sympify(then), condition), (sympy.sympify(otherwise), True))


def decay(rate: Any = 1) -> Expr:
    """exp(−rate·|z|), which never overflows."""
    return sympy.exp(-rate * Abs(z))


def within(above: Any, below: Any = None) -> Expr:
    """z; code keeps it between −below and above, past which what it computes from z has reached its limit."""
    return bounded(z, -(above if below is None else below), above)
