"""What the machine on the page answers: `answer(question)`, both in JSON, is all that a page's worker calls.

    answer('{"ask": "check", "claim": "d(C, b[l,j]) = delta[l,j]"}')     the verdict, in both languages
    answer('{"ask": "read", "claim": "delta[L] = a[L] - y"}')            the claim as it is understood, in LaTeX

To teach it another question, write a function from what is asked to what is answered and enter it in `QUESTIONS`. Its
words are those that the library says in Python; nothing that a reader types is evaluated.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from bpderive.errors import BpderiveError
from bpderive.language import in_latex, parse
from bpderive.text import LANGUAGES, language, set_language
from bpderive.verdict import check

Asked = Mapping[str, Any]
Answer = dict[str, Any]

PATIENCE = 600.0
"""Seconds after which a claim would be given up: none takes that long, since steps are counted; readers can stop it."""


def in_each(say: Callable[[], str]) -> dict[str, str]:
    """What `say` says in each language."""
    before, said = language(), {}
    try:
        for name in LANGUAGES:
            set_language(name)
            said[name] = say()
    finally:
        set_language(before)
    return said


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


QUESTIONS: Mapping[str, Callable[[Asked], Answer]] = {"check": checked, "read": read}
"""What can be asked, by name."""


def answer(question: str) -> str:
    """The answer to a question; what the library refuses has the status `refused`, and its error is `said`."""
    asked: Asked = json.loads(question)
    try:
        found = QUESTIONS[asked["ask"]](asked)
    except BpderiveError as error:
        found = {"status": "refused", "said": in_each(error.__str__)}
    return json.dumps(found, ensure_ascii=False)
