"""Slips of students that stand nowhere in the code: what is said of each, in text and in LaTeX."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import bpderive as bp
from bpderive.workbook.language import in_latex, parse, written
from bpderive.workbook.language.arrays import is_array

SLIPS = [
    tuple(part.strip() for part in line.split("|"))
    for line in Path(__file__).with_name("slips.txt").read_text("utf-8").splitlines()
    if not line.startswith("#")
]
"""What was written, the verdict, and the equation that the diagnosis arrives at, or a kind of special case."""

IN_COMPONENTS = [row for row in SLIPS if not any(map(is_array, parse(row[0]).sides))]


@pytest.mark.parametrize(("text", "status", "mended"), SLIPS)
def test_a_slip_is_refused_and_mended(text: str, status: str, mended: str) -> None:
    verdict = bp.check(text)
    assert verdict.status == status
    if "=" in mended:
        assert verdict.mended == mended
        assert bp.check(mended).status == "holds"
    else:
        assert verdict.mended is None
        assert [d.kind for d in verdict.diagnoses] == [mended]


@pytest.mark.parametrize(("text", "status", "mended"), IN_COMPONENTS)
def test_the_same_in_latex(text: str, status: str, mended: str) -> None:
    equation, *options = re.split("( for .*| with .*)", text)
    verdict = bp.check(f"{in_latex(parse(equation))} {''.join(options)}")
    assert verdict.status == status
    if "=" in mended:
        assert verdict.mended is not None
        assert bp.check(verdict.mended).status == "holds"


@pytest.mark.parametrize(
    "text",
    [
        "d(z[l,j], w[l,j,k]) = a[l-1,k]",
        "d(a[l,j], b[l,j]) = dsigma(z[l,j])",
        "d(z[l+1,k], w[l+1,k,j]) = a[l,j]",
    ],
)
def test_an_index_may_stand_on_one_side_where_the_equation_is_true(text: str) -> None:
    verdict = bp.check(text)
    assert verdict.status == "holds"
    assert written(verdict.claim) == written(parse(text))
    assert bp.check(f"{text} + 1").holds is False


def test_a_true_equation_written_for_one_component() -> None:
    for letter in ("a[l]*(1-a[l])", "(1-a[l])*a[l]"):
        verdict = bp.check(f"dsigma(z[l]) = {letter} with sigma = sigmoid")
        assert "is a number" in verdict.explanation.en
        assert [d.kind for d in verdict.diagnoses][:1] == ["components"]
