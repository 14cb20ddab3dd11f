"""Checks of the equations that are not identities in the components of one network.

The examples (24) and (28), the average over training examples (26), the shorthands (31) and (32), and the difference
quotient (46). A check returns what it decided, or raises `Refuted`.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping
from fractions import Fraction

import sympy
from sympy import Basic, Expr, Function, MatrixBase, Sum, Symbol, oo

from bpderive.claims import WRITTEN_OUT, Decided
from bpderive.errors import Refuted
from bpderive.notation import NormSquared, OfExample, X, a, latex, n, y
from bpderive.polynomials import Polynomial, added, constant, unknown
from bpderive.proofs.definitions import ONE_EXAMPLE
from bpderive.statements import Statement
from bpderive.tensors import same
from bpderive.truth import COST, Component, Truth, name

NOTHING = Decided((), 0)


def example(statement: Statement, functions: Mapping[Function, Expr] | None = None) -> Decided:
    """Compute every side of an example; raises `Refuted` where two differ."""
    values = [_computed(side, functions or {}) for side in statement.sides]
    for side, value in zip(statement.sides, values, strict=True):
        if value != values[0]:
            raise Refuted(
                f"{statement.latex()} does not hold: {latex(statement.lhs)} is {values[0]}, and {latex(side)} is "
                f"{value}."
            )
    return NOTHING


def _computed(side: Basic, functions: Mapping[Function, Expr]) -> MatrixBase:
    for function, formula in functions.items():
        side = side.replace(function, lambda argument, formula=formula: formula.subs(X, argument))
    return sympy.ImmutableMatrix(side.doit())


def average(statement: Statement) -> Decided:
    """(26) is the mean over the examples x of the cost of one example; raises `Refuted` if it is not."""
    one = ONE_EXAMPLE.rhs
    vectors = [norm.args[0] for norm in one.atoms(NormSquared)]
    of_example = {
        vector: sum(
            (sign * OfExample(v, X) for sign, v in ((1, y()), (-1, a(y().layer)))),
            sympy.ZeroMatrix(*vector.shape),
        )
        for vector in vectors
    }
    mean = Sum(one.xreplace(of_example), (X, 1, n)) / n
    if not same(statement.rhs, mean):
        raise Refuted(f"{statement.latex()} is not the mean {latex(mean)} of the costs of the examples.")
    return NOTHING


def shorthand(statement: Statement, meaning: Mapping[Symbol, Expr], stands_for: Statement) -> Decided:
    """With its letters read as `meaning` says, the shorthand is `stands_for`; raises `Refuted` if it is not."""
    read = tuple(side.xreplace(dict(meaning)) for side in statement.sides)
    if read != stands_for.sides:
        raise Refuted(
            f"{statement.latex()} reads {Statement(read).latex()}, which is not {stands_for.latex()}."
        )
    return NOTHING


def quotient() -> Decided:
    """(46): the difference quotient tends to the derivative, and the difference is of the order of ε.

    In general by the series of C(w + ε), C being any function that has derivatives of second order; on networks with
    σ(z) = z² and the cost Σ y_m a^L_m by dividing the polynomial C(w + ε e_j) − C(w) by ε.
    """
    step, weight = sympy.symbols("epsilon w", real=True)
    cost = Function("C")
    series = sympy.series(cost(weight + step), step, 0, 3).removeO()
    remainder = sympy.expand((series - cost(weight)) / step).doit() - sympy.diff(cost(weight), weight)
    if sympy.limit(remainder.subs(step, 0), step, 0) != 0 or sympy.limit(remainder / step, step, 0) in (
        oo,
        -oo,
    ):
        raise Refuted("the difference quotient of (46) does not tend to the derivative.")
    instances = 0
    networks = WRITTEN_OUT[:3]
    for sizes in networks:
        for weight_place in weights(sizes):
            _quotient_on(sizes, weight_place)
            instances += 1
    return Decided(networks, instances)


def _quotient_on(sizes: tuple[int, ...], by: Component) -> None:
    """The value at ε = 0 of (C(w + ε e_j) − C(w))/ε is the derivative by forward mode, for σ(z) = z²."""
    step = unknown("ε")
    moved, still = (_cost_of_squares(sizes, by, change) for change in (step, constant(0)))
    number = next(iter(step.terms))[0]
    divided: dict[tuple[int, ...], int | Fraction] = {}
    for monomial, coefficient in (moved - still).terms.items():
        if number not in monomial:
            raise Refuted(f"C(w + ε e_j) − C(w) is not divisible by ε for {name(by)} in the network {sizes}.")
        if monomial.count(number) == 1:
            divided[tuple(u for u in monomial if u != number)] = coefficient
    truth = Truth(sizes)
    values = _network_of_squares(sizes, by, constant(0))

    def of_square(key: Component) -> Polynomial:
        if key[0] == "σ":
            return 2 * values["z", key[2], key[3]]
        if key[0] == "g":
            return unknown(("y", key[1], key[2]))
        return values["a", key[1], key[2]] if key[0] == "a" and key[1] > 1 else unknown(key)

    if Polynomial(divided) != truth.derivative(COST, by).put(of_square):
        raise Refuted(
            f"the quotient of (46) does not tend to the derivative by {name(by)} in the network {sizes}."
        )


def _network_of_squares(
    sizes: tuple[int, ...], by: Component, change: Polynomial
) -> dict[Component, Polynomial]:
    """z and a of a network with σ(z) = z², the weight `by` moved by `change`."""
    values: dict[Component, Polynomial] = {("a", 1, k): unknown(("a", 1, k)) for k in range(sizes[0])}
    for layer in range(2, len(sizes) + 1):
        for neuron in range(sizes[layer - 1]):
            terms = [unknown(("b", layer, neuron))]
            for k in range(sizes[layer - 2]):
                weight = unknown(("w", layer, neuron, k))
                moved = weight + change if by == ("w", layer, neuron, k) else weight
                terms.append(moved * values["a", layer - 1, k])
            values["z", layer, neuron] = added(terms)
            values["a", layer, neuron] = values["z", layer, neuron] ** 2
    return values


def _cost_of_squares(sizes: tuple[int, ...], by: Component, change: Polynomial) -> Polynomial:
    values = _network_of_squares(sizes, by, change)
    last = len(sizes)
    return added(unknown(("y", last, m)) * values["a", last, m] for m in range(sizes[-1]))


def weights(sizes: tuple[int, ...]) -> Iterator[Component]:
    """Every weight of a network of these sizes."""
    for layer in range(2, len(sizes) + 1):
        for neuron, source in itertools.product(range(sizes[layer - 1]), range(sizes[layer - 2])):
            yield ("w", layer, neuron, source)
