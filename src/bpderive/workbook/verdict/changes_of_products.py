"""Small changes of products and sums: factors, sums over neurons, transposes, the kind of product.

To add one, write a function that yields changes of one node and enter it in `edits.CHANGES`.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator

from bpderive.letters.text import Text
from bpderive.workbook.language import syntax
from bpderive.workbook.language.arrays import is_array
from bpderive.workbook.language.text import written
from bpderive.workbook.verdict.changes import Change, Scope, replaced, times


def factors(node: syntax.Node, scope: Scope) -> Iterator[Change]:
    """A factor dropped or doubled."""
    if not isinstance(node, syntax.Times | syntax.Product):
        return
    kind = type(node)
    for place, factor in enumerate(node.factors):
        before, after = node.factors[:place], node.factors[place + 1 :]
        rest = (*before, *after)
        dropped = rest[0] if len(rest) == 1 else kind(rest)
        yield Change(
            dropped,
            "factor dropped",
            Text(en="without the factor {factor}", zh="去掉因子 {factor}").format(factor=written(factor)),
            0 if isinstance(factor, syntax.Number) else 2,
        )
        if not isinstance(factor, syntax.Number) or factor.value != 1:
            text = Text(en="with the factor {factor} twice", zh="因子 {factor} 出现两次").format(
                factor=written(factor)
            )
            yield Change(kind((*before, factor, factor, *after)), "factor doubled", text, 5)


def sums(node: syntax.Node, scope: Scope) -> Iterator[Change]:
    """A sum dropped or over another index; a factor outside the sum."""
    if not isinstance(node, syntax.Total):
        return
    for index in node.indices:
        left = tuple(i for i in node.indices if i != index)
        text = Text(en="without the sum over {index}", zh="去掉对 {index} 的求和").format(index=index)
        yield Change(syntax.Total(left, node.body) if left else node.body, "sum dropped", text, 1)
        for other in scope.indices:
            if other not in node.indices:
                put = tuple(other if i == index else i for i in node.indices)
                text = Text(
                    en="with the sum over {new} instead of {old}", zh="改为对 {new} 求和，而不是对 {old}"
                ).format(new=other, old=index)
                yield Change(syntax.Total(put, node.body), "sum over another index", text, 1)
    if isinstance(node.body, syntax.Times):
        for factor in node.body.factors:
            if not set(node.indices) & set(syntax.free_indices(factor)):
                continue
            rest = tuple(f for f in node.body.factors if f is not factor)
            inner = rest[0] if len(rest) == 1 else syntax.Times(rest)
            if rest:
                text = Text(en="with {factor} outside the sum", zh="把 {factor} 移到求和号外").format(
                    factor=written(factor)
                )
                yield Change(
                    syntax.Times((syntax.Total(node.indices, inner), factor)),
                    "factor outside the sum",
                    text,
                    5,
                )


def into_sums(node: syntax.Node, scope: Scope) -> Iterator[Change]:
    """A factor beside a sum drawn into it."""
    if not isinstance(node, syntax.Times):
        return
    for total in node.factors:
        for factor in node.factors:
            if (
                isinstance(total, syntax.Total)
                and factor is not total
                and set(total.indices) & set(syntax.free_indices(factor))
            ):
                inner = syntax.Total(total.indices, times(factor, total.body))
                rest = tuple(inner if f is total else f for f in node.factors if f is not factor)
                text = Text(en="with {factor} inside the sum", zh="把 {factor} 移到求和号内").format(
                    factor=written(factor)
                )
                yield Change(
                    rest[0] if len(rest) == 1 else syntax.Times(rest), "factor inside the sum", text, 0
                )


def matrices(node: syntax.Node, scope: Scope) -> Iterator[Change]:
    """Transposes, the order and the kind of products, diagonal matrices."""
    if isinstance(node, syntax.Transposed):
        text = Text(en="without the transpose of {body}", zh="{body} 不转置").format(body=written(node.body))
        yield Change(node.body, "transpose dropped", text, 0)
    elif is_array(node) and not isinstance(node, syntax.Plus | syntax.Minus):
        text = Text(en="with {body} transposed", zh="把 {body} 转置").format(body=written(node))
        rank = 0 if isinstance(node, syntax.Quantity) and node.letter == "w" else 2
        yield Change(syntax.Transposed(node), "transpose added", text, rank)
    if isinstance(node, syntax.Product):
        first, *rest = node.factors
        if len(rest) == 1:
            yield replaced(node, syntax.Product((rest[0], first)), "product order", 1)
            yield replaced(node, syntax.Outer(first, rest[0]), "outer for @", 2)
        for place in range(len(node.factors) - 1):
            swapped = list(node.factors)
            swapped[place], swapped[place + 1] = swapped[place + 1], swapped[place]
            yield replaced(node, syntax.Product(tuple(swapped)), "product order", 1)
        yield replaced(node, syntax.Times(node.factors), "⊙ for @", 1)
    if isinstance(node, syntax.Times) and sum(map(is_array, node.factors)) > 1:
        yield replaced(node, syntax.Product(node.factors), "@ for ⊙", 1)
        yield replaced(node, syntax.Product(tuple(reversed(node.factors))), "@ for ⊙", 2)
        if len(node.factors) == 2:
            yield replaced(node, syntax.Outer(*node.factors), "outer for ⊙", 1)
        else:
            for place, (one, other) in enumerate(itertools.pairwise(node.factors)):
                joined = (*node.factors[:place], syntax.Product((one, other)), *node.factors[place + 2 :])
                yield replaced(node, syntax.Times(joined), "@ for ⊙", 1)
    if isinstance(node, syntax.Outer):
        yield replaced(node, syntax.Outer(node.second, node.first), "product order", 0)
        yield replaced(node, syntax.Times((node.first, node.second)), "⊙ for outer", 2)
        yield replaced(node, syntax.Product((node.first, node.second)), "@ for outer", 2)
    if isinstance(node, syntax.Diagonal):
        yield replaced(node, node.body, "diag dropped", 1)
    elif isinstance(node, syntax.Activation) and is_array(node):
        yield replaced(node, syntax.Diagonal(node), "diag added", 2)
    if isinstance(node, syntax.Plus) and scope.arrays and len(node.terms) == 2:
        yield replaced(node, syntax.Times(node.terms), "⊙ for +", 6)
