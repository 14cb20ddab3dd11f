"""Derivations about outputs that are a function of the whole layer, and that what they may not use is refused."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sympy import Integer, Sum

from bpderive.errors import DomainError, NetworkError, Refuted, StepError
from bpderive.functions.costs import costs
from bpderive.functions.network import Network
from bpderive.judge.certify import certify
from bpderive.judge.polynomials import unknown
from bpderive.judge.truth import COST, Truth, differentiate_directly, name
from bpderive.letters.statements import TARGETS_SUM_TO_ONE, WHOLE, equation
from bpderive.letters.symbols import C, L, Partial, SigmaPrime, a, delta, j, k, y, z
from bpderive.letters.text import Text
from bpderive.proofs import Move, calculated, derivation, derive
from bpderive.proofs.algebra_rules import Cancel, QuotientRule, TakeAll, shortest
from bpderive.proofs.definitions import ERROR_ANYWHERE, OUTPUT, cost_in_components
from bpderive.proofs.rules import ByEquation, ChainRule, Differentiate, OnlyTerm
from bpderive.proofs.table import matrix_derivation
from bpderive.proofs.unchanged import unchanged
from bpderive.proofs.whole_layer import ALL

NET = Network((2, 3), "softmax")
TITLE = Text(en="made for a test", zh="测试用")


@pytest.mark.parametrize("number", ["BP1-whole", "softmax", "BP1-softmax"])
def test_derivations_check_and_their_statements_are_decided(number: str) -> None:
    found = derivation(number)
    found.check()
    assert certify(found.statement).instances > 20
    assert len(found.instantiate(NET).steps) == len(found.steps)


def test_a_derivation_on_a_network_with_softmax_is_decided_line_by_line() -> None:
    derivation("BP1-softmax").instantiate(NET).check()
    wrong = derivation("BP1-softmax").instantiate(NET)
    last = wrong.steps[-1]
    doubled = replace(last, statement=last.statement.with_rhs(2 * last.statement.rhs))
    with pytest.raises(StepError, match="identity"):
        replace(wrong, steps=(*wrong.steps[:-1], doubled)).check()


@pytest.mark.parametrize("number", ["BP2", "BP3", "BP4"])
def test_the_other_three_hold_as_they_stand(number: str) -> None:
    found = unchanged(derivation(number))
    found.check()
    assert found.statement.rhs == derivation(number).statement.rhs
    assert certify(found.statement).instances > 20


@pytest.mark.parametrize("number", ["z", "BP2", "BP3", "BP4"])
def test_so_do_their_matrix_forms_and_34(number: str) -> None:
    for proof in (matrix_derivation(number), derivation("34")):
        found = unchanged(proof)
        found.check()
        assert found.statement == replace(proof.statement, output=WHOLE)
        assert certify(found.statement).instances >= 10


@pytest.mark.parametrize("number", ["BP1", "30", "BP1a", "25", "33", "35", "53", "long"])
def test_a_proof_that_uses_a_neuron_s_own_function_does_not_go_through(number: str) -> None:
    with pytest.raises(StepError):
        unchanged(derivation(number))


def test_bp1_is_refuted_for_a_function_of_the_whole_layer() -> None:
    only_own = equation(
        delta(L)[j, 0],
        Partial(C, a(L)[j, 0]) * Partial(a(L)[j, 0], z(L)[j, 0]),
        over=OUTPUT,
    )
    certify(only_own)
    for output in (WHOLE, "softmax"):
        with pytest.raises(Refuted):
            certify(replace(only_own, output=output))
    with pytest.raises(Refuted, match="does not exist"):
        certify(replace(derivation("BP1").statement, output=WHOLE))


def test_a_wrong_jacobian_is_refuted() -> None:
    true = derivation("softmax").statement
    certify(true)
    for wrong in (true.rhs * 2, true.rhs + a(L)[k, 0], -true.rhs):
        with pytest.raises(Refuted):
            certify(true.with_rhs(wrong))


def test_that_the_outputs_sum_to_one_is_known_of_softmax_alone() -> None:
    total = equation(Sum(a(L)[k, 0], ALL), Integer(1))
    certify(replace(total, output="softmax"))
    with pytest.raises(Refuted):
        certify(replace(total, output=WHOLE))


@pytest.mark.parametrize("cost", ["quadratic", "cross_entropy", "log_likelihood"])
def test_the_error_of_softmax_is_decided_for_a_cost(cost: str) -> None:
    """With −y/a or the like, ∂C/∂a is the unknown, and y is what it makes of it."""
    from bpderive.proofs.pairings import pairing

    certify(replace(derivation("BP1-softmax").statement, cost=cost))
    if cost == "log_likelihood":
        found = pairing("softmax", cost).derivation.statement
        certify(found)
        with pytest.raises(Refuted):
            certify(found.with_rhs(a(L)[j, 0] - y(L)[j, 0]))


def test_what_cannot_be_decided_is_said() -> None:
    with pytest.raises(DomainError, match="no polynomial"):
        certify(equation(Partial(C, a(L)[j, 0]), y(L)[j, 0], over=OUTPUT, cost="huber"))
    with pytest.raises(NetworkError, match="whole layer"):
        Truth((2, 2), whole=True).slope(2, 0)
    assert name(("J", 2, 0, 1)) == "∂a^2_1/∂z^2_2"


def test_the_two_judges_agree_on_a_function_of_the_whole_layer() -> None:
    truth = Truth((2, 3, 2), whole=True)
    for by in (("w", 3, 1, 0), ("b", 3, 0), ("w", 2, 2, 1)):
        assert truth.derivative(COST, by) == differentiate_directly((2, 3, 2), by, whole=True)
        assert truth.derivative(COST, by) != differentiate_directly((2, 3, 2), by)
    assert truth.derivative(("a", 3, 0), ("z", 3, 1)) == unknown(("J", 3, 0, 1))


def test_a_rule_does_not_take_softmax_for_a_neuron_s_own_function() -> None:
    goal = derivation("BP1-whole").statement
    moves = [Move(ByEquation("29", ERROR_ANYWHERE, ((ERROR_ANYWHERE.ranges[0].letter, L),)))]
    with pytest.raises(StepError, match="whole layer"):
        derive("wrong", TITLE, goal, [*moves, Move(ChainRule(a(L), k)), Move(OnlyTerm(k, j))])
    start = equation(Partial(a(L)[j, 0], z(L)[k, 0]), Partial(a(L)[j, 0], z(L)[k, 0]), over=OUTPUT)
    with pytest.raises(StepError):
        calculated(
            "wrong", TITLE, replace(start, output=WHOLE), [Move(Differentiate(a(L)[j, 0], z(L)[k, 0]))]
        )


def test_what_holds_of_something_else_is_not_used() -> None:
    start = equation(a(L)[j, 0], a(L)[j, 0], over=OUTPUT)

    def used(known: object, **about: object) -> None:
        calculated("wrong", TITLE, replace(start, **about), [Move(ByEquation("x", known))])

    known = equation(a(L)[j, 0], y(L)[j, 0], over=OUTPUT)
    with pytest.raises(StepError, match="true only if"):
        used(replace(known, given=TARGETS_SUM_TO_ONE))
    with pytest.raises(StepError, match="of softmax in the output layer only"):
        used(replace(known, output="softmax"))
    with pytest.raises(StepError, match="its own z alone"):
        used(known, output="softmax")
    with pytest.raises(StepError, match="quadratic only"):
        used(replace(known, cost="quadratic"))
    used(known, output="sigmoid")
    used(replace(known, output=WHOLE), output="softmax")


def test_rules_of_calculation_refuse_what_they_cannot_do() -> None:
    start = equation(a(L)[j, 0], a(L)[j, 0], over=OUTPUT)
    for rule, says in (
        (QuotientRule(), "quotient"),
        (TakeAll(), "derivatives"),
        (Cancel(), "nothing to cancel"),
    ):
        with pytest.raises(StepError, match=says):
            calculated("wrong", TITLE, start, [Move(rule)])


def test_a_sum_is_as_short_as_it_can_be() -> None:
    own, other, wanted = a(L)[j, 0], a(L)[k, 0], y(L)[k, 0]
    assert shortest(own * Sum(-wanted / other * other, ALL)) == -own * Sum(wanted, ALL)
    assert shortest((own**2 - own) / own) == own - 1
    assert shortest(Sum(own * wanted, ALL)) == own * Sum(wanted, ALL)


def test_huber_s_derivative_is_taken_through_its_cases() -> None:
    start = equation(Partial(C, a(L)[j, 0]), Partial(C, a(L)[j, 0]), over=OUTPUT, cost="huber")
    move = Move(Differentiate(C, a(L)[j, 0], (cost_in_components("huber", k),)))
    found = calculated("huber", TITLE, start, [move]).statement.rhs
    assert found == costs["huber"].derivative(a(L)[j, 0], y(L)[j, 0])


def test_slopes_of_a_known_output_are_polynomials_in_it() -> None:
    slope = equation(SigmaPrime(L, j, z(L)[j, 0]), a(L)[j, 0] * (1 - a(L)[j, 0]), over=OUTPUT)
    certify(replace(slope, output="sigmoid"))
    with pytest.raises(Refuted):
        certify(replace(slope, output="tanh"))
    with pytest.raises(Refuted):
        certify(slope)
