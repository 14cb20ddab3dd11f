"""Lines that are made by rules: `applied(...)` takes one move after the other, and each computes the next line.

`proved(...)` compares the last line with the goal as well. `StepError` names the step that does not follow.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from sympy import Expr, Integer, MatrixExpr

from bpderive.errors import StepError
from bpderive.letters.statements import WHOLE, Range, Statement, check_well_formed, contains
from bpderive.letters.symbols import BackwardProduct, i, k, latex, plain
from bpderive.letters.text import Text
from bpderive.proofs import words
from bpderive.proofs.rules import Rule, acts_elementwise
from bpderive.proofs.tensors import same


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


def applied(number: str, goal: Statement, start: Statement, moves: Sequence[Move]) -> Iterator[Step]:
    """The lines that the rules of `moves` give; raises `StepError` at the first rule that cannot be applied."""
    if set(start.sides) != {start.lhs} or start != about(start, goal):
        raise StepError(words.NO_START.format(number=number, start=start))
    lines = [start]
    ranges = _joined(start.ranges, goal.ranges)
    for place, move in enumerate(moves, start=1):
        line = _next_line(number, place, move.rule, lines, ranges)
        continues = place > 1 and line.lhs == lines[-1].lhs
        lines.append(line)
        yield Step(place, move.equation, move.rule, move.why or move.rule.reason, line, continues)


def proved(number: str, goal: Statement, start: Statement, moves: Sequence[Move]) -> tuple[Step, ...]:
    """The lines of a proof of `goal`, which the last one is; raises `StepError` where one does not follow."""
    steps = tuple(applied(number, goal, start, moves))
    check_goal(number, goal, steps[-1].statement if steps else start)
    return steps


def _joined(first: tuple[Range, ...], second: tuple[Range, ...]) -> tuple[Range, ...]:
    """The ranges of both, each letter once."""
    letters = {r.letter for r in first}
    return first + tuple(r for r in second if r.letter not in letters)


def _next_line(
    number: str, place: int, rule: Rule, lines: Sequence[Statement], ranges: tuple[Range, ...]
) -> Statement:
    """The next line, over its own letters and the goal's; a `StepError` names the derivation and the step."""
    try:
        line = rule.apply(lines, _joined(lines[-1].ranges, ranges))
        line = about(replace(line, ranges=_joined(line.ranges, ranges)), lines[-1])
        for used in statements_of(rule):
            _check_about(used, line)
        check_well_formed(line)
    except StepError as error:
        raise StepError(
            words.IN_STEP.format(
                number=number, place=place, rule=rule.name, before=plain(lines[-1].rhs), error=error.args[0]
            )
        ) from error
    return line


def about(line: Statement, goal: Statement) -> Statement:
    """The line, said of the cost, of the output layer and under the assumption of `goal`."""
    return replace(line, cost=goal.cost, output=goal.output, given=goal.given)


def _check_about(used: Statement, line: Statement) -> None:
    """Raise `StepError` unless what is used holds of all that `line` speaks of."""
    if used.cost not in (None, line.cost):
        raise StepError(words.ONE_COST.format(used=used, cost=used.cost))
    if used.given not in (None, line.given):
        raise StepError(words.ONLY_IF.format(used=used, given=words.SAID[used.given]))
    if used.output == WHOLE or used.output == line.output:
        return
    if used.output is not None:
        raise StepError(words.ONE_OUTPUT.format(used=used, output=used.output))
    if line.output is not None and not acts_elementwise(line.output):
        raise StepError(words.ELEMENTWISE.format(used=used, output=words.SAID.get(line.output, line.output)))


def statements_of(rule: Rule) -> tuple[Statement, ...]:
    """The equations that a rule takes from elsewhere."""
    known: Statement | None = getattr(rule, "equation", None)
    return (*((known,) if known is not None else ()), *getattr(rule, "definitions", ()))


def check_steps(number: str, steps: Sequence[Step], made: Iterable[Step]) -> list[Step]:
    """The steps that the rules make; raises `StepError` unless they are `steps`."""
    every = []
    for computed in made:
        every.append(computed)
        if len(every) > len(steps):
            continue
        step = steps[len(every) - 1]
        where = words.STEP.format(number=number, place=computed.number, rule=computed.rule.name)
        if step.statement.sides != computed.statement.sides:
            raise StepError(
                words.COMES_OUT.format(where=where, wanted=step.statement, found=computed.statement)
            )
        if step != computed:
            raise StepError(words.OTHER_STEP.format(where=where))
    if len(steps) != len(every):
        raise StepError(words.STEPS.format(number=number, found=len(steps), made=len(every)))
    return every


def check_goal(number: str, goal: Statement, line: Statement) -> None:
    """Raise `StepError` unless the last line is the goal, up to the order of factors and the names of bound indices."""
    if goal.lhs != line.lhs or not _equal(goal.rhs, line.rhs):
        raise StepError(words.GOAL.format(number=number, goal=goal, line=line))
    proved = {r.letter: r for r in line.ranges}
    for r in goal.ranges:
        if r != proved[r.letter] and not contains(proved[r.letter], r, goal.ranges):
            raise StepError(
                words.GOAL_RANGE.format(number=number, goal=goal, wanted=r, found=proved[r.letter])
            )


def _equal(first: Expr, second: Expr) -> bool:
    if first == second:
        return True
    if not isinstance(first, MatrixExpr) and not isinstance(second, MatrixExpr):
        return same(first, second)
    if getattr(first, "shape", None) != getattr(second, "shape", None) or first.has(BackwardProduct):
        return False
    column = Integer(0) if first.shape[1] == 1 else k
    return same(first[i, column], second[i, column])
