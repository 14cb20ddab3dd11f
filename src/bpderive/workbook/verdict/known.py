"""What is known of a certain σ and a certain cost, as polynomials: σ′ by σ, y by a and ∂C/∂a, the value of the cost.

Each function gives exponents and coefficients, or None where there is no such polynomial; `evaluated` puts expressions
in the place of its variables. ReLU and its like, and the Huber cost, are a polynomial on each of finitely many
intervals: `activation_in_pieces("relu", 1)` is σ′ with what it is taken to be at the kink, `cost_in_pieces("huber", 1)`
is ∂C/∂a as a function of a − y. `Pieces.at` gives values, `Pieces.polynomials` what holds between the ends.
"""

from __future__ import annotations

import itertools
import re
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from typing import Any

import sympy
from sympy.core.relational import Relational

from bpderive.functions.activations import elementwise_activations
from bpderive.functions.algebra import in_exponential
from bpderive.functions.costs import costs
from bpderive.letters.text import Text
from bpderive.workbook.verdict.forms import Term, number, power, product

Coefficients = tuple[tuple[tuple[int, ...], Fraction], ...]


def activation_in_words(sigma: str) -> Text:
    """What σ is called: in English by its name, in Chinese by its title, with the name where no Latin word is there."""
    return _called("the activation", sigma, elementwise_activations[sigma].title.zh)


def cost_in_words(cost: str) -> Text:
    """What the cost is called, likewise."""
    return _called("the cost", cost, costs[cost].title.zh)


def _called(kind: str, name: str, title: str) -> Text:
    english = f"{kind} {name}"
    chinese = title if re.search("[A-Za-z]{2}", title) else f"{title}（{name}）"
    return Text(english, chinese)


@lru_cache(32)
def slope_polynomial(sigma: str, order: int = 1) -> Coefficients | None:
    """σ′, or σ″ for order 2, as a polynomial in σ: exponents and coefficients; None if it is none."""
    a = sympy.Symbol("a", real=True)
    found = elementwise_activations[sigma].derivative_from_output(a)
    if found is None:
        return None
    return polynomial(found if order == 1 else sympy.expand(sympy.diff(found, a) * found), "a")


@lru_cache(32)
def jacobian_polynomials(activation: Any, count: int) -> tuple[tuple[Coefficients, ...], ...] | None:
    """∂σ_k/∂z_j of a function of a layer of `count` neurons, as polynomials in their outputs; None if not found."""
    names = [f"a{j}" for j in range(count)]
    made = activation.jacobian_from_output(sympy.symbols(names, real=True))
    if made is None:
        return None
    table = [[polynomial(entry, *names) for entry in row] for row in made.tolist()]
    if any(entry is None for row in table for entry in row):
        return None
    return tuple(tuple(entry for entry in row if entry is not None) for row in table)


@lru_cache(32)
def target_polynomial(cost: str) -> Coefficients | None:
    """y as a polynomial in a, e = ∂C/∂a: exponents and coefficients; None if it is none."""
    a, y, e = sympy.symbols("a y e", real=True)
    slope = sympy.together(costs[cost].derivative(a, y) - e)
    above = sympy.expand(sympy.numer(slope))
    if not above.is_polynomial(y) or sympy.degree(above, y) != 1:
        return None
    solved = sympy.cancel(-above.coeff(y, 0) / above.coeff(y, 1))
    return polynomial(solved, "a", "e")


@lru_cache(32)
def slope_of_cost(cost: str) -> Coefficients | None:
    """∂C/∂a as a polynomial in a and y; None if it is none."""
    a, y = sympy.symbols("a y", real=True)
    return polynomial(costs[cost].derivative(a, y), "a", "y")


@lru_cache(32)
def value_polynomial(cost: str) -> Coefficients | None:
    """What one output contributes to C as a polynomial in a and y; None if it is none."""
    a, y = sympy.symbols("a y", real=True)
    return polynomial(costs[cost].term(a, y), "a", "y")


def polynomial(expression: Any, *names: str) -> Coefficients | None:
    """Exponents and coefficients, or None if the expression is no polynomial with rational coefficients."""
    letters = sympy.symbols(names, real=True)
    if not expression.is_polynomial(*letters):
        return None
    terms = sympy.Poly(expression, *letters).terms()
    if not all(coefficient.is_Rational for _, coefficient in terms):
        return None
    return tuple((tuple(map(int, powers)), Fraction(int(c.p), int(c.q))) for powers, c in terms)


def evaluated(coefficients: Coefficients, *values: list[Term]) -> list[Term]:
    """The polynomial where its variables are expressions."""
    result: list[Term] = []
    for powers, coefficient in coefficients:
        part = number(coefficient)
        for value, exponent in zip(values, powers, strict=True):
            part = product(part, power(value, exponent)) if exponent else part
        result += part
    return result


@lru_cache(32)
def reflection(sigma: str) -> tuple[int, Coefficients] | None:
    """s and the polynomial p with σ(−z) = s σ(z) + p(z), such as −1 and 1 for sigmoid; None if none was found.

    Decided in the field of rational functions of z and e^z, or by SymPy's own σ(−z) = ±σ(z).
    """
    z = sympy.Symbol("z", real=True)
    value = elementwise_activations[sigma].expr(z)
    for sign in (-1, 1):
        rest = value.subs(z, -z) - sign * value
        found = polynomial(sympy.expand(rest), "z")
        if found is None:
            _, rational = in_exponential(rest.rewrite(sympy.exp), z)
            found = polynomial(sympy.cancel(rational), "z")
        if found is not None:
            return sign, found
    return None


@lru_cache(64)
def value_at_zero(sigma: str, order: int) -> Fraction | None:
    """σ(0), or σ′(0) where there is no kink, if it is rational; None for σ″, which may jump there."""
    if order > 1 or (order and 0 in elementwise_activations[sigma].kinks):
        return None
    z = sympy.Symbol("z", real=True)
    value = (
        elementwise_activations[sigma].derivative(z) if order else elementwise_activations[sigma].expr(z)
    ).subs(z, 0)
    return Fraction(int(value.p), int(value.q)) if value.is_Rational else None


def derivative(coefficients: Coefficients) -> Coefficients:
    """The derivative of a polynomial in one variable."""
    return tuple(((n - 1,), n * c) for (n,), c in coefficients if n)


_u, _y = sympy.symbols("u y", real=True)


@dataclass(frozen=True, slots=True)
class Pieces:
    """A polynomial before, between and after `ends`, with the `values` at them, None where it has none."""

    ends: tuple[Fraction, ...]
    polynomials: tuple[Coefficients, ...]
    values: tuple[Fraction | None, ...]

    def at(self, place: Fraction) -> Fraction | None:
        """The value at a number."""
        if place in self.ends:
            return self.values[self.ends.index(place)]
        return value(self.polynomials[sum(end < place for end in self.ends)], place)


def value(coefficients: Coefficients, place: Fraction) -> Fraction:
    """A polynomial in one variable at a number."""
    return sum((c * place**n for (n,), c in coefficients), Fraction(0))


@lru_cache(64)
def activation_in_pieces(sigma: str, order: int = 0) -> Pieces | None:
    """σ, σ′ or σ″, or None; at a kink σ′ is what is declared, and σ″ is not there. A polynomial is one piece."""
    function = elementwise_activations[sigma]
    if order < 2:
        found = function.derivative(_u) if order else function.expr(_u)
        whole = polynomial(found, "u")
        return _pieces(found) if whole is None else Pieces((), (whole,), ())
    slope = activation_in_pieces(sigma, 1)
    if slope is None:
        return None
    return Pieces(slope.ends, tuple(map(derivative, slope.polynomials)), (None,) * len(slope.ends))


@lru_cache(32)
def cost_in_pieces(cost: str, order: int = 0) -> Pieces | None:
    """What one output contributes to C, or ∂C/∂a, as a function of a − y; None if it is no function of it in pieces."""
    function = costs[cost]
    found = function.derivative(_u + _y, _y) if order else function.term(_u + _y, _y)
    return None if found.has(_y) else _pieces(found)


def kinks(sigma: str | None) -> tuple[tuple[Fraction, Fraction], ...]:
    """Where σ has a kink, and what σ′ is taken to be there; nothing for a σ that is not made of pieces."""
    slope = None if sigma is None else activation_in_pieces(sigma, 1)
    if slope is None:
        return ()
    return tuple(
        (end, found) for end, found in zip(slope.ends, slope.values, strict=True) if found is not None
    )


def _pieces(expression: Any) -> Pieces | None:
    found = sympy.piecewise_fold(expression.rewrite(sympy.Piecewise))
    if not isinstance(found, sympy.Piecewise):
        return None
    ends = set()
    for relation in found.atoms(Relational):
        difference = sympy.expand(relation.lhs - relation.rhs)
        if not difference.is_polynomial(_u) or sympy.degree(difference, _u) != 1:
            return None
        [root] = sympy.roots(difference, _u)
        if not root.is_Rational:
            return None
        ends.add(root)
    ordered = sorted(ends)
    between = [(one + other) / 2 for one, other in itertools.pairwise(ordered)]
    polynomials = [polynomial(_branch(found, p), "u") for p in (ordered[0] - 1, *between, ordered[-1] + 1)]
    if any(p is None for p in polynomials):
        return None
    return Pieces(
        tuple(map(_fraction, ordered)),
        tuple(p for p in polynomials if p is not None),
        tuple(_fraction(_branch(found, end).subs(_u, end)) for end in ordered),
    )


def _branch(pieces: Any, place: Any) -> Any:
    """The formula that is valid at a number."""
    return next(formula for formula, where in pieces.args if where.subs(_u, place) == True)  # noqa: E712  # SymPy's own


def _fraction(number: Any) -> Fraction:
    return Fraction(int(number.p), int(number.q))
