"""Every error that bpderive raises on purpose.

Catch `BpderiveError` for all of them. Each class is also the built-in error that a caller would expect
(`ValueError`, or `KeyError` for an unknown name), so code that knows nothing of this module works too.
To add one: derive it from `BpderiveError` and from the built-in that fits, and say in its message what was
given, what was wanted and how to mend it.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from typing import Any


class BpderiveError(Exception):
    """The base of all errors of bpderive; where its message is a `Text`, `str` gives it in the language that is set."""


class Refuted(BpderiveError, ValueError):
    """A statement is false; `counterexample` holds the smallest network found and the exact values there."""

    def __init__(self, message: object, counterexample: Any = None) -> None:
        super().__init__(message)
        self.counterexample = counterexample


class StepError(BpderiveError, ValueError):
    """A step of a derivation does not follow from the lines before it."""


class HypothesisError(BpderiveError, ValueError):
    """A theorem was to be read on a network that is outside of its hypotheses."""


class ParseError(BpderiveError, ValueError):
    """A text is not in the language that was wanted."""


class ShapeError(BpderiveError, ValueError):
    """An array has the wrong shape, number or kind of entries."""


class UnknownName(BpderiveError, KeyError):
    """A name that is not in the catalogue asked."""

    def __str__(self) -> str:
        """The message itself; `KeyError` would put it in quotes."""
        return str(self.args[0]) if self.args else ""


class DomainError(BpderiveError, ValueError):
    """A value, or the range of a function, lies outside the domain of what is to be done with it."""


class NetworkError(BpderiveError, ValueError):
    """Invalid network, or a layer, neuron or weight that it does not have."""


class MissingPackage(BpderiveError, ImportError):
    """Something needs a package that is not installed; the message says which extra brings it."""


class TooManyPaths(BpderiveError, ValueError):
    """More paths than can be listed; `count` is their number."""

    def __init__(self, message: object, count: int) -> None:
        super().__init__(message)
        self.count = count

    def __reduce__(self) -> tuple[Any, ...]:
        """What makes the error again, in another process too."""
        return type(self), (self.args[0], self.count)


def shown(given: object, most: int = 80) -> str:
    """What was given, for a message: its `repr` as far as it has one, in one line, cut to `most` characters."""
    try:
        whole = " ".join(repr(given).split())
    except Exception:  # whatever a stranger's object does
        return f"<{type(given).__name__}>"
    return whole if len(whole) <= most else f"{whole[: most - 1]}…"


def is_text(given: object) -> bool:
    """Whether a text was given, whatever the annotation of the parameter promises."""
    return isinstance(given, str)


def unknown_name(kind: str, name: object, known: Iterable[str]) -> UnknownName:
    """The error for a `name` that is none of the `known` ones: it lists them and suggests the nearest."""
    names = list(known)
    given = name if isinstance(name, str) else shown(name)
    by_folded = {n.casefold(): n for n in names}
    near = difflib.get_close_matches(given.casefold(), by_folded, n=1, cutoff=0.5)
    hint = f" Did you mean {by_folded[near[0]]!r}?" if near else ""
    return UnknownName(f"There is no {kind} {shown(given)}.{hint} Known: {', '.join(names)}.")
