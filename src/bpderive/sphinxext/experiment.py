"""The directive `demon-experiment`: predicted and actual change of the cost when a weighted input is moved.

    ```{demon-experiment}
    :network: 2,3,2
    :neuron: 2,1
    :seed: 3
    :reach: 4
    Caption
    ```

`experiment(net, l, j, …)` computes both changes with the library: the prediction is the error of the neuron times Δz,
the actual change that of the cost itself. The drawing stands by itself. Where scripts run, experiment.js puts a slider
under it, which moves along values that were computed here; it needs no server.
"""

from __future__ import annotations

import json
from dataclasses import dataclass

from docutils import nodes
from docutils.parsers.rst import directives

from bpderive.errors import DomainError, ParseError
from bpderive.functions.network import Network
from bpderive.functions.plot import Picture
from bpderive.letters.symbols import plain
from bpderive.letters.text import LANGUAGES, Text
from bpderive.sphinxext.charts import Axis, Curve, Frame, chart, ticks
from bpderive.sphinxext.directive import FigureDirective, options
from bpderive.sphinxext.figures import Letters
from bpderive.sphinxext.markup import element
from bpderive.sphinxext.network import integers, network_of
from bpderive.sphinxext.numbers import example

_STEPS = 80
"""Steps from one end to the other; an even number, so that Δz = 0 is one of them."""

_PREDICTED = Text("predicted: δ Δz", "预测值 δ Δz")
_ACTUAL = Text("actual change of C", "C 的实际变化")
_ACROSS = Text("Δz, what the demon adds", "小恶魔加上的 Δz")
_UP = Text("ΔC", "ΔC")
_TITLE = Text(
    "Predicted and actual change of the cost against {change}", "代价变化的预测值与实际值随 {change} 的变化"
)
_TOLD = Text(
    "The prediction is a straight line of slope δ = {slope}. At Δz = {low} it says {low_line} and the cost changes by "
    "{low_true}; at Δz = {high} it says {high_line} and the cost changes by {high_true}. Near 0 both agree.",
    "预测值是斜率 δ = {slope} 的直线。Δz = {low} 时预测 {low_line}，代价实际变化 {low_true}；"
    "Δz = {high} 时预测 {high_line}，实际变化 {high_true}。在 0 附近两者一致。",
)
_LABEL = Text("Move the demon's Δz", "调节小恶魔的 Δz")
_READING = Text(
    "Δz = {step}: predicted ΔC = {line}, actual ΔC = {true}", "Δz = {step}：ΔC 预测为 {line}，实际为 {true}"
)


@dataclass(frozen=True, slots=True)
class Experiment:
    """δ^l_j, and for each Δz the change of the cost that it predicts and the one that happens."""

    slope: float
    points: tuple[tuple[float, float, float], ...]


def experiment(net: Network, layer: int, neuron: int, *, seed: int, reach: float) -> Experiment:
    """Both changes for Δz from −reach to reach, in the network with the numbers of `seed`.

    The error is taken from the gradient: by (BP3) it is the derivative by the bias. Raises `DomainError` for a `reach`
    that is not positive.
    """
    if not reach > 0:
        raise DomainError(f"The demon's Δz goes from −reach to reach; {reach} is not positive.")
    numbers = example(net, seed)
    slope = float(numbers.gradient().b[layer - 2][neuron - 1, 0])
    before = numbers.cost(layer, neuron, 0.0)
    steps = [reach * (2 * step / _STEPS - 1) for step in range(_STEPS + 1)]
    return Experiment(
        slope, tuple((step, slope * step, numbers.cost(layer, neuron, step) - before) for step in steps)
    )


def draw_experiment(found: Experiment, change: str) -> tuple[Picture, Frame]:
    """The straight line and the curve, and where they stand."""
    steps = [step for step, _, _ in found.points]
    values = [value for _, *both in found.points for value in both]
    curves = (
        Curve(_ACTUAL, tuple((step, true) for step, _, true in found.points), marks=False),
        Curve(
            _PREDICTED, tuple((step, line) for step, line, _ in found.points[:: len(steps) - 1]), marks=False
        ),
    )
    across = Axis(_ACROSS, ticks(steps[0], steps[-1], 9))
    svg, frame = chart(curves, across, Axis(_UP, ticks(min(values), max(values))))
    (low, low_line, low_true), (high, high_line, high_true) = found.points[0], found.points[-1]
    told = _TOLD.format(
        slope=_number(found.slope),
        low=_step(low),
        low_line=_number(low_line),
        low_true=_number(low_true),
        high=_step(high),
        high_line=_number(high_line),
        high_true=_number(high_true),
    )
    title = _TITLE.format(change=plain(change))
    return Picture(svg, title, told), frame


def for_script(found: Experiment, frame: Frame) -> str:
    """What the slider needs, in all languages: where its marks stand, and what it says at each step."""
    marks = [
        [round(frame.x(step), 1), round(frame.y(line), 1), round(frame.y(true), 1)]
        for step, line, true in found.points
    ]
    said = [
        _READING.format(step=_step(step), line=_number(line), true=_number(true))
        for step, line, true in found.points
    ]
    words = {
        name: {"label": _LABEL.in_language(name), "said": [text.in_language(name) for text in said]}
        for name in LANGUAGES
    }
    return json.dumps({"marks": marks, "words": words}, ensure_ascii=False, separators=(",", ":"))


def _number(value: float) -> str:
    return f"{value:+.4f}".replace("-", "−")


def _step(value: float) -> str:
    return f"{value:.2f}".rstrip("0").rstrip(".").replace("-", "−") if abs(value) > 1e-9 else "0"


class DemonExperimentDirective(FigureDirective):
    """The demon at work: what the error predicts, and what happens."""

    option_spec = options("network", "neuron", "name", seed=directives.nonnegative_int, reach=float)
    wanted = ("network", "neuron")

    def make(self) -> list[nodes.Node]:
        """The figure, in a box that holds what the slider needs."""
        net = network_of(self.options)
        layer, neuron = integers(self.options["neuron"], 2)
        if not (2 <= layer <= net.depth and 1 <= neuron <= net.width(layer)):
            raise ParseError(
                f"Neuron {layer},{neuron} of a network of sizes {net.sizes} has no weighted input."
            )
        found = experiment(
            net, layer, neuron, seed=self.options.get("seed", 0), reach=self.options.get("reach", 4.0)
        )
        drawn, frame = draw_experiment(found, Letters().change((layer, neuron)))
        attributes = {"data-experiment": for_script(found, frame)}
        return [element("div", self.figure(drawn), classes=["bp-experiment"], **attributes)]
