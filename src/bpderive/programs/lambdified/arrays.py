"""What a compiled gradient accepts: arrays of one library, and the errors that name the array and its layer.

`engine_of(weights, biases, x, y)` is the library that the arrays belong to; `checked(net, engine, …)` gives them in
the order of the program's arguments, or raises `ShapeError`. The arrays given are never written to.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sympy import Expr

from bpderive.errors import DomainError, MissingPackage, ShapeError, shown
from bpderive.functions.activations import Activation, a, activations, slope
from bpderive.functions.activations.elementwise import run
from bpderive.functions.network import Network
from bpderive.later import np
from bpderive.letters.text import Text

NUMPY = "numpy"
_FILE = "<the functions of a program>"

_NAMESPACES = {
    "cupy": "cupy",
    "dask": "array_api_compat.dask.array",
    "jax": "jax.numpy",
    "torch": "array_api_compat.torch",
}
"""For each library but NumPy the module that has the functions of NumPy for its arrays, under NumPy's names."""

_SPECIAL = {"cupy": "cupyx.scipy.special", "jax": "jax.scipy.special", "torch": "torch.special"}
"""Where each has erf and erfc."""

_SIGMOID = {"jax": "jax.nn", "torch": "torch"}
"""Where each has a sigmoid of its own, which is accurate and quicker than what its exponentials give."""

_OTHER_NAMES = {"jaxlib": "jax"}


@dataclass(frozen=True, slots=True)
class Engine:
    """The library whose arrays are computed with."""

    name: str

    def namespace(self) -> Any:
        """The module that has its functions; raises `MissingPackage` where it is absent."""
        return np if self.name == NUMPY else self._imported(_NAMESPACES[self.name])

    def run(self, source: str) -> dict[str, Any]:
        """The functions that a source defines, computing with arrays of this library."""
        if self.name == NUMPY:
            return run(source, _FILE)
        special = _InChunks() if self.name == "dask" else self._imported(_SPECIAL[self.name])
        return run(source, _FILE, self.namespace(), special)

    def own(self, activation: Activation) -> dict[Expr, Callable[[Any], Any]]:
        """σ and σ′ of the library itself, where it has them and they keep their digits."""
        if self.name not in _SIGMOID or activation != activations["sigmoid"]:
            return {}
        sigmoid = self._imported(_SIGMOID[self.name]).sigmoid
        return {a: sigmoid, slope: lambda z: sigmoid(z) * sigmoid(-z)}

    def _imported(self, module: str) -> Any:
        try:
            return importlib.import_module(module)
        except ImportError as error:
            raise MissingPackage(
                f"Arrays of {self.name} want further packages: pip install bpderive[{self.name}]."
            ) from error

    def of_dtype(self, array: Any, dtype: Any) -> Any:
        """The array in the dtype that was given: a NumPy function of float32 may have computed in float64."""
        return array.astype(dtype, copy=False) if self.name == NUMPY else array

    def number(self, value: Any) -> Any:
        """A cost: a float for NumPy, elsewhere the library's own scalar, which it can differentiate or defer."""
        return float(value) if self.name == NUMPY else value


class _InChunks:
    """erf and erfc of Dask's arrays: those of NumPy's arrays, chunk by chunk."""

    def __getattr__(self, name: str) -> Callable[[Any], Any]:
        function = run(f"function = special.{name}", _FILE)["function"]
        return lambda array: array.map_blocks(function, dtype=array.dtype)


def engine_of(*given: Any) -> Engine:
    """The library of the arrays among the arguments; NumPy if there are none but NumPy's, numbers and lists."""
    found = {name for argument in given for name in _libraries(argument)}
    if len(found) > 1:
        raise DomainError(
            f"The arrays are of {' and '.join(sorted(found))}. Give all of one library, or all but lists and arrays "
            "of NumPy as arrays of that library."
        )
    return Engine(found.pop() if found else NUMPY)


def _library(given: Any) -> str | None:
    """The library that an array is of; None where it is NumPy's, or no array."""
    name = type(given).__module__.partition(".")[0]
    name = _OTHER_NAMES.get(name, name)
    return name if name in _NAMESPACES and hasattr(given, "dtype") else None


def _libraries(given: Any) -> set[str]:
    if (name := _library(given)) is not None:
        return {name}
    if isinstance(given, list | tuple):
        return {name for item in given for name in _libraries(item) if not isinstance(item, int | float)}
    return set()


def at_hand(given: Any) -> Any:
    """A list in place of a generator, which can be gone through once only."""
    return list(given) if isinstance(given, Iterator) else given


_SEVERAL_KINDS = Text(
    en="PyTorch multiplies tensors of one dtype; these have {kinds}: give all in one, with .to(…).",
    zh="PyTorch 只能把同一 dtype 的张量相乘；这里有 {kinds}：请用 .to(…) 统一。",
)


def ready(sizes: tuple[int, ...], weights: Any, biases: Any, x: Any, y: Any) -> list[Any] | None:
    """The arguments of the program if nothing is to be done to them; else None.

    They are lists of NumPy's arrays of float64 in the right shapes, which is seen in a few microseconds.
    """
    if type(weights) is not list or type(biases) is not list:
        return None
    arguments = [*weights, *biases, x, y]
    if len(weights) != len(biases) or len(weights) != len(sizes) - 1:
        return None
    for array in arguments:
        if type(array) is not np.ndarray or array.dtype != np.float64 or array.ndim != 2:
            return None
    m = x.shape[1]
    shapes = [
        *zip(sizes[1:], sizes, strict=False),
        *((n, 1) for n in sizes[1:]),
        (sizes[0], m),
        (sizes[-1], m),
    ]
    return arguments if m and [array.shape for array in arguments] == shapes else None


def checked(net: Network, engine: Engine, weights: Any, biases: Any, x: Any, y: Any) -> tuple[list[Any], Any]:
    """(w^2, …, w^L, b^2, …, b^L, x, y), and the dtype of the results; raises `ShapeError`."""
    parameters = _parameters(net, engine, weights, biases)
    inputs = _columns(net, engine, "x", "the input", x, net.sizes[0])
    targets = _columns(net, engine, "y", "the desired output", y, net.sizes[-1])
    if inputs.shape[1] != targets.shape[1]:
        raise ShapeError(
            f"x has {inputs.shape[1]} columns and y has {targets.shape[1]}; "
            "both need one column for each example of the mini-batch."
        )
    return _in_one_dtype(engine, [*parameters, inputs, targets])


def checked_input(net: Network, engine: Engine, weights: Any, biases: Any, x: Any) -> tuple[list[Any], Any]:
    """The arguments of the forward pass, and the dtype of the result; raises `ShapeError`."""
    parameters = _parameters(net, engine, weights, biases)
    return _in_one_dtype(engine, [*parameters, _columns(net, engine, "x", "the input", x, net.sizes[0])])


def _in_one_dtype(engine: Engine, arrays: list[Any]) -> tuple[list[Any], Any]:
    if engine.name != NUMPY:
        kinds = {str(array.dtype) for array in arrays}
        if engine.name == "torch" and len(kinds) > 1:
            raise ShapeError(_SEVERAL_KINDS.format(kinds=", ".join(sorted(kinds))))
        return arrays, None
    first = arrays[0].dtype
    if all(array.dtype == first for array in arrays):
        return arrays, first
    return arrays, np.result_type(*arrays)


def _parameters(net: Network, engine: Engine, weights: Any, biases: Any) -> list[Any]:
    made = []
    for name, letter, given in (("weights", "w", weights), ("biases", "b", biases)):
        for place, array in enumerate(_listed(net, name, given)):
            columns = net.sizes[place] if letter == "w" else 1
            what = f"{name}[{place}], which is {letter}^{place + 2},"
            wanted = (net.sizes[place + 1], columns)
            numbers = _numbers(engine, what, array)
            made.append(_of_shape(numbers, wanted, what, f"{name}[{place}]", net))
    return made


def _columns(net: Network, engine: Engine, name: str, meaning: str, given: Any, rows: int) -> Any:
    array = _numbers(engine, name, given)
    shape = tuple(array.shape)
    wanted = f"{name}, {meaning}, has the shape {shape}; the network {net.sizes} wants ({rows}, m)"
    if len(shape) == 1:
        raise ShapeError(f"{wanted}, one column for each example. For one example pass {name}[:, None].")
    if len(shape) != 2 or shape[0] != rows:
        turned = len(shape) == 2 and shape[1] == rows
        hint = f" Examples are columns here: pass {name}.T." if turned else ""
        raise ShapeError(f"{wanted}, one column for each example.{hint}")
    if shape[1] == 0:
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
        raise ShapeError(f"{name} was given as {shown(given)}; {wanted}.")
    arrays = list(given)
    if len(arrays) != net.depth - 1:
        raise ShapeError(f"{name} has {len(arrays)} arrays; {wanted}.")
    return arrays


def _numbers(engine: Engine, what: str, given: Any) -> Any:
    """An array of real floating-point numbers: as it was given where it is one."""
    if type(given) is np.ndarray and given.dtype.kind == "f" and engine.name == NUMPY:
        return given
    if _library(given) == engine.name:
        return given
    try:
        array = np.asarray(given)
    except (RuntimeError, TypeError, ValueError, OverflowError) as error:
        raise ShapeError(f"{what} is no rectangular array of numbers; given was {shown(given)}.") from error
    if np.ma.is_masked(given):
        raise ShapeError(
            f"{what} has masked entries, and a gradient needs every number: fill them first, with .filled(…)."
        )
    if array.dtype.kind not in "biuf":
        raise ShapeError(
            f"{what} has the dtype {array.dtype}; real numbers are wanted, in floating point or whole: dtype=float."
        )
    array = array if array.dtype.kind == "f" else array.astype(np.float64)
    return array if engine.name == NUMPY else engine.namespace().asarray(array)


def _of_shape(array: Any, wanted: tuple[int, int], what: str, name: str, net: Network) -> Any:
    shape = tuple(array.shape)
    if shape == wanted:
        return array
    hint = ""
    if shape == wanted[:1] and wanted[1] == 1:
        hint = f" Make it a column: {name}[:, None]."
    elif shape == wanted[::-1]:
        hint = " It is transposed: rows belong to the layer that the weights lead into."
    raise ShapeError(f"{what} has the shape {shape}; the network {net.sizes} wants {wanted}.{hint}")
