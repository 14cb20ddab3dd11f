"""Numbers enclosed between bounds: interval evaluation of formulas, and roots that are known by a bracket alone.

`enclosure(expression, digits)` is an interval of mpmath that holds the value of a constant; `sign(expression)` its
sign, or raises `Undecided`. `Isolated` is the one zero of a function in a bracket, a SymPy number that can be computed
to any number of digits, so that it may stand wherever a number may. What a bound rests on is interval arithmetic; for
erf and atan, which mpmath has no intervals of, it is their monotonicity and mpmath's rounding with 20 digits to spare.
"""

from __future__ import annotations

import itertools
import operator
import threading
from collections.abc import Callable
from functools import lru_cache, reduce
from typing import Any, ClassVar

import mpmath
import sympy
from sympy import Expr, Rational
from sympy.core.numbers import NumberSymbol
from sympy.printing.precedence import PRECEDENCE

from bpderive.functions.activations.bounds import Bounds, Outside, Unbounded, bounds
from bpderive.functions.activations.steps import Undecided
from bpderive.functions.activations.variables import z
from bpderive.letters.text import Text

SPARE = 20
PRECISIONS = (20, 60, 180)
"""Digits with which a sign is looked for before it is given up."""

SHOWN = 10


@lru_cache(64)
def intervals(digits: int) -> Any:
    """The interval arithmetic of mpmath with so many digits: a context of its own, whose precision never changes."""
    context = mpmath.ctx_iv.MPIntervalContext()
    context.dps = digits
    return context


_contexts = threading.local()


def numbers(digits: int) -> Any:
    """The numbers of mpmath with so many digits: a context of this thread's own, so that no other's digits change."""
    known: dict[int, Any] = _contexts.__dict__.setdefault("known", {})
    if digits not in known:
        known[digits] = mpmath.ctx_mp.MPContext()
    context = known[digits]
    context.dps = digits
    return context


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


def enclosure(expression: Expr, digits: int, at: Any = None) -> Any:
    """An interval that holds the value of `expression`, z being in the interval `at`; raises `Undecided`."""
    try:
        return _evaluator(expression, digits)(at)
    except (ZeroDivisionError, ValueError, OverflowError, mpmath.libmp.ComplexResult) as error:
        raise Undecided(Text(en="a value is not finite", zh="出现非有限的值")) from error


@lru_cache(4096)
def _evaluator(expression: Expr, digits: int) -> Callable[[Any], Any]:
    """What encloses `expression` for an interval of z, constants in it being enclosed once."""
    if expression == z:
        return lambda at: at
    parts = [_evaluator(part, digits) for part in expression.args]
    combine = _combination(expression, digits)

    def evaluate(at: Any) -> Any:
        return combine([part(at) for part in parts])

    if expression.has(z):
        return evaluate
    value = evaluate(None)
    return lambda at: value


def _combination(expression: Expr, digits: int) -> Callable[[list[Any]], Any]:
    """How an expression is enclosed by the enclosures of its arguments."""
    iv = intervals(digits)
    if isinstance(expression, Isolated):
        low, high = expression.bracket(digits)
        return lambda parts: iv.mpf([enclosure(low, digits).a, enclosure(high, digits).b])
    if expression.is_Rational:
        return lambda parts: iv.mpf(int(expression.p)) / iv.mpf(int(expression.q))
    if expression in (sympy.pi, sympy.E):
        return lambda parts: iv.pi if expression is sympy.pi else iv.e
    if expression.is_Add:
        return lambda parts: sum(parts[1:], parts[0])
    if expression.is_Mul:
        return lambda parts: reduce(operator.mul, parts)
    if isinstance(expression, sympy.exp):
        return lambda parts: iv.exp(_moderate(parts[0], LARGEST_EXPONENT))
    if expression.is_Pow:
        return lambda parts: _power(iv, parts[0], expression.exp, parts[1])
    direct: dict[Any, Callable[[Any], Any]] = {
        sympy.log: iv.log,
        sympy.sin: lambda x: iv.sin(_moderate(x, LARGEST_ANGLE)),
        sympy.cos: lambda x: iv.cos(_moderate(x, LARGEST_ANGLE)),
        sympy.Abs: abs,
    }
    rising = {
        sympy.erf: "erf",
        sympy.atan: "atan",
        sympy.asinh: "asinh",
        sympy.tanh: "tanh",
        sympy.sinh: "sinh",
    }
    kind = type(expression)
    if kind in direct:
        return lambda parts: direct[kind](parts[0])
    if kind in rising:
        return lambda parts: _monotone(rising[kind], parts[0], digits)
    if kind is sympy.cosh:
        return lambda parts: (iv.exp(_moderate(parts[0], LARGEST_EXPONENT)) + iv.exp(-parts[0])) / 2
    raise Undecided(
        Text(en="there are no certain bounds for {f}", zh="没有 {f} 的可靠上下界").format(f=kind.__name__)
    )


LARGEST_EXPONENT, LARGEST_ANGLE = 2**40, 2**400
"""Exponentials and sines of larger numbers would take more digits than there is room for."""


def _moderate(value: Any, largest: int) -> Any:
    """The value, if it is not too large; raises `Undecided`."""
    if not abs(value) <= largest:
        raise Undecided(Text(en="a number grows beyond bounds", zh="某个数增长过大"))
    return value


def _power(iv: Any, base: Any, exponent: Expr, shown: Any) -> Any:
    if exponent.is_Integer:
        return base ** int(exponent)
    if exponent == Rational(1, 2) and base.a >= 0:
        return iv.sqrt(base)
    if base.a > 0:
        return iv.exp(_moderate(shown * iv.log(base), LARGEST_EXPONENT))
    raise ValueError("a root of what may be negative")


def _monotone(name: str, argument: Any, digits: int) -> Any:
    """The values of a rising function, its ends widened by what mpmath may err."""
    context = numbers(digits + SPARE)
    function = getattr(context, name)
    if name == "sinh":
        _moderate(argument, LARGEST_EXPONENT)
    low, high = (function(context.make_mpf(end)) for end in argument._mpi_)
    slack = context.mpf(10) ** -(digits + SPARE // 2)
    ends = [low - abs(low) * slack, high + abs(high) * slack]
    return intervals(digits).make_mpf((ends[0]._mpf_, ends[1]._mpf_))


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
    roughly = _rough_sign(expression, at)
    if roughly is not None:
        return roughly
    for digits in (*PRECISIONS, *([most] if most > PRECISIONS[-1] else [])):
        found = enclosure(expression, digits, None if at is None else enclosure(at, digits))
        if found.a > 0:
            return 1
        if found.b < 0:
            return -1
    if at is None or not at.has(Isolated):
        value = expression if at is None else expression.subs(z, at)
        if not value.has(Isolated) and (value == 0 or sympy.expand(value) == 0):
            return 0
    raise Undecided(
        Text(en="a value is too near zero for its sign to be told", zh="某个值太接近零，无法判断符号")
    )


def _rough_sign(expression: Expr, at: Expr | None) -> int | None:
    """The sign where floating-point numbers tell it, else None."""
    try:
        where = bounds(at, 0.0, 0.0) if at is not None else Bounds(0.0, 0.0)
        return bounds(expression, where.low, where.high).sign
    except (Outside, Unbounded):
        return None


class Isolated(NumberSymbol):
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
    low, high = (
        sympy.Float(end, digits + 15)
        for end in (enclosure(number, digits + 10).a, enclosure(number, digits + 10).b)
    )
    scale = digits
    cut = {str(sympy.Integer(int(abs(end) * 10**scale))) for end in (low, high)}
    text = min(cut, key=len).rjust(scale + 1, "0")
    return ("-" if low < 0 else "") + f"{text[:-scale]}.{text[-scale:]}"
