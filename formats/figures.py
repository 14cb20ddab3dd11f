"""Drawings outside the book's pages: what their classes look like, taken from the book's own style sheet.

A drawing has classes and no colours, so that a page can show it in light and in dark. Where there is no page
around it, as in a notebook, or another style sheet, as in an e-book, `style` gives its rules, in the light colours.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from pathlib import Path
from xml.etree.ElementTree import Element

from formats.pages import classes, xhtml

BOOK_CSS = Path(__file__).parents[1] / "docs" / "_static" / "book.css"

_RULE = re.compile(r"^((?:\.bp-[\w-]+)\b[^{}]*)\{([^{}]*)\}", re.MULTILINE)
_ROOT = re.compile(r":root\s*\{([^{}]*)\}")
_VARIABLE = re.compile(r"var\((--[\w-]+)(?:,\s*([^()]*))?\)")


def style(css: str, names: Collection[str]) -> str:
    """The rules of the style sheet for drawings of the classes `names`, each variable replaced by its first value."""
    values: dict[str, str] = {}
    for block in _ROOT.findall(css):
        for name, value in re.findall(r"(--[\w-]+):\s*([^;]+);", block):
            values.setdefault(name, value)

    def resolved(text: str) -> str:
        while found := _VARIABLE.search(text):
            text = text.replace(found.group(), values.get(found[1], found[2] or "inherit"))
        return text

    starts = tuple(f".{name} " for name in names)
    rules = (f"{s.strip()} {{{resolved(body)}}}" for s, body in _RULE.findall(css) if s.startswith(starts))
    return "\n".join(rules)


def alone(drawing: Element, css: str) -> str:
    """A drawing as a file of its own, with its style and its size."""
    copy = Element("svg", dict(drawing.attrib))
    copy.text = drawing.text
    look = Element("style")
    look.text = style(css, classes(drawing))
    copy.append(look)
    copy.extend(drawing)
    if (box := copy.get("viewBox", "").split()) and "width" not in copy.attrib:
        copy.attrib |= {"width": box[2], "height": box[3]}
    return xhtml(copy)
