"""Which equation of the book a line of a program is.

`numbered(lets)` writes every line as matrices of the book, or by its components, and looks for the statement of the
registry that says the same of this layer. A line of the way back that no equation states raises `StepError`: what was
found by differentiating and what was proved have to be the same.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from sympy import Basic, HadamardProduct, Integer, MatAdd, MatMul, Mul, Transpose

from bpderive.codegen.nodes import (
    Applied,
    CostSlope,
    Hadamard,
    Let,
    MeanCost,
    Node,
    PlusColumn,
    Product,
    Shared,
    SumOverExamples,
    Value,
    WholeLayer,
)
from bpderive.equations import equations as registry
from bpderive.equations.equation import Equation
from bpderive.errors import StepError
from bpderive.notation import (
    C,
    CostGradient,
    Elementwise,
    L,
    LayerArray,
    Partial,
    Sigma,
    SigmaPrime,
    j,
    k,
    l,
    layer_array,
)

_FORMS = {
    "z": ("z", "matrix"),
    "a": ("25", "matrix"),
    "delta": ("BP2", "matrix"),
    "nabla_b": ("BP3", "component"),
    "nabla_w": ("BP4", "component"),
}
"""The statements that lines are compared with, by the letter of the line's value; (BP1a) is for the last δ."""


def numbered(lets: Sequence[Let], depth: int, equations: Mapping[str, Equation] | None = None) -> list[Let]:
    """The lines with the numbers of their equations; `depth` is L. Raises `StepError` for one that is none."""
    known = registry if equations is None else equations
    return [replace(let, number=_number(let, depth, known)) for let in lets]


def _number(let: Let, depth: int, equations: Mapping[str, Equation]) -> str:
    if let.value.letter == "cost" and isinstance(let.operation, MeanCost):
        return "26"
    if let.value.letter == "slope" and isinstance(let.operation, Applied):
        return ""
    inner = let.operation.matrix if isinstance(let.operation, Shared) else let.operation
    if isinstance(inner, WholeLayer):
        return _of_whole_layer(inner, let)
    number, form = _FORMS[let.value.letter]
    if let.value.letter == "delta" and let.value.layer == depth:
        number = "BP1a"
    at = {L: Integer(depth), l: Integer(let.value.layer)}
    stated = equations[number].stated(form).at(at)
    rhs = stated.rhs
    if number == "25":
        # (25) has w a + b under its σ, which the program has bound to z before.
        weighted = equations["z"].stated("matrix").at(at)
        rhs = rhs.xreplace({weighted.rhs: weighted.lhs})
    if _sides(let) != (stated.lhs, rhs):
        raise StepError(f"The line {let} is not what equation ({number}) states: {stated}.")
    return number


def _of_whole_layer(node: WholeLayer, let: Let) -> str:
    """Softmax by its name; (37), whose sum over k remains, for what its Jacobian makes of ∂C/∂a."""
    if (let.value.letter, node.meaning, node.program) == ("a", "a", node.function.program()):
        return node.function.name
    if (let.value.letter, node.meaning, node.program) == ("delta", "back", node.function.pullback_program):
        return "37"
    raise StepError(f"The line {let} is neither {node.function.name} nor equation (37).")


def _sides(let: Let) -> tuple[Basic, Basic]:
    """The line as an equation of the book."""
    value, operation = let.value, let.operation
    if value.letter in ("nabla_b", "nabla_w"):
        array = layer_array(value.letter[-1], value.layer)
        indices = (j, 0) if value.letter == "nabla_b" else (j, k)
        return Partial(C, array[indices]), _summed(operation)
    return _matrix(value), _matrix(operation)


def _summed(node: Node) -> Basic:
    """The component that is summed over the examples."""
    if isinstance(node, SumOverExamples):
        return _array(node.matrix)[j, 0]
    if (
        isinstance(node, Product)
        and node.right_turned
        and not node.left_turned
        and isinstance(node.left, Value)
        and isinstance(node.right, Value)
    ):
        return Mul(_array(node.right)[k, 0], _array(node.left)[j, 0])
    raise StepError(f"{node} is no sum over the examples.")


def _array(value: Value) -> LayerArray:
    return layer_array(value.letter, value.layer)


def _matrix(node: Node) -> Basic:
    """A matrix of the book. Each column of a mini-batch obeys the same equation, and 1/m is the mean of (26)."""
    if isinstance(node, Value):
        return _array(node)
    if isinstance(node, Shared):
        return _matrix(node.matrix)
    if isinstance(node, CostSlope):
        return CostGradient(node.a.layer)
    if isinstance(node, Applied):
        return Elementwise(SigmaPrime if node.slope else Sigma, node.layer, _matrix(node.z))
    if isinstance(node, PlusColumn):
        return MatAdd(_matrix(node.matrix), _matrix(node.column))
    if isinstance(node, Hadamard):
        return HadamardProduct(*(_matrix(part) for part in node.arguments))
    if isinstance(node, Product):
        turned = (node.left_turned, node.right_turned)
        factors = zip(map(_matrix, node.arguments), turned, strict=True)
        return MatMul(*(Transpose(factor) if turn else factor for factor, turn in factors))
    raise StepError(f"{node} has no form in the letters of the book.")
