"""The program of a gradient: let-bindings of matrix operations, which every emitter prints and `counts` counts.

A `Program` has the forward pass of a network as it is defined, and a backward pass that is found from it by
differentiating: `pulled_back` says of every operation how a derivative by its result gives those by its arguments (its
vector–Jacobian product), and nothing else is known about the way back. `bpderive.codegen.derived` puts it together.

A new operation is a class derived from `Operation` with a case in `pulled_back`, and a method in each emitter.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import sympy
from sympy import Expr, Integer, Symbol

from bpderive.activations import Activation, VectorActivation
from bpderive.activations import a as output
from bpderive.activations.layer_program import LayerProgram
from bpderive.errors import NetworkError
from bpderive.network import Network
from bpderive.pairings import cancelled

Shape = tuple[Expr, Expr]

m = Symbol("m", integer=True, positive=True)
"""The number of examples, the columns of a mini-batch."""


def width(layer: int) -> Symbol:
    """n_l, as a symbol."""
    return Symbol(f"n_{layer}", integer=True, positive=True)


class Node:
    """Something with a shape: a value that has a name, or an operation."""

    __slots__ = ()

    @property
    def shape(self) -> Shape:
        """(rows, columns), in n_1 … n_L and m."""
        raise NotImplementedError

    @property
    def arguments(self) -> tuple[Node, ...]:
        """What it is computed from."""
        return ()


@dataclass(frozen=True, slots=True)
class Value(Node):
    """A matrix with a name: its letter and its layer; a1 is the input, "slope" σ′(z)."""

    letter: str
    layer: int
    rows: Expr
    columns: Expr

    @property
    def name(self) -> str:
        """What it is called in code."""
        return self.letter if self.letter in ("y", "cost") else f"{self.letter}{self.layer}"

    @property
    def shape(self) -> Shape:
        """(rows, columns)."""
        return self.rows, self.columns

    def __str__(self) -> str:
        return self.name


class Operation(Node):
    """What a let-binding binds a value to."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class Product(Operation):
    """The product of two matrices, of which either may be transposed."""

    left: Node
    right: Node
    left_turned: bool = False
    right_turned: bool = False

    @property
    def shape(self) -> Shape:
        """(rows of the left, columns of the right)."""
        return self.left.shape[self.left_turned], self.right.shape[1 - self.right_turned]

    @property
    def inner(self) -> Expr:
        """How many products each entry is the sum of."""
        return self.left.shape[1 - self.left_turned]

    @property
    def arguments(self) -> tuple[Node, ...]:
        """The two factors."""
        return self.left, self.right

    def __str__(self) -> str:
        return f"{self.left}{'ᵀ' * self.left_turned} {self.right}{'ᵀ' * self.right_turned}"


@dataclass(frozen=True, slots=True)
class PlusColumn(Operation):
    """A column added to every column of a matrix."""

    matrix: Node
    column: Node

    @property
    def shape(self) -> Shape:
        """That of the matrix."""
        return self.matrix.shape

    @property
    def arguments(self) -> tuple[Node, ...]:
        """The matrix and the column."""
        return self.matrix, self.column

    def __str__(self) -> str:
        return f"{self.matrix} + {self.column}"


@dataclass(frozen=True, slots=True)
class Applied(Operation):
    """σ of every entry of z, or σ′ where `slope` is true; each neuron, a row, has its own."""

    z: Value
    slope: bool = False

    @property
    def layer(self) -> int:
        """The layer whose σ it is."""
        return self.z.layer

    @property
    def shape(self) -> Shape:
        """That of z."""
        return self.z.shape

    @property
    def arguments(self) -> tuple[Node, ...]:
        """z."""
        return (self.z,)

    def __str__(self) -> str:
        return f"σ{'′' * self.slope}({self.z})"


@dataclass(frozen=True, slots=True)
class Hadamard(Operation):
    """The product entry by entry."""

    left: Node
    right: Node

    @property
    def shape(self) -> Shape:
        """That of both."""
        return self.left.shape

    @property
    def arguments(self) -> tuple[Node, ...]:
        """The two factors."""
        return self.left, self.right

    def __str__(self) -> str:
        return f"{self.left} ⊙ {self.right}"


@dataclass(frozen=True, slots=True)
class MeanCost(Operation):
    """(26): the mean over the examples of the cost, which is a sum over the outputs. It may need z too (ln σ(z))."""

    a: Value
    y: Value
    z: Value

    @property
    def shape(self) -> Shape:
        """A number."""
        return Integer(1), Integer(1)

    @property
    def arguments(self) -> tuple[Node, ...]:
        """a^L, y and z^L."""
        return self.a, self.y, self.z

    def __str__(self) -> str:
        return f"mean(C({self.a}, {self.y}))"


@dataclass(frozen=True, slots=True)
class CostSlope(Operation):
    """∂C/∂a^L of each example."""

    a: Value
    y: Value

    @property
    def shape(self) -> Shape:
        """That of a^L."""
        return self.a.shape

    @property
    def arguments(self) -> tuple[Node, ...]:
        """a^L and y."""
        return self.a, self.y

    def __str__(self) -> str:
        return f"∂C/∂{self.a}"


@dataclass(frozen=True, slots=True)
class OutputError(Operation):
    """∂C/∂a^L ⊙ σ′(z^L), simplified: `formulas` gives for groups of rows the entry in a, y and `slope_symbol`.

    Where σ′ was found to cancel the formula has none, and if it has none in any row, `slope` is None.
    """

    a: Value
    y: Value
    slope: Value | None
    formulas: tuple[tuple[tuple[int, ...], Expr], ...]

    @property
    def shape(self) -> Shape:
        """That of a^L."""
        return self.a.shape

    @property
    def arguments(self) -> tuple[Node, ...]:
        """What occurs in the formulas."""
        return (self.a, self.y) if self.slope is None else (self.a, self.y, self.slope)

    def __str__(self) -> str:
        return "; ".join(str(formula) for _, formula in self.formulas)


@dataclass(frozen=True, slots=True)
class WholeLayer(Operation):
    """A function of all neurons of a layer together, such as softmax or the product with its Jacobian.

    `program` computes it, from what its inputs stand for; `meaning` is "a", "back" for what the Jacobian makes of
    ∂C/∂a, or "error" for that with the cost cancelled.
    """

    function: VectorActivation
    program: LayerProgram
    given: tuple[Node, ...]
    meaning: str

    @property
    def name(self) -> str:
        """What the function is called in code."""
        return self.function.name + {"a": "", "back": "_back", "error": "_error"}[self.meaning]

    @property
    def shape(self) -> Shape:
        """That of what is given."""
        return self.given[0].shape

    @property
    def arguments(self) -> tuple[Node, ...]:
        """What the inputs of the program stand for."""
        return self.given

    def __str__(self) -> str:
        return f"{self.name}({', '.join(map(str, self.given))})"


@dataclass(frozen=True, slots=True)
class Shared(Operation):
    """A matrix divided by the number of examples."""

    matrix: Node

    @property
    def shape(self) -> Shape:
        """That of the matrix."""
        return self.matrix.shape

    @property
    def arguments(self) -> tuple[Node, ...]:
        """The matrix."""
        return (self.matrix,)

    def __str__(self) -> str:
        return f"{self.matrix} / m"


@dataclass(frozen=True, slots=True)
class SumOverExamples(Operation):
    """The sum of the columns."""

    matrix: Value

    @property
    def shape(self) -> Shape:
        """(rows, 1)."""
        return self.matrix.rows, Integer(1)

    @property
    def arguments(self) -> tuple[Node, ...]:
        """The matrix."""
        return (self.matrix,)

    def __str__(self) -> str:
        return f"sum over examples of {self.matrix}"


@dataclass(frozen=True, slots=True)
class Let:
    """One line: what a value is bound to, and the number of the equation that it is, "" if it has none."""

    value: Value
    operation: Operation
    number: str = ""
    says: str = ""

    @property
    def note(self) -> str:
        """The comment beside the line: the equation's number and the layer."""
        place = "" if self.value.letter == "cost" else f"layer {self.value.layer}"
        return ", ".join(part for part in (self.number, place) if part) + self.says

    @property
    def reads(self) -> tuple[Value, ...]:
        """The values that the line reads, each once."""
        return tuple(dict.fromkeys(node for node in walk(self.operation) if isinstance(node, Value)))

    def __str__(self) -> str:
        return f"{self.value} = {self.operation}  # {self.note}"


def walk(node: Node) -> Iterator[Node]:
    """`node` and everything inside it."""
    yield node
    for argument in node.arguments:
        yield from walk(argument)


@dataclass(frozen=True)
class Program:
    """The lines in order; the forward pass comes first, then the cost, then the way back."""

    net: Network
    lets: tuple[Let, ...]

    @cached_property
    def forward(self) -> tuple[Let, ...]:
        """The lines that a^L needs."""
        return needed(self.lets, [self.bound("a", self.net.depth)])

    @cached_property
    def with_slopes(self) -> tuple[Let, ...]:
        """The lines of the way forward of a gradient: z, a, and the σ′(z) that the way back needs."""
        return tuple(let for let in self.lets if let.value.letter in ("z", "a", "slope"))

    @cached_property
    def backward(self) -> tuple[Let, ...]:
        """The lines of the way back: δ and the derivatives."""
        return tuple(let for let in self.lets if let.value.letter.startswith(("delta", "nabla")))

    @property
    def cost(self) -> Let:
        """The line of the cost."""
        return next(let for let in self.lets if let.value.letter == "cost")

    def bound(self, letter: str, layer: int) -> Value:
        """The value with this letter and layer."""
        return next(let.value for let in self.lets if (let.value.letter, let.value.layer) == (letter, layer))

    def has_slope(self, layer: int) -> bool:
        """Whether the way back needs σ′(z) of the layer."""
        return any((let.value.letter, let.value.layer) == ("slope", layer) for let in self.lets)


def needed(lets: Sequence[Let], results: Sequence[Value]) -> tuple[Let, ...]:
    """The lines that the results need."""
    wanted, kept = set(results), []
    for let in reversed(lets):
        if let.value in wanted:
            kept.append(let)
            wanted.update(let.reads)
    return tuple(reversed(kept))


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


slope_symbol = Symbol("slope", real=True)
"""σ′(z) in the formulas of an `OutputError`."""


def groups(net: Network, layer: int) -> list[tuple[Activation, tuple[int, ...]]]:
    """The neurons of `layer`, counted from 0, by their activation, in the order of the first neuron of each."""
    uniform = net.layer_activation(layer)
    if isinstance(uniform, VectorActivation):
        raise NetworkError(
            f"The neurons of layer {layer} have {uniform.name} together, and none of their own."
        )
    if uniform is not None:
        return [(uniform, tuple(range(net.width(layer))))]
    found: dict[Activation, list[int]] = {}
    for neuron in range(net.width(layer)):
        found.setdefault(net.activation_of(layer, neuron + 1), []).append(neuron)
    return [(activation, tuple(neurons)) for activation, neurons in found.items()]


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
