"""The one gate for what is given as an expression or a number.

SymPy evaluates a text as Python. Hence no text reaches it: `expression(given)` lets SymPy's expressions and numbers
pass and refuses everything else. What is typed is read by `bpderive.parse_activation`, which executes nothing.
"""

from __future__ import annotations

from numbers import Number
from typing import Any

import sympy
from sympy import Expr

from bpderive.errors import DomainError
from bpderive.letters.text import Text

NO_EXPRESSION = Text(
    en="Given was {given}, of type {kind}. Give a SymPy expression or a number; what is typed is read by "
    "bp.parse_activation, for no text is evaluated here.",
    zh="给出的是 {given}，类型为 {kind}。请给 SymPy 表达式或数；文本形式的公式请用 bp.parse_activation 读取，"
    "这里不会对文本求值。",
)


def expression(given: Any) -> Expr:
    """The expression or number that was given, as SymPy's; raises `DomainError` for a text and anything else."""
    if isinstance(given, Expr):
        return given
    if isinstance(given, Number) and not isinstance(given, bool):
        return sympy.sympify(given, strict=True)
    shown = repr(given)
    shown = shown if len(shown) <= 80 else f"{shown[:79]}…"
    raise DomainError(str(NO_EXPRESSION.format(given=shown, kind=type(given).__name__)))
