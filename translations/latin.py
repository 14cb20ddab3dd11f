"""English words that were left in a Chinese sentence: every Latin word has to be on the list `latin.txt`.

Code, formulas, links' targets and fill-ins are not looked at. To permit a word, give it a line in the list; one that
no sentence has any more is reported.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path

from translations.markup import inline
from translations.messages import Message

LISTED = Path(__file__).with_name("latin.txt")
_FILL_IN = re.compile(r"\{[^{}]*\}|%\([a-z]+\)s|%[sd]")
_CODE = re.compile(r"""[\w'"-]*[._=(\[@/\\][^\s\u3000-\u9fff\uff00-\uffef]*|--?[a-z-]+""")
"""What is code by its signs: x.shape[1], domain=…, node_modules, @scope/package, \\partial, --port."""

_WORD = re.compile(r"[A-Za-z]{2,}")


@cache
def permitted(path: Path = LISTED) -> frozenset[str]:
    """The words of the list."""
    lines = path.read_text("utf-8").splitlines()
    return frozenset(line.strip() for line in lines if line.strip() and not line.startswith("#"))


def words(message: Message) -> Iterator[str]:
    """The Latin words of the Chinese, one after the other."""
    for piece in inline(message.zh or "")[0]:
        if piece.type in ("text", "html_inline"):
            yield from _WORD.findall(_CODE.sub(" ", _FILL_IN.sub(" ", piece.content)))


def chinese(message: Message) -> Iterator[str]:
    """The Latin words of the Chinese that are not permitted."""
    for word in words(message):
        if word not in permitted():
            yield f"{word} is English; translate it, or permit it in translations/latin.txt"


def unneeded(messages: Iterable[Message], path: Path = LISTED) -> Iterator[str]:
    """The words of the list that no message has any more."""
    needed = {word for message in messages for word in words(message)}
    for word in sorted(permitted(path) - needed):
        yield f"latin.txt: no Chinese sentence has {word} any more; take it off the list"
