"""Expressions on a network of given sizes: layers and indices put in, sums, products and paths written out."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Any

import sympy
from sympy import (
    Add,
    Basic,
    Expr,
    ImmutableDenseMatrix,
    Integer,
    KroneckerDelta,
    MatrixExpr,
    Mul,
    Sum,
    Symbol,
)

from bpderive.letters.places import Letters, whole_number
from bpderive.letters.symbols import (
    BackwardProduct,
    C,
    ExplicitPathSum,
    LayerArray,
    Partial,
    PathSum,
    a,
    quantity,
)


def written_out(expression: Any, letters: Letters, sizes: tuple[int, ...]) -> Any:
    """An expression with its layers and indices put in, and its sums and products written out."""

    def number(part: Expr) -> int:
        return whole_number(part, sizes)(letters)

    def again(part: Any) -> Any:
        return written_out(part, letters, sizes)

    if isinstance(expression, Sum):
        [(letter, low, high)] = expression.limits
        values = range(number(low), number(high) + 1)
        return Add(*(written_out(expression.function, {**letters, letter: v}, sizes) for v in values))
    if isinstance(expression, PathSum | ExplicitPathSum):
        layer, neuron, last = (number(part) for part in expression.args)
        return _paths_written_out(type(expression).link, layer, neuron, last, sizes)
    if isinstance(expression, KroneckerDelta):
        return Integer(int(number(expression.args[0]) == number(expression.args[1])))
    found = quantity(expression)
    if found is not None:
        array, (row, column) = found
        return _array(array, number)[number(row), number(column)]
    if isinstance(expression, MatrixExpr) and not isinstance(
        expression, sympy.MatMul | sympy.MatAdd | sympy.HadamardProduct
    ):
        return _matrix_written_out(expression, number, again)
    if not isinstance(expression, Basic) or not expression.args:
        whole = isinstance(expression, Symbol) and expression in letters
        return Integer(letters[expression]) if whole else expression
    return expression.func(*(again(part) for part in expression.args))


def _array(array: LayerArray, number: Callable[[Expr], int]) -> LayerArray:
    rows, columns = array.shape
    return LayerArray(array.letter, number(array.layer), number(rows), number(columns))


def _matrix_written_out(
    expression: MatrixExpr, number: Callable[[Expr], int], again: Callable[[Any], Any]
) -> Any:
    """A matrix as the table of its entries; a product of many as their product."""
    if isinstance(expression, BackwardProduct):
        factors = [
            BackwardProduct.factor(at).args
            for at in range(number(expression.args[0]), number(expression.args[1]))
        ]
        return sympy.MatMul(*(again(factor) for pair in factors for factor in pair))
    if isinstance(expression, LayerArray):
        expression = _array(expression, number)
    rows, columns = (number(size) for size in expression.shape)
    entries = [again(expression[row, column]) for row in range(rows) for column in range(columns)]
    return ImmutableDenseMatrix(rows, columns, entries)


def _paths_written_out(
    link: Callable[[int, int, int], Expr], layer: int, neuron: int, last: int, sizes: tuple[int, ...]
) -> Expr:
    """The literal sum over all paths, each the product of ∂C/∂a^L_m and of what `link` gives for its edges."""
    empty: Letters = {}
    terms = []
    for rest in itertools.product(*(range(sizes[at - 1]) for at in range(layer + 1, last + 1))):
        path = list(zip(range(layer, last + 1), (neuron, *rest), strict=True))
        factors = [Partial(C, a(last)[path[-1][1], 0])]
        factors += [link(at, here, following) for (at, here), (_, following) in itertools.pairwise(path)]
        terms.append(Mul(*(written_out(factor, empty, sizes) for factor in factors)))
    return Add(*terms)
