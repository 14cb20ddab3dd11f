"""The long work of a build, done before any page is read: on all cores, and once for all languages.

`prepare(docs, cells, store)` runs the cells of each page in `docs` whose results are not in the folder `cells`, each
page in a kernel of its own, and puts into the folder `store` what the directives will ask for (see `kept`). It may
leave out anything: what fails here is tried again where a page needs it, and the error is told there, with its line.

To prepare one more thing, list it in `wanted`.
"""

from __future__ import annotations

import multiprocessing
import os
import sys
import tempfile
from collections.abc import Iterator
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from jupyter_cache import get_cache  # type: ignore[import-untyped]  # it comes without types
from jupyter_cache.base import CacheBundleIn  # type: ignore[import-untyped]
from jupyter_cache.executors.utils import single_nb_execution  # type: ignore[import-untyped]
from myst_nb.core.read import (  # type: ignore[import-untyped]
    is_myst_markdown_notebook,
    read_myst_markdown_notebook,
)
from traitlets.config import Config

from bpderive.errors import BpderiveError
from bpderive.functions.activations import elementwise_activations
from bpderive.functions.costs import costs
from bpderive.sphinxext.accounts import account
from bpderive.sphinxext.cost import pairs
from bpderive.sphinxext.kept import Wanted, at
from bpderive.sphinxext.learning import LEARNED

TIMEOUT = 120
"""Seconds that a cell may take, as in docs/conf.py."""


METHOD = "fork" if sys.platform == "linux" else "spawn"
"""How processes start: by `fork` they have all that is imported already."""


def wanted() -> list[Wanted[Any]]:
    """What is prepared besides the cells."""
    return [LEARNED, *map(account, elementwise_activations.values()), *map(pairs, costs.values())]


def prepare(docs: Path, cells: Path, store: Path) -> None:
    """Do all that has not been done, on as many processes as there are cores."""
    with _results(cells) as cache:
        pages = [page for page in pages_with_cells(docs) if not _is_known(cache, page)]
        missing = [number for number, one in enumerate(wanted()) if not at(store).has(one)]
        if pages or missing:
            _do(cache, pages, store, missing)


@contextmanager
def _results(cells: Path) -> Iterator[Any]:
    """The cache of results in `cells`; its database is closed in the end, so that it can be copied."""
    cache = get_cache(str(cells))
    try:
        yield cache
    finally:
        cache.db.dispose()


def _do(cache: Any, pages: list[Path], store: Path, missing: list[int]) -> None:
    with ProcessPoolExecutor(cores(), multiprocessing.get_context(METHOD)) as pool:
        work: list[Future[CacheBundleIn | None]] = [pool.submit(_make, store, number) for number in missing]
        work += [pool.submit(execute, page) for page in pages]
        for done in as_completed(work):
            if (bundle := done.result()) is not None:
                cache.cache_notebook_bundle(bundle, check_validity=False, overwrite=True)


def cores() -> int:
    """How many processes can run at the same time."""
    return len(os.sched_getaffinity(0)) if sys.platform == "linux" else os.cpu_count() or 1


def pages_with_cells(docs: Path) -> list[Path]:
    """The pages that are notebooks."""
    found = (page for pattern in ("*.md", "[!_]*/*.md") for page in sorted(docs.glob(pattern)))
    return [page for page in found if is_myst_markdown_notebook(page.read_text("utf-8"))]


def execute(page: Path) -> CacheBundleIn | None:
    """Run the cells of a page and give the notebook with their results; None where one of them fails."""
    with tempfile.TemporaryDirectory() as folder:
        kernel: dict[str, str] = {}
        if os.name == "posix":  # two kernels that start at the same time could take the same port
            kernel = {"transport": "ipc", "connection_file": str(Path(folder) / "kernel.json")}
        try:
            done = single_nb_execution(
                _notebook(page),
                cwd=str(page.parent),
                timeout=TIMEOUT,
                allow_errors=False,
                startup_timeout=TIMEOUT,
                config=Config({"KernelManager": kernel}),
            )
        except RuntimeError:  # the kernel did not start, or died
            return None
    return None if done.err else CacheBundleIn(done.nb, str(page), data={"execution_seconds": done.time})


def _notebook(page: Path) -> Any:
    return read_myst_markdown_notebook(page.read_text("utf-8"), add_source_map=True, path=page)


def _is_known(cache: Any, page: Path) -> bool:
    try:
        cache.match_cache_notebook(_notebook(page))
    except KeyError:
        return False
    return True


def _make(store: Path, number: int) -> None:
    try:
        at(store).of(wanted()[number])
    except BpderiveError:
        return
