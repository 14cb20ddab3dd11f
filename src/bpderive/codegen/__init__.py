"""From the proved equations to code that runs.

`compile_gradient(net)` makes the gradient of a network; its `source` is code to read. A further target is a function
from a network to source that defines `forward`, `gradient` and `value_and_gradient`, entered in `TARGETS`.

    >>> from bpderive.network import Network
    >>> grad = compile_gradient(Network((1, 1), "linear"))
    >>> print(next(line for line in grad.source.splitlines() if "BP4" in line).strip())
    (delta2 @ a1.T)/m,  # BP4, layer 2
    >>> nabla_b, nabla_w = grad([[[2.0]]], [[[1.0]]], x=[[1.0, 3.0]], y=[[0.0, 0.0]])
    >>> nabla_w[0].tolist()  # the mean over the two columns of (a − y) x
    [[12.0]]
"""

from bpderive.codegen.compiled import TARGETS, CompiledGradient, Gradient, compile_gradient

__all__ = ["TARGETS", "CompiledGradient", "Gradient", "compile_gradient"]
