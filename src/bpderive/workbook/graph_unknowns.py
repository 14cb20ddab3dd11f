"""One `Graph` as a network of unknowns: every quantity of it as a polynomial, derivatives moved forwards.

`GraphUnknowns(net, …)` gives z^l_j, a^l_j and, by `derivative(of, by)`, how fast one thing moves with another; it knows
nothing of backpropagation. In the place of the unknowns it can have numbers.
"""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from functools import partial, reduce
from operator import mul
from typing import Any

from bpderive.functions.activations import VectorActivation, elementwise_activations
from bpderive.judge.polynomials import Polynomial, added, constant, unknown
from bpderive.letters.text import Text
from bpderive.programs.graphs import Graph
from bpderive.programs.graphs.symbolic import entries, parameter_places
from bpderive.workbook.verdict.errors import STEPS_ARE_USED_UP, IllFormed, TooHard
from bpderive.workbook.verdict.known import (
    Coefficients,
    jacobian_polynomials,
    slope_of_cost,
    slope_polynomial,
    target_polynomial,
    value_polynomial,
)

MOST_STEPS = 60_000
"""How many steps a claim may take: products of two terms, and `A_CASE` for each case."""

A_CASE = 5

ZERO, ONE = constant(0), constant(1)

_MIXES = Text(
    en="layer {layer} has one function of the whole layer, so its neurons have no slope of their own",
    zh="第 {layer} 层的激活函数是整层的函数，单个神经元没有自己的斜率",
)

_NO_VALUE = Text(en="the value of an arbitrary cost is not known", zh="任意代价函数的值是未知的")
_NO_POLYNOMIAL = Text(en="the value of {cost} is no polynomial", zh="{cost} 的值不是多项式")
_SHARED = Text(
    en="w[{layer},{read}] is made of {name}, and it is {name} that the decay acts on: differentiate by {name}",
    zh="w[{layer},{read}] 由 {name} 构成，而权重衰减作用于 {name}：请对 {name} 求导",
)


@dataclass(slots=True)
class GraphUnknowns:
    """The network of unknowns, or of `numbers` in their places.

    A component is ("w", l, r, j, k), ("a", l, j), …, ("θ", name), with neurons counted from 0.
    """

    net: Graph
    sigma_name: str | None
    cost: str | None
    numbers: random.Random | None = None
    values: dict[Any, Fraction] = field(default_factory=dict)
    steps: int = 0
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

    def _once(self, key: Any, make: Any) -> Any:
        if key not in self._known:
            self._known[key] = make()
        return self._known[key]

    # What the network computes

    def rates(self, key: Any, row: int, column: int = 0) -> Mapping[str, Fraction]:
        """∂w^{l,r}_jk/∂θ or ∂b^l_j/∂θ by the name of θ, for key (l, r) or l: weights are linear in the parameters."""
        found: Mapping[str, Fraction] = self._once(("table", key), partial(self._table, key))[row][column]
        return found

    def _table(self, key: Any) -> list[list[dict[str, Fraction]]]:
        rows, columns = self.net.shape_of(key)
        self.count(rows * columns)
        return [
            [
                {str(s): Fraction(int(c.p), int(c.q)) for s, c in e.as_coefficients_dict().items() if c}
                for e in line
            ]
            for line in entries(self.net, key).tolist()
        ]

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

    def mixes(self, layer: int) -> bool:
        """Whether a layer has one function of all its weighted inputs."""
        return isinstance(self.net.activation[layer], VectorActivation)

    def named(self, layer: int) -> bool:
        """Whether the claim names the activation of a layer."""
        if self.mixes(layer):
            return self.net.activation[layer].name == self.sigma_name
        return self.sigma_name in elementwise_activations

    def sigma(self, layer: int, j: int) -> Polynomial:
        """σ(z^l_j), an unknown; outputs that sum to 1 determine the last of them."""
        function = self.net.activation[layer]
        if self.named(layer):
            if self.sigma_name == "linear":
                return self._linear(layer, j)
            if (
                isinstance(function, VectorActivation)
                and function.sums_to_one
                and j == self.neurons(layer)[-1]
            ):
                return ONE - added(self.sigma(layer, other) for other in range(j))
        return self.unknown(("σ" if self.net.shortcuts.get(layer) else "a", layer, j))

    def _linear(self, layer: int, j: int) -> Polynomial:
        """z^l_j, the layers before it first, so that none has to wait for all of them."""
        if ("σ", layer, j) not in self._known:
            for before in (at for at in self.net.computed if at < layer and not self.mixes(at)):
                for k in self.neurons(before):
                    self._linear(before, k)
        found: Polynomial = self._once(("σ", layer, j), partial(self.z, layer, j))
        return found

    def a(self, layer: int, j: int) -> Polynomial:
        """a^l_j = σ(z^l_j) + the shortcuts."""
        if not self.net.reads[layer]:
            return self.unknown(("a", layer, j))
        return added([self.sigma(layer, j), *(self.a(read, j) for read in self.net.shortcuts.get(layer, ()))])

    def slope(self, layer: int, k: int, j: int | None = None) -> Polynomial:
        """σ′(z^l_k), or ∂σ_k/∂z_j of a layer that mixes."""
        if self.mixes(layer):
            if j is None:
                raise IllFormed(_MIXES.format(layer=layer))
            if self.named(layer):
                found: Polynomial = self._once(("J", layer), partial(self._by_outputs, layer))[k][j]
                return found
            return self.unknown(("J", layer, k, j))
        if self.sigma_name is None or not self.named(layer):
            return self.unknown(("σ′", layer, k))
        known = slope_polynomial(self.sigma_name)
        return ONE if known is None else self.evaluated(known, self.sigma(layer, k))

    def _by_outputs(self, layer: int) -> list[list[Polynomial]]:
        """∂σ_k/∂z_j of a layer that mixes, by its outputs."""
        outputs = [self.sigma(layer, j) for j in self.neurons(layer)]
        table = jacobian_polynomials(self.net.activation[layer], len(outputs))
        assert table is not None
        return [[self.evaluated(entry, *outputs) for entry in row] for row in table]

    def evaluated(self, known: Coefficients, *values: Polynomial) -> Polynomial:
        """A polynomial where its variables are these."""
        return added(
            reduce(mul, map(pow, values, powers), constant(coefficient)) for powers, coefficient in known
        )

    def target(self, layer: int, j: int) -> Polynomial:
        """y^l_j, by a^l_j and ∂⁺C/∂a^l_j where ∂⁺C/∂a^l_j is no polynomial in a^l_j and y^l_j."""
        if self.cost is None or slope_of_cost(self.cost) is not None:
            return self.unknown(("y", layer, j))
        known = target_polynomial(self.cost)
        assert known is not None
        return self.evaluated(known, self.a(layer, j), self.unknown(("g", layer, j)))

    def cost_value(self) -> Polynomial:
        """C, with λ/2 Σ θ²; raises `IllFormed` for an arbitrary cost, `TooHard` for one that is no polynomial."""
        if self.cost is None:
            raise IllFormed(_NO_VALUE)
        if (known := value_polynomial(self.cost)) is None:
            raise TooHard(_NO_POLYNOMIAL.format(cost=self.cost))
        ends = [(layer, j) for layer in self.net.cost_reads for j in self.neurons(layer)]
        squares = added(self.unknown(("θ", name)) ** 2 for name in self.weighing)
        parts = [self.evaluated(known, self.a(*at), self.target(*at)) for at in ends]
        return added([*parts, self.decay / 2 * squares])

    @property
    def decay(self) -> Fraction:
        """λ, as it is written."""
        return Fraction(repr(self.net.decay))

    @property
    def weighing(self) -> tuple[str, ...]:
        """The parameters that are weights and not biases, one by one."""
        names = dict.fromkeys(self.net.shared[key].name for key in self.net.places if isinstance(key, tuple))
        return tuple(made for name in names for made in parameter_places(self.net, name)[1].values())

    def _decayed(self, by: Any) -> Polynomial:
        """What λ/2 Σ θ² adds to ∂C/∂by."""
        if not self.decay or by[0] not in ("θ", "w"):
            return ZERO
        if by[0] == "θ":
            return self.decay * self.unknown(by) if by[1] in self.weighing else ZERO
        if not is_own(self.net, by[1:3]):
            name = self.net.shared[by[1:3]].name
            raise IllFormed(_SHARED.format(layer=by[1], read=by[2], name=name))
        return self.decay * self.entry(by[1:3], *by[3:])

    def read_by_cost(self, layer: int, j: int) -> Polynomial:
        """∂⁺C/∂a^l_j."""
        if layer not in self.net.cost_reads:
            return ZERO
        slope = slope_of_cost(self.cost) if self.cost else None
        if slope is None:
            return self.unknown(("g", layer, j))
        return self.evaluated(slope, self.a(layer, j), self.unknown(("y", layer, j)))

    # How fast it moves

    def derivative(self, of: Any, by: Any, fixed: int = 0) -> Polynomial:
        """∂of/∂by; the layers up to `fixed` are held fixed but for `by`."""
        if of[0] == "w":
            return constant(self.rates(of[1:3], *of[3:]).get(by[1], 0) if by[0] == "θ" else int(of == by))
        moved: Mapping[Any, list[Polynomial]] = self._once((by, fixed), partial(self._follow, by, fixed))
        if of != ("C",):
            found: Polynomial = moved[of[:2]][of[2]]
            return found
        terms = [
            self.times(self.read_by_cost(layer, j), change)
            for layer in self.net.cost_reads
            for j, change in enumerate(moved["a", layer])
            if change
        ]
        return added([*terms, self._decayed(by)])

    def directly(self, of: Any, by: Any) -> Polynomial:
        """∂⁺of/∂by: every layer before that of `of` is held fixed, but for `by`."""
        if of != ("C",):
            return self.derivative(of, by, of[1] - 1)
        return self.read_by_cost(*by[1:]) if by[0] == "a" else self._decayed(by)

    def _follow(self, by: Any, fixed: int) -> dict[Any, list[Polynomial]]:
        """How fast z and a of every layer move, layer by layer, forwards."""
        moved: dict[Any, list[Polynomial]] = {}
        for layer in range(1, self.net.depth + 1):
            neurons = self.neurons(layer)
            moved["z", layer] = moved["a", layer] = [ZERO for _ in neurons]
            begun = bool(self.net.reads[layer]) and (by[0] == "θ" or layer >= by[1])
            if by[:2] == ("z", layer):
                moved["z", layer] = [constant(int(j == by[2])) for j in neurons]
            elif begun and by[:2] != ("a", layer):
                moved["z", layer] = [self._weighted(layer, j, by, moved) for j in neurons]
            if by[:2] == ("a", layer):
                moved["a", layer] = [constant(int(j == by[2])) for j in neurons]
            elif begun and layer > fixed:
                moved["a", layer] = [self._active(layer, k, moved) for k in neurons]
        return moved

    def _weighted(self, layer: int, j: int, by: Any, moved: Mapping[Any, list[Polynomial]]) -> Polynomial:
        """How fast z^l_j moves."""
        own = self.rates(layer, j).get(by[1], 0) if by[0] == "θ" else int(by == ("b", layer, j))
        terms = [constant(own)]
        for read in self.net.reads[layer]:
            for k, change in enumerate(moved["a", read]):
                if change:
                    terms.append(self.times(self.entry((layer, read), j, k), change))
                if by[0] in ("θ", "w") and (rate := self.derivative(("w", layer, read, j, k), by)):
                    terms.append(self.times(rate, self.a(read, k)))
        return added(terms)

    def _active(self, layer: int, k: int, moved: Mapping[Any, list[Polynomial]]) -> Polynomial:
        """How fast a^l_k moves: with the z of its layer, and by the shortcuts."""
        weighted = moved["z", layer]
        slopes = {j: self.slope(layer, k, j) for j in (self.neurons(layer) if self.mixes(layer) else (k,))}
        terms = [self.times(slope, weighted[j]) for j, slope in slopes.items() if weighted[j]]
        return added([*terms, *(moved["a", read][k] for read in self.net.shortcuts.get(layer, ()))])


def is_own(net: Graph, key: tuple[int, int]) -> bool:
    """Whether the entries of w^{l,r} are parameters of its own."""
    use, names = net.shared[key], [each.name for each in net.shared.values()]
    return use.table is None and use.factor is None and names.count(use.name) == 1
