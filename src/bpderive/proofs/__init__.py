"""Derivations: the `rules`, the chains of lines made by them, and the `theorems` of the book proved so.

`beyond` has the theorems about networks that are not made of layers. Both are imported here, by which their proofs come
into `table`, where `derivation` finds them.
"""

from bpderive.proofs import theorems
from bpderive.proofs.beyond import corollaries
from bpderive.proofs.derivation import Derivation, by_induction, calculated, derive
from bpderive.proofs.steps import Move, Step
from bpderive.proofs.table import derivation

__all__ = [
    "Derivation",
    "Move",
    "Step",
    "by_induction",
    "calculated",
    "corollaries",
    "derivation",
    "derive",
    "theorems",
]
