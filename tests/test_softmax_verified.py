"""Networks with softmax in the output layer, compiled, verified and compared."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import bpderive as bp
from bpderive import reference
from bpderive.functions.network import Network

NET = Network((2, 3, 3), ("tanh", "softmax"), "log_likelihood")
NAMES = ["tanh", "softmax"]


@pytest.mark.parametrize("cost", ["quadratic", "log_likelihood", "huber"])
def test_a_network_with_softmax_is_verified(cost: str) -> None:
    found = bp.verify(Network((2, 3, 3), ("tanh", "softmax"), cost), seed=3)
    assert found.ok
    assert ("reference" in found.max_error) == (cost in ("quadratic", "log_likelihood"))


def test_the_right_function_is_found_right() -> None:
    def mine(weights: Any, biases: Any, x: Any, y: Any) -> Any:
        return reference.backprop(weights, biases, x, y, activation=NAMES, cost="log_likelihood")

    assert bp.compare(mine, NET).ok


def test_what_holds_only_where_the_targets_sum_to_one_is_found_wrong() -> None:
    """The y of the comparison do not sum to 1, so that a − y is not the error."""

    def without_the_sum(weights: Any, biases: Any, x: Any, y: Any) -> Any:
        zs, activations = reference.feedforward(weights, biases, x, NAMES)
        delta = activations[-1] - y
        hidden = (weights[1].T @ delta) * reference.tanh_prime(zs[0])
        m = x.shape[1]
        b = [part.sum(axis=1, keepdims=True) / m for part in (hidden, delta)]
        return b, [part @ a.T / m for part, a in zip((hidden, delta), activations, strict=False)]

    found = bp.compare(without_the_sum, NET)
    assert not found.ok
    one_class = np.eye(3)
    case = [np.ones((3, 2)), np.ones((3, 3))], [np.zeros((3, 1)), np.zeros((3, 1))], np.ones((2, 3))
    ours = without_the_sum(*case, one_class)
    true = reference.backprop(*case, one_class, activation=NAMES, cost="log_likelihood")
    for mine, right in zip((*ours[0], *ours[1]), (*true.b, *true.w), strict=True):
        np.testing.assert_allclose(mine, right, atol=1e-15)


def test_the_diagonal_in_the_place_of_the_jacobian_is_named() -> None:
    quadratic = Network((2, 3, 3), ("tanh", "softmax"), "quadratic")

    def diagonal(weights: Any, biases: Any, x: Any, y: Any) -> Any:
        zs, activations = reference.feedforward(weights, biases, x, NAMES)
        a = activations[-1]
        delta = (a - y) * a * (1 - a)
        hidden = (weights[1].T @ delta) * reference.tanh_prime(zs[0])
        m = x.shape[1]
        b = [part.sum(axis=1, keepdims=True) / m for part in (hidden, delta)]
        return b, [part @ a.T / m for part, a in zip((hidden, delta), activations, strict=False)]

    assert "only the diagonal" in bp.compare(diagonal, quadratic).text.en


def test_saturated_outputs_give_numbers() -> None:
    grad = bp.compile_gradient(NET)
    weights, biases = (
        [np.zeros((3, 2)), np.zeros((3, 3))],
        [np.zeros((3, 1)), np.array([[900.0], [0.0], [-900.0]])],
    )
    cost, found = grad.value_and_gradient(weights, biases, np.ones((2, 1)), np.array([[0.0], [0.0], [1.0]]))
    assert cost == pytest.approx(1800)
    np.testing.assert_allclose(found.b[1], [[1.0], [0.0], [-1.0]])
