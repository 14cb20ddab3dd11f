"""What is measured: `items`, one line each. A function does all the work of a reader who asks the first time."""

from functools import partial

import bpderive as bp
from benchmarks.timing import Item
from bpderive.judge.certify import certify

CERTIFIED = ("BP1", "BP2", "BP3", "BP4", "53")
TRUE_CLAIM = "delta[l] = (T(w[l+1]) @ delta[l+1]) * dsigma(z[l])"
WRONG_CLAIM = "delta[l] = (T(w[l+1]) @ delta[l+1]) * dsigma(a[l])"
DIGITS = (784, 30, 10)
"""The network that reads handwritten digits."""


def general_proofs() -> None:
    """Derive and check every equation that has a general proof."""
    for equation in bp.equations.values():
        if equation.proof is not None:
            equation.proof.check()


def proofs_beyond() -> None:
    """Derive and check every proof of the part *Beyond layers*."""
    for equation in bp.equations.further.values():
        if equation.proof is not None:
            equation.proof.check()


def checks_beyond() -> None:
    """Decide every equation of that part on its networks, proofs aside."""
    for equation in bp.equations.further.values():
        equation.judge(equation.statement)


def claim_on_a_graph() -> None:
    """Decide a claim about a recurrence of three steps."""
    net = bp.Graph.recurrence(3, inputs=2, hidden=3, outputs=1)
    bp.check("d(C, W) = delta[5] @ T(a[2]) + delta[8] @ T(a[5])", network=net)


def certificate(sizes: tuple[int, ...]) -> None:
    """Decide the four equations and (53) on one network, every ∂C/∂b and ∂C/∂w of it."""
    for number in CERTIFIED:
        certify(bp.equations[number].statement, [sizes])


items: tuple[Item, ...] = (
    Item("all general proofs", general_proofs, goal=2),
    Item("all proofs beyond layers", proofs_beyond, goal=3),
    Item("exact checks beyond layers", checks_beyond, goal=10),
    Item("certificate of BP1 to BP4 and (53) on (64, 30, 10)", partial(certificate, (64, 30, 10)), goal=1),
    Item("certificate of BP1 to BP4 and (53) on (784, 30, 10)", partial(certificate, DIGITS), goal=5),
    Item("compiled gradient of (784, 30, 10)", lambda: bp.compile_gradient(bp.Network(DIGITS)), goal=0.5),
    Item("gradient of (784, 30, 10)", lambda: bp.gradient(bp.Network(DIGITS)), goal=5),
    Item("verdict on a true claim", lambda: bp.check(TRUE_CLAIM), goal=0.3),
    Item("verdict on a wrong claim, with what would mend it", lambda: bp.check(WRONG_CLAIM), goal=0.3),
    Item("verdict on a claim about a recurrence of three steps", claim_on_a_graph, goal=1),
)
