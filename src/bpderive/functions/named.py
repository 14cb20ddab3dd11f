"""Read-only mappings by name that suggest the nearest name when one is unknown.

`Catalogue(kind, [sigmoid, tanh])` maps "sigmoid" and "tanh" to their declarations, in the order given, `kind` being
what they are, such as activations; `catalogue.find(name_or_declaration)` is what functions that accept either call.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Generic, Protocol, TypeVar

from bpderive.errors import unknown_name
from bpderive.letters.text import Text


class Named(Protocol):
    """Anything with a name."""

    @property
    def name(self) -> str:
        """The name it goes by."""
        ...


Entry = TypeVar("Entry", bound=Named)


class Catalogue(Mapping[str, Entry], Generic[Entry]):
    """The declarations of one kind by name, in the order of declaration."""

    __slots__ = ("_entries", "_kind", "_type")

    def __init__(self, kind: Text, entries: Iterable[Entry]) -> None:
        self._kind = kind
        self._entries = {entry.name: entry for entry in entries}
        self._type = tuple({type(entry) for entry in self._entries.values()})

    def __getitem__(self, name: object) -> Entry:
        if isinstance(name, str) and name in self._entries:
            return self._entries[name]
        raise unknown_name(self._kind, name, self._entries)

    def __iter__(self) -> Iterator[str]:
        return iter(self._entries)

    def __len__(self) -> int:
        return len(self._entries)

    def __repr__(self) -> str:
        return f"<{self._kind.en}s: {', '.join(self._entries)}>"

    def find(self, given: str | Entry) -> Entry:
        """The declaration called `given`, or `given` itself if it is a declaration; else raises `UnknownName`."""
        return given if isinstance(given, self._type) else self[given]
