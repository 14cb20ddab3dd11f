"""How a program lays out what it is given and what it returns: `CodeConvention`, plain facts.

`BOOK` is this book's: columns are examples, w has the shape (n_l, n_{l-1}), b is a column, and the gradient is that of
the mean cost. `inputs(case)` gives the arguments in a convention, `in_book(b, w)` turns what came out into the book's
shapes, and `factor` is by how much it differs from the gradient of the mean cost. `str(convention)` says what is not as
in the book; `CodeConvention.read("rows, in-out, sum")` makes one from words. A further fact is a field, its values in
`FACTS` and what it does in the methods.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from itertools import product
from types import MappingProxyType
from typing import Any

import numpy as np
import numpy.typing as npt

from bpderive.errors import UnknownName, shown, unknown_name
from bpderive.letters.text import Text
from bpderive.programs.verify.sample import Case
from bpderive.workbook.conventions import conventions
from bpderive.workbook.conventions.declaration import Declaration

Array = npt.NDArray[Any]


_FACT = Text(en="convention of {name}", zh="{name} 约定")


@dataclass(frozen=True, slots=True)
class CodeConvention:
    """The convention of a program; each field has a value of `FACTS`, the first being the book's.

    `examples` is what a mini-batch looks like, `weights` the shape of w and `biases` where b is kept; `bias` is whether
    b is added or, as a threshold, subtracted; `batch` what is done with the examples, `sign` the direction and `cost`
    what multiple of the network's cost is meant; `result` how the derivatives are returned and `order` whether they
    begin with layer 2. `errors` is for intermediate results: whether δ already holds the 1/m of the mean.
    Raises `UnknownName` for any other value.
    """

    examples: str = "columns"
    weights: str = "out-in"
    biases: str = "column"
    bias: str = "added"
    batch: str = "mean"
    sign: str = "gradient"
    cost: str = "once"
    result: str = "b-w"
    order: str = "forwards"
    errors: str = "each"

    def __post_init__(self) -> None:
        for name, values in FACTS.items():
            if getattr(self, name) not in values:
                raise unknown_name(_FACT.format(name=name), getattr(self, name), values)

    @classmethod
    def read(cls, words: str) -> CodeConvention:
        """The convention that differs from the book's by these words, such as "rows, in-out, sum".

        Raises `UnknownName` for a word that is none of `FACTS`.
        """
        made = cls()
        for word in str(words).replace(",", " ").split():
            field = next((name for name, values in FACTS.items() if word in values), None)
            if field is None:
                raise unknown_name(
                    Text(en="convention", zh="约定"), word, [w for values in FACTS.values() for w in values]
                )
            made = replace(made, **{field: word})
        return made

    @property
    def in_weights(self) -> bool:
        """Whether the biases are a row or a column of the weights."""
        return self.biases in ("first-in-w", "last-in-w")

    def factor(self, m: int, outputs: int) -> float:
        """What the gradient of the mean cost over m examples is multiplied by, in a network of so many outputs."""
        over = {
            "once": 1.0,
            "twice": 2.0,
            "mean-of-outputs": 2 / outputs,
            "half-mean-of-outputs": 1 / outputs,
        }
        return over[self.cost] * (-1 if self.sign == "negative" else 1) * (m if self.batch == "sum" else 1)

    def inputs(self, case: Case) -> tuple[Any, ...]:
        """Weights, biases (unless they are in the weights), x and y, all of them copies."""
        biases = [self._bias(b) for b in case.biases]
        weights = [w.T.copy() if self.weights == "in-out" else w.copy() for w in case.weights]
        x, y = (self._batch(part) for part in (case.x, case.y))
        if not self.in_weights:
            return weights, biases, x, y
        axis = 0 if self.weights == "in-out" else 1
        kept = [np.expand_dims(b, axis) for b in biases]
        first = self.biases == "first-in-w"
        joined = [
            np.concatenate([b, w] if first else [w, b], axis=axis) for b, w in zip(kept, weights, strict=True)
        ]
        return joined, x, y

    def _batch(self, part: Array) -> Array:
        return {"columns": part, "rows": part.T, "one": part[:, 0]}[self.examples].copy()

    def _bias(self, b: Array) -> Array:
        signed = -b if self.bias == "subtracted" else b.copy()
        if self.biases == "column":
            return signed
        return signed.T if self.biases == "row" else signed.ravel()

    def in_book(self, b: Sequence[Array], w: Sequence[Array]) -> tuple[list[Array], list[Array]]:
        """Derivatives in this convention's shapes as lists of the book's; b is empty if they are in the weights."""
        turned = [part.T if self.weights == "in-out" else part for part in w]
        if self.in_weights:
            at = 0 if self.biases == "first-in-w" else -1
            b = [part[:, at] for part in turned]
            turned = [np.delete(part, at, axis=1) for part in turned]
        sign = -1 if self.bias == "subtracted" else 1
        return [sign * part.reshape(-1, 1) for part in b], turned

    @property
    def books(self) -> tuple[str, ...]:
        """The entries of `bp.conventions` that lay out examples, weights and biases in this way, by name."""
        added_up = "one" if self.examples == "one" else self.batch
        layout = (self.weights == "out-in", self.in_weights, self.bias == "subtracted")
        return tuple(
            name
            for name, book in conventions.items()
            if added_up in book.examples
            and (self.examples == "one" or book.rows == (self.examples == "rows"))
            and layout == (book.to_from, not book.has_bias, _has_thresholds(book))
            and {"BP2", "BP4"} <= set(book.numbers)  # it speaks of layers and their weights
        )

    def alternatives(self, **values: Sequence[str]) -> Iterator[CodeConvention]:
        """This convention with every choice of the values of some fields, the first of them first."""
        for chosen in product(*values.values()):
            yield replace(self, **dict(zip(values, chosen, strict=True)))

    @property
    def text(self) -> Text:
        """What is not as in the book, or that all is."""
        found = [_SAID[getattr(self, f.name)] for f in fields(self) if getattr(self, f.name) in _SAID]
        if not found:
            return Text(en="the convention of this book", zh="本书的约定")
        *others, last = found
        if not others:
            return last
        return Text(
            en=f"{', '.join(t.en for t in others)} and {last.en}",
            zh=f"{'、'.join(t.zh for t in others)}，以及{last.zh}",
        )

    def __str__(self) -> str:
        return str(self.text)


FACTS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "examples": ("columns", "rows", "one"),
        "weights": ("out-in", "in-out"),
        "biases": ("column", "row", "flat", "first-in-w", "last-in-w"),
        "bias": ("added", "subtracted"),
        "batch": ("mean", "sum"),
        "sign": ("gradient", "negative"),
        "cost": ("once", "twice", "mean-of-outputs", "half-mean-of-outputs"),
        "result": ("b-w", "w-b", "b-w-by-layer", "w-b-by-layer", "names", "steps"),
        "order": ("forwards", "from-the-output"),
        "errors": ("each", "averaged"),
    }
)
"""The values of each fact, the book's first."""


def _has_thresholds(book: Declaration) -> bool:
    return any(letter.role == "b" and letter.sign < 0 for letter in book.letters.values())


_SAID = {
    "rows": Text(en="examples in rows", zh="样本按行排列"),
    "one": Text(en="one example at a time, a flat array", zh="每次一个样本（一维数组）"),
    "in-out": Text(en="weights of shape (in, out)", zh="权重形状为 (in, out)"),
    "row": Text(en="biases of shape (1, n)", zh="偏置形状为 (1, n)"),
    "flat": Text(en="biases of shape (n,)", zh="偏置形状为 (n,)"),
    "first-in-w": Text(en="the biases as the first row or column of w", zh="偏置放在 w 的第一行（列）"),
    "last-in-w": Text(en="the biases as the last row or column of w", zh="偏置放在 w 的最后一行（列）"),
    "subtracted": Text(en="thresholds, which are subtracted, as biases", zh="以被减去的阈值作为偏置"),
    "sum": Text(en="the sum over the batch", zh="对小批量求和（而不是平均）"),
    "negative": Text(en="the negative gradient", zh="梯度的相反数"),
    "twice": Text(en="twice the cost, as without its ½", zh="代价的两倍（如不带 ½）"),
    "mean-of-outputs": Text(
        en="the mean of the squares over the outputs, as MSE losses have it",
        zh="对各输出也取平均的平方误差（MSE）",
    ),
    "half-mean-of-outputs": Text(en="the mean of the cost over the outputs", zh="代价对各输出取平均"),
    "w-b": Text(en="the weights' derivatives first", zh="先返回对权重的导数"),
    "b-w-by-layer": Text(en="a pair for each layer", zh="每层返回一对导数"),
    "w-b-by-layer": Text(
        en="a pair for each layer, the weights' derivatives first", zh="每层返回一对导数，权重在前"
    ),
    "names": Text(en="derivatives by name", zh="按名称返回导数"),
    "steps": Text(en="steps of gradient descent", zh="梯度下降的步长"),
    "from-the-output": Text(en="lists that begin with the output layer", zh="列表从输出层开始"),
    "averaged": Text(en="errors δ that are divided by m already", zh="误差 δ 已除以 m"),
}

BOOK = CodeConvention()

SCALES = tuple(
    BOOK.alternatives(
        sign=FACTS["sign"],
        batch=FACTS["batch"],
        cost=("once", "twice", "mean-of-outputs", "half-mean-of-outputs"),
    )
)
"""The conventions that differ by a factor alone."""


def given_convention(given: Any) -> CodeConvention | None:
    """None, a convention, or the words for one; raises `UnknownName` for anything else."""
    if given is None or isinstance(given, CodeConvention):
        return given
    if isinstance(given, str):
        return CodeConvention.read(given)
    raise UnknownName(
        Text(
            en="A convention is a CodeConvention or words such as 'in-out, sum'; given was {given}.",
            zh="约定应写成 CodeConvention，或像 'in-out, sum' 这样的词；给出的是 {given}。",
        ).format(given=shown(given, 60))
    )
