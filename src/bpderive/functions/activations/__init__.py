"""Activation functions: one declaration each, from which everything else is derived.

`activations["sigmoid"]` is a declaration of the catalogue; `Activation(name=…, title=Text(en=…, zh=…), formula=…)`
makes one's own, which works wherever a name does, and `parse_activation("z/(1 + exp(-z))")` reads one from a text that
is not trusted. `resolve` takes either. To add one to the catalogue, write its
declaration in `bpderive.functions.activations.catalogue`: its derivative, range, kinks, numeric code and tests follow.

    >>> sigmoid = activations["sigmoid"]
    >>> sigmoid.derivative_from_output(a), sigmoid.range
    (a*(1 - a), Interval.open(0, 1))
    >>> import sympy
    >>> from bpderive.letters.text import Text
    >>> silu = Activation(name="silu", title=Text(en="SiLU", zh="SiLU"), formula=z / (1 + sympy.exp(-z)))
    >>> silu.derivative(0), silu.limits
    (1/2, (0, oo))
"""

from __future__ import annotations

from bpderive.functions.activations.activation import Activation
from bpderive.functions.activations.catalogue import (
    AnyActivation,
    activations,
    elementwise_activations,
    resolve,
)
from bpderive.functions.activations.parsed import parse_activation
from bpderive.functions.activations.stable import slope
from bpderive.functions.activations.variables import a, z
from bpderive.functions.activations.vector import VectorActivation

__all__ = [
    "Activation",
    "AnyActivation",
    "VectorActivation",
    "a",
    "activations",
    "elementwise_activations",
    "parse_activation",
    "resolve",
    "slope",
    "z",
]
