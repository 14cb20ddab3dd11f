"""The names that readers rely on."""

from __future__ import annotations

import pytest

import bpderive as bp
from bpderive import Network

NUMBERS = ["23", "z", *map(str, range(24, 30)), "BP1", "BP1a", "30", "BP2", "BP3", "31", "BP4"]
NUMBERS += map(str, range(32, 54))

NET = Network((2, 3, 2))


def test_the_names_that_are_exported_exist() -> None:
    assert all(hasattr(bp, name) for name in bp.__all__)
    assert sorted(bp.__all__) == sorted(set(bp.__all__))
    assert bp.__version__


def test_equations_come_in_the_books_order_and_cannot_be_changed() -> None:
    assert list(bp.equations) == NUMBERS
    assert len(bp.equations) == len(NUMBERS)
    assert "BP2" in bp.equations
    assert "99" not in bp.equations
    assert bp.equations.get("99") is None
    assert all(bp.equations[number].number == number for number in NUMBERS)
    assert bp.equations["BP2"] is bp.equations["BP2"]
    with pytest.raises(TypeError):
        bp.equations["BP2"] = bp.equations["BP1"]  # type: ignore[index]  # that is what is tested


@pytest.mark.parametrize("number", ["BP1", "BP2", "BP3", "BP4", "35", "53"])
def test_a_derivation_is_the_proof_of_its_equation(number: str) -> None:
    assert bp.derivation(number) is bp.equations[number].proof
    step = bp.derivation(number).steps[0]
    assert step.number == 1
    assert isinstance(step.reason, bp.Text)
    assert step.rule.name.zh
    assert step.equation is None or step.equation in NUMBERS


def test_a_network_its_gradient_and_its_paths() -> None:
    assert (NET.sizes, NET.depth) == ((2, 3, 2), 3)
    g = bp.gradient(NET)
    assert (list(g.delta), list(g.b), list(g.w)) == ([2, 3], [2, 3], [2, 3])
    assert len(g.expanded().bindings) == 0
    paths = bp.path_sum(NET, 2, 1, 1)
    assert paths.paths[0].neurons == ((2, 1), (3, 1))
    assert paths.paths[0].factors
    assert paths.paths[0].rate_factor
    assert paths.total.free_symbols is not None
    paths.check()
    assert bp.derivation("BP2").instantiate(NET).steps
