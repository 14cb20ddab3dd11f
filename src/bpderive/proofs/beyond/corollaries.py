"""What follows for shared weights and for layers that mix: (S2) to (S8) and (M2) to (M8), and their proofs.

(S2) to (S5) are a convolution in one dimension, (S6) to (S8) a recurrence; (M2) is softmax in any layer, and (M3) to
(M8) are normalisation: over a layer as they are written, and over the examples if k counts these.
"""

from __future__ import annotations

from sympy import Expr, KroneckerDelta, Max, Min, Sum, exp

from bpderive.letters.statements import EQUAL_WIDTHS, Range, Statement, equation, layers, neurons
from bpderive.letters.symbols import (
    EPSILON,
    C,
    L,
    Partial,
    SigmaPrime,
    Width,
    a,
    b,
    delta,
    i,
    j,
    k,
    l,
    p,
    w,
    z,
)
from bpderive.letters.text import Text
from bpderive.proofs.algebra_rules import Cancel
from bpderive.proofs.beyond.letters import Direct, Mean, Spread, W, gradient_of_layer, kernel, r, weights
from bpderive.proofs.beyond.rules import Collect, OnlyNeighbours, Sift, Through, collected
from bpderive.proofs.beyond.theorems import over
from bpderive.proofs.definitions import ERROR, INNER, NEURON, WEIGHT, WEIGHTED_INPUT
from bpderive.proofs.derivation import Derivation, derive
from bpderive.proofs.rules import ByEquation, ChainRule, Differentiate
from bpderive.proofs.steps import Move
from bpderive.proofs.table import derivation, register


def taps(layer: Expr) -> tuple[Expr, Expr, Expr]:
    """The limits of a sum over the entries of K^l."""
    return (i, 0, Width(layer - 1) - Width(layer))


CONVOLUTION: Statement = equation(
    w(l)[j, k], Sum(kernel(l)[i, 0] * KroneckerDelta(k, j + i), taps(l)), over=WEIGHT
)
"""(S2): w^l_jk = K^l_{k−j+1} where the kernel has such an entry, else 0."""

STEPS: Statement = equation(weights(l, l - 1)[j, k], W[j, k], over=WEIGHT, given=EQUAL_WIDTHS)
"""(S6): the weights of every step are the same."""

USES: Statement = equation(
    Partial(C, W[j, k]),
    Sum(Partial(C, weights(l, l - 1)[j, k]), (l, 2, L)),
    over=(neurons(j, L), neurons(k, L)),
    given=EQUAL_WIDTHS,
)
"""The chain rule: C depends on W_jk through w^{l,l−1}_jk for every l, and ∂w^{l,l−1}_jk/∂W_jk is 1."""

COUNT = Width(l)
NORMALISED: Statement = equation(a(l)[j, 0], (z(l)[j, 0] - Mean(l)) / Spread(l), over=NEURON)
MEAN: Statement = equation(Mean(l), Sum(z(l)[i, 0], over(i, l)) / COUNT, over=(layers(l),))
SPREAD: Statement = equation(
    Spread(l) ** 2, Sum((z(l)[i, 0] - Mean(l)) ** 2, over(i, l)) / COUNT + EPSILON, over=(layers(l),)
)
"""(M3), (M4), (M5): a^l_j = (z^l_j − μ^l)/s^l with the mean μ^l, and s^l whose square is the variance and ε."""

DEVIATION: Statement = equation(z(l)[j, 0] - Mean(l), a(l)[j, 0] * Spread(l), over=NEURON)
"""(M3) the other way round."""

SOFTMAX: Statement = equation(a(l)[j, 0], exp(z(l)[j, 0]) / Sum(exp(z(l)[i, 0]), over(i, l)), over=NEURON)
SHARE: Statement = equation(exp(z(l)[j, 0]), a(l)[j, 0] * Sum(exp(z(l)[i, 0]), over(i, l)), over=NEURON)


def forwards() -> Derivation:
    """(S3): z^l_j = Σ_i K^l_i a^{l−1}_{j+i−1} + b^l_j."""
    return derive(
        "S3",
        Text(en="A convolution: the kernel slides over the activations", zh="卷积：卷积核在激活值上滑动"),
        equation(z(l)[j, 0], Sum(kernel(l)[i, 0] * a(l - 1)[j + i, 0], taps(l)) + b(l)[j, 0], over=NEURON),
        [
            Move(ByEquation("z", WEIGHTED_INPUT)),
            Move(ByEquation("S2", CONVOLUTION)),
            Move(Sift(k)),
        ],
    )


def backwards() -> Derivation:
    """(S4): δ^l_j = Σ_i K^{l+1}_i δ^{l+1}_{j−i+1} σ′(z^l_j), over those i for which there is such an error."""
    known = derivation("BP2").statement
    number = taps(l + 1)
    return derive(
        "S4",
        Text(
            en="The error of the layer before a convolution: the kernel turned round",
            zh="卷积前一层的误差：卷积核翻转过来",
        ),
        equation(
            delta(l)[j, 0],
            Sum(
                kernel(l + 1)[i, 0] * delta(l + 1)[j - i, 0],
                (i, Max(0, j - Width(l + 1) + 1), Min(number[2], j)),
            )
            * SigmaPrime(l, j, z(l)[j, 0]),
            over=INNER,
        ),
        [
            Move(ByEquation("BP2", known)),
            Move(ByEquation("S2", CONVOLUTION, ((l, l + 1), (j, k), (k, j)))),
            Move(Sift(k)),
        ],
    )


def by_kernel() -> Derivation:
    """(S5): ∂C/∂K^l_p = Σ_j δ^l_j a^{l−1}_{j+p−1}."""
    entries = (layers(l), Range(p, taps(l)[1] * p, taps(l)[2]))
    return derive(
        "S5",
        Text(
            en="The gradient of a kernel: the errors slide over the activations",
            zh="卷积核的梯度：误差在激活值上滑动",
        ),
        equation(
            Partial(C, kernel(l)[p, 0]), Sum(delta(l)[j, 0] * a(l - 1)[j + p, 0], over(j, l)), over=entries
        ),
        [
            Move(ChainRule(z(l), j)),
            Move(ByEquation("29", ERROR, backwards=True)),
            Move(Differentiate(z(l)[j, 0], kernel(l)[p, 0], (derivation("S3").statement,))),
        ],
    )


def back_in_time() -> Derivation:
    """(S7): G^l_j = ∂⁺C/∂a^l_j + Σ_k W_kj δ^{l+1}_k."""
    return derive(
        "S7",
        Text(
            en="Back through time: what comes from the next step is added",
            zh="沿时间反向传播：加上下一步传来的部分",
        ),
        equation(
            gradient_of_layer(l)[j, 0],
            Direct(C, a(l)[j, 0]) + Sum(W[k, j] * delta(l + 1)[k, 0], over(k, l + 1)),
            over=(layers(l, 1, L - 1), neurons(j, l)),
            given=EQUAL_WIDTHS,
        ),
        [
            Move(ByEquation("R4", derivation("R4").statement)),
            Move(OnlyNeighbours(l, every_step=True)),
            Move(ByEquation("S6", STEPS, ((l, l + 1), (j, k), (k, j)))),
        ],
    )


def over_all_steps() -> Derivation:
    """(S8): ∂C/∂W_jk = Σ_l δ^l_j a^{l−1}_k."""
    return derive(
        "S8",
        Text(en="Weights used at every step", zh="每一步都用到的权重"),
        equation(
            Partial(C, W[j, k]),
            Sum(delta(l)[j, 0] * a(l - 1)[k, 0], (l, 2, L)),
            over=(neurons(j, L), neurons(k, L)),
            given=EQUAL_WIDTHS,
        ),
        [
            Move(
                ByEquation("uses", USES),
                why=Text(
                    en="chain rule, through the weights of every step, each of which moves as $W_{jk}$ does",
                    zh="链式法则：对每一步的权重求和，这些权重都与 $W_{jk}$ 一同变化",
                ),
            ),
            Move(ByEquation("R7", derivation("R7").statement, ((r, l - 1),))),
        ],
    )


def softmax() -> Derivation:
    """(M2): δ^l_j = a^l_j (G^l_j − Σ_k G^l_k a^l_k)."""
    return derive(
        "M2",
        Text(en="The error of a layer with softmax", zh="采用 softmax 的层的误差"),
        equation(
            delta(l)[j, 0],
            a(l)[j, 0]
            * (gradient_of_layer(l)[j, 0] - Sum(gradient_of_layer(l)[k, 0] * a(l)[k, 0], over(k, l))),
            over=NEURON,
        ),
        [
            Move(ByEquation("M1", derivation("M1").statement)),
            Move(Through(a(l)[k, 0], z(l)[j, 0], "softmax", SOFTMAX, ((j, k),))),
            Move(ByEquation("shares", SHARE, ((j, k),))),
            Move(ByEquation("shares", SHARE)),
            Move(Cancel()),
        ],
    )


def deviations() -> Derivation:
    """(M6): Σ_i (z^l_i − μ^l) = 0."""
    total = Sum(z(l)[i, 0] - Mean(l), over(i, l))
    return derive(
        "M6",
        Text(en="The deviations from the mean add up to 0", zh="离差之和等于 0"),
        equation(total, 0 * COUNT, over=(layers(l),)),
        [
            Move(Collect()),
            Move(ByEquation("M4", MEAN)),
        ],
    )


def _parts() -> list[Move]:
    mine, own = z(l)[j, 0], Mean(l)
    return [
        Move(ByEquation("M1", derivation("M1").statement)),
        Move(Through(a(l)[k, 0], mine, "M3", NORMALISED, ((j, k),))),
        Move(Through(Spread(l), mine, "M5", SPREAD)),
        Move(Through(own, mine, "M4", MEAN)),
    ]


def by_parts_of_it() -> Derivation:
    """(M7): what comes through z^l_j, through the variance and through the mean, one after the other."""
    G, s, n = gradient_of_layer(l), Spread(l), COUNT
    through_variance = -Sum(G[k, 0] * (z(l)[k, 0] - Mean(l)), over(k, l)) / (2 * s**3)
    vanishing = Sum(z(l)[i, 0] - Mean(l), over(i, l))
    through_mean = -Sum(G[k, 0], over(k, l)) / s - through_variance * 2 * vanishing / n
    return derive(
        "M7",
        Text(en="Normalisation, part by part", zh="归一化：逐部分写出"),
        equation(
            delta(l)[j, 0],
            collected(G[j, 0] / s + through_variance * 2 * (z(l)[j, 0] - Mean(l)) / n + through_mean / n),
            over=NEURON,
        ),
        _parts(),
    )


def three_terms() -> Derivation:
    """(M8): δ^l_j = (n G^l_j − Σ_k G^l_k − a^l_j Σ_k G^l_k a^l_k)/(n s^l)."""
    G = gradient_of_layer(l)
    return derive(
        "M8",
        Text(en="Normalisation in three terms", zh="归一化：三项的写法"),
        equation(
            delta(l)[j, 0],
            (COUNT * G[j, 0] - Sum(G[k, 0], over(k, l)) - a(l)[j, 0] * Sum(G[k, 0] * a(l)[k, 0], over(k, l)))
            / (COUNT * Spread(l)),
            over=NEURON,
        ),
        [
            Move(ByEquation("M7", derivation("M7").statement)),
            Move(ByEquation("M6", derivation("M6").statement)),
            Move(ByEquation("deviation", DEVIATION, ((j, k),))),
            Move(ByEquation("deviation", DEVIATION)),
            Move(Cancel()),
        ],
    )


PROOFS = {
    "S3": forwards,
    "S4": backwards,
    "S5": by_kernel,
    "S7": back_in_time,
    "S8": over_all_steps,
    "M2": softmax,
    "M6": deviations,
    "M7": by_parts_of_it,
    "M8": three_terms,
}
register(PROOFS)

__all__ = ["PROOFS", "derivation"]
