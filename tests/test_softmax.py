"""softmax: its Jacobian, the error that it carries back, its numbers; and each check of it rejects what is wrong."""

from __future__ import annotations

from dataclasses import replace

import mpmath
import numpy as np
import pytest
import sympy
from hypothesis import given
from hypothesis import strategies as st
from sympy import Interval, Symbol, exp

from bpderive import reference
from bpderive.equations.paths import factored_path_sum, number_of_paths, path_sum
from bpderive.errors import DomainError, NetworkError, Refuted, UnknownName
from bpderive.functions.activations import VectorActivation, a, activations, jacobians, resolve
from bpderive.functions.activations.catalogue import softmax
from bpderive.functions.activations.layer_program import (
    compiled_program,
    in_one,
    layer_program,
    letter,
    written_out,
)
from bpderive.functions.costs import costs
from bpderive.functions.network import Network, code_name
from bpderive.letters.symbols import C, L, Partial, Width, i, j, k, latex, y, z
from bpderive.letters.text import Text
from bpderive.programs.gradient import gradient
from bpderive.programs.verify.many_digits import ManyDigits
from bpderive.programs.verify.sample import draw_case
from bpderive.proofs.pairings import cancelled, pairing
from bpderive.workbook.slips import trace

TITLE = Text(en="made for a test", zh="测试用")
reals = st.floats(-700, 700, allow_nan=False)
layers = st.lists(reals, min_size=2, max_size=6)
ALL = (k, 0, Width(L) - 1)


def made(formula: sympy.Expr, **extras: object) -> VectorActivation:
    return VectorActivation("made", TITLE, formula, **extras)  # type: ignore[arg-type]  # wrong on purpose


def many_digits(zs: list[float]) -> list[mpmath.mpf]:
    powers = [mpmath.exp(mpmath.mpf(value) - mpmath.mpf(max(zs))) for value in zs]
    return [power / mpmath.fsum(powers) for power in powers]


def test_it_stands_in_the_catalogue_and_its_checks_pass() -> None:
    assert activations["softmax"] is softmax
    assert resolve("softmax") is softmax
    assert not softmax.elementwise
    softmax.check()


def test_the_jacobian_is_what_differences_say() -> None:
    point = [sympy.Rational(value) for value in ("0.3", "-1.1", "0.9")]
    step = sympy.Rational(1, 10**20)
    table = softmax.jacobian(point)
    for source in range(3):
        sides = [
            softmax.expr([value + sign * step * int(n == source) for n, value in enumerate(point)])
            for sign in (1, -1)
        ]
        for row, slope in enumerate((sides[0] - sides[1]) / (2 * step)):
            assert abs(sympy.N(slope - table[row, source], 50)) < 1e-35


def test_the_jacobian_by_the_outputs_is_found_and_is_a_letter_for_every_width() -> None:
    entry = softmax.jacobian_from_output()
    assert not entry.has(z(L), exp)
    zs = sympy.symbols("z1:5", real=True)
    difference = softmax.jacobian_from_output(list(softmax.expr(zs))) - softmax.jacobian(zs)
    powers = {symbol: sympy.log(Symbol(f"E{n}", positive=True)) for n, symbol in enumerate(zs)}
    assert all(sympy.cancel(sympy.together(part.subs(powers))) == 0 for part in difference)


def test_a_layer_that_is_no_quotient_of_exponentials_has_a_jacobian_but_none_by_its_outputs() -> None:
    squares = made(z(L)[j, 0] ** 2 / sympy.Sum(exp(z(L)[k, 0]), ALL))
    assert squares.jacobian_from_output() is None
    assert squares.jacobian([0, 1])[1, 0] == -1 / (1 + sympy.E) ** 2
    with pytest.raises(DomainError, match="carried back"):
        _ = squares.pullback


def test_a_wrong_jacobian_is_refuted(monkeypatch: pytest.MonkeyPatch) -> None:
    true = jacobians.by_output(softmax.formula)
    monkeypatch.setattr(jacobians, "by_output", lambda formula: sympy.expand(2 * true))
    with pytest.raises(Refuted, match="Jacobian"):
        softmax.check()


@pytest.mark.parametrize("wanted", [a, sympy.log(a)])
def test_a_wrong_stable_form_is_refuted(wanted: sympy.Expr) -> None:
    naive = wanted.subs(a, softmax.formula)
    made(softmax.formula, stable=((wanted, naive),)).check()
    with pytest.raises(Refuted, match="z = "):
        made(softmax.formula, stable=((wanted, naive * (1 + sympy.Rational(1, 10**30))),)).check()


@pytest.mark.parametrize(
    "formula", [z(L)[k, 0], z(L)[j, 0] * y(L)[j, 0], sympy.Sum(z(L)[k, 0] * z(L)[i, 0], ALL)]
)
def test_what_is_no_formula_of_a_layer_is_refused(formula: sympy.Expr) -> None:
    with pytest.raises(DomainError, match="neuron itself"):
        made(formula)


@given(layers)
def test_outputs_are_accurate_positive_and_sum_to_one(zs: list[float]) -> None:
    found = softmax.numpy(zs)
    with mpmath.workdps(40):
        for value, true in zip(found, many_digits(zs), strict=True):
            assert abs(mpmath.mpf(float(value)) - true) <= mpmath.mpf("1e-12") * true + 5e-324
    assert np.sum(found) == pytest.approx(1, rel=1e-14)


@given(layers)
def test_logarithms_keep_their_digits_where_an_output_rounds_to_one(zs: list[float]) -> None:
    found = compiled_program(softmax.program(sympy.log(a)))(np.array(zs))
    with mpmath.workdps(700):
        for value, true in zip(found, many_digits(zs), strict=True):
            exactly = mpmath.log(true)
            assert abs(mpmath.mpf(float(value)) - exactly) <= mpmath.mpf("1e-12") * abs(exactly) + 5e-324


@given(layers, st.integers(0, 99))
def test_the_product_with_the_jacobian_is_that_of_the_matrix(zs: list[float], seed: int) -> None:
    v = np.random.default_rng(seed).uniform(-1, 1, size=len(zs))
    by_matrix = softmax.numpy_jacobian(zs).T @ v
    np.testing.assert_allclose(softmax.numpy_pullback(softmax.numpy(zs), v), by_matrix, rtol=0, atol=1e-14)


def test_columns_are_examples() -> None:
    columns = np.array([[1.0, 800.0], [2.0, -800.0], [1e308, 3.0]])
    for place in range(2):
        np.testing.assert_array_equal(softmax.numpy(columns)[:, place], softmax.numpy(columns[:, place]))
    with pytest.raises(DomainError, match="row for each neuron"):
        softmax.numpy(3.0)
    with pytest.raises(DomainError, match="values of all its neurons"):
        softmax.expr(3)


def test_properties_are_those_of_one_output_along_its_own_z() -> None:
    assert softmax.limits == (0, 1)
    assert softmax.monotone is True
    assert softmax.range == Interval.open(0, 1)
    assert softmax.why_unknown("range") is None
    assert softmax.max_slope is None
    assert "whole layer" in str(softmax.why_unknown("max_slope"))
    with pytest.raises(UnknownName):
        softmax.why_unknown("colour")


def test_a_program_computes_shared_parts_once_and_writes_out() -> None:
    program = layer_program(softmax.formula, j, ("z",))
    bindings, outputs = written_out(program, {letter("z"): sympy.symbols("p q")})
    assert len(bindings) == 3  # two exponentials and their sum
    assert len(outputs) == 2
    assert in_one(program, {letter("z"): [0, 0]}) == [sympy.Rational(1, 2)] * 2
    assert "sum" in str(program)


def test_the_formula_is_printed_as_the_book_prints() -> None:
    assert softmax.latex.startswith(r"\frac{e^{z^{L}_{j}}}{\sum_{k}")
    assert r"\max_{k} z^{L}_{k}" in latex(dict(softmax.stable)[sympy.log(a)].args[1].args[0])


def test_a_network_has_softmax_in_its_output_layer() -> None:
    net = Network((2, 3, 2), ("tanh", "softmax"), "log_likelihood")
    assert net.vector_output is softmax
    assert net.layer_activation(3) is softmax
    assert repr(net) == "Network((2, 3, 2), activation=('tanh', 'softmax'), cost='log_likelihood')"
    assert "total3" in {code_name(symbol) for symbol, _ in net.forward()}
    with pytest.raises(NetworkError, match="function of all its neurons"):
        net.activation_of(3, 1)
    assert Network((2, 3, 2)).vector_output is None


@pytest.mark.parametrize(
    ("sizes", "activation", "says"),
    [
        ((2, 3, 2), "softmax", r"output layer only.*activation=\('sigmoid', 'softmax'\)"),
        ((2, 3, 2), ("softmax", "softmax"), "layer 2 of 3"),
        ((2, 3, 2), {(3, 1): "softmax"}, "single neurons of layer 3"),
        ((2, 3, 2), {"default": "softmax"}, "single neurons of layer 2"),
        ((2, 3, 2), ("tanh", ("softmax", "softmax")), "single neurons of layer 3"),
        ((2, 1), "softmax", "at least 2"),
    ],
)
def test_softmax_elsewhere_is_refused(sizes: tuple[int, ...], activation: object, says: str) -> None:
    with pytest.raises(NetworkError, match=says):
        Network(sizes, activation)  # type: ignore[arg-type]  # wrong on purpose


def test_softmax_with_the_cross_entropy_of_single_outputs_is_refused() -> None:
    with pytest.raises(DomainError, match="log_likelihood"):
        Network((2, 3), "softmax", "cross_entropy")
    with pytest.raises(UnknownName, match="no pair"):
        pairing("softmax", "cross_entropy")


def test_a_slope_that_does_not_cancel_is_not_said_to() -> None:
    assert cancelled(softmax, costs["log_likelihood"]) is not None
    assert cancelled(softmax, costs["quadratic"]) is None
    assert cancelled(softmax, costs["cross_entropy"]) is None
    doubled = replace(costs["log_likelihood"], name="other", formula=2 * costs["log_likelihood"].formula)
    assert cancelled(softmax, doubled) != cancelled(softmax, costs["log_likelihood"])


NET = Network((2, 3, 2), ("tanh", "softmax"), "log_likelihood")
DEEP = Network((2, 2, 3, 2), ("tanh", "sigmoid", "softmax"), "quadratic")


@pytest.mark.parametrize("place", [(2, 1, 1), (2, 3), (3, 1, 2), (3, 2)])
def test_the_sum_over_paths_is_the_derivative(place: tuple[int, ...]) -> None:
    found = path_sum(NET, *place)
    found.check()
    assert len(found.paths) == number_of_paths(NET, place[0]) == 2
    factored = dict(factored_path_sum(NET, *place))
    total = factored.pop(Partial(C, found.parameter))
    assert sympy.expand(total.subs(factored) - found.total) == 0


def test_a_sum_over_paths_without_the_further_sum_is_refuted() -> None:
    for found in (path_sum(NET, 3, 1, 2), path_sum(DEEP, 3, 1, 2), path_sum(DEEP, 2, 1)):
        found.check()
        with pytest.raises(Refuted):
            replace(found, paths=found.paths[:1]).check()
    elementwise = path_sum(Network((2, 3, 2)), 2, 1, 1)
    with pytest.raises((Refuted, NetworkError)):
        replace(elementwise, net=NET).check()


def test_a_derivative_through_the_whole_layer_stands_in_brackets() -> None:
    assert r"\left( \frac{\partial a^{3}_{1}}" in path_sum(NET, 2, 1, 1).paths[0].latex()


@pytest.mark.parametrize("cost", ["quadratic", "log_likelihood"])
def test_gradient_slips_and_reference_agree_with_differences_in_many_digits(cost: str) -> None:
    net = Network((2, 3, 3), ("tanh", "softmax"), cost)
    case = draw_case(net, np.random.default_rng(1))
    true = reference.backprop(*case.arguments, activation=["tanh", "softmax"], cost=cost)
    exact = ManyDigits(net, *case.arguments)
    assert float(exact.value()) == pytest.approx(
        reference.cost(*case.arguments, activation=["tanh", "softmax"], cost=cost), rel=1e-13
    )
    for layer, j_, k_ in ((2, 0, 1), (3, 2, 0), (3, 1, None)):
        by_hand = true.b[layer - 2][j_, 0] if k_ is None else true.w[layer - 2][j_, k_]
        assert by_hand == pytest.approx(float(exact.by_parameter(layer, j_, k_)), rel=1e-12, abs=1e-16)
    b, w = trace(net, *case.arguments).gradient
    for found, wanted in zip((*b, *w), (*true.b, *true.w), strict=True):
        np.testing.assert_allclose(found, wanted, rtol=1e-12, atol=1e-15)


@pytest.mark.parametrize("cost", ["quadratic", "log_likelihood", "huber"])
def test_the_let_bindings_of_the_gradient_are_the_derivative_of_the_cost(cost: str) -> None:
    net = Network((1, 2, 2), ("linear", "softmax"), cost)
    found = gradient(net)
    values = {s: sympy.Rational(n + 2, 7) for n, s in enumerate(sorted(_parameters(net), key=str))}
    values |= dict(zip(net.y, (sympy.Rational(1, 4), sympy.Rational(1, 3)), strict=True))
    at = dict(values)
    for symbol, value in found.bindings:
        at[symbol] = sympy.N(value.subs(at), 40)
    outputs = [symbol for symbol, _ in net.forward() if symbol in set(net.a[3])]
    whole = net.cost.value(outputs, net.y)
    for symbol, value in reversed(net.forward()):
        whole = whole.subs(symbol, value)
    for layer in (2, 3):
        for weight, by_gradient in zip(net.w[layer], found.w[layer], strict=True):
            direct = sympy.diff(whole, weight)
            assert abs(sympy.N(direct.subs(values) - by_gradient.subs(at), 30)) < 1e-25


def _parameters(net: Network) -> set[Symbol]:
    return {s for layers in (net.w, net.b) for matrix in layers.values() for s in matrix} | set(net.x)


def test_the_number_of_bindings_grows_with_the_weights_only() -> None:
    counts = [len(gradient(Network((2, n), "softmax", "log_likelihood")).bindings) for n in (4, 8, 16)]
    assert counts[2] - counts[1] == 2 * (counts[1] - counts[0])


@pytest.mark.parametrize(
    ("names", "cost", "says"),
    [
        (["softmax", "softmax"], "quadratic", "output layer only"),
        (["tanh", "sigmoid"], "log_likelihood", "written for softmax"),
        (["tanh", "softmax"], "cross_entropy", "written for a sigmoid"),
    ],
)
def test_the_reference_refuses_what_it_has_not(names: list[str], cost: str, says: str) -> None:
    case = draw_case(NET, np.random.default_rng(0))
    with pytest.raises(ValueError, match=says):
        reference.backprop(*case.arguments, activation=names, cost=cost)
