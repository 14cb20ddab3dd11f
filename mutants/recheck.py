"""A second opinion in plain fractions, without SymPy and without the engine that gave the first one.

`values(claim, sizes, letters, numbers)` computes the sides of a claim on a network. It reads columns and matrices as
tables, and takes derivatives by *moving* what is differentiated by: where every neuron is replaced by its tangent
σ(z₀) + σ′(z₀)(z − z₀), and the cost by its own, the network is linear in any one quantity, and the difference that a
step of 1 makes is the derivative, exactly.
"""

from __future__ import annotations

import itertools
import random
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from bpderive.workbook.language import syntax

Table = list[list[Fraction]]
Spot = tuple[Any, ...]
_RELATIONS = {
    "=": lambda p, q: p == q,
    "!=": lambda p, q: p != q,
    "<": lambda p, q: p < q,
    "<=": lambda p, q: p <= q,
    ">": lambda p, q: p > q,
    ">=": lambda p, q: p >= q,
}


class Numbers(dict[str, Fraction]):
    """The numbers of a case by name; one that is not given is drawn when it is asked for."""

    def __init__(self, given: Mapping[str, Fraction], seed: int = 0) -> None:
        super().__init__(given)
        self.random = random.Random(seed)

    def __missing__(self, name: str) -> Fraction:
        self[name] = Fraction(self.random.choice((-5, -3, -2, 2, 3, 5, 7)), self.random.choice((1, 2, 3)))
        return self[name]


@dataclass(frozen=True, slots=True)
class Moving:
    """A number and how fast it moves."""

    value: Fraction
    rate: Fraction = Fraction(0)

    def __add__(self, other: Moving) -> Moving:
        return Moving(self.value + other.value, self.rate + other.rate)

    def __mul__(self, other: Moving) -> Moving:
        return Moving(self.value * other.value, self.value * other.rate + self.rate * other.value)

    def inverse(self) -> Moving:
        """1 by it; raises `ZeroDivisionError` if it is 0."""
        return Moving(1 / self.value, -self.rate / self.value**2)


@dataclass(slots=True)
class Plain:
    """A network of numbers: z of every neuron is given, and the biases are what they must be."""

    sizes: tuple[int, ...]
    numbers: Numbers
    quadratic: bool
    at: int
    _moved: dict[Spot, tuple[dict[tuple[int, int], Fraction], dict[tuple[int, int], Fraction]]] = field(
        default_factory=dict
    )

    def layer(self, layer: syntax.Layer) -> int:
        """The number of a layer."""
        return {"": 0, "l": self.at, "L": len(self.sizes)}[layer.letter] + layer.offset

    def width(self, layer: int) -> int:
        """How many neurons a layer has."""
        return self.sizes[layer - 1]

    def w(self, layer: int, j: int, k: int) -> Fraction:
        """w^l_jk."""
        return self.numbers[f"w^{layer}_{j}{k}" if max(j, k) < 10 else f"w^{layer}_{j},{k}"]

    def z(self, layer: int, j: int) -> Fraction:
        """z^l_j."""
        return self.numbers[f"z^{layer}_{j}"]

    def sigma(self, order: int, place: Fraction) -> Fraction:
        """σ, σ′ or σ″ at a place."""
        return self.numbers[f"σ{chr(39) * order}({place})"]

    def a(self, layer: int, j: int) -> Fraction:
        """a^l_j."""
        return self.numbers[f"a^1_{j}"] if layer == 1 else self.sigma(0, self.z(layer, j))

    def b(self, layer: int, j: int) -> Fraction:
        """b^l_j = z^l_j − Σ w a."""
        before = range(1, self.width(layer - 1) + 1)
        return self.z(layer, j) - sum(self.w(layer, j, k) * self.a(layer - 1, k) for k in before)

    def g(self, m: int) -> Fraction:
        """∂C/∂a^L_m."""
        last = len(self.sizes)
        if self.quadratic:
            return self.a(last, m) - self.numbers[f"y_{m}"]
        return self.numbers[f"∂C/∂a^{last}_{m}"]

    def c(self) -> Fraction:
        """C."""
        if not self.quadratic:
            return self.numbers["C"]
        outputs = range(1, self.sizes[-1] + 1)
        return sum(
            ((self.a(len(self.sizes), m) - self.numbers[f"y_{m}"]) ** 2 / 2 for m in outputs), Fraction(0)
        )

    def _after_step(
        self, by: Spot
    ) -> tuple[dict[tuple[int, int], Fraction], dict[tuple[int, int], Fraction]]:
        """Every z and a of the tangent network after a step of 1 of `by`; what comes before it stands still."""
        if by in self._moved:
            return self._moved[by]
        letter, start, *spot = by
        z = {(l, j): self.z(l, j) for l in range(2, len(self.sizes) + 1) for j in range(1, self.width(l) + 1)}
        a = {(l, j): self.a(l, j) for l in range(1, len(self.sizes) + 1) for j in range(1, self.width(l) + 1)}
        for layer in range(max(start, 2), len(self.sizes) + 1):
            for j in range(1, self.width(layer) + 1):
                if layer > start or letter in ("w", "b"):
                    moved = sum(
                        (
                            (self.w(layer, j, k) + int(by == ("w", layer, j, k))) * a[layer - 1, k]
                            for k in range(1, self.width(layer - 1) + 1)
                        ),
                        self.b(layer, j) + int(by == ("b", layer, j)),
                    )
                    z[layer, j] = moved
                elif by == ("z", layer, j):
                    z[layer, j] += 1
                if layer > start or letter != "a":
                    a[layer, j] = self.a(layer, j) + self.sigma(1, self.z(layer, j)) * (
                        z[layer, j] - self.z(layer, j)
                    )
        if letter == "a":
            a = dict(a)
            a[start, spot[0]] += 1
            if start < len(self.sizes):
                z, a = self._onwards(start, z, a)
        self._moved[by] = z, a
        return z, a

    def _onwards(
        self, start: int, z: dict[tuple[int, int], Fraction], a: dict[tuple[int, int], Fraction]
    ) -> tuple[dict[tuple[int, int], Fraction], dict[tuple[int, int], Fraction]]:
        for layer in range(start + 1, len(self.sizes) + 1):
            for j in range(1, self.width(layer) + 1):
                before = range(1, self.width(layer - 1) + 1)
                z[layer, j] = sum((self.w(layer, j, k) * a[layer - 1, k] for k in before), self.b(layer, j))
                a[layer, j] = self.a(layer, j) + self.sigma(1, self.z(layer, j)) * (
                    z[layer, j] - self.z(layer, j)
                )
        return z, a

    def rate(self, letter: str, layer: int, j: int, by: Spot) -> Fraction:
        """∂z^l_j/∂by or ∂a^l_j/∂by."""
        z, a = self._after_step(by)
        return z[layer, j] - self.z(layer, j) if letter == "z" else a[layer, j] - self.a(layer, j)

    def rate_of_cost(self, by: Spot) -> Fraction:
        """∂C/∂by."""
        last = len(self.sizes)
        outputs = range(1, self.sizes[-1] + 1)
        return sum((self.g(m) * self.rate("a", last, m, by) for m in outputs), Fraction(0))


def table(node: syntax.Node, net: Plain, names: Mapping[str, int]) -> Table:
    """An expression as a table of numbers, 1×1 for a number."""
    match node:
        case syntax.Quantity(letter, layer, ()):
            at = net.layer(layer)
            rows = range(1, net.width(at) + 1)
            if letter == "w":
                columns = range(1, net.width(at - 1) + 1)
                return [
                    [number(syntax.Quantity("w", layer, (j, k)), net, names) for k in columns] for j in rows
                ]
            return [[number(syntax.Quantity(letter, layer, (j,)), net, names)] for j in rows]
        case syntax.Gradient(by):
            at = net.layer(by.layer)
            rows = range(1, net.width(at) + 1)
            if by.letter == "w":
                columns = range(1, net.width(at - 1) + 1)
                return [[net.rate_of_cost(("w", at, j, k)) for k in columns] for j in rows]
            return [[net.rate_of_cost((by.letter, at, j))] for j in rows]
        case syntax.Jacobian(of, by):
            above, below = net.layer(of.layer), net.layer(by.layer)
            return [
                [
                    moving(syntax.Quantity(of.letter, of.layer, (j,)), net, names, (by.letter, below, k)).rate
                    for k in range(1, net.width(below) + 1)
                ]
                for j in range(1, net.width(above) + 1)
            ]
        case syntax.Activation(order, argument):
            if isinstance(argument, syntax.Quantity) and argument.indices:
                return [[number(node, net, names)]]
            return [[net.sigma(order, entry) for entry in row] for row in table(argument, net, names)]
        case syntax.Transposed(body):
            return [list(row) for row in zip(*table(body, net, names), strict=True)]
        case syntax.Diagonal(body):
            entries = [row[0] for row in table(body, net, names)]
            return [
                [e if p == q else Fraction(0) for q in range(len(entries))] for p, e in enumerate(entries)
            ]
        case syntax.Outer(first, second):
            rows_of, columns_of = table(first, net, names), table(second, net, names)
            return [[p[0] * q[0] for q in columns_of] for p in rows_of]
        case syntax.Product(factors):
            result = table(factors[0], net, names)
            for factor in factors[1:]:
                turned = list(zip(*table(factor, net, names), strict=True))
                result = [[_dot(row, column) for column in turned] for row in result]
            return result
        case syntax.Plus(terms):
            return _entrywise([table(term, net, names) for term in terms], product=False)
        case syntax.Times(factors):
            return _entrywise([table(factor, net, names) for factor in factors], product=True)
        case syntax.Minus(body):
            return [[-entry for entry in row] for row in table(body, net, names)]
        case syntax.Over(above, below):
            [[divisor]] = table(below, net, names)
            return [[entry / divisor for entry in row] for row in table(above, net, names)]
        case syntax.Power(base, exponent):
            [[value]] = table(base, net, names)
            return [[value**exponent]]
    return [[number(node, net, names)]]


def _dot(first: Iterable[Fraction], second: Iterable[Fraction]) -> Fraction:
    return sum((p * q for p, q in zip(first, second, strict=True)), Fraction(0))


def _entrywise(tables: list[Table], product: bool) -> Table:
    rows, columns = max(len(t) for t in tables), max(len(t[0]) for t in tables)
    result = [[Fraction(int(product))] * columns for _ in range(rows)]
    for t in tables:
        single = product and len(t) == len(t[0]) == 1
        if not single and (len(t), len(t[0])) != (rows, columns):
            raise ValueError("different shapes")
        for p, q in itertools.product(range(rows), range(columns)):
            entry = t[0][0] if single else t[p][q]
            result[p][q] = result[p][q] * entry if product else result[p][q] + entry
    return result


def number(node: syntax.Node, net: Plain, names: Mapping[str, int]) -> Fraction:
    """An expression that is a number."""
    return moving(node, net, names, None).value


def moving(node: syntax.Node, net: Plain, names: Mapping[str, int], by: Spot | None) -> Moving:
    """An expression that is a number, and its rate when `by` moves."""
    match node:
        case syntax.Number(value):
            return Moving(value)
        case syntax.Unknown(name):
            return Moving(net.numbers[name])
        case syntax.Cost():
            return Moving(net.c(), Fraction(0) if by is None else net.rate_of_cost(by))
        case syntax.WidthOf(layer):
            return Moving(Fraction(net.width(net.layer(layer))))
        case syntax.Kronecker(first, second):
            one, other = (names[i] if isinstance(i, str) else i for i in (first, second))
            return Moving(Fraction(int(one == other)))
        case syntax.Quantity(_, _, indices) if indices:
            return _component(node, net, names, by)
        case syntax.Activation(order, argument):
            inner = moving(argument, net, names, by)
            rate = Fraction(0) if not inner.rate else net.sigma(order + 1, inner.value) * inner.rate
            return Moving(net.sigma(order, inner.value), rate)
        case syntax.Derivative(of, variable):
            if by is not None:
                raise ValueError("a derivative of a derivative")
            spot = (variable.letter, net.layer(variable.layer), *_indices(variable, names))
            return Moving(moving(of, net, names, spot).rate)
        case syntax.Total(indices, body):
            total = Moving(Fraction(0))
            for values in itertools.product(*(range(1, width_of(i, body, net) + 1) for i in indices)):
                total += moving(body, net, {**names, **dict(zip(indices, values, strict=True))}, by)
            return total
        case syntax.Plus(terms):
            total = Moving(Fraction(0))
            for term in terms:
                total += moving(term, net, names, by)
            return total
        case syntax.Minus(body):
            return Moving(Fraction(-1)) * moving(body, net, names, by)
        case syntax.Times(factors):
            result = Moving(Fraction(1))
            for factor in factors:
                result = result * moving(factor, net, names, by)
            return result
        case syntax.Over(above, below):
            return moving(above, net, names, by) * moving(below, net, names, by).inverse()
        case syntax.Power(base, exponent):
            once = moving(base, net, names, by)
            result = Moving(Fraction(1))
            for _ in range(abs(exponent)):
                result = result * once
            return result if exponent >= 0 else result.inverse()
    [[entry]] = table(node, net, names)
    return Moving(entry)


def _indices(node: syntax.Quantity, names: Mapping[str, int]) -> tuple[int, ...]:
    return tuple(names[i] if isinstance(i, str) else i for i in node.indices)


def _component(node: syntax.Quantity, net: Plain, names: Mapping[str, int], by: Spot | None) -> Moving:
    at, indices = net.layer(node.layer), _indices(node, names)
    if any(not 1 <= i <= net.width(layer) for i, layer in zip(indices, (at, at - 1), strict=False)):
        raise ValueError(f"{node} does not exist")
    match node.letter:
        case "w":
            return Moving(net.w(at, *indices), Fraction(int(by == ("w", at, *indices))))
        case "b":
            return Moving(net.b(at, *indices), Fraction(int(by == ("b", at, *indices))))
        case "y":
            return Moving(net.numbers[f"y_{indices[0]}"])
        case "delta":
            if by is not None:
                raise ValueError("a derivative of an error")
            return Moving(net.rate_of_cost(("z", at, *indices)))
    value = net.z(at, *indices) if node.letter == "z" else net.a(at, *indices)
    return Moving(value, Fraction(0) if by is None else net.rate(node.letter, at, indices[0], by))


def width_of(index: str, node: syntax.Node, net: Plain) -> int:
    """Over how many neurons an index runs that stands in `node`."""
    found = {net.width(net.layer(layer)) for layer in layers_of(index, node)}
    if len(found) != 1:
        raise ValueError(f"{index} runs over {found}")
    return found.pop()


def layers_of(index: str, node: syntax.Node) -> Iterator[syntax.Layer]:
    """The layers over which an index runs in `node`."""
    alike = {index}
    for part in syntax.walk(node):
        if isinstance(part, syntax.Kronecker) and index in (part.first, part.second):
            alike |= {i for i in (part.first, part.second) if isinstance(i, str)}
    for part in syntax.walk(node):
        if isinstance(part, syntax.Quantity):
            for i, layer in zip(part.indices, (part.layer, part.layer + -1), strict=False):
                if i in alike:
                    yield layer


def values(
    claim: syntax.Claim, sizes: tuple[int, ...], at: int, names: Mapping[str, int], numbers: Numbers
) -> list[Table]:
    """Every side of the claim on a network of these sizes, for this layer l and these indices."""
    net = Plain(sizes, numbers, claim.cost == "quadratic", at)
    return [table(side, net, names) for side in claim.sides]


def confirms(claim: syntax.Claim, found: Any) -> bool:
    """Whether a counterexample of the engine is one: the sides have the values that it gives, and these differ."""
    letters = dict(found.letters)
    at = letters.pop("l", 1)
    sides = values(claim, found.sizes, at, letters, Numbers(found.values))
    row, column = (*(found.place or ()), 1, 1)[:2]
    entries = [side[row - 1][column - 1] for side in sides]
    return found.left != found.right and (found.left, found.right) in list(itertools.pairwise(entries))


def agrees(claim: syntax.Claim, sizes: tuple[int, ...], one_neuron: bool = False) -> int:
    """In how many cases the sides are equal on a network of these sizes; raises `ValueError` where they are not."""
    count = 0
    free = list(dict.fromkeys(i for side in claim.sides for i in syntax.free_indices(side)))
    relations = [c for c in claim.conditions if isinstance(c, syntax.LayerCondition)]
    for at in range(1, len(sizes) + 1):
        net = Plain(sizes, Numbers({}, seed=at), claim.cost == "quadratic", at)
        if not all(_RELATIONS[c.relation](net.layer(c.first), net.layer(c.second)) for c in relations):
            continue
        if any(isinstance(c, syntax.WidthCondition | syntax.IndexCondition) for c in claim.conditions):
            raise ValueError("conditions on widths and indices are not read here")
        try:
            widths = [width_of(i, syntax.Plus(claim.sides), net) for i in free]
        except IndexError:
            continue
        for chosen in itertools.islice(itertools.product(*(range(1, n + 1) for n in widths)), 12):
            try:
                first, *rest = [
                    table(side, net, dict(zip(free, chosen, strict=True))) for side in claim.sides
                ]
            except (IndexError, KeyError):
                continue  # a layer that does not exist: out of the claim's range
            if any(other != first for other in rest):
                raise ValueError(
                    f"the sides differ on {sizes} at l = {at}, {dict(zip(free, chosen, strict=True))}"
                )
            count += 1
    return count
