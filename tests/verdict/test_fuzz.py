"""A share of the random claims that `python -m tests.fuzz` judges, and what it takes for a fault."""

import dataclasses
import random
from fractions import Fraction

import pytest

import bpderive as bp
from bpderive.workbook.language import parse
from tests import fuzz
from tests.numerically import differs, fails_at

SHARE = 40


def test_random_claims_get_verdicts_that_numbers_bear_out():
    counts, _, wrong = fuzz.run(SHARE, seed=11, seconds=60)
    assert not wrong, "\n".join(map(str, wrong))
    assert counts.total() == SHARE
    assert min(counts["holds"], counts["refuted"], counts["ill-formed"]) > 3, counts


@pytest.mark.parametrize(
    ("text", "status", "what"),
    [
        ("dsigma(z[l,j])^2 = dsigma(z[l,j]) with sigma = leaky_relu", "holds", "fails on a random network"),
        ("d(C, b[l,j]) = delta[l,j]", "refuted", "true on every random network"),
        ("d(C, a[L,j]) = a[L,j]-y[j] with cost = huber", "holds", "fails on a random network"),
    ],
)
def test_a_wrong_verdict_is_a_fault(text, status, what, monkeypatch):
    right = bp.check(text)
    monkeypatch.setattr(bp, "check", lambda _: dataclasses.replace(right, status=status, counterexample=None))
    _, _, [fault] = fuzz.faults(parse(text), seed=5, seconds=60)
    assert what in str(fault)


RARELY_FALSE = (
    "sigma(-3*a[l,j]*delta[l,j]) = 3*sigma(-a[l,j]) with sigma = relu",
    "d(C, a[l,k])*dsigma(z[l,k]) = sum(j, w[l+1,j,k]*delta[l+1,j]) with cost = huber, sigma = relu",
    "sigma(3*b[l,j] - 1) = sigma(b[l,j]) + sigma(2*b[l,j] - 1) with sigma = relu",
    "delta[l,j] = sum(k, w[l+1,k,j]*delta[l+1,k])",
    "delta[L] = a[L] - y with cost = quadratic, sigma = tanh",
    "delta[L,j] = a[L,j] with cost = cross_entropy, sigma = sigmoid",
    "sigma(2*z[l,j]) = 2*sigma(z[l,j]) with sigma = sigmoid",
    "C = 1",
)


@pytest.mark.parametrize("text", RARELY_FALSE)
def test_a_counterexample_is_confirmed_in_numbers(text):
    found = bp.check(text)
    assert found.status == "refuted"
    assert fails_at(found.claim, found.counterexample)
    values = {name: Fraction(0) for name in found.counterexample.values if name.startswith(("w", "∂"))}
    nothing = dataclasses.replace(found.counterexample, values=values)
    assert not fails_at(parse("sum(m, delta[L,m]) = sum(m, d(C, b[L,m]))"), nothing)


def test_a_counterexample_that_is_none_is_a_fault(monkeypatch):
    case = bp.check("d(C, b[l,j]) = -delta[l,j]").counterexample
    right = bp.check("d(C, b[l,j]) = delta[l,j]")
    wrong = dataclasses.replace(right, status="refuted", counterexample=case)
    monkeypatch.setattr(bp, "check", lambda _: wrong)
    _, _, [fault] = fuzz.faults(right.claim, seed=5, seconds=60)
    assert "true on every random network" in str(fault)


def test_too_long_is_a_fault():
    _, _, [fault] = fuzz.faults(parse("z[l,j] = z[l,j]"), seed=1, seconds=0)
    assert "it took" in str(fault)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("delta[l] = (T(w[l+1]) @ delta[l+1]) * dsigma(z[l])", False),
        ("grad(C, w[l]) = outer(delta[l], a[l-1])", False),
        ("jac(z[l+1], z[l]) = w[l+1] @ diag(dsigma(z[l]))", False),
        ("delta[l,j] = d(C, a[l,j])", True),
        ("C = 0 for L = 2", True),
        ("1/(z[l,j]-z[l,j]) = 1", None),
        ("z[9,j] = 0", None),
    ],
)
def test_claims_in_numbers(text, expected):
    chosen = random.Random(3)
    found = [differs(parse(text), chosen) for _ in range(20)]
    told = {answer for answer in found if answer is not None}
    assert told == (set() if expected is None else {expected}) or (expected and True in told)
