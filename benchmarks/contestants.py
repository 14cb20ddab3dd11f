"""Who takes part in the comparison of gradients: `contestants(problem)` makes them ready for one network and batch.

Each is a `Contestant`: a function without arguments that computes the gradient once, on the same data in its library's
own arrays, and a way to read the result for the check that all have computed the same. jax, torch and autograd take
part where they are installed. To add one, write a function from a `Problem` to a `Contestant` and enter it in `PEERS`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt

import bpderive as bp
from benchmarks import timing
from benchmarks.plain import VARIANTS, loop_gradient

Array = npt.NDArray[Any]

OURS, PRODUCTS, LOOP, REFERENCE = "bpderive", "products", "loop", "accurate by hand"
OURS_ON = {"torch": "bpderive on torch", "jax": "bpderive on jax"}
"""Our program on the arrays of a library, beside that library's own differentiation."""


@dataclass(frozen=True, slots=True)
class Problem:
    """A sigmoid network with quadratic cost, its weights and biases, and a mini-batch with its desired outputs."""

    sizes: tuple[int, ...]
    weights: list[Array]
    biases: list[Array]
    x: Array
    y: Array

    @property
    def given(self) -> tuple[list[Array], list[Array], Array, Array]:
        """The arguments of a gradient."""
        return self.weights, self.biases, self.x, self.y


def problem(sizes: tuple[int, ...], batch: int, dtype: Any = np.float64, seed: int = 0) -> Problem:
    """Random weights and biases of the usual size, inputs between 0 and 1, one output wanted for each example."""
    rng = np.random.default_rng(seed)
    pairs = list(pairwise(sizes))
    return Problem(
        sizes,
        [(rng.standard_normal((n, before)) / np.sqrt(before)).astype(dtype) for before, n in pairs],
        [rng.standard_normal((n, 1)).astype(dtype) for _, n in pairs],
        rng.random((sizes[0], batch)).astype(dtype),
        np.eye(sizes[-1], dtype=dtype)[:, rng.integers(sizes[-1], size=batch)],
    )


@dataclass(frozen=True, slots=True)
class Contestant:
    """`run()` computes the gradient; `read(result)` gives it as NumPy arrays, None if there is nothing to read."""

    run: Callable[[], Any]
    read: Callable[[Any], tuple[list[Array], list[Array]]] | None = tuple


def contestants(given: Problem) -> dict[str, Contestant]:
    """All that take part, by name."""
    arguments = given.given
    found = {name: Contestant(_call(gradient, arguments)) for name, gradient in VARIANTS.items()}
    found[REFERENCE] = Contestant(_call(bp.reference.backprop, arguments))
    found[LOOP] = Contestant(_call(loop_gradient, arguments))
    found[OURS] = Contestant(_call(bp.compile_gradient(bp.Network(given.sizes)), arguments))
    found[PRODUCTS] = products(given)
    return found | {name: make(given) for name, (_, make) in PEERS.items() if name in installed()}


def _call(gradient: Callable[..., Any], arguments: tuple[Any, ...]) -> Callable[[], Any]:
    return lambda: gradient(*arguments)


def products(given: Problem) -> Contestant:
    """The matrix products of (25), (BP2) and (BP4) and nothing else, into arrays that are kept."""
    weights, biases, x = given.weights, given.biases, given.x
    activations = [x, *(np.repeat(b, x.shape[1], axis=1) for b in biases)]
    errors = [np.array(a) for a in activations[1:]]
    forwards = [
        (w, a, np.empty_like(out)) for w, a, out in zip(weights, activations, activations[1:], strict=False)
    ]
    back = [
        (w.T, d, np.empty_like(a)) for w, d, a in zip(weights[1:], errors[1:], activations[1:], strict=False)
    ]
    by_weights = [(d, a.T, np.empty_like(w)) for w, d, a in zip(weights, errors, activations, strict=False)]
    dot, all_of_them = np.dot, [*forwards, *back, *by_weights]

    def run() -> None:
        for left, right, out in all_of_them:
            dot(left, right, out=out)

    return Contestant(run, None)


def jax_gradient(given: Problem) -> Contestant:
    """jax.jit(jax.grad(cost)), on arrays of jax."""
    import jax

    jax.config.update("jax_enable_x64", True)
    jax.config.update("jax_cpu_enable_async_dispatch", False)
    jnp = jax.numpy

    def cost(parameters: Any, x: Any, y: Any) -> Any:
        a = x
        for w, b in parameters:
            a = jax.nn.sigmoid(w @ a + b)
        return 0.5 * jnp.sum((y - a) ** 2) / x.shape[1]

    gradient = jax.jit(jax.grad(cost))
    parameters = [(jnp.asarray(w), jnp.asarray(b)) for w, b in zip(given.weights, given.biases, strict=True)]
    x, y = jnp.asarray(given.x), jnp.asarray(given.y)

    def run() -> Any:
        return jax.block_until_ready(gradient(parameters, x, y))

    return Contestant(
        run, lambda found: ([np.asarray(b) for _, b in found], [np.asarray(w) for w, _ in found])
    )


def ours_on_jax(given: Problem) -> Contestant:
    """Our program on arrays of jax, compiled by jax.jit as its own gradient is."""
    import jax

    jax.config.update("jax_enable_x64", True)
    jax.config.update("jax_cpu_enable_async_dispatch", False)
    gradient = jax.jit(bp.compile_gradient(bp.Network(given.sizes)).__call__)
    arguments = jax.tree.map(jax.numpy.asarray, given.given)
    return Contestant(lambda: jax.block_until_ready(gradient(*arguments)), _as_numpy)


def ours_on_torch(given: Problem) -> Contestant:
    """Our program on tensors of torch."""
    import torch

    torch.set_num_threads(1)
    gradient = bp.compile_gradient(bp.Network(given.sizes))
    weights, biases, x, y = given.given
    arguments = (
        [torch.tensor(w) for w in weights],
        [torch.tensor(b) for b in biases],
        torch.tensor(x),
        torch.tensor(y),
    )
    return Contestant(lambda: gradient(*arguments), _as_numpy)


def _as_numpy(found: Any) -> tuple[list[Array], list[Array]]:
    return [np.asarray(b) for b in found.b], [np.asarray(w) for w in found.w]


def _torch_parts(given: Problem) -> tuple[Callable[..., Any], list[Any], Any, Any]:
    """The cost in torch, its parameters, x and y: examples are rows, as its linear layers want them."""
    import torch

    torch.set_num_threads(1)
    linear = torch.nn.functional.linear
    weights = [torch.tensor(w, requires_grad=True) for w in given.weights]
    biases = [torch.tensor(b[:, 0], requires_grad=True) for b in given.biases]
    x, y = (torch.tensor(np.ascontiguousarray(array.T)) for array in (given.x, given.y))

    def cost(x: Any, y: Any) -> Any:
        a = x
        for w, b in zip(weights, biases, strict=True):
            a = torch.sigmoid(linear(a, w, b))
        return 0.5 * torch.sum((y - a) ** 2) / x.shape[0]

    return cost, [*biases, *weights], x, y


def _torch_contestant(cost: Callable[..., Any], parameters: list[Any], x: Any, y: Any) -> Contestant:
    import torch

    half = len(parameters) // 2

    def read(found: Any) -> tuple[list[Array], list[Array]]:
        arrays = [part.numpy() for part in found]
        return [b[:, None] for b in arrays[:half]], arrays[half:]

    return Contestant(lambda: torch.autograd.grad(cost(x, y), parameters), read)


def torch_gradient(given: Problem) -> Contestant:
    """torch.autograd.grad of the cost, each operation as it comes."""
    return _torch_contestant(*_torch_parts(given))


def torch_compiled_gradient(given: Problem) -> Contestant:
    """The same, with the cost compiled by torch.compile, which compiles its backward pass too."""
    import torch

    torch._dynamo.reset()
    cost, *rest = _torch_parts(given)
    return _torch_contestant(torch.compile(cost, fullgraph=True, dynamic=False), *rest)


def autograd_gradient(given: Problem) -> Contestant:
    """HIPS autograd, on arrays of NumPy."""
    import autograd
    import autograd.numpy as anp

    def cost(parameters: Any, x: Any, y: Any) -> Any:
        a = x
        for w, b in parameters:
            a = 1 / (1 + anp.exp(-(anp.dot(w, a) + b)))
        return 0.5 * anp.sum((y - a) ** 2) / x.shape[1]

    gradient = autograd.grad(cost)
    parameters = list(zip(given.weights, given.biases, strict=True))
    return Contestant(
        lambda: gradient(parameters, given.x, given.y),
        lambda found: ([b for _, b in found], [w for w, _ in found]),
    )


PEERS: dict[str, tuple[str, Callable[[Problem], Contestant]]] = {
    "jax": ("jax", jax_gradient),
    "torch": ("torch", torch_gradient),
    "torch.compile": ("torch", torch_compiled_gradient),
    OURS_ON["jax"]: ("jax", ours_on_jax),
    OURS_ON["torch"]: ("torch", ours_on_torch),
    "autograd": ("autograd", autograd_gradient),
}
"""The libraries to compare with: a name, the distribution, and what makes its contestant."""


def installed() -> dict[str, str]:
    """The peers that are installed here, with the versions of their distributions."""
    return timing.installed({name: distribution for name, (distribution, _) in PEERS.items()})


def check_equal(found: dict[str, Contestant], tolerance: float) -> dict[str, float]:
    """How far each gradient is from the first one, relative to its norm; `ValueError` above `tolerance`."""
    results = {name: entry.read(entry.run()) for name, entry in found.items() if entry.read is not None}
    flat = {
        name: np.concatenate([np.ravel(a) for part in result for a in part])
        for name, result in results.items()
    }
    first = next(iter(flat.values()))
    differences = {name: float(np.linalg.norm(a - first) / np.linalg.norm(first)) for name, a in flat.items()}
    wrong = {name: difference for name, difference in differences.items() if not difference <= tolerance}
    if wrong:
        raise ValueError(f"These have not computed the same gradient, and are not compared: {wrong}.")
    return differences
