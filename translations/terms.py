"""Terms as the glossary (docs/glossary.csv) agrees them.

A term that the English uses must have its agreed Chinese in the same message, and no word of the column
`forbidden` may occur. Words are matched as words: the longest entry that fits is taken, so that an output error
is not an error by accident; and because Chinese puts the head of a compound last, 隐藏层 is a 层, but 输出层 is
not an 输出. `also` has further words that a term may have, such as 列向量 for a column. A forbidden word that is
the agreed word for something else, such as 拐点, may stand where the English has that something else.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from translations.chinese import flat
from translations.messages import Message

_BRACKET = re.compile("（[^（）]*）")


@dataclass(frozen=True, slots=True)
class Term:
    """A line of the glossary: the English, the agreed Chinese, and the words that are not used for it."""

    english: str
    chinese: str
    forbidden: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Glossary:
    """The terms, English phrases in which a term's word means something else, and further Chinese of terms."""

    terms: tuple[Term, ...]
    phrases: Collection[str] = ()
    also: Mapping[str, Collection[str]] = field(default_factory=dict)
    _english: re.Pattern[str] = field(init=False)
    _chinese: re.Pattern[str] = field(init=False)

    def __post_init__(self) -> None:
        english = {term.english for term in self.terms} | set(self.phrases)
        chinese = {word for term in self.terms for word in (*self.right(term), *term.forbidden)}
        object.__setattr__(
            self, "_english", re.compile(rf"\b(?:{_longest_first(map(_forms, english))})\b", re.I)
        )
        object.__setattr__(self, "_chinese", re.compile(_longest_first(map(re.escape, chinese))))

    def right(self, term: Term) -> tuple[str, ...]:
        """The words that `term` may have in Chinese, the agreed one first."""
        return agreed(term), *self.also.get(term.english, ())

    def used(self, english: str) -> set[Term]:
        """The terms that an English text uses, in any number."""
        found = {word.group() for word in self._english.finditer(english)}
        found -= {word for word in found if any(_is(phrase, word) for phrase in self.phrases)}
        return {term for term in self.terms if any(_is(term.english, word) for word in found)}

    def words(self, chinese: str) -> set[str]:
        """The agreed and the forbidden words that a Chinese text uses."""
        return set(self._chinese.findall(chinese))


def read(
    path: Path, phrases: Collection[str] = (), also: Mapping[str, Collection[str]] | None = None
) -> Glossary:
    """The glossary in a CSV file with the columns english, chinese and forbidden (words separated by `|`)."""
    with path.open(encoding="utf-8", newline="") as file:
        terms = [
            Term(
                _plain(row["english"]),
                row["chinese"],
                tuple(word.strip() for word in row["forbidden"].split("|") if word.strip()),
            )
            for row in csv.DictReader(file)
        ]
    return Glossary(tuple(terms), phrases, also or {})


def agreed(term: Term) -> str:
    """The agreed Chinese without what explains it in brackets, which later uses leave out."""
    return _BRACKET.sub("", term.chinese)


def as_agreed(message: Message, glossary: Glossary) -> Iterator[str]:
    """Terms of `message` that the Chinese lacks, and forbidden words in it."""
    if not message.zh:
        return
    used, words = glossary.used(flat(message.en)), glossary.words(flat(message.zh))
    for term in sorted(used, key=lambda term: term.english):
        if not any(word.endswith(glossary.right(term)) for word in words):
            yield f"“{term.english}” is {agreed(term)} in Chinese"
    meant = {agreed(term) for term in used}
    for term in glossary.terms:
        for word in term.forbidden:
            if word in words - meant:
                yield f"{word} is not used for “{term.english}”: write {agreed(term)}"


def _plain(english: str) -> str:
    return re.sub(r" \([^()]*\)", "", english)


def _forms(english: str) -> str:
    """A pattern for a term in the singular and in the plural, joined by a space or a hyphen."""
    words = [re.escape(word) for word in re.split("[ -]", english)]
    last = words[-1]
    plurals = {"y": f"{last[:-1]}(?:y|ies)", "x": f"{last[:-2]}(?:ix|ices)"}
    words[-1] = plurals.get(last[-1], rf"{last}(?:s|es)?")
    return r"[\s-]".join(words)


def _is(english: str, word: str) -> bool:
    return re.fullmatch(_forms(english), word, re.IGNORECASE) is not None


def _longest_first(patterns: Iterable[str]) -> str:
    return "|".join(sorted(patterns, key=lambda pattern: (-len(pattern), pattern)))
