"""The frame of a page in both languages: lists of pages, buttons, the search field, the foot.

`pair_frame(english, chinese, article)` walks through both pages at once. A link or a button comes once, and the words
in it twice, each with its language; what is only heard, such as the name of a button, says both in one attribute.
The text of the page itself is left to `article`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from itertools import zip_longest

from bpderive.errors import ParseError
from bpderive.sphinxext.elements import Element, parse

_NAME = re.compile(r'(?<= )(title|aria-label|placeholder|alt)="([^"]*)"')

Article = Callable[[Element, Element], str]
"""What becomes of the text of the page in each language."""


def pair_frame(english: str, chinese: str, article: Article) -> str:
    """The body of a page in both languages. Raises `ParseError` where the two are not built alike."""
    return "".join(_children(Element("", "", parse(english)), Element("", "", parse(chinese)), article))


def both_names(english: str, chinese: str) -> str:
    """An opening tag of the Chinese page, its names in both languages: `title="搜索 · Search"`."""
    known = dict(_NAME.findall(english))

    def named(found: re.Match[str]) -> str:
        name, words = found.groups()
        other = known.get(name, words)
        return found.group() if other == words else f'{name}="{words} · {other}"'

    return _NAME.sub(named, chinese)


def _children(english: Element, chinese: Element, article: Article) -> Iterator[str]:
    if _is_mixed(english) or _is_mixed(chinese):
        one, other = ("".join(map(str, element.children)) for element in (english, chinese))
        yield _words(one, other)
        return
    for first, second in zip_longest(english.children, chinese.children):
        if isinstance(first, str) and isinstance(second, str):
            yield _words(first, second)
        elif isinstance(first, Element) and isinstance(second, Element) and first.tag == second.tag:
            yield _element(first, second, article)
        else:
            raise ParseError(
                f"In {chinese.source or 'the page'} the frames of the two languages differ: {str(first)[:60]!r} in "
                f"English, {str(second)[:60]!r} in Chinese. Build both again from the same templates."
            )


def _element(english: Element, chinese: Element, article: Article) -> str:
    if chinese.tag == "article":
        return article(english, chinese)
    if chinese.opaque:
        return str(chinese)
    source = both_names(english.source, chinese.source)
    return str(Element(chinese.tag, source, ["".join(_children(english, chinese, article))]))


def _is_mixed(element: Element) -> bool:
    """Whether words stand beside formulas or other elements in a line, where another language has another order."""
    words = any(isinstance(child, str) and child.strip() for child in element.children)
    inline = [child for child in element.children if isinstance(child, Element) and not child.is_block]
    return words and any(child.tag == "span" for child in inline)


def _words(english: str, chinese: str) -> str:
    """Words in both languages, with the space around them; what is the same in both comes once."""
    if english.split() == chinese.split():
        return chinese
    inner = f'<span lang="en">{english.strip()}</span> <span lang="zh-CN">{chinese.strip()}</span>'
    before = chinese[: len(chinese) - len(chinese.lstrip())]
    after = chinese[len(chinese.rstrip()) :]
    return f'{before}<span class="two-names">{inner}</span>{after}'
