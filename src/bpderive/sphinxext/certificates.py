"""What the machine has established about each equation, asked once in each build; the marks on the pages say
it.

This is the only place of the book that asks `Equation.check()`. A mark is made from the `Certificate` that
came back, never from words in a page: what was not checked looks unchecked, and a refuted equation is an
error of the build.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from bpderive.equations import Certificate, Equation, Proof
from bpderive.errors import BpderiveError
from bpderive.letters.text import Text
from bpderive.sphinxext.words import CHECKED, CHECKED_EXACTLY, CHECKED_ON_ONE, NOT_CHECKED


@dataclass(frozen=True, slots=True)
class Mark:
    """One thing that is certain: its kind, its words, and what it leads to ("proof", "check" or "")."""

    kind: str
    words: Text
    leads_to: str


@dataclass(slots=True)
class Certificates:
    """The certificates of one build, each made when it is first asked for."""

    _made: dict[tuple[type, str], Certificate | BpderiveError] = field(default_factory=dict)

    def of(self, equation: Equation | Proof) -> Certificate:
        """The certificate of an equation or of a proof. Raises `Refuted` or `StepError`, each time, without one."""
        key = type(equation), equation.number
        if key not in self._made:
            try:
                self._made[key] = equation.check()
            except BpderiveError as error:
                self._made[key] = error
        made = self._made[key]
        if isinstance(made, BpderiveError):
            raise made
        return made


def marks(certificate: Certificate) -> tuple[Mark, ...]:
    """What `certificate` establishes, kind by kind; one mark "not checked" when it establishes nothing."""
    made = tuple(_mark(kind, certificate) for kind in certificate.kinds)
    return made or (Mark("unchecked", NOT_CHECKED, ""),)


def _mark(kind: str, certificate: Certificate) -> Mark:
    words = CHECKED.get(kind, Text(kind, kind))
    count = len(certificate.networks)
    if kind == "concrete":
        words = CHECKED_EXACTLY if count == 0 else CHECKED_ON_ONE if count == 1 else words
    return Mark(kind, words.format(count=count), {"general": "proof", "definition": ""}.get(kind, "check"))
