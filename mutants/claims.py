"""Statements of SymPy as claims of the language: `claim_of(statement)`.

A new class of expression needs one method in `Translator`.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from sympy import Basic, Expr, Integer, Symbol

from bpderive.letters.statements import Statement
from bpderive.letters.symbols import C, L, SigmaPrime, l, quantity
from bpderive.workbook.language import syntax

STEP = syntax.Unknown("step")
"""Δw, the small change that the statements of the last section follow."""


class NotTranslated(Exception):
    """An expression that the language has no words for."""


def claim_of(statement: Statement) -> syntax.Claim:
    """The statement in the language; raises `NotTranslated` where it has no words."""
    translate = Translator(statement.moved)
    sides = tuple(translate.node(side) for side in statement.sides)
    conditions: list[syntax.Condition] = []
    for r in statement.ranges:
        if r.letter not in (l, L):
            continue
        letter = syntax.Layer("l") if r.letter == l else syntax.LAST
        conditions.append(syntax.LayerCondition(letter, ">=", layer_of(r.low)))
        if r.letter == l:
            conditions.append(syntax.LayerCondition(letter, "<=", layer_of(r.high)))
    return syntax.Claim(sides, tuple(conditions), statement.cost)


def layer_of(expression: Expr) -> syntax.Layer:
    """A layer of SymPy, such as l + 1."""
    for letter, name in ((l, "l"), (L, "L")):
        if expression.has(letter):
            return syntax.Layer(name, int(expression - letter))
    return syntax.Layer("", int(expression))


class Translator:
    """Translates the expressions of one statement; `moved` is the weight that its Δ follow."""

    def __init__(self, moved: Expr | None) -> None:
        self.moved = moved

    def node(self, expression: Any) -> syntax.Node:
        """The expression in the language."""
        found = quantity(expression)
        if found is not None:
            array, indices = found
            used = indices if array.letter == "w" else indices[:1]
            return syntax.Quantity(array.letter, layer_of(array.layer), tuple(map(index_of, used)))
        if expression == C:
            return syntax.Cost()
        if expression.is_Rational:
            return syntax.Number(Fraction(int(expression.p), int(expression.q)))
        method = getattr(self, f"_{type(expression).__name__}", None)
        if method is None:
            raise NotTranslated(f"{type(expression).__name__}: {expression}")
        translated: syntax.Node = method(expression)
        return translated

    def _add(self, expression: Any) -> syntax.Node:
        return syntax.Plus(tuple(self.node(part) for part in expression.args))

    _Add = _MatAdd = _add

    def _times(self, expression: Any) -> syntax.Node:
        return _product([self.node(part) for part in expression.args], syntax.Times)

    _Mul = _HadamardProduct = _times

    def _MatMul(self, expression: Any) -> syntax.Node:
        numbers = [part for part in expression.args if not part.is_Matrix]
        arrays = [self.node(part) for part in expression.args if part.is_Matrix]
        whole: syntax.Node = arrays[0] if len(arrays) == 1 else syntax.Product(tuple(arrays))
        return _product([*map(self.node, numbers), whole], syntax.Times)

    def _Pow(self, expression: Any) -> syntax.Node:
        base, exponent = self.node(expression.base), int(expression.exp)
        return (
            syntax.Over(syntax.Number(Fraction(1)), base) if exponent == -1 else syntax.Power(base, exponent)
        )

    def _Sum(self, expression: Any) -> syntax.Node:
        indices = tuple(index_of(limit[0]) for limit in reversed(expression.limits))
        return syntax.Total(tuple(map(str, indices)), self.node(expression.function))

    def _Width(self, expression: Any) -> syntax.Node:
        return syntax.WidthOf(layer_of(expression.args[0]))

    def _KroneckerDelta(self, expression: Any) -> syntax.Node:
        return syntax.Kronecker(*map(index_of, expression.args[:2]))

    def _Sigma(self, expression: Any) -> syntax.Node:
        return syntax.Activation(int(isinstance(expression, SigmaPrime)), self.node(expression.args[2]))

    _SigmaPrime = _Sigma

    def _Elementwise(self, expression: Any) -> syntax.Node:
        return syntax.Activation(int(expression.function is SigmaPrime), self.node(expression.args[2]))

    def _Partial(self, expression: Any) -> syntax.Node:
        by = self.node(expression.by)
        assert isinstance(by, syntax.Quantity)
        return syntax.Derivative(self.node(expression.of), by)

    def _LayerArray(self, expression: Any) -> syntax.Node:
        return syntax.Quantity(expression.letter, layer_of(expression.layer))

    def _Transpose(self, expression: Any) -> syntax.Node:
        return syntax.Transposed(self.node(expression.arg))

    def _DiagonalSigmaPrime(self, expression: Any) -> syntax.Node:
        return syntax.Diagonal(syntax.Activation(1, syntax.Quantity("z", layer_of(expression.args[0]))))

    def _CostGradient(self, expression: Any) -> syntax.Node:
        return syntax.Gradient(syntax.Quantity("a", layer_of(expression.args[0])))

    def _ParameterGradient(self, expression: Any) -> syntax.Node:
        by = self.node(expression.args[0])
        assert isinstance(by, syntax.Quantity)
        return syntax.Gradient(by)

    def _NormSquared(self, expression: Any) -> syntax.Node:
        vector = self.node(expression.args[0])
        return syntax.Product((syntax.Transposed(vector), vector))

    def _BackwardProduct(self, expression: Any) -> syntax.Node:
        """The product of (35) from layer l to L is the transposed matrix of the ∂z^L_m/∂z^l_j, by (34)."""
        first, last = (syntax.Quantity("z", layer_of(part)) for part in expression.args)
        return syntax.Transposed(syntax.Jacobian(last, first))

    def _PathSum(self, expression: Any) -> syntax.Node:
        """The sum over all paths from a^l_j is ∂C/∂a^l_j, by what its dots mean."""
        layer, neuron, _ = expression.args
        return syntax.Derivative(syntax.Cost(), syntax.Quantity("a", layer_of(layer), (index_of(neuron),)))

    _PathProduct = _PathSum  # with one neuron in each layer there is one path

    def _Change(self, expression: Any) -> syntax.Node:
        if self.moved is None:
            raise NotTranslated(f"nothing says what moves in {expression}")
        of, by = self.node(expression.args[0]), self.node(self.moved)
        assert isinstance(by, syntax.Quantity)
        return STEP if of == by else syntax.Times((syntax.Derivative(of, by), STEP))


def _product(factors: list[syntax.Node], kind: type[syntax.Times]) -> syntax.Node:
    """The product without a factor 1, and with a factor −1 as a sign."""
    sign = factors.count(syntax.Number(Fraction(-1))) % 2
    rest = [f for f in factors if f not in (syntax.Number(Fraction(1)), syntax.Number(Fraction(-1)))] or [
        syntax.Number(Fraction(1))
    ]
    whole = rest[0] if len(rest) == 1 else kind(tuple(rest))
    return syntax.Minus(whole) if sign else whole


def index_of(expression: Basic) -> syntax.Index:
    """An index of SymPy, counted from 0, as one of the language."""
    if isinstance(expression, Symbol):
        return str(expression.name)
    if isinstance(expression, Integer):
        return int(expression) + 1
    raise NotTranslated(f"the index {expression}")
