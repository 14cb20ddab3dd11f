"""What all measurements say: `machine()` and `installed()` name what was measured on, `aligned(rows)` is a table."""

import os
import platform
from collections.abc import Mapping, Sequence
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

HERE = Path(__file__).parents[1]

DIGITS = (784, 30, 10)
"""The network that reads handwritten digits."""


def blas() -> dict[str, str]:
    """The library that multiplies NumPy's matrices: its version, and the processor that its products are made for."""
    from threadpoolctl import threadpool_info

    return {
        found["internal_api"]: f"{found['version']} ({found.get('architecture', 'any')})"
        for found in threadpool_info()
        if found["user_api"] == "blas"
    }


def aligned(rows: Sequence[Sequence[str]]) -> str:
    """The rows as lines with aligned columns, the first at the left and the others at the right."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = (
        [
            cell.rjust(width) if i else cell.ljust(width)
            for i, (cell, width) in enumerate(zip(row, widths, strict=True))
        ]
        for row in rows
    )
    return "\n".join("  ".join(line).rstrip() for line in lines)


def installed(peers: Mapping[str, str]) -> dict[str, str]:
    """The peers, given with their distributions, that are installed here, with their versions."""
    found = {}
    for name, distribution in peers.items():
        try:
            found[name] = version(distribution)
        except PackageNotFoundError:
            continue
    return found


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


def _processor() -> str:
    # On Linux, platform.processor() is empty or names only the architecture.
    try:
        lines = Path("/proc/cpuinfo").read_text("utf-8").splitlines()
        names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    except OSError:
        names = []
    return names[0] if names else platform.processor() or platform.machine()
