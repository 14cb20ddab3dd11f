"""The likely reason why a function is wrong, found by testing.

Each function of `REASONS` takes all runs and says what is wrong if that explains every one of them exactly: a factor, a
slip of `slips.SLIPS` made on purpose, an array that is zero or turned. To add a reason, write such a function.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from bpderive.letters.text import Text
from bpderive.workbook.compare.calls import Run, close
from bpderive.workbook.compare.convention import BOOK, SCALES, Array, CodeConvention
from bpderive.workbook.compare.findings import Finding
from bpderive.workbook.slips import SLIPS


def likely_reason(runs: Sequence[Run]) -> Finding | None:
    """A mistake that gives exactly what the function returned, in every case."""
    for find in REASONS:
        text = find(runs)
        if text is not None:
            return Finding("reason", text)
    return None


def _scaled(runs: Sequence[Run]) -> Text | None:
    """The right gradient times a factor, which is wrong in the convention asked for, or its biases or weights so."""
    for text, factor in _FACTORS + _WRONG_FACTORS:
        if all(close(found, true * factor(run)) for run in runs for _, found, true in run.pairs):
            return text
    for scale in SCALES:
        for letter in ("nabla_b", "nabla_w"):
            for text, factor in _FACTORS + _WRONG_FACTORS:
                if all(
                    close(found, true * (factor(run) if name.startswith(letter) else 1.0))
                    for run in runs
                    for name, found, true in run.pairs_in(scale)
                ):
                    return _otherwise(
                        Text(en="{letter}: {text}", zh="{letter}：{text}").format(letter=letter, text=text),
                        scale,
                    )
    return None


def _otherwise(text: Text, scale: CodeConvention) -> Text:
    """A mistake, and the convention in which all else is right."""
    if scale == BOOK:
        return text
    return Text(en="{text}; otherwise right, for {scale}", zh="{text}；其余正确，所用约定为：{scale}").format(
        text=text, scale=scale.text
    )


Factor = Callable[[Run], float]

_FACTORS: tuple[tuple[Text, Factor], ...] = (
    (Text(en="the sign is wrong", zh="符号反了"), lambda run: -1.0),
    (
        Text(
            en="it is not divided by m: the sum over the examples instead of their mean",
            zh="没有除以 m：得到的是对样本的和，而不是平均",
        ),
        lambda run: float(run.m),
    ),
    (
        Text(en="it is not divided by m, and the sign is wrong", zh="没有除以 m，且符号反了"),
        lambda run: -float(run.m),
    ),
    (Text(en="it is twice the gradient", zh="是梯度的两倍"), lambda run: 2.0),
)

_WRONG_FACTORS: tuple[tuple[Text, Factor], ...] = (
    (Text(en="it is divided by m twice", zh="除以了两次 m"), lambda run: 1.0 / run.m),
    (Text(en="it is half the gradient", zh="是梯度的一半"), lambda run: 0.5),
    (
        Text(
            en="it is divided by the number of inputs instead of that of the examples: columns are examples, "
            "so m = x.shape[1]",
            zh="除以了输入的个数而不是样本数：列是样本，因此 m = x.shape[1]",
        ),
        lambda run: run.m / run.net.sizes[0],
    ),
    (
        Text(
            en="it is divided by the number of outputs instead of that of the examples: columns are examples, "
            "so m = y.shape[1]",
            zh="除以了输出的个数而不是样本数：列是样本，因此 m = y.shape[1]",
        ),
        lambda run: run.m / run.net.sizes[-1],
    ),
    (
        Text(en="it is multiplied by m instead of divided", zh="乘以了 m，而应除以 m"),
        lambda run: float(run.m) ** 2,
    ),
)


def _any_factor(runs: Sequence[Run]) -> Text | None:
    """The right gradient times one number, whatever it is."""
    factor = common_factor(runs)
    if factor is None or abs(factor) < 1e-9:
        return None
    return Text(
        en=f"it is {factor:.6g} times the gradient: the derivatives themselves are wanted, without a learning rate",
        zh=f"是梯度的 {factor:.6g} 倍：需要的是导数本身，不要乘以学习率",
    )


def _updated(runs: Sequence[Run]) -> Text | None:
    """Weights and biases after a step."""
    ratio = _ratio(runs, lambda run, name: run.gradient[name], less=True)
    if ratio is None or not ratio:
        return None
    return Text(
        en="it returns the weights and biases after a step of gradient descent: the derivatives themselves are wanted",
        zh="返回的是梯度下降走一步之后的权重和偏置，而需要的是导数本身",
    )


def _decay(runs: Sequence[Run]) -> Text | None:
    """A multiple of the weights in the derivatives by them."""
    parameters = [(run, name) for run in runs for name in run.gradient if name.startswith("nabla_w")]
    if not all(close(run.found[n], true) for run in runs for n, true in run.gradient.items() if "_b" in n):
        return None
    added = [run.found[name] - run.gradient[name] for run, name in parameters]
    weights = [run.parameters[name] for run, name in parameters]
    factor = _common(added, weights)
    if factor is None:
        return None
    return Text(
        en=f"{factor:.6g} times the weights is added: such a term belongs to another cost than that of the network",
        zh=f"多加了权重的 {factor:.6g} 倍：这一项属于另一个代价函数，而不是这个网络的",
    )


def common_factor(runs: Sequence[Run]) -> float | None:
    """The one number that everything is times the gradient, None if there is none."""
    return _ratio(runs, lambda run, name: run.gradient[name])


def _ratio(runs: Sequence[Run], true: Callable[[Run, str], Array], less: bool = False) -> float | None:
    """c where all that came out is c times what is true; with `less`, where it is the parameters and c times that."""
    names = [(run, name) for run in runs for name in run.gradient]
    found = [run.found[name] - run.parameters[name] if less else run.found[name] for run, name in names]
    return _common(found, [true(run, name) for run, name in names])


def _common(found: Sequence[Array], true: Sequence[Array]) -> float | None:
    """The one number c for which `found` is c times `true` throughout; None if there is none."""
    one, other = (np.concatenate([part.ravel() for part in parts]) for parts in (found, true))
    if not np.all(np.isfinite(one)) or not np.any(other):
        return None
    factor = float(one @ other / (other @ other))
    return factor if all(close(f, factor * t) for f, t in zip(found, true, strict=True)) else None


def _with_slip(runs: Sequence[Run]) -> Text | None:
    """A gradient computed with one mistake, perhaps in a convention that differs by a factor."""
    by_size = sorted(runs, key=lambda run: -run.m)  # a mini-batch tells more mistakes apart than one example
    for slip in SLIPS:
        scales: Sequence[CodeConvention] = SCALES
        for run in by_size:
            made = run.example.with_slip(slip)
            scales = [] if made is None else _fitting(run, made, scales)
            if not scales:
                break
        else:
            return _otherwise(slip.text, scales[0])
    return None


def _fitting(run: Run, made: Sequence[Array], scales: Sequence[CodeConvention]) -> list[CodeConvention]:
    """The scales in which a run returned what was made."""
    found = [*run.b, *run.w]
    one, other = (np.concatenate([part.ravel() for part in parts]) for parts in (found, made))
    with np.errstate(all="ignore"):
        ratio = float(one @ other / max(float(other @ other), 1e-300))
    factors = [(scale, scale.factor(run.m, run.net.sizes[-1])) for scale in scales]
    return [
        scale
        for scale, factor in factors
        if abs(ratio - factor) <= 0.01 * abs(factor)
        and all(close(array, factor * wanted) for array, wanted in zip(found, made, strict=True))
    ]


def _one_layer(runs: Sequence[Run]) -> Text | None:
    """Some arrays are zero or hold another's value, and all others are right."""
    zero = _where(runs, lambda found, true: not np.any(found))
    if zero:
        return Text(en=f"zero, and so never set: {zero}", zh=f"一直是零，没有被赋值：{zero}")
    turned = _where(runs, lambda found, true: found.shape == true.T.shape and close(found.T, true))
    if turned:
        return Text(en=f"transposed: {turned}", zh=f"需要转置的有：{turned}")
    turned = _where(runs, lambda found, true: close(-found, true))
    if turned:
        return Text(en=f"the sign is wrong: {turned}", zh=f"符号反了：{turned}")
    return None


def _where(runs: Sequence[Run], test: Callable[[Array, Array], bool]) -> str:
    """The arrays that are wrong, if all that are wrong pass the test in every case."""
    names: dict[str, None] = {}
    for run in runs:
        for name, found, true in run.pairs:
            if close(found, true):
                continue
            if not test(found, true):
                return ""
            names[name] = None
    return ", ".join(names)


REASONS: tuple[Callable[[Sequence[Run]], Text | None], ...] = (
    _scaled,
    _any_factor,
    _updated,
    _decay,
    _with_slip,
    _one_layer,
)
