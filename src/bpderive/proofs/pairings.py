"""Which activation of the output layer goes with which cost: the pairs for which σ′ cancels in δ^L.

`cancelled(activation, cost)` is δ^L by the outputs a and the desired outputs y where the slope, or the Jacobian, of the
activation cancels against the cost's derivative, and None where it does not; compiled code and `gradient` use it.

    >>> from bpderive.functions.activations import activations
    >>> from bpderive.functions.costs import costs
    >>> print(cancelled(activations["sigmoid"], costs["cross_entropy"]))
    a - y
    >>> print(cancelled(activations["softmax"], costs["log_likelihood"]))
    total = sum(y)
    a*total - y
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache, lru_cache

import sympy
from sympy import Expr, Sum

from bpderive.errors import UnknownName
from bpderive.functions.activations import AnyActivation, VectorActivation, activations
from bpderive.functions.activations.layer_program import LayerProgram, layer_program, letter
from bpderive.functions.choices import stays_in
from bpderive.functions.costs import Cost, costs
from bpderive.functions.costs import a as output
from bpderive.letters.certificate import Certificate, timed
from bpderive.letters.statements import TARGETS_SUM_TO_ONE, WHOLE, Statement, equation
from bpderive.letters.symbols import C, L, Partial, SigmaPrime, a, delta, j, k, latex, plain, quantity, y, z
from bpderive.letters.text import Text
from bpderive.proofs import Derivation, Move, calculated, derivation, derive
from bpderive.proofs.algebra_rules import Cancel, shortest
from bpderive.proofs.definitions import OUTPUT, cost_in_components
from bpderive.proofs.rules import ByEquation, Differentiate
from bpderive.proofs.whole_layer import ALL, bp1_of_whole_layer, jacobian


@dataclass(frozen=True, slots=True)
class Pairing:
    """An output activation with a cost that is defined for its values, and the δ^L that they give together.

    `derivation` leads from (BP1), or where the outputs are a function of the whole layer from (37), to `error`, δ^L_j.
    `cancels` is whether the slope of the activation, or its Jacobian, cancels in it, None where that is not known.
    `under_condition` is a derivation of a^L_j − y_j from an assumption, and `condition` says which; None where a^L_j −
    y_j needs none, or is not what comes out.
    """

    activation: AnyActivation
    cost: Cost
    cancels: bool | None
    derivation: Derivation
    condition: Text | None = None
    under_condition: Derivation | None = None

    @property
    def error(self) -> Expr:
        """δ^L_j."""
        return self.derivation.statement.rhs

    @property
    def is_difference(self) -> bool:
        """Whether δ^L_j is a^L_j − y_j, with no assumption."""
        return bool(sympy.expand(self.error - _DIFFERENCE) == 0)

    def latex(self) -> str:
        """δ^L_j = …, without dollar signs."""
        return self.derivation.statement.latex()

    @timed
    def check(self) -> Certificate:
        """Derive everything again; raises `StepError` at a line that does not follow."""
        for found in (self.derivation, self.under_condition):
            if found is not None:
                found.check()
        return Certificate(self.derivation.number, ("general",))

    def __str__(self) -> str:
        return f"{self.activation.name} with {self.cost.name}: {plain(self.latex())}"

    def _repr_latex_(self) -> str:
        return rf"$\displaystyle {self.latex()}$"


_DIFFERENCE = a(L)[j, 0] - y(L)[j, 0]

_SUM_IS_ONE = Text(en="the desired outputs sum to 1: ${sum} = 1$", zh="目标输出之和为 1：${sum} = 1$")


@cache
def pairings() -> tuple[Pairing, ...]:
    """Every permitted pair of the catalogues: those whose outputs the cost is defined for, cost by cost."""
    return tuple(
        pairing(activation.name, cost.name)
        for cost in costs.values()
        for activation in activations.values()
        if stays_in(activation, cost)
    )


def pairing(activation: str, cost: str) -> Pairing:
    """Return the pair of an activation and a cost of the catalogues; raises `UnknownName` for a name in neither.

    The cost must be defined for the outputs of the activation, as `pairings()` has them.
    """
    return _pairing(activations[activation].name, costs[cost].name)


@cache
def _pairing(activation: str, cost: str) -> Pairing:
    function, charged = activations[activation], costs[cost]
    if not stays_in(function, charged):
        raise UnknownName(
            Text(
                en="{activation} and {cost} are no pair: {cost} is defined for outputs in {domain}, and {activation} "
                "takes, or is rounded to, values outside of it.",
                zh="{activation} 与 {cost} 不能搭配：{cost} 只在输出属于 {domain} 时有定义，"
                "而 {activation} 会取到（或舍入为）其外的值。",
            ).format(activation=activation, cost=cost, domain=plain(charged.domain))
        )
    if isinstance(function, VectorActivation):
        return _of_whole_layer(function, charged)
    of_cost = cost_in_components(charged.name, k)
    moves = [
        Move(ByEquation("BP1", derivation("BP1").statement)),
        Move(Differentiate(C, a(L)[j, 0], (of_cost,))),
    ]
    slope = SigmaPrime(L, j, z(L)[j, 0])
    by_output = function.derivative_from_output(a(L)[j, 0])
    if by_output is not None and not by_output.has(sympy.Piecewise):
        known = equation(slope, by_output, over=OUTPUT, output=function.name)
        moves.append(Move(ByEquation("slope", known)))
    found = _calculated(function, charged, moves)
    return Pairing(function, charged, _cancels(function, charged), found)


def _calculated(function: AnyActivation, cost: Cost, moves: list[Move]) -> Derivation:
    """What comes out of the moves for δ^L_j, in its shortest form."""
    start = equation(delta(L)[j, 0], delta(L)[j, 0], over=OUTPUT, cost=cost.name, output=function.name)
    number, title = f"{function.name}, {cost.name}", _title(function, cost)
    found = calculated(number, title, start, moves)
    if shortest(found.statement.rhs) == found.statement.rhs:
        return found
    return calculated(number, title, start, [*moves, Move(Cancel())])


def _cancels(function: AnyActivation, cost: Cost) -> bool | None:
    """Return whether the slope cancels; None where the output does not give the slope, and the cost divides."""
    if cancelled(function, cost) is not None:
        return True
    divides = sympy.fraction(sympy.cancel(cost.derivative()))[1].has(output) if not _pieces(cost) else False
    by_output = function.derivative_from_output(output)
    known = isinstance(function, VectorActivation) or by_output is not None
    return False if known or not divides else None


def _pieces(cost: Cost) -> bool:
    return bool(cost.derivative().has(sympy.Piecewise))


def _title(function: AnyActivation, cost: Cost) -> Text:
    return Text(
        en="The output error for {activation} and the {cost}", zh="{activation}与{cost}的输出误差"
    ).format(activation=function.title, cost=cost.title)


def _of_whole_layer(function: VectorActivation, cost: Cost) -> Pairing:
    """The pair by (37), the Jacobian of the activation and the derivative of the cost."""
    moves = [
        Move(ByEquation("37", bp1_of_whole_layer().statement)),
        Move(ByEquation("jacobian", jacobian(function).statement)),
        Move(Cancel(_ONE_TERM)),
        Move(_taken(cost, j)),
        Move(_taken(cost, k)),
    ]
    found = _calculated(function, cost, moves)
    error = found.statement.rhs
    total = Sum(y(L)[k, 0], ALL)
    under = _given_sum_of_one(found, function, cost) if error.has(total) else None
    condition = None if under is None else _SUM_IS_ONE.format(sum=latex(total))
    return Pairing(function, cost, _cancels(function, cost), found, condition, under)


_ONE_TERM = Text(
    en="multiply out; $\\mathbb{1}[j=k]$ keeps one term of its sum",
    zh="乘开；含 $\\mathbb{1}[j=k]$ 的求和只剩一项",
)


def _taken(cost: Cost, neuron: sympy.Symbol) -> Differentiate:
    """The derivative of the cost by the output of a neuron."""
    index = sympy.Symbol("m", integer=True, nonnegative=True)
    of_cost = replace(
        cost_in_components(cost.name, index), output=WHOLE
    )  # what C is has nothing to do with σ
    return Differentiate(C, a(L)[neuron, 0], (of_cost,))


def _given_sum_of_one(found: Derivation, function: VectorActivation, cost: Cost) -> Derivation | None:
    """a^L_j − y_j where the y_k sum to 1; None if that is not what comes out."""
    total = Sum(y(L)[k, 0], ALL)
    if sympy.expand(found.statement.rhs.xreplace({total: sympy.Integer(1)}) - _DIFFERENCE) != 0:
        return None
    about = {"cost": cost.name, "output": function.name, "given": TARGETS_SUM_TO_ONE}
    known = Statement((total, sympy.Integer(1)), **about)  # type: ignore[arg-type]  # names of fields
    return derive(
        f"{function.name}, {cost.name}, {TARGETS_SUM_TO_ONE}",
        _title(function, cost),
        equation(delta(L)[j, 0], _DIFFERENCE, over=OUTPUT, **about),
        [Move(ByEquation("pair", found.statement)), Move(ByEquation("targets", known))],
    )


@lru_cache(256)
def cancelled(activation: AnyActivation, cost: Cost) -> LayerProgram | None:
    """δ^L by `a` and `y` where σ′ cancels, as a program of the whole layer; None where it does not."""
    if isinstance(activation, VectorActivation):
        error = cancelled_in_layer(activation, cost)
        return None if error is None else layer_program(error, j, ("a", "y"))
    found = cost.cancelled_error(activation.derivative_from_output(output), letter("a"), letter("y"))
    return None if found is None else LayerProgram((letter("a"), letter("y")), (), found)


def cancelled_in_layer(activation: VectorActivation, cost: Cost) -> Expr | None:
    """δ^L_j = Σ_k ∂C/∂a_k ∂a_k/∂z_j, if all that the cost divides by cancels in it."""
    slope = cost.derivative()
    if slope.has(sympy.Piecewise) or not sympy.fraction(sympy.cancel(slope))[1].has(output):
        return None
    error = sympy.expand(_with_cost(activation.pullback, cost))
    sums = {total: sympy.Dummy() for total in error.atoms(Sum)}
    parts = [error.xreplace(sums), *(total.function for total in sums)]
    divided = any(not sympy.fraction(sympy.together(part))[1].is_number for part in parts)
    return None if divided else error


def _with_cost(expression: Expr, cost: Cost) -> Expr:
    """The expression with every ∂C/∂a^L_k taken of the cost, and the products under a sum cancelled."""

    def taken(slope: Partial) -> Expr:
        found = quantity(slope.by)
        assert found is not None
        return cost.derivative(a(L)[found[1][0], 0], y(L)[found[1][0], 0])

    put = expression.xreplace({part: taken(part) for part in expression.atoms(Partial) if part.of == C})
    return put.replace(
        lambda part: isinstance(part, Sum),
        lambda total: Sum(sympy.cancel(total.function), *total.limits),
    )
