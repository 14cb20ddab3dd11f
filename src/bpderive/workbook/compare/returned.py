"""What a function returned, read as derivatives: two lists, pairs by layer, one list, a dictionary with names.

`readings(returned, layers)` gives every way in which it can be read, the book's first. To accept another form, add it
there and a value to `convention.FACTS["result"]`. `array_of(value)` is the gate: real numbers, and nothing else.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass
from typing import Any

import numpy as np

from bpderive.letters.text import Text
from bpderive.workbook.compare.convention import Array

Lists = tuple[list[Array], list[Array]]


class Unreadable(Exception):
    """What was returned is not the gradient in any form; args[0] says why."""


@dataclass(frozen=True, slots=True)
class Reading:
    """Derivatives by b and w in the order of the layers, in the program's own shapes, and the form they came in.

    `b` is empty where the biases are in the weights.
    """

    b: list[Array]
    w: list[Array]
    result: str
    order: str

    @property
    def shapes(self) -> list[tuple[int, ...]]:
        """All shapes, those of b first."""
        return [part.shape for part in (*self.b, *self.w)]


def array_of(value: Any) -> Array:
    """An array of real numbers, of NumPy or of a library that converts; raises `Unreadable` for anything else."""
    if hasattr(value, "detach"):  # a tensor that requires grad
        value = value.detach()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            array = np.asarray(value)
    except Exception as error:
        raise Unreadable(_clipped(f"{type(error).__name__}: {error}")) from error
    if isinstance(array, np.ma.MaskedArray):
        array = array.filled(np.nan)
    if array.dtype.kind == "c":
        raise Unreadable(
            Text(
                en="it returns complex numbers, and a gradient is real",
                zh="返回的是复数，而梯度是实的",
            )
        )
    if array.dtype.kind not in "iuf":
        raise Unreadable(
            Text(
                en=f"it returns {type(value).__name__} where numbers are wanted",
                zh=f"应为数值之处，返回的是 {type(value).__name__}",
            )
        )
    return array if array.dtype.kind == "f" else array.astype(np.float64)


def _clipped(words: str) -> Text:
    shown = " ".join(words.split())[:200]
    return Text(en=f"what it returns cannot be read: {shown}", zh=f"返回值无法识别：{shown}")


def readings(returned: Any, layers: int, in_weights: bool) -> list[Reading]:
    """Every reading as derivatives of so many layers, the book's first; raises `Unreadable` if there is none."""
    if not isinstance(returned, Mapping | list | tuple | np.ndarray) and hasattr(returned, "__dict__"):
        returned = vars(returned)
    elif is_dataclass(returned) and not isinstance(returned, type):
        returned = {f.name: getattr(returned, f.name) for f in fields(returned)}
    if isinstance(returned, Mapping):
        return [_by_name(returned, layers, in_weights)]
    if not isinstance(returned, list | tuple | np.ndarray):
        raise Unreadable(
            Text(
                en=f"it returns {type(returned).__name__}, which is no lists of arrays",
                zh=f"返回的是 {type(returned).__name__}，而不是数组的列表",
            )
        )
    found = list(_of_lists(list(returned), layers, in_weights))
    if not found:
        raise Unreadable(_counts(returned))
    return found


def _counts(returned: Any) -> Text:
    parts = list(returned)
    if len(parts) == 2 and all(isinstance(part, list | tuple) for part in parts):
        lengths = f"{len(parts[0])}, {len(parts[1])}"
        return Text(en=f"it returns lists of {lengths} arrays", zh=f"返回的列表各有 {lengths} 个数组")
    return Text(
        en=f"what it returns cannot be read so: {len(parts)} item(s)",
        zh=f"返回值无法这样读取：共 {len(parts)} 项",
    )


def _of_lists(parts: list[Any], layers: int, in_weights: bool) -> Iterator[Reading]:
    """A list or a tuple: of two lists, of pairs by layer, or of arrays one after another."""
    alone = _items(parts, layers)
    if in_weights:
        if len(parts) == 1 and not _is_array(parts[0]):
            alone = _items(parts[0], layers)
        if alone is not None:
            arrays = [array_of(item) for item in alone]
            yield Reading([], arrays, "b-w", "forwards")
            yield Reading([], arrays[::-1], "b-w", "from-the-output")
        return
    forms: list[tuple[str, list[Any], list[Any]]] = []
    if len(parts) == 2:
        first, second = (_items(part, layers) for part in parts)
        if first is not None and second is not None:
            forms += [("b-w", first, second), ("w-b", second, first)]
    if len(parts) == 2 * layers and all(map(_is_array, parts)):
        forms += [
            ("b-w", parts[:layers], parts[layers:]),
            ("w-b", parts[layers:], parts[:layers]),
            ("b-w-by-layer", parts[::2], parts[1::2]),
            ("w-b-by-layer", parts[1::2], parts[::2]),
        ]
    pairs = None if alone is None else [_items(item, 2) for item in alone]
    if pairs is not None and all(pair is not None for pair in pairs):
        first, second = ([pair[n] for pair in pairs if pair is not None] for n in range(2))
        forms += [("b-w-by-layer", first, second), ("w-b-by-layer", second, first)]
    refused: Unreadable | None = None
    for result, b, w in forms:
        try:
            b, w = ([array_of(item) for item in items] for items in (b, w))
        except Unreadable as error:
            refused = refused or error
            continue
        yield Reading(b, w, result, "forwards")
        if layers > 1:
            yield Reading(b[::-1], w[::-1], result, "from-the-output")
        refused = None
    if refused is not None:
        raise refused


def _is_array(value: Any) -> bool:
    return not isinstance(value, list | tuple) and hasattr(value, "shape")


def _items(value: Any, count: int) -> list[Any] | None:
    """The items of a sequence of so many, None for anything else."""
    if isinstance(value, list | tuple) or (isinstance(value, np.ndarray) and value.ndim > 1):
        return list(value) if len(value) == count else None
    return None


_NAMED = re.compile(
    r"(?P<before>d|dl_?d|dc_?d|dj_?d|grad(?:ient)?s?|nabla|delta|del|g)?[\s_./∇∂]*"
    r"(?P<letter>weights?|bias(?:es)?|thetas?|kernels?|[wbθ])[\s_.\[({^]*(?P<layer>\d*)[\])}]*(?:[\s_.]*grad)?"
)
"""dW1, db[2], nabla_w, grad_b_3, W1.grad, biases: the letter and the layer of a derivative."""


def _by_name(returned: Mapping[Any, Any], layers: int, in_weights: bool) -> Reading:
    """A dictionary of derivatives: dW1, db1, … or weights and biases as lists; the numbers say the order."""
    found: dict[str, dict[int, Any]] = {"b": {}, "w": {}}
    for name, value in returned.items():
        read = _NAMED.fullmatch(str(name).strip().lower())
        if read is None:
            continue
        letter = "b" if read["letter"][0] == "b" else "w"
        if read["layer"]:
            found[letter][int(read["layer"])] = value
        elif isinstance(value, list | tuple):
            found[letter] = dict(enumerate(value))
    lists = {letter: [by_layer[key] for key in sorted(by_layer)] for letter, by_layer in found.items()}
    wanted = {"b": 0 if in_weights else layers, "w": layers}
    if any(len(lists[letter]) != count for letter, count in wanted.items()):
        names = ", ".join(str(name)[:20] for name in list(returned)[:8])
        raise Unreadable(
            Text(
                en=f"it returns the names {names}, and wanted are dW and db of each layer, such as dW1, db1",
                zh=f"返回的名称是 {names}，而需要每层的 dW 与 db，例如 dW1、db1",
            )
        )
    b, w = ([array_of(part) for part in lists[letter]] for letter in "bw")
    return Reading(b, w, "names", "forwards")
