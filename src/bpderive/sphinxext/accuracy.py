"""The measured accuracy of an activation, from the committed file of results; nothing is measured in a build.

`Measurements.read(path)` is the file, `.of(activation)` what it has about an activation, and `error_table` shows it on
a page. Units are explained where the table stands.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from docutils import nodes

from bpderive.functions.activations import AnyActivation, VectorActivation
from bpderive.letters.text import Text
from bpderive.sphinxext import page_words as say
from bpderive.sphinxext.directive import BookDirective
from bpderive.sphinxext.markup import line, span, table

SUBNORMAL = 1000.0
"""The bound on errors below 2^−1002, in units of 2^−1074."""


@dataclass(frozen=True, slots=True)
class Measurements:
    """The file in `data`: the machine, the number of points, the bound, and the errors of each program.

    Errors are `ulp` in units in the last place, at z = `at`, how often they were nan or inf (`bad`), the error below
    2^−1002 in units of 2^−1074 (`subnormal`), and whether there was a warning (`warned`).
    """

    data: Mapping[str, Any]

    @staticmethod
    def read(path: Path) -> Measurements:
        """The committed results."""
        return Measurements(json.loads(path.read_text("utf-8")))

    def of(self, activation: AnyActivation) -> Mapping[str, Any] | None:
        """kind -> program -> errors, the kinds being "value" and "slope", "value" and "log" for one of a whole layer.

        None if this formula was not measured.
        """
        found: Mapping[str, Any] | None
        if isinstance(activation, VectorActivation):
            found = self.data["layers"].get(activation.name)
            return found
        found = self.data["activations"].get(activation.name)
        return found if found and found["formula"] == str(activation.formula) else None

    def on(self) -> str:
        """The machine and the versions in one line."""
        machine = self.data["machine"]
        shown = [machine[key] for key in ("processor", "system") if machine.get(key)]
        versions = [f"{name} {machine[key]}" for key, name in _NAMES.items() if machine.get(key)]
        return ", ".join([*shown, *versions])


_NAMES = {"python": "Python", "numpy": "NumPy", "jax": "JAX", "torch": "PyTorch", "scipy": "SciPy"}
"""How the programs are called."""


def scientific(value: float) -> str:
    """A positive number in LaTeX with two digits: 0.51, 3.1, 320, 8.1 · 10^12."""
    if value < 9.95:
        return f"{value:.2g}" if value < 0.995 else f"{value:.1f}"
    if value < 9950:
        return f"{value:.0f}"
    digits, exponent = f"{value:.1e}".split("e")
    return rf"{digits} \cdot 10^{{{int(exponent)}}}"


def signed(value: float) -> str:
    """A number of either sign and any size in LaTeX, with four digits."""
    digits, _, exponent = f"{value:.4g}".partition("e")
    return rf"{digits} \cdot 10^{{{int(exponent)}}}" if exponent else digits


def read_measurements(page: BookDirective) -> Measurements | None:
    """The committed results, if there are any."""
    path = page.file("bpderive_accuracy")
    return Measurements.read(path) if path else None


def error_table(
    page: BookDirective, found: Mapping[str, Any], kinds: Mapping[str, Text], measurements: Measurements
) -> list[nodes.Node]:
    """The errors of each program, ours first, a column for each of `kinds`, and where they were measured."""
    head = [page.words(word) for word in (say.PROGRAM, *kinds.values())]
    names = {"bpderive": say.OURS, "naive": say.NAIVE}
    programs = dict.fromkeys(program for kind in kinds for program in found[kind])
    rows = []
    for program in sorted(programs, key=lambda program: (program != "bpderive", program == "naive")):
        version = measurements.data["machine"].get(program, "")
        name = names.get(program) or f"{_NAMES.get(program, program)} {version}".strip()
        rows.append([page.words(name), *(_cell(page, found[kind].get(program)) for kind in kinds)])
    machine = say.MEASURED_ON.format(machine=measurements.on())
    return [table(["bp-accuracy"], head, rows), line(*page.words(machine), classes=["bp-places"])]


def _cell(page: BookDirective, errors: Mapping[str, Any] | None) -> list[nodes.Node]:
    if errors is None:
        return [nodes.Text("–")]
    shown = scientific(errors["ulp"])
    told = [say.BAD_AT.format(count=errors["bad"])] if errors["bad"] else []
    told += [say.SUBNORMAL_LOST] if errors["subnormal"] > SUBNORMAL else []
    told += [say.WARNED] if errors["warned"] else []
    return [nodes.math(shown, shown), *(span(*page.words(words), classes=["bp-also"]) for words in told)]
