"""The hand-written reference against two that share nothing with it: exact fractions and many digits."""

from __future__ import annotations

import ast
import inspect
from fractions import Fraction
from itertools import pairwise
from typing import Any

import mpmath
import numpy as np
import pytest

from bpderive import reference

EXACT = {"relu": lambda t: max(t, 0), "linear": lambda t: t}
DIGITS = {
    "sigmoid": lambda t: 1 / (1 + mpmath.exp(-t)),
    "tanh": mpmath.tanh,
    "relu": lambda t: max(t, mpmath.mpf(0)),
    "leaky_relu": lambda t: t if t > 0 else t / 100,
    "elu": lambda t: t if t > 0 else mpmath.expm1(t),
    "softplus": lambda t: mpmath.log1p(mpmath.exp(t)),
    "silu": lambda t: t / (1 + mpmath.exp(-t)),
    "softsign": lambda t: t / (1 + abs(t)),
    "arctan": mpmath.atan,
    "hard_tanh": lambda t: max(min(t, mpmath.mpf(1)), mpmath.mpf(-1)),
    "gaussian": lambda t: mpmath.exp(-(t**2)),
    "sine": mpmath.sin,
    "linear": lambda t: t,
}


def mean_cost(
    weights: Any, biases: Any, x: Any, y: Any, names: Any, functions: Any, cost: str, log: Any = None
) -> Any:
    """The definition, component by component, for numbers of any kind."""
    total = 0
    for column in range(len(x[0])):
        a = [row[column] for row in x]
        for w, b, name in zip(weights, biases, names, strict=True):
            a = [
                functions[name](sum(p * q for p, q in zip(row, a, strict=True)) + c[0])
                for row, c in zip(w, b, strict=True)
            ]
        for output, target in zip(a, [row[column] for row in y], strict=True):
            if cost == "quadratic":
                total += (target - output) ** 2 / 2
            else:
                total -= target * log(output) + (1 - target) * log(1 - output)
    return total / len(x[0])


def random_case(
    sizes: tuple[int, ...], m: int, seed: int, cost: str
) -> tuple[list[Any], list[Any], Any, Any]:
    """Parameters and examples in eighths, which floating point holds exactly."""
    rng = np.random.default_rng(seed)
    draw = lambda *shape: rng.integers(-16, 17, shape) / 8  # noqa: E731  # a name for what is drawn everywhere
    weights = [draw(n, k) for k, n in pairwise(sizes)]
    biases = [draw(n, 1) for n in sizes[1:]]
    y = draw(sizes[-1], m)
    return weights, biases, draw(sizes[0], m), (y + 2) / 4 if cost == "cross_entropy" else y


def as_kind(kind: Any, arrays: Any) -> Any:
    return [[[kind(float(v)) for v in row] for row in array] for array in arrays]


def differences(function: Any, parameters: Any, step: Any) -> Any:
    """Central differences by every entry of nested lists, which are put back as they were."""
    result = []
    for matrix in parameters:
        slopes = []
        for row in matrix:
            slopes.append([])
            for place, value in enumerate(row):
                row[place] = value + step
                above = function()
                row[place] = value - step
                below = function()
                row[place] = value
                slopes[-1].append((above - below) / (2 * step))
        result.append(slopes)
    return result


@pytest.mark.parametrize("names", [("linear", "linear"), ("relu", "linear"), ("relu", "relu")])
def test_equals_exact_fractions(names: tuple[str, ...]) -> None:
    weights, biases, x, y = random_case((3, 4, 2), 4, 5, "quadratic")
    exact_w, exact_b = as_kind(Fraction, weights), as_kind(Fraction, biases)
    [exact_x, exact_y] = as_kind(Fraction, [x, y])
    value = lambda: mean_cost(exact_w, exact_b, exact_x, exact_y, names, EXACT, "quadratic")  # noqa: E731
    found = reference.backprop(weights, biases, x, y, names)
    # The cost is a polynomial of degree 2 in each parameter on either side of a kink, so a difference is exact.
    step = Fraction(1, 10**9)
    assert [g.tolist() for g in found.w] == differences(value, exact_w, step)
    assert [g.tolist() for g in found.b] == differences(value, exact_b, step)
    assert reference.cost(weights, biases, x, y, names) == value()


@pytest.mark.parametrize("m", [1, 3])
@pytest.mark.parametrize(
    ("names", "cost"),
    [
        (("sigmoid", "sigmoid"), "quadratic"),
        (("tanh", "tanh"), "quadratic"),
        (("relu", "sigmoid"), "quadratic"),
        (("sigmoid", "linear"), "quadratic"),
        (("tanh", "sigmoid"), "cross_entropy"),
        *(((name, name), "quadratic") for name in reference.ACTIVATIONS),
    ],
)
def test_equals_fifty_digits(names: tuple[str, ...], cost: str, m: int) -> None:
    weights, biases, x, y = random_case((3, 4, 2), m, 7, cost)
    with mpmath.workdps(90):
        many_w, many_b = as_kind(mpmath.mpf, weights), as_kind(mpmath.mpf, biases)
        [many_x, many_y] = as_kind(mpmath.mpf, [x, y])
        value = lambda: mean_cost(many_w, many_b, many_x, many_y, names, DIGITS, cost, mpmath.log)  # noqa: E731
        step = mpmath.mpf(10) ** -28
        expected = [
            np.array(g, dtype=float)
            for g in differences(value, many_b, step) + differences(value, many_w, step)
        ]
        expected_value = float(value())
    found = reference.backprop(weights, biases, x, y, names, cost)
    for array, wanted in zip([*found.b, *found.w], expected, strict=True):
        np.testing.assert_allclose(array, wanted, rtol=1e-13, atol=1e-15)
    assert reference.cost(weights, biases, x, y, names, cost) == pytest.approx(expected_value, rel=1e-14)


def test_a_mini_batch_is_the_mean_of_its_examples() -> None:
    weights, biases, x, y = random_case((3, 4, 2), 5, 3, "quadratic")
    whole = reference.backprop(weights, biases, x, y)
    each = [reference.backprop(weights, biases, x[:, i : i + 1], y[:, i : i + 1]) for i in range(5)]
    for place in range(2):
        np.testing.assert_allclose(
            whole.w[place], np.mean([g.w[place] for g in each], axis=0), rtol=1e-14, atol=1e-16
        )
        np.testing.assert_allclose(
            whole.b[place], np.mean([g.b[place] for g in each], axis=0), rtol=1e-14, atol=1e-16
        )


@pytest.mark.parametrize("z", [-800.0, -40.0, 40.0, 800.0])
@pytest.mark.parametrize("y", [0.0, 1.0])
def test_saturated_outputs_give_finite_numbers(z: float, y: float) -> None:
    column = np.array([[1.0]])
    with np.errstate(over="raise", invalid="raise", divide="raise"):
        value = reference.cost([column], [column * (z - 1)], column, column * y, cost="cross_entropy")
        found = reference.backprop([column], [column * (z - 1)], column, column * y, cost="cross_entropy")
    with mpmath.workdps(800):
        a = 1 / (1 + mpmath.exp(-mpmath.mpf(z)))
        assert value == pytest.approx(float(-mpmath.log(a if y else 1 - a)), rel=1e-15)
        assert found.b[0].item() == pytest.approx(float(a - y), rel=1e-15, abs=1e-16)


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ({"activation": "swash"}, "no activation 'swash'"),
        ({"activation": ("sigmoid",)}, "1 activations"),
        ({"cost": "absolute"}, "no cost 'absolute'"),
        ({"cost": "cross_entropy", "activation": "tanh"}, "not for tanh"),
    ],
)
def test_what_is_not_written_is_refused(arguments: dict[str, Any], says: str) -> None:
    weights, biases, x, y = random_case((3, 4, 2), 1, 0, "quadratic")
    for function in (reference.backprop, reference.cost):
        with pytest.raises(ValueError, match=says):
            function(weights, biases, x, y, **arguments)
    with pytest.raises(ValueError, match=r"x\[:, None\]"):
        reference.backprop(weights, biases, x[:, 0], y)


def test_imports_numpy_and_nothing_of_ours() -> None:
    imports = [
        n
        for n in ast.walk(ast.parse(inspect.getsource(reference)))
        if isinstance(n, ast.Import | ast.ImportFrom)
    ]
    modules = {n.module if isinstance(n, ast.ImportFrom) else n.names[0].name for n in imports}
    assert modules == {"__future__", "collections.abc", "fractions", "typing", "numpy", "numpy.typing"}


W, B, X, Y = (
    [np.ones((3, 2)), np.ones((1, 3))],
    [np.ones((3, 1)), np.ones((1, 1))],
    np.ones((2, 4)),
    np.ones((1, 4)),
)


class Refuses:
    """As a tensor that requires grad, it is no array."""

    def __array__(self, *_: object, **__: object) -> None:
        raise RuntimeError("call detach")


@pytest.mark.parametrize(
    "arguments",
    [
        (1, B, X, Y),
        ("w", B, X, Y),
        ([], [], X, Y),
        (W, B[:1], X, Y),
        (W[::-1], B, X, Y),
        (W, [b.T for b in B], X, Y),
        (W, [np.ones(3), np.ones(1)], X, Y),
        (W, B, X[:, 0], Y[:, 0]),
        (W, B, X, Y.T),
        (W, B, X[:, :0], Y[:, :0]),
        (W, B, X, None),
        (W, B, X + 1j, Y),
        (W, B, X.astype(str), Y),
        (W, B, X.astype(object), Y),
        (W, B, Refuses(), Y),
        (W, B, [[1], [2, 3]], Y),
        (W, B, X, Y, None),
        (W, B, X, Y, [1, 2]),
        (W, B, X, Y, ["sigmoid", []]),
        (W, B, X, Y, "sigmoid", 3),
    ],
)
def test_what_is_no_argument_is_refused_in_one_sentence(arguments: Any) -> None:
    for function in (reference.backprop, reference.cost):
        with pytest.raises(ValueError, match=r"[a-z]") as caught:
            function(*arguments)
        assert type(caught.value) is ValueError
        assert "\n" not in str(caught.value)
    assert reference.backprop(W, B, X, Y).w[0].shape == (3, 2)
