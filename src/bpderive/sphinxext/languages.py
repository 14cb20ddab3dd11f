"""The same book in several languages: links from each page to itself in the others, and what is translated.

`bpderive_languages` lists them as (code, folder of the build, name, short name). A template shows `book_languages`,
and with them `side_by_side`, the page in both (see `sidebyside`); the text's PO files hold only words, because
mathematics is the same in every language.
"""

from __future__ import annotations

import re
from typing import Any, NamedTuple

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.transforms import SphinxTransform
from sphinx.transforms.post_transforms import SphinxPostTransform

from bpderive.sphinxext.comments import OfferComments
from bpderive.sphinxext.sidebyside import BOTH

_WORD = re.compile(r"[^\W\d_]{2}")
_WORDLESS = (nodes.math, nodes.literal, nodes.emphasis, nodes.strong, nodes.inline, nodes.Text)
_HAN = re.compile("[\u3400-\u9fff]")
_ENGLISH = re.compile(r"(?<!\w)[A-Za-z][A-Za-z'’-]*(?:[\s,.:;()&/-]+[A-Za-z][A-Za-z'’-]*){2,}(?!\w)")
"""Three words or more in Latin letters: a title or a sentence, not a term in a sentence of another language."""
_NOT_SPOKEN = (nodes.literal, nodes.literal_block, nodes.math, nodes.math_block, nodes.raw, nodes.comment)
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
    """What has no words is not offered for translation: displayed mathematics, and lines of formulas, code and numbers.

    So the numbers that a cell computes, of which the last digits depend on the machine, are in no PO file.
    """

    default_priority = _BEFORE_MESSAGES

    def apply(self, **kwargs: Any) -> None:
        """Mark what has no words on the page."""
        for node in self.document.findall(nodes.math_block):
            node["translatable"] = False
        for line in self.document.findall(nodes.TextElement):
            if isinstance(line, (nodes.paragraph, nodes.term)) and not has_words(line):
                line["translatable"] = False


class SayEnglish(SphinxPostTransform):
    """On the pages of another language, English says that it is: titles, sentences, code and what it prints.

    So a screen reader pronounces it in English. A single term or a name in a sentence belongs to that sentence.
    """

    default_priority = 950

    def run(self, **kwargs: Any) -> None:
        """Give what is English the class that docutils turns into `lang="en"`."""
        if self.config.language == "en":
            return
        for block in self.document.findall(nodes.literal_block):
            if not _HAN.search(block.astext()):
                block["classes"].append("language-en")
        for text in list(self.document.findall(nodes.Text)):
            if not isinstance(text.parent, _NOT_SPOKEN):
                parts = split_english(text)
                if len(parts) > 1 or parts[0][1]:
                    text.parent.replace(text, [_said(*part) for part in parts])


def _said(words: str, english: bool) -> nodes.Node:
    return nodes.inline("", words, classes=["language-en"]) if english else nodes.Text(words)


def split_english(text: str) -> list[tuple[str, bool]]:
    """The pieces of `text`, and of each whether it is English: three words or more in Latin letters."""
    parts, done = [], 0
    for found in _ENGLISH.finditer(text):
        parts += [(text[done : found.start()], False), (found.group(), True)]
        done = found.end()
    parts.append((text[done:], False))
    return [part for part in parts if part[0]] or [(text, False)]


def has_words(line: nodes.TextElement) -> bool:
    """Whether there is a word of two letters in `line`, outside formulas and code."""
    return any(
        _WORD.search(text)
        for text in line.findall(nodes.Text)
        if not isinstance(text.parent, (nodes.math, nodes.literal))
    ) or any(not isinstance(child, _WORDLESS) for child in line.findall() if isinstance(child, nodes.Inline))


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
    """Register the setting, the transforms and the links."""
    app.add_config_value("bpderive_languages", [], "html", types=(list, tuple))
    app.add_transform(KeepFormulas)
    app.add_transform(OfferComments)
    app.add_post_transform(SayEnglish)
    app.connect("html-page-context", _add_links)
