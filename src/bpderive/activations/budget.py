"""A limit on the time that a computation may take, for computations that may not know when to stop.

Within `budget(seconds)`, `TimeUp` is raised once the thread has worked for that long. It works in every thread and on
every system, and costs the computation nothing: another thread keeps the time. A single operation of the interpreter,
such as a product of huge numbers, is not cut short.
"""

from __future__ import annotations

import ctypes
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

AGAIN = 0.05
"""After so many seconds it is raised again, should something on the way have swallowed it."""


class TimeUp(BaseException):
    """The time is up. No `Exception`, so that no handler on the way takes it for something it can mend."""


@contextmanager
def budget(seconds: float) -> Iterator[None]:
    """Raise `TimeUp` in the body of the `with` after so many seconds of this thread's work."""
    if seconds <= 0:
        raise TimeUp
    thread, worked = threading.get_ident(), _clock(threading.get_ident())
    done, turn = threading.Event(), threading.Lock()
    end = worked() + seconds

    def watch() -> None:
        # A thread that waits for its turn works less than the clock on the wall says: hence the loop.
        while not done.wait(max(end - worked(), AGAIN)):
            with turn:
                if not done.is_set() and worked() >= end:
                    _raise_in(thread, TimeUp)

    watcher = threading.Thread(target=watch, daemon=True)
    watcher.start()
    try:
        yield
    finally:
        done.set()
        with turn:
            _raise_in(thread, None)  # what was to be raised and has not been


def _clock(thread: int) -> Callable[[], float]:
    """The seconds that a thread has worked; where the system does not say, those that have passed."""
    if not hasattr(time, "pthread_getcpuclockid"):
        return time.monotonic
    clock = time.pthread_getcpuclockid(thread)
    return lambda: time.clock_gettime(clock)


def _raise_in(thread: int, exception: type[BaseException] | None) -> None:
    """Have an exception raised in a thread, at its next step; None takes back one that waits."""
    given = None if exception is None else ctypes.py_object(exception)
    ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(thread), given)
