"""NumPy source for functions of one variable, printed from SymPy expressions.

`function_source("sigmoid", expression, "…")` is the text of a function of arrays; `compiled(expression)` the function
itself. Repeated parts are computed once. To support another SymPy function, add it to `functions`; what is not there is
refused.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable
from functools import lru_cache
from typing import Any, ClassVar

import numpy as np
import sympy
from sympy import Expr, Piecewise, Symbol
from sympy.codegen.cfunctions import expm1, log1p
from sympy.core.function import AppliedUndef
from sympy.functions.elementary.piecewise import ExprCondPair
from sympy.logic.boolalg import Boolean, BooleanAtom
from sympy.printing.precedence import PRECEDENCE, precedence
from sympy.printing.str import StrPrinter

from bpderive.errors import DomainError
from bpderive.functions.activations.special import coded, computed
from bpderive.functions.activations.variables import CACHE, z

LONGEST = 88
"""The most characters of an expression in generated code; longer ones are computed in parts."""

_PARTS = ("e", "f", "g", "h", "s", "t", "u", "v")
"""Names of repeated parts, so that exp(−|z|) is the `e` of the text."""


def _vectorized(name: str) -> str:
    return f"np.vectorize({name}, otypes=[float])"


class NumPySource(StrPrinter):
    """Prints a SymPy expression as an expression of arrays; the module NumPy is `np`."""

    module: ClassVar[str] = "np"
    functions: ClassVar[dict[Any, str]] = {
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
        # These three only Python's `math` has.
        sympy.erf: _vectorized("math.erf"),
        sympy.erfc: _vectorized("math.erfc"),
        sympy.gamma: _vectorized("math.gamma"),
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
    least, greatest, both, either = "np.minimum", "np.maximum", "&", "|"

    def _print_Function(self, expression: Any) -> str:
        arguments = ", ".join(self._print(argument) for argument in expression.args)
        if type(expression) in self.functions:
            return f"{self.functions[type(expression)]}({arguments})"
        if isinstance(expression, AppliedUndef):  # a function of the program itself
            return f"{type(expression).__name__}({arguments})"
        raise DomainError(
            f"There is no code for the function {type(expression).__name__} in {expression}. "
            f"Functions that there is code for: {', '.join(sorted(f.__name__ for f in self.functions))}."
        )

    _print_Abs = _print_log = _print_Function

    def _print_Pow(self, expression: Any, rational: bool = False) -> str:
        base, exponent = expression.args
        if (
            exponent == sympy.Rational(1, 2) and not base.is_number
        ):  # some libraries take the root of arrays only
            return f"{self.module}.sqrt({self._print(base)})"
        if exponent.is_number and exponent.is_negative:
            below = base if exponent == -1 else sympy.Pow(base, -exponent, evaluate=False)
            return f"1/{self.parenthesize(below, PRECEDENCE['Pow'] + (exponent == -1))}"
        below, above = (
            self.parenthesize(part, PRECEDENCE["Pow"], strict=part is base) for part in (base, exponent)
        )
        return f"{below}**{above}"

    def _print_Add(self, expression: Any, order: Any = None) -> str:
        # As one writes it: what is added before what is subtracted, numbers first: 1 + e and not e + 1.
        terms = sorted(expression.args, key=lambda t: (t.could_extract_minus_sign(), not t.is_number, str(t)))
        shown = self.parenthesize(terms[0], PRECEDENCE["Add"], strict=True)
        for term in terms[1:]:
            minus = term.could_extract_minus_sign()
            shown += " - " if minus else " + "
            shown += self.parenthesize(-term if minus else term, PRECEDENCE["Add"] + minus)
        return str(shown)

    def _print_Float(self, expression: Any) -> str:
        return repr(float(expression))

    def _print_computed(self, expression: Any) -> str:
        return str(self.parenthesize(expression.args[0], PRECEDENCE["Atom"], strict=True))

    def _print_Exp1(self, expression: Any) -> str:
        return f"{self.module}.e"

    def _print_Pi(self, expression: Any) -> str:
        return f"{self.module}.pi"

    def _print_Min(self, expression: Any) -> str:
        return self._nested(self.least, expression.args)

    def _print_Max(self, expression: Any) -> str:
        return self._nested(self.greatest, expression.args)

    def _nested(self, function: str, arguments: tuple[Expr, ...]) -> str:
        # Numbers last: `np.maximum(z, 0)` reads better than `np.maximum(0, z)`.
        *others, last = (str(self._print(x)) for x in sorted(arguments, key=lambda x: (x.is_number, str(x))))
        shown = last
        for other in reversed(others):
            shown = f"{function}({other}, {shown})"
        return shown

    def _print_Piecewise(self, expression: Any) -> str:
        cases = [(self._branch(value), condition) for value, condition in expression.args]
        last, applies = expression.args[-1]
        if last.is_number and applies == True:  # noqa: E712  # SymPy's own true
            # nan is neither here nor there: it stays nan, and the constants have the dtype of what is compared.
            like = self._print(sorted(expression.free_symbols, key=str)[0])
            cases[-1] = (self.choice(f"{like} == {like}", cases[-1][0], like), applies)
        shown = f"{self.module}.nan"
        for branch, condition in reversed(cases):
            holds = condition == True  # noqa: E712  # SymPy's own true
            shown = branch if holds else self.choice(self._print(condition), branch, shown)
        return shown

    def choice(self, condition: str, then: str, otherwise: str) -> str:
        """The source of what is `then` where the condition holds, and `otherwise` elsewhere."""
        return f"np.where({condition}, {then}, {otherwise})"

    def constant(self, shown: str, like: str) -> str:
        """The source of a constant for every entry of `like`."""
        return f"np.full_like({like}, {shown})"

    def _branch(self, expression: Expr) -> str:
        # A float, so that a function that is 0 or 1 does not come out in integers.
        return f"{expression}.0" if expression.is_Integer else str(self._print(expression))

    def _print_And(self, expression: Any) -> str:
        return f" {self.both} ".join(f"({self._print(part)})" for part in expression.args)

    def _print_Or(self, expression: Any) -> str:
        return f" {self.either} ".join(f"({self._print(part)})" for part in expression.args)

    def _print_Relational(self, expression: Any) -> str:
        sides = (self.parenthesize(side, precedence(expression)) for side in (expression.lhs, expression.rhs))
        return f" {expression.rel_op} ".join(sides)


def has_code(expression: Expr) -> bool:
    """Whether there is code for everything in an expression."""
    plain = (sympy.Add, sympy.Mul, sympy.Pow, sympy.Min, sympy.Max, Piecewise, ExprCondPair, Boolean)
    return all(
        isinstance(part, plain) or part.is_Symbol or part.is_number or type(part) in NumPySource.functions
        for part in sympy.preorder_traversal(expression)
        if isinstance(part, sympy.Basic) and not isinstance(part, BooleanAtom)
    )


def expression_source(expression: Expr) -> str:
    """`expression` as one expression of NumPy."""
    return str(NumPySource().doprint(expression))


def function_source(
    name: str,
    expression: Expr,
    says: str,
    variables: tuple[Symbol, ...] = (z,),
) -> str:
    """The text of a function `name` of `variables` that computes `expression`, with `says` as its docstring."""
    shared, result = in_parts(expression)
    lines = [f"    {part} = {expression_source(value)}" for part, value in shared]
    arguments = ", ".join(symbol.name for symbol in variables)
    shown = expression_source(result)
    if not expression.free_symbols:
        shown = NumPySource().constant(shown, variables[0].name)
    return "\n".join([f"def {name}({arguments}):", f'    """{says}"""', *lines, f"    return {shown}", ""])


def in_parts(expression: Expr) -> tuple[list[tuple[Symbol, Expr]], Expr]:
    """What code computes one after the other for `expression`: named parts, and the result written by them.

    Repeated parts have a name, and so has what would make a line too long.
    """
    expression = coded(expression)
    taken = {symbol.name for symbol in expression.free_symbols}
    names = itertools.chain(_PARTS, (f"t{n}" for n in itertools.count()))
    parts = (Symbol(part, real=True) for part in names if part not in taken)
    shared, [result] = sympy.cse(expression, symbols=parts, order="none")
    made: list[tuple[Symbol, Expr]] = []

    def length(value: Expr) -> int:
        return len(expression_source(value))

    def shortened(value: Any) -> Any:
        """`value`, its longest operands being named until it is short enough."""
        if not isinstance(value, Expr) or value.is_Atom or length(value) <= LONGEST:
            return value
        operands = [shortened(operand) for operand in value.args]
        for place in sorted(range(len(operands)), key=lambda n: -length(operands[n])):
            rebuilt = value.func(*operands)
            if length(rebuilt) <= LONGEST:
                break
            if isinstance(operands[place], Expr) and not operands[place].is_Atom:
                name = next(parts)
                made.append((name, _bare(operands[place])))
                operands[place] = name
        return value.func(*operands)

    for name, value in shared:
        short = shortened(value)
        made.append((name, _bare(short)))
    short = _bare(shortened(result))
    return made, short


def _bare(expression: Expr) -> Expr:
    """Without the `computed` that a line of its own makes needless."""
    return expression.args[0] if isinstance(expression, computed) else expression


def run(source: str, filename: str, arrays: Any = np) -> dict[str, Any]:
    """The names that `source` defines, given the module math, and as `np` NumPy or another library of arrays."""
    namespace: dict[str, Any] = {"np": arrays, "math": math}
    exec(compile(source, filename, "exec"), namespace)
    return namespace


@lru_cache(CACHE)
def compiled(expression: Expr) -> Callable[[Any], Any]:
    """`expression`, a function of z, as a function of an array or a number, computed in floating point."""
    function = run(function_source("function", expression, str(expression)), "<activation>")["function"]

    def apply(values: Any) -> Any:
        array = np.asarray(values)
        if array.dtype.kind in "biu":
            array = array.astype(np.float64)
        if array.dtype.kind != "f":
            raise DomainError(f"An activation takes real numbers; given were values of dtype {array.dtype}.")
        # Half and single precision are computed in double precision and rounded once, so that every digit is right.
        result = function(array.astype(np.float64) if array.dtype.itemsize < 8 else array)
        return (result.copy() if result is array else result.astype(array.dtype, copy=False))[()]

    return apply
