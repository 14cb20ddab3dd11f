"""The card with the four equations: its formulas and its words from the registry, in both languages."""

from __future__ import annotations

import re
from xml.etree import ElementTree

import pytest

from bpderive.equations import equations
from bpderive.letters.symbols import plain
from bpderive.sphinxext import card
from bpderive.sphinxext.card import CARD, letters, meaning, standalone
from bpderive.sphinxext.mathml import Typesetter

SVG = "{http://www.w3.org/2000/svg}"
MATHML = "{http://www.w3.org/1998/Math/MathML}"


@pytest.fixture(scope="module")
def typeset(node_modules):
    typesetter = Typesetter(node_modules.parent)
    yield lambda latex: typesetter.mathml(latex, display=False)
    typesetter.close()


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_file_holds_what_the_registry_says(typeset, language):
    made = standalone(typeset, language)
    picture = ElementTree.fromstring(made)
    words = ["".join(e.itertext()) for e in picture.iter(f"{SVG}text")]
    told = picture.find(f"{SVG}desc").text
    for component, matrix in CARD:
        assert equations[component].title.in_language(language) in words
        assert f"({component})" in words
        for number, form in ((component, "component"), (matrix, "matrix")):
            assert plain(equations[number].latex(form)) in told
    assert len(list(picture.iter(f"{MATHML}math"))) == 2 * len(CARD) + len(letters())
    assert not re.search(r"[$\\^_]", "".join(words))
    assert "href" not in made
    assert made == standalone(typeset, language)


def test_another_statement_makes_another_card(typeset, monkeypatch):
    before = standalone(typeset, "en")
    monkeypatch.setattr(card, "CARD", (("BP1", "30"), *CARD[1:]))
    assert standalone(typeset, "en") != before


def test_each_letter_is_explained_in_a_line():
    for letter in letters():
        for language in ("en", "zh"):
            said = meaning(letter, language)
            assert letter.meaning.in_language(language).startswith(said.rstrip())
            assert 0 < len(said) < 70


def test_the_card_on_a_page_links_its_file(book):
    pages = {"index": "# Page\n\n```{summary-card}\n```\n"}
    for language in ("en", "zh_CN"):
        made = book(pages, language)
        assert made.warnings == ""
        page = made.page()
        assert len(page.select(".bp-card .bp-row")) == len(CARD)
        assert len(page.select(".bp-card .bp-row math[display=block]")) == 2 * len(CARD)
        assert len(page.select(".bp-letters dt")) == len(page.select(".bp-letters dd")) == len(letters())
        [link] = page.select(".bp-download a")
        assert link["href"] == f"_static/four-equations-{language[:2]}.svg"


def test_the_file_is_written_with_the_pages(book, monkeypatch):
    monkeypatch.setattr("bpderive.sphinxext.fonts._install", lambda *_: None)
    made = book({"index": "# Page\n\n```{summary-card}\n```\n"}, bpderive_fonts=True)
    for language, title in (("en", "The four equations"), ("zh", "四个基本方程")):
        drawn = (made.folder / "_static" / f"four-equations-{language}.svg").read_text("utf-8")
        assert title in drawn
        assert drawn.count("@font-face") == 1
