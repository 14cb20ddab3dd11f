"""The matrix program: backpropagation of any network for a mini-batch, in NumPy.

`numpy_program(net)` is its source: the lines of `derived(net)`, each computed in an array that is kept from call to
call. What makes it fast: nothing is allocated but what is returned, σ and σ′ share what they can, a z^l that is read
no more becomes the δ^l, and one example alone is multiplied by `np.dot`, which is better at a column times a row.
"""

from __future__ import annotations

import ast
import builtins
from collections.abc import Iterator, Sequence
from itertools import groupby

import numpy as np
from sympy import Expr, Symbol

from bpderive.activations import AnyActivation
from bpderive.activations.elementwise import expression_source
from bpderive.codegen.derived import derived
from bpderive.codegen.functions import Functions, Names, docstring, heading
from bpderive.codegen.inplace import Constants, in_place
from bpderive.codegen.kernels import Kernels
from bpderive.codegen.nodes import (
    Applied,
    Hadamard,
    Let,
    MeanCost,
    Node,
    Operation,
    OutputError,
    PlusColumn,
    Product,
    Shared,
    SumOverExamples,
    WholeLayer,
    slope_symbol,
)
from bpderive.codegen.program import Program, groups
from bpderive.costs import a as output
from bpderive.costs import y as target
from bpderive.network import Network

PIECE = 16384
"""So many numbers are put through an activation function at a time, to stay in the processor's cache."""

KEPT = 4
"""Of so many batch sizes the arrays are kept."""


def numpy_program(net: Network, dtype: str = "float64", views: bool = False) -> str:
    """The source of a module with `forward`, `gradient` and `value_and_gradient`.

    With `views` the gradient is written into arrays that are kept as well, and these are returned.
    """
    lines = [
        "The numbers beside the lines are those of the equations that they are. Columns are examples: x has",
        f"the shape ({net.sizes[0]}, m) and y ({net.sizes[-1]}, m). weights and biases are lists, from layer 2 on.",
        "add(x, y, z) writes x + y into z; these arrays are kept, for each thread and batch size their own.",
    ]
    if views:
        lines.append("The gradient is in such arrays too: the next call in the same thread writes over it.")
    writer = _Writer(derived(net), dtype, views)
    body = "\n\n".join(writer.source())
    imports = [*(["import math"] if "math." in body else []), "import threading", "", "import numpy as np"]
    constants = [
        f"from numpy import {', '.join(_from_numpy(body))}",
        "",
        f"DTYPE = np.{dtype}",
        "SCRATCH = np.float64",
        f"PIECE = {PIECE}",
        *writer.constants.source(),
        "kept = threading.local()",
    ]
    return "\n".join([docstring(heading(net, *lines)), "", *imports, *constants, "", "", body])


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
    return sorted(
        name
        for name in read - defined - assigned
        if callable(vars(np).get(name)) and not hasattr(builtins, name)
    )


def runs(rows: Sequence[int]) -> list[tuple[int, int]]:
    """The rows as stretches without a gap: (first, past the last)."""
    found = []
    for _, stretch in groupby(enumerate(rows), key=lambda pair: pair[1] - pair[0]):
        members = [row for _, row in stretch]
        found.append((members[0], members[-1] + 1))
    return found


class _Writer:
    """Writes the parts of one program, and collects the functions and scratch arrays that its lines need."""

    def __init__(self, program: Program, dtype: str, views: bool) -> None:
        self.program = program
        self.net = program.net
        self.views = views
        names = Names()
        self.constants = Constants()
        self.functions = Functions(self.net, names)
        self.kernels = Kernels(names, self.constants, double=dtype == "float64")
        self.layers = range(2, self.net.depth + 1)
        self.for_error = 0

    def forward(self) -> str:
        """The function `forward`."""
        last = self.net.depth
        lines = [*self._opening(), *self._way_forward(self.program.forward), f"return a{last}.copy()"]
        return _function("forward(weights, biases, x)", f"a{last}, the output of the network.", lines)

    def backpropagate(self) -> str:
        """The function `backpropagate`."""
        lines = [
            *self._way_forward(self.program.with_slopes),
            *self._cost(),
            *(line for let in self.program.backward for line in self._let(let)),
        ]
        deltas, zs, by_b, by_w = (
            ", ".join(f"{letter}{layer}" for layer in self.layers)
            for letter in ("delta", "z", "nabla_b", "nabla_w")
        )
        return _function(
            "backpropagate(weights, biases, x, y, valued)",
            "The mean cost, if it is wanted, and its gradient by all b and by all w.",
            [
                *self._opening(),
                f"{deltas} = {zs}  # the same arrays: z is read no more when δ is written",
                *lines,
                f"return cost, ([{by_b}], [{by_w}])",
            ],
        )

    def arrays(self) -> str:
        """The function `new_arrays`; to be asked for last, when it is known what is needed."""
        sizes, lines = self.net.sizes, []
        scratch = f"np.empty(({self.kernels.scratch}, min(PIECE, {max(sizes[1:])}*m)), SCRATCH)"
        lines.append(f"scratch = {scratch}")
        for layer in self.layers:
            rows = sizes[layer - 1]
            names = self._of_layer(layer)
            lines.append(f"{', '.join(names)} = np.empty(({len(names)}, {rows}, m), DTYPE)")
            pieces = []
            for _, neurons in self._groups(layer):
                cut = [
                    ", ".join(f"{name}[{first}:{past}]" if past - first < rows else name for name in names)
                    for first, past in runs(neurons)
                ]
                without = ", None" * (len(names) == 2)
                pieces.append(" + ".join(f"pieces(scratch, {arrays}{without})" for arrays in cut))
            shown = pieces[0] if len(pieces) == 1 else f"[{', '.join(pieces)}]"
            lines.append(f"pieces{layer} = {shown}")
            if self.views:
                lines.append(f"nabla_b{layer} = np.empty(({rows}, 1), DTYPE)")
                lines.append(f"nabla_w{layer} = np.empty(({rows}, {sizes[layer - 2]}), DTYPE)")
        if self.for_error:
            lines.append(f"error = np.empty(({self.for_error}, {sizes[-1]}, m), DTYPE)")
        lines += [
            "wide = None if m == 1 or m > 64 else np.empty((ROWS, m), DTYPE)".replace(
                "ROWS", str(max(sizes[1:]))
            ),
            "ones, share = np.ones((m, 1), DTYPE), np.array(m, DTYPE)",
            "outer = dot if m == 1 else np.matmul  # each is better at its own",
        ]
        return _function("new_arrays(m)", "The arrays for m examples.", [*lines, f"return {self._tuple()}"])

    def _of_layer(self, layer: int) -> list[str]:
        letters = ("z", "a", "slope")[: 2 + self.program.has_slope(layer)]
        return [f"{letter}{layer}" for letter in letters]

    def _tuple(self) -> str:
        by_layer = [
            [
                *self._of_layer(layer),
                f"pieces{layer}",
                *(f"nabla_{letter}{layer}" for letter in "bw" if self.views),
            ]
            for layer in self.layers
        ]
        shown = ["outer", "ones", "share", "wide", *(["error"] if self.for_error else [])]
        return ", ".join([*shown, *(f"({', '.join(names)})" for names in by_layer)])

    def _opening(self) -> list[str]:
        lines = [
            f"[{', '.join(f'{letter}{layer}' for layer in self.layers)}] = {source}"
            for letter, source in (("w", "weights"), ("b", "biases"))
        ]
        return [*lines, "a1, m = x, x.shape[1]", _UNPACK]

    def source(self) -> list[str]:
        """The functions in their order."""
        made = [self.forward(), self.backpropagate()]
        own = [self.arrays(), *made]
        written = [part.replace(_UNPACK, f"{self._tuple()} = arrays(m)") for part in own]
        return [*self.functions.sources, *self.kernels.sources, _KEEPING, *written, _CALLS]

    def _way_forward(self, lets: Sequence[Let]) -> Iterator[str]:
        with_slope = {let.value.layer for let in lets if let.value.letter == "slope"}
        for let in lets:
            if isinstance(let.operation, Applied):
                if not let.operation.slope:
                    yield from self._applied(let, let.value.layer in with_slope)
            else:
                yield from self._let(let)

    def _applied(self, let: Let, with_slope: bool) -> Iterator[str]:
        layer = let.value.layer
        found = groups(self.net, layer)
        for n, (activation, _) in enumerate(found):
            pieces = f"pieces{layer}" + (f"[{n}]" if len(found) > 1 else "")
            kernel = self.kernels.of(activation, with_slope)
            yield f"for piece in {pieces}:  # {let.note}"
            yield f"    {kernel}(*piece)"

    def _cost(self) -> list[str]:
        let = self.program.cost
        if not isinstance(let.operation, MeanCost):
            raise TypeError(f"{let} is no cost.")
        found = self._groups(self.net.depth)
        terms = []
        for activation, rows in found:
            select = f"[{list(rows)}]" if len(found) > 1 else ""
            values = (let.operation.z, let.operation.a, let.operation.y)
            names = (Symbol(f"{value.name}{select}", real=True) for value in values)
            terms.append(f"np.sum({expression_source(self.functions.cost_term(activation, *names))})")
        shown = f"({' + '.join(terms)})" if len(terms) > 1 else terms[0]
        return ["cost = None", "if valued:", f"    cost = {shown}/m  # {let.note}"]

    def _let(self, let: Let) -> list[str]:
        """The lines of one binding; the number of the equation is beside the last."""
        operation, name = let.operation, let.value.name
        after = []
        if isinstance(operation, Shared):
            after = ["if m > 1:", f"    divide({name}, share, {name})  # 26, the mean over the examples"]
            operation = _operation(operation.matrix)
        if let.value.letter.startswith("nabla") and not self.views:
            lines = [f"{name} = {self._product(operation)}"]
            if isinstance(operation, SumOverExamples):
                lines = [f"{lines[0]} if m > 1 else {operation.matrix}.copy()"]
        else:
            lines = self._written(operation, name)
        return [*lines[:-1], f"{lines[-1]}  # {let.note}", *after]

    def _product(self, node: Node) -> str:
        if isinstance(node, SumOverExamples):
            return f"dot({node.matrix}, ones)"
        if not isinstance(node, Product):
            raise TypeError(f"{node} is no product.")
        turned = (node.left_turned, node.right_turned)
        factors = zip(node.arguments, turned, strict=True)
        left, right = (f"{factor}.T" if turn else f"{factor}" for factor, turn in factors)
        return f"{'outer' if node.right_turned else 'dot'}({left}, {right})"

    def _groups(self, layer: int) -> list[tuple[AnyActivation, tuple[int, ...]]]:
        """The neurons of a layer by their activation, softmax being that of all."""
        whole = self.net.vector_output if layer == self.net.depth else None
        if whole is not None:
            return [(whole, tuple(range(self.net.width(layer))))]
        return list(groups(self.net, layer))

    def _written(self, node: Node, place: str) -> list[str]:
        """The lines that write `node` into the array `place`."""
        if isinstance(node, WholeLayer):
            before = [
                line
                for part in node.given
                if isinstance(part, Operation)
                for line in self._written(part, place)
            ]
            given = ", ".join(place if isinstance(part, Operation) else f"{part}" for part in node.given)
            name = self.functions.of_layer(node.function, node.name, node.program)
            return [*before, f"copyto({place}, {name}({given}))"]
        if isinstance(node, Product | SumOverExamples):
            return [f"{self._product(node)[:-1]}, {place})"]
        if isinstance(node, PlusColumn):
            added = f"add_column({place}, {node.column}, ones, wide)"
            return [*self._written(node.matrix, place), added]
        if isinstance(node, Hadamard):
            return [*self._written(node.left, place), f"multiply({place}, {node.right}, {place})"]
        if isinstance(node, OutputError):
            return [
                line
                for rows, formula in node.formulas
                for first, past in runs(rows)
                for line in self._output_error(node, place, formula, (first, past))
            ]
        raise TypeError(f"{node} has no lines in the matrix program.")

    def _output_error(
        self, node: OutputError, place: str, formula: Expr, rows: tuple[int, int]
    ) -> Sequence[str]:
        stretch = f"{rows[0]}:{rows[1]}"
        whole = rows[1] - rows[0] == self.net.sizes[-1]
        select = "" if whole else f"[{stretch}]"
        names = {output: f"{node.a}{select}", target: f"{node.y}{select}"}
        if node.slope is not None:
            names[slope_symbol] = f"{node.slope}{select}"
        within = "" if whole else f", {stretch}"
        found = in_place(
            names,
            [(f"{place}{select}", formula)],
            self.constants,
            scratch=lambda n: f"error[{n - 1}{within}]",
        )
        self.for_error = max(self.for_error, len(found.scratch))
        return found.lines


_UNPACK = "the arrays are unpacked here"


def _operation(node: Node) -> Operation:
    if not isinstance(node, Operation):
        raise TypeError(f"{node} is no operation.")
    return node


def _function(signature: str, says: str, lines: Sequence[str]) -> str:
    return "\n".join([f"def {signature}:", f'    """{says}"""', *(f"    {line}" for line in lines), ""])


_KEEPING = f'''def arrays(m):
    """The arrays for m examples, which this thread has used before or which are made now."""
    try:
        by_size = kept.by_size
    except AttributeError:
        by_size = kept.by_size = {{}}
    found = by_size.get(m)
    if found is None:
        if len(by_size) == {KEPT}:
            del by_size[next(iter(by_size))]
        found = by_size[m] = new_arrays(m)
    return found


def add_column(z, b, ones, wide):
    """z + b, b being added to every column of z."""
    if wide is None:
        add(z, b, z)
    else:  # a column times a row of ones is faster than many short rows
        repeated = wide[:len(b)]
        dot(b, ones.T, repeated)
        add(z, repeated, z)


def pieces(scratch, z, a, slope):
    """The arrays as rows of numbers, cut into pieces, each with scratch arrays of its length."""
    made = []
    for start in range(0, z.size, PIECE):
        cut = slice(start, start + PIECE)
        z_a_slope = [None if array is None else array.reshape(-1)[cut] for array in (z, a, slope)]
        made.append((*z_a_slope, *(row[:z_a_slope[0].size] for row in scratch)))
    return made
'''

_CALLS = '''def gradient(weights, biases, x, y):
    """The gradient of the mean cost by all b and by all w."""
    return backpropagate(weights, biases, x, y, False)[1]


def value_and_gradient(weights, biases, x, y):
    """The mean cost, and its gradient."""
    return backpropagate(weights, biases, x, y, True)
'''
