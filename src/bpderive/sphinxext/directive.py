"""What every directive of the book starts from: `BookDirective` has the language, places, marks and errors."""

from __future__ import annotations

import re
from abc import ABC, abstractmethod

from docutils import nodes
from sphinx.util import logging
from sphinx.util.docutils import SphinxDirective

from bpderive.equations import Equation, Proof, equations
from bpderive.errors import BpderiveError, ParseError, shown
from bpderive.letters.text import Text
from bpderive.sphinxext.certificates import marks
from bpderive.sphinxext.domain import BookDomain, book_domain, refer
from bpderive.sphinxext.markup import line, span
from bpderive.sphinxext.words import REFUTED, language_of, phrase

logger = logging.getLogger(__name__)

_NOTHING_INSIDE = Text(
    en="it has no such option and no content; given was {given}",
    zh="它没有这样的选项，也没有内容；给出的是 {given}",
)
_NO_OPTIONS = Text(
    en="it has no options, only content; given was {given}",
    zh="它没有选项，只有内容；给出的是 {given}",
)
_OPTION = re.compile(r":[\w-]+:(?:\s|$)|---")
"""How options begin; where a directive has none, MyST leaves them in the content."""

_NUMBER = re.compile(r"\((\w+)\)")


class BookDirective(SphinxDirective, ABC):
    """What our directives have in common: the builder's language, the domain, errors told with their line."""

    @property
    def language(self) -> str:
        """The language of this build, "en" or "zh"."""
        return language_of(self.config)

    @property
    def book(self) -> BookDomain:
        """The domain with the places and the certificates of this build."""
        return book_domain(self.env)

    def run(self) -> list[nodes.Node]:
        """The nodes of the directive; a mistake of the author's becomes an error with its line."""
        try:
            self._refuse_what_is_not_read()
            return self.make()
        except BpderiveError as error:
            logger.error("%s: %s", self.name, error, location=self.get_location(), type="bpderive")
            return [line(str(error), classes=["bp-refuted"])]

    def _refuse_what_is_not_read(self) -> None:
        """Raise `ParseError` for content or options of a directive that has none."""
        if self.content and not self.has_content:
            raise ParseError(_NOTHING_INSIDE.format(given=shown(" ".join(self.content))))
        if self.content and not self.option_spec and _OPTION.match(self.content[0]):
            raise ParseError(_NO_OPTIONS.format(given=shown(self.content[0])))

    @abstractmethod
    def make(self) -> list[nodes.Node]:
        """The nodes of the directive. Raises `BpderiveError` for what the author got wrong."""

    def words(self, text: Text | str) -> list[nodes.Node]:
        """The nodes of `text` in the builder's language."""
        return phrase(text, self.language)

    def linked(self, text: Text) -> list[nodes.Node]:
        """The nodes of `text`, in which each number of an equation, such as (29), leads to it."""
        made: list[nodes.Node] = []
        for node in self.words(text):
            if not isinstance(node, nodes.Text):
                made.append(node)
                continue
            for i, part in enumerate(_NUMBER.split(node)):
                if i % 2 and part in equations:
                    made.append(refer("eq", part))
                elif part:
                    made.append(nodes.Text(f"({part})" if i % 2 else part))
        return made

    def marks(self, equation: Equation | Proof) -> nodes.paragraph:
        """The marks of the certificate, those of an equation leading to its proof or check; without one, an error."""
        told = line(classes=["bp-marks"])
        try:
            made = marks(self.book.certificates.of(equation))
        except BpderiveError as refuted:
            logger.error(
                "%s (%s) is refuted: %s",
                type(equation).__name__.lower(),
                equation.number,
                refuted,
                location=self.get_location(),
                type="bpderive",
            )
            told += nodes.strong(
                "", "", *self.words(REFUTED), nodes.Text(f": {refuted}"), classes=["bp-refuted"]
            )
            return told
        for mark in made:
            shown = span(*self.words(mark.words), classes=["bp-mark", f"bp-mark-{mark.kind}"])
            if isinstance(equation, Proof) or not mark.leads_to:
                told += shown
                continue
            proof = equation.part_of or equation.number
            told += refer(mark.leads_to, proof if mark.leads_to == "proof" else equation.number, shown)
        return told
