"""Stochastic gradient descent: `start(sizes, seed)`, and from there `descend`, one epoch after the other.

The rule is that of the book: for each mini-batch of m examples

    w^l → w^l − η/m Σ_x δ^{x,l} (a^{x,l−1})^T,    b^l → b^l − η/m Σ_x δ^{x,l},    l = L, L−1, …, 2.

A compiled gradient, and one by hand of the same form, give the mean over the columns, so that the rule is w − η ∇_w C.
All chance comes from the seed: the same seed gives the same start, the same mini-batches and the same result.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from bpderive.errors import DomainError, ShapeError, shown
from bpderive.letters.text import Text

Array = npt.NDArray[Any]
GradientFunction = Callable[[list[Array], list[Array], Array, Array], tuple[Sequence[Array], Sequence[Array]]]
"""From weights, biases, x and y to the gradient of the mean cost, by all b and by all w."""


class Parameters(NamedTuple):
    """weights[i], shape (n_l, n_{l−1}), and biases[i], shape (n_l, 1), lead into layer l = i + 2."""

    weights: list[Array]
    biases: list[Array]


def start(sizes: Sequence[int], seed: int) -> Parameters:
    """Normal random numbers: biases with standard deviation 1, weights into layer l with 1/√n_{l−1}."""
    rng = np.random.default_rng(seed)
    weights = [rng.standard_normal((n, before)) / np.sqrt(before) for before, n in pairwise(sizes)]
    return Parameters(weights, [rng.standard_normal((n, 1)) for n in sizes[1:]])


def descend(
    gradient: GradientFunction,
    given: Parameters,
    x: Array,
    y: Array,
    *,
    rate: float,
    batch: int,
    epochs: int,
    seed: int,
) -> Iterator[Parameters]:
    """The parameters after each epoch; `given` is not changed.

    An epoch puts the columns of x (n_1, N) and y (n_L, N) into a new random order and takes one step for each `batch`
    of them; the last mini-batch is smaller if N is no multiple. `rate` is η. Raises `ShapeError` for x and y that do
    not fit each other, `DomainError` for a rate, batch or number of epochs that makes no sense.
    """
    count = _examples(x, y)
    _require(np.isfinite(rate) and rate > 0, _RATE, rate, _POSITIVE)
    for what, number in ((_BATCH, batch), (_EPOCHS, epochs)):
        _require(type(number) is int and number >= 1, what, number, _WHOLE)
    return _epochs(gradient, given, x, y, count, rate, batch, epochs, np.random.default_rng(seed))


def _epochs(
    gradient: GradientFunction,
    given: Parameters,
    x: Array,
    y: Array,
    count: int,
    rate: float,
    batch: int,
    epochs: int,
    rng: np.random.Generator,
) -> Iterator[Parameters]:
    weights, biases = list(given.weights), list(given.biases)
    for _ in range(epochs):
        order = rng.permutation(count)
        for first in range(0, count, batch):
            chosen = order[first : first + batch]
            nabla_b, nabla_w = gradient(weights, biases, x[:, chosen], y[:, chosen])
            weights = [w - rate * nabla for w, nabla in zip(weights, nabla_w, strict=True)]
            biases = [b - rate * nabla for b, nabla in zip(biases, nabla_b, strict=True)]
        yield Parameters(weights, biases)


def accuracy(output: Array, labels: Array) -> float:
    """The share of the columns of a^L, shape (n_L, N), whose largest output is the one that `labels` names."""
    if np.ndim(output) != 2 or np.shape(labels) != np.shape(output)[1:]:
        raise ShapeError(
            Text(
                en="The output has the shape {output} and the labels {labels}; wanted are (n_L, N) and (N,), one label "
                "for each column.",
                zh="输出的形状是 {output}，标签的形状是 {labels}；需要 (n_L, N) 与 (N,)，每列一个标签。",
            ).format(output=np.shape(output), labels=np.shape(labels))
        )
    return float(np.mean(np.argmax(output, axis=0) == labels))


def _examples(x: Array, y: Array) -> int:
    if np.ndim(x) != 2 or np.ndim(y) != 2 or np.shape(x)[1] != np.shape(y)[1] or not np.shape(x)[1]:
        raise ShapeError(
            Text(
                en="x has the shape {x} and y {y}; wanted are (n_1, N) and (n_L, N), one column for each training "
                "example, at least one. Transpose x and y if their rows are the examples.",
                zh="x 的形状是 {x}，y 的形状是 {y}；需要 (n_1, N) 与 (n_L, N)，每个训练样本占一列，至少一列。"
                "如果样本按行排列，请把 x 和 y 转置。",
            ).format(x=np.shape(x), y=np.shape(y))
        )
    return int(np.shape(x)[1])


_RATE = Text(en="The learning rate", zh="学习率")
_EPOCHS = Text(en="The number of epochs", zh="训练轮数")
_BATCH = Text(en="The size of a mini-batch", zh="小批量的大小")
_POSITIVE = Text(en="a positive number", zh="正数")
_WHOLE = Text(en="an integer from 1", zh="从 1 起的整数")
_GIVEN = Text(
    en="{what} was given as {given}; {wanted} is wanted.", zh="{what}给成了 {given}；应为{wanted}。"
)


def _require(holds: bool, what: Text, given: object, wanted: Text) -> None:
    if not holds:
        raise DomainError(_GIVEN.format(what=what, given=shown(given), wanted=wanted))
