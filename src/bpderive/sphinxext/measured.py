"""The directives `measured-chart` and `measured-table`: what was measured, from the committed results file.

```{measured-chart} growth        ```{measured-table} cells
An optional caption              ```
```

No time is measured while the book is built, so that the same sources always give the same pages; `nox -s bench-speed`
writes the file, and the machine stands below each table.
To show one more measurement, write a function from the results to `Chart`s or a `Table` and enter it in `CHARTS` or
`TABLES`; what readers call what was measured is in `NAMES`.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from docutils import nodes

from bpderive.errors import ParseError, unknown_name
from bpderive.functions.plot import Picture
from bpderive.letters.text import Text, joined
from bpderive.sphinxext.charts import NARROW, WIDE, Axis, Curve, chart, decades
from bpderive.sphinxext.directive import BookDirective, FigureDirective
from bpderive.sphinxext.markup import element, line, table

Results = Mapping[str, Any]
"""A results file: the machine, the rounds, and by name what was measured."""

Cell = Mapping[str, Any]
"""One network and size of mini-batch: `seconds` are the quartiles by contestant, `unit` the one whose time is 1."""

PLAIN = Text("plain NumPy", "朴素 NumPy")
EXAMPLES = Text("examples", "样本数")
NETWORK = Text("network", "网络")

_MACHINE = Text(
    "Measured with {versions} on {processor}, one thread, in float64 unless said otherwise; {clock}; medians of "
    "{rounds} rounds in which all took turns.",
    "测量环境：{versions}；处理器 {processor}，单线程，除另有说明外用 float64；{clock}；"
    "表中为 {rounds} 轮轮流测量的中位数。",
)
_CLOCKS = {
    "wall": Text("elapsed time", "计实际经过的时间"),
    "processor": Text("time of the processor", "计处理器时间"),
}


def _name(word: str) -> Text:
    """A name, which is the same in every language."""
    return Text(word, word)


NAMES = {
    "bpderive": _name("bpderive"),
    "bpderive on torch": Text("the equations on torch", "在 torch 上运行公式"),
    "bpderive on jax": Text("the equations under jax.jit", "在 jax.jit 下运行公式"),
    "products": Text("matrix products only", "仅矩阵乘法"),
    "jax": _name("jax.jit(grad)"),
    "torch": _name("torch"),
    "torch.compile": _name("torch.compile"),
    "autograd": _name("autograd"),
    "accurate by hand": Text("by hand, accurate σ′", "手写，精确的 σ′"),
    "loop": Text("loop over examples", "逐样本循环"),
    "forward": Text("one forward pass", "一次前向传播"),
    "backpropagation": Text("backpropagation", "反向传播"),
    "differences": Text("equation (46)", "公式 (46)"),
    "one-sided": Text("equation (46)", "公式 (46)"),
    "central": Text("central difference", "中心差分"),
    "complex": Text("complex step", "复步长法"),
}
"""What a reader calls what the results file names."""

LIBRARIES = ("jax", "torch", "torch.compile", "autograd")
"""The contestants by others."""


def machine(results: Results) -> Text:
    """The sentence that names the machine and the versions."""
    about = results["machine"]
    others = ("system", "processor", "cores", "sympy", "torch.compile")
    versions = ", ".join(f"{name} {value}" for name, value in about.items() if name not in others)
    return _MACHINE.format(
        versions=versions,
        processor=about["processor"],
        clock=_CLOCKS[results["clock"]],
        rounds=results["rounds"],
    )


def ratio(cell: Cell, name: str) -> float:
    """A median in units of the plain gradient of the same cell."""
    return float(cell["seconds"][name][1] / cell["seconds"][cell["unit"]][1])


def seconds(value: float) -> str:
    """A time with three digits, in a unit that suits it."""
    for size, unit in ((1.0, "s"), (1e-3, "ms"), (1e-6, "µs")):
        if value >= size:
            return f"{value / size:.{3 - len(str(int(value / size)))}f} {unit}"
    return f"{value * 1e9:.0f} ns"


def quotient(value: float) -> str:
    """A ratio with two decimals, with fewer where it is large."""
    return f"{value:.{2 if value < 10 else 1 if value < 100 else 0}f}"


_BATCH = Text("examples in the mini-batch", "小批量中的样本数")
_RATIO = Text("time, plain NumPy = 1", "时间（朴素 NumPy = 1）")
_SECONDS = Text("seconds", "秒")
_PARAMETERS = Text("weights and biases", "权重与偏置的个数")
_STEP = Text("step ε", "步长 ε")
_ERROR = Text("relative error", "相对误差")
_ALL_TOLD = Text("{curves}.", "{curves}。")
_TOLD = Text(
    "{name}: {first} at {from_}, {last} at {to}", "{name}：在 {from_} 处为 {first}，在 {to} 处为 {last}"
)


@dataclass(frozen=True, slots=True)
class Chart:
    """Curves with their axes, the title that stands for the picture, and a heading if it stands beside others."""

    title: Text
    curves: tuple[Curve, ...]
    across: Axis
    up: Axis
    heading: str = ""

    def drawing(self) -> Picture:
        """The picture; its description tells where each curve begins and ends."""
        told = _ALL_TOLD.format(curves=joined(map(_told, self.curves), ("; ", "；")))
        width = NARROW if self.heading else WIDE
        svg, _ = chart(self.curves, self.across, self.up, heading=self.heading, width=width)
        return Picture(svg, self.title, told)


def _told(curve: Curve) -> Text:
    (x1, y1), *_, (x2, y2) = curve.points
    return _TOLD.format(
        name=curve.name, first=f"{y1:.2g}", from_=f"{x1:.3g}", last=f"{y2:.2g}", to=f"{x2:.3g}"
    )


def cells_chart(results: Results) -> list[Chart]:
    """For each network, the ratio of every contestant against the size of the mini-batch."""
    names = ("bpderive", "products", *LIBRARIES)
    charts = []
    for sizes in dict.fromkeys(str(cell["sizes"]) for cell in results["cells"]):
        cells = [cell for cell in results["cells"] if str(cell["sizes"]) == sizes]
        curves = tuple(
            Curve(NAMES[name], tuple((float(cell["batch"]), ratio(cell, name)) for cell in cells))
            for name in names
            if all(name in cell["seconds"] for cell in cells)
        )
        values = [y for curve in curves for _, y in curve.points]
        title = Text(
            f"Time for one gradient of the network {sizes}, plain NumPy being 1",
            f"网络 {sizes} 求一次梯度的时间，以朴素 NumPy 为 1",
        )
        across = Axis(_BATCH, (1, 10, 100, 1000), log=True)
        charts.append(Chart(title, curves, across, Axis(_RATIO, decades(values), log=True), heading=sizes))
    return charts


def growth_chart(results: Results) -> list[Chart]:
    """The seconds of backpropagation and of (46) against the number of weights and biases."""
    rows = results["growth"]
    curves = tuple(
        Curve(NAMES[name], tuple((float(row["parameters"]), float(row["seconds"][name][1])) for row in rows))
        for name in ("differences", "backpropagation", "forward")
    )
    title = Text("Time for all derivatives as the network grows", "网络增大时求全部导数所需的时间")
    return [_logarithmic(title, curves, _PARAMETERS, _SECONDS)]


def differences_chart(results: Results) -> list[Chart]:
    """The errors of the three differences against ε."""
    found = results["differences"]
    names = {"forward": "one-sided", "central": "central", "complex": "complex"}
    curves = tuple(
        Curve(NAMES[shown], tuple(zip(found["steps"], found["errors"][name], strict=True)))
        for name, shown in names.items()
    )
    title = Text(
        "Error of the gradient by differences against the step", "用差分求出的梯度的误差随步长的变化"
    )
    return [_logarithmic(title, curves, _STEP, _ERROR)]


def _logarithmic(title: Text, curves: tuple[Curve, ...], across: Text, up: Text) -> Chart:
    xs, ys = ([point[i] for curve in curves for point in curve.points] for i in (0, 1))
    return Chart(title, curves, Axis(across, decades(xs), log=True), Axis(up, decades(ys), log=True))


CHARTS: dict[str, Callable[[Results], list[Chart]]] = {
    "cells": cells_chart,
    "growth": growth_chart,
    "differences": differences_chart,
}


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
    "带星号的时间，四分位区间并不明显高于 bpderive 的四分位区间。",
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
        rows.append((str(cell["sizes"]), str(cell["batch"]), plain, best, *ratios))
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
        rows.append((str(cell["sizes"]), str(cell["batch"]), *shown))
    heads = (_OF.format(ours=NAMES[ours], theirs=NAMES[theirs]) for ours, theirs in pairs)
    return Table((NETWORK, EXAMPLES, *heads), tuple(rows))


def loop_table(results: Results) -> Table:
    """The loop over a mini-batch of ten against the same with matrices."""
    rows = []
    for cell in results["cells"]:
        if cell["batch"] == 10:
            loop, matrices = (cell["seconds"][name][1] for name in ("loop", "plain, @"))
            rows.append((str(cell["sizes"]), seconds(loop), seconds(matrices), quotient(loop / matrices)))
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
        (str(row["sizes"]), str(row["batch"]), *(seconds(t) for t in times), quotient(times[1] / times[0]))
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
        rows.append((str(row["sizes"]), str(row["batch"]), *(f"{size / 1e6:.2f} MB" for size in sizes)))
    return Table((NETWORK, EXAMPLES, _ACTIVATIONS, _GRADIENT, "bpderive", PLAIN), tuple(rows))


def _shape(sizes: list[int]) -> str:
    """The sizes of a network; many equal layers are counted."""
    same = len(set(sizes)) == 1 and len(sizes) > 4
    return f"[{sizes[0]}] × {len(sizes)}" if same else str(sizes)


TABLES: dict[str, Callable[[Results], Table]] = {
    "cells": cells_table,
    "engines": engines_table,
    "loop": loop_table,
    "diagonals": diagonals_table,
    "cheap": cheap_table,
    "compilation": compilation_table,
    "memory": memory_table,
}


_NO_RESULTS = Text(
    "{setting} in conf.py names the file of what was measured; {name} is none that can be read.",
    "conf.py 中的 {setting} 应是测量结果文件；{name} 无法作为这样的文件读取。",
)


_OTHER_RESULTS = Text(
    "the file that {setting} in conf.py names holds something else than what is shown here ({error}).",
    "conf.py 中 {setting} 所指的文件里不是这里要显示的内容（{error}）。",
)

Made = TypeVar("Made")


def results(directive: BookDirective) -> Results:
    """The results in the file that the configuration names; raises `ParseError` where it names none."""
    path = directive.file("bpderive_speed")
    try:
        found: Results = json.loads(path.read_text("utf-8") if path else "")
    except (OSError, ValueError) as error:
        name = repr(directive.config.bpderive_speed)
        raise ParseError(_NO_RESULTS.format(setting="bpderive_speed", name=name)) from error
    return found


def made(directive: BookDirective, function: Callable[[Results], Made]) -> Made:
    """What a function makes of the results; raises `ParseError` where they are of another kind."""
    found = results(directive)
    try:
        return function(found)
    except (AttributeError, IndexError, KeyError, TypeError, ValueError) as error:
        raise ParseError(_OTHER_RESULTS.format(setting="bpderive_speed", error=repr(error))) from error


class MeasuredChartDirective(FigureDirective):
    """One chart, or several beside one another, with a caption."""

    required_arguments = 1
    final_argument_whitespace = True

    def make(self) -> list[nodes.Node]:
        """The figure; raises `UnknownName` for a chart that is not in `CHARTS`."""
        charts = made(self, _chosen(self.arguments[0], "chart", CHARTS))
        drawings = (one.drawing() for one in charts)
        return [self.figure(*drawings, classes=["bp-charts" if len(charts) > 1 else "bp-charted"])]


class MeasuredTableDirective(BookDirective):
    """One table, with the machine below it."""

    required_arguments = 1
    final_argument_whitespace = True

    def make(self) -> list[nodes.Node]:
        """The table; raises `UnknownName` for one that is not in `TABLES`."""
        found = made(self, _chosen(self.arguments[0], "table", TABLES))
        rows = [[self.words(cell) for cell in row] for row in found.rows]
        told = [*([found.note] if found.note is not None else []), made(self, machine)]
        notes = [line(*self.words(note), classes=["bp-note"]) for note in told]
        shown = table(["bp-measured"], [self.words(word) for word in found.head], rows)
        return [element("div", shown, classes=["bp-scrolled"], tabindex="0"), *notes]


def _chosen(name: str, kind: str, known: Mapping[str, Callable[[Results], Any]]) -> Callable[[Results], Any]:
    if name not in known:
        raise unknown_name(kind, name, known)
    return known[name]
