"""The program of a graph: (R1), (R2) forwards, (R4), (R5) backwards, (R6), (R7) and (S1), lambdified.

`compile_gradient(graph)` gives a `CompiledGraph`, whose `source` is what runs: a line for each equation at each layer.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import sympy
from sympy import HadamardProduct, Integer, MatAdd, MatMul, MatrixExpr, MatrixSymbol
from sympy.core.symbol import Str

from bpderive.errors import ShapeError
from bpderive.functions.activations import VectorActivation
from bpderive.functions.activations.elementwise import docstring, run
from bpderive.later import np
from bpderive.letters.symbols import LayerArray, a, b, delta, y, z
from bpderive.programs.graphs import words
from bpderive.programs.graphs.graph import Graph
from bpderive.programs.graphs.sharing import Shared
from bpderive.programs.lambdified.arrays import Engine, engine_of
from bpderive.programs.lambdified.functions import Functions
from bpderive.programs.lambdified.printer import Numbered, Printer, source_of
from bpderive.proofs.beyond.letters import Between, gradient_of_layer, weights


class Called(MatrixExpr):
    """A function of the program by its kind and layer; args (kind, layer, *matrices), of the last one's shape."""

    def __new__(cls, kind: str | Str, layer: Any, *matrices: Any) -> Called:
        """The call, written down."""
        name = kind if isinstance(kind, Str) else Str(kind)
        made: Called = MatrixExpr.__new__(cls, name, sympy.sympify(layer), *matrices)
        return made

    @property
    def shape(self) -> tuple[Any, Any]:
        """That of the last matrix."""
        shape: tuple[Any, Any] = self.args[-1].shape
        return shape


class Worded(MatrixExpr):
    """A matrix as the program writes it, by what SymPy has no operation for; args (words, shape's two numbers)."""

    @property
    def shape(self) -> tuple[Any, Any]:
        """As given."""
        return self.args[1], self.args[2]


class Plus(MatrixExpr):
    """A sum in the order in which it is written, of matrices whose sizes agree in the network, if not in letters."""

    @property
    def shape(self) -> tuple[Any, Any]:
        """That of the first."""
        shape: tuple[Any, Any] = self.args[0].shape
        return shape


class GraphFunctions(Functions):
    """The functions that the program of a graph calls; a layer in the middle may have softmax."""

    def __getitem__(self, key: tuple[str, int]) -> str:
        kind, layer = key
        return super().__getitem__((kind, 0) if kind == "cost_gradient" else (kind, layer))

    def _back(self, layer: int) -> str:
        whole = self._net.layer_activation(layer)
        assert isinstance(whole, VectorActivation)
        return self._of_vector(whole, f"{whole.name}_back", whole.pullback_program)


class GraphPrinter(Printer):
    """Prints w^{l,r} by the name of its parameters, and y by its layer."""

    def __init__(self, functions: Functions, net: Graph) -> None:
        super().__init__(functions, net.depth)
        self._net = net

    def _print_Between(self, between: Between) -> str:
        return weights_name(self._net, int(between.layer), int(between.read))

    def _print_LayerArray(self, array: LayerArray) -> str:
        return layer_name(self._net, array)

    def _print_Called(self, called: Called) -> str:
        kind, layer, *matrices = called.args
        name = self._functions[kind.name, int(layer)]
        return f"{name}({', '.join(map(self._print, matrices))})"

    def _print_Plus(self, total: Plus) -> str:
        return " + ".join(map(self._print, total.args))

    def _print_Worded(self, worded: Worded) -> str:
        return str(worded.args[0].name)


@dataclass(frozen=True, slots=True)
class GraphLine:
    """`name` = `expression`, by the equation `number`."""

    number: str
    name: str
    expression: MatrixExpr


def weights_name(net: Graph, layer: int, read: int) -> str:
    """What w^{l,r} is called: its parameters themselves where it is they, else w4_3."""
    use = net.shared[layer, read]
    if use.table is None and use.factor is None:
        return f"{use.name}.T" if use.turned else use.name
    return f"w{layer}_{read}"


def layer_name(net: Graph, array: LayerArray) -> str:
    """a3, z3, delta3, G3, y3, and the biases by the name of their parameters."""
    layer = int(array.layer)
    if array.letter == "b" and net.shared[layer].table is None:
        return net.shared[layer].name
    return f"{array.letter}{layer}"


def lines_of(net: Graph) -> tuple[list[GraphLine], list[GraphLine]]:
    """The lines of both passes."""
    forward, backward = [], []
    for key in net.places:
        use = net.shared[key]
        rows, columns = net.shape_of(key)
        if use.table is not None:
            name = f"w{key[0]}_{key[1]}" if isinstance(key, tuple) else f"b{key}"
            text = f"({_table_name(key)} @ {use.name}).reshape({rows}, {columns})"
            forward.append(GraphLine("S1", name, _worded(text, rows, columns)))
        elif use.factor is not None:
            forward.append(
                GraphLine(
                    "S1", f"w{key[0]}_{key[1]}", _worded(f"{use.name} * {_table_name(key)}", rows, columns)
                )
            )
    for layer in net.computed:
        terms = [MatMul(weights(layer, read), a(read)) for read in net.reads[layer]]
        forward.append(GraphLine("R1", f"z{layer}", MatAdd(*terms, b(layer))))
        passed = (a(read) for read in net.shortcuts.get(layer, ()))
        forward.append(GraphLine("R2", f"a{layer}", Plus(Called("activation", layer, z(layer)), *passed)))
    for layer in reversed(net.computed):
        backward += _lines_back(net, layer)
    uses: dict[str, list[Any]] = {}
    for key in net.places:
        uses.setdefault(net.shared[key].name, []).append(key)
    for name, keys in uses.items():
        backward.append(_line_of_parameter(net, name, keys))
    return forward, backward


def _lines_back(net: Graph, layer: int) -> list[GraphLine]:
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
    return [GraphLine("R4", f"G{layer}", Plus(*parts)), GraphLine(number, f"delta{layer}", error)]


def _line_of_parameter(net: Graph, name: str, keys: list[Any]) -> GraphLine:
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
    return GraphLine(number, f"nabla_{name}", _worded(" + ".join(texts), 1, 1))


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
    _lines: tuple[list[GraphLine], list[GraphLine]] = field(repr=False, compare=False)
    _functions: dict[tuple[str, str], Any] = field(
        init=False, repr=False, compare=False, default_factory=dict
    )

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
        found = self._function("forward", engine)(*given)
        return dict(zip(self.net.computed, found, strict=True))

    def _run(self, wanted: str, parameters: Mapping[str, Any], x: Any, y: Any) -> tuple[Any, dict[str, Any]]:
        engine = engine_of(list(parameters.values()), x, y)
        given, targets = self._arguments(engine, parameters, x, y)
        found = self._function(wanted, engine)(*given)
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
                self._function(f"cost{layer}", engine)(weighted, output, target)
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

    def _function(self, wanted: str, engine: Engine) -> Any:
        key = (wanted, engine.name)
        if key not in self._functions:
            self._functions[key] = _made(self.net, self._lines, wanted, engine)[0]
        return self._functions[key]

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


def _made(
    net: Graph, lines: tuple[list[GraphLine], list[GraphLine]], wanted: str, engine: Engine
) -> tuple[Any, GraphFunctions]:
    """A function of the program, bound to the namespace of the engine."""
    functions = GraphFunctions(net)  # type: ignore[arg-type]  # it has what is asked of a network
    if wanted.startswith("cost"):
        name = functions["cost", int(wanted.removeprefix("cost"))]
        return run("\n".join(functions.sources), "<cost>", engine.namespace())[name], functions
    forward, backward = lines
    names = list(net.parameters)
    results = [f"nabla_{name}" for name in names]
    if wanted == "value":
        results = [f"{letter}{layer}" for letter in "az" for layer in net.cost_reads] + results
    arguments = [*names, *(f"a{layer}" for layer in net.inputs), *(f"y{layer}" for layer in net.cost_reads)]
    if wanted == "forward":
        arguments = arguments[: len(arguments) - len(net.cost_reads)]
        results, backward = [f"a{layer}" for layer in net.computed], []
    bindings = [
        (_symbol(line.name), Numbered(line.expression, Str(line.number))) for line in (*forward, *backward)
    ]
    function = sympy.lambdify(
        [_symbol(name) for name in arguments],
        [_symbol(name) for name in results],
        modules=[{}],
        printer=GraphPrinter(functions, net),
        cse=lambda expressions: (bindings, expressions),
        docstring_limit=0,
    )
    namespace = engine.namespace()
    function.__globals__.update(run("\n".join(functions.sources), "<functions>", namespace))
    function.__globals__.update({name: namespace.asarray(table) for name, table in tables(net).items()})
    return function, functions


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


def _symbol(name: str) -> MatrixSymbol:
    return MatrixSymbol(name, 1, 1)


def compile_graph(net: Graph) -> CompiledGraph:
    """The gradient of the mean cost of a graph: the proved equations, lambdified."""
    lines = lines_of(net)
    function, functions = _made(net, lines, "gradient", Engine("numpy"))
    says = str(words.PROGRAM.format(depth=net.depth, cost=net.cost.name))
    if fixed := list(tables(net)):
        says += str(words.FIXED_NUMBERS.format(names=", ".join(fixed)))
    source = "\n".join(
        [docstring(says), "", "import numpy as np", "", *functions.sources, source_of(function)]
    )
    compiled = CompiledGraph(net, source, lines)
    compiled._functions["gradient", "numpy"] = function  # what is shown is what runs
    return compiled
