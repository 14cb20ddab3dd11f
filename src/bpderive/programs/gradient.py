"""Backpropagation on a concrete network, as ordered let-bindings.

`gradient(net)` reads the proved equations (23), (BP1) (with softmax: (37)), (BP2), (BP3) and (BP4) for each component
in turn, from the input to the output and back, and binds each result to its symbol: the number of bindings, and the
time to make them, is linear in the number of weights. `g.expanded()` puts them all into one another, for small
networks; `g.lambdify()` makes a function of plain numbers of them, which needs Python's `math` alone.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from numbers import Real
from typing import Any, NamedTuple

import sympy
from sympy import Add, Expr, ImmutableDenseMatrix, Mul, Sum, Symbol

from bpderive.errors import DomainError, NetworkError, ShapeError
from bpderive.functions.activations import VectorActivation, a, slope, z
from bpderive.functions.activations.forms import coded
from bpderive.functions.activations.layer_program import letter
from bpderive.functions.costs import a as output
from bpderive.functions.network import Network, code_name, component, in_symbols, require_network
from bpderive.letters.places import Letters, whole_number
from bpderive.letters.statements import Statement
from bpderive.letters.symbols import C, L, LayerArray, Partial, SigmaPrime, delta, j, k, l, quantity
from bpderive.letters.text import Text
from bpderive.proofs import derivation
from bpderive.proofs.pairings import cancelled

Binding = tuple[Symbol, Expr]
Table = list[list[float]]


class Derivatives(NamedTuple):
    """The gradient of the mean cost in numbers: b[i] and w[i] are lists of rows, as biases[i] and weights[i] are."""

    b: list[Table]
    w: list[Table]


_MOST_EXPANDED = 64
"""The most weights and biases of a network whose gradient is written out as one expression each."""


@dataclass(frozen=True, slots=True)
class Gradient:
    """δ^l_j, ∂C/∂b^l_j and ∂C/∂w^l_jk of a network.

    `delta[l]` and `b[l]` (n_l, 1) and `w[l]` (n_l, n_{l-1}), keyed by the layer from 2, hold expressions in the symbols
    that `bindings` binds before: pairs (symbol, expression), each in w, b, x, y and symbols bound earlier.
    """

    net: Network
    bindings: tuple[Binding, ...]
    delta: dict[int, ImmutableDenseMatrix]
    b: dict[int, ImmutableDenseMatrix]
    w: dict[int, ImmutableDenseMatrix]

    def expanded(self) -> Gradient:
        """Return the same with every binding substituted, so that only w, b, x and y remain.

        Raises `NetworkError` for a network that is too large: the expressions would grow beyond use.
        """
        weights = sum(len(table) for table in (*self.w.values(), *self.b.values()))
        if weights > _MOST_EXPANDED:
            raise NetworkError(_NOT_EXPANDED.format(sizes=self.net.sizes, count=weights, most=_MOST_EXPANDED))
        known: dict[Symbol, Expr] = {}
        for symbol, expression in self.bindings:
            known[symbol] = expression.xreplace(known)
        written = [
            {layer: table.xreplace(known) for layer, table in tables.items()}
            for tables in (self.delta, self.b, self.w)
        ]
        return Gradient(self.net, (), *written)

    def lambdify(self) -> Callable[[Any, Any, Any, Any], Derivatives]:
        """Return a function (weights, biases, x, y) of plain numbers that returns the gradient (b, w) of the mean cost.

        The arguments are lists of rows, or arrays: weights[i] has n_l rows of n_{l-1} numbers and biases[i] n_l rows of
        one, with l = i + 2; x has n_1 rows and y n_L, one column for each example. What comes out are lists of rows.
        The function is `sympy.lambdify` over the bindings, neuron by neuron and example by example, and computes with
        Python's `math` alone; it is meant for small networks, and `compile_gradient` for all others. Raises
        `ShapeError` for what has another shape or is no number, `DomainError` where an activation without a stable form
        overflows.
        """
        net = self.net
        layers = range(2, net.depth + 1)
        given = [entry for table in (net.w, net.b) for layer in layers for entry in table[layer]]
        given += [*net.x, *net.y]
        results = [entry for tables in (self.b, self.w) for layer in layers for entry in tables[layer]]
        bindings = list(_stable(net, self.bindings))
        names = {s: Symbol(code_name(s), real=True) for s in (*given, *(symbol for symbol, _ in bindings))}
        lets = [(names[symbol], value.xreplace(names)) for symbol, value in bindings]
        one_example = sympy.lambdify(
            [names[symbol] for symbol in given],
            [value.xreplace(names) for value in results],
            modules=[{"computed": float}, "math"],
            cse=lambda expressions: (lets, expressions),
            docstring_limit=0,
        )
        sizes = net.sizes

        def backprop(weights: Any, biases: Any, x: Any, y: Any) -> Derivatives:
            shapes = [("weights", shape) for shape in zip(sizes[1:], sizes, strict=False)]
            shapes += [("biases", (size, 1)) for size in sizes[1:]]
            tables = _listed("weights", weights, len(layers)) + _listed("biases", biases, len(layers))
            parameters = [
                entry
                for table, (name, (rows, columns)) in zip(tables, shapes, strict=True)
                for row in _rows(name, table, rows, columns)
                for entry in row
            ]
            inputs = _rows("x", x, sizes[0])
            targets = _rows("y", y, sizes[-1], len(inputs[0]))
            try:
                each = [
                    one_example(*parameters, *entries, *wanted)
                    for entries, wanted in zip(
                        zip(*inputs, strict=True), zip(*targets, strict=True), strict=True
                    )
                ]
            except ArithmeticError as error:  # of an activation or a cost without a stable form
                raise DomainError(_TOO_LARGE) from error
            means = iter([math.fsum(column) / len(each) for column in zip(*each, strict=True)])
            b, w = (
                [
                    [[next(means) for _ in range(columns)] for _ in range(rows)]
                    for name, (rows, columns) in shapes
                    if name == part
                ]
                for part in ("biases", "weights")
            )
            return Derivatives(b, w)

        return backprop

    def __str__(self) -> str:
        return "\n".join(f"{symbol} = {expression}" for symbol, expression in self.bindings)


_TOO_LARGE = Text(
    en="On these numbers the activations or the cost leave the range of floating-point numbers; give smaller ones.",
    zh="在这些数值处，激活函数或代价函数超出了浮点数的范围；请给较小的数。",
)


def _stable(net: Network, bindings: Sequence[Binding]) -> Iterator[Binding]:
    """The bindings with every σ and σ′ in the form that does not overflow, as compiled programs have them."""
    forms: dict[Symbol, Expr] = {}
    whole: list[Binding] = []
    if net.vector_output is not None:
        weighted = {letter("z"): list(net.z[net.depth])}
        plain = in_symbols(net.vector_output.formula_program, weighted, net.depth)[0]
        whole, outputs = in_symbols(net.vector_output.program(), weighted, net.depth, prefix="stable_")
        forms = dict.fromkeys((symbol for symbol, _ in plain), sympy.nan)
        forms |= dict(zip(net.a[net.depth], outputs, strict=True))
    for layer in range(2, net.depth + (not whole)):
        for neuron in range(1, net.width(layer) + 1):
            function, at = net.activation_of(layer, neuron), {z: component("z", layer, neuron)}
            forms[component("a", layer, neuron)] = function.numeric(a).xreplace(at)
            forms[component("sigmaprime", layer, neuron)] = function.numeric(slope).xreplace(at)
    for symbol, value in bindings:
        form = forms.get(symbol, value)
        if form is sympy.nan:  # what only the plain formula has on the way
            continue
        if whole and symbol == component("a", net.depth, 1):
            yield from ((name, coded(line)) for name, line in whole)
        yield symbol, coded(form)


def _listed(name: str, given: Any, count: int) -> list[Any]:
    if not isinstance(given, str | dict) and hasattr(given, "__len__") and len(given) == count:
        return list(given)
    raise ShapeError(
        Text(
            en="{name} are a list with one table for each layer from 2, {count} in all.",
            zh="{name}是列表，从第 2 层起每层一个数表，共 {count} 个。",
        ).format(name=name, count=count)
    )


def _rows(name: str, given: Any, rows: int, columns: int | None = None) -> Table:
    """A table of numbers of this shape, any number of columns but 0 if that is None; raises `ShapeError`."""
    try:
        table = [list(row) for row in given]
        fits = len(table) == rows and all(len(row) == (columns or len(table[0])) > 0 for row in table)
        if fits and all(isinstance(entry, Real) for row in table for entry in row):
            return [[float(entry) for entry in row] for row in table]
    except (TypeError, ValueError, OverflowError):
        pass
    shape = f"({rows}, {'m' if columns is None else columns})"
    raise ShapeError(
        Text(
            en="A table of {name} must have the shape {shape}, a list of rows of real numbers.",
            zh="{name} 的数表应为 {shape} 形状，即由实数的行组成的列表。",
        ).format(name=name, shape=shape)
    )


def gradient(net: Network) -> Gradient:
    """Backpropagation on `net`, by the proved equations. Raises `NetworkError` for what is no Network."""
    require_network(net)
    bindings: list[Binding] = list(net.forward())
    reader = _Instance(net, bindings)
    whole = net.vector_output
    errors = {net.depth: reader.column("BP1", net.depth) if whole is None else reader.output_errors(whole)}
    for layer in range(net.depth - 1, 1, -1):
        errors[layer] = reader.column("BP2", layer)
    layers = range(2, net.depth + 1)
    by_bias = {layer: reader.column("BP3", layer) for layer in layers}
    by_weight = {layer: reader.table("BP4", layer) for layer in layers}
    return Gradient(net, tuple(bindings), dict(sorted(errors.items())), by_bias, by_weight)


def on_network(expression: Expr, net: Network) -> tuple[tuple[Binding, ...], Expr]:
    """An expression of the book's letters on `net`, such as a rate factor, in its symbols, and what binds them.

    Raises `NetworkError` for what has no number there.
    """
    reader = _Instance(net, list(net.forward()))
    found = reader.read(expression, {})
    return tuple(reader.bindings), found


class _Instance:
    """Reads the right sides of the proved equations on one network."""

    def __init__(self, net: Network, bindings: list[Binding]) -> None:
        self.net = net
        self.bindings = bindings
        self._slopes: dict[tuple[int, int], Symbol] = {}
        self._numbers: dict[Expr, Callable[[Letters], int]] = {}

    def column(self, number: str, layer: int) -> ImmutableDenseMatrix:
        """The components of an equation with the free neuron j; a left side δ^l_j is bound to its value."""
        statement = derivation(number).statement
        return ImmutableDenseMatrix(
            [self._entry(statement, {l: layer, j: neuron}) for neuron in range(self.net.width(layer))]
        )

    def output_errors(self, whole: VectorActivation) -> ImmutableDenseMatrix:
        """δ^L by (37), whose sum over k the outputs of a whole layer keep; bound once, before the δ^L_j, it serves all.

        Where the Jacobian cancels against the cost, by what is left.
        """
        layer = self.net.depth
        outputs, wanted = list(self.net.a[layer]), list(self.net.y)
        program = cancelled(whole, self.net.cost)
        given = {letter("a"): outputs, letter("y"): wanted}
        if program is None:
            program = whole.pullback_program
            slopes = [self.net.cost.derivative(*pair) for pair in zip(outputs, wanted, strict=True)]
            given = {letter("a"): outputs, letter("v"): slopes}
        shared, values = in_symbols(program, given, layer, prefix="back_")
        errors = [component("delta", layer, neuron + 1) for neuron in range(self.net.width(layer))]
        self.bindings += [*shared, *zip(errors, values, strict=True)]
        return ImmutableDenseMatrix(errors)

    def table(self, number: str, layer: int) -> ImmutableDenseMatrix:
        """The components of an equation with the free neurons j and k."""
        statement = derivation(number).statement
        rows, columns = self.net.width(layer), self.net.width(layer - 1)
        entries = [
            self._entry(statement, {l: layer, j: neuron, k: source})
            for neuron in range(rows)
            for source in range(columns)
        ]
        return ImmutableDenseMatrix(rows, columns, entries)

    def _entry(self, statement: Statement, letters: Letters) -> Expr:
        value = self.cancelled(letters) if statement.lhs == _OUTPUT_ERROR else None
        if value is None:
            value = self.read(statement.rhs, letters)
        if quantity(statement.lhs) is None:
            return value
        symbol = self.read(statement.lhs, letters)
        self.bindings.append((symbol, value))
        return symbol

    def cancelled(self, letters: Letters) -> Expr | None:
        """δ^L_j where σ′ cancels in (BP1), as it does for sigmoid with cross-entropy; None where it does not."""
        neuron, depth = letters[j] + 1, self.net.depth
        slope = self.net.activation_of(depth, neuron).derivative_from_output(output)
        return self.net.cost.cancelled_error(
            slope, component("a", depth, neuron), component("y", None, neuron)
        )

    def read(self, expression: Expr, letters: Letters) -> Expr:
        """An expression of the book's letters as one in the network's symbols."""
        if isinstance(expression, Add | Mul):
            return expression.func(*(self.read(part, letters) for part in expression.args))
        if isinstance(expression, Sum):
            [(letter, low, high)] = expression.limits
            values = range(self._number(low, letters), self._number(high, letters) + 1)
            return Add(*(self.read(expression.function, {**letters, letter: value}) for value in values))
        found = quantity(expression)
        if found is not None:
            return self._symbol(*found, letters)
        if isinstance(expression, SigmaPrime):
            layer, neuron = (self._number(part, letters) for part in expression.args[:2])
            return self._slope(layer, neuron + 1)
        if isinstance(expression, Partial) and expression.of == C:
            return self._cost_slope(expression, letters)
        if expression.is_Rational:
            return expression
        raise NetworkError(f"{expression} cannot be read on a concrete network.")

    def _number(self, expression: Expr, letters: Letters) -> int:
        compiled = self._numbers.get(expression)
        if compiled is None:
            compiled = self._numbers[expression] = whole_number(expression, self.net.sizes)
        return compiled(letters)

    def _symbol(self, array: LayerArray, indices: tuple[Expr, Expr], letters: Letters) -> Symbol:
        row, column = indices
        layer, neuron = self._number(array.layer, letters), self._number(row, letters) + 1
        if array.letter == "w":
            return component("w", layer, neuron, self._number(column, letters) + 1)
        return component(array.letter, layer, neuron)

    def _slope(self, layer: int, neuron: int) -> Symbol:
        """σ′(z^l_j), bound once for each neuron."""
        known = self._slopes.get((layer, neuron))
        if known is None:
            known = self._slopes[layer, neuron] = component("sigmaprime", layer, neuron)
            activation = self.net.activation_of(layer, neuron)
            self.bindings.append((known, activation.derivative(component("z", layer, neuron))))
        return known

    def _cost_slope(self, expression: Partial, letters: Letters) -> Expr:
        """∂C/∂a^L_j, by the cost of the network."""
        by = quantity(expression.by)
        if by is None:
            raise NetworkError(f"{expression} is no derivative by an output of the network.")
        neuron = self._number(by[1][0], letters) + 1
        return self.net.cost.derivative(component("a", self.net.depth, neuron), component("y", None, neuron))


_NOT_EXPANDED = Text(
    en="The gradient of a network of sizes {sizes} is not written out: it has {count} weights and biases, and at most "
    "{most} are. Its `bindings` say the same in a size that grows with the number of weights only.",
    zh="各层宽度为 {sizes} 的网络，其梯度不展开写出：共有 {count} 个权重和偏置，最多允许 {most} 个。"
    "`bindings` 说的是同样的内容，长度只随权重个数增长。",
)

_OUTPUT_ERROR = delta(L)[j, 0]
