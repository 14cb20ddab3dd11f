"""The formats that need a browser: the PDF, printed by it, and the ZIP file, opened in it without a server."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from pathlib import Path

import pytest
from playwright.sync_api import Browser
from pypdf import PdfReader

from formats import card, offline, pdf
from formats.pages import Page, classes, read_book
from tests.browser.conftest import HTML, LANGUAGES, Visit, watched

PRINTED, OTHER = "zh", "en"  # one language is printed here, to save time; the column is looked at in both

OVERFULL = """() => [...document.querySelectorAll("article *")].filter((element) => {
  const box = element.getBoundingClientRect(), column = document.querySelector("article").getBoundingClientRect();
  return box.width && (box.right > column.right + 1 || box.left < column.left - 1);
}).map((element) => `${element.tagName} ${element.className} ${element.textContent.trim().slice(0, 60)}`)"""
"""What stands out of the column, or is cut off in its box: the beginning of its text."""

on_paper = pytest.mark.xdist_group("paper")
"""For the tests of the printed book: they run in one process, so that it is printed once."""


@dataclass(frozen=True)
class Paper:
    """The PDF of one language: its file, its sheets, on which of them each anchor stands, and what it was made of."""

    file: Path
    reader: PdfReader
    pages: dict[str, str]
    book: list[Page]
    overfull: list[str]
    least: float


@pytest.fixture(scope="session")
def paper(chromium: Browser, tmp_path_factory: pytest.TempPathFactory) -> Paper:
    """The book as it is printed."""
    folder = tmp_path_factory.mktemp("pdf")
    with pdf.laid_out(chromium, HTML, folder, PRINTED) as (tab, least):
        overfull = tab.evaluate(OVERFULL)
        file = pdf.print_tab(tab, folder / "book.pdf")
    book = read_book(HTML / PRINTED)
    return Paper(file, PdfReader(file), pdf.page_numbers(file), book, overfull, least)


@on_paper
def test_nothing_stands_out_of_the_column_of_a_pdf(chromium, paper, tmp_path):
    with pdf.laid_out(chromium, HTML, tmp_path, OTHER) as (tab, least):
        overfull = tab.evaluate(OVERFULL)
        # The judge notices what is too wide.
        tab.evaluate("document.querySelector('.formula').style.cssText = 'width: 900px'")
        assert len(tab.evaluate(OVERFULL)) > len(overfull)
    for found in (paper.overfull, overfull):
        assert found == [], found[:5]
    assert min(least, paper.least) > 0.4, "a formula is too wide to be read on paper; break its line"


def numbers_of(book: list[Page]) -> dict[str, str]:
    """The anchors of the numbered equations of the book, with their numbers."""
    found = {}
    for page in book:
        for block in page.article.iter("div"):
            if "math" in classes(block) and block.get("id", "").startswith("eq-"):
                number = next(part for part in block.iter("span") if "eqno" in classes(part))
                found[pdf.anchor_of(page.name, block.get("id", ""))] = "".join(number.itertext()).strip()
    return found


@on_paper
def test_every_numbered_equation_has_its_number_on_its_page(paper):
    sheets = paper.reader.pages
    numbers = numbers_of(paper.book)
    assert len(numbers) > 30
    assert numbers.keys() & paper.pages.keys()

    @cache
    def text(place: int) -> str:
        return sheets[place].extract_text()

    def stands(anchor: str, number: str) -> bool:
        """Whether the number stands on the page that a link leads to, or somewhere if none does."""
        places = [int(paper.pages[anchor]) - 1] if anchor in paper.pages else range(len(sheets))
        return any(number in text(place) for place in places)

    assert [number for anchor, number in numbers.items() if not stands(anchor, number)] == []


@on_paper
def test_the_chapters_come_in_order_with_an_outline_and_numbers_in_the_contents(paper):
    sheets = paper.reader.pages
    starts = [int(paper.pages[pdf.anchor_of(page.name, "")]) for page in paper.book]
    assert all(before < after for before, after in pairwise(starts))
    assert starts[-1] <= len(sheets)
    contents = "".join(page.extract_text() for page in sheets[1 : starts[0] - 1])
    assert all(str(start) in contents for start in starts)
    assert len(paper.reader.outline) >= len(paper.book)


@on_paper
def test_a_pdf_does_not_tell_when_it_was_printed(paper, chromium):
    dates = re.findall(rb"Date \(D:([0-9]{4})", paper.file.read_bytes())
    assert dates == [b"1980", b"1980"]
    assert paper.reader.metadata.creation_date.year == 1980
    with chromium.new_page() as tab:
        tab.set_content("<h1>Title</h1>")
        printed = tab.pdf(outline=True, tagged=True)
        tab.wait_for_timeout(1100)
        again = tab.pdf(outline=True, tagged=True)
    assert printed != again
    assert pdf.undated(printed) == pdf.undated(again)


@on_paper
def test_all_fonts_are_in_the_pdf(paper):
    fonts = [
        font.get_object()
        for page in paper.reader.pages
        for font in page["/Resources"].get("/Font", {}).values()
    ]
    assert fonts
    for font in fonts:
        if font["/Subtype"] != "/Type3":  # which holds its own outlines
            inner = font["/DescendantFonts"][0].get_object() if "/DescendantFonts" in font else font
            assert {"/FontFile", "/FontFile2", "/FontFile3"} & set(inner["/FontDescriptor"])


@pytest.fixture(scope="session")
def unpacked(chromium: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Visit]]:
    """Where the ZIP file of the book has been unpacked to, and a tab."""
    folder = tmp_path_factory.mktemp("zip")
    [made] = offline.write(HTML, folder)
    with zipfile.ZipFile(made) as archive:
        archive.extractall(folder)
    address = (folder / offline.NAME).as_uri() + "/"
    with chromium.new_page() as tab:
        yield address, watched(tab, address)


@pytest.mark.parametrize(
    ("page", "query"),
    [
        ("index.html", ""),
        ("en/four-equations.html", ""),
        ("both/warm-up.html", ""),
        ("zh/search.html", "误差"),
        ("en/search.html", "sigmoid"),
        ("both/search.html", "误差"),
    ],
)
def test_the_unpacked_book_opens_without_a_server(unpacked, page, query):
    address, made = unpacked
    tab = made.page
    tab.goto(address + page + (f"?q={query}" if query else ""))
    tab.wait_for_load_state("networkidle")
    tab.evaluate("document.fonts.ready.then(() => true)")
    if query:
        tab.locator("#search-results li a").first.wait_for()
        tab.locator("#search-results p.context").first.wait_for()
        shown = " ".join(tab.locator("#search-results p.context").all_inner_texts())
        assert query in shown
        assert "\\" not in shown
    assert tab.evaluate("[...document.fonts].some((font) => font.status === 'loaded')")
    assert tab.url.startswith(address)
    assert made.elsewhere == made.missing == made.said == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_card_is_one_page_with_its_fonts_in_it(chromium, tmp_path, language):
    reader = PdfReader(card.print_card(chromium, HTML / language, tmp_path / "card.pdf"))
    [page] = reader.pages
    assert [round(float(side) / 72 * 25.4) for side in page.mediabox[2:]] == [210, 297]
    words = page.extract_text()
    assert all(f"({number})" in words for number in ("BP1", "BP2", "BP3", "BP4"))
    fonts = [font.get_object() for font in page["/Resources"]["/Font"].values()]
    kinds = [
        font["/DescendantFonts"][0].get_object() if "/DescendantFonts" in font else font for font in fonts
    ]
    assert all(
        font.get("/Subtype") == "/Type3"
        or any(key.startswith("/FontFile") for key in font["/FontDescriptor"])
        for font in kinds
    )
