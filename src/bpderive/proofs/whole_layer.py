"""What becomes of the proofs when the outputs are a function of the whole layer, as with softmax.

`whole_layer_derivation(name)` gives a derivation by its name. "37" is (BP1) with its sum over k kept, for every such
function and every cost; "softmax" the Jacobian of softmax; "BP1 softmax" the error with softmax and any cost; "BP2",
"BP3" and "BP4" the same proofs as ever, which use nothing about the output layer.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import cache
from typing import Any

from sympy import Expr, Sum, Symbol, exp

from bpderive.activations import activations
from bpderive.activations.vector import VectorActivation
from bpderive.errors import StepError, unknown_name
from bpderive.notation import C, L, Partial, Width, a, delta, i, j, k, l, z
from bpderive.proofs.algebra_rules import Cancel, QuotientRule, TakeAll
from bpderive.proofs.definitions import ACTIVATION, ERROR, NEURON, OUTPUT
from bpderive.proofs.derivation import Derivation, Move, derive
from bpderive.proofs.rules import ByEquation, ChainRule
from bpderive.proofs.theorems import derivation
from bpderive.statements import WHOLE, Statement, equation, layers, neurons
from bpderive.text import Text

ALL = (Symbol("k", integer=True, nonnegative=True), 0, Width(L) - 1)
"""The limits of a sum over the output layer."""

TWO = (neurons(j, L), neurons(k, L))
"""Two neurons j and k of the output layer."""

ERROR_ANYWHERE: Statement = replace(ERROR, output=WHOLE)
"""(29) is a definition, and speaks of no activation."""

HIDDEN_ACTIVATION: Statement = replace(ACTIVATION, ranges=(layers(l, 2, L - 1), *NEURON[1:]), output=WHOLE)
"""a^l_j = σ(z^l_j) in the layers before the last."""


def bp1_of_whole_layer() -> Derivation:
    """δ^L_j = Σ_k ∂C/∂a^L_k ∂a^L_k/∂z^L_j: (37) stays as it is."""
    return derive(
        "37",
        Text(
            en="The error in an output layer with one function for all", zh="整层共用一个函数时输出层的误差"
        ),
        equation(
            delta(L)[j, 0],
            Sum(Partial(C, a(L)[k, 0]) * Partial(a(L)[k, 0], z(L)[j, 0]), ALL),
            over=OUTPUT,
            output=WHOLE,
        ),
        [
            Move(ByEquation("29", ERROR_ANYWHERE, ((l, L),)), equation="36"),
            Move(ChainRule(a(L), k), equation="37"),
        ],
    )


def definition(activation: VectorActivation, neuron: Symbol = k) -> Statement:
    """a^L_k by the formula of the activation; the index of its sums is i."""
    formula = activation.formula
    for total in formula.atoms(Sum):
        [(index, low, high)] = total.limits
        formula = formula.xreplace({total: Sum(total.function.xreplace({index: i}), (i, low, high))})
    return equation(
        a(L)[neuron, 0], formula.xreplace({j: neuron}), over=(neurons(neuron, L),), output=activation.name
    )


def jacobian(activation: VectorActivation) -> Derivation:
    """∂a^L_k/∂z^L_j, written by the outputs; for softmax a^L_k (1[j=k] − a^L_j)."""
    found: Expr = activation.jacobian_from_output()
    known = definition(activation)
    total = next(iter(known.rhs.atoms(Sum)))
    own = equation(exp(z(L)[k, 0]), a(L)[k, 0] * total, over=(neurons(k, L),), output=activation.name)
    return derive(
        activation.name,
        Text(en="The Jacobian of {name}", zh="{name} 的雅可比矩阵").format(name=activation.name),
        equation(
            Partial(a(L)[k, 0], z(L)[j, 0]),
            found.xreplace({j: k, k: j}),
            over=TWO,
            output=activation.name,
        ),
        [
            Move(ByEquation("softmax", known)),
            Move(QuotientRule()),
            Move(TakeAll()),
            Move(ByEquation("share", own)),
            Move(ByEquation("share", own, ((k, j),))),
            Move(Cancel()),
        ],
    )


def bp1_with(activation: VectorActivation) -> Derivation:
    """δ^L_j with the Jacobian of the activation put into (37), for any cost."""
    return derive(
        f"BP1 {activation.name}",
        Text(en="The output error with {name}", zh="采用 {name} 时的输出误差").format(name=activation.name),
        equation(delta(L)[j, 0], activation.pullback, over=OUTPUT, output=activation.name),
        [
            Move(ByEquation("37", bp1_of_whole_layer().statement)),
            Move(ByEquation("jacobian", jacobian(activation).statement)),
            Move(Cancel(_DELTA)),
        ],
    )


def unchanged(number: str) -> Derivation:
    """(BP2), (BP3) or (BP4) with any function of the whole output layer: the proof that it has, which does not use it.

    Raises `StepError` for an equation whose proof does.
    """
    proof = derivation(number)
    return derive(
        number,
        proof.title,
        replace(proof.statement, output=WHOLE),
        [replace(move, rule=_anywhere(move.rule)) for move in proof.moves],
        replace(proof.start, output=WHOLE),
    )


def _anywhere(rule: Any) -> Any:
    """The rule with what it uses said of every output layer, where that is how it is."""
    used = getattr(rule, "equation", None)
    if used is None:
        return rule
    free_of_output = {ERROR: ERROR_ANYWHERE, ACTIVATION: HIDDEN_ACTIVATION}
    if used.lhs.parent.letter == "z":
        free_of_output[used] = replace(used, output=WHOLE)
    if used not in free_of_output:
        raise StepError(f"{used} is known where each output depends on its own z alone.")
    return replace(rule, equation=free_of_output[used])


_DELTA = Text(
    en="multiply out; $\\mathbb{1}[j=k]$ keeps one term of its sum",
    zh="乘开；含 $\\mathbb{1}[j=k]$ 的求和只剩一项",
)


def _softmax() -> VectorActivation:
    found = activations["softmax"]
    assert isinstance(found, VectorActivation)
    return found


_PROOFS: dict[str, Callable[[], Derivation]] = {
    "37": bp1_of_whole_layer,
    "softmax": lambda: jacobian(_softmax()),
    "BP1 softmax": lambda: bp1_with(_softmax()),
    "BP2": lambda: unchanged("BP2"),
    "BP3": lambda: unchanged("BP3"),
    "BP4": lambda: unchanged("BP4"),
}


@cache
def whole_layer_derivation(name: str) -> Derivation:
    """The derivation `name`, of those that the module names; raises `UnknownName` for any other."""
    if name not in _PROOFS:
        raise unknown_name("derivation about a whole output layer", name, _PROOFS)
    return _PROOFS[name]()
