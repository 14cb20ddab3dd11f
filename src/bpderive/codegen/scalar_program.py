"""The scalar program: backpropagation of a tiny network, one number at a time, in plain Python.

`scalar_program(net)` is its source. Its functions are what `sympy.lambdify` prints of the let-bindings of
`bpderive.gradient`, given to it as they are, with no search for common parts. For a few neurons this is faster than
NumPy, whose every call costs more than the arithmetic; for more than `MOST` weights and biases it is refused.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Sequence
from itertools import pairwise

import sympy
from sympy import Expr, Function, Symbol
from sympy.core.function import AppliedUndef

from bpderive.activations import Activation, a, slope
from bpderive.activations.elementwise import PythonSource
from bpderive.codegen.functions import Functions, docstring, heading
from bpderive.errors import NetworkError
from bpderive.gradient import Binding, gradient
from bpderive.network import Network, code_name, component

MOST = 300
"""The most weights and biases of a network that gets a scalar program."""


def scalar_program(net: Network, dtype: str = "float64", views: bool = False) -> str:
    """The source of a module with `forward`, `gradient` and `value_and_gradient`.

    Raises `NetworkError` for a network with more than `MOST` weights and biases.
    """
    _require_small(net)
    parameters = [s for layers in (net.w, net.b) for matrix in layers.values() for s in matrix]
    functions = Functions(net, define=PythonSource)
    found = gradient(net)
    computed = _computed(net)
    bindings = [(symbol, _called(symbol, value, computed, functions)) for symbol, value in found.bindings]
    last = net.depth
    cost = Symbol("C", real=True)
    terms = [_cost_term(net, functions, j + 1) for j in range(net.width(last))]
    by_all = [entry for tables in (found.b, found.w) for matrix in tables.values() for entry in matrix]
    given = [*parameters, *net.x]
    parts = [
        _function("forward_of_one", given, _needed(bindings, list(net.a[last])), list(net.a[last]), last),
        _function("gradient_of_one", [*given, *net.y], bindings, by_all, last),
        _function(
            "all_of_one", [*given, *net.y], [*bindings, (cost, sympy.Add(*terms))], [cost, *by_all], last
        ),
        _calls(net),
    ]
    says = docstring(
        heading(
            net,
            "One example at a time, in numbers: w2_1_3 is w^2_13. x and y have one column for each example.",
        )
    )
    imports = ["import math", "", "import numpy as np"]
    return "\n".join([says, "", *imports, "", "", "\n\n".join([*functions.sources, *parts])])


def _require_small(net: Network) -> None:
    count = sum((below + 1) * above for below, above in pairwise(net.sizes))
    if count > MOST:
        raise NetworkError(
            f'The target "scalar" is for tiny networks, of at most {MOST} weights and biases; the network {net.sizes} '
            f'has {count}. Take the target "numpy".'
        )


def _computed(net: Network) -> dict[Symbol, tuple[Activation, Expr, Symbol]]:
    """For the symbols of all a^l_j and σ′(z^l_j) the activation, which of its two functions it is, and z^l_j."""
    return {
        component(letter, layer, j): (net.activation_of(layer, j), wanted, component("z", layer, j))
        for letter, wanted in (("a", a), ("sigmaprime", slope))
        for layer in range(2, net.depth + 1)
        for j in range(1, net.width(layer) + 1)
    }


def _called(
    symbol: Symbol, value: Expr, computed: dict[Symbol, tuple[Activation, Expr, Symbol]], functions: Functions
) -> Expr:
    """The value of a binding, σ(z) and σ′(z) being calls of the functions that compute them stably."""
    if symbol not in computed or value.is_number:
        return value
    activation, wanted, z = computed[symbol]
    return Function(functions.of(activation, wanted))(z)


def _cost_term(net: Network, functions: Functions, j: int) -> Expr:
    last = net.depth
    z, output, target = component("z", last, j), component("a", last, j), component("y", None, j)
    return functions.cost_term(net.activation_of(last, j), z, output, target)


def _needed(bindings: Sequence[Binding], results: Sequence[Expr]) -> list[Binding]:
    """The bindings that the results need."""
    wanted = set().union(*(result.free_symbols for result in results))
    kept: list[Binding] = []
    for symbol, value in reversed(bindings):
        if symbol in wanted:
            kept.insert(0, (symbol, value))
            wanted |= value.free_symbols
    return kept


def _function(
    name: str, given: Sequence[Symbol], bindings: Sequence[Binding], results: Sequence[Expr], last: int
) -> str:
    """What `lambdify` makes of the bindings and the results, under a name of its own."""
    symbols = {*given, *(symbol for symbol, _ in bindings)}
    called = {
        symbol: Symbol(symbol.name if symbol.name == "C" else code_name(symbol), real=True)
        for symbol in symbols
    }
    lets = [(called[symbol], value.xreplace(called)) for symbol, value in bindings]
    ours = {call.func.__name__ for _, value in lets for call in value.atoms(AppliedUndef)}
    made = sympy.lambdify(
        [called[symbol] for symbol in given],
        [result.xreplace(called) for result in results],
        # Naming our functions keeps it from taking one of its own that has the same name.
        modules=[dict.fromkeys(ours, abs), "math"],
        cse=lambda expressions: (lets, expressions),
    )
    source = inspect.getsource(made).replace("_lambdifygenerated", name).rstrip()
    return "\n".join(line + _note(line, last) for line in source.splitlines()) + "\n"


def _note(line: str, last: int) -> str:
    """The number of the equation that a line is, as a comment."""
    found = re.match(r"    (z|a|delta)(\d+)_\d+ = ", line)
    if found is None:
        return ""
    letter, layer = found[1], int(found[2])
    number = {"z": "z", "a": "23", "delta": "BP1" if layer == last else "BP2"}[letter]
    return f"  # {number}, layer {layer}"


def _calls(net: Network) -> str:
    shapes_b = [(n, 1) for n in net.sizes[1:]]
    shapes_w = list(zip(net.sizes[1:], net.sizes, strict=False))
    return f'''def mean_over_columns(function, weights, biases, *examples):
    """The mean of the lists of numbers that `function` gives for each column of the examples."""
    parameters = [value for array in [*weights, *biases] for value in array.ravel().tolist()]
    columns = zip(*(array.T.tolist() for array in examples))
    found = [function(*parameters, *(value for column in example for value in column)) for example in columns]
    return found[0] if len(found) == 1 else [sum(values)/len(found) for values in zip(*found)]


def arrays(values):
    """A list of numbers as all nabla_b and all nabla_w."""
    made, start = [], 0
    for rows, columns in {[*shapes_b, *shapes_w]}:
        made.append(np.array(values[start:start + rows*columns], dtype=float).reshape(rows, columns))
        start += rows*columns
    return made[:{len(shapes_b)}], made[{len(shapes_b)}:]


def forward(weights, biases, x):
    """a{net.depth}, the output of the network."""
    parameters = [value for array in [*weights, *biases] for value in array.ravel().tolist()]
    return np.array([forward_of_one(*parameters, *column) for column in x.T.tolist()], dtype=float).T


def gradient(weights, biases, x, y):
    """The gradient of the mean cost by all b and by all w."""
    return arrays(mean_over_columns(gradient_of_one, weights, biases, x, y))


def value_and_gradient(weights, biases, x, y):
    """The mean cost, and its gradient."""
    value, *values = mean_over_columns(all_of_one, weights, biases, x, y)
    return value, arrays(values)
'''
