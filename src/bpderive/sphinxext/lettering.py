r"""Short LaTeX as SVG text: the letters on a drawing are the LaTeX of the objects that it draws.

`typeset` knows letters, digits, `^`, `_`, `'`, `\frac` (on one line), `\rm` and the few commands of `_LETTERS`;
add a command there.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import escape

from bpderive.errors import ParseError

SIZE = 19.0
_SMALL = 0.7
_LETTERS = {
    "sigma": "σ",
    "delta": "δ",
    "Delta": "Δ",
    "approx": " ≈ ",
    "odot": " ⊙ ",
    "partial": "∂",
    "nabla": "∇",
    "prime": "′",
    "cdot": "·",
    "times": "×",
    "ldots": "…",
}
_UPRIGHT = "∂∇Δ"
_LETTER = re.compile(r"[a-zσδC]", re.IGNORECASE)
_SIGNS = {"'": "′", "-": "−", "=": " = "}
_SILENT = frozenset({",", ";", "!", " ", "left", "right", "mathsf", "mathrm"})
_TOKEN = re.compile(r"\\([A-Za-z]+|.)|([{}^_'])|(\s+)|(.)")


def typeset(text: str, x: float, y: float, *, name: str, size: float = SIZE) -> str:
    """Short LaTeX as one SVG text around `x`; raises `ParseError` for a command that it does not know."""
    runs: list[str] = []
    raised = back = 0.0
    for characters, level, same_place, upright in _runs(text):
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
        shown = escape(characters) if style else _with_italics(characters)
        if upright:
            style, shown = "", escape(characters)
        runs.append(f"<tspan{_shift('dx', dx)}{_shift('dy', dy)}{small}{style}>{shown}</tspan>")
    place = f'x="{short(x)}" y="{short(y)}" text-anchor="middle" font-size="{short(size)}"'
    return f'<text class="{name}" {place}>{"".join(runs)}</text>'


def _with_italics(characters: str) -> str:
    """Signs and digits upright, the letters between them italic, as in l+1."""
    if len(characters) == 1:
        return escape(characters)
    return _LETTER.sub(
        lambda found: f'<tspan font-style="italic">{found.group()}</tspan>', escape(characters)
    )


def _shift(name: str, by: float) -> str:
    return f' {name}="{short(by)}"' if abs(by) > 1e-9 else ""


Run = tuple[str, int, bool, bool]
"""Characters, their level (1 above, -1 below), whether they stand under those just before, and whether upright."""


def _runs(text: str) -> Iterator[Run]:
    yield from _flatten(_tree(_tokens(text), text), 0)


def _tokens(text: str) -> list[str]:
    found: list[str] = []
    for command, syntax, _space, character in _TOKEN.findall(text):
        if command in _SILENT:
            continue
        if command in ("frac", "rm"):
            found.append(f"\\{command}")
        elif command:
            if command not in _LETTERS:
                raise ParseError(f"A label in a drawing cannot hold \\{command} (in {text!r}).")
            found.append(_LETTERS[command])
        elif syntax or character:
            sign = syntax or character
            found.append(_SIGNS.get(sign, sign))
    return found


def _tree(tokens: list[str], text: str) -> list[object]:
    """Nested lists for what stands in braces."""
    stack: list[list[object]] = [[]]
    for token in tokens:
        if token == "{":
            stack.append([])
        elif token == "}" and len(stack) > 1:
            inner = stack.pop()
            stack[-1].append(inner)
        else:
            stack[-1].append(token)
    if len(stack) != 1:
        raise ParseError(f"The braces of the label {text!r} do not match.")
    return stack[0]


def _flatten(tree: list[object], level: int) -> Iterator[Run]:
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
            yield str(item), level, False, upright


def short(value: float) -> str:
    """A number as short as it can be written, so that the same drawing has the same bytes."""
    return f"{value:.1f}".rstrip("0").rstrip(".")
