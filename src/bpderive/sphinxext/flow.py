"""The directives `algorithm-flow` and `library-flow`: what follows what, as boxes with arrows.

    ```{algorithm-flow}
    :name: fig-algorithm
    Caption
    ```

The formulas in the five steps of the algorithm are those of the registry; the numbers in the flow of the library are
counted. `draw_flow(boxes, arrows, …)` draws any other: a `Box` stands in a column and a row of a grid.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from bpderive.equations import equations
from bpderive.functions.plot import Picture
from bpderive.letters.symbols import a, l, latex, plain, z
from bpderive.letters.text import LANGUAGES, Text, joined
from bpderive.sphinxext.directive import figure_of
from bpderive.sphinxext.lettering import among_words, typeset
from bpderive.sphinxext.shapes import marked, path, rect, route, svg, words

_WIDE, _GAP, _BETWEEN, _EDGE = 262.0, 52.0, 46.0, 6.0
_HEAD, _LINE, _FORMULA = 30.0, 22.0, 30.0

_LAYERS_UP = Text("for $l = 2, 3, …, L$", "对 $l = 2, 3, …, L$")
_LAYERS_DOWN = Text("for $l = L-1, …, 2$", "对 $l = L-1, …, 2$")
_STEPS = {
    "input": Text("1 Input", "1 输入"),
    "forward": Text("2 Feedforward", "2 前馈"),
    "error": Text("3 Output error", "3 输出误差"),
    "back": Text("4 Backpropagate", "4 反向传播误差"),
    "output": Text("5 Output", "5 输出"),
}
_ALGORITHM = Text("The five steps of backpropagation", "反向传播的五个步骤")
_ALGORITHM_TOLD = Text(
    "Down the left side the activations go forward, up the right side the errors come back. {steps} "
    "The weighted inputs and activations of step 2 are kept for steps 4 and 5.",
    "左侧从上往下是激活值向前传，右侧从下往上是误差往回传。{steps}第 2 步的带权输入和激活值留给第 4、5 步使用。",
)
_LIBRARY = Text("From an equation to the page and the program", "一个公式在程序库里的去向")
_PARTS = {
    "stated": (
        Text("Stated", "陈述"),
        Text("{count} equations, one object each", "{count} 个公式，每个是一个对象"),
    ),
    "derived": (
        Text("Derived", "推导"),
        Text("{proofs} proofs, each line computed\nby a rule", "{proofs} 个证明，每一行都由规则算出"),
    ),
    "checked": (
        Text("Checked", "验证"),
        Text("in general, and exactly on\nsmall networks", "已证明（一般情形），并在小网络\n上精确验证"),
    ),
    "shown": (
        Text("Shown", "显示"),
        Text("in {languages} languages, with marks\nfrom the check", "用 {languages} 种语言，标记来自验证"),
    ),
    "compiled": (Text("Compiled", "编译"), Text("to NumPy, by lambdify", "用 lambdify 变成 NumPy")),
    "verified": (
        Text("Verified", "核对"),
        Text("against code by hand and two\nother ways", "与手写代码及另外两种方法对照"),
    ),
}
_CODE = {
    "stated": 'equations["BP2"]',
    "derived": ".proof",
    "checked": ".check()",
    "shown": ".latex()",
    "compiled": "compile_gradient(net)",
    "verified": "verify(net)",
}
_AT = {
    "stated": (0, 0),
    "derived": (1, 0),
    "checked": (1, 1),
    "shown": (0, 1),
    "compiled": (1, 2),
    "verified": (0, 2),
}
_ORDER = (
    ("stated", "derived", ""),
    ("derived", "checked", ""),
    ("checked", "shown", ""),
    ("checked", "compiled", ""),
    ("compiled", "verified", ""),
)
_SENTENCE = Text("{title}: {words}.", "{title}：{words}。")


@dataclass(frozen=True, slots=True)
class Box:
    """A box in a column and a row: its title, its lines of LaTeX, its code, its words; `wide` over both columns."""

    column: int
    row: int
    title: Text
    formulas: tuple[str, ...] = ()
    code: str = ""
    words: Text | None = None
    wide: bool = False

    def lines(self) -> list[str]:
        """The lines of the words."""
        return str(self.words).split("\n") if self.words is not None else []

    def height(self) -> float:
        """How high the box must be."""
        words = len(self.lines()) * _LINE
        return _HEAD + len(self.formulas) * _FORMULA + (_LINE if self.code else 0) + words + 12


Arrow = tuple[str, str, str]
"""From a box to a box, and the LaTeX beside it, or ""."""


def draw_flow(boxes: Mapping[str, Box], arrows: Sequence[Arrow]) -> str:
    """The boxes and the arrows between them, as an SVG element without its title."""
    rows = range(max(box.row for box in boxes.values()) + 1)
    heights = [max(box.height() for box in boxes.values() if box.row == row) for row in rows]
    places: dict[str, tuple[float, float, float, float]] = {}
    for name, box in boxes.items():
        x = _EDGE + (_WIDE + _GAP) / 2 * (1 if box.wide else 2 * box.column)
        y = _EDGE + sum(heights[: box.row]) + _BETWEEN * box.row
        places[name] = (x, y, _WIDE, heights[box.row])
    parts = [part for arrow in arrows for part in _arrow(arrow, places)]
    for name, box in boxes.items():
        parts.extend(_box(box, places[name]))
    width = 2 * (_WIDE + _EDGE) + _GAP
    height = 2 * _EDGE + sum(heights) + _BETWEEN * (len(heights) - 1)
    return svg("bp-flow", width, height, parts)


def _box(box: Box, place: tuple[float, float, float, float]) -> Iterator[str]:
    x, y, width, _ = place
    yield rect("box", *place, rx="6")
    middle = x + width / 2
    yield words("title", middle, y + 23, str(box.title))
    at = y + _HEAD
    for formula in box.formulas:
        at += _FORMULA
        yield typeset(formula, middle, at - 8, name="formula", size=18)
    if box.code:
        at += _LINE
        yield words("code", middle, at - 5, box.code)
    for line in box.lines():
        at += _LINE
        yield marked("words", middle, at - 4, among_words(line))


def _arrow(arrow: Arrow, places: Mapping[str, tuple[float, float, float, float]]) -> Iterator[str]:
    """From edge to edge: down or up where one box stands over the other, else across."""
    start, end, letters = arrow
    x1, y1, width, height = places[start]
    x2, y2, _, other = places[end]
    if y1 == y2:
        side = 1 if x2 > x1 else -1
        y = y1 + height / 2
        tail, head = (x1 + width if side > 0 else x1, y), (x2 if side > 0 else x2 + width, y)
        tip = f"l{-9 * side} -5v10z"
    else:
        side = 1 if y2 > y1 else -1
        x = (max(x1, x2) + min(x1, x2) + width) / 2
        tail, head = (x, y1 + height if side > 0 else y1), (x, y2 if side > 0 else y2 + other)
        tip = f"l-5 {-9 * side}h10z"
    kind = "arrow kept" if letters else "arrow"
    yield path(kind, route((tail, head)))
    yield path("tip", route((head,)) + tip)
    if letters:
        yield typeset(letters, (tail[0] + head[0]) / 2, tail[1] - 9, name="formula", size=16)


def algorithm() -> Picture:
    """The five steps: forward down the left side, back up the right side."""
    active, weighted = latex(a(l)), latex(z(l))
    boxes = {
        "input": Box(0, 0, _STEPS["input"], ("a^{1} = x",)),
        "output": Box(1, 0, _STEPS["output"], tuple(equations[n].latex("matrix") for n in ("BP3", "BP4"))),
        "forward": Box(
            0,
            1,
            _STEPS["forward"],
            (equations["z"].latex("matrix"), rf"{active} = \sigma({weighted})"),
            words=_LAYERS_UP,
        ),
        "back": Box(1, 1, _STEPS["back"], (equations["BP2"].latex("matrix"),), words=_LAYERS_DOWN),
        "error": Box(0, 2, _STEPS["error"], (equations["BP1a"].latex("matrix"),), wide=True),
    }
    arrows = (
        ("input", "forward", ""),
        ("forward", "error", ""),
        ("error", "back", ""),
        ("back", "output", ""),
        ("forward", "back", rf"{weighted},{active}"),
    )
    steps = _sentences([(boxes[name].title, _said(boxes[name])) for name in _STEPS])
    return Picture(draw_flow(boxes, arrows), _ALGORITHM, _ALGORITHM_TOLD.format(steps=steps))


def _said(box: Box) -> Text:
    said = "; ".join(plain(formula) for formula in box.formulas)
    return Text(said, said.replace("; ", "；"))


def _sentences(told: Sequence[tuple[Text, Text]]) -> Text:
    """A sentence for each title and its words."""
    return joined((_SENTENCE.format(title=title, words=words) for title, words in told), (" ", ""))


def library() -> Picture:
    """What the library does with an equation, from its statement to code that is checked against other code."""
    counted = {
        "count": len(equations),
        "proofs": sum(equation.proof is not None for equation in equations.values()),
        "languages": len(LANGUAGES),
    }
    filled = {name: (title, words.format(**counted)) for name, (title, words) in _PARTS.items()}
    boxes = {
        name: Box(*_AT[name], title, code=_CODE[name], words=words) for name, (title, words) in filled.items()
    }
    told = [
        (title, Text(words.en.replace("\n", " "), words.zh.replace("\n", "")))
        for title, words in filled.values()
    ]
    return Picture(draw_flow(boxes, _ORDER), _LIBRARY, _sentences(told))


AlgorithmFlowDirective = figure_of(lambda options: [algorithm()])
LibraryFlowDirective = figure_of(lambda options: [library()])
