"""Activations from text that is not trusted: `parse_activation("z/(1 + exp(-z))")`.

The tree that `grammar.read` gives is gone through once, from the leaves up. For each node it is known how large the
numbers in it may grow and what its values are at a few points, so that what grows beyond bounds, divides by zero or
leaves the real numbers is refused with a caret under the place before SymPy's expression is built of it.
"""

from __future__ import annotations

import ast
import math
import operator
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from typing import Any

import sympy
from sympy import Expr, Rational

from bpderive.errors import DomainError
from bpderive.functions.activations import domain, grammar, refusals, steps
from bpderive.functions.activations.activation import Activation
from bpderive.functions.activations.domain import Gap
from bpderive.functions.activations.grammar import FUNCTIONS, GREATEST_EXPONENT, GREATEST_ROOT, MOST_BITS
from bpderive.functions.activations.steps import TooManySteps, at_most
from bpderive.functions.activations.variables import z
from bpderive.letters.text import Text

POINTS = (-3.0, -1.0, -0.5, 0.0, 0.5, 1.0, 3.0)
"""Where a formula must have a finite real value."""

_OPERATIONS: dict[type[ast.operator], Callable[[Any, Any], Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
}
_COMPARISONS: dict[type[ast.cmpop], tuple[Callable[[Any, Any], bool], Any]] = {
    ast.Lt: (operator.lt, sympy.Lt),
    ast.LtE: (operator.le, sympy.Le),
    ast.Gt: (operator.gt, sympy.Gt),
    ast.GtE: (operator.ge, sympy.Ge),
}
_NAMES: dict[str, tuple[Expr, float | None]] = {
    "z": (z, None),
    "pi": (sympy.pi, math.pi),
    "e": (sympy.E, math.e),
}


def parse_activation(text: str) -> Activation:
    """The activation that a formula in z describes; its derivative and properties are derived when they are asked for.

    Raises `ParseError`, with a caret under the place, for anything that is not such a formula.
    """
    source, tree = grammar.read(text)
    shown = source.given.strip()
    formula = _Reader(source).of(tree).formula
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
    reader = _Reader(source)
    try:
        with sympy.evaluate(False), at_most(steps.MOST, question=True):
            written = reader.of(tree).formula
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


@dataclass(frozen=True, slots=True)
class _Part:
    """What a node stands for: in SymPy, and at the points where its value counts.

    `bits` bounds those of the numbers that multiplying out would give, powers of z counted too.
    """

    formula: Expr
    bits: int
    values: dict[float, float]


class _Reader:
    """Reads a tree node by node; `made` has the place of each expression in it."""

    def __init__(self, text: grammar.Source) -> None:
        self.text = text
        self.made: dict[Expr, ast.AST] = {}
        self._points: tuple[float, ...] = POINTS

    def of(self, node: ast.expr) -> _Part:
        """The part that a node is; a node of a kind that is not named here is refused."""
        if isinstance(node, ast.Constant):
            value = grammar.number(self.text, node)
            size = value.numerator.bit_length() + value.denominator.bit_length()
            formula = Rational(value.numerator, value.denominator)
            return _Part(formula, size, dict.fromkeys(self._points, float(value)))
        if isinstance(node, ast.Name) and node.id in _NAMES:
            formula, constant = _NAMES[node.id]
            return _Part(formula, 1, {at: at if constant is None else constant for at in self._points})
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub | ast.UAdd):
            part = self.of(node.operand)
            if isinstance(node.op, ast.UAdd):
                return part
            return _Part(-part.formula, part.bits, {at: -value for at, value in part.values.items()})
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Pow):
            return self._power(node)
        if isinstance(node, ast.BinOp) and type(node.op) in _OPERATIONS:
            left, right = parts = self.of(node.left), self.of(node.right)
            operation = _OPERATIONS[type(node.op)]
            made = self._made(node, parts, left.bits + right.bits + 1, operation, operation)
            if isinstance(node.op, ast.Div):
                self.made.setdefault(sympy.Pow(right.formula, -1), node)
            return made
        if isinstance(node, ast.Call):
            return self._function(node)
        if isinstance(node, ast.Name):
            raise self.text.refused(refusals.FUNCTION.format(name=node.id), node)
        if isinstance(node, ast.Compare):
            raise self.text.refused(refusals.COMPARISON, node)
        raise self.text.refused(refusals.NOT_READ, node)

    def _made(
        self,
        node: ast.AST,
        parts: tuple[_Part, ...],
        bits: int,
        numeric: Callable[..., float],
        symbolic: Callable[..., Expr],
    ) -> _Part:
        """What becomes of the parts, once its size and its values are known to be moderate."""
        self._require_moderate(bits, node)
        values = {
            at: self._value(numeric, [part.values[at] for part in parts], at, node) for at in self._points
        }
        formula = symbolic(*(part.formula for part in parts))
        self.made.setdefault(formula, node)
        return _Part(formula, bits, values)

    def _require_moderate(self, bits: int, node: ast.AST) -> None:
        if bits > MOST_BITS:
            raise self.text.refused(refusals.TOO_LARGE, node)

    def _value(self, numeric: Callable[..., float], given: list[float], at: float, node: ast.AST) -> float:
        """The value at a point, in floating point; raises `ParseError` where there is none."""
        try:
            value = numeric(*given)
            if isinstance(value, complex):
                what = refusals.NOT_REAL
            elif math.isfinite(value):
                return float(value)
            else:
                what = refusals.TOO_LARGE_FOR_FLOATS
        except OverflowError:
            what = refusals.TOO_LARGE_FOR_FLOATS
        except ZeroDivisionError:
            what = refusals.DIVIDES
        except ValueError:
            what = refusals.NOT_FINITE
        raise self.text.refused(refusals.UNDEFINED.format(point=f"{at:g}", what=what), node)

    def _power(self, node: ast.BinOp) -> _Part:
        """A power: of e with any exponent, of anything else with a small rational number."""
        if isinstance(node.left, ast.Name) and node.left.id == "e":
            above = self.of(node.right)
            return self._made(node, (above,), above.bits + 1, lambda x: math.e**x, sympy.exp)
        exponent = _constant(self.text, node.right)
        if (
            exponent is None
            or abs(exponent.numerator) > GREATEST_EXPONENT
            or exponent.denominator > GREATEST_ROOT
        ):
            raise self.text.refused(
                refusals.EXPONENT.format(above=GREATEST_EXPONENT, below=GREATEST_ROOT), node.right
            )
        base = self.of(node.left)
        return self._made(
            node,
            (base,),
            base.bits * max(1, abs(exponent.numerator)),
            lambda x: x ** float(exponent),
            lambda x: x ** Rational(exponent.numerator, exponent.denominator),
        )

    def _function(self, node: ast.Call) -> _Part:
        """A call of a function on the list."""
        if not isinstance(node.func, ast.Name) or node.func.id not in FUNCTIONS or node.keywords:
            raise self.text.refused(refusals.CALL, node)
        word, name = FUNCTIONS[node.func.id], node.func.id
        if not word.least <= len(node.args) <= word.most:
            wanted = str(word.least) if word.least == word.most else f"{word.least}–{word.most}"
            raise self.text.refused(
                refusals.ARGUMENTS.format(name=name, wanted=wanted, count=len(node.args)), node
            )
        if name == "where":
            return self._where(*node.args)
        parts = tuple(self.of(argument) for argument in node.args)
        return self._made(node, parts, sum(part.bits for part in parts) + 1, word.numeric, word.symbolic)

    def _where(self, condition: ast.expr, then: ast.expr, otherwise: ast.expr) -> _Part:
        """A choice, each side of which has values at those points alone where it is taken."""
        if not isinstance(condition, ast.Compare) or not all(
            type(op) in _COMPARISONS for op in condition.ops
        ):
            raise self.text.refused(refusals.CONDITION, condition)
        sides = [self.of(side) for side in (condition.left, *condition.comparators)]
        compared = [
            (*_COMPARISONS[type(op)], low, high)
            for op, (low, high) in zip(condition.ops, pairwise(sides), strict=True)
        ]
        points = self._points
        holds = {at: all(c(low.values[at], high.values[at]) for c, _, low, high in compared) for at in points}
        branches = []
        for branch, wanted in ((then, True), (otherwise, False)):
            self._points = tuple(at for at in points if holds[at] is wanted)
            branches.append(self.of(branch))
        self._points = points
        bits = sum(part.bits for part in (*sides, *branches)) + 1
        self._require_moderate(bits, condition)
        both = sympy.And(*(relation(low.formula, high.formula) for _, relation, low, high in compared))
        formula = FUNCTIONS["where"].symbolic(both, *(branch.formula for branch in branches))
        return _Part(formula, bits, branches[0].values | branches[1].values)


def _constant(text: grammar.Source, node: ast.expr) -> Fraction | None:
    """The value of a number, of minus a number or of a quotient of such; None for anything else."""
    if isinstance(node, ast.Constant):
        return grammar.number(text, node)
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub | ast.UAdd):
        inner = _constant(text, node.operand)
        return None if inner is None else -inner if isinstance(node.op, ast.USub) else inner
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div):
        above, below = _constant(text, node.left), _constant(text, node.right)
        return above / below if above is not None and below else None
    return None
