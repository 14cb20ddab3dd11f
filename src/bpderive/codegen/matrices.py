"""The matrix equations of the book as NumPy source.

`MatrixSource(…).source(side)` prints a side of a proved statement, its layers being numbers: (w^3)ᵀ δ^3 ⊙ σ′(z^2)
becomes `(w3.T @ delta3)*sigmoid_prime(z2)`. `summed_over_examples` prints the components of a gradient, such as
a^{l-1}_k δ^l_j, as the array of its sums over the examples of a mini-batch, which are the columns of every a, z and δ.
To print a new kind of matrix expression, give `MatrixSource` a method `_print_<class name>`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sympy import Basic, Expr, HadamardProduct, MatAdd, MatMul, Mul

from bpderive.notation import CostGradient, LayerArray, quantity


def array_name(array: LayerArray) -> str:
    """What a quantity is called in the code: w3, delta2, y."""
    return "y" if array.letter == "y" else f"{array.letter}{array.layer}"


@dataclass(frozen=True, slots=True)
class MatrixSource:
    """Prints matrix expressions.

    `functions` gives the source of σ or σ′ of a layer, `cost_gradient` that of ∇_a C; `select` is put after every
    quantity that belongs to neurons, so that a program for some rows of a layer can be printed.
    """

    functions: Callable[[type[Any], int], str]
    cost_gradient: str
    select: str = ""

    def source(self, expression: Basic) -> str:
        """The source of `expression`; raises `TypeError` for a kind of expression that has none."""
        for kind in type(expression).__mro__:
            method = getattr(self, f"_print_{kind.__name__}", None)
            if method is not None:
                printed: str = method(expression)
                return printed
        raise TypeError(f"a matrix program cannot contain {type(expression).__name__}: {expression}")

    def _operand(self, expression: Basic) -> str:
        """The source of a factor, in brackets unless it binds more tightly than a product."""
        shown = self.source(expression)
        loose = isinstance(expression, MatAdd | MatMul | HadamardProduct | CostGradient)
        return f"({shown})" if loose and not shown.isidentifier() else shown

    def _print_LayerArray(self, expression: LayerArray) -> str:
        return array_name(expression) + ("" if expression.letter == "w" else self.select)

    def _print_Transpose(self, expression: Any) -> str:
        return f"{self._operand(expression.arg)}.T"

    def _print_MatAdd(self, expression: Any) -> str:
        shown = ""
        # Products first and what is subtracted last, as one writes it.
        terms = sorted(expression.args, key=lambda t: (_sign(t) < 0, not isinstance(t, MatMul), str(t)))
        for term in terms:
            sign = _sign(term)
            printed = self.source(term if sign > 0 else -term)
            shown += ("" if sign > 0 else "-") if not shown else (" + " if sign > 0 else " - ")
            shown += printed
        return shown

    def _print_MatMul(self, expression: Any) -> str:
        number, factors = expression.as_coeff_matrices()
        shown = " @ ".join(self._operand(factor) for factor in factors)
        if number == 1:
            return shown
        return f"-({shown})" if number == -1 else f"{number}*({shown})"

    def _print_HadamardProduct(self, expression: Any) -> str:
        return "*".join(self._operand(factor) for factor in expression.args)

    def _print_Elementwise(self, expression: Any) -> str:
        _, layer, argument = expression.args
        return f"{self.functions(expression.function, int(layer))}({self.source(argument)})"

    def _print_CostGradient(self, expression: Any) -> str:
        return self.cost_gradient


def _sign(term: Basic) -> int:
    return -1 if isinstance(term, MatMul) and term.as_coeff_matrices()[0].is_negative else 1


def summed_over_examples(components: Expr, indices: tuple[Any, ...]) -> str:
    """The array, with the given indices, of the sums over the examples of a product of components of vectors.

    With one index Σ_x δ_j is a sum along the columns; with two, Σ_x a_k δ_j is a product of matrices.
    """
    by_index: dict[Any, LayerArray] = {}
    for factor in Mul.make_args(components):
        found = quantity(factor)
        if found is None or found[0].letter == "w" or found[1][0] in by_index:
            raise TypeError(f"{components} is no product of components of vectors, one for each index.")
        by_index[found[1][0]] = found[0]
    if set(by_index) != set(indices):
        raise TypeError(f"{components} does not have the indices {indices}.")
    names = [array_name(by_index[index]) for index in indices]
    if len(names) == 1:
        return f"{names[0]}.sum(axis=1, keepdims=True)"
    row, column = names
    return f"{row} @ {column}.T"
