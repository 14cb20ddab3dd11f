"""`python -m mutants [NUMBER …]`: the table of variants.

`python -m mutants --write mutants/results.json` keeps the counts for the book; a test says when they are out of date.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from mutants.harness import OUTCOMES, Row, survey

COLUMNS = ("equation", "statements", "made", *OUTCOMES)


def main(arguments: list[str] | None = None) -> int:
    """Print the table; 1 if a variant has escaped."""
    parser = argparse.ArgumentParser(
        prog="python -m mutants", description="Wrong variants of every equation, and what becomes of them."
    )
    parser.add_argument(
        "numbers", nargs="*", help="equations, such as BP2 or 'proof of BP2'; all if none is given"
    )
    parser.add_argument("--write", type=Path, help="write the counts to this file as well")
    parser.add_argument("--true", action="store_true", help="list the variants that are true")
    given = parser.parse_args(arguments)
    print("  ".join(f"{column:>12}" for column in COLUMNS))
    rows = survey(lambda number: not given.numbers or number in given.numbers, report=_print)
    total = Row("all", sum(row.statements for row in rows))
    for outcome in OUTCOMES:
        total.counts[outcome] = sum(row.counts[outcome] for row in rows)
    _print(total)
    for row in rows:
        for claim in row.escaped:
            print(f"escaped, ({row.number}): {claim}")
        for claim in row.true if given.true else ():
            print(f"true, ({row.number}): {claim}")
    if given.write is not None:
        counts = {row.number: {"statements": row.statements, "made": row.made, **row.counts} for row in rows}
        given.write.write_text(json.dumps(counts, indent=1, ensure_ascii=False) + "\n", "utf-8")
    return int(total.counts["escaped"] > 0)


def _print(row: Row) -> None:
    cells = (row.number, row.statements, row.made, *(row.counts[outcome] for outcome in OUTCOMES))
    print("  ".join(f"{cell:>12}" for cell in cells), flush=True)


if __name__ == "__main__":
    sys.exit(main())
