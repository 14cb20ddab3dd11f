"""Sizes and indices: whether a claim makes sense, and its components.

`Spaces` knows which layers have the same number of neurons: only those that are the same layer, unless a condition
says so or every width is taken to be equal. `shape(node, spaces)` is the size of an expression, `component(node, row,
column)` one of its entries as an expression of components; `Indices` finds the layer that each index runs over. All
raise `IllFormed` with the reason in words.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from typing import Any, TypeAlias

from bpderive.language.syntax import (
    Activation,
    Claim,
    Cost,
    Derivative,
    Diagonal,
    Gradient,
    Index,
    IndexCondition,
    Jacobian,
    Kronecker,
    Layer,
    Minus,
    Node,
    Number,
    Outer,
    Over,
    Plus,
    Power,
    Product,
    Quantity,
    Times,
    Total,
    Transposed,
    Unknown,
    WidthOf,
    free_indices,
    is_constant,
    parts,
    walk,
    with_parts,
)
from bpderive.language.text import written
from bpderive.text import Text
from bpderive.verdict.errors import IllFormed

Dimension: TypeAlias = "Layer | int"
Shape: TypeAlias = "tuple[Dimension, Dimension] | None"
"""Rows and columns, each the neurons of a layer or 1; None for a number."""

ONE: Shape = (1, 1)
ROW, COLUMN = "r0", "c0"
"""The indices of the components of a claim about columns and matrices."""


@dataclass(slots=True)
class Spaces:
    """Which layers have equal widths; `place` gives what makes a layer itself."""

    place: Callable[[Layer], Any]
    joined: dict[Any, Any] = field(default_factory=dict)
    widths: dict[Any, int] = field(default_factory=dict)
    all_equal: bool = False
    one_neuron: bool = False
    is_possible: bool = True

    def of(self, layer: Layer) -> Any:
        """What all layers of the same width have in common."""
        found = "every layer" if self.all_equal else self.place(layer)
        while found in self.joined:
            found = self.joined[found]
        return found

    def join(self, first: Layer, second: Layer) -> None:
        """Let two layers have equal widths."""
        one, other = self.of(first), self.of(second)
        if one != other:
            self.joined[one] = other
            if one in self.widths:
                self.fix(second, self.widths.pop(one))

    def fix(self, layer: Layer, width: int) -> None:
        """Let a layer have so many neurons."""
        space = self.of(layer)
        if self.widths.setdefault(space, width) != width:
            self.is_possible = False

    def width(self, space: Any) -> int | None:
        """The width of a space if it is a fixed number."""
        return 1 if self.one_neuron else self.widths.get(space)

    def same(self, first: Dimension, second: Dimension) -> bool:
        """Whether two dimensions are equal in every network."""
        if isinstance(first, Layer) and isinstance(second, Layer):
            return bool(self.of(first) == self.of(second)) or (
                self.width(self.of(first)) is not None
                and self.width(self.of(first)) == self.width(self.of(second))
            )
        if first == second:
            return True
        layer, size = (first, second) if isinstance(first, Layer) else (second, first)
        return isinstance(layer, Layer) and self.width(self.of(layer)) == size


def shown(shape: Shape) -> str:
    """A shape in words: (n[l], 1)."""
    if shape is None:
        return "1"
    return f"({', '.join(f'n[{d}]' if isinstance(d, Layer) else str(d) for d in shape)})"


def shape(node: Node, spaces: Spaces) -> Shape:
    """The size of an expression; raises `IllFormed` where parts do not fit."""
    match node:
        case Quantity(letter, layer, indices):
            return None if indices else (layer, layer + -1 if letter == "w" else 1)
        case Number() | Unknown() | Cost() | WidthOf() | Kronecker():
            return None
        case Gradient(by):
            return shape(by, spaces)
        case Activation(_, argument):
            return shape(argument, spaces)
        case Jacobian(of, by):
            return of.layer, by.layer
        case Derivative(of, _):
            _number_wanted(of, spaces, "d(...)")
            return None
        case Total(_, body):
            _number_wanted(body, spaces, "sum(...)")
            return None
        case Minus(body):
            return shape(body, spaces)
        case Plus(terms):
            return _alike(terms, spaces, "+")
        case Times(factors):
            arrays = [f for f in factors if not _is_number(shape(f, spaces))]
            return _alike(arrays, spaces, "*") if arrays else None
        case Over(above, below):
            _number_wanted(below, spaces, "/")
            return shape(above, spaces)
        case Power(base, _):
            _number_wanted(base, spaces, "^")
            return None
        case Transposed(body):
            found = shape(body, spaces)
            if found is None:
                raise IllFormed(
                    Text(
                        en=f"{written(body)} is a number, which has no transpose",
                        zh=f"{written(body)} 是一个数，没有转置",
                    )
                )
            return found[1], found[0]
        case Diagonal(body):
            height = _column_wanted(body, spaces, "diag(...)")
            return height, height
        case Outer(first, second):
            return _column_wanted(first, spaces, "outer(...)"), _column_wanted(second, spaces, "outer(...)")
        case Product(factors):
            return _product(factors, spaces)
    raise TypeError(f"{node} has no shape.")


def _is_number(found: Shape) -> bool:
    return found is None or found == ONE


def _number_wanted(node: Node, spaces: Spaces, where: str) -> None:
    found = shape(node, spaces)
    if not _is_number(found):
        raise IllFormed(
            Text(
                en=f"{where} takes a number, and {written(node)} has the shape {shown(found)}",
                zh=f"{where} 需要一个数，而 {written(node)} 的形状是 {shown(found)}",
            )
        )


def _column_wanted(node: Node, spaces: Spaces, where: str) -> Dimension:
    found = shape(node, spaces)
    if found is None or found[1] != 1:
        raise IllFormed(
            Text(
                en=f"{where} takes columns, and {written(node)} has the shape {shown(found)}",
                zh=f"{where} 需要列向量，而 {written(node)} 的形状是 {shown(found)}",
            )
        )
    return found[0]


def _alike(nodes: Iterable[Node], spaces: Spaces, sign: str) -> Shape:
    first, *rest = nodes
    wanted = shape(first, spaces)
    for other in rest:
        found = shape(other, spaces)
        if _is_number(wanted) and _is_number(found):
            continue
        if wanted is None or found is None or not all(map(spaces.same, wanted, found)):
            both_arrays = wanted is not None and found is not None
            hint_en = (
                "; for a sum over neurons write T(u) @ v or sum(...)" if sign == "*" and both_arrays else ""
            )
            hint_zh = "；要对神经元求和，请写 T(u) @ v 或 sum(...)" if sign == "*" and both_arrays else ""
            raise IllFormed(
                Text(
                    en=f"{sign} between different shapes: {written(first)} has {shown(wanted)} and "
                    f"{written(other)} has {shown(found)}{hint_en}",
                    zh=f"{sign} 两边形状不同：{written(first)} 是 {shown(wanted)}，{written(other)} 是 "
                    f"{shown(found)}{hint_zh}",
                ),
                mendable=both_arrays,
            )
    return wanted


def _product(factors: tuple[Node, ...], spaces: Spaces) -> Shape:
    first, *rest = factors
    found = shape(first, spaces)
    before: Node = first
    for other in rest:
        following = shape(other, spaces)
        if found is None or following is None:
            raise IllFormed(
                Text(
                    en="@ is the product of columns and matrices; "
                    f"between {written(before)} and {written(other)} write *",
                    zh=f"@ 是向量与矩阵的乘积；{written(before)} 与 {written(other)} 之间请写 *",
                )
            )
        if not spaces.same(found[1], following[0]):
            raise IllFormed(
                Text(
                    en=f"{written(before)} has the shape {shown(found)} and {written(other)} has {shown(following)}: "
                    f"the product @ needs {_count(found[1])} rows on the right, and there are {_count(following[0])}",
                    zh=f"{written(before)} 的形状是 {shown(found)}，{written(other)} 的形状是 {shown(following)}："
                    f"乘积 @ 要求右边有 {_count(found[1])} 行，实际有 {_count(following[0])} 行",
                ),
                mendable=True,
            )
        found = found[0], following[1]
        before = other
    return found


def _count(dimension: Dimension) -> str:
    return f"n[{dimension}]" if isinstance(dimension, Layer) else str(dimension)


_new = itertools.count(1)


def component(node: Node, row: Index | None, column: Index | None, spaces: Spaces) -> Node:
    """The entry of an expression as an expression of components; `row` and `column` are None where the size is 1."""
    match node:
        case Quantity(letter, layer, indices):
            if indices:
                return node
            # Where a layer of one neuron meets the size 1, the neuron is that one.
            wanted = (row, column) if letter == "w" else (row,)
            return Quantity(letter, layer, tuple(1 if i is None else i for i in wanted))
        case Gradient(by):
            entry = component(by, row, column, spaces)
            assert isinstance(entry, Quantity)
            return Derivative(Cost(), entry)
        case Jacobian(of, by):
            above, below = component(of, row, None, spaces), component(by, column, None, spaces)
            assert isinstance(below, Quantity)
            return Derivative(above, below)
        case Diagonal(body):
            entry = component(body, row, None, spaces)
            if row is None or column is None:
                return entry
            return Times((Kronecker(row, column), entry))
        case Transposed(body):
            return component(body, column, row, spaces)
        case Outer(first, second):
            return Times((component(first, row, None, spaces), component(second, column, None, spaces)))
        case Product(factors):
            return _entry_of_product(factors, row, column, spaces)
        case Times(factors):
            entries = []
            for factor in factors:
                number = _is_number(shape(factor, spaces))
                entries.append(component(factor, *((None, None) if number else (row, column)), spaces))
            return Times(tuple(entries))
        case Over(above, below):
            return Over(component(above, row, column, spaces), component(below, None, None, spaces))
        case Derivative(of, by):
            return Derivative(component(of, None, None, spaces), by)
        case Total(indices, body):
            return Total(indices, component(body, None, None, spaces))
    return with_parts(node, [component(part, row, column, spaces) for part in parts(node)])


def _entry_of_product(
    factors: tuple[Node, ...], row: Index | None, column: Index | None, spaces: Spaces
) -> Node:
    if len(factors) == 1:
        return component(factors[0], row, column, spaces)
    *front, last = factors
    inner = shape(last, spaces)
    assert inner is not None
    left: Node = front[0] if len(front) == 1 else Product(tuple(front))
    if inner[0] == 1:
        return Times((component(left, row, None, spaces), component(last, None, column, spaces)))
    index = f"p{next(_new)}"
    return Total(
        (index,), Times((component(left, row, index, spaces), component(last, index, column, spaces)))
    )


def in_components(claim: Claim, spaces: Spaces) -> Claim:
    """The claim about numbers that stands for every component; raises `IllFormed` where shapes do not fit."""
    shapes = [shape(side, spaces) for side in claim.sides]
    first = shapes[0]
    for side, found in zip(claim.sides[1:], shapes[1:], strict=True):
        if _is_number(first) and _is_number(found):
            continue
        if first is None or found is None:
            number, array = (claim.sides[0], side) if first is None else (side, claim.sides[0])
            raise IllFormed(
                Text(
                    en=f"one side is a number, {written(number)}, and the other a column or a matrix, "
                    f"{written(array)} of shape {shown(found if first is None else first)}",
                    zh=f"一边是数 {written(number)}，另一边是向量或矩阵 {written(array)}，"
                    f"形状为 {shown(found if first is None else first)}",
                )
            )
        if not all(map(spaces.same, first, found)):
            raise IllFormed(
                Text(
                    en=f"the sides have different shapes: {shown(first)} and {shown(found)}",
                    zh=f"两边形状不同：{shown(first)} 与 {shown(found)}",
                ),
                mendable=True,
            )
    row = column = None
    if first is not None:
        row = ROW if first[0] != 1 else None
        column = COLUMN if first[1] != 1 else None
    return replace(claim, sides=tuple(component(side, row, column, spaces) for side in claim.sides))


def apart(claim: Claim) -> tuple[Claim, dict[str, str]]:
    """The claim with a different name for the index of every sum, and what each was called."""
    called: dict[str, str] = {}

    def renamed(node: Node, names: dict[str, str]) -> Node:
        if isinstance(node, Total):
            inner = dict(names)
            for index in node.indices:
                inner[index] = f"#{index}{len(called)}"
                called[inner[index]] = index
            return Total(tuple(inner[i] for i in node.indices), renamed(node.body, inner))
        new = with_parts(node, [renamed(part, names) for part in parts(node)])
        return with_indices(new, names)

    return replace(claim, sides=tuple(renamed(side, {}) for side in claim.sides)), called


def with_indices(node: Node, names: dict[str, Any]) -> Node:
    """`node` with other indices of its own, its parts as they are."""
    if isinstance(node, Quantity):
        return replace(
            node, indices=tuple(names.get(i, i) if isinstance(i, str) else i for i in node.indices)
        )
    if isinstance(node, Kronecker):
        first, second = (names.get(i, i) if isinstance(i, str) else i for i in (node.first, node.second))
        return Kronecker(first, second)
    return node


def check_scopes(claim: Claim) -> None:
    """Raise `IllFormed` for an index that is both free and bound, or that stands on one side only."""
    free = [_with_equals(free_indices(side), claim) for side in claim.sides]
    everywhere = {index for found in free for index in found}
    for side in claim.sides:
        for node in walk(side):
            if not isinstance(node, Total):
                continue
            for index in node.indices:
                inner = {i for n in walk(node.body) if isinstance(n, Total) for i in n.indices}
                if index in everywhere or index in inner:
                    raise IllFormed(
                        Text(
                            en=f"the index {index} is the sum's own and is used outside it as well: call one of them "
                            "something else",
                            zh=f"指标 {index} 既是求和的指标，又在求和之外使用：请给其中一个换名",
                        ),
                        mendable=True,
                    )
    for index in everywhere:
        lacking = [s for s, found in zip(claim.sides, free, strict=True) if index not in found]
        if any(not is_constant(side) for side in lacking):
            raise IllFormed(
                Text(
                    en=f"the index {index} stands on one side only: is a sum over {index} missing, "
                    "or is it another index?",
                    zh=f"指标 {index} 只出现在一边：是少了对 {index} 的求和，还是指标写错了？",
                ),
                mendable=True,
            )


def _with_equals(indices: dict[str, None], claim: Claim) -> dict[str, None]:
    """The indices, and those that a condition says are the same neurons."""
    found = dict(indices)
    same = [c for c in claim.conditions if isinstance(c, IndexCondition) and c.relation == "="]
    for _ in same:
        for condition in same:
            for one, other in ((condition.first, condition.second), (condition.second, condition.first)):
                if one in found and isinstance(other, str):
                    found[other] = None
    return found


@dataclass(slots=True)
class Indices:
    """The layer that each index runs over; indices of sums are told apart before."""

    spaces: Spaces
    called: dict[str, str]
    layers: dict[str, Layer] = field(default_factory=dict)
    least: dict[Any, int] = field(default_factory=dict)

    def find(self, claim: Claim) -> None:
        """Find the layer of every index; raises `IllFormed` for one that has none, or two."""
        pairs: list[tuple[Index, Index]] = []
        for side in claim.sides:
            for node in walk(side):
                if isinstance(node, Quantity):
                    self._quantity(node)
                elif isinstance(node, Kronecker):
                    pairs.append((node.first, node.second))
        pairs += [(c.first, c.second) for c in claim.conditions if isinstance(c, IndexCondition)]
        for _ in pairs:
            for first, second in pairs:
                self._alike(first, second)
        bound = [i for side in claim.sides for n in walk(side) if isinstance(n, Total) for i in n.indices]
        free = [i for side in claim.sides for i in free_indices(side)]
        conditioned = [i for pair in pairs for i in pair if isinstance(i, str)]
        for index in (*bound, *free, *conditioned):
            if index not in self.layers:
                name = self.called.get(index, index)
                raise IllFormed(
                    Text(
                        en=f"nothing says over which layer the index {name} runs",
                        zh=f"看不出指标 {name} 取遍哪一层",
                    )
                )

    def _quantity(self, node: Quantity) -> None:
        layers = (node.layer, node.layer + -1)
        for index, layer in zip(node.indices, layers, strict=False):
            self._runs_over(index, layer, node)

    def _runs_over(self, index: Index, layer: Layer, node: Node | None = None) -> None:
        space = self.spaces.of(layer)
        if isinstance(index, int):
            self.least[space] = max(self.least.get(space, 1), index)
            width = self.spaces.width(space)
            if width is not None and index > width:
                raise IllFormed(
                    Text(
                        en=f"there is no neuron {index} in layer {layer}, which has {width}",
                        zh=f"第 {layer} 层只有 {width} 个神经元，没有第 {index} 个",
                    )
                )
            return
        known = self.layers.setdefault(index, layer)
        if not self.spaces.same(known, layer):
            name = self.called.get(index, index)
            raise IllFormed(
                Text(
                    en=f"the index {name} runs over two layers, {known} with n[{known}] neurons and {layer} with "
                    f"n[{layer}]",
                    zh=f"指标 {name} 取遍两个层：第 {known} 层（n[{known}] 个神经元）和第 {layer} 层（n[{layer}] 个）",
                ),
                mendable=True,
            )

    def _alike(self, first: Index, second: Index) -> None:
        for one, other in ((first, second), (second, first)):
            if isinstance(one, str) and one in self.layers:
                self._runs_over(other, self.layers[one])
