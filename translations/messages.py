"""Messages in two languages: those of a PO file, and every `Text` of a Python source."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

HAN = "\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
"""The Chinese characters, for use in a regular expression's brackets."""

_HAN = re.compile(f"[{HAN}]")


@dataclass(frozen=True, slots=True)
class Message:
    """One phrase: where it stands, its English, its Chinese, and whether the Chinese awaits a second look."""

    where: str
    en: str
    zh: str
    fuzzy: bool = False


def has_chinese(text: str) -> bool:
    """Whether there is a Chinese character in `text`."""
    return bool(_HAN.search(text))


def of_catalogue(path: Path, name: str) -> Iterator[Message]:
    """The messages of a PO file, which is called `name` in findings."""
    from babel.messages.pofile import read_po  # the library's own tests do without it

    with path.open("rb") as file:
        catalogue = read_po(file, locale=None)
    for entry in catalogue:
        if entry.id:
            yield Message(f"{name}:{entry.lineno}", str(entry.id), str(entry.string or ""), entry.fuzzy)


def of_source(source: str, name: str) -> Iterator[Message]:
    """Every `Text(…)` in a Python source whose two phrases are written there; `{0}` stands for what is filled in.

    A `Text` made of values, such as `Text(name, name)`, has no words of its own. One that has words in one
    language only comes with the other side empty, and so fails.
    """
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Text":
            phrases = dict(zip(("en", "zh"), map(_words, node.args), strict=False))
            phrases |= {keyword.arg: _words(keyword.value) for keyword in node.keywords if keyword.arg}
            if any(words is not None for words in phrases.values()):
                en, zh = phrases.get("en") or "", phrases.get("zh") or ""
                yield Message(f"{name}:{node.lineno}", en, zh)


def _words(node: ast.expr) -> str | None:
    """The phrase that an expression writes; None where it is a value."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.JoinedStr):
        parts = (_words(part) if isinstance(part, ast.Constant) else "{0}" for part in node.values)
        return "".join(part or "" for part in parts)
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        left, right = _words(node.left), _words(node.right)
        return None if left is None and right is None else (left or "{0}") + (right or "{0}")
    if isinstance(node, ast.IfExp):
        return _words(node.body)
    return None
