"""The rules of the derivations: each computes the next line from the lines before it.

    ByEquation     put equals for equals, by a definition or an equation that is proved already, under sums too
    ByLine         the same, by an earlier line of this derivation
    Recall         begin a side calculation with a known equation
    ChainRule      the one axiom: ∂X/∂v = Σ_k ∂X/∂u_k · ∂u_k/∂v when X depends on v through the layer u only
    OnlyTerm       drop the terms of a sum that vanish because a derivative is zero unless two indices agree
    Differentiate  take a derivative, with SymPy, of what the definitions say
    BothSides      differentiate both sides of a line

Those that turn components into matrices are in `matrix_rules`, those of plain algebra in `algebra_rules`.

A rule is a frozen dataclass with a method `apply(lines, ranges)`, which returns the next line or raises
`StepError`, and a `reason`. To add a rule, write such a class; nothing else knows their list.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Protocol

from sympy import Basic, Expr, KroneckerDelta, Mul, Sum, Symbol

from bpderive.errors import StepError
from bpderive.functions.activations import activations
from bpderive.letters.plain import plain
from bpderive.letters.statements import WHOLE, Range, Statement, bound_letters, provably_at_most, substitute
from bpderive.letters.symbols import RATES, C, L, LayerArray, Partial, Width, latex, quantity, stage
from bpderive.letters.text import Text
from bpderive.proofs import words
from bpderive.proofs.calculus import collapse, derivative
from bpderive.proofs.names import equation_name
from bpderive.proofs.substitution import replaced

At = tuple[tuple[Symbol, Expr], ...]


class Rule(Protocol):
    """What a derivation asks of a rule."""

    @property
    def name(self) -> Text:
        """What the rule is called."""
        ...

    @property
    def reason(self) -> Text:
        """Why the next line follows, in this case."""
        ...

    def apply(self, lines: Sequence[Statement], ranges: tuple[Range, ...]) -> Statement:
        """The next line; raises `StepError` where the rule cannot be applied."""
        ...


@dataclass(frozen=True, slots=True)
class ByEquation:
    """Put the right side of a known equation for its left side (or the other way, if `backwards`)."""

    number: str
    equation: Statement
    at: At = ()
    backwards: bool = False
    name: ClassVar[Text] = Text(en="equals for equals", zh="等量代换")

    @property
    def reason(self) -> Text:
        """Names the equation and for which letters it is read."""
        where = ", ".join(
            f"${latex(letter)} \\to {latex(value)}$" for letter, value in self.at if letter != value
        )
        known = equation_name(self.number)
        if where:
            return Text(en="by {known}, read with {where}", zh="由{known}，其中取 {where}").format(
                known=known, where=where
            )
        return Text(en="by {known}", zh="由{known}").format(known=known)

    def apply(self, lines: Sequence[Statement], ranges: tuple[Range, ...]) -> Statement:
        """The last line with every occurrence replaced; raises `StepError` if there is none."""
        known = _read_at(self.number, self.equation, self.at)
        within = (*summed_layers(lines[-1].rhs), *ranges)
        for r in self.equation.ranges:
            _check_layer(self.number, r, dict(self.at).get(r.letter, r.letter), within)
        old, new = (known.rhs, known.lhs) if self.backwards else (known.lhs, known.rhs)
        return lines[-1].with_rhs(replaced(lines[-1].rhs, old, new))


@dataclass(frozen=True, slots=True)
class ByLine:
    """Put the right side of line `line` of this derivation for its left side, into line `into`."""

    line: int
    into: int
    name: ClassVar[Text] = Text(en="substitution", zh="代入")

    @property
    def reason(self) -> Text:
        """Names the two lines."""
        return Text(en="substitute step {line} into step {into}", zh="将第 {line} 步代入第 {into} 步").format(
            line=self.line, into=self.into
        )

    def apply(self, lines: Sequence[Statement], ranges: tuple[Range, ...]) -> Statement:
        """Line `into` with the left side of line `line` replaced; raises `StepError` if it does not occur."""
        if not (0 <= self.line < len(lines) and 0 <= self.into < len(lines)):
            raise StepError(words.NO_STEPS.format(line=self.line, into=self.into))
        known, target = lines[self.line], lines[self.into]
        for r in known.ranges:
            if not r.high.has(Width) and not _within(r.letter, r, target.ranges):
                raise StepError(words.STEP_RANGE.format(line=self.line, values=r, into=self.into))
        return target.with_rhs(replaced(target.rhs, known.lhs, known.rhs))


@dataclass(frozen=True, slots=True)
class Recall:
    """Begin a side calculation with a known equation."""

    number: str
    equation: Statement
    at: At = ()
    name: ClassVar[Text] = Text(en="recall", zh="回顾")

    @property
    def reason(self) -> Text:
        """Names the equation."""
        return Text(en="separately: {known}", zh="辅助计算：由{known}").format(
            known=equation_name(self.number)
        )

    def apply(self, lines: Sequence[Statement], ranges: tuple[Range, ...]) -> Statement:
        """The equation itself, for the letters given."""
        values = dict(self.at)
        known = _read_at(self.number, self.equation, self.at)
        kept = []
        for r in self.equation.ranges:
            value = values.get(r.letter, r.letter)
            if isinstance(value, Symbol) and value != L:
                kept.append(Range(value, substitute(r.low, values), substitute(r.high, values)))
            else:
                _check_layer(self.number, r, value, ranges)
        return Statement((known.lhs, known.rhs), tuple(kept))


@dataclass(frozen=True, slots=True)
class ChainRule:
    """∂X/∂v = Σ_k ∂X/∂u_k · ∂u_k/∂v, through all components of the layer `through`; `index` names k."""

    through: LayerArray
    index: Symbol
    name: ClassVar[Text] = Text(en="chain rule", zh="链式法则")

    @property
    def reason(self) -> Text:
        """Names the layer that everything passes through."""
        component = latex(self.through[self.index, 0])
        return Text(
            en="chain rule, through all the ${component}$, ${index} = 1, \\ldots, {count}$",
            zh="链式法则：对所有 ${component}$（${index} = 1, \\ldots, {count}$）求和",
        ).format(component=component, index=latex(self.index), count=latex(self.through.shape[0]))

    def apply(self, lines: Sequence[Statement], ranges: tuple[Range, ...]) -> Statement:
        """The last line with its derivative expanded; raises `StepError` if the layer does not lie between."""
        fitting = [d for d in lines[-1].rhs.atoms(Partial) if self._lies_between(d, ranges)]
        if len(fitting) != 1:
            raise StepError(
                words.CHAIN.format(
                    through=plain(self.through), line=plain(lines[-1].rhs), number=len(fitting)
                )
            )
        [whole] = fitting
        if self.index in whole.free_symbols | bound_letters(lines[-1].rhs) | {r.letter for r in ranges}:
            raise StepError(words.TAKEN.format(index=plain(self.index), line=plain(lines[-1].rhs)))
        between = self.through[self.index, 0]
        total = Sum(
            Partial(whole.of, between) * Partial(between, whole.by),
            (self.index, 0, self.through.shape[0] - 1),
        )
        return lines[-1].with_rhs(lines[-1].rhs.xreplace({whole: total}))

    def _lies_between(self, whole: Partial, ranges: tuple[Range, ...]) -> bool:
        start = quantity(whole.by)
        end = None if whole.of == C else quantity(whole.of)
        letters = {found[0].letter for found in (start, end) if found is not None}
        if start is None or letters & set(RATES) or self.through.letter not in ("z", "a"):
            return False
        after_start = provably_at_most(stage(start[0]) + 1, stage(self.through), ranges)
        if whole.of == C:
            return after_start
        return (
            end is not None
            and after_start
            and provably_at_most(stage(self.through) + 1, stage(end[0]), ranges)
        )


@dataclass(frozen=True, slots=True)
class OnlyTerm:
    """In a sum over `index`, keep the only term whose derivative is not zero, that of `keep`."""

    index: Symbol
    keep: Symbol
    name: ClassVar[Text] = Text(en="vanishing terms", zh="略去为零的项")

    @property
    def reason(self) -> Text:
        """Names the terms that vanish."""
        return Text(
            en="each neuron's own only: every term with ${index} \\ne {keep}$ vanishes",
            zh="每个神经元只依赖自己的带权输入：${index} \\ne {keep}$ 的项全部为零",
        ).format(index=latex(self.index), keep=latex(self.keep))

    def apply(self, lines: Sequence[Statement], ranges: tuple[Range, ...]) -> Statement:
        """The last line with the sum replaced by its one term; raises `StepError` if others need not vanish."""
        totals = [t for t in lines[-1].rhs.atoms(Sum) if t.limits[0][0] == self.index and len(t.limits) == 1]
        if len(totals) != 1:
            raise StepError(
                words.SUMS.format(index=plain(self.index), line=plain(lines[-1].rhs), number=len(totals))
            )
        [total] = totals
        whole_range = tuple(total.limits[0][1:])
        for factor in Mul.make_args(total.function):
            if not isinstance(factor, Partial) or quantity(factor.of) is None:
                continue
            value = derivative(factor, ranges, elementwise=acts_elementwise(lines[-1].output))
            for delta in (f for f in Mul.make_args(value) if isinstance(f, KroneckerDelta)):
                if set(delta.args[:2]) == {self.index, self.keep} and tuple(delta.delta_range) == whole_range:
                    term = total.function.xreplace({self.index: self.keep})
                    return lines[-1].with_rhs(lines[-1].rhs.xreplace({total: term}))
        raise StepError(
            words.NOT_ZERO.format(total=plain(total), index=plain(self.index), keep=plain(self.keep))
        )


@dataclass(frozen=True, slots=True)
class Differentiate:
    """Take the derivative ∂of/∂by that stands in the last line."""

    of: Expr
    by: Expr
    definitions: tuple[Statement, ...] = ()
    name: ClassVar[Text] = Text(en="differentiation", zh="求导")

    @property
    def reason(self) -> Text:
        """Names the derivative that is taken."""
        return Text(en="take the derivative ${shown}$", zh="求出导数 ${shown}$").format(
            shown=latex(Partial(self.of, self.by))
        )

    def apply(self, lines: Sequence[Statement], ranges: tuple[Range, ...]) -> Statement:
        """The last line with the derivative taken and its Kronecker deltas collapsed."""
        whole = Partial(self.of, self.by)
        value = collapse(derivative(whole, ranges, self.definitions, acts_elementwise(lines[-1].output)))
        return lines[-1].with_rhs(replaced(lines[-1].rhs, whole, value))


@dataclass(frozen=True, slots=True)
class BothSides:
    """Differentiate both sides of the last line by `by`."""

    by: Expr
    name: ClassVar[Text] = Text(en="differentiation", zh="求导")

    @property
    def reason(self) -> Text:
        """Names the variable."""
        return Text(
            en="differentiate with respect to ${by}$; only the term that contains it remains",
            zh="两边对 ${by}$ 求导，只剩下含有该变量的那一项",
        ).format(by=latex(self.by))

    def apply(self, lines: Sequence[Statement], ranges: tuple[Range, ...]) -> Statement:
        """∂lhs/∂by = the derivative of the right side."""
        line = lines[-1]
        as_definition = Statement((line.lhs, line.rhs))
        value = collapse(
            derivative(Partial(line.lhs, self.by), ranges, (as_definition,), acts_elementwise(line.output))
        )
        return Statement((Partial(line.lhs, self.by), value), line.ranges)


def summed_layers(expression: Expr) -> tuple[Range, ...]:
    """The ranges of the layers that sums in `expression` run over."""
    limits = (limit for total in expression.atoms(Sum) for limit in total.limits)
    return tuple(Range(*limit) for limit in limits if limit[0].is_positive)


def acts_elementwise(output: str | None) -> bool:
    """Return whether each output is a function of its own z alone, `output` being that of a statement."""
    return output is None or (output != WHOLE and activations[output].elementwise)


def _check_layer(number: str, allowed: Range, value: Basic, ranges: tuple[Range, ...]) -> None:
    """Raise `StepError` unless equation `number`, which holds for the layers `allowed`, holds for the layer `value`."""
    if not allowed.high.has(Width) and not _within(value, allowed, ranges):
        raise StepError(
            words.OUT_OF_RANGE.format(
                number=number, allowed=allowed, letter=plain(allowed.letter), value=plain(value)
            )
        )


def _read_at(number: str, equation: Statement, at: At) -> Statement:
    """The equation for other letters; raises `StepError` for letters that it does not have."""
    letters = {r.letter for r in equation.ranges}
    if unknown := [str(letter) for letter, _ in at if letter not in letters]:
        raise StepError(words.NO_LETTER.format(number=number, letters=", ".join(unknown)))
    return equation.at(dict(at))


def _within(value: Basic, allowed: Range, ranges: tuple[Range, ...]) -> bool:
    return provably_at_most(allowed.low, value, ranges) and provably_at_most(value, allowed.high, ranges)


__all__ = [
    "BothSides",
    "ByEquation",
    "ByLine",
    "ChainRule",
    "Differentiate",
    "OnlyTerm",
    "Recall",
    "Rule",
]
