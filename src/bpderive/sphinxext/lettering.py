r"""Short LaTeX as SVG text: the letters on a drawing are the LaTeX of the objects that it draws.

`typeset` knows letters, digits, `^`, `_`, `'`, `\frac` (on one line), `\rm` and the commands that stand for one sign
(`letters.plain`). `latex_tree` reads LaTeX for `outlines` as well.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from html import escape

from bpderive.errors import ParseError
from bpderive.letters.plain import SIGNS, plain
from bpderive.sphinxext.shapes import marked, short

SIZE = 19.0
_SMALL = 0.7
_SIGNS = {command: sign for command, sign in SIGNS.items() if command != "sum"}  # which has limits

Tree = list["Tree | str"]
"""LaTeX as signs and commands, and a list for what stands in a pair of braces."""

_UPRIGHT = "∂∇Δ"
_LETTER = re.compile(r"[a-zσδC]", re.IGNORECASE)
_ROOMY = "=≈⊙"
_KNOWN = frozenset({"frac", "rm"})
_SILENT = frozenset({",", ";", "!", " ", "left", "right", "mathsf", "mathrm"})
_TOKEN = re.compile(r"\\([A-Za-z]+|.)|([{}^_'])|(\s+)|(.)")


def typeset(text: str, x: float, y: float, *, name: str, size: float = SIZE) -> str:
    """Short LaTeX as one SVG text around `x`; raises `ParseError` for a command that it does not know."""
    runs: list[str] = []
    raised = back = 0.0
    for characters, level, same_place, upright in _flatten(latex_tree(text, _KNOWN, _SILENT), 0):
        if characters == "+" and not level and runs:
            characters = " + "
        target = -0.40 * size * (level > 0) + 0.22 * size * (level < 0)
        dy = target - raised
        raised = target
        scale = _SMALL if level else 1.0
        dx = -back if same_place else 0.0
        back = 0.5 * size * scale * len(characters)
        style = ' font-style="italic"' if characters.isalpha() and characters not in _UPRIGHT else ""
        small = f' font-size="{short(size * scale)}"' if level else ""
        shown = escape(characters) if style or len(characters) == 1 else _with_italics(characters)
        if upright:
            style, shown = "", escape(characters)
        runs.append(f"<tspan{_shift('dx', dx)}{_shift('dy', dy)}{small}{style}>{shown}</tspan>")
    return marked(name, x, y, "".join(runs), size=size)


def among_words(text: str) -> str:
    """Words as SVG, and formulas without indices in `$…$` between them, their letters italic."""
    return "".join(
        f'<tspan class="letters">{_with_italics(plain(part).replace("-", "−"))}</tspan>'
        if place % 2
        else escape(part)
        for place, part in enumerate(text.split("$"))
    )


def _with_italics(characters: str) -> str:
    """Signs and digits upright, the letters between them italic, as in l+1."""
    return _LETTER.sub(
        lambda found: f'<tspan font-style="italic">{found.group()}</tspan>', escape(characters)
    )


def _shift(name: str, by: float) -> str:
    return f' {name}="{short(by)}"' if abs(by) > 1e-9 else ""


Run = tuple[str, int, bool, bool]
"""Characters, their level (1 above, -1 below), whether they stand under those just before, and whether upright."""


def latex_tree(latex: str, known: Collection[str], silent: Collection[str]) -> Tree:
    """LaTeX as a tree. Commands in `known` stay commands, and those in `silent` are left out.

    Raise `ParseError` for a command that is neither of them nor a sign, and for braces that do not match.
    """
    stack: list[Tree] = [[]]
    for command, syntax, _space, character in _TOKEN.findall(latex):
        if command in known:
            stack[-1].append(f"\\{command}")
        elif command and command not in _SIGNS and command not in silent:
            raise ParseError(f"A drawing cannot hold \\{command} (in {latex!r}).")
        elif syntax == "{":
            stack.append([])
        elif syntax == "}" and len(stack) > 1:
            inner = stack.pop()
            stack[-1].append(inner)
        elif sign := _SIGNS.get(command) or syntax or character:
            stack[-1].append({"'": "′", "-": "−"}.get(sign, sign))
    if len(stack) != 1 or "}" in stack[0]:
        raise ParseError(f"The braces of {latex!r} do not match.")
    return stack[0]


def _flatten(tree: Tree, level: int) -> Iterator[Run]:
    items = iter(tree)
    after_sign, upright = "", False
    for item in items:
        if item == r"\rm":
            upright = True
            continue
        if item in ("^", "_"):
            inner = next(items, [])
            sign = str(item)
            here = 1 if sign == "^" else -1
            stacked = bool(after_sign) and after_sign != sign
            inside = list(_flatten(inner if isinstance(inner, list) else [inner], 0))
            yield "".join(run[0] for run in inside), here, stacked, upright or any(run[3] for run in inside)
            after_sign = sign
            continue
        after_sign = ""
        if item == r"\frac":
            above, below = next(items, []), next(items, [])
            yield from _flatten(above if isinstance(above, list) else [above], level)
            yield "/", level, False, upright
            yield from _flatten(below if isinstance(below, list) else [below], level)
        elif isinstance(item, list):
            yield from _flatten(item, level)
        else:
            yield f" {item} " if item in _ROOMY else item, level, False, upright
