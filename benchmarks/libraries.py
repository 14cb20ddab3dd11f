"""The functions that are compared: ours, the formula as it stands, and those of jax, torch and scipy.

`libraries()` gives by library and by name of the activation the pair of σ and σ′ as functions of an array; a peer that
is not installed is absent. To compare with one more library, add a function to `PEERS`.
"""

import math
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import sympy

from benchmarks import timing
from benchmarks.ulp import Array, Function
from bpderive.functions.activations import Activation, elementwise_activations, z

Pair = tuple[Function, Function | None]
"""σ and σ′; None for a library that has no derivatives."""


def matrix(activation: Activation) -> Pair:
    """σ and σ′ as the library and its matrix programs compute them."""
    return activation.numpy, activation.numpy_derivative


def naive(activation: Activation) -> Pair:
    """σ and its derivative, each formula turned into NumPy code as it stands, by SymPy's `lambdify`."""
    modules = [{"erf": np.vectorize(math.erf, otypes=[float])}, "numpy"]

    def as_it_stands(expression: sympy.Expr) -> Function:
        function = sympy.lambdify(z, expression, modules)
        return lambda at: np.asarray(function(at), dtype=at.dtype)

    return as_it_stands(activation.formula), as_it_stands(activation.derivative())


def jax_functions() -> Mapping[str, Pair]:
    """The functions of jax.nn and jax.numpy and their derivatives by jax.grad, in the precision of the points."""
    import jax

    jax.config.update("jax_enable_x64", True)
    nn, jnp = jax.nn, jax.numpy
    found = {
        "sigmoid": nn.sigmoid,
        "tanh": jnp.tanh,
        "relu": nn.relu,
        "leaky_relu": nn.leaky_relu,
        "elu": nn.elu,
        "selu": nn.selu,
        "softplus": nn.softplus,
        "silu": nn.silu,
        "gelu": lambda x: nn.gelu(x, approximate=False),
        "gelu_tanh": lambda x: nn.gelu(x, approximate=True),
        "mish": nn.mish,
        "softsign": nn.soft_sign,
        "arctan": jnp.arctan,
        "hard_tanh": nn.hard_tanh,
        "hard_sigmoid": nn.hard_sigmoid,
        "sine": jnp.sin,
    }

    def numbers(function: Any) -> Function:
        return lambda at: np.asarray(function(jnp.asarray(at)))

    return {name: (numbers(f), numbers(jax.vmap(jax.grad(f)))) for name, f in found.items()}


def torch_functions() -> Mapping[str, Pair]:
    """The functions of torch and torch.nn.functional and their derivatives by its autograd."""
    import torch

    nn = torch.nn.functional
    found = {
        "sigmoid": torch.sigmoid,
        "tanh": torch.tanh,
        "relu": nn.relu,
        "leaky_relu": nn.leaky_relu,
        "elu": nn.elu,
        "selu": nn.selu,
        "softplus": nn.softplus,
        "silu": nn.silu,
        "gelu": nn.gelu,
        "gelu_tanh": lambda x: nn.gelu(x, approximate="tanh"),
        "mish": nn.mish,
        "softsign": nn.softsign,
        "arctan": torch.atan,
        "hard_tanh": nn.hardtanh,
        "hard_sigmoid": nn.hardsigmoid,
        "sine": torch.sin,
    }

    def value(function: Any) -> Function:
        return lambda at: function(torch.tensor(at)).numpy()

    def derivative(function: Any) -> Function:
        def computed(at: Array) -> Array:
            given = torch.tensor(at, requires_grad=True)
            function(given).sum().backward()
            return np.asarray(given.grad.numpy())

        return computed

    return {name: (value(f), derivative(f)) for name, f in found.items()}


def scipy_functions() -> Mapping[str, Pair]:
    """What scipy.special has, the GELU by its Φ; it has no derivatives."""
    from scipy import special

    return {"sigmoid": (special.expit, None), "gelu": (lambda x: x * special.ndtr(x), None)}


PEERS: Mapping[str, Callable[[], Mapping[str, Pair]]] = {
    "jax": jax_functions,
    "torch": torch_functions,
    "scipy": scipy_functions,
}
"""The libraries to compare with, by the names of their distributions: their functions by our names."""


def installed() -> dict[str, str]:
    """The peers that are installed here, with their versions."""
    return timing.installed({name: name for name in PEERS})


def libraries() -> dict[str, Mapping[str, Pair]]:
    """All that are compared."""
    own = {"bpderive": matrix, "naive": naive}
    found: dict[str, Mapping[str, Pair]] = {
        library: {name: pair(activation) for name, activation in elementwise_activations.items()}
        for library, pair in own.items()
    }
    return found | {peer: PEERS[peer]() for peer in installed()}
