"""What the library knows of each activation, derived once for all languages and builds of one state of the library.

`kept(app).of(account(activation))` has the facts and lessons in words, the cells of the comparison, and how the stable
forms were found to be right.
"""

from __future__ import annotations

from dataclasses import dataclass

import sympy

from bpderive.functions.activations import Activation
from bpderive.functions.activations.facts import Fact, facts, number, rounded, slope_range
from bpderive.functions.activations.learning import learning
from bpderive.functions.activations.stable import confirm, slope
from bpderive.functions.activations.variables import a
from bpderive.letters.text import Text
from bpderive.sphinxext.kept import Wanted


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell of the comparison: what is shown, and what it is sorted by."""

    shown: Text
    key: float


@dataclass(frozen=True, slots=True)
class Account:
    """Everything in words that a page says of an activation."""

    facts: tuple[Fact, ...]
    lessons: tuple[Text, ...]
    cells: dict[str, Cell]
    confirmed: dict[str, str]
    """For each stable form how it was compared with the formula: "exact" or "numeric"."""


YES, NO, UNKNOWN = Text("yes", "是"), Text("no", "否"), Text("unknown", "未知")
ODD, EVEN, NEITHER = Text("odd", "奇"), Text("even", "偶"), Text("neither", "无")


def account_of(activation: Activation) -> Account:
    """Derive it all."""
    confirmed = {
        str(wanted): confirm(
            activation.derivative() if wanted == slope else wanted.subs(a, activation.formula), form
        )
        for wanted, form in activation.stable
    }
    return Account(facts(activation), learning(activation), _cells(activation), confirmed)


def _cells(activation: Activation) -> dict[str, Cell]:
    least = slope_range(activation)
    greatest = activation.max_slope
    tails = activation.tails or (None, None)
    symmetry = ODD if activation.odd else EVEN if activation.even else NEITHER
    return {
        "range": _formula(_fact(activation, "range"), activation.range.inf if activation.range else None),
        "monotone": Cell(
            {True: YES, False: NO, None: UNKNOWN}[activation.monotone], float(activation.monotone or 0)
        ),
        "symmetry": Cell(symmetry, (ODD, EVEN, NEITHER).index(symmetry)),
        "kinks": Cell(Text(str(len(activation.kinks)), str(len(activation.kinks))), len(activation.kinks)),
        "least": _number(least.inf if least is not None else None),
        "greatest": _number(greatest.value if greatest is not None else None),
        "left": _number(tails[0].slope if tails[0] else None),
        "right": _number(tails[1].slope if tails[1] else None),
    }


def _fact(activation: Activation, key: str) -> Text:
    return next(fact.value for fact in facts(activation) if fact.key == key)


def _formula(shown: Text, key: sympy.Expr | None) -> Cell:
    return Cell(shown, _size(key))


def _number(value: sympy.Expr | None) -> Cell:
    if value is None:
        return Cell(Text("–", "–"), float("inf"))
    shown = number(value) if value.is_Rational or value.is_infinite else rounded(value)
    return Cell(Text(f"${shown}$", f"${shown}$"), _size(value))


def _size(value: sympy.Expr | None) -> float:
    return float("inf") if value is None else float(sympy.N(value))


def account(activation: Activation) -> Wanted[Account]:
    """The account of an activation."""
    what = f"{activation!r} {activation.at_kinks} {activation.stable} {activation.slope_from_output}"
    return Wanted(account_of, (activation,), what)
