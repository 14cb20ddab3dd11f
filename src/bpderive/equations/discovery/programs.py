"""Programs of scalar assignments: what they are made of, what they compute, and how much work they do.

A program is a generator of pairs (name, expression), an expression being a `Product`, a `Total`, or the name of what
was assigned before. `value` computes one on polynomials, `count` the work of one; both walk it, and know no formula.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from bpderive.judge.polynomials import Polynomial, added, constant
from bpderive.judge.truth import Component, Truth


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


def product(*factors: Expression) -> Expression:
    """The product of the factors; of one, the factor itself."""
    return Product(factors) if len(factors) > 1 else factors[0]


def parameters(sizes: tuple[int, ...]) -> Iterator[Component]:
    """The biases and weights of a network, layer by layer."""
    for layer in range(2, len(sizes) + 1):
        for j in range(sizes[layer - 1]):
            yield ("b", layer, j)
            for k in range(sizes[layer - 2]):
                yield ("w", layer, j, k)


def value(expression: Expression, values: Mapping[Name, Polynomial], truth: Truth) -> Polynomial:
    """What an expression is as a polynomial, `values` being what was assigned before."""
    if isinstance(expression, Product):
        result = constant(1)
        for factor in expression.factors:
            result = result * value(factor, values, truth)
        return result
    if isinstance(expression, Total):
        return added(value(term, values, truth) for term in expression.terms)
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


def count(expression: Expression) -> Work:
    """The work of an expression."""
    if isinstance(expression, Product):
        inner = [count(factor) for factor in expression.factors]
        return sum(inner, start=Work(multiplications=len(expression.factors) - 1))
    if isinstance(expression, Total):
        inner = [count(term) for term in expression.terms]
        return sum(inner, start=Work(additions=len(expression.terms) - 1, terms=len(expression.terms)))
    return Work()
