"""An exercise that knows its answer: what a reader writes is judged line by line, and the first wrong line is named.

    d(C, a[l,k]) = ? for l < L                      a side is to be found, in as many steps as one likes
    delta[L] = a[L] - y with sigma = linear, cost = ?        a name is to be found

A line of the answer begins with the left side, or goes on from the line before with "=" or without. Each is decided
as an equation with what stands before it; no answer is written down anywhere, so that every right one is right.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from bpderive.errors import BpderiveError, ParseError
from bpderive.lab.words import Answer, Asked, in_each, words
from bpderive.letters.text import Text
from bpderive.workbook.conventions.reading import understood
from bpderive.workbook.language import Claim, in_latex, parse, syntax, written
from bpderive.workbook.language.parser import OPTIONS, is_in_the_language
from bpderive.workbook.verdict import Verdict, check

HOLE = "?"

_WRONG = Text(
    en="Line {line} is the first that does not follow from what stands before it.",
    zh="第 {line} 行是第一处不能由前面得出的式子。",
)
_UNDECIDED = Text(en="Line {line} could not be decided.", zh="第 {line} 行未能判定。")
_SOLVED = Text(en="Right: every line follows.", zh="正确：每一行都成立。")
_SO_FAR = Text(
    en="Every line follows, but you are not there yet: {why}.", zh="每一行都成立，但还没有完成：{why}。"
)
_NOT_BEGUN = Text(en="{left} is still to be found", zh="还要求出 {left}")
_IN_A_CIRCLE = Text(en="{left} stands on the right as well", zh="右边也出现了 {left}")
_NOT_IN_THESE = Text(
    en="{others} should not be left in the last line, only {using}",
    zh="最后一行不应再有 {others}，只用 {using}",
)
_IN_LINE = Text(en="line {line}: {reason}", zh="第 {line} 行：{reason}")
_BEGINNING = Text(en="begin with the left side, {lefts}", zh="请以左边 {lefts} 开头")
_GIVEN = Text(en="the exercise says already for what it is asked", zh="条件已由练习给定，不能另加")
_NO_HOLE = Text(
    en="an exercise is an equation with ? in the place of what is to be found; given was {given}",
    zh="练习是一个等式，所求之处写作“?”，这里给出的是 {given}",
)


@dataclass(slots=True)
class Chain:
    """What a reader has made of one left side: the sides so far, under the conditions of the exercise."""

    asked: Claim
    sides: list[syntax.Node]

    @property
    def left(self) -> syntax.Node:
        """What is to be expressed."""
        return self.asked.sides[0]

    def step(self, side: syntax.Node) -> Verdict:
        """Add `side` to the chain, and judge whether it follows from the side before."""
        self.sides.append(side)
        return check(replace(self.asked, sides=tuple(self.sides[-2:])))


def chains(asked: Sequence[str]) -> list[Chain]:
    """The beginnings of what is asked for; raises `ParseError` where that is no equation with a "?"."""
    made = []
    for line in asked:
        if line.count(HOLE) != 1:
            raise ParseError(_NO_HOLE.format(given=line))
        if not _asks_for_a_name(line):
            claim = parse(line.replace(HOLE, "C"))
            if len(claim.sides) != 2 or claim.sides[1] != syntax.Cost():
                raise ParseError(_NO_HOLE.format(given=line))
            made.append(Chain(claim, [claim.sides[0]]))
    return made


def exercise(asked: Asked) -> Answer:
    """The verdict on an answer: on its first wrong line, with hints, or on all of it.

    Asked are the lines `of` the exercise, the names `using` which it is to be solved (none: any), and the `answer`.
    """
    of, using = [str(line) for line in asked["of"]], [str(name) for name in asked["using"]]
    lines = [line.strip() for line in str(asked["answer"]).splitlines() if line.strip()]
    if _asks_for_a_name(of[0]):
        verdict = check(parse(of[0].replace(HOLE, " ".join(lines))))
        return _told(_SOLVED) if verdict.holds else _wrong(1, verdict)
    made = chains(of)
    now = made[0] if len(made) == 1 else None
    for number, line in enumerate(lines, start=1):
        try:
            now, sides = _read(line, made, now)
            for side in sides:
                verdict = now.step(side)
                if not verdict.holds:
                    return _wrong(number, verdict)
        except BpderiveError as error:
            reason = Text(**in_each(error.__str__))
            text = reason if len(lines) == 1 else _IN_LINE.format(line=number, reason=reason)
            return {"status": "refused", "said": words(text)}
    missing = next((why for chain in made if (why := _missing(chain, using)) is not None), None)
    formulas = [in_latex(replace(chain.asked, sides=tuple(chain.sides))) for chain in made if chain.sides[1:]]
    if missing is not None:
        return _told(_SO_FAR.format(why=missing), *formulas, status="unfinished")
    return _told(_SOLVED, *formulas)


def _claim(line: str) -> Claim:
    """What a line says in the book's letters, in the one-line language or in LaTeX."""
    return parse(line) if is_in_the_language(line) else understood(line, convention="chapter")


def _asks_for_a_name(line: str) -> bool:
    return HOLE not in OPTIONS.split(line, maxsplit=1)[0]


def _read(line: str, made: list[Chain], now: Chain | None) -> tuple[Chain, Sequence[syntax.Node]]:
    """The chain to which a line belongs, and the sides that it adds; raises `ParseError`."""
    goes_on = line.startswith("=") or "=" not in OPTIONS.split(line, maxsplit=1)[0]
    if goes_on:
        if now is None:
            raise _beginning(made)
        left = written(now.left) if is_in_the_language(line) else in_latex(Claim((now.left,)))
        claim = _claim(f"{left} = {line.lstrip('= ')}")
    else:
        claim = _claim(line)
        first = claim.sides[0]
        found = next((chain for chain in made if chain.left == first), None)
        if found is None and (now is None or now.sides[-1] != first):
            raise _beginning(made)
        now = found or now
    assert now is not None  # else it was raised that a left side is missing
    if not set(claim.conditions) <= set(now.asked.conditions) or (claim.cost, claim.sigma) not in (
        (None, None),
        (now.asked.cost, now.asked.sigma),
    ):
        raise ParseError(_GIVEN)
    return now, claim.sides[1:]


def _beginning(made: list[Chain]) -> ParseError:
    return ParseError(_BEGINNING.format(lefts=", ".join(written(chain.left) for chain in made)))


def _missing(chain: Chain, using: Sequence[str]) -> Text | None:
    """Why a chain of true lines is no answer yet; None if it is one."""
    left, last = f"`{written(chain.left)}`", chain.sides[-1]
    if len(chain.sides) == 1:
        return _NOT_BEGUN.format(left=left)
    if chain.left in syntax.walk(last):
        return _IN_A_CIRCLE.format(left=left)
    others = [name for name in dict.fromkeys(names(last)) if using and name not in using]
    if others:
        shown = [", ".join(f"`{name}`" for name in some) for some in (others, using)]
        return _NOT_IN_THESE.format(others=shown[0], using=shown[1])
    return None


def names(node: syntax.Node) -> Iterator[str]:
    """The letters, functions and derivatives that an expression is made of: "w", "dsigma", "d(C, a)"."""
    match node:
        case syntax.Quantity(letter):
            yield letter
        case syntax.Activation(order):
            yield f"{'d' * order}sigma"
        case syntax.Derivative(of, by):
            yield f"d({'C' if isinstance(of, syntax.Cost) else next(names(of), '')}, {by.letter})"
        case syntax.Gradient(by):
            yield f"d(C, {by.letter})"
        case syntax.Jacobian(of, by):
            yield f"jac({of.letter}, {by.letter})"
        case _:
            for part in syntax.parts(node):
                yield from names(part)


def _told(text: Text, *formulas: str, status: str = "holds") -> Answer:
    below = "".join(f"\n\n$\\displaystyle {formula}$" for formula in formulas)
    said = {language: words_.replace("`", "") for language, words_ in words(text).items()}
    shown = {language: words_ + below for language, words_ in words(text).items()}
    return {"status": status, "said": said, "shown": shown, "line": None, "hints": []}


def _wrong(line: int, verdict: Verdict) -> Answer:
    """What is said of the first line that does not follow; what would mend it is a hint, without the mended line."""
    head = (_UNDECIDED if verdict.status == "undecided" else _WRONG).format(line=line)
    bare = replace(verdict, diagnoses=())
    return {
        "status": verdict.status,
        "said": in_each(lambda: f"{head}\n{bare}"),
        "shown": in_each(lambda: f"{head}\n\n{bare._repr_markdown_()}"),
        "line": line,
        "hints": [words(diagnosis.what.spaced()) for diagnosis in verdict.diagnoses],
    }
