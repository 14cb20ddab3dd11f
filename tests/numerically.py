"""Claims in numbers of 50 digits on a random network, sharing nothing with the judge but the tree of a claim.

`differs(claim, chosen)` makes a network with one σ and one cost that the claim is about, goes through every layer and
neuron that it speaks of there, and says whether two sides have different values somewhere; None if it says nothing of
this network. `fails_at(claim, case)` says the same of the network that a counterexample gives, and `confirms(claim,
case)` whether the sides have the very values there that it gives. A derivative is the small part of a dual number that
is carried forwards through the network.
"""

from __future__ import annotations

import itertools
import random
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import Any

import numpy as np
from mpmath import MPContext

from bpderive.judge.counterexample import Counterexample
from bpderive.letters.symbols import joined_indices
from bpderive.workbook.language import syntax

mp = MPContext()
mp.dps = 50

NEAR, VERY_NEAR = mp.mpf(10) ** -15, mp.mpf(10) ** -40
"""Numbers nearer than this, relative to their size, count as equal: σ′ of a smooth σ is found numerically."""

MOST_PLACES = 40


class Skip(Exception):
    """The claim says nothing here: something is divided by 0, or has no derivative."""


class Dual:
    """A number and how it moves."""

    __slots__ = ("moves", "value")

    def __init__(self, value: Any, moves: Any = 0) -> None:
        self.value, self.moves = mp.mpf(value), mp.mpf(moves)

    def __add__(self, other: Any) -> Dual:
        other = dual(other)
        return Dual(self.value + other.value, self.moves + other.moves)

    __radd__ = __add__

    def __neg__(self) -> Dual:
        return Dual(-self.value, -self.moves)

    def __sub__(self, other: Any) -> Dual:
        return self + -dual(other)

    def __mul__(self, other: Any) -> Dual:
        other = dual(other)
        return Dual(self.value * other.value, self.value * other.moves + self.moves * other.value)

    __rmul__ = __mul__

    def inverse(self) -> Dual:
        if abs(self.value) < NEAR:
            raise Skip
        return Dual(1 / self.value, -self.moves / self.value**2)

    def to(self, exponent: int) -> Dual:
        result = Dual(1)
        for _ in range(abs(exponent)):
            result = result * (self if exponent > 0 else self.inverse())
        return result


def dual(value: Any) -> Dual:
    return value if isinstance(value, Dual) else Dual(value)


Derivatives = Callable[[int, Any], Any]
"""The derivative of a given order of σ at a number."""


def smooth(function: Callable[[Any], Any]) -> Derivatives:
    return lambda order, z: mp.diff(function, z, order) if order else function(z)


def line(order: int, slope: Any, value: Any) -> Any:
    return value if order == 0 else slope if order == 1 else 0


def in_pieces(*pieces: tuple[Any, Any, Any]) -> Derivatives:
    """A function that up to each end, and with it, is slope · z + constant; σ″ at an end does not exist."""

    def at(order: int, z: Any) -> Any:
        for end, slope, constant in pieces:
            if order > 1 and z == end:
                raise Skip
            if z <= end:
                return line(order, slope, slope * z + constant)
        raise AssertionError

    return at


def hard(end: Any, slope: Any, low: Any, high: Any) -> Derivatives:
    """Rising from `low` to `high` between −end and end, at whose ends the slope is 0."""

    def at(order: int, z: Any) -> Any:
        if order > 1 and abs(z) == end:
            raise Skip
        if abs(z) >= end:
            return line(order, 0, high if z > 0 else low)
        return line(order, slope, slope * z + (low + high) / mp.mpf(2))

    return at


_far = mp.inf

SIGMAS: Mapping[str, Derivatives] = {
    "linear": in_pieces((_far, 1, 0)),
    "relu": in_pieces((0, 0, 0), (_far, 1, 0)),
    "leaky_relu": in_pieces((0, mp.mpf(1) / 100, 0), (_far, 1, 0)),
    "hard_tanh": hard(1, 1, -1, 1),
    "hard_sigmoid": hard(3, mp.mpf(1) / 6, 0, 1),
    "sigmoid": smooth(lambda z: 1 / (1 + mp.exp(-z))),
    "tanh": smooth(mp.tanh),
    "softplus": smooth(lambda z: mp.log(1 + mp.exp(z))),
    "gaussian": smooth(lambda z: mp.exp(-(z**2))),
    "sine": smooth(mp.sin),
    "arctan": smooth(mp.atan),
}


def any_smooth(order: int, z: Any) -> Any:
    """sin(z) + z²/7 + 3/5, which has no property of its own."""
    wave = (mp.sin, mp.cos)[order % 2](z) * (1, 1, -1, -1)[order % 4]
    return wave + (z**2 / 7 + mp.mpf(3) / 5, 2 * z / 7, mp.mpf(2) / 7, 0)[min(order, 3)]


ANY_IN_0_1 = smooth(lambda z: 1 / (1 + mp.exp(mp.sin(z) / 2 - z - mp.mpf(1) / 3)))
"""One with values between 0 and 1."""


def of(function: Derivatives, order: int, place: Dual) -> Dual:
    value = function(order, place.value)
    return Dual(value, function(order + 1, place.value) * place.moves if place.moves else 0)


def log(x: Dual) -> Dual:
    if x.value <= 0:
        raise Skip
    return Dual(mp.log(x.value), x.moves / x.value)


def huber(x: Dual) -> Dual:
    if abs(x.value) <= 1:
        return Dual(mp.mpf("0.5")) * x * x
    return Dual(mp.sign(x.value)) * x - Dual(mp.mpf("0.5"))


COSTS: Mapping[str, Callable[[Dual, Dual], Dual]] = {
    "quadratic": lambda a, y: (a - y) * (a - y) * mp.mpf("0.5"),
    "cross_entropy": lambda a, y: -(y * log(a)) - (Dual(1) - y) * log(Dual(1) - a),
    "log_likelihood": lambda a, y: -(y * log(a)),
    "huber": lambda a, y: huber(a - y),
}


@dataclass
class Net:
    """A network with numbers; `moved` is the component that moves, `slopes` are ∂C/∂a^L_m where they are all of C."""

    sizes: tuple[int, ...]
    sigma: Derivatives
    cost: str | None
    numbers: dict[Any, Any]
    moved: Any = None
    known: dict[Any, Dual] = field(default_factory=dict)
    slopes: Mapping[int, Any] | None = None

    def moving(self, component: Any) -> Net:
        if self.moved is not None:
            raise Skip  # a second derivative
        return replace(self, moved=component, known={})

    def given(self, *key: Any) -> Dual:
        return Dual(self.numbers[key], int(key == self.moved))

    def value(self, letter: str, layer: int, *indices: int) -> Dual:
        key = (letter, layer, *indices)
        if key not in self.known:
            self.known[key] = self._value(letter, layer, *indices)
        return self.known[key]

    def _value(self, letter: str, layer: int, j: int, k: int = 0) -> Dual:
        moves = Dual(0, int((letter, layer, j) == self.moved))
        if letter == "delta":
            return Dual(self.moving(("z", layer, j)).total().moves)
        if letter in ("w", "b", "y"):
            return self.given(letter, layer, j, k) if letter == "w" else self.given(letter, layer, j)
        if letter == "a":
            if layer == 1:
                return self.given("a", 1, j)
            return of(self.sigma, 0, self.value("z", layer, j)) + moves
        before = range(1, self.sizes[layer - 2] + 1)
        weighted = [self.value("w", layer, j, m) * self.value("a", layer - 1, m) for m in before]
        return sum(weighted, self.value("b", layer, j)) + moves

    def total(self) -> Dual:
        """C; an arbitrary cost couples the outputs."""
        last = len(self.sizes)
        pairs = [(self.value("a", last, m), self.value("y", last, m)) for m in range(1, self.sizes[-1] + 1)]
        if self.cost is not None:
            return sum((COSTS[self.cost](*pair) for pair in pairs), Dual(0))
        if self.slopes is not None:  # C as a function of the outputs near those that it is taken at
            rises = [self.slopes[m] * a for m, (a, _) in enumerate(pairs, start=1)]
            return Dual(self.numbers["C"], sum((rise.moves for rise in rises), mp.mpf(0)))
        squares = sum(
            ((m + 2) * a * a * a * mp.mpf("0.3") + y * a for m, (a, y) in enumerate(pairs)), Dual(1)
        )
        outputs = sum((a for a, _ in pairs), Dual(0))
        return squares + outputs * outputs * outputs


@dataclass
class Reading:
    """A claim on a network, for one layer l."""

    net: Net
    at: int
    layers: dict[str, syntax.Layer]

    def layer(self, layer: syntax.Layer) -> int:
        found = {"": 0, "l": self.at, "L": len(self.net.sizes)}[layer.letter] + layer.offset
        if not 1 <= found <= len(self.net.sizes):
            raise Skip
        return found

    def width(self, layer: syntax.Layer) -> int:
        return self.net.sizes[self.layer(layer) - 1]

    def key(self, node: syntax.Quantity, names: Mapping[str, int]) -> Any:
        layer = self.layer(node.layer)
        indices = [names[i] if isinstance(i, str) else i for i in node.indices]
        widths = (layer, layer - 1)
        if layer == 1 and node.letter in ("w", "b", "z", "delta"):
            raise Skip
        if any(i > self.net.sizes[at - 1] for i, at in zip(indices, widths, strict=False)):
            raise Skip
        return (node.letter, layer, *indices)

    def value(self, node: syntax.Node, names: Mapping[str, int], net: Net | None = None) -> Any:
        """A number, or an array of numbers."""
        net = net or self.net

        def part(inner: syntax.Node) -> Any:
            return self.value(inner, names, net)

        match node:
            case syntax.Number(exact):
                return Dual(mp.mpf(exact.numerator) / exact.denominator)
            case syntax.Unknown(name):
                return Dual(net.numbers["unknown", name])
            case syntax.Cost():
                return net.total()
            case syntax.WidthOf(layer):
                return Dual(self.width(layer))
            case syntax.Kronecker(one, other):
                same = [names[i] if isinstance(i, str) else i for i in (one, other)]
                return Dual(int(same[0] == same[1]))
            case syntax.Quantity(indices=indices):
                return net.value(*self.key(node, names)) if indices else self._array(node, net)
            case syntax.Activation(order, argument):
                return each(lambda z: of(net.sigma, order, z), part(argument))
            case syntax.Derivative(of=inner, by=by):
                moved = self.value(inner, names, net.moving(self.key(by, names)))
                return Dual(moved.moves)
            case syntax.Gradient(by):
                return self._filled(by, lambda key: Dual(net.moving(key).total().moves))
            case syntax.Jacobian(of=upper, by=lower):
                columns = self._filled(lower, lambda key: self._array(upper, net.moving(key)))
                rows = range(self.width(upper.layer))
                return np.array([[Dual(column[r, 0].moves) for column in columns[:, 0]] for r in rows])
            case syntax.Total(indices, body):
                ranges = [range(1, self.width(self.layers[i]) + 1) for i in indices]
                cases = itertools.product(*ranges)
                found = [
                    self.value(body, {**names, **dict(zip(indices, c, strict=True))}, net) for c in cases
                ]
                return sum(found, Dual(0))
            case syntax.Plus(terms):
                first, *rest = map(part, terms)
                return sum(rest, first)
            case syntax.Minus(body):
                return -part(body)
            case syntax.Times(factors):
                result = Dual(1)
                for factor in factors:
                    result = part(factor) * result
                return result
            case syntax.Over(above, below):
                return part(above) * number(part(below)).inverse()
            case syntax.Power(base, exponent):
                return number(part(base)).to(exponent)
            case syntax.Product(factors):
                first, *rest = map(part, factors)
                for factor in rest:
                    first = first @ factor
                return first
            case syntax.Transposed(body):
                return part(body).T
            case syntax.Diagonal(body):
                column = part(body)[:, 0]
                size = len(column)
                return np.array(
                    [[column[r] if r == c else Dual(0) for c in range(size)] for r in range(size)]
                )
            case syntax.Outer(first, second):
                return part(first) @ part(second).T
        raise TypeError(f"A {type(node).__name__} has no value here: teach `value` how it is computed.")

    def _filled(self, node: syntax.Quantity, entry: Callable[[Any], Any]) -> Any:
        layer = self.layer(node.layer)
        if layer == 1 and node.letter != "a":
            raise Skip
        rows = self.net.sizes[layer - 1]
        columns = self.net.sizes[layer - 2] if node.letter == "w" else 1
        result = np.empty((rows, columns), dtype=object)
        for r, c in itertools.product(range(rows), range(columns)):
            result[r, c] = entry((node.letter, layer, r + 1, *([c + 1] if node.letter == "w" else [])))
        return result

    def _array(self, node: syntax.Quantity, net: Net) -> Any:
        return self._filled(node, lambda key: net.value(*key))


def each(function: Callable[[Dual], Dual], given: Any) -> Any:
    return function(given) if isinstance(given, Dual) else np.vectorize(function, otypes=[object])(given)


def number(given: Any) -> Dual:
    return given if isinstance(given, Dual) else given[0, 0]


def ranges(claim: syntax.Claim) -> dict[str, syntax.Layer]:
    """The layer of each index, by where it stands."""
    found: dict[str, syntax.Layer] = {}
    same = [(c.first, c.second) for c in claim.conditions if isinstance(c, syntax.IndexCondition)]
    for side in claim.sides:
        for node in syntax.walk(side):
            if isinstance(node, syntax.Quantity):
                for index, layer in zip(node.indices, (node.layer, node.layer + -1), strict=False):
                    found.setdefault(index, layer)  # type: ignore[arg-type]  # numbers are never asked for
            elif isinstance(node, syntax.Kronecker):
                same.append((node.first, node.second))
    for one, other in [*same, *same]:
        for first, second in ((one, other), (other, one)):
            if first in found:
                found.setdefault(second, found[first])  # type: ignore[arg-type]
    return found


def random_net(claim: syntax.Claim, chosen: random.Random, sizes: tuple[int, ...] | None = None) -> Net:
    """A network with small numbers; with ReLU and its like many of them are at a kink."""
    if sizes is None:
        sizes = tuple(chosen.choice((1, 2, 2, 3)) for _ in range(chosen.choice((2, 2, 3, 4))))
    bounded = claim.cost in ("cross_entropy", "log_likelihood")
    sigma = SIGMAS[claim.sigma] if claim.sigma else ANY_IN_0_1 if bounded else any_smooth
    halves = [mp.mpf(n) / 2 for n in range(-6, 7)]
    numbers: dict[Any, Any] = {("unknown", name): chosen.choice(halves) for name in unknowns(claim)}
    for layer, size in enumerate(sizes, start=1):
        for j in range(1, size + 1):
            if layer == 1:
                numbers["a", 1, j] = chosen.choice(halves)
                continue
            for k in range(1, sizes[layer - 2] + 1):
                numbers["w", layer, j, k] = chosen.choice(halves)
            numbers["b", layer, j] = chosen.choice(halves)
    for j in range(1, sizes[-1] + 1):
        numbers["y", len(sizes), j] = mp.mpf(chosen.randrange(1, 8)) / 8 if bounded else chosen.choice(halves)
    return Net(sizes, sigma, claim.cost, numbers)


def unknowns(claim: syntax.Claim) -> dict[str, None]:
    """The names of the unknown numbers, each once."""
    nodes = [node for side in claim.sides for node in syntax.walk(side)]
    return dict.fromkeys(node.name for node in nodes if isinstance(node, syntax.Unknown))


def differs(
    claim: syntax.Claim,
    chosen: random.Random,
    near: Any = NEAR,
    sizes: tuple[int, ...] | None = None,
    most: int = MOST_PLACES,
) -> bool | None:
    """Whether two sides differ on a random network by more than `near`; None if the claim says nothing of it.

    In each layer `most` cases of its indices are tried.
    """
    layers = ranges(claim)
    net = random_net(claim, chosen, sizes)
    said = False
    for at in range(1, len(net.sizes) + 1):
        reading = Reading(net, at, layers)
        for names in itertools.islice(_places(claim, reading), most):
            try:
                values = [reading.value(side, names) for side in claim.sides]
            except Skip:
                continue
            said = True
            if any(not _equal(*pair, near) for pair in itertools.pairwise(values)):
                return True
    return False if said else None


def fails_at(claim: syntax.Claim, case: Counterexample) -> bool:
    """Whether two sides differ on the network, and for the layer and the neurons, of a counterexample."""
    return any(not _equal(*pair, VERY_NEAR) for pair in itertools.pairwise(_sides(claim, case)))


def confirms(claim: syntax.Claim, case: Counterexample) -> bool:
    """Whether a counterexample is one: two sides have the exact values that it gives, and these differ."""
    if not isinstance(case.left, Fraction) or not isinstance(case.right, Fraction) or case.left == case.right:
        return False
    row, column = (*(case.place or ()), 1, 1)[:2]
    entries = [v if isinstance(v, Dual) else v[row - 1, column - 1] for v in _sides(claim, case)]
    wanted = [Dual(_exactly(value)) for value in (case.left, case.right)]
    return any(all(map(_equal, pair, wanted, [VERY_NEAR] * 2)) for pair in itertools.pairwise(entries))


def _sides(claim: syntax.Claim, case: Counterexample) -> list[Any]:
    reading = Reading(net_of(claim, case), case.letters.get("l", 1), ranges(claim))
    try:
        return [reading.value(side, case.letters) for side in claim.sides]
    except Skip:
        return []


def net_of(claim: syntax.Claim, case: Counterexample) -> Net:
    """The network of a counterexample; what it has no number for is 1, since it does not matter."""
    sizes, given = case.sizes, {name: _exactly(value) for name, value in case.values.items()}
    sigma = SIGMAS[claim.sigma] if claim.sigma else _by_table(given)
    numbers: dict[Any, Any] = {("unknown", name): given.get(name, mp.mpf(1)) for name in unknowns(claim)}
    numbers["C"] = given.get("C", mp.mpf(1))
    before: list[Any] = []
    for layer, size in enumerate(sizes, start=1):
        outputs = []
        for j in range(1, size + 1):
            output = given.get(f"a^{layer}_{j}")
            if layer == 1:
                numbers["a", 1, j] = mp.mpf(1) if output is None else output
                outputs.append(numbers["a", 1, j])
                continue
            z = given.get(f"z^{layer}_{j}", mp.mpf(1))
            if output is not None:  # σ is given by its values
                z = mp.findroot(lambda place, a=output: sigma(0, place) - a, mp.mpf("0.3"))
            outputs.append(sigma(0, z))
            for k in range(1, sizes[layer - 2] + 1):
                name = f"w^{layer}_{joined_indices([str(j), str(k)])}"
                numbers["w", layer, j, k] = given.get(name, mp.mpf(1))
            weighted = [numbers["w", layer, j, k] * a for k, a in enumerate(before, start=1)]
            numbers["b", layer, j] = z - sum(weighted)
        before = outputs
    slopes = {}
    for m in range(1, sizes[-1] + 1):
        numbers["y", len(sizes), m] = given.get(f"y_{m}", mp.mpf(1))
        slopes[m] = given.get(f"∂C/∂a^{len(sizes)}_{m}", mp.mpf(1))
    return Net(sizes, sigma, claim.cost, numbers, slopes=slopes)


def _exactly(value: Fraction) -> Any:
    return mp.mpf(value.numerator) / value.denominator


def _by_table(given: Mapping[str, Any]) -> Derivatives:
    """A function with the values and slopes at some places that a counterexample says."""

    def at(order: int, z: Any) -> Any:
        for name, value in given.items():
            head, _, place = name.rstrip(")").partition("(")
            if head != "σ" + "'" * order:
                continue
            near = (
                mp.mpf("1e-4") if place.endswith("…") else VERY_NEAR
            )  # of some only the first decimals are told
            if abs(_exactly(Fraction(place.rstrip("…"))) - z) < near:
                return value
        return mp.mpf(1)

    return at


def _places(claim: syntax.Claim, reading: Reading) -> Iterator[dict[str, int]]:
    free = list(dict.fromkeys(i for side in claim.sides for i in syntax.free_indices(side)))
    try:
        if not all(_holds(c, reading) for c in claim.conditions if not isinstance(c, syntax.IndexCondition)):
            return
        widths = [range(1, reading.width(reading.layers[i]) + 1) for i in free]
    except Skip:
        return
    for values in itertools.product(*widths):
        names = dict(zip(free, values, strict=True))
        if all(_same(c, names) for c in claim.conditions if isinstance(c, syntax.IndexCondition)):
            yield names


def _same(condition: syntax.IndexCondition, names: Mapping[str, int]) -> bool:
    one, other = (names.get(i, 1) if isinstance(i, str) else i for i in (condition.first, condition.second))
    return (one == other) == (condition.relation == "=")


def _holds(condition: Any, reading: Reading) -> bool:
    if isinstance(condition, syntax.WidthCondition):
        second = condition.second
        return reading.width(condition.first) == (
            second if isinstance(second, int) else reading.width(second)
        )
    one, other = (
        {"": 0, "l": reading.at, "L": len(reading.net.sizes)}[layer.letter] + layer.offset
        for layer in (condition.first, condition.second)
    )
    relations = {
        "=": one == other,
        "!=": one != other,
        "<": one < other,
        "<=": one <= other,
        ">": one > other,
        ">=": one >= other,
    }
    return bool(relations[condition.relation])


def _equal(first: Any, second: Any, near: Any) -> bool:
    one, other = (np.ravel(np.array(value, dtype=object)) for value in (first, second))
    return len(one) == len(other) and all(
        bool(abs(p.value - q.value) <= near * max(1, abs(p.value), abs(q.value)))
        for p, q in zip(one, other, strict=True)
    )
