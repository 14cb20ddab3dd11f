"""Numbers: sums and products, components, derivatives, σ and σ′, small changes and paths, each as a polynomial.

A new kind of number needs one method `_number_<class name>`.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import sympy
from sympy import Symbol

from bpderive.errors import NetworkError
from bpderive.judge.evaluate.components import Components, Number
from bpderive.judge.polynomials import Polynomial, added, constant, unknown
from bpderive.judge.truth import COST, Component, differentiate_directly
from bpderive.letters.places import Letters
from bpderive.letters.symbols import (
    C,
    ExplicitPathSum,
    Partial,
    PathProduct,
    PathSum,
    SigmaPrime,
    Width,
    a,
    i,
    j,
    l,
    quantity,
    z,
)


class Numbers(Components):
    """Reads what has one value."""

    def _of(self, component: Component) -> Polynomial:
        """The value of a component; δ^l_j is ∂C/∂z^l_j, equation (29), d^l_j what its definition says."""
        if component[0] == "d":
            return self._shared(component[1], component[2])
        if component[0] == "delta":
            return self.truth.derivative(COST, ("z", *component[1:]))
        return self.truth.value(component)

    def _number_Rational(self, expression: Any) -> Number:
        fixed = constant(Fraction(int(expression.p), int(expression.q)))
        return lambda letters: fixed

    def _number_Symbol(self, expression: Symbol) -> Number:
        if expression == C:
            return lambda letters: self.truth.value(COST)
        whole = self.integer(expression)
        return lambda letters: constant(whole(letters))

    def _number_Width(self, expression: Width) -> Number:
        whole = self.integer(expression)
        return lambda letters: constant(whole(letters))

    def _number_Add(self, expression: Any) -> Number:
        parts = [self.number(part) for part in expression.args]
        return lambda letters: added(part(letters) for part in parts)

    def _number_Mul(self, expression: Any) -> Number:
        first, *rest = [self.number(part) for part in expression.args]

        def product(letters: Letters) -> Polynomial:
            result = first(letters)
            for part in rest:
                result = result * part(letters)
            return result

        return product

    def _number_Pow(self, expression: Any) -> Number:
        if not (expression.exp.is_Integer and expression.exp > 0):
            raise TypeError(f"a statement cannot contain {expression}, which is no polynomial.")
        base, exponent = self.number(expression.base), int(expression.exp)
        return lambda letters: base(letters) ** exponent

    def _number_Sum(self, expression: Any) -> Number:
        body = self.number(expression.function)
        limits = [
            (letter, self.integer(low), self.integer(high))
            for letter, low, high in reversed(expression.limits)
        ]

        def total(letters: Letters) -> Polynomial:
            cases: list[dict[Symbol, int]] = [dict(letters)]
            for letter, low, high in limits:
                cases = [{**case, letter: v} for case in cases for v in range(low(case), high(case) + 1)]
            return added(body(case) for case in cases)

        return total

    def _number_KroneckerDelta(self, expression: Any) -> Number:
        first, second = (self.integer(part) for part in expression.args[:2])
        return lambda letters: constant(int(first(letters) == second(letters)))

    def _number_MatrixElement(self, expression: Any) -> Number:
        if quantity(expression) is not None:
            component = self.component(expression)
            return lambda letters: self._of(component(letters))
        table, row, column = (
            self.value(expression.parent),
            self.integer(expression.i),
            self.integer(expression.j),
        )

        def entry(letters: Letters) -> Polynomial:
            rows, j, k = table(letters), row(letters), column(letters)
            if not (0 <= j < len(rows) and 0 <= k < len(rows[0])):
                raise NetworkError(f"{expression} has no entry in row {j + 1} and column {k + 1}.")
            return rows[j][k]

        return entry

    def _number_Partial(self, expression: Partial) -> Number:
        of, by = self.component(expression.of), self.component(expression.by)

        def derivative(letters: Letters) -> Polynomial:
            return self.truth.derivative(of(letters), by(letters))

        return derivative

    def _number_Sigma(self, expression: Any) -> Number:
        layer, neuron = (self.integer(part) for part in expression.args[:2])
        order = int(isinstance(expression, SigmaPrime))
        argument = self.number(expression.args[2])
        own = expression.args[2] == z(expression.args[0])[expression.args[1], 0]

        def applied(letters: Letters) -> Polynomial:
            at, j = layer(letters), neuron(letters)
            self.truth.require(("z", at, j))
            self.truth.slope(at, j)  # there is none where the outputs are a function of the whole layer
            if not own:
                given = argument(letters)
                if given != self.truth.value(("z", at, j)):
                    return unknown(("σ", order, at, j, given))
            return self.truth.slope(at, j) if order else self.truth.value(("a", at, j))

        return applied

    _number_SigmaPrime = _number_Sigma

    def _number_NormSquared(self, expression: Any) -> Number:
        return self.number(expression.components(i))

    def _number_Change(self, expression: Any) -> Number:
        component = self.component(expression.args[0])
        step = unknown(("Δ",))

        def change(letters: Letters) -> Polynomial:
            of = component(letters)
            if self._moved is None:
                raise TypeError(f"nothing says what moves in {expression}.")
            if of == self._moved:
                return step
            if of[0] not in ("C", "a", "z"):
                raise TypeError(f"{expression} is not decided: only the changes of C, a and z are.")
            if of != COST:
                self.truth.require(of)
            rate = differentiate_directly(
                self.truth.sizes, self._moved, of, self._path, self.truth.whole and self._path is None
            )
            if self.truth.cost is not None:
                rate = rate.put(lambda key: self.truth.cost_slope(key[2]) if key[0] == "g" else unknown(key))
            return step * rate

        return change

    def _number_PathProduct(self, expression: PathProduct) -> Number:
        layer, neuron, last = (self.integer(part) for part in expression.args)
        along = self._along(expression)

        def product(letters: Letters) -> Polynomial:
            if self._path is None or self._moved is None:
                raise TypeError("nothing says which path is meant.")
            first = self._moved[1]
            path = self._path[layer(letters) - first : last(letters) - first + 1]
            if layer(letters) < first or path[:1] != (neuron(letters),):
                raise NetworkError(f"the path does not begin where {expression} does.")
            return along(letters, path)

        return product

    def _shared(self, layer: int, neuron: int) -> Polynomial:
        """d^l_j, the explicit sum over the paths from a neuron, times σ′(z^l_j)."""
        self.truth.require(("z", layer, neuron))
        total = self.number(ExplicitPathSum(l, j, self.truth.depth))
        return total({l: layer, j: neuron}) * self.truth.slope(layer, neuron)

    def _number_PathSum(self, expression: PathSum | ExplicitPathSum) -> Number:
        layer, neuron, last = (self.integer(part) for part in expression.args)
        along = self._along(expression)
        sums: dict[tuple[int, int, int], Polynomial] = {}  # the weights into one neuron share its paths

        def total(letters: Letters) -> Polynomial:
            ends = layer(letters), neuron(letters), last(letters)
            if ends[0] > ends[2]:
                raise NetworkError(f"no path leads from layer {ends[0]} back to layer {ends[2]}.")
            if ends not in sums:
                sums[ends] = added(along(letters, path) for path in self._paths(*ends))
            return sums[ends]

        return total

    _number_ExplicitPathSum = _number_PathSum

    def _along(
        self, expression: PathSum | ExplicitPathSum | PathProduct
    ) -> Callable[[Letters, tuple[int, ...]], Polynomial]:
        """The product of the rate factors along a path, from ∂C/∂a^L_m back to ∂a^{l+1}_q/∂a^l_j."""
        layer, _, last = (self.integer(part) for part in expression.args)
        at, here, following = (sympy.Dummy(name, integer=True) for name in ("r", "p", "q"))
        written = ExplicitPathSum if isinstance(expression, ExplicitPathSum) else PathSum
        link = self.number(written.link(at, here, following))
        end = self.number(Partial(C, a(at)[here, 0]))

        def product(letters: Letters, path: tuple[int, ...]) -> Polynomial:
            start = layer(letters)
            term = end({at: last(letters), here: path[-1]})
            for step, (first, second) in enumerate(itertools.pairwise(path)):
                term = term * link({at: start + step, here: first, following: second})
            return term

        return product
