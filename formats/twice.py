"""That the book is the same bytes wherever it is built: `python -m formats.twice`, after `nox -s docs`.

It copies the project to another folder, builds the book there, cells and all, and names every file of the pages that
differs from docs/_build/html. A date, the address of an object, a random name or a measured time in a page would.

What is computed is computed once in a build, for both languages. So the second build is of one language only, the one
that takes the longer way, through the translation; it is paired with the pages of the other, which are copied.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from bpderive.sphinxext import sidebyside
from bpderive.sphinxext.book import write_not_found
from formats import notebooks
from formats.pages import HTML

ROOT = Path(__file__).parents[1]
BUILT, COPIED = "zh", "en"

# What a checkout does not hold; the Node packages are large, and are shared.
NOT_COPIED = shutil.ignore_patterns(
    ".git", ".nox", ".venv", "_build", "node_modules", "__pycache__", ".*_cache", ".hypothesis"
)


def differences(one: Path, other: Path) -> list[str]:
    """The files in one of two folders only, or not the same in both; names that begin with a dot are no pages."""
    files = {
        path.relative_to(folder).as_posix()
        for folder in (one, other)
        for path in folder.rglob("*")
        if path.is_file() and not path.name.startswith(".")
    }
    return sorted(name for name in files if _content(one / name) != _content(other / name))


def _content(path: Path) -> bytes | None:
    return path.read_bytes() if path.is_file() else None


def build_elsewhere(folder: Path) -> Path:
    """Build the book from a copy of the project in `folder`; gives the folder of its pages."""
    copy = folder / "elsewhere"
    docs, html = copy / "docs", copy / HTML.relative_to(ROOT)
    shutil.copytree(ROOT, copy, ignore=NOT_COPIED)
    (docs / "node_modules").symlink_to(ROOT / "docs" / "node_modules")
    shutil.copytree(HTML / COPIED, html / COPIED)
    subprocess.run(
        [sys.executable, "docs/build.py", "--language", BUILT],
        cwd=copy,
        env=os.environ | {"PYTHONPATH": str(copy / "src")},
        check=True,
    )
    sidebyside.write_all(html)
    write_not_found(docs / "_templates" / "not-found.html", html)
    notebooks.write_all(html)
    return html


def main() -> int:
    """Build once more, and compare."""
    if not (HTML / "index.html").exists():
        raise SystemExit("There are no pages yet. Build the book first: nox -s docs")
    with tempfile.TemporaryDirectory() as folder:
        found = differences(HTML, build_elsewhere(Path(folder)))
    print(f"{len(found)} files differ" + "".join(f"\n  {name}" for name in found))
    return 1 if found else 0


if __name__ == "__main__":
    raise SystemExit(main())
