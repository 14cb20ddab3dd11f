"""Claims that divide: by something that may be 0, and by something that is 0 in a case of their range."""

import pytest

import bpderive as bp

ZERO = [
    "(z[l,j]-z[l,k])/(z[l,j]-z[l,k]) = 1",
    "(n[l]-1)/(n[l]-1) = 1",
    "(n[l]-50)/(n[l]-50) = 1",
    "(n[l]-n[l-1])/(n[l]-n[l-1]) = 1",
    "z[l,j]*(n[l]-7)/(n[l]-7) = z[l,j]",
    "(w[l,j,k]-w[l,m,k])^-1*(w[l,j,k]-w[l,m,k]) = 1",
    "eq(j,k)/eq(j,k)*z[l,j] = z[l,j]",
    "sum(k, (z[l,k]-z[l,j])/(z[l,k]-z[l,j])) = n[l]",
    "(sum(k, z[l,k])-z[l,j])/(sum(k, z[l,k])-z[l,j]) = 1",
    "(z[l,j]-z[l,1])/(z[l,j]-z[l,1]) = 1",
    "(n[l]-n[l-1]-7)/(n[l]-n[l-1]-7) = 1",
    "(n[l]+n[l-1]-1000)/(n[l]+n[l-1]-1000) = 1",
    "z[l,j]*(n[l]-1000)/(n[l]-1000) = z[l,j]",
    "(2*n[l]-3*n[l-1]-500)^-1*(2*n[l]-3*n[l-1]-500) = 1",
    "(n[l]^2-2*n[l-1]^2-1)/(n[l]^2-2*n[l-1]^2-1) = 1",
    "(n[1]*n[2]-n[3]-40)/(n[1]*n[2]-n[3]-40) = 1",
    "sum(k, z[l,k]*(n[l]-n[l-1]-7))/sum(k, z[l,k]*(n[l]-n[l-1]-7)) = 1",
    "(sigma(z[l,j]-z[l,k])+sigma(z[l,k]-z[l,j]))/(sigma(z[l,j]-z[l,k])+sigma(z[l,k]-z[l,j])) = 1 with sigma = relu",
    "sigma(n[l]-9)/sigma(n[l]-9) = 1 with sigma = relu",
]

NONZERO = [
    "(z[l,j]-z[l,k])/(z[l,j]-z[l,k]) = 1 for j != k",
    "(n[l]+1)/(n[l]+1) = 1",
    "(n[l]-1)/(n[l]-1) = 1 for n[l] = 4",
    "(n[l]-n[l-1]-7)/(n[l]-n[l-1]-7) = 1 for n[l] = 4",
    "(n[l]^2-2*n[l-1]^2)/(n[l]^2-2*n[l-1]^2) = 1",
    "(n[l]+n[l-1])/(n[l]+n[l-1]) = 1",
    "delta[l,j]/dsigma(z[l,j]) = d(C, a[l,j])",
    "sum(k, z[l,k]/z[l,k]) = n[l]",
    "(z[l,j]^2 - 1)/(z[l,j] + 1) = z[l,j] - 1",
]


@pytest.mark.parametrize("text", ZERO)
def test_a_divisor_that_is_0_in_a_case_is_refused(text):
    verdict = bp.check(text)
    assert verdict.status == "ill-formed", verdict.text


def test_the_case_is_named_in_both_languages():
    reason = bp.check("(n[l]-50)/(n[l]-50) = 1").reason
    assert "a divisor is 0 for n[l] = 50" in reason.en
    assert "n[l-1] = 1, n[l] = 8" in str(bp.check("(n[l]-n[l-1]-7)/(n[l]-n[l-1]-7) = 1").reason)
    assert "当 n[l] = 50" in reason.zh


def test_a_divisor_that_is_0_is_not_mended_by_a_cost():
    verdict = bp.check("(n[l]-n[l-1]-7)/(n[l]-n[l-1]-7) = 1")
    assert not any(d.kind in ("cost", "activation") for d in verdict.diagnoses)


@pytest.mark.parametrize("text", NONZERO)
def test_a_claim_that_divides_holds_wherever_no_divisor_is_0(text):
    verdict = bp.check(text)
    assert verdict.holds, verdict.text
    assert "wherever no divisor is 0" in verdict.reason.en
    assert "除数都不为 0" in verdict.reason.zh


def test_dividing_by_a_number_says_nothing_of_it():
    assert "divisor" not in bp.check("z[l,j]/2 + z[l,j]/2 = z[l,j]").reason.en
