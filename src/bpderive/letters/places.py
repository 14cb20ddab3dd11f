"""Layers, indices and widths of an expression on a network of given sizes.

`whole_number(expression, sizes)` compiles l + 1, n_{l-1} − 1 or j into a function from the values of the
letters, so that a statement can be read for thousands of components at little cost.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from math import prod

from sympy import Expr, Max, Min, Symbol

from bpderive.errors import NetworkError
from bpderive.letters.symbols import L, Width
from bpderive.letters.text import Text

Letters = Mapping[Symbol, int]

_NO_LAYER = Text(en="the network {sizes} has no layer {layer}", zh="网络 {sizes} 没有第 {layer} 层")
_NOTHING_SAYS = Text(en="nothing says what {letter} stands for", zh="看不出 {letter} 代表什么")


def whole_number(expression: Expr, sizes: tuple[int, ...]) -> Callable[[Letters], int]:
    """The value of a layer, an index or a bound of a sum; L is the depth unless the letters say otherwise.

    The function raises `NetworkError` for the width of a layer that does not exist, and for an unknown letter.
    """
    if expression.is_Integer:
        fixed = int(expression)
        return lambda letters: fixed
    if expression == L:
        return lambda letters: letters.get(L, len(sizes))
    if isinstance(expression, Symbol):
        return partial(_letter, expression)
    parts = [whole_number(part, sizes) for part in expression.args]
    if isinstance(expression, Width):
        return lambda letters: width(parts[0](letters), sizes)
    if isinstance(expression, Max | Min):
        most = max if isinstance(expression, Max) else min
        return lambda letters: most(part(letters) for part in parts)
    if expression.is_Add:
        return lambda letters: sum(part(letters) for part in parts)
    if expression.is_Mul:
        return lambda letters: prod(part(letters) for part in parts)
    raise TypeError(f"{expression} is no layer and no index.")


def _letter(letter: Symbol, letters: Letters) -> int:
    if letter not in letters:
        raise NetworkError(_NOTHING_SAYS.format(letter=letter))
    return letters[letter]


def width(layer: int, sizes: tuple[int, ...]) -> int:
    """n_l; raises `NetworkError` if there is no such layer."""
    if not 1 <= layer <= len(sizes):
        raise NetworkError(_NO_LAYER.format(sizes=sizes, layer=layer))
    return sizes[layer - 1]
