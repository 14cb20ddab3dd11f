"""Phrases in two languages.

`Text(en=…, zh=…)` is a phrase that cannot exist in one language only; `str(text)` is English until
`set_language("zh")`. Everything that the library says to a reader is a `Text`. A further language means one more field
here, and the type checker then names every phrase that lacks it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from bpderive.errors import is_text, unknown_name

LANGUAGES = ("en", "zh")

_HAN, _BEFORE, _AFTER = r"[\u4e00-\u9fff]", r"[\w$(\[\\-]", r"[\w$)\]'′]"
_SEAM = re.compile(rf"(?<={_HAN})(?={_BEFORE})(?!{_HAN})|(?<={_AFTER})(?<!{_HAN})(?={_HAN})")
"""Where Chinese meets what is not Chinese, with no space and no punctuation between."""

_language = "en"
"""One setting for the process, the same in every thread."""


@dataclass(frozen=True, slots=True)
class Text:
    """One phrase in English and in Chinese; formulas stand in it as `$…$`."""

    en: str
    zh: str

    def __str__(self) -> str:
        return self.in_language(_language)

    def in_language(self, language: str) -> str:
        """The phrase in `language`, `"en"` or `"zh"`; raises `UnknownName` for any other."""
        if not is_text(language) or language not in LANGUAGES:
            raise unknown_name("language", language, LANGUAGES)
        return self.en if language == "en" else self.zh

    def format(self, **values: Any) -> Text:
        """Both phrases with `{name}` replaced; a value that is a `Text` goes in with its own language."""

        def within(language: str) -> str:
            shown = {k: v.in_language(language) if isinstance(v, Text) else v for k, v in values.items()}
            return self.in_language(language).format(**shown)

        return Text(en=within("en"), zh=within("zh"))

    def spaced(self) -> Text:
        """The phrase with a space wherever Chinese meets Latin letters, digits or a formula, as the book sets them."""
        return Text(en=self.en, zh=_SEAM.sub(" ", self.zh))


class _Setting:
    """What `set_language` gives: after `with`, the language is again what it was before."""

    def __init__(self, before: str, now: str) -> None:
        self._before, self._now = before, now

    def __enter__(self) -> None:
        pass

    def __exit__(self, *_: object) -> None:
        set_language(self._before)

    def __repr__(self) -> str:
        return f"<language: {self._now}>"


def set_language(language: str) -> _Setting:
    """Make `str(text)` give `language` from now on: `"en"` or `"zh"`. Raises `UnknownName` for any other.

    It is one setting for the process, in all threads. `with set_language("zh"):` sets it for a few lines.
    """
    global _language
    if not is_text(language) or language not in LANGUAGES:
        raise unknown_name("language", language, LANGUAGES)
    before, _language = _language, language
    return _Setting(before, language)


def language() -> str:
    """The language that `str(text)` gives at present."""
    return _language
