"""The arrays of one step against the truth: the first quantity that is wrong, and the equation that it breaks.

`read_step(path)` reads an `.npz` file and never unpickles anything; `compare_step(step, net, convention)` compares a
dictionary of arrays: x, y, w and b of every layer, and whatever there is of z, a, δ and the derivatives. To compare
another quantity, add its names to `_LETTERS`, its place in the order of computing to `_order` and what it is to
`_truth`.
"""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from os import PathLike
from typing import Any

import numpy as np

from bpderive.errors import ParseError, ShapeError
from bpderive.functions.network import Network
from bpderive.letters.text import Text
from bpderive.programs.lambdified import compile_gradient
from bpderive.workbook.compare.calls import apart, tolerance
from bpderive.workbook.compare.convention import BOOK, FACTS, SCALES, Array, CodeConvention
from bpderive.workbook.compare.findings import Finding, Findings
from bpderive.workbook.compare.returned import Unreadable, array_of
from bpderive.workbook.slips import NONE, SLIPS, Slip, Step, trace

MOST_BYTES = 2**28
"""How much an `.npz` file may hold."""

MOST_PRODUCTS = 10**7
"""Up to how many multiplications a pass may take for every mistake to be tried on it."""

Key = tuple[str, int]
"""A letter of `_LETTERS` and the layer as in the book; 0 where there is none."""

_LETTERS = {
    "x": r"x|inputs?",
    "y": r"y|t|targets?|labels?",
    "w": r"w|ws|weights?|thetas?|kernels?",
    "b": r"b|bs|bias|biases",
    "z": r"z|zs|pre_?activations?|weighted_inputs?",
    "a": r"a|as|h|activations?|outputs?",
    "cost": r"c|cost|loss|j",
    "da": r"(?:d|grad_?|nabla_?)(?:a|h)|(?:a|h)[._]?grad",
    "delta": r"deltas?|δ|errors?|(?:d|grad_?|nabla_?)zs?|z[._]?grad",
    "db": r"(?:d|grad_?|nabla_?)(?:b|bias|biases)|(?:b|bias)[._]?grad",
    "dw": r"(?:d|grad_?|nabla_?)(?:w|weights?|thetas?)|(?:w|weight)[._]?grad",
}
_NAMES = {letter: re.compile(names) for letter, names in _LETTERS.items()}


def read_step(path: str | PathLike[str]) -> dict[str, Array]:
    """The arrays of an `.npz` file by name.

    Raises `ParseError` for a file that is missing, damaged, too large, no `.npz` file, or holds objects.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            if sum(member.file_size for member in archive.infolist()) > MOST_BYTES:
                raise ValueError(f"it holds more than {MOST_BYTES >> 20} MB")
            return {
                member.filename.removesuffix(".npy"): np.lib.format.read_array(
                    io.BytesIO(archive.read(member)), allow_pickle=False
                )
                for member in archive.infolist()
                if member.filename.endswith(".npy")
            }
    except (
        OSError,
        EOFError,
        ValueError,
        RuntimeError,
        MemoryError,
        NotImplementedError,
        zipfile.BadZipFile,
        zlib.error,
    ) as error:
        shown = str(path)[:80]
        why = " ".join((getattr(error, "strerror", None) or str(error) or type(error).__name__).split())[:120]
        raise ParseError(
            Text(
                en=f"{shown} cannot be read as an .npz file of plain arrays, such as numpy.savez writes: {why}.",
                zh=f"无法把 {shown} 读作由普通数组组成的 .npz 文件（如 numpy.savez 所写的）：{why}。",
            )
        ) from error


def sizes_of(step: Mapping[str, Any]) -> tuple[int, ...]:
    """The sizes of the network that the weights and biases of a step belong to; raises `ParseError` where none fits."""
    found, _ = _named(step, None)
    widths = [found[key].size for key in sorted(found) if key[0] == "b"]
    weights = [found[key].size for key in sorted(found) if key[0] == "w"]
    if widths and len(weights) == len(widths) and weights[0] % widths[0] == 0:
        sizes = (weights[0] // widths[0], *widths)
        if [n * k for k, n in pairwise(sizes)] == weights and all(sizes):
            return sizes
    raise ParseError(
        Text(
            en="The arrays w and b of every layer, such as w2, b2, w3, b3, say what the network is; these do not fit.",
            zh="每层的数组 w 与 b（如 w2、b2、w3、b3）说明网络是什么；这里的数组互不相配。",
        )
    )


def _named(step: Mapping[str, Any], depth: int | None) -> tuple[dict[Key, Array], list[str]]:
    """The arrays by letter and layer as in the book, and the names that mean nothing."""
    raw: dict[str, dict[int | None, Any]] = {}
    unread: list[str] = []
    for name, value in step.items():
        read = re.fullmatch(r"(.*?)[\s_.\[({^]*(\d*)[\])}]*((?:[._]?grad)?)", str(name).strip().lower())
        stem = read[1] + read[3] if read else ""
        letter = next((letter for letter, names in _NAMES.items() if names.fullmatch(stem)), None)
        if letter is None or read is None:
            unread.append(str(name)[:30])
        elif isinstance(value, list | tuple) and not read[2] and letter not in ("x", "y", "cost"):
            raw[letter] = dict(enumerate(value))
        else:
            number = int(read[2]) if read[2] else None
            raw.setdefault(letter, {})[number] = value
    layers = len(raw.get("w", ()))
    depth = depth or layers + 1
    found: dict[Key, Array] = {}
    for letter, by_number in raw.items():
        alone = letter in ("x", "y", "cost")
        if (None in by_number) != alone or (alone and len(by_number) > 1):
            raise _missing(Text(en=f"a layer for {letter}", zh=f"{letter} 的层号"))
        for number, value in by_number.items():
            layer = 0 if number is None else number + _shift(letter, raw, depth)
            try:
                found[letter, layer] = array_of(value)
            except Unreadable as error:
                raise ParseError(
                    Text(en="{letter} is no array of real numbers.", zh="{letter} 不是实数数组。").format(
                        letter=letter
                    )
                ) from error
    return found, unread


_GROUPS = (("w", "dw"), ("b", "db"), ("z", "delta"), ("a", "da"))
"""What is numbered alike."""


def _shift(letter: str, raw: Mapping[str, Mapping[int | None, Any]], depth: int) -> int:
    """What is added to the numbers of a letter to make them layers as in the book: the last is the output layer."""
    group = next(group for group in _GROUPS if letter in group)
    for names in (group, *_GROUPS):
        numbers = [n for name in names for n in raw.get(name, ()) if n is not None]
        # Names that do not reach the output layer say nothing: their neighbours are asked.
        if numbers and max(numbers) <= depth and (max(numbers) == depth or len(set(numbers)) >= depth - 1):
            return depth - max(numbers)
    raise _missing(Text(en="the arrays w and b of every layer", zh="每层的数组 w 与 b"))


def _missing(what: Text) -> ParseError:
    return ParseError(
        Text(
            en="A step needs x, w and b of every layer, and y for what comes after the cost; missing: {what}.",
            zh="一步的数据需要 x、每层的 w 与 b，以及（代价之后的量所需的）y；缺少：{what}。",
        ).format(what=what)
    )


@dataclass(frozen=True, slots=True)
class _Laid:
    """The arrays of a step in the book's layout, and the convention they came in."""

    convention: CodeConvention
    found: Mapping[Key, Array]

    def of(self, letter: str) -> list[Array]:
        """The arrays of a letter, by layer."""
        return [self.found[key] for key in sorted(self.found) if key[0] == letter]


def compare_step(step: Mapping[str, Any], net: Network, wanted: CodeConvention | None) -> Findings:
    """What the first wrong quantity of a step is, in the convention wanted or in that in which most are right.

    Raises `ParseError` for missing arrays, `ShapeError` for x, y, w and b that are not those of the network.
    """
    found, unread = _named(step, net.depth)
    layers = range(2, net.depth + 1)
    needed: list[Key] = [("x", 0), *((letter, layer) for layer in layers for letter in "wb")]
    if any(letter in ("cost", "da", "delta", "db", "dw") for letter, _ in found):
        needed.append(("y", 0))
    lacking = [_spoken(key) for key in needed if key not in found]
    given = [key for key in _order(net) if key in found]
    if not lacking and not given:
        lacking = ["z, a, delta, db, dw"]
    if lacking:
        raise _missing(Text(en=", ".join(lacking), zh="、".join(lacking)))
    slack = max(tolerance(array) for array in found.values())
    best: tuple[int, _Laid, Step, dict[Key, float]] | None = None
    for layout in _layouts(found, net, wanted):
        made = _traced(layout, net, NONE)
        assert made is not None  # the shapes are those of the network
        for convention in _scales(net, layout.convention, wanted):
            laid = replace(layout, convention=convention)
            errors = {key: apart(laid.found[key], _truth(key, laid, net, made)) for key in given}
            right = sum(error <= slack for error in errors.values())
            if best is None or right > best[0]:
                best = right, laid, made, errors
    if best is None:
        shapes = ", ".join(f"{_spoken(key)} {found[key].shape}" for key in needed)
        raise ShapeError(
            Text(
                en="These are no x, y, w and b of {net}: {shapes}.",
                zh="这些不是 {net} 的 x、y、w、b：{shapes}。",
            ).format(net=f"Network({net.sizes})", shapes=shapes)
        )
    _, laid, made, errors = best
    wrong = [key for key, error in errors.items() if not error <= slack]
    if not wrong:
        return Findings((), len(given), laid.convention, _agreement(given, unread))
    first = wrong[0]
    why = _of_values(laid.found[first], _truth(first, laid, net, made), slack)
    why = why or _reason(laid, net, made, given[: given.index(first) + 1], slack) or _UNKNOWN
    text = Text(
        en="the first quantity that is wrong is {name}, by {error} of its largest entry: it breaks {says}; {why}",
        zh="第一个出错的量是 {name}，误差为其最大分量的 {error}，不满足 {says}；{why}",
    ).format(name=_spoken(first), error=f"{errors[first]:.2g}", says=_equation(first, net), why=why)
    if laid.convention != BOOK:
        text = Text(en="{text} (read for {read})", zh="{text}（所用约定为：{read}）").format(
            text=text, read=laid.convention.text
        )
    finding = Finding("first", text, tuple(map(_spoken, wrong)), errors[first])
    return Findings((finding,), len(given), laid.convention)


def _agreement(given: Sequence[Key], unread: Sequence[str]) -> Text:
    names = ", ".join(map(_spoken, given))
    agrees = Text(en=f"these agree: {names}", zh=f"以下各量一致：{names}")
    if not unread:
        return agrees
    left = ", ".join(unread[:8])
    return Text(en=f"{agrees.en}; not read: {left}", zh=f"{agrees.zh}；未读取：{left}")


def _layouts(found: Mapping[Key, Array], net: Network, wanted: CodeConvention | None) -> Iterator[_Laid]:
    """The step in the book's layout for every convention in which x, y, w and b have the shapes of the network."""
    made = BOOK.alternatives(examples=FACTS["examples"], weights=FACTS["weights"])
    for convention in [wanted] if wanted is not None else made:
        laid = {key: _in_book(key[0], array, convention) for key, array in found.items()}
        x = laid["x", 0]
        y = laid.get(("y", 0), np.zeros((net.sizes[-1], x.shape[-1])))
        shapes = [
            x.shape == (net.sizes[0], x.shape[-1]) and x.size > 0,
            y.shape == (net.sizes[-1], x.shape[-1]),
        ]
        for layer, (k, n) in enumerate(pairwise(net.sizes), start=2):
            shapes += [laid["w", layer].shape == (n, k), laid["b", layer].shape == (n, 1)]
        if all(shapes):
            yield _Laid(convention, laid | {("y", 0): y})


def _in_book(letter: str, array: Array, convention: CodeConvention) -> Array:
    """One array with columns as examples and w of shape (n_l, n_{l-1})."""
    if letter in ("w", "dw"):
        return array.T if convention.weights == "in-out" else array
    if letter == "cost":
        return array.reshape(()) if array.size == 1 else array
    if letter in ("b", "db"):
        column = array.reshape(-1, 1) if array.size == max(array.shape, default=0) else array
        return -column if convention.bias == "subtracted" else column
    if array.ndim == 1:
        return array.reshape(-1, 1)
    return array.T if convention.examples == "rows" else array


def _scales(
    net: Network, convention: CodeConvention, wanted: CodeConvention | None
) -> Iterator[CodeConvention]:
    """A layout with every sign, mean or sum and multiple of the cost that a step may have."""
    if wanted is not None:
        yield wanted
        return
    for errors in FACTS["errors"]:
        for scale in SCALES:
            if (errors, scale.batch) != ("averaged", "sum") and (
                scale.cost != "mean-of-outputs" or net.cost.name == "quadratic"
            ):
                yield replace(convention, batch=scale.batch, sign=scale.sign, cost=scale.cost, errors=errors)


def _order(net: Network) -> list[Key]:
    """The quantities of a step in the order in which they are computed."""
    layers = range(2, net.depth + 1)
    forwards = [(letter, layer) for layer in layers for letter in ("z", "a")]
    backwards = [(letter, layer) for layer in reversed(layers) for letter in ("da", "delta", "db", "dw")]
    return [*forwards, ("cost", 0), *backwards]


def _truth(key: Key, laid: _Laid, net: Network, made: Step) -> Array:
    """What a quantity should be, in the scale of the convention."""
    letter, layer = key
    scale = laid.convention.factor(made.m, net.sizes[-1])
    if letter == "cost":
        case = (laid.of("w"), laid.of("b"), laid.found["x", 0], laid.found["y", 0])
        value, _ = compile_gradient(net).value_and_gradient(*case)
        return np.array(abs(scale) * value)
    is_divided = laid.convention.batch == "sum" or laid.convention.errors == "averaged"
    each = scale / made.m if is_divided else scale
    factor, by_layer = {
        "z": (1, made.z),
        "a": (1, made.a),
        "da": (each, made.g),
        "delta": (each, made.delta),
        "db": (scale, made.nabla_b),
        "dw": (scale, made.nabla_w),
    }[letter]
    true: Array = factor * by_layer[layer]
    return true


def _traced(laid: _Laid, net: Network, slip: Slip) -> Step | None:
    weights, biases = ([array.astype(np.float64) for array in laid.of(letter)] for letter in "wb")
    x, y = (laid.found[letter, 0].astype(np.float64) for letter in "xy")
    with np.errstate(all="ignore"):
        try:
            return trace(net, weights, biases, x, y, slip)
        except ValueError:
            return None


def _of_values(found: Array, true: Array, slack: float) -> Text | None:
    """What is said of another shape, of nan and zeros, and of the right values times a factor."""
    if found.shape != true.shape:
        return Text(
            en=f"its shape is {found.shape}, with columns as examples, and should be {true.shape}",
            zh=f"形状（样本按列排列时）是 {found.shape}，应为 {true.shape}",
        )
    if not np.all(np.isfinite(found)):
        return Text(en="it holds nan or inf", zh="其中有 nan 或 inf")
    if not np.any(found):
        return Text(en="it is zero, and so perhaps never set", zh="全为零，可能从未赋值")
    if found.ndim and found.T.shape == true.shape and apart(found.T, true) <= slack:
        return Text(en="it is transposed", zh="结果与应有的互为转置")
    factor = float(np.vdot(found, true) / max(float(np.vdot(true, true)), 1e-300))
    if apart(found, factor * true) > slack:
        return None
    if np.isclose(factor, -1):
        return Text(en="the sign is wrong", zh="符号反了")
    return Text(en=f"it is {factor:.6g} times what it should be", zh=f"等于应有值的 {factor:.6g} 倍")


def _reason(laid: _Laid, net: Network, made: Step, keys: Sequence[Key], slack: float) -> Text | None:
    """A mistake that gives the last of these quantities and all before it, or in a forward pass that one alone."""
    letter, layer = keys[-1]
    if letter in ("z", "a"):  # all before is right: the network begins here
        at = layer - 2
        found = {("x", 0): made.a[at + 1], ("y", 0): laid.found["y", 0]}
        for key, array in laid.found.items():
            if key[0] in "wb" and key[1] >= layer:
                found[key[0], key[1] - at] = array
        found[letter, 2] = laid.found[letter, layer]
        laid, keys = replace(laid, found=found), [(letter, 2)]
        net = Network(net.sizes[at:], net.activation[at:], net.cost)
    products = sum(w.size for w in laid.of("w")) * laid.found["x", 0].shape[1]
    for slip in SLIPS if products <= MOST_PRODUCTS else ():
        wrong = _traced(laid, net, slip)
        if wrong is not None and all(
            key[0] == "cost" or apart(laid.found[key], _truth(key, laid, net, wrong)) <= slack for key in keys
        ):
            return slip.text
    return None


_UNKNOWN = Text(
    en="none of the mistakes that were tried gives these values", zh="试过的错误中没有一种给出这些值"
)


def _equation(key: Key, net: Network) -> Text:
    """The equation that a quantity obeys: its number and what it says."""
    letter, l = key
    last = l == net.depth
    if letter == "delta" and last and net.vector_output is not None:
        says = f"(37), δ^{l}_j = Σ_k ∂C/∂a^{l}_k ∂a^{l}_k/∂z^{l}_j"
    else:
        says = {
            "z": f"(25), z^{l} = w^{l} a^{l - 1} + b^{l}",
            "a": f"(25), a^{l} = σ(z^{l})",
            "cost": "(26), C = Σ_x C_x / n",
            "da": f"∇_a C = ∂C/∂a^{l}" if last else f"∂C/∂a^{l} = (w^{l + 1})^T δ^{l + 1}",
            "delta": f"(BP1a), δ^{l} = ∇_a C ⊙ σ′(z^{l})"
            if last
            else f"(BP2), δ^{l} = ((w^{l + 1})^T δ^{l + 1}) ⊙ σ′(z^{l})",
            "db": f"(BP3), ∂C/∂b^{l} = δ^{l}",
            "dw": f"(BP4), ∂C/∂w^{l} = δ^{l} (a^{l - 1})^T",
        }[letter]
    if letter not in ("db", "dw"):
        return Text(en=says, zh=says)
    return Text(en=f"{says}, the mean over the examples", zh=f"{says}（对样本取平均）")


_SPOKEN = {
    "x": "x",
    "y": "y",
    "cost": "C",
    "da": "∂C/∂a^{}",
    "delta": "δ^{}",
    "db": "∂C/∂b^{}",
    "dw": "∂C/∂w^{}",
}


def _spoken(key: Key) -> str:
    letter, layer = key
    return _SPOKEN.get(letter, letter + "^{}").format(layer)
