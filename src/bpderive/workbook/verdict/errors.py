"""Why a claim is not simply true or false: it makes no sense, or it is more than can be decided here."""

from __future__ import annotations

from fractions import Fraction

from bpderive.errors import BpderiveError
from bpderive.letters.text import Text


class IllFormed(BpderiveError):
    """A claim that makes no sense; `reason` says why, and `mendable` whether equal widths would give it one."""

    def __init__(self, reason: Text, mendable: bool = False) -> None:
        super().__init__(reason.en)
        self.reason = reason
        self.mendable = mendable


class TooHard(BpderiveError):
    """A claim that lies outside what can be decided in general; `reason` says what in it does."""

    def __init__(self, reason: Text) -> None:
        super().__init__(reason.en)
        self.reason = reason


class OutOfReach(TooHard):
    """Numbers that are not computed, or not shown; with others the claim may be decided nevertheless."""


MOST_BITS = 2000
"""How long the numerator and the denominator of a number may be."""

NUMBERS_TOO_LONG = Text(
    en=f"its numbers are longer than {MOST_BITS} bits", zh=f"其中的数超过 {MOST_BITS} 位二进制"
)
MOST_SUMS = 40
TOO_MANY_SUMS = Text(
    en=f"a product has more than {MOST_SUMS} sums", zh=f"一个乘积中的求和超过 {MOST_SUMS} 个"
)


def bounded(value: Fraction) -> Fraction:
    """The number; raises `OutOfReach` if it is longer than what is computed with."""
    if value.numerator.bit_length() > MOST_BITS or value.denominator.bit_length() > MOST_BITS:
        raise OutOfReach(NUMBERS_TOO_LONG)
    return value


STEPS_ARE_USED_UP = Text(en="it takes more steps than are allowed", zh="所需的步数超过了上限")
TIME_IS_UP = Text(en="the time allowed was used up", zh="已用完规定的时间")
