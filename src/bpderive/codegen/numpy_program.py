"""The matrix program: backpropagation of any network for a mini-batch, in NumPy.

`numpy_program(net)` is its source: the lines of `derived(net)`, each computed in an array that is kept from call to
call. What makes it fast: nothing is allocated but what is returned; a matrix that is read no more gives its array to
the next (`storage`); σ and σ′ share what they can (`kernels`); and what NumPy does slowly for one example or a few
is written so that it does not (`numpy_arrays`).
"""

from __future__ import annotations

import ast
import builtins
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from bpderive.codegen.derived import derived
from bpderive.codegen.functions import docstring, heading
from bpderive.codegen.nodes import Let, MeanCost
from bpderive.codegen.numpy_arrays import FEW, KEEPING, LAID_OUT, LONG, PIECE, KeptArrays, many_weights
from bpderive.codegen.numpy_lines import Lines
from bpderive.codegen.program import Program
from bpderive.codegen.storage import stored
from bpderive.network import Network

CHOSEN = (
    "times = matmul if m >= LONG else array_dot",
    "if m < LONG and not x.flags.forc:",
    "    a1 = x.copy()  # a slice, which array_dot would copy in each product",
)
"""Lines that choose how x is multiplied, where that takes most of the time."""


def numpy_program(net: Network, dtype: str = "float64", views: bool = False) -> str:
    """The source of a module with `forward`, `gradient` and `value_and_gradient`.

    With `views` the gradient is written into arrays that are kept as well, and these are returned.
    """
    says = [
        "The numbers beside the lines are those of the equations that they are. Columns are examples: x has",
        f"the shape ({net.sizes[0]}, m) and y ({net.sizes[-1]}, m). weights and biases are lists, from layer 2 on.",
        "add(x, y, z) writes x + y into z, and x.dot(y, z) the product; these arrays are kept, for each thread and",
        "batch size their own.",
    ]
    if views:
        says.append("The gradient is in such arrays too: the next call in the same thread writes over it.")
    lines = Lines(net, dtype, views)
    body = "\n\n".join(_functions(derived(net), lines))
    imports = [*(["import math"] if "math." in body else []), "import threading", "", "import numpy as np"]
    constants = [
        f"from numpy import {', '.join(_from_numpy(body))}",
        "",
        f"DTYPE = np.{dtype}",
        "SCRATCH = np.float64",
        f"PIECE = {PIECE}",
        f"FEW = {FEW}",
        *([f"LONG = {LONG}", "array_dot = np.ndarray.dot"] if many_weights(net, 2) else []),
        *lines.constants.source(),
        "kept = threading.local()",
    ]
    return "\n".join([docstring(heading(net, *says)), "", *imports, *constants, "", "", body])


def _functions(program: Program, lines: Lines) -> list[str]:
    """The functions of the program in their order."""
    net, last = program.net, program.net.depth
    cost, reads_z = lines.cost(program.cost)
    storage = stored([*program.with_slopes, _read(program.cost, reads_z), *program.layer_by_layer])
    kept = KeptArrays(net, storage, lines.views)
    back = [line for let in program.layer_by_layer for line in lines.of(let, storage)]
    by_b, by_w = (
        ", ".join(f"nabla_{letter}{layer}" for layer in range(2, last + 1)) for letter in ("b", "w")
    )
    many = many_weights(net, 2)
    opening = [
        *(
            f"[{', '.join(f'{letter}{layer}' for layer in range(2, last + 1))}] = {source}"
            for letter, source in (("w", "weights"), ("b", "biases"))
        ),
        "a1, m = x, x.shape[1]",
        *(CHOSEN if many else []),
        f"{kept.unpacked(lines.errors)} = arrays(m)",
    ]
    forward = _function(
        "forward(weights, biases, x)",
        f"a{last}, the output of the network.",
        [
            *opening,
            *_moved([(value, array) for value, array in storage.moved() if value == f"a{last}"]),
            *lines.way_forward(program.forward),
            f"return a{last}.copy()",
        ],
    )
    backpropagate = _function(
        "backpropagate(weights, biases, x, y, valued)",
        "The mean cost, if it is wanted, and its gradient by all b and by all w.",
        [
            *opening,
            *_moved(storage.moved()),
            *lines.way_forward(program.with_slopes),
            *cost,
            *back,
            f"return cost, ([{by_b}], [{by_w}])",
        ],
    )
    maker = kept.maker(lines.kernels, lines.errors)
    helpers = [KEEPING, *([LAID_OUT] if "laid_out(" in backpropagate else [])]
    return [*lines.functions.sources, *lines.kernels.sources, *helpers, maker, forward, backpropagate, _CALLS]


def _read(cost: Let, reads_z: bool) -> Let:
    """The binding of the cost, which reads z only where its terms do."""
    operation = cost.operation
    if reads_z or not isinstance(operation, MeanCost):
        return cost
    return replace(cost, operation=replace(operation, z=operation.a))


def _moved(pairs: Sequence[tuple[str, str]]) -> list[str]:
    """The line that gives the arrays the names of what is written over what was there."""
    if not pairs:
        return []
    names, places = (", ".join(part) for part in zip(*pairs, strict=True))
    return [f"{names} = {places}  # written where something was that is read no more"]


def _from_numpy(body: str) -> list[str]:
    """The functions of NumPy that a program calls by their names alone."""
    tree = ast.parse(body)
    defined = {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}
    read = {
        node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)
    }
    assigned = {
        node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
    }
    assigned |= {node.arg for node in ast.walk(tree) if isinstance(node, ast.arg)}
    return sorted(
        name
        for name in read - defined - assigned
        if callable(vars(np).get(name)) and not hasattr(builtins, name)
    )


def _function(signature: str, says: str, lines: Sequence[str]) -> str:
    return "\n".join([f"def {signature}:", f'    """{says}"""', *(f"    {line}" for line in lines), ""])


_CALLS = '''def gradient(weights, biases, x, y):
    """The gradient of the mean cost by all b and by all w."""
    return backpropagate(weights, biases, x, y, False)[1]


def value_and_gradient(weights, biases, x, y):
    """The mean cost, and its gradient."""
    return backpropagate(weights, biases, x, y, True)
'''
