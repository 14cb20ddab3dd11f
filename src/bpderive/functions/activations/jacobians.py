"""The Jacobian of a formula of a whole layer, in letters and for every width.

`entry(formula)` is ∂a_j/∂z_k, `by_output(formula)` the same written by the outputs where that is found, and
`pullback(formula)` what it makes of ∇_a C. `table(expression, …)` is an entry as a matrix, for a layer of given values.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import sympy
from sympy import Dummy, Expr, ImmutableDenseMatrix, Integer, KroneckerDelta, Sum, Symbol

from bpderive.errors import DomainError
from bpderive.functions.activations.variables import CACHE
from bpderive.letters.symbols import C, L, Partial, Width, j, k, quantity
from bpderive.letters.symbols import a as output
from bpderive.letters.symbols import z as weighted
from bpderive.letters.text import Text

WHOLE = (Integer(0), Width(L) - 1)
"""The limits of a sum over all neurons of the output layer."""


@lru_cache(CACHE)
def entry(formula: Expr) -> Expr:
    """∂a_j/∂z_k in letters, by SymPy, whose sums have indices of their own, so that it captures none."""
    totals = {total: _renamed(total) for total in formula.atoms(Sum)}
    slope = sympy.diff(formula.xreplace(totals), weighted(L)[k, 0])
    return _collapsed(slope).xreplace({own: total for total, own in totals.items()})


def _renamed(total: Sum) -> Sum:
    [(index, low, high)] = total.limits
    own = Dummy(index.name, integer=True, nonnegative=True)
    return Sum(total.function.xreplace({index: own}), (own, low, high))


def _outside(term: Expr, index: Symbol) -> Expr:
    """Σ_index term, the factors that do not depend on the index standing before the sum."""
    inside: list[Expr] = []
    outside: list[Expr] = []
    for factor in sympy.Mul.make_args(term):
        (inside if index in factor.free_symbols else outside).append(factor)
    return sympy.Mul(*outside, Sum(sympy.Mul(*inside), (index, *WHOLE)))


def _collapsed(expression: Expr) -> Expr:
    """The sums over Kronecker deltas done."""
    done: Expr = expression.replace(
        lambda part: isinstance(part, Sum) and part.function.has(KroneckerDelta),
        lambda part: part.doit(deep=False),
    )
    return done


@lru_cache(CACHE)
def by_output(formula: Expr) -> Expr | None:
    """The Jacobian by the outputs: the formula is solved for exp(z_j), its sums being numbers that cancel."""
    totals = {total: Dummy(positive=True) for total in formula.atoms(Sum)}
    power = Dummy(positive=True)
    own = formula.xreplace(totals).xreplace({sympy.exp(weighted(L)[j, 0]): power})
    value = Dummy()
    if not own.is_rational_function(power):
        return None
    found = sympy.solve(own - value, power)
    if len(found) != 1:
        return None
    written = (
        entry(formula)
        .xreplace(totals)
        .replace(
            lambda part: isinstance(part, sympy.exp) and quantity(part.args[0]) is not None,
            lambda part: found[0].subs(value, output(L)[part.args[0].args[1], 0]),
        )
    )
    written = sympy.factor(sympy.expand(written))
    return None if written.has(weighted(L), *totals.values()) else written


@lru_cache(CACHE)
def pullback(formula: Expr) -> Expr | None:
    """Σ_k ∂C/∂a_k ∂a_k/∂z_j with the Jacobian by the outputs put in and its deltas collapsed."""
    written = by_output(formula)
    if written is None:
        return None
    bound = Dummy("k", integer=True, nonnegative=True)
    term = Partial(C, output(L)[bound, 0]) * written.xreplace({j: bound, k: j})
    parts = sympy.Add.make_args(sympy.expand(term))
    return sympy.factor_terms(sympy.Add(*(_collapsed(_outside(part, bound)) for part in parts)))


def table(expression: Expr, name: str, values: list[Expr]) -> ImmutableDenseMatrix:
    """The matrix whose entry (j, k) is `expression`, z or a having the values given."""
    count = len(values)

    def at(row: int, column: int) -> Expr:
        return _read(expression, {j: row, k: column}, name, values)

    return ImmutableDenseMatrix(count, count, at)


def _read(part: Any, places: dict[Symbol, int], name: str, values: list[Expr]) -> Any:
    found = quantity(part)
    if found is not None:
        array, (row, _) = found
        if array.letter != name:
            raise DomainError(
                Text(
                    en="{part} is not known from the {name} of the layer.",
                    zh="由这一层的 {name} 不能得出 {part}。",
                ).format(part=part, name=name)
            )
        return values[places[row]]
    if isinstance(part, KroneckerDelta):
        return Integer(int(places[part.args[0]] == places[part.args[1]]))
    if isinstance(part, Sum):
        [(index, _, _)] = part.limits
        return sympy.Add(
            *(_read(part.function, {**places, index: n}, name, values) for n in range(len(values)))
        )
    if not part.args:
        return part
    return part.func(*(_read(argument, places, name, values) for argument in part.args))
