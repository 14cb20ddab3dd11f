"""The text of a claim cut into tokens, and errors that point at the place.

`Tokens(text, pattern)` refuses what is too long or not ASCII; a parser asks it for the next token and, where it finds
something else than it wants, lets `wrong(…)` make the error. Every error speaks both languages.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from types import MappingProxyType
from unicodedata import east_asian_width

from bpderive.errors import ParseError, shown
from bpderive.letters.text import Text

LONGEST_TEXT = 1000
DEEPEST = 40
LARGEST_EXPONENT = 8
MOST_DIGITS = 12
MOST_LAYERS = 12

_FAR = 60
"""How many characters there may be, at most, between two tokens as they were typed."""

EXPONENT = Text(en="an exponent", zh="指数")


@dataclass(frozen=True, slots=True)
class Token:
    """A piece of the text: what kind, what it says, and where it begins."""

    kind: str
    text: str
    at: int


class Tokens:
    """The tokens of `text`; `pattern` has one named group for each kind, of which "space" is left out.

    `same` holds tokens that mean the same as another. Where `text` is another spelling of what was `typed`, errors
    point into that, at or after the place `begins`.
    """

    def __init__(
        self,
        text: str,
        pattern: re.Pattern[str],
        same: Mapping[str, str] = MappingProxyType({}),
        typed: str | None = None,
        begins: int = 0,
    ) -> None:
        self.text = text
        self.typed = typed
        self.begins = begins
        self._tokens: list[Token] = []
        self.place = 0
        self.depth = 0
        if not isinstance(text, str):
            raise ParseError(
                Text(
                    en=f"A claim is a text such as 'delta[l,j] = d(C, z[l,j])'; given was {shown(text)}.",
                    zh=f"命题应是一段文字，例如 'delta[l,j] = d(C, z[l,j])'；得到的是 {shown(text)}。",
                )
            )
        if len(text) > LONGEST_TEXT:
            raise ParseError(
                Text(
                    en=f"The claim has {len(text)} characters; at most {LONGEST_TEXT} are read.",
                    zh=f"这个命题有 {len(text)} 个字符；最多允许 {LONGEST_TEXT} 个。",
                )
            )
        for at, character in enumerate(text):
            if not (" " <= character <= "~" or character in "\t\n\r"):
                raise self.error(at, _not_ascii(character))
        self._cut(pattern, same)

    def _cut(self, pattern: re.Pattern[str], same: Mapping[str, str]) -> None:
        at = 0
        while at < len(self.text):
            match = pattern.match(self.text, at)
            if match is None or match.lastgroup is None:
                raise self.error(at, _no_meaning(self.text, at))
            if match.lastgroup != "space":
                text = match.group()
                self._tokens.append(Token(match.lastgroup, same.get(text, text), at))
            at = match.end()
        self._tokens.append(Token("end", "", len(self.text)))

    @property
    def next(self) -> Token:
        """The token that comes next."""
        return self._tokens[self.place]

    def after(self, steps: int) -> Token:
        """The token that many places further on."""
        return self._tokens[min(self.place + steps, len(self._tokens) - 1)]

    def take(self) -> Token:
        """The next token, which is then behind."""
        token = self.next
        if token.kind != "end":
            self.place += 1
        return token

    def has(self, *texts: str) -> bool:
        """Return whether the next token says one of these."""
        return self.next.kind != "end" and self.next.text in texts

    def accept(self, *texts: str) -> bool:
        """Return whether the next token says one of these, in which case it is taken."""
        if self.has(*texts):
            self.take()
            return True
        return False

    def expect(self, text: str, why: Text | None = None) -> Token:
        """Take the token that says `text`; raises `ParseError` for any other, with `why` after what was wanted."""
        if not self.has(text):
            raise self.wrong(Text(repr(text), repr(text)), why)
        return self.take()

    def wrong(self, wanted: Text, why: Text | None = None) -> ParseError:
        """The error for another next token than the one wanted, with `why` that is wanted."""
        what = Text(
            en="expected {wanted}{why}, but found the end of the text",
            zh="此处应为{wanted}，文字却到此为止{why}",
        )
        if self.next.kind != "end":
            what = Text(
                en="expected {wanted}{why}, but found {given}", zh="此处应为{wanted}，实际却是 {given}{why}"
            )
        chinese = f" {wanted.zh}" if wanted.zh[:1].isascii() else wanted.zh
        reason = ("", "") if why is None else (why.en, why.zh)
        what = what.format(wanted=Text(wanted.en, chinese), given=repr(self.next.text), why=Text(*reason))
        return self.error(self.next.at, what.spaced())

    def error(self, at: int, what: Text) -> ParseError:
        """The error that shows the line and points with a caret at the place."""
        text, at = (self.text, at) if self.typed is None else (self.typed, self.typed_place(at))
        start = text.rfind("\n", 0, at) + 1
        line = text[start:].split("\n", 1)[0].replace("\t", " ")
        first = max(0, at - start - 60)
        before = "".join("\u3000" if east_asian_width(c) in "FW" else " " for c in line[first : at - start])
        shown = f"\n  {line[first : first + 100]}\n  {before}^"
        return ParseError(Text(en=f"{what.en}:{shown}", zh=f"{what.zh}：{shown}"))

    def typed_place(self, at: int) -> int:
        """Where a place of the text stands in what was typed: after the tokens before it, those that were typed so."""
        typed, place = self.typed or "", self.begins
        for token in (t for t in self._tokens if t.at < at):
            found = typed.find(token.text, place, place + _FAR)
            if found >= 0:
                place = found + len(token.text)
        return place + len(typed[place:]) - len(typed[place:].lstrip())

    def deeper(self) -> None:
        """Count one more level of nesting; raises `ParseError` if there are too many."""
        self.depth += 1
        if self.depth > DEEPEST:
            raise self.error(
                self.next.at,
                Text(en=f"the nesting is deeper than {DEEPEST} levels", zh=f"嵌套超过 {DEEPEST} 层"),
            )

    def number(self) -> Fraction:
        """Take a number such as 2 or 0.5; raises `ParseError` if it has too many digits."""
        token = self.take()
        if len(token.text) > MOST_DIGITS:
            raise self.error(
                token.at,
                Text(en=f"a number has at most {MOST_DIGITS} digits", zh=f"一个数最多有 {MOST_DIGITS} 位"),
            )
        return Fraction(token.text)

    def whole(self, largest: int, what: Text) -> int:
        """Take a whole number that is at most `largest`; raises `ParseError` otherwise."""
        token = self.next
        if token.kind != "number" or not token.text.isdigit():
            raise self.wrong(Text(en="{what}, an integer", zh="{what}（整数）").format(what=what))
        value = int(self.number())
        if value > largest:
            raise self.error(
                token.at,
                Text(en="{what} is at most {largest}", zh="{what}最大是 {largest}").format(
                    what=what, largest=largest
                ),
            )
        return value


def _not_ascii(character: str) -> Text:
    """What to write for a character that is not ASCII."""
    return Text(
        en=f"the character {character!r} is not ASCII; write names such as delta, sigma",
        zh=f"字符 {character!r} 不是 ASCII 字符；请写 delta、sigma 这样的名字",
    )


def _no_meaning(text: str, at: int) -> Text:
    if text.startswith(".T", at):
        return Text(en="the transpose is written T(w[l+1])", zh="转置写作 T(w[l+1])")
    return Text(en=f"{text[at]!r} has no meaning here", zh=f"{text[at]!r} 在这里没有意义")
