"""Letters in the place of numbers: a drawing of a small network that speaks of layer l and neuron j.

`parse_letters("1,1 l-1 k; 2,1 l j", net)` calls neuron 1 of layer 1 neuron k of layer l−1. What stands in the drawing
is the LaTeX of the notation's own objects. A new letter for a layer or a neuron needs an entry in `_LAYERS` or
`_NEURONS`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from sympy import Expr

from bpderive.errors import ParseError
from bpderive.functions.network import Network
from bpderive.letters.symbols import Change, L, a, b, delta, j, k, l, latex, m, n, p, q, w, z
from bpderive.sphinxext.highlight import Highlight, Neuron

_LAYERS = {"l-1": l - 1, "l": l, "l+1": l + 1, "l+2": l + 2, "L-1": L - 1, "L": L}
_NEURONS = {"j": j, "k": k, "q": q, "p": p, "n": n, "m": m}
LETTERS = {"a": a, "z": z, "delta": delta}


@dataclass(frozen=True, slots=True)
class Letters:
    """How neurons are called: (layer, index) with the book's indices from 0, for the neurons that have a name."""

    names: Mapping[Neuron, tuple[Expr | int, Expr | int]] = field(default_factory=dict)

    def index(self, neuron: Neuron) -> tuple[Expr | int, Expr | int]:
        """Layer and index of a neuron in the notation: its letters, or its numbers."""
        return self.names.get(neuron, (neuron[0], neuron[1] - 1))

    def letter(self, labels: str, neuron: Neuron) -> str:
        """The LaTeX of a^l_j, z^l_j or δ^l_j of a neuron."""
        layer, index = self.index(neuron)
        return latex(LETTERS[labels](layer)[index, 0])

    def bias(self, neuron: Neuron) -> str:
        """The LaTeX of the bias of a neuron."""
        layer, index = self.index(neuron)
        return latex(b(layer)[index, 0])

    def weight(self, layer: int, neuron: int, source: int) -> str:
        """The LaTeX of a weight."""
        at, row = self.index((layer, neuron))
        return latex(w(at)[row, self.index((layer - 1, source))[1]])

    def change(self, neuron: Neuron) -> str:
        """The LaTeX of Δz^l_j."""
        layer, index = self.index(neuron)
        return latex(Change(z(layer)[index, 0]))

    def layer(self, layer: int) -> str:
        """What a layer is called if one of its neurons has a name, else "": a number beside letters would mislead."""
        name = next((name[0] for (at, _), name in self.names.items() if at == layer), "")
        return str(name).replace(" ", "").replace("-", "−")

    def lettered(self, marked: Highlight) -> Highlight:
        """`marked`, and the neurons that have a name."""
        return marked | Highlight(frozenset(self.names))


def parse_letters(text: str, net: Network) -> Letters:
    """Such as `1,1 l-1 k; 2,1 l j`; raises `ParseError` for what is no name of a neuron of `net`."""
    found: dict[Neuron, tuple[Expr | int, Expr | int]] = {}
    for item in filter(None, (part.strip() for part in text.split(";"))):
        try:
            numbers, layer, letter = item.split()
            at, index = (int(number) for number in numbers.split(","))
            found[at, index] = (_LAYERS[layer], _NEURONS[letter])
        except (KeyError, ValueError):
            raise ParseError(
                f"{item!r} names no neuron; wanted: its layer and number, a layer of {', '.join(_LAYERS)} "
                f"and a letter of {', '.join(_NEURONS)}, as in  2,1 l j"
            ) from None
        if not (1 <= at <= net.depth and 1 <= index <= net.width(at)):
            raise ParseError(f"There is no neuron {index} in layer {at} of a network of sizes {net.sizes}.")
    return Letters(found)
