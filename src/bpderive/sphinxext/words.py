"""The interface's own words, and how a `Text` becomes nodes of a page.

Everything that a directive writes passes through `phrase`, so a page can only show words that exist in every
language. To add a word, add a `Text` here.
"""

from __future__ import annotations

import re

from docutils import nodes

from bpderive.cli.equations import KINDS as kinds
from bpderive.letters.text import Text

_NO_SPACE = re.compile(r"\s+(?=[，。；：、）])")
_NOT_WORDS = re.compile(r"(\$[^$]*\$|`[^`]*`)")
"""Formulas and code among the words."""

KINDS = {name: Text(text.en.capitalize(), text.zh) for name, text in kinds.items()}
FORMS = {"component": Text("in components", "分量形式"), "matrix": Text("in matrix form", "矩阵形式")}

CHECKED = {
    "general": Text("proved in general", "已证明（一般情形）"),
    "concrete": Text("exact on {count} networks", "在 {count} 个网络上精确验证"),
    "evaluated": Text("computed exactly", "已精确计算"),
    "numeric": Text("checked numerically", "数值检验"),
    "definition": Text("by definition", "定义如此"),
}
CHECKED_ON_ONE = Text("exact on 1 network", "在 1 个网络上精确验证")
CHECKED_EXACTLY = Text("exact", "精确验证")
NOT_CHECKED = Text("not checked", "未验证")
REFUTED = Text("refuted", "不成立")

SOLUTION = Text("Solution", "解答")
THE_PROOF_OF = Text("proof of {number}", "{number} 的证明")
PROOF_OF = Text("Proof of {number}", "{number} 的证明")
PART = Text("Part {letter}", "第 {letter} 部分")
ON_NETWORK = Text("{title}, on the network {sizes}", "{title}，在网络 {sizes} 上")
STATED_IN = Text("stated in", "见于")
PROVED_IN = Text("proof", "证明")
STEP_OF = Text("step of the proof of", "出自下列公式的证明：")
SHORT_FOR = Text("short for", "简写，原式为")
STATED_HERE = Text("stated only here", "仅列于此处")
CASES = Text("{instances} cases", "{instances} 种情形")
VARIANTS = Text(
    "{made} wrong variants: {refuted} refuted, {ill-formed} ill-formed",
    "{made} 个错误变体：{refuted} 个不成立，{ill-formed} 个无意义",
)
VARIANTS_SOME_TRUE = Text(
    "{made} variants: {refuted} refuted, {ill-formed} ill-formed, {true} proved true",
    "{made} 个变体：{refuted} 个不成立，{ill-formed} 个无意义，{true} 个证明为真",
)
NETWORKS = Text(
    "The exact checks are made on the networks {networks}: for every layer and every index that the equation allows.",
    "精确验证所用的网络为 {networks}，并对公式允许的每一层、每个下标逐一进行。",
)
COMMA = Text(", ", "、")

FORM = Text("Form of the gradient", "梯度的写法")
USED_IN = Text("used in", "用于")
COMMAND = Text("Command", "命令")
DOES = Text("What it gives", "作用")
CITED_IN = Text("cited in", "引用于")

EQUATION = Text("equation", "公式")
SYMBOL = Text("letter", "记号")
WORK = Text("work cited", "参考文献")
OBJECT = Text("in the library", "程序库")
TERM = Text("term", "术语")
ENGLISH_TERM = Text("English", "英文")
CHINESE_TERM = Text("Chinese", "中文")

LETTER = Text("Symbol", "记号")
CODE = Text("In the code", "代码中")
SHAPE = Text("Shape", "形状")
MEANING = Text("Meaning", "含义")
DEFINED = Text("Defined in", "定义于")
INTRODUCED = Text("Introduced in", "见")
ALSO_CALLED = Text("Also: ", "又称：")
ALSO = Text("Also:", "另有含义：")

PATHS = Text(
    "{count} paths lead from ${start}$ to the cost. Each carries the product of its rate factors.",
    "从 ${start}$ 到代价共有 {count} 条路径，每条路径贡献其各变化率因子之积。",
)
ONE_PATH = Text(
    "One path leads from ${start}$ to the cost. It carries the product of its rate factors.",
    "从 ${start}$ 到代价只有 1 条路径，它贡献其各变化率因子之积。",
)
PATH = Text("Path {number}", "路径 {number}")
SUM = Text("The sum over all paths", "对所有路径求和")
SUM_CHECKED = Text(
    "the sum equals direct differentiation and (BP4), exactly",
    "此和与直接求导及 (BP4) 的结果精确相等",
)


def phrase(text: Text | str) -> list[nodes.Node]:
    """The nodes of `text`: words as they are, `$…$` as inline mathematics, `…` in backticks as code."""
    parts: list[nodes.Node] = []
    for part in _NOT_WORDS.split(_NO_SPACE.sub("", str(text))):
        if part.startswith("$"):
            parts.append(nodes.math(part[1:-1], part[1:-1]))
        elif part.startswith("`"):
            parts.append(nodes.literal(part[1:-1], part[1:-1]))
        elif part:
            parts.append(nodes.Text(part))
    return parts
