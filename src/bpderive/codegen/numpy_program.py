"""The matrix program: backpropagation of any network for a mini-batch, in NumPy.

`numpy_program(net)` is its source. Its lines are the proved matrix equations of the book with numbers for their layers:
(25) forwards, (BP1a) and (BP2) backwards, (BP3) and (BP4) summed over the examples. No line of the backward pass is
written here, so that a change of an equation is a change of the program.
"""

from __future__ import annotations

from functools import partial

from sympy import Basic, Integer, Symbol

from bpderive.activations import a, slope
from bpderive.activations.elementwise import expression_source
from bpderive.codegen.functions import Functions, groups, heading
from bpderive.codegen.matrices import MatrixSource, array_name, summed_over_examples
from bpderive.equations import equations
from bpderive.network import Network
from bpderive.notation import L, Sigma, j, k, l
from bpderive.statements import Statement


def numpy_program(net: Network) -> str:
    """The source of a module with `forward`, `gradient`, `value_and_gradient` and what they are made of."""
    functions = Functions(net)
    parts = [_feedforward(net, functions), _cost(net, functions), _backpropagate(net, functions), _calls(net)]
    body = "\n\n".join([*functions.sources, *parts])
    imports = ["import numpy as np"]
    if "math." in body:
        imports.insert(0, "import math")
    says = heading(
        net,
        "The numbers beside the lines are those of the equations that they are. Columns are examples: x has",
        f"the shape ({net.sizes[0]}, m) and y ({net.sizes[-1]}, m). weights and biases are lists, from layer 2 on.",
    )
    return "\n".join([says, "", *imports, "", "", body])


def _proved(number: str, form: str, net: Network, layer: int | None = None) -> Statement:
    """The statement of a numbered equation for a layer of the network."""
    values = {L: Integer(net.depth)}
    if layer is not None:
        values[l] = Integer(layer)
    return equations[number].stated(form).at(values)


def _unpacked(letter: str, net: Network, first: int, source: str) -> str:
    return f"    [{', '.join(f'{letter}{layer}' for layer in range(first, net.depth + 1))}] = {source}"


def _printer(functions: Functions, cost_gradient: str = "", select: str = "") -> MatrixSource:
    def called(kind: type[Basic], layer: int) -> str:
        return functions.of_layer(layer, a if kind is Sigma else slope)

    return MatrixSource(called, cost_gradient, select)


def _feedforward(net: Network, functions: Functions) -> str:
    printer = _printer(functions)
    lines = [
        "def feedforward(weights, biases, x):",
        f'    """All z, for the layers 2 to {net.depth}, and all a, for the layers 1 to {net.depth}."""',
        _unpacked("w", net, 2, "weights"),
        _unpacked("b", net, 2, "biases"),
        "    a1 = x",
    ]
    for layer in range(2, net.depth + 1):
        statement = _proved("25", "matrix", net, layer)
        called = functions.of_layer(layer, a if statement.rhs.function is Sigma else slope)
        lines.append(f"    z{layer} = {printer.source(statement.rhs.args[2])}  # z, layer {layer}")
        lines.append(f"    {printer.source(statement.lhs)} = {called}(z{layer})  # 25, layer {layer}")
    zs, activations = (
        ", ".join(f"{letter}{layer}" for layer in range(first, net.depth + 1))
        for letter, first in (("z", 2), ("a", 1))
    )
    return "\n".join([*lines, f"    return [{zs}], [{activations}]", ""])


def _cost(net: Network, functions: Functions) -> str:
    last = net.depth
    terms = []
    for activation, rows in groups(net, last):
        select = "" if net.layer_activation(last) else f"[{list(rows)}]"
        names = (Symbol(f"{name}{select}", real=True) for name in (f"z{last}", f"a{last}", "y"))
        terms.append(expression_source(functions.cost_term(activation, *names)))
    total = " + ".join(f"np.sum({term})" for term in terms)
    lines = [
        f"def cost(z{last}, a{last}, y):",
        '    """The mean of the cost over the columns."""',
        f"    return {f'({total})' if len(terms) > 1 else total}/y.shape[1]  # 26",
        "",
    ]
    return "\n".join(lines)


def _backpropagate(net: Network, functions: Functions) -> str:
    lines = [
        "def backpropagate(weights, zs, activations, y):",
        '    """The gradient of the mean cost by all b and by all w."""',
        _unpacked("w", net, 2, "weights"),
        _unpacked("z", net, 2, "zs"),
        _unpacked("a", net, 1, "activations"),
        "    m = y.shape[1]",
        *_output_error(net, functions),
    ]
    printer = _printer(functions)
    for layer in range(net.depth - 1, 1, -1):
        statement = _proved("BP2", "matrix", net, layer)
        lines.append(
            f"    {printer.source(statement.lhs)} = {printer.source(statement.rhs)}  # BP2, layer {layer}"
        )
    for name, number, indices in (("b", "BP3", (j,)), ("w", "BP4", (j, k))):
        lines.append(f"    nabla_{name} = [")
        for layer in range(2, net.depth + 1):
            shown = summed_over_examples(_proved(number, "component", net, layer).rhs, indices)
            shown = f"({shown})" if " " in shown and len(indices) > 1 else shown
            lines.append(f"        {shown}/m,  # {number}, layer {layer}")
        lines.append("    ]")
    return "\n".join([*lines, "    return nabla_b, nabla_w", ""])


def _output_error(net: Network, functions: Functions) -> list[str]:
    """The lines of (BP1a); where σ′ is found to cancel, the cancelled form, which saturation cannot harm."""
    last = net.depth
    statement = _proved("BP1a", "matrix", net)
    target = array_name(statement.lhs)
    uniform = net.layer_activation(last) is not None
    lines = [] if uniform else [f"    {target} = np.empty_like(z{last})"]
    for activation, rows in groups(net, last):
        select = "" if uniform else f"[{list(rows)}]"
        output, wanted = (Symbol(f"{name}{select}", real=True) for name in (f"a{last}", "y"))
        cancelled = net.cost.cancelled_error(activation.derivative_from_output(a), output, wanted)
        note = f"  # BP1a, layer {last}"
        if cancelled is not None:
            lines.append(f"    {target}{select} = {expression_source(cancelled)}{note}: σ′ cancels")
            continue
        gradient = expression_source(net.cost.derivative(output, wanted))

        prime = partial(_same, functions.of_activation(activation, slope))
        shown = MatrixSource(prime, gradient, select).source(statement.rhs)
        lines.append(f"    {target}{select} = {shown}{note}")
    return lines


def _same(name: str, kind: type[Basic], layer: int) -> str:
    """The one function that is called, whatever is asked for."""
    return name


def _calls(net: Network) -> str:
    last = net.depth
    return f'''def forward(weights, biases, x):
    """a{last}, the output of the network."""
    _, activations = feedforward(weights, biases, x)
    return activations[-1]


def gradient(weights, biases, x, y):
    """The gradient of the mean cost by all b and by all w."""
    zs, activations = feedforward(weights, biases, x)
    return backpropagate(weights, zs, activations, y)


def value_and_gradient(weights, biases, x, y):
    """The mean cost, and its gradient."""
    zs, activations = feedforward(weights, biases, x)
    return cost(zs[-1], activations[-1], y), backpropagate(weights, zs, activations, y)
'''
