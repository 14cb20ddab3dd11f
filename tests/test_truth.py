"""The judge, judged: forward mode against SymPy, and against networks that are differentiated as they stand."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from fractions import Fraction
from typing import Any

import pytest
import sympy
from hypothesis import given
from hypothesis import strategies as st
from sympy import Expr, Symbol

from bpderive.errors import DomainError, NetworkError
from bpderive.functions.costs import costs
from bpderive.judge.polynomials import Polynomial, constant, unknown
from bpderive.judge.truth import COST, Component, Truth, differentiate_directly, name

SIZES = ((2, 3), (2, 2), (3, 1, 2), (2, 3, 2), (2, 2, 2, 2))

Z = Symbol("z")
CUBIC = Z**3 / 3 - 2 * Z + 1
"""An activation that is a polynomial, so that networks of it can be differentiated as they stand."""


def everywhere(sizes: tuple[int, ...], letters: str) -> Iterator[Component]:
    """Every component of a network whose letter is one of `letters`."""
    for layer in range(1, len(sizes) + 1):
        for j in range(sizes[layer - 1]):
            for letter in letters:
                if letter == "a" or (letter in "bz" and layer > 1):
                    yield (letter, layer, j)
                if letter == "w" and layer > 1:
                    yield from (("w", layer, j, k) for k in range(sizes[layer - 2]))


def symbol(key: Component) -> Symbol:
    return Symbol("_".join(map(str, key)))


class Composed:
    """A network of cubics with the cost Σ (m+1) a_m² + Π a_m, written as one expression for every quantity.

    Where a component is moved, a fresh symbol `t` is added to it; the derivative is by t, at t = 0.
    """

    def __init__(self, sizes: tuple[int, ...], moved: Component | None = None) -> None:
        step = Symbol("t")
        self.moved = moved
        self.values: dict[Component, Expr] = {}
        for layer in range(1, len(sizes) + 1):
            for j in range(sizes[layer - 1]):
                if layer == 1:
                    self._set(("a", 1, j), symbol(("a", 1, j)), step)
                    continue
                total = self._set(("b", layer, j), symbol(("b", layer, j)), step)
                for k in range(sizes[layer - 2]):
                    key = ("w", layer, j, k)
                    total += self._set(key, symbol(key), step) * self.values["a", layer - 1, k]
                weighted = self._set(("z", layer, j), total, step)
                self._set(("a", layer, j), CUBIC.subs(Z, weighted), step)
        outputs = [self.values["a", len(sizes), m] for m in range(sizes[-1])]
        self.outputs = outputs
        self.values[COST] = self.cost(outputs)

    @staticmethod
    def cost(outputs: list[Any]) -> Expr:
        return sum((m + 1) * out**2 for m, out in enumerate(outputs)) + sympy.prod(outputs)

    def _set(self, key: Component, value: Expr, step: Symbol) -> Expr:
        self.values[key] = value + step if key == self.moved else value
        return self.values[key]


POINT = {"a": Fraction(1, 2), "b": Fraction(-1, 3), "w": Fraction(2, 3)}


def number(key: Component) -> Fraction:
    """A value for each weight, bias and input, no two of a letter alike."""
    return POINT[key[0]] + Fraction(sum(7**place * part for place, part in enumerate(key[1:])), 97)


def point(sizes: tuple[int, ...]) -> dict[Symbol, sympy.Rational]:
    """The values of the weights, biases and inputs, as SymPy's numbers."""
    keys = [*everywhere(sizes, "wb"), *(("a", 1, k) for k in range(sizes[0]))]
    return {symbol(key): sympy.Rational(*number(key).as_integer_ratio()) for key in keys}


def rational(expression: Expr) -> Fraction:
    value = sympy.Rational(expression)
    return Fraction(int(value.p), int(value.q))


def by_sympy(sizes: tuple[int, ...], of: Component, by: Component) -> Fraction:
    """∂of/∂by at the point, `sympy.diff` doing all of it."""
    step = Symbol("t")
    whole = Composed(sizes, by).values[of].subs(point(sizes))
    return rational(sympy.diff(whole, step).subs(step, 0))


def at_the_point(sizes: tuple[int, ...], polynomial: Polynomial) -> Fraction:
    """The judge's polynomial for the network of cubics: σ, σ′ and ∂C/∂a put in by their values at the point."""
    given_ones = point(sizes)
    composed = Composed(sizes).values
    outs = sympy.symbols(f"o:{sizes[-1]}")
    measured = {key: composed[key].subs(given_ones) for key in composed}
    reached = dict(zip(outs, (measured["a", len(sizes), m] for m in range(sizes[-1])), strict=True))

    def value(key: Any) -> Fraction:
        if key[0] == "σ":
            return rational(sympy.diff(CUBIC, Z).subs(Z, measured["z", key[2], key[3]]))
        if key[0] == "g":
            return rational(sympy.diff(Composed.cost(list(outs)), outs[key[2]]).subs(reached))
        return rational(measured[key])

    return polynomial.at(value)


CASES = [
    (sizes, of, by)
    for sizes in ((2, 3), (2, 2, 3), (2, 3, 2))
    for of in (COST, ("z", len(sizes), 1), ("a", len(sizes), 0), ("z", 2, 0), ("a", 2, 1))
    for by in [*itertools.islice(everywhere(sizes, "wbza"), 0, None, 23), ("z", 2, 0), ("a", 2, 1)]
]


@pytest.mark.parametrize(("sizes", "of", "by"), CASES, ids=str)
def test_forward_mode_is_the_derivative_of_the_composed_network(
    sizes: tuple[int, ...], of: Component, by: Component
) -> None:
    assert at_the_point(sizes, Truth(sizes).derivative(of, by)) == by_sympy(sizes, of, by)


@pytest.mark.parametrize("sizes", SIZES, ids=str)
def test_the_two_judges_agree(sizes: tuple[int, ...]) -> None:
    truth = Truth(sizes)
    for by in everywhere(sizes, "wb"):
        assert truth.derivative(COST, by) == differentiate_directly(sizes, by)
        for of in everywhere(sizes, "za"):
            assert truth.derivative(of, by) == differentiate_directly(sizes, by, of)


@pytest.mark.parametrize("by", [("w", 2, 1, 0), ("b", 2, 0), ("w", 3, 0, 1)], ids=str)
def test_the_frozen_networks_of_the_paths_add_up_to_the_free_one(by: Component) -> None:
    sizes = (2, 3, 2, 2)
    later = (range(sizes[r - 1]) for r in range(by[1] + 1, len(sizes) + 1))
    paths = [(by[2], *path) for path in itertools.product(*later)]
    each = [differentiate_directly(sizes, by, COST, path) for path in paths]
    assert sum(each, start=constant(0)) == differentiate_directly(sizes, by)
    assert all(len(one.terms) == 1 for one in each)
    assert len({frozenset(one.terms) for one in each}) == len(paths)


def test_a_path_beside_the_weight_changes_nothing() -> None:
    assert differentiate_directly((2, 3, 2), ("w", 2, 0, 0), COST, (1, 0)) == 0
    assert differentiate_directly((2, 3, 2), ("w", 2, 0, 0), ("z", 3, 1), (0, 0)) == 0


@given(st.lists(st.integers(1, 3), min_size=2, max_size=4).map(tuple))
def test_random_networks(sizes: tuple[int, ...]) -> None:
    truth = Truth(sizes)
    by = ("w", 2, 0, sizes[0] - 1)
    found = truth.derivative(COST, by)
    paths = sympy.prod(sizes[2:])
    assert len(found.terms) == paths
    assert found == differentiate_directly(sizes, by)


@pytest.mark.parametrize("of", [("w", 2, 0, 1), ("b", 2, 0), ("y", 3, 0), ("a", 1, 0)])
def test_what_is_free_depends_on_itself_only(of: Component) -> None:
    truth = Truth((2, 3, 2))
    for by in everywhere((2, 3, 2), "wbza"):
        assert truth.derivative(of, by) == (1 if of == by else 0)


def test_what_comes_before_does_not_depend_on_what_comes_after() -> None:
    truth = Truth((2, 3, 2))
    assert truth.derivative(("z", 2, 0), ("z", 3, 0)) == 0
    assert truth.derivative(("z", 2, 0), ("a", 2, 0)) == 0
    assert truth.derivative(("z", 2, 0), ("b", 3, 0)) == 0
    assert truth.derivative(("z", 2, 0), ("z", 2, 1)) == 0
    assert truth.derivative(("a", 3, 0), ("z", 3, 0)) == truth.slope(3, 0)


@pytest.mark.parametrize(
    "component",
    [
        ("z", 1, 0),
        ("w", 1, 0, 0),
        ("b", 1, 0),
        ("a", 4, 0),
        ("a", 0, 0),
        ("z", 2, 3),
        ("w", 2, 0, 2),
        ("w", 2, -1, 0),
        ("y", 2, 0),
        ("y", 3, 2),
        ("b", 3, 5),
        ("v", 2, 0),
    ],
    ids=str,
)
def test_components_that_do_not_exist(component: Component) -> None:
    truth = Truth((2, 3, 2))
    with pytest.raises(NetworkError, match="does not exist"):
        truth.value(component)
    with pytest.raises(NetworkError, match="does not exist"):
        truth.derivative(COST, component)
    with pytest.raises(NetworkError, match="does not exist"):
        truth.derivative(component, ("z", 2, 0))


def test_what_is_not_decided_is_refused_and_not_taken_for_zero() -> None:
    truth = Truth((2, 3, 2))
    with pytest.raises(TypeError, match="derivatives of errors"):
        truth.derivative(("delta", 2, 0), ("z", 2, 0))
    for by in (("y", 3, 0), ("delta", 2, 0)):
        with pytest.raises(TypeError, match="are not decided"):
            truth.derivative(COST, by)


def test_the_value_of_a_cost() -> None:
    truth = Truth((2, 3, 2), costs["quadratic"])
    half = {
        ("a", 3, 0): Fraction(1),
        ("a", 3, 1): Fraction(5),
        ("y", 3, 0): Fraction(4),
        ("y", 3, 1): Fraction(3),
    }
    assert truth.value(COST).at(half.__getitem__) == Fraction(9 + 4, 2)
    for m in range(2):
        step = {**half, ("a", 3, m): half["a", 3, m] + 1}
        back = {**half, ("a", 3, m): half["a", 3, m] - 1}
        slope = (truth.value(COST).at(step.__getitem__) - truth.value(COST).at(back.__getitem__)) / 2
        assert truth.cost_slope(m).at(half.__getitem__) == slope
    with pytest.raises(NetworkError, match="arbitrary cost"):
        Truth((2, 3, 2)).value(COST)
    with pytest.raises(DomainError, match="no polynomial"):
        Truth((2, 3, 2), costs["cross_entropy"]).value(COST)


def test_a_weighted_input_is_its_sum() -> None:
    truth = Truth((2, 3, 2))
    keys = [("b", 2, 1), ("w", 2, 1, 0), ("a", 1, 0), ("w", 2, 1, 1), ("a", 1, 1)]
    found = truth.value(("z", 2, 1))
    assert found.unknowns() == set(keys)
    values = dict(zip(keys, map(Fraction, (1, 10, 2, 100, 3)), strict=True))
    assert found.at(values.__getitem__) == 1 + 20 + 300


@pytest.mark.parametrize(
    ("key", "shown"),
    [
        (("w", 3, 0, 1), "w^3_12"),
        (("w", 3, 10, 1), "w^3_11,2"),
        (("b", 2, 0), "b^2_1"),
        (("g", 3, 1), "∂C/∂a^3_2"),
        (("σ", 1, 2, 0, None), "σ'(z^2_1)"),
        (("σ", 0, 2, 0, unknown(("a", 2, 0))), "σ^2_1(a^2_1)"),
        (("Δ",), "Δ"),
    ],
)
def test_names_of_unknowns_count_from_one(key: Component, shown: str) -> None:
    assert name(key) == shown


@pytest.mark.parametrize("component", [("w", 2, 0, 1), ("a", 1, 1), ("a", 2, 2), ("b", 2, 1), ("y", 2, 0)])
def test_all_but_the_weighted_inputs_are_unknowns(component: Component) -> None:
    assert Truth((2, 3)).value(component) == unknown(component)
    assert Truth((2, 3)).value(("z", 2, 0)) != unknown(("z", 2, 0))


def test_a_refusal_says_how_many_neurons_the_layer_has() -> None:
    for component, said in ((("a", 3, 4), "layer 3 has 4"), (("w", 3, 0, 9), "layer 2 has 3")):
        with pytest.raises(NetworkError, match=f"{said} neurons"):
            Truth((2, 3, 4)).require(component)


def test_how_an_unknown_with_an_argument_is_written() -> None:
    assert name(("σ", 1, 2, 0, None)) == "σ'(z^2_1)"
    assert name(("σ", 2, 3, 1, unknown(("w", 2, 0, 1)))) == "σ^3_2''(w^2_12)"
