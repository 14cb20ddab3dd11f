"""The lines of a proof on a network, computed in 50 digits with the network's own functions.

`Example(net, turn)` is the network at an example with weights, biases, inputs and desired outputs drawn for it; its
`value(side)` is a side of a line that is written out. Derivatives are those of `truth`, moved forwards through the
network, at the slopes of the network's own σ, its own ∂C/∂a and, in an output layer that has one function, its own
Jacobian.
"""

from __future__ import annotations

import random
from typing import Any

import sympy
from sympy import Basic, Expr, Float, ImmutableDenseMatrix, Interval, Rational

from bpderive.functions.network import Network
from bpderive.judge.truth import COST, Component, Truth
from bpderive.letters.places import whole_number
from bpderive.letters.statements import TARGETS_SUM_TO_ONE
from bpderive.letters.symbols import C, ExplicitPathSum, NormSquared, Partial, Sigma, SigmaPrime, quantity
from bpderive.proofs.written_out import written_out

DIGITS = 50

ALMOST = Float(10, DIGITS) ** -35
"""How far apart, in proportion, two numbers may be that are the same."""


class Example:
    """A network with numbers in it; `given` is what is assumed of the y_j, or None."""

    def __init__(self, net: Network, turn: int, given: str | None = None) -> None:
        self.net = net
        self._random = random.Random(f"{net.sizes} {turn}")
        self._truth = Truth(net.sizes, whole=net.vector_output is not None)
        self._values: dict[Component, Any] = {}
        for neuron in range(net.sizes[0]):
            self._values["a", 1, neuron] = self._drawn(-1, 1)
        for layer in range(2, net.depth + 1):
            self._forward(layer)
        self._desire(given)

    def value(self, side: Any) -> Any:
        """A number, or a matrix of numbers."""
        if isinstance(side, Expr) and quantity(side) is not None:
            return self._component(*_component(side))
        if side == C:
            outputs, targets = self._outputs, self._targets
            return self.net.cost.value(outputs, targets).evalf(DIGITS)
        if isinstance(side, Partial) and side.of != C and quantity(side.of) is None:
            return self.value(
                sympy.diff(side.of, side.by)
            )  # of a formula, in which the z of the layer are free
        if isinstance(side, Partial):
            return self._derivative(_component(side.of), _component(side.by))
        if isinstance(side, Sigma | SigmaPrime):
            layer, neuron = (whole_number(part, self.net.sizes)({}) for part in side.args[:2])
            return self._sigma(layer, neuron, self.value(side.args[2]), isinstance(side, SigmaPrime))
        if isinstance(side, NormSquared):
            return sympy.Add(*(entry**2 for entry in self.value(side.args[0])))
        if isinstance(side, sympy.MatrixBase):
            return ImmutableDenseMatrix(side.applyfunc(self.value))
        if not isinstance(side, Basic) or not side.args:
            return side
        found = side.func(*(self.value(part) for part in side.args))
        return found.as_explicit() if getattr(found, "is_Matrix", False) else sympy.N(found, DIGITS)

    def agree(self, first: Any, second: Any) -> bool:
        """Return whether two values are the same, as far as the digits go."""
        if getattr(first, "shape", ()) != getattr(second, "shape", ()):
            return False
        pairs = zip(sympy.flatten([first]), sympy.flatten([second]), strict=True)
        return all(bool(abs(one - other) <= ALMOST * (1 + abs(one))) for one, other in pairs)

    def _drawn(self, low: int, high: int) -> Any:
        return Rational(self._random.randint(low * 10**6 + 1, high * 10**6 - 1), 10**6).evalf(DIGITS)

    def _forward(self, layer: int) -> None:
        width, before = self.net.sizes[layer - 1], self.net.sizes[layer - 2]
        for j in range(width):
            total = self._values["b", layer, j] = self._drawn(-1, 1)
            for k in range(before):
                weight = self._values["w", layer, j, k] = self._drawn(-1, 1)
                total += weight * self._values["a", layer - 1, k]
            self._values["z", layer, j] = total
        zs = [self._values["z", layer, j] for j in range(width)]
        whole = self.net.vector_output if layer == self.net.depth else None
        outputs = [self._sigma(layer, j, z) for j, z in enumerate(zs)] if whole is None else whole.expr(zs)
        self._values |= {("a", layer, j): sympy.N(value, DIGITS) for j, value in enumerate(outputs)}
        if whole is not None:
            table = whole.jacobian(zs)
            places = [(k, j) for k in range(width) for j in range(width)]
            self._values |= {("J", layer, k, j): sympy.N(table[k, j], DIGITS) for k, j in places}
        else:
            self._values |= {
                ("σ", 1, layer, j, None): self._sigma(layer, j, z, slope=True) for j, z in enumerate(zs)
            }

    def _desire(self, given: str | None) -> None:
        """The y_j, from those that the cost is for, and ∂C/∂a^L_j."""
        within = self.net.cost.targets.is_subset(Interval(0, 1))
        targets = [self._drawn(0, 1) if within else self._drawn(-2, 2) for _ in range(self.net.sizes[-1])]
        if given == TARGETS_SUM_TO_ONE:
            total = sympy.Add(*targets)
            targets = [target / total for target in targets]
        for j, target in enumerate(targets):
            last = self.net.depth
            self._values["y", last, j] = target
            slope = self.net.cost.derivative(self._values["a", last, j], target)
            self._values["g", last, j] = sympy.N(slope, DIGITS)

    @property
    def _outputs(self) -> list[Any]:
        return [self._values["a", self.net.depth, j] for j in range(self.net.sizes[-1])]

    @property
    def _targets(self) -> list[Any]:
        return [self._values["y", self.net.depth, j] for j in range(self.net.sizes[-1])]

    def _sigma(self, layer: int, neuron: int, at: Any, slope: bool = False) -> Any:
        function = self.net.activation_of(layer, neuron + 1)
        return sympy.N(function.derivative(at) if slope else function.expr(at), DIGITS)

    def _component(self, letter: str, layer: int, *indices: int) -> Any:
        if letter == "delta":
            return self._derivative(COST, ("z", layer, *indices))
        if letter == "d":  # its definition: the sum over the paths from the neuron, times its slope
            paths = written_out(ExplicitPathSum(layer, indices[0], self.net.depth), {}, self.net.sizes)
            return self.value(paths) * self._sigma(
                layer, indices[0], self._values["z", layer, indices[0]], slope=True
            )
        return self._values[letter, layer, *indices]

    def _derivative(self, of: Component, by: Component) -> Any:
        return self._truth.derivative(of, by).at(self._values.__getitem__)


def _component(expression: Expr) -> Component:
    if expression == C:
        return COST
    found = quantity(expression)
    if found is None:
        raise TypeError(f"{expression} is no component of a network.")
    array, (row, column) = found
    indices = (int(row), int(column)) if array.letter == "w" else (int(row),)
    return (array.letter, int(array.layer), *indices)
