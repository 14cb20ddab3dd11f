"""The LaTeX of the book: `latex(expression)`.

Layers stand above, neurons below and counted from 1, factors and terms in the order in which the book writes them.
To print a new object, give `BookPrinter` a method `_print_<class name>`; to place a new kind of factor, add it to
`_factor_rank`.
"""

from __future__ import annotations

import itertools
from numbers import Number
from typing import Any

import sympy
from sympy import Add, Basic, Expr, KroneckerDelta, Max, Min, Mul, Piecewise, Pow, Sum
from sympy.core.function import AppliedUndef
from sympy.matrices import MatrixBase
from sympy.matrices.expressions.matexpr import MatrixElement
from sympy.printing.latex import LatexPrinter

from bpderive.errors import DomainError, shown
from bpderive.letters.objects import (
    EPSILON,
    AlongPaths,
    C,
    Change,
    ExplicitPathSum,
    LayerArray,
    Partial,
    PathProduct,
    PathSum,
    Sigma,
    SigmaPrime,
    Width,
    k,
    quantity,
)
from bpderive.letters.text import Text

_LETTERS = {
    "w": "w",
    "b": "b",
    "z": "z",
    "a": "a",
    "delta": r"\delta",
    "d": "d",
    "y": "y",
    "G": "G",
    "K": "K",
}
_FUNCTIONS = {Sigma: r"\sigma", SigmaPrime: r"\sigma'"}


_NO_EXPRESSION = Text(
    en="Only SymPy expressions and numbers are written in LaTeX; given was {given}.",
    zh="只有 SymPy 表达式和数能写成 LaTeX；给出的是 {given}。",
)

_WHERE = Text(en="for {condition}", zh="当 {condition} 时")

_ELSEWHERE = Text(en="otherwise", zh="其他")

_TOO_LONG = Text(
    en="A number in {given} has too many digits to be written.", zh="{given} 中有一个数的位数太多，无法写出。"
)


def latex(expression: Any) -> str:
    """Return the LaTeX of `expression`, without dollar signs. Raises `DomainError` for what is nothing of SymPy's."""
    if not isinstance(expression, Basic | MatrixBase | Number):
        raise DomainError(_NO_EXPRESSION.format(given=shown(expression)))
    try:
        return str(BookPrinter().doprint(expression))
    except ValueError as error:  # Python writes no whole number of more than 4300 digits
        raise DomainError(_TOO_LONG.format(given=shown(expression))) from error


def joined_indices(shown: list[str]) -> str:
    """Indices side by side where no doubt is possible, else with commas: jk, 24, but 10,3 and l+1,k."""
    return "".join(shown) if all(len(s) == 1 for s in shown) else ",".join(shown)


def _factor_rank(factor: Expr) -> tuple[int, Any, str]:
    """Where the book writes a factor: numbers, ∂C, other derivatives from the output backwards, w, a, δ, sums, σ′."""
    base = factor.base if isinstance(factor, Pow) else factor
    found = quantity(base)
    rank: int
    depth: Any = 0
    if base.is_number or base == EPSILON:
        rank = 0
    elif isinstance(base, AlongPaths):
        rank = 2
    elif isinstance(base, Partial):
        rank = 1 if base.of == C else 3
        parent = quantity(base.of)
        by = quantity(base.by)
        depth = -_layer_height(parent[0].layer) if parent else 0
        if parent and by and by[0].layer == parent[0].layer:  # the last factor of a path
            depth += 0.5
    elif found is not None:
        rank = {"w": 4, "a": 5, "z": 5, "b": 5, "y": 6, "delta": 7, "d": 7, "G": 7, "K": 4}[found[0].letter]
    elif isinstance(base, KroneckerDelta):
        rank = 3
    elif isinstance(base, SigmaPrime | Sigma):
        rank, depth = 10, -_layer_height(base.args[0])
    elif isinstance(base, Sum):
        rank = 9
    elif isinstance(base, Change):
        rank = 11
    else:
        rank = getattr(base, "rank_in_product", 8)
    return rank, depth, str(factor).lstrip("\\")


def _layer_height(layer: Expr) -> float:
    """A number that orders layers such as l, l+1, L-1, L as the network does, for l well below L."""
    names = {s: 1000.0 if s.name == "L" else 100.0 for s in layer.free_symbols}
    return float(layer.subs(names))


def _term_rank(term: Expr) -> tuple[bool, int, str]:
    """The order of terms: positive before negative, weighted sums before biases."""
    letters = {getattr(e.parent, "letter", "") for e in term.atoms(MatrixElement)}
    rank = 3 if term.is_number else 0 if "w" in letters else 1 if "b" not in letters else 2
    return (
        term.could_extract_minus_sign(),
        rank + 4 * term.has(EPSILON) * (not term.has(AppliedUndef)),
        str(term),
    )


def _bracketed(text: str) -> str:
    """The argument of a function, in brackets as tall as it needs."""
    tall = any(command in text for command in (r"\sum", r"\frac", r"\begin"))
    return rf"\left( {text} \right)" if tall else f"({text})"


def _side_by_side(factors: list[str]) -> str:
    """The factors of a product, with a thin space after a fraction, lest its bar run into the next."""
    shown = factors[0]
    for before, factor in itertools.pairwise(factors):
        shown += (r" \, " if r"\partial" in before and r"\cdots" not in (before, factor) else " ") + factor
    return shown


class BookPrinter(LatexPrinter):
    """SymPy's LaTeX printer with the book's way of writing."""

    def __init__(self) -> None:
        super().__init__(
            {
                "mul_symbol": "",
                "order": "none",
                "fold_short_frac": False,
                "mat_str": "bmatrix",
                "mat_delim": "",
            }
        )

    def _index(self, index: Expr) -> str:
        """An index counted from 1: j as it is, and j + p, where both were counted from 0, as j + p − 1."""
        if isinstance(index, Max | Min):
            ends = sorted((self._index(end) for end in index.args), key=lambda end: (len(end), end))
            return rf"\{type(index).__name__.lower()}({', '.join(ends)})"
        counted = sum(index.coeff(letter) for letter in index.free_symbols if letter.is_Symbol)
        return str(self._print(index + 1 - counted)).replace(" ", "")

    def _layer(self, layer: Expr) -> str:
        number, letter = layer.as_coeff_Add()
        if letter == 0 or number == 0:
            return str(self._print(layer))
        return f"{self._print(letter)}{int(number):+d}"

    def _order_terms(self, terms: tuple[Expr, ...]) -> list[Expr]:
        return sorted(terms, key=_term_rank)

    def _print_Width(self, expression: Width, exp: Any = None) -> str:
        shown = rf"n_{{{self._layer(expression.args[0])}}}"
        return shown if exp is None else rf"{shown}^{{{exp}}}"

    def _print_LayerArray(self, expression: LayerArray) -> str:
        letter = _LETTERS[expression.letter]
        return letter if expression.letter == "y" else rf"{letter}^{{{self._layer(expression.layer)}}}"

    def _print_MatrixElement(self, expression: MatrixElement) -> str:
        found = quantity(expression)
        if found is None:
            return str(super()._print_MatrixElement(expression))
        array, (row, column) = found
        indices = [self._index(row)] + ([self._index(column)] if array.letter == "w" else [])
        return rf"{self._print(array)}_{{{joined_indices(indices)}}}"

    def _print_Sigma(self, expression: Expr, exp: Any = None) -> str:
        shown = _FUNCTIONS[type(expression)] + _bracketed(self._print(expression.args[2]))
        return shown if exp is None else rf"{shown}^{{{exp}}}"

    _print_SigmaPrime = _print_Sigma

    def _print_Elementwise(self, expression: Any) -> str:
        return _FUNCTIONS[expression.function] + _bracketed(self._print(expression.args[2]))

    def _print_Function(self, expr: Any, exp: Any = None) -> str:
        if not isinstance(expr, AppliedUndef) or exp is not None:
            return str(super()._print_Function(expr, exp))
        return str(expr.func.__name__) + _bracketed(", ".join(self._print(e) for e in expr.args))

    def _print_DiagonalSigmaPrime(self, expression: Any) -> str:
        return rf"\Sigma'(z^{{{self._layer(expression.args[0])}}})"

    def _print_CostGradient(self, expression: Any) -> str:
        return r"\nabla_a C"

    def _print_BackwardProduct(self, expression: Any) -> str:
        first, last = expression.args
        shown = [self._print(expression.factor(first)), r"\cdots", self._print(expression.factor(last - 1))]
        return shown[0] if first == last - 1 else " ".join(shown)

    def _print_Pow(self, expr: Any) -> str:
        base = expr.base
        if isinstance(base, MatrixElement | Partial | Sum | PathSum | PathProduct) and expr.exp.is_positive:
            return rf"\left( {self._print(base)} \right)^{{{self._print(expr.exp)}}}"
        return str(super()._print_Pow(expr))

    def _print_Partial(self, expression: Partial) -> str:
        by = rf"\partial {self._print(expression.by)}"
        if isinstance(expression.of, MatrixElement | sympy.Symbol) or hasattr(expression.of, "is_letter"):
            return rf"\frac{{\partial {self._print(expression.of)}}}{{{by}}}"
        return rf"\frac{{\partial}}{{{by}}}" + _bracketed(self._print(expression.of))

    def _print_ParameterGradient(self, expression: Any) -> str:
        return rf"\frac{{\partial C}}{{\partial {self._print(expression.args[0])}}}"

    def _print_Change(self, expression: Change) -> str:
        return rf"\Delta {self._print(expression.args[0])}"

    def _print_NormSquared(self, expression: Any) -> str:
        return rf"\lVert {self._print(expression.args[0])} \rVert^2"

    def _print_Largest(self, expression: Any) -> str:
        vector = expression.args[0]
        return rf"\max_{{{self._index(k)}}} {self._print(vector[k, 0])}"

    def _path_factors(self, expression: Any) -> tuple[str, str]:
        """The indices that a path runs through and the product along it, as (53) prints them."""
        first, neuron, top = expression.args
        start, last = self._index(neuron), self._layer(top)
        cost = rf"\frac{{\partial C}}{{\partial a^{{{last}}}_{{{start if first == top else 'm'}}}}}"
        if first == top:
            return "", cost
        before, two, above = self._layer(top - 1), self._layer(top - 2), self._layer(first + 1)
        following = "r" if start == "q" else "q"
        if isinstance(expression, ExplicitPathSum):
            factors = [
                rf"\sigma'(z^{{{last}}}_{{m}}) w^{{{last}}}_{{mn}}",
                r"\cdots",
                rf"\sigma'(z^{{{above}}}_{{{following}}}) w^{{{above}}}_{{{following}{start}}}",
            ]
            return rf"mn\ldots {following}", _side_by_side([cost, *factors])
        factors = [
            rf"\frac{{\partial a^{{{last}}}_{{m}}}}{{\partial a^{{{before}}}_{{n}}}}",
            rf"\frac{{\partial a^{{{before}}}_{{n}}}}{{\partial a^{{{two}}}_{{p}}}}",
            r"\cdots",
            rf"\frac{{\partial a^{{{above}}}_{{{following}}}}}{{\partial a^{{{self._layer(first)}}}_{{{start}}}}}",
        ]
        return rf"mnp\ldots {following}", _side_by_side([cost, *factors])

    def _print_Applied(self, expression: Any) -> str:
        return "f" + _bracketed(self._print(expression.args[1]))

    def _print_OfExample(self, expression: Any) -> str:
        return rf"{self._print(expression.args[0])}({self._print(expression.args[1])})"

    def _print_PathProduct(self, expression: Any) -> str:
        return self._path_factors(expression)[1]

    def _print_PathSum(self, expression: Any) -> str:
        indices, product = self._path_factors(expression)
        return rf"\sum_{{{indices}}} {product}" if indices else product

    _print_ExplicitPathSum = _print_PathSum

    def _print_KroneckerDelta(self, expression: KroneckerDelta, exp: Any = None) -> str:
        first, second = (self._index(e) for e in expression.args[:2])
        return rf"\mathbb{{1}}[{first}={second}]"

    def _print_Piecewise(self, expression: Piecewise) -> str:
        rows = []
        for value, condition in expression.args:
            words = str(_ELSEWHERE if condition is sympy.true else _WHERE).split(" ")
            said = (
                self._print(condition) if word == "{condition}" else rf"\text{{{word}}}" for word in words
            )
            rows.append(self._print(value) + " & " + r"\: ".join(said))
        return r"\begin{cases} " + r" \\ ".join(rows) + r" \end{cases}"

    def _print_Sum(self, expression: Sum) -> str:
        neurons = " ".join(
            self._index(over)
            for over, low, high in expression.limits
            if not (over.is_positive or self._is_partial(low, high))
        )
        layers = "".join(  # from where to where must be said
            rf"\sum_{{{self._index(over)}={self._layer(low)}}}^{{{self._layer(high)}}} "
            for over, low, high in reversed(expression.limits)
            if over.is_positive
        )
        layers += "".join(
            rf"\sum_{{{self._index(over)}={self._index(low)}}}^{{{self._index(high)}}} "
            for over, low, high in reversed(expression.limits)
            if not over.is_positive and self._is_partial(low, high)
        )
        body = self._print(expression.function)
        if isinstance(expression.function, Add):
            body = rf"\left( {body} \right)"
        shown: str = layers + (rf"\sum_{{{neurons}}} " if neurons else "") + body
        return shown

    @staticmethod
    def _is_partial(low: Expr, high: Expr) -> bool:
        """Return whether a sum does not run over all that its index may be."""
        return bool(low.has(Max) or high.has(Min))

    def _print_Add(self, expression: Add, order: Any = None) -> str:
        return self._terms(self._order_terms(expression.args))

    def _terms(self, terms: list[Expr]) -> str:
        """Terms in this order, with their signs."""
        shown = ""
        for term in terms:
            negative = term.could_extract_minus_sign()
            bare = -term if negative else term
            text = self._print(bare)
            if isinstance(bare, Add):
                text = rf"\left( {text} \right)"
            between = (" - " if negative else " + ") if shown else "-" if negative else ""
            shown += between + text
        return shown

    def _print_Mul(self, expression: Mul) -> str:
        if all(factor.is_Integer for factor in expression.args):  # an example, left unevaluated
            return r" \cdot ".join(self._print(factor) for factor in expression.args)
        if expression.could_extract_minus_sign():
            inner = -expression
            text = self._print(inner)
            return "-" + (rf"\left( {text} \right)" if isinstance(inner, Add) else text)
        above, below = sympy.fraction(expression)
        if not below.is_number:
            number, rest = above.as_coeff_Mul()
            fraction = rf"\frac{{{self._print(number)}}}{{{self._print(below)}}}"
            if isinstance(rest, Add) or below.has(Sum):
                return rf"\frac{{{self._print(number * rest)}}}{{{self._print(below)}}}"
            shown_above = [f for f in Mul.make_args(rest) if quantity(f) is not None or isinstance(f, Add)]
            if shown_above:
                fraction = rf"\frac{{{self._print(number * Mul(*shown_above))}}}{{{self._print(below)}}}"
                rest = Mul(*(f for f in Mul.make_args(rest) if f not in shown_above))
            return fraction if rest == 1 else _side_by_side([fraction, self._print(rest)])
        number, rest = expression.as_coeff_Mul()
        factors = sorted(Mul.make_args(rest), key=_factor_rank)
        shown = [self._print(number)] if number != 1 else []
        for place, factor in enumerate(factors):
            text = self._print(factor)
            last = place == len(factors) - 1
            if isinstance(factor, Add) or (isinstance(factor, Sum) and not last):
                text = rf"\left( {text} \right)"
            shown.append(text)
        return _side_by_side(shown)

    def _print_MatMul(self, expression: Any) -> str:
        return " ".join(self._factors(expression, sympy.HadamardProduct))

    def _factors(self, expression: Any, loose: type[Basic]) -> list[str]:
        """The factors of a product of arrays; sums and products of the other kind stand in parentheses."""
        return [
            rf"({self._print(factor)})"
            if isinstance(factor, Add | sympy.MatAdd | loose)
            else self._print(factor)
            for factor in expression.args
        ]

    def _print_MatAdd(self, expression: Any) -> str:
        return self._terms(
            sorted(
                expression.args, key=lambda t: (t.could_extract_minus_sign(), not t.has(sympy.MatMul), str(t))
            )
        )

    def _print_Transpose(self, expression: Any) -> str:
        return rf"({self._print(expression.arg)})^{{T}}"

    def _print_HadamardProduct(self, expression: Any) -> str:
        return r" \odot ".join(self._factors(expression, sympy.MatMul))

    def _print_Basic(self, expr: Any) -> str:
        """Refuse what has no printed form, rather than print its Python representation into a page."""
        raise TypeError(f"the book has no way of writing a {type(expr).__name__}: {expr!r}")
