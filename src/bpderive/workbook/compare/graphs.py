"""A reader's own backpropagation through a `Graph` against the truth: `compare(my_backprop, graph)` comes here.

The function is run on seeded mini-batches; what it returns for each name is held against the compiled gradient. Where
it differs, each mistake of `_MISTAKES` is made on purpose, and the one that agrees in every case is named.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial
from itertools import combinations
from typing import Any

import numpy as np

from bpderive.letters.text import Text
from bpderive.programs.graphs import Graph, compile_gradient
from bpderive.programs.graphs.trial import draw
from bpderive.workbook.compare.calls import BATCHES, apart, close, crash
from bpderive.workbook.compare.convention import Array
from bpderive.workbook.compare.findings import Finding, Findings
from bpderive.workbook.compare.returned import Unreadable, array_of

MOST_USES = 6
"""Up to how many uses of a parameter the missing ones are looked for."""


@dataclass(frozen=True, slots=True)
class _Case:
    """One call: what was given, what came back for one name, and what should have."""

    net: Graph
    parameters: dict[str, Array]
    x: list[Array]
    y: list[Array]
    found: dict[str, Array]
    true: dict[str, Array]

    @property
    def m(self) -> int:
        """How many examples there are."""
        return int(self.x[0].shape[1])


def compare_graph(my_backprop: Callable[..., Any], net: Graph, seed: int) -> Findings:
    """Judge whether `my_backprop(parameters, x, y)` maps the names of the parameters to ∂C/∂θ.

    x and y are what the compiled gradient takes: one array, or a list where several layers are read.
    """
    rng = np.random.default_rng(seed)
    compiled = compile_gradient(net)
    cases: list[_Case] = []
    for batch in BATCHES:
        parameters, x, y = draw(net, rng, batch)
        true = compiled(parameters, x, y)
        copies = {name: array.copy() for name, array in parameters.items()}
        try:
            returned = my_backprop(copies, *(_alone([array.copy() for array in part]) for part in (x, y)))
        except Exception as error:
            return Findings((crash(error, batch),), len(cases) + 1)
        try:
            found = _named(returned, net)
        except Unreadable as error:
            return Findings((Finding("form", error.args[0]),), len(cases) + 1)
        cases.append(_Case(net, parameters, x, y, found, true))
    return Findings(tuple(_differences(cases)), len(cases))


def _alone(arrays: list[Array]) -> Any:
    return arrays[0] if len(arrays) == 1 else arrays


def _named(returned: Any, net: Graph) -> dict[str, Array]:
    """The derivatives by name; raises `Unreadable` for anything else."""
    names = ", ".join(net.parameters)
    if not isinstance(returned, Mapping):
        raise Unreadable(_NO_MAPPING.format(names=names, given=type(returned).__name__))
    lacking = [name for name in net.parameters if name not in returned]
    unknown = [str(name) for name in returned if name not in net.parameters]
    if lacking or unknown:
        raise Unreadable(_NAMES.format(names=names, given=", ".join(map(str, returned)) or "{}"))
    return {name: array_of(returned[name]) for name in net.parameters}


def _differences(cases: list[_Case]) -> Iterator[Finding]:
    """One finding for each name whose derivative is wrong."""
    for name, shape in cases[0].net.parameters.items():
        found = [case.found[name] for case in cases]
        if all(close(array, case.true[name]) for array, case in zip(found, cases, strict=True)):
            continue
        given = next((array.shape for array in found if array.shape != shape), None)
        if given is not None:
            yield Finding("shapes", _SHAPE.format(name=name, given=given, wanted=shape), (name,))
            continue
        error = max(apart(array, case.true[name]) for array, case in zip(found, cases, strict=True))
        why = _reason(name, cases)
        text = _WRONG.format(name=name, error=f"{error:.2g}")
        if why is not None:
            text = Text(en="{text}: {why}", zh="{text}：{why}").format(text=text, why=why)
        yield Finding("values" if why is None else "reason", text, (name,), error)


def _reason(name: str, cases: list[_Case]) -> Text | None:
    """The mistake that gives what was returned, in every case."""
    for text, make in (*_MISTAKES, *_uses(name, cases[0].net)):
        if all(close(case.found[name], make(case, name)) for case in cases):
            return text
    return None


def _uses(name: str, net: Graph) -> Iterator[tuple[Text, Callable[[_Case, str], Array]]]:
    """The sums over some of the uses of a parameter only."""
    keys = [key for key in net.places if net.shared[key].name == name]
    if not 1 < len(keys) <= MOST_USES:
        return
    for count in range(len(keys) - 1, 0, -1):
        for kept in combinations(keys, count):
            places = ", ".join(_place(key) for key in keys if key not in kept)
            yield _USES.format(places=places), partial(_of_uses, kept)


def _place(key: Any) -> str:
    return f"w^{{{key[0]},{key[1]}}}" if isinstance(key, tuple) else f"b^{key}"


def _of_uses(kept: tuple[Any, ...], case: _Case, name: str) -> Array:
    """∂C/∂θ through some of its uses: in the network in which every use has a parameter of its own."""
    net = case.net
    own = {key: f"use{n}" for n, key in enumerate(net.places)}
    shared = {key: replace(net.shared[key], name=own[key]) for key in net.places}
    apart_net = Graph(
        net.sizes,
        net.activation,
        net.cost,
        connections=net.reads,
        shortcuts=net.shortcuts,
        shared=shared,
        cost_reads=net.cost_reads,
    )
    parameters = {own[key]: case.parameters[net.shared[key].name] for key in net.places}
    found = compile_gradient(apart_net)(parameters, case.x, case.y)
    total: Array = sum((found[own[key]] for key in kept), np.zeros_like(case.true[name]))
    return total + net.decay * case.parameters[name]


def _without_decay(case: _Case, name: str) -> Array:
    return case.true[name] - case.net.decay * case.parameters[name]


_NO_MAPPING = Text(
    en="it must return a mapping from the names {names} to derivatives, and it returns {given}",
    zh="应返回从名称 {names} 到导数的映射，而返回的是 {given}",
)
_NAMES = Text(
    en="it must return derivatives by the names {names}, and it returns {given}",
    zh="应按名称 {names} 返回导数，而返回的是 {given}",
)
_SHAPE = Text(
    en="the derivative with respect to {name} has the shape {given}, and {wanted} is wanted",
    zh="对 {name} 的导数形状是 {given}，应为 {wanted}",
)
_WRONG = Text(
    en="the derivative with respect to {name} is wrong (relative error {error})",
    zh="对 {name} 的导数不对（相对误差 {error}）",
)
_USES = Text(
    en="its use in {places} is missing, and (S1) adds over all uses",
    zh="缺少在 {places} 处的使用，而 (S1) 要对所有使用之处求和",
)
_MISTAKES: tuple[tuple[Text, Callable[[_Case, str], Array]], ...] = (
    (
        Text(
            en="it is the sum over the examples, and the gradient is of their mean cost",
            zh="这是对样本的和，而梯度是平均代价的梯度",
        ),
        lambda case, name: case.m * case.true[name],
    ),
    (Text(en="it has the opposite sign", zh="符号相反"), lambda case, name: -case.true[name]),
    (Text(en="it is zero", zh="结果为零"), lambda case, name: 0 * case.true[name]),
    (Text(en="λ w of the weight decay is missing", zh="缺少权重衰减的 λ w"), _without_decay),
    (
        Text(
            en="the weight decay is 2 λ w, and λ/2 Σ w² gives λ w",
            zh="权重衰减成了 2 λ w，而 λ/2 Σ w² 给出 λ w",
        ),
        lambda case, name: case.true[name] + case.net.decay * case.parameters[name],
    ),
    (
        Text(en="the kernel is turned round, or its derivative is", zh="卷积核或其导数被翻转了"),
        lambda case, name: np.flip(case.true[name], axis=tuple(range(case.true[name].ndim))[-2:]),
    ),
)
"""Ways to be wrong, and what comes out."""
