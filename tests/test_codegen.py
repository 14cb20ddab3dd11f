"""Compiled gradients: equal to the certified components, to the reference, safe at the edges, strict about arrays."""

from __future__ import annotations

import ast
import copy
import itertools
import pickle
import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import pytest
import sympy
from hypothesis import given, settings
from hypothesis import strategies as st
from sympy import Integer, Symbol

import bpderive as bp
from bpderive import reference
from bpderive.equations import equations
from bpderive.errors import DomainError, NetworkError, ShapeError
from bpderive.functions.activations import Activation, activations, elementwise_activations, z
from bpderive.functions.activations.elementwise import run
from bpderive.functions.costs import Cost
from bpderive.functions.network import Network
from bpderive.judge.polynomials import Polynomial, unknown
from bpderive.judge.truth import COST, Truth
from bpderive.letters.text import Text, set_language
from bpderive.programs.lambdified import Count, compile_gradient, operations

TITLE = Text(en="made for a test", zh="测试用")


written = [name for name in elementwise_activations if name in reference.ACTIVATIONS]
"""The activations that the reference has too."""


def permitted_pairs() -> list[tuple[str, str]]:
    found = []
    costs = [name for name in reference.COSTS if name != "log_likelihood"]  # written for softmax alone
    for activation, cost in itertools.product(written, costs):
        try:
            Network((2, 2), activation, cost)
        except DomainError:
            continue
        found.append((activation, cost))
    return found


def random_case(net: Network, m: int, seed: int = 0) -> tuple[Any, Any, Any, Any]:
    rng = np.random.default_rng(seed)
    weights = [rng.normal(size=(n, k)) for k, n in itertools.pairwise(net.sizes)]
    biases = [rng.normal(size=(n, 1)) for n in net.sizes[1:]]
    return weights, biases, rng.normal(size=(net.sizes[0], m)), rng.uniform(size=(net.sizes[-1], m))


def in_one(found: Any) -> Any:
    return np.concatenate([array.ravel() for array in [*found[0], *found[1]]])


def refers(net: Network) -> dict[str, Any]:
    names = tuple(net.layer_activation(layer).name for layer in range(2, net.depth + 1))  # type: ignore[union-attr]  # uniform here
    return {"activation": names, "cost": net.cost.name}


# Equal to the reference


@pytest.mark.parametrize(
    ("hidden", "output", "cost"),
    [
        *((hidden, "sigmoid", "cross_entropy") for hidden in written),
        *(("tanh", *pair) for pair in permitted_pairs()),
    ],
)
def test_agrees_with_the_reference(hidden: str, output: str, cost: str) -> None:
    net = Network((4, 5, 3, 2), (hidden, hidden, output), cost)
    compiled = compile_gradient(net)
    for m in (1, 2, 7):
        case = random_case(net, m, seed=m)
        expected, found = in_one(reference.backprop(*case, **refers(net))), in_one(compiled(*case))
        assert np.linalg.norm(found - expected) <= 1e-14 * np.linalg.norm(expected)
        value, again = compiled.value_and_gradient(*case)
        assert value == pytest.approx(reference.cost(*case, **refers(net)), rel=1e-14)
        assert np.array_equal(in_one(again), found)
        _, outputs = reference.feedforward(*case[:3], refers(net)["activation"])
        np.testing.assert_allclose(compiled.forward(*case[:3]), outputs[-1], rtol=1e-13, atol=1e-15)


def test_agrees_with_the_reference_on_a_network_for_digits() -> None:
    net = Network((784, 30, 10), "sigmoid", "cross_entropy")
    case = random_case(net, 10)
    expected, found = in_one(reference.backprop(*case, **refers(net))), in_one(compile_gradient(net)(*case))
    assert np.linalg.norm(found - expected) <= 1e-14 * np.linalg.norm(expected)


@settings(max_examples=10)
@given(st.lists(st.integers(1, 5), min_size=2, max_size=5), st.integers(1, 6), st.data())
def test_agrees_with_the_reference_on_any_network(sizes: list[int], m: int, data: st.DataObject) -> None:
    hidden = data.draw(st.lists(st.sampled_from(written), min_size=len(sizes) - 2, max_size=len(sizes) - 2))
    output, cost = data.draw(st.sampled_from(permitted_pairs()))
    net = Network(sizes, (*hidden, output), cost)
    case = random_case(net, m, data.draw(st.integers(0, 2**32 - 1)))
    expected, found = in_one(reference.backprop(*case, **refers(net))), in_one(compile_gradient(net)(*case))
    assert np.linalg.norm(found - expected) <= 1e-13 * np.linalg.norm(expected)


# Equal to the certified components


def unknowns(keys: Any, shape: tuple[int, int]) -> Any:
    array = np.empty(shape, dtype=object)
    for place in np.ndindex(shape):
        array[place] = unknown(keys(*place))
    return array


def of_example(polynomial: Polynomial, column: int) -> Polynomial:
    """The polynomial with the unknowns of one example, which all but weights and biases are."""
    return polynomial.put(lambda key: unknown(key) if key[0] in ("w", "b") else unknown((*key, column)))


def run_on_unknowns(net: Network, source: str, m: int) -> tuple[Any, Any]:
    """The gradient that the program computes where σ and σ′ of every neuron are unknowns.

    A function of the program knows the neurons that have its activation: for the polynomial z^l_j of one of them in an
    example it gives the unknown a^l_j or σ′(z^l_j), and for any other argument it fails.
    """
    truth, sizes = Truth(net.sizes, net.cost), net.sizes
    namespace = run(source, "<program>")
    kinds = {"": lambda l, j: ("a", l, j), "_prime": lambda l, j: ("σ", 1, l, j, None)}
    for activation, (ending, key) in itertools.product(elementwise_activations.values(), kinds.items()):
        known = {
            of_example(truth.value(("z", l, j)), c): unknown((*key(l, j), c))
            for l in range(2, net.depth + 1)
            for j in range(net.width(l))
            if net.activation_of(l, j + 1) == activation
            for c in range(m)
        }
        if f"{activation.name}{ending}" in namespace:
            namespace[f"{activation.name}{ending}"] = np.frompyfunc(known.__getitem__, 1, 1)
    weights = [
        unknowns(lambda j, k, l=l: ("w", l, j, k), (sizes[l - 1], sizes[l - 2]))
        for l in range(2, net.depth + 1)
    ]
    biases = [unknowns(lambda j, _, l=l: ("b", l, j), (sizes[l - 1], 1)) for l in range(2, net.depth + 1)]
    x = unknowns(lambda k, c: ("a", 1, k, c), (sizes[0], m))
    y = unknowns(lambda j, c: ("y", net.depth, j, c), (sizes[-1], m))
    found = namespace["backprop"](*weights, *biases, x, y)
    return found[: net.depth - 1], found[net.depth - 1 :]


@pytest.mark.parametrize("m", [1, 2])
@pytest.mark.parametrize(
    "net",
    [
        Network((2, 3, 2)),
        Network((3, 2, 4), ("tanh", "relu")),
        Network((2, 3, 2, 3), {(2, 1): "tanh", (3, 2): "relu", (4, 1): "tanh"}),
    ],
    ids=repr,
)
def test_the_matrix_program_is_the_certified_components(net: Network, m: int) -> None:
    truth = Truth(net.sizes, net.cost)
    nabla_b, nabla_w = run_on_unknowns(net, compile_gradient(net).source, m)

    def mean(by: Any) -> Polynomial:
        total = sum((of_example(truth.derivative(COST, by), c) for c in range(m)), start=Polynomial({}))
        return total / m

    for layer in range(2, net.depth + 1):
        for row in range(net.width(layer)):
            assert nabla_b[layer - 2][row, 0] == mean(("b", layer, row))
            for column in range(net.width(layer - 1)):
                assert nabla_w[layer - 2][row, column] == mean(("w", layer, row, column))


def test_a_wrong_program_is_not_the_certified_components() -> None:
    net = Network((2, 3, 2), "tanh")
    right = compile_gradient(net).source
    wrong = right.replace("(w3.T @ delta3) * tanh_prime(z2)  # BP2", "(w3.T @ delta3)  # BP2")
    assert wrong != right
    assert run_on_unknowns(net, wrong, 1)[1][0][0, 0] != run_on_unknowns(net, right, 1)[1][0][0, 0]


def doubled(statement: Any) -> Any:
    """The statement with twice its right side, and the same shape."""
    return statement.with_rhs(statement.rhs + statement.rhs)


@pytest.mark.parametrize("number", ["z", "25", "BP1a", "BP2", "BP3", "BP4"])
def test_a_changed_equation_changes_the_program_and_its_numbers(
    number: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    net = Network((2, 3, 2), "tanh")
    right, case = compile_gradient(net), random_case(net, 3)
    known = equations[number]

    class Falsified:
        def stated(self, form: str) -> Any:
            return doubled(known.stated(form))

    monkeypatch.setattr("bpderive.programs.lambdified.lines.equations", {**equations, number: Falsified()})
    wrong = compile_gradient(net)
    changed = set(wrong.source.splitlines()) - set(right.source.splitlines())
    # (25) has w a + b under its σ: where z is something else, it is no longer found there.
    expected = {"z", "25"} if number == "z" else {number}
    assert {line.split("# ")[-1] for line in changed} == expected
    assert not np.allclose(in_one(wrong(*case)), in_one(right(*case)))


# The source


def test_what_is_shown_is_what_runs() -> None:
    net = Network((2, 3, 2), {(2, 1): "tanh"}, "cross_entropy")
    compiled, case = compile_gradient(net), random_case(net, 4)
    assert compiled.source == compile_gradient(net).source
    weights, biases, x, y = case
    shown = run(compiled.source, "<shown>")["backprop"](*weights, *biases, x, y)
    assert np.array_equal(in_one((shown[:2], shown[2:])), in_one(compiled(*case)))
    tree = ast.parse(compiled.source)
    defined = {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}
    called = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    assert defined - called == {"backprop"}


def test_the_program_is_short_and_each_of_its_lines_has_the_number_of_its_equation() -> None:
    lines = compile_gradient(Network((2, 3, 2))).source.splitlines()
    assert len(lines) <= 30
    assert [line.strip() for line in lines if "  # " in line] == [
        "z2 = w2 @ a1 + b2  # z",
        "a2 = sigmoid(z2)  # 25",
        "z3 = w3 @ a2 + b3  # z",
        "a3 = sigmoid(z3)  # 25",
        "delta3 = cost_gradient(a3, y) * sigmoid_prime(z3)  # BP1a",
        "delta2 = (w3.T @ delta3) * sigmoid_prime(z2)  # BP2",
        "nabla_b2 = delta2.sum(axis=1, keepdims=True)  # BP3",
        "nabla_b3 = delta3.sum(axis=1, keepdims=True)  # BP3",
        "nabla_w2 = delta2 @ a1.T  # BP4",
        "nabla_w3 = delta3 @ a2.T  # BP4",
    ]


def test_the_cancelled_form_is_found() -> None:
    source = compile_gradient(Network((2, 3, 2), cost="cross_entropy")).source
    assert "delta3 = output_error(a3, y)  # BP1a" in source
    assert "return (a - y)/a.shape[1]" in source
    assert "sigmoid_prime(z3)" not in source


def made(name: str, formula: Any, **extras: Any) -> Activation:
    return Activation(name=name, title=TITLE, formula=formula, **extras)


def test_activations_of_ones_own_compile_whatever_they_are_called() -> None:
    names = ["np", "class", "my act", "w2", "σ", "sigmoid", "2nd", "gamma"]
    own = {(2, j + 1): made(name, sympy.atan((j + 2) * z) / 2) for j, name in enumerate(names)}
    net = Network((2, 8, 1), {**own, (3, 1): "sigmoid"})
    compiled = compile_gradient(net)
    weights, biases, x, _ = random_case(net, 3)
    hidden = np.arctan(np.arange(2, 10)[:, None] * (weights[0] @ x + biases[0])) / 2
    expected = activations["sigmoid"].numpy(weights[1] @ hidden + biases[1])
    np.testing.assert_allclose(compiled.forward(weights, biases, x), expected, rtol=1e-14)


def test_functions_that_numpy_lacks_are_taken_from_python() -> None:
    gelu = made("gelu", z * (1 + sympy.erf(z / sympy.sqrt(2))) / 2)
    compiled = compile_gradient(Network((1, 1), gelu))
    one = np.array([[1.0]])
    assert compiled.forward([one], [0 * one], one).item() == pytest.approx(0.8413447460685429, rel=1e-15)


def test_a_cost_of_ones_own_compiles() -> None:
    title = Text(en='"""; of the \\fourth" power\\', zh="测试用")
    fourth = Cost(name="fourth", title=title, formula=(sympy.Symbol("a") - sympy.Symbol("y")) ** 4)
    net = Network((2, 3, 2), ("tanh", "linear"), fourth)
    weights, biases, x, y = random_case(net, 1)
    compiled = compile_gradient(net)
    value, found = compiled.value_and_gradient(weights, biases, x, y)
    error = compiled.forward(weights, biases, x) - y
    assert value == pytest.approx(np.sum(error**4))
    np.testing.assert_allclose(found.b[1], 4 * error**3, rtol=1e-13)


HOSTILE = (
    *(
        '"""\nleaked = 1\n"""',
        "'''\nleaked = 1\n",
        "*/ leaked(); /*",
        '" + leaked + "',
        "{leaked}",
        '"',
        "\\",
    ),
    *(
        '\\"""\nleaked = 1#',
        "\\N{leaked}",
        "\\x",
        "\\u12",
        "-->\nleaked",
        "#\nleaked",
        "\x00leaked",
        "\ud800",
    ),
    *(f"x{line_break}leaked = 1" for line_break in "\n\r\x0b\x0c\x1c\x85\u2028\u2029"),
    "\x1b[2J",
)


@pytest.mark.parametrize("text", HOSTILE, ids=ascii)
def test_a_name_or_a_title_never_leaves_the_words_that_it_stands_in(text: str) -> None:
    title = Text(en=text, zh=text)
    power = (sympy.Symbol("a") - sympy.Symbol("y")) ** 4
    own = Activation(name=text, title=title, formula=sympy.atan(z) / 2), Cost(text, title, power)
    sources = [
        compile_gradient(Network((2, 2, 1), *own)).source,
        bp.compile_gradient(bp.Graph((2, 2, 1), *own)).source,
    ]
    harmless = Activation(name="own", title=TITLE, formula=sympy.atan(z) / 2), Cost("own", TITLE, power)
    plain = [
        compile_gradient(Network((2, 2, 1), *harmless)).source,
        bp.compile_gradient(bp.Graph((2, 2, 1), *harmless)).source,
    ]
    for source, expected in zip(sources, plain, strict=True):
        assert len(source.splitlines()) == len(expected.splitlines())
        assert all(character.isprintable() or character == "\n" for character in source)
        names, usual = (
            {node.id for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Name)}
            for text in (source, expected)
        )
        assert {name for name in names - usual if "prime" not in name} <= {_identifier(text)}


def _identifier(name: str) -> str:
    """The name under which a function of this name is defined: one identifier."""
    kept = "".join(c if c.isascii() and (c.isalnum() or c == "_") else "_" for c in name)
    return kept if kept.isidentifier() else f"f_{kept}"


# Numbers at the edges


@pytest.mark.parametrize(("activation", "cost"), [pair for pair in permitted_pairs() if pair[0] != "sine"])
@pytest.mark.parametrize("saturated", [-800.0, -40.0, 40.0, 800.0])
def test_saturated_neurons_give_no_warning_and_no_nan(activation: str, cost: str, saturated: float) -> None:
    net = Network((2, 3, 2), activation, cost)
    weights, biases, x, y = random_case(net, 2)
    biases = [np.full_like(b, saturated) for b in biases]
    y = np.round(y)
    compiled = compile_gradient(net)
    with np.errstate(over="raise", invalid="raise", divide="raise"):
        value, found = compiled.value_and_gradient(weights, biases, x, y)
    assert np.isfinite(value)
    assert np.isfinite(in_one(found)).all()
    expected = in_one(reference.backprop(weights, biases, x, y, **refers(net)))
    np.testing.assert_allclose(in_one(found), expected, rtol=1e-12, atol=1e-300)
    assert value == pytest.approx(reference.cost(weights, biases, x, y, **refers(net)), rel=1e-12)


def test_cross_entropy_of_a_saturated_sigmoid_is_exact() -> None:
    compiled = compile_gradient(Network((1, 1), cost="cross_entropy"))
    one = np.array([[1.0]])
    for bias, y, value, error in [
        (800, 0, 800, 1),
        (-800, 1, 800, -1),
        (40, 0, 40, 1),
        (800, 1, 0, 0),
        (-800, 0, 0, 0),
    ]:
        found, gradient = compiled.value_and_gradient([0 * one], [bias * one], one, y * one)
        assert (found, gradient.b[0].item()) == (value, error)
    assert compiled.value_and_gradient([0 * one], [40 * one], one, one)[0] == pytest.approx(
        np.exp(-40.0), rel=1e-15
    )


def test_nan_goes_through() -> None:
    net = Network((2, 3, 2), "tanh")
    weights, biases, x, y = random_case(net, 2)
    x[0, 0] = np.nan
    assert np.isnan(compile_gradient(net)(weights, biases, x, y).w[1]).all()


# Arrays


def test_arrays_given_are_read_only_and_results_are_new() -> None:
    net = Network((3, 4, 2), ("linear", "linear"))
    weights, biases, x, y = random_case(net, 4)
    compiled = compile_gradient(net)
    expected = in_one(compiled(weights, biases, x, y))
    given = [*weights, *biases, x, y]
    before = [array.copy() for array in given]
    for array in given:
        array.flags.writeable = False
    first, second = compiled(weights, biases, x, y), compiled(weights, biases, x, y)
    output = compiled.forward(weights, biases, x)
    results = [*first.b, *first.w, *second.b, *second.w, output]
    assert all(array.flags.writeable for array in results)
    assert not any(np.shares_memory(p, q) for p, q in itertools.combinations([*given, *results], 2))
    assert all(np.array_equal(p, q) for p, q in zip(given, before, strict=True))
    strided = [np.repeat(np.repeat(array, 2, axis=0), 3, axis=1)[::2, ::3] for array in given]
    assert not strided[0].flags.contiguous
    found = in_one(compiled(strided[:2], strided[2:4], strided[4], strided[5]))
    np.testing.assert_allclose(found, expected, rtol=1e-12)


@pytest.mark.parametrize("dtype", [np.int32, np.uint8, bool])
def test_whole_numbers_are_computed_in_float64(dtype: Any) -> None:
    net = Network((3, 2, 2))
    case = [
        [np.round(2 * v).astype(dtype) for v in array] if isinstance(array, list) else array
        for array in random_case(net, 2)
    ]
    exact = [[v.astype(float) for v in array] if isinstance(array, list) else array for array in case]
    compiled = compile_gradient(net)
    found = compiled(*case)
    assert all(array.dtype == np.float64 for array in [*found.b, *found.w])
    assert np.array_equal(in_one(found), in_one(compiled(*exact)))


@pytest.mark.parametrize("activation", list(elementwise_activations))
def test_what_goes_in_in_single_precision_comes_out_so(activation: str) -> None:
    net = Network((3, 4, 2), activation)
    case = random_case(net, 3)
    single = [
        [v.astype(np.float32) for v in array] if isinstance(array, list) else array.astype(np.float32)
        for array in case
    ]
    found = compile_gradient(net)(*single)
    assert all(array.dtype == np.float32 for array in [*found.b, *found.w])
    np.testing.assert_allclose(in_one(found), in_one(compile_gradient(net)(*case)), rtol=2e-3, atol=1e-5)


def test_lists_of_numbers_are_arrays_too() -> None:
    compiled = compile_gradient(Network((2, 2)))
    found = compiled([[[1, 2], [3, 4]]], [[[0], [0]]], [[1], [1]], [[0], [1]])
    assert found.w[0].shape == (2, 2)
    stacked = compile_gradient(Network((2, 2, 2)))(
        np.ones((2, 2, 2)), np.zeros((2, 2, 1)), [[1], [1]], [[0], [1]]
    )
    assert stacked.b[1].shape == (2, 1)


def test_shapes_are_those_of_the_parameters() -> None:
    net = Network((3, 4, 2))
    weights, biases, x, y = random_case(net, 5)
    nabla_b, nabla_w = compile_gradient(net)(weights, biases, x, y)
    assert [array.shape for array in nabla_b] == [array.shape for array in biases]
    assert [array.shape for array in nabla_w] == [array.shape for array in weights]
    assert compile_gradient(net).forward(weights, biases, x).shape == (2, 5)


def change(place: int, make: Callable[[Any], Any]) -> Callable[[list[Any]], list[Any]]:
    return lambda case: [make(value) if at == place else value for at, value in enumerate(case)]


def change_one(place: int, layer: int, make: Callable[[Any], Any]) -> Callable[[list[Any]], list[Any]]:
    return change(place, lambda arrays: [make(v) if i == layer - 2 else v for i, v in enumerate(arrays)])


WRONG: list[tuple[str, Callable[[list[Any]], list[Any]], str]] = [
    (
        "weights transposed",
        change_one(0, 2, np.transpose),
        r"weights\[0\], which is w\^2, has the shape \(3, 4\).*wants \(4, 3\).*transposed",
    ),
    (
        "weights of another shape",
        change_one(0, 3, lambda v: v[:, :1]),
        r"w\^3, has the shape \(2, 1\).*\(2, 4\)",
    ),
    ("weights flat", change_one(0, 2, np.ravel), r"w\^2, has the shape \(12,\)"),
    ("weights missing", change(0, lambda v: v[:1]), "weights has 1 arrays; a list of 2 arrays is wanted"),
    ("weights too many", change(0, lambda v: [*v, v[0]]), "weights has 3 arrays"),
    ("weights none", change(0, lambda v: None), "weights was given as None"),
    ("weights a number", change(0, lambda v: np.array(1.0)), "weights was given as array"),
    ("weights by name", change(0, lambda v: {2: v[0], 3: v[1]}), r"weights was given as \{2: array"),
    (
        "weights masked",
        change_one(0, 2, lambda v: np.ma.masked_less(v, v.max())),
        r"w\^2, has masked entries",
    ),
    ("weights ragged", change_one(0, 2, lambda v: [[1, 2], [3]]), r"w\^2, is no rectangular array"),
    ("weights complex", change_one(0, 2, lambda v: v + 0j), r"w\^2, has the dtype complex128"),
    ("weights objects", change_one(0, 2, lambda v: v.astype(object)), "dtype object"),
    ("weights text", change_one(0, 2, lambda v: v.astype(str)), "dtype <U"),
    ("bias flat", change_one(1, 3, np.ravel), r"b\^3, has the shape \(2,\).*biases\[1\]\[:, None\]"),
    ("bias a row", change_one(1, 2, np.transpose), r"b\^2, has the shape \(1, 4\)"),
    ("biases missing", change(1, lambda v: []), "biases has 0 arrays"),
    ("x flat", change(2, lambda v: v[:, 0]), r"x, the input, has the shape \(3,\).*x\[:, None\]"),
    ("x transposed", change(2, np.transpose), r"pass x\.T"),
    ("x too wide", change(2, lambda v: v[:2]), r"wants \(3, m\)"),
    ("x empty", change(2, lambda v: v[:, :0]), "at least one example"),
    ("x cubic", change(2, lambda v: v[:, :, None]), r"\(3, 5, 1\)"),
    ("x text", change(2, lambda v: "abc"), "dtype <U"),
    ("y flat", change(3, lambda v: v[:, 0]), r"y\[:, None\]"),
    ("y transposed", change(3, np.transpose), r"pass y\.T"),
    ("y empty", change(3, lambda v: v[:, :0]), "at least one example"),
    ("y dates", change(3, lambda v: v.astype("datetime64[s]")), "dtype datetime64"),
    ("y for fewer examples", change(3, lambda v: v[:, :3]), "x has 5 columns and y has 3"),
]


@pytest.mark.parametrize(("spoil", "says"), [case[1:] for case in WRONG], ids=[case[0] for case in WRONG])
def test_arrays_that_do_not_fit_are_refused(spoil: Callable[[list[Any]], list[Any]], says: str) -> None:
    net = Network((3, 4, 2))
    spoiled = spoil(list(random_case(net, 5)))
    compiled = compile_gradient(net)
    for function in (compiled, compiled.value_and_gradient):
        with pytest.raises(ShapeError, match=says):
            function(*spoiled)
    assert len(compiled(*random_case(net, 1)).b) == 2


def test_forward_checks_too() -> None:
    net = Network((3, 4, 2))
    weights, biases, x, _ = random_case(net, 2)
    with pytest.raises(ShapeError, match=r"x\[:, None\]"):
        compile_gradient(net).forward(weights, biases, x[:, 0])
    with pytest.raises(ValueError, match=r"w\^2"):
        compile_gradient(net).forward(weights[::-1], biases, x)


def test_softmax_divides_once_in_each_neuron() -> None:
    net = Network((3, 2, 4), activation=("linear", "softmax"), cost="log_likelihood")
    products_of_weights = 5 * (3 * 2 + 2 * 4)
    assert operations(net).forward.at(net.sizes, 5).multiplications == products_of_weights + 5 * 4


# Compiling


def test_things_that_are_no_networks_are_refused() -> None:
    with pytest.raises(NetworkError, match="Network\\(\\(2, 3, 2\\)\\)"):
        compile_gradient((2, 3, 2))  # type: ignore[arg-type]  # wrong on purpose


def test_a_compiled_gradient_prints_briefly_and_survives_a_copy() -> None:
    compiled = compile_gradient(Network((2, 2)))
    assert repr(compiled) == f"CompiledGradient(net={compiled.net!r})"
    case = random_case(compiled.net, 1)
    for twin in (copy.copy(compiled), copy.deepcopy(compiled), pickle.loads(pickle.dumps(compiled))):
        assert twin == compiled
        assert np.array_equal(in_one(twin(*case)), in_one(compiled(*case)))


# Threads


def test_many_threads_get_right_results() -> None:
    net = Network((5, 6, 4, 3), ("tanh", "relu", "sigmoid"), "cross_entropy")
    compiled = compile_gradient(net)
    cases = [random_case(net, m, seed) for seed, m in enumerate((1, 2, 3, 5, 8, 13))]
    expected = [in_one(compile_gradient(net)(*case)) for case in cases]
    with ThreadPoolExecutor(6) as pool:
        found = list(pool.map(lambda n: in_one(compiled(*cases[n % len(cases)])), range(300)))
    assert all(np.array_equal(values, expected[n % len(cases)]) for n, values in enumerate(found))


# Softmax


def test_saturated_softmax_has_an_exact_cost_and_error() -> None:
    compiled = compile_gradient(Network((1, 2), "softmax", "log_likelihood"))
    for bias, wanted, value, error in [(800, 1, 800, 1), (800, 0, 0, 0), (-800, 0, 800, -1)]:
        y = np.array([[1.0 - wanted], [float(wanted)]])
        biases = [np.array([[float(bias)], [0.0]])]
        found, gradient = compiled.value_and_gradient([np.zeros((2, 1))], biases, np.ones((1, 1)), y)
        assert (found, gradient.b[0][0, 0]) == (value, error)


# Counts


def test_operations_are_those_counted_by_hand() -> None:
    one, two, three, m = (Symbol(s, integer=True, positive=True) for s in ("n_1", "n_2", "n_3", "m"))
    counted = operations(Network((4, 3, 2)))
    products = one * two + two * three
    assert sympy.expand(counted.forward.multiplications - m * products) == 0
    # Each entry of w a is a sum of n products, and b comes to it: as many additions as multiplications.
    assert sympy.expand(counted.forward.additions - m * products) == 0
    assert counted.forward.activations == sympy.expand(m * (two + three))
    # δ^L: a − y, times σ′, divided by m; then (w^3)ᵀ δ^3 ⊙ σ′; then δ aᵀ for both layers.
    backward = m * (2 * three + two * three + two + products)
    assert sympy.expand(counted.backward.multiplications - backward) == 0
    sums = m * three + m * two * (three - 1) + (m - 1) * (products + two + three)
    assert sympy.expand(counted.backward.additions - sums) == 0
    assert counted.backward.slopes == sympy.expand(m * (two + three))
    numbers = counted.forward.at((4, 3, 2), 5)
    assert numbers == Count(Integer(90), Integer(90), Integer(25), Integer(0))
    assert compile_gradient(Network((4, 3, 2))).operations() == counted


def test_where_the_slope_cancels_it_is_not_counted() -> None:
    plain, cancelled = (operations(Network((4, 3, 2), cost=cost)) for cost in ("quadratic", "cross_entropy"))
    m, three = Symbol("m", integer=True, positive=True), Symbol("n_3", integer=True, positive=True)
    assert sympy.expand(plain.backward.slopes - cancelled.backward.slopes - m * three) == 0
    assert sympy.expand(plain.backward.multiplications - cancelled.backward.multiplications - m * three) == 0


# Compiling


def test_the_program_grows_with_the_layers_and_not_with_the_weights() -> None:
    small, wide, deep = (
        compile_gradient(Network(s)).source for s in ((784, 30, 10), (784, 300, 10), (2, 3, 3, 3, 2))
    )
    assert len(small.splitlines()) == len(wide.splitlines()) < len(deep.splitlines())


@pytest.mark.parametrize(
    "net",
    [
        Network((2, 3, 2)),
        Network((2, 3, 2), {(2, 1): "tanh"}, "cross_entropy"),
        Network((2, 3, 2), ("sigmoid", "softmax"), "log_likelihood"),
    ],
)
def test_a_program_comments_in_the_language_that_is_set(net: Network) -> None:
    english = compile_gradient(net).source
    with set_language("zh"):
        chinese = compile_gradient(net).source
    docstring = re.compile('(?<=""").+?(?=""")')
    assert docstring.sub("", english) == docstring.sub("", chinese)
    assert all(re.search("[\u4e00-\u9fff]|tanh", said) for said in docstring.findall(chinese))
    assert not re.search("[\u4e00-\u9fff]", english)
