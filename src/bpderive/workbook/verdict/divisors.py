"""Where a claim divides by 0: `check_divisors(claim, clock)` refuses one with a divisor that is 0 identically.

A divisor may vanish where two indices are the same neuron, or for a certain number of neurons. Small widths, in which
every index is each neuron in turn, show all coincidences; other widths are the zeros of polynomials.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from fractions import Fraction

import sympy

from bpderive.letters.text import Text
from bpderive.workbook.language import syntax
from bpderive.workbook.verdict.decide import Reading, cases_of_indices, normaliser_of, readings
from bpderive.workbook.verdict.errors import IllFormed, TooHard
from bpderive.workbook.verdict.forms import Clock, Form
from bpderive.workbook.verdict.normal import Normaliser

SMALL = (2, 1, 3)
"""The widths in which every coincidence of indices is looked at."""

MOST_WIDTHS = 100
"""How many choices of the widths are looked at."""

WHEREVER = Text(en="wherever no divisor is 0", zh="凡除数都不为 0 之处")


def divides(claim: syntax.Claim) -> bool:
    """Whether the claim divides by anything but a number other than 0."""
    return any(
        not isinstance(divisor, syntax.Number) or divisor.value == 0
        for side in claim.sides
        for node in syntax.walk(side)
        for divisor in _divisor(node)
    )


def check_divisors(claim: syntax.Claim, clock: Clock) -> None:
    """Raise `IllFormed` if a divisor is 0 identically in a case of the claim's range."""
    if not divides(claim):
        return
    try:
        for reading in readings(claim, one_sided=True):
            _check_roots(claim, reading, clock)
        layers = _layers(claim)
        for widths in itertools.islice(itertools.product(SMALL, repeat=len(layers)), MOST_WIDTHS):
            _check_widths(claim, tuple(zip(layers, widths, strict=True)), clock)
    except TooHard:  # what is said of the verdict remains: wherever no divisor is 0
        return


def _divisor(node: syntax.Node) -> Iterator[syntax.Node]:
    if isinstance(node, syntax.Over):
        yield node.below
    elif isinstance(node, syntax.Power) and node.exponent < 0:
        yield node.base


def _layers(claim: syntax.Claim) -> list[syntax.Layer]:
    """The layers whose widths matter to the divisors."""
    found: dict[syntax.Layer, None] = {}
    for reading in readings(claim, one_sided=True):
        for layer in reading.indices.layers.values():
            found[layer] = None
        for side in reading.claim.sides:
            for node in syntax.walk(side):
                if isinstance(node, syntax.WidthOf):
                    found[node.layer] = None
    return list(found)


def _check_widths(claim: syntax.Claim, widths: tuple[tuple[syntax.Layer, int], ...], clock: Clock) -> None:
    fixed = claim
    for layer, width in widths:
        fixed = fixed.given(syntax.WidthCondition(layer, width))
    try:
        found = readings(fixed, one_sided=True)
    except IllFormed:  # no network of the range has these widths
        return
    for reading in found:
        for names, unequal in cases_of_indices(reading):
            normaliser = normaliser_of(reading, clock, unequal)
            for side in reading.claim.sides:
                for divisor, at in _divisors(side, names, normaliser):
                    if not normaliser.form(divisor, at):
                        shown = [f"n[{layer}] = {width}" for layer, width in widths]
                        shown += [f"{index} = {value}" for index, value in at.items() if index[0].isalpha()]
                        raise _is_zero(", ".join(shown))


def _divisors(
    node: syntax.Node, names: dict[str, syntax.Index], normaliser: Normaliser
) -> Iterator[tuple[syntax.Node, dict[str, syntax.Index]]]:
    """Every divisor, for every neuron that the sums around it reach."""
    normaliser.clock.check()
    for divisor in _divisor(node):
        yield divisor, names
    if isinstance(node, syntax.Total):
        spaces = [normaliser.spaces.width(normaliser.spaces.of(normaliser.layers[i])) for i in node.indices]
        ranges = [range(1, (width or 0) + 1) for width in spaces]
        for values in itertools.product(*ranges):
            yield from _divisors(
                node.body, {**names, **dict(zip(node.indices, values, strict=True))}, normaliser
            )
        return
    for part in syntax.parts(node):
        yield from _divisors(part, names, normaliser)


def _check_roots(claim: syntax.Claim, reading: Reading, clock: Clock) -> None:
    """The numbers of neurons of one layer at which a divisor vanishes, from its normal form."""
    for names, unequal in cases_of_indices(reading):
        normaliser = normaliser_of(reading, clock, unequal)
        for side in reading.claim.sides:
            for node in syntax.walk(side):
                for divisor in _divisor(node):
                    for width in _roots(normaliser.form(divisor, names)):
                        for layer in _layers(claim):
                            _check_widths(claim, ((layer, width),), clock)


def _roots(form: Form) -> list[int]:
    """The numbers of neurons that make every coefficient 0, the form being a polynomial in one of them."""
    n = sympy.Symbol("n")
    groups: dict[object, dict[int, Fraction]] = {}
    widths = {factor for (factors, _), _ in form for factor, _ in factors if factor[0] == "n"}
    if len(widths) != 1:
        return []
    [width] = widths
    for (factors, spaces), coefficient in form:
        rest = tuple(pair for pair in factors if pair[0] != width)
        groups.setdefault((rest, spaces), {})[dict(factors).get(width, 0)] = coefficient
    found: set[int] | None = None
    for powers in groups.values():
        least = min(powers)
        polynomial = sympy.Poly(
            sum(sympy.Rational(c.numerator, c.denominator) * n ** (e - least) for e, c in powers.items()), n
        )
        roots = {int(r) for r in polynomial.ground_roots() if r.is_Integer and r > 0}
        found = roots if found is None else found & roots
    return sorted(width for width in found or () if width not in SMALL)


def _is_zero(where: str) -> IllFormed:
    return IllFormed(Text(en="a divisor is 0 for {where}", zh="当 {where} 时除数恒为 0").format(where=where))
