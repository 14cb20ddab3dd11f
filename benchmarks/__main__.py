"""The command `python -m benchmarks`: measure all items, or those that `--only` names, and print a table."""

import argparse
import json
from collections.abc import Sequence
from pathlib import Path

from benchmarks.items import items
from benchmarks.timing import machine, measure, once, table


def main(arguments: Sequence[str] | None = None) -> None:
    """Read the command line, measure, print; with `--json FILE` also keep the figures."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks", description="Measure how long the work takes."
    )
    parser.add_argument(
        "--rounds", type=int, default=3, help="rounds of each item, every one in a fresh interpreter"
    )
    parser.add_argument("--only", default="", metavar="TEXT", help="the items whose names contain this text")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures to this file as well")
    parser.add_argument(
        "--once", choices=[item.name for item in items], help="run one item once, here, and print its seconds"
    )
    options = parser.parse_args(arguments)
    if options.once is not None:
        print(once(next(item for item in items if item.name == options.once)))
        return
    chosen = [item for item in items if options.only in item.name]
    if not chosen:
        parser.error(
            f"no item contains {options.only!r}; there are: {'; '.join(item.name for item in items)}"
        )
    print(", ".join(f"{name} {value}" for name, value in machine().items()))
    timings = [measure(item, options.rounds) for item in chosen]
    print(table(timings))
    if options.json:
        kept = {"machine": machine(), "seconds": {timing.name: timing.seconds for timing in timings}}
        options.json.write_text(json.dumps(kept, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
