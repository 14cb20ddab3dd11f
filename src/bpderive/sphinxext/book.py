"""Build a book in several languages from the same sources, on all cores:

    python -m bpderive.sphinxext.book html docs docs/_build en=docs/_build/html/en zh_CN=docs/_build/html/zh

First comes what takes long (`prepare`), then Sphinx for all languages at the same time, each in a process of its own,
and with them all the pages that pair them (`sidebyside`) and the page for what is not found. What is kept for the next
build lies in the second folder, under the state of the library where it depends on it.
"""

from __future__ import annotations

import json
import multiprocessing
import os
import shutil
import sys
from pathlib import Path
from typing import Any

import sphinx.cmd.build

from bpderive.sphinxext.kept import folder_of_state
from bpderive.sphinxext.prepare import METHOD, prepare
from bpderive.sphinxext.sidebyside import FOLDERS, read_index, write_all


def build(builder: str, docs: Path, folder: Path, targets: dict[str, Path]) -> bool:
    """Build `docs` with Sphinx's `builder`, in each language of `targets` (Sphinx's name of it -> where to).

    `folder` is where everything is kept that the next build may use. Gives whether all went well; what did not has
    been told.
    """
    cells, doctrees = folder_of_state(folder / "cells"), folder / "doctrees"
    os.environ["BPDERIVE_CELLS"] = str(cells / "all")  # by this, a cell can know that the book runs it
    prepare(docs, cells / "all", doctrees / "kept")
    processes: Any = multiprocessing.get_context(METHOD)
    running = []
    for language, target in targets.items():
        own = copy_of_cells(cells / "all", cells / f"{builder}-{language}")
        arguments = ["-b", builder, "-W", "-n", "--keep-going", "-q", "-d", str(doctrees / own.name)]
        arguments += ["-D", f"language={language}", str(docs), str(target)]
        running.append(processes.Process(target=_sphinx, args=(arguments, own)))
        running[-1].start()
    for process in running:
        process.join()
    good = all(process.exitcode == 0 for process in running)
    if good and builder == "html" and len({target.parent for target in targets.values()}) == 1:
        return _combine(
            docs, next(iter(targets.values())).parent, {target.name for target in targets.values()}
        )
    return good


def copy_of_cells(cells: Path, target: Path) -> Path:
    """The results of cells in `target`, and nothing else there: reading them writes to their database, so each
    language has one of its own.

    What a killed build left beside a database, such as its journal, belongs to no copy of it.
    """
    shutil.rmtree(target, ignore_errors=True)
    shutil.copytree(cells, target, ignore=shutil.ignore_patterns("*-journal", "*-wal", "*-shm"))
    return target


def _sphinx(arguments: list[str], cells: Path) -> None:
    os.environ["BPDERIVE_CELLS"] = str(cells)
    raise SystemExit(sphinx.cmd.build.build_main(arguments))


def _combine(docs: Path, html: Path, built: set[str]) -> bool:
    """Pair the languages, if both were built, and write the page for what is not found."""
    if not built.issuperset(FOLDERS):
        return True
    wrong = write_all(html)
    print(*wrong, sep="\n", end="\n" * bool(wrong), file=sys.stderr)
    write_not_found(docs / "_templates" / "not-found.html", html)
    return not wrong


def write_not_found(template: Path, html: Path) -> None:
    """The page that a host shows for an address that leads nowhere: it knows the pages that there are."""
    titles = {
        folder: dict(zip(index["docnames"], index["titles"], strict=True))
        for folder in FOLDERS
        for index in [read_index((html / folder / "searchindex.js").read_text(encoding="utf-8"))]
    }
    names = sorted(titles["en"].keys() & titles["zh"].keys())
    pages = [{"name": name} | {folder: known[name] for folder, known in titles.items()} for name in names]
    listed = json.dumps(pages, ensure_ascii=False).replace("</", "<\\/")
    page = template.read_text(encoding="utf-8").replace("/*PAGES*/[]", listed)
    (html / "404.html").write_text(page, encoding="utf-8")


def main(builder: str, docs: str, folder: str, *targets: str) -> None:
    """The command line."""
    named = dict(target.split("=", 1) for target in targets)
    places = {language: Path(target) for language, target in named.items()}
    raise SystemExit(0 if build(builder, Path(docs), Path(folder), places) else 1)


if __name__ == "__main__":
    main(*sys.argv[1:])
