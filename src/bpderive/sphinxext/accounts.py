"""What the library knows of each activation, derived once for all languages and builds of one state of the library.

`accounts(app).of(activation)` has the facts and lessons in words, the cells of the comparison, and how the stable forms
were found to be right. Kept beside the doctrees, under a hash of the library's source.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import sympy
from sphinx.application import Sphinx

from bpderive.activations import Activation
from bpderive.activations.analysis import a
from bpderive.activations.facts import Fact, facts, number, rounded, slope_range
from bpderive.activations.learning import learning
from bpderive.activations.stable import confirm, slope
from bpderive.text import Text


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


class Accounts:
    """The accounts of one state of the library, read from a file and added to it."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._kept: dict[str, Any] = json.loads(path.read_text("utf-8")) if path.exists() else {}
        self._made: dict[str, Account] = {}

    def of(self, activation: Activation) -> Account:
        """The account of an activation, derived if it is asked for the first time."""
        key = f"{activation!r} {activation.at_kinks} {activation.stable}"
        if key not in self._made:
            if key not in self._kept:
                self._kept[key] = _packed(account_of(activation))
                self._keep()
            self._made[key] = _unpacked(self._kept[key])
        return self._made[key]

    def _keep(self) -> None:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        for old in self._path.parent.glob("*.json"):
            if old != self._path:
                old.unlink(missing_ok=True)
        beside = self._path.with_suffix(".new")
        beside.write_text(json.dumps(self._kept, ensure_ascii=False, indent=0), "utf-8")
        beside.replace(self._path)


def _packed(account: Account) -> dict[str, Any]:
    return {
        "facts": [[f.key, _pair(f.name), _pair(f.value), f.known] for f in account.facts],
        "lessons": [_pair(lesson) for lesson in account.lessons],
        "cells": {name: [_pair(cell.shown), cell.key] for name, cell in account.cells.items()},
        "confirmed": account.confirmed,
    }


def _unpacked(kept: dict[str, Any]) -> Account:
    return Account(
        tuple(Fact(key, Text(*name), Text(*value), known) for key, name, value, known in kept["facts"]),
        tuple(Text(*lesson) for lesson in kept["lessons"]),
        {name: Cell(Text(*shown), key) for name, (shown, key) in kept["cells"].items()},
        kept["confirmed"],
    )


def _pair(text: Text) -> list[str]:
    return [text.en, text.zh]


_KEPT: dict[Path, Accounts] = {}


def accounts(app: Sphinx) -> Accounts:
    """The accounts for this state of the library."""
    from bpderive.sphinxext import source_hash  # it imports this module

    path = Path(app.doctreedir).parent / "accounts" / f"{source_hash(without=('sphinxext',))}.json"
    if path not in _KEPT:
        _KEPT[path] = Accounts(path)
    return _KEPT[path]


__all__ = ["Account", "Accounts", "Cell", "account_of", "accounts"]
