"""The walk through an expression of components, for any kind of value: stated once.

`value(node, names)` is an expression with its free indices read as `names` says, and `along(node, by, names)` its total
derivative, by the rules of calculation. `Normaliser` walks with tensor polynomials, `Trial` with the numbers of one
network: each says what sums and products are, and what the quantities of a network are worth. A new construct of the
language is one case in `value`, and one in `along` if it can be differentiated.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from fractions import Fraction
from functools import reduce
from typing import Any, Generic, TypeAlias, TypeVar

from bpderive.letters.text import Text
from bpderive.workbook.language import syntax
from bpderive.workbook.verdict.errors import TooHard
from bpderive.workbook.verdict.indices import Reading

MOST_DERIVATIVES = 2
"""How often σ is differentiated at most."""

SECOND_DERIVATIVE = Text(
    en="it needs second derivatives, which are not treated", zh="需要二阶导数，这里不处理"
)

Value = TypeVar("Value")
Names: TypeAlias = dict[str, syntax.Index]


@dataclass(frozen=True, slots=True)
class Variable:
    """What is differentiated by; `at` is its layer, as the walker places it."""

    letter: str
    at: Any
    indices: tuple[Any, ...]


class Walker(Generic[Value]):
    """Reads expressions; a subclass has what it calculates with, and the quantities of a network."""

    __slots__ = ()

    reading: Reading
    """The claim, in components."""

    step: Callable[[], None]
    """Take the steps of one expression; raise `TooHard` if they are used up."""

    number: Callable[[Fraction], Value]
    unknown: Callable[[str], Value]
    plus: Callable[[Iterable[Value]], Value]
    times: Callable[[Value, Value], Value]
    power: Callable[[Value, int], Value]
    total: Callable[[tuple[str, ...], Callable[[Names], Value], Names], Value]
    """A sum over indices, and all else that expressions are made with."""

    place: Callable[[syntax.Layer], Any]
    width_of: Callable[[syntax.Layer], Value]
    """Where a layer is, and how many neurons it has."""

    sigma_of: Callable[[int, syntax.Node, Names], Value]
    """σ, σ′ or σ″ of an expression."""

    weight: Callable[[Any, Any, Any], Value]
    bias: Callable[[Any, Any], Value]
    weighted_input: Callable[[Any, Any], Value]
    activation: Callable[[Any, Any], Value]
    target: Callable[[Any], Value]
    cost_value: Callable[[], Value]
    kronecker: Callable[[syntax.Index, syntax.Index], Value]
    """The quantities of a network, by layer and neurons."""

    cost_moved: Callable[[Variable], Value]
    moved: Callable[[str, Any, Any, Variable], Value]
    """∂C/∂by; ∂z^l_j/∂by or ∂a^l_j/∂by, by letter, layer and neuron."""

    def error(self, at: Any, neuron: Any) -> Value:
        """δ^l_j = ∂C/∂z^l_j."""
        return self.cost_moved(Variable("z", at, (neuron,)))

    @property
    def cost(self) -> str | None:
        """The name of the cost; None where it is arbitrary."""
        return self.reading.claim.cost

    @property
    def sigma(self) -> str | None:
        """The name of σ; None where it is arbitrary."""
        return self.reading.claim.sigma

    def value(self, node: syntax.Node, names: Names) -> Value:
        """The value of an expression."""
        self.step()
        return self.kept(self._value(node, names))

    def kept(self, value: Value) -> Value:
        """The value; raises `OutOfReach` for one that is too long."""
        return value

    def _value(self, node: syntax.Node, names: Names) -> Value:
        match node:
            case syntax.Number(value):
                return self.number(value)
            case syntax.Unknown(name):
                return self.unknown(name)
            case syntax.Cost():
                return self.cost_value()
            case syntax.Quantity(letter, layer, _):
                return self._quantity(letter, self.place(layer), syntax.renamed(node.indices, names))
            case syntax.WidthOf(layer):
                return self.width_of(layer)
            case syntax.Kronecker(first, second):
                return self.kronecker(*syntax.renamed((first, second), names))
            case syntax.Activation(order, argument):
                return self.sigma_of(order, argument, names)
            case syntax.Derivative(of, by):
                indices = syntax.renamed(by.indices, names)
                return self.along(of, Variable(by.letter, self.place(by.layer), indices), names)
            case syntax.Total(indices, body):
                return self.total(indices, lambda inner: self.value(body, inner), names)
            case syntax.Plus(terms):
                return self.plus(self.value(term, names) for term in terms)
            case syntax.Minus(body):
                return self.times(self.number(Fraction(-1)), self.value(body, names))
            case syntax.Times(factors):
                return self._product(self.value(factor, names) for factor in factors)
            case syntax.Over(above, below):
                return self.times(self.value(above, names), self.power(self.value(below, names), -1))
            case syntax.Power(base, exponent):
                return self.power(self.value(base, names), exponent)
        raise TypeError(f"{node} is no expression of components.")

    def _quantity(self, letter: str, at: Any, indices: tuple[syntax.Index, ...]) -> Value:
        if letter == "y":
            return self.target(*indices)
        of_layer: dict[str, Callable[..., Value]] = {
            "w": self.weight,
            "b": self.bias,
            "z": self.weighted_input,
            "a": self.activation,
            "delta": self.error,
        }
        return of_layer[letter](at, *indices)

    def along(self, of: syntax.Node, by: Variable, names: Names) -> Value:
        """The total derivative of an expression; raises `TooHard` where it takes σ‴, or a derivative of an error."""
        match of:
            case syntax.Number() | syntax.Unknown() | syntax.WidthOf() | syntax.Kronecker():
                return self.number(Fraction(0))
            case syntax.Cost():
                return self.cost_moved(by)
            case syntax.Quantity(letter, layer, _) if letter != "delta":
                return self._of_quantity(letter, self.place(layer), syntax.renamed(of.indices, names), by)
            case syntax.Minus(body):
                return self.times(self.number(Fraction(-1)), self.along(body, by, names))
            case syntax.Plus(terms):
                return self.plus(self.along(term, by, names) for term in terms)
            case syntax.Times(factors):
                rests = [syntax.Times(factors[:at] + factors[at + 1 :]) for at in range(len(factors))]
                return self.plus(
                    self.times(self.value(rest, names), self.along(factor, by, names))
                    for rest, factor in zip(rests, factors, strict=True)
                )
            case syntax.Over(above, below):
                return self.along(syntax.Times((above, syntax.Power(below, -1))), by, names)
            case syntax.Power(base, exponent):
                if not exponent:
                    return self.number(Fraction(0))
                outer = syntax.Times((syntax.Number(Fraction(exponent)), syntax.Power(base, exponent - 1)))
                return self.times(self.value(outer, names), self.along(base, by, names))
            case syntax.Total(indices, body):
                return self.total(indices, lambda inner: self.along(body, by, inner), names)
            case syntax.Activation(order, argument) if order < MOST_DERIVATIVES:
                slope = self.value(syntax.Activation(order + 1, argument), names)
                return self.times(slope, self.along(argument, by, names))
        raise TooHard(SECOND_DERIVATIVE)

    def _of_quantity(self, letter: str, at: Any, indices: tuple[syntax.Index, ...], by: Variable) -> Value:
        """The derivative of a quantity: parameters depend on themselves alone."""
        if letter in ("a", "z"):
            return self.moved(letter, at, indices[0], by)
        if letter == "y" or (letter, at) != (by.letter, by.at):
            return self.number(Fraction(0))
        return self._product(map(self.kronecker, indices, by.indices))

    def _product(self, factors: Iterable[Value]) -> Value:
        return reduce(self.times, factors, self.number(Fraction(1)))
