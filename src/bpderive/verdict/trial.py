"""A claim on one network, in numbers: the search for the smallest counterexample.

A `World` is a network with a number for everything that occurs, chosen when it is first asked for: weights, weighted
inputs (the biases follow), inputs, desired outputs, and for an arbitrary cost ∂C/∂a^L. An arbitrary σ is a table: to
each place at which it is asked for, a value and a slope, which some differentiable function has. Numbers are rational;
where σ is transcendental and its argument matters, they are intervals that enclose the true value.
"""

from __future__ import annotations

import itertools
import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

import sympy
from mpmath.ctx_iv import MPIntervalContext

from bpderive.activations import activations
from bpderive.costs import costs
from bpderive.language.syntax import (
    Activation,
    Cost,
    Derivative,
    IndexCondition,
    Kronecker,
    Layer,
    Minus,
    Node,
    Number,
    Over,
    Plus,
    Power,
    Quantity,
    Times,
    Total,
    Unknown,
    WidthCondition,
    WidthOf,
    walk,
)
from bpderive.notation import joined_indices
from bpderive.text import Text
from bpderive.verdict.counterexample import Counterexample, enclosures
from bpderive.verdict.decide import Reading
from bpderive.verdict.errors import TooHard
from bpderive.verdict.forms import Clock
from bpderive.verdict.layers import constraints, value
from bpderive.verdict.normal import MOST_DERIVATIVES, SECOND_DERIVATIVE, slope_polynomial
from bpderive.verdict.shapes import COLUMN, ROW

POOLS: tuple[tuple[Fraction, ...], ...] = tuple(
    tuple(Fraction(v) for v in pool)
    for pool in (
        (1,),
        (1, 2),
        (1, 2, 3),
        (-1, 1, 2, 3),
        (-2, -1, Fraction(1, 2), 1, 2, 3),
        tuple(range(-7, 12, 2)),
    )
)
_UNIT = tuple(Fraction(n, d) for d in (2, 3, 4, 5) for n in range(1, d) if Fraction(n, d).denominator == d)
_EXACT = (None, "linear", "relu")

iv = MPIntervalContext()
"""Intervals with ends of 200 bits, in a context of our own: mpmath's is everybody's."""
iv.prec = 200


class NotHere(Exception):
    """The claim cannot be read with these values: a denominator is 0, or σ has a kink there."""


class NeedsIntervals(Exception):
    """The values of σ are wanted at a place that is a number."""


@dataclass(slots=True)
class World:
    """A network with numbers; `values` are those that were asked for, by name."""

    sizes: tuple[int, ...]
    cost: str | None
    sigma: str | None
    pool: tuple[Fraction, ...]
    random: random.Random
    intervals: bool = False
    values: dict[str, Any] = field(default_factory=dict)
    _tables: dict[tuple[int, Any], Any] = field(default_factory=dict)
    _known: dict[Any, Any] = field(default_factory=dict)

    def number(self, exact: Fraction) -> Any:
        """A rational number in the arithmetic of this world."""
        return iv.mpf(exact.numerator) / iv.mpf(exact.denominator) if self.intervals else exact

    def chosen(self, name: str, pool: tuple[Fraction, ...] | None = None) -> Any:
        """The number that is called `name`, chosen now if it has not been before."""
        if name not in self.values:
            self.values[name] = self.random.choice(pool or self.pool)
        return self.number(self.values[name])

    def as_interval(self, value: Any) -> Any:
        """A number of this world as an interval."""
        return self.number(value) if isinstance(value, Fraction) else iv.mpf(value)

    @property
    def depth(self) -> int:
        """L."""
        return len(self.sizes)

    @property
    def _by_output(self) -> bool:
        """Whether σ is given by its values, its arguments being what they must be."""
        return self.sigma not in _EXACT and not self.intervals

    def weight(self, layer: int, j: int, k: int) -> Any:
        """w^l_jk."""
        return self.chosen(f"w^{layer}_{joined_indices([str(j), str(k)])}")

    def weighted_input(self, layer: int, j: int) -> Any:
        """z^l_j."""
        if self._by_output:
            raise NeedsIntervals
        return self.chosen(f"z^{layer}_{j}")

    def bias(self, layer: int, j: int) -> Any:
        """b^l_j = z^l_j − Σ_k w^l_jk a^{l-1}_k."""
        before = range(1, self.sizes[layer - 2] + 1)
        weighted = sum(
            (self.weight(layer, j, k) * self.activation(layer - 1, k) for k in before),
            self.number(Fraction(0)),
        )
        found = self.weighted_input(layer, j) - weighted
        if not self.intervals:
            self.values[f"b^{layer}_{j}"] = found
        return found

    def activation(self, layer: int, j: int) -> Any:
        """a^l_j; the input for l = 1."""
        if layer == 1:
            return self.chosen(f"a^1_{j}")
        if self._by_output:
            return self.chosen(f"a^{layer}_{j}", self._outputs())
        return self.sigma_at(0, self.weighted_input(layer, j))

    def slope(self, layer: int, j: int, order: int = 1) -> Any:
        """σ′(z^l_j), or σ″ for order 2."""
        if self._by_output:
            known = slope_polynomial(self.sigma, order) if self.sigma else None
            if known is None:
                raise NeedsIntervals
            a = self.activation(layer, j)
            return sum((c * a ** powers[0] for powers, c in known), Fraction(0))
        return self.sigma_at(order, self.weighted_input(layer, j))

    def _outputs(self) -> tuple[Fraction, ...]:
        if self.sigma == "sigmoid" or self._bounded_cost():
            return _UNIT
        if self.sigma == "tanh":
            return (*_UNIT, *(-u for u in _UNIT))
        raise NeedsIntervals

    def _bounded_cost(self) -> bool:
        return self.cost is not None and costs[self.cost].domain != sympy.S.Reals

    def sigma_at(self, order: int, place: Any) -> Any:
        """σ, σ′ or σ″ at a number."""
        if self._by_output:
            raise NeedsIntervals
        if self.sigma is None:
            pool = _UNIT if self._bounded_cost() and not order else self.pool
            key = (order, place)
            if key not in self._tables:
                self._tables[key] = self.random.choice(pool)
            shown = f"σ{chr(39) * order}({place})"
            self.values[shown] = self._tables[key]
            return self.number(self._tables[key])
        if self.sigma == "linear":
            return place if order == 0 else self.number(Fraction(2 - order))
        if self.sigma == "relu" and not self.intervals:
            if place == 0:
                raise NotHere
            return max(place, Fraction(0)) if order == 0 else Fraction(int(place > 0 and order == 1))
        act = activations[self.sigma]
        z = sympy.Symbol("z", real=True)
        formula = act.derivative(z) if order else act.expr(z)
        return arithmetic(sympy.diff(formula, z) if order == 2 else formula, {z: place})

    def cost_slope(self, m: int) -> Any:
        """∂C/∂a^L_m."""
        if self.cost is None:
            return self.chosen(f"∂C/∂a^{self.depth}_{m}")
        a, y = sympy.symbols("a y", real=True)
        formula = costs[self.cost].derivative(a, y)
        return arithmetic(formula, {a: self.activation(self.depth, m), y: self.target(m)})

    def target(self, m: int) -> Any:
        """y_m."""
        return self.chosen(f"y_{m}")

    def cost_value(self) -> Any:
        """C."""
        if self.cost is None:
            return self.chosen("C")
        a, y = sympy.symbols("a y", real=True)
        term = costs[self.cost].term(a, y)
        outputs = range(1, self.sizes[-1] + 1)
        return sum(
            (arithmetic(term, {a: self.activation(self.depth, m), y: self.target(m)}) for m in outputs),
            self.number(Fraction(0)),
        )

    # Derivatives, by forward mode

    def moved(self, letter: str, layer: int, by: tuple[Any, ...]) -> list[Any]:
        """∂z^l/∂by or ∂a^l/∂by, all neurons of the layer; `by` is a letter, a layer and indices."""
        key = (letter, layer, by)
        if key not in self._known:
            self._known[key] = self._moved(letter, layer, by)
        found: list[Any] = self._known[key]
        return found

    def _moved(self, letter: str, layer: int, by: tuple[Any, ...]) -> list[Any]:
        kind, at, *indices = by
        zero, one = self.number(Fraction(0)), self.number(Fraction(1))
        neurons = range(1, self.sizes[layer - 1] + 1)
        if layer < at:
            return [zero for _ in neurons]
        if layer == at and letter == kind:
            return [one if j == indices[0] else zero for j in neurons]
        if letter == "a":
            if layer == 1:
                return [zero for _ in neurons]
            moved = self.moved("z", layer, by)
            return [self.slope(layer, j) * moved[j - 1] if j in _nonzero(moved) else zero for j in neurons]
        if layer == at:
            rate = {"b": one, "w": None}.get(kind, zero)
            if rate is None:
                rate = self.activation(layer - 1, indices[1])
            return [rate if j == indices[0] else zero for j in neurons]
        before = self.moved("a", layer - 1, by)
        return [
            sum((self.weight(layer, j, k) * before[k - 1] for k in _nonzero(before)), zero) for j in neurons
        ]

    def cost_moved(self, by: tuple[Any, ...]) -> Any:
        """∂C/∂by."""
        moved = self.moved("a", self.depth, by)
        return sum((self.cost_slope(m) * moved[m - 1] for m in _nonzero(moved)), self.number(Fraction(0)))


def _nonzero(values: list[Any]) -> list[int]:
    """The numbers of the entries that are not exactly 0."""
    return [
        place
        for place, value in enumerate(values, start=1)
        if not (isinstance(value, Fraction) and value == 0)
    ]


def arithmetic(formula: Any, values: dict[Any, Any]) -> Any:
    """A formula where its variables are these numbers; raises `NotHere` or `NeedsIntervals` where it has no value."""
    if formula in values:
        return values[formula]
    if formula.is_Rational:
        exact = Fraction(int(formula.p), int(formula.q))
        intervals = any(not isinstance(v, Fraction) for v in values.values())
        return iv.mpf(exact.numerator) / iv.mpf(exact.denominator) if intervals else exact
    if formula.is_Add or formula.is_Mul:
        first, *rest = [arithmetic(part, values) for part in formula.args]
        for other in rest:
            first = first + other if formula.is_Add else first * other
        return first
    if formula.is_Pow and formula.exp.is_Integer:
        base = arithmetic(formula.base, values)
        return _power(base, int(formula.exp))
    if any(isinstance(v, Fraction) for v in values.values()):
        raise NeedsIntervals
    inner = [arithmetic(part, values) for part in formula.args]
    known = {sympy.exp: iv.exp, sympy.log: iv.log, sympy.sin: iv.sin, sympy.cos: iv.cos}
    if formula.func in known:
        return known[formula.func](*inner)
    if formula.func == sympy.tanh:
        grown = iv.exp(2 * inner[0])
        return (grown - 1) / (grown + 1)
    if formula.is_Pow and formula.exp == sympy.Rational(1, 2):
        return iv.sqrt(inner[0])
    raise TooHard(_no_intervals(str(formula.func)))


def _no_intervals(function: str) -> Text:
    return Text(en=f"{function} is not computed with intervals", zh=f"未对 {function} 作区间计算")


def _power(base: Any, exponent: int) -> Any:
    if exponent < 0:
        if (isinstance(base, Fraction) and base == 0) or (not isinstance(base, Fraction) and 0 in base):
            raise NotHere
        return _power(1 / base, -exponent)
    result = base**0 if isinstance(base, Fraction) else iv.mpf(1)
    for _ in range(exponent):
        result = result * base
    return result


@dataclass(slots=True)
class Trial:
    """Reads expressions in a world, for one layer l."""

    world: World
    reading: Reading
    at: int

    def layer(self, layer: Layer) -> int:
        """The number of a layer."""
        return value(layer, self.at, self.world.depth)

    def number(self, node: Node, names: dict[str, int]) -> Any:
        """The value of an expression; raises `NotHere` where it has none."""
        world = self.world
        match node:
            case Number(exact):
                return world.number(exact)
            case Unknown(name):
                return world.chosen(name)
            case Cost():
                return world.cost_value()
            case WidthOf(layer):
                return world.number(Fraction(world.sizes[self.layer(layer) - 1]))
            case Kronecker(first, second):
                same = names.get(first, first) == names.get(second, second)  # type: ignore[arg-type]  # a number is not in it
                return world.number(Fraction(int(same)))
            case Quantity():
                return self._quantity(node, names)
            case Activation(order, argument):
                if isinstance(argument, Quantity) and argument.letter == "z":
                    [j] = self._indices(argument, names)
                    at = self.layer(argument.layer)
                    return world.slope(at, j, order) if order else world.activation(at, j)
                return world.sigma_at(order, self.number(argument, names))
            case Derivative(of, by):
                variable = (by.letter, self.layer(by.layer), *self._indices(by, names))
                return self.along(of, variable, names)
            case Total(indices, body):
                return self._sum([self.number(body, inner) for inner in self._cases(indices, names)])
            case Plus(terms):
                return self._sum([self.number(term, names) for term in terms])
            case Minus(body):
                return -self.number(body, names)
            case Times(factors):
                result = world.number(Fraction(1))
                for factor in factors:
                    result = result * self.number(factor, names)
                return result
            case Over(above, below):
                return self.number(above, names) * _power(self.number(below, names), -1)
            case Power(base, exponent):
                return _power(self.number(base, names), exponent)
        raise TypeError(f"{node} is no expression of components.")

    def _sum(self, values: list[Any]) -> Any:
        return sum(values, self.world.number(Fraction(0)))

    def _cases(self, indices: tuple[str, ...], names: dict[str, int]) -> Iterator[dict[str, int]]:
        ranges = [
            range(1, self.world.sizes[self.layer(self.reading.indices.layers[i]) - 1] + 1) for i in indices
        ]
        for values in itertools.product(*ranges):
            yield {**names, **dict(zip(indices, values, strict=True))}

    def _indices(self, node: Quantity, names: dict[str, int]) -> tuple[int, ...]:
        return tuple(names[i] if isinstance(i, str) else i for i in node.indices)

    def _quantity(self, node: Quantity, names: dict[str, int]) -> Any:
        at, indices = self.layer(node.layer), self._indices(node, names)
        world = self.world
        match node.letter:
            case "w":
                return world.weight(at, *indices)
            case "b":
                return world.bias(at, *indices)
            case "z":
                return world.weighted_input(at, *indices)
            case "a":
                return world.activation(at, *indices)
            case "y":
                return world.target(*indices)
        return world.cost_moved(("z", at, *indices))

    def along(self, of: Node, by: tuple[Any, ...], names: dict[str, int]) -> Any:
        """The total derivative of an expression by a component."""
        world = self.world
        zero = world.number(Fraction(0))
        match of:
            case Number() | Unknown() | WidthOf() | Kronecker():
                return zero
            case Cost():
                return world.cost_moved(by)
            case Quantity(letter, layer, _):
                if letter == "delta":
                    raise TooHard(SECOND_DERIVATIVE)
                at, indices = self.layer(layer), self._indices(of, names)
                if letter in ("w", "b"):
                    return world.number(Fraction(int((letter, at, *indices) == by)))
                return zero if letter == "y" else world.moved(letter, at, by)[indices[0] - 1]
            case Minus(body):
                return -self.along(body, by, names)
            case Plus(terms):
                return self._sum([self.along(term, by, names) for term in terms])
            case Times(factors):
                total = zero
                for place, factor in enumerate(factors):
                    rest = Times(factors[:place] + factors[place + 1 :])
                    total = total + self.number(rest, names) * self.along(factor, by, names)
                return total
            case Over(above, below):
                return self.along(Times((above, Power(below, -1))), by, names)
            case Power(base, exponent):
                outer = Times((Number(Fraction(exponent)), Power(base, exponent - 1)))
                return self.number(outer, names) * self.along(base, by, names) if exponent else zero
            case Total(indices, body):
                return self._sum([self.along(body, by, inner) for inner in self._cases(indices, names)])
            case Activation(order, argument) if order < MOST_DERIVATIVES:
                return self.number(Activation(order + 1, argument), names) * self.along(argument, by, names)
        raise TooHard(SECOND_DERIVATIVE)


def differ(first: Any, second: Any) -> bool:
    """Whether two numbers are certainly not equal."""
    if isinstance(first, Fraction) and isinstance(second, Fraction):
        return first != second
    return bool(first.b < second.a or second.b < first.a)


def places(reading: Reading, sizes: tuple[int, ...]) -> Iterator[tuple[int, dict[str, int]]]:
    """Every l and every choice of the free indices for which the claim speaks of a network of these sizes."""
    claim, depth = reading.claim, len(sizes)
    wanted = constraints(claim)
    speaks_of_l = any(layer.letter == "l" for c in wanted for layer in (c[0], c[2]))
    relations = {
        "=": int.__eq__,
        "!=": int.__ne__,
        "<": int.__lt__,
        "<=": int.__le__,
        ">": int.__gt__,
        ">=": int.__ge__,
    }
    free = reading.free
    for at in range(1, depth + 1) if speaks_of_l else (1,):
        if not all(relations[r](value(f, at, depth), value(s, at, depth)) for f, r, s in wanted):
            continue
        if not _widths_fit(reading, sizes, at):
            continue
        widths = [sizes[value(reading.indices.layers[i], at, depth) - 1] for i in free]
        for chosen in itertools.product(*(range(1, width + 1) for width in widths)):
            names = dict(zip(free, chosen, strict=True))
            if all(_index_condition(c, names) for c in claim.conditions if isinstance(c, IndexCondition)):
                yield at, names


def _index_condition(condition: IndexCondition, names: dict[str, int]) -> bool:
    one, other = (names[i] if isinstance(i, str) else i for i in (condition.first, condition.second))
    return (one == other) == (condition.relation == "=")


def _widths_fit(reading: Reading, sizes: tuple[int, ...], at: int) -> bool:
    """Whether the conditions on widths hold, and every neuron exists that the claim calls by its number."""
    depth = len(sizes)
    for condition in reading.claim.conditions:
        if isinstance(condition, WidthCondition):
            second = condition.second
            wanted = second if isinstance(second, int) else sizes[value(second, at, depth) - 1]
            if sizes[value(condition.first, at, depth) - 1] != wanted:
                return False
    for side in reading.claim.sides:
        for node in walk(side):
            if isinstance(node, Quantity):
                for index, layer in zip(node.indices, (node.layer, node.layer + -1), strict=False):
                    if isinstance(index, int) and index > sizes[value(layer, at, depth) - 1]:
                        return False
    return True


def networks(least_depth: int, largest: int = 3, layers: int = 3) -> Iterator[tuple[int, ...]]:
    """Small networks: the least layers first, then the fewest neurons."""
    for depth in range(least_depth, least_depth + layers):
        widest = largest if depth <= 4 else 2
        every = itertools.product(range(1, widest + 1), repeat=depth)
        yield from sorted(every, key=lambda sizes: (sum(sizes), sizes))


def counterexample(
    reading: Reading, sizes: tuple[int, ...], clock: Clock, pools: int = len(POOLS)
) -> Counterexample | None:
    """A case on a network of these sizes in which two sides differ, with small values; None if none was found."""
    spots = list(places(reading, sizes))
    for attempt in range(pools):
        for at, names in spots[:60]:
            clock.check()
            found = _at(reading, sizes, at, names, attempt)
            if found is not None:
                return found
    return None


def _at(
    reading: Reading, sizes: tuple[int, ...], at: int, names: dict[str, int], attempt: int
) -> Counterexample | None:
    claim = reading.claim
    for intervals in (False, True):
        seed = f"{sizes} {at} {sorted(names.items())} {attempt}"
        world = World(sizes, claim.cost, claim.sigma, POOLS[attempt], random.Random(seed), intervals)
        trial = Trial(world, reading, at)
        try:
            values = [trial.number(side, names) for side in claim.sides]
        except NotHere:
            return None
        except NeedsIntervals:
            continue
        for left, right in itertools.pairwise(values):
            if differ(left, right):
                return _shown(reading, world, at, names, left, right)
        return None
    return None


def _shown(
    reading: Reading, world: World, at: int, names: dict[str, int], left: Any, right: Any
) -> Counterexample:
    speaks_of_l = any(layer.letter == "l" for c in constraints(reading.claim) for layer in (c[0], c[2]))
    letters = {"l": at} if speaks_of_l else {}
    place = None
    if ROW in names:
        place = (names[ROW], names.get(COLUMN, 1))
    letters |= {index: j for index, j in names.items() if index not in (ROW, COLUMN)}
    if world.intervals:
        left, right = enclosures(world.as_interval(left), world.as_interval(right))
    return Counterexample(world.sizes, letters, dict(world.values), left, right, place)
