"""The pairs of activation and cost, found by derivation."""

from __future__ import annotations

import pytest
import sympy

import bpderive as bp
from bpderive.errors import DomainError, StepError, UnknownName
from bpderive.functions.activations import activations
from bpderive.functions.choices import stays_in
from bpderive.functions.costs import costs
from bpderive.letters.symbols import L, a, j, y
from bpderive.proofs.pairings import cancelled, pairing

DIFFERENCE = a(L)[j, 0] - y(L)[j, 0]


@pytest.fixture(scope="module")
def found() -> dict[tuple[str, str], bp.Pairing]:
    return {(p.activation.name, p.cost.name): p for p in bp.pairings()}


def test_every_permitted_pair_is_there_and_no_other(found: dict[tuple[str, str], bp.Pairing]) -> None:
    permitted = {(f.name, c.name) for c in costs.values() for f in activations.values() if stays_in(f, c)}
    assert found.keys() == permitted
    with pytest.raises(UnknownName, match="no pair"):
        pairing("tanh", "cross_entropy")


def test_the_pairs_that_give_a_minus_y(found: dict[tuple[str, str], bp.Pairing]) -> None:
    always = {names for names, p in found.items() if p.is_difference}
    assert always == {("linear", "quadratic"), ("sigmoid", "cross_entropy")}
    conditional = {names for names, p in found.items() if p.under_condition is not None}
    assert conditional == {("softmax", "log_likelihood")}
    softmax = found["softmax", "log_likelihood"]
    assert softmax.under_condition is not None
    assert softmax.under_condition.statement.rhs == DIFFERENCE
    assert softmax.error != DIFFERENCE
    assert "sum to 1" in str(softmax.condition)


def test_what_cancels_is_found_and_what_is_not_known_is_said(
    found: dict[tuple[str, str], bp.Pairing],
) -> None:
    cancelling = {names for names, p in found.items() if p.cancels}
    assert cancelling == {
        ("linear", "quadratic"),
        ("sigmoid", "cross_entropy"),
        ("sigmoid", "log_likelihood"),
        ("softmax", "log_likelihood"),
    }
    assert not {names for names, p in found.items() if p.cancels is None}
    for names, p in found.items():
        assert (cancelled(activations[names[0]], costs[names[1]]) is not None) == (p.cancels is True)


def test_outputs_that_are_rounded_to_where_the_cost_is_not_defined_are_refused_unless_the_slope_cancels() -> (
    None
):
    z = sympy.Symbol("z", real=True)
    title = bp.Text(en="own", zh="自定义")
    normal = bp.Activation(name="normal", title=title, formula=(1 + sympy.erf(z)) / 2)
    halved = bp.Activation(name="halved", title=title, formula=1 / (1 + sympy.exp(-z / 2)))
    for activation, cost in (("gaussian", "log_likelihood"), (normal, "cross_entropy")):
        with pytest.raises(DomainError, match=r"rounded to it.*sigmoid"):
            bp.Network((1, 1), activation=activation, cost=cost)
    away_from_0 = bp.Activation(name="raised", title=title, formula=(1 + sympy.exp(-(z**2))) / 2)
    bp.Network((1, 1), activation=away_from_0, cost="log_likelihood")
    gradient = bp.compile_gradient(bp.Network((1, 1), activation=halved, cost="cross_entropy"))
    for far in (-900.0, 900.0):
        assert gradient([[[0.0]]], [[[far]]], [[1.0]], [[0.5]]).b[0].item() == 0.25 * (1 if far > 0 else -1)


@pytest.mark.parametrize(
    "names", [("sigmoid", "cross_entropy"), ("softmax", "log_likelihood"), ("tanh", "huber")]
)
def test_a_derivation_is_checked_and_a_changed_one_refused(names: tuple[str, str]) -> None:
    from dataclasses import replace

    p = pairing(*names)
    p.check()
    wrong = replace(p.derivation, statement=p.derivation.statement.with_rhs(2 * p.error))
    with pytest.raises(StepError):
        replace(p, derivation=wrong).check()


def test_an_elementwise_error_is_the_product_of_the_two_slopes(
    found: dict[tuple[str, str], bp.Pairing],
) -> None:
    at = {a(L)[j, 0]: sympy.Rational(1, 3), y(L)[j, 0]: sympy.Rational(1, 7)}
    compared = 0
    for (name, cost), p in found.items():
        value = p.error.subs(at)
        if value.is_number:  # σ′ is written by the output
            slope = activations[name].derivative_from_output(at[a(L)[j, 0]])
            expected = costs[cost].derivative(*at.values()) * slope
            assert abs(sympy.N(value - expected, 30)) < 1e-25
            compared += 1
    assert compared > 10


def test_a_pair_is_shown() -> None:
    p = pairing("softmax", "log_likelihood")
    assert str(p) == "softmax with log_likelihood: δ^L_j = a^L_j Σ_k y_k - y_j"
    assert p._repr_latex_().startswith("$")
    assert [step.number for step in p.derivation.steps] == list(range(1, len(p.derivation.steps) + 1))


@pytest.mark.parametrize("activation", ["sigmoid", "softsign", "arctan", "gaussian"])
@pytest.mark.parametrize("cost", ["quadratic", "huber"])
def test_a_pair_in_a_terminal_has_no_latex_in_it(activation: str, cost: str) -> None:
    pair = pairing(activation, cost)
    assert "\\" not in f"{pair}{pair.derivation}"
    assert "{(" not in str(pair)
