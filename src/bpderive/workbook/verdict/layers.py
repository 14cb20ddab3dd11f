"""The layers that a claim speaks of: what they range over, and the cases that must be told apart.

`cases(claim)` lists the ways in which l, L and numbered layers can lie to one another: layers that stand at fixed
distances form a cluster, and between two clusters lies any number of layers. A claim about l alone has one case; one
that mixes l and L has l = L, l = L−1, … and the case that l lies further down.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import TypeAlias

from bpderive.letters.text import Text
from bpderive.workbook.language import syntax
from bpderive.workbook.verdict.errors import IllFormed

Position: TypeAlias = tuple[int, int]
"""A layer in a case: its cluster, from the input on, and its place in the cluster."""

Constraint: TypeAlias = tuple[syntax.Layer, str, syntax.Layer]

_STAGE = {"z": 0, "a": 1}


@dataclass(frozen=True, slots=True)
class Case:
    """Where the letters lie: for each of "", "l" and "L" that is spoken of, its cluster and its place in it.

    `tops` is the last layer of each cluster, `first` the place of layer 1 if it is in sight, `is_last` whether the last
    layer of all is the output layer.
    """

    places: tuple[tuple[str, Position], ...]
    bottoms: tuple[int, ...]
    tops: tuple[int, ...]
    is_last: bool

    def position(self, layer: syntax.Layer) -> Position:
        """The place of a layer that the claim speaks of."""
        cluster, place = dict(self.places)[layer.letter]
        return cluster, place + layer.offset

    @property
    def first(self) -> Position | None:
        """The place of the input layer, if the claim speaks of numbered layers."""
        known = dict(self.places).get("")
        return None if known is None else (known[0], known[1] + 1)


def constraints(claim: syntax.Claim) -> list[Constraint]:
    """What must hold between layers for everything in the claim to exist, and what its conditions say."""
    found: list[Constraint] = []
    one, two = syntax.Layer("", 1), syntax.Layer("", 2)
    for node in claim.walk():
        if isinstance(node, syntax.Quantity | syntax.WidthOf):
            least = two if isinstance(node, syntax.Quantity) and node.letter not in ("a", "y") else one
            found += [(least, "<=", node.layer), (node.layer, "<=", syntax.LAST)]
        if isinstance(node, syntax.Derivative | syntax.Jacobian):
            found += _earlier_first(node)
    for condition in claim.conditions:
        if isinstance(condition, syntax.LayerCondition):
            found.append((condition.first, condition.relation, condition.second))
        elif isinstance(condition, syntax.WidthCondition):
            for layer in (condition.first, condition.second):
                if isinstance(layer, syntax.Layer):
                    found += [(one, "<=", layer), (layer, "<=", syntax.LAST)]
    return found


def _earlier_first(node: syntax.Derivative | syntax.Jacobian) -> Iterator[Constraint]:
    """A quantity is differentiated by one that comes no later."""
    if node.by.letter not in _STAGE:
        return
    for part in syntax.walk(node.of):
        if isinstance(part, syntax.Quantity) and part.letter in _STAGE and part.layer != syntax.Layer("", 1):
            late = _STAGE[part.letter] < _STAGE[node.by.letter]
            yield (node.by.layer, "<" if late else "<=", part.layer)


def runs_over(node: syntax.Quantity) -> Iterator[tuple[syntax.Index, syntax.Layer]]:
    """Each index of a component with the layer whose neurons it names: w has one of its own layer and one before."""
    yield from zip(node.indices, (node.layer, node.layer + -1), strict=False)


def numbered(claim: syntax.Claim) -> Iterator[tuple[int, syntax.Layer]]:
    """The neurons that a claim calls by their numbers, and their layers."""
    for node in claim.walk():
        if isinstance(node, syntax.Quantity):
            yield from ((index, layer) for index, layer in runs_over(node) if isinstance(index, int))


def feasible(claim: syntax.Claim) -> list[tuple[int, int]]:
    """Pairs (l, L) for which everything exists and the conditions hold; enough of them to show every case."""
    return list(_feasible(tuple(dict.fromkeys(constraints(claim)))))


@lru_cache(1024)
def _feasible(wanted: tuple[Constraint, ...]) -> tuple[tuple[int, int], ...]:
    """The pairs for these constraints, which the small changes of a claim share."""
    reach = 4 + 4 * max((abs(layer.offset) for c in wanted for layer in (c[0], c[2])), default=1)
    with_l = any(layer.letter == "l" for c in wanted for layer in (c[0], c[2]))
    pairs = []
    for depth in range(2, reach + 1):
        for at in range(1, depth + 1) if with_l else (1,):
            if all(is_met(c, at, depth) for c in wanted):
                pairs.append((at, depth))
    return tuple(pairs)


def is_met(constraint: Constraint, at: int, depth: int) -> bool:
    """Return whether a constraint holds where l and L have these values."""
    first, relation, second = constraint
    return RELATIONS[relation](value(first, at, depth), value(second, at, depth))


RELATIONS: dict[str, Callable[[int, int], bool]] = {
    "=": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
"""The relations of a condition, by how they are typed."""


def value(layer: syntax.Layer, at: int, depth: int) -> int:
    """The number of a layer where l and L have these values."""
    return {"": 0, "l": at, "L": depth}[layer.letter] + layer.offset


def cases(claim: syntax.Claim) -> list[Case]:
    """The cases to decide; raises `IllFormed` if there is no network in which all of the claim exists."""
    pairs = feasible(claim)
    if not pairs:
        raise IllFormed(_why_empty(claim))
    return list(_cases(tuple(sorted(_reach(claim).items())), tuple(pairs)))


@lru_cache(1024)
def _cases(
    reach: tuple[tuple[str, tuple[int, int]], ...], pairs: tuple[tuple[int, int], ...]
) -> tuple[Case, ...]:
    found: dict[object, Case] = {}
    for at, depth in pairs:
        case = _case(dict(reach), at, depth)
        found.setdefault((case.places, case.is_last), case)
    return tuple(found.values())


def _why_empty(claim: syntax.Claim) -> Text:
    for constraint in constraints(claim):
        if constraint[0].letter == constraint[2].letter and not is_met(constraint, 1, 1):
            first, relation, second = constraint
            if relation == "<=" and second == syntax.LAST and first.letter == "L":
                return Text(
                    en=f"there is no layer {first}: the last layer is L",
                    zh=f"没有第 {first} 层：最后一层是 L",
                )
            if relation == "<=" and first.letter == "" and second.letter == "":
                return Text(
                    en=f"nothing of this kind exists in layer {second}: it begins with layer {first}",
                    zh=f"第 {second} 层没有这样的量：从第 {first} 层开始",
                )
            return Text(
                en=f"an earlier quantity is differentiated by a later one: {first} {relation} {second} would be needed",
                zh=f"这是前面层的量对后面层的量求导，须有 {first} {relation} {second}",
            )
    return Text(
        en="there is no network and no layer for which all of this exists: the range is empty",
        zh="不存在使其中各量都存在的网络和层：取值范围为空",
    )


def _reach(claim: syntax.Claim) -> dict[str, tuple[int, int]]:
    """For each of "", "l" and "L" that the claim speaks of, its least and its greatest distance from it."""
    reach: dict[str, tuple[int, int]] = {}

    def add(layer: syntax.Layer, below: int = 0) -> None:
        low, high = reach.get(layer.letter, (layer.offset, layer.offset))
        reach[layer.letter] = min(low, layer.offset - below), max(high, layer.offset)

    for node in claim.walk():
        if isinstance(node, syntax.Quantity):
            add(node.layer, below=node.letter in ("w", "b", "z", "delta"))
        elif isinstance(node, syntax.WidthOf):
            add(node.layer)
        elif isinstance(node, syntax.Cost) and claim.cost is not None:
            add(syntax.LAST)
        elif isinstance(node, syntax.Derivative | syntax.Gradient | syntax.Jacobian):
            add(node.by.layer, below=node.by.letter != "a")
    for condition in claim.conditions:
        if isinstance(condition, syntax.WidthCondition):
            add(condition.first)
            if isinstance(condition.second, syntax.Layer):
                add(condition.second)
    if claim.sigma is not None and any(
        isinstance(node, syntax.Activation | syntax.Quantity) for node in claim.walk()
    ):
        add(syntax.Layer("", 1))
    if not reach:
        add(syntax.LAST)
    return reach


def _case(reach: dict[str, tuple[int, int]], at: int, depth: int) -> Case:
    spans = sorted(
        (value(syntax.Layer(letter, low), at, depth), value(syntax.Layer(letter, high), at, depth), letter)
        for letter, (low, high) in reach.items()
    )
    clusters: list[tuple[int, int]] = []
    members: list[list[str]] = []
    for low, high, letter in spans:
        if clusters and low <= clusters[-1][1]:
            clusters[-1] = clusters[-1][0], max(high, clusters[-1][1])
            members[-1].append(letter)
        else:
            clusters.append((low, high))
            members.append([letter])
    places, bottoms, tops = [], [], []
    for cluster, (low, high) in enumerate(clusters):
        base = value(syntax.Layer(members[cluster][0]), at, depth)
        bottoms.append(low - base)
        tops.append(high - base)
        for letter in members[cluster]:
            places.append((letter, (cluster, value(syntax.Layer(letter), at, depth) - base)))
    is_last = "L" in members[-1] and clusters[-1][1] == depth
    return Case(tuple(sorted(places)), tuple(bottoms), tuple(tops), is_last)


def range_of_layers(claim: syntax.Claim) -> list[str]:
    """What l and L range over, in words of the language."""
    pairs = feasible(claim)
    letters = {layer.letter for c in constraints(claim) for layer in (c[0], c[2])}
    shown = []
    if "l" in letters and pairs:
        least = min(at for at, _ in pairs)
        from_top = min(depth - at for at, depth in pairs)
        if all(at == least for at, _ in pairs):
            shown.append(f"l = {least}")
        elif all(depth - at == from_top for at, depth in pairs):
            shown.append(f"l = {syntax.Layer('L', -from_top)}")
        else:
            shown.append(f"{least} <= l <= {syntax.Layer('L', -from_top)}")
    depths = {depth for _, depth in pairs}
    if len(depths) == 1:
        shown.append(f"L = {depths.pop()}")
    else:
        shown.append(f"L >= {min(depths)}")
    return shown
