"""Deciding statements: on which networks, in which cases, with which counterexample, and what is never said to hold."""

from __future__ import annotations

import itertools
from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sympy import Expr, Integer, MatAdd, MatMul, Symbol, sqrt

from bpderive import equations, set_language
from bpderive.errors import BpderiveError, DomainError, NetworkError, Refuted, UnknownName
from bpderive.judge import certify as claims
from bpderive.judge.certify import (
    EQUAL_WIDTHS,
    NETWORKS,
    WRITTEN_OUT,
    Decided,
    cases_of,
    certify,
)
from bpderive.judge.counterexample import Counterexample
from bpderive.judge.evaluate import Reader
from bpderive.judge.truth import Truth
from bpderive.letters.statements import Range, Statement, equation, layers, neurons
from bpderive.letters.symbols import C, L, Partial, SigmaPrime, a, b, delta, j, k, l, m, q, w, y, z
from bpderive.proofs.definitions import INNER, NEURON, OUTPUT, WEIGHT
from tests.arithmetic import confirms

BP2 = equations["BP2"].stated("component")
BP4 = equations["BP4"].stated("component")


def cases(statement: Statement, sizes: tuple[int, ...]) -> list[dict[Symbol, int]]:
    return list(cases_of(statement, Reader(Truth(sizes))))


def refuted(statement: Statement, *networks: tuple[int, ...]) -> Counterexample:
    with pytest.raises(Refuted) as caught:
        certify(statement, networks or None)
    found = caught.value.counterexample
    assert isinstance(found, Counterexample)
    return found


def test_the_networks_can_see_what_is_to_be_seen() -> None:
    """Several depths; no layer of one neuron; no two layers that follow one another equally wide."""
    for networks in (NETWORKS, WRITTEN_OUT):
        assert len({len(sizes) for sizes in networks}) >= 3
        assert all(min(sizes) >= 2 for sizes in networks)
        assert all(n != m for sizes in networks for n, m in itertools.pairwise(sizes))
    assert all(len(set(sizes)) == 1 for sizes in EQUAL_WIDTHS)


def test_every_layer_and_every_index_is_a_case() -> None:
    sizes = (3, 2, 4)
    found = [(case[l], case[j], case[k]) for case in cases(BP4, sizes)]
    assert sorted(found) == sorted(
        (layer, n, m) for layer in (2, 3) for n in range(sizes[layer - 1]) for m in range(sizes[layer - 2])
    )
    assert len(set(found)) == len(found)
    decided = certify(BP4, [sizes])
    assert decided == Decided((sizes,), len(found))


def test_ranges_may_come_in_any_order() -> None:
    turned = replace(BP4, ranges=BP4.ranges[::-1])
    assert {frozenset(case.items()) for case in cases(turned, (2, 3, 2))} == {
        frozenset(case.items()) for case in cases(BP4, (2, 3, 2))
    }


def test_a_least_depth_leaves_shallower_networks_out() -> None:
    deep = replace(equations["BP1"].statement, ranges=(Range(L, Integer(3), Integer(9)), *OUTPUT))
    assert cases(deep, (2, 3)) == []
    assert len(cases(deep, (2, 3, 2))) == 2


def test_where_there_is_no_case_nothing_is_decided() -> None:
    with pytest.raises(NetworkError, match="has a case of"):
        certify(BP2, [(2, 3), (3, 2)])
    with pytest.raises(NetworkError, match="has a case of"):
        certify(BP2, [])
    with pytest.raises(NetworkError, match="one side only"):
        certify(Statement((delta(l)[j, 0],), NEURON))
    assert certify(BP2, [(2, 3), (2, 3, 2)]).networks == ((2, 3, 2),)


def test_the_smallest_network_comes_first() -> None:
    found = refuted(BP2.with_rhs(2 * BP2.rhs))
    assert found.sizes == (2, 3, 2)
    assert found.letters == {"l": 2, "j": 1}
    assert refuted(BP4.with_rhs(-BP4.rhs)).sizes == NETWORKS[0]


def test_a_statement_that_fails_in_one_case_only_is_refuted_there() -> None:
    """δ^l_j for δ^L_j: right in the output layer, wrong before it."""
    wrong = equation(delta(l)[j, 0], Partial(C, a(L)[j, 0]) * SigmaPrime(L, j, z(L)[j, 0]), over=NEURON)
    found = refuted(wrong)
    assert len(found.sizes) > 2
    assert found.letters["l"] < len(found.sizes)


def test_what_holds_only_for_equal_widths_is_refuted() -> None:
    swapped = BP2.with_rhs(BP2.rhs.xreplace({w(l + 1)[k, j]: w(l + 1)[j, k]}))
    assert confirms(refuted(swapped), swapped)
    without = equations["34"].statement
    without = without.with_rhs(
        MatMul(*(f.T if f == w(l + 1).T else f for f in without.rhs.args), evaluate=False)
    )
    found = refuted(without)
    assert found.sizes in EQUAL_WIDTHS
    assert confirms(found, without)


def test_a_side_that_does_not_exist_is_the_reason() -> None:
    found = refuted(
        equation(delta(l)[j, 0], delta(l + 5)[j, 0] - delta(l + 5)[j, 0] + b(l + 5)[j, 0], over=NEURON)
    )
    assert (found.left, found.right, found.values) == (None, None, {})
    assert found.reason is not None
    assert "does not exist" in found.reason.en
    assert str(found).endswith(found.reason.en)
    assert found.text.zh.endswith(found.reason.zh)


def test_a_range_that_leads_to_no_layer_is_ill_formed() -> None:
    """Not true for want of cases: for l = L there is no layer l+1 whose neurons q could be."""
    wider = replace(equations["49"].statement, ranges=(*WEIGHT, neurons(q, l + 1)))
    assert "no layer" in str(refuted(wider).reason)


def test_sides_of_different_shapes_are_not_equal() -> None:
    found = refuted(Statement((delta(l), delta(l).T), (layers(l),)))
    assert "shape" in str(found.reason)


def test_every_side_of_a_chain_counts() -> None:
    chain = Statement((delta(l)[j, 0], 2 * delta(l)[j, 0] / 2, 3 * delta(l)[j, 0]), NEURON)
    found = refuted(chain)
    assert found.left != found.right


@pytest.mark.parametrize(
    "side",
    [sqrt(delta(l)[j, 0]), Partial(delta(l)[j, 0], z(l)[j, 0]), 1 / delta(l)[j, 0], Partial(C, y()[j, 0])],
    ids=str,
)
def test_what_is_no_polynomial_is_neither_true_nor_false(side: Expr) -> None:
    with pytest.raises(TypeError):
        certify(equation(delta(l)[j, 0], side, over=NEURON))


def test_costs_that_cannot_be_decided() -> None:
    with pytest.raises(DomainError, match="no polynomial"):
        certify(equation(C, C + 1, cost="cross_entropy"))
    with pytest.raises(UnknownName):
        certify(equation(C, C + 1, cost="quadradic"))
    with pytest.raises(BpderiveError):
        certify(equation(C, C + 1))


def test_what_is_true_of_one_cost_is_not_true_of_all() -> None:
    thirty = equations["30"].statement
    certify(thirty)
    found = refuted(replace(thirty, cost=None))
    assert confirms(found, replace(thirty, cost=None))


def test_a_counterexample_says_everything_that_is_needed() -> None:
    wrong = BP2.with_rhs(2 * BP2.rhs)
    found = refuted(wrong)
    assert found.left is not None
    assert found.right == 2 * found.left
    assert confirms(found, wrong)
    text = str(found)
    for part in (str(found.sizes), "l = 2", "j = 1", str(found.left), str(found.right), *found.values):
        assert part in text
    assert found._repr_latex_().startswith("$")
    nowhere = refuted(equation(delta(l)[j, 0], delta(l)[j, 0] + delta(l + 5)[j, 0], over=NEURON))
    assert r"\nexists" in nowhere._repr_latex_()


def test_no_function_has_two_values_at_one_place() -> None:
    """σ(z) against σ(z − 2b): with b = 0 both are taken at the same place, so b is not 0."""
    wrong = equations["23"].stated()
    wrong = wrong.with_rhs(wrong.rhs.xreplace({b(l)[j, 0]: -b(l)[j, 0]}))
    found = refuted(wrong)
    assert found.values["b^2_1"] != 0
    assert confirms(found, wrong)


def test_rows_and_columns_of_a_matrix_are_named() -> None:
    matrix = equations["BP4"].stated("matrix")
    found = refuted(matrix.with_rhs(-matrix.rhs))
    assert found.place == (1, 1)
    assert "in row 1" in str(found)


def test_refuted_is_a_value_error_that_carries_its_counterexample() -> None:
    with pytest.raises(ValueError, match="does not hold") as caught:
        certify(BP2.with_rhs(-BP2.rhs))
    assert isinstance(caught.value, Refuted)
    with set_language("zh"):
        assert "不成立：在网络 (2, 3, 2) 中，取 l = 2" in str(caught.value)
    assert isinstance(caught.value.counterexample, Counterexample)


factors = st.sampled_from([a(l)[j, 0], b(l)[j, 0], z(l)[j, 0], delta(l)[j, 0], SigmaPrime(l, j, z(l)[j, 0])])
TRUE = {
    number: equations[number].stated("component")
    for number in ("z", "29", "BP1", "BP2", "BP3", "BP4", "40", "41", "42", "44", "45", "53")
}


@given(st.sampled_from(sorted(TRUE)), st.lists(factors, min_size=1, max_size=3), st.integers(1, 9))
def test_a_random_false_term_is_refuted_and_the_same_term_on_both_sides_is_not(
    number: str, term: list[Expr], times: int
) -> None:
    true = TRUE[number]
    extra = Integer(times)
    for factor in term:
        extra = extra * (factor.xreplace({l: L}) if number == "BP1" else factor)
    if number == "44":
        extra = extra.xreplace({j: m}).xreplace({m: j})
    wrong = true.with_rhs(true.rhs + extra)
    networks = ((2, 3), (2, 3, 2))
    found = refuted(wrong, *networks)
    assert found.left is not None
    assert confirms(found, wrong)
    certify(replace(true, sides=(true.lhs + extra, true.rhs + extra)), networks)


@given(st.sampled_from(["BP1a", "30", "33", "34", "35"]), st.integers(-3, 3), st.integers(-3, 3))
def test_combinations_of_matrices(number: str, first: int, second: int) -> None:
    true = equations[number].stated("matrix")
    network = ((2, 3, 2),)
    side = MatAdd(MatMul(first, true.lhs), MatMul(second, true.rhs))
    if first + second == 1:
        certify(true.with_rhs(side), network)
    elif first or second:
        found = refuted(true.with_rhs(side), *network)
        assert isinstance(found.left, Fraction)
        assert confirms(found, true.with_rhs(side))


def test_letters_of_an_inner_layer_only() -> None:
    decided = certify(equation(delta(l)[j, 0], delta(l)[j, 0] * 1, over=INNER))
    assert all(len(sizes) > 2 for sizes in decided.networks)


def test_the_search_for_values_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(claims, "MOST_TRIALS", 0)
    found = refuted(TRUE["BP3"].with_rhs(2 * TRUE["BP3"].rhs), (2, 3))
    assert found.left is None
    assert "different polynomials" in str(found)
