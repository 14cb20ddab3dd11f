"""All zeros of a function on an interval, with proof that there are no others.

`zeros(function, where)` gives them from left to right: exactly where SymPy solves for them, else as `Isolated` numbers.
The line is cut until certain bounds show that the function, or its slope, has one sign in each part. Where that is not
reached, Rolle's theorem decides: between two neighbouring zeros of f′ the function is monotone, so that the signs at
the ends tell whether there is a zero and that there is one only; the zeros of f′ are found in the same way. Factors
that have no zero are dropped before. What is not settled so raises `Undecided`.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from contextlib import suppress
from functools import cmp_to_key, reduce
from itertools import pairwise
from typing import Any, NamedTuple

import sympy
from sympy import Expr, Interval, Rational, S

from bpderive.functions.activations import steps
from bpderive.functions.activations.bounds import INF, Outside, Unbounded, bounds, halfway
from bpderive.functions.activations.enclosure import Isolated, sign
from bpderive.functions.activations.steps import Undecided, question
from bpderive.functions.activations.variables import z
from bpderive.functions.algebra import EXPONENTIAL, in_exponential, vanishes
from bpderive.letters.text import Text

DEEPEST = 40
"""How many derivatives are taken in a row."""

LARGEST = 400
"""The most operations of a function whose zeros are looked for."""

FARTHEST = 2**14
"""How far out a sign change is looked for when the limits say that there is one."""

FEW_PARTS, MOST_PARTS = 60, 600
"""Into how many parts the line is cut at most to see whether there is any zero, and which there are."""

NARROWEST = 1e-9
"""Where a part of this width may have a zero and a zero of the slope, there may be a multiple zero."""


@question(lambda: steps.MOST)
def zeros(function: Expr, where: Interval = S.Reals, depth: int = 0) -> tuple[Expr, ...]:
    """The zeros of a smooth function inside `where`, its ends not included; raises `Undecided`."""
    if depth > DEEPEST:
        raise Undecided(Text(en="too many derivatives would have to be taken", zh="需要求导的次数过多"))
    if sympy.count_ops(function) > LARGEST:
        raise Undecided(Text(en="its derivatives are too long", zh="它的导数过长"))
    if never_zero(function, where):
        return ()
    found: set[Expr] = set()
    for part in sympy.Mul.make_args(sympy.factor_terms(function)):
        if never_zero(part, where):
            continue
        factors = _factors(part, where, depth)
        for factor in factors:
            # Bounds are closer before everything is multiplied out.
            found |= set(_of_factor(factor, part if len(factors) == 1 else factor, where, depth))
    return _ordered(found)


def never_zero(function: Expr, where: Interval = S.Reals) -> bool:
    """Whether floating-point bounds show that the function is nowhere 0 in `where`; False says nothing."""
    found = _cells(where, FEW_PARTS, lambda cell: bounds(function, *cell).sign is not None)
    return found is not None


Cell = tuple[float, float]


def _cells(where: Interval, most: int, is_settled: Callable[[Cell], bool]) -> list[Cell] | None:
    """`where` cut into parts from left to right, each of them settled; None if there would be too many."""
    below = -INF if where.inf.is_infinite else bounds(where.inf, 0.0, 0.0).low
    above = INF if where.sup.is_infinite else bounds(where.sup, 0.0, 0.0).high
    found: list[Cell] = []
    waiting = [(below, above)]
    for _ in range(most):
        if not waiting:
            return found
        low, high = cell = waiting.pop()
        try:
            if is_settled(cell):
                found.append(cell)
                continue
        except Outside:
            pass
        except Unbounded:
            return None
        middle = halfway(low, high)
        if not low < middle < high or abs(middle) > FARTHEST or high - low < NARROWEST:
            return None
        waiting += [(middle, high), (low, middle)]
    return None


def _factors(function: Expr, where: Interval, depth: int) -> list[Expr]:
    """Functions whose zeros together are those of `function`."""
    if function == 0:
        raise Undecided(Text(en="the function is zero everywhere", zh="该函数处处为零"))
    exponent, expression = in_exponential(function, z)
    nested = any(inner.args[0].has(EXPONENTIAL) for inner in expression.atoms(sympy.exp))
    if nested:
        exponent, expression = S.Zero, function  # shorter as it stands
    above, below = sympy.fraction(sympy.together(expression))
    if not (below.is_positive or below.is_negative):
        back = below.subs(EXPONENTIAL, sympy.exp(exponent))
        if back.has(z) and (depth > 3 or zeros(back, where, depth + 1)):
            raise Undecided(Text(en="a denominator may vanish", zh="分母可能为零"))
    kept = []
    for factor in [function] if nested else _multiplied(above):
        for part in sympy.Mul.make_args(factor):
            base = part.base if part.is_Pow and part.exp.is_positive else part
            if base.is_positive or base.is_negative or not base.has(z, EXPONENTIAL):
                continue
            back = base.subs(EXPONENTIAL, sympy.exp(exponent))
            if not never_zero(back, where):
                kept.append(back)
    return kept


def _multiplied(product: Expr) -> list[Expr]:
    """The factors of an expression, each once; those alone that it shows as it stands where it has several functions,
    as it would be multiplied out to look for others."""
    if sum(part.has(z) for part in product.atoms(sympy.Function)) <= 1:
        with suppress(sympy.PolynomialError):
            return [factor for factor, _ in sympy.factor_list(product)[1]]
    return [factor.as_base_exp()[0] for factor in sympy.Mul.make_args(sympy.factor_terms(product))]


def _of_factor(factor: Expr, as_given: Expr, where: Interval, depth: int) -> tuple[Expr, ...]:
    """The zeros of a factor, which are those of the function as it was given, too."""
    if factor.is_polynomial(z) and sympy.degree(factor, z) == 1:
        slope, offset = sympy.Poly(factor, z).all_coeffs()
        return tuple(root for root in (-offset / slope,) if _inside(root, where))
    if factor.is_polynomial(z) and all(c.is_Rational for c in sympy.Poly(factor, z).all_coeffs()):
        return tuple(root for root in _real_roots(factor) if _inside(root, where))
    solved = _solved(factor, where)
    if solved is not None:
        return solved
    bound = tail_free(factor)
    within = where if bound is None else where.intersect(Interval(-bound, bound))
    found = None
    for function in dict.fromkeys((as_given, factor)):
        with suppress(Undecided):
            found = () if within is S.EmptySet else _by_cells(function, within)
        if found is not None:
            break
    if found is not None:
        return tuple(map(_in_closed_form, found))
    if factor.has(sympy.sin, sympy.cos):  # whose derivatives are no simpler
        raise Undecided(Text(en="its zeros could not be found", zh="未能求出它的零点"))
    return _by_rolle(factor, where, depth)


def _real_roots(polynomial: Expr) -> list[Expr]:
    """The real zeros of a polynomial with rational coefficients: by a formula up to degree 2, else as `Isolated`."""
    found: list[Expr] = []
    for factor, _ in sympy.factor_list(polynomial, z)[1]:
        if sympy.degree(factor, z) <= 2:
            found += sympy.real_roots(factor)
            continue
        for (low, high), _ in sympy.Poly(factor, z).intervals(eps=Rational(1, 1000)):
            found.append(Isolated(factor, low, high))
    return found


def _solved(factor: Expr, where: Interval) -> tuple[Expr, ...] | None:
    """The zeros of c + d·exp(pz + q), log and the like, which have a formula; None for other factors."""
    exponents = factor.atoms(sympy.exp)
    if len(exponents) != 1 or factor.has(sympy.erf, sympy.log, sympy.atan):
        return None
    [exponential] = exponents
    rest = factor.xreplace({exponential: EXPONENTIAL})
    if rest.has(z) or not rest.is_polynomial(EXPONENTIAL) or not exponential.args[0].is_polynomial(z):
        return None
    argument = sympy.Poly(exponential.args[0], z)
    if argument.degree() != 1 or not all(c.is_Rational for c in sympy.Poly(rest, EXPONENTIAL).all_coeffs()):
        return None
    slope, offset = argument.all_coeffs()
    positive = [root for root in sympy.real_roots(rest) if root.is_positive]
    points = ((sympy.log(root) - offset) / slope for root in positive)
    return tuple(point for point in points if _inside(point, where))


def tail_free(function: Expr) -> Rational | None:
    """T with no zero of the function for |z| ≥ T, if it is a polynomial in z and exp(v), v being one; else None."""
    exponent, expression = in_exponential(function, z)
    if not exponent.has(z) or not expression.is_polynomial(z, EXPONENTIAL):
        return None
    terms = sympy.Poly(expression, EXPONENTIAL)
    bound = sympy.Integer(2)
    while bound <= FARTHEST:
        if all(_dominates(terms, exponent.subs(z, side * z), side, bound) for side in (1, -1)):
            return bound
        bound *= 2
    return None


def _dominates(terms: sympy.Poly, exponent: Expr, side: int, bound: Rational) -> bool:
    """Whether the greatest term of Σ p_k(z) exp(k v) is larger than all others together for all side·z ≥ bound > 0.

    There exp(−|v|) ≤ exp(−cx) with c = |v(bound)|/bound if the coefficients of v have one sign, x = side·z; and
    x^d exp(−cx) falls for x ≥ d/c, so that what holds at the bound holds beyond it.
    """
    shape = sympy.Poly(exponent, z)
    signs = {sign(coefficient) for coefficient in shape.coeffs()}
    if len(signs) != 1:
        return False
    [grows] = signs
    steepness = abs(exponent.subs(z, bound)) / bound
    coefficients = {
        power: sympy.Poly(terms.coeff_monomial(EXPONENTIAL**power).subs(z, side * z), z)
        for (power,) in terms.monoms()
    }
    leading = max(coefficients, key=lambda power: grows * power)
    greatest = coefficients.pop(leading)
    degree = greatest.degree()
    # Below, everything is divided by x^degree, degree being that of the greatest term's polynomial.
    lower = abs(greatest.LC()) - sum(
        abs(c) * bound ** (power - degree) for (power,), c in greatest.terms() if power < degree
    )
    others = sympy.Integer(0)
    for power, polynomial in coefficients.items():
        rate = abs(power - leading) * steepness
        for (n,), c in polynomial.terms():
            if n > degree and sign(bound - (n - degree) / rate) < 0:
                return False
            others += abs(c) * bound ** (n - degree) * sympy.exp(-rate * bound)
    return sign(lower - others) > 0


def _by_cells(function: Expr, where: Interval) -> tuple[Expr, ...] | None:
    """The zeros by floating-point bounds, `where` being cut until the function or its slope has one sign in each part;
    None where that is not reached."""
    slope = sympy.diff(function, z)
    monotone: set[Cell] = set()

    def is_settled(cell: Cell) -> bool:
        if bounds(function, *cell).sign is not None:
            return True
        if bounds(slope, *cell).sign is not None:
            monotone.add(cell)
            return True
        return False

    cells = _cells(where, MOST_PARTS, is_settled)
    if cells is None:
        return None
    found: list[Expr] = []
    for cell in cells:
        if cell not in monotone:
            continue
        low = where.inf if cell is cells[0] else Rational(cell[0])
        high = where.sup if cell is cells[-1] else Rational(cell[1])
        first, last = sign_at(function, low, 1), sign_at(function, high, -1)
        if first * last < 0:
            found.append(_bracketed(function, low, high, first))
        elif last == 0 and cell is not cells[-1]:
            found.append(high)
    return tuple(found)


def _by_rolle(function: Expr, where: Interval, depth: int) -> tuple[Expr, ...]:
    """The zeros of a function by those of its derivative, which cut `where` into pieces on which it is monotone."""
    stationary = zeros(sympy.diff(function, z), where, depth + 1)
    ends = (where.inf, *stationary, where.sup)
    signs = [
        sign_at(function, where.inf, 1),
        *(sign_at(function, point) for point in stationary),
        sign_at(function, where.sup, -1),
    ]
    found = [point for point, value in zip(stationary, signs[1:-1], strict=True) if value == 0]
    for (low, high), (first, second) in zip(pairwise(ends), pairwise(signs), strict=True):
        if first * second < 0:
            found.append(_bracketed(function, low, high, first))
    return tuple(found)


def sign_at(function: Expr, point: Expr, towards: int = 1) -> int:
    """The sign of a function at a point, or near ±∞; at an end where it has only a limit, near it on that side."""
    if point.is_infinite:
        return _sign_at_infinity(function, int(sympy.sign(point)))
    value = function.subs(z, point)
    if value.is_finite is not False and not value.has(S.NaN, S.ComplexInfinity):
        return sign(function, point)
    limit = limit_of(function, point, "+" if towards > 0 else "-")
    return sign_of_limit(limit)


def sign_of_limit(limit: Expr) -> int:
    """The sign of a number or of ±∞, of which SymPy does not say that it is positive."""
    if limit.is_infinite and limit.is_extended_real:
        return 1 if limit.is_extended_positive else -1
    return sign(limit)


def known_sign(value: Expr) -> int | None:
    """The sign of a number or of ±∞, or None where it is not decided."""
    try:
        return sign_of_limit(value)
    except Undecided:
        return None


def _sign_at_infinity(function: Expr, towards: int) -> int:
    """The sign near ∞ (towards = 1) or −∞ (−1)."""
    terms = _leading_terms(function, towards)
    if terms is None:
        return _sign_by_limit(function, towards)
    return math.prod(sign(term.coefficient) * towards**term.degree for term in terms)


class _Term(NamedTuple):
    """c·zᵈ·exp(rv), where exp(rv) grows or falls as `rate` says."""

    rate: int
    degree: int
    coefficient: Expr


def _leading_terms(function: Expr, towards: int) -> list[_Term] | None:
    """The greatest terms near ±∞ above and below the line of a quotient of polynomials in z and exp(v); else None."""
    exponent, expression = in_exponential(function, z)
    parts = sympy.fraction(sympy.together(expression))
    if not all(part.is_polynomial(z, EXPONENTIAL) for part in parts):
        return None
    found = []
    shape = sympy.Poly(exponent, z)
    grows = sign(shape.LC()) * towards ** shape.degree() if exponent.has(z) else 0
    for part in parts:
        terms = sympy.Poly(part, EXPONENTIAL, z).terms()
        found.append(
            max((_Term(grows * power, degree, c) for (power, degree), c in terms), key=lambda t: t[:2])
        )
    return found


def _limit_of_rational(function: Expr, towards: int) -> Expr | None:
    """The limit at ±∞ of a quotient of polynomials in z and exp(v); None for other functions."""
    terms = _leading_terms(function, towards)
    if terms is None:
        return None
    above, below = terms
    ratio = above.coefficient / below.coefficient
    if above[:2] == below[:2]:
        return ratio
    if above[:2] < below[:2]:
        return S.Zero
    return S.Infinity * sign(ratio) * towards ** (above.degree + below.degree)


def _sign_by_limit(function: Expr, towards: int) -> int:
    """By the limit; where it is 0, by the sign of the derivative: a function falls to 0 from above or rises to it."""
    limit = limit_of(function, S.Infinity * towards)
    if limit != 0:
        return sign_of_limit(limit)
    slope = sympy.diff(function, z)
    if not slope.has(z):
        raise Undecided(Text(en="a sign at infinity could not be told", zh="无法判断无穷远处的符号"))
    return -towards * _sign_at_infinity(slope, towards)


@question(lambda: steps.MOST // 5)
def limit_of(function: Expr, point: Expr, side: str = "+") -> Expr:
    """The limit, by the dominant terms or by SymPy; raises `Undecided` where it finds none."""
    if point.is_infinite:
        settled = _limit_by_parts(function, point)
        if settled is None:
            settled = _limit_of_rational(function, 1 if point == S.Infinity else -1)
        if settled is not None:
            return settled
    try:
        found = sympy.limit(function, z, point, side)
    except (NotImplementedError, TypeError, ValueError, AttributeError, RecursionError) as error:
        raise Undecided(Text(en="a limit could not be found", zh="未能求出某个极限")) from error
    if found.is_extended_real is not True or found.has(sympy.Limit, sympy.AccumBounds):
        raise Undecided(Text(en="a limit could not be found", zh="未能求出某个极限"))
    return found


@question(lambda: steps.MOST // 5)
def period(formula: Expr) -> Expr | None:
    """A period of a function of sines and cosines of cz + d, half or a third of it being none; None for others."""
    waves = formula.atoms(sympy.sin, sympy.cos)
    if not waves or formula.xreplace(dict.fromkeys(waves, S.One)).has(z):
        return None
    first, *others = (abs(sympy.diff(wave.args[0], z)) for wave in waves)
    ratios = [other / first for other in others]
    if first.has(z) or not all(ratio.is_Rational for ratio in ratios):
        return None
    if vanishes(sympy.diff(formula, z), z) is True:  # a constant has no period
        return None
    repeats = 2 * sympy.pi / (first * reduce(sympy.gcd, ratios, S.One))
    written = _expanded(formula, 0)
    for parts in (2, 3):  # it may repeat sooner, as sin(z)^2 does
        while _expanded(formula, repeats / parts) == written:
            repeats /= parts
    return repeats


def _expanded(formula: Expr, shift: Expr | int) -> Expr:
    """The formula at z + shift."""
    return sympy.expand(formula.subs(z, z + shift))


def _in_closed_form(point: Expr) -> Expr:
    """The zero of a function of waves sin(cz + d) as itself or, where cz + d is a multiple of π/12, by that."""
    if not isinstance(point, Isolated):
        return point
    low, high = point.bracket(15)
    for wave in point.function.atoms(sympy.sin, sympy.cos):
        rate, phase = sympy.diff(wave.args[0], z), wave.args[0].subs(z, 0)
        if rate.has(z):
            continue
        found = (round(12 * (rate * low + phase).evalf() / sympy.pi.evalf()) * sympy.pi / 12 - phase) / rate
        is_zero = point.function.subs(z, found) == 0
        if is_zero and sign(found - low) >= 0 and sign(high - found) >= 0:
            return found
    return point


_CONTINUOUS = (sympy.exp, sympy.tanh, sympy.atan, sympy.erf, sympy.sinh, sympy.cosh, sympy.asinh, sympy.Abs)


def _limit_by_parts(function: Expr, point: Expr) -> Expr | None:
    """The limit at ±∞ by those of the parts, where these settle it: no ∞ − ∞, no 0 · ∞, no sine of ∞; else None."""
    if not function.has(z):
        return function
    if function == z:
        return point
    parts: list[Expr] = []
    for part in function.args:
        limit = _limit_by_parts(part, point)
        if limit is None:
            return None
        parts.append(limit)
    if function.is_Add:
        settled = len({part for part in parts if part.is_infinite}) <= 1
    elif function.is_Mul:
        settled = not any(part.is_infinite for part in parts) or not any(part.is_zero for part in parts)
    elif isinstance(function, _CONTINUOUS):
        settled = True
    elif isinstance(function, sympy.log | sympy.sin | sympy.cos):
        settled = bool(parts[0].is_finite) and not (isinstance(function, sympy.log) and parts[0].is_zero)
        settled |= isinstance(function, sympy.log) and parts[0] == S.Infinity
    elif function.is_Pow and function.exp.is_Rational:
        settled = parts[0] == S.Infinity or (bool(parts[0].is_finite) and not parts[0].is_zero)
        settled |= bool(parts[0].is_zero) and function.exp.is_positive
        settled |= parts[0] == S.NegativeInfinity and function.exp.is_Integer
    else:
        return None
    if not settled:
        return _limit_of_rational(_without_erf(function, parts), 1 if point == S.Infinity else -1)
    found: Expr = function.func(*parts)
    return found if found.is_extended_real and not found.has(S.NaN, S.ComplexInfinity) else None


def _without_erf(product: Expr, limits: list[Expr]) -> Expr:
    """A product, its factors 1 ± erf(u) that tend to 0 being replaced by exp(−u²)/(|u|√π), their leading term."""
    factors = []
    for factor, limit in zip(product.args, limits, strict=True):
        number, rest = factor.as_coeff_Add()
        coefficient, function = rest.as_coeff_Mul()
        if limit == 0 and isinstance(function, sympy.erf) and abs(coefficient) == abs(number):
            u = -coefficient / number * function.args[0]
            factor = number * sympy.exp(-(u**2)) / (u * sympy.sqrt(sympy.pi))
        factors.append(factor)
    return product.func(*factors)


def _bracketed(function: Expr, low: Expr, high: Expr, first: int) -> Expr:
    """The zero of a function that is monotone between `low`, where its sign is `first`, and `high`."""
    left = _side(function, low, high, first, 1)
    right = _side(function, high, low, -first, -1)
    # A zero at a whole number is worth finding exactly.
    while (whole := sympy.floor((left + right + 1) / 2)) < right and whole > left:
        value = 0 if function.subs(z, whole).is_zero else sign(function, whole)
        if value == 0:
            return whole
        left, right = (whole, right) if value == first else (left, whole)
    return Isolated(function, left, right)


def _side(function: Expr, end: Expr, other: Expr, wanted: int, direction: int) -> Rational:
    """A rational number near `end`, towards `other`, where the function has the sign `wanted`."""
    step: Any
    if end.is_Rational and sign(function, end) == wanted:
        return end
    if end.is_infinite:
        base = sympy.Integer(0) if other.is_infinite else _rational(other)
        step = sympy.Integer(1)
        while step <= FARTHEST:
            if sign(function, base - direction * step) == wanted:
                return base - direction * step
            step *= 2
    else:
        step = Rational(1, 4)
        for _ in range(60):
            point = _rational(end) + direction * step
            if (not other.is_infinite and direction * (point - _rational(other)) >= 0) or sign(
                function, point
            ) != wanted:
                step /= 2
                continue
            return point
    raise Undecided(Text(en="a zero could not be enclosed", zh="未能确定某个零点所在的区间"))


def _rational(number: Expr) -> Rational:
    return number if number.is_Rational else Rational(sympy.N(number, 40))


def _inside(point: Expr, where: Interval) -> bool:
    for end, direction in ((where.inf, 1), (where.sup, -1)):
        if end.is_finite and (point == end or sign(point - end) != direction):
            return False
    return True


def _ordered(points: set[Expr]) -> tuple[Expr, ...]:
    """From left to right; raises `Undecided` if two may be the same number."""
    ordered = sorted(points, key=cmp_to_key(_compared))
    if any(_compared(low, high) != -1 for low, high in pairwise(ordered)):
        raise Undecided(Text(en="two zeros may coincide", zh="两个零点可能重合"))
    return tuple(ordered)


def _compared(one: Expr, other: Expr) -> int:
    """The sign of their difference, which is known at once where they are known to lie apart."""
    (low, high), (least, greatest) = _ends(one), _ends(other)
    return -1 if high < least else 1 if greatest < low else sign(one - other)


def _ends(point: Expr) -> tuple[Expr, Expr]:
    """Numbers at or below a point and at or above it."""
    if isinstance(point, Isolated):
        return point.low, point.high
    near = sympy.N(point, 30)
    return near - Rational(1, 10**20), near + Rational(1, 10**20)
