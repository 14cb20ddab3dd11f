"""Where the time of a compiled gradient goes beside the matrix products: `profile(sizes, batch, rounds, clock)`.

Three things are timed beside the gradient itself: its matrix products alone; its activation functions alone, σ and σ′
in the arrays that are kept; and the same program for a network of as many layers of *two* neurons, where there is next
to nothing to compute and what remains is calling. What is missing to the whole is what else runs over the numbers. The
gradient with σ′ as a(1 − a), in place of the accurate form, says what accuracy costs.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

import bpderive as bp
from benchmarks.contestants import OURS, PRODUCTS, Problem, problem, products
from benchmarks.plain import UNIT, matrix_gradient
from benchmarks.rounds import CLOCKS, in_turns
from bpderive.codegen import CompiledGradient
from bpderive.codegen.numpy_arrays import FEW, LONG

SIGMA, EMPTY, INACCURATE = "activations", "two neurons a layer", "a(1 − a)"
KERNEL = "apply_sigmoid_with_slope"

Call = Callable[[], Any]


def profile(sizes: tuple[int, ...], batch: int, rounds: int, clock: str) -> dict[str, Any]:
    """The quartiles of the seconds of the parts, for one network and batch."""
    given = problem(sizes, batch)
    # As many examples as take the same way through the program.
    few = min(batch, 2) if batch <= FEW else FEW + 1 if batch < LONG else LONG
    little = problem((2,) * len(sizes), few)
    inaccurate = bp.compile_gradient(bp.Network(sizes))
    inaccurate._functions[KERNEL] = by_output
    functions = {UNIT: lambda: matrix_gradient(*given.given), INACCURATE: lambda: inaccurate(*given.given)}
    functions |= _parts(given) | {f"{name}, {EMPTY}": part for name, part in _parts(little).items()}
    times = in_turns(functions, rounds, clock=CLOCKS[clock])
    seconds = {name: quartiles.rounded() for name, quartiles in times.items()}
    return {"sizes": list(sizes), "batch": batch, "seconds": seconds}


def _parts(given: Problem) -> dict[str, Call]:
    """Our gradient, its products alone, and its activation functions alone."""
    compiled = bp.compile_gradient(bp.Network(given.sizes))
    compiled(*given.given)
    return {
        OURS: lambda: compiled(*given.given),
        PRODUCTS: products(given).run,
        SIGMA: activations_of(compiled, given.x.shape[1]),
    }


def activations_of(compiled: CompiledGradient, batch: int) -> Call:
    """The activation functions of a program for so many examples, on the arrays that it keeps."""
    namespace = compiled.functions
    kernel = namespace[KERNEL]
    lists = [
        part
        for layer in namespace["arrays"](batch)
        if isinstance(layer, tuple)
        for part in layer
        if isinstance(part, list)
    ]
    pieces = [piece for found in lists for piece in found]

    def run() -> None:
        for piece in pieces:
            kernel(*piece)

    return run


def by_output(z: Any, a: Any, slope: Any, *rows: Any) -> None:
    """σ(z) = 1/(1 + e^−z) and σ′(z) = a(1 − a), which has few right digits where a is near 1, and none past z = 37."""
    scratch = rows[-1]
    np.negative(z, slope)
    np.exp(slope, slope)
    np.add(ONE, slope, scratch)
    np.divide(ONE, scratch, a)
    np.subtract(ONE, a, slope)
    np.multiply(a, slope, slope)


ONE = np.array(1.0)
