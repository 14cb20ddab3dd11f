"""A compiled gradient: generated source, made into functions that check what they are given."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from bpderive.activations.elementwise import run
from bpderive.codegen.arrays import Array, checked_examples, checked_input, checked_parameters
from bpderive.codegen.numpy_program import numpy_program
from bpderive.codegen.scalar_program import scalar_program
from bpderive.errors import DomainError, NetworkError, unknown_name
from bpderive.network import Network

TARGETS: dict[str, Callable[[Network], str]] = {"numpy": numpy_program, "scalar": scalar_program}
"""The languages in which a gradient can be had here and now: a name, and what makes the source."""


class Gradient(NamedTuple):
    """The gradient of the mean cost: b[i] and w[i] have the shapes of biases[i] and weights[i], for layer i + 2."""

    b: list[Array]
    w: list[Array]


@dataclass(frozen=True, slots=True)
class CompiledGradient:
    """The gradient of the mean cost of `net`, computed by `source`.

    Call it with weights, biases, x and y: weights[i] has the shape (n_l, n_{l-1}) and biases[i] (n_l, 1) with
    l = i + 2; x (n_1, m) and y (n_L, m) have one column for each example. Raises `ShapeError` for anything else. The
    arrays given are not written to, and those returned are new.
    """

    net: Network
    target: str
    source: str = field(repr=False)
    _functions: dict[str, Any] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_functions", run(self.source, f"<gradient of {self.net.sizes}>"))

    def __call__(self, weights: Any, biases: Any, x: Any, y: Any) -> Gradient:
        """(∂C/∂b, ∂C/∂w), C being the mean cost over the columns."""
        parameters = checked_parameters(self.net, weights, biases)
        return Gradient(*self._run("gradient", *parameters, *checked_examples(self.net, x, y)))

    def value_and_gradient(self, weights: Any, biases: Any, x: Any, y: Any) -> tuple[float, Gradient]:
        """The mean cost over the columns, equation (26), and its gradient."""
        parameters = checked_parameters(self.net, weights, biases)
        value, found = self._run("value_and_gradient", *parameters, *checked_examples(self.net, x, y))
        return float(value), Gradient(*found)

    def forward(self, weights: Any, biases: Any, x: Any) -> Array:
        """a^L, shape (n_L, m), for x of shape (n_1, m)."""
        parameters = checked_parameters(self.net, weights, biases)
        output: Array = self._run("forward", *parameters, checked_input(self.net, x))
        return output

    def _run(self, function: str, *arguments: Any) -> Any:
        try:
            return self._functions[function](*arguments)
        except (ArithmeticError, ValueError) as error:
            # Python's own numbers raise where NumPy gives inf or nan.
            raise DomainError(
                f"Computing with these numbers failed: {error}. An activation or cost of the network overflows in its "
                'formula; declare a stable form of it, or take the target "numpy", which gives inf or nan there.'
            ) from error


def compile_gradient(net: Network, target: str = "numpy") -> CompiledGradient:
    """The gradient of the mean cost of `net`, as code.

    target: "numpy", the matrix program, for any network; "scalar", plain Python, for tiny ones. Raises `UnknownName`
    for any other, `NetworkError` where the network is too large for the target.
    """
    if not isinstance(net, Network):
        raise NetworkError(
            f"A gradient is compiled for a Network, such as Network((2, 3, 2)); given was {net!r}."
        )
    if target not in TARGETS:
        raise unknown_name("target", target, TARGETS)
    return CompiledGradient(net, target, TARGETS[target](net))
