"""Normalisation and attention: exactly against SymPy's own derivatives, and against PyTorch."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import sympy

from bpderive.programs.graphs.mixing import (
    attention,
    attention_back,
    mean_in_variance,
    normalise_back,
    normalise_back_by_parts,
    normalised,
)

BOUND = 1e-11


def letters(name: str, rows: int, columns: int) -> Any:
    return np.array([[sympy.Symbol(f"{name}{i}{k}", real=True) for k in range(columns)] for i in range(rows)])


def zero(expressions: Any) -> bool:
    return all(sympy.simplify(each) == 0 for each in np.ravel(expressions))


@pytest.mark.parametrize("axis", [0, 1])
def test_normalisation_is_the_derivative_exactly(axis: int) -> None:
    """Over the neurons of a layer and over the examples of a mini-batch, with an ε in the root."""
    shape = (3, 1) if axis == 0 else (1, 3)
    z, G, eps = letters("z", *shape), letters("G", *shape), sympy.Symbol("epsilon", positive=True)
    a, s = normalised(z, axis, eps)
    cost = (G * a).sum()
    expected = np.array([cost.diff(each) for each in z.ravel()]).reshape(shape)
    assert zero(normalise_back(G, a, s, axis) - expected)
    assert zero(normalise_back_by_parts(G, z, axis, eps) - expected)
    assert sympy.expand(mean_in_variance(z, axis).item()) == 0
    for wrong in (normalise_back(G, a, 2 * s, axis), G / s, normalise_back(G, a, s, axis) + a / s):
        assert not zero(wrong - expected)


def relative(found: Any, expected: Any) -> float:
    return float(np.linalg.norm(found - expected.numpy()) / np.linalg.norm(expected.numpy()))


def test_layer_norm_and_batch_norm_of_torch() -> None:
    torch = pytest.importorskip("torch", reason="not installed here; nox -s engines has it")
    rng = np.random.default_rng(0)
    z, G = rng.normal(size=(5, 7)), rng.normal(size=(5, 7))
    for axis, name in ((0, "LayerNorm"), (1, "BatchNorm, training mode")):
        given = torch.tensor(z.T.copy(), requires_grad=True)
        if axis == 0:
            out = torch.nn.functional.layer_norm(given, (5,), eps=1e-5)
        else:
            out = torch.nn.functional.batch_norm(given, None, None, training=True, eps=1e-5)
        out.backward(torch.tensor(G.T.copy()))
        a, s = normalised(z, axis, 1e-5)
        assert relative(a, out.detach().T) <= BOUND
        error = relative(normalise_back(G, a, s, axis), given.grad.T)
        longer = relative(normalise_back_by_parts(G, z, axis, 1e-5), given.grad.T)
        print(f"{name}: {error:.1e}, by parts {longer:.1e}")
        assert max(error, longer) <= BOUND


def test_attention_of_torch() -> None:
    torch = pytest.importorskip("torch", reason="not installed here; nox -s engines has it")
    rng = np.random.default_rng(0)
    given = [rng.normal(size=shape) for shape in ((6, 4), (5, 4), (5, 3))]
    Q, K, V = (torch.tensor(each, requires_grad=True) for each in given)
    out = torch.nn.functional.scaled_dot_product_attention(Q[None], K[None], V[None])[0]
    G = rng.normal(size=(6, 3))
    out.backward(torch.tensor(G))
    O, A = attention(*given)  # the letter of the book
    assert relative(O, out.detach()) <= BOUND
    back = zip(attention_back(G, given[0], given[1], given[2], A), (Q, K, V), strict=True)
    errors = [relative(found, each.grad) for found, each in back]
    print(f"attention: {max(errors):.1e}")
    assert max(errors) <= BOUND


def test_attention_is_the_derivative_exactly() -> None:
    Q, K, V, G = (letters(name, 2, 1) for name in "QKVG")
    shares = np.array([[sympy.exp(q * k) for k in K[:, 0]] for q in Q[:, 0]])
    A = shares / shares.sum(axis=1, keepdims=True)
    cost = (G * (A @ V)).sum()
    for found, given in zip(attention_back(G, Q, K, V, A), (Q, K, V), strict=True):
        expected = np.array([[cost.diff(each)] for each in given[:, 0]])
        assert zero(found - expected)
