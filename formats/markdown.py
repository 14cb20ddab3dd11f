"""A page as Markdown, formulas as their LaTeX with the numbers of the equations: `pieces(page)` gives text and code.

What the library's directives print becomes plain Markdown that any notebook shows: a card is a heading line, a
formula with its `\\tag` and a line of marks; a derivation is a numbered list. A block that is not known by name is
the blocks in it. Drawings become pictures, which come with the piece of text that shows them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import ClassVar
from xml.etree.ElementTree import Element

from formats.pages import Page, classes, target_of, visible

_SPECIAL = re.compile(r"([\\`*_\[\]<>$])")


_BLOCKS = re.compile(
    r"article|aside|blockquote|details|div|dl|figure|footer|h[1-6]|hr|ol|p|pre|section|svg|table|ul"
)


@dataclass(slots=True)
class Piece:
    """A stretch of a page: Markdown with its drawings by name, or code."""

    text: str
    is_code: bool = False
    drawings: dict[str, Element] = field(default_factory=dict)


def pieces(page: Page) -> list[Piece]:
    """The text and the code of a page, in order."""
    writer = _Writer(page)
    made: list[Piece] = []
    text: list[str] = []
    for block in writer.blocks(page.article):
        if isinstance(block, Piece):
            if text:
                made.append(Piece("\n\n".join(text)))
            text = []
            made.append(block)
        elif block.strip():
            text.append(block)
    if text:
        made.append(Piece("\n\n".join(text)))
    for piece in made:
        piece.drawings |= {n: d for n, d in writer.drawings.items() if f"(attachment:{n})" in piece.text}
    return made


class _Writer:
    """Writes the blocks of one page."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.drawings: dict[str, Element] = {}

    def blocks(self, parent: Element) -> Iterator[str | Piece]:
        """Each block in `parent`; text that stands between blocks is a block, too."""
        loose: list[str] = [_escaped(parent.text or "")]
        for child in parent:
            if _BLOCKS.fullmatch(child.tag):
                yield " ".join("".join(loose).split())
                loose = []
                yield from self.block(child)
            else:
                loose.append(self.inline_element(child))
            loose.append(_escaped(child.tail or ""))
        yield " ".join("".join(loose).split())

    def block(self, element: Element) -> Iterator[str | Piece]:
        """What becomes of one block."""
        named = classes(element)
        if "cell" in named:
            yield from self._cell(element)
        elif "math" in named or "bp-again" in named:
            yield self._formula(element)
        elif "admonition" in named:
            yield _quoted(self._text(element))
        elif "bp-steps" in named:
            yield from self._steps(element)
        elif "bp-heading" in named or "admonition-title" in named:
            yield f"**{' · '.join(self._parts(element))}**"
        elif "bp-marks" in named:
            yield " · ".join(self._mark(child) for child in element)
        else:
            yield from self._BY_TAG.get(element.tag, _Writer.blocks)(self, element)

    def inline(self, element: Element) -> str:
        """What stands in a line: text with formulas, links and emphasis."""
        written = [_escaped(element.text or "")]
        for child in element:
            written += [self.inline_element(child), _escaped(child.tail or "")]
        return re.sub(r"\s+", " ", "".join(written))

    def inline_element(self, element: Element) -> str:
        """What becomes of one element within a line."""
        if element.tag == "math":
            return f"${_latex(element)}$"
        if element.tag in ("em", "i"):
            return f"*{self.inline(element).strip()}*"
        if element.tag in ("strong", "b"):
            return f"**{self.inline(element).strip()}**"
        if element.tag in ("code", "kbd"):
            return f"`{''.join(visible(element))}`"
        if element.tag == "br":
            return "  \n"
        if element.tag == "svg":
            return self._drawing(element)
        if element.tag == "a":
            return self._link(element)
        if "both" in classes(element):
            return " / ".join(self.inline(half).strip() for half in element)
        if "bp-also" in classes(element):
            return f"; {self.inline(element).strip()}"
        return self.inline(element)

    def _link(self, element: Element) -> str:
        words = self.inline(element).strip()
        name, _ = target_of(self.page.name, element.get("href", ""))
        if name == self.page.name or not words or not element.get("href"):
            return words
        address = "../" * self.page.depth + f"{name}.ipynb" if name else element.get("href", "")
        return f"[{words}]({address})"

    def _mark(self, element: Element) -> str:
        named = {name for part in element.iter() for name in classes(part)}
        sign = "≡" if "bp-mark-definition" in named else "○" if "bp-mark-unchecked" in named else "✓"
        return f"{sign} *{self.inline_element(element).strip()}*"

    def _parts(self, element: Element) -> list[str]:
        parts = [self.inline_element(child).strip() for child in element]
        return [part for part in parts if part] or [self.inline(element).strip()]

    def _text(self, element: Element) -> str:
        return "\n\n".join(
            b if isinstance(b, str) else _fenced(b.text) for b in self.blocks(element) if b != ""
        )

    def _formula(self, element: Element) -> str:
        formula = next(element.iter("math"), None)
        if formula is None:
            return self._text(element)
        number = next((n for n in element.iter("span") if "eqno" in classes(n)), None)
        tag = "" if number is None else rf" \tag{{{''.join(visible(number)).strip(' ()')}}}"
        return f"$$\n{_latex(formula)}{tag}\n$$"

    def _cell(self, element: Element) -> Iterator[Piece]:
        for part in element.iter("div"):
            if "cell_input" in classes(part):
                for code in part.iter("pre"):
                    yield Piece("".join(visible(code)).strip("\n"), is_code=True)

    def _steps(self, element: Element) -> Iterator[str]:
        lines = []
        for count, step in enumerate(element.findall("li"), start=1):
            formula = next(step.iter("math"), None)
            number = next((n for n in step.iter("span") if "eqno" in classes(n)), None)
            reasons = [self.inline(p).strip() for p in step.iter("p") if "bp-reason" in classes(p)]
            line = f"{count}. $\\displaystyle {_latex(formula)}$" if formula is not None else f"{count}."
            line += f" {''.join(visible(number)).strip()}" if number is not None else ""
            lines.append(" — ".join([line, *reasons]))
        yield "\n".join(lines)

    def _details(self, element: Element) -> Iterator[str | Piece]:
        summary = element.find("summary")
        if summary is not None:
            yield f"**{' · '.join(self._parts(summary))}**"
            element.remove(summary)
        yield from self.blocks(element)

    def _heading(self, element: Element) -> Iterator[str]:
        yield f"{'#' * int(element.tag[1])} {self.inline(element).strip()}"

    def _paragraph(self, element: Element) -> Iterator[str]:
        yield self.inline(element).strip()

    def _list(self, element: Element) -> Iterator[str]:
        written = []
        for count, item in enumerate(element.findall("li"), start=1):
            mark = f"{count}. " if element.tag == "ol" else "- "
            written.append(mark + re.sub(r"\n(?=.)", "\n" + " " * len(mark), self._text(item)))
        yield "\n\n".join(written) if any("\n" in item for item in written) else "\n".join(written)

    def _terms(self, element: Element) -> Iterator[str]:
        for child in element:
            text = self._text(child)
            yield f"**{text}**" if child.tag == "dt" else text

    def _table(self, element: Element) -> Iterator[str]:
        rows = [
            [self._in_cell(cell) for cell in row if cell.tag in ("td", "th")] for row in element.iter("tr")
        ]
        width = max((len(row) for row in rows), default=0)
        if rows and element.find("thead") is None:
            rows.insert(0, [""] * width)
        rows = [row + [""] * (width - len(row)) for row in rows]
        rows.insert(1, ["---"] * width)
        yield "\n".join(f"| {' | '.join(row)} |" for row in rows)

    def _in_cell(self, cell: Element) -> str:
        text = self._text(cell).replace("\n\n", "<br>").replace("\n", " ")
        # A bar would end the cell: in a formula it has another name, and in code or text it is escaped.
        text = re.sub(r"\$[^$]*\$", lambda formula: formula.group().replace("|", r"\vert "), text)
        return text.replace("|", r"\|")

    def _figure(self, element: Element) -> Iterator[str | Piece]:
        for child in element:
            if child.tag == "figcaption":
                yield f"*{' '.join(''.join(self.inline(part)) for part in child)}*"
            else:
                yield from self.block(child)

    def _picture(self, element: Element) -> Iterator[str]:
        yield self._drawing(element)

    def _drawing(self, element: Element) -> str:
        name = f"figure-{len(self.drawings) + 1}.svg"
        self.drawings[name] = element
        title = element.find("title")
        words = "" if title is None else _escaped((title.text or "").strip())
        return f"![{words}](attachment:{name})"

    def _code(self, element: Element) -> Iterator[str]:
        yield _fenced("".join(visible(element)).strip("\n"))

    def _quote(self, element: Element) -> Iterator[str | Piece]:
        yield _quoted(self._text(element))

    def _rule(self, element: Element) -> Iterator[str]:
        yield "---"

    _BY_TAG: ClassVar[dict[str, Callable[[_Writer, Element], Iterator[str | Piece]]]] = {
        **dict.fromkeys(("h1", "h2", "h3", "h4", "h5", "h6"), _heading),
        "p": _paragraph,
        "ul": _list,
        "ol": _list,
        "dl": _terms,
        "table": _table,
        "figure": _figure,
        "svg": _picture,
        "pre": _code,
        "details": _details,
        "blockquote": _quote,
        "hr": _rule,
    }


def _latex(formula: Element) -> str:
    source = next((part.text or "" for part in formula.iter("annotation")), "")
    return source.strip().removeprefix(r"\displaystyle").strip()


def _escaped(text: str) -> str:
    return _SPECIAL.sub(r"\\\1", text)


def _fenced(code: str) -> str:
    return f"```\n{code}\n```"


def _quoted(text: str) -> str:
    return "\n".join(f"> {line}".rstrip() for line in text.split("\n"))
