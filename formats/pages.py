"""The finished pages as trees: `read_book(folder)` gives them in the book's order, `read_page` one.

A tree holds plain elements of `xml.etree`, without namespaces; `xhtml` writes it as XML, with the namespaces of
mathematics and drawings.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

from formats.downloads import unlinked

HTML = Path(__file__).parents[1] / "docs" / "_build" / "html"
OUT = HTML.parent / "formats"
LANGUAGES = {"en": "en", "zh": "zh-CN"}  # folder -> BCP 47

_VOID = frozenset({"br", "col", "hr", "img", "input", "link", "meta", "source", "wbr"})
_NAMESPACES = {"math": "http://www.w3.org/1998/Math/MathML", "svg": "http://www.w3.org/2000/svg"}
_ARTICLE = re.compile(r'<article class="bd-article"[^>]*>.*?</article>', re.DOTALL)
_NEXT = re.compile(r'<link rel="next"[^>]*href="([^"]*)"')
_NAME = re.compile(r"[A-Za-z][\w:-]*(?==)")
_DROPPED = ("headerlink", "copybtn", "d-print-none", "bp-download", "bp-lab")


@dataclass(frozen=True, slots=True)
class Page:
    """One page: its name, such as "activations/relu", its title, and its text as a tree."""

    name: str
    title: str
    article: Element

    @property
    def depth(self) -> int:
        """How deep the page stands in the book: 0 for a chapter, 1 for a page under one."""
        return self.name.count("/")


class _Tree(HTMLParser):
    """Builds the tree of a well-formed piece of a page; names of attributes keep their capitals, as SVG wants."""

    def __init__(self) -> None:
        super().__init__()
        self.builder = ElementTree.TreeBuilder()
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        spelled = {name.lower(): name for name in _NAME.findall(self.get_starttag_text() or "")}
        self.builder.start(tag, {spelled.get(name, name): value or "" for name, value in attrs})
        if tag in _VOID:
            self.builder.end(tag)
        else:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in _VOID:
            self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag in _VOID:
            return
        if not self.open or self.open.pop() != tag:
            raise ValueError(
                f"</{tag}> does not close what is open in line {self.getpos()[0]} of the page's text."
            )
        self.builder.end(tag)

    def handle_data(self, data: str) -> None:
        self.builder.data(data)


def parse(html: str) -> Element:
    """The tree of one element. Raises `ValueError` where elements do not close in order."""
    tree = _Tree()
    tree.feed(html)
    tree.close()
    if tree.open:
        raise ValueError(f"<{tree.open[-1]}> is never closed.")
    return tree.builder.close()


def read_book(folder: Path) -> list[Page]:
    """The pages in `folder`, from index.html on, each followed by the one that it names as the next."""
    return [read_page(name, html) for name, html in page_texts(folder)]


def page_texts(folder: Path) -> Iterator[tuple[str, str]]:
    """The name and the HTML of each page in `folder`, in the order of `read_book`."""
    name: str | None = "index"
    while name is not None:
        html = unlinked((folder / f"{name}.html").read_text("utf-8"))
        yield name, html
        following = _NEXT.search(html)
        name = target_of(name, following[1])[0] if following else None


def read_page(name: str, html: str) -> Page:
    """The page `name` from its HTML. Raises `ValueError` if the book's theme did not make it."""
    article = _ARTICLE.search(html)
    if article is None:
        raise ValueError(f"{name}.html has no article; was it built with the book's theme?")
    tree = parse(article.group())
    _clean(tree)
    heading = next(tree.iter("h1"))
    return Page(name, " ".join("".join(visible(heading)).split()), tree)


def visible(element: Element) -> Iterator[str]:
    """The text that a reader sees in `element`, without the LaTeX that formulas carry along."""
    if element.tag == "annotation":
        return
    yield element.text or ""
    for child in element:
        yield from visible(child)
        yield child.tail or ""


def classes(element: Element) -> list[str]:
    """The classes of an element."""
    return element.get("class", "").split()


def target_of(page: str, href: str) -> tuple[str, str]:
    """What a link on `page` leads to: the name of a page and an anchor on it; ("", "") if it is none of the book's."""
    parts = urlsplit(href)
    if parts.scheme or parts.netloc or (parts.path and not parts.path.endswith(".html")):
        return "", ""
    path = posixpath.normpath(posixpath.join(posixpath.dirname(page), unquote(parts.path)))
    return (path.removesuffix(".html") if parts.path else page), unquote(parts.fragment)


def relink(page: Page, address: Callable[[str, str], str]) -> None:
    """Give every link of `page` to a page of the book the address that `address(name, anchor)` says."""
    for link in page.article.iter("a"):
        name, anchor = target_of(page.name, link.get("href", ""))
        if name:
            link.set("href", address(name, anchor))


def xhtml(element: Element) -> str:
    """An element as XML, mathematics and drawings with their namespaces."""
    for tag, namespace in _NAMESPACES.items():
        for found in element.iter(tag):
            found.set("xmlns", namespace)
    return ElementTree.tostring(element, encoding="unicode")


def sections(article: Element) -> Iterator[tuple[str, str]]:
    """The sections of a page below its title: (anchor, title)."""
    for section in article.iter("section"):
        heading = section.find("h2")
        if heading is not None:
            yield section.get("id", ""), " ".join("".join(visible(heading)).split())


def make(tag: str, text: str = "", *children: Element, **attributes: str) -> Element:
    """An element; `class_` is its class."""
    made = Element(tag, {name.rstrip("_"): value for name, value in attributes.items()})
    made.text = text
    made.extend(children)
    return made


def _clean(element: Element) -> None:
    """Take away what a page has for the browser only: buttons, links to headings, scripts."""
    for child in list(element):
        if child.tag in ("script", "button") or any(name in classes(child) for name in _DROPPED):
            _remove(element, child)
        else:
            _clean(child)


def _remove(parent: Element, child: Element) -> None:
    """Remove `child` but not the text that follows it."""
    place = list(parent).index(child)
    if place:
        parent[place - 1].tail = (parent[place - 1].tail or "") + (child.tail or "")
    else:
        parent.text = (parent.text or "") + (child.tail or "")
    parent.remove(child)
