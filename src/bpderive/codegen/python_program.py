"""The scalar program: backpropagation of a tiny network, one number at a time, in plain Python.

`python_program(net)` is its source: the lines of `derived(net)` written out for every neuron. It imports `math` and
nothing else, and its matrices are lists of rows. For a few neurons this is faster than NumPy, whose every call costs
more than the arithmetic; for more than `MOST` weights and biases it is refused.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

import sympy
from sympy import Symbol

from bpderive.activations.elementwise import PythonSource, expression_source
from bpderive.activations.layer_program import letter as input_of_layer
from bpderive.activations.special import coded
from bpderive.codegen.derived import derived
from bpderive.codegen.functions import Functions, Names, docstring, heading
from bpderive.codegen.nodes import (
    Applied,
    Let,
    MeanCost,
    Product,
    Shared,
    Value,
    WholeLayer,
)
from bpderive.codegen.program import Program
from bpderive.codegen.scalar_entries import entry_name, entry_of
from bpderive.codegen.scalar_functions import Pairs, function
from bpderive.costs import a as output
from bpderive.costs import y as target
from bpderive.errors import NetworkError
from bpderive.network import Network, code_name, component, in_symbols

MOST = 300
"""The most weights and biases of a network that gets a scalar program."""


def parameters(net: Network) -> int:
    """How many weights and biases there are."""
    return sum((below + 1) * above for below, above in pairwise(net.sizes))


def python_program(net: Network, dtype: str = "float64", views: bool = False) -> str:
    """The source of a module with `forward`, `gradient` and `value_and_gradient`, of numbers in lists.

    Python's numbers are of double precision, and its lists are new, whatever `dtype` and `views` say.
    Raises `NetworkError` for a network with more than `MOST` weights and biases.
    """
    if parameters(net) > MOST:
        raise NetworkError(
            f'The target "python" is for tiny networks, of at most {MOST} weights and biases; the network {net.sizes} '
            f'has {parameters(net)}. Take the target "numpy".'
        )
    writer = _Writer(derived(net))
    lines = [
        "Plain numbers, one example at a time: w2_1_3 is w^2_13, and a1 the input. Matrices are lists of rows; x and y",
        "have one column for each example. The numbers beside the lines are those of the equations that they are.",
    ]
    parts = [writer.forward(), writer.backpropagate(), writer.nested(), _CALLS]
    body = "\n\n".join([*writer.functions.sources, *parts])
    return "\n".join([docstring(heading(net, *lines)), "", "import math", "", "", body])


class _Writer:
    """Writes the parts of one program."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self.net = program.net
        names = Names()
        self.functions = Functions(self.net, names, PythonSource)
        self.pairs = Pairs(names, self.functions.sources)
        self.layers = range(2, self.net.depth + 1)

    def forward(self) -> str:
        """The function `forward`."""
        last = self.net.depth
        lines = [
            *self._parameters(),
            "columns = []",
            f"for {self._column('a', 1)} in zip(*x):",
            *(f"    {line}" for let in self.program.forward for line in self._let(let, False)),
            f"    columns.append({self._column('a', last)})",
            "return [list(row) for row in zip(*columns)]",
        ]
        return function("forward(weights, biases, x)", f"a{last}, the output of the network.", lines)

    def backpropagate(self) -> str:
        """The function `backpropagate`."""
        bound = [let for let in self.program.backward if let.value.letter == "delta"]
        results = [let for let in self.program.backward if let.value.letter != "delta"]
        inner = [line for let in (*self.program.with_slopes, *bound) for line in self._let(let, True)]
        sums = ["cost,  # 26"]
        for letter in ("nabla_b", "nabla_w"):
            for let in results:
                if let.value.letter == letter:
                    sums += self._sums(let)
        lines = [
            *self._parameters(),
            "m = len(x[0])",
            "found = []",
            f"for {self._column('a', 1)}, {self._column('y', self.net.depth)} in zip(zip(*x), zip(*y)):",
            *(f"    {line}" for line in inner),
            *(f"    {line}" for line in self._cost()),
            "    found.append((",
            *(f"        {line}" for line in sums),
            "    ))",
            "return found[0] if m == 1 else [sum(numbers) for numbers in zip(*found)]",
        ]
        says = "The mean cost, if it is wanted, and its gradient by all b and by all w, one number after the other."
        return function("backpropagate(weights, biases, x, y, valued)", says, lines)

    def nested(self) -> str:
        """The function `nested`."""
        says = "What `backpropagate` gives as the cost and the gradient, whose matrices are lists of rows."
        return function("nested(values)", says, ["values = list(values)", *self._nested()])

    def _parameters(self) -> list[str]:
        sizes = self.net.sizes
        lines = []
        for letter, source in (("w", "weights"), ("b", "biases")):
            matrices = []
            for layer in self.layers:
                columns = sizes[layer - 2] if letter == "w" else 1
                rows = [
                    f"[{', '.join(entry_name(letter, layer, j, k) for k in range(columns))}]"
                    for j in range(sizes[layer - 1])
                ]
                matrices.append(f"[{', '.join(rows)}]")
            lines.append(f"[{', '.join(matrices)}] = {source}")
        return lines

    def _column(self, letter: str, layer: int) -> str:
        names = [entry_name(letter, layer, j, 0) for j in range(self.net.sizes[layer - 1])]
        return f"({', '.join(names)}{',' * (len(names) == 1)})"

    def _let(self, let: Let, with_slope: bool) -> Iterator[str]:
        """A line for each component of a value with one column."""
        value, operation = let.value, let.operation
        if isinstance(operation, Applied) and operation.slope:
            return
        inner = operation.matrix if isinstance(operation, Shared) else operation
        if isinstance(inner, WholeLayer):
            yield from self._whole(inner, value, let.note, isinstance(operation, Shared))
            return
        for j in range(self.net.sizes[value.layer - 1]):
            place = entry_name(value.letter, value.layer, j, 0)
            if isinstance(operation, Applied):
                z = entry_name("z", value.layer, j, 0)
                activation = self.net.activation_of(value.layer, j + 1)
                if with_slope and self.program.has_slope(value.layer):
                    place = f"{place}, {entry_name('slope', value.layer, j, 0)}"
                    called = self.pairs.of(activation, True)
                else:
                    called = self.pairs.of(activation, False)
                yield f"{place} = {called}({z})  # {let.note}"
            else:
                yield f"{place} = {entry_of(operation, j, 0, self.net.sizes)}  # {let.note}"

    def _whole(self, node: WholeLayer, place: Value, note: str, shared: bool) -> Iterator[str]:
        """The lines of a function of the whole layer, first those for what its neurons have in common."""
        size = self.net.sizes[-1]
        given = {}
        for symbol, part in zip(node.program.inputs, node.given, strict=True):
            shown = [entry_of(part, j, 0, self.net.sizes) for j in range(size)]
            given[symbol] = [component("u", place.layer, j + 1) for j in range(size)]
            if isinstance(part, Value):
                given[symbol] = [Symbol(entry, real=True) for entry in shown]
            else:
                given[symbol] = [Symbol(f"by_a{place.layer}_{j + 1}", real=True) for j in range(size)]
                yield from (f"{name} = {entry}" for name, entry in zip(given[symbol], shown, strict=True))
        lines, results = in_symbols(
            node.program, given, place.layer, prefix="" if place.letter == "a" else "back_"
        )
        called = {symbol: Symbol(code_name(symbol), real=True) for symbol, _ in lines}
        for symbol, value in lines:
            yield f"{called[symbol]} = {expression_source(coded(value).xreplace(called), PythonSource)}"
        for j, result in enumerate(results):
            shown_result = expression_source(coded(result).xreplace(called), PythonSource)
            shown_result = f"({shown_result})/m" if shared else shown_result
            yield f"{entry_name(place.letter, place.layer, j, 0)} = {shown_result}  # {note}"

    def _sums(self, let: Let) -> list[str]:
        """The entries of a gradient for one example, which are summed over the examples."""
        columns = 1 if let.value.letter == "nabla_b" else self.net.sizes[let.value.layer - 2]
        lines = []
        for j in range(self.net.sizes[let.value.layer - 1]):
            entries = []
            for k in range(columns):
                operation = let.operation
                if isinstance(operation, Product):  # a sum over the examples, of which there is one here
                    left, right = operation.left, operation.right
                    entries.append(
                        f"{entry_of(left, j, 0, self.net.sizes)}*{entry_of(right, k, 0, self.net.sizes)}"
                    )
                else:
                    entries.append(entry_of(operation, j, 0, self.net.sizes))
            lines.append(f"{', '.join(entries)},")
        lines[-1] += f"  # {let.note}"
        return lines

    def _cost(self) -> list[str]:
        let = self.program.cost
        if not isinstance(let.operation, MeanCost):
            raise TypeError(f"{let} is no cost.")
        terms = []
        if self.net.vector_output is not None:
            return self._cost_of_whole(let.operation)
        for j in range(self.net.sizes[-1]):
            values = (let.operation.z, let.operation.a, let.operation.y)
            names = (Symbol(entry_name(value.letter, value.layer, j, 0), real=True) for value in values)
            activation = self.net.activation_of(self.net.depth, j + 1)
            term = expression_source(self.functions.cost_term(activation, *names), PythonSource)
            terms.append(term)
        shown = terms[0] if len(terms) == 1 else " + ".join(f"({term})" for term in terms)
        return ["cost = 0.0", "if valued:", f"    cost = ({shown})/m"]

    def _cost_of_whole(self, operation: MeanCost) -> list[str]:
        """The lines of the cost after softmax, the logarithms of its outputs being computed from z."""
        function, size, layer = self.net.vector_output, self.net.sizes[-1], self.net.depth
        assert function is not None
        term = self.net.cost.term()
        lines, logs = [], {}
        if term.has(sympy.log(output)) and function.has_stable(sympy.log(output)):
            program = function.program(sympy.log(output))
            given = {
                input_of_layer("z"): [Symbol(entry_name("z", layer, j, 0), real=True) for j in range(size)]
            }
            bound, results = in_symbols(program, given, layer, prefix="log_")
            called = {symbol: Symbol(code_name(symbol), real=True) for symbol, _ in bound}
            lines = [
                f"{called[symbol]} = {expression_source(coded(value).xreplace(called), PythonSource)}"
                for symbol, value in bound
            ]
            logs = {j: coded(result).xreplace(called) for j, result in enumerate(results)}
        terms = []
        for j in range(size):
            put = {
                output: Symbol(entry_name("a", layer, j, 0), real=True),
                target: Symbol(entry_name("y", layer, j, 0), real=True),
            }
            entry = term.subs(sympy.log(output), Symbol("log_a", real=True)) if logs else term
            entry = entry.xreplace(put).xreplace({Symbol("log_a", real=True): logs.get(j, 0)})
            terms.append(f"({expression_source(entry, PythonSource)})")
        return [
            "cost = 0.0",
            "if valued:",
            *(f"    {line}" for line in lines),
            f"    cost = ({' + '.join(terms)})/m",
        ]

    def _nested(self) -> list[str]:
        """The flat values as lists of rows."""
        start, shown = 1, []
        for letter in "bw":
            matrices = []
            for layer in self.layers:
                columns = 1 if letter == "b" else self.net.sizes[layer - 2]
                rows = []
                for _ in range(self.net.sizes[layer - 1]):
                    rows.append(f"values[{start}:{start + columns}]")
                    start += columns
                matrices.append(f"[{', '.join(rows)}]")
            shown.append(f"nabla_{letter} = [{', '.join(matrices)}]")
        return [*shown, "return values[0], (nabla_b, nabla_w)"]


_CALLS = '''def gradient(weights, biases, x, y):
    """The gradient of the mean cost by all b and by all w."""
    return nested(backpropagate(weights, biases, x, y, False))[1]


def value_and_gradient(weights, biases, x, y):
    """The mean cost, and its gradient."""
    return nested(backpropagate(weights, biases, x, y, True))
'''
