"""Where a claim divides by 0: `check_divisors(claim, clock)` refuses one with a divisor that is 0 identically.

A divisor may vanish where two indices are the same neuron, or for a certain number of neurons. Small widths, in which
every index is each neuron in turn, show all coincidences; other widths, and relations between them, are the zeros of
polynomials.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from fractions import Fraction
from typing import Any

import sympy

from bpderive.letters.text import Text
from bpderive.workbook.language import syntax
from bpderive.workbook.verdict import signs
from bpderive.workbook.verdict.decide import cases_of_indices, readings
from bpderive.workbook.verdict.errors import IllFormed, TooHard
from bpderive.workbook.verdict.forms import Clock, Form
from bpderive.workbook.verdict.indices import Reading
from bpderive.workbook.verdict.normal import Normaliser

SMALL = (2, 1, 3)
"""The widths in which every coincidence of indices is looked at."""

MOST_WIDTHS = 100
"""How many choices of the widths are looked at."""

SMALL_WIDTHS = (60, 12, 6, 4)
"""Up to which number of neurons the other layers are looked at, where a divisor depends on 2, 3, … layers."""

_Widths = list[tuple[syntax.Layer, int]]

WHEREVER = Text(en="wherever no divisor is 0", zh="凡除数都不为 0 之处")


def divides(claim: syntax.Claim) -> bool:
    """Return whether the claim divides by anything but a number other than 0."""
    return any(
        not isinstance(divisor, syntax.Number) or divisor.value == 0
        for node in claim.walk()
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
            _check_widths(claim, list(zip(layers, widths, strict=True)), clock)
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
        found |= dict.fromkeys(reading.indices.layers.values())
        found |= {node.layer: None for node in reading.claim.walk() if isinstance(node, syntax.WidthOf)}
    return list(found)


def _with_widths(claim: syntax.Claim, widths: _Widths) -> list[Reading]:
    """The claim where layers have these widths; nothing, if no network of its range has them."""
    try:
        return readings(claim.given(*(syntax.WidthCondition(*pair) for pair in widths)), one_sided=True)
    except IllFormed:
        return []


def _check_widths(claim: syntax.Claim, widths: _Widths, clock: Clock) -> None:
    for reading in _with_widths(claim, widths):
        for names, unequal in cases_of_indices(reading):
            normaliser = Normaliser(reading, clock, unequal)
            for side in reading.claim.sides:
                for divisor, at in _divisors(side, names, normaliser):
                    if signs.vanishes(normaliser.form(divisor, at), unequal, clock):
                        raise _is_zero(
                            widths,
                            [f"{index} = {value}" for index, value in at.items() if index[0].isalpha()],
                        )


def _divisors(
    node: syntax.Node, names: dict[str, syntax.Index], normaliser: Normaliser
) -> Iterator[tuple[syntax.Node, dict[str, syntax.Index]]]:
    """Every divisor, for every neuron that the sums around it reach."""
    normaliser.clock.check()
    for divisor in _divisor(node):
        yield divisor, names
    if isinstance(node, syntax.Total):
        reading = normaliser.reading
        widths = [reading.spaces.width(reading.space_of(index)) for index in node.indices]
        ranges = [range(1, (width or 0) + 1) for width in widths]
        for values in itertools.product(*ranges):
            yield from _divisors(
                node.body, {**names, **dict(zip(node.indices, values, strict=True))}, normaliser
            )
        return
    for part in syntax.parts(node):
        yield from _divisors(part, names, normaliser)


def _check_roots(claim: syntax.Claim, reading: Reading, clock: Clock) -> None:
    """The widths at which a divisor vanishes, from its normal form."""
    layers = {reading.spaces.of(layer): layer for layer in reversed(_layers(claim))}
    for names, unequal in cases_of_indices(reading):
        normaliser = Normaliser(reading, clock, unequal)
        for divisor in (found for node in reading.claim.walk() for found in _divisor(node)):
            for zero in _zeros(normaliser.form(divisor, names), clock):
                widths = [(layers[space], width) for space, width in zero.items()]
                if any(other.case == reading.case for other in _with_widths(claim, widths)):
                    raise _is_zero(widths, [])


def _zeros(form: Form, clock: Clock) -> Iterator[dict[Any, int]]:
    """Numbers of neurons that make every coefficient 0: all for one layer, and small ones of all but one for more."""
    spaces = sorted({f[1] for (factors, _), _ in form for f, _ in factors if f[0] == "n"}, key=repr)
    if not spaces:
        return
    groups: dict[object, list[tuple[dict[Any, int], Fraction]]] = {}
    for (factors, bound), coefficient in form:
        rest = tuple(pair for pair in factors if pair[0][0] != "n")
        powers = {f[1]: e for f, e in factors if f[0] == "n"}
        groups.setdefault((rest, bound), []).append((powers, coefficient))
    *others, last = spaces
    small = range(1, SMALL_WIDTHS[min(len(others), len(SMALL_WIDTHS)) - 1] + 1) if others else ()
    for chosen in itertools.product(small, repeat=len(others)):
        clock.check(len(form))
        given = dict(zip(others, chosen, strict=True))
        roots = [_roots(terms, given, last) for terms in groups.values()]
        common = [found for found in roots if found is not None]  # None is 0 for every width
        if not common:
            yield {**given, last: 1}
        else:
            for root in sorted(set.intersection(*common)):
                yield {**given, last: root}


def _roots(terms: list[tuple[dict[Any, int], Fraction]], given: dict[Any, int], last: Any) -> set[int] | None:
    """The whole numbers above 0 at which a polynomial in one width more is 0; None if it is 0 everywhere."""
    powers: dict[int, Fraction] = {}
    for exponents, coefficient in terms:
        value = coefficient
        for space, width in given.items():
            value *= Fraction(width) ** exponents.get(space, 0)
        exponent = exponents.get(last, 0)
        powers[exponent] = powers.get(exponent, Fraction(0)) + value
    powers = {e: c for e, c in powers.items() if c}
    if not powers:
        return None
    least = min(powers)
    terms_from_0 = {e - least: sympy.Rational(c.numerator, c.denominator) for e, c in powers.items()}
    polynomial = sympy.Poly.from_dict(terms_from_0, sympy.Symbol("n"))
    return {int(root) for root in polynomial.ground_roots() if root.is_Integer and root > 0}


def _is_zero(widths: _Widths, neurons: list[str]) -> IllFormed:
    where = ", ".join([*(f"n[{layer}] = {width}" for layer, width in widths), *neurons])
    return IllFormed(Text(en="a divisor is 0 for {where}", zh="当 {where} 时除数恒为 0").format(where=where))
