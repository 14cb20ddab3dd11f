"""Every small change of a claim: the repairs that a diagnosis tries, and the mistakes that the mutants make.

`edits(claim)` gives changed claims, each with a kind and with words that say what was changed. The changes themselves
stand in `changes_of_letters`, `changes_of_products` and `changes_of_sides`.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import TypeAlias

from bpderive.letters.text import Text
from bpderive.workbook.language import syntax
from bpderive.workbook.verdict import (
    changes_of_letters,
    changes_of_products,
    changes_of_sides,
    changes_of_structure,
)
from bpderive.workbook.verdict.changes import Change, Scope, scope_of

Makers: TypeAlias = tuple[Callable[[syntax.Node, Scope], Iterator[Change]], ...]


@dataclass(frozen=True, slots=True)
class Edit:
    """A changed claim: the kind of change, what it does in words, and how likely it is as a repair (0 the most)."""

    claim: syntax.Claim
    kind: str
    text: Text
    rank: int


def edits(claim: syntax.Claim, repairs: bool = False) -> Iterator[Edit]:
    """The claim with one small change, in every side and everywhere; those of the last side come first.

    With `repairs` there are those of `changes_of_structure` as well.
    """
    scope = scope_of(claim)
    for place in reversed(range(len(claim.sides))):
        found = changes(claim.sides[place], scope)
        if repairs:
            more = changes(claim.sides[place], scope, True, REPAIRS, REPAIRS_OF_SIDE)
            found = itertools.chain(found, more)
        for change in found:
            if change.node != claim.sides[place]:
                changed = claim.with_side(place, change.node)
                yield Edit(changed, change.kind, change.text, change.rank + (3 if place == 0 else 0))


def changes(
    node: syntax.Node,
    scope: Scope,
    top: bool = True,
    within: Makers | None = None,
    whole: Makers | None = None,
) -> Iterator[Change]:
    """Every small change of `node` or of something in it: by `CHANGES`, unless it is said by what."""
    within, whole = CHANGES if within is None else within, CHANGES_OF_WHOLE if whole is None else whole
    for make in within:
        yield from make(node, scope)
    if top:
        for make in whole:
            yield from make(node, scope)
    children = syntax.parts(node)
    for place, part in enumerate(children):
        for change in changes(part, scope, isinstance(node, syntax.Total | syntax.Activation), within, whole):
            if not _can_stand(node, place, change.node):
                continue
            new = syntax.with_parts(node, [*children[:place], change.node, *children[place + 1 :]])
            yield replace(change, node=new)


def _can_stand(node: syntax.Node, place: int, part: syntax.Node) -> bool:
    """Whether the language has `node` with this part: only forward quantities are differentiated, and by components."""
    if not isinstance(node, syntax.Derivative | syntax.Gradient | syntax.Jacobian):
        return True
    if isinstance(node, syntax.Derivative) and place == 0:
        return not any(isinstance(n, syntax.Quantity) and n.letter == "delta" for n in syntax.walk(part))
    fits = isinstance(part, syntax.Quantity) and bool(part.indices) == isinstance(node, syntax.Derivative)
    return fits and isinstance(part, syntax.Quantity) and part.letter not in ("delta", "y")


CHANGES: Makers = (
    changes_of_products.matrices,
    changes_of_letters.indices,
    changes_of_letters.activation,
    changes_of_letters.signs,
    changes_of_letters.layers,
    changes_of_products.sums,
    changes_of_products.into_sums,
    changes_of_products.factors,
    changes_of_letters.constants,
    changes_of_letters.letters,
)
"""The changes that any node may undergo."""

CHANGES_OF_WHOLE: Makers = (
    changes_of_sides.summed,
    changes_of_sides.multiplied,
    changes_of_sides.unknown_factor,
    changes_of_sides.more_factors,
    changes_of_sides.more_terms,
)
"""The changes of a whole side, or of what a sum or an activation in it is applied to."""

REPAIRS: Makers = (
    changes_of_structure.groups,
    changes_of_structure.sums,
    changes_of_structure.activations,
    changes_of_structure.slopes,
    changes_of_structure.places,
    changes_of_structure.averages,
)
"""Changes of any node that only a diagnosis tries."""

REPAIRS_OF_SIDE: Makers = (changes_of_structure.layers_together,)
"""Changes of a whole side that only a diagnosis tries."""
