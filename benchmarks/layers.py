"""The errors of softmax, component by component, and of its logarithm, which the log-likelihood cost is made of.

`results()` measures them like `benchmarks.accuracy` does the functions of one number: at random weighted inputs of
layers of 2, 3 and 10 neurons, near one another and as far apart as 1,400, against many digits.
"""

from collections.abc import Callable, Mapping
from typing import Any

import mpmath
import numpy as np
from sympy import log

from benchmarks.libraries import installed
from benchmarks.ulp import Array, Errors, Function, Truth, measure, rounded
from bpderive.functions.activations import a, activations
from bpderive.functions.activations.layer_program import compiled_program
from bpderive.functions.activations.vector import VectorActivation

DIGITS = 60

WIDTHS = (2, 3, 10)
SPREADS = (1e-3, 1.0, 10.0, 100.0, 700.0)
EXAMPLES = 100
"""How many layers of each width and spread."""

Layer = Callable[[Array], Array]
"""A function of weighted inputs (n, m) whose rows are the neurons."""


def layers(examples: int = EXAMPLES, seed: int = 0) -> list[Array]:
    """Weighted inputs, one array (n, m) for each width and spread."""
    rng = np.random.default_rng(seed)
    return [rng.uniform(-s, s, (n, examples)) for n in WIDTHS for s in SPREADS]


def truth(inputs: list[Array], wanted: str) -> Truth:
    """Every output, "value" or "log", in many digits."""
    values = []
    with mpmath.workdps(DIGITS):
        for column in (column for table in inputs for column in table.T):
            z = [mpmath.mpf(float(entry)) for entry in column]
            for j, own in enumerate(z):
                others = mpmath.fsum(mpmath.exp(x - own) for k, x in enumerate(z) if k != j)
                values.append(1 / (1 + others) if wanted == "value" else -mpmath.log1p(others))
    at = np.concatenate([table.T.ravel() for table in inputs])
    return Truth(at, *rounded(values, at.dtype), np.zeros(len(at), dtype=np.bool_))


def results(examples: int = EXAMPLES) -> dict[str, dict[str, dict[str, Errors]]]:
    """The errors by activation, by "value" or "log", and by library."""
    inputs = layers(examples)
    found: dict[str, dict[str, Errors]] = {}
    for wanted in ("value", "log"):
        true = truth(inputs, wanted)
        found[wanted] = {
            library: measure(_everywhere(functions[wanted], inputs), true)
            for library, functions in libraries().items()
        }
    return {"softmax": found}


def _everywhere(function: Layer, inputs: list[Array]) -> Function:
    """The outputs at all inputs, in the order of `truth`."""
    return lambda _: np.concatenate([np.asarray(function(table)).T.ravel() for table in inputs])


def libraries() -> Mapping[str, Mapping[str, Layer]]:
    """Softmax and its logarithm: ours, the formula as it stands, and those of the peers that are installed."""
    own = activations["softmax"]
    assert isinstance(own, VectorActivation)

    def naive(z: Array) -> Array:
        return np.asarray(np.exp(z) / np.sum(np.exp(z), axis=0))

    found: dict[str, Mapping[str, Layer]] = {
        "bpderive": {"value": own.numpy, "log": compiled_program(own.program(log(a)))},
        "naive": {"value": naive, "log": lambda z: np.log(naive(z))},
    }
    for name in installed():
        if name in _PEERS:
            found[name] = _PEERS[name]()
    return found


def _jax() -> Mapping[str, Layer]:
    import jax

    jax.config.update("jax_enable_x64", True)
    return {
        "value": lambda z: np.asarray(jax.nn.softmax(z, axis=0)),
        "log": lambda z: np.asarray(jax.nn.log_softmax(z, axis=0)),
    }


def _torch() -> Mapping[str, Layer]:
    import torch

    return {
        "value": lambda z: torch.softmax(torch.tensor(z), dim=0).numpy(),
        "log": lambda z: torch.log_softmax(torch.tensor(z), dim=0).numpy(),
    }


def _scipy() -> Mapping[str, Layer]:
    from scipy import special

    return {
        "value": lambda z: special.softmax(z, axis=0),
        "log": lambda z: special.log_softmax(z, axis=0),
    }


_PEERS: Mapping[str, Callable[[], Mapping[str, Any]]] = {"jax": _jax, "torch": _torch, "scipy": _scipy}
