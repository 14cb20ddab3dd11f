"""The text of a claim cut into tokens, and errors that point at the place.

`Tokens(text, pattern)` refuses what is too long or not ASCII; a parser asks it for the next token and, where it finds
something else than it wants, lets `wrong(…)` make the error.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction

from bpderive.errors import ParseError

LONGEST_TEXT = 1000
DEEPEST = 40
LARGEST_EXPONENT = 8
MOST_DIGITS = 12
MOST_LAYERS = 12


@dataclass(frozen=True, slots=True)
class Token:
    """A piece of the text: what kind, what it says, and where it begins."""

    kind: str
    text: str
    at: int


class Tokens:
    """The tokens of `text`; `pattern` has one named group for each kind, of which "space" is left out."""

    def __init__(self, text: str, pattern: re.Pattern[str]) -> None:
        self.text = text
        self.place = 0
        self.depth = 0
        if not isinstance(text, str):
            raise ParseError(f"A claim is a text such as 'delta[l,j] = d(C, z[l,j])'; given was {text!r}.")
        if len(text) > LONGEST_TEXT:
            raise ParseError(f"The claim has {len(text)} characters; at most {LONGEST_TEXT} are read.")
        for at, character in enumerate(text):
            if not (" " <= character <= "~" or character in "\t\n\r"):
                raise self.error(
                    at, f"the character {character!r} is not ASCII; write names such as delta, sigma"
                )
        self._tokens = self._cut(pattern)

    def _cut(self, pattern: re.Pattern[str]) -> list[Token]:
        found, at = [], 0
        while at < len(self.text):
            match = pattern.match(self.text, at)
            if match is None or match.lastgroup is None:
                raise self.error(at, f"{self.text[at]!r} has no meaning here")
            if match.lastgroup != "space":
                found.append(Token(match.lastgroup, match.group(), at))
            at = match.end()
        return [*found, Token("end", "", len(self.text))]

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
        """Whether the next token says one of these."""
        return self.next.kind != "end" and self.next.text in texts

    def accept(self, *texts: str) -> bool:
        """Whether the next token says one of these, in which case it is taken."""
        if self.has(*texts):
            self.take()
            return True
        return False

    def expect(self, text: str, why: str = "") -> Token:
        """Take the token that says `text`; raises `ParseError` for any other."""
        if not self.has(text):
            raise self.wrong(f"{text!r}{why}")
        return self.take()

    def wrong(self, wanted: str) -> ParseError:
        """The error for another next token than the one wanted."""
        given = "the end of the text" if self.next.kind == "end" else repr(self.next.text)
        return self.error(self.next.at, f"expected {wanted}, and what stands here is {given}")

    def error(self, at: int, what: str) -> ParseError:
        """The error that shows the line and points with a caret at the place."""
        start = self.text.rfind("\n", 0, at) + 1
        line = self.text[start:].split("\n", 1)[0].replace("\t", " ")
        first = max(0, at - start - 60)
        shown = line[first : first + 100]
        return ParseError(f"{what}:\n  {shown}\n  {' ' * (at - start - first)}^")

    def deeper(self) -> None:
        """Count one more level of nesting; raises `ParseError` if there are too many."""
        self.depth += 1
        if self.depth > DEEPEST:
            raise self.error(self.next.at, f"the nesting is deeper than {DEEPEST} levels")

    def number(self) -> Fraction:
        """Take a number such as 2 or 0.5; raises `ParseError` if it has too many digits."""
        token = self.take()
        if len(token.text) > MOST_DIGITS:
            raise self.error(token.at, f"a number has at most {MOST_DIGITS} digits")
        return Fraction(token.text)

    def whole(self, largest: int, what: str) -> int:
        """Take a whole number that is at most `largest`; raises `ParseError` otherwise."""
        token = self.next
        if token.kind != "number" or not token.text.isdigit():
            raise self.wrong(f"{what}, a whole number")
        value = int(self.number())
        if value > largest:
            raise self.error(token.at, f"{what} is at most {largest}")
        return value
