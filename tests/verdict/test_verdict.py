"""What `check` says of claims that are true, false, senseless, and too hard."""

import itertools
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import bpderive as bp
from bpderive.errors import ParseError
from bpderive.functions.activations import elementwise_activations
from bpderive.workbook.conventions import understood
from bpderive.workbook.verdict import Enclosure, Verdict, diagnosis, forms, known, search
from bpderive.workbook.verdict import verdict as verdicts
from bpderive.workbook.verdict.decide import readings
from bpderive.workbook.verdict.edits import edits
from bpderive.workbook.verdict.forms import Clock
from tests.numerically import fails_at

TRUE = [
    "delta[l,j] = sum(k, w[l+1,k,j]*delta[l+1,k]) * dsigma(z[l,j])",
    "delta[l] = (T(w[l+1]) @ delta[l+1]) * dsigma(z[l])",
    "delta[L,j] = d(C, a[L,j]) * dsigma(z[L,j])",
    "delta[L] = grad(C, a[L]) * dsigma(z[L])",
    "delta[L] = diag(dsigma(z[L])) @ grad(C, a[L])",
    "d(C, b[l,j]) = delta[l,j]",
    "grad(C, b[l]) = delta[l]",
    "d(C, w[l,j,k]) = a[l-1,k]*delta[l,j]",
    "grad(C, w[l]) = delta[l] @ T(a[l-1])",
    "grad(C, w[l]) = outer(delta[l], a[l-1])",
    "z[l,j] = sum(k, w[l,j,k]*a[l-1,k]) + b[l,j]",
    "a[l] = sigma(w[l] @ a[l-1] + b[l])",
    "a[l,j] = sigma(b[l,j] + sum(q, a[l-1,q]*w[l,j,q]))",
    "delta[l] = diag(dsigma(z[l])) @ T(w[l+1]) @ delta[l+1]",
    "delta[l,j] = sum(k, delta[l+1,k]*d(z[l+1,k], z[l,j]))",
    "delta[l,j] = sum(k, m, w[l+1,k,j]*dsigma(z[l+1,k])*w[l+2,m,k]*delta[l+2,m])*dsigma(z[l,j])",
    "delta[l,j] = sum(m, d(C,a[L,m])*d(a[L,m], z[l,j]))",
    "d(C, a[l,j]) = sum(m, d(C, a[L,m])*d(a[L,m], a[l,j]))",
    "d(z[L,m], z[2,j]) = sum(k, d(z[L,m], z[3,k])*d(z[3,k], z[2,j]))",
    "d(z[L,m], z[2,j]) = sum(k, d(z[L,m], z[l,k])*d(z[l,k], z[2,j]))",
    "delta[l,j]/dsigma(z[l,j]) = d(C, a[l,j])",
    "d(z[l,j], z[l,k]) = eq(j,k)",
    "d(z[l,j], z[l,k]) = 0 for j != k",
    "d(a[l,j], z[l,k]) = dsigma(z[l,k]) for j = k",
    "d(z[l+1,k], w[l,j,m]) = w[l+1,k,j]*dsigma(z[l,j])*a[l-1,m]",
    "d(sigma(z[l,j])^2, z[l,j]) = 2*a[l,j]*dsigma(z[l,j])",
    "d(1/z[l,j], z[l,j]) = -1/z[l,j]^2",
    "d(sum(k, w[l,j,k]*a[l-1,k]), w[l,j,m]) = a[l-1,m]*sum(i, eq(i,j)*z[l,i])/z[l,j]",
    "sum(k, eq(j,k)*z[l,k]) = z[l,j]",
    "sum(k, z[l,k]/z[l,k]) = n[l]",
    "sum(j, z[l,j])^2 = sum(j, k, z[l,j]*z[l,k])",
    "(z[l,j]^2 - 1)/(z[l,j] + 1) = z[l,j] - 1",
    "delta[2,3] = (w[3,1,3]*delta[3,1] + w[3,2,3]*delta[3,2])*dsigma(z[2,3]) for n[3] = 2",
    "w[l] @ z[l] = z[l] @ w[l] for n[l] = 1, n[l-1] = 1",
    "delta[l,j] = w[l+1,1,j]*delta[l+1,1]*dsigma(z[l,j]) for n[l+1] = 1",
    "sum(k, w[l,k,j]*z[l-1,k]*0) = 0 for n[l] = n[l-1]",
    "delta[L] = (a[L] - y) * dsigma(z[L]) with cost = quadratic",
    "delta[l,j] = (a[l,j] - y[j])*dsigma(z[l,j]) for l = L with cost = quadratic",
    "delta[L] = a[L] - y with sigma = sigmoid, cost = cross_entropy",
    "delta[L] = a[L] - y with sigma = linear, cost = quadratic",
    "C = 1/2*sum(j, (y[j]-a[L,j])^2) with cost = quadratic",
    "C = 1/2*(T(y-a[L]) @ (y-a[L])) with cost = quadratic",
    "delta[l] = T(w[l+1]) @ delta[l+1] with sigma = linear",
    "delta[l,j] = sum(k, w[l+1,k,j]*delta[l+1,k]) * a[l,j]*(1-a[l,j]) with sigma = sigmoid",
    "dsigma(2*z[l,j]) = 1 - sigma(z[l,j] + z[l,j])^2 with sigma = tanh",
    "sum(m, y[m]) = sum(k, y[k])",
    "d(dsigma(z[l,j]), z[l,j]) = -2*a[l,j]*(1-a[l,j]^2) with sigma = tanh",
    "d(dsigma(z[l,j])*a[l,j], z[l,k]) = eq(j,k)*(d(dsigma(z[l,j]), z[l,j])*a[l,j] + dsigma(z[l,j])^2)",
    "delta[l] = T(jac(z[L], z[l])) @ diag(dsigma(z[L])) @ grad(C, a[L])",
    "jac(a[l+1], a[l]) = diag(dsigma(z[l+1])) @ w[l+1]",
    "jac(z[L], z[l]) = jac(z[L], z[l+1]) @ w[l+1] @ diag(dsigma(z[l]))",
    "sigma(-z[l,j]) = 1 - sigma(z[l,j]) with sigma = sigmoid",
    "sigma(z[l,j] - z[l,k]) + sigma(z[l,k] - z[l,j]) = 1 with sigma = sigmoid",
    "dsigma(-z[l,j]) = dsigma(z[l,j]) with sigma = sigmoid",
    "sigma(-b[l,j]) = -sigma(b[l,j]) with sigma = tanh",
    "dsigma(-b[l,j]) = dsigma(b[l,j]) with sigma = tanh",
    "dsigma(-b[l,j]) = 1 - dsigma(b[l,j]) with sigma = silu",
    "d(sigma(-2*z[l,j]), z[l,j]) = -2*dsigma(2*z[l,j]) with sigma = sine",
    "sigma(0) = 1/2 with sigma = sigmoid",
    "dsigma(z[l,j] - z[l,j]) = 1/4 with sigma = sigmoid",
    r"\delta^l = ((w^{l+1})^T \delta^{l+1}) \odot \sigma'(z^l)",
    r"\frac{\partial C}{\partial w^l_{jk}} = a^{l-1}_k \delta^l_j",
]

# A claim that is false but makes sense, and the kind of change that mends it or the special case.
FALSE = {
    "delta[l,j] = sum(k, w[l+1,k,j]*delta[l+1,k])": "factor added",
    "delta[l,j] = sum(k, w[l+1,k,j]*delta[l+1,k])*sigma(z[l,j])": "σ for σ′",
    "z[l,j] = sum(k, w[l,j,k]*a[l-1,k]) - b[l,j]": "sign",
    "d(C, b[l,j]) = -delta[l,j]": "sign",
    "d(C, w[l,j,k]) = 2*a[l-1,k]*delta[l,j]": "factor dropped",
    "delta[L,j] = (a[L,j]-y[j])*dsigma(z[L,j])": "cost",
    "delta[L,j] = a[L,j]-y[j]": "activation and cost",
    "delta[L,j] = a[L,j]-y[j] with cost = cross_entropy": "activation",
    "delta[L] = y - a[L] with sigma = linear, cost = quadratic": "sign",
    "delta[L,j] = a[L,j]*sum(k,y[k])-sum(k,y[k])*y[j] with sigma = linear, cost = quadratic": "targets",
    "a[l,j] = sum(k, w[l,j,k]*a[l-1,k]) + b[l,j]": "letter",
    "sum(j, z[l,j]^2) = sum(j, z[l,j])^2": "one neuron",
    "delta[l,j] = sum(m, d(C,a[L,m])*w[L,m,j])*dsigma(z[l,j]) for l = L-1": "factor added",
    "d(z[l,j], z[l,k]) = 1": "indices",
    "(n[l]-1)*(n[l]-2) = 0": "one neuron",
}

SENSELESS = {
    "delta[l] = (w[l+1] @ delta[l+1]) * dsigma(z[l])": "transpose added",
    "grad(C, w[l]) = T(delta[l]) @ a[l-1]": "",
    "grad(C, w[l]) = delta[l] * a[l-1]": "outer for ⊙",
    "delta[l,j] = w[l+1,k,j]*delta[l+1,k]*dsigma(z[l,j])": "sum added",
    "delta[l,j] = w[l+1,j,j]*delta[l+1,j]*dsigma(z[l,j])": "one neuron",
    "d(C, z[l,j]) = d(C, z[l+1,j])*d(z[l+1,j], z[l,j])": "one neuron",
    "delta[l,j] = sum(k, w[l+1,k,j]*delta[l+1,k])*dsigma(z[l+1,j])": "layer",
    "delta[l,j] = sum(k, w[l+1,k,j]*delta[l+1,k])*dsigma(z[l+1,k])": "",
    "d(C, w[l,j,k]) = a[l-1,j]*delta[l,j]": "index",
    "d(C, w[l,k,j]) = a[l-1,k]*delta[l,j]": "indices swapped",
    "d(C, b[L,j]) = delta[l,j]": "layer",
    "delta[L,j] = grad(C, a[L])*dsigma(z[L,j])": "",
    "delta[L] = T(w[L+1]) @ delta[L+1]": "",
    "delta[1,j] = 0": "",
    "d(z[l,j], z[l+1,k]) = 0": "",
    "delta[l,j] = 0 for l > L": "",
    "z[l,j] = z[l,k] for j = k, j != k": "",
    "z[l,j]/(w[l,j,k]-w[l,j,k]) = 1": "",
    "delta[l,k] = sum(k, w[l+1,k,k])": "",
    "sum(k, 1) = 1": "",
    "a[l,3] = 0 for n[l] = 2": "",
    "a[l,j] = z[l,j] for n[l] = 2, n[l] = 3": "",
    "T(C) = 1": "",
    "a[l] @ C = 1": "",
    "diag(w[l]) = w[l]": "",
    "delta[l] = T(w[l+1]) * delta[l+1] * dsigma(z[l])": "@ for ⊙",
    "delta[l] = dsigma(z[l]) @ T(w[l+1]) @ delta[l+1]": "one neuron",
    "sum(k, w[l]) = w[l]": "",
    "z[l,j]/a[l] = 1": "",
    "(sum(k, w[3,k,3]*delta[3,k]))*dsigma(z[3,3]) = (w[3,1,3]*delta[3,1]+w[3,2,3]*delta[3,2])*dsigma(z[2,3]) "
    "for n[3] = 2": "layer",
}

UNDECIDED = [
    "d(delta[l,j], z[l,j]) = 1",
    "d(d(C, z[l,j]), z[l,j]) = 0",
    "sigma(2*z[l,j]) = 2*a[l,j]/(1 + a[l,j]^2) with sigma = tanh",
]


TYPICAL = 300
"""Steps in which what is typical is decided."""


@pytest.mark.parametrize("text", TRUE)
def test_what_holds(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(verdicts, "DECISION", TYPICAL)
    verdict = bp.check(text)
    assert verdict.status == "holds", verdict
    assert verdict.holds is True
    assert verdict.counterexample is None


@pytest.mark.parametrize("text", TRUE)
def test_what_holds_has_no_counterexample(text: str) -> None:
    claim = understood(text)
    reading = readings(claim)[0]
    clock = Clock(20)
    for sizes in ((2, 3), (3, 2, 2), (1, 2, 1), (2, 2, 2, 3)):
        assert search.counterexample(reading, sizes, clock, pools=3) is None


@pytest.mark.parametrize(("text", "kind"), FALSE.items())
def test_what_is_refuted(text: str, kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(verdicts, "DECISION", TYPICAL)
    monkeypatch.setattr(verdicts, "SEARCH", 50 * TYPICAL)
    verdict = bp.check(text)
    assert verdict.status == "refuted", verdict
    assert verdict.holds is False
    found = verdict.counterexample
    assert found is not None
    assert found.left != found.right
    assert kind in [d.kind for d in verdict.diagnoses]


@pytest.mark.parametrize(("text", "kind"), SENSELESS.items())
def test_what_makes_no_sense(text: str, kind: str) -> None:
    verdict = bp.check(text)
    assert verdict.status == "ill-formed", verdict
    assert verdict.holds is False
    assert verdict.explanation.en.startswith("it makes no sense")
    if kind:
        assert kind in [d.kind for d in verdict.diagnoses], verdict


@pytest.mark.parametrize("text", UNDECIDED)
def test_what_is_not_decided(text: str) -> None:
    verdict = bp.check(text)
    assert verdict.status == "undecided"
    assert verdict.holds is None
    assert verdict.counterexample is None


@pytest.mark.parametrize("text", [*FALSE, *SENSELESS])
def test_what_mends_a_claim_makes_it_hold(text: str) -> None:
    mended = bp.check(text).mended
    assert mended is None or bp.check(mended).status == "holds"


def test_a_claim_false_only_in_wide_layers_does_not_hold() -> None:
    ten = "*".join(f"(n[l]-{width})" for width in range(1, 10))
    verdict = bp.check(f"{ten} = 0")
    assert verdict.holds is not True
    assert bp.check(f"{ten}*(n[l]-10)*(n[l]-11)*(n[l]-12)*(n[l]-13) = 0").status == "undecided"


def test_the_untransposed_equation_is_false_on_equal_widths() -> None:
    verdict = bp.check("delta[l] = (w[l+1] @ delta[l+1]) * dsigma(z[l])")
    assert verdict.counterexample is not None
    assert verdict.counterexample.sizes == (2, 2, 2)
    assert verdict.mended == "delta[l] = (T(w[l+1]) @ delta[l+1])*dsigma(z[l])"


def test_a_repair_has_no_factor_of_one() -> None:
    assert bp.check("sigma(z[l,j]) = 1").mended == "sigma(z[l, j]) = a[l, j]"


def test_the_counterexample_is_the_smallest() -> None:
    assert smallest("delta[L,j] = dsigma(z[L,j])") == (1, 1)
    assert smallest("delta[l,j] = dsigma(z[l+1,k]) for n[l] = n[l+1], j = k") == (1, 1, 1)
    assert smallest("sum(j, z[l,j]^2) = sum(j, z[l,j])^2") == (1, 2)
    assert smallest("a[4,2] = 0") == (1, 1, 1, 2)


def smallest(text: str) -> tuple[int, ...]:
    found = bp.check(text).counterexample
    assert found is not None
    return found.sizes


def test_a_transcendental_activation_is_refuted_by_disjoint_intervals() -> None:
    found = bp.check("sigma(2*z[l,j]) = 2*sigma(z[l,j]) with sigma = sigmoid").counterexample
    assert found is not None
    left, right = found.left, found.right
    assert isinstance(left, Enclosure)
    assert isinstance(right, Enclosure)
    assert left.high < right.low or right.high < left.low


def test_known_activations_are_refuted_exactly_where_they_can_be() -> None:
    for sigma in ("relu", "linear", "tanh", "sigmoid"):
        found = bp.check(f"dsigma(z[l,j]) = a[l,j]^2 with sigma = {sigma}").counterexample
        assert found is not None
        assert not isinstance(found.left, Enclosure)


def test_a_page_shows_the_ranges_as_mathematics() -> None:
    shown = bp.check(TRUE[0])._repr_markdown_()
    assert r"$2 \le l \le L-1$, $L \ge 3$, $1 \le j \le n_{l}$" in shown
    assert "<=" not in shown


def test_ranges_are_those_of_what_is_left_free() -> None:
    assert bp.check(TRUE[0]).ranges == ("2 <= l <= L-1", "L >= 3", "1 <= j <= n[l]")
    assert bp.check("delta[2,3] = delta[2,3]").ranges == ("L >= 2", "n[2] >= 3")
    assert bp.check("d(C,b[l,j]) = delta[l,j] for l = L-1").ranges[0] == "l = L-1"
    assert bp.check("d(C,b[l,j]) = delta[l,j] for l = 2, L = 4").ranges[:2] == ("l = 2", "L = 4")


def test_a_text_that_is_no_claim_is_an_error_that_points_at_the_place() -> None:
    with pytest.raises(ParseError, match=r"\^"):
        bp.check("delta[l,j] = sum(k, w[l+1,k,j]*delta[l+1,k]")


def test_the_verdict_speaks_both_languages() -> None:
    verdicts = [bp.check(text) for text in (TRUE[0], *FALSE, *SENSELESS, UNDECIDED[0])]
    for verdict in verdicts:
        assert verdict.text.en != verdict.text.zh
        for text in (verdict.explanation, *(d.text for d in verdict.diagnoses)):
            assert text.en
            assert any("\u4e00" <= character <= "\u9fff" for character in text.zh)
            assert not any("\u4e00" <= character <= "\u9fff" for character in text.en)


@pytest.mark.parametrize(
    ("text", "chinese"),
    [
        ("dsigma(z[l,j]) = a[l,j]*(1-a[l,j])", "对 S 型（sigmoid）函数成立"),
        ("delta[L] = (a[L] - y)*dsigma(z[L])", "对二次代价函数（quadratic）成立"),
        ("a[l,j] = z[l,j]*dsigma(z[l,j]) with sigma = relu", "修正线性单元（ReLU，不可导点处约定"),
        (
            "delta[L] = a[L] - y with sigma = sigmoid, cost = cross_entropy",
            "交叉熵代价函数（cross_entropy）都成立",
        ),
    ],
)
def test_a_chinese_verdict_calls_functions_by_their_titles(text: str, chinese: str) -> None:
    verdict = bp.check(text)
    assert chinese in verdict.explanation.zh
    assert "the activation" in verdict.explanation.en or "the cost" in verdict.explanation.en


def test_the_verdict_can_be_shown() -> None:
    verdict: Verdict = bp.check("delta[L,j] = dsigma(z[L,j])/2")
    assert "refuted" in str(verdict)
    assert verdict._repr_markdown_().startswith("$")
    assert verdict.diagnosis is None or verdict.diagnosis.en
    assert verdict.counterexample is not None
    assert r"\ne" in verdict.counterexample._repr_latex_()
    shown = bp.check("delta[l] = (w[l+1] @ delta[l+1]) * dsigma(z[l])")._repr_markdown_()
    assert r"\odot" in shown
    assert "(2, 2, 2)" in shown
    assert "(w^{l+1})^T" in shown.split("transposed")[1]
    bp.set_language("zh")
    try:
        assert "不成立" in str(verdict)
    finally:
        bp.set_language("en")


@given(st.sampled_from([*TRUE, *FALSE, *SENSELESS]), st.lists(st.integers(0, 10**6), min_size=1, max_size=2))
@settings(max_examples=60)
def test_whatever_is_written_gets_a_verdict(text: str, choices: list[int]) -> None:
    claim = understood(text)
    for choice in choices:
        options = list(edits(claim))
        claim = options[choice % len(options)].claim
    verdict = bp.check(claim, seconds=1.0)
    assert verdict.status in ("holds", "refuted", "ill-formed", "undecided")
    assert verdict.text.zh


def test_no_time_is_an_honest_answer() -> None:
    verdict = bp.check(TRUE[0], seconds=0.0)
    assert verdict.status == "undecided"
    assert "time" in verdict.explanation.en


def test_a_slow_machine_says_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    """Only the time that is allowed in the end is one on the clock: before that, steps are counted."""
    wrong = "delta[2] = T(w[3]) @ T(w[4]) @ delta[4] * dsigma(z[2])"
    usual = bp.check(wrong)
    passing = itertools.count(0, 1000)
    monkeypatch.setattr(forms.time, "thread_time", lambda: float(next(passing)))
    slow = bp.check(wrong, seconds=math.inf)
    assert usual.diagnosis is not None
    assert slow.text == usual.text


def test_steps_end_what_time_would_not(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(verdicts, "DECISION", 3)
    verdict = bp.check(TRUE[0], seconds=math.inf)
    assert verdict.status == "undecided"
    assert "steps" in verdict.explanation.en


def test_a_search_for_changes_that_ends_early_leaves_the_special_cases(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    wrong = "delta[L,j] = a[L,j] - y[j] with cost = quadratic"
    special = [d.kind for d in bp.check(wrong).diagnoses][1:]
    assert special == ["activation"]
    monkeypatch.setattr(diagnosis, "REPAIRS", 0)
    assert [d.kind for d in bp.check(wrong).diagnoses] == special


@pytest.mark.parametrize("sigma", elementwise_activations)
def test_what_is_known_of_an_activation_is_so(sigma: str) -> None:
    act = elementwise_activations[sigma]
    places = np.array([-3.0, -1.25, -0.5, 0.5, 1.25, 3.0])
    found = known.reflection(sigma)
    if found is not None:
        sign, rest = found
        mirrored = sign * act.numpy(places) + sum(float(c) * places**n for (n,), c in rest)
        assert np.allclose(act.numpy(-places), mirrored)
    value, slope = known.value_at_zero(sigma, 0), known.value_at_zero(sigma, 1)
    assert value is None or np.isclose(act.numpy(np.array(0.0)), float(value))
    assert slope is None or np.isclose(act.numpy_derivative(np.array(0.0)), float(slope))
    assert known.value_at_zero(sigma, 2) is None


def test_what_is_known_of_functions_without_intervals() -> None:
    for claim in (
        "sigma(-z[l,j]) = a[l,j] - z[l,j] with sigma = gelu",
        "dsigma(-b[l,j]) = dsigma(b[l,j]) with sigma = arctan",
    ):
        assert bp.check(claim).status == "holds"


def test_no_function_is_said_to_be_what_it_is_not() -> None:
    for claim in (
        "sigma(-z[l,j]) = -sigma(z[l,j]) with sigma = sigmoid",
        "sigma(-z[l,j]) = sigma(z[l,j]) with sigma = tanh",
        "dsigma(-b[l,j]) = -dsigma(b[l,j]) with sigma = sigmoid",
        "sigma(0) = 1 with sigma = sigmoid",
        "sigma(-b[l,j]) = sigma(b[l,j]) + b[l,j] with sigma = silu",
    ):
        assert bp.check(claim).status == "refuted"


@pytest.mark.parametrize(
    "text",
    [
        "delta[l,j] = sum(k, w[l+1,k,j]*delta[l+1,k])",
        "dsigma(z[l,j])^2 = dsigma(z[l,j]) with sigma = leaky_relu",
        "d(delta[l,j], z[l,j]) = 1",
        "z[l,j]/(n[l]-1) = z[l,j]/(n[l]-1)",
    ],
)
def test_the_reason_says_more_than_the_status(text: str) -> None:
    verdict = bp.check(text)
    for language in ("en", "zh"):
        reason = verdict.reason.in_language(language)
        assert reason not in verdicts.STATUS[verdict.status].in_language(language)
        assert " 0 " not in reason.partition("divisor")[0].partition("除数")[0]
    lines = [line.en for line in verdict.lines]
    assert all("\n" not in line for line in lines[:-1])
    assert verdict.counterexample is None or lines[-1].count("\n") >= 2


def test_a_repair_with_a_letter_that_the_language_cannot_read_is_shown() -> None:
    verdict = bp.check(r"\Delta w_{ij} = \eta \delta_j o_i")
    assert verdict.status == "refuted"
    assert verdict.mended is not None
    assert r"-\eta \delta_{j} o_{i}" in verdict._repr_markdown_()
    assert r"\eta &= 1" in verdict._repr_markdown_()


def test_a_place_that_is_no_fraction_is_told_by_its_first_decimals():
    verdict = bp.check("dsigma(C) = C with cost = cross_entropy")
    assert not verdict.holds
    assert "σ'(1.38629…)" in verdict.counterexample.values
    assert fails_at(verdict.claim, verdict.counterexample)
