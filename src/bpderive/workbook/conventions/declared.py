r"""The conventions that are declared, each looked up in the source that it names.

`forward` and `equations` are typed as they stand there: how its network computes, and its own form of BP1 to BP4. They
are what a declaration is checked against. To declare one more, add a `Convention` to `conventions` at the end.
"""

from __future__ import annotations

from bpderive.functions.named import Catalogue
from bpderive.letters.text import Text
from bpderive.workbook.conventions.convention import Convention
from bpderive.workbook.conventions.declaration import Letter
from bpderive.workbook.language.syntax import LAST, Layer


def _letters(
    text: str, layer: Layer | None = None, sign: int = 1, batch: bool | None = None
) -> dict[str, Letter]:
    """Letters given as "role: letter letter; role: letter"."""
    parts = (part.partition(":") for part in text.split(";"))
    return {
        name: Letter(role.strip(), layer, sign, batch) for role, _, names in parts for name in names.split()
    }


_COMMON = _letters(
    r"w: w W \theta \Theta \omega; b: b B; z: z Z u net; a: a A h H o O; delta: \delta; x: x X; y: y Y t T; "
    r"yhat: yhat hyp ahat p phat; step_w: \Deltaw \DeltaW; step_b: \Deltab; "
    r"cost: C J E L \Loss loss; sigma: \sigma f g \phi \varphi \psi s; "
    r"dw: dw dW d\theta d\Theta; db: db; dz: dz dZ; da: da dA dh dH; delta: d\delta"
)
"""The letters that people use, where a convention has no others of its own."""


def _first(*names: str) -> dict[str, Letter]:
    """The common letters, these first: they are the ones that are written."""
    return {name: _COMMON[name] for name in names} | dict(_COMMON)


_LAYERED = ("^(", "^", "^[", "_")

_CHAPTER = Convention(
    name="chapter",
    title=Text(en="This book, and the chapter it follows", zh="本书及其所依据的那一章"),
    where=Text(
        en="Nielsen, Neural Networks and Deep Learning, chapter 2", zh="Nielsen《神经网络与深度学习》第 2 章"
    ),
    source="http://neuralnetworksanddeeplearning.com/chap2.html",
    letters=_first("w", "b", "z", "a", r"\delta", "x", "y", "C", r"\sigma"),
    styles=("^", "^(", "^[", "_", "units"),
    examples=("one", "mean", "sum"),
    is_distinct=True,
    forward=(
        r"z^l = w^l a^{l-1} + b^l",
        r"a^l = \sigma(w^l a^{l-1} + b^l)",
        r"z^l_j = \sum_k w^l_{jk} a^{l-1}_k + b^l_j",
    ),
    equations={
        "BP1": r"\delta^L = \nabla_a C \odot \sigma'(z^L)",
        "BP2": r"\delta^l = ((w^{l+1})^T \delta^{l+1}) \odot \sigma'(z^l)",
        "BP3": r"\frac{\partial C}{\partial b^l_j} = \delta^l_j",
        "BP4": r"\frac{\partial C}{\partial w^l_{jk}} = a^{l-1}_k \delta^l_j",
    },
)

_COURSE = Convention(
    name="course",
    title=Text(en="The online course with brackets and dZ", zh="方括号与 dZ 的网上课程"),
    where=Text(
        en="Ng, Neural Networks and Deep Learning (deeplearning.ai)",
        zh="吴恩达《神经网络和深度学习》（deeplearning.ai）",
    ),
    source="https://community.deeplearning.ai/t/derivation-of-dl-dz/165",
    letters=_letters(r"w: W w; b: b; dw: dW dw; db: db; cost: \Loss J L; sigma: g \sigma")
    | _letters("z: Z; a: A; x: X; y: Y; dz: dZ; da: dA; yhat: Yhat", batch=True)
    | _letters(r"z: z; a: a; x: x; y: y; dz: dz; da: da; yhat: yhat; delta: \delta", batch=False),
    styles=("^[", "_"),
    first=0,
    examples=("mean",),
    elementwise="*",
    has_differentials=True,
    is_distinct=True,
    is_strict=True,
    forward=(
        r"Z^{[l]} = W^{[l]} A^{[l-1]} + b^{[l]}",
        r"A^{[l]} = g^{[l]}(Z^{[l]})",
        r"z^{[1]} = W^{[1]} x + b^{[1]}",
    ),
    equations={
        "BP1": r"dZ^{[L]} = dA^{[L]} * g^{[L]\prime}(Z^{[L]})",
        "BP2": r"dZ^{[l]} = W^{[l+1]T} dZ^{[l+1]} * g^{[l]\prime}(Z^{[l]})",
        "BP3": r"db^{[l]} = \frac{1}{m} np.sum(dZ^{[l]}, axis=1, keepdims=True)",
        "BP4": r"dW^{[l]} = \frac{1}{m} dZ^{[l]} A^{[l-1]T}",
    },
)

_COURSE_2011 = Convention(
    name="theta",
    title=Text(en="The older online course with Θ", zh="较早的网上课程，用 Θ"),
    where=Text(en="Ng, Machine Learning (Coursera), week 5", zh="吴恩达《机器学习》（Coursera）第 5 周"),
    source="http://yuehua.me/machine%20learning/2017/12/21/Machine-Learning_Week5/",
    letters=_letters(
        r"w: \Theta \theta; z: z; a: a; delta: \delta; x: x; y: y; yhat: hyp yhat; cost: J; sigma: g \sigma"
    ),
    styles=("^(",),
    offsets={"w": 1, "b": 1},
    examples=("one",),
    has_bias=False,
    is_strict=True,
    elementwise=".*",
    numbers=("25", "BP1", "BP2", "BP4"),
    forward=(r"a^{(l+1)} = g(\Theta^{(l)} a^{(l)})",),
    equations={
        "BP2": r"\delta^{(l)} = ((\Theta^{(l)})^T \delta^{(l+1)}) .* g'(z^{(l)})",
        "BP4": r"\frac{\partial J}{\partial \Theta^{(l)}_{ij}} = a^{(l)}_j \delta^{(l+1)}_i",
    },
)

_UFLDL = Convention(
    name="ufldl",
    title=Text(en="W^(l) leads from layer l to the next", zh="W^(l) 从第 l 层通向下一层"),
    where=Text(
        en="UFLDL Tutorial (Stanford), Multi-Layer Neural Networks", zh="UFLDL 教程（斯坦福），多层神经网络"
    ),
    source="http://ufldl.stanford.edu/tutorial/supervised/MultiLayerNeuralNetworks/",
    letters=_first("W", "b", "z", "a", r"\delta", "x", "y", "J", "f"),
    styles=_LAYERED,
    offsets={"w": 1, "b": 1},
    examples=("one", "mean", "sum"),
    last="n_l",
    elementwise=r"\bullet",
    forward=(r"z^{(l+1)} = W^{(l)} a^{(l)} + b^{(l)}", r"a^{(l+1)} = f(z^{(l+1)})"),
    equations={
        "BP1": r"\delta^{(n_l)} = \nabla_{a^{(n_l)}} J \bullet f'(z^{(n_l)})",
        "BP2": r"\delta^{(l)} = ((W^{(l)})^T \delta^{(l+1)}) \bullet f'(z^{(l)})",
        "BP3": r"\nabla_{b^{(l)}} J(W,b;x,y) = \delta^{(l+1)}",
        "BP4": r"\nabla_{W^{(l)}} J(W,b;x,y) = \delta^{(l+1)} (a^{(l)})^T",
    },
)

_PYTORCH = Convention(
    name="pytorch",
    title=Text(en="Rows, x @ W.T + b", zh="样本为行，x @ W.T + b"),
    where=Text(en="PyTorch, torch.nn.Linear", zh="PyTorch 的 torch.nn.Linear"),
    source="https://pytorch.org/docs/stable/generated/torch.nn.Linear",
    letters=_first("W", "b", "z", "a", r"\delta", "x", "y", "L", r"\sigma"),
    styles=_LAYERED,
    rows=True,
    examples=("sum", "mean", "one"),
    forward=(r"z^{(l)} = a^{(l-1)} (W^{(l)})^T + b^{(l)}", r"a^{(l)} = \sigma(z^{(l)})"),
    equations={
        "BP1": r"\delta^{(L)} = \frac{\partial L}{\partial a^{(L)}} \odot \sigma'(z^{(L)})",
        "BP2": r"\delta^{(l)} = \delta^{(l+1)} W^{(l+1)} \odot \sigma'(z^{(l)})",
        "BP3": r"\frac{\partial L}{\partial b^{(l)}} = \mathbf{1}^T \delta^{(l)}",
        "BP4": r"\frac{\partial L}{\partial W^{(l)}} = (\delta^{(l)})^T a^{(l-1)}",
    },
)

_ROWS = Convention(
    name="rows",
    title=Text(en="Rows, X @ W + b", zh="样本为行，X @ W + b"),
    where=Text(
        en="Johnson, Backpropagation for a Linear Layer (CS231n); Dense layers of Keras",
        zh="Johnson《线性层的反向传播》（CS231n）；Keras 的 Dense 层",
    ),
    source="http://cs231n.stanford.edu/handouts/linear-backprop.pdf",
    letters=_first("W", "b", "Z", "A", r"\delta", "X", "Y", "L", r"\sigma"),
    styles=_LAYERED,
    rows=True,
    to_from=False,
    examples=("sum", "mean", "one"),
    forward=(r"Z^{(l)} = A^{(l-1)} W^{(l)} + b^{(l)}", r"A^{(l)} = \sigma(Z^{(l)})"),
    equations={
        "BP1": r"\delta^{(L)} = \frac{\partial L}{\partial A^{(L)}} \odot \sigma'(Z^{(L)})",
        "BP2": r"\delta^{(l)} = \delta^{(l+1)} (W^{(l+1)})^T \odot \sigma'(Z^{(l)})",
        "BP3": r"\frac{\partial L}{\partial b^{(l)}} = \mathbf{1}^T \delta^{(l)}",
        "BP4": r"\frac{\partial L}{\partial W^{(l)}} = (A^{(l-1)})^T \delta^{(l)}",
    },
)

_SCRATCH = Convention(
    name="scratch",
    title=Text(
        en="Rows, everything numbered by its weights, δ by its layer",
        zh="样本为行，各量随权重编号，δ 随层编号",
    ),
    where=Text(
        en="Britz, Implementing a Neural Network from Scratch in Python",
        zh="Britz《用 Python 从零实现神经网络》",
    ),
    source="https://dennybritz.com/posts/wildml/implementing-a-neural-network-from-scratch/",
    letters=_first("W", "b", "z", "a", r"\delta", "x", "y", "L", r"\sigma"),
    styles=("_", "^(", "^"),
    rows=True,
    to_from=False,
    examples=("sum", "one"),
    offsets={"w": 1, "b": 1, "z": 1, "a": 1},
    elementwise=r"\circ",
    forward=(r"z_1 = x W_1 + b_1", r"a_1 = \tanh(z_1)", r"z_2 = a_1 W_2 + b_2"),
    equations={
        "BP2": r"\delta_2 = (1 - \tanh^2 z_1) \circ \delta_3 W_2^T",
        "BP3": r"\frac{\partial L}{\partial b_1} = \mathbf{1}^T \delta_2",
        "BP4": r"\frac{\partial L}{\partial W_2} = a_1^T \delta_3",
    },
)

_ROWS_LEAVING = Convention(
    name="rows-leaving",
    title=Text(
        en="Rows, X @ W + b, W leads from layer l to the next",
        zh="样本为行，X @ W + b，W 从第 l 层通向下一层",
    ),
    where=Text(en="Welch Labs, Neural Networks Demystified", zh="Welch Labs《揭秘神经网络》"),
    source="https://github.com/stephencwelch/Neural-Networks-Demystified",
    letters=_first("W", "b", "z", "a", r"\delta", "X", "y", "J", "f"),
    styles=_LAYERED,
    rows=True,
    to_from=False,
    examples=("sum", "mean", "one"),
    offsets={"w": 1, "b": 1},
    forward=(
        r"z^{(2)} = X W^{(1)} + b^{(1)}",
        r"a^{(2)} = f(z^{(2)})",
        r"z^{(3)} = a^{(2)} W^{(2)} + b^{(2)}",
    ),
    equations={
        "BP1": r"\delta^{(L)} = \frac{\partial J}{\partial a^{(L)}} \odot f'(z^{(L)})",
        "BP2": r"\delta^{(2)} = \delta^{(3)} (W^{(2)})^T \odot f'(z^{(2)})",
        "BP3": r"\frac{\partial J}{\partial b^{(l)}} = \mathbf{1}^T \delta^{(l+1)}",
        "BP4": r"\frac{\partial J}{\partial W^{(2)}} = (a^{(2)})^T \delta^{(3)}",
    },
)

_NUMERATOR = Convention(
    name="numerator",
    title=Text(en="Numerator layout", zh="分子布局"),
    where=Text(
        en="Matrix calculus with ∂y/∂x of one row for each yᵢ; ∂C/∂x is a row",
        zh="矩阵微积分，∂y/∂x 的每一行对应一个 yᵢ；∂C/∂x 是行向量",
    ),
    source="https://helix-of-computing.com/mathematics/calculus/numerator-layout-of-matrix-calculus",
    letters=_first("W", "b", "z", "a", r"\delta", "x", "y", "C", r"\sigma"),
    styles=_LAYERED,
    as_variable=False,
    forward=(r"z^{(l)} = W^{(l)} a^{(l-1)} + b^{(l)}", r"a^{(l)} = \sigma(z^{(l)})"),
    equations={
        "BP1": r"(\delta^{(L)})^T = \frac{\partial C}{\partial a^{(L)}} \text{diag}(\sigma'(z^{(L)}))",
        "BP2": r"\frac{\partial z^{(l+1)}}{\partial z^{(l)}} = W^{(l+1)} \text{diag}(\sigma'(z^{(l)}))",
        "BP3": r"\frac{\partial C}{\partial b^{(l)}} = (\delta^{(l)})^T",
        "BP4": r"\frac{\partial C}{\partial W^{(l)}} = a^{(l-1)} (\delta^{(l)})^T",
    },
)

_DENOMINATOR = Convention(
    name="denominator",
    title=Text(en="Denominator layout", zh="分母布局"),
    where=Text(
        en="Matrix calculus with ∂y/∂x of one column for each yᵢ; ∂C/∂x is a column",
        zh="矩阵微积分，∂y/∂x 的每一列对应一个 yᵢ；∂C/∂x 是列向量",
    ),
    source="https://en.wikipedia.org/wiki/Matrix_calculus",
    letters=_first("W", "b", "z", "a", r"\delta", "x", "y", "C", r"\sigma"),
    styles=_LAYERED,
    numerator=False,
    forward=(r"z^{(l)} = W^{(l)} a^{(l-1)} + b^{(l)}", r"a^{(l)} = \sigma(z^{(l)})"),
    equations={
        "BP1": r"\delta^{(L)} = \text{diag}(\sigma'(z^{(L)})) \frac{\partial C}{\partial a^{(L)}}",
        "BP2": r"\frac{\partial z^{(l+1)}}{\partial z^{(l)}} = \text{diag}(\sigma'(z^{(l)})) (W^{(l+1)})^T",
        "BP3": r"\frac{\partial C}{\partial b^{(l)}} = \delta^{(l)}",
        "BP4": r"\frac{\partial C}{\partial W^{(l)}} = \delta^{(l)} (a^{(l-1)})^T",
    },
)

_QIU = Convention(
    name="qiu",
    title=Text(en="Qiu, Neural Networks and Deep Learning", zh="邱锡鹏《神经网络与深度学习》"),
    where=Text(
        en="chapter 4, with denominator layout; (4.56) is BP2", zh="第 4 章，分母布局；式 (4.56) 即 BP2"
    ),
    source="https://nndl.github.io/",
    letters=_letters(
        r"w: W; b: b; z: z; a: a; delta: \delta; x: x; y: y; yhat: yhat; cost: \Loss L; sigma: f"
    ),
    styles=("^(",),
    first=0,
    numerator=False,
    is_strict=True,
    forward=(r"z^{(l)} = W^{(l)} a^{(l-1)} + b^{(l)}", r"a^{(l)} = f_l(z^{(l)})"),
    equations={
        "BP1": r"\delta^{(L)} = f_L'(z^{(L)}) \odot \frac{\partial \mathcal{L}}{\partial a^{(L)}}",
        "BP2": r"\delta^{(l)} = f_l'(z^{(l)}) \odot ((W^{(l+1)})^T \delta^{(l+1)})",
        "BP3": r"\frac{\partial \mathcal{L}}{\partial b^{(l)}} = \delta^{(l)}",
        "BP4": r"\frac{\partial \mathcal{L}}{\partial W^{(l)}} = \delta^{(l)} (a^{(l-1)})^T",
    },
)

_GOODFELLOW = Convention(
    name="goodfellow",
    title=Text(
        en="Goodfellow, Bengio and Courville, Deep Learning", zh="Goodfellow、Bengio、Courville《深度学习》"
    ),
    where=Text(
        en="section 6.5.4, algorithms 6.3 and 6.4: a is the weighted input, h its output",
        zh="6.5.4 节，算法 6.3 与 6.4：a 是带权输入，h 是相应的输出",
    ),
    source="https://www.deeplearningbook.org/contents/mlp.html",
    letters=_letters(r"w: W; b: b; z: a; a: h; x: x; y: y; yhat: yhat; cost: J L; sigma: f"),
    styles=("^(",),
    running="k",
    last="l",
    first=0,
    is_strict=True,
    has_nablas=True,
    transpose=r"\top",
    forward=(r"a^{(k)} = b^{(k)} + W^{(k)} h^{(k-1)}", r"h^{(k)} = f(a^{(k)})"),
    equations={
        "BP1": r"\nabla_{a^{(l)}} J = \nabla_{h^{(l)}} J \odot f'(a^{(l)})",
        "BP2": r"\nabla_{a^{(k)}} J = (W^{(k+1)\top} \nabla_{a^{(k+1)}} J) \odot f'(a^{(k)})",
        "BP3": r"\nabla_{b^{(k)}} J = \nabla_{a^{(k)}} J",
        "BP4": r"\nabla_{W^{(k)}} J = \nabla_{a^{(k)}} J h^{(k-1)\top}",
    },
)

_BISHOP = Convention(
    name="bishop",
    title=Text(en="Bishop, Pattern Recognition and Machine Learning", zh="Bishop《模式识别与机器学习》"),
    where=Text(
        en="section 5.3, (5.48) to (5.56): a is the weighted input, z its output, t the target",
        zh="5.3 节，式 (5.48)–(5.56)：a 是带权输入，z 是输出，t 是目标",
    ),
    source="https://www.microsoft.com/en-us/research/people/cmbishop/prml-book/",
    letters=_letters(
        r"w: w; b: b; z: a; a: z; delta: \delta; x: x; y: t; yhat: y; cost: E; sigma: h \sigma; step_w: \Deltaw"
    ),
    styles=("units",),
    is_strict=True,
    forward=(r"a_j = \sum_i w_{ji} z_i + b_j", r"z_j = h(a_j)"),
    equations={
        "BP1": r"\delta_k = h'(a_k) \frac{\partial E}{\partial y_k}",
        "BP2": r"\delta_j = h'(a_j) \sum_k w_{kj} \delta_k",
        "BP3": r"\frac{\partial E}{\partial b_j} = \delta_j",
        "BP4": r"\frac{\partial E}{\partial w_{ji}} = \delta_j z_i",
    },
)

_NET = Convention(
    name="net",
    title=Text(en="o and net, w_ij from i to j", zh="o 与 net，w_ij 从 i 到 j"),
    where=Text(
        en="Rojas, Neural Networks, chapter 7; Wikipedia, Backpropagation",
        zh="Rojas《神经网络》第 7 章；维基百科“反向传播”",
    ),
    source="https://en.wikipedia.org/wiki/Backpropagation",
    letters=_letters(
        r"w: w; z: net; a: o; delta: \delta; x: x; y: t y; cost: E L; sigma: \varphi f \sigma \phi; b: b; "
        r"step_w: \Deltaw"
    ),
    styles=("units",),
    to_from=False,
    is_strict=True,
    forward=(r"net_j = \sum_i w_{ij} o_i + b_j", r"o_j = \varphi(net_j)"),
    equations={
        "BP1": r"\delta_j = \frac{\partial E}{\partial o_j} \varphi'(net_j)",
        "BP2": r"\delta_i = \varphi'(net_i) \sum_j w_{ij} \delta_j",
        "BP3": r"\frac{\partial E}{\partial b_j} = \delta_j",
        "BP4": r"\frac{\partial E}{\partial w_{ij}} = o_i \delta_j",
    },
)

_MITCHELL = Convention(
    name="mitchell",
    title=Text(en="Mitchell, Machine Learning", zh="Mitchell《机器学习》"),
    where=Text(
        en="table 4.2: w_ji from i to j, and δ is the negative derivative of E by net",
        zh="表 4.2：w_ji 从 i 到 j，δ 是 E 对 net 的导数的相反数",
    ),
    source="https://www.cs.cmu.edu/~tom/mlbook.html",
    letters=_letters(r"w: w; z: net; a: o; x: x; y: t; cost: E; sigma: \sigma f; b: b; step_w: \Deltaw")
    | _letters(r"delta: \delta", sign=-1),
    styles=("units",),
    is_strict=True,
    forward=(r"net_j = \sum_i w_{ji} o_i + b_j", r"o_j = \sigma(net_j)"),
    equations={
        "BP1": r"\delta_k = o_k (1 - o_k)(t_k - o_k) for the quadratic cost and the sigmoid",
        "BP2": r"\delta_h = o_h (1 - o_h) \sum_k w_{kh} \delta_k for the sigmoid",
        "BP4": r"\Delta w_{ji} = \eta \delta_j o_i",
    },
)

_HIDDEN = LAST + -1

_ZHOU = Convention(
    name="zhou",
    title=Text(en="Zhou, Machine Learning", zh="周志华《机器学习》"),
    where=Text(
        en="section 5.3, (5.10) to (5.15): thresholds, and gradients with their sign changed",
        zh="5.3 节，式 (5.10)–(5.15)：阈值，以及变号的梯度",
    ),
    source="https://datawhalechina.github.io/pumpkin-book/#/chapter5/chapter5",
    letters=_letters(r"w: w; net: \beta; yhat: yhat; y: y; step_w: \Deltaw", LAST)
    | _letters(r"w: v; net: \alpha; a: b; step_w: \Deltav", _HIDDEN)
    | _letters(r"b: \theta; delta: g; step_b: \Delta\theta", LAST, sign=-1)
    | _letters(r"b: \gamma; delta: e; step_b: \Delta\gamma", _HIDDEN, sign=-1)
    | _letters("x: x", LAST + -2)
    | _letters("cost: E; sigma: f"),
    styles=("units",),
    to_from=False,
    is_strict=True,
    called={LAST: "j", _HIDDEN: "h", LAST + -2: "i"},
    forward=(
        r"\alpha_h = \sum_i v_{ih} x_i",
        r"b_h = f(\alpha_h - \gamma_h)",
        r"\beta_j = \sum_h w_{hj} b_h",
        r"\hat{y}_j = f(\beta_j - \theta_j)",
    ),
    equations={
        "BP1": r"g_j = -\frac{\partial E}{\partial \hat{y}_j} f'(\beta_j - \theta_j)",
        "BP2": r"e_h = f'(\alpha_h - \gamma_h) \sum_j w_{hj} g_j",
        "BP3": r"\Delta \theta_j = -\eta g_j",
        "BP4": r"\Delta w_{hj} = \eta g_j b_h",
    },
)

_LI = Convention(
    name="li",
    title=Text(en="Li, Machine Learning Methods", zh="李航《机器学习方法》"),
    where=Text(
        en="algorithm 23.3, page 396: h is the output, a the activation function, t the layer, s the last one",
        zh="算法 23.3（第 396 页）：h 是输出，a 是激活函数，t 是层，s 是最后一层",
    ),
    source="https://datawhalechina.github.io/statistical-learning-method-solutions-manual/#/chapter23/ch23",
    letters=_letters(r"w: W; b: b; z: z; a: h; delta: \delta; x: x; y: y; cost: L; sigma: a"),
    styles=("^(",),
    running="t",
    last="s",
    first=0,
    is_strict=True,
    has_nablas=True,
    forward=(r"z^{(t)} = W^{(t)} h^{(t-1)} + b^{(t)}", r"h^{(t)} = a(z^{(t)})"),
    equations={
        "BP1": r"\delta^{(s)} = h^{(s)} - y for the sigmoid and the cross-entropy",
        "BP2": r"\delta^{(t-1)} = \frac{\partial a}{\partial z^{(t-1)}} \odot ({W^{(t)}}^T \cdot \delta^{(t)})",
        "BP3": r"\nabla_{b^{(t)}} L = \delta^{(t)}",
        "BP4": r"\nabla_{W^{(t)}} L = \delta^{(t)} \cdot {h^{(t-1)}}^T",
    },
)

_RECURRENT = Convention(
    name="recurrent",
    title=Text(en="A recurrent step, h_t to h_{t+1}", zh="循环网络的一步，从 h_t 到 h_{t+1}"),
    where=Text(
        en="answers on section 10.2.2 of Deep Learning: one W for all steps, no bias, numerator layout",
        zh="关于《深度学习》10.2.2 节的解答：各步共用 W，没有偏置，分子布局",
    ),
    source="https://stats.stackexchange.com/questions/193352",
    letters=_letters(r"w: W; a: h; cost: L E; sigma: \sigma f \phi; z: z; delta: \delta; b: b"),
    styles=("_",),
    running="t",
    has_bias=False,
    is_strict=True,
    numbers=("25",),
    forward=(r"h_{t+1} = \sigma(W h_t)",),
    equations={
        "BP2": r"\frac{\partial h_{t+1}}{\partial h_t} = \text{diag}(\sigma'(W h_t)) W",
    },
)

_ONE = Convention(
    name="one-neuron",
    title=Text(en="One neuron, without indices", zh="单个神经元，不写下标"),
    where=Text(
        en="Nielsen, Neural Networks and Deep Learning, chapter 3, (54) to (56)",
        zh="Nielsen《神经网络与深度学习》第 3 章，式 (54)–(56)",
    ),
    source="http://neuralnetworksanddeeplearning.com/chap3.html",
    letters=_first("w", "b", "z", "a", r"\delta", "x", "y", "C", r"\sigma") | _letters("x: x", _HIDDEN),
    styles=("none",),
    numbers=("25", "BP1", "BP3", "BP4"),
    forward=(r"z = w x + b", r"a = \sigma(z)"),
    equations={
        "BP1": r"\delta = \frac{\partial C}{\partial a} \sigma'(z)",
        "BP3": r"\frac{\partial C}{\partial b} = (a-y)\sigma'(z) for the quadratic cost",
        "BP4": r"\frac{\partial C}{\partial w} = (a-y)\sigma'(z) x for the quadratic cost",
    },
)

_CHAIN = Convention(
    name="chain",
    title=Text(en="One neuron in each layer", zh="每层一个神经元"),
    where=Text(
        en="3Blue1Brown, Backpropagation calculus: the chain rule along one path",
        zh="3Blue1Brown《反向传播的微积分》：沿一条路径的链式法则",
    ),
    source="https://www.3blue1brown.com/lessons/backpropagation-calculus",
    letters=_first("w", "b", "z", "a", r"\delta", "x", "y", "C", r"\sigma"),
    styles=_LAYERED,
    one_each=True,
    numbers=(),
    forward=(r"z^{(L)} = w^{(L)} a^{(L-1)} + b^{(L)}", r"a^{(L)} = \sigma(z^{(L)})"),
    equations={
        "BP2": r"\frac{\partial C_0}{\partial a^{(L-1)}} = \frac{\partial z^{(L)}}{\partial a^{(L-1)}} "
        r"\frac{\partial a^{(L)}}{\partial z^{(L)}} \frac{\partial C_0}{\partial a^{(L)}}",
        "BP4": r"\frac{\partial C_0}{\partial w^{(L)}} = \frac{\partial z^{(L)}}{\partial w^{(L)}} "
        r"\frac{\partial a^{(L)}}{\partial z^{(L)}} \frac{\partial C_0}{\partial a^{(L)}}",
    },
)

_LAYER = Convention(
    name="layer",
    title=Text(en="One linear layer, Y = X W + b, with dout", zh="一个线性层 Y = X W + b，用 dout"),
    where=Text(
        en="CS231n, assignments: dout is the derivative of the loss by the layer's output",
        zh="CS231n 作业：dout 是损失对该层输出的导数",
    ),
    source="https://cs231n.github.io/optimization-2/",
    letters=_letters("w: W w; b: b; z: Y out Z; dz: dout dY dZ; dw: dW dw; db: db", LAST)
    | _letters("a: X x; da: dX dx", _HIDDEN)
    | _letters("yhat: yhat p; y: y; cost: L J"),
    styles=("none",),
    to_from=False,
    rows=True,
    examples=("sum", "mean", "one"),
    has_arrays=True,
    is_strict=True,
    numbers=(),
    forward=(r"Y = X W + b",),
    equations={
        "BP3": "db = np.sum(dout, axis=0)",
        "BP4": "dW = X.T.dot(dout)",
        "BP2": "dX = dout.dot(W.T)",
    },
)

_LAYER_IN_COLUMNS = Convention(
    name="layer-columns",
    title=Text(en="One linear layer, Z = W A_prev + b", zh="一个线性层 Z = W A_prev + b"),
    where=Text(
        en="Ng, Neural Networks and Deep Learning (deeplearning.ai), week 4: linear_backward",
        zh="吴恩达《神经网络和深度学习》（deeplearning.ai）第 4 周：linear_backward",
    ),
    source="https://www.coursera.org/learn/neural-networks-deep-learning",
    letters=_letters("w: W w; b: b; z: Z Y; dz: dZ dY; dw: dW dw; db: db", LAST)
    | _letters("a: X A_prev x; da: dX dA_prev dx", _HIDDEN)
    | _letters("cost: L J"),
    styles=("none",),
    examples=("mean", "sum", "one"),
    has_arrays=True,
    is_strict=True,
    numbers=(),
    forward=("Z = np.dot(W, A_prev) + b",),
    equations={
        "BP3": "db = 1/m * np.sum(dZ, axis=1, keepdims=True)",
        "BP4": "dW = 1/m * np.dot(dZ, A_prev.T)",
        "BP2": "dA_prev = np.dot(W.T, dZ)",
    },
)

_LOGISTIC = Convention(
    name="logistic",
    title=Text(en="One neuron for a batch, Z = wᵀX + b", zh="一个神经元处理一批样本，Z = wᵀX + b"),
    where=Text(
        en="Ng, Neural Networks and Deep Learning (deeplearning.ai), week 2: logistic regression",
        zh="吴恩达《神经网络和深度学习》（deeplearning.ai）第 2 周：逻辑回归",
    ),
    source="https://www.coursera.org/learn/neural-networks-deep-learning",
    letters=_letters("w: w; b: b; z: Z z; a: A a; dz: dZ dz; dw: dw; db: db", LAST)
    | _letters("a: X x", _HIDDEN)
    | _letters("y: Y y; cost: J L; sigma: \\sigma"),
    styles=("none",),
    to_from=False,
    examples=("mean", "sum"),
    has_arrays=True,
    one_output=True,
    is_strict=True,
    numbers=(),
    forward=("Z = np.dot(w.T, X) + b",),
    equations={
        "BP1": "dZ = A - Y  # sigmoid, cross-entropy",
        "BP3": "db = 1/m * np.sum(dZ)",
        "BP4": "dw = 1/m * np.dot(X, dZ.T)",
    },
)

conventions = Catalogue(
    Text(en="convention", zh="约定"),
    (
        _CHAPTER,
        _COURSE,
        _UFLDL,
        _PYTORCH,
        _ROWS,
        _ROWS_LEAVING,
        _SCRATCH,
        _NUMERATOR,
        _DENOMINATOR,
        _QIU,
        _GOODFELLOW,
        _BISHOP,
        _NET,
        _MITCHELL,
        _ZHOU,
        _LI,
        _COURSE_2011,
        _RECURRENT,
        _LAYER,
        _LAYER_IN_COLUMNS,
        _LOGISTIC,
        _ONE,
        _CHAIN,
    ),
)
"""The declared conventions by name, in the order in which they are tried, and in which the book's table has them."""
