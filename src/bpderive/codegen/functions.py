"""The functions at the top of a generated program: σ, σ′ and what the cost needs of them, each by its stable form.

`Functions(net, dialect)` defines a function when its name is first asked for, so that a program holds those that it
calls. Names are those of the declarations, made valid and different where they are not.
"""

from __future__ import annotations

import keyword
import re

import sympy
from sympy import Expr, Symbol

from bpderive.activations import Activation, a, activations, slope, z
from bpderive.activations.elementwise import NumPySource, function_source
from bpderive.activations.rewriting import POINTS
from bpderive.errors import NetworkError
from bpderive.network import Network

_TAKEN = re.compile(
    r"np|math|x|y|m|[wbzay]\d+(_\d+)*|delta\d*|nabla_.*|weights|biases|zs|activations|sigma\d+(_prime)?"
    r"|feedforward|forward|backpropagate|gradient|value_and_gradient|cost|column|abs|min|max|float"
)

Group = tuple[Activation, tuple[int, ...]]
"""An activation and the neurons of a layer that have it, counted from 0."""


def heading(net: Network, *lines: str) -> str:
    """The docstring of a program: what it computes, and the lines that say how to read it."""
    cost = net.cost.title.en.replace("\\", "").replace('"', "'")
    first = f'"""Backpropagation for the network {net.sizes} with the {cost}, derived by bpderive.'
    return "\n".join([first, "", *lines, '"""'])


def groups(net: Network, layer: int) -> list[Group]:
    """The neurons of `layer` by their activation, in the order of the first neuron of each."""
    found: dict[Activation, list[int]] = {}
    for neuron in range(net.width(layer)):
        found.setdefault(net.activation_of(layer, neuron + 1), []).append(neuron)
    return [(activation, tuple(neurons)) for activation, neurons in found.items()]


class Functions:
    """The functions of a program, defined as they are asked for; `sources` are their texts in that order."""

    def __init__(self, net: Network, dialect: type[NumPySource] = NumPySource) -> None:
        self._net = net
        self._dialect = dialect
        self._names: dict[tuple[Activation | int, Expr], str] = {}
        self.sources: list[str] = []

    def of_activation(self, activation: Activation, wanted: Expr = a) -> str:
        """The name of the function of z that computes σ (a), σ′ (slope) or an expression in a = σ(z)."""
        known = self._names.get((activation, wanted))
        if known is None:
            known = self._names[activation, wanted] = self._free(_spoken(activation.name, wanted))
            says = _says(activation, wanted)
            form = activation.numeric(wanted)
            self.sources.append(function_source(known, form, says, dialect=self._dialect))
        return known

    def of_layer(self, layer: int, wanted: Expr = a) -> str:
        """The name of the function that computes σ (a) or σ′ (slope) of `layer`, row by row if its neurons differ."""
        if not isinstance(uniform := self._net.layer_activation(layer), Activation | None):
            raise NetworkError(f"There is no code for {uniform.name}, a function of the whole layer {layer}.")
        if uniform is not None:
            return self.of_activation(uniform, wanted)
        known = self._names.get((layer, wanted))
        if known is None:
            name = f"sigma{layer}" + ("_prime" if wanted == slope else "")
            known = self._names[layer, wanted] = name
            rows = [(self.of_activation(f, wanted), list(neurons)) for f, neurons in groups(self._net, layer)]
            shown = "σ′" if wanted == slope else "σ"
            lines = [f"    result[{neurons}] = {function}(z[{neurons}])" for function, neurons in rows]
            self.sources.append(
                "\n".join(
                    [
                        f"def {name}(z):",
                        f'    """{shown} of layer {layer}, whose neurons (the rows, from 0) have different ones."""',
                        "    result = np.empty_like(z)",
                        *lines,
                        "    return result",
                        "",
                    ]
                )
            )
        return known

    def cost_term(self, activation: Activation, weighted: Symbol, output: Symbol, target: Symbol) -> Expr:
        """The cost of one output neuron, by the symbols of its z, a and y.

        What the activation declares a stable form of, such as ln σ(z), is a call with z, where a may have rounded to 1.
        """
        term = self._net.cost.term(a, target)
        calls = {
            part: sympy.Function(self.of_activation(activation, part))(weighted)
            for part in sorted(term.atoms(sympy.Function), key=str)
            if activation.has_stable(part)
        }
        return term.subs(calls).subs(a, output)

    def _free(self, wanted: str) -> str:
        name = re.sub(r"\W", "_", wanted, flags=re.ASCII)
        if not name.isidentifier() or keyword.iskeyword(name) or _TAKEN.fullmatch(name):
            name = f"f_{name}"
        used = set(self._names.values())
        return next(n for n in (name, *(f"{name}_{i}" for i in range(2, len(used) + 3))) if n not in used)


def _spoken(name: str, wanted: Expr) -> str:
    """A name for the function: sigmoid, sigmoid_prime, log_sigmoid, log_one_minus_sigmoid."""
    usual = {
        a: name,
        slope: f"{name}_prime",
        sympy.log(a): f"log_{name}",
        sympy.log(1 - a): f"log_one_minus_{name}",
    }
    return usual.get(wanted, f"{name}_of_{wanted}")


def _says(activation: Activation, wanted: Expr) -> str:
    """The docstring: what is computed, and whether by a form that rounds better than the formula."""
    formula = f"σ(z) = {activation.formula}"
    if wanted != a:
        shown = "σ′(z)" if wanted == slope else wanted.subs(a, Symbol("σ(z)"))
        formula = f"{shown} for {formula}"
    if activation.has_stable(wanted):
        return f"{formula}, in a form that does not overflow."
    if activations.get(activation.name) == activation or activation.formula.is_polynomial(z):
        return f"{formula}."
    form = activation.measured(wanted)
    failing = f", nan or inf at {form.bad}" if form.bad else ""
    return (
        f"{formula}; measured error at {len(POINTS)} points: {form.ulp:.2g} units in the last place{failing}."
    )
