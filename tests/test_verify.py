"""Verification: it agrees with right gradients, says what it compared, and rejects wrong ones."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import mpmath
import numpy as np
import pytest
import sympy
from hypothesis import given, settings
from hypothesis import strategies as st

from bpderive.errors import DomainError, NetworkError
from bpderive.functions.activations import Activation, activations, z
from bpderive.functions.activations.elementwise import run
from bpderive.functions.costs import Cost
from bpderive.functions.network import Network
from bpderive.letters.text import Text, set_language
from bpderive.programs.lambdified import Gradient, compile_gradient
from bpderive.programs.verify import Comparison, verify
from bpderive.programs.verify.many_digits import ManyDigits
from bpderive.programs.verify.result import comparison, flattened
from bpderive.programs.verify.sample import (
    COMPONENTS,
    DIRECTIONS,
    EVERY,
    draw_case,
    entry,
    places,
    sampled,
    spoken,
)

TITLE = Text(en="made for a test", zh="测试用")
silu = Activation(name="silu", title=TITLE, formula=z / (1 + sympy.exp(-z)))


@pytest.mark.parametrize(
    "net",
    [
        Network((2, 3, 2)),
        Network((3, 4, 4, 2), "tanh"),
        Network((2, 3, 2), "relu"),
        Network((3, 3), "linear"),
        Network((2, 3, 1), ("tanh", "sigmoid"), "cross_entropy"),
        Network((1, 1)),
        Network((3,) * 9),
    ],
    ids=repr,
)
def test_right_gradients_agree_three_ways(net: Network) -> None:
    found = verify(net)
    assert found.ok, str(found)
    assert list(found.max_error) == ["reference", "finite_difference", "high_precision"]
    assert found.max_error["reference"].norm <= 1e-14
    assert found.max_error["high_precision"].norm <= 1e-14
    assert found.max_error["finite_difference"].norm <= 1e-7
    assert found.notes == ()
    everything = sum(1 for _ in places(net))
    assert all(row.components == everything for row in found.max_error.values())


@pytest.mark.parametrize(
    "net",
    [
        Network((2, 4, 3, 2), {(2, 1): "tanh", (3, 1): "relu"}),
        Network((2, 3, 2), silu),
        Network(
            (2, 3, 2),
            cost=Cost(name="fourth", title=TITLE, formula=(sympy.Symbol("a") - sympy.Symbol("y")) ** 4),
        ),
        Network((2, 2), Activation(name="sigmoid", title=TITLE, formula=sympy.atan(z))),
        Network(
            (2, 2),
            cost=Cost(name="quadratic", title=TITLE, formula=(sympy.Symbol("a") - sympy.Symbol("y")) ** 2),
        ),
    ],
    ids=repr,
)
def test_without_a_reference_differences_are_left_and_it_is_said(net: Network) -> None:
    found = verify(net)
    assert found.ok, str(found)
    assert list(found.max_error) == ["finite_difference", "high_precision"]
    [note] = found.notes
    assert str(note) in str(found)


def test_of_a_large_network_a_sample_and_directions_are_compared() -> None:
    net = Network((40, 30, 10), ("relu", "sigmoid"), "cross_entropy")
    found = verify(net)
    assert found.ok, str(found)
    assert found.max_error["reference"].components == 41 * 30 + 31 * 10
    for name in ("finite_difference", "high_precision"):
        row = found.max_error[name]
        assert EVERY > row.components >= COMPONENTS - 2
        assert row.directions == DIRECTIONS
    assert f"{COMPONENTS - 2} components, 4 directions" in str(found)


def test_a_sample_has_some_of_every_array() -> None:
    net = Network((40, 30, 10, 1))
    chosen = sampled(net, np.random.default_rng(0))
    assert {place[:2] for place in chosen} == {(letter, layer) for letter in "bw" for layer in (2, 3, 4)}
    assert len(set(chosen)) == len(chosen)


@dataclass
class Corrupted:
    """A program that was changed after it was compiled, in place of the compiled gradient."""

    net: Network
    source: str
    factor: float = 1.0
    """What the cost is multiplied by."""

    def value_and_gradient(self, weights: Any, biases: Any, x: Any, y: Any) -> tuple[float, Gradient]:
        value, _ = compile_gradient(self.net).value_and_gradient(weights, biases, x, y)
        found = run(self.source, "<corrupted>")["backprop"](*weights, *biases, x, y)
        return self.factor * value, Gradient(found[: len(weights)], found[len(weights) :])


def corrupted(net: Network, old: str, new: str) -> Any:
    compiled = compile_gradient(net)
    assert old in compiled.source
    return Corrupted(net, compiled.source.replace(old, new))


WRONG = [
    ("(w3.T @ delta3) * sigmoid_prime(z2)", "(w3.T @ delta3) * a2"),
    ("(w3.T @ delta3) * sigmoid_prime(z2)", "w3.T @ delta3"),
    ("(a - y)/a.shape[1]", "(y - a)/a.shape[1]"),
    ("w3.T @ delta3", "w3.T @ (delta3*(1 + 1e-11))"),
    ("(a - y)/a.shape[1]", "a - y"),
    ("delta3 @ a2.T", "0*delta3 @ a2.T"),
    ("delta3 @ a2.T", "np.nan*delta3 @ a2.T"),
    ("delta2.sum(axis=1, keepdims=True)", "delta2[:, :1]"),
]


@pytest.mark.parametrize(("old", "new"), WRONG, ids=[new for _, new in WRONG])
def test_wrong_programs_are_rejected(old: str, new: str) -> None:
    net = Network((2, 3, 2))
    found = verify(net, compiled=corrupted(net, old, new))
    assert not found.ok
    assert not found.max_error["reference"].ok
    assert not found.max_error["high_precision"].ok
    assert "**no**" in str(found)


def test_a_wrong_cost_is_rejected() -> None:
    net = Network((2, 3, 2))
    found = verify(net, compiled=Corrupted(net, compile_gradient(net).source, factor=2.0))
    assert not found.max_error["reference"].ok
    assert not found.max_error["high_precision"].ok


def test_differences_alone_reject_a_wrong_program() -> None:
    net = Network((2, 3, 2), silu)
    found = verify(net, compiled=corrupted(net, "w3.T @ delta3", "(1.001*w3.T) @ delta3"))
    assert not found.max_error["finite_difference"].ok
    assert not found.max_error["high_precision"].ok
    assert found.max_error["high_precision"].where.startswith("∂C/∂")


def test_one_wrong_component_is_found_and_named() -> None:
    net = Network((2, 3, 2))
    spoiled = corrupted(net, "    return [", "    nabla_w3[1, 2] *= 1 + 1e-9\n    return [")
    found = verify(net, compiled=spoiled)
    assert not found.ok
    assert found.max_error["reference"].where == "∂C/∂w^3_23"
    assert found.max_error["reference"].component == pytest.approx(1e-9, rel=1e-3)


def test_the_same_seed_gives_the_same_result_and_another_another() -> None:
    net = Network((2, 3, 2))
    first, again, other = verify(net, seed=1), verify(net, seed=1), verify(net, seed=2)
    assert str(first) == str(again)
    assert first.max_error == again.max_error
    assert first.max_error != other.max_error
    assert "seed 1" in str(first)


def test_the_table_is_in_both_languages_and_has_no_times() -> None:
    found = verify(Network((2, 3, 2)))
    english, chinese = found.table(), found.table("zh")
    assert found._repr_markdown_() == english
    assert "hand-written reference" in english
    assert "手写的参照程序" in chinese
    assert r"$\le 10^{-1" in chinese
    assert english.count("\n|") == chinese.count("\n|") == 5
    assert "second" not in english
    try:
        set_language("zh")
        assert found._repr_markdown_() == chinese
        assert "≤ 1e-" in str(found)
        assert "$" not in str(found)
    finally:
        set_language("en")


@pytest.mark.parametrize("name", ["relu", "silu"])
@given(seed=st.integers(0, 10**6))
@settings(max_examples=25)
def test_drawn_cases_keep_clear_of_kinks_and_let_changes_pass(name: str, seed: int) -> None:
    net = Network((2, 2, 2), silu if name == "silu" else activations[name])
    case = draw_case(net, np.random.default_rng(seed))
    zs = case.weights[0] @ case.x + case.biases[0]
    if name == "relu":
        assert np.min(np.abs(zs)) > 1e-4
    found = compile_gradient(net)(*case.arguments)
    assert all(np.any(array != 0) for array in [*found.b, *found.w])


def test_a_wide_layer_of_relus_is_drawn_all_the_same() -> None:
    case = draw_case(Network((3, 800, 1), ("relu", "linear")), np.random.default_rng(0))
    assert case.draws > 1
    assert np.min(np.abs(case.weights[0] @ case.x + case.biases[0])) > 0


def test_desired_outputs_are_drawn_from_the_domain_of_the_cost() -> None:
    case = draw_case(Network((2, 3), cost="cross_entropy"), np.random.default_rng(0))
    assert case.y.min() >= 0
    assert case.y.max() <= 1


def test_many_digits_are_right() -> None:
    """Against the derivative written out by SymPy."""
    net = Network((1, 2, 1), ("tanh", "sigmoid"), "cross_entropy")
    case = draw_case(net, np.random.default_rng(3))
    exact = ManyDigits(net, *case.arguments)
    symbols = [s for layers in (net.b, net.w) for matrix in layers.values() for s in matrix]
    values: dict[Any, Any] = dict(
        zip(symbols, map(sympy.Rational, flattened((case.biases, case.weights)).tolist()), strict=True)
    )
    known: dict[Any, Any] = {}
    for symbol, expression in net.forward():
        known[symbol] = expression.subs(known)
    cost = net.cost.value([known[s] for s in net.a[3]], list(net.y))

    def mean(expression: Any) -> Any:
        columns = [
            {net.x[0]: sympy.Rational(float(x)), net.y[0]: sympy.Rational(float(y))}
            for x, y in zip(case.x[0], case.y[0], strict=True)
        ]
        return sum(expression.subs({**values, **column}).evalf(70) for column in columns) / len(columns)

    with mpmath.workdps(60):
        assert abs(mpmath.mpf(str(mean(cost))) - exact.value()) < mpmath.mpf(10) ** -55
        for place, symbol in zip(places(net), symbols, strict=True):
            letter, layer, j, k = place
            found = exact.by_parameter(layer, j, None if letter == "b" else k)
            assert abs(mpmath.mpf(str(mean(sympy.diff(cost, symbol)))) - found) < mpmath.mpf(10) ** -49


def test_a_direction_is_the_sum_of_its_components() -> None:
    net = Network((2, 3, 2), "tanh")
    case = draw_case(net, np.random.default_rng(0))
    exact = ManyDigits(net, *case.arguments)
    rng = np.random.default_rng(1)
    direction = (
        [rng.normal(size=b.shape) for b in case.biases],
        [rng.normal(size=w.shape) for w in case.weights],
    )
    with mpmath.workdps(60):
        total = mpmath.fsum(
            exact.by_parameter(p[1], p[2], None if p[0] == "b" else p[3]) * mpmath.mpf(entry(p, direction))
            for p in places(net)
        )
        assert abs(total - exact.along(*direction)) < mpmath.mpf(10) ** -48


def compared(found: list[float], expected: list[float], cost: Any = None) -> Comparison:
    return comparison(TITLE, found, expected, ["a", "b"], directions=0, tolerance=1e-6, cost=cost)


def test_comparisons_measure_what_they_say() -> None:
    row = compared([3.0, 4.0], [3.0, 5.0])
    assert row.norm == pytest.approx(1 / np.sqrt(34))
    assert (row.component, row.where) == (0.2, "b")
    assert compared([1.0, 1e-5], [1.0, 0.0]).component == pytest.approx(1e-2)
    assert compared([0.0, 0.0], [0.0, 0.0]).ok
    assert compared([1.0, 0.0], [0.0, 0.0]).norm == np.inf
    assert compared([np.nan, 0.0], [1.0, 0.0]).norm == np.inf
    assert not compared([1.0, 0.0], [np.nan, 0.0]).ok
    assert not compared([1.0, 0.0], [1.0, 0.0], cost=(1.0, 2.0)).ok
    assert not compared([1.0, 0.0], [1.0, 0.0], cost=(np.nan, 2.0)).ok
    assert compared([1.0, 0.0], [1.0, 0.0], cost=(2.0, 2.0)).ok


def test_components_have_the_names_of_the_book() -> None:
    net = Network((2, 11))
    assert [spoken(place) for place in places(net)][:2] == ["∂C/∂b^2_1", "∂C/∂b^2_2"]
    assert spoken(("w", 2, 10, 1)) == "∂C/∂w^2_11,2"


def test_what_cannot_be_verified_is_refused() -> None:
    net = Network((2, 2))
    with pytest.raises(NetworkError, match="must be compile_gradient"):
        verify(net, compiled=compile_gradient(Network((2, 3))))
    for seed in (-1, 1.5, None, True):
        with pytest.raises(DomainError, match="seed"):
            verify(net, seed=seed)  # type: ignore[arg-type]  # wrong on purpose
    with pytest.raises(NetworkError):
        verify((2, 2))  # type: ignore[arg-type]  # wrong on purpose
