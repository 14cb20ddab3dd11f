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
    LETTERS,
    Highlight,
    Neuron,
    Place,
    draw,
    on_path,
    parse_highlight,
    parse_letters,
    reached,
)
from bpderive.sphinxext.markup import display, element, line
from bpderive.sphinxext.words import ONE_PATH, PATH, PATHS, SUM, SUM_CHECKED


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
    return Network(integers(options["network"]), options.get("activation", "sigmoid"))


def weight_of(options: Mapping[str, Any]) -> tuple[int, int, int]:
    """The weight l,j,k that the options name. Raises `ParseError`."""
    layer, neuron, source = integers(options["weight"], 3)
    return layer, neuron, source


_MOST_PATHS, _MOST_CAPTIONS = 24, 3


class NetworkFigureDirective(FigureDirective):
    """Draw a network."""

    option_spec = options(
        "network",
        "highlight",
        "letters",
        "demon",
        "name",
        labels=lambda given: directives.choice(given, tuple(LETTERS)),
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
        weights = sorted(weight for weight in marked.weights if weight[0] <= net.depth)
        if len(weights) <= _MOST_CAPTIONS:
            captions |= {place: letters.weight(*place) for place in weights}
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
    """Draw every path of one weight, with its rate factors, and their sum."""

    option_spec = options("network", "activation", "weight", "name")
    wanted = ("network", "weight")

    def make(self) -> list[nodes.Node]:
        """The network with all its paths, each path with its factors and their product, the sum and its check."""
        net = network_of(self.options)
        layer, neuron, source = weight_of(self.options)
        count = number_of_paths(net, layer)
        if count > _MOST_PATHS:
            raise ParseError(f"{count} paths are too many to draw; at most {_MOST_PATHS} are, on one page.")
        found = path_sum(net, layer, neuron, source)
        found.check()
        marked = Highlight()
        for path in found.paths:
            marked |= _whole(found, path)
        words = ONE_PATH if count == 1 else PATHS
        told = line(*self.words(words.format(count=count, start=latex(found.parameter))))
        listed = element(
            "ol", *(self._path(found, i, path) for i, path in enumerate(found.paths, 1)), classes=["bp-paths"]
        )
        drawn = draw(net, highlight=marked)
        return [self.figure(drawn), element("div", told, listed, self._sum(found), classes=["bp-path-sum"])]

    def _path(self, found: PathSums, number: int, path: Path) -> nodes.Node:
        drawn = draw(found.net, highlight=_whole(found, path), captions=_captions(found, path), compact=True)
        product = r" \, ".join(latex(factor.derivative) for factor in path.factors)
        return element(
            "li",
            line(*self.words(PATH.format(number=number)), classes=["bp-part"]),
            self.picture(drawn),
            display(rf"\begin{{aligned}} & {product} \\ & = {path.latex()} \end{{aligned}}"),
        )

    def _sum(self, found: PathSums) -> nodes.Node:
        return element(
            "div",
            line(*self.words(SUM), classes=["bp-part"]),
            display(_written_out(found)),
            self.mark(SUM_CHECKED, "concrete"),
            classes=["bp-sum"],
        )


def _written_out(found: PathSums) -> str:
    """The derivative as the sum of what the paths contribute, each on a line of its own."""
    lines = r" \\ & + ".join(path.latex() for path in found.paths)
    return rf"\begin{{aligned}} {latex(Partial(C, found.parameter))} = {{}} & {lines} \end{{aligned}}"


def _neurons(found: PathSums, path: Path) -> list[Neuron]:
    """The neurons of a path, from the one before the weight to the cost."""
    assert found.source is not None
    return [(found.layer - 1, found.source), *path.neurons, (found.net.depth + 1, 1)]


def _whole(found: PathSums, path: Path) -> Highlight:
    return on_path(_neurons(found, path))


def _captions(found: PathSums, path: Path) -> dict[Place, str]:
    """The rate factor of each step of `path`, at its place in the drawing."""
    steps = reversed(list(pairwise(_neurons(found, path))))
    return {
        (*after, before[1]): latex(factor.derivative)
        for (before, after), factor in zip(steps, path.factors, strict=True)
    }
