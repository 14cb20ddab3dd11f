"""A network with a number for everything that occurs in a claim: `World`.

Numbers are chosen when they are first asked for: weights, weighted inputs (the biases follow), inputs, desired outputs,
and for an arbitrary cost ∂C/∂a^L. An arbitrary σ is a table: to each place at which it is asked for, a value and a
slope, which some differentiable function has. Numbers are rational; where σ is transcendental and its argument matters,
they are intervals that enclose the true value.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

import sympy

from bpderive.functions.activations import activations
from bpderive.functions.costs import costs
from bpderive.letters.symbols import joined_indices
from bpderive.workbook.verdict import pieces
from bpderive.workbook.verdict.arithmetic import NeedsIntervals, NotHere, arithmetic, exact, iv
from bpderive.workbook.verdict.forms import Clock
from bpderive.workbook.verdict.known import slope_polynomial

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
        exact = self.sigma is None or self.sigma == "linear" or pieces.of_activation(self.sigma) is not None
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
        made = pieces.of_activation(self.sigma, order)
        if made is not None:
            return self._in_pieces(made, order, place)
        act = activations[self.sigma]
        z = sympy.Symbol("z", real=True)
        formula = act.derivative(z) if order else act.expr(z)
        return arithmetic(sympy.diff(formula, z) if order == 2 else formula, {z: place})

    def _in_pieces(self, made: pieces.Pieces, order: int, place: Any) -> Any:
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
