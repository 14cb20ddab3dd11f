"""What stands out in a drawing of a network: `Highlight`, how an author writes it, and how it is told in
words.

`parse_highlight("weight 3,2,4; bias 2,1", net)` checks that everything named exists. To make one more thing
markable, add it to `_item` and to `described`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise

from bpderive.errors import NetworkError, ParseError
from bpderive.functions.network import Network
from bpderive.letters.text import Text
from bpderive.sphinxext.words import joined

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
