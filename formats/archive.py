"""ZIP files that are the same bytes whenever and wherever they are made from the same content."""

from __future__ import annotations

import zipfile
from collections.abc import Iterable
from pathlib import Path

_WHEN = (1980, 1, 1, 0, 0, 0)  # the first moment that a ZIP file can name


def write(target: Path, files: Iterable[tuple[str, bytes]], *, stored_first: bool = False) -> None:
    """Write `files`, (name, content), in order; with `stored_first` the first is not compressed, as EPUB wants it."""
    target.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(target, "w") as archive:
        for i, (name, content) in enumerate(files):
            entry = zipfile.ZipInfo(name, _WHEN)
            entry.create_system = 3
            entry.external_attr = 0o100644 << 16
            entry.compress_type = zipfile.ZIP_STORED if stored_first and i == 0 else zipfile.ZIP_DEFLATED
            archive.writestr(entry, content, compresslevel=9)
