"""Backpropagation in NumPy, written by hand.

This is what a programmer would write from the book, without any of the machinery that derives; `verify` holds what is
derived against it. It imports NumPy and nothing else. `backprop` gives the gradient, `feedforward` the z and a of every
layer, `cost` the value. Columns are examples throughout, so one example is a mini-batch of one column.

To add an activation, enter its function and its derivative in `ACTIVATIONS`; for a cost, enter its value
and the error that it gives in the output layer in `COSTS`.

    >>> one = np.array([[1.0]])
    >>> backprop([2 * one], [one], x=3 * one, y=one, activation="linear").w[0].tolist()  # (a − y) x
    [[18.0]]
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from fractions import Fraction
from typing import Any, NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt

__all__ = ["Gradient", "backprop", "cost", "feedforward"]

Array = npt.NDArray[Any]
Arrays = Sequence[Array]


class Gradient(NamedTuple):
    """The gradient of the mean cost: b[i] and w[i] have the shapes of biases[i] and weights[i]."""

    b: list[Array]
    w: list[Array]


def sigmoid(z: Array) -> Array:
    """1/(1 + e^−z). The exponent is never positive, so that nothing overflows."""
    e = np.exp(-np.abs(z))
    return np.where(z >= 0, 1.0, e) / (1.0 + e)


def sigmoid_prime(z: Array) -> Array:
    """σ(z)(1 − σ(z)) as e^−|z|/(1 + e^−|z|)², which keeps its digits where σ(z) rounds to 1."""
    e = np.exp(-np.abs(z))
    return e / (1.0 + e) ** 2


def tanh_prime(z: Array) -> Array:
    """1 − tanh²(z) as 4e^−2|z|/(1 + e^−2|z|)²."""
    e = np.exp(-2.0 * np.abs(z))
    return 4.0 * e / (1.0 + e) ** 2


def silu_prime(z: Array) -> Array:
    """σ(z) + zσ′(z), with σ the sigmoid."""
    value: Array = sigmoid(z) + z * sigmoid_prime(z)
    return value


def softmax(z: Array) -> Array:
    """e^z_j / Σ_k e^z_k in each column; taking off the greatest z changes nothing and keeps e^z from overflowing."""
    e = np.exp(z - z.max(axis=0))
    value: Array = e / e.sum(axis=0)
    return value


def softmax_back(a: Array, v: Array) -> Array:
    """Σ_k v_k ∂a_k/∂z_j in each column, with ∂a_k/∂z_j = a_k (1[j=k] − a_j): the sum over k that (37) keeps."""
    value: Array = a * (v - np.sum(v * a, axis=0))
    return value


Function: TypeAlias = Callable[[Array], Array]

ACTIVATIONS: dict[str, tuple[Function, Function]] = {
    "sigmoid": (sigmoid, sigmoid_prime),
    "tanh": (np.tanh, tanh_prime),
    "relu": (lambda z: np.maximum(z, 0.0), lambda z: np.where(z > 0, 1.0, 0.0)),
    "leaky_relu": (lambda z: np.where(z > 0, z, z / 100.0), lambda z: np.where(z > 0, 1.0, 0.01)),
    "elu": (
        lambda z: np.where(z > 0, z, np.expm1(np.minimum(z, 0.0))),
        lambda z: np.exp(np.minimum(z, 0.0)),
    ),
    "softplus": (lambda z: np.maximum(z, 0.0) + np.log1p(np.exp(-np.abs(z))), sigmoid),
    "silu": (lambda z: z * sigmoid(z), silu_prime),
    "softsign": (lambda z: z / (1.0 + np.abs(z)), lambda z: 1.0 / (1.0 + np.abs(z)) ** 2),
    "arctan": (np.arctan, lambda z: 1.0 / (1.0 + z**2)),
    "hard_tanh": (lambda z: np.clip(z, -1.0, 1.0), lambda z: np.where(np.abs(z) < 1, 1.0, 0.0)),
    "gaussian": (lambda z: np.exp(-(z**2)), lambda z: -2.0 * z * np.exp(-(z**2))),
    "sine": (np.sin, np.cos),
    "linear": (lambda z: 1.0 * z, np.ones_like),
}
"""σ and σ′ of each. At a kink of leaky_relu the slope is that on its left, of relu and hard_tanh 0; no exponent
is positive, so that nothing overflows.
"""


def quadratic_cost(z: Array, a: Array, y: Array) -> Array:
    """½(y − a)² for each output and example."""
    return 0.5 * (y - a) ** 2


def quadratic_error(name: str, z: Array, a: Array, y: Array) -> Array:
    """(a − y) σ′(z); with softmax its Jacobian in the place of σ′."""
    if name == "softmax":
        return softmax_back(a, a - y)
    _, prime = ACTIVATIONS[name]
    return (a - y) * prime(z)


def cross_entropy_cost(z: Array, a: Array, y: Array) -> Array:
    """−y ln a − (1 − y) ln(1 − a) with a = σ(z): the logarithms are taken of z, where a may have rounded to 0 or 1."""
    shared = np.log1p(np.exp(-np.abs(z)))
    value: Array = y * (shared + np.maximum(-z, 0.0)) + (1.0 - y) * (shared + np.maximum(z, 0.0))
    return value


def log_likelihood_cost(z: Array, a: Array, y: Array) -> Array:
    """−y ln a with a = softmax(z), the logarithm taken of z."""
    moved = z - z.max(axis=0)
    value: Array = y * (np.log(np.sum(np.exp(moved), axis=0)) - moved)
    return value


def log_likelihood_error(name: str, z: Array, a: Array, y: Array) -> Array:
    """a Σ_k y_k − y, which is a − y where the y_k of an example sum to 1."""
    value: Array = a * np.sum(y, axis=0) - y
    return value


def cross_entropy_error(name: str, z: Array, a: Array, y: Array) -> Array:
    """a − y, for the sigmoid's slope cancels."""
    return a - y


COSTS: dict[
    str, tuple[Callable[[Array, Array, Array], Array], Callable[[str, Array, Array, Array], Array]]
] = {
    "quadratic": (quadratic_cost, quadratic_error),
    "cross_entropy": (cross_entropy_cost, cross_entropy_error),
    "log_likelihood": (log_likelihood_cost, log_likelihood_error),
}


def _names(activation: Any, cost: Any, layers: int) -> list[str]:
    """One activation's name for each layer from 2, all of them known; raises `ValueError` otherwise."""
    if not isinstance(activation, str | list | tuple):
        raise ValueError("an activation is one name, or a list with one name for each layer from 2")
    names = [activation] * layers if isinstance(activation, str) else list(activation)
    if len(names) != layers:
        raise ValueError(f"{len(names)} activations were given for {layers} layers of weights")
    for name in names[:-1]:
        if name == "softmax":
            raise ValueError("softmax is written for the output layer only, the last of the names")
    for name in names:
        if not isinstance(name, str) or (name not in ACTIVATIONS and name != "softmax"):
            given = repr(name) if isinstance(name, str) else "such"
            raise ValueError(f"no activation {given} is written here, only {', '.join(ACTIVATIONS)}, softmax")
    if not isinstance(cost, str) or cost not in COSTS:
        given = repr(cost) if isinstance(cost, str) else "such"
        raise ValueError(f"no cost {given} is written here, only {', '.join(COSTS)}")
    if cost == "cross_entropy" and names[-1] != "sigmoid":
        raise ValueError(f"cross-entropy is written for a sigmoid in the output layer, not for {names[-1]}")
    if cost == "log_likelihood" and names[-1] != "softmax":
        raise ValueError(f"log-likelihood is written for softmax in the output layer, not for {names[-1]}")
    return names


def _table(name: str, given: Any, rows: int | None, columns: int | None) -> Array:
    """An array of numbers with two axes, of so many rows and columns as far as they are known."""
    try:
        array = np.asarray(given)
    except (RuntimeError, TypeError, ValueError, OverflowError):
        raise ValueError(f"{name} is no array of numbers") from None
    exact = array.dtype.kind == "O" and all(isinstance(entry, int | Fraction) for entry in array.flat)
    if array.dtype.kind not in "biuf" and not exact:
        raise ValueError(f"{name} is an array of real numbers, and the one given is of {array.dtype}")
    wanted = tuple(letter if n is None else n for n, letter in ((rows, "n"), (columns, "m")))
    if array.ndim != 2 and name in ("x", "y"):
        raise ValueError(f"{name} has one column for each example; for one example pass {name}[:, None]")
    if array.ndim != 2 or any(n not in (size, "n", "m") for n, size in zip(wanted, array.shape, strict=True)):
        raise ValueError(f"{name} has the shape ({wanted[0]}, {wanted[1]}), and the one given {array.shape}")
    return array


def _tables(weights: Any, biases: Any, x: Any) -> tuple[list[Array], list[Array], Array]:
    """Weights, biases and x as arrays that fit together; raises `ValueError` for anything else."""
    for name, given in (("weights", weights), ("biases", biases)):
        if not isinstance(given, Iterable) or isinstance(given, str | bytes | dict):
            raise ValueError(f"{name} is a list of arrays, one for each layer from 2")
    ws, bs = list(weights), list(biases)
    if not ws or len(ws) != len(bs):
        raise ValueError(
            f"weights has {len(ws)} arrays and biases {len(bs)}; both have one for each layer from 2"
        )
    x = _table("x", x, None, None)
    if not x.shape[1]:
        raise ValueError("x has no column, and one for each example is wanted, at least 1")
    before = x.shape[0]
    for i in range(len(ws)):
        ws[i] = _table(f"weights[{i}]", ws[i], None, before)
        before = ws[i].shape[0]
        bs[i] = _table(f"biases[{i}]", bs[i], before, 1)
    return ws, bs, x


def feedforward(
    weights: Arrays, biases: Arrays, x: Array, activation: str | Sequence[str] = "sigmoid"
) -> tuple[list[Array], list[Array]]:
    """All z, for the layers from 2, and all a, for the layers from 1; x has shape (n_1, m)."""
    weights, biases, x = _tables(weights, biases, x)
    names = _names(activation, "quadratic", len(weights))
    zs = []
    activations = [x]
    for w, b, name in zip(weights, biases, names, strict=True):
        sigma = softmax if name == "softmax" else ACTIVATIONS[name][0]
        zs.append(w @ activations[-1] + b)
        activations.append(sigma(zs[-1]))
    return zs, activations


def cost(
    weights: Arrays,
    biases: Arrays,
    x: Array,
    y: Array,
    activation: str | Sequence[str] = "sigmoid",
    cost: str = "quadratic",
) -> float:
    """The mean of the cost over the columns of x and y."""
    weights, biases, x = _tables(weights, biases, x)
    _names(activation, cost, len(weights))
    zs, activations = feedforward(weights, biases, x, activation)
    y = _table("y", y, *activations[-1].shape)
    value, _ = COSTS[cost]
    return float(np.sum(value(zs[-1], activations[-1], y)) / x.shape[1])


def backprop(
    weights: Arrays,
    biases: Arrays,
    x: Array,
    y: Array,
    activation: str | Sequence[str] = "sigmoid",
    cost: str = "quadratic",
) -> Gradient:
    """The gradient of the mean cost over the m columns of x, shape (n_1, m), and y, shape (n_L, m).

    weights[i] has shape (n_l, n_{l−1}) and biases[i] shape (n_l, 1) with l = i + 2. activation is one name, or one
    for each layer from 2. Raises `ValueError` for a name that is not written here, and for arrays that do not fit.
    """
    weights, biases, x = _tables(weights, biases, x)
    names = _names(activation, cost, len(weights))
    zs, activations = feedforward(weights, biases, x, activation)
    y = _table("y", y, *activations[-1].shape)
    m = x.shape[1]

    # The error in the output layer.
    _, output_error = COSTS[cost]
    delta = output_error(names[-1], zs[-1], activations[-1], y)
    nabla_b = [delta.sum(axis=1, keepdims=True) / m]
    nabla_w = [delta @ activations[-2].T / m]

    # The error of each layer before it, from the last hidden layer to layer 2: weights[i] leads into layer i + 2.
    for i in range(len(weights) - 2, -1, -1):
        _, prime = ACTIVATIONS[names[i]]
        delta = (weights[i + 1].T @ delta) * prime(zs[i])
        nabla_b.insert(0, delta.sum(axis=1, keepdims=True) / m)
        nabla_w.insert(0, delta @ activations[i].T / m)
    return Gradient(nabla_b, nabla_w)
