"""Polynomials: the axioms of a ring, evaluation as a homomorphism, and identity decided by the terms."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
import sympy
from hypothesis import assume, given
from hypothesis import strategies as st

from bpderive.judge.polynomials import Polynomial, added, constant, unknown

NAMES = "xyzt"
numbers = st.one_of(st.integers(-5, 5), st.fractions(-3, 3, max_denominator=6))
monomials = st.lists(st.sampled_from(NAMES), max_size=3)


def made(terms: list[tuple[int | Fraction, list[str]]]) -> Polynomial:
    total = constant(0)
    for coefficient, names in terms:
        product = constant(coefficient)
        for name in names:
            product = product * unknown(name)
        total = total + product
    return total


polynomials = st.lists(st.tuples(numbers, monomials), max_size=4).map(made)
places = st.fixed_dictionaries(dict.fromkeys(NAMES, numbers))


def as_sympy(polynomial: Polynomial) -> sympy.Expr:
    return sympy.sympify(polynomial.written(str), locals={name: sympy.Symbol(name) for name in NAMES})


@given(polynomials, polynomials, polynomials)
def test_the_axioms_of_a_commutative_ring(p: Polynomial, q: Polynomial, r: Polynomial) -> None:
    assert p + q == q + p
    assert p * q == q * p
    assert (p + q) + r == p + (q + r)
    assert (p * q) * r == p * (q * r)
    assert p * (q + r) == p * q + p * r
    assert p + 0 == p == 1 * p
    assert p * 0 == 0 == p - p
    assert p - q == p + -q
    assert -p * -1 == p
    assert added([p, q, r]) == p + q + r


@given(polynomials, polynomials, places)
def test_evaluation_respects_sums_and_products(p: Polynomial, q: Polynomial, at: dict[str, Fraction]) -> None:
    value = at.__getitem__
    assert (p + q).at(value) == p.at(value) + q.at(value)
    assert (p * q).at(value) == p.at(value) * q.at(value)
    assert (p**3).at(value) == p.at(value) ** 3
    assert (p / 3).at(value) == p.at(value) / 3
    assert isinstance(p.at(value), Fraction)


@given(polynomials, polynomials)
def test_equal_exactly_when_sympy_expands_them_to_the_same(p: Polynomial, q: Polynomial) -> None:
    assert (p == q) == (sympy.expand(as_sympy(p) - as_sympy(q)) == 0)
    assert (p * q == 0) == (not p or not q)
    assert sympy.expand(as_sympy(p) * as_sympy(q) - as_sympy(p * q)) == 0


@given(polynomials, polynomials, places)
def test_putting_polynomials_for_unknowns(p: Polynomial, q: Polynomial, at: dict[str, Fraction]) -> None:
    put = p.put(lambda name: q if name == "x" else unknown(name))
    assert put.at(at.__getitem__) == p.at(lambda name: q.at(at.__getitem__) if name == "x" else at[str(name)])
    assert p.put(unknown) == p


@given(polynomials, polynomials)
def test_equal_ones_have_equal_hashes(p: Polynomial, q: Polynomial) -> None:
    assume(p)
    assert hash(p + q - q) == hash(p)
    assert {p + q: 1}[q + p] == 1


@pytest.mark.parametrize("number", [0, 1, -2, Fraction(1, 3)])
def test_a_constant_is_the_number(number: int | Fraction) -> None:
    assert constant(number) == number
    assert number == constant(number)
    assert hash(constant(number)) == hash(number)
    assert bool(constant(number)) == bool(number)
    assert constant(number) + unknown("x") != number


def test_unknowns_are_known_by_their_keys() -> None:
    assert unknown(("w", 2, 0, 1)) == unknown(("w", 2, 0, 1))
    assert unknown(("w", 2, 0, 1)) != unknown(("w", 2, 1, 0))
    product = unknown("x") * unknown("y") ** 2 * 3 - 1
    assert product.unknowns() == {"x", "y"}
    assert repr(product) == "3*x*y*y + -1"
    assert repr(constant(0)) == "0"


def test_other_objects_are_not_taken() -> None:
    for other in (1.5, "x", None):
        assert unknown("x") != other
        with pytest.raises(TypeError):
            unknown("x") + other  # type: ignore[operator]  # that is what is tested
        with pytest.raises(TypeError):
            unknown("x") * other  # type: ignore[operator]  # that is what is tested
    for exponent in (-1, 0.5):
        with pytest.raises(TypeError):
            unknown("x") ** exponent  # type: ignore[operator]  # that is what is tested
    with pytest.raises(TypeError):
        unknown("x") / unknown("y")  # type: ignore[operator]  # that is what is tested


def test_they_work_in_arrays_of_objects() -> None:
    matrix = np.array([[unknown("x"), unknown("y")], [unknown("z"), unknown("t")]], dtype=object)
    product = matrix @ matrix
    assert product[0, 1] == unknown("x") * unknown("y") + unknown("y") * unknown("t")
    assert (2 * matrix)[1, 0] == 2 * unknown("z")
