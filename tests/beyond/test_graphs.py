"""Graphs: the program against differences and many digits, the equations read on them, and what cannot be."""

from __future__ import annotations

import pickle
from typing import Any

import numpy as np
import pytest
import sympy

import bpderive as bp
from bpderive.functions.network import component
from bpderive.programs.graphs.symbolic import number_of_paths, parameter
from bpderive.programs.graphs.trial import draw

CONVOLUTION = bp.Shared.convolution("K", (4, 4), (2, 2), channels=(1, 2), padding=1, stride=2)

GRAPHS = {
    "skipping": bp.Graph(
        (2, 3, 3, 2), connections={4: (3, 1)}, shortcuts={3: 2}, activation="tanh", decay=0.1
    ),
    "two inputs": bp.Graph((2, 3, 4, 2), connections={2: (), 3: (1, 2), 4: (3, 2)}, cost="cross_entropy"),
    "residual": bp.Graph((3, 3, 3, 3), shortcuts={2: 1, 3: (2, 1)}, activation="sine", cost_reads=(2, 4)),
    "recurrence": bp.Graph.recurrence(4, 2, 3, 2),
    "autoencoder": bp.Graph((4, 2, 4), shared={(2, 1): "W", (3, 2): bp.Shared.transposed("W")}, decay=0.5),
    "mask": bp.Graph((3, 4, 2), shared={(3, 2): bp.Shared.masked("W", [2, 0, 2, 0], 2)}, activation="tanh"),
    "convolution": bp.Graph(
        (16, 18, 2),
        shared={(2, 1): CONVOLUTION, 2: bp.Shared.by_channel("c", 2, 9)},
        activation=("tanh", "linear"),
    ),
    "softmax inside": bp.Graph((3, 4, 4, 2), activation={3: "softmax"}, shortcuts={3: 2}),
    "special functions": bp.Graph((2, 3, 2), activation="gelu"),
}


@pytest.mark.parametrize("name", GRAPHS)
def test_the_program_agrees_with_differences_and_with_many_digits(name: str) -> None:
    found = bp.verify(GRAPHS[name], seed=1)
    assert found.ok, str(found)


@pytest.mark.parametrize("name", ["skipping", "recurrence", "autoencoder", "mask", "convolution"])
def test_the_let_bindings_give_what_the_program_gives(name: str) -> None:
    net = GRAPHS[name]
    rng = np.random.default_rng(3)
    parameters, x, y = draw(net, rng, m=1)
    made: Any = bp.gradient(net)
    known: dict[sympy.Symbol, Any] = {
        parameter(net, key, i): float(v)
        for key, array in parameters.items()
        for i, v in enumerate(array.flat)
    }
    for letter, layers, arrays in (("x", net.inputs, x), ("y", net.cost_reads, y)):
        for layer, array in zip(layers, arrays, strict=True):
            for n in range(net.width(layer)):
                known[component(letter, layer, n + 1)] = float(array[n, 0])
    for symbol, value in made.bindings:
        known[symbol] = float(value.subs(known))
    found = bp.compile_gradient(net)(parameters, x, y)
    for key, expressions in made.parameters.items():
        expected = [float(each.subs(known)) for each in expressions]
        decayed = net.decay * parameters[key].reshape(-1) * (not key.startswith(("b", "c")))
        np.testing.assert_allclose(found[key].reshape(-1), expected + decayed, rtol=1e-11, atol=1e-13)


def test_a_chain_is_the_network_of_the_chapter() -> None:
    sizes = (3, 4, 2, 3)
    rng = np.random.default_rng(0)
    parameters, [x], [y] = draw(bp.Graph(sizes), rng, m=5)
    weights = [parameters[f"w{l}_{l - 1}"] for l in (2, 3, 4)]
    biases = [parameters[f"b{l}"] for l in (2, 3, 4)]
    value, found = bp.compile_gradient(bp.Graph(sizes)).value_and_gradient(parameters, x, y)
    expected_value, expected = bp.compile_gradient(bp.Network(sizes)).value_and_gradient(
        weights, biases, x, y
    )
    assert value == pytest.approx(expected_value, rel=1e-14)
    for l in (2, 3, 4):
        np.testing.assert_allclose(found[f"w{l}_{l - 1}"], expected.w[l - 2], rtol=1e-12)
        np.testing.assert_allclose(found[f"b{l}"], expected.b[l - 2], rtol=1e-12)


def test_paths_of_a_network_with_a_shortcut() -> None:
    net = bp.Graph((2, 2, 2, 1), connections={4: (3, 2)}, shortcuts={3: 2}, cost_reads=(3, 4))
    paths: Any = bp.path_sum(net, 2, 1, 2)
    # (2, 1) goes on to either neuron of layer 3 or straight to its first one, and from each of these to the cost or by
    # layer 4 to it; and there is the way straight to layer 4.
    assert len(paths.paths) == number_of_paths(net, 2) == 3 * 2 + 1
    assert paths.check().kinds == ("concrete",)
    assert "⇢" in str(paths)
    with pytest.raises(bp.Refuted):
        type(paths)(paths.net, paths.weight, paths.paths[1:]).check()


def test_every_path_sum_of_small_graphs_is_the_derivative() -> None:
    for name in ("skipping", "two inputs", "residual"):
        net = GRAPHS[name]
        for layer in net.computed:
            for read in net.reads[layer]:
                bp.path_sum(net, layer, 1, net.width(read), read).check()
            bp.path_sum(net, layer, 1).check()


def test_the_program_is_what_is_shown() -> None:
    source = bp.compile_gradient(GRAPHS["recurrence"]).source
    assert "z5 = U @ a4 + W @ a2 + b  # R1" in source
    assert "nabla_W = delta5 @ a2.T + delta8 @ a5.T + delta11 @ a8.T  # S1" in source
    assert source.count("def cost_gradient") == 1


def test_a_compiled_graph_can_be_pickled() -> None:
    net = GRAPHS["convolution"]
    compiled: Any = bp.compile_gradient(net)
    parameters, x, y = draw(net, np.random.default_rng(0))
    again = pickle.loads(pickle.dumps(compiled))
    for key, array in compiled(parameters, x, y).items():
        np.testing.assert_array_equal(again(parameters, x, y)[key], array)


WRONG: dict[str, tuple[Any, str, str]] = {
    "a circle": (lambda: bp.Graph((2, 3, 3, 2), connections={2: (1, 3)}), "2 → 3 → 2", "环"),
    "a layer that reads itself": (lambda: bp.Graph((2, 3, 2), connections={2: (1, 2)}), "circle", "环"),
    "a wrong order": (
        lambda: bp.Graph((2, 3, 2, 2), connections={2: (3,), 3: (1,), 4: (2,)}),
        "order",
        "先后",
    ),
    "an unknown layer": (lambda: bp.Graph((2, 3, 2), connections={3: (7,)}), "names layer 7", "第 7 层"),
    "an unknown shortcut": (lambda: bp.Graph((2, 3, 2), shortcuts={4: 1}), "names layer 4", "第 4 层"),
    "unequal widths": (lambda: bp.Graph((2, 3, 2), shortcuts={2: 1}), "equal width", "相等"),
    "a shared weight of another shape": (
        lambda: bp.Graph((2, 3, 2), shared={(2, 1): "W", (3, 2): "W"}),
        "one shape",
        "一种形状",
    ),
    "a convolution that does not fit": (
        lambda: bp.Graph((5, 4, 2), shared={(2, 1): bp.Shared.convolution("K", (5,), (3,))}),
        r"\(3, 5\)",
        "形状",
    ),
    "a kernel larger than the layer": (
        lambda: bp.Shared.convolution("K", (2,), (3,)),
        "does not fit",
        "放不进",
    ),
    "weights that are not there": (
        lambda: bp.Graph((2, 3, 2), shared={(3, 1): "W"}),
        "does not read",
        "不读取",
    ),
    "a layer that nothing reads": (
        lambda: bp.Graph((2, 3, 2), connections={3: 1}),
        "Nothing reads",
        "没有谁读取",
    ),
    "the cost of an input": (lambda: bp.Graph((2, 3, 2), cost_reads=(1, 3)), "is an input", "输入层"),
    "a shortcut to an input": (
        lambda: bp.Graph((2, 2, 2), connections={2: (), 3: (1, 2)}, shortcuts={2: 1}),
        "input",
        "输入",
    ),
    "too few activations": (lambda: bp.Graph((2, 3, 2), ("tanh",)), "1 activations", "激活函数"),
    "a name that a program cannot use": (lambda: bp.Graph((2, 3, 2), shared={2: "a b"}), "program", "程序"),
    "a name that is taken": (lambda: bp.Graph((2, 3, 2), shared={2: "delta2"}), "program", "程序"),
}


@pytest.mark.parametrize("name", WRONG)
def test_what_cannot_be_is_an_error_of_ours_in_both_languages(name: str) -> None:
    make, english, chinese = WRONG[name]
    with pytest.raises(bp.NetworkError, match=english) as raised:
        make()
    bp.set_language("zh")
    try:
        assert chinese in str(raised.value)
    finally:
        bp.set_language("en")


def test_wrong_arrays_are_errors_of_ours() -> None:
    net = GRAPHS["recurrence"]
    compiled: Any = bp.compile_gradient(net)
    parameters, x, y = draw(net, np.random.default_rng(0))
    for wrong, says in (
        (({k: v for k, v in parameters.items() if k != "W"}, x, y), "lack W"),
        ((parameters | {"Q": np.eye(2)}, x, y), "no parameter Q"),
        ((parameters | {"W": np.eye(2)}, x, y), "W has the shape"),
        ((parameters, x[:-1], y), "3 arrays"),
        ((parameters, [*x[:-1], x[0][:1]], y), "x10 has the shape"),
        ((parameters, x, [*y[:-1], y[0][:, :1]]), "y12 has the shape"),
    ):
        with pytest.raises(bp.ShapeError, match=says):
            compiled(*wrong)
    for place in ((2, 9, 1), (2, 1, 7), (1, 1, 1)):
        with pytest.raises(bp.NetworkError, match="no weight"):
            bp.path_sum(net, *place)
    with pytest.raises(bp.NetworkError, match="no weight"):
        bp.path_sum(net, 5, 1, 1, read=3)
    with pytest.raises(bp.NetworkError, match="leave read out"):
        bp.path_sum(bp.Network((2, 2)), 2, 1, 1, read=1)  # type: ignore[call-overload]
