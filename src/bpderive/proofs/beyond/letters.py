"""The letters of networks whose layers are connected in any way: w^{l,r}, P^{l,r}, G^l, ∂⁺, C^[t] and θ_p.

Those of shared weights and of layers that mix: the kernel K^l, the weights W of every step, μ^l and s^l.

Layers are numbered in the order in which they are computed, so that a layer reads earlier layers only. What is not
connected has weights that are zero and stay zero.
"""

from __future__ import annotations

from typing import Any

import sympy
from sympy import Expr, Function, Integer, MatrixExpr, MatrixSymbol
from sympy.core.symbol import Str
from sympy.matrices.expressions.matexpr import MatrixElement

from bpderive.letters.symbols import L, LayerArray, LetteredArray, Width, joined_indices, layer_array

r, t = sympy.symbols("r t", integer=True, positive=True)
"""Layers: r is read by l or reads it; t is the last layer that is held fixed."""

NUMBER_OF_PARAMETERS = sympy.Symbol("N", integer=True, positive=True)
"""How many parameters θ_p there are."""


def gradient_of_layer(layer: Any) -> LayerArray:
    """G^l, shape (n_l, 1): ∂C/∂a^l."""
    return layer_array("G", layer)


class Between(LetteredArray):
    """w^{l,r} or P^{l,r}, shape (n_l, n_r): what leads from layer r to layer l; args (letter, l, r, n_l, n_r)."""

    def __new__(cls, letter: str | Str, layer: Any, read: Any, *_: Any) -> Between:
        """The matrix; what follows the layers is its shape, which they determine."""
        name = letter if isinstance(letter, Str) else Str(letter)
        layer, read = sympy.sympify(layer), sympy.sympify(read)
        made: Between = MatrixExpr.__new__(cls, name, layer, read, Width(layer), Width(read))
        return made

    @property
    def read(self) -> Expr:
        """r, the layer that is read."""
        return self.args[2]

    def _entry(self, row: Any, column: Any, **_: Any) -> Expr:
        return BetweenElement(self, row, column)

    def _sympystr(self, printer: Any) -> str:
        return self.name

    def _latex(self, printer: Any, **_: Any) -> str:
        return rf"{self.letter}^{{{_layer(printer, self.layer)},{_layer(printer, self.read)}}}"


class BetweenElement(MatrixElement):
    """w^{l,r}_jk or P^{l,r}_jk."""

    rank_in_product = 4

    def _latex(self, printer: Any, **_: Any) -> str:
        indices = [printer._index(self.i), printer._index(self.j)]
        return rf"{printer._print(self.parent)}_{{{joined_indices(indices)}}}"


class Parameters(MatrixSymbol):
    """θ, shape (N, 1), that the weights are functions of, or W, shape (n, n), the weights of every step."""

    def _entry(self, row: Any, column: Any, **_: Any) -> Expr:
        return Parameter(self, row, column)

    def _latex(self, printer: Any, **_: Any) -> str:
        return rf"\{self.name}" if len(self.name) > 1 else self.name


class Parameter(MatrixElement):
    """θ_p or W_jk."""

    rank_in_product = 4

    def _latex(self, printer: Any, **_: Any) -> str:
        indices = [self.i] if self.parent.shape[1] == 1 else [self.i, self.j]
        return rf"{printer._print(self.parent)}_{{{joined_indices([printer._index(x) for x in indices])}}}"


class Mean(Function):
    """μ^l, the mean of the z^l_i."""

    nargs = (1,)
    is_real = True
    is_letter = True

    def _latex(self, printer: Any, exp: Any = None, **_: Any) -> str:
        return rf"\mu^{{{_layer(printer, self.args[0])}}}"


class Spread(Function):
    """s^l, the root of their variance and ε."""

    nargs = (1,)
    is_positive = True
    is_letter = True

    def _latex(self, printer: Any, exp: Any = None, **_: Any) -> str:
        shown = rf"s^{{{_layer(printer, self.args[0])}}}"
        return shown if exp is None else rf"(s^{{{_layer(printer, self.args[0])}}})^{{{exp}}}"


class Direct(Expr):
    """∂⁺of/∂by: the derivative by what `of` reads itself, every other layer being held fixed; args (of, by)."""

    is_commutative = True
    rank_in_product = 3

    def __new__(cls, of: Any, by: Any) -> Direct:
        """The derivative, written down but not taken."""
        made: Direct = Expr.__new__(cls, sympy.sympify(of), sympy.sympify(by))
        return made

    @property
    def of(self) -> Expr:
        """What is differentiated."""
        return self.args[0]

    @property
    def by(self) -> Expr:
        """By what it is differentiated."""
        return self.args[1]

    def _latex(self, printer: Any, **_: Any) -> str:
        return rf"\frac{{\partial^{{+}} {printer._print(self.of)}}}{{\partial {printer._print(self.by)}}}"


class UpTo(Expr):
    """∂C^[t]/∂a^l_j: the layers up to t are held fixed but for a^l_j, those after t follow; args (t, l, j)."""

    is_commutative = True
    rank_in_product = 1

    def __new__(cls, last: Any, layer: Any, neuron: Any) -> UpTo:
        """The derivative, written down but not taken."""
        made: UpTo = Expr.__new__(cls, *map(sympy.sympify, (last, layer, neuron)))
        return made

    def _latex(self, printer: Any, **_: Any) -> str:
        last, layer, neuron = self.args
        by = rf"a^{{{_layer(printer, layer)}}}_{{{printer._index(neuron)}}}"
        return rf"\frac{{\partial C^{{[{_layer(printer, last)}]}}}}{{\partial {by}}}"


def weights(layer: Any, read: Any) -> Between:
    """w^{l,r}."""
    return Between("w", layer, read)


def passed(layer: Any, read: Any) -> Between:
    """P^{l,r}, fixed numbers: the identity for a shortcut, 0 where there is none."""
    return Between("P", layer, read)


def kernel(layer: Any) -> LayerArray:
    """K^l, shape (n_{l-1} − n_l + 1, 1): the kernel of a convolution with stride 1 and without padding."""
    layer = sympy.sympify(layer)
    return LayerArray("K", layer, Width(layer - 1) - Width(layer) + 1, Integer(1))


theta = Parameters("theta", NUMBER_OF_PARAMETERS, 1)
W = Parameters("W", Width(L), Width(L))


def _layer(printer: Any, layer: Expr) -> str:
    return str(printer._layer(layer))
