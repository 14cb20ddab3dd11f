"""A claim in components as tensor polynomials in the unknowns of a network, in a `Case`.

`Normaliser.value(node)` writes an expression of components out, `form` brings it to its normal form. The unknowns are
w; z of each layer, which are independent because the biases are free; σ and σ′ of each z; the input; ∂C/∂a of the last
layer in sight; and, between layers at no fixed distance, the derivatives ∂z/∂a from one to the other. b is z − Σ w a, δ
and the total derivatives follow by the chain rule. Every rewriting is an identity, so that equal normal forms mean
equal sides.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from bpderive.letters.text import Text
from bpderive.workbook.language import syntax
from bpderive.workbook.verdict import forms, signs
from bpderive.workbook.verdict.errors import IllFormed, TooHard
from bpderive.workbook.verdict.forms import Clock, Form, Term, atom, number, product, scaled
from bpderive.workbook.verdict.indices import Reading
from bpderive.workbook.verdict.known import (
    activation_in_pieces,
    cost_in_pieces,
    derivative,
    evaluated,
    reflection,
    slope_of_cost,
    slope_polynomial,
    target_polynomial,
    value_at_zero,
    value_polynomial,
)
from bpderive.workbook.verdict.layers import Position
from bpderive.workbook.verdict.walker import Names, Variable, Walker


@dataclass(slots=True)
class Normaliser(Walker[list[Term]]):
    """Writes the expressions of one claim in one case; with `keeps_targets` y stays an unknown beside a known cost."""

    reading: Reading
    clock: Clock
    unequal: frozenset[frozenset[Any]] = frozenset()
    keeps_targets: bool = False

    # Expressions

    def form(self, node: syntax.Node, names: Names) -> Form:
        """The normal form of `node`, its free indices read as `names` says."""
        return self.normal(self.value(node, names))

    def normal(self, terms: list[Term]) -> Form:
        """The normal form of an expression."""
        return forms.normal(terms, self.unequal, self.clock)

    number = staticmethod(number)

    def step(self) -> None:
        """Take one step."""
        self.clock.check()

    def unknown(self, name: str) -> list[Term]:
        """A number that nothing is known of."""
        return atom("u", (name,))

    def plus(self, values: Iterable[list[Term]]) -> list[Term]:
        """The sum of all."""
        return [term for value in values for term in value]

    def times(self, first: list[Term], second: list[Term]) -> list[Term]:
        """The product, a large one counted."""
        self.clock.check(len(first) * len(second) // 64)
        return product(first, second, self.clock)

    def power(self, base: list[Term], exponent: int) -> list[Term]:
        """The power; raises `IllFormed` where it divides by what is 0 identically."""
        if exponent < 0:
            base, exponent = self._inverse(base), -exponent
        return forms.power(base, exponent, self.clock)

    def _inverse(self, terms: list[Term]) -> list[Term]:
        form = self.normal(terms)
        if signs.vanishes(form, self.unequal, self.clock):
            raise IllFormed(Text(en="a denominator is identically 0", zh="分母恒为 0"))
        return forms.inverse(form)

    def total(
        self, indices: tuple[str, ...], body: Callable[[Names], list[Term]], names: Names
    ) -> list[Term]:
        """The sum over these indices."""
        if not indices:
            return body(names)
        first, *rest = indices
        return self.over(
            self.reading.space_of(first),
            lambda at: self.total(tuple(rest), body, {**names, first: at}),
        )

    def sigma_of(self, order: int, argument: syntax.Node, names: Names) -> list[Term]:
        """σ, σ′ or σ″ of an expression."""
        return self._activation(order, self.form(argument, names))

    def _activation(self, order: int, argument: Form) -> list[Term]:
        if len(argument) == 1:
            [((factors, spaces), coefficient)] = argument
            if coefficient == 1 and not spaces and len(factors) == 1 and factors[0][1] == 1:
                [(found, _)] = factors
                if found[0] == "z":
                    _, at, neuron = found
                    return self.slope(at, neuron, order)
        if self.sigma is None:
            return atom("σ", order, argument)
        made = activation_in_pieces(self.sigma, order)
        if made is not None:
            return signs.written(made, argument)
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

    # The quantities of a network

    def over(self, space: Any, body: Callable[[syntax.Index], list[Term]]) -> list[Term]:
        """The sum over a space: term by term where its width is a number."""
        width = self.reading.spaces.width(space)
        if width is not None:
            found: list[Term] = []
            for at in range(1, width + 1):
                found += body(at)
                if len(found) > forms.MOST_TERMS:
                    raise TooHard(forms.TOO_MANY_TERMS)
            return found
        index = forms.fresh()
        return [Term(t.coefficient, t.factors, (*t.bound, (index, space))) for t in body(index)]

    def place(self, layer: syntax.Layer) -> Position:
        """Where a layer is in this case."""
        return self.reading.case.position(layer)

    def width_of(self, layer: syntax.Layer) -> list[Term]:
        """n_l: an unknown where it is no fixed number."""
        space = self.reading.spaces.of(layer)
        width = self.reading.spaces.width(space)
        return atom("n", space) if width is None else number(width)

    def kronecker(self, first: syntax.Index, second: syntax.Index) -> list[Term]:
        """1 where both indices are the same neuron, else 0."""
        if first == second:
            return number(1)
        if isinstance(first, int) and isinstance(second, int):
            return []
        return atom(forms.DELTA, *sorted((first, second), key=forms.order))

    def weight(self, at: Position, j: syntax.Index, k: syntax.Index) -> list[Term]:
        """w^l_jk, an unknown."""
        return atom("w", at, j, k)

    def weighted_input(self, at: Position, neuron: syntax.Index) -> list[Term]:
        """z^l_j, an unknown."""
        return atom("z", at, neuron)

    def activation(self, at: Position, neuron: syntax.Index) -> list[Term]:
        """a^l_j, which is the input in the first layer."""
        return atom("a", at, neuron) if at == self.reading.case.first else self.slope(at, neuron, 0)

    def slope(self, at: Position, neuron: syntax.Index, order: int = 1) -> list[Term]:
        """σ′(z^l_j), or σ or σ″ for another order: an unknown, or what it is by z or by σ where that is known."""
        made = activation_in_pieces(self.sigma, order) if self.sigma else None
        if made is not None:
            return signs.written(made, forms.normal(atom("z", at, neuron)))
        known = slope_polynomial(self.sigma, order) if self.sigma and order else None
        if known is not None:
            return evaluated(known, self.activation(at, neuron))
        return atom("s" * order or "a", at, neuron)

    def bias(self, at: Position, neuron: syntax.Index) -> list[Term]:
        """b^l_j = z^l_j − Σ_k w^l_jk a^{l-1}_k."""
        before = self.before(at)
        weighted = self.over(
            self._space(before),
            lambda k: product(atom("w", at, neuron, k), self.activation(before, k)),
        )
        return atom("z", at, neuron) + scaled(weighted, -1)

    def target(self, neuron: syntax.Index) -> list[Term]:
        """y_j: free; where the cost is known, written by ∂C/∂a^L_j, which is free as well."""
        known = target_polynomial(self.cost) if self.cost and not self.keeps_targets else None
        if known is None:
            return atom("y", neuron)
        top = self._top()
        return evaluated(known, self.activation(top, neuron), atom("e", top, neuron))

    def cost_value(self) -> list[Term]:
        """C: an unknown, or what it is by a^L and y where the cost is known."""
        top = self._top()
        made = cost_in_pieces(self.cost) if self.cost else None
        if made is not None:
            return self.over(self._space(top), lambda m: signs.written(made, self._missed(top, m)))
        known = value_polynomial(self.cost) if self.cost else None
        if known is None:
            return atom("C")
        return self.over(
            self._space(top), lambda m: evaluated(known, self.activation(top, m), self.target(m))
        )

    def _missed(self, top: Position, neuron: syntax.Index) -> Form:
        """a^L_m − y_m."""
        return forms.normal([*self.activation(top, neuron), *scaled(atom("y", neuron), -1)])

    def _space(self, at: Position) -> Any:
        """The space of the neurons of a layer in this case."""
        letter, (_, place) = next((name, p) for name, p in self.reading.case.places if p[0] == at[0])
        return self.reading.spaces.of(syntax.Layer(letter, at[1] - place))

    def before(self, at: Position) -> Position:
        """The nearest layer in sight before this one."""
        cluster, place = at
        if place > self.reading.case.bottoms[cluster]:
            return cluster, place - 1
        return cluster - 1, self.reading.case.tops[cluster - 1]

    def _top(self) -> Position:
        last = len(self.reading.case.tops) - 1
        return last, self.reading.case.tops[last]

    def _link(self, at: Position, neuron: syntax.Index, source: syntax.Index) -> list[Term]:
        """∂z/∂a between a layer and the nearest in sight before it: a weight, or an unknown if layers lie between."""
        head = "w" if self.before(at)[0] == at[0] else "T"
        return atom(head, at, neuron, source)

    def _slope_of_cost(self, top: Position, neuron: syntax.Index) -> list[Term]:
        """∂C/∂a of the last layer in sight: an unknown, or what it is by a and y where the cost is known."""
        if self.cost and self.reading.case.is_last:
            made = cost_in_pieces(self.cost, 1)
            if made is not None:
                return signs.written(made, self._missed(top, neuron))
            known = slope_of_cost(self.cost) if self.keeps_targets else None
            if known is not None:
                return evaluated(known, self.activation(top, neuron), atom("y", neuron))
        return atom("e", top, neuron)

    def cost_moved(self, by: Variable) -> list[Term]:
        """∂C/∂by."""
        top = self._top()
        return self.over(
            self._space(top), lambda m: product(self._slope_of_cost(top, m), self.moved("a", top, m, by))
        )

    def moved(self, letter: str, at: Position, neuron: syntax.Index, by: Variable) -> list[Term]:
        """∂z^l_m/∂by or ∂a^l_m/∂by, forwards from the layer of `by`."""
        if at < by.at or (at == self.reading.case.first and by.letter != "a"):
            return []
        if at == by.at and by.letter == letter:
            return self.kronecker(neuron, by.indices[0])
        if letter == "a":
            return product(self.slope(at, neuron), self.moved("z", at, neuron, by))
        if at == by.at and by.letter in ("w", "b"):
            reached = self.kronecker(neuron, by.indices[0])
            if by.letter == "b":
                return reached
            return product(reached, self.activation(self.before(at), by.indices[1]))
        if at == by.at:
            return []
        before = self.before(at)
        return self.over(
            self._space(before),
            lambda k: product(self._link(at, neuron, k), self.moved("a", before, k, by)),
        )
