"""What a verification is made on: random parameters and examples, and which derivatives are compared.

Everything follows from the seed. A network with at most `EVERY` weights and biases is compared in every component; of a
larger one `COMPONENTS` are drawn, some of every array, and `DIRECTIONS` directions in which all parameters move.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from sympy import Interval

from bpderive.errors import DomainError, shown
from bpderive.functions.network import Network, component
from bpderive.later import Array, np
from bpderive.letters.text import Text

EVERY = 150
COMPONENTS = 48
DIRECTIONS = 4
EXAMPLES = 3
MOST_DRAWS = 200
MARGIN = 1e-3
"""How far every z is kept from a kink of its activation."""

Place = tuple[str, int, int, int]
"""("w", layer, j, k) or ("b", layer, j, 0), indices from 0."""


@dataclass(frozen=True, slots=True)
class Case:
    """Parameters, a mini-batch, and how many draws it took to keep clear of kinks."""

    weights: list[Array]
    biases: list[Array]
    x: Array
    y: Array
    draws: int

    @property
    def arguments(self) -> tuple[list[Array], list[Array], Array, Array]:
        """As a compiled gradient takes them."""
        return self.weights, self.biases, self.x, self.y


_NO_SEED = Text(
    en="A seed is an integer from 0, of at most 128 bits; given was {given}.",
    zh="种子应是从 0 起、不超过 128 位二进制的整数；给出的是 {given}。",
)


def require_seed(given: object) -> int:
    """What was given; raises `DomainError` unless it is a seed."""
    if type(given) is not int or not 0 <= given < 2**128:
        raise DomainError(_NO_SEED.format(given=shown(given)))
    return given


def draw_case(net: Network, rng: np.random.Generator) -> Case:
    """Parameters that keep the z of order 1, and examples.

    Drawn anew while some z is near a kink, or while no change of a parameter of layer 2 can reach the output, as when
    relus let nothing through: a gradient of zeros would agree with anything.
    """
    margin, draws = MARGIN, 0
    while True:
        draws += 1
        weights = [rng.normal(size=(n, k)) / np.sqrt(k) for k, n in pairwise(net.sizes)]
        biases = [rng.normal(size=(n, 1)) for n in net.sizes[1:]]
        x = rng.normal(size=(net.sizes[0], EXAMPLES))
        y = _targets(net, rng)
        distance, passes = _forward(net, weights, biases, x)
        if distance > margin and (passes or draws > MOST_DRAWS):
            return Case(weights, biases, x, y, draws)
        # With many neurons some z is always near a kink; the margin gives way before the seed does.
        margin *= 0.8


def _targets(net: Network, rng: np.random.Generator) -> Array:
    shape = (net.sizes[-1], EXAMPLES)
    allowed = net.cost.targets
    if isinstance(allowed, Interval) and allowed.measure.is_finite:
        return rng.uniform(float(allowed.inf), float(allowed.sup), size=shape)
    return rng.normal(size=shape)


def _forward(net: Network, weights: list[Array], biases: list[Array], x: Array) -> tuple[float, bool]:
    """How near any z comes to a kink of its activation, and whether in some example every layer lets a change pass."""
    least, activations, passing = float("inf"), x, np.ones(x.shape[1], dtype=bool)
    for layer in range(2, net.depth + 1):
        zs = weights[layer - 2] @ activations + biases[layer - 2]
        if net.vector_output is not None and layer == net.depth:
            continue  # without kinks, and every change reaches the outputs
        functions = [net.activation_of(layer, j + 1) for j in range(net.width(layer))]
        for function, row in zip(functions, zs, strict=True):
            least = min([least, *(float(np.min(np.abs(row - float(kink)))) for kink in function.kinks)])
        activations = np.array([function.numpy(row) for function, row in zip(functions, zs, strict=True)])
        slopes = np.array(
            [function.numpy_derivative(row) for function, row in zip(functions, zs, strict=True)]
        )
        passing &= np.any(slopes != 0, axis=0)
    return least, bool(np.any(passing))


def places(net: Network) -> Iterator[Place]:
    """Every bias and weight, array by array."""
    for layer in range(2, net.depth + 1):
        yield from (("b", layer, j, 0) for j in range(net.width(layer)))
    for layer in range(2, net.depth + 1):
        yield from (("w", layer, j, k) for j in range(net.width(layer)) for k in range(net.width(layer - 1)))


def sampled(net: Network, rng: np.random.Generator) -> list[Place]:
    """The components that are compared: all of a small network, else some of every array."""
    every = list(places(net))
    if len(every) <= EVERY:
        return every
    arrays: dict[tuple[str, int], list[Place]] = {}
    for place in every:
        arrays.setdefault(place[:2], []).append(place)
    each = max(2, COMPONENTS // len(arrays))
    chosen = []
    for array in arrays.values():
        at = np.sort(rng.choice(len(array), size=min(each, len(array)), replace=False))
        chosen += [array[i] for i in at]
    return chosen


def directions(net: Network, rng: np.random.Generator) -> list[tuple[list[Array], list[Array]]]:
    """Unit vectors in the space of all parameters, as arrays for the biases and arrays for the weights."""
    found = []
    for _ in range(DIRECTIONS):
        along_b = [rng.normal(size=(n, 1)) for n in net.sizes[1:]]
        along_w = [rng.normal(size=(n, k)) for k, n in pairwise(net.sizes)]
        length = np.sqrt(sum(float(np.sum(array**2)) for array in [*along_b, *along_w]))
        found.append(([array / length for array in along_b], [array / length for array in along_w]))
    return found


def entry(place: Place, gradient: Any) -> float:
    """The component of a gradient (b, w) at a place."""
    letter, layer, j, k = place
    return float(gradient[0 if letter == "b" else 1][layer - 2][j, k])


def spoken(place: Place) -> str:
    """The name of a component: ∂C/∂w^2_13."""
    letter, layer, j, k = place
    indices = (j + 1,) if letter == "b" else (j + 1, k + 1)
    return f"∂C/∂{component(letter, layer, *indices).name}"
