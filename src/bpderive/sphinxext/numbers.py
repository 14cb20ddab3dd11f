"""A small network with numbers in it, for figures: `example(net, seed)` has weights, biases and one example.

`numbers.value(expression)` is the number of an expression in the book's letters, such as the rate factor of a path;
`numbers.cost(layer, neuron, by)` the cost after a weighted input was changed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sympy import Expr, Symbol

from bpderive.functions.network import Network, component
from bpderive.programs.gradient import Binding, on_network
from bpderive.programs.lambdified import CompiledGradient, Gradient, compile_gradient

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Numbers:
    """Weights (n_l, n_{l−1}), biases (n_l, 1), an example x (n_1, 1) and y (n_L, 1), and every value they lead to."""

    net: Network
    weights: tuple[Array, ...]
    biases: tuple[Array, ...]
    x: Array
    y: Array
    compiled: CompiledGradient
    symbols: Mapping[Symbol, float]

    def gradient(self) -> Gradient:
        """The gradient by backpropagation: `.b` and `.w`, item i of layer i + 2."""
        return self.compiled(self.weights, self.biases, self.x, self.y)

    def cost(self, layer: int, neuron: int, by: float) -> float:
        """The cost if the weighted input of a neuron is changed by a number.

        The bias is added to it with the factor 1, so that to change the one is to change the other.
        """
        biases = [bias.copy() for bias in self.biases]
        biases[layer - 2][neuron - 1, 0] += by
        cost, _ = self.compiled.value_and_gradient(self.weights, biases, self.x, self.y)
        return float(cost)

    def value(self, expression: Expr) -> float:
        """The number of a sum or product of weights, activations, slopes and ∂C/∂a^L_j; raises `NetworkError` else."""
        bindings, found = on_network(expression, self.net)
        return float(found.subs(_values(bindings, self.symbols)))


def _values(bindings: Iterable[Binding], known: Mapping[Symbol, float]) -> dict[Symbol, float]:
    """What is known, and the numbers that are bound one after the other."""
    found = dict(known)
    for symbol, formula in bindings:
        if symbol not in found:
            found[symbol] = float(formula.subs(found))
    return found


def example(net: Network, seed: int) -> Numbers:
    """Weights and biases between −2 and 2, an example between −1 and 1, desired outputs 0 and 1 in turn."""
    draw = np.random.default_rng(seed)
    pairs = list(zip(net.sizes, net.sizes[1:], strict=False))
    weights = tuple(draw.uniform(-2, 2, (wide, before)).round(1) for before, wide in pairs)
    biases = tuple(draw.uniform(-1, 1, (wide, 1)).round(1) for _, wide in pairs)
    x = draw.uniform(-1, 1, (net.sizes[0], 1)).round(1)
    y = np.arange(net.sizes[-1], dtype=float)[:, None] % 2
    known: dict[Symbol, float] = {}
    for layer, (weight, bias) in enumerate(zip(weights, biases, strict=True), 2):
        for (row, column), value in np.ndenumerate(weight):
            known[component("w", layer, row + 1, column + 1)] = float(value)
        for (row, _), value in np.ndenumerate(bias):
            known[component("b", layer, row + 1)] = float(value)
    for letter, column in (("x", x), ("y", y)):
        for (row, _), value in np.ndenumerate(column):
            known[component(letter, None, row + 1)] = float(value)
    symbols = _values(net.forward(), known)
    return Numbers(net, weights, biases, x, y, compile_gradient(net), symbols)
