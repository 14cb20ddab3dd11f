"""Pairs of an output activation and a cost, as the pages tell them.

`pair_of(activation, cost)` is δ^L of the pair, with σ′ cancelled where that was found by derivation; `pairs(cost)`
is it for every activation, to be kept. Nothing is listed by hand: what is asked is the declarations.
"""

from __future__ import annotations

from dataclasses import dataclass

import sympy

from bpderive.errors import DomainError
from bpderive.functions.activations import AnyActivation, VectorActivation, activations
from bpderive.functions.costs import Cost
from bpderive.functions.costs import a as output
from bpderive.functions.differentiation import latex
from bpderive.functions.network import Network
from bpderive.letters.symbols import latex as in_layers
from bpderive.proofs.pairings import pairing
from bpderive.sphinxext.kept import Wanted


@dataclass(frozen=True, slots=True)
class Pair:
    """The error δ^L of one output neuron in LaTeX, and whether σ′ has cancelled in it."""

    latex: str
    cancelled: bool


def pairs(cost: Cost) -> Wanted[dict[str, Pair | None]]:
    """`pair_of` the cost with every activation of the catalogue, by name."""
    return Wanted(pairs_of, (cost,), f"{cost!r} {list(activations.values())}")


def pairs_of(cost: Cost) -> dict[str, Pair | None]:
    """`pairs`, found now."""
    return {name: pair_of(activation, cost) for name, activation in activations.items()}


def pair_of(activation: AnyActivation, cost: Cost) -> Pair | None:
    """δ^L by (BP1); None where the outputs can leave the domain of the cost."""
    try:
        Network((1, 2), activation=activation, cost=cost)
    except DomainError:
        return None
    if isinstance(activation, VectorActivation):
        found_pair = pairing(activation.name, cost.name)
        if found_pair.cancels:
            return Pair(in_layers(found_pair.error).replace("^{L}", ""), True)
        return Pair(
            r"\sum_{k} \frac{\partial C}{\partial a_{k}} \, \frac{\partial a_{k}}{\partial z_{j}}", False
        )
    slope = activation.derivative_from_output(output)
    found = cost.cancelled_error(slope)
    if found is not None:
        return Pair(latex(found), True)
    gradient = cost.derivative()
    shown = r"\frac{\partial C}{\partial a}" if gradient.has(sympy.Piecewise) else _factor(gradient)
    if slope == 1:
        return Pair(shown, False)
    by_output = slope is not None and not slope.has(sympy.Piecewise)
    return Pair(rf"{shown} \, {_factor(slope) if by_output else _SLOPE}", False)


_SLOPE = r"\sigma'(z)"


def _factor(expression: sympy.Expr) -> str:
    return rf"\left({latex(expression)}\right)" if expression.is_Add else latex(expression)
