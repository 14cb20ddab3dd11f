"""Phrases that are not English, in the English text of the book: `calques.toml` lists them, each with what is better.

`python -m translations.calques` prints them, and the exit code is 1 if there are any. Code is not looked at. In what
the library says, its `Text`s, `python -m translations` finds them.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from translations.messages import Message

LISTED = Path(__file__).with_name("calques.toml")

_FENCE = re.compile(r" *(`{3,}|:{3,})(.*)")
_INLINE = re.compile(r"`[^`\n]+`")


@dataclass(frozen=True, slots=True)
class Calque:
    """A phrase to avoid, as a regular expression, and what to write instead."""

    pattern: re.Pattern[str]
    better: str


@cache
def listed(path: Path = LISTED) -> tuple[Calque, ...]:
    """The calques of the list. Raise `ValueError` for one that does not say what is better."""
    entries = tomllib.loads(path.read_text("utf-8"))["calque"]
    for entry in entries:
        if not entry.get("better", "").strip():
            raise ValueError(f"The calque {entry['pattern']!r} does not say what is better.")
    return tuple(Calque(re.compile(entry["pattern"], re.IGNORECASE), entry["better"]) for entry in entries)


def prose(text: str) -> str:
    """The text with its code blanked out, line for line; what a directive such as `{solution}` holds is prose."""
    lines, open_fences = [], list[tuple[str, bool]]()  # the marks of a fence, and whether code is inside
    for line in text.splitlines():
        fence = _FENCE.fullmatch(line)
        in_code = bool(open_fences) and open_fences[-1][1]
        if fence is not None and open_fences and not fence[2] and fence[1] == open_fences[-1][0]:
            open_fences.pop()
        elif fence is not None and not in_code:
            is_code = fence[1][0] == "`" and (not fence[2].startswith("{") or fence[2].startswith("{code"))
            open_fences.append((fence[1], is_code))
        lines.append("" if in_code or fence else _INLINE.sub("", line))
    return "\n".join(lines)


def found(name: str, text: str) -> Iterator[str]:
    """The calques in a text, each with its line."""
    shown = prose(text)
    for calque in listed():
        for match in calque.pattern.finditer(shown):
            line = shown.count("\n", 0, match.start()) + 1
            yield f"{name}:{line}: [calque] “{match[0]}”: {calque.better}"


def texts(root: Path) -> Iterator[Path]:
    """The files whose English is looked at."""
    yield from sorted((root / "docs").glob("*.md"))
    yield from (root / name for name in ("README.md", "CONTRIBUTING.md"))


def in_texts(root: Path) -> Iterator[str]:
    """The calques in all of them."""
    for path in texts(root):
        yield from found(path.relative_to(root).as_posix(), path.read_text("utf-8"))


def in_library(messages: Iterable[Message]) -> Iterator[str]:
    """The calques in those of the messages that are the library's own."""
    for message in messages:
        if message.where.startswith("src/"):
            yield from found(message.where, message.en)


def main() -> int:
    """Look at all texts of the project."""
    lines = list(in_texts(Path(__file__).parents[1]))
    print(*lines, f"{len(lines)} calques", sep="\n")
    return 1 if lines else 0


if __name__ == "__main__":
    raise SystemExit(main())
