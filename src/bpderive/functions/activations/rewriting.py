"""A numeric form for a formula that comes without one: a general rewriting is tried, and the form measured best kept.

`best(expression)` is the form and its measured error. Tried are the formula as it stands, each branch kept to where it
is valid, and the formula split at z = 0 and written by exp(−|z|), with log1p and expm1 where they fit. To add a
rewriting, add a function to `REWRITINGS`.
"""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import sympy
from sympy import Expr, Max, Min, Piecewise, Symbol
from sympy.codegen.cfunctions import expm1, log1p

from bpderive.errors import DomainError, Refuted
from bpderive.functions.activations import analysis
from bpderive.functions.activations.enclosure import evaluate, numbers
from bpderive.functions.activations.forms import computed, decay, where
from bpderive.functions.activations.layer_program import compiled
from bpderive.functions.activations.stable import compare, plain
from bpderive.functions.activations.variables import CACHE, z
from bpderive.functions.algebra import EXPONENTIAL, in_exponential
from bpderive.later import np
from bpderive.letters.text import Text

DIGITS = 400

_ABOVE = (
    *(10 ** (-300 + 297 * n / 7) for n in range(8)),
    *(0.01 + 7.99 * n / 39 for n in range(40)),
    *(9 * (800 / 9) ** (n / 23) for n in range(24)),
)
POINTS = tuple(sign * point for point in _ABOVE for sign in (-1.0, 1.0))
"""Where the error is measured: a sample, so that the true largest error may be somewhat larger."""


@dataclass(frozen=True, slots=True)
class Form:
    """An expression that is computed, and its largest error at `POINTS` in units in the last place.

    `bad` counts the nan and inf where the function has a floating-point number; `warned` is whether NumPy warned.
    """

    expression: Expr
    ulp: float
    bad: int
    warned: bool

    @property
    def text(self) -> Text:
        """The errors in words."""
        said = _FAILS if self.bad else _ERROR
        return said.format(ulp=f"{self.ulp:.2g}", points=len(POINTS), bad=self.bad)


_ERROR = Text(
    en="largest error at {points} points: {ulp} units in the last place",
    zh="在 {points} 个点上的最大误差：{ulp} 个末位单位（ULP）",
)
_FAILS = Text(
    en="largest error at {points} points: {ulp} units in the last place, and nan or inf at {bad} of them",
    zh="在 {points} 个点上的最大误差：{ulp} 个末位单位（ULP），其中 {bad} 个点得到 nan 或 inf",
)


@lru_cache(CACHE)
def best(expression: Expr) -> Form:
    """The form with the fewest nan and inf at the points, and of those the one with the smallest error."""
    forms = [measured(clamped(expression), expression)]
    if not (forms[0].bad or forms[0].warned) and forms[0].ulp <= 4:
        return forms[0]
    for rewrite in REWRITINGS:
        try:
            form = rewrite(expression)
            if form is None:
                continue
            compare(expression, form)
            forms.append(measured(form, expression))
        except (Refuted, DomainError, NotImplementedError, sympy.PolynomialError):
            continue
    return min(forms, key=lambda form: (form.bad, form.warned, form.ulp))


def measured(form: Expr, expression: Expr) -> Form:
    """The form with its errors at the points."""
    context = numbers(DIGITS)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        found = np.broadcast_to(np.asarray(compiled(form)(POINTS), dtype=np.float64), len(POINTS))
    worst, bad = 0.0, 0
    for true, value in zip(_exact(expression), found, strict=True):
        if true is None:
            continue
        if not math.isfinite(value):
            bad += 1
            continue
        worst = max(worst, float(abs(context.mpf(float(value)) - true) / np.spacing(abs(float(true)))))
    return Form(form, worst, bad, bool(caught))


@lru_cache(CACHE)
def _exact(expression: Expr) -> tuple[Any, ...]:
    """The values at the points to `DIGITS` digits; None where there is none, or none that is a normal number."""
    context, exactly = numbers(DIGITS), evaluate(plain(expression), DIGITS)
    found = []
    for point in POINTS:
        try:
            true = context.mpf(exactly(context.mpf(point)))
        except (TypeError, ValueError, ZeroDivisionError, OverflowError):
            true = None
        normal = true is not None and context.ldexp(1, -1022) <= abs(true) < context.ldexp(1, 1024)
        found.append(true if normal else None)
    return tuple(found)


def clamped(expression: Expr) -> Expr:
    """Each branch kept to where it is valid: np.where computes every branch everywhere, and may overflow there."""
    if isinstance(expression, Piecewise) and all(part.is_polynomial(z) for part, _ in expression.args):
        return expression
    cut = analysis.pieces(expression)
    if len(cut) == 1 or all(branch.is_polynomial(z) for branch, _ in cut):
        return expression
    branches = []
    for branch, within in cut:
        kept: Expr = z
        if not branch.is_polynomial(z):
            kept = kept if within.sup.is_infinite else Min(kept, within.sup)
            kept = kept if within.inf.is_infinite else Max(kept, within.inf)
        inside: Symbol | bool = z < within.sup if within.right_open else z <= within.sup
        branches.append((branch.subs(z, kept), inside if within.sup.is_finite else True))
    return Piecewise(*branches)


def split(expression: Expr) -> Expr | None:
    """A rational function of z and exp(cz), written by exp(−c|z|) on either side of 0; None for others."""
    if len(analysis.pieces(expression)) > 1:
        return None
    exponent, rational = in_exponential(expression, z)
    rational = sympy.cancel(sympy.together(rational))
    above, below = sympy.fraction(rational)
    if not (above.is_polynomial(z, EXPONENTIAL) and below.is_polynomial(z, EXPONENTIAL)):
        return None
    parts = [sympy.Poly(part, EXPONENTIAL) for part in (above, below)]
    rate = exponent.coeff(z, 1)
    if exponent != rate * z or not any(part.degree() for part in parts):
        return None
    highest = max(part.degree() for part in parts)
    right, left = (
        [
            sum(c * decay(abs(rate) * (highest - n if turned else n)) for (n,), c in part.terms())
            for part in parts
        ]
        for turned in (rate > 0, rate < 0)
    )
    return where(z >= 0, right[0] / right[1], left[0] / left[1])


def with_log1p(expression: Expr) -> Expr | None:
    """log(1 + exp(u)) as max(u, 0) + log1p(exp(−|u|)), exp(u) − 1 as expm1(u), 1 + erf(u) as erfc(−u); else None."""

    def logarithm(argument: Expr) -> Expr:
        rest = argument - 1
        if isinstance(rest, sympy.exp):
            u = rest.args[0]
            return Max(u, 0) + log1p(sympy.exp(-sympy.Abs(u)))
        return log1p(rest) if argument.is_Add and argument.as_coeff_Add()[0] == 1 else sympy.log(argument)

    def difference(*terms: Expr) -> Expr:
        number, rest = sympy.Add(*terms).as_coeff_Add()
        coefficient, exponential = rest.as_coeff_Mul()
        if isinstance(exponential, sympy.erf) and number == abs(coefficient):
            # `computed`, for SymPy writes erfc(−u) as 2 − erfc(u).
            return number * sympy.erfc(computed(-sympy.sign(coefficient) * exponential.args[0]))
        if isinstance(exponential, sympy.exp) and number == -coefficient != 0:
            return coefficient * expm1(exponential.args[0])
        return sympy.Add(*terms)

    found = expression.replace(sympy.log, logarithm).replace(sympy.Add, difference)
    return None if found == expression else clamped(found)


REWRITINGS: tuple[Callable[[Expr], Any], ...] = (split, with_log1p)
