"""The works that the book cites: the role, the list, and that neither says anything in vain."""

from __future__ import annotations

import pytest

WORKS = """
[first-1990]
authors = ["Ada B. First", "Carl Second", "others"]
title = "On sums"
where = { en = "thesis", zh = "论文" }
year = 1990

[alone-1980]
authors = ["Dora Alone"]
title = "On products"
where = "Journal 1, 2–3"
year = 1980
address = "https://doi.org/10.1000/1"

[many-2000]
authors = ["A. One", "B. Two", "C. Three", "D. Four"]
title = "On paths"
where = "Journal 4"
year = 2000
"""
LIST = {"works": "# Works\n\n```{bibliography}\n```\n"}
CITED = "# Citations\n\nSee {cite}`first-1990`, {cite}`alone-1980` and {cite}`many-2000`.\n"


@pytest.fixture
def with_works(book, tmp_path):
    """Build pages with a bibliography."""
    (tmp_path / "source").mkdir()
    (tmp_path / "source" / "bibliography.toml").write_text(WORKS, "utf-8")
    return lambda pages, *arguments, **settings: book(LIST | pages, *arguments, **settings)


@pytest.mark.parametrize(
    ("language", "cited", "listed"),
    [
        (
            "en",
            ["First et al. (1990)", "Alone (1980)", "One et al. (2000)"],
            "Ada B. First, Carl Second et al. (1990): On sums, thesis.",
        ),
        (
            "zh",
            ["First 等（1990）", "Alone（1980）", "One 等（2000）"],
            "Ada B. First、Carl Second 等（1990）：On sums，论文。",
        ),
    ],
)
def test_a_citation_leads_to_its_line_in_the_list(with_works, language, cited, listed):
    made = with_works({"index": CITED}, language)
    assert not made.failed
    links = made.page().select('a[href^="works.html#work-"]')
    assert [link.get_text() for link in links] == cited
    lines = made.page("works").select(".bp-bibliography > li")
    assert [line["id"] for line in lines] == ["work-alone-1980", "work-first-1990", "work-many-2000"]
    assert "".join(lines[1].find("p").get_text().split()) == "".join(listed.split())
    assert lines[0].find("a")["href"] == lines[0].find("a").get_text() == "https://doi.org/10.1000/1"
    assert [link.get_text() for link in lines[2].select(".bp-places a")] == ["Citations"]


def test_a_work_that_no_page_cites_fails_the_build(with_works):
    made = with_works({"index": CITED.replace("{cite}`alone-1980`", "nobody")})
    assert made.failed
    assert "No page cites alone-1980" in made.warnings
    assert "first-1990" not in made.warnings


def test_a_key_that_is_not_in_the_file_fails_the_build_and_names_the_nearest(with_works):
    made = with_works({"index": CITED + "\n{cite}`alone-1981`\n"})
    assert made.failed
    assert "alone-1980" in made.warnings


def test_a_citation_without_a_list_fails_the_build(with_works):
    made = with_works({"works": "# Works\n\nNone.\n", "index": CITED})
    assert made.failed
    assert "No page lists the work first-1990" in made.warnings


def test_a_list_without_a_file_fails_the_build(book):
    made = book({"index": "# Works\n\n```{bibliography}\n```\n"})
    assert made.failed
    assert "bpderive_bibliography" in made.warnings
