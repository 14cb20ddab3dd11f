"""What a small change of an expression is: `Change`, and the `Scope` of indices, layers and components it may use."""

from __future__ import annotations

from dataclasses import dataclass

from bpderive.letters.text import Text
from bpderive.workbook.language import syntax
from bpderive.workbook.language.arrays import is_array
from bpderive.workbook.language.text import written


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


def scope_of(claim: syntax.Claim) -> Scope:
    """The indices, the layers, and the pairs of a layer and an index that occur in a claim."""
    nodes = [node for side in claim.sides for node in syntax.walk(side)]
    indices = [i for node in nodes for i in syntax.indices_of(node) if isinstance(i, str)]
    layers = [node.layer for node in nodes if isinstance(node, syntax.Quantity | syntax.WidthOf)]
    places = [
        (layer, i)
        for node in nodes
        if isinstance(node, syntax.Quantity)
        for i, layer in zip(node.indices, (node.layer, node.layer + -1), strict=False)
        if isinstance(i, str)
    ]
    return Scope(
        tuple(dict.fromkeys(indices)),
        tuple(dict.fromkeys(layers)),
        tuple(dict.fromkeys(places)),
        any(is_array(side) for side in claim.sides),
    )


def replaced(old: syntax.Node, new: syntax.Node, kind: str, rank: int = 2) -> Change:
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


def times(factor: syntax.Node, node: syntax.Node) -> syntax.Node:
    """The factor times the node, in one row with its factors."""
    return syntax.Times((factor, *(node.factors if isinstance(node, syntax.Times) else (node,))))
