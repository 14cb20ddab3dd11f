"""What is English on the page of another language says so, and nothing else does."""

from __future__ import annotations

import pytest

from bpderive.sphinxext.languages import split_english
from bpderive.sphinxext.sidebyside import pair


@pytest.mark.parametrize(
    ("text", "english"),
    [
        (
            "见 Learning representations by back-propagating errors 一文",
            ["Learning representations by back-propagating errors"],
        ),
        ("A sentence, and an other. 中文", ["A sentence, and an other"]),
        ("用 sigmoid 函数与 NumPy", []),
        ("Atılım Güneş Baydin", []),
        ("S 型（sigmoid）函数 2 3 4", []),
    ],
)
def test_three_words_in_a_row_are_english_and_a_term_is_not(text, english):
    parts = split_english(text)
    assert "".join(words for words, _ in parts) == text
    assert [words for words, said in parts if said] == english


PAGES = {
    "index": "# Page\n\nSee *Evaluating Derivatives in Practice* and $a$.\n\n"
    "```python\n# a comment\n```\n\n```python\nx = 1  # 注释\n```\n"
}
MESSAGES = {
    "index": {
        "Page": "页面",
        "See *Evaluating Derivatives in Practice* and $a$.": "见 *Evaluating Derivatives in Practice* 与 $a$。",
    }
}


def test_a_chinese_page_tells_what_is_english(book):
    page = book(PAGES, "zh_CN", MESSAGES).page()
    assert [e.get_text() for e in page.select("p [lang]")] == ["Evaluating Derivatives in Practice"]
    assert [block.get("lang") for block in page.select(".highlight-python")] == ["en", None]
    assert book(PAGES).page().select("[lang]") == []


def test_what_only_tells_its_language_is_no_difference_between_pages():
    english = '<p>{}</p><div class="c"{}><pre>x</pre></div>'
    chinese = english.format('<em><span lang="en">A book on it</span></em>', ' lang="en"')
    assert pair(english.format("<em>A book on it</em>", ""), chinese) == chinese
