"""The directives `measured-chart` and `measured-table`: what was measured, from the committed results file.

```{measured-chart} growth        ```{measured-table} cells
An optional caption              ```
```

No time is measured while the book is built, so that the same sources always give the same pages; `nox -s bench-speed`
writes the file, and the machine stands below each table. To show one more measurement, write a function from the
results to `Chart`s or to a `Table` and enter it in `CHARTS` or `TABLES`.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from docutils import nodes

from bpderive.errors import unknown_name
from bpderive.sphinxext.charts import NARROW, WIDE, Axis, Curve, chart, decades
from bpderive.sphinxext.figures import Drawing
from bpderive.sphinxext.markup import element, line, table
from bpderive.sphinxext.network import FigureDirective
from bpderive.text import Text

Results = Mapping[str, Any]
Cell = Mapping[str, Any]

_BATCH = Text("examples in the mini-batch", "小批量中的样本数")
_RATIO = Text("time, plain NumPy = 1", "时间（朴素 NumPy = 1）")
_SECONDS = Text("seconds", "秒")
_PARAMETERS = Text("weights and biases", "权重与偏置的个数")
_STEP = Text("step ε", "步长 ε")
_ERROR = Text("relative error", "相对误差")
_NETWORK = Text("network", "网络")
_EXAMPLES = Text("examples", "样本数")
_PLAIN = Text("plain NumPy", "朴素 NumPy")
_LOOP = Text("loop", "循环")
_MATRICES = Text("matrices", "矩阵")
_FACTOR = Text("loop / matrices", "循环 / 矩阵")
_NEURONS = Text("neurons", "神经元数")
_PRODUCTS = Text("multiplications", "乘法次数")
_TIME = Text("time", "时间")
_COST = Text("value of $C$", "求 $C$ 的值")
_BOTH = Text("value and gradient", "值与梯度")
_QUOTIENT = Text("ratio", "比值")
_PLAIN_SINGLE = Text("plain NumPy, float32", "朴素 NumPy，float32")
_GAIN = Text("gain", "加快倍数")
_COMPILING = Text("time to compile", "编译时间")
_ACTIVATIONS = Text("all activations", "全部激活值")
_GRADIENT = Text("gradient", "梯度")
_MACHINE = Text(
    "Measured with {versions} on {processor}, one thread, in float64 unless said otherwise; {clock}; medians of "
    "{rounds} rounds in which all took turns.",
    "测量环境：{versions}；处理器 {processor}，单线程，除另有说明外用 float64；{clock}；"
    "表中为 {rounds} 轮轮流测量的中位数。",
)
_CLOCKS = {
    "wall": Text("elapsed time", "所计为经过的时间"),
    "processor": Text("time of the processor", "所计为处理器时间"),
}
_OVERLAP = Text(
    "A star marks times whose range between the quartiles is not clearly above that of bpderive.",
    "星号表示：其四分位区间并未明显高于 bpderive 的四分位区间。",
)
_TOLD = Text(
    "{name}: {first} at {from_}, {last} at {to}", "{name}：在 {from_} 处为 {first}，在 {to} 处为 {last}"
)


def _name(word: str) -> Text:
    """A name, which is the same in every language."""
    return Text(word, word)


_BEST = Text("best of four by hand", "四种手写程序中最快的")
_CALLING = Text("calls", "函数调用")
_SIGMAS = Text("$\\sigma$ and $\\sigma'$", "$\\sigma$ 与 $\\sigma'$")
_REST = Text("the rest", "其余")
_INACCURATE = Text("with $a(1-a)$", "改用 $a(1-a)$")
_ARRAYS = Text("bpderive, arrays", "bpderive，数组")
_LISTS = Text("bpderive, lists of numbers", "bpderive，数的列表")
_FIRST = Text("{network}, the first of a new session", "{network}，新会话中的第一次")

NAMES = {
    "bpderive": _name("bpderive"),
    "views": Text("bpderive, views", "bpderive，返回视图"),
    "products": Text("matrix products only", "仅矩阵乘法"),
    "jax": _name("jax.jit(grad)"),
    "torch": _name("torch"),
    "torch.compile": _name("torch.compile"),
    "autograd": _name("autograd"),
    "accurate by hand": Text("by hand, accurate σ′", "手写，精确的 σ′"),
    "loop": Text("loop over examples", "逐样本循环"),
    "forward": Text("one pass forwards", "一次前向传播"),
    "backpropagation": Text("backpropagation", "反向传播"),
    "differences": Text("equation (46)", "公式 (46)"),
    "one-sided": Text("equation (46)", "公式 (46)"),
    "central": Text("central difference", "中心差分"),
    "complex": Text("complex step", "复数步微分"),
}
"""What a reader calls what the results file names."""


@dataclass(frozen=True, slots=True)
class Chart:
    """Curves with their axes, the title that stands for the picture, and a heading if it stands beside others."""

    title: Text
    curves: tuple[Curve, ...]
    across: Axis
    up: Axis
    heading: str = ""

    def drawing(self, language: str) -> Drawing:
        """The picture; its description tells where each curve begins and ends."""
        told = [_told(curve).in_language(language) for curve in self.curves]
        end = "；" if language == "zh" else "; "
        width = NARROW if self.heading else WIDE
        svg = chart(self.curves, self.across, self.up, language, heading=self.heading, width=width)
        return Drawing(
            svg, self.title.in_language(language), end.join(told) + ("。" if language == "zh" else ".")
        )


@dataclass(frozen=True, slots=True)
class Table:
    """A head and rows of words and numbers, and a note below."""

    head: tuple[Text | str, ...]
    rows: tuple[tuple[Text | str, ...], ...]
    note: Text | None = None


def _told(curve: Curve) -> Text:
    (x1, y1), *_, (x2, y2) = curve.points
    return _TOLD.format(
        name=curve.name, first=f"{y1:.2g}", from_=f"{x1:.3g}", last=f"{y2:.2g}", to=f"{x2:.3g}"
    )


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


def _sizes(of: Mapping[str, Any]) -> str:
    return f"[{', '.join(map(str, of['sizes']))}]"


def cells_chart(results: Results) -> list[Chart]:
    """For each network, the ratio of every contestant against the size of the mini-batch."""
    names = ("bpderive", "products", "jax", "torch", "torch.compile", "autograd")
    charts = []
    for sizes in dict.fromkeys(_sizes(cell) for cell in results["cells"]):
        cells = [cell for cell in results["cells"] if _sizes(cell) == sizes]
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


def cells_table(results: Results) -> Table:
    """A line for each network and mini-batch: the plain NumPy program in seconds, all others as ratios to it."""
    names = [name for name in NAMES if name in results["cells"][0]["seconds"]]
    rows = []
    for cell in results["cells"]:
        stars = {name: "*" if name in cell["behind"] else "" for name in names}
        plain = seconds(cell["seconds"][cell["unit"]][1])
        best = quotient(ratio(cell, cell["best"]))
        ratios = (f"{quotient(ratio(cell, name))}{stars[name]}" for name in names)
        rows.append((_sizes(cell), str(cell["batch"]), plain, best, *ratios))
    head = (_NETWORK, _EXAMPLES, _PLAIN, _BEST, *(NAMES[name] for name in names))
    starred = any(cell["behind"] for cell in results["cells"])
    return Table(head, tuple(rows), _OVERLAP if starred else None)


def loop_table(results: Results) -> Table:
    """The loop over a mini-batch of ten against the same with matrices."""
    rows = []
    for cell in results["cells"]:
        if cell["batch"] == 10:
            loop, matrices = (cell["seconds"][name][1] for name in ("loop", "plain, @"))
            rows.append((_sizes(cell), seconds(loop), seconds(matrices), quotient(loop / matrices)))
    return Table((_NETWORK, _LOOP, _MATRICES, _FACTOR), tuple(rows))


def diagonals_table(results: Results) -> Table:
    """(BP2) with the Hadamard product and with a diagonal matrix: counted and timed."""
    rows = []
    for row in results["diagonals"]:
        n = row["width"]
        times = [seconds(row["seconds"][name][1]) for name in ("hadamard", "diagonal")]
        rows.append((str(n), str(n * n + n), str(2 * n * n), *times))
    hadamard = Text("$\\odot$: {what}", "$\\odot$：{what}")
    diagonal = Text("$\\Sigma'$: {what}", "$\\Sigma'$：{what}")
    kinds = [kind.format(what=what) for what in (_PRODUCTS, _TIME) for kind in (hadamard, diagonal)]
    return Table((_NEURONS, *kinds), tuple(rows))


def cheap_table(results: Results) -> Table:
    """The value of the cost against value and gradient, of the compiled program."""
    rows = [
        (_sizes(row), str(row["batch"]), *(seconds(t) for t in times), quotient(times[1] / times[0]))
        for row in results["cheap"]
        for times in [[row["seconds"][name][1] for name in ("value", "both")]]
    ]
    return Table((_NETWORK, _EXAMPLES, _COST, _BOTH, _QUOTIENT), tuple(rows))


def single_table(results: Results) -> Table:
    """Single precision: ours, ours in double precision, and the plain program."""
    rows = []
    for row in results["single"]:
        double, ours, plain = (row["seconds"][name][1] for name in ("float64", "float32", "plain"))
        shown = (seconds(double), seconds(ours), seconds(plain), quotient(double / ours))
        rows.append((_sizes(row), str(row["batch"]), *shown))
    return Table((_NETWORK, _EXAMPLES, "float64", "float32", _PLAIN_SINGLE, _GAIN), tuple(rows))


def tiny_table(results: Results) -> Table:
    """A tiny network: the compiled gradient of arrays, and the functions of its source, of lists of numbers."""
    row = results["tiny"]
    plain, arrays, lists = (row["seconds"][name][1] for name in ("plain, @", "arrays", "lists"))
    shown = (f"{seconds(time)} ({quotient(time / plain)})" for time in (arrays, lists))
    return Table(
        (_NETWORK, _EXAMPLES, _PLAIN, _ARRAYS, _LISTS), ((_sizes(row), "1", seconds(plain), *shown),)
    )


def profile_table(results: Results) -> Table:
    """Where the time of the compiled gradient goes, in units of the plain one: the parts add up to the whole."""
    rows = []
    for row in results["profile"]:
        time = {
            name: quartiles[1] / row["seconds"]["plain, @"][1] for name, quartiles in row["seconds"].items()
        }
        products, whole = time["products"], time["bpderive"]
        calls = time["bpderive, two neurons a layer"] - time["products, two neurons a layer"]
        sigmas = time["activations"] - time["activations, two neurons a layer"]
        parts = (products, calls, sigmas, whole - products - calls - sigmas, whole, time["a(1 − a)"])
        rows.append((_sizes(row), str(row["batch"]), *(_signed(part) for part in parts)))
    parts_named = (NAMES["products"], _CALLING, _SIGMAS, _REST, NAMES["bpderive"], _INACCURATE)
    return Table((_NETWORK, _EXAMPLES, *parts_named), tuple(rows))


def _signed(value: float) -> str:
    """With two decimals; a difference of two times can come out below zero."""
    return f"{value:.2f}".replace("-", "−") if round(value, 2) else "0.00"


def compilation_table(results: Results) -> Table:
    """The time to compile a gradient, as networks get wider and as they get deeper."""
    families = results["compilation"]
    first = families["first"]
    rows: list[tuple[Text | str, ...]]
    rows = [(_FIRST.format(network=_shape(first["sizes"])), seconds(first["seconds"]))]
    rows += [
        (_shape(row["sizes"]), seconds(row["seconds"])) for row in (*families["wide"], *families["deep"])
    ]
    return Table((_NETWORK, _COMPILING), tuple(rows))


def memory_table(results: Results) -> Table:
    """The most memory in use during a call, beside what the activations and the gradient themselves take."""
    rows = []
    for row in results["memory"]:
        sizes = (row["activations"], row["gradient"], row["bpderive"]["first"], row["plain"]["first"])
        rows.append((_sizes(row), str(row["batch"]), *(f"{size / 1e6:.2f} MB" for size in sizes)))
    return Table((_NETWORK, _EXAMPLES, _ACTIVATIONS, _GRADIENT, "bpderive", _PLAIN), tuple(rows))


def _shape(sizes: list[int]) -> str:
    """The sizes of a network; many equal layers are counted."""
    same = len(set(sizes)) == 1 and len(sizes) > 4
    return f"[{sizes[0]}] × {len(sizes)}" if same else f"[{', '.join(map(str, sizes))}]"


CHARTS: dict[str, Callable[[Results], list[Chart]]] = {
    "cells": cells_chart,
    "growth": growth_chart,
    "differences": differences_chart,
}
TABLES: dict[str, Callable[[Results], Table]] = {
    "cells": cells_table,
    "loop": loop_table,
    "diagonals": diagonals_table,
    "cheap": cheap_table,
    "single": single_table,
    "compilation": compilation_table,
    "memory": memory_table,
    "profile": profile_table,
    "tiny": tiny_table,
}


class MeasuredDirective(FigureDirective):
    """What measured charts and tables have in common: the results file."""

    required_arguments = 1

    def results(self) -> Results:
        """The committed results; a page is made again when they change."""
        path = Path(self.env.app.confdir, self.config.bpderive_speed)
        self.env.note_dependency(str(path))
        found: Results = json.loads(path.read_text("utf-8"))
        return found


class MeasuredChartDirective(MeasuredDirective):
    """One chart, or several beside one another, with a caption."""

    def make(self) -> list[nodes.Node]:
        """The figure; raises `UnknownName` for a chart that is not in `CHARTS`."""
        made = _chosen(self.arguments[0], "chart", CHARTS)(self.results())
        first, *others = (one.drawing(self.language) for one in made)
        figure = self.figure(first)
        for place, drawn in enumerate(others, 1):
            figure.insert(place, self.picture(drawn))
        figure["classes"].append("bp-charts" if others else "bp-charted")
        return [figure]


class MeasuredTableDirective(MeasuredDirective):
    """One table, with the machine below it."""

    def make(self) -> list[nodes.Node]:
        """The table; raises `UnknownName` for one that is not in `TABLES`."""
        results = self.results()
        found = _chosen(self.arguments[0], "table", TABLES)(results)
        rows = [[self.words(cell) for cell in row] for row in found.rows]
        told = [machine(results)] if found.note is None else [found.note, machine(results)]
        notes = [line(*self.words(note), classes=["bp-note"]) for note in told]
        shown = table(["bp-measured"], [self.words(word) for word in found.head], rows)
        return [element("div", shown, classes=["bp-scrolled"], tabindex="0"), *notes]


def _chosen(name: str, kind: str, known: Mapping[str, Callable[[Results], Any]]) -> Callable[[Results], Any]:
    if name not in known:
        raise unknown_name(kind, name, known)
    return known[name]
