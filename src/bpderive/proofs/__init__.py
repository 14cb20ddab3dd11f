"""Derivations: the `rules`, the chains of lines made by them, and the `theorems` of the book proved so.

`beyond` has the theorems about networks that are not made of layers.
"""

from bpderive.proofs.beyond.corollaries import derivation  # that of `theorems`, which finds these as well
from bpderive.proofs.derivation import Derivation, Move, Step, by_induction, calculated, derive

__all__ = ["Derivation", "Move", "Step", "by_induction", "calculated", "derivation", "derive"]
