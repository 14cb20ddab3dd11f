"""The two assumptions about the cost: what keeps them, what breaks each, and what cannot be decided."""

from __future__ import annotations

from math import prod
from typing import Any

import pytest
import sympy
from sympy import Add, Max

import bpderive as bp
from bpderive.errors import DomainError, Refuted
from bpderive.functions.costs import Cost, costs

QUADRATIC = costs["quadratic"].over_examples


@pytest.mark.parametrize("cost", costs.values(), ids=list(costs))
def test_every_cost_of_the_catalogue_keeps_both(cost: Cost) -> None:
    found = cost.assumptions
    assert found.ok
    found.check()
    assert found.average.holds is found.outputs.holds is True


def largest(outputs: Any, targets: Any, weights: Any) -> sympy.Expr:
    return Max(*(QUADRATIC([a], [y]) for a, y in zip(outputs, targets, strict=True)))


def product(outputs: Any, targets: Any, weights: Any) -> sympy.Expr:
    return prod(QUADRATIC([a], [y]) for a, y in zip(outputs, targets, strict=True))


def total(outputs: Any, targets: Any, weights: Any) -> sympy.Expr:
    return QUADRATIC(outputs, targets) * len(outputs)


def of_the_mean_output(outputs: Any, targets: Any, weights: Any) -> sympy.Expr:
    return (Add(*(a[0] for a in outputs)) / len(outputs) - targets[0][0]) ** 2


@pytest.mark.parametrize("broken", [largest, product, total, of_the_mean_output])
def test_what_is_no_average_is_refuted_with_numbers(broken: Any) -> None:
    found = bp.assumptions(broken)
    assert found.average.status == "refuted"
    assert found.outputs.status == "holds"
    assert found.average.counterexample
    assert "not an average" in str(found)
    with pytest.raises(Refuted):
        found.check()


def test_a_counterexample_gives_numbers_to_all_that_occurs() -> None:
    def comparing(outputs: Any, targets: Any, weights: Any) -> sympy.Expr:
        return QUADRATIC(outputs, targets) + (outputs[0][0] - outputs[-1][0]) ** 2

    found = bp.assumptions(comparing).average
    assert {name[0] for name in found.counterexample} == {"a", "y"}
    assert "^" not in found.text.en.partition(", where")[0]


@pytest.mark.parametrize(
    "added", [lambda w: Add(*(weight**2 for weight in w)), lambda w: w[1], lambda w: sympy.sin(w[0]) * w[2]]
)
def test_a_term_of_the_weights_is_refuted_with_numbers(added: Any) -> None:
    found = bp.assumptions(lambda outputs, targets, weights: QUADRATIC(outputs, targets) + added(weights))
    assert found.outputs.status == "refuted"
    assert found.average.status == "holds"
    assert "same outputs" in found.outputs.text.en
    assert "输出不变" in found.outputs.text.zh


def test_a_dependence_that_is_none_is_seen_through() -> None:
    def apparent(outputs: Any, targets: Any, weights: Any) -> sympy.Expr:
        u, v = weights[:2]
        return QUADRATIC(outputs, targets) + (u + v) ** 2 - u**2 - 2 * u * v - v**2

    assert bp.assumptions(apparent).ok


def test_what_is_not_proved_is_undecided() -> None:
    def hidden(outputs: Any, targets: Any, weights: Any) -> sympy.Expr:
        angle = sympy.sqrt(2 + outputs[0][0])
        return QUADRATIC(outputs, targets) + sympy.Function("f")(angle) * (len(outputs) - 1)

    found = bp.assumptions(hidden)
    assert found.average.status == "undecided"
    assert found.average.holds is None
    assert not found.ok


@pytest.mark.parametrize("wrong", [lambda a, y, w: sympy.Symbol("t"), lambda a, y, w: True])
def test_what_is_no_cost_is_refused(wrong: Any) -> None:
    with pytest.raises(DomainError, match="symbols that it is given"):
        bp.assumptions(wrong)


def test_numbers_come_in_an_order_of_their_own() -> None:
    found = bp.assumptions(
        lambda outputs, targets, weights: QUADRATIC(outputs, targets) + weights[2] * weights[0]
    )
    assert list(found.outputs.counterexample) == sorted(found.outputs.counterexample)


def test_it_prints_in_both_languages() -> None:
    found = costs["quadratic"].assumptions
    assert found._repr_markdown_().startswith("1. The cost is the average")
    assert "平均" in found.average.text.zh
