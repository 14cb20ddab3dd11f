"""The long proof: it ends at the four equations of the registry, and no part of it may borrow from a later one."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bpderive import Network, derivation, equations
from bpderive.errors import StepError
from bpderive.judge.certify import certify
from bpderive.letters.symbols import d, l
from bpderive.proofs import Derivation, Move
from bpderive.proofs.derivation import by_parts, derive
from bpderive.proofs.rules import ByEquation
from mutants.variants import one_of_each

LONG = derivation("long")
PARTS = {part.number: part for _, part in LONG.parts}


@pytest.mark.parametrize(
    ("number", "form"), [("BP1a", "matrix"), ("BP2", "matrix"), ("BP3", "matrix"), ("BP4", "matrix")]
)
def test_it_ends_at_exactly_the_four_equations(number: str, form: str) -> None:
    assert PARTS[number].statement == equations[number].stated(form)


def test_nothing_of_the_other_proofs_is_used_but_the_paths_and_the_definitions() -> None:
    taken = {
        move.rule.number
        for _, chain in LONG.chains()
        for move in chain.moves
        if isinstance(move.rule, ByEquation) and move.rule.number not in PARTS
    }
    assert taken == {"53", "paths", "29", "d", "dots", "hypothesis", "induction"}


def test_every_line_is_true() -> None:
    """`certify` raises `Refuted` at a false line; (53) itself is the first that is not of the long proof."""
    LONG.check()
    for step in LONG.steps:
        assert certify(step.statement).instances > 0


def test_the_judge_finds_a_wrong_name() -> None:
    """d^l_j with another meaning than its definition's would not be equal to it."""
    shared = PARTS["part C"].statement
    for wrong in one_of_each(shared.rhs).values():
        with pytest.raises((ValueError, StepError)):
            certify(shared.with_rhs(wrong))


@pytest.mark.parametrize("sizes", [(2, 3, 2), (2, 2, 3, 2)], ids=str)
def test_every_line_holds_on_a_network(sizes: tuple[int, ...]) -> None:
    found = LONG.instantiate(Network(sizes))
    found.check()
    assert len(found.steps) > 40
    assert not any(step.statement.rhs.has(l) for step in found.steps)


def test_a_line_corrupted_anywhere_is_found() -> None:
    for place in (0, 12, 30, len(LONG.steps) - 1):
        step = LONG.steps[place]
        wrong = replace(step, statement=step.statement.with_rhs(-step.statement.rhs))
        with pytest.raises(StepError, match=r"\(long\), step|corrupted|expected"):
            replace(LONG, steps=(*LONG.steps[:place], wrong, *LONG.steps[place + 1 :])).check()


def parts_without(number: str) -> list[Derivation]:
    return [part for _, part in LONG.parts if part.number != number]


@pytest.mark.parametrize("number", [name for name in PARTS if name.startswith("part") and name != "part G"])
def test_a_part_that_is_left_out_is_missed(number: str) -> None:
    with pytest.raises(StepError, match=f"which no {number} before it proves"):
        by_parts("long", LONG.title, parts_without(number))


def test_a_part_may_not_use_a_later_one() -> None:
    first, second, third, *rest = [part for _, part in LONG.parts]
    with pytest.raises(StepError, match="which no part A before it proves"):
        by_parts("long", LONG.title, [third, first, second, *rest])


def test_a_part_may_not_use_more_than_was_proved() -> None:
    false = PARTS["part H"].statement.with_rhs(2 * d(l))
    moves = [Move(ByEquation("part H", false))]
    borrowed = derive("BP2", LONG.title, false, moves)
    with pytest.raises(StepError, match="which no part H before it proves"):
        by_parts("long", LONG.title, [part for _, part in LONG.parts] + [borrowed])


def test_it_proves_what_its_last_part_proves() -> None:
    other = replace(LONG, statement=PARTS["BP2"].statement)
    with pytest.raises(StepError, match=r"\(long\): expected"):
        other.check()
