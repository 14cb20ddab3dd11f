"""Drawings of a `Network`, as SVG that follows the page's colours: `draw(net, highlight=…, letters=…)`.

A layered network: neurons with their letters, weights as lines, and on top what the `Highlight` names.
`parse_highlight("weight 3,2,4; bias 2,1", net)` reads what an author wrote and checks that it exists;
`parse_letters("1,1 l-1 k; 2,1 l j", net)` lets the drawing speak of layer l and neuron j. Letters and captions are the
LaTeX of the library's own objects; `names` puts others into neurons, `COST` being the one of the cost. The classes in
the SVG get their colours from the book's style sheet, so light and dark need nothing here.

To make one more thing markable, add it to `_item` and to `described`; to draw one more, write a function that yields
its elements and name it in `draw`; a new letter for a layer or a neuron needs an entry in `_LAYERS` or `_NEURONS`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import pairwise

from sympy import Expr

from bpderive.errors import NetworkError, ParseError
from bpderive.functions.network import Network
from bpderive.functions.plot import Picture
from bpderive.letters import symbols
from bpderive.letters.symbols import Change, latex
from bpderive.letters.text import Text, joined
from bpderive.sphinxext.lettering import SIZE, typeset
from bpderive.sphinxext.shapes import Point, circle, line, marked, path, short, svg, words

Neuron = tuple[int, int]  # (layer, index)
Weight = tuple[int, int, int]  # (layer, to, from): w^l_{jk}

_TITLE = Text("A network with layers of {sizes} neurons", "各层神经元数为 {sizes} 的网络")
_EVERY = Text(
    "Each neuron is joined to every neuron of the next layer.", "每个神经元都与下一层的每个神经元相连。"
)
_COST_TOO = Text(" The output neurons lead to the cost C.", "输出层神经元通向代价 C。")
_MARKED = Text(" Highlighted: {items}.", "突出显示：{items}。")
_NEURON = Text("neuron {j} of layer {l}", "第 {l} 层的神经元 {j}")
_WEIGHT = Text(
    "the weight from neuron {k} of layer {before} to neuron {j} of layer {l}",
    "从第 {before} 层神经元 {k} 到第 {l} 层神经元 {j} 的权重",
)
_BIAS = Text("the bias of neuron {j} of layer {l}", "第 {l} 层神经元 {j} 的偏置")
_INTO = Text("the way from output neuron {m} into the cost", "从输出层神经元 {m} 到代价的连线")
_DEMON = Text(
    " A demon sits on neuron {j} of layer {l} and adds a little to its weighted input.",
    "一个小恶魔坐在第 {l} 层的神经元 {j} 上，给它的带权输入加上一点点。",
)


@dataclass(frozen=True, slots=True)
class Highlight:
    """What stands out: neurons (l, j), weights (l, j, k), biases (l, j), output neurons on their way into the cost."""

    neurons: frozenset[Neuron] = frozenset()
    weights: frozenset[Weight] = frozenset()
    biases: frozenset[Neuron] = frozenset()
    into_cost: frozenset[int] = frozenset()

    def __or__(self, other: Highlight) -> Highlight:
        return Highlight(
            self.neurons | other.neurons,
            self.weights | other.weights,
            self.biases | other.biases,
            self.into_cost | other.into_cost,
        )


def on_path(neurons: Iterable[Neuron], *, cost: bool = False) -> Highlight:
    """The path through `neurons`, layer by layer; with `cost` its last step, into the cost, too."""
    through = tuple(neurons)
    weights = frozenset((l, j, k) for (_, k), (l, j) in pairwise(through))
    return Highlight(frozenset(through), weights, into_cost=frozenset({through[-1][1]} if cost else ()))


def reached(net: Network, layer: int, neuron: int, *, last: int | None = None) -> Highlight:
    """What a change of neuron (layer, neuron) reaches, up to the layer `last`; left out, up to the cost."""
    end = net.depth if last is None else min(last, net.depth)
    sources, neurons, weights = [neuron], {(layer, neuron)}, set()
    for at in range(layer + 1, end + 1):
        here = range(1, net.width(at) + 1)
        neurons |= {(at, j) for j in here}
        weights |= {(at, j, k) for j in here for k in sources}
        sources = list(here)
    into = sources if last is None or last > net.depth else []
    return Highlight(frozenset(neurons), frozenset(weights), into_cost=frozenset(into))


def parse_highlight(text: str, net: Network) -> Highlight:
    """Such as `weight 3,2,4; bias 2,1; layer 2; path 1,1 2,3; spread 2,1; cost`; raises `ParseError` or `NetworkError`.

    `spread l,j` is everything that neuron j of layer l reaches, up to the cost; `cost` all steps into the cost,
    `cost m` the one from output neuron m.
    """
    found = Highlight()
    for item in filter(None, (part.strip() for part in text.split(";"))):
        kind, _, rest = item.partition(" ")
        try:
            numbers = [tuple(map(int, group.split(","))) for group in re.sub(r"\s*,\s*", ",", rest).split()]
            found |= _item(kind, numbers, net)
        except NetworkError:
            raise
        except (TypeError, ValueError):
            raise ParseError(
                f"{item!r} is nothing to highlight; wanted: weight l,j,k; neuron l,j; bias l,j; layer l; "
                "path l,j l+1,q; spread l,j; cost; cost m"
            ) from None
    return found


def _item(kind: str, numbers: list[tuple[int, ...]], net: Network) -> Highlight:
    if kind == "layer":
        ((layer,),) = numbers
        return Highlight(frozenset(_neuron(net, layer, j) for j in range(1, net.width(layer) + 1)))
    if kind == "cost":
        outputs = [_neuron(net, net.depth, m)[1] for (m,) in numbers] or range(1, net.width(net.depth) + 1)
        return Highlight(into_cost=frozenset(outputs))
    if kind == "weight":
        ((layer, j, k),) = numbers
        into, source = _neuron(net, layer, j), _neuron(net, layer - 1, k)
        return Highlight(frozenset({into, source}), frozenset({(layer, j, k)}))
    neurons = [_neuron(net, *pair) for pair in numbers]
    if kind == "path" and neurons and all(after[0] == before[0] + 1 for before, after in pairwise(neurons)):
        return on_path(neurons)
    (one,) = neurons
    if kind == "spread":
        return reached(net, *one)
    if kind == "neuron":
        return Highlight(frozenset({one}))
    if kind == "bias" and one[0] > 1:
        return Highlight(frozenset({one}), biases=frozenset({one}))
    raise ValueError(kind)


def _neuron(net: Network, layer: int, index: int) -> Neuron:
    if not (1 <= layer <= net.depth and 1 <= index <= net.sizes[layer - 1]):
        raise NetworkError(
            f"There is no neuron {index} in layer {layer} of a network of sizes {net.sizes}; both count from 1."
        )
    return layer, index


def described(
    net: Network, marked: Highlight, *, cost: bool, demon: Neuron | None = None
) -> tuple[Text, Text]:
    """What a drawing shows, for those who do not see it: a title and a description."""
    items = [_WEIGHT.format(k=k, before=l - 1, j=j, l=l) for l, j, k in sorted(marked.weights)]
    items += [_BIAS.format(j=j, l=l) for l, j in sorted(marked.biases)]
    items += [_INTO.format(m=m) for m in sorted(marked.into_cost)]
    items = items or [_NEURON.format(j=j, l=l) for l, j in sorted(marked.neurons)]
    told = [
        _EVERY,
        *([_COST_TOO] if cost else []),
        *([_DEMON.format(l=demon[0], j=demon[1])] if demon else []),
        *([_MARKED.format(items=joined(items))] if items else []),
    ]
    return _TITLE.format(sizes=joined(net.sizes)), joined(told, ("", ""))


_LAYERS = {
    "l-1": symbols.l - 1,
    "l": symbols.l,
    "l+1": symbols.l + 1,
    "l+2": symbols.l + 2,
    "L-1": symbols.L - 1,
    "L": symbols.L,
}
_NEURONS = {str(index): index for index in (symbols.j, symbols.k, symbols.q, symbols.p, symbols.n, symbols.m)}
LETTERS = {"a": symbols.a, "z": symbols.z, "delta": symbols.delta}


@dataclass(frozen=True, slots=True)
class Letters:
    """How neurons are called: (layer, index) with the book's indices from 0, for the neurons that have a name."""

    names: Mapping[Neuron, tuple[Expr | int, Expr | int]] = field(default_factory=dict)

    def index(self, neuron: Neuron) -> tuple[Expr | int, Expr | int]:
        """Layer and index of a neuron in the notation: its letters, or its numbers."""
        return self.names.get(neuron, (neuron[0], neuron[1] - 1))

    def letter(self, labels: str, neuron: Neuron) -> str:
        """The LaTeX of a^l_j, z^l_j or δ^l_j of a neuron."""
        layer, index = self.index(neuron)
        return latex(LETTERS[labels](layer)[index, 0])

    def bias(self, neuron: Neuron) -> str:
        """The LaTeX of the bias of a neuron."""
        layer, index = self.index(neuron)
        return latex(symbols.b(layer)[index, 0])

    def weight(self, layer: int, neuron: int, source: int) -> str:
        """The LaTeX of a weight."""
        at, row = self.index((layer, neuron))
        return latex(symbols.w(at)[row, self.index((layer - 1, source))[1]])

    def change(self, neuron: Neuron) -> str:
        """The LaTeX of Δz^l_j."""
        layer, index = self.index(neuron)
        return latex(Change(symbols.z(layer)[index, 0]))

    def layer(self, layer: int) -> str:
        """What a layer is called if one of its neurons has a name, else "": a number beside letters would mislead."""
        name = next((name[0] for (at, _), name in self.names.items() if at == layer), "")
        return str(name).replace(" ", "").replace("-", "−")

    def lettered(self, marked: Highlight) -> Highlight:
        """`marked`, and the neurons that have a name."""
        return marked | Highlight(frozenset(self.names))


def parse_letters(text: str, net: Network) -> Letters:
    """Such as `1,1 l-1 k; 2,1 l j`; raises `ParseError` for what is no name of a neuron of `net`."""
    found: dict[Neuron, tuple[Expr | int, Expr | int]] = {}
    for item in filter(None, (part.strip() for part in text.split(";"))):
        try:
            numbers, layer, letter = item.split()
            at, index = (int(number) for number in numbers.split(","))
            found[at, index] = (_LAYERS[layer], _NEURONS[letter])
        except (KeyError, ValueError):
            raise ParseError(
                f"{item!r} names no neuron; wanted: its layer and number, a layer of {', '.join(_LAYERS)} "
                f"and a letter of {', '.join(_NEURONS)}, as in  2,1 l j"
            ) from None
        if not (1 <= at <= net.depth and 1 <= index <= net.width(at)):
            raise ParseError(f"There is no neuron {index} in layer {at} of a network of sizes {net.sizes}.")
    return Letters(found)


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
    drawn = "".join(path("demon-line", d) for d in _DRAWN)
    filled = "".join(path("demon", d) for d in _FILLED)
    head, face = circle("demon", (0, -20), 8), path("demon-face", _FACE)
    return f'<g transform="translate({short(x)} {short(y)})">{drawn}{filled}{head}{face}</g>'


Place = tuple[int, ...] | int
"""Where a caption stands: at a weight (l, j, k), at a bias (l, j), at the step of output neuron m into the cost."""

RADIUS, MARGIN, _DOT, _FOOT = 22, 34, 4, 26
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
        return max(map(len, self.rows.values())) * self.down + 2 * MARGIN

    @property
    def width(self) -> float:
        return 2 * (MARGIN + RADIUS) + (self.net.depth - 1 + self.cost) * self.across

    @property
    def at_cost(self) -> Point:
        return self.x(self.net.depth + 1), self.height / 2

    def x(self, layer: int) -> float:
        return MARGIN + RADIUS + (layer - 1) * self.across

    def y(self, layer: int, row: int) -> float:
        return self.height / 2 + (row - (len(self.rows[layer]) - 1) / 2) * self.down

    def at(self, layer: int, index: int) -> Point:
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
) -> Picture:
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
        parts.extend(_layers(plan))
        height += _FOOT
    drawing = svg("bp-network", plan.width, height, parts)
    return Picture(drawing, *described(net, marked, cost=cost, demon=demon))


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
    yield from (edge(*line) for line in sorted(lines, key=lambda line: line[0]))


def _biases(plan: _Plan) -> Iterator[str]:
    for layer, j in sorted(plan.marked.biases):
        x, y = plan.at(layer, j)
        yield edge(True, (x, y - RADIUS - 20), (x, y - RADIUS))


def _neurons(plan: _Plan, labels: str) -> Iterator[str]:
    for layer, row in plan.rows.items():
        for place, index in enumerate(row):
            at = x, y = plan.x(layer), plan.y(layer, place)
            if index is None:
                yield from (circle("gap", (x, y + step), 2.2) for step in (-10, 0, 10))
            elif (layer, index) in plan.marked.neurons:
                yield neuron("neuron marked", at, _letter(plan, labels, (layer, index)))
            elif plan.compact:
                yield circle("aside", at, _DOT)
            else:
                yield neuron("neuron", at, _letter(plan, labels, (layer, index)))
    if plan.cost:
        name = "neuron cost marked" if plan.marked.into_cost else "neuron cost"
        yield neuron(name, plan.at_cost, plan.names.get(COST, "C"))


def _letter(plan: _Plan, labels: str, neuron: Neuron) -> str:
    text = plan.names.get(neuron)
    if text is not None:
        return text
    if labels == "none" or (neuron[0] == 1 and labels != "a"):
        return ""
    if plan.letters.names and neuron not in plan.letters.names:
        return ""  # numbers beside letters would say too much
    return plan.letters.letter(labels, neuron)


def _demon(plan: _Plan, neuron: Neuron) -> Iterator[str]:
    """On the neuron, with what it adds beside it."""
    x, y = plan.at(*neuron)
    yield draw_demon(x, y - RADIUS + 1)
    yield caption(f"+{plan.letters.change(neuron)}", (x + 52, y - RADIUS - 14), plan.caption)


def _captions(plan: _Plan, captions: Mapping[Place, str]) -> Iterator[str]:
    for where, text in captions.items():
        if isinstance(where, tuple) and len(where) == 2:
            x, y = plan.at(*where)
            yield caption(text, (x + 6, y - RADIUS - 24), plan.caption)
            continue
        if isinstance(where, int):
            (x1, y1), (x2, y2) = plan.at(plan.net.depth, where), plan.at_cost
        else:
            layer, j, k = where
            (x1, y1), (x2, y2) = plan.at(layer - 1, k), plan.at(layer, j)
        # Above the middle of the line, and clear of it by more the steeper the line is.
        lift = 10 + 0.5 * abs(y2 - y1) / (x2 - x1) * plan.caption
        yield caption(text, ((x1 + x2) / 2, (y1 + y2) / 2 - lift), plan.caption)


def caption(text: str, at: Point, size: float = SIZE) -> str:
    """A caption over a lighter copy of itself: the halo of its index would hide its superscript."""
    return "".join(typeset(text, *at, name=name, size=size) for name in ("halo", "caption"))


def neuron(name: str, at: Point, letter: str) -> str:
    """A circle with a letter in it."""
    return circle(name, at, RADIUS) + (letter and typeset(letter, at[0], at[1] + 0.32 * SIZE, name="label"))


def edge(strong: bool, start: Point, end: Point) -> str:
    """A weight."""
    return line("edge marked" if strong else "edge", start, end)


def _layers(plan: _Plan) -> Iterator[str]:
    last = plan.net.depth
    for layer in range(1, last + 1):
        x, y = plan.x(layer), plan.height + 12
        if plan.letters.names:
            before, _, after = str(_LAYER).partition("{layer}")
            if name := plan.letters.layer(layer):
                yield marked("layer", x, y, f'{before}<tspan class="letter">{name}</tspan>{after}')
            continue
        yield words(
            "layer", x, y, _INPUT if layer == 1 else _OUTPUT if layer == last else _LAYER.format(layer=layer)
        )
