"""How many multiplications and additions a gradient takes, counted by walking its program.

`operations(net)` gives them for both passes, as formulas in the layer sizes n_1, n_2, … and the number m of examples;
`.at(sizes, m)` puts numbers for these. The evaluations of σ and σ′ are counted on their own.

    >>> count = operations(Network((2, 3, 1)))
    >>> count.forward.multiplications
    m*n_1*n_2 + m*n_2*n_3
    >>> count.backward.multiplications
    m*n_1*n_2 + 2*m*n_2*n_3 + m*n_2 + 2*m*n_3
    >>> count.forward.at((784, 30, 10), 1)
    Count(multiplications=23820, additions=23820, activations=40, slopes=0)
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields

from sympy import Add, Basic, Expr, Integer, Mul, Pow, expand

from bpderive.activations.layer_program import SUM
from bpderive.codegen.derived import derived
from bpderive.codegen.nodes import (
    Applied,
    Hadamard,
    Let,
    OutputError,
    PlusColumn,
    Product,
    Shared,
    SumOverExamples,
    WholeLayer,
    m,
    walk,
    width,
)
from bpderive.network import Network

ZERO = Integer(0)


@dataclass(frozen=True, slots=True)
class Count:
    """Numbers of operations. Divisions are counted as multiplications, subtractions as additions."""

    multiplications: Expr = ZERO
    additions: Expr = ZERO
    activations: Expr = ZERO
    slopes: Expr = ZERO

    def __add__(self, other: Count) -> Count:
        return Count(*(expand(getattr(self, f.name) + getattr(other, f.name)) for f in fields(self)))

    def at(self, sizes: Sequence[int], m: int = 1) -> Count:
        """The same for a network of these sizes and m examples."""
        values = {width(layer): size for layer, size in enumerate(sizes, 1)} | {_m: m}
        return Count(*(getattr(self, field.name).subs(values) for field in fields(self)))


_m = m


@dataclass(frozen=True, slots=True)
class Operations:
    """The operations of the way forward, with σ, and of the way back, with σ′; the cost itself is not counted."""

    forward: Count
    backward: Count


def operations(net: Network) -> Operations:
    """What both passes of a network take."""
    program = derived(net)
    slopes = [let for let in program.lets if let.value.letter == "slope"]
    return Operations(counted(program.forward), counted([*slopes, *program.backward]))


def counted(lets: Iterable[Let]) -> Count:
    """The operations of some lines."""
    total = Count()
    for let in lets:
        for node in walk(let.operation):
            total += _of(node)
    return total


def _of(node: object) -> Count:
    if isinstance(node, Product):
        rows, columns = node.shape
        return Count(rows * columns * node.inner, rows * columns * (node.inner - 1))
    if isinstance(node, PlusColumn):
        return Count(additions=Mul(*node.shape))
    if isinstance(node, Hadamard | Shared):
        return Count(Mul(*node.shape))
    if isinstance(node, SumOverExamples):
        return Count(additions=node.matrix.rows * (node.matrix.columns - 1))
    if isinstance(node, Applied):
        size = Mul(*node.shape)
        return Count(slopes=size) if node.slope else Count(activations=size)
    if isinstance(node, OutputError):
        return _of_error(node)
    if isinstance(node, WholeLayer):
        return _of_layer(node)
    return Count()


def _of_error(node: OutputError) -> Count:
    """Each formula as often as there are neurons with it; n_L of them if all have the same."""
    rows, columns = node.shape
    total = Count()
    for neurons, formula in node.formulas:
        times = (rows if len(node.formulas) == 1 else Integer(len(neurons))) * columns
        products, sums = _walked(formula)
        total += Count(times * products, times * sums)
    return total


def _of_layer(node: WholeLayer) -> Count:
    """Each line in every neuron; its sum over a layer takes one addition less than there are neurons."""
    rows, columns = node.shape
    size = rows * columns
    total = Count(activations=size if node.meaning == "a" else ZERO)
    for formula, over in [
        *((line.expression, line.over) for line in node.program.lines),
        (node.program.result, None),
    ]:
        products, sums = _walked(formula)
        total += Count(size * products, size * sums + ((rows - 1) * columns if over == SUM else ZERO))
    return total


def _walked(formula: Basic) -> tuple[int, int]:
    """The multiplications and the additions of a formula as it is written; a sign is neither."""
    products = sums = 0
    if isinstance(formula, Add):
        sums += len(formula.args) - 1
    elif isinstance(formula, Mul):
        products += len([part for part in formula.args if part != -1]) - 1
    elif isinstance(formula, Pow) and formula.exp.is_Integer:
        products += abs(int(formula.exp)) - bool(formula.exp > 0)
    for part in formula.args:
        if isinstance(part, Basic):
            inner = _walked(part)
            products, sums = products + inner[0], sums + inner[1]
    return products, sums
