"""Claims about functions that are made of pieces: ReLU and its like, and the Huber cost."""

from fractions import Fraction

import pytest

import bpderive as bp

TRUE = [
    "dsigma(z[l,j])^2 = dsigma(z[l,j]) with sigma = relu",
    "dsigma(0) = 0 with sigma = relu",
    "dsigma(0) = 1/100 with sigma = leaky_relu",
    "a[l,j]*(1-dsigma(z[l,j])) = 0 with sigma = relu",
    "a[l,j] = z[l,j]*dsigma(z[l,j]) with sigma = relu",
    "a[l,j] = z[l,j]*dsigma(z[l,j]) with sigma = leaky_relu",
    "a[l] = z[l]*dsigma(z[l]) with sigma = relu",
    "sigma(-z[l,j])+sigma(z[l,j]) = 1 with sigma = hard_sigmoid",
    "sigma(-z[l,j]) = -sigma(z[l,j]) with sigma = hard_tanh",
    "dsigma(-z[l,j]) = dsigma(z[l,j]) with sigma = hard_tanh",
    "sigma(2*z[l,j]) = 2*sigma(z[l,j]) with sigma = relu",
    "sigma(2*z[l,j]) = 2*sigma(z[l,j]) with sigma = leaky_relu",
    "d(sigma(2*z[l,j]), z[l,j]) = 2*dsigma(z[l,j]) with sigma = relu",
    "sigma(z[l,j]) - sigma(-z[l,j]) = z[l,j] with sigma = relu",
    "sigma(z[l,j]-z[l,k]) - sigma(z[l,k]-z[l,j]) = z[l,j]-z[l,k] with sigma = relu",
    "dsigma(z[l,j])*dsigma(-z[l,j]) = 0 with sigma = relu",
    "sigma(sigma(z[l,j])) = sigma(z[l,j]) with sigma = relu",
    "sigma(sigma(z[l,j])) = sigma(z[l,j]) with sigma = hard_tanh",
    "sigma(3*sigma(2*z[l,j]-1/2)) = 3*sigma(2*z[l,j]-1/2) with sigma = relu",
    "dsigma(a[l,j]) = dsigma(z[l,j]) with sigma = leaky_relu",
    "sigma(a[l,j]+a[l,k]) = a[l,j]+a[l,k] for l > 1 with sigma = relu",
    "sigma(z[l,j]^2) = z[l,j]^2 with sigma = relu",
    "sigma(n[l]-1) = n[l]-1 with sigma = relu",
    "sum(k, a[l,k]) = sum(k, z[l,k]*dsigma(z[l,k])) with sigma = relu",
    "sum(k, sigma(sigma(z[l,k]))) = sum(k, a[l,k]) for l > 1 with sigma = relu",
    "1/dsigma(z[l,j]) = 101 - 100*dsigma(z[l,j]) with sigma = leaky_relu",
    "1/dsigma(z[l,j]) = 1 with sigma = relu",
    "delta[L,j]*dsigma(z[L,j]) = delta[L,j] with sigma = relu",
    "delta[l,j] = sum(k, w[l+1,k,j]*delta[l+1,k])*dsigma(z[l,j]) with sigma = hard_sigmoid, cost = huber",
    "d(C, a[L,j])*dsigma(z[L,j]) = delta[L,j] with sigma = relu, cost = huber",
]

FALSE = {
    "dsigma(z[l,j])^2 = dsigma(z[l,j]) with sigma = leaky_relu": {Fraction(1, 10000), Fraction(1, 100)},
    "sigma(2*z[l,j]) = 2*sigma(z[l,j]) with sigma = hard_tanh": {1, 2},
    "sigma(z[l,j]+z[l,k]) = a[l,j]+a[l,k] with sigma = relu": None,
    "dsigma(0) = 1 with sigma = relu": {0, 1},
    "d(C, a[L,j]) = a[L,j]-y[j] with cost = huber": None,
    "C = sum(j, (a[L,j]-y[j])^2)/2 with cost = huber": None,
    "dsigma(z[l,j]) = 1 with sigma = relu": {0, 1},
    "a[l,j]*(1-a[l,j])/6 = dsigma(z[l,j]) with sigma = hard_sigmoid": None,
    "1/dsigma(z[l,j]) = 100 - 99*dsigma(z[l,j]) with sigma = leaky_relu": None,
    "sigma(-1/2) = 0 with sigma = elu": None,
    "dsigma(z[l,j]*dsigma(z[l,j])-1/2) = 0 with sigma = relu": {0, 1},
    "dsigma(sigma(z[l,j])-3) = 0 with sigma = relu": {0, 1},
    "sigma(1-sigma(z[l,j]+2)) = 0 for l > 1 with sigma = relu": None,
    "sigma(2*sigma(z[l,j])) = 2*sigma(z[l,j]) with sigma = hard_tanh": None,
    "a[l,j] = z[l,j]*dsigma(z[l,j]) with sigma = selu": None,
}


@pytest.mark.parametrize("text", TRUE)
def test_it_is_decided_by_cases(text):
    verdict = bp.check(text)
    assert verdict.holds, verdict.text


@pytest.mark.parametrize("text", FALSE)
def test_what_is_false_has_a_counterexample(text):
    verdict = bp.check(text)
    assert verdict.status == "refuted", verdict.text
    case = verdict.counterexample
    assert FALSE[text] is None or {case.left, case.right} == FALSE[text]


@pytest.mark.parametrize(
    ("text", "status"),
    [
        ("sigma(-z)+sigma(z) = 1 with sigma = hard_sigmoid", "holds"),
        ("sigma(2*z) = 2*sigma(z) with sigma = relu", "holds"),
        ("sigma(2*z) = 2*sigma(z) with sigma = hard_tanh", "refuted"),
        ("dsigma(z) = 1 - sigma(z)^2 with sigma = tanh", "holds"),
        ("(dsigma(z)-dsigma(z)^2)/(dsigma(z)-dsigma(z)^2) = 1 with sigma = relu", "ill-formed"),
    ],
)
def test_z_alone_is_that_of_any_neuron(text, status):
    verdict = bp.check(text)
    assert verdict.status == status
    assert "z[l, j]" in verdict.in_book


def test_what_the_slope_is_at_a_kink_is_said():
    reason = bp.check("dsigma(z[l,j])^2 = dsigma(z[l,j]) with sigma = hard_tanh").reason
    assert "σ'(-1) = 0 and σ'(1) = 0 by convention" in reason.en
    assert "不可导点处约定" in reason.zh
    assert "convention" not in bp.check("sigma(2*z[l,j]) = 2*sigma(z[l,j]) with sigma = relu").reason.en


@pytest.mark.parametrize("shift", [0, 5])
def test_what_fails_at_a_kink_alone_is_refuted_there_and_true_elsewhere(shift):
    verdict = bp.check(f"dsigma(z[l,j]-{shift})+dsigma({shift}-z[l,j]) = 1 with sigma = relu")
    assert verdict.status == "refuted"
    assert verdict.counterexample.values["σ'(0)"] == 0
    assert "by convention" in verdict.reason.en
    assert "where no kink of relu is met" in verdict.diagnosis.en


def test_a_divisor_that_is_0_in_every_case_is_refused():
    text = "(dsigma(z[l,j])-dsigma(z[l,j])^2)/(dsigma(z[l,j])-dsigma(z[l,j])^2) = 1"
    assert bp.check(text + " with sigma = relu").status == "ill-formed"
    assert bp.check(text + " with sigma = leaky_relu").holds


def test_a_power_written_out_mends_nothing():
    verdict = bp.check("dsigma(z[l,j])^2 = dsigma(z[l,j]) with sigma = leaky_relu")
    assert verdict.mended is None


@pytest.mark.parametrize(("sigma", "cost"), [("linear", "cross_entropy"), ("hard_sigmoid", "log_likelihood")])
def test_a_pair_that_no_network_has_is_refused_in_its_words(sigma, cost):
    verdict = bp.check(f"delta[L] = a[L] - y with sigma = {sigma}, cost = {cost}")
    with pytest.raises(bp.DomainError) as refusal:
        bp.Network((2, 2), sigma, cost)
    assert verdict.status == "ill-formed"
    assert str(refusal.value) in verdict.reason.en


def test_no_special_case_is_a_pair_that_no_network_has():
    verdict = bp.check("delta[L,j] = (a[L,j]-y[j])/(a[L,j]*(1-a[L,j])) with cost = cross_entropy")
    assert not any("linear" in d.text.en for d in verdict.diagnoses)
