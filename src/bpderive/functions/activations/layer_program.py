"""Programs for a whole layer: what is computed from the z of all its neurons together, line by line.

A formula with sums over the neurons of a layer, such as exp(z_j)/Σ_k exp(z_k), is read by `layer_program(formula)` as a
`LayerProgram`: each line is an expression in every neuron, or its sum or greatest value over the neurons, in the
letters of the `inputs` and of the lines before. `compiled_program(program)` runs it on arrays of NumPy, whose rows are
the neurons; `written_out(program, …)` on the symbols of a layer; `layer_source` is its text in NumPy's language. A
function of one number is a program without sums: `function_source("sigmoid", expression, "…")` is the text of a
function of arrays, and `compiled(expression)` the function itself. Repeated parts are computed once.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import sympy
from sympy import Basic, Expr, Max, Mul, Sum, Symbol

from bpderive.errors import DomainError
from bpderive.functions.activations.elementwise import (
    NumPySource,
    docstring,
    expression_source,
    real_array,
    run,
)
from bpderive.functions.activations.forms import coded, computed
from bpderive.functions.activations.variables import CACHE, z
from bpderive.later import np
from bpderive.letters.symbols import C, Largest, Partial, quantity
from bpderive.letters.text import Text

SUM, LARGEST = "sum", "max"

_NOT_OWN = Text(
    en="{part} is none of {letters} of the neuron itself; the formula of a layer uses the other neurons in sums over "
    "all of them, or by the greatest of them.",
    zh="{part} 不是该神经元自己的 {letters}；整层的公式只能通过对所有神经元求和或取最大值来用到其他神经元。",
)

LONGEST = 88
"""The most characters of an expression in generated code; longer ones are computed in parts."""

_PARTS = ("e", "f", "g", "h", "s", "t", "u", "v")
"""Names of repeated parts, so that exp(−|z|) is the `e` of the text."""

_OVER = {SUM: "total", LARGEST: "largest"}


@dataclass(frozen=True, slots=True)
class Line:
    """`symbol` stands for the expression in every neuron, or for its sum or greatest value over the neurons.

    `over` is None, "sum" or "max".
    """

    symbol: Symbol
    expression: Expr
    over: str | None = None


@dataclass(frozen=True, slots=True)
class LayerProgram:
    """`result`, in every neuron of a layer, by the values of `inputs` in every neuron and by the `lines` before it."""

    inputs: tuple[Symbol, ...]
    lines: tuple[Line, ...]
    result: Expr

    def __str__(self) -> str:
        shown = [f"{line.symbol} = {_spoken(line)}" for line in self.lines]
        return "\n".join([*shown, str(self.result)])


def letter(name: str) -> Symbol:
    """What stands for a quantity of the layer in a program: z, a, y, or v for ∂C/∂a."""
    return Symbol(name, real=True)


@lru_cache(CACHE)
def layer_program(formula: Expr, index: Symbol, inputs: tuple[str, ...]) -> LayerProgram:
    """The program of a formula for the component `index`, by the letters of `inputs`.

    Raises `DomainError` for a formula that uses another component otherwise than in a sum over the whole layer.
    """
    reader = _Reader(inputs)
    result = reader.at(formula, index)
    return _in_order(tuple(letter(name) for name in inputs), reader.lines, result)


class _Reader:
    """Reads a formula in components as one in letters, its sums becoming lines."""

    def __init__(self, inputs: tuple[str, ...]) -> None:
        self._inputs = inputs
        self.lines: list[Line] = []

    def at(self, part: Any, index: Symbol) -> Any:
        """`part`, a formula for the neuron `index`, in letters."""
        found = quantity(part)
        if found is not None:
            array, (row, _) = found
            return self._letter(part, array.letter, row == index)
        if isinstance(part, Partial):
            by = quantity(part.by)
            named = part.of == C and by is not None and by[0].letter == "a"
            return self._letter(part, "v" if named else "", by is not None and by[1][0] == index)
        if isinstance(part, Largest):
            return self._line(self._letter(part, part.args[0].letter, True), LARGEST)
        if isinstance(part, Sum):
            [(bound, _, _)] = part.limits
            outside = [f for f in Mul.make_args(part.function) if bound not in f.free_symbols]
            inside = [f for f in Mul.make_args(part.function) if bound in f.free_symbols]
            total = self._line(self.at(Mul(*inside), bound), SUM)
            return Mul(*(self.at(factor, index) for factor in outside), total)
        if isinstance(part, computed):
            return self._line(self.at(part.args[0], index), None)
        if not isinstance(part, Basic) or not part.args:
            return part
        return part.func(*(self.at(argument, index) for argument in part.args))

    def _letter(self, part: Expr, name: str, own: bool) -> Symbol:
        if name not in self._inputs or not own:
            raise DomainError(_NOT_OWN.format(part=part, letters=", ".join(self._inputs)))
        return letter(name)

    def _line(self, body: Expr, over: str | None) -> Symbol:
        """What stands for a line, which is written once."""
        for line in self.lines:
            if (line.expression, line.over) == (body, over):
                return line.symbol
        made = Symbol(f"line{len(self.lines)}", real=True)
        self.lines.append(Line(made, body, over))
        return made


def _in_order(inputs: tuple[Symbol, ...], lines: Sequence[Line], result: Expr) -> LayerProgram:
    """The lines and the result with repeated parts computed once, each line after what it needs, and good names."""
    whole = [*(line.expression for line in lines), result]
    parts = (Symbol(f"part{n}", real=True) for n in itertools.count())
    repeated, short = sympy.cse(whole, symbols=parts, order="none")
    waiting = [Line(symbol, part) for symbol, part in repeated]
    waiting += [Line(line.symbol, part, line.over) for line, part in zip(lines, short[:-1], strict=True)]
    taken = {symbol.name for symbol in inputs}
    free = {over: (letter(name) for name in _names(over) if name not in taken) for over in (None, *_OVER)}
    called: dict[Symbol, Symbol] = {symbol: symbol for symbol in inputs}
    made: list[Line] = []
    while waiting:
        following = next(line for line in waiting if line.expression.free_symbols <= called.keys())
        waiting.remove(following)
        called[following.symbol] = next(free[following.over])
        made.append(Line(called[following.symbol], following.expression.xreplace(called), following.over))
    return LayerProgram(inputs, tuple(made), short[-1].xreplace(called))


def _names(over: str | None) -> Iterator[str]:
    """Names for lines: e, f, … in every neuron, total, total2, … for the whole layer."""
    if over is None:
        yield from _PARTS
        yield from (f"t{n}" for n in itertools.count())
    else:
        yield _OVER[over]
        yield from (f"{_OVER[over]}{n}" for n in itertools.count(2))


def written_out(
    program: LayerProgram, given: Mapping[Symbol, Sequence[Expr]]
) -> tuple[list[tuple[Symbol, int | None, Expr]], list[Expr]]:
    """The program on a layer whose neurons have the values `given` for its inputs.

    First what is bound on the way: (the line's symbol, the neuron from 0 or None for the whole layer, its value in what
    is given and in the symbols that `bound` names); then the results, one for each neuron.
    """
    values: dict[Symbol, list[Expr]] = {symbol: list(given[symbol]) for symbol in program.inputs}
    count = len(next(iter(values.values())))
    bindings: list[tuple[Symbol, int | None, Expr]] = []
    for line in program.lines:
        entries = [line.expression.xreplace(_row(values, n)) for n in range(count)]
        if line.over is None:
            bindings += [(line.symbol, n, entry) for n, entry in enumerate(entries)]
            values[line.symbol] = [bound(line.symbol, n) for n in range(count)]
        else:
            whole = sympy.Add(*entries) if line.over == SUM else Max(*entries)
            bindings.append((line.symbol, None, whole))
            values[line.symbol] = [bound(line.symbol, None)] * count
    return bindings, [program.result.xreplace(_row(values, n)) for n in range(count)]


def bound(symbol: Symbol, neuron: int | None) -> Symbol:
    """What `written_out` calls the value of a line in a neuron (from 0), or of the whole layer."""
    return symbol if neuron is None else Symbol(f"{symbol.name}_{neuron + 1}", real=True)


def _row(values: Mapping[Symbol, Sequence[Expr]], neuron: int) -> dict[Symbol, Expr]:
    return {symbol: column[neuron] for symbol, column in values.items()}


def in_one(program: LayerProgram, given: Mapping[Symbol, Sequence[Expr]]) -> list[Expr]:
    """The results of the program with everything that it binds put in."""
    bindings, results = written_out(program, given)
    known: dict[Symbol, Expr] = {}
    for symbol, neuron, value in bindings:
        known[bound(symbol, neuron)] = value.xreplace(known)
    return [result.xreplace(known) for result in results]


_IN_NUMPY = {SUM: "np.sum({}, axis=0)", LARGEST: "np.max({}, axis=0)"}
"""Rows are neurons: what is taken over the neurons has one value for each column."""


def layer_source(name: str, program: LayerProgram, says: str) -> str:
    """The text of a NumPy function `name` of the program's inputs, whose rows are the neurons of the layer."""
    program = _in_short_lines(program)
    lines = [f"    {line.symbol} = {_printed(line)}" for line in program.lines]
    arguments = ", ".join(symbol.name for symbol in program.inputs)
    result = expression_source(program.result)
    if not program.result.free_symbols:  # a factor that is 0 in floating point may leave a constant
        result = NumPySource().constant(result, program.inputs[0].name)
    return "\n".join(
        [f"def {name}({arguments}):", f"    {docstring(says)}", *lines, f"    return {result}", ""]
    )


def function_source(name: str, expression: Expr, says: str, variables: tuple[Symbol, ...] = (z,)) -> str:
    """The text of a function `name` of `variables` that computes `expression`, with `says` as its docstring."""
    return layer_source(name, _in_order(variables, (), coded(expression)), says)


def _in_short_lines(program: LayerProgram) -> LayerProgram:
    """The program for code, in which what would make a line too long has a line of its own."""
    taken = {symbol.name for symbol in (*program.inputs, *(line.symbol for line in program.lines))}
    names = (letter(name) for name in _names(None) if name not in taken)
    made: list[Line] = []

    def length(value: Expr) -> int:
        return len(expression_source(value))

    def shortened(value: Any) -> Any:
        """`value`, its longest operands being named until it is short enough."""
        if not isinstance(value, Expr) or value.is_Atom or length(value) <= LONGEST:
            return value
        operands = [shortened(operand) for operand in value.args]
        whole = value.func(*operands)
        for place in sorted(range(len(operands)), key=lambda n: -length(operands[n])):
            if length(whole) <= LONGEST:
                break
            if isinstance(operands[place], Expr) and not operands[place].is_Atom:
                made.append(Line(next(names), _bare(operands[place])))
                operands[place] = made[-1].symbol
                whole = value.func(*operands)
        return whole

    for line in program.lines:
        short = _bare(shortened(coded(line.expression)))
        made.append(Line(line.symbol, short, line.over))
    result = _bare(shortened(coded(program.result)))
    return LayerProgram(program.inputs, tuple(made), result)


def _bare(expression: Expr) -> Expr:
    """Without the `computed` that a line of its own makes needless."""
    return expression.args[0] if isinstance(expression, computed) else expression


def _printed(line: Line) -> str:
    shown = expression_source(line.expression)
    return shown if line.over is None else _IN_NUMPY[line.over].format(shown)


def _spoken(line: Line) -> str:
    return str(line.expression) if line.over is None else f"{line.over}({line.expression})"


@lru_cache(CACHE)
def compiled_program(program: LayerProgram) -> Any:
    """The program as a function of arrays of NumPy."""
    return run(layer_source("function", program, "a layer"), "<layer>")["function"]


@lru_cache(CACHE)
def compiled(expression: Expr) -> Callable[[Any], Any]:
    """`expression`, a function of z, as a function of an array or a number, computed in floating point."""
    function = run(function_source("function", expression, str(expression)), "<activation>")["function"]

    def apply(values: Any) -> Any:
        array = real_array(values)
        if array.dtype.kind in "biu":
            array = array.astype(np.float64)
        # Half and single precision are computed in double precision and rounded once, so that every digit is right.
        result = function(array.astype(np.float64) if array.dtype.itemsize < 8 else array)
        return (result.copy() if result is array else result.astype(array.dtype, copy=False))[()]

    return apply
