"""Hold every property that is derived of a formula against dense samples at many digits, for seeded formulas.

    python -m benchmarks.properties --formulas 2000 --seed 0

prints every property that a sample contradicts, with the formula and the place, and how many were known. A formula is
grown from all functions that `parse_activation` reads; one that it refuses is not counted. What is unknown is no fault.
"""

from __future__ import annotations

import argparse
import random
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise
from typing import Any

import mpmath
import sympy
from sympy import Expr, FiniteSet

import bpderive as bp
from bpderive.functions.activations import Activation, properties, steps, z
from bpderive.functions.activations.analysis import pieces
from bpderive.functions.activations.enclosure import enclosure, evaluate, numbers
from bpderive.functions.activations.facts import slope_range
from bpderive.functions.activations.grammar import FUNCTIONS

DIGITS = 50
TOLERANCE = mpmath.mpf(10) ** -35
LOOSE = 0.05
"""How near to its end a range must come at some sample: functions may approach a limit slowly."""

FAR = (1e2, 1e3, 1e4, 1e6, 1e9)
NEAR = [x / 32 for x in range(-12 * 32, 12 * 32 + 1)] + [s * x / 4 for x in range(49, 161) for s in (-1, 1)]

UNARY = [name for name, word in FUNCTIONS.items() if word.least == word.most == 1]
_NUMBERS = ("1", "2", "3", "0.5", "0.25", "1.5", "pi", "e", "0.1", "7")


def grown(dice: random.Random, depth: int) -> str:
    """A formula in z, grown from the words of the grammar; it need not be one that is read."""
    if depth == 0 or dice.random() < 0.1:
        return dice.choice(("z", "z", "z", dice.choice(_NUMBERS)))
    kind = dice.random()
    inner = [grown(dice, depth - 1) for _ in range(3)]
    if kind < 0.4:
        return f"{dice.choice(UNARY)}({inner[0]})"
    if kind < 0.75:
        return f"({inner[0]} {dice.choice('+-*/')} {inner[1]})"
    if kind < 0.83:
        return f"({inner[0]})^{dice.choice(('2', '3', '-1', '-2', '0.5', '1.5', '4'))}"
    if kind < 0.9:
        return f"{dice.choice(('min', 'max'))}({inner[0]}, {inner[1]})"
    if kind < 0.95:
        return f"({dice.choice(_NUMBERS)}*{inner[0]} + {dice.choice(_NUMBERS)})"
    sign, border = dice.choice(("<", "<=", ">", ">=")), dice.choice(("0", "1", "-2"))
    return f"where(z {sign} {border}, {inner[0]}, {inner[1]})"


def formulas(seed: int) -> Iterator[Activation]:
    """Activations from grown formulas, without end: those that are read and depend on z."""
    dice = random.Random(seed)
    while True:
        text = grown(dice, dice.choice((2, 2, 3, 3, 4)))
        try:
            found = bp.parse_activation(text)
        except bp.ParseError:
            continue
        if found.formula.has(z):
            yield found


class Sampled:
    """An expression as a function of numbers of many digits, None where it is undefined or too large to be computed.

    Where digits cancel, twice as many give another value: there is none then either.
    """

    def __init__(self, expression: Expr) -> None:
        self.expression = expression
        self.computed = [(digits, evaluate(expression, digits)) for digits in (DIGITS, 2 * DIGITS)]
        self.known: dict[Any, Any] = {}

    def __call__(self, x: Any) -> Any:
        """Return the value at x, with 50 digits, or None."""
        if x not in self.known:
            self.known[x] = self._computed(x)
        return self.known[x]

    def _computed(self, x: Any) -> Any:
        found = []
        for digits, direct in self.computed:
            try:
                found.append(direct(numbers(digits).mpf(x)))
            except (ZeroDivisionError, ValueError, OverflowError):
                return None
        if not all(isinstance(value, int) or hasattr(value, "_mpf_") for value in found):
            return None
        return numbers(DIGITS).mpf(found[1]) if _near(*found) else None

    def is_exactly(self, wanted: Any, x: Any) -> bool:
        """Whether it has this value at x to a hundred times as many digits: erf(9) is not 1."""
        digits = 100 * DIGITS
        return bool(evaluate(self.expression, digits)(numbers(digits).mpf(x)) == wanted)


class Samples:
    """The values, slopes and second derivatives of an activation at many places, from left to right."""

    def __init__(self, activation: Activation) -> None:
        self.activation = activation
        context = numbers(DIGITS)
        kinks = [self.number(kink) for kink in activation.kinks]
        places = {context.mpf(x) for x in NEAR} | {context.mpf(s * x) for x in FAR for s in (-1, 1)}
        places |= {context.mpf(s * 2.0**n) for n in range(-20, 17) for s in (-1, 1)}
        for kink in kinks:
            places |= {kink + context.mpf(s) * 10**-n for n in (2, 4, 8, 12) for s in (-1, 1)}
        self.at = sorted(place for place in places if place not in kinks)
        first = activation.derivative()
        smooth = [(sympy.diff(e, z, 2), where) for e, where in pieces(activation.formula)]
        second = sympy.Piecewise(*((e, z < where.sup) for e, where in smooth[:-1]), (smooth[-1][0], True))
        self.value, self.slope, self.bend = map(Sampled, (activation.formula, first, second))
        self.joints = [self.number(where.sup) for _, where in pieces(activation.formula)[:-1]]

    def number(self, exact: Expr) -> Any:
        """A number with many digits."""
        return numbers(DIGITS).mpf(enclosure(exact, DIGITS + 10).low)

    def over(self, of: Callable[[Any], Any], places: Sequence[Any] | None = None) -> list[tuple[Any, Any]]:
        """(place, value) wherever there is a value."""
        found = [(place, of(place)) for place in (self.at if places is None else places)]
        return [(place, value) for place, value in found if value is not None]


def faults(activation: Activation) -> list[str]:
    """Every property of an activation that a sample contradicts, in words; an empty list if there is none."""
    samples = Samples(activation)
    found: list[str] = []
    for name, check in CHECKS.items():
        said = known(activation, name)
        if said is not None:
            found += [f"{name} = {said}: {fault}" for fault in check(samples, said)]
    return found


def known(activation: Activation, name: str) -> Any:
    """What is said of the property, None if nothing is."""
    if name == "slope_range":
        return slope_range(activation)
    if name == "by_output":
        return activation.derivative_from_output()
    return properties.PROPERTIES[name](activation.formula).value


def _near(first: Any, second: Any) -> bool:
    return bool(abs(first - second) <= TOLERANCE * (1 + abs(first) + abs(second)))


def _range(samples: Samples, said: Any, order: int = 0) -> Iterator[str]:
    of, rate = (samples.value, samples.slope, samples.bend)[order : order + 2]
    values = samples.over(of)
    if not isinstance(said, sympy.Interval | FiniteSet) or said is sympy.S.EmptySet:
        yield "no interval"
        return
    opens = (said.left_open, said.right_open) if isinstance(said, sympy.Interval) else (False, False)
    for end, side, is_open in zip((said.inf, said.sup), (1, -1), opens, strict=True):
        best = min((side * value, place) for place, value in values)
        if end.is_infinite:
            inner = min(side * value for place, value in values if abs(place) <= 4)
            if not (best[0] < inner):
                yield f"the end {end} is not approached: {mpmath.nstr(side * best[0], 8)} at most"
            continue
        wanted = samples.number(end)
        for place, value in values:
            if side * (value - wanted) < -TOLERANCE * (1 + abs(wanted)):
                yield f"{mpmath.nstr(value, 12)} at z = {mpmath.nstr(place, 8)} is beyond {end}"
                break
            is_taken = is_open and abs(place) <= 0.5 and value == wanted and rate(place) == 0
            if is_taken and of.is_exactly(wanted, place):
                yield f"{end} is taken at z = {mpmath.nstr(place, 8)}"
                break
        if best[0] > side * wanted + LOOSE * (1 + abs(wanted)):
            yield f"the end {end} is not approached: {mpmath.nstr(side * best[0], 8)} is nearest"


def _limit(samples: Samples, of: Callable[[Any], Any], end: Expr, side: int) -> Iterator[str]:
    far = samples.over(of, [side * numbers(DIGITS).mpf(x) for x in (10, 30, *FAR)])
    if len(far) < 2:
        return
    (_, before), (place, last) = far[-2:]
    if end.is_infinite:
        sign = 1 if end == sympy.oo else -1
        if sign * (last - before) <= LOOSE * abs(last):
            yield f"{mpmath.nstr(last, 8)} at z = {mpmath.nstr(place, 4)} does not tend to {end}"
        return
    wanted = samples.number(end)
    if abs(last - wanted) > LOOSE * (1 + abs(wanted)) and abs(last - wanted) > 0.9 * abs(before - wanted):
        yield f"{mpmath.nstr(last, 8)} at z = {mpmath.nstr(place, 4)} does not tend to {end}"


def _limits(samples: Samples, said: Any) -> Iterator[str]:
    for end, side in zip(said, (-1, 1), strict=True):
        yield from _limit(samples, samples.value, end, side)


def _monotone(samples: Samples, said: Any) -> Iterator[str]:
    slopes = samples.over(samples.slope)
    signs = {1 if value > 0 else -1 for _, value in slopes if abs(value) > TOLERANCE}
    if said and len(signs) > 1:
        yield "the slope has both signs"
    if not said and len(signs) < 2:
        yield "no sample has a slope of another sign"


def _symmetry(sign: int) -> Callable[[Samples, Any], Iterator[str]]:
    def check(samples: Samples, said: Any) -> Iterator[str]:
        pairs = [(samples.over(samples.value, [x]), samples.over(samples.value, [-x])) for x in samples.at]
        both = [(right[0], left[0]) for right, left in pairs if right and left]
        apart = [place for (place, right), (_, left) in both if not _near(right, sign * left)]
        if said and apart:
            yield f"not at z = {mpmath.nstr(apart[0], 8)}"
        if not said and both and all(right == sign * left for (_, right), (_, left) in both):
            yield "no sample shows it"

    return check


def _max_slope(samples: Samples, said: Any) -> Iterator[str]:
    sizes = [(place, abs(value)) for place, value in samples.over(samples.slope)]
    largest, where = max((size, place) for place, size in sizes)
    if said.value.is_infinite:
        if largest <= max(size for place, size in sizes if abs(place) <= 4):
            yield "it does not grow"
        return
    wanted = samples.number(said.value)
    if largest > wanted + TOLERANCE * (1 + wanted):
        yield f"{mpmath.nstr(largest, 12)} at z = {mpmath.nstr(where, 8)} is more"
    if largest < wanted - LOOSE * (1 + wanted):
        yield f"the largest found is {mpmath.nstr(largest, 8)}"
    if isinstance(said.at, FiniteSet):
        for place in said.at:
            if place in samples.activation.kinks:
                continue
            for _, value in samples.over(samples.slope, [samples.number(place)]):
                if not abs(abs(value) - wanted) < mpmath.mpf(10) ** -20 * (1 + wanted):
                    yield f"it is {mpmath.nstr(value, 12)} at z = {place}"


def _tails(samples: Samples, said: Any) -> Iterator[str]:
    for tail, side in zip(said, (-1, 1), strict=True):
        yield from _limit(samples, samples.value, tail.value, side)
        yield from _limit(samples, samples.slope, tail.slope, side)
        if tail.flat_beyond is None:
            continue
        beyond = samples.at
        if not tail.flat_beyond.is_infinite:  # it may be flat everywhere
            begins, steps_off = (
                samples.number(tail.flat_beyond),
                (1e-9, 1e-3, 0.1, 0.5, 1, 2, 3, 5, 8, 20, *FAR),
            )
            beyond = [begins + side * numbers(DIGITS).mpf(x) for x in steps_off]
        for place, value in samples.over(samples.slope, beyond):
            if abs(value) >= 0.01:
                yield f"the slope is {mpmath.nstr(value, 8)} at z = {mpmath.nstr(place, 8)}, beyond {tail.flat_beyond}"
                break


def _inflections(samples: Samples, said: Any) -> Iterator[str]:
    if not isinstance(said, FiniteSet) and said is not sympy.S.EmptySet:
        return
    known_ones = [samples.number(place) for place in said]
    for place in known_ones:
        step = mpmath.mpf(10) ** -8
        beside = samples.over(samples.bend, [place - step, place + step])
        if len(beside) == 2 and beside[0][1] * beside[1][1] >= 0:
            yield f"the curve does not turn at z = {mpmath.nstr(place, 12)}"
    bends = [(place, value) for place, value in samples.over(samples.bend) if abs(value) > TOLERANCE]
    for (low, first), (high, second) in pairwise(bends):
        between = [x for x in (*known_ones, *samples.joints) if low <= x <= high]
        if first * second < 0 and not between:
            yield f"the curve turns between {mpmath.nstr(low, 8)} and {mpmath.nstr(high, 8)}"
            break


def _slope_range(samples: Samples, said: Any) -> Iterator[str]:
    yield from _range(samples, said, 1)


def _by_output(samples: Samples, said: Expr) -> Iterator[str]:
    written = Sampled(said.subs(sympy.Symbol("a", real=True), z))
    for place, value in samples.over(samples.value):
        if abs(value) > 30:
            continue
        expected, found = samples.over(samples.slope, [place]), samples.over(written, [value])
        if expected and found and abs(expected[0][1] - found[0][1]) > mpmath.mpf(10) ** -15:
            yield f"not at z = {mpmath.nstr(place, 8)}"
            return


CHECKS: dict[str, Callable[[Samples, Any], Iterator[str]]] = {
    "range": _range,
    "limits": _limits,
    "monotone": _monotone,
    "odd": _symmetry(-1),
    "even": _symmetry(1),
    "max_slope": _max_slope,
    "tails": _tails,
    "inflections": _inflections,
    "slope_range": _slope_range,
    "by_output": _by_output,
}
"""What is held against the samples, by name."""


def main() -> None:
    """Check the formulas and print what is contradicted."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--formulas", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--steps", type=int, default=250_000, help="work for each question, in calls")
    given = parser.parse_args()
    steps.MOST = given.steps
    counted: Counter[str] = Counter()
    wrong = 0
    source = formulas(given.seed)
    for number in range(1, given.formulas + 1):
        activation = next(source)
        for fault in faults(activation):
            wrong += 1
            print(f"{activation.name}\n    {fault}", flush=True)
        counted.update(name for name in CHECKS if known(activation, name) is not None)
        if number % 100 == 0:
            print(f"{number} formulas, {wrong} faults", flush=True)
    print(f"{given.formulas} formulas, {wrong} faults")
    for name in CHECKS:
        print(f"  {name}: known of {counted[name]}")


if __name__ == "__main__":
    main()
