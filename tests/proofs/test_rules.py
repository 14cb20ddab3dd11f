"""What each rule refuses, and that what it computes depends on what it is given."""

from __future__ import annotations

import re
from collections.abc import Sequence

import pytest
from sympy import Expr, HadamardProduct, Integer, Sum, Symbol

from bpderive import equations
from bpderive.errors import StepError
from bpderive.letters.statements import Range, Statement, equation, layers, neurons
from bpderive.letters.symbols import (
    C,
    CostGradient,
    DiagonalSigmaPrime,
    Elementwise,
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
    q,
    w,
    y,
    z,
)
from bpderive.proofs import derivation
from bpderive.proofs.definitions import ACTIVATION, ERROR, INNER, NEURON, OUTPUT, WEIGHT, defining
from bpderive.proofs.matrix_rules import AsDiagonal, ToMatrix, WriteOut
from bpderive.proofs.rules import (
    BothSides,
    ByEquation,
    ByLine,
    ChainRule,
    Differentiate,
    OnlyTerm,
    Recall,
    Rule,
)
from bpderive.proofs.tensors import same

ERROR_HERE = Partial(C, z(l)[j, 0])


def line(side: Expr, over: tuple[Range, ...] = INNER, lhs: Expr | None = None) -> Statement:
    """A line of a derivation with this right side."""
    return equation(side if lhs is None else lhs, side, over=over)


def applied(rule: Rule, *lines: Statement) -> Statement:
    """What the rule makes of these lines."""
    return rule.apply(lines, lines[-1].ranges)


def refused(rule: Rule, lines: Sequence[Statement], why: str) -> None:
    with pytest.raises(StepError, match=why):
        rule.apply(lines, lines[-1].ranges)


def layer_of(body: Expr, index: Symbol, layer: Expr) -> Sum:
    return Sum(body, (index, 0, Width(layer) - 1))


# Equals for equals


def test_an_equation_is_used_in_both_directions() -> None:
    there = applied(ByEquation("29", ERROR), line(delta(l)[j, 0]))
    assert there.rhs == ERROR.rhs
    back = applied(ByEquation("29", ERROR, backwards=True), there)
    assert back.rhs == ERROR.lhs


def test_an_equation_is_used_only_where_its_left_side_occurs() -> None:
    refused(ByEquation("29", ERROR), [line(a(l)[j, 0])], "does not occur")
    refused(ByEquation("29", ERROR, ((j, k),)), [line(delta(l)[j, 0])], "does not occur")
    refused(ByEquation("29", ERROR, ((l, l + 1),)), [line(delta(l)[j, 0])], "does not occur")


def test_an_equation_is_used_only_for_layers_for_which_it_holds() -> None:
    bp2 = derivation("BP2").statement
    refused(ByEquation("BP2", bp2), [line(delta(l)[j, 0], NEURON)], "holds for 2 ≤ l ≤ L - 1")
    refused(ByEquation("BP2", bp2, ((l, l + 1),)), [line(delta(l + 1)[j, 0])], "used for l = l \\+ 1")
    refused(ByEquation("29", ERROR, ((l, l - 1),)), [line(delta(l - 1)[j, 0], NEURON)], "used for l = l - 1")


def test_an_equation_is_read_only_at_letters_that_it_has() -> None:
    refused(ByEquation("29", ERROR, ((q, k),)), [line(delta(l)[j, 0])], "has no letter q")
    refused(Recall("29", ERROR, ((q, k),)), [line(delta(l)[j, 0])], "has no letter q")


def test_no_sum_captures_a_letter() -> None:
    weighted = defining("z", k)
    # Read at j → k, the sum over k of the definition would swallow the k that is put in.
    refused(
        ByEquation("z", weighted, ((j, k),)),
        [line(z(l)[k, 0], (layers(l), neurons(k, l)))],
        "the sum already uses k",
    )
    refused(Recall("z", weighted, ((j, k),)), [line(z(l)[j, 0])], "the sum already uses k")
    # An equation with a further free letter under a sum that binds this letter.
    known = equation(b(l)[j, 0], a(l)[q, 0], over=(*NEURON, neurons(q, l)))
    refused(ByEquation("x", known), [line(layer_of(b(l)[j, 0], q, l), NEURON)], "capture q")


def test_an_equation_is_recalled_only_for_layers_for_which_it_holds() -> None:
    known = equation(b(l)[j, 0], delta(l)[j, 0], over=INNER)
    refused(Recall("x", known, ((l, L),)), [line(delta(l)[j, 0], NEURON)], "holds for 2 ≤ l ≤ L - 1")
    refused(Recall("x", known, ((l, l + 1),)), [line(delta(l)[j, 0], NEURON)], "used for l = l \\+ 1")
    assert applied(Recall("x", known), line(delta(l)[j, 0], NEURON)).ranges == INNER


# Lines of the derivation


def test_a_line_is_put_only_into_one_where_it_occurs() -> None:
    known = line(SigmaPrime(l, j, z(l)[j, 0]), lhs=Partial(a(l)[j, 0], z(l)[j, 0]))
    refused(ByLine(1, 0), [line(delta(l)[j, 0]), known], "does not occur")
    target = line(delta(l)[j, 0] * known.lhs)
    assert applied(ByLine(1, 0), target, known).rhs == delta(l)[j, 0] * known.rhs


@pytest.mark.parametrize("rule", [ByLine(5, 0), ByLine(0, 5), ByLine(-1, 0), ByLine(0, -1)])
def test_a_line_that_is_not_there_is_refused(rule: ByLine) -> None:
    refused(rule, [line(delta(l)[j, 0])], "there are no steps")


# The chain rule


@pytest.mark.parametrize("through", [a(l - 1), z(l), a(l - 2), z(l - 1)], ids=str)
def test_the_chain_rule_wants_a_layer_that_comes_later(through: Expr) -> None:
    refused(ChainRule(through, k), [line(ERROR_HERE)], "whose two ends it lies between")


@pytest.mark.parametrize("through", [w(l + 1), b(l + 1), delta(l + 1), y(L)], ids=str)
def test_the_chain_rule_wants_all_of_a_stage(through: Expr) -> None:
    """The weights, biases or errors of a layer are not all that the cost depends on."""
    refused(ChainRule(through, k), [line(ERROR_HERE)], "whose two ends it lies between")


def test_the_chain_rule_wants_a_layer_before_the_other_end() -> None:
    whole = Partial(z(l + 1)[q, 0], z(l)[j, 0])
    over = (*INNER, neurons(q, l + 1))
    assert applied(ChainRule(a(l), k), line(whole, over)).rhs == layer_of(
        Partial(z(l + 1)[q, 0], a(l)[k, 0]) * Partial(a(l)[k, 0], z(l)[j, 0]), k, l
    )
    refused(ChainRule(a(l + 1), k), [line(whole, over)], "lies between")
    refused(ChainRule(z(l + 1), k), [line(whole, over)], "lies between")


def test_the_chain_rule_wants_one_derivative_and_a_new_index() -> None:
    refused(ChainRule(a(l), k), [line(delta(l)[j, 0])], "has 0")
    refused(ChainRule(a(l), k), [line(ERROR_HERE * Partial(C, z(l)[m, 0]))], "has 2")
    refused(ChainRule(a(l), j), [line(ERROR_HERE)], "the index j of the chain rule is taken")
    refused(
        ChainRule(a(l), q),
        [line(layer_of(ERROR_HERE * b(l)[q, 0], q, l))],
        "the index q of the chain rule is taken",
    )


def test_the_chain_rule_does_not_know_that_a_layer_exists() -> None:
    """Through z^{l+1} for all l up to L: the line is made, and `derive` refuses it as ill-formed."""
    from bpderive.letters.text import Text
    from bpderive.proofs import Move, derive

    goal = equation(delta(l)[j, 0], ERROR_HERE, over=NEURON)
    with pytest.raises(StepError, match="need not exist"):
        derive("x", Text(en="x", zh="x"), goal, [Move(ByEquation("29", ERROR)), Move(ChainRule(z(l + 1), k))])


# Terms that vanish


def only_term(of: Expr, by: Expr, layer: Expr) -> Statement:
    return line(layer_of(Partial(C, of) * Partial(of, by), k, layer), (*NEURON, neurons(q, l - 1)))


def test_the_only_term_is_kept_where_the_others_vanish() -> None:
    found = applied(OnlyTerm(k, j), only_term(a(l)[k, 0], z(l)[j, 0], l))
    assert found.rhs == Partial(C, a(l)[j, 0]) * Partial(a(l)[j, 0], z(l)[j, 0])


def test_the_others_are_not_dropped_where_they_need_not_vanish() -> None:
    # Every z^{l+1}_k depends on z^l_j.
    after = line(layer_of(Partial(C, z(l + 1)[k, 0]) * Partial(z(l + 1)[k, 0], z(l)[j, 0]), k, l + 1))
    refused(OnlyTerm(k, j), [after], "is zero unless k = j")
    # A sum without a derivative.
    refused(OnlyTerm(k, j), [line(layer_of(w(l + 1)[k, j] * delta(l + 1)[k, 0], k, l + 1))], "is zero unless")
    # The derivative is zero unless k = j, and another index is to be kept.
    refused(OnlyTerm(k, q), [only_term(a(l)[k, 0], z(l)[j, 0], l)], "is zero unless k = q")
    # A sum over fewer neurons than the layer has.
    short = Sum(Partial(C, a(l)[k, 0]) * Partial(a(l)[k, 0], z(l)[j, 0]), (k, 0, Width(l) - 2))
    refused(OnlyTerm(k, j), [line(short)], "is zero unless k = j")
    refused(OnlyTerm(m, j), [only_term(a(l)[k, 0], z(l)[j, 0], l)], "a sum over m was wanted")


def test_a_double_sum_does_not_lose_its_other_index() -> None:
    body = Partial(C, a(L)[k, 0]) * Partial(a(L)[k, 0], z(L)[j, 0]) * b(L)[m, 0]
    double = Sum(body, (k, 0, Width(L) - 1), (m, 0, Width(L) - 1))
    refused(OnlyTerm(k, j), [line(double, OUTPUT)], "a sum over k was wanted")


# Derivatives


def test_a_derivative_that_does_not_stand_there_is_not_taken() -> None:
    refused(Differentiate(a(l)[j, 0], z(l)[j, 0]), [line(delta(l)[j, 0])], "does not occur")
    refused(Differentiate(C, a(L)[j, 0]), [line(Partial(C, a(L)[j, 0]), OUTPUT)], "nothing says what C is")
    refused(
        Differentiate(delta(l)[j, 0], z(l)[j, 0]),
        [line(Partial(delta(l)[j, 0], z(l)[j, 0]))],
        "may depend on",
    )
    refused(
        Differentiate(a(l)[j, 0], delta(l)[j, 0]), [line(Partial(a(l)[j, 0], delta(l)[j, 0]))], "is needed"
    )


def test_both_sides_are_differentiated_by_a_component() -> None:
    known = line(defining("z", i).rhs, NEURON, z(l)[j, 0])
    refused(BothSides(Symbol("t")), [known], "a component such as")
    refused(BothSides(a(l - 1)[i, 0]), [known], "the index i is bound")
    refused(BothSides(delta(l)[j, 0]), [known], "a component such as")
    found = applied(BothSides(a(l - 1)[k, 0]), line(defining("z", i).rhs, WEIGHT, z(l)[j, 0]))
    assert found.sides == (Partial(z(l)[j, 0], a(l - 1)[k, 0]), w(l)[j, k])


def test_both_sides_are_not_differentiated_by_what_may_be_hidden_in_them() -> None:
    """a^l_j = σ(z^l_j) by z^{l-1}_k: z^l_j depends on it, and is not yet unfolded."""
    known = line(ACTIVATION.rhs, WEIGHT, a(l)[j, 0])
    found = applied(BothSides(a(l - 1)[k, 0]), known)
    assert same(found.rhs, w(l)[j, k] * SigmaPrime(l, j, z(l)[j, 0]))


# Matrices


def test_only_components_become_matrices() -> None:
    refused(ToMatrix(j), [line(delta(l))], "is not the component j")
    refused(ToMatrix(q), [line(delta(l)[j, 0])], "is not the component q")
    refused(ToMatrix(j), [line(w(l)[j, k], WEIGHT)], "is not the component j")
    refused(ToMatrix(j), [line(Partial(C, z(l)[j, 0]))], "is not the component j")
    refused(ToMatrix(j), [line(Partial(C, a(l)[j, 0]))], "is not the component j")
    refused(ToMatrix(j), [line(Integer(3))], "is not the component j")
    refused(
        ToMatrix(j),
        [line(layer_of(delta(l)[j, 0] * delta(l)[k, 0], k, l))],
        "no product of a matrix and a vector",
    )
    refused(ToMatrix(j), [line(layer_of(w(l)[j, k] ** 2, k, l - 1), WEIGHT)], "depends on both")
    refused(ToMatrix(j), [line(layer_of(w(l)[j, k] * w(l + 1)[k, j], k, l))], "two matrices")
    refused(ToMatrix(j, k), [line(w(l)[j, k] * delta(l)[j, 0], WEIGHT)], "no product of a component j")
    refused(ToMatrix(j, k), [line(delta(l)[j, 0], WEIGHT)], "no product of a component j")


def test_a_sum_over_the_wrong_neurons_is_no_matrix_product() -> None:
    """Σ_k w^{l+1}_kj δ^{l+1}_k over the neurons of layer l is not a component of (w^{l+1})ᵀ δ^{l+1}."""
    wrong = line(layer_of(w(l + 1)[k, j] * delta(l + 1)[k, 0], k, l))
    refused(ToMatrix(j), [wrong], "the entries of .* are not")


def test_an_index_in_its_place_gives_the_transpose_or_not() -> None:
    right = applied(ToMatrix(j), line(layer_of(w(l + 1)[k, j] * delta(l + 1)[k, 0], k, l + 1)))
    assert right.rhs == w(l + 1).T * delta(l + 1)
    other = applied(ToMatrix(j), line(layer_of(w(l)[j, k] * a(l - 1)[k, 0], k, l - 1), NEURON))
    assert other.rhs == w(l) * a(l - 1)


def test_only_a_product_with_slopes_becomes_diagonal() -> None:
    slopes = Elementwise(SigmaPrime, L, z(L))
    refused(AsDiagonal(), [line(delta(L), OUTPUT)], "a Hadamard product was wanted")
    refused(AsDiagonal(), [line(HadamardProduct(CostGradient(), delta(L)), OUTPUT)], "there are 0")
    refused(AsDiagonal(), [line(HadamardProduct(slopes, slopes), OUTPUT)], "there are 2")
    refused(
        AsDiagonal(),
        [line(HadamardProduct(CostGradient(), Elementwise(Sigma, L, z(L))), OUTPUT)],
        "there are 0",
    )
    found = applied(AsDiagonal(), line(HadamardProduct(slopes, CostGradient()), OUTPUT))
    assert found.rhs == DiagonalSigmaPrime(L) * CostGradient()


def test_slopes_of_something_else_do_not_become_the_diagonal_matrix() -> None:
    """Σ′(z^L) has the slopes at z^L, not at a^L."""
    elsewhere = HadamardProduct(Elementwise(SigmaPrime, L, a(L)), CostGradient())
    refused(AsDiagonal(), [line(elsewhere, OUTPUT)], "the components of .* are not")


def test_only_a_norm_is_written_out() -> None:
    refused(WriteOut(j), [line(delta(l)[j, 0])], "the norm of a vector was wanted")
    found = applied(WriteOut(j), line(NormSquared(a(L)), ()))
    assert same(found.rhs, NormSquared(a(L)))


@pytest.mark.parametrize(
    "rule",
    [
        ByEquation("29", ERROR),
        ByEquation("29", ERROR, ((l, L),)),
        ByLine(2, 1),
        Recall("z", defining("z")),
        ChainRule(z(l), k),
        OnlyTerm(k, j),
        Differentiate(a(l)[j, 0], z(l)[j, 0]),
        BothSides(z(l)[j, 0]),
        ToMatrix(j),
        ToMatrix(j, k),
        WriteOut(j),
        AsDiagonal(),
    ],
    ids=lambda rule: type(rule).__name__,
)
def test_rules_say_why_in_two_languages(rule: Rule) -> None:
    for text in (rule.name, rule.reason):
        assert text.en
        assert any("\u4e00" <= character <= "\u9fff" for character in text.zh)
        assert text.en.count("$") % 2 == text.zh.count("$") % 2 == 0
        assert "{" not in text.en.replace("_{", "").replace("^{", "").split("$")[0]


@pytest.mark.parametrize(
    ("rule", "said"),
    [
        (ChainRule(z(l), m), "the chain rule through z^l wanted one derivative"),
        (OnlyTerm(m, j), "a sum over m was wanted, and"),
        (ByEquation("BP3", equations["BP3"].statement), "∂C/∂b^l_j was wanted in"),
        (Differentiate(C, w(l)[j, k]), "nothing says what C is, so it cannot be differentiated by w^l_jk"),
    ],
)
def test_what_is_wrong_is_said_in_the_books_letters(rule: Rule, said: str) -> None:
    with pytest.raises(StepError) as caught:
        rule.apply([equations["BP2"].statement], equations["BP2"].statement.ranges)
    message = str(caught.value)
    assert said in message
    assert not re.search(r"[a-z]\[l|Partial|Sigma|Sum\(|Mul", message), message
