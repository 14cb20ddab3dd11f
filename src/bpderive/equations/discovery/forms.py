"""The forms of the gradient as programs, from every path of every weight to backpropagation.

Each computes all the ∂C/∂w and ∂C/∂b of a network on a `Machine`, and yields them with what they are derivatives by.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from functools import reduce
from typing import TypeAlias

from bpderive.equations.discovery.machine import Machine, Matrix, parameters
from bpderive.judge.polynomials import Polynomial, constant
from bpderive.judge.truth import Component

Program: TypeAlias = Callable[[Machine], Iterator[tuple[Component, Polynomial]]]
Found: TypeAlias = Iterator[tuple[Component, Polynomial]]


def _along_paths(machine: Machine, layer: int, j: int, *own: Polynomial) -> Polynomial:
    """The literal sum over the paths from neuron j of `layer`, each term with the factors `own` at its end."""
    truth, last = machine.truth, len(machine.sizes)
    terms = []
    for rest in itertools.product(*(range(width) for width in machine.sizes[layer:])):
        links = []
        for r, (here, following) in enumerate(itertools.pairwise((j, *rest)), start=layer + 1):
            links += [truth.slope(r, following), machine.weight(r, following, here)]
        terms.append(machine.product(truth.cost_slope((j, *rest)[last - layer]), *links, *own))
    return machine.total(terms)


def _neurons(machine: Machine) -> Iterator[tuple[int, int]]:
    """The layer and the number of every neuron that has a bias."""
    for layer in range(2, len(machine.sizes) + 1):
        yield from ((layer, j) for j in range(machine.sizes[layer - 1]))


def every_path(machine: Machine) -> Found:
    """(53) for every weight and bias, with all its factors: part A of the long proof."""
    for wanted in parameters(machine.sizes):
        _, layer, j, *source = wanted
        own = [machine.truth.slope(layer, j), *(machine.activation(layer - 1, k) for k in source)]
        yield wanted, _along_paths(machine, layer, j, *own)


def _shared(machine: Machine, layer: int, j: int, by_bias: Polynomial) -> Found:
    """∂C/∂b^l_j = d^l_j, once for each neuron, and ∂C/∂w^l_jk = a^{l-1}_k d^l_j."""
    yield ("b", layer, j), by_bias
    for k in range(machine.sizes[layer - 2]):
        yield ("w", layer, j, k), machine.product(machine.activation(layer - 1, k), by_bias)


def named(machine: Machine) -> Found:
    """What does not depend on k once for each neuron, as ∂C/∂b^l_j."""
    for layer, j in _neurons(machine):
        yield from _shared(machine, layer, j, _along_paths(machine, layer, j, machine.truth.slope(layer, j)))


def nested(machine: Machine) -> Found:
    """The sums with their common factors taken out, from the neuron outwards."""

    def error(layer: int, j: int) -> Polynomial:
        carried = machine.truth.cost_slope(j)
        if layer < len(machine.sizes):
            following = range(machine.sizes[layer])
            carried = machine.total(
                machine.product(machine.weight(layer + 1, q, j), error(layer + 1, q)) for q in following
            )
        return machine.product(carried, machine.truth.slope(layer, j))

    for layer, j in _neurons(machine):
        yield from _shared(machine, layer, j, error(layer, j))


def _slopes(machine: Machine, layer: int) -> Matrix:
    """Σ′(z^l)."""
    everyone = range(machine.sizes[layer - 1])
    return [[machine.truth.slope(layer, p) if p == q else constant(0) for q in everyone] for p in everyone]


def _transposed(machine: Machine, layer: int) -> Matrix:
    """(w^l)ᵀ."""
    rows, columns = machine.sizes[layer - 2], machine.sizes[layer - 1]
    return [[machine.weight(layer, q, p) for q in range(columns)] for p in range(rows)]


def _gradient_of_cost(machine: Machine) -> Matrix:
    """∇_aC."""
    return [[machine.truth.cost_slope(m)] for m in range(machine.sizes[-1])]


def _of_column(machine: Machine, layer: int, column: Matrix) -> Found:
    for j, [entry] in enumerate(column):
        yield from _shared(machine, layer, j, entry)


def _factors(machine: Machine, layer: int) -> list[Matrix]:
    """Σ′(z^l), (w^{l+1})ᵀ, …, Σ′(z^L), ∇_aC."""
    found = [_slopes(machine, layer)]
    for r in range(layer + 1, len(machine.sizes) + 1):
        found += [_transposed(machine, r), _slopes(machine, r)]
    return [*found, _gradient_of_cost(machine)]


def from_the_left(machine: Machine) -> Found:
    """For each layer the product of matrices, multiplied out from the left."""
    for layer in range(2, len(machine.sizes) + 1):
        column = reduce(machine.matrix_product, _factors(machine, layer))
        yield from _of_column(machine, layer, column)


def from_the_right(machine: Machine) -> Found:
    """The same product from the right: each step is a matrix times a column."""
    for layer in range(2, len(machine.sizes) + 1):
        column, *before = reversed(_factors(machine, layer))
        for factor in before:
            column = machine.matrix_product(factor, column)
        yield from _of_column(machine, layer, column)


def handed_back(machine: Machine) -> Found:
    """Each layer from the column of the layer after it, still with Σ′ as a matrix."""
    column, last = _gradient_of_cost(machine), len(machine.sizes)
    for layer in range(last, 1, -1):
        if layer < last:
            column = machine.matrix_product(_transposed(machine, layer + 1), column)
        column = machine.matrix_product(_slopes(machine, layer), column)
        yield from _of_column(machine, layer, column)


def backpropagation(machine: Machine) -> Found:
    """(BP1) to (BP4): ⊙ in the place of the diagonal matrix."""
    column, last = _gradient_of_cost(machine), len(machine.sizes)
    for layer in range(last, 1, -1):
        if layer < last:
            column = machine.matrix_product(_transposed(machine, layer + 1), column)
        slopes = (machine.truth.slope(layer, j) for j in range(len(column)))
        column = [[machine.product(*row, slope)] for row, slope in zip(column, slopes, strict=True)]
        yield from _of_column(machine, layer, column)
