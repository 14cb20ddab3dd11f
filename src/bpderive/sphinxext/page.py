"""What a generated page starts from: `PageDirective` has sections with fixed anchors, cards, steps, code, links."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from docutils import nodes
from sphinx import addnodes

from bpderive.functions.plot import Picture
from bpderive.letters.text import Text
from bpderive.sphinxext.directive import BookDirective
from bpderive.sphinxext.markup import box, display, drawing, element, line, span


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

    def picture(self, picture: Picture) -> drawing:
        """A drawing with its words."""
        name = f"bp-drawing-{self.env.new_serialno('bp-drawing') + 1}"
        node = drawing("", svg=picture.svg, name=name, alt=picture.title.in_language(self.language))
        node["description"] = picture.description.in_language(self.language)
        node["authored"] = False
        self.set_source_info(node)
        return node

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
