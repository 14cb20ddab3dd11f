"""Claims about a network whose last layer is softmax with cross-entropy: `with_softmax(claim)` gives a `Verdict`.

The one thing that is different there is δ^L = a^L − y, and beside it ∂a^L_j/∂z^L_k = a^L_j ([j = k] − a^L_k). A claim
holds if it is an identity once y is written a^L − δ^L and the outputs are differentiated so, for whatever else the last
layer may be. One about the outputs alone is refuted by outputs that add to 1.
"""

from __future__ import annotations

import itertools
import random
from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from typing import Any

from bpderive.letters.text import Text
from bpderive.workbook.language import Claim, syntax
from bpderive.workbook.language.syntax import LAST, Node, Quantity
from bpderive.workbook.verdict import Counterexample, Verdict
from bpderive.workbook.verdict import check as judged
from bpderive.workbook.verdict.arithmetic import NotHere
from bpderive.workbook.verdict.decide import readings
from bpderive.workbook.verdict.errors import IllFormed, TooHard
from bpderive.workbook.verdict.forms import Clock
from bpderive.workbook.verdict.layers import cases
from bpderive.workbook.verdict.search import places
from bpderive.workbook.verdict.shapes import Spaces, written_out
from bpderive.workbook.verdict.trial import Trial
from bpderive.workbook.verdict.verdict import REFUTED
from bpderive.workbook.verdict.walker import Variable

OUTPUTS = (2, 3)
"""How many outputs are tried."""

_UNDECIDED = Text(
    en="it could not be decided: softmax takes a whole layer at once, and this is more than δ^L = a^L − y says",
    zh="无法判定：softmax 同时作用于整层，这超出了 δ^L = a^L − y 所说的内容",
)


def with_softmax(claim: Claim, seconds: float) -> Verdict:
    """Judge whether the claim holds for a softmax output layer and the cross-entropy, targets adding to 1."""
    bare = replace(claim, cost=None, sigma=None)
    verdict = judged(by_errors(bare), seconds)
    if verdict.status == "holds" and not _speaks_of_slopes(bare):
        return replace(verdict, claim=bare)
    try:
        found = _counterexample(bare)
    except (IllFormed, NotHere, TooHard):
        found = None
    if found is not None:
        return Verdict(bare, "refuted", verdict.ranges, REFUTED, 0.0, found)
    general = judged(bare, seconds)
    if general.status in ("holds", "ill-formed"):
        return general
    return Verdict(bare, "undecided", verdict.ranges, _UNDECIDED, 0.0)


def by_errors(claim: Claim) -> Claim:
    """The claim with y and the outputs' derivatives written so, unless it speaks of what softmax has otherwise."""
    if _speaks_of_slopes(claim):
        return claim
    return claim.changed(_written_by_outputs).changed(_written_by_errors)


def _written_by_outputs(node: Node) -> Node:
    """a^L_j ([j = k] − a^L_k) for ∂a^L_j/∂z^L_k."""
    match node:
        case syntax.Derivative(Quantity("a", layer, (one,)) as output, Quantity("z", other, (by,))) if (
            layer == other == LAST
        ):
            rest = syntax.Minus(Quantity("a", LAST, (by,)))
            return syntax.Times((output, syntax.Plus((syntax.Kronecker(one, by), rest))))
    return node


def _written_by_errors(node: Node) -> Node:
    """a^L − δ^L for y."""
    if not isinstance(node, Quantity) or node.letter != "y":
        return node
    return syntax.Plus(
        (Quantity("a", LAST, node.indices), syntax.Minus(Quantity("delta", LAST, node.indices)))
    )


def _speaks_of_slopes(claim: Claim) -> bool:
    """Return whether σ′ of the last layer, the cost, or ∂C/∂a^L occurs, which softmax has otherwise."""
    for node in claim.walk():
        if isinstance(node, syntax.Activation) and any(
            isinstance(n, Quantity) and n.layer == LAST for n in syntax.walk(node)
        ):
            return True
        if (
            isinstance(node, syntax.Derivative)
            and _written_by_outputs(node) is node
            and (not isinstance(node.of, syntax.Cost) or node.by.letter == "a")
        ):
            return True
        if isinstance(node, syntax.Gradient) and node.by.letter == "a":
            return True
    return any(isinstance(side, syntax.Cost) for side in claim.sides)


class _Outputs(Trial):
    """A last layer whose outputs and targets are given; raises `TooHard` for all else."""

    def unknown(self, name: str, pool: tuple[Fraction, ...] | None = None) -> Fraction:
        """An output or a target."""
        if name not in self.values:
            raise TooHard(_UNDECIDED)
        found: Fraction = self.values[name]
        return found

    def activation(self, layer: int, j: int) -> Fraction:
        """a^L_j."""
        return self.unknown(f"a^{layer}_{j}")

    def sigma_at(self, order: int, place: Any) -> Fraction:
        """σ is a function of the whole layer."""
        raise TooHard(_UNDECIDED)

    def error(self, layer: int, j: int) -> Fraction:
        """a^L_j − y_j."""
        return self.activation(layer, j) - self.unknown(f"y_{j}")

    def cost_moved(self, by: Variable) -> Fraction:
        """∂C/∂z^L_j or ∂C/∂b^L_j."""
        if by.letter not in ("z", "b"):
            raise TooHard(_UNDECIDED)
        return self.error(by.at, *by.indices)

    def moved(self, letter: str, layer: int, neuron: int, by: Variable) -> Fraction:
        """∂a^L_j/∂z^L_k."""
        if (letter, by.letter, by.at) != ("a", "z", layer):
            raise TooHard(_UNDECIDED)
        [k] = by.indices
        rest: Fraction = int(neuron == k) - self.activation(layer, k)
        return self.activation(layer, neuron) * rest


def _counterexample(claim: Claim) -> Counterexample | None:
    """Outputs and targets, each adding to 1, for which two sides differ."""
    claim = written_out(claim, Spaces(cases(claim)[0].position, spreads=True))
    reading = readings(claim, lenient=True)[0]
    for count in OUTPUTS:
        sizes = (1, count)
        spots = list(places(reading, sizes))
        for outputs, target in itertools.product(_shares(count), range(1, count + 1)):
            values = {f"a^2_{m}": share for m, share in enumerate(outputs, start=1)}
            values |= {f"y_{m}": Fraction(int(m == target)) for m in range(1, count + 1)}
            for at, names in spots:
                trial = _Outputs(reading, sizes, at, (), random.Random(0), Clock(), values=values)
                sides = [trial.value(side, {**names}) for side in claim.sides]
                for one, other in itertools.pairwise(sides):
                    if one != other:
                        return Counterexample(sizes, names, values, one, other)
    return None


def _shares(count: int) -> Iterator[tuple[Fraction, ...]]:
    """Positive outputs that add to 1."""
    for parts in itertools.permutations(range(1, count + 2), count):
        yield tuple(Fraction(part, sum(parts)) for part in parts)
