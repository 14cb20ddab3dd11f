"""The directives `equation` and `derivation` and the role `formula`: they print what the registry holds.

```{equation} BP2
:form: component
:again:
```

states it on a card, with the marks of its certificate. `` {formula}`BP2` `` is the equation once more in the middle of
a sentence, as the source prints it, and `` {formula}`BP2 component` `` its other form.

```{derivation} BP2
:closed:
:network: 2,3,2
```

is its proof, line by line, with the reason of each line and the marks of what is proved. A proof in parts is shown
whole, or one part of it: `{derivation} long` with `:part: A`.
"""

from __future__ import annotations

from functools import partial

from docutils import nodes
from docutils.parsers.rst import directives
from sphinx.util.docutils import SphinxRole

from bpderive.equations import Equation, Proof, equations
from bpderive.errors import BpderiveError, ShapeError, unknown_name
from bpderive.letters.text import Text
from bpderive.proofs import Derivation, Step, derivation
from bpderive.proofs.names import PART
from bpderive.sphinxext.directive import BookDirective, options
from bpderive.sphinxext.domain import proof_label, refer
from bpderive.sphinxext.markup import box, display, element, line, span
from bpderive.sphinxext.network import network_of
from bpderive.sphinxext.words import FORMS, KINDS, ON_NETWORK, PROOF_OF
from bpderive.sphinxext.words import PART as PART_TITLE

_FORMS = ("component", "matrix", "both")


class EquationDirective(BookDirective):
    """State an equation by its number."""

    required_arguments = 1
    option_spec = options(form=lambda given: directives.choice(given, _FORMS), again=directives.flag)

    def make(self) -> list[nodes.Node]:
        """A card: kind and title, the formula with its number, the marks."""
        equation = equations[self.arguments[0].strip()]
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


_WIDE = 50
"""A line of more letters than this leaves no room for the reason at its side."""


class DerivationDirective(BookDirective):
    """Show a derivation step by step."""

    required_arguments = 1
    option_spec = options("network", "part", closed=directives.flag, again=directives.flag)

    def make(self) -> list[nodes.Node]:
        """The steps: formula, number where the source gives one, reason; then the marks of what is proved."""
        found = derivation(self.arguments[0].strip())
        title = PROOF_OF.format(number=f"({found.number})")
        if "part" in self.options:
            found = find_part(found, self.options["part"].strip())
            title = _part_title(found)
        elif found.number not in equations:
            title = found.title
        if "network" in self.options:
            return [self._on_network(found, title)]
        whole = "part" not in self.options
        own = whole and "again" not in self.options and self._note(found, title)
        frame = self._frame(title, found.title)
        if own:
            frame["ids"].append(proof_label(found.number))
        before: tuple[Text, ...] = ()
        for around, chain in found.chains():
            for title in around if around[:-1] != before[:-1] else around[-1:]:
                frame += line(*self.words(title), classes=["bp-part"])
            before = around
            frame += self.steps(chain.steps, partial(self._formula, own=own), wide=_WIDE)
        known = whole and found.number in equations
        frame += self.marks(equations[found.number] if known else Proof(found))
        return [frame]

    def _note(self, found: Derivation, title: Text) -> bool:
        """Remember that the derivation stands here; False if it already stands elsewhere."""
        where = self.get_location()
        return self.book.note("proofs", found.number, proof_label(found.number), str(title), where)

    def _on_network(self, found: Derivation, title: Text) -> nodes.Node:
        """The derivation read on a concrete network, each line of it decided there."""
        net = network_of(self.options)
        instance = found.instantiate(net)
        instance.check()
        sizes = f"$({', '.join(map(str, net.sizes))})$"
        frame = self._frame(ON_NETWORK.format(title=title, sizes=sizes), found.title)
        frame += self.steps(instance.steps, wide=_WIDE)
        return frame

    def _frame(self, title: Text, goal: Text) -> box:
        also = [span(*self.words(goal), classes=["bp-goal"])] if goal != title else []
        opened = "closed" not in self.options
        return self.folded(title, also=also, classes=["bp-derivation"], opened=opened)

    def _formula(self, step: Step, *, own: bool) -> nodes.Node:
        """The line; where it is one of the source's numbered steps, and shown first here, it gets the anchor."""
        if step.equation is None:
            return display(step.latex())
        equation = equations[step.equation]
        first = own and equation.kind == "step"
        first = first and self.book.note(
            "statements", equation.number, equation.label, f"({equation.number})", self.get_location()
        )
        return numbered(equation, step.latex(), first=first)


def find_part(whole: Derivation, name: str) -> Derivation:
    """The part `name` of a proof in parts, such as "A" or "BP2". Raises `UnknownName`, which names the nearest."""
    parts = {part.number.removeprefix(PART): part for _, part in whole.parts}
    if name not in parts:
        raise unknown_name(f"part of the derivation {whole.number}", name, parts)
    return parts[name]


def _part_title(part: Derivation) -> Text:
    """How the part is headed."""
    if part.number.startswith(PART):
        return PART_TITLE.format(letter=part.number.removeprefix(PART))
    return Text(en="({number})", zh="({number})").format(number=part.number)


class FormulaRole(SphinxRole):
    """The LaTeX of an equation as inline mathematics."""

    def run(self) -> tuple[list[nodes.Node], list[nodes.system_message]]:
        """The formula, or what is wrong with its number or form, where it stands."""
        number, _, form = self.text.partition(" ")
        try:
            latex = equations[number].latex(form.strip() or None)
        except BpderiveError as error:
            message = self.inliner.reporter.error(str(error), line=self.lineno)
            return [self.inliner.problematic(self.rawtext, self.rawtext, message)], [message]
        return [nodes.math(latex, latex)], []
