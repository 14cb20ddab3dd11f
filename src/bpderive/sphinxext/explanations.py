"""What the pages say of a symbol when a reader asks: `_static/symbols.js`, made from the table of the notation.

It holds every language, so that it serves all ways of reading; a page fetches it with the first symbol that a
reader points at.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from html import escape
from pathlib import Path

from sphinx.application import Sphinx

from bpderive.letters.table import table
from bpderive.letters.text import LANGUAGES, Text
from bpderive.sphinxext.domain import book_domain
from bpderive.sphinxext.mathml import EXPLAINED, Typesetter, is_ours, typesetter_of
from bpderive.sphinxext.words import ALSO, CODE, DEFINED, SHAPE

_WORDS: Mapping[str, Text] = {"shape": SHAPE, "code": CODE, "defined": DEFINED, "also": ALSO}


def explained(typesetter: Typesetter, addresses: Mapping[str, str]) -> dict[str, dict[str, object]]:
    """What the pages show of each symbol; `addresses` leads from the number of an equation to its place."""
    made: dict[str, dict[str, object]] = {}
    for letter in EXPLAINED:
        entry: dict[str, object] = {
            "letter": typesetter.mathml(letter.latex, display=False),
            "code": letter.code,
        }
        if letter.shape:
            entry["shape"] = typesetter.mathml(letter.shape, display=False)
        if letter.defined in addresses:
            entry["defined"] = [f"({letter.defined})", addresses[letter.defined]]
        for language in LANGUAGES:
            told = [letter.meaning] if letter.also is None else [letter.meaning, letter.also]
            entry[language] = [_html(text.in_language(language), typesetter) for text in told]
        made[letter.name] = entry
    return made


def _html(words: str, typesetter: Typesetter) -> str:
    parts = words.split("$")
    return "".join(
        typesetter.mathml(part, display=False) if i % 2 else escape(part) for i, part in enumerate(parts)
    )


def _write(app: Sphinx, exception: Exception | None) -> None:
    static = Path(app.outdir) / "_static"
    if exception is not None or app.builder.name != "html" or not static.is_dir() or not is_ours(app.config):
        return
    typesetter = typesetter_of(app.builder)
    domain = book_domain(app.env)
    places = {letter.defined: domain.place(letter.defined) for letter in table if letter.defined}
    addresses = {
        number: f"{app.builder.get_target_uri(place[0])}#{place[1]}"
        for number, place in places.items()
        if place is not None
    }
    words = {
        language: {name: text.in_language(language) for name, text in _WORDS.items()}
        for language in LANGUAGES
    }
    told = {"words": words, "symbols": explained(typesetter, addresses)}
    script = json.dumps(told, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
    (static / "symbols.js").write_text(f"window.bookSymbols={script};\n", "utf-8")


def setup(app: Sphinx) -> None:
    """Write the explanations when the pages are written, before the typesetter is put away."""
    app.connect("build-finished", _write, priority=400)
