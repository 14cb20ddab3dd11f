"""The same book in several languages: links from each page to itself in the others, and what is translated.

`bpderive_languages` lists them as (code, folder of the build, name, short name). A template shows `book_languages`,
and with them `side_by_side`, the page in both (see `sidebyside`); the text's PO files hold only words, because
mathematics is the same in every language.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.transforms import SphinxTransform

from bpderive.sphinxext.sidebyside import BOTH

_BEFORE_MESSAGES = 8  # Sphinx extracts and replaces messages at 10 and later.


class LanguageLink(NamedTuple):
    """A page in one language: BCP 47 code, folder, name, short name, relative address, whether it is this very page."""

    code: str
    folder: str
    name: str
    short: str
    address: str
    current: bool


class KeepFormulas(SphinxTransform):
    """Displayed mathematics is not offered for translation."""

    default_priority = _BEFORE_MESSAGES

    def apply(self, **kwargs: Any) -> None:
        """Mark every formula of the page."""
        for node in self.document.findall(nodes.math_block):
            node["translatable"] = False


def links(app: Sphinx, page: str) -> list[LanguageLink]:
    """The page called `page` in every language."""
    return [
        LanguageLink(
            code.replace("_", "-"), folder, name, short, _address(folder, page), code == app.config.language
        )
        for code, folder, name, short in app.config.bpderive_languages
    ]


def _address(folder: str, page: str) -> str:
    return f"{'../' * (page.count('/') + 1)}{folder}/{page}.html"


def _add_links(
    app: Sphinx, page: str, template: str, context: dict[str, Any], doctree: nodes.document | None
) -> None:
    context["book_languages"] = links(app, page)
    context["side_by_side"] = _address(BOTH, page)


def setup(app: Sphinx) -> None:
    """Register the setting, the transform and the links."""
    app.add_config_value("bpderive_languages", [], "html", types=(list, tuple))
    app.add_transform(KeepFormulas)
    app.connect("html-page-context", _add_links)
