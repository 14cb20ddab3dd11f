"""(R1) to (S1): proved, decided on networks that are connected in every way, and no wrong form of them gets through."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sympy import Integer, Sum

from bpderive import derivation, equations
from bpderive.errors import Refuted, StepError
from bpderive.letters.statements import Statement, equation, layers, neurons
from bpderive.letters.symbols import L, Partial, SigmaPrime, Width, a, b, delta, j, k, l, z
from bpderive.proofs import Move, derive
from bpderive.proofs.beyond import judge
from bpderive.proofs.beyond.letters import Direct, gradient_of_layer, r
from bpderive.proofs.beyond.rules import AddEmpty, Join, OnlyNeighbours, Take
from bpderive.proofs.rules import ByEquation

THEOREMS = [number for number, known in equations.further.items() if known.kind == "theorem"]


@pytest.mark.parametrize("number", equations.further)
def test_every_one_passes_its_check(number: str) -> None:
    known = equations[number]
    made = known.check()
    if known.kind == "theorem":
        assert made.kinds == ("general", "concrete")
        assert made.instances > len(made.networks) >= 3
    else:
        assert made.kinds == ("definition",)


def test_they_are_not_among_the_chapters() -> None:
    assert not set(equations.further) & set(equations)
    assert len({known.label for known in (*equations.values(), *equations.further.values())}) == len(
        equations
    ) + len(equations.further)


def test_the_chapters_equations_are_special_cases() -> None:
    for special, own in (("R8", "BP1"), ("R9", "BP2")):
        assert equations[special].statement.sides == equations[own].stated("component").sides
        assert equations[special].statement.ranges == equations[own].stated("component").ranges


def test_a_counterexample_says_where_and_by_how_much() -> None:
    known = equations["R7"]
    with pytest.raises(Refuted) as raised:
        judge.certify(known.statement.with_rhs(2 * known.statement.rhs))
    found = raised.value.counterexample
    assert found.letters == {"l": 2, "r": 1, "j": 1, "k": 1}
    assert found.left is not None
    assert found.right == 2 * found.left != 0


def test_a_derivative_is_taken_only_by_what_is_read() -> None:
    over = (layers(l), neurons(j, l))
    later = Statement((Partial(a(l)[j, 0], b(l)[j, 0]),) * 2, over)
    for whole in (
        Direct(a(l)[j, 0], a(l)[k, 0]),  # a layer does not read itself
        Direct(a(l)[j, 0], a(l + 1)[k, 0]),
        Partial(a(l)[j, 0], a(l - 1)[k, 0]),  # not the direct derivative: there may be other ways
        Partial(z(l)[j, 0], z(l)[j, 0]),
        Direct(delta(l)[j, 0], a(l)[j, 0]),
    ):
        with pytest.raises(StepError):
            Take(whole).apply([Statement((whole, whole), over)], over)
    assert Take(later.rhs).apply([later], over).rhs == SigmaPrime(l, j, z(l)[j, 0])


def test_rules_refuse_what_does_not_follow() -> None:
    over = (layers(l, 1), neurons(j, l))
    term = Sum(gradient_of_layer(r)[k, 0], (k, 0, 2))
    line = Statement((a(l)[j, 0], a(l)[j, 0]), over)
    with pytest.raises(StepError, match="not empty"):
        AddEmpty(Sum(term, (r, L, L))).apply([line], over)
    beside = line.with_rhs(Sum(term, (r, l + 2, L)) + term.xreplace({r: l}))
    with pytest.raises(StepError, match="was wanted beside"):
        Join(r).apply([beside], over)
    with pytest.raises(StepError, match="the last one"):
        OnlyNeighbours(l).apply([line], over)
    with pytest.raises(StepError, match="does not run over"):
        OnlyNeighbours(L).apply([beside], over)


def test_an_equation_is_used_under_a_sum_only_for_layers_that_it_holds_for() -> None:
    rule = ByEquation("R5", derivation("R5").statement, ((l, r), (j, k)))

    def line(first: int) -> Statement:
        total = Sum(Sum(delta(r)[k, 0], (k, 0, Width(r) - 1)), (r, first, L))
        return Statement((total, total))

    assert rule.apply([line(2)], ()).rhs.has(SigmaPrime)
    with pytest.raises(StepError, match="holds for"):
        rule.apply([line(1)], ())


@pytest.mark.parametrize("number", THEOREMS)
def test_a_proof_with_a_step_less_is_none(number: str) -> None:
    proof = derivation(number)
    for chain in (chain for _, chain in proof.chains()):
        for left_out in range(len(chain.moves)):
            moves = [*chain.moves[:left_out], *chain.moves[left_out + 1 :]]
            with pytest.raises((StepError, ValueError)):
                derive(number, proof.title, chain.statement, moves, chain.start)


def test_the_claim_is_not_used_before_it_is_proved() -> None:
    proof = derivation("R4")
    _, (_, step) = proof.parts[:2]
    assert proof.claim is not None
    used = [move for move in step.moves if getattr(move.rule, "number", "") == "hypothesis"]
    assert len(used) == 1
    moved = replace(used[0].rule, at=((proof.claim.ranges[0].letter, l),))  # type: ignore[type-var]
    wrong = replace(step, moves=tuple(Move(moved) if move in used else move for move in step.moves))
    with pytest.raises(StepError):
        replace(proof, parts=(proof.parts[0], (proof.parts[1][0], wrong), proof.parts[2])).check()


def test_a_statement_of_the_chapter_may_fail_where_layers_are_skipped() -> None:
    wrong = equation(gradient_of_layer(l)[j, 0], Integer(0), over=(layers(l, 1), neurons(j, l)))
    with pytest.raises(Refuted):
        judge.certify(wrong)
