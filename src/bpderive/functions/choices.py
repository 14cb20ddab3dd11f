"""What a network may be made of: its sizes, an activation for every neuron, and a cost that fits the outputs.

`checked_sizes` and `chosen_layers` bring what a user gives into one form; the functions `check_…` say what does not go
together. All raise errors that say what was given, what was wanted and how to mend it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from numbers import Integral
from typing import Any

import sympy

from bpderive.errors import DomainError, NetworkError, shown
from bpderive.functions.activations import Activation, AnyActivation, VectorActivation, activations
from bpderive.functions.activations import resolve as find_activation
from bpderive.functions.activations.facts import interval
from bpderive.functions.costs import Cost
from bpderive.letters.plain import plain
from bpderive.letters.refusals import (
    ACTIVATION,
    ACTIVATIONS,
    ACTIVATIONS_OF_LAYER,
    FEW_SIZES,
    FOR_A_HIDDEN_LAYER,
    FOR_ONE_OUTPUT,
    FOR_SINGLE_NEURONS,
    NEURON,
    NEURONS_WANTED,
    NO_NEURON,
    OPEN_PARAMETERS,
    OUTSIDE,
    ROUNDED,
    ROUNDED_TO_AN_END,
    SIZE,
    SIZES,
    SIZES_WANTED,
    VALUES,
    VALUES_UNKNOWN,
)

LayerChoice = AnyActivation | tuple[Activation, ...]
ActivationChoice = str | AnyActivation | Iterable[Any] | Mapping[Any, str | Activation]


def checked_sizes(given: object) -> tuple[int, ...]:
    """The widths of the layers; raises `NetworkError` unless they are at least two positive integers."""
    if isinstance(given, str | bytes | Mapping | set | frozenset) or not isinstance(given, Iterable):
        raise NetworkError(SIZES.format(given=shown(given), wanted=SIZES_WANTED))
    entries = tuple(given)
    sizes: list[int] = []
    for entry in entries:
        size = int(entry) if isinstance(entry, Integral) and not isinstance(entry, bool) else 0
        if size < 1:
            place = len(sizes) + 1
            raise NetworkError(SIZE.format(layer=place, given=shown(entry), wanted=SIZES_WANTED))
        sizes.append(size)
    if len(sizes) < 2:
        raise NetworkError(FEW_SIZES.format(given=shown(entries), wanted=SIZES_WANTED))
    return tuple(sizes)


def check_vector_valued(sizes: tuple[int, ...], chosen: tuple[LayerChoice, ...]) -> None:
    """Raise `NetworkError` for an activation of a whole layer that is not that of an output layer of two or more."""
    for layer, choice in enumerate(chosen, start=2):
        found = [f for f in (choice if isinstance(choice, tuple) else (choice,)) if not f.elementwise]
        if not found:
            continue
        name = found[0].name
        if isinstance(choice, tuple):
            raise NetworkError(FOR_SINGLE_NEURONS.format(name=name, layer=layer))
        if layer < len(sizes):
            others = ", ".join(["'sigmoid'"] * (len(sizes) - 2))
            raise NetworkError(
                FOR_A_HIDDEN_LAYER.format(name=name, layer=layer, depth=len(sizes), others=others)
            )
        if sizes[-1] < 2:
            raise NetworkError(FOR_ONE_OUTPUT.format(name=name))


def chosen_layers(sizes: tuple[int, ...], given: ActivationChoice) -> tuple[LayerChoice, ...]:
    """The activation of each layer from 2; raises `NetworkError` or `UnknownName` for what cannot be meant."""
    if isinstance(given, str | Activation | VectorActivation):
        return (find_activation(given),) * (len(sizes) - 1)
    if isinstance(given, Mapping):
        return _by_neuron(sizes, given)
    if not isinstance(given, list | tuple):
        raise NetworkError(ACTIVATION.format(given=shown(given)))
    if len(given) != len(sizes) - 1:
        raise NetworkError(
            ACTIVATIONS.format(count=len(given), sizes=sizes, wanted=len(sizes) - 1, depth=len(sizes))
        )
    return tuple(_one_layer(place + 2, sizes[place + 1], entry) for place, entry in enumerate(given))


def _one_layer(layer: int, size: int, given: Any) -> LayerChoice:
    if not isinstance(given, list | tuple):
        return find_activation(given)
    if len(given) != size:
        raise NetworkError(ACTIVATIONS_OF_LAYER.format(count=len(given), layer=layer, size=size))
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
        wanted = NEURONS_WANTED.format(depth=len(sizes))
        pair = isinstance(neuron, tuple) and len(neuron) == 2 and all(type(i) is int for i in neuron)
        if not pair or not 2 <= neuron[0] <= len(sizes):
            raise NetworkError(NO_NEURON.format(given=shown(neuron), wanted=wanted))
        layer, j = neuron
        if not 1 <= j <= sizes[layer - 1]:
            size = sizes[layer - 1]
            raise NetworkError(NEURON.format(j=j, layer=layer, wanted=wanted, size=size))
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
        raise NetworkError(OPEN_PARAMETERS.format(cost=cost.name, names=names, first=cost.open_parameters[0]))


def check_domain(activation: AnyActivation, cost: Cost) -> None:
    """Raise `DomainError` if the activation's values leave the domain of the cost, exactly or when rounded."""
    if stays_in(activation, cost):
        return
    values = activation.range
    if values is not None and values.is_subset(cost.domain):
        said = ROUNDED if not activation.elementwise else ROUNDED_TO_AN_END
        raise DomainError(
            said.format(
                activation=activation.name, cost=cost.name, domain=plain(cost.domain), known=_known(cost)
            )
        )
    has = VALUES_UNKNOWN if values is None else VALUES.format(values=plain(interval(values)))
    raise DomainError(
        OUTSIDE.format(
            activation=activation.name,
            has=has,
            cost=cost.name,
            domain=plain(cost.domain),
            known=_known(cost),
        )
    )


def _known(cost: Cost) -> str:
    return ", ".join(f.name for f in activations.values() if stays_in(f, cost))


def rounds_out_of(activation: AnyActivation, cost: Cost) -> bool:
    """Whether outputs are rounded to where the cost is not defined, and nothing cancels what it divides by.

    Those of a whole layer are rounded to 1; those of one neuron to an end of their range that they only approach.
    """
    if isinstance(activation, VectorActivation):
        return 1 not in cost.domain
    values, domain = activation.range, cost.domain
    if not isinstance(values, sympy.Interval) or not isinstance(domain, sympy.Interval):
        return False
    below = values.left_open and values.inf.is_finite and values.inf == domain.inf
    above = values.right_open and values.sup.is_finite and values.sup == domain.sup
    if not (below and domain.left_open) and not (above and domain.right_open):
        return False
    return cost.cancelled_error(activation.derivative_from_output()) is None


def stays_in(activation: AnyActivation, cost: Cost) -> bool:
    """Whether all values, rounded too, are where the cost is defined.

    The range is derived only if some values at once do not tell.
    """
    if cost.domain == sympy.S.Reals:
        return True
    if isinstance(activation, Activation) and not all(activation.expr(z) in cost.domain for z in (-4, 0, 4)):
        return False
    values = activation.range
    return values is not None and values.is_subset(cost.domain) and not rounds_out_of(activation, cost)
