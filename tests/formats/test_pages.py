"""Finished pages as trees: what is read, what is left out, and how links are followed."""

from __future__ import annotations

import pytest

from formats.pages import parse, read_book, relink, sections, target_of, visible, xhtml

FRAME = (
    '<html lang="en"><head>{next}</head><body><nav><p>not text</nav><article class="bd-article">'
    '<section id="{name}"><h1>{title}<a class="headerlink" href="#{name}">#</a></h1> {text}</section>'
    "</article></body></html>"
)


@pytest.fixture
def folder(tmp_path):
    """A book of three pages, one in a folder below."""
    pages = [("index", "Start", "sub/one.html"), ("sub/one", "One", "../two.html"), ("two", "Two", "")]
    for name, title, following in pages:
        text = (
            '<p>See <a href="two.html#there">two</a><button>Copy</button> and more.</p> <section id="part"><h2>Part '
            "<math><semantics><mi>z</mi><annotation>z</annotation></semantics></math></h2><br></section>"
        )
        link = f'<link rel="next" title="x" href="{following}" />' if following else ""
        path = tmp_path / f"{name}.html"
        path.parent.mkdir(exist_ok=True)
        path.write_text(FRAME.format(next=link, name=name, title=title, text=text), "utf-8")
    return tmp_path


def test_the_pages_come_in_the_order_of_the_book(folder):
    book = read_book(folder)
    assert [(page.name, page.title, page.depth) for page in book] == [
        ("index", "Start", 0),
        ("sub/one", "One", 1),
        ("two", "Two", 0),
    ]


def test_what_is_for_the_browser_only_is_left_out_and_the_text_after_it_stays(folder):
    start = read_book(folder)[0].article
    assert "".join(visible(start)).split() == ["Start", "See", "two", "and", "more.", "Part", "z"]
    assert list(sections(start)) == [("part", "Part z")]


def test_links_lead_to_pages_and_anchors():
    assert target_of("index", "two.html#there") == ("two", "there")
    assert target_of("sub/one", "../two.html") == ("two", "")
    assert target_of("sub/one", "#here") == ("sub/one", "here")
    assert target_of("index", "https://example.org/two.html") == ("", "")
    assert target_of("index", "page.ipynb") == ("", "")


def test_links_are_given_other_addresses(folder):
    page = read_book(folder)[0]
    relink(page, lambda name, anchor: f"#{name}--{anchor}")
    assert [link.get("href") for link in page.article.iter("a")] == ["#two--there"]


def test_a_tree_is_written_as_xml_with_namespaces_and_the_capitals_of_svg():
    made = xhtml(
        parse('<div><svg viewBox="0 0 1 1"><path d="M0"/></svg><br><math><mi>a</mi></math>&amp;&nbsp;</div>')
    )
    assert '<svg viewBox="0 0 1 1" xmlns="http://www.w3.org/2000/svg"><path d="M0" /></svg><br />' in made
    assert '<math xmlns="http://www.w3.org/1998/Math/MathML">' in made
    assert "&amp;\u00a0" in made


@pytest.mark.parametrize("html", ["<div><p></div>", "<div>", "<p></div></p>"])
def test_a_tree_whose_elements_do_not_close_is_refused(html):
    with pytest.raises(ValueError, match=r"close"):
        parse(html)
