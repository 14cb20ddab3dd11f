"""`derived(net)`: the program of the gradient of a network, found, numbered and simplified."""

from __future__ import annotations

from functools import lru_cache

from bpderive.codegen.numbers import numbered
from bpderive.codegen.passes import backward_pass, forward_pass
from bpderive.codegen.program import Program
from bpderive.codegen.simplification import simplified, slopes_bound
from bpderive.network import Network


@lru_cache(32)
def derived(net: Network) -> Program:
    """Both passes of `net`.

    >>> for let in derived(Network((2, 3, 1))).lets:
    ...     print(let)
    z2 = w2 a1 + b2  # z, layer 2
    a2 = σ(z2)  # 25, layer 2
    slope2 = σ′(z2)  # layer 2
    z3 = w3 a2 + b3  # z, layer 3
    a3 = σ(z3)  # 25, layer 3
    slope3 = σ′(z3)  # layer 3
    cost = mean(C(a3, y))  # 26
    delta3 = slope*(a - y) / m  # BP1a, layer 3
    delta2 = w3ᵀ delta3 ⊙ slope2  # BP2, layer 2
    nabla_b2 = sum over examples of delta2  # BP3, layer 2
    nabla_w2 = delta2 a1ᵀ  # BP4, layer 2
    nabla_b3 = sum over examples of delta3  # BP3, layer 3
    nabla_w3 = delta3 a2ᵀ  # BP4, layer 3
    """
    lets = forward_pass(net)
    lets = numbered([*lets, *backward_pass(lets)], net.depth)
    return Program(net, tuple(simplified(net, slopes_bound(lets))))
