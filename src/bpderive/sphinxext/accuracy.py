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

from bpderive.functions.activations import Activation
from bpderive.letters.text import Text
from bpderive.sphinxext import page_words as say
from bpderive.sphinxext.directive import PageDirective
from bpderive.sphinxext.markup import line, span, table

SUBNORMAL = 1000.0
"""The bound on errors below 2^−1002, in units of 2^−1074."""

KINDS = ("value", "slope")
"""What was measured: σ and σ′."""

KINDS_OF_LAYER = ("value", "log")
"""What was measured of an activation of a whole layer: its components, and their logarithms."""


@dataclass(frozen=True, slots=True)
class Measured:
    """The largest errors of one program: in units in the last place, where, and how often it gave nan or inf.

    `subnormal` is the error below 2^−1002, in units of 2^−1074; `warned` says whether it gave a warning.
    """

    ulp: float
    at: float
    bad: int
    subnormal: float
    warned: bool

    @property
    def shown(self) -> str:
        """The error in LaTeX, with two digits."""
        return scientific(self.ulp)


@dataclass(frozen=True, slots=True)
class Measurements:
    """The file: the machine, the number of points, the bound, and the errors of each program for each activation."""

    machine: Mapping[str, str]
    points: int
    bound: float
    activations: Mapping[str, Any]
    layers: Mapping[str, Any]

    @staticmethod
    def read(path: Path) -> Measurements:
        """The committed results."""
        found = json.loads(path.read_text("utf-8"))
        return Measurements(
            found["machine"], found["points"], found["bound"], found["activations"], found["layers"]
        )

    def of(self, activation: Activation) -> dict[str, dict[str, Measured]] | None:
        """program -> kind -> errors, ours first; None if this formula was not measured."""
        found = self.activations.get(activation.name)
        if found is None or found["formula"] != str(activation.formula):
            return None
        return _by_program(found, KINDS)

    def of_layer(self, name: str) -> dict[str, dict[str, Measured]] | None:
        """The same for an activation of a whole layer, whose kinds are `KINDS_OF_LAYER`."""
        found = self.layers.get(name)
        return None if found is None else _by_program(found, KINDS_OF_LAYER)

    def on(self) -> str:
        """The machine and the versions in one line."""
        shown = [self.machine[key] for key in ("processor", "system") if self.machine.get(key)]
        versions = [f"{name} {self.machine[key]}" for key, name in _NAMES.items() if self.machine.get(key)]
        return ", ".join([*shown, *versions])


def _by_program(found: Mapping[str, Any], kinds: tuple[str, ...]) -> dict[str, dict[str, Measured]]:
    """program -> kind -> errors, ours first."""
    programs = dict.fromkeys(program for kind in kinds for program in found[kind])
    order = sorted(programs, key=lambda program: (not program.startswith("bpderive"), program == "naive"))
    keys = ("ulp", "at", "bad", "subnormal", "warned")
    return {
        program: {
            kind: Measured(*(found[kind][program][key] for key in keys))
            for kind in kinds
            if program in found[kind]
        }
        for program in order
    }


_NAMES = {"python": "Python", "numpy": "NumPy", "jax": "JAX", "torch": "PyTorch", "scipy": "SciPy"}
"""How the programs are called."""


def called(program: str, version: str = "") -> str:
    """The name of a program as its makers write it."""
    return _NAMES.get(program, program) + (f" {version}" if version else "")


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
