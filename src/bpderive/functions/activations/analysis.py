"""What follows from a formula in z alone: its smooth pieces, its derivative and its kinks.

Everything here is a function of a SymPy expression, so it serves a formula that is in no catalogue as well.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from itertools import pairwise
from typing import Any

import sympy
from sympy import Expr, Interval, Piecewise, S, Symbol

from bpderive.errors import DomainError

z = Symbol("z", real=True)
"""The weighted input, the variable of every formula."""

a = Symbol("a", real=True)
"""The output σ(z), the variable of σ′ written by the output."""

Piece = tuple[Expr, Interval]
"""An expression in z and the interval on which it is the function."""

CACHE = 512


@lru_cache(CACHE)
def pieces(formula: Expr) -> tuple[Piece, ...]:
    """The formula as smooth pieces from left to right; raises `DomainError` if it cannot be cut into intervals."""
    folded = sympy.piecewise_fold(formula.rewrite(Piecewise))
    if not isinstance(folded, Piecewise):
        return ((folded, S.Reals),)
    try:
        pairs = folded.as_expr_set_pairs(S.Reals)
    except (NotImplementedError, TypeError, ValueError) as error:
        raise DomainError(
            f"The formula {formula} cannot be cut into smooth pieces. Conditions such as z < 0 or abs(z) <= 1 can be."
        ) from error
    cut: list[Piece] = []
    for expression, where in pairs:
        parts = where.args if isinstance(where, sympy.Union) else (where,)
        cut += [(expression, part) for part in parts if isinstance(part, Interval)]
    cut.sort(key=lambda piece: piece[1].inf)
    covered = bool(cut) and cut[0][1].inf == S.NegativeInfinity and cut[-1][1].sup == S.Infinity
    if not covered or any(left[1].sup != right[1].inf for left, right in pairwise(cut)):
        raise DomainError(
            f"The formula {formula} is not defined for every real z. Say what it is elsewhere too."
        )
    return tuple(cut)


def one_sided(formula: Expr, point: Expr) -> tuple[Expr, Expr]:
    """The values towards `point` from the left and from the right, by the pieces that meet there."""
    cut = pieces(formula)
    left = next(e for e, where in reversed(cut) if where.inf < point)
    right = next(e for e, where in cut if where.sup > point)
    return left.subs(z, point), right.subs(z, point)


def _same_number(first: Expr, second: Expr) -> bool:
    """Whether two constants are equal, to 40 digits where expanding does not settle it."""
    difference = sympy.expand(first - second)
    if difference == 0 or difference.free_symbols:
        return bool(difference == 0)
    return bool(abs(sympy.N(difference, 50)) < sympy.Float("1e-40"))


@lru_cache(CACHE)
def kinks(formula: Expr) -> tuple[Expr, ...]:
    """Where the derivative jumps, from left to right; raises `DomainError` where the function itself jumps."""
    cut = pieces(formula)
    found = []
    for (left, where), (right, _) in pairwise(cut):
        if not _same_number(left.subs(z, where.sup), right.subs(z, where.sup)):
            raise DomainError(
                f"The formula {formula} jumps at z = {where.sup}, and backpropagation needs a continuous function."
            )
        slopes = [sympy.diff(side, z).subs(z, where.sup) for side in (left, right)]
        if not _same_number(*slopes):
            found.append(where.sup)
    return tuple(found)


def require_smooth_pieces(formula: Expr) -> None:
    """Raise `DomainError` unless the function is finite and continuous and has a derivative on its pieces."""
    kinks(formula)
    for expression, where in pieces(formula):
        slope = sympy.diff(expression, z)
        if slope.has(sympy.Derivative, sympy.Subs, sympy.DiracDelta):
            raise DomainError(
                f"SymPy has no derivative of {expression}; a formula is made of functions that have one."
            )
        singular = _or_none(sympy.singularities, expression, z, where)
        # Of a set that SymPy cannot list, such as the solutions of an equation it cannot solve, nothing is known.
        if (
            singular is not None
            and _or_none(next, iter(singular if singular.is_iterable else ())) is not None
        ):
            raise DomainError(
                f"The formula {formula} is not finite at z in {singular}; it must be at every real z."
            )


def _or_none(ask: Callable[..., Any], *arguments: Any) -> Any:
    """What SymPy answers, or None where it gives up, which it does with any of these."""
    try:
        return ask(*arguments)
    except (NotImplementedError, StopIteration, TypeError, ValueError):
        return None


@lru_cache(CACHE)
def derivative(formula: Expr, at_kinks: tuple[tuple[Expr, Expr], ...]) -> Expr:
    """σ′ by SymPy, piece by piece; at a kink the slope that `at_kinks` gives, else the mean of the two sides."""
    cut = pieces(formula)
    slopes = [sympy.diff(expression, z) for expression, _ in cut]
    if len(cut) == 1:
        return slopes[0]
    given = dict(at_kinks)
    jumps = kinks(formula)
    arguments: list[tuple[Expr, Any]] = []
    for number, (_, where) in enumerate(cut[:-1]):
        end = where.sup
        left, right = slopes[number].subs(z, end), slopes[number + 1].subs(z, end)
        there = given.get(end, (left + right) / 2) if end in jumps else left
        if there == left:
            arguments.append((slopes[number], z <= end))
            continue
        arguments.append((slopes[number], z < end))
        if there != right:
            arguments.append((there, z <= end))
    return Piecewise(*arguments, (slopes[-1], True))
