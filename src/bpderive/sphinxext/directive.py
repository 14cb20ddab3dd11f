"""What every directive of the book starts from: `BookDirective` makes words, links, steps, marks, cards and errors.

`FigureDirective`, for a drawing, has a caption and a label as well; `figure_of(function, …)` is one that shows what a
function draws from the options.
"""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Mapping, Sequence
from math import inf
from pathlib import Path
from typing import Any, ClassVar, Protocol

from docutils import nodes
from docutils.parsers.rst import directives
from sphinx import addnodes
from sphinx.util import logging
from sphinx.util.docutils import SphinxDirective

from bpderive.equations import Certificate, Equation, Proof, equations
from bpderive.errors import BpderiveError, ParseError, shown
from bpderive.functions.plot import Picture
from bpderive.letters.symbols import plain
from bpderive.letters.text import Text
from bpderive.sphinxext.domain import BookDomain, book_domain, refer
from bpderive.sphinxext.markup import box, display, drawing, element, line, span
from bpderive.sphinxext.words import CHECKED, CHECKED_EXACTLY, CHECKED_ON_ONE, NOT_CHECKED, REFUTED, phrase

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


def _mark(kind: str, certificate: Certificate) -> Text:
    """What a mark says: it is made of the certificate of this build, never of words in a page."""
    count = len(certificate.networks)
    if kind == "unchecked":
        return NOT_CHECKED
    if kind == "concrete" and count < 2:
        return CHECKED_ON_ONE if count else CHECKED_EXACTLY
    return CHECKED.get(kind, Text(kind, kind)).format(count=count)


def options(*words: str, **read: Callable[[str], Any]) -> dict[str, Callable[[str], Any]]:
    """The `option_spec` of a directive: the options `words` are taken as they stand, those of `read` by a function."""
    return dict.fromkeys(words, directives.unchanged_required) | read


def items(text: str) -> list[str]:
    """What stands between semicolons."""
    return [part.strip() for part in text.split(";") if part.strip()]


class Shown(Protocol):
    """A line of a derivation."""

    @property
    def reason(self) -> Text:
        """Why it follows."""
        ...

    def latex(self) -> str:
        """The line as the book prints it."""
        ...


class BookDirective(SphinxDirective, ABC):
    """What our directives have in common: the domain, errors told with their line, and the parts of a page."""

    wanted: ClassVar[tuple[str, ...]] = ()
    """The options without which it cannot do."""

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

    def file(self, setting: str) -> Path | None:
        """The file that a setting in conf.py names, if it is there; when it changes, the page is read anew."""
        name = getattr(self.config, setting)
        path = Path(self.env.app.confdir, name)
        if not name or not path.is_file():
            return None
        self.env.note_dependency(str(path))
        return path

    def words(self, text: Text | str) -> list[nodes.Node]:
        """The nodes of `text` in the language of the build."""
        return phrase(text)

    def picture(self, drawn: Picture) -> drawing:
        """A drawing with its words."""
        name = f"bp-drawing-{self.env.new_serialno('bp-drawing') + 1}"
        node = drawing("", svg=drawn.svg, name=name, alt=str(drawn.title), description=str(drawn.description))
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
            certificate = self.book.certificate(equation)
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
        for kind in certificate.kinds or ("unchecked",):
            shown = span(*self.words(_mark(kind, certificate)), classes=["bp-mark", f"bp-mark-{kind}"])
            if isinstance(equation, Proof) or kind in ("definition", "unchecked"):
                told += shown
            elif kind == "general":
                told += refer("proof", equation.part_of or equation.number, shown)
            else:
                told += refer("check", equation.number, shown)
        return told

    def page(self, anchor: str, title: Text, *content: nodes.Node) -> nodes.section:
        """The page, with its title."""
        return self.section(anchor, Text(title.en[:1].upper() + title.en[1:], title.zh), *content)

    def section(self, anchor: str, title: Text, *content: nodes.Node) -> nodes.section:
        """A section with an anchor that is the same in all languages."""
        heading = nodes.title("", "", *self.words(title), translatable=False)
        made = nodes.section("", heading, *content, ids=[anchor], names=[anchor])
        self.set_source_info(made)
        return made

    def link(self, page: str, title: Text | None = None) -> addnodes.pending_xref:
        """A link to a page of the book, by its own title unless another is given."""
        shown = nodes.inline("", "", *self.words(title)) if title else nodes.inline("", page)
        target = {"reftarget": f"/{page}", "refexplicit": title is not None, "refwarn": True}
        return addnodes.pending_xref("", shown, refdomain="std", reftype="doc", **target)

    def paragraph(self, text: Text) -> nodes.paragraph:
        """A paragraph in the builder's language, equation numbers being links."""
        return line(*self.linked(text))

    def code(self, source: str) -> nodes.literal_block:
        """Python source, highlighted."""
        return nodes.literal_block(source, source, language="python", translatable=False)

    def folded(
        self,
        title: Text,
        *content: nodes.Node,
        also: Sequence[nodes.Node] = (),
        classes: Sequence[str],
        opened: bool = False,
    ) -> box:
        """Content under a line that unfolds it: a title, and what stands `also` in it."""
        summary = element("summary", span(*self.words(title), classes=["bp-title"]), *also)
        attributes = {"open": "open"} if opened else {}
        return element("details", summary, *content, classes=classes, **attributes)

    def steps(
        self,
        steps: Sequence[Shown],
        formula: Callable[[Any], nodes.Node] = lambda step: display(step.latex()),
        *,
        wide: float = inf,
    ) -> box:
        """The lines of a derivation as `formula` shows them, each with its reason.

        A line of more letters than `wide` leaves no room for the reason at its side.
        """
        items = []
        for step in steps:
            classes = ["bp-step", *(["bp-continued"] if step.latex().startswith("=") else [])]
            classes += ["bp-wide"] if wide < inf and len(plain(step.latex())) > wide else []
            reason = line(*self.linked(step.reason), classes=["bp-reason"])
            shown = element("div", formula(step), classes=["bp-line"])
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


class FigureDirective(BookDirective):
    """A directive that draws; what stands in it is the caption."""

    has_content = True

    def figure(self, *drawn: Picture, classes: Sequence[str] = ()) -> nodes.figure:
        """The drawings, beside one another, with their caption, and with a label if the directive has a `name`."""
        figure = nodes.figure("", *map(self.picture, drawn), classes=["bp-figure", *classes])
        for first in nodes.Element("", *self.parse_content_to_nodes()).findall(nodes.paragraph):
            caption = nodes.caption(first.rawsource, "", *first.children)
            caption.source, caption.line = first.source, first.line
            figure += caption
            break
        self.add_name(figure)
        return figure


def figure_of(
    pictures: Callable[[Mapping[str, Any]], Iterable[Picture]],
    *words: str,
    needs: tuple[str, ...] = (),
    beside: str = "",
    **read: Callable[[str], Any],
) -> type[FigureDirective]:
    """A directive that shows what `pictures` draws from its options, of which it `needs` some.

    `beside` is the class of a figure whose drawings stand beside one another.
    """

    class Figure(FigureDirective):
        option_spec = options(*words, "name", **read)
        wanted = needs

        def make(self) -> list[nodes.Node]:
            return [self.figure(*pictures(self.options), classes=[beside] if beside else [])]

    return Figure
