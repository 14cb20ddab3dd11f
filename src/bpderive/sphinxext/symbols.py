"""Which letter of the notation a piece of a formula is.

`mark(mathml, known)` writes `data-symbol="delta-l-j"` on each δ of a formula that the registry printed, with all its
indices. `symbols(typeset)` finds out from the table of the notation how each letter looks, so a letter that is added
there is found too. What a reader is told of it is in `explanations`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from bpderive.letters.table import Letter, table
from bpderive.sphinxext.elements import Element, parse

UNMARKED = frozenset({"L", "l", r"j,\ k", "m", "e_j"})
"""The letters that only count, and the column e_j, for e alone is Euler's number."""

_SCRIPTED = frozenset({"msub", "msup", "msubsup"})
_FORMULA = re.compile(r"(<math\b[^>]*>\s*<semantics>)(.*)(<annotation\b.*)", re.DOTALL)
_ATTRIBUTES = re.compile(r"<(\w+)[^>]*>")


@dataclass(frozen=True, slots=True)
class Symbol:
    """A letter that is explained: the name of its mark, its row of the notation, and how it looks.

    `head` is its MathML without attributes, of a letter with indices that of the letter alone (`indexed`).
    """

    name: str
    letter: Letter
    head: str
    indexed: bool

    def is_in(self, element: Element) -> bool:
        """Whether `element` is this letter, with its indices if it has any."""
        # x² is a power of x; a^l is none of a.
        if element.tag in _SCRIPTED and (self.indexed or element.tag == "msub"):
            return _bare(element.children[0]) == self.head
        return _bare(element) == self.head


def symbols(typeset: Callable[[str], str], letters: Iterable[Letter] = table) -> tuple[Symbol, ...]:
    """The letters that explain themselves: all but the `UNMARKED`.

    `typeset` gives the MathML of the LaTeX of a letter.
    """
    found = []
    for letter in letters:
        if letter.latex in UNMARKED:
            continue
        first = _first(_parts(typeset(letter.latex))[1])
        indexed = first.tag in _SCRIPTED
        head = first.children[0] if indexed else first
        found.append(Symbol(letter.name, letter, _bare(head), indexed))
    return tuple(found)


def mark(mathml: str, known: Iterable[Symbol]) -> str:
    """A formula in which each symbol carries its name."""
    start, inner, end = _parts(mathml)
    known = tuple(known)
    return start + "".join(_marked(child, known) for child in parse(inner)) + end


def _marked(node: Element | str, known: tuple[Symbol, ...]) -> str:
    if isinstance(node, str):
        return node
    found = next((symbol for symbol in known if symbol.is_in(node)), None)
    if found is not None:
        return str(node).replace(f"<{node.tag}", f'<{node.tag} data-symbol="{found.name}"', 1)
    inner = "".join(_marked(child, known) for child in node.children)
    return f"{node.source}{inner}</{node.tag}>"


def _parts(mathml: str) -> tuple[str, str, str]:
    """What stands before the formula itself, the formula, and the source that goes with it."""
    found = _FORMULA.fullmatch(mathml)
    assert found is not None, mathml
    return found[1], found[2], found[3]


def _first(mathml: str) -> Element:
    """The first letter of a formula, without the rows around it."""
    (element,) = (node for node in parse(mathml) if isinstance(node, Element))
    while (
        element.tag == "mrow" and "<mo>′</mo>" not in _bare(element.children[-1]) and not _is_upright(element)
    ):
        element = next(child for child in element.children if isinstance(child, Element))
    return element


def _is_upright(element: Element) -> bool:
    """Whether it is one of temml's pairs of an upright letter and an empty space."""
    return [child.tag for child in element.children if isinstance(child, Element)] == ["mi", "mspace"]


def _bare(node: Element | str) -> str:
    return _ATTRIBUTES.sub(r"<\1>", str(node))
