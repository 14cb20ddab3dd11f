"""The variables of every formula here: the weighted input z, and the output a = σ(z)."""

from __future__ import annotations

from sympy import Symbol

z = Symbol("z", real=True)
"""The weighted input, the variable of every formula."""

a = Symbol("a", real=True)
"""The output σ(z), the variable of σ′ written by the output."""

CACHE = 512
"""How many answers about formulas are remembered."""
