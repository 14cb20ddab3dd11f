"""Rules of calculation, for derivations about particular functions such as softmax and the costs.

    QuotientRule   ∂(u/v) = (∂u · v − u · ∂v)/v²
    TakeAll        take every derivative that stands in the last line
    Cancel         cancel what stands above and below the line, and let Kronecker deltas do their sums

They are rules as those of `bpderive.proofs.rules` are, and what they make is computed by SymPy.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import sympy
from sympy import Add, Dummy, Expr, KroneckerDelta, Mul, Piecewise, Sum, Symbol
from sympy.matrices.expressions.matexpr import MatrixElement

from bpderive.errors import StepError
from bpderive.functions.algebra import tidy
from bpderive.letters.plain import plain
from bpderive.letters.statements import Range, Statement
from bpderive.letters.symbols import Partial
from bpderive.letters.text import Text
from bpderive.proofs import words
from bpderive.proofs.calculus import collapse, derivative
from bpderive.proofs.rules import acts_elementwise


@dataclass(frozen=True, slots=True)
class QuotientRule:
    """Write the derivative of a quotient by those of its two parts."""

    name: ClassVar[Text] = Text(en="quotient rule", zh="商的求导法则")

    @property
    def reason(self) -> Text:
        """States the rule."""
        return Text(
            en="quotient rule, $(u/v)' = (u'v - uv')/v^2$", zh="商的求导法则：$(u/v)' = (u'v - uv')/v^2$"
        )

    def apply(self, lines: Sequence[Statement], ranges: tuple[Range, ...]) -> Statement:
        """The last line with its one derivative of a quotient written out; raises `StepError` if it has none."""
        found = [part for part in lines[-1].rhs.atoms(Partial) if not sympy.fraction(part.of)[1].is_number]
        if len(found) != 1:
            raise StepError(words.QUOTIENT.format(line=plain(lines[-1].rhs), number=len(found)))
        [whole] = found
        above, below = sympy.fraction(whole.of)
        parted = Partial(above, whole.by) * below - above * Partial(below, whole.by)
        return lines[-1].with_rhs(lines[-1].rhs.xreplace({whole: parted / below**2}))


@dataclass(frozen=True, slots=True)
class TakeAll:
    """Take every derivative that stands in the last line, of formulas that are written out in it."""

    name: ClassVar[Text] = Text(en="differentiation", zh="求导")

    @property
    def reason(self) -> Text:
        """Says that both are taken."""
        return Text(
            en="take both derivatives; of the sum, only the term with the same index remains",
            zh="求出两个导数；对求和求导，只剩下下标相同的那一项",
        )

    def apply(self, lines: Sequence[Statement], ranges: tuple[Range, ...]) -> Statement:
        """The last line with its derivatives taken; raises `StepError` if it has none."""
        found = lines[-1].rhs.atoms(Partial)
        if not found:
            raise StepError(words.NO_DERIVATIVE.format(line=plain(lines[-1].rhs)))
        elementwise = acts_elementwise(lines[-1].output)
        values = {
            part: collapse(derivative(part, ranges, elementwise=elementwise), full=False) for part in found
        }
        return lines[-1].with_rhs(lines[-1].rhs.xreplace(values))


@dataclass(frozen=True, slots=True)
class Cancel:
    """Cancel common factors, do the sums over Kronecker deltas, and collect by common factors."""

    why: Text | None = None
    name: ClassVar[Text] = Text(en="calculation", zh="化简")

    @property
    def reason(self) -> Text:
        """What was given as the reason, or that it is a calculation."""
        return self.why or Text(en="cancel and collect", zh="约分并合并")

    def apply(self, lines: Sequence[Statement], ranges: tuple[Range, ...]) -> Statement:
        """The last line in its shortest usual form; raises `StepError` if that is how it stands already."""
        value = shortest(lines[-1].rhs)
        if value == lines[-1].rhs:
            raise StepError(words.NOTHING_TO_CANCEL.format(line=plain(lines[-1].rhs)))
        return lines[-1].with_rhs(value)


def shortest(expression: Expr) -> Expr:
    """A rational expression in components and sums over them, in the shortest of its usual forms."""
    if expression.has(Piecewise):  # its cases would be multiplied out
        return expression
    inner = expression.replace(lambda part: isinstance(part, Sum), _shorter_sum)
    whole = sorted(inner.atoms(Sum, KroneckerDelta, Partial), key=str)
    kept = {part: Dummy(str(part)) for part in whole}
    kept |= {part: Dummy(str(part)) for part in inner.xreplace(kept).atoms(MatrixElement)}
    plain = inner.xreplace(kept)
    forms = [plain, sympy.expand(plain), sympy.cancel(plain), tidy(plain)]
    chosen = min(forms, key=lambda form: (sympy.count_ops(form), forms.index(form)))
    back = {new: old for old, new in kept.items()}
    return chosen.xreplace(back)


def _shorter_sum(total: Any) -> Expr:
    """Σ_k with what does not depend on k before it; term by term where that lets deltas do sums or makes it shorter."""
    [(index, low, high)] = total.limits
    body = total.function
    together = _one_term(sympy.cancel(body), index, low, high)
    terms = Add.make_args(sympy.expand(body))
    apart = Add(*(_one_term(sympy.cancel(term), index, low, high) for term in terms))
    if body.has(KroneckerDelta) or sympy.count_ops(apart) <= sympy.count_ops(together):
        return apart
    return together


def _one_term(term: Expr, index: Symbol, low: Expr, high: Expr) -> Expr:
    inside = [factor for factor in Mul.make_args(term) if index in factor.free_symbols]
    outside = [factor for factor in Mul.make_args(term) if index not in factor.free_symbols]
    return Mul(*outside, collapse(Sum(Mul(*inside), (index, low, high)), full=False))
