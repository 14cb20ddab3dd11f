"""Activations from text that is not trusted: `parse_activation("z/(1 + exp(-z))")`.

The tree that `grammar.read` gives is gone through three times: for its size, so that no number in it grows beyond
bounds; for its values at a few points, so that what divides by zero or leaves the real numbers is refused with a caret
under the place; and then SymPy's expression is built from it, node by node. All refusals come before SymPy is asked.
"""

from __future__ import annotations

import ast
import math
from abc import ABC, abstractmethod
from fractions import Fraction
from typing import Any

import sympy
from sympy import Expr

from bpderive.errors import DomainError
from bpderive.functions.activations import domain, grammar, refusals, steps
from bpderive.functions.activations.activation import Activation
from bpderive.functions.activations.bounds import Gap
from bpderive.functions.activations.grammar import FUNCTIONS, GREATEST_EXPONENT, GREATEST_ROOT, MOST_BITS
from bpderive.functions.activations.steps import TooManySteps, at_most
from bpderive.functions.activations.variables import z
from bpderive.letters.text import Text

POINTS = (-3.0, -1.0, -0.5, 0.0, 0.5, 1.0, 3.0)
"""Where a formula must have a finite real value."""

_COMPARISONS: dict[type[ast.cmpop], Any] = {
    ast.Lt: sympy.Lt,
    ast.LtE: sympy.Le,
    ast.Gt: sympy.Gt,
    ast.GtE: sympy.Ge,
}


def parse_activation(text: str) -> Activation:
    """The activation that a formula in z describes; its derivative and properties are derived when they are asked for.

    Raises `ParseError`, with a caret under the place, for anything that is not such a formula.
    """
    source, tree = grammar.read(text)
    _Sizes(source).of(tree)
    for point in POINTS:
        _Values(source, point).of(tree)
    shown = source.given.strip()
    formula = _Formula(source).of(tree)
    _require_real_as_written(source, tree)
    if formula.has(sympy.nan, sympy.zoo, sympy.oo, -sympy.oo, sympy.I):
        raise source.refused(refusals.NO_FUNCTION.format(formula=formula))
    try:
        return Activation(name=shown, title=Text(en=shown, zh=shown), formula=formula)
    except DomainError as error:
        said = error.args[0]
        raise source.refused(said if isinstance(said, Text) else Text(str(said), str(said)), 0) from error


def _require_real_as_written(source: grammar.Source, tree: ast.expr) -> None:
    """Refuse what is not real for every z as it is written: SymPy would make z of exp(log(z))."""
    reader = _Formula(source)
    try:
        with sympy.evaluate(False), at_most(steps.MOST, question=True):
            written = reader.of(tree)
        gap = domain.undefined(written)
    except (KeyError, ArithmeticError, AttributeError, TypeError, ValueError, RecursionError, TooManySteps):
        return  # SymPy cannot hold some choices within choices as they are written; it is checked as it stands then
    if gap is not None:
        raise source.refused(_said(gap), reader.made.get(gap.part, 0))


def _said(gap: Gap) -> Text:
    """In words where a formula is not defined, or may not be."""
    if gap.certain:
        return refusals.UNDEFINED.format(point=f"{gap.near:g}", what=refusals.NOT_DEFINED)
    return refusals.OPEN.format(part=gap.part, near=f"{gap.near:g}")


class _Reader(ABC):
    """Goes through a tree; a node of a kind that has no method here is refused."""

    def __init__(self, text: grammar.Source) -> None:
        self.text = text

    def of(self, node: ast.expr) -> Any:
        """What the subclass makes of a node."""
        if isinstance(node, ast.Constant):
            return self.number(grammar.number(self.text, node), node)
        if isinstance(node, ast.Name) and node.id in ("z", "pi", "e"):
            return self.name(node.id)
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub | ast.UAdd):
            value = self.of(node.operand)
            return self.minus(value) if isinstance(node.op, ast.USub) else value
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Pow):
            return self.power(node)
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add | ast.Sub | ast.Mult | ast.Div):
            return self.arithmetic(node, self.of(node.left), self.of(node.right))
        if isinstance(node, ast.Call):
            return self.function(node)
        if isinstance(node, ast.Name):
            raise self.text.refused(refusals.FUNCTION.format(name=node.id), node)
        if isinstance(node, ast.Compare):
            raise self.text.refused(refusals.COMPARISON, node)
        raise self.text.refused(refusals.NOT_READ, node)

    def function(self, node: ast.Call) -> Any:
        """A call of a function on the list."""
        if not isinstance(node.func, ast.Name) or node.func.id not in FUNCTIONS or node.keywords:
            raise self.text.refused(refusals.CALL, node)
        word, name = FUNCTIONS[node.func.id], node.func.id
        if not word.least <= len(node.args) <= word.most:
            wanted = str(word.least) if word.least == word.most else f"{word.least}–{word.most}"
            raise self.text.refused(
                refusals.ARGUMENTS.format(name=name, wanted=wanted, count=len(node.args)), node
            )
        if name != "where":
            return self.applied(node, name, [self.of(part) for part in node.args])
        condition = node.args[0]
        if not isinstance(condition, ast.Compare) or not all(
            type(op) in _COMPARISONS for op in condition.ops
        ):
            raise self.text.refused(refusals.CONDITION, condition)
        return self.where(condition, node.args[1], node.args[2])

    def exponent(self, node: ast.expr) -> Fraction:
        """The value of an exponent, a small rational number; raises `ParseError`."""
        value = self._constant(node)
        if value is None or abs(value.numerator) > GREATEST_EXPONENT or value.denominator > GREATEST_ROOT:
            raise self.text.refused(
                refusals.EXPONENT.format(above=GREATEST_EXPONENT, below=GREATEST_ROOT),
                node,
            )
        return value

    def _constant(self, node: ast.expr) -> Fraction | None:
        if isinstance(node, ast.Constant):
            return grammar.number(self.text, node)
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub | ast.UAdd):
            inner = self._constant(node.operand)
            return None if inner is None else -inner if isinstance(node.op, ast.USub) else inner
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div):
            above, below = self._constant(node.left), self._constant(node.right)
            return above / below if above is not None and below else None
        return None

    def of_e(self, node: ast.BinOp) -> bool:
        """Whether a power is one of e, which may have any exponent."""
        return isinstance(node.left, ast.Name) and node.left.id == "e"

    # What a subclass says about each kind of node.

    @abstractmethod
    def number(self, value: Fraction, node: ast.Constant) -> Any:
        """A number."""

    @abstractmethod
    def name(self, name: str) -> Any:
        """z, pi or e."""

    @abstractmethod
    def minus(self, value: Any) -> Any:
        """−value."""

    @abstractmethod
    def power(self, node: ast.BinOp) -> Any:
        """A power."""

    @abstractmethod
    def arithmetic(self, node: ast.BinOp, left: Any, right: Any) -> Any:
        """Left and right, added, subtracted, multiplied or divided."""

    @abstractmethod
    def applied(self, node: ast.Call, name: str, values: list[Any]) -> Any:
        """A function of values."""

    @abstractmethod
    def where(self, condition: ast.Compare, then: ast.expr, otherwise: ast.expr) -> Any:
        """A choice."""


class _Sizes(_Reader):
    """A bound for the bits of the numbers that multiplying out would give, powers of z counted too."""

    def number(self, value: Fraction, node: ast.Constant) -> int:
        return value.numerator.bit_length() + value.denominator.bit_length()

    def name(self, name: str) -> int:
        return 1

    def minus(self, value: int) -> int:
        return value

    def power(self, node: ast.BinOp) -> int:
        if self.of_e(node):
            return self._checked(self.of(node.right) + 1, node)
        exponent = self.exponent(node.right)
        return self._checked(self.of(node.left) * max(1, abs(exponent.numerator)), node)

    def arithmetic(self, node: ast.BinOp, left: int, right: int) -> int:
        return self._checked(left + right + 1, node)

    def applied(self, node: ast.Call, name: str, values: list[int]) -> int:
        return self._checked(sum(values) + 1, node)

    def where(self, condition: ast.Compare, then: ast.expr, otherwise: ast.expr) -> int:
        sides = [self.of(part) for part in (condition.left, *condition.comparators, then, otherwise)]
        return self._checked(sum(sides) + 1, condition)

    def _checked(self, bits: int, node: ast.AST) -> int:
        if bits > MOST_BITS:
            raise self.text.refused(refusals.TOO_LARGE, node)
        return bits


class _Values(_Reader):
    """The value at a point, in floating point."""

    def __init__(self, text: grammar.Source, point: float) -> None:
        super().__init__(text)
        self.point = point

    def number(self, value: Fraction, node: ast.Constant) -> float:
        return float(value)

    def name(self, name: str) -> float:
        return {"z": self.point, "pi": math.pi, "e": math.e}[name]

    def minus(self, value: float) -> float:
        return -value

    def power(self, node: ast.BinOp) -> float:
        base = self.of(node.left)
        exponent = self.of(node.right) if self.of_e(node) else float(self.exponent(node.right))
        if base == 0 and exponent < 0:
            raise self._undefined(refusals.DIVIDES, node)
        if base < 0 and not float(exponent).is_integer():
            raise self._undefined(refusals.NOT_REAL, node)
        return self._computed(lambda: base**exponent, node)

    def arithmetic(self, node: ast.BinOp, left: float, right: float) -> float:
        if isinstance(node.op, ast.Div):
            if right == 0:
                raise self._undefined(refusals.DIVIDES, node)
            return self._computed(lambda: left / right, node)
        if isinstance(node.op, ast.Mult):
            return self._computed(lambda: left * right, node)
        return self._computed(lambda: left + right if isinstance(node.op, ast.Add) else left - right, node)

    def applied(self, node: ast.Call, name: str, values: list[float]) -> float:
        return self._computed(lambda: FUNCTIONS[name].numeric(*values), node)

    def where(self, condition: ast.Compare, then: ast.expr, otherwise: ast.expr) -> float:
        sides = [self.of(part) for part in (condition.left, *condition.comparators)]
        compare = {ast.Lt: float.__lt__, ast.LtE: float.__le__, ast.Gt: float.__gt__, ast.GtE: float.__ge__}
        holds = all(
            compare[type(op)](float(low), float(high))
            for op, low, high in zip(condition.ops, sides, sides[1:], strict=False)
        )
        found: float = self.of(then if holds else otherwise)
        return found

    def _computed(self, compute: Any, node: ast.AST) -> float:
        try:
            value = float(compute())
        except OverflowError:
            value = math.inf
        except ValueError:
            raise self._undefined(refusals.NOT_FINITE, node) from None
        if not math.isfinite(value):
            raise self._undefined(refusals.TOO_LARGE_FOR_FLOATS, node)
        return value

    def _undefined(self, what: Text, node: ast.AST) -> Exception:
        return self.text.refused(
            refusals.UNDEFINED.format(point=f"{self.point:g}", what=what),
            node,
        )


class _Formula(_Reader):
    """The expression in SymPy; `made` has the place of each logarithm, root and quotient in it."""

    def __init__(self, text: grammar.Source) -> None:
        super().__init__(text)
        self.made: dict[Expr, ast.AST] = {}

    def number(self, value: Fraction, node: ast.Constant) -> Expr:
        return sympy.Rational(value.numerator, value.denominator)

    def name(self, name: str) -> Expr:
        return {"z": z, "pi": sympy.pi, "e": sympy.E}[name]

    def minus(self, value: Expr) -> Expr:
        return -value

    def power(self, node: ast.BinOp) -> Expr:
        if self.of_e(node):
            return sympy.exp(self.of(node.right))
        exponent = self.exponent(node.right)
        made: Expr = self.of(node.left) ** sympy.Rational(exponent.numerator, exponent.denominator)
        self.made.setdefault(made, node)
        return made

    def arithmetic(self, node: ast.BinOp, left: Expr, right: Expr) -> Expr:
        if isinstance(node.op, ast.Add | ast.Sub):
            return left + right if isinstance(node.op, ast.Add) else left - right
        if isinstance(node.op, ast.Div):
            self.made.setdefault(1 / right, node)
            self.made.setdefault(sympy.Pow(right, -1), node)
            return left / right
        return left * right

    def applied(self, node: ast.Call, name: str, values: list[Expr]) -> Expr:
        made = FUNCTIONS[name].symbolic(*values)
        self.made.setdefault(made, node)
        return made

    def where(self, condition: ast.Compare, then: ast.expr, otherwise: ast.expr) -> Expr:
        sides = [self.of(part) for part in (condition.left, *condition.comparators)]
        holds = [
            _COMPARISONS[type(op)](low, high)
            for op, low, high in zip(condition.ops, sides, sides[1:], strict=False)
        ]
        return FUNCTIONS["where"].symbolic(sympy.And(*holds), self.of(then), self.of(otherwise))
