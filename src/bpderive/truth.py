"""The judge: derivatives of the composed network, found without backpropagation.

`Truth(sizes)` is a network of these sizes whose weights, biases, inputs, activations a^l_j, slopes σ′(z^l_j)
and, for an arbitrary cost, derivatives ∂C/∂a^L_m are independent unknowns; every quantity is an exact
polynomial in them. They are independent because the biases are free, which makes the z^l_j free, and because
σ^l_j is arbitrary, which makes its value and its slope at z^l_j free. `derivative(of, by)` moves a small change
of `by` *forwards* through the network.

`differentiate_directly` is a second judge: it composes the network into one SymPy expression and calls `sympy.diff`.
This module knows nothing of proofs, backpropagation or paths, and may not: they are what it judges.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from functools import cache
from typing import Any

import sympy
from sympy import Expr, Function, Symbol

from bpderive.costs import Cost
from bpderive.errors import DomainError, NetworkError
from bpderive.notation import Sigma, SigmaPrime, joined_indices
from bpderive.polynomials import Polynomial, added, constant, unknown

Component = tuple[Any, ...]
"""("w", l, j, k), ("b", l, j), ("z", l, j), ("a", l, j), ("y", L, j), or ("C",); layers from 1, neurons from 0."""

COST: Component = ("C",)

Tangent = dict[int, Polynomial]


def name(key: Component) -> str:
    """How an unknown is written, neurons counted from 1: w^2_13, σ'(z^2_1), ∂C/∂a^3_2."""
    letter, *rest = key
    if letter == "σ":
        order, layer, neuron, argument = rest
        if argument is None:
            return f"σ{chr(39) * order}(z^{layer}_{neuron + 1})"
        return f"σ^{layer}_{neuron + 1}{chr(39) * order}({argument.written(name)})"
    if not rest:
        return str(letter)
    layer, *indices = rest
    place = f"^{layer}_{joined_indices([str(i + 1) for i in indices])}"
    return f"∂C/∂a{place}" if letter == "g" else f"{letter}{place}"


@dataclass(slots=True)
class Truth:
    """A network of unknowns; `cost` is None when the cost is arbitrary."""

    sizes: tuple[int, ...]
    cost: Cost | None = None
    _weighted: dict[tuple[int, int], Polynomial] = field(default_factory=dict)
    _derivatives: dict[tuple[Component, Component], Polynomial] = field(default_factory=dict)

    @property
    def depth(self) -> int:
        """L."""
        return len(self.sizes)

    def require(self, component: Component) -> None:
        """Raise `NetworkError` if the network has no such component."""
        letter, layer, *indices = component
        if letter not in ("w", "b", "z", "a", "y", "delta"):
            raise NetworkError(f"{name(component)} does not exist: a network has no {letter}.")
        first = 1 if letter in ("a", "y") else 2
        counts = [layer, layer - 1] if letter == "w" else [layer]
        if not first <= layer <= self.depth or (letter == "y" and layer != self.depth):
            raise NetworkError(
                f"{name(component)} does not exist: the network {self.sizes} has no such layer of {letter}."
            )
        for index, at in zip(indices, counts, strict=True):
            if not 0 <= index < self.sizes[at - 1]:
                raise NetworkError(
                    f"{name(component)} does not exist: layer {at} has {self.sizes[at - 1]} neurons."
                )

    def value(self, component: Component) -> Polynomial:
        """The component as a polynomial; raises `NetworkError` if it does not exist."""
        if component == COST:
            return self._cost_value()
        self.require(component)
        if component[0] == "z":
            return self._weighted_input(component[1], component[2])
        return unknown(component)

    def slope(self, layer: int, neuron: int) -> Polynomial:
        """σ′(z^l_j)."""
        return unknown(("σ", 1, layer, neuron, None))

    def cost_slope(self, neuron: int) -> Polynomial:
        """∂C/∂a^L_m, of neuron m of the output layer."""
        if self.cost is None:
            return unknown(("g", self.depth, neuron))
        return self._of_output(lambda cost, out, wanted: cost.derivative(out, wanted), neuron)

    def derivative(self, of: Component, by: Component) -> Polynomial:
        """∂of/∂by, the other neurons of by's layer held fixed; raises `NetworkError` if one of them does not exist."""
        known = self._derivatives.get((of, by))
        if known is None:
            known = self._derivatives[of, by] = self._forward(of, by)
        return known

    def _forward(self, of: Component, by: Component) -> Polynomial:
        self.require(by)
        if of != COST:
            self.require(of)
        if of[0] == "delta":
            raise TypeError(f"derivatives of errors, here of {name(of)}, are not decided.")
        if of[0] not in ("C", "z", "a"):
            return constant(int(of == by))
        kind, layer, change = self._small_change(by)
        last_kind, last = ("a", self.depth) if of == COST else of[:2]
        while (kind, layer) != (last_kind, last):
            if kind == "z":
                kind, change = "a", {j: self.slope(layer, j) * moved for j, moved in change.items()}
            else:
                layer, kind = layer + 1, "z"
                if layer > last:
                    return constant(0)
                change = self._weigh(layer, change)
            if layer > last:
                return constant(0)
        if of == COST:
            return added(self.cost_slope(m) * moved for m, moved in change.items())
        return change.get(of[2], constant(0))

    def _small_change(self, by: Component) -> tuple[str, int, Tangent]:
        """What a unit change of `by` changes first: "z" or "a", its layer, and by how much for which neuron."""
        letter, layer, neuron = by[:3]
        if letter == "w":
            return "z", layer, {neuron: unknown(("a", layer - 1, by[3]))}
        if letter in ("b", "z"):
            return "z", layer, {neuron: constant(1)}
        if letter == "a":
            return "a", layer, {neuron: constant(1)}
        raise TypeError(f"derivatives by {name(by)} are not decided: only those by w, b, z and a are.")

    def _weigh(self, layer: int, active: Tangent) -> Tangent:
        rows = range(self.sizes[layer - 1])
        return {j: added(unknown(("w", layer, j, k)) * moved for k, moved in active.items()) for j in rows}

    def _weighted_input(self, layer: int, neuron: int) -> Polynomial:
        known = self._weighted.get((layer, neuron))
        if known is None:
            terms = [
                unknown(("w", layer, neuron, k)) * unknown(("a", layer - 1, k))
                for k in range(self.sizes[layer - 2])
            ]
            known = self._weighted[layer, neuron] = added([*terms, unknown(("b", layer, neuron))])
        return known

    def _cost_value(self) -> Polynomial:
        if self.cost is None:
            raise NetworkError(
                "the value of an arbitrary cost is no polynomial; only its derivatives are unknowns."
            )
        return added(
            self._of_output(lambda cost, out, wanted: cost.term(out, wanted), m)
            for m in range(self.sizes[-1])
        )

    def _of_output(self, formula: Any, neuron: int) -> Polynomial:
        """A formula in a and y, which must be a polynomial in them, at a neuron of the output layer."""
        out, wanted = sympy.symbols("out wanted", real=True)
        found = formula(self.cost, out, wanted)
        if not found.is_polynomial(out, wanted):
            raise DomainError(
                f"{found} is no polynomial in the output and the desired output, so statements about this cost are "
                "not decided exactly. Decide them for an arbitrary cost, or for one that is a polynomial."
            )
        terms = sympy.Poly(found, out, wanted).terms()
        a, y = unknown(("a", self.depth, neuron)), unknown(("y", self.depth, neuron))
        return added(
            a ** int(powers[0]) * y ** int(powers[1]) * _fraction(coefficient)
            for powers, coefficient in terms
        )


def _fraction(number: Expr) -> Fraction:
    return Fraction(int(number.p), int(number.q))


class _Cost(Function):
    """C as a function of all output activations; its derivatives are symbols of their own."""

    def fdiff(self, argindex: int = 1) -> Expr:
        return Symbol(f"g_{argindex - 1}")


@cache
def differentiate_directly(
    sizes: tuple[int, ...], by: Component, of: Component = COST, path: tuple[int, ...] | None = None
) -> Polynomial:
    """∂of/∂by by `sympy.diff` of the network written as one expression; `by` is a weight or a bias, `of` C or
    some a^l_j or z^l_j.

    σ^l_j is a function of its own for each neuron and C is arbitrary, as in `Truth`, whose unknowns the result
    uses. With `path`, one neuron for each layer from that of `by`, all others are frozen: the change that
    equation (51) speaks of.
    """
    letters: dict[Symbol, Component] = {}

    def letter(*key: Any) -> Symbol:
        symbol = Symbol("_".join(map(str, key)))
        letters[symbol] = key
        return symbol

    active = [letter("a", 1, k) for k in range(sizes[0])]
    last = len(sizes) if of == COST else of[1]
    for layer in range(2, last + 1):
        before = active
        active = []
        for j in range(sizes[layer - 1]):
            terms = [letter("w", layer, j, k) * a for k, a in enumerate(before)]
            frozen = path is not None and layer >= by[1] and path[layer - by[1]] != j
            active.append(
                letter("a", layer, j) if frozen else Sigma(layer, j, sum(terms, letter("b", layer, j)))
            )
    whole = _Cost(*active) if of == COST else active[of[2]]
    if of[0] == "z":
        frozen = not isinstance(whole, Sigma)
        whole = sympy.Integer(0) if frozen else whole.args[2]
    result = sympy.diff(whole, letter(*by))
    result = result.replace(SigmaPrime, lambda layer, j, _: letter("σ", 1, int(layer), int(j), None))
    result = result.replace(Sigma, lambda layer, j, _: letter("a", int(layer), int(j)))
    for m in range(sizes[-1]):
        letters[Symbol(f"g_{m}")] = ("g", len(sizes), m)
    variables = sorted(result.free_symbols, key=str)
    if not variables:
        return constant(_fraction(result))
    return added(
        _monomial(coefficient, powers, [unknown(letters[v]) for v in variables])
        for powers, coefficient in sympy.Poly(result, *variables).terms()
    )


def _monomial(coefficient: Expr, powers: tuple[int, ...], variables: list[Polynomial]) -> Polynomial:
    product = constant(_fraction(coefficient))
    for variable, power in zip(variables, powers, strict=True):
        product = product * variable**power
    return product
