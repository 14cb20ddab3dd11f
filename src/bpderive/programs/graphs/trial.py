"""What `verify` says of a graph: its compiled gradient against differences, in floating point and in many digits.

The cost of the differences is computed by the program's forward pass alone in floating point, and in many digits by the
let-bindings of (R1) and (R2) with the formulas of σ and C.
"""

from __future__ import annotations

from typing import Any

import mpmath
import sympy

from bpderive.errors import DomainError, shown
from bpderive.functions.network import component
from bpderive.later import np
from bpderive.letters.text import Text
from bpderive.programs.graphs.graph import Graph
from bpderive.programs.graphs.program import compile_graph
from bpderive.programs.graphs.symbolic import graph_gradient, parameter
from bpderive.programs.verify import STEP
from bpderive.programs.verify.result import Comparison, Verification, comparison

MOST_COMPARED = 24
"""How many parameters are moved, one by one."""

DIGITS = 50


def draw(net: Graph, rng: np.random.Generator, m: int = 3) -> tuple[dict[str, Any], list[Any], list[Any]]:
    """Parameters, inputs and desired outputs of `m` examples."""
    parameters = {
        name: rng.normal(size=shape) / np.sqrt(max(1, shape[-1])) for name, shape in net.parameters.items()
    }
    inputs = [rng.normal(size=(net.width(layer), m)) for layer in net.inputs]
    targets = [rng.uniform(0.1, 0.9, size=(net.width(layer), m)) for layer in net.cost_reads]
    return parameters, inputs, targets


def verify_graph(net: Graph, seed: int = 0) -> Verification:
    """Compare the compiled gradient of a graph with differences of its cost."""
    if type(seed) is not int or seed < 0:
        raise DomainError(
            Text(
                en="A seed is an integer from 0; given was {given}.",
                zh="种子是从 0 起的整数；给出的是 {given}。",
            ).format(given=shown(seed))
        )
    rng = np.random.default_rng(seed)
    compiled = compile_graph(net)
    parameters, x, y = draw(net, rng)
    value, found = compiled.value_and_gradient(parameters, x, y)
    places = [(name, i) for name, array in parameters.items() for i in range(array.size)]
    chosen = [places[i] for i in sorted(rng.permutation(len(places))[:MOST_COMPARED])]
    labels = [str(parameter(net, *place)) for place in chosen]
    derivatives = [float(found[name].reshape(-1)[i]) for name, i in chosen]

    def at(name: str, i: int, step: float) -> float:
        moved = parameters | {name: parameters[name].copy()}
        moved[name].reshape(-1)[i] += step
        return float(compiled.value_and_gradient(moved, x, y)[0])

    by_differences = [(at(name, i, STEP) - at(name, i, -STEP)) / (2 * STEP) for name, i in chosen]
    exact = _ManyDigits(net, parameters, x, y)
    made: dict[str, Comparison] = {
        "finite_difference": comparison(
            Text(en="finite differences of the cost, float64", zh="代价的有限差分（float64）"),
            derivatives,
            by_differences,
            labels,
            directions=0,
            tolerance=1e-6,
        ),
        "high_precision": comparison(
            Text(en="50 digits", zh="50 位高精度"),
            derivatives,
            [float(exact.derivative(*place)) for place in chosen],
            labels,
            directions=0,
            tolerance=1e-12,
            cost=(float(value), float(exact.value({}))),
        ),
    }
    count = len(places)
    about = Text(
        en="The compiled gradient of a network of {depth} layers with {count} parameters, at random parameters and {m} "
        "random examples (seed {seed}).",
        zh="{depth} 层网络的编译出的梯度，共 {count} 个参数；参数和 {m} 个样本都是随机的（种子 {seed}）。",
    ).format(depth=net.depth, count=count, m=x[0].shape[1], seed=seed)
    return Verification(net, seed, made, about, ())  # type: ignore[arg-type]  # a graph for a network


class _ManyDigits:
    """The cost of a graph in many digits, from the formulas of σ and C and the let-bindings of the forward pass."""

    def __init__(self, net: Graph, parameters: dict[str, Any], x: list[Any], y: list[Any]) -> None:
        self.net, self.x, self.y = net, x, y
        self.parameters = {
            parameter(net, name, i): mpmath.mpf(float(number))
            for name, array in parameters.items()
            for i, number in enumerate(array.reshape(-1))
        }
        forward = [
            pair for pair in graph_gradient(net).bindings if pair[0].name.partition("^")[0] in ("z", "a")
        ]
        cost = sympy.Add(
            *(
                net.cost.term(component("a", layer, n + 1), component("y", layer, n + 1))
                for layer in net.cost_reads
                for n in range(net.width(layer))
            )
        )
        self.lines = [
            (symbol, sorted(value.free_symbols, key=str), value)
            for symbol, value in [*forward, (sympy.Symbol("cost"), cost)]
        ]
        self.compiled = [
            (symbol, letters, sympy.lambdify(letters, value, modules="mpmath"))
            for symbol, letters, value in self.lines
        ]

    def value(self, moved: dict[Any, Any]) -> Any:
        """The mean cost, with other values for some parameters."""
        with mpmath.workdps(DIGITS):
            parameters = self.parameters | moved
            total = mpmath.mpf(0)
            m = self.x[0].shape[1]
            for column in range(m):
                known = dict(parameters)
                for letter, layers, arrays in (
                    ("x", self.net.inputs, self.x),
                    ("y", self.net.cost_reads, self.y),
                ):
                    for layer, array in zip(layers, arrays, strict=True):
                        for n in range(self.net.width(layer)):
                            known[component(letter, layer, n + 1)] = mpmath.mpf(float(array[n, column]))
                for symbol, letters, function in self.compiled:
                    known[symbol] = function(*(known[each] for each in letters))
                total += known[self.compiled[-1][0]]
            total /= m
            if self.net.decay:
                weighing = {self.net.shared[key].name for key in self.net.places if isinstance(key, tuple)}
                squares = sum(
                    parameters[parameter(self.net, name, i)] ** 2
                    for name in weighing
                    for i in range(int(np.prod(self.net.parameters[name])))
                )
                total += mpmath.mpf(self.net.decay) / 2 * squares
            return total

    def derivative(self, name: str, i: int) -> Any:
        """The central difference by one parameter."""
        with mpmath.workdps(DIGITS):
            step = mpmath.mpf(10) ** -15
            symbol = parameter(self.net, name, i)
            here = self.parameters[symbol]
            return (self.value({symbol: here + step}) - self.value({symbol: here - step})) / (2 * step)
