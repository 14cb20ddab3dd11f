"""Layers that mix: normalisation over a layer or over the examples, and attention, forwards and back.

The backward functions are (M1), δ = Jᵀ G, with the Jacobian multiplied out; `tests/beyond/test_mixing.py` compares them
with SymPy's derivatives exactly, and with PyTorch in floating point.
"""

from __future__ import annotations

from typing import Any

import numpy as np


def normalised(z: Any, axis: int = 0, eps: Any = 0) -> tuple[Any, Any]:
    """(z − mean)/s along an axis, and s = √(variance + eps): axis 0 over a layer, axis 1 over the examples."""
    centred = z - z.sum(axis=axis, keepdims=True) / z.shape[axis]
    s = ((centred**2).sum(axis=axis, keepdims=True) / z.shape[axis] + eps) ** (np.array(1) / 2)
    return centred / s, s


def normalise_back(G: Any, a: Any, s: Any, axis: int = 0) -> Any:
    """δ from G = ∂C/∂a in three terms: (G − mean G − a · mean(G a))/s."""
    n = G.shape[axis]
    own = G.sum(axis=axis, keepdims=True) / n
    along = (G * a).sum(axis=axis, keepdims=True) / n
    return (G - own - a * along) / s


def normalise_back_by_parts(G: Any, z: Any, axis: int = 0, eps: Any = 0) -> Any:
    """The same through the variance v and the mean μ, one after the other, as it is often printed."""
    n = G.shape[axis]
    centred = z - z.sum(axis=axis, keepdims=True) / n
    s = ((centred**2).sum(axis=axis, keepdims=True) / n + eps) ** (np.array(1) / 2)
    by_variance = (G * centred).sum(axis=axis, keepdims=True) * (-1) / (2 * s**3)
    by_mean = -(G / s).sum(axis=axis, keepdims=True) + by_variance * mean_in_variance(z, axis)
    return G / s + by_variance * 2 * centred / n + by_mean / n


def mean_in_variance(z: Any, axis: int = 0) -> Any:
    """∂v/∂μ = −2/n Σ (z − μ), which is 0."""
    n = z.shape[axis]
    return -2 * (z - z.sum(axis=axis, keepdims=True) / n).sum(axis=axis, keepdims=True) / n


def attention(Q: Any, K: Any, V: Any) -> tuple[Any, Any]:
    """O = A V with A = softmax of the rows of Q Kᵀ/√d; and A. Rows are places of the sequence."""
    scores = Q @ K.T / np.sqrt(Q.shape[1])
    shares = np.exp(scores - scores.max(axis=1, keepdims=True))
    A = shares / shares.sum(axis=1, keepdims=True)
    return A @ V, A


def attention_back(G: Any, Q: Any, K: Any, V: Any, A: Any) -> tuple[Any, Any, Any]:
    """∂C/∂Q, ∂C/∂K and ∂C/∂V from G = ∂C/∂O."""
    by_share = G @ V.T
    by_score = A * (by_share - (by_share * A).sum(axis=1, keepdims=True)) / np.sqrt(Q.shape[1])
    return by_score @ K, by_score.T @ Q, A.T @ G
