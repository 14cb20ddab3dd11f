"""A second opinion on networks that are connected in any way: in plain fractions, by listing every path.

`sides(statement, case)` computes both sides of a SymPy statement in the case of a counterexample. A derivative is the
sum over the paths from what moves to what follows, each written out as a product of rates: no polynomial, no tangent
and no equation of the book is used.
"""

from __future__ import annotations

import itertools
import random
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import reduce
from operator import mul
from typing import Any

from sympy import Basic, Symbol

from bpderive.judge.counterexample import Counterexample
from bpderive.letters.symbols import C, L

Letters = Mapping[str, int]
Drawn = Callable[[str], Fraction]

PARAMETERS = 2
"""How many θ_p there are."""


class Numbers(dict[str, Fraction]):
    """Numbers by name, each drawn when it is asked for."""

    def __init__(self) -> None:
        super().__init__()
        self.random = random.Random(0)

    def __missing__(self, name: str) -> Fraction:
        self[name] = Fraction(self.random.choice((-5, -3, -2, 2, 3, 5, 7)), self.random.choice((1, 2, 3)))
        return self[name]


@dataclass(frozen=True, slots=True)
class Moving:
    """A number and how fast it moves."""

    value: Fraction
    rate: Fraction = Fraction(0)

    def __add__(self, other: Moving) -> Moving:
        return Moving(self.value + other.value, self.rate + other.rate)

    def __mul__(self, other: Moving) -> Moving:
        return Moving(self.value * other.value, self.value * other.rate + self.rate * other.value)

    def inverse(self) -> Moving:
        """1 by it; raises `ZeroDivisionError` if it is 0."""
        return Moving(1 / self.value, -self.rate / self.value**2)


@dataclass(frozen=True)
class Paths:
    """A network in which every layer reads every earlier one; `drawn` gives each of its numbers by name."""

    sizes: tuple[int, ...]
    drawn: Drawn

    def between(self, letter: str, layer: int, read: int, j: int, k: int) -> Fraction:
        """w^{l,r}_jk or P^{l,r}_jk."""
        return self.drawn(f"{letter}^{{{layer},{read}}}_{j}{k}")

    def a(self, layer: int, j: int) -> Fraction:
        """a^l_j."""
        return self.drawn(f"a^{layer}_{j}")

    def z(self, layer: int, j: int) -> Fraction:
        """z^l_j."""
        weighted = (
            self.between("w", layer, r, j, k) * self.a(r, k) for r in range(1, layer) for k in self.neurons(r)
        )
        return sum(weighted, self.drawn(f"b^{layer}_{j}"))

    def neurons(self, layer: int) -> range:
        """The neurons of a layer, counted from 1."""
        return range(1, self.sizes[layer - 1] + 1)

    def response(self, layer: int, k: int, j: int) -> Fraction:
        """∂a^l_k/∂z^l_j within the layer."""
        return self.drawn(f"σ'(z^{layer}_{j})") if j == k else Fraction(0)

    def step(self, start: tuple[int, int], end: tuple[int, int]) -> Fraction:
        """The rate from one activation to another that reads it directly."""
        (read, k), (layer, j) = start, end
        weighted = (
            self.response(layer, j, m) * self.between("w", layer, read, m, k) for m in self.neurons(layer)
        )
        return sum(weighted, self.between("P", layer, read, j, k))

    def activation(self, start: tuple[int, int], end: tuple[int, int], fixed: int) -> Fraction:
        """∂a/∂a: the sum over all paths whose later layers come after `fixed`."""
        if start == end:
            return Fraction(1)
        found = Fraction(0)
        layers = range(max(start[0], fixed) + 1, end[0])
        if not max(start[0], fixed) < end[0]:
            return found
        for count in range(len(layers) + 1):
            for chosen in itertools.combinations(layers, count):
                for way in itertools.product(*(self._places(layer) for layer in chosen)):
                    rates = (self.step(p, q) for p, q in itertools.pairwise((start, *way, end)))
                    found += reduce(mul, rates)
        return found

    def _places(self, layer: int) -> list[tuple[int, int]]:
        return [(layer, j) for j in self.neurons(layer)]

    def starts(self, by: tuple[Any, ...]) -> Iterator[tuple[tuple[int, int], Fraction]]:
        """The weighted inputs that what is moved enters directly, and how fast each then moves."""
        letter, *rest = by
        if letter in ("z", "b"):
            yield (rest[0], rest[1]), Fraction(1)
        elif letter == "w":
            layer, read, j, k = rest
            yield (layer, j), self.a(read, k)
        else:
            for layer in range(2, len(self.sizes) + 1):
                for j, read in itertools.product(self.neurons(layer), range(1, layer)):
                    for k in self.neurons(read):
                        yield (layer, j), self.use((layer, read, j, k), by) * self.a(read, k)

    def use(self, weight: tuple[int, ...], by: tuple[Any, ...]) -> Fraction:
        """∂w^{l,r}_jk/∂θ_p."""
        layer, read, j, k = weight
        return self.drawn(f"∂w^{{{layer},{read}}}_{j}{k}/∂θ_{by[1]}")

    def rate(self, of: tuple[Any, ...], by: tuple[Any, ...], fixed: int = 0) -> Fraction:
        """∂of/∂by."""
        if of[0] == "w":
            return self.use(of[1:], by) if by[0] in ("θ", "K", "W") else Fraction(int(of == by))
        if of[0] == "C":
            ends = (place for layer in range(1, len(self.sizes) + 1) for place in self._places(layer))
            return sum(
                (self.read_by_cost(*end) * self.rate(("a", *end), by, fixed) for end in ends), Fraction(0)
            )
        if of[0] == "z":
            own = (
                sum((rate for place, rate in self.starts(by) if place == of[1:]), Fraction(0))
                if by[0] != "a"
                else 0
            )
            before = (place for layer in range(1, of[1]) for place in self._places(layer))
            return own + sum(
                (
                    self.between("w", of[1], *_turned(place, of[2])) * self.rate(("a", *place), by)
                    for place in before
                ),
                Fraction(0),
            )
        end = of[1:]
        if by[0] == "a":
            return self.activation(by[1:], end, fixed)
        found = Fraction(0)
        for (layer, j), rate in self.starts(by):
            for k in self.neurons(layer):
                if layer <= end[0]:
                    found += rate * self.response(layer, k, j) * self.activation((layer, k), end, 0)
        return found

    def read_by_cost(self, layer: int, j: int) -> Fraction:
        """∂⁺C/∂a^l_j."""
        return self.drawn(f"∂⁺C/∂a^{layer}_{j}")


class Mixing(Paths):
    """Its layers have functions of all their neurons, any at all."""

    def response(self, layer: int, k: int, j: int) -> Fraction:
        """∂a^l_k/∂z^l_j within the layer."""
        return self.drawn(f"∂a^{layer}_{k}/∂z^{layer}_{j}")


class Convolution(Paths):
    """A chain of convolutions whose cost reads the last layer."""

    def between(self, letter: str, layer: int, read: int, j: int, k: int) -> Fraction:
        """w^l_jk is K^l_{k−j+1}."""
        entry = self.entry(layer, read, j, k) if letter == "w" else None
        return Fraction(0) if entry is None else self.drawn(f"K^{layer}_{entry}")

    def entry(self, layer: int, read: int, j: int, k: int) -> int | None:
        """Which entry of the kernel a weight is, if any."""
        entry = k - j + 1
        taps = self.sizes[layer - 2] - self.sizes[layer - 1] + 1
        return entry if read == layer - 1 and 1 <= entry <= taps else None

    def use(self, weight: tuple[int, ...], by: tuple[Any, ...]) -> Fraction:
        """∂w^l_jk/∂K_p."""
        return Fraction(int(by == ("K", weight[0], self.entry(*weight))))

    def read_by_cost(self, layer: int, j: int) -> Fraction:
        """∂C/∂a^L_j."""
        return super().read_by_cost(layer, j) if layer == len(self.sizes) else Fraction(0)


class Recurrence(Paths):
    """Equal steps, and a cost that reads every layer."""

    def between(self, letter: str, layer: int, read: int, j: int, k: int) -> Fraction:
        """w^{l,l−1}_jk is W_jk."""
        return self.drawn(f"W_{j}{k}") if letter == "w" and read == layer - 1 else Fraction(0)

    def use(self, weight: tuple[int, ...], by: tuple[Any, ...]) -> Fraction:
        """∂w^{l,l−1}_jk/∂W_jk."""
        layer, read, *entry = weight
        return Fraction(int(by == ("W", *entry) and read == layer - 1))


class Softmax(Paths):
    """Its layers have softmax: e^z is a S."""

    total = 1

    def a(self, layer: int, j: int) -> Fraction:
        """a^l_j; the last is what is left of their sum."""
        if layer == 1 or j < self.sizes[layer - 1]:
            return super().a(layer, j)
        return self.total - sum((self.drawn(f"a^{layer}_{k}") for k in range(1, j)), Fraction(0))

    def response(self, layer: int, k: int, j: int) -> Fraction:
        """∂a^l_k/∂z^l_j, by numbers that move."""
        return self.moving(layer, j)[k].rate

    def moving(self, layer: int, j: int) -> dict[Any, Moving]:
        """The activations while z^l_j moves."""
        powers = {k: self.exponential(layer, k) for k in self.neurons(layer)}
        moved = {k: Moving(power, power * (k == j)) for k, power in powers.items()}
        total = sum(moved.values(), Moving(Fraction(0)))
        return {k: power * total.inverse() for k, power in moved.items()}

    def exponential(self, layer: int, k: int) -> Fraction:
        """e^{z^l_k}."""
        return self.a(layer, k) * (self.drawn(f"S^{layer}") or 1)


class Normalised(Softmax):
    """Its layers are normalised: z is μ + s a."""

    total = 0

    def z(self, layer: int, j: int) -> Fraction:
        """z^l_j."""
        return self.drawn(f"μ^{layer}") + self.spread(layer) * self.a(layer, j)

    def spread(self, layer: int) -> Fraction:
        """s^l."""
        return self.drawn(f"s^{layer}") or Fraction(1)

    def moving(self, layer: int, j: int) -> dict[Any, Moving]:
        """The activations, μ^l and s^l while z^l_j moves."""
        share = Moving(Fraction(1, len(self.neurons(layer))))
        z = {k: Moving(self.z(layer, k), Fraction(int(k == j))) for k in self.neurons(layer)}
        mean = sum(z.values(), Moving(Fraction(0))) * share
        apart = {k: value + mean * Moving(Fraction(-1)) for k, value in z.items()}
        variance = sum((d * d for d in apart.values()), Moving(Fraction(0))) * share
        s = Moving(self.spread(layer), variance.rate / (2 * self.spread(layer)))
        return {"μ": mean, "s": s} | {k: d * s.inverse() for k, d in apart.items()}

    def rate(self, of: tuple[Any, ...], by: tuple[Any, ...], fixed: int = 0) -> Fraction:
        """∂of/∂by."""
        if of[0] not in ("μ", "s"):
            return super().rate(of, by, fixed)
        return self.moving(of[1], by[2])[of[0]].rate if by[:2] == ("z", of[1]) else Fraction(0)


WORLDS: dict[str, type[Paths]] = {
    "mixing": Mixing,
    "convolution": Convolution,
    "recurrence": Recurrence,
    "softmax": Softmax,
    "normalised": Normalised,
}
"""What kind of network each judge decides on, by the end of its name; `Paths` for the others."""


def _turned(place: tuple[int, int], j: int) -> tuple[int, int, int]:
    return place[0], j, place[1]


@dataclass(frozen=True, slots=True)
class Reading:
    """Reads SymPy expressions on a network of numbers, by the name of their class."""

    net: Paths

    def number(self, part: Any, at: Letters) -> Fraction:
        """The value of an expression for these values of its letters, indices counted from 1."""
        read: Callable[[Any, Letters], Fraction] = getattr(self, f"_{type(part).__name__}", self._whole)
        return read(part, at)

    def whole(self, part: Any, at: Letters) -> int:
        """A layer or a bound; an index counted as SymPy does, from 0."""
        if part == L:
            return len(self.net.sizes)
        if type(part).__name__ in ("Max", "Min"):
            most = max if type(part).__name__ == "Max" else min
            return most(self.whole(x, at) for x in part.args)
        if isinstance(part, Symbol):
            return PARAMETERS if part.name == "N" else at[part.name] - int(not part.is_positive)
        if type(part).__name__ == "Width":
            return self.net.sizes[self.whole(part.args[0], at) - 1]
        if part.is_Add or part.is_Mul:
            return reduce(int.__add__ if part.is_Add else int.__mul__, (self.whole(x, at) for x in part.args))
        return int(part)

    def _whole(self, part: Any, at: Letters) -> Fraction:
        return Fraction(self.whole(part, at)) if not part.is_Rational else Fraction(int(part.p), int(part.q))

    def _Add(self, part: Any, at: Letters) -> Fraction:
        return sum((self.number(x, at) for x in part.args), Fraction(0))

    def _Mul(self, part: Any, at: Letters) -> Fraction:
        return reduce(mul, (self.number(x, at) for x in part.args))

    def _Pow(self, part: Any, at: Letters) -> Fraction:
        return Fraction(self.number(part.base, at) ** int(part.exp))

    def _KroneckerDelta(self, part: Any, at: Letters) -> Fraction:
        first, second = (self.whole(x, at) for x in part.args[:2])
        return Fraction(int(first == second))

    def _Mean(self, part: Any, at: Letters) -> Fraction:
        return self.net.drawn(f"μ^{self.whole(part.args[0], at)}")

    def _Spread(self, part: Any, at: Letters) -> Fraction:
        net = self.net
        assert isinstance(net, Normalised)
        return net.spread(self.whole(part.args[0], at))

    def _exp(self, part: Any, at: Letters) -> Fraction:
        net = self.net
        assert isinstance(net, Softmax)
        return net.exponential(*self.place(part.args[0], at)[1:])

    def _Symbol(self, part: Any, at: Letters) -> Fraction:
        """ε is what s² leaves beside the variance."""
        net = self.net
        if part.name != "epsilon" or not isinstance(net, Normalised):
            return Fraction(self.whole(part, at))
        layer = at["l"]
        squares = sum((net.a(layer, k) ** 2 for k in net.neurons(layer)), Fraction(0))
        return net.spread(layer) ** 2 * (1 - squares / len(net.neurons(layer)))

    def _Sum(self, part: Any, at: Letters) -> Fraction:
        *inner, (letter, low, high) = part.limits
        body = part.func(part.function, *inner) if inner else part.function
        shift = int(not letter.is_positive)
        values = range(self.whole(low, at), self.whole(high, at) + 1)
        return sum((self.number(body, {**at, letter.name: value + shift}) for value in values), Fraction(0))

    def _SigmaPrime(self, part: Any, at: Letters) -> Fraction:
        return self._at(part, at, "σ'")

    def _Sigma(self, part: Any, at: Letters) -> Fraction:
        """σ(z^l_j) is what a^l_j has beside its shortcuts."""
        layer, j = self.whole(part.args[0], at), self.whole(part.args[1], at) + 1
        passed = (
            self.net.between("P", layer, r, j, k) * self.net.a(r, k)
            for r in range(1, layer)
            for k in self.net.neurons(r)
        )
        return self._at(part, at, "σ") - sum(passed, Fraction(0))

    def _at(self, part: Any, at: Letters, function: str) -> Fraction:
        """The value of σ or σ′: a number of its own wherever its argument is not z."""
        layer, j = self.whole(part.args[0], at), self.whole(part.args[1], at) + 1
        given = self.number(part.args[2], at)
        if given != self.net.z(layer, j):
            return self.net.drawn(f"{function} of {given} in {layer}, {j}")
        return self.net.a(layer, j) if function == "σ" else self.net.drawn(f"σ'(z^{layer}_{j})")

    def place(self, part: Any, at: Letters) -> tuple[Any, ...]:
        """What is differentiated, or by what."""
        if part == C:
            return ("C",)
        if type(part).__name__ in ("Mean", "Spread"):
            return ("μ" if type(part).__name__ == "Mean" else "s", self.whole(part.args[0], at))
        parent = part.parent
        if type(parent).__name__ == "Parameters":
            places = [self.whole(x, at) + 1 for x in (part.i, part.j)]
            return ("W", *places) if parent.name == "W" else ("θ", places[0])
        if parent.letter == "w" and type(parent).__name__ == "LayerArray":  # w^l is w^{l,l−1}
            layer = self.whole(parent.layer, at)
            return ("w", layer, layer - 1, *(self.whole(x, at) + 1 for x in (part.i, part.j)))
        layers = [parent.layer, *([parent.read] if type(parent).__name__ == "Between" else [])]
        indices = [part.i, part.j][: len(layers)]
        return (
            parent.letter,
            *(self.whole(x, at) for x in layers),
            *(self.whole(x, at) + 1 for x in indices),
        )

    def _BetweenElement(self, part: Any, at: Letters) -> Fraction:
        return self.net.between(*self.place(part, at))

    def _Parameter(self, part: Any, at: Letters) -> Fraction:
        return self.net.drawn("{}_{}{}".format(*self.place(part, at)))

    def _MatrixElement(self, part: Any, at: Letters) -> Fraction:
        place = self.place(part, at)
        if place[0] == "w":
            return self.net.between(*place)
        letter, layer, j = place
        if letter in ("z", "a"):
            return self.net.z(layer, j) if letter == "z" else self.net.a(layer, j)
        if letter in ("delta", "G"):
            return self.net.rate(("C",), ("z" if letter == "delta" else "a", layer, j))
        return self.net.drawn(f"{letter}^{layer}_{j}")

    def _Partial(self, part: Any, at: Letters) -> Fraction:
        return self.net.rate(self.place(part.of, at), self.place(part.by, at))

    def _Direct(self, part: Any, at: Letters) -> Fraction:
        of, by = self.place(part.of, at), self.place(part.by, at)
        if of == ("C",):
            return self.net.read_by_cost(*by[1:])
        if of[1] <= by[1]:
            return Fraction(int(of == by))
        return self.net.step(by[1:], of[1:])

    def _UpTo(self, part: Any, at: Letters) -> Fraction:
        last, layer = (self.whole(x, at) for x in part.args[:2])
        return self.net.rate(("C",), ("a", layer, self.whole(part.args[2], at) + 1), last)


def sides(
    expressions: tuple[Basic, ...],
    sizes: tuple[int, ...],
    letters: Letters,
    drawn: Drawn,
    kind: str = "",
) -> tuple[Fraction, ...]:
    """The values of the sides of a statement in a case."""
    reading = Reading(WORLDS.get(kind, Paths)(sizes, drawn))
    return tuple(reading.number(side, letters) for side in expressions)


def confirms(expressions: tuple[Basic, ...], found: Counterexample, kind: str = "") -> bool:
    """Whether the two sides of a statement are what the counterexample says, and are not equal."""

    def given(name: str) -> Fraction:
        if (
            " of " in name
        ):  # σ where z is not: the one other place of that neuron which the counterexample has
            function, place = name[: name.index(" of ")], name.rpartition(" in ")[2].replace(", ", "_")
            [elsewhere] = [
                v for key, v in found.values.items() if key.startswith(f"σ^{place}{function[1:]}(")
            ]
            return elsewhere
        return found.values.get(name, Fraction(0))

    left, right = sides(expressions, found.sizes, found.letters, given, kind)
    return (left, right) == (found.left, found.right) and left != right


def agrees(
    expressions: tuple[Basic, ...], sizes_of_case: tuple[int, ...], letters: Letters, kind: str
) -> bool:
    """Whether the two sides are equal at random numbers."""
    numbers = Numbers()
    left, right = sides(expressions, sizes_of_case, letters, numbers.__getitem__, kind)
    return left == right
