"""A case in which a claim fails, with everything that occurs in it."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from types import MappingProxyType
from typing import Any

from bpderive.notation.cases import case_in_latex
from bpderive.text import Text
from bpderive.verdict.errors import MOST_BITS, NUMBERS_TOO_LONG, OutOfReach


@dataclass(frozen=True, slots=True)
class Enclosure:
    """An interval in which a number certainly lies; its ends are decimal."""

    low: Fraction
    high: Fraction
    digits: int

    def __str__(self) -> str:
        if self.low == self.high:  # the number itself
            return str(self.low)
        return f"[{float(self.low):.{self.digits}f}, {float(self.high):.{self.digits}f}]"


@dataclass(frozen=True, slots=True)
class Counterexample:
    """One case in which a claim fails.

    `sizes` is the network, `letters` the layer and the indices, counted from 1, `values` what everything that occurs
    is there, `left` and `right` the two sides that differ: rational, or enclosing intervals that are disjoint. `place`
    is the row, in a claim about columns, or the row and the column, in one about matrices.
    """

    sizes: tuple[int, ...]
    letters: Mapping[str, int]
    values: Mapping[str, Fraction]
    left: Fraction | Enclosure
    right: Fraction | Enclosure
    place: tuple[int, ...] | None = None

    def __post_init__(self) -> None:
        for name in ("letters", "values"):
            object.__setattr__(self, name, MappingProxyType(dict(getattr(self, name))))

    @property
    def text(self) -> Text:
        """The case in words."""
        letters = ", ".join(f"{letter} = {value}" for letter, value in self.letters.items())
        given = ", ".join(f"{name} = {value}" for name, value in self.values.items())
        en = f"in the network {self.sizes}" + (f", for {letters}" if letters else "")
        zh = f"在网络 {self.sizes} 中" + (f"，取 {letters}" if letters else "")
        if self.place is not None:
            row, *columns = self.place
            en += f", in row {row}" + "".join(f", column {column}" for column in columns)
            zh += f"，第 {row} 行" + "".join(f"第 {column} 列" for column in columns)
        en += f", the left side is {self.left} and the right side is {self.right}"
        zh += f"，左边等于 {self.left}，右边等于 {self.right}"
        if given:
            en, zh = f"{en}, where {given}", f"{zh}，其中 {given}"
        return Text(en=en, zh=zh)

    @property
    def table(self) -> Text:
        """The case as a small table: where it is, the values of what occurs, three in a row, and the two sides."""
        letters = ", ".join(f"{letter} = {value}" for letter, value in self.letters.items())
        en = f"in the network {self.sizes}" + (f", {letters}" if letters else "")
        zh = f"网络 {self.sizes}" + (f"，{letters}" if letters else "")
        if self.place is not None:
            row, *columns = self.place
            en += f", row {row}" + "".join(f", column {column}" for column in columns)
            zh += f"，第 {row} 行" + "".join(f"第 {column} 列" for column in columns)
        given = [f"{name} = {value}" for name, value in self.values.items()]
        width = max(map(len, given), default=0)
        rows = [
            "   ".join(cell.ljust(width) for cell in given[at : at + 3]).rstrip()
            for at in range(0, len(given), 3)
        ]
        body = "".join(f"\n  {row}" for row in rows)
        return Text(
            en=f"{en}:{body}\n  left side {self.left}, right side {self.right}",
            zh=f"{zh}：{body}\n  左边 {self.left}，右边 {self.right}",
        )

    def named(self, names: Mapping[str, tuple[str, int]]) -> Counterexample:
        """The case with other names for its values, each with its sign."""
        values = {}
        for key, value in self.values.items():
            name, sign = names.get(key, (key, 1))
            values[name] = sign * value
        return replace(self, values=values)

    def __str__(self) -> str:
        return str(self.text)

    def _repr_latex_(self) -> str:
        return case_in_latex(self.sizes, self.letters, self.values, (self.left, self.right))


MOST_DIGITS = 60
TOO_CLOSE = Text(
    en=f"the first {MOST_DIGITS} decimals do not tell its sides apart",
    zh=f"两边的前 {MOST_DIGITS} 位小数没有差别",
)


def enclosures(first: Any, second: Any) -> tuple[Enclosure, Enclosure]:
    """Two intervals of mpmath, disjoint, as decimal intervals with the fewest digits that keep them apart.

    Raises `OutOfReach` if there are none.
    """
    for digits in range(2, MOST_DIGITS + 1):
        one, other = _rounded(first, digits), _rounded(second, digits)
        if one.high < other.low or other.high < one.low:
            return one, other
    raise OutOfReach(TOO_CLOSE)


def _rounded(interval: Any, digits: int) -> Enclosure:
    scale = 10**digits
    low, high = (exact(end) for end in (interval.a, interval.b))
    return Enclosure(
        Fraction(math.floor(low * scale), scale), Fraction(math.ceil(high * scale), scale), digits
    )


def exact(end: Any) -> Fraction:
    """The end of an interval of mpmath as a fraction."""
    sign, mantissa, exponent, bits = end._mpi_[0]
    if (not mantissa and exponent) or abs(exponent) + bits > MOST_BITS:
        raise OutOfReach(NUMBERS_TOO_LONG)
    value = Fraction(int(mantissa)) * (Fraction(2) ** int(exponent))
    return -value if sign else value
