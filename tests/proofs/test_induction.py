"""Induction over the layers: a wrong hypothesis, base case or range, and a claim that is used on itself, all fail."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest
from sympy import Integer

from bpderive.errors import StepError
from bpderive.letters.statements import Statement, equation, layers
from bpderive.letters.symbols import C, L, Partial, PathSum, a, delta, j, l, q
from bpderive.letters.text import Text
from bpderive.proofs import Derivation, Move, by_induction, derivation
from bpderive.proofs.definitions import NEURON, PATHS_GROW, PATHS_START, PRODUCT_GROWS, PRODUCT_STARTS
from bpderive.proofs.rules import ByEquation, ChainRule, Recall

TITLE = Text(en="a test", zh="测试")
PRODUCT = derivation("35")
PATHS = derivation("53")
NUMBERS = ("35", "53")


def again(proof: Derivation, **other: Sequence[Move] | Statement) -> Derivation:
    """The proof by induction made anew, some of what it is made of replaced."""
    assert proof.claim is not None
    parts = [list(part.moves) for _, part in proof.parts]
    given: dict[str, object] = {
        "goal": proof.statement,
        "claim": proof.claim,
        "base": parts[0],
        "step": parts[1],
    }
    if len(parts) > 2:
        given["conclusion"] = parts[2]
    return by_induction(proof.number, TITLE, **{**given, **other})  # type: ignore[arg-type]  # names and types as above


def hypothesis(claim: Statement, *at: tuple[object, object]) -> Move:
    return Move(ByEquation("hypothesis", claim, at))  # type: ignore[arg-type]  # pairs of a letter and its value


@pytest.mark.parametrize("number", NUMBERS)
def test_the_parts_are_a_base_case_a_step_and_a_conclusion(number: str) -> None:
    proof = derivation(number)
    again(proof).check()
    assert proof.claim is not None
    base, step = (part.statement for _, part in proof.parts[:2])
    lowest, highest = proof.claim.ranges[0].low, proof.claim.ranges[0].high
    assert base.sides == proof.claim.at({l: highest}).sides
    assert (step.ranges[0].low, step.ranges[0].high) == (lowest, highest - 1)
    assert step.sides == proof.claim.sides
    assert sum(len(part.steps) for _, part in proof.parts) == len(proof.steps)


@pytest.mark.parametrize("number", NUMBERS)
def test_the_steps_hypothesis_is_about_the_next_layer(number: str) -> None:
    proof = derivation(number)
    used = [
        m.rule
        for m in proof.parts[1][1].moves
        if isinstance(m.rule, ByEquation) and m.rule.number == "hypothesis"
    ]
    assert [dict(rule.at)[l] for rule in used] == [l + 1]


@pytest.mark.parametrize("wrong", [l, l + 2, l - 1, L], ids=str)
def test_a_hypothesis_about_another_layer_fails(wrong: object) -> None:
    first, _, last = PRODUCT.parts[1][1].moves
    with pytest.raises(StepError):
        again(PRODUCT, step=[first, hypothesis(PRODUCT.statement, (l, wrong)), last])


def test_the_claim_is_not_its_own_proof() -> None:
    """A claim that is false, "proved" by itself at its own layer."""
    claim = equation(Partial(C, a(l)[j, 0]), 2 * PathSum(l, j), over=NEURON)
    for number in ("hypothesis", "53", "anything"):
        with pytest.raises(StepError, match="only the step may use the claim"):
            by_induction(
                "53",
                TITLE,
                claim,
                claim,
                base=[Move(ByEquation(number, claim, ((l, L),)))],
                step=[Move(ByEquation(number, claim))],
            )
    with pytest.raises(StepError, match="only the step may use the claim"):
        by_induction(
            "53",
            TITLE,
            claim,
            claim,
            base=[Move(Recall("53", claim, ((l, L),)))],
            step=[Move(Recall("53", claim))],
        )


def test_a_hypothesis_that_is_not_the_claim_fails() -> None:
    claim = PRODUCT.statement
    doubled = replace(claim, sides=(claim.lhs, 2 * claim.rhs))
    first, _, last = PRODUCT.parts[1][1].moves
    with pytest.raises(StepError):
        again(PRODUCT, step=[first, hypothesis(doubled, (l, l + 1)), last])


def test_a_wrong_base_case_fails() -> None:
    doubled = replace(PATHS_START, sides=(PATHS_START.lhs, 2 * PATHS_START.rhs))
    with pytest.raises(StepError, match="step 1"):
        again(PATHS, base=[Move(ByEquation("dots", doubled, backwards=True))])
    with pytest.raises(StepError):
        again(PRODUCT, base=list(PRODUCT.parts[0][1].moves)[:1])


def test_a_base_case_for_another_layer_is_none() -> None:
    base = PRODUCT.parts[0][1]
    other = replace(base, statement=base.statement.at({L: L - 1}))
    with pytest.raises(StepError):
        replace(PRODUCT, parts=((PRODUCT.parts[0][0], other), *PRODUCT.parts[1:])).check()
    deeper = replace(
        base, statement=replace(base.statement, ranges=(replace(base.statement.ranges[0], low=Integer(9)),))
    )
    with pytest.raises(StepError):
        replace(PRODUCT, parts=((PRODUCT.parts[0][0], deeper), *PRODUCT.parts[1:])).check()


def test_without_its_base_case_a_proof_is_none() -> None:
    with pytest.raises(StepError, match="a base case and an induction step"):
        replace(PRODUCT, parts=PRODUCT.parts[:1]).check()
    with pytest.raises(StepError):
        replace(PATHS, parts=PATHS.parts[1:]).check()
    with pytest.raises(StepError, match="has a claim"):
        replace(PRODUCT, claim=None).check()


@pytest.mark.parametrize("number", NUMBERS)
def test_a_step_that_does_not_reach_every_layer_fails(number: str) -> None:
    proof = derivation(number)
    name, step = proof.parts[1]
    first = step.statement.ranges[0]
    for ranges in (replace(first, low=first.low + 1), replace(first, high=first.high - 1)):
        narrower = replace(
            step, statement=replace(step.statement, ranges=(ranges, *step.statement.ranges[1:]))
        )
        with pytest.raises(StepError):
            replace(proof, parts=(proof.parts[0], (name, narrower), *proof.parts[2:])).check()


def test_a_step_with_the_width_of_another_layer_fails() -> None:
    """n_l for n_{l+1} in the sum that the dots of (53) grow by."""
    [total] = [PATHS_GROW.rhs]
    letter, low, high = total.limits[0]
    narrow = total.func(total.function, (letter, low, high.xreplace({l + 1: l})))
    wrong = replace(PATHS_GROW, sides=(PATHS_GROW.lhs, narrow))
    moves = [*PATHS.parts[1][1].moves[:-1], Move(ByEquation("dots", wrong, backwards=True))]
    with pytest.raises(StepError, match="step 3"):
        again(PATHS, step=moves)


@pytest.mark.parametrize("wrong", [PRODUCT_STARTS, PATHS_GROW])
def test_a_step_with_other_dots_fails(wrong: Statement) -> None:
    moves = [*PRODUCT.parts[1][1].moves[:-1], Move(ByEquation("dots", wrong, backwards=True))]
    with pytest.raises(StepError, match="step 3"):
        again(PRODUCT, step=moves)
    assert wrong != PRODUCT_GROWS


def test_a_conclusion_uses_the_claim_that_was_proved() -> None:
    assert PATHS.claim is not None
    doubled = replace(PATHS.claim, sides=(PATHS.claim.lhs, 2 * PATHS.claim.rhs))
    moves = [*PATHS.parts[2][1].moves[:-1], Move(ByEquation("induction", doubled))]
    with pytest.raises(StepError):
        again(PATHS, conclusion=moves)
    goal = replace(PATHS.statement, sides=(PATHS.statement.lhs, 2 * PATHS.statement.rhs))
    with pytest.raises(StepError, match="conclusion: what is used is not"):
        again(PATHS, goal=goal, conclusion=moves)


def test_what_is_proved_is_the_goal() -> None:
    with pytest.raises(StepError, match="and what is proved is"):
        again(PRODUCT, goal=replace(PRODUCT.statement, ranges=(layers(l),)))
    with pytest.raises(StepError, match="and what is proved is"):
        replace(PRODUCT, statement=derivation("34").statement).check()


def test_lines_of_a_whole_proof_are_those_of_its_parts() -> None:
    for steps in (PATHS.steps[::-1], PATHS.steps[1:], PATHS.parts[0][1].steps):
        with pytest.raises(StepError):
            replace(PATHS, steps=tuple(steps)).check()


def test_an_error_names_the_part() -> None:
    name, step = PRODUCT.parts[1]
    line = step.steps[0]
    wrong = replace(line, statement=replace(line.statement, sides=(delta(l), delta(l) * 2)))
    broken = replace(step, steps=(wrong, *step.steps[1:]))
    with pytest.raises(StepError) as caught:
        replace(PRODUCT, parts=(PRODUCT.parts[0], (name, broken))).check()
    assert name.en in str(caught.value)
    assert "step 1" in str(caught.value)


def test_the_chain_rule_of_the_step_goes_through_the_next_layer() -> None:
    _, *rest = PATHS.parts[1][1].moves
    for through in (a(l), a(l + 2)):
        with pytest.raises(StepError):
            again(PATHS, step=[Move(ChainRule(through, q)), *rest])
