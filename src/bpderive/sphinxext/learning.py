"""The directives `learning-curves` and `misread-digits`: how a network learns the digits, drawn while it does.

`run()` lets the network (64, 30, 10) learn twice from the same seed, with the derived gradient and with the one by
hand, and takes a few seconds, once in each state of the library. `misread-digits` shows held-out digits that it got
wrong.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from docutils import nodes

from bpderive.functions.network import Network
from bpderive.functions.plot import Picture
from bpderive.letters.text import Text
from bpderive.programs import reference
from bpderive.programs.lambdified import compile_gradient
from bpderive.programs.training import Parameters, accuracy, descend, digits, start
from bpderive.programs.training.digits import SIDE
from bpderive.sphinxext.charts import Axis, Curve, chart
from bpderive.sphinxext.directive import FigureDirective
from bpderive.sphinxext.kept import Wanted, kept
from bpderive.sphinxext.markup import element, line
from bpderive.sphinxext.shapes import rect, svg

NETWORK = (64, 30, 10)
HELD_OUT, SEED = 360, 0
RATE, BATCH, EPOCHS = 3.0, 10, 30
MOST = 12
"""How many misread digits are shown."""

_PIXEL = 11.0
_EPOCH = Text("epoch", "轮")
_SHARE = Text("held-out digits read rightly, in percent", "正确识别的留出数字（%）")
_DERIVED = Text("derived gradient", "推导出的梯度")
_BY_HAND = Text("gradient by hand", "手写的梯度")
_CURVES = Text("Accuracy on the held-out digits after each epoch", "每一轮之后在留出数字上的准确率")
_COURSE = Text(
    "Both curves are the same: {first:.1f} percent after the first epoch, {middle:.1f} after the tenth, "
    "{last:.1f} after the last.",
    "两条曲线相同：第一轮之后为 {first:.1f}%，第十轮之后为 {middle:.1f}%，最后为 {last:.1f}%。",
)
_DIGIT = Text("A handwritten {label} that the network reads as {read}", "手写的 {label}，网络读成了 {read}")
_PIXELS = Text("{side} by {side} pixels, darker where there is more ink", "{side}×{side} 像素，墨越多越深")
_READ = Text("{label}, read as {read}", "{label}，读成 {read}")
_COUNT = Text(
    "{wrong} of {all} held-out digits are misread; the first {shown} of them are shown.",
    "{all} 个留出的数字中有 {wrong} 个被读错，这里是其中的前 {shown} 个。",
)
_COUNT_ALL = Text(
    "{wrong} of {all} held-out digits are misread; here they are.",
    "{all} 个留出的数字中有 {wrong} 个被读错，全在这里。",
)


@dataclass(frozen=True, slots=True)
class Run:
    """The accuracies after each epoch with either gradient, and each misread digit: pixels, label, what was read."""

    derived: tuple[float, ...]
    by_hand: tuple[float, ...]
    misread: tuple[tuple[tuple[float, ...], int, int], ...]
    held_out: int


@cache
def run() -> Run:
    """Learn with both gradients."""
    learn, test = digits().parted(HELD_OUT, SEED)
    grad = compile_gradient(Network(NETWORK))
    begin, courses = start(NETWORK, SEED), []
    for gradient in (grad, reference.backprop):
        parameters = list(
            descend(gradient, begin, learn.x, learn.y, rate=RATE, batch=BATCH, epochs=EPOCHS, seed=SEED)
        )
        courses.append(
            (parameters, tuple(accuracy(grad.forward(*p, test.x), test.labels) for p in parameters))
        )
    (parameters, derived), (_, by_hand) = courses
    return Run(derived, by_hand, tuple(_misread(grad, parameters[-1], test)), len(test))


LEARNED: Wanted[Run] = Wanted(run, (), f"{NETWORK} {HELD_OUT} {SEED} {RATE} {BATCH} {EPOCHS}")


def _misread(grad: Any, learned: Parameters, test: Any) -> Iterator[tuple[tuple[float, ...], int, int]]:
    read = grad.forward(*learned, test.x).argmax(axis=0)
    for i in range(len(test)):
        if read[i] != test.labels[i]:
            yield tuple(test.x[:, i].tolist()), int(test.labels[i]), int(read[i])


def picture(pixels: Sequence[float]) -> str:
    """A digit, the brightness of each pixel from 0 to 1, as an SVG element; ink is the text's colour."""
    squares = [
        rect("", i % SIDE * _PIXEL, i // SIDE * _PIXEL, _PIXEL, _PIXEL, fill_opacity=f"{value:.3g}")
        for i, value in enumerate(pixels)
        if value
    ]
    return svg("bp-digit", SIDE * _PIXEL, SIDE * _PIXEL, squares)


class LearningCurvesDirective(FigureDirective):
    """The accuracy after each epoch, with either gradient."""

    def make(self) -> list[nodes.Node]:
        """The figure."""
        found = kept(self.env.app).of(LEARNED)
        curves = tuple(
            Curve(name, tuple((float(epoch), 100 * share) for epoch, share in enumerate(shares, 1)))
            for name, shares in ((_DERIVED, found.derived), (_BY_HAND, found.by_hand))
        )
        least = 10 * int(10 * min(found.derived + found.by_hand))
        up = Axis(_SHARE, tuple(float(tick) for tick in range(least, 101, 10)))
        across = Axis(_EPOCH, tuple(float(tick) for tick in range(0, EPOCHS + 1, 5)))
        told = _COURSE.format(
            first=100 * found.derived[0], middle=100 * found.derived[9], last=100 * found.derived[-1]
        )
        drawn, _ = chart(curves, across, up)
        return [self.figure(Picture(drawn, _CURVES, told))]


class MisreadDigitsDirective(FigureDirective):
    """Held-out digits that the network got wrong, as pictures."""

    def make(self) -> list[nodes.Node]:
        """The pictures, each with the right digit and the one that was read."""
        found = kept(self.env.app).of(LEARNED)
        cards = []
        for pixels, label, read in found.misread[:MOST]:
            alternative, caption = (text.format(label=label, read=read) for text in (_DIGIT, _READ))
            drawn = Picture(picture(pixels), alternative, _PIXELS.format(side=SIDE))
            cards.append(element("li", self.picture(drawn), line(*self.words(caption))))
        words = _COUNT if len(found.misread) > MOST else _COUNT_ALL
        count = words.format(wrong=len(found.misread), all=found.held_out, shown=len(cards))
        return [line(*self.words(count)), element("ol", *cards, classes=["bp-digits"])]
