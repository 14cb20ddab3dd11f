"""How accurate the activations and their slopes are, in units in the last place: `nox -s bench-accuracy`.

`results(names, count)` measures every library of `benchmarks.libraries` at the same points of `benchmarks.ulp`; `table`
shows them side by side, and `main` writes them to docs/results/accuracy.json,
from which the book shows them.
"""

import argparse
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from benchmarks import layers
from benchmarks.libraries import PEERS, installed, libraries
from benchmarks.timing import aligned, machine
from benchmarks.ulp import ALL, DIGITS, Errors, measure, off_kinks, points, truth
from bpderive.functions.activations import elementwise_activations

BOUND = 4500.0
"""A relative error of 1e-12, which our functions stay within; near a zero of a slope it is 1e-15 without a ratio."""

RESULTS = Path(__file__).parents[1] / "docs" / "results" / "accuracy.json"

Results = dict[str, dict[str, dict[str, Errors]]]
"""The errors by activation, by "value" or "slope" ("log" for an activation of a whole layer), and by library."""


def results(names: Sequence[str], count: int = ALL) -> Results:
    """The errors of all libraries; one that lacks a function or its derivative is left out there."""
    functions, at = libraries(), points(count)
    return {name: _measured(name, at, functions) for name in names}


def _measured(name: str, at: Any, functions: Mapping[str, Any]) -> dict[str, dict[str, Errors]]:
    activation = elementwise_activations[name]
    found: dict[str, dict[str, Errors]] = {}
    for place, kind in enumerate(("value", "slope")):
        expression = activation.derivative() if place else activation.formula
        true = truth(expression, off_kinks(activation, at) if place else at, bool(place))
        found[kind] = {
            library: measure(pairs[name][place], true)
            for library, pairs in functions.items()
            if name in pairs and pairs[name][place] is not None
        }
    return found


def table(found: Results) -> str:
    """One line for each function and slope: the largest error of each library in units in the last place."""
    libraries = list(
        dict.fromkeys(library for kinds in found.values() for row in kinds.values() for library in row)
    )
    rows = [["", *libraries]]
    for name, kinds in found.items():
        for kind, row in kinds.items():
            cells = [_shown(row[library]) if library in row else "–" for library in libraries]
            rows.append([{"value": name, "slope": f"{name}′"}.get(kind, f"{kind} {name}"), *cells])
    return aligned(rows)


def _shown(errors: Errors) -> str:
    marks = "".join(
        mark for mark, holds in ((f" {errors.bad} nan/inf", errors.bad), (" warns", errors.warned)) if holds
    )
    return f"{errors.ulp:.2f}{marks}" if errors.ulp < 1000 else f"{errors.ulp:.0e}{marks}"


def kept(found: Results, about: Mapping[str, str], count: int, of_layers: Results | None = None) -> str:
    """The text of the results file: what was measured, on what machine, the numbers to three digits.

    By activation: its formula, and the errors of "value" and "slope". Those of a whole layer have "value" and "log",
    and stand under "layers".
    """

    def short(errors: Errors) -> dict[str, Any]:
        return {
            key: float(f"{value:.3g}") if key in ("ulp", "subnormal", "near_zero") else value
            for key, value in asdict(errors).items()
        }

    def shortened(kinds: Mapping[str, Mapping[str, Errors]]) -> dict[str, Any]:
        return {kind: {library: short(e) for library, e in row.items()} for kind, row in kinds.items()}

    data = {
        "machine": dict(about),
        "points": len(points(count)),
        "digits": DIGITS,
        "bound": BOUND,
        "activations": {
            name: {"formula": str(elementwise_activations[name].formula)} | shortened(kinds)
            for name, kinds in found.items()
        },
        "layers": {name: shortened(kinds) for name, kinds in (of_layers or {}).items()},
    }
    return json.dumps(data, indent=1, ensure_ascii=False) + "\n"


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure, print the table, and write the results with the machine and the versions."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.accuracy", description=main.__doc__)
    parser.add_argument(
        "names", nargs="*", choices=[[], *elementwise_activations], help="activations; all of them by default"
    )
    parser.add_argument("--points", type=int, default=ALL, help="how many points")
    parser.add_argument("--json", type=Path, metavar="FILE", help="where the results are written")
    options = parser.parse_args(arguments)
    peers = installed()
    about = machine() | peers
    print(", ".join(f"{name} {value}" for name, value in about.items()))
    absent = [name for name in PEERS if name not in peers]
    if absent:
        print(f"Not installed, and so not compared: {', '.join(absent)}.")
    found = results(options.names or list(elementwise_activations), options.points)
    print(f"\nLargest errors in units in the last place\n{table(found)}")
    of_layers = {} if options.names else layers.results()
    if of_layers:
        print(f"\nComponents of a whole layer\n{table(of_layers)}")
    # A part of the activations does not replace the file that has them all.
    file = options.json or (None if options.names else RESULTS)
    if file is not None:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(kept(found, about, options.points, of_layers), encoding="utf-8")
        print(f"\nWritten: {file}")


if __name__ == "__main__":
    main()
