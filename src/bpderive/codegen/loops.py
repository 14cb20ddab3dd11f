"""The program in languages without matrices: each line is a call of a small loop over flat arrays.

`Loops(net, dtype, language)` writes the lines of `derived(net)` for a `Language`, which says how a function is defined
and called there; `c_program` and `javascript_program` put the parts together. Matrices are flat, row after row.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sympy import Expr, Symbol

from bpderive.activations import Activation, a
from bpderive.activations.elementwise import NumPySource, expression_source
from bpderive.codegen.derived import derived
from bpderive.codegen.dialects import in_lines
from bpderive.codegen.functions import Functions, Names, says_of
from bpderive.codegen.kernels import forms
from bpderive.codegen.program import (
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
    groups,
    slope_symbol,
)
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


class Loops:
    """Writes the lines of a program and collects the functions of a number that they need."""

    def __init__(self, net: Network, language: Language) -> None:
        self.program = derived(net)
        self.net = net
        self.language = language
        self.names = Names(python=False)
        self.functions = Functions(net, self.names, self._define)
        self._pairs: dict[tuple[Activation, bool], str] = {}

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
        made = []
        for activation, rows in groups(self.net, self.net.depth):
            names = [
                Symbol(f"{value.name}[i]", real=True) for value in (operation.z, operation.a, operation.y)
            ]
            term = expression_source(self.functions.cost_term(activation, *names), self.language.dialect)
            made += self._over(rows, f"cost += {term};", self.net.depth)
        last = f"cost /= m;{self.language.comment.format(self.program.cost.note)}"
        return [*made, last]

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
