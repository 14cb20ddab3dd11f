"""How long the pages are: `python -m translations.lengths` prints the words of each page, and of the first reading.

Counted are the words of the English prose outside of exercises and their solutions. Code, formulas, tables, and
what a directive prints (equations, proofs, captions) are not prose. The exit code is 1 if a page of the first
reading is longer than `PAGE`, or all of them together are longer than `FIRST_READING`.
"""

from __future__ import annotations

import re
from pathlib import Path

PAGE, FIRST_READING = 1500, 15_000

_HEAD = re.compile(r"\A---\n[\s\S]*?^---\n", re.MULTILINE)
_FENCE = re.compile(r"^(`{3,})(?:\{([\w-]+)\})?.*\n([\s\S]*?)^\1$", re.MULTILINE)
_NO_PROSE = re.compile(
    r"^\$\$[\s\S]*?^\$\$|\$[^$]+\$|^\|.*$|^:.*$|^\([\w-]+\)=$|\{[\w-]+\}`[^`]*`|`[^`]*`|(?<=\])\([^)]*\)",
    re.MULTILINE,
)
_WORD = re.compile(r"[^\W\d_](?:[\w’'-]*\w)?")
_CONTENTS = re.compile(r"```\{toctree\}\n(?::.*\n)*:caption: First reading\n([\s\S]*?)```")


def _of_fence(fence: re.Match[str]) -> str:
    """What a directive adds to the prose of its page: the text of a note or an admonition that is not an exercise."""
    kind, body = fence[2], fence[3]
    return body if kind in {"note", "admonition"} and ":class: exercise" not in body else ""


def words(page: str) -> int:
    """Count the words of prose of a page in MyST Markdown, without its exercises and their solutions."""
    prose = _FENCE.sub(_of_fence, _HEAD.sub("", page))
    return len(_WORD.findall(_NO_PROSE.sub(" ", prose)))


def first_reading(index: str) -> list[str]:
    """Return the names of the pages under “First reading” in the contents of the book."""
    contents = _CONTENTS.search(index)
    return contents[1].split() if contents else []


def main() -> int:
    """Print the words of the pages. Return 1 if one of the first reading, or all of it, is too long."""
    docs = Path(__file__).parents[1] / "docs"
    counts = {page.stem: words(page.read_text("utf-8")) for page in sorted(docs.glob("*.md"))}
    first = {name: counts.pop(name) for name in first_reading((docs / "index.md").read_text("utf-8"))}
    for name, count in {**first, "the first reading": sum(first.values()), **counts}.items():
        print(f"{count:6,}  {name}")
    return int(any(count > PAGE for count in first.values()) or sum(first.values()) > FIRST_READING)


if __name__ == "__main__":
    raise SystemExit(main())
