"""What every reader of expressions needs: the network of `truth`, components of it, and each expression read once.

`truth_of(statement, sizes)` is the network that a statement speaks of. `Components` compiles an expression by the
method `_number_<class name>` or `_table_<class name>` that a class derived from it has.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Iterator, Mapping
from fractions import Fraction
from functools import lru_cache
from typing import Any

from sympy import Basic, Expr

from bpderive.functions.activations import activations
from bpderive.functions.costs import costs
from bpderive.judge.polynomials import Polynomial
from bpderive.judge.truth import COST, Component, Truth
from bpderive.letters.places import Letters, whole_number
from bpderive.letters.statements import WHOLE, Statement
from bpderive.letters.symbols import (
    C,
    PathProduct,
    quantity,
)

Value = list[list[Polynomial]]
Number = Callable[[Letters], Polynomial]
Table = Callable[[Letters], Value]


def truth_of(statement: Statement, sizes: tuple[int, ...]) -> Truth:
    """The network of these sizes with the cost and the kind of output layer that `statement` speaks of."""
    return _truth(sizes, statement.cost, statement.output)


@lru_cache(maxsize=16)
def _truth(sizes: tuple[int, ...], cost: str | None, output: str | None) -> Truth:
    """The network, kept so that the derivatives that several statements ask for are found once."""
    named = None if output in (None, WHOLE) else activations[output]
    whole = output == WHOLE or (named is not None and not named.elementwise)
    return Truth(sizes, None if cost is None else costs[cost], whole, named)


class Components:
    """Reads expressions on the network of `truth`; the methods compile, so that many cases cost little."""

    def __init__(self, truth: Truth) -> None:
        self.truth = truth
        self._numbers: dict[Basic, Number] = {}
        self._tables: dict[Basic, Table] = {}
        self._moved: Component | None = None
        self._path: tuple[int, ...] | None = None

    def value(self, expression: Basic) -> Table:
        """The expression as a table, for given values of its letters; raises `NetworkError` if a part is missing."""
        known = self._tables.get(expression)
        if known is None:
            if getattr(expression, "is_Matrix", False):
                known = self._method("_table_", expression)(expression)
            else:
                number = self.number(expression)
                known = lambda letters: [[number(letters)]]  # noqa: E731  # it is stored
            self._tables[expression] = known
        return known

    def number(self, expression: Basic) -> Number:
        """The expression as a polynomial, for given values of its free letters."""
        known = self._numbers.get(expression)
        if known is None:
            known = self._numbers[expression] = self._method("_number_", expression)(expression)
        return known

    def integer(self, expression: Expr) -> Callable[[Letters], int]:
        """A layer, an index or a bound of a sum."""
        return whole_number(expression, self.truth.sizes)

    def unknowns(self, *values: Polynomial) -> set[Any]:
        """The unknowns of `values`, and those that say where the functions in them are taken."""
        found: set[Any] = set()
        waiting = list(values)
        while waiting:
            new: set[Any] = set(waiting.pop().unknowns()) - found
            found |= new
            for key in new:
                if key[0] == "σ" and key[4] is not None:
                    waiting += [key[4], self.truth.value(("z", key[2], key[3]))]
        return found

    def consistent(self, values: Mapping[Component, Fraction]) -> bool:
        """Whether one function for each neuron can have these values: no two at the same place."""
        places: dict[Any, set[Fraction]] = {}
        for key in values:
            if key[0] == "σ" and key[4] is not None:
                argument = key[4].at(values.__getitem__)
                own = self.truth.value(("z", key[2], key[3])).at(values.__getitem__)
                taken = places.setdefault(key[1:4], {own})
                if argument in taken:
                    return False
                taken.add(argument)
        return True

    def small_changes(self, statement: Statement, letters: Letters) -> Iterator[None]:
        """Let the Δ of `statement` follow its weight: once, or along each path in turn if it speaks of one path."""
        if statement.moved is None:
            yield
            return
        self._moved = self.component(statement.moved)(letters)
        _, layer, neuron = self._moved[:3]
        paths: Iterable[tuple[int, ...] | None] = [None]
        if any(side.has(PathProduct) for side in statement.sides):
            paths = self._paths(layer, neuron, self.truth.depth)
        for path in paths:
            self._path = path
            yield
        self._moved = self._path = None

    def _paths(self, layer: int, neuron: int, last: int) -> Iterator[tuple[int, ...]]:
        """Every path from a neuron to layer `last`: one neuron for each layer, that of `layer` first."""
        widths = [range(self.truth.sizes[r - 1]) for r in range(layer + 1, last + 1)]
        return ((neuron, *rest) for rest in itertools.product(*widths))

    def _method(self, prefix: str, expression: Basic) -> Callable[[Any], Any]:
        for kind in type(expression).__mro__:
            method = getattr(self, prefix + kind.__name__, None)
            if method is not None:
                found: Callable[[Any], Any] = method
                return found
        raise TypeError(f"a statement cannot contain {type(expression).__name__}: {expression}")

    def component(self, expression: Expr) -> Callable[[Letters], Component]:
        """A component such as z^l_j, or C."""
        if expression == C:
            return lambda letters: COST
        found = quantity(expression)
        if found is None:
            raise TypeError(f"{expression} is no component of a network.")
        array, (row, column) = found
        layer, j = self.integer(array.layer), self.integer(row)
        if array.letter == "w":
            k = self.integer(column)
            return lambda letters: ("w", layer(letters), j(letters), k(letters))
        letter = array.letter
        return lambda letters: (letter, layer(letters), j(letters))
