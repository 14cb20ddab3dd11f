"""The size of an expression: `shape(node, spaces)`, which raises `IllFormed` with the reason where parts do not fit."""

from __future__ import annotations

from collections.abc import Iterable

from bpderive.letters.text import Text
from bpderive.workbook.language import syntax
from bpderive.workbook.language.text import written
from bpderive.workbook.verdict.errors import IllFormed
from bpderive.workbook.verdict.spaces import ONE, Dimension, Shape, Spaces, shown


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
    """Whether something of this shape is a number, or a matrix of one entry."""
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
