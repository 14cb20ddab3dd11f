"""The registry of the book's equations: `equations["BP2"]`, with statement, proof, LaTeX and check."""

from bpderive.equations.equation import Certificate, Equation, Proof
from bpderive.equations.registry import equations

__all__ = ["Certificate", "Equation", "Proof", "equations"]
