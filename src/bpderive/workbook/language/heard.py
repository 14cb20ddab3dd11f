"""What was heard in a formula, before it is known in which convention it was written.

A `Mark` is a letter with whatever stands above and below it; the other nodes are what one can do with marks. Nothing
here knows what a letter means: that is said by a convention. `walk(node)` gives a node and all of its parts.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, fields
from fractions import Fraction


@dataclass(frozen=True, slots=True)
class Heard:
    """The base of everything that can be heard."""


@dataclass(frozen=True, slots=True)
class Num(Heard):
    """A number."""

    value: Fraction


@dataclass(frozen=True, slots=True)
class Script:
    """What stands above a letter: bare, in parentheses or in brackets."""

    style: str
    tokens: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Mark(Heard):
    """A letter with its superscripts, its subscripts and its primes."""

    letter: str
    above: tuple[Script, ...] = ()
    below: tuple[str, ...] = ()
    primes: int = 0
    at: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Call(Heard):
    """A function applied; without arguments where they were left out, as in δ ⊙ f′."""

    function: Mark
    arguments: tuple[Heard, ...]


@dataclass(frozen=True, slots=True)
class Terms(Heard):
    """A sum."""

    terms: tuple[Heard, ...]


@dataclass(frozen=True, slots=True)
class Negative(Heard):
    """The negative."""

    body: Heard


@dataclass(frozen=True, slots=True)
class Row(Heard):
    """Factors in a row; `sign` is "" (side by side), "." (a dot), "*" (a star or a cross), "o" (⊙ or ∘) or "@"."""

    factors: tuple[Heard, ...]
    sign: str


@dataclass(frozen=True, slots=True)
class Quotient(Heard):
    """A fraction."""

    above: Heard
    below: Heard


@dataclass(frozen=True, slots=True)
class Raised(Heard):
    """A power."""

    base: Heard
    exponent: int


@dataclass(frozen=True, slots=True)
class Turned(Heard):
    """A transpose."""

    body: Heard


@dataclass(frozen=True, slots=True)
class Rate(Heard):
    """A derivative."""

    of: Heard
    by: Heard


@dataclass(frozen=True, slots=True)
class SumOver(Heard):
    """A sum over letters."""

    indices: tuple[str, ...]
    body: Heard


@dataclass(frozen=True, slots=True)
class SumAlong(Heard):
    """np.sum along an axis."""

    body: Heard
    axis: int


@dataclass(frozen=True, slots=True)
class Norm(Heard):
    """The square of a norm."""

    body: Heard


@dataclass(frozen=True, slots=True)
class Same(Heard):
    """1 where two indices are the same, else 0."""

    first: str
    second: str


@dataclass(frozen=True, slots=True)
class Ones(Heard):
    """A column or a row of ones."""


@dataclass(frozen=True, slots=True)
class Statement:
    """Sides that are said to be equal, one after the other; `code` where they are a line of a program."""

    sides: tuple[Heard, ...]
    text: str
    code: bool = False


def parts(node: Heard) -> Iterator[Heard]:
    """What `node` is directly made of."""
    for each in fields(node):
        value = getattr(node, each.name)
        if isinstance(value, Heard):
            yield value
        elif isinstance(value, tuple):
            yield from (part for part in value if isinstance(part, Heard))


def walk(node: Heard) -> Iterator[Heard]:
    """`node` and everything in it."""
    yield node
    for part in parts(node):
        yield from walk(part)
