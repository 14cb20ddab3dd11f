"""What the book leaves out of its theme: an icon font of 1.5 MB for a dozen icons, all rules for what no page of the
book has (see `styles`), the search index on pages that do not search, messages on the browser's console, scripts that
stand in a page, and a name for hidden cells that is not the words they show. What unfolds a part of the list of pages
gets a name. Scripts wait until the page is there.

The book's style sheet draws the few icons that the theme's templates ask for.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from myst_nb.sphinx_ import (  # type: ignore[import-untyped]  # it comes without types
    HideCodeCellNode,
    depart_HideCellInput,
    visit_HideCellInput,
)
from sphinx.application import Sphinx

from bpderive.sphinxext.styles import used, words

_ICON_SCRIPT = re.compile(r'<script [^>]*src="[^"]*scripts/fontawesome\.js[^"]*"></script>\s*')
_EARLY_SCRIPT = re.compile(r'<link rel="preload" as="script"[^>]*>\s*')
_SEARCH_SCRIPT = re.compile(r'<script src="[^"]*(?:searchtools|language_data|searchindex)\.js"></script>\s*')
_INLINE_SCRIPT = re.compile(r"<script(?![^>]*\ssrc=)[^>]*>.*?</script>\s*", re.DOTALL)
_ICON_RULE = re.compile(r'(?:\.fa-[\w-]+,?)+\{--fa:"[^"]*"\}')
_TOGGLE = re.compile(r"(<a [^>]*>)((?:(?!</a>).)*)(</a><details[^>]*>)<summary>", re.DOTALL)
"""In the list of pages: the link to a page, and the mark that unfolds the pages under it."""
_TAG = re.compile(r"<[^>]*>")
_FIRST = "documentation_options.js"
"""The script that a line in the page's head needs at once."""
_MESSAGE = re.compile(r"console\.(?:log|info|debug)\((?:`[^`]*`|\"[^\"]*\")\)")
_PLURAL = re.compile(r"new Function\(\s*\"n\",\s*`[^`]*`,?\s*\)")
"""In Sphinx's script: the rule for plurals, made of a text. A host may forbid that; Chinese has one form."""
_CLASSES = re.compile(r'\sclass="([^"]*)"')
_STYLES = ("styles/*-theme.css", "copybutton.css", "mystnb.*.css")
"""The style sheets of others: each build brings them whole, and what its pages do not use is left out again."""
_UNUSED = (
    "*macros.html",
    "scripts/fontawesome.js",
    "scripts/*.txt",
    "scripts/*.map",
    "styles/*.map",
    "vendor/fontawesome/**/*.woff2",
)


def _without(pattern: re.Pattern[str], instead: str = "") -> Callable[[str], str]:
    return lambda text: pattern.sub(instead, text)


without_icon_script = _without(_ICON_SCRIPT)
"""The head of a page without the script that draws icons."""
without_early_scripts = _without(_EARLY_SCRIPT)
"""The head of a page without the request for scripts that stand at its end: what shows the page comes first."""
without_inline_scripts = _without(_INLINE_SCRIPT)
"""A part of a page without scripts that stand in it: a host may forbid them, and early.js does what they did."""
without_search_scripts = _without(_SEARCH_SCRIPT)
"""The head of a page without the search index: the search page brings its own."""
without_icons = _without(_ICON_RULE)
"""A style sheet without the rules for single icons of the icon font."""
without_messages = _without(_MESSAGE, "void 0")
"""A script that says nothing on the console."""
without_rule_for_plurals = _without(_PLURAL, "() => 0")
"""A script that makes no function of a text: a translation has the form that it has for any number."""


def with_named_toggles(pages: str) -> str:
    """The list of pages, each mark that unfolds a part of it named after the page that it belongs to."""

    def named(found: re.Match[str]) -> str:
        link, title, opening = found.groups()
        name = _TAG.sub("", title).strip().replace('"', "&quot;")
        return f'{link}{title}{opening}<summary aria-label="{name}">'

    return _TOGGLE.sub(named, str(pages))


_TOOLS = {
    "without_early_scripts": without_early_scripts,
    "without_icon_script": without_icon_script,
    "without_inline_scripts": without_inline_scripts,
    "without_search_scripts": without_search_scripts,
    "with_named_toggles": with_named_toggles,
}
"""What the templates call."""


def _give(app: Sphinx, page: str, template: str, context: dict[str, object], doctree: object) -> None:
    context.update(_TOOLS)
    scripts = context.get("script_files")
    if (
        isinstance(scripts, list) and page != "search"
    ):  # what the search page runs in its text needs them before
        context["script_files"] = [_later(script) for script in scripts]


def _later(script: Any) -> Any:
    """A script that waits until the page is there, if it can."""
    if not script.filename or str(script.filename).endswith(_FIRST):
        return script
    return type(script)(script.filename, priority=script.priority, **({"defer": "defer"} | script.attributes))


def _let_styles_come(app: Sphinx) -> None:
    """Remove the style sheet that myst-nb brings but does not write over; then the pages are as in a first build."""
    for path in (Path(app.outdir) / "_static").glob("mystnb.*.css"):
        path.unlink()


def _tidy(app: Sphinx, exception: Exception | None) -> None:
    static = Path(app.outdir) / "_static"
    if exception is not None or app.builder.format != "html" or not static.is_dir():
        return
    for path in [found for pattern in _UNUSED for found in static.glob(pattern)]:
        path.unlink(missing_ok=True)
    known = words(_spoken_of(Path(app.outdir)))
    for path in [found for pattern in _STYLES for found in static.glob(pattern)]:
        path.write_text(used(without_icons(path.read_text(encoding="utf-8")), known), encoding="utf-8")
    for path in (static / "scripts").glob("*-theme.js"):
        script = path.read_text(encoding="utf-8")
        script = re.sub(r"\n//# sourceMappingURL=.*", "", without_messages(script))
        path.write_text(script, encoding="utf-8")
    for path in static.glob("doctools.js"):
        path.write_text(without_rule_for_plurals(path.read_text(encoding="utf-8")), encoding="utf-8")


def _spoken_of(folder: Path) -> Iterator[str]:
    """Where the classes of elements are named: in the finished pages, and in the scripts that change them."""
    for page in folder.rglob("*.html"):
        yield from set(_CLASSES.findall(page.read_text(encoding="utf-8")))
    for script in (folder / "_static").rglob("*.js"):
        yield script.read_text(encoding="utf-8")


def _visit_hidden_cell(self: Any, node: HideCodeCellNode) -> None:
    before = len(self.body)
    visit_HideCellInput(self, node)
    self.body[before:] = [
        part.replace(' aria-label="Toggle hidden content"', "") for part in self.body[before:]
    ]


def _name_hidden_cells(app: Sphinx) -> None:
    if "myst_nb" in app.extensions:
        app.add_node(HideCodeCellNode, override=True, html=(_visit_hidden_cell, depart_HideCellInput))


def setup(app: Sphinx) -> None:
    """Offer `_TOOLS` to the templates, and tidy the finished static files."""
    app.connect("builder-inited", _let_styles_come)
    app.connect("builder-inited", _name_hidden_cells)
    app.connect("html-page-context", _give)
    app.connect("build-finished", _tidy)
