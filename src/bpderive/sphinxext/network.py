"""The directives `network-figure` and `path-sum`: drawings of a `Network`, and the sum over its paths, path by path.

    ```{network-figure}
    :network: 2,3,2
    :highlight: weight 3,2,3; bias 2,1
    :labels: a
    Caption
    ```

    ```{path-sum}
    :network: 2,3,2
    :weight: 2,1,1
    :activation: sigmoid
    Caption
    ```

With `:letters: 2,1 l j; 3,2 l+1 q` the drawing speaks of layer l and neuron j; `:demon: 2,1` sets the demon on a
neuron.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise
from typing import Any

from docutils import nodes
from docutils.parsers.rst import directives

from bpderive.equations.paths import Path, PathSums, number_of_paths, path_sum
from bpderive.errors import ParseError
from bpderive.functions.network import Network
from bpderive.letters.symbols import C, Partial, latex
from bpderive.sphinxext.directive import FigureDirective, options
from bpderive.sphinxext.figures import (
    LABELS,
    Highlight,
    Place,
    draw,
    on_path,
    parse_highlight,
    parse_letters,
    reached,
)
from bpderive.sphinxext.markup import display, element, line, span
from bpderive.sphinxext.words import ONE_PATH, PATH, PATHS, SUM, SUM_CHECKED, SUM_CHECKED_BIAS


def integers(text: str, count: int | None = None) -> tuple[int, ...]:
    """Integers between commas, exactly `count` of them if that is given. Raises `ParseError`."""
    try:
        numbers = tuple(int(part) for part in text.split(","))
    except ValueError:
        raise ParseError(f"{text!r} is not a list of integers such as 2,3,2.") from None
    if count is not None and len(numbers) != count:
        raise ParseError(f"{text!r} has {len(numbers)} numbers; {count} are wanted.")
    return numbers


def network_of(options: Mapping[str, Any]) -> Network:
    """The network that the options describe. Raises `NetworkError`, `UnknownName` or `ParseError`."""
    return Network(
        integers(options["network"]),
        activation=options.get("activation", "sigmoid"),
        cost=options.get("cost", "quadratic"),
    )


_MOST_PATHS, _MOST_CAPTIONS = 24, 3
OF_NETWORK = ("network", "activation", "cost")
"""The options that `network_of` reads."""


class NetworkFigureDirective(FigureDirective):
    """Draw a network."""

    option_spec = options(
        *OF_NETWORK,
        "highlight",
        "letters",
        "demon",
        "name",
        labels=lambda given: directives.choice(given, LABELS),
    )
    wanted = ("network",)

    def make(self) -> list[nodes.Node]:
        """A figure; its text alternative is written from the network."""
        net = network_of(self.options)
        letters = parse_letters(self.options.get("letters", ""), net)
        marked = letters.lettered(parse_highlight(self.options.get("highlight", ""), net))
        demon = None
        if "demon" in self.options:
            demon = self._neuron(net, self.options["demon"])
            marked |= reached(net, *demon)
        captions: dict[Place, str] = {place: letters.bias(place) for place in sorted(marked.biases)}
        if len(marked.weights) <= _MOST_CAPTIONS:
            captions |= {place: letters.weight(*place) for place in sorted(marked.weights)}
        drawn = draw(
            net,
            highlight=marked,
            labels=self.options.get("labels", "a"),
            captions=captions,
            letters=letters,
            demon=demon,
        )
        return [self.figure(drawn)]

    def _neuron(self, net: Network, text: str) -> tuple[int, int]:
        """A neuron that has a weighted input."""
        layer, neuron = integers(text, 2)
        if layer < 2:
            raise ParseError("The demon needs a weighted input, and layer 1 has none.")
        parse_highlight(f"neuron {layer},{neuron}", net)
        return layer, neuron


class PathSumDirective(FigureDirective):
    """Draw every path of one weight or bias, with its rate factors, and their sum."""

    option_spec = options(*OF_NETWORK, "weight", "bias", "name")
    wanted = ("network",)

    def make(self) -> list[nodes.Node]:
        """The network with all its paths, each path with its factors and their product, the sum and its check."""
        if ("weight" in self.options) == ("bias" in self.options):
            raise ParseError("Wanted: one of weight (l,j,k) and bias (l,j).")
        net = network_of(self.options)
        if "weight" in self.options:
            layer, neuron, source = integers(self.options["weight"], 3)
            place: tuple[int, ...] = (layer, neuron, source)
        else:
            place = layer, neuron = integers(self.options["bias"], 2)
        count = number_of_paths(net, layer)
        if count > _MOST_PATHS:
            raise ParseError(f"{count} paths are too many to draw; at most {_MOST_PATHS} are, on one page.")
        found = path_sum(net, *place)
        found.check()
        marked = start = _start(found)
        for path in found.paths:
            marked |= on_path(path.neurons, cost=True)
        drawn = draw(net, highlight=marked, cost=True)
        words = ONE_PATH if count == 1 else PATHS
        told = line(*self.words(words.format(count=count, start=latex(found.parameter))))
        listed = element(
            "ol",
            *(self._path(found, i, path, start) for i, path in enumerate(found.paths, 1)),
            classes=["bp-paths"],
        )
        return [self.figure(drawn), element("div", told, listed, self._sum(found), classes=["bp-path-sum"])]

    def _path(self, found: PathSums, number: int, path: Path, start: Highlight) -> nodes.Node:
        drawn = draw(
            found.net,
            highlight=start | on_path(path.neurons, cost=True),
            captions=_captions(found, path),
            cost=True,
            compact=True,
        )
        product = r" \, ".join(latex(factor.derivative) for factor in path.factors)
        return element(
            "li",
            line(*self.words(PATH.format(number=number)), classes=["bp-part"]),
            self.picture(drawn),
            display(rf"\begin{{aligned}} & {product} \\ & = {path.latex()} \end{{aligned}}"),
        )

    def _sum(self, found: PathSums) -> nodes.Node:
        words = SUM_CHECKED if found.source is not None else SUM_CHECKED_BIAS
        return element(
            "div",
            line(*self.words(SUM), classes=["bp-part"]),
            display(_written_out(found)),
            line(span(*self.words(words), classes=["bp-mark", "bp-mark-concrete"]), classes=["bp-marks"]),
            classes=["bp-sum"],
        )


def _written_out(found: PathSums) -> str:
    """The derivative as the sum of what the paths contribute, each on a line of its own."""
    lines = r" \\ & + ".join(path.latex() for path in found.paths)
    return rf"\begin{{aligned}} {latex(Partial(C, found.parameter))} = {{}} & {lines} \end{{aligned}}"


def _start(found: PathSums) -> Highlight:
    here = (found.layer, found.neuron)
    if found.source is None:
        return Highlight(frozenset({here}), biases=frozenset({here}))
    return on_path([(found.layer - 1, found.source), here])


def _captions(found: PathSums, path: Path) -> dict[Place, str]:
    """The rate factor of each step of `path`, at its place in the drawing."""
    last, *steps, first = (latex(factor.derivative) for factor in path.factors)
    pairs = list(pairwise(path.neurons))
    captions: dict[Place, str] = {path.neurons[-1][1]: last}
    for ((_, k), (l, j)), caption in zip(reversed(pairs), steps, strict=True):
        captions[l, j, k] = caption
    start = (found.layer, found.neuron)
    captions[start if found.source is None else (*start, found.source)] = first
    return captions
