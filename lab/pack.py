"""Compile Python modules into ZIP files. It runs in Pyodide, whose Python is to read them: see pack.mjs.

ORDERS lists the packages to be made: for each its `target`, a file compressed with gzip; its `source`, a folder or a
ZIP file of modules, or another file that is compressed as it is; and of modules the `top` names to take and those to
`leave`. Python starts from a ZIP file; what comes later is bundled for `packed.py`, which reads it faster.
"""

from __future__ import annotations

import fnmatch
import gzip
import importlib.util
import io
import json
import marshal
import zipfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import CodeType
from typing import Any

UNCHECKED = (1).to_bytes(4, "little") + bytes(8)
"""The part of a compiled file's head that says: compare it with no source."""

FIRST_MOMENT = (1980, 1, 1, 0, 0, 0)


def modules(source: Path, top: Sequence[str]) -> Iterator[tuple[str, bytes]]:
    """The name and the text of each module of a ZIP file, or of the folders `top`, in the order of the names."""
    if source.suffix == ".zip":
        with zipfile.ZipFile(source) as archive:
            for name in sorted(archive.namelist()):
                if name.endswith(".py"):
                    yield name, archive.read(name)
    else:
        for path in sorted(path for name in top for path in (source / name).rglob("*.py")):
            yield path.relative_to(source).as_posix(), path.read_bytes()


def left_out(name: str, leave: Sequence[str]) -> bool:
    """Whether a module is one of those to leave, or stands in a folder that is: `sympy/stats`, `*/tests`."""
    path = name.removesuffix(".py")
    return any(fnmatch.fnmatchcase(path, form) for one in leave for form in (one, f"{one}/*"))


def without_lines(code: CodeType) -> CodeType:
    """The code without line numbers, which were a quarter of what is fetched: no reader sees a traceback.

    Its table says for each eight instructions that their place is not known, by a byte of the kind 15.
    """
    eights, rest = divmod(len(code.co_code) // 2, 8)
    unknown = b"\xff" * eights + (bytes([0xF8 + rest - 1]) if rest else b"")
    inner = tuple(without_lines(one) if isinstance(one, CodeType) else one for one in code.co_consts)
    return code.replace(co_consts=inner, co_linetable=unknown)


def compiled(
    source: Path, top: Sequence[str] = (), leave: Sequence[str] = (), optimize: int = 2
) -> dict[str, bytes]:
    """The modules, compiled, by the names of their files; without assertions, and with `optimize` 2 no docstrings."""
    return {
        name: marshal.dumps(without_lines(compile(text, name, "exec", dont_inherit=True, optimize=optimize)))
        for name, text in modules(source, top)
        if not left_out(name, leave)
    }


def zipped(found: dict[str, bytes]) -> bytes:
    """Compiled modules as a ZIP file, which Python can read when it starts; gzip compresses it better as a whole."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        for name, code in found.items():
            content = importlib.util.MAGIC_NUMBER + UNCHECKED + code
            archive.writestr(zipfile.ZipInfo(f"{name}c", FIRST_MOMENT), content)
    return made.getvalue()


def bundled(found: dict[str, bytes]) -> bytes:
    """Compiled modules as `packed.py` reads them: by name, whether modules are within, and the code."""
    made = {}
    for file, code in found.items():
        path = file.removesuffix(".py").replace("/", ".")
        name = path.removesuffix(".__init__")
        made[name] = (name != path, code)
    return marshal.dumps(made)


def pack(target: str, source: str, **choice: Any) -> None:
    """Write one of the packages."""
    if not choice:
        content = Path(source).read_bytes()
    else:
        found = compiled(Path(source), **choice)
        content = zipped(found) if target.endswith(".zip.pack") else bundled(found)
    Path(target).write_bytes(gzip.compress(content, 9, mtime=0))


orders: list[dict[str, Any]] = json.loads(globals().get("ORDERS", "[]"))
for order in orders:
    pack(**order)
