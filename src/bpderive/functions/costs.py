"""Cost functions: one declaration each, from which the derivative and the output error follow.

`costs["quadratic"]` is a declaration of the catalogue; `Cost(name=…, title=…, formula=…, domain=…, targets=…)` makes
one's own, which works wherever a name does. To add one, write its declaration in `costs`. A cost here is a sum over the
output neurons of one formula in the output a and the desired output y.

    >>> costs["cross_entropy"].derivative(a, y)
    (a - y)/(a*(1 - a))
    >>> costs["cross_entropy"].cancelled_error(a * (1 - a))  # with a sigmoid, whose slope is a(1 − a)
    a - y
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import InitVar, dataclass, field, replace
from functools import lru_cache
from typing import Any

import sympy
from sympy import Expr, Interval, Piecewise, Rational, S, Symbol, log

from bpderive.errors import DomainError, ShapeError, shown, unknown_name
from bpderive.functions.activations.analysis import kinks
from bpderive.functions.activations.domain import require_moderate, undefined
from bpderive.functions.activations.elementwise import has_code
from bpderive.functions.activations.variables import z
from bpderive.functions.algebra import tidy
from bpderive.functions.assumptions import Assumptions, assumptions
from bpderive.functions.named import Catalogue
from bpderive.letters.expressions import declared, expression, pairs
from bpderive.letters.text import Text

a = Symbol("a", real=True)
"""The output of a neuron, a^L_j."""

y = Symbol("y", real=True)
"""The desired output, y_j."""


def _at(formula: Expr, output: Any, target: Any) -> Expr:
    """A formula in a and y at an output and a desired output."""
    return formula.subs({a: expression(output), y: expression(target)}, simultaneous=True)


@lru_cache(256)
def _slope(formula: Expr) -> Expr:
    slope = sympy.diff(formula.rewrite(Piecewise) if formula.has(sympy.Max, sympy.Min) else formula, a)
    return slope if slope.has(Piecewise, sympy.Abs, sympy.sign) else tidy(slope)


@lru_cache(256)
def _cancelled(formula: Expr, slope: Expr) -> Expr | None:
    if formula.has(Piecewise):
        return None
    above, below = sympy.fraction(sympy.cancel(_slope(formula)))
    if not slope.is_rational_function(a) or not below.is_polynomial(a):
        return None
    common = sympy.gcd(below, sympy.fraction(sympy.cancel(slope))[0])
    if slope.has(a) and not common.has(a):
        return None
    error = sympy.cancel(above * slope / below)
    return error if sympy.fraction(error)[1].is_number else None


@dataclass(frozen=True, slots=True)
class Cost:
    """C, declared by its name, its title in both languages and its formula for one output neuron in `a` and `y`.

    `domain` is the set of the outputs a for which the formula is defined; `targets` the set from which desired outputs
    y are drawn for random tests; `parameters` pairs of a symbol in the formula and its value, a positive number or
    another symbol. Raises `DomainError` for a formula in other variables.
    """

    name: str
    title: Text
    formula: Expr
    domain: sympy.Set = S.Reals
    targets: sympy.Set = S.Reals
    parameters: tuple[tuple[Symbol, Expr], ...] = ()
    checked: InitVar[bool] = True
    """Whether the formula is checked when it is declared."""

    _declared: Expr = field(init=False, repr=False, compare=False)

    def __post_init__(self, checked: bool) -> None:
        declared(self.name, self.title)
        object.__setattr__(self, "_declared", self.formula)
        given = pairs(self.parameters, "parameters")
        values = {expression(symbol): _number(symbol, value, self.name) for symbol, value in given}
        object.__setattr__(self, "parameters", tuple(values.items()))
        for name in ("domain", "targets"):
            if not isinstance(found := getattr(self, name), sympy.Set):
                raise DomainError(_NO_SET.format(field=name, given=shown(found)))
        try:
            formula = expression(self.formula)
        except DomainError:
            formula = None
        if formula is not None:
            require_moderate(formula, self.name)
            formula = formula.subs(values)
            require_moderate(formula, self.name)
        open_symbols = {symbol for _, value in self.parameters for symbol in value.free_symbols}
        variables = set() if formula is None else formula.free_symbols - open_symbols
        if formula is None or {symbol.name for symbol in variables} - {"a", "y"}:
            raise DomainError(_NO_FORMULA.format(cost=self.name, given=shown(self.formula)))
        ours = {symbol: {"a": a, "y": y}[symbol.name] for symbol in variables}
        object.__setattr__(self, "formula", formula.xreplace(ours))
        if checked is not False and not open_symbols:
            _require_defined(self)

    def __repr__(self) -> str:
        return f"<cost {self.name}: the sum over the outputs of {self.formula}>"

    def with_parameters(self, /, **values: Any) -> Cost:
        """The same cost with other parameters, numbers or symbols: `.with_parameters(delta=2)`; 0.5 means one half.

        Raises `UnknownName` for a parameter that it does not have, `DomainError` for a value that is not positive.
        """
        chosen = dict(self.parameters)
        known = {symbol.name: symbol for symbol in chosen}
        for name, given in values.items():
            if name not in known:
                raise unknown_name(_PARAMETER.format(name=self.name), name, known or ["–"])
            chosen[known[name]] = _number(known[name], given, self.name)
        return replace(self, formula=self._declared, parameters=tuple(chosen.items()))

    @property
    def open_parameters(self) -> tuple[str, ...]:
        """The parameters whose value is a symbol: with them one can derive, but not compute."""
        return tuple(symbol.name for symbol, value in self.parameters if value.free_symbols)

    def term(self, output: Any = a, target: Any = y) -> Expr:
        """What one output neuron contributes to C."""
        return _at(self.formula, output, target)

    def derivative(self, output: Any = a, target: Any = y) -> Expr:
        """∂C/∂a^L_j, by SymPy."""
        return _at(_slope(self.formula), output, target)

    def value(self, outputs: Iterable[Any], targets: Iterable[Any]) -> Expr:
        """C, equation (27) for the quadratic cost: the sum over the output neurons."""
        return sympy.Add(*(self.term(*pair) for pair in _together(outputs, targets)))

    def over_examples(self, outputs: Any, targets: Any, weights: Any = ()) -> Expr:
        """C over some examples, equation (26): the mean of the values; outputs and targets have one row for each."""
        values = [self.value(*pair) for pair in _together(outputs, targets)]
        return sympy.Add(*values) / len(values)

    @property
    def assumptions(self) -> Assumptions:
        """Whether the two assumptions about the cost hold for this one."""
        return assumptions(self.over_examples)

    def cancelled_error(self, slope_by_output: Expr | None, output: Any = a, target: Any = y) -> Expr | None:
        """δ^L_j = ∂C/∂a^L_j σ′ where the factor σ′ cancels, σ′ being written in terms of a; None where it does not.

        Found by cancelling the product as a rational function: a − y for sigmoid with cross-entropy.
        """
        output, target = expression(output), expression(target)
        found = None if slope_by_output is None else _cancelled(self.formula, expression(slope_by_output))
        return None if found is None else _at(found, output, target)


_PARAMETER = Text(en="parameter of {name}", zh="{name} 的参数")
_NOT_POSITIVE = Text(
    en="The parameter {name} of {cost} was given as {given}. Give a positive number, or a symbol that is declared "
    'positive, such as Symbol("{name}", positive=True).',
    zh='{cost} 的参数 {name} 给成了 {given}。请给一个正数，或声明为正的符号，例如 Symbol("{name}", positive=True)。',
)
_NO_FORMULA = Text(
    en="The formula of the cost {cost} is {given}. Give a SymPy expression in the output a and the desired output y of "
    "one neuron.",
    zh="代价函数 {cost} 的公式是 {given}。请给一个以单个神经元的输出 a 与目标输出 y 写成的 SymPy 表达式。",
)
_NO_SET = Text(
    en="The field {field} of a cost was given as {given}; it is a set of SymPy, such as Interval(0, 1).",
    zh="代价函数的字段 {field} 给成了 {given}；它应是 SymPy 的集合，例如 Interval(0, 1)。",
)
_NOT_TOGETHER = Text(
    en="Outputs and desired outputs are sequences of the same length, at least 1; given were {outputs} and {targets}.",
    zh="输出与目标输出应是长度相同且不小于 1 的序列；给出的是 {outputs} 和 {targets}。",
)


def _together(outputs: Any, targets: Any) -> list[tuple[Any, Any]]:
    """The entries of two sequences in pairs; raises `ShapeError` if they have none, or not the same number."""
    try:
        found = list(zip(outputs, targets, strict=True))
    except (TypeError, ValueError):
        found = []
    if not found or isinstance(outputs, str | bytes) or isinstance(targets, str | bytes):
        raise ShapeError(_NOT_TOGETHER.format(outputs=shown(outputs), targets=shown(targets)))
    return found


def _number(symbol: Any, given: Any, cost: str) -> Expr:
    """A parameter's value, a positive number or a positive symbol; 0.5 means one half."""
    try:
        value = Rational(str(given)) if isinstance(given, float) else expression(given)
    except (DomainError, TypeError, ValueError):
        value = sympy.nan
    if not value.is_positive or not (value.is_number or value.is_Symbol):
        raise DomainError(_NOT_POSITIVE.format(name=symbol, cost=cost, given=shown(given)))
    return value


def _require_defined(cost: Cost) -> None:
    """Raise `DomainError` unless the formula has code, and is real and continuous with a slope in its domain."""
    for part in (cost.formula, _slope(cost.formula)):
        if part.has(sympy.nan, sympy.oo, -sympy.oo, sympy.zoo, sympy.I) or not has_code(part):
            raise DomainError(_NO_CODE.format(name=repr(cost.name), formula=cost.formula))
    if not isinstance(cost.domain, Interval):
        return
    for target in _sample(cost.targets):
        formula, slope = (
            part.subs(y, target).xreplace({a: z}) for part in (cost.formula, _slope(cost.formula))
        )
        for part, message in ((formula, _UNDEFINED), (slope, _NO_SLOPE)):
            gap = undefined(part, _inside(cost.domain))
            if gap is not None:
                where = {"name": repr(cost.name), "formula": cost.formula, "y": target, "a": f"{gap.near:g}"}
                raise DomainError(message.format(**where))
        kinks(formula)


def _sample(targets: sympy.Set) -> list[Expr]:
    """Some desired outputs."""
    usual = [Rational(n, 4) for n in (-6, -1, 0, 1, 2, 4, 9)]
    return [target for target in usual if target in targets]


def _inside(domain: Interval) -> Interval:
    """The domain without its open ends, up to a millionth."""
    narrow = Rational(1, 10**6)
    low = domain.inf + (narrow if domain.left_open and domain.inf.is_finite else 0)
    return Interval(low, domain.sup - (narrow if domain.right_open and domain.sup.is_finite else 0))


_NO_CODE = Text(
    en="The formula of the cost {name} is {formula}, for which or for whose derivative there is no code. Use the usual "
    "functions, max, min, abs and cases.",
    zh="代价函数 {name} 的公式是 {formula}，它或它的导数无法生成代码。请使用常见函数、max、min、abs 和分段。",
)
_UNDEFINED = Text(
    en="The formula {formula} of the cost {name} is not known to be real and finite near a = {a} for y = {y}. Say for "
    "which outputs it is defined: domain=sympy.Interval.open(…).",
    zh="代价函数 {name} 的公式 {formula} 在 y = {y}、a = {a} 附近未必是有限的实数。请说明它对哪些输出有定义："
    "domain=sympy.Interval.open(…)。",
)
_NO_SLOPE = Text(
    en="The derivative of the cost {name}, {formula}, is not known to be finite near a = {a} for y = {y}, and "
    "backpropagation begins with it.",
    zh="代价函数 {name}（{formula}）的导数在 y = {y}、a = {a} 附近未必是有限的，而反向传播正是从它开始的。",
)

delta = Symbol("delta", positive=True)
"""Where the Huber cost turns from a parabola into a line."""

costs: Catalogue[Cost] = Catalogue(
    Text(en="cost", zh="代价函数"),
    [
        Cost(
            checked=False,
            name="quadratic",
            title=Text(en="quadratic cost", zh="二次代价函数"),
            formula=(y - a) ** 2 / 2,
        ),
        Cost(
            checked=False,
            name="cross_entropy",
            title=Text(en="cross-entropy cost", zh="交叉熵代价函数"),
            formula=-(y * log(a) + (1 - y) * log(1 - a)),
            domain=Interval.open(0, 1),
            targets=Interval(0, 1),
        ),
        Cost(
            checked=False,
            name="log_likelihood",
            title=Text(en="log-likelihood cost", zh="对数似然代价函数"),
            formula=-y * log(a),
            domain=Interval.Lopen(0, 1),
            targets=Interval(0, 1),
        ),
        Cost(
            checked=False,
            name="huber",
            title=Text(en="Huber cost", zh="Huber 代价函数"),
            formula=Piecewise(
                (delta * (y - a) - delta**2 / 2, a - y < -delta),
                ((y - a) ** 2 / 2, a - y <= delta),
                (delta * (a - y) - delta**2 / 2, True),
            ),
            parameters=((delta, Rational(1)),),
        ),
    ],
)


def resolve(given: str | Cost) -> Cost:
    """The cost called `given`, or `given` itself if it is one; raises `UnknownName` otherwise."""
    return costs.find(given)
