"""The book's letters as SymPy objects.

`w(l)`, `b(l)`, `z(l)`, `a(l)`, `delta(l)`, `y(L)` are matrices of symbolic size whose layer may be any expression:
`w(l + 1)[k, j]` is the weight that the book prints as w^{l+1}_{kj}. Indices are SymPy's own, counted from 0; the
printer counts from 1. `Partial(of, by)` is a derivative that is written down but not taken. To add a quantity of the
forward pass, add a line to `_SHAPES` and one to `_STAGE`, and a row to the table of the notation.
"""

from __future__ import annotations

from typing import Any, Self

import sympy
from sympy import Expr, Function, Integer, KroneckerDelta, MatrixExpr, MatrixSymbol, Symbol
from sympy.core.symbol import Str
from sympy.matrices.expressions.matexpr import MatrixElement

l, L = sympy.symbols("l L", integer=True, positive=True)
j, k, i, m, n, p, q = sympy.symbols("j k i m n p q", integer=True, nonnegative=True)
C = Symbol("C", real=True)


class Width(Function):
    """n_l, the number of neurons in layer l."""

    nargs = (1,)
    is_integer = True
    is_positive = True
    is_finite = True


class LetteredArray(MatrixSymbol):
    """A matrix with a letter that belongs to layers; args (letter, layers …, rows, columns)."""

    @property
    def letter(self) -> str:
        """The book's letter, such as "w"."""
        return str(self.args[0].name)

    @property
    def layer(self) -> Expr:
        """The layer that the quantity belongs to."""
        return self.args[1]

    @property
    def name(self) -> str:
        """The code name, such as w[l + 1]."""
        return f"{self.letter}[{', '.join(map(str, self.args[1:-2]))}]"

    @property
    def shape(self) -> tuple[Expr, Expr]:
        """(rows, columns)."""
        return self.args[-2], self.args[-1]

    @property
    def free_symbols(self) -> set[Any]:
        """The quantity itself, as for every symbol, and the letters of its layers, which a sum may bind."""
        return {self}.union(*(layer.free_symbols for layer in self.args[1:-2]))

    def valid_index(self, row: Any, column: Any) -> bool:
        """Whether there may be such an entry. Any number may be an index where the width is a letter."""
        return all(
            (isinstance(size, Width) and index.is_Integer and index.is_nonnegative)
            or ((index >= -size) != False and (index < size) != False)  # noqa: E712  # SymPy's own
            for index, size in zip((row, column), self.shape, strict=True)
        )

    def doit(self, **hints: Any) -> LetteredArray:
        """The quantity itself: there is nothing to evaluate."""
        return self

    def _sympystr(self, printer: Any) -> str:
        return self.name


class LayerArray(LetteredArray):
    """A quantity of one layer: "w", "b", "z", "a", "delta", "d", "y", "G" or "K"; of shape (n_l, n_{l-1}) for w."""

    def __new__(cls, letter: str | Str, layer: Any, rows: Any, columns: Any) -> LayerArray:
        name = letter if isinstance(letter, Str) else Str(letter)
        made: LayerArray = MatrixExpr.__new__(
            cls, name, sympy.sympify(layer), sympy.sympify(rows), sympy.sympify(columns)
        )
        return made


_SHAPES = {"w": 1, "b": 0, "z": 0, "a": 0, "delta": 0, "d": 0, "y": 0, "G": 0}
"""For each letter, how many layers back its columns count; 0 is a column vector."""

_STAGE = {"w": 0, "b": 0, "K": 0, "z": 1, "a": 2, "y": 2}
"""Where in the forward pass of its layer a quantity stands: each depends only on what stands before it."""


RATES = ("delta", "d", "G")
"""The letters of rates of change: they have no place in the forward pass, and no rule differentiates them."""


def layer_array(letter: str, layer: Any) -> LayerArray:
    """The quantity `letter` of `layer`."""
    layer = sympy.sympify(layer)
    columns = Width(layer - 1) if _SHAPES[letter] else Integer(1)
    return LayerArray(letter, layer, Width(layer), columns)


def w(layer: Any) -> LayerArray:
    """w^l, shape (n_l, n_{l-1}): the weights from layer l-1 to layer l."""
    return layer_array("w", layer)


def b(layer: Any) -> LayerArray:
    """b^l, shape (n_l, 1)."""
    return layer_array("b", layer)


def z(layer: Any) -> LayerArray:
    """z^l, shape (n_l, 1)."""
    return layer_array("z", layer)


def a(layer: Any) -> LayerArray:
    """a^l, shape (n_l, 1); a^1 is the input x."""
    return layer_array("a", layer)


def delta(layer: Any) -> LayerArray:
    """δ^l, shape (n_l, 1), equation (29)."""
    return layer_array("delta", layer)


def d(layer: Any) -> LayerArray:
    """d^l, shape (n_l, 1): what all the weights into a neuron have in common in (53); a letter of the long proof."""
    return layer_array("d", layer)


def y(layer: Any = L) -> LayerArray:
    """y, shape (n_L, 1): the desired output."""
    return layer_array("y", layer)


class Sigma(Function):
    """σ^l_j(z): the activation function of neuron j of layer l, arbitrary but differentiable; args (l, j, z)."""

    nargs = (3,)

    def fdiff(self, argindex: int = 3) -> Expr:
        """σ′^l_j(z): an unknown of its own, so that one derivation covers every activation."""
        return SigmaPrime(*self.args) if argindex == 3 else Integer(0)


class SigmaPrime(Function):
    """σ′^l_j(z): the derivative of the activation function of neuron j of layer l; args (l, j, z)."""

    nargs = (3,)


class Written(Expr):
    """An expression that is written down but not taken."""

    is_commutative = True

    def __new__(cls, *args: Any) -> Self:
        made: Self = Expr.__new__(cls, *map(sympy.sympify, args))
        return made


class WrittenArray(MatrixExpr):
    """A column or a matrix that is written down but not taken; shaped as its last argument unless it says so."""

    def __new__(cls, *args: Any) -> Self:
        made: Self = MatrixExpr.__new__(cls, *map(sympy.sympify, args))
        return made

    @property
    def shape(self) -> tuple[Expr, Expr]:
        """(rows, columns)."""
        shape: tuple[Expr, Expr] = self.args[-1].shape
        return shape


class Partial(Written):
    """∂of/∂by, written down but not taken: the other neurons of by's layer are held fixed."""

    @property
    def of(self) -> Expr:
        """What is differentiated."""
        return self.args[0]

    @property
    def by(self) -> Expr:
        """By what it is differentiated."""
        return self.args[1]


class Change(Written):
    """Δq: the small change of a quantity q."""


class NormSquared(Written):
    """‖v‖², the sum of the squared components of a column vector."""

    def components(self, index: Symbol) -> Expr:
        """The sum of the squared components; `index` names them."""
        vector = self.args[0]
        return sympy.Sum(vector[index, 0] ** 2, (index, 0, vector.shape[0] - 1))


class Largest(Written):
    """max_j v_j, the greatest component of a column vector."""

    is_real = True


class Elementwise(WrittenArray):
    """σ(v) or σ′(v) for a column vector v of layer l: each neuron's own function applied to its component."""

    def __new__(cls, function: type[Function] | Str, layer: Any, vector: Any) -> Self:
        return super().__new__(
            cls, function if isinstance(function, Str) else Str(function.__name__), layer, vector
        )

    @property
    def function(self) -> type[Function]:
        """`Sigma` or `SigmaPrime`."""
        return {"Sigma": Sigma, "SigmaPrime": SigmaPrime}[self.args[0].name]

    def _entry(self, row: Any, column: Any, **_: Any) -> Expr:
        _, layer, vector = self.args
        return self.function(layer, row, vector[row, column])


class DiagonalSigmaPrime(WrittenArray):
    """Σ′(z^l), shape (n_l, n_l): the diagonal matrix of σ′(z^l_j)."""

    @property
    def shape(self) -> tuple[Expr, Expr]:
        """(n_l, n_l)."""
        return Width(self.args[0]), Width(self.args[0])

    def _entry(self, row: Any, column: Any, **_: Any) -> Expr:
        layer = self.args[0]
        return KroneckerDelta(row, column, (0, Width(layer) - 1)) * SigmaPrime(layer, row, z(layer)[row, 0])


class CostGradient(WrittenArray):
    """∇_a C, shape (n_L, 1): the vector of ∂C/∂a^L_j."""

    def __new__(cls, layer: Any = L) -> Self:
        return super().__new__(cls, layer)

    @property
    def shape(self) -> tuple[Expr, Expr]:
        """(n_L, 1)."""
        return Width(self.args[0]), Integer(1)

    def _entry(self, row: Any, column: Any, **_: Any) -> Expr:
        return Partial(C, a(self.args[0])[row, column])


class ParameterGradient(WrittenArray):
    """∂C/∂w^l or ∂C/∂b^l, of the shape of the array that it is the gradient by; args (w^l,) or (b^l,)."""

    def _entry(self, row: Any, column: Any, **_: Any) -> Expr:
        return Partial(C, self.args[0][row, column])


class BackwardProduct(WrittenArray):
    """Σ′(z^l)(w^{l+1})ᵀ ⋯ Σ′(z^{L-1})(w^L)ᵀ, shape (n_l, n_L): a pair of factors a layer; args (l, L)."""

    def __new__(cls, first: Any, last: Any = L) -> Self:
        return super().__new__(cls, first, last)

    @property
    def shape(self) -> tuple[Expr, Expr]:
        """(n_l, n_L)."""
        return Width(self.args[0]), Width(self.args[1])

    @staticmethod
    def factor(layer: Any) -> MatrixExpr:
        """Σ′(z^r)(w^{r+1})ᵀ, the pair of factors that belongs to layer r."""
        return DiagonalSigmaPrime(layer) * w(sympy.sympify(layer) + 1).T


class AlongPaths(Written):
    """What belongs to the paths from neuron j of layer l to the cost; args (l, j, L)."""

    def __new__(cls, layer: Any, neuron: Any, last: Any = L) -> Self:
        return super().__new__(cls, layer, neuron, last)


class PathSum(AlongPaths):
    """Σ_{mn…q} ∂C/∂a^L_m ∂a^L_m/∂a^{L-1}_n ⋯ ∂a^{l+1}_q/∂a^l_j, over all paths from a^l_j; args (l, j, L)."""

    @staticmethod
    def link(layer: Any, neuron: Any, following: Any) -> Expr:
        """∂a^{r+1}_q/∂a^r_p, the rate factor of the edge from neuron p of layer r to neuron q of layer r+1."""
        return Partial(a(sympy.sympify(layer) + 1)[following, 0], a(layer)[neuron, 0])


class ExplicitPathSum(AlongPaths):
    """Σ_{mn…q} ∂C/∂a^L_m σ′(z^L_m) w^L_mn ⋯ σ′(z^{l+1}_q) w^{l+1}_qj: a `PathSum` with its derivatives taken."""

    @staticmethod
    def link(layer: Any, neuron: Any, following: Any) -> Expr:
        """σ′(z^{r+1}_q) w^{r+1}_qp, the rate factor of the edge from neuron p of layer r to neuron q of layer r+1."""
        above = sympy.sympify(layer) + 1
        return SigmaPrime(above, following, z(above)[following, 0]) * w(above)[following, neuron]


class PathProduct(AlongPaths):
    """One term of a `PathSum`: the product along the path j, q, …, n, m; args (l, j, L)."""


def quantity(expression: Any) -> tuple[LayerArray, tuple[Expr, Expr]] | None:
    """The array and the indices of a component such as z^l_j, or None for anything else."""
    if isinstance(expression, MatrixElement) and isinstance(expression.parent, LayerArray):
        return expression.parent, (expression.i, expression.j)
    return None


def stage(array: LayerArray) -> Expr:
    """Where `array` stands in the forward pass: layer by layer, in each w and b, then z, then a."""
    return 3 * array.layer + _STAGE[array.letter]


class Applied(WrittenArray):
    """f(v): a function of one variable applied to each component of an explicit vector; args (f, v)."""

    def doit(self, **hints: Any) -> Any:
        """The vector of the values."""
        function, vector = self.args
        return vector.applyfunc(lambda entry: function.subs(X, entry))


class OfExample(WrittenArray):
    """v(x): a vector that belongs to the training example x; args (v, x)."""

    @property
    def shape(self) -> tuple[Expr, Expr]:
        """That of the vector."""
        shape: tuple[Expr, Expr] = self.args[0].shape
        return shape

    def _entry(self, row: Any, column: Any, **_: Any) -> Expr:
        return EntryOfExample(self, row)


class EntryOfExample(Written):
    """v_j(x); args (v(x), j)."""


X = Symbol("x", real=True)
"""The variable of a function of one variable, and a training example."""

EPSILON = Symbol("epsilon", positive=True)
"""ε, a small step."""

CostOf = Function("C")
"""C as a function of all weights, as (46) writes it."""
