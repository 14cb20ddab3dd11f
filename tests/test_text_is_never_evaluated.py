"""No text that is given where an expression or a number is wanted is evaluated, by whatever door it comes."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import sympy

import bpderive as bp
from bpderive.functions.activations import a, elementwise_activations, z
from bpderive.functions.activations.catalogue import softmax
from bpderive.functions.differentiation import differentiate
from bpderive.letters.expressions import expression
from tests.public_calls import TITLE, given_to, public_calls

HOSTILE = "open('made', 'w').close()"


def _shapes(text: str) -> tuple[Any, ...]:
    return text, (text,), ((text, text),), ((a, text),), {z: text}, lambda *_: text


@pytest.mark.parametrize(("function", "parameter"), list(public_calls()))
def test_no_parameter_evaluates_a_text(
    function: Callable[..., Any], parameter: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    kind = inspect.signature(function).parameters[parameter].kind
    for given in _shapes(HOSTILE):
        calls = [partial(given_to, function, parameter, given)]
        if kind is inspect.Parameter.VAR_KEYWORD:
            calls += [partial(function, delta=given), partial(function, alpha=given)]
        for call in calls:
            try:
                call()
            except Exception:
                pass
            finally:
                bp.set_language("en")
    assert not list(tmp_path.iterdir())


def test_the_text_does_harm_where_it_is_evaluated(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises((sympy.SympifyError, AttributeError, TypeError)):
        sympy.sympify(HOSTILE) + 1
    assert (tmp_path / "made").exists()


@pytest.mark.parametrize(
    "ask",
    [
        lambda text: bp.activations["sigmoid"].expr(text),
        lambda text: bp.activations["sigmoid"].derivative(text),
        lambda text: bp.activations["sigmoid"].derivative_from_output(text),
        lambda text: elementwise_activations["sigmoid"].numeric(text),
        lambda text: elementwise_activations["leaky_relu"].with_parameters(alpha=text),
        lambda text: bp.Activation("mine", TITLE, text),
        lambda text: bp.Activation("mine", TITLE, z, slope_from_output=text),
        lambda text: bp.Activation("mine", TITLE, z, stable=((a, text),)),
        lambda text: bp.Activation("mine", TITLE, z, at_kinks=((text, 0),)),
        lambda text: bp.costs["huber"].term(text),
        lambda text: bp.costs["huber"].derivative(a, text),
        lambda text: bp.costs["huber"].value([text], [0]),
        lambda text: bp.costs["huber"].with_parameters(delta=text),
        lambda text: bp.costs["cross_entropy"].cancelled_error(text),
        lambda text: bp.Cost("mine", TITLE, text),
        lambda text: bp.assumptions(lambda *_: text),
        lambda text: softmax.expr([text, 1]),
        lambda text: differentiate(text, z, "f'"),
        expression,
    ],
)
@pytest.mark.parametrize("text", ["z", HOSTILE, b"z", None, ["z"], True])
def test_what_is_no_expression_is_refused(ask: Callable[[Any], Any], text: Any) -> None:
    if text is None and ask is not expression:
        pytest.skip("None is what some of them have where nothing is given")
    with pytest.raises(bp.DomainError):
        ask(text)


def test_a_refusal_says_what_reads_a_text() -> None:
    with pytest.raises(bp.DomainError, match=r"parse_activation"):
        bp.activations["sigmoid"].expr("z")
    bp.set_language("zh")
    try:
        with pytest.raises(bp.DomainError, match="不会对文本求值"):
            bp.activations["sigmoid"].expr("z")
    finally:
        bp.set_language("en")
