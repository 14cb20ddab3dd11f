"""What is known of an activation, in words of both languages.

`facts(activation)` says its properties one by one, formulas as `$…$`; what is not known is said to be unknown, and why.
Nothing is found here: it only puts into words what `properties` has derived. To add a fact, write
a function and enter it in `FACTS`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import sympy
from sympy import Expr, FiniteSet, ImageSet, Interval, S

from bpderive.errors import DomainError, shown
from bpderive.functions.activations import properties
from bpderive.functions.activations.activation import Activation
from bpderive.functions.activations.analysis import pieces
from bpderive.functions.activations.catalogue import AnyActivation
from bpderive.functions.activations.enclosure import Isolated
from bpderive.functions.activations.properties import FLAT, Tail
from bpderive.functions.activations.steps import Undecided
from bpderive.functions.activations.variables import z
from bpderive.functions.activations.vector import VectorActivation
from bpderive.functions.activations.zeros import known_sign, period
from bpderive.functions.differentiation import latex
from bpderive.functions.differentiation.formulas import cut
from bpderive.letters.text import LANGUAGES, Text

DIGITS = 4
"""How many decimals are shown of a number that has no short form."""

LONGEST = 4
"""The most operations of a number that is shown exactly."""


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing that is known, or known not to be known: its key, its name and its value."""

    key: str
    name: Text
    value: Text
    known: bool = True


def facts(activation: Activation) -> tuple[Fact, ...]:
    """All facts, in the order of `FACTS`."""
    return tuple(_fact(activation, key) for key in FACTS)


def _fact(activation: Activation, key: str) -> Fact:
    name, say = FACTS[key]
    said = say(activation)
    if said is not None:
        return Fact(key, name, said)
    period = period_of(activation) if key in ("limits", "tails") else None
    if period is not None:
        return Fact(key, name, _OSCILLATES.format(period=latex(period)))
    reason = activation.why_unknown(key) if key in properties.PROPERTIES else None
    if reason is None:
        return Fact(key, name, _UNKNOWN, known=False)
    return Fact(key, name, _UNKNOWN_BECAUSE.format(reason=_plain(reason)), known=False)


def period_of(activation: Activation) -> Expr | None:
    """The period of an activation made of sines and cosines, or None."""
    try:
        return period(activation.formula)
    except Undecided:
        return None


def _plain(reason: Text) -> Text:
    return Text(*(reason.in_language(language).replace("*", " ") for language in LANGUAGES))


def number(value: Expr) -> str:
    """A number in LaTeX: as it is where it is short, with its size beside it where it is no decimal; else decimals."""
    if value.is_infinite:
        return r"\infty" if value == S.Infinity else r"-\infty"
    if value.is_Rational:
        return latex(value)
    if value.has(Isolated) or sympy.count_ops(value) > LONGEST:
        return rounded(value)
    return rf"{latex(value)} \approx {sympy.N(value, 30):.{DIGITS}f}"


def rounded(value: Expr) -> str:
    """A number in LaTeX as decimals."""
    if value.is_infinite or value.is_Rational:
        return number(value)
    return rf"{cut(value, DIGITS)}{{\ldots}}"


def interval(values: sympy.Set) -> str:
    """An interval in LaTeX, its ends as decimals."""
    if isinstance(values, FiniteSet):
        return rf"\{{{', '.join(map(rounded, sorted(values)))}\}}"
    left = "(" if values.left_open or values.inf.is_infinite else "["
    right = ")" if values.right_open or values.sup.is_infinite else "]"
    return f"{left}{rounded(values.inf)}, {rounded(values.sup)}{right}"


def listed(items: Iterable[str]) -> Text:
    """Formulas one after the other, with the commas of each language."""
    shown = [f"${item}$" for item in items]
    return Text(", ".join(shown), "、".join(shown))


def points(where: sympy.Set) -> Text | None:
    """The set as places: "at $z = 0$"; None for the empty set."""
    if isinstance(where, FiniteSet):
        return Text("at {at}", "在 {at} 处").format(at=listed(f"z = {number(x)}" for x in sorted(where)))
    if isinstance(where, Interval):
        if where == S.Reals:
            return Text("everywhere", "处处")
        return Text("for ${where}$", "当 ${where}$ 时").format(where=_between(where))
    parts = where.args if isinstance(where, sympy.Union) else (where,)
    if parts and all(isinstance(part, ImageSet) for part in parts):
        n = sympy.Symbol("n")
        shown = [latex(sympy.expand(part.lamda(n))) for part in parts]
        return Text("at {at}, $n$ being any integer", "在 {at} 处（$n$ 为任意整数）").format(
            at=listed(f"z = {item}" for item in shown)
        )
    if parts and all(isinstance(part, Interval | FiniteSet) for part in parts):
        said = [points(part) for part in parts]
        return Text(*(", ".join(one.in_language(name) for one in said if one) for name in LANGUAGES))
    return None


def _between(where: Interval) -> str:
    low, high = rounded(where.inf), rounded(where.sup)
    below = "<" if where.left_open else r"\le"
    above = "<" if where.right_open else r"\le"
    if where.inf.is_infinite:
        return f"z {above} {high}"
    if where.sup.is_infinite:
        return f"z > {low}" if where.left_open else rf"z \ge {low}"
    return f"{low} {below} z {above} {high}"


_NO_ACTIVATION = Text(
    en="An Activation is wanted, such as bp.activations['tanh']; given was {given}.",
    zh="这里需要一个激活函数（Activation），例如 bp.activations['tanh']；给出的是 {given}。",
)


def slope_range(activation: AnyActivation) -> sympy.Set | None:
    """The set of all σ′(z), the slopes taken at kinks left out; None if it is not known.

    Raises `DomainError` for what is no `Activation`.
    """
    if not isinstance(activation, Activation | VectorActivation):
        raise DomainError(_NO_ACTIVATION.format(given=shown(activation)))
    return activation.slope_range


def _range(activation: Activation) -> Text | None:
    found = activation.range
    if found is None:
        return None
    shown = f"${interval(found)}$"
    return Text(shown, shown)


def _limits(activation: Activation) -> Text | None:
    left, right = activation.limits
    if left is None or right is None:
        return None
    return Text(
        r"$\sigma(z) \to {left}$ for $z \to -\infty$, $\sigma(z) \to {right}$ for $z \to \infty$",
        r"当 $z \to -\infty$ 时 $\sigma(z) \to {left}$；当 $z \to \infty$ 时 $\sigma(z) \to {right}$",
    ).format(left=number(left), right=number(right))


def _monotone(activation: Activation) -> Text | None:
    found = activation.monotone
    if found is None:
        return None
    if not found:
        return Text("no: it rises in some places and falls in others", "否：有的地方上升，有的地方下降")
    rises = known_sign(activation.expr(8) - activation.expr(-8))
    if rises is None:
        return Text("yes", "是")
    if rises >= 0:
        return Text("yes: it never falls", "是：从不下降")
    return Text("yes: it never rises", "是：从不上升")


def _symmetry(activation: Activation) -> Text | None:
    if activation.odd:
        return Text(r"odd: $\sigma(-z) = -\sigma(z)$", r"奇函数：$\sigma(-z) = -\sigma(z)$")
    if activation.even:
        return Text(r"even: $\sigma(-z) = \sigma(z)$", r"偶函数：$\sigma(-z) = \sigma(z)$")
    if activation.odd is None or activation.even is None:
        return None
    return Text("neither odd nor even", "既非奇函数，也非偶函数")


def _kinks(activation: Activation) -> Text:
    if not activation.kinks:
        return Text("none: it has a derivative everywhere", "无：处处可导")
    said = [
        rf"\sigma'({number(kink)}) = {number(sympy.sympify(activation.derivative(kink)))}"
        for kink in activation.kinks
    ]
    return Text("{at}; taken there: {slopes}", "{at}；在此约定 {slopes}").format(
        at=listed(f"z = {number(kink)}" for kink in activation.kinks), slopes=listed(said)
    )


def _max_slope(activation: Activation) -> Text | None:
    found = activation.max_slope
    if found is None:
        return None
    where = points(found.at)
    value = number(found.value)
    if where is None:
        told = Text(
            "$|\\sigma'|$ comes as near to ${value}$ as one likes, and never reaches it",
            "$|\\sigma'|$ 可以任意接近 ${value}$，但达不到",
        ).format(value=value)
        kinks = Text("kinks left out, {told}", "除不可导点外，{told}")
        return kinks.format(told=told) if activation.kinks else told
    return Text("$|\\sigma'| = {value}$, {where}", "{where}，$|\\sigma'| = {value}$").format(
        value=value, where=where
    )


def _slope_range(activation: Activation) -> Text | None:
    found = slope_range(activation)
    if found is None:
        return None
    if found.inf == found.sup:
        shown = rf"$\sigma' = {number(found.inf)}$"
        return Text(shown, shown)
    below, above = (
        "" if end.is_infinite else f" {'<' if left_out else chr(92) + 'le'} "
        for end, left_out in ((found.inf, found.left_open), (found.sup, found.right_open))
    )
    low, high = (f"{rounded(end)}" if sign else "" for end, sign in ((found.inf, below), (found.sup, above)))
    shown = rf"${low}{below}\sigma'(z){above}{high}$"
    return Text(shown, shown)


def _tail(tail: Tail, side: Text, dead: bool) -> Text:
    end = r"-\infty" if side is LEFT else r"\infty"
    if not tail.saturates:
        return Text(
            "for $z \\to {end}$ no saturation: the slope tends to ${slope}$",
            "当 $z \\to {end}$ 时不饱和：斜率趋于 ${slope}$",
        ).format(end=end, slope=number(tail.slope))
    if tail.flat_beyond is None:
        return Text(
            "for $z \\to {end}$ it saturates: the slope tends to 0", "当 $z \\to {end}$ 时饱和：斜率趋于 0"
        ).format(end=end)
    flat = r"\sigma'(z) = 0" if dead else rf"|\sigma'(z)| < {latex(FLAT)}"
    return Text(
        "for $z \\to {end}$ it saturates: ${flat}$ for {beyond}",
        "当 $z \\to {end}$ 时饱和：{beyond} 时 ${flat}$",
    ).format(end=end, flat=flat, beyond=beyond(tail, side))


def _tails(activation: Activation) -> Text | None:
    found = activation.tails
    if found is None:
        return None
    left, right = (
        _tail(tail, side, is_flat(activation, side)) for tail, side in zip(found, SIDES, strict=True)
    )
    return Text(f"{left.en}; {right.en}", f"{left.zh}；{right.zh}")


def _inflections(activation: Activation) -> Text | None:
    found = activation.inflections
    if found is None:
        return None
    return points(found) if found != S.EmptySet else Text("none", "无")


def _by_output(activation: Activation) -> Text:
    found = activation.derivative_from_output()
    if found is None and activation.monotone is False:
        return Text(
            "none found: the function is not monotone, and where it has the same output twice its slopes "
            "may differ",
            "未找到：函数不单调，输出相同的两点处斜率可能不同",
        )
    if found is None:
        return Text("none found", "未找到")
    shown = rf"$\sigma' = {latex(found)}$"
    return Text(shown, shown)


FACTS: dict[str, tuple[Text, Callable[[Activation], Text | None]]] = {
    "range": (Text("range", "值域"), _range),
    "limits": (Text("limits", "极限"), _limits),
    "monotone": (Text("monotone", "单调性"), _monotone),
    "symmetry": (Text("symmetry", "对称性"), _symmetry),
    "kinks": (Text("kinks", "不可导点"), _kinks),
    "max_slope": (Text("largest slope", "最大斜率"), _max_slope),
    "slope_range": (Text("range of the slope", "斜率的范围"), _slope_range),
    "tails": (Text("saturation", "饱和"), _tails),
    "inflections": (Text("inflection points", "拐点"), _inflections),
    "by_output": (Text("slope in terms of the output", "用输出表示的斜率"), _by_output),
}
"""The facts by their keys, in the order in which they are told."""

_OSCILLATES = Text("none: it oscillates with period ${period}$", "无：它以 ${period}$ 为周期振荡")
_UNKNOWN = Text("unknown", "未知")
_UNKNOWN_BECAUSE = Text("unknown: {reason}", "未知：{reason}")

LEFT, RIGHT = Text("left", "左"), Text("right", "右")
SIDES = (LEFT, RIGHT)


def is_flat(activation: Activation, side: Text) -> bool:
    """Whether the slope is exactly 0 in the tail on that side."""
    expression, _ = pieces(activation.formula)[0 if side is LEFT else -1]
    return bool(sympy.expand(expression.diff(z)) == 0)


def beyond(tail: Tail, side: Text) -> Text:
    """For which z the tail is flat."""
    if tail.flat_beyond is None or tail.flat_beyond.is_infinite:
        return Text("every $z$", "任意 $z$")
    shown = rf"$z {'<' if side is LEFT else '>'} {rounded(tail.flat_beyond)}$"
    return Text(shown, shown)
