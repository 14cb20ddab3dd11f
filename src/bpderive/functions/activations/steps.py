"""A limit on the work of a computation that may not know when to stop, counted in steps and not by the clock.

Within `at_most(steps)`, `TooManySteps` is raised at the call of a Python function that is one too many. The thread that
computes counts its own calls, by Python's hook for profilers, so that work inside a library is counted too. A single
operation of the interpreter, such as a product of huge numbers, is one step: sizes of numbers are bounded beforehand.
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
        self._before: Any = None
        self._outer: at_most | None = None

    def __enter__(self) -> at_most:
        self._before, self._precision = sys.getprofile(), mpmath.mp.prec
        before = self._before
        if isinstance(before, at_most) and (before.question or not self.question):
            self._outer = before
            self.most = min(self.most, before.left)
            self.question = before.question
        sys.setprofile(self)
        return self

    def __exit__(self, *error: object) -> None:
        if self._before is None or callable(self._before):
            sys.setprofile(self._before)
        else:  # cProfile's, which starts itself
            sys.setprofile(None)
            self._before.enable()
        mpmath.mp.prec = self._precision  # the interrupted call may have been about to restore it
        if self._outer is not None:
            self._outer.made += self.made

    def __call__(self, frame: FrameType, event: str, argument: Any) -> None:
        """Count the calls of this thread, and end the computation at the one that is too many."""
        if event != "call":
            return
        self.made += 1
        # What Python calls on its own, to close a generator or to delete, would swallow the exception.
        own = frame.f_code.co_flags & inspect.CO_GENERATOR or frame.f_code.co_name == "__del__"
        if self.made > self.most and not own and frame.f_code.co_filename != __file__:
            raise TooManySteps

    @property
    def left(self) -> int:
        """How many steps are left."""
        return self.most - self.made


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
            outer = sys.getprofile()
            left = outer.left if isinstance(outer, at_most) and outer.question else None
            found: Any
            found, cost = known.get(arguments) or (None, 0)
            if not cost:
                with at_most(most(), question=True) as counter:
                    try:
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
            elif left is not None and isinstance(outer, at_most):
                outer.made += cost
                if cost > left:
                    raise TooManySteps
            if isinstance(found, Undecided):
                raise found.with_traceback(None)
            answer: Answer = found
            return answer

        return asked

    return decorate
