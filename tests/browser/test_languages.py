"""Every word of a page is said to be in its language, and in both languages the frame of the page speaks both."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

from tests.browser.conftest import GENERATED, HTML, PAGES, WAYS

_VOID = ("br", "col", "hr", "img", "input", "link", "meta", "source", "wbr")
_SILENT = ("annotation", "code", "kbd", "math", "pre", "script", "style", "svg", "title")
_WORDS = re.compile(r"(?<!\w)[A-Za-z]+(?:['’.,:;()&/\s-]+[A-Za-z]+){2,}(?!\w)")
_HAN = re.compile("[\u3400-\u9fff]")

# Names of people and of machines are the same in every language.
NAMES = ("AMD EPYC", "jax.jit", "Jeffrey Mark Siskind", "UCI Machine Learning")


class Spoken(HTMLParser):
    """English on a page that is not said to be English, and Chinese that is: `wrong`.

    Code is English, but for a block in which a string or a comment is not.
    """

    def __init__(self, html: str) -> None:
        super().__init__()
        self.block = ""
        self.wrong: list[str] = []
        self.open: list[tuple[str, str, bool]] = [("", "", False)]
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        _, language, silent = self.open[-1]
        if tag not in _VOID:
            self.open.append((tag, dict(attrs).get("lang") or language, silent or tag in _SILENT))

    def handle_endtag(self, tag: str) -> None:
        if tag == "pre":
            english = self.open[-1][1] == "en" or _HAN.search(self.block)
            self.wrong += [] if english else [self.block]
            self.block = ""
        while tag not in _VOID and self.open[-1][0] and self.open.pop()[0] != tag:
            pass

    def handle_data(self, data: str) -> None:
        _, language, silent = self.open[-1]
        if any(tag == "pre" for tag, *_ in self.open):
            self.block += data
        if silent:
            return
        if language == "en":
            self.wrong += [data.strip()] if _HAN.search(data) else []
        elif language:
            english = [found.group() for found in _WORDS.finditer(data)]
            self.wrong += [words for words in english if not any(name in words for name in NAMES)]


@pytest.mark.parametrize("page", [*PAGES, *GENERATED])
@pytest.mark.parametrize("way", WAYS)
def test_what_is_english_says_so_and_what_is_chinese_does_not_say_english(way, page):
    assert Spoken((HTML / way / page).read_text("utf-8")).wrong == []


def test_what_says_nothing_of_its_language_would_be_found():
    inner = '见 <em>A title in English</em><pre># <b>words</b></pre><b lang="en">错</b>'
    html = f'<html lang="zh-CN"><p>{inner}</p></html>'
    assert Spoken(html).wrong == ["A title in English", "# words", "错"]
    said = html.replace("<em", '<em lang="en"').replace("<pre", '<pre lang="en"').replace("错", "right")
    assert Spoken(said).wrong == []


class Frame(HTMLParser):
    """The words of a page outside its article, each with the language of the element that holds them, and its names."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.words: dict[str, list[str]] = {}
        self.names: list[str] = []
        self.open: list[tuple[str, str, bool]] = [("", "", False)]
        self.feed(
            re.sub(r"<(svg|math|script|article)\b.*?</\1>", "", path.read_text("utf-8"), flags=re.DOTALL)
        )

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag != "link":
            self.names += [
                given[name] or "" for name in ("title", "aria-label", "placeholder") if name in given
            ]
        if tag not in _VOID:
            named = self.open[-1][2] or given.get("class") in (
                "language-switch",
                "search-button__kbd-shortcut",
            )
            self.open.append((tag, given.get("lang") or self.open[-1][1], named))

    def handle_endtag(self, tag: str) -> None:
        while tag not in _VOID and self.open[-1][0] and self.open.pop()[0] != tag:
            pass

    def handle_data(self, data: str) -> None:
        if data.strip() and not self.open[-1][2] and any(tag == "body" for tag, *_ in self.open):
            self.words.setdefault(self.open[-1][1], []).append(" ".join(data.split()))


@pytest.mark.parametrize("page", [*PAGES, *GENERATED[:2]])
def test_the_frame_of_a_page_in_both_languages_is_in_both(page):
    both, english, chinese = (Frame(HTML / way / page) for way in ("both", "en", "zh"))
    same = set(english.words["en"]) & set(chinese.words["zh-CN"])
    assert set(both.words["en"]) == set(english.words["en"]) - same
    assert set(both.words["zh-CN"]) == set(chinese.words["zh-CN"])
    assert not re.search("[\u4e00-\u9fff]", "".join(both.words["en"]))
    for name, one, other in zip(both.names, english.names, chinese.names, strict=True):
        assert name == (one if one == other else f"{other} · {one}")


def test_the_search_page_in_both_languages_speaks_both(visit):
    for query, told in (
        ("sigmoid", "搜索.*[0-9]+.* · Search finished"),
        ("犇犇犇", "没有.* · Your search did not match"),
    ):
        made = visit(f"both/search.html?q={query}").page
        made.wait_for_function(
            "document.querySelector('#search-results .search-summary')?.textContent.length > 5"
        )
        said = made.locator("#search-results .search-summary").inner_text()
        assert re.search(told, said), said
        assert re.search("搜索.* · Search", made.locator("#search-results h2").inner_text())


def test_a_reference_in_the_english_half_is_english():
    page = (HTML / "both" / "warm-up.html").read_text("utf-8")
    halves = {
        code: re.findall(rf'<p lang="{code}">(?:(?!</p>).)*class="std std-numref">([^<]*)', page, re.DOTALL)
        for code in ("en", "zh-CN")
    }
    assert halves["en"]
    assert len(halves["en"]) == len(halves["zh-CN"])
    assert all(re.fullmatch(r"(?:Fig\.|Figure) \d+", words) for words in halves["en"])
    assert all(re.fullmatch(r"图 ?\d+", words) for words in halves["zh-CN"])
