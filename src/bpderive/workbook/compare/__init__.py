"""A reader's own backpropagation against the truth: `compare(my_backprop, net)`.

The function is run on seeded examples and mini-batches; what it returns is held against the compiled gradient. Where it
differs, the likely reason is found by testing: each mistake of `slips` is made on purpose, and the one whose result
agrees with what the function returned is named. A further way of being wrong is a row of `slips.SLIPS`, or a function
in `reasons.REASONS`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from bpderive.errors import NetworkError, shown
from bpderive.functions.network import Network
from bpderive.letters.text import Text
from bpderive.programs.verify.sample import require_seed
from bpderive.workbook.compare.calls import Backprop, Run, Wrong, agree, called, close, drawn
from bpderive.workbook.compare.findings import Finding, Findings
from bpderive.workbook.compare.reasons import likely_reason

BATCHES = (1, 3, 2)
"""How many examples the cases have: one, a mini-batch, and a last, shorter one."""


def compare(my_backprop: Any, net: Any, seed: int = 0) -> Findings:
    """Whether `my_backprop(weights, biases, x, y)` returns (nabla_b, nabla_w), the gradient of the mean cost.

    weights[i] has the shape (n_l, n_{l-1}) and biases[i] (n_l, 1) with l = i + 2; x (n_1, m) and y (n_L, m) have a
    column for each example. Nothing is raised for what the function does: its faults are the findings.
    Raises `NetworkError` if `net` is no network or `my_backprop` no function, `DomainError` for a seed that is none.
    """
    if not isinstance(net, Network) or not callable(my_backprop):
        raise NetworkError(
            Text(
                en="Give a function and a Network to compare it on: compare(my_backprop, Network((2, 3, 2))); "
                f"given were {shown(my_backprop)} and {shown(net)}.",
                zh="请给出一个函数和用来比较的 Network：compare(my_backprop, Network((2, 3, 2)))；"
                f"给出的是 {shown(my_backprop)} 和 {shown(net)}。",
            )
        )
    require_seed(seed)
    findings: list[Finding] = []
    runs: list[Run] = []
    calls = 0
    for batch in (*BATCHES, BATCHES[0]):
        try:
            runs.append(called(my_backprop, net, drawn(net, seed, batch), findings))
            calls += 1
        except Wrong as stopped:
            findings.append(_with_reason(stopped.args[0], my_backprop, net, seed, batch))
            break
    if len(runs) == len(BATCHES) + 1 and not agree(runs[0], runs[-1]):
        findings.append(_STATE)
    wrong = [run for run in runs if any(not close(found, true) for _, found, true in run.pairs)]
    if wrong and not any(f.kind == "reason" for f in findings):
        findings.extend(_differences(wrong, runs))
    return Findings(tuple(dict.fromkeys(findings)), calls)


_STATE = Finding(
    "state",
    Text(
        en="it keeps state between calls: the same arguments gave another result the second time",
        zh="它在调用之间保留了状态：同样的参数第二次得到了不同的结果",
    ),
)


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
            runs.append(called(function, equal, drawn(equal, seed, size), []))
        except Wrong:
            return finding
    reason = likely_reason(runs)
    if reason is None:
        return finding
    text = Text(
        en="{finding}; on a network of equal widths: {reason}", zh="{finding}；在各层等宽的网络上：{reason}"
    )
    return replace(finding, kind="reason", text=text.format(finding=finding.text, reason=reason.text))


def _differences(wrong: Sequence[Run], runs: Sequence[Run]) -> Iterator[Finding]:
    """The reason if one was found, and the arrays that are wrong with the largest relative error of each."""
    reason = likely_reason(runs)
    errors: dict[str, float] = {}
    for run in wrong:
        for name, found, true in run.pairs:
            if not close(found, true):
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


__all__ = ["BATCHES", "Finding", "Findings", "compare"]
