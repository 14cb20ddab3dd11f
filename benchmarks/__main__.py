"""The command `python -m benchmarks`: how long the work takes that a reader asks for the first time.

`ITEMS` declares what is measured, with the seconds that it is meant to stay under. Each round is a fresh interpreter,
so that no cache of an earlier one helps.
"""

import argparse
import statistics
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from time import process_time

import bpderive as bp
from benchmarks.timing import DIGITS, HERE, aligned, machine
from bpderive.judge.certify import certify

TRUE_CLAIM = "delta[l] = (T(w[l+1]) @ delta[l+1]) * dsigma(z[l])"
WRONG_CLAIM = "delta[l] = (T(w[l+1]) @ delta[l+1]) * dsigma(a[l])"


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
    for number in ("BP1", "BP2", "BP3", "BP4", "53"):
        certify(bp.equations[number].statement, [sizes])


ITEMS: Mapping[str, tuple[Callable[[], object], float]] = {
    "all general proofs": (general_proofs, 2),
    "all proofs beyond layers": (proofs_beyond, 3),
    "exact checks beyond layers": (checks_beyond, 10),
    "certificate of BP1 to BP4 and (53) on (64, 30, 10)": (partial(certificate, (64, 30, 10)), 1),
    "certificate of BP1 to BP4 and (53) on (784, 30, 10)": (partial(certificate, DIGITS), 5),
    "compiled gradient of (784, 30, 10)": (lambda: bp.compile_gradient(bp.Network(DIGITS)), 0.5),
    "gradient of (784, 30, 10)": (lambda: bp.gradient(bp.Network(DIGITS)), 5),
    "verdict on a true claim": (lambda: bp.check(TRUE_CLAIM), 0.3),
    "verdict on a wrong claim, with what would mend it": (lambda: bp.check(WRONG_CLAIM), 0.3),
    "verdict on a claim about a recurrence of three steps": (claim_on_a_graph, 1),
}
"""What is measured, with the time it is meant to stay under, in seconds."""


def once(name: str) -> float:
    """The processor seconds that an item takes, here and now, with NumPy's linear algebra on one thread."""
    from threadpoolctl import threadpool_limits

    with threadpool_limits(limits=1):
        start = process_time()
        ITEMS[name][0]()
        return process_time() - start


def measure(name: str, rounds: int) -> list[float]:
    """The processor seconds of an item in each of `rounds` new interpreters, without their start and the imports."""
    command = [sys.executable, "-m", "benchmarks", "--once", name]
    done = (
        subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True, cwd=HERE)
        for _ in range(rounds)
    )
    return [float(one.stdout.split()[-1]) for one in done]


def table(timings: Mapping[str, Sequence[float]]) -> str:
    """One line for each item: median, fastest and slowest round, and the goal."""
    rows: list[Sequence[str]] = [("", "median", "fastest", "slowest", "rounds", "goal")]
    for name, seconds in timings.items():
        times = (f"{t:.3f} s" for t in (statistics.median(seconds), min(seconds), max(seconds)))
        rows.append((name, *times, str(len(seconds)), f"< {ITEMS[name][1]:g} s"))
    return aligned(rows)


def main(arguments: Sequence[str] | None = None) -> None:
    """Read the command line, measure, print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--rounds", type=int, default=3, choices=range(1, 100), metavar="N")
    parser.add_argument("--only", default="", metavar="TEXT", help="the items whose names contain this text")
    parser.add_argument("--once", choices=ITEMS, help="run one item once, here, and print its seconds")
    options = parser.parse_args(arguments)
    if options.once is not None:
        print(once(options.once))
        return
    print(", ".join(f"{name} {value}" for name, value in machine().items()))
    print(table({name: measure(name, options.rounds) for name in ITEMS if options.only in name}))


if __name__ == "__main__":
    main()
