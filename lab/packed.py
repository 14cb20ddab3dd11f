"""Import modules from a package that pack.py has made: Python's own reader of ZIP files would read each of them twice.

It runs in the page's worker, before anything else, and on PACKED, the names of the packages there.
"""

from __future__ import annotations

import marshal
import sys
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import CodeType, ModuleType
from typing import Any


class Packed:
    """Finds and loads the modules of a package: each name with whether it has modules within, and its compiled code."""

    def __init__(self, modules: dict[str, tuple[bool, bytes]]) -> None:
        self.modules = modules

    def find_spec(self, name: str, *_place: Any) -> ModuleSpec | None:
        """Where a module is found; None where it is not here."""
        if name not in self.modules:
            return None
        return ModuleSpec(name, self, origin="packed", is_package=self.modules[name][0])  # type: ignore[arg-type]

    def create_module(self, _spec: ModuleSpec) -> None:
        """A module as Python makes it."""

    def exec_module(self, module: ModuleType) -> None:
        """Run it."""
        exec(self.get_code(module.__name__), module.__dict__)

    def get_code(self, name: str) -> CodeType:
        """Its compiled code."""
        code: CodeType = marshal.loads(self.modules[name][1])
        return code


for _path in globals().get("PACKED", []):
    sys.meta_path.append(Packed(marshal.loads(Path(_path).read_bytes())))
