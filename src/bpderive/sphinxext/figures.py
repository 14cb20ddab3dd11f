"""Drawings of a `Network`, as SVG that follows the page's colours: `draw(net, highlight=…, letters=…)`.

A layered network: neurons with their letters, weights as lines, and on top what the `Highlight` names. The cost is
drawn as one more layer, which has one neuron: `(net.depth + 1, 1)`, and its weights are the ways into the cost.
`parse_highlight("weight 3,2,4; bias 2,1", net)` reads what an author wrote and checks that it exists;
`parse_letters("1,1 l-1 k; 2,1 l j", net)` lets the drawing speak of layer l and neuron j. Letters and captions are the
LaTeX of the library's own objects; `names` puts others into neurons. The classes in the SVG get their colours from the
book's style sheet, so light and dark need nothing here. `Layout` says where neurons stand, in other drawings too.

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
from bpderive.sphinxext.directive import items
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
_INTO = Text("the way from output neuron {k} into the cost", "从输出层神经元 {k} 到代价的连线")
_DEMON = Text(
    " A demon sits on neuron {j} of layer {l} and adds a little to its weighted input.",
    "一个小恶魔坐在第 {l} 层的神经元 {j} 上，给它的带权输入加上一点点。",
)


@dataclass(frozen=True, slots=True)
class Highlight:
    """What stands out: neurons (l, j), weights (l, j, k), biases (l, j)."""

    neurons: frozenset[Neuron] = frozenset()
    weights: frozenset[Weight] = frozenset()
    biases: frozenset[Neuron] = frozenset()

    def __or__(self, other: Highlight) -> Highlight:
        return Highlight(
            self.neurons | other.neurons, self.weights | other.weights, self.biases | other.biases
        )


def on_path(neurons: Iterable[Neuron]) -> Highlight:
    """The path through `neurons`, layer by layer."""
    through = tuple(neurons)
    weights = frozenset((l, j, k) for (_, k), (l, j) in pairwise(through))
    return Highlight(frozenset(through), weights)


def reached(net: Network, layer: int, neuron: int, *, last: int | None = None) -> Highlight:
    """What a change of neuron (layer, neuron) reaches, up to the layer `last`; left out, up to the cost."""
    end = net.depth + 1 if last is None else last
    sources, neurons, weights = [neuron], {(layer, neuron)}, set()
    for at in range(layer + 1, end + 1):
        here = range(1, (*net.sizes, 1)[at - 1] + 1)
        neurons |= {(at, j) for j in here}
        weights |= {(at, j, k) for j in here for k in sources}
        sources = list(here)
    return Highlight(frozenset(neurons), frozenset(weights))


def parse_highlight(text: str, net: Network) -> Highlight:
    """Such as `weight 3,2,4; bias 2,1; path 1,1 2,3; cost`; raises `ParseError` or `NetworkError`.

    `cost` is all steps into the cost, `cost m` the one from output neuron m.
    """
    found = Highlight()
    for item in items(text):
        kind, _, rest = item.partition(" ")
        try:
            numbers = [tuple(map(int, group.split(","))) for group in re.sub(r"\s*,\s*", ",", rest).split()]
            found |= _item(kind, numbers, net)
        except NetworkError:
            raise
        except (TypeError, ValueError):
            raise ParseError(
                f"{item!r} is nothing to highlight; wanted: weight l,j,k; neuron l,j; bias l,j; path l,j l+1,q; "
                "cost; cost m"
            ) from None
    return found


def _item(kind: str, numbers: list[tuple[int, ...]], net: Network) -> Highlight:
    if kind == "cost":
        outputs = [_neuron(net, net.depth, m) for (m,) in numbers] or [
            (net.depth, m) for m in range(1, net.width(net.depth) + 1)
        ]
        cost = net.depth + 1, 1
        return Highlight(frozenset({cost}), frozenset((*cost, m) for _, m in outputs))
    if kind == "weight":
        ((layer, j, k),) = numbers
        return on_path([_neuron(net, layer - 1, k), _neuron(net, layer, j)])
    neurons = [_neuron(net, *pair) for pair in numbers]
    if kind == "path" and neurons and all(after[0] == before[0] + 1 for before, after in pairwise(neurons)):
        return on_path(neurons)
    (one,) = neurons
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
    named = [
        (_WEIGHT if l <= net.depth else _INTO).format(k=k, before=l - 1, j=j, l=l)
        for l, j, k in sorted(marked.weights)
    ]
    named += [_BIAS.format(j=j, l=l) for l, j in sorted(marked.biases)]
    named = named or [_NEURON.format(j=j, l=l) for l, j in sorted(marked.neurons)]
    told = [
        _EVERY,
        *([_COST_TOO] if cost else []),
        *([_DEMON.format(l=demon[0], j=demon[1])] if demon else []),
        *([_MARKED.format(items=joined(named))] if named else []),
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
    for item in items(text):
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


Place = tuple[int, ...]
"""Where a caption stands: at a weight (l, j, k) or at a bias (l, j)."""

RADIUS, MARGIN, _FOOT = 22, 34, 26
_COMPACT_ACROSS, DOWN = 146, 62
_DOT = 4
_MOST = 12

_MANY = Text(
    "A layer of {count} neurons is too large to draw; at most {most} are drawn.",
    "一层有 {count} 个神经元，多得画不下；最多画 {most} 个。",
)
_LAYER = Text("layer {layer}", "第 {layer} 层")
_INPUT = Text("input", "输入层")
_OUTPUT = Text("output", "输出层")


@dataclass(frozen=True, slots=True)
class Layout:
    """Where neurons stand: one layer beside the other, each in the middle of the height."""

    sizes: tuple[int, ...]
    across: float = 150
    down: float = 66

    @property
    def height(self) -> float:
        """The height of the drawing."""
        return max(self.sizes) * self.down + 2 * MARGIN

    @property
    def width(self) -> float:
        """The width of the drawing."""
        return 2 * (MARGIN + RADIUS) + (len(self.sizes) - 1) * self.across

    def at(self, layer: int, index: int) -> Point:
        """The middle of a neuron."""
        x = MARGIN + RADIUS + (layer - 1) * self.across
        return x, self.height / 2 + (index - (self.sizes[layer - 1] + 1) / 2) * self.down

    def neurons(self) -> Iterator[Neuron]:
        """All neurons, layer by layer."""
        yield from ((l, j) for l, size in enumerate(self.sizes, 1) for j in range(1, size + 1))

    def edges(self, weights: Iterable[tuple[bool, Weight]]) -> list[str]:
        """Each weight as a line, those that are strong last, so that they lie on top."""
        ordered = sorted(weights, key=lambda weight: weight[0])
        return [edge(strong, self.at(l - 1, k), self.at(l, j)) for strong, (l, j, k) in ordered]


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
    """The network, with LaTeX `captions` at their places; `compact` shows letters on the highlighted neurons only.

    Raise `NetworkError` for a layer that is too large to draw.
    """
    if max(net.sizes) > _MOST:
        raise NetworkError(_MANY.format(count=max(net.sizes), most=_MOST))
    marked, letters = highlight or Highlight(), letters or Letters()
    end = net.depth + 1, 1
    cost = cost or end in marked.neurons
    sizes = (*net.sizes, 1) if cost else net.sizes
    layout = Layout(sizes, _COMPACT_ACROSS, DOWN) if compact else Layout(sizes)
    named = {neuron: _letter(letters, labels, neuron) for neuron in layout.neurons()} | {end: "C"}
    parts = layout.edges((weight in marked.weights, weight) for weight in _weights(sizes))
    for x, y in (layout.at(*bias) for bias in sorted(marked.biases)):
        parts.append(edge(True, (x, y - RADIUS - 20), (x, y - RADIUS)))
    for one in layout.neurons():
        kind = f"neuron{' cost' * (one == end)}{' marked' * (one in marked.neurons)}"
        if compact and kind == "neuron":
            parts.append(circle("aside", layout.at(*one), _DOT))
        else:
            parts.append(neuron(kind, layout.at(*one), (names or {}).get(one, named[one])))
    size = SIZE + 4 * compact  # larger where the whole drawing is shown smaller
    if demon is not None:
        x, y = layout.at(*demon)
        parts.append(draw_demon(x, y - RADIUS + 1))
        parts.append(caption(f"+{letters.change(demon)}", (x + 52, y - RADIUS - 14), size))
    parts += [caption(text, _beside(layout, place, size), size) for place, text in (captions or {}).items()]
    height = layout.height
    if not compact:
        parts.extend(_layers(layout, net.depth, letters))
        height += _FOOT
    drawing = svg("bp-network", layout.width, height, parts)
    return Picture(drawing, *described(net, marked, cost=cost, demon=demon))


def _weights(sizes: tuple[int, ...]) -> Iterator[Weight]:
    """Every weight between layers of these sizes."""
    for layer, (before, size) in enumerate(pairwise(sizes), 2):
        yield from ((layer, j, k) for j in range(1, size + 1) for k in range(1, before + 1))


def _letter(letters: Letters, labels: str, neuron: Neuron) -> str:
    if neuron[0] == 1 and labels != "a":
        return ""
    if letters.names and neuron not in letters.names:
        return ""  # numbers beside letters would say too much
    return letters.letter(labels, neuron)


def _beside(layout: Layout, place: Place, size: float) -> Point:
    """Where a caption stands."""
    layer, j, *source = place
    x2, y2 = layout.at(layer, j)
    if not source:
        return x2 + 6, y2 - RADIUS - 24
    x1, y1 = layout.at(layer - 1, *source)
    # Above the middle of the line, and clear of it by more the steeper the line is.
    lift = 10 + 0.5 * abs(y2 - y1) / (x2 - x1) * size
    return (x1 + x2) / 2, (y1 + y2) / 2 - lift


def caption(text: str, at: Point, size: float = SIZE) -> str:
    """A caption over a lighter copy of itself: the halo of its index would hide its superscript."""
    return "".join(typeset(text, *at, name=name, size=size) for name in ("halo", "caption"))


def neuron(name: str, at: Point, letter: str) -> str:
    """A circle with a letter in it."""
    return circle(name, at, RADIUS) + (letter and typeset(letter, at[0], at[1] + 0.32 * SIZE, name="label"))


def edge(strong: bool, start: Point, end: Point) -> str:
    """A weight."""
    return line("edge marked" if strong else "edge", start, end)


def _layers(layout: Layout, last: int, letters: Letters) -> Iterator[str]:
    """What the layers are called, below them."""
    for layer in range(1, last + 1):
        x, y = layout.at(layer, 1)[0], layout.height + 12
        if letters.names:
            before, _, after = str(_LAYER).partition("{layer}")
            if name := letters.layer(layer):
                yield marked("layer", x, y, f'{before}<tspan class="letter">{name}</tspan>{after}')
            continue
        yield words(
            "layer", x, y, _INPUT if layer == 1 else _OUTPUT if layer == last else _LAYER.format(layer=layer)
        )
