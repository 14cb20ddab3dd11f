"""The judge: derivatives of the composed network, found without backpropagation.

`Truth(sizes)` is a network of these sizes whose weights, biases, inputs, activations a^l_j, slopes σ′(z^l_j)
and, for an arbitrary cost, derivatives ∂C/∂a^L_m are independent unknowns; every quantity is an exact
polynomial in them. They are independent because the biases are free, which makes the z^l_j free, and because
σ^l_j is arbitrary, which makes its value and its slope at z^l_j free. `derivative(of, by)` moves a small change
of `by` *forwards* through the network.

With `whole` the output layer has one function of all its z^L_j, as softmax is: the entries ∂a^L_k/∂z^L_j of its
Jacobian are then unknowns in the place of σ′, or, where `output` says which function it is, polynomials in the
outputs.

`differentiate_directly` is a second judge: it composes the network into one SymPy expression and calls `sympy.diff`.
This module knows nothing of proofs, backpropagation or paths, and may not: they are what it judges.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cache
from math import prod
from typing import Any

import sympy
from sympy import Expr, Function, Symbol

from bpderive.errors import DomainError, NetworkError
from bpderive.functions.activations import Activation, AnyActivation, VectorActivation
from bpderive.functions.costs import Cost
from bpderive.judge.polynomials import Polynomial, added, constant, unknown
from bpderive.letters.symbols import Sigma, SigmaPrime, joined_indices
from bpderive.letters.text import Text

Component = tuple[Any, ...]
"""("w", l, j, k), ("b", l, j), ("z", l, j), ("a", l, j), ("y", L, j), or ("C",); layers from 1, neurons from 0."""

COST: Component = ("C",)

Tangent = dict[int, Polynomial]


def name(key: Component) -> str:
    """How an unknown is written, neurons counted from 1: w^2_13, σ'(z^2_1), ∂C/∂a^3_2."""
    letter, *rest = key
    if letter == "σ":
        order, layer, neuron, argument = rest
        if argument is None:
            return f"σ{chr(39) * order}(z^{layer}_{neuron + 1})"
        return f"σ^{layer}_{neuron + 1}{chr(39) * order}({argument.written(name)})"
    if letter == "J":
        layer, output, source = rest
        return f"∂a^{layer}_{output + 1}/∂z^{layer}_{source + 1}"
    if not rest:
        return str(letter)
    layer, *indices = rest
    place = f"^{layer}_{joined_indices([str(i + 1) for i in indices])}"
    return f"∂C/∂a{place}" if letter == "g" else f"{letter}{place}"


NO_LETTER = Text(
    en="{name} does not exist: a network has no {letter}", zh="{name} 不存在：网络没有 {letter} 这样的量"
)
NO_LAYER = Text(
    en="{name} does not exist: the network {sizes} has no such layer of {letter}",
    zh="{name} 不存在：网络 {sizes} 没有这一层的 {letter}",
)
NO_NEURON = Text(
    en="{name} does not exist: layer {layer} has {count} neurons",
    zh="{name} 不存在：第 {layer} 层有 {count} 个神经元",
)
OF_WHOLE_LAYER = Text(
    en="{name} does not exist: the outputs are a function of the whole layer",
    zh="{name} 不存在：输出是整层的函数",
)
_ARBITRARY_COST = Text(
    en="the value of an arbitrary cost is no polynomial; only its derivatives are unknowns",
    zh="任意代价函数的值不是多项式；只有导数是未知量",
)
_NO_POLYNOMIAL = Text(
    en="{formula} is no polynomial in the output and the desired output, so statements about this cost are "
    "not decided exactly. Decide them for an arbitrary cost, or for one that is a polynomial.",
    zh="{formula} 不是输出与目标输出的多项式，因此关于这个代价函数的命题无法精确判定。"
    "请对任意代价函数判定，或换成多项式的代价函数。",
)
_NO_JACOBIAN = Text(
    en="The Jacobian of {name} is no polynomial in the outputs, so statements about it are not decided exactly. "
    "Decide them for an arbitrary function of the whole layer.",
    zh="{name} 的雅可比矩阵不是输出的多项式，因此有关命题无法精确判定。请对整层的任意函数判定。",
)


@dataclass(slots=True)
class Truth:
    """A network of unknowns; `cost` is None when the cost is arbitrary.

    `whole` is whether the activation of the output layer is a function of all its z; `output` which one it has, or None
    for an arbitrary one.
    """

    sizes: tuple[int, ...]
    cost: Cost | None = None
    whole: bool = False
    output: AnyActivation | None = None
    _weighted: dict[tuple[int, int], Polynomial] = field(default_factory=dict)
    _derivatives: dict[tuple[Component, Component], Polynomial] = field(default_factory=dict)

    @property
    def depth(self) -> int:
        """L."""
        return len(self.sizes)

    def require(self, component: Component) -> None:
        """Raise `NetworkError` if the network has no such component."""
        letter, layer, *indices = component
        if letter not in ("w", "b", "z", "a", "y", "delta"):
            raise NetworkError(NO_LETTER.format(name=name(component), letter=letter))
        first = 1 if letter in ("a", "y") else 2
        counts = [layer, layer - 1] if letter == "w" else [layer]
        if not first <= layer <= self.depth or (letter == "y" and layer != self.depth):
            raise NetworkError(NO_LAYER.format(name=name(component), sizes=self.sizes, letter=letter))
        for index, at in zip(indices, counts, strict=True):
            if not 0 <= index < self.sizes[at - 1]:
                count = self.sizes[at - 1]
                raise NetworkError(NO_NEURON.format(name=name(component), layer=at, count=count))

    def value(self, component: Component) -> Polynomial:
        """The component as a polynomial; raises `NetworkError` if it does not exist."""
        if component == COST:
            return self._cost_value()
        self.require(component)
        if component[0] == "z":
            return self._weighted_input(component[1], component[2])
        if component[0] == "a" and component[1] == self.depth and self._outputs_sum_to_one():
            last = self.sizes[-1] - 1
            if component[2] == last:  # the other outputs are independent, and this one is what they leave
                return 1 - added(unknown(("a", self.depth, m)) for m in range(last))
        if component[0] == "y" and self.cost is not None:
            return self._target(component[2])
        return unknown(component)

    def slope(self, layer: int, neuron: int) -> Polynomial:
        """σ′(z^l_j); raises `NetworkError` in an output layer that has one function for all its neurons."""
        if self.whole and layer == self.depth:
            raise NetworkError(OF_WHOLE_LAYER.format(name=name(("σ", 1, layer, neuron, None))))
        if isinstance(self.output, Activation) and layer == self.depth:
            out = Symbol("out", real=True)
            by_output = self.output.derivative_from_output(out)
            if by_output is not None and by_output.is_polynomial(out):
                return _put(by_output, [out], [self.value(("a", layer, neuron))])
        return unknown(("σ", 1, layer, neuron, None))

    def jacobian(self, of: int, by: int) -> Polynomial:
        """∂a^L_k/∂z^L_j of an output layer that has one function for all its neurons."""
        if self.output is None or isinstance(self.output, Activation):
            return unknown(("J", self.depth, of, by))
        outputs = sympy.symbols(f"out0:{self.sizes[-1]}", real=True)
        table = self.output.jacobian_from_output(list(outputs))
        if table is None or not table[of, by].is_polynomial(*outputs):
            raise DomainError(_NO_JACOBIAN.format(name=self.output.name))
        values = [self.value(("a", self.depth, m)) for m in range(self.sizes[-1])]
        return _put(table[of, by], outputs, values)

    def _outputs_sum_to_one(self) -> bool:
        return isinstance(self.output, VectorActivation) and self.output.sums_to_one

    def cost_slope(self, neuron: int) -> Polynomial:
        """∂C/∂a^L_m, of neuron m of the output layer."""
        if self.cost is None:
            return unknown(("g", self.depth, neuron))
        if self._target_by_slope() is not None:
            return unknown(("g", self.depth, neuron))
        return self._of_output(lambda cost, out, wanted: cost.derivative(out, wanted), neuron)

    def _target_by_slope(self) -> tuple[Expr, tuple[Symbol, Symbol]] | None:
        """y as a polynomial in a and ∂C/∂a, where ∂C/∂a is none in a and y; None where this is not needed or not so.

        The y are free, so that the ∂C/∂a are: they may be the unknowns as well, −y/a = g being y = −a g.
        """
        out, wanted, slope = sympy.symbols("out wanted slope", real=True)
        assert self.cost is not None
        found = self.cost.derivative(out, wanted)
        if found.is_polynomial(out, wanted) or not found.is_rational_function(out, wanted):
            return None
        solved = sympy.solve(found - slope, wanted)
        if len(solved) != 1 or not sympy.expand(solved[0]).is_polynomial(out, slope):
            return None
        return sympy.expand(solved[0]), (out, slope)

    def _target(self, neuron: int) -> Polynomial:
        """y_m, by the outputs and ∂C/∂a^L_m where these are the unknowns."""
        found = self._target_by_slope()
        if found is None:
            return unknown(("y", self.depth, neuron))
        expression, letters = found
        return _put(expression, letters, [self.value(("a", self.depth, neuron)), self.cost_slope(neuron)])

    def derivative(self, of: Component, by: Component) -> Polynomial:
        """∂of/∂by, the other neurons of by's layer held fixed; raises `NetworkError` if one of them does not exist."""
        known = self._derivatives.get((of, by))
        if known is None:
            known = self._derivatives[of, by] = self._forward(of, by)
        return known

    def _forward(self, of: Component, by: Component) -> Polynomial:
        self.require(by)
        if of != COST:
            self.require(of)
        if of[0] == "delta":
            raise TypeError(f"derivatives of errors, here of {name(of)}, are not decided.")
        if of[0] not in ("C", "z", "a"):
            return constant(int(of == by))
        kind, layer, change = self._small_change(by)
        last_kind, last = ("a", self.depth) if of == COST else of[:2]
        while (kind, layer) != (last_kind, last):
            if kind == "z":
                kind, change = "a", self._activate(layer, change)
            else:
                layer, kind = layer + 1, "z"
                if layer > last:
                    return constant(0)
                change = self._weigh(layer, change)
            if layer > last:
                return constant(0)
        if of == COST:
            return added(self.cost_slope(m) * moved for m, moved in change.items())
        return change.get(of[2], constant(0))

    def _small_change(self, by: Component) -> tuple[str, int, Tangent]:
        """What a unit change of `by` changes first: "z" or "a", its layer, and by how much for which neuron."""
        letter, layer, neuron = by[:3]
        if letter == "w":
            return "z", layer, {neuron: unknown(("a", layer - 1, by[3]))}
        if letter in ("b", "z"):
            return "z", layer, {neuron: constant(1)}
        if letter == "a":
            return "a", layer, {neuron: constant(1)}
        raise TypeError(f"derivatives by {name(by)} are not decided: only those by w, b, z and a are.")

    def _activate(self, layer: int, weighted: Tangent) -> Tangent:
        if not (self.whole and layer == self.depth):
            return {j: self.slope(layer, j) * moved for j, moved in weighted.items()}
        return {
            k: added(self.jacobian(k, j) * moved for j, moved in weighted.items())
            for k in range(self.sizes[-1])
        }

    def _weigh(self, layer: int, active: Tangent) -> Tangent:
        rows = range(self.sizes[layer - 1])
        return {j: added(unknown(("w", layer, j, k)) * moved for k, moved in active.items()) for j in rows}

    def _weighted_input(self, layer: int, neuron: int) -> Polynomial:
        known = self._weighted.get((layer, neuron))
        if known is None:
            terms = [
                unknown(("w", layer, neuron, k)) * unknown(("a", layer - 1, k))
                for k in range(self.sizes[layer - 2])
            ]
            known = self._weighted[layer, neuron] = added([*terms, unknown(("b", layer, neuron))])
        return known

    def _cost_value(self) -> Polynomial:
        if self.cost is None:
            raise NetworkError(_ARBITRARY_COST)
        return added(
            self._of_output(lambda cost, out, wanted: cost.term(out, wanted), m)
            for m in range(self.sizes[-1])
        )

    def _of_output(self, formula: Any, neuron: int) -> Polynomial:
        """A formula in a and y, which must be a polynomial in them, at a neuron of the output layer."""
        out, wanted = sympy.symbols("out wanted", real=True)
        found = formula(self.cost, out, wanted)
        if not found.is_polynomial(out, wanted):
            raise DomainError(_NO_POLYNOMIAL.format(formula=found))
        return _put(found, (out, wanted), [self.value((letter, self.depth, neuron)) for letter in ("a", "y")])


def _put(expression: Expr, letters: Sequence[Symbol], values: Sequence[Polynomial]) -> Polynomial:
    """A polynomial expression with polynomials put for its letters."""
    return added(
        prod(
            (value**power for value, power in zip(values, powers, strict=True)),
            start=constant(_fraction(coefficient)),
        )
        for powers, coefficient in sympy.Poly(expression, *letters).terms()
    )


def _fraction(number: Expr) -> Fraction:
    return Fraction(int(number.p), int(number.q))


class _Cost(Function):
    """C as a function of all output activations; its derivatives are symbols of their own."""

    def fdiff(self, argindex: int = 1) -> Expr:
        return Symbol(f"g_{argindex - 1}")


class _Output(Function):
    """a^L_k as a function of k and of all z^L_j; its derivatives by these are symbols of their own."""

    def fdiff(self, argindex: int = 1) -> Expr:
        return Symbol(f"J_{self.args[0]}_{argindex - 2}") if argindex > 1 else sympy.Integer(0)


@cache
def differentiate_directly(
    sizes: tuple[int, ...],
    by: Component,
    of: Component = COST,
    path: tuple[int, ...] | None = None,
    whole: bool = False,
) -> Polynomial:
    """∂of/∂by by `sympy.diff` of the network written as one expression; `by` is a weight or a bias, `of` C or
    some a^l_j or z^l_j.

    σ^l_j is a function of its own for each neuron and C is arbitrary, as in `Truth`, whose unknowns the result
    uses. With `path`, one neuron for each layer from that of `by`, all others are frozen: the change that
    equation (51) speaks of. With `whole`, the outputs are a function of all the z^L_j, without a path.
    """
    letters: dict[Symbol, Component] = {}

    def letter(*key: Any) -> Symbol:
        symbol = Symbol("_".join(map(str, key)))
        letters[symbol] = key
        return symbol

    active = [letter("a", 1, k) for k in range(sizes[0])]
    last = len(sizes) if of == COST else of[1]
    for layer in range(2, last + 1):
        before = active
        active = []
        if whole and layer == len(sizes):
            zs = [
                sum((letter("w", layer, j, k) * a for k, a in enumerate(before)), letter("b", layer, j))
                for j in range(sizes[-1])
            ]
            active = [_Output(k, *zs) for k in range(sizes[-1])]
            break
        for j in range(sizes[layer - 1]):
            terms = [letter("w", layer, j, k) * a for k, a in enumerate(before)]
            frozen = path is not None and layer >= by[1] and path[layer - by[1]] != j
            active.append(
                letter("a", layer, j) if frozen else Sigma(layer, j, sum(terms, letter("b", layer, j)))
            )
    whole = _Cost(*active) if of == COST else active[of[2]]
    if of[0] == "z":
        frozen = not isinstance(whole, Sigma)
        whole = sympy.Integer(0) if frozen else whole.args[2]
    result = sympy.diff(whole, letter(*by))
    result = result.replace(SigmaPrime, lambda layer, j, _: letter("σ", 1, int(layer), int(j), None))
    result = result.replace(Sigma, lambda layer, j, _: letter("a", int(layer), int(j)))
    result = result.replace(_Output, lambda k, *_: letter("a", len(sizes), int(k)))
    for m in range(sizes[-1]):
        letters[Symbol(f"g_{m}")] = ("g", len(sizes), m)
        letters |= {Symbol(f"J_{m}_{r}"): ("J", len(sizes), m, r) for r in range(sizes[-1])}
    variables = sorted(result.free_symbols, key=str)
    if not variables:
        return constant(_fraction(result))
    return added(
        _monomial(coefficient, powers, [unknown(letters[v]) for v in variables])
        for powers, coefficient in sympy.Poly(result, *variables).terms()
    )


def _monomial(coefficient: Expr, powers: tuple[int, ...], variables: list[Polynomial]) -> Polynomial:
    product = constant(_fraction(coefficient))
    for variable, power in zip(variables, powers, strict=True):
        product = product * variable**power
    return product
