"""What a compiled gradient accepts, and the errors that name the array, its layer, what was given and what was wanted.

`Checker(net, dtype).all(weights, biases, x, y)` gives arrays of the right dtype and shapes, or raises `ShapeError`.
Integers, truth values and other floating-point numbers are converted; the arrays given are never written to. Arrays
that need no conversion are recognized at once: this is done in every call.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from bpderive.errors import ShapeError
from bpderive.network import Network

Array = npt.NDArray[Any]


class Checker:
    """Checks the arguments of the functions of one compiled gradient."""

    __slots__ = ("_dtype", "_fit", "_net", "fits")

    def __init__(self, net: Network, dtype: str) -> None:
        self._net = net
        self._dtype = np.dtype(dtype)
        self._fit, self.fits = (_compiled_check(net, self._dtype, names) for names in ("x", "xy"))

    def all(self, weights: Any, biases: Any, x: Any, y: Any) -> tuple[Any, Any, Any, Any]:
        """The four arguments as the program takes them; raises `ShapeError`."""
        if self.fits(weights, biases, x, y):
            return weights, biases, x, y
        parameters = self._parameters(weights, biases)
        inputs = self._columns("x", "the input", x, self._net.sizes[0])
        targets = self._columns("y", "the desired output", y, self._net.sizes[-1])
        if inputs.shape[1] != targets.shape[1]:
            raise ShapeError(
                f"x has {inputs.shape[1]} columns and y has {targets.shape[1]}; "
                "both need one column for each example of the mini-batch."
            )
        return *parameters, inputs, targets

    def for_forward(self, weights: Any, biases: Any, x: Any) -> tuple[Any, Any, Any]:
        """The arguments of the forward pass; raises `ShapeError`."""
        if self._fit(weights, biases, x):
            return weights, biases, x
        return *self._parameters(weights, biases), self._columns("x", "the input", x, self._net.sizes[0])

    def _parameters(self, weights: Any, biases: Any) -> tuple[list[Array], list[Array]]:
        net = self._net
        made: list[list[Array]] = []
        for name, letter, given in (("weights", "w", weights), ("biases", "b", biases)):
            arrays = _listed(net, name, given)
            made.append([])
            for place, array in enumerate(arrays):
                columns = net.sizes[place] if letter == "w" else 1
                what = f"{name}[{place}], which is {letter}^{place + 2},"
                wanted = (net.sizes[place + 1], columns)
                numbers = _numbers(what, array, self._dtype)
                made[-1].append(_of_shape(numbers, wanted, what, f"{name}[{place}]", net))
        return made[0], made[1]

    def _columns(self, name: str, meaning: str, given: Any, rows: int) -> Array:
        array = _numbers(name, given, self._dtype)
        wanted = (
            f"{name}, {meaning}, has the shape {array.shape}; the network {self._net.sizes} wants ({rows}, m)"
        )
        if array.ndim == 1:
            raise ShapeError(f"{wanted}, one column for each example. For one example pass {name}[:, None].")
        if array.ndim != 2 or array.shape[0] != rows:
            turned = array.ndim == 2 and array.shape[1] == rows
            hint = f" Examples are columns here: pass {name}.T." if turned else ""
            raise ShapeError(f"{wanted}, one column for each example.{hint}")
        if array.shape[1] == 0:
            raise ShapeError(f"{wanted} with m at least 1: a mini-batch has at least one example.")
        return array


def _compiled_check(net: Network, dtype: np.dtype[Any], columns: str) -> Any:
    """A function of weights, biases, x and perhaps y: whether they need no conversion and no message.

    It is generated, since it runs before every call: one comparison after the other.
    """
    sizes = {"x": net.sizes[0], "y": net.sizes[-1]}
    lines, conditions = [], []
    for letter, given in (("w", "weights"), ("b", "biases")):
        names = [f"{letter}{layer}" for layer in range(2, net.depth + 1)]
        lines.append(f"    [{', '.join(names)}] = {given}")
        for layer, name in enumerate(names, 2):
            shape = (net.sizes[layer - 1], net.sizes[layer - 2] if letter == "w" else 1)
            conditions.append(f"type({name}) is array and {name}.dtype is dtype and {name}.shape == {shape}")
    lines.append("    m = x.shape[1]")
    for name in columns:
        conditions.append(
            f"type({name}) is array and {name}.dtype is dtype and {name}.shape == ({sizes[name]}, m)"
        )
    source = [
        f"def check(weights, biases, {', '.join(columns)}):",
        "  try:",
        *lines,
        "  except (TypeError, ValueError, AttributeError, IndexError):",
        "    return False",
        "  return m > 0 and " + " and ".join(conditions),
    ]
    namespace: dict[str, Any] = {"array": np.ndarray, "dtype": dtype}
    exec(compile("\n".join(source), "<check of arguments>", "exec"), namespace)
    return namespace["check"]


def _listed(net: Network, name: str, given: Any) -> list[Any]:
    wanted = (
        f"a list of {net.depth - 1} arrays is wanted, one for each layer from 2 to {net.depth} of {net.sizes}"
    )
    if (
        isinstance(given, str | bytes | Mapping)
        or not isinstance(given, Iterable)
        or getattr(given, "ndim", 1) == 0
    ):
        raise ShapeError(f"{name} was given as {type(given).__name__}; {wanted}.")
    arrays = list(given)
    if len(arrays) != net.depth - 1:
        raise ShapeError(f"{name} has {len(arrays)} arrays; {wanted}.")
    return arrays


def _numbers(what: str, given: Any, dtype: np.dtype[Any]) -> Array:
    try:
        array = np.asarray(given)
    except ValueError as error:
        raise ShapeError(
            f"{what} is no rectangular array of numbers: its rows have different lengths."
        ) from error
    if np.ma.is_masked(given):
        raise ShapeError(
            f"{what} has masked entries, and a gradient needs every number: fill them first, with .filled(…)."
        )
    if array.dtype.kind not in "biuf":
        raise ShapeError(
            f"{what} has the dtype {array.dtype}; real numbers are wanted, in floating point or whole: dtype=float."
        )
    return array.astype(dtype, copy=False)


def _of_shape(array: Array, wanted: tuple[int, int], what: str, name: str, net: Network) -> Array:
    if array.shape == wanted:
        return array
    hint = ""
    if array.shape == wanted[:1] and wanted[1] == 1:
        hint = f" Make it a column: {name}[:, None]."
    elif array.shape == wanted[::-1]:
        hint = " It is transposed: rows belong to the layer that the weights lead into."
    raise ShapeError(f"{what} has the shape {array.shape}; the network {net.sizes} wants {wanted}.{hint}")
