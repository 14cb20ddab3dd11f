"""Habits of translated Chinese: `python -m translations.habits` counts them in each page, for 1000 Chinese characters.

它 where a Chinese sentence drops the pronoun or names the thing, 一个 for an article, 就是 for every “is”, and a colon
for every “because”. What the library says is counted as one page more, and not in the sum. The exit code is 1 if the
whole book has one of them more often than `MOST` says.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping

from translations.gate import messages
from translations.messages import HAN, Message

MOST: Mapping[str, float] = {"它": 3, "一个": 7, "就是": 2, "：": 10}

_HAN = re.compile(f"[{HAN}]")


def counted(chinese: str) -> dict[str, float]:
    """How often a text has each of the habits, for 1000 of its Chinese characters."""
    characters = len(_HAN.findall(chinese))
    return {habit: 1000 * chinese.count(habit) / characters if characters else 0.0 for habit in MOST}


def by_page(every: Iterable[Message]) -> dict[str, str]:
    """The Chinese of each page, by the name of its PO file, and of the library under `src`."""
    found = defaultdict[str, list[str]](list)
    for message in every:
        folder, _, rest = message.where.partition("/")
        found["src" if folder == "src" else rest.rpartition("/")[2].partition(".po")[0]].append(message.zh)
    return {page: "\n".join(texts) for page, texts in found.items()}


def main() -> int:
    """Print the counts of the pages, of the library and of the book. Return 1 if the book has one too often."""
    pages = by_page(messages())
    library = pages.pop("src", "")
    book = counted("\n".join(pages.values()))
    rows = {page: counted(text) for page, text in pages.items()} | {
        "(library)": counted(library),
        "the book": book,
    }
    print(f"{'':26}", *(f"{habit:>5}" for habit in MOST))
    for page, counts in rows.items():
        print(f"{page:26}", *(f"{count:6.1f}" for count in counts.values()))
    return int(any(book[habit] > most for habit, most in MOST.items()))


if __name__ == "__main__":
    raise SystemExit(main())
