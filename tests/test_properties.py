"""What is derived about the shape of a function: against finer and independent numbers, and that nothing is guessed."""

from __future__ import annotations

import cProfile
import os
import subprocess
import sys
import threading
from collections.abc import Iterator

import mpmath
import numpy as np
import pytest
import sympy
from hypothesis import example, given
from hypothesis import strategies as st
from sympy import FiniteSet, Interval, Rational, S

import bpderive as bp
from benchmarks import properties as grown
from bpderive.cli import main
from bpderive.functions.activations import (
    Activation,
    activations,
    elementwise_activations,
    properties,
    steps,
    z,
)
from bpderive.functions.activations import enclosure as enclosures
from bpderive.functions.activations.enclosure import Isolated, Undecided, enclosure, shown, sign
from bpderive.functions.activations.properties import PROPERTIES, max_slope
from bpderive.functions.activations.steps import TooManySteps, at_most
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
@example([3, 5], True)  # the second is enclosed in a wider interval than the first
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


def test_functions_of_functions_are_described_and_zeros_at_whole_numbers_are_exact() -> None:
    nested = bp.parse_activation("tanh(tanh(tanh(z)))")
    assert nested.range == Interval.open(-sympy.tanh(sympy.tanh(1)), sympy.tanh(sympy.tanh(1)))
    assert (nested.monotone, nested.inflections, nested.max_slope.value) == (True, FiniteSet(0), 1)
    [left, right] = (tail.flat_beyond for tail in nested.tails)
    assert abs(abs(nested.derivative(right)).evalf(30) - Rational(1, 100)) < 1e-20
    assert (left + right).evalf(20) == pytest.approx(0, abs=1e-15)
    expanded = sympy.expand((sympy.exp(z) - sympy.exp(3)) * (sympy.exp(z) - sympy.exp(-2)) * (2 + z**2))
    assert zeros(expanded) == (-2, 3)


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
            assert bounds.low <= mpmath.mpf(str(sympy.N(expression, 50))) <= bounds.high
    with pytest.raises(Undecided, match="zeta"):
        enclosure(sympy.zeta(3) + z, 20, sympy.Integer(1))


def test_the_work_is_bounded_by_counting_steps() -> None:
    def endless() -> None:
        while True:
            sympy.Integer(1)

    for _ in range(2):
        with pytest.raises(TooManySteps), at_most(1000):
            endless()
    assert steps.running() is None


def test_a_profiler_of_the_reader_goes_on_and_changes_no_answer() -> None:
    profiler = cProfile.Profile()
    profiler.enable()
    try:
        found = bp.parse_activation("max(z, 0) + tanh(z)/7")
    finally:
        profiler.disable()
    assert found == bp.parse_activation("max(z, 0) + tanh(z)/7")
    assert steps.running() is None


def test_a_debugger_goes_on_tracing_under_a_limit() -> None:
    """The calls are counted as they are without it, and it is told of every one of them."""

    def work() -> None:
        pass

    def made() -> int:
        with at_most(1000) as counter:
            for _ in range(20):
                work()
        return counter.made

    seen: list[str] = []
    alone, before = made(), sys.gettrace()
    sys.settrace(lambda frame, event, argument: seen.append(frame.f_code.co_name))
    try:
        traced = made()
        with pytest.raises(TooManySteps), at_most(10):
            made()
    finally:
        sys.settrace(before)
    assert traced == alone >= 20
    assert seen.count("work") >= 20
    assert steps.running() is None


def test_an_answer_does_not_depend_on_who_asked_before() -> None:
    """A question has steps of its own: a limit outside, used up or not, changes neither its answer nor its count."""
    asked = []

    @steps.question(lambda: 500)
    def counted(times: int) -> int:
        asked.append(times)
        for _ in range(times):
            sympy.Integer(1)
        return times

    @steps.question(lambda: 5000)
    def both(first: int, second: int) -> int:
        return counted(first) + counted(second)

    with at_most(30):
        assert counted(100) == 100
    for _ in range(2):
        with pytest.raises(Undecided, match="500 steps"):
            counted(10_000)
    assert asked == [100, 10_000]
    assert both(100, 7) == 107
    with pytest.raises(Undecided, match="500 steps"):
        both(10_000, 8)
    assert steps.running() is None

    @steps.question(lambda: 200)
    def small(times: int) -> int:
        return counted(times)

    asked.clear()
    for _ in range(2):  # its steps run out within another question, and it is not asked again
        with pytest.raises(Undecided, match="200 steps"):
            small(400)
    assert asked == [400]


def test_what_is_found_does_not_depend_on_the_order_of_sets() -> None:
    """gelu_tanh asks for most work in the catalogue: far less than there is, with another seed of the hashes too."""
    program = (
        "import sys; from bpderive.functions.activations import activations as a, steps\n"
        "steps.MOST = 800_000\n"
        "assert a['gelu_tanh'].max_slope is not None and a['gelu_tanh'].tails is not None"
    )
    environment = {**os.environ, "PYTHONHASHSEED": "1"}
    subprocess.run([sys.executable, "-c", program], env=environment, check=True)


def test_an_inner_limit_counts_for_the_outer_one() -> None:
    def work() -> None:
        pass

    def often(times: int, most: int) -> None:
        with at_most(most):
            for _ in range(times):
                work()

    def twenty_times() -> None:
        for _ in range(20):
            often(10, 60)

    with pytest.raises(TooManySteps), at_most(100):
        twenty_times()
    with at_most(1000):
        with pytest.raises(TooManySteps):
            often(10, 5)
        often(10, 60)


def test_a_generator_that_is_closed_too_late_does_not_swallow_the_limit(
    capsys: pytest.CaptureFixture[str],
) -> None:
    def waiting() -> Iterator[int]:
        try:
            yield 1
        finally:
            str(2)

    def once() -> int:
        return next(waiting())

    def closing() -> None:
        while True:
            once()

    with pytest.raises(TooManySteps), at_most(50):
        closing()
    assert capsys.readouterr().err == ""


def test_the_precision_of_mpmath_is_untouched() -> None:
    """In another thread it is seen at every moment to be what it was, while properties are found here."""

    def many_digits() -> None:
        while True:
            sympy.N(sympy.erf(sympy.sqrt(2)), 500)
            sympy.core.cache.clear_cache()

    seen: set[int] = set()
    done = threading.Event()

    def watch() -> None:
        while not done.wait(0.001):
            seen.add(mpmath.iv.prec)

    watcher = threading.Thread(target=watch)
    watcher.start()
    before = mpmath.mp.prec, mpmath.iv.prec
    try:
        for find in PROPERTIES.values():
            find(z / (1 + sympy.exp(-z * Rational(5, 7))))
        with pytest.raises(TooManySteps), at_most(2000):
            many_digits()
    finally:
        done.set()
        watcher.join()
    assert (mpmath.mp.prec, mpmath.iv.prec) == before
    assert seen == {before[1]}


def test_what_takes_too_much_work_is_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(steps, "MOST", 100)
    found = max_slope(z / (1 + sympy.exp(-z * Rational(3, 7))))
    assert found.value is None
    assert "steps" in str(found.reason)
    assert set(PROPERTIES) >= {"range", "limits", "monotone", "odd", "max_slope", "tails", "inflections"}


@pytest.mark.parametrize(
    ("text", "least", "greatest"),
    [
        ("(softplus(z)-1)^2", 0, sympy.oo),
        ("tanh(exp(z))", 0, 1),
        ("softplus(z)*sigmoid(-z)", 0, None),
        ("z/sqrt(1+z^2)", -1, 1),
    ],
)
def test_a_range_goes_to_the_limits(text: str, least: object, greatest: object) -> None:
    found = bp.parse_activation(text).range
    assert found is not None
    assert found.inf == least
    assert greatest is None or found.sup == greatest


def test_what_falls_and_rises_is_not_said_to_be_monotone() -> None:
    assert bp.parse_activation("(softplus(z)-1)^2").monotone is False


@pytest.mark.parametrize(
    "text",
    [
        "tanh(1e40*z)",
        "sigmoid(1e20*z)",
        "sin(exp(exp(z)))",
        "tanh(tanh(tanh(z)))",
        "abs(z^5-z-1)",
        "z/sqrt(1+z^2)",
    ],
)
def test_every_property_is_known_or_has_a_reason(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(steps, "MOST", 60_000)
    activation = bp.parse_activation(text)
    for name in PROPERTIES:
        assert PROPERTIES[name](activation.formula).value is not None or activation.why_unknown(name), name


@pytest.mark.parametrize("text", ["tanh(z)/sin(3/2)", "sigmoid(z)*cos(1)", "tanh(z*sin(2))"])
def test_a_sine_of_a_number_is_a_number(text: str) -> None:
    activation = bp.parse_activation(text)
    found = activation.derivative_from_output()
    assert found is not None
    there = np.linspace(-3, 3, 7)
    slopes = [float(found.subs(sympy.Symbol("a", real=True), value)) for value in activation.numpy(there)]
    assert np.allclose(activation.numpy_derivative(there), slopes, rtol=1e-12)


@pytest.mark.parametrize(
    "text",
    ["erf(min((z * (pi)^0.5), max(softplus(1), cosh(z))))", "abs(z^5-z-1)*tanh(z)", "max(z, exp(1))/pi"],
)
def test_what_has_irrational_kinks_is_described(text: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["activation", text]) == 0
    assert "Largest error" in capsys.readouterr().out


def test_no_sample_contradicts_what_is_found_of_formulas_that_are_grown(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(steps, "MOST", 40_000)
    source = grown.formulas(seed=17)
    for _ in range(12):
        activation = next(source)
        assert grown.faults(activation) == [], activation


@pytest.mark.parametrize(
    ("name", "wrong"),
    [
        ("range", Interval.open(0, 2)),
        ("range", Interval.open(Rational(1, 4), 1)),
        ("limits", (S.Zero, S.Infinity)),
        ("monotone", False),
        ("odd", True),
        ("max_slope", properties.Slope(Rational(1, 5), FiniteSet(0))),
        ("inflections", FiniteSet(1)),
        ("slope_range", Interval.Lopen(0, 1)),
        ("by_output", sympy.Symbol("a", real=True)),
    ],
)
def test_the_samples_contradict_what_is_wrong(name: str, wrong: object) -> None:
    assert list(grown.CHECKS[name](grown.Samples(activations["sigmoid"]), wrong))
