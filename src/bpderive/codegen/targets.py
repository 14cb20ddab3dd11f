"""The languages in which a gradient can be had.

`TARGETS[name]` is a `Target`: `source(net, dtype, views)` makes the program, `files(net, dtype)` what is written to
disk. To add a language, write a function from a network and a dtype to source, and enter it here.

    >>> list(TARGETS)
    ['numpy', 'python', 'c', 'javascript']
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from bpderive.codegen.c_program import c_header, c_program
from bpderive.codegen.javascript_program import javascript_program
from bpderive.codegen.numpy_program import numpy_program
from bpderive.codegen.python_program import python_program
from bpderive.network import Network

DTYPES = ("float64", "float32")


@dataclass(frozen=True, slots=True)
class Target:
    """A language: its name, how a file of it ends, what makes the source, and whether that runs here.

    What is `plain` takes and gives lists of numbers and no arrays.
    """

    name: str
    suffix: str
    source: Callable[[Network, str, bool], str]
    runs_here: bool
    plain: bool = False
    header: Callable[[Network, str], str] | None = None

    def files(self, net: Network, dtype: str = "float64") -> Mapping[str, str]:
        """The texts to write, by the names of their files."""
        made = {f"gradient{self.suffix}": self.source(net, dtype, False)}
        if self.header is not None:
            made["gradient.h"] = self.header(net, dtype)
        return made


TARGETS: dict[str, Target] = {
    target.name: target
    for target in (
        Target("numpy", ".py", numpy_program, runs_here=True),
        Target("python", ".py", python_program, runs_here=True, plain=True),
        Target("c", ".c", c_program, runs_here=False, header=c_header),
        Target("javascript", ".mjs", javascript_program, runs_here=False),
    )
}
"""By name; "auto" chooses between the first two."""
