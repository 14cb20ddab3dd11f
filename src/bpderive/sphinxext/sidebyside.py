"""The third way of reading: both languages on one page, made from the finished page in each.

`write_all(html)` pairs `html/en` with `html/zh` into `html/both`. The two pages come from one source, so their
elements correspond; `pair` walks through both at once. What is the same in both, such as a formula, a figure or
code, comes once. A paragraph, heading, caption, cell or summary that differs comes twice, each half with its
language; but the program of a cell comes once, with the comments in Chinese. The frame around the text, such as lists
of pages, buttons and the search field, is paired by `pair_frame`: a link or a button comes once, and the words in it
twice; what is only heard says both in one attribute. Nothing here
knows a directive: whatever a page holds in two languages is paired, and a page whose elements do not correspond is an
error of the build. `parse` reads a page as elements that print as the text they were read from; what nothing looks
into, such as a script, is kept as it stands.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import zip_longest
from pathlib import Path
from typing import Any

from bpderive.errors import ParseError

_VOID = frozenset({"br", "col", "hr", "img", "input", "link", "meta", "source", "wbr"})
_BLOCKS = re.compile(
    r"article|aside|blockquote|caption|colgroup|dd|details|div|dl|dt|figcaption|figure|footer|form|h[1-6]|header"
    r"|li|main|nav|ol|p|pre|section|summary|svg|table|tbody|td|tfoot|th|thead|tr|ul"
)
_OPAQUE = "math|pre|script|style|svg"
_TOKEN = re.compile(
    rf"<!--.*?-->|<(?P<opaque>{_OPAQUE})\b.*?</(?P=opaque)>|</(?P<close>[a-z][\w-]*)\s*>"
    r"|<(?P<open>[a-z][\w-]*)(?P<attributes>(?:[^>\"']|\"[^\"]*\"|'[^']*')*)>|[^<]+",
    re.DOTALL,
)


@dataclass(slots=True)
class Element:
    """An element of a page; `source` is its opening tag, or all of it where nothing looks inside (`opaque`)."""

    tag: str
    source: str
    children: list[Element | str] = field(default_factory=list)
    opaque: bool = False

    def __str__(self) -> str:
        if self.opaque or self.tag in _VOID:
            return self.source
        return f"{self.source}{''.join(map(str, self.children))}</{self.tag}>"

    @property
    def is_block(self) -> bool:
        """Whether it is laid out as a block, or holds one."""
        return bool(_BLOCKS.fullmatch(self.tag)) or self.holds_block

    @property
    def holds_block(self) -> bool:
        """Whether a block stands in it."""
        return any(isinstance(child, Element) and child.is_block for child in self.children)


Item = Element | str
"""A block, or what stands in a line: text with the elements in it."""


def parse(html: str) -> list[Element | str]:
    """The elements of a piece of a page. Raises `ParseError` where they do not close in order."""
    root = Element("", "")
    stack = [root]
    for token in _TOKEN.finditer(html):
        text = token.group()
        if token["opaque"]:
            stack[-1].children.append(Element(token["opaque"], text, opaque=True))
        elif token["open"]:
            element = Element(token["open"], text)
            stack[-1].children.append(element)
            if element.tag not in _VOID and not text.endswith("/>"):
                stack.append(element)
            elif element.tag not in _VOID:
                element.opaque = True
        elif token["close"]:
            if stack[-1].tag != token["close"]:
                raise ParseError(f"<{stack[-1].tag}> is closed by </{token['close']}>; mend the page's HTML.")
            stack.pop()
        elif not text.startswith("<!--"):
            stack[-1].children.append(text)
    if len(stack) > 1:
        raise ParseError(f"<{stack[-1].tag}> is not closed; mend the page's HTML.")
    return root.children


_NAME = re.compile(r'(?<= )(title|aria-label|placeholder|alt)="([^"]*)"')


def pair_frame(english: str, chinese: str) -> str:
    """The body of a page in both languages. Raises `ParseError` where the two are not built alike."""
    return "".join(_children(Element("", "", parse(english)), Element("", "", parse(chinese))))


def both_names(english: str, chinese: str) -> str:
    """An opening tag of the Chinese page, its names in both languages: `title="搜索 · Search"`."""
    known = dict(_NAME.findall(english))

    def named(found: re.Match[str]) -> str:
        name, words = found.groups()
        other = known.get(name, words)
        return found.group() if other == words else f'{name}="{words} · {other}"'

    return _NAME.sub(named, chinese)


def _children(english: Element, chinese: Element) -> Iterator[str]:
    if _is_mixed(english) or _is_mixed(chinese):
        one, other = ("".join(map(str, element.children)) for element in (english, chinese))
        yield _words(one, other)
        return
    for first, second in zip_longest(english.children, chinese.children):
        if isinstance(first, str) and isinstance(second, str):
            yield _words(first, second)
        elif isinstance(first, Element) and isinstance(second, Element) and first.tag == second.tag:
            yield _element(first, second)
        else:
            raise ParseError(
                f"In {chinese.source or 'the page'} the frames of the two languages differ: {str(first)[:60]!r} in "
                f"English, {str(second)[:60]!r} in Chinese. Build both again from the same templates."
            )


def _element(english: Element, chinese: Element) -> str:
    if chinese.tag == "article":
        return _inside(english, chinese, "the page")
    if chinese.opaque:
        return str(chinese)
    source = both_names(english.source, chinese.source)
    return str(Element(chinese.tag, source, ["".join(_children(english, chinese))]))


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


FOLDERS = ("en", "zh")
BOTH = "both"
_CODES = ("en", "zh-CN")

_SPOKEN = re.compile(r' (?:title|alt|aria-label)="[^"]*"')
_SAID_ENGLISH = re.compile(r'<span lang="en">([^<]*)</span>|(<div\b[^>]*?) lang="en"')
_ID = re.compile(r' id="[^"]*"')
_HEADER_LINK = re.compile(r'<a class="headerlink".*?</a>', re.DOTALL)
_BODY = re.compile(r"<body\b[^>]*>(.*)</body>", re.DOTALL)
_TITLE = re.compile(r"(<title>)(.*?)( &#8212; .*?)?(</title>)", re.DOTALL)
_FILES = re.compile(r'( (?:href|src)=")((?:\.\./)*)(_[a-z]+/)')
_CURRENT = re.compile(r' aria-current="true"(?= data-reading)')


def pair(english: str, chinese: str) -> str:
    """A piece of a page in both languages. Raises `ParseError` where its elements do not correspond."""
    return "".join(_pair_items(_items(parse(english)), _items(parse(chinese)), "the page"))


def _items(children: Sequence[Element | str]) -> list[Item]:
    """The blocks among `children`, and what stands between them; blank space is left out."""
    items: list[Item] = []
    run = ""
    for child in (*children, None):
        if child is None or (isinstance(child, Element) and child.is_block):
            if run.strip():
                items.append(run)
            run = ""
            if child is not None:
                items.append(child)
        else:
            run += str(child)
    return items


def _pair_items(english: Sequence[Item], chinese: Sequence[Item], where: str) -> Iterator[str]:
    for one, other in zip_longest(english, chinese):
        if isinstance(one, Element) and isinstance(other, Element) and one.tag == other.tag:
            yield _pair_elements(one, other)
        elif isinstance(one, str) and isinstance(other, str):
            yield other if _silent(one) == _silent(other) else _halves("span", _half(one), other)
        else:
            raise ParseError(
                f"In {where} the two languages differ in their parts: {_begin(one)} in English, {_begin(other)} in "
                "Chinese. A translation may hold no paragraph, list or block that its original does not."
            )


def _pair_elements(english: Element, chinese: Element) -> str:
    is_program = "cell_input" in chinese.source
    if _silent(str(english)) == _silent(str(chinese)) or chinese.tag == "svg" or is_program:
        return str(chinese)
    if english.opaque or chinese.opaque:
        return _halves("div", _speaking(str(english), 0), _speaking(str(chinese), 1))
    if english.holds_block or chinese.holds_block:
        return _inside(english, chinese, chinese.source)
    if (
        chinese.tag == "p" and "admonition-title" not in chinese.source
    ):  # the theme wants that one where it stands
        return _halves("div", _speaking(_half(str(english)), 0), _speaking(str(chinese), 1))
    one, other = ("".join(map(str, element.children)) for element in (english, chinese))
    return f"{chinese.source}{_halves('span', _half(one), other)}</{chinese.tag}>"


def _halves(tag: str, english: str, chinese: str) -> str:
    """Both halves in a `tag` that lays them side by side."""
    if tag == "span":
        english, chinese = (
            f'<span lang="{code}">{half}</span>'
            for code, half in zip(_CODES, (english, chinese), strict=True)
        )
    return f'<{tag} class="both">{english} {chinese}</{tag}>'


def _speaking(element: str, language: int) -> str:
    """An element that says its language."""
    return re.sub(r"^<[\w-]+", rf'\g<0> lang="{_CODES[language]}"', element, count=1)


def _half(html: str) -> str:
    """The English half: the anchors are those of the Chinese one."""
    return _ID.sub("", _HEADER_LINK.sub("", html))


def _silent(html: str) -> str:
    """What is seen: without the words that stand in attributes, and without what only tells the language."""
    return _SAID_ENGLISH.sub(lambda found: found[1] or found[2] or "", _SPOKEN.sub("", html))


def _begin(item: Item | None) -> str:
    return "nothing" if item is None else repr(str(item)[:60])


def _inside(english: Element, chinese: Element, where: str) -> str:
    """An element with the blocks in it in both languages."""
    inner = _pair_items(_items(english.children), _items(chinese.children), where)
    return f"{chinese.source}{''.join(inner)}</{chinese.tag}>"


def page(english: str, chinese: str, depth: int) -> str:
    """A whole page: frame and text in both languages, `depth` folders below the book's.

    Raises `ParseError` where the two pages do not correspond.
    """
    bodies = [_BODY.search(text) for text in (english, chinese)]
    if bodies[0] is not None and bodies[1] is not None:
        start, end = bodies[1].span(1)
        chinese = chinese[:start] + pair_frame(bodies[0][1], bodies[1][1]) + chinese[end:]
    title = _TITLE.search(english)
    if title is not None:
        chinese = _TITLE.sub(lambda t: f"{t[1]}{t[2]} · {title[2]}{t[3] or ''}{t[4]}", chinese, count=1)
    chinese = chinese.replace("<html", '<html data-reading="both"', 1)
    # One copy of the files that are no pages serves both ways of reading; what a reader has is not fetched again.
    chinese = _FILES.sub(lambda found: f"{found[1]}{'../' * depth}zh/{found[3]}", chinese)
    chinese = _CURRENT.sub("", chinese)
    return chinese.replace(' data-reading="both" href', ' data-reading="both" aria-current="true" href', 1)


def read_index(script: str) -> dict[str, Any]:
    """What Sphinx's script `searchindex.js` holds."""
    found: dict[str, Any] = json.loads(script.strip().removeprefix("Search.setIndex(").removesuffix(")"))
    return found


def search_index(english: str, chinese: str) -> str:
    """Sphinx's search index with the terms of both languages. Raises `ParseError` where their pages differ."""
    one, made = read_index(english), read_index(chinese)
    if one["docnames"] != made["docnames"]:
        raise ParseError("The two languages have different pages; build both again.")
    made["titles"] = [f"{z} · {e}" for e, z in zip(one["titles"], made["titles"], strict=True)]
    for name in ("terms", "titleterms"):
        for term, pages in one[name].items():
            known = made[name].get(term, [])
            both = {
                number
                for numbers in (pages, known)
                for number in (numbers if isinstance(numbers, list) else [numbers])
            }
            made[name][term] = sorted(both) if len(both) > 1 else both.pop() if both else []
    for prefix, found in made["objects"].items():
        for here, there in zip(found, one["objects"].get(prefix, []), strict=False):
            if here[:4] == there[:4] and here[4] != there[4]:
                here[4] = f"{here[4]} · {there[4]}"
    for name in ("alltitles", "indexentries"):
        for title, places in one[name].items():
            here = made[name].setdefault(title, [])
            here.extend(place for place in places if place not in here)
    return f"Search.setIndex({json.dumps(made, ensure_ascii=False, separators=(',', ':'), sort_keys=True)})"


def write_all(html: Path) -> list[str]:
    """Write what is new in `html/both`, and give what could not be paired: a line for each such page."""
    english, chinese, both = (html / name for name in (*FOLDERS, BOTH))
    wrong = []
    wanted = {path.relative_to(chinese) for path in chinese.rglob("*.html") if "_static" not in path.parts}
    for name in sorted(wanted):
        sources, target = (english / name, chinese / name), both / name
        if not sources[0].exists():
            wrong.append(f"{name}: not in English.")
        elif _is_older(target, *sources):
            target.parent.mkdir(parents=True, exist_ok=True)
            try:
                made = page(sources[0].read_text("utf-8"), sources[1].read_text("utf-8"), len(name.parts))
            except ParseError as error:
                wrong.append(f"{name}: {error}")
            else:
                target.write_text(made, "utf-8")
    for path in both.rglob("*.html"):
        if path.relative_to(both) not in wanted:
            path.unlink()
    indexes = [folder / "searchindex.js" for folder in (english, chinese)]
    if not wrong and all(path.exists() for path in indexes):
        text = search_index(*(path.read_text("utf-8") for path in indexes))
        (both / "searchindex.js").write_text(text, "utf-8")
    return wrong


def _is_older(target: Path, *sources: Path) -> bool:
    """Whether `target` is missing, or was made before one of the sources or before the code that pairs them."""
    newest = max(path.stat().st_mtime_ns for path in (*sources, Path(__file__)))
    return not target.exists() or target.stat().st_mtime_ns <= newest
