"""When two component expressions are the same for every width of the layers.

`canonical(expression)` expands an expression into a sum of products under sums over indices, lets Kronecker deltas
collapse the sums that they can, and names the bound indices in one fixed way. Two expressions are `same` when what
comes out is equal: a decision for polynomial expressions in components, σ, σ′ and derivatives, which are unknowns.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable
from dataclasses import dataclass

import sympy
from sympy import Add, Basic, Dummy, Expr, Integer, KroneckerDelta, Mul, Pow, Rational, Sum, Symbol

from bpderive.errors import StepError
from bpderive.letters.symbols import NormSquared
from bpderive.proofs import words

_MOST_BOUND = 6


@dataclass(frozen=True, slots=True)
class Term:
    """coefficient · Π factors, summed over the `bound` indices, each with its limits."""

    coefficient: Rational
    factors: tuple[Expr, ...]
    bound: tuple[tuple[Symbol, Expr, Expr], ...]


Form = dict[tuple[tuple[str, ...], tuple[str, ...]], Rational]


def same(first: Expr, second: Expr) -> bool:
    """Return whether the two are equal for every width, whatever the names of their bound indices."""
    return canonical(first) == canonical(second)


def canonical(expression: Expr, level: int = 0) -> Form:
    """The normal form: for each product under sums, named in one way, its coefficient.

    `level` counts the functions around the expression: the bound indices inside have names of their own.
    """
    form: Form = {}
    for term in terms(expression):
        for collapsed in _collapse(term):
            key = _named(collapsed, level)
            total = form.get(key, Integer(0)) + collapsed.coefficient
            if total:
                form[key] = total
            else:
                form.pop(key, None)
    return form


def terms(expression: Expr) -> list[Term]:
    """The expanded terms of `expression`, the bound indices of different sums kept apart."""
    if isinstance(expression, Add):
        return [term for part in expression.args for term in terms(part)]
    if isinstance(expression, Mul):
        return _products([terms(part) for part in expression.args])
    if isinstance(expression, Pow) and expression.exp.is_Integer and expression.exp > 0:
        return _products([terms(expression.base) for _ in range(int(expression.exp))])
    if isinstance(expression, NormSquared):
        return terms(expression.components(Dummy("i", integer=True, nonnegative=True)))
    if (
        isinstance(expression, Sum)
        and len(expression.limits) == 1
        and expression.limits[0][1] == expression.limits[0][2]
    ):
        letter, only, _ = expression.limits[0]
        return terms(expression.function.xreplace({letter: only}))
    if isinstance(expression, Sum):
        fresh = {
            limit[0]: Dummy(limit[0].name, integer=True, nonnegative=True) for limit in expression.limits
        }
        limits = tuple((fresh[v], low, high) for v, low, high in expression.limits)
        inner = terms(expression.function.xreplace(fresh))
        return [Term(t.coefficient, t.factors, t.bound + limits) for t in inner]
    if expression.is_Rational:
        return [Term(expression, (), ())] if expression else []
    return [Term(Integer(1), (expression,), ())]


def _products(parts: list[list[Term]]) -> list[Term]:
    result = []
    for chosen in itertools.product(*parts):
        coefficient = Integer(1)
        factors: tuple[Expr, ...] = ()
        bound: tuple[tuple[Symbol, Expr, Expr], ...] = ()
        for term in chosen:
            coefficient *= term.coefficient
            factors += term.factors
            bound += term.bound
        result.append(Term(coefficient, factors, bound))
    return result


def _collapse(term: Term) -> Iterable[Term]:
    """The term with every Kronecker delta that meets a bound index of its own range taken out."""
    for place, factor in enumerate(term.factors):
        if not isinstance(factor, KroneckerDelta):
            continue
        rest = term.factors[:place] + term.factors[place + 1 :]
        first, second = factor.args[:2]
        limits = factor.delta_range
        for index, other in ((first, second), (second, first)):
            for bound in term.bound:
                if bound[0] == index and limits is not None and bound[1:] == tuple(limits):
                    kept = tuple(x for x in term.bound if x is not bound)
                    put = tuple(f.xreplace({index: other}) for f in rest)
                    yield from _collapse(Term(term.coefficient, put, kept))
                    return
        if first == second:
            yield from _collapse(Term(term.coefficient, rest, term.bound))
            return
    yield term


def _named(term: Term, level: int) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """A key that is the same for two terms exactly when a renaming of bound indices makes them equal."""
    if len(term.bound) > _MOST_BOUND:
        raise StepError(words.MANY_SUMS.format(number=len(term.bound), most=_MOST_BOUND))
    candidates = []
    for order in itertools.permutations(term.bound):
        names = {bound[0]: Symbol(f"_{level}_{place}") for place, bound in enumerate(order)}
        factors = tuple(sorted(_text(f.xreplace(names), level) for f in term.factors))
        limits = tuple(" .. ".join(sympy.srepr(end.xreplace(names)) for end in bound[1:]) for bound in order)
        candidates.append((factors, limits))
    return min(candidates)


def _text(factor: Basic, level: int) -> str:
    """The factor in words that depend on nothing but its structure; sums inside a function are named as well."""
    inner = [a for a in factor.args if isinstance(a, Expr) and a.has(Sum)]
    if not inner or isinstance(factor, Sum):
        return str(sympy.srepr(factor))
    shown = [
        str(sorted(canonical(a, level + 1).items(), key=str)) if a in inner else sympy.srepr(a)
        for a in factor.args
    ]
    return f"{type(factor).__name__}({', '.join(shown)})"
