"""What a statement supposes of a network, and what is said of one that is outside.

The fields `output`, `cost` and `given` of a `Statement` are its hypotheses. `hypotheses(statement)` are they in words;
`require(number, statement, net)` raises `HypothesisError` for a network that breaks one, with the statement that holds
there instead; `read_for(…)` leaves out a hypothesis that a proof does not need;
`conditions(…)` is what a network leaves open: the y_j of an example, and the z^l_j at a kink.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import sympy
from sympy import Expr, KroneckerDelta

from bpderive.errors import HypothesisError, StepError
from bpderive.functions.activations import activations
from bpderive.functions.choices import distinct
from bpderive.functions.costs import costs
from bpderive.functions.network import Network
from bpderive.letters.statements import EQUAL_WIDTHS, TARGETS_SUM_TO_ONE, WHOLE, Statement, equation
from bpderive.letters.symbols import C, L, LayerArray, Partial, Sigma, SigmaPrime, a, j, k, quantity, z
from bpderive.letters.text import Text
from bpderive.proofs.definitions import TWO, cost_formula, whole_layer
from bpderive.proofs.table import derivation
from bpderive.proofs.unchanged import unchanged

if TYPE_CHECKING:
    from bpderive.proofs.derivation import Derivation


@dataclass(frozen=True, slots=True)
class Hypothesis:
    """One hypothesis in words, and `broken_by(net)`: the feature of a network that breaks it, or None."""

    text: Text
    broken_by: Callable[[Network], Text | None]


def hypotheses(statement: Statement) -> tuple[Hypothesis, ...]:
    """What a statement supposes of the output layer and of the cost."""
    found = []
    if statement.output is None:
        found.append(Hypothesis(_OWN, _of_whole_layer))
    elif statement.output != WHOLE:
        found.append(_output_is(statement.output))
    if statement.cost is not None:
        found.append(_cost_is(statement.cost))
    return tuple(found)


def require(number: str, statement: Statement, net: Network) -> None:
    """Raise `HypothesisError` unless the hypotheses of a statement hold for `net`."""
    for hypothesis in hypotheses(statement):
        feature = hypothesis.broken_by(net)
        if feature is not None:
            instead = str(_holds_instead(statement, net))
            raise HypothesisError(
                _OUTSIDE.format(number=number, hypothesis=hypothesis.text, feature=feature, instead=instead)
            )


def read_for(derivation: Derivation, net: Network) -> Derivation:
    """The proof as it is read on `net`: with softmax there, that for any outputs, where its lines do not need more."""
    if net.vector_output is None or derivation.statement.output is not None:
        return derivation
    try:
        return unchanged(derivation)
    except StepError:
        return derivation


def conditions(statement: Statement, lines: Iterable[Statement], net: Network) -> tuple[Text, ...]:
    """What has to hold of the example besides: what is given of the y_j, and that no z^l_j lies at a kink."""
    given = () if statement.given is None else (_GIVEN[statement.given],)
    if not any(_has_derivative(side) for line in lines for side in line.sides):
        return given
    kinked = [function for function in distinct(net.activation) if function.kinks]
    return given + tuple(
        _DIFFERENTIABLE.format(
            name=function.name, kinks=", ".join(f"$z = {sympy.latex(kink)}$" for kink in function.kinks)
        )
        for function in kinked
    )


def _has_derivative(side: Expr) -> bool:
    rates = any(array.letter in ("delta", "d") for array in side.atoms(LayerArray))
    return rates or bool(side.has(Partial, SigmaPrime))


def _of_whole_layer(net: Network) -> Text | None:
    """The function of the output layer if it is one of the whole layer."""
    found = net.vector_output
    return None if found is None else _WHOLE_LAYER.format(name=found.name)


def _output_is(name: str) -> Hypothesis:
    """The activation of every output is the one called `name`."""

    def broken_by(net: Network) -> Text | None:
        used = distinct(net.activation[-1:])
        if all(type(f) is type(activations[name]) and f.formula == activations[name].formula for f in used):
            return None
        return _OUTPUTS.format(names=", ".join(function.name for function in used))

    return Hypothesis(_OUTPUT_IS.format(name=name), broken_by)


def _cost_is(name: str) -> Hypothesis:
    """The cost is the one called `name`, whatever it is called in the network."""

    def broken_by(net: Network) -> Text | None:
        same = sympy.expand(net.cost.formula - costs[name].formula) == 0
        return None if same else _COST.format(title=net.cost.title)

    return Hypothesis(_COST_IS.format(title=costs[name].title), broken_by)


def _holds_instead(statement: Statement, net: Network) -> Statement:
    """What holds of the left side of a statement on a network that is outside of its hypotheses."""
    whole, lhs = net.vector_output, statement.lhs
    if lhs == C:
        return cost_formula(net.cost, j)
    if isinstance(lhs, Partial):
        by = _letter(lhs.by)
        if lhs.of == C and by in ("w", "b"):
            return derivation("BP4" if by == "w" else "BP3").statement
        if lhs.of != C and whole is None:
            return equation(lhs, KroneckerDelta(j, k) * SigmaPrime(L, j, z(L)[j, 0]), over=TWO)
    if _letter(lhs) == "a":
        own = equation(a(L)[j, 0], Sigma(L, j, z(L)[j, 0]))
        return own if whole is None else whole_layer(whole, j)
    return derivation("BP1" if whole is None else "BP1-whole").statement


def _letter(part: Expr) -> str:
    """The letter of a component or of a whole layer, "" for anything else."""
    found = quantity(part)
    array = part if found is None else found[0]
    return str(array.letter) if isinstance(array, LayerArray) else ""


_OUTSIDE = Text(
    en="({number}) supposes that {hypothesis}; in this network {feature}. What holds there instead: {instead}.",
    zh="({number}) 的前提是：{hypothesis}；而在这个网络中，{feature}。此时成立的是：{instead}。",
)
_OWN = Text(en="each output depends on its own z^L_j alone", zh="每个输出只依赖自己的 z^L_j")
_WHOLE_LAYER = Text(
    en="the outputs are those of {name}, a function of the whole layer",
    zh="输出层用的是作用于整层的函数 {name}",
)
_OUTPUT_IS = Text(en="the activation of the output layer is {name}", zh="输出层的激活函数是 {name}")
_OUTPUTS = Text(en="the output layer has {names}", zh="输出层用的是 {names}")
_COST_IS = Text(en="the cost is the {title}", zh="代价函数是{title}")
_COST = Text(en="it is the {title}", zh="用的是{title}")
_GIVEN = {
    TARGETS_SUM_TO_ONE: Text(
        en="the desired outputs sum to 1: $\\sum_k y_k = 1$", zh="目标输出之和为 1：$\\sum_k y_k = 1$"
    ),
    EQUAL_WIDTHS: Text(en="all layers are equally wide", zh="各层的宽度都相同"),
}
_DIFFERENTIABLE = Text(
    en="no $z^l_j$ of a neuron with {name} lies at a kink of it: {kinks}",
    zh="采用 {name} 的神经元的 $z^l_j$ 都不在不可导点 {kinks} 上",
)
