"""The table of conventions: what each says, and an equation in each with the mark of its check."""

import re
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


def test_every_row_says_whose_it_is_and_every_convention_has_a_button(book: Callable[..., Book]) -> None:
    made = str(book({"index": PAGE}).page())
    rows = re.findall(r'<tr class="[^"]*bp-convention-([\w-]+)', made)
    for name, convention in bp.conventions.items():
        assert f'data-row="bp-convention-{name}"' in made
        assert rows.count(name) == 1 + bool(convention.forms("BP4"))


def test_a_formula_says_on_hover_what_its_letters_are_here(book: Callable[..., Book]) -> None:
    made = book({"index": PAGE}).page()
    told = {cell.get("title") for cell in made.select("tr.bp-convention-course span[title]")}
    assert told == {"W = w, ℒ = C, g = σ"}
