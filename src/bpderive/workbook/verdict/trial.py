"""Expressions in numbers: `Trial(world, reading, l).number(node, names)` is the value of an expression in a `World`.

To add a construct of the language, add a case to `number`, and one to `along` if it can be differentiated.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from bpderive.workbook.language import syntax
from bpderive.workbook.verdict.arithmetic import power
from bpderive.workbook.verdict.decide import Reading
from bpderive.workbook.verdict.errors import TooHard, bounded
from bpderive.workbook.verdict.layers import value
from bpderive.workbook.verdict.normal import MOST_DERIVATIVES, SECOND_DERIVATIVE
from bpderive.workbook.verdict.worlds import World

AN_INTERVAL = 4
"""How many steps a number takes that is an interval."""


@dataclass(slots=True)
class Trial:
    """Reads expressions in a world, for one layer l."""

    world: World
    reading: Reading
    at: int

    def layer(self, layer: syntax.Layer) -> int:
        """The number of a layer."""
        return value(layer, self.at, self.world.depth)

    def number(self, node: syntax.Node, names: dict[str, int]) -> Any:
        """The value of an expression; raises `NotHere` where it has none, `OutOfReach` where it is too long."""
        self.world.clock.check(AN_INTERVAL if self.world.intervals else 1)
        found = self._number(node, names)
        return bounded(found) if isinstance(found, Fraction) else found

    def _number(self, node: syntax.Node, names: dict[str, int]) -> Any:
        world = self.world
        match node:
            case syntax.Number(exact):
                return world.number(exact)
            case syntax.Unknown(name):
                return world.chosen(name)
            case syntax.Cost():
                return world.cost_value()
            case syntax.WidthOf(layer):
                return world.number(Fraction(world.sizes[self.layer(layer) - 1]))
            case syntax.Kronecker(first, second):
                same = names.get(first, first) == names.get(second, second)  # type: ignore[arg-type]  # a number is not in it
                return world.number(Fraction(int(same)))
            case syntax.Quantity():
                return self._quantity(node, names)
            case syntax.Activation(order, argument):
                if isinstance(argument, syntax.Quantity) and argument.letter == "z":
                    [j] = self._indices(argument, names)
                    at = self.layer(argument.layer)
                    return world.slope(at, j, order) if order else world.activation(at, j)
                return world.sigma_at(order, self.number(argument, names))
            case syntax.Derivative(of, by):
                variable = (by.letter, self.layer(by.layer), *self._indices(by, names))
                return self.along(of, variable, names)
            case syntax.Total(indices, body):
                return self._sum([self.number(body, inner) for inner in self._cases(indices, names)])
            case syntax.Plus(terms):
                return self._sum([self.number(term, names) for term in terms])
            case syntax.Minus(body):
                return -self.number(body, names)
            case syntax.Times(factors):
                result = world.number(Fraction(1))
                for factor in factors:
                    result = result * self.number(factor, names)
                return result
            case syntax.Over(above, below):
                return self.number(above, names) * power(self.number(below, names), -1)
            case syntax.Power(base, exponent):
                return power(self.number(base, names), exponent)
        raise TypeError(f"{node} is no expression of components.")

    def _sum(self, values: list[Any]) -> Any:
        return sum(values, self.world.number(Fraction(0)))

    def _cases(self, indices: tuple[str, ...], names: dict[str, int]) -> Iterator[dict[str, int]]:
        ranges = [
            range(1, self.world.sizes[self.layer(self.reading.indices.layers[i]) - 1] + 1) for i in indices
        ]
        for values in itertools.product(*ranges):
            yield {**names, **dict(zip(indices, values, strict=True))}

    def _indices(self, node: syntax.Quantity, names: dict[str, int]) -> tuple[int, ...]:
        return tuple(names[i] if isinstance(i, str) else i for i in node.indices)

    def _quantity(self, node: syntax.Quantity, names: dict[str, int]) -> Any:
        at, indices = self.layer(node.layer), self._indices(node, names)
        world = self.world
        match node.letter:
            case "w":
                return world.weight(at, *indices)
            case "b":
                return world.bias(at, *indices)
            case "z":
                return world.weighted_input(at, *indices)
            case "a":
                return world.activation(at, *indices)
            case "y":
                return world.target(*indices)
        return world.cost_moved(("z", at, *indices))

    def along(self, of: syntax.Node, by: tuple[Any, ...], names: dict[str, int]) -> Any:
        """The total derivative of an expression by a component."""
        world = self.world
        zero = world.number(Fraction(0))
        match of:
            case syntax.Number() | syntax.Unknown() | syntax.WidthOf() | syntax.Kronecker():
                return zero
            case syntax.Cost():
                return world.cost_moved(by)
            case syntax.Quantity(letter, layer, _):
                if letter == "delta":
                    raise TooHard(SECOND_DERIVATIVE)
                at, indices = self.layer(layer), self._indices(of, names)
                if letter in ("w", "b"):
                    return world.number(Fraction(int((letter, at, *indices) == by)))
                return zero if letter == "y" else world.moved(letter, at, by)[indices[0] - 1]
            case syntax.Minus(body):
                return -self.along(body, by, names)
            case syntax.Plus(terms):
                return self._sum([self.along(term, by, names) for term in terms])
            case syntax.Times(factors):
                total = zero
                for place, factor in enumerate(factors):
                    rest = syntax.Times(factors[:place] + factors[place + 1 :])
                    total = total + self.number(rest, names) * self.along(factor, by, names)
                return total
            case syntax.Over(above, below):
                return self.along(syntax.Times((above, syntax.Power(below, -1))), by, names)
            case syntax.Power(base, exponent):
                outer = syntax.Times((syntax.Number(Fraction(exponent)), syntax.Power(base, exponent - 1)))
                return self.number(outer, names) * self.along(base, by, names) if exponent else zero
            case syntax.Total(indices, body):
                return self._sum([self.along(body, by, inner) for inner in self._cases(indices, names)])
            case syntax.Activation(order, argument) if order < MOST_DERIVATIVES:
                return self.number(syntax.Activation(order + 1, argument), names) * self.along(
                    argument, by, names
                )
        raise TooHard(SECOND_DERIVATIVE)
