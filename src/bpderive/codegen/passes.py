"""The way forward of a network, and the way back found from it by differentiating.

`pulled_back` says of every operation how a derivative by its result gives those by its arguments (its vector–Jacobian
product), and nothing else is known about the way back; `bpderive.codegen.derived` puts the program together.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from sympy import Integer

from bpderive.codegen.nodes import (
    Applied,
    CostSlope,
    Hadamard,
    Let,
    MeanCost,
    Node,
    Operation,
    PlusColumn,
    Product,
    Shared,
    SumOverExamples,
    Value,
    WholeLayer,
    m,
    width,
)
from bpderive.network import Network


def forward_pass(net: Network) -> list[Let]:
    """z = w a + b and a = σ(z) of each layer, and the mean cost: the definitions (25) and (26)."""
    lets: list[Let] = []
    below = Value("a", 1, width(1), m)
    for layer in range(2, net.depth + 1):
        w, b = Value("w", layer, width(layer), width(layer - 1)), Value("b", layer, width(layer), Integer(1))
        z, a = (Value(letter, layer, width(layer), m) for letter in "za")
        whole = net.vector_output if layer == net.depth else None
        applied = Applied(z) if whole is None else WholeLayer(whole, whole.program(), (z,), "a")
        lets += [Let(z, PlusColumn(Product(w, below), b)), Let(a, applied)]
        below = a
    y = Value("y", net.depth, width(net.depth), m)
    cost = Value("cost", net.depth, Integer(1), Integer(1))
    return [*lets, Let(cost, MeanCost(below, y, z))]


def pulled_back(operation: Node, by_result: Node | None) -> list[tuple[Node, Node]]:
    """The vector–Jacobian product of one operation.

    From `by_result`, the derivative of the cost by the result of `operation`, the pairs of an argument and the
    derivative by it. The derivative of the cost by itself is None, the number 1.
    """
    if isinstance(operation, MeanCost):
        return [(operation.a, Shared(CostSlope(operation.a, operation.y)))]
    if by_result is None:
        raise TypeError(f"the derivative of {operation} by itself leads nowhere.")
    if isinstance(operation, Applied) and not operation.slope:
        slope = Applied(operation.z, slope=True)
        if isinstance(by_result, Shared):
            return [(operation.z, Shared(Hadamard(by_result.matrix, slope)))]
        return [(operation.z, Hadamard(by_result, slope))]
    if isinstance(operation, WholeLayer) and operation.meaning == "a" and isinstance(by_result, Shared):
        [z] = operation.given
        by_outputs, function = by_result.matrix, operation.function
        if not isinstance(by_outputs, CostSlope):
            raise TypeError(f"{function.name} is for the output layer.")
        back = WholeLayer(function, function.pullback_program, (by_outputs.a, by_outputs), "back")
        return [(z, Shared(back))]
    if isinstance(operation, PlusColumn) and isinstance(by_result, Value):
        return [(operation.matrix, by_result), (operation.column, SumOverExamples(by_result))]
    if isinstance(operation, Product) and not (operation.left_turned or operation.right_turned):
        return [
            (operation.left, Product(by_result, operation.right, right_turned=True)),
            (operation.right, Product(operation.left, by_result, left_turned=True)),
        ]
    raise TypeError(f"no vector–Jacobian product is known for {operation}.")


def backward_pass(lets: Sequence[Let]) -> list[Let]:
    """The derivatives of the last value of `lets` by all values that are given, in reverse order of computing.

    The derivative by z^l is bound to δ^l, so that it is computed once.
    """
    by_value: dict[Node, Node] = {}
    errors: list[Let] = []
    gradients: list[Let] = []

    def pull(node: Node, by_node: Node | None) -> None:
        for argument, by_argument in pulled_back(node, by_node):
            if isinstance(argument, Operation):
                pull(argument, by_argument)
            elif argument in by_value:
                raise TypeError(f"{argument} is read twice; the sum of derivatives is not known.")
            else:
                by_value[argument] = by_argument

    bound = {let.value for let in lets}
    for let in reversed(lets):
        found = by_value.get(let.value)
        if found is not None and let.value.letter == "z":
            error = replace(let.value, letter="delta")
            errors.append(Let(error, _operation(found)))
            found = error
        pull(let.operation, found)
    for value, found in by_value.items():
        if isinstance(value, Value) and value not in bound and value.letter in "wb":
            gradients.append(Let(replace(value, letter=f"nabla_{value.letter}"), _operation(found)))
    return [*errors, *sorted(gradients, key=lambda let: (let.value.layer, let.value.letter))]


def _operation(node: Node) -> Operation:
    if not isinstance(node, Operation):
        raise TypeError(f"{node} is no operation.")
    return node
