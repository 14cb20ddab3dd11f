"""What takes long is made once for a state of the library, before the pages are read, and anew when it changed."""

from __future__ import annotations

from pathlib import Path

import pytest
from jupyter_cache import get_cache

from bpderive.sphinxext import book, kept, prepare
from bpderive.sphinxext.kept import Kept, Wanted

PAGE = """---
file_format: mystnb
kernelspec:
  name: python3
  display_name: Python 3
---

# A page

```{code-cell} ipython3
CODE
```
"""


MADE: list[int] = []


def make(number: int) -> list[int]:
    """Something that takes long: it counts how often it was made."""
    MADE.append(number)
    return [number, len(MADE)]


def fail() -> None:
    """Something that is refuted."""
    MADE.append(0)
    raise ValueError("refuted")


THREE = Wanted(make, (3,), "3")


@pytest.fixture(autouse=True)
def nothing_made() -> None:
    MADE.clear()


def test_a_result_is_made_once_for_all_processes(tmp_path: Path) -> None:
    first, second = Kept(tmp_path), Kept(tmp_path)
    assert not first.has(THREE)
    assert first.of(THREE) == [3, 1]
    assert second.has(THREE)
    assert second.of(THREE) == first.of(THREE) == [3, 1]
    assert second.of(Wanted(make, (4,), "4")) == [4, 2]


def test_a_result_is_made_anew_when_the_module_that_makes_it_has_changed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    Kept(tmp_path).of(THREE)
    monkeypatch.setattr(kept, "_source", lambda module: "another source")
    assert not Kept(tmp_path).has(THREE)
    assert Kept(tmp_path).of(THREE) == [3, 2]


def test_what_fails_is_tried_again(tmp_path: Path) -> None:
    store = Kept(tmp_path)
    for times in (1, 2):
        with pytest.raises(ValueError, match="refuted"):
            store.of(Wanted(fail, (), "nothing"))
        assert len(MADE) == times
    assert not list(tmp_path.iterdir())


def test_results_of_another_library_are_thrown_away(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = kept.folder_of_state(tmp_path)
    first.mkdir()
    assert kept.folder_of_state(tmp_path) == first
    assert first.is_dir()
    kept.state.cache_clear()
    with monkeypatch.context() as patch:
        patch.setattr(kept, "source_hash", lambda without: "another")
        other = kept.folder_of_state(tmp_path)
    kept.state.cache_clear()
    assert other != first
    assert not first.exists()


def test_the_hash_of_the_source_knows_every_part_but_those_left_out() -> None:
    assert (
        kept.source_hash() != kept.source_hash(without=("sphinxext",)) != kept.source_hash(without=("cli",))
    )


@pytest.fixture
def docs(tmp_path: Path) -> Path:
    """Pages of which one has a good cell, one a bad one, and one none."""
    folder = tmp_path / "docs"
    folder.mkdir()
    (folder / "good.md").write_text(PAGE.replace("CODE", "print(6 * 7)"), "utf-8")
    (folder / "bad.md").write_text(PAGE.replace("CODE", "1 / 0"), "utf-8")
    (folder / "words.md").write_text("# Words\n", "utf-8")
    return folder


# Python 3.12 and later say so of every fork beside the threads of NumPy.
@pytest.mark.filterwarnings("ignore:.*multi-threaded, use of fork:DeprecationWarning")
def test_cells_run_once_and_before_the_pages_are_read(
    docs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(prepare, "wanted", lambda: [])
    assert [page.name for page in prepare.pages_with_cells(docs)] == ["bad.md", "good.md"]
    cells = tmp_path / "cells"
    prepare.prepare(docs, cells, tmp_path / "store")
    [record] = get_cache(
        str(cells)
    ).list_cache_records()  # a cell that fails is left to the page that needs it
    assert Path(record.uri).name == "good.md"
    notebook = get_cache(str(cells)).get_cache_bundle(record.pk).nb
    assert notebook.cells[0].outputs[0].text == "42\n"
    (docs / "bad.md").unlink()
    monkeypatch.setattr(prepare, "execute", lambda page: pytest.fail("it was run twice"))
    prepare.prepare(docs, cells, tmp_path / "store")


def test_each_language_reads_a_whole_copy_of_the_results(tmp_path: Path) -> None:
    cells, target = tmp_path / "all", tmp_path / "html-en"
    with prepare._results(cells) as cache:
        assert cache.list_cache_records() == []
    (cells / "global.db-journal").write_bytes(b"of a build that was killed")
    target.mkdir()
    for left in ("global.db", "global.db-journal", "global.db-wal"):
        (target / left).write_bytes(b"of a build that was killed")
    book.copy_of_cells(cells, target)
    assert (target / "global.db").read_bytes() == (cells / "global.db").read_bytes()
    assert not list(target.glob("global.db-*"))
    assert get_cache(str(target)).list_cache_records() == []


def test_what_the_directives_ask_for_is_what_is_prepared() -> None:
    names = [one.make.__name__ for one in prepare.wanted()]
    assert set(names) == {"account_of", "pairs_of", "run"}
    assert len({one.name for one in prepare.wanted()}) == len(names)
