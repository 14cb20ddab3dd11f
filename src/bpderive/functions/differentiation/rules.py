"""The rules of differentiation. Each turns a derivative that is still to be taken into simpler ones.

A rule says whether it applies to d/dz u, what it gives, and why; `RULES` holds them in the order in which they are
tried. To add one, write its two functions and enter it there: each line that it gives is checked with all others.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import sympy
from sympy import Add, Expr, Mul, Pow, Symbol

from bpderive.functions.differentiation.formulas import Pending, latex
from bpderive.letters.text import Text


@dataclass(frozen=True, slots=True)
class DerivativeRule:
    """A rule: `applies(u, z)`, `gives(u, z)`, and `reason(u, z)` in both languages.

    Where several derivatives wait in a line, those for which the reason is the same are taken together.
    """

    name: Text
    applies: Callable[[Expr, Symbol], bool]
    gives: Callable[[Expr, Symbol], Expr]
    reason: Callable[[Expr, Symbol], Text]


def rule_for(u: Expr, z: Symbol) -> DerivativeRule:
    """The first rule that applies to d/dz u; the last applies to every function that SymPy can differentiate."""
    return next(rule for rule in RULES if rule.applies(u, z))


def _is_linear(u: Expr, z: Symbol) -> bool:
    return bool(u.is_polynomial(z) and sympy.degree(u, z) <= 1) if u.has(z) else True


def _linear_reason(u: Expr, z: Symbol) -> Text:
    if not u.has(z):
        return Text(en="a constant has the derivative 0", zh="常数的导数为 0")
    return Text(
        en="the derivative of ${z}$ is 1, that of a constant 0", zh="${z}$ 的导数为 1，常数的导数为 0"
    ).format(z=latex(z))


def _sum(u: Expr, z: Symbol) -> Expr:
    return Add(*(sympy.diff(term, z) if _is_linear(term, z) else Pending(term, z) for term in u.args))


def _constant(u: Expr, z: Symbol) -> tuple[Expr, Expr]:
    """The constant factor of u, and the rest."""
    found: tuple[Expr, Expr] = u.as_independent(z, as_Add=False)
    return found


def _constant_factor(u: Expr, z: Symbol) -> Expr:
    number, rest = _constant(u, z)
    return number * Pending(rest, z)


def _parts(u: Expr) -> tuple[Expr, Expr]:
    """What stands above and below the line, exponentials staying above."""
    factors = Mul.make_args(u)
    below = [f for f in factors if isinstance(f, Pow) and f.exp.is_Rational and f.exp < 0]
    return Mul(*(f for f in factors if f not in below)), Mul(*(Pow(f.base, -f.exp) for f in below))


def _is_reciprocal(u: Expr, z: Symbol) -> bool:
    above, below = _parts(u)
    return bool(above == 1 and below.has(z))


def _reciprocal(u: Expr, z: Symbol) -> Expr:
    below = _parts(u)[1]
    return -_taken(below, z) / below**2


def _is_quotient(u: Expr, z: Symbol) -> bool:
    above, below = _parts(u)
    return bool(above.has(z) and below.has(z))


def _quotient(u: Expr, z: Symbol) -> Expr:
    above, below = _parts(u)
    return (_taken(above, z) * below - above * _taken(below, z)) / below**2


def _product(u: Expr, z: Symbol) -> Expr:
    first, *rest = sorted(u.args, key=lambda f: (not f.is_polynomial(z), sympy.count_ops(f), str(f)))
    return _taken(first, z) * Mul(*rest) + first * _taken(Mul(*rest), z)


def _power(u: Expr, z: Symbol) -> Expr:
    return u.exp * u.base ** (u.exp - 1) * (1 if u.base == z else _taken(u.base, z))


def _taken(u: Expr, z: Symbol) -> Expr:
    """The derivative of z itself is 1; of anything else it is still to be taken."""
    return sympy.Integer(1) if u == z else Pending(u, z)


def _is_function(u: Expr, z: Symbol) -> bool:
    return isinstance(u, sympy.Function | sympy.exp) and len(u.args) == 1


def _function(u: Expr, z: Symbol) -> Expr:
    return u.fdiff(1) * _taken(u.args[0], z)


def _function_reason(u: Expr, z: Symbol) -> Text:
    letter = z if u.args[0] == z else Symbol("u", real=True)
    outer = u.func(letter)
    slope = latex(outer.fdiff(1))
    known = rf"\frac{{d}}{{d{letter}}} {latex(outer)} = {slope}"
    if letter == z:
        return Text(en="known: ${known}$", zh="已知 ${known}$").format(known=known)
    return Text(
        en="chain rule with $u = {inner}$ and ${known}$", zh="链式法则：取 $u = {inner}$，并用 ${known}$"
    ).format(inner=latex(u.args[0]), known=known)


def _said(en: str, zh: str) -> Callable[[Expr, Symbol], Text]:
    return lambda _u, _z: Text(en=en, zh=zh)


def _power_reason(u: Expr, z: Symbol) -> Text:
    if u.base == z:
        return Text(en="power rule, $(u^n)' = n u^{n-1}$", zh="幂函数的求导公式，$(u^n)' = n u^{n-1}$")
    return Text(
        en="power rule, $(u^n)' = n u^{n-1} u'$", zh="幂函数的求导公式与链式法则，$(u^n)' = n u^{n-1} u'$"
    )


RULES: tuple[DerivativeRule, ...] = (
    DerivativeRule(
        Text("linear function", "一次函数"), _is_linear, lambda u, z: sympy.diff(u, z), _linear_reason
    ),
    DerivativeRule(
        Text("sum", "和的导数"),
        lambda u, z: bool(u.is_Add),
        _sum,
        _said("a sum is differentiated term by term", "和的导数等于逐项求导之和"),
    ),
    DerivativeRule(
        Text("constant factor", "常数因子"),
        lambda u, z: bool(u.is_Mul and _constant(u, z)[0] != 1),
        _constant_factor,
        _said("a constant factor stays", "常数因子提到导数之外"),
    ),
    DerivativeRule(
        Text("reciprocal", "倒数"),
        _is_reciprocal,
        _reciprocal,
        _said("for a reciprocal, $(1/u)' = -u'/u^{2}$", "倒数求导，$(1/u)' = -u'/u^{2}$"),
    ),
    DerivativeRule(
        Text("quotient", "商的导数"),
        _is_quotient,
        _quotient,
        _said("quotient rule, $(u/v)' = (u'v - uv')/v^{2}$", "商的求导法则，$(u/v)' = (u'v - uv')/v^{2}$"),
    ),
    DerivativeRule(
        Text("product", "积的导数"),
        lambda u, z: bool(u.is_Mul),
        _product,
        _said("product rule, $(uv)' = u'v + uv'$", "乘积的求导法则，$(uv)' = u'v + uv'$"),
    ),
    DerivativeRule(
        Text("power", "幂"), lambda u, z: isinstance(u, Pow) and not u.exp.has(z), _power, _power_reason
    ),
    DerivativeRule(Text("known function", "已知函数"), _is_function, _function, _function_reason),
    DerivativeRule(
        Text("SymPy", "由 SymPy 求导"),
        lambda u, z: True,
        lambda u, z: sympy.diff(u, z),
        _said("differentiated by SymPy", "由 SymPy 求导"),
    ),
)
"""The rules, in the order in which they are tried."""
