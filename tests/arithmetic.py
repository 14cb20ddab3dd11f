"""A second reading of the book's statements, in plain fractions, that shares nothing with the library's evaluator.

`Example(counterexample)` is a network that has exactly the values of a counterexample: each σ^l_j is the straight line
through a^l_j with the slope σ′(z^l_j), and the cost is Σ_m (∂C/∂a^L_m) a^L_m. Everything being linear in any one
quantity, a derivative *is* a difference of two forward passes. `example.value(side)` computes a side of a statement.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from fractions import Fraction
from typing import Any

import sympy
from sympy import Symbol

from bpderive.judge.counterexample import Counterexample
from bpderive.letters.statements import Statement
from bpderive.letters.symbols import (
    BackwardProduct,
    C,
    Change,
    CostGradient,
    DiagonalSigmaPrime,
    Elementwise,
    L,
    LayerArray,
    NormSquared,
    ParameterGradient,
    Partial,
    PathProduct,
    PathSum,
    Sigma,
    SigmaPrime,
    Width,
    l,
)

Key = tuple[str, int, int] | tuple[str, int, int, int]
Matrix = list[list[Fraction]]
Path = tuple[int, ...]


class Example:
    """A network with the values of a counterexample; what has none there is `rest`, since it does not matter."""

    def __init__(self, found: Counterexample, statement: Statement, rest: int = 3) -> None:
        self.sizes = found.sizes
        self.given = found.values
        self.rest = Fraction(rest)
        self.quadratic = statement.cost == "quadratic"
        self.letters = {
            r.letter: found.letters[str(r.letter)] - (not _is_layer(r.letter))
            for r in statement.ranges
            if r.letter != L
        }
        self.moved = statement.moved
        self.path: Path | None = None
        self.places = {
            (layer, j): (self._weighted(layer, j), self.look_up("a", layer, j))
            for layer in range(2, len(self.sizes) + 1)
            for j in range(self.sizes[layer - 1])
        }

    def look_up(self, letter: str, layer: int, *indices: int) -> Fraction:
        """The value of an unknown, by the name that the counterexample calls it."""
        shown = [str(index + 1) for index in indices]
        joined = "".join(shown) if all(len(s) == 1 for s in shown) else ",".join(shown)
        return self.given.get(f"{letter}^{layer}_{joined}", self.rest)

    def slope(self, layer: int, j: int) -> Fraction:
        return self.given.get(f"σ'(z^{layer}_{j + 1})", self.rest)

    def _weighted(self, layer: int, j: int) -> Fraction:
        weighted = (
            self.look_up("w", layer, j, k) * self.look_up("a", layer - 1, k)
            for k in range(self.sizes[layer - 2])
        )
        return sum(weighted, self.look_up("b", layer, j))

    # One forward pass, a quantity moved

    def run(self, moved: Key | None, step: int, path: Path | None = None) -> dict[Key | tuple[str], Fraction]:
        """The forward pass with `moved` larger by `step`; with `path`, all neurons off it keep their activations."""

        def changed(*key: Any) -> Fraction:
            return Fraction(step if key == moved else 0)

        values: dict[Any, Fraction] = {}
        for k in range(self.sizes[0]):
            values["a", 1, k] = self.look_up("a", 1, k) + changed("a", 1, k)
        for layer in range(2, len(self.sizes) + 1):
            for j in range(self.sizes[layer - 1]):
                total = self.look_up("b", layer, j) + changed("b", layer, j)
                for k in range(self.sizes[layer - 2]):
                    weight = self.look_up("w", layer, j, k) + changed("w", layer, j, k)
                    total += weight * values["a", layer - 1, k]
                values["z", layer, j] = total + changed("z", layer, j)
                at, height = self.places[layer, j]
                frozen = path is not None and moved is not None and layer >= moved[1]
                if frozen and path is not None and moved is not None and path[layer - moved[1]] != j:
                    values["a", layer, j] = height
                    continue
                line = height + self.slope(layer, j) * (values["z", layer, j] - at)
                values["a", layer, j] = line + changed("a", layer, j)
        last = len(self.sizes)
        outputs = [(m, values["a", last, m]) for m in range(self.sizes[-1])]
        if self.quadratic:
            values["C",] = sum(((self.look_up("y", last, m) - a) ** 2 for m, a in outputs), Fraction(0)) / 2
        else:
            values["C",] = sum((self.look_up("∂C/∂a", last, m) * a for m, a in outputs), Fraction(0))
        return values

    def difference(self, of: Any, by: Any, path: Path | None = None) -> Fraction:
        """∂of/∂by, exactly: what is at most quadratic in one variable has its central difference for a derivative."""
        return (self.run(by, 1, path)[of] - self.run(by, -1, path)[of]) / 2

    # Reading a statement

    def sides(self, statement: Statement) -> Iterator[list[Matrix]]:
        """The sides, once; for a statement about one path, once for every path from the moved weight."""
        paths: list[Path | None] = [None]
        if any(side.has(PathProduct) for side in statement.sides):
            assert statement.moved is not None
            first, j = (self.whole(e) for e in (statement.moved.parent.layer, statement.moved.i))
            later = (range(self.sizes[r - 1]) for r in range(first + 1, len(self.sizes) + 1))
            paths = [(j, *route) for route in itertools.product(*later)]
        for self.path in paths:
            yield [self.table(side) for side in statement.sides]

    def whole(self, expression: Any, extra: dict[Symbol, int] | None = None) -> int:
        letters = {L: len(self.sizes), **self.letters, **(extra or {})}
        found = expression.xreplace({s: sympy.Integer(v) for s, v in letters.items()})
        found = found.replace(Width, lambda layer: sympy.Integer(self.sizes[int(layer) - 1]))
        return int(found)

    def key(self, expression: Any, extra: dict[Symbol, int]) -> Any:
        if expression == C:
            return ("C",)
        array = expression.parent
        indices = [expression.i, expression.j] if array.letter == "w" else [expression.i]
        return (
            array.letter,
            self.whole(array.layer, extra),
            *(self.whole(index, extra) for index in indices),
        )

    def component(self, letter: str, layer: int, *indices: int) -> Fraction:
        if letter == "delta":
            return self.difference(("C",), ("z", layer, *indices))
        if letter == "z":
            return self._weighted(layer, *indices)
        return self.look_up(letter, layer, *indices)

    def function(self, expression: Any, argument: Fraction, at: tuple[int, int]) -> Fraction:
        """σ or σ′ of a neuron at any argument: its line at z^l_j, and elsewhere what the counterexample says."""
        order = int(isinstance(expression, SigmaPrime) or expression is SigmaPrime)
        if argument == self.places[at][0]:
            return self.slope(*at) if order else self.places[at][1]
        start = f"σ^{at[0]}_{at[1] + 1}{chr(39) * order}("
        [value] = {v for unknown, v in self.given.items() if unknown.startswith(start)} or {self.rest}
        return value

    def number(self, e: Any, extra: dict[Symbol, int]) -> Fraction:
        if e.is_Rational:
            return Fraction(int(e.p), int(e.q))
        if isinstance(e, sympy.Add):
            return sum((self.number(part, extra) for part in e.args), Fraction(0))
        if isinstance(e, sympy.Mul):
            product = Fraction(1)
            for part in e.args:
                product *= self.number(part, extra)
            return product
        if isinstance(e, sympy.Pow):
            return self.number(e.base, extra) ** int(e.exp)
        if isinstance(e, sympy.Sum):
            (letter, low, high), *rest = reversed(e.limits)
            inner = sympy.Sum(e.function, *reversed(rest)) if rest else e.function
            values = range(self.whole(low, extra), self.whole(high, extra) + 1)
            return sum((self.number(inner, {**extra, letter: value}) for value in values), Fraction(0))
        if isinstance(e, sympy.matrices.expressions.matexpr.MatrixElement):
            return self.component(*self.key(e, extra))
        if isinstance(e, Partial):
            return self.difference(self.key(e.of, extra), self.key(e.by, extra))
        if isinstance(e, Sigma | SigmaPrime):
            at = (self.whole(e.args[0], extra), self.whole(e.args[1], extra))
            return self.function(e, self.number(e.args[2], extra), at)
        if isinstance(e, Change):
            return self.change(self.key(e.args[0], extra))
        if isinstance(e, PathProduct):
            first, start = (self.whole(part, extra) for part in e.args[:2])
            assert self.path is not None
            assert self.path[0] == start
            return self.along(first, self.path, self.whole(e.args[2], extra))
        if isinstance(e, PathSum):
            first, start, last = (self.whole(part, extra) for part in e.args)
            later = (range(self.sizes[r - 1]) for r in range(first + 1, last + 1))
            return sum((self.along(first, (start, *p), last) for p in itertools.product(*later)), Fraction(0))
        if isinstance(e, NormSquared):
            return sum((entry**2 for [entry] in self.table(e.args[0])), Fraction(0))
        if e == C:
            return self.run(None, 0)["C",]
        raise TypeError(f"no value is known of {type(e)}")

    def change(self, of: Any) -> Fraction:
        by = self.key(self.moved, {})
        step = self.given.get("Δ", self.rest)
        return step if of == by else step * self.difference(of, by, self.path)

    def along(self, first: int, path: Path, last: int) -> Fraction:
        """The rate factor of a path: the product of the slopes of its edges."""
        route = list(zip(range(first, last + 1), path, strict=False))
        product = self.difference(("C",), ("a", *route[-1]))
        for here, following in itertools.pairwise(route):
            product *= self.difference(("a", *following), ("a", *here))
        return product

    def table(self, e: Any) -> Matrix:
        if not getattr(e, "is_Matrix", False):
            return [[self.number(e, {})]]
        if isinstance(e, sympy.MatMul):
            number = Fraction(1)
            product: Matrix | None = None
            for part in e.args:
                if part.is_Matrix:
                    product = self.table(part) if product is None else times(product, self.table(part))
                else:
                    number *= self.number(part, {})
            assert product is not None
            return [[number * entry for entry in row] for row in product]
        if isinstance(e, sympy.MatAdd | sympy.HadamardProduct):
            return entrywise(isinstance(e, sympy.MatAdd), [self.table(part) for part in e.args])
        if isinstance(e, sympy.Transpose):
            return [list(row) for row in zip(*self.table(e.arg), strict=True)]
        if isinstance(e, Elementwise):
            layer = self.whole(e.args[1])
            column = [entry for [entry] in self.table(e.args[2])]
            return [[self.function(e.function, entry, (layer, j))] for j, entry in enumerate(column)]
        if isinstance(e, DiagonalSigmaPrime):
            layer = self.whole(e.args[0])
            return self.filled(layer, layer, lambda j, k: self.slope(layer, j) if j == k else Fraction(0))
        if isinstance(e, BackwardProduct):
            first, last = (self.whole(part) for part in e.args)
            product = self.filled(first, first, lambda j, k: Fraction(int(j == k)))
            for r in range(first, last):
                product = times(product, self.table(BackwardProduct.factor(r)))
            return product
        if isinstance(e, CostGradient):
            layer = self.whole(e.args[0])
            return self.filled(layer, None, lambda j, _: self.difference(("C",), ("a", layer, j)))
        array = e.args[0] if isinstance(e, ParameterGradient) else e
        assert isinstance(array, LayerArray)
        layer, letter = self.whole(array.layer), array.letter
        columns = layer - 1 if letter == "w" else None

        def entry(j: int, k: int) -> Fraction:
            key = (letter, layer, j, k) if letter == "w" else (letter, layer, j)
            if isinstance(e, ParameterGradient):
                return self.difference(("C",), key)
            return self.component(*key)

        return self.filled(layer, columns, entry)

    def filled(self, rows: int, columns: int | None, entry: Callable[[int, int], Fraction]) -> Matrix:
        width = 1 if columns is None else self.sizes[columns - 1]
        return [[entry(j, k) for k in range(width)] for j in range(self.sizes[rows - 1])]


def _is_layer(letter: Symbol) -> bool:
    return letter in (l, L)


def times(first: Matrix, second: Matrix) -> Matrix:
    columns = list(zip(*second, strict=True))
    return [
        [sum((p * q for p, q in zip(row, column, strict=True)), Fraction(0)) for column in columns]
        for row in first
    ]


def entrywise(adding: bool, tables: list[Matrix]) -> Matrix:
    first, *others = tables
    for other in others:
        first = [
            [p + q if adding else p * q for p, q in zip(*rows, strict=True)]
            for rows in zip(first, other, strict=True)
        ]
    return first


def confirms(found: Counterexample, statement: Statement, rest: int = 3) -> bool:
    """Whether the two sides have the values that the counterexample says, and these differ."""
    if found.left is None or found.right is None or found.left == found.right:
        return False
    row, *columns = found.place or (1,)
    [column] = columns or [1]
    for tables in Example(found, statement, rest).sides(statement):
        values = [table[row - 1][column - 1] for table in tables]
        if (found.left, found.right) in itertools.pairwise(values):
            return True
    return False
