"""A reader's own backpropagation against the truth: `compare(my_backprop, net)`.

The function is run on seeded examples and mini-batches; what it returns is held against the compiled gradient. Where it
differs, the likely reason is found by testing: each mistake of `slips` is made on purpose, and the one whose result
agrees with what the function returned is named. A further way of being wrong is a row of `slips.SLIPS`, or a function
`(run) -> Finding | None` in `_REASONS`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from bpderive.codegen import compile_gradient
from bpderive.errors import NetworkError
from bpderive.network import Network
from bpderive.slips import CLASSIC, SLIPS, Slip, gradient_with
from bpderive.text import Text
from bpderive.verify.sample import Case, draw_case

BATCHES = (1, 3, 2)
"""How many examples the cases have: one, a mini-batch, and a last, shorter one."""

CLOSE = 1e-7

Array = npt.NDArray[Any]
Backprop = Callable[..., Any]


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong: its kind, what it is in words, the arrays concerned, and the largest relative error."""

    kind: str
    text: Text
    arrays: tuple[str, ...] = ()
    error: float | None = None

    def __str__(self) -> str:
        return str(self.text)


@dataclass(frozen=True, slots=True)
class Findings:
    """What was found about a function: nothing, if it is `ok`. `cases` is the number of calls that were compared."""

    findings: tuple[Finding, ...]
    cases: int

    @property
    def ok(self) -> bool:
        """Whether nothing is wrong."""
        return not self.findings

    @property
    def text(self) -> Text:
        """Everything found, one line each."""
        if self.ok:
            return Text(
                en="it agrees with the gradient in {cases} cases", zh="在 {cases} 种情形下与梯度一致"
            ).format(cases=self.cases)
        texts = [finding.text for finding in self.findings]
        return Text(en="\n".join(t.en for t in texts), zh="\n".join(t.zh for t in texts))

    def __str__(self) -> str:
        return str(self.text)

    def _repr_markdown_(self) -> str:
        return "\n".join(f"- {line}" for line in str(self).split("\n"))


@dataclass(frozen=True, slots=True)
class _Run:
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
    def m(self) -> int:
        """How many examples."""
        return int(self.case.x.shape[1])


class _Wrong(Exception):
    """The function cannot be compared any further; args[0] is the finding."""


def compare(my_backprop: Any, net: Any, seed: int = 0) -> Findings:
    """Whether `my_backprop(weights, biases, x, y)` returns (nabla_b, nabla_w), the gradient of the mean cost.

    weights[i] has the shape (n_l, n_{l-1}) and biases[i] (n_l, 1) with l = i + 2; x (n_1, m) and y (n_L, m) have a
    column for each example. Nothing is raised for what the function does: its faults are the findings.
    Raises `NetworkError` if `net` is no network or `my_backprop` no function.
    """
    if not isinstance(net, Network) or not callable(my_backprop):
        raise NetworkError(
            f"Give a function and a Network to compare it on: compare(my_backprop, Network((2, 3, 2))); "
            f"given were {my_backprop!r} and {net!r}."
        )
    findings: list[Finding] = []
    runs: list[_Run] = []
    calls = 0
    for batch in (*BATCHES, BATCHES[0]):
        try:
            runs.append(_called(my_backprop, net, _case(net, seed, batch), findings))
            calls += 1
        except _Wrong as stopped:
            findings.append(_with_reason(stopped.args[0], my_backprop, net, seed, batch))
            break
    if len(runs) == len(BATCHES) + 1 and not _agree(runs[0], runs[-1]):
        findings.append(_STATE)
    wrong = [run for run in runs if any(not _close(found, true) for _, found, true in run.pairs)]
    if wrong and not any(f.kind == "reason" for f in findings):
        findings.extend(_differences(wrong, runs))
    return Findings(tuple(dict.fromkeys(findings)), calls)


def _case(net: Network, seed: int, batch: int) -> Case:
    drawn = draw_case(net, np.random.default_rng([seed, batch]))
    return replace(drawn, x=drawn.x[:, :batch], y=drawn.y[:, :batch])


def _called(function: Backprop, net: Network, case: Case, findings: list[Finding]) -> _Run:
    """Call the function once and look at the form of what it returns; raises `_Wrong` where it has none."""
    given = [w.copy() for w in case.weights], [b.copy() for b in case.biases], case.x.copy(), case.y.copy()
    with np.errstate(all="ignore"):
        try:
            returned = function(*given)
        except Exception as error:
            raise _Wrong(_crash(error, case)) from error
    names = ("weights", "biases", "x", "y")
    for name, before, after in zip(names, case.arguments, given, strict=True):
        if not _same(before, after):
            findings.append(_written_into(name))
    return _read(net, case, returned)


def _same(before: Any, after: Any) -> bool:
    if isinstance(before, list):
        return len(before) == len(after) and all(map(_same, before, after))
    return np.shape(before) == np.shape(after) and bool(np.array_equal(before, after))


def _read(net: Network, case: Case, returned: Any) -> _Run:
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
        raise _Wrong(Finding("form", form.format(depth=net.depth, given=given))) from error
    if any(len(part) != net.depth - 1 for part in lists):
        lengths = f"{len(lists[0])}, {len(lists[1])}"
        given = Text(en=f"it returns lists of {lengths} arrays", zh=f"它返回的列表各有 {lengths} 个数组")
        raise _Wrong(Finding("form", form.format(depth=net.depth, given=given)))
    run = _Run(net, case, lists[0], lists[1], list(true.b), list(true.w))
    if any(found.shape != wanted.shape for _, found, wanted in run.pairs):
        raise _Wrong(_wrong_shapes(run))
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


_STATE = Finding(
    "state",
    Text(
        en="it keeps state between calls: the same arguments gave another result the second time",
        zh="它在调用之间保留了状态：同样的参数第二次得到了不同的结果",
    ),
)


def _wrong_shapes(run: _Run) -> Finding:
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
    hidden = [a for part in (run.b, run.w) for a in part[:-1]]
    if hidden and all(a.size == 0 or not np.any(a) for a in hidden):
        return Finding(
            "reason", Text(en="{text}; {why}", zh="{text}；{why}").format(text=text, why=CLASSIC), arrays
        )
    transposed = [
        n for n, f, t in run.pairs if f.shape == t.shape[::-1] and f.shape != t.shape and _close(f.T, t)
    ]
    if transposed:
        why = Text(en=f"transposed: {', '.join(transposed)}", zh=f"需要转置的有：{', '.join(transposed)}")
        return Finding(
            "reason", Text(en="{text}; {why}", zh="{text}；{why}").format(text=text, why=why), arrays
        )
    return Finding("shapes", text, arrays)


def _with_reason(finding: Finding, function: Backprop, net: Network, seed: int, batch: int) -> Finding:
    """A crash or a wrong shape, with the reason found on the network of the same depth whose widths are all equal."""
    if finding.kind == "reason" or finding.kind == "form":
        return finding
    choices = [net.layer_activation(layer) for layer in range(2, net.depth + 1)]
    if len(set(net.sizes)) == 1 or any(choice is None for choice in choices):
        return finding
    equal = Network((3,) * net.depth, activation=tuple(choices), cost=net.cost)
    runs = []
    for size in BATCHES:
        try:
            runs.append(_called(function, equal, _case(equal, seed, size), []))
        except _Wrong:
            return finding
    reason = _reason(runs)
    if reason is None:
        return finding
    text = Text(
        en="{finding}; on a network of equal widths: {reason}", zh="{finding}；在各层等宽的网络上：{reason}"
    )
    return replace(finding, kind="reason", text=text.format(finding=finding.text, reason=reason.text))


def _close(found: Array, true: Array) -> bool:
    if found.shape != true.shape or not np.all(np.isfinite(found)):
        return False
    scale = max(float(np.max(np.abs(true), initial=0.0)), 1e-12)
    return bool(np.max(np.abs(found - true), initial=0.0) <= CLOSE * scale)


def _agree(first: _Run, second: _Run) -> bool:
    return all(
        _close(one, other) for (_, one, _), (_, other, _) in zip(first.pairs, second.pairs, strict=True)
    )


def _differences(wrong: Sequence[_Run], runs: Sequence[_Run]) -> Iterator[Finding]:
    """The reason if one was found, and the arrays that are wrong with the largest relative error of each."""
    reason = _reason(runs)
    errors: dict[str, float] = {}
    for run in wrong:
        for name, found, true in run.pairs:
            if not _close(found, true):
                scale = max(float(np.max(np.abs(true), initial=0.0)), 1e-300)
                errors[name] = max(errors.get(name, 0.0), float(np.max(np.abs(found - true))) / scale)
    arrays = tuple(sorted(errors))
    listed = ", ".join(f"{name} {errors[name]:.2g}" for name in arrays)
    text = Text(
        en=f"wrong (array, largest error relative to its largest entry): {listed}",
        zh=f"不对（数组、相对于其最大分量的最大误差）：{listed}",
    )
    if len(wrong) < len(runs):
        batches = ", ".join(str(m) for m in sorted({run.m for run in wrong}))
        text = Text(
            en=f"{text.en}; only for mini-batches of {batches} examples",
            zh=f"{text.zh}；仅当小批量的样本数为 {batches} 时",
        )
    worst = max(errors.values())
    yield Finding("wrong", text, arrays, worst)
    if reason is not None:
        yield replace(reason, arrays=arrays, error=worst)
    else:
        yield Finding(
            "unknown",
            Text(
                en="none of the mistakes that were tried gives this result",
                zh="试过的错误中没有一种给出这样的结果",
            ),
            arrays,
            worst,
        )


def _reason(runs: Sequence[_Run]) -> Finding | None:
    """A mistake that gives exactly what the function returned, in every case."""
    for find in _REASONS:
        text = find(runs)
        if text is not None:
            return Finding("reason", text)
    return None


def _scaled(runs: Sequence[_Run]) -> Text | None:
    """The right gradient times a factor."""
    for text, factor in _FACTORS:
        if all(_close(found, true * factor(run.m)) for run in runs for _, found, true in run.pairs):
            return text
    for letter in ("nabla_b", "nabla_w"):
        for text, factor in _FACTORS:
            if all(
                _close(found, true * factor(run.m) if name.startswith(letter) else true)
                for run in runs
                for name, found, true in run.pairs
            ):
                return Text(en="{letter}: {text}", zh="{letter}：{text}").format(letter=letter, text=text)
    return None


_FACTORS: tuple[tuple[Text, Callable[[int], float]], ...] = (
    (Text(en="the sign is wrong", zh="符号反了"), lambda m: -1.0),
    (
        Text(
            en="it is not divided by m: the sum over the examples instead of their mean",
            zh="没有除以 m：得到的是对样本的和，而不是平均",
        ),
        float,
    ),
    (Text(en="it is divided by m twice", zh="除以了两次 m"), lambda m: 1.0 / m),
    (
        Text(en="it is not divided by m, and the sign is wrong", zh="没有除以 m，且符号反了"),
        lambda m: -float(m),
    ),
    (Text(en="it is twice the gradient", zh="是梯度的两倍"), lambda m: 2.0),
    (Text(en="it is half the gradient", zh="是梯度的一半"), lambda m: 0.5),
)


def _with_slip(runs: Sequence[_Run]) -> Text | None:
    """A gradient computed with one mistake, perhaps times a factor."""
    for slip in SLIPS:
        if all(_is_slip(run, slip, 1.0) for run in runs):
            return slip.text
        for also, factor in _FACTORS[:2]:
            if all(_is_slip(run, slip, factor(run.m)) for run in runs):
                return Text(en="{slip}; moreover {also}", zh="{slip}；此外{also}").format(
                    slip=slip.text, also=also
                )
    return None


def _is_slip(run: _Run, slip: Slip, factor: float) -> bool:
    try:
        with np.errstate(all="ignore"):
            b, w = gradient_with(run.net, *run.case.arguments, slip)
    except ValueError:
        return False
    return all(_close(f, s * factor) for f, s in zip((*run.b, *run.w), (*b, *w), strict=True))


def _one_layer(runs: Sequence[_Run]) -> Text | None:
    """Some arrays are zero or hold another's value, and all others are right."""
    zero = _where(runs, lambda found, true: not np.any(found))
    if zero:
        return Text(en=f"zero, and so never set: {zero}", zh=f"一直是零，没有被赋值：{zero}")
    turned = _where(runs, lambda found, true: found.shape == true.T.shape and _close(found.T, true))
    if turned:
        return Text(en=f"transposed: {turned}", zh=f"需要转置的有：{turned}")
    turned = _where(runs, lambda found, true: _close(-found, true))
    if turned:
        return Text(en=f"the sign is wrong: {turned}", zh=f"符号反了：{turned}")
    return None


def _where(runs: Sequence[_Run], test: Callable[[Array, Array], bool]) -> str:
    """The arrays that are wrong, if all that are wrong pass the test in every case."""
    names: dict[str, None] = {}
    for run in runs:
        for name, found, true in run.pairs:
            if _close(found, true):
                continue
            if not test(found, true):
                return ""
            names[name] = None
    return ", ".join(names)


_REASONS: tuple[Callable[[Sequence[_Run]], Text | None], ...] = (_scaled, _with_slip, _one_layer)
