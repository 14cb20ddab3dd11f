"""Whatever is given where something else is wanted, the error is ours: one short sentence, in both languages."""

from __future__ import annotations

import importlib
import re
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import sympy

import bpderive as bp
from bpderive.equations.paths import number_of_paths
from tests.public_calls import NET, W, given_to, public_calls
from translations.messages import has_chinese


class Silent:
    """Something that cannot even be shown."""

    def __repr__(self) -> str:
        raise RuntimeError("no")

    __str__ = __repr__


WRONG: dict[str, Callable[[], Any]] = {
    "nothing": lambda: None,
    "truth": lambda: True,
    "whole": lambda: 3,
    "negative": lambda: -1,
    "zero": lambda: 0,
    "half": lambda: 0.5,
    "nan": lambda: float("nan"),
    "inf": lambda: float("inf"),
    "complex": lambda: 1j,
    "huge": lambda: 10**400,
    "immense": lambda: 10**5000,
    "text": lambda: "text",
    "empty text": lambda: "",
    "surrogate": lambda: "\ud800",
    "bytes": lambda: b"x",
    "Text": lambda: bp.Text(en="a", zh="b"),
    "empty list": list,
    "list": lambda: [None],
    "tuple": tuple,
    "set": lambda: {1, 2},
    "dict": lambda: {"a": None},
    "generator": lambda: (n for n in range(2)),
    "class": lambda: dict,
    "function": lambda: lambda *given: None,
    "object": object,
    "silent": Silent,
    "array": lambda: np.ones((2, 2)),
    "array of objects": lambda: np.array([None, "x"]),
    "symbol": lambda: sympy.Symbol("q"),
    "zoo": lambda: sympy.zoo,
    "matrix": lambda: sympy.eye(2),
}


def _tensor() -> Any:
    return importlib.import_module("torch").ones(2, 2, requires_grad=True)


@pytest.fixture(autouse=True)
def _in_english() -> Any:
    yield
    bp.set_language("en")


def _error(function: Callable[..., Any], parameter: str, value: Any) -> Exception | None:
    """What the function raises, the value being given to it."""
    try:
        given_to(function, parameter, value)
    except Exception as error:
        return error
    return None


def _refused(function: Callable[..., Any], parameter: str, value: Any) -> None:
    """Call the function; what it raises must be ours, short, and in both languages."""
    bp.set_language("zh")
    error = _error(function, parameter, value)
    if isinstance(error, bp.BpderiveError):
        assert has_chinese(str(error)), str(error)
        for language in ("en", "zh"):
            bp.set_language(language)
            assert 0 < len(str(error)) < 700
            assert "\n" not in str(error) or isinstance(error, bp.ParseError)  # which shows the place
    elif function.__module__ == bp.reference.__name__:
        assert error is None or type(error) is ValueError  # it imports nothing of ours
    elif callable(value) and isinstance(error, TypeError):  # a function of another number of arguments
        assert re.search(r"takes|expected at most", str(error))
    else:
        assert error is None, repr(error)


@pytest.mark.parametrize(("function", "parameter"), list(public_calls()))
@pytest.mark.filterwarnings("ignore::RuntimeWarning")
def test_what_is_of_the_wrong_kind_is_refused_in_our_words(
    function: Callable[..., Any], parameter: str
) -> None:
    for make in WRONG.values():
        _refused(function, parameter, make())


@pytest.mark.parametrize(("function", "parameter"), list(public_calls()))
@pytest.mark.filterwarnings("ignore")
def test_a_tensor_that_requires_its_gradient_is_too(function: Callable[..., Any], parameter: str) -> None:
    pytest.importorskip("torch")
    _refused(function, parameter, _tensor())


def test_the_test_sees_an_error_that_is_not_ours() -> None:
    def careless(net: Any) -> Any:
        return net.sizes

    with pytest.raises(AssertionError):
        _refused(careless, "net", None)

    def untyped(net: Any) -> Any:
        return net + 1

    with pytest.raises(AssertionError):
        _refused(untyped, "net", "text")

    def in_english_only(net: Any) -> Any:
        raise bp.NetworkError(f"A Network is wanted; given was {net}.")

    with pytest.raises(AssertionError, match="A Network is wanted"):
        _refused(in_english_only, "net", "text")


def test_a_number_names_an_equation() -> None:
    assert bp.equations[29] is bp.equations["29"]
    assert bp.derivation(53) is bp.derivation("53")
    with pytest.raises(bp.UnknownName, match="99"):
        bp.equations[99]


@pytest.mark.parametrize("layer", [9, 1, 0, -1, True, "2"])
def test_paths_start_at_a_layer_that_exists(layer: Any) -> None:
    with pytest.raises(bp.NetworkError, match="no layer"):
        number_of_paths(NET, layer)


def test_weights_may_come_from_a_generator() -> None:
    grad = bp.compile_gradient(NET)
    biases, x, y = [np.ones((2, 1))], np.ones((2, 3)), np.full((2, 3), 0.5)
    expected = grad(W, biases, x, y)
    found = grad((w for w in W), (b for b in biases), x, y)
    np.testing.assert_array_equal(found.w[0], expected.w[0])
    own = bp.reference.backprop((w for w in W), biases, x, y, cost="cross_entropy")
    np.testing.assert_allclose(own.w[0], expected.w[0], rtol=1e-13)


def test_a_generator_of_tensors_is_taken_for_tensors() -> None:
    torch = pytest.importorskip("torch")
    grad = bp.compile_gradient(NET)
    weights, biases = [torch.tensor(W[0])], [torch.ones(2, 1, dtype=torch.float64)]
    x, y = torch.ones(2, 3, dtype=torch.float64), torch.full((2, 3), 0.5, dtype=torch.float64)
    assert isinstance(grad((w for w in weights), iter(biases), x, y).w[0], torch.Tensor)
    with pytest.raises(bp.ShapeError, match="one dtype"):
        grad(weights, biases, x.float(), y)


def test_parameters_of_a_cost_are_pairs() -> None:
    q, a, y = sympy.Symbol("q"), sympy.Symbol("a"), sympy.Symbol("y")
    title = bp.Text(en="made for a test", zh="测试用")
    cost = bp.Cost("mine", title, q * (a - y) ** 2, parameters=((q, 2),))
    assert cost.value([1], [0]) == 2
    for wrong in (((q,),), q, {q: 2}, ((q, "2"),)):
        with pytest.raises(bp.DomainError):
            bp.Cost("mine", title, q * (a - y) ** 2, parameters=wrong)  # type: ignore[arg-type]
