"""The published errors hold on a sample, within twice the bound; the checkers see errors; our polynomials are right."""

from __future__ import annotations

import mpmath
import numpy as np
import pytest
import sympy

import bpderive as bp
from benchmarks.accuracy import BOUND, BOUNDS, measure, ours, points, truth
from bpderive.activations import Activation, a, activations, elementwise_activations, slope, z
from bpderive.activations.rewriting import best, measured
from bpderive.activations.special import SCALE, Approximated, gelu_descent, half_erfcx, polynomial

names = pytest.mark.parametrize(
    "activation", elementwise_activations.values(), ids=list(elementwise_activations)
)
sample = points(500)


@names
@pytest.mark.parametrize("kind", ["value", "slope"])
def test_errors_are_at_most_twice_the_bound(activation: Activation, kind: str) -> None:
    place = ["value", "slope"].index(kind)
    true = truth([activation.formula, activation.derivative()][place], sample, kind == "slope")
    for functions in ours(activation).values():
        assert measure(functions[place], true).within(2 * BOUNDS.get(activation.name, BOUND))


@names
def test_single_precision_is_rounded_once(activation: Activation) -> None:
    at = np.linspace(-30, 30, 301, dtype=np.float32)
    for function in (activation.numpy, activation.numpy_derivative):
        assert function(at).dtype == np.float32
        np.testing.assert_array_equal(function(at), function(at.astype(np.float64)).astype(np.float32))


def test_the_points_cover_both_signs_and_all_magnitudes() -> None:
    at = points()
    assert len(at) >= 20_000
    assert np.array_equal(at, -at[::-1])
    assert (at[0], at[-1], np.min(np.abs(at[at != 0]))) == (-800, 800, 1e-300)


def test_a_measurement_sees_digits_that_are_lost_nan_and_warnings() -> None:
    sigmoid = activations["sigmoid"]
    true = truth(sigmoid.formula, sample, False)
    naive = measure(lambda at: 1 / (1 + np.exp(-at)), true)
    assert naive.warned
    assert not naive.within(8)
    assert measure(lambda at: sigmoid.numpy(at) * (1 + 1e-13), true).ulp > 400
    assert measure(lambda at: np.where(at > 5, np.nan, sigmoid.numpy(at)), true).bad > 0


@pytest.mark.parametrize("function", [half_erfcx, gelu_descent])
def test_a_polynomial_is_right_to_the_last_digit(function: type[Approximated]) -> None:
    coefficients = [mpmath.mpf(c) for c in reversed(polynomial(function.factor))]
    with mpmath.workdps(40):
        for n in range(-99, 100):
            t = mpmath.mpf(n) / 100
            expected = function.factor(SCALE * (1 + t) / (1 - t))
            assert abs(mpmath.polyval(coefficients, t) / expected - 1) < mpmath.mpf(2) ** -53


@pytest.mark.parametrize(
    ("text", "wanted", "bound"),
    [
        ("z/(1 + exp(-z))", a, 500),
        ("z/(1 + exp(-z))", slope, 500),
        ("log(1 + exp(z))", a, 4),
        ("log(1 + exp(z))", slope, 4),
        ("where(z < 0, exp(z) - 1, z)", a, 4),
        ("z*(1 + erf(z/sqrt(2)))/2", a, 3000),
    ],
)
def test_a_general_rewriting_helps_a_formula_without_a_stable_form(
    text: str, wanted: sympy.Expr, bound: float
) -> None:
    activation = bp.parse_activation(text)
    form = activation.measured(wanted)
    assert form.ulp <= bound
    assert (form.bad, form.warned) == (0, False)


def test_a_formula_that_is_well_as_it_stands_is_left_alone() -> None:
    assert best(sympy.atan(z)).expression == sympy.atan(z)


def test_where_nothing_helps_the_error_is_told() -> None:
    gaussian = bp.parse_activation("exp(-z^2)")
    form = gaussian.measured()
    assert 50 < form.ulp < 2000
    source = bp.compile_gradient(bp.Network((2, 1), gaussian)).source
    assert f"measured error at 144 points: {form.ulp:.2g} units in the last place" in source
    assert measured(sympy.exp(-(z**2)), gaussian.formula).ulp == form.ulp
