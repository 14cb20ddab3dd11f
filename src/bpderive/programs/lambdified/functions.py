"""The functions that a program calls: σ, σ′, ∇C and the cost, each by its stable form, as source.

`Functions(net)` gives the name of each by its kind and layer, and defines it when it is first asked for. Every text is
written with NumPy's names as `np`; bound to the namespace of another library it computes with that library's arrays.
"""

from __future__ import annotations

import keyword
import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import sympy
from sympy import Expr, Symbol

from bpderive.functions.activations import (
    Activation,
    AnyActivation,
    VectorActivation,
    a,
    activations,
    slope,
    z,
)
from bpderive.functions.activations.elementwise import docstring, expression_source
from bpderive.functions.activations.layer_program import LayerProgram, function_source, layer_source
from bpderive.functions.activations.rewriting import POINTS
from bpderive.functions.network import Network
from bpderive.letters.text import Text
from bpderive.programs.lambdified.arrays import Engine
from bpderive.proofs.pairings import cancelled

_TAKEN = re.compile(
    r"np|math|[xyz]|slope|abs|float|[wbza]\d+|delta\d+|nabla_\w+|backprop|forward|cost\w*|output_error"
    r"|(activation|slope)\d+"
)
"""What a program calls something else."""

Rows = tuple[Activation, tuple[int, ...]]

_OWN_FUNCTIONS = Text(
    "Each neuron of layer {layer} by its own function.", "第 {layer} 层的每个神经元用自己的函数。"
)
_OF_LAYER = Text("{name} of a layer, the rows being its neurons.", "一层的 {name}，每行是一个神经元。")
_COST_GRADIENT = Text(
    "∂C/∂a, C being the mean over the examples, (26).", "∂C/∂a，其中 C 是对样本的平均值，见 (26)。"
)
_OUTPUT_ERROR = Text(
    "∂C/∂z where the slope of σ cancels, C being the mean over the examples, (26).",
    "∂C/∂z，其中 σ 的斜率已消去，C 是对样本的平均值，见 (26)。",
)
_COST = Text("The mean of the cost over the examples, (26).", "代价对样本的平均值，见 (26)。")
_FOR = Text("{shown} for {formula}", "{formula} 的 {shown}")
_STABLE = Text("{formula}, without overflow.", "{formula}，用不会溢出的形式计算。")
_PLAIN = Text("{formula}.", "{formula}。")
_FAILING = Text(", nan or inf at {bad}", "，其中 {bad} 个点得到 nan 或 inf")
_MEASURED = Text(
    "{formula}; measured error at {points} points: {ulp} units in the last place{failing}.",
    "{formula}；在 {points} 个点上测得的误差：{ulp} 个末位单位（ULP）{failing}。",
)


class Functions:
    """The functions of a program by (kind, layer); `sources` are their texts in the order of asking.

    The kinds are "activation", "slope", "cost_gradient", "output_error", "back" (Jᵀ∇C of a whole layer) and "cost".
    """

    def __init__(self, net: Network) -> None:
        self.net = net
        self._known: dict[tuple[str, int], str] = {}
        self._elementwise: dict[tuple[Activation, Expr], str] = {}
        self._used: set[str] = set()
        self.sources: list[str] = []

    def on(self, engine: Engine) -> dict[str, Callable[..., Any]]:
        """The functions asked for so far, computing with the arrays of an engine."""
        made = engine.run("\n".join(self.sources))
        for (activation, wanted), name in self._elementwise.items():
            own = engine.own(activation)
            made[name] = own.get(wanted, made[name])
        return made

    def __getitem__(self, key: tuple[str, int]) -> str:
        kind, layer = key
        if kind == "cost_gradient":  # the same for every layer that the cost reads
            key = (kind, 0)
        if key not in self._known:
            makers: dict[str, Callable[[int], str]] = {
                "activation": lambda layer: self._of_layer(layer, "activation", a),
                "slope": lambda layer: self._of_layer(layer, "slope", slope),
                "cost_gradient": self._cost_gradient,
                "output_error": self._output_error,
                "back": self._back,
                "cost": self._cost,
            }
            self._known[key] = makers[kind](layer)
        return self._known[key]

    def _of_layer(self, layer: int, kind: str, wanted: Expr) -> str:
        whole = self.net.layer_activation(layer)
        if isinstance(whole, VectorActivation):
            return self._of_vector(whole, whole.name, whole.program())
        groups = self._groups(layer)
        if len(groups) == 1:
            return self._of_neuron(groups[0][0], wanted)
        parts = [f"{self._of_neuron(function, wanted)}(z[{_run(rows)}])" for function, rows in groups]
        return self._stacked(f"{kind}{layer}", "z", str(_OWN_FUNCTIONS.format(layer=layer)), parts)

    def _groups(self, layer: int) -> list[Rows]:
        """The neurons of a layer, counted from 0: runs of neighbours with the same activation."""
        uniform = self.net.layer_activation(layer)
        if isinstance(uniform, Activation):
            return [(uniform, tuple(range(self.net.width(layer))))]
        runs: list[Rows] = []
        for neuron in range(self.net.width(layer)):
            function = self.net.activation_of(layer, neuron + 1)
            if runs and runs[-1][0] == function:
                runs[-1] = (function, (*runs[-1][1], neuron))
            else:
                runs.append((function, (neuron,)))
        return runs

    def _of_neuron(self, activation: Activation, wanted: Expr = a) -> str:
        """The function of z that computes σ (a), σ′ (slope) or an expression in a = σ(z)."""
        key = (activation, wanted)
        if key not in self._elementwise:
            name = self._elementwise[key] = self._free(_spoken(activation.name, wanted))
            self.sources.append(function_source(name, activation.numeric(wanted), _says(activation, wanted)))
        return self._elementwise[key]

    def _of_vector(self, function: VectorActivation, wanted: str, program: LayerProgram) -> str:
        name = self._free(wanted)
        self.sources.append(layer_source(name, program, str(_OF_LAYER.format(name=wanted))))
        return name

    def _cost_gradient(self, layer: int) -> str:
        shown = _over_examples(self.net.cost.derivative(a, _Y))
        return self._function("cost_gradient", "a, y", str(_COST_GRADIENT), shown)

    def _output_error(self, layer: int) -> str:
        """δ^L where σ′ cancels against the cost."""
        says = str(_OUTPUT_ERROR)
        whole = self.net.activation[-1]
        if not isinstance(whole, tuple):
            program = cancelled(whole, self.net.cost)
            assert program is not None
            if program.lines:
                whole_layer = replace(program, result=program.result / _M)
                self.sources.append(layer_source("output_error", whole_layer, says))
                return "output_error"
            return self._function("output_error", "a, y", says, _over_examples(program.result))
        parts = []
        for function, rows in self._groups(layer):
            program, at = cancelled(function, self.net.cost), _run(rows)
            if program is None:
                slope_name = self._of_neuron(function, slope)
                parts.append(f"{self['cost_gradient', layer]}(a[{at}], y[{at}]) * {slope_name}(z[{at}])")
            else:
                own = self._free(f"output_error_{function.name}")
                parts.append(f"{own}(a[{at}], y[{at}])")
                self._function(own, "a, y", says, _over_examples(program.result))
        return self._stacked("output_error", "z, a, y", says, parts)

    def _back(self, layer: int) -> str:
        whole = self.net.layer_activation(layer)
        assert isinstance(whole, VectorActivation)
        return self._of_vector(whole, f"{whole.name}_back", whole.pullback_program)

    def _cost(self, layer: int) -> str:
        """The mean cost by z, a and y: ln σ(z) is taken of z, where a may have rounded to 1."""
        whole = self.net.layer_activation(layer)
        groups = [(whole, ())] if isinstance(whole, VectorActivation) else self._groups(layer)
        totals = []
        for function, rows in groups:
            at = f"[{_run(rows)}]" if len(groups) > 1 else ""
            term = self._cost_term(function, *(Symbol(f"{letter}{at}", real=True) for letter in "zay"))
            shown = expression_source(term)
            if not term.free_symbols:
                shown = f"np.full_like(a{at}, {shown})"
            totals.append(f"({shown}).sum()")
        shown = f"({' + '.join(totals)}) / a.shape[1]" if len(totals) > 1 else f"{totals[0]} / a.shape[1]"
        return self._function("cost", "z, a, y", str(_COST), shown)

    def _cost_term(self, activation: AnyActivation, weighted: Symbol, output: Symbol, target: Symbol) -> Expr:
        term = self.net.cost.term(a, target)
        calls = {}
        for part in sorted(term.atoms(sympy.Function), key=str):
            if activation.has_stable(part):
                name = (
                    self._of_vector(activation, _spoken(activation.name, part), activation.program(part))
                    if isinstance(activation, VectorActivation)
                    else self._of_neuron(activation, part)
                )
                calls[part] = sympy.Function(name)(weighted)
        return term.subs(calls).subs(a, output)

    def _stacked(self, name: str, arguments: str, says: str, parts: list[str]) -> str:
        return self._function(name, arguments, says, f"np.concatenate([{', '.join(parts)}])")

    def _function(self, name: str, arguments: str, says: str, result: str) -> str:
        self.sources.append(f"def {name}({arguments}):\n    {docstring(says)}\n    return {result}\n")
        return name

    def _free(self, wanted: str) -> str:
        """A name like `wanted` that is free, and taken from now on."""
        name = re.sub(r"\W", "_", wanted, flags=re.ASCII)
        if not name.isidentifier() or keyword.iskeyword(name) or _TAKEN.fullmatch(name):
            name = f"f_{name}"
        numbered = (name, *(f"{name}_{i}" for i in range(2, len(self._used) + 3)))
        found = next(n for n in numbered if n not in self._used)
        self._used.add(found)
        return found


_Y = Symbol("y", real=True)


def _run(rows: tuple[int, ...]) -> str:
    """Neighbouring rows as a slice."""
    return f"{rows[0]}:{rows[-1] + 1}"


_M = Symbol("a.shape[1]", positive=True)
"""The number of examples, as the program reads it."""


def _over_examples(expression: Expr) -> str:
    """The expression in a and y for each neuron, divided by the number of examples."""
    if not expression.free_symbols:
        return f"np.full_like(a, {expression_source(expression)}) / {_M}"
    return expression_source(expression / _M)


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
    """In words what is computed, and whether by a form that rounds better than the formula."""
    formula = f"σ(z) = {activation.formula}"
    says = Text(formula, formula)
    if wanted != a:
        shown = "σ′(z)" if wanted == slope else wanted.subs(a, Symbol("σ(z)"))
        says = _FOR.format(shown=shown, formula=formula)
    if activation.has_stable(wanted):
        return str(_STABLE.format(formula=says))
    if activations.get(activation.name) == activation or activation.formula.is_polynomial(z):
        return str(_PLAIN.format(formula=says))
    form = activation.measured(wanted)
    failing = _FAILING.format(bad=form.bad) if form.bad else ""
    return str(_MEASURED.format(formula=says, points=len(POINTS), ulp=f"{form.ulp:.2g}", failing=failing))
