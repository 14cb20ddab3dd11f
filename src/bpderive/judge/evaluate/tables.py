"""Vectors and matrices, as tables of polynomials.

A new kind of matrix expression needs one method `_table_<class name>`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import sympy

from bpderive.errors import NetworkError
from bpderive.judge.evaluate.components import Table, Value
from bpderive.judge.evaluate.numbers import Numbers
from bpderive.judge.polynomials import Polynomial, added, constant, unknown
from bpderive.judge.truth import COST
from bpderive.letters.places import Letters, width
from bpderive.letters.symbols import (
    Elementwise,
    LayerArray,
    SigmaPrime,
)


class Reader(Numbers):
    """Reads expressions on the network of `truth`; `value` gives a table, 1×1 for a number."""

    def _table_ImmutableDenseMatrix(self, expression: Any) -> Table:
        rows = [[self.number(entry) for entry in row] for row in expression.tolist()]
        return lambda letters: [[entry(letters) for entry in row] for row in rows]

    def _table_LayerArray(self, expression: LayerArray) -> Table:
        layer = self.integer(expression.layer)
        letter = expression.letter

        def table(letters: Letters) -> Value:
            at = layer(letters)
            height = self._height(at)
            if letter == "w":
                return [
                    [self._of(("w", at, j, k)) for k in range(self._height(at - 1))] for j in range(height)
                ]
            return [[self._of((letter, at, j))] for j in range(height)]

        return table

    def _height(self, layer: int) -> int:
        return width(layer, self.truth.sizes)

    def _table_MatMul(self, expression: Any) -> Table:
        factors = [self.number(part) for part in expression.args if not part.is_Matrix]
        parts = [self.value(part) for part in expression.args if part.is_Matrix]

        def product(letters: Letters) -> Value:
            result = parts[-1](letters)  # from the right: a vector stays a vector
            for part in reversed(parts[:-1]):
                result = _times(part(letters), result)
            for factor in factors:
                number = factor(letters)
                result = [[number * entry for entry in row] for row in result]
            return result

        return product

    def _table_MatAdd(self, expression: Any) -> Table:
        return self._entrywise(expression, lambda entries: added(entries))

    def _table_HadamardProduct(self, expression: Any) -> Table:
        def multiplied(entries: list[Polynomial]) -> Polynomial:
            result = constant(1)
            for entry in entries:
                result = result * entry
            return result

        return self._entrywise(expression, multiplied)

    def _entrywise(self, expression: Any, join: Callable[[list[Polynomial]], Polynomial]) -> Table:
        parts = [self.value(part) for part in expression.args]

        def table(letters: Letters) -> Value:
            values = [part(letters) for part in parts]
            shapes = {(len(v), len(v[0])) for v in values}
            if len(shapes) > 1:
                raise NetworkError(
                    f"the parts of {expression} have the shapes {', '.join(map(str, sorted(shapes)))}."
                )
            return [
                [join(list(entries)) for entries in zip(*rows, strict=True)]
                for rows in zip(*values, strict=True)
            ]

        return table

    def _table_Transpose(self, expression: Any) -> Table:
        inner = self.value(expression.arg)
        return lambda letters: [list(row) for row in zip(*inner(letters), strict=True)]

    def _table_Elementwise(self, expression: Elementwise) -> Table:
        layer, vector = self.integer(expression.args[1]), self.value(expression.args[2])
        order = int(expression.function is SigmaPrime)

        def table(letters: Letters) -> Value:
            at, result = layer(letters), []
            for place, [entry] in enumerate(vector(letters)):
                self.truth.require(("z", at, place))
                if entry != self.truth.value(("z", at, place)):
                    result.append([unknown(("σ", order, at, place, entry))])
                else:
                    result.append(
                        [self.truth.slope(at, place) if order else self.truth.value(("a", at, place))]
                    )
            return result

        return table

    def _table_DiagonalSigmaPrime(self, expression: Any) -> Table:
        layer = self.integer(expression.args[0])

        def table(letters: Letters) -> Value:
            at = layer(letters)
            everyone = range(self._height(at))
            self.truth.require(("z", at, 0))
            return [[self.truth.slope(at, j) if j == k else constant(0) for k in everyone] for j in everyone]

        return table

    def _table_CostGradient(self, expression: Any) -> Table:
        layer = self.integer(expression.args[0])

        def table(letters: Letters) -> Value:
            at = layer(letters)
            return [[self.truth.derivative(COST, ("a", at, m))] for m in range(self._height(at))]

        return table

    def _table_ParameterGradient(self, expression: Any) -> Table:
        array = expression.args[0]
        row, column = (sympy.Dummy(name, integer=True) for name in ("row", "column"))
        entry = self.number(expression[row, column])
        layer = self.integer(array.layer)

        def table(letters: Letters) -> Value:
            at = layer(letters)
            columns = range(self._height(at - 1) if array.letter == "w" else 1)
            rows = range(self._height(at))
            return [[entry({**letters, row: j, column: k}) for k in columns] for j in rows]

        return table

    def _table_BackwardProduct(self, expression: Any) -> Table:
        first, last = (self.integer(part) for part in expression.args)
        at = sympy.Dummy("r", integer=True, positive=True)
        factor = self.value(expression.factor(at))

        def product(letters: Letters) -> Value:
            low, high = first(letters), last(letters)
            if low > high:
                raise NetworkError(f"the product from layer {low} to layer {high} has no factors.")
            result = _identity(self._height(low))
            for r in range(low, high):
                result = _times(result, factor({at: r}))
            return result

        return product


def _identity(size: int) -> Value:
    return [[constant(int(j == k)) for k in range(size)] for j in range(size)]


def _times(first: Value, second: Value) -> Value:
    if len(first[0]) != len(second):
        raise NetworkError(
            f"a product of shapes ({len(first)}, {len(first[0])}) and ({len(second)}, {len(second[0])})."
        )
    columns = list(zip(*second, strict=True))
    return [[added(p * q for p, q in zip(row, column, strict=True)) for column in columns] for row in first]
