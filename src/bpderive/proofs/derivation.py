"""Derivations: chains of lines, each computed by a rule from the lines before it.

`derive(...)` applies the rules one after the other and gives a `Derivation`, or raises `StepError` at the first step
that does not follow. A derivation knows its goal, the statement that it proves, and `check()` does everything again and
compares. `by_induction(...)` joins a base case and an induction step over the layers.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from sympy import Expr, Integer, MatrixExpr, oo

from bpderive.errors import StepError
from bpderive.notation import BackwardProduct, L, i, latex, plain
from bpderive.proofs.rules import ByEquation, Rule
from bpderive.statements import Range, Statement, check_well_formed
from bpderive.tensors import same
from bpderive.text import Text

if TYPE_CHECKING:
    from bpderive.network import Network
    from bpderive.proofs.concrete import Instance


@dataclass(frozen=True, slots=True)
class Move:
    """What to do next: a rule, the source's number of the line that it gives, and a reason if not the rule's own."""

    rule: Rule
    equation: str | None = None
    why: Text | None = None


@dataclass(frozen=True, slots=True)
class Step:
    """One line: its place, the source's number if it has one, the rule, the reason, and the line that came out."""

    number: int
    equation: str | None
    rule: Rule
    reason: Text
    statement: Statement
    continues: bool

    def latex(self) -> str:
        """The line as the book prints it; the left side is left out where it is that of the line before."""
        return f"= {latex(self.statement.rhs)}" if self.continues else self.statement.latex()


@dataclass(frozen=True, slots=True)
class Derivation:
    """A proof of `statement`, line by line; `parts` are the named parts of a proof by induction."""

    number: str
    title: Text
    statement: Statement
    start: Statement
    moves: tuple[Move, ...]
    steps: tuple[Step, ...]
    parts: tuple[tuple[Text, Derivation], ...] = ()
    claim: Statement | None = None

    def check(self) -> None:
        """Derive everything again; raises `StepError` at the first line that is not what its rule gives."""
        if self.parts:
            for title, part in self.parts:
                try:
                    part.check()
                except StepError as error:
                    raise StepError(f"({self.number}), {title.en}: {error}") from error
            _check_induction(self)
            return
        lines = [self.start]
        ranges = _joined(self.start.ranges, self.statement.ranges)
        for step, move in zip(self.steps, self.moves, strict=True):
            came_out = _applied(self.number, step.number, move.rule, lines, ranges)
            if came_out.sides != step.statement.sides:
                raise _does_not_follow(
                    self.number, step.number, move.rule, expected=step.statement, came_out=came_out
                )
            lines.append(step.statement)
        _check_goal(self.number, self.statement, lines[-1])

    def instantiate(
        self, net: Network, layer: int | None = None, neuron: int = 1, source: int = 1
    ) -> Instance:
        """The same derivation on a small network, its sums written out: for neuron `neuron` of layer `layer`.

        `source` is the neuron k where the statement is about a weight w^l_jk. The first layer that the statement holds
        for is taken if none is given. Raises `NetworkError` if there is no such layer, neuron or source.
        """
        from bpderive.proofs.concrete import instantiated  # it imports this module

        return instantiated(self, net, layer, neuron, source)

    def __str__(self) -> str:
        lines = [(plain(s.statement.latex()), plain(str(s.reason).replace("$", ""))) for s in self.steps]
        width = max(len(line) for line, _ in lines)
        numbered = (f"{place:3}. {line:{width}}   {why}" for place, (line, why) in enumerate(lines, start=1))
        return "\n".join([f"({self.number}) {plain(str(self.title))}", *numbered])

    def _repr_markdown_(self) -> str:
        rows = [f"**{self.title}**", ""]
        rows += [f"{s.number}. ${s.statement.latex()}$ — {s.reason}" for s in self.steps]
        return "\n".join(rows)


def derive(
    number: str, title: Text, goal: Statement, moves: Sequence[Move], start: Statement | None = None
) -> Derivation:
    """Apply the rules of `moves` in turn, from goal.lhs = goal.lhs (or from `start`), and compare the end with `goal`.

    Raises `StepError`, which names the step, its rule, what was expected and what came out.
    """
    first = replace(start or Statement((goal.lhs, goal.lhs), goal.ranges), cost=goal.cost)
    lines = [first]
    ranges = _joined(first.ranges, goal.ranges)
    steps: list[Step] = []
    for place, move in enumerate(moves, start=1):
        line = _applied(number, place, move.rule, lines, ranges)
        continues = place > 1 and line.lhs == lines[-1].lhs
        steps.append(Step(place, move.equation, move.rule, move.why or move.rule.reason, line, continues))
        lines.append(line)
    _check_goal(number, goal, lines[-1])
    return Derivation(number, title, goal, first, tuple(moves), tuple(steps))


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
    at_last = claim.at({layers.letter: layers.high})
    depth = Range(L, least_depth(layers), oo)
    below = replace(claim, ranges=(replace(layers, high=layers.high - 1), *claim.ranges[1:]))
    parts = [
        (
            _BASE.format(layer=latex(layers.high)),
            derive(number, title, replace(at_last, ranges=(depth, *at_last.ranges)), base),
        ),
        (
            _STEP.format(layer=latex(layers.letter), next=latex(layers.letter) + "+1"),
            derive(number, title, below, step),
        ),
    ]
    if conclusion:
        parts.append((_CONCLUSION, derive(number, title, goal, conclusion)))
    steps = tuple(
        replace(line, number=place)
        for place, line in enumerate((s for _, part in parts for s in part.steps), start=1)
    )
    whole = Derivation(number, title, goal, parts[0][1].start, (), steps, tuple(parts), claim)
    _check_induction(whole)
    return whole


def least_depth(layers: Range) -> Expr:
    """The least L for which the layer has a value in its range."""
    return L - (layers.high - layers.low) if layers.high.coeff(L) == 1 else Integer(2)


def _joined(first: tuple[Range, ...], second: tuple[Range, ...]) -> tuple[Range, ...]:
    """The ranges of both, each letter once."""
    letters = {r.letter for r in first}
    return first + tuple(r for r in second if r.letter not in letters)


def _applied(
    number: str, place: int, rule: Rule, lines: Sequence[Statement], ranges: tuple[Range, ...]
) -> Statement:
    """The next line, over its own letters and the goal's; a `StepError` names the derivation and the step."""
    try:
        line = rule.apply(lines, _joined(lines[-1].ranges, ranges))
        line = replace(line, ranges=_joined(line.ranges, ranges), cost=lines[-1].cost)
        check_well_formed(line)
    except StepError as error:
        raise StepError(
            f"({number}), step {place}, {rule.name.en}: it does not follow from {latex(lines[-1].rhs)}: {error}"
        ) from error
    return line


def _does_not_follow(
    number: str, place: int, rule: Rule, expected: Statement, came_out: Statement
) -> StepError:
    return StepError(
        f"({number}), step {place}, {rule.name.en}: expected {expected.latex()}, and what comes out is "
        f"{came_out.latex()}."
    )


def _check_goal(number: str, goal: Statement, line: Statement) -> None:
    """Raise `StepError` unless the last line is the goal, up to the order of factors and the names of bound indices."""
    if goal.lhs != line.lhs or not _equal(goal.rhs, line.rhs):
        raise StepError(
            f"({number}), after the last step: expected {goal.latex()}, and what comes out is {line.latex()}."
        )


def _equal(first: Expr, second: Expr) -> bool:
    if first == second:
        return True
    if not isinstance(first, MatrixExpr) and not isinstance(second, MatrixExpr):
        return same(first, second)
    if getattr(first, "shape", None) != getattr(second, "shape", None) or first.has(BackwardProduct):
        return False
    return same(first[i, 0], second[i, 0])


def _check_induction(whole: Derivation) -> None:
    """Raise `StepError` unless the parts are the base case, the induction step and the conclusion of one claim."""
    claim = whole.claim
    if claim is None or len(whole.parts) < 2:
        raise StepError(
            f"({whole.number}): a proof by induction has a claim, a base case and an induction step."
        )
    layers = claim.ranges[0]
    (_, base), (_, step) = whole.parts[:2]
    if base.statement.sides != claim.at({layers.letter: layers.high}).sides:
        raise StepError(
            f"({whole.number}), base case: expected {claim.at({layers.letter: layers.high}).latex()}, and what "
            f"it proves is {base.statement.latex()}."
        )
    if step.statement.sides != claim.sides or step.statement.ranges[0].high != layers.high - 1:
        raise StepError(
            f"({whole.number}), induction step: expected {claim.latex()} for {layers.letter} < {layers.high}."
        )
    for move in step.moves:
        if isinstance(move.rule, ByEquation) and move.rule.number == "hypothesis":
            read_at = dict(move.rule.at).get(layers.letter)
            if move.rule.equation != claim or read_at != layers.letter + 1:
                raise StepError(
                    f"({whole.number}), induction step: expected the claim one layer later, and what is used is "
                    f"{move.rule.equation.latex()} for {layers.letter} = {read_at}."
                )
    proved = whole.parts[2][1].statement if len(whole.parts) > 2 else claim
    if proved.sides != whole.statement.sides:
        raise StepError(
            f"({whole.number}): expected {whole.statement.latex()}, and what is proved is {proved.latex()}."
        )


_BASE = Text(en="Base case: $l = {layer}$", zh="奠基：$l = {layer}$")
_STEP = Text(
    en="Induction step: from layer ${next}$ to layer ${layer}$",
    zh="归纳步骤：由第 ${next}$ 层推到第 ${layer}$ 层",
)
_CONCLUSION = Text(en="Conclusion", zh="结论")
