"""Formulas as outlines: LaTeX drawn with the shapes of the maths font, for files that bring no font along.

`Outliner(path).formula(latex)` lays out one line: letters, indices, fractions, sums, brackets. It gives a `Shape`,
whose `svg(x, y, size)` is one path with (x, y) at the left end of the base line. A new construction is a method of
`_Line`.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from fontTools.pens.svgPathPen import SVGPathPen
from fontTools.pens.transformPen import TransformPen
from fontTools.ttLib import TTFont

from bpderive.errors import ParseError
from bpderive.sphinxext.lettering import Tree, latex_tree

_SPACES = {",": 0.17, ";": 0.28, "!": -0.17, " ": 0.25}
_KNOWN = frozenset({"frac", "rm", "sum", "left", "right", *_SPACES})
_SILENT = frozenset({"mathrm"})
_RELATIONS, _OPERATORS = "=≈", "+−⊙·"
_SCRIPT, _RAISED, _LOWERED, _AXIS, _BAR = 0.7, 0.36, 0.22, 0.25, 0.045


@dataclass(frozen=True, slots=True)
class Glyph:
    """A glyph at a place, in units of the size of the type; or a bar (`name` is "") of a width and the usual height."""

    name: str
    x: float
    y: float
    scale: float


@dataclass(frozen=True, slots=True)
class Shape:
    """What a formula is made of, and how wide it is."""

    glyphs: tuple[Glyph, ...]
    width: float
    outline: Callable[[Glyph, float, float, float], str]

    def svg(self, x: float, y: float, size: float) -> str:
        """The formula as one path."""
        d = "".join(self.outline(glyph, x, y, size) for glyph in self.glyphs)
        return f'<path class="formula" d="{d}"/>'


class Outliner:
    """Lays out formulas with one font."""

    def __init__(self, font: Path) -> None:
        self._font = TTFont(font)
        self._glyphs = self._font.getGlyphSet()
        self._names = self._font.getBestCmap()
        self._unit = float(self._font["head"].unitsPerEm)

    def formula(self, latex: str) -> Shape:
        """One line of LaTeX. Raises `ParseError` for what it does not know."""
        line = _Line(self)
        line.tree(latex_tree(latex, _KNOWN, _SILENT), 1.0, upright=False)
        return Shape(tuple(line.glyphs), line.x, self._outline)

    def glyph(self, character: str) -> str:
        """The name of the glyph of a character. Raises `ParseError` if the font has none."""
        name = self._names.get(ord(character))
        if name is None:
            raise ParseError(f"The maths font has no {character!r}.")
        return str(name)

    def larger(self, name: str, height: float) -> str:
        """The first of the font's larger forms of a bracket that is at least so high; the highest if none is."""
        variants = self._font["MATH"].table.MathVariants
        covered = variants.VertGlyphCoverage.glyphs
        if name not in covered:
            return name
        records = variants.VertGlyphConstruction[covered.index(name)].MathGlyphVariantRecord
        for record in records:
            if record.AdvanceMeasurement >= height * self._unit:
                return str(record.VariantGlyph)
        return str(records[-1].VariantGlyph) if records else name

    def advance(self, name: str) -> float:
        """How wide a glyph is, the size of the type being 1."""
        return float(self._glyphs[name].width) / self._unit

    def _outline(self, glyph: Glyph, x: float, y: float, size: float) -> str:
        if not glyph.name:
            left, top = x + glyph.x * size, y - (glyph.y + _BAR / 2) * size
            return (
                f"M{left:.1f} {top:.1f}h{glyph.scale * size:.1f}v{_BAR * size:.1f}h-{glyph.scale * size:.1f}z"
            )
        pen = SVGPathPen(self._glyphs, ntos=lambda value: f"{value:.2f}".rstrip("0").rstrip("."))
        by = size * glyph.scale / self._unit
        self._glyphs[glyph.name].draw(
            TransformPen(pen, (by, 0, 0, -by, x + glyph.x * size, y - glyph.y * size))
        )
        return str(pen.getCommands())


class _Line:
    """A line that grows to the right."""

    def __init__(self, outliner: Outliner) -> None:
        self.outliner = outliner
        self.glyphs: list[Glyph] = []
        self.x = 0.0
        self.y = 0.0

    def tree(self, tree: Tree, scale: float, *, upright: bool) -> None:
        """Lay out what stands in a pair of braces."""
        items = iter(enumerate(tree))
        for place, item in items:
            if isinstance(item, list):
                self.tree(item, scale, upright=upright)
            elif item == r"\rm":
                upright = True
            elif item in (r"\left", r"\right"):
                self._large("".join(str(part) for part in _next(items)), scale)
            elif item == r"\frac":
                self._fraction(_next(items), _next(items), scale)
            elif item in ("^", "_"):
                first = _next(items)
                following = tree[place + 2] if place + 2 < len(tree) else ""
                second = None
                if following in ("^", "_") and following != item:
                    next(items)
                    second = _next(items)
                upper, lower = (first, second) if item == "^" else (second, first)
                self._scripts(upper, lower, scale, upright=upright)
            elif item == r"\sum":
                place_after = tree[place + 1 : place + 2]
                below = _next(items, skip=1) if place_after == ["_"] else None
                self._sum(below, scale)
            elif item.startswith("\\"):
                self.x += _SPACES[item[1:]] * scale
            else:
                self._character(item, scale, upright=upright)

    def _character(self, character: str, scale: float, *, upright: bool) -> None:
        room = 0.0
        if scale == 1.0 and self.x:
            room = 0.28 if character in _RELATIONS else 0.2 if character in _OPERATORS else 0.0
        name = self.outliner.glyph(character if upright else _italic(character))
        self.x += room
        self.glyphs.append(Glyph(name, self.x, self.y, scale))
        self.x += self.outliner.advance(name) * scale + room

    def _large(self, bracket: str, scale: float) -> None:
        name = self.outliner.larger(self.outliner.glyph(bracket), 2.0)
        self.glyphs.append(Glyph(name, self.x, self.y, scale))
        self.x += self.outliner.advance(name) * scale

    def _scripts(self, upper: Tree | None, lower: Tree | None, scale: float, *, upright: bool) -> None:
        start, base, ends = self.x, self.y, [self.x]
        for tree, shift in ((upper, _RAISED), (lower, -_LOWERED)):
            if tree is not None:
                self.x, self.y = start + 0.03 * scale, base + shift * scale
                self.tree(tree, scale * _SCRIPT, upright=upright)
                ends.append(self.x)
        self.x, self.y = max(ends) + 0.04 * scale, base

    def _fraction(self, over: Tree, under: Tree, scale: float) -> None:
        sizes = []
        for tree in (over, under):
            probe = _Line(self.outliner)
            probe.tree(tree, scale, upright=False)
            sizes.append(probe.x)
        width, start, base = max(sizes) + 0.16 * scale, self.x + 0.08 * scale, self.y
        for tree, size, shift in ((over, sizes[0], 0.32), (under, sizes[1], -0.98)):
            self.x, self.y = start + (width - size) / 2, base + (_AXIS + shift) * scale
            self.tree(tree, scale * 0.999, upright=False)  # no room around signs in a fraction
        self.glyphs.append(Glyph("", start, base + _AXIS * scale, width))
        self.x, self.y = start + width + 0.08 * scale, base

    def _sum(self, below: Tree | None, scale: float) -> None:
        big = 1.35 * scale
        name = self.outliner.glyph("∑")
        width, start, base = self.outliner.advance(name) * big, self.x + 0.05 * scale, self.y
        self.glyphs.append(Glyph(name, start, base - 0.1 * scale, big))
        if below is not None:
            probe = _Line(self.outliner)
            probe.tree(below, scale * _SCRIPT, upright=False)
            self.x, self.y = start + (width - probe.x) / 2, base - 0.85 * scale
            self.tree(below, scale * _SCRIPT, upright=False)
        self.x, self.y = start + width + 0.14 * scale, base


def _next(items: Iterator[tuple[int, Tree | str]], skip: int = 0) -> Tree:
    """What follows: a group, or one character."""
    for _ in range(skip):
        next(items)
    _, item = next(items, (0, ""))
    return item if isinstance(item, list) else [item]


def _italic(character: str) -> str:
    """The mathematical italic of a letter; anything else as it is."""
    if character == "h":
        return "ℎ"
    if "a" <= character <= "z":
        return chr(0x1D44E + ord(character) - ord("a"))
    if "A" <= character <= "Z":
        return chr(0x1D434 + ord(character) - ord("A"))
    if "α" <= character <= "ω":
        return chr(0x1D6FC + ord(character) - ord("α"))
    return unicodedata.normalize("NFC", character)
