"""From the proved equations to code that runs.

`compile_gradient(net)` puts the proved matrix equations through `sympy.lambdify`: every line of its `source` is one
equation of the registry at one layer, with its number beside it. `operations(net)` counts what the lines take.

    >>> from bpderive.functions.network import Network
    >>> grad = compile_gradient(Network((1, 1), "linear"))
    >>> print(next(line for line in grad.source.splitlines() if "BP4" in line).strip())
    nabla_w2 = delta2 @ a1.T  # BP4
    >>> nabla_b, nabla_w = grad([[[2.0]]], [[[1.0]]], x=[[1.0, 3.0]], y=[[0.0, 0.0]])
    >>> nabla_w[0].tolist()  # the mean over the two columns of (a − y) x
    [[12.0]]
"""

from bpderive.programs.lambdified.compiled import CompiledGradient, Gradient, compile_gradient
from bpderive.programs.lambdified.counts import Count, Operations, operations

__all__ = [
    "CompiledGradient",
    "Count",
    "Gradient",
    "Operations",
    "compile_gradient",
    "operations",
]
