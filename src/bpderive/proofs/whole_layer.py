"""What becomes of the proofs when the outputs are a function of the whole layer, as with softmax.

`derivation("BP1-whole")` is (BP1) with its sum over k kept, for every such function and every cost;
`derivation("softmax")` the Jacobian of softmax; `derivation("BP1-softmax")` the error with softmax and any cost.
"""

from __future__ import annotations

from collections.abc import Callable

from sympy import Expr, Sum, Symbol, exp

from bpderive.functions.activations import activations
from bpderive.functions.activations.vector import VectorActivation
from bpderive.letters.statements import WHOLE, equation, neurons
from bpderive.letters.symbols import C, L, Partial, Width, a, delta, j, k, l, z
from bpderive.letters.text import Text
from bpderive.proofs.algebra_rules import Cancel, QuotientRule, TakeAll
from bpderive.proofs.definitions import ERROR_ANYWHERE, OUTPUT, TWO, whole_layer
from bpderive.proofs.derivation import Derivation, derive
from bpderive.proofs.rules import ByEquation, ChainRule
from bpderive.proofs.steps import Move

ALL = (Symbol("k", integer=True, nonnegative=True), 0, Width(L) - 1)
"""The limits of a sum over the output layer."""


def bp1_of_whole_layer() -> Derivation:
    """δ^L_j = Σ_k ∂C/∂a^L_k ∂a^L_k/∂z^L_j: (37) stays as it is."""
    return derive(
        "BP1-whole",
        Text(
            en="The error in an output layer with one function for all",
            zh="激活函数作用于整层时，输出层的误差",
        ),
        equation(
            delta(L)[j, 0],
            Sum(Partial(C, a(L)[k, 0]) * Partial(a(L)[k, 0], z(L)[j, 0]), ALL),
            over=OUTPUT,
            output=WHOLE,
        ),
        [
            Move(ByEquation("29", ERROR_ANYWHERE, ((l, L),))),
            Move(ChainRule(a(L), k)),
        ],
    )


def jacobian(activation: VectorActivation) -> Derivation:
    """∂a^L_k/∂z^L_j, written by the outputs; for softmax a^L_k (1[j=k] − a^L_j)."""
    found: Expr = activation.jacobian_from_output()
    known = whole_layer(activation)
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
        f"BP1-{activation.name}",
        Text(en="The output error with {name}", zh="采用 {name} 时的输出误差").format(name=activation.name),
        equation(delta(L)[j, 0], activation.pullback, over=OUTPUT, output=activation.name),
        [
            Move(ByEquation("37", bp1_of_whole_layer().statement)),
            Move(ByEquation("jacobian", jacobian(activation).statement)),
            Move(Cancel(_DELTA)),
        ],
    )


_DELTA = Text(
    en="multiply out; $\\mathbb{1}[j=k]$ keeps one term of its sum",
    zh="乘开；含 $\\mathbb{1}[j=k]$ 的求和只剩一项",
)


def softmax() -> VectorActivation:
    """That of the catalogue."""
    found = activations["softmax"]
    assert isinstance(found, VectorActivation)
    return found


WHOLE_LAYER_PROOFS: dict[str, Callable[[], Derivation]] = {
    "BP1-whole": bp1_of_whole_layer,
    "softmax": lambda: jacobian(softmax()),
    "BP1-softmax": lambda: bp1_with(softmax()),
}
