"""The role `formula`: an equation of the registry in the middle of a sentence."""

from __future__ import annotations

import pytest

from bpderive.equations import equations


@pytest.mark.parametrize(
    ("text", "number", "form"), [("BP2", "BP2", None), ("BP2 component", "BP2", "component")]
)
def test_a_sentence_has_the_equation_of_the_registry(book, text, number, form):
    made = book({"index": f"# A page\n\nAs {{formula}}`{text}` says.\n"})
    assert made.warnings == ""
    assert made.page().select_one("p annotation").get_text() == equations[number].latex(form)


@pytest.mark.parametrize(
    ("text", "named"), [("BP5", "Did you mean 'BP"), ("BP1 matrix", "form of equation (BP1)")]
)
def test_what_does_not_exist_is_an_error_of_the_build(book, text, named):
    made = book({"index": f"# A page\n\nAs {{formula}}`{text}` says.\n"})
    assert named in made.warnings
