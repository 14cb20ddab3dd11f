"""NumPy source for functions of one variable, printed from SymPy expressions.

`numpy_source("sigmoid", expression, "…")` is the text of a function, `compiled(expression)` the function itself.
Repeated parts are computed once. To support another SymPy function, add it to `_NUMPY`, or, if NumPy lacks it, to
`_SCALAR`; what is in neither is refused.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import lru_cache
from typing import Any

import numpy as np
import sympy
from sympy import Expr, Symbol
from sympy.codegen.cfunctions import expm1, log1p
from sympy.printing.precedence import PRECEDENCE, precedence
from sympy.printing.str import StrPrinter

from bpderive.activations.analysis import CACHE, z
from bpderive.errors import DomainError

_NUMPY: dict[Any, str] = {
    sympy.Abs: "np.abs",
    sympy.acos: "np.arccos",
    sympy.acosh: "np.arccosh",
    sympy.asin: "np.arcsin",
    sympy.asinh: "np.arcsinh",
    sympy.atan: "np.arctan",
    sympy.atanh: "np.arctanh",
    sympy.ceiling: "np.ceil",
    sympy.cos: "np.cos",
    sympy.cosh: "np.cosh",
    sympy.exp: "np.exp",
    sympy.floor: "np.floor",
    sympy.log: "np.log",
    sympy.sign: "np.sign",
    sympy.sin: "np.sin",
    sympy.sinh: "np.sinh",
    sympy.tan: "np.tan",
    sympy.tanh: "np.tanh",
    expm1: "np.expm1",
    log1p: "np.log1p",
}

_SCALAR: dict[Any, str] = {sympy.erf: "math.erf", sympy.erfc: "math.erfc", sympy.gamma: "math.gamma"}
"""Functions that only Python's `math` has; `np.vectorize` takes them through an array."""

_PARTS = ("e", "f", "g", "h", "s", "t", "u", "v")
"""Names of repeated parts, so that exp(−|z|) is the `e` of the text."""


class NumPySource(StrPrinter):
    """Prints a SymPy expression as a NumPy expression in which the module is `np`."""

    def _print_Function(self, expression: Any) -> str:
        arguments = ", ".join(self._print(argument) for argument in expression.args)
        if type(expression) in _NUMPY:
            return f"{_NUMPY[type(expression)]}({arguments})"
        if type(expression) in _SCALAR:
            return f"np.vectorize({_SCALAR[type(expression)]}, otypes=[float])({arguments})"
        raise DomainError(
            f"There is no NumPy code for the function {type(expression).__name__} in {expression}. "
            f"Functions that there is code for: {', '.join(sorted(f.__name__ for f in [*_NUMPY, *_SCALAR]))}."
        )

    _print_Abs = _print_log = _print_Function

    def _print_Pow(self, expression: Any, rational: bool = False) -> str:
        base, exponent = expression.args
        if base is sympy.E:
            return self._print_Function(sympy.exp(exponent, evaluate=False))
        if exponent == sympy.Rational(1, 2):
            return f"np.sqrt({self._print(base)})"
        if exponent.is_number and exponent.is_negative:
            below = base if exponent == -1 else sympy.Pow(base, -exponent, evaluate=False)
            return f"1/{self.parenthesize(below, PRECEDENCE['Pow'] + (exponent == -1))}"
        below, above = (
            self.parenthesize(part, PRECEDENCE["Pow"], strict=part is base) for part in (base, exponent)
        )
        return f"{below}**{above}"

    def _print_Add(self, expression: Any, order: Any = None) -> str:
        # As one writes it: what is added before what is subtracted, 1 + e and not e + 1.
        terms = sorted(expression.args, key=lambda t: (t.could_extract_minus_sign(), not t.is_number, str(t)))
        shown = self.parenthesize(terms[0], PRECEDENCE["Add"])
        for term in terms[1:]:
            minus = term.could_extract_minus_sign()
            shown += " - " if minus else " + "
            shown += self.parenthesize(-term if minus else term, PRECEDENCE["Add"] + minus)
        return str(shown)

    def _print_Exp1(self, expression: Any) -> str:
        return "np.e"

    def _print_Pi(self, expression: Any) -> str:
        return "np.pi"

    def _print_Min(self, expression: Any) -> str:
        return self._nested("np.minimum", expression.args)

    def _print_Max(self, expression: Any) -> str:
        return self._nested("np.maximum", expression.args)

    def _nested(self, function: str, arguments: tuple[Expr, ...]) -> str:
        # Numbers last: `np.maximum(z, 0)` reads better than `np.maximum(0, z)`.
        *others, last = (str(self._print(x)) for x in sorted(arguments, key=lambda x: (x.is_number, str(x))))
        shown = last
        for other in reversed(others):
            shown = f"{function}({other}, {shown})"
        return shown

    def _print_Piecewise(self, expression: Any) -> str:
        *cases, (shown, condition) = [(self._branch(e), c) for e, c in expression.args]
        if condition != True:  # noqa: E712  # SymPy's own true
            shown = f"np.where({self._print(condition)}, {shown}, np.nan)"
        for branch, condition in reversed(cases):
            shown = f"np.where({self._print(condition)}, {branch}, {shown})"
        return shown

    def _branch(self, expression: Expr) -> str:
        # A float, so that a function that is 0 or 1 does not come out in integers.
        return f"{expression}.0" if expression.is_Integer else str(self._print(expression))

    def _print_And(self, expression: Any) -> str:
        return " & ".join(f"({self._print(part)})" for part in expression.args)

    def _print_Or(self, expression: Any) -> str:
        return " | ".join(f"({self._print(part)})" for part in expression.args)

    def _print_Relational(self, expression: Any) -> str:
        sign = {"==": "==", "!=": "!="}.get(expression.rel_op, expression.rel_op)
        sides = (self.parenthesize(side, precedence(expression)) for side in (expression.lhs, expression.rhs))
        return f" {sign} ".join(sides)


def expression_source(expression: Expr) -> str:
    """`expression` as one NumPy expression."""
    return str(NumPySource().doprint(expression))


def numpy_source(name: str, expression: Expr, says: str, variables: tuple[Symbol, ...] = (z,)) -> str:
    """The text of a function `name` of arrays that computes `expression`, with `says` as its docstring."""
    taken = {symbol.name for symbol in expression.free_symbols}
    parts = (Symbol(part, real=True) for part in _PARTS if part not in taken)
    shared, [result] = sympy.cse(expression, symbols=parts, order="none")
    lines = [f"    {part} = {expression_source(value)}" for part, value in shared]
    arguments = ", ".join(symbol.name for symbol in variables)
    shown = expression_source(result)
    if not expression.free_symbols:
        # A constant has shape (); the other arrays of the program are as wide as the mini-batch.
        shown = f"np.full_like({variables[0].name}, {shown})"
    return "\n".join([f"def {name}({arguments}):", f'    """{says}"""', *lines, f"    return {shown}", ""])


def run(source: str, filename: str) -> dict[str, Any]:
    """The names that `source` defines, given NumPy as np and the module math."""
    namespace: dict[str, Any] = {"np": np, "math": math}
    exec(compile(source, filename, "exec"), namespace)
    return namespace


@lru_cache(CACHE)
def compiled(expression: Expr) -> Callable[[Any], Any]:
    """`expression`, a function of z, as a function of an array or a number, computed in floating point."""
    function = run(numpy_source("function", expression, str(expression)), "<activation>")["function"]

    def apply(values: Any) -> Any:
        array = np.asarray(values)
        if array.dtype.kind in "biu":
            array = array.astype(np.float64)
        if array.dtype.kind != "f":
            raise DomainError(f"An activation takes real numbers; given were values of dtype {array.dtype}.")
        result = function(array)
        return (result.copy() if result is array else result)[()]

    return apply
