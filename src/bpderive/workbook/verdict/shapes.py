"""The size of an expression, and claims about columns and matrices as claims about their entries.

`Spaces` knows which layers have the same number of neurons: only those that are the same layer, unless a condition
says so or every width is taken to be equal. `shape(node, spaces)` is the size of an expression, `component(node, row,
column, spaces)` one entry of it, as an expression of components; `in_components` makes the claim about numbers that
stands for every entry. All raise `IllFormed` with the reason where parts do not fit.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from typing import Any, TypeAlias

from bpderive.letters.text import Text
from bpderive.workbook.language import syntax
from bpderive.workbook.language.text import written
from bpderive.workbook.verdict.errors import IllFormed

Dimension: TypeAlias = "syntax.Layer | int"

Shape: TypeAlias = "tuple[Dimension, Dimension] | None"
"""Rows and columns, each the neurons of a layer or 1; None for a number."""


ONE: Shape = (1, 1)


@dataclass(slots=True)
class Spaces:
    """Which layers have equal widths; `place` gives what makes a layer itself.

    With `spreads` a number beside a column stands for a column of it, as people write 1 − a: to find out what is meant.
    """

    place: Callable[[syntax.Layer], Any]
    joined: dict[Any, Any] = field(default_factory=dict)
    widths: dict[Any, int] = field(default_factory=dict)
    all_equal: bool = False
    one_neuron: bool = False
    is_possible: bool = True
    spreads: bool = False

    def of(self, layer: syntax.Layer) -> Any:
        """What all layers of the same width have in common."""
        found = "every layer" if self.all_equal else self.place(layer)
        while found in self.joined:
            found = self.joined[found]
        return found

    def join(self, first: syntax.Layer, second: syntax.Layer) -> None:
        """Let two layers have equal widths."""
        one, other = self.of(first), self.of(second)
        if one != other:
            self.joined[one] = other
            if one in self.widths:
                self.fix(second, self.widths.pop(one))

    def fix(self, layer: syntax.Layer, width: int) -> None:
        """Let a layer have so many neurons."""
        space = self.of(layer)
        if self.widths.setdefault(space, width) != width:
            self.is_possible = False

    def width(self, space: Any) -> int | None:
        """The width of a space if it is a fixed number."""
        return 1 if self.one_neuron else self.widths.get(space)

    def same(self, first: Dimension, second: Dimension) -> bool:
        """Return whether two dimensions are equal in every network."""
        if isinstance(first, syntax.Layer) and isinstance(second, syntax.Layer):
            return bool(self.of(first) == self.of(second)) or (
                self.width(self.of(first)) is not None
                and self.width(self.of(first)) == self.width(self.of(second))
            )
        if first == second:
            return True
        layer, size = (first, second) if isinstance(first, syntax.Layer) else (second, first)
        return isinstance(layer, syntax.Layer) and self.width(self.of(layer)) == size


def shown(shape: Shape) -> str:
    """A shape in words: (n[l], 1)."""
    if shape is None:
        return "1"
    return f"({', '.join(f'n[{d}]' if isinstance(d, syntax.Layer) else str(d) for d in shape)})"


def shape(node: syntax.Node, spaces: Spaces) -> Shape:
    """The size of an expression; raises `IllFormed` where parts do not fit."""
    match node:
        case syntax.Quantity(letter, layer, indices):
            return None if indices else (layer, layer + -1 if letter == "w" else 1)
        case syntax.Number() | syntax.Unknown() | syntax.Cost() | syntax.WidthOf() | syntax.Kronecker():
            return None
        case syntax.Gradient(by):
            return shape(by, spaces)
        case syntax.Activation(_, argument):
            return shape(argument, spaces)
        case syntax.Jacobian(of, by):
            return of.layer, by.layer
        case syntax.Derivative(of, _):
            _number_wanted(of, spaces, "d(...)")
            return None
        case syntax.Total(_, body):
            _number_wanted(body, spaces, "sum(...)")
            return None
        case syntax.Minus(body):
            return shape(body, spaces)
        case syntax.Plus(terms):
            return _alike(terms, spaces, "+")
        case syntax.Times(factors):
            arrays = [f for f in factors if not is_number(shape(f, spaces))]
            return _alike(arrays, spaces, "*") if arrays else None
        case syntax.Over(above, below):
            _number_wanted(below, spaces, "/")
            return shape(above, spaces)
        case syntax.Power(base, _):
            _number_wanted(base, spaces, "^")
            return None
        case syntax.Transposed(body):
            found = shape(body, spaces)
            if found is None:
                raise IllFormed(
                    Text(
                        en=f"{written(body)} is a number, which has no transpose",
                        zh=f"{written(body)} 是一个数，没有转置",
                    )
                )
            return found[1], found[0]
        case syntax.Diagonal(body):
            height = _column_wanted(body, spaces, "diag(...)")
            return height, height
        case syntax.Outer(first, second):
            return _column_wanted(first, spaces, "outer(...)"), _column_wanted(second, spaces, "outer(...)")
        case syntax.Product(factors):
            return _product(factors, spaces)
    raise TypeError(f"{node} has no shape.")


def is_number(found: Shape) -> bool:
    """Return whether something of this shape is a number, or a matrix of one entry."""
    return found is None or found == ONE


def _number_wanted(node: syntax.Node, spaces: Spaces, where: str) -> None:
    found = shape(node, spaces)
    if not is_number(found):
        raise IllFormed(
            Text(
                en=f"{where} takes a number, and {written(node)} has the shape {shown(found)}",
                zh=f"{where} 需要一个数，而 {written(node)} 的形状是 {shown(found)}",
            )
        )


def _column_wanted(node: syntax.Node, spaces: Spaces, where: str) -> Dimension:
    found = shape(node, spaces)
    if found is None or found[1] != 1:
        raise IllFormed(
            Text(
                en=f"{where} takes columns, and {written(node)} has the shape {shown(found)}",
                zh=f"{where} 需要列向量，而 {written(node)} 的形状是 {shown(found)}",
            )
        )
    return found[0]


def _alike(nodes: Iterable[syntax.Node], spaces: Spaces, sign: str) -> Shape:
    first, *rest = nodes
    wanted = shape(first, spaces)
    for other in rest:
        found = shape(other, spaces)
        if is_number(wanted) and is_number(found):
            continue
        if spaces.spreads and is_number(wanted) != is_number(found):
            wanted = found if is_number(wanted) else wanted
            continue
        if is_number(wanted) != is_number(found):
            number, array = (first, other) if is_number(wanted) else (other, first)
            size = shown(found if is_number(wanted) else wanted)
            raise IllFormed(
                Text(
                    en=f"{written(number)} is a number and {written(array)} has the shape {size}: write the equation "
                    "for one component, with indices",
                    zh=f"{written(number)} 是一个数，而 {written(array)} 的形状是 {size}：请用下标写成分量形式",
                )
            )
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


def _product(factors: tuple[syntax.Node, ...], spaces: Spaces) -> Shape:
    first, *rest = factors
    found = shape(first, spaces)
    before: syntax.Node = first
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
                    f"the product @ needs {_rows(found[1])} on the right, and there {_are(following[0])}",
                    zh=f"{written(before)} 的形状是 {shown(found)}，{written(other)} 的形状是 {shown(following)}："
                    f"乘积 @ 要求右边有 {_count(found[1])} 行，实际有 {_count(following[0])} 行",
                ),
                mendable=True,
            )
        found = found[0], following[1]
        before = other
    return found


def _rows(dimension: Dimension) -> str:
    return "1 row" if dimension == 1 else f"{_count(dimension)} rows"


def _are(dimension: Dimension) -> str:
    return "is 1" if dimension == 1 else f"are {_count(dimension)}"


def _count(dimension: Dimension) -> str:
    return f"n[{dimension}]" if isinstance(dimension, syntax.Layer) else str(dimension)


ROW, COLUMN = "r0", "c0"
"""The indices of the components of a claim about columns and matrices."""

_new = itertools.count(1)


def component(
    node: syntax.Node, row: syntax.Index | None, column: syntax.Index | None, spaces: Spaces
) -> syntax.Node:
    """The entry of an expression as an expression of components; `row` and `column` are None where the size is 1."""
    match node:
        case syntax.Quantity(letter, layer, indices):
            if indices:
                return node
            # Where a layer of one neuron meets the size 1, the neuron is that one.
            wanted = (row, column) if letter == "w" else (row,)
            return syntax.Quantity(letter, layer, tuple(1 if i is None else i for i in wanted))
        case syntax.Gradient(by):
            entry = component(by, row, column, spaces)
            assert isinstance(entry, syntax.Quantity)
            return syntax.Derivative(syntax.Cost(), entry)
        case syntax.Jacobian(of, by):
            above, below = component(of, row, None, spaces), component(by, column, None, spaces)
            assert isinstance(below, syntax.Quantity)
            return syntax.Derivative(above, below)
        case syntax.Diagonal(body):
            entry = component(body, row, None, spaces)
            if row is None or column is None:
                return entry
            return syntax.Times((syntax.Kronecker(row, column), entry))
        case syntax.Transposed(body):
            return component(body, column, row, spaces)
        case syntax.Outer(first, second):
            return syntax.Times(
                (component(first, row, None, spaces), component(second, column, None, spaces))
            )
        case syntax.Product(factors):
            return _entry_of_product(factors, row, column, spaces)
        case syntax.Times(parts) | syntax.Plus(parts):
            entries = []
            for part in parts:
                number = is_number(shape(part, spaces))
                entries.append(component(part, *((None, None) if number else (row, column)), spaces))
            return type(node)(tuple(entries))
        case syntax.Over(above, below):
            return syntax.Over(component(above, row, column, spaces), component(below, None, None, spaces))
        case syntax.Derivative(of, by):
            return syntax.Derivative(component(of, None, None, spaces), by)
        case syntax.Total(indices, body):
            return syntax.Total(indices, component(body, None, None, spaces))
    return syntax.with_parts(node, [component(part, row, column, spaces) for part in syntax.parts(node)])


def _entry_of_product(
    factors: tuple[syntax.Node, ...], row: syntax.Index | None, column: syntax.Index | None, spaces: Spaces
) -> syntax.Node:
    if len(factors) == 1:
        return component(factors[0], row, column, spaces)
    *front, last = factors
    inner = shape(last, spaces)
    assert inner is not None
    left: syntax.Node = front[0] if len(front) == 1 else syntax.Product(tuple(front))
    if inner[0] == 1:
        return syntax.Times((component(left, row, None, spaces), component(last, None, column, spaces)))
    index = f"p{next(_new)}"
    return syntax.Total(
        (index,), syntax.Times((component(left, row, index, spaces), component(last, index, column, spaces)))
    )


def in_components(claim: syntax.Claim, spaces: Spaces) -> syntax.Claim:
    """The claim about numbers that stands for every component; raises `IllFormed` where shapes do not fit."""
    shapes = [shape(side, spaces) for side in claim.sides]
    first = shapes[0]
    for side, found in zip(claim.sides[1:], shapes[1:], strict=True):
        if is_number(first) and is_number(found):
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


def written_out(claim: syntax.Claim, spaces: Spaces) -> syntax.Claim:
    """The claim for one component, with letters that people use; raises `IllFormed` where the sizes do not fit."""
    found = in_components(claim, spaces)
    nodes = list(found.walk())
    taken = [
        index
        for node in nodes
        for index in (node.indices if isinstance(node, syntax.Total) else syntax.indices_of(node))
        if isinstance(index, str)
    ]
    ours = [i for i in dict.fromkeys((ROW, COLUMN, *taken)) if i in (ROW, COLUMN) or i.startswith("p")]
    letters = (letter for letter in "jkmqirs" if letter not in taken)
    names = dict(zip((i for i in ours if i in taken), letters, strict=False))
    return found.changed(lambda node: syntax.with_indices(node, names))
