"""Why a claim fails: changes that mend it, and special networks in which it is true.

`diagnose(claim, clock)` tries one small change after the other, and one special case after the other, and keeps those
for which the changed claim is decided to hold. Nothing is recognised by its looks. A further special case is one
line in `_special_cases`.
"""

from __future__ import annotations

import contextlib
import itertools
from collections.abc import Iterator
from dataclasses import dataclass, replace

from bpderive.letters.text import Text
from bpderive.workbook.language import syntax
from bpderive.workbook.language.text import written
from bpderive.workbook.verdict.decide import holds
from bpderive.workbook.verdict.divisors import check_divisors
from bpderive.workbook.verdict.edits import Edit, edits
from bpderive.workbook.verdict.errors import IllFormed, TooHard
from bpderive.workbook.verdict.forms import Clock
from bpderive.workbook.verdict.indices import one_sided_index
from bpderive.workbook.verdict.known import activation_in_words, cost_in_words, kinks
from bpderive.workbook.verdict.layers import cases
from bpderive.workbook.verdict.shapes import Spaces, in_components, written_out

MOST_PAIRS = 200
"""How many pairs of changes are tried, where no single change mends a claim."""

REPAIRS, SPECIAL = 15_000, 5_000
"""How many steps the search for a change, and that for a special case, may take."""

A_CHANGE = 8
"""How many steps it takes to make one change or one special case of a claim, and to read it anew."""

COSTS, SIGMAS = ("quadratic", "cross_entropy"), ("linear", "sigmoid", "tanh")


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """What makes a claim true, in words, and the claim that then holds, if it is another one."""

    kind: str
    what: Text
    claim: syntax.Claim | None = None

    @property
    def mended(self) -> str | None:
        """The claim that then holds, written out."""
        return None if self.claim is None else written(self.claim)

    @property
    def text(self) -> Text:
        """What it is, with the claim that then holds."""
        if self.claim is None:
            return self.what
        return Text(en="{what}: {mended}", zh="{what}：{mended}").format(what=self.what, mended=self.mended)


def diagnose(claim: syntax.Claim, clock: Clock) -> tuple[Diagnosis, ...]:
    """The likeliest change that makes the claim true, and the first special case in which it is, if there are any."""
    found: list[Diagnosis] = []
    for make, steps in ((_repaired, REPAIRS), (_special, SPECIAL)):
        with contextlib.suppress(TooHard):  # the steps are used up: this search ends
            found += itertools.islice(make(claim, clock.within(steps)), 1)
    return tuple(found)


def _repaired(claim: syntax.Claim, clock: Clock) -> Iterator[Diagnosis]:
    one_sided = one_sided_index(claim) is not None
    pairs = itertools.islice(_two_changes(claim), MOST_PAIRS)
    for edit in itertools.chain(_in_components(claim), repairs(claim), pairs):
        clock.check(A_CHANGE)
        if not _is_trivial(edit.claim) and is_true(edit.claim, clock, one_sided=one_sided):
            what = Text(en="it holds {change}", zh="{change}就成立").format(change=edit.text)
            yield Diagnosis(edit.kind, what, edit.claim)


def repairs(claim: syntax.Claim, most: int | None = None) -> list[Edit]:
    """The changes to try, the likeliest first, each claim once; with `most`, only those up to that rank."""
    seen: set[syntax.Claim] = set()
    ordered = []
    for edit in sorted(edits(claim, repairs=True), key=lambda e: e.rank):
        if edit.claim not in seen and (most is None or edit.rank <= most):
            seen.add(edit.claim)
            ordered.append(edit)
    return ordered


def _in_components(claim: syntax.Claim) -> Iterator[Edit]:
    """A claim that adds numbers and columns, such as 1 − a, written for one component, and that with one change."""
    try:
        case = cases(claim)[0]
        out = written_out(claim, Spaces(case.position, spreads=True))
    except IllFormed:
        return
    if out.sides == claim.sides or _fits(claim, Spaces(case.position)):
        return
    text = Text(en="written for one component", zh="写成分量形式")
    yield Edit(out, "components", text, 0)
    for edit in repairs(out):
        both = Text(en="{first}, and {second}", zh="{first}，并{second}").format(first=text, second=edit.text)
        yield Edit(edit.claim, "components", both, edit.rank)


def _fits(claim: syntax.Claim, spaces: Spaces) -> bool:
    try:
        in_components(claim, spaces)
    except IllFormed:
        return False
    return True


def _two_changes(claim: syntax.Claim) -> Iterator[Edit]:
    """One of the likely changes, and then one of the likeliest."""
    for first in repairs(claim, most=1):
        for second in repairs(first.claim, most=0):
            text = Text(en="{first}, and {second}", zh="{first}，并{second}")
            both = text.format(first=first.text, second=second.text)
            yield Edit(second.claim, "two changes", both, first.rank + second.rank)


def is_true(claim: syntax.Claim, clock: Clock, **special: bool) -> bool:
    """Return whether the claim makes sense and holds; what cannot be decided does not count."""
    try:
        if not holds(claim, clock, **special):
            return False
        check_divisors(claim, clock)
        return True
    except IllFormed:
        return False
    except TooHard:
        clock.check()
        return False


def _is_trivial(claim: syntax.Claim) -> bool:
    """Return whether two sides are written alike, or a side is nothing but a number."""
    sides = [_bare(side) for side in claim.sides]
    return any(one == other for one, other in itertools.combinations(sides, 2)) or any(
        isinstance(side, syntax.Number) for side in sides
    )


def _bare(node: syntax.Node) -> syntax.Node:
    """The expression without its sign and without numbers as factors."""
    if isinstance(node, syntax.Minus):
        return _bare(node.body)
    if isinstance(node, syntax.Times):
        rest = [factor for factor in node.factors if not isinstance(factor, syntax.Number)]
        return _product([part for factor in rest for part in _factors(_bare(factor))])
    if isinstance(node, syntax.Power) and node.exponent > 0:
        return _product(list(_factors(_bare(node.base))) * node.exponent)
    return node


def _product(factors: list[syntax.Node]) -> syntax.Node:
    """The factors in an order of their own."""
    return factors[0] if len(factors) == 1 else syntax.Times(tuple(sorted(factors, key=repr)))


def _factors(node: syntax.Node) -> tuple[syntax.Node, ...]:
    return node.factors if isinstance(node, syntax.Times) else (node,)


def _special(claim: syntax.Claim, clock: Clock) -> Iterator[Diagnosis]:
    for kind, text, special, networks in _special_cases(claim):
        clock.check(A_CHANGE)
        if is_true(special, clock, **networks):
            yield Diagnosis(kind, text)


_TRUE_FOR = Text(en="it is true for {what}", zh="对{what}成立")
_TRUE_FOR_BOTH = Text(en="it is true for {sigma} with {cost}", zh="对{sigma}与{cost}成立")


def _special_cases(claim: syntax.Claim) -> Iterator[tuple[str, Text, syntax.Claim, dict[str, bool]]]:
    """Special networks, in words, as a claim about them, and as `holds` knows them."""
    letters = {node.layer.letter for node in claim.walk() if isinstance(node, syntax.Quantity)}
    if "l" in letters:
        for layer in (syntax.LAST, syntax.LAST + -1, syntax.Layer("", 2)):
            text = Text(en=f"it is true for l = {layer}", zh=f"当 l = {layer} 时成立")
            yield "layer", text, claim.given(syntax.LayerCondition(syntax.Layer("l"), "=", layer)), {}
    if claim.cost is None:
        for cost in COSTS:
            text = _TRUE_FOR.format(what=cost_in_words(cost))
            yield "cost", text, replace(claim, cost=cost), {}
    if claim.sigma is None:
        for sigma in SIGMAS:
            text = _TRUE_FOR.format(what=activation_in_words(sigma))
            yield "activation", text, replace(claim, sigma=sigma), {}
    if claim.cost is None and claim.sigma is None:
        for sigma, cost in itertools.product(SIGMAS, COSTS):
            if cost == "quadratic" or sigma == "sigmoid":
                text = _TRUE_FOR_BOTH.format(sigma=activation_in_words(sigma), cost=cost_in_words(cost))
                yield "activation and cost", text, replace(claim, sigma=sigma, cost=cost), {}
    free = list(dict.fromkeys(i for side in claim.sides for i in syntax.free_indices(side)))
    for one, other in itertools.combinations(free, 2):
        for relation, sign in (("=", "="), ("!=", "≠")):
            text = Text(en=f"it is true for {one} {sign} {other}", zh=f"当 {one} {sign} {other} 时成立")
            yield "indices", text, claim.given(syntax.IndexCondition(one, relation, other)), {}
    text = Text(en="it is true if Σy = 1", zh="当 Σy = 1 时成立")
    yield "targets", text, claim, {"targets_add_to_one": True}
    text = Text(
        en="it is true where all layers have the same number of neurons", zh="当各层神经元个数都相同时成立"
    )
    yield "equal widths", text, claim, {"all_equal": True}
    if kinks(claim.sigma):
        text = Text(
            en=f"it is true where no kink of {claim.sigma} is met",
            zh=f"不在 {claim.sigma} 的不可导点处时成立",
        )
        yield "kinks", text, claim, {"on_kinks": False}
    text = Text(en="it is true where every layer has one neuron", zh="当每层都只有一个神经元时成立")
    yield "one neuron", text, claim, {"one_neuron": True}
