"""The verdict on a claim, and how a claim is read."""

from __future__ import annotations

from bpderive.lab.words import Answer, Asked, in_each
from bpderive.workbook.conventions import check, understood
from bpderive.workbook.language import in_latex


def checked(asked: Asked) -> Answer:
    """The verdict on a claim: `status`, `said` as text, `shown` as Markdown with formulas, and the `mended` claim."""
    verdict = check(str(asked["claim"]), convention=asked.get("convention") or None)
    return {
        "status": verdict.status,
        "said": in_each(lambda: str(verdict)),
        "shown": in_each(verdict._repr_markdown_),
        "mended": verdict.mended,
    }


def read(asked: Asked) -> Answer:
    """The claim as it is understood, in LaTeX."""
    return {
        "status": "read",
        "latex": in_latex(understood(str(asked["claim"]), asked.get("convention") or None)),
    }
