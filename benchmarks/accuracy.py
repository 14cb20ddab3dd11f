"""How accurate the activations and their slopes are, in units in the last place: `nox -s bench-accuracy`.

`points(count)` covers ±[1e-300, 800], dense near zero, at branch points and where results become subnormal;
`Truth(expression, points)` holds the values there in 40 digits; `measure(function, truth)` the largest errors of a
function. `table` sets ours beside those of the peers that are installed: jax.nn, torch.nn.functional, scipy.special.

To compare with one more library, add a function to `PEERS`.
"""

import argparse
import json
import math
import warnings
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import mpmath
import numpy as np
import numpy.typing as npt
from sympy import Abs, Expr, Max, Min, Piecewise

from benchmarks.timing import machine
from bpderive.activations import Activation, a, elementwise_activations, slope
from bpderive.activations.elementwise import PythonSource, function_source, run
from bpderive.activations.enclosure import Undecided
from bpderive.activations.stable import in_high_precision
from bpderive.activations.zeros import zeros

Array = npt.NDArray[np.float64]
Function = Callable[[Array], Array]

ALL = 20_000
"""How many points are taken at least."""

DIGITS = 420
"""Enough for 1 + erf(z/√2) as far as it is a floating-point number."""

SMALLEST = mpmath.mpf(2) ** -1022
SUBNORMAL = mpmath.mpf(2) ** -1074
NEAR_ZERO = 0.05
"""Around a zero of σ′, slopes smaller than this are measured in 2^−53, not relative to themselves."""

_NOT_SMOOTH = (Abs, Max, Min, Piecewise)

BOUNDS = {"gelu": 6.0, "gelu_tanh": 6.0}
BOUND = 4.0

RESULTS = Path(__file__).parents[1] / "docs" / "results" / "accuracy.json"

EDGES = (
    (0.0, 3.0),
    (3.0, 40.0),
    (40.0, 800.0),
    (700.0, 750.0),
    (350.0, 378.0),
    (35.0, 39.5),
    (25.0, 27.5),
    (19.5, 22.0),
)
"""Stretches that are sampled evenly: the middle, the tails, and where exponentials vanish."""


def points(count: int = ALL, seed: int = 0) -> Array:
    """At least `count` points of both signs, and 0."""
    rng = np.random.default_rng(seed)
    each = max(1, count // (2 * (len(EDGES) + 2)))
    at = [np.geomspace(1e-300, 800, 2 * each), *(rng.uniform(*edge, each) for edge in EDGES)]
    branches = [0.5, 1.0, 3.0, 6.0, 24.0, 30.0, 37.0, 40.0]
    at.append(
        np.array(
            [
                f(b)
                for b in branches
                for f in (lambda b: np.nextafter(b, 0), float, lambda b: np.nextafter(b, 99))
            ]
        )
    )
    above = np.unique(np.concatenate(at))
    return np.concatenate([-above[::-1], [0.0], above])


def off_kinks(activation: Activation, at: Array) -> Array:
    """The points without the kinks, where libraries take different slopes."""
    return at[~np.isin(at, [float(kink) for kink in activation.kinks])]


@dataclass(frozen=True, slots=True)
class Truth:
    """The values of a function at some points, and whether each is near one of its zeros."""

    points: Array
    values: tuple[Any, ...]
    near_zero: tuple[bool, ...]


def truth(expression: Expr, at: Array, is_slope: bool) -> Truth:
    """The values in many digits."""
    function = in_high_precision(expression)
    with mpmath.workdps(DIGITS):
        values = tuple(mpmath.mpf(function(mpmath.mpf(float(point)))) for point in at)
    with mpmath.workdps(40):
        values = tuple(+value for value in values)
    crossings = _crossings(expression) if is_slope else []
    near = tuple(
        abs(value) < NEAR_ZERO and any(abs(point - crossing) < 1 for crossing in crossings)
        for point, value in zip(at, values, strict=True)
    )
    return Truth(at, values, near)


def _crossings(expression: Expr) -> list[float]:
    """Where a slope changes its sign, where that is known."""
    try:
        return [float(zero) for zero in zeros(expression)] if not expression.has(*_NOT_SMOOTH) else []
    except (Undecided, NotImplementedError):
        return []


@dataclass(frozen=True, slots=True)
class Errors:
    """The largest errors: `ulp` in units in the last place, at z = `at`.

    `subnormal` is in units of 2^−1074, where the value is no normal number, `near_zero` in units of 2^−53, around a
    zero of the slope; `bad` counts nan and inf.
    """

    ulp: float
    at: float
    subnormal: float
    near_zero: float
    bad: int
    warned: bool

    def within(self, bound: float) -> bool:
        """Whether all are within the bound, subnormal values and those near a zero within 4."""
        return (
            self.ulp <= bound
            and max(self.subnormal, self.near_zero) <= bound
            and not (self.bad or self.warned)
        )


def measure(function: Function, true: Truth) -> Errors:
    """The largest errors of a function."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        found = np.asarray(function(true.points), dtype=np.float64)
    worst = at = subnormal = near_zero = 0.0
    bad = 0
    with mpmath.workdps(40):
        for point, value, expected, near in zip(true.points, found, true.values, true.near_zero, strict=True):
            if not math.isfinite(value):
                bad += 1
                continue
            error = abs(mpmath.mpf(float(value)) - expected)
            if abs(expected) < SMALLEST:
                subnormal = max(subnormal, float(error / SUBNORMAL))
            elif near:
                near_zero = max(near_zero, float(error * 2**53))
            else:
                units = float(error / mpmath.mpf(float(np.spacing(abs(float(expected))))))
                if units > worst:
                    worst, at = units, float(point)
    return Errors(worst, at, subnormal, near_zero, bad, bool(caught))


def ours(activation: Activation) -> dict[str, tuple[Function, Function]]:
    """σ and σ′ as the matrix program and as the scalar program compute them."""

    def scalar(wanted: Any) -> Function:
        source = function_source("f", activation.numeric(wanted), "f", dialect=PythonSource)
        one = run(source, "<accuracy>")["f"]
        return lambda at: np.array([one(point) for point in at.tolist()])

    return {
        "bpderive": (activation.numpy, activation.numpy_derivative),
        "bpderive, scalar": (scalar(a), scalar(slope)),
    }


def jax_functions() -> dict[str, tuple[Function, Function]]:
    """The functions of jax.nn and their derivatives by jax.grad, in float64."""
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


def torch_functions() -> dict[str, tuple[Function, Function]]:
    """The functions of torch.nn.functional and their derivatives by its autograd, in float64."""
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


def scipy_functions() -> dict[str, tuple[Function, Function | None]]:
    """What scipy.special has, the GELU by its Φ; it has no derivatives."""
    from scipy import special

    return {"sigmoid": (special.expit, None), "gelu": (lambda x: x * special.ndtr(x), None)}


PEERS: Mapping[str, tuple[str, Callable[[], Mapping[str, tuple[Function, Function | None]]]]] = {
    "jax": ("jax", jax_functions),
    "torch": ("torch", torch_functions),
    "scipy": ("scipy", scipy_functions),
}
"""The libraries to compare with: the name of the distribution, and its functions by our names."""


def installed() -> dict[str, str]:
    """The peers that are installed here, with their versions."""
    found = {}
    for name, (distribution, _) in PEERS.items():
        try:
            found[name] = version(distribution)
        except PackageNotFoundError:
            continue
    return found


def results(names: Sequence[str], count: int) -> dict[str, dict[str, dict[str, Errors]]]:
    """The errors by activation, by "value" or "slope", and by library; a library that lacks a function is left out."""
    at = points(count)
    peers = {name: PEERS[name][1]() for name in installed()}
    found: dict[str, dict[str, dict[str, Errors]]] = {}
    for name in names:
        activation = elementwise_activations[name]
        functions: dict[str, tuple[Function, Function | None]] = {**ours(activation)}
        functions |= {peer: table[name] for peer, table in peers.items() if name in table}
        found[name] = {}
        for place, (kind, expression) in enumerate(
            (("value", activation.formula), ("slope", activation.derivative()))
        ):
            true = truth(expression, at if kind == "value" else off_kinks(activation, at), kind == "slope")
            found[name][kind] = {
                library: measure(pair[place], true)  # type: ignore[arg-type]  # the condition excludes None
                for library, pair in functions.items()
                if pair[place] is not None
            }
    return found


def table(found: Mapping[str, Mapping[str, Mapping[str, Errors]]]) -> str:
    """One line for each function and slope: the largest error of each library in units in the last place."""
    libraries = list(
        dict.fromkeys(library for kinds in found.values() for row in kinds.values() for library in row)
    )
    rows = [["", *libraries]]
    for name, kinds in found.items():
        for kind, row in kinds.items():
            cells = [_shown(row[library]) if library in row else "–" for library in libraries]
            rows.append([name if kind == "value" else f"{name}′", *cells])
    widths = [max(len(row[n]) for row in rows) for n in range(len(rows[0]))]
    return "\n".join(
        "  ".join(cell.rjust(width) for cell, width in zip(row, widths, strict=True)) for row in rows
    )


def _shown(errors: Errors) -> str:
    marks = "".join(
        mark for mark, holds in ((f" {errors.bad} nan/inf", errors.bad), (" warns", errors.warned)) if holds
    )
    return f"{errors.ulp:.2f}{marks}" if errors.ulp < 1000 else f"{errors.ulp:.0e}{marks}"


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure, print the table, and write the results with the machine and the versions."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.accuracy", description=main.__doc__)
    parser.add_argument(
        "names", nargs="*", choices=[[], *elementwise_activations], help="activations; all of them by default"
    )
    parser.add_argument("--points", type=int, default=ALL, help="how many points")
    parser.add_argument(
        "--json", type=Path, default=RESULTS, metavar="FILE", help="where the results are written"
    )
    options = parser.parse_args(arguments)
    peers = installed()
    about = machine() | peers
    print(", ".join(f"{name} {value}" for name, value in about.items()))
    absent = [name for name in PEERS if name not in peers]
    if absent:
        print(f"Not installed, and so not compared: {', '.join(absent)}.")
    found = results(options.names or list(elementwise_activations), options.points)
    print(table(found))
    kept = {
        "machine": about,
        "points": len(points(options.points)),
        "errors": {
            name: {kind: {library: asdict(e) for library, e in row.items()} for kind, row in kinds.items()}
            for name, kinds in found.items()
        },
    }
    options.json.parent.mkdir(parents=True, exist_ok=True)
    options.json.write_text(json.dumps(kept, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
