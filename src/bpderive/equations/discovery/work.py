"""The work of each form of the gradient as a formula in the widths; `Simplification.check` counts it in the program."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator

from bpderive.equations.discovery.machine import Work


def _layers(sizes: tuple[int, ...]) -> Iterator[tuple[int, int, int, int]]:
    """For each layer with weights: its distance to the output, n_l, n_{l-1}, and the paths from one of its neurons."""
    for layer in range(2, len(sizes) + 1):
        yield len(sizes) - layer, sizes[layer - 1], sizes[layer - 2], math.prod(sizes[layer:])


def _weights(sizes: tuple[int, ...]) -> Work:
    return Work(multiplications=sum(n * before for n, before in itertools.pairwise(sizes)))


def every_path(sizes: tuple[int, ...]) -> Work:
    """A product for each path of each weight and bias."""
    work = Work()
    for distance, n, before, paths in _layers(sizes):
        factors = 2 * distance + 2  # of a bias; a weight has one more
        work += Work(
            n * paths * (factors - 1 + before * factors),
            n * (1 + before) * (paths - 1),
            n * (1 + before) * paths,
        )
    return work


def named(sizes: tuple[int, ...]) -> Work:
    """A product for each path of each neuron, and one for each weight."""
    work = _weights(sizes)
    for distance, n, _, paths in _layers(sizes):
        work += Work(n * paths * (2 * distance + 1), n * (paths - 1), n * paths)
    return work


def nested(sizes: tuple[int, ...]) -> Work:
    """The sums with their common factors taken out, written out anew for each neuron."""
    work, one = _weights(sizes), Work(multiplications=1)
    for n, following in zip(sizes[:0:-1], (0, *sizes[:1:-1]), strict=True):
        if following:
            many = Work(following * one.multiplications, following * one.additions, following * one.terms)
            one = many + Work(following + 1, following - 1, following)
        work += Work(n * one.multiplications, n * one.additions, n * one.terms)
    return work


def _product_of(rows: int, inner: int, columns: int) -> Work:
    """The work of a product of matrices, with all its zeros."""
    return Work(rows * inner * columns, rows * (inner - 1) * columns, rows * inner * columns)


def from_the_left(sizes: tuple[int, ...]) -> Work:
    """For each layer its product of matrices, from the left."""
    work = _weights(sizes)
    for layer in range(2, len(sizes) + 1):
        rows = sizes[layer - 1]
        for n, following in itertools.pairwise(sizes[layer - 1 :]):
            work += _product_of(rows, n, following) + _product_of(rows, following, following)
        work += _product_of(rows, sizes[-1], 1)
    return work


def from_the_right(sizes: tuple[int, ...]) -> Work:
    """For each layer its product of matrices, from the right: each is a matrix times a column."""
    work = _weights(sizes)
    for layer in range(2, len(sizes) + 1):
        for n, following in itertools.pairwise(sizes[layer - 1 :]):
            work += _product_of(n, following, 1) + _product_of(following, following, 1)
        work += _product_of(sizes[layer - 1], sizes[layer - 1], 1)
    return work


def handed_back(sizes: tuple[int, ...]) -> Work:
    """Two products of a matrix and a column for each layer, one of them with a diagonal matrix."""
    work = _weights(sizes)
    for n in sizes[1:]:
        work += _product_of(n, n, 1)
    for n, following in itertools.pairwise(sizes[1:]):
        work += _product_of(n, following, 1)
    return work


def backpropagation(sizes: tuple[int, ...]) -> Work:
    """One product of a matrix and a column, and one multiplication by σ′ for each neuron."""
    work = _weights(sizes) + Work(multiplications=sum(sizes[1:]))
    for n, following in itertools.pairwise(sizes[1:]):
        work += _product_of(n, following, 1)
    return work
