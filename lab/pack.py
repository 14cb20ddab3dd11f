"""Compile Python modules into ZIP files. It runs in Pyodide, whose Python is to read them: see pack.mjs.

ORDERS lists the packages to be made: for each its `target`, a file compressed with gzip; its `source`, a folder or a
ZIP file of modules, or another file that is compressed as it is; and of modules the `top` names to take and those to
`leave`.
"""

from __future__ import annotations

import fnmatch
import gzip
import importlib.util
import io
import json
import marshal
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

UNCHECKED = (1).to_bytes(4, "little") + bytes(8)
"""The part of a compiled file's head that says: compare it with no source."""

FIRST_MOMENT = (1980, 1, 1, 0, 0, 0)


def modules(source: Path, top: list[str]) -> Iterator[tuple[str, bytes]]:
    """The name and the text of each module of a ZIP file, or of the folders `top`, in the order of the names."""
    if source.suffix == ".zip":
        with zipfile.ZipFile(source) as archive:
            for name in sorted(archive.namelist()):
                if name.endswith(".py"):
                    yield name, archive.read(name)
    else:
        for path in sorted(path for name in top for path in (source / name).rglob("*.py")):
            yield path.relative_to(source).as_posix(), path.read_bytes()


def left_out(name: str, leave: list[str]) -> bool:
    """Whether a module is one of those to leave, or stands in a folder that is: `sympy/stats`, `*/tests`."""
    path = name.removesuffix(".py")
    return any(fnmatch.fnmatchcase(path, form) for one in leave for form in (one, f"{one}/*"))


def compiled(source: Path, top: list[str], leave: list[str]) -> bytes:
    """A ZIP file of compiled modules, without assertions and docstrings; gzip compresses it better as a whole."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        for name, text in modules(source, top):
            if not left_out(name, leave):
                code = marshal.dumps(compile(text, name, "exec", dont_inherit=True, optimize=2))
                content = importlib.util.MAGIC_NUMBER + UNCHECKED + code
                archive.writestr(zipfile.ZipInfo(f"{name}c", FIRST_MOMENT), content)
    return made.getvalue()


def pack(target: str, source: str, top: list[str] | None = None, leave: list[str] | None = None) -> None:
    """Write one of the packages."""
    whole = top is None and leave is None
    content = Path(source).read_bytes() if whole else compiled(Path(source), top or [], leave or [])
    Path(target).write_bytes(gzip.compress(content, 9, mtime=0))


orders: list[dict[str, Any]] = json.loads(globals().get("ORDERS", "[]"))
for order in orders:
    pack(**order)
