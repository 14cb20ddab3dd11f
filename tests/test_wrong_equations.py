"""Wrong forms of the book's equations: each is refuted, by a counterexample that plain fractions confirm.

Most are made from the statements of the registry by the small transformations of `tests.mutations`; the others are
mistakes that are printed somewhere. A wrong form that cannot even be read, because a layer or a neuron in it does not
exist, is refuted with that for a reason.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction

import pytest
import sympy
from sympy import Basic, Expr, HadamardProduct, ImmutableMatrix, Integer, MatAdd, MatMul, Mul, Sum, Symbol

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
    CostGradient,
    CostOf,
    DiagonalSigmaPrime,
    Elementwise,
    L,
    Partial,
    PathProduct,
    PathSum,
    Sigma,
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
from tests import mutations
from tests.arithmetic import Example, confirms

Wrong = Callable[[Statement], Statement]


def rhs(change: Callable[[Expr], Expr]) -> Wrong:
    """The statement with its right side changed."""
    return lambda statement: mutations.with_rhs(statement, change(statement.rhs))


def put(old: Basic, new: Basic) -> Wrong:
    """The statement with `new` for `old` on the right side, where it must occur."""

    def change(statement: Statement) -> Statement:
        assert statement.rhs.has(old)
        return mutations.with_rhs(statement, statement.rhs.xreplace({old: new}))

    return change


def times(factor: Expr) -> Wrong:
    """The right side with one factor more."""
    return rhs(lambda side: factor * side)


def over(*ranges: object) -> Wrong:
    """The same sides, said of other layers or neurons."""
    return lambda statement: replace(statement, ranges=tuple(ranges))


def becomes(side: Expr) -> Wrong:
    """Another right side."""
    return lambda statement: mutations.with_rhs(statement, side)


SLOPE = SigmaPrime(l, j, z(l)[j, 0])
OUTPUT_SLOPE = SigmaPrime(L, j, z(L)[j, 0])
ERRORS_AFTER = Sum(w(l + 1)[k, j] * delta(l + 1)[k, 0], (k, 0, Width(l + 1) - 1))
SLOPES = Elementwise(SigmaPrime, l, z(l))
WEIGHTED = MatMul(w(l + 1).T, delta(l + 1))
FACTOR = Partial(a(l)[j, 0], w(l)[j, k])
NEXT = Partial(a(l + 1)[q, 0], a(l)[j, 0])

REFUTED_BY_VALUES: dict[str, tuple[str, str, Wrong]] = {
    # (23) and the weighted input
    "23 with −b": ("23", "component", put(b(l)[j, 0], -b(l)[j, 0])),
    "23 without the bias": ("23", "component", put(b(l)[j, 0], Integer(0))),
    "23 with σ′ for σ": ("23", "component", rhs(lambda e: SigmaPrime(*e.args))),
    "23 without the last input": ("23", "component", rhs(mutations.short_sum)),
    "z with −b": ("z", "component", put(b(l)[j, 0], -b(l)[j, 0])),
    "z with twice the weights": ("z", "matrix", put(w(l), 2 * w(l))),
    "25 with −b": ("25", "matrix", put(b(l), -b(l))),
    # the error of the output layer
    "BP1 negated": ("BP1", "component", rhs(mutations.negated)),
    "BP1 halved": ("BP1", "component", times(Integer(1) / 2)),
    "BP1 without σ′": ("BP1", "component", rhs(mutations.without_slope)),
    "BP1 with σ for σ′": ("BP1", "component", rhs(mutations.function_for_slope)),
    "BP1 with σ′ twice": ("BP1", "component", times(OUTPUT_SLOPE)),
    "BP1 with a for ∂C/∂a": ("BP1", "component", put(Partial(C, a(L)[j, 0]), a(L)[j, 0])),
    "BP1 with ∂C/∂z for ∂C/∂a": ("BP1", "component", put(Partial(C, a(L)[j, 0]), Partial(C, z(L)[j, 0]))),
    "BP1 with a sum over all outputs": (
        "BP1",
        "component",
        put(Partial(C, a(L)[j, 0]), Sum(Partial(C, a(L)[k, 0]), (k, 0, Width(L) - 1))),
    ),
    "BP1a with σ for σ′": ("BP1a", "matrix", rhs(mutations.function_for_slope)),
    "BP1a without σ′": ("BP1a", "matrix", rhs(mutations.without_slope)),
    "BP1a with σ′ at w a without the bias": (
        "BP1a",
        "matrix",
        put(z(L), MatMul(w(L), a(L - 1))),
    ),
    "30 with y − a": (
        "30",
        "matrix",
        put(MatAdd(a(L), MatMul(-1, y(L))), MatAdd(y(L), MatMul(-1, a(L)))),
    ),
    "30 with a + y": ("30", "matrix", put(MatMul(-1, y(L)), y(L))),
    "30 without σ′": ("30", "matrix", rhs(mutations.without_slope)),
    "30 with z for a": ("30", "matrix", put(a(L), z(L))),
    "30 halved": ("30", "matrix", times(Integer(1) / 2)),
    # the error by the error of the layer after
    "BP2 negated": ("BP2", "component", rhs(mutations.negated)),
    "BP2 without σ′": ("BP2", "component", rhs(mutations.without_slope)),
    "BP2 with σ for σ′": ("BP2", "component", rhs(mutations.function_for_slope)),
    "BP2 with a sum that stops early": ("BP2", "component", rhs(mutations.short_sum)),
    "BP2 with w + δ for w δ": (
        "BP2",
        "component",
        put(w(l + 1)[k, j] * delta(l + 1)[k, 0], w(l + 1)[k, j] + delta(l + 1)[k, 0]),
    ),
    "BP2 with a² for σ′": ("BP2", "component", put(SLOPE, a(l)[j, 0] ** 2)),
    "BP2 with σ′ at the activation": ("BP2", "component", put(z(l)[j, 0], a(l)[j, 0])),
    "BP2 in matrices, σ for σ′": ("BP2", "matrix", rhs(mutations.function_for_slope)),
    "BP2 in matrices, without σ′": ("BP2", "matrix", rhs(mutations.without_slope)),
    # the gradient
    "BP3 negated": ("BP3", "component", rhs(mutations.negated)),
    "BP3 with σ′": ("BP3", "component", times(SLOPE)),
    "BP3 with ∂C/∂a": ("BP3", "component", becomes(Partial(C, a(l)[j, 0]))),
    "BP3 of the first neuron": ("BP3", "component", becomes(delta(l)[0, 0])),
    "BP3 as vectors, negated": ("BP3", "matrix", rhs(mutations.negated)),
    "BP4 negated": ("BP4", "component", rhs(mutations.negated)),
    "BP4 without the activation": ("BP4", "component", becomes(delta(l)[j, 0])),
    "BP4 without the error": ("BP4", "component", becomes(a(l - 1)[k, 0])),
    "BP4 with a sum over j": (
        "BP4",
        "component",
        put(delta(l)[j, 0], Sum(delta(l)[q, 0], (q, 0, Width(l) - 1))),
    ),
    "BP4 with the activation of the neuron itself": ("BP4", "component", put(a(l - 1)[k, 0], a(l)[j, 0])),
    "BP4 of the first input": ("BP4", "component", put(a(l - 1)[k, 0], a(l - 1)[0, 0])),
    "BP4 as matrices, negated": ("BP4", "matrix", rhs(mutations.negated)),
    # products of matrices
    "33 with Σ′ twice": (
        "33",
        "matrix",
        becomes(MatMul(DiagonalSigmaPrime(L), DiagonalSigmaPrime(L), CostGradient())),
    ),
    "33 without Σ′": ("33", "matrix", becomes(CostGradient())),
    "34 without Σ′": ("34", "matrix", rhs(mutations.without_slope)),
    "35 without its last Σ′": ("35", "matrix", becomes(MatMul(BackwardProduct(l), CostGradient()))),
    "35 from the layer before": ("35", "matrix", becomes(MatMul(BackwardProduct(l), delta(L) * 2))),
    # the cost
    "27 without the half": ("27", "component", lambda s: replace(s, sides=(C, 2 * s.rhs))),
    "27 without the square": (
        "27",
        "component",
        lambda s: replace(s, sides=(C, Sum(y()[j, 0] - a(L)[j, 0], (j, 0, Width(L) - 1)) / 2)),
    ),
    "27 with a + y": (
        "27",
        "component",
        lambda s: mutations.with_rhs(s, s.rhs.xreplace({y()[j, 0]: -y()[j, 0]})),
    ),
    # the steps of the proofs
    "37 doubled": ("37", "component", rhs(mutations.doubled)),
    "38 without its second factor": ("38", "component", becomes(Partial(C, a(L)[j, 0]))),
    "39 with σ for σ′": ("39", "component", rhs(mutations.function_for_slope)),
    "43 with −b": ("43", "component", put(b(l + 1)[k, 0], -b(l + 1)[k, 0])),
    "43 with σ′ for σ": ("43", "component", rhs(lambda e: e.replace(Sigma, SigmaPrime))),
    "44 without σ′": ("44", "component", rhs(mutations.without_slope)),
    "44 with σ for σ′": ("44", "component", rhs(mutations.function_for_slope)),
    "45 negated": ("45", "component", rhs(mutations.negated)),
    # small changes
    "47 negated": ("47", "component", rhs(mutations.negated)),
    "47 halved": ("47", "component", times(Integer(1) / 2)),
    "48 without the activation before": ("48", "component", put(FACTOR, SLOPE)),
    "48 with σ for σ′": ("48", "component", put(FACTOR, a(l - 1)[k, 0] * a(l)[j, 0])),
    "49 without σ′": ("49", "component", put(NEXT, w(l + 1)[q, j])),
    "49 doubled": ("49", "component", rhs(mutations.doubled)),
    "50 without the second factor": ("50", "component", put(FACTOR, Integer(1))),
    "50 with Δz for Δa": ("50", "component", lambda s: replace(s, sides=(Change(z(l + 1)[q, 0]), s.rhs))),
    "51 doubled": ("51", "component", rhs(mutations.doubled)),
    "51 without the step from the weight": ("51", "component", put(FACTOR, Integer(1))),
    "52 along one path, doubled": ("52", "component", put(PathSum(l, j), 2 * PathProduct(l, j))),
    "51 that stops a layer early": ("51", "component", put(PathProduct(l, j), PathProduct(l, j, L - 1))),
    "52 negated": ("52", "component", rhs(mutations.negated)),
    "53 negated": ("53", "component", rhs(mutations.negated)),
    "53 without the step from the weight": ("53", "component", put(FACTOR, Integer(1))),
    "53 with the activation for the step from the weight": ("53", "component", put(FACTOR, a(l - 1)[k, 0])),
    "53 with the cost's slope twice": (
        "53",
        "component",
        lambda s: replace(
            times(Partial(C, a(L)[j, 0]))(s.at({l: L})), ranges=(neurons(j, L), neurons(k, L - 1))
        ),
    ),
}

TWO = {l: Integer(2)}

# These exist only where widths agree by chance, so that the first network tells it: unequal widths, or a missing layer.
ILL_FORMED_OR_VALUES: dict[str, tuple[str, str, Wrong]] = {
    "BP2 without the sum": ("BP2", "component", becomes(w(l + 1)[j, k] * delta(l + 1)[j, 0] * SLOPE)),
    "BP2 with the indices of w swapped": ("BP2", "component", put(w(l + 1)[k, j], w(l + 1)[j, k])),
    "BP2 with the error of its own layer": ("BP2", "component", put(delta(l + 1)[k, 0], delta(l)[k, 0])),
    "BP2 with the weights of its own layer": ("BP2", "component", put(w(l + 1)[k, j], w(l)[k, j])),
    "BP2 with σ′ of the layer after": (
        "BP2",
        "component",
        put(SLOPE, SigmaPrime(l + 1, j, z(l + 1)[j, 0])),
    ),
    "BP2 with σ′ under the sum at k": (
        "BP2",
        "component",
        becomes(
            Sum(
                w(l + 1)[k, j] * delta(l + 1)[k, 0] * SigmaPrime(l, k, z(l)[k, 0]),
                (k, 0, Width(l + 1) - 1),
            )
        ),
    ),
    "BP2 with a sum over its own layer": (
        "BP2",
        "component",
        becomes(Sum(w(l + 1)[k, j] * delta(l + 1)[k, 0], (k, 0, Width(l) - 1)) * SLOPE),
    ),
    "BP2 of the output layer": ("BP2", "component", over(layers(l), neurons(j, l))),
    "BP2 of the input layer": ("BP2", "component", over(layers(l, 1, L - 1), neurons(j, l))),
    "BP2 in matrices of the output layer": ("BP2", "matrix", over(layers(l))),
    "BP2 in matrices without the transpose": (
        "BP2",
        "matrix",
        becomes(HadamardProduct(MatMul(w(l + 1), delta(l + 1), evaluate=False), SLOPES, evaluate=False)),
    ),
    "BP1a with σ′ of another layer": ("BP1a", "matrix", rhs(mutations.slope_elsewhere)),
    "BP3 of the layer before": ("BP3", "component", becomes(delta(l - 1)[j, 0])),
    "BP3 of the output layer, with the error of layer l": (
        "BP3",
        "component",
        lambda s: replace(s, sides=(Partial(C, b(L)[j, 0]), s.rhs)),
    ),
    "BP4 with the indices swapped": ("BP4", "component", rhs(mutations.indices_swapped)),
    "BP4 with the activation of its own layer": ("BP4", "component", put(a(l - 1)[k, 0], a(l)[k, 0])),
    "BP4 with the activation j": ("BP4", "component", put(a(l - 1)[k, 0], a(l - 1)[j, 0])),
    "BP4 with the error of the layer before": ("BP4", "component", put(delta(l)[j, 0], delta(l - 1)[j, 0])),
    "34 with Σ′ of the layer after": ("34", "matrix", put(DiagonalSigmaPrime(l), DiagonalSigmaPrime(l + 1))),
    "34 with the weights of its own layer": ("34", "matrix", put(w(l + 1).T, w(l).T)),
    "41 with z^l for z^{l+1}": ("41", "component", put(z(l + 1)[k, 0], z(l)[k, 0])),
    "23 with the activations of its own layer": ("23", "component", put(a(l - 1)[k, 0], a(l)[k, 0])),
    "23 with the weights of the layer before": ("23", "component", put(w(l)[j, k], w(l - 1)[j, k])),
    "23 with the indices of w swapped": ("23", "component", put(w(l)[j, k], w(l)[k, j])),
    "49 with the layer after the next": (
        "49",
        "component",
        put(NEXT, Partial(a(l + 2)[q, 0], a(l)[j, 0])),
    ),
    "51 from another neuron": ("51", "component", put(PathProduct(l, j), PathProduct(l, k))),
    "52 from the layer after": ("52", "component", put(PathSum(l, j), PathSum(l + 1, j))),
    "53 from neuron k": ("53", "component", put(PathSum(l, j), PathSum(l, k))),
    "35 of the layer after": ("35", "matrix", put(BackwardProduct(l), BackwardProduct(l + 1))),
    "an equation with an unknown T": ("BP3", "component", becomes(delta(l)[j, 0] * Symbol("T"))),
    "the specific case with σ′ at layer 3": (
        "BP2",
        "component",
        lambda s: put(SigmaPrime(2, j, z(2)[j, 0]), SigmaPrime(3, j, z(3)[j, 0]))(s.at(TWO)),
    ),
}

REORDERED: dict[str, tuple[str, Callable[[], Expr]]] = {
    "33 with the factors the other way round": (
        "33",
        lambda: MatMul(CostGradient().T, DiagonalSigmaPrime(L)),
    ),
    "34 with Σ′ behind the weights": (
        "34",
        lambda: MatMul(w(l + 1).T, DiagonalSigmaPrime(l + 1), delta(l + 1)),
    ),
    "34 without the transpose": (
        "34",
        lambda: MatMul(DiagonalSigmaPrime(l), w(l + 1), delta(l + 1), evaluate=False),
    ),
    "35 with Σ′(z^L) in front": (
        "35",
        lambda: MatMul(DiagonalSigmaPrime(L), BackwardProduct(l), CostGradient(), evaluate=False),
    ),
}


def refuted(statement: Statement, networks: tuple[tuple[int, ...], ...] | None = None) -> Counterexample:
    """The counterexample by which the statement is refuted."""
    with pytest.raises(Refuted) as caught:
        certify(statement, networks)
    found = caught.value.counterexample
    assert isinstance(found, Counterexample)
    assert str(found).rstrip(".") in str(caught.value)
    return found


def wrong_form(entry: tuple[str, str, Wrong]) -> Statement:
    """The wrong statement that an entry of the tables above makes of a right one."""
    number, form, change = entry
    right = equations[number].stated(form)
    wrong = change(right)
    assert (wrong.sides, wrong.ranges) != (right.sides, right.ranges)
    return wrong


@pytest.mark.parametrize("name", REFUTED_BY_VALUES)
def test_a_wrong_form_is_refuted_by_numbers(name: str) -> None:
    wrong = wrong_form(REFUTED_BY_VALUES[name])
    found = refuted(wrong)
    assert found.left != found.right
    assert all(isinstance(value, Fraction) for value in found.values.values())
    # Twice, with other numbers for what the counterexample does not speak of.
    assert confirms(found, wrong, rest=3)
    assert confirms(found, wrong, rest=-5)


@pytest.mark.parametrize("name", ILL_FORMED_OR_VALUES)
def test_a_wrong_layer_or_index_is_refuted(name: str) -> None:
    wrong = wrong_form(ILL_FORMED_OR_VALUES[name])
    found = refuted(wrong)
    if found.left is None:
        assert found.reason
        assert found.values == {}
    else:
        assert confirms(found, wrong)


@pytest.mark.parametrize("name", REORDERED)
def test_matrices_in_another_order_are_refuted(name: str) -> None:
    number, side = REORDERED[name]
    try:
        wrong = mutations.with_rhs(equations[number].stated("matrix"), side())
    except sympy.matrices.exceptions.ShapeError:
        return  # it cannot even be written: SymPy sees that the shapes do not fit
    found = refuted(wrong)
    assert found.reason if found.left is None else confirms(found, wrong)


@pytest.mark.parametrize("number", [n for n, e in equations.items() if e.kind == "theorem"])
def test_every_mutation_of_a_theorem_is_refuted_or_is_the_same_in_other_words(number: str) -> None:
    known = equations[number]
    for form in known.forms:
        for name, side in mutations.mutations(known.stated(form).rhs).items():
            if name == "indices_swapped" and not {j, k} & known.stated(form).rhs.free_symbols:
                continue  # the names of bound indices do not matter
            wrong = mutations.with_rhs(known.stated(form), side)
            if len(wrong.sides) > 2:
                wrong = replace(wrong, sides=(wrong.lhs, wrong.rhs))
            found = refuted(wrong)
            if found.left is None:
                assert found.reason
            else:
                assert confirms(found, wrong), (name, str(wrong))


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
    "26 without the half": ("26", rhs(mutations.doubled)),
    "26 with a sum for a mean": ("26", times(n)),
    "26 negated": ("26", rhs(mutations.negated)),
    "26 without one example": (
        "26",
        rhs(lambda e: e.replace(lambda t: isinstance(t, Sum), lambda t: Sum(t.function, (X, 1, n - 1)))),
    ),
    "31 negated": ("31", rhs(mutations.negated)),
    "31 with ∂C/∂δ": ("31", becomes(Symbol("b"))),
    "32 with the activation only": ("32", becomes(Symbol(r"a_{\rm in}"))),
    "32 with the error twice": ("32", times(Symbol(r"\delta_{\rm out}"))),
    "46 negated": ("46", rhs(mutations.negated)),
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


def test_there_are_enough_wrong_forms() -> None:
    assert len(REFUTED_BY_VALUES) + len(ILL_FORMED_OR_VALUES) + len(REORDERED) + len(OWN) > 100
