"""Reading expressions on a network: what is read, and what is refused rather than read as something else."""

from __future__ import annotations

import pytest
import sympy
from sympy import Expr, HadamardProduct, Integer, MatMul, Rational, Sum, Symbol, sqrt

from bpderive.errors import NetworkError
from bpderive.functions.costs import costs
from bpderive.judge.evaluate import Reader
from bpderive.judge.polynomials import unknown
from bpderive.judge.truth import Truth
from bpderive.letters.statements import approximation
from bpderive.letters.symbols import (
    BackwardProduct,
    C,
    Change,
    CostGradient,
    DiagonalSigmaPrime,
    Elementwise,
    L,
    LayerArray,
    ParameterGradient,
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
    m,
    w,
    y,
    z,
)

SIZES = (2, 3, 2)


def reader() -> Reader:
    return Reader(Truth(SIZES))


HERE = {l: 2, j: 1, k: 0}


@pytest.mark.parametrize(
    ("expression", "component"),
    [
        (w(l)[j, k], ("w", 2, 1, 0)),
        (b(l)[j, 0], ("b", 2, 1)),
        (a(l)[j, 0], ("a", 2, 1)),
        (a(l - 1)[k, 0], ("a", 1, 0)),
        (a(L)[k, 0], ("a", 3, 0)),
        (y()[k, 0], ("y", 3, 0)),
        (Partial(C, a(L)[k, 0]), ("g", 3, 0)),
        (Sigma(l, j, z(l)[j, 0]), ("a", 2, 1)),
        (SigmaPrime(l, j, z(l)[j, 0]), ("σ", 1, 2, 1, None)),
    ],
    ids=str,
)
def test_components_are_unknowns(expression: Expr, component: tuple[object, ...]) -> None:
    assert reader().number(expression)(HERE) == unknown(component)


def test_a_function_of_the_sum_that_the_weighted_input_is() -> None:
    total = Sum(w(l)[j, m] * a(l - 1)[m, 0], (m, 0, Width(l - 1) - 1)) + b(l)[j, 0]
    read = reader().number
    assert read(Sigma(l, j, total))(HERE) == read(a(l)[j, 0])(HERE)
    assert read(SigmaPrime(l, j, total))(HERE) == read(SigmaPrime(l, j, z(l)[j, 0]))(HERE)
    assert read(Sigma(l, j, total + 1))(HERE) != read(a(l)[j, 0])(HERE)
    assert read(Sigma(l, j, -total))(HERE) == read(Sigma(l, j, -z(l)[j, 0]))(HERE)


def test_numbers_widths_and_deltas() -> None:
    read = reader().number
    assert read(Rational(2, 3))(HERE) * 3 == 2
    assert read(Width(l))(HERE) == 3
    assert read(Sum(Integer(1), (m, 0, Width(l) - 1)))(HERE) == 3
    assert read(Sum(Integer(1), (m, 0, k), (k, 0, Width(l) - 1)))(HERE) == 1 + 2 + 3
    assert read(sympy.KroneckerDelta(j, k))(HERE) == 0
    assert read(sympy.KroneckerDelta(j, j + 0 * k))(HERE) == 1
    assert read((b(l)[j, 0] + 1) ** 2)(HERE) == read(b(l)[j, 0] ** 2 + 2 * b(l)[j, 0] + 1)(HERE)


MATRICES = [
    w(l),
    a(l),
    delta(l),
    y(),
    w(l).T,
    w(L).T * delta(L),
    2 * b(l) + z(l),
    HadamardProduct(a(l), z(l)),
    Elementwise(Sigma, l, z(l)),
    Elementwise(SigmaPrime, l, a(l)),
    DiagonalSigmaPrime(l),
    CostGradient(),
    ParameterGradient(w(l)),
    ParameterGradient(b(l)),
    MatMul(DiagonalSigmaPrime(l), w(L).T, delta(L)),
    MatMul(delta(l), a(l - 1).T),
]


@pytest.mark.parametrize("matrix", MATRICES, ids=str)
def test_a_matrix_is_the_table_of_its_entries(matrix: Expr) -> None:
    """SymPy says what the entries are; the reader's own way of multiplying must agree."""
    read = reader()
    table = read.value(matrix)({l: 2})
    row, column = (
        Symbol("row", integer=True, nonnegative=True),
        Symbol("column", integer=True, nonnegative=True),
    )
    wide = len(table[0]) > 1
    entry = read.number(matrix[row, column if wide else 0])
    assert len(table) == read.integer(matrix.shape[0])({l: 2})
    assert len(table[0]) == read.integer(matrix.shape[1])({l: 2})
    for at, line in enumerate(table):
        for place, value in enumerate(line):
            assert value == entry({l: 2, row: at, column: place})


def test_a_product_over_layers_is_the_product_of_its_factors() -> None:
    read = Reader(Truth((2, 3, 2, 4, 2)))
    factors = MatMul(*(f for layer in (2, 3, 4) for f in BackwardProduct.factor(layer).args))
    assert read.value(BackwardProduct(l))({l: 2}) == read.value(factors)({})
    nothing = read.value(BackwardProduct(L))({})
    assert nothing == [[1, 0], [0, 1]]


def test_the_paths_add_up_to_the_derivative() -> None:
    read = Reader(Truth((2, 3, 2, 4)))
    for layer in (1, 2, 3, 4):
        assert read.number(PathSum(l, j))({l: layer, j: 1}) == read.number(Partial(C, a(l)[j, 0]))(
            {l: layer, j: 1}
        )
    # A path sum that ends at layer 3 begins with ∂C/∂a^3.
    assert read.number(PathSum(l, j, 3))({l: 2, j: 1}) == read.number(Partial(C, a(l)[j, 0]))({l: 2, j: 1})


@pytest.mark.parametrize(
    "expression",
    [
        z(l + 2)[j, 0],
        delta(l - 1)[j, 0],
        w(l)[k, j + 2],
        y(l)[j, 0],
        SigmaPrime(l + 1, j + 1, z(l + 1)[0, 0]),
        Partial(C, z(l + 2)[j, 0]),
        PathSum(L, j + 5),
        PathSum(L, 0, 2),
        (w(l) * a(l - 1))[j + 7, 0],
        (w(l) * a(l - 1))[j - 4, 0],
        BackwardProduct(L, l),
        DiagonalSigmaPrime(1),
        CostGradient(L + 1),
        MatMul(w(l), delta(l), evaluate=False),
        HadamardProduct(a(l), a(L), evaluate=False),
        Elementwise(SigmaPrime, L, z(l)),
        Symbol("T"),
        b(l)[j, 0] * Symbol("T"),
    ],
    ids=str,
)
def test_what_does_not_exist_on_the_network(expression: Expr) -> None:
    read = reader()
    with pytest.raises(NetworkError):
        read.value(expression)({l: 2, j: 1, k: 0})


@pytest.mark.parametrize(
    "expression",
    [
        sqrt(a(l)[j, 0]),
        1 / a(l)[j, 0],
        a(l)[j, 0] ** Symbol("p"),
        sympy.exp(a(l)[j, 0]),
        sympy.Function("f")(X),
        sympy.Abs(a(l)[j, 0]),
        Partial(Partial(C, a(l)[j, 0]), a(l)[j, 0]),
        Partial(delta(l)[j, 0], z(l)[j, 0]),
        Partial(C, y()[0, 0]),
        Change(a(l)[j, 0]),
        PathProduct(l, j),
        sympy.Identity(3),
        sympy.pi,
    ],
    ids=str,
)
def test_what_is_no_polynomial_is_not_read_as_one(expression: Expr) -> None:
    with pytest.raises(TypeError):
        reader().value(expression)(HERE)


def changes(*sides: Expr) -> list[list[object]]:
    """The sides of a statement about a small change of w^2_{21}, for every path if it speaks of one."""
    read = Reader(Truth((2, 3, 2)))
    statement = approximation(sides[0], sides[-1], (), moved=w(l)[j, k])
    return [[read.number(side)(HERE) for side in sides] for _ in read.small_changes(statement, HERE)]


def test_small_changes_follow_the_weight() -> None:
    step = unknown(("Δ",))
    [found] = changes(Change(w(l)[j, k]), Change(z(l)[j, 0]), Change(a(l)[j, 0]), Change(C))
    moved, weighted, active, cost = found
    assert moved == step
    assert weighted == step * unknown(("a", 1, 0))
    assert active == weighted * unknown(("σ", 1, 2, 1, None))
    assert cost != active
    for other in (w(l)[j, 1], b(l)[j, 0], y()[0, 0], delta(l)[j, 0]):
        with pytest.raises(TypeError, match="only the changes of C, a and z"):
            changes(Change(other))
    with pytest.raises(NetworkError):
        changes(Change(a(L + 1)[j, 0]))


def test_a_statement_about_one_path_is_read_once_for_each() -> None:
    each = changes(Change(C), PathProduct(l, j))
    assert len(each) == 2
    [whole] = changes(Change(C), Change(C))
    assert sum((found[0] for found in each), start=unknown("x") * 0) == whole[0]  # type: ignore[arg-type, type-var]  # polynomials
    with pytest.raises(NetworkError, match="does not begin where"):
        changes(Change(C), PathProduct(l, k))
    with pytest.raises(NetworkError, match="does not begin where"):
        changes(Change(C), PathProduct(l - 1, j))


def test_a_change_with_a_given_cost_uses_its_derivative() -> None:
    read = Reader(Truth((2, 3, 2), costs["quadratic"]))
    statement = approximation(Change(C), Partial(C, w(l)[j, k]) * Change(w(l)[j, k]), (), moved=w(l)[j, k])
    for _ in read.small_changes(statement, HERE):
        assert read.number(statement.lhs)(HERE) == read.number(statement.rhs)(HERE)


def test_arrays_that_are_no_letters_of_the_book() -> None:
    with pytest.raises(NetworkError, match="a network has no v"):
        reader().value(LayerArray("v", 2, 3, 1))({})
