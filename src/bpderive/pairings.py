"""Which activation of the output layer goes with which cost: the pairs for which σ′ cancels in δ^L.

`cancelled(activation, cost)` is δ^L by the outputs a and the desired outputs y where the slope, or the Jacobian, of the
activation cancels against the cost's derivative, and None where it does not; compiled code and `gradient` use it.

    >>> from bpderive.activations import activations
    >>> from bpderive.costs import costs
    >>> print(cancelled(activations["sigmoid"], costs["cross_entropy"]))
    a - y
    >>> print(cancelled(activations["softmax"], costs["log_likelihood"]))
    total = sum(y)
    a*total - y
"""

from __future__ import annotations

from functools import lru_cache

import sympy
from sympy import Expr, Sum

from bpderive.activations import AnyActivation, VectorActivation
from bpderive.activations.layer_program import LayerProgram, layer_program, letter
from bpderive.costs import Cost
from bpderive.costs import a as output
from bpderive.notation import C, L, Partial, a, j, quantity, y


@lru_cache(256)
def cancelled(activation: AnyActivation, cost: Cost) -> LayerProgram | None:
    """δ^L by `a` and `y` where σ′ cancels, as a program of the whole layer; None where it does not."""
    if isinstance(activation, VectorActivation):
        error = _cancelled_in_layer(activation, cost)
        return None if error is None else layer_program(error, j, ("a", "y"))
    found = cost.cancelled_error(activation.derivative_from_output(output), letter("a"), letter("y"))
    return None if found is None else LayerProgram((letter("a"), letter("y")), (), found)


def _cancelled_in_layer(activation: VectorActivation, cost: Cost) -> Expr | None:
    """δ^L_j = Σ_k ∂C/∂a_k ∂a_k/∂z_j, if all that the cost divides by cancels in it."""
    slope = cost.derivative()
    if slope.has(sympy.Piecewise) or not sympy.fraction(sympy.cancel(slope))[1].has(output):
        return None
    error = sympy.expand(_with_cost(activation.pullback, cost))
    sums = {total: sympy.Dummy() for total in error.atoms(Sum)}
    parts = [error.xreplace(sums), *(total.function for total in sums)]
    divided = any(not sympy.fraction(sympy.together(part))[1].is_number for part in parts)
    return None if divided else error


def _with_cost(expression: Expr, cost: Cost) -> Expr:
    """The expression with every ∂C/∂a^L_k taken of the cost, and the products under a sum cancelled."""

    def taken(slope: Partial) -> Expr:
        found = quantity(slope.by)
        assert found is not None
        return cost.derivative(a(L)[found[1][0], 0], y(L)[found[1][0], 0])

    put = expression.xreplace({part: taken(part) for part in expression.atoms(Partial) if part.of == C})
    return put.replace(
        lambda part: isinstance(part, Sum),
        lambda total: Sum(sympy.cancel(total.function), *total.limits),
    )
