"""A limit on the work of a computation that may not know when to stop, counted in steps and not by the clock.

Within `at_most(steps)`, `TooManySteps` is raised at the call of a Python function that is one too many. The thread that
computes counts its own calls, by Python's hook for tracers, so that work inside a library is counted too; where a
debugger traces already, by the hook for profilers, which costs six times as much. A single operation of the
interpreter, such as a product of huge numbers, is one step: sizes of numbers are bounded beforehand.
A `question` has steps of its own, whoever asks it and after whatever, and its answer is remembered.
"""

from __future__ import annotations

import inspect
import sys
from collections.abc import Callable
from functools import wraps
from types import FrameType
from typing import Any, TypeVar

import mpmath

from bpderive.functions.activations.variables import CACHE
from bpderive.letters.text import Text

MOST = 900_000
"""How many steps a question may take."""


class Undecided(Exception):
    """What could not be settled; `reason` says why, in both languages."""

    def __init__(self, reason: Text) -> None:
        super().__init__(reason.en)
        self.reason = reason


class TooManySteps(BaseException):
    """The steps are used up. No `Exception`, so that no handler on the way takes it for something it can mend."""


class at_most:  # a context manager, written as one
    """Raise `TooManySteps` in the body of the `with` once it has made so many calls; limits may be nested.

    The steps of a `question` are its own: they are neither limited by those that are left outside of it nor counted
    there, unless it belongs to another question.
    """

    def __init__(self, steps: int, *, question: bool = False) -> None:
        self.most, self.made, self.question = steps, 0, question
        self._hook: Callable[[Any], None] = sys.settrace
        self._before: Any = None
        self._outer: at_most | None = None

    def __enter__(self) -> at_most:
        self._precision = mpmath.mp.prec
        self._before, outer = sys.gettrace(), running()
        if self._before is not None and _counter(self._before) is None:
            self._hook, self._before = sys.setprofile, sys.getprofile()
        if outer is not None and (outer.question or not self.question):
            self._outer = outer
            self.most = min(self.most, outer.left)
            self.question = outer.question
        self._hook(self._count)
        return self

    def __exit__(self, *error: object) -> None:
        if self._before is None or callable(self._before):
            self._hook(self._before)
        else:  # cProfile's, which starts itself
            self._hook(None)
            self._before.enable()
        mpmath.mp.prec = self._precision  # the interrupted call may have been about to restore it
        if self._outer is not None:
            self._outer.made += self.made

    def _count(self, frame: FrameType, event: str, argument: Any) -> None:
        """Count a call of this thread, and end the computation at the one that is too many.

        A tracer that gives nothing back is told of the calls alone, neither of lines nor of what is written in C.
        """
        if event != "call":
            return
        self.made += 1
        if self.made > self.most:
            # What Python calls on its own, to close a generator or to delete, would swallow the exception.
            own = frame.f_code.co_flags & inspect.CO_GENERATOR or frame.f_code.co_name == "__del__"
            if not own and frame.f_code.co_filename != __file__:
                raise TooManySteps

    @property
    def left(self) -> int:
        """How many steps are left."""
        return self.most - self.made


def running() -> at_most | None:
    """The innermost limit that this thread computes under, if any."""
    return _counter(sys.gettrace()) or _counter(sys.getprofile())


def _counter(hook: Any) -> at_most | None:
    owner = getattr(hook, "__self__", None)
    return owner if isinstance(owner, at_most) else None


TOO_MUCH_WORK = Text(en="it was not found in {steps} steps of computation", zh="在 {steps} 步计算内未能求出")

Answer = TypeVar("Answer")


def question(most: Callable[[], int]) -> Callable[[Callable[..., Answer]], Callable[..., Answer]]:
    """A function whose every answer may take `most` steps and is remembered, as is that there is none: `Undecided`.

    What is remembered counts as many steps as it took, so that it does not matter who asked before.
    """

    def decorate(find: Callable[..., Answer]) -> Callable[..., Answer]:
        known: dict[Any, tuple[Any, int]] = {}

        @wraps(find)
        def asked(*arguments: Any) -> Answer:
            outer = running()
            left = outer.left if outer is not None and outer.question else None
            found: Any
            found, cost = known.get(arguments) or (None, 0)
            if not cost:
                counter = at_most(most(), question=True)
                try:
                    with counter:
                        found = find(*arguments)
                except Undecided as undecided:
                    found = undecided
                except TooManySteps:
                    if left is not None and left < most():
                        raise
                    found = Undecided(TOO_MUCH_WORK.format(steps=most()))
                if len(known) >= CACHE:
                    known.clear()
                known[arguments] = found, counter.made
            elif left is not None and outer is not None:
                outer.made += cost
                if cost > left:
                    raise TooManySteps
            if isinstance(found, Undecided):
                raise found.with_traceback(None)
            answer: Answer = found
            return answer

        return asked

    return decorate
