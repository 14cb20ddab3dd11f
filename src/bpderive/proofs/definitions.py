"""What the proofs start from: the forward pass (23), the weighted input, and the error (29).

`defining(letter)` is the definition of a quantity of the forward pass; a rule that needs to know what z^l_j stands for
asks here and nowhere else.
"""

from __future__ import annotations

from dataclasses import replace

from sympy import Expr, MatAdd, MatMul, Sum, Symbol

from bpderive.functions.activations.vector import VectorActivation
from bpderive.functions.costs import Cost, costs
from bpderive.letters.statements import WHOLE, Range, Statement, equation, layers, neurons
from bpderive.letters.symbols import (
    BackwardProduct,
    C,
    L,
    NormSquared,
    Partial,
    PathSum,
    Sigma,
    Width,
    a,
    b,
    delta,
    i,
    j,
    k,
    l,
    q,
    w,
    y,
    z,
)

NEURON = (layers(l), neurons(j, l))
"""Layer l from 2 to L, and a neuron j of it."""

WEIGHT = (*NEURON, neurons(k, l - 1))
"""A weight w^l_jk: layer l from 2 to L, neuron j of it, neuron k of the layer before."""

INNER = (layers(l, 2, L - 1), neurons(j, l))
"""Layer l from 2 to L-1, and a neuron j of it."""

OUTPUT: tuple[Range, ...] = (neurons(j, L),)
"""A neuron j of the output layer."""

TWO = (neurons(j, L), neurons(k, L))
"""Two neurons j and k of the output layer."""

WEIGHTED_INPUT: Statement = equation(
    z(l)[j, 0], Sum(w(l)[j, k] * a(l - 1)[k, 0], (k, 0, Width(l - 1) - 1)) + b(l)[j, 0], over=NEURON
)
ACTIVATION: Statement = equation(a(l)[j, 0], Sigma(l, j, z(l)[j, 0]), over=NEURON)
ERROR: Statement = equation(delta(l)[j, 0], Partial(C, z(l)[j, 0]), over=NEURON)

ERROR_ANYWHERE: Statement = replace(ERROR, output=WHOLE)
"""(29) is a definition, and speaks of no activation."""

HIDDEN_ACTIVATION: Statement = replace(ACTIVATION, ranges=(layers(l, 2, L - 1), *NEURON[1:]), output=WHOLE)
"""a^l_j = σ(z^l_j) in the layers before the last."""

ONE_EXAMPLE: Statement = equation(C, NormSquared(MatAdd(y(L), MatMul(-1, a(L)))) / 2, cost="quadratic")
"""The term of (26) that belongs to one training example."""

PATHS_START: Statement = equation(PathSum(L, j), Partial(C, a(L)[j, 0]), over=OUTPUT)
PATHS_GROW: Statement = equation(
    PathSum(l, j),
    Sum(PathSum(l + 1, q) * PathSum.link(l, j, q), (q, 0, Width(l + 1) - 1)),
    over=INNER,
)
PRODUCT_GROWS: Statement = equation(
    BackwardProduct(l),
    MatMul(*BackwardProduct.factor(l).args, BackwardProduct(l + 1)),
    over=(layers(l, 2, L - 2),),
)
"""What the dots of (53) and (35) mean: one layer more is one sum, or one pair of factors, more."""

PRODUCT_STARTS: Statement = equation(BackwardProduct(L - 1), BackwardProduct.factor(L - 1), over=())


def defining(letter: str, bound: Expr = i) -> Statement:
    """The definition of z^l_j or of a^l_j; `bound` is the index of its sum."""
    if letter == "a":
        return ACTIVATION
    if letter != "z":
        raise KeyError(letter)
    total = Sum(w(l)[j, bound] * a(l - 1)[bound, 0], (bound, 0, Width(l - 1) - 1))
    return equation(z(l)[j, 0], total + b(l)[j, 0], over=NEURON)


def whole_layer(activation: VectorActivation, neuron: Symbol = k) -> Statement:
    """a^L_k by the formula of the activation; the index of its sums is i."""
    formula = activation.formula
    for total in formula.atoms(Sum):
        [(index, low, high)] = total.limits
        formula = formula.xreplace({total: Sum(total.function.xreplace({index: i}), (i, low, high))})
    return equation(
        a(L)[neuron, 0], formula.xreplace({j: neuron}), over=(neurons(neuron, L),), output=activation.name
    )


def cost_in_components(name: str, index: Symbol) -> Statement:
    """C = Σ_j …, with the formula of the cost `name` from the catalogue."""
    return cost_formula(costs[name], index)


def cost_formula(cost: Cost, index: Symbol) -> Statement:
    """C = Σ_j …, with the formula of a cost."""
    number, rest = cost.term(a(L)[index, 0], y(L)[index, 0]).as_coeff_Mul()
    return equation(C, number * Sum(rest, (index, 0, Width(L) - 1)), cost=cost.name)
