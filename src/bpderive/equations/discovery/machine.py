"""What the forms of the gradient calculate on: a `Machine` has the numbers of a network, and counts the work.

Its numbers are polynomials in the unknowns of the network, so that what a program makes of them is what it computes in
general.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from math import prod
from typing import TypeAlias

from bpderive.judge.polynomials import Polynomial, added, constant
from bpderive.judge.truth import Component, Truth

Matrix: TypeAlias = list[list[Polynomial]]


@dataclass(frozen=True, slots=True)
class Work:
    """How many multiplications and additions a program does, and how many terms its sums have."""

    multiplications: int = 0
    additions: int = 0
    terms: int = 0

    def __add__(self, other: Work) -> Work:
        return Work(
            self.multiplications + other.multiplications,
            self.additions + other.additions,
            self.terms + other.terms,
        )


@dataclass(slots=True)
class Machine:
    """Multiplies and adds; `work` is what it has done."""

    truth: Truth
    work: Work = field(default_factory=Work)

    @property
    def sizes(self) -> tuple[int, ...]:
        """The widths of the layers."""
        return self.truth.sizes

    def weight(self, layer: int, j: int, k: int) -> Polynomial:
        """w^l_jk."""
        return self.truth.value(("w", layer, j, k))

    def activation(self, layer: int, k: int) -> Polynomial:
        """a^l_k."""
        return self.truth.value(("a", layer, k))

    def product(self, *factors: Polynomial) -> Polynomial:
        """The product; n factors are n − 1 multiplications."""
        self.work += Work(multiplications=len(factors) - 1)
        return prod(factors, start=constant(1))

    def total(self, terms: Iterable[Polynomial]) -> Polynomial:
        """The sum; n terms are n − 1 additions."""
        every = list(terms)
        self.work += Work(additions=len(every) - 1, terms=len(every))
        return added(every)

    def matrix_product(self, first: Matrix, second: Matrix) -> Matrix:
        """The product of two matrices, entry by entry, with all their zeros."""
        columns = list(zip(*second, strict=True))
        return [[self.total(map(self.product, row, column)) for column in columns] for row in first]


def parameters(sizes: tuple[int, ...]) -> Iterator[Component]:
    """The biases and weights of a network, neuron by neuron."""
    for layer in range(2, len(sizes) + 1):
        for j in range(sizes[layer - 1]):
            yield ("b", layer, j)
            yield from (("w", layer, j, k) for k in range(sizes[layer - 2]))
