"""What all answers are made of: JSON, and texts in each language."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from bpderive.letters.text import LANGUAGES, Text, language, set_language

Asked = Mapping[str, Any]
Answer = dict[str, Any]


def in_each(say: Callable[[], str]) -> dict[str, str]:
    """What `say` says in each language."""
    before, said = language(), {}
    try:
        for name in LANGUAGES:
            set_language(name)
            said[name] = say()
    finally:
        set_language(before)
    return said


def words(text: Text) -> dict[str, str]:
    """A text in each language."""
    return {name: text.in_language(name) for name in LANGUAGES}
