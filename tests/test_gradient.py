"""Backpropagation as let-bindings: against SymPy's derivative of the composed cost, and against the judge."""

from __future__ import annotations

import itertools
import subprocess
import sys
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
import sympy
from hypothesis import given, settings
from hypothesis import strategies as st
from sympy import Expr, Rational, Symbol

from bpderive import Network, compile_gradient, gradient, reference
from bpderive.errors import DomainError, NetworkError, ShapeError
from bpderive.functions.activations import Activation, z
from bpderive.functions.costs import Cost
from bpderive.functions.network import component
from bpderive.judge.truth import COST, Truth
from bpderive.letters.symbols import l as layer_letter
from bpderive.letters.symbols import layer_array
from bpderive.letters.text import Text
from bpderive.programs.gradient import Gradient
from bpderive.programs.verify.sample import draw_case

square = Activation(name="square", title=Text(en="square", zh="平方"), formula=Symbol("z") ** 2)
cubic = Activation(
    name="cubic", title=Text(en="cubic", zh="三次"), formula=Symbol("z") ** 3 - 2 * Symbol("z")
)
quartic = Cost(
    name="quartic",
    title=Text(en="quartic", zh="四次"),
    formula=(Symbol("a") - Symbol("y")) ** 4 + Symbol("a"),
)

NETWORKS = {
    "sigmoid": Network((1, 3, 2)),
    "tanh": Network((3, 2), "tanh"),
    "linear": Network((2, 2, 2), "linear"),
    "cross-entropy, cancelled": Network((2, 2, 2), "sigmoid", "cross_entropy"),
    "layers of their own": Network((2, 2, 1), ("tanh", "sigmoid")),
    "one modified neuron": Network((1, 3, 2), {(2, 2): "tanh", (3, 1): "linear"}),
    "one modified output": Network((2, 2, 2), {(3, 2): "tanh"}),
    "a cost of one's own": Network((2, 2, 2), cubic, quartic),
    "mixed and one's own": Network((1, 2, 1), {"default": square, (2, 1): "tanh"}, quartic),
    "deep": Network((1, 2, 2, 1), "tanh"),
    "narrow": Network((1, 1, 1), "sigmoid", "cross_entropy"),
}


def composed_cost(net: Network) -> Expr:
    """The cost of one example, the forward pass put into it."""
    values: dict[Symbol, Expr] = {}
    for symbol, expression in net.forward():
        values[symbol] = expression.xreplace(values)
    outputs = [values[component("a", net.depth, m + 1)] for m in range(net.sizes[-1])]
    return net.cost.value(outputs, list(net.y))


def parameters(net: Network) -> dict[str, dict[int, Any]]:
    return {"b": dict(net.b), "w": dict(net.w)}


def point(net: Network, seed: int = 0) -> dict[Symbol, Rational]:
    """A small rational for every weight, bias, input and desired output."""
    symbols = [*net.x, *net.y, *itertools.chain(*net.w.values(), *net.b.values())]
    return {
        s: Rational(
            (7 * place * (seed + 3) + 5 * seed) % 23 - 11 if s not in net.y else 1 + place % 3, 24 + place % 5
        )
        for place, s in enumerate(symbols)
    }


def close(first: Expr, second: Expr) -> bool:
    """Equal to thirty digits."""
    return bool(abs(first - second) <= sympy.Float("1e-30") * (1 + abs(second)))


def digits(at: dict[Symbol, Rational]) -> dict[Symbol, Expr]:
    """The values with fifty digits, so that exponentials of them are numbers too."""
    return {symbol: sympy.Float(value, 50) for symbol, value in at.items()}


def slope(cost: Expr, symbol: Symbol, at: dict[Symbol, Expr]) -> Expr:
    """∂cost/∂symbol by SymPy, all the others being numbers."""
    others = {s: value for s, value in at.items() if s != symbol}
    return sympy.diff(cost.xreplace(others), symbol).xreplace(at)


def bound(g: Gradient, at: dict[Symbol, Expr]) -> dict[Symbol, Expr]:
    """The values of all bindings, one after the other, each in what is known by then."""
    known: dict[Symbol, Expr] = dict(at)
    for symbol, expression in g.bindings:
        assert symbol not in known
        assert expression.free_symbols <= set(known)
        known[symbol] = expression.xreplace(known)
    return known


@pytest.mark.parametrize("name", NETWORKS)
def test_bindings_and_expanded_form_against_sympy(name: str) -> None:
    net = NETWORKS[name]
    g = gradient(net)
    written = g.expanded()
    cost = composed_cost(net)
    at = digits(point(net))
    known = bound(g, at)
    for letter, tables in (("b", g.b), ("w", g.w)):
        for layer, symbols in parameters(net)[letter].items():
            for place, symbol in enumerate(symbols):
                true = slope(cost, symbol, at)
                assert close(tables[layer][place].xreplace(known), true)
                expanded = {"b": written.b, "w": written.w}[letter][layer][place]
                assert expanded.free_symbols <= set(at)
                assert close(expanded.xreplace(at), true)


@pytest.mark.parametrize("name", NETWORKS)
def test_shapes_and_what_is_bound(name: str) -> None:
    net = NETWORKS[name]
    g = gradient(net)
    for layer in range(2, net.depth + 1):
        assert g.w[layer].shape == net.w[layer].shape
        assert g.b[layer].shape == g.delta[layer].shape == net.b[layer].shape
        assert list(g.delta[layer]) == [component("delta", layer, j + 1) for j in range(net.sizes[layer - 1])]
    symbols = [symbol for symbol, _ in g.bindings]
    assert len(symbols) == len(set(symbols))
    assert str(g).count("\n") == len(symbols) - 1


def test_the_error_is_the_derivative_by_the_weighted_input() -> None:
    """δ^l_j of the written-out gradient, by a bias that moves z^l_j alone."""
    net = NETWORKS["one modified neuron"]
    written = gradient(net).expanded()
    at = digits(point(net, seed=4))
    cost = composed_cost(net)
    for layer in (2, 3):
        for j, symbol in enumerate(net.b[layer]):
            assert close(written.delta[layer][j].xreplace(at), slope(cost, symbol, at))


def test_each_neuron_has_its_own_activation() -> None:
    ordinary, modified = (gradient(Network((2, 3, 2), choice)) for choice in ("sigmoid", {(2, 2): "tanh"}))
    different = {s for (s, e), (_, f) in zip(ordinary.bindings, modified.bindings, strict=True) if e != f}
    assert different == {component("a", 2, 2), component("sigmaprime", 2, 2)}


def test_sigma_prime_cancels_where_it_can() -> None:
    bindings = dict(gradient(Network((2, 2, 2), "sigmoid", "cross_entropy")).bindings)
    assert bindings[component("delta", 3, 1)] == component("a", 3, 1) - component("y", None, 1)
    assert component("sigmaprime", 3, 1) not in bindings
    assert component("sigmaprime", 3, 1) in dict(gradient(Network((2, 2, 2), "tanh")).bindings)


def test_it_grows_as_the_number_of_weights_does() -> None:
    """Counted, not timed: bindings and operations for each weight do not grow with width or depth."""

    def per_weight(sizes: tuple[int, ...]) -> float:
        g = gradient(Network(sizes))
        operations = sum(sympy.count_ops(expression) + 1 for _, expression in g.bindings)
        return operations / sum(n * m for n, m in itertools.pairwise(sizes))

    depths = [per_weight((2,) * depth) for depth in (4, 8, 16)]
    widths = [per_weight((width,) * 3) for width in (2, 4, 8)]
    assert depths[0] * 1.5 > depths[1]
    assert depths[1] * 1.1 > depths[2]
    assert widths == sorted(widths, reverse=True)


def test_a_large_network_is_not_written_out() -> None:
    g = gradient(Network((10, 9, 3)))
    with pytest.raises(NetworkError, match="129 weights and biases, and at most 64"):
        g.expanded()


sizes = st.lists(st.integers(1, 3), min_size=2, max_size=4).map(tuple)


@settings(max_examples=12)
@given(sizes, st.integers(0, 6))
def test_random_networks_of_squares_exactly(shape: tuple[int, ...], seed: int) -> None:
    """Everything is rational: the bindings, put into the unknowns of the judge, give its derivatives exactly."""
    net = Network(shape, square)
    g = gradient(net)
    at = point(net, seed)
    known: dict[Symbol, Expr] = dict(at)
    for symbol, expression in g.bindings:
        known[symbol] = expression.xreplace(known)
    truth = Truth(shape)

    def value(key: Any) -> Fraction:
        letter, *rest = key
        if letter == "σ":
            found = 2 * known[component("z", rest[1], rest[2] + 1)]
        elif letter == "g":
            found = known[component("a", rest[0], rest[1] + 1)] - known[component("y", None, rest[1] + 1)]
        else:
            found = known[component(letter, rest[0], *(index + 1 for index in rest[1:]))]
        return Fraction(int(found.p), int(found.q))

    for layer in range(2, net.depth + 1):
        for j, k in itertools.product(range(shape[layer - 1]), range(shape[layer - 2])):
            found = g.w[layer][j, k].xreplace(known)
            assert Fraction(int(found.p), int(found.q)) == truth.derivative(COST, ("w", layer, j, k)).at(
                value
            )
        for j in range(shape[layer - 1]):
            found = g.b[layer][j].xreplace(known)
            assert Fraction(int(found.p), int(found.q)) == truth.derivative(COST, ("b", layer, j)).at(value)


HERE = {letter: layer_array(letter, layer_letter) for letter in ("a", "z")}


LAMBDIFIED = {
    "sigmoid": Network((2, 3, 2)),
    "softmax": Network((2, 3, 3), ("gelu", "softmax"), "log_likelihood"),
    "softmax, not cancelled": Network((2, 2, 3), ("tanh", "softmax"), "huber"),
    "neurons of their own": Network((2, 3, 1), {(2, 1): "relu", (2, 2): "mish"}, "cross_entropy"),
    "deep": Network((1, 2, 1, 2, 1), ("silu", "elu", "softplus", "arctan")),
}


@pytest.mark.parametrize("scale", [1, 300])
@pytest.mark.parametrize("net", LAMBDIFIED.values(), ids=LAMBDIFIED.keys())
def test_the_gradient_of_plain_numbers_is_that_of_arrays(net: Network, scale: int) -> None:
    case = draw_case(net, np.random.default_rng(1))
    arguments = ([scale * w for w in case.weights], case.biases, case.x, case.y)
    listed = tuple(
        [a.tolist() for a in part] if isinstance(part, list) else part.tolist() for part in arguments
    )
    found = gradient(net).lambdify()(*listed)
    assert found == gradient(net).lambdify()(*arguments)
    for mine, true in zip(
        (*found.b, *found.w), itertools.chain(*compile_gradient(net)(*arguments)), strict=True
    ):
        assert np.shape(mine) == true.shape
        np.testing.assert_allclose(mine, true, rtol=0, atol=1e-13 * max(1e-3, np.max(np.abs(true))))


def test_the_gradient_of_plain_numbers_is_that_of_the_reference() -> None:
    net = Network((2, 3, 2), "tanh")
    case = draw_case(net, np.random.default_rng(2))
    found = gradient(net).lambdify()(*case.arguments)
    true = reference.backprop(*case.arguments, activation="tanh")
    for mine, wanted in zip((*found.b, *found.w), (*true.b, *true.w), strict=True):
        np.testing.assert_allclose(mine, wanted, rtol=1e-12, atol=1e-15)


def test_the_gradient_of_plain_numbers_needs_no_numpy() -> None:
    program = (
        "import sys, bpderive as bp\n"
        "for name in [n for n in sys.modules if n.partition('.')[0] in ('numpy', 'scipy')]: sys.modules[name] = None\n"
        "f = bp.gradient(bp.Network((1, 1, 1), ('tanh', 'linear'))).lambdify()\n"
        "print(f([[[0]], [[2]]], [[[0]], [[1]]], [[3, 3]], [[0, 2]]))"
    )
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "Derivatives(b=[[[0.0]], [[0.0]]], w=[[[0.0]], [[0.0]]])"


@pytest.mark.parametrize(
    "change",
    [
        lambda w, b, x, y: (w[:1], b, x, y),
        lambda w, b, x, y: (w, 3, x, y),
        lambda w, b, x, y: (w[::-1], b, x, y),
        lambda w, b, x, y: (w, b, [1, 2], y),
        lambda w, b, x, y: (w, b, [["1"], ["2"]], y),
        lambda w, b, x, y: (w, b, [[1j], [2]], y),
        lambda w, b, x, y: (w, b, [[], []], [[], []]),
        lambda w, b, x, y: (w, b, x, [[1, 2]]),
        lambda w, b, x, y: (w, b, [[10**400], [1]], y),
    ],
)
def test_what_has_another_shape_or_is_no_number_is_refused(change: Any) -> None:
    net = Network((2, 3, 1))
    case = draw_case(net, np.random.default_rng(0))
    with pytest.raises(ShapeError) as caught:
        gradient(net).lambdify()(*change(*case.arguments))
    assert str(caught.value).count(".") == 1


def test_numbers_that_overflow_are_refused() -> None:
    steep = Activation("steep", Text(en="steep", zh="陡"), sympy.exp(z) ** 2)
    with pytest.raises(DomainError, match="smaller"):
        gradient(Network((1, 1), steep)).lambdify()([[[1]]], [[[0]]], [[800]], [[0]])
