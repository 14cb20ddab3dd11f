"""Times of several functions, taken in turns: `in_turns(functions, rounds)` gives the quartiles of each.

In every round each function is called once or several times, long enough for the clock, in an order that
changes from round to round, so that what disturbs the machine for a moment disturbs all alike and no function
always follows the same one; those that take long come last, so that the others are close together. Before its turn
a function is called once without the clock: its arrays are in the processor's cache, as in a loop that learns, and not
those of the function before. Python's collector of garbage is off meanwhile. A round in which the machine was slower
than in others, as shared machines are at times, does not count as slower: see `levelled`.
"""

import gc
import random
import statistics
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from time import perf_counter, process_time

CLOCKS: dict[str, Callable[[], float]] = {"wall": perf_counter, "processor": process_time}
"""What can be measured: the time that passes, or that of the processor in all threads, which a busy machine does not
lengthen by making us wait."""

SHORTEST = 2e-3
"""How long, in seconds, one measurement lasts at least: a faster function is called several times in it."""

LONG = 20e-3
"""From so many seconds on a measurement is long: the machine can change during it."""


@dataclass(frozen=True, slots=True)
class Quartiles:
    """The first quartile, the median and the third quartile of the seconds for one call."""

    low: float
    median: float
    high: float

    def below(self, other: "Quartiles") -> bool:
        """Whether the whole range between the quartiles lies below that of the other."""
        return self.high < other.low

    def rounded(self) -> list[float]:
        """The three, to four digits, as they are kept in a file."""
        return [float(f"{value:.4g}") for value in (self.low, self.median, self.high)]


def in_turns(
    functions: Mapping[str, Callable[[], object]],
    rounds: int,
    shortest: float = SHORTEST,
    clock: Callable[[], float] = perf_counter,
) -> dict[str, Quartiles]:
    """The quartiles of the seconds that one call of each function takes; none is warmed up if `shortest` is 0."""
    found = {name: _calls(function, shortest, clock) for name, function in functions.items()}
    calls = {name: count for name, (count, _) in found.items()}
    seconds: dict[str, list[float]] = {name: [] for name in functions}
    shuffle = random.Random(0).shuffle
    names = [name for name, (_, taken) in found.items() if taken < LONG]
    long = [name for name in functions if name not in names]
    collecting = gc.isenabled()
    gc.disable()
    try:
        for _ in range(rounds):
            shuffle(names)
            for name in (*names, *long):
                if shortest:
                    functions[name]()
                seconds[name].append(_timed(functions[name], calls[name], clock) / calls[name])
    finally:
        if collecting:
            gc.enable()
    return {name: quartiles(measured) for name, measured in levelled(seconds).items()}


def levelled(seconds: Mapping[str, Sequence[float]]) -> dict[str, list[float]]:
    """The times as they would be had the machine been equally fast in all rounds.

    How slow a round was is the median, over the functions, of a time divided by that function's own median; all times
    of the round are divided by that. Of one or two functions nothing can be said: their times stay as they are.
    """
    if len(seconds) < 3:
        return {name: list(times) for name, times in seconds.items()}
    usual = {name: statistics.median(times) for name, times in seconds.items()}
    rounds = zip(*([time / usual[name] for time in times] for name, times in seconds.items()), strict=True)
    slowness = [statistics.median(of_round) for of_round in rounds]
    return {
        name: [time / slow for time, slow in zip(times, slowness, strict=True)]
        for name, times in seconds.items()
    }


def quartiles(values: list[float]) -> Quartiles:
    """The quartiles of at least one value."""
    if len(values) == 1:
        return Quartiles(values[0], values[0], values[0])
    return Quartiles(*statistics.quantiles(values, n=4, method="inclusive"))


def _calls(function: Callable[[], object], shortest: float, clock: Callable[[], float]) -> tuple[int, float]:
    """How many calls last as long as one measurement has to, and how long; the first, which warm up, do not count."""
    function()
    calls = 1
    while (taken := _timed(function, calls, clock)) < shortest:
        calls = max(calls + 1, min(10 * calls, round(1.2 * calls * shortest / max(taken, 1e-9))))
    return calls, taken


def _timed(function: Callable[[], object], calls: int, clock: Callable[[], float]) -> float:
    start = clock()
    for _ in range(calls):
        function()
    return clock() - start
