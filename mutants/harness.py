"""What becomes of every wrong variant: refuted, ill-formed, true after all, or escaped.

`survey()` gives a `Row` for each equation and for each proof. A variant is *refuted* by a counterexample that the
evaluator of the tests confirms in numbers of 50 digits; *ill-formed* with a reason; *true* where it is proved in
general and that evaluator finds it so on three networks; everything else has *escaped*.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from mutants.graphs import GraphSubject, graph_subjects
from mutants.subjects import Subject, subjects

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
    variants: Iterator[Any] = subject.variants()
    for variant in variants:
        outcome = subject.decided(variant)
        row.counts[outcome] += 1
        if outcome == "escaped":
            row.escaped.append(subject.written(variant))
        elif outcome == "true":
            row.true.append(subject.written(variant))


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
