"""The graph of an activation and of its slope, as SVG drawn from the declaration.

`plot(activation)` is the picture with the words that stand for it; the page that shows it gives its classes their
colours. `plot(activation, small=True)` is one of many beside one another. `standalone(picture)` is a complete file,
with colours of its own for light and dark. All pictures have the same window and scale, so that they can be compared;
it is set by `ACROSS` and `UP`. To draw one more thing, write a function that yields its elements and name it in `plot`.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from html import escape
from itertools import pairwise

import sympy

from bpderive.errors import DomainError
from bpderive.functions.activations import Activation
from bpderive.functions.activations.analysis import one_sided
from bpderive.functions.activations.variables import z
from bpderive.letters.text import Text

ACROSS = 5.0
"""The window shows −ACROSS ≤ z ≤ ACROSS."""

UP = (-1.6, 2.1)
"""The lowest and the highest value that any window shows; a graph that goes on is cut off there."""

POINTS = 240
"""In how many points a graph is computed."""

Point = tuple[float, float]

_TITLE = Text(en="Graph of the {title} and of its derivative", zh="{title}及其导数的图像")
_DESCRIPTION = Text(
    en="For z from {left} to {right}, σ goes from {start} to {end} and lies between {low} and {high}; "
    "its derivative lies between {least} and {greatest}.",
    zh="当 z 从 {left} 变到 {right} 时，σ 从 {start} 变到 {end}，其值介于 {low} 与 {high} 之间；"
    "导数介于 {least} 与 {greatest} 之间。",
)
_KINKS = Text(en=" The derivative jumps at z = {points}.", zh="导数在 z = {points} 处跳跃。")


@dataclass(frozen=True, slots=True)
class Picture:
    """An SVG element without its words, and the words that stand for it."""

    svg: str
    title: Text
    description: Text


@dataclass(frozen=True, slots=True)
class _Graph:
    """One graph: its name, its smooth branches, and where it jumps: (z, value there, values of the two sides)."""

    name: str
    branches: tuple[tuple[Point, ...], ...]
    jumps: tuple[tuple[float, float, Point], ...]

    @property
    def values(self) -> list[float]:
        return [y for branch in self.branches for _, y in branch]


@dataclass(frozen=True, slots=True)
class _Window:
    """Where a point of the plane stands in the picture."""

    low: float
    high: float
    unit: Point
    margin: tuple[float, float, float, float]  # left, top, right, bottom

    @property
    def size(self) -> Point:
        left, top, right, bottom = self.margin
        return 2 * ACROSS * self.unit[0] + left + right, (self.high - self.low) * self.unit[1] + top + bottom

    def x(self, z: float) -> str:
        return _short(self.margin[0] + (z + ACROSS) * self.unit[0])

    def y(self, value: float) -> str:
        return _short(self.margin[1] + (self.high - value) * self.unit[1])


def plot(activation: Activation, *, small: bool = False, shaded: Sequence[Point] = ()) -> Picture:
    """σ and σ′, and the intervals `shaded`. Raise `DomainError` for an activation that takes more than one number."""
    if not activation.elementwise:
        raise DomainError(
            Text(
                en="There is no graph of {name}: it takes a vector. Elementwise activations have one.",
                zh="{name} 没有图像：它的自变量是向量。按元素的激活函数才有图像。",
            ).format(name=activation.name)
        )
    graphs = _graphs(activation)
    window = _window(graphs, small)
    parts = [*_shades(window, shaded), *_grid(window, small)]
    for graph in graphs:
        parts += _curve(graph, window)
        parts += _jumps(graph, window)
    if not small:
        parts += _legend(window)
    width, height = window.size
    box = f'viewBox="0 0 {_short(width)} {_short(height)}" style="--bp-width:{_short(width)}px"'
    name = "bp-plot bp-plot-small" if small else "bp-plot"
    svg = f'<svg xmlns="http://www.w3.org/2000/svg" class="{name}" role="img" {box}>{"".join(parts)}</svg>'
    return Picture(svg, _TITLE.format(title=activation.title), _described(activation, graphs))


def standalone(picture: Picture, language: str = "en") -> str:
    """The picture as a file: with its words, and with colours that follow the reader's light or dark."""
    head, _, rest = picture.svg.partition(">")
    title = escape(picture.title.in_language(language))
    description = escape(picture.description.in_language(language))
    return (
        f'{head} aria-labelledby="title description">'
        f'<title id="title">{title}</title><desc id="description">{description}</desc>'
        f'<style>{_COLOURS}</style><rect class="paper" width="100%" height="100%"/>{rest}\n'
    )


_COLOURS = (
    ".paper{fill:#fdfcfa}.grid{stroke:#dcdad2}.axis{stroke:#56666a}text{fill:#1d2628;font:15px serif}"
    ".tick{fill:#56666a}path{fill:none;stroke-width:2.6}.sigma{stroke:#0b666b}"
    ".slope{stroke:#a8470a}path.slope{stroke-dasharray:7 4}.dot.slope{fill:#a8470a}.ring.slope{fill:#fdfcfa}"
    "@media(prefers-color-scheme:dark){.paper{fill:#13181a}.grid{stroke:#323c3f}.axis{stroke:#a3b0b2}text{fill:#e4e6e3}"
    ".tick{fill:#a3b0b2}.sigma{stroke:#74cfc8}.slope{stroke:#ffb469}.dot.slope{fill:#ffb469}.ring.slope{fill:#13181a}}"
)


def _graphs(activation: Activation) -> tuple[_Graph, _Graph]:
    inside = [kink for kink in activation.kinks if abs(float(kink)) < ACROSS]
    ends = [-ACROSS, *(float(kink) for kink in inside), ACROSS]
    value, slope_at = _function(activation.formula), _function(activation.derivative())
    sigma, slope = [], []
    for low, high in pairwise(ends):
        steps = max(2, round(POINTS * (high - low) / (2 * ACROSS)))
        inner = [low + (high - low) * step / steps for step in range(steps + 1)]
        sigma.append(tuple((at, value(at)) for at in inner))
        # σ′ is asked for beside a kink, not on it.
        least, greatest = low + 1e-9 * (low in ends[1:]), high - 1e-9 * (high in ends[:-1])
        slope.append(tuple((at, slope_at(min(max(at, least), greatest))) for at in inner))
    derivative = sympy.diff(activation.formula, z)
    jumps = []
    for kink in inside:
        left, right = (float(side) for side in one_sided(derivative, kink))
        jumps.append((float(kink), slope_at(float(kink)), (left, right)))
    return _Graph("sigma", tuple(sigma), ()), _Graph("slope", tuple(slope), tuple(jumps))


def _function(formula: sympy.Expr) -> Callable[[float], float]:
    """A formula in z as a function of numbers, by Python's math: a page has no NumPy, and a graph needs no more."""
    computed = sympy.lambdify(z, formula, "math")

    def value(at: float) -> float:
        try:
            return float(computed(at))
        except (OverflowError, ZeroDivisionError):
            return math.inf

    return value


def _window(graphs: tuple[_Graph, ...], small: bool) -> _Window:
    values = [value for graph in graphs for value in graph.values]
    if small:
        return _Window(*UP, (15.0, 26.0), (4.0, 4.0, 4.0, 4.0))
    low, high = max(min(values), UP[0]), min(max(values), UP[1])
    # The axis is always in sight, with a little room beyond the graphs.
    return _Window(min(low, 0.0) - 0.15, max(high, 0.0) + 0.15, (54.0, 96.0), (44.0, 40.0, 16.0, 30.0))


def _shades(window: _Window, shaded: Sequence[Point]) -> Iterator[str]:
    top = window.y(window.high)
    height = _short(float(window.y(window.low)) - float(top))
    for low, high in shaded:
        width = _short((high - low) * window.unit[0])
        yield f'<rect class="saturated" x="{window.x(low)}" y="{top}" width="{width}" height="{height}"/>'


def _grid(window: _Window, small: bool) -> Iterator[str]:
    bottom, top = window.y(window.low), window.y(window.high)
    left, right = window.x(-ACROSS), window.x(ACROSS)
    halves = range(math.ceil(window.low * 2), math.floor(window.high * 2) + 1)
    levels = [] if small else [half / 2 for half in halves if half]
    for value in levels:
        yield _line("grid", left, window.y(value), right, window.y(value))
        yield _tick(float(left) - 8, float(window.y(value)) + 5, "end", value)
    for place in () if small else range(-4, 5, 2):
        if place:
            yield _line("grid", window.x(place), bottom, window.x(place), top)
        yield _tick(float(window.x(place)), float(bottom) + 20, "middle", place)
    yield _line("axis", left, window.y(0), right, window.y(0))
    yield _line("axis", window.x(0), bottom, window.x(0), top)


def _curve(graph: _Graph, window: _Window) -> Iterator[str]:
    """The branches as one path, cut off where they leave the window."""
    drawn = []
    for branch in graph.branches:
        for run in _inside(branch, window.low, window.high):
            steps = [f"{window.x(x)} {window.y(y)}" for x, y in _without_straight(run)]
            drawn.append("M" + "L".join(steps))
    yield f'<path class="{graph.name}" d="{"".join(drawn)}"/>'


def _inside(branch: tuple[Point, ...], low: float, high: float) -> Iterator[list[Point]]:
    """The runs of points between `low` and `high`, each ending on the edge where it leaves."""
    run: list[Point] = []
    for first, second in pairwise(branch):
        inside = [low <= y <= high for _, y in (first, second)]
        if inside[0]:
            run = run or [first]
        if all(inside):
            run.append(second)
        elif any(inside):
            edge = high if max(first[1], second[1]) > high else low
            share = (edge - first[1]) / (second[1] - first[1])
            run.append((first[0] + share * (second[0] - first[0]), edge))
            if inside[0]:
                yield run
                run = []
            else:
                run.append(second)
    if run:
        yield run


def _without_straight(run: list[Point]) -> list[Point]:
    """The points without those that lie on the line between their neighbours."""
    kept = run[:1]
    for point, after in pairwise(run[1:]):
        (x0, y0), (x1, y1), (x2, y2) = kept[-1], point, after
        if abs((y1 - y0) * (x2 - x0) - (y2 - y0) * (x1 - x0)) > 1e-4:
            kept.append(point)
    return [*kept, run[-1]]


def _jumps(graph: _Graph, window: _Window) -> Iterator[str]:
    """Rings at the values of the two sides, and a dot at the value that was chosen."""
    for at, chosen, sides in graph.jumps:
        for kind, value in (*(("ring", side) for side in sides), ("dot", chosen)):
            if window.low <= value <= window.high:
                yield f'<circle class="{kind} {graph.name}" cx="{window.x(at)}" cy="{window.y(value)}" r="4"/>'


def _legend(window: _Window) -> Iterator[str]:
    for place, (name, letter) in enumerate((("sigma", "σ(z)"), ("slope", "σ′(z)"))):
        x = window.margin[0] + 10 + 110 * place
        yield f'<path class="{name}" d="M{_short(x)} 18H{_short(x + 36)}"/>'
        yield f'<text class="letter" x="{_short(x + 44)}" y="23">{letter}</text>'


def _described(activation: Activation, graphs: tuple[_Graph, _Graph]) -> Text:
    sigma, slope = (graph.values for graph in graphs)
    described = _DESCRIPTION.format(
        left=_number(-ACROSS),
        right=_number(ACROSS),
        start=_number(sigma[0]),
        end=_number(sigma[-1]),
        low=_number(min(sigma)),
        high=_number(max(sigma)),
        least=_number(min(slope)),
        greatest=_number(max(slope)),
    )
    jumps = ", ".join(_number(at) for at, _, _ in graphs[1].jumps)
    if not jumps:
        return described
    told = _KINKS.format(points=jumps)
    return Text(en=described.en + told.en, zh=described.zh + told.zh)


def _line(name: str, x1: str, y1: str, x2: str, y2: str) -> str:
    return f'<line class="{name}" x1="{x1}" y1="{y1}" x2="{x2}" y2="{y2}"/>'


def _tick(x: float, y: float, anchor: str, value: float) -> str:
    place = f'x="{_short(x)}" y="{_short(y)}" text-anchor="{anchor}"'
    return f'<text class="tick" {place}>{_number(value)}</text>'


def _number(value: float) -> str:
    """The value to two decimals, with a true minus and without needless zeros."""
    shown = f"{value:.2f}".rstrip("0").rstrip(".")
    return "0" if shown in ("-0", "") else shown.replace("-", "−")


def _short(value: float) -> str:
    """A number as short as it can be written, so that the same picture has the same bytes."""
    shown = f"{value:.1f}".rstrip("0").rstrip(".")
    return "0" if shown == "-0" else shown
