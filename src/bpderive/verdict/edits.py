"""Every small change of an expression: the repairs that a diagnosis tries, and the mistakes that the mutants make.

`edits(claim)` gives changed claims, each with a kind and with words that say what was changed. To add a kind of change,
write a function that yields changes of one node and enter it in `CHANGES`.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from fractions import Fraction

from bpderive.language.syntax import (
    Activation,
    Claim,
    Cost,
    Derivative,
    Diagonal,
    Gradient,
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
    indices_of,
    parts,
    walk,
    with_parts,
)
from bpderive.language.text import is_array, written
from bpderive.text import Text


@dataclass(frozen=True, slots=True)
class Edit:
    """A changed claim: the kind of change, what it does in words, and how likely it is as a repair (0 the most)."""

    claim: Claim
    kind: str
    text: Text
    rank: int


@dataclass(frozen=True, slots=True)
class Change:
    """Another node in the place of one."""

    node: Node
    kind: str
    text: Text
    rank: int


@dataclass(frozen=True, slots=True)
class Scope:
    """What may be used in a change: the indices, layers and components of the claim."""

    indices: tuple[str, ...]
    layers: tuple[Layer, ...]
    places: tuple[tuple[Layer, str], ...]
    arrays: bool


def edits(claim: Claim) -> Iterator[Edit]:
    """The claim with one small change, in every side and everywhere; those of the last side come first."""
    scope = scope_of(claim)
    for place in reversed(range(len(claim.sides))):
        for change in changes(claim.sides[place], scope):
            if change.node != claim.sides[place]:
                changed = claim.with_side(place, change.node)
                yield Edit(changed, change.kind, change.text, change.rank + (3 if place == 0 else 0))


def scope_of(claim: Claim) -> Scope:
    """The indices, the layers, and the pairs of a layer and an index that occur in a claim."""
    nodes = [node for side in claim.sides for node in walk(side)]
    indices = [i for node in nodes for i in indices_of(node) if isinstance(i, str)]
    layers = [node.layer for node in nodes if isinstance(node, Quantity | WidthOf)]
    places = [
        (layer, i)
        for node in nodes
        if isinstance(node, Quantity)
        for i, layer in zip(node.indices, (node.layer, node.layer + -1), strict=False)
        if isinstance(i, str)
    ]
    return Scope(
        tuple(dict.fromkeys(indices)),
        tuple(dict.fromkeys(layers)),
        tuple(dict.fromkeys(places)),
        any(is_array(side) for side in claim.sides),
    )


def changes(node: Node, scope: Scope, top: bool = True) -> Iterator[Change]:
    """Every small change of `node` or of something in it."""
    for make in CHANGES:
        yield from make(node, scope)
    if top:
        for make in CHANGES_OF_WHOLE:
            yield from make(node, scope)
    children = parts(node)
    for place, part in enumerate(children):
        for change in changes(part, scope, top=isinstance(node, Total | Activation)):
            if not _can_stand(node, place, change.node):
                continue
            new = with_parts(node, [*children[:place], change.node, *children[place + 1 :]])
            yield replace(change, node=new)


def _can_stand(node: Node, place: int, part: Node) -> bool:
    """Whether the language has `node` with this part: only forward quantities are differentiated, and by components."""
    if not isinstance(node, Derivative | Gradient | Jacobian):
        return True
    if isinstance(node, Derivative) and place == 0:
        return not any(isinstance(n, Quantity) and n.letter == "delta" for n in walk(part))
    fits = isinstance(part, Quantity) and bool(part.indices) == isinstance(node, Derivative)
    return fits and isinstance(part, Quantity) and part.letter not in ("delta", "y")


def replaced(old: Node, new: Node, kind: str, rank: int = 2) -> Change:
    """The change of one expression for another."""
    return Change(
        new,
        kind,
        Text(
            en="with {new} in place of {old}",
            zh="把 {old} 换成 {new}",
        ).format(new=written(new), old=written(old)),
        rank,
    )


def _letters(node: Node, scope: Scope) -> Iterator[Change]:
    if isinstance(node, Quantity) and node.letter != "w":
        for letter in ("z", "a", "delta", "b"):
            if letter != node.letter:
                layer = Layer("L") if node.letter == "y" else node.layer
                yield replaced(node, Quantity(letter, layer, node.indices), "letter", 4)
        if node.layer == Layer("L") and node.letter == "a":
            yield replaced(node, Quantity("y", node.layer, node.indices), "letter", 4)


def _layers(node: Node, scope: Scope) -> Iterator[Change]:
    if isinstance(node, Quantity) and node.letter != "y":
        nearby = [node.layer + 1, node.layer + -1]
        for layer in dict.fromkeys([*nearby, *scope.layers]):
            if layer != node.layer:
                yield replaced(node, replace(node, layer=layer), "layer", 1)
    if isinstance(node, WidthOf):
        for layer in (node.layer + 1, node.layer + -1):
            yield replaced(node, WidthOf(layer), "layer", 1)
    if isinstance(node, Activation):
        for part in walk(node.argument):
            if isinstance(part, Quantity) and part is not node.argument:
                return
        if isinstance(node.argument, Quantity) and node.argument.letter == "z":
            for layer, index in scope.places:
                if (
                    node.argument.indices
                    and layer != node.argument.layer
                    and index != node.argument.indices[0]
                ):
                    yield replaced(node, replace(node, argument=Quantity("z", layer, (index,))), "place", 1)


def _indices(node: Node, scope: Scope) -> Iterator[Change]:
    found = indices_of(node)
    if len(found) == 2 and found[0] != found[1] and isinstance(node, Quantity):
        yield replaced(node, replace(node, indices=(found[1], found[0])), "indices swapped", 0)
    for place, old in enumerate(found):
        options: list[str | int] = [i for i in scope.indices if i != old]
        if isinstance(old, int):
            options += [old + 1, *([old - 1] if old > 1 else [])]
        for new in options:
            put = (*found[:place], new, *found[place + 1 :])
            changed = replace(node, indices=put) if isinstance(node, Quantity) else Kronecker(*put)
            yield replaced(node, changed, "index", 1)


def _activations(node: Node, scope: Scope) -> Iterator[Change]:
    if isinstance(node, Activation):
        yield replaced(node, Activation(1 - node.order, node.argument), "σ for σ′", 0)
        yield replaced(node, node.argument, "σ dropped", 3)
    if isinstance(node, Quantity) and node.letter in ("z", "a"):
        yield replaced(node, Activation(0, node), "σ added", 4)
        yield replaced(node, Activation(1, node), "σ′ added", 4)


def _signs(node: Node, scope: Scope) -> Iterator[Change]:
    if isinstance(node, Minus):
        yield _change(node.body, "sign", Text(en="with another sign", zh="改变一处符号"), node, 0)
    if isinstance(node, Plus):
        for place, term in enumerate(node.terms):
            flipped = term.body if isinstance(term, Minus) else Minus(term)
            terms = (*node.terms[:place], flipped, *node.terms[place + 1 :])
            text = Text(en="with the sign of {term} changed", zh="改变 {term} 的符号").format(
                term=written(term.body if isinstance(term, Minus) else term)
            )
            yield Change(Plus(terms), "sign", text, 0)
            rest = node.terms[:place] + node.terms[place + 1 :]
            yield Change(
                rest[0] if len(rest) == 1 else Plus(rest),
                "term dropped",
                Text(en="without the term {term}", zh="去掉 {term} 这一项").format(term=written(term)),
                3,
            )


def _change(new: Node, kind: str, text: Text, old: Node, rank: int) -> Change:
    return Change(new, kind, text.format(new=written(new), old=written(old)), rank)


def _factors(node: Node, scope: Scope) -> Iterator[Change]:
    if not isinstance(node, Times | Product):
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
            0 if isinstance(factor, Number) else 2,
        )
        if not isinstance(factor, Number) or factor.value != 1:
            text = Text(en="with the factor {factor} twice", zh="因子 {factor} 出现两次").format(
                factor=written(factor)
            )
            yield Change(kind((*before, factor, factor, *after)), "factor doubled", text, 5)


def _sums(node: Node, scope: Scope) -> Iterator[Change]:
    if not isinstance(node, Total):
        return
    for index in node.indices:
        left = tuple(i for i in node.indices if i != index)
        text = Text(en="without the sum over {index}", zh="去掉对 {index} 的求和").format(index=index)
        yield Change(Total(left, node.body) if left else node.body, "sum dropped", text, 1)
        for other in scope.indices:
            if other not in node.indices:
                put = tuple(other if i == index else i for i in node.indices)
                text = Text(
                    en="with the sum over {new} instead of {old}", zh="改为对 {new} 求和，而不是对 {old}"
                ).format(new=other, old=index)
                yield Change(Total(put, node.body), "sum over another index", text, 1)
    if isinstance(node.body, Times):
        for factor in node.body.factors:
            if not set(node.indices) & set(free_indices(factor)):
                continue
            rest = tuple(f for f in node.body.factors if f is not factor)
            inner = rest[0] if len(rest) == 1 else Times(rest)
            if rest:
                text = Text(en="with {factor} outside the sum", zh="把 {factor} 移到求和号外").format(
                    factor=written(factor)
                )
                yield Change(Times((Total(node.indices, inner), factor)), "factor outside the sum", text, 5)


def _into_sums(node: Node, scope: Scope) -> Iterator[Change]:
    """A factor beside a sum drawn into it."""
    if not isinstance(node, Times):
        return
    for total in node.factors:
        for factor in node.factors:
            if (
                isinstance(total, Total)
                and factor is not total
                and set(total.indices) & set(free_indices(factor))
            ):
                inner = Total(total.indices, _times(factor, total.body))
                rest = tuple(inner if f is total else f for f in node.factors if f is not factor)
                text = Text(en="with {factor} inside the sum", zh="把 {factor} 移到求和号内").format(
                    factor=written(factor)
                )
                yield Change(rest[0] if len(rest) == 1 else Times(rest), "factor inside the sum", text, 0)


def _matrices(node: Node, scope: Scope) -> Iterator[Change]:
    if isinstance(node, Transposed):
        text = Text(en="without the transpose of {body}", zh="{body} 不转置").format(body=written(node.body))
        yield Change(node.body, "transpose dropped", text, 0)
    elif is_array(node) and not isinstance(node, Plus | Minus):
        text = Text(en="with {body} transposed", zh="把 {body} 转置").format(body=written(node))
        rank = 0 if isinstance(node, Quantity) and node.letter == "w" else 2
        yield Change(Transposed(node), "transpose added", text, rank)
    if isinstance(node, Product):
        first, *rest = node.factors
        if len(rest) == 1:
            yield replaced(node, Product((rest[0], first)), "product order", 1)
            yield replaced(node, Outer(first, rest[0]), "outer for @", 2)
        for place in range(len(node.factors) - 1):
            swapped = list(node.factors)
            swapped[place], swapped[place + 1] = swapped[place + 1], swapped[place]
            yield replaced(node, Product(tuple(swapped)), "product order", 1)
        yield replaced(node, Times(node.factors), "⊙ for @", 1)
    if isinstance(node, Times) and sum(map(is_array, node.factors)) > 1:
        yield replaced(node, Product(node.factors), "@ for ⊙", 1)
        yield replaced(node, Product(tuple(reversed(node.factors))), "@ for ⊙", 2)
        if len(node.factors) == 2:
            yield replaced(node, Outer(*node.factors), "outer for ⊙", 1)
        else:
            for place, (one, other) in enumerate(itertools.pairwise(node.factors)):
                joined = (*node.factors[:place], Product((one, other)), *node.factors[place + 2 :])
                yield replaced(node, Times(joined), "@ for ⊙", 1)
    if isinstance(node, Outer):
        yield replaced(node, Outer(node.second, node.first), "product order", 0)
        yield replaced(node, Times((node.first, node.second)), "⊙ for outer", 2)
        yield replaced(node, Product((node.first, node.second)), "@ for outer", 2)
    if isinstance(node, Diagonal):
        yield replaced(node, node.body, "diag dropped", 1)
    elif isinstance(node, Activation) and is_array(node):
        yield replaced(node, Diagonal(node), "diag added", 2)
    if isinstance(node, Plus) and scope.arrays and len(node.terms) == 2:
        yield replaced(node, Times(node.terms), "⊙ for +", 6)


def _constants(node: Node, scope: Scope) -> Iterator[Change]:
    if isinstance(node, Number) and node.value != 1:
        for value in (node.value * 2, node.value / 2, Fraction(1)):
            yield replaced(node, Number(value), "constant", 1)
    if isinstance(node, Power):
        yield replaced(node, node.base, "exponent", 1)
        for exponent in (node.exponent + 1, node.exponent - 1):
            yield replaced(node, Power(node.base, exponent), "exponent", 2)
    if isinstance(node, Over):
        yield replaced(node, node.above, "divisor dropped", 2)
        yield replaced(node, Over(node.below, node.above), "quotient upside down", 2)


CHANGES: tuple[Callable[[Node, Scope], Iterator[Change]], ...] = (
    _matrices,
    _indices,
    _activations,
    _signs,
    _layers,
    _sums,
    _into_sums,
    _factors,
    _constants,
    _letters,
)
"""The changes that any node may undergo."""


def _multiplied(node: Node, scope: Scope) -> Iterator[Change]:
    """The whole times a constant."""
    factors: list[Node] = [
        Number(Fraction(1, 2)),
        Number(Fraction(2)),
    ]
    factors += [Over(Number(Fraction(1)), WidthOf(layer)) for layer in dict.fromkeys(scope.layers)]
    for factor in factors:
        text = Text(en="with the factor {factor}", zh="乘以 {factor}").format(factor=written(factor))
        yield Change(_times(factor, node), "constant", text, 2)
    if not isinstance(node, Minus):
        yield Change(Minus(node), "sign", Text(en="with the opposite sign", zh="取相反的符号"), 1)


def _unknown_factor(node: Node, scope: Scope) -> Iterator[Change]:
    factor = Over(Unknown("eta"), Unknown("m"))
    text = Text(en="with the factor {factor}", zh="乘以 {factor}").format(factor=written(factor))
    yield Change(_times(factor, node), "constant", text, 9)


def _summed(node: Node, scope: Scope) -> Iterator[Change]:
    """The whole under a sum."""
    for index in scope.indices:
        if index in free_indices(node):
            text = Text(
                en="with the sum over {index}, which is missing", zh="补上缺少的对 {index} 的求和"
            ).format(index=index)
            yield Change(Total((index,), node), "sum added", text, 0)


def _more_factors(node: Node, scope: Scope) -> Iterator[Change]:
    """The whole times one more factor of the claim's own places."""
    candidates: list[Node] = []
    if scope.arrays:
        for layer in dict.fromkeys(scope.layers):
            z = Quantity("z", layer)
            candidates += [Activation(1, z), Quantity("a", layer)]
    else:
        for layer, index in scope.places:
            z = Quantity("z", layer, (index,))
            candidates += [
                Activation(1, z),
                Quantity("a", layer, (index,)),
                Quantity("delta", layer, (index,)),
            ]
    for factor in candidates:
        text = Text(en="with the factor {factor}, which is missing", zh="补上缺少的因子 {factor}").format(
            factor=written(factor)
        )
        new = Times((*(node.factors if isinstance(node, Times) else (node,)), factor))
        yield Change(new, "factor added", text, 1 if isinstance(factor, Activation) else 3)


def _more_terms(node: Node, scope: Scope) -> Iterator[Change]:
    """The whole with a bias or a desired output more, or less."""
    terms: list[Node] = []
    if scope.arrays:
        terms += [Quantity("b", layer) for layer in scope.layers]
    else:
        terms += [Quantity("b", layer, (index,)) for layer, index in scope.places]
    for term in dict.fromkeys(terms):
        text = Text(en="with the term {term}, which is missing", zh="补上缺少的一项 {term}").format(
            term=written(term)
        )
        before = node.terms if isinstance(node, Plus) else (node,)
        yield Change(Plus((*before, term)), "term added", text, 3)


def _times(factor: Node, node: Node) -> Node:
    return Times((factor, *(node.factors if isinstance(node, Times) else (node,))))


CHANGES_OF_WHOLE: tuple[Callable[[Node, Scope], Iterator[Change]], ...] = (
    _summed,
    _multiplied,
    _unknown_factor,
    _more_factors,
    _more_terms,
)
"""The changes of a whole side, or of what a sum or an activation in it is applied to."""

__all__ = ["Change", "Cost", "Edit", "Scope", "changes", "edits", "scope_of"]
