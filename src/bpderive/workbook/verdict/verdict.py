"""`check(text)`: whether an equation holds, with the reason.

The answer is a `Verdict`: it *holds* where it is decided for all widths, depths and layers; it is *refuted* by a
counterexample; *ill-formed* where it makes no sense; and otherwise honestly *undecided*. Nothing holds because examples
agree.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from bpderive.judge.counterexample import Counterexample
from bpderive.letters.plain import plain
from bpderive.letters.text import Text
from bpderive.workbook.language import Claim, in_latex, parse, syntax, written
from bpderive.workbook.verdict.components import COLUMN, ROW
from bpderive.workbook.verdict.decide import holds, readings
from bpderive.workbook.verdict.diagnosis import Diagnosis, diagnose, is_true
from bpderive.workbook.verdict.divisors import WHEREVER, check_divisors, divides
from bpderive.workbook.verdict.errors import STEPS_ARE_USED_UP, IllFormed, TooHard
from bpderive.workbook.verdict.forms import Clock
from bpderive.workbook.verdict.indices import one_sided_index
from bpderive.workbook.verdict.layers import feasible, range_of_layers
from bpderive.workbook.verdict.pieces import kinks
from bpderive.workbook.verdict.read import Read
from bpderive.workbook.verdict.search import find_counterexample, on_equal_widths

LONGEST = math.inf
"""Seconds of work after which a claim is given up, if none are said: it is steps that end the work."""

DECISION, SEARCH = 20_000, 100_000
"""How many steps the decision whether a claim holds, and the search for a counterexample, may take."""

STATUS = {
    "holds": Text(en="holds", zh="成立"),
    "refuted": Text(en="refuted", zh="不成立"),
    "ill-formed": Text(en="ill-formed", zh="无意义"),
    "undecided": Text(en="undecided", zh="未判定"),
}
"""What a verdict can be, in words."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What was found about a claim.

    `status` is "holds", "refuted", "ill-formed" or "undecided"; `holds` True, False, False or None. `ranges` are the
    values that what is left free takes; `counterexample` a case in which it fails, or None; `diagnosis` what would make
    it true, or None, and `mended` the claim changed in that way; `reason` is why it is so, and `explanation` all of it
    in words; `networks` those on which an undecided claim was tried without a counterexample.
    """

    claim: Claim
    status: str
    ranges: tuple[str, ...]
    reason: Text
    seconds: float
    counterexample: Counterexample | None = None
    diagnoses: tuple[Diagnosis, ...] = ()
    networks: tuple[tuple[int, ...], ...] = ()
    read: Read | None = None

    @property
    def convention(self) -> str | None:
        """The name of the convention in which a formula was read; None for a claim in the language of claims."""
        return self.read.convention if self.read is not None else None

    @property
    def in_book(self) -> str:
        """The claim in the letters of this book."""
        return written(self.claim)

    @property
    def holds(self) -> bool | None:
        """True, False, or None where it is undecided."""
        return None if self.status == "undecided" else self.status == "holds"

    @property
    def diagnosis(self) -> Text | None:
        """What would make the claim true, the likeliest first."""
        return self.diagnoses[0].text if self.diagnoses else None

    @property
    def mended(self) -> str | None:
        """A claim that holds and differs from this one in one small change; None if none was found."""
        return next((d.mended for d in self.diagnoses if d.mended is not None), None)

    @property
    def lines(self) -> tuple[Text, ...]:
        """The verdict line by line: status and reason, the convention, what would make it true, the counterexample."""
        found = [
            Text(en="{status}: {reason}", zh="{status}：{reason}").format(
                status=STATUS[self.status], reason=self.reason.spaced()
            )
        ]
        if self.read is not None:
            found += self.read.lines(self.in_book)
        for diagnosis in self.diagnoses:
            text = diagnosis.text
            if self.read is not None and self.read.repair is not None and diagnosis.mended is not None:
                text = _MENDED.format(
                    what=diagnosis.what, repair=plain(self.read.repair), book=diagnosis.mended
                )
            found.append(text.spaced())
        if self.read is not None and self.read.repair is not None and self.mended is None:
            found.append(_SUMMED.format(repair=plain(self.read.repair)))
        if self.counterexample is not None:
            case = self.counterexample
            if self.read is not None:
                case = case.named({key: (plain(name), sign) for key, (name, sign) in self.read.names.items()})
            found.append(_CASE[self.status].format(case=case.table))
        return tuple(found)

    @property
    def explanation(self) -> Text:
        """The reason, what would make the claim true, and the counterexample, each on a line of its own."""
        more = self.lines[1:]
        first = self.reason.spaced()
        return Text(
            en="\n".join([first.en, *(line.en for line in more)]),
            zh="\n".join([first.zh, *(line.zh for line in more)]),
        )

    @property
    def text(self) -> Text:
        """The claim, the status and the explanation, each on a line of its own."""
        given = written(self.claim) if self.read is None else self.read.given
        return Text(
            en="\n".join([given, *(line.en for line in self.lines)]),
            zh="\n".join([given, *(line.zh for line in self.lines)]),
        )

    def __str__(self) -> str:
        return str(self.text)

    def _repr_markdown_(self) -> str:
        """The claim, the reason, the repair and the counterexample as the book writes them, each a paragraph."""
        status, reason = STATUS[self.status], _escaped(self.reason.spaced())
        if self.status == "holds":
            reason = _holds_in_words(self.claim, _range_in_latex).spaced()
        parts = [
            f"$\\displaystyle {in_latex(self.claim)}$" if self.read is None else self.read.shown,
            str(
                Text(en="**{status}**: {reason}", zh="**{status}**：{reason}").format(
                    status=status, reason=reason
                )
            ),
        ]
        repair = None
        if self.read is not None:
            parts += [str(line) for line in self.read.markdown(in_latex(self.claim))]
            repair = self.read.repair
        for diagnosis in self.diagnoses:
            what = _escaped(diagnosis.what.spaced())
            if diagnosis.mended is not None:
                mended = f"$\\displaystyle {repair or in_latex(parse(diagnosis.mended))}$"
                what = Text(en="{what}: {mended}", zh="{what}：{mended}").format(what=what, mended=mended)
            parts.append(str(what))
        if repair is not None and self.mended is None:
            parts.append(str(_SUMMED.format(repair=f"$\\displaystyle {repair}$")))
        if self.counterexample is not None:
            case = self.counterexample if self.read is None else self.counterexample.named(self.read.names)
            parts += [str(_CASE[self.status].format(case="")).strip(), case._repr_latex_()]
        return "\n\n".join(part for part in parts if part)


_MENDED = Text(en="{what}: {repair}  [in this book: {book}]", zh="{what}：{repair}〔本书写法：{book}〕")
_SUMMED = Text(en="it holds with the sum over the examples: {repair}", zh="加上对样本的求和就成立：{repair}")
_REFUTED = Text(en="it does not hold", zh="不成立")

_CASE = {
    "refuted": Text(en="{case}", zh="{case}"),
    "ill-formed": Text(
        en="Where all layers have the same number of neurons it is false as well: {case}",
        zh="即使各层神经元个数相同，它也不成立：{case}",
    ),
}
"""How a counterexample is spoken of."""


def _escaped(text: Text) -> Text:
    """The text with what Markdown would take for its own marked."""

    def escape(phrase: str) -> str:
        for character in "\\*_[]^":
            phrase = phrase.replace(character, "\\" + character)
        return phrase

    return Text(en=escape(text.en), zh=escape(text.zh))


def check(text: str | Claim, seconds: float = LONGEST) -> Verdict:
    """Whether the claim holds: in the one-line language, or in LaTeX as the book prints it.

    A claim that takes too many steps is undecided, on every machine alike. With `seconds` it is given up after so much
    work of this thread as well, and what is found then depends on the machine.

    Raises `ParseError`, which points at the place, for a text that is not in the language.
    """
    started = time.perf_counter()
    claim = parse(text) if not isinstance(text, Claim) else text
    found = _judged(claim, Clock(seconds))
    status, reason, counterexample, diagnoses, networks = found
    return Verdict(
        claim,
        status,
        tuple(dict.fromkeys(_ranges(claim))),
        reason,
        time.perf_counter() - started,
        counterexample,
        diagnoses,
        networks,
    )


_Found = tuple[str, Text, "Counterexample | None", tuple[Diagnosis, ...], tuple[tuple[int, ...], ...]]


def _judged(claim: Claim, clock: Clock) -> _Found:
    doubt = Text(
        en="the two sides are not the same polynomial in general", zh="两边在一般情形下不是同一个多项式"
    )
    try:
        if holds(claim, clock.within(DECISION)):
            check_divisors(claim, clock.within(DECISION))
            return "holds", _holds_in_words(claim), None, (), ()
    except IllFormed as error:
        if _holds_one_sided(claim, clock.within(DECISION)):
            try:
                check_divisors(claim, clock.within(DECISION))
            except IllFormed as zero:
                return _ill_formed(claim, zero, clock)
            return "holds", _holds_in_words(claim), None, (), ()
        return _ill_formed(claim, error, clock)
    except TooHard as error:
        doubt = error.reason
    tried: list[tuple[int, ...]] = []
    try:
        found = find_counterexample(claim, clock.within(SEARCH), tried)
    except TooHard as error:
        found = None
        if not tried or error.reason != STEPS_ARE_USED_UP:
            doubt = error.reason
    if found is None:
        reason = Text(
            en="it could not be decided: {doubt}. No counterexample was found on {count} networks",
            zh="无法判定：{doubt}。在 {count} 个网络上没有找到反例",
        ).format(doubt=doubt, count=len(tried))
        return "undecided", reason, None, (), tuple(tried)
    reason = _REFUTED
    if any(f"σ'({end})" in found.values for end, _ in kinks(claim.sigma)):
        reason = _at_kinks(claim, reason)
    return "refuted", reason, found, diagnose(claim, clock), ()


def _at_kinks(claim: Claim, text: Text) -> Text:
    """The text with what σ′ is taken to be at the kinks."""
    slopes = [f"σ'({end}) = {slope}" for end, slope in kinks(claim.sigma)]
    shown = Text(en=" and ".join(slopes), zh="、".join(slopes))
    convention = Text(en="{text} ({shown} by convention)", zh="{text}（不可导点处约定 {shown}）")
    return convention.format(text=text, shown=shown)


def _has_slopes(claim: Claim) -> bool:
    """Whether σ′ stands in the claim, or in what it says."""
    return any(
        (isinstance(node, syntax.Activation) and node.order > 0)
        or isinstance(node, syntax.Derivative | syntax.Gradient | syntax.Jacobian)
        or (isinstance(node, syntax.Quantity) and node.letter == "delta")
        for side in claim.sides
        for node in syntax.walk(side)
    )


def _holds_one_sided(claim: Claim, clock: Clock) -> bool:
    """Whether an index stands on one side only, and the claim holds for every neuron that it can be."""
    try:
        return one_sided_index(claim) is not None and is_true(claim, clock, one_sided=True)
    except TooHard:  # the steps are used up
        return False


def _ill_formed(claim: Claim, error: IllFormed, clock: Clock) -> _Found:
    reason = Text(en="it makes no sense: {reason}", zh="写法有误，{reason}").format(reason=error.reason)
    found = on_equal_widths(claim, clock.within(SEARCH)) if error.mendable else None
    return "ill-formed", reason, found, diagnose(claim, clock), ()


def _ranges(claim: Claim) -> Iterator[str]:
    if not feasible(claim):
        return
    yield from range_of_layers(claim)
    try:
        reading = readings(claim, all_equal=True, lenient=True)[0]
    except (IllFormed, TooHard):
        return
    for index in reading.free:
        if index not in (ROW, COLUMN):
            yield f"1 <= {index} <= n[{reading.indices.layers[index]}]"
    for side in reading.claim.sides:
        for node in syntax.walk(side):
            if isinstance(node, syntax.Quantity):
                for number, layer in zip(node.indices, (node.layer, node.layer + -1), strict=False):
                    if isinstance(number, int) and number > 1:
                        yield f"n[{layer}] >= {number}"


def _range_in_latex(shown: str) -> str:
    """A range such as `1 <= j <= n[l]` as the book writes it."""
    for written_so, latex in (("<=", r"\le"), (">=", r"\ge"), ("!=", r"\ne"), ("n[", "n_{"), ("]", "}")):
        shown = shown.replace(written_so, latex)
    return f"${shown}$"


def _holds_in_words(claim: Claim, in_form: Callable[[str], str] = str) -> Text:
    sigma = Text(en="every activation", zh="任意激活函数")
    if claim.sigma is not None:
        sigma = Text(en=f"the activation {claim.sigma}", zh=f"激活函数 {claim.sigma}")
        if kinks(claim.sigma) and _has_slopes(claim):
            sigma = _at_kinks(claim, sigma)
    cost = Text(en="every cost", zh="任意代价函数")
    if claim.cost is not None:
        cost = Text(en=f"the cost {claim.cost}", zh=f"代价函数 {claim.cost}")
    text = Text(
        en="it holds for every network, {sigma} and {cost}, with {ranges}",
        zh="对任意网络、{sigma}和{cost}都成立，其中 {ranges}",
    ).format(
        sigma=sigma,
        cost=cost,
        ranges=", ".join(map(in_form, dict.fromkeys([*_ranges(claim), *map(str, claim.conditions)]))),
    )
    if divides(claim):
        text = Text(en="{text}, {wherever}", zh="{text}，{wherever}").format(text=text, wherever=WHEREVER)
    return text
