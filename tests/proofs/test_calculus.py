"""SymPy's derivatives, guarded: what is right is computed and what would come out wrong is refused."""

from __future__ import annotations

import pytest
import sympy
from sympy import Expr, Integer, KroneckerDelta, Sum

from bpderive.errors import StepError
from bpderive.judge.certify import certify
from bpderive.letters.statements import Range, equation, layers, neurons
from bpderive.letters.symbols import C, L, Partial, SigmaPrime, Width, a, b, j, k, l, m, p, q, w, y, z
from bpderive.proofs.calculus import collapse, derivative
from bpderive.proofs.definitions import defining

HERE = (layers(l), neurons(j, l), neurons(k, l - 1))
INSIDE = (layers(l, 2, L - 1), neurons(j, l), neurons(k, l - 1), neurons(q, l + 1))

TAKEN: list[tuple[Expr, Expr, tuple[Range, ...]]] = [
    (a(l)[j, 0], z(l)[j, 0], HERE),
    (z(l)[j, 0], b(l)[j, 0], HERE),
    (z(l)[j, 0], w(l)[j, k], HERE),
    (z(l)[j, 0], a(l - 1)[k, 0], HERE),
    (a(l)[j, 0], w(l)[j, k], HERE),
    (a(l)[j, 0], b(l)[j, 0], HERE),
    (a(l)[j, 0], a(l - 1)[k, 0], HERE),
    (z(l + 1)[q, 0], z(l)[j, 0], INSIDE),
    (a(l + 1)[q, 0], a(l)[j, 0], INSIDE),
    (a(l + 1)[q, 0], z(l)[j, 0], INSIDE),
    (a(l + 1)[q, 0], b(l)[j, 0], INSIDE),
    (a(l + 1)[q, 0], w(l)[j, k], INSIDE),
    (z(l)[j, 0], z(l)[m, 0], (*HERE, neurons(m, l))),
    (a(l)[j, 0], z(l)[m, 0], (*HERE, neurons(m, l))),
    (z(l)[j, 0], b(l)[m, 0], (*HERE, neurons(m, l))),
    (z(l)[j, 0], w(l)[m, k], (*HERE, neurons(m, l))),
    (w(l)[j, k], z(l)[j, 0], HERE),
    (a(l - 1)[k, 0], z(l)[j, 0], HERE),
    (z(l)[j, 0], w(l + 1)[q, j], INSIDE),
    (a(1)[p, 0], w(l)[j, k], (*HERE, neurons(p, 1))),
]


@pytest.mark.parametrize(("of", "by", "over"), TAKEN, ids=str)
def test_a_derivative_that_is_taken_is_the_one_by_forward_mode(
    of: Expr, by: Expr, over: tuple[Range, ...]
) -> None:
    value = derivative(Partial(of, by), over)
    certify(equation(Partial(of, by), value, over=over))


REFUSED: dict[str, tuple[Expr, Expr, tuple[Range, ...], str]] = {
    "by no component": (a(l)[j, 0], C, HERE, "a component such as"),
    "of an arbitrary cost": (C, a(L)[j, 0], (neurons(j, L),), "nothing says what C is"),
    "of a derivative": (Partial(C, a(l)[j, 0]), z(l)[j, 0], HERE, "nothing says what"),
    "by a layer that may be its own": (z(2)[m, 0], z(l)[j, 0], (*HERE, neurons(m, 2)), "may depend on"),
    "by weights that may be its own": (z(2)[m, 0], w(l)[j, k], (*HERE, neurons(m, 2)), "may depend on"),
    "by biases that may be its own": (z(2)[m, 0], b(l)[j, 0], (*HERE, neurons(m, 2)), "may depend on"),
    "of a layer at an unknown distance": (z(L)[m, 0], w(l)[j, k], (*HERE, neurons(m, L)), "may depend on"),
    "of the output by any activation": (a(L)[m, 0], a(l)[j, 0], (*HERE, neurons(m, L)), "may depend on"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_a_derivative_that_cannot_be_known_is_refused(name: str) -> None:
    of, by, over, why = REFUSED[name]
    with pytest.raises(StepError, match=why):
        derivative(Partial(of, by), over)


def test_sympy_alone_captures_a_bound_index_and_the_guard_does_not_let_it() -> None:
    """SymPy takes the k of a^{l-1}_k for the k that the sum binds: its issue 21891."""
    weighted = defining("z", k).rhs
    wrong = sympy.diff(weighted, a(l - 1)[k, 0])
    assert isinstance(wrong, Sum)
    known = equation(z(l)[j, 0], weighted)
    with pytest.raises(StepError, match="the index k is bound in it"):
        derivative(Partial(z(l)[j, 0], a(l - 1)[k, 0]), HERE, (known,))
    right = derivative(Partial(z(l)[j, 0], a(l - 1)[k, 0]), HERE)
    assert right == w(l)[j, k]
    assert right != wrong


def test_definitions_come_before_those_of_the_forward_pass() -> None:
    known = equation(C, Sum(a(L)[m, 0] ** 2 * y()[m, 0], (m, 0, Width(L) - 1)), cost="quadratic")
    found = collapse(derivative(Partial(C, a(L)[j, 0]), (neurons(j, L),), (known,)))
    assert found == 2 * a(L)[j, 0] * y()[j, 0]


def test_a_kronecker_delta_that_is_left_over_is_an_error() -> None:
    leftover = KroneckerDelta(j, m, (0, Width(l) - 1)) * b(l)[j, 0]
    assert collapse(leftover, full=False) == leftover
    with pytest.raises(StepError, match="a Kronecker delta is left over"):
        collapse(leftover)


def test_a_delta_collapses_only_the_sum_over_its_own_range() -> None:
    def total(high: Expr) -> Expr:
        return Sum(KroneckerDelta(k, j, (0, Width(l) - 1)) * b(l)[k, 0], (k, 0, high))

    assert collapse(total(Width(l) - 1)) == b(l)[j, 0]
    for high in (Width(l) - 2, Width(l + 1) - 1, Integer(3)):
        try:
            found = collapse(total(high))
        except StepError:
            continue
        assert found != b(l)[j, 0]


def test_what_does_not_depend_on_the_variable_has_no_derivative() -> None:
    assert derivative(Partial(w(l)[j, k], b(l)[j, 0]), HERE) == 0
    assert derivative(Partial(a(l)[j, 0], b(l)[j, 0]), HERE).has(SigmaPrime)
