"""What is said of a step that does not follow, in both languages."""

from __future__ import annotations

from bpderive.letters.statements import EQUAL_WIDTHS, TARGETS_SUM_TO_ONE, WHOLE
from bpderive.letters.text import Text

IN_PART = Text(en="({number}), {part}: {error}", zh="({number})，{part}：{error}")
NO_START = Text(
    en="({number}): a derivation begins with an identity about the cost of its goal, and {start} is none.",
    zh="({number})：推导要从一个恒等式开始，谈的须是目标中的代价；{start} 不是这样的式子。",
)
IN_STEP = Text(
    en="({number}), step {place}, {rule}: it does not follow from {before}: {error}",
    zh="({number})，第 {place} 步（{rule}）：不能由 {before} 推出：{error}",
)
ONE_COST = Text(en="{used} is true of the cost {cost} only.", zh="{used} 只对代价函数 {cost} 成立。")
ONLY_IF = Text(en="{used} is true only if {given}.", zh="{used} 只在 {given} 时成立。")
ONE_OUTPUT = Text(
    en="{used} is true of {output} in the output layer only.", zh="{used} 只在输出层用 {output} 时成立。"
)
ELEMENTWISE = Text(
    en="{used} is known where each output depends on its own z alone, not for {output}.",
    zh="{used} 只在每个输出仅依赖于自己的 z 时已知，对 {output} 则不然。",
)
STEP = Text(en="({number}), step {place}, {rule}", zh="({number})，第 {place} 步（{rule}）")
COMES_OUT = Text(
    en="{where}: expected {wanted}, and what comes out is {found}.",
    zh="{where}：应为 {wanted}，得到的却是 {found}。",
)
OTHER_STEP = Text(
    en="{where}: its number, rule, reason or ranges are not those that it was made with.",
    zh="{where}：它的序号、规则、理由或取值范围与生成时不同。",
)
STEPS = Text(
    en="({number}): there are {found} steps, and the rules make {made}.",
    zh="({number})：有 {found} 步，而按规则应得 {made} 步。",
)
GOAL = Text(
    en="({number}), after the last step: expected {goal}, and what comes out is {line}.",
    zh="({number})，最后一步之后：应为 {goal}，得到的却是 {line}。",
)
GOAL_RANGE = Text(
    en="({number}), after the last step: {goal} was wanted for {wanted}, and what comes out holds for "
    "{found}.",
    zh="({number})，最后一步之后：要求 {goal} 对 {wanted} 成立，得到的式子却只对 {found} 成立。",
)
INDUCTION = Text(
    en="({number}): a proof by induction has a claim, a base case and an induction step.",
    zh="({number})：数学归纳法的证明要有命题、奠基和归纳步骤。",
)
BASE = Text(
    en="({number}), base case: expected {wanted}, and what it proves is {found}.",
    zh="({number})，奠基：应为 {wanted}，所证的却是 {found}。",
)
INDUCTION_STEP = Text(
    en="({number}), induction step: expected {wanted} for {values}.",
    zh="({number})，归纳步骤：应为 {wanted}，其中 {values}。",
)
PROVED = Text(
    en="({number}): expected {wanted}, and what is proved is {found}.",
    zh="({number})：应为 {wanted}，所证的却是 {found}。",
)
CONCLUSION = Text(
    en="({number}), conclusion: what is used is not {claim}.", zh="({number})，结论：所用的不是 {claim}。"
)
NO_INDUCTION = Text(
    en="({number}), {part}: only a proof by induction, which has a claim, a base case and an "
    "induction step, may use them.",
    zh="({number})，{part}：只有数学归纳法的证明才能这样用，它要有命题、奠基和归纳步骤。",
)
UNPROVED = Text(
    en="({number}), {part}: it uses {used}, which no {name} before it proves.",
    zh="({number})，{part}：用到了 {used}，而前面没有{name}证明它。",
)
HYPOTHESIS = Text(
    en="({number}), {part}: only the step may use the claim, as the hypothesis one layer later, and "
    "what is used is {used} for {letter} = {value}.",
    zh="({number})，{part}：只有归纳步骤才能用这个命题，而且要作为下一层的归纳假设；"
    "这里用的是 {letter} = {value} 时的 {used}。",
)
NO_STEPS = Text(
    en="there are no steps {line} and {into} before this one.", zh="此前没有第 {line} 步和第 {into} 步。"
)
STEP_RANGE = Text(
    en="step {line} holds for {values} only, and step {into} for more.",
    zh="第 {line} 步只对 {values} 成立，而第 {into} 步的范围更大。",
)
CHAIN = Text(
    en="the chain rule through {through} wanted one derivative whose two ends it lies between; {line} "
    "has {number}.",
    zh="经过 {through} 的链式法则要求恰有一个导数，且 {through} 位于它的两端之间；{line} 中有 {number} 个。",
)
TAKEN = Text(
    en="the index {index} of the chain rule is taken already in {line}.",
    zh="链式法则的下标 {index} 在 {line} 中已经用过。",
)
SUMS = Text(
    en="a sum over {index} was wanted, and {line} has {number}.",
    zh="要求恰有一个对 {index} 的求和，{line} 中有 {number} 个。",
)
NOT_ZERO = Text(
    en="no derivative in {total} is zero unless {index} = {keep}.",
    zh="{total} 中没有哪个导数仅在 {index} = {keep} 时才可能不为零。",
)
OUT_OF_RANGE = Text(
    en="({number}) holds for {allowed}, and it is used for {letter} = {value}.",
    zh="({number}) 对 {allowed} 成立，这里却用于 {letter} = {value}。",
)
NO_LETTER = Text(
    en="({number}) has no letter {letters} that could be read as something else.",
    zh="({number}) 中没有可以改读的字母 {letters}。",
)
ABSENT = Text(
    en="{part} was wanted in {whole}, where it does not occur.", zh="要在 {whole} 中找 {part}，但那里没有。"
)
CAPTURED = Text(
    en="putting {new} for {old} would let a sum capture {letters}.",
    zh="用 {new} 代替 {old}，会使求和占用 {letters}。",
)
ENTRIES = Text(en="the entries of {table} are not {side}.", zh="{table} 的元素不是 {side}。")
NO_NORM = Text(
    en="the norm of a vector was wanted, and {line} has none.", zh="要求有向量的范数，{line} 中没有。"
)
NO_HADAMARD = Text(
    en="a Hadamard product was wanted, and {found} is none.", zh="要求是阿达马积，{found} 不是。"
)
COMPONENTS = Text(
    en="the components of {after} are not those of {before}.", zh="{after} 的分量不是 {before} 的分量。"
)
NO_COMPONENT = Text(
    en="to differentiate, a component such as z^l_j is needed; {by} is not one.",
    zh="求导变量要是 z^l_j 这样的分量；{by} 不是。",
)
WHOLE_LAYER = Text(
    en="{later} may be a function of the whole layer, and nothing says which.",
    zh="{later} 可能是整层的函数，而没有说明是哪个函数。",
)
DELTA = Text(en="a Kronecker delta is left over in {result}.", zh="{result} 中还剩下克罗内克 δ。")
BOUND = Text(
    en="cannot differentiate {expression} with respect to {by}: the index {letters} is bound in it.",
    zh="不能把 {expression} 对 {by} 求导：其中的 {letters} 是求和下标。",
)
UNKNOWN = Text(
    en="nothing says what {of} is, so it cannot be differentiated by {by}.",
    zh="没有说明 {of} 是什么，不能把它对 {by} 求导。",
)
UNFOLD = Text(
    en="{component} may depend on {by}: unfold it before differentiating.",
    zh="{component} 可能依赖于 {by}：请先展开再求导。",
)
QUOTIENT = Text(
    en="one derivative of a quotient was wanted in {line}, which has {number}.",
    zh="要求 {line} 中恰有一个商的导数，那里有 {number} 个。",
)
NO_DERIVATIVE = Text(
    en="derivatives were wanted in {line}, which has none.", zh="要求 {line} 中有导数，那里没有。"
)
NOTHING_TO_CANCEL = Text(en="there is nothing to cancel in {line}.", zh="{line} 中没有可以约去的因子。")
MANY_SUMS = Text(
    en="{number} sums in one product are more than can be compared (at most {most}).",
    zh="一个乘积中有 {number} 个求和，超出了能比较的个数（至多 {most} 个）。",
)
NO_VECTOR = Text(
    en="{expression} is not the component {index} of a vector that the book has a letter for.",
    zh="{expression} 不是书中有记号的某个向量的第 {index} 个分量。",
)
NO_OUTER = Text(
    en="{expression} is no product of a component {row} and a component {column}.",
    zh="{expression} 不是第 {row} 个分量与第 {column} 个分量的乘积。",
)
MORE_SUMS = Text(en="{expression} has more than one sum.", zh="{expression} 中不止一个求和。")
TWO_MATRICES = Text(
    en="{expression} has two matrices under one sum.", zh="{expression} 的同一个求和中有两个矩阵。"
)
NO_MATRIX = Text(
    en="{factor} depends on both {index} and {inner} and is not a matrix.",
    zh="{factor} 同时依赖于 {index} 和 {inner}，却不是矩阵。",
)
NO_PRODUCT = Text(
    en="{expression} is no product of a matrix and a vector.", zh="{expression} 不是矩阵与向量的乘积。"
)
SLOPES = Text(
    en="one factor σ′(z) was wanted in {product}, and there are {number}.",
    zh="要求 {product} 中恰有一个因子 σ′(z)，那里有 {number} 个。",
)
NOT_EMPTY = Text(en="{total} is not empty.", zh="{total} 不是空和。")
ONE_SUM = Text(
    en="one sum over {index} was wanted in {line}.", zh="要求 {line} 中恰有一个对 {index} 的求和。"
)
BESIDE = Text(en="{term} was wanted beside {total}.", zh="要求 {total} 旁边有 {term}。")
NO_FORWARD = Text(
    en="{whole} is not a derivative of an activation or a weighted input.",
    zh="{whole} 不是激活值或带权输入的导数。",
)
NOT_READ = Text(
    en="{whole} is not a derivative with respect to anything that {of} reads.",
    zh="{whole} 的求导变量不是 {of} 读取的量。",
)
OTHER_LAYERS = Text(
    en="{by} may act on {of} through other layers as well.", zh="{by} 还可能经过别的层影响 {of}。"
)
LAYER_NOT_READ = Text(
    en="layer {layer} does not read layer {source}.", zh="第 {layer} 层不读取第 {source} 层。"
)
NOTHING_TO_EXPAND = Text(en="there is nothing to multiply out in {line}.", zh="{line} 中没有可以展开的乘积。")
LAST_LAYER = Text(
    en="nothing says whether layer {layer} is the last one.", zh="没有说明第 {layer} 层是不是最后一层。"
)
NOT_OF_COST = Text(
    en="{part} is not a derivative of the cost with respect to layer {layer}.",
    zh="{part} 不是代价对第 {layer} 层的导数。",
)
LATER_LAYERS = Text(
    en="{total} does not run over the layers after {layer}.", zh="{total} 不是对第 {layer} 层之后各层的求和。"
)
NOT_VANISHING = Text(
    en="the terms of {total} do not vanish without connections.", zh="没有连接时，{total} 的各项并不为零。"
)
NO_WEIGHT = Text(
    en="{entry} is not a weight from layer {layer} to the next.",
    zh="{entry} 不是从第 {layer} 层到下一层的权重。",
)
ONE_TERM = Text(
    en="no sum over {index} in {line} has one term only.", zh="{line} 中没有只剩一项的对 {index} 的求和。"
)
SAYS_NOTHING = Text(en="({number}) says nothing of {of}.", zh="({number}) 没有涉及 {of}。")
NOTHING_TO_COLLECT = Text(en="there is nothing to collect in {line}.", zh="{line} 中没有可以合并的项。")
PARTS = {
    "base case": Text(en="base case", zh="奠基"),
    "induction step": Text(en="induction step", zh="归纳步骤"),
}
"""The two parts of a proof by induction that every one has."""
SAID = {
    WHOLE: Text(en="any function of the whole layer", zh="整层的任意函数"),
    TARGETS_SUM_TO_ONE: Text(en="the y_k sum to 1", zh="各 y_k 之和为 1"),
    EQUAL_WIDTHS: Text(en="all layers are equally wide", zh="各层宽度相同"),
}
"""What a statement may assume, as it is said."""
