"""The gradient of a small graph as let-bindings, and its paths: what `gradient` and `path_sum` give for a `Graph`.

The right sides of (R1), (R2), (R4), (R5), (M1), (R6), (R7) and (S1) are read for each component, with w^{l,r} = 0 where
nothing is connected and P^{l,r} the identity for a shortcut.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import sympy
from sympy import Add, Expr, ImmutableDenseMatrix, Integer, KroneckerDelta, Mul, Sum, Symbol

from bpderive.equations.paths import MOST_PATHS
from bpderive.errors import NetworkError, Refuted, TooManyPaths
from bpderive.functions.activations import VectorActivation
from bpderive.functions.network import component
from bpderive.later import np
from bpderive.letters.certificate import Certificate, timed
from bpderive.letters.places import whole_number
from bpderive.letters.refusals import MANY_PATHS
from bpderive.letters.symbols import Partial, SigmaPrime, j, l, quantity
from bpderive.letters.text import Text
from bpderive.programs.graphs.graph import Graph
from bpderive.proofs import derivation
from bpderive.proofs.beyond.letters import BetweenElement, Direct
from bpderive.proofs.beyond.theorems import WEIGHTED_INPUT

Binding = tuple[Symbol, Expr]

NO_WEIGHT = Text(
    en="There is no weight {given}: layer {layer} reads {reads}, and the neurons are counted from 1.",
    zh="没有权重 {given}：第 {layer} 层读取的是 {reads}，神经元从 1 数起。",
)


NO_SLOPES = Text(
    en="Paths are listed where each neuron has a slope of its own, not with softmax.",
    zh="只有当每个神经元各有自己的导数时才列出路径，有 softmax 时不列。",
)


@dataclass(frozen=True, slots=True)
class GraphGradient:
    """G^l_j, δ^l_j and the derivatives by the parameters of a graph, as expressions that `bindings` lead up to."""

    net: Graph
    bindings: tuple[Binding, ...]
    G: dict[int, ImmutableDenseMatrix]
    delta: dict[int, ImmutableDenseMatrix]
    parameters: dict[str, tuple[Expr, ...]]

    def expanded(self, expression: Expr) -> Expr:
        """The expression in x, y and the parameters alone."""
        known: dict[Symbol, Expr] = {}
        for symbol, value in self.bindings:
            known[symbol] = value.xreplace(known)
        return expression.xreplace(known)

    def __str__(self) -> str:
        return "\n".join(f"{symbol} = {expression}" for symbol, expression in self.bindings)


def parameter(net: Graph, name: str, place: int) -> Symbol:
    """The symbol of the parameter number `place`, counted from 0, of those called `name`: K_1, W_12, w^{3,2}_{11}."""
    shape = net.parameters[name]
    kept = [int(i) + 1 for i in np.unravel_index(place, shape)][_written(shape)]
    shown = ("" if all(i < 10 for i in kept) else ",").join(map(str, kept))
    own = re.fullmatch(r"w(\d+)_(\d+)|b(\d+)", name)
    if own is None:
        return Symbol(f"{name}_{{{shown}}}", real=True)
    layer, read, biased = own.groups()
    return Symbol(f"b^{{{biased}}}_{{{shown}}}" if biased else f"w^{{{layer},{read}}}_{{{shown}}}", real=True)


def parameter_places(net: Graph, name: str) -> tuple[tuple[int, ...], dict[tuple[int, ...], str]]:
    """The shape of the parameters called `name` as their indices are written, and their symbols' names by index."""
    shape = net.parameters[name]
    kept = shape[_written(shape)]
    return kept, {at: str(parameter(net, name, place)) for place, at in enumerate(np.ndindex(*kept))}


def _written(shape: tuple[int, ...]) -> slice:
    """Which indices are written: not the last of a column, nor the channels of a kernel that has one of each."""
    if len(shape) > 2 and shape[:2] == (1, 1):
        return slice(2, None)
    return slice(0, 1) if len(shape) == 2 and shape[-1] == 1 else slice(None)


def entries(net: Graph, key: Any) -> ImmutableDenseMatrix:
    """w^{l,r} or b^l, written by the parameters."""
    use, (rows, columns) = net.shared[key], net.shape_of(key)
    count = int(np.prod(net.parameters[use.name]))
    every = [parameter(net, use.name, place) for place in range(count)]
    if use.table is not None:
        found = [
            Add(*(_exact(t) * p for t, p in zip(row, every, strict=True) if t))
            for row in use.table.reshape(-1, count)
        ]
        return ImmutableDenseMatrix(rows, columns, found)
    shape = (columns, rows) if use.turned else (rows, columns)
    made = ImmutableDenseMatrix(*shape, every)
    if use.turned:
        return made.T
    if use.factor is not None:
        return ImmutableDenseMatrix(rows, columns, lambda p, q: made[p, q] * _exact(use.factor[p, q]))
    return made


def _exact(number: Any) -> Expr:
    return sympy.nsimplify(float(number), rational=True)


class _Instance:
    """Reads the right sides of the proved equations on one graph."""

    def __init__(self, net: Graph) -> None:
        self.net = net
        self.tables = {key: entries(net, key) for key in net.places}
        self.bindings: list[Binding] = []

    def activation(self, layer: int, neuron: int) -> Symbol:
        """a^l_j, x^l_j in an input layer."""
        letter = "a" if self.net.reads[layer] else "x"
        return component(letter, layer, neuron + 1) if layer > 1 else component("x", 1, neuron + 1)

    def source(self, read: int | None, source: int | None) -> Expr:
        """What a weight is multiplied by: a^r_k; 1 for a bias."""
        return Integer(1) if read is None or source is None else self.activation(read, source - 1)

    def bind(self, letter: str, layer: int, neuron: int, value: Expr) -> None:
        """One let-binding."""
        self.bindings.append((component(letter, layer, neuron + 1), value))

    def value(self, part: Any, letters: Mapping[Symbol, int]) -> Expr:
        """An expression of the statements on this graph."""

        def number(each: Expr) -> int:
            return whole_number(each, self.net.sizes)(letters)

        if isinstance(part, Sum):
            *inner, (index, low, high) = part.limits
            body = Sum(part.function, *inner) if inner else part.function
            places = range(number(low), number(high) + 1)
            return Add(*(self.value(body, {**letters, index: place}) for place in places))
        if isinstance(part, BetweenElement):
            between = part.parent
            layer, read, row, column = map(number, (between.layer, between.read, part.i, part.j))
            if between.letter == "P":
                return Integer(int(read in self.net.shortcuts.get(layer, ()) and row == column))
            table = self.tables.get((layer, read))
            return Integer(0) if table is None else table[row, column]
        if isinstance(part, Direct):
            return self._of_cost(part, letters)
        if isinstance(part, SigmaPrime):
            layer, neuron = (number(each) for each in part.args[:2])
            return component("sigmaprime", layer, neuron + 1)
        if isinstance(part, Partial):
            return self._jacobian(part, letters)
        if (found := quantity(part)) is not None:
            array, (row, _) = found
            layer, neuron = number(array.layer), number(row)
            if array.letter == "b":
                return self.tables[layer][neuron]
            if array.letter == "a":
                return self.activation(layer, neuron)
            if array.letter in ("delta", "G") and not self.net.reads[layer]:
                return Integer(0)
            return component(array.letter, layer, neuron + 1)
        if part.is_Add or part.is_Mul:
            return part.func(*(self.value(each, letters) for each in part.args))
        if isinstance(part, KroneckerDelta):
            return Integer(int(number(part.args[0]) == number(part.args[1])))
        assert part.is_Rational, part
        return part

    def _of_cost(self, part: Direct, letters: Mapping[Symbol, int]) -> Expr:
        found = quantity(part.by)
        assert found is not None
        array, (row, _) = found
        layer = whole_number(array.layer, self.net.sizes)(letters)
        neuron = whole_number(row, self.net.sizes)(letters)
        if layer not in self.net.cost_reads:
            return Integer(0)
        return self.net.cost.derivative(self.activation(layer, neuron), component("y", layer, neuron + 1))

    def _jacobian(self, part: Partial, letters: Mapping[Symbol, int]) -> Expr:
        """∂a^l_k/∂z^l_j."""
        (of, (row, _)), (_, (column, _)) = quantity(part.of), quantity(part.by)  # type: ignore[misc]
        layer, output, own = (whole_number(e, self.net.sizes)(letters) for e in (of.layer, row, column))
        return component("J", layer, output + 1, own + 1)


def graph_gradient(net: Graph) -> GraphGradient:
    """Backpropagation on a graph, by the proved equations, component by component."""
    reader = _Instance(net)
    mixes = {layer for layer in net.computed if isinstance(net.activation[layer], VectorActivation)}
    for layer in net.computed:
        for neuron in range(net.width(layer)):
            at = {l: layer, j: neuron}
            weighted = reader.value(WEIGHTED_INPUT.rhs, at)
            reader.bind("z", layer, neuron, weighted)
        own = [component("z", layer, neuron + 1) for neuron in range(net.width(layer))]
        function: Any = net.activation[layer]
        values = function.expr(own) if layer in mixes else [function.expr(each) for each in own]
        for neuron in range(net.width(layer)):
            passed = (reader.activation(read, neuron) for read in net.shortcuts.get(layer, ()))
            reader.bind("a", layer, neuron, Add(values[neuron], *passed))
            if layer not in mixes:
                reader.bind("sigmaprime", layer, neuron, function.derivative(own[neuron]))
        if layer in mixes:
            table = function.jacobian(own)
            for row in range(len(own)):
                for column in range(len(own)):
                    reader.bindings.append((component("J", layer, row + 1, column + 1), table[row, column]))
    by_activation, errors = {}, {}
    for layer in reversed(net.computed):
        for neuron in range(net.width(layer)):
            at = {l: layer, j: neuron}
            reader.bind("G", layer, neuron, reader.value(derivation("R4").statement.rhs, at))
        number = "M1" if layer in mixes else "R5"
        for neuron in range(net.width(layer)):
            at = {l: layer, j: neuron}
            reader.bind("delta", layer, neuron, reader.value(derivation(number).statement.rhs, at))
        neurons = range(net.width(layer))
        by_activation[layer] = ImmutableDenseMatrix([component("G", layer, n + 1) for n in neurons])
        errors[layer] = ImmutableDenseMatrix([component("delta", layer, n + 1) for n in neurons])
    return GraphGradient(net, tuple(reader.bindings), by_activation, errors, _by_parameters(net, reader))


def _by_parameters(net: Graph, reader: _Instance) -> dict[str, tuple[Expr, ...]]:
    """(S1): Σ over the uses of a parameter of the derivative by the weight, (R7) or (R6), times ∂w/∂θ."""
    every = {
        name: [parameter(net, name, place) for place in range(int(np.prod(shape)))]
        for name, shape in net.parameters.items()
    }
    totals: dict[Symbol, list[Expr]] = {symbol: [] for symbols in every.values() for symbol in symbols}
    for key, table in reader.tables.items():
        layer = key[0] if isinstance(key, tuple) else key
        for row in range(table.rows):
            for column in range(table.cols):
                entry = table[row, column]
                error = component("delta", layer, row + 1)
                active = reader.activation(key[1], column) if isinstance(key, tuple) else Integer(1)
                for symbol in entry.free_symbols:
                    totals[symbol].append(error * active * sympy.diff(entry, symbol))
    return {name: tuple(Add(*totals[symbol]) for symbol in symbols) for name, symbols in every.items()}


@dataclass(frozen=True, slots=True)
class GraphPath:
    """One way from a weight to the cost: its layers and neurons, "+" before a shortcut, and its rate factor."""

    steps: tuple[tuple[int, int, bool], ...]
    rate_factor: Expr

    def __str__(self) -> str:
        first, *rest = self.steps
        shown = f"({first[0]}, {first[1]})"
        return shown + "".join(f" {'⇢' if way else '→'} ({layer}, {n})" for layer, n, way in rest)


@dataclass(frozen=True, slots=True)
class GraphPaths:
    """All paths from one weight w^{l,r}_jk of a graph to its cost, which may read any of the layers on the way.

    `weight` is (l, r, j, k); for a bias r and k are None.
    """

    net: Graph
    weight: tuple[int, int | None, int, int | None]
    paths: tuple[GraphPath, ...]

    @property
    def total(self) -> Expr:
        """The literal sum of the rate factors."""
        return Add(*(path.rate_factor for path in self.paths))

    @property
    def parameter(self) -> str:
        """The weight or the bias, as the book writes it."""
        layer, read, neuron, source = self.weight
        return f"b^{layer}_{neuron}" if source is None else f"w^{{{layer},{read}}}_{neuron}{source}"

    @timed
    def check(self) -> Certificate:
        """Prove the sum equal to a^r_k δ^l_j by (R4), (R5) and (R7); raises `Refuted`."""
        layer, read, neuron, source = self.weight
        made = graph_gradient(self.net)
        keep = {"z", "a", "sigmaprime", "J"}
        known: dict[Symbol, Expr] = {}
        for symbol, value in made.bindings:
            if symbol.name.partition("^")[0] not in keep:
                known[symbol] = value.xreplace(known)
        reader = _Instance(self.net)
        wanted = component("delta", layer, neuron).xreplace(known) * reader.source(read, source)
        if sympy.expand(self.total - wanted) != 0:
            raise Refuted(
                f"The sum over {len(self.paths)} paths is not the derivative of C with respect to {self.parameter}."
            )
        return Certificate("53", ("concrete",), (self.net.sizes,), 1)

    def __str__(self) -> str:
        lines = [f"∂C/∂{self.parameter} as a sum over {len(self.paths)} paths:"]
        return "\n".join([*lines, *(f"  {path}:  {path.rate_factor}" for path in self.paths)])


def graph_path_sum(
    net: Graph, layer: int, neuron: int, source: int | None = None, read: int | None = None
) -> GraphPaths:
    """Every path from w^{l,r}_jk, l = `layer`, j = `neuron`, k = `source`, r = `read`, or from b^l_j, to the cost.

    Along a connection the rate is the weight times the slope that follows it, along a shortcut it is 1. Raises
    `NetworkError` if there is no such weight, `TooManyPaths` for more than are listed.
    """
    known = net.reads.get(layer, ())
    read = known[0] if read is None and source is not None and known else read
    fits = bool(known) and 1 <= neuron <= net.width(layer)
    if source is not None:
        fits = fits and read is not None and read in known and 1 <= source <= net.width(read)
    if not fits:
        reads = ", ".join(map(str, known)) or "0"
        given = f"({layer}, {neuron}, {source}, {read})"
        raise NetworkError(NO_WEIGHT.format(given=given, layer=layer, reads=reads))
    if any(isinstance(net.activation[each], VectorActivation) for each in net.computed):
        raise NetworkError(NO_SLOPES)
    count = number_of_paths(net, layer)
    if count > MOST_PATHS:
        where = f"{layer}, {neuron}" + ("" if source is None else f", {source}")
        told = MANY_PATHS.format(count=count, layer=layer, sizes=net.sizes, most=MOST_PATHS, where=where)
        raise TooManyPaths(told, count)
    reader = _Instance(net)
    first = component("sigmaprime", layer, neuron) * reader.source(read, source)
    paths = (
        GraphPath(steps, Mul(*factors, first))
        for steps, factors in _continued(net, reader, ((layer, neuron, False),), ())
    )
    return GraphPaths(net, (layer, read, neuron, source), tuple(paths))


def number_of_paths(net: Graph, layer: int) -> int:
    """How many paths lead from a neuron of `layer` to the cost."""
    counts: dict[int, int] = {}
    for at in range(net.depth, layer - 1, -1):
        through = sum(net.width(other) * counts[other] for other in net.readers(at))
        counts[at] = through + sum(counts[o] for o in net.shortcuts_from(at)) + (at in net.cost_reads)
    return counts[layer]


Steps = tuple[tuple[int, int, bool], ...]


def _continued(
    net: Graph, reader: _Instance, steps: Steps, factors: tuple[Expr, ...]
) -> Iterator[tuple[Steps, tuple[Expr, ...]]]:
    """The paths that begin with `steps`."""
    layer, neuron, _ = steps[-1]
    if layer in net.cost_reads:
        slope = net.cost.derivative(reader.activation(layer, neuron - 1), component("y", layer, neuron))
        yield steps, (*factors, slope)
    for other in net.readers(layer):
        for following in range(1, net.width(other) + 1):
            weight = reader.tables[other, layer][following - 1, neuron - 1]
            if weight != 0:
                rate = weight * component("sigmaprime", other, following)
                yield from _continued(net, reader, (*steps, (other, following, False)), (*factors, rate))
    for other in net.shortcuts_from(layer):
        yield from _continued(net, reader, (*steps, (other, neuron, True)), factors)


__all__ = ["GraphGradient", "GraphPaths", "graph_gradient", "graph_path_sum", "number_of_paths"]
