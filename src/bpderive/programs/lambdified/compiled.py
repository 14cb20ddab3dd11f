"""A compiled gradient: the lines of a network, lambdified, and called with arrays that were checked."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, NamedTuple

from bpderive.functions.network import Network, require_network
from bpderive.later import Array
from bpderive.letters.text import Text
from bpderive.programs.lambdified.arrays import checked
from bpderive.programs.lambdified.counts import Operations, operations
from bpderive.programs.lambdified.lines import backward_lines, forward_lines
from bpderive.programs.lambdified.program import Program


class Gradient(NamedTuple):
    """The gradient of the mean cost: b[i] and w[i] have the shapes of biases[i] and weights[i], for layer i + 2."""

    b: list[Array]
    w: list[Array]


@dataclass(frozen=True, slots=True)
class CompiledGradient:
    """The gradient of the mean cost of `net`, computed by `source`.

    Call it with weights, biases, x and y: weights[i] has the shape (n_l, n_{l-1}) and biases[i] (n_l, 1) with
    l = i + 2; x (n_1, m) and y (n_L, m) have one column for each example. Raises `ShapeError` for anything else. The
    arrays may be NumPy's, or all of PyTorch, JAX, CuPy or Dask (x and y in chunks of examples): what goes in comes out.
    Numbers and lists are taken as NumPy arrays of float64. Nothing that is given is written to.
    """

    net: Network
    source: str = field(repr=False)
    _program: Program = field(repr=False, compare=False)

    def __call__(self, weights: Any, biases: Any, x: Any, y: Any) -> Gradient:
        """(∂C/∂b, ∂C/∂w), C being the mean cost over the columns."""
        given = checked(self.net, weights, biases, x, y)
        return self._gradient(given.returned(self._program.function("gradient", given.engine)(*given.arrays)))

    def value_and_gradient(self, weights: Any, biases: Any, x: Any, y: Any) -> tuple[Any, Gradient]:
        """The mean cost over the columns, equation (26), and its gradient; a float for arrays of NumPy."""
        given = checked(self.net, weights, biases, x, y)
        output, weighted, *derivatives = self._program.function("value", given.engine)(*given.arrays)
        cost = self._program.cost(self.net.depth, given.engine)(weighted, output, given.arrays[-1])
        return given.engine.number(cost), self._gradient(given.returned(derivatives))

    def forward(self, weights: Any, biases: Any, x: Any) -> Any:
        """a^L, shape (n_L, m), for x of shape (n_1, m)."""
        given = checked(self.net, weights, biases, x)
        [output] = given.returned(self._program.function("forward", given.engine)(*given.arrays))
        return output

    def operations(self) -> Operations:
        """How many multiplications and additions both passes take, as formulas in the layer sizes."""
        return operations(self.net)

    def _gradient(self, found: list[Any]) -> Gradient:
        return Gradient(found[: self.net.depth - 1], found[self.net.depth - 1 :])

    def __reduce__(self) -> tuple[Any, ...]:
        # Functions that were made at run time are not pickled; the network says how to make them again.
        return compile_gradient, (self.net,)


def compile_gradient(net: Network) -> CompiledGradient:
    """The gradient of the mean cost of `net`: the proved matrix equations, lambdified.

    Raises `NetworkError` for what is no Network.
    """
    require_network(net)
    layers, last = range(2, net.depth + 1), net.depth
    program = Program(
        net,
        tuple(forward_lines(net)),
        tuple(backward_lines(net)),
        parameters=tuple(f"{letter}{layer}" for letter in "wb" for layer in layers),
        inputs=("a1",),
        targets=("y",),
        results={
            "gradient": tuple(f"nabla_{letter}{layer}" for letter in "bw" for layer in layers),
            "value": (f"a{last}", f"z{last}"),
            "forward": (f"a{last}",),
        },
    )
    says = str(_SAYS.format(sizes=net.sizes, cost=net.cost.title))
    return CompiledGradient(net, program.source(says), program)


_SAYS = Text(
    "Backpropagation for {sizes}, {cost}; columns are examples.",
    "网络 {sizes} 的反向传播，{cost}；每列是一个样本。",
)
