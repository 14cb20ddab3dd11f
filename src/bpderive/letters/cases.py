r"""One case of an equation on a network, for the page: `case_in_latex(sizes, letters, values, sides)`.

Sizes, layer and indices stand in the first row, the values of what occurs below them, three in a row so that a narrow
screen holds them, and the two sides that differ last. There is no word in any language in it.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Mapping
from fractions import Fraction
from typing import Any, TypeVar

IN_A_ROW = 3
"""How many values stand side by side."""

_Entry = TypeVar("_Entry")
_NEXT_ROW = r" \\ "


def case_in_latex(
    sizes: tuple[int, ...],
    letters: Mapping[str, int],
    values: Mapping[str, Fraction],
    sides: tuple[Any, Any] | None,
) -> str:
    """The case as one displayed formula; `sides` are fractions, or print themselves, and None if they do not exist."""
    chosen = [f"{letter} = {value}" for letter, value in letters.items()]
    given = [(name_in_latex(name), number_in_latex(value)) for name, value in values.items()]
    rows = [rf"n = {sizes}", *(r",\; ".join(row) for row in _rows(chosen)), _table(given)]
    rows.append(r"\nexists" if sides is None else r" \ne ".join(map(number_in_latex, sides)))
    shown = _NEXT_ROW.join(filter(None, rows))
    return rf"$\displaystyle \begin{{gathered}} {shown} \end{{gathered}}$"


def _table(values: Iterable[tuple[str, str]]) -> str:
    """Names and values, their equals signs below one another."""
    rows = [" & ".join(f"{name} &= {value}" for name, value in row) for row in _rows(values)]
    return rf"\begin{{aligned}} {_NEXT_ROW.join(rows)} \end{{aligned}}" if rows else ""


def _rows(values: Iterable[_Entry]) -> Iterable[list[_Entry]]:
    left = iter(values)
    while row := list(itertools.islice(left, IN_A_ROW)):
        yield row


def name_in_latex(name: str) -> str:
    """The name of a value, such as ∂C/∂a^3_1 or σ'(1/2), in LaTeX."""
    if name in ("eta", "lambda"):
        return rf"\{name}"
    shown = re.sub(r"([_^])(\d[\d,]*)", r"\1{\2}", name).replace("σ", r"\sigma").replace("∂", r"\partial ")
    above, slash, below = shown.partition("/")
    return rf"\frac{{{above}}}{{{below}}}" if slash and name.startswith("∂") else shown


def number_in_latex(value: Any) -> str:
    """A rational number, or something that prints itself, in LaTeX."""
    if not isinstance(value, Fraction) or value.denominator == 1:
        return str(value)
    sign = "-" if value < 0 else ""
    return rf"{sign}\tfrac{{{abs(value.numerator)}}}{{{value.denominator}}}"
