"""What a compiled gradient promises beside its numbers: threads, buffers, dtypes, counts; programs on exact numbers."""

from __future__ import annotations

import ast
import itertools
import re
import threading
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
import sympy
from sympy import Integer, Symbol

from bpderive import reference
from bpderive.activations import Activation, a, activations, elementwise_activations, z
from bpderive.activations.elementwise import run
from bpderive.codegen import Count, compile_gradient, operations
from bpderive.codegen.compiled import PLAIN_UP_TO
from bpderive.codegen.derived import derived
from bpderive.codegen.numpy_arrays import FEW, KEPT, LONG, PIECE
from bpderive.costs import a as output
from bpderive.costs import y as target
from bpderive.errors import ShapeError
from bpderive.network import Network
from bpderive.pairings import pairings
from bpderive.polynomials import Polynomial, unknown
from bpderive.truth import COST, Truth
from bpderive.verify import verify


def random_case(net: Network, m: int, seed: int = 0, dtype: str = "float64") -> tuple[Any, Any, Any, Any]:
    rng = np.random.default_rng(seed)
    weights = [rng.normal(size=(n, k)).astype(dtype) for k, n in itertools.pairwise(net.sizes)]
    biases = [rng.normal(size=(n, 1)).astype(dtype) for n in net.sizes[1:]]
    x, y = rng.normal(size=(net.sizes[0], m)), rng.uniform(size=(net.sizes[-1], m))
    return weights, biases, x.astype(dtype), y.astype(dtype)


def in_one(found: Any) -> Any:
    return np.concatenate([np.ravel(array) for array in [*found[0], *found[1]]])


# Threads and buffers


@pytest.mark.parametrize("target", ["numpy", "python", "auto"])
def test_many_threads_get_right_results(target: str) -> None:
    net = Network((5, 6, 4, 3), ("tanh", "relu", "sigmoid"), "cross_entropy")
    compiled = compile_gradient(net, target)
    cases = [random_case(net, m, seed) for seed, m in enumerate((1, 2, 3, 5, 8, 13))]
    expected = [in_one(compile_gradient(net, "numpy")(*case)) for case in cases]
    wrong: list[str] = []
    start = threading.Barrier(6)

    def work(first: int) -> None:
        start.wait()
        for n in range(150):
            place = (first + n) % len(cases)
            found = in_one(compiled(*cases[place]))
            if not np.allclose(found, expected[place], rtol=1e-12, atol=1e-15):
                wrong.append(f"thread {first}, call {n}")

    threads = [threading.Thread(target=work, args=(first,)) for first in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []


def test_batch_sizes_may_change_between_calls_and_few_are_kept() -> None:
    net = Network((3, 4, 2))
    compiled = compile_gradient(net)
    for m in [4, 4, 3, 1, 4, 70, 9, 2, 4, 1]:
        case = random_case(net, m, m)
        expected = reference.backprop(*case, activation="sigmoid", cost="quadratic")
        np.testing.assert_allclose(in_one(compiled(*case)), in_one(expected), rtol=1e-12, atol=1e-15)
    assert len(compiled._functions["kept"].by_size) == KEPT


def test_a_call_that_failed_leaves_no_trace() -> None:
    net = Network((3, 4, 2))
    compiled = compile_gradient(net)
    case = random_case(net, 5)
    expected = in_one(compiled(*case))
    weights, biases, x, y = case
    with pytest.raises(ShapeError):
        compiled(weights, biases, x, y[:1])
    with pytest.raises(ValueError, match="not aligned"):  # past the check, in the middle of the program
        compiled._functions["gradient"]([weights[0], weights[1].T], biases, x, y)
    with pytest.raises(TypeError):
        compiled._functions["gradient"](weights, biases, x, None)
    assert np.array_equal(in_one(compiled(*case)), expected)


def test_views_are_used_again_and_only_by_the_thread_that_has_them() -> None:
    net = Network((3, 4, 2))
    compiled = compile_gradient(net, views=True)
    first_case, second_case = random_case(net, 2, 1), random_case(net, 2, 2)
    expected = [in_one(compile_gradient(net)(*case)) for case in (first_case, second_case)]
    first = compiled(*first_case)
    assert np.array_equal(in_one(first), expected[0])
    thread = threading.Thread(target=compiled, args=second_case)
    thread.start()
    thread.join()
    assert np.array_equal(in_one(first), expected[0])
    second = compiled(*second_case)
    assert all(p is q for p, q in zip([*first.b, *first.w], [*second.b, *second.w], strict=True))
    assert np.array_equal(in_one(first), expected[1])
    assert "the next call in the same thread writes over it" in compiled.source


@pytest.mark.parametrize(
    "net",
    [
        Network((20, 30, 10)),
        Network((20, 30, 10), ("tanh", "sigmoid"), "cross_entropy"),
        Network((20, 30, 10), ("relu", "softmax"), "log_likelihood"),
        Network((20, 30, 30, 30, 10), "silu"),
    ],
    ids=repr,
)
def test_memory_is_that_of_the_activations_and_one_array_a_layer(net: Network) -> None:
    m = 2000
    compiled = compile_gradient(net)
    compiled(*random_case(net, m))
    found: dict[int, Any] = {}

    def collect(value: Any) -> None:
        if isinstance(value, tuple | list):
            for part in value:
                collect(part)
        elif isinstance(value, np.ndarray):
            owner = value
            while isinstance(owner.base, np.ndarray):
                owner = owner.base
            found[id(owner)] = owner

    collect(compiled._functions["kept"].by_size[m])
    # Beside the two arrays of each layer only what does not grow with the batch, the pieces for the activation
    # functions, a row and a column of ones, and the room for every array to begin at a line of the cache.
    beside = 8 * PIECE + 2 * m + 16 * 2 * len(net.sizes)
    assert sum(array.size for array in found.values()) <= 2 * sum(net.sizes[1:]) * m + beside


@pytest.mark.parametrize("views", [False, True])
@pytest.mark.parametrize("sizes", [(140, 64, 10), (140, 30, 10)])  # each lays out another factor of δ aᵀ
def test_a_program_imports_what_it_calls_and_nothing_else(sizes: tuple[int, ...], views: bool) -> None:
    source = compile_gradient(Network(sizes), views=views).source
    [line] = re.findall(r"^from numpy import (.*)$", source, re.MULTILINE)
    calls = {
        node.func.id
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Call)
        if isinstance(node.func, ast.Name)
    }
    assert set(line.split(", ")) - {"matmul"} <= calls
    assert ("matmul" in line) == ("times = matmul" in source)


@pytest.mark.parametrize("views", [False, True])
@pytest.mark.parametrize("sizes", [(140, 64, 10), (140, 30, 10)])  # each lays out another factor of δ aᵀ
def test_a_few_examples_are_computed_in_another_way_with_the_same_result(
    sizes: tuple[int, ...], views: bool
) -> None:
    net = Network(sizes)
    compiled = compile_gradient(net, views=views)
    assert "laid_out(" in compiled.source
    for m in (1, 2, FEW, FEW + 1, LONG - 1, LONG):
        case = random_case(net, m, m)
        expected = reference.backprop(*case, activation="sigmoid", cost="quadratic")
        np.testing.assert_allclose(in_one(compiled(*case)), in_one(expected), rtol=1e-9, atol=1e-13)


@pytest.mark.parametrize("m", [1, FEW, LONG - 1, LONG])
@pytest.mark.parametrize("sizes", [(140, 64, 10), (140, 30, 10), (3, 2)])
def test_a_mini_batch_may_be_a_slice_of_more_examples(sizes: tuple[int, ...], m: int) -> None:
    net = Network(sizes)
    compiled = compile_gradient(net)
    weights, biases, x, y = random_case(net, 3 * LONG)
    cut = slice(m, 2 * m)
    expected = compiled(weights, biases, x[:, cut].copy(), y[:, cut].copy())
    found = compiled(weights, biases, x[:, cut], y[:, cut])
    np.testing.assert_allclose(in_one(found), in_one(expected), rtol=1e-9, atol=1e-15)
    output = compiled.forward(weights, biases, x[:, cut])
    np.testing.assert_allclose(output, compiled.forward(weights, biases, x[:, cut].copy()), rtol=1e-12)


def test_dot_gets_no_array_with_gaps_which_it_would_copy() -> None:
    net = Network((140, 30, 10))
    compiled = compile_gradient(net)
    whole: list[bool] = []

    def watched(left: Any, right: Any, *place: Any) -> Any:
        whole.append(left.flags.forc and right.flags.forc)
        return np.ndarray.dot(left, right, *place)

    compiled._functions["array_dot"] = watched
    weights, biases, x, y = random_case(net, 3 * LONG)
    for m in (1, FEW, LONG - 1, LONG):
        compiled(weights, biases, x[:, m : 2 * m], y[:, m : 2 * m])
    assert whole == [True] * 6  # two products of the three smaller mini-batches


def test_numbers_of_any_size_in_one_array_are_right() -> None:
    """Where exp would overflow, a whole piece is computed by the form that is right everywhere."""
    net = Network((1, 1))
    compiled = compile_gradient(net)
    x = np.array([[-800.0, -709.0, -30.0, 0.0, 30.0, 707.0, 709.0, 740.0, 800.0]])
    one, zero, y = [np.ones((1, 1))], [np.zeros((1, 1))], np.zeros((1, x.size))
    sigmoid = activations["sigmoid"]
    with np.errstate(all="raise", under="ignore"):
        np.testing.assert_allclose(compiled.forward(one, zero, x), sigmoid.numpy(x), rtol=1e-15)
        found = np.array([compiled(one, zero, x[:, [i]], y[:, [i]]).b[0].item() for i in range(x.size)])
    np.testing.assert_allclose(found, (sigmoid.numpy(x) * sigmoid.numpy_derivative(x))[0], rtol=2e-15)


# dtypes


@pytest.mark.parametrize("name", [n for n in elementwise_activations if n in reference.ACTIVATIONS])
def test_single_precision_is_computed_in_single_precision_but_for_the_activations(name: str) -> None:
    net = Network((4, 5, 2), (name, "sigmoid"), "cross_entropy")
    compiled = compile_gradient(net, dtype=np.float32)
    for m in (1, 3):
        case = random_case(net, m, m, "float32")
        value, found = compiled.value_and_gradient(*case)
        exact = [[v.astype(float) for v in g] if isinstance(g, list) else g.astype(float) for g in case]
        expected_value, expected = compile_gradient(net).value_and_gradient(*exact)
        assert {array.dtype for array in [*found.b, *found.w]} == {np.dtype("float32")}
        assert np.linalg.norm(in_one(found) - in_one(expected)) <= 1e-6 * np.linalg.norm(in_one(expected))
        assert value == pytest.approx(expected_value, rel=1e-6)
        assert compiled.forward(*case[:3]).dtype == np.float32


@pytest.mark.parametrize(
    ("activation", "cost"),
    [
        ("softmax", "log_likelihood"),
        ("softmax", "quadratic"),
        ("sigmoid", "cross_entropy"),
        ("tanh", "quadratic"),
    ],
)
@pytest.mark.parametrize("spread", [1.0, 10.0, 60.0])
def test_outputs_cost_and_output_error_are_rounded_once_in_single_precision(
    activation: str, cost: str, spread: float
) -> None:
    """With z exact, a is within 0.6 units in the last place, and δ^L within those of the a and y it is made of."""
    net = Network((5, 5), activation, cost)
    single, double = compile_gradient(net, dtype="float32"), compile_gradient(net)
    rng = np.random.default_rng(0)
    given = [np.eye(5)], [np.zeros((5, 1))], rng.uniform(-spread, spread, (5, 1)), np.eye(5)[:, [2]]
    w, b, x, y = [given[0][0].astype("f4")], [given[1][0].astype("f4")], *(v.astype("f4") for v in given[2:])
    x64, y64 = x.astype(float), y.astype(float)
    outputs = double.forward(given[0], given[1], x64)
    unit = np.spacing(np.abs(outputs).astype("f4")).astype(float)
    assert np.all(np.abs(single.forward(w, b, x) - outputs) <= 0.6 * unit)
    value, gradient = single.value_and_gradient(w, b, x, y)
    wanted, exact = double.value_and_gradient(given[0], given[1], x64, y64)
    assert gradient.b[0].dtype == np.float32
    assert np.all(np.abs(gradient.b[0] - exact.b[0]) <= 4 * np.finfo("f4").eps * np.maximum(1, np.abs(y64)))
    assert value == pytest.approx(wanted, rel=5e-7, abs=5e-7)


# Targets


def test_auto_takes_plain_numbers_for_few_examples_of_a_tiny_network() -> None:
    tiny = compile_gradient(Network((2, 3, 1)), "auto")
    assert tiny.few is not None
    assert tiny.few.target == "python"
    assert tiny.target == "numpy"
    calls: list[str] = []
    for program, name in ((tiny.few, "python"), (tiny, "numpy")):
        known = program._functions["gradient"]
        program._functions["gradient"] = lambda *given, known=known, name=name: (
            calls.append(name) or known(*given)
        )
    most = PLAIN_UP_TO // 13
    for m in (1, most, most + 1):
        tiny(*random_case(tiny.net, m))
    assert calls == ["python", "python", "numpy"]
    assert compile_gradient(Network((784, 30, 10)), "auto").few is None


@pytest.mark.parametrize("target", ["numpy", "python", "auto"])
@pytest.mark.parametrize("cost", ["log_likelihood", "quadratic", "cross_entropy", "huber"])
def test_softmax_is_verified(target: str, cost: str) -> None:
    net = Network((3, 4, 3), ("tanh", "softmax"), cost)
    found = verify(net, compiled=compile_gradient(net, target))
    assert found.ok, str(found)


@pytest.mark.parametrize("target", ["numpy", "python"])
def test_saturated_softmax_has_an_exact_cost_and_error(target: str) -> None:
    compiled = compile_gradient(Network((1, 2), "softmax", "log_likelihood"), target)
    for bias, wanted, value, error in [(800, 1, 800, 1), (800, 0, 0, 0), (-800, 0, 800, -1)]:
        y = np.array([[1.0 - wanted], [float(wanted)]])
        biases = [np.array([[float(bias)], [0.0]])]
        found, gradient = compiled.value_and_gradient([np.zeros((2, 1))], biases, np.ones((1, 1)), y)
        assert (found, gradient.b[0][0, 0]) == (value, error)


# Exact numbers


def rational(rng: Any, shape: tuple[int, int]) -> Any:
    made = np.empty(shape, dtype=object)
    for place in np.ndindex(shape):
        made[place] = Fraction(int(rng.integers(-9, 10)), int(rng.integers(1, 6)))
    return made


@pytest.mark.parametrize("m", [1, 2])
def test_both_programs_are_the_certified_components_on_polynomials(m: int) -> None:
    """The plain program with every σ and σ′ unknown; the matrix program is tested so in `test_codegen`."""
    net = Network((2, 3, 2), {(2, 1): "tanh", (3, 2): "relu"})
    judge, sizes = Truth(net.sizes, net.cost), net.sizes
    namespace = run(compile_gradient(net, "python").source, "<program>")

    def of_example(polynomial: Polynomial, column: int) -> Polynomial:
        return polynomial.put(lambda key: unknown(key) if key[0] in ("w", "b") else unknown((*key, column)))

    for activation in ("sigmoid", "tanh", "relu"):
        namespace[f"{activation}_with_slope"] = {
            of_example(judge.value(("z", l, j)), c): (
                unknown(("a", l, j, c)),
                unknown(("σ", 1, l, j, None, c)),
            )
            for l, j, c in itertools.product((2, 3), range(3), range(m))
            if j < net.width(l) and net.activation_of(l, j + 1).name == activation
        }.__getitem__
    weights = [
        [[unknown(("w", l, j, k)) for k in range(sizes[l - 2])] for j in range(sizes[l - 1])] for l in (2, 3)
    ]
    biases = [[[unknown(("b", l, j))] for j in range(sizes[l - 1])] for l in (2, 3)]
    x = [[unknown(("a", 1, k, c)) for c in range(m)] for k in range(sizes[0])]
    y = [[unknown(("y", 3, j, c)) for c in range(m)] for j in range(sizes[-1])]
    nabla_b, nabla_w = namespace["gradient"](weights, biases, x, y)

    def mean(by: Any) -> Polynomial:
        total = sum((of_example(judge.derivative(COST, by), c) for c in range(m)), start=Polynomial({}))
        return total / m

    for l in (2, 3):
        for j in range(sizes[l - 1]):
            assert nabla_b[l - 2][j][0] == mean(("b", l, j))
            for k in range(sizes[l - 2]):
                assert nabla_w[l - 2][j][k] == mean(("w", l, j, k))


def test_both_programs_agree_on_fractions() -> None:
    net = Network((3, 4, 2), ("softsign", "linear"))
    rng = np.random.default_rng(5)
    for m in (1, 3):
        weights = [rational(rng, (4, 3)), rational(rng, (2, 4))]
        biases = [rational(rng, (4, 1)), rational(rng, (2, 1))]
        x, y = rational(rng, (3, m)), rational(rng, (2, m))
        plain = run(compile_gradient(net, "python").source, "<program>")
        expected = plain["gradient"](
            [w.tolist() for w in weights], [b.tolist() for b in biases], x.tolist(), y.tolist()
        )
        matrix = run(compile_gradient(net).source.replace(" = np.float64", " = object"), "<program>")
        found = matrix["gradient"](weights, biases, x, y)
        assert in_one(found).tolist() == in_one([[np.array(t, object) for t in g] for g in expected]).tolist()
        assert all(isinstance(entry, Fraction) for entry in in_one(found))


def standing_in(activation: Activation) -> Any:
    """A function of a fraction z with two fractions as values, for σ(z) and σ′(z), the same for the same z.

    Where σ′ is a rational function of a it is that, so that a form in which it cancels is right for these values too.
    """
    rng = np.random.default_rng(3)
    known: dict[Fraction, tuple[Fraction, Fraction]] = {}
    by_output = activation.derivative_from_output(a)
    rational_in_a = by_output is not None and by_output.is_rational_function(a)

    def values(argument: Fraction) -> tuple[Fraction, Fraction]:
        if argument not in known:
            output = Fraction(int(rng.integers(1, 9)), 10)
            slope = Fraction(int(rng.integers(1, 9)), 7)
            if by_output is not None and rational_in_a:
                found = by_output.subs(a, sympy.Rational(output.numerator, output.denominator))
                slope = Fraction(int(found.p), int(found.q))
            known[argument] = output, slope
        return known[argument]

    return values


EXACT = [
    pair
    for pair in pairings()
    if isinstance(pair.activation, Activation)
    and not pair.activation.formula.is_polynomial(z)  # its σ′ is a number, which stands in the program
    and pair.cost.name != "huber"  # its two branches are numbers in floating point
]


@pytest.mark.parametrize("pair", EXACT, ids=lambda pair: f"{pair.activation.name}-{pair.cost.name}")
def test_both_programs_are_the_equations_on_fractions(pair: Any) -> None:
    """For every pair of activation and cost that permits it: equal to one another, and δ^L to (BP1)."""
    activation, cost = pair.activation, pair.cost
    net = Network((2, 3, 2), activation, cost)
    values = standing_in(activation)

    def kernel(z: Any, outputs: Any, slopes: Any, *_: Any) -> None:
        for place, found in enumerate([values(entry) for entry in z]):
            outputs[place] = found[0]
            if slopes is not None:
                slopes[place] = found[1]

    rng = np.random.default_rng(1)
    plain = run(compile_gradient(net, "python").source, "<program>")
    matrix = run(compile_gradient(net).source.replace(" = np.float64", " = object"), "<program>")
    plain |= {activation.name: lambda z: values(z)[0], f"{activation.name}_with_slope": values}
    plain["gradient"].__globals__.update(plain)
    matrix["gradient"].__globals__.update(
        dict.fromkeys((f"apply_{activation.name}{kind}" for kind in ("", "_with_slope")), kernel)
    )
    for m in (1, 2, 3):
        weights = [rational(rng, (3, 2)), rational(rng, (2, 3))]
        biases = [rational(rng, (3, 1)), rational(rng, (2, 1))]
        x, y = rational(rng, (2, m)), rational(rng, (2, m))
        lists = [w.tolist() for w in weights], [b.tolist() for b in biases], x.tolist(), y.tolist()
        found = matrix["gradient"](weights, biases, x, y)
        expected = plain["gradient"](*lists)
        assert in_one(found).tolist() == in_one([[np.array(t, object) for t in g] for g in expected]).tolist()
        assert all(isinstance(entry, Fraction) for entry in in_one(found))
        if m == 1:
            hidden = np.array([[values(e)[0]] for [e] in weights[0] @ x + biases[0]], dtype=object)
            for [z_j], [y_j], [delta] in zip(weights[1] @ hidden + biases[1], y, found[0][1], strict=True):
                a_j, slope = values(z_j)
                by_a = cost.derivative().subs({output: sympy.Rational(a_j), target: sympy.Rational(y_j)})
                assert sympy.Rational(delta) == by_a * sympy.Rational(slope)


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
    assert len(derived(Network((2, *(3,) * 8, 2))).lets) == len(derived(Network((9, *(99,) * 8, 9))).lets)


def test_every_activation_has_a_program() -> None:
    names = [name for name in activations if name in elementwise_activations]
    net = Network((2, len(names), 1), {(2, j): name for j, name in enumerate(names, 1)})
    matrix, plain = compile_gradient(net), compile_gradient(net, "python")
    case = random_case(net, 3)
    np.testing.assert_allclose(in_one(matrix(*case)), in_one(plain(*case)), rtol=1e-11, atol=1e-15)
