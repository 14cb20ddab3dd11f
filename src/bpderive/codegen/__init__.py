"""From the proved equations to code that runs.

`compile_gradient(net)` makes the gradient of a network; its `source` is code to read. A further target is a function
from a network to source that defines `forward`, `gradient` and `value_and_gradient`, entered in `TARGETS`.
"""

from bpderive.codegen.compiled import TARGETS, CompiledGradient, Gradient, compile_gradient

__all__ = ["TARGETS", "CompiledGradient", "Gradient", "compile_gradient"]
