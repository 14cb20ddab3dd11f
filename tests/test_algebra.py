"""Exact decisions, and the forms in which results are written."""

from __future__ import annotations

import pytest
import sympy

from bpderive.functions.algebra import EXPONENTIAL, in_exponential, tidy, vanishes

z = sympy.Symbol("z", real=True)
a, y = sympy.symbols("a y", real=True)


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        (sympy.tanh(z) - (sympy.exp(2 * z) - 1) / (sympy.exp(2 * z) + 1), True),
        (sympy.exp(z) * sympy.exp(-z) - 1, True),
        (sympy.sinh(z) ** 2 - sympy.cosh(z) ** 2 + 1, True),
        (z * sympy.exp(z + 2) - sympy.exp(2) * z * sympy.exp(z), True),
        (sympy.tanh(z) - sympy.tanh(z + 1), False),
        (sympy.exp(z) - z, False),
        (sympy.Rational(1, 10**60), False),
        (0, True),
        (sympy.gamma(2 + z**2) - (1 + z**2) * sympy.gamma(1 + z**2), None),
        (sympy.sqrt(z**2) - z, None),
        (sympy.exp(z**2) - sympy.exp(z), None),
    ],
    ids=str,
)
def test_vanishing_is_decided_or_left_open(expression: sympy.Expr, expected: bool | None) -> None:
    assert vanishes(expression, z) is expected


def test_exponentials_become_one_unknown() -> None:
    assert in_exponential(sympy.exp(3 - 2 * z), z) == (-2 * z, sympy.exp(3) * EXPONENTIAL)
    assert in_exponential(sympy.exp(z / 2) + sympy.exp(-z), z) == (-z / 2, EXPONENTIAL**-1 + EXPONENTIAL**2)
    assert in_exponential(sympy.exp(z) - sympy.exp(-z), z) == (z, EXPONENTIAL - 1 / EXPONENTIAL)
    assert in_exponential(sympy.exp(10**40 * z), z) == (10**40 * z, EXPONENTIAL)
    apart = sympy.exp(z) + sympy.exp(10**40 * z)
    assert in_exponential(apart, z) == (0, apart)


@pytest.mark.parametrize(
    ("expression", "shown"),
    [
        (a - a**2, "a*(1 - a)"),
        (1 - a**2, "1 - a**2"),
        ((y - a) / (a**2 - a), "(a - y)/(a*(1 - a))"),
        (-(a**2) + 2 * a * y - y**2, "-(a - y)**2"),
        (-a, "-a"),
        (sympy.Integer(-3), "-3"),
        ((y - a) ** 3, "(-a + y)**3"),
    ],
)
def test_tidy_forms_are_the_same_function_without_a_minus_in_front(
    expression: sympy.Expr, shown: str
) -> None:
    assert sympy.cancel(tidy(expression) - expression) == 0
    assert str(tidy(expression)) == shown
