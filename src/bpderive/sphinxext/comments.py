"""What the programs on a page say in words, in the language of the page: comments and docstrings of one line.

Cells run once for all languages, so their text and what they print is English. Each comment with words in it, and each
docstring, is offered for translation as a message of its page, and the Chinese page has its translation in the place.
Names, formulas and the numbers of equations are the same in every language; so is a comment that has no other words.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from docutils import nodes
from sphinx import addnodes
from sphinx.transforms import SphinxTransform

_SAID = re.compile(r'(?m)(?<=""")[^"\n]+(?=""")|(?:(?<=^# )|(?<= # )).+$')
_WORDS = re.compile(r"(?<![\w.`^])[a-z]{4,}(?![\w(`^])")
_CELLS = {"ipython3", "python"}
_BEFORE_MESSAGES = 9  # Sphinx extracts and replaces messages at 10 and later.


def said(program: str) -> list[str]:
    """The comments and docstrings of `program` that have words in them, each once."""
    return list(dict.fromkeys(found for found in _SAID.findall(program) if _WORDS.search(found)))


def in_other_words(program: str, english: str, translated: str) -> str:
    """`program` with one comment or docstring replaced, wherever it occurs."""
    return _SAID.sub(lambda found: translated if found[0] == english else found[0], program)


class Program(addnodes.translatable, nodes.literal_block):
    """A program whose comments are messages."""

    def preserve_original_messages(self) -> None:
        """Keep what it says before anything is translated."""
        self["said"] = said(self.astext())

    def apply_translated_message(self, original_message: str, translated_message: str) -> None:
        """Say it in the language of the page."""
        self.rawsource = in_other_words(self.astext(), original_message, translated_message)
        self.clear()
        self += nodes.Text(self.rawsource)

    def extract_original_messages(self) -> Sequence[str]:
        """What it says in English."""
        kept: list[str] = self["said"]
        return kept


class OfferComments(SphinxTransform):
    """Cells, and the programs that they print, are translated as far as they speak."""

    default_priority = _BEFORE_MESSAGES

    def apply(self, **kwargs: Any) -> None:
        """Put a `Program` in the place of each block that says something."""
        for block in list(self.document.findall(nodes.literal_block)):
            text = block.astext()
            is_program = block.get("language") in _CELLS or '"""' in text
            if is_program and block.get("translatable", True) and said(text):
                program = Program(block.rawsource, text, **block.attributes)
                program.source, program.line = block.source, block.line
                block.replace_self(program)
