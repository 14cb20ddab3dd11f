"""What search shows of a page where no script may fetch it: `script(folder)` holds the text of all pages in `folder`.

The search page asks for each page that it found, and looks in it for the passage. In the unpacked ZIP file this script
answers in place of a server.
"""

from __future__ import annotations

import json
import re
from pathlib import Path

NAME = "passages.js"

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


def script(folder: Path) -> str:
    """A script with the text of the pages in `folder`, which it gives to the search page there."""
    texts = {
        path.relative_to(folder).with_suffix("").as_posix(): text(path.read_text("utf-8"))
        for path in sorted(folder.rglob("*.html"))
        if "_static" not in path.parts
    }
    known = json.dumps(texts, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return f"(() => {{\nconst pages = {known};\n{_ANSWER}}})();\n"


def text(page: str) -> str:
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
