"""Derivations: the `rules`, the chains of lines made by them, and the `theorems` of the book proved so."""

from bpderive.proofs.derivation import Derivation, Move, Step, by_induction, calculated, derive
from bpderive.proofs.theorems import derivation

__all__ = ["Derivation", "Move", "Step", "by_induction", "calculated", "derivation", "derive"]
