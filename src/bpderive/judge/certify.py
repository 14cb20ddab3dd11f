"""What it means that a statement holds.

`certify(statement)` puts a statement on concrete networks, every layer and index in turn, with the derivatives in it as
`truth` finds them, and decides each case as an identity of polynomials: σ and σ′ of every neuron, and for an arbitrary
cost ∂C/∂a^L_m, are independent unknowns, so that one decision covers every activation and every cost. It returns what
was decided, or raises `Refuted` with the smallest network found, the indices and exact values of both sides.

A new kind of expression in a statement needs one method in `evaluate.Reader`.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from sympy import Symbol

from bpderive.errors import NetworkError, Refuted, shown
from bpderive.functions.choices import checked_sizes
from bpderive.judge.counterexample import Counterexample
from bpderive.judge.evaluate import Reader, truth_of
from bpderive.judge.polynomials import Polynomial
from bpderive.letters.statements import Range, Statement
from bpderive.letters.symbols import L, Width
from bpderive.letters.text import Text

NETWORKS: tuple[tuple[int, ...], ...] = (
    (2, 3),
    (3, 2),
    (2, 3, 2),
    (3, 2, 4),
    (4, 3, 2),
    (2, 3, 2, 4),
    (3, 4, 2, 3),
    (2, 3, 2, 3, 2),
)
"""The networks that a statement is put on: several depths, widths unequal from layer to layer and never 1."""

WRITTEN_OUT: tuple[tuple[int, ...], ...] = ((2, 3), (3, 2), (2, 3, 2), (3, 2, 4), (2, 3, 2, 3))
"""The networks of statements about small changes, whose truth is SymPy's derivative of the network written out."""

EQUAL_WIDTHS: tuple[tuple[int, ...], ...] = ((2, 2), (2, 2, 2), (2, 2, 2, 2))
"""Where a statement that is ill-formed on the others may still be looked at, for a counterexample."""


MOST_TRIALS = 2000
"""How many choices of values are tried to tell two different polynomials apart."""


@dataclass(frozen=True, slots=True)
class Decided:
    """A statement that was decided to hold: on which networks, in how many cases."""

    networks: tuple[tuple[int, ...], ...]
    instances: int

    def __add__(self, other: Decided) -> Decided:
        """Both, each network once."""
        networks = tuple(dict.fromkeys(self.networks + other.networks))
        return Decided(networks, self.instances + other.instances)


NOTHING = Decided((), 0)
"""For what there is nothing to decide of on a network."""


_NO_STATEMENT = Text(
    en="A Statement is wanted, such as bp.equations['BP1'].statement; given was {given}.",
    zh="这里需要一个 Statement，例如 bp.equations['BP1'].statement；给出的是 {given}。",
)
_ONE_SIDE = Text(
    en="{statement} has one side only: there is nothing to decide.",
    zh="{statement} 只有一边，没有可判定的内容。",
)
_SHAPES = Text(
    en="one side has the shape {left} and the other {right}", zh="一边的形状是 {left}，另一边是 {right}"
)
_SAME_VALUES = Text(
    en="the sides are different polynomials, but {most} choices of small values gave equal ones",
    zh="两边是不同的多项式，但试过的 {most} 组小数值都使两边相等",
)
_REFUTED = Text(en="{statement} does not hold: {case}.", zh="{statement} 不成立：{case}。")
_NO_CASE = Text(
    en="none of the networks {networks} has a case of {statement}.",
    zh="网络 {networks} 中没有一个含有 {statement} 的情形。",
)
_NO_NETWORKS = Text(
    en="Networks are given as a sequence of sizes, such as [(2, 3, 2)]; given was {given}.",
    zh="网络应写成由各层宽度组成的序列，例如 [(2, 3, 2)]；给出的是 {given}。",
)


def certify(statement: Statement, networks: Sequence[tuple[int, ...]] | None = None) -> Decided:
    """Decide `statement` on each of `networks`, in every case; raises `Refuted` at the first that fails.

    The networks are `NETWORKS` if none are given, and `WRITTEN_OUT` for a statement about small changes.
    Raises `NetworkError` if none of the networks has a case of it: nothing would have been decided.
    """
    if not isinstance(statement, Statement):
        raise NetworkError(_NO_STATEMENT.format(given=shown(statement)))
    if len(statement.sides) < 2:
        raise NetworkError(_ONE_SIDE.format(statement=statement))
    if networks is None:
        networks = NETWORKS if statement.moved is None else WRITTEN_OUT
    if not isinstance(networks, Sequence):
        raise NetworkError(_NO_NETWORKS.format(given=shown(networks)))
    networks = tuple(map(checked_sizes, networks))
    decided, missing = NOTHING, None
    for sizes in networks:
        try:
            decided += decide(statement, _reader(statement, sizes))
        except Refuted as error:
            if error.counterexample.left is not None:
                raise
            missing = missing or error
    if missing is not None:
        found = _value_counterexample(statement)
        raise missing if found is None else refuted(statement, found)
    return some(decided, statement, networks)


def decide(statement: Statement, reader: Reader) -> Decided:
    """Decide `statement` on the network of a reader, in every case; raises `Refuted` at the first that fails.

    The counterexample has no sides where a part of the statement does not exist on the network.
    """
    cases, letters = 0, dict[Symbol, int]()
    try:
        for letters in cases_of(statement, reader):
            cases += 1
            found = _difference(statement, reader, letters)
            if found is not None:
                raise refuted(statement, found)
    except NetworkError as error:
        sizes, why = reader.truth.sizes, error.args[0]
        case = Counterexample(sizes, shown_letters(letters), {}, None, None, reason=why)
        raise refuted(statement, case) from error
    return Decided((reader.truth.sizes,), cases) if cases else NOTHING


def some(decided: Decided, statement: Statement, networks: tuple[tuple[int, ...], ...]) -> Decided:
    """What was decided; raises `NetworkError` if that is nothing, since none of the networks has a case."""
    if decided == NOTHING:
        raise NetworkError(_NO_CASE.format(networks=networks, statement=statement))
    return decided


def cases_of(statement: Statement, reader: Reader) -> Iterator[dict[Symbol, int]]:
    """Every choice of the statement's letters on the network of a reader; indices counted from 0.

    Raises `NetworkError` where a letter that is chosen leads to a layer that does not exist.
    """

    def choices(waiting: tuple[Range, ...], chosen: dict[Symbol, int]) -> Iterator[dict[Symbol, int]]:
        if not waiting:
            yield dict(chosen)
            return
        # Those first that the ranges of others depend on, and layers before neurons.
        later = {r.letter for r in waiting} - {L}
        ready = [r for r in waiting if not (_bounds(r) - {r.letter}) & later]
        own = min(ready, key=lambda r: bool(r.high.has(Width)))
        others = tuple(r for r in waiting if r is not own)
        values: list[dict[Symbol, int]]
        try:
            low = reader.integer(own.low)(chosen)
            if own.letter == L:  # a least depth
                values = [{}] if reader.truth.depth >= low else []
            else:
                values = [{own.letter: value} for value in range(low, reader.integer(own.high)(chosen) + 1)]
        except NetworkError:
            if _bounds(own) & set(chosen):
                raise
            return  # a layer given by its number, or counted from L: the network is too small for the statement
        for value in values:
            yield from choices(others, {**chosen, **value})

    yield from choices(statement.ranges, {})


def _bounds(r: Range) -> set[Symbol]:
    """The letters that the ends of a range depend on."""
    return {*r.low.free_symbols, *r.high.free_symbols}


def _reader(statement: Statement, sizes: tuple[int, ...]) -> Reader:
    return Reader(truth_of(statement, sizes))


def _difference(statement: Statement, reader: Reader, letters: dict[Symbol, int]) -> Counterexample | None:
    """A counterexample among the components of this case, or None if both sides are identical."""
    for _ in reader.small_changes(statement, letters):
        found = _unequal(statement, reader, letters)
        if found is not None:
            return found
    return None


def _unequal(statement: Statement, reader: Reader, letters: dict[Symbol, int]) -> Counterexample | None:
    values = [reader.value(side)(letters) for side in statement.sides]
    for left, right in itertools.pairwise(values):
        if (len(left), len(left[0])) != (len(right), len(right[0])):
            shapes = (f"({len(side)}, {len(side[0])})" for side in (left, right))
            raise NetworkError(_SHAPES.format(left=next(shapes), right=next(shapes)))
        for row, column in itertools.product(range(len(left)), range(len(left[0]))):
            if left[row][column] != right[row][column]:
                place = (row + 1, *([column + 1] if len(left[0]) > 1 else [])) if len(left) > 1 else None
                return _with_values(
                    statement, reader, letters, (left[row][column], right[row][column]), place
                )
    return None


def _with_values(
    statement: Statement,
    reader: Reader,
    letters: dict[Symbol, int],
    sides: tuple[Polynomial, Polynomial],
    place: tuple[int, ...] | None,
) -> Counterexample:
    """Small whole values at which the two polynomials differ; without values if none were found in `MOST_TRIALS`."""
    left, right = sides
    keys = sorted(reader.unknowns(left, right), key=str)
    for attempt in range(MOST_TRIALS):
        values = reader.settled(_trial(keys, attempt))
        if not reader.consistent(values):
            continue
        left_value, right_value = (side.at(values.__getitem__) for side in sides)
        if left_value != right_value:
            shown = reader.named(values)
            return Counterexample(
                reader.truth.sizes, shown_letters(letters), shown, left_value, right_value, place
            )
    reason = _SAME_VALUES.format(most=MOST_TRIALS)
    return Counterexample(reader.truth.sizes, shown_letters(letters), {}, None, None, reason=reason)


def _trial(keys: list[Any], attempt: int) -> dict[Any, Fraction]:
    """The values of one trial: small whole numbers in another order and from a larger range as the attempts go on."""
    base = 2 + attempt // 64
    return {
        key: Fraction(1 + (place * (attempt + 1) + attempt * attempt) % (base + len(keys)))
        for place, key in enumerate(keys)
    }


def _value_counterexample(statement: Statement) -> Counterexample | None:
    """For a statement that is ill-formed on unequal widths: a counterexample in numbers where all widths are equal."""
    for sizes in EQUAL_WIDTHS:
        reader = _reader(statement, sizes)
        try:
            for letters in cases_of(statement, reader):
                found = _difference(statement, reader, letters)
                if found is not None:
                    return found
        except NetworkError:
            continue
    return None


def shown_letters(letters: dict[Symbol, int]) -> dict[str, int]:
    """Layers as they are and indices counted from 1."""
    return {str(s): value if s.is_positive else value + 1 for s, value in letters.items()}


def refuted(statement: Statement, counterexample: Counterexample) -> Refuted:
    """The error that says so."""
    return Refuted(_REFUTED.format(statement=statement, case=counterexample.text), counterexample)
