"""The normal form of tensor polynomials: the same for what is equal, different for what is not."""

import math
import time
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bpderive.workbook.verdict.errors import TooHard
from bpderive.workbook.verdict.forms import (
    DELTA,
    MOST_TERMS,
    Clock,
    Term,
    as_terms,
    atom,
    cleared,
    normal,
    number,
    product,
    put_index,
    scaled,
)

NO_PAIRS: frozenset[frozenset[str]] = frozenset()


def term(*factors: tuple[object, ...], over: str = "", coefficient: int = 1) -> Term:
    """A product summed over the letters of `over`, all of them in one space."""
    names = {letter: f"#{letter}" for letter in over}
    put = tuple((tuple(names.get(str(p), p) for p in f), 1) for f in factors)
    return Term(Fraction(coefficient), put, tuple((names[letter], (0, 0)) for letter in over))


def test_the_names_of_bound_indices_do_not_count() -> None:
    assert normal([term(("w", "i", "j"), over="j")]) == normal([term(("w", "i", "k"), over="k")])
    assert normal([term(("w", "i", "j"), ("v", "j"), over="ij")]) == normal(
        [term(("w", "k", "m"), ("v", "m"), over="km")]
    )


def test_what_is_not_the_same_has_another_form() -> None:
    along = term(("w", "i", "j"), ("w", "j", "k"), over="ijk")
    apart = term(("w", "i", "j"), ("w", "k", "m"), over="ijkm")
    back = term(("w", "i", "j"), ("w", "j", "i"), over="ij")
    squared = term(("w", "i", "j"), ("w", "i", "j"), over="ij")
    forms = [normal([t]) for t in (along, apart, back, squared)]
    assert len(set(forms)) == 4


@given(
    st.permutations("abcde"),
    st.lists(st.tuples(st.integers(0, 4), st.integers(0, 4)), min_size=1, max_size=6),
)
def test_a_graph_has_one_form_however_it_is_named(names: list[str], edges: list[tuple[int, int]]) -> None:
    first = term(*[("w", "abcde"[p], "abcde"[q]) for p, q in edges], over="abcde")
    second = term(*[("w", names[p], names[q]) for p, q in reversed(edges)], over="abcde")
    assert normal([_counted(first)]) == normal([_counted(second)])


def _counted(found: Term) -> Term:
    """Equal factors joined to powers, as a product makes them."""
    return (
        product([Term(Fraction(1))], [found])[0]
        if len(set(found.factors)) == len(found.factors)
        else _powers(found)
    )


def _powers(found: Term) -> Term:
    result = [Term(Fraction(1), (), ())]
    for factor, _ in found.factors:
        result = product(result, [Term(Fraction(1), ((factor, 1),))])
    return Term(found.coefficient, result[0].factors, found.bound)


def test_terms_add_up_and_cancel() -> None:
    one = term(("w", "i", "j"), over="j")
    assert normal([one, term(("w", "i", "k"), over="k", coefficient=-1)]) == ()
    [(_, coefficient)] = normal([one, one])
    assert coefficient == 2


def test_a_product_keeps_bound_indices_apart() -> None:
    total = [term(("v", "i"), over="i")]
    assert normal(product(total, total)) == normal([term(("v", "i"), ("v", "k"), over="ik")])
    assert normal(product(total, total)) != normal(
        [Term(Fraction(1), ((("v", "#i"), 2),), (("#i", (0, 0)),))]
    )


def test_a_kronecker_delta_collapses_a_sum() -> None:
    assert normal([term((DELTA, "i", "k"), ("v", "k"), over="k")]) == normal([term(("v", "i"))])
    assert normal([term((DELTA, "i", "i"))]) == normal(number(1))
    assert normal([term((DELTA, 1, 2))]) == ()
    assert normal([term((DELTA, "i", "j"))], frozenset([frozenset("ij")])) == ()


def test_under_a_kronecker_delta_equal_neurons_are_one() -> None:
    assert normal([term((DELTA, "i", "j"), ("v", "i"))]) == normal([term((DELTA, "i", "j"), ("v", "j"))])
    assert normal([term((DELTA, "i", "j"), (DELTA, "j", "k"), ("v", "k"))]) == normal(
        [term((DELTA, "i", "k"), (DELTA, "i", "j"), ("v", "i"))]
    )


def test_a_sum_over_an_index_that_nothing_has_is_a_width() -> None:
    assert normal([term(("v", "i"), over="k")]) == normal([term(("v", "i"), ("n", (0, 0)))])


def test_an_expression_inside_an_atom_is_compared_by_its_form() -> None:
    def inside(outer: str, inner: str) -> list[Term]:
        argument = normal([term(("w", outer, inner), ("v", inner), over=inner)])
        return [Term(Fraction(1), ((("σ", 0, argument), 1), (("u", outer), 1)))]

    assert normal(inside("i", "k")) == normal(inside("i", "m"))
    bound = [Term(t.coefficient, t.factors, (("i", (0, 0)),)) for t in inside("i", "k")]
    other = [Term(t.coefficient, t.factors, (("j", (0, 0)),)) for t in inside("j", "k")]
    assert normal(_hashed(bound, "i")) == normal(_hashed(other, "j"))


def _hashed(terms: list[Term], index: str) -> list[Term]:
    """The terms with the index under their sum called as bound indices are."""
    return [
        Term(
            t.coefficient,
            tuple((put_index(f, {index: f"#{index}"}), e) for f, e in t.factors),
            ((f"#{index}", (0, 0)),),
        )
        for t in terms
    ]


def test_an_outer_index_is_never_taken_for_one_inside() -> None:
    """Σ_i σ(Σ_k w_ik) u_i is not σ(Σ_k w_kk) …: names of inner and outer indices differ."""
    argument = normal([term(("w", "i", "k"), over="k")])
    whole = normal(_hashed([Term(Fraction(1), ((("σ", 0, argument), 1), (("u", "i"), 1)))], "i"))
    diagonal = normal([term(("w", "k", "k"), over="k")])
    other = normal(_hashed([Term(Fraction(1), ((("σ", 0, diagonal), 1), (("u", "i"), 1)))], "i"))
    assert whole != other
    assert normal(as_terms(whole)) == whole


def test_denominators_that_no_sum_reaches_into_are_cleared() -> None:
    below = normal(atom("v", "i") + number(1))
    quotient = product(atom("inv", below), atom("v", "i") + number(1))
    difference = normal(quotient + scaled(number(1), -1))
    assert difference != ()
    assert cleared(difference, NO_PAIRS, Clock(5)) == ()


def test_a_clock_counts_steps_and_the_work_of_this_thread() -> None:
    clock = Clock(math.inf, steps=5)
    clock.check(5)
    part = Clock(60).within(2)
    part.check(2)
    waited = Clock(0.05)
    time.sleep(0.1)
    waited.check()
    for used_up in (clock, clock.within(2), part, Clock(60, steps=0), Clock(0), Clock(0).within(2)):
        with pytest.raises(TooHard):
            used_up.check()


def test_alike_sums_are_named_in_counted_steps() -> None:
    alike = [term(*[("v", letter) for letter in "abcd"], over="abcd")]
    assert normal(alike, clock=Clock(60, steps=1000)) == normal(alike)
    with pytest.raises(TooHard, match="steps"):
        normal(alike, clock=Clock(60, steps=10))


def test_what_is_too_large_is_given_up() -> None:
    many = [term(("v", f"i{place}")) for place in range(100)]
    assert len(many) ** 2 > MOST_TERMS
    with pytest.raises(TooHard):
        product(many, many)
    alike = term(*[("v", letter) for letter in "abcdefgh"], over="abcdefgh")
    with pytest.raises(TooHard):
        normal([alike])
    with pytest.raises(TooHard):
        normal([alike], clock=Clock(0))
    with pytest.raises(TooHard):
        normal([Term(Fraction(1), (((DELTA, "i", "j"), -1),))])
