"""A network with a number for everything that occurs in a claim, and expressions read on it.

A `Trial` chooses numbers when they are first asked for: weights, weighted inputs (the biases follow), inputs, desired
outputs, and for an arbitrary cost ∂C/∂a^L. An arbitrary σ is a table: to each place at which it is asked for, a value
and a slope, which some differentiable function has. Numbers are rational; where σ is transcendental and its argument
matters, they are intervals that enclose the true value. `trial.value(node, names)` is the value of an expression. Its
derivatives are carried forwards, from what is moved to the cost: the other way from that of `Normaliser`.
"""

from __future__ import annotations

import itertools
import random
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from operator import mul
from typing import Any

import sympy

from bpderive.functions.activations import activations
from bpderive.functions.costs import costs
from bpderive.letters.symbols import joined_indices
from bpderive.workbook.language import syntax
from bpderive.workbook.verdict.arithmetic import NeedsIntervals, NotHere, arithmetic, exact, iv, power
from bpderive.workbook.verdict.errors import bounded
from bpderive.workbook.verdict.forms import Clock
from bpderive.workbook.verdict.indices import Reading
from bpderive.workbook.verdict.known import Pieces, activation_in_pieces, slope_polynomial
from bpderive.workbook.verdict.layers import value
from bpderive.workbook.verdict.walker import Names, Variable, Walker

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


_A, _Y = sympy.symbols("a y", real=True)

AN_INTERVAL = 4
"""How many steps a number takes that is an interval."""


@dataclass(slots=True)
class Trial(Walker[Any]):
    """A network with numbers, and a layer l in it; `values` are the numbers that were asked for, by name."""

    reading: Reading
    sizes: tuple[int, ...]
    at: int
    pool: tuple[Fraction, ...]
    random: random.Random
    clock: Clock
    intervals: bool = False
    values: dict[str, Any] = field(default_factory=dict)
    _tables: dict[tuple[int, Any], Any] = field(default_factory=dict)
    _known: dict[Any, Any] = field(default_factory=dict)

    # Numbers

    def step(self) -> None:
        """Take the steps of one number."""
        self.clock.check(AN_INTERVAL if self.intervals else 1)

    def kept(self, value: Any) -> Any:
        """The number; raises `OutOfReach` for one that is too long."""
        return bounded(value) if isinstance(value, Fraction) else value

    def number(self, value: Fraction) -> Any:
        """A rational number in the arithmetic of this network."""
        return iv.mpf(value.numerator) / iv.mpf(value.denominator) if self.intervals else value

    def plus(self, values: Iterable[Any]) -> Any:
        """The sum of all."""
        return sum(values, self.number(Fraction(0)))

    times = staticmethod(mul)
    power = staticmethod(power)

    def total(self, indices: tuple[str, ...], body: Callable[[Names], Any], names: Names) -> Any:
        """The sum over these indices."""
        layers = [self.place(self.reading.indices.layers[i]) for i in indices]
        chosen = itertools.product(*(range(1, self.sizes[layer - 1] + 1) for layer in layers))
        return self.plus([body({**names, **dict(zip(indices, values, strict=True))}) for values in chosen])

    def unknown(self, name: str, pool: tuple[Fraction, ...] | None = None) -> Any:
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
        exact = self.sigma is None or activation_in_pieces(self.sigma) is not None
        return not exact and not self.intervals

    # The quantities of the network

    def place(self, layer: syntax.Layer) -> int:
        """The number of a layer."""
        return value(layer, self.at, self.depth)

    def width_of(self, layer: syntax.Layer) -> Any:
        """n_l."""
        return self.number(Fraction(self.sizes[self.place(layer) - 1]))

    def kronecker(self, first: syntax.Index, second: syntax.Index) -> Any:
        """1 where both are the same neuron, else 0."""
        return self.number(Fraction(int(first == second)))

    def sigma_of(self, order: int, argument: syntax.Node, names: Names) -> Any:
        """σ, σ′ or σ″ of an expression."""
        if isinstance(argument, syntax.Quantity) and argument.letter == "z":
            at, [j] = self.place(argument.layer), map(int, syntax.renamed(argument.indices, names))
            return self.slope(at, j, order) if order else self.activation(at, j)
        return self.sigma_at(order, self.value(argument, names))

    def weight(self, layer: int, j: int, k: int) -> Any:
        """w^l_jk."""
        return self.unknown(f"w^{layer}_{joined_indices([str(j), str(k)])}")

    def weighted_input(self, layer: int, j: int) -> Any:
        """z^l_j."""
        if self._by_output:
            raise NeedsIntervals
        return self.unknown(f"z^{layer}_{j}")

    def bias(self, layer: int, j: int) -> Any:
        """b^l_j = z^l_j − Σ_k w^l_jk a^{l-1}_k."""
        before = range(1, self.sizes[layer - 2] + 1)
        weighted = self.plus(self.weight(layer, j, k) * self.activation(layer - 1, k) for k in before)
        found = self.weighted_input(layer, j) - weighted
        if not self.intervals:
            self.values[f"b^{layer}_{j}"] = found
        return found

    def activation(self, layer: int, j: int) -> Any:
        """a^l_j; the input for l = 1."""
        if layer == 1:
            return self.unknown(f"a^1_{j}")
        if self._by_output:
            return self.unknown(f"a^{layer}_{j}", self._outputs())
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
            shown = f"σ{chr(39) * order}({_told(place)})"
            self.values[shown] = self._tables[key]
            return self.number(self._tables[key])
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
            return self.unknown(f"∂C/∂a^{self.depth}_{m}")
        return self._of_output(costs[self.cost].derivative(_A, _Y), m)

    def _of_output(self, formula: Any, m: int) -> Any:
        """A formula in an output and its target."""
        return arithmetic(formula, {_A: self.activation(self.depth, m), _Y: self.target(m)})

    def target(self, m: int) -> Any:
        """y_m."""
        return self.unknown(f"y_{m}")

    def cost_value(self) -> Any:
        """C."""
        if self.cost is None:
            return self.unknown("C")
        term = costs[self.cost].term(_A, _Y)
        return self.plus(self._of_output(term, m) for m in range(1, self.sizes[-1] + 1))

    # Derivatives, by forward mode

    def cost_moved(self, by: Variable) -> Any:
        """∂C/∂by."""
        moved = self._layer_moved("a", self.depth, by)
        return self.plus(self.cost_slope(m) * moved[m - 1] for m in _nonzero(moved))

    def moved(self, letter: str, layer: int, neuron: int, by: Variable) -> Any:
        """∂z^l_j/∂by or ∂a^l_j/∂by."""
        return self._layer_moved(letter, layer, by)[neuron - 1]

    def _layer_moved(self, letter: str, layer: int, by: Variable) -> list[Any]:
        """∂z^l/∂by or ∂a^l/∂by, of all neurons of the layer."""
        key = (letter, layer, by)
        if key not in self._known:
            self._known[key] = [*self._each_moved(letter, layer, by)]
        found: list[Any] = self._known[key]
        return found

    def _each_moved(self, letter: str, layer: int, by: Variable) -> Iterator[Any]:
        zero, one = self.number(Fraction(0)), self.number(Fraction(1))
        neurons = range(1, self.sizes[layer - 1] + 1)
        if layer < by.at or (letter == "a" and layer == 1 and by.letter != "a"):
            return (zero for _ in neurons)
        if layer == by.at and letter == by.letter:
            return (one if j == by.indices[0] else zero for j in neurons)
        if letter == "a":
            moved = self._layer_moved("z", layer, by)
            return (self.slope(layer, j) * moved[j - 1] if j in _nonzero(moved) else zero for j in neurons)
        if layer == by.at:
            rate = {"b": one, "w": None}.get(by.letter, zero)
            if rate is None:
                rate = self.activation(layer - 1, by.indices[1])
            return (rate if j == by.indices[0] else zero for j in neurons)
        before = self._layer_moved("a", layer - 1, by)
        return (
            self.plus(self.weight(layer, j, k) * before[k - 1] for k in _nonzero(before)) for j in neurons
        )


def _told(place: Any) -> str:
    """A place as a fraction where it is one, in intervals too; else the first of its decimals."""
    if isinstance(place, Fraction):
        return str(place)
    return str(exact(place.a)) if place.a == place.b else f"{float(exact(place.a)):.6g}…"


def _nonzero(values: list[Any]) -> list[int]:
    """The numbers of the entries that are not exactly 0."""
    return [
        place
        for place, value in enumerate(values, start=1)
        if not (isinstance(value, Fraction) and value == 0)
    ]
