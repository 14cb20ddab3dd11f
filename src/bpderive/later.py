"""What is imported when it is first needed: NumPy as `np`, and whatever `loaded(name)` names.

`from bpderive.later import np` is `import numpy as np` for a module that computes with numbers on request only. Where
a package is absent, the one who needs it hears which it is and how it is installed.
"""

from __future__ import annotations

import importlib
from types import ModuleType
from typing import TYPE_CHECKING, Any

from bpderive.errors import MissingPackage
from bpderive.letters.text import Text

__all__ = ["Array", "later", "loaded", "np"]

_MISSING = Text(
    en="Numbers are computed with NumPy, which cannot be imported: pip install numpy.",
    zh="数值计算要用 NumPy，但无法导入，请运行 pip install numpy。",
)


def loaded(module: str) -> ModuleType:
    """The module called `module`; raises `MissingPackage` where it needs NumPy and that is absent."""
    try:
        return importlib.import_module(module)
    except ModuleNotFoundError as error:
        if error.name != "numpy":
            raise
        raise MissingPackage(_MISSING) from error


class _Later(ModuleType):
    """A module that is imported when one of its names is first asked for."""

    def __getattr__(self, name: str) -> Any:
        found = getattr(loaded(self.__name__), name)
        setattr(self, name, found)
        return found


def later(module: str) -> Any:
    """The module called `module`, imported when one of its names is first asked for."""
    return _Later(module)


if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    Array = npt.NDArray[Any]
else:
    np = _Later("numpy")
    Array = Any
