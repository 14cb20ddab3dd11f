"""The directive `equation` and the role `formula`: they print what the registry holds.

```{equation} BP2
:form: component
:again:
```

states it on a card, with the marks of its certificate. `` {formula}`BP2` `` is the equation once more in the middle of
a sentence, as the source prints it, and `` {formula}`BP2 component` `` its other form.
"""

from __future__ import annotations

from docutils import nodes
from docutils.parsers.rst import directives
from sphinx.util.docutils import SphinxRole

from bpderive.equations import Equation
from bpderive.errors import BpderiveError, ShapeError
from bpderive.sphinxext.directive import BookDirective, options
from bpderive.sphinxext.domain import find_equation, refer
from bpderive.sphinxext.markup import display, element, line, span
from bpderive.sphinxext.words import FORMS, KINDS

_FORMS = ("component", "matrix", "both")


class EquationDirective(BookDirective):
    """State an equation by its number."""

    required_arguments = 1
    option_spec = options(form=lambda given: directives.choice(given, _FORMS), again=directives.flag)

    def make(self) -> list[nodes.Node]:
        """A card: kind and title, the formula with its number, the marks."""
        equation = find_equation(self.arguments[0].strip())
        first = "again" not in self.options and self.book.note(
            "statements", equation.number, equation.label, f"({equation.number})", self.get_location()
        )
        heading = line(
            span(*self.words(KINDS[equation.kind]), classes=["bp-kind"]),
            span(*self.words(equation.title), classes=["bp-title"]),
            classes=["bp-heading"],
        )
        card = element("div", heading, classes=["bp-equation", f"bp-{equation.kind}"])
        card.extend(self._formulas(equation, first))
        card += self.marks(equation)
        return [card]

    def _formulas(self, equation: Equation, first: bool) -> list[nodes.Node]:
        form = self.options.get("form")
        wanted: tuple[str | None, ...] = equation.forms if form == "both" else (form,)
        for one in wanted:
            if one is not None and one not in equation.forms:
                raise ShapeError(
                    f"Equation ({equation.number}) has no {one} form; it has: {', '.join(equation.forms)}."
                )
        made: list[nodes.Node] = []
        for i, one in enumerate(wanted):
            if len(wanted) > 1 and one is not None:
                made.append(line(*self.words(FORMS[one]), classes=["bp-form"]))
            made.append(numbered(equation, equation.latex(one), first=first and i == 0))
        return made


def numbered(equation: Equation, latex: str, *, first: bool) -> nodes.Node:
    """The formula with its number at the right; `first` makes it the equation's own place, else it links there."""
    if first:
        return display(latex, number=equation.number, label=equation.label)
    number = span(refer("eq", equation.number), classes=["eqno"])
    return element("div", display(latex), number, classes=["bp-again"])


class FormulaRole(SphinxRole):
    """The LaTeX of an equation as inline mathematics."""

    def run(self) -> tuple[list[nodes.Node], list[nodes.system_message]]:
        """The formula, or what is wrong with its number or form, where it stands."""
        number, _, form = self.text.partition(" ")
        try:
            latex = find_equation(number).latex(form.strip() or None)
        except BpderiveError as error:
            message = self.inliner.reporter.error(str(error), line=self.lineno)
            return [self.inliner.problematic(self.rawtext, self.rawtext, message)], [message]
        return [nodes.math(latex, latex)], []
