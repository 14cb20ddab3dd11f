"""How much work each form of the gradient costs: the reason for each simplification of the long proof.

`simplifications(net)` gives the forms in the order in which one would find them, from the sum over all paths, written
out for every weight, to backpropagation. Each is a program of scalar assignments that is counted by walking it, and
`check()` runs it on polynomials and compares what it assigns with the derivatives by direct differentiation. To add a
form, write a generator of assignments and a row of `_FORMS`.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from bpderive.errors import StepError, TooManyPaths
from bpderive.network import Network
from bpderive.polynomials import Polynomial, added, constant
from bpderive.proofs import derivation
from bpderive.text import Text
from bpderive.truth import COST, Component, Truth

MOST_STEPS = 200_000
"""A program with more multiplications than this is counted by its formula only, and not run."""


@dataclass(frozen=True, slots=True)
class Product:
    """A product; n factors are n - 1 multiplications."""

    factors: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class Total:
    """A sum; n terms are n - 1 additions."""

    terms: tuple[Expression, ...]


Name: TypeAlias = "tuple[str, *tuple[int, ...]]"
"""A component of the network, a name that the program assigned before, ("σ′", l, j), ("∂C/∂a", m), or ("0",)."""

Expression: TypeAlias = "Product | Total | Name"
Program: TypeAlias = Iterator[tuple[Name, Expression]]


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


@dataclass(frozen=True, slots=True)
class Simplification:
    """One form of all the ∂C/∂w and ∂C/∂b of `sizes`: what is done, the line of the long proof, and the work."""

    title: Text
    line: tuple[str, int]
    sizes: tuple[int, ...]
    work: Work
    program: Callable[[tuple[int, ...]], Program]

    @property
    def latex(self) -> str:
        """The formula that is computed: a line of a part of the long proof."""
        part, place = self.line
        proof = {found.number: found for _, found in derivation("long").parts}[part]
        return proof.steps[place].statement.latex()

    def check(self) -> None:
        """Run the program on polynomials; raises `StepError` where a derivative is not that of the composed network.

        Raises `TooManyPaths` for a network on which the program has more than `MOST_STEPS` operations.
        """
        if self.work.multiplications > MOST_STEPS:
            raise TooManyPaths(
                f"“{self.title.en}” takes {self.work.multiplications:,} multiplications on {self.sizes}, more than "
                f"the {MOST_STEPS:,} that are run; check it on a smaller network.",
                math.prod(self.sizes[1:]),
            )
        truth = Truth(self.sizes)
        values: dict[Name, Polynomial] = {}
        counted = Work()
        for name, expression in self.program(self.sizes):
            values[name] = _value(expression, values, truth)
            counted = counted + _count(expression)
        for wanted in _parameters(self.sizes):
            if values[("∂C/∂" + wanted[0], *wanted[1:])] != truth.derivative(COST, wanted):
                raise StepError(f"“{self.title.en}” on {self.sizes}: ∂C/∂{wanted} is not what it gives.")
        if counted != self.work:
            raise StepError(
                f"“{self.title.en}” on {self.sizes}: its program does {counted}, not {self.work}."
            )


def simplifications(net: Network) -> tuple[Simplification, ...]:
    """The forms of the gradient, from the sum over paths to backpropagation, with their work on `net`."""
    return tuple(
        Simplification(title, line, net.sizes, work(net.sizes), program)
        for title, line, program, work in _FORMS
    )


def _parameters(sizes: tuple[int, ...]) -> Iterator[Component]:
    for layer in range(2, len(sizes) + 1):
        for j in range(sizes[layer - 1]):
            yield ("b", layer, j)
            for k in range(sizes[layer - 2]):
                yield ("w", layer, j, k)


def _value(expression: Expression, values: Mapping[Name, Polynomial], truth: Truth) -> Polynomial:
    if isinstance(expression, Product):
        result = constant(1)
        for factor in expression.factors:
            result = result * _value(factor, values, truth)
        return result
    if isinstance(expression, Total):
        return added(_value(term, values, truth) for term in expression.terms)
    match expression:
        case ("0",):
            return constant(0)
        case ("σ′", layer, j):
            return truth.slope(layer, j)
        case ("∂C/∂a", m):
            return truth.cost_slope(m)
        case _ if expression in values:
            return values[expression]
        case _:
            return truth.value(expression)


def _count(expression: Expression) -> Work:
    if isinstance(expression, Product):
        inner = [_count(factor) for factor in expression.factors]
        return sum(inner, start=Work(multiplications=len(expression.factors) - 1))
    if isinstance(expression, Total):
        inner = [_count(term) for term in expression.terms]
        return sum(inner, start=Work(additions=len(expression.terms) - 1, terms=len(expression.terms)))
    return Work()


def _product(*factors: Expression) -> Expression:
    return Product(factors) if len(factors) > 1 else factors[0]


# The programs


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
        terms.append(_product(("∂C/∂a", path[-1]), *links, *own))
    return Total(tuple(terms))


def _every_path(sizes: tuple[int, ...]) -> Program:
    for letter, layer, j, *k in _parameters(sizes):
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
        yield ("∂C/∂w", layer, j, k), _product(("a", layer - 1, k), ("∂C/∂b", layer, j))


def _named(sizes: tuple[int, ...]) -> Program:
    yield from _shared(sizes, lambda layer, j: _along_paths(sizes, layer, j, ("σ′", layer, j)))


def _nested(sizes: tuple[int, ...]) -> Program:
    def error(layer: int, j: int) -> Expression:
        if layer == len(sizes):
            return _product(("∂C/∂a", j), ("σ′", layer, j))
        terms = tuple(_product(("w", layer + 1, q, j), error(layer + 1, q)) for q in range(sizes[layer]))
        return _product(Total(terms), ("σ′", layer, j))

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
            yield (*into, p, q), Total(tuple(_product(row[r], second[r][q]) for r in inner))


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


def _from_the_left(sizes: tuple[int, ...]) -> Program:
    for layer in range(2, len(sizes) + 1):
        yield from _chain(sizes, layer, backwards=False)


def _from_the_right(sizes: tuple[int, ...]) -> Program:
    for layer in range(2, len(sizes) + 1):
        yield from _chain(sizes, layer, backwards=True)


def _handed_back(sizes: tuple[int, ...]) -> Program:
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


def _backpropagation(sizes: tuple[int, ...]) -> Program:
    last = len(sizes)
    for layer in range(last, 1, -1):
        for j in range(sizes[layer - 1]):
            carried: Expression = ("∂C/∂a", j)
            if layer < last:
                terms = (
                    _product(("w", layer + 1, q, j), ("∂C/∂b", layer + 1, q)) for q in range(sizes[layer])
                )
                carried = Total(tuple(terms))
            yield ("∂C/∂b", layer, j), _product(carried, ("σ′", layer, j))
            yield from _weights_of(sizes, layer, j)


# Their work, as formulas in the widths; `check` holds each against its program


def _layers(sizes: tuple[int, ...]) -> Iterator[tuple[int, int, int, int]]:
    """For each layer with weights: its distance to the output, n_l, n_{l-1}, and the paths from one of its neurons."""
    for layer in range(2, len(sizes) + 1):
        yield len(sizes) - layer, sizes[layer - 1], sizes[layer - 2], math.prod(sizes[layer:])


def _weights(sizes: tuple[int, ...]) -> Work:
    return Work(multiplications=sum(n * before for n, before in itertools.pairwise(sizes)))


def _work_of_every_path(sizes: tuple[int, ...]) -> Work:
    work = Work()
    for distance, n, before, paths in _layers(sizes):
        factors = 2 * distance + 2  # of a bias; a weight has one more
        work += Work(
            n * paths * (factors - 1 + before * factors),
            n * (1 + before) * (paths - 1),
            n * (1 + before) * paths,
        )
    return work


def _work_named(sizes: tuple[int, ...]) -> Work:
    work = _weights(sizes)
    for distance, n, _, paths in _layers(sizes):
        work += Work(n * paths * (2 * distance + 1), n * (paths - 1), n * paths)
    return work


def _work_nested(sizes: tuple[int, ...]) -> Work:
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


def _work_from_the_left(sizes: tuple[int, ...]) -> Work:
    work = _weights(sizes)
    for layer in range(2, len(sizes) + 1):
        rows = sizes[layer - 1]
        for n, following in itertools.pairwise(sizes[layer - 1 :]):
            work += _product_of(rows, n, following) + _product_of(rows, following, following)
        work += _product_of(rows, sizes[-1], 1)
    return work


def _work_from_the_right(sizes: tuple[int, ...]) -> Work:
    work = _weights(sizes)
    for layer in range(2, len(sizes) + 1):
        for n, following in itertools.pairwise(sizes[layer - 1 :]):
            work += _product_of(n, following, 1) + _product_of(following, following, 1)
        work += _product_of(sizes[layer - 1], sizes[layer - 1], 1)
    return work


def _work_handed_back(sizes: tuple[int, ...]) -> Work:
    work = _weights(sizes)
    for n in sizes[1:]:
        work += _product_of(n, n, 1)
    for n, following in itertools.pairwise(sizes[1:]):
        work += _product_of(n, following, 1)
    return work


def _work_of_backpropagation(sizes: tuple[int, ...]) -> Work:
    work = _weights(sizes) + Work(multiplications=sum(sizes[1:]))
    for n, following in itertools.pairwise(sizes[1:]):
        work += _product_of(n, following, 1)
    return work


_FORMS: tuple[
    tuple[Text, tuple[str, int], Callable[[tuple[int, ...]], Program], Callable[[tuple[int, ...]], Work]], ...
] = (
    (
        Text(en="every path of every weight", zh="逐个权重、逐条路径相加"),
        ("part A", -1),
        _every_path,
        _work_of_every_path,
    ),
    (
        Text(
            en="what does not depend on $k$ once for each neuron", zh="与 $k$ 无关的部分，每个神经元只算一次"
        ),
        ("part C", -1),
        _named,
        _work_named,
    ),
    (
        Text(en="common factors taken out of the sums", zh="把公因子提到求和号外"),
        ("part F", 1),
        _nested,
        _work_nested,
    ),
    (
        Text(en="matrices, multiplied from the left", zh="写成矩阵，从左往右乘"),
        ("part G", -1),
        _from_the_left,
        _work_from_the_left,
    ),
    (
        Text(en="the same product from the right", zh="同一个乘积，从右往左乘"),
        ("part G", -1),
        _from_the_right,
        _work_from_the_right,
    ),
    (
        Text(en="each layer from the one after it", zh="每一层直接用后一层的结果"),
        ("part G", 6),
        _handed_back,
        _work_handed_back,
    ),
    (
        Text(en="$\\odot$ for the diagonal matrix: backpropagation", zh="用 $\\odot$ 代替对角矩阵：反向传播"),
        ("BP2", -1),
        _backpropagation,
        _work_of_backpropagation,
    ),
)
"""What is done, the part and the line of the long proof, the program, and its work."""
