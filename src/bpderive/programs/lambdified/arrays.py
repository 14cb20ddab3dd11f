"""What a compiled gradient accepts: arrays of one library, and the errors that name the array and its layer.

`checked(net, weights, biases, x, y)` gives them in the order of the program's arguments with the library that they
belong to, or raises `ShapeError`. The arrays given are never written to.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

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
            raise MissingPackage(_FURTHER_PACKAGES.format(name=self.name)) from error

    def number(self, value: Any) -> Any:
        """A cost: a float for NumPy, elsewhere the library's own scalar, which it can differentiate or defer."""
        return float(value) if self.name == NUMPY else value


ON_NUMPY = Engine(NUMPY)


class _InChunks:
    """erf and erfc of Dask's arrays: those of NumPy's arrays, chunk by chunk."""

    def __getattr__(self, name: str) -> Callable[[Any], Any]:
        function = run(f"function = special.{name}", _FILE)["function"]
        return lambda array: array.map_blocks(function, dtype=array.dtype)


def engine_of(*given: Any) -> Engine:
    """The library of the arrays among the arguments; NumPy if there are none but NumPy's, numbers and lists."""
    found = {name for argument in given for name in _libraries(argument)}
    if len(found) > 1:
        names = Text(en=" and ".join(sorted(found)), zh="、".join(sorted(found)))
        raise DomainError(_SEVERAL_LIBRARIES.format(names=names))
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


_FURTHER_PACKAGES = Text(
    en="Arrays of {name} want further packages: pip install bpderive[{name}].",
    zh="{name} 的数组还需要别的软件包：pip install bpderive[{name}]。",
)
_SEVERAL_LIBRARIES = Text(
    en="The arrays are of {names}. Give all of one library, or all but lists and arrays of NumPy as arrays of that "
    "library.",
    zh="数组来自 {names}。请都用同一个库的数组；列表与 NumPy 数组也可以混用。",
)
_COLUMNS = Text(
    en="x has {x} columns and y has {y}; both need one column for each example of the mini-batch.",
    zh="x 有 {x} 列而 y 有 {y} 列；小批量中每个样本在两者中都应占一列。",
)
_INPUT = Text(en="the input", zh="输入")
_TARGETS = Text(en="the desired output", zh="目标输出")
_PART = Text(en="{name}[{place}], which is {letter}^{layer},", zh="{name}[{place}]（即 {letter}^{layer}）")
_WANTED = Text(
    en="{name}, {meaning}, has the shape {shape}; the network {sizes} wants ({rows}, m)",
    zh="{name}（{meaning}）的形状是 {shape}；网络 {sizes} 需要 ({rows}, m)",
)
_ONE_COLUMN = Text(en="{wanted}, one column for each example.{hint}", zh="{wanted}，每个样本占一列。{hint}")
_ONE_EXAMPLE = Text(en=" For one example pass {name}[:, None].", zh="只有一个样本时请写 {name}[:, None]。")
_ARE_COLUMNS = Text(en=" Examples are columns here: pass {name}.T.", zh="这里样本是列：请写 {name}.T。")
_NO_EXAMPLE = Text(
    en="{wanted} with m at least 1: a mini-batch has at least one example.",
    zh="{wanted}，其中 m 至少为 1：小批量至少有一个样本。",
)
_LIST = Text(
    en="a list of {count} arrays is wanted, one for each layer from 2 to {depth} of {sizes}",
    zh="需要由 {count} 个数组组成的列表：{sizes} 的第 2 到第 {depth} 层每层一个",
)
_NO_LIST = Text(en="{name} was given as {given}; {wanted}.", zh="{name} 给成了 {given}；{wanted}。")
_COUNT = Text(en="{name} has {count} arrays; {wanted}.", zh="{name} 有 {count} 个数组；{wanted}。")
_NO_ARRAY = Text(
    en="{what} is no rectangular array of numbers; given was {given}.",
    zh="{what} 不是由数组成的矩形数组；给出的是 {given}。",
)
_MASKED = Text(
    en="{what} has masked entries, and a gradient needs every number: fill them first, with .filled(…).",
    zh="{what} 含有被屏蔽的元素，而梯度需要每一个数：请先用 .filled(…) 填上。",
)
_DTYPE = Text(
    en="{what} has the dtype {dtype}; real numbers are wanted, in floating point or whole: dtype=float.",
    zh="{what} 的 dtype 是 {dtype}；需要实数（浮点数或整数）：dtype=float。",
)
_SHAPE = Text(
    en="{what} has the shape {shape}; the network {sizes} wants {wanted}.{hint}",
    zh="{what} 的形状是 {shape}；网络 {sizes} 需要 {wanted}。{hint}",
)
_MAKE_A_COLUMN = Text(en=" Make it a column: {name}[:, None].", zh="请变成一列：{name}[:, None]。")
_TRANSPOSED = Text(
    en=" It is transposed: rows belong to the layer that the weights lead into.",
    zh="矩阵转置了：行属于权重所通往的那一层。",
)
_SEVERAL_KINDS = Text(
    en="PyTorch multiplies tensors of one dtype; these have {kinds}: give all in one, with .to(…).",
    zh="PyTorch 只能把同一 dtype 的张量相乘；这里有 {kinds}：请用 .to(…) 统一。",
)


class Given(NamedTuple):
    """Arrays in the order of a program's arguments, their library, and the dtype wanted of the results.

    The dtype is None where the results are taken as they come.
    """

    engine: Engine
    arrays: list[Any]
    dtype: Any = None

    def returned(self, results: list[Any]) -> list[Any]:
        """The results in the dtype that was given: a NumPy function of float32 may have computed in float64."""
        if self.dtype is None:
            return results
        return [array.astype(self.dtype, copy=False) for array in results]


def checked(net: Network, weights: Any, biases: Any, x: Any, *y: Any) -> Given:
    """(w^2, …, w^L, b^2, …, b^L, x, y), the last only if it is given; raises `ShapeError`."""
    arrays = _ready(net.sizes, weights, biases, x, *y) if y else None
    if arrays is not None:
        return Given(ON_NUMPY, arrays)
    weights, biases = (list(given) if isinstance(given, Iterator) else given for given in (weights, biases))
    engine = engine_of(weights, biases, x, *y)
    arrays = _parameters(net, engine, weights, biases)
    arrays.append(_columns(net, engine, "x", _INPUT, x, net.sizes[0]))
    arrays += [_columns(net, engine, "y", _TARGETS, each, net.sizes[-1]) for each in y]
    if y and arrays[-2].shape[1] != arrays[-1].shape[1]:
        raise ShapeError(_COLUMNS.format(x=arrays[-2].shape[1], y=arrays[-1].shape[1]))
    if engine.name == NUMPY:
        return Given(engine, arrays, np.result_type(*arrays))
    kinds = {str(array.dtype) for array in arrays}
    if engine.name == "torch" and len(kinds) > 1:
        raise ShapeError(_SEVERAL_KINDS.format(kinds=", ".join(sorted(kinds))))
    return Given(engine, arrays)


def _ready(sizes: tuple[int, ...], weights: Any, biases: Any, x: Any, y: Any) -> list[Any] | None:
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


def _parameters(net: Network, engine: Engine, weights: Any, biases: Any) -> list[Any]:
    made = []
    for name, letter, given in (("weights", "w", weights), ("biases", "b", biases)):
        for place, array in enumerate(_listed(net, name, given)):
            columns = net.sizes[place] if letter == "w" else 1
            what = _PART.format(name=name, place=place, letter=letter, layer=place + 2)
            wanted = (net.sizes[place + 1], columns)
            numbers = _numbers(engine, what, array)
            made.append(_of_shape(numbers, wanted, what, f"{name}[{place}]", net))
    return made


def _columns(net: Network, engine: Engine, name: str, meaning: Text, given: Any, rows: int) -> Any:
    array = _numbers(engine, Text(name, name), given)
    shape = tuple(array.shape)
    if len(shape) == 2 and shape[0] == rows and shape[1]:
        return array
    wanted = _WANTED.format(name=name, meaning=meaning, shape=shape, sizes=net.sizes, rows=rows)
    if len(shape) == 2 and shape[0] == rows:
        raise ShapeError(_NO_EXAMPLE.format(wanted=wanted))
    hint: Text | str = ""
    if len(shape) == 1:
        hint = _ONE_EXAMPLE.format(name=name)
    elif len(shape) == 2 and shape[1] == rows:
        hint = _ARE_COLUMNS.format(name=name)
    raise ShapeError(_ONE_COLUMN.format(wanted=wanted, hint=hint))


def _listed(net: Network, name: str, given: Any) -> list[Any]:
    wanted = _LIST.format(count=net.depth - 1, depth=net.depth, sizes=net.sizes)
    if (
        isinstance(given, str | bytes | Mapping)
        or not isinstance(given, Iterable)
        or getattr(given, "ndim", 1) == 0
    ):
        raise ShapeError(_NO_LIST.format(name=name, given=shown(given), wanted=wanted))
    arrays = list(given)
    if len(arrays) != net.depth - 1:
        raise ShapeError(_COUNT.format(name=name, count=len(arrays), wanted=wanted))
    return arrays


def _numbers(engine: Engine, what: Text, given: Any) -> Any:
    """An array of real floating-point numbers: as it was given where it is one."""
    if type(given) is np.ndarray and given.dtype.kind == "f" and engine.name == NUMPY:
        return given
    if _library(given) == engine.name:
        return given
    try:
        array = np.asarray(given)
    except (RuntimeError, TypeError, ValueError, OverflowError) as error:
        raise ShapeError(_NO_ARRAY.format(what=what, given=shown(given))) from error
    if np.ma.is_masked(given):
        raise ShapeError(_MASKED.format(what=what))
    if array.dtype.kind not in "biuf":
        raise ShapeError(_DTYPE.format(what=what, dtype=array.dtype))
    array = array if array.dtype.kind == "f" else array.astype(np.float64)
    return array if engine.name == NUMPY else engine.namespace().asarray(array)


def _of_shape(array: Any, wanted: tuple[int, int], what: Text, name: str, net: Network) -> Any:
    shape = tuple(array.shape)
    if shape == wanted:
        return array
    hint: Text | str = ""
    if shape == wanted[:1] and wanted[1] == 1:
        hint = _MAKE_A_COLUMN.format(name=name)
    elif shape == wanted[::-1]:
        hint = _TRANSPOSED
    raise ShapeError(_SHAPE.format(what=what, shape=shape, sizes=net.sizes, wanted=wanted, hint=hint))
