"""Both languages on one page: what is paired, what comes once, and what cannot be paired."""

from __future__ import annotations

import json
import re

import pytest

from bpderive.errors import ParseError
from bpderive.sphinxext.sidebyside import page, pair, parse, search_index, write_all


def test_what_is_the_same_comes_once():
    formula = '<div class="math" id="eq-bp2"><math><mi>a</mi></math></div>'
    assert (
        pair(f"<section>{formula}</section>", f"<section>{formula}</section>")
        == f"<section>{formula}</section>"
    )


def test_a_paragraph_stands_beside_its_original():
    assert pair("<p>One <em>word</em></p>", "<p>一个<em>词</em></p>") == (
        '<div class="both"><p lang="en">One <em>word</em></p> <p lang="zh-CN">一个<em>词</em></p></div>'
    )


@pytest.mark.parametrize("tag", ["h2", "td", "th", "dt", "caption", "figcaption", "summary", "li"])
def test_other_elements_hold_both_halves(tag):
    assert pair(f"<{tag}>word</{tag}>", f"<{tag}>词</{tag}>") == (
        f'<{tag}><span class="both"><span lang="en">word</span> <span lang="zh-CN">词</span></span></{tag}>'
    )


def test_blocks_are_paired_one_by_one_at_any_depth():
    english = "<ul><li><p>a</p><ul><li><p>b</p></li></ul></li><li><p>1</p></li></ul>"
    made = pair(english, english.replace("a</p>", "甲</p>").replace("b</p>", "乙</p>"))
    assert made.count('class="both"') == 2
    assert made.count("<li>") == 3


def test_words_outside_any_element_are_paired_too():
    made = pair("<div>word<p>1</p></div>", "<div>词<p>1</p></div>")
    assert '<span lang="en">word</span> <span lang="zh-CN">词</span>' in made


def test_an_anchor_and_the_link_to_it_are_there_once():
    link = '<a class="headerlink" href="#x" title="{}">#</a>'
    made = pair(
        f'<h2>Word <a id="note" href="#y">1</a>{link.format("Link")}</h2>',
        f'<h2>词 <a id="note" href="#y">1</a>{link.format("链接")}</h2>',
    )
    assert made.count('id="note"') == made.count("headerlink") == 1
    assert made.count('href="#y"') == 2


def test_words_that_are_heard_and_not_seen_are_those_of_the_page():
    image = '<p><img src="a.png" alt="{}"/></p>'
    assert pair(image.format("A drawing"), image.format("图")) == image.format("图")
    drawn = '<figure><svg role="img"><title>{}</title><path d="M0 0"/></svg></figure>'
    assert pair(drawn.format("A network"), drawn.format("网络")) == drawn.format("网络")


def test_code_that_differs_is_shown_twice():
    made = pair("<div><pre>print(word)</pre></div>", "<div><pre>print(词)</pre></div>")
    assert re.findall('<pre lang="(.*?)">', made) == ["en", "zh-CN"]


def test_the_program_of_a_cell_is_there_once():
    cell = '<div class="cell docutils"><div class="cell_input docutils"><pre>x = 1  # {}</pre></div></div>'
    assert pair(cell.format("the input"), cell.format("输入")) == cell.format("输入")


@pytest.mark.parametrize(
    ("english", "chinese"),
    [
        ("<div><p>a</p><p>b</p></div>", "<div><p>甲</p></div>"),
        ("<div><p>a</p></div>", "<div><ul><li>甲</li></ul></div>"),
        ("<div><p>a</p></div>", "<div>甲</div>"),
    ],
)
def test_pages_whose_parts_do_not_correspond_are_refused(english, chinese):
    with pytest.raises(ParseError, match="differ in their parts"):
        pair(english, chinese)


@pytest.mark.parametrize("broken", ["<div><p>a</div>", "<div>", "</div>"])
def test_what_is_not_closed_in_order_is_refused(broken):
    with pytest.raises(ParseError, match="closed"):
        parse(broken)


def test_attributes_may_hold_what_looks_like_a_tag():
    (element,) = parse('<a title="a > b" href="x">y</a>')
    assert str(element) == '<a title="a > b" href="x">y</a>'


PAGE = """<!DOCTYPE html><html lang="{code}"><head><title>{title} &#8212; {book}</title>
<link href="{up}_static/book.css"><script src="{up}_static/book.js"></script></head>
<body><nav><a aria-current="true" data-reading="{folder}" href="x">1</a><a data-reading="both" href="y">2</a></nav>
<a href="{up}other.html">a</a><article class="a"><p>{title}</p></article></body></html>"""


def _write(html, folder, name, **words):
    path = html / folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(PAGE.format(folder=folder, up="../" * name.count("/"), **words), "utf-8")


@pytest.fixture
def html(tmp_path):
    for name in ("one.html", "part/two.html"):
        _write(tmp_path, "en", name, code="en", title="Error", book="Book")
        _write(tmp_path, "zh", name, code="zh-CN", title="误差", book="书")
    return tmp_path


def test_the_page_says_which_way_of_reading_it_is_and_shares_the_files(html):
    assert write_all(html) == []
    made = (html / "both" / "part" / "two.html").read_text("utf-8")
    assert made.startswith('<!DOCTYPE html><html data-reading="both" lang="zh-CN">')
    assert "<title>误差 · Error &#8212; 书</title>" in made
    assert '<a data-reading="zh" href="x">1</a><a data-reading="both" aria-current="true" href="y">' in made
    assert 'href="../../zh/_static/book.css"' in made
    assert 'src="../../zh/_static/book.js"' in made
    assert 'href="../other.html"' in made


def test_pages_are_written_anew_when_a_source_is(html):
    write_all(html)
    made = html / "both" / "one.html"
    before = made.stat().st_mtime_ns
    write_all(html)
    assert made.stat().st_mtime_ns == before
    _write(html, "en", "one.html", code="en", title="Weight", book="Book")
    write_all(html)
    assert "Weight" in made.read_text("utf-8")


def test_a_page_that_is_gone_goes_and_one_that_lacks_a_language_is_told(html):
    write_all(html)
    (html / "zh" / "one.html").unlink()
    (html / "en" / "part" / "two.html").unlink()
    assert write_all(html) == ["part/two.html: not in English."]
    assert not (html / "both" / "one.html").exists()


def test_a_page_that_cannot_be_paired_is_told_by_name(html):
    text = (html / "en" / "one.html").read_text("utf-8").replace("<p>", "<p>more</p><p>")
    (html / "en" / "one.html").write_text(text, "utf-8")
    (told,) = write_all(html)
    assert told.startswith("one.html: In the page the two languages differ")


def _index(**parts):
    empty = {
        "objects": {},
        "docnames": ["a", "b"],
        "titles": [],
        "terms": {},
        "titleterms": {},
        "alltitles": {},
        "indexentries": {},
    }
    return f"Search.setIndex({json.dumps(empty | parts)})"


def test_the_index_has_the_terms_of_both():
    one = _index(titles=["A", "B"], terms={"x": [0, 1], "error": 0}, alltitles={"A": [[0, None]]})
    other = _index(titles=["甲", "乙"], terms={"x": 1, "误差": [0, 1]}, alltitles={"甲": [[0, None]]})
    made = json.loads(search_index(one, other).removeprefix("Search.setIndex(")[:-1])
    assert made["terms"] == {"x": [0, 1], "error": 0, "误差": [0, 1]}
    assert made["titles"] == ["甲 · A", "乙 · B"]
    assert set(made["alltitles"]) == {"A", "甲"}
    with pytest.raises(ParseError, match="different pages"):
        search_index(one, other.replace('"b"', '"c"'))


def test_a_piece_without_an_article_keeps_its_frame():
    assert "nothing" in page("<html><p>x</p></html>", "<html><p>nothing</p></html>", 1)
