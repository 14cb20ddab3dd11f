"""The whole book as one ZIP file that opens from a folder: all pages in both languages, notebooks, search.

A page opened from a folder (`file://…`) may not fetch other files by script, so what a page of the website does in
that way is left out: pages are not told to load fonts ahead, and search shows titles and not the passages. The same
pages give the same bytes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from formats import archive

NAME = "bpderive"

_PRELOAD = re.compile(r'\s*<link rel="preload"[^>]*>')
_LEFT_OUT = frozenset({".buildinfo", "objects.inv", ".doctrees"})


def write(html: Path, out: Path) -> list[Path]:
    """Make the ZIP file of the pages in `html`; returns it."""
    target = out / f"{NAME}.zip"
    archive.write(target, files(html))
    return [target]


def files(html: Path) -> Iterator[tuple[str, bytes]]:
    """What is in the ZIP file: name and content, in a folder of the book's name."""
    for path in sorted(html.rglob("*")):
        name = path.relative_to(html)
        if path.is_file() and not _LEFT_OUT & set(name.parts):
            yield f"{NAME}/{name.as_posix()}", offline(name.name, path.read_bytes())


def offline(name: str, content: bytes) -> bytes:
    """A file as it must be where nothing can be fetched by a script."""
    if name.endswith(".html"):
        return _PRELOAD.sub("", content.decode()).encode()
    if name == "documentation_options.js":
        return content.replace(b"SHOW_SEARCH_SUMMARY: true", b"SHOW_SEARCH_SUMMARY: false")
    return content
