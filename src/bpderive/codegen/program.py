"""A program: the lines of both passes of a network, which every emitter prints and `counts` counts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from bpderive.activations import Activation, VectorActivation
from bpderive.codegen.nodes import Let, Value
from bpderive.errors import NetworkError
from bpderive.network import Network


@dataclass(frozen=True)
class Program:
    """The lines in order; the forward pass comes first, then the cost, then the way back."""

    net: Network
    lets: tuple[Let, ...]

    @cached_property
    def forward(self) -> tuple[Let, ...]:
        """The lines that a^L needs."""
        return needed(self.lets, [self.bound("a", self.net.depth)])

    @cached_property
    def with_slopes(self) -> tuple[Let, ...]:
        """The lines of the way forward of a gradient: z, a, and the σ′(z) that the way back needs."""
        return tuple(let for let in self.lets if let.value.letter in ("z", "a", "slope"))

    @cached_property
    def backward(self) -> tuple[Let, ...]:
        """The lines of the way back: δ and the derivatives."""
        return tuple(let for let in self.lets if let.value.letter.startswith(("delta", "nabla")))

    @cached_property
    def layer_by_layer(self) -> tuple[Let, ...]:
        """The way back with the derivatives of a layer right after its δ, before those of the layer below."""
        return tuple(sorted(self.backward, key=lambda let: -let.value.layer))

    @property
    def cost(self) -> Let:
        """The line of the cost."""
        return next(let for let in self.lets if let.value.letter == "cost")

    def bound(self, letter: str, layer: int) -> Value:
        """The value with this letter and layer."""
        return next(let.value for let in self.lets if (let.value.letter, let.value.layer) == (letter, layer))

    def has_slope(self, layer: int) -> bool:
        """Whether the way back needs σ′(z) of the layer."""
        return any((let.value.letter, let.value.layer) == ("slope", layer) for let in self.lets)


def needed(lets: Sequence[Let], results: Sequence[Value]) -> tuple[Let, ...]:
    """The lines that the results need."""
    wanted, kept = set(results), []
    for let in reversed(lets):
        if let.value in wanted:
            kept.append(let)
            wanted.update(let.reads)
    return tuple(reversed(kept))


def groups(net: Network, layer: int) -> list[tuple[Activation, tuple[int, ...]]]:
    """The neurons of `layer`, counted from 0, by their activation, in the order of the first neuron of each."""
    uniform = net.layer_activation(layer)
    if isinstance(uniform, VectorActivation):
        raise NetworkError(
            f"The neurons of layer {layer} have {uniform.name} together, and none of their own."
        )
    if uniform is not None:
        return [(uniform, tuple(range(net.width(layer))))]
    found: dict[Activation, list[int]] = {}
    for neuron in range(net.width(layer)):
        found.setdefault(net.activation_of(layer, neuron + 1), []).append(neuron)
    return [(activation, tuple(neurons)) for activation, neurons in found.items()]
