r"""The directives `graph-figure`, `kernel-figure` and `mixing-figure`: drawings of a `Graph`, of a kernel, of a layer.

    ```{graph-figure}
    :sizes: 1,1,1,1
    :connections: 4 3,2
    :shortcuts: 3 2
    :captions: 2,1 2; 3,2 3
    Caption
    ```

What is drawn is read from the object: its connections, shortcuts and costs, the weights that are not zero, the entries
of the kernel. With `:mark: into 2,2 | from 1,3` the neurons are drawn, once for each mark, and the weights into or from
the one that is named are called by their parameters. `:rows: 3` puts so many layers above one another.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import product
from math import hypot
from typing import Any

from docutils import nodes
from docutils.parsers.rst import directives
from sympy import Symbol

from bpderive.errors import ParseError
from bpderive.functions.activations import VectorActivation
from bpderive.functions.activations import resolve as find_activation
from bpderive.functions.plot import Picture
from bpderive.letters.text import Text, joined
from bpderive.programs.graphs import Graph, Shared
from bpderive.programs.graphs.symbolic import entries
from bpderive.sphinxext.directive import FigureDirective, figure_of, items, options
from bpderive.sphinxext.figures import DOWN, MARGIN, RADIUS, Layout, Weight, caption, neuron
from bpderive.sphinxext.lettering import SIZE, typeset
from bpderive.sphinxext.network import integers
from bpderive.sphinxext.shapes import Point, path, rect, short, svg, words

_ACROSS, _DOWN, _CELL = 106, 84, 58
_START = MARGIN + RADIUS

_LAYERS = Text("A network of {count} layers", "{count} 层的网络")
_READS = Text("Layer {layer} reads {read}.", "第 {layer} 层读取{read}。")
_ONE = Text("layer {layer}", "第 {layer} 层")
_ADDS = Text("A shortcut adds layer {read} to layer {layer}.", "一条捷径把第 {read} 层加到第 {layer} 层。")
_COST = Text("The cost reads {read}.", "代价读取{read}。")
_NEURON = Text("Weights of neuron {neuron} of layer {layer}", "第 {layer} 层神经元 {neuron} 的权重")
_WEIGHT = Text(
    "between neuron {k} of layer {read} and neuron {j} of layer {layer}: {name}.",
    "第 {read} 层神经元 {k} 与第 {layer} 层神经元 {j} 之间：{name}。",
)
_FORWARDS = Text("forwards, over a", "前向：盖在 a 上")
_BACKWARDS = Text("backwards, over δ", "反向：盖在 δ 上")
_KERNEL = Text(
    "A kernel as it lies over the activations and over the errors", "卷积核盖在激活值上与盖在误差上"
)
_ROWS = Text("{title}, row by row: {rows}.", "{title}，逐行为：{rows}。")
_ALONE = Text("Each activation depends on its own weighted input", "每个激活值只依赖它自己的带权输入")
_MIXED = Text(
    "Each activation depends on every weighted input of its layer", "每个激活值依赖本层的所有带权输入"
)
_OF = Text("A layer of {count} neurons with {name}.", "一层 {count} 个神经元，激活函数为 {name}。")


def _drawing(parts: Iterable[str], width: float, height: float, title: Text, told: Text) -> Picture:
    return Picture(svg("bp-network", width, height, parts), title, told)


def _named(text: str, at: Point) -> str:
    return caption(text, (at[0], at[1] + 0.32 * SIZE))


def _arrow(name: str, start: Point, end: Point, bend: float = 0) -> tuple[str, Point]:
    """An arrow from circle to circle, bent upwards by `bend`, and the place of its caption."""
    middle = ((start[0] + end[0]) / 2, (start[1] + end[1]) / 2 - 2 * bend)
    starts, ends = _towards(start, middle, RADIUS), _towards(end, middle, RADIUS + 2)
    base = _towards(ends, middle, 9)
    across, down = (base[1] - ends[1]) * 0.5, (ends[0] - base[0]) * 0.5
    tip = (ends, (base[0] + across, base[1] + down), (base[0] - across, base[1] - down))
    points = " ".join(f"{short(x)},{short(y)}" for x, y in tip)
    numbers = [short(n) for point in (starts, middle, base) for n in point]
    line = path(name, f"M{numbers[0]} {numbers[1]}Q{' '.join(numbers[2:])}")
    top = (middle[0], middle[1] + bend)
    return f'{line}<polygon class="{name}-tip" points="{points}"/>', top


def _towards(start: Point, end: Point, by: float) -> Point:
    length = hypot(end[0] - start[0], end[1] - start[1])
    return (start[0] + (end[0] - start[0]) * by / length, start[1] + (end[1] - start[1]) * by / length)


def _layers(numbers: tuple[int, ...]) -> Text:
    return joined([_ONE.format(layer=layer) for layer in numbers], (" and ", "和"))


def described(net: Graph, cost: bool) -> tuple[Text, Text]:
    """A title and a description of a drawing of layers, read from the network."""
    told = [_READS.format(layer=l, read=_layers(tuple(sorted(net.reads[l])))) for l in net.computed]
    told += [_ADDS.format(layer=l, read=read) for l, others in net.shortcuts.items() for read in others]
    if cost:
        told.append(_COST.format(read=_layers(net.cost_reads)))
    return _LAYERS.format(count=net.depth), joined(told, (" ", ""))


@dataclass(frozen=True, slots=True)
class _Plan:
    """Where the layers of a network stand: beside one another, or in columns of `rows` from below."""

    net: Graph
    names: tuple[str, ...]
    captions: Mapping[tuple[int, ...], str]
    rows: int
    cost: bool

    @property
    def above(self) -> float:
        """The room for connections that leap over layers."""
        leaps = [l - read for l in self.net.computed for read in self.net.reads[l]]
        leaps += [self.net.depth + 1 - l for l in self.net.cost_reads if self.cost]
        return 0 if self.rows > 1 else 34 * (max(leaps) - 1)

    @property
    def below(self) -> float:
        """The room for the shortcuts."""
        leaps = [l - read for l, others in self.net.shortcuts.items() for read in others]
        return 34 * max(leaps, default=0)

    def at(self, layer: int) -> Point:
        """The middle of a layer."""
        column, row = divmod(layer - 1, self.rows)
        x = _START + column * _ACROSS
        return x, self.above + _START + (self.rows - 1 - row) * _DOWN

    def draw(self) -> Picture:
        """The layers as circles, what they read as arrows, shortcuts broken and below."""
        net = self.net
        parts: list[str] = []
        captions: list[str] = []
        for layer in net.computed:
            for read in net.reads[layer]:
                bend = 0 if self.rows > 1 else 34 * (layer - read - 1)
                drawn, place = _arrow("read", self.at(read), self.at(layer), bend)
                parts.append(drawn)
                captions.append(self._weight(layer, read, place))
            for read in net.shortcuts.get(layer, ()):
                parts.append(_arrow("way", self.at(read), self.at(layer), -34 * (layer - read))[0])
        columns = (net.depth - 1) // self.rows + 1 + self.cost
        if self.cost:
            end = self.at(net.depth + 1)
            parts += [_arrow("read", self.at(l), end, 34 * (net.depth - l))[0] for l in net.cost_reads]
            parts.append(neuron("neuron cost", end, "C"))
        parts += [neuron("neuron", self.at(layer), name) for layer, name in enumerate(self.names, 1)]
        width = 2 * _START + (columns - 1) * _ACROSS
        height = self.above + self.below + 2 * _START + (self.rows - 1) * _DOWN
        return _drawing([*parts, *captions], width, height, *described(net, self.cost))

    def _weight(self, layer: int, read: int, place: Point) -> str:
        name = self.net.shared[layer, read].name
        own = f"w^{{{layer},{read}}}" if name == f"w{layer}_{read}" else name
        upright = self.at(layer)[0] == self.at(read)[0]
        at = (place[0] + 16, place[1]) if upright else (place[0], place[1] - 14)
        return _named(self.captions.get((layer, read), own), at)


def draw_neurons(net: Graph, letters: tuple[str, ...], way: str, layer: int, number: int) -> Picture:
    """Every weight that is not zero, and those into or from one neuron by their parameters."""
    layout = Layout(net.sizes, 190, DOWN)
    chosen, share = (layer, number), 0.36 if way == "into" else 0.64
    edges: list[tuple[bool, Weight]] = []
    captions, told, marked = [], [], {chosen}
    for l, read, j, k, entry in _weights(net):
        strong = ((l, j) if way == "into" else (read, k)) == chosen
        edges.append((strong, (l, j, k)))
        if strong:
            marked |= {(l, j), (read, k)}
            called = _called(entry)
            (x1, y1), (x2, y2) = layout.at(read, k), layout.at(l, j)
            captions.append(_named(called, (x1 + share * (x2 - x1), y1 + share * (y2 - y1))))
            told.append(_WEIGHT.format(k=k, read=read, j=j, layer=l, name=_spoken(called)))
    neurons = (
        neuron("neuron marked" if (l, j) in marked else "neuron", layout.at(l, j), f"{letters[l - 1]}_{j}")
        for l, j in layout.neurons()
    )
    title, described = _NEURON.format(neuron=number, layer=layer), joined(told, (" ", ""))
    parts = [*layout.edges(edges), *neurons, *captions]
    return _drawing(parts, layout.width, layout.height, title, described)


def _weights(net: Graph) -> Iterator[tuple[int, int, int, int, Any]]:
    """Each weight that is not zero: (l, the layer that it reads, j, k, the weight)."""
    for l, read in (key for key in net.places if isinstance(key, tuple)):
        table = entries(net, (l, read))
        for j, k in product(range(table.rows), range(table.cols)):
            if table[j, k] != 0:
                yield l, read, j + 1, k + 1, table[j, k]


def _called(entry: Any) -> str:
    """A weight as its parameter, with the number that it is multiplied by."""
    [parameter] = entry.atoms(Symbol)
    rate = entry / parameter
    return str(parameter) if rate == 1 else f"{rate} {parameter}"


def _spoken(name: str) -> str:
    return name.replace("{", "").replace("}", "")


def draw_kernel(inputs: tuple[int, ...], kernel: tuple[int, ...]) -> Picture:
    """A kernel in two dimensions as the middle output meets it, and as the middle input does."""
    shared = Shared.convolution("K", inputs, kernel)
    outputs = tuple(size - k + 1 for size, k in zip(inputs, kernel, strict=True))
    count = [size[0] * size[1] for size in (inputs, outputs)]
    table = entries(Graph(count, "linear", shared={(2, 1): shared}), (2, 1))
    middles = [size[0] // 2 * size[1] + size[1] // 2 for size in (inputs, outputs)]
    row, column = table.row(middles[1]), table.col(middles[0])
    parts: list[str] = []
    told = []
    for place, (title, line) in enumerate(((_FORWARDS, row), (_BACKWARDS, column))):
        met = [entry for entry in line if entry != 0]
        if len(met) != kernel[0] * kernel[1]:
            raise ParseError("The middle of the input is to meet the whole kernel: give more inputs.")
        left = MARGIN + place * (kernel[1] * _CELL + 2 * MARGIN)
        for number, entry in enumerate(met):
            down, across = divmod(number, kernel[1])
            x, y = left + float(across * _CELL), 12.0 + down * _CELL
            name = "neuron marked" if str(entry) == "K_{11}" else "neuron"
            parts.append(rect(name, x, y, _CELL, _CELL))
            parts.append(typeset(str(entry), x + _CELL / 2, y + _CELL / 2 + 6, name="label"))
        x, y = left + kernel[1] * _CELL / 2, kernel[0] * _CELL + 38
        parts.append(words("layer", x, y, title))
        rows = [
            ", ".join(_spoken(str(entry)) for entry in met[at : at + kernel[1]])
            for at in range(0, len(met), kernel[1])
        ]
        told.append(_ROWS.format(title=title, rows="; ".join(rows)))
    width = 2 * (kernel[1] * _CELL + 2 * MARGIN)
    return _drawing(parts, width, kernel[0] * _CELL + 50, _KERNEL, joined(told, (" ", "")))


def draw_mixing(name: str, count: int = 3) -> Picture:
    """The weighted inputs of a layer and its activations, with a line where one depends on the other."""
    mixes = isinstance(find_activation(name), VectorActivation)
    layout = Layout((count, count), down=DOWN)
    every = range(1, count + 1)
    parts = layout.edges((k == 1, (2, j, k)) for k in every for j in every if mixes or j == k)
    for layer, j in layout.neurons():
        is_reached = j == 1 or (mixes and layer == 2)
        kind = "neuron marked" if is_reached else "neuron"
        parts.append(neuron(kind, layout.at(layer, j), f"{'za'[layer - 1]}_{j}"))
    parts.append(words("layer", layout.width / 2, layout.height + 12, name))
    title = _MIXED if mixes else _ALONE
    told = _OF.format(count=count, name=name)
    return _drawing(parts, layout.width, layout.height + 26, title, told)


def _mapping(text: str) -> dict[tuple[int, ...], str]:
    """What is said of each, such as `4 3,2; 3 1`. Raises `ParseError`."""
    pairs = (item.partition(" ") for item in items(text))
    return {integers(key): said.strip() for key, _, said in pairs}


def _reads(text: str) -> dict[int, tuple[int, ...]]:
    return {layer: integers(read) for (layer,), read in _mapping(text).items()}


class GraphFigureDirective(FigureDirective):
    """Draw a `Graph`: its layers, or its neurons with what leads into or from some of them."""

    option_spec = options(
        "sizes",
        "connections",
        "shortcuts",
        "cost-reads",
        "recurrence",
        "kernel",
        "mask",
        "names",
        "captions",
        "mark",
        "name",
        rows=directives.positive_int,
        cost=directives.flag,
    )

    def make(self) -> list[nodes.Node]:
        """The figure."""
        net = self._net()
        names = tuple(items(self.options.get("names", "")))
        if len(names) not in (0, net.depth):
            raise ParseError(f"{len(names)} names were given for {net.depth} layers.")
        names = names or tuple(f"a^{{{l}}}" for l in range(1, net.depth + 1))
        if "mark" in self.options:
            drawn = [self._marked(net, names, mark.strip()) for mark in self.options["mark"].split("|")]
            return [self.figure(*drawn, classes=["bp-beside"] * (len(drawn) > 1))]
        captions = _mapping(self.options.get("captions", ""))
        plan = _Plan(net, names, captions, self.options.get("rows", 1), "cost" in self.options)
        return [self.figure(plan.draw())]

    def _marked(self, net: Graph, names: tuple[str, ...], mark: str) -> Picture:
        way, _, neuron = mark.partition(" ")
        if way not in ("into", "from"):
            raise ParseError(f"{mark!r} is no mark such as `into 2,1` or `from 1,2`.")
        return draw_neurons(net, names, way, *integers(neuron, 2))

    def _net(self) -> Graph:
        """The network that the options describe. Raises `NetworkError` or `ParseError`."""
        if "recurrence" in self.options:
            return Graph.recurrence(integers(self.options["recurrence"], 1)[0], 1, 1, 1)
        if "sizes" not in self.options:
            raise ParseError("Wanted: sizes or recurrence.")
        sizes = integers(self.options["sizes"])
        shared: dict[Any, Any] = {}
        if "kernel" in self.options:
            shared[2, 1] = Shared.convolution("K", sizes[:1], integers(self.options["kernel"], 1))
        if "mask" in self.options:
            mask = integers(self.options["mask"], sizes[-2])
            shared[len(sizes), len(sizes) - 1] = Shared.masked("W", mask, sizes[-1])
        reads = self.options.get("cost-reads")
        return Graph(
            sizes,
            "linear",
            connections=_reads(self.options.get("connections", "")),
            shortcuts=_reads(self.options.get("shortcuts", "")),
            shared=shared,
            cost_reads=None if reads is None else integers(reads),
        )


def _kernel(options: Mapping[str, Any]) -> list[Picture]:
    inputs, kernel = (integers(options[key], 2) for key in ("inputs", "kernel"))
    return [draw_kernel(inputs, kernel)]


def _mixing(options: Mapping[str, Any]) -> list[Picture]:
    return [draw_mixing(name.strip()) for name in options["activations"].split("|")]


KernelFigureDirective = figure_of(_kernel, "inputs", "kernel", needs=("inputs", "kernel"))
MixingFigureDirective = figure_of(_mixing, "activations", needs=("activations",), beside="bp-beside")
