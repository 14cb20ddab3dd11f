"""An object with `forward` and `backward` as a function of weights, biases, x and y.

`as_function(thing)` gives that function. It works on a copy of the object: its arrays of weights and biases are found
by their names and filled, `forward(x)` is called and `backward` with what it asks for by name. The derivatives are what
`backward` returns, or what it leaves in arrays that are named after them (dW1, grad_b), or the step by which it moved
the weights. Functions that name their parameters in another order, or take a dictionary, are called as they ask.
"""

from __future__ import annotations

import copy
import inspect
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

_PARAMETER = re.compile(
    r"(?P<letter>weights?|bias(?:es)?|thetas?|ws|bs|[wbθ])"
    r"[\s_]*(?P<layer>\d*)"
)
_DERIVATIVE = re.compile(
    r"(?:d|grads?|nabla|gradients?)[\s_]*(?:weights?|bias(?:es)?|thetas?|ws|bs|[wb])[\s_]*\d*|grads?|gradients?"
)


class NotFilled(Exception):
    """The object has no arrays that the weights and biases fit into."""


@dataclass(frozen=True, slots=True)
class _Slot:
    """A place in an object that holds an array: an attribute, an item of a list or of a dictionary."""

    letter: str
    order: tuple[int, ...]
    value: Any
    put: Callable[[Any], None]


def as_function(thing: Any) -> Callable[..., Any]:
    """A function (weights, biases, x, y), or (weights, x, y), of an object with `forward` and `backward`."""

    def run(*given: Any) -> Any:
        weights, biases = given[0], given[1] if len(given) == 4 else []
        x, y = given[-2:]
        kept = [[array.copy() for array in part] for part in (weights, biases)]
        one = copy.deepcopy(thing)
        slots = sorted(_slots(one), key=lambda slot: slot.order)
        for letter, arrays in (("w", weights), ("b", biases)):
            places = [slot for slot in slots if slot.letter == letter]
            shapes = [np.shape(slot.value) for slot in places]
            if shapes != [array.shape for array in arrays]:
                wanted = [array.shape for array in arrays]
                raise NotFilled(f"arrays {letter} of shapes {shapes}, and those of the network are {wanted}")
            for slot, array in zip(places, arrays, strict=True):
                slot.put(array)
        output = one.forward(x)
        returned = one.backward(*_asked(one.backward, x, y, output))
        if isinstance(returned, dict | list | tuple):
            return returned
        left = {name: value for name, value in _named(one) if _DERIVATIVE.fullmatch(name.lower())}
        if left:
            inner = [value for value in left.values() if isinstance(value, dict)]
            return inner[0] if len(left) == 1 and inner else left
        after = sorted(_slots(one), key=lambda slot: slot.order)
        b, w = (
            [
                old - slot.value
                for old, slot in zip(before, (s for s in after if s.letter == letter), strict=True)
            ]
            for letter, before in (("b", kept[1]), ("w", kept[0]))
        )
        return Moved(b, w)

    return run


class Moved(tuple[list[Any], list[Any]]):
    """By how much a step of `backward` lowered biases and weights: the gradient times a learning rate."""

    def __new__(cls, b: list[Any], w: list[Any]) -> Moved:
        """The differences before − after."""
        return super().__new__(cls, (b, w))


def _named(thing: Any) -> Iterator[tuple[str, Any]]:
    for name, value in vars(thing).items():
        if not callable(value):
            yield name, value


def _slots(thing: Any) -> Iterator[_Slot]:
    """Every array of weights or biases, of the object itself, of its lists and dictionaries and of its layers."""
    for place, (name, value) in enumerate(_named(thing)):
        letter, number = _read(name)
        if letter and isinstance(value, list):
            for at, item in enumerate(value):
                yield _Slot(letter, (at,), item, partial(value.__setitem__, at))
        elif letter and hasattr(value, "shape"):
            yield _Slot(letter, (number,), value, partial(setattr, thing, name))
        elif isinstance(value, dict):
            for key, item in value.items():
                letter, number = _read(str(key))
                if letter and hasattr(item, "shape"):
                    yield _Slot(letter, (number,), item, partial(value.__setitem__, key))
        elif isinstance(value, list):
            for at, item in enumerate(value):
                for slot in _slots(item) if hasattr(item, "__dict__") else ():
                    yield _Slot(slot.letter, (place, at, *slot.order), slot.value, slot.put)


def _read(name: str) -> tuple[str, int]:
    """The letter, w or b, and the number of a name; an empty letter for a name of something else."""
    read = _PARAMETER.fullmatch(name.lower())
    if read is None:
        return "", 0
    return "b" if read["letter"][0] == "b" else "w", int(read["layer"] or 0)


def _asked(backward: Callable[..., Any], x: Any, y: Any, output: Any) -> list[Any]:
    """What `backward` asks for, by the names of its parameters: the input, the targets, the output."""
    names = [
        p.name.lower()
        for p in inspect.signature(backward).parameters.values()
        if p.default is p.empty and p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)
    ]
    if len(names) == 1:
        return [y]
    return [
        x if n[0] in "xi" else y if n[0] in "ytl" and n not in ("y_hat", "yhat", "y_pred") else output
        for n in names
    ]


_MEANT = {
    "weights": re.compile(r"(?:all_?)?(?:w|ws|weights?|thetas?|θ)(?:_?list|_?matrices)?"),
    "biases": re.compile(r"(?:all_?)?(?:b|bs|bias|biases)(?:_?list|_?vectors)?"),
    "parameters": re.compile(r"params?|parameters"),
    "x": re.compile(r"x|xs|inputs?|x_?batch|data|x_?train|a0"),
    "y": re.compile(r"y|ys|t|ts|targets?|labels?|y_?batch|y_?train|y_?true|desired"),
}


def asked_for(function: Callable[..., Any]) -> list[str] | None:
    """The arguments that a function asks for by the names of its parameters, in its order; None if they do not say."""
    try:
        parameters = inspect.signature(function).parameters.values()
    except (TypeError, ValueError):
        return None
    names = [
        p.name.lower()
        for p in parameters
        if p.default is p.empty and p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)
    ]
    found = [next((kind for kind, names in _MEANT.items() if names.fullmatch(name)), None) for name in names]
    known = [kind for kind in found if kind is not None]
    complete = {"x", "y"} < set(known) and ({"weights"} <= set(known) or {"parameters"} <= set(known))
    return known if complete and len(known) == len(names) == len(set(known)) else None
