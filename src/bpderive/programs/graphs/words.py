"""What is said of a graph that cannot be, and in its program, in both languages."""

from __future__ import annotations

from bpderive.letters.text import Text

MAPPING = Text(
    en="{name} is a mapping such as {{3: 2}}; given was {given}.",
    zh="{name} 应是 {{3: 2}} 这样的映射；给出的是 {given}。",
)
DECAY = Text(
    en="decay is λ, a number from 0; given was {given}.",
    zh="decay 是 λ，应为不小于 0 的数；给出的是 {given}。",
)
LAYERS = Text(
    en="Layers are named by one number or several, such as 2 or (1, 2); given was {given}.",
    zh="层用一个或几个编号指出，例如 2 或 (1, 2)；给出的是 {given}。",
)
NO_ACTIVATION = Text(
    en="An activation is one for all, one for each layer that is computed, or a mapping such as {{2: 'tanh'}}; given "
    "was {given}.",
    zh="激活函数应给一个、每个要计算的层各一个，或写成 {{2: 'tanh'}} 这样的映射；给出的是 {given}。",
)
NO_SHARED = Text(
    en="What is shared is a name or a Shared; given was {given}.",
    zh="共享的内容应是一个名称或 Shared 对象；给出的是 {given}。",
)
CIRCLE = Text(
    en="The connections go round in a circle, {circle}: a layer cannot be computed before itself. "
    "Take one of them away.",
    zh="这些连接形成了环 {circle}：任何一层都不能在它自己之前算出。请去掉其中一个连接。",
)
ORDER = Text(
    en="Layer {layer} reads layer {read}, which is computed later. Number the layers in the order in which they are "
    "computed.",
    zh="第 {layer} 层读取第 {read} 层，而后者更晚才算出。请按计算的先后给各层编号。",
)
NO_LAYER = Text(
    en="{where} names layer {given}; the layers of a network of sizes {sizes} are 1 to {depth}.",
    zh="{where} 中出现了第 {given} 层；大小为 {sizes} 的网络只有第 1 到第 {depth} 层。",
)
NO_CONNECTION = Text(
    en="shared names the weights {given}, and layer {layer} does not read layer {read}. It reads {reads}.",
    zh="shared 中出现了权重 {given}，但第 {layer} 层并不读取第 {read} 层，它读取的是 {reads}。",
)
WIDTHS = Text(
    en="A shortcut from layer {read} to layer {layer} adds {narrow} activations to {wide}: it needs layers of equal "
    "width. Give them the same size, or use a connection.",
    zh="从第 {read} 层到第 {layer} 层的捷径要把 {narrow} 个激活值加到 {wide} 个上：两层的宽度必须相等。"
    "请让它们一样宽，或者改用连接。",
)
SHAPES = Text(
    en="{name} is {given} for the weights from layer {read} to layer {layer}, which need {wanted}. Change the size of "
    "a layer, or what is shared.",
    zh="{name} 的形状是 {given}，而从第 {read} 层到第 {layer} 层的权重需要 {wanted}。请改变层的大小或共享的内容。",
)
TWO_SHAPES = Text(
    en="{name} is used as {first} parameters in one place and as {second} in another. Shared weights have one shape: "
    "give different ones different names.",
    zh="{name} 在一处有 {first} 个参数，在另一处有 {second} 个。共享的权重只有一种形状：不同的权重请取不同的名字。",
)
NOT_READ = Text(
    en="Nothing reads layer {layer}: neither a later layer nor the cost. Connect it, or leave it out.",
    zh="没有谁读取第 {layer} 层：后面的层和代价都不读取它。请把它接上，或者去掉。",
)
COST_OF_INPUT = Text(
    en="The cost reads layer {layer}, which is an input. It may read the layers {layers}.",
    zh="代价读取了第 {layer} 层，而那是输入层。它可以读取的层是 {layers}。",
)
INPUT_SHORTCUT = Text(
    en="Layer {layer} is an input, so it cannot have a shortcut.",
    zh="第 {layer} 层是输入层，因此不能有捷径。",
)
ACTIVATIONS = Text(
    en="{count} activations were given for {wanted} layers that are computed, {layers}. Give one name, one for "
    "each, or a mapping such as {{2: 'tanh'}}.",
    zh="给了 {count} 个激活函数，而要计算的层有 {wanted} 个：{layers}。请给一个名称、每层一个，"
    "或者写成 {{2: 'tanh'}} 这样的映射。",
)
PARAMETER = Text(
    en="The parameters lack {name}; wanted are {names}.", zh="参数中缺少 {name}；需要的是 {names}。"
)
UNWANTED = Text(
    en="There is no parameter {name}; wanted are {names}.", zh="没有名为 {name} 的参数；需要的是 {names}。"
)
SHAPE = Text(
    en="{name} has the shape {given}, and {wanted} is wanted.",
    zh="{name} 的形状是 {given}，需要的是 {wanted}。",
)
HOW_MANY = Text(
    en="{name} has {given} arrays, and {wanted} are wanted, one for each of the layers {layers}.",
    zh="{name} 给了 {given} 个数组，需要 {wanted} 个，第 {layers} 层各一个。",
)
CONVOLUTION = Text(en="A convolution of {given}: {wanted}.", zh="卷积的{given}：{wanted}。")
NAME = Text(
    en="A shared weight was called {given!r}; its name is to be one that a program can use, such as 'K'.",
    zh="共享的权重取名为 {given!r}；名字应当能在程序里使用，例如 'K'。",
)
PROGRAM = Text(
    en="Backpropagation for a network of {depth} layers, {cost}; columns are examples.",
    zh="{depth} 层网络的反向传播，{cost}；每列是一个样本。",
)
FIXED_NUMBERS = Text(en=" Fixed numbers: {names}.", zh="固定的数：{names}。")
