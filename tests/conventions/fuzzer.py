"""True and mutated equations in every convention and spelling, read back: `python -m tests.conventions.fuzzer 20000`.

Each case takes an equation of the book, perhaps changed, writes it in a convention, varies its spelling, and reads it.
In that convention it must be held if and only if the claim from which it was written is true. Read freely, a true one
must be held; a false one must not be held in the convention in which it was written.
"""

from __future__ import annotations

import random
import re
import sys
from collections import Counter
from dataclasses import dataclass
from functools import lru_cache

from bpderive.errors import ParseError
from bpderive.workbook.conventions import Convention, conventions
from bpderive.workbook.conventions.reading import decided
from bpderive.workbook.conventions.writing import BOOK, NotWritten, Writer, specialised
from bpderive.workbook.language import Claim, parse, written
from bpderive.workbook.language.syntax import walk
from bpderive.workbook.verdict.diagnosis import is_true
from bpderive.workbook.verdict.edits import edits
from bpderive.workbook.verdict.errors import IllFormed
from bpderive.workbook.verdict.forms import Clock
from tests.conventions.variations import varied

BATCH_SLIPS = (
    (r"\frac{1}{m} ", ""),
    (r" \mathbf{1}", ""),
    (r"\mathbf{1}^T ", ""),
    ("axis=1", "axis=0"),
    ("= ", r"= \frac{1}{m} "),
)


@dataclass(frozen=True, slots=True)
class Case:
    """A formula, the convention in which it was written, and whether it is true there."""

    text: str
    convention: str
    is_true: bool
    number: str
    change: str


@lru_cache(None)
def _changes(claim: Claim) -> tuple[tuple[Claim, str], ...]:
    return tuple((edit.claim, edit.kind) for edit in edits(claim))


@lru_cache(None)
def _forms(name: str, number: str) -> tuple[str, ...]:
    return conventions[name].forms(number)


@lru_cache(100_000)
def true(claim: Claim) -> bool:
    """Whether a claim is decided to hold."""
    return is_true(claim, Clock(20, 20_000), one_sided=True)


def case(rng: random.Random) -> Case | None:
    """One case; None where the convention has no letters for the change."""
    convention = rng.choice(tuple(conventions.values()))
    number = rng.choice(("z", "a", *convention.numbers))
    forms = _forms(convention.name, number)
    if not forms:
        return None
    form = rng.choice(forms)
    if form == "batch":
        return _batch(convention, number, rng)
    claim = specialised(parse(BOOK[number][form]), convention)
    change = "none"
    if rng.random() < 0.6:
        claim, change = rng.choice(_changes(claim))
    if any(
        type(node).__name__ in ("Unknown", "WidthOf", "Kronecker", "Power")
        for side in claim.sides
        for node in walk(side)
    ):
        return None
    if change in ("layer", "sum added") and convention.styles[0] == "units":
        return None
    if not convention.has_bias or convention.one_each:
        return (
            None
            if change != "none"
            else Case(convention.write(number, form), convention.name, True, number, change)
        )
    try:
        text = Writer(convention).latex(claim)
    except (NotWritten, IllFormed):
        return None
    return Case(text, convention.name, true(claim), number, change)


def _batch(convention: Convention, number: str, rng: random.Random) -> Case | None:
    text = convention.write(number, "batch")
    if rng.random() < 0.4:
        before, after = rng.choice(BATCH_SLIPS)
        if before not in text or convention.examples != ("mean",) or number not in ("BP3", "BP4"):
            return None  # where a sum or one example may be meant as well, it may be true
        return Case(text.replace(before, after, 1), convention.name, False, number, f"{before}→{after}")
    return Case(text, convention.name, True, number, "none")


def wrong(one: Case, text: str) -> str | None:
    """What is wrong with how the formula was read, or None."""
    try:
        found = decided(text, one.convention)
    except ParseError as error:
        if not one.is_true and re.search("two layers|in which layer", str(error)):
            return None  # refused, and rightly
        return f"not read: {error.args[0]}"
    if one.change in ("diag added", "⊙ for @") and re.search(r"\*|\\ast", text):
        return None  # a star means the product that fits
    if found.is_true != one.is_true:
        return f"read as {written(found.claim)}: {found.is_true}"
    free = decided(text)
    if one.is_true and not free.is_true:
        return f"read freely in {free.convention.name} as {written(free.claim)}: false"
    if not one.is_true and free.is_true and free.convention.name == one.convention:
        return f"read freely as {written(free.claim)}: true"
    return None


def run(count: int, seed: int = 0, told: int = 0) -> tuple[Counter[str], list[str]]:
    """So many cases: how many of each kind, and what went wrong; with `told`, say so after every so many."""
    rng = random.Random(seed)
    seen: Counter[str] = Counter()
    faults: list[str] = []
    while seen["cases"] < count:
        one = case(rng)
        if one is None:
            continue
        text = varied(one.text, rng)
        fault = wrong(one, text)
        seen["cases"] += 1
        seen["true" if one.is_true else "false"] += 1
        seen[one.convention] += 1
        if told and seen["cases"] % told == 0:
            print(f"{seen['cases']} cases, {len(faults)} read wrongly", file=sys.stderr, flush=True)
        if fault is not None:
            faults.append(
                f"{one.convention} ({one.number}, {one.change}, {one.is_true})\n  {one.text}\n  {text}\n  {fault}"
            )
    return seen, faults


def main(arguments: list[str]) -> int:
    """Run the cases and print what went wrong."""
    count = int(arguments[0]) if arguments else 20_000
    seed = int(arguments[1]) if len(arguments) > 1 else 0
    seen, faults = run(count, seed, told=250)
    print("\n".join(faults[:40]))
    print(dict(seen))
    print(f"{seen['cases']} cases, {len(faults)} read wrongly")
    return int(bool(faults))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
