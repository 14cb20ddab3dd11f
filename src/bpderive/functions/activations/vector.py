"""Activations of a whole layer at once, such as softmax: each output depends on the z of all neurons of the layer.

`VectorActivation(name=…, title=…, formula=…)` declares one by its component j, a formula in z^L_j and in sums over the
neurons of the layer. Its Jacobian follows, the Jacobian written by the outputs if it can be found, and the product with
it that carries an error back. What only a function of one number has is None here, and `why_unknown` says so.

    >>> from bpderive.functions.activations.catalogue import softmax
    >>> softmax.jacobian_from_output([1, 0])
    Matrix([
    [0, 0],
    [0, 0]])
    >>> softmax.numpy([800.0, 800.0]).tolist()
    [0.5, 0.5]
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import InitVar, dataclass
from functools import lru_cache
from typing import Any

import sympy
from sympy import Expr, ImmutableDenseMatrix, Rational, Sum, Symbol

from bpderive.errors import DomainError, Refuted, is_text, shown, unknown_name
from bpderive.functions.activations import jacobians, properties
from bpderive.functions.activations.elementwise import real_array
from bpderive.functions.activations.forms import exactly
from bpderive.functions.activations.layer_program import (
    LayerProgram,
    compiled_program,
    in_one,
    layer_program,
    letter,
)
from bpderive.functions.activations.variables import CACHE, a
from bpderive.later import np
from bpderive.letters.certificate import Certificate, timed
from bpderive.letters.expressions import declared, expression, pairs
from bpderive.letters.symbols import j, latex
from bpderive.letters.text import Text

Pairs = tuple[tuple[Expr, Expr], ...]

_NOT_OF_ONE = Text(
    en="each output depends on the weighted inputs of the whole layer, and this is asked of a function of one number",
    zh="每个输出都依赖整层的带权输入，而这一性质只对一元函数才有意义",
)

_NOT_BY_OUTPUTS = Text(
    en="The Jacobian of {name} was not found to be a function of its outputs, and the error is carried back by the "
    "outputs.",
    zh="没有找到用输出表示 {name} 雅可比矩阵的办法，而误差要用输出回传。",
)
_VALUES_WANTED = Text(
    en="An activation of a whole layer was given {given}. Give the values of all its neurons, a list or a column.",
    zh="给整层激活函数的是 {given}。请给出这一层所有神经元的值：一个列表或一列。",
)
_SMOOTH = Text(
    en="The formula {formula} of an activation is smooth; only its stable form has a greatest z.",
    zh="激活函数的公式 {formula} 应是光滑的；只有它的稳定形式才取最大的 z。",
)
_OTHER_JACOBIAN = Text(
    en="The Jacobian of {name} is not that of its formula for {count} neurons.",
    zh="有 {count} 个神经元时，{name} 的雅可比矩阵与公式的不符。",
)
_OTHER_FORM = Text(
    en="The stable form {form} is not the same as {formula}: for z = {point} its component {neuron} is {value} instead "
    "of {true}.",
    zh="稳定形式 {form} 与 {formula} 不同：当 z = {point} 时，它的第 {neuron} 个分量是 {value}，应为 {true}。",
)
_ROWS_WANTED = Text(
    en="An activation of a whole layer takes numbers, one row for each neuron; given were {given}.",
    zh="整层的激活函数需要数，每个神经元一行；给出的是 {given}。",
)

_POINTS = ((0, 0), (1, -2), (Rational(1, 3), 5, -7), (40, 41, 40), (3, -900, 2, 3), (-1000, 1000, 1000))
"""At which stable forms are compared with the formula: near, far apart, and equal."""


@dataclass(frozen=True, slots=True)
class VectorActivation:
    """An activation of a whole layer, declared by its component `formula`, in z(L)[j, 0] and sums of z(L)[k, 0] over k.

    `stable` has pairs of what is computed (`a` for the outputs, `log(a)` for their logarithms) and an expression that
    computes it without overflow. Raises `DomainError` for a formula in anything else.
    """

    name: str
    title: Text
    formula: Expr
    stable: Pairs = ()
    checked: InitVar[bool] = True
    """Whether the formulas are read when they are declared, or only by `check()`."""

    def __post_init__(self, checked: bool) -> None:
        declared(self.name, self.title)
        parts = [
            expression(part) for part in (self.formula, *(form for _, form in pairs(self.stable, "stable")))
        ]
        if checked is not False:
            for part in parts:
                layer_program(part, j, ("z",))

    def __repr__(self) -> str:
        return f"<activation {self.name} of a whole layer: {self.formula}>"

    @property
    def elementwise(self) -> bool:
        """Whether each output depends on its own z alone."""
        return False

    @property
    def latex(self) -> str:
        """The formula of a component in LaTeX, without dollar signs."""
        return latex(self.formula)

    def expr(self, weighted_inputs: Any) -> ImmutableDenseMatrix:
        """The outputs, shape (n, 1), for the z of the n neurons, given as a sequence or a column."""
        zs = _entries(weighted_inputs)
        return ImmutableDenseMatrix(in_one(self.formula_program, {letter("z"): zs}))

    def jacobian(self, weighted_inputs: Any = None) -> Any:
        """∂a_j/∂z_k by differentiation: the matrix (n, n) at n weighted inputs; without them, the entry in letters."""
        entry = jacobians.entry(self.formula)
        return entry if weighted_inputs is None else jacobians.table(entry, "z", _entries(weighted_inputs))

    def jacobian_from_output(self, outputs: Any = None) -> Any:
        """The Jacobian in terms of the outputs: a matrix at n outputs, or the entry in letters; None if not found."""
        entry = jacobians.by_output(self.formula)
        return entry if entry is None or outputs is None else jacobians.table(entry, "a", _entries(outputs))

    @property
    def pullback(self) -> Expr:
        """Σ_k ∂C/∂a_k ∂a_k/∂z_j, what the Jacobian makes of ∇_a C: the error of neuron j, by (37).

        Written by the outputs where the Jacobian is. Raises `DomainError` where it is not.
        """
        found = jacobians.pullback(self.formula)
        if found is None:
            raise DomainError(_NOT_BY_OUTPUTS.format(name=self.name))
        return found

    @property
    def sums_to_one(self) -> bool:
        """Whether the outputs sum to 1, whatever the z: whether the formula is a share of the sum of all its shares."""
        share, total = sympy.fraction(self.formula)
        return isinstance(total, Sum) and total.function.xreplace({total.limits[0][0]: j}) == share

    @property
    def formula_program(self) -> LayerProgram:
        """The outputs from z as the formula says, for exact numbers and many digits."""
        return layer_program(self.formula, j, ("z",))

    @property
    def pullback_program(self) -> LayerProgram:
        """Jᵀv from the outputs `a` and v, which is ∇_a C."""
        return layer_program(self.pullback, j, ("a", "v"))

    def program(self, wanted: Expr = a) -> LayerProgram:
        """The program of the outputs, or with `log(a)` of their logarithms, in stable form where one is declared."""
        forms = dict(self.stable)
        return layer_program(forms.get(wanted, expression(wanted).subs(a, self.formula)), j, ("z",))

    def has_stable(self, wanted: Expr) -> bool:
        """Whether a stable form of `wanted` is declared."""
        return any(declared == expression(wanted) for declared, _ in self.stable)

    def numpy(self, values: Any) -> Any:
        """The outputs in floating point; the rows of `values` are the neurons, shape (n,) or (n, m)."""
        return compiled_program(self.program())(_array(values))

    def numpy_pullback(self, outputs: Any, values: Any) -> Any:
        """Jᵀv in floating point, from the outputs; both of shape (n,) or (n, m)."""
        return compiled_program(self.pullback_program)(_array(outputs), _array(values))

    def numpy_jacobian(self, values: Any) -> Any:
        """The Jacobian (n, n) in floating point at n weighted inputs."""
        outputs = self.numpy(values)
        return self.numpy_pullback(outputs[:, None], np.eye(len(outputs))).T

    @property
    def range(self) -> sympy.Set | None:
        """The set of all values of one output, in layers of at least two neurons; None if it is not known."""
        low, high = self.limits
        if low is None or high is None or not self.monotone:
            return None
        return sympy.Interval.open(*sorted((low, high)))

    @property
    def limits(self) -> tuple[Expr | None, Expr | None]:
        """The limits of a_j for z_j → −∞ and z_j → ∞, the other z being fixed; None where none was found."""
        found, own = _along_own(self.formula)
        ends: list[Expr | None] = []
        for point in (0, sympy.oo):
            end = sympy.limit(found, own, point)
            ends.append(end if end.is_number else None)
        return ends[0], ends[1]

    @property
    def monotone(self) -> bool | None:
        """Whether a_j never falls or never rises with its own z_j, the others being fixed; None if not known."""
        found, own = _along_own(self.formula)
        slope = sympy.factor(sympy.diff(found, own))
        return True if slope.is_nonnegative or slope.is_nonpositive else None

    @property
    def kinks(self) -> tuple[Expr, ...]:
        """None: the formula is smooth."""
        return ()

    def derivative(self, argument: Any = None) -> None:
        """None: there is a Jacobian in its place."""

    def derivative_from_output(self, outputs: Any = None) -> None:
        """None: there is `jacobian_from_output` in its place."""

    @property
    def odd(self) -> None:
        """None, as for every property of a function of one number."""

    even = max_slope = slope_range = tails = inflections = odd

    def why_unknown(self, name: str) -> Text | None:
        """Why the property `name` is None; None if it is known. Raises `UnknownName`."""
        if not is_text(name) or name not in properties.PROPERTIES:
            raise unknown_name(properties.PROPERTY, name, properties.PROPERTIES)
        return None if getattr(self, name) is not None else _NOT_OF_ONE

    @timed
    def check(self) -> Certificate:
        """Check the Jacobian in terms of the outputs, the product with it and the stable forms; raises `Refuted`."""
        _confirm_jacobian(self)
        for wanted, form in self.stable:
            _compare(wanted.subs(a, self.formula), form)
        return Certificate(self.name, ("exact", "numeric"))


def _entries(given: Any) -> list[Expr]:
    """The entries of a sequence or of a column."""
    if not isinstance(given, Sequence | sympy.MatrixBase) or isinstance(given, str) or len(given) == 0:
        raise DomainError(_VALUES_WANTED.format(given=shown(given)))
    return [expression(entry) for entry in given]


def _array(values: Any) -> Any:
    array = real_array(values)
    if array.ndim == 0 or not array.size:
        raise DomainError(_ROWS_WANTED.format(given=shown(values)))
    return array.astype(np.float64) if array.dtype.itemsize < 8 or array.dtype.kind != "f" else array


@lru_cache(CACHE)
def _along_own(formula: Expr) -> tuple[Expr, Symbol]:
    """a_j as a function of exp(z_j) alone: what the other neurons add to a sum is a positive number."""
    own, others = Symbol("E", positive=True), Symbol("R", positive=True)
    program = layer_program(formula, j, ("z",))
    if any(line.over == "max" for line in program.lines):
        raise DomainError(_SMOOTH.format(formula=formula))
    known: dict[Symbol, Expr] = {}
    for line in program.lines:
        value = line.expression.xreplace(known).xreplace({sympy.exp(letter("z")): own})
        known[line.symbol] = value if line.over is None else value + others
    return program.result.xreplace(known).xreplace({sympy.exp(letter("z")): own}), own


def _confirm_jacobian(activation: VectorActivation) -> None:
    """Decide exactly, for layers of two and three neurons, the Jacobian by the outputs and the product with it."""
    for count in (2, 3):
        zs = [Symbol(f"z{n}", real=True) for n in range(count)]
        powers = {z: sympy.log(Symbol(f"E{n}", positive=True)) for n, z in enumerate(zs)}
        outputs = list(activation.expr(zs))
        true = activation.jacobian(zs)
        direct = ImmutableDenseMatrix(outputs).jacobian(zs)
        written = activation.jacobian_from_output(outputs)
        vs = [Symbol(f"v{n}", real=True) for n in range(count)]
        back = in_one(activation.pullback_program, {letter("a"): outputs, letter("v"): vs})
        wrong = [
            *(true - direct),
            *(written - direct),
            *(ImmutableDenseMatrix(back) - direct.T * ImmutableDenseMatrix(vs)),
        ]
        if any(sympy.cancel(sympy.together(entry.subs(powers))) != 0 for entry in wrong):
            raise Refuted(_OTHER_JACOBIAN.format(name=activation.name, count=count))


@lru_cache(CACHE)
def _compare(formula: Expr, form: Expr) -> None:
    """Compare a stable form with the formula in many digits; raises `Refuted` with the place where it differs."""
    for point in _POINTS:
        given = {letter("z"): [sympy.sympify(value) for value in point]}
        pairs = zip(*(in_one(layer_program(part, j, ("z",)), given) for part in (formula, form)), strict=True)
        for neuron, (expected, found) in enumerate(pairs):
            true, value = sympy.N(expected, 60), sympy.N(exactly(found).doit(), 60)
            if abs(true - value) > abs(true) * Rational(1, 10**40) and max(abs(true), abs(value)) > Rational(
                1, 2**1100
            ):
                text = _OTHER_FORM.format(
                    form=form,
                    formula=formula,
                    point=point,
                    neuron=neuron + 1,
                    value=sympy.N(value, 8),
                    true=sympy.N(true, 8),
                )
                raise Refuted(text, counterexample={"z": point, "expected": true, "found": value})
