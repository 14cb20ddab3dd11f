"""Checks of the equations that are not identities in the components of one network.

The definitions (23) and z, the examples (24) and (28), the average over training examples (26), the shorthands (31)
and (32), and the difference quotient (46). A check returns what it decided, or raises `Refuted`.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping
from fractions import Fraction
from math import prod
from typing import Any

import sympy
from sympy import Add, Basic, Expr, Function, MatrixBase, Sum, Symbol, oo

from bpderive.errors import Refuted
from bpderive.functions.network import Network, component
from bpderive.judge.certify import NOTHING, WRITTEN_OUT, Decided, cases_of, certify
from bpderive.judge.evaluate import Reader
from bpderive.judge.polynomials import Polynomial, added, constant, unknown
from bpderive.judge.truth import COST, Component, Truth, name
from bpderive.letters.statements import Statement
from bpderive.letters.symbols import CostOf, NormSquared, OfExample, X, a, j, l, latex, n, y
from bpderive.proofs.definitions import ONE_EXAMPLE
from bpderive.proofs.tensors import same


def example(statement: Statement, functions: Mapping[Function, Expr] | None = None) -> Decided:
    """Compute every side of an example; raises `Refuted` where two differ."""
    values = [_computed(side, functions or {}) for side in statement.sides]
    for side, value in zip(statement.sides, values, strict=True):
        if value != values[0]:
            raise Refuted(
                f"{statement} does not hold: {latex(statement.lhs)} is {values[0]}, and {latex(side)} is "
                f"{value}."
            )
    return NOTHING


def _computed(side: Basic, functions: Mapping[Function, Expr]) -> MatrixBase:
    for function, formula in functions.items():
        side = side.replace(function, lambda argument, formula=formula: formula.subs(X, argument))
    return sympy.ImmutableMatrix(side.doit())


def forward_pass(statement: Statement, letter: str) -> Decided:
    """The forward pass of a network computes the quantity `letter`, z or a, as the statement says.

    Decided for every neuron of small networks; raises `Refuted` where the code computes something else.
    """
    decided = certify(statement, WRITTEN_OUT)
    for sizes in decided.networks:
        net = Network(sizes)
        reader = Reader(Truth(sizes))
        computed = {symbol: _as_polynomial(expression, net) for symbol, expression in net.forward()}
        for letters in cases_of(statement, reader):
            layer, neuron = letters[l], letters[j]
            [[said]] = reader.value(statement.rhs)(letters)
            symbol = component(letter, layer, neuron + 1)
            if computed[symbol] != said:
                raise Refuted(f"{statement} is not what the forward pass computes for {symbol} in {net}.")
    return decided


def _as_polynomial(expression: Expr, net: Network) -> Polynomial:
    """What the forward pass binds, in the unknowns of `truth`: the activation function of z^l_j is a^l_j."""
    places = {
        component(letter, layer, *indices): unknown((letter, layer, *(i - 1 for i in indices)))
        for letter, layer, *indices in _components(net)
    }
    for layer in range(2, net.depth + 1):
        for neuron in range(1, net.width(layer) + 1):
            weighted = component("z", layer, neuron)
            if expression == net.activation_of(layer, neuron).expr(weighted):
                return unknown(("a", layer, neuron - 1))
    return added(
        prod((places[factor] for factor in term.args), start=constant(1)) if term.is_Mul else places[term]
        for term in expression.args
    )


def _components(net: Network) -> Iterator[tuple[Any, ...]]:
    """The inputs, activations, weights and biases of a network, counted from 1."""
    for layer in range(1, net.depth + 1):
        for neuron in range(1, net.width(layer) + 1):
            yield ("a", layer, neuron)
            if layer > 1:
                yield ("b", layer, neuron)
                yield from (("w", layer, neuron, k) for k in range(1, net.width(layer - 1) + 1))


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
        raise Refuted(f"{statement} is not the mean {latex(mean)} of the costs of the examples.")
    return NOTHING


def shorthand(statement: Statement, meaning: Mapping[Symbol, Expr], stands_for: Statement) -> Decided:
    """With its letters read as `meaning` says, the shorthand is `stands_for`; raises `Refuted` if it is not."""
    read = tuple(side.xreplace(dict(meaning)) for side in statement.sides)
    if read != stands_for.sides:
        raise Refuted(f"{statement} reads {Statement(read)}, which is not {stands_for}.")
    return NOTHING


def quotient(statement: Statement, weight: Symbol, step: Symbol, direction: Symbol) -> Decided:
    """(46): the right side tends to the derivative as ε does to 0, and differs from it by the order of ε.

    In general by the series of C, any function with a second derivative; on networks with σ(z) = z² and the cost
    Σ y_m a^L_m by dividing polynomials. Raises `Refuted` if it does not.
    """
    along = statement.rhs.subs(direction, 1)
    series = along.replace(CostOf, lambda at: sympy.series(CostOf(at), step, 0, 3).removeO())
    difference = sympy.expand(series.doit()) - sympy.diff(CostOf(weight), weight)
    if sympy.expand(difference.subs(step, 0)) != 0 or sympy.limit(difference / step, step, 0) in (oo, -oo):
        raise Refuted(f"{statement} does not hold: the right side does not tend to the derivative.")
    parts = _values_of_the_cost(statement, weight, step, direction)
    networks = WRITTEN_OUT[:3]
    places = [(sizes, place) for sizes in networks for place in weights(sizes)]
    for sizes, place in places:
        if _limit_of_quotient(sizes, place, parts) != _derivative_of_squares(sizes, place):
            raise Refuted(
                f"{statement} does not hold: in the network {sizes}, with σ(z) = z², the right side does not "
                f"tend to the derivative by {name(place)}."
            )
    return Decided(networks, len(places))


def _values_of_the_cost(
    statement: Statement, weight: Symbol, step: Symbol, direction: Symbol
) -> list[tuple[Fraction, Fraction]]:
    """The right side times ε as Σ c C(w + s ε e_j): the pairs (c, s)."""
    parts = []
    for term in Add.make_args(sympy.expand(statement.rhs * step)):
        factor, value = term.as_coeff_Mul()
        if not isinstance(value, CostOf) or not factor.is_Rational:
            raise Refuted(f"{statement}: the right side is no quotient of values of C by ε.")
        [at] = value.args
        shift = sympy.expand((at - weight) / (step * direction))
        if not shift.is_Rational:
            raise Refuted(f"{statement}: {value} is not C at the weights moved along one of them.")
        parts.append((Fraction(int(factor.p), int(factor.q)), Fraction(int(shift.p), int(shift.q))))
    return parts


def _limit_of_quotient(
    sizes: tuple[int, ...], by: Component, parts: list[tuple[Fraction, Fraction]]
) -> Polynomial | None:
    """The coefficient of ε in Σ c C(w + s ε e_j), divided by nothing less than ε; None if that is impossible."""
    step = unknown("ε")
    [(number,)] = step.terms
    total = added(_cost_of_squares(sizes, by, step * shift) * factor for factor, shift in parts)
    if any(number not in monomial for monomial in total.terms):
        return None
    linear = {m: c for m, c in total.terms.items() if m.count(number) == 1}
    return Polynomial({tuple(u for u in m if u != number): c for m, c in linear.items()})


def _derivative_of_squares(sizes: tuple[int, ...], by: Component) -> Polynomial:
    """∂C/∂w by forward mode, for σ(z) = z² and the cost Σ y_m a^L_m."""
    values = _network_of_squares(sizes, by, constant(0))

    def of_squares(key: Component) -> Polynomial:
        if key[0] == "σ":
            return 2 * values["z", key[2], key[3]]
        if key[0] == "g":
            return unknown(("y", key[1], key[2]))
        return values["a", key[1], key[2]] if key[0] == "a" and key[1] > 1 else unknown(key)

    return Truth(sizes).derivative(COST, by).put(of_squares)


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
