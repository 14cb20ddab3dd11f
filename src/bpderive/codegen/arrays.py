"""What a compiled gradient accepts, and the errors that name the array, its layer, what was given and what was wanted.

`checked(net, weights, biases, x, y)` gives float64 arrays of the right shapes, or raises `ShapeError`. Integers, truth
values and other floating-point numbers are converted; the arrays given are never written to.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from bpderive.errors import ShapeError
from bpderive.network import Network

Array = npt.NDArray[np.float64]


def checked_parameters(net: Network, weights: Any, biases: Any) -> tuple[list[Array], list[Array]]:
    """The weights and biases as float64 arrays; raises `ShapeError`."""
    made: list[list[Array]] = []
    for name, letter, given in (("weights", "w", weights), ("biases", "b", biases)):
        arrays = _listed(net, name, given)
        made.append([])
        for place, array in enumerate(arrays):
            layer = place + 2
            columns = net.sizes[place] if letter == "w" else 1
            what = f"{name}[{place}], which is {letter}^{layer},"
            wanted = (net.sizes[place + 1], columns)
            made[-1].append(_of_shape(_numbers(what, array), wanted, what, f"{name}[{place}]", net))
    return made[0], made[1]


def checked_input(net: Network, x: Any) -> Array:
    """x as a float64 array of shape (n_1, m); raises `ShapeError`."""
    return _columns("x", "the input", _numbers("x", x), net.sizes[0], net)


def checked_examples(net: Network, x: Any, y: Any) -> tuple[Array, Array]:
    """x, shape (n_1, m), and y, shape (n_L, m), as float64 arrays; raises `ShapeError`."""
    inputs = checked_input(net, x)
    targets = _columns("y", "the desired output", _numbers("y", y), net.sizes[-1], net)
    if inputs.shape[1] != targets.shape[1]:
        raise ShapeError(
            f"x has {inputs.shape[1]} columns and y has {targets.shape[1]}; "
            "both need one column for each example of the mini-batch."
        )
    return inputs, targets


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


def _numbers(what: str, given: Any) -> Array:
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
    return array.astype(np.float64, copy=False)


def _of_shape(array: Array, wanted: tuple[int, int], what: str, name: str, net: Network) -> Array:
    if array.shape == wanted:
        return array
    hint = ""
    if array.shape == wanted[:1] and wanted[1] == 1:
        hint = f" Make it a column: {name}[:, None]."
    elif array.shape == wanted[::-1]:
        hint = " It is transposed: rows belong to the layer that the weights lead into."
    raise ShapeError(f"{what} has the shape {array.shape}; the network {net.sizes} wants {wanted}.{hint}")


def _columns(name: str, meaning: str, array: Array, rows: int, net: Network) -> Array:
    wanted = f"{name}, {meaning}, has the shape {array.shape}; the network {net.sizes} wants ({rows}, m)"
    if array.ndim == 1:
        raise ShapeError(f"{wanted}, one column for each example. For one example pass {name}[:, None].")
    if array.ndim != 2 or array.shape[0] != rows:
        turned = array.ndim == 2 and array.shape[1] == rows
        hint = f" Examples are columns here: pass {name}.T." if turned else ""
        raise ShapeError(f"{wanted}, one column for each example.{hint}")
    if array.shape[1] == 0:
        raise ShapeError(f"{wanted} with m at least 1: a mini-batch has at least one example.")
    return array
