"""What is said of a formula that is not read, in both languages: the phrases of `grammar` and `parsed`."""

from __future__ import annotations

from bpderive.letters.text import Text

ALLOWED = Text(
    en="Allowed are numbers, z, pi, e, + - * /, powers with ** or ^ to a small rational number, the functions {names}, "
    "and in where(condition, a, b) the comparisons < <= > >=.",
    zh="可以用的有：数、z、pi、e、+ - * /、用 ** 或 ^ 写的小有理数次幂、函数 {names}，"
    "以及 where(condition, a, b) 中的比较 < <= > >=。",
)
TOO_LONG = Text(
    en="The formula has {count} characters; at most {most} are read.",
    zh="公式有 {count} 个字符；最多允许 {most} 个。",
)
EMPTY = Text(en="The formula is empty.", zh="公式是空的。")
INCOMPLETE = Text(en="The formula is not complete here.", zh="公式在这里不完整。")
TOO_NESTED = Text(en="The formula is nested too deeply.", zh="公式嵌套过深。")
TOO_MANY_PARTS = Text(
    en="The formula has too many parts; at most {most} are read.",
    zh="公式的组成部分过多；最多允许 {most} 个。",
)
NESTED = Text(en="The formula is nested more than {most} deep.", zh="公式的嵌套超过 {most} 层。")
TOO_MANY_CASES = Text(
    en="At most {most} of abs, min, max, relu and where are read.",
    zh="abs、min、max、relu 和 where 总共最多允许 {most} 个。",
)
CHARACTER = Text(en="Unexpected character {character}.", zh="不认识字符 {character}。")
PRODUCT = Text(en="Write the product as 2*z.", zh="乘法请写成 2*z 的形式。")
NAME = Text(en="The name {name} is not known.", zh="未知的名称 {name}。")
NAME_NEAR = Text(
    en="The name {name} is not known. Did you mean {near}?", zh="未知的名称 {name}。是否指 {near}？"
)
DIGITS = Text(en="A number has at most {most} digits here.", zh="这里的数最多有 {most} 位。")
NO_NUMBER = Text(en="Not a number.", zh="这不是数。")
FUNCTION = Text(en="{name} is a function: write {name}(…).", zh="{name} 是函数：请写 {name}(…)。")
COMPARISON = Text(
    en="A comparison is allowed only as the first argument of where.", zh="比较只能用作 where 的第一个参数。"
)
NOT_READ = Text(en="Cannot read this.", zh="这里的写法无法识别。")
CALL = Text(
    en="Only a function's name can be called; a product is written with *.",
    zh="只有函数名后面可以跟括号中的参数；乘法请写出 *。",
)
ARGUMENTS = Text(
    en="{name} takes {wanted} arguments, and here it has {count}.",
    zh="{name} 需要 {wanted} 个参数，这里有 {count} 个。",
)
CONDITION = Text(
    en="The first argument of where is a comparison such as z < 0.",
    zh="where 的第一个参数是比较，例如 z < 0。",
)
EXPONENT = Text(
    en="An exponent is a rational number here, at most {above} above and {below} in the denominator. For others write "
    "exp(b*log(a)).",
    zh="这里的指数须为有理数，分子不超过 {above}，分母不超过 {below}。其他指数请写作 exp(b*log(a))。",
)
TOO_LARGE = Text(en="The numbers or powers become too large here.", zh="这里的数或幂变得过大。")
NOT_FINITE = Text(en="is not real or not finite", zh="不是有限的实数")
TOO_LARGE_FOR_FLOATS = Text(en="is too large for a floating-point number", zh="超出浮点数的范围")
NOT_REAL = Text(en="is not real", zh="不是实数")
DIVIDES = Text(en="divides by zero", zh="除以零")
UNDEFINED = Text(
    en="At z = {point} the formula {what}; an activation has a finite real value at every real z.",
    zh="在 z = {point} 处，公式{what}；激活函数在每个实数 z 处都有有限的实数值。",
)
NOT_DEFINED = Text(en="is not defined", zh="没有定义")
OPEN = Text(
    en="It could not be decided whether this is real and finite for every z: {part} may not be defined near "
    "z = {near}.",
    zh="无法判定这里对每个 z 是否都是有限的实数：在 z = {near} 附近，{part} 可能没有定义。",
)
NO_FUNCTION = Text(
    en="The formula is {formula}, which is not a finite real function.",
    zh="公式是 {formula}，不是取有限实数值的函数。",
)
NO_TEXT = Text(
    en="A formula is a text, such as 'z/(1 + exp(-z))'; given was {kind}.",
    zh="公式应是文本，例如 'z/(1 + exp(-z))'；给出的是 {kind}。",
)
