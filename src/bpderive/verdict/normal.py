"""A claim in components as tensor polynomials in independent unknowns.

In a `Case`, `Normaliser.terms(node)` writes everything in: w; z of each layer, which are independent because the biases
are free; σ and σ′ of each normalised argument; the input; ∂C/∂a of the last layer in sight; and, between layers at no
fixed distance, the derivatives ∂z/∂a from one to the other. Total derivatives follow by the chain rule, δ by its
definition, b as z − Σ w a. Every rewriting is an identity, so that equal normal forms mean equal sides.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from typing import Any

import sympy

from bpderive.activations import activations
from bpderive.costs import costs
from bpderive.language.syntax import (
    Activation,
    Cost,
    Derivative,
    Index,
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
    WidthOf,
)
from bpderive.text import Text
from bpderive.verdict import forms
from bpderive.verdict.errors import IllFormed, TooHard
from bpderive.verdict.forms import Clock, Form, Term, atom, number, product, scaled
from bpderive.verdict.layers import Case, Position
from bpderive.verdict.shapes import Spaces

MOST_DERIVATIVES = 2
"""How often σ is differentiated at most."""

SECOND_DERIVATIVE = Text(
    en="it needs second derivatives, which are not treated", zh="它需要二阶导数，这里不处理"
)

Coefficients = tuple[tuple[tuple[int, ...], Fraction], ...]


@lru_cache(32)
def slope_polynomial(sigma: str, order: int = 1) -> Coefficients | None:
    """σ′, or σ″ for order 2, as a polynomial in σ: exponents and coefficients; None if it is none."""
    a = sympy.Symbol("a", real=True)
    found = activations[sigma].derivative_from_output(a)
    if found is None or sigma == "linear":
        return None
    return polynomial(found if order == 1 else sympy.expand(sympy.diff(found, a) * found), "a")


@lru_cache(32)
def target_polynomial(cost: str) -> Coefficients | None:
    """y as a polynomial in a, e = ∂C/∂a: exponents and coefficients; None if it is none."""
    a, y, e = sympy.symbols("a y e", real=True)
    slope = sympy.together(costs[cost].derivative(a, y) - e)
    above = sympy.expand(sympy.numer(slope))
    if not above.is_polynomial(y) or sympy.degree(above, y) != 1:
        return None
    solved = sympy.cancel(-above.coeff(y, 0) / above.coeff(y, 1))
    return polynomial(solved, "a", "e")


@lru_cache(32)
def slope_of_cost(cost: str) -> Coefficients | None:
    """∂C/∂a as a polynomial in a and y; None if it is none."""
    a, y = sympy.symbols("a y", real=True)
    return polynomial(costs[cost].derivative(a, y), "a", "y")


@lru_cache(32)
def value_polynomial(cost: str) -> Coefficients | None:
    """What one output contributes to C as a polynomial in a and y; None if it is none."""
    a, y = sympy.symbols("a y", real=True)
    return polynomial(costs[cost].term(a, y), "a", "y")


def polynomial(expression: Any, *names: str) -> Coefficients | None:
    """Exponents and coefficients, or None if the expression is no polynomial with rational coefficients."""
    letters = sympy.symbols(names, real=True)
    if not expression.is_polynomial(*letters):
        return None
    terms = sympy.Poly(expression, *letters).terms()
    if not all(coefficient.is_Rational for _, coefficient in terms):
        return None
    return tuple((tuple(map(int, powers)), Fraction(int(c.p), int(c.q))) for powers, c in terms)


def evaluated(coefficients: Coefficients, *values: list[Term]) -> list[Term]:
    """The polynomial where its variables are expressions."""
    result: list[Term] = []
    for powers, coefficient in coefficients:
        part = number(coefficient)
        for value, power in zip(values, powers, strict=True):
            for _ in range(power):
                part = product(part, value)
        result += part
    return result


@dataclass(slots=True)
class Normaliser:
    """Writes the expressions of one claim in one case; `layers` says what each index runs over."""

    case: Case
    spaces: Spaces
    layers: dict[str, Layer]
    cost: str | None
    sigma: str | None
    clock: Clock
    unequal: frozenset[frozenset[Any]] = frozenset()
    keeps_targets: bool = False

    def form(self, node: Node, names: dict[str, Index]) -> Form:
        """The normal form of `node`, its free indices read as `names` says."""
        return self.normal(self.terms(node, names))

    def normal(self, terms: list[Term]) -> Form:
        """The normal form of an expression."""
        return forms.normal(terms, self.unequal, self.clock)

    def terms(self, node: Node, names: dict[str, Index]) -> list[Term]:
        """`node` as a sum of products; raises `IllFormed` for a denominator that is 0, `TooHard` where it ends."""
        self.clock.check()
        match node:
            case Number(value):
                return number(value)
            case Unknown(name):
                return atom("u", (name,))
            case Cost():
                return self._cost()
            case Quantity():
                return self._quantity(
                    node, tuple(names.get(i, i) if isinstance(i, str) else i for i in node.indices)
                )
            case WidthOf(layer):
                return self._width(self.spaces.of(layer))
            case Kronecker(first, second):
                return self._kronecker(
                    *(names.get(i, i) if isinstance(i, str) else i for i in (first, second))
                )
            case Activation(order, argument):
                return self._activation(order, self.normal(self.terms(argument, names)))
            case Derivative(of, by):
                return self._derivative(of, by, names)
            case Total(indices, body):
                return self._total(indices, lambda inner: self.terms(body, inner), names)
            case Plus(terms):
                return [t for part in terms for t in self.terms(part, names)]
            case Minus(body):
                return scaled(self.terms(body, names), -1)
            case Times(factors):
                result = number(1)
                for factor in factors:
                    result = product(result, self.terms(factor, names))
                return result
            case Over(above, below):
                return product(self.terms(above, names), self._inverse(self.terms(below, names)))
            case Power(base, exponent):
                powered = self.terms(base, names)
                return self._power(powered if exponent >= 0 else self._inverse(powered), abs(exponent))
        raise TypeError(f"{node} is no expression of components.")

    def _power(self, base: list[Term], exponent: int) -> list[Term]:
        result = number(1)
        for _ in range(exponent):
            result = product(result, base)
        return result

    def _inverse(self, terms: list[Term]) -> list[Term]:
        form = self.normal(terms)
        if not form:
            raise IllFormed(Text(en="a denominator is identically 0", zh="分母恒为 0"))
        ((factors, spaces), coefficient), *more = form
        if not more and not spaces and all(f[0] != forms.DELTA for f, _ in factors):
            return [Term(1 / coefficient, tuple((f, -e) for f, e in factors))]
        monic = tuple((key, c / coefficient) for key, c in form)
        return scaled(atom("inv", monic), 1 / coefficient)

    def _total(
        self,
        indices: tuple[str, ...],
        body: Callable[[dict[str, Index]], list[Term]],
        names: dict[str, Index],
    ) -> list[Term]:
        if not indices:
            return body(names)
        first, *rest = indices
        return self.over(
            self.spaces.of(self.layers[first]),
            lambda at: self._total(tuple(rest), body, {**names, first: at}),
        )

    def over(self, space: Any, body: Callable[[Index], list[Term]]) -> list[Term]:
        """The sum over a space: term by term where its width is a number."""
        width = self.spaces.width(space)
        if width is not None:
            return [t for at in range(1, width + 1) for t in body(at)]
        index = forms.fresh()
        return [Term(t.coefficient, t.factors, (*t.bound, (index, space))) for t in body(index)]

    def _width(self, space: Any) -> list[Term]:
        width = self.spaces.width(space)
        return atom("n", space) if width is None else number(width)

    def _kronecker(self, first: Index, second: Index) -> list[Term]:
        if first == second:
            return number(1)
        if isinstance(first, int) and isinstance(second, int):
            return []
        return atom(forms.DELTA, *sorted((first, second), key=forms.order))

    # Quantities

    def _quantity(self, node: Quantity, indices: tuple[Index, ...]) -> list[Term]:
        at = self.case.position(node.layer)
        match node.letter:
            case "w":
                return atom("w", at, *indices)
            case "z":
                return atom("z", at, *indices)
            case "a":
                return self.activation(at, indices[0])
            case "b":
                return self._bias(at, indices[0])
            case "y":
                return self._target(indices[0])
            case "delta":
                return self.error(at, indices[0])
        raise TypeError(node.letter)

    def activation(self, at: Position, neuron: Index) -> list[Term]:
        """a^l_j: an unknown, or z^l_j itself where σ is linear."""
        if self.sigma == "linear" and at != self.case.first:
            return atom("z", at, neuron)
        return atom("a", at, neuron)

    def slope(self, at: Position, neuron: Index, order: int = 1) -> list[Term]:
        """σ′(z^l_j), or σ″ for order 2: an unknown, or what it is by σ where that is known."""
        if self.sigma == "linear":
            return number(2 - order)
        known = slope_polynomial(self.sigma, order) if self.sigma else None
        if known is not None:
            return evaluated(known, self.activation(at, neuron))
        return atom("s" * order, at, neuron)

    def _bias(self, at: Position, neuron: Index) -> list[Term]:
        before = self._before(at)
        weighted = self.over(
            self._space(before),
            lambda k: product(atom("w", at, neuron, k), self.activation(before, k)),
        )
        return atom("z", at, neuron) + scaled(weighted, -1)

    def _target(self, neuron: Index) -> list[Term]:
        """y_j: free; where the cost is known, written by ∂C/∂a^L_j, which is free as well."""
        known = target_polynomial(self.cost) if self.cost and not self.keeps_targets else None
        if known is None:
            return atom("y", neuron)
        top = self._top()
        return evaluated(known, self.activation(top, neuron), atom("e", top, neuron))

    def _cost(self) -> list[Term]:
        known = value_polynomial(self.cost) if self.cost else None
        if known is None:
            return atom("C")
        top = self._top()
        return self.over(
            self._space(top), lambda m: evaluated(known, self.activation(top, m), self._target(m))
        )

    def _activation(self, order: int, argument: Form) -> list[Term]:
        if len(argument) == 1:
            [((factors, spaces), coefficient)] = argument
            if coefficient == 1 and not spaces and len(factors) == 1 and factors[0][1] == 1:
                [(found, _)] = factors
                if found[0] == "z":
                    _, at, neuron = found
                    return self.slope(at, neuron, order) if order else self.activation(at, neuron)
        if self.sigma == "linear":
            return number(2 - order) if order else forms.as_terms(argument)
        known = slope_polynomial(self.sigma, order) if self.sigma else None
        if order and known is not None:
            return evaluated(known, atom("σ", 0, argument))
        return atom("σ", order, argument)

    # Derivatives

    def _space(self, at: Position) -> Any:
        """The space of the neurons of a layer in this case."""
        letter, (_, place) = next((name, p) for name, p in self.case.places if p[0] == at[0])
        return self.spaces.of(Layer(letter, at[1] - place))

    def _before(self, at: Position) -> Position:
        """The nearest layer in sight before this one."""
        cluster, place = at
        if place > self.case.bottoms[cluster]:
            return cluster, place - 1
        return cluster - 1, self.case.tops[cluster - 1]

    def _after(self, at: Position) -> Position | None:
        """The nearest layer in sight after this one; None after the last."""
        cluster, place = at
        if place < self.case.tops[cluster]:
            return cluster, place + 1
        if cluster + 1 < len(self.case.tops):
            return cluster + 1, self.case.bottoms[cluster + 1]
        return None

    def _top(self) -> Position:
        last = len(self.case.tops) - 1
        return last, self.case.tops[last]

    def _link(self, at: Position, neuron: Index, source: Index) -> list[Term]:
        """∂z/∂a between a layer and the nearest in sight before it: a weight, or an unknown if layers lie between."""
        head = "w" if self._before(at)[0] == at[0] else "T"
        return atom(head, at, neuron, source)

    def by_activation(self, at: Position, neuron: Index) -> list[Term]:
        """∂C/∂a^l_j, from the last layer in sight back by the chain rule."""
        after = self._after(at)
        if after is None:
            known = (
                slope_of_cost(self.cost) if self.cost and self.keeps_targets and self.case.is_last else None
            )
            if known is not None:
                return evaluated(known, self.activation(at, neuron), atom("y", neuron))
            return atom("e", at, neuron)
        return self.over(
            self._space(after),
            lambda k: product(self._link(after, k, neuron), self.error(after, k)),
        )

    def error(self, at: Position, neuron: Index) -> list[Term]:
        """δ^l_j = ∂C/∂z^l_j."""
        return product(self.by_activation(at, neuron), self.slope(at, neuron))

    def _derivative(self, of: Node, by: Quantity, names: dict[str, Index]) -> list[Term]:
        at = self.case.position(by.layer)
        indices = tuple(names.get(i, i) if isinstance(i, str) else i for i in by.indices)
        variable = _Variable(by.letter, at, indices)
        if not isinstance(of, Cost):
            return self._along(of, variable, names)
        if by.letter == "a":
            return self.by_activation(at, indices[0])
        found = self.error(at, indices[0])
        return found if by.letter != "w" else product(found, self.activation(self._before(at), indices[1]))

    def _along(self, of: Node, by: _Variable, names: dict[str, Index]) -> list[Term]:
        """The total derivative of an expression, by the rules of differentiation."""
        match of:
            case Number() | Unknown() | WidthOf() | Kronecker():
                return []
            case Quantity():
                return self._of_quantity(of, by, names)
            case Minus(body):
                return scaled(self._along(body, by, names), -1)
            case Plus(terms):
                return [t for part in terms for t in self._along(part, by, names)]
            case Times(factors):
                result: list[Term] = []
                for place, factor in enumerate(factors):
                    rest = Times(factors[:place] + factors[place + 1 :])
                    result += product(self.terms(rest, names), self._along(factor, by, names))
                return result
            case Over(above, below):
                first = Times((above, Power(below, -1)))
                return self._along(first, by, names)
            case Power(base, exponent):
                if not exponent:
                    return []
                outer = Times((Number(Fraction(exponent)), Power(base, exponent - 1)))
                return product(self.terms(outer, names), self._along(base, by, names))
            case Total(indices, body):
                return self._total(indices, lambda inner: self._along(body, by, inner), names)
            case Activation(order, argument) if order < MOST_DERIVATIVES:
                inner = self._along(argument, by, names)
                return product(self.terms(Activation(order + 1, argument), names), inner) if inner else []
            case Cost():
                return self._derivative_of_cost(by)
        raise TooHard(SECOND_DERIVATIVE)

    def _derivative_of_cost(self, by: _Variable) -> list[Term]:
        if by.letter == "a":
            return self.by_activation(by.at, by.indices[0])
        found = self.error(by.at, by.indices[0])
        return (
            found if by.letter != "w" else product(found, self.activation(self._before(by.at), by.indices[1]))
        )

    def _of_quantity(self, of: Quantity, by: _Variable, names: dict[str, Index]) -> list[Term]:
        at = self.case.position(of.layer)
        indices = tuple(names.get(i, i) if isinstance(i, str) else i for i in of.indices)
        if of.letter == "delta":
            raise TooHard(SECOND_DERIVATIVE)
        if of.letter in ("w", "b"):
            if of.letter != by.letter or at != by.at:
                return []
            result = number(1)
            for one, other in zip(indices, by.indices, strict=True):
                result = product(result, self._kronecker(one, other))
            return result
        if of.letter == "y":
            return []
        return self._moved(of.letter, at, indices[0], by)

    def _moved(self, letter: str, at: Position, neuron: Index, by: _Variable) -> list[Term]:
        """∂z^l_m/∂by or ∂a^l_m/∂by, forwards from the layer of `by`."""
        if at < by.at or (at == self.case.first and by.letter != "a"):
            return []
        if at == by.at and by.letter == letter:
            return self._kronecker(neuron, by.indices[0])
        if letter == "a":
            return product(self.slope(at, neuron), self._moved("z", at, neuron, by))
        if at == by.at and by.letter in ("w", "b"):
            reached = self._kronecker(neuron, by.indices[0])
            if by.letter == "b":
                return reached
            return product(reached, self.activation(self._before(at), by.indices[1]))
        if at == by.at:
            return []
        before = self._before(at)
        return self.over(
            self._space(before),
            lambda k: product(self._link(at, neuron, k), self._moved("a", before, k, by)),
        )


@dataclass(frozen=True, slots=True)
class _Variable:
    """What is differentiated by, in a case."""

    letter: str
    at: Position
    indices: tuple[Index, ...]
