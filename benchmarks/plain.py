"""Gradients of a sigmoid network with quadratic cost, by hand in plain NumPy: what compiled ones are held against.

`backprop` and `loop_gradient` treat one example at a time, `matrix_gradient` a whole mini-batch; these three are the
listings of the book's page on the code, and the last is the unit of all comparisons (`UNIT`). `VARIANTS` are further
ways to write it, whole-array expressions without buffers; a comparison names the fastest of them too. All take
(weights, biases, X, Y), the columns being examples, and give the gradient of the mean cost as (by all b, by all w). To
add a variant, enter it in `VARIANTS`.
"""

# The listings are shown on a page, where annotations would say what the text beside them says.
# mypy: disable-error-code="no-untyped-def, no-untyped-call"

import numpy as np


def sigmoid(z):
    """1/(1 + e^−z)."""
    return 1 / (1 + np.exp(-z))


def backprop(weights, biases, x, y):
    """The gradient of C_x for one example, with respect to all b and all w."""
    a = [x]  # step 1: input
    for w, b in zip(weights, biases, strict=True):  # step 2: feedforward
        a.append(sigmoid(w @ a[-1] + b))
    delta = [(a[-1] - y) * a[-1] * (1 - a[-1])]  # step 3: output error
    for l in range(2, len(a)):  # step 4: backpropagate
        delta.insert(0, weights[-l + 1].T @ delta[-l + 1] * a[-l] * (1 - a[-l]))
    return delta, [d @ a_in.T for d, a_in in zip(delta, a[:-1], strict=True)]  # step 5: output


def loop_gradient(weights, biases, X, Y):
    """The mean of the gradients of the examples, one after the other."""
    m = X.shape[1]
    nabla_b = [np.zeros_like(b) for b in biases]
    nabla_w = [np.zeros_like(w) for w in weights]
    for i in range(m):
        of_b, of_w = backprop(weights, biases, X[:, [i]], Y[:, [i]])
        for total, one in zip(nabla_b + nabla_w, of_b + of_w, strict=True):
            total += one / m
    return nabla_b, nabla_w


def matrix_gradient(weights, biases, X, Y):
    """The same for all examples at once, X = [x_1 … x_m]."""
    m = X.shape[1]
    a = [X]
    for w, b in zip(weights, biases, strict=True):
        a.append(sigmoid(w @ a[-1] + b))
    delta = [(a[-1] - Y) * a[-1] * (1 - a[-1]) / m]
    for l in range(2, len(a)):
        delta.insert(0, weights[-l + 1].T @ delta[-l + 1] * a[-l] * (1 - a[-l]))
    nabla_b = [d.sum(axis=1, keepdims=True) for d in delta]
    return nabla_b, [d @ a_in.T for d, a_in in zip(delta, a[:-1], strict=True)]


def mean_cost(weights, biases, X, Y):
    """The quadratic cost, the mean over the columns: one pass forwards."""
    a = X
    for w, b in zip(weights, biases, strict=True):
        a = sigmoid(w @ a + b)
    return 0.5 * np.sum((Y - a) ** 2) / X.shape[1]


def _variant(times, transposed_times, summed):
    """`matrix_gradient` with other functions for w a, for δ aᵀ and for the sum over the examples."""

    def gradient(weights, biases, X, Y):
        a = [X]
        for w, b in zip(weights, biases, strict=True):
            a.append(1 / (1 + np.exp(-(times(w, a[-1]) + b))))
        delta = (a[-1] - Y) * a[-1] * (1 - a[-1]) / X.shape[1]
        nabla_b, nabla_w = [summed(delta)], [transposed_times(delta, a[-2])]
        for i in range(len(weights) - 1, 0, -1):
            delta = times(weights[i].T, delta) * a[i] * (1 - a[i])
            nabla_b.append(summed(delta))
            nabla_w.append(transposed_times(delta, a[i - 1]))
        return nabla_b[::-1], nabla_w[::-1]

    return gradient


def _row_sums(delta):
    return delta.sum(axis=1, keepdims=True)


def _by_ones(delta):
    return np.dot(delta, np.ones((delta.shape[1], 1), delta.dtype))


def _outer(delta, a):
    return delta * a.T if delta.shape[1] == 1 else np.dot(delta, a.T)


UNIT = "plain, @"
"""The program whose time is 1: whole-array expressions with the operator @, σ′ as a(1 − a)."""

VARIANTS = {
    UNIT: matrix_gradient,
    "plain, dot": _variant(np.dot, lambda delta, a: np.dot(delta, a.T), _row_sums),
    "plain, dot and ones": _variant(np.dot, lambda delta, a: np.dot(delta, a.T), _by_ones),
    "plain, outer at batch 1": _variant(np.dot, _outer, _row_sums),
}
"""The plain ways to write it: with @, with np.dot, and with other sums and outer products."""
