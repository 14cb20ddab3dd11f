"""The words of the pages about activations and costs. To add one, add a `Text` here."""

from __future__ import annotations

from bpderive.letters.text import Text

ACTIVATION = Text("Activation function", "激活函数")
COST = Text("Cost function", "代价函数")
WITH_VALUES = Text("with {values}; other values by `{code}`", "其中 {values}；可用 `{code}` 换成其他值")

DERIVATION = Text("The slope, step by step", "逐步求斜率")
DERIVATION_OF_SLOPE = Text("Derivation of $\\sigma'$", "$\\sigma'$ 的推导")
PIECE = Text("for ${where}$", "当 ${where}$ 时")
JOINT_SMOOTH = Text(
    "At $z = {at}$ both sides have the slope ${left}$: no kink.",
    "在 $z = {at}$ 处，两侧斜率都是 ${left}$：没有不可导点。",
)
JOINT_KINK = Text(
    "At $z = {at}$ there is a kink: the slope is ${left}$ on the left and ${right}$ on the right. A "
    "convention is needed, and "
    "${taken}$ is taken.",
    "$z = {at}$ 是不可导点：左侧斜率为 ${left}$，右侧斜率为 ${right}$。这里需要约定一个值，取 ${taken}$。",
)
JOINT_PARAMETER = Text(
    "At $z = {at}$ the slope is ${left}$ on the left and ${right}$ on the right; with the values above "
    "the two are equal, and there "
    "is no kink.",
    "在 $z = {at}$ 处，左侧斜率为 ${left}$，右侧斜率为 ${right}$；按上面的取值，两者相等，没有不可导点。",
)
BY_OUTPUT = Text(
    "Written in terms of the output $a = \\sigma(z)$, which the forward pass has already computed: {formula}",
    "用前向传播已经算出的输出 $a = \\sigma(z)$ 来写：{formula}",
)
EXACT_LINES = Text("every line equals SymPy's derivative, exactly", "每一行都与 SymPy 的导数精确相等")
CHECKED_LINES = Text(
    "every line equals SymPy's derivative, to 60 digits", "每一行都与 SymPy 的导数相等（60 位）"
)

PROPERTIES = Text("What is known of it", "性质")
PROPERTY, VALUE = Text("Property", "性质"), Text("Value", "结论")
LEARNING = Text("How a weight learns through it", "权重如何经由它学习")

FLOATING = Text("In floating point", "浮点计算")
STABLE_NEEDED = Text(
    "Computed as the formula stands, {what} is off by up to {ulp} units in the last place, at $z = {at}$"
    "{bad}. So the programs of "
    "this book compute it in another form, which is the same function:",
    "照公式直接计算，{what} 的误差最大达 {ulp} 个末位单位（ULP），出现在 $z = {at}$ 处{bad}。因此本书的程"
    "序改用另一种写法，"
    "它是同一个函数：",
)
STABLE_USED = Text(
    "The programs of this book compute it in the following form, which is the same function and does not "
    "overflow:",
    "本书的程序按下面的写法计算，它是同一个函数，且不会溢出：",
)
PLAIN_USED = Text(
    "The formulas can be computed as they stand, and the programs of this book do so:",
    "公式可以照原样计算，本书的程序正是如此：",
)
AND_BAD = Text(
    ", and gives nan or inf at {count} of {points} points",
    "，并在 {points} 个点中的 {count} 个处给出 nan 或 inf",
)
FORM_EXACT = Text("the same function: decided exactly", "是同一个函数：精确判定")
FORM_NUMERIC = Text("the same function: compared with 150 digits", "是同一个函数：用 150 位数比较")
ACCURACY = Text(
    "The largest error measured at {points} points, in units in the last place. The tests ask for a relative error of "
    "at most $10^{{-12}}$, which is {bound} such units.",
    "在 {points} 个点上测得的最大误差，以末位单位（ULP）计。测试要求相对误差不超过 $10^{{-12}}$，"
    "即 {bound} 个这样的单位。",
)
PROGRAM, ERROR_VALUE, ERROR_SLOPE = (
    Text("computed by", "计算方法"),
    Text("error of $\\sigma$", "$\\sigma$ 的误差"),
    Text("error of $\\sigma'$", "$\\sigma'$ 的误差"),
)
ERROR_COMPONENT, ERROR_LOG = (
    Text("error of $a^L_j$", "$a^L_j$ 的误差"),
    Text("error of $\\ln a^L_j$", "$\\ln a^L_j$ 的误差"),
)
ACCURACY_OF_LAYER = Text(
    "The largest error of a component, in units in the last place, at random weighted inputs of layers of 2, 3 and "
    "10 neurons, near one another and far apart. Where the weighted inputs differ by hundreds, an output is a number "
    "close to 0; and the log-likelihood cost needs the logarithm of an output that may be close to 1.",
    "各分量的最大误差，以末位单位（ULP）计；所取的是含 2、3、10 个神经元的层的随机带权输入，彼此有的相近，有的"
    "相距很远。带权输入相差几百时，会有输出是接近 0 的数；而对数似然代价函数需要的，是可能接近 1 的输出的对数。",
)
NAIVE = Text("the formula as it stands", "照公式直接计算")
OURS = Text("this book's matrix program", "本书的矩阵程序")
BAD_AT = Text("nan or inf at {count} points", "{count} 个点处为 nan 或 inf")
MEASURED_ON = Text("Measured on {machine}.", "测量环境：{machine}。")
NOT_MEASURED = Text(
    "This activation is not yet in the table of measurements; {command} makes it anew.",
    "测量结果中还没有这个激活函数；运行 {command} 可重新测量。",
)

CODE = Text("The generated program", "生成的程序")
CODE_INTRO = Text(
    "Backpropagation for one neuron with this activation and the quadratic cost, printed from the equations:",
    "一个使用此激活函数和二次代价函数的神经元的反向传播程序，由方程生成：",
)
SHOW_CODE = Text("Show the program", "显示程序")

NAME, RANGE, MONOTONE, SYMMETRY, KINKS = (
    Text("activation", "激活函数"),
    Text("range", "值域"),
    Text("monotone", "单调"),
    Text("symmetry", "奇偶性"),
    Text("kinks", "不可导点数"),
)
LEAST, GREATEST = Text("least slope", "最小斜率"), Text("largest $|\\sigma'|$", "最大 $|\\sigma'|$")
LEFT, RIGHT = (
    Text("slope for $z \\to -\\infty$", "$z \\to -\\infty$ 时的斜率"),
    Text("slope for $z \\to \\infty$", "$z \\to \\infty$ 时的斜率"),
)
ALL_GRAPHS = Text(
    "All activations in the same window, {left} ≤ z ≤ {right}: σ as a solid line, its slope dashed.",
    "所有激活函数，同一窗口 {left} ≤ z ≤ {right}：实线是 σ，虚线是其斜率。",
)

GRADIENT = Text("Its derivative, step by step", "逐步求导")
DERIVATION_OF_GRADIENT = Text("Derivation of $\\partial C/\\partial a$", "$\\partial C/\\partial a$ 的推导")
PIECE_OF_COST = Text("where ${where}$", "当 ${where}$ 时")
ONE_OUTPUT = Text(
    "What one output neuron with the output $a$ and the desired output $y$ contributes; $C$ is the sum "
    "over the output layer.",
    "这是输出为 $a$、目标输出为 $y$ 的一个输出神经元的贡献；$C$ 是对输出层求和。",
)
DOMAIN = Text("Domain", "定义域")
DOMAIN_ALL = Text(
    "It is defined for every output $a$, so that any activation may be used in the output layer.",
    "它对任何输出 $a$ 都有定义，因此输出层可以使用任何激活函数。",
)
DOMAIN_PART = Text(
    "It is defined for $a \\in {domain}$ only. A network whose output activation can leave this set is "
    "refused when it is made.",
    "它只对 $a \\in {domain}$ 有定义。如果输出层激活函数的值可能超出这个集合，构造网络时就会被拒绝。",
)
ASSUMPTIONS = Text("The two assumptions", "两个假设")
ASSUMPTION_AVERAGE = Text(
    "An average over examples: for several training examples the cost is the average of the costs "
    "$C_x$ of each, as in (26), and "
    "so its gradient is the average of theirs.",
    "对样本求平均：对多个训练样本，代价是每个样本的代价 $C_x$ 的平均值，如 (26) 所示，所以它的梯度就"
    "是各个梯度的平均值。",
)
ASSUMPTION_OUTPUTS = Text(
    "A function of the outputs: the formula contains only the output $a$ and the desired "
    "output $y$, which is a parameter: "
    "weights and biases reach the cost through the outputs only.",
    "输出的函数：公式中只有输出 $a$ 和目标输出 $y$，而 $y$ 是参数：权重和偏置只能通过输出影响代价。",
)
HOLDS = Text("checked on the formula", "已在公式上验证")
GOES_WITH = Text("Which activation goes with it", "与哪些激活函数搭配")
CANCELS_WITH = Text(
    "With {names} in the output layer, $\\sigma'$ cancels: the error of (BP1) is {error}, in which "
    "no factor $\\sigma'$ is left, saturated or not.",
    "输出层使用 {names} 时，$\\sigma'$ 被消去：(BP1) 给出的误差是 {error}，其中不再含有因子 $\\sigma'$，"
    "无论神经元是否饱和。",
)
CANCELS_WITH_NONE = Text(
    "With no activation of the catalogue does $\\sigma'$ cancel.",
    "对目录中的任何激活函数，$\\sigma'$ 都不会被消去。",
)
REFUSED_WITH = Text(
    "Refused in the output layer, because their range leaves the domain: {names}.",
    "以下激活函数的值域超出定义域，不能用在输出层：{names}。",
)
CANCELLED = Text("cancelled", "已消去")
OUTSIDE = Text("range leaves the domain", "值域超出定义域")
PAIR = Text("in the output layer", "输出层")
"""The corner of the table of pairs."""

WHOLE_LAYER = Text(
    "It acts on a whole layer at once: each output depends on the weighted inputs of all neurons of the "
    "layer, and so it can stand in "
    "the output layer only.",
    "它同时作用于整层：每个输出都依赖本层所有神经元的带权输入，因此只能用在输出层。",
)
JACOBIAN = Text("The Jacobian matrix, step by step", "逐步求雅可比矩阵")
DERIVATION_OF_JACOBIAN = Text("Derivation of the Jacobian matrix", "雅可比矩阵的推导")
JACOBIAN_CHECKED = Text(
    "equals direct differentiation, exactly, for layers of 2 and 3 neurons",
    "对 2 个和 3 个神经元的层，与直接求导精确相等",
)
KRONECKER = Text(
    "Here $\\mathbb{1}[j=k]$ is 1 for $j = k$ and 0 otherwise, the Kronecker delta. In place of a slope "
    "there is a matrix, and "
    "no entry of it is 0.",
    "其中 $\\mathbb{1}[j=k]$ 当 $j = k$ 时为 1，否则为 0，即克罗内克 δ。这里代替斜率的是一个矩阵，它的元"
    "素都不为 0。",
)
ERROR_SUM = Text("The error keeps its sum", "误差中的求和号去不掉")
ERROR_SUM_WHY = Text(
    "For elementwise activations the sum of (37) collapses to one term. Here it does not: a change of "
    "$z^L_j$ changes every output, and "
    "(BP1) has to be replaced by",
    "对按元素作用的激活函数，(37) 中的求和只剩一项。这里却不然：$z^L_j$ 的改变会影响每个输出，(BP1) 要换成",
)
ERROR_OF_PAIR = Text("output error $\\delta^L_j$", "输出误差 $\\delta^L_j$")
AS_ABOVE = Text("as above, nothing cancels", "如上，不能约简")
ONE_HOT = Text(
    "If the desired outputs add up to 1, as they do when they are one-hot, the error with the "
    "{cost} is $a^L_j - y_j$.",
    "如果目标输出之和为 1（独热编码就是如此），那么与{cost}搭配时，误差就是 $a^L_j - y_j$。",
)
VECTOR_CODE = Text(
    "Backpropagation for a layer of two neurons with this activation and the {cost}, "
    "printed from the equations:",
    "一个使用此激活函数和{cost}、含两个神经元的层的反向传播程序，由方程生成：",
)
SUBNORMAL_LOST = Text("digits lost below $2^{-1002}$", "小于 $2^{-1002}$ 的值丢失有效数字")
WARNED = Text("overflow warning", "有溢出警告")
