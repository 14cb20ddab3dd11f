"""The forms of the gradient as programs, from every path of every weight to backpropagation.

Each assigns all the ∂C/∂w and ∂C/∂b of a network of the given sizes, under their names.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable

from bpderive.equations.discovery.programs import Expression, Name, Program, Total, parameters, product


def _along_paths(sizes: tuple[int, ...], layer: int, j: int, *own: Name) -> Expression:
    """The literal sum over the paths from neuron j of `layer`, each term with the factors `own` at its end."""
    last = len(sizes)
    terms = []
    for rest in itertools.product(*(range(sizes[r - 1]) for r in range(layer + 1, last + 1))):
        path = (j, *rest)
        links: list[Name] = []
        for r in range(last, layer, -1):
            here, following = path[r - 1 - layer], path[r - layer]
            links += [("σ′", r, following), ("w", r, following, here)]
        terms.append(product(("∂C/∂a", path[-1]), *links, *own))
    return Total(tuple(terms))


def every_path(sizes: tuple[int, ...]) -> Program:
    """(53) for every weight and bias, with all its factors: part A of the long proof."""
    for letter, layer, j, *k in parameters(sizes):
        own: tuple[Name, ...] = (("σ′", layer, j), *((("a", layer - 1, k[0]),) if letter == "w" else ()))
        yield ("∂C/∂" + letter, layer, j, *k), _along_paths(sizes, layer, j, *own)


def _shared(sizes: tuple[int, ...], error: Callable[[int, int], Expression]) -> Program:
    """∂C/∂b^l_j = d^l_j, once for each neuron, and ∂C/∂w^l_jk = a^{l-1}_k d^l_j."""
    for layer in range(2, len(sizes) + 1):
        for j in range(sizes[layer - 1]):
            yield ("∂C/∂b", layer, j), error(layer, j)
            yield from _weights_of(sizes, layer, j)


def _weights_of(sizes: tuple[int, ...], layer: int, j: int) -> Program:
    for k in range(sizes[layer - 2]):
        yield ("∂C/∂w", layer, j, k), product(("a", layer - 1, k), ("∂C/∂b", layer, j))


def named(sizes: tuple[int, ...]) -> Program:
    """What does not depend on k once for each neuron, as ∂C/∂b^l_j."""
    yield from _shared(sizes, lambda layer, j: _along_paths(sizes, layer, j, ("σ′", layer, j)))


def nested(sizes: tuple[int, ...]) -> Program:
    """The sums with their common factors taken out, from the neuron outwards."""

    def error(layer: int, j: int) -> Expression:
        if layer == len(sizes):
            return product(("∂C/∂a", j), ("σ′", layer, j))
        terms = tuple(product(("w", layer + 1, q, j), error(layer + 1, q)) for q in range(sizes[layer]))
        return product(Total(terms), ("σ′", layer, j))

    yield from _shared(sizes, error)


def _factors(sizes: tuple[int, ...], layer: int) -> list[list[list[Name]]]:
    """Σ′(z^l), (w^{l+1})ᵀ, …, Σ′(z^L), ∇_aC, entry by entry."""
    last = len(sizes)

    def slopes(r: int) -> list[list[Name]]:
        everyone = range(sizes[r - 1])
        return [[("σ′", r, p) if p == q else ("0",) for q in everyone] for p in everyone]

    found: list[list[list[Name]]] = [slopes(layer)]
    for r in range(layer + 1, last + 1):
        found.append([[("w", r, q, p) for q in range(sizes[r - 1])] for p in range(sizes[r - 2])])
        found.append(slopes(r))
    return [*found, [[("∂C/∂a", m)] for m in range(sizes[-1])]]


def _times(first: list[list[Name]], second: list[list[Name]], into: Name) -> Program:
    """The matrix product, entry by entry, assigned to `into` with the entry's place."""
    inner = range(len(second))
    for p, row in enumerate(first):
        for q in range(len(second[0])):
            yield (*into, p, q), Total(tuple(product(row[r], second[r][q]) for r in inner))


def _entries(into: Name, rows: int, columns: int) -> list[list[Name]]:
    return [[(*into, p, q) for q in range(columns)] for p in range(rows)]


def _chain(sizes: tuple[int, ...], layer: int, backwards: bool) -> Program:
    """The product for one layer, multiplied out from the left, or from the right; its column goes to ∂C/∂b."""
    factors = _factors(sizes, layer)
    while len(factors) > 1:
        first, second = factors[-2:] if backwards else factors[:2]
        into: Name = ("product", layer, len(factors))
        yield from _times(first, second, into)
        made = _entries(into, len(first), len(second[0]))
        factors = [*factors[:-2], made] if backwards else [made, *factors[2:]]
    for j, [entry] in enumerate(factors[0]):
        yield ("∂C/∂b", layer, j), entry
        yield from _weights_of(sizes, layer, j)


def from_the_left(sizes: tuple[int, ...]) -> Program:
    """For each layer the product of matrices, multiplied out from the left."""
    for layer in range(2, len(sizes) + 1):
        yield from _chain(sizes, layer, backwards=False)


def from_the_right(sizes: tuple[int, ...]) -> Program:
    """The same product from the right: each step is a matrix times a column."""
    for layer in range(2, len(sizes) + 1):
        yield from _chain(sizes, layer, backwards=True)


def handed_back(sizes: tuple[int, ...]) -> Program:
    """Each layer from the column of the layer after it, still with Σ′ as a matrix."""
    last = len(sizes)
    for layer in range(last, 1, -1):
        slopes, *rest = _factors(sizes, layer)
        column = rest[-1]
        if layer < last:
            following: list[list[Name]] = [[("∂C/∂b", layer + 1, q)] for q in range(sizes[layer])]
            yield from _times(rest[0], following, ("carried", layer))
            column = _entries(("carried", layer), sizes[layer - 1], 1)
        yield from _times(slopes, column, ("product", layer))
        for j in range(sizes[layer - 1]):
            yield ("∂C/∂b", layer, j), ("product", layer, j, 0)
            yield from _weights_of(sizes, layer, j)


def backpropagation(sizes: tuple[int, ...]) -> Program:
    """(BP1) to (BP4), neuron by neuron."""
    last = len(sizes)
    for layer in range(last, 1, -1):
        for j in range(sizes[layer - 1]):
            carried: Expression = ("∂C/∂a", j)
            if layer < last:
                terms = (
                    product(("w", layer + 1, q, j), ("∂C/∂b", layer + 1, q)) for q in range(sizes[layer])
                )
                carried = Total(tuple(terms))
            yield ("∂C/∂b", layer, j), product(carried, ("σ′", layer, j))
            yield from _weights_of(sizes, layer, j)
