"""The indices of a claim: which are free, which belong to a sum, and the layer that each runs over.

`check_scopes` refuses an index that is free and bound or stands on one side only; `apart` tells the indices of
different sums apart; `Indices` finds the layer of each, and a `Reading` is the claim with all of it. They raise
`IllFormed` with the reason in words.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

from bpderive.letters.text import Text
from bpderive.workbook.language import syntax
from bpderive.workbook.verdict.errors import IllFormed
from bpderive.workbook.verdict.layers import Case, runs_over
from bpderive.workbook.verdict.shapes import Spaces


def apart(claim: syntax.Claim) -> tuple[syntax.Claim, dict[str, str]]:
    """The claim with a different name for the index of every sum, and what each was called."""
    called: dict[str, str] = {}

    def renamed(node: syntax.Node, names: dict[str, str]) -> syntax.Node:
        if isinstance(node, syntax.Total):
            inner = dict(names)
            for index in node.indices:
                inner[index] = f"#{index}{len(called)}"
                called[inner[index]] = index
            names = inner
        new = syntax.with_parts(node, [renamed(part, names) for part in syntax.parts(node)])
        return syntax.with_indices(new, names)

    return replace(claim, sides=tuple(renamed(side, {}) for side in claim.sides)), called


def check_scopes(claim: syntax.Claim, one_sided: bool = False) -> None:
    """Raise `IllFormed` for an index that is both free and bound, or, unless it may, stands on one side only."""
    free = [_with_equals(syntax.free_indices(side), claim) for side in claim.sides]
    everywhere = {index for found in free for index in found}
    for node in claim.walk():
        if not isinstance(node, syntax.Total):
            continue
        for index in node.indices:
            inner = {i for n in syntax.walk(node.body) if isinstance(n, syntax.Total) for i in n.indices}
            if index in everywhere or index in inner:
                raise IllFormed(
                    Text(
                        en=f"the index {index} is the sum's own and is used outside it as well: call one of them "
                        "something else",
                        zh=f"下标 {index} 既是求和的下标，又在求和之外使用：请给其中一个换名",
                    ),
                    mendable=True,
                )
    lone = None if one_sided else one_sided_index(claim)
    if lone is not None:
        raise IllFormed(
            Text(
                en=f"the index {lone} stands on one side only: is a sum over {lone} missing, "
                "or is it another index?",
                zh=f"下标 {lone} 只出现在一边：是少了对 {lone} 的求和，还是下标写错了？",
            ),
            mendable=True,
        )


def one_sided_index(claim: syntax.Claim) -> str | None:
    """An index that stands on one side only, if there is one; sides that are numbers do not count."""
    free = [_with_equals(syntax.free_indices(side), claim) for side in claim.sides]
    for index in dict.fromkeys(index for found in free for index in found):
        lacking = [s for s, found in zip(claim.sides, free, strict=True) if index not in found]
        if any(not syntax.is_constant(side) for side in lacking):
            return index
    return None


def _with_equals(indices: dict[str, None], claim: syntax.Claim) -> dict[str, None]:
    """The indices, and those that a condition says are the same neurons."""
    found = dict(indices)
    same = [c for c in claim.conditions if isinstance(c, syntax.IndexCondition) and c.relation == "="]
    for _ in same:
        for condition in same:
            for one, other in ((condition.first, condition.second), (condition.second, condition.first)):
                if one in found and isinstance(other, str):
                    found[other] = None
    return found


@dataclass(slots=True)
class Indices:
    """The layer that each index runs over; indices of sums are told apart before."""

    spaces: Spaces
    called: dict[str, str]
    layers: dict[str, syntax.Layer] = field(default_factory=dict)

    def find(self, claim: syntax.Claim) -> None:
        """Find the layer of every index; raises `IllFormed` for one that has none, or two."""
        pairs: list[tuple[syntax.Index, syntax.Index]] = []
        for node in claim.walk():
            if isinstance(node, syntax.Quantity):
                for index, layer in runs_over(node):
                    self._runs_over(index, layer)
            elif isinstance(node, syntax.Kronecker):
                pairs.append((node.first, node.second))
        pairs += [(c.first, c.second) for c in claim.conditions if isinstance(c, syntax.IndexCondition)]
        for _ in pairs:
            for first, second in pairs:
                self._alike(first, second)
        bound = [i for node in claim.walk() if isinstance(node, syntax.Total) for i in node.indices]
        free = [i for side in claim.sides for i in syntax.free_indices(side)]
        conditioned = [i for pair in pairs for i in pair if isinstance(i, str)]
        for index in (*bound, *free, *conditioned):
            if index not in self.layers:
                name = self.called.get(index, index)
                raise IllFormed(
                    Text(
                        en=f"nothing says over which layer the index {name} runs",
                        zh=f"看不出下标 {name} 取遍哪一层",
                    )
                )

    def _runs_over(self, index: syntax.Index, layer: syntax.Layer) -> None:
        if isinstance(index, int):
            width = self.spaces.width(self.spaces.of(layer))
            if width is not None and index > width:
                raise IllFormed(
                    Text(
                        en=f"there is no neuron {index} in layer {layer}, which has {width}",
                        zh=f"第 {layer} 层只有 {width} 个神经元，没有第 {index} 个",
                    )
                )
            return
        known = self.layers.setdefault(index, layer)
        if not self.spaces.same(known, layer):
            name = self.called.get(index, index)
            raise IllFormed(
                Text(
                    en=f"the index {name} runs over two layers, {known} with n[{known}] neurons and {layer} with "
                    f"n[{layer}]",
                    zh=f"下标 {name} 取遍两个层：第 {known} 层（n[{known}] 个神经元）和第 {layer} 层（n[{layer}] 个）",
                ),
                mendable=True,
            )

    def _alike(self, first: syntax.Index, second: syntax.Index) -> None:
        for one, other in ((first, second), (second, first)):
            if isinstance(one, str) and one in self.layers:
                self._runs_over(other, self.layers[one])


@dataclass(frozen=True, slots=True)
class Reading:
    """A claim in components, in one case: the sums' indices told apart, and the layer of each index."""

    claim: syntax.Claim
    case: Case
    spaces: Spaces
    indices: Indices

    @property
    def free(self) -> list[str]:
        """The indices that are universally meant."""
        found = {index: None for side in self.claim.sides for index in syntax.free_indices(side)}
        for condition in self.claim.conditions:
            if isinstance(condition, syntax.IndexCondition):
                found |= {i: None for i in (condition.first, condition.second) if isinstance(i, str)}
        return list(found)

    def space_of(self, index: str) -> Any:
        """What all layers have in common that have as many neurons as there are values of an index."""
        return self.spaces.of(self.indices.layers[index])
