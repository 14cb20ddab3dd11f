"""Whether an expression with functions made of pieces is 0: by cases of the sign at each end of a piece.

A function made of pieces is written by two atoms that are 0 or 1: ("above", t, u) is 1 where u > t, and ("on", t, u)
where u = t. `vanishes(form, …)` goes through the cases of each such u: below the least t, at it, between it and the
next, and so on. In every case the atoms are numbers, and what is left is a polynomial that must be 0, unless the signs
supposed contradict one another, which linear arithmetic finds out. Under a sum the same is done for every neuron.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from bpderive.workbook.verdict import forms
from bpderive.workbook.verdict.forms import (
    ABOVE,
    NESTED,
    ON,
    SIGNS,
    Atom,
    Clock,
    Form,
    Term,
    atom,
    number,
    product,
    scaled,
)
from bpderive.workbook.verdict.known import Pieces, evaluated, value

MOST_INEQUALITIES = 200
"""With more inequalities than this at once, a contradiction between signs is not looked for."""

_Pairs = frozenset[frozenset[Any]]
_Direction = Form
_Cell = tuple[Fraction | None, Fraction | None]
"""Where a direction lies: between two numbers, None being infinity, or at one."""
_Cells = tuple[tuple[_Direction, _Cell], ...]


class _DividesByZero(Exception):
    """A divisor is 0 in the case that is looked at, which then says nothing."""


def written(pieces: Pieces, form: Form) -> list[Term]:
    """A function made of pieces at an expression in normal form."""
    argument = forms.as_terms(form)
    constant = _constant(form)
    if constant is not None:
        found = pieces.at(constant)
        return number(value(pieces.polynomials[0], constant) if found is None else found)
    below, *rest = pieces.polynomials
    result = evaluated(below, argument)
    for end, above, at_end in zip(pieces.ends, rest, pieces.values, strict=True):
        jump = evaluated(above, argument) + scaled(evaluated(below, argument), -1)
        result += product(atom(ABOVE, end, form), jump)
        if at_end is not None:
            result += scaled(atom(ON, end, form), at_end - value(below, end))
        below = above
    return result


def vanishes(form: Form, unequal: _Pairs, clock: Clock, on_kinks: bool = True) -> bool:
    """Return whether the form is 0 wherever no divisor is; with `on_kinks` False only where no u equals its t.

    True is certain; False means that it could not be shown.
    """
    heads = {atom[0] for atom in forms.atoms(form)}
    if heads.isdisjoint(SIGNS):
        form = forms.cleared(form, unequal, clock)
        if not form or heads.isdisjoint(("inv",)):
            return not form
    look = _Look(unequal, clock, on_kinks)
    alike: dict[tuple[Any, ...], list[Term]] = {}
    for key, coefficient in form:
        alike.setdefault(key[1], []).extend(forms.as_terms(((key, coefficient),)))
    return all(look.everywhere(look.normal(_unbound(terms)), (), ()) for terms in alike.values())


def _unbound(terms: list[Term]) -> Iterator[Term]:
    """The terms without their sums: what is 0 for every neuron adds up to 0."""
    for term in terms:
        names = {index: f"~{place}" for place, (index, _) in enumerate(term.bound)}
        yield Term(term.coefficient, forms.put(term.factors, names), ())


def _constant(form: Form) -> Fraction | None:
    """The number that the form is, if it is one."""
    if not form:
        return Fraction(0)
    (key, coefficient), *more = form
    return coefficient if not more and key == ((), ()) else None


@dataclass(frozen=True, slots=True)
class _Known:
    """An expression that is greater than 0, or not less than 0, in a case."""

    form: Form
    strictly: bool


@dataclass(slots=True)
class _Look:
    """The search through the cases."""

    unequal: _Pairs
    clock: Clock
    on_kinks: bool

    def normal(self, terms: Iterable[Term]) -> Form:
        """The normal form."""
        return forms.normal(terms, self.unequal, self.clock)

    def everywhere(self, form: Form, known: tuple[_Known, ...], cells: _Cells) -> bool:
        """Return whether the form is 0 where `known` holds, directions are in their cells and no divisor is 0."""
        self.clock.check(1 + len(form))
        if not form:
            return True
        found = _first_sign(form)
        if found is None:
            if not forms.cleared(form, self.unequal, self.clock):
                return True
            return self._contradict(known)
        direction, _, _ = _turned(found)
        within = next((cell for known_direction, cell in cells if known_direction == direction), (None, None))
        return all(
            self._in_case(form, known, cells, direction, cell)
            for cell in _cells(_ends(form, direction), within, self.on_kinks)
        )

    def _in_case(
        self, form: Form, known: tuple[_Known, ...], cells: _Cells, direction: _Direction, cell: _Cell
    ) -> bool:
        """The same with one direction more in a cell."""
        low, high = cell
        at_end = low is not None and low == high

        def decided(kind: str, end: Fraction) -> bool | None:
            if (low is None or low < end) and (high is None or end < high):
                return None  # a new sign, of what another stood in: the cell is divided once more
            if kind == ON:
                return at_end and end == low
            return low is not None and (low > end if at_end else low >= end)

        try:
            new = self._substituted(form, direction, decided)
            if not new:
                return True
            supposed = [
                _Known(self._plus(direction, -low), not at_end) if low is not None else None,
                _Known(self._plus(tuple((key, -c) for key, c in direction), high), not at_end)
                if high is not None
                else None,
            ]
            facts = (*known, *(s for s in supposed if s is not None))
            solved = _solved(direction, low) if at_end and low is not None else None
            if solved is not None:
                new = self._put(new, *solved)
                facts = tuple(_Known(self._put(k.form, *solved), k.strictly) for k in facts)
        except _DividesByZero:
            return True
        return self.everywhere(new, facts, ((direction, cell), *cells))

    def _plus(self, form: Form, constant: Fraction) -> Form:
        return self.normal([*forms.as_terms(form), *number(constant)])

    def _substituted(
        self, form: Form, direction: _Direction, decided: Callable[[str, Fraction], bool | None]
    ) -> Form:
        """The form with the signs of one direction decided."""

        def signs(factor: Atom) -> list[Term] | None:
            if factor[0] not in SIGNS:
                return None
            turned = _turned(factor)
            if turned[0] == ():
                _, end, sign = turned
                return number(int(end == 0 if factor[0] == ON else end * sign < 0))
            if turned[0] != direction:
                return None
            _, end, sign = turned
            above, on = decided(ABOVE, end), decided(ON, end)
            if above is None or on is None:
                return None
            if factor[0] == ON:
                return number(int(on))
            return number(int(above if sign > 0 else not above and not on))

        return self._with(form, signs)

    def _put(self, form: Form, unknown: Atom, terms: list[Term]) -> Form:
        """The form with an expression in the place of an unknown."""
        return self._with(form, lambda factor: terms if factor == unknown else None)

    def _with(self, form: Form, change: Callable[[Atom], list[Term] | None]) -> Form:
        """The form with other expressions in the place of atoms, inside of atoms too."""
        result: list[Term] = []
        for term in forms.as_terms(form):
            grown = [Term(term.coefficient, (), term.bound)]
            for factor, exponent in term.factors:
                self.clock.check()
                inner = self._with(factor[-1], change) if factor[0] in NESTED else ()
                if factor[0] == "inv":
                    new: list[Term] | None = forms.as_terms(inner)
                    exponent = -exponent
                else:
                    factor = (*factor[:-1], inner) if factor[0] in NESTED else factor
                    new = change(factor)
                if new is None:
                    new = [Term(Fraction(1), ((factor, exponent),))]
                else:
                    new = forms.power(new if exponent > 0 else self._inverse(new), abs(exponent))
                grown = product(grown, new)
            result += grown
        return self.normal(result)

    def _inverse(self, terms: list[Term]) -> list[Term]:
        form = self.normal(terms)
        if not form:
            raise _DividesByZero
        return forms.inverse(form)

    def _contradict(self, known: tuple[_Known, ...]) -> bool:
        """Return whether no numbers have the known signs; products of unknowns count as unknowns of their own."""
        monomials = {key for fact in known for key, _ in fact.form if key != ((), ())}
        rows = [(dict(fact.form), fact.strictly) for fact in known]
        for key in monomials:
            least = _least(key)
            if least is not None:
                rows.append(({key: Fraction(1), ((), ()): -least}, False))
        for key in sorted(monomials, key=repr):
            rows = list(self._without(rows, key))
            if len(rows) > MOST_INEQUALITIES:
                return False
        constants = [(row.get(((), ()), Fraction(0)), strictly) for row, strictly in rows]
        return any(c < 0 or (strictly and c == 0) for c, strictly in constants)

    def _without(
        self, rows: list[tuple[dict[Any, Fraction], bool]], key: Any
    ) -> Iterator[tuple[dict[Any, Fraction], bool]]:
        """Inequalities that follow, in which the unknown does not stand: Fourier and Motzkin's elimination."""
        rising = [r for r in rows if r[0].get(key, 0) > 0]
        falling = [r for r in rows if r[0].get(key, 0) < 0]
        yield from (r for r in rows if not r[0].get(key, 0))
        for (one, first), (other, second) in itertools.product(rising, falling):
            self.clock.check()
            weights = -other[key], one[key]
            both = {
                k: weights[0] * one.get(k, Fraction(0)) + weights[1] * other.get(k, Fraction(0))
                for k in (*one, *other)
            }
            yield {k: c for k, c in both.items() if c and k != key}, first or second


def _least(key: Any) -> Fraction | None:
    """A number that a product of unknowns is never less than, if one is known."""
    factors, _ = key
    if factors and all(f[0] == "n" and e > 0 for f, e in factors):
        return Fraction(1)
    if all(e % 2 == 0 or f[0] in ("n", forms.DELTA, *SIGNS) for f, e in factors):
        return Fraction(0)
    return None


def _cells(ends: Iterable[Fraction], within: _Cell, on_kinks: bool) -> Iterator[_Cell]:
    """The open intervals that the ends leave of a cell, and the ends in it."""
    low, high = within
    if low is not None and low == high:
        yield within
        return
    inner = sorted({end for end in ends if (low is None or low < end) and (high is None or end < high)})
    yield from zip((low, *inner), (*inner, high), strict=True)
    if on_kinks:
        yield from zip(inner, inner, strict=True)


def _turned(factor: Atom) -> tuple[_Direction, Fraction, int]:
    """The direction of a sign's expression, the end in it, and 1 or −1: u > t is direction > end, or < end for −1."""
    _, end, form = factor
    constant = dict(form).get(((), ()), Fraction(0))
    rest = tuple((key, c) for key, c in form if key != ((), ()))
    if not rest:
        return (), end - constant, 1
    scale = rest[0][1]
    direction = tuple((key, c / scale) for key, c in rest)
    return direction, (end - constant) / scale, 1 if scale > 0 else -1


def _first_sign(form: Form) -> Atom | None:
    """A sign that no sum reaches into and in whose expression there is no such sign."""
    for (factors, _), _ in form:
        for factor, _ in factors:
            if factor[0] in NESTED:
                inner = _first_sign(factor[-1])
                if inner is not None:
                    return inner
                if factor[0] in SIGNS and forms.is_outside(factor):
                    return factor
    return None


def _ends(form: Form, direction: _Direction) -> set[Fraction]:
    """The ends of every sign of this direction."""
    turned = (_turned(factor) for factor in forms.atoms(form) if factor[0] in SIGNS)
    return {end for found, end, _ in turned if found == direction}


def _solved(direction: _Direction, value: Fraction) -> tuple[Atom, list[Term]] | None:
    """direction = value, solved for an unknown that stands in it once, by itself: the unknown and what it is."""
    for (factors, spaces), coefficient in direction:
        if spaces or len(factors) != 1 or factors[0][1] != 1 or factors[0][0][0] in NESTED:
            continue
        [(unknown, _)] = factors
        rest = tuple((key, c) for key, c in direction if key != (factors, spaces))
        if unknown[0] == forms.DELTA or unknown in forms.atoms(rest):
            continue
        return unknown, scaled([*number(value), *scaled(forms.as_terms(rest), -1)], 1 / coefficient)
    if len(direction) == 1 and not value:  # one product is 0
        [((factors, spaces), _)] = direction
        if not spaces and len(factors) == 1 and factors[0][0][0] not in NESTED:
            return factors[0][0], []
    return None
