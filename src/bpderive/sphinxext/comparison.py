"""The directive `activation-comparison`: all activations in one table, and their graphs side by side.

The table can be sorted by any column where scripts run (docs/_static/book.js), by mouse and by keyboard; elsewhere it
is in the order of the catalogue. To add a column, add a cell in `bpderive.sphinxext.accounts` and its head here.
"""

from __future__ import annotations

from docutils import nodes

from bpderive.functions.activations import Activation, activations
from bpderive.functions.plot import ACROSS, plot
from bpderive.letters.text import Text
from bpderive.sphinxext import page_words as say
from bpderive.sphinxext.accounts import account
from bpderive.sphinxext.catalogue import page_of
from bpderive.sphinxext.kept import kept
from bpderive.sphinxext.markup import element, line, span, table
from bpderive.sphinxext.page import PageDirective

COLUMNS: dict[str, Text] = {
    "range": say.RANGE,
    "monotone": say.MONOTONE,
    "symmetry": say.SYMMETRY,
    "kinks": say.KINKS,
    "least": say.LEAST,
    "greatest": say.GREATEST,
    "left": say.LEFT,
    "right": say.RIGHT,
}
"""The columns after the name, by the keys of the cells."""


class ComparisonDirective(PageDirective):
    """All activations in a table, and their graphs."""

    required_arguments = 0

    def make(self) -> list[nodes.Node]:
        """The graphs, each leading to its page, and the table."""
        store = kept(self.env.app)
        shown = [activation for activation in activations.values() if isinstance(activation, Activation)]
        graphs = []
        for one in shown:
            name = line(self.link(page_of("activations", one.name), one.title))
            graphs.append(element("li", self.picture(plot(one, small=True)), name))
        window = say.ALL_GRAPHS.format(left=f"−{ACROSS:g}", right=f"{ACROSS:g}")
        head = [self.words(word) for word in (say.NAME, *COLUMNS.values())]
        rows = []
        for one in shown:
            cells = store.of(account(one)).cells
            row: list[list[nodes.Node]] = [[self.link(page_of("activations", one.name), one.title)]]
            for key in COLUMNS:
                cell = span(*self.words(cells[key].shown))
                row.append([element("span", cell, **{"data-value": f"{cells[key].key:.6g}"})])
            rows.append(row)
        return [
            element("ul", *graphs, classes=["bp-gallery"]),
            line(*self.words(window), classes=["bp-places"]),
            table(["bp-sortable"], head, rows),
        ]
