"""The cost in many digits, and its derivatives by differences: a route to the gradient that needs only σ itself.

`ManyDigits(net, weights, biases, x, y)` runs the network on numbers of mpmath, from the formulas of the activations and
of the cost alone. `by_parameter` and `along` are central differences so fine that about fifty digits of them are right.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import mpmath
import sympy

from bpderive.functions.activations.layer_program import LayerProgram, letter
from bpderive.functions.activations.stable import in_high_precision
from bpderive.functions.costs import a, y
from bpderive.functions.network import Network

DIGITS = 80
"""What is computed with: a step of 10^−26 costs 26 of them, and the error of the difference is about its square."""

STEP_EXPONENT = 26

Row = list[Any]


class ManyDigits:
    """The mean cost of a network over some examples; weights, biases, x and y are arrays of NumPy."""

    def __init__(self, net: Network, weights: Any, biases: Any, x: Any, y: Any) -> None:
        with mpmath.workdps(DIGITS):
            self._net = net
            self._step = mpmath.mpf(10) ** -STEP_EXPONENT
            self._weights = [_rows(array) for array in weights]
            self._biases = [[entry for [entry] in _rows(array)] for array in biases]
            self._inputs, self._targets = _rows(x.T), _rows(y.T)
            self._term = sympy.lambdify(_VARIABLES, net.cost.formula, "mpmath")
            self._passes = [self._forward(example) for example in self._inputs]

    def value(self) -> Any:
        """C, the mean over the examples."""
        with mpmath.workdps(DIGITS):
            return self._mean([activations[-1] for _, activations in self._passes])

    def by_parameter(self, layer: int, j: int, k: int | None) -> Any:
        """∂C/∂w^l_jk, or ∂C/∂b^l_j where k is None, indices from 0; only what follows z^l_j is computed anew."""
        with mpmath.workdps(DIGITS):
            sides = []
            for step in (self._step, -self._step):
                outputs = []
                for zs, activations in self._passes:
                    moved = list(zs[layer - 2])
                    moved[j] += step if k is None else step * activations[layer - 2][k]
                    outputs.append(self._onwards(layer, moved))
                sides.append(self._mean(outputs))
            return (sides[0] - sides[1]) / (2 * self._step)

    def along(self, direction_b: Sequence[Any], direction_w: Sequence[Any]) -> Any:
        """The derivative of C where all parameters move in a direction, given as arrays of NumPy."""
        with mpmath.workdps(DIGITS):
            along_b = [[entry for [entry] in _rows(array)] for array in direction_b]
            along_w = [_rows(array) for array in direction_w]
            above: list[Row] = []
            below: list[Row] = []
            for (zs, _), example in zip(self._passes, self._inputs, strict=True):
                # The first layer's z are linear in what moves, and its weights are the most: they are used once.
                first = _weighted(along_w[0], along_b[0], example)
                for step, outputs in ((self._step, above), (-self._step, below)):
                    activations = self._activated(2, _moved(zs[0], first, step))
                    for layer in range(3, self._net.depth + 1):
                        still = _weighted(self._weights[layer - 2], self._biases[layer - 2], activations)
                        moving = _weighted(along_w[layer - 2], along_b[layer - 2], activations)
                        activations = self._activated(layer, _moved(still, moving, step))
                    outputs.append(activations)
            return (self._mean(above) - self._mean(below)) / (2 * self._step)

    def _forward(self, example: Row) -> tuple[list[Row], list[Row]]:
        """All z, from layer 2, and all a, from layer 1."""
        zs, activations = [], [example]
        for layer in range(2, self._net.depth + 1):
            zs.append(_weighted(self._weights[layer - 2], self._biases[layer - 2], activations[-1]))
            activations.append(self._activated(layer, zs[-1]))
        return zs, activations

    def _onwards(self, layer: int, weighted: Row) -> Row:
        """a^L from the z of a layer."""
        activations = self._activated(layer, weighted)
        for above in range(layer + 1, self._net.depth + 1):
            zs = _weighted(self._weights[above - 2], self._biases[above - 2], activations)
            activations = self._activated(above, zs)
        return activations

    def _activated(self, layer: int, weighted: Row) -> Row:
        whole = self._net.vector_output
        if whole is not None and layer == self._net.depth:
            return run_in_high_precision(whole.formula_program, weighted)
        functions = (
            in_high_precision(self._net.activation_of(layer, j + 1).formula) for j in range(len(weighted))
        )
        return [mpmath.mpf(function(z)) for function, z in zip(functions, weighted, strict=True)]

    def _mean(self, outputs: list[Row]) -> Any:
        terms = (
            self._term(output, target)
            for row, targets in zip(outputs, self._targets, strict=True)
            for output, target in zip(row, targets, strict=True)
        )
        return mpmath.fsum(terms) / len(outputs)


def run_in_high_precision(program: LayerProgram, weighted: Row) -> Row:
    """The outputs of a whole layer from the numbers z of mpmath of its neurons, by its formula."""
    given = {letter("z"): weighted}
    for line in program.lines:
        entries = _by_neuron(line.expression, given)
        if line.over is not None:
            total = mpmath.fsum(entries) if line.over == "sum" else max(entries)
            entries = [total] * len(weighted)
        given[line.symbol] = entries
    return _by_neuron(program.result, given)


def _by_neuron(expression: Any, given: dict[Any, Row]) -> Row:
    symbols = sorted(expression.free_symbols, key=str)
    function = sympy.lambdify(symbols, expression, "mpmath")
    return [function(*values) for values in zip(*(given[symbol] for symbol in symbols), strict=True)]


_VARIABLES = (a, y)


def _rows(array: Any) -> list[Row]:
    """The entries, which floating point holds, as the same numbers of mpmath."""
    return [[mpmath.mpf(entry) for entry in row] for row in array.tolist()]


def _weighted(weights: list[Row], biases: Row, inputs: Row) -> Row:
    return [mpmath.fdot(row, inputs) + bias for row, bias in zip(weights, biases, strict=True)]


def _moved(values: Row, direction: Row, step: Any) -> Row:
    return [value + step * part for value, part in zip(values, direction, strict=True)]
