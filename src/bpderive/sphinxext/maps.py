"""The directive `learning-maps`: how large |∂C/∂w| is, over the activation that goes in and the weighted input.

    ```{learning-maps}
    :activation: sigmoid
    :errors: 1, 10
    Caption
    ```

`rate(activation)` puts (BP2) into (BP4): a product of the activation that goes in, of the slope, and of what comes back
from the next layer, (w^{l+1})^T δ^{l+1}. There is a map for each size of the last in `errors`, all on one scale.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import sympy
from sympy import Expr, Sum

from bpderive.errors import DomainError, ParseError
from bpderive.functions.activations import Activation, activations
from bpderive.functions.plot import Picture
from bpderive.letters.symbols import SigmaPrime, quantity
from bpderive.letters.text import Text
from bpderive.proofs import derivation
from bpderive.sphinxext.charts import NARROW, Axis, Frame, grid
from bpderive.sphinxext.directive import figure_of
from bpderive.sphinxext.lettering import typeset
from bpderive.sphinxext.shapes import path, rect, route, svg, words

A_IN, Z, BACK = sympy.symbols("a_in z back", real=True)
"""The activation that goes in, the weighted input, and (w^{l+1})^T δ^{l+1} of the neuron."""

LEVELS = (0.01, 0.05, 0.1, 0.25, 0.5)
"""Where one shade ends and the next begins."""

_ACROSS = (-6.0, 6.0)
_POINTS = 121
_ABOVE, _LINE = 34.0, 26.0

_WEIGHTED = Text("weighted input z", "带权输入 z")
_ACTIVE = Text("activation a that goes in", "进入的激活值 a")
_TITLE = Text("The size of ∂C/∂w where (w^T δ) = {back}", "(w^T δ) = {back} 时 |∂C/∂w| 的大小")
_TOLD = Text(
    "It is largest, {most}, at a = 1 where the slope is greatest, and falls off towards small a and to both sides; "
    "{small} percent of the map lie below {level}.",
    "在 a = 1 且斜率最大处达到最大值 {most}，朝 a 变小的方向和左右两侧递减；图中有 {small}% 的区域低于 {level}。",
)
_BELOW = Text("below {level}", "小于 {level}")


def rate(activation: Activation) -> Expr:
    """∂C/∂w^l_jk by (BP4), with δ^l_j by (BP2), in `A_IN`, `Z` and `BACK`."""
    by_weight, error = (derivation(number).statement for number in ("BP4", "BP2"))
    written = by_weight.rhs.xreplace({error.lhs: error.rhs})

    def read(part: Expr) -> Expr:
        if isinstance(part, Sum):
            return BACK
        if isinstance(part, SigmaPrime):
            return activation.derivative(Z)
        found = quantity(part)
        if found is not None and found[0].letter == "a":
            return A_IN
        return part

    return sympy.Mul(*(read(part) for part in sympy.Mul.make_args(written)))


@dataclass(frozen=True, slots=True)
class Map:
    """|∂C/∂w| over the activation and the weighted input: for each z the factor of the activation."""

    back: float
    places: tuple[float, ...]
    factors: tuple[float, ...]

    def edge(self, level: float) -> tuple[float, ...]:
        """For each z the activation from which on the rate is at least `level`, and 1 if it is below for all."""
        return tuple(min(1.0, level / factor) if factor else 1.0 for factor in self.factors)

    def share_below(self, level: float) -> float:
        """Which share of the map lies below a level."""
        return sum(self.edge(level)) / len(self.places)


def learning_map(activation: Activation, back: float) -> Map:
    """The map for one size of what comes back; raises `DomainError` if the rate is no multiple of the activation."""
    factor = sympy.simplify(rate(activation) / A_IN)
    if not factor.free_symbols <= {Z, BACK}:
        raise DomainError(
            f"The rate of {activation.name} is not a multiple of the activation alone: {factor}."
        )
    function = sympy.lambdify(Z, factor.subs(BACK, sympy.Float(back)), "numpy")
    places = np.linspace(*_ACROSS, _POINTS)
    values = np.abs(np.broadcast_to(function(places), places.shape))
    return Map(back, tuple(places.tolist()), tuple(values.tolist()))


def draw_map(one: Map) -> Picture:
    """A map with the key to its shades."""
    frame = Frame(
        Axis(_WEIGHTED, (-6, -4, -2, 0, 2, 4, 6)), Axis(_ACTIVE, (0, 0.25, 0.5, 0.75, 1)), _ABOVE, NARROW
    )
    middle = (frame.x(_ACROSS[0]) + frame.right) / 2
    heading = typeset(rf"(w^{{l+1}})^T \delta^{{l+1}} = {one.back:g}", middle, 18, name="letters", size=18)
    top = frame.bottom + 78
    parts = [heading, *_shades(one, frame), *grid(frame), *_key(top)]
    told = _TOLD.format(
        back=f"{one.back:g}",
        most=f"{max(one.factors):.2g}",
        small=f"{100 * one.share_below(LEVELS[0]):.0f}",
        level=LEVELS[0],
    )
    drawn = svg("bp-chart", NARROW, top + 2 * _LINE, parts)
    return Picture(drawn, _TITLE.format(back=f"{one.back:g}"), told)


def _shades(one: Map, frame: Frame) -> Iterator[str]:
    """What lies between two levels, as one shape."""
    above = (1.0,) * len(one.places)
    edges = [*map(one.edge, LEVELS), above]
    for shade, (low, high) in enumerate(pairwise(edges), 1):
        there = [(x, y) for x, y in zip(one.places, low, strict=True)]
        back = [(x, y) for x, y in zip(one.places, high, strict=True)][::-1]
        if low == high:
            continue
        points = [(frame.x(x), frame.y(y)) for x, y in (*there, *back)]
        yield path(f"shade-{shade}", f"{route(points)}z")


def _key(top: float) -> Iterator[str]:
    for shade in range(len(LEVELS) + 1):
        x, y = 70 + (shade % 3) * 128, top + (shade // 3) * _LINE
        yield rect(f"shade-{shade} key", x, y - 14, 18, 18)
        yield words(
            "", x + 24, y, f"≥ {LEVELS[shade - 1]:g}" if shade else _BELOW.format(level=f"{LEVELS[0]:g}"), ""
        )


def _maps(options: Mapping[str, Any]) -> list[Picture]:
    """The maps beside one another. Raise `DomainError` or `ParseError`."""
    name = options.get("activation", "sigmoid")
    activation = activations[name]
    if not isinstance(activation, Activation):
        raise DomainError(f"There is no map for {name}: its slope is a matrix.")
    given = options.get("errors", "1, 10")
    try:
        backs = [float(part) for part in given.split(",")]
    except ValueError:
        raise ParseError(f"{given!r} is not a list of numbers such as 1, 10.") from None
    return [draw_map(learning_map(activation, back)) for back in backs]


LearningMapsDirective = figure_of(_maps, "activation", "errors", beside="bp-charts")
