"""Numbers known by certain bounds: the sign of a value, and roots that are known by a bracket alone.

`sign(expression)` is the sign of a constant, or raises `Undecided`. `Isolated` is the one zero of a function in a
bracket, a SymPy number that can be computed to any number of digits, so that it may stand wherever a number may.
`evaluate(expression, digits)` is a function of numbers of mpmath, which proves nothing.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable
from functools import lru_cache
from typing import Any, ClassVar

import mpmath
import sympy
from sympy import Expr, Rational
from sympy.printing.precedence import PRECEDENCE

from bpderive.functions.activations.bounds import (
    FLOATS,
    Arithmetic,
    Bounds,
    Bracketed,
    Outside,
    Unbounded,
    bounds,
    in_digits,
)
from bpderive.functions.activations.steps import Undecided
from bpderive.functions.activations.variables import z
from bpderive.letters.text import Text

SPARE = 20
PRECISIONS = (20, 60, 180)
"""Digits with which a sign is looked for before it is given up."""

SHOWN = 10


def numbers(digits: int) -> Any:
    """The numbers of mpmath with so many digits at least: a context of this thread's own."""
    return in_digits(digits).context


LARGEST_ARGUMENT = 10**100
"""Exponentials and sines of larger numbers take too long to be computed with many digits."""


@lru_cache(64)
def _names(context: Any) -> dict[str, Any]:
    """The functions of a context by name, with a guard before those that take too long."""

    def guarded(function: Callable[[Any], Any]) -> Callable[[Any], Any]:
        def at(x: Any) -> Any:
            if abs(x) > LARGEST_ARGUMENT:
                raise OverflowError
            return function(x)

        return at

    names = {name: getattr(context, name) for name in dir(context) if not name.startswith("_")}
    slow = ("exp", "sinh", "cosh", "tanh", "erf", "erfc", "sin", "cos")
    return names | {name: guarded(names[name]) for name in slow}


def evaluate(expression: Expr, digits: int) -> Callable[[Any], Any]:
    """The expression as a function of z, a number of `numbers(digits)`, computed with so many digits.

    It raises `OverflowError` where an exponential, a sine or the like of a huge number would have to be computed.
    """
    names = _names(numbers(digits))
    made: Callable[[Any], Any] = sympy.lambdify(z, expression, [names, "mpmath"])
    return made


def enclosure(expression: Expr, digits: int, at: Expr | None = None) -> Bounds:
    """What encloses the value of a constant, or of a function of z at a number; raises `Undecided`."""
    return _enclosed(expression, at, in_digits(digits))


def _enclosed(expression: Expr, at: Expr | None, arithmetic: Arithmetic) -> Bounds:
    try:
        where = Bounds(0.0, 0.0) if at is None else bounds(at, 0.0, 0.0, arithmetic)
        return bounds(expression, where.low, where.high, arithmetic)
    except Unbounded as unbounded:
        name = type(unbounded.part).__name__
        raise Undecided(
            Text(en="there are no certain bounds for {f}", zh="没有 {f} 的可靠上下界").format(f=name)
        ) from None
    except Outside:
        raise Undecided(Text(en="a value is not finite", zh="出现非有限的值")) from None


def sign(expression: Expr, at: Expr | None = None, most: int = 0) -> int:
    """The sign of a constant, or of a function of z at a number: −1, 0 or 1, certainly; raises `Undecided`.

    It is looked for with up to `most` digits, if that is more than usual.
    """
    if expression.is_Rational:
        return int(sympy.sign(expression))
    if at is not None and at.is_Rational and expression.is_polynomial(z):
        value = expression.subs(z, at)
        if value.is_Rational:
            return int(sympy.sign(value))
    for digits in (0, *PRECISIONS, *([most] if most > PRECISIONS[-1] else [])):
        try:
            found = _enclosed(expression, at, in_digits(digits) if digits else FLOATS).sign
        except Undecided:
            if digits:
                raise
            continue
        if found is not None:
            return found
    if at is None or not at.has(Isolated):
        value = expression if at is None else expression.subs(z, at)
        if not value.has(Isolated) and (value == 0 or sympy.expand(value) == 0):
            return 0
    raise Undecided(
        Text(en="a value is too near zero for its sign to be told", zh="某个值太接近零，无法判断符号")
    )


class Isolated(Bracketed):
    """The one zero of `function` between two rational numbers, where it changes sign."""

    __slots__ = ("function", "high", "key", "low", "rises")

    function: Expr
    key: tuple[Any, ...]
    low: Rational
    high: Rational
    rises: int

    is_real = True
    is_extended_real = True
    is_finite = True
    is_number = True
    _known: ClassVar[dict[Any, Isolated]] = {}

    def __new__(cls, function: Expr, low: Rational, high: Rational) -> Isolated:
        """The same number for the same bracket; the signs at its ends must differ."""
        key = (function, low, high)
        if key not in cls._known:
            made = super().__new__(cls)
            made.key = key
            made.function, made.low, made.high = key
            made.rises = sign(function, high)
            if sign(function, low) * made.rises >= 0:
                raise ValueError(f"{function} has the same sign at {low} and at {high}.")
            cls._known[key] = made
        return cls._known[key]

    def _hashable_content(self) -> tuple[Any, ...]:
        return tuple(self.key)

    def __getnewargs__(self) -> tuple[Any, ...]:
        return self._hashable_content()

    def bracket(self, digits: int) -> tuple[Rational, Rational]:
        """Rational numbers below and above it, no farther apart than 10^−digits."""
        if self.high - self.low > Rational(1, 10**digits):
            # More digits than asked for, as more are asked for soon.
            self.low, self.high = self._narrower(
                next(n for n in itertools.accumulate([30] * 999) if n >= digits)
            )
        return self.low, self.high

    def _narrower(self, digits: int) -> tuple[Rational, Rational]:
        low, high = self.low, self.high
        width = Rational(1, 10**digits)
        guess = self._guess(digits + SPARE)
        if guess is not None:
            near = (guess - width / 4, guess + width / 4)
            if (
                low < near[0]
                and near[1] < high
                and self._side(near[0], digits) == -1
                and self._side(near[1], digits) == 1
            ):
                return near
        while high - low > width:
            middle = (low + high) / 2
            side = self._side(middle, digits)
            if side == 0:
                return middle, middle
            low, high = (middle, high) if side == -1 else (low, middle)
        return low, high

    def _side(self, point: Rational, digits: int = 0) -> int:
        """On which side of the zero a point is: −1 below it, 1 above; `digits` is how near to it the point may be."""
        return sign(self.function, point, 2 * digits + SPARE) * int(self.rises)

    def _guess(self, digits: int) -> Rational | None:
        """Where the zero is by a numerical method, which proves nothing."""
        context = numbers(digits)
        function = evaluate(self.function, digits)
        ends = [context.mpf(int(end.p)) / int(end.q) for end in (self.low, self.high)]
        try:
            # Whether the function is small there does not matter, as signs beside it decide: hence no `verify`.
            found = context.findroot(
                function, tuple(ends), solver="anderson", tol=context.mpf(10) ** -digits, verify=False
            )
        except (ValueError, ZeroDivisionError, TypeError):
            return None
        return Rational(*mpmath.libmp.to_rational(found._mpf_))

    def _as_mpf_val(self, prec: int) -> Any:
        digits = int(prec / 3.32) + 6
        low, high = self.bracket(digits)
        return ((low + high) / 2)._as_mpf_val(prec)

    def approximation_interval(self, number_cls: Any) -> tuple[Rational, Rational]:
        """Rational numbers below and above it."""
        return self.bracket(SHOWN)

    def _eval_is_positive(self) -> bool:
        return self._side(sympy.Integer(0)) == -1 if self.low < 0 < self.high else bool(self.low >= 0)

    def _eval_is_negative(self) -> bool:
        return not self._eval_is_positive()

    def _eval_is_zero(self) -> bool:
        return False

    @property
    def precedence(self) -> int:
        """Where SymPy's printers put brackets."""
        return int(PRECEDENCE["Add" if self.is_negative else "Atom"])

    def _sympystr(self, printer: Any) -> str:
        return f"{shown(self)}…"

    def _latex(self, printer: Any) -> str:
        return rf"{shown(self)}\ldots"


def shown(number: Expr, digits: int = SHOWN) -> str:
    """The number with digits that are all right: cut off, not rounded."""
    low, high = (sympy.Float(end, digits + 15) for end in enclosure(number, digits + 10)[:2])
    scale = digits
    cut = {str(sympy.Integer(int(abs(end) * 10**scale))) for end in (low, high)}
    text = min(cut, key=len).rjust(scale + 1, "0")
    return ("-" if low < 0 else "") + f"{text[:-scale]}.{text[-scale:]}"
