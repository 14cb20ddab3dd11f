"""The measured errors as a table of a page: a row for each program, a column for each thing measured."""

from __future__ import annotations

from pathlib import Path

from docutils import nodes

from bpderive.letters.text import Text
from bpderive.sphinxext import page_words as say
from bpderive.sphinxext.accuracy import SUBNORMAL, Measured, Measurements, called
from bpderive.sphinxext.markup import line, span, table
from bpderive.sphinxext.page import PageDirective


def read_measurements(page: PageDirective) -> Measurements | None:
    """The committed results, if there are any."""
    path = Path(page.env.app.confdir, page.config.bpderive_accuracy)
    if not page.config.bpderive_accuracy or not path.exists():
        return None
    page.env.note_dependency(str(path))
    return Measurements.read(path)


def error_table(
    page: PageDirective,
    errors: dict[str, dict[str, Measured]],
    kinds: dict[str, Text],
    measurements: Measurements,
) -> list[nodes.Node]:
    """The errors of each program, a column for each of `kinds`, and where they were measured."""
    head = [page.words(word) for word in (say.PROGRAM, *kinds.values())]
    names = {"bpderive": say.OURS, "naive": say.NAIVE}
    rows = []
    for program, found in errors.items():
        name = names.get(program) or Text(*(called(program, measurements.machine.get(program, "")),) * 2)
        rows.append([page.words(name), *(_cell(page, found.get(kind)) for kind in kinds)])
    machine = say.MEASURED_ON.format(machine=measurements.on())
    return [table(["bp-accuracy"], head, rows), line(*page.words(machine), classes=["bp-places"])]


def _cell(page: PageDirective, found: Measured | None) -> list[nodes.Node]:
    if found is None:
        return [nodes.Text("–")]
    shown: list[nodes.Node] = [nodes.math(found.shown, found.shown)]
    told = [say.BAD_AT.format(count=found.bad)] if found.bad else []
    told += [say.SUBNORMAL_LOST] if found.subnormal > SUBNORMAL else []
    told += [say.WARNED] if found.warned else []
    shown += [span(*page.words(words), classes=["bp-also"]) for words in told]
    return shown
