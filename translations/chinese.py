"""What the Chinese of a message must be: there, with Chinese in it, without English words, spaced as agreed.

`translated`: a message has a Chinese side that nobody has marked fuzzy, and there is Chinese in it.

`latin`: every Latin word of a Chinese sentence has to be on the list `latin.txt`. Code, formulas, links' targets and
fill-ins are not looked at. To permit a word, give it a line in the list; one that no sentence has any more is reported.

`spaced`: a space stands between a Chinese character and a Latin letter, a digit, a formula or code beside it; none
between two Chinese characters, and none beside full-width punctuation. Punctuation in a Chinese sentence is full-width:
，。；：？！（）“”. Numbers, such as 0.5 or 2, 3, keep their own signs, and so does the number of a paragraph, as
in “12. ”.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path

from translations.markup import inline
from translations.messages import HAN, Message, has_chinese

LISTED = Path(__file__).with_name("latin.txt")

_FULL = "，。；：？！、（）《》“”‘’…—"
_FORMULA = "\ue000"  # a formula, code or number
_UNKNOWN = "\ue001"  # something of which the ends are not known
_LATIN = f"A-Za-z0-9{_FORMULA}"
_FILL_IN = re.compile(r"\{[^{}]*\}|%\([a-z]+\)s|%[sd]")
# What a role prints: an equation its number, a proof "(BP2) 的证明", a numbered figure "图 1", a work "Werbos（1974）".
_ROLES = {
    "eq": _FORMULA,
    "formula": _FORMULA,
    "proof": f"{_FORMULA} 的证明",
    "numref": f"图 {_FORMULA}",
    "cite": f"{_FORMULA}（{_FORMULA}）",
}

_RULES = (
    (re.compile(f"[{HAN}][{_LATIN}]|[{_LATIN}][{HAN}]"), "a space is missing between Chinese and Latin or a formula"),
    (re.compile(f"[{HAN}] +[{HAN}]"), "no space between Chinese characters"),
    (re.compile(rf"(?<!\d\.) +[{_FULL[:-2]}]|[{_FULL[:-2]}] +"), "no space beside full-width punctuation"),
    (re.compile(rf"[{HAN}”’）》] ?[,;:!?](?!\w)|[,;:!?] ?[{HAN}]|[{HAN}]\."), "full-width punctuation in Chinese"),
    (re.compile(rf"\([^()]*[{HAN}][^()]*\)|[{HAN}] ?\($|[{HAN}]\("), "full-width brackets in Chinese"),
    (re.compile(rf'"[^"]*[{HAN}][^"]*"|[{HAN}]"|"[{HAN}]'), "Chinese quotation marks “ ”"),
    (re.compile("  +"), "one space is enough"),
)  # fmt: skip
_CODE = re.compile(r"""[\w'"-]*[._=(\[@/\\][^\s\u3000-\u9fff\uff00-\uffef]*|--?[a-z-]+""")
"""What is code by its signs: x.shape[1], domain=…, node_modules, @scope/package, \\partial, --port."""

_LATIN_WORD = re.compile(r"[A-Za-z]{2,}")


def has_words(text: str) -> bool:
    """Whether `text` has a word outside its formulas, code, roles and fill-ins."""
    words = (piece.content for piece in inline(text)[0] if piece.type in ("text", "html_inline"))
    return any(_LATIN_WORD.search(_FILL_IN.sub("", part)) for part in words)


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


@cache
def permitted(path: Path = LISTED) -> frozenset[str]:
    """The words of the list."""
    lines = path.read_text("utf-8").splitlines()
    return frozenset(line.strip() for line in lines if line.strip() and not line.startswith("#"))


def words(message: Message) -> Iterator[str]:
    """The Latin words of the Chinese, one after the other."""
    for piece in inline(message.zh or "")[0]:
        if piece.type in ("text", "html_inline"):
            yield from _LATIN_WORD.findall(_CODE.sub(" ", _FILL_IN.sub(" ", piece.content)))


def latin(message: Message) -> Iterator[str]:
    """The Latin words of the Chinese that are not permitted."""
    for word in words(message):
        if word not in permitted():
            yield f"{word} is English; translate it, or permit it in translations/latin.txt"


def unneeded(messages: Iterable[Message], path: Path = LISTED) -> Iterator[str]:
    """The words of the list that no message has any more."""
    needed = {word for message in messages for word in words(message)}
    for word in sorted(permitted(path) - needed):
        yield f"latin.txt: no Chinese sentence has {word} any more; take it off the list"


def flat(text: str) -> str:
    """`text` as a reader sees it, with one sign for each formula, code and role."""
    parts = []
    for piece in inline(text)[0]:
        if piece.type == "text":
            parts.append(_FILL_IN.sub(_UNKNOWN, piece.content))
        elif piece.type == "myst_role":
            parts.append(_ROLES.get(piece.meta["name"], _UNKNOWN))
        elif piece.type.startswith("math") or piece.type == "code_inline":
            parts.append(_FORMULA)
        elif piece.type in ("softbreak", "hardbreak"):
            parts.append("\n")
        elif piece.type in ("image", "html_inline"):
            parts.append(_UNKNOWN)
    return "".join(parts)


def spaced(message: Message) -> Iterator[str]:
    """Where the Chinese of `message` leaves the convention."""
    text = flat(message.zh)
    for pattern, rule in _RULES:
        for found in pattern.finditer(text):
            near = text[max(found.start() - 6, 0) : found.end() + 6]
            yield f"{rule}: …{near.replace(_FORMULA, '□').replace(_UNKNOWN, '…')}…"
