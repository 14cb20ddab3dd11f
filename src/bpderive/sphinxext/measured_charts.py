"""The charts of what was measured: `CHARTS[name](results)` are the pictures of one, from the results file.

To draw one more measurement, write a function from the results to `Chart`s and enter it in `CHARTS`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from bpderive.letters.text import Text
from bpderive.sphinxext.charts import NARROW, WIDE, Axis, Curve, chart, decades
from bpderive.sphinxext.figures import Drawing
from bpderive.sphinxext.measured_words import LIBRARIES, NAMES, Results, network_of, ratio

_BATCH = Text("examples in the mini-batch", "小批量中的样本数")
_RATIO = Text("time, plain NumPy = 1", "时间（朴素 NumPy = 1）")
_SECONDS = Text("seconds", "秒")
_PARAMETERS = Text("weights and biases", "权重与偏置的个数")
_STEP = Text("step ε", "步长 ε")
_ERROR = Text("relative error", "相对误差")
_TOLD = Text(
    "{name}: {first} at {from_}, {last} at {to}", "{name}：在 {from_} 处为 {first}，在 {to} 处为 {last}"
)


@dataclass(frozen=True, slots=True)
class Chart:
    """Curves with their axes, the title that stands for the picture, and a heading if it stands beside others."""

    title: Text
    curves: tuple[Curve, ...]
    across: Axis
    up: Axis
    heading: str = ""

    def drawing(self, language: str) -> Drawing:
        """The picture; its description tells where each curve begins and ends."""
        told = [_told(curve).in_language(language) for curve in self.curves]
        end = "；" if language == "zh" else "; "
        width = NARROW if self.heading else WIDE
        svg = chart(self.curves, self.across, self.up, language, heading=self.heading, width=width)
        return Drawing(
            svg, self.title.in_language(language), end.join(told) + ("。" if language == "zh" else ".")
        )


def _told(curve: Curve) -> Text:
    (x1, y1), *_, (x2, y2) = curve.points
    return _TOLD.format(
        name=curve.name, first=f"{y1:.2g}", from_=f"{x1:.3g}", last=f"{y2:.2g}", to=f"{x2:.3g}"
    )


def cells_chart(results: Results) -> list[Chart]:
    """For each network, the ratio of every contestant against the size of the mini-batch."""
    names = ("bpderive", "products", *LIBRARIES)
    charts = []
    for sizes in dict.fromkeys(network_of(cell) for cell in results["cells"]):
        cells = [cell for cell in results["cells"] if network_of(cell) == sizes]
        curves = tuple(
            Curve(NAMES[name], tuple((float(cell["batch"]), ratio(cell, name)) for cell in cells))
            for name in names
            if all(name in cell["seconds"] for cell in cells)
        )
        values = [y for curve in curves for _, y in curve.points]
        title = Text(
            f"Time for one gradient of the network {sizes}, plain NumPy being 1",
            f"网络 {sizes} 求一次梯度的时间，以朴素 NumPy 为 1",
        )
        across = Axis(_BATCH, (1, 10, 100, 1000), log=True)
        charts.append(Chart(title, curves, across, Axis(_RATIO, decades(values), log=True), heading=sizes))
    return charts


def growth_chart(results: Results) -> list[Chart]:
    """The seconds of backpropagation and of (46) against the number of weights and biases."""
    rows = results["growth"]
    curves = tuple(
        Curve(NAMES[name], tuple((float(row["parameters"]), float(row["seconds"][name][1])) for row in rows))
        for name in ("differences", "backpropagation", "forward")
    )
    title = Text("Time for all derivatives as the network grows", "网络增大时求全部导数所需的时间")
    return [_logarithmic(title, curves, _PARAMETERS, _SECONDS)]


def differences_chart(results: Results) -> list[Chart]:
    """The errors of the three differences against ε."""
    found = results["differences"]
    names = {"forward": "one-sided", "central": "central", "complex": "complex"}
    curves = tuple(
        Curve(NAMES[shown], tuple(zip(found["steps"], found["errors"][name], strict=True)))
        for name, shown in names.items()
    )
    title = Text(
        "Error of the gradient by differences against the step", "用差分求出的梯度的误差随步长的变化"
    )
    return [_logarithmic(title, curves, _STEP, _ERROR)]


def _logarithmic(title: Text, curves: tuple[Curve, ...], across: Text, up: Text) -> Chart:
    xs, ys = ([point[i] for curve in curves for point in curve.points] for i in (0, 1))
    return Chart(title, curves, Axis(across, decades(xs), log=True), Axis(up, decades(ys), log=True))


CHARTS: dict[str, Callable[[Results], list[Chart]]] = {
    "cells": cells_chart,
    "growth": growth_chart,
    "differences": differences_chart,
}
