"""Networks whose layers are connected in any way without a circle, and whose weights may be shared: `Graph`.

`gradient`, `path_sum`, `compile_gradient` and `verify` are those of a `Network`, which take a `Graph` as well.
"""

from __future__ import annotations

from typing import overload

from bpderive.equations import paths
from bpderive.errors import NetworkError
from bpderive.functions.network import Network
from bpderive.letters.text import Text
from bpderive.programs import gradient as layered
from bpderive.programs import lambdified as codegen
from bpderive.programs import verify as verification
from bpderive.programs.graphs.graph import Graph
from bpderive.programs.graphs.program import CompiledGraph, compile_graph
from bpderive.programs.graphs.sharing import Shared
from bpderive.programs.graphs.symbolic import GraphGradient, GraphPaths, graph_gradient, graph_path_sum
from bpderive.programs.graphs.trial import verify_graph
from bpderive.programs.lambdified import CompiledGradient
from bpderive.programs.verify.result import Verification


@overload
def gradient(net: Network) -> layered.Gradient: ...
@overload
def gradient(net: Graph) -> GraphGradient: ...
def gradient(net: Network | Graph) -> layered.Gradient | GraphGradient:
    """Backpropagation on `net`, by the proved equations."""
    return graph_gradient(net) if isinstance(net, Graph) else layered.gradient(net)


@overload
def path_sum(net: Network, layer: int, neuron: int, source: int | None = None) -> paths.PathSums: ...
@overload
def path_sum(
    net: Graph, layer: int, neuron: int, source: int | None = None, read: int | None = None
) -> GraphPaths: ...
def path_sum(
    net: Network | Graph, layer: int, neuron: int, source: int | None = None, read: int | None = None
) -> paths.PathSums | GraphPaths:
    """Return every path from w^l_jk, l = `layer`, j = `neuron`, k = `source`; without `source` from b^l_j; see (53).

    In a `Graph` the weight comes from layer `read`, by default the first that layer l reads. Raises `NetworkError` if
    there is no such weight or bias, `TooManyPaths` for more than 10,000 paths.
    """
    if isinstance(net, Graph):
        return graph_path_sum(net, layer, neuron, source, read)
    if read is not None:
        raise NetworkError(
            Text(
                en="In a Network layer l reads layer l-1: leave read out, or declare a Graph.",
                zh="在 Network 中第 l 层读取第 l-1 层：请去掉 read，或者改用 Graph。",
            )
        )
    return paths.path_sum(net, layer, neuron, source)


@overload
def compile_gradient(net: Network) -> CompiledGradient: ...
@overload
def compile_gradient(net: Graph) -> CompiledGraph: ...
def compile_gradient(net: Network | Graph) -> CompiledGradient | CompiledGraph:
    """Return the gradient of the mean cost of `net`: the proved matrix equations, lambdified.

    Raises `NetworkError` for what is neither a Network nor a Graph.
    """
    return compile_graph(net) if isinstance(net, Graph) else codegen.compile_gradient(net)


def verify(net: Network | Graph, seed: int = 0, compiled: CompiledGradient | None = None) -> Verification:
    """Compare the compiled gradient of `net` with the reference, with finite differences, and with many digits.

    `compiled` is what is verified, by default `compile_gradient(net)`. The result has `ok`, and `max_error` with the
    keys "reference" (absent where there is none), "finite_difference" and "high_precision"; it prints as a table.
    Raises `NetworkError` if `compiled` belongs to another network, `DomainError` for a seed that is none.
    """
    return verify_graph(net, seed) if isinstance(net, Graph) else verification.verify(net, seed, compiled)


__all__ = [
    "CompiledGraph",
    "Graph",
    "GraphGradient",
    "GraphPaths",
    "Shared",
    "compile_gradient",
    "gradient",
    "path_sum",
    "verify",
]
