"""An EPUB 3 for each language: each page a chapter, formulas as MathML, drawings as SVG, the fonts packed in.

`write(html, out)` makes them; `check(path)` asks epubcheck, where it is installed. The same pages give the same
bytes. What e-readers do not do (fold, scroll) is left to the style sheet epub.css, which only uses old CSS.
"""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import uuid
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote
from xml.etree.ElementTree import Element
from xml.sax.saxutils import escape

from formats import archive, figures
from formats.pages import LANGUAGES, Page, classes, make, parse, read_book, relink, sections, xhtml

_STYLE = Path(__file__).with_name("epub.css")
JARS = ("/usr/share/java/epubcheck.jar",)
QUICKLY = ("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC")
"""For a program that runs for seconds only: Java takes less than half of the processor's time."""
_HEAD = '<?xml version="1.0" encoding="utf-8"?>\n'
_CONTAINER = _HEAD + (
    '<container version="1.0" xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><rootfiles>'
    '<rootfile full-path="book/content.opf" media-type="application/oebps-package+xml"/></rootfiles></container>\n'
)
_WORDS = {
    "en": {"contents": "Contents", "cover": "Cover", "author": "The bpderive contributors"},
    "zh": {"contents": "目录", "cover": "封面", "author": "bpderive 的贡献者"},
}
_TYPES = {".css": "text/css", ".svg": "image/svg+xml", ".woff2": "font/woff2", ".png": "image/png"}
# What HTML allows and EPUB does not: attributes of MathML that say what is the default anyway, and those of scripts.
_NOT_IN_EPUB = ("form", "scriptlevel", "tabindex", "popover", "popovertarget", "loading", "align")


def write(html: Path, out: Path) -> list[Path]:
    """Make the EPUB of each language from the pages in `html`; returns the files."""
    made = []
    for folder in LANGUAGES:
        target = out / f"bpderive-{folder}.epub"
        archive.write(target, files(html / folder, folder), stored_first=True)
        made.append(target)
    return made


def files(pages: Path, language: str) -> Iterator[tuple[str, bytes]]:
    """What is in the EPUB of one language: name and content of each file, the one that says what it is first."""
    book = read_book(pages)
    packed = {f"book/{name}": content for name, content in _packed(pages, book, language)}
    yield "mimetype", b"application/epub+zip"
    yield "META-INF/container.xml", _CONTAINER.encode()
    yield "book/content.opf", package(book, packed, language).encode()
    yield from packed.items()


def _packed(pages: Path, book: list[Page], language: str) -> Iterator[tuple[str, bytes]]:
    title = book[0].title
    pictures: dict[str, Path] = {}
    yield "cover.svg", _cover(title, pages / "_static" / "mark.svg").encode()
    picture = make("img", src="cover.svg", alt=title)
    yield "cover.xhtml", document(title, language, make("div", "", picture, class_="cover")).encode()
    yield "nav.xhtml", navigation(book, language).encode()
    for page in book:
        _suit(page, pages, pictures)
        yield f"{page.name}.xhtml", document(page.title, language, page.article, depth=page.depth).encode()
    drawn = {name for page in book for drawing in page.article.iter("svg") for name in classes(drawing)}
    look = figures.style(figures.BOOK_CSS.read_text("utf-8"), sorted(drawn))
    yield "epub.css", f"{_STYLE.read_text('utf-8')}\n{look}\n".encode()
    for font in sorted((pages / "_static" / "fonts").glob("*.woff2")):
        yield f"fonts/{font.name}", font.read_bytes()
    for name, path in sorted(pictures.items()):
        yield name, path.read_bytes()


def _suit(page: Page, pages: Path, pictures: dict[str, Path]) -> None:
    """Make a page fit for EPUB: links to chapters, pictures packed, nothing that only browsers know."""
    relink(page, lambda name, anchor: _address(page, name, anchor))
    for picture in page.article.iter("img"):
        source = (pages / f"{page.name}.html").parent / picture.get("src", "")
        name = f"pictures/{hashlib.sha256(source.read_bytes()).hexdigest()[:16]}{source.suffix}"
        pictures[name] = source
        picture.set("src", "../" * page.depth + name)
    for summary in page.article.iter("summary"):
        for words in summary.findall("p"):  # of a hidden cell: words to show it, and words to hide it
            if "expanded" in classes(words):
                summary.remove(words)
            words.tag = "span"
    for element in page.article.iter():
        for name in [name for name in element.attrib if name in _NOT_IN_EPUB or name.startswith("data-")]:
            del element.attrib[name]
        if element.tag == "math" and "style" in element.attrib:
            del element.attrib["style"]


def _address(page: Page, name: str, anchor: str) -> str:
    path = "" if name == page.name and anchor else "../" * page.depth + f"{quote(name)}.xhtml"
    return path + (f"#{quote(anchor)}" if anchor else "")


def document(title: str, language: str, body: Element, *, depth: int = 0) -> str:
    """An XHTML document around `body`."""
    code, style = LANGUAGES[language], "../" * depth + "epub.css"
    return (
        f'{_HEAD}<!DOCTYPE html>\n<html xmlns="http://www.w3.org/1999/xhtml" lang="{code}" xml:lang="{code}" '
        f'xmlns:epub="http://www.idpf.org/2007/ops"><head><meta charset="utf-8"/><title>{escape(title)}</title>'
        f'<link rel="stylesheet" href="{style}"/></head><body>{xhtml(body)}</body></html>\n'
    )


def navigation(book: list[Page], language: str) -> str:
    """The table of contents: pages and their sections."""
    contents = make("ol")
    for page in book:
        entry = make("li", "", make("a", page.title, href=f"{quote(page.name)}.xhtml"))
        inner = [
            make("li", "", make("a", title, href=f"{quote(page.name)}.xhtml#{quote(anchor)}"))
            for anchor, title in sections(page.article)
        ]
        if inner and page.depth == 0:
            entry.append(make("ol", "", *inner))
        contents.append(entry)
    nav = make(
        "nav", "", make("h1", _WORDS[language]["contents"]), contents, id="toc", **{"epub:type": "toc"}
    )
    return document(_WORDS[language]["contents"], language, nav)


def package(book: list[Page], packed: dict[str, bytes], language: str) -> str:
    """The package document: what the book is, what is in it, and in which order it is read.

    Its identifier and its date come from the content, so that the same content gives the same book.
    """
    digest = hashlib.sha256(b"".join(packed.values())).hexdigest()
    items, order = [], ['<itemref idref="cover-page" linear="no"/>', '<itemref idref="nav" linear="no"/>']
    for number, (path, content) in enumerate(packed.items()):
        name = path.removeprefix("book/")
        holds = {"svg": b"<svg", "mathml": b"<math"} if name.endswith(".xhtml") else {}
        properties = [kind for kind, tag in holds.items() if tag in content]
        identity = f"item-{number}"
        if name == "cover.svg":
            properties = ["cover-image"]
        elif name in ("nav.xhtml", "cover.xhtml"):
            identity = {"nav.xhtml": "nav", "cover.xhtml": "cover-page"}[name]
            properties += ["nav"] if identity == "nav" else []
        elif name.endswith(".xhtml"):
            order.append(f'<itemref idref="{identity}"/>')
        kind = _TYPES.get(Path(name).suffix, "application/xhtml+xml")
        told = f' properties="{" ".join(properties)}"' if properties else ""
        items.append(f'<item id="{identity}" href="{quote(name)}" media-type="{kind}"{told}/>')
    return (
        f'{_HEAD}<package xmlns="http://www.idpf.org/2007/opf" version="3.0" unique-identifier="id" '
        f'xml:lang="{LANGUAGES[language]}"><metadata xmlns:dc="http://purl.org/dc/elements/1.1/">'
        f'<dc:identifier id="id">urn:uuid:{uuid.UUID(digest[:32])}</dc:identifier>'
        f"<dc:title>{escape(book[0].title)}</dc:title><dc:language>{LANGUAGES[language]}</dc:language>"
        f"<dc:creator>{_WORDS[language]['author']}</dc:creator><dc:rights>CC BY 4.0</dc:rights>"
        '<meta property="dcterms:modified">1980-01-01T00:00:00Z</meta></metadata>'
        f"<manifest>{''.join(items)}</manifest><spine>{''.join(order)}</spine></package>\n"
    )


def _cover(title: str, mark: Path) -> str:
    drawn = parse(mark.read_text("utf-8").partition("?>")[2] or mark.read_text("utf-8"))
    drawn.attrib |= {"x": "560", "y": "560", "width": "480", "height": "480"}
    size = min(150, 1400 * 2 // sum(2 if ord(letter) > 0x2E80 else 1 for letter in title))
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1600 2400"><rect width="1600" height="2400" '
        f'fill="#fdfcfa"/>{xhtml(drawn)}<text x="800" y="1400" text-anchor="middle" font-size="{size}" '
        f'font-family="STIX Two Text, Noto Serif CJK SC, serif" fill="#1d2628">{escape(title)}</text></svg>\n'
    )


def check(path: Path) -> str | None:
    """What epubcheck has against the EPUB: "" for nothing; None where epubcheck is not installed."""
    jar = next((jar for jar in JARS if Path(jar).exists()), None)
    java = ["java", *QUICKLY, "-jar", jar] if jar and shutil.which("java") else None
    command = java or [shutil.which("epubcheck") or ""]
    if not command[0]:
        return None
    done = subprocess.run([*command, str(path)], capture_output=True, text=True, check=False)
    lines = (done.stderr + done.stdout).splitlines()
    told = "\n".join(line for line in lines if line.startswith(("ERROR", "FATAL", "WARN")))
    return told if done.returncode == 0 else told or done.stderr
