"""The tables of what was measured: `TABLES[name](results)` is one, from the results file.

To show one more measurement, write a function from the results to a `Table` and enter it in `TABLES`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from bpderive.letters.text import Text
from bpderive.sphinxext.measured_words import (
    EXAMPLES,
    NAMES,
    NETWORK,
    PLAIN,
    Results,
    network_of,
    quotient,
    ratio,
    seconds,
)

_LOOP = Text("loop", "循环")
_MATRICES = Text("matrices", "矩阵")
_FACTOR = Text("loop / matrices", "循环 / 矩阵")
_NEURONS = Text("neurons", "神经元数")
_MULTIPLICATIONS = Text("multiplications", "乘法次数")
_TIME = Text("time", "时间")
_COST = Text("value of $C$", "求 $C$ 的值")
_BOTH = Text("value and gradient", "值与梯度")
_QUOTIENT = Text("ratio", "比值")
_COMPILING = Text("time to compile", "编译时间")
_ACTIVATIONS = Text("all activations", "全部激活值")
_GRADIENT = Text("gradient", "梯度")
_BEST = Text("best of four by hand", "四种手写程序中最快的")
_FIRST = Text("{network}, the first of a new session", "{network}，新会话中的第一次")
_OF = Text("{ours}, of {theirs}", "{ours}，与 {theirs} 之比")
_OVERLAP = Text(
    "A star marks times whose range between the quartiles is not clearly above that of bpderive.",
    "星号表示：其四分位区间并未明显高于 bpderive 的四分位区间。",
)


@dataclass(frozen=True, slots=True)
class Table:
    """A head and rows of words and numbers, and a note below."""

    head: tuple[Text | str, ...]
    rows: tuple[tuple[Text | str, ...], ...]
    note: Text | None = None


def cells_table(results: Results) -> Table:
    """A line for each network and mini-batch: the plain NumPy program in seconds, all others as ratios to it."""
    names = [name for name in NAMES if name in results["cells"][0]["seconds"]]
    rows = []
    for cell in results["cells"]:
        stars = {name: "*" if name in cell["behind"] else "" for name in names}
        plain = seconds(cell["seconds"][cell["unit"]][1])
        best = quotient(ratio(cell, cell["best"]))
        ratios = (f"{quotient(ratio(cell, name))}{stars[name]}" for name in names)
        rows.append((network_of(cell), str(cell["batch"]), plain, best, *ratios))
    head = (NETWORK, EXAMPLES, PLAIN, _BEST, *(NAMES[name] for name in names))
    starred = any(cell["behind"] for cell in results["cells"])
    return Table(head, tuple(rows), _OVERLAP if starred else None)


def engines_table(results: Results) -> Table:
    """Our program on the arrays of an engine, held against that engine's own differentiation."""
    pairs = (("bpderive on torch", "torch"), ("bpderive on jax", "jax"))
    rows = []
    for cell in results["cells"]:
        medians = {name: quartiles[1] for name, quartiles in cell["seconds"].items()}
        shown = (quotient(medians[ours] / medians[theirs]) for ours, theirs in pairs)
        rows.append((network_of(cell), str(cell["batch"]), *shown))
    heads = (_OF.format(ours=NAMES[ours], theirs=NAMES[theirs]) for ours, theirs in pairs)
    return Table((NETWORK, EXAMPLES, *heads), tuple(rows))


def loop_table(results: Results) -> Table:
    """The loop over a mini-batch of ten against the same with matrices."""
    rows = []
    for cell in results["cells"]:
        if cell["batch"] == 10:
            loop, matrices = (cell["seconds"][name][1] for name in ("loop", "plain, @"))
            rows.append((network_of(cell), seconds(loop), seconds(matrices), quotient(loop / matrices)))
    return Table((NETWORK, _LOOP, _MATRICES, _FACTOR), tuple(rows))


def diagonals_table(results: Results) -> Table:
    """(BP2) with the Hadamard product and with a diagonal matrix: counted and timed."""
    rows = []
    for row in results["diagonals"]:
        n = row["width"]
        times = [seconds(row["seconds"][name][1]) for name in ("hadamard", "diagonal")]
        rows.append((str(n), str(n * n + n), str(2 * n * n), *times))
    hadamard = Text("$\\odot$: {what}", "$\\odot$：{what}")
    diagonal = Text("$\\Sigma'$: {what}", "$\\Sigma'$：{what}")
    kinds = [kind.format(what=what) for what in (_MULTIPLICATIONS, _TIME) for kind in (hadamard, diagonal)]
    return Table((_NEURONS, *kinds), tuple(rows))


def cheap_table(results: Results) -> Table:
    """The value of the cost against value and gradient, of the compiled program."""
    rows = [
        (network_of(row), str(row["batch"]), *(seconds(t) for t in times), quotient(times[1] / times[0]))
        for row in results["cheap"]
        for times in [[row["seconds"][name][1] for name in ("value", "both")]]
    ]
    return Table((NETWORK, EXAMPLES, _COST, _BOTH, _QUOTIENT), tuple(rows))


def compilation_table(results: Results) -> Table:
    """The time to compile a gradient, as networks get wider and as they get deeper."""
    families = results["compilation"]
    first = families["first"]
    rows: list[tuple[Text | str, ...]]
    rows = [(_FIRST.format(network=_shape(first["sizes"])), seconds(first["seconds"]))]
    rows += [
        (_shape(row["sizes"]), seconds(row["seconds"])) for row in (*families["wide"], *families["deep"])
    ]
    return Table((NETWORK, _COMPILING), tuple(rows))


def memory_table(results: Results) -> Table:
    """The most memory in use during a call, beside what the activations and the gradient themselves take."""
    rows = []
    for row in results["memory"]:
        sizes = (row["activations"], row["gradient"], row["bpderive"]["first"], row["plain"]["first"])
        rows.append((network_of(row), str(row["batch"]), *(f"{size / 1e6:.2f} MB" for size in sizes)))
    return Table((NETWORK, EXAMPLES, _ACTIVATIONS, _GRADIENT, "bpderive", PLAIN), tuple(rows))


def _shape(sizes: list[int]) -> str:
    """The sizes of a network; many equal layers are counted."""
    same = len(set(sizes)) == 1 and len(sizes) > 4
    return f"[{sizes[0]}] × {len(sizes)}" if same else f"[{', '.join(map(str, sizes))}]"


TABLES: dict[str, Callable[[Results], Table]] = {
    "cells": cells_table,
    "engines": engines_table,
    "loop": loop_table,
    "diagonals": diagonals_table,
    "cheap": cheap_table,
    "compilation": compilation_table,
    "memory": memory_table,
}
