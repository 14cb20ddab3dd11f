"""A claim in components as tensor polynomials in the unknowns of a network.

`Normaliser.terms(node)` writes an expression of components out, `form` brings it to its normal form. Every rewriting is
an identity, so that equal normal forms mean equal sides.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from bpderive.letters.text import Text
from bpderive.workbook.language import syntax
from bpderive.workbook.verdict import forms, pieces, signs
from bpderive.workbook.verdict.errors import IllFormed, TooHard
from bpderive.workbook.verdict.forms import Clock, Form, Term, atom, number, product, scaled
from bpderive.workbook.verdict.known import derivative, evaluated, reflection, slope_polynomial, value_at_zero
from bpderive.workbook.verdict.unknowns import Unknowns, Variable

MOST_DERIVATIVES = 2
"""How often σ is differentiated at most."""

SECOND_DERIVATIVE = Text(
    en="it needs second derivatives, which are not treated", zh="它需要二阶导数，这里不处理"
)


@dataclass(slots=True)
class Normaliser(Unknowns):
    """Writes the expressions of one claim in one case; `layers` says what each index runs over."""

    layers: dict[str, syntax.Layer]
    clock: Clock
    unequal: frozenset[frozenset[Any]] = frozenset()

    def form(self, node: syntax.Node, names: dict[str, syntax.Index]) -> Form:
        """The normal form of `node`, its free indices read as `names` says."""
        return self.normal(self.terms(node, names))

    def normal(self, terms: list[Term]) -> Form:
        """The normal form of an expression."""
        return forms.normal(terms, self.unequal, self.clock)

    def terms(self, node: syntax.Node, names: dict[str, syntax.Index]) -> list[Term]:
        """`node` as a sum of products; raises `IllFormed` for a denominator that is 0, `TooHard` where it ends."""
        self.clock.check()
        match node:
            case syntax.Number(value):
                return number(value)
            case syntax.Unknown(name):
                return atom("u", (name,))
            case syntax.Cost():
                return self.value_of_cost()
            case syntax.Quantity():
                return self._quantity(node, syntax.renamed(node.indices, names))
            case syntax.WidthOf(layer):
                return self.width(self.spaces.of(layer))
            case syntax.Kronecker(first, second):
                return self.kronecker(*syntax.renamed((first, second), names))
            case syntax.Activation(order, argument):
                return self._activation(order, self.normal(self.terms(argument, names)))
            case syntax.Derivative(of, by):
                return self._derivative(of, by, names)
            case syntax.Total(indices, body):
                return self._total(indices, lambda inner: self.terms(body, inner), names)
            case syntax.Plus(terms):
                return [t for part in terms for t in self.terms(part, names)]
            case syntax.Minus(body):
                return scaled(self.terms(body, names), -1)
            case syntax.Times(factors):
                result = number(1)
                for factor in factors:
                    result = product(result, self.terms(factor, names))
                return result
            case syntax.Over(above, below):
                return product(self.terms(above, names), self._inverse(self.terms(below, names)))
            case syntax.Power(base, exponent):
                powered = self.terms(base, names)
                return self._power(powered if exponent >= 0 else self._inverse(powered), abs(exponent))
        raise TypeError(f"{node} is no expression of components.")

    def _power(self, base: list[Term], exponent: int) -> list[Term]:
        result = number(1)
        for _ in range(exponent):
            self.clock.check(1 + len(result) // 16)
            result = product(result, base)
        return result

    def _inverse(self, terms: list[Term]) -> list[Term]:
        form = self.normal(terms)
        if signs.vanishes(form, self.unequal, self.clock):
            raise IllFormed(Text(en="a denominator is identically 0", zh="分母恒为 0"))
        return forms.inverse(form)

    def _total(
        self,
        indices: tuple[str, ...],
        body: Callable[[dict[str, syntax.Index]], list[Term]],
        names: dict[str, syntax.Index],
    ) -> list[Term]:
        if not indices:
            return body(names)
        first, *rest = indices
        return self.over(
            self.spaces.of(self.layers[first]),
            lambda at: self._total(tuple(rest), body, {**names, first: at}),
        )

    def _quantity(self, node: syntax.Quantity, indices: tuple[syntax.Index, ...]) -> list[Term]:
        at = self.case.position(node.layer)
        match node.letter:
            case "w":
                return atom("w", at, *indices)
            case "z":
                return atom("z", at, *indices)
            case "a":
                return self.activation(at, indices[0])
            case "b":
                return self.bias(at, indices[0])
            case "y":
                return self.target(indices[0])
            case "delta":
                return self.error(at, indices[0])
        raise TypeError(node.letter)

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
        if self.sigma is None:
            return atom("σ", order, argument)
        made = pieces.of_activation(self.sigma, order)
        if made is not None:
            return signs.written(made, forms.as_terms(argument), argument)
        return self._known_activation(self.sigma, order, argument)

    def _known_activation(self, sigma: str, order: int, argument: Form) -> list[Term]:
        """A certain σ: σ(0) is a number, σ(−u) is written by σ(u), and σ′ by σ, where that is known."""
        at_zero = None if argument else value_at_zero(sigma, order)
        if at_zero is not None:
            return number(at_zero)
        mirror = reflection(sigma) if argument and argument[0][1] < 0 else None
        if mirror is not None:
            sign, rest = mirror
            opposite = self.normal(scaled(forms.as_terms(argument), -1))
            for _ in range(order):
                sign, rest = -sign, tuple((powers, -c) for powers, c in derivative(rest))
            inner = self._activation(order, opposite)
            return scaled(inner, sign) + evaluated(rest, forms.as_terms(opposite))
        known = slope_polynomial(sigma, order)
        if order and known is not None:
            return evaluated(known, atom("σ", 0, argument))
        return atom("σ", order, argument)

    def _derivative(self, of: syntax.Node, by: syntax.Quantity, names: dict[str, syntax.Index]) -> list[Term]:
        indices = syntax.renamed(by.indices, names)
        return self._along(of, Variable(by.letter, self.case.position(by.layer), indices), names)

    def _along(self, of: syntax.Node, by: Variable, names: dict[str, syntax.Index]) -> list[Term]:
        """The total derivative of an expression, by the rules of differentiation."""
        match of:
            case syntax.Number() | syntax.Unknown() | syntax.WidthOf() | syntax.Kronecker():
                return []
            case syntax.Quantity():
                return self._of_quantity(of, by, names)
            case syntax.Minus(body):
                return scaled(self._along(body, by, names), -1)
            case syntax.Plus(terms):
                return [t for part in terms for t in self._along(part, by, names)]
            case syntax.Times(factors):
                result: list[Term] = []
                for place, factor in enumerate(factors):
                    rest = syntax.Times(factors[:place] + factors[place + 1 :])
                    result += product(self.terms(rest, names), self._along(factor, by, names))
                return result
            case syntax.Over(above, below):
                first = syntax.Times((above, syntax.Power(below, -1)))
                return self._along(first, by, names)
            case syntax.Power(base, exponent):
                if not exponent:
                    return []
                outer = syntax.Times((syntax.Number(Fraction(exponent)), syntax.Power(base, exponent - 1)))
                return product(self.terms(outer, names), self._along(base, by, names))
            case syntax.Total(indices, body):
                return self._total(indices, lambda inner: self._along(body, by, inner), names)
            case syntax.Activation(order, argument) if order < MOST_DERIVATIVES:
                inner = self._along(argument, by, names)
                return (
                    product(self.terms(syntax.Activation(order + 1, argument), names), inner) if inner else []
                )
            case syntax.Cost():
                return self.cost_moved(by)
        raise TooHard(SECOND_DERIVATIVE)

    def _of_quantity(self, of: syntax.Quantity, by: Variable, names: dict[str, syntax.Index]) -> list[Term]:
        at = self.case.position(of.layer)
        indices = syntax.renamed(of.indices, names)
        if of.letter == "delta":
            raise TooHard(SECOND_DERIVATIVE)
        if of.letter in ("w", "b"):
            if of.letter != by.letter or at != by.at:
                return []
            result = number(1)
            for one, other in zip(indices, by.indices, strict=True):
                result = product(result, self.kronecker(one, other))
            return result
        if of.letter == "y":
            return []
        return self.moved(of.letter, at, indices[0], by)
