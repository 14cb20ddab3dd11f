"""The cost in many digits, and its derivatives by differences: a route to the gradient that needs only σ itself.

`ManyDigits(net, weights, biases, x, y)` runs the network on arrays of mpmath's numbers, from the formulas of the
activations and of the cost alone. `by_parameter` and `along` are central differences so fine that about fifty digits of
them are right.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import mpmath
import sympy

from bpderive.functions.activations import VectorActivation
from bpderive.functions.activations.layer_program import SUM, LayerProgram, letter
from bpderive.functions.activations.stable import in_high_precision
from bpderive.functions.costs import Cost, a, y
from bpderive.functions.network import Network
from bpderive.later import Array, np

DIGITS = 80
"""What is computed with: a step of 10^−26 costs 26 of them, and the error of the difference is about its square."""

STEP_EXPONENT = 26


class ManyDigits:
    """The mean cost of a network over some examples; weights, biases, x and y are arrays of NumPy."""

    def __init__(self, net: Network, weights: Any, biases: Any, x: Any, y: Any) -> None:
        with mpmath.workdps(DIGITS):
            self._net = net
            self._weights, self._biases = list(map(exact, weights)), list(map(exact, biases))
            self._targets = exact(y)
            self._term = cost_term(net.cost)
            self._activations, self._zs = [exact(x)], []
            for layer, (w, b) in enumerate(zip(self._weights, self._biases, strict=True), start=2):
                self._zs.append(w @ self._activations[-1] + b)
                self._activations.append(self._activated(layer, self._zs[-1]))

    def value(self) -> Any:
        """C, the mean over the examples."""
        with mpmath.workdps(DIGITS):
            return self._mean(self._activations[-1])

    def by_parameter(self, layer: int, j: int, k: int | None) -> Any:
        """∂C/∂w^l_jk, or ∂C/∂b^l_j where k is None, indices from 0; only what follows z^l_j is computed anew."""

        def cost_at(step: Any) -> Any:
            moved = self._zs[layer - 2].copy()
            moved[j] += step if k is None else step * self._activations[layer - 2][k]
            return self._cost(layer, moved, self._weights, self._biases)

        return self._difference(cost_at)

    def along(self, direction_b: Sequence[Any], direction_w: Sequence[Any]) -> Any:
        """The derivative of C where all parameters move in a direction, given as arrays of NumPy."""
        along_b, along_w = (list(map(exact, part)) for part in (direction_b, direction_w))
        with mpmath.workdps(DIGITS):
            # The first layer's z are linear in what moves, and its weights are the most: they are used once.
            first = along_w[0] @ self._activations[0] + along_b[0]

        def cost_at(step: Any) -> Any:
            weights, biases = (
                [still[0], *(p + step * d for p, d in zip(still[1:], moving[1:], strict=True))]
                for still, moving in ((self._weights, along_w), (self._biases, along_b))
            )
            return self._cost(2, self._zs[0] + step * first, weights, biases)

        return self._difference(cost_at)

    def _difference(self, cost_at: Callable[[Any], Any]) -> Any:
        with mpmath.workdps(DIGITS):
            step = mpmath.mpf(10) ** -STEP_EXPONENT
            return (cost_at(step) - cost_at(-step)) / (2 * step)

    def _cost(self, layer: int, zs: Array, weights: list[Array], biases: list[Array]) -> Any:
        """C from the z of a layer."""
        activations = self._activated(layer, zs)
        for above in range(layer + 1, self._net.depth + 1):
            activations = self._activated(above, weights[above - 2] @ activations + biases[above - 2])
        return self._mean(activations)

    def _activated(self, layer: int, zs: Array) -> Array:
        return activated(self._net, layer, zs)

    def _mean(self, outputs: Array) -> Any:
        return mean(self._term, outputs, self._targets)


def activated(net: Any, layer: int, zs: Array) -> Array:
    """a^l by the formulas of the activations, in the digits that are set."""
    whole = net.layer_activation(layer)
    if isinstance(whole, VectorActivation):
        return _of_layer(whole.formula_program, zs)
    formulas = (net.activation_of(layer, j + 1).formula for j in range(len(zs)))
    rows = [_each(in_high_precision(formula), row) for formula, row in zip(formulas, zs, strict=True)]
    return np.array(rows)


def cost_term(cost: Cost) -> Callable[..., Any]:
    """What the cost is for one output and what was desired of it."""
    found: Callable[..., Any] = sympy.lambdify((a, y), cost.formula, "mpmath")
    return found


def mean(term: Callable[..., Any], outputs: Array, targets: Array) -> Any:
    """The sum of a cost over the outputs, the mean over the examples."""
    return mpmath.fsum(_each(term, outputs, targets).ravel()) / outputs.shape[1]


def _of_layer(program: LayerProgram, zs: Array) -> Array:
    """The outputs of a whole layer, by its formula."""
    given = {letter("z"): zs}
    for line in program.lines:
        entries = _of_formula(line.expression, given)
        if line.over is not None:
            entries = (np.sum if line.over == SUM else np.max)(entries, axis=0, keepdims=True)
        given[line.symbol] = entries
    return _of_formula(program.result, given)


def _of_formula(expression: Any, given: dict[Any, Array]) -> Array:
    symbols = sorted(expression.free_symbols, key=str)
    return _each(sympy.lambdify(symbols, expression, "mpmath"), *(given[symbol] for symbol in symbols))


def _each(function: Callable[..., Any], *arrays: Array) -> Array:
    """A function of numbers, entry by entry."""
    found: Array = np.vectorize(function, otypes=[object])(*arrays)
    return found


def exact(array: Any) -> Array:
    """The entries, which floating point holds, as the same numbers of mpmath."""
    return _each(mpmath.mpf, array.astype(object))
