"""What is varied: the statements of the registry and of the steps of the proofs, as claims, and how each is decided.

`subjects()` gives them by number; those whose letters the language lacks are in `graphs`.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction

from sympy import Sum

from bpderive.equations import Equation, equations
from bpderive.judge.counterexample import Counterexample
from bpderive.letters.symbols import OfExample, PathProduct, n
from bpderive.proofs import Derivation
from bpderive.workbook.language import Claim, syntax, written
from bpderive.workbook.verdict import search
from bpderive.workbook.verdict.decide import holds, readings
from bpderive.workbook.verdict.edits import edits
from bpderive.workbook.verdict.errors import IllFormed, TooHard
from bpderive.workbook.verdict.forms import Clock
from bpderive.workbook.verdict.search import find_counterexample
from mutants.claims import Translator, claim_of
from tests import numerically

NUMBER_OF_EXAMPLES = syntax.Unknown("n")
"""n of (26)."""

SECONDS = 10.0
NETWORKS = ((2, 3, 2), (3, 2, 4, 2), (2, 3, 2, 3, 2))
CHAINS = ((1, 1), (1, 1, 1), (1, 1, 1, 1))


@dataclass(frozen=True, slots=True)
class Subject:
    """A true claim that is varied; with `one_neuron` it speaks of one neuron in each layer, such as those of a path."""

    number: str
    claim: Claim
    one_neuron: bool = False

    def variants(self) -> Iterator[Claim]:
        """Every small change of the claim, each once."""
        yield from dict.fromkeys(edit.claim for edit in edits(self.claim) if edit.claim != self.claim)

    def written(self, variant: Claim) -> str:
        """The variant as text."""
        return written(variant)

    def decided(self, variant: Claim) -> str:
        """What becomes of a variant."""
        clock = Clock(SECONDS)
        try:
            if holds(variant, clock, one_neuron=self.one_neuron):
                return "true" if self.agrees(variant) else "escaped"
            found = _on_chains(variant, clock) if self.one_neuron else find_counterexample(variant, clock)
        except IllFormed:
            return "ill-formed"
        except TooHard:
            return "escaped"
        return "refuted" if found is not None and numerically.confirms(variant, found) else "escaped"

    def agrees(self, variant: Claim) -> bool:
        """Whether the sides are equal on three networks with random numbers."""
        chosen, networks = random.Random(1), CHAINS if self.one_neuron else NETWORKS
        told = [numerically.differs(variant, chosen, sizes=sizes, most=12) for sizes in networks]
        return True not in told and False in told


def _on_chains(claim: Claim, clock: Clock) -> Counterexample | None:
    """A counterexample among networks of one neuron a layer."""
    reading = readings(claim, one_neuron=True)[0]
    for sizes in ((1,) * depth for depth in range(2, 6)):
        found = search.counterexample(reading, sizes, clock)
        if found is not None:
            return found
    return None


def subjects() -> Iterator[Subject]:
    """Every registered equation in all its forms, and every step of every proof."""
    for number, equation in equations.items():
        yield from _of_equation(number, equation)
    for number, equation in equations.items():
        for proof in (equation.proof, equation.matrix_proof):
            if proof is not None and equation.part_of is None:
                yield from _of_proof(number, proof)


def _of_equation(number: str, equation: Equation) -> Iterator[Subject]:
    if number in _BY_HAND:
        yield from (Subject(number, claim) for claim in _BY_HAND[number](equation))
        return
    stated = equations[str(equation.part_of)] if equation.kind == "shorthand" else equation
    for form in stated.forms:
        statement = stated.stated(form)
        along_path = any(side.has(PathProduct) for side in statement.sides)
        yield Subject(number, claim_of(statement), one_neuron=along_path)


def _of_proof(number: str, proof: Derivation) -> Iterator[Subject]:
    seen = set()
    for step in proof.steps:
        claim = claim_of(step.statement)
        if claim not in seen and claim.sides[0] != claim.sides[-1]:
            seen.add(claim)
            yield Subject(f"proof of {number}", claim)


def _number_claims(pairs: list[tuple[syntax.Node, int]]) -> list[syntax.Claim]:
    return [syntax.Claim((left, syntax.Number(Fraction(right)))) for left, right in pairs]


def _squares(equation: Equation) -> list[syntax.Claim]:
    """(24), row by row: f(x) = x² applied to each component."""
    vector, result = equation.statement.sides[0].args[1], equation.statement.sides[-1]
    return _number_claims(
        [
            (syntax.Power(syntax.Number(Fraction(int(x))), 2), int(y))
            for x, y in zip(vector, result, strict=True)
        ]
    )


def _hadamard(equation: Equation) -> list[syntax.Claim]:
    """(28), row by row."""
    left, right = equation.statement.sides[0].args
    rows = zip(left, right, equation.statement.sides[-1], strict=True)
    return _number_claims(
        [
            (syntax.Times((syntax.Number(Fraction(int(s))), syntax.Number(Fraction(int(t))))), int(p))
            for s, t, p in rows
        ]
    )


def _mean(equation: Equation) -> list[syntax.Claim]:
    """(26), for the term that one example contributes: C_x/n, C being the mean of the C_x over n examples."""
    factor, total = equation.statement.rhs.as_independent(Sum)
    norm = total.function.xreplace({v: v.args[0] for v in total.function.atoms(OfExample)})
    two = 1 / Fraction(str((factor * n).cancel()))
    divisor = syntax.Times((syntax.Number(two), NUMBER_OF_EXAMPLES))
    right = syntax.Times(
        (syntax.Over(syntax.Number(Fraction(1)), divisor), Translator(moved=None).node(norm))
    )
    return [syntax.Claim((syntax.Over(syntax.Cost(), NUMBER_OF_EXAMPLES), right), cost="quadratic")]


_BY_HAND: dict[str, Callable[[Equation], list[syntax.Claim]]] = {
    "24": _squares,
    "26": _mean,
    "28": _hadamard,
    "46": lambda _: [],
}
"""Equations whose statement is not about the components of one network; (46) is varied in `harness.quotients`."""
