"""What is derived about the shape of a function: against finer and independent numbers, and that nothing is guessed."""

from __future__ import annotations

import math
import subprocess
import sys
import threading
import time
from collections.abc import Callable

import mpmath
import numpy as np
import pytest
import sympy
from hypothesis import given
from hypothesis import strategies as st
from sympy import FiniteSet, Interval, Rational, S

import bpderive as bp
from bpderive.functions.activations import Activation, activations, elementwise_activations, properties, z
from bpderive.functions.activations import enclosure as enclosures
from bpderive.functions.activations.budget import TimeUp, _clock, budget
from bpderive.functions.activations.enclosure import Isolated, Undecided, enclosure, shown, sign
from bpderive.functions.activations.properties import PROPERTIES, max_slope
from bpderive.functions.activations.zeros import zeros

names = pytest.mark.parametrize(
    "activation", elementwise_activations.values(), ids=list(elementwise_activations)
)
smooth = ["sigmoid", "tanh", "softplus", "silu", "gelu", "mish", "arctan", "gaussian"]
grid = np.linspace(-30, 30, 60_001)


@names
def test_no_value_on_a_grid_contradicts_what_is_derived(activation: Activation) -> None:
    values, slopes = activation.numpy(grid), activation.numpy_derivative(grid)
    found = activation.range
    assert found is not None
    assert np.all((values >= float(found.inf) - 1e-15) & (values <= float(found.sup)))
    assert activation.monotone is bool(np.all(slopes >= 0) or np.all(slopes <= 0))
    assert activation.odd is bool(np.allclose(values, -values[::-1], atol=1e-12))
    assert activation.even is bool(np.allclose(values, values[::-1], atol=1e-12))


@names
def test_the_greatest_slope_is_that_on_a_grid(activation: Activation) -> None:
    slope = activation.max_slope
    assert slope is not None
    seen = float(np.max(np.abs(activation.numpy_derivative(grid))))
    assert seen == pytest.approx(float(slope.value), abs=1e-6)


@pytest.mark.parametrize("name", smooth)
def test_inflections_are_where_a_grid_bends(name: str) -> None:
    found = activations[name].inflections
    assert isinstance(found, FiniteSet | type(S.EmptySet))
    slopes = activations[name].numpy_derivative(grid[np.abs(grid) < 8])
    bends = np.diff(slopes)
    assert len(found) == np.count_nonzero(np.diff(np.sign(bends[np.abs(bends) > 1e-9])))


def test_exact_results_are_exact() -> None:
    assert activations["gelu"].inflections == FiniteSet(-sympy.sqrt(2), sympy.sqrt(2))
    assert activations["sigmoid"].max_slope.value == Rational(1, 4)
    assert activations["sine"].range == Interval(-1, 1)
    assert activations["hard_sigmoid"].kinks == (-3, 3)
    assert activations["softplus"].max_slope.at is S.EmptySet


@pytest.mark.parametrize(
    ("name", "point", "value"),
    [("silu", "-1.2784645427", "-0.2784645427"), ("gelu", "-0.7517915246", "-0.1699712074")],
)
def test_the_least_value_has_certain_digits(name: str, point: str, value: str) -> None:
    activation = activations[name]
    [zero] = zeros(sympy.diff(activation.formula, z))
    assert (shown(zero), shown(activation.range.inf)) == (point, value)
    with mpmath.workdps(60):
        exact = mpmath.findroot(sympy.lambdify(z, activation.derivative(), "mpmath"), mpmath.mpf(point))
        assert abs(mpmath.mpf(str(sympy.N(zero, 50))) - exact) < mpmath.mpf(10) ** -48


@pytest.mark.parametrize(
    ("name", "left", "right"),
    [
        ("sigmoid", True, True),
        ("relu", True, False),
        ("softplus", True, False),
        ("softsign", True, True),
        ("linear", False, False),
    ],
)
def test_tails_that_saturate(name: str, left: bool, right: bool) -> None:
    tails = activations[name].tails
    assert tuple(tail.saturates for tail in tails) == (left, right)
    for tail, side in zip(tails, (-1, 1), strict=True):
        if tail.saturates:
            beyond = float(tail.flat_beyond) + side * np.geomspace(1e-3, 50, 100)
            assert np.all(np.abs(activations[name].numpy_derivative(beyond)) < 0.01)


def test_what_is_unknown_has_a_reason_in_both_languages() -> None:
    odd_one = bp.parse_activation("z + sin(z)*exp(-z^2)")
    assert odd_one.range is None
    reason = odd_one.why_unknown("range")
    assert reason is not None
    assert reason.en
    assert reason.zh
    with pytest.raises(bp.UnknownName, match="range"):
        odd_one.why_unknown("rang")


def test_parameters_that_are_symbols_leave_what_depends_on_them_unknown() -> None:
    leaky = activations["leaky_relu"].with_parameters(alpha=sympy.Symbol("c", positive=True))
    assert leaky.derivative(-2).free_symbols == {sympy.Symbol("c", positive=True)}
    assert leaky.range is None
    assert "parameter" in str(leaky.why_unknown("range"))


def test_parameters_are_the_decimals_that_are_written() -> None:
    assert activations["leaky_relu"].with_parameters(alpha=0.1).derivative(-1) == Rational(1, 10)
    steep = activations["elu"].with_parameters(alpha=2)
    assert (steep.kinks, steep.derivative(0), steep.range) == ((0,), 2, Interval.open(-2, sympy.oo))
    assert activations["elu"].kinks == ()
    for wrong in (sympy.I, sympy.oo, "2"):
        with pytest.raises(bp.DomainError):
            activations["elu"].with_parameters(alpha=wrong)
    with pytest.raises(bp.UnknownName, match="alpha"):
        activations["elu"].with_parameters(alhpa=2)


@given(st.lists(st.integers(-6, 6), min_size=1, max_size=4, unique=True), st.booleans())
def test_all_zeros_of_a_product_are_found(roots: list[int], exponential: bool) -> None:
    function = sympy.prod([sympy.exp(z) - sympy.exp(r) if exponential else z - r for r in roots])
    found = zeros(sympy.expand(function * (2 + z**2)))
    assert [round(float(x), 9) for x in found] == sorted(roots)


@given(st.integers(1, 5), st.integers(-5, 5))
def test_zeros_without_a_formula_are_isolated(c: int, d: int) -> None:
    function = sympy.exp(z) + c * z + d
    [zero] = zeros(function)
    found = zero if zero.is_Rational else sympy.N(zero, 40)
    assert abs(sympy.N(function.subs(z, found), 40)) < 1e-30


def test_a_double_zero_is_not_guessed() -> None:
    double = (sympy.exp(z) - z - 1) * 1
    assert zeros(double) == (0,)
    with pytest.raises(Undecided):
        zeros(
            sympy.exp(z)
            - z
            - sympy.exp(Rational(1, 3)) * (1 - Rational(1, 3))
            - z * (sympy.exp(Rational(1, 3)) - 1)
        )


def test_a_bracket_needs_a_change_of_sign() -> None:
    with pytest.raises(ValueError, match="same sign"):
        Isolated(z**2 + 1, Rational(-1), Rational(1))
    root = Isolated(z**2 - 2, Rational(1), Rational(2))
    assert sign(root**2 - 2 + Rational(1, 10**30)) == 1
    assert (root > 1, root.is_positive, str(root)) == (True, True, "1.4142135623…")
    with pytest.raises(Undecided):
        sign(root**2 - 2)


def test_a_large_function_is_no_harder_to_enclose(monkeypatch: pytest.MonkeyPatch) -> None:
    """A guess is taken and proved by two signs; without one it would be a sign for each binary digit."""
    asked: list[sympy.Expr] = []
    monkeypatch.setattr(enclosures, "sign", lambda *of: asked.append(of[0]) or sign(*of))
    root = Isolated(10**40 * (z**3 - z - 1), Rational(1), Rational(2))
    asked.clear()
    low, high = root.bracket(50)
    assert 0 < high - low <= Rational(1, 10**50)
    assert len(asked) == 2


def test_an_enclosure_holds_the_value() -> None:
    for expression in (
        sympy.erf(1),
        sympy.atan(7) - sympy.pi / 3,
        sympy.sqrt(2) ** 3,
        sympy.log(5) * sympy.sin(2),
    ):
        bounds = enclosure(expression, 30)
        with mpmath.workdps(60):
            assert bounds.a <= mpmath.mpf(str(sympy.N(expression, 50))) <= bounds.b
    with pytest.raises(Undecided, match="zeta"):
        enclosure(sympy.zeta(3) + z, 20, mpmath.iv.mpf(1))


def test_the_time_is_limited_in_any_thread() -> None:
    def endless() -> None:
        while True:
            time.thread_time()

    caught = []

    def in_thread() -> None:
        try:
            with budget(0.05):
                endless()
        except TimeUp:
            caught.append(True)

    in_thread()
    thread = threading.Thread(target=in_thread)
    thread.start()
    thread.join(10)
    assert caught == [True, True]


def test_what_ends_in_time_is_not_interrupted_later() -> None:
    for _ in range(50):
        try:
            with budget(1e-4):
                sum(range(2000))
        except TimeUp:
            continue
    until = time.monotonic() + 0.1
    while time.monotonic() < until:
        sum(range(100))


def test_the_clock_of_a_thread_that_has_ended_waits_for_nothing() -> None:
    """A watcher that wakes when its thread is gone must end in peace, not with an error of the system's."""
    clocks: list[Callable[[], float]] = []
    thread = threading.Thread(target=lambda: clocks.append(_clock(threading.get_ident())))
    thread.start()
    thread.join()
    until = time.monotonic() + 10  # the system takes the thread away a moment after Python has let it go
    while (worked := clocks[0]()) < math.inf and time.monotonic() < until:
        time.sleep(0.001)
    assert worked == math.inf or not hasattr(time, "pthread_getcpuclockid")


def test_a_traced_function_begins_after_the_time_was_up() -> None:
    """In another process, for a function that never begins would hold this one up."""
    program = """
import sys
from bpderive.functions.activations.budget import TimeUp, _clock, budget
for _ in range(30):
    try:
        with budget(1e-4):
            sum(range(3000))
    except TimeUp:
        pass
sys.settrace(lambda *event: None)
def begins():
    return "begun"
print(begins())
"""
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=False
    )
    assert done.stdout == "begun\n", done.stderr


def test_what_takes_too_long_is_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(properties, "SECONDS", 0.0)
    found = max_slope(z / (1 + sympy.exp(-z * Rational(3, 7))))
    assert found.value is None
    assert "time" in str(found.reason)
    assert set(PROPERTIES) >= {"range", "limits", "monotone", "odd", "max_slope", "tails", "inflections"}
