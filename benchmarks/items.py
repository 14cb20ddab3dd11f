"""What is measured: `items`, one line each. A function does all the work of a reader who asks the first time."""

import bpderive as bp
from benchmarks.timing import Item


def general_proofs() -> None:
    """Derive and check every theorem that is proved in general."""
    for equation in bp.equations.values():
        if equation.proof is not None:
            equation.proof.check()


def gradient_784() -> None:
    """Backpropagation on the network of the handwritten digits."""
    bp.gradient(bp.Network((784, 30, 10)))


items: tuple[Item, ...] = (
    Item("all general proofs", general_proofs, goal=2),
    Item("gradient of (784, 30, 10)", gradient_784, goal=5),
)
