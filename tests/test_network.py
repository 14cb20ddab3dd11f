"""Networks: what they hold, their forward pass, and what is refused."""

from __future__ import annotations

import copy
import pickle
from typing import Any

import numpy as np
import pytest
import sympy
from hypothesis import given
from hypothesis import strategies as st

from bpderive.errors import DomainError, NetworkError, UnknownName
from bpderive.functions.activations import Activation, activations
from bpderive.functions.costs import costs
from bpderive.functions.network import Network, code_name, component
from bpderive.letters.text import Text

mine = Activation(name="mine", title=Text(en="mine", zh="自制"), formula=sympy.atan(sympy.Symbol("t")))


def test_symbols_carry_the_indices_of_the_book() -> None:
    net = Network((2, 11, 2))
    assert net.w[2].shape == (11, 2)
    assert net.w[3][1, 0].name == "w^3_21"
    assert net.w[3][1, 9].name == "w^3_2,10"
    assert net.b[2][10].name == "b^2_11"
    assert net.z[3].shape == net.a[3].shape == net.y.shape == (2, 1)
    assert net.a[1] == net.x == sympy.Matrix([component("x", None, 1), component("x", None, 2)])
    assert sympy.latex(net.w[2][0, 1]) == "w^{2}_{12}"
    assert all(symbol.is_real for symbol in net.w[2])
    assert list(net.w) == [2, 3]
    assert list(net.a) == [1, 2, 3]
    assert len(net.b) == 2
    assert repr(net.w) == "<w for the layers 2 to 3>"


@pytest.mark.parametrize(
    ("letter", "layer", "indices", "code"),
    [
        ("w", 2, (1, 3), "w2_1_3"),
        ("w", 12, (10, 3), "w12_10_3"),
        ("b", 2, (13,), "b2_13"),
        ("x", None, (12,), "x_12"),
        ("a", 1, (2,), "x_2"),
        ("delta", 2, (1,), "delta2_1"),
    ],
)
def test_code_names(letter: str, layer: int | None, indices: tuple[int, ...], code: str) -> None:
    assert code_name(component(letter, layer, *indices)) == code


def test_a_symbol_that_is_no_component_has_no_code_name() -> None:
    with pytest.raises(NetworkError, match="w\\^2_13"):
        code_name(sympy.Symbol("t"))


@given(st.lists(st.integers(1, 13), min_size=2, max_size=4))
def test_code_names_are_different_identifiers(sizes: list[int]) -> None:
    net = Network(sizes)
    symbols = [
        s for layers in (net.w, net.b, net.z, net.a) for matrix in layers.values() for s in matrix
    ] + list(net.y)
    assert len({code_name(s) for s in symbols}) == len(set(symbols)) == len(symbols)
    assert all(code_name(s).isidentifier() for s in symbols)


def test_forward_pass_computes_what_numpy_computes() -> None:
    net = Network((2, 3, 2), {"default": "tanh", (2, 3): mine, (3, 1): "relu"})
    rng = np.random.default_rng(1)
    values: dict[sympy.Symbol, Any] = {
        s: rng.normal() for m in [*net.w.values(), *net.b.values(), net.x] for s in m
    }
    for symbol, expression in net.forward():
        values[symbol] = float(expression.subs(values))
    x, w2, b2, w3, b3 = (
        np.array(m.subs(values), dtype=float) for m in (net.x, net.w[2], net.b[2], net.w[3], net.b[3])
    )
    a2 = w2 @ x + b2
    a2 = np.vstack([np.tanh(a2[:2]), np.arctan(a2[2:])])
    z3 = w3 @ a2 + b3
    expected = [np.maximum(z3[0], 0), np.tanh(z3[1])]
    np.testing.assert_allclose([[values[s]] for s in net.a[3]], expected, rtol=1e-14)


def test_forward_pass_is_linear_in_the_number_of_weights() -> None:
    net = Network((5, 4, 3))
    assert len(net.forward()) == 2 * (4 + 3)
    assert sum(len(e.args) for s, e in net.forward() if s.name.startswith("z")) == 4 * 6 + 3 * 5


def test_activations_by_layer_and_by_neuron() -> None:
    relu, sigmoid, tanh = (activations[name] for name in ("relu", "sigmoid", "tanh"))
    by_layer = Network((2, 3, 2), ("relu", tanh))
    assert (by_layer.layer_activation(2), by_layer.layer_activation(3)) == (relu, tanh)
    by_neuron = Network((2, 3, 2), {(2, 1): "tanh"})
    assert by_neuron.layer_activation(2) is None
    assert [by_neuron.activation_of(2, j) for j in (1, 2, 3)] == [tanh, sigmoid, sigmoid]
    assert by_neuron.layer_activation(3) == sigmoid
    assert Network((2, 3, 2), {"default": "relu", (3, 2): "tanh"}).activation_of(3, 1) == relu
    assert Network((2, 2), [("relu", "tanh")]) == Network((2, 2), {"default": "relu", (2, 2): "tanh"})
    assert Network((2, 2), {"default": "relu", (2, 1): "tanh", (2, 2): "tanh"}) == Network((2, 2), "tanh")


def test_networks_are_values() -> None:
    net = Network([2, 3, 2], {(2, 1): mine}, "quadratic")
    same = Network(np.array([2, 3, 2]), {(2, 1): mine, (2, 2): "sigmoid"}, costs["quadratic"])
    assert net == same
    assert hash(net) == hash(same)
    assert net != Network((2, 3, 2))
    assert Network(net.sizes, net.activation, net.cost) == net
    assert copy.deepcopy(net) == pickle.loads(pickle.dumps(net)) == net
    assert (net.sizes, net.depth, net.width(2)) == ((2, 3, 2), 3, 3)
    with pytest.raises(AttributeError):
        net.sizes = (2, 2)  # type: ignore[misc]  # wrong on purpose


@pytest.mark.parametrize(
    "net",
    [
        Network((2, 3, 2)),
        Network((2, 3, 1), ("relu", "sigmoid"), "cross_entropy"),
        Network((2, 3, 2), {"default": "tanh", (2, 3): "relu"}),
    ],
    ids=repr,
)
def test_what_is_printed_makes_the_network(net: Network) -> None:
    assert eval(repr(net), {"Network": Network}) == net


@pytest.mark.parametrize(
    "sizes",
    [
        (),
        (3,),
        3,
        "23",
        b"23",
        None,
        (2, 0),
        (2, -1),
        (2, 2.0),
        (2, True),
        (2, np.True_),
        (2, "3"),
        (2, None),
        {2, 3},
        {2: 3},
    ],
    ids=repr,
)
def test_sizes_that_cannot_be_are_refused(sizes: Any) -> None:
    with pytest.raises(NetworkError, match="at least two positive integers"):
        Network(sizes)


@pytest.mark.parametrize(
    ("activation", "error", "says"),
    [
        ("sigmod", UnknownName, "Did you mean 'sigmoid'"),
        (("sigmoid",), NetworkError, "it needs 2"),
        (("sigmoid", "tanh", "relu"), NetworkError, "it needs 2"),
        ((("tanh", "relu"), "tanh"), NetworkError, "3 neurons"),
        (("sigmoid", "thanh"), UnknownName, "Did you mean 'tanh'"),
        ({(2, 4): "tanh"}, NetworkError, "neuron 4 of layer 2"),
        ({(2, 0): "tanh"}, NetworkError, "neuron 0 of layer 2"),
        ({(1, 1): "tanh"}, NetworkError, "layers being 2 to 3"),
        ({(4, 1): "tanh"}, NetworkError, "layers being 2 to 3"),
        ({2: "tanh"}, NetworkError, "pairs"),
        ({(2, 1, 1): "tanh"}, NetworkError, "pairs"),
        ({(2, True): "tanh"}, NetworkError, "pairs"),
        ({"defualt": "tanh"}, NetworkError, "pairs"),
        ({(2, 1): "thanh"}, UnknownName, "tanh"),
        (3, NetworkError, "Give a name"),
        (None, NetworkError, "Give a name"),
        ([3, 4], UnknownName, "There is no activation '3'"),
    ],
    ids=repr,
)
def test_activations_that_cannot_be_are_refused(activation: Any, error: type[Exception], says: str) -> None:
    with pytest.raises(error, match=says):
        Network((2, 3, 2), activation)


def test_a_wrong_declaration_is_refused_with_the_network() -> None:
    z = sympy.Symbol("z")
    with pytest.raises(DomainError, match="jumps at z = 0"):
        Activation(
            name="jump", title=Text(en="jump", zh="跳跃"), formula=sympy.Piecewise((0, z < 0), (1, True))
        )


def test_an_unknown_cost_is_refused() -> None:
    with pytest.raises(UnknownName, match="Known: quadratic, cross_entropy"):
        Network((2, 2), cost="squares")


@pytest.mark.parametrize(
    "activation", ["tanh", "relu", "linear", ("sigmoid", "tanh"), {(3, 2): "relu"}, mine], ids=repr
)
def test_an_output_activation_outside_the_domain_of_the_cost_is_refused(activation: Any) -> None:
    with pytest.raises(DomainError, match=r"outputs in \(0, 1\) only.*one of: sigmoid"):
        Network((2, 3, 2), activation, "cross_entropy")


def test_the_values_of_an_activation_are_said_as_decimals() -> None:
    with pytest.raises(DomainError, match=r"takes values in \[-0\.1699…, ∞\)"):
        Network((2, 2), "gelu", "cross_entropy")


def test_an_output_activation_of_unknown_range_is_refused_by_a_cost_with_a_domain() -> None:
    t = sympy.Symbol("t")
    wave = Activation(
        name="wave", title=Text(en="wave", zh="wave"), formula=t * sympy.exp(-(t**2)) + sympy.sin(t)
    )
    assert Network((2, 2), wave).cost.name == "quadratic"
    with pytest.raises(DomainError, match="could not be derived"):
        Network((2, 2), wave, "cross_entropy")


@pytest.mark.parametrize("activation", ["sigmoid", ("tanh", "sigmoid"), {(2, 1): "relu"}], ids=repr)
def test_only_the_output_layer_has_to_fit_the_cost(activation: Any) -> None:
    assert Network((2, 3, 2), activation, "cross_entropy").cost is costs["cross_entropy"]


def test_layers_and_neurons_out_of_range_are_refused() -> None:
    net = Network((2, 3, 2))
    for ask in (
        lambda: net.w[1],
        lambda: net.a[0],
        lambda: net.z[4],
        lambda: net.b["2"],
        lambda: net.b[True],
    ):
        with pytest.raises(UnknownName, match="for the layers"):
            ask()
    for layer in (0, 4, True, 2.0):
        with pytest.raises(NetworkError, match="There is no layer"):
            net.width(layer)  # type: ignore[arg-type]  # wrong on purpose
    with pytest.raises(NetworkError, match="There is no layer 1 here"):
        net.layer_activation(1)
    for j in (0, 4, True):
        with pytest.raises(NetworkError, match="neurons 1 to 3"):
            net.activation_of(2, j)
