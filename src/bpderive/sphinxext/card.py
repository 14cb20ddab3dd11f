"""The directive `summary-card`: the four equations on one page, with what each letter means.

    ```{summary-card}
    ```

`CARD` says which equations and letters it holds; their formulas, titles and meanings come from the registry and from
the table of the notation. On the page it is mathematics like any other. `standalone(font, language)` draws the same as
a file that needs nothing else: the formulas are outlines. With every build it is written into the folder of the static
files, where the page links it; the file as a PDF is made with the book's other formats.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import escape
from pathlib import Path

from docutils import nodes
from sphinx.application import Sphinx

from bpderive.equations import equations
from bpderive.letters.symbols import plain
from bpderive.letters.table import Letter, table
from bpderive.letters.text import LANGUAGES, Text, language
from bpderive.sphinxext.directive import BookDirective
from bpderive.sphinxext.domain import refer
from bpderive.sphinxext.fonts import SOURCE, are_wanted, node_module
from bpderive.sphinxext.lettering import among_words
from bpderive.sphinxext.markup import display, element, line, span
from bpderive.sphinxext.outlines import Outliner
from bpderive.sphinxext.shapes import marked, short, words

CARD = (("BP1", "BP1a"), ("BP2", "BP2"), ("BP3", "BP3"), ("BP4", "BP4"))
"""The equations: the one in components, the one in matrix form."""

LETTERS = (
    "delta-l-j",
    "w-l-jk",
    "b-l-j",
    "z-l-j",
    "a-l-j",
    "sigma-prime",
    "nabla-a-capital-c",
    "odot",
    "capital-c",
    "l",
    "capital-l",
)
"""The letters that stand in them, by their names in the table of the notation."""

_TITLE = Text("The four equations of backpropagation", "反向传播的四个基本方程")
_SAVE = Text("To keep or to print: the card as a file", "保存或打印：卡片的文件版")
FILE = "four-equations-{language}.svg"
"""The file of each language; every build writes all, since a page with both languages links both."""

_WIDTH, _HEIGHT = 794.0, 1123.0
"""A4 at 96 dots to the inch."""

_LEFT, _TYPE, _STEP = 64.0, 25.0, 30.0
_COLOURS = (
    ".paper{fill:#fff}.formula{fill:#1d2628}.rule{stroke:#a3aeb0;fill:none}.block{fill:#f4f3ee}.edge{fill:#0b666b}"
    'text{fill:#1d2628;font:16.5px "STIX Two Text","Source Han Serif SC","Noto Serif CJK SC","Songti SC",serif}'
    ".title{font-size:31px;font-weight:600}.head{font-size:19px;font-weight:600}.number{fill:#56666a;font-size:19px}"
)


def letters() -> tuple[Letter, ...]:
    """The entries of the table of the notation that the card explains."""
    known = {letter.name: letter for letter in table}
    return tuple(known[name] for name in LETTERS)


def meaning(letter: Letter, language: str) -> str:
    """What a letter means, in a line: the first clause, without a formula that has indices."""
    clause = re.split(r"[;；:：。]|\. ", letter.meaning.in_language(language), maxsplit=1)[0]
    pieces = clause.split("$")
    for place, formula in enumerate(pieces):
        if place % 2 and re.search(r"[\^_]", formula):
            before = "$".join(pieces[:place])
            return re.split(r"[,，]", before, maxsplit=1)[0].rstrip()
    return clause


class SummaryCardDirective(BookDirective):
    """The four equations, each in components and as vectors, and their letters."""

    def make(self) -> list[nodes.Node]:
        """The card, and a link to the file."""
        rows = [self._row(*numbers) for numbers in CARD]
        listed = element(
            "dl", *(part for letter in letters() for part in self._letter(letter)), classes=["bp-letters"]
        )
        heading = line(*self.words(_TITLE), classes=["bp-part"])
        card = element("div", heading, *rows, listed, classes=["bp-card"])
        name = FILE.format(language=language())
        # A file of the build, which other formats do not have: they drop what is to be downloaded.
        address = "../" * self.env.docname.count("/") + f"_static/{name}"
        link = element("a", *self.words(_SAVE), " (SVG)", href=address, download=name)
        return [card, element("p", link, classes=["bp-download", "bp-keep"])]

    def _row(self, component: str, matrix: str) -> nodes.Node:
        one, other = equations[component], equations[matrix]
        title = span(*self.words(one.title), classes=["bp-title"])
        head = line(title, refer("eq", component), classes=["bp-heading"])
        forms = display(one.latex("component")), display(other.latex("matrix"))
        return element("div", head, *forms, classes=["bp-row"])

    def _letter(self, letter: Letter) -> Iterator[nodes.Node]:
        yield element("dt", nodes.math(letter.latex, letter.latex))
        yield element("dd", *self.linked(Text(meaning(letter, "en"), meaning(letter, "zh"))))


def standalone(font: Path, language: str) -> str:
    """The card as an SVG file of the size of a sheet of paper."""
    outliner = Outliner(font)
    parts = [words("title", _LEFT, 92, _TITLE.in_language(language), "")]
    top = 122.0
    for component, matrix in CARD:
        parts += _block(outliner, component, matrix, top, language)
        top += 154
    for letter in letters():
        shape = outliner.formula(letter.latex)
        parts.append(shape.svg(_LEFT + 8, top + 26, 21))
        told = among_words(meaning(letter, language))
        parts.append(marked("", _LEFT + 78, top + 26, told, ""))
        top += _STEP
    forms = ((one, equations[one].latex("component"), equations[two].latex("matrix")) for one, two in CARD)
    told = "; ".join(f"({number}) {plain(component)}, {plain(matrix)}" for number, component, matrix in forms)
    code = {"zh": "zh-CN"}.get(language, language)
    size = f'viewBox="0 0 {short(_WIDTH)} {short(_HEIGHT)}" width="210mm" height="297mm"'
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" {size} role="img" lang="{code}" aria-labelledby="title description">'
        f'<title id="title">{escape(_TITLE.in_language(language))}</title><desc id="description">{escape(told)}</desc>'
        f'<style>{_COLOURS}</style><rect class="paper" width="100%" height="100%"/>{"".join(parts)}</svg>\n'
    )


def _block(outliner: Outliner, component: str, matrix: str, top: float, language: str) -> Iterator[str]:
    """One equation: its number and title, its two forms side by side."""
    width = _WIDTH - 2 * _LEFT
    size = f'y="{short(top)}" height="138"'
    yield f'<rect class="block" x="{short(_LEFT)}" width="{short(width)}" {size}/>'
    yield f'<rect class="edge" x="{short(_LEFT)}" width="4" {size}/>'
    yield words("head", _LEFT + 22, top + 32, equations[component].title.in_language(language), "")
    yield words("number", _WIDTH - _LEFT - 18, top + 32, f"({component})", "end")
    first = outliner.formula(equations[component].latex("component"))
    second = outliner.formula(equations[matrix].latex("matrix"))
    yield first.svg(_LEFT + 22, top + 94, _TYPE)
    yield second.svg(_WIDTH / 2 + 24, top + 94, _TYPE)


def _write(app: Sphinx, exception: Exception | None) -> None:
    """The files, beside the other static files of the build."""
    if not are_wanted(app, exception):
        return
    folder = Path(app.outdir) / "_static"
    folder.mkdir(parents=True, exist_ok=True)
    font = node_module(app, SOURCE)
    for name in LANGUAGES:
        (folder / FILE.format(language=name)).write_text(standalone(font, name), encoding="utf-8")


def setup(app: Sphinx) -> None:
    """Write the files when the pages are written."""
    app.connect("build-finished", _write)
