"""`compare` on a `Graph` finds nothing wrong with a right function, and the reason of a wrong one."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import bpderive as bp
from bpderive.errors import NetworkError

NETS = {
    "recurrence": bp.Graph.recurrence(3, 2, 3, 1),
    "convolution": bp.Graph((5, 3, 2), "tanh", shared={(2, 1): bp.Shared.convolution("K", (5,), (3,))}),
    "shortcuts": bp.Graph((2, 3, 3, 2), "sigmoid", shortcuts={3: 2}, connections={4: (3, 1)}),
    "decay": bp.Graph((2, 3, 2), "tanh", decay=0.3),
}


@pytest.mark.parametrize("name", NETS)
def test_a_right_function_is_right(name: str) -> None:
    found = bp.compare(bp.compile_gradient(NETS[name]), NETS[name])
    assert found.ok
    assert found.cases == 3


def changed(net: bp.Graph, name: str, change: Any) -> Any:
    """The gradient of `net`, with what is returned for one name changed by `change(derivative, parameters, x)`."""
    right = bp.compile_gradient(net)

    def wrong(parameters: Any, x: Any, y: Any) -> Any:
        found = right(parameters, x, y)
        return found | {name: change(found[name], parameters, x)}

    return wrong


@pytest.mark.parametrize(
    ("net", "name", "change", "words"),
    [
        ("shortcuts", "w2_1", lambda d, p, x: -d, "opposite sign"),
        ("shortcuts", "w2_1", lambda d, p, x: d * x.shape[1], "sum over the examples"),
        ("shortcuts", "b3", lambda d, p, x: 0 * d, "zero"),
        ("convolution", "K", lambda d, p, x: d[..., ::-1], "turned round"),
        ("decay", "w3_2", lambda d, p, x: d - 0.3 * p["w3_2"], "missing"),
        ("decay", "w3_2", lambda d, p, x: d + 0.3 * p["w3_2"], "2 λ w"),
    ],
)
def test_the_reason_is_found(net: str, name: str, change: Any, words: str) -> None:
    found = bp.compare(changed(NETS[net], name, change), NETS[net])
    [finding] = found.findings
    assert finding.arrays == (name,)
    assert finding.kind == "reason"
    assert words in finding.text.en
    assert finding.text.en != finding.text.zh


def test_a_use_that_is_forgotten_is_named() -> None:
    """Backpropagation through time that stops one step too early."""
    net = NETS["recurrence"]
    apart = bp.Graph.recurrence(3, 2, 3, 1)
    assert net.parameters == apart.parameters
    once: dict[Any, bp.Shared | str] = {**{key: net.shared[key] for key in net.places}, (5, 2): "first"}
    own = bp.Graph(
        net.sizes, net.activation, net.cost, connections=net.reads, shared=once, cost_reads=net.cost_reads
    )

    def truncated(parameters: Any, x: Any, y: Any) -> Any:
        found = bp.compile_gradient(own)({**parameters, "first": parameters["W"]}, x, y)
        return {name: found[name] for name in net.parameters}

    [finding] = bp.compare(truncated, net).findings
    assert "w^{5,2} is missing" in finding.text.en


def test_what_has_no_known_reason_is_wrong_all_the_same() -> None:
    rng = np.random.default_rng(1)
    net = NETS["shortcuts"]
    [finding] = bp.compare(changed(net, "b2", lambda d, p, x: d + rng.normal(size=d.shape)), net).findings
    assert finding.kind == "values"
    assert finding.error is not None
    assert finding.error > 1e-3


def test_what_cannot_be_read_is_said() -> None:
    net = NETS["decay"]
    kinds = {}
    for name, function in {
        "stops": lambda p, x, y: 1 / 0,
        "no mapping": lambda p, x, y: [1],
        "too few": lambda p, x, y: {},
        "words": lambda p, x, y: dict.fromkeys(net.parameters, "a"),
        "shape": changed(net, "b2", lambda d, p, x: d.ravel()),
    }.items():
        [finding] = bp.compare(function, net).findings
        kinds[name] = finding.kind
    assert kinds == {
        "stops": "crash",
        "no mapping": "form",
        "too few": "form",
        "words": "form",
        "shape": "shapes",
    }
    with pytest.raises(NetworkError, match="leave `convention` out"):
        bp.compare(bp.compile_gradient(net), net, convention="rows")
    with pytest.raises(NetworkError, match="Give a function"):
        bp.compare(5, net)
