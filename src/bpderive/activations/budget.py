"""A limit on the time that a computation may take, for computations that may not know when to stop.

Within `budget(seconds)`, `TimeUp` is raised at the next call of a Python function after that time. It works in every
thread and on every system; a single operation of the interpreter, such as a product of huge numbers, is not cut short.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any


class TimeUp(BaseException):
    """The time is up. No `Exception`, so that no handler on the way takes it for something it can mend."""


@contextmanager
def budget(seconds: float) -> Iterator[None]:
    """Raise `TimeUp` in the body of the `with` after so many seconds."""
    before = sys.getprofile()
    deadline = time.thread_time() + seconds

    def watch(frame: Any, event: Any, argument: Any) -> None:
        if time.thread_time() > deadline:
            raise TimeUp
        if before is not None:
            before(frame, event, argument)

    sys.setprofile(watch)
    try:
        yield
    finally:
        sys.setprofile(before)
