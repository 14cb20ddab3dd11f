"""The registry: every equation states, proves and checks what the book says of it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bpderive import Certificate, equations
from bpderive.errors import Refuted, StepError

KINDS = {
    "definition": "23 z 26 29",
    "example": "24 28",
    "shorthand": "31 32",
    "approximation": "46 47 48 49 50 51 52",
    "step": "36 37 38 39 40 41 42 43 44 45",
    "theorem": "25 27 BP1 BP1a 30 BP2 BP3 BP4 33 34 35 53",
}
GENERAL = [*KINDS["theorem"].split(), *KINDS["step"].split()]


@pytest.mark.parametrize("number", equations)
def test_every_equation_passes_its_check(number: str) -> None:
    known = equations[number]
    found = known.check()
    assert isinstance(found, Certificate)
    assert found.number == number
    assert found.kinds
    assert found.seconds >= 0
    assert found.summary.en
    assert found.summary.zh
    assert str(found.seconds) not in found.summary.en
    if "concrete" in found.kinds:
        assert found.networks
        assert found.instances >= len(found.networks)
        assert str(found.instances) in found.summary.en
    if known.kind == "theorem":
        assert found.kinds == ("general", "concrete")


@pytest.mark.parametrize("number", equations)
def test_its_kind_and_titles(number: str) -> None:
    known = equations[number]
    assert number in KINDS[known.kind].split()
    assert known.title.en
    assert any("\u4e00" <= character <= "\u9fff" for character in known.title.zh)
    assert known.label == f"eq-{number.lower()}"
    assert known.printed in known.forms
    assert known.statement == known.stated(known.printed)
    assert set(known.forms) <= {"component", "matrix"}


def test_anchors_are_unique() -> None:
    assert len({known.label for known in equations.values()}) == len(equations)


@pytest.mark.parametrize("number", GENERAL)
def test_what_is_marked_as_proved_has_a_proof(number: str) -> None:
    assert equations[number].proof is not None
    assert "general" in equations[number].check().kinds


@pytest.mark.parametrize("number", [number for number in GENERAL if equations[number].kind == "theorem"])
def test_a_wrong_statement_or_a_wrong_proof_fails_the_check(number: str) -> None:
    known = equations[number]
    form = known.printed
    wrong = known.stated(form).with_rhs(2 * known.stated(form).rhs)
    with pytest.raises(Refuted):
        replace(known, **{form: wrong}).check()
    assert known.proof is not None
    step = known.proof.steps[-1]
    bad = replace(step, statement=step.statement.with_rhs(2 * step.statement.rhs))
    with pytest.raises(StepError):
        replace(known, proof=replace(known.proof, steps=(*known.proof.steps[:-1], bad))).check()


def test_definitions_are_not_called_proved() -> None:
    assert "general" not in equations["29"].check().kinds
    assert "general" not in equations["23"].check().kinds
    assert equations["24"].check().kinds == ("evaluated",)
