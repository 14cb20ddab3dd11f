"""The program in languages without matrices: each line is a call of a small loop over flat arrays.

`Loops(net, dtype, language)` writes the lines of `derived(net)` for a `Language`, which says how a function is defined
and called there; `c_program` and `javascript_program` put the parts together. Matrices are flat, row after row.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import sympy
from sympy import Expr, Symbol

from bpderive.activations import Activation, VectorActivation, a
from bpderive.activations.elementwise import NumPySource, expression_source
from bpderive.activations.layer_program import SUM, LayerProgram
from bpderive.activations.special import coded
from bpderive.codegen.derived import derived
from bpderive.codegen.dialects import in_lines
from bpderive.codegen.functions import Functions, Names, says_of
from bpderive.codegen.kernels import forms
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
from bpderive.codegen.program import groups
from bpderive.costs import a as output
from bpderive.costs import y as target
from bpderive.network import Network


@dataclass(frozen=True, slots=True)
class Language:
    """What distinguishes a language with loops: its expressions, and templates for its lines."""

    dialect: type[NumPySource]
    comment: str
    binding: str
    value: str
    pair: str
    call_pair: str
    loop: str
    layer: str
    array: str
    number: str
    least: str
    each: str
    argument: str


class Loops:
    """Writes the lines of a program and collects the functions of a number that they need."""

    def __init__(self, net: Network, language: Language) -> None:
        self.program = derived(net)
        self.net = net
        self.language = language
        self.names = Names(python=False)
        self.functions = Functions(net, self.names, self._define)
        self._pairs: dict[tuple[Activation, bool], str] = {}
        self._layers: dict[str, str] = {}
        self.log_of_outputs = ""

    def _define(self, name: str, form: Expr, says: str) -> str:
        lines, [result] = in_lines([form], self.language.dialect, self.language.binding)
        return self._filled(self.language.value, name, says, lines, [result])

    def _filled(
        self, template: str, name: str, says: str, lines: Sequence[str], results: Sequence[str]
    ) -> str:
        body = "".join(f"    {line}\n" for line in lines)
        return template.format(name=name, says=_safe(says), body=body, results=results)

    def _pair(self, activation: Activation) -> str:
        """The name of the function that gives σ(z) and σ′(z)."""
        known = self._pairs.get((activation, True))
        if known is None:
            known = self._pairs[activation, True] = self.names.free(f"{activation.name}_with_slope")
            lines, results = in_lines(forms(activation), self.language.dialect, self.language.binding)
            says = f"a = σ(z) and σ′(z): {says_of(activation, a)}"
            self.functions.sources.append(self._filled(self.language.pair, known, says, lines, results))
        return known

    def _value(self, activation: Activation) -> str:
        """The name of the function that gives σ(z), by the same form as `_pair`."""
        known = self._pairs.get((activation, False))
        if known is None:
            known = self._pairs[activation, False] = self.names.free(activation.name)
            lines, results = in_lines(forms(activation)[:1], self.language.dialect, self.language.binding)
            says = f"σ(z): {says_of(activation, a)}"
            self.functions.sources.append(self._filled(self.language.value, known, says, lines, results))
        return known

    def _of_layer(self, wanted: str, program: LayerProgram) -> str:
        """The name of the function of a whole layer that `program` computes."""
        known = self._layers.get(wanted)
        if known is None:
            known = self._layers[wanted] = self.names.free(wanted)
            size, language = self.net.sizes[-1], self.language
            at = {symbol: Symbol(f"{symbol}[j*m + n]", real=True) for symbol in program.inputs}
            body = []
            for line in program.lines:
                shown = expression_source(coded(line.expression).xreplace(at), language.dialect)
                if line.over is None:
                    body.append(language.array.format(name=line.symbol, size=size))
                    body.append(language.each.format(size=size, line=f"{line.symbol}[j] = {shown};"))
                    at[line.symbol] = Symbol(f"{line.symbol}[j]", real=True)
                    continue
                start = "0" if line.over == SUM else language.least
                body.append(language.number.format(name=line.symbol, start=start))
                grown = f"{line.symbol} + {shown}"
                if line.over != SUM:
                    grown = f"{language.dialect.greatest}({line.symbol}, {shown})"
                body.append(language.each.format(size=size, line=f"{line.symbol} = {grown};"))
            result = expression_source(coded(program.result).xreplace(at), language.dialect)
            body.append(language.each.format(size=size, line=f"result[j*m + n] = {result};"))
            self.functions.sources.append(
                language.layer.format(
                    name=known,
                    says=f"{wanted} of a layer, the rows being its neurons",
                    inputs=", ".join(language.argument.format(symbol) for symbol in program.inputs),
                    body="".join(f"        {line}\n" for line in body),
                )
            )
        return known

    def lines(self, lets: Sequence[Let]) -> list[str]:
        """The lines of some bindings, with the numbers of the equations."""
        slopes = {let.value.layer for let in lets if let.value.letter == "slope"}
        made = []
        for let in lets:
            if isinstance(let.operation, Applied):
                lines = [] if let.operation.slope else self._applied(let, let.value.layer in slopes)
            else:
                lines = self._written(let.operation, let.value.name)
            if lines:
                made += [*lines[:-1], f"{lines[-1]}{self.language.comment.format(_safe(let.note))}"]
        return made

    def cost(self) -> list[str]:
        """The lines that add the cost of every example to `cost`."""
        operation = self.program.cost.operation
        if not isinstance(operation, MeanCost):
            raise TypeError(f"{operation} is no cost.")
        made: list[str] = []
        if self.net.vector_output is not None:
            return self._cost_of_layer(self.net.vector_output, operation)
        for activation, rows in groups(self.net, self.net.depth):
            names = [
                Symbol(f"{value.name}[i]", real=True) for value in (operation.z, operation.a, operation.y)
            ]
            term = expression_source(self.functions.cost_term(activation, *names), self.language.dialect)
            made += self._over(rows, f"cost += {term};", self.net.depth)
        last = f"cost /= m;{self.language.comment.format(self.program.cost.note)}"
        return [*made, last]

    def _cost_of_layer(self, function: VectorActivation, operation: MeanCost) -> list[str]:
        term, log = self.net.cost.term(), sympy.log(output)
        made = []
        if term.has(log) and function.has_stable(log):
            self.log_of_outputs = f"log_{operation.a}"
            called = self._of_layer(f"log_{function.name}", function.program(log))
            made.append(f"{called}(m, {operation.z}, {self.log_of_outputs});")
            term = term.subs(log, Symbol(f"{self.log_of_outputs}[i]", real=True))
        names = {output: Symbol(f"{operation.a}[i]", real=True), target: Symbol("y[i]", real=True)}
        shown = expression_source(term.xreplace(names), self.language.dialect)
        made.append(
            self.language.loop.format(first="0", past=f"{self.net.sizes[-1]}*m", line=f"cost += {shown};")
        )
        return [*made, f"cost /= m;{self.language.comment.format(self.program.cost.note)}"]

    def _over(self, rows: Sequence[int], line: str, layer: int) -> list[str]:
        """A loop over the entries of some rows of a layer."""
        width = self.net.sizes[layer - 1]
        if len(rows) == width:
            return [self.language.loop.format(first="0", past=f"{width}*m", line=line)]
        made = []
        for row in rows:
            made.append(self.language.loop.format(first=f"{row}*m", past=f"{row + 1}*m", line=line))
        return made

    def _applied(self, let: Let, with_slope: bool) -> list[str]:
        layer, made = let.value.layer, []
        for activation, rows in groups(self.net, layer):
            if with_slope:
                line = self.language.call_pair.format(name=self._pair(activation), layer=layer)
            else:
                line = f"a{layer}[i] = {self._value(activation)}(z{layer}[i]);"
            made += self._over(rows, line, layer)
        return made

    def _size(self, size: Expr) -> str:
        values = {Symbol(f"n_{n}", integer=True, positive=True): s for n, s in enumerate(self.net.sizes, 1)}
        return str(size.subs(values))

    def _written(self, node: Node, place: str) -> list[str]:
        """The lines that write `node` into the array `place`."""
        if isinstance(node, Product):
            rows, columns, inner = map(self._size, (*node.shape, node.inner))
            kind = {(False, False): "product", (True, False): "product_left", (False, True): "product_right"}
            called = kind[node.left_turned, node.right_turned]
            return [f"{called}({rows}, {inner}, {columns}, {node.left}, {node.right}, {place});"]
        rows, columns = map(self._size, node.shape)
        if isinstance(node, WholeLayer):
            parts = [part for part in node.given if isinstance(part, Operation)]
            before = [line for part in parts for line in self._written(part, place)]
            given = [place if isinstance(part, Operation) else f"{part}" for part in node.given]
            called = self._of_layer(node.name, node.program)
            return [*before, f"{called}(m, {', '.join([*given, place])});"]
        if isinstance(node, PlusColumn):
            return [
                *self._written(node.matrix, place),
                f"add_column({rows}, {columns}, {node.column}, {place});",
            ]
        if isinstance(node, Hadamard):
            return [*self._written(node.left, place), f"multiply({rows}*{columns}, {node.right}, {place});"]
        if isinstance(node, SumOverExamples):
            return [f"sum_over_examples({rows}, m, {node.matrix}, {place});"]
        if isinstance(node, Shared):
            shared = [
                self.language.loop.format(first="0", past=f"{rows}*{columns}", line=f"{place}[i] /= m;")
            ]
            return [*self._written(node.matrix, place), *shared]
        if isinstance(node, OutputError):
            made = []
            values = {output: node.a, target: node.y, slope_symbol: node.slope}
            names = {s: Symbol(f"{value}[i]", real=True) for s, value in values.items() if value is not None}
            for neurons, formula in node.formulas:
                shown = expression_source(formula.xreplace(names), self.language.dialect)
                made += self._over(neurons, f"{place}[i] = {shown};", self.net.depth)
            return made
        raise TypeError(f"{node} has no lines in a language with loops.")


def _safe(text: str) -> str:
    """Text that cannot end a comment."""
    return text.replace("*/", "* /")
