"""The rules that proofs about any network without a circle need besides those of the chapter.

AddEmpty    write down a sum without terms
Join        take a term into the sum whose next one it is
Take        take a derivative of what the definitions (R1) and (R2) say, by one of the things they read
Expand      multiply out under the sums
OnlyNeighbours  only neighbours are connected: of a sum over layers one term is left, or none
Sift        do a sum of which 1[…] keeps one term
Through     the derivative of what a definition says, through everything that moves in it
Collect     sum term by term
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import sympy
from sympy import Add, Dummy, Expr, Function, Integer, KroneckerDelta, Mul, Sum, Symbol
from sympy.matrices.expressions.matexpr import MatrixElement

from bpderive.errors import StepError
from bpderive.letters.plain import plain
from bpderive.letters.statements import Range, Statement, index_within, provably_at_most
from bpderive.letters.symbols import C, L, Partial, Sigma, Width, a, b, latex, quantity, w, z
from bpderive.letters.text import Text
from bpderive.proofs import words
from bpderive.proofs.beyond.letters import Between, BetweenElement, Direct, Mean, Spread, passed, weights
from bpderive.proofs.calculus import collapse, without_empty_sums
from bpderive.proofs.names import equation_name
from bpderive.proofs.rules import At, ChainRule, summed_layers
from bpderive.proofs.substitution import replaced


def over_layers(total: Sum) -> tuple[Symbol, Expr, Expr, Expr]:
    """A sum over layers as (letter, from, to, term); SymPy keeps the sums within it in the same object."""
    *inner, (letter, low, high) = total.limits
    return letter, low, high, Sum(total.function, *inner) if inner else total.function


def is_over_layers(part: Expr) -> bool:
    """Return whether it is a sum over layers."""
    return isinstance(part, Sum) and bool(part.limits[-1][0].is_positive)


@dataclass(frozen=True, slots=True)
class AddEmpty:
    """Add a sum over the layers from one that is already past the last."""

    total: Sum
    name: ClassVar[Text] = Text(en="an empty sum", zh="空和")
    reason: ClassVar[Text] = Text(en="a sum without terms is 0", zh="没有项的和等于 0")

    def apply(self, lines: Sequence[Statement], ranges: tuple[Range, ...]) -> Statement:
        """The last line plus the sum; raises `StepError` if it need not be empty."""
        _, low, high, _ = over_layers(self.total)
        if sympy.expand(low - high) != 1:
            raise StepError(words.NOT_EMPTY.format(total=plain(self.total)))
        return lines[-1].with_rhs(lines[-1].rhs + self.total)


@dataclass(frozen=True, slots=True)
class Join:
    """Take the term that stands beside the sum over `index` into it, as its first."""

    index: Symbol
    name: ClassVar[Text] = Text(en="one sum", zh="并入求和")

    @property
    def reason(self) -> Text:
        """Says which term it is."""
        return Text(
            en="the last term is the one that the sum over ${index}$ lacked at its beginning",
            zh="最后一项恰好是对 ${index}$ 的求和开头所缺的那一项",
        ).format(index=latex(self.index))

    def apply(self, lines: Sequence[Statement], ranges: tuple[Range, ...]) -> Statement:
        """The last line with one term less and a longer sum; raises `StepError` where no term fits."""
        parts = list(Add.make_args(lines[-1].rhs))
        totals = [part for part in parts if is_over_layers(part) and part.limits[-1][0] == self.index]
        if len(totals) != 1:
            raise StepError(words.ONE_SUM.format(index=self.index, line=plain(lines[-1].rhs)))
        [total] = totals
        _, low, high, term = over_layers(total)
        before = term.xreplace({self.index: low - 1})
        if before not in parts:
            raise StepError(words.BESIDE.format(term=plain(before), total=plain(total)))
        parts.remove(total)
        parts.remove(before)
        return lines[-1].with_rhs(Add(*parts, Sum(term, (self.index, low - 1, high))))


@dataclass(frozen=True, slots=True)
class Take:
    """Take the derivative `whole`, a `Partial` or a `Direct`, of a^l_j or z^l_j by what its definition reads."""

    whole: Expr
    name: ClassVar[Text] = Text(en="differentiation", zh="求导")

    @property
    def reason(self) -> Text:
        """Names the derivative that is taken."""
        return Text(
            en="take ${shown}$ by (R1) and (R2); only the terms that contain the variable remain",
            zh="由 (R1)、(R2) 求出 ${shown}$，只剩下含有该变量的项",
        ).format(shown=latex(self.whole))

    def apply(self, lines: Sequence[Statement], ranges: tuple[Range, ...]) -> Statement:
        """The last line with the derivative taken, and sums over Kronecker deltas done."""
        value = derivative(self.whole, (*summed_layers(lines[-1].rhs), *ranges))
        return lines[-1].with_rhs(collapse(replaced(lines[-1].rhs, self.whole, value)))


def derivative(whole: Any, ranges: tuple[Range, ...]) -> Expr:
    """The value of ∂of/∂by with its Kronecker deltas; raises `StepError` where the definitions do not say it.

    Of a sum over the layers that are read, the term of the variable's layer is split off; the others do not contain it.
    """
    found = quantity(whole.of)
    if found is None or found[0].letter not in ("a", "z"):
        raise StepError(words.NO_FORWARD.format(whole=plain(whole)))
    array, (neuron, _) = found
    letter, layer = array.letter, array.layer
    source, allowed = _source(whole.by, layer)
    by_z = whole.by.parent == z(layer)
    if not allowed or (by_z and letter == "z"):
        raise StepError(words.NOT_READ.format(whole=plain(whole), of=plain(whole.of)))
    if isinstance(whole, Partial) and source is not None and isinstance(whole.by.parent, type(array)):
        raise StepError(words.OTHER_LAYERS.format(by=plain(whole.by), of=plain(whole.of)))
    if source is not None:
        within = provably_at_most(Integer(1), source, ranges) and provably_at_most(source + 1, layer, ranges)
        if not within:
            raise StepError(words.LAYER_NOT_READ.format(layer=layer, source=source))
    own = z(layer)[neuron, 0]
    weighted = own if by_z else _split(weights, layer, neuron, source) + b(layer)[neuron, 0]
    if letter == "z":
        return _simplified(sympy.diff(weighted, whole.by))
    shortcut = Dummy("rest") if by_z else _split(passed, layer, neuron, source)
    value = sympy.diff(Sigma(layer, neuron, weighted) + shortcut, whole.by)
    return _simplified(value).xreplace({weighted: own})


def _simplified(value: Expr) -> Expr:
    """Sums over Kronecker deltas done, those whose terms are all 0 left out."""
    return collapse(without_empty_sums(value), full=False)


def _source(by: Expr, layer: Expr) -> tuple[Expr | None, bool]:
    """The layer through which `by` enters layer l: itself for an activation, r for w^{l,r}; and whether it does."""
    if isinstance(by, BetweenElement):
        return by.parent.read, by.parent.letter == "w" and by.parent.layer == layer
    found = quantity(by)
    if found is None:
        return None, False
    array = found[0]
    if array.letter == "a":
        return array.layer, True
    return None, array.letter in ("b", "z") and array.layer == layer


def _split(matrix: Any, layer: Expr, neuron: Expr, source: Expr | None) -> Expr:
    """Σ_r Σ_i of (R1) or (R2) with the term of the layer `source` written out, the others as one unknown."""
    others: Expr = Dummy("rest")
    if source is None:
        return others
    own = Dummy("i", integer=True, nonnegative=True)
    return others + Sum(matrix(layer, source)[neuron, own] * a(source)[own, 0], (own, 0, Width(source) - 1))


@dataclass(frozen=True, slots=True)
class Expand:
    """Multiply out under the sums."""

    name: ClassVar[Text] = Text(en="calculation", zh="化简")
    reason: ClassVar[Text] = Text(en="multiply out", zh="乘开")

    def apply(self, lines: Sequence[Statement], ranges: tuple[Range, ...]) -> Statement:
        """The last line with products of sums of two terms multiplied out; raises `StepError` if there are none."""
        value = lines[-1].rhs.replace(
            lambda e: isinstance(e, Mul) and any(isinstance(f, Add) for f in e.args), sympy.expand_mul
        )
        if value == lines[-1].rhs:
            raise StepError(words.NOTHING_TO_EXPAND.format(line=plain(lines[-1].rhs)))
        return lines[-1].with_rhs(value)


@dataclass(frozen=True, slots=True)
class OnlyNeighbours:
    """The network is a chain: w^{r,l} is w^r for r = l+1 and else 0, there are no shortcuts, the cost reads layer L.

    The line is about layer L, where nothing follows, or about a layer before it. With `every_step` the cost reads every
    layer, and the weights keep both of their layers.
    """

    layer: Expr
    every_step: bool = False
    name: ClassVar[Text] = Text(en="the special case", zh="特殊情形")

    @property
    def reason(self) -> Text:
        """Says what is special."""
        if self.every_step:
            return Text(
                en="only neighbours are connected, and there are no shortcuts",
                zh="只有相邻两层相连，没有捷径",
            )
        return Text(
            en="in a chain only neighbours are connected, there are no shortcuts, and the cost reads layer $L$ alone",
            zh="在链状网络中只有相邻两层相连，没有捷径，代价只读取第 $L$ 层",
        )

    def apply(self, lines: Sequence[Statement], ranges: tuple[Range, ...]) -> Statement:
        """The last line in the letters of a chain; raises `StepError` where it cannot be said which layer it is."""
        at_end = self.layer == L
        if not at_end and not provably_at_most(self.layer, L - 1, ranges):
            raise StepError(words.LAST_LAYER.format(layer=self.layer))

        def of_cost(part: Direct) -> Expr:
            if part.of != C or part.by.parent != a(self.layer):
                raise StepError(words.NOT_OF_COST.format(part=plain(part), layer=self.layer))
            if self.every_step:
                return part
            return Partial(C, part.by) if at_end else Integer(0)

        def of_layers(total: Sum) -> Expr:
            index, low, high, body = over_layers(total)
            if sympy.expand(low - self.layer) != 1 or high != L:
                raise StepError(words.LATER_LAYERS.format(total=plain(total), layer=self.layer))
            if at_end:
                return Integer(0)
            term = body.xreplace({index: low})
            alone = body.replace(lambda e: isinstance(e, BetweenElement), lambda e: Integer(0))
            if without_empty_sums(alone) != 0:
                raise StepError(words.NOT_VANISHING.format(total=plain(total)))
            return without_empty_sums(term.replace(lambda e: isinstance(e, BetweenElement), self._neighbour))

        rhs = lines[-1].rhs
        sums = [part for part in rhs.atoms(Sum) if is_over_layers(part)]
        rhs = rhs.xreplace({total: of_layers(total) for total in sums})
        rhs = rhs.xreplace({part: of_cost(part) for part in rhs.atoms(Direct)})
        return lines[-1].with_rhs(rhs)

    def _neighbour(self, entry: BetweenElement) -> Expr:
        parent = entry.parent
        assert isinstance(parent, Between)
        if parent.letter == "P":
            return Integer(0)
        if parent.read != self.layer or parent.layer != self.layer + 1:
            raise StepError(words.NO_WEIGHT.format(entry=plain(entry), layer=self.layer))
        return entry if self.every_step else w(parent.layer)[entry.i, entry.j]


@dataclass(frozen=True, slots=True)
class Sift:
    """Do the sum over `index` around a sum that picks one of its terms by 1[index = …]."""

    index: Symbol
    name: ClassVar[Text] = Text(en="one term for each", zh="各取一项")

    @property
    def reason(self) -> Text:
        """Says which terms are left."""
        return Text(
            en="sum over ${index}$ first: $\\mathbb{{1}}$ keeps one term, where there is one",
            zh="先对 ${index}$ 求和：$\\mathbb{{1}}$ 只留下一项（如果有的话）",
        ).format(index=latex(self.index))

    def apply(self, lines: Sequence[Statement], ranges: tuple[Range, ...]) -> Statement:
        """The last line without the sum over `index`; raises `StepError` where no 1[…] picks its terms."""
        rhs = lines[-1].rhs
        for total in rhs.atoms(Sum):
            if [limit[0] for limit in total.limits] == [self.index]:
                for inner in Mul.make_args(total.function):
                    if isinstance(inner, Sum) and len(inner.function.atoms(KroneckerDelta)) == 1:
                        return lines[-1].with_rhs(rhs.xreplace({total: self._sifted(total, inner, ranges)}))
        raise StepError(words.ONE_TERM.format(index=self.index, line=plain(rhs)))

    def _sifted(self, total: Sum, inner: Sum, ranges: tuple[Range, ...]) -> Expr:
        [(_, low, high)], [(letter, first, last)] = total.limits, inner.limits
        [delta] = inner.function.atoms(KroneckerDelta)
        [value] = sympy.solve(delta.args[0] - delta.args[1], self.index)
        known = (*ranges, Range(letter, first, last))
        if not index_within(value, low, high, known):  # a term is there for some of the letters only
            [at_low], [at_high] = (sympy.solve(value - end, letter) for end in (low, high))
            if value.coeff(letter) == -1:
                at_low, at_high = at_high, at_low
            first, last = sympy.Max(first, at_low), sympy.Min(last, at_high)
        body = (total.function / inner * inner.function).xreplace({delta: Integer(1)})
        return Sum(body.xreplace({self.index: value}), (letter, first, last))


@dataclass(frozen=True, slots=True)
class Through:
    """Write ∂of/∂by by what `definition` says of `of`: through everything in it that may move with `by`.

    The definition's left side is `of` or a function of it alone, such as s².
    """

    of: Expr
    by: Expr
    number: str
    definition: Statement
    at: At = ()
    name: ClassVar[Text] = ChainRule.name

    @property
    def reason(self) -> Text:
        """Names the derivative and the definition."""
        return Text(
            en="chain rule for ${shown}$, by {known}", zh="由{known}，对 ${shown}$ 用链式法则"
        ).format(shown=latex(Partial(self.of, self.by)), known=equation_name(self.number))

    def apply(self, lines: Sequence[Statement], ranges: tuple[Range, ...]) -> Statement:
        """The last line with the derivative written out; raises `StepError` if it is not there."""
        known = self.definition.at(dict(self.at))
        own = Dummy("x", positive=True)
        outer = sympy.diff(known.lhs.xreplace({self.of: own}), own).xreplace({own: self.of})
        if known.lhs.xreplace({self.of: own}).free_symbols != {own}:
            raise StepError(words.SAYS_NOTHING.format(number=self.number, of=plain(self.of)))
        value = self._moved(known.rhs) / outer
        return lines[-1].with_rhs(collected(replaced(lines[-1].rhs, Partial(self.of, self.by), value)))

    def _moved(self, expression: Expr) -> Expr:
        """The differential of an expression, by the things in it that move."""
        totals = {total: Dummy() for total in expression.atoms(Sum)}
        back = {letter: total for total, letter in totals.items()}
        alone = expression.xreplace(totals)
        moved: list[Expr] = []
        for total, letter in totals.items():
            rate = sympy.diff(alone, letter).xreplace(back)
            moved.append(rate * Sum(self._moved(total.function), *total.limits))
        for part in alone.atoms(Mean, Spread, MatrixElement):
            letter = Dummy()
            rate = sympy.diff(alone.xreplace({part: letter}), letter).xreplace({letter: part})
            one = sympy.diff(part, self.by) if isinstance(part, MatrixElement) else Partial(part, self.by)
            moved.append(rate.xreplace(back) * one)
        return Add(*moved)


@dataclass(frozen=True, slots=True)
class Collect:
    """Write every sum term by term, with before it what does not depend on its index."""

    name: ClassVar[Text] = Expand.name
    reason: ClassVar[Text] = Text(en="sum term by term", zh="逐项求和")

    def apply(self, lines: Sequence[Statement], ranges: tuple[Range, ...]) -> Statement:
        """The last line collected; raises `StepError` if it is so already."""
        value = _apart_everywhere(lines[-1].rhs)
        if value == lines[-1].rhs:
            raise StepError(words.NOTHING_TO_COLLECT.format(line=plain(lines[-1].rhs)))
        return lines[-1].with_rhs(value)


def collected(expression: Expr) -> Expr:
    """A sum of products under sums, before each sum what is free of its index; z^l_j − μ^l stays whole."""
    whole = expression.replace(lambda part: isinstance(part, Add), _deviation)
    for _ in range(2):
        whole = _apart_everywhere(whole)
    return whole.replace(_Deviation, Add)


def _apart_everywhere(expression: Expr) -> Expr:
    return sympy.expand(expression.replace(lambda part: isinstance(part, Sum), _apart))


class _Deviation(Function):
    """z^l_j − μ^l as one thing."""


def _deviation(total: Add) -> Expr:
    """c z − c μ as c (z − μ); anything else as it is."""
    parts = {rest: factor for factor, rest in (term.as_coeff_Mul() for term in total.args)}
    mean = next((rest for rest in parts if isinstance(rest, Mean)), None)
    if mean is None or len(parts) != 2 or sum(parts.values()) != 0:
        return total
    [other] = set(parts) - {mean}
    return parts[other] * _Deviation(other, -mean)


def _apart(total: Sum) -> Expr:
    [(index, low, high)] = total.limits
    found = []
    for term in Add.make_args(sympy.expand(total.function)):
        outside, inside = term.as_independent(index, as_Add=False)
        found.append(
            outside
            * (high - low + 1 if inside == 1 else collapse(Sum(inside, (index, low, high)), full=False))
        )
    return Add(*found)
