"""Whether a formula is real and finite for every real z, and has a slope there: decided, or refused with the reason.

`require_real(formula)` and `require_slope(formula)` raise `DomainError`; `undefined(formula)` is the place where a
formula is not defined, or may not be. What logarithms, roots and quotients are taken of is enclosed on parts of the
line until the signs are certain; where that does not settle it, its zeros are looked for. `require_moderate(formula)`
bounds the size of what is declared, before any work is done with it.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

import sympy
from sympy import Expr, Function, Interval, Rational, S

from bpderive.errors import DomainError
from bpderive.functions.activations import steps
from bpderive.functions.activations.analysis import between, pieces
from bpderive.functions.activations.bounds import INF, Outside, Unbounded, bounds, halfway
from bpderive.functions.activations.enclosure import sign
from bpderive.functions.activations.steps import TooManySteps, Undecided, at_most
from bpderive.functions.activations.variables import CACHE, z
from bpderive.functions.activations.zeros import zeros
from bpderive.functions.algebra import differentiated
from bpderive.letters.text import Text

MOST_NODES, DEEPEST, GREATEST_EXPONENT, MOST_BITS = 400, 40, 64, 2500
"""The most parts of a formula, how deep they may be nested, and the largest whole powers and numbers."""

known = Function("known", real=True)
"""Stands for a part of a formula that was found to be real."""

_PLAIN = {
    sympy.tan: lambda x: sympy.sin(x) / sympy.cos(x),
    sympy.cot: lambda x: sympy.cos(x) / sympy.sin(x),
    sympy.sec: lambda x: 1 / sympy.cos(x),
    sympy.csc: lambda x: 1 / sympy.sin(x),
    sympy.sech: lambda x: 1 / sympy.cosh(x),
    sympy.csch: lambda x: 1 / sympy.sinh(x),
    sympy.coth: lambda x: sympy.cosh(x) / sympy.sinh(x),
    sympy.erfc: lambda x: 1 - sympy.erf(x),
    sympy.acos: lambda x: sympy.pi / 2 - sympy.asin(x),
}


CELLS = 3000
"""Into how many parts the line is cut at most."""

_FIRST = (-INF, -1e9, -1e6, -1e3, -30.0, -8.0, -3.0, -1.0, 0.0, 1.0, 3.0, 8.0, 30.0, 1e3, 1e6, 1e9, INF)


@dataclass(frozen=True, slots=True)
class Gap:
    """A place near which a formula is not defined, or where that could not be decided: `part` is what may fail."""

    part: Expr
    near: float
    certain: bool


def gap(expression: Expr, low: float = -INF, high: float = INF) -> Gap | None:
    """Where in [low, high] the formula is not real and finite, or may not be; None if it is defined everywhere.

    Raises `Unbounded` where it has a function that there are no bounds for.
    """
    ends = sorted({low, high, *(x for x in (*_FIRST, *_numbers(expression)) if low <= x <= high)})
    for point in sorted(ends, key=abs):
        if math.isfinite(point) and (found := _failing(expression, point, point)) and found.certain:
            return found
    waiting = list(pairwise(ends))
    for _ in range(CELLS):
        if not waiting:
            return None
        left, right = waiting.pop()
        found = _failing(expression, left, right)
        if found is None:
            continue
        middle = halfway(left, right)
        if found.certain or middle in (left, right) or right - left < 1e-12 * max(1.0, abs(left)):
            return found
        waiting += [(left, middle), (middle, right)]
        last = found
    return last


def _failing(expression: Expr, low: float, high: float) -> Gap | None:
    try:
        bounds(expression, low, high)
    except Outside as outside:
        certain = outside.certain or (low == high and _is_infinite(outside.part, low))
        return Gap(outside.part, halfway(low, high), certain)
    return None


def _is_infinite(part: Expr, at: float) -> bool:
    """Whether a part is the inverse or the logarithm of a polynomial that is exactly 0 there."""
    if not isinstance(part, sympy.log) and not (part.is_Pow and part.exp.is_negative):
        return False
    return bool(part.args[0].is_polynomial(z) and part.args[0].subs(z, Rational(at)) == 0)


def _numbers(expression: Expr) -> set[float]:
    """Rational numbers in the formula, where something often changes."""
    found = set()
    for number in expression.atoms(sympy.Rational):
        near = float(number) if abs(number) < 10**9 else 0.0
        found |= {near, -near}
    return found


def require_moderate(formula: Expr, name: str) -> None:
    """Raise `DomainError` for a formula that is too long, nested too deeply, or has too large numbers."""
    waiting, count = [(formula, 1)], 0
    while waiting:
        part, depth = waiting.pop()
        count += 1
        if count > MOST_NODES:
            raise _too(name, Text(en="more than {n} parts", zh="超过 {n} 个组成部分").format(n=MOST_NODES))
        if depth > DEEPEST:
            raise _too(
                name, Text(en="parts nested more than {n} deep", zh="超过 {n} 层的嵌套").format(n=DEEPEST)
            )
        if part.is_Rational and max(abs(part.p), part.q).bit_length() > MOST_BITS:
            raise _too(
                name, Text(en="a number of more than {n} bits", zh="超过 {n} 位的数").format(n=MOST_BITS)
            )
        if part.is_Pow and part.exp.is_Integer and abs(part.exp) > GREATEST_EXPONENT:
            raise _too(name, Text(en="a power above {n}", zh="超过 {n} 次的幂").format(n=GREATEST_EXPONENT))
        waiting += [(inner, depth + 1) for inner in part.args]


def _too(name: str, what: Text) -> DomainError:
    return DomainError(
        Text(
            en="The formula of the activation {name} has {what}. Give a shorter one.",
            zh="激活函数 {name} 的公式有{what}。请给出更短的公式。",
        ).format(name=repr(name), what=what)
    )


@lru_cache(CACHE)
def require_real(formula: Expr) -> None:
    """Raise `DomainError` unless the formula is real, finite and continuous for every real z."""
    found = undefined(formula)
    if found is not None:
        raise DomainError(_said(formula, found))
    for point in (-3, -1, 0, 1, 3):
        try:
            values = bounds(_plain(formula), point, point)
        except Outside:
            continue
        if math.isinf(values.low) or math.isinf(values.high):
            raise DomainError(_HUGE.format(formula=formula, point=point))


@lru_cache(CACHE)
def require_slope(formula: Expr) -> None:
    """Raise `DomainError` unless every smooth piece of the formula has a finite slope, at its ends too."""
    for expression, where in pieces(formula):
        found = undefined(differentiated(expression, z), where)
        if found is not None:
            raise DomainError(
                (_NO_SLOPE if found.certain else _SLOPE_OPEN).format(formula=formula, near=_shown(found.near))
            )


def undefined(formula: Expr, where: Interval = S.Reals) -> Gap | None:
    """Where the formula is not real and finite, or may not be; None if it is defined on all of `where`."""
    plain = _plain(formula)
    low, high = (float(end) for end in (where.inf, where.sup))
    for _ in range(DEEPEST):
        try:
            found = gap(plain, low, high)
        except Unbounded as unbounded:
            return Gap(unbounded.part, math.nan, False)
        if found is None or found.certain:
            return found
        stand_in = _proven(found.part, where)
        if stand_in is None:
            return found
        plain = plain.xreplace({found.part: stand_in})
    return found


def _plain(formula: Expr) -> Expr:
    for function, written in _PLAIN.items():
        if formula.has(function):
            formula = formula.replace(function, written)
    return formula


def _proven(part: Expr, where: Interval) -> Expr | None:
    """What a logarithm or a power is replaced by if its argument has no zero, and the right sign; else None."""
    argument = part.args[0]
    if not isinstance(part, sympy.log) and not (part.is_Pow and part.exp.is_Rational):
        return None
    whole = part.is_Pow and part.exp.is_Integer
    try:
        with at_most(steps.MOST, question=True):
            ends = [end for end in (where.inf, where.sup) if end.is_finite]
            if zeros(argument.doit(), where) or any(sign(argument, end) == 0 for end in ends):
                return None
            positive = sign(argument, between(where.inf, where.sup)) > 0
    except (
        Undecided,
        TooManySteps,
        NotImplementedError,
        TypeError,
        ValueError,
        AttributeError,
        ArithmeticError,
    ):
        return None
    if not positive and not whole:
        return None
    size = sympy.exp(known(z))
    if isinstance(part, sympy.log):
        return known(z)
    return size if positive or part.exp % 2 == 0 else -size


def _shown(near: float) -> str:
    return f"{near:g}"


def _said(formula: Expr, found: Gap) -> Text:
    if math.isnan(found.near):
        return _NO_BOUNDS.format(formula=formula, part=found.part)
    return (_NOT_REAL if found.certain else _OPEN).format(
        formula=formula, part=found.part, near=_shown(found.near)
    )


_NOT_REAL = Text(
    en="The formula {formula} is not real and finite at z = {near}, where {part} is not defined; an activation is "
    "defined for every real z.",
    zh="公式 {formula} 在 z = {near} 处不是有限的实数，{part} 在那里没有定义；激活函数对每个实数 z 都要有定义。",
)
_OPEN = Text(
    en="It could not be decided whether the formula {formula} is real and finite for every real z: {part} may not be "
    "defined near z = {near}.",
    zh="无法判定公式 {formula} 是否对每个实数 z 都是有限的实数：在 z = {near} 附近，{part} 可能没有定义。",
)
_NO_BOUNDS = Text(
    en="It could not be decided whether the formula {formula} is real and finite for every real z: nothing certain is "
    "known here of {part}.",
    zh="无法判定公式 {formula} 是否对每个实数 z 都是有限的实数：关于 {part}，这里没有可靠的结论。",
)
_HUGE = Text(
    en="The formula {formula} is too large for a floating-point number at z = {point}.",
    zh="公式 {formula} 在 z = {point} 处超出浮点数的范围。",
)
_NO_SLOPE = Text(
    en="The slope of {formula} is not finite at z = {near}; backpropagation needs a slope at every real z.",
    zh="{formula} 在 z = {near} 处的斜率不是有限的；反向传播要求在每个实数 z 处都有斜率。",
)
_SLOPE_OPEN = Text(
    en="It could not be decided whether the slope of {formula} is finite near z = {near}; backpropagation needs a "
    "slope at every real z.",
    zh="无法判定 {formula} 在 z = {near} 附近的斜率是否有限；反向传播要求在每个实数 z 处都有斜率。",
)
