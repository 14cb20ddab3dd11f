"""The numbers of a network, and the paths of one weight."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any

import sympy

from bpderive.equations.paths import path_sum
from bpderive.errors import NetworkError
from bpderive.functions.costs import costs
from bpderive.functions.network import Network
from bpderive.lab.words import Answer, Asked
from bpderive.letters.symbols import Partial, SigmaPrime, quantity
from bpderive.letters.symbols import latex as in_the_letters
from bpderive.letters.text import Text
from bpderive.programs.gradient import gradient

MOST_LAYERS, MOST_NEURONS = 5, 5
"""How large a network of one's own may be."""

Place = tuple[str, int, int, int]
"""A letter, its layer, and its one or two indices, counted from 1: ("w", 2, 1, 3); a further index is 0."""


def network(asked: Asked) -> Answer:
    """A network's numbers in all five steps, and the paths of one weight, each with its factors, and their sum.

    Asked are `sizes`, `activation`, `cost`, the `weight` (l, j, k), and `numbers`, a list of places and values, for
    those that are not to be as they are at first.
    """
    sizes = tuple(int(size) for size in asked["sizes"])
    if not (2 <= len(sizes) <= MOST_LAYERS and all(1 <= size <= MOST_NEURONS for size in sizes)):
        raise NetworkError(_TOO_LARGE.format(layers=MOST_LAYERS, neurons=MOST_NEURONS))
    kind = sizes, str(asked["activation"]), str(asked["cost"])
    given = _start(sizes)
    given |= {
        _place(place): float(value) for place, value in asked.get("numbers", ()) if _place(place) in given
    }
    values = given | _computed(*kind)(given)
    layer, neuron, source = (int(part) for part in asked["weight"])
    paths: list[dict[str, Any]] = []
    for neurons, factors in _paths(*kind, layer, neuron, source):
        numbers = [(shown, math.prod(values[key] for key in keys)) for shown, keys in factors]
        shown_factors = [{"latex": shown, "value": number} for shown, number in numbers]
        product = math.prod(number for _, number in numbers)
        paths.append({"neurons": neurons, "factors": shown_factors, "value": product})
    return {
        "status": "computed",
        "values": [[place, value] for place, value in values.items()],
        "paths": paths,
        "sum": math.fsum(path["value"] for path in paths),
        "bp4": values["dw", layer, neuron, source],
    }


_TOO_LARGE = Text(
    "A network here has 2 to {layers} layers of 1 to {neurons} neurons each.",
    "这里的网络有 2 到 {layers} 层，每层 1 到 {neurons} 个神经元。",
)


def _place(given: Sequence[Any]) -> Place:
    letter, layer, first, second = given
    return str(letter), int(layer), int(first), int(second)


def _start(sizes: tuple[int, ...]) -> dict[Place, float]:
    """Some numbers to begin with: small, of both signs, and not all alike."""
    made: dict[Place, float] = {}
    for layer, size in enumerate(sizes, start=1):
        for j in range(1, size + 1):
            if layer == 1:
                made["x", 1, j, 0] = (3 * j % 4 + 1) / 4
                continue
            made["b", layer, j, 0] = (5 * j + 3 * layer) % 7 / 4 - 0.75
            for k in range(1, sizes[layer - 2] + 1):
                made["w", layer, j, k] = (7 * j + 4 * k + 5 * layer) % 8 / 4 - 0.875
    for j in range(1, sizes[-1] + 1):
        made["y", len(sizes), j, 0] = float(j % 2)
    return made


@lru_cache(maxsize=8)
def _computed(
    sizes: tuple[int, ...], activation: str, cost: str
) -> Callable[[dict[Place, float]], dict[Place, float]]:
    """What computes all numbers of a network from those that are given: its let-bindings, lambdified."""
    net = Network(sizes, activation, cost)
    found = gradient(net)
    last = net.depth
    places: dict[Place, sympy.Expr] = {("C", last, 0, 0): costs[cost].value(net.a[last], net.y)}
    for layer in range(2, last + 1):
        for j in range(1, net.width(layer) + 1):
            z = net.z[layer][j - 1, 0]
            places["z", layer, j, 0], places["a", layer, j, 0] = z, net.a[layer][j - 1, 0]
            places["slope", layer, j, 0] = net.activation_of(layer, j).derivative(z)
            places["delta", layer, j, 0] = found.delta[layer][j - 1, 0]
            places["db", layer, j, 0] = found.b[layer][j - 1, 0]
            for k in range(1, net.width(layer - 1) + 1):
                places["dw", layer, j, k] = found.w[layer][j - 1, k - 1]
    for j in range(1, net.width(last) + 1):
        output, wanted = net.a[last][j - 1, 0], net.y[j - 1, 0]
        places["cost_slope", last, j, 0] = costs[cost].derivative(output, wanted)
    arrays = {"x": {1: net.x}, "y": {last: net.y}, "w": net.w, "b": net.b}
    inputs = {key: arrays[key[0]][key[1]][key[2] - 1, max(key[3], 1) - 1] for key in _start(sizes)}
    letters = [*inputs.values(), *(symbol for symbol, _ in found.bindings)]
    names = {letter: sympy.Symbol(f"v{number}") for number, letter in enumerate(letters)}
    bindings = [(names[symbol], value.xreplace(names)) for symbol, value in found.bindings]
    wanted_values = [value.xreplace(names) for value in places.values()]
    program = sympy.lambdify(
        [names[letter] for letter in inputs.values()],
        wanted_values,
        "math",
        cse=lambda exprs: (bindings, exprs),
    )

    def computed(given: dict[Place, float]) -> dict[Place, float]:
        try:
            values = program(*(given[key] for key in inputs))
        except ArithmeticError as error:
            raise NetworkError(_NO_NUMBERS) from error
        return dict(zip(places, map(float, values), strict=True))

    return computed


_NO_NUMBERS = Text(
    "With these numbers the cost has no value: an output is where it is not defined.",
    "在这些数值下代价没有值：某个输出落在代价函数的定义域之外。",
)

Factors = tuple[tuple[str, tuple[Place, ...]], ...]


@lru_cache(maxsize=32)
def _paths(
    sizes: tuple[int, ...], activation: str, cost: str, layer: int, neuron: int, source: int
) -> tuple[tuple[tuple[tuple[int, int], ...], Factors], ...]:
    """Each path of a weight: its neurons, and its factors in LaTeX with the places whose numbers they multiply."""
    sums = path_sum(Network(sizes, activation, cost), layer, neuron, source)
    return tuple(
        (
            path.neurons,
            tuple(
                (in_the_letters(factor.value), tuple(map(_key, sympy.Mul.make_args(factor.value))))
                for factor in path.factors
            ),
        )
        for path in sums.paths
    )


def _key(part: sympy.Expr) -> Place:
    """Which number a part of a factor is."""
    if isinstance(part, SigmaPrime):
        return "slope", int(part.args[0]), int(part.args[1]) + 1, 0
    found = quantity(part.by if isinstance(part, Partial) else part)
    assert found is not None  # a factor is made of slopes, weights, activations and ∂C/∂a^L_m
    array, (row, column) = found
    if isinstance(part, Partial):
        return "cost_slope", int(array.layer), int(row) + 1, 0
    letter = "x" if array.letter == "a" and array.layer == 1 else array.letter
    return letter, int(array.layer), int(row) + 1, int(column) + 1 if letter == "w" else 0
