"""Errors of a function of one variable in units in the last place, against many digits.

`points(count)` covers ±[1e-300, 800], dense near zero, at branch points and where results become subnormal;
`truth(expression, points, is_slope)` holds the values there, exact to a hundredth of such a unit and better;
`measure(function, truth)` gives the largest errors of a function. All of it works in double and in single precision,
the one of the points: what is a unit in the last place, and what a subnormal number, follows from it.
"""

import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import mpmath
import numpy as np
import numpy.typing as npt
from sympy import Abs, Expr, Max, Min, Piecewise

from bpderive.functions.activations import Activation
from bpderive.functions.activations.stable import in_high_precision
from bpderive.functions.activations.steps import Undecided
from bpderive.functions.activations.zeros import zeros

Array = npt.NDArray[np.floating[Any]]
Function = Callable[[Array], Array]

ALL = 20_000
"""How many points are taken at least."""

DIGITS = 420
"""Enough for 1 + erf(z/√2) as far as it is a floating-point number."""

NEAR_ZERO = 0.05
"""Around a zero of σ′, slopes smaller than this are measured in 2^−53 (single precision: 2^−24), not by themselves."""

_NOT_SMOOTH = (Abs, Max, Min, Piecewise)

EDGES = (
    (0.0, 3.0),
    (0.7, 1.5),
    (3.0, 40.0),
    (40.0, 800.0),
    (700.0, 750.0),
    (350.0, 378.0),
    (80.0, 110.0),
    (35.0, 39.5),
    (25.0, 27.5),
    (19.5, 22.0),
    (8.0, 14.5),
)
"""Stretches that are sampled evenly: the middle, where slopes vanish, the tails, and where exponentials vanish."""

BRANCHES = (0.5, 1.0, 3.0, 6.0, 24.0, 30.0, 37.0, 40.0)
"""Where the stable forms go from one expression to another; their neighbours are taken as well."""


def points(count: int = ALL, seed: int = 0, dtype: Any = np.float64) -> Array:
    """At least `count` points of both signs in double precision, and 0; in single precision what is left of them."""
    rng = np.random.default_rng(seed)
    each = max(1, count // (2 * (len(EDGES) + 2)) + 1)
    at = [np.geomspace(1e-300, 800, 2 * each), *(rng.uniform(*edge, each) for edge in EDGES)]
    if dtype == np.float32:
        at[0] = np.geomspace(1e-37, 800, 2 * each)
    rounded = [part.astype(dtype) for part in at]
    branches = np.array(BRANCHES, dtype=dtype)
    around = [np.nextafter(branches, dtype(0)), branches, np.nextafter(branches, dtype(99))]
    above = np.unique(np.concatenate([*rounded, *around]))
    above = above[above > 0]
    return np.concatenate([-above[::-1], np.zeros(1, dtype), above])


def off_kinks(activation: Activation, at: Array) -> Array:
    """The points without the kinks, where libraries take different slopes."""
    return at[~np.isin(at, [float(kink) for kink in activation.kinks])]


@dataclass(frozen=True, slots=True)
class Truth:
    """The values of a function at some points, and whether each is near one of its zeros.

    A value is nearest + rest·unit: the nearest floating-point number, its unit in the last place, and what is left.
    """

    points: Array
    nearest: Array
    unit: Array
    rest: Array
    near_zero: npt.NDArray[np.bool_]


def truth(expression: Expr, at: Array, is_slope: bool) -> Truth:
    """The values in many digits."""
    function = in_high_precision(expression)
    with mpmath.workdps(DIGITS):
        values = [mpmath.mpf(function(mpmath.mpf(float(point)))) for point in at]
    nearest, unit, rest = rounded(values, at.dtype)
    crossings = np.array(_crossings(expression) if is_slope else [], dtype=np.float64)
    near = np.abs(at[:, np.newaxis].astype(np.float64) - crossings).min(axis=1, initial=np.inf) < 1
    return Truth(at, nearest, unit, rest, near & (np.abs(nearest) < NEAR_ZERO))


def rounded(values: Sequence[Any], dtype: Any) -> tuple[Array, Array, Array]:
    """The nearest floating-point numbers, their units in the last place, and what is left in these units."""
    with np.errstate(over="ignore"):
        nearest = np.array([float(value) for value in values]).astype(dtype)
    unit = np.spacing(np.abs(nearest)).astype(np.float64)
    with mpmath.workdps(40):
        rest = np.array(
            [
                float((value - float(rounded)) / float(ulp)) if np.isfinite(rounded) else 0.0
                for value, rounded, ulp in zip(values, nearest, unit, strict=True)
            ]
        )
    return nearest, unit, rest


def _crossings(expression: Expr) -> list[float]:
    """Where a slope changes its sign, where that is known."""
    try:
        return [float(zero) for zero in zeros(expression)] if not expression.has(*_NOT_SMOOTH) else []
    except (Undecided, NotImplementedError):
        return []


LEAST = 2.0**20
"""Below so many times the smallest normal number SciPy's erfc is 0 and gradual underflow takes the digits."""

NEAR_ZERO_BOUND = 9.0
"""1e-15 in units of half of 2^−52."""


@dataclass(frozen=True, slots=True)
class Errors:
    """The largest errors: `ulp` in units in the last place, at z = `at`.

    `subnormal` is in units of 2^−1074, where the value is no normal number, `near_zero` in units of 2^−53, around a
    zero of the slope (single precision: 2^−149 and 2^−24); `bad` counts nan and inf where the value has a number.
    """

    ulp: float
    at: float
    subnormal: float
    near_zero: float
    bad: int
    warned: bool

    def within(self, bound: float) -> bool:
        """Whether normal numbers are within the bound, near a zero within 1e-15, and no nan, inf or warning came."""
        return self.ulp <= bound and self.near_zero <= NEAR_ZERO_BOUND and not (self.bad or self.warned)


def measure(function: Function, true: Truth) -> Errors:
    """The largest errors of a function."""
    dtype = true.points.dtype
    about = np.finfo(dtype)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        found = np.broadcast_to(np.asarray(function(true.points)), true.points.shape)
    # Both are subtracted as they are: they are near one another, so that the difference has no rounding error.
    difference = found.astype(np.float64) - true.nearest.astype(np.float64)
    exists = np.isfinite(true.nearest)
    counted = exists & np.isfinite(found)
    with np.errstate(over="ignore", invalid="ignore"):
        errors = np.where(counted, np.abs(difference / true.unit - true.rest), 0.0)
        subnormal = np.abs(true.nearest) < about.smallest_normal * LEAST
        near = true.near_zero & ~subnormal
        in_eps = errors * true.unit / (float(about.eps) / 2)
    relative = np.where(subnormal | near, 0.0, errors)
    worst = int(np.argmax(relative))
    return Errors(
        ulp=float(relative[worst]),
        at=float(true.points[worst]),
        subnormal=float(np.max(errors, where=subnormal, initial=0.0)),
        near_zero=float(np.max(in_eps, where=near, initial=0.0)),
        bad=int(np.count_nonzero(exists & ~np.isfinite(found))),
        warned=bool(caught),
    )
