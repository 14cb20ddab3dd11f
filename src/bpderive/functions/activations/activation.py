"""The declaration of an activation function, and what it is asked for."""

from __future__ import annotations

from dataclasses import InitVar, dataclass, field
from typing import Any

import sympy
from sympy import Expr
from sympy.core.function import AppliedUndef

from bpderive.errors import DomainError, Refuted, is_text, shown, unknown_name
from bpderive.functions.activations import analysis, by_output, domain, properties, rewriting
from bpderive.functions.activations.layer_program import compiled
from bpderive.functions.activations.stable import compare, confirm, slope
from bpderive.functions.activations.variables import a, z
from bpderive.functions.differentiation import latex
from bpderive.letters.certificate import Certificate, timed
from bpderive.letters.expressions import declared as check_declared
from bpderive.letters.expressions import expression
from bpderive.letters.expressions import pairs as as_pairs
from bpderive.letters.text import Text

Pairs = tuple[tuple[Expr, Expr], ...]

LARGEST = 2**1023
"""Numbers in a formula stay below this, so that floating point has them."""

_PARAMETER = Text(en="parameter of {name}", zh="{name} 的参数")
_TOO_LARGE = Text(
    en="Wanted was {given}, in which a number is too large for floating point.",
    zh="要计算的是 {given}，其中有浮点数无法表示的大数。",
)
_NOT_OF_OUTPUT = Text(
    en="Wanted was {given}, which has {names} in it; give an expression in a, the output of the neuron.",
    zh="要计算的是 {given}，其中有 {names}；请给出以神经元输出 a 写成的表达式。",
)


@dataclass(frozen=True, slots=True)
class Activation:
    """σ, declared by its name, its title in both languages and its formula, a SymPy expression in one variable.

    Decimal constants in the formula mean the decimals: 0.1 is one tenth.

    The other fields are optional, and checked, not trusted:
    `stable` pairs of what is computed (`a` for σ(z), `slope` for σ′(z), or an expression in a such as log(a)) and an
    expression in z that computes it without overflow; `at_kinks` pairs of a kink and the slope taken there, which must
    lie between the slopes of its two sides; `slope_from_output` σ′ as an expression in a; `parameters` pairs of a
    symbol that may occur in all of these and its value, a number or another symbol.
    Raises `DomainError` for a formula that is not one, `Refuted` for an extra that does not fit it.
    """

    name: str
    title: Text
    formula: Expr
    stable: Pairs = ()
    at_kinks: Pairs = ()
    slope_from_output: Expr | None = None
    parameters: Pairs = ()
    checked: InitVar[bool] = True
    """Whether the formula is checked when it is declared, or only by `check()`."""

    _declared: tuple[Any, ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self, checked: bool) -> None:
        check_declared(self.name, self.title)
        declared = (self.formula, self.stable, self.at_kinks, self.slope_from_output)
        values = {
            expression(symbol): _number(value, self.name)
            for symbol, value in as_pairs(self.parameters, "parameters")
        }
        formula = _in_z(self.formula, self.name, values)

        def valued(field: str) -> Pairs:
            pairs = as_pairs(getattr(self, field), field)
            return tuple((expression(key), _exact(expression(value)).subs(values)) for key, value in pairs)

        settled = {
            "_declared": declared,
            "formula": formula,
            "stable": valued("stable"),
            "at_kinks": valued("at_kinks"),
            "slope_from_output": None
            if self.slope_from_output is None
            else expression(self.slope_from_output).subs(values),
            "parameters": tuple(values.items()),
        }
        for name, value in settled.items():
            object.__setattr__(self, name, value)
        if checked is not False and formula.free_symbols <= {z}:
            self._require_defined()

    def __repr__(self) -> str:
        return f"<activation {self.name}: {self.formula}>"

    def __str__(self) -> str:
        """The formula; where no stable forms are declared, with the measured errors of what computes σ and σ′."""
        if self.formula.free_symbols - {z}:
            return repr(self)
        unsure = [(name, wanted) for name, wanted in (("σ", a), ("σ′", slope)) if not self.has_stable(wanted)]
        return "\n".join(
            [repr(self), *(f"  {name}: {self.measured(wanted).text}" for name, wanted in unsure)]
        )

    def with_parameters(self, /, **values: Any) -> Activation:
        """The same activation with other parameters, numbers or symbols: `.with_parameters(alpha=2)`.

        Raises `UnknownName` for a parameter that it does not have, `DomainError` for a value that cannot be one.
        """
        known = {symbol.name.rstrip("_"): symbol for symbol, _ in self.parameters}
        chosen = dict(self.parameters)
        for name, value in values.items():
            if name.rstrip("_") not in known:
                raise unknown_name(_PARAMETER.format(name=self.name), name, known or ["–"])
            chosen[known[name.rstrip("_")]] = _number(value, self.name)
        formula, stable, at_kinks, by_output = self._declared
        return Activation(
            self.name, self.title, formula, stable, at_kinks, by_output, parameters=tuple(chosen.items())
        )

    @property
    def elementwise(self) -> bool:
        """Whether each output depends on its own z alone."""
        return True

    def expr(self, argument: Any = z) -> Expr:
        """σ(argument)."""
        return self.formula.subs(z, expression(argument))

    def derivative(self, argument: Any = z) -> Expr:
        """σ′(argument), by SymPy; at a kink the declared slope, or the mean of the slopes of its two sides."""
        return self._slope().subs(z, expression(argument))

    def derivative_from_output(self, output: Any = a) -> Expr | None:
        """σ′ in terms of the output a = σ(z), or None where it is not known to be a function of a."""
        output = expression(output)
        found = by_output.slope_by_output(self.formula)
        declared = self.slope_from_output
        if declared is not None:
            if not by_output.is_slope_by_output(declared, self.formula, self._slope()):
                raise Refuted(_NOT_THE_SLOPE.format(name=self.name, declared=declared, formula=self.formula))
            found = declared
        return None if found is None else found.subs(a, output)

    @property
    def range(self) -> sympy.Set | None:
        """The set of all σ(z); its ends may be numbers that are known by certain bounds. None if it is not known."""
        return properties.value_range(self.formula).value

    @property
    def limits(self) -> tuple[Expr | None, Expr | None]:
        """The limits of σ(z) for z → −∞ and z → ∞, None where there is none or none was found."""
        return properties.limits(self.formula).value or (None, None)

    @property
    def monotone(self) -> bool | None:
        """Whether σ never falls or never rises; None if that is not known."""
        return properties.monotone(self.formula).value

    @property
    def odd(self) -> bool | None:
        """Whether σ(−z) = −σ(z); None if that is not known."""
        return properties.odd(self.formula).value

    @property
    def even(self) -> bool | None:
        """Whether σ(−z) = σ(z); None if that is not known."""
        return properties.even(self.formula).value

    @property
    def max_slope(self) -> properties.Slope | None:
        """The least upper bound of |σ′| and where it is taken; None if it is not known."""
        return properties.max_slope(self.formula).value

    @property
    def slope_range(self) -> sympy.Set | None:
        """The set of all σ′(z), the slopes taken at kinks left out; None if it is not known."""
        return properties.slope_range(self.formula).value

    @property
    def tails(self) -> tuple[properties.Tail, properties.Tail] | None:
        """The limits of σ and σ′ for z → −∞ and z → ∞, and whether the neuron saturates there; None if not known."""
        return properties.tails(self.formula).value

    @property
    def inflections(self) -> sympy.Set | None:
        """Where σ″ changes its sign; None if that is not known."""
        return properties.inflections(self.formula).value

    def why_unknown(self, name: str) -> Text | None:
        """Why the property `name`, such as "range", is None; None if it is known. Raises `UnknownName`."""
        if not is_text(name) or name not in properties.PROPERTIES:
            raise unknown_name(properties.PROPERTY, name, properties.PROPERTIES)
        return properties.PROPERTIES[name](self.formula).reason

    @property
    def kinks(self) -> tuple[Expr, ...]:
        """Where σ′ jumps."""
        return analysis.kinks(self.formula)

    @property
    def latex(self) -> str:
        """The formula in LaTeX, without dollar signs."""
        return latex(self.formula)

    def numeric(self, wanted: Expr = a) -> Expr:
        """The expression that computes `wanted` from z: σ (a), σ′ (slope) or an expression in a; in stable form
        where declared, and else in the form that is measured to be the best of those that a general rewriting gives."""
        exact, wanted = self._exact(wanted), expression(wanted)
        if strange := exact.free_symbols - self.formula.free_symbols - {z}:
            raise DomainError(_NOT_OF_OUTPUT.format(given=shown(wanted), names=", ".join(map(str, strange))))
        if any(number != sympy.nan and abs(number) >= LARGEST for number in exact.atoms(sympy.Number)):
            raise DomainError(_TOO_LARGE.format(given=shown(wanted)))
        for declared, form in self.stable:
            if declared == wanted:
                compare(exact, form)
                return form
        return exact if exact.free_symbols - {z} else rewriting.best(exact).expression

    def _exact(self, wanted: Expr) -> Expr:
        return self._slope() if expression(wanted) == slope else expression(wanted).subs(a, self.formula)

    def has_stable(self, wanted: Expr) -> bool:
        """Whether a stable form of `wanted` is declared."""
        return any(declared == expression(wanted) for declared, _ in self.stable)

    def measured(self, wanted: Expr = a) -> rewriting.Form:
        """The form that computes `wanted`, with its largest error at a sample of points, in units in the last place."""
        return rewriting.measured(self.numeric(wanted), self._exact(wanted))

    def numpy(self, values: Any) -> Any:
        """σ of each entry, in floating point."""
        return compiled(self.numeric(a))(values)

    def numpy_derivative(self, values: Any) -> Any:
        """σ′ of each entry, in floating point."""
        return compiled(self.numeric(slope))(values)

    @timed
    def check(self) -> Certificate:
        """Check everything declared, and that σ is real and continuous; raises `Refuted` or `DomainError`."""
        if letters := sorted(symbol.name for symbol in self.formula.free_symbols - {z}):
            raise DomainError(_OPEN.format(name=self.name, letters=", ".join(letters)))
        self._require_defined()
        self._slope()
        self.derivative_from_output()
        found = {confirm(self._exact(declared), form) for declared, form in self.stable}
        return Certificate(self.name, ("exact", "numeric") if "numeric" in found else ("exact",))

    def _require_defined(self) -> None:
        domain.require_real(self.formula)
        domain.require_slope(self.formula)
        analysis.kinks(self.formula)

    def _slope(self) -> Expr:
        for point, chosen in self.at_kinks:
            smooth = analysis.derivative(self.formula, ())
            if point not in self.kinks:
                # With some parameters there is no kink: ELU has none with α = 1.
                if sympy.expand(smooth.subs(z, point) - chosen) == 0:
                    continue
                known = ", ".join(map(str, self.kinks)) or "–"
                raise Refuted(_NO_KINK.format(name=self.name, point=point, known=known))
            sides = analysis.one_sided(smooth, point)
            # With a parameter that is a symbol the comparison may stay open.
            if sympy.And(sympy.Min(*sides) <= chosen, chosen <= sympy.Max(*sides)) == False:  # noqa: E712  # SymPy's own
                raise Refuted(
                    _NOT_BETWEEN.format(
                        chosen=chosen, name=self.name, point=point, left=sides[0], right=sides[1]
                    )
                )
        return analysis.derivative(self.formula, self.at_kinks)


_NOT_THE_SLOPE = Text(
    en="The derivative of {name} is not {declared} at a = {formula}.",
    zh="当 a = {formula} 时，{name} 的导数不是 {declared}。",
)
_OPEN = Text(
    en="The activation {name} has the symbol {letters} in its formula; where it is computed with, its parameters must "
    "be numbers: .with_parameters(…).",
    zh="激活函数 {name} 的公式中含有符号 {letters}；用来计算时，它的参数必须是数：.with_parameters(…)。",
)
_NO_KINK = Text(
    en="A slope is declared for a kink of {name} at z = {point}. Its kinks: {known}.",
    zh="为 {name} 在 z = {point} 处的不可导点声明了导数值。它的不可导点是：{known}。",
)
_NOT_BETWEEN = Text(
    en="The slope {chosen} declared for {name} at its kink z = {point} does not lie between the slopes of its two "
    "sides, {left} and {right}.",
    zh="为 {name} 在不可导点 z = {point} 处声明的导数值 {chosen} 不在左右导数 {left} 与 {right} 之间。",
)
_NO_FUNCTION = Text(
    en="The formula of the activation {name} is {formula}, which is not a function with finite real values.",
    zh="激活函数 {name} 的公式是 {formula}，它不是取有限实数值的函数。",
)
_UNKNOWN_FUNCTION = Text(
    en="The formula of the activation {name} has the unknown function {function}; an activation has a formula made of "
    "known functions.",
    zh="激活函数 {name} 的公式中含有未知函数 {function}；激活函数的公式应由已知函数构成。",
)
_VARIABLES = Text(
    en="The formula of the activation {name} has the variables {names}; it may have one, the weighted input. Put "
    "numbers in place of the others, or declare them as parameters.",
    zh="激活函数 {name} 的公式含有变量 {names}；只允许一个变量，即带权输入。请把其余变量换成数，或声明为参数。",
)
_NO_PARAMETER = Text(
    en="A parameter of the activation {name} was given as {given}. Give a real number or a SymPy symbol.",
    zh="激活函数 {name} 的参数给成了 {given}。请给一个实数或 SymPy 符号。",
)
_NO_FORMULA = Text(
    en="The formula of the activation {name} is {given}, of type {kind}. Give a SymPy expression in one variable, such "
    "as 1/(1 + sympy.exp(-z)) with z = sympy.Symbol('z'); a text is read by bp.parse_activation.",
    zh="激活函数 {name} 的公式是 {given}，类型为 {kind}。请给一个单变量的 SymPy 表达式，例如 1/(1 + sympy.exp(-z))，"
    "其中 z = sympy.Symbol('z')；文本形式的公式由 bp.parse_activation 读取。",
)


def _number(value: Any, name: str) -> Expr:
    """A parameter's value; 0.01 is 1/100."""
    try:
        exact = expression(value)
        exact = None if exact.has(sympy.nan, sympy.oo, -sympy.oo, sympy.zoo) else _exact(exact)
    except (DomainError, TypeError, ValueError):
        exact = None
    if (
        exact is None
        or exact.is_extended_real is False
        or exact.is_finite is False
        or not (exact.is_number or exact.is_Symbol)
    ):
        raise DomainError(_NO_PARAMETER.format(name=name, given=shown(value)))
    return exact


def _exact(expression: Expr) -> Expr:
    """The expression with every decimal as the fraction that it is, 0.1 being 1/10."""

    def fraction(number: sympy.Float) -> Expr:
        return sympy.Rational(repr(float(number)) if number._prec == 53 else str(number))

    return expression.xreplace({number: fraction(number) for number in expression.atoms(sympy.Float)})


def _in_z(formula: Any, name: str, values: dict[Any, Expr]) -> Expr:
    """The formula as an expression in `z`, whatever its one variable was called, its parameters having values."""
    try:
        formula = expression(formula)
    except DomainError:
        raise DomainError(
            _NO_FORMULA.format(name=name, given=shown(formula), kind=type(formula).__name__)
        ) from None
    domain.require_moderate(formula, name)
    if formula.has(sympy.nan, sympy.zoo, sympy.oo, -sympy.oo, sympy.I):
        raise DomainError(_NO_FUNCTION.format(name=shown(name), formula=formula))
    if unknown := formula.atoms(AppliedUndef):
        function = min(map(str, unknown))
        raise DomainError(_UNKNOWN_FUNCTION.format(name=shown(name), function=function))
    symbols = set().union(*(value.free_symbols for value in values.values()))
    formula = _exact(formula).subs(values)
    domain.require_moderate(formula, name)
    variables = formula.free_symbols - symbols
    if len(variables) > 1:
        names = ", ".join(sorted(map(str, variables)))
        raise DomainError(_VARIABLES.format(name=shown(name), names=names))
    return formula.xreplace(dict.fromkeys(variables, z))
