"""What readers call what was measured, and how a time, a ratio and the machine are written.

`NAMES` has what the results file names; `machine(results)` is the sentence below a table. To rename something on all
charts and tables, do it here.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bpderive.letters.text import Text

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
    "wall": Text("elapsed time", "所计为经过的时间"),
    "processor": Text("time of the processor", "所计为处理器时间"),
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


def network_of(of: Mapping[str, Any]) -> str:
    """The sizes of a network as the book writes them: [2, 3, 1]."""
    return f"[{', '.join(map(str, of['sizes']))}]"
