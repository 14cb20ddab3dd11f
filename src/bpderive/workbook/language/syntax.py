"""What a claim consists of: expressions of the book's letters, as a tree, and the conditions that it is made under.

`parse` makes a `Claim` from text. `parts(node)` are the parts of an expression, `with_parts(node, parts)` the same
expression of other parts, and `walk(node)` all of them. A new construct is one class here, and one case in each of
`text`, `typeset`, `verdict.shapes` and `verdict.walker`.

A formula in letters of another book is the same tree before its letters are known: `Mark`, a letter with whatever
stands above and below it, and the constructs after it, until a convention says what they mean.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from fractions import Fraction
from typing import Any, TypeAlias

Index: TypeAlias = "str | int"
"""A neuron: a letter, or a number counted from 1."""

LAYER_LETTERS = ("l", "L")


@dataclass(frozen=True, slots=True, order=True)
class Layer:
    """A layer: `letter` + `offset`, the letter being "l", "L" or "" for a number."""

    letter: str
    offset: int = 0

    def __add__(self, steps: int) -> Layer:
        return Layer(self.letter, self.offset + steps)

    def __str__(self) -> str:
        if not self.letter:
            return str(self.offset)
        return self.letter + (f"{self.offset:+d}" if self.offset else "")


LAST = Layer("L")


@dataclass(frozen=True, slots=True)
class Node:
    """The base of all expressions."""


@dataclass(frozen=True, slots=True)
class Number(Node):
    """A rational number."""

    value: Fraction


@dataclass(frozen=True, slots=True)
class Unknown(Node):
    """A number that nothing is known of, such as η or the step Δ."""

    name: str


@dataclass(frozen=True, slots=True)
class Quantity(Node):
    """w, b, z, a, delta or y: of a layer, with its indices a component, without them a column or a matrix."""

    letter: str
    layer: Layer
    indices: tuple[Index, ...] = ()


@dataclass(frozen=True, slots=True)
class Cost(Node):
    """C, the cost of one example."""


@dataclass(frozen=True, slots=True)
class WidthOf(Node):
    """n_l, the number of neurons of a layer."""

    layer: Layer


@dataclass(frozen=True, slots=True)
class Kronecker(Node):
    """1 where both indices are the same neuron, else 0."""

    first: Index
    second: Index


@dataclass(frozen=True, slots=True)
class Activation(Node):
    """σ of a number or of each component; σ′ if `order` is 1, and σ″ if it is 2."""

    order: int
    argument: Node


@dataclass(frozen=True, slots=True)
class Derivative(Node):
    """The total derivative of a number by a component, the other neurons of its layer held fixed."""

    of: Node
    by: Quantity


@dataclass(frozen=True, slots=True)
class Gradient(Node):
    """The derivatives of C by every component of an array, in its shape."""

    by: Quantity


@dataclass(frozen=True, slots=True)
class Jacobian(Node):
    """The matrix of the derivatives of a column, one row for each component, by the components of another."""

    of: Quantity
    by: Quantity


@dataclass(frozen=True, slots=True)
class Total(Node):
    """The sum over every neuron that the indices can be; `limits` are the layers, or what was heard, from and to."""

    indices: tuple[str, ...]
    body: Node
    limits: tuple[Any, ...] = ()


@dataclass(frozen=True, slots=True)
class Plus(Node):
    """A sum of terms."""

    terms: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Minus(Node):
    """The negative."""

    body: Node


@dataclass(frozen=True, slots=True)
class Times(Node):
    """A product of numbers, or elementwise of equal shapes."""

    factors: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Over(Node):
    """A quotient by a number."""

    above: Node
    below: Node


@dataclass(frozen=True, slots=True)
class Power(Node):
    """A number to a small whole exponent."""

    base: Node
    exponent: int


@dataclass(frozen=True, slots=True)
class Product(Node):
    """The matrix product."""

    factors: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Transposed(Node):
    """Rows for columns."""

    body: Node


@dataclass(frozen=True, slots=True)
class Diagonal(Node):
    """The square matrix with a column on its diagonal."""

    body: Node


@dataclass(frozen=True, slots=True)
class Outer(Node):
    """The outer product of two columns."""

    first: Node
    second: Node


@dataclass(frozen=True, slots=True)
class Script:
    """What stands above a letter: bare, in parentheses or in brackets."""

    style: str
    tokens: tuple[str, ...]
    whole: tuple[str, ...] = field(default=(), compare=False)
    """All that stands there, commas too."""


@dataclass(frozen=True, slots=True)
class Mark(Node):
    """A letter with its superscripts, its subscripts and its primes."""

    letter: str
    above: tuple[Script, ...] = ()
    below: tuple[str, ...] = ()
    primes: int = 0


@dataclass(frozen=True, slots=True)
class Call(Node):
    """A function applied; without arguments where they were left out, as in δ ⊙ f′."""

    function: Mark
    arguments: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Row(Node):
    """Factors in a row; `sign` is "" (side by side), "." (a dot), "*" (a star or a cross), "o" (⊙ or ∘) or "@"."""

    factors: tuple[Node, ...]
    sign: str


@dataclass(frozen=True, slots=True)
class Rate(Node):
    """A derivative of anything by anything; where it is `direct`, all that lies between is held fixed."""

    of: Node
    by: Node
    direct: bool = False


@dataclass(frozen=True, slots=True)
class Computed:
    """An index such as j+i-1 or 2*j: whole numbers times letters, the letter "" being 1."""

    terms: tuple[tuple[int, str], ...]

    def __str__(self) -> str:
        shown = ""
        for times, letter in self.terms:
            size = "" if abs(times) == 1 and letter else str(abs(times))
            shown += ("-" if times < 0 else "+" if shown else "") + "*".join(filter(None, (size, letter)))
        return shown


@dataclass(frozen=True, slots=True)
class Letter(Node):
    """A quantity of a `Graph`: of one layer, of two as w^{l,r}, or of none as its parameters are."""

    letter: str
    layers: tuple[Layer, ...]
    indices: tuple[Index | Computed, ...] = ()


@dataclass(frozen=True, slots=True)
class SumAlong(Node):
    """np.sum along an axis."""

    body: Node
    axis: int


@dataclass(frozen=True, slots=True)
class Norm(Node):
    """The square of a norm."""

    body: Node


@dataclass(frozen=True, slots=True)
class Ones(Node):
    """A column or a row of ones."""


@dataclass(frozen=True, slots=True)
class Statement:
    """Sides that are said to be equal, one after the other; `code` where they are a line of a program."""

    sides: tuple[Node, ...]
    text: str
    code: bool = False

    def walk(self) -> Iterator[Node]:
        """Every expression in it."""
        for side in self.sides:
            yield from walk(side)


@dataclass(frozen=True, slots=True)
class LayerCondition:
    """first relation second, the relation being one of = != < <= > >=."""

    first: Layer
    relation: str
    second: Layer

    def __str__(self) -> str:
        return f"{self.first} {self.relation} {self.second}"


@dataclass(frozen=True, slots=True)
class IndexCondition:
    """Two indices are the same neuron (=) or not (!=)."""

    first: Index
    relation: str
    second: Index

    def __str__(self) -> str:
        return f"{self.first} {self.relation} {self.second}"


@dataclass(frozen=True, slots=True)
class WidthCondition:
    """A layer has as many neurons as another, or as a number says."""

    first: Layer
    second: Layer | int

    def __str__(self) -> str:
        shown = self.second if isinstance(self.second, int) else f"n[{self.second}]"
        return f"n[{self.first}] = {shown}"


Condition: TypeAlias = LayerCondition | IndexCondition | WidthCondition


@dataclass(frozen=True, slots=True)
class Claim:
    """Equal sides, for everything that is left free; `cost` and `sigma` are names, or None where arbitrary."""

    sides: tuple[Node, ...]
    conditions: tuple[Condition, ...] = ()
    cost: str | None = None
    sigma: str | None = None

    def with_side(self, place: int, side: Node) -> Claim:
        """The claim with another side at `place`."""
        return replace(self, sides=(*self.sides[:place], side, *self.sides[place + 1 :]))

    def changed(self, change: Callable[[Node], Node]) -> Claim:
        """The claim with `change` made of every expression in it, the parts before the whole."""
        return replace(self, sides=tuple(changed(side, change) for side in self.sides))

    def walk(self) -> Iterator[Node]:
        """Every expression in it."""
        for side in self.sides:
            yield from walk(side)

    def given(self, *conditions: Condition) -> Claim:
        """The claim under further conditions."""
        return replace(self, conditions=(*self.conditions, *conditions))


_NAMES: dict[type, tuple[str, ...]] = {}


def _names(node: Node) -> tuple[str, ...]:
    """The names of the fields of an expression; they are asked for often, and kept for each class."""
    kind = type(node)
    if kind not in _NAMES:
        _NAMES[kind] = tuple(field.name for field in fields(node))
    return _NAMES[kind]


def parts(node: Node) -> tuple[Node, ...]:
    """The expressions that `node` is directly made of."""
    found: list[Node] = []
    for name in _names(node):
        value = getattr(node, name)
        if isinstance(value, Node):
            found.append(value)
        elif isinstance(value, tuple):
            found.extend(part for part in value if isinstance(part, Node))
    return tuple(found)


def with_parts(node: Node, new: Sequence[Node]) -> Node:
    """`node` made of other parts, as many as it has."""
    left = iter(new)
    values: dict[str, Node | tuple[Node, ...]] = {}
    for name in _names(node):
        value = getattr(node, name)
        if isinstance(value, Node):
            values[name] = next(left)
        elif isinstance(value, tuple) and value and isinstance(value[0], Node):
            values[name] = tuple(next(left) for _ in value)
    return replace(node, **values) if values else node


def walk(node: Node) -> Iterator[Node]:
    """`node` and everything in it, the whole before its parts."""
    yield node
    for part in parts(node):
        yield from walk(part)


def changed(node: Node, change: Callable[[Node], Node]) -> Node:
    """`node` with `change` made of each of its parts, the parts before the whole."""
    return change(with_parts(node, [changed(part, change) for part in parts(node)]))


def indices_of(node: Node) -> tuple[Index, ...]:
    """The indices that stand in `node` itself, not in its parts."""
    if isinstance(node, Quantity):
        return node.indices
    if isinstance(node, Kronecker):
        return node.first, node.second
    return ()


def renamed(indices: Sequence[Index], names: Mapping[str, Index]) -> tuple[Index, ...]:
    """The indices as `names` calls them; those that it does not name as they are."""
    return tuple(names.get(index, index) if isinstance(index, str) else index for index in indices)


def with_indices(node: Node, names: Mapping[str, Index]) -> Node:
    """`node` with other indices of its own, those that a sum binds too, its parts as they are."""
    if isinstance(node, Quantity):
        return replace(node, indices=renamed(node.indices, names))
    if isinstance(node, Total):
        return replace(node, indices=tuple(map(str, renamed(node.indices, names))))
    if isinstance(node, Kronecker):
        return Kronecker(*renamed((node.first, node.second), names))
    return node


def free_indices(node: Node) -> dict[str, None]:
    """The letters that no sum in `node` binds, in the order in which they occur."""
    found = {index: None for index in indices_of(node) if isinstance(index, str)}
    for part in parts(node):
        found |= free_indices(part)
    if isinstance(node, Total):
        return {index: None for index in found if index not in node.indices}
    return found


def is_constant(node: Node) -> bool:
    """Return whether nothing of a network stands in `node`: it is made of numbers only."""
    return all(
        isinstance(part, Number | Unknown | Plus | Minus | Times | Over | Power) for part in walk(node)
    )
