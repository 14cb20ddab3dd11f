"""The tests' own reading of statements in plain fractions: it tells right from wrong, without the judge."""

from __future__ import annotations

import ast
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import pytest

from bpderive import equations
from bpderive.errors import Refuted
from bpderive.judge.certify import certify
from bpderive.judge.counterexample import Counterexample
from bpderive.letters.statements import Statement
from tests import arithmetic
from tests.arithmetic import Example, confirms

RIGHT = equations["BP2"].stated("component")
WRONG = RIGHT.with_rhs(-RIGHT.rhs)


@pytest.fixture
def found() -> Counterexample:
    with pytest.raises(Refuted) as caught:
        certify(WRONG)
    counterexample: Counterexample = caught.value.counterexample
    return counterexample


def test_a_counterexample_is_confirmed(found: Counterexample) -> None:
    assert confirms(found, WRONG)


@pytest.mark.parametrize("statement", [RIGHT, RIGHT.with_rhs(3 * RIGHT.rhs)])
def test_a_counterexample_to_something_else_is_not(found: Counterexample, statement: Statement) -> None:
    assert not confirms(found, statement)


def test_a_counterexample_with_other_numbers_is_not(found: Counterexample) -> None:
    assert found.left is not None
    assert not confirms(replace(found, left=found.left + 1), WRONG)
    assert not confirms(replace(found, right=found.left), WRONG)
    assert not confirms(replace(found, left=None), WRONG)
    for unknown, value in found.values.items():
        assert not confirms(replace(found, values={**found.values, unknown: value + 1}), WRONG)


def test_what_the_counterexample_does_not_name_does_not_matter(found: Counterexample) -> None:
    assert {confirms(found, WRONG, rest) for rest in (-2, 1, 5)} == {True}


def test_a_derivative_is_a_difference(found: Counterexample) -> None:
    example = Example(found, RIGHT)
    by_bias = example.difference(("C",), ("b", 2, 0))
    assert by_bias == example.difference(("C",), ("z", 2, 0)) != 0
    run = example.run(("b", 2, 0), 7)
    assert run["C",] - example.run(None, 0)["C",] == 7 * by_bias
    assert isinstance(by_bias, Fraction)


def test_nothing_of_the_judge_is_used() -> None:
    tree = ast.parse(Path(arithmetic.__file__).read_text(encoding="utf-8"))
    imported = {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert (
        imported
        & {
            "bpderive.judge.evaluate",
            "bpderive.judge.truth",
            "bpderive.judge.polynomials",
            "bpderive.proofs.tensors",
        }
        == set()
    )
