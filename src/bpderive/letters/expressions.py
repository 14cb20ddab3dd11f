"""The one gate for what is given as an expression or a number.

SymPy evaluates a text as Python. Hence no text reaches it: `expression(given)` lets SymPy's expressions and numbers
pass, as long as they are real, and refuses everything else. What is typed is read by `bpderive.parse_activation`, which
executes nothing. `pairs(given, field)` and `declared(name, title)` check the other fields of a declaration.
"""

from __future__ import annotations

from numbers import Number
from typing import Any

import sympy
from sympy import Expr, S, Tuple

from bpderive.errors import DomainError, shown
from bpderive.letters.text import Text

_NOT_REAL = Text(
    en="Given was {given}, and what is computed with here are real numbers.",
    zh="给出的是 {given}，而这里只用实数计算。",
)
_NO_PAIRS = Text(
    en="The field {field} was given as {given}; it is a tuple of pairs, such as ((alpha, 1),).",
    zh="字段 {field} 给成了 {given}；应为由若干对组成的元组，例如 ((alpha, 1),)。",
)
_NO_NAME = Text(
    en="A declaration has a name, a text such as 'sigmoid', and given was {given}.",
    zh="声明需要一个名称，即一段文字，例如 'sigmoid'，而给出的是 {given}。",
)
_NO_TITLE = Text(
    en="The title of {name} was given as {given}; it is a Text(en=…, zh=…).",
    zh="{name} 的标题给成了 {given}；应为 Text(en=…, zh=…)。",
)
NO_EXPRESSION = Text(
    en="Given was {given}, of type {kind}. Give a SymPy expression or a number; what is typed is read by "
    "bp.parse_activation, for no text is evaluated here.",
    zh="给出的是 {given}，类型为 {kind}。请给 SymPy 表达式或数；文本形式的公式请用 bp.parse_activation 读取，"
    "这里不会对文本求值。",
)


def expression(given: Any) -> Expr:
    """The expression or number that was given, as SymPy's; raises `DomainError` for a text, nan and anything else."""
    if not isinstance(given, Expr) and (isinstance(given, bool) or not isinstance(given, Number)):
        raise DomainError(NO_EXPRESSION.format(given=shown(given), kind=type(given).__name__))
    found: Expr = sympy.sympify(given, strict=True)
    if found.has(S.NaN, S.ComplexInfinity, S.ImaginaryUnit):
        raise DomainError(_NOT_REAL.format(given=shown(given)))
    return found


def pairs(given: Any, field: str) -> tuple[tuple[Any, Any], ...]:
    """The pairs of a field of a declaration; raises `DomainError` for anything else."""
    if not isinstance(given, tuple | list) or any(
        not isinstance(entry, tuple | list | Tuple) or len(entry) != 2 for entry in given
    ):
        raise DomainError(_NO_PAIRS.format(field=field, given=shown(given)))
    return tuple((key, value) for key, value in given)


def declared(name: object, title: object) -> None:
    """Raise `DomainError` unless a declaration has a name and a title."""
    if not isinstance(name, str) or not name:
        raise DomainError(_NO_NAME.format(given=shown(name)))
    if not isinstance(title, Text):
        raise DomainError(_NO_TITLE.format(name=shown(name), given=shown(title)))
