"""A reader's own backpropagation against the truth: `compare(my_backprop, net)`, and `compare(step, net)`.

A function, or an object with `forward` and `backward`, is run on seeded examples and mini-batches; what it returns is
held against the compiled gradient. If that is not what it is in the book's convention, others are tried, and what is
right in one of them is called so. Where it differs, the likely reason is found by testing: each mistake of `slips` is
made on purpose, and the one whose result agrees with what was returned is named. A further way of being wrong is a row
of `slips.SLIPS`, or a function in `reasons.REASONS`; a further convention, a value in `convention.FACTS`. The arrays of
one step, as a dictionary or an `.npz` file, are compared by `steps`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from os import PathLike
from typing import Any

import numpy as np

from bpderive.errors import NetworkError, shown
from bpderive.functions.network import Network
from bpderive.letters.text import Text, joined
from bpderive.programs.graphs.graph import Graph
from bpderive.programs.verify.sample import require_seed
from bpderive.workbook.compare.calls import BATCHES, Program, Run, Wrong, agree, apart, close, drawn
from bpderive.workbook.compare.convention import BOOK, FACTS, SCALES, CodeConvention, given_convention
from bpderive.workbook.compare.findings import Finding, Findings
from bpderive.workbook.compare.graphs import compare_graph
from bpderive.workbook.compare.reasons import common_factor, likely_reason
from bpderive.workbook.compare.steps import compare_step, read_step

NEARLY = 1e-3
"""Up to which error a gradient is right but for its digits."""


def compare(
    my_backprop: Any, net: Any, seed: int = 0, convention: CodeConvention | str | None = None
) -> Findings:
    """Check that `my_backprop(weights, biases, x, y)` returns (nabla_b, nabla_w), the gradient of the mean cost.

    weights[i] has the shape (n_l, n_{l-1}) and biases[i] (n_l, 1) with l = i + 2; x (n_1, m) and y (n_L, m) have a
    column for each example. What is right in another convention (rows, flat biases, the sum over the batch, …) is ok
    too, and `.convention` says which it is; `convention`, such as "rows, sum", allows that one only, in whatever form
    the derivatives are returned. Instead of a
    function, an object with `forward` and `backward`, or a dictionary or `.npz` file of the arrays of one step:
    then the first quantity that is wrong is named. Nothing is raised for what the program does: its faults are the
    findings. Raises `NetworkError` if `net` is no network or `my_backprop` nothing that can be compared,
    `DomainError` for what is no seed, `UnknownName` for what is no convention, `ParseError` for a file or a dictionary
    that cannot be read.

    On a `Graph` a function `my_backprop(parameters, x, y)` is compared, which returns ∂C/∂θ by the name of θ.
    """
    wanted = given_convention(convention)
    require_seed(seed)
    if isinstance(net, Graph) and callable(my_backprop) and not isinstance(my_backprop, type):
        if wanted is not None:
            raise NetworkError(_ONE_CONVENTION)
        return compare_graph(my_backprop, net, seed)
    is_step = isinstance(my_backprop, Mapping | PathLike) or (
        isinstance(my_backprop, str) and my_backprop.endswith(".npz")
    )
    runs_itself = not isinstance(my_backprop, type) and (
        callable(my_backprop) or (hasattr(my_backprop, "forward") and hasattr(my_backprop, "backward"))
    )
    if not isinstance(net, Network) or not (is_step or runs_itself):
        raise NetworkError(
            Text(
                en="Give a function and a Network to compare it on: compare(my_backprop, Network((2, 3, 2))); "
                f"given were {shown(my_backprop)} and {shown(net)}.",
                zh="请给出一个函数和用来比较的 Network：compare(my_backprop, Network((2, 3, 2)))；"
                f"给出的是 {shown(my_backprop)} 和 {shown(net)}。",
            )
        )
    if is_step:
        step = my_backprop if isinstance(my_backprop, Mapping) else read_step(my_backprop)
        return compare_step(step, net, wanted)
    attempts = _attempts(Program(my_backprop), net, seed, wanted)
    best = min(attempts, key=lambda attempt: attempt.rank)
    if best.crashed:
        best = _with_reason(best, my_backprop, net, seed)
    return Findings(tuple(dict.fromkeys(best.findings)), best.calls, best.convention)


_ONE_CONVENTION = Text(
    en="A function is compared on a Graph in the book's convention alone: leave `convention` out.",
    zh="在 Graph 上只按本书的约定比较：请去掉参数 `convention`。",
)


@dataclass(frozen=True, slots=True)
class _Attempt:
    """What was found in one convention; the lower the rank, the more it says."""

    findings: tuple[Finding, ...]
    calls: int
    convention: CodeConvention
    rank: int

    @property
    def crashed(self) -> bool:
        """Whether it stopped, or returned other shapes."""
        return any(finding.kind in ("crash", "shapes") for finding in self.findings)


RIGHT, EXPLAINED, MISSHAPEN, WRONG, SHAPES, FORM, STOPS = range(7)
"""The ranks of attempts."""


def _attempts(program: Program, net: Network, seed: int, wanted: CodeConvention | None) -> Iterable[_Attempt]:
    """The book's convention, or the one that is wanted; and if it is not right in that, all others."""
    first = wanted or BOOK
    findings: list[Finding] = []
    runs, stopped = _runs(program, net, seed, first, findings)
    found = None if stopped else _right(runs, wanted)
    if found is not None:
        return [_Attempt(tuple(findings), len(BATCHES) + 1, found, RIGHT)]
    tried: list[tuple[list[list[Run]], Wrong | None, CodeConvention]] = [(runs, stopped, first)]
    for other in () if wanted else _others(program):
        runs, stopped = _runs(program, net, seed, other, None)
        found = None if stopped else _right(runs, None)
        if found is not None:
            return [_Attempt(_of_state(runs), len(BATCHES) + 1, found, RIGHT)]
        tried.append((runs, stopped, other))
    attempts = []
    for runs, stopped, other in tried:
        attempt = _explained(runs, stopped, other, tuple(findings) if other is first else ())
        attempts.append(attempt)
        if attempt.rank <= EXPLAINED:
            break
    return attempts


def _others(program: Program) -> Iterator[CodeConvention]:
    """The conventions in which a program may take its arguments, the likely first."""
    apart = () if program.few else ("column", "row", "flat")
    inside = () if program.many else ("first-in-w", "last-in-w")
    for bias in FACTS["bias"]:
        for examples in FACTS["examples"]:
            flat = ("flat",) if apart and examples == "one" else apart
            yield from BOOK.alternatives(
                bias=(bias,), examples=(examples,), weights=FACTS["weights"], biases=(*flat, *inside)
            )


def _runs(
    program: Program, net: Network, seed: int, convention: CodeConvention, findings: list[Finding] | None
) -> tuple[list[list[Run]], Wrong | None]:
    """The calls for every batch in every reading that all of them have; and why it went no further.

    Where nobody looks at the findings, the convention is only tried.
    """
    batches: tuple[int, ...] = BATCHES
    seeds = [seed] * (len(batches) + 1)
    if convention.examples == "one":
        batches, seeds = (1,) * len(batches), [*range(seed, seed + len(batches)), seed]
    forms: dict[tuple[str, str], list[Run]] | None = None
    stopped = None
    for batch, at in zip((*batches, batches[0]), seeds, strict=True):
        try:
            runs = program.call(drawn(net, at, batch), convention, findings)
        except Wrong as error:
            stopped = error
            break
        named = {(run.convention.result, run.convention.order): run for run in runs}
        forms = {form: [] for form in named} if forms is None else forms
        forms = {form: [*before, named[form]] for form, before in forms.items() if form in named}
    return list((forms or {}).values()), stopped


def _right(forms: Sequence[Sequence[Run]], wanted: CodeConvention | None) -> CodeConvention | None:
    """The convention in which one of the readings is right in every case."""
    for runs in forms:
        net, convention = runs[0].net, runs[0].convention
        if runs[0].moved and wanted is None:
            step = common_factor(runs)
            if step is not None and step > 0:
                return replace(convention, result="steps")
        scales = SCALES if wanted is None else (wanted,)
        if net.cost.name != "quadratic":
            scales = tuple(scale for scale in scales if scale.cost != "mean-of-outputs")
        for scale in scales:
            if all(close(found, true) for run in runs for _, found, true in run.pairs_in(scale)):
                return replace(convention, batch=scale.batch, sign=scale.sign, cost=scale.cost)
    return None


_STATE = Finding(
    "state",
    Text(
        en="it keeps state between calls: the same arguments gave another result the second time",
        zh="两次调用之间保留了状态：同样的参数第二次得到了不同的结果",
    ),
)


def _of_state(forms: Sequence[Sequence[Run]]) -> tuple[Finding, ...]:
    return () if all(agree(runs[0], runs[-1]) for runs in forms) else (_STATE,)


def _explained(
    forms: Sequence[Sequence[Run]],
    stopped: Wrong | None,
    convention: CodeConvention,
    findings: tuple[Finding, ...],
) -> _Attempt:
    """What is wrong in a convention, and why."""
    if stopped is not None:
        finding: Finding = stopped.args[0]
        rank = {"reason": MISSHAPEN, "shapes": SHAPES, "form": FORM}.get(finding.kind, STOPS)
        calls = len(forms[0]) if forms else 0
        return _Attempt((*findings, finding), calls, convention, rank)
    found: list[_Attempt] = []
    for runs in forms:
        of_state = _of_state([runs])
        differences = list(_differences(runs))
        rank = WRONG if differences[-1].kind == "unknown" else EXPLAINED
        kept = replace(convention, result=runs[0].convention.result, order=runs[0].convention.order)
        found.append(_Attempt((*findings, *of_state, *differences), len(runs), kept, rank))
    return min(found, key=lambda attempt: attempt.rank)


def _with_reason(attempt: _Attempt, thing: Any, net: Network, seed: int) -> _Attempt:
    """A crash or a wrong shape, with the reason found on the network of the same depth whose widths are all equal."""
    choices = [net.layer_activation(layer) for layer in range(2, net.depth + 1)]
    if len(set(net.sizes)) == 1 or any(choice is None for choice in choices):
        return attempt
    equal = Network((3,) * net.depth, activation=tuple(choices), cost=net.cost)
    other = min(_attempts(Program(thing), equal, seed, attempt.convention), key=lambda found: found.rank)
    if other.rank == RIGHT:
        reason = Text(en="it is right", zh="结果是对的")
    elif other.rank == EXPLAINED:
        reason = other.findings[-1].text
    else:
        return attempt
    *before, finding = attempt.findings
    text = Text(
        en="{finding}; on a network of equal widths: {reason}", zh="{finding}；在各层等宽的网络上：{reason}"
    )
    named = replace(finding, kind="reason", text=text.format(finding=finding.text, reason=reason))
    return replace(attempt, findings=(*before, named))


def _differences(runs: Sequence[Run]) -> Iterator[Finding]:
    """The arrays that are wrong with the largest relative error of each, and the reason if one was found."""
    infinite = {name for run in runs for name, found, _ in run.pairs if not np.all(np.isfinite(found))}
    errors: dict[str, float] = {}
    wrong: set[int] = set()
    for run in runs:
        for name, found, true in run.pairs:
            if not close(found, true):
                errors[name] = max(errors.get(name, 0.0), apart(found, true))
                wrong.add(run.m)
    arrays, worst = tuple(sorted(errors)), max(errors.values())
    if infinite:
        listed = joined(sorted(infinite))
        text = Text("it returns nan or inf: {listed}", "返回值中有 nan 或 inf：{listed}").format(
            listed=listed
        )
    else:
        listed = joined([f"{name} {errors[name]:.2g}" for name in arrays])
        text = Text(
            en="wrong (array, largest error relative to its largest entry): {listed}",
            zh="不对（数组、相对于其最大分量的最大误差）：{listed}",
        ).format(listed=listed)
    if len(wrong) < len({run.m for run in runs}):
        text = Text(
            en="{text}; only for mini-batches of {batches} examples",
            zh="{text}；仅当小批量的样本数为 {batches} 时",
        ).format(text=text, batches=joined(map(str, sorted(wrong))))
    yield Finding("nan" if infinite else "wrong", text, arrays, worst)
    if infinite:
        reason = likely_reason(runs)
        if reason is not None:
            yield replace(reason, arrays=arrays, error=worst)
        else:
            yield Finding("unknown", _NOT_FINITE, arrays, worst)
        return
    nearly = _nearly(runs)
    reason = nearly or likely_reason(runs)
    yield replace(reason or Finding("unknown", _NOT_FOUND), arrays=arrays, error=worst)


def _nearly(runs: Sequence[Run]) -> Finding | None:
    """Right to a few digits only, in one of the conventions that differ by a factor."""
    if not all(np.any(found) for run in runs for _, found, _ in run.pairs):
        return None
    for scale in SCALES:
        factors = [scale.factor(run.m, run.net.sizes[-1]) for run in runs]
        error = max(
            apart(found, factor * true) / max(1.0, abs(factor))
            for run, factor in zip(runs, factors, strict=True)
            for _, found, true in run.pairs
        )
        if 1e-12 < error <= NEARLY:
            digits = int(-np.log10(error))
            return Finding(
                "inexact",
                Text(
                    en=f"it is right to about {digits} digits only, as finite differences of the cost, single "
                    "precision or a rounded constant would be: the formulas are not those of the derivatives, or "
                    "lose digits",
                    zh=f"只有约 {digits} 位数字正确，就像用了代价的有限差分、单精度或舍入过的常数："
                    "所用的公式不是导数本身，或者损失了位数",
                ),
            )
    return None


_NOT_FINITE = Text(
    en="a value overflows, or 0 is divided by 0: look at the logarithms and quotients in the output layer first",
    zh="有数值溢出，或出现了 0 除以 0：请先检查输出层的对数与商",
)
_NOT_FOUND = Text(
    en="none of the mistakes that were tried gives this result", zh="试过的错误中没有一种给出这样的结果"
)

__all__ = ["BATCHES", "BOOK", "CodeConvention", "Finding", "Findings", "compare"]
