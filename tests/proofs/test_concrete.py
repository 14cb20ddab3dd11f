"""A derivation on a concrete network: the same steps, every line true there, and a line that is false is found."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sympy import KroneckerDelta, Sum

from bpderive import Network, derivation
from bpderive.errors import NetworkError, StepError
from bpderive.letters.symbols import BackwardProduct, PathSum, Width, j, k, l

NET = Network((2, 3, 2, 3))
NUMBERS = ("25", "27", "BP1", "BP1a", "30", "BP2", "BP3", "BP4", "33", "34", "35", "53")


@pytest.mark.parametrize("number", NUMBERS)
@pytest.mark.parametrize("sizes", [(2, 3, 2), (2, 3, 2, 3), (3, 2, 4, 2, 3)], ids=str)
def test_every_line_holds_and_nothing_is_left_general(number: str, sizes: tuple[int, ...]) -> None:
    found = derivation(number).instantiate(Network(sizes))
    found.check()
    assert found.steps[-1].statement.lhs == found.statement.lhs
    assert [step.number for step in found.steps] == list(range(1, len(found.steps) + 1))
    for step in found.steps:
        for side in step.statement.sides:
            assert not side.free_symbols & {l, j, k}
            assert not side.has(Sum, PathSum, BackwardProduct, Width, KroneckerDelta)
    assert str(sizes) in str(found)
    assert found._repr_latex_().startswith("$")


@pytest.mark.parametrize(("layer", "neuron", "source"), [(2, 1, 2), (3, 2, 3), (4, 3, 1)])
def test_a_layer_and_neurons_may_be_chosen(layer: int, neuron: int, source: int) -> None:
    found = derivation("BP4").instantiate(NET, layer, neuron, source)
    assert found.letters == {"l": layer, "j": neuron, "k": source}
    found.check()
    general = derivation("BP4").steps
    assert [(step.rule, step.reason) for step in found.steps] == [
        (step.rule, step.reason) for step in general
    ]


@pytest.mark.parametrize("place", range(4))
def test_a_false_line_is_found(place: int) -> None:
    found = derivation("BP1").instantiate(NET)
    step = found.steps[place]
    lhs, rhs = step.statement.sides
    wrong = replace(step, statement=replace(step.statement, sides=(lhs, -rhs)))
    with pytest.raises(StepError, match=f"step {place + 1}, .*expected an identity"):
        replace(found, steps=(*found.steps[:place], wrong, *found.steps[place + 1 :])).check()


@pytest.mark.parametrize(
    ("number", "place", "why"),
    [
        ("BP2", (4, 1, 1), "l = 4 .* l goes from 2 to 3"),
        ("BP2", (1, 1, 1), "l = 1 .* l goes from 2 to 3"),
        ("BP4", (2, 4, 1), "j = 4 .* j goes from 1 to 3"),
        ("BP4", (2, 0, 1), "j = 0"),
        ("BP4", (2, 1, 3), "k = 3 .* k goes from 1 to 2"),
    ],
)
def test_what_does_not_exist_is_refused(number: str, place: tuple[int, int, int], why: str) -> None:
    with pytest.raises(NetworkError, match=why):
        derivation(number).instantiate(NET, *place)


def test_a_network_without_an_inner_layer_has_no_case() -> None:
    with pytest.raises(NetworkError, match="it needs more layers"):
        derivation("BP2").instantiate(Network((2, 3)))
