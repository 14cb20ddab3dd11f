"""The program of a graph: (R1), (R2) forwards, (R4), (R5) backwards, (R6), (R7) and (S1), lambdified.

`compile_gradient(graph)` gives a `CompiledGraph`, whose `source` is what runs: a line for each equation at each layer.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from sympy import HadamardProduct, Integer, MatAdd, MatMul, MatrixExpr
from sympy.core.symbol import Str

from bpderive.errors import ShapeError
from bpderive.functions.activations import VectorActivation
from bpderive.later import np
from bpderive.letters.symbols import a, b, delta, y, z
from bpderive.programs.graphs import words
from bpderive.programs.graphs.graph import Graph
from bpderive.programs.graphs.sharing import Shared
from bpderive.programs.lambdified.arrays import Engine, engine_of
from bpderive.programs.lambdified.lines import Called, Line, Plus, Worded
from bpderive.programs.lambdified.program import Program
from bpderive.proofs.beyond.letters import Between, gradient_of_layer, weights


def weights_name(net: Graph, layer: int, read: int) -> str:
    """What w^{l,r} is called: its parameters themselves where it is they, else w4_3."""
    use = net.shared[layer, read]
    if use.table is None and use.factor is None:
        return f"{use.name}.T" if use.turned else use.name
    return f"w{layer}_{read}"


def array_name(net: Graph, array: Any) -> str:
    """a3, z3, delta3, G3, y3; w^{l,r} and the biases by the name of their parameters."""
    if isinstance(array, Between):
        return weights_name(net, int(array.layer), int(array.read))
    layer = int(array.layer)
    if array.letter == "b" and net.shared[layer].table is None:
        return net.shared[layer].name
    return f"{array.letter}{layer}"


def lines_of(net: Graph) -> tuple[list[Line], list[Line]]:
    """The lines of both passes."""
    forward, backward = [], []
    for key in net.places:
        use = net.shared[key]
        rows, columns = net.shape_of(key)
        if use.table is not None:
            name = f"w{key[0]}_{key[1]}" if isinstance(key, tuple) else f"b{key}"
            text = f"({_table_name(key)} @ {use.name}).reshape({rows}, {columns})"
            forward.append(Line("S1", name, _worded(text, rows, columns)))
        elif use.factor is not None:
            forward.append(
                Line("S1", f"w{key[0]}_{key[1]}", _worded(f"{use.name} * {_table_name(key)}", rows, columns))
            )
    for layer in net.computed:
        terms = [MatMul(weights(layer, read), a(read)) for read in net.reads[layer]]
        forward.append(Line("R1", f"z{layer}", MatAdd(*terms, b(layer))))
        passed = (a(read) for read in net.shortcuts.get(layer, ()))
        forward.append(Line("R2", f"a{layer}", Plus(Called("activation", layer, z(layer)), *passed)))
    for layer in reversed(net.computed):
        backward += _lines_back(net, layer)
    uses: dict[str, list[Any]] = {}
    for key in net.places:
        uses.setdefault(net.shared[key].name, []).append(key)
    for name, keys in uses.items():
        backward.append(_line_of_parameter(net, name, keys))
    return forward, backward


def _lines_back(net: Graph, layer: int) -> list[Line]:
    """G^l by (R4) and δ^l by (R5), or by (M1) in a layer that mixes."""
    parts: list[MatrixExpr] = [MatMul(weights(other, layer).T, delta(other)) for other in net.readers(layer)]
    parts += [gradient_of_layer(other) for other in net.shortcuts_from(layer)]
    if layer in net.cost_reads:
        parts.append(Called("cost_gradient", layer, a(layer), y(layer)))
    error: MatrixExpr
    if isinstance(net.activation[layer], VectorActivation):
        passed = "".join(f" - a{read}" for read in net.shortcuts.get(layer, ()))
        own = _worded(f"a{layer}{passed}", *net.shape_of(layer))
        number, error = "M1", Called("back", layer, own, gradient_of_layer(layer))
    else:
        number = "R5"
        error = HadamardProduct(gradient_of_layer(layer), Called("slope", layer, z(layer)))
    return [Line("R4", f"G{layer}", Plus(*parts)), Line(number, f"delta{layer}", error)]


def _line_of_parameter(net: Graph, name: str, keys: list[Any]) -> Line:
    """∂C/∂θ: (R6) or (R7) where it is used once as it is, else the sum over its uses, (S1)."""
    texts = []
    for key in keys:
        use = net.shared[key]
        layer = key[0] if isinstance(key, tuple) else key
        one = (
            f"delta{layer} @ a{key[1]}.T"
            if isinstance(key, tuple)
            else f"delta{layer}.sum(axis=1, keepdims=True)"
        )
        texts.append(_carried_back(use, _table_name(key), one))
    weighs = any(isinstance(key, tuple) for key in keys)
    if net.decay and weighs:
        texts.append(f"{net.decay!r} * {name}")
    plain = len(keys) == 1 and net.shared[keys[0]].table is None and net.shared[keys[0]].factor is None
    number = ("R7" if weighs else "R6") if plain else "S1"
    return Line(number, f"nabla_{name}", _worded(" + ".join(texts), 1, 1))


def _carried_back(use: Shared, table: str, one: str) -> str:
    if use.table is not None:
        return f"{table}.T @ ({one}).reshape(-1, 1)"
    if use.factor is not None:
        return f"({one}) * {table}"
    return f"({one}).T" if use.turned else one


def _table_name(key: Any) -> str:
    return f"T{key[0]}_{key[1]}" if isinstance(key, tuple) else f"T{key}"


def _worded(text: str, rows: int, columns: int) -> Worded:
    return Worded(Str(text), Integer(rows), Integer(columns))


@dataclass(frozen=True, slots=True)
class CompiledGraph:
    """The gradient of the mean cost of `net`, computed by `source`.

    Call it with the parameters, a mapping from names to arrays of the shapes `net.parameters`, and with x and y: one
    array (n, m) whose columns are examples, or a list of them where there are several input layers or the cost reads
    several. What comes back is a mapping from names to derivatives. Raises `ShapeError` for anything else.
    """

    net: Graph
    source: str = field(repr=False)
    _program: Program = field(repr=False, compare=False)

    def __call__(self, parameters: Mapping[str, Any], x: Any, y: Any) -> dict[str, Any]:
        """∂C/∂θ by the name of θ, in the shape of what was given."""
        return self._run("gradient", parameters, x, y)[1]

    def value_and_gradient(self, parameters: Mapping[str, Any], x: Any, y: Any) -> tuple[Any, dict[str, Any]]:
        """The cost, with λ/2 Σ w², and its gradient."""
        return self._run("value", parameters, x, y)

    def forward(self, parameters: Mapping[str, Any], x: Any) -> dict[int, Any]:
        """The activations of every layer that is computed, by its number."""
        engine = engine_of(list(parameters.values()), x)
        given, _ = self._arguments(engine, parameters, x, None)
        found = self._program.function("forward", engine)(*given)
        return dict(zip(self.net.computed, found, strict=True))

    def _run(self, wanted: str, parameters: Mapping[str, Any], x: Any, y: Any) -> tuple[Any, dict[str, Any]]:
        engine = engine_of(list(parameters.values()), x, y)
        given, targets = self._arguments(engine, parameters, x, y)
        found = self._program.function(wanted, engine)(*given)
        names = list(self.net.parameters)
        shapes = [parameters[name].shape for name in names]
        made = {
            name: array.reshape(shape)
            for name, array, shape in zip(names, found[-len(names) :], shapes, strict=True)
        }
        value = None
        if wanted == "value":
            ends = len(self.net.cost_reads)
            value = sum(
                self._program.cost(layer, engine)(weighted, output, target)
                for layer, output, weighted, target in zip(
                    self.net.cost_reads, found[:ends], found[ends : 2 * ends], targets, strict=True
                )
            )
            if self.net.decay:
                squares = sum((parameters[name] ** 2).sum() for name in self._weighing())
                value = value + self.net.decay / 2 * squares
        return value, made

    def _weighing(self) -> list[str]:
        """The names of the parameters that are weights and not biases."""
        return list(
            dict.fromkeys(self.net.shared[key].name for key in self.net.places if isinstance(key, tuple))
        )

    def _arguments(
        self, engine: Engine, parameters: Mapping[str, Any], x: Any, y: Any
    ) -> tuple[list[Any], list[Any]]:
        shapes = self.net.parameters
        if missing := [name for name in shapes if name not in parameters]:
            raise ShapeError(words.PARAMETER.format(name=missing[0], names=", ".join(shapes)))
        if unwanted := [name for name in parameters if name not in shapes]:
            raise ShapeError(words.UNWANTED.format(name=unwanted[0], names=", ".join(shapes)))
        given = []
        for name, shape in shapes.items():
            array = parameters[name]
            if tuple(np.shape(array)) != shape:
                raise ShapeError(words.SHAPE.format(name=name, given=tuple(np.shape(array)), wanted=shape))
            given.append(array if len(shape) == 2 and not self._tabled(name) else array.reshape(-1, 1))
        inputs = _columns(self.net, "x", x, self.net.inputs)
        targets = [] if y is None else _columns(self.net, "y", y, self.net.cost_reads, inputs[0].shape[1])
        return [*given, *inputs, *targets], targets

    def _tabled(self, name: str) -> bool:
        return any(use.name == name and use.table is not None for use in self.net.shared.values())

    def __reduce__(self) -> tuple[Any, ...]:
        return compile_graph, (self.net,)


def _columns(net: Graph, name: str, given: Any, layers: tuple[int, ...], m: int | None = None) -> list[Any]:
    arrays = list(given) if isinstance(given, list | tuple) else [given]
    if len(arrays) != len(layers):
        told = words.HOW_MANY.format(
            name=name, given=len(arrays), wanted=len(layers), layers=", ".join(map(str, layers))
        )
        raise ShapeError(told)
    for array, layer in zip(arrays, layers, strict=True):
        shape = tuple(np.shape(array))
        m = shape[-1] if m is None and len(shape) == 2 else m
        if shape != (net.width(layer), m):
            wanted = f"({net.width(layer)}, {'m' if m is None else m})"
            raise ShapeError(words.SHAPE.format(name=f"{name}{layer}", given=shape, wanted=wanted))
    return arrays


def tables(net: Graph) -> dict[str, Any]:
    """The fixed numbers of the program: ∂w^{l,r}_jk/∂θ_p, one row for each weight; or the factors of a mask."""
    found = {}
    for key in net.places:
        use = net.shared[key]
        if use.table is not None:
            found[_table_name(key)] = use.table.reshape(-1, use.table.shape[-1])
        elif use.factor is not None:
            found[_table_name(key)] = use.factor
    return found


def compile_graph(net: Graph) -> CompiledGraph:
    """The gradient of the mean cost of a graph: the proved equations, lambdified."""
    forward, backward = lines_of(net)
    fixed = tables(net)
    program = Program(
        net,
        tuple(forward),
        tuple(backward),
        parameters=tuple(net.parameters),
        inputs=tuple(f"a{layer}" for layer in net.inputs),
        targets=tuple(f"y{layer}" for layer in net.cost_reads),
        results={
            "gradient": tuple(f"nabla_{name}" for name in net.parameters),
            "value": tuple(f"{letter}{layer}" for letter in "az" for layer in net.cost_reads),
            "forward": tuple(f"a{layer}" for layer in net.computed),
        },
        named=partial(array_name, net),
        constants=fixed,
    )
    says = str(words.PROGRAM.format(depth=net.depth, cost=net.cost.name))
    if fixed:
        says += str(words.FIXED_NUMBERS.format(names=", ".join(fixed)))
    return CompiledGraph(net, program.source(says), program)
