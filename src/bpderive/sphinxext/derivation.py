"""The directive `derivation`: a proof, line by line, with the reason of each line and the marks of what is proved.

```{derivation} BP2
:closed:
:network: 2,3,2
```

A proof in parts is shown whole, or one part of it:

```{derivation} long
:part: A
```
"""

from __future__ import annotations

from collections.abc import Sequence

from docutils import nodes
from docutils.parsers.rst import directives

from bpderive.equations import Proof, equations
from bpderive.errors import unknown_name
from bpderive.letters.symbols import plain
from bpderive.letters.text import Text
from bpderive.proofs import Derivation, Step, derivation
from bpderive.proofs.names import PART
from bpderive.sphinxext.directive import BookDirective, options
from bpderive.sphinxext.domain import find_equation, proof_label
from bpderive.sphinxext.equation import numbered
from bpderive.sphinxext.markup import box, display, element, line, span
from bpderive.sphinxext.network import network_of
from bpderive.sphinxext.words import ON_NETWORK, PROOF_OF
from bpderive.sphinxext.words import PART as PART_TITLE

_WIDE = 50
"""A line of more letters than this leaves no room for the reason at its side."""


class DerivationDirective(BookDirective):
    """Show a derivation step by step."""

    required_arguments = 1
    option_spec = options("network", "part", closed=directives.flag, again=directives.flag)

    def make(self) -> list[nodes.Node]:
        """The steps: formula, number where the source gives one, reason; then the marks of what is proved."""
        found = find_derivation(self.arguments[0].strip())
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
            frame += self._steps([self._formula(step, own=own) for step in chain.steps], chain.steps)
        known = whole and found.number in equations
        frame += self.marks(find_equation(found.number) if known else Proof(found))
        return [frame]

    def _note(self, found: Derivation, title: Text) -> bool:
        """Remember that the derivation stands here; False if it already stands elsewhere."""
        anchor = proof_label(found.number)
        return self.book.note(
            "proofs", found.number, anchor, title.in_language(self.language), self.get_location()
        )

    def _on_network(self, found: Derivation, title: Text) -> nodes.Node:
        """The derivation read on a concrete network, each line of it decided there."""
        net = network_of(self.options)
        instance = found.instantiate(net)
        instance.check()
        sizes = f"$({', '.join(map(str, net.sizes))})$"
        frame = self._frame(ON_NETWORK.format(title=title, sizes=sizes), found.title)
        frame += self._steps([display(step.latex()) for step in instance.steps], instance.steps)
        return frame

    def _frame(self, title: Text, goal: Text) -> box:
        words = [span(*self.words(title), classes=["bp-title"])]
        if goal != title:
            words.append(span(*self.words(goal), classes=["bp-goal"]))
        attributes = {} if "closed" in self.options else {"open": "open"}
        return element("details", element("summary", *words), classes=["bp-derivation"], **attributes)

    def _formula(self, step: Step, *, own: bool) -> nodes.Node:
        """The line; where it is one of the source's numbered steps, and shown first here, it gets the anchor."""
        if step.equation is None:
            return display(step.latex())
        equation = find_equation(step.equation)
        first = own and equation.kind == "step"
        first = first and self.book.note(
            "statements", equation.number, equation.label, f"({equation.number})", self.get_location()
        )
        return numbered(equation, step.latex(), first=first)

    def _steps(self, formulas: Sequence[nodes.Node], steps: Sequence[Step]) -> nodes.Node:
        items = []
        for formula, step in zip(formulas, steps, strict=True):
            classes = ["bp-step"]
            classes += ["bp-continued"] if step.latex().startswith("=") else []
            classes += ["bp-wide"] if len(plain(step.latex())) > _WIDE else []
            reason = line(*self.linked(step.reason), classes=["bp-reason"])
            items.append(element("li", element("div", formula, classes=["bp-line"]), reason, classes=classes))
        return element("ol", *items, classes=["bp-steps"])


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


def find_derivation(name: str) -> Derivation:
    """The derivation `name`. Raises `UnknownName`, which names the nearest."""
    try:
        return derivation(name)
    except KeyError:
        known = [number for number, equation in equations.items() if equation.proof is not None] + ["long"]
        raise unknown_name("derivation", name, known) from None
