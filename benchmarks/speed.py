"""How fast the compiled gradient is: `nox -s bench-speed`, or `python -m benchmarks.speed` with bench and peers.

Four networks, four sizes of mini-batch, float64, one thread; every contestant on the same data in the same run, in
turns. The unit is the plain gradient by hand of the book (`benchmarks.plain.UNIT`), and the best of four ways to write
it is named beside it. The results go to docs/results/speed.json, from which the book takes all times; `--only-cells`
measures the table alone and writes nothing unless it is told where.
"""

import argparse
import json
import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks import experiments
from benchmarks.contestants import (
    LOOP,
    OURS,
    OURS_ON,
    PEERS,
    REFERENCE,
    check_equal,
    contestants,
    installed,
    problem,
)
from benchmarks.plain import UNIT, VARIANTS
from benchmarks.rounds import CLOCKS, Quartiles, in_turns
from benchmarks.timing import aligned, blas, machine

RESULTS = Path(__file__).parents[1] / "docs" / "results" / "speed.json"
NETWORKS = ((2, 3, 1), (784, 30, 10), (784, 100, 10), (64, 128, 128, 10))
BATCHES = (1, 10, 128, 1024)
TOLERANCE = {np.float64: 1e-10, np.float32: 1e-3}
"""How far two gradients may be apart, relative to their norm."""

Record = dict[str, Any]


def cell(sizes: tuple[int, ...], batch: int, rounds: int, clock: str, dtype: Any = np.float64) -> Record:
    """The quartiles of all contestants for one network and batch, after all have computed the same gradient."""
    found = contestants(problem(sizes, batch, dtype))
    check_equal(found, TOLERANCE[dtype])
    times = in_turns(
        {name: contestant.run for name, contestant in found.items()}, rounds, clock=CLOCKS[clock]
    )
    best = min(VARIANTS, key=lambda name: times[name].median)
    seconds = {name: quartiles.rounded() for name, quartiles in times.items()}
    about = {"sizes": list(sizes), "batch": batch, "unit": UNIT, "best": best}
    return about | {"seconds": seconds, "behind": behind(times)}


def behind(times: Mapping[str, Quartiles]) -> list[str]:
    """The rivals that ours does not clearly beat: the ranges between the quartiles overlap, or theirs is below."""
    rivals = (name for name in times if (name in PEERS and name not in OURS_ON.values()) or name == LOOP)
    return [name for name in rivals if not times[OURS].below(times[name])]


def ratio(measured: Mapping[str, Any], name: str) -> float:
    """The median of a contestant in units of the plain gradient."""
    seconds = measured["seconds"]
    return float(seconds[name][1] / seconds[measured["unit"]][1])


def table(cells: Sequence[Mapping[str, Any]]) -> str:
    """One line for each cell: the medians as ratios to the plain gradient, and the rivals not clearly beaten.

    The best of the plain gradients, and ours in its units, come first.
    """
    names = [name for name in cells[0]["seconds"] if name not in VARIANTS]
    rows = [["network", "batch", "plain", "best", "ours/best", *names, "not clearly behind us"]]
    for measured in cells:
        plain = f"{1e6 * measured['seconds'][measured['unit']][1]:.1f} µs"
        best = ratio(measured, measured["best"])
        ratios = [f"{value:.2f}" for value in (best, ratio(measured, OURS) / best)]
        ratios += [f"{ratio(measured, name):.2f}" for name in names]
        network = str(measured["sizes"])
        rows.append([network, str(measured["batch"]), plain, *ratios, ", ".join(measured["behind"])])
    return aligned(rows)


LIMITS = {OURS: (1.05, REFERENCE), OURS_ON["torch"]: (1.0, "torch"), OURS_ON["jax"]: (1.05, "jax")}
"""What each of ours may take of what it is held against: NumPy by hand, and each engine's own differentiation."""


def missed(cells: Sequence[Mapping[str, Any]]) -> list[str]:
    """The cells in which one of ours takes more than it may, in words; an empty list if there are none."""
    found = []
    for measured in cells:
        seconds = measured["seconds"]
        for ours, (limit, theirs) in LIMITS.items():
            if ours in seconds and seconds[ours][1] > limit * seconds[theirs][1]:
                taken = seconds[ours][1] / seconds[theirs][1]
                where = f"{list(measured['sizes'])}, batch {measured['batch']}"
                found.append(f"{where}: {ours} takes {taken:.2f} of {theirs}, wanted {limit}")
    return found


def measure(rounds: int, clock: str, only_cells: bool) -> Record:
    """Everything, as it is kept in the file."""
    from threadpoolctl import threadpool_limits

    with threadpool_limits(limits=1):
        found: Record = {
            "machine": machine() | blas() | installed(),
            "rounds": rounds,
            "threads": 1,
            "clock": clock,
        }
        found["cells"] = []
        for sizes in NETWORKS:
            for batch in BATCHES:
                found["cells"].append(cell(sizes, batch, rounds, clock))
                print(".", end="", flush=True)
        print()
        if only_cells:
            return found
        found["growth"] = experiments.growth(rounds, clock)
        found["cheap"] = experiments.cheap(NETWORKS[1:], rounds, clock)
        found["differences"] = experiments.differences()
        found["diagonals"] = experiments.diagonals(rounds, clock)
        found["compilation"] = experiments.compilation(clock)
        found["memory"] = [experiments.memory(sizes, 1024) for sizes in NETWORKS[1:]]
    return found


def stay_on_one_core() -> None:
    """Keep this process on one core, where the system can: jax takes as many threads as it finds cores."""
    if sys.platform == "linux":
        os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})


def laid_out(found: Record) -> str:
    """The results as text: one line for each cell or measurement, so that a change shows as a change of lines."""
    parts = []
    for name, value in found.items():
        if isinstance(value, list):
            items = ",\n".join(f"  {json.dumps(item, ensure_ascii=False)}" for item in value)
            parts.append(f" {json.dumps(name)}: [\n{items}\n ]")
        else:
            parts.append(f" {json.dumps(name)}: {json.dumps(value, ensure_ascii=False)}")
    return "{\n" + ",\n".join(parts) + "\n}\n"


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure, print the table and the goals that are missed, and write the results with machine and versions."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.speed", description=main.__doc__)
    parser.add_argument("--rounds", type=int, default=25, help="rounds of every comparison")
    parser.add_argument("--clock", choices=CLOCKS, default="wall", help="on a busy machine: processor")
    parser.add_argument("--only-cells", action="store_true", help="only the comparison of gradients")
    parser.add_argument(
        "--json", type=Path, metavar="FILE", help=f"where to write; {RESULTS.name} unless --only-cells"
    )
    options = parser.parse_args(arguments)
    stay_on_one_core()
    absent = [name for name in PEERS if name not in installed()]
    if absent:
        print(f"Not installed, and so not compared: {', '.join(absent)}.")
    if chosen := os.environ.get("OPENBLAS_CORETYPE"):
        print(
            f"OPENBLAS_CORETYPE is set: NumPy's products are those for {chosen}, whatever this processor is."
        )
    found = measure(options.rounds, options.clock, options.only_cells)
    print(", ".join(f"{name} {value}" for name, value in found["machine"].items()))
    print(table(found["cells"]))
    for goal in missed(found["cells"]):
        print(f"Goal missed: {goal}.")
    file = options.json or (None if options.only_cells else RESULTS)
    if file is not None:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(laid_out(found), encoding="utf-8")
        print(f"Written to {file}.")


if __name__ == "__main__":
    main()
