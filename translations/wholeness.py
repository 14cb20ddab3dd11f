"""That a message is translated: it has a Chinese side, nobody has marked it fuzzy, and there is Chinese in it."""

from __future__ import annotations

import re
from collections.abc import Iterator

from translations.markup import inline
from translations.messages import Message, has_chinese

_LETTERS = re.compile(r"[A-Za-z]{2,}")
_FILL_IN = re.compile(r"\{[^{}]*\}|%\([a-z]+\)s|%[sd]")


def has_words(text: str) -> bool:
    """Whether `text` has a word outside its formulas, code, roles and fill-ins."""
    words = (piece.content for piece in inline(text)[0] if piece.type in ("text", "html_inline"))
    return any(_LETTERS.search(_FILL_IN.sub("", part)) for part in words)


def translated(message: Message) -> Iterator[str]:
    """Why `message` does not count as translated."""
    if not message.en:
        yield "there is no English side"
    if not message.zh:
        yield "there is no Chinese side"
    elif message.fuzzy:
        yield "it is marked fuzzy: see whether the Chinese still says what the English says, and remove the mark"
    elif has_words(message.en) and not has_chinese(message.zh):
        yield f"there is no Chinese character in {message.zh!r}"
