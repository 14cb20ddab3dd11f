"""Tensor polynomials and their normal form, up to the names of bound indices.

A `Term` is coefficient · Π factor^exponent, summed over its bound indices; a list of terms is an expression. `normal`
lets Kronecker deltas collapse sums, names bound indices in the one way that depends on the structure alone, and adds
like terms: two expressions are equal for all widths exactly when what comes out is. Factors are atoms: tuples of a
head, a place and indices; an atom may hold an expression in normal form (the argument of σ, a denominator).

The index of an atom is a str (free, or bound: then it begins with "#") or an int (a neuron by its number).
"""

from __future__ import annotations

import itertools
import math
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, TypeAlias

from bpderive.letters.text import Text
from bpderive.workbook.verdict.errors import (
    MOST_SUMS,
    STEPS_ARE_USED_UP,
    TIME_IS_UP,
    TOO_MANY_SUMS,
    TooHard,
    bounded,
)

Atom: TypeAlias = tuple[Any, ...]
Names: TypeAlias = Mapping[Any, Any]

DELTA, ABOVE, ON = "δ", "above", "on"
SIGNS = (ABOVE, ON)
NESTED = ("σ", "inv", *SIGNS)
MOST_TERMS = 4000
MOST_LEAVES = 800
A_STEP = 2
"""How many terms inside of atoms cost as much as one that is not."""
TOO_MANY_TERMS = Text(en="it has too many terms", zh="项数太多")

_numbers = itertools.count(1)


@dataclass(frozen=True, slots=True)
class Term:
    """One product under sums; `bound` pairs each bound index with the space that it runs over."""

    coefficient: Fraction
    factors: tuple[tuple[Atom, int], ...] = ()
    bound: tuple[tuple[str, Any], ...] = ()


Key: TypeAlias = tuple[tuple[tuple[Atom, int], ...], tuple[Any, ...]]
Form: TypeAlias = tuple[tuple[Key, Fraction], ...]
"""The normal form: each product with its coefficient, in a fixed order."""


class Clock:
    """What may be spent: steps, which are the same on every machine, and seconds where somebody asks for that.

    The seconds are those that this thread works: on a busy machine it is not the waiting that decides.
    """

    def __init__(self, seconds: float = math.inf, steps: float = math.inf) -> None:
        self.end = math.inf if seconds == math.inf else time.thread_time() + seconds
        self.left = steps

    def check(self, steps: int = 1) -> None:
        """Take so many steps; raise `TooHard` if there are no more, or the time is up."""
        self.left -= steps
        if self.left < 0:
            raise TooHard(STEPS_ARE_USED_UP)
        if self.end < math.inf and time.thread_time() >= self.end:
            raise TooHard(TIME_IS_UP)

    def within(self, steps: float) -> Clock:
        """A clock that has so many steps, if this one has, and stops when this one does."""
        part = Clock(0, min(steps, self.left))
        part.end = self.end
        return part


def fresh() -> str:
    """A bound index that occurs nowhere else."""
    return f"#{next(_numbers)}"


def atom(*parts: Any) -> list[Term]:
    """The expression that is one atom."""
    return [Term(Fraction(1), ((parts, 1),))]


def number(value: Fraction | int) -> list[Term]:
    """The expression that is a number."""
    return [Term(Fraction(value))] if value else []


def scaled(terms: Iterable[Term], by: Fraction | int) -> list[Term]:
    """Every term times a number."""
    return [Term(t.coefficient * by, t.factors, t.bound) for t in terms] if by else []


def product(first: list[Term], second: list[Term], clock: Clock | None = None) -> list[Term]:
    """The product, bound indices of the two kept apart."""
    if len(first) * len(second) > MOST_TERMS:
        raise TooHard(TOO_MANY_TERMS)
    result = []
    for t in first:
        names = {index for index, _ in t.bound}
        for u in second:
            if len(t.bound) + len(u.bound) > MOST_SUMS:
                raise TooHard(TOO_MANY_SUMS)
            other = u
            if names and any(index in names for index, _ in u.bound):
                if clock is not None:
                    clock.check(1 + _depth(u.factors) // A_STEP)
                other = renamed_bound(u)
            factors = _multiplied(t.factors, other.factors)
            result.append(Term(bounded(t.coefficient * other.coefficient), factors, t.bound + other.bound))
    return result


def power(base: list[Term], exponent: int, clock: Clock | None = None) -> list[Term]:
    """The power of a whole exponent that is not negative."""
    result = base if exponent else number(1)
    for _ in range(exponent - 1):
        if clock is not None:
            clock.check(1 + len(result) // 16)
        result = product(result, base, clock)
    return result


def renamed_bound(term: Term) -> Term:
    """The same term with new names for its bound indices."""
    if not term.bound:
        return term
    names = {index: fresh() for index, _ in term.bound}
    return Term(
        term.coefficient,
        put(term.factors, names),
        tuple((names[index], space) for index, space in term.bound),
    )


def _multiplied(
    first: tuple[tuple[Atom, int], ...], second: tuple[tuple[Atom, int], ...]
) -> tuple[tuple[Atom, int], ...]:
    exponents: dict[Atom, int] = dict(first)
    for factor, exponent in second:
        exponents[factor] = exponents.get(factor, 0) + exponent
        if exponents[factor] > 1 and factor[0] in SIGNS:  # 0 or 1
            exponents[factor] = 1
    return tuple((factor, exponent) for factor, exponent in exponents.items() if exponent)


def put_index(factor: Atom, names: Names) -> Atom:
    """The atom with other indices; an expression in it is brought to its normal form again."""
    head = factor[0]
    if head in NESTED:
        if indices_of(factor).isdisjoint(names):
            return factor
        inner = [Term(t.coefficient, put(t.factors, names), t.bound) for t in as_terms(factor[-1])]
        return (*factor[:-1], normal(inner))
    changed = tuple(names.get(part, part) if isinstance(part, str | int) else part for part in factor[1:])
    if head == DELTA:
        changed = tuple(sorted(changed, key=order))
    return (head, *changed)


def put(factors: tuple[tuple[Atom, int], ...], names: Names) -> tuple[tuple[Atom, int], ...]:
    """The factors with other indices."""
    exponents: dict[Atom, int] = {}
    for factor, exponent in factors:
        new = put_index(factor, names)
        exponents[new] = exponents.get(new, 0) + exponent
    return tuple((factor, exponent) for factor, exponent in exponents.items() if exponent)


def order(index: Any) -> tuple[int, str]:
    """Numbers before letters, free letters before bound ones."""
    return (0 if isinstance(index, int) else 2 if index[0] in "#@" else 1), str(index).rjust(6)


def normal(
    terms: Iterable[Term], unequal: frozenset[frozenset[Any]] = frozenset(), clock: Clock | None = None
) -> Form:
    """The normal form; `unequal` are pairs of free indices that are never the same neuron."""
    form: dict[Key, Fraction] = {}
    for term in terms:
        if clock is not None:
            clock.check(1 + _depth(term.factors) // A_STEP)
        collapsed = _collapsed(term, unequal)
        if collapsed is None:
            continue
        key = _named(collapsed, clock)
        total = bounded(form.get(key, Fraction(0)) + collapsed.coefficient)
        if total:
            form[key] = total
        else:
            del form[key]
    return tuple(sorted(form.items(), key=lambda item: repr(item[0])))


def _depth(factors: tuple[tuple[Atom, int], ...]) -> int:
    """How many factors stand inside of atoms."""
    return sum(
        1 + _depth(inner) for factor, _ in factors if factor[0] in NESTED for (inner, _), _ in factor[-1]
    )


def as_terms(form: Form) -> list[Term]:
    """The terms of a normal form, with new names for its bound indices."""
    result = []
    for (factors, spaces), coefficient in form:
        bound = tuple(zip(_bound_names(factors, len(spaces)), spaces, strict=True))
        result.append(renamed_bound(Term(coefficient, factors, bound)))
    return result


def _bound_names(factors: tuple[tuple[Atom, int], ...], count: int) -> list[str]:
    """What the bound indices of a term in normal form are called: by how deeply expressions stand in its atoms.

    So an index that an outer sum binds never has the name of one that is bound inside an atom.
    """
    level = _level(factors)
    return [f"@{level}_{place}" for place in range(count)]


def _level(factors: tuple[tuple[Atom, int], ...]) -> int:
    return max(
        (
            1 + max((_level(inner) for (inner, _), _ in f[-1]), default=0)
            for f, _ in factors
            if f[0] in NESTED
        ),
        default=0,
    )


def _collapsed(term: Term, unequal: frozenset[frozenset[Any]]) -> Term | None:
    """The term with its Kronecker deltas done: sums collapsed, equal neurons named alike; None if it is 0."""
    while True:
        bound = {index for index, _ in term.bound}
        for place, (factor, exponent) in enumerate(term.factors):
            if factor[0] != DELTA:
                continue
            first, second = factor[1:]
            rest = term.factors[:place] + term.factors[place + 1 :]
            if first == second:
                term = Term(term.coefficient, rest, term.bound)
                break
            if (isinstance(first, int) and isinstance(second, int)) or frozenset((first, second)) in unequal:
                return None
            if exponent < 0:
                raise TooHard(Text(en="it divides by a Kronecker delta", zh="除以了克罗内克 δ"))
            gone = next((index for index in (first, second) if index in bound), None)
            if gone is not None:
                other = second if gone == first else first
                kept = tuple((index, space) for index, space in term.bound if index != gone)
                term = Term(term.coefficient, put(rest, {gone: other}), kept)
                break
            kept_name, other_name = sorted((first, second), key=order)
            same = put(rest, {other_name: kept_name})
            if exponent != 1 or same != rest:
                marked = _multiplied(same, (((DELTA, kept_name, other_name), 1),))
                marked = tuple((f, 1 if f[0] == DELTA else e) for f, e in marked)
                if marked != term.factors:
                    term = Term(term.coefficient, marked, term.bound)
                    break
        else:
            return _without_idle(term)


def _without_idle(term: Term) -> Term:
    """A sum over an index that no factor has is the width of its space."""
    used = {part for factor, _ in term.factors for part in indices_of(factor)}
    idle = [(index, space) for index, space in term.bound if index not in used]
    if not idle:
        return term
    factors = term.factors
    for _, space in idle:
        factors = _multiplied(factors, ((("n", space), 1),))
    return Term(term.coefficient, factors, tuple(pair for pair in term.bound if pair[0] in used))


def indices_of(factor: Atom) -> set[Any]:
    """Every index that occurs in an atom."""
    if factor[0] in NESTED:
        return {i for (factors, _), _ in factor[-1] for inner, _ in factors for i in indices_of(inner)}
    return {part for part in factor[1:] if isinstance(part, str | int)}


def _named(term: Term, clock: Clock | None) -> Key:
    """The factors and spaces of the term with its bound indices called @0, @1, … in an order of their own."""
    spaces = dict(term.bound)
    if not spaces:
        return _sorted(term.factors), ()
    ranks = _refined(term.factors, dict.fromkeys(spaces, 0), spaces)
    leaves = itertools.count(1)
    looked_at = len(spaces) + len(term.factors) + _depth(term.factors)

    def best(ranks: dict[str, int]) -> Key:
        if clock is not None:
            clock.check(max(1, len(ranks) * looked_at // 16))  # refining looks at all for each of them
        classes: dict[int, list[str]] = {}
        for index, rank in ranks.items():
            classes.setdefault(rank, []).append(index)
        tied = next((classes[rank] for rank in sorted(classes) if len(classes[rank]) > 1), None)
        if tied is None:
            if next(leaves) > MOST_LEAVES:
                raise TooHard(Text(en="its sums are too much alike", zh="其中的求和太相似"))
            ordered = sorted(ranks, key=ranks.__getitem__)
            names = dict(zip(ordered, _bound_names(term.factors, len(ordered)), strict=True))
            return _sorted(put(term.factors, names)), tuple(spaces[index] for index in ordered)
        candidates = []
        for chosen in tied:
            split = {index: 2 * rank + 1 for index, rank in ranks.items()}
            split[chosen] -= 1
            candidates.append(best(_refined(term.factors, split, spaces)))
        return min(candidates, key=repr)

    return best(ranks)


def _refined(
    factors: tuple[tuple[Atom, int], ...], ranks: dict[str, int], spaces: Mapping[str, Any]
) -> dict[str, int]:
    """Ranks of the bound indices by the factors that they stand in, refined until nothing changes."""
    ranks = dict(ranks)
    while True:
        signatures: dict[str, str] = {}
        for index, rank in ranks.items():
            names = {other: f"@r{r}" for other, r in ranks.items()} | {index: "@self"}
            seen = sorted(repr((put_index(f, names), e)) for f, e in factors if index in indices_of(f))
            signatures[index] = repr((rank, spaces[index], seen))
        ordered = {s: place for place, s in enumerate(sorted(set(signatures.values())))}
        new = {index: ordered[s] for index, s in signatures.items()}
        if len(ordered) == len(set(ranks.values())) or len(ordered) == len(ranks):
            return new
        ranks = new


def _sorted(factors: tuple[tuple[Atom, int], ...]) -> tuple[tuple[Atom, int], ...]:
    return tuple(sorted(factors, key=repr))


def cleared(form: Form, unequal: frozenset[frozenset[Any]], clock: Clock) -> Form:
    """A form that is 0 exactly when this one is: multiplied by the denominators that no sum reaches into."""
    for _ in range(4):
        below = next(
            (f for (factors, _), _ in form for f, e in factors if f[0] == "inv" and is_outside(f)), None
        )
        if below is None:
            return form
        most = max(e for (factors, _), _ in form for f, e in factors if f == below)
        denominator = as_terms(below[-1])
        terms: list[Term] = []
        for term in as_terms(form):
            exponent = dict(term.factors).get(below, 0)
            rest = tuple((f, e) for f, e in term.factors if f != below)
            missing = power(denominator, most - exponent, clock)
            terms += product([Term(term.coefficient, rest, term.bound)], missing)
        form = normal(terms, unequal, clock)
    return form


def is_outside(factor: Atom) -> bool:
    """Return whether an atom has no bound index from outside itself."""
    return not _loose(factor[-1])


def _loose(form: Form) -> set[Any]:
    """The bound indices that occur in a form and belong to a sum around it."""
    found: set[Any] = set()
    for (factors, spaces), _ in form:
        inner = {i for f, _ in factors for i in (_loose(f[-1]) if f[0] in NESTED else indices_of(f))}
        found |= inner - set(_bound_names(factors, len(spaces)))
    return {i for i in found if isinstance(i, str) and i[0] in "#@"}


def inverse(form: Form) -> list[Term]:
    """1 divided by an expression that is not 0."""
    ((factors, spaces), coefficient), *more = form
    if not more and not spaces and all(f[0] != DELTA for f, _ in factors):
        return [Term(1 / coefficient, tuple((f, -e) for f, e in factors))]
    monic = tuple((key, c / coefficient) for key, c in form)
    return scaled(atom("inv", monic), 1 / coefficient)


def atoms(form: Form) -> set[Atom]:
    """Every atom that occurs, those inside of others too."""
    found = {f for (factors, _), _ in form for f, _ in factors}
    return found.union(*(atoms(f[-1]) for f in found if f[0] in NESTED))
