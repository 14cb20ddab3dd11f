r"""Whether a formula holds, in whatever letters it is written: `check(text)` gives a `Verdict`.

    check(r"\delta^{(l)} = (W^{(l)})^T \delta^{(l+1)} \odot f'(z^{(l)})").convention     # "ufldl"
    check("dW2 = dZ2 @ A1.T / m", convention="course")

A formula is read in every declared convention that has its letters, for one example and for a batch, with at most
`MOST_READINGS` readings; each is decided as any claim is. What stands beside the formula must hold in the same
convention. It is true in the first reading in which it is decided to hold, and the verdict names the others; where
there is none, it is refuted in the likeliest.
"""

from __future__ import annotations

import contextlib
import itertools
import math
import re
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from typing import TYPE_CHECKING, overload

from bpderive.errors import ParseError, is_text
from bpderive.judge.counterexample import Counterexample
from bpderive.later import later
from bpderive.letters.text import Text, joined
from bpderive.workbook.conventions.convention import Convention
from bpderive.workbook.conventions.declaration import Letter
from bpderive.workbook.conventions.declared import conventions
from bpderive.workbook.conventions.softmax import by_errors, with_softmax
from bpderive.workbook.conventions.translate import (
    NUMBERS,
    Translator,
    Unfit,
    has_inputs,
    styles_of,
    translated,
)
from bpderive.workbook.conventions.writing import NotWritten, Writer
from bpderive.workbook.language import Claim, parse, syntax
from bpderive.workbook.language.ear import Hearing, hear
from bpderive.workbook.language.parser import is_in_the_language
from bpderive.workbook.language.syntax import Mark, Row, Total
from bpderive.workbook.verdict import LONGEST, Read, Verdict
from bpderive.workbook.verdict import check as judged
from bpderive.workbook.verdict.diagnosis import is_true
from bpderive.workbook.verdict.errors import TooHard
from bpderive.workbook.verdict.forms import Clock
from bpderive.workbook.verdict.layers import feasible
from bpderive.workbook.verdict.verdict import LISTED, NO_SENSE

if TYPE_CHECKING:
    from bpderive.programs.graphs import Graph
    from bpderive.workbook import graph_verdict
else:
    graph_verdict = later("bpderive.workbook.graph_verdict")  # with the networks beyond layers

MOST_READINGS = 60
"""How many readings of one formula are tried at most: conventions, with one example, their sum and their mean."""

A_READING = 4_000
"""How many steps the decision of one reading may take before the full judgement."""

MOST_SPECIAL = 8
"""In how many readings a formula that is true in none is tried for the usual functions."""

LONGEST_CLAIM = 2_000


@dataclass(slots=True)
class Reading:
    """A formula in one convention: the claim, and whether it and what stands beside it are true there.

    `is_near` says that all letters are its own, `is_alone` that no other convention writes one of them, `is_special`
    that it is true for the sigmoid, for the quadratic cost, or for both, `exists` that some network has all of it.
    """

    convention: Convention
    examples: str
    style: str
    found: Translator
    context: list[Translator]
    is_near: bool = False
    is_alone: bool = False
    is_true: bool = False
    fits_context: bool = True
    is_special: bool = False
    exists: bool = True

    @property
    def claim(self) -> Claim:
        """The claim in the letters of this book."""
        return self.found.claim

    @property
    def misfit(self) -> Text | None:
        """Why the sizes of the batch do not fit, if they do not."""
        return self.found.misfit


_NO_CONVENTION = Text(
    en="A claim about a network of your own is in the letters of this book: leave out `convention`.",
    zh="对自己的网络，命题要用本书的字母书写，不要给出 `convention`。",
)


@overload
def check(
    text: str | Claim, seconds: float = LONGEST, convention: str | None = None, network: None = None
) -> Verdict: ...
@overload
def check(
    text: str, seconds: float = LONGEST, convention: str | None = None, *, network: Graph
) -> Verdict: ...
def check(
    text: str | Claim,
    seconds: float = LONGEST,
    convention: str | None = None,
    network: Graph | None = None,
) -> Verdict:
    """Decide whether a claim holds: one in the language of claims, in LaTeX, or a line of NumPy, in any convention.

    `convention` names the one in which it is to be read. A claim that takes too many steps is undecided,
    on every machine alike; `seconds` is the longest that this thread works on it in any case. With `network`, a
    `Graph`, the claim is about that network, in the language of claims with G[l], w[l,r] and its parameters or in LaTeX
    as the book prints it; there the steps alone are counted.

    Raises `ParseError` for a text that is no equation between quantities of a network and for a convention beside a
    network, `UnknownName` for a convention that is not declared, `NetworkError` for a network that is no Graph.
    """
    if network is not None:
        if convention is not None:
            raise ParseError(_NO_CONVENTION)
        return graph_verdict.check_on(text, network)
    begun = text if isinstance(text, Claim) else _begun(text, convention)
    return judged(begun, seconds) if isinstance(begun, Claim) else _heard(begun, seconds)


def understood(text: str, convention: str | None = None) -> Claim:
    """The claim in this book's letters as `check` begins to read it; nothing is decided.

    Raises `ParseError` and `UnknownName` as `check` does.
    """
    begun = _begun(text, convention)
    return begun if isinstance(begun, Claim) else begun.readings[0].claim


@dataclass(frozen=True, slots=True)
class Readings:
    """What was heard, and how it can be read: in the convention that was named, if one was."""

    hearing: Hearing
    readings: tuple[Reading, ...]
    only: Convention | None


def _begun(text: str, convention: str | None) -> Claim | Readings:
    """The claim, if the text is in the one-line language; else how it can be read."""
    only = conventions[convention] if convention is not None else None
    refusal = None
    if not is_text(text) or (only is None and is_in_the_language(text)):
        try:
            return parse(text)
        except ParseError as error:
            if is_text(text) and _PROGRAM.search(text):
                raise ParseError(_PIECE) from error
            if not is_text(text) or re.search(r"(?<![A-Za-z.])[A-Za-z]+\[", text):
                raise
            refusal = error
    try:
        return _readings(text, only)
    except ParseError as error:
        if refusal is not None:
            with contextlib.suppress(ParseError):
                return parse(text, bare=True)
        is_other = re.search(r"[A-Za-z]\d|np\.|\.T\b|\^", text)
        raise (error if refusal is None or is_other else refusal) from None


_PROGRAM = re.compile(r"\bself\.|\w\[-|\]\.[A-Za-z]{2}|\.layers\b|\.(?:grad|weight|bias|backward|step)\b")
_PIECE = Text(
    en="This is a piece of a program. Give one line with a number for each layer, such as dW2 = dZ2 @ A1.T, "
    "or the whole function to bp.compare.",
    zh="这是程序的一部分。请给出一行代码，每层带编号，例如 dW2 = dZ2 @ A1.T；或把整个函数交给 bp.compare。",
)


def decided(text: str, convention: str | None = None, seconds: float = LONGEST) -> Reading:
    """Return the likeliest reading of a formula, in any convention or in the one that is named; each is decided.

    Raises `ParseError` where it can be read in none.
    """
    only = conventions[convention] if convention is not None else None
    return _decided(_readings(text, only), Clock(seconds))


def _decided(begun: Readings, clock: Clock) -> Reading:
    def true(claim: Claim) -> bool:
        try:
            return _holds(by_errors(claim) if begun.hearing.softmax else claim, clock.end)
        except TooHard:
            return False

    for reading in begun.readings:
        reading.is_true = reading.misfit is None and true(reading.claim)
        reading.fits_context = all(beside.misfit is None and true(beside.claim) for beside in reading.context)
    if not any(reading.is_true and reading.fits_context for reading in begun.readings):
        near = [r for r in begun.readings if r.is_near and r.misfit is None]
        for reading in near[:MOST_SPECIAL]:
            reading.exists = bool(feasible(reading.claim))
            reading.is_special = any(true(claim) for claim in _special(reading.claim))
    return _likeliest(list(begun.readings))


def _special(claim: Claim) -> Iterator[Claim]:
    """The claim for the sigmoid and for the quadratic cost, where it says nothing of them and speaks of differences."""
    if any(isinstance(node, syntax.Plus) for node in claim.walk()):
        for sigma, cost in itertools.product((None, "sigmoid"), (None, "quadratic")):
            if (sigma is None or claim.sigma is None) and (cost is None or claim.cost is None):
                yield replace(claim, sigma=sigma or claim.sigma, cost=cost or claim.cost)


@lru_cache(4096)
def _holds(claim: Claim, end: float) -> bool:
    """Return whether a claim is decided to hold, in so many steps; raises `TooHard` where the time is up."""
    clock = Clock(0, A_READING)
    clock.end = end
    try:
        return is_true(claim, clock, one_sided=True)
    except TooHard:
        if clock.left >= 0:  # it was the time, not the steps
            raise
        return False


def _heard(begun: Readings, seconds: float) -> Verdict:
    started = time.perf_counter()
    chosen = _decided(begun, Clock(seconds))
    verdict = _verdict(chosen, begun.hearing, seconds)
    read = _read(begun, chosen, verdict)
    return replace(verdict, seconds=time.perf_counter() - started, read=read)


def _readings(text: str, only: Convention | None) -> Readings:
    """The formula in every convention that has its letters, the nearest first; raises `ParseError` if none has."""
    hearing = hear(text)
    found: list[Reading] = []
    unfit: dict[str, Text] = {}
    styles = styles_of((hearing.claim, *hearing.context))
    if hearing.softmax and "units" in styles:
        styles = ("units",)
    marks = {n.letter for n in hearing.claim.walk() if isinstance(n, Mark)}
    letters = frozenset(marks - {"diag", *NUMBERS})
    differentiates = any(isinstance(n, syntax.Rate) for n in hearing.claim.walk())
    for convention in (only,) if only is not None else _nearest(letters):
        if convention.one_each and only is None and (found or not differentiates):
            continue
        is_near = only is not None or letters <= _own(convention.name)
        is_alone = is_near and bool(letters & _own_alone(convention.name))
        kinds = convention.examples if "one" in convention.examples else (*convention.examples, "one")
        for style, examples in itertools.product(styles, kinds):
            is_read = any(r.convention is convention for r in found)
            if len(found) >= MOST_READINGS or (examples not in convention.examples and is_read):
                continue
            try:
                claim, context = translated(hearing, convention, examples, style)
            except Unfit as error:
                unfit.setdefault(convention.name, error.reason)
            else:
                found.append(Reading(convention, examples, style, claim, context, is_near, is_alone))
    if not found:
        raise _refusal(text, unfit, only)
    _check_subject(hearing, found)
    return Readings(hearing, tuple(found), only)


def _nearest(letters: frozenset[str]) -> list[Convention]:
    """The conventions, those first whose own letters are just these."""
    return sorted(
        conventions.values(),
        key=lambda c: (
            c.one_each,
            not (letters <= _own(c.name) and c.is_strict),
            not (c.numerator and c.as_variable),
            not letters <= _own(c.name),
        ),
    )


@cache
def _own(name: str) -> frozenset[str]:
    """The letters that a convention writes itself; all of them, if it has no others."""
    convention = conventions[name]
    if convention.is_strict:
        return frozenset(convention.letters)
    return frozenset(found[0] for role in _ROLES if (found := convention.writes(role)) is not None)


@cache
def _own_alone(name: str) -> frozenset[str]:
    """The letters that this convention writes, and no other."""
    return _own(name).difference(*(_own(other) for other in conventions if other != name))


_ROLES = ("w", "b", "z", "a", "delta", "x", "y", "cost", "sigma")


def _likeliest(found: list[Reading]) -> Reading:
    """The first reading that is true together with its context; else the likeliest of those that are not."""
    own = [r for r in found if r.is_near and r.convention.is_distinct and r.style == r.convention.styles[0]]
    for reading in own or found:
        if reading.is_true and reading.fits_context:
            return reading
    found = own or found
    fitting = [r for r in found if r.fits_context] or found
    return min(
        fitting,
        key=lambda r: (
            not r.is_special,
            not r.exists,
            not r.is_alone,
            r.found.defects,
            not (r.is_near and r.convention.is_strict),
        ),
    )


def _verdict(reading: Reading, hearing: Hearing, seconds: float) -> Verdict:
    if reading.misfit is not None:
        return Verdict(reading.claim, "ill-formed", (), NO_SENSE.format(reason=reading.misfit), 0.0)
    if hearing.softmax:
        return with_softmax(reading.claim, seconds)
    return judged(reading.claim, seconds)


def _read(begun: Readings, chosen: Reading, verdict: Verdict) -> Read:
    hearing, found = begun.hearing, list(begun.readings)
    convention = chosen.convention
    written = replace(_as_written(hearing, convention), first=chosen.found.convention.first)
    by_inputs = chosen.style == "none" and has_inputs(hearing.claim)
    has_steps = any(
        isinstance(n, Mark) and (letter := convention.letter(n.letter)) and letter.role.startswith("step_")
        for n in hearing.claim.walk()
    )
    writer = Writer(written, chosen.found.batch, chosen.style, by_inputs, has_steps)
    also = _true(found) if chosen.is_true else {}
    also.pop(convention.name, None)
    repair = None
    with contextlib.suppress(NotWritten):
        repair = _repaired(hearing, chosen, verdict, writer)
    if chosen.found.summed is not None and len(chosen.claim.sides) == 2:
        repair = _with_sum(chosen, writer)
    names = dict(_names(verdict.counterexample, writer)) if verdict.counterexample is not None else {}
    return Read(
        hearing.claim.text.strip().replace(r"\one", r"\mathbf{1}").replace(r"\Loss", r"\mathcal{L}"),
        convention.name,
        convention.title,
        convention.where,
        chosen.examples,
        _why(found, chosen, begun.only),
        also,
        tuple(_notes(hearing, found, chosen, verdict)),
        repair,
        names,
        len(found),
    )


def _repaired(hearing: Hearing, chosen: Reading, verdict: Verdict, writer: Writer) -> str | None:
    """What would be true, in the reader's letters; raises `NotWritten` where they do not have it."""
    mended = next((d.claim for d in verdict.diagnoses if d.claim is not None), None)
    match hearing.claim.sides:
        case (Mark() as mark, syntax.Plus((first, *_))) if first == mark and not verdict.holds:
            change, wanted = chosen.claim.sides
            if mended is not None and mended.sides[1] == wanted:
                return writer.update(mended.sides[0], wanted)
            opposite = replace(chosen.claim, sides=(syntax.Minus(change), wanted))
            return writer.update(opposite.sides[0], wanted) if _holds(opposite, math.inf) else None
    return writer.latex(mended) if mended is not None else None


def _true(found: list[Reading], fits_context: bool = True) -> dict[str, Text]:
    """The titles of the conventions in which the formula is true, and in which what stands beside it is, or is not."""
    fitting = (r.convention for r in found if r.is_true and r.fits_context == fits_context)
    return {convention.name: convention.title for convention in fitting}


def _with_sum(chosen: Reading, writer: Writer) -> str | None:
    """The equation with the sum over the examples that is missing, if it is true then."""
    summed = chosen.found.summed
    if summed is None or not is_true(summed, Clock(LONGEST, A_READING)):
        return None
    sides = [writer.latex(replace(summed, sides=(side, side))).split(" = ")[0] for side in summed.sides]
    body = f"({sides[1]})" if " " in sides[1] else sides[1]
    ones = rf"\mathbf{{1}}^T {body}" if chosen.convention.rows else rf"{body} \mathbf{{1}}"
    head = r"\frac{1}{m} " if chosen.examples == "mean" else ""
    return f"{sides[0]} = {head}{ones}"


def _as_written(hearing: Hearing, convention: Convention) -> Convention:
    """The convention with the letters first that the formula has, and its signs."""
    nodes = [n for s in (hearing.claim, *hearing.context) for n in s.walk()]
    used = [n.letter for n in nodes if isinstance(n, Mark)]
    used += [name[1:] for name in used if re.fullmatch(r"d[A-Za-z]|d\\[A-Za-z]+", name)]
    first = {name: convention.letters[name] for name in used if name in convention.letters}
    first |= {rf"\{name}": Letter("sigma") for name in ("tanh",) if name in used}
    above = (m.above[0].tokens[0] for m in nodes if isinstance(m, Mark) and m.above)
    running = next((token for token in above if re.fullmatch(r"[a-z]|\\ell", token)), convention.running)
    text = hearing.claim.text
    sign = next(
        (sign for sign in (r"\odot", r"\circ", r"\bullet", r"\ast", r".*", "*") if sign in text),
        convention.elementwise,
    )
    return replace(
        convention,
        letters=first | {name: letter for name, letter in convention.letters.items() if name not in first},
        running=convention.running if convention.is_strict else running,
        elementwise=sign,
        has_differentials=convention.has_differentials
        or any(name[:1] == "d" and name in convention.letters for name in used),
    )


def _why(found: list[Reading], chosen: Reading, only: Convention | None) -> Text:
    count = len({r.convention.name for r in found})
    if only is not None:
        return Text(en="you named it", zh="由你指定")
    if chosen.is_near and chosen.convention.is_strict:
        return Text(en="these are its letters", zh="所用的正是这种约定的字母")
    if count == 1:
        return Text(en="no other has these letters", zh="只有这种约定用这些字母")
    if chosen.context:
        return Text(en="what stands beside the formula holds in it", zh="公式旁边的式子在其中成立")
    if chosen.is_true:
        return Text(
            en="it is the first of {n} that have these letters in which it is true",
            zh="在用这些字母的 {n} 种约定中，这是第一个使公式成立的",
        ).format(n=count)
    return Text(
        en="it is the likeliest of {n} that have these letters; it is true in none",
        zh="在用这些字母的 {n} 种约定中这一种最可能；公式在哪一种中都不成立",
    ).format(n=count)


def _notes(hearing: Hearing, found: list[Reading], chosen: Reading, verdict: Verdict) -> Iterator[Text]:
    """What else is to be said of the examples, and of conventions that the context rules out."""
    if chosen.found.convention.first != chosen.convention.first:
        yield Text(en="the input is counted as layer 0", zh="输入层算作第 0 层")
    own = [r for r in found if r.convention is chosen.convention and r.style == chosen.style]
    if chosen.is_true:
        kinds = {r.examples for r in own if r.is_true}
        if kinds == {"one"} and len(own) > 1:
            reason = next((r.misfit for r in own if r.misfit is not None), None)
            text = Text(
                en="it is true for one example; for a batch it is not", zh="对单个样本成立；对一批样本不成立"
            )
            if reason is not None:
                text = Text(en="{text}: {reason}", zh="{text}：{reason}").format(text=text, reason=reason)
            yield text
        elif chosen.examples != "one":
            yield _EXAMPLES[chosen.examples]
        in_rows = [r.convention for r in found if r.misfit is not None and r.convention.rows]
        elsewhere = any(r.is_true and r.convention in in_rows and r.examples == "one" for r in found)
        if elsewhere and ((chosen.examples == "one" and kinds != {"one"}) or len(own) == 1):
            yield Text(
                en="it is true for one example; for a batch with one row for each the sum over the rows is missing",
                zh="对单个样本成立；若每个样本占一行，对一批样本则少了对各行的求和",
            )
    own_letters = next((r for r in found if r.is_near and r.convention.is_strict), None)
    if (
        chosen.is_true
        and own_letters is not None
        and not any(r.is_true for r in found if r.convention is own_letters.convention)
    ):
        yield Text(
            en="not true in: {title}, which has these letters too", zh="在{title}中不成立，那里也用这些字母"
        ).format(title=own_letters.convention.title)
    if not chosen.is_true and (others := _true(found)):
        yield Text(en="it would be true in: {titles}", zh="公式在下列约定中成立：{titles}").format(
            titles=joined(others.values(), LISTED)
        )
    if verdict.status != "holds" and _is_error_by_another(chosen.claim):
        yield Text(en="δ is the derivative of the cost with respect to z", zh="δ 是代价对 z 的导数")
    ruled_out = _true(found, fits_context=False)
    if hearing.context and ruled_out and not chosen.is_true:
        yield Text(
            en="it would be true in: {listed}; but what stands beside it does not hold there: they do not go together",
            zh="公式在下列约定中成立：{listed}；但旁边的式子在其中不成立，两者不能并用",
        ).format(listed=joined(ruled_out.values(), LISTED))
    if hearing.context and not any(r.fits_context for r in found):
        yield Text(
            en="what stands beside the formula holds in none of the conventions that have its letters",
            zh="公式旁边的式子在用这些字母的任何约定中都不成立",
        )


def _is_error_by_another(claim: Claim) -> bool:
    """Return whether δ is said to be the derivative of the cost by something else than z."""
    errors = [side for side in claim.sides if isinstance(side, syntax.Quantity) and side.letter == "delta"]
    others = [
        side
        for side in claim.sides
        if isinstance(side, syntax.Derivative | syntax.Gradient) and side.by.letter != "z"
    ]
    return bool(errors and others)


_EXAMPLES = {
    "sum": Text(en="for the sum over the examples, or one example", zh="对样本求和，或单个样本"),
    "mean": Text(en="for the mean over the examples", zh="对样本取平均"),
}


def _names(case: Counterexample, writer: Writer) -> Iterator[tuple[str, tuple[str, int]]]:
    """What the values of a counterexample are called in the convention, with a sign."""
    sigma = writer.convention.writes("sigma")
    plain = replace(writer, batch=False, convention=replace(writer.convention, has_differentials=False))
    for key in case.values:
        match = re.fullmatch(r"(∂C/∂)?(w|b|z|a|y)(?:\^(\d+))?_([\d,]+)", key)
        if match is None:
            if sigma is not None and key.startswith("σ"):
                yield key, (sigma[0] + key[1:], 1)
            continue
        depth = len(case.sizes)
        at = int(match[3]) if match[3] else depth
        layer = syntax.Layer("", at)
        if match[2] == "y" or any(letter.layer for letter in writer.convention.letters.values()):
            layer = syntax.LAST + (at - depth)
        indices = tuple(int(d) for d in (match[4].split(",") if "," in match[4] else match[4]))
        node = syntax.Quantity(match[2], layer, indices)
        try:
            shown, tightness = plain.derivative(node) if match[1] else plain.quantity(node)
        except NotWritten:
            continue
        if plain.convention.styles[0] == "units" and not plain.convention.called:
            shown = rf"{shown}\text{{ ({at})}}"
        minus = shown.startswith("-")
        if tightness == 0 or len(shown) > LONGEST_CLAIM:
            continue
        yield key, (shown[1:] if minus else shown, -1 if minus else 1)


def _check_subject(hearing: Hearing, found: list[Reading]) -> None:
    """Raise `ParseError` if only what is given to a network occurs, and nothing of what it computes."""
    for reading in found:
        letters = [reading.convention.letter(n.letter) for n in hearing.claim.walk() if isinstance(n, Mark)]
        if any(letter is not None and letter.role not in ("x", "y", "yhat") for letter in letters):
            return
    text = Text(
        en="This is no equation between quantities of a network: nothing that it computes, such as z, a or δ, occurs",
        zh="这不是网络中各量之间的等式：其中没有网络所计算的量，例如 z、a 或 δ",
    )
    nodes = list(hearing.claim.walk())
    if any(isinstance(n, Row) and n.sign == "o" for n in nodes) and any(isinstance(n, Total) for n in nodes):
        text = Text(
            en=f"{text.en}; and ⊙ multiplies component by component, it is no sum",
            zh=f"{text.zh}；而且 ⊙ 是逐分量相乘，并不求和",
        )
    raise ParseError(Text(en=f"{text.en}.", zh=f"{text.zh}。"))


def _refusal(text: str, unfit: dict[str, Text], only: Convention | None) -> ParseError:
    """Why the formula can be read in no convention, or not in the one that was named."""
    if only is not None:
        reason = unfit[only.name]
        return ParseError(
            Text(
                en=f"{text} cannot be read in the convention {only.name!r}: {reason.en}",
                zh=f"{text} 不能按约定 {only.name!r} 来读：{reason.zh}",
            )
        )
    reason = unfit.get("chapter", next(iter(unfit.values())))
    return ParseError(
        Text(
            en=f"This is no equation between quantities of a network, such as z, a, w, b, δ of a layer: {reason.en}",
            zh=f"这不是网络中各量（例如某一层的 z、a、w、b、δ）之间的等式：{reason.zh}",
        )
    )
