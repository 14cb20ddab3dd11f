"""Programs on a page speak its language: their comments and docstrings are messages, and nothing else of them is."""

from __future__ import annotations

import pytest

from bpderive.sphinxext.comments import in_other_words, said

PROGRAM = '''def f(z):
    """The errors, for one example."""
    a = [z]  # 1. input
    b = "# no comment at all"
    # 1. input
    return a + b  # BP4, λ/2 = 1, tanh(z)
'''


def test_comments_and_docstrings_with_words_are_said_and_nothing_else():
    assert said(PROGRAM) == ["The errors, for one example.", "1. input"]


def test_only_what_is_said_is_replaced():
    found = in_other_words(in_other_words(PROGRAM, "1. input", "1. 输入"), "input", "错")
    assert found == PROGRAM.replace("1. input", "1. 输入")
    assert in_other_words(PROGRAM, "no comment at all", "错") == PROGRAM


@pytest.mark.parametrize(
    ("language", "line"),
    [("en", "x = 1  # 2. feedforward"), ("zh_CN", "x = 1  # 2. 前向传播")],
)
def test_a_program_speaks_the_language_of_the_page(book, language, line):
    pages = {"index": "# Page\n\n```python\nx = 1  # 2. feedforward\n```\n\n```text\n# feedforward\n```\n"}
    messages = {"index": {"2. feedforward": "2. 前向传播", "feedforward": "错"}}
    built = book(pages, language, messages if language != "en" else None)
    assert not built.failed
    blocks = [block.get_text().strip() for block in built.page().select("pre")]
    assert blocks == [line, "# feedforward"]


def test_what_a_program_says_is_offered_for_translation(book):
    built = book(
        {"index": '# Page\n\n```python\ndef f():\n    """The whole cost."""\n```\n'}, builder="gettext"
    )
    assert 'msgid "The whole cost."' in (built.folder / "index.pot").read_text("utf-8")
