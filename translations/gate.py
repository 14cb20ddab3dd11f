"""All checks over all messages, less the exceptions that exceptions.toml gives a reason for."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from translations import terms
from translations.chinese import latin, spaced, translated
from translations.markup import same, shown
from translations.messages import Message, of_catalogue, of_source

ROOT = Path(__file__).parents[1]
EXCEPTIONS = Path(__file__).with_name("exceptions.toml")

Check = Callable[[Message], Iterator[str]]


@dataclass(frozen=True, slots=True)
class Finding:
    """What a check found in a message."""

    check: str
    message: Message
    what: str

    def __str__(self) -> str:
        return (
            f"{self.message.where}: [{self.check}] {self.what}\n    {self.message.en}\n    {self.message.zh}"
        )


@dataclass(frozen=True, slots=True)
class Excepted:
    """One thing that is right in spite of a check: in messages that begin so, what is told so, and why."""

    check: str
    english: str
    what: str
    why: str

    def covers(self, finding: Finding) -> bool:
        """Whether `finding` is the thing."""
        return (
            finding.check == self.check
            and finding.message.en.startswith(self.english)
            and self.what in finding.what
        )


@dataclass(frozen=True, slots=True)
class Exceptions:
    """The file of exceptions, each with its reason there: single ones; `phrases` in which a term's word means
    something else; and `also`, further Chinese words of a term.
    """

    single: tuple[Excepted, ...]
    phrases: tuple[str, ...]
    also: Mapping[str, tuple[str, ...]]


def read_exceptions(path: Path = EXCEPTIONS) -> Exceptions:
    """The exceptions in a TOML file. Raises `ValueError` for one without a reason."""
    data = tomllib.loads(path.read_text("utf-8"))
    for entry in (entry for entries in data.values() for entry in entries):
        if not entry.get("why", "").strip():
            raise ValueError(f"The exception {entry} gives no reason; write it in `why`.")
    return Exceptions(
        tuple(Excepted(**entry) for entry in data.get("exception", ())),
        tuple(entry["english"] for entry in data.get("phrase", ())),
        {entry["english"]: tuple(entry["chinese"]) for entry in data.get("also", ())},
    )


def messages(root: Path = ROOT) -> Iterator[Message]:
    """Every message of the book and of the library."""
    for path in sorted((root / "docs" / "locale").rglob("*.po")):
        yield from of_catalogue(path, path.relative_to(root).as_posix())
    for path in sorted((root / "src").rglob("*.py")):
        yield from of_source(path.read_text("utf-8"), path.relative_to(root).as_posix())


def checks(glossary: terms.Glossary) -> dict[str, Check]:
    """Every check by its name."""
    as_agreed = partial(terms.as_agreed, glossary=glossary)
    return {
        "whole": translated,
        "same": same,
        "shown": shown,
        "terms": as_agreed,
        "spacing": spaced,
        "latin": latin,
    }


def findings(all_messages: Iterable[Message], glossary: terms.Glossary) -> Iterator[Finding]:
    """What the checks find, exceptions not considered."""
    named = checks(glossary)
    for message in all_messages:
        for name, check in named.items():
            for what in check(message):
                yield Finding(name, message, what)


def judge(found: Iterable[Finding], exceptions: Exceptions) -> Iterator[str]:
    """What has to be mended: findings that no exception covers, and exceptions that cover nothing any more."""
    unused = set(exceptions.single)
    for finding in found:
        covering = [entry for entry in exceptions.single if entry.covers(finding)]
        unused.difference_update(covering)
        if not covering:
            yield str(finding)
    for entry in sorted(unused, key=lambda entry: entry.english):
        yield f"exceptions.toml: nothing is left to except [{entry.check}] {entry.what} in {entry.english!r}"
