"""Every page of the built book, in both languages, wide and narrow, light and dark."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urldefrag, urlsplit

import pytest
from playwright.sync_api import Page

from tests.browser.conftest import GENERATED, HTML, LANGUAGES, PAGES, SCHEMES, WAYS


def test_the_book_has_the_same_pages_in_every_language():
    assert PAGES
    made = {
        way: {path.relative_to(HTML / way).as_posix() for path in (HTML / way).rglob("*.html")}
        for way in WAYS
    }
    assert GENERATED
    assert {*PAGES, *GENERATED} == made["en"]
    assert all(pages == made["en"] for pages in made.values())


class Anchors(HTMLParser):
    """The ids of a page and what its links lead to."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.links: list[str] = []
        self.feed(path.read_text("utf-8"))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.ids += [value for name, value in attrs if name == "id" and value]
        self.links += [value for name, value in attrs if tag == "a" and name == "href" and value]


@pytest.fixture(scope="session")
def anchors() -> dict[Path, Anchors]:
    return {path: Anchors(path) for language in WAYS for path in (HTML / language).rglob("*.html")}


@pytest.mark.parametrize("page", [*PAGES, *GENERATED])
@pytest.mark.parametrize("language", WAYS)
def test_links_and_anchors_resolve(anchors, language, page):
    here = HTML / language / page
    lost = []
    for link in anchors[here].links:
        target = urlsplit(link)
        file = (here.parent / target.path).resolve() if target.path else here
        if target.scheme or target.netloc:
            continue
        if not file.is_file() or (
            target.fragment and file in anchors and unquote(target.fragment) not in anchors[file].ids
        ):
            lost.append(link)
    assert lost == []
    assert len(set(anchors[here].ids)) == len(anchors[here].ids)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_words_of_the_page_are_in_its_language(visit, language):
    made = visit(f"{language}/index.html").page
    assert made.locator("html").get_attribute("lang") == {"en": "en", "zh": "zh-CN"}[language]
    links = made.eval_on_selector_all(
        "link[rel=alternate][hreflang]", "all => all.map((l) => [l.hreflang, l.href])"
    )
    assert [code for code, _ in links] == ["en", "zh-CN"]
    assert (
        made.locator(".search-button-field .search-button__default-text").inner_text()
        == {"en": "Search", "zh": "搜索"}[language]
    )
    theme = made.locator(".theme-switch-button").first.get_attribute("aria-label")
    assert bool(re.search("[\u4e00-\u9fff]", theme or "")) == (language == "zh")


class Words(HTMLParser):
    """What the article of a page says in one language: without the half that is in the other.

    A program stands once for both halves and comments in Chinese, so the English half has no comments.
    """

    def __init__(self, path: Path, without: str = "", *, has_comments: bool = True) -> None:
        super().__init__()
        self.left_out = ("headerlink",) if has_comments else ("headerlink", "c1", "sd")
        self.said: list[str] = []
        self.open: list[tuple[str, bool, bool]] = []
        self.without = without
        self.feed(re.sub(r"<(svg|annotation)\b.*?</\1>", "", path.read_text("utf-8"), flags=re.DOTALL))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in ("br", "hr", "img", "input", "link", "meta"):
            return
        inside = tag == "article" or bool(self.open and self.open[-1][1])
        half = bool(self.open and self.open[-1][2])
        hidden = half and dict(attrs).get("lang") == self.without
        hidden = hidden or dict(attrs).get("class") in self.left_out
        self.open.append((tag, inside and not hidden, dict(attrs).get("class") == "both"))

    def handle_endtag(self, tag: str) -> None:
        while self.open and self.open.pop()[0] != tag:
            pass

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1][1]:
            self.said.append("".join(data.split()))


@pytest.mark.parametrize("page", [*PAGES, *GENERATED])
@pytest.mark.parametrize(("language", "without"), [("en", "zh-CN"), ("zh", "en")])
def test_each_half_says_what_the_page_in_its_language_says(page, language, without):
    has_comments = language == "zh"
    half = Words(HTML / "both" / page, without, has_comments=has_comments)
    whole = Words(HTML / language / page, has_comments=has_comments)
    assert "".join(half.said) == "".join(whole.said)


def test_the_halves_are_more_than_one_page():
    both, whole = (Words(HTML / way / "four-equations.html") for way in ("both", "en"))
    assert len("".join(both.said)) > len("".join(whole.said))


def test_side_by_side_when_wide_and_one_under_the_other_when_narrow(visit):
    boxes = """() => [...document.querySelectorAll("article > section > div.both")].map((pair) => {
      const [english, chinese] = [...pair.children].map((half) => half.getBoundingClientRect());
      return [english.right <= chinese.left, english.bottom <= chinese.top + 1];
    })"""
    wide = visit("both/index.html").page.evaluate(boxes)
    narrow = visit("both/index.html", size="phone").page.evaluate(boxes)
    assert wide
    assert all(beside and not under for beside, under in wide)
    assert all(under and not beside for beside, under in narrow)


@pytest.mark.parametrize("way", WAYS)
def test_the_switch_works_by_keyboard(visit, way):
    made = visit("en/index.html" if way != "en" else "zh/index.html").page
    made.locator(f".language-switch a[data-reading='{way}']").focus()
    made.keyboard.press("Enter")
    made.wait_for_url(re.compile(f"/{way}/index.html"))
    assert made.locator(".language-switch a[aria-current='true']").get_attribute("data-reading") == way


def switch_to(page: Page, way: str) -> None:
    """Click on a way of reading as a reader does: a click by selector would scroll the page first, and so lose the
    place."""
    box = page.locator(f".language-switch a[data-reading='{way}']").bounding_box()
    assert box is not None
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)


EQUATION_PAGES = [page for page in PAGES if 'class="math" id="eq-' in (HTML / "en" / page).read_text("utf-8")]


@pytest.mark.parametrize("page", EQUATION_PAGES[::4])  # the script is the same on all of them
def test_the_switch_leads_to_the_same_place(visit, page):
    made = visit(f"en/{page}").page
    room = (
        "(e) => e.checkVisibility() && "
        "e.getBoundingClientRect().top + innerHeight < document.documentElement.scrollHeight"
    )
    anchors = made.eval_on_selector_all(
        "article div.math[id^='eq-']", f"all => all.filter({room}).map((e) => e.id)"
    )
    anchor = anchors[len(anchors) // 2]
    made.evaluate("anchor => document.getElementById(anchor).scrollIntoView({behavior: 'instant'})", anchor)
    for way in ("zh", "both"):
        switch_to(made, way)
        made.wait_for_url(re.compile(f"/{way}/"))
        assert urldefrag(made.url)[0].endswith(f"/{way}/{page}")
        assert urldefrag(made.url)[1] == anchor
        made.wait_for_function(
            "anchor => Math.abs(document.getElementById(anchor).getBoundingClientRect().top - 100) < 45",
            arg=anchor,
        )
    switch_to(made, "en")
    made.wait_for_url(re.compile("/en/"))
    assert urldefrag(made.url)[0].endswith(f"/en/{page}")


@pytest.mark.parametrize(("asked", "given"), [("en-US", "en"), ("zh-CN", "zh"), ("de-DE", "en")])
def test_the_first_page_leads_to_the_readers_language(visit, asked, given):
    made = visit("index.html", language=asked)
    made.page.wait_for_url(re.compile(f"/{given}/index.html$"))
    assert made.said == []


def test_the_first_page_works_without_script(visit):
    made = visit("index.html", script=False)
    links = made.page.locator("a")
    assert [links.nth(i).get_attribute("href") for i in range(3)] == [f"{way}/index.html" for way in WAYS]


@pytest.mark.parametrize("way", ["zh", "both"])
def test_the_choice_of_a_way_of_reading_is_kept(visit, way):
    made = visit("en/index.html").page
    switch_to(made, way)
    made.wait_for_url(re.compile(f"/{way}/"))
    made.locator(".right-next").click()
    made.wait_for_url(re.compile(f"/{way}/"))
    made.goto(made.url.split(f"/{way}/")[0] + "/index.html")
    made.wait_for_url(re.compile(f"/{way}/index.html$"))


@pytest.mark.parametrize(
    ("language", "term"),
    [
        ("en", "backpropagation"),
        ("en", "derivation"),
        ("zh", "反向传播"),
        ("zh", "误差"),
        ("zh", "权重"),
        ("zh", "sigmoid"),
        ("both", "backpropagation"),
        ("both", "反向传播"),
    ],
)
def test_search_finds_a_term(visit, language, term):
    made = visit(f"{language}/search.html?q={term}")
    results = made.page.locator("#search-results li a")
    results.first.wait_for()
    assert results.count() > 0
    assert made.said == []
    assert made.missing == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_search_shows_of_a_page_is_its_text(visit, language):
    made = visit(f"{language}/search.html?q=sigmoid").page
    shown = made.locator("#search-results p.context")
    shown.first.wait_for()
    text = " ".join(shown.all_inner_texts())
    assert "sigmoid" in text.lower()
    assert "\\" not in text


def test_a_nonsense_word_is_not_found(visit):
    made = visit("zh/search.html?q=犇犇犇").page
    made.wait_for_function(
        "document.querySelector('#search-results .search-summary')?.textContent.length > 5"
    )
    assert made.locator("#search-results li").count() == 0


@pytest.mark.parametrize("scheme", SCHEMES)
def test_drawings_are_legible(visit, scheme):
    page = next(page for page in PAGES if "bp-network" in (HTML / "en" / page).read_text("utf-8"))
    made = visit(f"zh/{page}", scheme=scheme).page
    contrast = made.evaluate("""() => {
      const light = (colour) => {
        const linear = (v) => (v / 255 <= 0.03928 ? v / 255 / 12.92 : ((v / 255 + 0.055) / 1.055) ** 2.4);
        const [r, g, b] = colour.match(/[\\d.]+/g).map(linear);
        return 0.2126 * r + 0.7152 * g + 0.0722 * b;
      };
      const ground = light(getComputedStyle(document.body).backgroundColor);
      return [...document.querySelectorAll(".bp-network text:not(.halo)")].map((text) => {
        const ink = light(getComputedStyle(text).fill);
        return (Math.max(ink, ground) + 0.05) / (Math.min(ink, ground) + 0.05);
      });
    }""")
    assert contrast
    assert min(contrast) >= 4.5
    assert made.evaluate(
        "[...document.querySelectorAll('svg[role=img]')].every((s) => s.querySelector('title').textContent)"
    )


@pytest.mark.parametrize("way", WAYS)
def test_the_conventions_that_are_chosen_stand_alone_in_every_table(visit, way):
    page = visit(f"{way}/conventions.html").page
    rows = page.locator("tr[class*='bp-convention-']")
    every = rows.locator("visible=true").count()
    page.locator(".bp-choose summary").click()
    button = page.locator(".bp-choose button[data-row='bp-convention-zhou']").last
    button.click()
    shown = rows.locator("visible=true").evaluate_all(
        "all => all.map((r) => r.className.match(/bp-[-\\w]+/)[0])"
    )
    assert len(shown) > 3
    assert set(shown) == {"bp-convention-zhou"}
    assert page.locator(".bp-choose button[aria-pressed='true']").count() == (2 if way == "both" else 1)
    button.click()
    assert rows.locator("visible=true").count() == every
