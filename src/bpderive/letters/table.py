"""The table of the book's letters: what each means, in code and in shape, and where it is defined.

`table` has one row a letter; the page of the notation is made from it. To add a letter, add its row here.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from bpderive.letters.text import Text


@dataclass(frozen=True, slots=True)
class Letter:
    """One letter: its LaTeX, its name in code, its shape in LaTeX ("" for none), its meaning, and where it is defined.

    `defined` is the number of an equation, or ""; `also` another meaning that the same letter has elsewhere.
    """

    latex: str
    code: str
    shape: str
    meaning: Text
    defined: str = ""
    also: Text | None = None

    @property
    def name(self) -> str:
        """Its LaTeX as one word, such as `delta-l-j`: for anchors and marks."""
        written = self.latex.replace("'", "-prime")
        written = re.sub("[A-Z]", lambda capital: f"capital-{capital[0].lower()}", written)
        return re.sub("[^a-z]+", "-", written).strip("-")


table: tuple[Letter, ...] = (
    Letter(
        "L",
        "net.depth",
        "",
        Text(en="the number of layers, and so the output layer", zh="网络的层数，也是输出层的编号"),
    ),
    Letter(
        "l",
        "l",
        "",
        Text(
            en="a layer: 1 is the input layer, $L$ the output layer", zh="层的编号：1 是输入层，$L$ 是输出层"
        ),
    ),
    Letter(
        "n_l",
        "net.width(l)",
        "",
        Text(en="the width of layer $l$: how many neurons it has", zh="第 $l$ 层的宽度，即该层神经元的个数"),
        also=Text(
            en="$n$ alone is the number of training examples in (26), and a neuron in (51)–(53)",
            zh="单独的 $n$ 在 (26) 中是训练样本的个数，在 (51)–(53) 中是一个神经元",
        ),
    ),
    Letter(
        "j,\\ k",
        "j, k",
        "",
        Text(
            en="neurons, counted from 1: $j$ in layer $l$, $k$ in the layer before it or after it",
            zh="神经元的编号，从 1 数起：$j$ 在第 $l$ 层，$k$ 在前一层或后一层",
        ),
        also=Text(en="in (46), $j$ is the number of a weight", zh="在 (46) 中，$j$ 是权重的编号"),
    ),
    Letter(
        "x",
        "net.x",
        r"(n_1, 1)",
        Text(en="the input of the network, $a^1 = x$", zh="网络的输入，$a^1 = x$"),
        also=Text(en="in (26), the name of a training example", zh="在 (26) 中，$x$ 是训练样本的名字"),
    ),
    Letter(
        "y",
        "net.y",
        r"(n_L, 1)",
        Text(en="the desired output for the input $x$", zh="输入 $x$ 对应的目标输出"),
    ),
    Letter(
        "w^l_{jk}",
        "net.w[l][j - 1, k - 1]",
        r"(n_l, n_{l-1})",
        Text(
            en="the weight from neuron $k$ of layer $l-1$ to neuron $j$ of layer $l$; "
            "the shape is that of the matrix $w^l$",
            zh="从第 $l-1$ 层第 $k$ 个神经元到第 $l$ 层第 $j$ 个神经元的权重；右列是权重矩阵 $w^l$ 的形状",
        ),
    ),
    Letter(
        "b^l_j",
        "net.b[l][j - 1]",
        r"(n_l, 1)",
        Text(en="the bias of neuron $j$ of layer $l$", zh="第 $l$ 层第 $j$ 个神经元的偏置"),
    ),
    Letter(
        "z^l_j",
        "net.z[l][j - 1]",
        r"(n_l, 1)",
        Text(en="the weighted input of a neuron", zh="神经元的带权输入"),
        "z",
    ),
    Letter(
        "a^l_j",
        "net.a[l][j - 1]",
        r"(n_l, 1)",
        Text(en="the activation of a neuron, $\\sigma(z^l_j)$", zh="神经元的激活值 $\\sigma(z^l_j)$"),
        "23",
    ),
    Letter(
        r"\sigma",
        "act.expr(z)",
        "",
        Text(
            en="the activation function; applied to a vector, it acts on each component. "
            "In the proofs it is arbitrary, and each neuron may have its own",
            zh="激活函数；作用于向量时按元素作用。在证明中可以任意选取，而且每个神经元可以各有各的激活函数",
        ),
        "23",
    ),
    Letter(
        r"\sigma'", "act.derivative(z)", "", Text(en="the derivative of $\\sigma$", zh="$\\sigma$ 的导数")
    ),
    Letter(
        r"\Sigma'(z^l)",
        "",
        r"(n_l, n_l)",
        Text(
            en="the diagonal matrix whose entries are the $\\sigma'(z^l_j)$",
            zh="以各 $\\sigma'(z^l_j)$ 为对角元的对角矩阵",
        ),
        "33",
    ),
    Letter(
        "C",
        "net.cost",
        "",
        Text(
            en="the cost; from (27) on, that of one training example, $C_x$",
            zh="代价；从 (27) 起指单个样本的代价 $C_x$",
        ),
        "26",
        Text(en="in (26), the average over all training examples", zh="在 (26) 中，是全部训练样本上的平均值"),
    ),
    Letter(
        r"\nabla_a C",
        "",
        r"(n_L, 1)",
        Text(
            en="the gradient of the cost with respect to the output activations, "
            "with the components $\\partial C/\\partial a^L_j$",
            zh="代价对输出激活值的梯度，其分量是 $\\partial C/\\partial a^L_j$",
        ),
        "BP1a",
    ),
    Letter(
        r"\delta^l_j",
        "g.delta[l][j - 1]",
        r"(n_l, 1)",
        Text(
            en="the error of a neuron: how fast the cost changes with its weighted input",
            zh="神经元的误差：代价随其带权输入变化的快慢",
        ),
        "29",
        Text(
            en="the Kronecker delta is written $\\mathbb{1}[j=k]$ here, so that $\\delta$ is always an error",
            zh="本书把克罗内克 δ 写作 $\\mathbb{1}[j=k]$，因此 $\\delta$ 总是指误差",
        ),
    ),
    Letter(
        r"d^l_j",
        "",
        r"(n_l, 1)",
        Text(
            en="in the long proof: what all the weights into a neuron share in the sum over paths, before it turns out "
            "to be the error $\\delta^l_j$",
            zh="在长证明中：进入同一神经元的所有权重在路径求和里共有的部分；后来才发现这就是误差 $\\delta^l_j$",
        ),
    ),
    Letter(
        r"\odot",
        "",
        "",
        Text(en="the Hadamard product, component by component", zh="阿达马积，即按元素相乘"),
        "28",
    ),
    Letter(
        r"\Delta q",
        "",
        "",
        Text(en="a small change of a quantity $q$", zh="量 $q$ 的微小变化"),
        "47",
    ),
    Letter(
        r"\epsilon",
        "",
        "",
        Text(en="the step of a finite difference", zh="有限差分的步长"),
        "46",
    ),
    Letter(
        "m",
        "x.shape[1]",
        "",
        Text(en="the size of a mini-batch", zh="小批量的大小"),
        also=Text(
            en="in (51)–(53), a neuron of the output layer", zh="在 (51)–(53) 中，$m$ 是输出层的一个神经元"
        ),
    ),
    Letter(
        r"X,\ Y",
        "x, y",
        r"(n_1, m),\ (n_L, m)",
        Text(
            en="a mini-batch: the inputs and the desired outputs of $m$ examples, one in each column",
            zh="一个小批量：$m$ 个样本的输入与目标输出，每列一个样本",
        ),
    ),
    Letter(
        r"Z^l,\ A^l,\ \Delta^l",
        "",
        r"(n_l, m)",
        Text(
            en="the weighted inputs, activations and errors of a mini-batch, one example in each column",
            zh="小批量的带权输入、激活值与误差，每列一个样本",
        ),
    ),
    Letter(
        r"\mathbf 1",
        "",
        r"(m, 1)",
        Text(
            en="a column of ones; a product with it adds up columns",
            zh="全为 1 的列向量；与之相乘，即把各列相加",
        ),
    ),
    Letter(
        r"\eta",
        "",
        "",
        Text(en="the learning rate", zh="学习率"),
    ),
    Letter(
        r"\lambda",
        "",
        "",
        Text(en="the strength of weight decay", zh="权重衰减的强度"),
    ),
    Letter(
        r"G^l_j",
        "",
        r"(n_l, 1)",
        Text(
            en="the sum over all paths from neuron $j$ of layer $l$ to the cost, $\\partial C/\\partial a^l_j$",
            zh="从第 $l$ 层神经元 $j$ 到代价的所有路径之和，即 $\\partial C/\\partial a^l_j$",
        ),
    ),
    Letter(
        r"e_j",
        "",
        "",
        Text(
            en="in (46), the list of weights with a 1 in place $j$ and zeros elsewhere",
            zh="在 (46) 中，第 $j$ 个位置为 1、其余为 0 的权重列表",
        ),
        "46",
    ),
    Letter(
        r"\mathbb{1}[j=k]",
        "",
        "",
        Text(en="1 if $j = k$, and 0 otherwise", zh="$j = k$ 时为 1，否则为 0"),
    ),
)
