"""The lines of the matrix program: what each binding of `derived(net)` is in NumPy, writing into arrays that are kept.

`Lines(net, …)` collects the functions and scratch arrays that its lines need. A new operation gets a case in `written`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sympy import Expr, Symbol

from bpderive.activations.elementwise import expression_source
from bpderive.codegen.functions import Functions, Names
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
    Value,
    WholeLayer,
    slope_symbol,
)
from bpderive.codegen.numpy_arrays import many_weights, neurons_by_activation, runs, turned
from bpderive.codegen.program import groups
from bpderive.codegen.storage import Storage
from bpderive.costs import a as output
from bpderive.costs import y as target
from bpderive.network import Network


class Lines:
    """Writes the lines of one program; `errors` is how many scratch arrays those of the output error need."""

    def __init__(self, net: Network, dtype: str, views: bool) -> None:
        self.net = net
        self.views = views
        names = Names()
        self.constants = Constants()
        self.functions = Functions(net, names, single=dtype != "float64")
        self.kernels = Kernels(names, self.constants, double=dtype == "float64")
        self.errors = 0

    def way_forward(self, lets: Sequence[Let]) -> Iterator[str]:
        """The lines of z, a and σ′(z), the last two being computed together."""
        with_slope = {let.value.layer for let in lets if let.value.letter == "slope"}
        for let in lets:
            if isinstance(let.operation, Applied):
                if not let.operation.slope:
                    yield from self._applied(let, let.value.layer in with_slope)
            else:
                yield from self.of(let)

    def _applied(self, let: Let, with_slope: bool) -> Iterator[str]:
        layer = let.value.layer
        found = groups(self.net, layer)
        for n, (activation, _) in enumerate(found):
            pieces = f"pieces{layer}" + (f"[{n}]" if len(found) > 1 else "")
            kernel = self.kernels.of(activation, with_slope)
            yield f"for piece in {pieces}:  # {let.note}"
            yield f"    {kernel}(*piece)"

    def cost(self, let: Let) -> tuple[list[str], bool]:
        """The lines of the mean cost, and whether they read z."""
        operation = let.operation
        if not isinstance(operation, MeanCost):
            raise TypeError(f"{let} is no cost.")
        found = neurons_by_activation(self.net, self.net.depth)
        terms, reads_z = [], False
        for activation, rows in found:
            select = f"[{list(rows)}]" if len(found) > 1 else ""
            z, a, y = (
                Symbol(f"{value.name}{select}", real=True)
                for value in (operation.z, operation.a, operation.y)
            )
            term = self.functions.cost_term(activation, z, a, y)
            reads_z = reads_z or z in term.free_symbols
            terms.append(f"np.sum({expression_source(term)})")
        shown = f"({' + '.join(terms)})" if len(terms) > 1 else terms[0]
        return ["cost = None", "if valued:", f"    cost = {shown}/m  # {let.note}"], reads_z

    def of(self, let: Let, storage: Storage | None = None) -> list[str]:
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
            over = (
                storage is not None
                and isinstance(operation, OutputError)
                and storage.over(let.value, operation.a)
            )
            lines = self.written(operation, name, over)
        return [*lines[:-1], f"{lines[-1]}  # {let.note}", *after]

    def _product(self, node: Node, place: str = "") -> str:
        """The product as a call of `dot`, which writes into `place` if one is named."""
        result = f", {place}" * bool(place)
        if isinstance(node, SumOverExamples):
            return f"{node.matrix}.dot(ones{result})"
        if not isinstance(node, Product):
            raise TypeError(f"{node} is no product.")
        left, right = f"{node.left}{'.T' * node.left_turned}", f"{node.right}{'.T' * node.right_turned}"
        layer = node.left.layer if isinstance(node.left, Value) else 0
        factor = turned(self.net, layer) if node.right_turned else ""
        if factor == "a":
            right = f"{right} if turned{layer} is None else laid_out({right}, turned{layer})"
        elif factor:
            left = f"{left} if turned{layer} is None else laid_out({left}, turned{layer})"
        if many_weights(self.net, 2) and str(node.right) == "a1":
            return f"times({left}, {right}{result})"
        return f"{f'({left})' if ' ' in left else left}.dot({right}{result})"

    def written(self, node: Node, place: str, over: bool = False) -> list[str]:
        """The lines that write `node` into the array `place`, which `over` says is that of a^L."""
        if isinstance(node, WholeLayer):
            return self._of_whole_layer(node, place)
        if isinstance(node, Product | SumOverExamples):
            return [self._product(node, place)]
        if isinstance(node, PlusColumn):
            b, wide = node.column, f"wide{place[1:]}"
            added = f"add({place}, {b} if {wide} is None else {b}.dot(row, {wide}), {place})"
            return [*self.written(node.matrix, place), added]
        if isinstance(node, Hadamard):
            return [*self.written(node.left, place), f"multiply({place}, {node.right}, {place})"]
        if isinstance(node, OutputError):
            return [
                line
                for rows, formula in node.formulas
                for stretch in runs(rows)
                for line in self._output_error(node, place, formula, stretch, over)
            ]
        raise TypeError(f"{node} has no lines in the matrix program.")

    def _of_whole_layer(self, node: WholeLayer, place: str) -> list[str]:
        before = [
            line for part in node.given if isinstance(part, Operation) for line in self.written(part, place)
        ]
        given = ", ".join(place if isinstance(part, Operation) else f"{part}" for part in node.given)
        name = self.functions.of_layer(node.function, node.name, node.program)
        return [*before, f"copyto({place}, {name}({given}))"]

    def _output_error(
        self, node: OutputError, place: str, formula: Expr, rows: tuple[int, int], over: bool
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
            over=output if over else None,
        )
        self.errors = max(self.errors, len(found.scratch))
        return found.lines


def _operation(node: Node) -> Operation:
    if not isinstance(node, Operation):
        raise TypeError(f"{node} is no operation.")
    return node
