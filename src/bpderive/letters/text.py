"""Phrases in two languages.

`Text(en=…, zh=…)` is a phrase that cannot exist in one language only; `str(text)` is English until
`set_language("zh")`. Everything that the library says to a reader is a `Text`. It is declared beside the errors, which
speak both languages too. A further language means one more field there, and the type checker then names every phrase
that lacks it.
"""

from collections.abc import Iterable

from bpderive.errors import LANGUAGES, Text, language, set_language

__all__ = ["LANGUAGES", "Text", "joined", "language", "set_language"]


def joined(items: Iterable[Text | str | int], between: tuple[str, str] = (", ", "、")) -> Text:
    """The items one after the other, with what stands between them in English and in Chinese."""
    texts = [item if isinstance(item, Text) else Text(str(item), str(item)) for item in items]
    return Text(between[0].join(text.en for text in texts), between[1].join(text.zh for text in texts))
