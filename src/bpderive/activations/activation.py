"""The declaration of an activation function, and what it is asked for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import sympy
from sympy import Expr, Piecewise, Symbol
from sympy.core.function import AppliedUndef

from bpderive.activations import analysis
from bpderive.activations.analysis import a, z
from bpderive.activations.elementwise import compiled
from bpderive.activations.stable import confirm, slope
from bpderive.errors import DomainError, Refuted
from bpderive.text import Text

Pairs = tuple[tuple[Expr, Expr], ...]


@dataclass(frozen=True, slots=True)
class Activation:
    """σ, declared by its name, its title in both languages and its formula, a SymPy expression in one variable.

    Decimal constants in the formula mean the decimals: 0.1 is one tenth.

    The other fields are optional, and checked, not trusted:
    `stable` pairs of what is computed (`a` for σ(z), `slope` for σ′(z), or an expression in a such as log(a)) and an
    expression in z that computes it without overflow; `at_kinks` pairs of a kink and the slope taken there, which must
    lie between the slopes of its two sides; `slope_from_output` σ′ as an expression in a.
    Raises `DomainError` for a formula that is not one, `Refuted` for an extra that does not fit it.
    """

    name: str
    title: Text
    formula: Expr
    stable: Pairs = ()
    at_kinks: Pairs = ()
    slope_from_output: Expr | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "formula", _in_z(self.formula, self.name))
        for field in ("stable", "at_kinks"):
            pairs = getattr(self, field)
            given = tuple((sympy.sympify(key), _exact(sympy.sympify(value))) for key, value in pairs)
            object.__setattr__(self, field, given)

    def __repr__(self) -> str:
        return f"<activation {self.name}: {self.formula}>"

    @property
    def elementwise(self) -> bool:
        """Whether each output depends on its own z alone."""
        return True

    def expr(self, argument: Any = z) -> Expr:
        """σ(argument)."""
        return self.formula.subs(z, argument)

    def derivative(self, argument: Any = z) -> Expr:
        """σ′(argument), by SymPy; at a kink the declared slope, or the mean of the slopes of its two sides."""
        return self._slope().subs(z, argument)

    def derivative_from_output(self, output: Any = a) -> Expr | None:
        """σ′ written by the output a = σ(z), or None where it is not known to be a function of a."""
        found = analysis.slope_by_output(self.formula)
        declared = self.slope_from_output
        if declared is not None:
            if not analysis.is_slope_by_output(declared, self.formula):
                raise Refuted(f"The derivative of {self.name} is not {declared} at a = {self.formula}.")
            found = declared
        return None if found is None else found.subs(a, output)

    @property
    def range(self) -> sympy.Set | None:
        """The set of all σ(z), or None if it could not be derived."""
        return analysis.value_range(self.formula)

    @property
    def limits(self) -> tuple[Expr | None, Expr | None]:
        """The limits of σ(z) for z → −∞ and z → ∞, None where there is none or none was found."""
        return analysis.limits(self.formula)

    @property
    def kinks(self) -> tuple[Expr, ...]:
        """Where σ′ jumps."""
        return analysis.kinks(self.formula)

    @property
    def latex(self) -> str:
        """The formula in LaTeX, without dollar signs."""
        return str(sympy.latex(self.formula))

    def numeric(self, wanted: Expr = a) -> Expr:
        """What computes `wanted` from z: σ (a), σ′ (slope) or an expression in a; in stable form where declared."""
        exact = self._slope() if wanted == slope else wanted.subs(a, self.formula)
        for declared, form in self.stable:
            if declared == wanted:
                confirm(exact, form)
                return form
        return _clamped(exact)

    def has_stable(self, wanted: Expr) -> bool:
        """Whether a stable form of `wanted` is declared."""
        return any(declared == wanted for declared, _ in self.stable)

    def numpy(self, values: Any) -> Any:
        """σ of each entry, in floating point."""
        return compiled(self.numeric(a))(values)

    def numpy_derivative(self, values: Any) -> Any:
        """σ′ of each entry, in floating point."""
        return compiled(self.numeric(slope))(values)

    def check(self) -> None:
        """Check everything declared, and that σ is real and continuous; raises `Refuted` or `DomainError`."""
        analysis.require_smooth_pieces(self.formula)
        for point in (-3, -1, 0, 1, 3):
            value = sympy.N(self.formula.subs(z, point))
            if not (value.is_Float or value.is_Integer):
                raise DomainError(
                    f"The activation {self.name} is {value} at z = {point}; an activation function has a finite real "
                    "value at every real z."
                )
        self._slope()
        self.derivative_from_output()
        for declared, _ in self.stable:
            self.numeric(declared)

    def _slope(self) -> Expr:
        for point, chosen in self.at_kinks:
            if point not in self.kinks:
                shown = ", ".join(map(str, self.kinks)) or "none"
                raise Refuted(
                    f"A slope is declared for a kink of {self.name} at z = {point}. Its kinks: {shown}."
                )
            sides = analysis.one_sided(analysis.derivative(self.formula, ()), point)
            if not sympy.Min(*sides) <= chosen <= sympy.Max(*sides):
                raise Refuted(
                    f"The slope {chosen} declared for {self.name} at its kink z = {point} does not lie between "
                    f"the slopes of its two sides, {sides[0]} and {sides[1]}."
                )
        return analysis.derivative(self.formula, self.at_kinks)


def _in_z(formula: Any, name: str) -> Expr:
    """The formula as an expression in `z`, whatever its one variable was called."""
    if isinstance(formula, int | float):
        formula = sympy.sympify(formula)
    if not isinstance(formula, Expr):
        raise DomainError(
            f"The formula of the activation {name!r} is {formula!r}, of type {type(formula).__name__}. "
            "Give a SymPy expression in one variable, such as 1/(1 + sympy.exp(-z)) with z = sympy.Symbol('z')."
        )
    if unknown := formula.atoms(AppliedUndef):
        raise DomainError(
            f"The formula of the activation {name!r} has the unknown function {min(map(str, unknown))}; "
            "an activation has a formula made of known functions."
        )
    variables = formula.free_symbols
    if len(variables) > 1:
        shown = ", ".join(sorted(map(str, variables)))
        raise DomainError(
            f"The formula of the activation {name!r} has the variables {shown}; it may have one, the weighted input. "
            "Put numbers in place of the others."
        )
    return _exact(formula.xreplace(dict.fromkeys(variables, z)))


def _exact(expression: Expr) -> Expr:
    """The expression with decimal constants meaning the decimals that are written: 0.1 is one tenth."""
    return expression.xreplace(
        {number: sympy.Rational(str(number)) for number in expression.atoms(sympy.Float)}
    )


def _clamped(expression: Expr) -> Expr:
    """Each branch kept to where it is valid: np.where computes every branch everywhere, and may overflow there."""
    cut = analysis.pieces(expression)
    if len(cut) == 1 or all(branch.is_polynomial(z) for branch, _ in cut):
        return expression
    branches = []
    for branch, within in cut:
        kept: Expr = z
        if not branch.is_polynomial(z):
            kept = kept if within.sup.is_infinite else sympy.Min(kept, within.sup)
            kept = kept if within.inf.is_infinite else sympy.Max(kept, within.inf)
        inside: Symbol | bool = z < within.sup if within.right_open else z <= within.sup
        branches.append((branch.subs(z, kept), inside if within.sup.is_finite else True))
    return Piecewise(*branches)
