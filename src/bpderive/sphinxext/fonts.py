"""The fonts of formulas and text, taken from node_modules into the build; of the large mathematical one only
what the pages use.

The characters are collected from the finished pages, so an incremental build has them all, and the same pages
give the same font.
"""

from __future__ import annotations

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

MATHS = "stix-two-math.woff2"
SOURCE = "@fontsource/stix-two-math/files/stix-two-math-latin-400-normal.woff2"
_TEXT = {
    f"stix-two-text-{style}.woff2": f"@fontsource/stix-two-text/files/stix-two-text-latin-{style}.woff2"
    for style in ("400-normal", "400-italic", "600-normal")
}
_FORMULA = re.compile(r"<(math|svg)\b.*?</\1>", re.DOTALL)
_TAG_OR_SOURCE = re.compile(r"<annotation\b.*?</annotation>|<[^>]*>", re.DOTALL)
_ALWAYS = "0123456789()[]{}|/+-=<>,.;:′−·×⊙∂∇∑∏√∞≈≠≤≥→⟨⟩‖"


def characters(pages: Iterable[Path]) -> str:
    """What stands in the formulas and drawings of `pages`, sorted, with the italics that a browser shows."""
    found = set(_ALWAYS)
    for page in pages:
        for formula in _FORMULA.finditer(page.read_text(encoding="utf-8")):
            found |= set(unescape(_TAG_OR_SOURCE.sub("", formula.group())))
    italic = {
        chr(code) for code in range(0x1D434, 0x1D76F) if unicodedata.normalize("NFKC", chr(code)) in found
    }
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


def _install(app: Sphinx, exception: Exception | None) -> None:
    if exception is not None or app.builder.format != "html" or not app.config.bpderive_fonts:
        return
    modules = Path(app.config.bpderive_node) / "node_modules"
    folder = Path(app.outdir) / "_static" / "fonts"
    folder.mkdir(parents=True, exist_ok=True)
    for name, source in _TEXT.items():
        shutil.copyfile(modules / source, folder / name)
    wanted = characters(sorted(Path(app.outdir).rglob("*.html")))
    key = hashlib.sha256(wanted.encode() + (modules / SOURCE).read_bytes()).hexdigest()[:16]
    kept = Path(app.doctreedir) / f"mathematics-{key}.woff2"
    if not kept.exists():
        reduce(modules / SOURCE, wanted, kept)
    shutil.copyfile(kept, folder / MATHS)


def setup(app: Sphinx) -> None:
    """Install the fonts when the pages are written, unless `bpderive_fonts` is off."""
    app.add_config_value("bpderive_fonts", True, "", types=(bool,))
    app.connect("build-finished", _install)
