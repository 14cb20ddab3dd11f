"""One `Graph` as a network of unknowns: every quantity of it as a polynomial, derivatives moved forwards.

`GraphUnknowns(net, …)` gives z^l_j, a^l_j and, by `derivative(of, by)`, how fast one thing moves with another; it knows
nothing of backpropagation. In the place of the unknowns it can have numbers.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from functools import partial
from typing import Any

from sympy import Poly, symbols

from bpderive.functions.activations import VectorActivation
from bpderive.functions.costs import costs
from bpderive.judge.polynomials import Polynomial, added, constant, unknown
from bpderive.letters.text import Text
from bpderive.programs.graphs import Graph
from bpderive.programs.graphs.symbolic import entries
from bpderive.workbook.verdict.errors import STEPS_ARE_USED_UP, IllFormed, TooHard

MOST_STEPS = 60_000
"""How many steps a claim may take: products of two terms, and `A_CASE` for each case."""

A_CASE = 5

ZERO, ONE = constant(0), constant(1)

_MIXES = Text(
    en="layer {layer} has one function of the whole layer, so its neurons have no slope of their own",
    zh="第 {layer} 层的激活函数是整层的函数，单个神经元没有自己的斜率",
)


@dataclass(slots=True)
class GraphUnknowns:
    """The network of unknowns, or of `numbers` in their places.

    A component is ("w", l, r, j, k), ("a", l, j), …, ("θ", name), with neurons counted from 0.
    """

    net: Graph
    linear: bool
    cost: str | None
    numbers: random.Random | None = None
    values: dict[Any, Fraction] = field(default_factory=dict)
    steps: int = 0
    _tables: dict[Any, Any] = field(default_factory=dict)
    _known: dict[Any, Any] = field(default_factory=dict)

    def unknown(self, key: Any) -> Polynomial:
        """An unknown, or the number that it is."""
        if self.numbers is None:
            return unknown(key)
        if key not in self.values:
            self.values[key] = Fraction(self.numbers.choice((-3, -2, -1, 1, 2, 3)))
        return constant(self.values[key])

    def times(self, first: Polynomial, second: Polynomial) -> Polynomial:
        """The product, counted."""
        self.count(1 + len(first.terms) * len(second.terms))
        return first * second

    def count(self, steps: int = 1) -> None:
        """Count steps; raises `TooHard` where there are too many."""
        self.steps += steps
        if self.steps > MOST_STEPS:
            raise TooHard(STEPS_ARE_USED_UP)

    def rates(self, key: Any, row: int, column: int = 0) -> Mapping[str, Fraction]:
        """∂w^{l,r}_jk/∂θ or ∂b^l_j/∂θ by the name of θ, for key (l, r) or l: weights are linear in the parameters."""
        if key not in self._tables:
            rows, columns = self.net.shape_of(key)
            self.count(rows * columns)
            made = entries(self.net, key)
            self._tables[key] = [
                [
                    {str(s): Fraction(int(c.p), int(c.q)) for s, c in e.as_coefficients_dict().items()}
                    for e in line
                ]
                for line in made.tolist()
            ]
        found: Mapping[str, Fraction] = self._tables[key][row][column]
        return {name: rate for name, rate in found.items() if rate}

    def entry(self, key: Any, row: int, column: int = 0) -> Polynomial:
        """w^{l,r}_jk or b^l_j by the parameters."""
        return added(rate * self.unknown(("θ", name)) for name, rate in self.rates(key, row, column).items())

    def neurons(self, layer: int) -> range:
        """The neurons of a layer."""
        return range(self.net.width(layer))

    def z(self, layer: int, j: int) -> Polynomial:
        """z^l_j = Σ w^{l,r}_jk a^r_k + b^l_j."""
        terms = [
            self.times(self.entry((layer, read), j, k), self.a(read, k))
            for read in self.net.reads[layer]
            for k in self.neurons(read)
        ]
        return added([*terms, self.entry(layer, j)])

    def sigma(self, layer: int, j: int) -> Polynomial:
        """σ(z^l_j), an unknown."""
        if self.linear and not isinstance(self.net.activation[layer], VectorActivation):
            known: Polynomial = self._once(("σ", layer, j), partial(self.z, layer, j))
            return known
        return self.unknown(("σ" if self.net.shortcuts.get(layer) else "a", layer, j))

    def a(self, layer: int, j: int) -> Polynomial:
        """a^l_j = σ(z^l_j) + the shortcuts."""
        if not self.net.reads[layer]:
            return self.unknown(("a", layer, j))
        return added([self.sigma(layer, j), *(self.a(read, j) for read in self.net.shortcuts.get(layer, ()))])

    def slope(self, layer: int, j: int) -> Polynomial:
        """σ′(z^l_j)."""
        if isinstance(self.net.activation[layer], VectorActivation):
            raise IllFormed(_MIXES.format(layer=layer))
        return ONE if self.linear else self.unknown(("σ′", layer, j))

    def read_by_cost(self, layer: int, j: int) -> Polynomial:
        """∂⁺C/∂a^l_j."""
        if layer not in self.net.cost_reads:
            return ZERO
        if self.cost is None:
            return self.unknown(("g", layer, j))
        a, y = symbols("a y", real=True)
        found = Poly(costs[self.cost].derivative(a, y), a, y)
        powers = (self.a(layer, j), self.unknown(("y", layer, j)))
        return added(
            constant(Fraction(int(c.p), int(c.q))) * powers[0] ** p * powers[1] ** q
            for (p, q), c in found.terms()
        )

    def derivative(self, of: Any, by: Any, fixed: int | None = None) -> Polynomial:
        """∂of/∂by; the layers up to `fixed` are held fixed but for `by`."""
        if of[0] == "w":
            if by[0] == "θ":
                return constant(self.rates((of[1], of[2]), *of[3:]).get(by[1], 0))
            return constant(int(of == by))
        moved: dict[int, list[Polynomial]] = self._once((by, fixed), partial(self._follow, by, fixed))
        if of == ("C",):
            return added(
                self.times(self.read_by_cost(layer, j), change)
                for layer in self.net.cost_reads
                for j, change in enumerate(moved.get(layer, ()))
            )
        letter, layer, j = of[0], int(of[1]), int(of[2])
        if letter == "a":
            return moved[layer][j] if layer in moved else ZERO
        return self._weighted(layer, by, moved)[j]

    def directly(self, of: Any, by: Any) -> Polynomial:
        """∂⁺of/∂by: every layer before that of `of` is held fixed, but for `by`."""
        if of != ("C",):
            return self.derivative(of, by, of[1] - 1)
        return self.read_by_cost(*by[1:]) if by[0] == "a" else ZERO

    def _once(self, key: Any, make: Any) -> Any:
        if key not in self._known:
            self._known[key] = make()
        return self._known[key]

    def _follow(self, by: Any, fixed: int | None) -> dict[int, list[Polynomial]]:
        """How fast the activations move, layer by layer, forwards."""
        moved: dict[int, list[Polynomial]] = {}
        for layer in range(1, self.net.depth + 1):
            if by[:2] == ("a", layer):
                moved[layer] = [constant(int(j == by[2])) for j in self.neurons(layer)]
                continue
            begun = by[0] == "θ" or layer >= by[1]
            if not begun or not self.net.reads[layer] or (fixed is not None and layer <= fixed):
                continue
            own = self._weighted(layer, by, {at: row for at, row in moved.items() if at < layer})
            ways = [moved[read] for read in self.net.shortcuts.get(layer, ()) if read in moved]
            rows = [
                added([change, *(way[j] for way in ways)])
                for j, change in enumerate(self._active(layer, own))
            ]
            if any(rows):
                moved[layer] = rows
        return moved

    def _active(self, layer: int, own: list[Polynomial]) -> Iterator[Polynomial]:
        """How fast σ(z^l) moves with z^l."""
        for k, change in enumerate(own):
            if isinstance(self.net.activation[layer], VectorActivation):
                yield added(self.times(self.unknown(("J", layer, k, j)), c) for j, c in enumerate(own))
            else:
                yield self.times(self.slope(layer, k), change) if change else ZERO

    def _weighted(self, layer: int, by: Any, moved: Mapping[int, list[Polynomial]]) -> list[Polynomial]:
        """How fast the weighted inputs of a layer move."""
        if by[:2] == ("z", layer):
            return [constant(int(j == by[2])) for j in self.neurons(layer)]
        found = []
        for j in self.neurons(layer):
            terms = []
            for read in self.net.reads[layer]:
                for k in self.neurons(read):
                    if read in moved and moved[read][k]:
                        terms.append(self.times(self.entry((layer, read), j, k), moved[read][k]))
                    rate = self.rates((layer, read), j, k).get(by[1], 0) if by[0] == "θ" else 0
                    if rate or by == ("w", layer, read, j, k):
                        terms.append(self.a(read, k) * (rate or 1))
            if by[0] == "θ":
                terms.append(constant(self.rates(layer, j).get(by[1], 0)))
            elif by == ("b", layer, j):
                terms.append(ONE)
            found.append(added(terms))
        return found
