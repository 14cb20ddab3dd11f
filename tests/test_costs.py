"""The catalogue of costs, and the pairs for which σ′ cancels."""

from __future__ import annotations

import numpy as np
import pytest
import sympy

from bpderive.errors import DomainError, NetworkError, UnknownName
from bpderive.functions.activations import activations, elementwise_activations
from bpderive.functions.costs import Cost, a, costs, resolve, y
from bpderive.functions.network import Network
from bpderive.letters.text import Text
from bpderive.programs.lambdified import compile_gradient
from bpderive.programs.verify import verify

TITLE = Text(en="made for a test", zh="测试用")
every_cost = pytest.mark.parametrize("cost", costs.values(), ids=list(costs))


@every_cost
def test_derivative_is_what_a_series_says(cost: Cost) -> None:
    at = {a: sympy.Rational(2, 7), y: sympy.Rational(1, 3)}
    h = sympy.Rational(1, 10**20)
    quotient = (cost.term(at[a] + h, at[y]) - cost.term(at[a] - h, at[y])) / (2 * h)
    assert abs(sympy.N(quotient - cost.derivative(at[a], at[y]), 60)) < 1e-35


@every_cost
def test_cost_is_least_at_the_desired_output(cost: Cost) -> None:
    slopes = {cost.derivative(value, value) for value in (sympy.Rational(1, 3), sympy.Rational(1, 5))}
    # The log-likelihood is least there among outputs of the same sum, where all its slopes are equal.
    assert slopes == {-1 if cost.name == "log_likelihood" else 0}


def test_value_is_the_sum_over_the_outputs() -> None:
    assert costs["quadratic"].value([3, 5], [1, 4]) == sympy.Rational(5, 2)
    with pytest.raises(ValueError, match="same length"):
        costs["quadratic"].value([3], [1, 4])


@pytest.mark.parametrize("activation", elementwise_activations)
@every_cost
def test_pairs_that_cancel_are_found_by_derivation(cost: Cost, activation: str) -> None:
    found = cost.cancelled_error(activations[activation].derivative_from_output(a))
    expected = {
        ("quadratic", "linear"): a - y,
        ("cross_entropy", "sigmoid"): a - y,
        ("log_likelihood", "sigmoid"): a * y - y,
    }
    assert found == expected.get((cost.name, activation))


def test_a_cancelled_error_takes_its_arguments_together() -> None:
    found = costs["cross_entropy"].cancelled_error(a * (1 - a), y, a)
    assert found == y - a
    assert costs["cross_entropy"].cancelled_error(sympy.exp(-a)) is None


def test_a_further_cost_is_one_declaration() -> None:
    mine = Cost(name="fourth", title=TITLE, formula=(sympy.Symbol("a") - sympy.Symbol("y")) ** 4)
    assert mine.derivative(3, 1) == 32
    assert resolve(mine) is mine
    assert "fourth" in repr(mine)


@pytest.mark.parametrize("formula", ["(a - y)**2", sympy.Symbol("t") ** 2, None])
def test_what_is_no_cost_is_refused(formula: object) -> None:
    with pytest.raises(DomainError, match="in the output a"):
        Cost(name="wrong", title=TITLE, formula=formula)


def test_unknown_names_are_suggested() -> None:
    with pytest.raises(UnknownName, match="Did you mean 'cross_entropy'"):
        resolve("crossentropy")


def test_huber_is_the_quadratic_cost_near_the_target_and_a_line_beyond() -> None:
    huber = costs["huber"].with_parameters(delta=0.5)
    assert [huber.derivative(point, 0) for point in (-3, sympy.Rational(1, 4), 3)] == [
        -sympy.Rational(1, 2),
        sympy.Rational(1, 4),
        sympy.Rational(1, 2),
    ]
    assert huber.term(3, 0) == sympy.Rational(11, 8)
    for side in (sympy.Rational(1, 2), -sympy.Rational(1, 2)):
        assert huber.term(side, 0) == sympy.Rational(1, 8)
    assert huber.with_parameters(delta=1) == costs["huber"]


def test_a_parameter_is_a_positive_number_with_a_known_name() -> None:
    with pytest.raises(UnknownName, match="delta"):
        costs["huber"].with_parameters(delt=1)
    with pytest.raises(UnknownName):
        costs["quadratic"].with_parameters(delta=1)
    for wrong in (0, -1, sympy.Symbol("d")):
        with pytest.raises(DomainError, match="positive"):
            costs["huber"].with_parameters(delta=wrong)


def test_a_parameter_may_be_a_symbol_to_derive_with_but_not_to_compute_with() -> None:
    delta = sympy.Symbol("delta", positive=True)
    huber = costs["huber"].with_parameters(delta=delta)
    assert huber.open_parameters == ("delta",)
    for value in (sympy.Rational(1, 2), 5):
        at_value = costs["huber"].with_parameters(delta=value)
        assert huber.derivative(3, 1).subs(delta, value) == at_value.derivative(3, 1)
    assert huber.with_parameters(delta=1) == costs["huber"]
    with pytest.raises(NetworkError, match=r"a symbol for delta.*with_parameters\(delta=1\)"):
        Network((2, 2), "tanh", huber)
    leaky = activations["leaky_relu"].with_parameters(alpha=sympy.Symbol("s", positive=True))
    with pytest.raises(DomainError, match="has the symbol s in its formula"):
        Network((2, 2), leaky)


def test_a_network_with_the_huber_cost_is_verified() -> None:
    net = Network((2, 3, 2), "tanh", costs["huber"].with_parameters(delta=0.3))
    assert verify(net, compiled=compile_gradient(net)).ok


def cost(formula: object, **extras: object) -> Cost:
    return Cost(name="made", title=TITLE, formula=formula, **extras)  # type: ignore[arg-type]  # wrong on purpose


@pytest.mark.parametrize(
    "formula",
    [
        sympy.floor(a - y),
        sympy.Integral(sympy.exp(-(sympy.Symbol("t") ** 2)), (sympy.Symbol("t"), 0, a)),
        sympy.Function("f")(a),
        sympy.I * a,
        sympy.nan,
        sympy.oo * a,
        sympy.log(a),
        1 / (a - y),
        sympy.sqrt(sympy.Abs(a - y)),
        sympy.Piecewise((0, a < y), (1, True)),
        a ** (10**9),
    ],
    ids=str,
)
def test_what_cannot_be_computed_with_is_refused_when_it_is_declared(formula: sympy.Expr) -> None:
    with pytest.raises(DomainError):
        cost(formula)


def test_a_cost_is_defined_on_its_own_domain_only() -> None:
    assert cost(sympy.log(a), domain=sympy.Interval.open(0, 1)).derivative() == 1 / a


def test_the_hinge_is_a_cost() -> None:
    hinge = cost(sympy.Max(0, 1 - a * y))
    assert [hinge.derivative(value, 1) for value in (-1, sympy.Rational(1, 2), 2)] == [-1, -1, 0]
    net = Network((2, 2), "tanh", hinge)
    assert verify(net, compiled=compile_gradient(net)).ok


def test_parameters_may_be_plain_numbers() -> None:
    q = sympy.Symbol("q", positive=True)
    assert cost(q * (a - y) ** 2, parameters=((q, 2),)).derivative(3, 1) == 8
    for wrong in (sympy.nan, 0, -1, "2"):
        with pytest.raises(DomainError, match="positive"):
            cost(q * (a - y) ** 2, parameters=((q, wrong),))


@pytest.mark.parametrize(
    ("field", "given"),
    [("name", 3), ("title", "x"), ("domain", "x"), ("targets", (0, 1)), ("parameters", {"q": 2})],
)
def test_a_field_of_the_wrong_kind_is_refused(field: str, given: object) -> None:
    fields = {"name": "made", "title": TITLE, "formula": a * y, field: given}
    with pytest.raises(DomainError, match=field):
        Cost(**fields)  # type: ignore[arg-type]  # wrong on purpose


def test_a_constant_term_counts_once_for_each_output() -> None:
    weights, biases = [np.ones((2, 2))], [np.zeros((2, 1))]
    x, targets = np.ones((2, 4)), np.zeros((2, 4))
    for formula, expected in ((sympy.Integer(3), 6.0), (a * 0 + 3 + y, 6.0)):
        program = compile_gradient(Network((2, 2), "sigmoid", cost(formula)))
        value, gradient = program.value_and_gradient(weights, biases, x, targets)
        assert value == expected
        assert not np.any(gradient.w[0])
