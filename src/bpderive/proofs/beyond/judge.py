"""The judge of networks whose layers are connected in any way: derivatives found forwards, without a proof.

`GraphTruth(sizes)` is a network in which every layer reads every earlier one: all w^{l,r}, all P^{l,r}, all ∂⁺C/∂a^l_j
are independent unknowns, and so every network without a circle is among the cases, with some of them 0.
`certify(statement)` decides a statement on small ones, in every case, as an identity of polynomials.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from functools import lru_cache, partial
from typing import Any

from bpderive.errors import NetworkError
from bpderive.judge.certify import NOTHING, Decided, decide, some
from bpderive.judge.certify import certify as certify_layers
from bpderive.judge.evaluate import Number, Reader
from bpderive.judge.polynomials import Polynomial, added, constant, unknown
from bpderive.judge.truth import (
    COST,
    NO_LAYER,
    NO_LETTER,
    NO_NEURON,
    OF_WHOLE_LAYER,
    Component,
    Truth,
    name,
)
from bpderive.letters.places import Letters
from bpderive.letters.statements import Statement
from bpderive.letters.symbols import LayerArray, Partial
from bpderive.proofs.beyond.letters import NUMBER_OF_PARAMETERS, BetweenElement, Direct, Parameter, UpTo

NETWORKS: tuple[tuple[int, ...], ...] = ((2, 3), (3, 2), (2, 3, 2), (3, 2, 4), (2, 3, 2, 2))
"""The networks that a statement is put on: widths unequal from layer to layer, and never 1."""

PARAMETERS = 2
"""How many θ_p there are on them."""

SHARED = ("θ", "K", "W")
"""What weights are functions of: parameters, the entries of a kernel, the weights of every step."""

Tangent = dict[int, dict[int, Polynomial]]
"""By layer and neuron, how fast an activation moves."""


@dataclass(slots=True)
class GraphTruth(Truth):
    """A network of unknowns in which every layer reads every earlier one, and the cost reads every layer.

    With `mixes` each layer has one function of all its z, and ∂a^l_k/∂z^l_j is an unknown in the place of σ′.
    """

    mixes: bool = False
    _tangents: dict[tuple[Component, int | None], Tangent] = field(default_factory=dict)

    def require(self, component: Component) -> None:
        """Raise `NetworkError` if the network has no such component."""
        letter, layer, *indices = component
        if letter == "θ":
            ranges, counts = [], [PARAMETERS]
            indices = [layer]
        elif letter in ("w", "P"):
            read, *indices = indices
            ranges, counts = [(2, layer), (1, read), (read + 1, layer)], [layer, read]
        elif letter in ("a", "G", "g", "b", "z", "delta"):
            ranges, counts = [(1 if letter in ("a", "G", "g") else 2, layer)], [layer]
        else:
            raise NetworkError(NO_LETTER.format(name=name(component), letter=letter))
        if any(high < low for low, high in ranges) or (letter != "θ" and layer > self.depth):
            raise NetworkError(NO_LAYER.format(name=name(component), sizes=self.sizes, letter=letter))
        for index, at in zip(indices, counts, strict=True):
            width = PARAMETERS if letter == "θ" else self.sizes[at - 1]
            if not 0 <= index < width:
                raise NetworkError(NO_NEURON.format(name=name(component), layer=at, count=width))

    def value(self, component: Component) -> Polynomial:
        """The component as a polynomial; raises `NetworkError` if it does not exist."""
        self.require(component)
        if component[0] == "z":
            layer, neuron = component[1:]
            terms = (
                unknown(("w", layer, read, neuron, k)) * unknown(("a", read, k))
                for read in range(1, layer)
                for k in range(self.sizes[read - 1])
            )
            return added([*terms, unknown(("b", layer, neuron))])
        if component[0] == "G":
            return self.derivative(COST, ("a", *component[1:]))
        return unknown(component)

    def slope(self, layer: int, neuron: int) -> Polynomial:
        """σ′(z^l_j)."""
        self.require(("z", layer, neuron))
        if self.mixes:
            raise NetworkError(OF_WHOLE_LAYER.format(name=name(("σ", 1, layer, neuron, None))))
        return unknown(("σ", 1, layer, neuron, None))

    def derivative(self, of: Component, by: Component) -> Polynomial:
        """∂of/∂by, all later layers following."""
        return self.up_to(of, by, None)

    def up_to(self, of: Component, by: Component, fixed: int | None) -> Polynomial:
        """∂of/∂by, the layers up to `fixed` being held fixed but for `by`; None fixes none."""
        if by[0] not in ("w", "b", "z", "a", *SHARED) or of[0] not in ("C", "a", "z", "w"):
            raise TypeError(f"derivatives of {name(of)} by {name(by)} are not decided.")
        self.require(by)
        if of != COST:
            self.require(of)
        if of[0] == "w":
            return self._use(of, by)
        moved = self._tangents.get((by, fixed))
        if moved is None:
            moved = self._tangents[by, fixed] = self._follow(by, fixed)
        if of == COST:
            return added(
                unknown(("g", layer, j)) * change for layer, row in moved.items() for j, change in row.items()
            )
        if of[0] == "a":
            return moved.get(of[1], {}).get(of[2], constant(0))
        return self._changes(by, of[1], moved).get(of[2], constant(0))

    def direct(self, of: Component, by: Component) -> Polynomial:
        """∂⁺of/∂by for the cost or an activation by an activation."""
        if by[0] != "a" or of[0] not in ("C", "a"):
            raise TypeError(f"∂⁺{name(of)}/∂{name(by)} is not decided.")
        self.require(by)
        if of == COST:
            return unknown(("g", *by[1:]))
        self.require(of)
        return self.up_to(of, by, of[1] - 1) if of[1] > by[1] else constant(int(of == by))

    def _use(self, weight: Component, by: Component) -> Polynomial:
        """∂w^{l,r}_jk/∂θ_p, an unknown."""
        if by[0] not in SHARED:
            return constant(int(weight == by))
        return unknown(("∂w/∂θ", *weight[1:], by[1]))

    def _follow(self, by: Component, fixed: int | None) -> Tangent:
        """How fast every activation moves, layer by layer."""
        moved: Tangent = {}
        first = by[1] if by[0] not in SHARED else 2
        for layer in range(first, self.depth + 1):
            if by[0] == "a" and layer == first:
                moved[layer] = {by[2]: constant(1)}
                continue
            if fixed is not None and layer <= fixed:
                continue
            rows = self._activated(layer, self._changes(by, layer, moved))
            for read, changes in moved.items():
                for j in range(self.sizes[layer - 1]):
                    passed = added(unknown(("P", layer, read, j, k)) * c for k, c in changes.items())
                    rows[j] = rows.get(j, constant(0)) + passed
            moved[layer] = rows
        return moved

    def _changes(self, by: Component, layer: int, moved: Tangent) -> dict[int, Polynomial]:
        """How fast the weighted inputs of a layer move."""
        letter = by[0]
        if letter == "z" and layer == by[1]:
            return {by[2]: constant(1)}
        changes: dict[int, Polynomial] = {}
        for j in range(self.sizes[layer - 1]):
            terms = [
                unknown(("w", layer, read, j, k)) * change
                for read, row in moved.items()
                if read < layer
                for k, change in row.items()
            ]
            if letter in SHARED:
                terms += [
                    self._use(("w", layer, read, j, k), by) * unknown(("a", read, k))
                    for read in range(1, layer)
                    for k in range(self.sizes[read - 1])
                ]
            if letter == "b" and by[1:] == (layer, j):
                terms.append(constant(1))
            if letter == "w" and by[1] == layer and by[3] == j:
                terms.append(unknown(("a", by[2], by[4])))
            changes[j] = added(terms)
        return changes

    def _activated(self, layer: int, weighted: dict[int, Polynomial]) -> dict[int, Polynomial]:
        if not self.mixes:
            return {j: self.slope(layer, j) * change for j, change in weighted.items()}
        return {
            k: added(unknown(("J", layer, k, j)) * change for j, change in weighted.items())
            for k in range(self.sizes[layer - 1])
        }


class GraphReader(Reader):
    """Reads the letters of such networks too."""

    truth: GraphTruth

    def component(self, expression: Any) -> Callable[[Letters], Component]:
        """A component such as w^{l,r}_jk, θ_p or one of the chapter's."""
        if isinstance(expression, BetweenElement):
            between = expression.parent
            places = [
                self.integer(part) for part in (between.layer, between.read, expression.i, expression.j)
            ]
            return lambda letters: (between.letter, *(place(letters) for place in places))
        if isinstance(expression, Parameter):
            place = self.integer(expression.i)
            return lambda letters: ("θ", place(letters))
        return super().component(expression)

    def named(self, values: Mapping[Component, Fraction]) -> dict[str, Fraction]:
        """The values by the names of what has them, those of an inverse left out."""
        return {spoken(key): value for key, value in values.items() if not key[0].startswith("1/")}

    def _number_MatrixElement(self, expression: Any) -> Number:
        component = self.component(expression)
        return lambda letters: self._of(component(letters))

    def _number_Partial(self, expression: Partial) -> Number:
        of, by = self.component(expression.of), self.component(expression.by)
        return lambda letters: self.truth.derivative(of(letters), by(letters))

    def _number_Direct(self, expression: Direct) -> Number:
        of, by = self.component(expression.of), self.component(expression.by)
        return lambda letters: self.truth.direct(of(letters), by(letters))

    def _number_Sigma(self, expression: Any) -> Number:
        """σ(z^l_j) is what a^l_j has beside its shortcuts, (R2)."""
        whole = super()._number_Sigma(expression)
        layer, neuron = (self.integer(part) for part in expression.args[:2])

        def alone(letters: Letters) -> Polynomial:
            at, j = layer(letters), neuron(letters)
            ways = (
                self.truth.value(("P", at, read, j, k)) * self.truth.value(("a", read, k))
                for read in range(1, at)
                for k in range(self.truth.sizes[read - 1])
            )
            return whole(letters) - added(ways)

        return alone

    _number_SigmaPrime = Reader._number_Sigma

    def _number_UpTo(self, expression: UpTo) -> Number:
        last, layer, neuron = (self.integer(part) for part in expression.args)

        def number(letters: Letters) -> Polynomial:
            return self.truth.up_to(COST, ("a", layer(letters), neuron(letters)), last(letters))

        return number

    def integer(self, expression: Any) -> Callable[[Letters], int]:
        """A layer, an index, a bound of a sum, or the number of parameters."""
        if expression.has(NUMBER_OF_PARAMETERS):
            return super().integer(expression.subs(NUMBER_OF_PARAMETERS, PARAMETERS))
        return super().integer(expression)


@lru_cache(maxsize=16)
def _reader(sizes: tuple[int, ...], mixes: bool = False) -> GraphReader:
    return GraphReader(GraphTruth(sizes, mixes=mixes))


def certify(statement: Statement) -> Decided:
    """Decide `statement` on networks of which every layer has a σ for each neuron; raises `Refuted`."""
    return certify_on(statement, NETWORKS, _reader)


def certify_on(
    statement: Statement,
    networks: tuple[tuple[int, ...], ...],
    reader_of: Callable[[tuple[int, ...]], Reader],
) -> Decided:
    """Decide `statement` on each network, in every case; raises `Refuted` at the first that fails.

    Raises `NetworkError` where no network has a case.
    """
    decided = sum((decide(statement, reader_of(sizes)) for sizes in networks), start=NOTHING)
    return some(decided, statement, networks)


def certify_mixing(statement: Statement) -> Decided:
    """The same where every layer has one function of all its neurons."""
    return certify_on(statement, NETWORKS, partial(_reader, mixes=True))


def certify_chain(statement: Statement) -> Decided:
    """In the chapter's networks where the statement has their weights w^l, else as `certify` does."""
    chain = any(array.letter == "w" for side in statement.sides for array in side.atoms(LayerArray))
    return certify_layers(statement) if chain else certify(statement)


def spoken(key: Component) -> str:
    """How an unknown is written: w^{3,1}_12, P^{3,1}_12, ∂w^{3,1}_12/∂θ_1, ∂⁺C/∂a^2_1, or as in the chapter."""
    letter, *rest = key
    if letter in ("w", "P"):
        layer, read, row, column = rest
        return f"{letter}^{{{layer},{read}}}_{row + 1}{column + 1}"
    if letter == "∂w/∂θ":
        return f"∂{spoken(('w', *rest[:-1]))}/∂θ_{rest[-1] + 1}"
    if letter == "g":
        return f"∂⁺C/∂a^{rest[0]}_{rest[1] + 1}"
    if letter == "W":
        return f"W_{rest[0] + 1}{rest[1] + 1}"
    return name(key) if len(rest) > 1 else "^".join(map(str, key))
