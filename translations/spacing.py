"""One convention for spaces and punctuation in Chinese.

A space stands between a Chinese character and a Latin letter, a digit, a formula or code beside it; none between
two Chinese characters, and none beside full-width punctuation. Punctuation in a Chinese sentence is full-width:
，。；：？！（）“”. Numbers, such as 0.5 or 2, 3, keep their own signs,
and so does the number of a paragraph, as in “12. ”.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from translations.markup import inline
from translations.messages import HAN, Message

_FULL = "，。；：？！、（）《》“”‘’…—"
_FORMULA, _UNKNOWN = (
    "\ue000",
    "\ue001",
)  # a formula, code or number; something of which the ends are not known
_LATIN = f"A-Za-z0-9{_FORMULA}"
_FILL_IN = re.compile(r"\{[\w.-]*\}|%\([a-z]+\)s|%[sd]")
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
