"""What a verification found, and how it is shown: `Comparison`, one row of the table, and `Verification`, the table."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bpderive.functions.network import Network
from bpderive.later import Array, np
from bpderive.letters.text import Text, language

SMALLEST_SCALE = 1e-3
"""A component smaller than this part of the largest one is measured by that part, for its own digits are rounding."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """The compiled gradient against another way to it.

    `norm` is ‖found − expected‖/‖expected‖ over everything compared; `component` the worst error of one component
    relative to it (or to a thousandth of the largest, if it is smaller), which stands at `where`; `cost` the relative
    error of C, or None where C is not compared. `components` and `directions` say how much was compared.
    """

    name: Text
    norm: float
    component: float
    where: str
    cost: float | None
    components: int
    directions: int
    tolerance: float

    @property
    def ok(self) -> bool:
        """Whether the norm and the cost are within the tolerance, and every component within a hundred times it."""
        errors = [self.norm, self.component / 100, self.cost or 0.0]
        return all(error <= self.tolerance for error in errors)


def comparison(
    name: Text,
    found: Any,
    expected: Any,
    labels: list[str],
    *,
    directions: int,
    tolerance: float,
    cost: tuple[float, float] | None = None,
) -> Comparison:
    """Compare two lists of derivatives, the last `directions` of which are along directions; cost: found, expected."""
    first, second = np.asarray(found, dtype=np.float64), np.asarray(expected, dtype=np.float64)
    apart = np.abs(first - second)
    # A nan is the largest of all errors, and no error is measured against a nan.
    apart[np.isnan(apart)] = np.inf
    scale = np.maximum(np.abs(second), SMALLEST_SCALE * np.max(np.abs(second)))
    each = np.array([_ratio(*pair) for pair in zip(apart, scale, strict=True)])
    worst = int(np.argmax(each))
    return Comparison(
        name=name,
        norm=_ratio(float(np.linalg.norm(apart)), float(np.linalg.norm(second))),
        component=float(each[worst]),
        where=labels[worst],
        cost=None if cost is None else _ratio(abs(cost[0] - cost[1]), abs(cost[1])),
        components=len(labels) - directions,
        directions=directions,
        tolerance=tolerance,
    )


def _ratio(error: float, scale: float) -> float:
    if error == 0:
        return 0.0
    return float("inf") if not scale > 0 or math.isnan(error) else float(error / scale)


@dataclass(frozen=True, slots=True)
class Verification:
    """The comparisons of one network; `max_error` has those that could be made, `notes` says what could not and why.

    It prints as a table, in the language that is set; `table("zh")` is the table in Chinese.
    """

    net: Network
    seed: int
    max_error: Mapping[str, Comparison]
    about: Text
    notes: tuple[Text, ...] = ()

    @property
    def ok(self) -> bool:
        """Whether every comparison is within its tolerance."""
        return all(comparison.ok for comparison in self.max_error.values())

    def table(self, in_language: str = "en") -> str:
        """The comparisons as a Markdown table, errors as powers of ten that they do not exceed."""
        head, *below = ("| " + " | ".join(row) + " |" for row in rows(self, in_language))
        lines = [self.about.in_language(in_language), "", head, "|---" * len(_COLUMNS) + "|", *below]
        for note in self.notes:
            lines += ["", note.in_language(in_language)]
        return "\n".join(lines)

    def __str__(self) -> str:
        return self.table(language()).replace("$\\le 10^{", "≤ 1e").replace("}$", "").replace("`", "")

    def _repr_markdown_(self) -> str:
        return self.table(language())


def rows(found: Verification, in_language: str) -> list[tuple[str, ...]]:
    """The heads of the columns, and a row for each comparison, with formulas in `$…$` and code in backticks."""

    def say(text: Text) -> str:
        return text.in_language(in_language)

    made = [tuple(map(say, _COLUMNS))]
    for row in found.max_error.values():
        cells = (
            say(row.name),
            _bound(row.norm),
            _bound(row.component),
            f"`{row.where}`" if row.component else "",
            "" if row.cost is None else _bound(row.cost),
            say(_compared(row)),
            say(_YES if row.ok else _NO),
        )
        made.append(cells)
    return made


def _compared(row: Comparison) -> Text:
    if row.directions == 0:
        return Text(en="{n} components", zh="{n} 个分量").format(n=row.components)
    return Text(en="{n} components, {d} directions", zh="{n} 个分量、{d} 个方向").format(
        n=row.components, d=row.directions
    )


def _bound(error: float) -> str:
    """The power of ten that an error does not exceed: it is the same on processors that round differently."""
    if error == 0:
        return "0"
    return "∞" if math.isinf(error) else rf"$\le 10^{{{math.ceil(math.log10(error))}}}$"


_COLUMNS = (
    Text(en="compared with", zh="比较对象"),
    Text(en="error, norm", zh="误差（范数）"),
    Text(en="worst component", zh="最差分量"),
    Text(en="which", zh="位置"),
    Text(en="cost", zh="代价"),
    Text(en="compared", zh="比较范围"),
    Text(en="agrees", zh="是否一致"),
)
_YES = Text(en="yes", zh="是")
_NO = Text(en="**no**", zh="**否**")


def flattened(arrays: Any) -> Array:
    """All entries of a gradient (b, w), in the order of `sample.places`."""
    return np.concatenate([np.asarray(array, dtype=np.float64).ravel() for part in arrays for array in part])
