"""A limit on the time that a computation may take, for computations that may not know when to stop.

Within `budget(seconds)`, `TimeUp` is raised once the thread has worked for that long. It works in every thread and on
every system, and costs the computation nothing: another thread keeps the time. A single operation of the interpreter,
such as a product of huge numbers, is not cut short.
"""

from __future__ import annotations

import ctypes
import math
import sys
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
    if sys.platform == "emscripten":  # a page has no second thread: its reader stops what takes too long
        yield
        return
    thread, worked = threading.get_ident(), _clock(threading.get_ident())
    done, turn = threading.Event(), threading.Lock()
    end = worked() + seconds

    def watch() -> None:
        # A thread that waits for its turn works less than the clock on the wall says: hence the loop.
        while not done.wait(max(end - worked(), AGAIN)):
            with turn:
                if not done.is_set() and worked() >= end:
                    _raise_in(thread)

    watcher = threading.Thread(target=watch, daemon=True)
    watcher.start()
    try:
        yield
    finally:
        _ended(done, turn)


def _ended(done: threading.Event, turn: threading.Lock) -> None:
    """Stop the watcher, and let what it has raised, and what comes too late to matter, arrive here and be forgotten.

    To take it back instead is no way: CPython 3.11 would look for it at every step from then on, and a traced function
    would never begin.
    """
    while True:
        try:
            done.set()
            with turn:  # the watcher is not in the middle of it, and will raise nothing more
                pass
            for _ in range(_STEPS):
                pass
        except TimeUp:
            continue
        return


_STEPS = 100
"""More steps than the interpreter takes before it notices that something is to be raised."""


def _clock(thread: int) -> Callable[[], float]:
    """The seconds that a thread has worked; where the system does not say, those that have passed."""
    if not hasattr(time, "pthread_getcpuclockid"):
        return time.monotonic
    clock = time.pthread_getcpuclockid(thread)

    def worked() -> float:
        try:
            return time.clock_gettime(clock)
        except OSError:  # the thread has ended, and its clock with it: whoever still asks need not wait
            return math.inf

    return worked


def _raise_in(thread: int) -> None:
    """Have `TimeUp` raised in a thread, at its next step."""
    ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(thread), ctypes.py_object(TimeUp))
