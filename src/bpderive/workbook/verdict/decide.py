"""The general decision: whether a claim is an identity for all widths, every depth and every layer in its range.

`holds(claim, clock)` is True only where the normal forms of both sides agree in every case. It raises `IllFormed` or
`TooHard` where that is not a question. `readings` make a claim ready for it, and for trial on
networks.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from bpderive.errors import DomainError
from bpderive.functions.activations import activations
from bpderive.functions.choices import check_domain
from bpderive.functions.costs import costs
from bpderive.letters.text import Text
from bpderive.workbook.language import syntax
from bpderive.workbook.verdict import forms, signs
from bpderive.workbook.verdict.errors import STEPS_ARE_USED_UP, IllFormed, TooHard
from bpderive.workbook.verdict.forms import Clock, Form, Term
from bpderive.workbook.verdict.indices import Indices, Reading, apart, check_scopes
from bpderive.workbook.verdict.layers import cases
from bpderive.workbook.verdict.normal import Normaliser
from bpderive.workbook.verdict.shapes import Spaces, in_components

NOTHING = Text(
    en="the conditions contradict one another: the range is empty", zh="各条件互相矛盾：取值范围为空"
)

MOST_CHOICES = 100_000
"""How many choices of the neurons are gone through in layers of fixed widths."""


def readings(
    claim: syntax.Claim,
    all_equal: bool = False,
    one_neuron: bool = False,
    lenient: bool = False,
    one_sided: bool = False,
) -> list[Reading]:
    """The claim in each of its cases; raises `IllFormed` where it makes no sense.

    With `all_equal` all layers have equal widths, with `one_neuron` width 1. With `one_sided` an index may stand on one
    side only, and then means every neuron; with `lenient` it may be used outside its sum as well.
    """
    refusal = refusal_of(claim.sigma, claim.cost)
    if refusal is not None:
        raise IllFormed(refusal)
    if not lenient:
        check_scopes(claim, one_sided)
    found = []
    for case in cases(claim):
        spaces = Spaces(case.position, all_equal=all_equal or one_neuron, one_neuron=one_neuron)
        for condition in claim.conditions:
            if isinstance(condition, syntax.WidthCondition):
                if isinstance(condition.second, syntax.Layer):
                    spaces.join(condition.first, condition.second)
                else:
                    spaces.fix(condition.first, condition.second)
        if not spaces.is_possible:
            continue
        components, called = apart(in_components(claim, spaces))
        indices = Indices(spaces, called)
        indices.find(components)
        reading = Reading(components, case, spaces, indices)
        if any(True for _ in cases_of_indices(reading)):
            found.append(reading)
    if not found:
        raise IllFormed(NOTHING)
    return found


@lru_cache(256)
def refusal_of(sigma: str | None, cost: str | None) -> Text | None:
    """Why no network has this activation and this cost together, if none has, as `Network` says it."""
    if sigma is None or cost is None:
        return None
    try:
        check_domain(activations[sigma], costs[cost])
    except DomainError as error:
        found: Text = error.args[0]
        return found
    return None


def holds(
    claim: syntax.Claim,
    clock: Clock,
    all_equal: bool = False,
    one_neuron: bool = False,
    targets_add_to_one: bool = False,
    one_sided: bool = False,
    on_kinks: bool = True,
) -> bool:
    """Return whether all sides are equal; perhaps in some networks, for Σ y = 1 or away from kinks only."""
    return all(
        signs.vanishes(residual, unequal, clock, on_kinks)
        for reading in readings(claim, all_equal, one_neuron, one_sided=one_sided)
        for residual, unequal in residuals(reading, clock, targets_add_to_one)
    )


def residuals(
    reading: Reading, clock: Clock, targets_add_to_one: bool = False
) -> Iterator[tuple[Form, frozenset[frozenset[Any]]]]:
    """The differences of the sides in normal form, and the indices that are unequal there."""
    for names, unequal in cases_of_indices(reading):
        normaliser = Normaliser(reading, clock, unequal, targets_add_to_one)
        first, *rest = [normaliser.value(side, names) for side in reading.claim.sides]
        for other in rest:
            difference = normaliser.normal(first + forms.scaled(other, -1))
            if targets_add_to_one:
                difference = normaliser.normal([_without_targets(t) for t in forms.as_terms(difference)])
            yield difference, unequal


def _without_targets(term: Term) -> Term:
    """The term with every factor Σ_m y_m taken to be 1."""
    bound = dict(term.bound)
    for factor, exponent in term.factors:
        if factor[0] != "y" or exponent != 1 or factor[1] not in bound:
            continue
        rest = tuple(f for f in term.factors if f[0] != factor)
        if not any(factor[1] in forms.indices_of(f) for f, _ in rest):
            kept = tuple(pair for pair in term.bound if pair[0] != factor[1])
            return _without_targets(Term(term.coefficient, rest, kept))
    return term


def cases_of_indices(reading: Reading) -> Iterator[tuple[dict[str, syntax.Index], frozenset[frozenset[Any]]]]:
    """What the free indices are: themselves, or each number in turn in a layer of fixed width."""
    conditions = [c for c in reading.claim.conditions if isinstance(c, syntax.IndexCondition)]
    choices: list[list[tuple[str, int]]] = []
    for index in reading.free:
        width = reading.spaces.width(reading.space_of(index))
        if width is not None:
            choices.append([(index, value) for value in range(1, width + 1)])
    for count, chosen in enumerate(itertools.product(*choices)):
        if count >= MOST_CHOICES:
            raise TooHard(STEPS_ARE_USED_UP)
        names: dict[str, syntax.Index] = dict(chosen)
        for condition in conditions:
            one, other = syntax.renamed((condition.first, condition.second), names)
            if isinstance(one, int):
                one, other = other, one
            if condition.relation == "=" and isinstance(one, str):
                names = {key: other if value == one else value for key, value in names.items()} | {one: other}
        pairs = {"=": set[frozenset[Any]](), "!=": set[frozenset[Any]]()}
        for condition in conditions:
            pair = frozenset(syntax.renamed((condition.first, condition.second), names))
            pairs[condition.relation].add(pair)
        if all(len(pair) == 1 for pair in pairs["="]) and all(len(pair) == 2 for pair in pairs["!="]):
            yield names, frozenset(pairs["!="])


__all__ = ["Reading", "cases_of_indices", "holds", "readings", "refusal_of", "residuals"]
