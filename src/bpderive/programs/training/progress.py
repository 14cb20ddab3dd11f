"""A progress bar for whoever watches: `for parameters in with_bar(descend(…), epochs): …`.

It is drawn in a terminal and in a notebook that someone works in, not in files, nor in the pages of the book.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator
from typing import TextIO, TypeVar

Item = TypeVar("Item")

_WIDTH = 30


def with_bar(items: Iterable[Item], count: int, stream: TextIO | None = None) -> Iterator[Item]:
    """The same items; a bar shows how many of `count` have come. It goes to the standard error, or to `stream`."""
    out = sys.stderr if stream is None else stream
    drawn = stream is not None or _watched(out)
    for done, item in enumerate(items, 1):
        if drawn:
            full = min(_WIDTH, _WIDTH * done // max(count, 1))
            end = "\n" if done == count else ""
            out.write(f"\r{'█' * full}{'·' * (_WIDTH - full)} {done}/{count}{end}")
            out.flush()
        yield item


def _watched(out: TextIO) -> bool:
    """Return whether a reader sees the output as it is written; the book's build says where its cells are kept."""
    return out.isatty() or ("ipykernel" in sys.modules and "BPDERIVE_CELLS" not in os.environ)
