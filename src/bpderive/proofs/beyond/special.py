"""The judges of the corollaries: networks whose weights are shared, and layers that are normalised or have softmax.

Each is a `GraphTruth` in which some unknowns are given: the weights of a convolution by its kernel, those of a
recurrence by W, the Jacobian of a layer by its function, moved forwards. `certify_convolution` and its likes decide.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache, partial
from typing import Any

from bpderive.errors import NetworkError
from bpderive.judge.certify import Decided
from bpderive.judge.evaluate import Number
from bpderive.judge.polynomials import Polynomial, added, constant, unknown
from bpderive.judge.truth import Component, name
from bpderive.letters.places import Letters
from bpderive.letters.statements import Statement
from bpderive.letters.symbols import l
from bpderive.letters.text import Text
from bpderive.proofs.beyond.judge import GraphReader, GraphTruth, certify_on
from bpderive.proofs.beyond.letters import Parameter, W

SLIDING = ((4, 2), (5, 3, 2), (3, 3, 2), (6, 4, 3, 2))
"""Networks of convolutions: each layer as wide as the places of the kernel in the one before."""

STEPS = ((2, 2), (2, 2, 2), (3, 3, 3), (2, 2, 2, 2))
"""Networks of a recurrence, one layer a step."""

MIXED = ((2, 2), (2, 3), (3, 4), (2, 3, 2))
"""Networks whose layers mix."""

_NO_ENTRY = Text(
    en="{name} does not exist: the kernel has no such entry", zh="{name} 不存在：卷积核没有这个分量"
)
_NO_WEIGHT = Text(en="W_{row}{column} does not exist", zh="W_{row}{column} 不存在")


@dataclass(slots=True)
class SharedTruth(GraphTruth):
    """A chain of convolutions, or of equal steps whose activations the cost reads at each."""

    recurrent: bool = False

    def require(self, component: Component) -> None:
        """Raise `NetworkError` if the network has no such component."""
        letter, *places = component
        if letter == "K":
            layer, entry = places
            if not (2 <= layer <= self.depth and 0 <= entry <= self.sizes[layer - 2] - self.sizes[layer - 1]):
                raise NetworkError(_NO_ENTRY.format(name=name(component)))
        elif letter == "W":
            if not all(0 <= place < self.sizes[0] for place in places):
                raise NetworkError(_NO_WEIGHT.format(row=places[0] + 1, column=places[1] + 1))
        else:
            GraphTruth.require(self, component)

    def value(self, component: Component) -> Polynomial:
        """The component, its weights by what they share."""
        if component[0] in ("K", "W"):
            self.require(component)
            return unknown(component)
        return GraphTruth.value(self, component).put(self._given)

    def up_to(self, of: Component, by: Component, fixed: int | None) -> Polynomial:
        """∂of/∂by, the weights by what they share."""
        return GraphTruth.up_to(self, of, by, fixed).put(self._given)

    def direct(self, of: Component, by: Component) -> Polynomial:
        """∂⁺of/∂by, the weights by what they share."""
        return GraphTruth.direct(self, of, by).put(self._given)

    def _use(self, weight: Component, by: Component) -> Polynomial:
        """∂w^{l,r}_jk/∂K_p or ∂w^{l,r}_jk/∂W_jk: 1 where the weight is that very one."""
        if by[0] not in ("K", "W"):
            return GraphTruth._use(self, weight, by)
        return constant(int(self._source(weight) == by))

    def _source(self, weight: Component) -> Component | None:
        """What a weight is, or None where it is 0."""
        _, layer, read, j, k = weight
        if read != layer - 1:
            return None
        if self.recurrent:
            return ("W", j, k)
        return ("K", layer, k - j) if 0 <= k - j <= self.sizes[read - 1] - self.sizes[layer - 1] else None

    def _given(self, key: Component) -> Polynomial:
        if key[0] == "w":
            source = self._source(key)
            return constant(0) if source is None else unknown(source)
        if key[0] == "P" or (key[0] == "g" and not self.recurrent and key[1] < self.depth):
            return constant(0)
        return unknown(key)


class SharedReader(GraphReader):
    """Reads w^l as w^{l,l−1}, and W."""

    def component(self, expression: Any) -> Callable[[Letters], Component]:
        """A component of such a network."""
        if isinstance(expression, Parameter) and expression.parent == W:
            places = [self.integer(expression.i), self.integer(expression.j)]
            return lambda letters: ("W", *(place(letters) for place in places))
        found = super().component(expression)

        def between(letters: Letters) -> Component:
            component = found(letters)
            if component[0] != "w" or len(component) == 5:
                return component
            return ("w", component[1], component[1] - 1, *component[2:])

        return between


@dataclass(slots=True)
class MixedTruth(GraphTruth):
    """Layers with softmax, or normalised: then z^l_j = μ^l + s^l a^l_j, and the a^l_j add up to 0.

    What is independent is chosen so that all is polynomial: the a^l_j but one, and μ^l and s^l or the sum S^l of the
    e^z; ε and the biases make it so. 1/s^l and 1/S^l are unknowns of their own, and `short` cancels them.
    """

    softmax: bool = False

    def value(self, component: Component) -> Polynomial:
        """The component as a polynomial."""
        letter, layer, *places = component
        if letter in ("μ", "s", "S"):
            return unknown((letter, layer))
        self.require(component)
        if letter == "z" and not self.softmax:
            return unknown(("μ", layer)) + unknown(("s", layer)) * self.value(("a", layer, *places))
        if letter == "a" and layer > 1 and places[0] == self.sizes[layer - 1] - 1:
            rest = added(unknown(("a", layer, j)) for j in range(self.sizes[layer - 1] - 1))
            return int(self.softmax) - rest
        return unknown(component) if letter == "a" else GraphTruth.value(self, component)

    def up_to(self, of: Component, by: Component, fixed: int | None) -> Polynomial:
        """∂of/∂by, the Jacobian by the function of the layer."""
        if of[0] in ("μ", "s"):
            return self._rates(of[1], by[2])[of[0]] if by[:2] == ("z", of[1]) else constant(0)
        return GraphTruth.up_to(self, of, by, fixed).put(self._jacobian)

    def _jacobian(self, key: Component) -> Polynomial:
        if key[0] != "J":
            return self.value(key) if key[0] == "a" else unknown(key)
        _, layer, output, source = key
        rates, own = self._rates(layer, source), constant(int(output == source))
        if self.softmax:  # a = e^z/S
            exponential = self.value(("a", layer, output)) * unknown(("S", layer))
            one = unknown(("1/S", layer))
            return short(own * exponential * one - exponential * rates["S"] * one * one)
        one = unknown(("1/s", layer))
        centred = self.value(("z", layer, output)) - unknown(("μ", layer))
        return short((own - rates["μ"]) * one - centred * rates["s"] * one * one)

    def _rates(self, layer: int, source: int) -> dict[str, Polynomial]:
        """How fast S, μ and s move where z^l_source moves by 1."""
        if self.softmax:
            return {"S": self.value(("a", layer, source)) * unknown(("S", layer))}
        count = self.sizes[layer - 1]
        mean = constant(Fraction(1, count))
        centred = [self.value(("z", layer, j)) - unknown(("μ", layer)) for j in range(count)]
        variance = added(2 * c * (int(j == source) - mean) / count for j, c in enumerate(centred))
        return {"μ": mean, "s": short(variance * unknown(("1/s", layer)) / 2)}


def short(polynomial: Polynomial) -> Polynomial:
    """The polynomial with s · 1/s and S · 1/S cancelled."""
    terms: dict[tuple[int, ...], Any] = {}
    pairs = {}
    for key in polynomial.unknowns():
        if isinstance(key, tuple) and str(key[0]).startswith("1/"):
            [(below,)] = unknown(key).terms
            [(above,)] = unknown((str(key[0])[2:], *key[1:])).terms
            pairs[below] = above
    for monomial, coefficient in polynomial.terms.items():
        left = list(monomial)
        for below, above in pairs.items():
            for _ in range(min(left.count(below), left.count(above))):
                left.remove(below)
                left.remove(above)
        key = tuple(left)
        terms[key] = terms.get(key, 0) + coefficient
    return Polynomial({monomial: coefficient for monomial, coefficient in terms.items() if coefficient})


class MixedReader(GraphReader):
    """Reads μ^l, s^l, e^z, ε and quotients too."""

    truth: MixedTruth

    def component(self, expression: Any) -> Callable[[Letters], Component]:
        """A component, or μ^l or s^l."""
        letter = {"Mean": "μ", "Spread": "s"}.get(type(expression).__name__)
        if letter is None:
            return super().component(expression)
        layer = self.integer(expression.args[0])
        return lambda letters: (letter, layer(letters))

    def number(self, expression: Any) -> Number:
        """The expression as a polynomial, with what stands above and below cancelled."""
        found = super().number(expression)
        return lambda letters: short(found(letters))

    def settled(self, values: dict[Component, Fraction]) -> dict[Component, Fraction]:
        """The values, s and S not being 0, and 1/s and 1/S being what they are called."""
        found = {key: value or Fraction(int(key[0] in ("s", "S"))) for key, value in values.items()}
        for key in values:
            if key[0] in ("1/s", "1/S"):
                above = (key[0][2:], *key[1:])
                found[above] = found.get(above) or 1 / (values[key] or Fraction(1))
                found[key] = 1 / found[above]
        return found

    def _number_Mean(self, expression: Any) -> Number:
        component = self.component(expression)
        return lambda letters: self.truth.value(component(letters))

    _number_Spread = _number_Mean

    def _number_Symbol(self, expression: Any) -> Number:
        if expression.name != "epsilon":
            return super()._number_Symbol(expression)
        return lambda letters: self._epsilon(letters[l])

    def _epsilon(self, layer: int) -> Polynomial:
        """What s^l leaves of its square beside the variance: it is free, and so s^l is."""
        squares = added(self.truth.value(("a", layer, j)) ** 2 for j in range(self.truth.sizes[layer - 1]))
        return unknown(("s", layer)) ** 2 * (1 - squares / self.truth.sizes[layer - 1])

    def _number_exp(self, expression: Any) -> Number:
        """e^z is a S, by what softmax is."""
        of = self.component(expression.args[0])

        def power(letters: Letters) -> Polynomial:
            letter, layer, neuron = of(letters)
            if letter != "z" or not self.truth.softmax:
                raise TypeError(f"{expression} is not decided.")
            return self.truth.value(("a", layer, neuron)) * unknown(("S", layer))

        return power

    def _number_Pow(self, expression: Any) -> Number:
        if not (expression.exp.is_Integer and expression.exp < 0):
            return super()._number_Pow(expression)
        base, exponent = self.number(expression.base), -int(expression.exp)

        def inverse(letters: Letters) -> Polynomial:
            below = base(letters)
            if len(below.terms) != 1:
                raise TypeError(f"a quotient by {expression.base} is not decided.")
            [coefficient] = below.terms.values()
            found = constant(Fraction(1) / coefficient)
            for key in below.unknowns():
                if not isinstance(key, tuple) or key[0] not in ("s", "S"):
                    raise TypeError(f"a quotient by {expression.base} is not decided.")
                found = found * unknown((f"1/{key[0]}", *key[1:])) ** _power(below, key)
            return found**exponent

        return inverse


def _power(monomial: Polynomial, key: Any) -> int:
    """How often an unknown stands in a monomial."""
    [(number,)] = unknown(key).terms
    [numbers] = monomial.terms
    return numbers.count(number)


@lru_cache(maxsize=16)
def _shared(sizes: tuple[int, ...], recurrent: bool) -> GraphReader:
    return SharedReader(SharedTruth(sizes, recurrent=recurrent))


@lru_cache(maxsize=16)
def _mixed(sizes: tuple[int, ...], softmax: bool) -> GraphReader:
    return MixedReader(MixedTruth(sizes, mixes=True, softmax=softmax))


NETWORKS = {
    "convolution": SLIDING,
    "recurrence": STEPS,
    "softmax": MIXED,
    "normalised": MIXED,
}
"""On which networks each judge decides."""


def certify_convolution(statement: Statement) -> Decided:
    """Decide it where each layer is a convolution of the one before."""
    return certify_on(statement, SLIDING, partial(_shared, recurrent=False))


def certify_recurrence(statement: Statement) -> Decided:
    """Decide it where every layer has the weights W, and the cost reads every layer."""
    return certify_on(statement, STEPS, partial(_shared, recurrent=True))


def certify_softmax(statement: Statement) -> Decided:
    """Decide it where a layer has softmax."""
    return certify_on(statement, MIXED, partial(_mixed, softmax=True))


def certify_normalised(statement: Statement) -> Decided:
    """Decide it where a layer is normalised."""
    return certify_on(statement, MIXED, partial(_mixed, softmax=False))
