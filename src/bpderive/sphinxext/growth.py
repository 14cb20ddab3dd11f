"""The directive `path-growth`: a derivative grows, path by path, to what backpropagation says it is.

    ```{path-growth}
    :network: 2,3,2,2
    :weight: 2,1,1
    :seed: 1
    Caption
    ```

The numbers in the network come from `bpderive.sphinxext.numbers.example`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import accumulate, pairwise
from typing import Any

from docutils.parsers.rst import directives

from bpderive.equations.paths import path_sum
from bpderive.errors import ParseError, Refuted
from bpderive.functions.network import Network
from bpderive.functions.plot import Picture
from bpderive.letters.symbols import C, Partial, latex, plain
from bpderive.letters.text import Text, joined
from bpderive.sphinxext.charts import WIDE, Axis, Frame, grid, ticks
from bpderive.sphinxext.directive import figure_of
from bpderive.sphinxext.lettering import typeset
from bpderive.sphinxext.network import network_of, weight_of
from bpderive.sphinxext.numbers import example
from bpderive.sphinxext.shapes import path, rect, short, svg, words

_MOST = 8
_ABOVE, _HEIGHT, _ROOM = 34.0, 330.0, 0.68
_SUM = Text("sum so far", "部分和")
_PATHS = Text("neurons of the path, layer by layer", "路径逐层经过的神经元")
_TITLE = Text(
    "{derivative} as a growing sum over {count} paths", "{derivative}：{count} 条路径的贡献逐一相加"
)
_TOLD = Text(
    "The paths contribute {parts}; the sums so far are {sums}. Backpropagation gives {whole}.",
    "各路径的贡献依次为 {parts}；部分和依次为 {sums}。反向传播给出 {whole}。",
)
_BACK = Text("backprop.", "反向传播")


@dataclass(frozen=True, slots=True)
class Growth:
    """What each path contributes, how it is called, and the derivative found by backpropagation."""

    derivative: str
    names: tuple[str, ...]
    parts: tuple[float, ...]
    whole: float

    @property
    def sums(self) -> tuple[float, ...]:
        """The sum of the first paths, from none of them to all."""
        return tuple(accumulate(self.parts, initial=0.0))


def growth(net: Network, layer: int, neuron: int, source: int, seed: int) -> Growth:
    """The contributions of all paths of w^l_jk; raises `Refuted` if they do not sum to the derivative."""
    found, numbers = path_sum(net, layer, neuron, source), example(net, seed)
    parts = tuple(numbers.value(path.rate_factor) for path in found.paths)
    whole = float(numbers.gradient().w[layer - 2][neuron - 1, source - 1])
    if abs(sum(parts) - whole) > 1e-12 * sum(map(abs, parts)):
        raise Refuted(f"The paths sum to {sum(parts)}, and backpropagation gives {whole}.")
    names = tuple("→".join(str(index) for _, index in path.neurons) for path in found.paths)
    return Growth(latex(Partial(C, found.parameter)), names, parts, whole)


def draw_growth(grown: Growth) -> Picture:
    """The bars."""
    every = (*grown.sums, grown.whole)
    count = len(grown.parts) + 1
    across = Axis(_PATHS, (0.0, float(count)))
    frame = Frame(across, Axis(_SUM, ticks(min(every), max(every))), _ABOVE, WIDE)
    # Numbers across would count the gaps between the bars, and the title up stands over the axis instead.
    parts = [*grid(frame, bare=True), *_bars(grown, frame)]
    shown = [_number(value) for value in grown.parts]
    sums = [_number(value) for value in grown.sums[1:]]
    told = _TOLD.format(parts=joined(shown), sums=joined(sums), whole=_number(grown.whole))
    title = _TITLE.format(derivative=plain(grown.derivative), count=len(shown))
    parts.append(typeset(grown.derivative, 100, 20, name="derivative", size=19))
    parts.append(words("title", 140, 20, _SUM, ""))
    return Picture(svg("bp-chart", WIDE, frame.top + _HEIGHT, parts), title, told)


def _bars(grown: Growth, frame: Frame) -> Iterator[str]:
    zero = frame.y(0)
    yield path("axis", f"M{short(frame.x(0))} {short(zero)}H{short(frame.right)}")
    for place, ((before, after), name) in enumerate(zip(pairwise(grown.sums), grown.names, strict=True)):
        yield _bar("rise" if after > before else "fall", place, before, after, frame)
        x, y = frame.x(place + 0.5 + _ROOM / 2), frame.y(after)
        yield path("level", f"M{short(x)} {short(y)}H{short(frame.x(place + 1.5 - _ROOM / 2))}")
        yield words("tick", frame.x(place + 0.5), frame.bottom + 20, name)
        yield _valued(after - before, place, min(frame.y(before), y), frame, sign=True)
    last = len(grown.parts)
    yield _bar("whole", last, 0, grown.whole, frame)
    yield words("tick", frame.x(last + 0.5), frame.bottom + 20, _BACK)
    yield _valued(grown.whole, last, min(zero, frame.y(grown.whole)), frame, sign=False)


def _bar(name: str, place: int, start: float, end: float, frame: Frame) -> str:
    left, right = frame.x(place + 0.5 - _ROOM / 2), frame.x(place + 0.5 + _ROOM / 2)
    top, bottom = sorted((frame.y(start), frame.y(end)))
    return rect(f"bar {name}", left, top, right - left, max(bottom - top, 1))


def _valued(value: float, place: int, top: float, frame: Frame, *, sign: bool) -> str:
    shown = ("+" if sign and value > 0 else "") + _number(value)
    return words("value", frame.x(place + 0.5), top - 6, shown)


def _number(value: float) -> str:
    return f"{value:.3g}".replace("-", "−")


def _growth(options: Mapping[str, Any]) -> list[Picture]:
    grown = growth(network_of(options), *weight_of(options), options.get("seed", 0))
    if len(grown.parts) > _MOST:
        raise ParseError(f"{len(grown.parts)} paths are too many bars; at most {_MOST} are drawn.")
    return [draw_growth(grown)]


PathGrowthDirective = figure_of(
    _growth, "network", "weight", needs=("network", "weight"), seed=directives.nonnegative_int
)
