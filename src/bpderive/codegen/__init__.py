"""From the proved equations to code that runs.

`compile_gradient(net)` makes the gradient of a network; its `source` is code to read. All targets print the same
program, `derived(net)`, whose way back is found by differentiating its way forward; `operations(net)` counts it. A
further language is a function from that program to source, entered in `TARGETS`.

    >>> from bpderive.network import Network
    >>> grad = compile_gradient(Network((1, 1), "linear"))
    >>> print(next(line for line in grad.source.splitlines() if "BP4" in line).strip())
    nabla_w2 = delta2.dot(a1.T)  # BP4, layer 2
    >>> nabla_b, nabla_w = grad([[[2.0]]], [[[1.0]]], x=[[1.0, 3.0]], y=[[0.0, 0.0]])
    >>> nabla_w[0].tolist()  # the mean over the two columns of (a − y) x
    [[12.0]]
"""

from bpderive.codegen.compiled import CompiledGradient, Gradient, compile_gradient
from bpderive.codegen.counts import Count, Operations, operations
from bpderive.codegen.targets import TARGETS, Target

__all__ = [
    "TARGETS",
    "CompiledGradient",
    "Count",
    "Gradient",
    "Operations",
    "Target",
    "compile_gradient",
    "operations",
]
