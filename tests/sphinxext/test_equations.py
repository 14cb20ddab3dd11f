"""The directives `equation` and `derivation`, and the references to what they state."""

from __future__ import annotations

import re

import pytest

from bpderive.equations import equations
from bpderive.proofs import derivation

BP2 = "# Page\n\n```{equation} BP2\n```\n"


def test_every_equation_shows_its_number_title_formula_and_anchor(book):
    pages = {
        equation.label: f"# Page\n\n```{{equation}} {number}\n```\n" for number, equation in equations.items()
    }
    made = book(pages | {"index": "# Page\n"})
    assert made.warnings == ""
    for number, equation in equations.items():
        card = made.page(equation.label).find(class_="bp-equation")
        assert card.find(id=equation.label)
        assert card.find(class_="eqno").get_text() == f"({number})"
        assert card.select_one(".formula annotation").get_text() == equation.latex()
        assert card.find(class_="bp-title").get_text(" ").split()[0] == equation.title.en.split()[0]


def test_the_words_are_those_of_the_language(book):
    english, chinese = book({"index": BP2}), book({"index": BP2}, "zh_CN")
    assert chinese.warnings == ""
    title = equations["BP2"].title
    assert title.en in english.words()
    assert title.zh in chinese.words()
    assert "Theorem" in english.words()
    assert "定理" in chinese.words()


def test_both_forms_have_one_anchor_between_them(book):
    made = book({"index": BP2.replace("\n```\n", "\n:form: both\n```\n")})
    assert made.warnings == ""
    sources = [a.get_text() for a in made.page().select("annotation")]
    assert sources == [equations["BP2"].latex(form) for form in equations["BP2"].forms]
    assert len(made.page().find_all(id="eq-bp2")) == 1


def test_a_form_that_an_equation_has_not_is_an_error(book):
    number = next(n for n, equation in equations.items() if equation.forms == ("component",))
    made = book({"index": f"# Page\n\n```{{equation}} {number}\n:form: matrix\n```\n"})
    assert (
        f"index.md:3: ERROR: equation: Equation ({number}) has no matrix form; it has: component"
        in made.warnings
    )


@pytest.mark.parametrize("directive", ["equation", "derivation"])
def test_an_unknown_number_is_an_error_that_names_the_nearest(book, directive):
    made = book({"index": f"# Page\n\n\n```{{{directive}}} bp2a\n```\n"})
    assert f"index.md:4: ERROR: {directive}: There is no " in made.warnings
    assert "Did you mean 'BP2'?" in made.warnings


def test_an_equation_stated_twice_is_a_warning_unless_it_says_again(book):
    twice = book({"index": BP2, "other": BP2})
    assert "other.md:3: WARNING: (BP2) already stands on the page 'index'" in twice.warnings
    again = book({"index": BP2, "other": BP2.replace("\n```\n", "\n:again:\n```\n")})
    assert again.warnings == ""
    assert not again.page("other").find(id="eq-bp2")
    number = again.page("other").select_one(".eqno a")
    assert number["href"] == "index.html#eq-bp2"


def test_an_equation_may_move_to_a_page_that_is_read_before(book):
    assert not book({"earlier": "# Earlier\n", "index": BP2}).warnings
    moved = book({"earlier": BP2, "index": "# Page\n\n{eq}`eq-bp2`\n"}, again=True)
    assert not moved.warnings
    assert moved.page().select_one("a.reference")["href"] == "earlier.html#eq-bp2"


def test_reading_a_page_anew_is_not_stating_twice(book):
    book({"index": BP2})
    made = book({"index": BP2 + "\nMore.\n"}, again=True)
    assert made.warnings == ""
    assert "More." in made.words()


def test_every_derivation_shows_every_step(book):
    proofs = {number: equation.proof for number, equation in equations.items() if equation.proof}
    proofs = {number: proof for number, proof in proofs.items() if proof.number == number}
    pages = {f"proof-{n.lower()}": f"# Page\n\n```{{derivation}} {n}\n```\n" for n in proofs}
    made = book(pages | {"index": "# Page\n"})
    assert made.warnings == ""
    for number, proof in proofs.items():
        parts = [part for _, part in proof.parts] or [proof]
        page = made.page(f"proof-{number.lower()}")
        shown = [step.find("annotation").get_text() for step in page.select(".bp-step")]
        assert shown == [step.latex() for part in parts for step in part.steps]
        assert page.find("details", id=f"proof-{number.lower()}").has_attr("open")


def test_numbered_steps_have_their_anchor_in_the_derivation(book):
    text = "# Page\n\nSee {eq}`eq-41`.\n\n```{derivation} BP2\n:closed:\n```\n\n```{derivation} BP2\n:again:\n```\n"
    made = book({"index": text})
    assert made.warnings == ""
    page = made.page()
    numbers = [str(n) for n in range(40, 46)]
    assert [page.find(id=f"eq-{n}").select_one(".eqno").get_text() for n in numbers] == [
        f"({n})" for n in numbers
    ]
    assert page.find("a", string="(41)")["href"] == "#eq-41"
    assert not page.find("details").has_attr("open")
    assert len(page.find_all(id="proof-bp2")) == 1


def test_the_reasons_speak_the_language_and_link_the_equations_they_name(book):
    pages = {"index": "# Page\n\n```{equation} 29\n```\n\n```{derivation} BP2\n```\n"}
    english, chinese = book(pages), book(pages, "zh_CN")
    reasons = [step.reason for step in derivation("BP2").steps]
    first = chinese.page().select(".bp-reason")[0]
    assert first.get_text().strip() == reasons[0].zh.strip()
    assert english.page().select_one(".bp-reason a")["href"] == "#eq-29"


def test_a_derivation_on_a_network_has_no_numbers_and_no_anchor(book):
    made = book({"index": "# Page\n\n```{derivation} BP2\n:network: 2,3,2\n```\n"})
    assert made.warnings == ""
    assert not made.page().select(".eqno")
    assert not made.page().find(id="proof-bp2")
    assert "on the network" in made.words()


def test_references_lead_to_the_equation_in_both_languages_and_from_translations(book):
    pages = {
        "index": BP2,
        "other": "# Other\n\nSee {eq}`eq-bp2` and {proof}`BP2`.\n\n```{derivation} BP2\n```\n",
    }
    messages = {"other": {"See {eq}`eq-bp2` and {proof}`BP2`.": "见 {proof}`BP2` 与 {eq}`eq-bp2`。"}}
    english, chinese = book(pages), book(pages, "zh_CN", messages)
    assert english.warnings == chinese.warnings == ""
    assert "See (BP2) and proof of (BP2)." in english.page("other").get_text()
    assert "见 (BP2) 的证明 与 (BP2)。" in chinese.page("other").get_text()
    for made in (english, chinese):
        links = {a.get_text(): a["href"] for a in made.page("other").select("p a.reference")}
        assert links["(BP2)"] == "index.html#eq-bp2"
        assert "#proof-bp2" in links.values()


def test_a_markdown_link_reaches_an_equation_or_a_proof_of_another_page(book):
    pages = {
        "index": "# Page\n\n[this](#eq-bp2), [why](#proof-bp2)\n",
        "other": BP2 + "\n```{derivation} BP2\n```\n",
    }
    made = book(pages)
    assert made.warnings == ""
    links = {a.get_text(): a["href"] for a in made.page().select("p a.reference")}
    assert links == {"this": "other.html#eq-bp2", "why": "other.html#proof-bp2"}


def test_an_equation_that_no_page_states_is_found_in_the_index(book):
    made = book({"index": "# Page\n\n{eq}`eq-46`\n", "all": "# Index\n\n```{equation-index}\n```\n"})
    assert made.warnings == ""
    assert made.page().find("a", string="(46)")["href"] == "all.html#check-46"


@pytest.mark.parametrize(
    ("text", "warning"),
    [
        ("{eq}`eq-46`", "Equation (46) stands on no page; state it with {equation} 46."),
        ("{eq}`eq-bp22`", "There is no equation label 'eq-bp22'. Did you mean 'eq-bp2'?"),
        ("{eq}`other`", "equation not found: other"),
        ("{proof}`BP2`", "There is no derivation on any page named 'BP2'."),
    ],
)
def test_a_reference_that_leads_nowhere_is_a_warning(book, text, warning):
    made = book({"index": f"# Page\n\n{text}\n"})
    assert re.search(r"index.md(:\d+)?: WARNING: " + re.escape(warning), made.warnings)
