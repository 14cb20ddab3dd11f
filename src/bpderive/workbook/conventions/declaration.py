"""What a convention says: `Declaration` holds how a book or a course writes the quantities of a network.

To add one, write a declaration in `declared`: its letters, how it writes a layer, and what it says about the weights,
the examples and the layout of derivatives. What is declared is checked: its own forward pass and its own equations, as
they stand in the source, are read by the declaration and decided to hold.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from bpderive.letters.text import Text
from bpderive.workbook.language import syntax


@dataclass(frozen=True, slots=True)
class Letter:
    """What a letter means: a role, perhaps a layer of its own, its sign, and whether it is that of a whole batch.

    The roles: w, b, z, a, delta, x, y, cost, sigma; net, the weighted sum without the bias; dw, db, dz, da for the
    derivatives of the cost; step_w and step_b for the changes −η ∂C/∂w and −η ∂C/∂b.
    """

    role: str
    layer: syntax.Layer | None = None
    sign: int = 1
    batch: bool | None = None


@dataclass(frozen=True, slots=True)
class Declaration:
    """How a book or a course writes.

    `letters` are the letters it has, those that it writes itself first; `styles` how it may write a layer: above the
    letter bare, in parentheses or in brackets ("^", "^(", "^["), below it ("_"), by the letters of the indices alone
    ("units"), or not at all, where there is one neuron ("none"); `offsets` by
    how many layers a role's number lies below the layer that it belongs to in this book; `first` the number of the
    input layer; `to_from` whether w_jk leads to j, w having one row for each neuron that it leads to; `rows` whether
    examples are rows; `examples` whether it is about one example ("one"), or a batch whose cost is the "sum" or the
    "mean" of its examples' costs; `numerator` the layout of ∂z/∂a, `as_variable` whether ∂C/∂w has
    the shape of w; `is_strict` whether it has no other letters than these,
    `is_distinct` whether no other convention has them, `has_arrays` whether
    what bears no layer is an array, not one neuron, `one_output` whether it has one neuron then; `one_each` whether
    every layer has one neuron: such a convention is tried where no other has the formula. `numbers` are the equations
    that it has, `called` what it calls the index of each layer.
    """

    name: str
    title: Text
    where: Text
    source: str
    letters: Mapping[str, Letter]
    styles: tuple[str, ...]
    forward: tuple[str, ...]
    equations: Mapping[str, str]
    offsets: Mapping[str, int] = field(default_factory=dict)
    running: str = "l"
    last: str = "L"
    first: int = 1
    to_from: bool = True
    rows: bool = False
    examples: tuple[str, ...] = ("one",)
    numerator: bool = True
    as_variable: bool = True
    has_bias: bool = True
    is_strict: bool = False
    is_distinct: bool = False
    has_arrays: bool = False
    one_output: bool = False
    one_each: bool = False
    has_differentials: bool = False
    has_nablas: bool = False
    numbers: tuple[str, ...] = ("25", "BP1", "BP2", "BP3", "BP4")
    called: Mapping[syntax.Layer, str] = field(default_factory=dict)
    transpose: str = "T"
    elementwise: str = r"\odot"

    def letter(self, name: str) -> Letter | None:
        """What a letter means here; None if the convention does not have it."""
        return self.letters.get(name)

    def writes(
        self, role: str, layer: syntax.Layer | None = None, batch: bool = False
    ) -> tuple[str, Letter] | None:
        """The letter that this convention writes for a role, in a layer, for one example or a batch."""
        fitting = [(name, letter) for name, letter in self.letters.items() if letter.role == role]
        if layer is not None and any(letter.layer is not None for _, letter in fitting):
            fitting = [pair for pair in fitting if pair[1].layer in (None, layer)] or fitting
        if any(letter.batch is not None for _, letter in fitting):
            fitting = [pair for pair in fitting if bool(pair[1].batch) == batch] or fitting
        return fitting[0] if fitting else None
