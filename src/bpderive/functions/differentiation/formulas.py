"""The LaTeX of a formula in one variable, as one writes it by hand.

Numbers stand before letters in a sum, what is added before what is subtracted, exponentials stay above the line, and
decimals are decimals. `Pending(u, z)` is a derivative that is still to be taken. To print a new object, give
`FormulaPrinter` a method `_print_<class name>`.
"""

from __future__ import annotations

import re
from typing import Any

import sympy
from sympy import Add, Expr, Integer, Mul, Pow, Rational, Symbol
from sympy.core.function import AppliedUndef
from sympy.printing.latex import LatexPrinter

_MOST_DIGITS = 3
"""Fractions of longer numbers are printed as decimals."""

_DECIMALS = 8
"""Longer decimals are broken off, with dots."""

_UNIT_FRACTION = re.compile(r"\\frac\{1\}\{(.*)\}")

_NAMES = {
    sympy.log: r"\ln",
    sympy.atan: r"\arctan",
    sympy.asin: r"\arcsin",
    sympy.acos: r"\arccos",
    sympy.erf: r"\operatorname{erf}",
    sympy.erfc: r"\operatorname{erfc}",
    sympy.asinh: r"\operatorname{arsinh}",
    sympy.acosh: r"\operatorname{arcosh}",
    sympy.atanh: r"\operatorname{artanh}",
    sympy.Min: r"\min",
    sympy.Max: r"\max",
    sympy.gamma: r"\Gamma",
    sympy.sign: r"\operatorname{sgn}",
}
_BUILT_IN = ("sin", "cos", "tan", "sinh", "cosh", "tanh", "coth", "cot", "exp")


class Pending(Expr):
    """d/dz of an expression, not yet taken: `Pending(u, z)`."""

    is_commutative = True

    @property
    def of(self) -> Expr:
        """What is to be differentiated."""
        return self.args[0]

    @property
    def by(self) -> Symbol:
        """The variable."""
        return self.args[1]


def latex(expression: Any) -> str:
    """The LaTeX of a formula, without dollar signs."""
    return str(FormulaPrinter().doprint(expression))


def decimal(number: Rational) -> tuple[str, bool]:
    """The number with at most `_DECIMALS` decimals, and whether that is all of it."""
    shown = f"{sympy.N(number, 40):.{_DECIMALS}f}".rstrip("0").rstrip(".")
    return (shown, True) if Rational(shown) == number else (cut(number), False)


def cut(number: Expr, decimals: int = 4) -> str:
    """The number with its first decimals, the last of them not rounded."""
    whole, _, rest = f"{sympy.N(number, 40):.20f}".partition(".")
    return f"{whole}.{rest[:decimals]}"


def _tall(text: str) -> bool:
    return any(command in text for command in (r"\frac", r"\begin", r"\left"))


def _bracketed(text: str) -> str:
    return rf"\left({text}\right)" if _tall(text) else f"({text})"


def _degree(term: Expr) -> int:
    symbols = term.free_symbols
    return int(sympy.Poly(term, *symbols).total_degree()) if symbols and term.is_polynomial(*symbols) else 99


class FormulaPrinter(LatexPrinter):
    """SymPy's LaTeX printer with the order of textbooks."""

    def __init__(self) -> None:
        super().__init__({"ln_notation": True})

    def _print_Pending(self, expression: Pending) -> str:
        sign = r"\partial" if expression.by.name == "a" else "d"
        shown = self._print(expression.of)
        if expression.of.is_Add or expression.of.could_extract_minus_sign():
            shown = rf"\left({shown}\right)"
        return rf"\frac{{{sign}}}{{{sign} {self._print(expression.by)}}} \, {shown}"

    def _print_Rational(self, number: Rational) -> str:
        if number.q == 1:
            return str(number.p)
        shown, whole = decimal(abs(number))
        small = len(str(abs(number.p))) <= _MOST_DIGITS and number.q < 100
        if small:
            shown = rf"\frac{{{abs(number.p)}}}{{{number.q}}}"
        elif not whole:
            shown += r"{\ldots}"
        return f"-{shown}" if number < 0 else shown

    def _print_Float(self, number: sympy.Float) -> str:
        return str(float(number))

    def _print_Exp1(self, expression: Any, exp: Any = None) -> str:
        return "e"

    def _print_exp(self, expression: Any, exp: Any = None) -> str:
        above = self._print(expression.args[0] if exp is None else exp * expression.args[0])
        return rf"e^{{{above}}}"

    _print_ExpBase = _print_exp

    def _print_Abs(self, expression: Any, exp: Any = None) -> str:
        shown = rf"\left|{self._print(expression.args[0])}\right|"
        return shown if exp is None else rf"{shown}^{{{exp}}}"

    def _print_Function(self, expression: Any, exp: Any = None) -> str:
        kind = type(expression)
        name = _NAMES.get(kind)
        if name is None:
            plain = kind.__name__
            name = rf"\{plain}" if plain in _BUILT_IN else rf"\operatorname{{{plain}}}"
            if isinstance(expression, AppliedUndef):
                name = plain
        power = "" if exp is None else rf"^{{{exp}}}"
        return f"{name}{power}" + _bracketed(", ".join(self._print(x) for x in expression.args))

    _print_log = _print_tanh = _print_atan = _print_erf = _print_erfc = _print_gamma = _print_Function

    def _print_Max(self, expression: Any, exp: Any = None) -> str:
        arguments = sorted(expression.args, key=lambda x: (not x.is_number, str(x)))
        shown = _NAMES[type(expression)] + _bracketed(", ".join(map(self._print, arguments)))
        return shown if exp is None else rf"{shown}^{{{exp}}}"

    _print_Min = _print_Max

    def _print_Pow(self, expression: Pow) -> str:
        base, exponent = expression.args
        if exponent.is_Rational and exponent < 0:
            return rf"\frac{{1}}{{{self._print(Pow(base, -exponent))}}}"
        if exponent == Rational(1, 2):
            return rf"\sqrt{{{self._print(base)}}}"
        if isinstance(base, sympy.Function) and exponent.is_Integer and not isinstance(base, sympy.exp):
            method = getattr(self, f"_print_{type(base).__name__}", self._print_Function)
            return str(method(base, exp=self._print(exponent)))
        shown = self._print(base)
        atom = base.is_Symbol or (base.is_Integer and base >= 0)
        shown = shown if atom else rf"\left({shown}\right)"
        return rf"{shown}^{{{self._print(exponent)}}}"

    def _print_Add(self, expression: Add, order: Any = None) -> str:
        terms = sorted(
            expression.args,
            key=lambda t: (t.could_extract_minus_sign(), not t.is_number, _degree(t), t.has(Pending), str(t)),
        )
        shown = ""
        for term in terms:
            negative = term.could_extract_minus_sign()
            text = self._print(-term if negative else term)
            if (-term if negative else term).is_Add:
                text = rf"\left({text}\right)"
            sign = "-" if negative else "+"
            shown = f"{shown} {sign} {text}" if shown else f"{'-' if negative else ''}{text}"
        return shown

    def _print_Mul(self, expression: Mul) -> str:
        if expression.could_extract_minus_sign():
            inner = -expression
            text = self._print(inner)
            return "-" + (rf"\left({text}\right)" if inner.is_Add else text)
        numbers = [factor for factor in expression.args if factor.is_number]
        others = [factor for factor in expression.args if not factor.is_number]
        number = Mul(*numbers)
        below = [factor for factor in others if _is_below(factor)]
        above = sorted((factor for factor in others if not _is_below(factor)), key=_factor_rank)
        if not below:
            shown = [] if number == 1 else [self._constant(number)]
            unit = _UNIT_FRACTION.fullmatch(shown[0]) if shown and len(above) == 1 else None
            if unit and not (above[0].is_Add or isinstance(above[0], Pending)):
                return rf"\frac{{{self._print(above[0])}}}{{{unit[1]}}}"
            return " ".join([*shown, *self._factors(above, alone=not shown)])
        if isinstance(number, Rational) and len(str(number.p)) <= _MOST_DIGITS and number.q < 100:
            top, bottom = Integer(number.p), Integer(number.q)
            outside: list[str] = []
        else:
            top = bottom = Integer(1)
            outside = [self._constant(number)]
        pending = [factor for factor in above if isinstance(factor, Pending)]
        kept = above
        if len(above) > 1 and pending:  # a derivative to be taken stands beside the fraction
            kept = [factor for factor in above if factor not in pending]
        over = [*([] if top == 1 and kept else [self._print(top)])]
        over += self._factors(kept, alone=not over)
        under = [*([] if bottom == 1 else [self._print(bottom)])]
        under += self._factors([Pow(f.base, -f.exp) for f in below], alone=not under)
        fraction = rf"\frac{{{' '.join(over)}}}{{{' '.join(under)}}}"
        beside = [] if kept is above else self._factors(pending, alone=False)
        return " ".join([*outside, fraction, *([r"\,", *beside] if beside else [])])

    def _constant(self, number: Expr) -> str:
        """A number before a product; a root of a fraction as one, √(2/π) and 1/√2."""
        if isinstance(number, Rational):
            return str(self._print(number))
        square = number**2
        if number.is_positive and _roots(number) and not _roots(square):
            above, below = sympy.fraction(square)
            root = sympy.sqrt(above)
            if below != 1 and root.is_Integer:
                return rf"\frac{{{root}}}{{{self._print(sympy.sqrt(below, evaluate=False))}}}"
            if below != 1:
                return rf"\sqrt{{\frac{{{self._print(above)}}}{{{self._print(below)}}}}}"
        above, below = sympy.fraction(number)
        if below != 1:
            return rf"\frac{{{self._print(above)}}}{{{self._print(below)}}}"
        return (
            " ".join(self._factors(list(number.args), alone=False))
            if number.is_Mul
            else str(self._print(number))
        )

    def _factors(self, factors: list[Expr], *, alone: bool) -> list[str]:
        shown = []
        for place, factor in enumerate(factors):
            text = self._print(factor)
            single = alone and len(factors) == 1
            last = place == len(factors) - 1
            loose = (
                factor.is_Add
                or (isinstance(factor, Pending) and not last)
                or isinstance(factor, sympy.Piecewise)
            )
            shown.append(rf"\left({text}\right)" if loose and not single else text)
        return shown

    def _print_Piecewise(self, expression: Any) -> str:
        separator, before = r" \\ ", None
        rows = []
        for value, condition in expression.args:
            shown, before = self._condition(condition, before)
            rows.append(f"{self._print(value)} & {shown}")
        return rf"\begin{{cases}} {separator.join(rows)} \end{{cases}}"

    def _condition(self, condition: Any, before: Any) -> tuple[str, Any]:
        """A condition as the interval that is left for it after the one before: −1 < z < 1."""
        rising = (sympy.StrictLessThan, sympy.LessThan)
        if condition == True:  # noqa: E712  # SymPy's own true
            rest = [sympy.Not(part) for part in sympy.And.make_args(before)] if before is not None else []
            rest.sort(key=lambda part: not isinstance(part, rising))
            return r", \; ".join(self._relation(part) for part in rest), None
        if isinstance(condition, rising) and isinstance(before, rising) and before.lhs == condition.lhs:
            sign = "<" if isinstance(before, sympy.LessThan) else r"\le"
            return f"{self._print(before.rhs)} {sign} {self._relation(condition)}", condition
        if isinstance(condition, sympy.And) and len(condition.args) == 2:
            low, high = sorted(condition.args, key=lambda part: isinstance(part, rising))
            if low.lhs == high.lhs and not isinstance(low, rising):
                sign = "<" if isinstance(low, sympy.StrictGreaterThan) else r"\le"
                return f"{self._print(low.rhs)} {sign} {self._relation(high)}", condition
        return self._relation(condition), condition

    def _relation(self, relation: Any) -> str:
        if not isinstance(relation, sympy.core.relational.Relational):
            return str(self._print(relation))
        sign = {"<": "<", "<=": r"\le", ">": ">", ">=": r"\ge"}.get(relation.rel_op, relation.rel_op)
        return f"{self._print(relation.lhs)} {sign} {self._print(relation.rhs)}"


def _roots(number: Expr) -> bool:
    """Whether there is a square root in it."""
    return any(power.exp.is_Rational and power.exp.q == 2 for power in number.atoms(Pow))


def _is_below(factor: Expr) -> bool:
    """Whether a factor stands below the line: a power with a negative exponent, but no exponential."""
    return bool(isinstance(factor, Pow) and factor.exp.is_Rational and factor.exp < 0)


def _factor_rank(factor: Expr) -> tuple[int, str]:
    """Letters of constants, powers of the variable, sums, functions, derivatives to be taken."""
    base = factor.base if isinstance(factor, Pow) else factor
    if isinstance(base, Pending):
        return 5, str(factor)
    if base.is_Symbol:
        return (1 if base.name in ("z", "a", "y") else 0), str(factor)
    if base.is_Add:
        return 4, str(factor)
    return (2 if isinstance(base, sympy.exp) else 3), str(factor)
