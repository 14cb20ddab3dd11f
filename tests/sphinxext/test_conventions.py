"""The table of conventions: what each says, and an equation in each with the mark of its check."""

from collections.abc import Callable

import bpderive as bp
from tests.sphinxext.conftest import Book

PAGE = "# Notation\n\n```{conventions-table}\n```\n\n```{conventions-table} BP4\n```\n"


def test_every_convention_has_its_row_and_every_cell_its_mark(book: Callable[..., Book]) -> None:
    made = book({"index": PAGE})
    said = made.words()
    for convention in bp.conventions.values():
        assert convention.title.en in said
        own = len(convention.forward) + len(convention.equations)
        assert f"its own {own} equations decided to hold" in said
    cells = sum(len(c.forms("BP4")) for c in bp.conventions.values() if "BP4" in c.numbers)
    marks = [mark for mark in made.marks() if "hold" in mark]
    assert len(marks) == len(bp.conventions) + cells
