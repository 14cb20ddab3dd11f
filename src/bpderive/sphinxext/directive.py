"""What every directive of the book starts from: `BookDirective` has the language, places, marks and errors.

`PageDirective`, for a generated page, has sections with fixed anchors, cards, steps, code and links as well.
"""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from typing import Any, ClassVar, Protocol

from docutils import nodes
from docutils.parsers.rst import directives
from sphinx import addnodes
from sphinx.util import logging
from sphinx.util.docutils import SphinxDirective

from bpderive.equations import Equation, Proof, equations
from bpderive.errors import BpderiveError, ParseError, shown
from bpderive.functions.plot import Picture
from bpderive.letters.text import Text
from bpderive.sphinxext.certificates import marks
from bpderive.sphinxext.domain import BookDomain, book_domain, refer
from bpderive.sphinxext.figures import Drawing
from bpderive.sphinxext.markup import box, display, drawing, element, line, span
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
_MISSING = Text(en="The option {name} is missing.", zh="缺少选项 {name}。")
_OPTION = re.compile(r":[\w-]+:(?:\s|$)|---")
"""How options begin; where a directive has none, MyST leaves them in the content."""

_NUMBER = re.compile(r"\((\w+)\)")


def options(*words: str, **read: Callable[[str], Any]) -> dict[str, Callable[[str], Any]]:
    """The `option_spec` of a directive: the options `words` are taken as they stand, those of `read` by a function."""
    return dict.fromkeys(words, directives.unchanged_required) | read


class BookDirective(SphinxDirective, ABC):
    """What our directives have in common: the builder's language, the domain, errors told with their line."""

    wanted: ClassVar[tuple[str, ...]] = ()
    """The options without which it cannot do."""

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
        """Raise `ParseError` for content or options of a directive that has none, and for an option that is missing."""
        if self.content and not self.has_content:
            raise ParseError(_NOTHING_INSIDE.format(given=shown(" ".join(self.content))))
        if self.content and not self.option_spec and _OPTION.match(self.content[0]):
            raise ParseError(_NO_OPTIONS.format(given=shown(self.content[0])))
        for name in self.wanted:
            if name not in self.options:
                raise ParseError(_MISSING.format(name=name))

    @abstractmethod
    def make(self) -> list[nodes.Node]:
        """The nodes of the directive. Raises `BpderiveError` for what the author got wrong."""

    def words(self, text: Text | str) -> list[nodes.Node]:
        """The nodes of `text` in the builder's language."""
        return phrase(text, self.language)

    def picture(self, drawn: Drawing | Picture) -> drawing:
        """A drawing with its words."""
        name = f"bp-drawing-{self.env.new_serialno('bp-drawing') + 1}"
        title, description = (
            words.in_language(self.language) if isinstance(words, Text) else words
            for words in (drawn.title, drawn.description)
        )
        node = drawing("", svg=drawn.svg, name=name, alt=title, description=description)
        self.set_source_info(node)
        return node

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


class Shown(Protocol):
    """A line of a derivation."""

    @property
    def reason(self) -> Text:
        """Why it follows."""
        ...

    def latex(self) -> str:
        """The line as the book prints it."""
        ...


class PageDirective(BookDirective):
    """A directive that makes a page about one declaration, in sections with fixed anchors."""

    required_arguments = 1

    def page(self, anchor: str, title: Text, *content: nodes.Node) -> nodes.section:
        """The page, with its title."""
        return self.section(anchor, Text(title.en[:1].upper() + title.en[1:], title.zh), *content)

    def section(self, anchor: str, title: Text, *content: nodes.Node) -> nodes.section:
        """A section with an anchor that is the same in all languages."""
        heading = nodes.title("", "", *self.words(title), translatable=False)
        made = nodes.section("", heading, *content, ids=[anchor], names=[anchor])
        self.set_source_info(made)
        return made

    def link(self, page: str, title: Text) -> addnodes.pending_xref:
        """A link to a page of the book."""
        shown = nodes.inline("", "", *self.words(title))
        return addnodes.pending_xref(
            "", shown, refdomain="std", reftype="doc", reftarget=f"/{page}", refexplicit=True, refwarn=True
        )

    def paragraph(self, text: Text) -> nodes.paragraph:
        """A paragraph in the builder's language, equation numbers being links."""
        return line(*self.linked(text))

    def code(self, source: str) -> nodes.literal_block:
        """Python source, highlighted."""
        return nodes.literal_block(source, source, language="python", translatable=False)

    def folded(self, title: Text, *content: nodes.Node, classes: Sequence[str], opened: bool = False) -> box:
        """Content under a line that unfolds it."""
        summary = element("summary", span(*self.words(title), classes=["bp-title"]))
        attributes = {"open": "open"} if opened else {}
        return element("details", summary, *content, classes=classes, **attributes)

    def steps(self, steps: Sequence[Shown]) -> box:
        """The lines of a derivation, each with its reason."""
        items = []
        for step in steps:
            classes = ["bp-step", *(["bp-continued"] if step.latex().startswith("=") else [])]
            reason = line(*self.linked(step.reason), classes=["bp-reason"])
            shown = element("div", display(step.latex()), classes=["bp-line"])
            items.append(element("li", shown, reason, classes=classes))
        return element("ol", *items, classes=["bp-steps"])

    def mark(self, words: Text, kind: str) -> nodes.paragraph:
        """A mark that says what was checked; made only where the check has come back."""
        return line(span(*self.words(words), classes=["bp-mark", f"bp-mark-{kind}"]), classes=["bp-marks"])

    def card(self, kind: Text, title: Text, code: str, *content: nodes.Node) -> box:
        """The card on which a formula stands."""
        heading = line(
            span(*self.words(kind), classes=["bp-kind"]),
            span(*self.words(title), classes=["bp-title"]),
            nodes.literal(code, code),
            classes=["bp-heading"],
        )
        return element("div", heading, *content, classes=["bp-equation", "bp-definition", "bp-declared"])
