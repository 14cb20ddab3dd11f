"""Reading a statement's expressions on a concrete network, as exact polynomials.

`Reader(truth).value(expression)` turns a SymPy expression of the book's letters into a function from the values of its
free letters to a table of polynomials, 1×1 for a number. Derivatives and errors come from `truth`; nothing here
knows an equation. A new class of expression needs one method, in `numbers` or in `tables`.
"""

from bpderive.judge.evaluate.components import truth_of
from bpderive.judge.evaluate.tables import Reader

__all__ = ["Reader", "truth_of"]
