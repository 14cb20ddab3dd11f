"""Deciding lines in which an activation of a whole layer stands with its formula, as in the Jacobian of softmax.

`in_formulas(statement)` puts the formula for every a^L_j, writes the sums out for small layers, takes the derivatives
with SymPy, and decides each case as an identity of rational functions of the exp(z^L_j).
"""

from __future__ import annotations

import itertools
from typing import Any

import sympy
from sympy import Expr, Integer, KroneckerDelta, Sum, Symbol

from bpderive.errors import Refuted
from bpderive.functions.activations import VectorActivation, activations
from bpderive.judge.certify import Decided
from bpderive.letters.statements import Statement
from bpderive.letters.symbols import Partial, quantity

WIDTHS = (2, 3)


def has_formula(statement: Statement) -> bool:
    """Return whether the statement is about a function of the whole layer and has its exponentials in it."""
    return statement.output is not None and any(side.has(sympy.exp) for side in statement.sides)


def in_formulas(statement: Statement) -> Decided:
    """Decide the statement, of letters in the output layer, for small layers; raises `Refuted` where it fails."""
    activation = activations[statement.output]
    assert isinstance(activation, VectorActivation)
    letters = [r.letter for r in statement.ranges]
    cases = 0
    for width in WIDTHS:
        powers = sympy.symbols(f"E_1:{width + 1}", positive=True)
        zs = sympy.symbols(f"z_1:{width + 1}", real=True)
        outputs = list(activation.expr(zs))
        at_powers = {z: sympy.log(power) for z, power in zip(zs, powers, strict=True)}
        for values in itertools.product(range(width), repeat=len(letters)):
            cases += 1
            places = dict(zip(letters, values, strict=True))
            first, *others = (_value(side, places, zs, outputs).subs(at_powers) for side in statement.sides)
            if any(sympy.cancel(sympy.together(first - other)) != 0 for other in others):
                case = ", ".join(f"{letter} = {value + 1}" for letter, value in places.items())
                raise Refuted(f"{statement} does not hold in a layer of {width} neurons, for {case}.")
    return Decided(tuple((2, width) for width in WIDTHS), cases)


def _value(part: Any, places: dict[Symbol, int], zs: Any, outputs: list[Expr]) -> Any:
    """A part of the statement, in the z of the layer."""
    found = quantity(part)
    if found is not None:
        array, (row, _) = found
        return {"z": zs, "a": outputs}[array.letter][places[row]]
    if isinstance(part, Sum):
        [(index, _, _)] = part.limits
        terms = (_value(part.function, {**places, index: n}, zs, outputs) for n in range(len(zs)))
        return sympy.Add(*terms)
    if isinstance(part, Partial):
        return sympy.diff(*(_value(side, places, zs, outputs) for side in (part.of, part.by)))
    if isinstance(part, KroneckerDelta):
        return Integer(int(places[part.args[0]] == places[part.args[1]]))
    if not part.args:
        return part
    return part.func(*(_value(argument, places, zs, outputs) for argument in part.args))
