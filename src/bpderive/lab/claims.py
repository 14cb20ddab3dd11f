"""The verdict on a claim, and how a claim is read."""

from __future__ import annotations

from bpderive.lab.words import Answer, Asked, in_each
from bpderive.workbook.language import in_latex, parse
from bpderive.workbook.verdict import check

PATIENCE = 600.0
"""Seconds after which a claim would be given up: none takes that long, since steps are counted; readers can stop it."""


def checked(asked: Asked) -> Answer:
    """The verdict on a claim: `status`, `said` as text, `shown` as Markdown with formulas, and the `mended` claim."""
    options = {"convention": asked["convention"]} if asked.get("convention") else {}
    verdict = check(str(asked["claim"]), seconds=PATIENCE, **options)
    return {
        "status": verdict.status,
        "said": in_each(lambda: str(verdict)),
        "shown": in_each(verdict._repr_markdown_),
        "mended": verdict.mended,
    }


def read(asked: Asked) -> Answer:
    """The claim as it is understood, in LaTeX."""
    return {"status": "read", "latex": in_latex(parse(str(asked["claim"])))}
