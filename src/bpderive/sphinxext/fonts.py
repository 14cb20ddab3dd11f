"""The fonts of formulas and text, taken from node_modules into the build, and only what the pages use of them.

The characters are collected from the finished pages, so an incremental build has them all, and the same pages
give the same font.
"""

from __future__ import annotations

import base64
import hashlib
import re
import shutil
import unicodedata
from collections.abc import Iterable
from html import unescape
from pathlib import Path

from fontTools import subset
from fontTools.ttLib import TTFont
from sphinx.application import Sphinx
from sphinx.errors import ExtensionError

from bpderive.letters.text import Text
from bpderive.sphinxext.mathml import is_ours

MATHS = "stix-two-math.woff2"
STYLE = "formulas.css"
"""The style sheet that holds it."""
SOURCE = "@fontsource/stix-two-math/files/stix-two-math-latin-400-normal.woff2"
_TEXT = {
    f"stix-two-text-{style}.woff2": f"@fontsource/stix-two-text/files/stix-two-text-latin-{style}.woff2"
    for style in ("400-normal", "400-italic", "600-normal")
}
_FORMULA = re.compile(r"<(math|svg)\b.*?</\1>", re.DOTALL)
_TAG_OR_SOURCE = re.compile(r"<annotation\b.*?</annotation>|<[^>]*>", re.DOTALL)
_ITALIC = (*range(0x1D434, 0x1D468), *range(0x1D6E2, 0x1D71C))
"""The one style that a browser gives to a letter by itself; bold and others are characters in the formulas."""
_ENGLISH = "".join(map(chr, range(0x20, 0x7F))) + "’"
"""What English text needs: it stands on the pages with both languages, which take the fonts of the Chinese pages."""
_ALWAYS = "0123456789()[]{}|/+-=<>,.;:′−·×⊙∂∇∑∏√∞≈≠≤≥→⟨⟩‖"


def characters(pages: Iterable[Path]) -> str:
    """What stands in the formulas and drawings of `pages`, sorted, with the italics that a browser makes of letters."""
    found = set(_ALWAYS)
    for page in pages:
        for formula in _FORMULA.finditer(page.read_text(encoding="utf-8")):
            found |= set(unescape(_TAG_OR_SOURCE.sub("", formula.group())))
    italic = {chr(code) for code in _ITALIC if unicodedata.normalize("NFKC", chr(code)) in found}
    return "".join(sorted(c for c in found | italic | {"ℎ"} if c.isprintable() and c != " "))


def reduce(source: Path, wanted: str, target: Path) -> None:
    """Write the part of the font `source` that sets `wanted`, with its table of mathematics, to `target`."""
    font = TTFont(source, recalcTimestamp=False)
    options = subset.Options()
    options.layout_features = ["*"]
    options.flavor = "woff2"
    options.notdef_outline = True
    worker = subset.Subsetter(options)
    worker.populate(text=wanted)
    worker.subset(font)
    font.flavor = "woff2"
    target.parent.mkdir(parents=True, exist_ok=True)
    font.save(target)


def style(font: Path) -> str:
    """A style sheet that holds the font of formulas: no formula is shown before it has its font, and none moves."""
    data = base64.b64encode(font.read_bytes()).decode()
    return (
        '@font-face { font-family: "STIX Two Math"; font-display: block; '
        f'src: url("data:font/woff2;base64,{data}") format("woff2"); }}\n'
    )


_NO_FONT = Text(
    "The font {font} is not in node_modules: npm install --prefix {prefix} @fontsource/stix-two-math "
    "@fontsource/stix-two-text, or in conf.py bpderive_fonts = False.",
    "node_modules 里没有字体 {font}：请运行 npm install --prefix {prefix} @fontsource/stix-two-math "
    "@fontsource/stix-two-text，或在 conf.py 中写 bpderive_fonts = False。",
)


def node_module(app: Sphinx, source: str) -> Path:
    """A font's file; raises `ExtensionError` where it is not installed."""
    modules = Path(app.config.bpderive_node) / "node_modules"
    if not (modules / source).is_file():
        raise ExtensionError(str(_NO_FONT.format(font=source, prefix=modules.resolve().parent)))
    return modules / source


def are_wanted(app: Sphinx, exception: Exception | None = None) -> bool:
    """Whether a build, which has gone well so far, is to have our fonts."""
    ours = bool(app.config.bpderive_fonts) and is_ours(app.config)
    return exception is None and app.builder.format == "html" and ours


def _require(app: Sphinx) -> None:
    """Raise `ExtensionError` before anything is built if a font is not there."""
    if are_wanted(app):
        for source in (SOURCE, *_TEXT.values()):
            node_module(app, source)


def _install(app: Sphinx, exception: Exception | None) -> None:
    if not are_wanted(app, exception):
        return
    static = Path(app.outdir) / "_static"
    (static / "fonts").mkdir(parents=True, exist_ok=True)
    pages = sorted(Path(app.outdir).rglob("*.html"))
    in_text = "".join(sorted(set(_ENGLISH).union(*(page.read_text(encoding="utf-8") for page in pages))))
    for name, source, wanted in (
        (MATHS, SOURCE, characters(pages)),
        *((name, source, in_text) for name, source in _TEXT.items()),
    ):
        file = node_module(app, source)
        key = hashlib.sha256(wanted.encode() + file.read_bytes()).hexdigest()[:16]
        kept = Path(app.doctreedir) / f"{key}-{name}"
        if not kept.exists():
            reduce(file, wanted, kept)
        shutil.copyfile(kept, static / "fonts" / name)
    (static / STYLE).write_text(style(static / "fonts" / MATHS), encoding="utf-8")


def setup(app: Sphinx) -> None:
    """Install the fonts when the pages are written, unless `bpderive_fonts` is off."""
    app.add_config_value("bpderive_fonts", True, "", types=(bool,))
    app.connect("builder-inited", _require)
    app.connect("build-finished", _install)
