"""Every small change of a SymPy statement: the mistakes that are made where the language of claims has no words.

`variants(statement)` gives the changed statements, `changes(side)` those of one side, each with its kind; none knows an
equation. What comes out is mostly false, sometimes not even well formed, and now and then the same in other words,
which is for the caller to say. Claims are changed by `workbook.verdict.edits`. A further change of a part is a case in
`_others`.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import replace

from sympy import (
    Add,
    Basic,
    Expr,
    HadamardProduct,
    KroneckerDelta,
    MatMul,
    MatrixExpr,
    Mul,
    Pow,
    Sum,
    Transpose,
)
from sympy.matrices.expressions.matexpr import MatrixElement

from bpderive.letters.statements import Statement
from bpderive.letters.symbols import (
    C,
    DiagonalSigmaPrime,
    Elementwise,
    L,
    LayerArray,
    Partial,
    Sigma,
    SigmaPrime,
    a,
    delta,
    j,
    k,
    l,
)
from bpderive.proofs.beyond.letters import (
    Between,
    BetweenElement,
    Direct,
    Mean,
    Parameter,
    Parameters,
    Spread,
    UpTo,
    W,
    gradient_of_layer,
)

Change = tuple[str, Basic]
"""The kind of a change, and what then stands in the place of an expression."""

_SWAPPED = "indices swapped throughout"
_LETTERS: dict[str, dict[Basic, Basic]] = {
    "a layer later": {l: l + 1},
    "a layer earlier": {l: l - 1, L: L - 1},
    _SWAPPED: {j: k, k: j},
}
"""Other letters for those of a whole side."""


def variants(statement: Statement) -> Iterator[Statement]:
    """The statement with one thing changed on one of its sides, each once."""
    seen = {statement.sides}
    for place, side in enumerate(statement.sides):
        for _, changed in changes(side):
            sides = (*statement.sides[:place], changed, *statement.sides[place + 1 :])
            if sides not in seen:
                seen.add(sides)
                yield replace(statement, sides=sides)


def one_of_each(side: Expr) -> dict[str, Expr]:
    """The first change of every kind, by kind."""
    found: dict[str, Expr] = {}
    for kind, changed in changes(side):
        found.setdefault(kind, changed)
    return found


def changes(side: Expr) -> Iterator[tuple[str, Expr]]:
    """One side with one thing changed, and the kind of change; those of the whole side come first."""
    yield from (("negated", -side), ("doubled", 2 * side))
    others = [(kind, part, other) for part in dict.fromkeys(_parts(side)) for kind, other in _others(part)]
    letters = dict(_LETTERS)
    if not {j, k} & side.free_symbols:  # what sums bind can be called as one likes
        del letters[_SWAPPED]
    for kind, rule in (*letters.items(), *((kind, {part: other}) for kind, part, other in others)):
        with contextlib.suppress(ValueError):  # shapes, or limits of a sum, that SymPy itself refuses
            changed = side.xreplace(rule)
            if changed != side and str(changed) != str(side):  # the shapes of arrays are not seen
                yield kind, changed


def _parts(expression: Basic) -> Iterator[Basic]:
    """All parts but the shapes of arrays."""
    yield expression
    within = (expression.layer,) if isinstance(expression, LayerArray) else expression.args
    for part in () if isinstance(expression, Parameters) else within:
        if isinstance(part, Basic):
            yield from _parts(part)


def _others(part: Basic) -> Iterator[Change]:
    """What may be written for a part by mistake."""
    if isinstance(part, Add):
        for term in part.args:
            yield from (("term dropped", part - term), ("sign", part - 2 * term))
    elif isinstance(part, MatMul | HadamardProduct):  # a MatMul is a Mul as well
        if isinstance(part, MatMul):
            yield "product order", MatMul(*reversed(part.args))
        for factor in part.args:
            rest = [other for other in part.args if other != factor]
            if any(isinstance(other, MatrixExpr) for other in rest):
                yield _dropped(factor), rest[0] if len(rest) == 1 else part.func(*rest)
    elif isinstance(part, Mul):
        for factor in part.args:
            if factor.is_commutative:
                yield _dropped(factor), part / factor
    elif isinstance(part, Transpose):
        yield "transpose dropped", part.arg
    elif isinstance(part, Sum):
        for place, (letter, low, high) in enumerate(part.limits):
            for moved in ((letter, low + 1, high), (letter, low, high - 1)):
                limits = (*part.limits[:place], moved, *part.limits[place + 1 :])
                yield "sum shortened", Sum(part.function, *limits)
        [(letter, _, _), *others] = part.limits
        if not letter.is_positive:  # it counts neurons, and no layers
            term = part.function.xreplace({letter: j})
            yield "sum dropped", Sum(term, *others) if others else term
    elif isinstance(part, BetweenElement):
        matrix = part.parent
        yield (
            "letter",
            Between("P" if matrix.letter == "w" else "w", matrix.layer, matrix.read)[part.i, part.j],
        )
        yield "layer", Between(matrix.letter, matrix.read, matrix.layer)[part.i, part.j]
        yield "indices swapped", matrix[part.j, part.i]
    elif isinstance(part, Sigma | SigmaPrime):
        yield "σ for σ′", (Sigma if isinstance(part, SigmaPrime) else SigmaPrime)(*part.args)
        yield "σ elsewhere", part.xreplace(_LETTERS["a layer earlier"])
    elif isinstance(part, Elementwise):
        yield "σ for σ′", Elementwise(Sigma if part.function is SigmaPrime else SigmaPrime, *part.args[1:])
        yield "σ elsewhere", part.xreplace(_LETTERS["a layer earlier"])
    elif isinstance(part, DiagonalSigmaPrime):
        yield "σ elsewhere", part.xreplace(_LETTERS["a layer earlier"])
    elif isinstance(part, Mean | Spread):
        yield "letter", (Spread if isinstance(part, Mean) else Mean)(*part.args)
    elif isinstance(part, KroneckerDelta):
        yield from (("index", part.func(part.args[0] + step, part.args[1])) for step in (1, -1))
    elif isinstance(part, Parameter):
        yield "index", part.parent[part.j, part.i] if part.parent == W else part.parent[part.i + 1, 0]
    elif isinstance(part, Pow):
        yield from (("exponent", part.base ** (part.exp + step)) for step in (1, -1))
    elif isinstance(part, MatrixElement) and part.parent.letter in ("K", "w"):
        yield from (("index", part.parent[part.i + step, part.j]) for step in (1, -1))
        if part.parent.letter == "w":
            yield "indices swapped", part.parent[part.j, part.i]
    elif isinstance(part, MatrixElement) and isinstance(part.parent, LayerArray):
        layer = part.parent.layer
        if part.i.is_Add:
            yield from (("index", part.parent[at, 0]) for at in (*part.i.args, part.i + 1, part.i - 1))
        yield from (("letter", array(layer)[part.i, 0]) for array in (delta, gradient_of_layer, a))
        if part.parent.letter in ("delta", "G"):
            yield from (("layer", array(layer + 1)[part.i, 0]) for array in (delta, gradient_of_layer))
        yield "index", part.parent[k if part.i == j else j, 0]
    elif isinstance(part, UpTo):
        last, layer, neuron = part.args
        for other in (last + 1, layer), (last - 1, layer), (last, layer + 1):
            yield "layer", UpTo(*other, neuron)
    elif isinstance(part, Direct | Partial):
        yield "∂⁺ for ∂", (Partial if isinstance(part, Direct) else Direct)(*part.args)
        if part.of != C:
            yield "quotient upside down", part.func(part.by, part.of)


def _dropped(factor: Basic) -> str:
    is_slope = isinstance(factor, SigmaPrime | DiagonalSigmaPrime | Elementwise)
    return "slope dropped" if is_slope else "factor dropped"
