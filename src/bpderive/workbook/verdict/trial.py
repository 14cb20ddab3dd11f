"""A network with a number for everything that occurs in a claim, and expressions read on it.

A `World` chooses numbers when they are first asked for: weights, weighted inputs (the biases follow), inputs, desired
outputs, and for an arbitrary cost ∂C/∂a^L. An arbitrary σ is a table: to each place at which it is asked for, a value
and a slope, which some differentiable function has. Numbers are rational; where σ is transcendental and its argument
matters, they are intervals that enclose the true value. `Trial(world, reading, l).number(node, names)` is the value of
an expression in it. To add a construct of the language, add a case to `number`, and one to `along` if it can be
differentiated.
"""

from __future__ import annotations

import itertools
import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

import sympy

from bpderive.functions.activations import activations
from bpderive.functions.costs import costs
from bpderive.letters.symbols import joined_indices
from bpderive.workbook.language import syntax
from bpderive.workbook.verdict.arithmetic import NeedsIntervals, NotHere, arithmetic, exact, iv, power
from bpderive.workbook.verdict.decide import Reading
from bpderive.workbook.verdict.errors import TooHard, bounded
from bpderive.workbook.verdict.forms import Clock
from bpderive.workbook.verdict.known import Pieces, activation_in_pieces, slope_polynomial
from bpderive.workbook.verdict.layers import value
from bpderive.workbook.verdict.normal import MOST_DERIVATIVES, SECOND_DERIVATIVE

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


@dataclass(slots=True)
class World:
    """A network with numbers; `values` are those that were asked for, by name."""

    sizes: tuple[int, ...]
    cost: str | None
    sigma: str | None
    pool: tuple[Fraction, ...]
    random: random.Random
    clock: Clock
    intervals: bool = False
    values: dict[str, Any] = field(default_factory=dict)
    _tables: dict[tuple[int, Any], Any] = field(default_factory=dict)
    _known: dict[Any, Any] = field(default_factory=dict)

    def number(self, exact: Fraction) -> Any:
        """A rational number in the arithmetic of this world."""
        return iv.mpf(exact.numerator) / iv.mpf(exact.denominator) if self.intervals else exact

    def chosen(self, name: str, pool: tuple[Fraction, ...] | None = None) -> Any:
        """The number that is called `name`, chosen now if it has not been before."""
        self.clock.check()
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
        exact = self.sigma is None or self.sigma == "linear" or activation_in_pieces(self.sigma) is not None
        return not exact and not self.intervals

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
            shown = f"σ{chr(39) * order}({_exactly(place)})"
            self.values[shown] = self._tables[key]
            return self.number(self._tables[key])
        if self.sigma == "linear":
            return place if order == 0 else self.number(Fraction(2 - order))
        made = activation_in_pieces(self.sigma, order)
        if made is not None:
            return self._in_pieces(made, order, place)
        act = activations[self.sigma]
        z = sympy.Symbol("z", real=True)
        formula = act.derivative(z) if order else act.expr(z)
        return arithmetic(sympy.diff(formula, z) if order == 2 else formula, {z: place})

    def _in_pieces(self, made: Pieces, order: int, place: Any) -> Any:
        """σ or σ′ in pieces, at a number; raises `NotHere` where it has no value there."""
        at = place if isinstance(place, Fraction) else exact(place.a)
        found = made.at(at) if isinstance(place, Fraction) or place.a == place.b else None
        if found is None:
            raise NotHere
        if order and at in made.ends:
            self.values[f"σ{chr(39) * order}({at})"] = found
        return self.number(found)

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


def _exactly(place: Any) -> Any:
    """A place as a fraction where it is one, in intervals too."""
    return place if isinstance(place, Fraction) or place.a != place.b else exact(place.a)


def _nonzero(values: list[Any]) -> list[int]:
    """The numbers of the entries that are not exactly 0."""
    return [
        place
        for place, value in enumerate(values, start=1)
        if not (isinstance(value, Fraction) and value == 0)
    ]


AN_INTERVAL = 4
"""How many steps a number takes that is an interval."""


@dataclass(slots=True)
class Trial:
    """Reads expressions in a world, for one layer l."""

    world: World
    reading: Reading
    at: int

    def layer(self, layer: syntax.Layer) -> int:
        """The number of a layer."""
        return value(layer, self.at, self.world.depth)

    def number(self, node: syntax.Node, names: dict[str, int]) -> Any:
        """The value of an expression; raises `NotHere` where it has none, `OutOfReach` where it is too long."""
        self.world.clock.check(AN_INTERVAL if self.world.intervals else 1)
        found = self._number(node, names)
        return bounded(found) if isinstance(found, Fraction) else found

    def _number(self, node: syntax.Node, names: dict[str, int]) -> Any:
        world = self.world
        match node:
            case syntax.Number(exact):
                return world.number(exact)
            case syntax.Unknown(name):
                return world.chosen(name)
            case syntax.Cost():
                return world.cost_value()
            case syntax.WidthOf(layer):
                return world.number(Fraction(world.sizes[self.layer(layer) - 1]))
            case syntax.Kronecker(first, second):
                same = names.get(first, first) == names.get(second, second)  # type: ignore[arg-type]  # a number is not in it
                return world.number(Fraction(int(same)))
            case syntax.Quantity():
                return self._quantity(node, names)
            case syntax.Activation(order, argument):
                if isinstance(argument, syntax.Quantity) and argument.letter == "z":
                    [j] = self._indices(argument, names)
                    at = self.layer(argument.layer)
                    return world.slope(at, j, order) if order else world.activation(at, j)
                return world.sigma_at(order, self.number(argument, names))
            case syntax.Derivative(of, by):
                variable = (by.letter, self.layer(by.layer), *self._indices(by, names))
                return self.along(of, variable, names)
            case syntax.Total(indices, body):
                return self._sum([self.number(body, inner) for inner in self._cases(indices, names)])
            case syntax.Plus(terms):
                return self._sum([self.number(term, names) for term in terms])
            case syntax.Minus(body):
                return -self.number(body, names)
            case syntax.Times(factors):
                result = world.number(Fraction(1))
                for factor in factors:
                    result = result * self.number(factor, names)
                return result
            case syntax.Over(above, below):
                return self.number(above, names) * power(self.number(below, names), -1)
            case syntax.Power(base, exponent):
                return power(self.number(base, names), exponent)
        raise TypeError(f"{node} is no expression of components.")

    def _sum(self, values: list[Any]) -> Any:
        return sum(values, self.world.number(Fraction(0)))

    def _cases(self, indices: tuple[str, ...], names: dict[str, int]) -> Iterator[dict[str, int]]:
        ranges = [
            range(1, self.world.sizes[self.layer(self.reading.indices.layers[i]) - 1] + 1) for i in indices
        ]
        for values in itertools.product(*ranges):
            yield {**names, **dict(zip(indices, values, strict=True))}

    def _indices(self, node: syntax.Quantity, names: dict[str, int]) -> tuple[int, ...]:
        return tuple(names[i] if isinstance(i, str) else i for i in node.indices)

    def _quantity(self, node: syntax.Quantity, names: dict[str, int]) -> Any:
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

    def along(self, of: syntax.Node, by: tuple[Any, ...], names: dict[str, int]) -> Any:
        """The total derivative of an expression by a component."""
        world = self.world
        zero = world.number(Fraction(0))
        match of:
            case syntax.Number() | syntax.Unknown() | syntax.WidthOf() | syntax.Kronecker():
                return zero
            case syntax.Cost():
                return world.cost_moved(by)
            case syntax.Quantity(letter, layer, _):
                if letter == "delta":
                    raise TooHard(SECOND_DERIVATIVE)
                at, indices = self.layer(layer), self._indices(of, names)
                if letter in ("w", "b"):
                    return world.number(Fraction(int((letter, at, *indices) == by)))
                return zero if letter == "y" else world.moved(letter, at, by)[indices[0] - 1]
            case syntax.Minus(body):
                return -self.along(body, by, names)
            case syntax.Plus(terms):
                return self._sum([self.along(term, by, names) for term in terms])
            case syntax.Times(factors):
                total = zero
                for place, factor in enumerate(factors):
                    rest = syntax.Times(factors[:place] + factors[place + 1 :])
                    total = total + self.number(rest, names) * self.along(factor, by, names)
                return total
            case syntax.Over(above, below):
                return self.along(syntax.Times((above, syntax.Power(below, -1))), by, names)
            case syntax.Power(base, exponent):
                outer = syntax.Times((syntax.Number(Fraction(exponent)), syntax.Power(base, exponent - 1)))
                return self.number(outer, names) * self.along(base, by, names) if exponent else zero
            case syntax.Total(indices, body):
                return self._sum([self.along(body, by, inner) for inner in self._cases(indices, names)])
            case syntax.Activation(order, argument) if order < MOST_DERIVATIVES:
                return self.number(syntax.Activation(order + 1, argument), names) * self.along(
                    argument, by, names
                )
        raise TooHard(SECOND_DERIVATIVE)
