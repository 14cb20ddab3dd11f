"""The files to take along stand beside the pages, and the pages link to those that are there, and to no others.

`write(html, out)` copies the PDFs, the EPUBs and the ZIP file from `out` to html/download, and makes each of their
names on the page "Take the book along" a link to its file, with the size. A name whose file was not made stays a name.
The formats themselves are made from pages without these links (`unlinked`), since nothing stands beside an e-book.
"""

from __future__ import annotations

import re
import shutil
from pathlib import Path

PAGE = "take-along.html"
FOLDER = "download"
_NAME = re.compile(
    r'<code class="docutils literal notranslate"><span class="pre">(bpderive[\w.-]*\.(?:pdf|epub|zip))</span></code>'
)
_LINK = re.compile(r'<a class="bp-file"[^>]*>(.*?)</a><span class="bp-size">[^<]*</span>', re.DOTALL)


def write(html: Path, out: Path) -> list[Path]:
    """Put the files that are in `out` beside the pages in `html`, and link to them; returns the copies."""
    target = html / FOLDER
    shutil.rmtree(target, ignore_errors=True)
    made = sorted(path for path in out.glob("bpderive*") if path.suffix in (".epub", ".pdf", ".zip"))
    if not made:
        raise SystemExit("There is nothing to take along yet. Make it first: nox -s epub pdf zip")
    target.mkdir()
    copies = [Path(shutil.copyfile(path, target / path.name)) for path in made]
    for page in html.glob(f"*/{PAGE}"):
        page.write_text(
            linked(page.read_text("utf-8"), {path.name: path.stat().st_size for path in copies}), "utf-8"
        )
    return copies


def linked(page: str, sizes: dict[str, int]) -> str:
    """The page with links to the files in `sizes`, by name, and with no others."""

    def link(name: re.Match[str]) -> str:
        if name[1] not in sizes:
            return name[0]
        size = f"{sizes[name[1]] / 1e6:.1f}\u202fMB"
        address = f"../{FOLDER}/{name[1]}"
        return (
            f'<a class="bp-file" href="{address}" download>{name[0]}</a><span class="bp-size"> {size}</span>'
        )

    return _NAME.sub(link, unlinked(page))


def unlinked(page: str) -> str:
    """A page without the links that `linked` made."""
    return _LINK.sub(r"\1", page)
