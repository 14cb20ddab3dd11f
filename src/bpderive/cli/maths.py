"""The formulas in a sentence as text for a terminal; `typed` is the text printer of `bpderive.letters`."""

from __future__ import annotations

import re

from bpderive.letters.symbols import plain as typed

__all__ = ["sentence", "typed"]


def sentence(text: str) -> str:
    """A sentence whose formulas stand in `$…$` as text."""
    return re.sub(r"\$([^$]*)\$", lambda found: typed(found[1]), text).replace("**", "").replace("`", "")
