"""What the lines of a program are made of: values with names and shapes, and operations on matrices.

A new operation is a class derived from `Operation`, with a case in `pulled_back` of `bpderive.codegen.passes` and a
method in each emitter.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass

from sympy import Expr, Integer, Symbol

from bpderive.activations import VectorActivation
from bpderive.activations.layer_program import LayerProgram

Shape = tuple[Expr, Expr]

m = Symbol("m", integer=True, positive=True)
"""The number of examples, the columns of a mini-batch."""


def width(layer: int) -> Symbol:
    """n_l, as a symbol."""
    return Symbol(f"n_{layer}", integer=True, positive=True)


class Node(ABC):
    """Something with a shape: a value that has a name, or an operation."""

    __slots__ = ()

    @property
    @abstractmethod
    def shape(self) -> Shape:
        """(rows, columns), in n_1 … n_L and m."""

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


slope_symbol = Symbol("slope", real=True)
"""σ′(z) in the formulas of an `OutputError`."""
