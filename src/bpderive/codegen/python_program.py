"""The scalar program: backpropagation of a tiny network, one number at a time, in plain Python.

`python_program(net)` is its source: the lines of `derived(net)` written out for every neuron. It imports `math` and
nothing else, and its matrices are lists of rows. For a few neurons this is faster than NumPy, whose every call costs
more than the arithmetic; for more than `MOST` weights and biases it is refused.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from typing import Any

import sympy
from sympy import Expr, Symbol

from bpderive.activations import Activation, a
from bpderive.activations.elementwise import PythonSource, expression_source
from bpderive.activations.layer_program import letter as input_of_layer
from bpderive.activations.special import coded
from bpderive.codegen.derived import derived
from bpderive.codegen.dialects import in_lines
from bpderive.codegen.functions import Functions, Names, docstring, heading, says_of
from bpderive.codegen.kernels import faster, forms
from bpderive.codegen.nodes import (
    Applied,
    Hadamard,
    Let,
    MeanCost,
    Node,
    OutputError,
    PlusColumn,
    Product,
    Shared,
    SumOverExamples,
    Value,
    WholeLayer,
    slope_symbol,
)
from bpderive.codegen.program import Program
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


class PlainSource(PythonSource):
    """Plain Python in which the smaller of a variable and a number is a choice, faster than a call, nan staying nan."""

    def _print_Min(self, expression: Any) -> str:
        return self._chosen(expression, ">") or str(super()._print_Min(expression))

    def _print_Max(self, expression: Any) -> str:
        return self._chosen(expression, "<") or str(super()._print_Max(expression))

    def _chosen(self, expression: Any, beyond: str) -> str:
        numbers = [part for part in expression.args if part.is_number]
        others = [part for part in expression.args if part.is_Symbol]
        if (len(numbers), len(others), len(expression.args)) != (1, 1, 2):
            return ""
        number, other = self._print(numbers[0]), self._print(others[0])
        return f"({number} if {other} {beyond} {number} else {other})"


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
        return _function("forward(weights, biases, x)", f"a{last}, the output of the network.", lines)

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
        return _function("backpropagate(weights, biases, x, y, valued)", says, lines)

    def nested(self) -> str:
        """The function `nested`."""
        says = "What `backpropagate` gives as the cost and the gradient, whose matrices are lists of rows."
        return _function("nested(values)", says, ["values = list(values)", *self._nested()])

    def _parameters(self) -> list[str]:
        sizes = self.net.sizes
        lines = []
        for letter, source in (("w", "weights"), ("b", "biases")):
            matrices = []
            for layer in self.layers:
                columns = sizes[layer - 2] if letter == "w" else 1
                rows = [
                    f"[{', '.join(_entry(letter, layer, j, k) for k in range(columns))}]"
                    for j in range(sizes[layer - 1])
                ]
                matrices.append(f"[{', '.join(rows)}]")
            lines.append(f"[{', '.join(matrices)}] = {source}")
        return lines

    def _column(self, letter: str, layer: int) -> str:
        names = [_entry(letter, layer, j, 0) for j in range(self.net.sizes[layer - 1])]
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
            place = _entry(value.letter, value.layer, j, 0)
            if isinstance(operation, Applied):
                z = _entry("z", value.layer, j, 0)
                activation = self.net.activation_of(value.layer, j + 1)
                if with_slope and self.program.has_slope(value.layer):
                    place = f"{place}, {_entry('slope', value.layer, j, 0)}"
                    called = self.pairs.of(activation, True)
                else:
                    called = self.pairs.of(activation, False)
                yield f"{place} = {called}({z})  # {let.note}"
            else:
                yield f"{place} = {self._entry_of(operation, j, 0)}  # {let.note}"

    def _whole(self, node: WholeLayer, place: Value, note: str, shared: bool) -> Iterator[str]:
        """The lines of a function of the whole layer, first those for what its neurons have in common."""
        size = self.net.sizes[-1]
        given = {}
        for symbol, part in zip(node.program.inputs, node.given, strict=True):
            shown = [self._entry_of(part, j, 0) for j in range(size)]
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
            yield f"{_entry(place.letter, place.layer, j, 0)} = {shown_result}  # {note}"

    def _entry_of(self, node: Node, j: int, k: int) -> str:
        """The entry (j, k) of a node, written by its arguments' entries."""
        if isinstance(node, Value):
            return _entry(node.letter, node.layer, j, k)
        if isinstance(node, Product):
            terms = []
            for i in range(self._size(node.right.shape[node.right_turned])):
                left = self._entry_of(node.left, *((i, j) if node.left_turned else (j, i)))
                right = self._entry_of(node.right, *((k, i) if node.right_turned else (i, k)))
                terms.append(f"{left}*{right}")
            return " + ".join(terms)
        if isinstance(node, PlusColumn):
            return f"{self._entry_of(node.matrix, j, k)} + {self._entry_of(node.column, j, 0)}"
        if isinstance(node, Hadamard):
            left = self._entry_of(node.left, j, k)
            left = f"({left})" if " " in left else left
            return f"{left}*{self._entry_of(node.right, j, k)}"
        if isinstance(node, Shared):
            inner = self._entry_of(node.matrix, j, k)
            return f"({inner})/m" if " " in inner else f"{inner}/m"
        if isinstance(node, SumOverExamples):
            return self._entry_of(node.matrix, j, 0)
        if isinstance(node, OutputError):
            [formula] = [formula for rows, formula in node.formulas if j in rows]
            values = {output: node.a, target: node.y, slope_symbol: node.slope}
            named = {
                symbol: Symbol(_entry(value.letter, value.layer, j, k), real=True)
                for symbol, value in values.items()
                if value is not None
            }
            return expression_source(formula.xreplace(named), PythonSource)
        raise TypeError(f"{node} has no entries in the scalar program.")

    def _size(self, size: Expr) -> int:
        """A size in numbers; one example has one column."""
        values = {Symbol(f"n_{l}", integer=True, positive=True): n for l, n in enumerate(self.net.sizes, 1)}
        return int(size.subs(values).subs("m", 1))

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
                    entries.append(f"{self._entry_of(left, j, 0)}*{self._entry_of(right, k, 0)}")
                else:
                    entries.append(self._entry_of(operation, j, 0))
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
            names = (Symbol(_entry(value.letter, value.layer, j, 0), real=True) for value in values)
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
            given = {input_of_layer("z"): [Symbol(_entry("z", layer, j, 0), real=True) for j in range(size)]}
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
                output: Symbol(_entry("a", layer, j, 0), real=True),
                target: Symbol(_entry("y", layer, j, 0), real=True),
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


class Pairs:
    """Functions of a number for σ, and for σ and σ′ together, which share what they can."""

    def __init__(self, names: Names, sources: list[str]) -> None:
        self._names = names
        self._sources = sources
        self._known: dict[tuple[Activation, bool], str] = {}

    def of(self, activation: Activation, with_slope: bool) -> str:
        """The name of the function that gives σ(z), or (σ(z), σ′(z))."""
        known = self._known.get((activation, with_slope))
        if known is None:
            name = activation.name + "_with_slope" * with_slope
            quick = faster(activation)
            known = self._define(
                activation, f"{name}_anywhere" if quick else name, with_slope, forms(activation)
            )
            if quick is not None:
                guard = [f"if not z < {quick.below}:", f"    return {known}(z)"]
                known = self._define(activation, name, with_slope, (quick.value, quick.slope), guard)
            self._known[activation, with_slope] = known
        return known

    def _define(
        self,
        activation: Activation,
        name: str,
        with_slope: bool,
        computing: tuple[Expr, Expr],
        guard: Sequence[str] = (),
    ) -> str:
        known = self._names.free(name)
        found = computing[: 1 + with_slope]
        lines, results = in_lines(found, PlainSource)
        shown = ["float(" + r + ")" if f.is_number else r for r, f in zip(results, found, strict=True)]
        says = f"{'σ(z) and σ′(z)' if with_slope else 'σ(z)'}: {says_of(activation, a)}"
        lines = [*guard, *lines, f"return {', '.join(shown)}"]
        self._sources.append(_function(f"{known}(z)", says, lines))
        return known


def _entry(letter: str, layer: int, j: int, k: int) -> str:
    """A component's name, counted from 1: w2_1_3, b2_1, y_1."""
    indices = f"{j + 1}_{k + 1}" if letter == "w" else f"{j + 1}"
    return f"{letter}_{indices}" if letter == "y" else f"{letter}{layer}_{indices}"


def _function(signature: str, says: str, lines: Iterable[str]) -> str:
    return "\n".join([f"def {signature}:", f'    """{says}"""', *(f"    {line}" for line in lines), ""])


_CALLS = '''def gradient(weights, biases, x, y):
    """The gradient of the mean cost by all b and by all w."""
    return nested(backpropagate(weights, biases, x, y, False))[1]


def value_and_gradient(weights, biases, x, y):
    """The mean cost, and its gradient."""
    return nested(backpropagate(weights, biases, x, y, True))
'''
