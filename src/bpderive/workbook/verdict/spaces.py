"""Which layers have the same number of neurons, and the sizes that expressions can have.

`Spaces` knows only those layers to be alike that are the same layer, unless a condition says so or every width is taken
to be equal. A `Shape` is written in words by `shown`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from bpderive.workbook.language import syntax

Dimension: TypeAlias = "syntax.Layer | int"


Shape: TypeAlias = "tuple[Dimension, Dimension] | None"
"""Rows and columns, each the neurons of a layer or 1; None for a number."""


ONE: Shape = (1, 1)


@dataclass(slots=True)
class Spaces:
    """Which layers have equal widths; `place` gives what makes a layer itself.

    With `spreads` a number beside a column stands for a column of it, as people write 1 − a: to find out what is meant.
    """

    place: Callable[[syntax.Layer], Any]
    joined: dict[Any, Any] = field(default_factory=dict)
    widths: dict[Any, int] = field(default_factory=dict)
    all_equal: bool = False
    one_neuron: bool = False
    is_possible: bool = True
    spreads: bool = False

    def of(self, layer: syntax.Layer) -> Any:
        """What all layers of the same width have in common."""
        found = "every layer" if self.all_equal else self.place(layer)
        while found in self.joined:
            found = self.joined[found]
        return found

    def join(self, first: syntax.Layer, second: syntax.Layer) -> None:
        """Let two layers have equal widths."""
        one, other = self.of(first), self.of(second)
        if one != other:
            self.joined[one] = other
            if one in self.widths:
                self.fix(second, self.widths.pop(one))

    def fix(self, layer: syntax.Layer, width: int) -> None:
        """Let a layer have so many neurons."""
        space = self.of(layer)
        if self.widths.setdefault(space, width) != width:
            self.is_possible = False

    def width(self, space: Any) -> int | None:
        """The width of a space if it is a fixed number."""
        return 1 if self.one_neuron else self.widths.get(space)

    def same(self, first: Dimension, second: Dimension) -> bool:
        """Whether two dimensions are equal in every network."""
        if isinstance(first, syntax.Layer) and isinstance(second, syntax.Layer):
            return bool(self.of(first) == self.of(second)) or (
                self.width(self.of(first)) is not None
                and self.width(self.of(first)) == self.width(self.of(second))
            )
        if first == second:
            return True
        layer, size = (first, second) if isinstance(first, syntax.Layer) else (second, first)
        return isinstance(layer, syntax.Layer) and self.width(self.of(layer)) == size


def shown(shape: Shape) -> str:
    """A shape in words: (n[l], 1)."""
    if shape is None:
        return "1"
    return f"({', '.join(f'n[{d}]' if isinstance(d, syntax.Layer) else str(d) for d in shape)})"
