"""What the library gives is copied, pickled, sent to processes and threads, and comes back equal and working."""

from __future__ import annotations

import copy
import multiprocessing
import pickle
import sys
import threading
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor

import numpy as np
import pytest

import bpderive as bp
from bpderive.judge.polynomials import constant, unknown
from bpderive.judge.truth import Truth

NET = bp.Network((2, 3, 2), ("tanh", "sigmoid"), "cross_entropy")

GRAPH = bp.Graph(
    (5, 3, 3), shared={(2, 1): bp.Shared.convolution("K", (5,), (3,))}, shortcuts={3: 2}, decay=0.1
)

MADE = {
    "a verdict that refutes": lambda: bp.check("delta[l,j] = d(C, a[l,j])"),
    "a verdict with intervals": lambda: bp.check("sigma(2*z[l,j]) = 2*sigma(z[l,j]) with sigma = tanh"),
    "a verdict that holds": lambda: bp.check("d(C, b[l,j]) = delta[l,j]"),
    "an undecided verdict": lambda: bp.check("(((((9^8)^8)^8)^8)^8)^8 = 1"),
    "a certificate": lambda: bp.equations["BP2"].check(),
    "an equation": lambda: bp.equations["BP2"],
    "a derivation": lambda: bp.derivation("BP2"),
    "an instance of a derivation": lambda: bp.derivation("BP2").instantiate(NET),
    "a network": lambda: NET,
    "a network with softmax": lambda: bp.Network((2, 3), "softmax", "log_likelihood"),
    "a gradient": lambda: bp.gradient(NET),
    "a compiled gradient": lambda: bp.compile_gradient(NET),
    "a path sum": lambda: bp.path_sum(NET, 2, 1, 1),
    "a pair": lambda: bp.pairing("sigmoid", "cross_entropy"),
    "an activation that was read": lambda: bp.parse_activation("z/(1+exp(-z))"),
    "a graph": lambda: GRAPH,
    "shared weights": lambda: GRAPH.shared[2, 1],
    "a claim about a graph that holds": lambda: bp.check("delta[3] = G[3]*dsigma(z[3])", network=GRAPH),
    "a claim about a graph that is refuted": lambda: bp.check("delta[3] = G[3]", network=GRAPH),
    "a gradient of a graph": lambda: bp.gradient(GRAPH),
    "a compiled gradient of a graph": lambda: bp.compile_gradient(GRAPH),
    "a polynomial": lambda: Truth((2, 3, 2)).derivative(("C",), ("w", 2, 0, 1)),
}


def same(value: object) -> object:
    """What another process gives back."""
    return value


def works(value: object) -> object:
    """What the value does there."""
    if callable(getattr(value, "check", None)):
        value.check()
    if isinstance(value, bp.Verdict):
        return str(value.text), value.holds
    return repr(value)


def product(first: object, second: object) -> object:
    """The product, in a process in which unknowns may have been numbered in another order."""
    unknown(("elsewhere", 1))
    return first * second  # type: ignore[operator]  # polynomials are sent


@pytest.mark.parametrize("name", MADE)
def test_copies_are_equal_and_work(name: str) -> None:
    value = MADE[name]()
    for copied in (copy.copy(value), copy.deepcopy(value), pickle.loads(pickle.dumps(value))):
        assert copied == value
        assert works(copied) == works(value)


def test_graphs_with_other_weights_are_not_equal() -> None:
    masks = [bp.Shared.masked("W", mask, 2) for mask in ([1, 0, 1], [1, 1, 1])]
    graphs = [bp.Graph((2, 3, 2), shared={(3, 2): mask}) for mask in masks]
    assert masks[0] != masks[1]
    assert graphs[0] != graphs[1]
    assert bp.Graph((2, 3, 2)) == bp.Graph((2, 3, 2)) != bp.Graph((2, 3, 2), shortcuts={3: 1})


@pytest.fixture(scope="module", params=["spawn", "fork"])
def process(request: pytest.FixtureRequest) -> object:
    if request.param == "fork" and sys.platform != "linux":
        pytest.skip("processes are forked on Linux")
    context = multiprocessing.get_context(request.param)
    with ProcessPoolExecutor(1, mp_context=context) as pool:
        yield pool


@pytest.mark.parametrize("process", ["spawn"], indirect=True)
def test_another_process_sends_them_back(process: ProcessPoolExecutor) -> None:
    made = {name: make() for name, make in MADE.items()}
    back = process.submit(same, made).result(timeout=300)
    for name, value in made.items():
        assert back[name] == value, name
        assert process.submit(works, value).result(timeout=300) == works(value), name


@pytest.mark.filterwarnings("ignore:This process:DeprecationWarning")
def test_a_polynomial_of_another_process_is_the_same(process: ProcessPoolExecutor) -> None:
    for place in range(40):
        unknown(("only here", place))
    x, y = unknown(("x of a test", 1)) + 2, unknown(("y of a test", 1)) - unknown(("x of a test", 1))
    assert process.submit(product, x, y).result(timeout=300) == x * y


@pytest.mark.filterwarnings("ignore:This process:DeprecationWarning")
def test_a_compiled_gradient_computes_in_another_process(process: ProcessPoolExecutor) -> None:
    chosen = np.random.default_rng(3)
    weights = [chosen.normal(size=(3, 2)), chosen.normal(size=(2, 3))]
    biases = [chosen.normal(size=(3, 1)), chosen.normal(size=(2, 1))]
    given = weights, biases, chosen.normal(size=(2, 4)), chosen.uniform(size=(2, 4))
    grad = bp.compile_gradient(NET)
    there = process.submit(grad, *given).result(timeout=300)
    here = grad(*given)
    assert all(np.array_equal(one, other) for one, other in zip(there.w, here.w, strict=True))


def test_threads_name_the_same_unknowns() -> None:
    start = threading.Barrier(8)

    def made(_: int) -> list[object]:
        start.wait()
        return [unknown(("of threads", place)) for place in range(3000)]

    with ThreadPoolExecutor(8) as pool:
        first, *rest = pool.map(made, range(8))
    assert all(found == first for found in rest)
    assert len(set(first)) == 3000
    assert all(p.unknowns() == {("of threads", place)} for place, p in enumerate(first))


def test_threads_give_the_same_verdicts() -> None:
    claims = ["delta[l,j] = d(C, a[l,j])", "dsigma(z[l,j])^2 = dsigma(z[l,j]) with sigma = relu"] * 2
    with ThreadPoolExecutor(4) as pool:
        found = [verdict.text for verdict in pool.map(bp.check, claims)]
    assert found == [bp.check(claim).text for claim in claims]


def test_a_constant_is_pickled_too() -> None:
    assert pickle.loads(pickle.dumps(constant(0))) == 0
