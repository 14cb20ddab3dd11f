"""The statements (R1) to (R9), (M1) and (S1), and their proofs.

What is taken for granted is the chain rule of several variables, one layer at a time, in `ONE_LAYER` and the two
statements after it; induction along the order of the layers does the rest.
"""

from __future__ import annotations

from sympy import Sum

from bpderive.letters.statements import Range, Statement, equation, layers, neurons
from bpderive.letters.symbols import C, L, Partial, Sigma, SigmaPrime, Width, a, b, delta, j, k, l, m, p, w, z
from bpderive.letters.text import Text
from bpderive.proofs.beyond.letters import (
    NUMBER_OF_PARAMETERS,
    Direct,
    UpTo,
    gradient_of_layer,
    passed,
    r,
    t,
    theta,
    weights,
)
from bpderive.proofs.beyond.rules import AddEmpty, Expand, Join, OnlyNeighbours, Take
from bpderive.proofs.definitions import ERROR, INNER, NEURON, OUTPUT
from bpderive.proofs.derivation import Derivation, by_induction, derive
from bpderive.proofs.rules import ByEquation, ChainRule
from bpderive.proofs.steps import Move
from bpderive.proofs.table import derivation, register

ANY = (layers(l, 1), neurons(j, l))
"""A neuron j of a layer l, the input layer among them."""

CONNECTION = (layers(r, 1, l - 1), layers(l), neurons(j, l), neurons(k, r))
"""A weight w^{l,r}_jk."""

_EARLIER = (r, 1, l - 1)
_LATER = (r, l + 1, L)


def over(index: object, layer: object) -> tuple[object, object, object]:
    """The limits of a sum over the neurons of a layer."""
    return (index, 0, Width(layer) - 1)


WEIGHTED_INPUT: Statement = equation(
    z(l)[j, 0],
    Sum(Sum(weights(l, r)[j, k] * a(r)[k, 0], over(k, r)), _EARLIER) + b(l)[j, 0],
    over=NEURON,
)
"""(R1): z^l_j = Σ_{r<l} Σ_k w^{l,r}_jk a^r_k + b^l_j."""

ACTIVATION: Statement = equation(
    a(l)[j, 0],
    Sigma(l, j, z(l)[j, 0]) + Sum(Sum(passed(l, r)[j, k] * a(r)[k, 0], over(k, r)), _EARLIER),
    over=NEURON,
)
"""(R2): a^l_j = σ(z^l_j) + Σ_{r<l} Σ_k P^{l,r}_jk a^r_k."""

GRADIENT: Statement = equation(gradient_of_layer(l)[j, 0], Partial(C, a(l)[j, 0]), over=ANY)
"""(R3): G^l_j = ∂C/∂a^l_j."""

FROM_HERE: Statement = equation(Partial(C, a(l)[j, 0]), UpTo(l, l, j), over=ANY)
"""What ∂C/∂a^l_j means: the layers up to l are held fixed but for a^l_j, and those after it follow."""

_BEFORE = (Range(t, l, L - 1), layers(l, 1), neurons(j, l))

ONE_LAYER: Statement = equation(
    UpTo(t, l, j),
    UpTo(t + 1, l, j) + Sum(UpTo(t + 1, t + 1, k) * Direct(a(t + 1)[k, 0], a(l)[j, 0]), over(k, t + 1)),
    over=_BEFORE,
)
"""The chain rule: C^[t] is C^[t+1] with the activations of layer t+1 put in as functions of those before."""

ALL_FIXED: Statement = equation(UpTo(L, l, j), Direct(C, a(l)[j, 0]), over=ANY)
"""Where every layer is held fixed, what is left of the cost is what it reads itself."""

BY_WEIGHT: Statement = equation(
    Partial(C, weights(l, r)[j, k]),
    Sum(Partial(C, z(l)[m, 0]) * Partial(z(l)[m, 0], weights(l, r)[j, k]), over(m, l)),
    over=CONNECTION,
)
"""The chain rule: a weight of layer l acts through the weighted inputs of layer l only."""

_PARAMETER = (Range(p, 0 * p, NUMBER_OF_PARAMETERS - 1),)

BY_PARAMETER: Statement = equation(
    Partial(C, theta[p, 0]),
    Sum(
        Sum(
            Sum(
                Sum(
                    Partial(C, weights(l, r)[j, k]) * Partial(weights(l, r)[j, k], theta[p, 0]),
                    over(k, r),
                ),
                over(j, l),
            ),
            _EARLIER,
        ),
        (l, 2, L),
    ),
    over=_PARAMETER,
)
"""The chain rule: C depends on θ_p through the weights, and on each of them with all the others held fixed."""

_WHY_CHAIN = Text(
    en="chain rule: let layer $t+1$ follow as well, and add what comes through its activations",
    zh="链式法则：让第 $t+1$ 层也随之变化，并加上经由该层激活值传来的部分",
)
_WHY_ALL_FIXED = Text(
    en="with all layers held fixed, only what the cost reads itself is left",
    zh="所有层都固定时，只剩下代价自己直接读取的部分",
)


def gradient_of_activations() -> Derivation:
    """(R4), by induction along the order of the layers."""
    reads = Direct(a(r)[k, 0], a(l)[j, 0])
    later = Sum(gradient_of_layer(r)[k, 0] * reads, over(k, r))
    claim = equation(
        UpTo(t, l, j),
        Direct(C, a(l)[j, 0]) + Sum(later, (r, t + 1, L)),
        over=(Range(t, l, L), layers(l, 1), neurons(j, l)),
    )
    goal = equation(
        gradient_of_layer(l)[j, 0],
        Direct(C, a(l)[j, 0])
        + Sum(
            Sum(
                weights(r, l)[k, j] * delta(r)[k, 0] + passed(r, l)[k, j] * gradient_of_layer(r)[k, 0],
                over(k, r),
            ),
            _LATER,
        ),
        over=ANY,
    )
    return by_induction(
        "R4",
        Text(en="How the cost changes with an activation", zh="代价对激活值的变化率"),
        goal,
        claim=claim,
        base=[
            Move(ByEquation("all-fixed", ALL_FIXED), why=_WHY_ALL_FIXED),
            Move(AddEmpty(Sum(later, (r, L + 1, L)))),
        ],
        step=[
            Move(ByEquation("one-layer", ONE_LAYER), why=_WHY_CHAIN),
            Move(ByEquation("hypothesis", claim, ((t, t + 1),))),
            Move(ByEquation("from-here", FROM_HERE, ((l, t + 1), (j, k)), backwards=True), why=_MEANING),
            Move(ByEquation("R3", GRADIENT, ((l, t + 1), (j, k)), backwards=True)),
            Move(Join(r)),
        ],
        conclusion=[
            Move(ByEquation("R3", GRADIENT)),
            Move(ByEquation("from-here", FROM_HERE), why=_MEANING),
            Move(ByEquation("induction", claim, ((t, l),))),
            Move(Take(reads)),
            Move(Expand()),
            Move(ByEquation("R5", derivation("R5").statement, ((l, r), (j, k)), backwards=True)),
        ],
    )


_MEANING = Text(
    en="what $\\partial C/\\partial a$ means: the layers up to its own are held fixed, all later ones follow",
    zh="$\\partial C/\\partial a$ 的含义：直到本层为止的各层固定，其后各层都随之变化",
)


def mixing() -> Derivation:
    """(M1): δ^l_j = Σ_k G^l_k ∂a^l_k/∂z^l_j, whatever function of the whole layer the activations are."""
    return derive(
        "M1",
        Text(en="The error of a layer that mixes", zh="混合型层的误差"),
        equation(
            delta(l)[j, 0],
            Sum(gradient_of_layer(l)[k, 0] * Partial(a(l)[k, 0], z(l)[j, 0]), over(k, l)),
            over=NEURON,
        ),
        _to_mixing(),
    )


def _to_mixing() -> list[Move]:
    return [
        Move(ByEquation("29", ERROR)),
        Move(ChainRule(a(l), k)),
        Move(ByEquation("R3", GRADIENT, ((j, k),), backwards=True)),
    ]


def error() -> Derivation:
    """(R5): δ^l_j = G^l_j σ′(z^l_j)."""
    return derive(
        "R5",
        Text(en="The error of a neuron in any network", zh="任意网络中神经元的误差"),
        equation(delta(l)[j, 0], gradient_of_layer(l)[j, 0] * SigmaPrime(l, j, z(l)[j, 0]), over=NEURON),
        [*_to_mixing(), Move(Take(Partial(a(l)[k, 0], z(l)[j, 0])))],
    )


def by_bias() -> Derivation:
    """(R6): ∂C/∂b^l_j = δ^l_j."""
    return derive(
        "R6",
        Text(en="The rate of change of the cost with a bias", zh="代价对偏置的变化率"),
        equation(Partial(C, b(l)[j, 0]), delta(l)[j, 0], over=NEURON),
        [
            Move(ChainRule(z(l), m)),
            Move(ByEquation("29", ERROR, ((j, m),), backwards=True)),
            Move(Take(Partial(z(l)[m, 0], b(l)[j, 0]))),
        ],
    )


def by_weight() -> Derivation:
    """(R7): ∂C/∂w^{l,r}_jk = δ^l_j a^r_k."""
    weight = weights(l, r)[j, k]
    return derive(
        "R7",
        Text(en="The rate of change of the cost with a weight", zh="代价对权重的变化率"),
        equation(Partial(C, weight), a(r)[k, 0] * delta(l)[j, 0], over=CONNECTION),
        [
            Move(
                ByEquation("by-weight", BY_WEIGHT),
                why=Text(
                    en="chain rule, through all the $z^{l}_{m}$, $m = 1, \\ldots, n_{l}$",
                    zh="链式法则：对所有 $z^{l}_{m}$（$m = 1, \\ldots, n_{l}$）求和",
                ),
            ),
            Move(ByEquation("29", ERROR, ((j, m),), backwards=True)),
            Move(Take(Partial(z(l)[m, 0], weight))),
        ],
    )


def shared() -> Derivation:
    """(S1): ∂C/∂θ_p = Σ_l Σ_{r<l} Σ_j Σ_k δ^l_j a^r_k ∂w^{l,r}_jk/∂θ_p."""
    used = BY_PARAMETER.rhs.xreplace({Partial(C, weights(l, r)[j, k]): a(r)[k, 0] * delta(l)[j, 0]})
    return derive(
        "S1",
        Text(en="A parameter that many weights depend on", zh="多个权重共用的参数"),
        equation(Partial(C, theta[p, 0]), used, over=_PARAMETER),
        [
            Move(
                ByEquation("by-parameter", BY_PARAMETER),
                why=Text(
                    en="chain rule, through all the weights of all the connections",
                    zh="链式法则：对所有连接的所有权重求和",
                ),
            ),
            Move(ByEquation("R7", derivation("R7").statement)),
        ],
    )


def chain_at_output() -> Derivation:
    """(R8): (BP1) again, from (R5) and (R4) in a network that is a chain."""
    return derive(
        "R8",
        Text(en="The output error as a special case", zh="输出误差是特殊情形"),
        equation(delta(L)[j, 0], Partial(C, a(L)[j, 0]) * SigmaPrime(L, j, z(L)[j, 0]), over=OUTPUT),
        [
            Move(ByEquation("R5", derivation("R5").statement, ((l, L),))),
            Move(ByEquation("R4", derivation("R4").statement, ((l, L),))),
            Move(OnlyNeighbours(L)),
        ],
    )


def chain_inside() -> Derivation:
    """(R9): (BP2) again."""
    return derive(
        "R9",
        Text(en="The error in terms of the next, as a special case", zh="用下一层的误差表示误差：特殊情形"),
        equation(
            delta(l)[j, 0],
            Sum(w(l + 1)[k, j] * delta(l + 1)[k, 0], over(k, l + 1)) * SigmaPrime(l, j, z(l)[j, 0]),
            over=INNER,
        ),
        [
            Move(ByEquation("R5", derivation("R5").statement)),
            Move(ByEquation("R4", derivation("R4").statement)),
            Move(OnlyNeighbours(l)),
        ],
    )


PROOFS = {
    "R4": gradient_of_activations,
    "R5": error,
    "R6": by_bias,
    "R7": by_weight,
    "R8": chain_at_output,
    "R9": chain_inside,
    "M1": mixing,
    "S1": shared,
}
register(PROOFS)

__all__ = ["PROOFS", "derivation"]
