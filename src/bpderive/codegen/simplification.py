"""What is simplified in a program before it is printed: σ′ is bound once, and cancels where it can.

`slopes_bound` gives every σ′(z) a name; `simplified` puts the cost's formula in (BP1a), without σ′ where it cancels.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import sympy

from bpderive.activations import a as output
from bpderive.codegen.nodes import (
    Applied,
    CostSlope,
    Hadamard,
    Let,
    Node,
    OutputError,
    Shared,
    Value,
    WholeLayer,
    slope_symbol,
    walk,
)
from bpderive.codegen.passes import _operation
from bpderive.codegen.program import groups, needed
from bpderive.network import Network
from bpderive.pairings import cancelled


def slopes_bound(lets: Sequence[Let]) -> list[Let]:
    """The same with every σ′(z) bound to a value of its own after σ(z), with which it is computed together."""
    bound = {
        node.z: replace(node.z, letter="slope")
        for let in lets
        for node in walk(let.operation)
        if isinstance(node, Applied) and node.slope
    }

    def put(node: Node) -> Node:
        if isinstance(node, Applied) and node.slope:
            return bound[node.z]
        if isinstance(node, Hadamard):
            return Hadamard(put(node.left), put(node.right))
        return Shared(put(node.matrix)) if isinstance(node, Shared) else node

    made: list[Let] = []
    for let in lets:
        made.append(replace(let, operation=_operation(put(let.operation))))
        if isinstance(let.operation, Applied) and let.operation.z in bound:
            z = let.operation.z
            made.append(Let(bound[z], Applied(z, slope=True)))
    return made


def simplified(net: Network, lets: Sequence[Let]) -> list[Let]:
    """The same with the formula of the cost in (BP1a), and without σ′ where it cancels; what nothing needs is gone."""

    def put(node: Node) -> Node:
        if isinstance(node, Shared):
            return Shared(put(node.matrix))
        if isinstance(node, Hadamard) and isinstance(node.left, CostSlope):
            return _output_error(net, node.left, node.right)
        if isinstance(node, WholeLayer) and node.meaning == "back":
            return _error_of_layer(net, node)
        return node

    made = []
    for let in lets:
        operation = _operation(put(let.operation))
        inner = operation.matrix if isinstance(operation, Shared) else operation
        cancels = isinstance(inner, OutputError) and any(
            not formula.has(slope_symbol) for _, formula in inner.formulas
        )
        cancels = cancels or (isinstance(inner, WholeLayer) and inner.meaning == "error")
        made.append(replace(let, operation=operation, says=": σ′ cancels" if cancels else ""))
    return list(needed(made, [let.value for let in made if let.value.letter.startswith(("nabla", "cost"))]))


def _error_of_layer(net: Network, node: WholeLayer) -> WholeLayer:
    """The product with the Jacobian, ∂C/∂a being put in: cancelled if it can be, else computed before."""
    a, by_outputs = node.given
    if not isinstance(a, Value) or not isinstance(by_outputs, CostSlope):
        raise TypeError(f"{node} is no error of the output layer.")
    found = cancelled(node.function, net.cost)
    if found is not None:
        return replace(node, program=found, given=(a, by_outputs.y), meaning="error")
    formula = ((tuple(range(net.sizes[-1])), net.cost.derivative()),)
    return replace(node, given=(a, OutputError(a, by_outputs.y, None, formula)))


def _output_error(net: Network, of: CostSlope, slope: Node) -> OutputError:
    formulas = []
    for activation, rows in groups(net, net.depth):
        found = net.cost.cancelled_error(activation.derivative_from_output(output))
        if found is None:
            found = sympy.Mul(net.cost.derivative(), slope_symbol, evaluate=False)
        formulas.append((rows, found))
    wanted = any(formula.has(slope_symbol) for _, formula in formulas)
    if not isinstance(slope, Value):
        raise TypeError(f"{slope} is not bound.")
    return OutputError(of.a, of.y, slope if wanted else None, tuple(formulas))
