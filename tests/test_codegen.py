"""Compiled gradients: equal to the certified components, to the reference, safe at the edges, strict about arrays."""

from __future__ import annotations

import ast
import itertools
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import sympy
from hypothesis import given, settings
from hypothesis import strategies as st

from bpderive import reference
from bpderive.activations import Activation, activations, elementwise_activations, slope, z
from bpderive.activations.elementwise import run
from bpderive.codegen import TARGETS, CompiledGradient, compile_gradient
from bpderive.codegen.functions import Functions
from bpderive.codegen.numbers import numbered
from bpderive.codegen.passes import backward_pass, forward_pass
from bpderive.codegen.python_program import MOST
from bpderive.costs import Cost
from bpderive.equations import equations
from bpderive.errors import DomainError, NetworkError, ShapeError, StepError, UnknownName
from bpderive.network import Network
from bpderive.polynomials import Polynomial, unknown
from bpderive.text import Text
from bpderive.truth import COST, Truth

RUNNING = [name for name, target in TARGETS.items() if target.runs_here]
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


@pytest.mark.parametrize("target", RUNNING)
@pytest.mark.parametrize(
    ("hidden", "output", "cost"),
    [
        *((hidden, "sigmoid", "cross_entropy") for hidden in written),
        *(("tanh", *pair) for pair in permitted_pairs()),
    ],
)
def test_agrees_with_the_reference(target: str, hidden: str, output: str, cost: str) -> None:
    net = Network((4, 5, 3, 2), (hidden, hidden, output), cost)
    compiled = compile_gradient(net, target)
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


@settings(max_examples=25)
@given(st.lists(st.integers(1, 5), min_size=2, max_size=5), st.integers(1, 6), st.data())
def test_agrees_with_the_reference_on_any_network(sizes: list[int], m: int, data: st.DataObject) -> None:
    hidden = data.draw(st.lists(st.sampled_from(written), min_size=len(sizes) - 2, max_size=len(sizes) - 2))
    output, cost = data.draw(st.sampled_from(permitted_pairs()))
    net = Network(sizes, (*hidden, output), cost)
    case = random_case(net, m, data.draw(st.integers(0, 2**32 - 1)))
    expected, found = in_one(reference.backprop(*case, **refers(net))), in_one(compile_gradient(net)(*case))
    assert np.linalg.norm(found - expected) <= 1e-13 * np.linalg.norm(expected)


@pytest.mark.parametrize(
    "by_neuron", [{(2, 1): "tanh", (2, 3): "relu"}, {(3, 2): "linear"}, {(2, 2): "linear", (3, 1): "tanh"}]
)
def test_neurons_of_their_own_agree_between_the_targets(by_neuron: dict[Any, Any]) -> None:
    net = Network((3, 4, 2), by_neuron)
    case = random_case(net, 3)
    matrix, scalar = (compile_gradient(net, target) for target in ("numpy", "python"))
    np.testing.assert_allclose(in_one(matrix(*case)), in_one(scalar(*case)), rtol=1e-12, atol=1e-16)
    np.testing.assert_allclose(matrix.forward(*case[:3]), scalar.forward(*case[:3]), rtol=1e-14)
    assert matrix.value_and_gradient(*case)[0] == pytest.approx(
        scalar.value_and_gradient(*case)[0], rel=1e-14
    )


# Equal to the certified components


def unknowns(keys: Any, shape: tuple[int, int]) -> Any:
    array = np.empty(shape, dtype=object)
    for place in np.ndindex(shape):
        array[place] = unknown(keys(*place))
    return array


def of_example(polynomial: Polynomial, column: int) -> Polynomial:
    """The polynomial with the unknowns of one example, which all but weights and biases are."""
    return polynomial.put(lambda key: unknown(key) if key[0] in ("w", "b") else unknown((*key, column)))


def run_on_unknowns(net: Network, compiled: CompiledGradient, m: int) -> tuple[Any, Any]:
    """The gradient that the program computes where σ and σ′ of every neuron are unknowns.

    A function of the program knows the neurons that have its activation: for the polynomial z^l_j of one of them in an
    example it gives the unknown a^l_j or σ′(z^l_j), and for any other argument it fails.
    """
    truth, sizes = Truth(net.sizes, net.cost), net.sizes
    exact = compiled.source.replace("DTYPE = np.float64", "DTYPE = object").replace(
        "SCRATCH = np.float64", "SCRATCH = object"
    )
    namespace = run(exact, "<program>")
    kinds = {"a": lambda l, j: ("a", l, j), "slope": lambda l, j: ("σ", 1, l, j, None)}

    def table(activation: Activation, kind: str) -> Any:
        found = {
            of_example(truth.value(("z", l, j)), c): unknown((*kinds[kind](l, j), c))
            for l in range(2, net.depth + 1)
            for j in range(net.width(l))
            if net.activation_of(l, j + 1) == activation
            for c in range(m)
        }
        return np.frompyfunc(found.__getitem__, 1, 1)

    def kernel(activation: Activation) -> Any:
        of_z, slope_of_z = (table(activation, kind) for kind in kinds)

        def written(z: Any, a: Any, slope: Any, *_: Any) -> None:
            a[...], slope[...] = of_z(z), slope_of_z(z)

        return written

    for activation in elementwise_activations.values():
        if f"apply_{activation.name}_with_slope" in namespace:
            namespace[f"apply_{activation.name}_with_slope"] = kernel(activation)
    weights = [
        unknowns(lambda j, k, l=l: ("w", l, j, k), (sizes[l - 1], sizes[l - 2]))
        for l in range(2, net.depth + 1)
    ]
    biases = [unknowns(lambda j, _, l=l: ("b", l, j), (sizes[l - 1], 1)) for l in range(2, net.depth + 1)]
    x = unknowns(lambda k, c: ("a", 1, k, c), (sizes[0], m))
    y = unknowns(lambda j, c: ("y", net.depth, j, c), (sizes[-1], m))
    result: tuple[Any, Any] = namespace["gradient"](weights, biases, x, y)
    return result


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
    nabla_b, nabla_w = run_on_unknowns(net, compile_gradient(net), m)

    def mean(by: Any) -> Polynomial:
        total = sum((of_example(truth.derivative(COST, by), c) for c in range(m)), start=Polynomial({}))
        return total / m

    for layer in range(2, net.depth + 1):
        for row in range(net.width(layer)):
            assert nabla_b[layer - 2][row, 0] == mean(("b", layer, row))
            for column in range(net.width(layer - 1)):
                assert nabla_w[layer - 2][row, column] == mean(("w", layer, row, column))


def test_a_line_that_no_equation_states_is_refused() -> None:
    net = Network((2, 3, 2), "tanh")
    lets = forward_pass(net)
    lets += backward_pass(lets)
    assert [let.number for let in numbered(lets, net.depth)][-6:] == [
        "BP1a",
        "BP2",
        "BP3",
        "BP4",
        "BP3",
        "BP4",
    ]
    known = equations["BP2"].stated("matrix")

    class Without:
        def stated(self, form: str) -> Any:
            return known.with_rhs(known.lhs)

    with pytest.raises(
        StepError, match=r"delta2 = w3ᵀ delta3 ⊙ σ′\(z2\).*is not what equation \(BP2\) states"
    ):
        numbered(lets, net.depth, {**equations, "BP2": Without()})
    for n, let in enumerate(lets):
        if let.value.letter != "cost":
            other = lets[(n + 1) % len(lets)].operation
            with pytest.raises(StepError):
                numbered([replace(let, operation=other)], net.depth)


def test_a_wrong_program_is_not_the_certified_components() -> None:
    net = Network((2, 3, 2), "tanh")
    right = compile_gradient(net)
    line = "    multiply(delta2, slope2, delta2)  # BP2, layer 2\n"
    assert line in right.source
    wrong = replace(right, source=right.source.replace(line, ""))
    assert run_on_unknowns(net, wrong, 1)[1][0][0, 0] != run_on_unknowns(net, right, 1)[1][0][0, 0]


# The source


@pytest.mark.parametrize("target", RUNNING)
def test_source_is_code_to_read_and_the_same_every_time(target: str) -> None:
    net = Network((2, 3, 2), {(2, 1): "tanh"}, "cross_entropy")
    source = compile_gradient(net, target).source
    assert source == compile_gradient(net, target).source
    tree = ast.parse(source)
    assert "derived by bpderive" in (ast.get_docstring(tree) or "")
    functions = [node for node in tree.body if isinstance(node, ast.FunctionDef)]
    assert {"forward", "gradient", "value_and_gradient"} <= {node.name for node in functions}
    assert "  # z, layer 2" in source
    assert all(f"  # {number}, layer {layer}" in source for number, layer in [("BP2", 2)])
    called = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    defined = {node.name for node in functions}
    assert defined - called <= {"forward", "gradient", "value_and_gradient"}
    assert {"log_sigmoid", "log_one_minus_sigmoid"} <= defined


def test_each_line_of_the_matrix_program_has_its_number() -> None:
    source = compile_gradient(Network((2, 3, 2))).source
    for line in (
        "add(z3, b3 if wide3 is None else b3.dot(row, wide3), z3)  # z, layer 3",
        "for piece in pieces3:  # 25, layer 3",
        "multiply(slope3, delta3, delta3)  # BP1a, layer 3",
        "multiply(delta2, slope2, delta2)  # BP2, layer 2",
        "nabla_b2 = delta2.dot(ones) if m > 1 else delta2.copy()  # BP3, layer 2",
        "nabla_w3 = delta3.dot(a2.T)  # BP4, layer 3",
    ):
        assert line in source


def test_the_cancelled_form_is_found_and_said() -> None:
    source = compile_gradient(Network((2, 3, 2), cost="cross_entropy")).source
    assert "subtract(a3, y, delta3)  # BP1a, layer 3: σ′ cancels" in source
    assert "slope3" not in source


def made(name: str, formula: Any, **extras: Any) -> Activation:
    return Activation(name=name, title=TITLE, formula=formula, **extras)


@pytest.mark.parametrize("target", RUNNING)
def test_activations_of_ones_own_compile_whatever_they_are_called(target: str) -> None:
    names = ["np", "class", "my act", "w2", "σ", "sigmoid", "2nd", "gamma"]
    own = {(2, j + 1): made(name, sympy.atan((j + 2) * z) / 2) for j, name in enumerate(names)}
    net = Network((2, 8, 1), {**own, (3, 1): "sigmoid"})
    compiled = compile_gradient(net, target)
    weights, biases, x, _ = random_case(net, 3)
    hidden = np.arctan(np.arange(2, 10)[:, None] * (weights[0] @ x + biases[0])) / 2
    expected = activations["sigmoid"].numpy(weights[1] @ hidden + biases[1])
    np.testing.assert_allclose(compiled.forward(weights, biases, x), expected, rtol=1e-14)


@pytest.mark.parametrize("target", RUNNING)
def test_functions_that_numpy_lacks_are_taken_from_python(target: str) -> None:
    gelu = made("gelu", z * (1 + sympy.erf(z / sympy.sqrt(2))) / 2)
    compiled = compile_gradient(Network((1, 1), gelu), target)
    one = np.array([[1.0]])
    assert compiled.forward([one], [0 * one], one).item() == pytest.approx(0.8413447460685429, rel=1e-15)


def test_a_function_is_defined_once() -> None:
    functions = Functions(Network((2, 2), "tanh"))
    assert (
        functions.of(activations["tanh"], slope) == functions.of(activations["tanh"], slope) == "tanh_prime"
    )
    assert len(functions.sources) == 1


@pytest.mark.parametrize("target", RUNNING)
def test_a_cost_of_ones_own_compiles(target: str) -> None:
    title = Text(en='"""; of the \\fourth" power\\', zh="测试用")
    fourth = Cost(name="fourth", title=title, formula=(sympy.Symbol("a") - sympy.Symbol("y")) ** 4)
    net = Network((2, 3, 2), ("tanh", "linear"), fourth)
    weights, biases, x, y = random_case(net, 1)
    compiled = compile_gradient(net, target)
    value, found = compiled.value_and_gradient(weights, biases, x, y)
    error = compiled.forward(weights, biases, x) - y
    assert value == pytest.approx(np.sum(error**4))
    np.testing.assert_allclose(found.b[1], 4 * error**3, rtol=1e-13)


# Numbers at the edges


@pytest.mark.parametrize("target", RUNNING)
@pytest.mark.parametrize(("activation", "cost"), [pair for pair in permitted_pairs() if pair[0] != "sine"])
@pytest.mark.parametrize("saturated", [-800.0, -40.0, 40.0, 800.0])
def test_saturated_neurons_give_no_warning_and_no_nan(
    target: str, activation: str, cost: str, saturated: float
) -> None:
    net = Network((2, 3, 2), activation, cost)
    weights, biases, x, y = random_case(net, 2)
    biases = [np.full_like(b, saturated) for b in biases]
    y = np.round(y)
    compiled = compile_gradient(net, target)
    with np.errstate(over="raise", invalid="raise", divide="raise"):
        value, found = compiled.value_and_gradient(weights, biases, x, y)
    assert np.isfinite(value)
    assert np.isfinite(in_one(found)).all()
    expected = in_one(reference.backprop(weights, biases, x, y, **refers(net)))
    np.testing.assert_allclose(in_one(found), expected, rtol=1e-12, atol=1e-300)
    assert value == pytest.approx(reference.cost(weights, biases, x, y, **refers(net)), rel=1e-12)


@pytest.mark.parametrize("target", RUNNING)
def test_cross_entropy_of_a_saturated_sigmoid_is_exact(target: str) -> None:
    compiled = compile_gradient(Network((1, 1), cost="cross_entropy"), target)
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


@pytest.mark.parametrize("target", RUNNING)
def test_nan_goes_through(target: str) -> None:
    net = Network((2, 3, 2), "tanh")
    weights, biases, x, y = random_case(net, 2)
    x[0, 0] = np.nan
    assert np.isnan(compile_gradient(net, target)(weights, biases, x, y).w[1]).all()


def test_numbers_that_python_cannot_hold_are_reported() -> None:
    unstable = made("unstable", sympy.cosh(z))
    net = Network((1, 1), unstable)
    far = ([np.array([[0.0]])], [np.array([[-800.0]])], np.array([[1.0]]))
    with pytest.raises(DomainError, match="stable form"):
        compile_gradient(net, "python").forward(*far)


# Arrays


@pytest.mark.parametrize("target", RUNNING)
def test_arrays_given_are_read_only_and_results_are_new(target: str) -> None:
    net = Network((3, 4, 2), ("linear", "linear"))
    weights, biases, x, y = random_case(net, 4)
    compiled = compile_gradient(net, target)
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


@pytest.mark.parametrize("target", RUNNING)
@pytest.mark.parametrize("dtype", [np.int32, np.uint8, np.float32, bool])
def test_other_real_numbers_are_computed_in_float64(target: str, dtype: Any) -> None:
    net = Network((3, 2, 2))
    case = [
        [np.round(2 * v).astype(dtype) for v in array] if isinstance(array, list) else array
        for array in random_case(net, 2)
    ]
    exact = [[v.astype(float) for v in array] if isinstance(array, list) else array for array in case]
    compiled = compile_gradient(net, target)
    found = compiled(*case)
    assert all(array.dtype == np.float64 for array in [*found.b, *found.w])
    assert np.array_equal(in_one(found), in_one(compiled(*exact)))


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
    ("weights none", change(0, lambda v: None), "weights was given as NoneType"),
    ("weights a number", change(0, lambda v: np.array(1.0)), "weights was given as ndarray"),
    ("weights by name", change(0, lambda v: {2: v[0], 3: v[1]}), "weights was given as dict"),
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
    for target in RUNNING:
        compiled = compile_gradient(net, target)
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


# Compiling


def test_the_scalar_program_is_for_tiny_networks() -> None:
    with pytest.raises(NetworkError, match=f"at most {MOST} weights.*has 23860"):
        compile_gradient(Network((784, 30, 10)), "python")


def test_unknown_targets_and_things_that_are_no_networks_are_refused() -> None:
    with pytest.raises(UnknownName, match="Did you mean 'numpy'"):
        compile_gradient(Network((2, 2)), "nunpy")
    with pytest.raises(NetworkError, match="Network\\(\\(2, 3, 2\\)\\)"):
        compile_gradient((2, 3, 2))  # type: ignore[arg-type]  # wrong on purpose
    with pytest.raises(DomainError, match="float64 or float32"):
        compile_gradient(Network((2, 2)), dtype="int32")


def test_a_compiled_gradient_prints_briefly_and_runs_other_source() -> None:
    compiled = compile_gradient(Network((2, 2)))
    assert repr(compiled) == (
        f"CompiledGradient(net={compiled.net!r}, target='numpy', dtype='float64', views=False)"
    )
    case = random_case(compiled.net, 1)
    other = replace(compiled, source=compiled.source.replace("= delta2.dot(a1.T)", "= 2*delta2.dot(a1.T)"))
    assert np.array_equal(other(*case).w[0], 2 * compiled(*case).w[0])
    assert isinstance(other, CompiledGradient)
