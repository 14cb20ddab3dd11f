"""Claims about a network whose last layer is softmax with cross-entropy: `with_softmax(claim)` gives a `Verdict`.

The one thing that is different there is δ^L = a^L − y, and beside it ∂a^L_j/∂z^L_k = a^L_j ([j = k] − a^L_k). A claim
holds if it is an identity once y is written a^L − δ^L and the outputs are differentiated so, for whatever else the last
layer may be. One about the outputs alone is refuted by outputs that add to 1.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping
from dataclasses import replace
from fractions import Fraction

from bpderive.letters.text import Text
from bpderive.workbook.language import Claim, syntax
from bpderive.workbook.language.syntax import LAST, Node, Quantity
from bpderive.workbook.verdict import Counterexample, Verdict
from bpderive.workbook.verdict import check as judged
from bpderive.workbook.verdict.errors import IllFormed, TooHard
from bpderive.workbook.verdict.layers import cases
from bpderive.workbook.verdict.shapes import Spaces, written_out
from bpderive.workbook.verdict.verdict import REFUTED

OUTPUTS = (2, 3)
"""How many outputs are tried."""

_UNDECIDED = Text(
    en="it could not be decided: softmax takes a whole layer at once, and this is more than δ^L = a^L − y says",
    zh="无法判定：softmax 同时作用于整层，这超出了 δ^L = a^L − y 所说的内容",
)


class _Beyond(Exception):
    """A claim speaks of more than the outputs, the targets and the errors of the last layer."""


def with_softmax(claim: Claim, seconds: float) -> Verdict:
    """Judge whether the claim holds for a softmax output layer and the cross-entropy, targets adding to 1."""
    bare = replace(claim, cost=None, sigma=None)
    verdict = judged(by_errors(bare), seconds)
    if verdict.status == "holds" and not _speaks_of_slopes(bare):
        return replace(verdict, claim=bare)
    try:
        found = _counterexample(bare)
    except (_Beyond, IllFormed, TooHard):
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


def _counterexample(claim: Claim) -> Counterexample | None:
    """Outputs and targets, each adding to 1, for which two sides differ."""
    claim = written_out(claim, Spaces(cases(claim)[0].position, spreads=True))
    free = list(dict.fromkeys(i for side in claim.sides for i in syntax.free_indices(side)))
    numbers = [i for n in claim.walk() for i in syntax.indices_of(n) if isinstance(i, int)]
    for count in OUTPUTS:
        if max(numbers, default=1) > count:
            continue
        for outputs, target in itertools.product(_shares(count), range(1, count + 1)):
            values = {("a", m): share for m, share in enumerate(outputs, start=1)}
            values |= {("y", m): Fraction(int(m == target)) for m in range(1, count + 1)}
            for chosen in itertools.product(range(1, count + 1), repeat=len(free)):
                names = dict(zip(free, chosen, strict=True))
                sides = [_value(side, values, names, count) for side in claim.sides]
                for one, other in itertools.pairwise(sides):
                    if one != other:
                        shown = {f"a^2_{m}": values["a", m] for m in range(1, count + 1)}
                        shown |= {f"y_{m}": values["y", m] for m in range(1, count + 1)}
                        return Counterexample((1, count), names, shown, one, other)
    return None


def _shares(count: int) -> Iterator[tuple[Fraction, ...]]:
    """Positive outputs that add to 1."""
    for parts in itertools.permutations(range(1, count + 2), count):
        yield tuple(Fraction(part, sum(parts)) for part in parts)


def _value(
    node: Node, values: Mapping[tuple[str, int], Fraction], names: Mapping[str, int], count: int
) -> Fraction:
    def at(quantity: Quantity) -> int:
        if quantity.layer != LAST or len(quantity.indices) != 1:
            raise _Beyond
        index = quantity.indices[0]
        return names[index] if isinstance(index, str) else index

    match node:
        case syntax.Number(value):
            return value
        case Quantity("a" | "y" as letter, _, _):
            return values[letter, at(node)]
        case Quantity("delta", _, _):
            return values["a", at(node)] - values["y", at(node)]
        case syntax.Derivative(Quantity(), _) if (output := _written_by_outputs(node)) is not node:
            return _value(output, values, names, count)
        case syntax.Derivative(syntax.Cost(), Quantity("z" | "b", _, _) as by):
            return values["a", at(by)] - values["y", at(by)]
        case syntax.Plus(terms):
            return sum((_value(t, values, names, count) for t in terms), Fraction(0))
        case syntax.Minus(body):
            return -_value(body, values, names, count)
        case syntax.Times(factors):
            result = Fraction(1)
            for factor in factors:
                result *= _value(factor, values, names, count)
            return result
        case syntax.Total(indices, body):
            ranges = itertools.product(range(1, count + 1), repeat=len(indices))
            inner = ({**names, **dict(zip(indices, chosen, strict=True))} for chosen in ranges)
            return sum((_value(body, values, one, count) for one in inner), Fraction(0))
        case syntax.Kronecker(first, second):
            one, other = (names[i] if isinstance(i, str) else i for i in (first, second))
            return Fraction(int(one == other))
        case syntax.Power(base, exponent) if exponent >= 0:
            return _value(base, values, names, count) ** exponent
    raise _Beyond
