"""A style sheet without the rules that no page of the book needs: a theme brings thousands for other books.

`used(style, words(texts))` keeps a rule if every class that one of its selectors names occurs as a word in the pages or
in their scripts. What stands in `:not()`, `:is()`, `:where()` or `:has()` is no reason to leave a rule out.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Set

_TOKEN = re.compile(r"/\*.*?\*/|\"(?:\\.|[^\"\\])*\"|'(?:\\.|[^'\\])*'|[{};]|[^{};\"'/]+|/", re.DOTALL)
_WORD = re.compile(r"[A-Za-z_][\w-]*")
_CLASS = re.compile(r"\.(-?[A-Za-z_][\w-]*)")
_CHOICE = re.compile(r":(?:not|is|where|has)\((?:[^()]|\([^()]*\))*\)")
_STRING = re.compile(r"\[[^\]]*\]")
_GROUP = re.compile(r"@(?:media|supports|layer|container)\b")


def words(texts: Iterable[str]) -> frozenset[str]:
    """Every word of the texts that could be a class."""
    return frozenset(word for text in texts for word in _WORD.findall(text))


def used(style: str, known: Set[str]) -> str:
    """The style sheet with the rules for the classes in `known`."""
    return "".join(_kept(style, known))


def _kept(style: str, known: Set[str]) -> Iterator[str]:
    for head, body in _rules(style):
        if body is None:
            yield f"{head};"
        elif _GROUP.match(head):
            inner = "".join(_kept(body, known))
            if inner:
                yield f"{head}{{{inner}}}"
        elif head.startswith("@"):
            yield f"{head}{{{body}}}"
        else:
            wanted = ",".join(one for one in _selectors(head) if _is_used(one, known))
            if wanted:
                yield f"{wanted}{{{body}}}"


def _rules(style: str) -> Iterator[tuple[str, str | None]]:
    """Each rule as what stands before its braces and what stands in them, None for a line such as `@charset`."""
    head, body, depth = "", "", 0
    for found in _TOKEN.finditer(style):
        token = found.group()
        if token.startswith("/*"):
            continue
        if token == "{":
            depth += 1
            body += token if depth > 1 else ""
        elif token == "}":
            depth -= 1
            if depth:
                body += token
            else:
                yield head.strip(), body
                head, body = "", ""
        elif depth:
            body += token
        elif token == ";":
            yield head.strip(), None
            head = ""
        else:
            head += token


def _selectors(head: str) -> Iterator[str]:
    """The selectors of a rule, which commas part, but not those in brackets."""
    depth, start = 0, 0
    for place, letter in enumerate(head):
        depth += (letter in "([") - (letter in ")]")
        if letter == "," and not depth:
            yield head[start:place].strip()
            start = place + 1
    yield head[start:].strip()


def _is_used(selector: str, known: Set[str]) -> bool:
    named = _CLASS.findall(_STRING.sub("", _CHOICE.sub("", selector)))
    return all(name in known for name in named)
