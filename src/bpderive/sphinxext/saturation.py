"""The directive `saturation-figure`: σ and σ′, and where σ is saturated.

    ```{saturation-figure}
    :activation: sigmoid
    :share: 0.1
    Caption
    ```

Saturated is where the slope is below a share of the greatest slope there is. `saturated(activation, share)` finds the
intervals in the window of the graph.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from bpderive.errors import DomainError
from bpderive.functions.activations import Activation, activations
from bpderive.functions.plot import ACROSS, Picture, plot
from bpderive.letters.text import Text, joined
from bpderive.sphinxext.directive import figure_of

_POINTS = 2001
_TOLD = Text(
    " Shaded is where the slope is below {level}, that is {share} percent of the greatest, {most}: {places}.",
    "阴影部分斜率小于 {level}，即最大斜率 {most} 的 {share}%：{places}。",
)
_FROM = Text("z from {low} to {high}", "z 从 {low} 到 {high}")
_NOWHERE = Text("nowhere in this window", "此窗口内没有")


def saturated(activation: Activation, share: float) -> tuple[tuple[float, float], ...]:
    """The intervals in −ACROSS … ACROSS in which σ′ is below `share` of its greatest value.

    Raises `DomainError` for a share that is none, and where the greatest slope is not known or not finite.
    """
    if not 0 < share < 1:
        raise DomainError(f"The share of the greatest slope lies between 0 and 1; {share} does not.")
    level = share * _greatest(activation)

    def low(at: float) -> bool:
        return abs(float(activation.numpy_derivative(at))) < level

    places = np.linspace(-ACROSS, ACROSS, _POINTS)
    flags = [low(at) for at in places]
    found: list[tuple[float, float]] = []
    start: float | None = -ACROSS if flags[0] else None
    for one, other, before, after in zip(places, places[1:], flags, flags[1:], strict=False):
        if before == after:
            continue
        edge = _edge(low, float(one), float(other))
        if after:
            start = edge
        elif start is not None:
            found.append((start, edge))
            start = None
    return tuple(found if start is None else [*found, (start, ACROSS)])


def _greatest(activation: Activation) -> float:
    """The greatest slope; raises `DomainError` where it is not known."""
    if activation.max_slope is None:
        raise DomainError(
            f"The greatest slope of {activation.name} is not known, so there is nothing to compare with."
        )
    return float(activation.max_slope.value)


def _edge(low: Callable[[float], bool], one: float, other: float) -> float:
    """Where the slope crosses the level, by bisection."""
    begins = low(one)
    for _ in range(40):
        middle = (one + other) / 2
        if low(middle) == begins:
            one = middle
        else:
            other = middle
    return (one + other) / 2


def draw_saturation(activation: Activation, share: float) -> Picture:
    """The graph of the activation, its saturated regions shaded."""
    places = saturated(activation, share)
    drawn = plot(activation, shaded=places)
    most = _greatest(activation)
    listed = [_FROM.format(low=_number(low), high=_number(high)) for low, high in places] or [_NOWHERE]
    told = _TOLD.format(
        level=f"{share * most:.3g}",
        share=f"{100 * share:g}",
        most=f"{most:.3g}",
        places=joined(listed),
    )
    return Picture(drawn.svg, drawn.title, joined((drawn.description, told), ("", "")))


def _number(value: float) -> str:
    return f"{value:.2f}".replace("-", "−")


def _saturation(options: Mapping[str, Any]) -> list[Picture]:
    activation = activations[options.get("activation", "sigmoid")]
    if not isinstance(activation, Activation):
        raise DomainError(f"There is no graph of {activation.name}: it takes a vector.")
    return [draw_saturation(activation, options.get("share", 0.1))]


SaturationFigureDirective = figure_of(_saturation, "activation", share=float)
