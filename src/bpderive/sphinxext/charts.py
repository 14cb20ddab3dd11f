"""Curves over an axis, as SVG that follows the page's colours: `chart(curves, across, up)`.

A `Curve` has points and a name in both languages; an `Axis` has a title, its ticks and whether it is logarithmic. The
curves differ in colour, dashes and marks alike, so that no reader depends on colours; the style sheet gives the classes
`curve-1`, `curve-2`, … their looks. `ticks(low, high)` are round numbers for an axis. To draw one more thing, write a
function that yields its elements and name it in `chart`; a drawing of another kind takes `Frame` and `grid`.
"""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from bpderive.errors import DomainError
from bpderive.letters.text import Text
from bpderive.sphinxext.lettering import typeset
from bpderive.sphinxext.shapes import Point, circle, path, route, short, svg, words

_FONT = 16
_HEIGHT = 330.0
WIDE, NARROW = 540.0, 460.0
"""The width of a chart on its own, and of one beside another."""

_LEFT, _RIGHT, _ABOVE, _BELOW = 66.0, 26.0, 14.0, 50.0
_LINE, _SAMPLE, _GAP = 24.0, 34.0, 22.0


@dataclass(frozen=True, slots=True)
class Curve:
    """Points in the order in which they are joined, and what they show; `marks` are put on them, unless it is False."""

    name: Text
    points: tuple[Point, ...]
    marks: bool = True


@dataclass(frozen=True, slots=True)
class Axis:
    """What an axis shows, its ticks, the first and the last of which are its ends, and whether it is logarithmic."""

    title: Text
    ticks: tuple[float, ...]
    log: bool = False

    def share(self, value: float) -> float:
        """Where a value lies: 0 at the first tick, 1 at the last."""
        low, high, at = ((math.log10(v) if self.log else v) for v in (self.ticks[0], self.ticks[-1], value))
        return (at - low) / (high - low)


def decades(values: Sequence[float], most: int = 7) -> tuple[float, ...]:
    """Powers of ten around the values, at most `most` of them; raises `DomainError` for what is not positive."""
    if not values or min(values) <= 0:
        raise DomainError("A logarithmic axis needs positive values, and at least one.")
    low, high = math.floor(math.log10(min(values))), math.ceil(math.log10(max(values)))
    high = max(high, low + 1)
    step = -(-(high - low) // (most - 1))
    return tuple(10.0**k for k in range(low, high + step, step))


def ticks(low: float, high: float, most: int = 7) -> tuple[float, ...]:
    """At most `most` round numbers, equal steps of 1, 2 or 5 times a power of ten apart, around `low` and `high`."""
    if not low < high:
        raise DomainError("An axis needs two different ends, the lower one first.")
    power = 10.0 ** math.floor(math.log10((high - low) / most))
    for step in (power, 2 * power, 5 * power, 10 * power, 20 * power):
        first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
        if last - first < most:
            break
    return tuple(round(step * place, 12) for place in range(first, last + 1))


@dataclass(frozen=True, slots=True)
class Frame:
    """Where the axes stand in the picture."""

    across: Axis
    up: Axis
    top: float
    width: float

    @property
    def right(self) -> float:
        """Where the axis across ends."""
        return self.width - _RIGHT

    @property
    def bottom(self) -> float:
        """Where the axis across lies."""
        return self.top + _HEIGHT - _BELOW

    def x(self, value: float) -> float:
        """Where a value stands across."""
        return _LEFT + self.across.share(value) * (self.right - _LEFT)

    def y(self, value: float) -> float:
        """Where a value stands up."""
        return self.bottom - self.up.share(value) * (self.bottom - self.top)


def chart(
    curves: Sequence[Curve],
    across: Axis,
    up: Axis,
    *,
    heading: str = "",
    width: float = WIDE,
) -> tuple[str, Frame]:
    """The curves with their axes and names, and a heading if there is one, as an SVG element without its title.

    The frame comes with it, for whoever draws into it.
    """
    above = _ABOVE + (_LINE + 6 if heading else 0)
    names = list(_names(curves, width))
    frame = Frame(across, up, above + _LINE * (1 + max(row for row, *_ in names)), width)
    parts = [words("heading", _LEFT, 18, heading, "")] if heading else []
    parts += [*_legend(curves, names, above), *grid(frame)]
    for number, curve in enumerate(curves, 1):
        parts += _curve(curve, number, frame)
    return svg("bp-chart", width, frame.top + _HEIGHT, parts), frame


def _names(curves: Sequence[Curve], width: float) -> Iterator[tuple[int, float, int, str]]:
    """For each curve the row of its name, where it begins in it, its number and the name."""
    row, at = 0, _LEFT
    for number, curve in enumerate(curves, 1):
        name = str(curve.name)
        wide = sum(_FONT if unicodedata.east_asian_width(c) in "WF" else 0.55 * _FONT for c in name)
        needed = _SAMPLE + 8 + wide
        if at > _LEFT and at + needed > width:
            row, at = row + 1, _LEFT
        yield row, at, number, name
        at += needed + _GAP


def _legend(
    curves: Sequence[Curve], names: Sequence[tuple[int, float, int, str]], above: float
) -> Iterator[str]:
    for row, x, number, name in names:
        y = above + row * _LINE
        yield path(f"curve curve-{number}", f"M{short(x)} {short(y)}h{short(_SAMPLE)}")
        if curves[number - 1].marks:
            yield _mark(number, x + _SAMPLE / 2, y)
        yield words("", x + _SAMPLE + 8, y + 5, name, "")


def grid(frame: Frame, *, bare: bool = False) -> Iterator[str]:
    """The axes with their ticks and titles; if `bare`, without numbers across and without a title up."""
    left, right, top, bottom = _LEFT, frame.right, frame.top, frame.bottom
    across, up = frame.across, frame.up
    for tick in up.ticks:
        y = frame.y(tick)
        yield path("grid", f"M{short(left)} {short(y)}H{short(right)}")
        yield _number(tick, left - (24 if up.log else 8), y + 5, up, "middle" if up.log else "end")
    for tick in across.ticks:
        x = frame.x(tick)
        yield path("grid", f"M{short(x)} {short(top)}V{short(bottom)}")
        if not bare:
            yield _number(tick, x, bottom + 20, across)
    yield path("axis", f"M{short(left)} {short(top)}V{short(bottom)}H{short(right)}")
    yield words("title", (left + right) / 2, bottom + 43, across.title)
    if not bare:
        y = (top + bottom) / 2
        yield words("title", 14, y, up.title, transform=f"rotate(-90 14 {short(y)})")


def _number(value: float, x: float, y: float, axis: Axis, anchor: str = "middle") -> str:
    power = math.log10(value) if axis.log else 0.0
    if axis.log and not -2 < power < 4:
        return typeset(f"10^{{{'−' if power < 0 else ''}{abs(round(power))}}}", x, y, name="tick", size=_FONT)
    return words("tick", x, y, f"{value:g}".replace("-", "−"), anchor)


def _curve(curve: Curve, number: int, frame: Frame) -> Iterator[str]:
    places = [(frame.x(x), frame.y(y)) for x, y in curve.points]
    yield path(f"curve curve-{number}", route(places))
    for x, y in places if curve.marks else ():
        yield _mark(number, x, y)


def _mark(number: int, x: float, y: float) -> str:
    """A disc, a square, a triangle, a diamond, a ring or a cross."""
    shapes = {
        2: f"M{short(x - 4)} {short(y - 4)}h8v8h-8z",
        3: f"M{short(x - 5)} {short(y + 4)}h10l-5-9z",
        4: f"M{short(x)} {short(y - 6)}l6 6l-6 6l-6-6z",
        6: f"M{short(x - 4)} {short(y - 4)}l8 8m0-8l-8 8",
    }
    name = f"mark curve-{number}"
    return path(name, shapes[number]) if number in shapes else circle(name, (x, y), 4.2)
