"""The glossary: a page made from one data file, and links to it from the first use of a term on each page.

`bpderive_glossary` names the file, a CSV with the columns english, chinese and symbol, and where known definition and
also (other names) with their Chinese in definition_zh and also_zh, and where, the page that introduces the term; the
translators' columns are theirs alone. The directive `glossary-table` shows it. Each page links its
first use of a term to its line; to leave a term without links, name it in `_EVERYDAY`.
"""

from __future__ import annotations

import csv
import hashlib
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.config import Config
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx.util.nodes import make_refnode

from bpderive.errors import ParseError
from bpderive.letters.table import table as letters
from bpderive.letters.text import Text, language
from bpderive.sphinxext import words as say
from bpderive.sphinxext.directive import BookDirective
from bpderive.sphinxext.domain import book_domain, refer
from bpderive.sphinxext.markup import element, span, table

_EVERYDAY = re.compile(
    "assumption|average|claim|column|component|definition|exercise|identity|layer|problem|proof|row|slope|solution|step"
)
"""Words that the glossary needs and that need no glossary: as links they would only distract."""
_OTHERWISE = {
    "en": "error functions?|(?:rounding|measured|largest) errors?",
    "zh": "误差函数|舍入误差|(?:最大|测得的?)误差",
}
"""Expressions in which a word of the glossary means something else: δ is no error function."""
_REMARK = re.compile(r"\s*\(.*\)$")
_NO_LETTER = re.compile(r"[^a-z0-9]+")


@dataclass(frozen=True, slots=True)
class Term:
    """A term in both languages, with its symbol as LaTeX or "", other names, and the page that introduces it."""

    en: str
    zh: str
    symbol: str
    definition: Text | None = None
    also: Text | None = None
    where: str = ""

    @property
    def anchor(self) -> str:
        """Where the glossary explains it."""
        return "term-" + _NO_LETTER.sub("-", self.en.lower()).strip("-")

    @property
    def is_linked(self) -> bool:
        """Whether its first use on a page links to the glossary; one Chinese character is too often part of a word."""
        return not _EVERYDAY.fullmatch(self.en) and len(self.zh) > 1

    @property
    def said(self) -> str:
        """The words by which a text uses it, without the remark in brackets."""
        return _REMARK.sub("", self.en) if language() == "en" else self.zh


@cache
def _read(path: Path, state: int) -> tuple[Term, ...]:
    with path.open(encoding="utf-8", newline="") as file:
        rows = [
            Term(
                row["english"],
                row["chinese"],
                row["symbol"].strip("$"),
                _text(row, "definition"),
                _text(row, "also"),
                row.get("where") or "",
            )
            for row in csv.DictReader(file)
        ]
    return tuple(sorted(rows, key=lambda term: term.en.lower()))


def _text(row: dict[str, str], column: str) -> Text | None:
    """What two columns of a line say, or None if both are empty or not there."""
    en, zh = row.get(column) or "", row.get(f"{column}_zh") or ""
    return Text(en, zh) if en or zh else None


def terms(path: Path) -> tuple[Term, ...]:
    """The terms in the file, by the English alphabet. Raises `ParseError` if it is not there."""
    if not path.is_file():
        raise ParseError(
            f"There is no glossary at {path.name}; name it in bpderive_glossary, relative to conf.py."
        )
    return _read(path, path.stat().st_mtime_ns)


def glossary_of(app: Sphinx) -> Path:
    """The file that the configuration names."""
    return Path(app.confdir, app.config.bpderive_glossary)


class GlossaryTableDirective(BookDirective):
    """Every term in both languages, with its symbol, its definition, other names, and where it is introduced."""

    def make(self) -> list[nodes.Node]:
        """The table, in which each line is an anchor."""
        path = glossary_of(self.env.app)
        self.env.note_dependency(str(path))
        found = terms(path)
        head = [
            self.words(word)
            for word in (say.ENGLISH_TERM, say.CHINESE_TERM, say.LETTER, say.MEANING, say.INTRODUCED)
        ]
        for term in found:
            self.book.enter(f"{term.en} {term.zh}", "term", term.anchor)
        self.book.data["glossary"] = self.env.current_document.docname
        rows = [self._row(term) for term in found]
        return [table(["bp-glossary"], head, rows, [term.anchor for term in found])]

    def _row(self, term: Term) -> list[list[nodes.Node]]:
        letter = next((letter for letter in letters if letter.latex == term.symbol), None)
        meaning = term.definition or (letter.meaning if letter else None)
        said = self.linked(meaning) if meaning else []
        if letter and letter.defined:
            said += [nodes.Text(" "), refer("eq", letter.defined)]
        others = str(term.also or "")
        if others:
            said.append(span(*self.words(say.ALSO_CALLED), others, classes=["bp-also"]))
        return [
            [element("span", term.en, lang="en")],
            [element("span", term.zh, lang="zh-CN")],
            [nodes.math(term.symbol, term.symbol)] if term.symbol else [],
            said,
            [self.link(term.where)] if term.where in self.env.found_docs else [],
        ]


class LinkTerms(SphinxPostTransform):
    """The first use of each term in the text of a page leads to the glossary."""

    default_priority = 800  # after all references are resolved, before formulas take their punctuation
    builders = ("html",)

    def run(self, **kwargs: Any) -> None:
        """Link them, the longest first where several begin at the same place."""
        glossary = book_domain(self.env).data["glossary"]
        here = self.env.current_document.docname
        if not glossary or here == glossary:
            return
        wanted = {term.said.lower(): term for term in terms(glossary_of(self.app)) if term.is_linked}
        for text in list(_texts(self.document)):
            if not wanted:
                return
            pieces: list[nodes.Node] = []
            end = 0
            for found in _pattern(wanted).finditer(text):
                term = wanted.pop((found["term"] or "").lower(), None)
                if term is None:  # it means something else, or it has just been used in this very text
                    continue
                assert self.app.builder is not None
                link = make_refnode(
                    self.app.builder,
                    here,
                    glossary,
                    term.anchor,
                    nodes.Text(found[0]),
                    term.zh if language() == "en" else term.en,
                )
                link["classes"] += ["bp-term"]
                pieces += [nodes.Text(text[end : found.start()]), link]
                end = found.end()
            if pieces:
                text.parent.replace(text, [*pieces, nodes.Text(text[end:])])


def _pattern(wanted: Iterable[str]) -> re.Pattern[str]:
    listed = "|".join(re.escape(words) for words in sorted(wanted, key=len, reverse=True))
    words = f"{_OTHERWISE[language()]}|(?P<term>{listed})"
    return re.compile(rf"\b(?:{words})(?:e?s)?\b" if language() == "en" else words, re.IGNORECASE)


def _texts(document: nodes.document) -> Iterator[nodes.Text]:
    """The author's words in paragraphs: no heading, no table, no code, no cell's result, nothing that is a link."""
    apart = (nodes.entry, nodes.reference, nodes.literal, nodes.math, nodes.title)
    for text in document.findall(nodes.Text):
        node, inside = text.parent, False
        while node is not None and not isinstance(node, apart) and not node.get("nb_element"):
            inside = inside or (isinstance(node, nodes.paragraph) and node.get("translatable", True))
            node = node.parent
        if inside and node is None:
            yield text


def _note_state(app: Sphinx, config: Config) -> None:
    """Let a changed glossary write every page anew."""
    path = glossary_of(app)
    state = hashlib.sha256(path.read_bytes()).hexdigest()[:16] if path.is_file() else ""
    config["bpderive_glossary_state"] = state


def setup(app: Sphinx) -> None:
    """Register the settings and the links."""
    app.add_config_value("bpderive_glossary", "glossary.csv", "env", types=(str,))
    app.add_config_value("bpderive_glossary_state", "", "env", types=(str,))
    app.add_post_transform(LinkTerms)
    app.connect("config-inited", _note_state)
