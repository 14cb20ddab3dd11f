"""The registry of the book's equations: `equations["BP2"]`, with statement, proof, LaTeX and check."""

from bpderive.equations.equation import Equation, Proof
from bpderive.equations.registry import equations
from bpderive.letters.certificate import Certificate

__all__ = ["Certificate", "Equation", "Proof", "equations"]
