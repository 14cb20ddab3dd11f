"""Random claims, judged within bounds of time and memory and held against numbers: `python -m tests.fuzz 5000`.

Claims grow from three sources: expressions of any size, identities that are true by construction with terms and
factors put around them, and small changes of these. Whatever comes, `check` has to answer with a verdict, in so many
seconds and with so much memory; a claim that holds may not fail on random networks, and one that is refuted has to, or
on the network of its counterexample.
"""

from __future__ import annotations

import argparse
import itertools
import random
import resource
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import bpderive as bp
from bpderive.errors import ParseError
from bpderive.workbook.language import parse
from bpderive.workbook.language.syntax import Claim
from bpderive.workbook.verdict.edits import edits
from tests.numerically import NEAR, VERY_NEAR, differs, fails_at

SECONDS, GIGABYTES = 5.0, 2.0
"""What a claim may take on an idle machine; seconds are those of the processor."""

NETWORKS = {"holds": 4, "refuted": 25}
"""How many random networks a verdict is held against."""

PIECEWISE = ("relu", "leaky_relu", "hard_tanh", "hard_sigmoid")
OPTIONS = (
    *("", "", "cost = quadratic", "cost = huber", "cost = cross_entropy", "sigma = tanh", "sigma = sigmoid"),
    *(
        "sigma = gaussian",
        "sigma = softplus",
        "sigma = sine",
        "sigma = linear",
        "sigma = sigmoid, cost = cross_entropy",
    ),
    *(f"sigma = {sigma}" for sigma in PIECEWISE),
    *(f"sigma = {sigma}, cost = huber" for sigma in PIECEWISE),
)

IDENTITIES = (
    "delta[l,j] = d(C, z[l,j])",
    "delta[l,j] = sum(k, w[l+1,k,j]*delta[l+1,k])*dsigma(z[l,j])",
    "d(C, w[l,j,k]) = delta[l,j]*a[l-1,k]",
    "d(C, b[l,j]) = delta[l,j]",
    "delta[L,j] = d(C, a[L,j])*dsigma(z[L,j])",
    "z[l,j] = sum(k, w[l,j,k]*a[l-1,k]) + b[l,j]",
    "d(C, a[l,k]) = sum(j, w[l+1,j,k]*delta[l+1,j])",
    "d(z[l+1,k], z[l,j]) = w[l+1,k,j]*dsigma(z[l,j])",
    "sum(k, eq(j,k)*z[l,k]) = z[l,j]",
    "sum(k, sum(m, z[l,k]*z[l,m])) = sum(k, z[l,k])^2",
    "(z[l,j]^2 - z[l,k]^2) = (z[l,j] - z[l,k])*(z[l,j] + z[l,k])",
    "sum(k, z[l,j]) = n[l]*z[l,j]",
    "delta[l] = (T(w[l+1]) @ delta[l+1]) * dsigma(z[l])",
    "grad(C, w[l]) = outer(delta[l], a[l-1])",
    "jac(z[l+1], z[l]) = w[l+1] @ diag(dsigma(z[l]))",
)

OF_PIECES = (
    ("relu leaky_relu", "sigma({u}) = ({u})*dsigma({u})"),
    ("relu", "dsigma({u})^2 = dsigma({u})"),
    ("relu", "sigma({u}) - sigma(-({u})) = {u}"),
    ("relu", "sigma({u})*sigma(-({u})) = 0"),
    ("relu hard_tanh hard_sigmoid", "sigma({u})*({v}) = ({v})*sigma({u})"),
    ("relu", "sigma(sigma({u})) = sigma({u})"),
    ("hard_tanh", "sigma(sigma({u})) = sigma({u})"),
    ("relu", "sigma(({u})^2) = ({u})^2"),
    ("hard_tanh", "sigma(-({u})) = -sigma({u})"),
    ("hard_tanh", "dsigma({u})*(sigma({u}) - ({u})) = 0"),
    ("hard_sigmoid", "sigma({u}) + sigma(-({u})) = 1"),
    ("relu leaky_relu", "sigma(3*({u})) = 3*sigma({u})"),
    ("relu", "sigma(sigma({u}) + sigma({v})) = sigma({u}) + sigma({v})"),
    ("relu", "sigma(sigma({u}) - ({u})) = sigma(-({u}))"),
    ("leaky_relu", "1/dsigma({u}) = 101 - 100*dsigma({u})"),
    ("relu", "sum(m, sigma(z[l,m])*dsigma(-z[l,m])) = 0"),
    ("relu", "dsigma({u}) + dsigma(-({u})) = 1"),
    ("hard_tanh", "2*sigma({u}) = sigma(2*({u}))"),
    ("relu", "sigma({u} + {v}) = sigma({u}) + sigma({v})"),
)
"""Identities of functions made of pieces at any arguments u and v, and some that are none."""


def wild(chosen: random.Random, depth: int) -> str:
    """An expression of any kind."""
    if not depth:
        leaves = ["z[l,j]", "z[l,k]", "a[l,j]", "w[l,j,k]", "delta[l,j]", "y[j]", "n[l]", "eq(j,k)", "z[l,1]"]
        return chosen.choice([*leaves, "C", "0", "1", "9", "1000000", "123456789012", "0.5", "-10000"])
    one, other = (wild(chosen, chosen.randrange(depth)) for _ in range(2))
    shapes = ["({a}+{b})", "({a}-{b})", "{a}*{b}", "({a})/({b})", "({a})^8", "({a})^-3", "sigma({a})"]
    shapes += ["dsigma({a})", "sum(m, ({a})*z[l,m])", "d({a}, z[l,j])", "(-{a})", "sum(k, {a})"]
    return chosen.choice(shapes).format(a=one, b=other)


def tame(chosen: random.Random) -> str:
    """A term of the first degree."""
    leaves = ("z[l,j]", "z[l,k]", "z[l,1]", "n[l]", "1", "b[l,j]", "a[l,j]")
    terms = [
        f"{chosen.choice((1, 1, 2, -1, -2))}*{chosen.choice(leaves)}" for _ in range(chosen.choice((1, 1, 2)))
    ]
    return "+".join(terms).replace("+-", "-") + chosen.choice(("", "", "-1/2", "+1"))


def true_or_nearly(chosen: random.Random) -> str:
    """An identity, with the same done to both sides."""
    tail = chosen.choice(OPTIONS)
    if chosen.random() < 0.5:
        names, pattern = chosen.choice(OF_PIECES)
        text = pattern.format(u=tame(chosen), v=tame(chosen))
        tail = f"sigma = {chosen.choice(names.split())}"
    else:
        text = chosen.choice(IDENTITIES)
    left, right = text.split(" = ")
    for _ in range(chosen.choice((0, 0, 1, 2))):
        if "[l]" in left or "[l+1]" in left or "C," in left:
            break
        extra = chosen.choice((tame(chosen), f"dsigma({tame(chosen)})", "w[l,j,k]", "delta[l,j]", "(n[l]+1)"))
        done = chosen.choice(("{s} + {e}", "({s})*({e})", "({e}) - ({s})", "({s})/({e})", "({s})*({s})"))
        left, right = (done.format(s=side, e=extra) for side in (left, right))
    return f"{left} = {right}" + (f" with {tail}" if tail else "")


def claims(seed: int) -> Iterator[Claim]:
    """Claims without end."""
    chosen = random.Random(seed)
    while True:
        kind = chosen.choice(("wild", "true", "true", "changed"))
        if kind == "wild":
            tail = chosen.choice(OPTIONS)
            text = f"{wild(chosen, 4)} = {wild(chosen, 2)}" + (f" with {tail}" if tail else "")
        else:
            text = true_or_nearly(chosen)
        try:
            claim = parse(text)
        except ParseError:
            continue
        if kind == "changed":
            options = list(edits(claim))
            claim = chosen.choice(options).claim if options else claim
        yield claim


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with the verdict on a claim."""

    claim: str
    what: str

    def __str__(self) -> str:
        return f"{self.claim}: {self.what}"


def faults(claim: Claim, seed: int, seconds: float = SECONDS) -> tuple[str, float, list[Fault]]:
    """The verdict, the seconds that it took, and what is wrong with it."""
    started = time.thread_time()
    verdict = bp.check(claim)
    took = time.thread_time() - started
    text = str(verdict).partition("\n")[0]
    found = []
    if took > seconds:
        found.append(Fault(text, f"it took {took:.1f} s"))
    chosen = random.Random(seed)
    told: list[bool | None] = []
    for _ in range(NETWORKS.get(verdict.status, 0)):
        told.append(differs(claim, chosen, NEAR if verdict.holds else VERY_NEAR))
        if told[-1]:
            break
    if verdict.status == "holds" and any(told):
        found.append(Fault(text, "it holds, and fails on a random network"))
    case = verdict.counterexample
    at_a_kink = verdict.status == "refuted" and "by convention" in verdict.reason.en
    is_rare = case is not None and fails_at(claim, case)  # false where few networks are, such as this one
    if verdict.status == "refuted" and told.count(False) > 5 and not any((*told, at_a_kink, is_rare)):
        found.append(
            Fault(text, f"it is refuted, and true on every random network: {verdict.counterexample}")
        )
    return verdict.status, took, found


def run(
    count: int, seed: int = 0, seconds: float = SECONDS, tell: Callable[[int, Fault], None] = lambda *_: None
) -> tuple[Counter[str], float, list[Fault]]:
    """How many verdicts of each kind there were, the longest time, and the faults, each told when it is found."""
    counts: Counter[str] = Counter()
    longest, wrong = 0.0, []
    for place, claim in enumerate(itertools.islice(claims(seed), count)):
        status, took, found = faults(claim, place, seconds)
        counts[status] += 1
        longest = max(longest, took)
        wrong += found
        for fault in found:
            tell(place, fault)
    return counts, longest, wrong


def main() -> int:
    """Judge as many claims as are asked for."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("count", type=int, nargs="?", default=5000)
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args()
    resource.setrlimit(resource.RLIMIT_AS, (int(GIGABYTES * 2**30),) * 2)
    counts, longest, wrong = run(
        given.count, given.seed, tell=lambda place, fault: print(f"claim {place}: {fault}", flush=True)
    )
    print(f"{given.count} claims: {dict(counts)}; the longest took {longest:.1f} s; {len(wrong)} faults")
    return bool(wrong)


if __name__ == "__main__":
    sys.exit(main())
