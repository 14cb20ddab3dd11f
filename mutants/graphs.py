"""Wrong variants of (R1), (R2), … and of the steps of their proofs, whose letters the language of claims lacks.

They are changed as SymPy expressions. A variant is refuted by a counterexample of their judge that `graph_numbers`
confirms, or ill-formed; one that the judge finds nothing against has escaped.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import sympy
from sympy import Add, Expr, Integer, Mul, Sum
from sympy.matrices.expressions.matexpr import MatrixElement

from bpderive.equations import equations
from bpderive.errors import Refuted, StepError
from bpderive.judge.certify import Decided, shown_letters
from bpderive.letters.statements import Range, Statement, provably_at_most
from bpderive.letters.symbols import C, L, LayerArray, Partial, Sigma, SigmaPrime, a, delta, j, k, z
from bpderive.proofs.beyond import judge
from bpderive.proofs.beyond.letters import Between, BetweenElement, Direct, UpTo, gradient_of_layer
from bpderive.proofs.beyond.rules import derivative, is_over_layers, over_layers, summed_layers
from bpderive.proofs.calculus import collapse
from bpderive.proofs.tensors import same
from mutants import graph_numbers
from mutants.subjects import Subject, claim_of

Judge = Callable[[Statement], Decided]


@dataclass(frozen=True, slots=True)
class GraphSubject:
    """A true statement that is varied, and who judges it."""

    number: str
    statement: Statement
    judge: Judge

    def variants(self) -> Iterator[Statement]:
        """Every small change, each once."""
        return variants(self.statement)

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
            return "refuted" if graph_numbers.confirms(variant.sides, found, self.mixes) else "escaped"
        return "true" if self._is_proved(variant) and self._agrees(variant) else "escaped"

    def _is_proved(self, variant: Statement) -> bool:
        """Whether the laws make each side of it what that of the statement is."""
        over = self.statement.ranges
        return all(
            same(*(reduced(side, over, self.mixes) for side in pair))
            for pair in zip(variant.sides, self.statement.sides, strict=True)
            if pair[0] != pair[1]
        )

    def _agrees(self, variant: Statement) -> bool:
        every = [(net, at) for net in judge.NETWORKS for at in cases(variant, net)]
        return bool(every) and all(graph_numbers.agrees(variant.sides, *case, self.mixes) for case in every)

    @property
    def mixes(self) -> bool:
        """Whether the layers have functions of all their neurons."""
        return self.judge is judge.certify_mixing


def reduced(side: Expr, over: tuple[Range, ...], mixes: bool) -> Expr:
    """A side with what its letters mean written in one way, by the ∂C/∂a^l_j: a variant may be true by that alone."""
    side = side.replace(is_over_layers, lambda total: Integer(0) if _is_empty(total) else total)
    ranges = (*summed_layers(side), *over)
    values = {part: _meant(part, ranges) for part in side.atoms(UpTo)}
    for part in side.atoms(Direct, Partial):
        if part == Direct(C, part.by) and part.by.parent == a(L):
            values[part] = Partial(*part.args)
        elif part.of != C and not mixes:
            with contextlib.suppress(StepError):
                values[part] = derivative(part, ranges)
    for part in side.atoms(MatrixElement):
        if getattr(part.parent, "letter", "") in ("delta", "G"):
            values[part] = Partial(
                C, (z if part.parent.letter == "delta" else a)(part.parent.layer)[part.i, 0]
            )
    side = collapse(side.xreplace(values), full=False)
    return side if mixes else side.xreplace({part: _by_activation(part) for part in side.atoms(Partial)})


def _by_activation(part: Partial) -> Expr:
    """∂C/∂z^l_j = ∂C/∂a^l_j σ′(z^l_j)."""
    parent = part.by.parent
    if part.of != C or getattr(parent, "letter", "") != "z":
        return part
    j = part.by.i
    return Partial(C, a(parent.layer)[j, 0]) * SigmaPrime(parent.layer, j, part.by)


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
    chain = any(array.letter == "w" for side in statement.sides for array in side.atoms(LayerArray))
    return Subject(name, claim_of(statement)) if chain else GraphSubject(name, statement, _judge(number))


def _judge(number: str) -> Judge:
    equation = equations[number]
    return judge.certify if equation.kind == "definition" else equation.judge


def cases(statement: Statement, sizes: tuple[int, ...]) -> list[dict[str, int]]:
    """The letters of every case of a statement in a network, counted from 1."""
    reader = judge.GraphReader(judge.GraphTruth(sizes))
    return [shown_letters(letters) for letters in judge.cases_of(statement, reader)]


def variants(statement: Statement) -> Iterator[Statement]:
    """The statement with one thing changed on one of its sides."""
    seen = {statement.sides}
    for place, side in enumerate(statement.sides):
        for changed in _changed(side):
            sides = (*statement.sides[:place], changed, *statement.sides[place + 1 :])
            if sides not in seen:
                seen.add(sides)
                yield replace(statement, sides=sides)


def _changed(side: Expr) -> Iterator[Expr]:
    yield from (-side, 2 * side)
    for part in dict.fromkeys(sympy.preorder_traversal(side)):
        for other in _others(part):
            changed = side.xreplace({part: other})
            if changed != side:
                yield changed


def _others(part: Expr) -> Iterator[Expr]:
    """What may be written for a part by mistake."""
    if isinstance(part, Add):
        for term in part.args:
            yield from (part - term, part - 2 * term)
    elif isinstance(part, Mul):
        yield from (part / factor for factor in part.args if factor.is_commutative)
    elif isinstance(part, Sum):
        for place, (letter, low, high) in enumerate(part.limits):
            for moved in ((letter, low + 1, high), (letter, low, high - 1)):
                yield Sum(part.function, *part.limits[:place], moved, *part.limits[place + 1 :])
    elif isinstance(part, BetweenElement):
        matrix = part.parent
        yield Between("P" if matrix.letter == "w" else "w", matrix.layer, matrix.read)[part.i, part.j]
        yield Between(matrix.letter, matrix.read, matrix.layer)[part.i, part.j]
        yield matrix[part.j, part.i]
    elif isinstance(part, SigmaPrime):
        yield Sigma(*part.args)
    elif isinstance(part, Sigma):
        yield SigmaPrime(*part.args)
    elif isinstance(part, MatrixElement) and isinstance(part.parent, LayerArray):
        layer = part.parent.layer
        yield from (array(layer)[part.i, 0] for array in (delta, gradient_of_layer, a))
        if part.parent.letter in ("delta", "G"):
            yield from (array(layer + 1)[part.i, 0] for array in (delta, gradient_of_layer))
        yield part.parent[k if part.i == j else j, 0]
    elif isinstance(part, UpTo):
        last, layer, neuron = part.args
        yield from (
            UpTo(last + 1, layer, neuron),
            UpTo(last - 1, layer, neuron),
            UpTo(last, layer + 1, neuron),
        )
    elif isinstance(part, Direct | Partial):
        yield (Partial if isinstance(part, Direct) else Direct)(*part.args)
        if part.of != C:
            yield part.func(part.by, part.of)
