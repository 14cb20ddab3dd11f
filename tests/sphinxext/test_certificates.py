"""The marks on the pages are those of the certificates made in the build: falsify one, and the page changes."""

from __future__ import annotations

import dataclasses

import pytest

from bpderive.equations import Certificate, Equation, equations
from bpderive.errors import Refuted, StepError
from bpderive.sphinxext.words import CHECKED

PAGE = {"index": "# Page\n\n```{equation} BP2\n```\n"}
GENERAL, CONCRETE = "proved in general", "exact on "


@pytest.fixture
def falsify(monkeypatch):
    """`falsify(change)`: every check of an equation gives what `change(certificate)` makes of its certificate."""

    def falsify(change):
        original = Equation.check
        monkeypatch.setattr(Equation, "check", lambda self: change(original(self)))

    return falsify


def test_the_marks_are_those_of_the_certificate(book):
    certificate = equations["BP2"].check()
    made = book(PAGE)
    assert not made.failed
    assert certificate.kinds == ("general", "concrete")
    assert made.marks() == [GENERAL, f"{CONCRETE}{len(certificate.networks)} networks"]


def test_a_certificate_without_the_general_proof_has_no_such_mark(book, falsify):
    falsify(lambda certificate: dataclasses.replace(certificate, kinds=("concrete",)))
    assert [mark[: len(CONCRETE)] for mark in book(PAGE).marks()] == [CONCRETE]


def test_what_is_not_checked_looks_unchecked(book, falsify):
    falsify(lambda certificate: dataclasses.replace(certificate, kinds=()))
    made = book(PAGE)
    assert made.marks() == ["not checked"]
    assert made.page().select(".bp-mark-unchecked")
    assert book(PAGE, "zh_CN").marks() == ["未验证"]


def test_the_number_of_networks_is_counted(book, falsify):
    falsify(lambda certificate: dataclasses.replace(certificate, kinds=("concrete",), networks=((2, 2),)))
    assert book(PAGE).marks() == ["exact on 1 network"]


def test_every_kind_of_certainty_of_the_registry_has_words_in_both_languages():
    kinds = {kind for equation in equations.values() for kind in equation.check().kinds}
    assert kinds <= set(CHECKED)
    assert all(words.en != words.zh for words in CHECKED.values())


def test_a_kind_of_certainty_without_words_is_shown_by_its_name(book, falsify):
    falsify(lambda certificate: dataclasses.replace(certificate, kinds=("guessed",)))
    assert book(PAGE).marks() == ["guessed"]


@pytest.mark.parametrize(
    "error", [Refuted("on (2, 2): 3/7 ≠ 1/7"), StepError("step 3: expected x, came out y")]
)
@pytest.mark.parametrize("page", ["```{equation} BP2\n```", "```{derivation} BP2\n```"])
def test_a_refuted_equation_is_an_error_with_its_counterexample(book, monkeypatch, error, page):
    def check(self: Equation) -> Certificate:
        raise error

    monkeypatch.setattr(Equation, "check", check)
    made = book({"index": f"# Page\n\n{page}\n"})
    assert f"index.md:3: ERROR: equation (BP2) is refuted: {error}" in made.warnings
    assert f"refuted: {error}" in made.words()
    assert made.marks() == []
    assert made.failed


def test_each_equation_is_checked_once_in_a_build(book, monkeypatch):
    asked = []
    original = Equation.check
    monkeypatch.setattr(Equation, "check", lambda self: (asked.append(self.number), original(self))[1])
    again = "\n```{equation} BP2\n:again:\n```\n"
    book({"index": PAGE["index"] + again, "other": f"# Other\n{again}"})
    assert asked == ["BP2"]


def test_a_page_is_made_anew_when_the_library_has_changed(book, falsify):
    assert len(book(PAGE, bpderive_source="one").marks()) == 2
    falsify(lambda certificate: dataclasses.replace(certificate, kinds=()))
    assert len(book(PAGE, again=True, bpderive_source="one").marks()) == 2
    assert book(PAGE, again=True, bpderive_source="two").marks() == ["not checked"]


def test_marks_lead_to_the_proof_and_to_the_check(book):
    pages = PAGE | {
        "proofs": "# Proofs\n\n```{derivation} BP2\n```\n",
        "all": "# All\n\n```{equation-index}\n```\n",
    }
    made = book(pages)
    assert made.warnings == ""
    links = {a.get_text()[:5]: a["href"] for a in made.page().select(".bp-marks a")}
    assert links == {"prove": "proofs.html#proof-bp2", "exact": "all.html#check-bp2"}
    assert made.page("all").find(id="check-bp2")
