"""Claims about columns and matrices as claims about their entries.

`component(node, row, column, spaces)` is one entry of an expression, as an expression of components; `in_components`
makes the claim about numbers that stands for every entry, or raises `IllFormed` where the sizes do not fit.
"""

from __future__ import annotations

import itertools
from dataclasses import replace

from bpderive.letters.text import Text
from bpderive.workbook.language import syntax
from bpderive.workbook.language.text import written
from bpderive.workbook.verdict.errors import IllFormed
from bpderive.workbook.verdict.shapes import is_number, shape
from bpderive.workbook.verdict.spaces import Spaces, shown

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
    nodes = [node for side in found.sides for node in syntax.walk(side)]
    taken = [i for node in nodes for i in (*syntax.indices_of(node), *_own(node)) if isinstance(i, str)]
    ours = [i for i in dict.fromkeys((ROW, COLUMN, *taken)) if i in (ROW, COLUMN) or i.startswith("p")]
    letters = (letter for letter in "jkmqirs" if letter not in taken)
    names = dict(zip((i for i in ours if i in taken), letters, strict=False))
    return replace(found, sides=tuple(_renamed(side, names) for side in found.sides))


def _own(node: syntax.Node) -> tuple[str, ...]:
    """The indices that a sum binds."""
    return node.indices if isinstance(node, syntax.Total) else ()


def _renamed(node: syntax.Node, names: dict[str, str]) -> syntax.Node:
    new = syntax.with_parts(node, [_renamed(part, names) for part in syntax.parts(node)])
    if isinstance(new, syntax.Total):
        return syntax.Total(tuple(names.get(i, i) for i in new.indices), new.body)
    return syntax.with_indices(new, names)
