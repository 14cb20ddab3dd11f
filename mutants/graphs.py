"""Wrong variants of (R1), (R2), … and of the steps of their proofs, whose letters the language of claims lacks.

They are changed as SymPy expressions, by `variants`. A variant is refuted by a counterexample of their judge that
`graph_numbers` confirms, or ill-formed; one that the judge finds nothing against has escaped.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import sympy
from sympy import Expr, Integer, Sum
from sympy.matrices.expressions.matexpr import MatrixElement

from bpderive.equations import equations
from bpderive.errors import Refuted, StepError
from bpderive.judge.certify import Decided, cases_of, shown_letters
from bpderive.letters.statements import Range, Statement, provably_at_most
from bpderive.letters.symbols import C, L, LayerArray, Partial, SigmaPrime, a, l, z
from bpderive.proofs.beyond import judge, special
from bpderive.proofs.beyond.corollaries import MEAN
from bpderive.proofs.beyond.letters import (
    BetweenElement,
    Direct,
    Mean,
    UpTo,
)
from bpderive.proofs.beyond.rules import derivative, is_over_layers, over_layers
from bpderive.proofs.calculus import collapse
from bpderive.proofs.rules import summed_layers
from bpderive.proofs.tensors import same
from mutants import graph_numbers
from mutants.claims import claim_of
from mutants.subjects import Subject
from mutants.variants import variants

Judge = Callable[[Statement], Decided]

MIXING = ("mixing", "softmax", "normalised")
"""The kinds of networks whose layers have functions of all their neurons."""


@dataclass(frozen=True, slots=True)
class GraphSubject:
    """A true statement that is varied, and who judges it."""

    number: str
    statement: Statement
    judge: Judge

    def variants(self) -> Iterator[Statement]:
        """Every small change, each once."""
        return variants(self.statement)

    def written(self, variant: Statement) -> str:
        """The variant as text."""
        return str(variant)

    def decided(self, variant: Statement) -> str:
        """What becomes of a variant."""
        try:
            self.judge(variant)
        except TypeError:
            return "ill-formed"
        except Refuted as error:
            found = error.counterexample
            if found.left is None:
                return "ill-formed"
            return "refuted" if graph_numbers.confirms(variant.sides, found, self.kind) else "escaped"
        return "true" if self._is_proved(variant) and self._agrees(variant) else "escaped"

    def _is_proved(self, variant: Statement) -> bool:
        """Whether the laws make each side of it what that of the statement is."""
        over = self.statement.ranges
        return all(
            same(*(reduced(side, over, self.kind) for side in pair))
            for pair in zip(variant.sides, self.statement.sides, strict=True)
            if pair[0] != pair[1]
        )

    def _agrees(self, variant: Statement) -> bool:
        networks = special.NETWORKS.get(self.kind, judge.NETWORKS)
        every = [(net, at) for net in networks for at in cases(variant, net)]
        return bool(every) and all(graph_numbers.agrees(variant.sides, *case, self.kind) for case in every)

    @property
    def kind(self) -> str:
        """Which networks it speaks of."""
        return self.judge.__name__.removeprefix("certify").removeprefix("_")


def reduced(side: Expr, over: tuple[Range, ...], kind: str) -> Expr:
    """A side with what its letters mean written in one way, by the ∂C/∂a^l_j: a variant may be true by that alone."""
    mixes = kind in MIXING
    side = side.replace(is_over_layers, lambda total: Integer(0) if _is_empty(total) else total)
    if kind == "recurrence":  # without shortcuts
        side = side.xreplace(
            {part: Integer(0) for part in side.atoms(BetweenElement) if part.parent.letter == "P"}
        )
    if kind == "normalised":  # (M6)
        side = side.replace(lambda e: isinstance(e, Sum), lambda e: Integer(0) if _adds_up_to_0(e) else e)
        side = side.xreplace({MEAN.lhs: MEAN.rhs})
    ranges = (*summed_layers(side), *over)
    values = {part: _meant(part, ranges) for part in side.atoms(UpTo)}
    for part in side.atoms(Direct, Partial):
        if part == Direct(C, part.by) and part.by.parent == a(L):
            values[part] = Partial(*part.args)
        elif part.of != C and not mixes:
            try:
                values[part] = derivative(part, ranges)
            except StepError:
                values[part] = _by_weighted_input(part)
    for part in side.atoms(MatrixElement):
        if getattr(part.parent, "letter", "") in ("delta", "G"):
            values[part] = Partial(
                C, (z if part.parent.letter == "delta" else a)(part.parent.layer)[part.i, 0]
            )
    side = collapse(side.xreplace(values), full=False)
    return side if mixes else side.xreplace({part: _by_activation(part) for part in side.atoms(Partial)})


def _by_weighted_input(part: Partial) -> Expr:
    """∂a^l_j/∂K = σ′(z^l_j) ∂z^l_j/∂K."""
    if (
        getattr(part.of, "parent", None) is None
        or part.of.parent.letter != "a"
        or part.by.parent.letter != "K"
    ):
        return part
    layer, j = part.of.parent.layer, part.of.i
    return SigmaPrime(layer, j, z(layer)[j, 0]) * Partial(z(layer)[j, 0], part.by)


def _by_activation(part: Partial) -> Expr:
    """∂C/∂z^l_j = ∂C/∂a^l_j σ′(z^l_j)."""
    parent = part.by.parent
    if part.of != C or getattr(parent, "letter", "") != "z":
        return part
    j = part.by.i
    return Partial(C, a(parent.layer)[j, 0]) * SigmaPrime(parent.layer, j, part.by)


def _adds_up_to_0(total: Sum) -> bool:
    """Whether it is c Σ_i (z^l_i − μ^l)."""
    [(index, _, _)] = total.limits
    quotient = sympy.cancel(total.function / (z(l)[index, 0] - Mean(l)))
    return index not in quotient.free_symbols


def _is_empty(total: Sum) -> bool:
    _, low, high, _ = over_layers(total)
    return bool(sympy.expand(low - high).is_positive)


def _meant(part: UpTo, ranges: tuple[Range, ...]) -> Expr:
    """∂C^[t]/∂a^l_j where nothing, or everything, after layer l is held fixed."""
    last, layer, neuron = part.args
    by = a(layer)[neuron, 0]
    if provably_at_most(L, last, ranges):
        return Direct(C, by)
    return Partial(C, by) if provably_at_most(last, layer, ranges) else part


def graph_subjects() -> Iterator[Subject | GraphSubject]:
    """Every equation beyond the chapter's, and every step of their proofs; what is in its letters is a claim."""
    for number, equation in equations.further.items():
        yield _subject(number, equation.statement, number)
    for number, equation in equations.further.items():
        if equation.proof is None:
            continue
        seen = set()
        for step in equation.proof.steps:
            if step.statement not in seen and step.statement.lhs != step.statement.rhs:
                seen.add(step.statement)
                yield _subject(f"proof of {number}", step.statement, number)


def _subject(name: str, statement: Statement, number: str) -> Subject | GraphSubject:
    chain = number in ("R8", "R9") and any(
        array.letter == "w" for side in statement.sides for array in side.atoms(LayerArray)
    )
    return Subject(name, claim_of(statement)) if chain else GraphSubject(name, statement, _judge(number))


def _judge(number: str) -> Judge:
    return equations[number].judge


def cases(statement: Statement, sizes: tuple[int, ...]) -> list[dict[str, int]]:
    """The letters of every case of a statement in a network, counted from 1."""
    reader = judge.GraphReader(judge.GraphTruth(sizes))
    return [shown_letters(letters) for letters in cases_of(statement, reader)]
