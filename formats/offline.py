"""The whole book as one ZIP file that opens from a folder: all pages in both languages, notebooks, search.

A page opened from a folder (`file://…`) may not fetch other files by script. So pages are not told to load fonts
ahead, and the passages that search shows come from a script beside the search page, which holds the text of all pages.
The same pages give the same bytes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from formats import archive, downloads, passages

NAME = "bpderive"

_PRELOAD = re.compile(r'\s*<link rel="preload"[^>]*>')
_LEFT_OUT = frozenset({".buildinfo", "objects.inv", ".doctrees", downloads.FOLDER})


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
            if name.name == "search.html":
                yield (
                    f"{NAME}/{(name.parent / passages.NAME).as_posix()}",
                    passages.script(path.parent).encode(),
                )


def offline(name: str, content: bytes) -> bytes:
    """A file as it must be where nothing can be fetched by a script."""
    if not name.endswith(".html"):
        return content
    page = _PRELOAD.sub("", downloads.unlinked(content.decode()))
    if name == "search.html":
        page = page.replace("</head>", f'<script src="{passages.NAME}"></script>\n</head>', 1)
    return page.encode()
