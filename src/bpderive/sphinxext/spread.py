"""The directives `spread-figure` and `weight-figure`: a change of one weight on its way to the cost, and one weight.

    ```{spread-figure}
    :network: 2,3,2,2
    :weight: 2,1,1
    ```

`stages(net, l, j, k)` gives what is drawn: the first neuron that feels the change, then layer after layer, then the
cost, each stage with the first-order rule by which the change gets there.
"""

from __future__ import annotations

from dataclasses import dataclass

from docutils import nodes
from sympy import Add, Expr

from bpderive.equations import equations
from bpderive.equations.paths import path_sum
from bpderive.functions.network import Network
from bpderive.functions.plot import Picture
from bpderive.letters.symbols import C, Change, Partial, a, latex, w
from bpderive.letters.text import Text
from bpderive.sphinxext.directive import FigureDirective, figure_of, options
from bpderive.sphinxext.figures import Highlight, Neuron, Weight, draw, on_path, reached
from bpderive.sphinxext.markup import display, element, line
from bpderive.sphinxext.network import network_of, weight_of

_STAGE = Text("Stage {number}. {words}", "第 {number} 步　{words}")
_FIRST = Text("The weight changes, and with it one activation.", "权重变了，一个激活值随之改变。")
_NEXT = Text(
    "The change has reached every neuron of layer {layer}.", "变化传到了第 {layer} 层的每一个神经元。"
)
_LAST = Text(
    "All the outputs have changed, and the cost feels them all.", "所有输出都变了，代价感受到它们的全部变化。"
)
_IN_OUT = Text("One weight between two neurons", "两个神经元之间的一个权重")
_IN_OUT_TOLD = Text(
    "The activation a_in goes in at the left, the error δ_out comes out at the right.",
    "左边进入的是激活值 a_in，右边出来的是误差 δ_out。",
)


@dataclass(frozen=True, slots=True)
class Stage:
    """How far the change has come, how each quantity has changed that it reached last, and what is marked."""

    marked: Highlight
    changes: tuple[tuple[Expr, Expr], ...]
    layer: int

    def latex(self) -> str:
        """The rule of each quantity reached last, under one another."""
        lines = (rf"{latex(Change(of))} &\approx {_sum(value)}" for of, value in self.changes)
        return r"\begin{aligned}" + r" \\ ".join(lines) + r"\end{aligned}"


def stages(net: Network, layer: int, neuron: int, source: int) -> tuple[Stage, ...]:
    """The stages of the change of w^l_jk: one activation, each later layer, the cost.

    Raises `NetworkError` if there is no such weight.
    """
    causes = [path_sum(net, layer, neuron, source).parameter]
    start = on_path([(layer - 1, source), (layer, neuron)])
    made = []
    for at in range(layer, net.depth + 2):
        marked = reached(net, layer, neuron, last=at)
        here = [_at(net, one) for one in sorted(marked.neurons) if one[0] == at]
        changes = tuple((one, _rule(one, causes)) for one in here)
        made.append(Stage(start | marked, changes, at))
        causes = here
    return tuple(made)


def _at(net: Network, neuron: Neuron) -> Expr:
    """The activation of a neuron, or the cost, which is one layer more."""
    return a(neuron[0])[neuron[1] - 1, 0] if neuron[0] <= net.depth else C


def _rule(of: Expr, causes: list[Expr]) -> Expr:
    """Δ of a quantity in the Δ of its causes, to first order."""
    return Add(*(Partial(of, cause) * Change(cause) for cause in causes))


def _sum(value: Expr) -> str:
    return " + ".join(
        r" \, ".join(latex(part) for part in sorted(term.args, key=lambda part: isinstance(part, Change)))
        for term in Add.make_args(value)
    )


class SpreadFigureDirective(FigureDirective):
    """The change of one weight on its way to the cost, stage by stage."""

    option_spec = options("network", "weight")
    wanted = ("network", "weight")

    def make(self) -> list[nodes.Node]:
        """A card for each stage: a drawing, what has happened, and the rule by which it did."""
        net, weight = network_of(self.options), weight_of(self.options)
        cards = (
            self._card(net, number, stage, weight) for number, stage in enumerate(stages(net, *weight), 1)
        )
        return [element("ol", *cards, classes=["bp-paths", "bp-stages"])]

    def _card(self, net: Network, number: int, stage: Stage, weight: Weight) -> nodes.Node:
        layer, neuron, source = weight
        active = {one: _at(net, one) for one in stage.marked.neurons}
        names = {one: latex(at if one == (layer - 1, source) else Change(at)) for one, at in active.items()}
        drawn = draw(
            net,
            highlight=stage.marked,
            captions={weight: latex(Change(w(layer)[neuron - 1, source - 1]))},
            names=names,
            cost=True,
            compact=True,
        )
        words = (
            _FIRST if number == 1 else _NEXT.format(layer=stage.layer) if stage.layer <= net.depth else _LAST
        )
        told = line(*self.words(_STAGE.format(number=number, words=words)), classes=["bp-part"])
        return element("li", told, self.picture(drawn), display(stage.latex()))


def one_weight() -> Picture:
    """Two neurons and the weight between them, with the letters of (32)."""
    statement = equations["32"].statement
    [into] = (part for part in statement.rhs.args if str(part).startswith("a"))
    [out] = (part for part in statement.rhs.args if part != into)
    drawn = draw(
        Network((1, 1)),
        highlight=on_path([(1, 1), (2, 1)]),
        names={(1, 1): latex(into), (2, 1): latex(out)},
        captions={(2, 1, 1): latex(statement.lhs)},
        compact=True,
    )
    return Picture(drawn.svg, _IN_OUT, _IN_OUT_TOLD)


WeightFigureDirective = figure_of(lambda options: [one_weight()])
