"""Statements: putting expressions for letters, and proving that what is written exists."""

from __future__ import annotations

import pytest
from sympy import Basic, Expr, Integer, Sum, Symbol, oo

from bpderive import equations
from bpderive.errors import StepError
from bpderive.letters.statements import (
    Range,
    approximation,
    bound_letters,
    check_well_formed,
    contains,
    equation,
    layers,
    neurons,
    provably_at_most,
    substitute,
)
from bpderive.letters.symbols import (
    BackwardProduct,
    C,
    CostGradient,
    DiagonalSigmaPrime,
    Elementwise,
    L,
    Partial,
    PathProduct,
    PathSum,
    SigmaPrime,
    Width,
    a,
    b,
    delta,
    j,
    k,
    l,
    layer_array,
    m,
    q,
    w,
    y,
    z,
)
from bpderive.proofs.definitions import INNER, NEURON, WEIGHT

r = Symbol("r", integer=True, positive=True)
BETWEEN = (layers(l), layers(r, l, L))


@pytest.mark.parametrize(
    ("low", "high", "ranges"),
    [
        (1, l, NEURON),
        (2, l, NEURON),
        (l, L, NEURON),
        (l - 1, L, NEURON),
        (l + 1, L, INNER),
        (l, L - 1, INNER),
        (l, l, ()),
        (1, L, ()),
        (2, L, ()),
        (2, L - 1, INNER),  # in a network that has an inner layer, L is at least 3
        (3, L, INNER),
        (4, L, (layers(l, 2, L - 2),)),
        (2, 3 * l - 4, NEURON),
        (l, 2 * L, NEURON),
        (L - l, L, NEURON),
        (4, L, (Range(L, Integer(4), oo),)),
        (Width(l), Width(l), ()),
    ],
    ids=str,
)
def test_provably(low: Expr, high: Expr, ranges: tuple[Range, ...]) -> None:
    assert provably_at_most(Integer(low) if isinstance(low, int) else low, high, ranges)


@pytest.mark.parametrize(
    ("low", "high", "ranges"),
    [
        (3, l, NEURON),
        (l + 1, L, NEURON),
        (l, L - 1, NEURON),
        (l + 2, L, INNER),
        (3, L, ()),
        (4, L, INNER),
        (l, 5, NEURON),
        (r, L, NEURON),  # nothing is known of r
        (L, l, NEURON),
        (2 * l, L, NEURON),
        (l**2, 9, (layers(l),)),
        (l * L, L**3, (layers(l),)),
        (Width(l), Width(l + 1), NEURON),
        (Width(l), 7, NEURON),
        (5, L, (Range(L, Integer(4), oo),)),
    ],
    ids=str,
)
def test_not_provably(low: Expr, high: Expr, ranges: tuple[Range, ...]) -> None:
    low, high = (Integer(e) if isinstance(e, int) else e for e in (low, high))
    assert not provably_at_most(low, high, ranges)


def test_ranges_that_contain_others() -> None:
    assert contains(layers(l), layers(l, 2, L - 1), INNER)
    assert contains(layers(l), layers(l, 3), (layers(l, 3),))
    assert not contains(layers(l, 2, L - 1), layers(l), NEURON)
    assert not contains(layers(l, 3), layers(l), NEURON)
    assert contains(neurons(j, l), neurons(j, l), NEURON)
    assert not contains(neurons(j, l), neurons(j, l + 1), INNER)
    assert str(layers(l, 2, L - 1)) == "2 ≤ l ≤ L - 1"


@pytest.mark.parametrize("number", equations)
def test_the_books_equations_are_well_formed(number: str) -> None:
    known = equations[number]
    if known.kind in ("shorthand", "example") or number in ("26", "46"):
        return  # they have letters of their own
    for form in known.forms:
        check_well_formed(known.stated(form))


EVERYWHERE = (layers(l), neurons(j, l), neurons(k, l - 1), neurons(q, l))

ILL_FORMED: dict[str, tuple[Basic, tuple[Range, ...], str]] = {
    "a layer after the last": (delta(l + 1)[q, 0], (layers(l), neurons(q, l + 1)), "need not exist"),
    "z of the input layer": (z(l - 1)[k, 0], EVERYWHERE, "need not exist"),
    "weights into the input layer": (w(1)[j, k], (neurons(j, 1), neurons(k, 0)), "need not exist"),
    "a layer below the first": (a(l - 2)[q, 0], (layers(l), neurons(q, l - 2)), "need not exist"),
    "y of an inner layer": (layer_array("y", l)[j, 0], EVERYWHERE, "need not exist"),
    "an index of another layer": (delta(l)[k, 0], EVERYWHERE, "the index k runs from 0 to"),
    "swapped indices": (w(l)[k, j], EVERYWHERE, "the index k runs from 0 to"),
    "an index of which nothing is known": (
        delta(l)[m, 0],
        EVERYWHERE,
        "nothing says over what the index m runs",
    ),
    "a neuron by its number": (delta(l)[3, 0], EVERYWHERE, "nothing says over what the index 3 runs"),
    "a shifted index": (delta(l)[j + 1, 0], EVERYWHERE, "nothing says over what the index j \\+ 1 runs"),
    "a sum over another layer": (
        Sum(delta(l)[m, 0], (m, 0, Width(l - 1) - 1)),
        EVERYWHERE,
        "the index m runs from",
    ),
    "a sum without its last": (
        Sum(delta(l)[m, 0], (m, 0, Width(l) - 2)),
        EVERYWHERE,
        "the index m runs from",
    ),
    "a sum from one": (Sum(delta(l)[m, 0], (m, 1, Width(l) - 1)), EVERYWHERE, "the index m runs from"),
    "an index bound and free": (
        Sum(delta(l)[j, 0], (j, 0, Width(l) - 1)),
        EVERYWHERE,
        "bound by a sum and used",
    ),
    "a slope of a layer after the last": (
        SigmaPrime(l + 1, q, z(l)[j, 0]),
        (*EVERYWHERE[:3], neurons(q, l + 1)),
        "need not exist",
    ),
    "a slope of no neuron": (SigmaPrime(l, k, z(l)[j, 0]), EVERYWHERE, "the index k runs from"),
    "a function at what is not there": (
        SigmaPrime(l, j, z(l + 1)[j, 0]),
        EVERYWHERE,
        "the index j runs from",
    ),
    "slopes of a layer after the last": (DiagonalSigmaPrime(l + 1), EVERYWHERE, "need not exist"),
    "slopes of the input layer": (DiagonalSigmaPrime(1), (), "need not exist"),
    "a function of a layer after the last": (
        Elementwise(SigmaPrime, l + 1, z(l)),
        EVERYWHERE,
        "need not exist",
    ),
    "a gradient by an inner layer": (CostGradient(l), EVERYWHERE, "need not exist"),
    "a product that goes too far": (BackwardProduct(l, L + 1), EVERYWHERE, "need not exist"),
    "a product from the input layer": (BackwardProduct(l - 1), EVERYWHERE, "need not exist"),
    "a product backwards": (BackwardProduct(L, l), EVERYWHERE, "need not exist"),
    "paths from beyond": (PathSum(l + 1, j), (layers(l), neurons(j, l + 1)), "need not exist"),
    "paths from another layer's neuron": (PathSum(l, k), EVERYWHERE, "the index k runs from"),
    "a path backwards": (PathProduct(l, j, l - 1), EVERYWHERE, "need not exist"),
    "a derivative by what is not there": (
        Partial(C, z(l + 1)[q, 0]),
        (layers(l), neurons(q, l + 1)),
        "need not exist",
    ),
    "a matrix of a layer after the last": (w(l + 1).T * delta(l + 1), (layers(l),), "need not exist"),
}


@pytest.mark.parametrize("name", ILL_FORMED)
def test_what_need_not_exist_is_refused(name: str) -> None:
    expression, over, why = ILL_FORMED[name]
    with pytest.raises(StepError, match=why):
        check_well_formed(equation(expression, expression, over=over))


def test_substitution_is_simultaneous_and_reaches_the_ranges() -> None:
    statement = equation(w(l)[j, k], a(l - 1)[k, 0], over=WEIGHT)
    swapped = statement.at({j: k, k: j})
    assert swapped.lhs == w(l)[k, j]
    assert swapped.ranges == (layers(l),)
    later = statement.at({l: l + 1})
    assert later.ranges == (neurons(j, l + 1), neurons(k, l))


def test_substitution_lets_no_sum_capture_a_letter() -> None:
    total = Sum(w(l)[j, k], (k, 0, Width(l - 1) - 1))
    assert bound_letters(total) == {k}
    for values in ({j: k}, {k: m}, {j: k + 1}, {l: l + k}):
        with pytest.raises(StepError, match="already uses k as its own index"):
            substitute(total, values)
    assert substitute(total, {j: m}) == Sum(w(l)[m, k], (k, 0, Width(l - 1) - 1))
    assert substitute(total, {k: k}) == total


def test_statements_are_printed_in_words_of_the_terminal() -> None:
    statement = equation(delta(l)[j, 0], 2 * b(l)[j, 0], over=NEURON)
    assert str(statement) == "δ^l_j = 2 b^l_j"
    assert statement.latex() == r"\delta^{l}_{j} = 2 b^{l}_{j}"
    about = approximation(delta(l)[j, 0], y()[j, 0], NEURON)
    assert "≈" in str(about)
    assert statement.with_rhs(a(l)[j, 0]).sides == (statement.lhs, a(l)[j, 0])
