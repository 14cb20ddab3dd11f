"""In which arrays the matrices of a program are, as few as their lives allow.

`stored(lets)` walks the lines in their order. A matrix is dead when no later line reads it; the next one of its layer
is then written into its array, or over it where each entry needs only the entry that was there. Of a gradient's
matrices the activations and one further array for each layer remain: z^l, over which σ′(z^l) is written, and a^l, over
which δ^l is written when the layer above is done. To let an operation write over what it reads, add it to `_entrywise`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from bpderive.codegen.nodes import Applied, Let, Operation, OutputError, Shared, Value


@dataclass(frozen=True, slots=True)
class Storage:
    """`arrays` names for each layer its arrays; `places` says in which of them a value is."""

    arrays: dict[int, list[str]] = field(default_factory=dict)
    places: dict[Value, str] = field(default_factory=dict)

    def over(self, result: Value, read: Value) -> bool:
        """Whether one is written over the other."""
        return self.places[result] == self.places.get(read)

    def moved(self) -> list[tuple[str, str]]:
        """The values that are in an array of another name: (value, array)."""
        return [(value.name, place) for value, place in self.places.items() if value.name != place]


def stored(lets: Sequence[Let]) -> Storage:
    """Where z, a, σ′(z) and δ of every layer are."""
    last = {value: n for n, let in enumerate(lets) for value in let.reads}
    found = Storage()
    holders: dict[str, Value] = {}
    for n, let in enumerate(lets):
        value = let.value
        if value.letter not in ("z", "a", "slope", "delta"):
            continue
        names = found.arrays.setdefault(value.layer, [])
        over = _entrywise(let.operation)
        free = (
            name
            for name in names
            if (lives := last.get(holders[name], -1)) < n or (lives == n and holders[name] in over)
        )
        place = next(free, None)
        if place is None:
            place = value.name
            names.append(place)
        found.places[value], holders[place] = place, value
    return found


def _entrywise(operation: Operation) -> tuple[Value, ...]:
    """The matrices that the operation may be written over: of each entry it needs the one in the same place."""
    inner = operation.matrix if isinstance(operation, Shared) else operation
    if isinstance(inner, Applied):
        return (inner.z,)
    if isinstance(inner, OutputError):
        return (inner.a,)
    return ()
