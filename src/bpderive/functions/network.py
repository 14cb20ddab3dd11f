"""Networks: layer sizes, the activation of every neuron, the cost; their symbols and their forward pass.

`Network((2, 3, 2))` has layers 1 to 3; `net.w[2]` is a SymPy matrix of symbols, made when asked for, and
`net.forward()` the forward pass as ordered pairs (symbol, expression). `component("w", 2, 1, 3)` is the symbol w^2_13
wherever it occurs, and `code_name` what it is called in code.

    >>> net = Network((2, 3, 1), {"default": "tanh", (3, 1): "sigmoid"}, "cross_entropy")
    >>> net.depth, net.width(2), net.activation_of(3, 1).name
    (3, 3, 'sigmoid')
    >>> net.w[3]
    Matrix([[w^3_11, w^3_12, w^3_13]])
    >>> net.forward()[0]
    (z^2_1, b^2_1 + w^2_11*x_1 + w^2_12*x_2)
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TypeGuard

import sympy
from sympy import Expr, ImmutableDenseMatrix, Symbol

from bpderive.errors import NetworkError, UnknownName, shown
from bpderive.functions.activations import Activation, AnyActivation, VectorActivation, activations
from bpderive.functions.activations.layer_program import LayerProgram, bound, letter, written_out
from bpderive.functions.choices import (
    ActivationChoice,
    LayerChoice,
    check_domain,
    check_numbers,
    check_vector_valued,
    checked_sizes,
    chosen_layers,
    distinct,
)
from bpderive.functions.costs import Cost
from bpderive.functions.costs import resolve as find_cost
from bpderive.letters.text import Text

Binding = tuple[Symbol, Expr]


def component(letter: str, layer: int | None, *indices: int) -> Symbol:
    """The symbol of a component, counted from 1 as in the book: w^2_13, b^2_1, z^2_1, a^2_1, x_1, y_1; a^1_k is x_k."""
    if letter == "a" and layer == 1:
        letter, layer = "x", None
    shown = ("" if all(index < 10 for index in indices) else ",").join(map(str, indices))
    return Symbol(f"{letter}_{shown}" if layer is None else f"{letter}^{layer}_{shown}", real=True)


_NO_COMPONENT = Text(
    en="{symbol} is not a component of a network, such as w^2_13, b^2_1 or x_1.",
    zh="{symbol} 不是网络的分量；分量写作 w^2_13、b^2_1 或 x_1 等。",
)
_NO_NEURON = Text(
    en="There is no neuron {j} in layer {layer}, which has the neurons 1 to {count}.",
    zh="第 {layer} 层没有神经元 {j}，它的神经元是 1 到 {count}。",
)
_NONE_OF_ITS_OWN = Text(
    en="Layer {layer} has {name}, a function of all its neurons together, so that neuron {j} has none of its own. "
    "layer_activation({layer}) gives that of the layer.",
    zh="第 {layer} 层用的是 {name}，它是整层神经元的函数，因此神经元 {j} 没有自己的激活函数。"
    "layer_activation({layer}) 给出整层的激活函数。",
)
_NO_LAYER = Text(
    en="There is no layer {layer} here: the layers of a network of sizes {sizes} that are meant are {first} to {last}.",
    zh="这里没有第 {layer} 层：网络各层的宽度是 {sizes}，这里所指的是第 {first} 到第 {last} 层。",
)
_NO_QUANTITY = Text(
    en="There is no {name}[{layer}]. A network of sizes {sizes} has {name} for the layers {first} to {last}.",
    zh="没有 {name}[{layer}]。各层宽度为 {sizes} 的网络，在第 {first} 到第 {last} 层有 {name}。",
)


def code_name(symbol: Symbol) -> str:
    """What a component is called in code: w2_1_3 for w^2_13, x_1 for x_1, total3 for the total^3 of a layer."""
    of_layer = re.fullmatch(r"(\w+)\^(\d+)", symbol.name)
    if of_layer is not None:
        return "".join(of_layer.groups())
    found = re.fullmatch(r"(\w+?)(?:\^(\d+))?_([\d,]+)", symbol.name)
    if found is None:
        raise NetworkError(_NO_COMPONENT.format(symbol=symbol))
    letter, layer, indices = found.groups()
    numbers = indices.split(",") if "," in indices else list(indices) if letter == "w" else [indices]
    return "_".join([f"{letter}{layer or ''}", *numbers])


class Layers(Mapping[int, ImmutableDenseMatrix]):
    """A quantity by layer, counted from 1 as in the book; a layer's matrix of symbols is made when it is asked for."""

    __slots__ = ("_first", "_make", "_name", "_sizes")

    def __init__(self, name: str, sizes: tuple[int, ...], first: int) -> None:
        self._name, self._sizes, self._first = name, sizes, first

    def __getitem__(self, layer: object) -> ImmutableDenseMatrix:
        if not _is_number(layer, self._first, len(self._sizes)):
            raise UnknownName(
                _NO_QUANTITY.format(
                    name=self._name,
                    layer=shown(layer),
                    sizes=self._sizes,
                    first=self._first,
                    last=len(self._sizes),
                )
            )
        columns = self._sizes[layer - 2] if self._name == "w" else None
        return _matrix(self._name, layer, self._sizes[layer - 1], columns)

    def __iter__(self) -> Iterator[int]:
        return iter(range(self._first, len(self._sizes) + 1))

    def __len__(self) -> int:
        return len(self._sizes) + 1 - self._first

    def __repr__(self) -> str:
        return f"<{self._name} for the layers {self._first} to {len(self._sizes)}>"


@lru_cache(64)
def _matrix(letter: str, layer: int | None, rows: int, columns: int | None) -> ImmutableDenseMatrix:
    if columns is None:
        return ImmutableDenseMatrix(rows, 1, [component(letter, layer, j + 1) for j in range(rows)])
    names = [component(letter, layer, j + 1, k + 1) for j in range(rows) for k in range(columns)]
    return ImmutableDenseMatrix(rows, columns, names)


@dataclass(frozen=True, slots=True, init=False, repr=False)
class Network:
    """A network of `sizes`, layers 1 (input) to L (output).

    activation: a name or an `Activation` for all neurons; or a tuple, one for each layer 2..L (an entry may itself be
    a tuple, one for each neuron); or a mapping {"default": …, (layer, neuron): …} counted from 1, in which "default"
    may be left out (sigmoid). An activation of a whole layer, such as softmax, is for the output layer:
    ("sigmoid", "softmax"). cost: a name or a `Cost`.
    Raises `NetworkError` for sizes, a number of activations or neurons that cannot be and for softmax elsewhere than
    in the output layer, `UnknownName` for a name that is not in the catalogue, `DomainError` for an output activation
    whose values the cost is not defined for.
    """

    sizes: tuple[int, ...]
    activation: tuple[LayerChoice, ...]
    cost: Cost

    def __init__(
        self,
        sizes: Iterable[int],
        activation: ActivationChoice = "sigmoid",
        cost: str | Cost = "quadratic",
    ) -> None:
        checked = checked_sizes(sizes)
        chosen = chosen_layers(checked, activation)
        check_vector_valued(checked, chosen)
        charged = find_cost(cost)
        check_numbers(charged)
        for function in distinct(chosen):
            if activations.get(function.name) != function:  # the catalogue's own are checked by the tests
                function.check()
        for function in distinct(chosen[-1:]):
            check_domain(function, charged)
        object.__setattr__(self, "sizes", checked)
        object.__setattr__(self, "activation", chosen)
        object.__setattr__(self, "cost", charged)

    @property
    def depth(self) -> int:
        """L, the number of layers with the input layer."""
        return len(self.sizes)

    def width(self, layer: int) -> int:
        """n_l; raises `NetworkError` for a layer that does not exist."""
        return self.sizes[self._layer(layer, 1) - 1]

    @property
    def vector_output(self) -> VectorActivation | None:
        """The activation of the output layer if it is one of the whole layer, such as softmax, else None."""
        last = self.activation[-1]
        return last if isinstance(last, VectorActivation) else None

    def layer_activation(self, layer: int) -> AnyActivation | None:
        """The activation of all neurons of `layer`, or None when they have different ones."""
        choice = self.activation[self._layer(layer, 2) - 2]
        return None if isinstance(choice, tuple) else choice

    def activation_of(self, layer: int, j: int) -> Activation:
        """σ^l_j, the activation of neuron `j` of `layer`, both counted from 1.

        Raises `NetworkError` out of range, and where the layer has one activation for all its neurons together.
        """
        choice = self.activation[self._layer(layer, 2) - 2]
        if not _is_number(j, 1, self.sizes[layer - 1]):
            raise NetworkError(_NO_NEURON.format(j=shown(j), layer=layer, count=self.sizes[layer - 1]))
        if isinstance(choice, VectorActivation):
            raise NetworkError(_NONE_OF_ITS_OWN.format(layer=layer, name=choice.name, j=j))
        return choice if isinstance(choice, Activation) else choice[j - 1]

    @property
    def w(self) -> Layers:
        """w[l], shape (n_l, n_{l-1}), for the layers 2 to L."""
        return Layers("w", self.sizes, 2)

    @property
    def b(self) -> Layers:
        """b[l], shape (n_l, 1), for the layers 2 to L."""
        return Layers("b", self.sizes, 2)

    @property
    def z(self) -> Layers:
        """z[l], shape (n_l, 1), for the layers 2 to L."""
        return Layers("z", self.sizes, 2)

    @property
    def a(self) -> Layers:
        """a[l], shape (n_l, 1), for the layers 1 to L; a[1] is x."""
        return Layers("a", self.sizes, 1)

    @property
    def x(self) -> ImmutableDenseMatrix:
        """The input, shape (n_1, 1)."""
        return _matrix("x", None, self.sizes[0], None)

    @property
    def y(self) -> ImmutableDenseMatrix:
        """The desired output, shape (n_L, 1)."""
        return _matrix("y", None, self.sizes[-1], None)

    def forward(self) -> tuple[Binding, ...]:
        """The forward pass, equation (23): z^l_j and a^l_j in the order of computing, each by those before it.

        Before the outputs of a layer with softmax come the sums over the layer that they have in common.
        """
        bindings: list[Binding] = []
        for layer in range(2, self.depth + 1):
            inputs = [component("a", layer - 1, k + 1) for k in range(self.sizes[layer - 2])]
            whole = self.vector_output if layer == self.depth else None
            for j in range(1, self.sizes[layer - 1] + 1):
                weighted = (component("w", layer, j, k + 1) * value for k, value in enumerate(inputs))
                z = component("z", layer, j)
                bindings.append((z, sympy.Add(*weighted, component("b", layer, j))))
                if whole is None:
                    bindings.append((component("a", layer, j), self.activation_of(layer, j).expr(z)))
            if whole is not None:
                bindings += _of_whole_layer(whole, layer, self.sizes[layer - 1])
        return tuple(bindings)

    def __repr__(self) -> str:
        return f"Network({self.sizes}, activation={self._shown_activation()!r}, cost={self.cost.name!r})"

    def _shown_activation(self) -> object:
        functions = distinct(self.activation)
        if len(functions) == 1:
            return functions[0].name
        if not any(isinstance(choice, tuple) for choice in self.activation):
            return tuple(choice.name for choice in self.activation if not isinstance(choice, tuple))
        if self.vector_output is not None:
            return tuple(
                tuple(f.name for f in choice) if isinstance(choice, tuple) else choice.name
                for choice in self.activation
            )
        neurons = [(l, j) for l in range(2, self.depth + 1) for j in range(1, self.sizes[l - 1] + 1)]
        names = {neuron: self.activation_of(*neuron).name for neuron in neurons}
        default = max(dict.fromkeys(names.values()), key=list(names.values()).count)
        return {"default": default} | {neuron: name for neuron, name in names.items() if name != default}

    def _layer(self, layer: int, first: int) -> int:
        if not _is_number(layer, first, len(self.sizes)):
            raise NetworkError(
                _NO_LAYER.format(layer=shown(layer), sizes=self.sizes, first=first, last=len(self.sizes))
            )
        return layer


_NO_NETWORK = Text(
    en="A Network is wanted, such as bp.Network((2, 3, 2)); given was {given}.",
    zh="这里需要一个 Network，例如 bp.Network((2, 3, 2))；给出的是 {given}。",
)


def require_network(given: object) -> Network:
    """What was given; raises `NetworkError` unless it is a network."""
    if not isinstance(given, Network):
        raise NetworkError(_NO_NETWORK.format(given=shown(given)))
    return given


def _is_number(value: object, first: int, last: int) -> TypeGuard[int]:
    """Whether `value` is one of the whole numbers from `first` to `last`."""
    return type(value) is int and first <= value <= last


def _of_whole_layer(function: VectorActivation, layer: int, width: int) -> list[Binding]:
    """What a^L_j are by all the z^L_k, and before them what they have in common: total^L and the like."""
    zs = [component("z", layer, j + 1) for j in range(width)]
    shared, outputs = in_symbols(function.formula_program, {letter("z"): zs}, layer)
    return shared + [(component("a", layer, j + 1), value) for j, value in enumerate(outputs)]


def in_symbols(
    program: LayerProgram, given: Mapping[Symbol, Sequence[Expr]], layer: int, prefix: str = ""
) -> tuple[list[Binding], list[Expr]]:
    """A program on the neurons of a layer: what it binds on the way, as total^3 or e^3_1, and the results."""
    shared, results = written_out(program, given)
    called = {
        bound(symbol, neuron): Symbol(f"{prefix}{symbol.name}^{layer}", real=True)
        if neuron is None
        else component(f"{prefix}{symbol.name}", layer, neuron + 1)
        for symbol, neuron, _ in shared
    }
    lets = [(called[bound(symbol, neuron)], value.xreplace(called)) for symbol, neuron, value in shared]
    return lets, [result.xreplace(called) for result in results]
