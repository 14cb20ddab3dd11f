"""A compiled gradient: generated source, made into functions that check what they are given."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Any, NamedTuple

import numpy as np

from bpderive.activations.elementwise import run
from bpderive.codegen.arrays import Array, Checker
from bpderive.codegen.counts import Operations, operations
from bpderive.codegen.python_program import parameters
from bpderive.codegen.targets import DTYPES, TARGETS
from bpderive.errors import DomainError, NetworkError, unknown_name
from bpderive.network import Network

PLAIN_UP_TO = 50
"""Up to about so many weights and biases times examples, plain numbers are faster than NumPy's calls (measured)."""


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
    program in plain numbers that computes small mini-batches of a tiny network, as `PLAIN_UP_TO` says. `functions` are
    those of the source as they stand, which check nothing; of the target "python" they take and give lists of numbers.
    """

    net: Network
    target: str
    source: str = field(repr=False)
    dtype: str = "float64"
    views: bool = False
    few: CompiledGradient | None = field(default=None, repr=False)
    functions: Mapping[str, Any] = field(init=False, repr=False, compare=False)
    _few_at_most: int = field(init=False, repr=False, compare=False)
    _functions: dict[str, Any] = field(init=False, repr=False, compare=False)
    _checker: Checker = field(init=False, repr=False, compare=False)
    _fits: Callable[..., bool] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        target = TARGETS[self.target]
        made = run(self.source, f"<gradient of {self.net.sizes}>") if target.runs_here else {}
        object.__setattr__(self, "functions", MappingProxyType(made))
        if target.plain:
            made = _with_arrays(made, self.net, np.dtype(self.dtype))
        object.__setattr__(self, "_functions", made)
        at_most = 0 if self.few is None else PLAIN_UP_TO // parameters(self.net)
        checker = Checker(self.net, self.dtype)
        object.__setattr__(self, "_few_at_most", at_most)
        object.__setattr__(self, "_checker", checker)
        object.__setattr__(self, "_fits", checker.fits)

    def __call__(self, weights: Any, biases: Any, x: Any, y: Any) -> Gradient:
        """(∂C/∂b, ∂C/∂w), C being the mean cost over the columns."""
        # For one example this costs as much as a product: no call that is not needed.
        if not self._fits(weights, biases, x, y):
            weights, biases, x, y = self._checker.all(weights, biases, x, y)
        program = self._program(x)["gradient"]
        try:
            return Gradient(*program(weights, biases, x, y))
        except (ArithmeticError, ValueError) as error:
            raise _overflow(error) from error

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

    def _program(self, x: Array) -> dict[str, Any]:
        """The functions for so many examples; raises `DomainError` where there are none."""
        if self.few is not None and x.shape[1] <= self._few_at_most:
            return self.few._functions
        if not self._functions:
            raise DomainError(
                f'The target "{self.target}" is source for another language, which does not run here: write '
                '`.source` to a file, or take the target "numpy" or "python".'
            )
        return self._functions

    def _run(self, function: str, *arguments: Any) -> Any:
        program = self._program(arguments[2])[function]
        try:
            return program(*arguments)
        except (ArithmeticError, ValueError) as error:
            raise _overflow(error) from error


def _overflow(error: Exception) -> DomainError:
    """Python's own numbers raise where NumPy gives inf or nan."""
    return DomainError(
        f"Computing with these numbers failed: {error}. An activation or cost of the network overflows in its "
        'formula; declare a stable form of it, or take the target "numpy", which gives inf or nan there.'
    )


def _with_arrays(functions: dict[str, Any], net: Network, dtype: np.dtype[Any]) -> dict[str, Any]:
    """The functions of a program in plain numbers as functions of arrays."""
    backpropagate, forward = functions["backpropagate"], functions["forward"]
    shapes = [[(size, 1) for size in net.sizes[1:]], list(zip(net.sizes[1:], net.sizes, strict=False))]
    places: list[list[tuple[tuple[int, int], int]]] = []
    start = dtype.itemsize  # the cost is the first number
    for group in shapes:
        places.append([])
        for rows, columns in group:
            places[-1].append(((rows, columns), start))
            start += rows * columns * dtype.itemsize
    by_b, by_w = places
    array, listed = np.ndarray, np.ndarray.tolist

    def all_of_them(weights: Any, biases: Any, x: Any, y: Any, valued: bool) -> Any:
        flat = np.array(
            backpropagate(map(listed, weights), map(listed, biases), listed(x), listed(y), valued), dtype
        )
        found = (
            [array(shape, dtype, flat, at) for shape, at in by_b],
            [array(shape, dtype, flat, at) for shape, at in by_w],
        )
        return flat[0], found

    def output(weights: Any, biases: Any, x: Any) -> Any:
        return np.array(forward(map(listed, weights), map(listed, biases), listed(x)), dtype)

    return {
        "gradient": lambda weights, biases, x, y: all_of_them(weights, biases, x, y, False)[1],
        "value_and_gradient": lambda weights, biases, x, y: all_of_them(weights, biases, x, y, True),
        "forward": output,
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
        tiny = parameters(net) <= PLAIN_UP_TO and not views
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
