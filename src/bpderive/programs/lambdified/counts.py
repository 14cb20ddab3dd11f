"""How many multiplications and additions a gradient takes, counted by walking its lines.

`operations(net)` gives them for both passes, as formulas in the layer sizes n_1, n_2, … and the number m of examples;
`.at(sizes, m)` puts numbers for these. The evaluations of σ and σ′ are counted on their own.

    >>> count = operations(Network((2, 3, 1)))
    >>> count.forward.multiplications
    m*n_1*n_2 + m*n_2*n_3
    >>> count.backward.multiplications
    m*n_1*n_2 + 2*m*n_2*n_3 + m*n_2 + 2*m*n_3
    >>> count.forward.at((784, 30, 10), 1)
    Count(multiplications=23820, additions=23820, activations=40, slopes=0)
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields

from sympy import (
    Add,
    Basic,
    Expr,
    HadamardProduct,
    Integer,
    MatAdd,
    MatMul,
    Mul,
    Pow,
    Symbol,
    expand,
    preorder_traversal,
)

from bpderive.functions.activations import VectorActivation
from bpderive.functions.activations.layer_program import SUM, LayerProgram
from bpderive.functions.costs import a as output
from bpderive.functions.network import Network, require_network
from bpderive.letters.symbols import CostGradient, Elementwise, SigmaPrime, Width
from bpderive.programs.lambdified.lines import Called, Line, OverExamples, backward_lines, forward_lines
from bpderive.proofs.pairings import cancelled

_M = Symbol("m", integer=True, positive=True)
"""The number of examples."""


def _width(layer: int) -> Symbol:
    return Symbol(f"n_{layer}", integer=True, positive=True)


ZERO = Integer(0)


@dataclass(frozen=True, slots=True)
class Count:
    """Numbers of operations. Divisions are counted as multiplications, subtractions as additions."""

    multiplications: Expr = ZERO
    additions: Expr = ZERO
    activations: Expr = ZERO
    slopes: Expr = ZERO

    def __add__(self, other: Count) -> Count:
        return Count(*(expand(getattr(self, f.name) + getattr(other, f.name)) for f in fields(self)))

    def at(self, sizes: Sequence[int], m: int = 1) -> Count:
        """The same for a network of these sizes and m examples."""
        values = {_width(layer): size for layer, size in enumerate(sizes, 1)} | {_M: m}
        return Count(*(getattr(self, field.name).subs(values) for field in fields(self)))


@dataclass(frozen=True, slots=True)
class Operations:
    """The operations of the way forward, with σ, and of the way back, with σ′; the cost itself is not counted."""

    forward: Count
    backward: Count


def operations(net: Network) -> Operations:
    """The operations of both passes of a network. Raises `NetworkError` for what is not a Network."""
    require_network(net)
    return Operations(_counted(net, forward_lines(net)), _counted(net, backward_lines(net)))


def _counted(net: Network, lines: Iterable[Line]) -> Count:
    total = Count()
    for line in lines:
        for node in preorder_traversal(line.expression):
            total += _of(net, node)
    return total


def _of(net: Network, node: Basic) -> Count:
    if isinstance(node, MatMul):
        # Each example has a column of its own; the product of (BP4) sums over the examples.
        rows, columns = _shape(node)
        inner = _across(node.args[0].shape[1])
        return Count(rows * columns * inner, rows * columns * (inner - 1))
    if isinstance(node, MatAdd):
        return Count(additions=Mul(*_shape(node)))
    if isinstance(node, HadamardProduct):
        return Count(Mul(*_shape(node)))
    if isinstance(node, OverExamples):
        return Count(additions=_shape(node)[0] * (_M - 1))
    if isinstance(node, Elementwise):
        size = Mul(*_shape(node))
        return Count(slopes=size) if node.function is SigmaPrime else Count(activations=size)
    if isinstance(node, CostGradient):
        return _of_cost(net, Mul(*_shape(node)))
    if isinstance(node, Called):
        return _of_layer(net, node)
    return Count()


def _shape(node: Basic) -> tuple[Expr, Expr]:
    rows, columns = node.shape
    return _across(rows), _across(columns)


def _across(size: Expr) -> Expr:
    """A column is one for each example."""
    return _M if size == 1 else _width(int(size.args[0])) if isinstance(size, Width) else size


def _of_cost(net: Network, size: Expr) -> Count:
    """∂C/∂a in each output neuron, and the division by m."""
    products, sums = _walked(net.cost.derivative())
    return Count(size * (products + 1), size * sums)


def _of_layer(net: Network, node: Called) -> Count:
    """A function of the whole output layer: what it computes in every neuron, and what it sums over the layer."""
    rows, columns = _shape(node)
    size, kind = rows * columns, node.args[0].name
    if kind == "cost_gradient":
        return _of_cost(net, size)
    if kind != "output_error":
        whole = net.vector_output
        assert whole is not None
        own = Count(activations=size) if kind == "activation" else Count()
        return own + _of_program(
            whole.program() if kind == "activation" else whole.pullback_program, rows, columns
        )
    choice = net.activation[-1]
    functions = choice if isinstance(choice, tuple) else (choice,)
    share = rows if len(functions) == 1 else Integer(1)
    total = Count(size)  # the division by m
    for function in functions:
        program = cancelled(function, net.cost)
        if program is not None:
            total += _of_program(program, share, columns)
        elif not isinstance(function, VectorActivation):
            products, sums = _walked(net.cost.derivative(output))
            total += Count(share * columns * (products + 1), share * columns * sums, slopes=share * columns)
    return total


def _of_program(program: LayerProgram, rows: Expr, columns: Expr) -> Count:
    """Each line in every neuron; its sum over a layer takes one addition less than there are neurons."""
    size = rows * columns
    total = Count()
    for formula, over in [*((line.expression, line.over) for line in program.lines), (program.result, None)]:
        products, sums = _walked(formula)
        total += Count(size * products, size * sums + ((rows - 1) * columns if over == SUM else ZERO))
    return total


def _walked(formula: Basic) -> tuple[int, int]:
    """The multiplications and the additions of a formula as it is written; a sign is neither."""
    products = sums = 0
    if isinstance(formula, Add):
        sums += len(formula.args) - 1
    elif isinstance(formula, Mul):
        factors = [part for part in formula.args if part != -1]
        divisors = [part for part in factors if _is_divisor(part)]
        # A division is counted where its divisor is, below.
        products += len(factors) - 1 - min(len(divisors), len(factors) - 1)
    elif isinstance(formula, Pow) and formula.exp.is_Integer:
        products += abs(int(formula.exp)) - bool(formula.exp > 0)
    for part in formula.args:
        if isinstance(part, Basic):
            inner = _walked(part)
            products, sums = products + inner[0], sums + inner[1]
    return products, sums


def _is_divisor(part: Basic) -> bool:
    return isinstance(part, Pow) and bool(part.exp.is_Integer and part.exp < 0)
