"""A compiled gradient: the lines of a network, lambdified, and called with arrays that were checked."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from sympy import MatrixExpr

from bpderive.functions.activations.elementwise import docstring, imports
from bpderive.functions.network import Network, require_network
from bpderive.later import Array
from bpderive.letters.symbols import ParameterGradient, a, b, w, y, z
from bpderive.letters.text import Text
from bpderive.programs.lambdified.arrays import (
    NUMPY,
    Engine,
    at_hand,
    checked,
    checked_input,
    engine_of,
    ready,
)
from bpderive.programs.lambdified.counts import Operations, operations
from bpderive.programs.lambdified.functions import Functions
from bpderive.programs.lambdified.lines import Line, backward_lines, forward_lines
from bpderive.programs.lambdified.printer import lambdified, source_of


class Gradient(NamedTuple):
    """The gradient of the mean cost: b[i] and w[i] have the shapes of biases[i] and weights[i], for layer i + 2."""

    b: list[Array]
    w: list[Array]


@dataclass(frozen=True, slots=True)
class Program:
    """The lines of both passes of `net`."""

    net: Network
    forward: tuple[Line, ...]
    backward: tuple[Line, ...]

    def function(self, wanted: str, engine: Engine) -> tuple[Callable[..., Any], Functions]:
        """The function that is wanted, for the arrays of an engine, and the functions that it calls.

        "gradient" takes w^2, …, w^L, b^2, …, b^L, x and y; "value_and_gradient" gives a^L and z^L before it, of which
        "cost" with y is the value; "forward" gives a^L.
        """
        last, functions = self.net.depth, Functions(self.net)
        if wanted == "cost":
            name = functions["cost", last]
            return functions.on(engine)[name], functions
        layers = range(2, last + 1)
        derivatives: list[MatrixExpr] = [ParameterGradient(letter(at)) for letter in (b, w) for at in layers]
        results = {
            "gradient": derivatives,
            "value_and_gradient": [a(last), z(last), *derivatives],
            "forward": [a(last)],
        }[wanted]
        arguments = [*(letter(at) for letter in (w, b) for at in layers), a(1)]
        lines = [*self.forward]
        if wanted != "forward":
            arguments.append(y(last))
            lines += self.backward
        function = lambdified(lines, arguments, results, functions, last)
        function.__globals__.update(functions.on(engine))
        return function, functions


@dataclass(frozen=True, slots=True)
class CompiledGradient:
    """The gradient of the mean cost of `net`, computed by `source`.

    Call it with weights, biases, x and y: weights[i] has the shape (n_l, n_{l-1}) and biases[i] (n_l, 1) with
    l = i + 2; x (n_1, m) and y (n_L, m) have one column for each example. Raises `ShapeError` for anything else. The
    arrays may be NumPy's, or all of PyTorch, JAX, CuPy or Dask (x and y in chunks of examples): what goes in comes out.
    Numbers and lists are taken as NumPy arrays of float64. Nothing that is given is written to.
    """

    net: Network
    source: str = field(repr=False)
    _program: Program = field(repr=False, compare=False)
    _functions: dict[tuple[str, str], Callable[..., Any]] = field(
        init=False, repr=False, compare=False, default_factory=dict
    )

    def __call__(self, weights: Any, biases: Any, x: Any, y: Any) -> Gradient:
        """(∂C/∂b, ∂C/∂w), C being the mean cost over the columns."""
        arguments = ready(self.net.sizes, weights, biases, x, y)
        if arguments is not None:
            found = self._function("gradient", Engine(NUMPY))(*arguments)
            return Gradient(found[: self.net.depth - 1], found[self.net.depth - 1 :])
        weights, biases = at_hand(weights), at_hand(biases)
        engine = engine_of(weights, biases, x, y)
        arguments, dtype = checked(self.net, engine, weights, biases, x, y)
        return self._gradient(self._function("gradient", engine)(*arguments), engine, dtype)

    def value_and_gradient(self, weights: Any, biases: Any, x: Any, y: Any) -> tuple[Any, Gradient]:
        """The mean cost over the columns, equation (26), and its gradient; a float for arrays of NumPy."""
        weights, biases = at_hand(weights), at_hand(biases)
        engine = engine_of(weights, biases, x, y)
        arguments, dtype = checked(self.net, engine, weights, biases, x, y)
        found = self._function("value_and_gradient", engine)(*arguments)
        output, weighted, *derivatives = found
        cost = self._function("cost", engine)(weighted, output, arguments[-1])
        return engine.number(cost), self._gradient(derivatives, engine, dtype)

    def forward(self, weights: Any, biases: Any, x: Any) -> Any:
        """a^L, shape (n_L, m), for x of shape (n_1, m)."""
        weights, biases = at_hand(weights), at_hand(biases)
        engine = engine_of(weights, biases, x)
        arguments, dtype = checked_input(self.net, engine, weights, biases, x)
        [output] = self._function("forward", engine)(*arguments)
        return engine.of_dtype(output, dtype)

    def operations(self) -> Operations:
        """How many multiplications and additions both passes take, as formulas in the layer sizes."""
        return operations(self.net)

    def _gradient(self, found: list[Any], engine: Engine, dtype: Any) -> Gradient:
        given = [engine.of_dtype(array, dtype) for array in found]
        return Gradient(given[: self.net.depth - 1], given[self.net.depth - 1 :])

    def _function(self, wanted: str, engine: Engine) -> Callable[..., Any]:
        """The function for the arrays of an engine, made when it is first called for."""
        key = (wanted, engine.name)
        if key not in self._functions:
            self._functions[key] = self._program.function(wanted, engine)[0]
        return self._functions[key]

    def __reduce__(self) -> tuple[Any, ...]:
        # Functions that were made at run time are not pickled; the network says how to make them again.
        return compile_gradient, (self.net,)


def compile_gradient(net: Network) -> CompiledGradient:
    """The gradient of the mean cost of `net`: the proved matrix equations, lambdified.

    Raises `NetworkError` for what is no Network.
    """
    require_network(net)
    program = Program(net, tuple(forward_lines(net)), tuple(backward_lines(net)))
    function, functions = program.function("gradient", Engine(NUMPY))
    compiled = CompiledGradient(net, _source(net, functions, function), program)
    compiled._functions["gradient", NUMPY] = function  # what is shown is what runs
    return compiled


_SAYS = Text(
    "Backpropagation for {sizes}, {cost}; columns are examples.",
    "网络 {sizes} 的反向传播，{cost}；每列是一个样本。",
)


def _source(net: Network, functions: Functions, function: Callable[..., Any]) -> str:
    """The whole program of the gradient: the functions that it calls, and the lines."""
    says = str(_SAYS.format(sizes=net.sizes, cost=net.cost.title))
    texts = [*functions.sources, source_of(function)]
    return "\n".join([docstring(says), "", imports("\n".join(texts)), "", *texts])
