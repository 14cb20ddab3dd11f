"""The catalogue of activations: what is derived from each declaration, and that declared extras are checked."""

from __future__ import annotations

from collections.abc import Callable

import mpmath
import numpy as np
import pytest
import sympy
from hypothesis import given
from hypothesis import strategies as st

from bpderive.errors import DomainError, Refuted, UnknownName
from bpderive.functions.activations import (
    Activation,
    a,
    activations,
    elementwise_activations,
    resolve,
    slope,
    z,
)
from bpderive.functions.activations.elementwise import expression_source, run
from bpderive.functions.activations.forms import decay, where
from bpderive.functions.activations.layer_program import function_source
from bpderive.functions.activations.stable import confirm, in_high_precision
from bpderive.functions.costs import costs
from bpderive.letters.text import Text

TITLE = Text(en="made for a test", zh="测试用")
names = pytest.mark.parametrize(
    "activation", elementwise_activations.values(), ids=list(elementwise_activations)
)


def made(formula: object, **extras: object) -> Activation:
    return Activation(name="made", title=TITLE, formula=formula, **extras)  # type: ignore[arg-type]  # wrong on purpose


@names
def test_everything_declared_is_right(activation: Activation) -> None:
    activation.check()


@names
def test_derivative_is_what_differences_say(activation: Activation) -> None:
    exactly, slope_of = (in_high_precision(e) for e in (activation.formula, activation.derivative()))
    with mpmath.workdps(60):
        for point in (-7.3, -0.4, 0.2, 3.9):
            step = mpmath.mpf(10) ** -20
            at = mpmath.mpf(point)
            quotient = (exactly(at + step) - exactly(at - step)) / (2 * step)
            assert abs(quotient - slope_of(at)) < mpmath.mpf(10) ** -35


@names
def test_slope_by_output_holds_at_numbers(activation: Activation) -> None:
    by_output = activation.derivative_from_output(a)
    unknown = {"silu", "gelu", "gelu_tanh", "mish", "gaussian", "sine"}
    assert (by_output is None) == (activation.name in unknown)
    if by_output is None:
        return
    for point in (-2, sympy.Rational(1, 3), 5):
        difference = by_output.subs(a, activation.expr(point)) - activation.derivative(point)
        assert abs(sympy.N(difference, 60)) < 1e-50


@names
def test_range_holds_the_values(activation: Activation) -> None:
    values = activation.range
    assert values is not None
    for point in (-30, -2, 0, 2, 30):
        assert sympy.N(activation.expr(point), 50) in values


@names
def test_limits_are_approached(activation: Activation) -> None:
    if activation.limits == (None, None):
        assert activation.name == "sine"
        assert "oscillates" in str(activation.why_unknown("limits"))
        return
    function = in_high_precision(activation.formula)
    for limit, far in zip(activation.limits, (-(10**6), 10**6), strict=True):
        with mpmath.workdps(30):
            value = function(mpmath.mpf(far))
            assert limit is not None
            if limit.is_infinite:
                assert value * sympy.sign(limit) > 5000
            else:
                assert abs(value - mpmath.mpf(str(sympy.N(limit, 30)))) < 1e-5


@pytest.mark.parametrize(
    ("formula", "expected"),
    [
        (sympy.Abs(z), sympy.Interval(0, sympy.oo)),
        (sympy.Max(-1, sympy.Min(1, z)), sympy.Interval(-1, 1)),
        (sympy.exp(-(z**2)), sympy.Interval.Lopen(0, 1)),
        (sympy.atan(z), sympy.Interval.open(-sympy.pi / 2, sympy.pi / 2)),
        (sympy.Integer(3), sympy.FiniteSet(3)),
        (z * sympy.exp(-(z**2)) + sympy.sin(z), None),
        (sympy.sin(z), sympy.Interval(-1, 1)),
        (sympy.exp(-sympy.cosh(z)), sympy.Interval.Lopen(0, sympy.exp(-1))),
        (z / (1 + sympy.Abs(z)), sympy.Interval.open(-1, 1)),
    ],
)
def test_range_of_other_formulas(formula: sympy.Expr, expected: sympy.Set | None) -> None:
    assert made(formula).range == expected


@names
@given(st.floats(-1e307, 1e307))
def test_numbers_are_finite_without_a_warning(activation: Activation, point: float) -> None:
    with np.errstate(over="raise", invalid="raise", divide="raise"):
        assert np.isfinite(activation.numpy(point))
        assert np.isfinite(activation.numpy_derivative(point))


@names
def test_arrays_keep_their_shape_and_become_new_ones(activation: Activation) -> None:
    values = np.arange(-3.0, 3.0).reshape(2, 3)
    for function in (activation.numpy, activation.numpy_derivative):
        result = function(values)
        assert result.shape == (2, 3)
        assert not np.shares_memory(result, values)
    assert activation.numpy(3).dtype == np.float64
    assert activation.numpy_derivative([1, 2]).dtype == np.float64
    assert activation.numpy(values.astype(np.float32)).dtype == np.float32


def test_complex_numbers_are_refused() -> None:
    with pytest.raises(DomainError, match="complex128"):
        activations["tanh"].numpy([1j])


NEARLY = 1 + sympy.Rational(1, 10**30)


@names
def test_a_stable_form_that_is_nearly_right_is_refuted(activation: Activation) -> None:
    for declared, form in activation.stable:
        exact = activation.derivative() if declared == slope else declared.subs(a, activation.formula)
        assert confirm(exact, form) == "exact"
        with pytest.raises(Refuted):
            confirm(exact, NEARLY * form)


@pytest.mark.parametrize(
    "change",
    [
        lambda form: form * (1 + sympy.Rational(1, 10**60)),
        lambda form: -form,
        lambda form: form + decay(),
        lambda form: form.subs(z, -z) + z / 7,
    ],
)
def test_a_stable_form_of_another_function_is_refuted(change: Callable[[sympy.Expr], sympy.Expr]) -> None:
    for name in ("sigmoid", "softplus"):
        [(_, form), *_] = activations[name].stable
        with pytest.raises(Refuted):
            confirm(activations[name].formula, change(form))


def test_a_stable_form_wrong_on_one_side_only_is_refuted() -> None:
    sigmoid = activations["sigmoid"]
    wrong = made(sigmoid.formula, stable=((a, where(z >= 0, 1, 2 * decay()) / (1 + decay())),))
    with pytest.raises(Refuted, match="at z = -"):
        wrong.check()
    with pytest.raises(Refuted):
        wrong.numpy(0.0)


def test_a_form_that_only_numbers_can_settle_is_said_to_be_numeric() -> None:
    assert confirm(sympy.gamma(2 + z**2), (1 + z**2) * sympy.gamma(1 + z**2)) == "numeric"


def test_forms_with_branches_are_confirmed_piece_by_piece() -> None:
    assert confirm(sympy.Max(z, 0), where(z >= 0, z, 0)) == "exact"
    hard = sympy.Max(-1, sympy.Min(1, z))
    assert confirm(hard, where(z < -1, -1, sympy.Min(z, 1))) == "exact"
    with pytest.raises(Refuted):
        confirm(hard, where(z < -1, -1, sympy.Min(z, 2)))


def test_decimals_mean_what_is_written() -> None:
    t = sympy.Symbol("t")
    leaky = made(sympy.Piecewise((0.1 * t, t < 0), (t, True)), stable=((a, where(z < 0, 0.1 * z, z)),))
    leaky.check()
    assert leaky.derivative(-1) == sympy.Rational(1, 10)
    assert made(0.5).expr(7) == sympy.Rational(1, 2)


def test_relu_takes_the_declared_slope_at_its_kink() -> None:
    relu = activations["relu"]
    assert relu.kinks == (0,)
    assert [relu.derivative(point) for point in (-1, 0, 1)] == [0, 0, 1]
    assert list(relu.numpy_derivative([-1.0, -0.0, 0.0, 1e-300])) == [0, 0, 0, 1]


def test_a_slope_that_is_not_between_the_sides_is_refuted() -> None:
    with pytest.raises(Refuted, match="between"):
        made(sympy.Max(z, 0), at_kinks=((0, 2),)).check()
    with pytest.raises(Refuted, match="Its kinks: 0"):
        made(sympy.Max(z, 0), at_kinks=((1, 0),)).check()


def test_without_a_declaration_the_slope_at_a_kink_is_the_mean() -> None:
    absolute = made(sympy.Abs(z))
    assert [absolute.derivative(point) for point in (-2, 0, 2)] == [-1, 0, 1]
    hinge = made(sympy.Max(z, 0))
    assert hinge.derivative(0) == sympy.Rational(1, 2)
    assert [made(sympy.Max(z, 0), at_kinks=((0, 1),)).derivative(point) for point in (-1, 0, 1)] == [0, 1, 1]


def test_slope_by_output_is_found_and_a_declared_one_checked() -> None:
    assert activations["sigmoid"].derivative_from_output(a) == a * (1 - a)
    assert activations["tanh"].derivative_from_output(a) == 1 - a**2
    softplus = sympy.log(1 + sympy.exp(z))
    assert made(1 / (1 + sympy.exp(-z) + sympy.exp(-2 * z))).derivative_from_output() is None
    found = made(3 / (1 + sympy.exp(2 * z)) - 1).derivative_from_output(a)
    assert sympy.expand(found - sympy.Rational(2, 3) * (a - 2) * (a + 1)) == 0
    assert made(softplus).derivative_from_output() is None
    assert made(softplus, slope_from_output=1 - sympy.exp(-a)).derivative_from_output(a) == 1 - sympy.exp(-a)
    with pytest.raises(Refuted):
        made(softplus, slope_from_output=1 - a).derivative_from_output()


def test_one_declaration_is_enough() -> None:
    t = sympy.Symbol("t")
    silu = made(t / (1 + sympy.exp(-t)))
    assert silu.derivative(0) == sympy.Rational(1, 2)
    np.testing.assert_allclose(silu.numpy([-1.0, 2.0]), [-1 / (1 + np.e), 2 / (1 + np.exp(-2))], rtol=1e-15)
    elu = made(sympy.Piecewise((sympy.exp(t) - 1, t < 0), (t, True)))
    assert elu.kinks == ()
    assert list(elu.numpy([-800.0, 0.0, 800.0])) == [-1, 0, 800]
    assert list(elu.numpy_derivative([0.0, 800.0])) == [1, 1]
    gelu = made(t * (1 + sympy.erf(t / sympy.sqrt(2))) / 2)
    assert float(gelu.numpy(1.0)) == pytest.approx(0.8413447460685429, abs=1e-15)


def test_where_sympy_gives_up_the_range_is_unknown(monkeypatch: pytest.MonkeyPatch) -> None:
    def gives_up(*arguments: object) -> None:
        raise NotImplementedError

    monkeypatch.setattr(sympy, "limit", gives_up)
    unseen = made(sympy.sin(z) / (7 + z**2))
    assert unseen.limits == (None, None)
    assert unseen.range is None


@pytest.mark.parametrize(
    "formula",
    [
        "1/(1 + exp(-z))",
        z * sympy.Symbol("beta"),
        None,
        sympy.log(z),
        sympy.sqrt(z),
        sympy.Function("f")(z),
        1 / z,
        sympy.Heaviside(z, 1),
        sympy.Piecewise((z, z > 0)),
        sympy.Piecewise((z, sympy.sin(z) > z), (0, True)),
        sympy.Piecewise((z, sympy.sin(z) > 0), (0, True)),
        1 / (z - 7),
        sympy.tan(z),
        z * sympy.sin(1 / z),
        sympy.floor(z),
    ],
    ids=str,
)
def test_what_is_no_activation_function_is_refused(formula: object) -> None:
    with pytest.raises(DomainError):
        made(formula).check()


def test_what_could_not_be_shown_to_be_infinite_is_accepted() -> None:
    made(1 / (9 + sympy.exp(z) + sympy.sin(z))).check()
    made(sympy.tanh(z) ** 3 / (2 + sympy.sinh(z) ** 2)).check()


def test_a_function_without_numpy_code_is_refused() -> None:
    with pytest.raises(DomainError, match="zeta"):
        made(sympy.zeta(2 + z**2)).numpy(1.0)


@pytest.mark.parametrize(
    "expression",
    [
        z**-2,
        1 / (1 + z**2) ** 2,
        sympy.sqrt(1 + z**2),
        sympy.Max(z, -1, sympy.pi),
        sympy.E**2 - z,
        -((z - 1) ** 3) / 3 + sympy.Rational(2, 7),
        sympy.Piecewise((1, (z > -2) & (z < 2)), (sympy.Abs(z), (z > 5) | (z < -5)), (sympy.cosh(z), True)),
        where(sympy.Ne(z, 1), z, 7),
        sympy.Integer(3),
        sympy.E * sympy.exp(sympy.sin(z) ** 2) * (1 + sympy.sin(z) ** 2) / (2 + z**2 * sympy.sin(z) ** 2),
        sympy.Piecewise((2, z < -5), (z, z < 100)),
    ],
    ids=str,
)
def test_printed_code_computes_the_expression(expression: sympy.Expr) -> None:
    points = np.array([-6.5, -3.0, -0.25, 1.0, 3.5, 9.0])
    found = run(function_source("f", expression, "a test"), "<test>")["f"](points)
    expected = [float(expression.subs(z, sympy.Rational(float(p)))) for p in points]
    np.testing.assert_allclose(found, expected, rtol=1e-14)


def test_code_reads_as_one_would_write_it() -> None:
    sigmoid = activations["sigmoid"]
    assert function_source("sigmoid", sigmoid.numeric(), "σ").splitlines()[2:] == [
        "    return np.exp(np.minimum(z, 0))/(1 + np.exp(-np.abs(z)))",
    ]
    assert expression_source(a * (1 - a)) == "a*(1 - a)"


def test_the_catalogue_is_read_only_and_suggests() -> None:
    assert list(activations)[:4] == ["sigmoid", "tanh", "relu", "leaky_relu"]
    assert resolve("relu") is resolve(activations["relu"])
    assert "sigmod" not in activations
    with pytest.raises(UnknownName, match="Did you mean 'sigmoid'"):
        activations["sigmod"]
    with pytest.raises(KeyError):
        resolve(3)  # type: ignore[arg-type]  # wrong on purpose
    with pytest.raises(TypeError):
        activations["mine"] = activations["relu"]  # type: ignore[index]  # wrong on purpose
    assert "tanh" in repr(activations)
    assert "exp" in repr(activations["sigmoid"])
    assert activations["tanh"].latex == r"\tanh(z)"
    assert activations["tanh"].elementwise


@names
@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("kind", ["value", "slope"])
def test_at_the_edge_of_the_numbers_is_the_limit(
    activation: Activation, dtype: type[np.floating], kind: str
) -> None:
    """At ±∞ what the function tends to, nan for nan, and next to that what many digits say, rounded."""
    function = activation.numpy if kind == "value" else activation.numpy_derivative
    exact = in_high_precision(activation.formula if kind == "value" else activation.derivative())
    tails = activation.tails or (None, None)
    with np.errstate(over="ignore", invalid="raise", divide="raise"):
        assert np.isnan(function(np.array([np.nan], dtype)))[0]
        for sign, tail in zip((-1, 1), tails, strict=True):
            if tail is None:
                continue
            limit = tail.value if kind == "value" else tail.slope
            found = function(np.array([sign * np.inf], dtype))[0]
            assert found == dtype(float(limit)), sign
        huge, tiny = np.finfo(dtype).max, np.finfo(dtype).smallest_subnormal
        points = np.array([-huge, -dtype(1e30), -tiny, 0, tiny, dtype(1e30), huge], dtype)
        found = function(points)
    assert found.dtype == dtype
    expected = []
    for point in points:
        with mpmath.workdps(400), np.errstate(over="ignore"):
            expected.append(dtype(float(exact(mpmath.mpf(float(point))))))
    for point, value, wanted in zip(points, found, expected, strict=True):
        with np.errstate(over="ignore", invalid="ignore"):
            assert value == wanted or abs(value - wanted) <= 8 * np.spacing(abs(wanted)), point


def test_a_factor_that_is_zero_in_floating_point_leaves_an_array() -> None:
    steep = Activation("steep", TITLE, sympy.tanh(z * sympy.Rational(1, 10**400)))
    assert steep.numpy([1.0, 2.0]).tolist() == [0.0, 0.0]


def test_the_size_of_a_parameter_is_bounded() -> None:
    for size in (10**5000, sympy.Rational(1, 10**3000)):
        with pytest.raises(DomainError, match="bits"):
            activations["elu"].with_parameters(alpha=size)
        with pytest.raises(DomainError, match="bits"):
            costs["huber"].with_parameters(delta=size)
