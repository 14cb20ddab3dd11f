"""What `verify` says of a graph: its compiled gradient against differences, in floating point and in many digits.

The cost of the differences is computed by the program's forward pass alone in floating point, and in many digits from
the formulas of σ and C.
"""

from __future__ import annotations

from typing import Any

import mpmath

from bpderive.later import np
from bpderive.letters.text import Text
from bpderive.programs.graphs.graph import Graph
from bpderive.programs.graphs.program import compile_graph
from bpderive.programs.graphs.symbolic import parameter
from bpderive.programs.verify import STEP
from bpderive.programs.verify.many_digits import activated, cost_term, exact, mean
from bpderive.programs.verify.result import Comparison, Verification, comparison
from bpderive.programs.verify.sample import require_seed

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
    rng = np.random.default_rng(require_seed(seed))
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
    in_digits = _ManyDigits(net, parameters, x, y)
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
            [float(in_digits.derivative(*place)) for place in chosen],
            labels,
            directions=0,
            tolerance=1e-12,
            cost=(float(value), float(in_digits.value())),
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
    """The cost of a graph in many digits, from the formulas of σ and C alone; x and y have an array for each layer."""

    def __init__(self, net: Graph, parameters: dict[str, Any], x: list[Any], y: list[Any]) -> None:
        self._net, self._term = net, cost_term(net.cost)
        self._x, self._y = list(map(exact, x)), list(map(exact, y))
        self._parameters = {name: exact(array) for name, array in parameters.items()}

    def value(self) -> Any:
        """The mean cost, with λ/2 Σ w²."""
        return self._value(self._parameters)

    def derivative(self, name: str, i: int) -> Any:
        """The central difference by one parameter."""
        with mpmath.workdps(DIGITS):
            step = mpmath.mpf(10) ** -15
            return (self._moved(name, i, step) - self._moved(name, i, -step)) / (2 * step)

    def _moved(self, name: str, i: int, step: Any) -> Any:
        moved = self._parameters[name].copy()
        moved.reshape(-1)[i] += step
        return self._value(self._parameters | {name: moved})

    def _value(self, parameters: dict[str, Any]) -> Any:
        net = self._net
        with mpmath.workdps(DIGITS):
            made = {key: net.shared[key].weights(parameters[net.shared[key].name]) for key in net.places}
            outputs = dict(zip(net.inputs, self._x, strict=True))
            for layer in net.computed:
                zs = sum(made[layer, read] @ outputs[read] for read in net.reads[layer]) + made[layer]
                passed = [outputs[read] for read in net.shortcuts.get(layer, ())]
                outputs[layer] = sum(passed, start=activated(net, layer, zs))
            ends = zip(net.cost_reads, self._y, strict=True)
            total = mpmath.fsum(mean(self._term, outputs[layer], target) for layer, target in ends)
            weighing = {net.shared[key].name for key in net.places if isinstance(key, tuple)}
            squares = sum((parameters[name] ** 2).sum() for name in weighing)
            return total + mpmath.mpf(net.decay) / 2 * squares
