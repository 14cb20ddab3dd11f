"""C and JavaScript source of functions of one number, printed from SymPy expressions.

`CSource` and `JavaScriptSource` are dialects like `NumPySource`; `in_lines(expressions, dialect)` are the lines of a
body. Numbers are computed in double precision in both. What a language has no function for is refused.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain, count
from typing import Any, ClassVar

import sympy
from sympy import Expr, Symbol
from sympy.codegen.cfunctions import expm1, log1p

from bpderive.activations.elementwise import NumPySource, expression_source
from bpderive.activations.special import computed
from bpderive.codegen.inplace import shared_parts

_SHARED: dict[Any, str] = {
    sympy.acos: "acos",
    sympy.acosh: "acosh",
    sympy.asin: "asin",
    sympy.asinh: "asinh",
    sympy.atan: "atan",
    sympy.atanh: "atanh",
    sympy.ceiling: "ceil",
    sympy.cos: "cos",
    sympy.cosh: "cosh",
    sympy.exp: "exp",
    sympy.floor: "floor",
    sympy.log: "log",
    sympy.sin: "sin",
    sympy.sinh: "sinh",
    sympy.tan: "tan",
    sympy.tanh: "tanh",
    expm1: "expm1",
    log1p: "log1p",
}


class CSource(NumPySource):
    """Prints a SymPy expression as an expression of C; `least` and `greatest` are functions of the program."""

    functions: ClassVar[dict[Any, str]] = {
        **_SHARED,
        sympy.Abs: "fabs",
        sympy.erf: "erf",
        sympy.erfc: "erfc",
        sympy.gamma: "tgamma",
        sympy.sign: "sign",
    }
    least, greatest, both, either = "least", "greatest", "&&", "||"
    root, power, nothing = "sqrt", "pow", "NAN"

    def _print_Integer(self, expression: Any) -> str:
        return f"{expression.p}.0"

    def _print_Rational(self, expression: Any) -> str:
        return f"{expression.p}.0/{expression.q}.0"

    _print_Half = _print_Rational

    def _print_One(self, expression: Any) -> str:
        return "1.0"

    def _print_Zero(self, expression: Any) -> str:
        return "0.0"

    def _print_NegativeOne(self, expression: Any) -> str:
        return "-1.0"

    def _print_Exp1(self, expression: Any) -> str:
        return repr(float(sympy.E))

    def _print_Pi(self, expression: Any) -> str:
        return repr(float(sympy.pi))

    def _print_Pow(self, expression: Any, rational: bool = False) -> str:
        base, exponent = expression.args
        if exponent == sympy.Rational(1, 2):
            return f"{self.root}({self._print(base)})"
        if exponent.is_number and exponent.is_negative:
            below = base if exponent == -1 else sympy.Pow(base, -exponent, evaluate=False)
            return f"{self._print(sympy.Integer(1))}/({self._print(below)})"
        if exponent == 2:
            shown = self.parenthesize(base, 1000)
            return f"({shown}*{shown})"
        return f"{self.power}({self._print(base)}, {self._print(exponent)})"

    def _print_Piecewise(self, expression: Any) -> str:
        shown = self.nothing
        for value, condition in reversed(expression.args):
            branch = self._print(value)
            holds = condition == True  # noqa: E712  # SymPy's own true
            shown = branch if holds else f"({self._print(condition)} ? {branch} : {shown})"
        return shown


class JavaScriptSource(CSource):
    """Prints a SymPy expression as an expression of JavaScript."""

    functions: ClassVar[dict[Any, str]] = {
        **{function: f"Math.{name}" for function, name in _SHARED.items()},
        sympy.Abs: "Math.abs",
        sympy.erf: "erf",
        sympy.erfc: "erfc",
        sympy.sign: "Math.sign",
    }
    least, greatest = "Math.min", "Math.max"
    root, power, nothing = "Math.sqrt", "Math.pow", "NaN"

    def _print_Integer(self, expression: Any) -> str:
        return str(expression.p)

    def _print_Rational(self, expression: Any) -> str:
        return f"{expression.p}/{expression.q}"

    _print_Half = _print_Rational

    def _print_One(self, expression: Any) -> str:
        return "1"

    def _print_Zero(self, expression: Any) -> str:
        return "0"

    def _print_NegativeOne(self, expression: Any) -> str:
        return "-1"


def in_lines(
    expressions: Sequence[Expr], dialect: type[NumPySource], binding: str = "{} = {}"
) -> tuple[list[str], list[str]]:
    """Lines that bind what the expressions share, and the expressions by these."""
    parts = (Symbol(name, real=True) for name in chain("efghstuv", (f"t{n}" for n in count())))
    shared, results = shared_parts(expressions, parts)
    lines = [binding.format(part, expression_source(_bare(value), dialect)) for part, value in shared]
    return lines, [expression_source(_bare(result), dialect) for result in results]


def _bare(expression: Expr) -> Expr:
    """Without the `computed` that a line of its own makes needless."""
    return expression.args[0] if isinstance(expression, computed) else expression
