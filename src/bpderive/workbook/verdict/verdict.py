"""`check(text)`: whether an equation holds, with the reason.

The answer is a `Verdict`: it *holds* where it is decided for all widths, depths and layers; it is *refuted* by a
counterexample; *ill-formed* where it makes no sense; and otherwise honestly *undecided*. Nothing holds because examples
agree.
"""

from __future__ import annotations

import contextlib
import math
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from bpderive.judge.counterexample import Counterexample
from bpderive.letters.plain import plain
from bpderive.letters.text import Text, joined
from bpderive.workbook.language import Claim, in_latex, parse, syntax, written
from bpderive.workbook.verdict.decide import holds, readings
from bpderive.workbook.verdict.diagnosis import Diagnosis, diagnose, is_true
from bpderive.workbook.verdict.divisors import WHEREVER, check_divisors, divides
from bpderive.workbook.verdict.errors import STEPS_ARE_USED_UP, IllFormed, TooHard
from bpderive.workbook.verdict.forms import Clock
from bpderive.workbook.verdict.indices import one_sided_index
from bpderive.workbook.verdict.known import activation_in_words, cost_in_words, kinks
from bpderive.workbook.verdict.layers import feasible, numbered, range_of_layers
from bpderive.workbook.verdict.search import find_counterexample, on_equal_widths
from bpderive.workbook.verdict.shapes import COLUMN, ROW

if TYPE_CHECKING:
    from bpderive.programs.graphs import Graph

LONGEST = math.inf
"""Seconds of work after which a claim is given up, if none are said: it is steps that end the work."""

DECISION, SEARCH = 14_000, 100_000
"""How many steps the decision whether a claim holds, and the search for a counterexample, may take."""

STATUS = {
    "holds": Text(en="holds", zh="成立"),
    "refuted": Text(en="refuted", zh="不成立"),
    "ill-formed": Text(en="ill-formed", zh="无意义"),
    "undecided": Text(en="undecided", zh="未判定"),
}
"""What a verdict can be, in words."""


@dataclass(frozen=True, slots=True)
class Read:
    """How a formula was read.

    `given` is the formula, `convention` and `title` the convention, `where` where it is used, `examples` "one", "sum"
    or "mean"; `why` one sentence; `also` the titles of other conventions in which it is true, by name; `notes` what
    else is to be said; `repair` the mended equation in the reader's letters; `names` what the reader calls the values
    of the counterexample, with a sign where it is the opposite; `tried` how many readings were tried.
    """

    given: str
    convention: str
    title: Text
    where: Text
    examples: str
    why: Text
    also: Mapping[str, Text] = field(default_factory=dict)
    notes: tuple[Text, ...] = ()
    repair: str | None = None
    names: Mapping[str, tuple[str, int]] = field(default_factory=dict)
    tried: int = 1

    def lines(self, in_book: str) -> list[Text]:
        """In which convention it was read and why, the equation in this book's letters, and what else is to be said."""
        found = [
            _READ.format(title=self.title, name=self.convention, why=self.why),
            _BOOK.format(book=in_book),
        ]
        found += [note.spaced() for note in self.notes]
        if self.also:
            titles = (_TITLE.format(title=title, name=name) for name, title in self.also.items())
            found.append(_ALSO.format(titles=joined(titles, LISTED)))
        return found

    @property
    def shown(self) -> str:
        """The formula as it was given: typeset where it is LaTeX, as code where it is a line of a program."""
        is_latex = "\\" in self.given or "^" in self.given
        return f"$\\displaystyle {self.given}$" if is_latex else f"`{self.given}`"


_READ = Text(en="read as: {title} ({name}); {why}", zh="读法：{title}（{name}）；{why}")
_BOOK = Text(en="in this book: {book}", zh="本书写法：{book}")
_ALSO = Text(en="also true in: {titles}", zh="在以下约定中也成立：{titles}")
_TITLE = Text(en="{title} ({name})", zh="{title}（{name}）")
LISTED = ("; ", "；")
"""What stands between titles, in each language."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What was found about a claim.

    `status` is "holds", "refuted", "ill-formed" or "undecided"; `holds` True, False, False or None. `ranges` are the
    values that what is left free takes; `counterexample` a case in which it fails, or None; `diagnosis` what would make
    it true, or None, and `mended` the claim changed in that way; `reason` is why it is so, and `explanation` all of it
    in words; `networks` those on which an undecided claim was tried without a counterexample, and `network` the one
    that the claim is about, where it is about one.
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
    network: Graph | None = None

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
        return tuple(self._lines(typeset=False))

    def _lines(self, typeset: bool) -> Iterator[Text]:
        """The lines as plain text, or as Markdown with formulas as the book writes them."""

        def claim(given: Claim) -> str:
            return _displayed(in_latex(given)) if typeset else written(given)

        def formula(latex: str) -> str:
            return _displayed(latex) if typeset else plain(latex)

        reason = self.reason.spaced()
        if typeset and self.status == "holds" and self.network is None:
            reason = _holds_in_words(self.claim, _range_in_latex).spaced()
        elif typeset:
            reason = _escaped(reason)
        yield (_BOLD if typeset else _FIRST).format(status=STATUS[self.status], reason=reason)
        read = self.read
        repair = None if read is None else read.repair
        if read is not None:
            yield from read.lines(claim(self.claim))
        for diagnosis in self.diagnoses:
            what = diagnosis.what.spaced()
            what = _escaped(what) if typeset else what
            if diagnosis.claim is None:
                yield what
            elif repair is None:
                yield _REPAIR.format(what=what, mended=claim(diagnosis.claim))
            elif typeset:
                yield _REPAIR.format(what=what, mended=formula(repair))
            else:
                yield _MENDED.format(what=what, repair=formula(repair), book=claim(diagnosis.claim))
        if repair is not None and self.mended is None:
            yield _SUMMED.format(repair=formula(repair))
        if self.counterexample is not None:
            case = self.counterexample
            if read is not None:
                names = {key: (plain(name), sign) for key, (name, sign) in read.names.items()}
                case = case.named(read.names if typeset else names)
            if not typeset:
                yield _CASE[self.status].format(case=case.table)
            else:
                yield _CASE[self.status].format(case="")
                yield Text(case._repr_latex_(), case._repr_latex_())
            if self.network is not None:
                yield _ELSE

    @property
    def explanation(self) -> Text:
        """The reason, what would make the claim true, and the counterexample, each on a line of its own."""
        return joined((self.reason.spaced(), *self.lines[1:]), BELOW)

    @property
    def text(self) -> Text:
        """The claim, the status and the explanation, each on a line of its own."""
        given = written(self.claim) if self.read is None else self.read.given
        return joined((given, *self.lines), BELOW)

    def __str__(self) -> str:
        return str(self.text)

    def _repr_markdown_(self) -> str:
        """The claim, the reason, the repair and the counterexample as the book writes them, each a paragraph."""
        given = _displayed(in_latex(self.claim)) if self.read is None else self.read.shown
        parts = [given, *(str(line).strip() for line in self._lines(typeset=True))]
        return "\n\n".join(part for part in parts if part)


def _displayed(latex: str) -> str:
    return f"$\\displaystyle {latex}$"


BELOW = ("\n", "\n")
"""Lines one below the other, in each language."""

_FIRST = Text(en="{status}: {reason}", zh="{status}：{reason}")
_BOLD = Text(en="**{status}**: {reason}", zh="**{status}**：{reason}")
_REPAIR = Text(en="{what}: {mended}", zh="{what}：{mended}")
_MENDED = Text(en="{what}: {repair}  [in this book: {book}]", zh="{what}：{repair}〔本书写法：{book}〕")
_SUMMED = Text(en="it holds with the sum over the examples: {repair}", zh="加上对样本的求和就成立：{repair}")
_NOT_TREATED = Text(en="it could not be decided: {doubt}", zh="无法判定：{doubt}")
_UNDECIDED = Text(
    en="it could not be decided: {doubt}. No counterexample was found on {count} networks",
    zh="无法判定：{doubt}。在 {count} 个网络上没有找到反例",
)
NO_SENSE = Text(en="it makes no sense: {reason}", zh="写法有误，{reason}")
REFUTED = Text(en="the two sides are not always equal", zh="两边并不总相等")

_ELSE = Text(en="(all else is 0)", zh="（其余各量均为 0）")
_CASE = {
    "refuted": Text(en="{case}", zh="{case}"),
    "ill-formed": Text(
        en="Where all layers have the same number of neurons it is false as well: {case}",
        zh="即使各层神经元个数相同，也不成立：{case}",
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
    """Judge whether the claim holds, in the one-line language, or in LaTeX as the book prints it.

    A claim that takes too many steps is undecided, on every machine alike. With `seconds` it is given up after so much
    work of this thread as well, and what is found then depends on the machine.

    Raises `ParseError`, which points at the place, for a text that is not in the language.
    """
    started = time.perf_counter()
    claim = parse(text) if not isinstance(text, Claim) else text
    found = _judged(claim, Clock(seconds))
    return replace(found, ranges=tuple(dict.fromkeys(_ranges(claim))), seconds=time.perf_counter() - started)


def _judged(claim: Claim, clock: Clock) -> Verdict:
    doubt = Text(
        en="the two sides are not the same polynomial in general", zh="两边在一般情形下不是同一个多项式"
    )
    try:
        if _is_so(claim, clock):
            check_divisors(claim, clock.within(DECISION))
            return Verdict(claim, "holds", (), _holds_in_words(claim), 0.0)
    except IllFormed as error:
        reason = NO_SENSE.format(reason=error.reason)
        case = on_equal_widths(claim, clock.within(SEARCH)) if error.mendable else None
        return Verdict(claim, "ill-formed", (), reason, 0.0, case, diagnose(claim, clock))
    except TooHard as error:
        doubt = error.reason
    tried: list[tuple[int, ...]] = []
    try:
        case = find_counterexample(claim, clock.within(SEARCH), tried)
    except TooHard as error:
        case = None
        if not tried or error.reason != STEPS_ARE_USED_UP:
            doubt = error.reason
    if case is None:
        reason = (_UNDECIDED if tried else _NOT_TREATED).format(doubt=doubt, count=len(tried))
        return Verdict(claim, "undecided", (), reason, 0.0, networks=tuple(tried))
    reason = REFUTED
    if any(f"σ'({end})" in case.values for end, _ in kinks(claim.sigma)):
        reason = _at_kinks(claim, reason)
    return Verdict(claim, "refuted", (), reason, 0.0, case, diagnose(claim, clock))


def _is_so(claim: Claim, clock: Clock) -> bool:
    """Return whether the claim holds; an index on one side only means every neuron, if all hold."""
    try:
        return holds(claim, clock.within(DECISION))
    except IllFormed:
        with contextlib.suppress(TooHard):  # the steps are used up
            if one_sided_index(claim) is not None and is_true(claim, clock.within(DECISION), one_sided=True):
                return True
        raise


def _at_kinks(claim: Claim, text: Text) -> Text:
    """The text with what σ′ is taken to be at the kinks."""
    slopes = [f"σ'({end}) = {slope}" for end, slope in kinks(claim.sigma)]
    shown = Text(en=" and ".join(slopes), zh="、".join(slopes))
    convention = Text(en="{text} ({shown} by convention)", zh="{text}（不可导点处约定 {shown}）")
    both = convention.format(text=text, shown=shown)
    return Text(both.en, both.zh.replace("）（", "，"))  # one pair of brackets


def _has_slopes(claim: Claim) -> bool:
    """Return whether σ′ stands in the claim, or in what it says."""
    return any(
        (isinstance(node, syntax.Activation) and node.order > 0)
        or isinstance(node, syntax.Derivative | syntax.Gradient | syntax.Jacobian)
        or (isinstance(node, syntax.Quantity) and node.letter == "delta")
        for node in claim.walk()
    )


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
    yield from (f"n[{layer}] >= {number}" for number, layer in numbered(reading.claim) if number > 1)


def _range_in_latex(shown: str) -> str:
    """A range such as `1 <= j <= n[l]` as the book writes it."""
    for written_so, latex in (("<=", r"\le"), (">=", r"\ge"), ("!=", r"\ne"), ("n[", "n_{"), ("]", "}")):
        shown = shown.replace(written_so, latex)
    return f"${shown}$"


def _holds_in_words(claim: Claim, in_form: Callable[[str], str] = str) -> Text:
    sigma = Text(en="every activation", zh="任意激活函数")
    if claim.sigma is not None:
        sigma = activation_in_words(claim.sigma)
        if kinks(claim.sigma) and _has_slopes(claim):
            sigma = _at_kinks(claim, sigma)
    cost = Text(en="every cost", zh="任意代价函数")
    if claim.cost is not None:
        cost = cost_in_words(claim.cost)
    text = Text(
        en="it holds for every network, {sigma} and {cost}, with {ranges}",
        zh="对任意网络、{sigma}和{cost}都成立，其中 {ranges}",
    ).format(
        sigma=sigma,
        cost=cost,
        ranges=joined(
            map(in_form, dict.fromkeys([*_ranges(claim), *map(str, claim.conditions)])), (", ", "，")
        ),
    )
    if divides(claim):
        text = Text(en="{text}, {wherever}", zh="{text}，{wherever}").format(text=text, wherever=WHEREVER)
    return text
