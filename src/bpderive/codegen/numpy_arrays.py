"""The arrays of the matrix program: made once for each thread and size of mini-batch, and used again in every call.

`KeptArrays(net, storage, views)` writes the function that makes them and the line that unpacks them; `KEEPING` and
`LAID_OUT` are text that is the same in every program. Which matrices share an array is found by
`bpderive.codegen.storage`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from bpderive.activations import AnyActivation
from bpderive.codegen.kernels import Kernels
from bpderive.codegen.program import groups
from bpderive.codegen.storage import Storage
from bpderive.network import Network

PIECE = 8192
"""So many numbers are put through an activation function at a time, to stay in the processor's cache."""

KEPT = 4
"""Of so many batch sizes the arrays are kept."""

FEW = 16
"""Up to so many examples, columns are too short to be added and multiplied one by one (measured)."""

LONG = 64
"""From so many examples on x is multiplied by `matmul`, which takes a slice of a larger array as it is; `dot`, which is
quicker to call, would copy it in each product (measured)."""

MANY = 4096
"""From so many weights of a layer on it pays to choose how its products are computed (measured)."""

BROAD = 64
"""From so many rows of δ on that factor is a, below it is δ (measured)."""


def runs(rows: Sequence[int]) -> list[tuple[int, int]]:
    """The rows as stretches without a gap: (first, past the last)."""
    found = []
    for _, stretch in groupby(enumerate(rows), key=lambda pair: pair[1] - pair[0]):
        members = [row for _, row in stretch]
        found.append((members[0], members[-1] + 1))
    return found


def neurons_by_activation(net: Network, layer: int) -> list[tuple[AnyActivation, tuple[int, ...]]]:
    """The neurons of a layer by their activation, softmax being that of all."""
    whole = net.vector_output if layer == net.depth else None
    if whole is not None:
        return [(whole, tuple(range(net.width(layer))))]
    return list(groups(net, layer))


def many_weights(net: Network, layer: int) -> bool:
    """Whether a layer has so many weights that its products take most of the time."""
    return net.width(layer) * net.width(layer - 1) >= MANY


def turned(net: Network, layer: int) -> str:
    """Which factor of ∂C/∂w = δ aᵀ is laid out anew for a few examples: "delta", "a" or neither, ""."""
    if not many_weights(net, layer):
        return ""
    return "a" if net.width(layer) >= BROAD else "delta"


@dataclass(frozen=True, slots=True)
class KeptArrays:
    """The arrays of one program; `errors` of them are scratch for the output error."""

    net: Network
    storage: Storage
    views: bool

    def maker(self, kernels: Kernels, errors: int) -> str:
        """The function `new_arrays`."""
        sizes = self.net.sizes
        lines = [
            "few = 1 < m <= FEW",
            "ones, row, share = np.ones((m, 1), DTYPE), np.ones((1, m), DTYPE), np.array(m, DTYPE)",
            f"longest = min(PIECE, {max(sizes[1:])}*m)",
        ]
        bounds = [f"np.full(longest, {bound})" for bound in kernels.bounds]
        lines.append(f"rows = [{', '.join([*bounds, f'*np.empty(({kernels.scratch}, longest), SCRATCH)'])}]")
        for layer in range(2, self.net.depth + 1):
            lines += self._of_layer(layer)
        if errors:
            lines.append(f"error = np.empty(({errors}, {sizes[-1]}, m), DTYPE)")
        lines.append(f"return {self.unpacked(errors)}")
        shown = "\n".join(f"    {line}" for line in lines)
        return f'def new_arrays(m):\n    """The arrays for m examples."""\n{shown}\n'

    def _of_layer(self, layer: int) -> list[str]:
        rows, columns = self.net.width(layer), self.net.width(layer - 1)
        names = self.storage.arrays[layer]
        lines = [f"{name} = aligned({rows}, m)" for name in names]
        lines.append(f"pieces{layer} = {self._pieces(layer)}")
        lines.append(f"wide{layer} = np.empty(({rows}, m), DTYPE) if few else None")
        factor = turned(self.net, layer)
        if factor:
            shape = f"(m, {columns}), DTYPE)" if factor == "a" else f"(m, {rows}), DTYPE).T"
            lines.append(f"turned{layer} = np.empty({shape} if few else None")
        if self.views:
            lines.append(f"nabla_b{layer} = aligned({rows}, 1)")
            lines.append(f"nabla_w{layer} = aligned({rows}, {columns})")
        return lines

    def _pieces(self, layer: int) -> str:
        """For each group of neurons with one activation the pieces of z, a and σ′(z)."""
        by_letter = {v.letter: place for v, place in self.storage.places.items() if v.layer == layer}
        names = [by_letter["z"], by_letter["a"], by_letter.get("slope", "None")]
        pieces = []
        for _, neurons in neurons_by_activation(self.net, layer):
            cut = [
                ", ".join(
                    f"{name}[{first}:{past}]"
                    if past - first < self.net.width(layer) and name != "None"
                    else name
                    for name in names
                )
                for first, past in runs(neurons)
            ]
            pieces.append(" + ".join(f"pieces(rows, {arrays})" for arrays in cut))
        return pieces[0] if len(pieces) == 1 else f"[{', '.join(pieces)}]"

    def unpacked(self, errors: int) -> str:
        """The arrays as a tuple, of a tuple for each layer."""
        shown = ["ones, row, share", *(["error"] if errors else [])]
        for layer in range(2, self.net.depth + 1):
            names = [*self.storage.arrays[layer], f"pieces{layer}", f"wide{layer}"]
            names += [f"turned{layer}"] * bool(turned(self.net, layer))
            names += [f"nabla_{letter}{layer}" for letter in "bw" if self.views]
            shown.append(f"({', '.join(names)})")
        return ", ".join(shown)


LAID_OUT = '''def laid_out(matrix, place):
    """The matrix in an array whose order in memory is better to multiply."""
    copyto(place, matrix)
    return place
'''

KEEPING = f'''def arrays(m):
    """The arrays for m examples, which this thread has used before or which are made now."""
    try:
        by_size = kept.by_size
    except AttributeError:
        by_size = kept.by_size = {{}}
    found = by_size.get(m)
    if found is None:
        if len(by_size) == {KEPT}:
            del by_size[next(iter(by_size))]
        found = by_size[m] = new_arrays(m)
    return found


def aligned(rows, columns):
    """A new array that begins where a line of the processor's cache does."""
    numbers = np.empty(rows*columns + 16, DTYPE)
    start = -numbers.ctypes.data % 64 // numbers.itemsize
    return numbers[start:start + rows*columns].reshape(rows, columns)


def pieces(rows, z, a, slope):
    """The arrays as rows of numbers, cut into pieces, each with as much of the other rows."""
    made = []
    for start in range(0, z.size, PIECE):
        cut = slice(start, start + PIECE)
        z_a_slope = [None if array is None else array.reshape(-1)[cut] for array in (z, a, slope)]
        made.append((*z_a_slope, *(row[:z_a_slope[0].size] for row in rows)))
    return made
'''
