"""The sum over paths, equation (53), on a concrete network.

`path_sum(net, l, j, k)` lists every path from the weight w^l_jk (or, without k, from the bias b^l_j) to the cost: its
neurons, its factors as (53) has them, and its rate factor, the product of their values. `ps.total` is their literal sum
and `ps.check()` proves it equal to ∂C/∂w^l_jk by direct differentiation and by (BP4).

With softmax in the output layer (53) holds for l < L as it stands; the last derivative of a path, ∂a^L_m/∂a^{L-1}_n, is
then a sum over the z^L_r through which it passes. For l = L a weight changes every output, so that a further sum over m
is needed: Σ_m ∂C/∂a^L_m ∂a^L_m/∂w^L_jk.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
from math import prod

from sympy import Add, Expr, Integer, Mul

from bpderive.errors import NetworkError, Refuted, TooManyPaths, shown
from bpderive.functions.network import Network, require_network
from bpderive.judge.evaluate import Reader
from bpderive.judge.polynomials import Polynomial, added
from bpderive.judge.truth import COST, Component, Truth, differentiate_directly
from bpderive.letters.certificate import Certificate, timed
from bpderive.letters.refusals import (
    A_BIAS,
    A_WEIGHT,
    MANY_PATHS,
    NO_PLACE,
    THE_LAYER,
    THE_SOURCE,
    THE_TARGET,
)
from bpderive.letters.statements import neurons
from bpderive.letters.symbols import C, Partial, PathSum, a, b, j, k, l, latex, plain, q, quantity, w, z
from bpderive.letters.text import Text
from bpderive.proofs import derivation
from bpderive.proofs.calculus import collapse, derivative
from bpderive.proofs.definitions import INNER, WEIGHT

MOST_PATHS = 10_000
"""The most paths that are listed."""

_MOST_WEIGHTS_WRITTEN_OUT = 40
"""Up to how many weights the check also differentiates the network written out as one expression."""


@dataclass(frozen=True, slots=True)
class Factor:
    """One factor of a path: the derivative that (53) writes, and its value."""

    derivative: Partial
    value: Expr


@dataclass(frozen=True, slots=True)
class Path:
    """One path: its neurons (layer, number) from (l, j) to (L, m), and its factors from the cost back to the weight.

    From a weight into an output layer with softmax, (L, m) alone: its first factor has the m of the further sum.
    """

    neurons: tuple[tuple[int, int], ...]
    factors: tuple[Factor, ...]

    @property
    def rate_factor(self) -> Expr:
        """The product of the values of the factors: what this path adds to the derivative."""
        return Mul(*(factor.value for factor in self.factors))

    def latex(self) -> str:
        """The values of the factors one after the other, from the cost back to the weight."""
        shown = (latex(factor.value) for factor in self.factors)
        sums = (isinstance(factor.value, Add) for factor in self.factors)
        return r" \, ".join(
            rf"\left( {text} \right)" if is_sum else text for text, is_sum in zip(shown, sums, strict=True)
        )


@dataclass(frozen=True, slots=True)
class PathSums:
    """All paths from one weight or bias of a network to its cost; `source` is None for a bias."""

    net: Network
    layer: int
    neuron: int
    source: int | None
    paths: tuple[Path, ...]

    @property
    def parameter(self) -> Expr:
        """The weight or the bias, as the book writes it."""
        if self.source is None:
            return b(self.layer)[self.neuron - 1, 0]
        return w(self.layer)[self.neuron - 1, self.source - 1]

    @property
    def total(self) -> Expr:
        """The literal sum of the rate factors of the paths."""
        return Add(*(path.rate_factor for path in self.paths))

    @timed
    def check(self) -> Certificate:
        """Prove the sum equal to the derivative; raises `Refuted` if it is not.

        Decided as an identity of polynomials, σ and σ′ of each neuron and the ∂C/∂a^L_m being unknowns: against forward
        mode, against SymPy's derivative of the network written out where that is small enough, and against
        (BP4) or (BP3).
        """
        whole = self.net.vector_output is not None
        reader = Reader(Truth(self.net.sizes, whole=whole))
        for factor in dict.fromkeys(factor for path in self.paths for factor in path.factors):
            if reader.number(factor.derivative)({}) != reader.number(factor.value)({}):
                raise Refuted(
                    f"{plain(factor.derivative)} is not {plain(factor.value)} in the network {self.net.sizes}."
                )
        found = added(reader.number(path.rate_factor)({}) for path in self.paths)
        for judge, value in self._judges(reader):
            if found != value:
                raise Refuted(
                    f"The sum over {len(self.paths)} paths is not the derivative of C by {latex(self.parameter)} "
                    f"in the network {self.net.sizes}: {judge} gives another polynomial."
                )
        return Certificate("53", ("concrete",), (self.net.sizes,), 1)

    def _judges(self, reader: Reader) -> Iterator[tuple[str, Polynomial]]:
        place = self.neuron - 1
        of: Component = ("b", self.layer, place)
        if self.source is not None:
            of = ("w", self.layer, place, self.source - 1)
        sizes = self.net.sizes
        yield "forward mode", reader.truth.derivative(COST, of)
        if sum(p * q for p, q in itertools.pairwise(sizes)) <= _MOST_WEIGHTS_WRITTEN_OUT:
            yield "sympy.diff", differentiate_directly(sizes, of, whole=self.net.vector_output is not None)
        number = "BP3" if self.source is None else "BP4"
        letters = {l: self.layer, j: place, k: (self.source or 1) - 1}
        yield f"({number})", reader.number(derivation(number).statement.rhs)(letters)

    def __str__(self) -> str:
        lines = [f"{plain(Partial(C, self.parameter))} as a sum over {len(self.paths)} paths:"]
        for path in self.paths:
            route = " → ".join(str(neuron) for neuron in path.neurons)
            lines.append(f"  {route}:  {plain(path.latex())}")
        return "\n".join(lines)

    def _repr_latex_(self) -> str:
        terms = " + ".join(path.latex() for path in self.paths)
        return rf"$\displaystyle {latex(Partial(C, self.parameter))} = {terms}$"


def path_sum(net: Network, layer: int, neuron: int, source: int | None = None) -> PathSums:
    """Every path from w^l_jk, l = `layer`, j = `neuron`, k = `source`, or from b^l_j without `source`; equation (53).

    Raises `NetworkError` if there is no such weight or bias, `TooManyPaths` for more than `MOST_PATHS`.
    """
    _check_place(net, layer, neuron, source)
    count = number_of_paths(net, layer)
    if count > MOST_PATHS:
        where = f"{layer}, {neuron}" + ("" if source is None else f", {source}")
        told = MANY_PATHS.format(count=count, layer=layer, sizes=net.sizes, most=MOST_PATHS, where=where)
        raise TooManyPaths(told, count)
    empty = PathSums(net, layer, neuron, source, ())
    if _spreads(net, layer):
        paths = tuple(_path_of_output(empty, output) for output in range(net.width(layer)))
        return PathSums(net, layer, neuron, source, paths)
    widths = [range(net.width(at)) for at in range(layer + 1, net.depth + 1)]
    paths = tuple(_path(empty, (neuron - 1, *rest)) for rest in itertools.product(*widths))
    return PathSums(net, layer, neuron, source, paths)


def number_of_paths(net: Network, layer: int) -> int:
    """How many paths lead from one neuron of `layer` to the cost: the product of the widths of the later layers.

    From a weighted input of an output layer with softmax, as many as it has outputs. Raises `NetworkError` for a layer
    that has no weights.
    """
    require_network(net).layer_activation(layer)
    if _spreads(net, layer):
        return net.width(layer)
    return prod(net.width(at) for at in range(layer + 1, net.depth + 1))


def factored_path_sum(
    net: Network, layer: int, neuron: int, source: int | None = None
) -> tuple[tuple[Expr, Expr], ...]:
    """Return the sum over all paths, factored: G^L_m = ∂C/∂a^L_m, then G^r_p = Σ_q G^{r+1}_q ∂a^{r+1}_q/∂a^r_p, layer
    by layer.

    Pairs (∂C/∂a^r_p, its value in those of layer r+1), and last the derivative that is wanted. As many products
    as there are weights after `layer`, where the paths would need exponentially many. Raises `NetworkError` as
    `path_sum` does.
    """
    _check_place(net, layer, neuron, source)
    sums: list[tuple[Expr, Expr]] = []
    for at in range(net.depth - 1, layer - 1, -1):
        for here in range(net.width(at)) if at > layer else [neuron - 1]:
            terms = (
                Partial(C, a(at + 1)[q, 0]) * _edge(at, here, q, _outputs(net, at + 1)).value
                for q in range(net.width(at + 1))
            )
            sums.append((Partial(C, a(at)[here, 0]), Add(*terms)))
    parameter = PathSums(net, layer, neuron, source, ()).parameter
    if _spreads(net, layer):
        ends = (_path_of_output(PathSums(net, layer, neuron, source, ()), m) for m in range(net.width(layer)))
        return ((Partial(C, parameter), Add(*(path.rate_factor for path in ends))),)
    active = a(layer)[neuron - 1, 0]
    sums.append((Partial(C, parameter), Partial(C, active) * _value(Partial(active, parameter))))
    return tuple(sums)


def _spreads(net: Network, layer: int) -> bool:
    """Return whether a weighted input of `layer` changes every output of it, as those of softmax do."""
    return layer == net.depth and net.vector_output is not None


def _outputs(net: Network, layer: int) -> int | None:
    """How many outputs `layer` has where they are a function of the whole layer, else None."""
    return net.width(layer) if _spreads(net, layer) else None


def _path(where: PathSums, neurons: tuple[int, ...]) -> Path:
    """The path through `neurons`, counted from 0, one for each layer from that of the parameter."""
    places = list(zip(range(where.layer, where.net.depth + 1), neurons, strict=True))
    last, end = places[-1]
    first, start = places[0]
    edges = (
        _edge(at, here, following, _outputs(where.net, at + 1))
        for (at, here), (_, following) in reversed(list(itertools.pairwise(places)))
    )
    factors = (_end(last, end), *edges, _start(first, start, where.source))
    return Path(tuple((at, here + 1) for at, here in places), factors)


def _path_of_output(where: PathSums, output: int) -> Path:
    """∂C/∂a^L_m ∂a^L_m/∂w^L_jk, the way from a weight of the output layer through the output m, counted from 0."""
    parameter, own = where.parameter, z(where.layer)[where.neuron - 1, 0]
    reached = a(where.layer)[output, 0]
    value = Partial(reached, own) * collapse(derivative(Partial(own, parameter), ()))
    factors = (_end(where.layer, output), Factor(Partial(reached, parameter), value))
    return Path(((where.layer, output + 1),), factors)


@lru_cache(maxsize=10_000)
def _edge(layer: int, neuron: int, following: int, outputs: int | None = None) -> Factor:
    """∂a^{r+1}_q/∂a^r_p, which many paths share.

    With `outputs`, those of an output layer that has one function for all of them, it goes through all of its z.
    """
    rate = PathSum.link(layer, neuron, Integer(following))
    if outputs is None:
        return Factor(rate, _value(rate))
    through = (z(layer + 1)[r, 0] for r in range(outputs))
    value = Add(*(Partial(rate.of, each) * w(layer + 1)[r, neuron] for r, each in enumerate(through)))
    return Factor(rate, value)


@lru_cache(maxsize=1_000)
def _end(layer: int, neuron: int) -> Factor:
    """∂C/∂a^L_m."""
    slope = Partial(C, a(layer)[neuron, 0])
    return Factor(slope, slope)


@lru_cache(maxsize=1_000)
def _start(layer: int, neuron: int, source: int | None) -> Factor:
    """∂a^l_j/∂w^l_jk or ∂a^l_j/∂b^l_j."""
    parameter = b(layer)[neuron, 0] if source is None else w(layer)[neuron, source - 1]
    rate = Partial(a(layer)[neuron, 0], parameter)
    return Factor(rate, _value(rate))


def _value(rate: Partial) -> Expr:
    """The value of ∂a^{r+1}_q/∂a^r_p or ∂a^l_j/∂w^l_jk, by differentiating the definitions once."""
    of, by = quantity(rate.of), quantity(rate.by)
    assert of is not None  # a path has no other derivatives
    assert by is not None
    (_, (following, _)), (array, (row, column)) = of, by
    places = {l: array.layer, j: row, q: following, k: column}
    return _general_rate(array.letter).xreplace(places)


@cache
def _general_rate(letter: str) -> Expr:
    """∂a^{l+1}_q/∂a^l_j, ∂a^l_j/∂w^l_jk or ∂a^l_j/∂b^l_j, for the letters l, j, q and k."""
    if letter == "a":
        return collapse(derivative(PathSum.link(l, j, q), (*INNER, neurons(q, l + 1))))
    by = w(l)[j, k] if letter == "w" else b(l)[j, 0]
    return collapse(derivative(Partial(a(l)[j, 0], by), WEIGHT))


def _check_place(net: Network, layer: int, neuron: int, source: int | None) -> None:
    kind = A_BIAS if source is None else A_WEIGHT
    require_network(net)
    given = (layer, neuron) if source is None else (layer, neuron, source)
    places = f"({', '.join(map(shown, given))})"

    def require(what: Text, given: object, low: int, high: int) -> None:
        if type(given) is not int or not low <= given <= high:
            told = NO_PLACE.format(
                kind=kind, places=places, sizes=net.sizes, what=what, low=low, high=high, given=shown(given)
            )
            raise NetworkError(told)

    require(THE_LAYER, layer, 2, net.depth)
    require(THE_TARGET.format(layer=layer), neuron, 1, net.width(layer))
    if source is not None:
        require(THE_SOURCE.format(layer=layer - 1), source, 1, net.width(layer - 1))
