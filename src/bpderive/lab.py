"""What the machine on the page answers: `answer(question)`, both in JSON, is all that a page's worker calls.

    answer('{"ask": "check", "claim": "d(C, b[l,j]) = delta[l,j]"}')     the verdict, in both languages
    answer('{"ask": "read", "claim": "delta[L] = a[L] - y"}')            the claim as it is understood, in LaTeX
    answer('{"ask": "activation", "formula": "tanh(z) + z/10"}')         its derivative, graph, properties and equations

To teach it another question, write a function from what is asked to what is answered and enter it in `QUESTIONS`. Its
words are those that the library says in Python; nothing that a reader types is evaluated.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

import sympy

from bpderive.activations import Activation, parse_activation
from bpderive.activations.derivation import slope_derivation
from bpderive.activations.facts import facts
from bpderive.activations.learning import learning
from bpderive.differentiation import latex
from bpderive.equations import equations
from bpderive.errors import BpderiveError
from bpderive.language import in_latex, parse
from bpderive.notation import SigmaPrime
from bpderive.notation import latex as in_the_letters
from bpderive.plot import plot
from bpderive.text import LANGUAGES, Text, language, set_language
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


def words(text: Text) -> dict[str, str]:
    """A text in each language."""
    return {name: text.in_language(name) for name in LANGUAGES}


def activation(asked: Asked) -> Answer:
    """What is derived about a formula in z: σ′ line by line, the graph, what is known, the four equations with it."""
    found = parse_activation(str(asked["formula"]))
    found.check()
    derived = slope_derivation(found)
    exact, picture = derived.check(), plot(found)
    pieces = [
        {
            "where": latex(where.as_relational(part.variable)) if len(derived.parts) > 1 else "",
            "steps": [{"latex": step.latex(), "reason": words(step.reason)} for step in part.steps],
        }
        for where, part in derived.parts
    ]
    return {
        "status": "derived",
        "latex": latex(found.formula),
        "pieces": pieces,
        "exact": exact,
        "svg": picture.svg,
        "title": words(picture.title),
        "described": words(picture.description),
        "facts": [[words(fact.name), words(fact.value)] for fact in facts(found)],
        "lessons": [words(lesson) for lesson in learning(found)],
        "equations": [[number, with_slope(number, found)] for number in ("BP1", "BP2", "BP3", "BP4")],
    }


def with_slope(number: str, activation: Activation) -> str:
    """An equation in components, in LaTeX, with the slope of this activation in the place of σ′."""
    statement = equations[number].stated("component")

    def slope(*place: sympy.Expr) -> sympy.Expr:
        return activation.derivative(place[-1])

    return " = ".join(in_the_letters(side.replace(SigmaPrime, slope)) for side in statement.sides)


QUESTIONS: Mapping[str, Callable[[Asked], Answer]] = {
    "check": checked,
    "read": read,
    "activation": activation,
}
"""What can be asked, by name."""


def answer(question: str) -> str:
    """The answer to a question; what the library refuses has the status `refused`, and its error is `said`."""
    asked: Asked = json.loads(question)
    try:
        found = QUESTIONS[asked["ask"]](asked)
    except BpderiveError as error:
        found = {"status": "refused", "said": in_each(error.__str__)}
    return json.dumps(found, ensure_ascii=False)
