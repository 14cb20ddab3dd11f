"""Exact polynomials in many unknowns, for deciding identities.

A `Polynomial` is a sum of monomials with exact coefficients; two are equal as functions exactly when they are equal as
objects, which is what makes `claims` a decision and not a trial. Unknowns are any hashable keys, numbered by
`unknown`, which are pickled with it; sums and products work inside NumPy arrays of objects too.

A monomial is the sorted tuple of its unknowns' numbers, each as often as its exponent says: with tens of thousands of
unknowns and a handful in each monomial, this is what stays small.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Hashable, Iterable, Mapping
from fractions import Fraction
from typing import Any, Final

Monomial = tuple[int, ...]
Number = int | Fraction

_unknowns: dict[Hashable, Polynomial] = {}
_keys: list[Hashable] = []
_numbering = threading.Lock()
"""The numbers are this process's own and stand for the keys, which are what a polynomial is pickled with."""


def unknown(key: Hashable) -> Polynomial:
    """The polynomial that is the unknown `key`; the same key gives the same unknown, in every thread."""
    known = _unknowns.get(key)
    if known is None:
        with _numbering:
            known = _unknowns.get(key)
            if known is None:
                _keys.append(key)
                known = _unknowns[key] = Polynomial({(len(_keys) - 1,): 1})
    return known


def _with_keys(terms: Iterable[tuple[tuple[Hashable, ...], Number]]) -> Polynomial:
    """The polynomial of these products of keys."""
    found = {}
    for keys, coefficient in terms:
        numbers = (number for key in keys for monomial in unknown(key).terms for number in monomial)
        found[tuple(sorted(numbers))] = coefficient
    return Polynomial(found)


def constant(value: Number) -> Polynomial:
    """The polynomial without unknowns."""
    return Polynomial({(): value} if value else {})


class Polynomial:
    """A polynomial with integer or rational coefficients; `terms` maps monomials to coefficients, none of them 0."""

    __slots__ = ("terms",)
    terms: Final[Mapping[Monomial, Number]]

    def __init__(self, terms: Mapping[Monomial, Number]) -> None:
        self.terms = terms

    def __add__(self, other: object) -> Polynomial:
        theirs = _terms(other)
        if theirs is None:
            return NotImplemented
        if not theirs:
            return self
        summed = dict(self.terms)
        for monomial, coefficient in theirs.items():
            total = summed.get(monomial, 0) + coefficient
            if total:
                summed[monomial] = total
            else:
                del summed[monomial]
        return Polynomial(summed)

    __radd__ = __add__

    def __neg__(self) -> Polynomial:
        return Polynomial({monomial: -coefficient for monomial, coefficient in self.terms.items()})

    def __sub__(self, other: object) -> Polynomial:
        theirs = _terms(other)
        return NotImplemented if theirs is None else self + -Polynomial(theirs)

    def __rsub__(self, other: object) -> Polynomial:
        return -self + other

    def __mul__(self, other: object) -> Polynomial:
        theirs = _terms(other)
        if theirs is None:
            return NotImplemented
        few, many = (self.terms, theirs) if len(self.terms) <= len(theirs) else (theirs, self.terms)
        if len(few) == 1:  # no two products coincide
            [(only, factor)] = few.items()
            return Polynomial({tuple(sorted(only + other)): factor * c for other, c in many.items()})
        product: dict[Monomial, Number] = {}
        for monomial, coefficient in few.items():
            for theirs_monomial, theirs_coefficient in many.items():
                together = tuple(sorted(monomial + theirs_monomial))
                product[together] = product.get(together, 0) + coefficient * theirs_coefficient
        return Polynomial({m: c for m, c in product.items() if c})

    __rmul__ = __mul__

    def __truediv__(self, other: object) -> Polynomial:
        if not isinstance(other, int | Fraction):
            return NotImplemented
        return self * (Fraction(1) / other)

    def __pow__(self, exponent: int) -> Polynomial:
        if exponent < 0:
            return NotImplemented
        power = constant(1)
        for _ in range(exponent):
            power = power * self
        return power

    def __eq__(self, other: object) -> bool:
        theirs = _terms(other)
        return NotImplemented if theirs is None else self.terms == theirs

    def __hash__(self) -> int:
        if self.terms.keys() <= {()}:  # a constant equals its number
            return hash(self.terms.get((), 0))
        return hash(frozenset(self.terms.items()))

    def __bool__(self) -> bool:
        return bool(self.terms)

    def __repr__(self) -> str:
        return self.written(str)

    def __reduce__(self) -> tuple[Any, ...]:
        terms = [(tuple(_keys[number] for number in m), c) for m, c in self.terms.items()]
        return _with_keys, (terms,)

    def __deepcopy__(self, memo: object) -> Polynomial:
        return self

    def written(self, name: Callable[[Any], str]) -> str:
        """The polynomial as text, each unknown written as `name` says, in an order that no earlier use decides."""
        if not self.terms:
            return "0"
        return " + ".join(
            "*".join([str(c)] * (c != 1 or not m) + sorted(name(_keys[number]) for number in m))
            for m, c in self.terms.items()
        )

    def unknowns(self) -> frozenset[Hashable]:
        """The keys of the unknowns that occur."""
        return frozenset(_keys[number] for monomial in self.terms for number in monomial)

    def put(self, value: Callable[[Any], Polynomial]) -> Polynomial:
        """The polynomial with another put for each unknown."""
        parts = []
        for monomial, coefficient in self.terms.items():
            product = constant(coefficient)
            for number in monomial:
                product = product * value(_keys[number])
            parts.append(product)
        return added(parts)

    def at(self, value: Callable[[Any], Any], exact: Callable[[Number], Any] = Fraction) -> Any:
        """The value where each unknown is what `value` gives for its key, `exact` making numbers of that kind."""
        total = exact(0)
        for monomial, coefficient in self.terms.items():
            product = exact(coefficient)
            for number in monomial:
                product *= value(_keys[number])
            total += product
        return total


def added(polynomials: Iterable[Polynomial]) -> Polynomial:
    """The sum, without copying the growing total for each term."""
    summed: dict[Monomial, Number] = {}
    for polynomial in polynomials:
        for monomial, coefficient in polynomial.terms.items():
            total = summed.get(monomial, 0) + coefficient
            if total:
                summed[monomial] = total
            else:
                del summed[monomial]
    return Polynomial(summed)


def _terms(value: object) -> Mapping[Monomial, Number] | None:
    """The terms of a polynomial or a number; None for anything else."""
    if isinstance(value, Polynomial):
        return value.terms
    if isinstance(value, int | Fraction):
        return {(): value} if value else {}
    return None
