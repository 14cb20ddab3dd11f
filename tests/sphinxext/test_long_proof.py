"""The long proof in parts on a page, and the table of the work that its simplifications save."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from bpderive import discovery
from bpderive.equations.discovery import Work


def test_a_part_is_shown_with_marks_of_its_own_and_the_whole_with_all_headings(
    book: Callable[..., Any],
) -> None:
    made = book(
        {
            "index": "# A page\n\n```{derivation} long\n:part: A\n```\n\n```{derivation} long\n:part: BP2\n```\n",
            "whole": "# Whole\n\n```{derivation} long\n```\n",
        }
    )
    assert not made.failed, made.warnings
    part, theorem = made.page().select(".bp-derivation")
    assert "Part A" in part.summary.get_text()
    assert "(BP2)" in theorem.summary.get_text()
    assert [heading.get_text().split(":")[0] for heading in part.select(".bp-part")] == [
        "Base case",
        "Induction step",
        "Conclusion",
    ]
    assert made.marks() == [
        "proved in general",
        "exact on 8 networks",
        "proved in general",
        "exact on 6 networks",
    ]
    whole = made.page("whole").select_one(".bp-derivation")
    assert whole is not None
    assert whole.get("id") == "proof-long"
    assert len(whole.select(".bp-step")) > 50
    assert len(whole.select(".bp-part")) == 12 + 5  # the parts, and those of the two proofs by induction


def test_a_part_that_does_not_exist_is_an_error_that_names_the_parts(book: Callable[..., Any]) -> None:
    made = book({"index": "# A page\n\n```{derivation} long\n:part: Q\n```\n"})
    assert made.failed
    assert "There is no part of the derivation long" in made.warnings
    assert "BP4" in made.warnings


def test_the_table_counts_and_speaks_both_languages(book: Callable[..., Any]) -> None:
    page = {"index": "# A page\n\n```{simplifications}\n:networks: 2,3,2; 784,30,10\n```\n"}
    english, chinese = book(page), book(page, language="zh_CN")
    assert not english.failed, english.warnings
    rows = [[cell.get_text() for cell in row.select("td")] for row in english.page().select("tbody tr")]
    assert rows[0][1:] == ["80", "942,310"]
    assert rows[-1][1:] == ["23", "24,160"]
    assert "从右往左乘" in chinese.words()


def test_a_wrong_count_does_not_reach_the_page(
    book: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    def wrong(net: Any) -> tuple[discovery.Simplification, ...]:
        return tuple(replace(form, work=form.work + Work(1)) for form in discovery.simplifications(net))

    monkeypatch.setattr("bpderive.sphinxext.tables.simplifications", wrong)
    made = book({"index": "# A page\n\n```{simplifications}\n```\n"})
    assert made.failed
    assert "its program does" in made.warnings
