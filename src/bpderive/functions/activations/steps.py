"""A limit on the work of a computation that may not know when to stop, counted in steps and not by the clock.

Within `at_most(steps)`, `TooManySteps` is raised at the call of a Python function that is one too many. The thread that
computes counts its own calls, by Python's hook for profilers, so that work inside a library is counted too. A single
operation of the interpreter, such as a product of huge numbers, is one step: sizes of numbers are bounded beforehand.
"""

from __future__ import annotations

import inspect
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any

import mpmath


class TooManySteps(BaseException):
    """The steps are used up. No `Exception`, so that no handler on the way takes it for something it can mend."""


class _Counter:
    """Counts the calls of this thread, and ends the computation at the one that is too many."""

    def __init__(self, most: int) -> None:
        self.most, self.made = most, 0

    def __call__(self, frame: FrameType, event: str, argument: Any) -> None:
        if event != "call":
            return
        self.made += 1
        # What Python calls on its own, to close a generator or to delete, would swallow the exception.
        own = frame.f_code.co_flags & inspect.CO_GENERATOR or frame.f_code.co_name == "__del__"
        if self.made > self.most and not own:
            raise TooManySteps


@contextmanager
def at_most(steps: int) -> Iterator[None]:
    """Raise `TooManySteps` in the body of the `with` once it has made so many calls; limits may be nested."""
    before, precision = sys.getprofile(), mpmath.mp.prec
    counter = _Counter(min(steps, before.most - before.made) if isinstance(before, _Counter) else steps)
    sys.setprofile(counter)
    try:
        yield
    finally:
        sys.setprofile(before)
        mpmath.mp.prec = precision  # the interrupted call may have been about to restore it
        if isinstance(before, _Counter):
            before.made += counter.made
