"""A case in which a statement or a claim fails, with everything that occurs in it: one class for the whole library."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from types import MappingProxyType
from typing import Any

from bpderive.letters.cases import IN_A_ROW, case_in_latex
from bpderive.letters.text import Text


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
    """One case in which a statement fails.

    `sizes` is the network, `letters` the layer and the indices, counted from 1, `values` what everything that occurs
    is there, `left` and `right` the two sides that differ: rational, or enclosing intervals that are disjoint, or None
    where a side does not exist, which `reason` then explains. `place` is the row, in a statement about columns, or the
    row and the column, in one about matrices.
    """

    sizes: tuple[int, ...]
    letters: Mapping[str, int]
    values: Mapping[str, Fraction]
    left: Fraction | Enclosure | None
    right: Fraction | Enclosure | None
    place: tuple[int, ...] | None = None
    reason: Text | None = None

    def __post_init__(self) -> None:
        for name in ("letters", "values"):
            object.__setattr__(self, name, MappingProxyType(dict(getattr(self, name))))

    def __reduce__(self) -> tuple[Any, ...]:
        """What makes the case again, in another process too."""
        given = (
            self.sizes,
            dict(self.letters),
            dict(self.values),
            self.left,
            self.right,
            self.place,
            self.reason,
        )
        return type(self), given

    @property
    def text(self) -> Text:
        """The case in words."""
        letters = [f"{letter} = {value}" for letter, value in self.letters.items()]
        given = [f"{name} = {value}" for name, value in self.values.items()]
        en = f"in the network {self.sizes}" + (f", for {', '.join(letters)}" if letters else "")
        zh = f"在网络 {self.sizes} 中" + (f"，取 {'，'.join(letters)}" if letters else "")
        if self.place is not None:
            place = self._place
            en, zh = f"{en}, in {place.en}", f"{zh}，{place.zh}"
        if self.reason is not None:
            return Text(en=f"{en}: {self.reason.en}", zh=f"{zh}：{self.reason.zh}")
        en += f", the left side is {self.left} and the right side is {self.right}"
        zh += f"，左边等于 {self.left}，右边等于 {self.right}"
        if given:
            en, zh = f"{en}, where {', '.join(given)}", f"{zh}，其中 {'，'.join(given)}"
        return Text(en=en, zh=zh)

    @property
    def table(self) -> Text:
        """The case as a small table: where it is, the values of what occurs, three in a row, and the two sides."""
        letters = ", ".join(f"{letter} = {value}" for letter, value in self.letters.items())
        en = f"in the network {self.sizes}" + (f", {letters}" if letters else "")
        zh = f"网络 {self.sizes}" + (f"，{letters}" if letters else "")
        if self.place is not None:
            place = self._place
            en, zh = f"{en}, {place.en}", f"{zh}，{place.zh}"
        given = [f"{name} = {value}" for name, value in self.values.items()]
        width = max(map(len, given), default=0)
        rows = [given[at : at + IN_A_ROW] for at in range(0, len(given), IN_A_ROW)]
        body = "".join("\n  " + "   ".join(cell.ljust(width) for cell in row).rstrip() for row in rows)
        return Text(
            en=f"{en}:{body}\n  left side {self.left}, right side {self.right}",
            zh=f"{zh}：{body}\n  左边 {self.left}，右边 {self.right}",
        )

    @property
    def _place(self) -> Text:
        row, *columns = self.place or (1,)
        return Text(
            en=f"row {row}" + "".join(f", column {column}" for column in columns),
            zh=f"第 {row} 行" + "".join(f"第 {column} 列" for column in columns),
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
        """The case, the values and the two sides, without a word in any language."""
        sides = None if self.left is None or self.right is None else (self.left, self.right)
        return case_in_latex(self.sizes, self.letters, self.values, sides)
