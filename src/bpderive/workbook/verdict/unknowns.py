"""The quantities of a network in a `Case` as polynomials in independent unknowns.

The unknowns are w; z of each layer, which are independent because the biases are free; σ and σ′ of each z; the input;
∂C/∂a of the last layer in sight; and, between layers at no fixed distance, the derivatives ∂z/∂a from one to the other.
b is z − Σ w a, δ and the total derivatives follow by the chain rule. Every rewriting is an identity.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from bpderive.workbook.language import syntax
from bpderive.workbook.verdict import forms, pieces, signs
from bpderive.workbook.verdict.errors import TooHard
from bpderive.workbook.verdict.forms import Term, atom, number, product, scaled
from bpderive.workbook.verdict.known import (
    evaluated,
    slope_of_cost,
    slope_polynomial,
    target_polynomial,
    value_polynomial,
)
from bpderive.workbook.verdict.layers import Case, Position
from bpderive.workbook.verdict.spaces import Spaces


@dataclass(frozen=True, slots=True)
class Variable:
    """What is differentiated by, in a case."""

    letter: str
    at: Position
    indices: tuple[syntax.Index, ...]


@dataclass(slots=True)
class Unknowns:
    """The quantities of one claim in one case."""

    case: Case
    spaces: Spaces
    cost: str | None
    sigma: str | None
    keeps_targets: bool

    def over(self, space: Any, body: Callable[[syntax.Index], list[Term]]) -> list[Term]:
        """The sum over a space: term by term where its width is a number."""
        width = self.spaces.width(space)
        if width is not None:
            found: list[Term] = []
            for at in range(1, width + 1):
                found += body(at)
                if len(found) > forms.MOST_TERMS:
                    raise TooHard(forms.TOO_MANY_TERMS)
            return found
        index = forms.fresh()
        return [Term(t.coefficient, t.factors, (*t.bound, (index, space))) for t in body(index)]

    def width(self, space: Any) -> list[Term]:
        """The number of neurons of a space."""
        width = self.spaces.width(space)
        return atom("n", space) if width is None else number(width)

    def kronecker(self, first: syntax.Index, second: syntax.Index) -> list[Term]:
        """1 where both indices are the same neuron, else 0."""
        if first == second:
            return number(1)
        if isinstance(first, int) and isinstance(second, int):
            return []
        return atom(forms.DELTA, *sorted((first, second), key=forms.order))

    def activation(self, at: Position, neuron: syntax.Index) -> list[Term]:
        """a^l_j: an unknown, or z^l_j itself where σ is linear."""
        if self.sigma == "linear" and at != self.case.first:
            return atom("z", at, neuron)
        made = pieces.of_activation(self.sigma) if self.sigma and at != self.case.first else None
        if made is not None:
            return self._pieces(made, atom("z", at, neuron))
        return atom("a", at, neuron)

    def _pieces(self, made: pieces.Pieces, argument: list[Term]) -> list[Term]:
        """A function made of pieces at an expression."""
        return signs.written(made, argument, forms.normal(argument))

    def slope(self, at: Position, neuron: syntax.Index, order: int = 1) -> list[Term]:
        """σ′(z^l_j), or σ″ for order 2: an unknown, or what it is by σ where that is known."""
        if self.sigma == "linear":
            return number(2 - order)
        made = pieces.of_activation(self.sigma, order) if self.sigma else None
        if made is not None:
            return self._pieces(made, atom("z", at, neuron))
        known = slope_polynomial(self.sigma, order) if self.sigma else None
        if known is not None:
            return evaluated(known, self.activation(at, neuron))
        return atom("s" * order, at, neuron)

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

    def value_of_cost(self) -> list[Term]:
        """C: an unknown, or what it is by a^L and y where the cost is known."""
        top = self._top()
        made = pieces.of_cost(self.cost) if self.cost else None
        if made is not None:
            return self.over(self._space(top), lambda m: self._pieces(made, self._missed(top, m)))
        known = value_polynomial(self.cost) if self.cost else None
        if known is None:
            return atom("C")
        return self.over(
            self._space(top), lambda m: evaluated(known, self.activation(top, m), self.target(m))
        )

    def _missed(self, top: Position, neuron: syntax.Index) -> list[Term]:
        """a^L_m − y_m."""
        return self.activation(top, neuron) + scaled(atom("y", neuron), -1)

    def _space(self, at: Position) -> Any:
        """The space of the neurons of a layer in this case."""
        letter, (_, place) = next((name, p) for name, p in self.case.places if p[0] == at[0])
        return self.spaces.of(syntax.Layer(letter, at[1] - place))

    def before(self, at: Position) -> Position:
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

    def _link(self, at: Position, neuron: syntax.Index, source: syntax.Index) -> list[Term]:
        """∂z/∂a between a layer and the nearest in sight before it: a weight, or an unknown if layers lie between."""
        head = "w" if self.before(at)[0] == at[0] else "T"
        return atom(head, at, neuron, source)

    def by_activation(self, at: Position, neuron: syntax.Index) -> list[Term]:
        """∂C/∂a^l_j, from the last layer in sight back by the chain rule."""
        after = self._after(at)
        if after is None:
            made = pieces.of_cost(self.cost, 1) if self.cost and self.case.is_last else None
            if made is not None:
                return self._pieces(made, self._missed(at, neuron))
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

    def error(self, at: Position, neuron: syntax.Index) -> list[Term]:
        """δ^l_j = ∂C/∂z^l_j."""
        return product(self.by_activation(at, neuron), self.slope(at, neuron))

    def cost_moved(self, by: Variable) -> list[Term]:
        """∂C/∂by."""
        if by.letter == "a":
            return self.by_activation(by.at, by.indices[0])
        found = self.error(by.at, by.indices[0])
        return (
            found if by.letter != "w" else product(found, self.activation(self.before(by.at), by.indices[1]))
        )

    def moved(self, letter: str, at: Position, neuron: syntax.Index, by: Variable) -> list[Term]:
        """∂z^l_m/∂by or ∂a^l_m/∂by, forwards from the layer of `by`."""
        if at < by.at or (at == self.case.first and by.letter != "a"):
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
