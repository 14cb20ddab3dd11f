"""When two expressions in components are the same for every width."""

from __future__ import annotations

import itertools

import pytest
import sympy
from hypothesis import given
from hypothesis import strategies as st
from sympy import Expr, Integer, KroneckerDelta, Rational, Sum, Symbol

from bpderive import equations
from bpderive.errors import StepError
from bpderive.letters.symbols import (
    C,
    L,
    NormSquared,
    Partial,
    Sigma,
    SigmaPrime,
    Width,
    a,
    b,
    delta,
    i,
    j,
    k,
    l,
    m,
    n,
    p,
    q,
    w,
    y,
    z,
)
from bpderive.proofs import tensors
from bpderive.proofs.tensors import canonical, same
from mutants.variants import one_of_each


def over(letter: Symbol, body: Expr, layer: Expr = l) -> Sum:
    """Σ of `body` over the neurons of `layer`."""
    return Sum(body, (letter, 0, Width(layer) - 1))


A, B, D = a(l)[k, 0], b(l)[k, 0], delta(l)[k, 0]

SAME: dict[str, tuple[Expr, Expr]] = {
    "the order of factors": (w(l)[j, k] * A, A * w(l)[j, k]),
    "the name of a bound index": (over(k, A), over(m, a(l)[m, 0])),
    "a name that is free elsewhere": (A * over(m, a(l)[m, 0]), A * over(k, A)),
    "names exchanged in nested sums": (
        over(k, over(m, w(l)[k, m] * a(l)[m, 0], l - 1)),
        over(m, over(k, w(l)[m, k] * a(l)[k, 0], l - 1)),
    ),
    "the order of sums": (over(k, over(m, w(l)[k, m], l - 1)), over(m, over(k, w(l)[k, m]), l - 1)),
    "a factor in front of a sum": (b(l)[j, 0] * over(k, A), over(k, b(l)[j, 0] * A)),
    "a sum of sums": (over(k, A + B), over(k, A) + over(m, b(l)[m, 0])),
    "a product of sums": (over(k, A) * over(k, B), over(k, over(m, A * b(l)[m, 0]))),
    "a square of a sum": (over(k, A) ** 2, over(k, over(m, A * a(l)[m, 0]))),
    "a square of a binomial": ((A - B) ** 2, A**2 - 2 * A * B + B**2),
    "what cancels": (over(k, A) - over(m, a(l)[m, 0]), Integer(0)),
    "a Kronecker delta": (over(k, KroneckerDelta(k, j, (0, Width(l) - 1)) * A), a(l)[j, 0]),
    "a Kronecker delta the other way round": (
        over(k, KroneckerDelta(j, k, (0, Width(l) - 1)) * A),
        a(l)[j, 0],
    ),
    "two Kronecker deltas": (
        over(
            k,
            over(
                m,
                KroneckerDelta(k, j, (0, Width(l) - 1))
                * KroneckerDelta(m, k, (0, Width(l) - 1))
                * a(l)[m, 0],
            ),
        ),
        a(l)[j, 0],
    ),
    "a delta of an index with itself": (KroneckerDelta(j, j, (0, Width(l) - 1)) * A, A),
    "a norm": (NormSquared(y() - a(L)), over(i, (a(L)[i, 0] - y()[i, 0]) ** 2, L)),
    "a sum of one term": (Sum(A, (k, 2, 2)), a(l)[2, 0]),
    "a sum inside a function": (
        Sigma(l, j, over(k, w(l)[j, k] * a(l - 1)[k, 0], l - 1)),
        Sigma(l, j, over(m, a(l - 1)[m, 0] * w(l)[j, m], l - 1)),
    ),
    "sums of functions of sums": (
        over(q, Sigma(l, q, over(k, w(l)[q, k] * a(l - 1)[k, 0], l - 1))),
        over(k, Sigma(l, k, over(q, w(l)[k, q] * a(l - 1)[q, 0], l - 1))),
    ),
    "fractions": (A / 2 + A / 3, Rational(5, 6) * A),
}

DIFFERENT: dict[str, tuple[Expr, Expr]] = {
    "another letter": (A, B),
    "another layer": (A, a(l + 1)[k, 0]),
    "another index": (A, a(l)[j, 0]),
    "another number": (A / 2, A / 3),
    "a sign": (A, -A),
    "a transposed weight": (w(l)[j, k], w(l)[k, j]),
    "free and bound": (over(k, A), A),
    "another range": (over(k, A), over(k, A, l + 1)),
    "a range without its last": (over(k, A), Sum(A, (k, 0, Width(l) - 2))),
    "a range from one": (over(k, A), Sum(A, (k, 1, Width(l) - 1))),
    "a square for a product": (over(k, A) ** 2, over(k, A**2)),
    "indices paired otherwise": (
        over(k, over(m, A * B * a(l)[m, 0])),
        over(k, over(m, A * b(l)[m, 0] * a(l)[m, 0] ** 2)),
    ),
    "a row for a column": (
        over(k, over(m, w(l)[j, k] * a(l)[m, 0])),
        over(k, over(m, w(l)[k, j] * a(l)[m, 0])),
    ),
    "a trace for a sum of all entries": (over(k, w(l)[k, k]), over(k, over(m, w(l)[k, m]))),
    "a delta without its range": (over(k, KroneckerDelta(k, j) * A), a(l)[j, 0]),
    "a delta of another range": (over(k, KroneckerDelta(k, j, (0, Width(l + 1) - 1)) * A), a(l)[j, 0]),
    "σ′ for σ": (Sigma(l, j, z(l)[j, 0]), SigmaPrime(l, j, z(l)[j, 0])),
    "σ of another neuron": (Sigma(l, j, z(l)[j, 0]), Sigma(l, k, z(l)[j, 0])),
    "σ at another neuron": (Sigma(l, j, z(l)[j, 0]), Sigma(l, j, z(l)[k, 0])),
    "another derivative": (Partial(C, z(l)[j, 0]), Partial(C, a(l)[j, 0])),
    "a derivative inside out": (Partial(a(l)[j, 0], z(l)[j, 0]), Partial(z(l)[j, 0], a(l)[j, 0])),
    "a sum inside a function, transposed": (
        Sigma(l, j, over(k, w(l)[j, k] * a(l)[k, 0])),
        Sigma(l, j, over(k, w(l)[k, j] * a(l)[k, 0])),
    ),
    "an index outside a function against one inside": (
        over(k, Sigma(l, k, over(m, w(l)[k, m] * a(l)[m, 0]))),
        over(k, Sigma(l, k, over(m, w(l)[m, k] * a(l)[m, 0]))),
    ),
    "an index of the sum outside, used inside": (
        over(k, Sigma(l, k, over(m, w(l)[k, m] * a(l)[m, 0]))),
        over(k, Sigma(l, k, over(m, w(l)[k, k] * a(l)[m, 0]))),
    ),
    "limits that depend on another index": (
        Sum(A * a(l)[m, 0], (k, 0, m), (m, 0, Width(l) - 1)),
        Sum(A * a(l)[m, 0], (k, 0, Width(l) - 1), (m, 0, k)),
    ),
    "a quotient": (1 / A, A),
    "nothing": (A, Integer(0)),
}


@pytest.mark.parametrize("name", SAME)
def test_the_same(name: str) -> None:
    first, second = SAME[name]
    assert same(first, second)
    assert same(second, first)


@pytest.mark.parametrize("name", DIFFERENT)
def test_not_the_same(name: str) -> None:
    first, second = DIFFERENT[name]
    assert not same(first, second)
    assert not same(second, first)


def test_no_others_are_the_same() -> None:
    """Of all the expressions above no two are the same but those that are stated to be."""
    coincide = {
        frozenset(pair)
        for pair in itertools.combinations(SAME, 2)
        if same(SAME[pair[0]][0], SAME[pair[1]][0])
    }
    deltas = ["a Kronecker delta", "a Kronecker delta the other way round", "two Kronecker deltas"]
    assert coincide == {frozenset(pair) for pair in itertools.combinations(deltas, 2)}


@pytest.mark.parametrize("number", [number for number, e in equations.items() if "component" in e.forms])
def test_mutations_of_the_books_equations_are_not_the_same(number: str) -> None:
    side = equations[number].stated("component").rhs
    for name, wrong in one_of_each(side).items():
        if not wrong.has(sympy.zoo):
            assert not same(side, wrong), name


def test_too_many_sums_at_once_are_refused() -> None:
    expression = Integer(1)
    for _ in range(7):
        expression = expression * over(k, A)
    with pytest.raises(StepError, match="7 sums in one product"):
        same(expression, expression + 1)


def test_zero_has_no_terms() -> None:
    assert canonical(Integer(0)) == {}
    assert canonical(A - A) == {}
    assert canonical(over(k, A - A)) == {}


LETTERS = (j, k, i, m, n, p, q)


@st.composite
def products(draw: st.DrawFn, most: int = 2) -> tuple[Expr, list[Symbol]]:
    """A product of components under sums over some of its indices, and these."""
    bound = draw(st.lists(st.sampled_from(LETTERS[1:]), unique=True, max_size=most))
    factors: list[Expr] = []
    for _ in range(draw(st.integers(1, 3))):
        first, second = (draw(st.sampled_from([j, *bound])) for _ in range(2))
        letter = draw(st.sampled_from("wabdσ"))
        if letter == "w":
            factors.append(w(l)[first, second])
        elif letter == "σ":
            factors.append(SigmaPrime(l, first, z(l)[first, 0]))
        else:
            factors.append({"a": a, "b": b, "d": delta}[letter](l)[first, 0])
    body = draw(st.sampled_from([1, 2, -3])) * sympy.Mul(*factors)
    for letter in draw(st.permutations(bound)):
        body = over(letter, body)
    return body, bound


@given(products(), st.permutations(LETTERS[1:]))
def test_renaming_bound_indices_changes_nothing(
    given_one: tuple[Expr, list[Symbol]], order: list[Symbol]
) -> None:
    expression, bound = given_one
    fresh = {
        old: Symbol(f"{new}_", integer=True, nonnegative=True)
        for old, new in zip(LETTERS[1:], order, strict=True)
    }
    renamed = expression.xreplace({letter: fresh[letter] for letter in bound})
    assert same(expression, renamed)
    assert canonical(expression) == canonical(renamed)


@given(products(most=1), products(most=1), products(most=1))
def test_sums_and_products_in_any_order_and_bracketing(
    first: tuple[Expr, list[Symbol]], second: tuple[Expr, list[Symbol]], third: tuple[Expr, list[Symbol]]
) -> None:
    x, s, t = first[0], second[0], third[0]
    assert same(x + s + t, t + x + s)
    assert same(x * (s + t), x * s + x * t)
    assert same((x + s) ** 2, x**2 + 2 * x * s + s**2)


@given(products(), st.sampled_from(["doubled", "negated", "a layer later", "a layer earlier"]))
def test_a_changed_expression_is_not_the_same(given_one: tuple[Expr, list[Symbol]], change: str) -> None:
    expression, _ = given_one
    assert not same(expression, one_of_each(expression)[change])


def test_a_kronecker_delta_that_no_sum_takes_out_counts() -> None:
    meets = KroneckerDelta(j, k, (0, Width(l) - 1))
    assert not same(meets * A, A)
    assert not same(meets * A, 0 * A)
    assert same(meets * A, A * meets)


def test_two_letters_without_indices_are_not_the_same() -> None:
    assert not same(Symbol("s") * A, Symbol("t") * A)
    assert not same(Sigma(l, j, Symbol("s") + over(k, A)), Sigma(l, j, Symbol("t") + over(k, A)))


def test_as_many_sums_as_can_be_compared_are_compared(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tensors, "_MOST_BOUND", 3)
    product = over(k, A) ** 3
    assert same(product, over(m, a(l)[m, 0]) ** 2 * over(k, A))
    with pytest.raises(StepError, match="more than can be compared"):
        same(product * over(k, A), product)
