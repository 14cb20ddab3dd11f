"""Derivations: they check, they say where they break, and nothing false can be slipped into them."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sympy import Integer, Symbol

from bpderive.equations import equations
from bpderive.errors import StepError
from bpderive.letters.statements import Statement, equation, layers, neurons
from bpderive.letters.symbols import Partial, a, b, delta, j, k, l, latex, m, q, w, z
from bpderive.letters.text import Text
from bpderive.proofs import Derivation, Move, derivation, derive
from bpderive.proofs.definitions import ACTIVATION, ERROR, INNER, NEURON, WEIGHT
from bpderive.proofs.matrix_rules import AsDiagonal, ToMatrix, WriteOut
from bpderive.proofs.rules import (
    BothSides,
    ByEquation,
    ByLine,
    ChainRule,
    Differentiate,
    OnlyTerm,
    Recall,
    Rule,
)
from bpderive.proofs.table import matrix_derivation
from mutants.variants import one_of_each

TITLE = Text(en="a test", zh="测试")


def every_proof() -> dict[str, Derivation]:
    """The proofs of the registry, those by induction taken apart as well."""
    found: dict[str, Derivation] = {}
    for number, known in equations.items():
        for kind, proof in (("", known.proof), (" matrix", known.matrix_proof)):
            if proof is not None and known.part_of is None:
                found[number + kind] = proof
    for name, proof in list(found.items()):
        for place, (_, part) in enumerate(proof.parts):
            found[f"{name} part {place}"] = part
    for place, (_, part) in enumerate(derivation("long").chains()):
        found[f"long part {place}"] = part
    return found


PROOFS = every_proof()
CHAINS = {name: proof for name, proof in PROOFS.items() if not proof.parts}
STEPS = [(name, p) for name, proof in PROOFS.items() for p in range(len(proof.steps)) if " part " not in name]
MOVES = [(name, place) for name, proof in CHAINS.items() for place in range(len(proof.moves))]


@pytest.mark.parametrize("name", PROOFS)
def test_every_derivation_checks_and_ends_at_its_statement(name: str) -> None:
    proof = PROOFS[name]
    proof.check()
    assert proof.steps[-1].statement.lhs == proof.statement.lhs
    assert [step.number for step in proof.steps] == list(range(1, len(proof.steps) + 1))


@pytest.mark.parametrize("number", equations)
def test_a_proof_proves_what_the_registry_states(number: str) -> None:
    known = equations[number]
    for form, proof in (("component", known.proof), ("matrix", known.matrix_proof)):
        if proof is None or known.part_of is not None:
            continue
        printed = "matrix" if number in ("25", "BP1a", "30", "33", "34", "35") else form
        stated = known.stated(printed)
        assert (stated.lhs, stated.rhs) == (proof.statement.lhs, proof.statement.rhs)
        assert (stated.ranges, stated.cost) == (proof.statement.ranges, proof.statement.cost)


@pytest.mark.parametrize(("theorem", "first", "last"), [("BP1", 36, 39), ("BP2", 40, 45)])
def test_the_steps_that_the_source_numbers_come_in_order(theorem: str, first: int, last: int) -> None:
    numbered = [step for step in derivation(theorem).steps if step.equation is not None]
    assert [step.equation for step in numbered] == [str(n) for n in range(first, last + 1)]
    for step in numbered:
        assert step.equation is not None
        assert equations[step.equation].statement.sides == step.statement.sides
        assert equations[step.equation].part_of == theorem


@pytest.mark.parametrize(("name", "place"), STEPS)
def test_a_corrupted_line_is_found(name: str, place: int) -> None:
    proof = PROOFS[name]
    step = proof.steps[place]
    wrongs = list(one_of_each(step.statement.rhs).values())
    assert wrongs
    for wrong in (*wrongs[:2], *wrongs[2 + place % 3 :: 3]):
        corrupted = replace(step, statement=step.statement.with_rhs(wrong))
        steps = (*proof.steps[:place], corrupted, *proof.steps[place + 1 :])
        with pytest.raises(StepError) as caught:
            replace(proof, steps=steps).check()
        message = str(caught.value)
        assert f"({proof.number}), step {step.number}, {step.rule.name.en}" in message
        assert str(corrupted.statement) in message
        assert str(step.statement) in message


@pytest.mark.parametrize(("name", "place"), STEPS)
def test_a_corrupted_left_side_reason_or_number_is_found(name: str, place: int) -> None:
    proof = PROOFS[name]
    step = proof.steps[place]
    narrower = replace(step.statement, ranges=step.statement.ranges[1:] or (neurons(q, l),))
    for corrupted in (
        replace(step, statement=replace(step.statement, sides=(step.statement.rhs, step.statement.rhs * 2))),
        replace(step, reason=Text(en="because", zh="因为")),
        replace(step, equation="99"),
        replace(step, rule=AsDiagonal() if not isinstance(step.rule, AsDiagonal) else ToMatrix(j)),
        replace(step, statement=narrower),
        replace(step, number=step.number + 1),
    ):
        steps = (*proof.steps[:place], corrupted, *proof.steps[place + 1 :])
        with pytest.raises(StepError, match=rf"step {step.number}, "):
            replace(proof, steps=steps).check()


@pytest.mark.parametrize("name", PROOFS)
def test_a_missing_or_an_added_line_is_found(name: str) -> None:
    proof = PROOFS[name]
    for steps in (proof.steps[:-1], (*proof.steps, proof.steps[-1])):
        with pytest.raises(StepError, match=f"there are {len(steps)} steps"):
            replace(proof, steps=steps).check()


@pytest.mark.parametrize("name", CHAINS)
def test_another_goal_is_not_reached(name: str) -> None:
    proof = CHAINS[name]
    for wrong in one_of_each(proof.statement.rhs).values():
        goal = proof.statement.with_rhs(wrong)
        with pytest.raises(StepError, match="after the last step"):
            replace(proof, statement=goal).check()
        with pytest.raises(StepError, match="after the last step"):
            derive(proof.number, proof.title, goal, proof.moves, proof.start)


@pytest.mark.parametrize(("name", "place"), MOVES)
def test_a_proof_without_one_of_its_moves_fails(name: str, place: int) -> None:
    proof = CHAINS[name]
    if isinstance(proof.moves[place].rule, WriteOut | AsDiagonal):
        return  # another way of writing, which is the same by its components
    moves = proof.moves[:place] + proof.moves[place + 1 :]
    with pytest.raises(StepError):
        derive(proof.number, proof.title, proof.statement, moves, proof.start)


def other_arguments(rule: Rule) -> list[Rule]:
    """The rule with other arguments: other letters, layers, lines or equations."""
    other: list[Rule] = []
    match rule:
        case ByEquation() | Recall():
            known = rule.equation
            other = [
                replace(rule, equation=known.with_rhs(2 * known.rhs)),
                replace(rule, at=(*((s, v) for s, v in rule.at if s != l), (l, l + 7))),
            ]
            if isinstance(rule, ByEquation):
                other.append(replace(rule, backwards=not rule.backwards))
        case ByLine():
            other = [
                ByLine(rule.line - 1, rule.into),
                ByLine(rule.line, rule.into + 1),
                ByLine(99, 1),
                ByLine(-1, 0),
            ]
        case ChainRule():
            arrays = (a(l + 2), z(l - 1), b(l), w(l), delta(l))
            other = [ChainRule(rule.through, j), *(ChainRule(array, rule.index) for array in arrays)]
        case OnlyTerm():
            other = [OnlyTerm(rule.index, q), OnlyTerm(i_(), rule.keep), OnlyTerm(rule.keep, rule.index)]
        case Differentiate():
            other = [
                replace(rule, by=a(l)[q, 0]),
                replace(rule, of=delta(l)[j, 0]),
                replace(rule, by=Symbol("t")),
            ]
        case BothSides():
            other = [BothSides(z(l + 1)[k, 0]), BothSides(a(l)[k, 0]), BothSides(Symbol("t"))]
        case ToMatrix():
            other = [ToMatrix(q, rule.column), ToMatrix(rule.row, m)]
        case WriteOut() | AsDiagonal():
            other = []
    return other


def i_() -> Symbol:
    """An index that occurs nowhere."""
    return Symbol("unused", integer=True, nonnegative=True)


@pytest.mark.parametrize(("name", "place"), MOVES)
def test_a_rule_with_another_argument_gives_another_line_or_none(name: str, place: int) -> None:
    proof = CHAINS[name]
    for rule in other_arguments(proof.moves[place].rule):
        assert rule != proof.moves[place].rule
        moves = (*proof.moves[:place], Move(rule), *proof.moves[place + 1 :])
        with pytest.raises(StepError):
            derive(proof.number, proof.title, proof.statement, moves, proof.start)


def test_a_derivation_begins_with_an_identity() -> None:
    false = equation(delta(l)[j, 0], 2 * delta(l)[j, 0], over=NEURON)
    with pytest.raises(StepError, match="begins with an identity"):
        derive("false", TITLE, false, [], start=false)
    proof = derivation("BP1")
    with pytest.raises(StepError, match="begins with an identity"):
        replace(proof, start=replace(proof.start, sides=(proof.start.lhs, 2 * proof.start.rhs))).check()


def test_what_is_proved_of_some_layers_is_not_taken_for_all() -> None:
    proof = matrix_derivation("BP2")
    wider = replace(proof.statement, ranges=(layers(l),))
    with pytest.raises(
        StepError, match="was wanted for 2 ≤ l ≤ L, and what comes out holds for 2 ≤ l ≤ L - 1"
    ):
        derive("BP2", TITLE, wider, proof.moves, proof.start)
    known = derivation("BP2").statement
    with pytest.raises(StepError, match="was wanted for 2 ≤ l ≤ L"):
        derive("BP2", TITLE, replace(known, ranges=NEURON), [Move(Recall("BP2", known))])
    # Fewer layers than are proved, on the other hand, are no mistake.
    fewer = replace(proof.statement, ranges=(layers(l, 3, proof.statement.ranges[0].high),))
    assert derive("BP2", TITLE, fewer, proof.moves, proof.start).statement == fewer


def test_a_line_for_some_layers_is_not_put_into_one_for_all() -> None:
    known = equation(delta(l)[j, 0], delta(l)[j, 0] * 1, over=INNER)
    goal = equation(Partial(a(l)[j, 0], z(l)[j, 0]) * delta(l)[j, 0], Integer(0), over=NEURON)
    moves = [Move(Recall("BP2", known)), Move(ByLine(1, into=0))]
    with pytest.raises(StepError, match="step 1 holds for 2 ≤ l ≤ L - 1 only"):
        derive("x", TITLE, goal, moves)


def test_what_is_true_of_one_cost_is_not_proved_of_all() -> None:
    proof = derivation("30")
    with pytest.raises(StepError, match="true of the cost quadratic only"):
        derive("30", TITLE, replace(proof.statement, cost=None), proof.moves, replace(proof.start, cost=None))
    with pytest.raises(StepError, match="identity about the cost"):
        replace(proof, statement=replace(proof.statement, cost=None)).check()


def test_the_goals_matrices_are_compared_in_every_column() -> None:
    proof = matrix_derivation("BP4")
    first_only = proof.statement.rhs + 0 * proof.statement.rhs
    assert first_only == proof.statement.rhs
    with pytest.raises(StepError, match="after the last step"):
        replace(proof, statement=proof.statement.with_rhs(3 * proof.statement.rhs)).check()


def known_statements(proof: Derivation) -> list[tuple[str, Statement]]:
    """Every equation that the rules of a proof take from elsewhere, with the number that they call it by."""
    if proof.parts:
        return [pair for _, part in proof.parts for pair in known_statements(part)]
    found = []
    for move in proof.moves:
        if isinstance(move.rule, ByEquation | Recall):
            found.append((move.rule.number, move.rule.equation))
        if isinstance(move.rule, Differentiate):
            found += [("definition", known) for known in move.rule.definitions]
    return found


@pytest.mark.parametrize("name", [name for name in PROOFS if " part " not in name])
def test_a_proof_uses_only_definitions_and_what_is_proved_before_it(name: str) -> None:
    order = ["26", "z", "a", "29", "BP1", "BP2", "BP3", "BP4", "BP1a", "30", "33"]
    order += ["BP2 matrix", "34", "35", "53"]
    for number, known in known_statements(PROOFS[name]):
        if number == "a":
            assert known == ACTIVATION
        elif number == "29":
            assert known == ERROR
        elif number in ("hypothesis", "induction"):
            assert known == PROOFS[name].claim
        elif number in ("z", "26", "definition"):
            assert known.lhs in (z(l)[j, 0], equations["27"].statement.lhs)
            assert any(
                known.rhs in equations[e].stated("component").sides or _same(known, e) for e in ("z", "27")
            )
        elif number != "dots":
            proofs = [
                proof.statement
                for proof in (equations[number].proof, equations[number].matrix_proof)
                if proof
            ]
            assert known in proofs
            assert name.endswith("matrix") or order.index(number) < order.index(name)


def _same(known: Statement, number: str) -> bool:
    from bpderive.proofs.tensors import same

    return same(known.rhs, equations[number].stated("component").rhs)


def test_lines_are_printed_once_with_their_left_side() -> None:
    first, *rest = derivation("BP1").steps
    assert first.latex() == first.statement.latex()
    assert [step.latex() for step in rest] == [f"= {latex(step.statement.rhs)}" for step in rest]
    assert "step 4 put into" not in str(derivation("BP1"))
    assert "36" not in derivation("BP1").statement.latex()


@pytest.mark.parametrize("name", PROOFS)
def test_reasons_are_in_two_languages_and_printed(name: str) -> None:
    proof = PROOFS[name]
    for step in proof.steps:
        assert step.reason.en
        assert step.reason.zh
        assert step.reason.en.count("$") == step.reason.zh.count("$") or step.reason.en.count("$") % 2 == 0
    assert str(proof).count("\n") == len(proof.steps)
    assert proof._repr_markdown_().count("\n") >= len(proof.steps)


def test_a_start_over_a_weight_keeps_its_letters() -> None:
    assert derivation("BP4").start.ranges == WEIGHT
