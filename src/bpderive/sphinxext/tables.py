"""The directives `notation-table`, `equation-index` and `simplifications`: what the library holds, as tables.

```{simplifications}
:networks: 2,3,2; 784,30,10
```
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping

from docutils import nodes
from docutils.parsers.rst import directives

from bpderive.equations import Certificate, Equation, equations
from bpderive.equations.discovery import simplifications
from bpderive.errors import BpderiveError
from bpderive.functions.network import Network
from bpderive.letters.symbols import plain
from bpderive.letters.table import Letter
from bpderive.letters.table import table as letters
from bpderive.letters.text import Text, joined
from bpderive.sphinxext import words as say
from bpderive.sphinxext.directive import BookDirective, options
from bpderive.sphinxext.domain import refer
from bpderive.sphinxext.markup import display, element, line, span, table
from bpderive.sphinxext.network import integers


class NotationTableDirective(BookDirective):
    """Every letter of the book, with its name in the code, its shape, its meaning and its definition."""

    def make(self) -> list[nodes.Node]:
        """The table."""
        head = [self.words(word) for word in (say.LETTER, say.CODE, say.SHAPE, say.MEANING, say.DEFINED)]
        ids = [f"letter-{letter.name}" for letter in letters]
        for letter, anchor in zip(letters, ids, strict=True):
            self.book.enter(letter_name(letter), "letter", anchor)
        return [table(["bp-notation"], head, [self._row(letter) for letter in letters], ids)]

    def _row(self, letter: Letter) -> list[list[nodes.Node]]:
        meaning = self.linked(letter.meaning)
        if letter.also is not None:
            meaning.append(span(*self.words(say.ALSO), " ", *self.linked(letter.also), classes=["bp-also"]))
        return [
            [nodes.math(letter.latex, letter.latex)],
            [nodes.literal(letter.code, letter.code)] if letter.code else [],
            [nodes.math(letter.shape, letter.shape)] if letter.shape else [],
            meaning,
            [refer("eq", letter.defined)] if letter.defined else [],
        ]


def letter_name(letter: Letter) -> str:
    """A letter as search finds it, such as "δ^l_j, delta: the error of a neuron"."""
    command = re.search(r"\\([A-Za-z]+)", letter.latex)
    name = f", {command[1].lower()}" if command else ""
    return f"{plain(letter.latex)}{name}: {plain(str(letter.meaning))}"


class EquationIndexDirective(BookDirective):
    """Every equation: number, title, kind, statement, what is certain, where it stands, and its wrong variants.

    With `:further:` those of the further parts, else the chapter's.
    """

    option_spec = options(further=directives.flag)

    def make(self) -> list[nodes.Node]:
        """The list, in the book's order."""
        chosen: Mapping[str, Equation] = equations.further if "further" in self.options else equations
        self.book.indexes.setdefault(self.env.current_document.docname, []).extend(chosen)
        entries = [self._entry(equation) for equation in chosen.values()]
        return [element("ol", *entries, classes=["bp-index"]), line(*self.words(self._networks(chosen)))]

    def _entry(self, equation: Equation) -> nodes.Node:
        heading = line(
            span(refer("eq", equation.number), classes=["bp-number"]),
            span(*self.words(equation.title), classes=["bp-title"]),
            span(*self.words(say.KINDS[equation.kind]), classes=["bp-kind"]),
            classes=["bp-heading"],
        )
        entry = element(
            "li",
            heading,
            display(equation.latex()),
            self.marks(equation),
            ids=[f"check-{equation.number.lower()}"],
        )
        entry += line(*self._places(equation), classes=["bp-places"])
        entry += line(refer("uses", equation.number), classes=["bp-places"])
        return entry

    def _certificate(self, equation: Equation) -> Certificate | None:
        try:
            return self.book.certificate(equation)
        except BpderiveError:
            return None  # the mark tells it

    def _networks(self, shown: Mapping[str, Equation]) -> Text:
        """All networks on which any equation was checked, smallest first."""
        made = [self._certificate(equation) for equation in shown.values()]
        sizes = {network for certificate in made if certificate for network in certificate.networks}
        listed = [f"({', '.join(map(str, network))})" for network in sorted(sizes, key=lambda n: (len(n), n))]
        return say.NETWORKS.format(networks=joined(listed))

    def _places(self, equation: Equation) -> list[nodes.Node]:
        places: list[nodes.Node] = [refer("page", equation.number)]
        if equation.part_of:
            places += [
                nodes.Text(" · "),
                *self.words(say.STEP_OF if equation.kind == "step" else say.SHORT_FOR),
                nodes.Text(" "),
                refer("eq", equation.part_of),
            ]
        elif equation.proof is not None:
            shown = span(*self.words(say.PROVED_IN))
            places += [nodes.Text(" · "), refer("proof", equation.proof.number, shown)]
        if (made := self._certificate(equation)) and made.instances:
            places += [nodes.Text(" · "), *self.words(say.CASES.format(instances=made.instances))]
        if counted := self._variants().get(equation.number):
            words = say.VARIANTS_SOME_TRUE if counted["true"] else say.VARIANTS
            places += [nodes.Text(" · "), *self.words(words.format(**counted))]
        return places

    def _variants(self) -> dict[str, dict[str, int]]:
        """How many variants of each equation were made and what became of them, from the committed results file."""
        path = self.file("bpderive_variants")
        results: dict[str, dict[str, int]] = json.loads(path.read_text("utf-8")) if path else {}
        return results


class SimplificationsDirective(BookDirective):
    """The forms of the gradient in the order of the long proof, and how many multiplications each takes."""

    option_spec = options("networks")

    def make(self) -> list[nodes.Node]:
        """The table. The programs are run and compared with the derivatives on the first network, a small one."""
        sizes = [integers(part) for part in self.options.get("networks", "2,3,2").split(";")]
        columns = [simplifications(Network(size)) for size in sizes]
        for form in columns[0]:
            form.check()
        head = [self.words(say.FORM)]
        head += [self.words(f"$({', '.join(map(str, size))})$") for size in sizes]
        rows: list[list[list[nodes.Node]]] = []
        for same in zip(*columns, strict=True):
            counts: list[list[nodes.Node]] = [[nodes.Text(f"{form.work.multiplications:,}")] for form in same]
            rows.append([self.words(same[0].title), *counts])
        return [table(["bp-simplifications"], head, rows)]
