"""No text that is given where an expression or a number is wanted is evaluated, by whatever door it comes."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import sympy

import bpderive as bp
from bpderive.functions.activations import a, elementwise_activations, z
from bpderive.functions.activations.catalogue import softmax
from bpderive.functions.differentiation import differentiate
from bpderive.letters.expressions import expression

HOSTILE = "open('made', 'w').close()"
TITLE = bp.Text(en="made for a test", zh="测试用")
NET = bp.Network((2, 2), "sigmoid", "cross_entropy")

SENSIBLE: dict[str, Any] = {
    "name": "sigmoid",
    "title": TITLE,
    "formula": z,
    "net": NET,
    "sizes": (2, 2),
    "cost": "quadratic",
    "activation": "sigmoid",
    "layer": 2,
    "neuron": 1,
    "source": 1,
    "number": "BP1",
    "equation": "d(C, b[l,j]) = delta[l,j]",
    "text": "z",
    "en": "one",
    "zh": "一",
    "outputs": [a],
    "targets": [a],
    "weighted_inputs": [1, 2],
    "values": [1.0, 2.0],
    "slope_by_output": a,
    "wanted": a,
    "language": "en",
    "whole": lambda outputs, targets, weights: outputs[0][0],
}


def _objects() -> Iterator[tuple[str, Any]]:
    """Everything that is public, and one of each kind of thing that it makes."""
    yield from ((name, getattr(bp, name)) for name in bp.__all__)
    yield from (
        ("sigmoid", bp.activations["sigmoid"]),
        ("leaky_relu", bp.activations["leaky_relu"]),
        ("softmax", softmax),
        ("huber", bp.costs["huber"]),
        ("cross_entropy", bp.costs["cross_entropy"]),
        ("net", NET),
        ("gradient of it", bp.gradient(NET)),
        ("paths of it", bp.path_sum(NET, 2, 1, 1)),
        ("BP1", bp.equations["BP1"]),
        ("its proof", bp.derivation("BP1")),
        ("a pair", bp.pairing("sigmoid", "cross_entropy")),
        ("a text", TITLE),
    )


def _calls() -> Iterator[Any]:
    """Every function, class and method with each of its parameters."""
    for name, thing in _objects():
        found = [(name, thing)] if callable(thing) else []
        if not isinstance(thing, type):
            found += [
                (f"{name}.{member}", getattr(type(thing), member).__get__(thing))
                for member in dir(type(thing))
                if inspect.isfunction(getattr(type(thing), member, None))
                and (not member.startswith("_") or member in ("__call__", "__getitem__", "__contains__"))
            ]
        if inspect.ismodule(thing):
            found += [(f"{name}.{f}", value) for f, value in vars(thing).items() if inspect.isfunction(value)]
        for label, function in found:
            try:
                parameters = inspect.signature(function).parameters
            except (TypeError, ValueError):
                continue
            for parameter in parameters:
                yield pytest.param(function, parameter, id=f"{label}({parameter})")


def _shapes(text: str) -> tuple[Any, ...]:
    return text, (text,), ((text, text),), ((a, text),), {z: text}, lambda *_: text


@pytest.mark.parametrize(("function", "parameter"), list(_calls()))
def test_no_parameter_evaluates_a_text(
    function: Callable[..., Any], parameter: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    parameters = inspect.signature(function).parameters
    kind = parameters[parameter].kind
    others = {
        name: SENSIBLE.get(name, 1)
        for name, other in parameters.items()
        if name != parameter and other.default is other.empty and other.kind is other.POSITIONAL_OR_KEYWORD
    }
    for given in _shapes(HOSTILE):
        if kind is inspect.Parameter.VAR_KEYWORD:
            together = others | dict.fromkeys(("delta", "alpha"), given)
            calls = [others | {"delta": given}, others | {"alpha": given}, together]
        else:
            calls = [others | {parameter: given}]
        for named in calls:
            try:
                if kind is inspect.Parameter.VAR_POSITIONAL:
                    function(given)
                elif kind is inspect.Parameter.POSITIONAL_ONLY:
                    function(*[SENSIBLE.get(p, 1) if p != parameter else given for p in parameters])
                else:
                    function(**named)
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
