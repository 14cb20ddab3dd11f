"""Backpropagation with one mistake in it: what people write by accident, to be compared with what a function returns.

`trace(net, weights, biases, x, y, slip)` computes every quantity of a step, its gradient `b` and `w` among them, with
the mistake `slip`, a row of `SLIPS`, or none. To add a mistake, add a row; if it needs a new kind of mistake, a field
of `Slip` and the place where it is made.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt
import sympy

from bpderive.functions.costs import Cost
from bpderive.functions.network import Network
from bpderive.letters.text import Text

Array = npt.NDArray[np.float64]
Arrays = Sequence[Array]


@dataclass(frozen=True, slots=True)
class Slip:
    """One mistake: `text` says what it is; the other fields, where it is made.

    `output` and `hidden` say what stands for σ′ in (BP1) and (BP2): "slope", "nothing", "value" (σ(z)), "slope at a"
    (σ′(a)), "slope of the next layer", "slope of the layer before", "slope twice", a formula such as "1 - a^2", or in
    the output layer "diagonal" (of softmax's Jacobian); `difference` what stands for ∂C/∂a^L. `carried` is which error
    goes back to a layer: that of the "next" one, "without σ′ of the output", "before σ′" of the next one, "the
    output's", or "the output's, before σ′"; `weights` of which layer carry it: "next", "own", "last", "none", or
    "next" in another way. `activation` is which activations stand in (BP4), `bias` and `weight` what stands for the
    error in (BP3) and (BP4). `examples` is which examples count, `averaged` how often their mean is taken; `forward`
    what is wrong in the forward pass; `negative` that the loop says [-1] for [-l].
    """

    text: Text
    output: str = "slope"
    hidden: str = "slope"
    difference: str = "derivative of the cost"
    carried: str = "next"
    weights: str = "next"
    activation: str = "before"
    bias: str = "error"
    weight: str = "error"
    examples: str = "all"
    averaged: str = "once"
    forward: str = "nothing"
    negative: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Trace:
    """Every quantity of a step: z and δ of the layers from 2, a of those from 1, ∂C/∂b and ∂C/∂w of the mean cost.

    Columns are examples; `slopes`, ∂C/∂a^L, and `deltas` are those of each example's own cost.
    """

    zs: list[Array]
    activations: list[Array]
    slopes: Array
    deltas: list[Array]
    b: list[Array]
    w: list[Array]


def _slip(en: str, zh: str, **where: Any) -> Slip:
    return Slip(Text(en=en, zh=zh), **where)


NONE = _slip("no mistake", "没有错误")

CLASSIC = Text(
    en="[-1] is written for [-l] inside the backward loop: every turn of the loop works on the last layer, so the "
    "output layer's gradient is overwritten and those of the hidden layers stay zero",
    zh="反向循环里把 [-l] 写成了 [-1]：每次循环都作用在最后一层，输出层的梯度被覆盖，隐藏层的梯度一直为零",
)

SLIPS: tuple[Slip, ...] = (
    Slip(CLASSIC, negative=("zs", "b", "w")),
    Slip(CLASSIC, negative=("b", "w")),
    _slip(
        "[-1] is written for [-l] where the bias gradient is stored: the output layer's is overwritten",
        "存放偏置梯度时把 [-l] 写成了 [-1]：输出层的梯度被覆盖",
        negative=("b",),
    ),
    _slip(
        "[-1] is written for [-l] where the weight gradient is stored: the output layer's is overwritten",
        "存放权重梯度时把 [-l] 写成了 [-1]：输出层的梯度被覆盖",
        negative=("w",),
    ),
    _slip(
        "zs[-1] is written for zs[-l] inside the backward loop: σ′ is taken in the output layer",
        "反向循环里把 zs[-l] 写成了 zs[-1]：σ′ 取在了输出层",
        negative=("zs",),
    ),
    _slip("σ is used where σ′ is meant", "应为 σ′ 之处写成了 σ", output="value", hidden="value"),
    _slip(
        "σ is used where σ′ is meant, in the hidden layers", "隐藏层中应为 σ′ 之处写成了 σ", hidden="value"
    ),
    _slip("σ is used where σ′ is meant, in the output layer", "输出层中应为 σ′ 之处写成了 σ", output="value"),
    _slip("the hidden layers' σ′ is missing", "缺少隐藏层的 σ′", hidden="nothing"),
    _slip("the output layer's σ′ is missing", "缺少输出层的 σ′", output="nothing"),
    _slip("every σ′ is missing", "所有的 σ′ 都缺少", output="nothing", hidden="nothing"),
    _slip(
        "σ′ is taken at the activation a instead of the weighted input z",
        "σ′ 取在了激活值 a 处，而不是带权输入 z 处",
        output="slope at a",
        hidden="slope at a",
    ),
    _slip(
        "σ′ is taken at the activation a instead of the weighted input z, in the hidden layers",
        "隐藏层的 σ′ 取在了激活值 a 处，而不是带权输入 z 处",
        hidden="slope at a",
    ),
    _slip(
        "σ′ is taken at the activation a instead of the weighted input z, in the output layer",
        "输出层的 σ′ 取在了激活值 a 处，而不是带权输入 z 处",
        output="slope at a",
    ),
    _slip(
        "σ′ is taken in the next layer instead of the neuron's own",
        "σ′ 取在了下一层，而不是本层",
        hidden="slope of the next layer",
    ),
    _slip(
        "the error goes back through the weights without their transpose",
        "误差回传时权重没有转置",
        weights="next, untransposed",
    ),
    _slip(
        "the error goes back through the weights of its own layer instead of the next",
        "误差回传时用了本层的权重，而不是下一层的",
        weights="own",
    ),
    _slip(
        "(BP4) takes the activations of the layer itself instead of the layer before",
        "(BP4) 用了本层的激活值，而不是前一层的",
        activation="own",
    ),
    _slip(
        "(BP4) takes the weighted inputs of the layer before instead of its activations",
        "(BP4) 用了前一层的带权输入，而不是激活值",
        activation="weighted input",
    ),
    _slip(
        "of softmax's Jacobian only the diagonal a(1 − a) is used: the sum over k is missing from the output error",
        "softmax 的雅可比矩阵只用了对角元 a(1 − a)：输出误差中漏掉了对 k 的求和",
        output="diagonal",
    ),
    _slip("the biases are missing in the forward pass", "前向传播中缺少偏置", forward="no biases"),
    _slip(
        "the biases are missing in the hidden layers' forward pass",
        "隐藏层的前向传播中缺少偏置",
        forward="no hidden biases",
    ),
    _slip(
        "σ is applied to the input as well: a^1 is x itself",
        "对输入也用了 σ；而 a^1 应当就是 x 本身",
        forward="σ of the input",
    ),
    _slip(
        "the output layer is computed without its activation function",
        "计算输出层时没有用激活函数",
        forward="linear output",
        output="nothing",
    ),
    _slip(
        "1 − a² is used for σ′, which is right for tanh only",
        "σ′ 写成了 1 − a²，它只对 tanh 正确",
        output="1 - a^2",
        hidden="1 - a^2",
    ),
    _slip(
        "a(1 − a) is used for σ′, which is right for the sigmoid function only",
        "σ′ 写成了 a(1 − a)，它只对 S 型函数正确",
        output="a(1 - a)",
        hidden="a(1 - a)",
    ),
    *(
        _slip(
            f"1 where z > 0, and 0 elsewhere, is used for σ′{where_en}, which is right for ReLU only",
            f"{where_zh}σ′ 写成了“z > 0 时为 1，否则为 0”，它只对 ReLU 正确",
            **dict.fromkeys(layers, "z > 0"),
        )
        for where_en, where_zh, layers in (
            ("", "", ("output", "hidden")),
            (" in the hidden layers", "隐藏层的 ", ("hidden",)),
        )
    ),
    *(
        _slip(
            f"the weights are changed, with the rate {rate}, before the error goes back through them",
            f"误差回传之前权重已经更新（学习率 {rate}）",
            weights=f"next, after a step of {rate}",
        )
        for rate in ("1", "0.5", "0.1", "0.01")
    ),
    _slip(
        "the examples are averaged before the network is applied, instead of their gradients after it",
        "先对样本取平均再代入网络，而应对各样本的梯度取平均",
        examples="their mean",
    ),
    _slip("only the last example counts", "只算了最后一个样本", examples="last"),
    _slip("only the first example counts", "只算了第一个样本", examples="first"),
    _slip(
        "the output error is a − y times σ′, which is right for the quadratic cost only",
        "输出误差用了 (a − y)σ′，它只对二次代价函数正确",
        difference="a - y",
    ),
    _slip(
        "the output error is a − y, where σ′ cancels; for this activation and cost it does not",
        "输出误差用了 σ′ 已消去的 a − y；对这里的激活函数和代价函数，σ′ 并不消去",
        difference="a - y",
        output="nothing",
    ),
    _slip(
        "the error goes back without the output layer's σ′, which its own derivatives have",
        "回传的误差缺少输出层的 σ′（输出层自己的导数里却有）",
        carried="without σ′ of the output",
    ),
    _slip(
        "the error goes back before σ′ of its own layer is multiplied in",
        "误差在乘上本层的 σ′ 之前就被回传了",
        carried="before σ′",
    ),
    _slip(
        "every hidden layer gets the output layer's error instead of that of the layer after it",
        "每个隐藏层用的都是输出层的误差，而不是后一层的误差",
        carried="the output's",
    ),
    _slip(
        "every hidden layer gets the output layer's error, and without σ′, instead of that of the layer after it",
        "每个隐藏层用的都是输出层的误差（且缺少 σ′），而不是后一层的误差",
        carried="the output's, before σ′",
    ),
    _slip(
        "every hidden layer gets the output layer's error through the last weights",
        "每个隐藏层用的都是经最后一层权重回传的输出误差",
        carried="the output's",
        weights="last",
    ),
    _slip(
        "every hidden layer gets the output layer's error as it is, without any weights",
        "每个隐藏层直接用了输出层的误差，没有乘权重",
        carried="the output's",
        weights="none",
    ),
    _slip("the error goes back without the weights", "误差回传时没有乘权重", weights="none"),
    _slip(
        "the error goes back through the last layer's weights instead of the next layer's",
        "误差回传时用了最后一层的权重，而不是下一层的",
        weights="last",
    ),
    _slip(
        "the errors that come back are averaged over the neurons of the next layer instead of summed",
        "对下一层的神经元取了平均，而应求和",
        weights="next, averaged",
    ),
    _slip(
        "only the error of the neuron with the same number comes back: the sum over the next layer is missing",
        "只回传了下一层同编号神经元的误差：缺少对下一层的求和",
        weights="next, same neuron",
    ),
    _slip(
        "the error is shared out in proportion to the weights, which are divided by their sum",
        "误差按权重所占的比例分配：权重被除以了它们的和",
        weights="next, in shares",
    ),
    _slip(
        "the absolute values of the weights carry the error back",
        "误差回传时用了权重的绝对值",
        weights="next, absolute",
    ),
    _slip(
        "all biases of a layer get the total of its errors: the sum is over the examples alone (axis=1)",
        "一层的所有偏置都得到了该层误差的总和：应只对样本求和（axis=1）",
        bias="all neurons",
    ),
    _slip(
        "all biases of a layer get the mean of its errors: the mean is over the examples alone (axis=1)",
        "一层的所有偏置都得到了该层误差的平均：应只对样本取平均（axis=1）",
        bias="mean of all neurons",
    ),
    _slip(
        "the derivatives for the biases lack σ′: they are the errors before it is multiplied in",
        "对偏置的导数缺少 σ′：用的是乘上它之前的误差",
        bias="before σ′",
    ),
    _slip(
        "the derivatives by the weights lack σ′: they are made with the errors before it is multiplied in",
        "对权重的导数缺少 σ′：用的是乘上它之前的误差",
        weight="before σ′",
    ),
    _slip(
        "the derivatives for the biases are multiplied by the biases, whose input is 1",
        "对偏置的导数多乘了偏置本身，而偏置的输入是 1",
        bias="times b",
    ),
    _slip(
        "the derivatives by the weights are multiplied by the weights",
        "对权重的导数多乘了权重本身",
        weight="times w",
    ),
    _slip(
        "(BP4) takes the input x in every layer instead of the activations of the layer before",
        "(BP4) 在每一层都用了输入 x，而不是前一层的激活值",
        activation="input",
    ),
    _slip(
        "(BP4) takes the activations of the last hidden layer in every layer: [-2] is written for [-l - 1]",
        "(BP4) 在每一层都用了最后一个隐藏层的激活值：[-l - 1] 写成了 [-2]",
        activation="last hidden",
    ),
    _slip(
        "(BP4) takes σ of the activations of the layer before: σ is applied twice",
        "(BP4) 对前一层的激活值又用了一次 σ",
        activation="squashed",
    ),
    _slip(
        "(BP4) takes σ′ of the layer before instead of its activations",
        "(BP4) 用了前一层的 σ′，而不是激活值",
        activation="slope",
    ),
    _slip(
        "σ′ is taken in the layer before instead of the neuron's own",
        "σ′ 取在了前一层，而不是本层",
        hidden="slope of the layer before",
    ),
    _slip("σ′ is applied twice in the output layer", "输出层的 σ′ 乘了两次", output="slope twice"),
    _slip("σ′ is applied twice in the hidden layers", "隐藏层的 σ′ 乘了两次", hidden="slope twice"),
    _slip(
        "σ′ is applied twice in every layer",
        "各层的 σ′ 都乘了两次",
        output="slope twice",
        hidden="slope twice",
    ),
    *(
        _slip(
            f"{shown} is used for σ′{where_en}, with the weighted input z where the activation a belongs",
            f"{where_zh}σ′ 写成了 {shown}，用的是带权输入 z，而应是激活值 a",
            **dict.fromkeys(layers, formula),
        )
        for shown, formula in (("z(1 − z)", "z(1 - z)"), ("1 − z²", "1 - z^2"))
        for where_en, where_zh, layers in (
            ("", "", ("output", "hidden")),
            (" in the hidden layers", "隐藏层的 ", ("hidden",)),
            (" in the output layer", "输出层的 ", ("output",)),
        )
    ),
    *(
        _slip(
            f"{shown} is used for σ′{where_en}",
            f"{where_zh}σ′ 写成了 {shown}",
            **dict.fromkeys(layers, formula),
        )
        for shown, formula in (
            ("1 − a", "1 - a"),
            ("a²(1 − a)", "a^2(1 - a)"),
            ("a(1 + a)", "a(1 + a)"),
            ("1 − a²", "1 - a^2"),
            ("a(1 − a)", "a(1 - a)"),
        )
        for where_en, where_zh, layers in (
            (" in the hidden layers", "隐藏层的 ", ("hidden",)),
            (" in the output layer", "输出层的 ", ("output",)),
            ("", "", ("output", "hidden")),
        )
        if not (formula in ("1 - a^2", "a(1 - a)") and len(layers) == 2)
    ),
    _slip(
        "the cost itself is used where its derivative is meant",
        "应为代价的导数之处写成了代价本身",
        difference="the cost",
    ),
    _slip(
        "the output error has the absolute value of a − y: the sign is lost",
        "输出误差用了 a − y 的绝对值：符号丢失了",
        difference="|a - y|",
    ),
    _slip(
        "(a − y)² is used for a − y in the output error",
        "输出误差中的 a − y 写成了 (a − y)²",
        difference="(a - y)^2",
    ),
    _slip(
        "the sign of a − y is used in the output error, which is right for the absolute error only",
        "输出误差用了 a − y 的符号，它只对绝对误差正确",
        difference="sign of a - y",
    ),
    _slip("a is used for a − y in the output error", "输出误差中的 a − y 写成了 a", difference="a"),
    _slip(
        "z − y is used for a − y in the output error", "输出误差中的 a − y 写成了 z − y", difference="z - y"
    ),
    _slip(
        "the output error has only −y/a: the part with 1 − y is missing",
        "输出误差用了 −y/a：缺少含 1 − y 的一项",
        difference="-y/a",
    ),
    _slip(
        "the mean over the examples is taken in every layer again",
        "每一层都又对样本取了一次平均",
        averaged="in every layer",
    ),
    _slip(
        "the mean of the errors is multiplied by the mean of the activations, instead of the mean of their products",
        "用误差的平均乘激活值的平均，而应取乘积的平均",
        averaged="apart",
    ),
    _slip("σ is applied twice in the forward pass", "前向传播中用了两次 σ", forward="σ twice"),
    _slip(
        "σ is missing in the hidden layers' forward pass", "隐藏层的前向传播缺少 σ", forward="linear hidden"
    ),
    _slip(
        "the bias is added after σ instead of before", "偏置加在了 σ 之后，而应在之前", forward="bias after σ"
    ),
    _slip("the bias is subtracted in the forward pass", "前向传播中减去了偏置", forward="bias subtracted"),
    _slip(
        "softmax is taken over the examples instead of the neurons: the axis is the other one",
        "softmax 是对样本而不是对神经元做的：应换另一个轴",
        forward="softmax over the examples",
    ),
    _slip(
        "softmax divides by the sum over the whole mini-batch: each example has its own sum",
        "softmax 除以了整个小批量的和：每个样本应有自己的和",
        forward="softmax over everything",
    ),
)


def trace(net: Network, weights: Arrays, biases: Arrays, x: Array, y: Array, slip: Slip = NONE) -> Trace:
    """Every quantity of a step, computed with the mistake `slip`.

    Raises `ValueError` where the mistake makes shapes that do not fit.
    """
    if slip.examples == "their mean":
        x, y = (np.mean(part, axis=1, keepdims=True) for part in (x, y))
    elif slip.examples != "all":
        only = slice(0, 1) if slip.examples == "first" else slice(-1, None)
        x, y = x[:, only], y[:, only]
    m, last = x.shape[1], len(weights) - 1
    zs, activations = forward(net, weights, biases, x, slip)
    b = [np.zeros(bias.shape) for bias in biases]
    w = [np.zeros(weight.shape) for weight in weights]
    deltas: list[Array] = []
    slopes = _cost_slope(net, zs[-1], activations[-1], y, slip)
    delta = _output_error(net, zs, activations, slopes, slip)
    before, first = slopes, (delta, slopes)  # what σ′ is multiplied into, and the output's errors
    for place in range(last, -1, -1):
        if place < last:
            carried = {
                "next": delta,
                "without σ′ of the output": slopes if place == last - 1 else delta,
                "before σ′": before,
                "the output's": first[0],
                "the output's, before σ′": first[1],
            }[slip.carried]
            kind, _, rate = slip.weights.partition(", after a step of ")
            moved = (
                [*weights[: place + 1], weights[place + 1] - float(rate) * w[place + 1]] if rate else weights
            )
            before = _back(moved, place, carried, kind)
            delta = before * _factor(net, place, zs, activations, slip.hidden, slip.negative)
        if slip.averaged == "in every layer":
            delta, before = delta / m, before / m
        deltas.insert(0, delta)
        in_loop = place < last
        at_b = -1 if in_loop and "b" in slip.negative else place
        at_w = -1 if in_loop and "w" in slip.negative else place
        count = 1 if slip.averaged == "in every layer" else m
        b[at_b] = _by_bias(delta, before, biases[place], slip.bias) / count
        entering = _entering(net, place, zs, activations, slip.activation)
        error = before if slip.weight == "before σ′" else delta
        if slip.averaged == "apart":
            w[at_w] = np.mean(error, axis=1, keepdims=True) @ np.mean(entering, axis=1, keepdims=True).T
        else:
            w[at_w] = error @ entering.T / count
        if slip.weight == "times w":
            w[at_w] = w[at_w] * weights[place]
    return Trace(zs, activations, slopes, deltas, b, w)


def forward(
    net: Network, weights: Arrays, biases: Arrays, x: Array, slip: Slip = NONE
) -> tuple[list[Array], list[Array]]:
    """All z, from layer 2 on, and all a, from layer 1 on."""
    start = np.asarray(x, dtype=np.float64)
    activations = [by_neuron(net, 2, start, slope=False) if slip.forward == "σ of the input" else start]
    zs: list[Array] = []
    for place, (w, b) in enumerate(zip(weights, biases, strict=True)):
        last = place == len(weights) - 1
        added = {
            "no biases": 0 * b,
            "no hidden biases": b if last else 0 * b,
            "bias after σ": 0 * b,
            "bias subtracted": -b,
        }.get(slip.forward, b)
        zs.append(w @ activations[-1] + added)
        if slip.forward == ("linear output" if last else "linear hidden"):
            activations.append(zs[-1])
            continue
        value = _activated(net, place + 2, zs[-1], slip.forward)
        if slip.forward == "σ twice":
            value = by_neuron(net, place + 2, value, slope=False)
        activations.append(value + b if slip.forward == "bias after σ" else value)
    return zs, activations


def _activated(net: Network, layer: int, z: Array, kind: str) -> Array:
    if net.vector_output is None or layer < net.depth or not kind.startswith("softmax"):
        return by_neuron(net, layer, z, slope=False)
    if kind == "softmax over the examples":
        return net.vector_output.numpy(z.T).T  # type: ignore[no-any-return]
    return net.vector_output.numpy(z.reshape(-1, 1)).reshape(z.shape)  # type: ignore[no-any-return]


def by_neuron(net: Network, layer: int, values: Array, slope: bool) -> Array:
    """σ or σ′ of a layer at these values, each row by its neuron's own."""
    if net.vector_output is not None and layer == net.depth:
        outputs: Array = net.vector_output.numpy(values)
        return (
            np.array([np.diag(net.vector_output.numpy_jacobian(z)) for z in values.T]).T if slope else outputs
        )
    rows = []
    for j, row in enumerate(values, start=1):
        function = net.activation_of(layer, min(j, net.width(layer)))
        rows.append(function.numpy_derivative(row) if slope else function.numpy(row))
    return np.array(rows)


def _back(weights: Arrays, place: int, error: Array, kind: str) -> Array:
    """What comes back to a layer from the error of another."""
    if kind == "none":
        return np.broadcast_to(error, (weights[place].shape[0], error.shape[1]))
    through = {"own": weights[place], "last": weights[-1]}.get(kind, weights[place + 1])
    if kind == "next, untransposed":
        return through @ error
    # Broadcasting hides the wrong layer's error where that has one neuron.
    error = np.broadcast_to(error, (through.shape[0], error.shape[1]))
    if kind == "next, same neuron":
        if through.shape[0] != through.shape[1]:
            raise ValueError("the layers have no neurons with the same numbers")
        return np.diag(through)[:, None] * error
    if kind == "next, in shares":
        through = through / through.sum(axis=1, keepdims=True)
    elif kind == "next, absolute":
        through = np.abs(through)
    elif kind == "next, averaged":
        through = through / through.shape[0]
    return through.T @ error


def _by_bias(delta: Array, before: Array, bias: Array, kind: str) -> Array:
    """What stands for the sum of the errors over the examples in (BP3)."""
    if kind in ("all neurons", "mean of all neurons"):
        count = delta.shape[0] if kind == "mean of all neurons" else 1
        return np.full(bias.shape, delta.sum() / count)
    total: Array = (before if kind == "before σ′" else delta).sum(axis=1, keepdims=True)
    return total * bias if kind == "times b" else total


def _entering(net: Network, place: int, zs: list[Array], activations: list[Array], kind: str) -> Array:
    """What stands for the activations of the layer before in (BP4)."""
    if kind == "slope" and place:
        return by_neuron(net, place + 1, zs[place - 1], slope=True)
    if kind == "squashed" and place:
        return by_neuron(net, place + 1, activations[place], slope=False)
    return {
        "own": activations[place + 1],
        "weighted input": zs[place - 1] if place else activations[0],
        "input": activations[0],
        "last hidden": activations[-2],
    }.get(kind, activations[place])


def _output_error(net: Network, zs: list[Array], activations: list[Array], slopes: Array, slip: Slip) -> Any:
    if net.vector_output is not None and slip.output == "slope":
        return net.vector_output.numpy_pullback(activations[-1], slopes)
    kind = "slope" if slip.output == "diagonal" else slip.output
    return slopes * _factor(net, len(zs) - 1, zs, activations, kind, ())


_FORMULAS: dict[str, Callable[[Array, Array], Array]] = {
    "value": lambda z, a: a,
    "1 - a^2": lambda z, a: 1 - a**2,
    "a(1 - a)": lambda z, a: a * (1 - a),
    "1 - a": lambda z, a: 1 - a,
    "a(1 + a)": lambda z, a: a * (1 + a),
    "a^2(1 - a)": lambda z, a: a**2 * (1 - a),
    "z(1 - z)": lambda z, a: z * (1 - z),
    "1 - z^2": lambda z, a: 1 - z**2,
    "z > 0": lambda z, a: np.where(z > 0, 1.0, 0.0),
}


def _factor(
    net: Network, place: int, zs: list[Array], activations: list[Array], kind: str, negative: tuple[str, ...]
) -> Any:
    """What stands for σ′ in the error of a layer."""
    at = len(zs) - 1 if "zs" in negative else place
    if kind in _FORMULAS:
        return _FORMULAS[kind](zs[at], activations[at + 1])
    match kind:
        case "nothing":
            return 1.0
        case "slope at a":
            return by_neuron(net, at + 2, activations[at + 1], slope=True)
        case "slope of the next layer":
            return by_neuron(net, at + 3, zs[at + 1], slope=True)
        case "slope of the layer before":
            return by_neuron(net, at + 1, zs[at - 1], slope=True) if at else 1.0
    slope = by_neuron(net, at + 2, zs[at], slope=True)
    return slope**2 if kind == "slope twice" else slope


@lru_cache(64)
def _of_cost(cost: Cost, derivative: bool) -> Callable[[Array, Array], Array]:
    outputs, targets = sympy.symbols("a y", real=True)
    formula = cost.derivative(outputs, targets) if derivative else cost.term(outputs, targets)
    compiled: Callable[[Array, Array], Array] = sympy.lambdify((outputs, targets), formula, "numpy")
    return compiled


_DIFFERENCES: dict[str, Callable[[Array, Array, Array], Array]] = {
    "a - y": lambda z, a, y: a - y,
    "|a - y|": lambda z, a, y: np.abs(a - y),
    "sign of a - y": lambda z, a, y: np.sign(a - y),
    "(a - y)^2": lambda z, a, y: (a - y) ** 2,
    "a": lambda z, a, y: a,
    "z - y": lambda z, a, y: z - y,
    "-y/a": lambda z, a, y: -y / a,
}


def _cost_slope(net: Network, z: Array, a: Array, y: Array, slip: Slip) -> Any:
    """What stands for ∂C/∂a^L."""
    if slip.difference in _DIFFERENCES:
        return _DIFFERENCES[slip.difference](z, a, y)
    return _of_cost(net.cost, slip.difference != "the cost")(a, y) + 0 * a
