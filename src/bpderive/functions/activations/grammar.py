"""The language of formulas that are not trusted: its tokens, its words and its limits.

`read(text)` gives the syntax tree of a formula that keeps to them, or raises `ParseError` with a caret under the place
where it does not. Nothing of the text is ever executed: it is cut into tokens here, and every kind of node, name and
number is on a list. To allow a further function, add it to `FUNCTIONS` with what it means to SymPy and to floats.
"""

from __future__ import annotations

import ast
import difflib
import math
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import sympy
from sympy import Expr

from bpderive.errors import ParseError
from bpderive.functions.activations import refusals
from bpderive.letters.text import Text

LONGEST = 400
MOST_NODES = 150
DEEPEST = 30
MOST_DIGITS = 40
GREATEST_EXPONENT = 64
GREATEST_ROOT = 12
MOST_BITS = 512
"""What a number in the formula, multiplied out, may have; powers of z count as well."""

MOST_ARGUMENTS = 6
MOST_CASES = 16
"""How many of abs, min, max, relu and where there may be: each may double the pieces."""


@dataclass(frozen=True, slots=True)
class Word:
    """A function: how many arguments it takes, what it is for SymPy, and for a float."""

    least: int
    most: int
    symbolic: Callable[..., Expr]
    numeric: Callable[..., float]
    cases: bool = False


def _sigmoid(x: float) -> float:
    return 1 / (1 + math.exp(-x)) if x > -700 else 0.0


FUNCTIONS: dict[str, Word] = {
    "exp": Word(1, 1, sympy.exp, math.exp),
    "log": Word(1, 1, sympy.log, math.log),
    "sqrt": Word(1, 1, sympy.sqrt, math.sqrt),
    "sin": Word(1, 1, sympy.sin, math.sin),
    "cos": Word(1, 1, sympy.cos, math.cos),
    "sinh": Word(1, 1, sympy.sinh, math.sinh),
    "cosh": Word(1, 1, sympy.cosh, math.cosh),
    "tanh": Word(1, 1, sympy.tanh, math.tanh),
    "atan": Word(1, 1, sympy.atan, math.atan),
    "erf": Word(1, 1, sympy.erf, math.erf),
    "abs": Word(1, 1, sympy.Abs, abs, cases=True),
    "min": Word(2, MOST_ARGUMENTS, sympy.Min, min, cases=True),
    "max": Word(2, MOST_ARGUMENTS, sympy.Max, max, cases=True),
    "sigmoid": Word(1, 1, lambda x: 1 / (1 + sympy.exp(-x)), _sigmoid),
    "softplus": Word(
        1, 1, lambda x: sympy.log(1 + sympy.exp(x)), lambda x: max(x, 0) + math.log1p(math.exp(-abs(x)))
    ),
    "relu": Word(1, 1, lambda x: sympy.Max(x, 0), lambda x: max(x, 0.0), cases=True),
    "where": Word(
        3, 3, lambda c, x, y: sympy.Piecewise((x, c), (y, True)), lambda c, x, y: x if c else y, cases=True
    ),
}

_TOKEN = re.compile(
    r"(?P<space>[ \t]+)|(?P<number>(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?)|(?P<name>[A-Za-z_][A-Za-z0-9_]*)"
    r"|(?P<sign>\*\*|<=|>=|[-+*/^(),<>])"
)
_NUMBER = re.compile(r"([0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE]([+-]?[0-9]+))?")


class Source:
    """The text of a formula, and errors that point into it."""

    def __init__(self, given: str) -> None:
        self.given = given
        self.shifts: list[int] = []
        """The places of ^, each of which Python reads as two characters."""
        self.opened = 0
        """How many brackets were put before it."""

    def refused(self, why: Text, at: int | ast.AST = 0) -> ParseError:
        """The error that shows the text with a caret under character `at`, or under a node of the tree."""
        place = at if isinstance(at, int) else self.place(getattr(at, "col_offset", 0))
        shown = "".join(c if c.isprintable() and c.isascii() else "?" for c in self.given)
        first = max(0, place - 60)
        allowed = refusals.ALLOWED.format(names=", ".join(FUNCTIONS))
        return ParseError(f"{why}\n    {shown[first : place + 40]}\n    {' ' * (place - first)}^\n{allowed}")

    def place(self, column: int) -> int:
        """Where a column of what Python parsed stands in the text given."""
        inside = column - self.opened
        return inside - sum(shift < inside for shift in self.shifts)


def read(given: object) -> tuple[Source, ast.expr]:
    """The text and its tree, every node of which is allowed; raises `ParseError`."""
    if not isinstance(given, str):
        raise ParseError(str(refusals.NO_TEXT.format(kind=type(given).__name__)))
    text = Source(given)
    if len(given) > LONGEST:
        raise Source(given[:LONGEST]).refused(
            refusals.TOO_LONG.format(count=len(given), most=LONGEST), LONGEST - 1
        )
    source = _checked_tokens(text)
    try:
        tree = ast.parse(source, mode="eval").body
    except SyntaxError as error:
        column = min(max((error.offset or 1) - 1, 0), len(source))
        raise text.refused(refusals.INCOMPLETE, min(text.place(column), len(text.given))) from None
    except (MemoryError, RecursionError, ValueError):
        raise text.refused(refusals.TOO_NESTED) from None
    cases = 0
    for nodes, (node, depth) in enumerate(_walked(tree), start=1):
        if nodes > MOST_NODES:
            raise text.refused(refusals.TOO_MANY_PARTS.format(most=MOST_NODES), node)
        if depth > DEEPEST:
            raise text.refused(refusals.NESTED.format(most=DEEPEST), node)
        cases += isinstance(node, ast.Call) and FUNCTIONS[_name(node)].cases if _is_known_call(node) else 0
        if cases > MOST_CASES:
            raise text.refused(refusals.TOO_MANY_CASES.format(most=MOST_CASES), node)
    return text, tree


def _checked_tokens(text: Source) -> str:
    """The text with ** for ^, once all its tokens are allowed."""
    position, before = 0, ""
    parts: list[str] = []
    if not text.given.strip(" \t"):
        raise text.refused(refusals.EMPTY)
    while position < len(text.given):
        found = _TOKEN.match(text.given, position)
        if found is None:
            raise text.refused(refusals.CHARACTER.format(character=ascii(text.given[position])), position)
        kind, value = str(found.lastgroup), found[0]
        if kind == "number":
            _check_number(text, value, position)
        if kind == "name":
            if before == "number":
                raise text.refused(refusals.PRODUCT, position)
            if value not in FUNCTIONS and value not in ("z", "pi", "e"):
                near = difflib.get_close_matches(value[:20], [*FUNCTIONS, "z", "pi"], n=1)
                says = refusals.NAME_NEAR.format(name=value[:20], near=near[0]) if near else None
                raise text.refused(says or refusals.NAME.format(name=value[:20]), position)
        if value == "^":
            text.shifts.append(sum(len(part) for part in parts))
        parts.append("**" if value == "^" else value)
        before, position = kind, found.end()
    # Brackets around it: Python takes a space at the beginning for an indentation.
    text.opened = 1
    return f"({''.join(parts)})"


def _check_number(text: Source, value: str, position: int) -> None:
    mantissa, exponent = _NUMBER.fullmatch(value).groups()  # type: ignore[union-attr]  # the token's own pattern
    if len(mantissa) > MOST_DIGITS or (
        exponent is not None and (len(exponent) > 4 or abs(int(exponent)) > MOST_DIGITS)
    ):
        raise text.refused(refusals.DIGITS.format(most=MOST_DIGITS), position)


def number(text: Source, node: ast.Constant) -> Fraction:
    """The value of a number as it is written: 0.1 is 1/10."""
    found = _NUMBER.match(text.given, text.place(node.col_offset))
    if found is None:
        raise text.refused(refusals.NO_NUMBER, node)
    return Fraction(found[0])


def _walked(tree: ast.AST) -> Iterator[tuple[ast.AST, int]]:
    """Every node that stands for something, with its depth, the outermost first."""
    waiting = [(tree, 1)]
    while waiting:
        node, depth = waiting.pop()
        yield node, depth
        inner: Iterable[ast.AST] = ast.iter_child_nodes(node)
        skipped = (ast.operator, ast.unaryop, ast.cmpop, ast.expr_context)
        waiting += [(child, depth + 1) for child in inner if not isinstance(child, skipped)]


def _is_known_call(node: ast.AST) -> bool:
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in FUNCTIONS


def _name(node: Any) -> str:
    return str(node.func.id)
