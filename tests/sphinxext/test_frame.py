"""The frame of a page in both languages: each link once, its words twice, what is only heard in one attribute."""

from __future__ import annotations

import pytest

from bpderive.errors import ParseError
from bpderive.sphinxext.sidebyside import both_names, pair_frame


def test_a_link_comes_once_and_its_words_twice_each_with_its_language():
    made = pair_frame('<li> <a href="x">Search</a>\n</li>', '<li> <a href="x">搜索</a>\n</li>')
    assert made == (
        '<li> <a href="x"><span class="two-names"><span lang="en">Search</span> '
        '<span lang="zh-CN">搜索</span></span></a>\n</li>'
    )


def test_what_is_the_same_comes_once():
    same = '<nav><a lang="zh-CN" href="y">对照</a><script>let a = "x";</script></nav>'
    assert pair_frame(same, same) == same


def test_the_text_of_the_page_is_paired_paragraph_by_paragraph():
    both = pair_frame("<main><article><p>a</p></article></main>", "<main><article><p>甲</p></article></main>")
    assert both == (
        '<main><article><div class="both"><p lang="en">a</p> <p lang="zh-CN">甲</p></div></article></main>'
    )


def test_words_around_a_formula_are_paired_as_a_whole():
    formula = '<span class="math"><math><mi>z</mi></math></span>'
    made = pair_frame(f"<a>Why {formula} and not?</a>", f"<a>为什么是 {formula}？</a>")
    assert made == (
        f'<a><span class="two-names"><span lang="en">Why {formula} and not?</span> '
        f'<span lang="zh-CN">为什么是 {formula}？</span></span></a>'
    )


def test_an_attribute_says_both_and_only_where_they_differ():
    english, chinese = (
        '<input placeholder="Search" title="x" aria-label="Go">',
        '<input placeholder="搜索" title="x">',
    )
    assert both_names(english, chinese) == '<input placeholder="搜索 · Search" title="x">'
    assert both_names("<button>", '<button title="目录">') == '<button title="目录">'


@pytest.mark.parametrize("english", ["<ul><li>a</li></ul>", "<p>a</p>", "a"])
def test_frames_that_are_not_built_alike_are_refused(english):
    with pytest.raises(ParseError, match="frames of the two languages differ"):
        pair_frame(english, "<ul><li>甲</li><li>乙</li></ul>")
