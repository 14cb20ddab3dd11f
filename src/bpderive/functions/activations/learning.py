"""What the shape of an activation means for a weight that learns through it, in words of both languages.

`learning(activation)` gives sentences, each of which follows from a derived property and from the equations that it
names. To add one, write a function that gives a sentence, or None where it does not apply, and enter it in `LESSONS`.
"""

from __future__ import annotations

from collections.abc import Callable

from bpderive.functions.activations.activation import Activation
from bpderive.functions.activations.facts import (
    SIDES,
    beyond,
    is_flat,
    number,
    period_of,
    slope_range,
)
from bpderive.functions.activations.properties import FLAT
from bpderive.functions.activations.zeros import known_sign
from bpderive.functions.differentiation import latex
from bpderive.letters.text import Text


def learning(activation: Activation) -> tuple[Text, ...]:
    """What follows for a weight that feeds such a neuron: sentences, each from a derived property."""
    return tuple(said for say in LESSONS if (said := say(activation)) is not None)


def _starving(activation: Activation) -> Text | None:
    found = activation.tails
    if found is None and period_of(activation) is not None:
        return Text(
            "It has no tails: however large the weighted input, the slope keeps changing between its "
            "extremes, and a small "
            "change of the weighted input is enough to bring it back.",
            "它没有饱和的尾部：带权输入再大，斜率也始终在最大值与最小值之间变化，带权输入稍加改变，斜率就"
            "能恢复。",
        )
    if found is None:
        return Text(
            "Whether the slope vanishes in a tail is not known, because its limits are not.",
            "斜率的极限未知，因此也不知道哪一侧会使神经元学习缓慢。",
        )
    flat = [(tail, side) for tail, side in zip(found, SIDES, strict=True) if tail.saturates]
    if not flat:
        return Text(
            "Its neurons do not saturate: the slope tends to 0 on neither side, and however large the weighted "
            "input, the "
            "error gets through.",
            "没有哪一侧会使神经元学习缓慢：两侧的斜率都不趋于 0，带权输入再大，误差也能传过去。",
        )
    # Flat throughout, not only in the limit.
    dead = [(tail, side) for tail, side in flat if is_flat(activation, side)]
    if len(dead) == len(flat):
        told = _DEAD_BOTH if len(dead) == 2 else _DEAD.format(side=dead[0][1], beyond=beyond(*dead[0]))
    elif len(flat) == 2:
        told = _BOTH.format(left=beyond(*flat[0]), right=beyond(*flat[1]), flat=latex(FLAT))
    else:
        told = _ONE.format(side=flat[0][1], beyond=beyond(*flat[0]), flat=latex(FLAT))
    return told


_BOTH = Text(
    "It saturates on both sides. For {left} and for {right} the slope is below ${flat}$ in size, and so is "
    "the factor "
    "$\\sigma'(z)$ in its error, by (BP1) and (BP2), and in the derivative for each of its "
    "weights: a neuron that "
    "has got there learns slowly, whether its output is right or wrong.",
    "它在两侧都饱和。当 {left} 或 {right} 时，斜率的绝对值小于 ${flat}$；而由 (BP1) 和 (BP2)，误差"
    "中含有因子 "
    "$\\sigma'(z)$，对它的每个权重的偏导数中也就含有这个因子：神经元一旦落到那里，无论输出是对是错，都学"
    "习缓慢。",
)
_ONE = Text(
    "It saturates on the {side}: for {beyond} the slope is below ${flat}$ in size, and so, by (BP1) and "
    "(BP2), its error is small, and the derivative for each of its weights. On the other side the error gets "
    "through.",
    "{side}侧会使神经元学习缓慢：当 {beyond} 时，斜率的绝对值小于 ${flat}$；由 (BP1) 和 (BP2)，误差以及对它的"
    "每个权重的偏导数也随之变小。"
    "另一侧则误差畅通无阻。",
)
_DEAD = Text(
    "On the {side} it stops learning altogether: for {beyond} the slope is exactly 0, and by (BP1) and (BP2) "
    "so is the error. As long as the "
    "weighted input stays there, for every training example, its weights do not change at all. On the "
    "other side the error gets "
    "through.",
    "{side}侧会使神经元完全停止学习：当 {beyond} 时斜率恰为 0，由 (BP1) 和 (BP2)，误差也为 0。只要对所有训练"
    "样本带权输入都落在那里，"
    "它的权重就一点也不会变。另一侧则误差畅通无阻。",
)
_DEAD_BOTH = Text(
    "In both tails it stops learning altogether: the slope is exactly 0 there, and by (BP1) and (BP2) so is the "
    "error. Only between them does a "
    "weight learn.",
    "两侧都会使神经元完全停止学习：那里的斜率恰为 0，由 (BP1) 和 (BP2)，误差也为 0。权重只有在中间一段才能学习。",
)


def _through_layers(activation: Activation) -> Text | None:
    found = activation.max_slope
    if found is None:
        return None
    compared = known_sign(found.value - 1)
    if compared is None:
        return None
    value = number(found.value)
    if compared < 0:
        return Text(
            "On its way back the error is multiplied by a slope of at most ${value}$ in every layer, by "
            "(35); weights have to "
            "make up for that, or it fades.",
            "由 (35)，误差每往回传一层，就要乘上一个绝对值不超过 ${value}$ 的斜率；除非权重把它补回来，误"
            "差会越来越小。",
        ).format(value=value)
    if compared > 0:
        return Text(
            "On its way back the error is multiplied by a slope of up to ${value}$ in every layer, by "
            "(35): it can grow by the "
            "activation alone.",
            "由 (35)，误差每往回传一层，就要乘上一个斜率，其绝对值可达 ${value}$：仅凭激活函数，误差就可"
            "能增大。",
        ).format(value=value)
    return Text(
        "No slope is larger than 1 in size: by (35), the activation alone never makes the error grow on "
        "its way back.",
        "斜率的绝对值从不超过 1：由 (35)，激活函数本身不会使误差在回传时增大。",
    )


def _turning(activation: Activation) -> Text | None:
    found = slope_range(activation)
    if found is None or known_sign(found.inf) != -1 or known_sign(found.sup) != 1:
        return None
    return Text(
        "The slope has both signs. Where it is 0 the neuron passes no error on, without being saturated; "
        "beyond, more weighted "
        "input means less output.",
        "斜率有正有负。在斜率为 0 之处，神经元虽未饱和，却不传递误差；越过那里，带权输入增大，输出反而减小。",
    )


def _always(activation: Activation) -> Text | None:
    found = slope_range(activation)
    if found is None or known_sign(found.inf) != 1:
        return None
    return Text(
        "The slope is never below ${value}$: the neuron always learns.",
        "斜率从不小于 ${value}$：这样的神经元总能学习。",
    ).format(value=number(found.inf))


LESSONS: tuple[Callable[[Activation], Text | None], ...] = (_starving, _always, _through_layers, _turning)
"""The sentences, in the order in which they are said."""
