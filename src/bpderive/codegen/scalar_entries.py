"""The entries of matrices in plain Python, for the scalar program: w2_1_3 is w^2_13.

`entry_of(node, j, k, sizes)` is the expression of one entry of an operation, by those of its arguments; a new operation
gets a case there.
"""

from __future__ import annotations

from collections.abc import Sequence

from sympy import Expr, Symbol

from bpderive.activations.elementwise import PythonSource, expression_source
from bpderive.codegen.nodes import (
    Hadamard,
    Node,
    OutputError,
    PlusColumn,
    Product,
    Shared,
    SumOverExamples,
    Value,
    slope_symbol,
)
from bpderive.costs import a as output
from bpderive.costs import y as target


def entry_name(letter: str, layer: int, j: int, k: int) -> str:
    """A component's name, counted from 1: w2_1_3, b2_1, y_1."""
    indices = f"{j + 1}_{k + 1}" if letter == "w" else f"{j + 1}"
    return f"{letter}_{indices}" if letter == "y" else f"{letter}{layer}_{indices}"


def entry_of(node: Node, j: int, k: int, sizes: Sequence[int]) -> str:
    """The entry (j, k) of a node, written by its arguments' entries."""
    if isinstance(node, Value):
        return entry_name(node.letter, node.layer, j, k)
    if isinstance(node, Product):
        terms = []
        for i in range(_size(node.right.shape[node.right_turned], sizes)):
            left = entry_of(node.left, *((i, j) if node.left_turned else (j, i)), sizes)
            right = entry_of(node.right, *((k, i) if node.right_turned else (i, k)), sizes)
            terms.append(f"{left}*{right}")
        return " + ".join(terms)
    if isinstance(node, PlusColumn):
        return f"{entry_of(node.matrix, j, k, sizes)} + {entry_of(node.column, j, 0, sizes)}"
    if isinstance(node, Hadamard):
        left = entry_of(node.left, j, k, sizes)
        left = f"({left})" if " " in left else left
        return f"{left}*{entry_of(node.right, j, k, sizes)}"
    if isinstance(node, Shared):
        inner = entry_of(node.matrix, j, k, sizes)
        return f"({inner})/m" if " " in inner else f"{inner}/m"
    if isinstance(node, SumOverExamples):
        return entry_of(node.matrix, j, 0, sizes)
    if isinstance(node, OutputError):
        [formula] = [formula for rows, formula in node.formulas if j in rows]
        values = {output: node.a, target: node.y, slope_symbol: node.slope}
        named = {
            symbol: Symbol(entry_name(value.letter, value.layer, j, k), real=True)
            for symbol, value in values.items()
            if value is not None
        }
        return expression_source(formula.xreplace(named), PythonSource)
    raise TypeError(f"{node} has no entries in the scalar program.")


def _size(size: Expr, sizes: Sequence[int]) -> int:
    """A size in numbers; one example has one column."""
    values = {Symbol(f"n_{l}", integer=True, positive=True): n for l, n in enumerate(sizes, 1)}
    return int(size.subs(values).subs("m", 1))
