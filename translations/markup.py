"""What a message holds besides words, and that both of its sides hold the same.

`inline` reads a message as the book's Markdown does. Formulas, roles, code and fill-ins such as `{count}` must be
the same set (a sentence may name a letter twice in one language and once in the other); links must be the same,
each as often. Chinese has no italics: an *emphasis* of the English is **bold** in Chinese, and only a title in
Latin letters may stay *slanted*. Marks that CommonMark leaves standing as they are, as in `**注意：**这里`, are found
because they remain in the text. Numbers of more than one digit that stand in the text must be the same, too.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token
from myst_parser.config.main import MdParserConfig
from myst_parser.parsers.mdit import create_md_parser

from translations.messages import Message, has_chinese

_MARKS = re.compile(r"\*+|`+|\$|(?<!\w)_+|_+(?!\w)")
_FILL_IN = re.compile(r"\{[\w.-]*\}")
_TEXT_IN_FORMULA = re.compile(r"\\(?:text|mathrm)\{[^{}]*\}")
_LABEL = re.compile(r"<([^<>]*)>$")
_NUMBER = re.compile(r"(?<![\w.])\d[\d.]*\d(?!\w)")
_THOUSANDS = re.compile(r"(?<=\d),(?=\d{3}\b)")


@cache
def reader() -> MarkdownIt:
    """The book's Markdown."""
    extensions = {"amsmath", "attrs_block", "attrs_inline", "colon_fence", "deflist", "dollarmath"}
    return create_md_parser(MdParserConfig(enable_extensions=extensions), RendererHTML)


def inline(text: str) -> tuple[list[Token], list[str]]:
    """The inline tokens of `text`, in order, and the kinds of its blocks."""
    tokens = reader().parse(text)
    pieces = [piece for token in tokens for piece in token.children or ()]
    return pieces, [token.type for token in tokens]


@dataclass(frozen=True, slots=True)
class Content:
    """What a message holds besides words."""

    formulas: frozenset[str]
    roles: frozenset[tuple[str, str]]
    code: frozenset[str]
    fill_ins: frozenset[str]
    numbers: frozenset[str]
    links: Counter[str]
    emphases: int
    loose_marks: Counter[str]
    blocks: tuple[str, ...]


def content(text: str) -> Content:
    """What `text` holds besides words."""
    pieces, blocks = inline(text)
    words = [piece.content for piece in pieces if piece.type == "text"]
    return Content(
        formulas=frozenset(_formula(piece.content) for piece in pieces if piece.type.startswith("math")),
        roles=frozenset(
            (piece.meta["name"], _target(piece.content)) for piece in pieces if piece.type == "myst_role"
        ),
        code=frozenset(piece.content for piece in pieces if piece.type == "code_inline"),
        fill_ins=frozenset(name for text in words for name in _FILL_IN.findall(text)),
        numbers=frozenset(
            number for text in words for number in _NUMBER.findall(_THOUSANDS.sub("", _FILL_IN.sub("", text)))
        ),
        links=Counter(str(piece.attrGet("href")) for piece in pieces if piece.type == "link_open")
        + Counter(str(piece.attrGet("src")) for piece in pieces if piece.type == "image"),
        emphases=sum(piece.type in ("em_open", "strong_open") for piece in pieces),
        loose_marks=Counter(mark for text in words for mark in _MARKS.findall(text)),
        blocks=tuple(blocks),
    )


def _formula(latex: str) -> str:
    return " ".join(_TEXT_IN_FORMULA.sub(r"\\text{}", latex).split())


def _target(role: str) -> str:
    labelled = _LABEL.search(role)
    return labelled[1] if labelled else role


def same(message: Message) -> Iterator[str]:
    """What only one side of `message` holds."""
    if not message.zh:
        return
    en, zh = content(message.en), content(message.zh)
    for kind in ("formulas", "roles", "code", "fill_ins", "numbers"):
        ours: frozenset[object] = getattr(en, kind)
        theirs: frozenset[object] = getattr(zh, kind)
        # Chinese often names a letter once more where English has a pronoun.
        added = {item for item in theirs - ours if kind != "formulas" or len(str(item)) > 1}
        for side, only in (("English", ours - theirs), ("Chinese", added)):
            for item in sorted(map(_shown, only)):
                yield f"only the {side} has the {kind.rstrip('s').replace('_', '-')} {item}"
    for side, links in (("English", en.links - zh.links), ("Chinese", zh.links - en.links)):
        for link in sorted(links):
            yield f"only the {side} has a link to {link}"
    if en.emphases != zh.emphases:
        yield f"the English has {en.emphases} emphasized pieces, the Chinese {zh.emphases}"
    if en.blocks != zh.blocks:
        yield f"the English is {' '.join(en.blocks)}, the Chinese {' '.join(zh.blocks)}"


def shown(message: Message) -> Iterator[str]:
    """Marks that stand in the Chinese text as they are, Chinese in italics, and what would not be shown at all."""
    extra = content(message.zh).loose_marks - content(message.en).loose_marks
    for mark in sorted(extra):
        yield f"{mark} is not read as a mark here; move the punctuation outside or put a space before it"
    begins = inline(message.zh)[1][:1]
    if begins and begins[0].endswith("list_open"):
        yield "it begins like a list, and Sphinx would leave the English: begin with a word"
    slanted = False
    for piece in inline(message.zh)[0]:
        if piece.type in ("em_open", "em_close"):
            slanted = piece.type == "em_open"
        elif slanted and piece.type == "text" and has_chinese(piece.content):
            yield f"Chinese has no italics: write **{piece.content}**"


def _shown(item: object) -> str:
    return ":".join(item) if isinstance(item, tuple) else str(item)
