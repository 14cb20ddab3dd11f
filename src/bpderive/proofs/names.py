"""How a reason speaks of what it uses: an equation by its number, a definition by what it defines."""

from __future__ import annotations

from bpderive.letters.text import Text

PART = "part "
"""How the number begins by which a rule names an earlier part of the same proof."""


def equation_name(number: str) -> Text:
    """How a reason speaks of an equation."""
    named = {
        "z": Text(en="the definition of the weighted input", zh="带权输入的定义"),
        "a": Text(en="$a^l_j = \\sigma(z^l_j)$", zh=" $a^l_j = \\sigma(z^l_j)$"),
        "softmax": Text(en="the definition of softmax", zh=" softmax 的定义"),
        "share": Text(
            en="the definition of softmax, read as $e^{z^L_k} = a^L_k \\sum_i e^{z^L_i}$",
            zh=" softmax 的定义，写成 $e^{z^L_k} = a^L_k \\sum_i e^{z^L_i}$",
        ),
        "shares": Text(
            en="the definition of softmax, read as $e^{z^l_k} = a^l_k \\sum_i e^{z^l_i}$",
            zh=" softmax 的定义，写成 $e^{z^l_k} = a^l_k \\sum_i e^{z^l_i}$",
        ),
        "deviation": Text(
            en="(M3), read as $z^l_k - \\mu^l = a^l_k s^l$", zh="式 (M3)，写成 $z^l_k - \\mu^l = a^l_k s^l$"
        ),
        "jacobian": Text(en="the Jacobian of softmax", zh=" softmax 的雅可比矩阵"),
        "slope": Text(
            en="the slope of this activation, written by its output", zh="用输出写出的该激活函数的导数"
        ),
        "pair": Text(en="what was just derived", zh="刚才导出的结果"),
        "targets": Text(en="the desired outputs summing to 1", zh="目标输出之和为 1"),
        "hypothesis": Text(en="the induction hypothesis", zh="归纳假设"),
        "dots": Text(en="the meaning of the dots", zh="省略号的含义"),
        "induction": Text(en="what was proved by induction", zh="归纳法已证明的结论"),
        "paths": Text(
            en="the sum over the paths from a neuron, proved for (53)",
            zh="证明 (53) 时得到的结论：从一个神经元出发的路径求和",
        ),
        "d": Text(en="the definition of $d^l_j$", zh=" $d^l_j$ 的定义"),
    }
    if number in named:
        return named[number]
    if number.startswith(PART):
        return Text(en="part {letter}", zh="第 {letter} 部分").format(letter=number.removeprefix(PART))
    return Text(en="({number})", zh="式 ({number})").format(number=number)
