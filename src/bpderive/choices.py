"""What a network may be made of: its sizes, an activation for every neuron, and a cost that fits the outputs.

`checked_sizes` and `chosen_layers` bring what a user gives into one form; the functions `check_…` say what does not go
together. All raise errors that say what was given, what was wanted and how to mend it.
"""

from __future__ import annotations

import operator
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
import sympy

from bpderive.activations import Activation, AnyActivation, VectorActivation, activations
from bpderive.activations import resolve as find_activation
from bpderive.costs import Cost
from bpderive.errors import DomainError, NetworkError

LayerChoice = AnyActivation | tuple[Activation, ...]
ActivationChoice = str | AnyActivation | Iterable[Any] | Mapping[Any, str | Activation]


def checked_sizes(given: object) -> tuple[int, ...]:
    """The widths of the layers; raises `NetworkError` unless they are at least two positive integers."""
    wanted = (
        "Give at least two positive integers, the numbers of neurons of the layers from the input: (2, 3, 2)."
    )
    if isinstance(given, str | bytes | Mapping | set | frozenset) or not isinstance(given, Iterable):
        raise NetworkError(f"The sizes of a network were given as {given!r}. {wanted}")
    entries = tuple(given)
    sizes: list[int] = []
    for entry in entries:
        try:
            size = 0 if isinstance(entry, bool | np.bool_) else operator.index(entry)
        except TypeError:
            size = 0
        if size < 1:
            raise NetworkError(f"Layer {len(sizes) + 1} of a network was given the size {entry!r}. {wanted}")
        sizes.append(size)
    if len(sizes) < 2:
        raise NetworkError(f"A network was given the sizes {entries}. {wanted}")
    return tuple(sizes)


def check_vector_valued(sizes: tuple[int, ...], chosen: tuple[LayerChoice, ...]) -> None:
    """Raise `NetworkError` for an activation of a whole layer that is not that of an output layer of two or more."""
    for layer, choice in enumerate(chosen, start=2):
        found = [f for f in (choice if isinstance(choice, tuple) else (choice,)) if not f.elementwise]
        if not found:
            continue
        name = found[0].name
        if isinstance(choice, tuple):
            raise NetworkError(
                f"{name} was given for single neurons of layer {layer}, and it is a function of a whole layer: give it "
                "for the output layer, as the last entry of a tuple with one activation for each layer from 2."
            )
        if layer < len(sizes):
            others = ", ".join(["'sigmoid'"] * (len(sizes) - 2))
            raise NetworkError(
                f"{name} was given for layer {layer} of {len(sizes)}, and it is for the output layer only: each of its "
                f"outputs depends on the whole layer. Give activation=({others}, {name!r}), with any others before."
            )
        if sizes[-1] < 2:
            raise NetworkError(
                f"{name} was given for an output layer of one neuron, whose output would be the same for every input. "
                "Give the output layer one neuron for each class, at least 2."
            )


def chosen_layers(sizes: tuple[int, ...], given: ActivationChoice) -> tuple[LayerChoice, ...]:
    """The activation of each layer from 2; raises `NetworkError` or `UnknownName` for what cannot be meant."""
    if isinstance(given, str | Activation | VectorActivation):
        return (find_activation(given),) * (len(sizes) - 1)
    if isinstance(given, Mapping):
        return _by_neuron(sizes, given)
    if not isinstance(given, list | tuple):
        raise NetworkError(
            f"The activation of a network was given as {given!r}. Give a name, an Activation, a tuple with one for "
            "each layer from 2, or a mapping from neurons such as (2, 1)."
        )
    if len(given) != len(sizes) - 1:
        raise NetworkError(
            f"{len(given)} activations were given for a network of sizes {sizes}; "
            f"it needs {len(sizes) - 1}, one for each layer from 2 to {len(sizes)}."
        )
    return tuple(_one_layer(place + 2, sizes[place + 1], entry) for place, entry in enumerate(given))


def _one_layer(layer: int, size: int, given: Any) -> LayerChoice:
    if not isinstance(given, list | tuple):
        return find_activation(given)
    if len(given) != size:
        raise NetworkError(
            f"{len(given)} activations were given for layer {layer}, which has {size} neurons."
        )
    return _one_or_many(tuple(find_activation(entry) for entry in given))


def _one_or_many(chosen: tuple[Any, ...]) -> LayerChoice:
    """One activation for a layer where all its neurons have the same; softmax is not one of its neurons'."""
    same = len(set(chosen)) == 1 and chosen[0].elementwise
    found: LayerChoice = chosen[0] if same else chosen
    return found


def _by_neuron(sizes: tuple[int, ...], given: Mapping[Any, str | Activation]) -> tuple[LayerChoice, ...]:
    default = find_activation(given.get("default", "sigmoid"))
    chosen = [[default] * size for size in sizes[1:]]
    for neuron, function in given.items():
        if neuron == "default":
            continue
        wanted = f"Neurons are pairs (layer, number), the layers being 2 to {len(sizes)}"
        pair = isinstance(neuron, tuple) and len(neuron) == 2 and all(type(i) is int for i in neuron)
        if not pair or not 2 <= neuron[0] <= len(sizes):
            raise NetworkError(f"An activation was given for {neuron!r}. {wanted}.")
        layer, j = neuron
        if not 1 <= j <= sizes[layer - 1]:
            raise NetworkError(
                f"An activation was given for neuron {j} of layer {layer}, which does not exist. {wanted}; "
                f"layer {layer} has the neurons 1 to {sizes[layer - 1]}."
            )
        chosen[layer - 2][j - 1] = find_activation(function)
    return tuple(_one_or_many(tuple(functions)) for functions in chosen)


def distinct(choices: Iterable[LayerChoice]) -> list[AnyActivation]:
    """Every activation that occurs, once, in the order of occurrence."""
    every = [f for choice in choices for f in (choice if isinstance(choice, tuple) else (choice,))]
    return list(dict.fromkeys(every))


def check_numbers(cost: Cost) -> None:
    """Raise `NetworkError` for a cost with a parameter that is a symbol."""
    if cost.open_parameters:
        names = ", ".join(cost.open_parameters)
        raise NetworkError(
            f"The cost {cost.name} was given with a symbol for {names}; a network computes, so give it a number: "
            f".with_parameters({cost.open_parameters[0]}=1)."
        )


def check_domain(activation: AnyActivation, cost: Cost) -> None:
    """Raise `DomainError` if the activation's values leave the domain of the cost."""
    if cost.domain == sympy.S.Reals:
        return
    values = activation.range
    if values is not None and values.is_subset(cost.domain):
        return
    known = [f.name for f in activations.values() if stays_in(f, cost.domain)]
    has = "takes values that could not be derived" if values is None else f"takes the values {values}"
    raise DomainError(
        f"The output layer's activation {activation.name} {has}, and the cost {cost.name} is defined "
        f"for outputs in {cost.domain} only. Take another cost, or in the output layer one of: {', '.join(known)}."
    )


def stays_in(activation: AnyActivation, domain: sympy.Set) -> bool:
    """Whether all values are in `domain`; its range is derived only if some values at once do not tell."""
    if isinstance(activation, Activation) and not all(activation.expr(z) in domain for z in (-4, 0, 4)):
        return False
    values = activation.range
    return values is not None and bool(values.is_subset(domain))
