"""Every error that bpderive raises on purpose, and the two languages in which it speaks.

Catch `BpderiveError` for all of them. Each class is also the built-in error that a caller would expect
(`ValueError`, or `KeyError` for an unknown name), so code that knows nothing of this module works too.
To add one: derive it from `BpderiveError` and from the built-in that fits, and say in its message what was
given, what was wanted and how to mend it, as a `Text`: English and Chinese in one.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any


class BpderiveError(Exception):
    """The base of all errors of bpderive; where its message is a `Text`, `str` gives it in the language that is set."""


class Refuted(BpderiveError, ValueError):
    """A statement is false; `counterexample` holds the smallest network found and the exact values there."""

    def __init__(self, message: object, counterexample: Any = None) -> None:
        super().__init__(message)
        self.counterexample = counterexample


class StepError(BpderiveError, ValueError):
    """A step of a derivation does not follow from the lines before it."""


class HypothesisError(BpderiveError, ValueError):
    """A theorem was to be read on a network that is outside of its hypotheses."""


class ParseError(BpderiveError, ValueError):
    """Text that cannot be parsed."""


class ShapeError(BpderiveError, ValueError):
    """An array has the wrong shape, number or kind of entries."""


class UnknownName(BpderiveError, KeyError):
    """A name that is not in the catalogue."""

    def __str__(self) -> str:
        """The message itself; `KeyError` would put it in quotes."""
        return str(self.args[0]) if self.args else ""


class DomainError(BpderiveError, ValueError):
    """A value, or the range of a function, lies outside the domain of what is to be done with it."""


class NetworkError(BpderiveError, ValueError):
    """Invalid network, or a layer, neuron or weight that it does not have."""


class MissingPackage(BpderiveError, ImportError):
    """Something needs a package that is not installed; the message says which extra brings it."""


class TooManyPaths(BpderiveError, ValueError):
    """More paths than can be listed; `count` is their number."""

    def __init__(self, message: object, count: int) -> None:
        super().__init__(message)
        self.count = count

    def __reduce__(self) -> tuple[Any, ...]:
        """What makes the error again, in another process too."""
        return type(self), (self.args[0], self.count)


def shown(given: object, most: int = 80) -> str:
    """What was given, for a message: its `repr` as far as it has one, in one line, cut to `most` characters."""
    try:
        whole = " ".join(repr(given).split())
    except Exception:  # whatever a stranger's object does
        return f"<{type(given).__name__}>"
    return whole if len(whole) <= most else f"{whole[: most - 1]}…"


def is_text(given: object) -> bool:
    """Return whether a text was given, whatever the annotation of the parameter promises."""
    return isinstance(given, str)


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
        """Return the phrase in `language`, `"en"` or `"zh"`; raises `UnknownName` for any other."""
        if not is_text(language) or language not in LANGUAGES:
            raise unknown_name(_LANGUAGE, language, LANGUAGES)
        return self.en if language == "en" else self.zh

    def format(self, **values: Any) -> Text:
        """Both phrases with `{name}` replaced; a value that is a `Text` goes in with its own language."""

        def within(language: str) -> str:
            shown = {k: v.in_language(language) if isinstance(v, Text) else v for k, v in values.items()}
            return self.in_language(language).format(**shown)

        return Text(en=within("en"), zh=within("zh"))

    def spaced(self) -> Text:
        """Return the phrase with a space where Chinese meets Latin letters, digits or a formula, as in the book."""
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
        raise unknown_name(_LANGUAGE, language, LANGUAGES)
    before, _language = _language, language
    return _Setting(before, language)


def language() -> str:
    """The language that `str(text)` gives at present."""
    return _language


_LANGUAGE = Text(en="language", zh="语言")


def unknown_name(kind: Text | str, name: object, known: Iterable[str]) -> UnknownName:
    """The error for a `name` that is none of the `known` ones: it lists them and suggests the nearest."""
    names = list(known)
    given = name if isinstance(name, str) else shown(name)
    by_folded = {n.casefold(): n for n in names}
    near = difflib.get_close_matches(given.casefold(), by_folded, n=1, cutoff=0.5)
    hint: Text | str = ""
    if near:
        hint = Text(en=" Did you mean {near!r}?", zh="是不是 {near!r}？").format(near=by_folded[near[0]])
    text = Text(
        en="There is no {kind} {given}.{hint} Known: {names}.",
        zh="没有名为 {given} 的{kind}。{hint}已知的有：{names}。",
    )
    return UnknownName(text.format(kind=kind, given=shown(given), hint=hint, names=", ".join(names)).spaced())
