"""Why a claim is not simply true or false: it makes no sense, or it is more than can be decided here."""

from __future__ import annotations

from bpderive.errors import BpderiveError
from bpderive.text import Text


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


STEPS_ARE_USED_UP = Text(en="it takes more steps than are allowed", zh="所需的步数超过了上限")
TIME_IS_UP = Text(en="the time allowed was used up", zh="已用完规定的时间")
