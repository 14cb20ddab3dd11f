"""Every path of a weight, its rate factor, their sum; and that the check sees a path or a factor that is wrong."""

from __future__ import annotations

import itertools
from dataclasses import replace
from math import prod

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sympy import Add, Expr, Mul

from bpderive import Network, factored_path_sum, path_sum
from bpderive.equations.paths import MOST_PATHS, PathSums, number_of_paths
from bpderive.errors import NetworkError, Refuted, TooManyPaths
from bpderive.judge.evaluate import Reader
from bpderive.judge.polynomials import Polynomial
from bpderive.judge.truth import COST, Truth, differentiate_directly
from bpderive.letters.symbols import C, Partial, a, b, latex, w

NET = Network((2, 3, 2, 4))
PLACES = [
    (layer, j, k)
    for layer in (2, 3, 4)
    for j in range(1, NET.sizes[layer - 1] + 1)
    for k in (None, *range(1, NET.sizes[layer - 2] + 1))
]


def polynomial(net: Network, expression: Expr) -> Polynomial:
    return Reader(Truth(net.sizes)).number(expression)({})


@pytest.mark.parametrize(("layer", "j", "k"), PLACES)
def test_every_path_is_there_once(layer: int, j: int, k: int | None) -> None:
    found = path_sum(NET, layer, j, k)
    found.check()
    later = range(layer + 1, NET.depth + 1)
    assert len(found.paths) == number_of_paths(NET, layer) == prod(NET.sizes[r - 1] for r in later)
    routes = {path.neurons for path in found.paths}
    assert routes == {
        tuple(zip(range(layer, NET.depth + 1), (j, *route), strict=True))
        for route in itertools.product(*(range(1, NET.sizes[r - 1] + 1) for r in later))
    }


@pytest.mark.parametrize(("layer", "j", "k"), PLACES)
def test_the_factors_are_those_of_53_and_have_their_values(layer: int, j: int, k: int | None) -> None:
    found = path_sum(NET, layer, j, k)
    for path in found.paths:
        assert len(path.factors) == NET.depth - layer + 2
        first, *edges, last = [factor.derivative for factor in path.factors]
        assert first.of == C
        assert first.by == a(NET.depth)[path.neurons[-1][1] - 1, 0]
        assert last == Partial(a(layer)[j - 1, 0], found.parameter)
        # Each derivative is by what the next one is of: the chain is unbroken.
        assert [edge.by for edge in (first, *edges)] == [edge.of for edge in (*edges, last)]
        for factor in path.factors:
            assert polynomial(NET, factor.derivative) == polynomial(NET, factor.value)
        assert path.rate_factor == Mul(*(factor.value for factor in path.factors))
    assert found.total == Add(*(path.rate_factor for path in found.paths))
    assert polynomial(NET, found.total) == polynomial(NET, Partial(C, found.parameter))


def test_the_parameter_is_the_weight_or_the_bias() -> None:
    assert path_sum(NET, 2, 1, 2).parameter == w(2)[0, 1]
    assert path_sum(NET, 2, 3).parameter == b(2)[2, 0]


def test_in_the_output_layer_there_is_one_path_and_no_sum() -> None:
    found = path_sum(NET, 4, 2, 1)
    [path] = found.paths
    assert path.neurons == ((4, 2),)
    assert len(path.factors) == 2
    found.check()


@pytest.mark.parametrize(("layer", "j", "k"), [(2, 1, 1), (2, 3, None), (3, 2, 3), (4, 1, 1)])
def test_without_one_path_the_check_fails(layer: int, j: int, k: int | None) -> None:
    found = path_sum(NET, layer, j, k)
    for place in range(len(found.paths)):
        less = replace(found, paths=found.paths[:place] + found.paths[place + 1 :])
        with pytest.raises(Refuted, match="gives another polynomial"):
            less.check()
    with pytest.raises(Refuted):
        replace(found, paths=(*found.paths, found.paths[0])).check()


@pytest.mark.parametrize("place", range(5))
def test_with_another_factor_the_check_fails(place: int) -> None:
    found = path_sum(NET, 2, 1, 1)
    path = found.paths[3]
    if place == len(path.factors):
        factors = path.factors[:-1]
    else:
        factor = path.factors[place]
        others = [other for p in found.paths for other in p.factors if other.value != factor.value]
        factors = (*path.factors[:place], others[0], *path.factors[place + 1 :])
    wrong = replace(path, factors=factors)
    with pytest.raises(Refuted):
        replace(found, paths=(*found.paths[:3], wrong, *found.paths[4:])).check()


@pytest.mark.parametrize("place", range(4))
def test_a_factor_whose_derivative_is_not_its_value_is_found(place: int) -> None:
    """The values add up, but a derivative that is printed beside one is another's."""
    found = path_sum(NET, 2, 1, 1)
    path = found.paths[0]
    another = next(
        d.derivative for p in found.paths for d in p.factors if d.derivative != path.factors[place].derivative
    )
    factor = replace(path.factors[place], derivative=another)
    wrong = replace(path, factors=(*path.factors[:place], factor, *path.factors[place + 1 :]))
    with pytest.raises(Refuted):
        replace(found, paths=(wrong, *found.paths[1:])).check()


def test_paths_of_another_weight_do_not_pass() -> None:
    with pytest.raises(Refuted):
        replace(path_sum(NET, 2, 1, 1), source=2).check()
    with pytest.raises(Refuted):
        replace(path_sum(NET, 2, 1, 1), neuron=2).check()
    with pytest.raises(Refuted):
        replace(path_sum(NET, 2, 1, 1), source=None).check()


def test_too_many_paths_are_counted_and_not_listed() -> None:
    deep = Network((2,) + (10,) * 6)
    with pytest.raises(TooManyPaths) as caught:
        path_sum(deep, 2, 1, 1)
    assert caught.value.count == 10**5 > MOST_PATHS
    assert "100000" in str(caught.value)
    assert "factored_path_sum(net, 2, 1, 1)" in str(caught.value)
    with pytest.raises(TooManyPaths, match="factored_path_sum\\(net, 2, 1\\)"):
        path_sum(deep, 2, 1)
    assert len(path_sum(deep, 3, 1).paths) == MOST_PATHS
    assert len(factored_path_sum(deep, 2, 1, 1)) == 4 * 10 + 2


@pytest.mark.parametrize(("layer", "j", "k"), [(2, 1, 1), (2, 3, None), (3, 2, 3), (4, 1, 1), (4, 2, None)])
def test_the_factored_sum_is_the_sum(layer: int, j: int, k: int | None) -> None:
    pairs = factored_path_sum(NET, layer, j, k)
    known: dict[Expr, Expr] = {}
    for derivative, value in pairs:
        assert derivative not in known
        known[derivative] = value.xreplace(known)
    whole = path_sum(NET, layer, j, k)
    wanted, _ = pairs[-1]
    assert wanted == Partial(C, whole.parameter)
    assert polynomial(NET, known[wanted]) == polynomial(NET, whole.total)
    for derivative, value in pairs:
        assert polynomial(NET, derivative) == polynomial(NET, value)


@pytest.mark.parametrize(
    ("place", "what"),
    [
        ((1, 1, 1), "the layer must be .* 2 to 4, and 1 was"),
        ((5, 1, 1), "the layer .* 2 to 4, and 5 was"),
        ((0, 1, 1), "and 0 was given"),
        ((-1, 1, 1), "and -1 was given"),
        ((2, 0, 1), "neuron of layer 2 .* 1 to 3, and 0 was"),
        ((2, 4, 1), "neuron of layer 2 .* 1 to 3, and 4 was"),
        ((2, 1, 3), "source, a neuron of layer 1, .* 1 to 2, and 3 was"),
        ((2, 1, 0), "source, a neuron of layer 1, .* and 0 was"),
        ((2, 9, None), "no bias .* and 9 was"),
        (("2", 1, 1), "and '2' was given"),
        ((2.0, 1, 1), "and 2.0 was given"),
        ((True, 1, 1), "and True was given"),
        ((2, None, 1), "and None was given"),
    ],
)
def test_places_that_do_not_exist(place: tuple[int, int, int | None], what: str) -> None:
    for function in (path_sum, factored_path_sum):
        with pytest.raises(NetworkError, match=what):
            function(NET, *place)


def test_they_are_shown() -> None:
    found = path_sum(Network((2, 2, 2)), 2, 1, 1)
    text = str(found)
    assert "∂C/∂w^2_11 as a sum over 2 paths" in text
    assert "(2, 1) → (3, 1)" in text
    assert "PathSum" not in text
    assert "Partial" not in text
    assert found._repr_latex_().count(" + ") == 1
    assert all(latex(factor.value) in path.latex() for path in found.paths for factor in path.factors)


@settings(max_examples=15)
@given(st.lists(st.integers(1, 3), min_size=2, max_size=4).map(tuple), st.data())
def test_random_networks(sizes: tuple[int, ...], data: st.DataObject) -> None:
    net = Network(sizes)
    layer = data.draw(st.integers(2, len(sizes)))
    j = data.draw(st.integers(1, sizes[layer - 1]))
    k = data.draw(st.one_of(st.none(), st.integers(1, sizes[layer - 2])))
    found: PathSums = path_sum(net, layer, j, k)
    found.check()
    by = ("b", layer, j - 1) if k is None else ("w", layer, j - 1, k - 1)
    assert polynomial(net, found.total) == Truth(sizes).derivative(COST, by)
    for path in found.paths[:2]:
        along = tuple(neuron - 1 for _, neuron in path.neurons)
        assert polynomial(net, path.rate_factor) == differentiate_directly(sizes, by, COST, along)
