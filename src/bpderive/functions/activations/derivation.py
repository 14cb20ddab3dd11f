"""σ′ derived line by line, piece by piece, with what holds where the pieces meet.

`slope_derivation(activation)` is made of a `Differentiation` for each smooth piece; `.check()` compares every line with
SymPy's derivative, and every piece with `activation.derivative`. Parameters stay letters in it.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import sympy
from sympy import Expr, Interval, S

from bpderive.errors import StepError
from bpderive.functions.activations.activation import Activation
from bpderive.functions.activations.analysis import pieces
from bpderive.functions.activations.variables import z
from bpderive.functions.algebra import differentiated
from bpderive.functions.differentiation import Differentiation, differentiate
from bpderive.letters.certificate import Certificate, timed

LEFT = r"\sigma'(z)"
"""The left side of the first line."""


@dataclass(frozen=True, slots=True)
class Joint:
    """Where two pieces meet: the slopes of the two sides, and the slope that is taken there."""

    at: Expr
    left: Expr
    right: Expr
    taken: Expr

    @property
    def is_kink(self) -> bool:
        """Whether the slope jumps."""
        return bool(sympy.expand(self.left - self.right) != 0)


@dataclass(frozen=True, slots=True)
class SlopeDerivation:
    """The derivation of σ′: its pieces, each with the interval on which it holds, and where they meet."""

    activation: Activation
    parts: tuple[tuple[Interval, Differentiation], ...]
    joints: tuple[Joint, ...]

    @timed
    def check(self) -> Certificate:
        """Decide every line, exactly or to many digits; raises `StepError` at the first that does not hold."""
        kinds: set[str] = set()
        values = dict(self.activation.parameters)
        for where, part in self.parts:
            kinds.update(part.check().kinds)
            inside = _inside(where)
            stated = part.result.subs(values).subs(z, inside)
            expected = self.activation.derivative(inside)
            if abs(sympy.N(stated - expected, 40)) > sympy.Float("1e-30"):
                raise StepError(
                    f"The derivation of σ′ for {self.activation.name} gives {stated} at z = {inside}, and σ′ is "
                    f"{expected} there."
                )
        return Certificate(self.activation.name, ("exact",) if kinds == {"exact"} else ("numeric",))


def slope_derivation(activation: Activation) -> SlopeDerivation:
    """σ′ of an elementwise activation, line by line; raises `StepError` where no rule leads on."""
    letters = {symbol.name: symbol for symbol, _ in activation.parameters}
    general = activation.with_parameters(**letters) if letters else activation
    cut = pieces(general.formula)
    parts = tuple((where, differentiate(expression, z, LEFT)) for expression, where in cut)
    slope = general.derivative()
    joints = [
        Joint(
            here.sup,
            differentiated(left, z).subs(z, here.sup),
            differentiated(right, z).subs(z, here.sup),
            slope.subs(z, here.sup),
        )
        for (left, here), (right, _) in pairwise(cut)
    ]
    return SlopeDerivation(activation, parts, tuple(joints))


def _inside(where: Interval) -> Expr:
    """A point inside the interval."""
    if where == S.Reals:
        return sympy.Rational(1, 3)
    if where.inf.is_infinite:
        return where.sup - sympy.Rational(2, 3)
    return where.inf + sympy.Rational(2, 3) if where.sup.is_infinite else (where.inf + where.sup) / 2
