"""One call of a reader's function: what it was given, what it returned and what is true.

`called(function, net, case, findings)` gives a `Run`, or raises `Wrong` with a finding where the function stops or
returns something of another form, or arrays of other shapes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from bpderive.functions.network import Network
from bpderive.letters.text import Text
from bpderive.programs.lambdified import compile_gradient
from bpderive.programs.verify.sample import Case, draw_case
from bpderive.workbook.compare.findings import Finding
from bpderive.workbook.slips import CLASSIC

CLOSE = 1e-7


Array = npt.NDArray[Any]


Backprop = Callable[..., Any]


@dataclass(frozen=True, slots=True)
class Run:
    """One call: what was given, what came out and what is true, as arrays b and w in the order of the layers."""

    net: Network
    case: Case
    b: list[Array]
    w: list[Array]
    true_b: list[Array]
    true_w: list[Array]

    @property
    def pairs(self) -> Iterator[tuple[str, Array, Array]]:
        """The name, what came out and what is true, of every array."""
        for letter, found, true in (("nabla_b", self.b, self.true_b), ("nabla_w", self.w, self.true_w)):
            for place, (one, other) in enumerate(zip(found, true, strict=True)):
                yield f"{letter}[{place}]", one, other

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
        given = [*self.case.biases, *self.case.weights]
        return {name: value for (name, _, _), value in zip(self.pairs, given, strict=True)}

    @property
    def m(self) -> int:
        """How many examples."""
        return int(self.case.x.shape[1])


class Wrong(Exception):
    """The function cannot be compared any further; args[0] is the finding."""


def drawn(net: Network, seed: int, batch: int) -> Case:
    """The seeded case with so many examples."""
    drawn = draw_case(net, np.random.default_rng([seed, batch]))
    return replace(drawn, x=drawn.x[:, :batch], y=drawn.y[:, :batch])


def called(function: Backprop, net: Network, case: Case, findings: list[Finding]) -> Run:
    """Call the function once and look at the form of what it returns; raises `Wrong` where it has none."""
    given = [w.copy() for w in case.weights], [b.copy() for b in case.biases], case.x.copy(), case.y.copy()
    with np.errstate(all="ignore"):
        try:
            returned = function(*given)
        except Exception as error:
            raise Wrong(_crash(error, case)) from error
    names = ("weights", "biases", "x", "y")
    for name, before, after in zip(names, case.arguments, given, strict=True):
        if not _same(before, after):
            findings.append(_written_into(name))
    return _read(net, case, returned)


def _same(before: Any, after: Any) -> bool:
    if isinstance(before, list):
        return len(before) == len(after) and all(map(_same, before, after))
    return np.shape(before) == np.shape(after) and bool(np.array_equal(before, after))


def _read(net: Network, case: Case, returned: Any) -> Run:
    true = compile_gradient(net)(*case.arguments)
    form = Text(
        en="it must return (nabla_b, nabla_w), two lists with an array for each layer from 2 to {depth}; {given}",
        zh="它应返回 (nabla_b, nabla_w)，即两个列表，第 2 到第 {depth} 层各一个数组；{given}",
    )
    try:
        first, second = returned
        lists = [[np.asarray(a, dtype=np.float64) for a in part] for part in (first, second)]
    except (TypeError, ValueError) as error:
        given = Text(en=f"what it returns cannot be read so: {error}", zh=f"它的返回值无法这样读取：{error}")
        raise Wrong(Finding("form", form.format(depth=net.depth, given=given))) from error
    if any(len(part) != net.depth - 1 for part in lists):
        lengths = f"{len(lists[0])}, {len(lists[1])}"
        given = Text(en=f"it returns lists of {lengths} arrays", zh=f"它返回的列表各有 {lengths} 个数组")
        raise Wrong(Finding("form", form.format(depth=net.depth, given=given)))
    run = Run(net, case, lists[0], lists[1], list(true.b), list(true.w))
    if any(found.shape != wanted.shape for _, found, wanted in run.pairs):
        raise Wrong(_wrong_shapes(run))
    return run


def _crash(error: Exception, case: Case) -> Finding:
    what = f"{type(error).__name__}: {error}"
    return Finding(
        "crash",
        Text(
            en=f"it stops with {what} (for {case.x.shape[1]} examples)",
            zh=f"它因 {what} 而中止（样本数为 {case.x.shape[1]}）",
        ),
    )


def _written_into(name: str) -> Finding:
    return Finding(
        "writes",
        Text(
            en=f"it writes into its argument {name}: take a copy before changing an array",
            zh=f"它改写了自己的参数 {name}：修改数组前请先复制",
        ),
        (name,),
    )


def _wrong_shapes(run: Run) -> Finding:
    """The shapes that are wrong, and whether they come from a known mistake."""
    swapped = [a.shape for a in run.b] == [a.shape for a in run.true_w] and [a.shape for a in run.w] == [
        a.shape for a in run.true_b
    ]
    wrong = [(n, f.shape, t.shape) for n, f, t in run.pairs if f.shape != t.shape]
    arrays = tuple(name for name, _, _ in wrong)
    listed = ", ".join(f"{name} {found}, {true}" for name, found, true in wrong)
    text = Text(
        en=f"wrong shapes (array, its shape, the shape wanted): {listed}",
        zh=f"形状不对（数组、它的形状、应有的形状）：{listed}",
    )
    if swapped:
        return Finding(
            "reason",
            Text(en="{text}; the two lists are swapped", zh="{text}；两个列表的次序反了").format(text=text),
            arrays,
        )
    reason = _turned(run)
    if reason is not None:
        return Finding(
            "reason", Text(en="{text}; {why}", zh="{text}；{why}").format(text=text, why=reason), arrays
        )
    hidden = [a for part in (run.b, run.w) for a in part[:-1]]
    if hidden and all(a.size == 0 or not np.any(a) for a in hidden):
        return Finding(
            "reason", Text(en="{text}; {why}", zh="{text}；{why}").format(text=text, why=CLASSIC), arrays
        )
    transposed = [
        n for n, f, t in run.pairs if f.shape == t.shape[::-1] and f.shape != t.shape and close(f.T, t)
    ]
    if transposed:
        why = Text(en=f"transposed: {', '.join(transposed)}", zh=f"需要转置的有：{', '.join(transposed)}")
        return Finding(
            "reason", Text(en="{text}; {why}", zh="{text}；{why}").format(text=text, why=why), arrays
        )
    return Finding("shapes", text, arrays)


def _turned(run: Run) -> Text | None:
    """Lists that begin with the output layer, or biases without a second dimension."""
    found, true = [a.shape for a in run.b + run.w], [a.shape for a in run.true_b + run.true_w]
    turned = [a.shape for a in run.b[::-1] + run.w[::-1]]
    if turned == true != found:
        return Text(
            en="the lists begin with the output layer: turn them round", zh="列表从输出层开始：请把次序倒过来"
        )
    wanted = [a.shape for a in run.true_b]
    if [(*a.shape, 1) for a in run.b] == wanted and found[len(run.b) :] == true[len(run.b) :]:
        return Text(
            en="the derivatives for the biases are columns: sum with keepdims=True, or take [:, None]",
            zh="对偏置的导数应是列向量：求和时用 keepdims=True，或取 [:, None]",
        )
    return None


def close(found: Array, true: Array) -> bool:
    """Whether an array has the shape and, but for rounding, the values that it should have."""
    if found.shape != true.shape or not np.all(np.isfinite(found)):
        return False
    scale = max(float(np.max(np.abs(true), initial=0.0)), 1e-12)
    return bool(np.max(np.abs(found - true), initial=0.0) <= CLOSE * scale)


def agree(first: Run, second: Run) -> bool:
    """Whether two calls returned the same."""
    return all(
        close(one, other) for (_, one, _), (_, other, _) in zip(first.pairs, second.pairs, strict=True)
    )
