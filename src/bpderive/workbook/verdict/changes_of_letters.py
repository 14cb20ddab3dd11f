"""Small changes of a quantity, an index, an activation, a sign or a constant.

To add one, write a function that yields changes of one node and enter it in `edits.CHANGES`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction

from bpderive.letters.text import Text
from bpderive.workbook.language import syntax
from bpderive.workbook.language.text import written
from bpderive.workbook.verdict.changes import Change, Scope, replaced


def letters(node: syntax.Node, scope: Scope) -> Iterator[Change]:
    """One quantity for another of the same place."""
    if isinstance(node, syntax.Quantity) and node.letter != "w":
        for letter in ("z", "a", "delta", "b"):
            if letter != node.letter:
                layer = syntax.Layer("L") if node.letter == "y" else node.layer
                yield replaced(node, syntax.Quantity(letter, layer, node.indices), "letter", 4)
        if node.layer == syntax.Layer("L") and node.letter == "a":
            yield replaced(node, syntax.Quantity("y", node.layer, node.indices), "letter", 4)


def layers(node: syntax.Node, scope: Scope) -> Iterator[Change]:
    """Another layer; for the place at which σ is taken, another layer and index."""
    if isinstance(node, syntax.Quantity) and node.letter != "y":
        nearby = [node.layer + 1, node.layer + -1]
        for layer in dict.fromkeys([*nearby, *scope.layers]):
            if layer != node.layer:
                yield replaced(node, replace(node, layer=layer), "layer", 1)
    if isinstance(node, syntax.WidthOf):
        for layer in (node.layer + 1, node.layer + -1):
            yield replaced(node, syntax.WidthOf(layer), "layer", 1)
    if isinstance(node, syntax.Activation):
        for part in syntax.walk(node.argument):
            if isinstance(part, syntax.Quantity) and part is not node.argument:
                return
        if isinstance(node.argument, syntax.Quantity) and node.argument.letter == "z":
            for layer, index in scope.places:
                if (
                    node.argument.indices
                    and layer != node.argument.layer
                    and index != node.argument.indices[0]
                ):
                    yield replaced(
                        node, replace(node, argument=syntax.Quantity("z", layer, (index,))), "place", 1
                    )


def indices(node: syntax.Node, scope: Scope) -> Iterator[Change]:
    """Indices swapped, or one index for another."""
    found = syntax.indices_of(node)
    if len(found) == 2 and found[0] != found[1] and isinstance(node, syntax.Quantity):
        yield replaced(node, replace(node, indices=(found[1], found[0])), "indices swapped", 0)
    for place, old in enumerate(found):
        options: list[str | int] = [i for i in scope.indices if i != old]
        if isinstance(old, int):
            options += [old + 1, *([old - 1] if old > 1 else [])]
        for new in options:
            put = (*found[:place], new, *found[place + 1 :])
            changed = (
                replace(node, indices=put) if isinstance(node, syntax.Quantity) else syntax.Kronecker(*put)
            )
            yield replaced(node, changed, "index", 1)


def activation(node: syntax.Node, scope: Scope) -> Iterator[Change]:
    """σ for σ′, and σ dropped or added."""
    if isinstance(node, syntax.Activation):
        yield replaced(node, syntax.Activation(1 - node.order, node.argument), "σ for σ′", 0)
        yield replaced(node, node.argument, "σ dropped", 3)
    if isinstance(node, syntax.Quantity) and node.letter in ("z", "a"):
        yield replaced(node, syntax.Activation(0, node), "σ added", 4)
        yield replaced(node, syntax.Activation(1, node), "σ′ added", 4)


def signs(node: syntax.Node, scope: Scope) -> Iterator[Change]:
    """A sign changed, a term dropped."""
    if isinstance(node, syntax.Minus):
        yield _change(node.body, "sign", Text(en="with another sign", zh="改变一处符号"), node, 0)
    if isinstance(node, syntax.Plus):
        for place, term in enumerate(node.terms):
            flipped = term.body if isinstance(term, syntax.Minus) else syntax.Minus(term)
            terms = (*node.terms[:place], flipped, *node.terms[place + 1 :])
            text = Text(en="with the sign of {term} changed", zh="改变 {term} 的符号").format(
                term=written(term.body if isinstance(term, syntax.Minus) else term)
            )
            yield Change(syntax.Plus(terms), "sign", text, 0)
            rest = node.terms[:place] + node.terms[place + 1 :]
            yield Change(
                rest[0] if len(rest) == 1 else syntax.Plus(rest),
                "term dropped",
                Text(en="without the term {term}", zh="去掉 {term} 这一项").format(term=written(term)),
                3,
            )


def _change(new: syntax.Node, kind: str, text: Text, old: syntax.Node, rank: int) -> Change:
    return Change(new, kind, text.format(new=written(new), old=written(old)), rank)


def constants(node: syntax.Node, scope: Scope) -> Iterator[Change]:
    """Another constant or exponent; a quotient without its divisor or upside down."""
    if isinstance(node, syntax.Number) and node.value != 1:
        for value in (node.value * 2, node.value / 2, Fraction(1)):
            yield replaced(node, syntax.Number(value), "constant", 1)
    if isinstance(node, syntax.Power):
        yield replaced(node, node.base, "exponent", 1)
        for exponent in (node.exponent + 1, node.exponent - 1):
            yield replaced(node, syntax.Power(node.base, exponent), "exponent", 2)
    if isinstance(node, syntax.Over):
        yield replaced(node, node.above, "divisor dropped", 2)
        yield replaced(node, syntax.Over(node.below, node.above), "quotient upside down", 2)
