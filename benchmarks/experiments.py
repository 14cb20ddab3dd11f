"""Measurements for the page on the sense in which backpropagation is fast; each gives what goes into the results file.

`growth` times backpropagation and equation (46) on growing networks, `differences` finds the error of (46) against ε,
`diagonals` times (BP2) in its two forms, `compilation` and `memory` say what a compiled gradient costs besides time.
"""

import subprocess
import sys
import tracemalloc
from collections.abc import Callable, Sequence
from functools import partial
from statistics import median
from typing import Any

import numpy as np

import bpderive as bp
from benchmarks.contestants import Problem, problem
from benchmarks.plain import matrix_gradient, mean_cost
from benchmarks.rounds import CLOCKS, in_turns
from benchmarks.timing import DIGITS, HERE

Record = dict[str, Any]

WIDTHS = (4, 8, 16, 32, 64, 128)
DIAGONAL_WIDTHS = (10, 30, 100, 300, 1000)
FIRST = f"""
import sys
import bpderive as bp
from benchmarks.rounds import CLOCKS
clock = CLOCKS[sys.argv[1]]
start = clock()
bp.compile_gradient(bp.Network({DIGITS}))
print(clock() - start)
"""
"""Prints the seconds that the first gradient takes which an interpreter compiles."""

STEPS = tuple(10.0**-k for k in range(1, 17))


def by_differences(given: Problem, step: float = 1e-6) -> list[float]:
    """Every derivative by (46): one evaluation of C(w), and one for each weight and bias."""
    weights, biases = [w.copy() for w in given.weights], [b.copy() for b in given.biases]
    start = mean_cost(weights, biases, given.x, given.y)
    found = []
    for array in (*biases, *weights):
        flat = array.reshape(-1)
        for j in range(flat.size):
            kept = flat[j]
            flat[j] = kept + step
            found.append((mean_cost(weights, biases, given.x, given.y) - start) / step)
            flat[j] = kept
    return found


def growth(rounds: int, clock: str) -> list[Record]:
    """The seconds of one pass forwards, of our gradient and of (46), for networks (n, n, 10) and one example."""
    found = []
    for width in WIDTHS:
        given = problem((width, width, 10), 1)
        grad = bp.compile_gradient(bp.Network(given.sizes))
        quick = in_turns(
            {"forward": partial(mean_cost, *given.given), "backpropagation": partial(grad, *given.given)},
            rounds,
            clock=CLOCKS[clock],
        )
        slow = in_turns({"differences": partial(by_differences, given)}, 3, shortest=0.0, clock=CLOCKS[clock])
        seconds = {name: times.rounded() for name, times in (quick | slow).items()}
        found.append({"sizes": list(given.sizes), "parameters": _parameters(given), "seconds": seconds})
    return found


def _parameters(given: Problem) -> int:
    return sum(array.size for array in (*given.weights, *given.biases))


def cheap(networks: Sequence[tuple[int, ...]], rounds: int, clock: str) -> list[Record]:
    """The seconds of the cost alone, by the plain program, and of cost and gradient, by ours."""
    found = []
    for sizes in networks:
        for batch in (1, 128):
            given = problem(sizes, batch)
            grad = bp.compile_gradient(bp.Network(sizes))
            both = partial(grad.value_and_gradient, *given.given)
            value = partial(mean_cost, *given.given)
            times = in_turns({"value": value, "both": both}, rounds, clock=CLOCKS[clock])
            seconds = {name: quartiles.rounded() for name, quartiles in times.items()}
            found.append({"sizes": list(sizes), "batch": batch, "seconds": seconds})
    return found


def differences() -> Record:
    """The error of three differences for each ε, relative to the gradient's norm, over all weights and biases."""
    given = problem((4, 5, 3), 4)
    true = np.concatenate([np.ravel(a) for part in matrix_gradient(*given.given) for a in part])
    at = np.concatenate([np.ravel(a) for a in (*given.biases, *given.weights)])
    shapes = [a.shape for a in (*given.biases, *given.weights)]

    def cost(parameters: Any) -> Any:
        arrays, start = [], 0
        for rows, columns in shapes:
            arrays.append(parameters[start : start + rows * columns].reshape(rows, columns))
            start += rows * columns
        half = len(arrays) // 2
        return mean_cost(arrays[half:], arrays[:half], given.x, given.y)

    def error(slope: Callable[[Any], Any]) -> float:
        wrong = np.array([slope(e) for e in np.eye(at.size)]) - true
        return float(f"{np.linalg.norm(wrong) / np.linalg.norm(true):.3g}")

    kinds: dict[str, Callable[[float], Callable[[Any], Any]]] = {
        "forward": lambda h: lambda e: (cost(at + h * e) - cost(at)) / h,
        "central": lambda h: lambda e: (cost(at + h * e) - cost(at - h * e)) / (2 * h),
        "complex": lambda h: lambda e: cost(at + 1j * h * e).imag / h,
    }
    errors = {name: [error(made(step)) for step in STEPS] for name, made in kinds.items()}
    return {"sizes": list(given.sizes), "steps": list(STEPS), "errors": errors}


def diagonals(rounds: int, clock: str) -> list[Record]:
    """The seconds of (BP2) for one example and n neurons: with the Hadamard product, and with Σ′ as a matrix."""
    found = []
    rng = np.random.default_rng(0)
    for n in DIAGONAL_WIDTHS:
        w, delta, slope = rng.random((n, n)), rng.random((n, 1)), rng.random((n, 1))

        def hadamard(w: Any = w, delta: Any = delta, slope: Any = slope) -> Any:
            return (w.T @ delta) * slope

        def diagonal(w: Any = w, delta: Any = delta, slope: Any = slope) -> Any:
            return np.diagflat(slope) @ (w.T @ delta)

        times = in_turns({"hadamard": hadamard, "diagonal": diagonal}, rounds, clock=CLOCKS[clock])
        found.append({"width": n, "seconds": {name: times[name].rounded() for name in times}})
    return found


def compilation(clock: str) -> Record:
    """The seconds that compiling takes as a network gets wider, with three layers, and as it gets deeper.

    "first" is the first gradient that a new interpreter compiles, which derives and checks more than the next ones.
    """
    wide = [(n, n, 10) for n in (10, 30, 100, 300, 1000)]
    deep = [(30,) * layers for layers in (2, 4, 8, 16, 32)]
    bp.compile_gradient(bp.Network((784, 30, 10)))
    first = [float(_printed(FIRST, clock)) for _ in range(5)]
    fresh = {"sizes": list(DIGITS), "seconds": float(f"{median(first):.3g}")}
    return {"first": fresh} | {
        name: [_compiling(sizes, clock) for sizes in family]
        for name, family in (("wide", wide), ("deep", deep))
    }


def _printed(program: str, *arguments: str) -> str:
    """What a program prints in an interpreter of its own."""
    command = [sys.executable, "-c", program, *arguments]
    return subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True, cwd=HERE).stdout


def _compiling(sizes: tuple[int, ...], clock: str) -> Record:
    seconds = []
    for _ in range(3):
        start = CLOCKS[clock]()
        bp.compile_gradient(bp.Network(sizes))
        seconds.append(CLOCKS[clock]() - start)
    return {"sizes": list(sizes), "seconds": float(f"{median(seconds):.3g}")}


def memory(sizes: Sequence[int], batch: int) -> Record:
    """The most bytes in use during the first and during a later call, ours and the plain one's."""
    given = problem(tuple(sizes), batch)
    found: Record = {"sizes": list(sizes), "batch": batch}
    grad = bp.compile_gradient(bp.Network(given.sizes))
    gradients: dict[str, Callable[..., Any]] = {"bpderive": grad, "plain": matrix_gradient}
    for name, gradient in gradients.items():
        tracemalloc.start()
        gradient(*given.given)
        first = tracemalloc.get_traced_memory()[1]
        tracemalloc.reset_peak()
        gradient(*given.given)
        found[name] = {"first": first, "later": tracemalloc.get_traced_memory()[1]}
        tracemalloc.stop()
    found["activations"] = sum(given.sizes[1:]) * batch * 8
    found["gradient"] = _parameters(given) * 8
    return found
