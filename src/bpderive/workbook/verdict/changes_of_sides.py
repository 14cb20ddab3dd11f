"""Small changes of a whole side: a constant, a sum, one more factor, one more term.

To add one, write a function that yields changes of one node and enter it in `edits.CHANGES_OF_WHOLE`.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from bpderive.letters.text import Text
from bpderive.workbook.language import syntax
from bpderive.workbook.language.text import written
from bpderive.workbook.verdict.changes import Change, Scope, times


def multiplied(node: syntax.Node, scope: Scope) -> Iterator[Change]:
    """The whole times a constant."""
    factors: list[syntax.Node] = [
        syntax.Number(Fraction(1, 2)),
        syntax.Number(Fraction(2)),
    ]
    factors += [
        syntax.Over(syntax.Number(Fraction(1)), syntax.WidthOf(layer))
        for layer in dict.fromkeys(scope.layers)
    ]
    for factor in factors:
        text = Text(en="with the factor {factor}", zh="乘以 {factor}").format(factor=written(factor))
        yield Change(times(factor, node), "constant", text, 2)
    if not isinstance(node, syntax.Minus):
        yield Change(syntax.Minus(node), "sign", Text(en="with the opposite sign", zh="取相反的符号"), 1)


def unknown_factor(node: syntax.Node, scope: Scope) -> Iterator[Change]:
    """The whole times η/m."""
    factor = syntax.Over(syntax.Unknown("eta"), syntax.Unknown("m"))
    text = Text(en="with the factor {factor}", zh="乘以 {factor}").format(factor=written(factor))
    yield Change(times(factor, node), "constant", text, 9)


def summed(node: syntax.Node, scope: Scope) -> Iterator[Change]:
    """The whole under a sum."""
    for index in scope.indices:
        if index in syntax.free_indices(node):
            text = Text(
                en="with the sum over {index}, which is missing", zh="补上缺少的对 {index} 的求和"
            ).format(index=index)
            yield Change(syntax.Total((index,), node), "sum added", text, 0)


def more_factors(node: syntax.Node, scope: Scope) -> Iterator[Change]:
    """The whole times one more factor of the claim's own places."""
    candidates: list[syntax.Node] = []
    if scope.arrays:
        for layer in dict.fromkeys(scope.layers):
            z = syntax.Quantity("z", layer)
            candidates += [syntax.Activation(1, z), syntax.Quantity("a", layer)]
    else:
        for layer, index in scope.places:
            z = syntax.Quantity("z", layer, (index,))
            candidates += [
                syntax.Activation(1, z),
                syntax.Quantity("a", layer, (index,)),
                syntax.Quantity("delta", layer, (index,)),
            ]
    for factor in candidates:
        text = Text(en="with the factor {factor}, which is missing", zh="补上缺少的因子 {factor}").format(
            factor=written(factor)
        )
        new = syntax.Times((*(node.factors if isinstance(node, syntax.Times) else (node,)), factor))
        yield Change(new, "factor added", text, 1 if isinstance(factor, syntax.Activation) else 3)


def more_terms(node: syntax.Node, scope: Scope) -> Iterator[Change]:
    """The whole with a bias or a desired output more, or less."""
    terms: list[syntax.Node] = []
    if scope.arrays:
        terms += [syntax.Quantity("b", layer) for layer in scope.layers]
    else:
        terms += [syntax.Quantity("b", layer, (index,)) for layer, index in scope.places]
    for term in dict.fromkeys(terms):
        text = Text(en="with the term {term}, which is missing", zh="补上缺少的一项 {term}").format(
            term=written(term)
        )
        before = node.terms if isinstance(node, syntax.Plus) else (node,)
        yield Change(syntax.Plus((*before, term)), "term added", text, 3)
