"""What becomes of every wrong variant: refuted, ill-formed, true after all, or escaped.

`survey()` gives a `Row` for each equation and for each proof. A variant is *refuted* by a counterexample that the
evaluator of the tests confirms in numbers of 50 digits; *ill-formed* with a reason; *true* where it is proved in
general and that evaluator finds it so on three networks; everything else has *escaped*.
"""

from __future__ import annotations

import itertools
import random
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from fractions import Fraction

from bpderive.judge.counterexample import Counterexample
from bpderive.workbook.language import Claim, written
from bpderive.workbook.verdict import search
from bpderive.workbook.verdict.decide import holds, readings
from bpderive.workbook.verdict.edits import edits
from bpderive.workbook.verdict.errors import IllFormed, TooHard
from bpderive.workbook.verdict.forms import Clock
from bpderive.workbook.verdict.search import find_counterexample
from mutants.graphs import GraphSubject, graph_subjects
from mutants.subjects import Subject, subjects
from tests import numerically

SECONDS = 10.0
NETWORKS = ((2, 3, 2), (3, 2, 4, 2), (2, 3, 2, 3, 2))
CHAINS = ((1, 1), (1, 1, 1), (1, 1, 1, 1))
OUTCOMES = ("refuted", "ill-formed", "true", "escaped")


@dataclass(slots=True)
class Row:
    """How many variants of one equation, or of the steps of one proof, came to which end."""

    number: str
    statements: int = 0
    counts: dict[str, int] = field(default_factory=lambda: dict.fromkeys(OUTCOMES, 0))
    escaped: list[str] = field(default_factory=list)
    true: list[str] = field(default_factory=list)

    @property
    def made(self) -> int:
        """How many variants there are."""
        return sum(self.counts.values())


def survey(
    wanted: Callable[[str], bool] = lambda number: True, report: Callable[[Row], None] = lambda row: None
) -> list[Row]:
    """A row for each equation and each proof whose number is `wanted`; `report` is called with each when it is done."""
    rows: list[Row] = []
    everything = [s for s in (*subjects(), *graph_subjects()) if wanted(s.number)]
    for number, group in itertools.groupby(everything, key=lambda s: s.number):
        row = Row(number)
        for subject in group:
            row.statements += 1
            count(row, subject)
        rows.append(row)
        report(row)
    if wanted("46"):
        row = Row("46", statements=1)
        for name, is_refuted in quotients():
            row.counts["refuted" if is_refuted else "escaped"] += 1
            if not is_refuted:
                row.escaped.append(name)
        rows.append(row)
        report(row)
    return rows


def count(row: Row, subject: Subject | GraphSubject) -> None:
    """Decide every variant of the subject and count what becomes of it."""
    for text, outcome in outcomes(subject):
        row.counts[outcome] += 1
        if outcome == "escaped":
            row.escaped.append(text)
        elif outcome == "true":
            row.true.append(text)


def outcomes(subject: Subject | GraphSubject) -> Iterator[tuple[str, str]]:
    """Every variant as text, and what becomes of it."""
    if isinstance(subject, GraphSubject):
        yield from ((str(variant), subject.decided(variant)) for variant in subject.variants())
    else:
        for claim in variants(subject.claim):
            yield written(claim), decided(claim, subject.one_neuron)


def variants(claim: Claim) -> Iterable[Claim]:
    """Every small change of the claim, each once."""
    return dict.fromkeys(edit.claim for edit in edits(claim) if edit.claim != claim)


def decided(claim: Claim, one_neuron: bool = False) -> str:
    """What becomes of a variant."""
    clock = Clock(SECONDS)
    try:
        if holds(claim, clock, one_neuron=one_neuron):
            return "true" if agrees(claim, one_neuron) else "escaped"
        found = _on_chains(claim, clock) if one_neuron else find_counterexample(claim, clock)
    except IllFormed:
        return "ill-formed"
    except TooHard:
        return "escaped"
    return "refuted" if found is not None and numerically.confirms(claim, found) else "escaped"


def agrees(claim: Claim, one_neuron: bool = False) -> bool:
    """Whether the sides are equal on three networks with random numbers."""
    chosen, networks = random.Random(1), CHAINS if one_neuron else NETWORKS
    told = [numerically.differs(claim, chosen, sizes=sizes, most=12) for sizes in networks]
    return True not in told and False in told


def _on_chains(claim: Claim, clock: Clock) -> Counterexample | None:
    """A counterexample among networks of one neuron a layer."""
    reading = readings(claim, one_neuron=True)[0]
    for sizes in ((1,) * depth for depth in range(2, 6)):
        found = search.counterexample(reading, sizes, clock)
        if found is not None:
            return found
    return None


def quotients() -> Iterator[tuple[str, bool]]:
    """Variants of (46), (C(w + ε) − C(w))/ε, and whether each is refuted.

    For C(w) = w + w² + w³ at w = 2 a variant (p·C(w + q·ε) + r·C(w + s·ε))/(t·ε^u) is a polynomial in ε divided by a
    power; it tends to C′(2) = 17 only if its terms of lower order vanish and the next is 17.
    """
    right = (1, 1, -1, 0, 1, 1)
    choices = ((-1, 2), (-1, 2, 0), (1, -2, 0), (1, -1), (2, Fraction(1, 2)))
    for place, options in enumerate(choices):
        for option in options:
            factors = (*right[:place], option, *right[place + 1 : -1])
            yield f"(46) as {factors}", not _tends_to_derivative(*map(Fraction, factors))
    for u in (0, 2):
        yield f"(46) with ε^{u}", not _tends_to_derivative(*map(Fraction, right[:-1]), u=u)


def _tends_to_derivative(
    p: Fraction, q: Fraction, r: Fraction, s: Fraction, t: Fraction, *, u: int = 1
) -> bool:
    """Whether (p·C(w + qε) + r·C(w + sε))/(t ε^u) tends to C′(w) for ε → 0, C(w) = w + w² + w³ at w = 2."""
    taylor = (Fraction(14), Fraction(17), Fraction(7), Fraction(1))
    above = [p * c * q**k + r * c * s**k for k, c in enumerate(taylor)]
    return not any(above[:u]) and above[u] / t == taylor[1]
