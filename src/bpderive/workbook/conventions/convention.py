"""A convention: what it declares, what it writes, and that it is right.

bp.conventions["course"].write("BP2")       # the equation in its letters
bp.conventions["course"].check()            # its own equations, decided to hold as it reads them
"""

from __future__ import annotations

from dataclasses import dataclass

from bpderive.errors import ParseError, Refuted, unknown_name
from bpderive.letters.certificate import Certificate, timed
from bpderive.letters.text import Text
from bpderive.workbook.conventions.declaration import Declaration
from bpderive.workbook.conventions.translate import Unfit, styles_of, translated
from bpderive.workbook.conventions.writing import FORMS, NotWritten, written
from bpderive.workbook.language.ear import hear
from bpderive.workbook.verdict import check

_FORM = Text(en="form of ({number}) in {name}", zh="{name} 中公式 ({number}) 的形式")


@dataclass(frozen=True, slots=True)
class Convention(Declaration):
    """How a book or a course writes the quantities of a network; what it declares is said by `Declaration`."""

    def write(self, number: str, form: str | None = None) -> str:
        """Return equation "25", "z", "a", "BP1", "BP2", "BP3" or "BP4" in this convention, or the `update`, as LaTeX.

        `form` is "component", "matrix" or "batch"; None stands for the first of matrix and component that it has.
        Raises `UnknownName` for an equation or a form that the convention does not have.
        """
        known = ("z", "a", *self.numbers, "update")
        if number not in known:
            raise unknown_name(Text(en="equation", zh="公式"), number, known)
        forms = self.forms(number)
        chosen = form or next((f for f in ("matrix", "component") if f in forms), None)
        if chosen not in forms:
            raise unknown_name(_FORM.format(number=number, name=self.name), form, forms)
        return written(self, number, chosen)

    def forms(self, number: str) -> tuple[str, ...]:
        """Return the forms in which this convention has an equation."""
        found = []
        for form in FORMS:
            try:
                written(self, number, form)
            except (NotWritten, KeyError):
                continue
            found.append(form)
        return tuple(found)

    @timed
    def check(self) -> Certificate:
        """Decide that its own forward pass and its own equations hold as it reads them; `instances` counts them.

        Raises `Refuted`, with the counterexample, for the first that does not.
        """
        stated = [*self.forward, *self.equations.values()]
        for text in stated:
            try:
                hearing = hear(text)
                style = next(s for s in (*styles_of((hearing.claim,)), *self.styles) if s in self.styles)
                found, _ = translated(hearing, self, self.examples[0], style)
            except (Unfit, ParseError) as error:
                raise Refuted(f"{text} cannot be read in the convention {self.name!r}: {error}") from error
            verdict = check(found.claim)
            if found.misfit is not None or not verdict.holds:
                raise Refuted(f"{text} does not hold in the convention {self.name!r}", verdict.counterexample)
        return Certificate(self.name, ("general",), instances=len(stated))
