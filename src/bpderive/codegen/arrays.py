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

    __slots__ = ("_dtype", "_net", "_shapes_b", "_shapes_w", "_x_rows", "_y_rows")

    def __init__(self, net: Network, dtype: str) -> None:
        self._net = net
        self._dtype = np.dtype(dtype)
        self._shapes_w = tuple(zip(net.sizes[1:], net.sizes, strict=False))
        self._shapes_b = tuple((size, 1) for size in net.sizes[1:])
        self._x_rows, self._y_rows = net.sizes[0], net.sizes[-1]

    def all(self, weights: Any, biases: Any, x: Any, y: Any) -> tuple[Any, Any, Any, Any]:
        """The four arguments as the program takes them; raises `ShapeError`."""
        if self._fit(weights, biases, x) and type(y) is np.ndarray and y.dtype is self._dtype:
            shape = y.shape
            if len(shape) == 2 and shape[0] == self._y_rows and shape[1] == x.shape[1]:
                return weights, biases, x, y
        parameters = self._parameters(weights, biases)
        inputs = self._columns("x", "the input", x, self._x_rows)
        targets = self._columns("y", "the desired output", y, self._y_rows)
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
        return *self._parameters(weights, biases), self._columns("x", "the input", x, self._x_rows)

    def _fit(self, weights: Any, biases: Any, x: Any) -> bool:
        """Whether these need no conversion and no message."""
        dtype = self._dtype
        if type(x) is not np.ndarray or x.dtype is not dtype:
            return False
        shape = x.shape
        if len(shape) != 2 or shape[0] != self._x_rows or not shape[1]:
            return False
        for arrays, shapes in ((weights, self._shapes_w), (biases, self._shapes_b)):
            if type(arrays) not in (list, tuple) or len(arrays) != len(shapes):
                return False
            for array, wanted in zip(arrays, shapes, strict=True):
                if type(array) is not np.ndarray or array.dtype is not dtype or array.shape != wanted:
                    return False
        return True

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
