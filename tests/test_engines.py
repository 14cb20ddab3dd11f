"""The same program on the arrays of PyTorch, JAX and Dask: what goes in comes out, equal to the reference.

PyTorch is in no lock file, so its tests run where it is installed: `nox -s engines` installs it.
"""

from __future__ import annotations

import itertools
import sys
from typing import Any

import numpy as np
import pytest

from bpderive import reference
from bpderive.errors import DomainError, MissingPackage, ShapeError
from bpderive.functions.activations import activations, elementwise_activations
from bpderive.functions.network import Network
from bpderive.programs.graphs import Graph, Shared
from bpderive.programs.graphs.program import compile_graph
from bpderive.programs.graphs.trial import draw
from bpderive.programs.lambdified import compile_gradient

NETWORKS = [
    *(Network((4, 5, 3), name) for name in elementwise_activations),
    Network((4, 5, 3), ("tanh", "softmax"), "quadratic"),
    Network((4, 5, 3), ("tanh", "softmax"), "log_likelihood"),
    Network((4, 5, 3), ("relu", "sigmoid"), "cross_entropy"),
    Network((4, 5, 3), ("sigmoid", "linear"), "huber"),
    Network((4, 3, 3), {"default": "tanh", (2, 2): "relu", (3, 1): "sigmoid"}),
]


def case(net: Network, m: int = 20) -> tuple[Any, Any, Any, Any]:
    rng = np.random.default_rng(0)
    weights = [rng.normal(size=(n, k)) for k, n in itertools.pairwise(net.sizes)]
    biases = [rng.normal(size=(n, 1)) for n in net.sizes[1:]]
    return weights, biases, rng.normal(size=(net.sizes[0], m)), rng.uniform(size=(net.sizes[-1], m))


def in_one(found: Any) -> Any:
    return np.concatenate([np.asarray(array).ravel() for array in [*found[0], *found[1]]])


def agrees(net: Network, converted: Any, kind: type) -> None:
    """The gradient and the cost in another library's arrays are those in NumPy's, to 1e-12."""
    weights, biases, x, y = given = case(net)
    compiled = compile_gradient(net)
    value, expected = compiled.value_and_gradient(*given)
    arguments = [converted(w) for w in weights], [converted(b) for b in biases], converted(x), converted(y)
    found_value, found = compiled.value_and_gradient(*arguments)
    assert all(isinstance(array, kind) for array in [*found.b, *found.w])
    assert np.linalg.norm(in_one(found) - in_one(expected)) <= 1e-12 * np.linalg.norm(in_one(expected))
    assert float(found_value) == pytest.approx(value, rel=1e-12)
    outputs = compiled.forward(*arguments[:3])
    np.testing.assert_allclose(np.asarray(outputs), compiled.forward(*given[:3]), rtol=1e-12, atol=1e-15)


@pytest.mark.parametrize("net", NETWORKS, ids=repr)
def test_torch(net: Network) -> None:
    torch = pytest.importorskip("torch", reason="not installed here; nox -s engines has it")
    agrees(net, torch.tensor, torch.Tensor)


@pytest.mark.parametrize("net", NETWORKS, ids=repr)
def test_jax(net: Network) -> None:
    jax = pytest.importorskip("jax", reason="not installed here; nox -s engines has it")
    with jax.enable_x64(True):
        agrees(net, jax.numpy.asarray, jax.Array)


def test_jax_compiles_the_program() -> None:
    jax = pytest.importorskip("jax", reason="not installed here; nox -s engines has it")
    net = Network((4, 5, 3), ("tanh", "softmax"), "log_likelihood")
    with jax.enable_x64(True):
        arguments = jax.tree.map(jax.numpy.asarray, case(net))
        found = jax.jit(compile_gradient(net).__call__)(*arguments)
        np.testing.assert_allclose(in_one(found), in_one(compile_gradient(net)(*case(net))), rtol=1e-12)


@pytest.mark.parametrize("net", [Network((4, 5, 3), "gelu"), *NETWORKS[-5:]], ids=repr)
def test_dask(net: Network) -> None:
    array = pytest.importorskip("dask.array", reason="not installed here; nox -s engines has it")

    def converted(given: Any) -> Any:
        return array.from_array(given, chunks=(len(given), 2)) if given.shape[1] == 20 else given

    agrees(net, converted, array.Array)


def test_dask_adds_up_over_ten_chunks_and_two_workers() -> None:
    array = pytest.importorskip("dask.array", reason="not installed here; nox -s engines has it")
    distributed = pytest.importorskip("dask.distributed", reason="not installed here; nox -s engines has it")
    import dask

    net = Network((6, 5, 3), ("tanh", "sigmoid"), "cross_entropy")
    weights, biases, x, y = case(net, 1000)
    whole = compile_gradient(net)(weights, biases, x, y)
    chunked = (array.from_array(given, chunks=(len(given), 100)) for given in (x, y))
    found = compile_gradient(net)(weights, biases, *chunked)
    with (
        distributed.LocalCluster(
            n_workers=2, threads_per_worker=1, processes=False, dashboard_address=None
        ) as cluster,
        distributed.Client(cluster),
    ):
        b, w = dask.compute(found.b, found.w)
    assert np.linalg.norm(in_one((b, w)) - in_one(whole)) <= 1e-13 * np.linalg.norm(in_one(whole))
    expected = reference.backprop(weights, biases, x, y, activation=("tanh", "sigmoid"), cost="cross_entropy")
    assert np.linalg.norm(in_one((b, w)) - in_one(expected)) <= 1e-13 * np.linalg.norm(in_one(expected))


def test_arrays_of_two_libraries_are_refused() -> None:
    jax = pytest.importorskip("jax", reason="not installed here; nox -s engines has it")
    array = pytest.importorskip("dask.array", reason="not installed here; nox -s engines has it")
    net = Network((4, 5, 3))
    weights, biases, x, y = case(net)
    with pytest.raises(DomainError, match="dask and jax"):
        compile_gradient(net)(weights, biases, jax.numpy.asarray(x), array.from_array(y))
    with pytest.raises(ShapeError, match=r"x has 20 columns and y has 7"):
        compile_gradient(net)(weights, biases, jax.numpy.asarray(x), jax.numpy.asarray(y[:, :7]))


def test_without_its_package_an_engine_says_what_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    array = pytest.importorskip("dask.array", reason="not installed here; nox -s engines has it")
    net = Network((4, 5, 3))
    weights, biases, x, y = case(net)
    monkeypatch.setitem(sys.modules, "array_api_compat.dask.array", None)
    with pytest.raises(MissingPackage, match=r"pip install bpderive\[dask\]"):
        compile_gradient(net)(weights, biases, *(array.from_array(given) for given in (x, y)))


GRAPHS = {
    "recurrence": Graph.recurrence(3, 2, 3, 1),
    "shortcuts": Graph((2, 3, 3, 2), "tanh", shortcuts={3: 2}, connections={4: (3, 1)}),
    "convolution": Graph((5, 3, 2), shared={(2, 1): Shared.convolution("K", (5,), (3,))}),
    "softmax": Graph((2, 3, 2), {2: "softmax", 3: "linear"}),
    "mask": Graph((2, 3, 2), shared={(3, 2): Shared.masked("W", [2, 0, 2], 2)}),
    "decay": Graph((2, 3, 2), decay=0.1),
}


def graph_agrees(net: Graph, converted: Any, kind: type) -> None:
    """The gradient, the cost and the activations in another library's arrays are those in NumPy's."""
    parameters, x, y = draw(net, np.random.default_rng(0), 4)
    compiled = compile_graph(net)
    value, expected = compiled.value_and_gradient(parameters, x, y)
    given = {name: converted(array) for name, array in parameters.items()}
    inputs, targets = [converted(array) for array in x], [converted(array) for array in y]
    found_value, found = compiled.value_and_gradient(given, inputs, targets)
    for name, array in found.items():
        assert isinstance(array, kind)
        np.testing.assert_allclose(np.asarray(array), expected[name], rtol=1e-12, atol=1e-14)
    assert float(found_value) == pytest.approx(value, rel=1e-12)
    activations = compiled.forward(parameters, x)
    for layer, array in compiled.forward(given, inputs).items():
        assert isinstance(array, kind)
        np.testing.assert_allclose(np.asarray(array), activations[layer], rtol=1e-12, atol=1e-14)


@pytest.mark.parametrize("name", GRAPHS)
def test_graphs_in_jax(name: str) -> None:
    jax = pytest.importorskip("jax", reason="not installed here; nox -s engines has it")
    with jax.enable_x64(True):
        graph_agrees(GRAPHS[name], jax.numpy.asarray, jax.Array)


@pytest.mark.parametrize("name", GRAPHS)
def test_graphs_in_dask(name: str) -> None:
    array = pytest.importorskip("dask.array", reason="not installed here; nox -s engines has it")
    graph_agrees(GRAPHS[name], lambda given: array.from_array(given, chunks=-1), array.Array)


@pytest.mark.parametrize("name", GRAPHS)
def test_graphs_in_torch(name: str) -> None:
    torch = pytest.importorskip("torch", reason="not installed here; nox -s engines has it")
    graph_agrees(GRAPHS[name], torch.tensor, torch.Tensor)


def test_torch_and_jax_take_the_slope_0_at_the_kink_of_relu() -> None:
    torch = pytest.importorskip("torch", reason="not installed here; nox -s engines has it")
    jax = pytest.importorskip("jax", reason="not installed here; nox -s engines has it")
    kink = torch.zeros(1, requires_grad=True)
    torch.relu(kink).sum().backward()
    slopes = kink.grad.item(), float(jax.grad(jax.nn.relu)(0.0)), activations["relu"].derivative(0)
    assert slopes == (0, 0, 0)
