"""Measure a function in fresh interpreters: `measure(item, rounds)` gives a `Timing`; `table(timings)` shows several.

`machine()` names what was measured on, for the line above a table and for results that are kept in a file.
"""

import os
import platform
import statistics
import subprocess
import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from time import process_time

HERE = Path(__file__).parents[1]


def blas() -> dict[str, str]:
    """The library that multiplies NumPy's matrices: its version, and the processor that its products are made for."""
    from threadpoolctl import threadpool_info

    return {
        found["internal_api"]: f"{found['version']} ({found.get('architecture', 'any')})"
        for found in threadpool_info()
        if found["user_api"] == "blas"
    }


@dataclass(frozen=True, slots=True)
class Item:
    """What is measured: a function without arguments, its name, and the time it is meant to stay under (in seconds)."""

    name: str
    run: Callable[[], object]
    goal: float | None = None


@dataclass(frozen=True, slots=True)
class Timing:
    """The seconds that each round of an item took."""

    name: str
    seconds: tuple[float, ...]
    goal: float | None = None

    @property
    def median(self) -> float:
        """The median over the rounds, which one disturbed round does not move."""
        return statistics.median(self.seconds)


def measure(item: Item, rounds: int) -> Timing:
    """Run `item` once in each of `rounds` new interpreters; their start and the imports are not counted."""
    if rounds < 1:
        raise ValueError(f"{rounds} rounds were asked for; at least one is needed.")
    command = [sys.executable, "-m", "benchmarks", "--once", item.name]
    seconds = []
    for _ in range(rounds):
        done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True, cwd=HERE)
        seconds.append(float(done.stdout.split()[-1]))
    return Timing(item.name, tuple(seconds), item.goal)


def once(item: Item) -> float:
    """The processor seconds that one call takes, here and now, with NumPy's linear algebra on one thread."""
    from threadpoolctl import threadpool_limits

    with threadpool_limits(limits=1):
        start = process_time()
        item.run()
        return process_time() - start


def table(timings: Iterable[Timing]) -> str:
    """One line for each timing: median, fastest and slowest round, and the goal where there is one."""
    rows: list[Sequence[str]] = [("", "median", "fastest", "slowest", "rounds", "goal")]
    for timing in timings:
        times = (timing.median, min(timing.seconds), max(timing.seconds))
        goal = "" if timing.goal is None else f"< {timing.goal:g} s"
        rows.append((timing.name, *(f"{t:.3f} s" for t in times), str(len(timing.seconds)), goal))
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    return "\n".join(_line(row, widths) for row in rows)


def machine() -> dict[str, str]:
    """The versions and the processor, by name."""
    return {
        "python": platform.python_version(),
        "sympy": version("sympy"),
        "numpy": version("numpy"),
        "system": platform.system(),
        "processor": _processor(),
        "cores": str(os.cpu_count()),
    }


def _line(row: Sequence[str], widths: Sequence[int]) -> str:
    first, *others = (
        cell.rjust(width) if column else cell.ljust(width)
        for column, (cell, width) in enumerate(zip(row, widths, strict=True))
    )
    return "  ".join((first, *others)).rstrip()


def _processor() -> str:
    # On Linux, platform.processor() is empty or names only the architecture.
    try:
        lines = Path("/proc/cpuinfo").read_text("utf-8").splitlines()
        names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    except OSError:
        names = []
    return names[0] if names else platform.processor() or platform.machine()
