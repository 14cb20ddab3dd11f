"""The lines of a program: the proved matrix equations of the registry, each read at a layer, as let-bindings.

`lines_of(net)` are those of both passes of a network in the book's letters. Nothing is differentiated, matched or
simplified here: a line of the backward pass *is* the right-hand side of (BP1), (BP2), (BP3) or (BP4). What is added is
the sum over the examples in (BP3) and, inside ∇C, the mean over them.
"""

from __future__ import annotations

from dataclasses import dataclass

from sympy import Integer, MatrixExpr, Symbol
from sympy.core.symbol import Str

from bpderive.equations import equations
from bpderive.functions.network import Network
from bpderive.letters.symbols import L, a, delta, l, y, z
from bpderive.proofs.pairings import cancelled


class OfLayer(MatrixExpr):
    """A function of whole layers by its name, such as softmax(z^L); args (name, *matrices), of the last one's shape."""

    def __new__(cls, name: str | Str, *matrices: MatrixExpr) -> OfLayer:
        made: OfLayer = MatrixExpr.__new__(cls, name if isinstance(name, Str) else Str(name), *matrices)
        return made

    @property
    def shape(self) -> tuple[object, object]:
        """That of the last matrix."""
        shape: tuple[object, object] = self.args[-1].shape
        return shape


class OverExamples(MatrixExpr):
    """The sum of the columns of a matrix, one column for each example."""

    def __new__(cls, matrix: MatrixExpr) -> OverExamples:
        made: OverExamples = MatrixExpr.__new__(cls, matrix)
        return made

    @property
    def shape(self) -> tuple[object, object]:
        """That of one column."""
        shape: tuple[object, object] = self.args[0].shape
        return shape


@dataclass(frozen=True, slots=True)
class Line:
    """`value` = `expression`, by the equation `number` at its layer."""

    number: str
    value: MatrixExpr
    expression: MatrixExpr

    def __str__(self) -> str:
        return f"({self.number}) {self.value} = {self.expression}"


def forward_lines(net: Network) -> list[Line]:
    """z^l = w^l a^{l−1} + b^l and a^l = σ(z^l), from layer 2 on: (25) in its two halves.

    >>> [line.number for line in forward_lines(Network((2, 3, 1)))]
    ['z', '25', 'z', '25']
    """
    lines = []
    for layer in range(2, net.depth + 1):
        weighted = _read("z", net, layer)
        lines.append(weighted)
        if layer == net.depth and net.vector_output is not None:
            lines.append(Line(net.vector_output.name, a(layer), OfLayer("activation", z(layer))))
        else:
            activated = _read("25", net, layer)
            bound = activated.expression.xreplace({weighted.expression: weighted.value})
            lines.append(Line("25", activated.value, bound))
    return lines


def backward_lines(net: Network) -> list[Line]:
    """δ^l from the output layer back, then ∂C/∂b^l and ∂C/∂w^l of every layer.

    δ^L is (BP1a), or what is left of it where the slope of σ cancels against the cost; with softmax it is (37).

    >>> for line in backward_lines(Network((2, 3, 1))):
    ...     print(line.number, "at", line.value)
    BP1a at delta[3]
    BP2 at delta[2]
    BP3 at ParameterGradient(b[2])
    BP3 at ParameterGradient(b[3])
    BP4 at ParameterGradient(w[2])
    BP4 at ParameterGradient(w[3])
    """
    layers = range(2, net.depth + 1)
    by_bias = [_read("BP3", net, layer) for layer in layers]
    return [
        _output_error(net),
        *(_read("BP2", net, layer) for layer in range(net.depth - 1, 1, -1)),
        *(Line(line.number, line.value, OverExamples(line.expression)) for line in by_bias),
        *(_read("BP4", net, layer) for layer in layers),
    ]


def _output_error(net: Network) -> Line:
    """The line of δ^L."""
    error, output, target = delta(net.depth), a(net.depth), y(net.depth)
    whole = net.vector_output
    choice = net.activation[-1]
    number = "BP1a" if whole is None else "37"
    if isinstance(choice, tuple) and any(cancelled(function, net.cost) is not None for function in choice):
        return Line(number, error, OfLayer("output_error", z(net.depth), output, target))
    if not isinstance(choice, tuple) and cancelled(choice, net.cost) is not None:
        return Line(number, error, OfLayer("output_error", output, target))
    if whole is not None:
        return Line(number, error, OfLayer("back", output, OfLayer("cost_gradient", output, target)))
    return _read("BP1a", net)


def _read(number: str, net: Network, layer: int | None = None) -> Line:
    """The matrix form of an equation at a layer."""
    at: dict[Symbol, Integer] = {L: Integer(net.depth)}
    if layer is not None:
        at[l] = Integer(layer)
    stated = equations[number].stated("matrix").at(at)
    return Line(number, stated.lhs, stated.rhs)
