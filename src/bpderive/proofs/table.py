"""The proofs by the numbers of what they prove: `derivation("BP2")` makes each one once.

The modules that have proofs enter them by `register`; whoever needs one asks here, and imports none of them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from typing import TYPE_CHECKING, TypeAlias

from bpderive.errors import unknown_name
from bpderive.letters.text import Text

if TYPE_CHECKING:
    from bpderive.proofs.derivation import Derivation

Makers: TypeAlias = "Mapping[str, Callable[[], Derivation]]"

_PROOFS: dict[str, Callable[[], Derivation]] = {}
_MATRIX_PROOFS: dict[str, Callable[[], Derivation]] = {}


def register(proofs: Makers, of_matrix_forms: Makers | None = None) -> None:
    """Let `derivation` find these proofs by their numbers, and `matrix_derivation` those of matrix forms."""
    _PROOFS.update(proofs)
    _MATRIX_PROOFS.update(of_matrix_forms or {})


_DERIVATION = Text(en="derivation of equation", zh="公式推导")
_MATRIX_DERIVATION = Text(en="derivation of the matrix form of equation", zh="公式矩阵形式的推导")


def derivation(number: str | int) -> Derivation:
    """Return the derivation of the theorem `number`; 53 is "53". Raises `UnknownName` if it has none."""
    found = str(number) if type(number) is int and 0 < number < 100 else number
    if not isinstance(found, str) or found not in _PROOFS:
        raise unknown_name(_DERIVATION, number, _PROOFS)
    return _derived(found)


@cache
def _derived(number: str) -> Derivation:
    return _PROOFS[number]()


@cache
def matrix_derivation(number: str) -> Derivation:
    """The derivation of the matrix form of an equation that is proved in components; raises `UnknownName` if none."""
    if number not in _MATRIX_PROOFS:
        raise unknown_name(_MATRIX_DERIVATION, number, _MATRIX_PROOFS)
    return _MATRIX_PROOFS[number]()


def known_proofs(number: str) -> tuple[Derivation, ...]:
    """The proofs of the forms that the theorem `number` has, none if there is no such theorem."""
    own = (derivation(number),) if number in _PROOFS else ()
    return own + ((matrix_derivation(number),) if number in _MATRIX_PROOFS else ())
