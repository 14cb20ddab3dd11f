"""Stable numeric forms: the same function written so that rounding and overflow do no harm.

A form is an expression in z declared beside a formula. `compare(formula, form)` compares them at many points in high
precision, whenever a form is used; `confirm(formula, form)` also decides exactly that they are the same function,
wherever both are rational in z and exp(z) or their derivatives are. A wrong form raises `Refuted` with the point where
it differs.
"""

from __future__ import annotations

from fractions import Fraction
from functools import lru_cache
from typing import Any

import mpmath
import sympy
from sympy import Expr, Interval, Symbol
from sympy.codegen.cfunctions import expm1, log1p

from bpderive.errors import Refuted
from bpderive.functions.activations.analysis import pieces
from bpderive.functions.activations.enclosure import evaluate, numbers
from bpderive.functions.activations.forms import exactly
from bpderive.functions.activations.variables import CACHE, z
from bpderive.functions.algebra import vanishes

slope = Symbol("slope", real=True)
"""Stands for σ′(z) where stable forms are declared; `a` stands for σ(z), and log(a) for its logarithm."""

DIGITS = (150, 1000)
"""What is computed with, the second where the first is not enough: 1 + erf(z/√2) loses 780 digits at z = −60."""

VANISHED = mpmath.mpf(2) ** -1100
"""Less than any floating-point number: two such values are the same to every program."""

POINTS = 12
"""On each piece on which a form is compared with its formula."""

REACH = 60
"""How far from 0 the points go."""


@lru_cache(CACHE)
def compare(formula: Expr, form: Expr) -> None:
    """Compare the two in high precision, at points on both sides of 0 and between kinks; raises `Refuted`."""
    _compare_at([point for _, where in pieces(formula) for point in _points(where)], formula, form)


@lru_cache(CACHE)
def confirm(formula: Expr, form: Expr) -> str:
    """How `form` was found to be the same function as `formula`: "exact" or "numeric"; raises `Refuted` if not."""
    compare(formula, form)
    how = "exact"
    for first, here in pieces(formula):
        for second, there in pieces(plain(form)):
            common = here.intersect(there)
            if isinstance(common, Interval):
                verdict = _same(plain(first), second, common)
                how = "numeric" if verdict is None else how
    return how


def _same(first: Expr, second: Expr, where: Interval) -> bool | None:
    """True if the two are the same function there, None if only the points say so; raises `Refuted` if they differ."""
    _compare_at(_points(where), first, second)
    difference = (first - second).replace(sympy.erfc, lambda x: 1 - sympy.erf(x))
    exactly = True if sympy.expand(difference) == 0 else vanishes(difference, z)
    if exactly is None:
        # Equal at the points above, so that equal derivatives make them equal.
        exactly = vanishes(sympy.diff(difference, z), z)
    if exactly is False:
        raise Refuted(f"The stable form {second} is not the same function as {first} on {where}.")
    return exactly


def _compare_at(points: list[Fraction], first: Expr, second: Expr) -> None:
    for digits in DIGITS:
        context = numbers(digits)
        functions = [evaluate(plain(expression), digits) for expression in (first, second)]
        points = [point for point in points if not _agree(point, functions, context)]
    if points:
        at = context.mpf(points[0].numerator) / points[0].denominator
        expected, found = (function(at) for function in functions)
        raise Refuted(
            f"The stable form {second} is not the same function as {first}: at z = {points[0]} it is "
            f"{mpmath.nstr(found, 8)} instead of {mpmath.nstr(expected, 8)}.",
            counterexample={"z": points[0], "expected": expected, "found": found},
        )


def _agree(point: Fraction, functions: list[Any], context: Any) -> bool:
    """Whether two functions have the same value, as far as a program can tell."""
    at = context.mpf(point.numerator) / point.denominator
    try:
        expected, found = (function(at) for function in functions)
    except OverflowError:
        return True
    error, size = abs(expected - found), abs(expected)
    return bool(error <= size * context.mpf(10) ** -100 or max(size, abs(found)) < VANISHED)


@lru_cache(CACHE)
def in_high_precision(expression: Expr) -> Any:
    """`expression`, a function of z, for numbers of mpmath."""
    return sympy.lambdify(z, plain(expression), "mpmath")


def plain(form: Expr) -> Expr:
    """The form with log1p, expm1 and our own functions spelled out, for exact algebra."""
    return exactly(form).replace(log1p, lambda x: sympy.log(1 + x)).replace(expm1, lambda x: sympy.exp(x) - 1)


def _points(where: Interval) -> list[Fraction]:
    """Rational points inside an interval, denser towards its finite ends, which may be irrational."""
    low, high = (
        Fraction(str(end if end.is_Rational else end.evalf(40))) if end.is_finite else None
        for end in (where.inf, where.sup)
    )
    if low is not None and high is not None:
        return [low + (high - low) * Fraction(n, POINTS + 1) for n in range(1, POINTS + 1)]
    steps = [Fraction(REACH) * Fraction(n, POINTS) ** 3 for n in range(1, POINTS + 1)]
    if low is not None:
        return [low + step for step in steps]
    if high is not None:
        return [high - step for step in steps]
    return [sign * step for step in steps for sign in (-1, 1)]
