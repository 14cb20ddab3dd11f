"""Claims of any size get a verdict or an error of ours, and the limit that they reach is named."""

import random

import pytest

import bpderive as bp
from bpderive.cli import main
from bpderive.errors import ParseError
from bpderive.workbook.language import parse
from bpderive.workbook.verdict import verdict as verdicts

TOO_LARGE = {
    "(((((9^8)^8)^8)^8)^8)^8 = 1": "2000 bits",
    "sigma((((10^8)^8)^8)^8) = 0 with sigma = tanh": "2000 bits",
    "((((z[l,j]^8)^8)^8)^8)^8 = (((z[l,j]^8)^8)^8)^8 for l = L": "2000 bits",
    "sigma(10000*z[l,j]) = 0 with sigma = gaussian": "2000 bits",
    "sigma(-10000*z[l,j]^2) = 0 with sigma = sigmoid": "2000 bits",
    "sigma(900000000000*(z[l,j]^2+9)) = 0 with sigma = gaussian": "2^40",
}


@pytest.mark.parametrize("text", TOO_LARGE)
def test_the_limit_is_named(text):
    verdict = bp.check(text)
    assert verdict.status == "undecided"
    assert TOO_LARGE[text] in verdict.reason.en


def test_a_line_that_is_too_much_does_not_end_a_sheet(tmp_path, capsys):
    sheet = tmp_path / "sheet.txt"
    sheet.write_text("(((((9^8)^8)^8)^8)^8)^8 = 1\nz[l,j] = z[l,j]\n", "utf-8")
    main(["check", str(sheet)])
    assert "2 claims, 1 hold" in capsys.readouterr().out


def test_other_values_decide_where_some_are_out_of_reach():
    assert bp.check("sigma(-10000*z[l,j]) = 0 with sigma = sigmoid").status == "refuted"


def _expression(chosen: random.Random, depth: int) -> str:
    if not depth:
        leaves = ["z[l,j]", "z[l,k]", "a[l,j]", "w[l,j,k]", "delta[l,j]", "y[j]", "n[l]", "eq(j,k)"]
        return chosen.choice([*leaves, "C", "0", "1", "9", "1000000", "123456789012", "0.5"])
    one, other = (_expression(chosen, chosen.randrange(depth)) for _ in range(2))
    shapes = ["({a}+{b})", "({a}-{b})", "{a}*{b}", "({a})/({b})", "({a})^8", "({a})^-3", "sigma({a})"]
    shapes += ["dsigma({a})", "sum(m, {a}*z[l,m])", "d({a}, z[l,j])", "(-{a})"]
    return chosen.choice(shapes).format(a=one, b=other)


def test_nothing_but_verdicts_and_our_errors_come_out(monkeypatch):
    monkeypatch.setattr(verdicts, "DECISION", 300)
    monkeypatch.setattr(verdicts, "SEARCH", 100)
    monkeypatch.setattr(verdicts, "diagnose", lambda *_: ())
    chosen = random.Random(19)
    tails = ["", "sigma = relu", "sigma = tanh", "sigma = gaussian", "sigma = softplus", "cost = quadratic"]
    tails += ["cost = huber", "sigma = sigmoid, cost = cross_entropy"]
    for _ in range(300):
        text = f"{_expression(chosen, 4)} = {_expression(chosen, 2)}"
        tail = chosen.choice(tails)
        try:
            claim = parse(text + (f" with {tail}" if tail else ""))
        except ParseError:
            continue
        verdict = bp.check(claim)
        assert verdict.status in verdicts.STATUS, text
        assert str(verdict.text), text


def test_steps_are_taken_by_what_they_cost():
    assert bp.check("(((sum(k, z[l,k])^8)^8)^8)^8 = 0", 60).seconds < 30


def test_a_gradient_by_another_letter_is_our_error():
    with pytest.raises(ParseError, match="no letter Q"):
        bp.check(r"\nabla_{Q^l} C = \delta^l (a^{l-1})^T")
