"""Compiled gradients against three other ways to the same numbers.

`verify(net)` draws parameters and a mini-batch from a seed and compares the compiled gradient with the hand-written
reference, with finite differences of the cost in floating point, and with those in many digits, which start
from the formulas of σ and C alone. To compare with one more thing, add a function to `_WAYS`.

    >>> result = verify(Network((2, 3, 2)))
    >>> result.ok, sorted(result.max_error)
    (True, ['finite_difference', 'high_precision', 'reference'])
    >>> result.max_error["reference"].norm < 1e-14
    True
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from bpderive.errors import NetworkError, shown
from bpderive.functions.activations import activations
from bpderive.functions.costs import costs
from bpderive.functions.network import Network, require_network
from bpderive.later import Array, later, np
from bpderive.letters.text import Text
from bpderive.programs.lambdified import CompiledGradient, compile_gradient
from bpderive.programs.verify.many_digits import ManyDigits
from bpderive.programs.verify.result import Comparison, Verification, comparison, flattened
from bpderive.programs.verify.sample import (
    Case,
    Place,
    directions,
    draw_case,
    entry,
    places,
    require_seed,
    sampled,
    spoken,
)

reference: Any = later("bpderive.programs.reference")

STEP = 2.0**-17
"""About the cube root of the rounding error of floating point, which is best for central differences."""


@dataclass(frozen=True, slots=True)
class _Trial:
    """What every comparison starts from."""

    net: Network
    compiled: CompiledGradient
    case: Case
    found: Any
    value: float
    chosen: list[Place]
    along: list[tuple[list[Array], list[Array]]]

    @property
    def labels(self) -> list[str]:
        """The names of what is compared by differences."""
        return [*map(spoken, self.chosen), *(f"direction {n + 1}" for n in range(len(self.along)))]

    @property
    def derivatives(self) -> list[float]:
        """The compiled gradient at the components and along the directions that are compared by differences."""
        all_found = flattened(self.found)
        return [
            *(entry(place, self.found) for place in self.chosen),
            *(float(np.dot(all_found, flattened(direction))) for direction in self.along),
        ]


def _against_reference(trial: _Trial) -> Comparison | Text:
    net = trial.net
    layers = [net.layer_activation(layer) for layer in range(2, net.depth + 1)]
    names = [
        f.name
        for f in layers
        if f is not None and activations.get(f.name) == f and f.name in (*reference.ACTIVATIONS, "softmax")
    ]
    if (
        len(names) < len(layers)
        or costs.get(net.cost.name) != net.cost
        or net.cost.name not in reference.COSTS
        or names[-1] not in _WRITTEN_WITH.get(net.cost.name, names)
    ):
        return Text(
            en="There is no hand-written reference for these activations and this cost, one activation a layer, "
            "so the gradient is compared with differences alone.",
            zh="对这些激活函数和这个代价函数（每层一种激活函数），没有手写的参照程序，因此梯度只与差分比较。",
        )
    expected = reference.backprop(*trial.case.arguments, activation=names, cost=net.cost.name)
    value = reference.cost(*trial.case.arguments, activation=names, cost=net.cost.name)
    return comparison(
        Text(en="the hand-written reference", zh="手写的参照程序"),
        flattened(trial.found),
        flattened(expected),
        [spoken(place) for place in places(net)],
        directions=0,
        tolerance=1e-13,
        cost=(trial.value, value),
    )


def _against_differences(trial: _Trial) -> Comparison:
    """Central differences of the compiled cost in floating point."""
    weights, biases, x, y = trial.case.arguments

    def value_at(moved_b: list[Array], moved_w: list[Array]) -> float:
        value, _ = trial.compiled.value_and_gradient(moved_w, moved_b, x, y)
        return float(value)

    def along(direction: tuple[list[Array], list[Array]]) -> float:
        sides = []
        for step in (STEP, -STEP):
            moved_b = [b + step * d for b, d in zip(biases, direction[0], strict=True)]
            moved_w = [w + step * d for w, d in zip(weights, direction[1], strict=True)]
            sides.append(value_at(moved_b, moved_w))
        return (sides[0] - sides[1]) / (2 * STEP)

    def unit(place: Place) -> tuple[list[Array], list[Array]]:
        letter, layer, j, k = place
        made = [np.zeros_like(b) for b in biases], [np.zeros_like(w) for w in weights]
        made[0 if letter == "b" else 1][layer - 2][j, k] = 1.0
        return made

    expected = [
        *(along(unit(place)) for place in trial.chosen),
        *(along(direction) for direction in trial.along),
    ]
    return comparison(
        Text(en="finite differences of the cost, float64", zh="代价的有限差分（float64）"),
        trial.derivatives,
        expected,
        trial.labels,
        directions=len(trial.along),
        tolerance=1e-6,
    )


def _against_many_digits(trial: _Trial) -> Comparison:
    """Central differences in many digits, of the cost computed from the formulas alone."""
    exact = ManyDigits(trial.net, *trial.case.arguments)
    expected = [
        *(
            float(exact.by_parameter(layer, j, None if letter == "b" else k))
            for letter, layer, j, k in trial.chosen
        ),
        *(float(exact.along(*direction)) for direction in trial.along),
    ]
    return comparison(
        Text(en="50 digits", zh="50 位高精度"),
        trial.derivatives,
        expected,
        trial.labels,
        directions=len(trial.along),
        tolerance=1e-13,
        cost=(trial.value, float(exact.value())),
    )


_WRITTEN_WITH = {"cross_entropy": ("sigmoid",), "log_likelihood": ("softmax",)}
"""The output activations for which the reference has these costs; the others it has for all."""

_WAYS = {
    "reference": _against_reference,
    "finite_difference": _against_differences,
    "high_precision": _against_many_digits,
}


def verify(net: Network, seed: int = 0, compiled: CompiledGradient | None = None) -> Verification:
    """Compare the compiled gradient of `net` with the reference, with finite differences, and with many digits.

    `compiled` is what is verified, by default `compile_gradient(net)`. The result has `ok`, and
    `max_error` with the keys "reference" (absent where there is none), "finite_difference" and "high_precision"; it
    prints as a table. Raises `NetworkError` if `compiled` belongs to another network, `DomainError` for a seed that is
    none.
    """
    require_network(net)
    if compiled is None:
        compiled = compile_gradient(net)
    if getattr(compiled, "net", None) != net or not callable(getattr(compiled, "value_and_gradient", None)):
        raise NetworkError(_NOT_COMPILED.format(net=net, given=shown(compiled)))
    rng = np.random.default_rng(require_seed(seed))
    case = draw_case(net, rng)
    value, found = compiled.value_and_gradient(*case.arguments)
    trial = _Trial(net, compiled, case, found, value, sampled(net, rng), directions(net, rng))
    results = {name: compare(trial) for name, compare in _WAYS.items()}
    made = {name: result for name, result in results.items() if isinstance(result, Comparison)}
    notes = tuple(result for result in results.values() if isinstance(result, Text))
    return Verification(net, seed, made, _about(trial, seed), notes)


_NOT_COMPILED = Text(
    en="The gradient to verify must be compile_gradient({net}); given was {given}.",
    zh="要核对的梯度应是 compile_gradient({net})；给出的是 {given}。",
)


def _about(trial: _Trial, seed: int) -> Text:
    count = sum(1 for _ in places(trial.net))
    return Text(
        en="The compiled gradient of a network of sizes {sizes} with {count} weights and biases, at random parameters "
        "and {m} random examples (seed {seed}).",
        zh="网络 {sizes} 的编译出的梯度，共 {count} 个权重和偏置；参数和 {m} 个样本都是随机的（种子 {seed}）。",
    ).format(sizes=trial.net.sizes, count=count, m=trial.case.x.shape[1], seed=seed)


__all__ = ["Comparison", "Verification", "verify"]
