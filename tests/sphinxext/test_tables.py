"""The pages made of the notation and of the registry."""

from __future__ import annotations

import json

import pytest

from bpderive.equations import equations
from bpderive.letters.table import table

ALL = "# All\n\n```{equation-index}\n```\n"
PAGES = {
    "index": "# Notation\n\n```{notation-table}\n```\n",
    "all": ALL,
    "other": "# Some page\n\n```{equation} BP2\n```\n\n```{derivation} BP2\n```\n",
}
VARIANTS = {
    "BP2": {"made": 7, "refuted": 5, "ill-formed": 2, "true": 0},
    "BP3": {"made": 4, "refuted": 2, "ill-formed": 1, "true": 1},
}


@pytest.fixture(scope="module")
def both(in_both, tmp_path_factory):
    """The pages in English and in Chinese."""
    results = tmp_path_factory.mktemp("variants") / "results.json"
    results.write_text(json.dumps(VARIANTS), "utf-8")
    return in_both(PAGES, bpderive_variants=str(results))


def test_every_letter_has_its_row_in_both_languages(both):
    english, chinese = both
    assert english.warnings == chinese.warnings == ""
    rows = english.page().select("tbody tr")
    assert [row.find("annotation").get_text() for row in rows] == [letter.latex for letter in table]
    assert len(chinese.page().select("tbody tr")) == len(table)
    assert chinese.page().find("th").get_text() == "记号"
    for row, letter in zip(rows, table, strict=True):
        assert letter.code in row.get_text()
        assert not letter.defined or row.find("a", string=f"({letter.defined})")


def test_the_index_has_every_equation_once_in_the_books_order(both):
    entries = both[0].page("all").select(".bp-index > li")
    assert [entry["id"] for entry in entries] == [f"check-{number.lower()}" for number in equations]
    for entry, equation in zip(entries, equations.values(), strict=True):
        assert entry.find("annotation", string=equation.latex())
        assert entry.find(class_="bp-number").get_text() == f"({equation.number})"
        assert entry.find(class_="bp-mark")


def test_the_index_tells_where_an_equation_stands_and_is_proved(both):
    english, chinese = (made.page("all") for made in both)
    places = english.select_one("#check-bp2 .bp-places")
    assert places.find("a", string="Some page")["href"] == "other.html#eq-bp2"
    assert places.find("a", string="proof")["href"] == "other.html#proof-bp2"
    assert "stated only here" in english.select_one("#check-46 .bp-places").get_text()
    assert english.select_one("#check-41 .bp-places").find("a", string="(BP2)")
    assert "见于" in chinese.select_one("#check-bp2 .bp-places").get_text()


def test_the_index_is_written_anew_when_a_page_states_an_equation(book):
    book({"index": ALL, "other": "# Other\n"})
    made = book({"other": "# Other\n\n```{equation} 46\n```\n"}, again=True)
    assert made.page().select_one("#check-46 .bp-number a")["href"] == "other.html#eq-46"


def test_the_index_tells_what_became_of_the_wrong_variants(both):
    page = both[0].page("all")
    told = {name: page.select_one(f"#check-{name}").get_text() for name in ("bp1", "bp2", "bp3")}
    assert "variants" not in told["bp1"]
    assert "7 wrong variants: 5 refuted, 2 ill-formed" in told["bp2"]
    assert "4 variants: 2 refuted, 1 ill-formed, 1 proved true" in told["bp3"]
