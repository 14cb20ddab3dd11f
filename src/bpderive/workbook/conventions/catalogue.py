"""The declared conventions by name: `conventions["course"].write("BP2")`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from bpderive.errors import unknown_name
from bpderive.letters.text import Text
from bpderive.workbook.conventions.convention import Convention
from bpderive.workbook.conventions.declared import DECLARED


class Conventions(Mapping[str, Convention]):
    """The conventions in the order in which they are tried; read-only. Raises `UnknownName` for any other."""

    def __init__(self, declared: tuple[Convention, ...]) -> None:
        self._named = {convention.name: convention for convention in declared}

    def __getitem__(self, name: object) -> Convention:
        if not isinstance(name, str) or name not in self._named:
            raise unknown_name(Text(en="convention", zh="约定"), name, self._named)
        return self._named[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._named)

    def __len__(self) -> int:
        return len(self._named)

    def __repr__(self) -> str:
        return f"<conventions: {', '.join(self._named)}>"


conventions = Conventions(DECLARED)
