r"""What a command says, as blocks, and three ways to write it: text for a terminal, Markdown, LaTeX.

A command makes a list of `Heading`, `Paragraph`, `Formula`, `Lines`, `Facts` and `Table`; `written(blocks,
form, width)` writes them. Sentences have their formulas in `$…$`. To add a form, write one function a block and enter
them in `FORMS`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from bpderive.cli.words import columns, wrapped
from bpderive.letters.plain import SIGNS, plain
from bpderive.letters.text import Text

_COLON = Text(en=": ", zh="：")

LEAST_WIDTH = 30
"""Narrower terminals are written for as if they had so many columns."""


@dataclass(frozen=True, slots=True)
class Heading:
    """A title."""

    text: str


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A sentence or more."""

    text: str


@dataclass(frozen=True, slots=True)
class Formula:
    """A formula in LaTeX, with its number if it has one."""

    latex: str
    number: str | None = None


@dataclass(frozen=True, slots=True)
class Lines:
    """The lines of a derivation: label, formula in LaTeX, reason."""

    rows: tuple[tuple[str, str, str], ...]


@dataclass(frozen=True, slots=True)
class Facts:
    """Names and what is said of them."""

    rows: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Table:
    """Cells below heads."""

    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


Block = Heading | Paragraph | Formula | Lines | Facts | Table


def written(blocks: Iterable[Block], form: str, width: int) -> str:
    """The blocks in a form, "text", "markdown" or "latex"; text is at most `width` columns wide where that can be."""
    write = FORMS[form]
    parts = [write[type(block)](block, max(width, LEAST_WIDTH)) for block in blocks]
    return "\n\n".join(part for part in parts if part)


CHINESE = "[⺀-鿿＀-￯，。；：！？、“”‘’—（）《》]"
"""What stands in a Chinese sentence beside Latin letters."""


def sentence(text: str) -> str:
    """A sentence whose formulas stand in `$…$` as text."""
    return re.sub(r"\$([^$]*)\$", lambda found: plain(found[1]), text).replace("**", "").replace("`", "")


def _padded(text: str, width: int) -> str:
    return text + " " * (width - columns(text))


# Text for a terminal.


def _heading_text(block: Heading, width: int) -> str:
    shown = sentence(block.text)
    return f"{wrapped(shown, width)}\n{'─' * min(columns(shown), width)}"


def _formula_text(block: Formula, width: int) -> str:
    number = "" if block.number is None else f"   ({block.number})"
    return wrapped(f"{plain(block.latex)}{number}", width, indent="      ", first="  ")


def _lines_text(block: Lines, width: int) -> str:
    rows = [(label, plain(formula), sentence(reason)) for label, formula, reason in block.rows]
    labels = max(columns(label) for label, _, _ in rows)
    formulas = max(columns(formula) for _, formula, _ in rows)
    beside = labels + formulas + max(columns(reason) for _, _, reason in rows) + 5 <= width
    shown = []
    for label, formula, reason in rows:
        start = " " * (labels - columns(label)) + label
        if beside:
            shown.append(f"{start}  {_padded(formula, formulas)}   {reason}".rstrip())
            continue
        indent = " " * (labels + 2)
        shown.append(wrapped(formula, width, indent + "    ", f"{start}  "))
        if reason:
            shown.append(wrapped(reason, width, indent + "      ", f"{indent}    — "))
    return "\n".join(shown)


def _facts_text(block: Facts, width: int) -> str:
    names = max(columns(name) for name, _ in block.rows)
    if names + 24 > width:
        return "\n".join(
            f"{name}\n{wrapped(sentence(value), width, '    ', '    ')}" for name, value in block.rows
        )
    return "\n".join(
        wrapped(sentence(value), width, " " * (names + 2), f"{_padded(name, names)}  ")
        for name, value in block.rows
    )


def _table_text(block: Table, width: int) -> str:
    rows = [[sentence(cell) for cell in row] for row in (block.head, *block.rows)]
    widths = [max(columns(row[place]) for row in rows) for place in range(len(block.head))]
    if sum(widths) + 2 * (len(widths) - 1) <= width:
        lines = [
            "  ".join(_padded(cell, w) for cell, w in zip(row, widths, strict=True)).rstrip() for row in rows
        ]
        return "\n".join([lines[0], "─" * min(width, sum(widths) + 2 * (len(widths) - 1)), *lines[1:]])
    # Too wide: each row by itself. Three columns say by themselves what they are.
    head, *body = rows
    shown = []
    for row in body:
        if len(row) == 3:
            shown += [
                wrapped(f"{row[0]}  {row[1]}", width, "    ", ""),
                wrapped(row[2], width, "        ", "    "),
            ]
            continue
        shown.append(wrapped(row[0], width))
        shown += [
            wrapped(f"{name}{_COLON}{cell}", width, "        ", "    ")
            for name, cell in zip(head[1:], row[1:], strict=True)
            if cell
        ]
    return "\n".join(shown)


# Markdown.


def _tagged(block: Formula) -> str:
    return block.latex if block.number is None else rf"{block.latex} \tag{{{block.number}}}"


def _formula_markdown(block: Formula, width: int) -> str:
    return f"$$\n{_tagged(block)}\n$$"


def _lines_markdown(block: Lines, width: int) -> str:
    shown = []
    for label, formula, reason in block.rows:
        label = label if re.fullmatch(r"\d+\.", label) else f"- {label}"
        shown.append(f"{label} ${formula}$" + (f" — {reason}" if reason else ""))
    return "\n".join(shown)


def _table_markdown(block: Table, width: int) -> str:
    rows = [f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in row)} |" for row in block.rows]
    return "\n".join([f"| {' | '.join(block.head)} |", "|---" * len(block.head) + "|", *rows])


# LaTeX: a part of a document that has amsmath.

_SPECIAL = {sign: f"\\{sign}" for sign in "&%#_{}$"} | {
    "\\": r"\textbackslash{}",
    "^": r"\^{}",
    "~": r"\~{}",
    "<": r"\textless{}",
    ">": r"\textgreater{}",
}

_SIGNS = {sign: f"\\{name}" for name, sign in reversed(SIGNS.items()) if not sign.isascii()} | {
    "−": "-",
    "′": "{}'",
    "½": r"\tfrac12",
    "²": "{}^2",
}
"""Signs that LaTeX has as commands, of mathematics all of them."""


def _escaped(text: str) -> str:
    """A sentence in LaTeX, its formulas as they are."""
    parts = re.split(r"(\$[^$]*\$)", text.replace("**", "").replace("`", ""))
    return "".join(
        part if len(part) > 1 and part.startswith("$") else "".join(map(_in_text, part)) for part in parts
    )


def _in_text(sign: str) -> str:
    """A sign as LaTeX has it: Chinese is left to a package for it, and what no package has is a question mark."""
    if sign in _SIGNS:
        return f"${_SIGNS[sign]}$"
    known = (sign.isascii() and (sign.isprintable() or sign == "\n")) or re.match(CHINESE, sign)
    return _SPECIAL.get(sign, sign) if known else "?"


def _formula_latex(block: Formula, width: int) -> str:
    return f"\\[\n  {_tagged(block)}\n\\]"


def _lines_latex(block: Lines, width: int) -> str:
    rows = []
    for label, formula, reason in block.rows:
        sign = _outer_sign(formula)
        aligned = f"{formula[:sign]}&{formula[sign:]}"
        why = rf" && \text{{{_escaped(reason)}}}" if reason else ""
        rows.append(rf"  \text{{{_escaped(label)}}}\quad {aligned}{why}")
    return "\n".join([r"\begin{align*}", " \\\\\n".join(rows), r"\end{align*}"])


def _outer_sign(formula: str) -> int:
    """Where the first = or ≈ stands that is in no braces; the end if there is none."""
    depth = 0
    for place, sign in enumerate(formula):
        depth += (sign == "{") - (sign == "}")
        if depth == 0 and (sign == "=" or formula.startswith(r"\approx", place)):
            return place
    return len(formula)


def _facts_latex(block: Facts, width: int) -> str:
    rows = [rf"  \item[{{{_escaped(name)}}}] {_escaped(value)}" for name, value in block.rows]
    return "\n".join([r"\begin{description}", *rows, r"\end{description}"])


def _table_latex(block: Table, width: int) -> str:
    rows = [" & ".join(map(_escaped, row)) + r" \\" for row in (block.head, *block.rows)]
    return "\n".join(
        [rf"\begin{{tabular}}{{{'l' * len(block.head)}}}", rows[0], r"\hline", *rows[1:], r"\end{tabular}"]
    )


Writers = Mapping[type, Callable[[Any, int], str]]

FORMS: dict[str, Writers] = {
    "text": {
        Heading: _heading_text,
        Paragraph: lambda block, width: "\n".join(
            wrapped(sentence(line), width) for line in block.text.split("\n")
        ),
        Formula: _formula_text,
        Lines: _lines_text,
        Facts: _facts_text,
        Table: _table_text,
    },
    "markdown": {
        Heading: lambda block, width: f"## {block.text}",
        Paragraph: lambda block, width: block.text,
        Formula: _formula_markdown,
        Lines: _lines_markdown,
        Facts: lambda block, width: "\n".join(f"- **{name}**: {value}" for name, value in block.rows),
        Table: _table_markdown,
    },
    "latex": {
        Heading: lambda block, width: rf"\subsection*{{{_escaped(block.text)}}}",
        Paragraph: lambda block, width: _escaped(block.text),
        Formula: _formula_latex,
        Lines: _lines_latex,
        Facts: _facts_latex,
        Table: _table_latex,
    },
}
"""How each block is written, by form."""
