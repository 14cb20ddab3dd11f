"""What is said of a network that cannot be, and of a weight that it does not have, in both languages.

The phrases of `choices` and `paths`: each says what was given, what was wanted and how to mend it.
"""

from __future__ import annotations

from bpderive.letters.text import Text

SIZES_WANTED = Text(
    en="Give at least two positive integers, the numbers of neurons of the layers from the input: (2, 3, 2).",
    zh="请从输入层起给出至少两个正整数，即各层的神经元个数：(2, 3, 2)。",
)
SIZES = Text(
    en="The sizes of a network were given as {given}. {wanted}",
    zh="网络各层的大小给成了 {given}。{wanted}",
)
SIZE = Text(
    en="Layer {layer} of a network was given the size {given}. {wanted}",
    zh="网络第 {layer} 层的大小给成了 {given}。{wanted}",
)
FEW_SIZES = Text(
    en="A network was given the sizes {given}. {wanted}", zh="给出的各层宽度是 {given}。{wanted}"
)
FOR_SINGLE_NEURONS = Text(
    en="{name} was given for single neurons of layer {layer}, and it is a function of a whole layer: give it for the "
    "output layer, as the last entry of a tuple with one activation for each layer from 2.",
    zh="{name} 用在了第 {layer} 层的单个神经元上，但这是整层的函数，请用于输出层，即写成元组的最后一项；"
    "元组从第 2 层起，每层一个激活函数。",
)
FOR_A_HIDDEN_LAYER = Text(
    en="{name} was given for layer {layer} of {depth}, but it is for the output layer only: each of its outputs "
    "depends on the whole layer. Use activation=({others}, '{name}'), with any others before.",
    zh="{name} 用在了第 {layer} 层（共 {depth} 层），但只能用于输出层，因为每个输出都依赖于整层。"
    "请写 activation=({others}, '{name}')，前面可以换成别的激活函数。",
)
FOR_ONE_OUTPUT = Text(
    en="{name} was given for an output layer of one neuron, whose output would be the same for every input. Give the "
    "output layer one neuron for each class, at least 2.",
    zh="{name} 给了只有一个神经元的输出层，这样不论输入是什么，输出都一样。请给输出层的每一类一个神经元，至少 2 个。",
)
ACTIVATION = Text(
    en="The activation of a network was given as {given}. Give a name, an Activation, a tuple with one for each layer "
    "from 2, or a mapping from neurons such as (2, 1).",
    zh="网络的激活函数给成了 {given}。请给一个名称、一个 Activation、从第 2 层起每层一个的元组，"
    "或者从神经元（例如 (2, 1)）到激活函数的映射。",
)
ACTIVATIONS = Text(
    en="{count} activations were given for a network of sizes {sizes}; it needs {wanted}, one for each layer from 2 to "
    "{depth}.",
    zh="给了 {count} 个激活函数，而网络各层的宽度是 {sizes}；需要 {wanted} 个，从第 2 层到第 {depth} 层每层一个。",
)
ACTIVATIONS_OF_LAYER = Text(
    en="{count} activations were given for layer {layer}, which has {size} neurons.",
    zh="给了第 {layer} 层 {count} 个激活函数，而该层有 {size} 个神经元。",
)
NEURONS_WANTED = Text(
    en="Neurons are pairs of layer and number, such as (2, 1), the layers being 2 to {depth}",
    zh="神经元写成层号和编号的一对，例如 (2, 1)，层号从 2 到 {depth}",
)
NO_NEURON = Text(
    en="An activation was given for {given}. {wanted}.", zh="给 {given} 指定了激活函数。{wanted}。"
)
NEURON = Text(
    en="An activation was given for neuron {j} of layer {layer}, which does not exist. {wanted}; layer {layer} has the "
    "neurons 1 to {size}.",
    zh="给第 {layer} 层的神经元 {j} 指定了激活函数，但没有这个神经元。{wanted}；第 {layer} 层的神经元是 1 到 {size}。",
)
OPEN_PARAMETERS = Text(
    en="The cost {cost} was given with a symbol for {names}; a network computes, so give it a number: "
    ".with_parameters({first}=1).",
    zh="代价函数 {cost} 的 {names} 给成了符号；网络要计算，请给一个数：.with_parameters({first}=1)。",
)
VALUES = Text(en="takes values in {values}", zh="的取值在 {values} 内")
VALUES_UNKNOWN = Text(en="takes values that could not be derived", zh="的取值未能求出")
OUTSIDE = Text(
    en="The output layer's activation {activation} {has}, and the cost {cost} is defined for outputs in {domain} only. "
    "Take another cost, or in the output layer one of: {known}.",
    zh="输出层的激活函数 {activation} {has}，而代价函数 {cost} 只在输出属于 {domain} 时有定义。"
    "请换一个代价函数，或在输出层采用下列之一：{known}。",
)
ROUNDED = Text(
    en="{activation} in the output layer does not go with the cost {cost}: an output soon rounds to 1, where {cost} "
    "has no slope. Take cost='log_likelihood', the cross-entropy of disjoint classes, or 'sigmoid' there.",
    zh="输出层的 {activation} 不能与代价函数 {cost} 同用：某个输出很快就会舍入为 1，而 {cost} 在那里没有导数。"
    "请用 cost='log_likelihood'（互斥类别的交叉熵），或在输出层采用 'sigmoid'。",
)
ROUNDED_TO_AN_END = Text(
    en="{activation} in the output layer does not go with the cost {cost}: its outputs come so near to an end of "
    "{domain} that they are rounded to it, where {cost} is not defined. Take another cost, or in the output layer one "
    "of: {known}.",
    zh="输出层的 {activation} 不能与代价函数 {cost} 同用，因为输出可以任意接近 {domain} 的端点，舍入后就等于该端点，"
    "而 {cost} 在那里没有定义。请换一个代价函数，或在输出层采用下列之一：{known}。",
)

A_WEIGHT = Text(en="weight", zh="权重")
A_BIAS = Text(en="bias", zh="偏置")
THE_LAYER = Text(en="the layer", zh="层号")
THE_TARGET = Text(en="the neuron of layer {layer}", zh="第 {layer} 层的神经元")
THE_SOURCE = Text(en="the source, a neuron of layer {layer},", zh="起点（第 {layer} 层的神经元）")
NO_PLACE = Text(
    en="There is no {kind} {places} in a network of sizes {sizes}: {what} must be an integer from {low} to {high}, "
    "and {given} was given.",
    zh="各层宽度为 {sizes} 的网络中没有{kind} {places}：{what}必须是从 {low} 到 {high} 的整数，而给出的是 {given}。",
)
MANY_PATHS = Text(
    en="There are {count} paths from layer {layer} of a network of sizes {sizes}, and at most {most} are listed. "
    "factored_path_sum(net, {where}) gives the same sum factored, layer by layer.",
    zh="在各层宽度为 {sizes} 的网络中，从第 {layer} 层出发有 {count} 条路径，最多列出 {most} 条。"
    "factored_path_sum(net, {where}) 逐层提取公因子，给出同样的和。",
)
