"""Changes of how an expression is put together, which only a diagnosis tries: what belongs inside or outside of what.

Parentheses, a factor or an exponent on the wrong side of a sum, a bias outside σ, a layer that is wrong twice.
To add one, write a function that yields changes of one node and enter it in `edits.REPAIRS` or `edits.REPAIRS_OF_SIDE`.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from fractions import Fraction

from bpderive.letters.text import Text
from bpderive.workbook.language import syntax
from bpderive.workbook.language.arrays import is_array
from bpderive.workbook.language.text import written
from bpderive.workbook.verdict.changes import Change, Scope, replaced

MOST_TOGETHER = 4
"""How many quantities of one layer are looked at where two of them may have the wrong one."""


def slopes(node: syntax.Node, scope: Scope) -> Iterator[Change]:
    """σ′(z) in the place of a or z, and the square of a quantity."""
    if isinstance(node, syntax.Quantity) and node.letter in ("z", "a"):
        slope = syntax.Activation(1, syntax.Quantity("z", node.layer, node.indices))
        yield replaced(node, slope, "σ′ for a", 2)
        if node.indices:
            yield replaced(node, syntax.Power(node, 2), "square", 4)


def averages(node: syntax.Node, scope: Scope) -> Iterator[Change]:
    """2 in the place of a number of neurons: the ½ of the cost is no mean."""
    if isinstance(node, syntax.WidthOf):
        yield replaced(node, syntax.Number(Fraction(2)), "constant", 3)


def places(node: syntax.Node, scope: Scope) -> Iterator[Change]:
    """Another layer and another index at once."""
    if isinstance(node, syntax.Quantity) and len(node.indices) == 1 and node.letter != "y":
        for layer, index in scope.places:
            if layer != node.layer and index != node.indices[0]:
                yield replaced(node, syntax.Quantity(node.letter, layer, (index,)), "place", 2)


def sums(node: syntax.Node, scope: Scope) -> Iterator[Change]:
    """A term that belongs outside a sum, an exponent that belongs on its other side."""
    match node:
        case syntax.Total(indices, syntax.Plus(terms)):
            for term in terms:
                if set(indices) & set(syntax.free_indices(term)):
                    continue
                rest = tuple(t for t in terms if t is not term)
                inner = rest[0] if len(rest) == 1 else syntax.Plus(rest)
                text = Text(en="with {term} outside the sum", zh="把 {term} 移到求和号外")
                new = syntax.Plus((syntax.Total(indices, inner), term))
                yield Change(new, "term outside the sum", text.format(term=written(term)), 1)
        case syntax.Power(syntax.Total(indices, body), exponent):
            yield replaced(node, syntax.Total(indices, syntax.Power(body, exponent)), "exponent", 1)
        case syntax.Total(indices, syntax.Power(body, exponent)):
            yield replaced(node, syntax.Power(syntax.Total(indices, body), exponent), "exponent", 1)


def activations(node: syntax.Node, scope: Scope) -> Iterator[Change]:
    """A term that belongs into the argument of σ; a derivative upside down."""
    if isinstance(node, syntax.Plus):
        for function, term in itertools.permutations(node.terms, 2):
            if isinstance(function, syntax.Activation):
                argument = syntax.Plus((*_terms(function.argument), term))
                inner = syntax.Activation(function.order, argument)
                rest = tuple(inner if t is function else t for t in node.terms if t is not term)
                text = Text(en="with {term} inside {function}", zh="把 {term} 移到 {function} 里面").format(
                    term=written(term), function="d" * function.order + "sigma(...)"
                )
                yield Change(rest[0] if len(rest) == 1 else syntax.Plus(rest), "term inside σ", text, 1)
    match node:
        case syntax.Derivative(syntax.Quantity(letter, _, (_,)) as of, syntax.Quantity() as by):
            if letter != "delta":
                yield replaced(node, syntax.Derivative(by, of), "quotient upside down", 1)


def _terms(node: syntax.Node) -> tuple[syntax.Node, ...]:
    return node.terms if isinstance(node, syntax.Plus) else (node,)


def groups(node: syntax.Node, scope: Scope) -> Iterator[Change]:
    """Elementwise and matrix products in another order: what is multiplied with what."""
    match node:
        case syntax.Product((syntax.Times(front), *rest)) if is_array(front[-1]):
            product = syntax.Product((front[-1], *rest))
            yield replaced(node, syntax.Times((*front[:-1], product)), "parentheses", 1)
        case syntax.Product((*front, syntax.Times((first, *rest)))):
            product = syntax.Product((*front, first))
            yield replaced(node, syntax.Times((product, *rest)), "parentheses", 1)
    if isinstance(node, syntax.Times):
        arrays = [factor for factor in node.factors if is_array(factor)]
        if len(arrays) > 2:
            for one, other in itertools.permutations(arrays, 2):
                rest = [factor for factor in node.factors if factor is not one and factor is not other]
                new = syntax.Times((syntax.Product((one, other)), *rest))
                yield replaced(node, new, "@ for ⊙", 2)


def layers_together(node: syntax.Node, scope: Scope) -> Iterator[Change]:
    """Two quantities of one layer, both of them one layer further on or back."""
    found = [part for part in syntax.walk(node) if isinstance(part, syntax.Quantity) and part.letter != "y"]
    for layer in dict.fromkeys(part.layer for part in found):
        together = [part for part in found if part.layer == layer][:MOST_TOGETHER]
        for pair, steps in itertools.product(itertools.combinations(together, 2), (1, -1)):
            if pair[0] == pair[1]:
                continue
            names = {part: syntax.Quantity(part.letter, layer + steps, part.indices) for part in pair}
            text = Text(
                en="with layer {new} in place of {old} in {one} and {other}",
                zh="把 {one} 与 {other} 中的层 {old} 换成 {new}",
            ).format(new=layer + steps, old=layer, one=written(pair[0]), other=written(pair[1]))
            yield Change(_with(node, names), "layers", text, 3)


def _with(node: syntax.Node, names: dict[syntax.Quantity, syntax.Quantity]) -> syntax.Node:
    """The node with other quantities for these."""
    if isinstance(node, syntax.Quantity):
        return names.get(node, node)
    return syntax.with_parts(node, [_with(part, names) for part in syntax.parts(node)])
