"""The directives `lab`, a field in which a reader asks the machine, and `solution`, an answer that is folded away.

    ```{lab} check
    d(C, b[l,j]) = delta[l,j]
    delta[l,j] = d(C, a[l,j])
    ```

Its lines are claims that are offered as examples. Those of an exercise are what is asked for, as
`bpderive.lab.exercises` says:

    ```{lab} exercise
    :in: w; delta
    :attempt: d(C, a[l,k]) = delta[l+1,k]
    d(C, a[l,k]) = ? for l < L
    ```

`in` names what the last line may be made of, `attempt` is what stands in the field at first.

The page holds a box with all the words in both languages, and a paragraph for readers whose browser cannot do it;
_static/lab.js puts the field there. To add another kind, give it its words in `KINDS`, and in _static/lab a module of
its name that exports `build`. A solution holds any Markdown, with formulas, cells' results and other directives.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any, ClassVar

from docutils import nodes
from docutils.parsers.rst import directives

import bpderive
from bpderive.errors import ParseError, unknown_name
from bpderive.functions.activations import activations
from bpderive.lab.exercises import chains
from bpderive.letters.text import LANGUAGES, Text
from bpderive.sphinxext import page_words
from bpderive.sphinxext.directive import BookDirective
from bpderive.sphinxext.markup import element, line
from bpderive.sphinxext.words import SOLUTION

WITHOUT = Text(
    "Here a field asks the machine, if the browser has JavaScript and WebAssembly and the page comes from a server. "
    "Pages that were opened from a folder are served on your own machine by `bpderive book`. The terminal does without "
    'them: `bpderive check "d(C, b[l,j]) = delta[l,j]"`.',
    "这里本有一个可以向机器提问的输入框，它需要浏览器支持 JavaScript 和 WebAssembly，并且页面来自服务器。"
    "从文件夹直接打开的页面，可用 `bpderive book` 在本机上提供服务。不用浏览器也可以在终端里问："
    '`bpderive check "d(C, b[l,j]) = delta[l,j]"`。',
)

COMMON: Mapping[str, Text] = {
    "fetching": Text(
        "Fetching the machine, once: {fetched} of {total} MB",
        "正在取来机器（只需一次）：{fetched} / {total} MB",
    ),
    "starting": Text("The machine is being started …", "机器正在启动……"),
    "working": Text("The machine is at work …", "机器正在运算……"),
    "stop": Text("Stop", "停止"),
    "stopped": Text("Stopped. Nothing was decided.", "已停止，未作判定。"),
    "broken": Text(
        "The machine could not be fetched or has failed: {reason}. In a terminal `bpderive check` does the same.",
        "机器未能取来或出了故障：{reason}。在终端里 `bpderive check` 可做同样的事。",
    ),
}
"""What every kind of field says."""

CHECK: Mapping[str, Text] = {
    "field": Text("Your equation", "你的等式"),
    "hint": Text(
        "LaTeX, a line of NumPy such as `dW2 = dZ2 @ A1.T / m`, or the one-line language of “Check your own”",
        "可以输入 LaTeX、一行 NumPy（如 `dW2 = dZ2 @ A1.T / m`），或“检查你自己的式子”一页的单行写法",
    ),
    "ask": Text("Check it", "判定"),
    "understood": Text("Read as", "读作"),
    "examples": Text("Some are true, some are not:", "有真有假，试试看："),
    "convention": Text("Convention", "约定"),
    "found": Text("to be found", "自动识别"),
    "refused": Text("not read", "无法读取"),
    "repaired": Text("Take the repaired one", "采用改正后的等式"),
    "link": Text("Copy a link to this claim", "复制此命题的链接"),
    "copied": Text("Copied", "已复制"),
    "last": Text("Your last claims", "你最近的命题"),
    "clear": Text("Clear", "清除"),
}
"""What the field for an equation says."""

ACTIVATION: Mapping[str, Text] = {
    "field": Text("Your activation function, a formula in z", "你的激活函数：一个含 z 的公式"),
    "ask": Text("Derive it", "推导"),
    "examples": Text("For example:", "例如："),
    "refused": Text("refused", "未能接受"),
    "done": Text("Derived: see below.", "推导完毕，见下文。"),
    "derivation": page_words.DERIVATION_OF_SLOPE,
    "piece": page_words.PIECE,
    "exact": page_words.EXACT_LINES,
    "checked": page_words.CHECKED_LINES,
    "properties": page_words.PROPERTIES,
    "learning": page_words.LEARNING,
    "equations": Text("The four equations with it", "代入后的四个方程"),
}
"""What the field for an activation says."""

NETWORK: Mapping[str, Text] = {
    "ask": Text("Compute it", "计算"),
    "layers": Text("Layers", "层数"),
    "neurons": Text("Neurons in layer {layer}", "第 {layer} 层的神经元"),
    "less": Text("one less", "减一"),
    "more": Text("one more", "加一"),
    "activation": Text("Activation", "激活函数"),
    "cost": Text("Cost", "代价函数"),
    "weight": Text("The paths of the weight", "权重的路径"),
    "drawing": Text(
        "The network. Press a connection for the paths of its weight.",
        "网络图。点按一条连线，即可看到该权重的路径。",
    ),
    "refused": Text("refused", "未能接受"),
    "done": Text(
        "Computed: {count} paths, their sum is {sum}.", "计算完毕：共 {count} 条路径，其和为 {sum}。"
    ),
    "path": Text("Path {number} of {count}", "第 {number} / {count} 条路径"),
    "all": Text("All {count} paths", "全部 {count} 条路径"),
    "back": Text("Back", "后退"),
    "on": Text("On", "前进"),
    "sum": Text("Sum of all paths: {sum}", "所有路径之和：{sum}"),
    "bp4": Text("The same derivative by (BP4): {value}", "同一导数由 (BP4) 得：{value}"),
    "numbers": Text("Move the numbers", "调节数值"),
    "step1": Text(
        "Step 1. Input: the activations of the first layer are $x$.", "第 1 步，输入：第一层的激活值为 $x$。"
    ),
    "step2": Text(
        "Step 2. Feedforward: the activations $a$, layer by layer.", "第 2 步，前馈：逐层求激活值 $a$。"
    ),
    "step3": Text(
        "Step 3. Output error: $\\delta$ in the last layer.", "第 3 步，输出误差：最后一层的 $\\delta$。"
    ),
    "step4": Text(
        "Step 4. Backpropagate: $\\delta$ in all layers.", "第 4 步，反向传播误差：各层的 $\\delta$。"
    ),
    "step5": Text(
        "Step 5. Output: the derivative for each bias is $\\delta$, for each weight $a\\,\\delta$.",
        "第 5 步，输出：对偏置的导数是 $\\delta$，对权重的导数是 $a\\,\\delta$。",
    ),
}
"""What the network of one's own says."""

EXERCISE: Mapping[str, Text] = {
    "field": Text("Your answer, one step a line", "你的答案，一步一行"),
    "hint": Text(
        "LaTeX or the one-line language of “Check your own”; a line may go on with `=`. Ctrl+Enter checks it.",
        "可以输入 LaTeX，或“检查你自己的式子”一页的单行写法；接着推导的一行可以 `=` 开头。按 Ctrl 加回车键判定。",
    ),
    "ask": Text("Check it", "判定"),
    "hints": Text("A hint", "提示"),
    "refused": CHECK["refused"],
}
"""What the field of an exercise says."""

COSTS = ("quadratic", "cross_entropy")
"""The costs from which a network of one's own can choose; others want outputs that a slider does not give."""

KINDS: Mapping[str, Mapping[str, Text]] = {
    "check": CHECK,
    "exercise": EXERCISE,
    "activation": ACTIVATION,
    "network": NETWORK,
}
"""The kinds of fields, each with its words."""


class LabDirective(BookDirective):
    """A field of one of `KINDS`."""

    required_arguments = 1
    has_content = True
    option_spec: ClassVar[dict[str, Callable[[str], Any]]] = {
        "in": directives.unchanged_required,
        "attempt": directives.unchanged_required,
    }

    def make(self) -> list[nodes.Node]:
        """The box. Raises `UnknownName` for a kind that there is not, `ParseError` for what is no exercise."""
        kind = self.arguments[0]
        if kind not in KINDS:
            raise unknown_name("kind of field", kind, KINDS)
        lines = [one for one in self.content if one.strip()]
        given = {
            "words": {name: words(text) for name, text in {**COMMON, **KINDS[kind]}.items()},
            **self._given(kind, lines),
        }
        attributes = {"data-lab": kind, "data-given": json.dumps(given, ensure_ascii=False)}
        without = [line(*self.words(WITHOUT), classes=["bp-without"])] if kind != "exercise" else []
        return [element("div", *without, classes=["bp-lab"], **attributes)]

    def _given(self, kind: str, lines: list[str]) -> dict[str, object]:
        """What the field of this kind is made of."""
        if kind == "exercise":
            chains(lines)
            using = [name.strip() for name in self.options.get("in", "").split(";") if name.strip()]
            return {"of": lines, "using": using, "attempt": self.options.get("attempt", "")}
        return {
            "examples": lines,
            "conventions": conventions(),
            "activations": [name for name, one in activations.items() if one.elementwise],
            "costs": list(COSTS),
        }


class SolutionDirective(BookDirective):
    """Fold the content away under the word for a solution."""

    has_content = True

    def make(self) -> list[nodes.Node]:
        """A `<details>` element that is closed at first."""
        if not self.content:
            raise ParseError("The solution is empty; write it between the lines of the directive.")
        return [self.folded(SOLUTION, *self.parse_content_to_nodes(), classes=["bp-solution"])]


def words(text: Text) -> dict[str, str]:
    """A text in each language, by its name."""
    return {name: text.in_language(name) for name in LANGUAGES}


def conventions() -> dict[str, dict[str, str]]:
    """The conventions that can be chosen for a claim, by name, with their titles."""
    return {name: words(one.title) for name, one in bpderive.conventions.items()}
