"""The directives `measured-chart` and `measured-table`: what was measured, from the committed results file.

```{measured-chart} growth        ```{measured-table} cells
An optional caption              ```
```

No time is measured while the book is built, so that the same sources always give the same pages; `nox -s bench-speed`
writes the file, and the machine stands below each table.
What can be shown is in `CHARTS` and `TABLES`, in the two modules named after them.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from docutils import nodes

from bpderive.errors import unknown_name
from bpderive.sphinxext.markup import element, line, table
from bpderive.sphinxext.measured_charts import CHARTS
from bpderive.sphinxext.measured_tables import TABLES
from bpderive.sphinxext.measured_words import Results, machine
from bpderive.sphinxext.network import FigureDirective


class MeasuredDirective(FigureDirective):
    """What measured charts and tables have in common: the results file."""

    required_arguments = 1

    def results(self) -> Results:
        """The committed results; a page is made again when they change."""
        file = Path(self.env.app.confdir, self.config.bpderive_speed)
        self.env.note_dependency(str(file))
        found: Results = json.loads(file.read_text("utf-8"))
        return found


class MeasuredChartDirective(MeasuredDirective):
    """One chart, or several beside one another, with a caption."""

    def make(self) -> list[nodes.Node]:
        """The figure; raises `UnknownName` for a chart that is not in `CHARTS`."""
        made = _chosen(self.arguments[0], "chart", CHARTS)(self.results())
        first, *others = (one.drawing(self.language) for one in made)
        figure = self.figure(first)
        for place, drawn in enumerate(others, 1):
            figure.insert(place, self.picture(drawn))
        figure["classes"].append("bp-charts" if others else "bp-charted")
        return [figure]


class MeasuredTableDirective(MeasuredDirective):
    """One table, with the machine below it."""

    def make(self) -> list[nodes.Node]:
        """The table; raises `UnknownName` for one that is not in `TABLES`."""
        results = self.results()
        found = _chosen(self.arguments[0], "table", TABLES)(results)
        rows = [[self.words(cell) for cell in row] for row in found.rows]
        told = [*([found.note] if found.note is not None else []), machine(results)]
        notes = [line(*self.words(note), classes=["bp-note"]) for note in told]
        shown = table(["bp-measured"], [self.words(word) for word in found.head], rows)
        return [element("div", shown, classes=["bp-scrolled"], tabindex="0"), *notes]


def _chosen(name: str, kind: str, known: Mapping[str, Callable[[Results], Any]]) -> Callable[[Results], Any]:
    if name not in known:
        raise unknown_name(kind, name, known)
    return known[name]
