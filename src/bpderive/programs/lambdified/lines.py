"""The lines of a program: the proved matrix equations of the registry, each read at a layer, as let-bindings.

`lines_of(net)` are those of both passes of a network in the book's letters. Nothing is differentiated, matched or
simplified here: a line of the backward pass *is* the right-hand side of (BP1), (BP2), (BP3) or (BP4). What is added is
the sum over the examples in (BP3) and, inside ∇C, the mean over them.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from sympy import Integer, MatrixExpr, Symbol, sympify
from sympy.core.symbol import Str

from bpderive.equations import equations
from bpderive.functions.network import Network
from bpderive.letters.symbols import L, LayerArray, ParameterGradient, a, l, y, z
from bpderive.proofs.pairings import cancelled


class Called(MatrixExpr):
    """A function of the program by its kind and layer, such as softmax(z^L); args (kind, layer, *matrices)."""

    def __new__(cls, kind: str | Str, layer: Any, *matrices: Any) -> Called:
        name = kind if isinstance(kind, Str) else Str(kind)
        made: Called = MatrixExpr.__new__(cls, name, sympify(layer), *matrices)
        return made

    @property
    def shape(self) -> tuple[Any, Any]:
        """That of the last matrix."""
        shape: tuple[Any, Any] = self.args[-1].shape
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


class Worded(MatrixExpr):
    """A matrix as the program writes it, by what SymPy has no operation for; args (words, shape's two numbers)."""

    @property
    def shape(self) -> tuple[Any, Any]:
        """As given."""
        return self.args[1], self.args[2]


class Plus(MatrixExpr):
    """A sum in the order in which it is written, of matrices whose sizes agree in the network, if not in letters."""

    @property
    def shape(self) -> tuple[Any, Any]:
        """That of the first."""
        shape: tuple[Any, Any] = self.args[0].shape
        return shape


@dataclass(frozen=True, slots=True)
class Line:
    """`name` = `expression`, by the equation `number` at its layer."""

    number: str
    name: str
    expression: MatrixExpr

    def __str__(self) -> str:
        return f"({self.number}) {self.name} = {self.expression}"


def python_name(value: MatrixExpr) -> str:
    """What a quantity is called in the program: w2, a1, delta3, y; nabla_w2 for ∂C/∂w^2."""
    if isinstance(value, ParameterGradient):
        return f"nabla_{python_name(value.args[0])}"
    assert isinstance(value, LayerArray)
    return value.letter if value.letter == "y" else f"{value.letter}{value.layer}"


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
            activated = Line(net.vector_output.name, f"a{layer}", Called("activation", layer, z(layer)))
        else:
            activated = _read("25", net, layer)
            bound = activated.expression.xreplace({weighted.expression: z(layer)})
            activated = replace(activated, expression=bound)
        lines.append(activated)
    return lines


def backward_lines(net: Network) -> list[Line]:
    """δ^l from the output layer back, then ∂C/∂b^l and ∂C/∂w^l of every layer.

    δ^L is (BP1a), or what is left of it where the slope of σ cancels against the cost; with softmax it is (37).

    >>> for line in backward_lines(Network((2, 3, 1))):
    ...     print(line.number, "gives", line.name)
    BP1a gives delta3
    BP2 gives delta2
    BP3 gives nabla_b2
    BP3 gives nabla_b3
    BP4 gives nabla_w2
    BP4 gives nabla_w3
    """
    layers = range(2, net.depth + 1)
    by_bias = [_read("BP3", net, layer) for layer in layers]
    return [
        _output_error(net),
        *(_read("BP2", net, layer) for layer in range(net.depth - 1, 1, -1)),
        *(replace(line, expression=OverExamples(line.expression)) for line in by_bias),
        *(_read("BP4", net, layer) for layer in layers),
    ]


def _output_error(net: Network) -> Line:
    """The line of δ^L."""
    last, whole, choice = net.depth, net.vector_output, net.activation[-1]
    number, name = "BP1a" if whole is None else "37", f"delta{last}"
    if isinstance(choice, tuple) and any(cancelled(function, net.cost) is not None for function in choice):
        return Line(number, name, Called("output_error", last, z(last), a(last), y(last)))
    if not isinstance(choice, tuple) and cancelled(choice, net.cost) is not None:
        return Line(number, name, Called("output_error", last, a(last), y(last)))
    if whole is not None:
        by_outputs = Called("cost_gradient", last, a(last), y(last))
        return Line(number, name, Called("back", last, a(last), by_outputs))
    return _read("BP1a", net)


def _read(number: str, net: Network, layer: int | None = None) -> Line:
    """The matrix form of an equation at a layer."""
    at: dict[Symbol, Integer] = {L: Integer(net.depth)}
    if layer is not None:
        at[l] = Integer(layer)
    stated = equations[number].stated("matrix").at(at)
    return Line(number, python_name(stated.lhs), stated.rhs)
