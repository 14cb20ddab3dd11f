"""Wrong forms of the book's equations: each is refuted, by a counterexample that plain fractions confirm.

Most are made from the statements of the registry by the small changes of `mutants.variants`; the others are
mistakes that are printed somewhere. A wrong form that cannot even be read, because a layer or a neuron in it does not
exist, is refuted with that for a reason.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction

import pytest
import sympy
from sympy import Basic, Expr, ImmutableMatrix, Integer, MatMul, Mul, Sum, Symbol

from bpderive import equations
from bpderive.equations import checks
from bpderive.errors import Refuted
from bpderive.judge.certify import certify
from bpderive.judge.counterexample import Counterexample
from bpderive.letters.statements import Statement, equation, layers, neurons
from bpderive.letters.symbols import (
    EPSILON,
    BackwardProduct,
    C,
    Change,
    CostOf,
    DiagonalSigmaPrime,
    L,
    Partial,
    PathProduct,
    PathSum,
    SigmaPrime,
    Width,
    X,
    a,
    b,
    delta,
    j,
    k,
    l,
    n,
    q,
    w,
    y,
    z,
)
from mutants.variants import one_of_each
from tests.arithmetic import Example, confirms

Wrong = Callable[[Statement], Statement]


def rhs(change: Callable[[Expr], Expr]) -> Wrong:
    """The statement with its right side changed."""
    return lambda statement: statement.with_rhs(change(statement.rhs))


def put(old: Basic, new: Basic) -> Wrong:
    """The statement with `new` for `old` on the right side, where it must occur."""

    def change(statement: Statement) -> Statement:
        assert statement.rhs.has(old)
        return statement.with_rhs(statement.rhs.xreplace({old: new}))

    return change


def times(factor: Expr) -> Wrong:
    """The right side with one factor more."""
    return rhs(lambda side: factor * side)


def over(*ranges: object) -> Wrong:
    """The same sides, said of other layers or neurons."""
    return lambda statement: replace(statement, ranges=tuple(ranges))


def becomes(side: Expr) -> Wrong:
    """Another right side."""
    return lambda statement: statement.with_rhs(side)


SLOPE = SigmaPrime(l, j, z(l)[j, 0])
UNDER_THE_SUM = w(l + 1)[k, j] * delta(l + 1)[k, 0] * SigmaPrime(l, k, z(l)[k, 0])
FACTOR = Partial(a(l)[j, 0], w(l)[j, k])

# Mistakes that are printed somewhere, and that none of the small transformations makes.
PRINTED: dict[str, tuple[str, str, Wrong]] = {
    "z with twice the weights": ("z", "matrix", put(w(l), 2 * w(l))),
    "25 with −b": ("25", "matrix", put(b(l), -b(l))),
    "BP1 with ∂C/∂z for ∂C/∂a": ("BP1", "component", put(Partial(C, a(L)[j, 0]), Partial(C, z(L)[j, 0]))),
    "BP1a with σ′ at w a without the bias": ("BP1a", "matrix", put(z(L), MatMul(w(L), a(L - 1)))),
    "30 with a + y": ("30", "matrix", put(MatMul(-1, y(L)), y(L))),
    "30 with z for a": ("30", "matrix", put(a(L), z(L))),
    "BP2 with σ′ at the activation": ("BP2", "component", put(z(l)[j, 0], a(l)[j, 0])),
    "BP2 with σ′ under the sum at k": (
        "BP2",
        "component",
        becomes(Sum(UNDER_THE_SUM, (k, 0, Width(l + 1) - 1))),
    ),
    "BP2 of the output layer": ("BP2", "component", over(layers(l), neurons(j, l))),
    "BP2 of the input layer": ("BP2", "component", over(layers(l, 1, L - 1), neurons(j, l))),
    "BP2 in matrices of the output layer": ("BP2", "matrix", over(layers(l))),
    "BP2 with the weights of its own layer": ("BP2", "component", put(w(l + 1)[k, j], w(l)[k, j])),
    "BP3 with ∂C/∂a": ("BP3", "component", becomes(Partial(C, a(l)[j, 0]))),
    "BP3 with an unknown T": ("BP3", "component", becomes(delta(l)[j, 0] * Symbol("T"))),
    "BP4 with the activation of the neuron itself": ("BP4", "component", put(a(l - 1)[k, 0], a(l)[j, 0])),
    "BP4 of the first input": ("BP4", "component", put(a(l - 1)[k, 0], a(l - 1)[0, 0])),
    "BP4 with the activation j": ("BP4", "component", put(a(l - 1)[k, 0], a(l - 1)[j, 0])),
    "34 with Σ′ of the layer after": ("34", "matrix", put(DiagonalSigmaPrime(l), DiagonalSigmaPrime(l + 1))),
    "35 of the layer after": ("35", "matrix", put(BackwardProduct(l), BackwardProduct(l + 1))),
    "27 without the half": ("27", "component", lambda s: replace(s, sides=(C, 2 * s.rhs))),
    "50 with Δz for Δa": ("50", "component", lambda s: replace(s, sides=(Change(z(l + 1)[q, 0]), s.rhs))),
    "51 that stops a layer early": ("51", "component", put(PathProduct(l, j), PathProduct(l, j, L - 1))),
    "52 along one path, doubled": ("52", "component", put(PathSum(l, j), 2 * PathProduct(l, j))),
    "53 from neuron k": ("53", "component", put(PathSum(l, j), PathSum(l, k))),
    "53 with the activation for the step from the weight": ("53", "component", put(FACTOR, a(l - 1)[k, 0])),
}

ALSO_TRUE = {
    ("37", "sum dropped"),  # the others vanish
    ("41", "term dropped"),  # by the z of the layer itself, and not of the next
    ("42", "term dropped"),
}
NOT_DECIDED = {"a layer later", "a layer earlier", "indices swapped", "indices swapped throughout"}
"""They change the weight that moves in an approximation."""

BEYOND = {"∂⁺ for ∂", "quotient upside down", "letter", "index"}
"""They may change what is differentiated by, where the chapter's judge decides nothing."""


def refuted(statement: Statement, networks: tuple[tuple[int, ...], ...] | None = None) -> Counterexample:
    """The counterexample by which the statement is refuted."""
    with pytest.raises(Refuted) as caught:
        certify(statement, networks)
    found = caught.value.counterexample
    assert isinstance(found, Counterexample)
    assert str(found).rstrip(".") in str(caught.value)
    return found


@pytest.mark.parametrize("name", PRINTED)
def test_a_printed_mistake_is_refuted(name: str) -> None:
    number, form, change = PRINTED[name]
    right = equations[number].stated(form)
    wrong = change(right)
    assert (wrong.sides, wrong.ranges) != (right.sides, right.ranges)
    confirmed(wrong)


DECIDED = [
    number
    for number, known in equations.items()
    if known.kind in ("definition", "theorem", "step", "approximation") and number not in ("26", "46")
]


@pytest.mark.parametrize("number", DECIDED)
def test_every_mutation_of_an_equation_is_refuted(number: str) -> None:
    known = equations[number]
    for form in known.forms:
        for kind, side in one_of_each(known.stated(form).rhs).items():
            if (
                kind in BEYOND
                or (number, kind) in ALSO_TRUE
                or (known.kind == "approximation" and kind in NOT_DECIDED)
            ):
                continue
            confirmed(known.stated(form).with_rhs(side))


def confirmed(wrong: Statement) -> None:
    """The statement is refuted, by numbers that plain fractions confirm or with a reason."""
    found = refuted(wrong)
    if found.left is None:
        assert found.reason
        assert found.values == {}
    else:
        assert all(isinstance(value, Fraction) for value in found.values.values())
        # Twice, with other numbers for what the counterexample does not speak of.
        assert confirms(found, wrong, rest=3)
        assert confirms(found, wrong, rest=-5)


@pytest.mark.parametrize(
    "number", [n for n, e in equations.items() if e.kind in ("theorem", "step", "approximation")]
)
def test_the_right_form_is_not_refuted_and_the_examples_agree(number: str) -> None:
    known = equations[number]
    if number == "46":
        return  # a limit, not an identity: it has a check of its own
    for form in known.forms:
        statement = known.stated(form)
        certify(statement)
        for layer_letters in ({"l": 2, "j": 2, "k": 1, "q": 2}, {"l": 2, "j": 1, "k": 2, "q": 1}):
            values = {f"{letter}^{layer}_1": Fraction(layer) for letter in "wba" for layer in (1, 2, 3)}
            case = Counterexample((2, 3, 2), layer_letters, values, None, None)
            for tables in Example(case, statement).sides(statement):
                assert all(table == tables[0] for table in tables)


# The equations that are no identities on one network have checks of their own.


def own_check(number: str, wrong: Statement) -> None:
    """The check of an equation, applied to a wrong form of it."""
    match number:
        case "24":
            checks.example(wrong, {sympy.Function("f"): X**2})
        case "28":
            checks.example(wrong)
        case "26":
            checks.average(wrong)
        case "31":
            full = equations["BP3"].stated("component")
            checks.shorthand(wrong, {Symbol("b"): full.lhs.by, Symbol("delta"): full.rhs}, full)
        case "32":
            full = equations["BP4"].stated("component")
            meaning = {
                Symbol("w"): full.lhs.by,
                Symbol(r"a_{\rm in}"): a(l - 1)[k, 0],
                Symbol(r"\delta_{\rm out}"): delta(l)[j, 0],
            }
            checks.shorthand(wrong, meaning, full)
        case "46":
            checks.quotient(wrong, Symbol("w"), EPSILON, Symbol("e_j"))
        case _:
            raise AssertionError(number)


def quotient_with(numerator: Expr, denominator: Expr) -> Wrong:
    return becomes(numerator / denominator)


HERE, MOVED = CostOf(Symbol("w")), CostOf(Symbol("w") + EPSILON * Symbol("e_j"))
BACK = CostOf(Symbol("w") - EPSILON * Symbol("e_j"))

OWN: dict[str, tuple[str, Wrong]] = {
    "24 with a sum": ("24", becomes(ImmutableMatrix([4, 6]))),
    "24 with the roots": ("24", becomes(ImmutableMatrix([2, 3]))),
    "24 with its entries exchanged": ("24", becomes(ImmutableMatrix([9, 4]))),
    "28 with the inner product": ("28", becomes(ImmutableMatrix([11, 11]))),
    "28 with the sum": ("28", becomes(ImmutableMatrix([4, 6]))),
    "28 with crossed products": (
        "28",
        lambda s: replace(
            s, sides=(s.lhs, ImmutableMatrix([Mul(1, 4, evaluate=False), Mul(2, 3, evaluate=False)]), s.rhs)
        ),
    ),
    "26 without the half": ("26", times(Integer(2))),
    "26 with a sum for a mean": ("26", times(n)),
    "26 negated": ("26", times(Integer(-1))),
    "26 without one example": (
        "26",
        rhs(lambda e: e.replace(lambda t: isinstance(t, Sum), lambda t: Sum(t.function, (X, 1, n - 1)))),
    ),
    "31 negated": ("31", times(Integer(-1))),
    "31 with ∂C/∂δ": ("31", becomes(Symbol("b"))),
    "32 with the activation only": ("32", becomes(Symbol(r"a_{\rm in}"))),
    "32 with the error twice": ("32", times(Symbol(r"\delta_{\rm out}"))),
    "46 negated": ("46", times(Integer(-1))),
    "46 with twice ε": ("46", times(Integer(1) / 2)),
    "46 the other way round": ("46", quotient_with(HERE - MOVED, EPSILON)),
    "46 with a sum": ("46", quotient_with(HERE + MOVED, EPSILON)),
    "46 with a step of 2ε": ("46", quotient_with(MOVED - BACK, EPSILON)),
}


@pytest.mark.parametrize("name", OWN)
def test_a_wrong_form_fails_the_check_of_its_equation(name: str) -> None:
    number, change = OWN[name]
    right = equations[number].statement
    own_check(number, right)
    with pytest.raises(Refuted) as caught:
        own_check(number, change(right))
    assert str(caught.value)


def test_other_difference_quotients_pass_the_check() -> None:
    right = equations["46"].statement
    own_check("46", quotient_with(MOVED - BACK, 2 * EPSILON)(right))
    own_check("46", quotient_with(HERE - BACK, EPSILON)(right))


def test_without_equal_widths_a_missing_transpose_would_pass() -> None:
    """Why networks have widths of at least 2: with one neuron in each layer nothing distinguishes these."""
    mistaken = equation(
        delta(l)[j, 0],
        w(l + 1)[0, 0] * delta(l + 1)[0, 0] * SLOPE,
        over=equations["BP2"].stated("component").ranges,
    )
    certify(mistaken, ((1, 1, 1),))
    found = refuted(mistaken)
    assert found.sizes == (2, 3, 2)
    assert confirms(found, mistaken)
