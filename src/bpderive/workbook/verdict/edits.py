"""Every small change of a claim: the repairs that a diagnosis tries, and the mistakes that the mutants make.

`edits(claim)` gives changed claims, each with a kind and with words that say what was changed. To add a change, write a
function that yields changes of one node, and enter it in one of the four lists at the end: what any node may undergo or
only a whole side, and what is a mistake too or only a repair.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import TypeAlias

from bpderive.letters.text import Text
from bpderive.workbook.language import syntax
from bpderive.workbook.language.arrays import is_array
from bpderive.workbook.language.text import written
from bpderive.workbook.verdict.layers import runs_over

MOST_TOGETHER = 4
"""How many quantities of one layer are looked at where two of them may have the wrong one."""


@dataclass(frozen=True, slots=True)
class Edit:
    """A changed claim: the kind of change, what it does in words, and how likely it is as a repair (0 the most)."""

    claim: syntax.Claim
    kind: str
    text: Text
    rank: int


@dataclass(frozen=True, slots=True)
class Change:
    """Another node in the place of one."""

    node: syntax.Node
    kind: str
    text: Text
    rank: int


@dataclass(frozen=True, slots=True)
class Scope:
    """What may be used in a change: the indices, layers and components of the claim."""

    indices: tuple[str, ...]
    layers: tuple[syntax.Layer, ...]
    places: tuple[tuple[syntax.Layer, str], ...]
    arrays: bool


Maker: TypeAlias = Callable[[syntax.Node, Scope], Iterator[Change]]
Makers: TypeAlias = tuple[Maker, ...]


def edits(claim: syntax.Claim, repairs: bool = False) -> Iterator[Edit]:
    """The claim with one small change, in every side and everywhere; those of the last side come first.

    With `repairs` there are those as well that only a diagnosis tries.
    """
    scope = _scope_of(claim)
    for place in reversed(range(len(claim.sides))):
        side = claim.sides[place]
        found = _changes(side, scope, CHANGES, CHANGES_OF_WHOLE)
        if repairs:
            found = itertools.chain(found, _changes(side, scope, REPAIRS, REPAIRS_OF_SIDE))
        for change in found:
            if change.node != side:
                changed = claim.with_side(place, change.node)
                yield Edit(changed, change.kind, change.text, change.rank + (3 if place == 0 else 0))


def _scope_of(claim: syntax.Claim) -> Scope:
    """The indices, the layers, and the pairs of a layer and an index that occur in a claim."""
    nodes = list(claim.walk())
    indices = [i for node in nodes for i in syntax.indices_of(node) if isinstance(i, str)]
    layers = [node.layer for node in nodes if isinstance(node, syntax.Quantity | syntax.WidthOf)]
    places = [
        (layer, i)
        for node in nodes
        if isinstance(node, syntax.Quantity)
        for i, layer in runs_over(node)
        if isinstance(i, str)
    ]
    return Scope(
        tuple(dict.fromkeys(indices)),
        tuple(dict.fromkeys(layers)),
        tuple(dict.fromkeys(places)),
        any(is_array(side) for side in claim.sides),
    )


def _changes(
    node: syntax.Node, scope: Scope, within: Makers, whole: Makers, top: bool = True
) -> Iterator[Change]:
    """Every small change of `node` or of something in it."""
    for make in (*within, *whole) if top else within:
        yield from make(node, scope)
    children = syntax.parts(node)
    for place, part in enumerate(children):
        for change in _changes(
            part, scope, within, whole, isinstance(node, syntax.Total | syntax.Activation)
        ):
            if _can_stand(node, place, change.node):
                new = syntax.with_parts(node, [*children[:place], change.node, *children[place + 1 :]])
                yield replace(change, node=new)


def _can_stand(node: syntax.Node, place: int, part: syntax.Node) -> bool:
    """Return whether the language has `node` with this part: only forward quantities are differentiated."""
    if not isinstance(node, syntax.Derivative | syntax.Gradient | syntax.Jacobian):
        return True
    if isinstance(node, syntax.Derivative) and place == 0:
        return not any(isinstance(n, syntax.Quantity) and n.letter == "delta" for n in syntax.walk(part))
    fits = isinstance(part, syntax.Quantity) and bool(part.indices) == isinstance(node, syntax.Derivative)
    return fits and isinstance(part, syntax.Quantity) and part.letter not in ("delta", "y")


# What changes are made of


def _change(new: syntax.Node, kind: str, rank: int, text: Text, /, **named: syntax.Node | str) -> Change:
    """A change in words, in which parts of the claim stand by name."""
    shown = {name: part if isinstance(part, str) else written(part) for name, part in named.items()}
    return Change(new, kind, text.format(**shown), rank)


def _replaced(old: syntax.Node, new: syntax.Node, kind: str, rank: int = 2) -> Change:
    """The change of one expression for another."""
    text = Text(en="with {new} in place of {old}", zh="把 {old} 换成 {new}")
    return _change(new, kind, rank, text, new=new, old=old)


def _joined(
    kind: type[syntax.Times | syntax.Product | syntax.Plus], parts: Sequence[syntax.Node]
) -> syntax.Node:
    """The product or the sum of these parts, which may be a single one."""
    return parts[0] if len(parts) == 1 else kind(tuple(parts))


def _others(parts: Sequence[syntax.Node], *left_out: syntax.Node) -> list[syntax.Node]:
    """The parts without some of them, those themselves and not others that are equal."""
    return [part for part in parts if not any(part is other for other in left_out)]


def _factors(node: syntax.Node) -> tuple[syntax.Node, ...]:
    """The factors of a product; a 1 has none."""
    if node == syntax.Number(Fraction(1)):
        return ()
    return node.factors if isinstance(node, syntax.Times) else (node,)


def _terms(node: syntax.Node) -> tuple[syntax.Node, ...]:
    return node.terms if isinstance(node, syntax.Plus) else (node,)


# Quantities, indices, activations, signs and constants


def _letters(node: syntax.Node, scope: Scope) -> Iterator[Change]:
    """One quantity for another of the same place."""
    if isinstance(node, syntax.Quantity) and node.letter != "w":
        for letter in ("z", "a", "delta", "b"):
            if letter != node.letter:
                layer = syntax.LAST if node.letter == "y" else node.layer
                yield _replaced(node, syntax.Quantity(letter, layer, node.indices), "letter", 4)
        if node.layer == syntax.LAST and node.letter == "a":
            yield _replaced(node, syntax.Quantity("y", node.layer, node.indices), "letter", 4)


def _layers(node: syntax.Node, scope: Scope) -> Iterator[Change]:
    """Another layer; for the place at which σ is taken, another layer and index."""
    if isinstance(node, syntax.Quantity) and node.letter != "y":
        nearby = [node.layer + 1, node.layer + -1]
        for layer in dict.fromkeys([*nearby, *scope.layers]):
            if layer != node.layer:
                yield _replaced(node, replace(node, layer=layer), "layer", 1)
    if isinstance(node, syntax.WidthOf):
        for layer in (node.layer + 1, node.layer + -1):
            yield _replaced(node, syntax.WidthOf(layer), "layer", 1)
    match node:
        case syntax.Activation(_, syntax.Quantity("z", at, (own, *_))):
            for layer, index in scope.places:
                if layer != at and index != own:
                    elsewhere = replace(node, argument=syntax.Quantity("z", layer, (index,)))
                    yield _replaced(node, elsewhere, "place", 1)


def _indices(node: syntax.Node, scope: Scope) -> Iterator[Change]:
    """Indices swapped, or one index for another."""
    found = syntax.indices_of(node)
    if len(found) == 2 and found[0] != found[1] and isinstance(node, syntax.Quantity):
        yield _replaced(node, replace(node, indices=(found[1], found[0])), "indices swapped", 0)
    for place, old in enumerate(found):
        options: list[str | int] = [i for i in scope.indices if i != old]
        if isinstance(old, int):
            options += [old + 1, *([old - 1] if old > 1 else [])]
        for new in options:
            put = (*found[:place], new, *found[place + 1 :])
            changed = (
                replace(node, indices=put) if isinstance(node, syntax.Quantity) else syntax.Kronecker(*put)
            )
            yield _replaced(node, changed, "index", 1)


def _activation(node: syntax.Node, scope: Scope) -> Iterator[Change]:
    """σ for σ′, and σ dropped or added."""
    if isinstance(node, syntax.Activation):
        yield _replaced(node, syntax.Activation(1 - node.order, node.argument), "σ for σ′", 0)
        yield _replaced(node, node.argument, "σ dropped", 3)
    if isinstance(node, syntax.Quantity) and node.letter in ("z", "a"):
        yield _replaced(node, syntax.Activation(0, node), "σ added", 4)
        yield _replaced(node, syntax.Activation(1, node), "σ′ added", 4)


def _signs(node: syntax.Node, scope: Scope) -> Iterator[Change]:
    """A sign changed, a term dropped."""
    if isinstance(node, syntax.Minus):
        yield _change(node.body, "sign", 0, Text(en="with another sign", zh="改变一处符号"))
    if isinstance(node, syntax.Plus):
        for place, term in enumerate(node.terms):
            before, after = node.terms[:place], node.terms[place + 1 :]
            bare = term.body if isinstance(term, syntax.Minus) else term
            flipped = bare if isinstance(term, syntax.Minus) else syntax.Minus(term)
            text = Text(en="with the sign of {term} changed", zh="改变 {term} 的符号")
            yield _change(syntax.Plus((*before, flipped, *after)), "sign", 0, text, term=bare)
            text = Text(en="without the term {term}", zh="去掉 {term} 这一项")
            rest = _joined(syntax.Plus, (*before, *after))
            yield _change(rest, "term dropped", 3, text, term=term)


def _constants(node: syntax.Node, scope: Scope) -> Iterator[Change]:
    """Another constant or exponent; a quotient without its divisor or upside down."""
    if isinstance(node, syntax.Number) and node.value != 1:
        for value in (node.value * 2, node.value / 2, Fraction(1)):
            yield _replaced(node, syntax.Number(value), "constant", 1)
    if isinstance(node, syntax.Power):
        yield _replaced(node, node.base, "exponent", 1)
        for exponent in (node.exponent + 1, node.exponent - 1):
            yield _replaced(node, syntax.Power(node.base, exponent), "exponent", 2)
    if isinstance(node, syntax.Over):
        yield _replaced(node, node.above, "divisor dropped", 2)
        yield _replaced(node, syntax.Over(node.below, node.above), "quotient upside down", 2)


# Products and sums: factors, sums over neurons, transposes, the kind of product


def _factors_changed(node: syntax.Node, scope: Scope) -> Iterator[Change]:
    """A factor dropped or doubled."""
    if not isinstance(node, syntax.Times | syntax.Product):
        return
    kind = type(node)
    for place, factor in enumerate(node.factors):
        before, after = node.factors[:place], node.factors[place + 1 :]
        text = Text(en="without the factor {factor}", zh="去掉因子 {factor}")
        rank = 0 if isinstance(factor, syntax.Number) else 2
        yield _change(_joined(kind, (*before, *after)), "factor dropped", rank, text, factor=factor)
        if not isinstance(factor, syntax.Number) or factor.value != 1:
            text = Text(en="with the factor {factor} twice", zh="因子 {factor} 出现两次")
            yield _change(kind((*before, factor, factor, *after)), "factor doubled", 5, text, factor=factor)


def _sums(node: syntax.Node, scope: Scope) -> Iterator[Change]:
    """A sum dropped or over another index; a factor outside the sum."""
    if not isinstance(node, syntax.Total):
        return
    for index in node.indices:
        left = tuple(i for i in node.indices if i != index)
        text = Text(en="without the sum over {index}", zh="去掉对 {index} 的求和")
        without = syntax.Total(left, node.body) if left else node.body
        yield _change(without, "sum dropped", 1, text, index=index)
        for other in scope.indices:
            if other not in node.indices:
                put = tuple(other if i == index else i for i in node.indices)
                text = Text(
                    en="with the sum over {new} instead of {old}", zh="改为对 {new} 求和，而不是对 {old}"
                )
                changed = syntax.Total(put, node.body)
                yield _change(changed, "sum over another index", 1, text, new=other, old=index)
    if isinstance(node.body, syntax.Times):
        for factor in node.body.factors:
            rest = _others(node.body.factors, factor)
            if rest and set(node.indices) & set(syntax.free_indices(factor)):
                inner = syntax.Total(node.indices, _joined(syntax.Times, rest))
                text = Text(en="with {factor} outside the sum", zh="把 {factor} 移到求和号外")
                yield _change(syntax.Times((inner, factor)), "factor outside the sum", 5, text, factor=factor)


def _into_sums(node: syntax.Node, scope: Scope) -> Iterator[Change]:
    """A factor beside a sum drawn into it."""
    if not isinstance(node, syntax.Times):
        return
    for total, factor in itertools.permutations(node.factors, 2):
        if isinstance(total, syntax.Total) and set(total.indices) & set(syntax.free_indices(factor)):
            inner = syntax.Total(total.indices, _joined(syntax.Times, (factor, *_factors(total.body))))
            rest = [inner if f is total else f for f in _others(node.factors, factor)]
            text = Text(en="with {factor} inside the sum", zh="把 {factor} 移到求和号内")
            yield _change(_joined(syntax.Times, rest), "factor inside the sum", 0, text, factor=factor)


def _matrices(node: syntax.Node, scope: Scope) -> Iterator[Change]:
    """Transposes, the order and the kind of products, diagonal matrices."""
    if isinstance(node, syntax.Transposed):
        text = Text(en="without the transpose of {body}", zh="{body} 不转置")
        yield _change(node.body, "transpose dropped", 0, text, body=node.body)
    elif is_array(node) and not isinstance(node, syntax.Plus | syntax.Minus):
        text = Text(en="with {body} transposed", zh="把 {body} 转置")
        rank = 0 if isinstance(node, syntax.Quantity) and node.letter == "w" else 2
        yield _change(syntax.Transposed(node), "transpose added", rank, text, body=node)
    if isinstance(node, syntax.Product):
        if len(node.factors) == 2:
            yield _replaced(node, syntax.Product(node.factors[::-1]), "product order", 1)
            yield _replaced(node, syntax.Outer(*node.factors), "outer for @", 2)
        for place in range(len(node.factors) - 1):
            swapped = list(node.factors)
            swapped[place], swapped[place + 1] = swapped[place + 1], swapped[place]
            yield _replaced(node, syntax.Product(tuple(swapped)), "product order", 1)
        yield _replaced(node, syntax.Times(node.factors), "⊙ for @", 1)
    if isinstance(node, syntax.Times) and sum(map(is_array, node.factors)) > 1:
        yield _replaced(node, syntax.Product(node.factors), "@ for ⊙", 1)
        yield _replaced(node, syntax.Product(node.factors[::-1]), "@ for ⊙", 2)
        if len(node.factors) == 2:
            yield _replaced(node, syntax.Outer(*node.factors), "outer for ⊙", 1)
        else:
            for place, pair in enumerate(itertools.pairwise(node.factors)):
                joined = (*node.factors[:place], syntax.Product(pair), *node.factors[place + 2 :])
                yield _replaced(node, syntax.Times(joined), "@ for ⊙", 1)
    if isinstance(node, syntax.Outer):
        yield _replaced(node, syntax.Outer(node.second, node.first), "product order", 0)
        yield _replaced(node, syntax.Times((node.first, node.second)), "⊙ for outer", 2)
        yield _replaced(node, syntax.Product((node.first, node.second)), "@ for outer", 2)
    if isinstance(node, syntax.Diagonal):
        yield _replaced(node, node.body, "diag dropped", 1)
    elif isinstance(node, syntax.Activation) and is_array(node):
        yield _replaced(node, syntax.Diagonal(node), "diag added", 2)
    if isinstance(node, syntax.Plus) and scope.arrays and len(node.terms) == 2:
        yield _replaced(node, syntax.Times(node.terms), "⊙ for +", 6)


# A whole side: a constant, a sum, one more factor, one more term


def _multiplied(node: syntax.Node, scope: Scope) -> Iterator[Change]:
    """The whole times a constant."""
    one, two = syntax.Number(Fraction(1)), syntax.Number(Fraction(2))
    for factor in (
        syntax.Number(Fraction(1, 2)),
        two,
        *(syntax.Over(one, syntax.WidthOf(layer)) for layer in scope.layers),
    ):
        yield _times(factor, node, 2)
    if not isinstance(node, syntax.Minus):
        yield _change(syntax.Minus(node), "sign", 1, Text(en="with the opposite sign", zh="取相反的符号"))


def _unknown_factor(node: syntax.Node, scope: Scope) -> Iterator[Change]:
    """The whole times η/m."""
    yield _times(syntax.Over(syntax.Unknown("eta"), syntax.Unknown("m")), node, 9)


def _times(factor: syntax.Node, node: syntax.Node, rank: int) -> Change:
    text = Text(en="with the factor {factor}", zh="乘以 {factor}")
    return _change(_joined(syntax.Times, (factor, *_factors(node))), "constant", rank, text, factor=factor)


def _summed(node: syntax.Node, scope: Scope) -> Iterator[Change]:
    """The whole under a sum."""
    for index in scope.indices:
        if index in syntax.free_indices(node):
            text = Text(en="with the sum over {index}, which is missing", zh="补上缺少的对 {index} 的求和")
            yield _change(syntax.Total((index,), node), "sum added", 0, text, index=index)


def _more_factors(node: syntax.Node, scope: Scope) -> Iterator[Change]:
    """The whole times one more factor of the claim's own places."""
    candidates: list[syntax.Node] = []
    for layer, *index in ((layer,) for layer in scope.layers) if scope.arrays else scope.places:
        indices = tuple(map(str, index))
        candidates += [
            syntax.Activation(1, syntax.Quantity("z", layer, indices)),
            syntax.Quantity("a", layer, indices),
        ]
        if not scope.arrays:
            candidates.append(syntax.Quantity("delta", layer, indices))
    for factor in candidates:
        text = Text(en="with the factor {factor}, which is missing", zh="补上缺少的因子 {factor}")
        rank = 1 if isinstance(factor, syntax.Activation) else 3
        more = _joined(syntax.Times, (*_factors(node), factor))
        yield _change(more, "factor added", rank, text, factor=factor)


def _more_terms(node: syntax.Node, scope: Scope) -> Iterator[Change]:
    """The whole with a bias more."""
    terms = [syntax.Quantity("b", layer, (index,)) for layer, index in scope.places]
    if scope.arrays:
        terms = [syntax.Quantity("b", layer) for layer in scope.layers]
    for term in terms:
        text = Text(en="with the term {term}, which is missing", zh="补上缺少的一项 {term}")
        yield _change(syntax.Plus((*_terms(node), term)), "term added", 3, text, term=term)


# How an expression is put together: what belongs inside or outside of what


def _slopes(node: syntax.Node, scope: Scope) -> Iterator[Change]:
    """σ′(z) in the place of a or z, and the square of a quantity."""
    if isinstance(node, syntax.Quantity) and node.letter in ("z", "a"):
        slope = syntax.Activation(1, syntax.Quantity("z", node.layer, node.indices))
        yield _replaced(node, slope, "σ′ for a", 2)
        if node.indices:
            yield _replaced(node, syntax.Power(node, 2), "square", 4)


def _averages(node: syntax.Node, scope: Scope) -> Iterator[Change]:
    """2 in the place of a number of neurons: the ½ of the cost is no mean."""
    if isinstance(node, syntax.WidthOf):
        yield _replaced(node, syntax.Number(Fraction(2)), "constant", 3)


def _places(node: syntax.Node, scope: Scope) -> Iterator[Change]:
    """Another layer and another index at once."""
    if isinstance(node, syntax.Quantity) and len(node.indices) == 1 and node.letter != "y":
        for layer, index in scope.places:
            if layer != node.layer and index != node.indices[0]:
                yield _replaced(node, syntax.Quantity(node.letter, layer, (index,)), "place", 2)


def _out_of_sums(node: syntax.Node, scope: Scope) -> Iterator[Change]:
    """A term that belongs outside a sum, an exponent that belongs on its other side."""
    match node:
        case syntax.Total(indices, syntax.Plus(terms)):
            for term in terms:
                if not set(indices) & set(syntax.free_indices(term)):
                    inner = syntax.Total(indices, _joined(syntax.Plus, _others(terms, term)))
                    text = Text(en="with {term} outside the sum", zh="把 {term} 移到求和号外")
                    yield _change(syntax.Plus((inner, term)), "term outside the sum", 1, text, term=term)
        case syntax.Power(syntax.Total(indices, body), exponent):
            yield _replaced(node, syntax.Total(indices, syntax.Power(body, exponent)), "exponent", 1)
        case syntax.Total(indices, syntax.Power(body, exponent)):
            yield _replaced(node, syntax.Power(syntax.Total(indices, body), exponent), "exponent", 1)


def _into_activations(node: syntax.Node, scope: Scope) -> Iterator[Change]:
    """A term that belongs into the argument of σ; a derivative upside down."""
    if isinstance(node, syntax.Plus):
        for function, term in itertools.permutations(node.terms, 2):
            if isinstance(function, syntax.Activation):
                inner = replace(function, argument=syntax.Plus((*_terms(function.argument), term)))
                rest = [inner if t is function else t for t in _others(node.terms, term)]
                text = Text(en="with {term} inside {function}", zh="把 {term} 移到 {function} 里面")
                name = "d" * function.order + "sigma(...)"
                whole = _joined(syntax.Plus, rest)
                yield _change(whole, "term inside σ", 1, text, term=term, function=name)
    match node:
        case syntax.Derivative(syntax.Quantity(letter, _, (_,)) as of, by) if letter != "delta":
            yield _replaced(node, syntax.Derivative(by, of), "quotient upside down", 1)


def _groups(node: syntax.Node, scope: Scope) -> Iterator[Change]:
    """Elementwise and matrix products in another order: what is multiplied with what."""
    match node:
        case syntax.Product((syntax.Times(front), *rest)) if is_array(front[-1]):
            product = syntax.Product((front[-1], *rest))
            yield _replaced(node, syntax.Times((*front[:-1], product)), "parentheses", 1)
        case syntax.Product((*front, syntax.Times((first, *rest)))):
            product = syntax.Product((*front, first))
            yield _replaced(node, syntax.Times((product, *rest)), "parentheses", 1)
        case syntax.Times(factors):
            arrays = [factor for factor in factors if is_array(factor)]
            for one, other in itertools.permutations(arrays, 2) if len(arrays) > 2 else ():
                new = syntax.Times((syntax.Product((one, other)), *_others(factors, one, other)))
                yield _replaced(node, new, "@ for ⊙", 2)


def _layers_together(node: syntax.Node, scope: Scope) -> Iterator[Change]:
    """Two quantities of one layer, both of them one layer further on or back."""
    found = [part for part in syntax.walk(node) if isinstance(part, syntax.Quantity) and part.letter != "y"]
    for layer in dict.fromkeys(part.layer for part in found):
        together = [part for part in found if part.layer == layer][:MOST_TOGETHER]
        for (one, other), steps in itertools.product(itertools.combinations(together, 2), (1, -1)):
            if one != other:
                names = {part: replace(part, layer=layer + steps) for part in (one, other)}
                text = Text(
                    en="with layer {new} in place of {old} in {one} and {other}",
                    zh="把 {one} 与 {other} 中的层 {old} 换成 {new}",
                )
                shown: dict[str, syntax.Node | str] = {
                    "new": str(layer + steps),
                    "old": str(layer),
                    "one": one,
                    "other": other,
                }
                yield _change(_with(node, names), "layers", 3, text, **shown)


def _with(node: syntax.Node, names: dict[syntax.Quantity, syntax.Quantity]) -> syntax.Node:
    """The node with other quantities for these."""
    return syntax.changed(
        node, lambda part: names.get(part, part) if isinstance(part, syntax.Quantity) else part
    )


CHANGES: Makers = (
    _matrices,
    _indices,
    _activation,
    _signs,
    _layers,
    _sums,
    _into_sums,
    _factors_changed,
    _constants,
    _letters,
)
"""The changes that any node may undergo."""

CHANGES_OF_WHOLE: Makers = (_summed, _multiplied, _unknown_factor, _more_factors, _more_terms)
"""The changes of a whole side, or of what a sum or an activation in it is applied to."""

REPAIRS: Makers = (_groups, _out_of_sums, _into_activations, _slopes, _places, _averages)
"""Changes of any node that only a diagnosis tries."""

REPAIRS_OF_SIDE: Makers = (_layers_together,)
"""Changes of a whole side that only a diagnosis tries."""
