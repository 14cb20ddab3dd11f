"""From components to vectors and matrices.

`vector_form(e, j)` reads an expression with the free index j as the j-th component of a column vector and finds that
vector, `outer_form(e, j, k)` the matrix that has it as an entry; `diagonal_form` writes ⊙ σ′(z) as a product
with Σ′(z); `replaced_product` puts equals for equals inside a product of matrices. Each is a search for a form;
the rules that use them check what was found by its components.
"""

from __future__ import annotations

import sympy
from sympy import Add, Expr, HadamardProduct, MatMul, MatrixExpr, Mul, Sum, Symbol
from sympy.matrices.expressions.matexpr import MatrixElement

from bpderive.errors import StepError
from bpderive.letters.plain import plain
from bpderive.letters.symbols import (
    C,
    CostGradient,
    DiagonalSigmaPrime,
    Elementwise,
    L,
    ParameterGradient,
    Partial,
    Sigma,
    SigmaPrime,
    a,
    quantity,
)
from bpderive.proofs import words


def vector_form(expression: Expr, index: Symbol) -> MatrixExpr:
    """The column vector whose component `index` is `expression`; raises `StepError` if there is no such form."""
    if isinstance(expression, Add):
        return sympy.MatAdd(*(vector_form(term, index) for term in expression.args))
    if isinstance(expression, Sum):
        return _product_form(expression, index)
    if isinstance(expression, Mul):
        return _hadamard_form(expression, index)
    found = quantity(expression)
    if found is not None and found[1] == (index, 0):
        return found[0]
    if isinstance(expression, Sigma | SigmaPrime) and expression.args[1] == index:
        layer, _, inner = expression.args
        return Elementwise(type(expression), layer, vector_form(inner, index))
    if isinstance(expression, Partial) and expression.of == C:
        by = quantity(expression.by)
        if by is not None and by[1] == (index, 0) and by[0] == a(L):
            return CostGradient()
        if by is not None and by[1] == (index, 0) and by[0].letter == "b":
            return ParameterGradient(by[0])
    raise StepError(words.NO_VECTOR.format(expression=plain(expression), index=plain(index)))


def outer_form(expression: Expr, row: Symbol, column: Symbol) -> MatrixExpr:
    """The matrix whose entry (row, column) is `expression`, a product of components of the one and of the other."""
    by = quantity(expression.by) if isinstance(expression, Partial) and expression.of == C else None
    if by is not None and by[1] == (row, column):
        return ParameterGradient(by[0])
    factors = Mul.make_args(expression)
    rows = [f for f in factors if row in f.free_symbols]
    columns = [f for f in factors if column in f.free_symbols]
    if len(rows) + len(columns) != len(factors) or set(rows) & set(columns) or not rows or not columns:
        raise StepError(
            words.NO_OUTER.format(expression=plain(expression), row=plain(row), column=plain(column))
        )
    return MatMul(vector_form(Mul(*rows), row), vector_form(Mul(*columns), column).T)


def _hadamard_form(expression: Mul, index: Symbol) -> MatrixExpr:
    number, rest = expression.as_coeff_Mul()
    parts = sorted(
        (vector_form(factor, index) for factor in Mul.make_args(rest)),
        key=lambda v: (isinstance(v, Elementwise), str(v)),
    )
    product = parts[0] if len(parts) == 1 else HadamardProduct(*parts)
    return product if number == 1 else number * product


def _product_form(expression: Sum, index: Symbol) -> MatrixExpr:
    """Σ_k M_jk v_k, perhaps times factors that depend on j alone, as (M v) ⊙ …"""
    if len(expression.limits) != 1:
        raise StepError(words.MORE_SUMS.format(expression=plain(expression)))
    inner = expression.limits[0][0]
    outside: list[Expr] = []
    inside: list[Expr] = []
    matrix = None
    for factor in Mul.make_args(expression.function):
        letters = factor.free_symbols
        if isinstance(factor, MatrixElement) and {factor.i, factor.j} == {index, inner}:
            if matrix is not None:
                raise StepError(words.TWO_MATRICES.format(expression=plain(expression)))
            matrix = factor.parent if factor.i == index else factor.parent.T
        elif inner in letters and index in letters:
            raise StepError(
                words.NO_MATRIX.format(factor=plain(factor), index=plain(index), inner=plain(inner))
            )
        else:
            (inside if inner in letters else outside).append(factor)
    if matrix is None or not inside:
        raise StepError(words.NO_PRODUCT.format(expression=plain(expression)))
    product = MatMul(matrix, vector_form(Mul(*inside), inner))
    return HadamardProduct(product, *(vector_form(f, index) for f in outside)) if outside else product


def diagonal_form(product: HadamardProduct) -> MatrixExpr:
    """s ⊙ σ′(z^l) as Σ′(z^l) s; raises `StepError` if no factor is σ′(z^l)."""
    slopes = [f for f in product.args if isinstance(f, Elementwise) and f.function is SigmaPrime]
    if len(slopes) != 1:
        raise StepError(words.SLOPES.format(product=plain(product), number=len(slopes)))
    others = [f for f in product.args if f is not slopes[0]]
    rest = others[0] if len(others) == 1 else HadamardProduct(*others)
    return MatMul(
        DiagonalSigmaPrime(slopes[0].args[1]), *(rest.args if isinstance(rest, MatMul) else (rest,))
    )


def replaced_product(expression: Expr, old: Expr, new: Expr) -> MatrixExpr | None:
    """`expression`, a product of matrices, with the factors of `old` that stand together replaced; None if none do."""
    factors = list(expression.args) if isinstance(expression, MatMul) else [expression]
    wanted = list(old.args) if isinstance(old, MatMul) else [old]
    put = list(new.args) if isinstance(new, MatMul) else [new]
    for start in range(len(factors) - len(wanted) + 1):
        if factors[start : start + len(wanted)] == wanted:
            together = factors[:start] + put + factors[start + len(wanted) :]
            return together[0] if len(together) == 1 else MatMul(*together)
    return None


__all__ = ["diagonal_form", "outer_form", "replaced_product", "vector_form"]
