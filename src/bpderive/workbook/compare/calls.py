"""One call of a reader's program: what it was given, what it returned and what is true.

`Program(thing)` is a function, or an object with `forward` and `backward`, that can be called in any convention;
`program.call(drawn(net, seed, batch), convention)` gives the `Run`s as which its answer can be read, or raises `Wrong`
with a finding where it stops, or returns what is no gradient or has other shapes.
"""

from __future__ import annotations

import contextlib
import inspect
import io
import warnings
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any

import numpy as np

from bpderive.functions.network import Network
from bpderive.letters.text import Text
from bpderive.programs.lambdified import compile_gradient
from bpderive.programs.verify.sample import Case, draw_case
from bpderive.workbook.compare.convention import Array, CodeConvention
from bpderive.workbook.compare.findings import Finding
from bpderive.workbook.compare.objects import Moved, as_function, asked_for
from bpderive.workbook.compare.returned import Reading, Unreadable, readings
from bpderive.workbook.slips import CLASSIC, Slip, trace

BATCHES = (3, 1, 2)
"""How many examples the cases have: a mini-batch, which tells most, a single one, and a last, shorter mini-batch."""

CLOSE = {2: 1e-2, 4: 1e-4}
"""How near in parts of the largest entry, by the bytes of a number; 1e-7 for float64."""


@dataclass(frozen=True, slots=True)
class Run:
    """One call in a convention: what came out and what is true, as arrays b and w of the book's shapes, by layer.

    `moved` is whether what came out is a step of gradient descent.
    """

    example: Example
    convention: CodeConvention
    b: list[Array]
    w: list[Array]
    moved: bool = False

    @property
    def net(self) -> Network:
        """The network."""
        return self.example.net

    @property
    def pairs(self) -> Iterator[tuple[str, Array, Array]]:
        """The name, what came out and what is true, of every array."""
        for letter, found, true in (
            ("nabla_b", self.b, self.example.true_b),
            ("nabla_w", self.w, self.example.true_w),
        ):
            for place, (one, other) in enumerate(zip(found, true, strict=True)):
                yield f"{letter}[{place}]", one, other

    def pairs_in(self, scale: CodeConvention) -> Iterator[tuple[str, Array, Array]]:
        """The same where the gradient is meant in another scale."""
        factor = scale.factor(self.m, self.net.sizes[-1])
        return ((name, found, factor * true) for name, found, true in self.pairs)

    @property
    def found(self) -> dict[str, Array]:
        """What came out, by name."""
        return {name: found for name, found, _ in self.pairs}

    @property
    def gradient(self) -> dict[str, Array]:
        """What is true, by name."""
        return {name: true for name, _, true in self.pairs}

    @property
    def parameters(self) -> dict[str, Array]:
        """The biases and weights themselves, by the names of their derivatives."""
        given = [*self.example.case.biases, *self.example.case.weights]
        return {name: value for (name, _, _), value in zip(self.pairs, given, strict=True)}

    @property
    def m(self) -> int:
        """How many examples."""
        return int(self.example.case.x.shape[1])


class Wrong(Exception):
    """The program cannot be compared any further; args[0] is the finding."""


@dataclass(frozen=True, slots=True)
class Example:
    """What a program is called with, and the true gradient there. The arrays are never written to."""

    net: Network
    case: Case
    true_b: list[Array]
    true_w: list[Array]
    mistaken: dict[Slip, list[Array] | None] = field(default_factory=dict, compare=False)

    def with_slip(self, slip: Slip) -> list[Array] | None:
        """The gradient, b and then w, made with a mistake; None where that makes shapes that do not fit."""
        if slip not in self.mistaken:
            true = [array.shape for array in (*self.true_b, *self.true_w)]
            try:
                with np.errstate(all="ignore"):
                    b, w = trace(self.net, *self.case.arguments, slip).gradient
                made: list[Array] | None = [*b, *w]
            except ValueError:
                made = None
            fits = made is not None and [array.shape for array in made] == true
            self.mistaken[slip] = made if fits else None
        return self.mistaken[slip]


@lru_cache(64)
def drawn(net: Network, seed: int, batch: int) -> Example:
    """The seeded case with so many examples, and what is true there."""
    case = draw_case(net, np.random.default_rng([seed, batch]))
    case = replace(case, x=case.x[:, :batch], y=case.y[:, :batch])
    true = _compiled(net)(*case.arguments)
    return Example(net, case, list(true.b), list(true.w))


_compiled = lru_cache(16)(compile_gradient)


class Program:
    """A reader's function (weights, biases, x, y), or (weights, x, y), or an object with `forward` and `backward`."""

    def __init__(self, thing: Any) -> None:
        self._object = hasattr(thing, "forward") and hasattr(thing, "backward")
        self._function = as_function(thing) if self._object else thing
        self._asked = None if self._object else asked_for(thing)
        self.few = not self._object and self._count() == 3 and "parameters" not in (self._asked or ())
        """Whether it takes three arguments, the biases being in the weights."""
        self.many = not self._object and not self.few and self._count() is not None
        """Whether it takes weights and biases apart."""

    def _count(self) -> int | None:
        """How many arguments it needs; None where nothing says so."""
        try:
            parameters = inspect.signature(self._function).parameters.values()
        except (TypeError, ValueError):
            return None
        if any(p.kind is p.VAR_POSITIONAL for p in parameters):
            return None
        return sum(p.default is p.empty and p.kind is not p.VAR_KEYWORD for p in parameters)

    def call(
        self,
        example: Example,
        convention: CodeConvention,
        findings: list[Finding] | None = None,
    ) -> list[Run]:
        """Call it once and read what it returns in every way that gives arrays of the right shapes.

        What it does to its arguments goes to `findings`; without them it is only tried, and what it prints is dropped.
        """
        net, case = example.net, example.case
        given = convention.inputs(case)
        quiet = contextlib.redirect_stdout(io.StringIO()) if findings is None else contextlib.nullcontext()
        with np.errstate(all="ignore"), warnings.catch_warnings(), quiet:
            warnings.simplefilter("ignore")
            try:
                returned = self._function(*self._arguments(given))
            except (Exception, SystemExit) as error:
                raise Wrong(crash(error, case.x.shape[1])) from error
        if returned is None and not convention.in_weights and not self._object:
            before = convention.inputs(case)
            if not _same(before[0], given[0]):  # it makes its step in place
                b, w = ([old - new for old, new in zip(before[n], given[n], strict=True)] for n in (1, 0))
                returned = Moved(b, w)
        if findings is not None and not self._object and not isinstance(returned, Moved):
            names = ("weights", "x", "y") if convention.in_weights else ("weights", "biases", "x", "y")
            for name, before, after in zip(names, convention.inputs(case), given, strict=True):
                if not _same(before, after):
                    findings.append(_written_into(name))
        try:
            read = readings(returned, net.depth - 1, convention.in_weights)
        except Unreadable as error:
            raise Wrong(_form(net, error.args[0])) from error
        laid_out = convention.inputs(replace(case, weights=example.true_w, biases=example.true_b))
        wanted = Reading([] if convention.in_weights else laid_out[1], laid_out[0], "", "")
        fitting = [reading for reading in read if reading.shapes == wanted.shapes]
        if not fitting:
            raise Wrong(_wrong_shapes(read[0], wanted, case.x.shape[1]))
        return [
            Run(
                example,
                replace(convention, result=reading.result, order=reading.order),
                *convention.in_book(reading.b, reading.w),
                isinstance(returned, Moved),
            )
            for reading in fitting
        ]

    def _arguments(self, given: tuple[Any, ...]) -> Sequence[Any]:
        if self._asked is None:
            return given
        weights, x, y = given[0], given[-2], given[-1]
        biases = given[1] if len(given) == 4 else []
        named = {f"W{n}": w for n, w in enumerate(weights, start=1)}
        named |= {f"b{n}": b for n, b in enumerate(biases, start=1)}
        meant = {"weights": weights, "biases": biases, "x": x, "y": y, "parameters": named}
        return [meant[name] for name in self._asked]


def _same(before: Any, after: Any) -> bool:
    if isinstance(before, list):
        return len(before) == len(after) and all(map(_same, before, after))
    return np.shape(before) == np.shape(after) and bool(np.array_equal(before, after))


def _form(net: Network, why: Text) -> Finding:
    return Finding(
        "form",
        Text(
            en="it must return (nabla_b, nabla_w), two lists with an array for each layer from 2 to {depth}; {why}",
            zh="应返回 (nabla_b, nabla_w)，即两个列表，第 2 到第 {depth} 层各一个数组；{why}",
        ).format(depth=net.depth, why=why),
    )


def crash(error: BaseException, batch: int) -> Finding:
    """What is said of a program that stops."""
    what = " ".join(f"{type(error).__name__}: {error}".split())[:300]
    return Finding("crash", _STOPS.format(what=what, batch=batch))


_STOPS = Text(en="it stops with {what} (for {batch} examples)", zh="因 {what} 而中止（样本数为 {batch}）")


def _written_into(name: str) -> Finding:
    return Finding(
        "writes",
        Text(
            en=f"it writes into its argument {name}: take a copy before changing an array",
            zh=f"函数改写了自己的参数 {name}：修改数组前请先复制",
        ),
        (name,),
    )


def _wrong_shapes(found: Reading, true: Reading, m: int) -> Finding:
    """The shapes that are wrong, and whether they come from a known mistake."""
    names = [f"nabla_b[{n}]" for n in range(len(true.b))] + [f"nabla_w[{n}]" for n in range(len(true.w))]
    if len(found.shapes) != len(names):
        names = [f"array {n + 1}" for n in range(max(len(found.shapes), len(true.shapes)))]
    pairs = list(zip(names, (*found.b, *found.w), (*true.b, *true.w), strict=False))
    wrong = [(name, f, t) for name, f, t in pairs if f.shape != t.shape]
    arrays = tuple(name for name, _, _ in wrong)
    listed = ", ".join(f"{name} {f.shape}, {t.shape}" for name, f, t in wrong)
    text = Text(
        en=f"wrong shapes (array, its shape, the shape wanted): {listed}",
        zh=f"形状不对（数组、实际形状、应有形状）：{listed}",
    )
    why = _why_shapes(found, true, wrong, m)
    if why is None:
        return Finding("shapes", text, arrays)
    return Finding("reason", Text(en="{text}; {why}", zh="{text}；{why}").format(text=text, why=why), arrays)


def _why_shapes(
    found: Reading, true: Reading, wrong: Sequence[tuple[str, Array, Array]], m: int
) -> Text | None:
    biases = all(name.startswith("nabla_b") for name, _, _ in wrong)
    for text, test in _SHAPES:
        if biases and all(test(f, t, m) for _, f, t in wrong):
            return text
    hidden = [a for part in (found.b, found.w) for a in part[:-1]]
    if hidden and all(not np.any(a) for a in hidden):
        return CLASSIC
    transposed = [name for name, f, t in wrong if f.shape == t.shape[::-1] and close(f.T, t)]
    if transposed:
        listed = ", ".join(transposed)
        return Text(en=f"transposed: {listed}", zh=f"需要转置的有：{listed}")
    return None


_SHAPES: tuple[tuple[Text, Callable[[Array, Array, int], bool]], ...] = (
    (
        Text(
            en="the derivatives for the biases are columns: sum with keepdims=True, or take [:, None]",
            zh="对偏置的导数应是列向量：求和时用 keepdims=True，或取 [:, None]",
        ),
        lambda f, t, m: f.shape == (t.size,),
    ),
    (
        Text(
            en="the sum for the biases adds up all neurons of a layer: it should be over the examples alone (axis=1)",
            zh="对偏置求和时把一层的所有神经元都加在了一起：应只对样本求和（axis=1）",
        ),
        lambda f, t, m: f.size == 1 and (t.size > 1 or f.ndim == 0),
    ),
    (
        Text(
            en="the errors are not summed over the examples for the biases: .sum(axis=1, keepdims=True)",
            zh="误差没有对样本求和就当作了对偏置的导数：.sum(axis=1, keepdims=True)",
        ),
        lambda f, t, m: m > 1 and f.shape in ((t.size, m), (m, t.size)),
    ),
    (
        Text(
            en="the sum for the biases is taken over the neurons instead of the examples: the axis is the other one",
            zh="对偏置求和时是对神经元而不是对样本求和：应换另一个轴",
        ),
        lambda f, t, m: m > 1 and f.shape in ((m,), (1, m), (m, 1)),
    ),
)
"""Wrong shapes of the derivatives for biases: what is said, and the test of the array, the true one and m."""


def tolerance(found: Array) -> float:
    """How near an array must be, in parts of the largest entry: single precision has fewer digits."""
    return CLOSE.get(found.dtype.itemsize, 1e-7)


def apart(found: Array, true: Array) -> float:
    """The largest difference in parts of the largest entry; infinite for other shapes and what is not finite."""
    if found.shape != true.shape or not np.all(np.isfinite(found)):
        return float("inf")
    scale = max(float(np.max(np.abs(true), initial=0.0)), 1e-12)
    return float(np.max(np.abs(found - true), initial=0.0)) / scale


def close(found: Array, true: Array) -> bool:
    """Return whether an array has the shape and, but for rounding, the values that it should have."""
    return apart(found, true) <= tolerance(found)


def agree(first: Run, second: Run) -> bool:
    """Return whether two calls returned the same, nan included."""
    return all(
        np.array_equal(one, other, equal_nan=True) or close(one, other)
        for (_, one, _), (_, other, _) in zip(first.pairs, second.pairs, strict=True)
    )
