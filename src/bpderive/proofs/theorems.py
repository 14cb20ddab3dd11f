"""The theorems of the book, each with its proof.

A function here states a theorem, names the rules that lead to it and returns the `Derivation`; no line of a proof is
written down, each is what its rule makes of the lines before. `table` makes each one once.
"""

from __future__ import annotations

from collections.abc import Callable

from sympy import HadamardProduct, MatAdd, MatMul, Sum

from bpderive.letters.statements import equation, layers
from bpderive.letters.symbols import (
    BackwardProduct,
    C,
    CostGradient,
    DiagonalSigmaPrime,
    Elementwise,
    L,
    ParameterGradient,
    Partial,
    PathSum,
    Sigma,
    SigmaPrime,
    Width,
    a,
    b,
    delta,
    i,
    j,
    k,
    l,
    m,
    q,
    w,
    y,
    z,
)
from bpderive.letters.text import Text
from bpderive.proofs.definitions import (
    ACTIVATION,
    ERROR,
    INNER,
    NEURON,
    ONE_EXAMPLE,
    OUTPUT,
    PATHS_GROW,
    PATHS_START,
    PRODUCT_GROWS,
    PRODUCT_STARTS,
    WEIGHT,
    cost_in_components,
    defining,
)
from bpderive.proofs.derivation import Derivation, by_induction, derive
from bpderive.proofs.long_proof import long_proof
from bpderive.proofs.matrix_rules import AsDiagonal, ToMatrix, WriteOut
from bpderive.proofs.rules import BothSides, ByEquation, ByLine, ChainRule, Differentiate, OnlyTerm, Recall
from bpderive.proofs.steps import Move
from bpderive.proofs.table import derivation, matrix_derivation, register
from bpderive.proofs.whole_layer import WHOLE_LAYER_PROOFS


def forward() -> Derivation:
    """a^l = σ(w^l a^{l-1} + b^l), equation (25), from its components (23)."""
    return derive(
        "25",
        Text(en="The output of a layer by matrices", zh="用矩阵写出一层的输出"),
        equation(a(l), Elementwise(Sigma, l, MatAdd(MatMul(w(l), a(l - 1)), b(l))), over=(layers(l),)),
        [
            Move(ByEquation("a", ACTIVATION)),
            Move(ByEquation("z", defining("z", k)), equation="23"),
            Move(ToMatrix(j)),
        ],
        start=equation(a(l)[j, 0], a(l)[j, 0], over=NEURON),
    )


def quadratic_cost() -> Derivation:
    """½‖y − a^L‖² = ½ Σ_j (y_j − a^L_j)², equation (27)."""
    return derive(
        "27",
        Text(en="The quadratic cost of one example", zh="单个样本的二次代价函数"),
        cost_in_components("quadratic", j),
        [Move(ByEquation("26", ONE_EXAMPLE)), Move(WriteOut(j))],
    )


def bp1() -> Derivation:
    """δ^L_j = ∂C/∂a^L_j σ′(z^L_j), equation (BP1), by (36)–(39)."""
    at_output = ((l, L),)
    return derive(
        "BP1",
        Text(en="The error in the output layer", zh="输出层的误差"),
        equation(delta(L)[j, 0], Partial(C, a(L)[j, 0]) * SigmaPrime(L, j, z(L)[j, 0]), over=OUTPUT),
        [
            Move(ByEquation("29", ERROR, at_output), equation="36"),
            Move(ChainRule(a(L), k), equation="37"),
            Move(OnlyTerm(k, j), equation="38"),
            Move(Differentiate(a(L)[j, 0], z(L)[j, 0]), equation="39"),
        ],
    )


def bp2() -> Derivation:
    """δ^l_j = Σ_k w^{l+1}_kj δ^{l+1}_k σ′(z^l_j), equation (BP2), by (40)–(45)."""
    into_k = ((l, l + 1), (j, k))
    return derive(
        "BP2",
        Text(en="The error in terms of the error in the next layer", zh="用下一层的误差表示本层的误差"),
        equation(
            delta(l)[j, 0],
            Sum(w(l + 1)[k, j] * delta(l + 1)[k, 0], (k, 0, Width(l + 1) - 1)) * SigmaPrime(l, j, z(l)[j, 0]),
            over=INNER,
        ),
        [
            Move(ByEquation("29", ERROR), equation="40"),
            Move(ChainRule(z(l + 1), k), equation="41"),
            Move(ByEquation("29", ERROR, into_k, backwards=True), equation="42"),
            Move(Recall("z", defining("z", i), into_k)),
            Move(ByEquation("a", ACTIVATION, ((j, i),)), equation="43"),
            Move(BothSides(z(l)[j, 0]), equation="44"),
            Move(ByLine(6, into=3), equation="45"),
        ],
    )


def bp3() -> Derivation:
    """∂C/∂b^l_j = δ^l_j, equation (BP3)."""
    return derive(
        "BP3",
        Text(en="The rate of change of the cost with a bias", zh="代价对偏置的变化率"),
        equation(Partial(C, b(l)[j, 0]), delta(l)[j, 0], over=NEURON),
        [
            Move(ChainRule(z(l), m)),
            Move(OnlyTerm(m, j)),
            Move(ByEquation("29", ERROR, backwards=True)),
            Move(Differentiate(z(l)[j, 0], b(l)[j, 0])),
        ],
    )


def bp4() -> Derivation:
    """∂C/∂w^l_jk = a^{l-1}_k δ^l_j, equation (BP4)."""
    return derive(
        "BP4",
        Text(en="The rate of change of the cost with a weight", zh="代价对权重的变化率"),
        equation(Partial(C, w(l)[j, k]), a(l - 1)[k, 0] * delta(l)[j, 0], over=WEIGHT),
        [
            Move(ChainRule(z(l), m)),
            Move(OnlyTerm(m, j)),
            Move(ByEquation("29", ERROR, backwards=True)),
            Move(Differentiate(z(l)[j, 0], w(l)[j, k])),
        ],
    )


def bp1_matrix() -> Derivation:
    """δ^L = ∇_a C ⊙ σ′(z^L), equation (BP1a)."""
    return derive(
        "BP1a",
        Text(en="The error in the output layer, as a vector", zh="输出层的误差（向量形式）"),
        equation(delta(L), HadamardProduct(CostGradient(), Elementwise(SigmaPrime, L, z(L)))),
        [Move(ByEquation("BP1", derivation("BP1").statement)), Move(ToMatrix(j))],
        start=equation(delta(L)[j, 0], delta(L)[j, 0], over=OUTPUT),
    )


def weighted_input_matrix() -> Derivation:
    """z^l = w^l a^{l-1} + b^l, from its components."""
    return derive(
        "z",
        Text(en="The weighted input, as a vector", zh="带权输入（向量形式）"),
        equation(z(l), MatAdd(MatMul(w(l), a(l - 1)), b(l)), over=(layers(l),)),
        [Move(ByEquation("z", defining("z", k))), Move(ToMatrix(j))],
        start=equation(z(l)[j, 0], z(l)[j, 0], over=NEURON),
    )


def bp2_matrix() -> Derivation:
    """δ^l = ((w^{l+1})ᵀ δ^{l+1}) ⊙ σ′(z^l), equation (BP2) as vectors."""
    return derive(
        "BP2",
        Text(en="The error in terms of the next, as vectors", zh="用下一层的误差表示本层的误差（向量形式）"),
        equation(
            delta(l),
            HadamardProduct(MatMul(w(l + 1).T, delta(l + 1)), Elementwise(SigmaPrime, l, z(l))),
            over=(layers(l, 2, L - 1),),
        ),
        [Move(ByEquation("BP2", derivation("BP2").statement)), Move(ToMatrix(j))],
        start=equation(delta(l)[j, 0], delta(l)[j, 0], over=INNER),
    )


def bp3_matrix() -> Derivation:
    """∂C/∂b^l = δ^l, equation (BP3) as vectors."""
    return derive(
        "BP3",
        Text(en="The gradient for the biases of a layer", zh="代价对一层偏置的梯度"),
        equation(ParameterGradient(b(l)), delta(l), over=(layers(l),)),
        [Move(ByEquation("BP3", derivation("BP3").statement)), Move(ToMatrix(j))],
        start=equation(Partial(C, b(l)[j, 0]), Partial(C, b(l)[j, 0]), over=NEURON),
    )


def bp4_matrix() -> Derivation:
    """∂C/∂w^l = δ^l (a^{l-1})ᵀ, equation (BP4) as matrices."""
    return derive(
        "BP4",
        Text(en="The gradient for the weights of a layer", zh="代价对一层权重的梯度"),
        equation(ParameterGradient(w(l)), MatMul(delta(l), a(l - 1).T), over=(layers(l),)),
        [Move(ByEquation("BP4", derivation("BP4").statement)), Move(ToMatrix(j, k))],
        start=equation(Partial(C, w(l)[j, k]), Partial(C, w(l)[j, k]), over=WEIGHT),
    )


def quadratic_output_error() -> Derivation:
    """δ^L = (a^L − y) ⊙ σ′(z^L) for the quadratic cost, equation (30)."""
    return derive(
        "30",
        Text(en="The output error for the quadratic cost", zh="二次代价函数的输出误差"),
        equation(
            delta(L),
            HadamardProduct(MatAdd(a(L), MatMul(-1, y(L))), Elementwise(SigmaPrime, L, z(L))),
            cost="quadratic",
        ),
        [
            Move(ByEquation("BP1", derivation("BP1").statement)),
            Move(Differentiate(C, a(L)[j, 0], (cost_in_components("quadratic", k),))),
            Move(ToMatrix(j)),
        ],
        start=equation(delta(L)[j, 0], delta(L)[j, 0], over=OUTPUT),
    )


def output_error_by_matrices() -> Derivation:
    """δ^L = Σ′(z^L) ∇_a C, equation (33)."""
    return derive(
        "33",
        Text(en="The output error by a matrix product", zh="用矩阵乘法写输出误差"),
        equation(delta(L), MatMul(DiagonalSigmaPrime(L), CostGradient())),
        [Move(ByEquation("BP1a", derivation("BP1a").statement)), Move(AsDiagonal())],
    )


def error_by_matrices() -> Derivation:
    """δ^l = Σ′(z^l) (w^{l+1})ᵀ δ^{l+1}, equation (34)."""
    return derive(
        "34",
        Text(en="The error by matrix products", zh="用矩阵乘法写误差"),
        equation(
            delta(l), MatMul(DiagonalSigmaPrime(l), w(l + 1).T, delta(l + 1)), over=(layers(l, 2, L - 1),)
        ),
        [Move(ByEquation("BP2", matrix_derivation("BP2").statement)), Move(AsDiagonal())],
    )


def error_in_one_product() -> Derivation:
    """δ^l = Σ′(z^l)(w^{l+1})ᵀ ⋯ Σ′(z^{L-1})(w^L)ᵀ Σ′(z^L) ∇_a C, equation (35), by induction."""
    goal = equation(
        delta(l),
        MatMul(BackwardProduct(l), DiagonalSigmaPrime(L), CostGradient()),
        over=(layers(l, 2, L - 1),),
    )
    by_34, by_33 = derivation("34").statement, derivation("33").statement
    return by_induction(
        "35",
        Text(en="The error as one product of matrices", zh="把误差写成一个矩阵连乘积"),
        goal,
        claim=goal,
        base=[
            Move(ByEquation("34", by_34, ((l, L - 1),))),
            Move(ByEquation("33", by_33)),
            Move(ByEquation("dots", PRODUCT_STARTS, backwards=True)),
        ],
        step=[
            Move(ByEquation("34", by_34)),
            Move(ByEquation("hypothesis", goal, ((l, l + 1),))),
            Move(ByEquation("dots", PRODUCT_GROWS, backwards=True)),
        ],
    )


def sum_over_paths() -> Derivation:
    """∂C/∂w^l_jk = Σ_{mn…q} ∂C/∂a^L_m ⋯ ∂a^{l+1}_q/∂a^l_j ∂a^l_j/∂w^l_jk, equation (53), by induction."""
    claim = equation(Partial(C, a(l)[j, 0]), PathSum(l, j), over=NEURON)
    return by_induction(
        "53",
        Text(en="The sum over all paths", zh="对所有路径求和"),
        equation(Partial(C, w(l)[j, k]), PathSum(l, j) * Partial(a(l)[j, 0], w(l)[j, k]), over=WEIGHT),
        claim=claim,
        base=[Move(ByEquation("dots", PATHS_START, backwards=True))],
        step=[
            Move(ChainRule(a(l + 1), q)),
            Move(ByEquation("hypothesis", claim, ((l, l + 1), (j, q)))),
            Move(ByEquation("dots", PATHS_GROW, backwards=True)),
        ],
        conclusion=[
            Move(ChainRule(a(l), m)),
            Move(OnlyTerm(m, j)),
            Move(ByEquation("induction", claim)),
        ],
    )


def from_paths_to_equations() -> Derivation:
    """(BP1)–(BP4) from (53): the long proof."""
    return long_proof(derivation("53"))


_PROOFS: dict[str, Callable[[], Derivation]] = {
    "25": forward,
    "27": quadratic_cost,
    "BP1": bp1,
    "BP1a": bp1_matrix,
    "30": quadratic_output_error,
    "BP2": bp2,
    "BP3": bp3,
    "BP4": bp4,
    "33": output_error_by_matrices,
    "34": error_by_matrices,
    "35": error_in_one_product,
    "53": sum_over_paths,
    "long": from_paths_to_equations,
    **WHOLE_LAYER_PROOFS,
}

_MATRIX_PROOFS: dict[str, Callable[[], Derivation]] = {
    "z": weighted_input_matrix,
    "BP2": bp2_matrix,
    "BP3": bp3_matrix,
    "BP4": bp4_matrix,
}


register(_PROOFS, _MATRIX_PROOFS)
