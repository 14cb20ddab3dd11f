"""NumPy source for SymPy expressions: `expression_source(expression)`, and `run`, which makes functions of source.

To support another SymPy function, add it to `functions`; what is not there is refused.
"""

from __future__ import annotations

import importlib.util
from typing import Any, ClassVar

import sympy
from sympy import Expr, Piecewise
from sympy.codegen.cfunctions import expm1, log1p
from sympy.core.function import AppliedUndef
from sympy.functions.elementary.piecewise import ExprCondPair
from sympy.logic.boolalg import Boolean, BooleanAtom
from sympy.printing.precedence import PRECEDENCE, precedence
from sympy.printing.str import StrPrinter

from bpderive.errors import DomainError, shown
from bpderive.later import loaded, np
from bpderive.letters.text import Text


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
        sympy.erf: "special.erf",
        sympy.erfc: "special.erfc",
        sympy.gamma: "special.gamma",
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
        known = ", ".join(sorted(f.__name__ for f in self.functions))
        raise DomainError(
            Text(
                en="There is no code for the function {name} in {whole}. Functions that there is code for: {known}.",
                zh="{whole} 中的函数 {name} 没有对应的代码。有代码的函数是：{known}。",
            ).format(name=type(expression).__name__, whole=expression, known=known)
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
        """The source of a constant for every entry of `like`, nan for nan."""
        return self.choice(f"{like} == {like}", shown, like)

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


def imports(source: str) -> str:
    """The lines that a program with NumPy's functions, and SciPy's where it is installed, wants before it."""
    if "special." not in source:
        return "import numpy as np"
    scipy = importlib.util.find_spec("scipy") is not None
    return f"import numpy as np\n{'from scipy import special' if scipy else _WITHOUT_SCIPY}"


_WITHOUT_SCIPY = """import math

class special:
    erf, erfc, gamma = (np.vectorize(f, otypes=[float]) for f in (math.erf, math.erfc, math.gamma))"""


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


def docstring(says: str) -> str:
    """What generated code says of itself, between quotes on one line; whatever is said, nothing of it gets out."""
    kept = "".join(" " if character.isspace() else character for character in says if character not in '"\\')
    return f'"""{"".join(character for character in kept if character.isprintable())}"""'


def run(source: str, filename: str, arrays: Any = None, special: Any = None) -> dict[str, Any]:
    """The names that `source` defines with NumPy, or with another library as `np` and its `special` functions."""
    namespace: dict[str, Any] = {"np": arrays, "special": special}
    if arrays is None:
        loaded("numpy")
        exec(imports(source), namespace)
    exec(compile(source, filename, "exec"), namespace)
    return namespace


_REAL_WANTED = Text(
    en="An activation takes real numbers, in an array or a list; given were {given}.",
    zh="激活函数需要实数，可以是数组或列表；给出的是 {given}。",
)


def real_array(values: Any) -> Any:
    """The values as an array of NumPy; raises `DomainError` unless they are real numbers."""
    try:
        array = np.asarray(values)
    except (RuntimeError, TypeError, ValueError, OverflowError) as error:
        raise DomainError(_REAL_WANTED.format(given=shown(values))) from error
    if array.dtype.kind not in "biuf":
        raise DomainError(_REAL_WANTED.format(given=f"{shown(values)} (dtype {array.dtype})"))
    return array
