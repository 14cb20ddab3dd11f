"""No wrong variant of an equation gets through; and those who say so would notice."""

import json
import random
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sympy import Sum

import bpderive as bp
from bpderive.errors import Refuted
from bpderive.letters.statements import Statement
from bpderive.letters.symbols import L, b
from bpderive.proofs.beyond.letters import r
from bpderive.workbook.language import parse, written
from bpderive.workbook.verdict.decide import holds
from bpderive.workbook.verdict.edits import edits
from bpderive.workbook.verdict.errors import IllFormed, TooHard
from bpderive.workbook.verdict.forms import Clock
from bpderive.workbook.verdict.search import find_counterexample
from mutants import __main__, graph_numbers, harness
from mutants.claims import NotTranslated, claim_of
from mutants.graphs import GraphSubject, graph_subjects
from mutants.subjects import NETWORKS, Subject, subjects
from tests import numerically

SUBJECTS = list(subjects())
BEYOND = list(graph_subjects())
RESULTS = json.loads((Path(__file__).parents[1] / "mutants" / "results.json").read_text("utf-8"))
GRAPHS = [subject for subject in BEYOND if isinstance(subject, GraphSubject)]
PLAIN = [subject for subject in SUBJECTS if not subject.one_neuron]


def test_every_equation_and_every_step_is_varied() -> None:
    numbers = {subject.number for subject in SUBJECTS} | {"46"}
    assert set(bp.equations) <= numbers
    proofs = [number for number, equation in bp.equations.items() if equation.proof and not equation.part_of]
    assert {f"proof of {number}" for number in proofs} <= numbers
    beyond = {subject.number for subject in BEYOND}
    assert set(bp.equations.further) <= beyond
    proved = [number for number, equation in bp.equations.further.items() if equation.proof]
    assert {f"proof of {number}" for number in proved} <= beyond


@pytest.mark.parametrize(
    "subject", SUBJECTS, ids=lambda subject: f"{subject.number}: {written(subject.claim)}"
)
def test_what_is_varied_holds(subject: Subject) -> None:
    assert holds(subject.claim, Clock(5), one_neuron=subject.one_neuron)
    assert subject.agrees(subject.claim)


@pytest.mark.parametrize("subject", GRAPHS, ids=lambda subject: f"{subject.number}: {subject.statement}")
def test_what_is_varied_beyond_the_chapter_holds(subject: GraphSubject) -> None:
    assert subject.decided(subject.statement) == "true"


def test_a_false_counterexample_beyond_the_chapter_is_not_confirmed() -> None:
    known = bp.equations["R7"]
    wrong = replace(known.statement, sides=(known.statement.lhs, 2 * known.statement.rhs))
    with pytest.raises(Refuted) as raised:
        known.judge(wrong)
    found = raised.value.counterexample
    assert graph_numbers.confirms(wrong.sides, found)
    assert not graph_numbers.confirms(known.statement.sides, found)
    for false in (
        replace(found, left=Fraction(99)),
        replace(found, left=found.right),
        replace(found, values=dict.fromkeys(found.values, Fraction(5))),
    ):
        assert not graph_numbers.confirms(wrong.sides, false)


def test_what_is_only_true_of_small_networks_is_not_called_true() -> None:
    """A term that no network here is deep enough to have: nothing refutes it, and nothing proves it."""
    known = bp.equations["R4"].statement
    deep = Sum(b(r)[0, 0], (r, 9, L))
    [subject] = [each for each in GRAPHS if each.number == "R4"]
    assert subject.decided(replace(known, sides=(known.lhs, known.rhs + deep))) == "escaped"


# One of each kind: a quotient, an equation of the chapter, one beyond it.
@pytest.mark.parametrize("number", ["46", "BP4", "R4"])
def test_nothing_escapes(number: str) -> None:
    """`python -m mutants` says the same of all."""
    [row] = harness.survey(lambda other: other == number)
    assert row.made > 10
    assert row.counts["refuted"] > 10
    assert row.escaped == []


def test_the_committed_counts_are_those_of_the_present_variants() -> None:
    made: dict[str, int] = {}
    for subject in (*SUBJECTS, *BEYOND):
        made[subject.number] = made.get(subject.number, 0) + len(list(subject.variants()))
    made["46"] = len(list(harness.quotients()))
    assert {number: row["made"] for number, row in RESULTS.items()} == made
    for row in RESULTS.values():
        assert row["escaped"] == 0
        assert row["made"] == row["refuted"] + row["ill-formed"] + row["true"]


def test_the_table_is_printed_and_kept(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "results.json"
    assert __main__.main(["29", "46", "--true", "--write", str(file)]) == 0
    printed = capsys.readouterr().out
    assert "true, (29): delta[l, j] = d(C, b[l, j])" in printed
    assert json.loads(file.read_text("utf-8")) == {number: RESULTS[number] for number in ("29", "46")}


def test_an_escape_is_shown(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(numerically, "confirms", lambda claim, found: False)
    assert __main__.main(["29"]) == 1
    assert "escaped, (29): delta[l, j] = -d(C, z[l, j])" in capsys.readouterr().out


def test_a_false_counterexample_is_not_confirmed() -> None:
    found = bp.check("delta[l,j] = sum(k, w[l+1,k,j]*delta[l+1,k])").counterexample
    claim = parse("delta[l,j] = sum(k, w[l+1,k,j]*delta[l+1,k])")
    assert found is not None
    assert numerically.confirms(claim, found)
    assert not numerically.confirms(claim, replace(found, left=Fraction(99)))
    assert not numerically.confirms(claim, replace(found, left=found.right))
    assert not numerically.confirms(
        claim, replace(found, values={name: Fraction(5) for name in found.values})
    )
    assert not numerically.confirms(
        parse("delta[l,j] = sum(k, w[l+1,k,j]*delta[l+1,k])*dsigma(z[l,j])"), found
    )


def test_what_the_language_has_no_words_for_is_said() -> None:
    with pytest.raises(NotTranslated):
        claim_of(Statement((bp.equations["46"].statement.rhs,) * 2))


@given(st.sampled_from(PLAIN), st.integers(0, 10**6), st.integers(0, 10**6))
def test_two_mistakes_at_once_are_judged_rightly(subject: Subject, first: int, second: int) -> None:
    """Variants that stand nowhere: what holds is true in numbers, and what is refuted is false in them."""
    claim = subject.claim
    for choice in (first, second):
        options = list(replace(subject, claim=claim).variants())
        claim = options[choice % len(options)]
    try:
        if holds(claim, Clock(5)):
            chosen = random.Random(first)
            assert True not in {numerically.differs(claim, chosen, sizes=sizes) for sizes in NETWORKS}
        else:
            found = find_counterexample(claim, Clock(5))
            assert found is None or numerically.confirms(claim, found)
    except (IllFormed, TooHard):
        return


def test_edits_say_what_they_change() -> None:
    claim = parse("delta[l] = (T(w[l+1]) @ delta[l+1]) * dsigma(z[l])")
    for edit in edits(claim):
        assert edit.text.en != edit.text.zh
        assert edit.kind
