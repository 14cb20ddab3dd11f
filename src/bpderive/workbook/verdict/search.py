"""The search for the smallest counterexample: the least layers, then the fewest neurons, then small values.

`find_counterexample(claim, clock)` goes through the networks, `counterexample(reading, sizes, clock)` through the cases
and the values on one network.
"""

from __future__ import annotations

import itertools
import random
from collections.abc import Iterable, Iterator
from fractions import Fraction
from typing import Any

from bpderive.judge.counterexample import Counterexample
from bpderive.workbook.language import syntax
from bpderive.workbook.verdict.arithmetic import NeedsIntervals, NotHere, differ, enclosures
from bpderive.workbook.verdict.decide import readings
from bpderive.workbook.verdict.errors import IllFormed, OutOfReach, TooHard
from bpderive.workbook.verdict.forms import Clock
from bpderive.workbook.verdict.indices import Reading
from bpderive.workbook.verdict.known import kinks
from bpderive.workbook.verdict.layers import constraints, feasible, is_met, numbered, value
from bpderive.workbook.verdict.shapes import COLUMN, ROW
from bpderive.workbook.verdict.trial import POOLS, Trial

LAYERS_MORE = 3
"""How many numbers of layers are tried, from the least on."""

NEURONS_MORE = 2
"""How many neurons more than the least a layer has at most, where all widths are gone through."""

DEEP = 4
"""Networks of more layers than this get one neuron more at most: there are too many others."""

WIDEST = 12
"""The width of the widest network that is tried; wider ones have all layers alike."""

OUT_OF_REACH = 200
"""How many steps it takes to see that numbers are too long."""

MOST_STEPS = 100
"""The greatest number in a claim of which values near a kink are made."""

MOST_CASES = 60
"""How many layers and indices are looked at on one network."""


def find_counterexample(
    claim: syntax.Claim, clock: Clock, tried: list[tuple[int, ...]] | None = None
) -> Counterexample | None:
    """The smallest counterexample: least layers, then fewest neurons, then small values; None if none was found.

    `tried` takes the networks that were looked at. Raises `TooHard` when the time is up or it cannot be computed.
    """
    return _first(readings(claim)[0], _networks_for(claim), clock, [] if tried is None else tried)


def _first(
    reading: Reading, networks: Iterable[tuple[int, ...]], clock: Clock, tried: list[tuple[int, ...]]
) -> Counterexample | None:
    """The counterexample on the first of the networks that has one."""
    beyond: OutOfReach | None = None
    for sizes in networks:
        if not any(True for _ in places(reading, sizes)):
            continue
        try:
            found = counterexample(reading, sizes, clock)
        except OutOfReach as error:
            beyond = error
            continue
        except TooHard as error:
            raise beyond or error from None
        if found is not None:
            return found
        tried.append(sizes)
    if beyond is not None:
        raise beyond
    return None


def _networks_for(claim: syntax.Claim) -> Iterator[tuple[int, ...]]:
    """Small networks that have every neuron which the claim calls by its number: the least layers first."""
    pairs = feasible(claim)
    least = min(depth for _, depth in pairs)
    for depth in range(least, least + LAYERS_MORE):
        wanted = {_least_widths(claim, at, depth) for at, total in pairs if total == depth}
        more = NEURONS_MORE if depth <= DEEP else 1
        every = {
            tuple(map(int.__add__, widths, extra))
            for widths in wanted
            for extra in itertools.product(range(more + 1), repeat=depth)
        }
        yield from sorted(every, key=lambda sizes: (sum(sizes), sizes))
    for width in range(NEURONS_MORE + 2, WIDEST + 1):
        yield (width,) * least


def _least_widths(claim: syntax.Claim, at: int, depth: int) -> tuple[int, ...]:
    """How many neurons each layer has at least, for this l and this number of layers."""
    widths = [1] * depth

    def wanted(layer: syntax.Layer, width: int) -> None:
        place = value(layer, at, depth)
        widths[place - 1] = max(widths[place - 1], width)

    for index, layer in numbered(claim):
        wanted(layer, index)
    for condition in claim.conditions:
        if isinstance(condition, syntax.WidthCondition) and isinstance(condition.second, int):
            wanted(condition.first, condition.second)
    return tuple(widths)


def on_equal_widths(claim: syntax.Claim, clock: Clock) -> Counterexample | None:
    """A counterexample in a network of equal widths to a claim that makes no sense in others."""
    try:
        reading = readings(claim, all_equal=True, lenient=True)[0]
        least = max(2, min(depth for _, depth in feasible(claim)))
        depths = (max(3, least), max(3, least) + 1, least)
        return _first(reading, ((width,) * depth for depth in depths for width in (2, 3)), clock, [])
    except (IllFormed, TooHard):
        return None


def places(reading: Reading, sizes: tuple[int, ...]) -> Iterator[tuple[int, dict[str, int]]]:
    """Every l and every choice of the free indices for which the claim speaks of a network of these sizes."""
    claim, depth = reading.claim, len(sizes)
    wanted, free = constraints(claim), reading.free
    for at in range(1, depth + 1) if _speaks_of_l(claim) else (1,):
        if not all(is_met(constraint, at, depth) for constraint in wanted):
            continue
        if not _widths_fit(reading, sizes, at):
            continue
        widths = [sizes[value(reading.indices.layers[i], at, depth) - 1] for i in free]
        for chosen in itertools.product(*(range(1, width + 1) for width in widths)):
            names = dict(zip(free, chosen, strict=True))
            if all(
                _index_condition(c, names) for c in claim.conditions if isinstance(c, syntax.IndexCondition)
            ):
                yield at, names


def _speaks_of_l(claim: syntax.Claim) -> bool:
    return any(layer.letter == "l" for first, _, second in constraints(claim) for layer in (first, second))


def _index_condition(condition: syntax.IndexCondition, names: dict[str, int]) -> bool:
    one, other = (names[i] if isinstance(i, str) else i for i in (condition.first, condition.second))
    return (one == other) == (condition.relation == "=")


def _widths_fit(reading: Reading, sizes: tuple[int, ...], at: int) -> bool:
    """Return whether the conditions on widths hold, and every neuron exists that the claim numbers."""
    depth = len(sizes)
    for condition in reading.claim.conditions:
        if isinstance(condition, syntax.WidthCondition):
            second = condition.second
            wanted = second if isinstance(second, int) else sizes[value(second, at, depth) - 1]
            if sizes[value(condition.first, at, depth) - 1] != wanted:
                return False
    return all(index <= sizes[value(layer, at, depth) - 1] for index, layer in numbered(reading.claim))


def counterexample(
    reading: Reading, sizes: tuple[int, ...], clock: Clock, pools: int = len(POOLS)
) -> Counterexample | None:
    """A case on a network of these sizes in which two sides differ, with small values; None if none was found."""
    spots = list(itertools.islice(places(reading, sizes), MOST_CASES))
    beyond: OutOfReach | None = None
    values = [*POOLS[:pools], *_near_kinks(reading.claim)]
    for (attempt, pool), (at, names) in itertools.product(enumerate(values), spots):
        clock.check()
        seed = f"{sizes} {at} {sorted(names.items())} {attempt}"
        trials = (
            Trial(reading, sizes, at, pool, random.Random(seed), clock, intervals)
            for intervals in (False, True)
        )
        try:
            found = _case(trials, names)
        except OutOfReach as error:
            clock.check(OUT_OF_REACH)
            beyond = error
            continue
        if found is not None:
            return found
    if beyond is not None:
        raise beyond
    return None


def _near_kinks(claim: syntax.Claim) -> list[tuple[Fraction, ...]]:
    """Values at the kinks of σ, beside them, and as far from them as a number in the claim says."""
    ends = [end for end, _ in kinks(claim.sigma)]
    if not ends:
        return []
    said = {node.value for node in claim.walk() if isinstance(node, syntax.Number)}
    steps = {Fraction(1), *(value for value in said if abs(value) < MOST_STEPS)}
    beside = {end + sign * step for end in ends for step in steps for sign in (-1, 1)}
    return [tuple(ends), tuple(sorted({*ends, *beside}))]


def _case(trials: Iterable[Trial], names: dict[str, int]) -> Counterexample | None:
    """The case that the first of the networks shows whose numbers suffice to compute all sides."""
    for trial in trials:
        try:
            values = [trial.value(side, {**names}) for side in trial.reading.claim.sides]
        except NotHere:
            return None
        except NeedsIntervals:
            continue
        pairs = itertools.pairwise(values)
        return next((_shown(trial, names, *pair) for pair in pairs if differ(*pair)), None)
    return None


def _shown(trial: Trial, names: dict[str, int], left: Any, right: Any) -> Counterexample:
    letters = {"l": trial.at} if _speaks_of_l(trial.reading.claim) else {}
    place: tuple[int, ...] | None = None
    if COLUMN in names:
        place = (names.get(ROW, 1), names[COLUMN])
    elif ROW in names:
        place = (names[ROW],)
    letters |= {index: j for index, j in names.items() if index not in (ROW, COLUMN)}
    if trial.intervals:
        left, right = enclosures(trial.as_interval(left), trial.as_interval(right))
    return Counterexample(trial.sizes, letters, dict(trial.values), left, right, place)
