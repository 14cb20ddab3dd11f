"""A PDF for each language: all pages in one document, printed by headless Chromium.

Chromium sets MathML with the book's own fonts, so a formula looks as on the pages. Each chapter has its title at the
head of its pages; the PDF has an outline, the contents have page numbers, and every link of the book leads to its
place. A formula or a table that is wider than the column is set smaller until it fits. paper.css says what paper
looks like. The same pages, printed by the same Chromium, give the same bytes.
"""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import Element
from xml.sax.saxutils import escape

from playwright.sync_api import Browser, sync_playwright
from playwright.sync_api import Page as Tab
from pypdf import PdfReader

from formats.pages import LANGUAGES, Page, classes, make, read_book, relink, sections, xhtml

_STYLE = Path(__file__).with_name("paper.css")
_CHROMIUM = ("chromium", "chromium-browser", "google-chrome")
_WORDS = {
    "en": {
        "contents": "Contents",
        "licence": "Text: CC BY 4.0. Code: MIT.",
        "author": "The bpderive contributors",
    },
    "zh": {"contents": "目录", "licence": "文字：CC BY 4.0；代码：MIT。", "author": "bpderive 的贡献者"},
}
_DATE = re.compile(rb"(/(?:Creation|Mod)Date) \(D:\d{14}")
COLUMN = 612  # pixels: the width of A4 less the margins in paper.css

# Makes each formula and table that is too wide for its place as small as it must be; gives the smallest factor.
_FIT = """() => {
  let least = 1;
  for (const box of document.querySelectorAll(".formula, .cell_output p:has(math)")) {
    const formula = box.querySelector("math");
    if (!formula || !box.clientWidth) continue;
    const factor = box.clientWidth / formula.getBoundingClientRect().width;
    if (factor < 1) {
      formula.style.fontSize = `${factor * 0.985}em`;
      least = Math.min(least, factor);
    }
  }
  const column = document.querySelector("article").getBoundingClientRect().width;
  for (const table of document.querySelectorAll("table")) {
    const factor = column / table.getBoundingClientRect().width;
    if (factor < 1) {
      table.style.zoom = factor * 0.985;
      least = Math.min(least, factor);
    }
  }
  return least;
}"""
_NUMBER = """(numbers) => {
  for (const place of document.querySelectorAll(".contents .page")) place.textContent = numbers[place.dataset.of] ?? "";
}"""


def write(html: Path, out: Path) -> list[Path]:
    """Print the PDF of each language from the pages in `html`; returns the files."""
    out.mkdir(parents=True, exist_ok=True)
    with opened() as browser:
        return [print_book(browser, html, out, language) for language in LANGUAGES]


@contextmanager
def opened(arguments: Sequence[str] = ("--no-sandbox", "--disable-gpu")) -> Iterator[Browser]:
    """Headless Chromium."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=arguments)
        yield browser
        browser.close()


def chromium() -> str:
    """Where Chromium is installed; ends the program with what to do if it is not."""
    found = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, _CHROMIUM)), None)
    if found is None:
        raise SystemExit("Chromium is not installed; on Debian: apt-get install chromium fonts-noto-cjk")
    return found


def print_book(browser: Browser, html: Path, out: Path, language: str) -> Path:
    """Print the PDF of one language into the folder `out`."""
    with laid_out(browser, html, out, language) as (tab, _):
        return print_tab(tab, out / f"bpderive-{language}.pdf")


@contextmanager
def laid_out(browser: Browser, html: Path, out: Path, language: str) -> Iterator[tuple[Tab, float]]:
    """A tab with the book of one language ready for paper, and the factor of what had to be set smallest.

    The document is written into the folder `out`.
    """
    source = out / f"print-{language}.xhtml"
    source.write_text(document(html, language), "utf-8")
    with browser.new_page(viewport={"width": COLUMN, "height": 900}) as tab:
        tab.goto(source.as_uri())
        tab.emulate_media(media="print", color_scheme="light")
        tab.evaluate("document.fonts.ready.then(() => true)")
        yield tab, tab.evaluate(_FIT)


def print_tab(tab: Tab, target: Path) -> Path:
    """Print what is laid out in a tab: twice, since its contents name the pages, and these are known only then."""
    paper: dict[str, Any] = {"path": target, "prefer_css_page_size": True, "print_background": True}
    tab.pdf(**paper)  # without outline and tags, which break no page
    tab.evaluate(_NUMBER, page_numbers(target))  # they change no line
    tab.pdf(**paper, outline=True, tagged=True)
    target.write_bytes(undated(target.read_bytes()))
    return target


def undated(printed: bytes) -> bytes:
    """A PDF without the time at which Chromium printed it; nothing in the file moves."""
    return _DATE.sub(rb"\1 (D:19800101000000", printed)


def page_numbers(path: Path) -> dict[str, str]:
    """On which page each anchor of a PDF stands, by the numbers printed at the foot."""
    reader = PdfReader(path)
    numbers = {
        name.lstrip("/"): reader.get_destination_page_number(at)
        for name, at in reader.named_destinations.items()
    }
    return {name: str(number + 1) for name, number in numbers.items() if number is not None}


def document(html: Path, language: str) -> str:
    """The whole book of one language as one XHTML document."""
    book = read_book(html / language)
    static = (html / language / "_static").resolve().as_uri()
    for number, page in enumerate(book):
        _suit(page, number, html / language)
    links = "".join(
        f'<link rel="stylesheet" href="{address}"/>'
        for address in (
            f"{static}/pygments.css",
            f"{static}/formulas.css",
            f"{static}/book.css",
            _STYLE.resolve().as_uri(),
        )
    )
    # Each chapter is a kind of page of its own, which has its title at the head.
    left = f'@top-left {{ content: "{_quoted(book[0].title)}"; }}'
    heads = "\n".join(
        f'@page chapter-{n} {{ {left} @top-right {{ content: "{_quoted(page.title)}"; }} }}'
        for n, page in enumerate(book)
    )
    body = make(
        "article", "", _title(book, html / language, language), _contents(book, language), class_="bd-article"
    )
    body.extend(page.article for page in book)
    return (
        f'<html xmlns="http://www.w3.org/1999/xhtml" lang="{LANGUAGES[language]}" data-theme="light" data-mode="light">'
        f"<head><title>{escape(book[0].title)}</title>{links}<style>{escape(heads)}</style></head>"
        f"<body>{xhtml(body)}</body></html>\n"
    )


def _suit(page: Page, number: int, folder: Path) -> None:
    """Make a page fit for one document with the others: anchors of its own, all open, pictures by address."""
    relink(page, lambda name, anchor: f"#{anchor_of(name, anchor)}")
    for element in page.article.iter():
        if "id" in element.attrib:
            element.set("id", anchor_of(page.name, element.get("id", "")))
        if "aria-labelledby" in element.attrib:
            names = element.get("aria-labelledby", "").split()
            element.set("aria-labelledby", " ".join(anchor_of(page.name, name) for name in names))
        if element.tag == "details":
            element.set("open", "open")
            summary = element.find("summary")
            if "hide" in classes(element) and summary is not None:
                element.remove(summary)  # it offers to show what paper shows anyway
                element.tag = "div"
        if element.tag == "img":
            element.set(
                "src", (folder / page.name).parent.joinpath(element.get("src", "")).resolve().as_uri()
            )
    page.article.tag = "section"
    page.article.attrib = {
        "class": "chapter",
        "id": anchor_of(page.name, ""),
        "style": f"page: chapter-{number}",
    }


def anchor_of(page: str, anchor: str) -> str:
    """The anchor in the whole document of an anchor on a page; "" is the page itself."""
    return f"{page.replace('/', '-')}--{anchor}"


def _title(book: list[Page], folder: Path, language: str) -> Element:
    words = _WORDS[language]
    mark = (folder / "_static" / "mark.svg").resolve().as_uri()
    lines = (make("p", words["author"]), make("p", words["licence"]))
    return make(
        "div",
        "",
        make("img", src=mark, alt=""),
        make("p", book[0].title, class_="name"),
        *lines,
        class_="title-page",
    )


def _contents(book: list[Page], language: str) -> Element:
    made = make("div", "", make("p", _WORDS[language]["contents"], class_="name"), class_="contents")
    for page in book:
        entries = [
            (anchor_of(page.name, ""), page.title, "chapter-entry" if page.depth == 0 else "page-entry")
        ]
        if page.depth == 0:
            # Anchors of sections have been made this document's own by now.
            entries += [(anchor, title, "section-entry") for anchor, title in sections(page.article)]
        for anchor, title, kind in entries:
            number = make("span", class_="page", **{"data-of": anchor})
            made.append(make("a", "", make("span", title), number, href=f"#{anchor}", class_=kind))
    return made


def _quoted(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"')
