"""Everything that is derived about a formula in z."""

from __future__ import annotations

from functools import partial

import sympy

from bpderive.equations import equations
from bpderive.functions.activations import Activation, parse_activation
from bpderive.functions.activations.derivation import slope_derivation
from bpderive.functions.activations.facts import facts
from bpderive.functions.activations.learning import learning
from bpderive.functions.differentiation import latex
from bpderive.functions.plot import plot
from bpderive.lab.words import Answer, Asked, in_each, words
from bpderive.letters.symbols import SigmaPrime
from bpderive.letters.symbols import latex as in_the_letters


def activation(asked: Asked) -> Answer:
    """What is derived about a formula in z: σ′ line by line, the graph, what is known, the four equations with it."""
    found = parse_activation(str(asked["formula"]))
    found.check()
    derived = slope_derivation(found)
    exact, picture = derived.check().kinds == ("exact",), plot(found)
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
        "equations": [
            [number, in_each(partial(with_slope, number, found))] for number in ("BP1", "BP2", "BP3", "BP4")
        ],
    }


def with_slope(number: str, activation: Activation) -> str:
    """An equation in components, in LaTeX, with the slope of this activation in the place of σ′."""
    statement = equations[number].stated("component")

    def slope(*place: sympy.Expr) -> sympy.Expr:
        return activation.derivative(place[-1])

    return " = ".join(in_the_letters(side.replace(SigmaPrime, slope)) for side in statement.sides)
