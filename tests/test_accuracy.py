"""The errors are within the bound on a sample, and the checkers see errors."""

from __future__ import annotations

import json
from typing import Any

import mpmath
import numpy as np
import pytest
import sympy

import bpderive as bp
from benchmarks import layers
from benchmarks.accuracy import BOUND, RESULTS, kept, table
from benchmarks.libraries import matrix, naive
from benchmarks.ulp import Errors, measure, points, truth
from bpderive.functions.activations import Activation, a, activations, elementwise_activations, slope, z
from bpderive.functions.activations.rewriting import best, measured

names = pytest.mark.parametrize(
    "activation", elementwise_activations.values(), ids=list(elementwise_activations)
)
sample = points(300)
single = points(200, dtype=np.float32)


@names
@pytest.mark.parametrize("kind", ["value", "slope"])
def test_errors_are_within_the_bound(activation: Activation, kind: str) -> None:
    place = ["value", "slope"].index(kind)
    true = truth([activation.formula, activation.derivative()][place], sample, kind == "slope")
    function = matrix(activation)[place]
    assert function is not None
    assert measure(function, true).within(BOUND)


@names
@pytest.mark.parametrize("kind", ["value", "slope"])
def test_single_precision_has_the_same_bounds_in_its_own_units(activation: Activation, kind: str) -> None:
    place = ["value", "slope"].index(kind)
    true = truth([activation.formula, activation.derivative()][place], single, kind == "slope")
    function = matrix(activation)[place]
    assert function is not None
    assert function(single).dtype == np.float32
    assert measure(function, true).within(1)


def test_the_points_cover_both_signs_and_all_magnitudes() -> None:
    at = points()
    assert len(at) >= 20_000
    assert np.array_equal(at, -at[::-1])
    assert (at[0], at[-1], np.min(np.abs(at[at != 0]))) == (-800, 800, 1e-300)


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_a_measurement_sees_digits_that_are_lost_nan_and_warnings(dtype: type[np.floating[Any]]) -> None:
    sigmoid = activations["sigmoid"]
    true = truth(sigmoid.formula, points(300, dtype=dtype), False)
    as_it_stands = measure(naive(sigmoid)[0], true)
    assert as_it_stands.warned
    assert not as_it_stands.within(BOUND)
    off = measure(lambda at: sigmoid.numpy(at) * dtype(1 + 500 * np.finfo(dtype).eps), true)
    assert 400 < off.ulp < 1100
    assert measure(lambda at: np.where(at > 5, dtype(np.nan), sigmoid.numpy(at)), true).bad > 0
    # A slope near its zero is measured by itself, a subnormal value in units of the smallest number.
    silu = activations["silu"]
    slopes = truth(silu.derivative(), points(300, dtype=dtype), True)
    assert slopes.near_zero.any()
    eps = np.finfo(dtype).eps
    assert (
        measure(lambda at: silu.numpy_derivative(at) + dtype(8 * eps) * slopes.near_zero, slopes).near_zero
        > 15
    )
    tiny = np.finfo(dtype).smallest_subnormal
    assert 7 < measure(lambda at: sigmoid.numpy(at) + np.where(at < 0, 8 * tiny, 0), true).subnormal < 9


def test_a_measurement_agrees_with_many_digits_at_one_point() -> None:
    at = np.array([-3.7])
    true = truth(activations["sigmoid"].formula, at, False)
    with mpmath.workdps(50):
        exact = 1 / (1 + mpmath.exp(-mpmath.mpf(-3.7)))
        for off in range(-3, 4):
            given = (
                np.nextafter(float(exact), 1) if off == 1 else float(exact) + off * np.spacing(float(exact))
            )
            expected = abs(mpmath.mpf(float(given)) - exact) / mpmath.mpf(float(np.spacing(float(exact))))
            assert measure(lambda _: np.array([given]), true).ulp == pytest.approx(float(expected), rel=1e-6)  # noqa: B023  # called at once


def test_the_results_file_has_every_library_and_no_more_digits_than_are_meant() -> None:
    found = {"relu": {k: {"bpderive": Errors(1 / 3, 0.1, 0, 0, 0, False)} for k in ("value", "slope")}}
    data = json.loads(kept(found, {"processor": "one"}, 300))
    assert data["machine"] == {"processor": "one"}
    assert data["activations"]["relu"]["slope"]["bpderive"]["ulp"] == 0.333
    assert "relu′" in table(found)


def test_the_components_of_softmax_and_their_logarithms_are_right_to_the_last_digits() -> None:
    inputs = layers.layers(examples=4)
    ours, naive_ones = (layers.libraries()[name] for name in ("bpderive", "naive"))
    for wanted in ("value", "log"):
        true = layers.truth(inputs, wanted)
        found = np.concatenate([ours[wanted](table).T.ravel() for table in inputs])
        assert measure(lambda _, found=found: found, true).within(BOUND)
    true = layers.truth([np.array([[800.0], [0.0]])], "value")
    with np.errstate(all="ignore"):
        lost = naive_ones["value"](np.array([[800.0], [0.0]])).T.ravel()
    assert measure(lambda _: lost, true).bad == 1


def test_our_results_in_the_book_are_within_the_bounds() -> None:
    data = json.loads(RESULTS.read_text("utf-8"))
    assert list(data["activations"]) == list(elementwise_activations)
    for name, row in data["activations"].items():
        for kind in ("value", "slope"):
            assert Errors(**row[kind]["bpderive"]).within(data["bound"]), (name, kind)


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
    assert f"σ: largest error at 144 points: {form.ulp:.2g} units in the last place" in str(gaussian)
    assert str(activations["gelu"]) == repr(activations["gelu"])
    overflowing = sympy.exp(z) / (1 + sympy.exp(z))
    assert "nan or inf at" in measured(overflowing, overflowing).text.en
    assert 50 < form.ulp < 2000
    source = bp.compile_gradient(bp.Network((2, 1), gaussian)).source
    assert f"measured error at 144 points: {form.ulp:.2g} units in the last place" in source
    assert measured(sympy.exp(-(z**2)), gaussian.formula).ulp == form.ulp
