"""What is declared is real, finite and continuous for every z, and of moderate size: decided, or refused at once."""

from __future__ import annotations

import pytest
import sympy
from sympy import Piecewise, Rational

import bpderive as bp
from bpderive.functions.activations import Activation, activations, elementwise_activations, z
from bpderive.functions.activations.bounds import FLOATS, Outside, bounds, in_digits
from bpderive.functions.activations.domain import undefined
from bpderive.functions.activations.enclosure import Undecided, sign

TITLE = bp.Text(en="made for a test", zh="测试用")


def made(formula: object, **extras: object) -> Activation:
    return Activation(name="made", title=TITLE, formula=formula, **extras)  # type: ignore[arg-type]  # wrong on purpose


def nested(times: int) -> sympy.Expr:
    return sympy.tanh(nested(times - 1)) if times else z


@pytest.mark.parametrize(
    "text",
    [
        "(z+3.5)^(1/2)",
        "sqrt(z^3+100)",
        "(exp(z)-1e-9)^0.5",
        "exp(log(z+100))",
        "1/(z-7)",
        "where(z<=0,where(z>=0,5,z),z)",
        "where(z<0,0,1)",
        "sqrt(abs(z))",
        "abs(z)^(1/3)",
        "log(z^2+2*z+1)",
    ],
)
def test_a_formula_that_is_not_defined_everywhere_is_refused(text: str) -> None:
    with pytest.raises(bp.ParseError):
        bp.parse_activation(text)


@pytest.mark.parametrize(
    "formula",
    [
        sympy.sqrt(z + Rational(7, 2)),
        sympy.asin(z / 1000),
        sympy.acosh(z),
        z**z,
        sympy.tan(z),
        sympy.floor(z),
        z * sympy.sin(1 / z),
        Piecewise((5, sympy.Eq(z, 0)), (z, True)),
        Piecewise((z, z > 0)),
        sympy.zeta(z),
        sympy.nan,
        sympy.I * z,
        sympy.oo * z,
        sympy.exp(sympy.exp(sympy.exp(z))),
        z ** (10**9),
        nested(60),
        sum(sympy.sin(k * z) for k in range(500)),
        10**1000 * z,
    ],
    ids=lambda formula: str(formula)[:30],
)
def test_a_declared_formula_is_checked_at_once(formula: sympy.Expr) -> None:
    with pytest.raises(bp.DomainError):
        made(formula)


@pytest.mark.parametrize(
    "text",
    [
        "z/sqrt(1+z^2)",
        "tanh(tanh(tanh(z)))",
        "abs(z^5-z-1)",
        "log(exp(z)-z)",
        "log(cosh(z))",
        "sqrt(z^2-z+1)",
        "1/(2+sin(z))",
        "log(softplus(z))",
        "where(z > 0, log(1+z), z)",
        "abs(z)^(3/2)+z",
        "where(-1 < z <= 1, z^2, 1)",
        "+".join(f"abs(z-{k})" for k in range(10)),
    ],
)
def test_a_formula_that_is_defined_everywhere_is_read(text: str) -> None:
    bp.parse_activation(text).check()


def test_where_it_is_not_defined_is_said() -> None:
    with pytest.raises(bp.DomainError, match=r"at z = -8, where sqrt"):
        made(sympy.sqrt(z + Rational(7, 2)))
    with pytest.raises(bp.DomainError, match="nothing certain is known here of zeta"):
        made(sympy.zeta(z))
    with pytest.raises(bp.DomainError, match="a power above 64"):
        made(z ** (10**9))


@pytest.mark.parametrize("name", elementwise_activations)
def test_the_catalogue_and_its_slopes_are_defined_everywhere(name: str) -> None:
    assert undefined(activations[name].formula) is None
    assert undefined(activations[name].derivative()) is None


@pytest.mark.parametrize(
    ("field", "given"),
    [
        ("name", 3),
        ("title", "silu"),
        ("stable", "a"),
        ("at_kinks", "a"),
        ("parameters", ((1, 2, 3),)),
    ],
)
def test_a_field_of_the_wrong_kind_is_refused(field: str, given: object) -> None:
    fields = {"name": "made", "title": TITLE, "formula": z, field: given}
    with pytest.raises(bp.DomainError):
        Activation(**fields)  # type: ignore[arg-type]  # wrong on purpose


def test_a_parameter_is_a_finite_number() -> None:
    for wrong in (float("nan"), float("inf"), sympy.zoo):
        with pytest.raises(bp.DomainError, match="real number"):
            activations["elu"].with_parameters(alpha=wrong)


@pytest.mark.parametrize(
    "formula",
    [
        z**3 - 7 * z + Rational(1, 3),
        sympy.exp(-(z**2)) * sympy.sin(5 * z),
        z / (1 + sympy.Abs(z)),
        sympy.log(1 + sympy.exp(z)) * sympy.tanh(z) - sympy.atan(z) / 3,
        (1 + z**2) ** Rational(-3, 2),
        sympy.Max(z, sympy.Min(1, z**2)) + sympy.erf(z) - sympy.cosh(z / 3),
        Piecewise((z**2, z < -1), (sympy.sinh(z), z**2 <= 2), (sympy.asinh(z), True)),
    ],
    ids=str,
)
def test_bounds_hold_all_values(formula: sympy.Expr) -> None:
    for low, width in ((-9, 3), (-2, Rational(1, 2)), (0, Rational(1, 64)), (Rational(13, 8), 2), (40, 1)):
        for arithmetic in (FLOATS, in_digits(30)):
            found = bounds(formula, *map(arithmetic.near, (Rational(low), Rational(low + width))), arithmetic)
            for part in range(9):
                value = sympy.N(formula.subs(z, low + width * Rational(part, 8)), 60)
                assert found.low <= value <= found.high
                assert not found.nonzero or value != 0


def test_with_more_digits_bounds_are_closer() -> None:
    formula = sympy.exp(z) - 1 - z - z**2 / 2
    at = Rational(1, 10**9)
    assert sign(formula, at) == 1
    with pytest.raises(Undecided):
        sign(sympy.exp(z) - 1 - z * sympy.exp(z / 2) * (1 + z**2 / 24), Rational(1, 10**60))


def test_bounds_say_what_is_outside() -> None:
    with pytest.raises(Outside) as raised:
        bounds(sympy.log(z - 3), 0.0, 1.0)
    assert raised.value.certain
    with pytest.raises(Outside) as raised:
        bounds(1 / z, -1.0, 1.0)
    assert not raised.value.certain


def test_a_power_of_minus_z_has_its_slope_at_zero() -> None:
    made_so = bp.parse_activation("abs(z)^(3/2)+z")
    assert made_so.kinks == ()
    assert [made_so.derivative(x) for x in (-4, 0, 4)] == [-2, 1, 4]
    assert made_so.monotone is False
    assert list(made_so.numpy_derivative([-4.0, 0.0, 4.0])) == [-2, 1, 4]


def test_a_kink_without_a_name_is_computed_with() -> None:
    bent = bp.parse_activation("abs(z^5-z-1)")
    assert list(bent.numpy_derivative([0.0, 2.0])) == [1, 79]


@pytest.mark.parametrize(
    ("text", "slope"),
    [
        ("sigmoid(1e20*z)", Rational(10**20, 4)),
        ("tanh(1e40*z)", Rational(3 * 10**40, 4)),
        ("exp(-z^2)", None),
    ],
)
def test_a_steep_slope_is_written_by_the_output_too(text: str, slope: Rational | None) -> None:
    assert bp.parse_activation(text).derivative_from_output(Rational(1, 2)) == slope


def test_the_slope_of_a_line_with_many_kinks_is_computed() -> None:
    bent = bp.parse_activation("+".join(f"abs(z-{k})" for k in range(10)))
    assert list(bent.numpy_derivative([-1.0, 4.5, 11.0])) == [-10, 0, 10]
