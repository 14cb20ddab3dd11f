"""In which arrays the steps of an elementwise computation are: each in one that nothing waits in, as few as possible.

`in_registers(steps, free, named, same)` gives the lines; `same` says which argument and which output may be one array.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class InPlace:
    """The lines of a computation, and the scratch arrays that it uses."""

    lines: tuple[str, ...]
    scratch: tuple[str, ...]


@dataclass(slots=True, eq=False)
class Step:
    """One operation on what other steps gave, or on text as it stands; `output` is the array that it must write."""

    function: str
    operands: tuple[Step | str, ...]
    output: str = ""

    @property
    def reads(self) -> tuple[Step, ...]:
        """The steps among the operands."""
        return tuple(part for part in self.operands if isinstance(part, Step))


@dataclass(frozen=True, slots=True)
class Same:
    """An argument and an output that may be one array; `waiting` says whether other steps may use it in between."""

    given: str
    output: str
    waiting: bool

    def free_after(self, steps: Sequence[Step]) -> int:
        """The number of the step that reads the argument last; −1 where there is nothing to wait for."""
        if self.given == self.output or not self.waiting:
            return -1
        return max((n for n, step in enumerate(steps) if self.given in step.operands), default=-1)

    def array(self, name: str) -> str:
        """One name for both."""
        return self.output if name == self.given else name


def in_registers(steps: Sequence[Step], free: list[str], named: Callable[[int], str], same: Same) -> InPlace:
    """The lines, each step in an array of its own that is free again after its last reading.

    `free` are arrays to begin with: the last output, which is written by the last step, is as good as any until then.
    """
    last = {part: n for n, step in enumerate(steps) for part in step.reads}
    given_until = same.free_after(steps)
    place: dict[Step, str] = {}
    scratch: list[str] = []

    def found() -> str:
        if not free:
            scratch.append(named(len(scratch) + 1))
            return scratch[-1]
        return free.pop()

    conditions = 0
    lines: list[str] = []
    for n, step in enumerate(steps):
        names = [part if isinstance(part, str) else place[part] for part in step.operands]
        ended = {
            place[part]
            for part in step.reads
            if last[part] == n and not part.output and part.function != "condition"
        }
        if n == given_until and step.function != "condition":
            free.append(same.output)
        if step.function == "condition":
            conditions += 1
            place[step] = f"c{conditions}"
            lines.append(f"c{conditions} = {names[0]} {names[2]} {names[1]}")
        elif step.function == "where":
            # What is kept where the condition fails may be written over; what is put elsewhere may not.
            own = step.output or (names[2] if names[2] in ended else "")
            place[step] = own or found()
            ended.discard(place[step])
            lines += _selected([same.array(name) for name in names], place[step], names)
        else:
            free += sorted(ended, reverse=True)
            ended = set()
            place[step] = step.output or found()
            lines.append(_line(step.function, names, place[step]))
        free += sorted(ended, reverse=True)
        if n == given_until and step.function == "condition":
            free.append(same.output)
    return InPlace(tuple(lines), tuple(scratch))


def _selected(arrays: Sequence[str], place: str, names: Sequence[str]) -> list[str]:
    """What is in `place` already stays there; `arrays` are those of `names` if argument and output are one array."""
    condition, then, otherwise = names
    if arrays[1] == place:
        first = [] if then == place else [f"copyto({place}, {then})"]
        return [*first, f"copyto({place}, {otherwise}, where=~{condition})"]
    first = [] if otherwise == place else [f"copyto({place}, {otherwise})"]
    return [*first, f"copyto({place}, {then}, where={condition})"]


def _line(function: str, names: Sequence[str], place: str) -> str:
    if function == "copy":
        return f"copyto({place}, {names[0]})"
    if function.startswith("np.vectorize"):
        return f"copyto({place}, {function}({', '.join(names)}))"
    out = "out=" if function in ("minimum", "maximum") else ""  # NumPy will have these two so
    return f"{function}({', '.join(names)}, {out}{place})"
