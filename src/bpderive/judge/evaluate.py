"""Reading a statement's expressions on a concrete network, as exact polynomials.

`Reader(truth).value(expression)` turns a SymPy expression of the book's letters into a function from the values of its
free letters to a table of polynomials, 1×1 for a number; `truth_of(statement, sizes)` is the network that a statement
speaks of. Derivatives and errors come from `truth`; nothing here knows an equation. A new class of expression needs one
method `_number_<class name>`, or `_table_<class name>` if it is a vector or a matrix.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Iterator, Mapping
from fractions import Fraction
from functools import lru_cache
from typing import Any

import sympy
from sympy import Basic, Expr, Symbol

from bpderive.errors import NetworkError
from bpderive.functions.activations import activations
from bpderive.functions.costs import costs
from bpderive.judge.polynomials import Polynomial, added, constant, unknown
from bpderive.judge.truth import COST, Component, Truth, differentiate_directly, name
from bpderive.letters.places import Letters, whole_number, width
from bpderive.letters.statements import WHOLE, Statement
from bpderive.letters.symbols import (
    C,
    Elementwise,
    ExplicitPathSum,
    LayerArray,
    Partial,
    PathProduct,
    PathSum,
    SigmaPrime,
    Width,
    a,
    i,
    j,
    l,
    quantity,
    z,
)
from bpderive.letters.text import Text

Value = list[list[Polynomial]]
Number = Callable[[Letters], Polynomial]
Table = Callable[[Letters], Value]


def truth_of(statement: Statement, sizes: tuple[int, ...]) -> Truth:
    """The network of these sizes with the cost and the kind of output layer that `statement` speaks of."""
    return _truth(sizes, statement.cost, statement.output)


@lru_cache(maxsize=16)
def _truth(sizes: tuple[int, ...], cost: str | None, output: str | None) -> Truth:
    """The network, kept so that the derivatives that several statements ask for are found once."""
    named = None if output in (None, WHOLE) else activations[output]
    whole = output == WHOLE or (named is not None and not named.elementwise)
    return Truth(sizes, None if cost is None else costs[cost], whole, named)


_NO_ENTRY = Text(
    en="{matrix} has no entry in row {row} and column {column}",
    zh="{matrix} 没有第 {row} 行第 {column} 列的元素",
)
_NO_BEGINNING = Text(en="the path does not begin where {product} does", zh="路径的起点与 {product} 的不同")
_NO_PATH = Text(
    en="no path leads from layer {first} back to layer {last}", zh="没有路径从第 {first} 层回到第 {last} 层"
)
_UNLIKE = Text(en="the parts of {whole} have the shapes {shapes}", zh="{whole} 各部分的形状是 {shapes}")
_NO_FACTORS = Text(
    en="the product from layer {first} to layer {last} has no factors",
    zh="从第 {first} 层到第 {last} 层的乘积没有因子",
)
_NO_PRODUCT = Text(en="a product of shapes {first} and {second}", zh="相乘的形状是 {first} 与 {second}")


class Reader:
    """Reads expressions on the network of `truth`; the methods compile, so that many cases cost little."""

    def __init__(self, truth: Truth) -> None:
        self.truth = truth
        self._numbers: dict[Basic, Number] = {}
        self._tables: dict[Basic, Table] = {}
        self._moved: Component | None = None
        self._path: tuple[int, ...] | None = None

    def value(self, expression: Basic) -> Table:
        """The expression as a table, for given values of its letters; raises `NetworkError` if a part is missing."""
        known = self._tables.get(expression)
        if known is None:
            if getattr(expression, "is_Matrix", False):
                known = self._method("_table_", expression)(expression)
            else:
                number = self.number(expression)
                known = lambda letters: [[number(letters)]]  # noqa: E731  # it is stored
            self._tables[expression] = known
        return known

    def number(self, expression: Basic) -> Number:
        """The expression as a polynomial, for given values of its free letters."""
        known = self._numbers.get(expression)
        if known is None:
            known = self._numbers[expression] = self._method("_number_", expression)(expression)
        return known

    def integer(self, expression: Expr) -> Callable[[Letters], int]:
        """A layer, an index or a bound of a sum."""
        return whole_number(expression, self.truth.sizes)

    def unknowns(self, *values: Polynomial) -> set[Any]:
        """The unknowns of `values`, and those that say where the functions in them are taken."""
        found: set[Any] = set()
        waiting = list(values)
        while waiting:
            new: set[Any] = set(waiting.pop().unknowns()) - found
            found |= new
            for key in new:
                if key[0] == "σ" and key[4] is not None:
                    waiting += [key[4], self.truth.value(("z", key[2], key[3]))]
        return found

    def consistent(self, values: Mapping[Component, Fraction]) -> bool:
        """Return whether one function for each neuron can have these values: no two at the same place."""
        places: dict[Any, set[Fraction]] = {}
        for key in values:
            if key[0] == "σ" and key[4] is not None:
                argument = key[4].at(values.__getitem__)
                own = self.truth.value(("z", key[2], key[3])).at(values.__getitem__)
                taken = places.setdefault(key[1:4], {own})
                if argument in taken:
                    return False
                taken.add(argument)
        return True

    def settled(self, values: dict[Component, Fraction]) -> dict[Component, Fraction]:
        """The values, those that are not free by the others."""
        return values

    def named(self, values: Mapping[Component, Fraction]) -> dict[str, Fraction]:
        """The values by the names of what has them."""
        return {name(key): value for key, value in values.items()}

    def small_changes(self, statement: Statement, letters: Letters) -> Iterator[None]:
        """Let the Δ of `statement` follow its weight: once, or along each path in turn if it speaks of one path."""
        if statement.moved is None:
            yield
            return
        self._moved = self.component(statement.moved)(letters)
        _, layer, neuron = self._moved[:3]
        paths: Iterable[tuple[int, ...] | None] = [None]
        if any(side.has(PathProduct) for side in statement.sides):
            paths = self._paths(layer, neuron, self.truth.depth)
        for path in paths:
            self._path = path
            yield
        self._moved = self._path = None

    def _paths(self, layer: int, neuron: int, last: int) -> Iterator[tuple[int, ...]]:
        """Every path from a neuron to layer `last`: one neuron for each layer, that of `layer` first."""
        widths = [range(self.truth.sizes[r - 1]) for r in range(layer + 1, last + 1)]
        return ((neuron, *rest) for rest in itertools.product(*widths))

    def _method(self, prefix: str, expression: Basic) -> Callable[[Any], Any]:
        for kind in type(expression).__mro__:
            method = getattr(self, prefix + kind.__name__, None)
            if method is not None:
                found: Callable[[Any], Any] = method
                return found
        raise TypeError(f"a statement cannot contain {type(expression).__name__}: {expression}")

    def component(self, expression: Expr) -> Callable[[Letters], Component]:
        """A component such as z^l_j, or C."""
        if expression == C:
            return lambda letters: COST
        found = quantity(expression)
        if found is None:
            raise TypeError(f"{expression} is no component of a network.")
        array, (row, column) = found
        layer, j = self.integer(array.layer), self.integer(row)
        if array.letter == "w":
            k = self.integer(column)
            return lambda letters: ("w", layer(letters), j(letters), k(letters))
        letter = array.letter
        return lambda letters: (letter, layer(letters), j(letters))

    # Numbers

    def _of(self, component: Component) -> Polynomial:
        """The value of a component; δ^l_j is ∂C/∂z^l_j, equation (29), d^l_j what its definition says."""
        if component[0] == "d":
            return self._shared(component[1], component[2])
        if component[0] == "delta":
            return self.truth.derivative(COST, ("z", *component[1:]))
        return self.truth.value(component)

    def _number_Rational(self, expression: Any) -> Number:
        fixed = constant(Fraction(int(expression.p), int(expression.q)))
        return lambda letters: fixed

    def _number_Symbol(self, expression: Symbol) -> Number:
        if expression == C:
            return lambda letters: self.truth.value(COST)
        whole = self.integer(expression)
        return lambda letters: constant(whole(letters))

    def _number_Width(self, expression: Width) -> Number:
        whole = self.integer(expression)
        return lambda letters: constant(whole(letters))

    def _number_Add(self, expression: Any) -> Number:
        parts = [self.number(part) for part in expression.args]
        return lambda letters: added(part(letters) for part in parts)

    def _number_Mul(self, expression: Any) -> Number:
        first, *rest = [self.number(part) for part in expression.args]

        def product(letters: Letters) -> Polynomial:
            result = first(letters)
            for part in rest:
                result = result * part(letters)
            return result

        return product

    def _number_Pow(self, expression: Any) -> Number:
        if not (expression.exp.is_Integer and expression.exp > 0):
            raise TypeError(f"a statement cannot contain {expression}, which is no polynomial.")
        base, exponent = self.number(expression.base), int(expression.exp)
        return lambda letters: base(letters) ** exponent

    def _number_Sum(self, expression: Any) -> Number:
        body = self.number(expression.function)
        limits = [
            (letter, self.integer(low), self.integer(high))
            for letter, low, high in reversed(expression.limits)
        ]

        def total(letters: Letters) -> Polynomial:
            cases: list[dict[Symbol, int]] = [dict(letters)]
            for letter, low, high in limits:
                cases = [{**case, letter: v} for case in cases for v in range(low(case), high(case) + 1)]
            return added(body(case) for case in cases)

        return total

    def _number_KroneckerDelta(self, expression: Any) -> Number:
        first, second = (self.integer(part) for part in expression.args[:2])
        return lambda letters: constant(int(first(letters) == second(letters)))

    def _number_MatrixElement(self, expression: Any) -> Number:
        if quantity(expression) is not None:
            component = self.component(expression)
            return lambda letters: self._of(component(letters))
        table, row, column = (
            self.value(expression.parent),
            self.integer(expression.i),
            self.integer(expression.j),
        )

        def entry(letters: Letters) -> Polynomial:
            rows, j, k = table(letters), row(letters), column(letters)
            if not (0 <= j < len(rows) and 0 <= k < len(rows[0])):
                raise NetworkError(_NO_ENTRY.format(matrix=expression, row=j + 1, column=k + 1))
            return rows[j][k]

        return entry

    def _number_Partial(self, expression: Partial) -> Number:
        of, by = self.component(expression.of), self.component(expression.by)

        def derivative(letters: Letters) -> Polynomial:
            return self.truth.derivative(of(letters), by(letters))

        return derivative

    def _number_Sigma(self, expression: Any) -> Number:
        layer, neuron = (self.integer(part) for part in expression.args[:2])
        order = int(isinstance(expression, SigmaPrime))
        argument = self.number(expression.args[2])
        own = expression.args[2] == z(expression.args[0])[expression.args[1], 0]

        def applied(letters: Letters) -> Polynomial:
            at, j = layer(letters), neuron(letters)
            self.truth.require(("z", at, j))
            self.truth.slope(at, j)  # there is none where the outputs are a function of the whole layer
            if not own:
                given = argument(letters)
                if given != self.truth.value(("z", at, j)):
                    return unknown(("σ", order, at, j, given))
            return self.truth.slope(at, j) if order else self.truth.value(("a", at, j))

        return applied

    _number_SigmaPrime = _number_Sigma

    def _number_NormSquared(self, expression: Any) -> Number:
        return self.number(expression.components(i))

    def _number_Change(self, expression: Any) -> Number:
        component = self.component(expression.args[0])
        step = unknown(("Δ",))

        def change(letters: Letters) -> Polynomial:
            of = component(letters)
            if self._moved is None:
                raise TypeError(f"nothing says what moves in {expression}.")
            if of == self._moved:
                return step
            if of[0] not in ("C", "a", "z"):
                raise TypeError(f"{expression} is not decided: only the changes of C, a and z are.")
            if of != COST:
                self.truth.require(of)
            rate = differentiate_directly(
                self.truth.sizes, self._moved, of, self._path, self.truth.whole and self._path is None
            )
            if self.truth.cost is not None:
                rate = rate.put(lambda key: self.truth.cost_slope(key[2]) if key[0] == "g" else unknown(key))
            return step * rate

        return change

    def _number_PathProduct(self, expression: PathProduct) -> Number:
        layer, neuron, last = (self.integer(part) for part in expression.args)
        along = self._along(expression)

        def product(letters: Letters) -> Polynomial:
            if self._path is None or self._moved is None:
                raise TypeError("nothing says which path is meant.")
            first = self._moved[1]
            path = self._path[layer(letters) - first : last(letters) - first + 1]
            if layer(letters) < first or path[:1] != (neuron(letters),):
                raise NetworkError(_NO_BEGINNING.format(product=expression))
            return along(letters, path)

        return product

    def _shared(self, layer: int, neuron: int) -> Polynomial:
        """d^l_j, the explicit sum over the paths from a neuron, times σ′(z^l_j)."""
        self.truth.require(("z", layer, neuron))
        total = self.number(ExplicitPathSum(l, j, self.truth.depth))
        return total({l: layer, j: neuron}) * self.truth.slope(layer, neuron)

    def _number_PathSum(self, expression: PathSum | ExplicitPathSum) -> Number:
        layer, neuron, last = (self.integer(part) for part in expression.args)
        along = self._along(expression)
        sums: dict[tuple[int, int, int], Polynomial] = {}  # the weights into one neuron share its paths

        def total(letters: Letters) -> Polynomial:
            ends = layer(letters), neuron(letters), last(letters)
            if ends[0] > ends[2]:
                raise NetworkError(_NO_PATH.format(first=ends[0], last=ends[2]))
            if ends not in sums:
                sums[ends] = added(along(letters, path) for path in self._paths(*ends))
            return sums[ends]

        return total

    _number_ExplicitPathSum = _number_PathSum

    def _along(
        self, expression: PathSum | ExplicitPathSum | PathProduct
    ) -> Callable[[Letters, tuple[int, ...]], Polynomial]:
        """The product of the rate factors along a path, from ∂C/∂a^L_m back to ∂a^{l+1}_q/∂a^l_j."""
        layer, _, last = (self.integer(part) for part in expression.args)
        at, here, following = (sympy.Dummy(name, integer=True) for name in ("r", "p", "q"))
        written = ExplicitPathSum if isinstance(expression, ExplicitPathSum) else PathSum
        link = self.number(written.link(at, here, following))
        end = self.number(Partial(C, a(at)[here, 0]))

        def product(letters: Letters, path: tuple[int, ...]) -> Polynomial:
            start = layer(letters)
            term = end({at: last(letters), here: path[-1]})
            for step, (first, second) in enumerate(itertools.pairwise(path)):
                term = term * link({at: start + step, here: first, following: second})
            return term

        return product

    # Vectors and matrices

    def _table_ImmutableDenseMatrix(self, expression: Any) -> Table:
        rows = [[self.number(entry) for entry in row] for row in expression.tolist()]
        return lambda letters: [[entry(letters) for entry in row] for row in rows]

    def _table_LayerArray(self, expression: LayerArray) -> Table:
        layer = self.integer(expression.layer)
        letter = expression.letter

        def table(letters: Letters) -> Value:
            at = layer(letters)
            height = self._height(at)
            if letter == "w":
                return [
                    [self._of(("w", at, j, k)) for k in range(self._height(at - 1))] for j in range(height)
                ]
            return [[self._of((letter, at, j))] for j in range(height)]

        return table

    def _height(self, layer: int) -> int:
        return width(layer, self.truth.sizes)

    def _table_MatMul(self, expression: Any) -> Table:
        factors = [self.number(part) for part in expression.args if not part.is_Matrix]
        parts = [self.value(part) for part in expression.args if part.is_Matrix]

        def product(letters: Letters) -> Value:
            result = parts[-1](letters)  # from the right: a vector stays a vector
            for part in reversed(parts[:-1]):
                result = _times(part(letters), result)
            for factor in factors:
                number = factor(letters)
                result = [[number * entry for entry in row] for row in result]
            return result

        return product

    def _table_MatAdd(self, expression: Any) -> Table:
        return self._entrywise(expression, lambda entries: added(entries))

    def _table_HadamardProduct(self, expression: Any) -> Table:
        def multiplied(entries: list[Polynomial]) -> Polynomial:
            result = constant(1)
            for entry in entries:
                result = result * entry
            return result

        return self._entrywise(expression, multiplied)

    def _entrywise(self, expression: Any, join: Callable[[list[Polynomial]], Polynomial]) -> Table:
        parts = [self.value(part) for part in expression.args]

        def table(letters: Letters) -> Value:
            values = [part(letters) for part in parts]
            shapes = {(len(v), len(v[0])) for v in values}
            if len(shapes) > 1:
                listed = ", ".join(map(str, sorted(shapes)))
                raise NetworkError(_UNLIKE.format(whole=expression, shapes=listed))
            return [
                [join(list(entries)) for entries in zip(*rows, strict=True)]
                for rows in zip(*values, strict=True)
            ]

        return table

    def _table_Transpose(self, expression: Any) -> Table:
        inner = self.value(expression.arg)
        return lambda letters: [list(row) for row in zip(*inner(letters), strict=True)]

    def _table_Elementwise(self, expression: Elementwise) -> Table:
        layer, vector = self.integer(expression.args[1]), self.value(expression.args[2])
        order = int(expression.function is SigmaPrime)

        def table(letters: Letters) -> Value:
            at, result = layer(letters), []
            for place, [entry] in enumerate(vector(letters)):
                self.truth.require(("z", at, place))
                if entry != self.truth.value(("z", at, place)):
                    result.append([unknown(("σ", order, at, place, entry))])
                else:
                    result.append(
                        [self.truth.slope(at, place) if order else self.truth.value(("a", at, place))]
                    )
            return result

        return table

    def _table_DiagonalSigmaPrime(self, expression: Any) -> Table:
        layer = self.integer(expression.args[0])

        def table(letters: Letters) -> Value:
            at = layer(letters)
            everyone = range(self._height(at))
            self.truth.require(("z", at, 0))
            return [[self.truth.slope(at, j) if j == k else constant(0) for k in everyone] for j in everyone]

        return table

    def _table_CostGradient(self, expression: Any) -> Table:
        layer = self.integer(expression.args[0])

        def table(letters: Letters) -> Value:
            at = layer(letters)
            return [[self.truth.derivative(COST, ("a", at, m))] for m in range(self._height(at))]

        return table

    def _table_ParameterGradient(self, expression: Any) -> Table:
        array = expression.args[0]
        row, column = (sympy.Dummy(name, integer=True) for name in ("row", "column"))
        entry = self.number(expression[row, column])
        layer = self.integer(array.layer)

        def table(letters: Letters) -> Value:
            at = layer(letters)
            columns = range(self._height(at - 1) if array.letter == "w" else 1)
            rows = range(self._height(at))
            return [[entry({**letters, row: j, column: k}) for k in columns] for j in rows]

        return table

    def _table_BackwardProduct(self, expression: Any) -> Table:
        first, last = (self.integer(part) for part in expression.args)
        at = sympy.Dummy("r", integer=True, positive=True)
        factor = self.value(expression.factor(at))

        def product(letters: Letters) -> Value:
            low, high = first(letters), last(letters)
            if low > high:
                raise NetworkError(_NO_FACTORS.format(first=low, last=high))
            result = _identity(self._height(low))
            for r in range(low, high):
                result = _times(result, factor({at: r}))
            return result

        return product


def _identity(size: int) -> Value:
    return [[constant(int(j == k)) for k in range(size)] for j in range(size)]


def _times(first: Value, second: Value) -> Value:
    if len(first[0]) != len(second):
        shapes = {name: (len(t), len(t[0])) for name, t in (("first", first), ("second", second))}
        raise NetworkError(_NO_PRODUCT.format(**shapes))
    columns = list(zip(*second, strict=True))
    return [[added(p * q for p, q in zip(row, column, strict=True)) for column in columns] for row in first]
