"""Drawings of a `Network`, as SVG that follows the page's colours.

`draw` makes a layered network: neurons with their letters, weights as lines, and on top what `highlight`
names. Letters and captions are the LaTeX of the library's own objects: with `letters` those of layer l and neuron j,
and `names` puts others into neurons, `COST` being the one of the cost. The classes in the SVG get their colours from
the book's style sheet, so light and dark need nothing here. To draw one more thing, write a function that yields its
elements and name it in `draw`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from html import escape

from bpderive.functions.network import Network
from bpderive.letters.text import Text
from bpderive.sphinxext.highlight import Highlight, Neuron, described
from bpderive.sphinxext.lettering import SIZE, short, typeset
from bpderive.sphinxext.letters import LETTERS, Letters

_FILLED = (
    "M-8 0C-10-9-6-15 0-15S10-9 8 0z",  # body
    "M-7-25l-3-9 7 5zM7-25l3-9-7 5z",  # horns
)
_DRAWN = (
    "M7-3C14-2 16-8 14-12l4 2m-4-2l-3 3",  # tail
    "M-14 0V-24m-5-7v5q0 3 5 3t5-3v-5m-5-1v8",  # trident
)
_FACE = "M-3.6-21v1M3.6-21v1M-4-17q4 3 8 0"


def draw_demon(x: float, y: float) -> str:
    """A demon with its feet at (x, y)."""
    filled = "".join(f'<path class="demon" d="{d}"/>' for d in _FILLED)
    drawn = "".join(f'<path class="demon-line" d="{d}"/>' for d in _DRAWN)
    head = '<circle class="demon" cx="0" cy="-20" r="8"/>'
    face = f'<path class="demon-face" d="{_FACE}"/>'
    return f'<g transform="translate({short(x)} {short(y)})">{drawn}{filled}{head}{face}</g>'


Place = tuple[int, ...] | int
"""Where a caption stands: at a weight (l, j, k), at a bias (l, j), at the step of output neuron m into the cost."""

_RADIUS, _MARGIN, _DOT, _FOOT = 22, 34, 4, 26
_ACROSS, _DOWN = 150, 66
_COMPACT_ACROSS, _COMPACT_DOWN = 146, 62
_MOST, _FIRST = 8, 4
LABELS = (*LETTERS, "none")
COST: Neuron = (0, 0)
"""The place of the cost among the neurons that `names` gives letters to."""

_LAYER = Text("layer {layer}", "第 {layer} 层")
_INPUT = Text("input", "输入层")
_OUTPUT = Text("output", "输出层")


@dataclass(frozen=True, slots=True)
class Drawing:
    """An SVG element without its words, and the words that stand for it."""

    svg: str
    title: str
    description: str


@dataclass(frozen=True, slots=True)
class _Plan:
    """What is drawn, and where everything stands."""

    net: Network
    marked: Highlight
    rows: Mapping[int, tuple[int | None, ...]]
    cost: bool
    compact: bool
    letters: Letters
    names: Mapping[Neuron, str]

    @property
    def across(self) -> int:
        return _COMPACT_ACROSS if self.compact else _ACROSS

    @property
    def down(self) -> int:
        return _COMPACT_DOWN if self.compact else _DOWN

    @property
    def caption(self) -> float:
        """The size of captions: larger where the whole drawing is shown smaller."""
        return SIZE + 4 if self.compact else SIZE

    @property
    def height(self) -> float:
        return max(map(len, self.rows.values())) * self.down + 2 * _MARGIN

    @property
    def width(self) -> float:
        return 2 * (_MARGIN + _RADIUS) + (self.net.depth - 1 + self.cost) * self.across

    @property
    def at_cost(self) -> tuple[float, float]:
        return self.x(self.net.depth + 1), self.height / 2

    def x(self, layer: int) -> float:
        return _MARGIN + _RADIUS + (layer - 1) * self.across

    def y(self, layer: int, row: int) -> float:
        return self.height / 2 + (row - (len(self.rows[layer]) - 1) / 2) * self.down

    def at(self, layer: int, index: int) -> tuple[float, float]:
        return self.x(layer), self.y(layer, self.rows[layer].index(index))

    def shown(self, layer: int) -> list[int]:
        return [index for index in self.rows[layer] if index is not None]


def draw(
    net: Network,
    *,
    highlight: Highlight | None = None,
    labels: str = "a",
    captions: Mapping[Place, str] | None = None,
    cost: bool = False,
    compact: bool = False,
    letters: Letters | None = None,
    names: Mapping[Neuron, str] | None = None,
    demon: Neuron | None = None,
    language: str = "en",
) -> Drawing:
    """The network, with LaTeX `captions` at their places; `compact` shows letters on the highlighted neurons only."""
    marked = highlight or Highlight()
    cost = cost or bool(marked.into_cost)
    wanted = {layer: {j for l, j in marked.neurons if l == layer} for layer in range(1, net.depth + 1)}
    rows = {layer: _rows(net.sizes[layer - 1], wanted[layer]) for layer in wanted}
    plan = _Plan(net, marked, rows, cost, compact, letters or Letters(), names or {})
    parts = [*_edges(plan), *_biases(plan), *_neurons(plan, labels)]
    if demon is not None:
        parts.extend(_demon(plan, demon))
    parts.extend(_captions(plan, captions or {}))
    height = plan.height
    if not compact:
        parts.extend(_layers(plan, language))
        height += _FOOT
    box = f'viewBox="0 0 {short(plan.width)} {short(height)}" style="--bp-width:{short(plan.width)}px"'
    title, description = described(net, marked, cost=cost, demon=demon)
    svg = (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="bp-network" role="img" {box}>{"".join(parts)}</svg>'
    )
    return Drawing(svg, title.in_language(language), description.in_language(language))


def _rows(size: int, wanted: set[int]) -> tuple[int | None, ...]:
    """The neurons of a layer that are drawn, None for a gap: all of a small layer, else the ends and `wanted`."""
    if size <= _MOST:
        return tuple(range(1, size + 1))
    rows: list[int | None] = []
    before = 0
    for index in sorted(wanted | {*range(1, _FIRST + 1), size}):
        if index != before + 1:
            rows.append(None)
        rows.append(index)
        before = index
    return tuple(rows)


def _edges(plan: _Plan) -> Iterator[str]:
    """Every weight as a line, the highlighted ones last, so that they lie on top."""
    last = plan.net.depth
    lines = [
        ((layer, j, k) in plan.marked.weights, plan.at(layer - 1, k), plan.at(layer, j))
        for layer in range(2, last + 1)
        for j in plan.shown(layer)
        for k in plan.shown(layer - 1)
    ]
    if plan.cost:
        lines += [(m in plan.marked.into_cost, plan.at(last, m), plan.at_cost) for m in plan.shown(last)]
    yield from (_line(*line) for line in sorted(lines, key=lambda line: line[0]))


def _biases(plan: _Plan) -> Iterator[str]:
    for layer, j in sorted(plan.marked.biases):
        x, y = plan.at(layer, j)
        yield _line(True, (x, y - _RADIUS - 20), (x, y - _RADIUS))


def _neurons(plan: _Plan, labels: str) -> Iterator[str]:
    for layer, row in plan.rows.items():
        for place, index in enumerate(row):
            x, y = plan.x(layer), plan.y(layer, place)
            if index is None:
                yield from (_circle("gap", x, y + step, 2.2) for step in (-10, 0, 10))
            elif (layer, index) in plan.marked.neurons:
                yield _circle("neuron marked", x, y, _RADIUS) + _letter(plan, labels, (layer, index), x, y)
            elif plan.compact:
                yield _circle("aside", x, y, _DOT)
            else:
                yield _circle("neuron", x, y, _RADIUS) + _letter(plan, labels, (layer, index), x, y)
    if plan.cost:
        x, y = plan.at_cost
        yield _circle("neuron cost marked" if plan.marked.into_cost else "neuron cost", x, y, _RADIUS)
        yield typeset(plan.names.get(COST, "C"), x, y + 0.32 * SIZE, name="label")


def _letter(plan: _Plan, labels: str, neuron: Neuron, x: float, y: float) -> str:
    text = plan.names.get(neuron)
    if text is None:
        if labels == "none" or (neuron[0] == 1 and labels != "a"):
            return ""
        if plan.letters.names and neuron not in plan.letters.names:
            return ""  # numbers beside letters would say too much
        text = plan.letters.letter(labels, neuron)
    return typeset(text, x, y + 0.32 * SIZE, name="label")


def _demon(plan: _Plan, neuron: Neuron) -> Iterator[str]:
    """On the neuron, with what it adds beside it."""
    x, y = plan.at(*neuron)
    yield draw_demon(x, y - _RADIUS + 1)
    yield from _caption(f"+{plan.letters.change(neuron)}", x + 52, y - _RADIUS - 14, plan.caption)


def _captions(plan: _Plan, captions: Mapping[Place, str]) -> Iterator[str]:
    for where, text in captions.items():
        if isinstance(where, tuple) and len(where) == 2:
            x, y = plan.at(*where)
            yield from _caption(text, x + 6, y - _RADIUS - 24, plan.caption)
            continue
        if isinstance(where, int):
            (x1, y1), (x2, y2) = plan.at(plan.net.depth, where), plan.at_cost
        else:
            layer, j, k = where
            (x1, y1), (x2, y2) = plan.at(layer - 1, k), plan.at(layer, j)
        # Above the middle of the line, and clear of it by more the steeper the line is.
        lift = 10 + 0.5 * abs(y2 - y1) / (x2 - x1) * plan.caption
        yield from _caption(text, (x1 + x2) / 2, (y1 + y2) / 2 - lift, plan.caption)


def _caption(text: str, x: float, y: float, size: float) -> Iterator[str]:
    """A caption over a lighter copy of itself: the halo of its index would hide its superscript."""
    for name in ("halo", "caption"):
        yield typeset(text, x, y, name=name, size=size)


def _layers(plan: _Plan, language: str) -> Iterator[str]:
    last = plan.net.depth
    for layer in range(1, last + 1):
        place = f'x="{short(plan.x(layer))}" y="{short(plan.height + 12)}" text-anchor="middle"'
        if plan.letters.names:
            before, _, after = _LAYER.in_language(language).partition("{layer}")
            if name := plan.letters.layer(layer):
                letter = f'<tspan class="letter">{name}</tspan>'
                yield f'<text class="layer" {place}>{before}{letter}{after}</text>'
            continue
        words = _INPUT if layer == 1 else _OUTPUT if layer == last else _LAYER.format(layer=layer)
        yield f'<text class="layer" {place}>{escape(words.in_language(language))}</text>'


def _circle(name: str, x: float, y: float, radius: float) -> str:
    return f'<circle class="{name}" cx="{short(x)}" cy="{short(y)}" r="{short(radius)}"/>'


def _line(strong: bool, start: tuple[float, float], end: tuple[float, float]) -> str:
    (x1, y1), (x2, y2) = start, end
    ends = f'x1="{short(x1)}" y1="{short(y1)}" x2="{short(x2)}" y2="{short(y2)}"'
    return f'<line class="{"edge marked" if strong else "edge"}" {ends}/>'
