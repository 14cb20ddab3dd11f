"""The whole book as one ZIP file that opens from a folder: all pages in both languages, notebooks, search.

A page opened from a folder (`file://…`) may not fetch other files by script. So pages are not told to load fonts
ahead, and the passages that search shows come from a script beside the search page, which holds the text of all pages.
The same pages give the same bytes.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

from formats import archive, downloads

NAME = "bpderive"

PASSAGES = "passages.js"
"""The script that answers the search page in place of a server, which it asks for each page that it found."""

_PRELOAD = re.compile(r'\s*<link rel="preload"[^>]*>')
_LEFT_OUT = frozenset({".buildinfo", "objects.inv", ".doctrees", downloads.FOLDER})
_ARTICLE = re.compile(r"<article\b.*?</article>", re.DOTALL)
_NO_TEXT = re.compile(
    r'<(annotation|script|style|svg|button)\b.*?</\1>|<a class="headerlink".*?</a>', re.DOTALL
)
_TAG = re.compile(r"<(/?)([a-z][\w-]*)([^>]*)>")
_ANCHORED = frozenset({"details", "div", "figure", "li", "section", "span", "table", "tr"})
_INLINE = re.compile(r"a|b|code|em|i|kbd|m[a-z]+|q|semantics|small|span|strong|sub|sup")
_ID = re.compile(r' id="[^"]*"')
_ANSWER = """const here = new URL(".", document.currentScript.src).href;
window.fetch = (address) => {
  const page = new URL(address, location.href).href.slice(here.length).replace(/\\.html$/, "");
  return Promise.resolve(new Response(`<div role="main">${pages[page] ?? ""}</div>`));
};
"""


def write(html: Path, out: Path) -> list[Path]:
    """Make the ZIP file of the pages in `html`; returns it."""
    target = out / f"{NAME}.zip"
    archive.write(target, files(html))
    return [target]


def files(html: Path) -> Iterator[tuple[str, bytes]]:
    """What is in the ZIP file: name and content, in a folder of the book's name."""
    for path in sorted(html.rglob("*")):
        name = path.relative_to(html)
        if path.is_file() and not _LEFT_OUT & set(name.parts):
            yield f"{NAME}/{name.as_posix()}", offline(name.name, path.read_bytes())
            if name.name == "search.html":
                yield f"{NAME}/{(name.parent / PASSAGES).as_posix()}", passages(path.parent).encode()


def offline(name: str, content: bytes) -> bytes:
    """A file as it must be where nothing can be fetched by a script."""
    if not name.endswith(".html"):
        return content
    page = _PRELOAD.sub("", downloads.unlinked(content.decode()))
    if name == "search.html":
        page = page.replace("</head>", f'<script src="{PASSAGES}"></script>\n</head>', 1)
    return page.encode()


def passages(folder: Path) -> str:
    """A script with the text of the pages in `folder`, which it gives to the search page there."""
    texts = {
        path.relative_to(folder).with_suffix("").as_posix(): text_of(path.read_text("utf-8"))
        for path in sorted(folder.rglob("*.html"))
        if "_static" not in path.parts
    }
    known = json.dumps(texts, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return f"(() => {{\nconst pages = {known};\n{_ANSWER}}})();\n"


def text_of(page: str) -> str:
    """What a page says, and of its elements those with an anchor, so that a passage is found by it."""
    article = _ARTICLE.search(page)
    if article is None:
        return ""
    closing: list[str] = []  # what closes each open element that could have an anchor

    def keep(tag: re.Match[str]) -> str:
        closes, name, attributes = tag.groups()
        space = "" if _INLINE.fullmatch(name) else " "
        if name not in _ANCHORED:
            return space
        if closes:
            return closing.pop()
        anchor = _ID.search(attributes)
        closing.append(f"</{name}>" if anchor else space)
        return f"<{name}{anchor[0]}>" if anchor else space

    return " ".join(_TAG.sub(keep, _NO_TEXT.sub("", article[0])).split())
