"""Backpropagation with one mistake in it: what people write by accident, to be compared with what a function returns.

A step of backpropagation is ten lines, the fields of `Slip`; a mistake is one or two of them written in another way.
`trace(net, weights, biases, x, y, slip)` computes every quantity of a step with the mistake `slip`, a row of `SLIPS`,
or none. To add a mistake, add a row with the line that it changes.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
import sympy

from bpderive.functions.activations import VectorActivation
from bpderive.functions.costs import Cost
from bpderive.functions.network import Network
from bpderive.letters.text import Text

Array = npt.NDArray[np.float64]
Arrays = Sequence[Array]


class Step:
    """Every quantity of a step by layer: w, b, z, a, g = ∂C/∂a and δ, and the gradient of the mean cost.

    Columns are examples; g and δ are those of each example's own cost.
    """

    def __init__(self, net: Network, weights: Arrays, biases: Arrays, x: Array, y: Array) -> None:
        self.net, self.x, self.y = net, x, y
        self.m, self.L = x.shape[1], net.depth
        self.w, self.b = (dict(enumerate(arrays, start=2)) for arrays in (weights, biases))
        self.z: dict[int, Array] = {}
        self.a: dict[int, Array] = {}
        self.g: dict[int, Array] = {}
        self.delta: dict[int, Array] = {}
        self.nabla_b = {layer: np.zeros(b.shape) for layer, b in self.b.items()}
        self.nabla_w = {layer: np.zeros(w.shape) for layer, w in self.w.items()}

    @property
    def gradient(self) -> tuple[list[Array], list[Array]]:
        """∂C/∂b and ∂C/∂w from layer 2 on."""
        return [*self.nabla_b.values()], [*self.nabla_w.values()]

    def whole(self, layer: int) -> VectorActivation | None:
        """The function that a layer has of all its z, such as softmax, if it has one."""
        return self.net.vector_output if layer == self.L else None

    def sigma(self, layer: int, values: Array) -> Array:
        """σ of a layer at these values, each row by its neuron's own."""
        if (whole := self.whole(layer)) is not None:
            outputs: Array = whole.numpy(values)
            return outputs
        return np.array([function.numpy(row) for function, row in self._rows(layer, values)])

    def slope(self, layer: int, values: Array | None = None) -> Array:
        """σ′ of a layer, at its z where no values are given; of softmax the diagonal of the Jacobian."""
        at = self.z[layer] if values is None else values
        if (whole := self.whole(layer)) is not None:
            return np.array([np.diag(whole.numpy_jacobian(z)) for z in at.T]).T
        return np.array([function.numpy_derivative(row) for function, row in self._rows(layer, at)])

    def _rows(self, layer: int, values: Array) -> list[tuple[Any, Array]]:
        width = self.net.width(layer)
        return [(self.net.activation_of(layer, min(j, width)), row) for j, row in enumerate(values, start=1)]


Line: TypeAlias = Callable[[Step, int], Any]
"""The right-hand side of a line, at a layer."""


def _derivative_of_cost(t: Step, l: int) -> Array:
    return _of_cost(t.net.cost, derivative=True)(t.a[l], t.y) + 0 * t.a[l]


def _output_error(t: Step, l: int) -> Array:
    whole = t.whole(l)
    return t.g[l] * t.slope(l) if whole is None else whole.numpy_pullback(t.a[l], t.g[l])


def _through(w: Array, error: Array) -> Array:
    """w^T δ; broadcasting hides the wrong layer's error where that has one neuron."""
    back: Array = w.T @ np.broadcast_to(error, (w.shape[0], error.shape[1]))
    return back


@dataclass(frozen=True, slots=True)
class Slip:
    """A step, line by line, with a mistake in one or two of them, and in words what it is.

    `l` is the layer. `z` and `a` are the forward pass, `input` is a^1; `cost` is ∂C/∂a^L and `back` ∂C/∂a^l of the
    layers before; `output` and `hidden` are the errors δ; `bias` and `weight` the gradient. `examples` are those that
    count of x and y, and `overwritten` which gradients are all kept in the place of the output layer's.
    """

    text: Text
    examples: Callable[[Array], Array] = lambda part: part
    input: Line = lambda t, _: t.x
    z: Line = lambda t, l: t.w[l] @ t.a[l - 1] + t.b[l]
    a: Line = lambda t, l: t.sigma(l, t.z[l])
    cost: Line = _derivative_of_cost
    output: Line = _output_error
    back: Line = lambda t, l: _through(t.w[l + 1], t.delta[l + 1])
    hidden: Line = lambda t, l: t.g[l] * t.slope(l)
    bias: Line = lambda t, l: t.delta[l].sum(axis=1, keepdims=True) / t.m
    weight: Line = lambda t, l: t.delta[l] @ t.a[l - 1].T / t.m
    overwritten: str = ""


def trace(
    net: Network, weights: Arrays, biases: Arrays, x: Array, y: Array, slip: Slip | None = None
) -> Step:
    """Every quantity of a step, computed with the mistake `slip`.

    Raises `ValueError` where the mistake makes shapes that do not fit.
    """
    slip = slip or NONE
    t = Step(net, weights, biases, slip.examples(x), slip.examples(y))
    t.a[1] = slip.input(t, 1)
    for l in range(2, t.L + 1):
        t.z[l] = slip.z(t, l)
        t.a[l] = slip.a(t, l)
    for l in range(t.L, 1, -1):
        t.g[l] = (slip.cost if l == t.L else slip.back)(t, l)
        t.delta[l] = (slip.output if l == t.L else slip.hidden)(t, l)
        t.nabla_b[t.L if "b" in slip.overwritten else l] = slip.bias(t, l)
        t.nabla_w[t.L if "w" in slip.overwritten else l] = slip.weight(t, l)
    return t


@lru_cache(64)
def _of_cost(cost: Cost, derivative: bool) -> Callable[[Array, Array], Array]:
    outputs, targets = sympy.symbols("a y", real=True)
    formula = cost.derivative(outputs, targets) if derivative else cost.term(outputs, targets)
    compiled: Callable[[Array, Array], Array] = sympy.lambdify((outputs, targets), formula, "numpy")
    return compiled


def _slip(en: str, zh: str, **lines: Any) -> Slip:
    return Slip(Text(en=en, zh=zh), **lines)


def _instead(layers: str, factor: Line) -> dict[str, Line]:
    """The errors of these layers, "output", "hidden" or both, with `factor` for σ′."""

    def error(t: Step, l: int) -> Any:
        return t.g[l] * factor(t, l)

    return dict.fromkeys(layers.split(), error)


def _formula(layers: str, of: Callable[[Array, Array], Array]) -> dict[str, Line]:
    """The errors of these layers with a formula in z and a for σ′."""
    return _instead(layers, lambda t, l: of(t.z[l], t.a[l]))


def _difference(of: Callable[[Array, Array, Array], Array]) -> Line:
    """A formula in z, a and y of the output layer."""
    return lambda t, l: of(t.z[l], t.a[l], t.y)


def _entering(of: Line) -> Line:
    """(BP4) with something else for a^{l−1}."""
    return lambda t, l: t.delta[l] @ of(t, l).T / t.m


def _after_a_step(rate: float) -> Line:
    """(BP2) through weights that were changed before."""
    return lambda t, l: _through(t.w[l + 1] - rate * t.nabla_w[l + 1], t.delta[l + 1])


def _same_neuron(t: Step, l: int) -> Array:
    """(BP2) without its sum."""
    w = t.w[l + 1]
    if w.shape[0] != w.shape[1]:
        raise ValueError("the layers have no neurons with the same numbers")
    error: Array = np.diag(w)[:, None] * t.delta[l + 1]
    return error


BOTH = "output hidden"
"""The errors of all layers."""

_EVERYWHERE = ("", "", BOTH)
_HIDDEN = (" in the hidden layers", "隐藏层的 ", "hidden")
_OUTPUT = (" in the output layer", "输出层的 ", "output")
"""Where a mistake is made, in words, and the errors that have it."""

NONE = _slip("no mistake", "没有错误")

CLASSIC = Text(
    en="[-1] is written for [-l] inside the backward loop: every turn of the loop works on the last layer, so the "
    "output layer's gradient is overwritten and those of the hidden layers stay zero",
    zh="反向循环里把 [-l] 写成了 [-1]：每次循环都作用在最后一层，输出层的梯度被覆盖，隐藏层的梯度一直为零",
)

SLIPS: tuple[Slip, ...] = (
    Slip(CLASSIC, hidden=lambda t, l: t.g[l] * t.slope(t.L), overwritten="bw"),
    Slip(CLASSIC, overwritten="bw"),
    _slip(
        "[-1] is written for [-l] where the bias gradient is stored: the output layer's is overwritten",
        "存放偏置梯度时把 [-l] 写成了 [-1]：输出层的梯度被覆盖",
        overwritten="b",
    ),
    _slip(
        "[-1] is written for [-l] where the weight gradient is stored: the output layer's is overwritten",
        "存放权重梯度时把 [-l] 写成了 [-1]：输出层的梯度被覆盖",
        overwritten="w",
    ),
    _slip(
        "zs[-1] is written for zs[-l] inside the backward loop: σ′ is taken in the output layer",
        "反向循环里把 zs[-l] 写成了 zs[-1]：σ′ 取在了输出层",
        hidden=lambda t, l: t.g[l] * t.slope(t.L),
    ),
    _slip(
        "σ is used where σ′ is meant",
        "应为 σ′ 之处写成了 σ",
        **_instead(BOTH, lambda t, l: t.a[l]),
    ),
    _slip(
        "σ is used where σ′ is meant, in the hidden layers",
        "隐藏层中应为 σ′ 之处写成了 σ",
        **_instead("hidden", lambda t, l: t.a[l]),
    ),
    _slip(
        "σ is used where σ′ is meant, in the output layer",
        "输出层中应为 σ′ 之处写成了 σ",
        **_instead("output", lambda t, l: t.a[l]),
    ),
    _slip("the hidden layers' σ′ is missing", "缺少隐藏层的 σ′", **_instead("hidden", lambda t, l: 1.0)),
    _slip("the output layer's σ′ is missing", "缺少输出层的 σ′", **_instead("output", lambda t, l: 1.0)),
    _slip("every σ′ is missing", "所有的 σ′ 都缺少", **_instead(BOTH, lambda t, l: 1.0)),
    _slip(
        "σ′ is taken at the activation a instead of the weighted input z",
        "σ′ 取在了激活值 a 处，而不是带权输入 z 处",
        **_instead(BOTH, lambda t, l: t.slope(l, t.a[l])),
    ),
    _slip(
        "σ′ is taken at the activation a instead of the weighted input z, in the hidden layers",
        "隐藏层的 σ′ 取在了激活值 a 处，而不是带权输入 z 处",
        **_instead("hidden", lambda t, l: t.slope(l, t.a[l])),
    ),
    _slip(
        "σ′ is taken at the activation a instead of the weighted input z, in the output layer",
        "输出层的 σ′ 取在了激活值 a 处，而不是带权输入 z 处",
        **_instead("output", lambda t, l: t.slope(l, t.a[l])),
    ),
    _slip(
        "σ′ is taken in the next layer instead of the neuron's own",
        "σ′ 取在了下一层，而不是本层",
        **_instead("hidden", lambda t, l: t.slope(l + 1)),
    ),
    _slip(
        "the error goes back through the weights without their transpose",
        "误差回传时权重没有转置",
        back=lambda t, l: t.w[l + 1] @ t.delta[l + 1],
    ),
    _slip(
        "the error goes back through the weights of its own layer instead of the next",
        "误差回传时用了本层的权重，而不是下一层的",
        back=lambda t, l: _through(t.w[l], t.delta[l + 1]),
    ),
    _slip(
        "(BP4) takes the activations of the layer itself instead of the layer before",
        "(BP4) 用了本层的激活值，而不是前一层的",
        weight=_entering(lambda t, l: t.a[l]),
    ),
    _slip(
        "(BP4) takes the weighted inputs of the layer before instead of its activations",
        "(BP4) 用了前一层的带权输入，而不是激活值",
        weight=_entering(lambda t, l: t.z[l - 1] if l > 2 else t.x),
    ),
    _slip(
        "of softmax's Jacobian only the diagonal a(1 − a) is used: the sum over k is missing from the output error",
        "softmax 的雅可比矩阵只用了对角元 a(1 − a)：输出误差中漏掉了对 k 的求和",
        **_instead("output", lambda t, l: t.slope(l)),
    ),
    _slip(
        "the biases are missing in the forward pass", "前向传播中缺少偏置", z=lambda t, l: t.w[l] @ t.a[l - 1]
    ),
    _slip(
        "the biases are missing in the hidden layers' forward pass",
        "隐藏层的前向传播中缺少偏置",
        z=lambda t, l: t.w[l] @ t.a[l - 1] + (t.b[l] if l == t.L else 0),
    ),
    _slip(
        "σ is applied to the input as well: a^1 is x itself",
        "对输入也用了 σ；而 a^1 应当就是 x 本身",
        input=lambda t, _: t.sigma(2, t.x),
    ),
    _slip(
        "the output layer is computed without its activation function",
        "计算输出层时没有用激活函数",
        **_instead("output", lambda t, l: 1.0),
        a=lambda t, l: t.z[l] if l == t.L else t.sigma(l, t.z[l]),
    ),
    _slip(
        "1 − a² is used for σ′, which is right for tanh only",
        "σ′ 写成了 1 − a²，它只对 tanh 正确",
        **_formula(BOTH, lambda z, a: 1 - a**2),
    ),
    _slip(
        "a(1 − a) is used for σ′, which is right for the sigmoid function only",
        "σ′ 写成了 a(1 − a)，它只对 S 型函数正确",
        **_formula(BOTH, lambda z, a: a * (1 - a)),
    ),
    *(
        _slip(
            f"1 where z > 0, and 0 elsewhere, is used for σ′{where_en}, which is right for ReLU only",
            f"{where_zh}σ′ 写成了“z > 0 时为 1，否则为 0”，它只对 ReLU 正确",
            **_formula(layers, lambda z, a: np.where(z > 0, 1.0, 0.0)),
        )
        for where_en, where_zh, layers in (_EVERYWHERE, _HIDDEN)
    ),
    *(
        _slip(
            f"the weights are changed, with the rate {rate}, before the error goes back through them",
            f"误差回传之前权重已经更新（学习率 {rate}）",
            back=_after_a_step(float(rate)),
        )
        for rate in ("1", "0.5", "0.1", "0.01")
    ),
    _slip(
        "the examples are averaged before the network is applied, instead of their gradients after it",
        "先对样本取平均再代入网络，而应对各样本的梯度取平均",
        examples=lambda part: part.mean(axis=1, keepdims=True),
    ),
    _slip("only the last example counts", "只算了最后一个样本", examples=lambda part: part[:, -1:]),
    _slip("only the first example counts", "只算了第一个样本", examples=lambda part: part[:, :1]),
    _slip(
        "the output error is a − y times σ′, which is right for the quadratic cost only",
        "输出误差用了 (a − y)σ′，它只对二次代价函数正确",
        cost=_difference(lambda z, a, y: a - y),
    ),
    _slip(
        "the output error is a − y, where σ′ cancels; for this activation and cost it does not",
        "输出误差用了 σ′ 已消去的 a − y；对这里的激活函数和代价函数，σ′ 并不消去",
        **_instead("output", lambda t, l: 1.0),
        cost=_difference(lambda z, a, y: a - y),
    ),
    _slip(
        "the error goes back without the output layer's σ′, which its own derivatives have",
        "回传的误差缺少输出层的 σ′（输出层自己的导数里却有）",
        back=lambda t, l: _through(t.w[l + 1], (t.g if l + 1 == t.L else t.delta)[l + 1]),
    ),
    _slip(
        "the error goes back before σ′ of its own layer is multiplied in",
        "误差在乘上本层的 σ′ 之前就被回传了",
        back=lambda t, l: _through(t.w[l + 1], t.g[l + 1]),
    ),
    _slip(
        "every hidden layer gets the output layer's error instead of that of the layer after it",
        "每个隐藏层用的都是输出层的误差，而不是后一层的误差",
        back=lambda t, l: _through(t.w[l + 1], t.delta[t.L]),
    ),
    _slip(
        "every hidden layer gets the output layer's error, and without σ′, instead of that of the layer after it",
        "每个隐藏层用的都是输出层的误差（且缺少 σ′），而不是后一层的误差",
        back=lambda t, l: _through(t.w[l + 1], t.g[t.L]),
    ),
    _slip(
        "every hidden layer gets the output layer's error through the last weights",
        "每个隐藏层用的都是经最后一层权重回传的输出误差",
        back=lambda t, l: _through(t.w[t.L], t.delta[t.L]),
    ),
    _slip(
        "every hidden layer gets the output layer's error as it is, without any weights",
        "每个隐藏层直接用了输出层的误差，没有乘权重",
        back=lambda t, l: np.broadcast_to(t.delta[t.L], t.a[l].shape),
    ),
    _slip(
        "the error goes back without the weights",
        "误差回传时没有乘权重",
        back=lambda t, l: np.broadcast_to(t.delta[l + 1], t.a[l].shape),
    ),
    _slip(
        "the error goes back through the last layer's weights instead of the next layer's",
        "误差回传时用了最后一层的权重，而不是下一层的",
        back=lambda t, l: _through(t.w[t.L], t.delta[l + 1]),
    ),
    _slip(
        "the errors that come back are averaged over the neurons of the next layer instead of summed",
        "对下一层的神经元取了平均，而应求和",
        back=lambda t, l: _through(t.w[l + 1] / len(t.w[l + 1]), t.delta[l + 1]),
    ),
    _slip(
        "only the error of the neuron with the same number comes back: the sum over the next layer is missing",
        "只回传了下一层同编号神经元的误差：缺少对下一层的求和",
        back=_same_neuron,
    ),
    _slip(
        "the error is shared out in proportion to the weights, which are divided by their sum",
        "误差按权重所占的比例分配：权重被除以了它们的和",
        back=lambda t, l: _through(t.w[l + 1] / t.w[l + 1].sum(axis=1, keepdims=True), t.delta[l + 1]),
    ),
    _slip(
        "the absolute values of the weights carry the error back",
        "误差回传时用了权重的绝对值",
        back=lambda t, l: _through(np.abs(t.w[l + 1]), t.delta[l + 1]),
    ),
    _slip(
        "all biases of a layer get the total of its errors: the sum is over the examples alone (axis=1)",
        "一层的所有偏置都得到了该层误差的总和：应只对样本求和（axis=1）",
        bias=lambda t, l: np.full(t.b[l].shape, t.delta[l].sum() / t.m),
    ),
    _slip(
        "all biases of a layer get the mean of its errors: the mean is over the examples alone (axis=1)",
        "一层的所有偏置都得到了该层误差的平均：应只对样本取平均（axis=1）",
        bias=lambda t, l: np.full(t.b[l].shape, t.delta[l].sum() / len(t.delta[l]) / t.m),
    ),
    _slip(
        "the derivatives for the biases lack σ′: they are the errors before it is multiplied in",
        "对偏置的导数缺少 σ′：用的是乘上它之前的误差",
        bias=lambda t, l: t.g[l].sum(axis=1, keepdims=True) / t.m,
    ),
    _slip(
        "the derivatives by the weights lack σ′: they are made with the errors before it is multiplied in",
        "对权重的导数缺少 σ′：用的是乘上它之前的误差",
        weight=lambda t, l: t.g[l] @ t.a[l - 1].T / t.m,
    ),
    _slip(
        "the derivatives for the biases are multiplied by the biases, whose input is 1",
        "对偏置的导数多乘了偏置本身，而偏置的输入是 1",
        bias=lambda t, l: t.b[l] * NONE.bias(t, l),
    ),
    _slip(
        "the derivatives by the weights are multiplied by the weights",
        "对权重的导数多乘了权重本身",
        weight=lambda t, l: t.w[l] * NONE.weight(t, l),
    ),
    _slip(
        "(BP4) takes the input x in every layer instead of the activations of the layer before",
        "(BP4) 在每一层都用了输入 x，而不是前一层的激活值",
        weight=_entering(lambda t, l: t.a[1]),
    ),
    _slip(
        "(BP4) takes the activations of the last hidden layer in every layer: [-2] is written for [-l - 1]",
        "(BP4) 在每一层都用了最后一个隐藏层的激活值：[-l - 1] 写成了 [-2]",
        weight=_entering(lambda t, l: t.a[t.L - 1]),
    ),
    _slip(
        "(BP4) takes σ of the activations of the layer before: σ is applied twice",
        "(BP4) 对前一层的激活值又用了一次 σ",
        weight=_entering(lambda t, l: t.sigma(l - 1, t.a[l - 1]) if l > 2 else t.a[1]),
    ),
    _slip(
        "(BP4) takes σ′ of the layer before instead of its activations",
        "(BP4) 用了前一层的 σ′，而不是激活值",
        weight=_entering(lambda t, l: t.slope(l - 1) if l > 2 else t.a[1]),
    ),
    _slip(
        "σ′ is taken in the layer before instead of the neuron's own",
        "σ′ 取在了前一层，而不是本层",
        **_instead("hidden", lambda t, l: t.slope(l - 1) if l > 2 else 1.0),
    ),
    _slip(
        "σ′ is applied twice in the output layer",
        "输出层的 σ′ 乘了两次",
        **_instead("output", lambda t, l: t.slope(l) ** 2),
    ),
    _slip(
        "σ′ is applied twice in the hidden layers",
        "隐藏层的 σ′ 乘了两次",
        **_instead("hidden", lambda t, l: t.slope(l) ** 2),
    ),
    _slip(
        "σ′ is applied twice in every layer",
        "各层的 σ′ 都乘了两次",
        **_instead(BOTH, lambda t, l: t.slope(l) ** 2),
    ),
    *(
        _slip(
            f"{shown} is used for σ′{where_en}, with the weighted input z where the activation a belongs",
            f"{where_zh}σ′ 写成了 {shown}，用的是带权输入 z，而应是激活值 a",
            **_formula(layers, formula),
        )
        for shown, formula in (("z(1 − z)", lambda z, a: z * (1 - z)), ("1 − z²", lambda z, a: 1 - z**2))
        for where_en, where_zh, layers in (_EVERYWHERE, _HIDDEN, _OUTPUT)
    ),
    *(
        _slip(
            f"{shown} is used for σ′{where_en}",
            f"{where_zh}σ′ 写成了 {shown}",
            **_formula(layers, formula),
        )
        for shown, formula in (
            ("1 − a", lambda z, a: 1 - a),
            ("a²(1 − a)", lambda z, a: a**2 * (1 - a)),
            ("a(1 + a)", lambda z, a: a * (1 + a)),
            ("1 − a²", lambda z, a: 1 - a**2),
            ("a(1 − a)", lambda z, a: a * (1 - a)),
        )
        for where_en, where_zh, layers in (_HIDDEN, _OUTPUT, _EVERYWHERE)
        if not (shown in ("1 − a²", "a(1 − a)") and layers == BOTH)  # these have words of their own
    ),
    _slip(
        "the cost itself is used where its derivative is meant",
        "应为代价的导数之处写成了代价本身",
        cost=lambda t, l: _of_cost(t.net.cost, derivative=False)(t.a[l], t.y) + 0 * t.a[l],
    ),
    _slip(
        "the output error has the absolute value of a − y: the sign is lost",
        "输出误差用了 a − y 的绝对值：符号丢失了",
        cost=_difference(lambda z, a, y: np.abs(a - y)),
    ),
    _slip(
        "(a − y)² is used for a − y in the output error",
        "输出误差中的 a − y 写成了 (a − y)²",
        cost=_difference(lambda z, a, y: (a - y) ** 2),
    ),
    _slip(
        "the sign of a − y is used in the output error, which is right for the absolute error only",
        "输出误差用了 a − y 的符号，它只对绝对误差正确",
        cost=_difference(lambda z, a, y: np.sign(a - y)),
    ),
    _slip(
        "a is used for a − y in the output error",
        "输出误差中的 a − y 写成了 a",
        cost=_difference(lambda z, a, y: a),
    ),
    _slip(
        "z − y is used for a − y in the output error",
        "输出误差中的 a − y 写成了 z − y",
        cost=_difference(lambda z, a, y: z - y),
    ),
    _slip(
        "the output error has only −y/a: the part with 1 − y is missing",
        "输出误差用了 −y/a：缺少含 1 − y 的一项",
        cost=_difference(lambda z, a, y: -y / a),
    ),
    _slip(
        "the mean over the examples is taken in every layer again",
        "每一层都又对样本取了一次平均",
        output=lambda t, l: NONE.output(t, l) / t.m,
        back=lambda t, l: NONE.back(t, l) / t.m,
        bias=lambda t, l: t.delta[l].sum(axis=1, keepdims=True),
        weight=lambda t, l: t.delta[l] @ t.a[l - 1].T,
    ),
    _slip(
        "the mean of the errors is multiplied by the mean of the activations, instead of the mean of their products",
        "用误差的平均乘激活值的平均，而应取乘积的平均",
        weight=lambda t, l: t.delta[l].mean(axis=1, keepdims=True) @ t.a[l - 1].mean(axis=1, keepdims=True).T,
    ),
    _slip(
        "σ is applied twice in the forward pass",
        "前向传播中用了两次 σ",
        a=lambda t, l: t.sigma(l, t.sigma(l, t.z[l])),
    ),
    _slip(
        "σ is missing in the hidden layers' forward pass",
        "隐藏层的前向传播缺少 σ",
        a=lambda t, l: t.z[l] if l < t.L else t.sigma(l, t.z[l]),
    ),
    _slip(
        "the bias is added after σ instead of before",
        "偏置加在了 σ 之后，而应在之前",
        z=lambda t, l: t.w[l] @ t.a[l - 1],
        a=lambda t, l: t.sigma(l, t.z[l]) + t.b[l],
    ),
    _slip(
        "the bias is subtracted in the forward pass",
        "前向传播中减去了偏置",
        z=lambda t, l: t.w[l] @ t.a[l - 1] - t.b[l],
    ),
    _slip(
        "softmax is taken over the examples instead of the neurons: the axis is the other one",
        "softmax 是对样本而不是对神经元做的：应换另一个轴",
        a=lambda t, l: t.sigma(l, t.z[l].T).T if t.whole(l) else t.sigma(l, t.z[l]),
    ),
    _slip(
        "softmax divides by the sum over the whole mini-batch: each example has its own sum",
        "softmax 除以了整个小批量的和：每个样本应有自己的和",
        a=lambda t, l: (
            t.sigma(l, t.z[l].reshape(-1, 1)).reshape(t.z[l].shape) if t.whole(l) else t.sigma(l, t.z[l])
        ),
    ),
)
