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
from typing import Any, TypeVar

from docutils import nodes

from bpderive.errors import ParseError, unknown_name
from bpderive.letters.text import Text
from bpderive.sphinxext.directive import BookDirective
from bpderive.sphinxext.markup import element, line, table
from bpderive.sphinxext.measured_charts import CHARTS
from bpderive.sphinxext.measured_tables import TABLES
from bpderive.sphinxext.measured_words import Results, machine
from bpderive.sphinxext.network import FigureDirective

Made = TypeVar("Made")

_NO_RESULTS = Text(
    "{setting} in conf.py names the file of what was measured; {name} is none that can be read.",
    "conf.py 中的 {setting} 应是测量结果文件；{name} 无法作为这样的文件读取。",
)


_OTHER_RESULTS = Text(
    "the file that {setting} in conf.py names holds something else than what is shown here ({error}).",
    "conf.py 中 {setting} 所指的文件里不是这里要显示的内容（{error}）。",
)


def results(directive: BookDirective, setting: str) -> Results:
    """The results in the file that a setting names; raises `ParseError` where it names none."""
    name = getattr(directive.config, setting)
    file = Path(directive.env.app.confdir, name)
    directive.env.note_dependency(str(file))
    try:
        found: Results = json.loads(file.read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise ParseError(_NO_RESULTS.format(setting=setting, name=repr(name))) from error
    return found


class MeasuredDirective(FigureDirective):
    """What measured charts and tables have in common: the results file."""

    required_arguments = 1
    final_argument_whitespace = True

    def made(self, function: Callable[[Results], Made]) -> Made:
        """What a function makes of the committed results; a page is made again when they change."""
        found = results(self, "bpderive_speed")
        try:
            return function(found)
        except (AttributeError, IndexError, KeyError, TypeError, ValueError) as error:
            raise ParseError(_OTHER_RESULTS.format(setting="bpderive_speed", error=repr(error))) from error


class MeasuredChartDirective(MeasuredDirective):
    """One chart, or several beside one another, with a caption."""

    def make(self) -> list[nodes.Node]:
        """The figure; raises `UnknownName` for a chart that is not in `CHARTS`."""
        made = self.made(_chosen(self.arguments[0], "chart", CHARTS))
        first, *others = (one.drawing(self.language) for one in made)
        figure = self.figure(first)
        for place, drawn in enumerate(others, 1):
            figure.insert(place, self.picture(drawn))
        figure["classes"].append("bp-charts" if others else "bp-charted")
        return [figure]


class MeasuredTableDirective(MeasuredDirective):
    """One table, with the machine below it."""

    has_content = False

    def make(self) -> list[nodes.Node]:
        """The table; raises `UnknownName` for one that is not in `TABLES`."""
        found = self.made(_chosen(self.arguments[0], "table", TABLES))
        rows = [[self.words(cell) for cell in row] for row in found.rows]
        told = [*([found.note] if found.note is not None else []), self.made(machine)]
        notes = [line(*self.words(note), classes=["bp-note"]) for note in told]
        shown = table(["bp-measured"], [self.words(word) for word in found.head], rows)
        return [element("div", shown, classes=["bp-scrolled"], tabindex="0"), *notes]


def _chosen(name: str, kind: str, known: Mapping[str, Callable[[Results], Any]]) -> Callable[[Results], Any]:
    if name not in known:
        raise unknown_name(kind, name, known)
    return known[name]
