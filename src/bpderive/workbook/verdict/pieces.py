"""Functions that are a polynomial on each of finitely many intervals: ReLU and its like, and the Huber cost.

`of_activation("relu", 1)` is σ′ with what it is taken to be at the kink, `of_cost("huber", 1)` is ∂C/∂a as a function
of a − y; both are None for what is not of this kind. `Pieces.at` gives values, `Pieces.polynomials` what holds between
the ends.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from typing import Any

import sympy
from sympy.core.relational import Relational

from bpderive.functions.activations import elementwise_activations
from bpderive.functions.costs import costs
from bpderive.workbook.verdict.known import Coefficients, derivative, polynomial

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
def of_activation(sigma: str, order: int = 0) -> Pieces | None:
    """σ, σ′ or σ″, or None; at a kink σ′ is what is declared, and σ″ is not there."""
    function = elementwise_activations[sigma]
    if order < 2:
        return _pieces(function.derivative(_u) if order else function.expr(_u))
    slope = of_activation(sigma, 1)
    if slope is None:
        return None
    return Pieces(slope.ends, tuple(map(derivative, slope.polynomials)), (None,) * len(slope.ends))


@lru_cache(32)
def of_cost(cost: str, order: int = 0) -> Pieces | None:
    """What one output contributes to C, or ∂C/∂a, as a function of a − y; None if it is no function of it in pieces."""
    function = costs[cost]
    found = function.derivative(_u + _y, _y) if order else function.term(_u + _y, _y)
    return None if found.has(_y) else _pieces(found)


def kinks(sigma: str | None) -> tuple[tuple[Fraction, Fraction], ...]:
    """Where σ has a kink, and what σ′ is taken to be there; nothing for a σ that is not made of pieces."""
    slope = None if sigma is None else of_activation(sigma, 1)
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
