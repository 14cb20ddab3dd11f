"""A compiled gradient: generated source, made into functions that check what they are given."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

import numpy as np

from bpderive.activations.elementwise import run
from bpderive.codegen.arrays import Array, Checker
from bpderive.codegen.counts import Operations, operations
from bpderive.codegen.python_program import parameters
from bpderive.codegen.targets import DTYPES, TARGETS
from bpderive.errors import DomainError, NetworkError, unknown_name
from bpderive.network import Network

FEW = 2
"""Up to so many examples at a time the plain program of a tiny network is faster than the matrix program."""

MOST_FOR_FEW = 60
"""The most weights and biases of a network that is tiny in this sense."""


class Gradient(NamedTuple):
    """The gradient of the mean cost: b[i] and w[i] have the shapes of biases[i] and weights[i], for layer i + 2."""

    b: list[Array]
    w: list[Array]


@dataclass(frozen=True, slots=True)
class CompiledGradient:
    """The gradient of the mean cost of `net`, computed by `source`.

    Call it with weights, biases, x and y: weights[i] has the shape (n_l, n_{l-1}) and biases[i] (n_l, 1) with
    l = i + 2; x (n_1, m) and y (n_L, m) have one column for each example. Raises `ShapeError` for anything else. The
    arrays given are not written to, and those returned are new, unless `views` says that the arrays of a thread are
    used again by its next call. Several threads may call it at the same time. With the target "auto", `few` is the
    program in plain numbers that computes mini-batches of up to `FEW` examples of a tiny network.
    """

    net: Network
    target: str
    source: str = field(repr=False)
    dtype: str = "float64"
    views: bool = False
    few: CompiledGradient | None = field(default=None, repr=False)
    _functions: dict[str, Any] = field(init=False, repr=False, compare=False)
    _checker: Checker = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        target = TARGETS[self.target]
        made = run(self.source, f"<gradient of {self.net.sizes}>") if target.runs_here else {}
        if target.plain:
            made = _with_arrays(made, np.dtype(self.dtype))
        object.__setattr__(self, "_functions", made)
        object.__setattr__(self, "_checker", Checker(self.net, self.dtype))

    def __call__(self, weights: Any, biases: Any, x: Any, y: Any) -> Gradient:
        """(∂C/∂b, ∂C/∂w), C being the mean cost over the columns."""
        return Gradient(*self._run("gradient", *self._checker.all(weights, biases, x, y)))

    def value_and_gradient(self, weights: Any, biases: Any, x: Any, y: Any) -> tuple[float, Gradient]:
        """The mean cost over the columns, equation (26), and its gradient."""
        value, found = self._run("value_and_gradient", *self._checker.all(weights, biases, x, y))
        return float(value), Gradient(*found)

    def forward(self, weights: Any, biases: Any, x: Any) -> Array:
        """a^L, shape (n_L, m), for x of shape (n_1, m)."""
        output: Array = self._run("forward", *self._checker.for_forward(weights, biases, x))
        return output

    def operations(self) -> Operations:
        """How many multiplications and additions both passes take, as formulas in the layer sizes."""
        return operations(self.net)

    def _run(self, function: str, *arguments: Any) -> Any:
        if self.few is not None and arguments[2].shape[1] <= FEW:
            return self.few._run(function, *arguments)
        try:
            return self._functions[function](*arguments)
        except (ArithmeticError, ValueError) as error:
            # Python's own numbers raise where NumPy gives inf or nan.
            raise DomainError(
                f"Computing with these numbers failed: {error}. An activation or cost of the network overflows in its "
                'formula; declare a stable form of it, or take the target "numpy", which gives inf or nan there.'
            ) from error
        except KeyError:
            if self._functions:
                raise
            raise DomainError(
                f'The target "{self.target}" is source for another language, which does not run here: write '
                '`.source` to a file, or take the target "numpy" or "python".'
            ) from None


def _with_arrays(functions: dict[str, Any], dtype: np.dtype[Any]) -> dict[str, Any]:
    """The functions of a program in plain numbers as functions of arrays."""

    def lists(arrays: Sequence[Array]) -> list[Any]:
        return [array.tolist() for array in arrays]

    def both(found: Any) -> tuple[list[Array], list[Array]]:
        by_b, by_w = found
        return [np.array(rows, dtype) for rows in by_b], [np.array(rows, dtype) for rows in by_w]

    def wrapped(name: str, back: Callable[[Any], Any]) -> Callable[..., Any]:
        function = functions[name]

        def call(weights: Any, biases: Any, *columns: Any) -> Any:
            return back(function(lists(weights), lists(biases), *lists(columns)))

        return call

    return {
        "gradient": wrapped("gradient", both),
        "value_and_gradient": wrapped("value_and_gradient", lambda found: (found[0], both(found[1]))),
        "forward": wrapped("forward", lambda rows: np.array(rows, dtype)),
    }


def compile_gradient(
    net: Network, target: str = "numpy", dtype: Any = "float64", views: bool = False
) -> CompiledGradient:
    """The gradient of the mean cost of `net`, as code.

    target: "numpy", the matrix program, for any network; "python", plain numbers, for tiny ones; "auto", the faster of
    these two by the size of the network and of the mini-batch; "c" and "javascript", source for elsewhere.
    dtype: "float64" or "float32".
    With `views` the numpy program returns arrays that its next call in the same thread writes over.
    Raises `UnknownName` for any other target, `DomainError` for another dtype, `NetworkError` where the network is too
    large for the target.
    """
    if not isinstance(net, Network):
        raise NetworkError(
            f"A gradient is compiled for a Network, such as Network((2, 3, 2)); given was {net!r}."
        )
    if target == "auto":
        tiny = parameters(net) <= MOST_FOR_FEW and net.vector_output is None and not views
        few = compile_gradient(net, "python", dtype) if tiny else None
        return replace(compile_gradient(net, "numpy", dtype, views), few=few)
    if target not in TARGETS:
        raise unknown_name("target", target, [*TARGETS, "auto"])
    name = getattr(dtype, "__name__", None) or str(dtype)
    if name not in DTYPES:
        raise DomainError(
            f"The dtype was given as {dtype!r}; a gradient is compiled for {' or '.join(DTYPES)}."
        )
    return CompiledGradient(net, target, TARGETS[target].source(net, name, views), name, views)
