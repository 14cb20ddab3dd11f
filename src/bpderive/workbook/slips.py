"""Backpropagation with one mistake in it: what people write by accident, to be compared with what a function returns.

`gradient_with(net, weights, biases, x, y, slip)` computes a gradient with the mistake `slip`, a row of `SLIPS`, or
none. To add a mistake, add a row; if it needs a new kind of mistake, a field of `Slip` and the place where it is made.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import sympy

from bpderive.functions.network import Network
from bpderive.letters.text import Text

Array = npt.NDArray[np.float64]
Arrays = Sequence[Array]


@dataclass(frozen=True, slots=True)
class Slip:
    """One mistake: `text` says what it is; the other fields, where it is made.

    `output` and `hidden` say what stands for σ′ in (BP1) and (BP2): "slope", "nothing", "value" (σ(z)), "slope at a"
    (σ′(a)), "slope of the next layer", "1 - a^2", "a(1 - a)", or in the output layer "diagonal" (of softmax's
    Jacobian); `activation` which activations stand in (BP4): "before", "own" or "weighted input"; `weights` of which
    layer carry the error back: "next", "own" or "next, untransposed"; `examples` "all", "first", "last" or "their
    mean"; `forward` what is wrong in the forward pass: "nothing", "no biases", "σ of the input" or "linear output";
    `negative` that the loop says [-1] for [-l].
    """

    text: Text
    output: str = "slope"
    hidden: str = "slope"
    activation: str = "before"
    weights: str = "next"
    examples: str = "all"
    forward: str = "nothing"
    negative: tuple[str, ...] = ()
    difference: str = "derivative of the cost"


def _slip(en: str, zh: str, **where: Any) -> Slip:
    return Slip(Text(en=en, zh=zh), **where)


NONE = _slip("no mistake", "没有错误")

CLASSIC = Text(
    en="[-1] stands for [-l] inside the backward loop: every turn of the loop works on the last layer, so the output "
    "layer's gradient is overwritten and those of the hidden layers stay zero",
    zh="反向循环里把 [-l] 写成了 [-1]：每次循环都作用在最后一层，输出层的梯度被覆盖，隐藏层的梯度一直为零",
)

SLIPS: tuple[Slip, ...] = (
    Slip(CLASSIC, negative=("zs", "b", "w")),
    Slip(CLASSIC, negative=("b", "w")),
    _slip(
        "[-1] stands for [-l] where the gradient by the biases is stored: the output layer's is overwritten",
        "存放偏置梯度时把 [-l] 写成了 [-1]：输出层的梯度被覆盖",
        negative=("b",),
    ),
    _slip(
        "[-1] stands for [-l] where the gradient by the weights is stored: the output layer's is overwritten",
        "存放权重梯度时把 [-l] 写成了 [-1]：输出层的梯度被覆盖",
        negative=("w",),
    ),
    _slip(
        "zs[-1] stands for zs[-l] inside the backward loop: σ′ is taken in the output layer",
        "反向循环里把 zs[-l] 写成了 zs[-1]：σ′ 取在了输出层",
        negative=("zs",),
    ),
    _slip("σ stands where σ′ is meant", "应为 σ′ 之处写成了 σ", output="value", hidden="value"),
    _slip("σ stands where σ′ is meant, in the hidden layers", "隐藏层中应为 σ′ 之处写成了 σ", hidden="value"),
    _slip("σ stands where σ′ is meant, in the output layer", "输出层中应为 σ′ 之处写成了 σ", output="value"),
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
        "σ is applied to the input as well: a^1 is x itself",
        "对输入也用了 σ：a^1 就是 x 本身",
        forward="σ of the input",
    ),
    _slip(
        "the output layer is computed without its activation function",
        "计算输出层时没有用激活函数",
        forward="linear output",
        output="nothing",
    ),
    _slip(
        "1 − a² stands for σ′, which is right for tanh only",
        "σ′ 写成了 1 − a²，它只对 tanh 正确",
        output="1 - a^2",
        hidden="1 - a^2",
    ),
    _slip(
        "a(1 − a) stands for σ′, which is right for the sigmoid function only",
        "σ′ 写成了 a(1 − a)，它只对 S 型函数正确",
        output="a(1 - a)",
        hidden="a(1 - a)",
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
)


def forward(
    net: Network, weights: Arrays, biases: Arrays, x: Array, slip: Slip = NONE
) -> tuple[list[Array], list[Array]]:
    """All z, from layer 2 on, and all a, from layer 1 on."""
    zs: list[Array] = []
    start = np.asarray(x, dtype=np.float64)
    activations = [by_neuron(net, 2, start, slope=False) if slip.forward == "σ of the input" else start]
    for place, (w, b) in enumerate(zip(weights, biases, strict=True)):
        zs.append(w @ activations[-1] + (0.0 if slip.forward == "no biases" else b))
        linear = slip.forward == "linear output" and place == len(weights) - 1
        activations.append(zs[-1] if linear else by_neuron(net, place + 2, zs[-1], slope=False))
    return zs, activations


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


def gradient_with(
    net: Network, weights: Arrays, biases: Arrays, x: Array, y: Array, slip: Slip = NONE
) -> tuple[list[Array], list[Array]]:
    """The gradient of the mean cost by biases and weights, computed with the mistake `slip`.

    Raises `ValueError` where the mistake makes shapes that do not fit.
    """
    if slip.examples == "their mean":
        x, y = (np.mean(part, axis=1, keepdims=True) for part in (x, y))
    elif slip.examples != "all":
        only = slice(0, 1) if slip.examples == "first" else slice(-1, None)
        x, y = x[:, only], y[:, only]
    m = x.shape[1]
    zs, activations = forward(net, weights, biases, x, slip)
    b = [np.zeros(bias.shape) for bias in biases]
    w = [np.zeros(weight.shape) for weight in weights]

    def store(place: int, delta: Array) -> None:
        before = {
            "before": activations[place],
            "own": activations[place + 1],
            "weighted input": zs[place - 1] if place else activations[0],
        }[slip.activation]
        in_loop = place < len(weights) - 1
        b[-1 if in_loop and "b" in slip.negative else place] = delta.sum(axis=1, keepdims=True) / m
        w[-1 if in_loop and "w" in slip.negative else place] = delta @ before.T / m

    last = len(weights) - 1
    delta = _output_error(net, zs, activations, y, slip)
    store(last, delta)
    for place in range(last - 1, -1, -1):
        through = weights[place + 1] if slip.weights != "own" else weights[place]
        back = through @ delta if slip.weights == "next, untransposed" else through.T @ delta
        delta = back * _factor(net, place, zs, activations, slip.hidden, slip.negative)
        store(place, delta)
    return b, w


def _output_error(net: Network, zs: list[Array], activations: list[Array], y: Array, slip: Slip) -> Any:
    slopes = _cost_slope(net, activations[-1], y, slip)
    if net.vector_output is not None and slip.output == "slope":
        return net.vector_output.numpy_pullback(activations[-1], slopes)
    kind = "slope" if slip.output == "diagonal" else slip.output
    return slopes * _factor(net, len(zs) - 1, zs, activations, kind, ())


def _factor(
    net: Network, place: int, zs: list[Array], activations: list[Array], kind: str, negative: tuple[str, ...]
) -> Any:
    """What stands for σ′ in the error of a layer."""
    at = len(zs) - 1 if "zs" in negative else place
    match kind:
        case "nothing":
            return 1.0
        case "value":
            return activations[at + 1]
        case "1 - a^2":
            return 1 - activations[at + 1] ** 2
        case "a(1 - a)":
            return activations[at + 1] * (1 - activations[at + 1])
        case "slope at a":
            return by_neuron(net, at + 2, activations[at + 1], slope=True)
        case "slope of the next layer":
            return by_neuron(net, at + 3, zs[at + 1], slope=True)
    return by_neuron(net, at + 2, zs[at], slope=True)


def _cost_slope(net: Network, a: Array, y: Array, slip: Slip) -> Any:
    if slip.difference == "a - y":
        return a - y
    outputs, targets = sympy.symbols("a y", real=True)
    formula = sympy.lambdify((outputs, targets), net.cost.derivative(outputs, targets), "numpy")
    return formula(a, y)
