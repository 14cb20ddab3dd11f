"""Phrases in two languages.

`Text(en=…, zh=…)` is a phrase that cannot exist in one language only; `str(text)` is English until
`set_language("zh")`. Everything that the library says to a reader is a `Text`. It is declared beside the errors, which
speak both languages too. A further language means one more field there, and the type checker then names every phrase
that lacks it.
"""

from bpderive.errors import LANGUAGES, Text, language, set_language

__all__ = ["LANGUAGES", "Text", "language", "set_language"]
