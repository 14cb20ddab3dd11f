"""Every public function and method of bpderive with each of its parameters, found by inspection.

`public_calls()` gives them as parameters of a test: a function, the name of one of its parameters. `given_to(function,
parameter, value)` calls the function with the value there and sensible ones for what else is required.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest

import bpderive as bp
from bpderive.equations.paths import number_of_paths
from bpderive.functions.activations import a, z
from bpderive.functions.activations.catalogue import softmax
from bpderive.functions.activations.facts import slope_range
from bpderive.functions.costs import y
from bpderive.judge.certify import certify
from bpderive.programs.lambdified import operations

TITLE = bp.Text(en="made for a test", zh="测试用")
NET = bp.Network((2, 2), "sigmoid", "cross_entropy")
W, B, X, Y = [np.array([[1.0, 2.0], [3.0, 4.0]])], [np.ones((2, 1))], np.ones((2, 3)), np.full((2, 3), 0.5)

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
    "weights": W,
    "biases": B,
    "x": X,
    "y": Y,
    "my_backprop": bp.reference.backprop,
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
        ("compiled", bp.compile_gradient(NET)),
        ("verified", bp.verify(NET)),
        ("paths of it", bp.path_sum(NET, 2, 1, 1)),
        ("BP1", bp.equations["BP1"]),
        ("its proof", bp.derivation("BP1")),
        ("its statement", bp.equations["BP1"].statement),
        ("on a network", bp.derivation("BP1").instantiate(NET)),
        ("its certificate", bp.equations["BP1"].check()),
        ("a pair", bp.pairing("sigmoid", "cross_entropy")),
        ("a verdict", bp.check("d(C, b[l,j]) = delta[l,j]")),
        ("findings", bp.compare(bp.reference.backprop, NET)),
        ("a text", TITLE),
        ("number_of_paths", number_of_paths),
        ("slope_range", slope_range),
        ("certify", certify),
        ("operations", operations),
    )


def public_calls() -> Iterator[Any]:
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
            found += [(f"{name}.{f}", getattr(thing, f)) for f in thing.__all__]
        for label, function in found:
            try:
                parameters = inspect.signature(function).parameters
            except (TypeError, ValueError):
                continue
            for parameter in parameters:
                yield pytest.param(function, parameter, id=f"{label}({parameter})")


def given_to(function: Callable[..., Any], parameter: str, value: Any) -> Any:
    """What the function returns or raises, `value` being given where it may be."""
    parameters = inspect.signature(function).parameters
    kind = parameters[parameter].kind
    if kind is inspect.Parameter.POSITIONAL_ONLY:
        return function(*[SENSIBLE.get(p, 1) if p != parameter else value for p in parameters])
    sensible = SENSIBLE | {"formula": (a - y) ** 2} if function is bp.Cost else SENSIBLE
    others = {
        name: sensible.get(name, 1)
        for name, other in parameters.items()
        if name != parameter and other.default is other.empty and other.kind is other.POSITIONAL_OR_KEYWORD
    }
    if kind is inspect.Parameter.VAR_POSITIONAL:
        return function(*others.values(), value)
    if kind is inspect.Parameter.VAR_KEYWORD:
        return function(**others, **dict.fromkeys(("delta", "alpha"), value))
    return function(**others, **{parameter: value})
