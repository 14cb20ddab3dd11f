"""Lines in which softmax stands with its formula are decided, and wrong ones refuted."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bpderive.equations import Proof
from bpderive.equations.formulas import has_formula, in_formulas
from bpderive.errors import Refuted
from bpderive.letters.symbols import L, a, j, k, z
from bpderive.proofs import derivation

STEPS = derivation("softmax").steps


@pytest.mark.parametrize("place", range(len(STEPS)))
def test_every_line_of_the_jacobian_is_decided_and_a_changed_one_refuted(place: int) -> None:
    line = STEPS[place].statement
    assert in_formulas(line).instances == 2**2 + 3**2
    for wrong in (2 * line.rhs, line.rhs + a(L)[k, 0], line.rhs.xreplace({z(L)[j, 0]: z(L)[k, 0]}) + 1):
        with pytest.raises(Refuted, match="in a layer of"):
            in_formulas(line.with_rhs(wrong))


@pytest.mark.parametrize("name", ["softmax", "BP1-whole", "BP1-softmax"])
def test_the_proofs_get_their_certificate(name: str) -> None:
    found = Proof(derivation(name)).check()
    assert found.kinds == ("general", "concrete")
    assert found.instances > 20


def test_which_lines_have_a_formula() -> None:
    assert has_formula(STEPS[0].statement)
    assert not has_formula(STEPS[-1].statement)
    assert not has_formula(replace(STEPS[0].statement, output=None))
