"""Layers, indices and widths on a network of given sizes."""

from __future__ import annotations

import pytest
from sympy import Expr, Symbol, sqrt

from bpderive.errors import NetworkError
from bpderive.letters.places import whole_number, width
from bpderive.letters.symbols import L, Width, j, l

SIZES = (4, 7, 2, 5)


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        (L, 4),
        (l, 3),
        (l + 1, 4),
        (L - l, 1),
        (2 * l - 1, 5),
        (Width(l), 2),
        (Width(L), 5),
        (Width(l - 1) - 1, 6),
        (j, 0),
    ],
    ids=str,
)
def test_values(expression: Expr, value: int) -> None:
    assert whole_number(expression, SIZES)({l: 3, j: 0}) == value


def test_the_letters_may_say_what_the_last_layer_is() -> None:
    assert whole_number(L, SIZES)({L: 2}) == 2


@pytest.mark.parametrize("layer", [0, 5, -1])
def test_layers_that_do_not_exist(layer: int) -> None:
    with pytest.raises(NetworkError, match=f"no layer {layer}"):
        width(layer, SIZES)
    with pytest.raises(NetworkError, match=f"no layer {layer}"):
        whole_number(Width(l), SIZES)({l: layer})


def test_a_letter_of_which_nothing_is_known() -> None:
    with pytest.raises(NetworkError, match="nothing says what T stands for"):
        whole_number(Symbol("T") + 1, SIZES)({l: 2})


def test_what_is_no_whole_number_is_refused() -> None:
    with pytest.raises(TypeError, match="is no layer and no index"):
        whole_number(sqrt(l), SIZES)
