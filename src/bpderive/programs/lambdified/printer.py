"""The lines of a program as Python: `sympy.lambdify` with a printer that knows the book's letters.

`lambdified(lines, arguments, results, …)` is the function of the lines. It consists of the operators of arrays
(`@ + * .T` and one `.sum`) and of calls of σ, σ′ and ∇C, so that it runs on the arrays of any library.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from typing import Any

import sympy
from sympy import MatrixExpr, MatrixSymbol
from sympy.core.symbol import Str
from sympy.printing.precedence import PRECEDENCE, precedence
from sympy.printing.pycode import PythonCodePrinter

from bpderive.letters.symbols import CostGradient, Elementwise, LayerArray, ParameterGradient, SigmaPrime
from bpderive.programs.lambdified.functions import Functions
from bpderive.programs.lambdified.lines import Line, OfLayer, OverExamples

NAME = "backprop"
"""What the function is called in its source."""


class Numbered(MatrixExpr):
    """An expression and the number of its equation, which is printed as a comment; args (expression, number)."""

    @property
    def shape(self) -> tuple[Any, Any]:
        """That of the expression."""
        shape: tuple[Any, Any] = self.args[0].shape
        return shape


class Printer(PythonCodePrinter):
    """Prints the matrix expressions of the book; `functions` names σ, σ′ and the rest by (kind, layer)."""

    def __init__(self, functions: Functions, depth: int) -> None:
        super().__init__({"fully_qualified_modules": False, "inline": True, "allow_unknown_functions": True})
        self._functions, self._depth = functions, depth

    def _print_LayerArray(self, array: LayerArray) -> str:
        return python_name(array)

    def _print_MatMul(self, product: Any) -> str:
        number, matrices = product.as_coeff_matrices()
        shown = " @ ".join(self.parenthesize(factor, PRECEDENCE["Mul"]) for factor in matrices)
        if number == 1:
            return shown
        return f"{self._print(number)} * {f'({shown})' if len(matrices) > 1 else shown}"

    def _print_HadamardProduct(self, product: Any) -> str:
        # `@` and `*` bind equally tightly, so a matrix product within one wants its parentheses.
        return " * ".join(
            f"({self._print(factor)})" if factor.is_MatMul or factor.is_MatAdd else self._print(factor)
            for factor in product.args
        )

    def _print_MatAdd(self, total: Any) -> str:
        terms = sorted(total.args, key=lambda term: not term.is_MatMul)  # w a + b, as the book has it
        return " + ".join(self.parenthesize(term, PRECEDENCE["Add"]) for term in terms)

    def _print_Transpose(self, turned: Any) -> str:
        return f"{self.parenthesize(turned.arg, PRECEDENCE['Pow'])}.T"

    def _print_Elementwise(self, applied: Elementwise) -> str:
        kind = "slope" if applied.function is SigmaPrime else "activation"
        return f"{self._functions[kind, int(applied.args[1])]}({self._print(applied.args[2])})"

    def _print_CostGradient(self, gradient: CostGradient) -> str:
        return f"{self._functions['cost_gradient', self._depth]}(a{self._depth}, y)"

    def _print_OfLayer(self, applied: OfLayer) -> str:
        name, *matrices = applied.args
        return f"{self._functions[name.name, self._depth]}({', '.join(map(self._print, matrices))})"

    def _print_OverExamples(self, total: OverExamples) -> str:
        return f"{self.parenthesize(total.args[0], PRECEDENCE['Atom'])}.sum(axis=1, keepdims=True)"

    def _print_Numbered(self, numbered: Numbered) -> str:
        expression, number = numbered.args
        return f"{self._print(expression)}  # {number}"

    def parenthesize(self, item: Any, level: int, strict: bool = False) -> str:
        """SymPy's, for matrix products as for products."""
        own = (
            PRECEDENCE["Mul"] if item.is_MatMul else PRECEDENCE["Add"] if item.is_MatAdd else precedence(item)
        )
        shown = self._print(item)
        return f"({shown})" if own < level or (own == level and strict) else shown


def python_name(value: MatrixExpr) -> str:
    """What a quantity is called in the program: w2, a1, delta3, y; nabla_w2 for ∂C/∂w^2."""
    if isinstance(value, ParameterGradient):
        return f"nabla_{python_name(value.args[0])}"
    assert isinstance(value, LayerArray)
    return value.letter if value.letter == "y" else f"{value.letter}{value.layer}"


def lambdified(
    lines: Sequence[Line],
    arguments: Sequence[MatrixExpr],
    results: Sequence[MatrixExpr],
    names: Functions,
    depth: int,
) -> Callable[..., list[Any]]:
    """The lines as a function of `arguments` that returns the list of `results`.

    The functions that it calls are named by `names`, and left to be bound.
    """
    bindings = [(_symbol(line.value), Numbered(line.expression, Str(line.number))) for line in lines]
    made: Callable[..., list[Any]] = sympy.lambdify(
        [_symbol(value) for value in arguments],
        [_symbol(value) for value in results],
        modules=[{}],
        printer=Printer(names, depth),
        cse=lambda expressions: (bindings, expressions),
        docstring_limit=0,
    )
    return made


def source_of(function: Callable[..., Any], name: str = NAME) -> str:
    """The text that `sympy.lambdify` made, with a name to call it by."""
    return inspect.getsource(function).replace(function.__name__, name, 1)


def _symbol(value: MatrixExpr) -> MatrixSymbol:
    return MatrixSymbol(python_name(value), *value.shape)
