"""What takes long to establish, kept on disk for both languages and all builds of one state of the library.

`kept(app).of(Wanted(make, arguments, "…"))` is `make(*arguments)`, made when it is first asked for; the words name the
arguments in full. Another library, Python, SymPy or NumPy, and a change of the module in which `make` stands, make it
anew. What raises is kept nowhere, and is tried again. To let all cores make it before the pages are read, list it in
`bpderive.sphinxext.prepare`.
"""

from __future__ import annotations

import hashlib
import os
import pickle
import shutil
import sys
from collections.abc import Callable, Collection
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Generic, TypeVar, cast

import numpy
import sympy
from sphinx.application import Sphinx

import bpderive

T = TypeVar("T")


def source_hash(without: Collection[str] = ()) -> str:
    """A short hash of the library's source, `without` some of its parts: what another library made is made anew."""
    folder = Path(bpderive.__file__).parent
    digest = hashlib.sha256()
    for path in sorted(folder.rglob("*.py")):
        if path.relative_to(folder).parts[0] in without:
            continue
        digest.update(path.relative_to(folder).as_posix().encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()[:16]


@cache
def state() -> str:
    """A short hash of all that a result of the library depends on; how the book shows it is no part of it."""
    parts = (
        sys.version,
        numpy.__version__,
        sympy.__version__,
        source_hash(without=("cli", "lab", "sphinxext")),
    )
    return hashlib.sha256(" ".join(parts).encode()).hexdigest()[:16]


def folder_of_state(parent: Path) -> Path:
    """The folder in `parent` for this state of the library; those of others are removed."""
    folder = parent / state()
    for other in parent.glob("*"):
        if other != folder:
            shutil.rmtree(other, ignore_errors=True)  # a build at the same time may have been first
    return folder


@dataclass(frozen=True, slots=True)
class Wanted(Generic[T]):
    """What `make` gives for `arguments`, which `what` names in full."""

    make: Callable[..., T]
    arguments: tuple[Any, ...]
    what: str

    @property
    def name(self) -> str:
        """What its file is called."""
        module = self.make.__module__
        key = f"{module}.{self.make.__qualname__} {_source(module)} {self.what}"
        return hashlib.sha256(key.encode()).hexdigest()[:32]


class Kept:
    """Results in the files of one folder; several processes may ask for them at the same time."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._read: dict[str, object] = {}

    def has(self, wanted: Wanted[Any]) -> bool:
        """Whether it has been made."""
        return (self._folder / wanted.name).exists()

    def of(self, wanted: Wanted[T]) -> T:
        """What is wanted, made now if it has not been made before."""
        name = wanted.name
        if name not in self._read:
            path = self._folder / name
            if path.exists():
                self._read[name] = pickle.loads(path.read_bytes())
            else:
                self._read[name] = wanted.make(*wanted.arguments)
                self._write(path, self._read[name])
        return cast("T", self._read[name])

    def _write(self, path: Path, result: object) -> None:
        self._folder.mkdir(parents=True, exist_ok=True)
        beside = path.with_name(f"{path.name}.{os.getpid()}")
        beside.write_bytes(pickle.dumps(result))
        beside.replace(path)


@cache
def _source(module: str) -> str:
    """The hash of a module's source."""
    return hashlib.sha256(Path(cast("str", sys.modules[module].__file__)).read_bytes()).hexdigest()


@cache
def at(parent: Path) -> Kept:
    """What is kept in `parent` for this state of the library."""
    return Kept(folder_of_state(parent))


def kept(app: Sphinx) -> Kept:
    """What is kept for a build: beside its doctrees."""
    return at(Path(app.doctreedir).parent / "kept")
