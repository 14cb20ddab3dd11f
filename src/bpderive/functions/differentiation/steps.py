"""A derivative as a chain of lines, and its check."""

from __future__ import annotations

from dataclasses import dataclass

import sympy
from sympy import Expr, Symbol

from bpderive.errors import StepError
from bpderive.functions.algebra import tidy, vanishes
from bpderive.functions.differentiation.formulas import Pending, latex
from bpderive.functions.differentiation.rules import rule_for
from bpderive.letters.certificate import Certificate, timed
from bpderive.letters.expressions import expression
from bpderive.letters.text import Text

MOST_LINES = 60
"""No formula of a book takes more."""

DIGITS = 60

_START = Text(en="to be found", zh="要求的导数")
_TIDY = Text(en="collect and cancel", zh="合并并约分")


@dataclass(frozen=True, slots=True)
class Line:
    """One line: its expression, in which derivatives may be still to be taken, the rule's name and the reason."""

    left: str
    expression: Expr
    rule: Text
    reason: Text

    def latex(self) -> str:
        """The line as the book prints it; only the first has its left side."""
        return f"{self.left}= {latex(self.expression)}"


@dataclass(frozen=True, slots=True)
class Differentiation:
    """The derivative of `formula` by `variable`, line by line."""

    formula: Expr
    variable: Symbol
    steps: tuple[Line, ...]

    @property
    def result(self) -> Expr:
        """The derivative that the last line states."""
        return self.steps[-1].expression

    @timed
    def check(self) -> Certificate:
        """Compare each line with SymPy's derivative: exactly, or where that is not decided, to 60 digits.

        Raises `StepError` at the first line that differs.
        """
        expected = sympy.diff(self.formula, self.variable)
        exact = True
        for place, step in enumerate(self.steps, start=1):
            taken = step.expression.replace(Pending, sympy.diff)
            same = _same(taken, expected, self.variable)
            if same is None or (step.expression.has(Pending) and place == len(self.steps)):
                raise StepError(
                    f"Line {place} of the derivative of {self.formula}, {step.rule.en}: {step.expression} is not "
                    f"{expected}."
                )
            exact = exact and same
        return Certificate(str(self.formula), ("exact" if exact else "numeric",))


def differentiate(formula: Expr, variable: Symbol, left: str) -> Differentiation:
    """The derivative, a rule a line, `left` being the LaTeX of the left side; raises `StepError` past `MOST_LINES`."""
    formula, variable = expression(formula), expression(variable)
    line = Pending(formula, variable)
    steps = [Line(f"{left} ", line, _START, _START)]
    while pending := _outermost(line):
        if len(steps) > MOST_LINES:
            raise StepError(f"The derivative of {formula} takes more than {MOST_LINES} lines.")
        first = rule_for(pending[0].of, variable)
        reason = first.reason(pending[0].of, variable)
        together = [
            one
            for one in pending
            if rule_for(one.of, variable) is first and first.reason(one.of, variable) == reason
        ]
        line = line.xreplace({one: first.gives(one.of, variable) for one in together})
        steps.append(Line("", line, first.name, reason))
    shorter = _tidied(line, variable)
    if shorter is not None:
        steps.append(Line("", shorter, _TIDY, _TIDY))
    return Differentiation(formula, variable, tuple(steps))


def _outermost(line: Expr) -> list[Pending]:
    """The derivatives still to be taken, in a fixed order."""
    found = [part for part in sympy.preorder_traversal(line) if isinstance(part, Pending)]
    return sorted(dict.fromkeys(found), key=lambda one: (-sympy.count_ops(one.of), str(one)))


def _tidied(line: Expr, variable: Symbol) -> Expr | None:
    """The line cancelled as a rational function, if that is shorter."""
    if not line.is_rational_function(variable):
        return None
    shorter = tidy(line)
    return shorter if sympy.count_ops(shorter) < sympy.count_ops(line) else None


def _same(first: Expr, second: Expr, variable: Symbol) -> bool | None:
    """True if the two are the same exactly, False if they agree to 60 digits at some points, None if they differ."""
    difference = first - second
    if difference == 0 or sympy.expand(difference) == 0 or vanishes(difference, variable) is True:
        return True
    others = {symbol: sympy.Rational(3, 7) for symbol in difference.free_symbols - {variable}}
    for point in (sympy.Rational(n, 7) for n in (-15, -4, -1, 2, 6, 17)):
        value = sympy.N(difference.subs(others).subs(variable, point), DIGITS, maxn=4 * DIGITS)
        if not value.is_number or abs(value) > sympy.Float(10) ** (10 - DIGITS):
            return None
    return False
