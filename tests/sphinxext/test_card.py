"""The card with the four equations: its formulas as outlines, its words from the registry, in both languages."""

from __future__ import annotations

import re
from xml.etree import ElementTree

import pytest

from bpderive.equations import equations
from bpderive.errors import ParseError
from bpderive.letters.symbols import plain
from bpderive.sphinxext.card import CARD, letters, meaning, standalone
from bpderive.sphinxext.fonts import SOURCE
from bpderive.sphinxext.outlines import Outliner

SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture(scope="module")
def font(node_modules):
    return node_modules / SOURCE


@pytest.fixture(scope="module")
def outliner(font):
    return Outliner(font)


def names(shape):
    return [glyph.name for glyph in shape.glyphs]


def places(shape):
    return {glyph.name: glyph for glyph in shape.glyphs}


@pytest.mark.parametrize("number", equations)
def test_what_an_outline_holds_is_as_wide_as_its_glyphs(outliner, number):
    """Every equation that has no matrix or text in it can be laid out, from left to right and without gaps."""
    for form in equations[number].forms:
        latex = equations[number].latex(form)
        if re.search(
            r"begin|text|lVert|dots|ldots|approx|epsilon|Delta|Sigma|equiv|mathbb|operatorname|bigl", latex
        ):
            continue
        shape = outliner.formula(latex)
        ends = [
            glyph.x + (outliner.advance(glyph.name) * glyph.scale if glyph.name else glyph.scale)
            for glyph in shape.glyphs
        ]
        assert max(ends) <= shape.width + 1e-9 < max(ends) + 0.3
        assert min(glyph.x for glyph in shape.glyphs) >= 0


def test_indices_stand_above_and_below_and_a_fraction_has_a_bar(outliner):
    shape = places(outliner.formula("w^{l}_{jk}"))
    letter, upper, lower = (shape[outliner.glyph(character)] for character in "𝑤𝑙𝑗")
    assert upper.y > letter.y > lower.y
    assert upper.x == lower.x > letter.x
    assert upper.scale == lower.scale < letter.scale
    assert outliner.formula("w_{jk}^{l}") == outliner.formula("w_{jk}^{l}")
    assert names(outliner.formula("w_{jk}^{l}")) == names(outliner.formula("w^{l}_{jk}"))
    fraction = outliner.formula(r"\frac{C}{z}")
    [bar] = [glyph for glyph in fraction.glyphs if not glyph.name]
    over, under = fraction.glyphs[0], fraction.glyphs[1]
    assert over.y > bar.y > under.y
    assert bar.scale > outliner.advance(over.name)


def test_brackets_around_a_sum_are_large_and_roman_stays_upright(outliner):
    large = places(outliner.formula(r"\left( z \right)"))
    assert outliner.glyph("(") not in large
    assert outliner.glyph("(") in places(outliner.formula("(z)"))
    assert outliner.glyph("i") in places(outliner.formula(r"a_{\rm in}"))
    assert outliner.glyph("𝑖") in places(outliner.formula("a_{in}"))


@pytest.mark.parametrize("latex", [r"\begin{matrix}", "a^{2", "a}", "漢"])
def test_what_cannot_be_an_outline_is_an_error(outliner, latex):
    with pytest.raises(ParseError):
        outliner.formula(latex)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_file_holds_what_the_registry_says(font, outliner, language):
    made = standalone(font, language)
    picture = ElementTree.fromstring(made)
    words = ["".join(e.itertext()) for e in picture.iter(f"{SVG}text")]
    told = picture.find(f"{SVG}desc").text
    for component, matrix in CARD:
        assert equations[component].title.in_language(language) in words
        assert f"({component})" in words
        for number, form in ((component, "component"), (matrix, "matrix")):
            assert plain(equations[number].latex(form)) in told
    assert len(list(picture.iter(f"{SVG}path"))) == 2 * len(CARD) + len(letters())
    assert not re.search(r"[$\\^_]", "".join(words))
    assert "href" not in made
    assert made == standalone(font, language)
    # The second form stands beside the first, and within the sheet.
    width = float(picture.get("viewBox").split()[2])
    for component, matrix in CARD:
        assert 25 * outliner.formula(equations[component].latex("component")).width < width / 2 - 86
        assert 25 * outliner.formula(equations[matrix].latex("matrix")).width < width / 2 - 88


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
        assert title in (made.folder / "_static" / f"four-equations-{language}.svg").read_text("utf-8")
