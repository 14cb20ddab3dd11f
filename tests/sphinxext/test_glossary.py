"""The glossary, the links to it, what search finds by name, and where each equation is used."""

from __future__ import annotations

import json

import pytest

from bpderive.letters.table import table as letters
from bpderive.sphinxext.glossary import Term, terms
from bpderive.sphinxext.sidebyside import pair
from tests.sphinxext.conftest import DOCS

CSV = """english,chinese,symbol,forbidden,note
weight,权重,$w^l_{jk}$,权值,for translators only
weight matrix,权重矩阵,$w^l$,,
error (of a neuron),误差,$\\delta^l_j$,,
row,行,,,
"""
PAGE = {"glossary": "# Glossary\n\n```{glossary-table}\n```\n"}


@pytest.fixture
def with_glossary(book, tmp_path):
    """Build pages with a glossary."""
    (tmp_path / "source").mkdir()
    (tmp_path / "source" / "glossary.csv").write_text(CSV, "utf-8")
    return lambda pages, *arguments, **settings: book(PAGE | pages, *arguments, **settings)


def test_each_term_is_a_line_with_its_letter_in_both_languages(with_glossary):
    made = with_glossary({"index": "# Page\n\n```{equation} 29\n```\n"})
    rows = made.page("glossary").select("tbody tr")
    assert [row["id"] for row in rows] == [
        "term-error-of-a-neuron",
        "term-row",
        "term-weight",
        "term-weight-matrix",
    ]
    error = rows[0]
    assert [(cell["lang"], cell.get_text()) for cell in error.select("span[lang]")] == [
        ("en", "error (of a neuron)"),
        ("zh-CN", "误差"),
    ]
    assert "how fast the cost changes" in error.get_text()
    assert error.find("a")["href"] == "index.html#eq-29"
    assert "for translators" not in made.words("glossary")


DEFINED = """english,chinese,symbol,definition,definition_zh,also,also_zh,where
cost function,代价函数,$C$,How wrong the outputs are.,输出错得多厉害。,loss,损失函数,costs
row,行,,,,,,nowhere
"""


@pytest.mark.parametrize(
    ("language", "told"),
    [("en", ["How wrong the outputs are.", "Also: loss"]), ("zh_CN", ["输出错得多厉害。", "又称：损失函数"])],
)
def test_a_term_has_its_definition_its_other_names_and_the_page_that_introduces_it(
    with_glossary, tmp_path, language, told
):
    (tmp_path / "source" / "glossary.csv").write_text(DEFINED, "utf-8")
    made = with_glossary({"index": "# Page\n", "costs": "# Costs\n"}, language)
    cost, row = made.page("glossary").select("tbody tr")
    assert all(words in cost.get_text() for words in told)
    assert [(link["href"], link.get_text()) for link in cost.select("a")][-1] == ("costs.html", "Costs")
    assert row.get_text(" ", strip=True) == "row 行"


def test_other_names_in_one_language_alone_do_not_keep_the_languages_from_being_paired(
    with_glossary, tmp_path
):
    head = "english,chinese,symbol,definition,definition_zh,also,also_zh,where"
    only = f"{head}\nbase case,奠基,,First.,先证。,,归纳奠基,\n"
    (tmp_path / "source" / "glossary.csv").write_text(only, "utf-8")
    english, chinese = (
        str(with_glossary({"index": "# Page\n"}, language).page("glossary").find("table"))
        for language in ("en", "zh_CN")
    )
    assert "归纳奠基" in pair(english, chinese)


def test_every_term_of_the_book_has_a_definition_in_both_languages_and_a_page():
    for term in terms(DOCS / "glossary.csv"):
        assert term.definition, term.en
        assert term.definition.en.endswith("."), term.en
        assert term.definition.zh.endswith("。"), term.en
        assert (DOCS / f"{term.where}.md").is_file(), term.en


def test_the_first_use_of_a_term_leads_to_the_glossary(with_glossary):
    text = (
        "# The error\n\nThe `error` of a **weight matrix**, its weights; Weights and rows.\n\n"
        "The [weight](glossary.md) and the errors, an error, a terror.\n"
    )
    made = with_glossary({"index": text})
    links = made.page().select("a.bp-term")
    assert [(link.get_text(), link["href"]) for link in links] == [
        ("weight matrix", "glossary.html#term-weight-matrix"),
        ("weights", "glossary.html#term-weight"),
        ("errors", "glossary.html#term-error-of-a-neuron"),
    ]
    assert links[0]["title"] == "权重矩阵"
    assert "The error of a weight matrix , its weights ; Weights and rows." in made.words()


def test_a_word_that_means_something_else_is_no_use_of_the_term(with_glossary):
    made = with_glossary({"index": "# Page\n\nThe error function, its largest error, and the error.\n"})
    (link,) = made.page().select("a.bp-term")
    assert link.previous_sibling == "The error function, its largest error, and the "


def test_the_chinese_page_links_the_chinese_terms(with_glossary):
    made = with_glossary(
        {"index": "# Page\n\nThe rows of the weight matrix\n"},
        "zh_CN",
        {"index": {"The rows of the weight matrix": "权重矩阵的每一行，每个误差"}},
    )
    assert [link.get_text() for link in made.page().select("a.bp-term")] == ["权重矩阵", "误差"]


def test_without_a_glossary_there_are_no_links(book):
    assert not book({"index": "# Page\n\nthe error\n"}).page().select("a.bp-term")


def test_a_glossary_that_is_not_there_is_an_error(book):
    assert (
        "There is no glossary at missing.csv"
        in book({"index": PAGE["glossary"]}, bpderive_glossary="missing.csv").warnings
    )


def test_the_books_glossary_has_an_anchor_of_its_own_for_each_term():
    found = terms(DOCS / "glossary.csv")
    assert len({term.anchor for term in found}) == len(found) > 80
    assert all(term.en and term.zh for term in found)


def test_a_remark_is_no_part_of_what_a_text_says():
    assert Term("width (of a layer)", "宽度", "n_l").said == "width"


def _objects(made):
    script = (made.folder / "searchindex.js").read_text("utf-8")
    found = json.loads(script.removeprefix("Search.setIndex(").removesuffix(")"))
    return {
        (found["objnames"][str(kind)][2], found["docnames"][page], anchor): name
        for names in found["objects"].values()
        for page, kind, _, anchor, name in names
    }


def test_search_finds_equations_letters_and_terms_by_name(with_glossary):
    pages = {"index": "# Page\n\n```{equation} BP2\n```\n", "notation": "# N\n\n```{notation-table}\n```\n"}
    found = _objects(with_glossary(pages))
    assert found["equation", "index", "eq-bp2"] == "(BP2) The error in terms of the error in the next layer"
    assert found["letter", "notation", "letter-delta-l-j"].startswith("δ^l_j, delta: the error of a neuron")
    assert found["term", "glossary", "term-weight"] == "weight 权重"
    chinese = _objects(with_glossary(pages, "zh_CN"))
    assert chinese["公式", "index", "eq-bp2"].startswith("(BP2) 用下一层")


def test_each_letter_has_a_name_of_its_own():
    assert len({letter.name for letter in letters}) == len(letters)


def test_the_index_tells_where_each_equation_is_used(with_glossary):
    pages = {
        "index": "# Index\n\n```{equation-index}\n```\n",
        "one": "# One\n\n```{equation} BP2\n```\n\nAs {eq}`eq-bp2` says.\n",
        "two": "# Two\n\nFirst.\n\n## Later\n\nIt follows from {eq}`eq-bp2`, and {eq}`eq-bp2`.\n",
        "three": "# Three\n\n```{equation} BP2\n:again:\n```\n",
    }
    entry = with_glossary(pages).page().find(id="check-bp2")
    used = entry.select(".bp-places")[1]
    assert used.get_text() == "used in Three, Two"
    assert [link["href"] for link in used.select("a")] == ["three.html#three", "two.html#later"]
