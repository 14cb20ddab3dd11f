"""Derivations: chains of lines, each computed by a rule from the lines before it.

`derive(...)` applies the rules one after the other and gives a `Derivation`, or raises `StepError` at the first step
that does not follow. A derivation knows its goal, the statement that it proves, and `check()` does everything again and
compares. `by_induction(...)` joins a base case and an induction step over the layers; `by_parts(...)` joins whole
proofs, each of which may use what those before it proved.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from sympy import Expr, Integer, oo

from bpderive.errors import StepError
from bpderive.functions.network import Network
from bpderive.letters.certificate import Certificate, timed
from bpderive.letters.statements import Range, Statement
from bpderive.letters.symbols import L, latex, plain
from bpderive.letters.text import Text
from bpderive.proofs import words
from bpderive.proofs.concrete import Instance, instantiated
from bpderive.proofs.names import PART, equation_name
from bpderive.proofs.steps import Move, Step, about, applied, check_goal, check_steps, proved, statements_of


@dataclass(frozen=True, slots=True)
class Derivation:
    """A proof of `statement`, line by line; `parts` are the named parts of a proof by induction or by parts."""

    number: str
    title: Text
    statement: Statement
    start: Statement
    moves: tuple[Move, ...]
    steps: tuple[Step, ...]
    parts: tuple[tuple[Text, Derivation], ...] = ()
    claim: Statement | None = None

    @timed
    def check(self) -> Certificate:
        """Derive everything again; raises `StepError` at the first line that is not what its rule gives."""
        if self.parts:
            for title, part in self.parts:
                try:
                    part.check()
                except StepError as error:
                    raise StepError(
                        words.IN_PART.format(number=self.number, part=title, error=error.args[0])
                    ) from error
            if self.claim is None:
                _check_parts(self)
            else:
                _check_induction(self)
            return Certificate(self.number, ("general",))
        made = check_steps(
            self.number, self.steps, applied(self.number, self.statement, self.start, self.moves)
        )
        check_goal(self.number, self.statement, made[-1].statement if made else self.start)
        return Certificate(self.number, ("general",))

    def chains(self) -> tuple[tuple[tuple[Text, ...], Derivation], ...]:
        """Return the derivations without parts that make up this one, each with the titles of the parts around it."""
        if not self.parts:
            return (((), self),)
        return tuple(
            ((title, *inside), chain) for title, part in self.parts for inside, chain in part.chains()
        )

    def instantiate(
        self, net: Network, layer: int | None = None, neuron: int = 1, source: int = 1
    ) -> Instance:
        """Return the same derivation on a small network, its sums written out: for neuron `neuron` of layer `layer`.

        `source` is the neuron k where the statement is about a weight w^l_jk. The first layer that the statement holds
        for is taken if none is given. Raises `NetworkError` if there is no such layer, neuron or source, and
        `HypothesisError` for a network that is outside of the hypotheses of the statement.
        """
        return instantiated(self, net, layer, neuron, source)

    def __str__(self) -> str:
        lines = [(plain(s.statement.latex()), plain(str(s.reason).replace("$", ""))) for s in self.steps]
        width = max(len(line) for line, _ in lines)
        numbered = (f"{place:3}. {line:{width}}   {why}" for place, (line, why) in enumerate(lines, start=1))
        return "\n".join([f"({self.number}) {plain(str(self.title))}", *numbered])

    def _repr_markdown_(self) -> str:
        rows = [f"**{self.title}**", ""]
        rows += [f"{s.number}. ${s.statement}$ — {s.reason}" for s in self.steps]
        return "\n".join(rows)


def derive(
    number: str, title: Text, goal: Statement, moves: Sequence[Move], start: Statement | None = None
) -> Derivation:
    """Apply the rules of `moves` in turn, from goal.lhs = goal.lhs (or from `start`), and compare the end with `goal`.

    Raises `StepError`, which names the step, its rule, what was expected and what came out.
    """
    first = about(start or Statement((goal.lhs, goal.lhs), goal.ranges), goal)
    return Derivation(number, title, goal, first, tuple(moves), proved(number, goal, first, moves))


def calculated(number: str, title: Text, start: Statement, moves: Sequence[Move]) -> Derivation:
    """What comes out when the rules of `moves` are applied in turn to the identity `start`, and that it does.

    For a result that nobody states before it is found. Raises `StepError` where a rule cannot be applied.
    """
    *_, last = applied(number, start, start, moves)
    return derive(number, title, start.with_rhs(last.statement.rhs), moves, start)


def by_induction(
    number: str,
    title: Text,
    goal: Statement,
    claim: Statement,
    base: Sequence[Move],
    step: Sequence[Move],
    conclusion: Sequence[Move] = (),
) -> Derivation:
    """Prove `claim` by induction from its last layer down, and then, if that is not yet the goal, `goal` from it.

    The claim's first range is that of its layer. `base` proves it for the last layer, `step` for layer l from
    layer l+1, which it may use as `hypothesis(claim, …)`. Raises `StepError` where a part does not follow.
    """
    layers = claim.ranges[0]
    at_last, below = _halves(claim)
    parts = [
        (
            _BASE.format(letter=latex(layers.letter), layer=latex(layers.high)),
            derive(number, title, at_last, base),
        ),
        (
            _STEP.format(layer=latex(layers.letter), next=latex(layers.letter) + "+1"),
            derive(number, title, below, step),
        ),
    ]
    if conclusion:
        parts.append((_CONCLUSION, derive(number, title, goal, conclusion)))
    whole = Derivation(number, title, goal, parts[0][1].start, (), _numbered(parts), tuple(parts), claim)
    _check_induction(whole)
    return whole


def by_parts(number: str, title: Text, parts: Sequence[Derivation]) -> Derivation:
    """Join whole proofs, whose last one proves what is to be proved.

    A part names an earlier one by its number, as in `ByEquation("part A", …)`. Raises `StepError` where it uses
    anything that the part so named does not prove.
    """
    named = tuple((part.title, part) for part in parts)
    whole = Derivation(number, title, parts[-1].statement, parts[0].start, (), _numbered(named), named)
    _check_parts(whole)
    return whole


def least_depth(layers: Range) -> Expr:
    """The least L for which the layer has a value in its range."""
    return L - (layers.high - layers.low) if layers.high.coeff(L) == 1 else Integer(2)


def _check_induction(whole: Derivation) -> None:
    """Raise `StepError` unless the parts are the base case, the induction step and the conclusion of one claim."""
    claim = whole.claim
    if claim is None or len(whole.parts) < 2:
        raise StepError(words.INDUCTION.format(number=whole.number))
    last, below = _halves(claim)
    (_, base), (_, step) = whole.parts[:2]
    if base.statement != last:
        raise StepError(words.BASE.format(number=whole.number, wanted=last, found=base.statement))
    if step.statement != below:
        r = below.ranges[0]
        raise StepError(words.INDUCTION_STEP.format(number=whole.number, wanted=below, values=r))
    _check_hypothesis(whole.number, claim, base, step)
    proved = whole.parts[2][1].statement if len(whole.parts) > 2 else claim
    if proved != whole.statement:
        raise StepError(words.PROVED.format(number=whole.number, wanted=whole.statement, found=proved))
    for _, part in whole.parts[2:]:
        for move in part.moves:
            if getattr(move.rule, "number", "") in (
                "hypothesis",
                "induction",
            ) and claim not in statements_of(move.rule):
                raise StepError(words.CONCLUSION.format(number=whole.number, claim=claim))
    check_steps(whole.number, whole.steps, _numbered(whole.parts))


def _check_parts(whole: Derivation) -> None:
    """Raise `StepError` unless each part uses of the others only what those before it prove."""
    proved: dict[str, set[Statement]] = {}
    for title, part in whole.parts:
        rules = [move.rule for _, chain in part.chains() for move in chain.moves]
        for rule in rules:
            name = getattr(rule, "number", "")
            if name in ("hypothesis", "induction") and part.claim is None:
                raise StepError(words.NO_INDUCTION.format(number=whole.number, part=title))
            if name.startswith(PART) and not set(statements_of(rule)) <= proved.get(name, set()):
                used = " and ".join(map(str, statements_of(rule)))
                raise StepError(
                    words.UNPROVED.format(
                        number=whole.number, part=title, used=used, name=equation_name(name)
                    )
                )
        proved[part.number] = {part.statement, *((part.claim,) if part.claim is not None else ())}
    if whole.statement != whole.parts[-1][1].statement:
        raise StepError(
            words.PROVED.format(
                number=whole.number, wanted=whole.statement, found=whole.parts[-1][1].statement
            )
        )
    check_steps(whole.number, whole.steps, _numbered(whole.parts))


def _check_hypothesis(number: str, claim: Statement, base: Derivation, step: Derivation) -> None:
    """Raise `StepError` if a part uses the claim in any other way than the step may: one layer later."""
    letter = claim.ranges[0].letter
    for part, moves in (("base case", base.moves), ("induction step", step.moves)):
        for move in moves:
            hypothesis = getattr(move.rule, "number", "") == "hypothesis"
            if not hypothesis and claim not in statements_of(move.rule):
                continue
            read_at = dict(getattr(move.rule, "at", ())).get(letter, letter)
            wanted = part == "induction step" and hypothesis and claim in statements_of(move.rule)
            if not wanted or read_at != letter + 1:
                used = " and ".join(str(known) for known in statements_of(move.rule))
                raise StepError(
                    words.HYPOTHESIS.format(
                        number=number, part=words.PARTS[part], used=used, letter=letter, value=read_at
                    )
                )


def _halves(claim: Statement) -> tuple[Statement, Statement]:
    """The claim for its last layer, in networks deep enough to have it, and the claim for all the layers before."""
    layers = claim.ranges[0]
    last = claim.at({layers.letter: layers.high})
    depth = Range(L, least_depth(layers), oo)
    below = (replace(layers, high=layers.high - 1), *claim.ranges[1:])
    return replace(last, ranges=(depth, *last.ranges)), replace(claim, ranges=below)


def _numbered(parts: Sequence[tuple[Text, Derivation]]) -> tuple[Step, ...]:
    """The steps of all parts, one after the other."""
    lines = (step for _, part in parts for step in part.steps)
    return tuple(replace(line, number=place) for place, line in enumerate(lines, start=1))


_BASE = Text(en="Base case: ${letter} = {layer}$", zh="奠基：${letter} = {layer}$")
_STEP = Text(
    en="Induction step: from layer ${next}$ to layer ${layer}$",
    zh="归纳步骤：由第 ${next}$ 层推到第 ${layer}$ 层",
)
_CONCLUSION = Text(en="Conclusion", zh="结论")
