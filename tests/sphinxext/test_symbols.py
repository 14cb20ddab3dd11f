"""Symbols that explain themselves: what is marked in a formula, and what there is to say of it."""

from __future__ import annotations

import json
import re

import pytest

from bpderive.equations import equations
from bpderive.letters.table import table
from bpderive.sphinxext.explanations import explained
from bpderive.sphinxext.mathml import EXPLAINED, Typesetter, arrange

MARK = re.compile(r' data-symbol="(.*?)"')


@pytest.fixture(scope="module")
def typesetter(node_modules):
    made = Typesetter(node_modules.parent)
    yield made
    made.close()


@pytest.fixture(scope="module")
def marked(typesetter):
    """The names of the symbols in a piece of LaTeX, in order."""
    return lambda latex: MARK.findall(typesetter.mathml(latex, display=True, marked=True))


def test_each_letter_is_found_where_it_is_written_as_in_the_table_but_those_that_only_count(marked):
    assert {letter.latex for letter in table} - {one.latex for one in EXPLAINED} == {
        "L",
        "l",
        r"j,\ k",
        "m",
        "e_j",
    }
    for letter in EXPLAINED:
        assert marked(letter.latex)[0] == letter.name


def test_a_letter_is_marked_with_its_indices_and_the_indices_are_not(marked):
    assert marked(r"w^{l+1}_{kj}") == ["w-l-jk"]
    assert marked(r"\delta^L_m") == ["delta-l-j"]
    assert marked("w^2_{11} a^1") == ["w-l-jk", "a-l-j"]


@pytest.mark.parametrize(
    ("latex", "names"),
    [
        (r"\sigma(z)", ["sigma", "z-l-j"]),
        (r"\sigma'(z^l)", ["sigma-prime", "z-l-j"]),
        (r"\Sigma'(z^l)", ["capital-sigma-prime-z-l", "z-l-j"]),
        (r"\sum_k w_k", ["w-l-jk"]),
        (r"\nabla_a C", ["nabla-a-capital-c", "capital-c"]),
        (r"\left( (w^l)^T \right)", ["w-l-jk"]),
        (r"\frac{\partial C}{\partial b^l_j}", ["capital-c", "b-l-j"]),
        ("C_x", ["capital-c"]),
        ("e^2 + 1", []),
    ],
)
def test_symbols_that_look_alike_are_told_apart(marked, latex, names):
    assert marked(latex) == names


def test_a_marked_formula_is_the_same_formula(typesetter):
    for equation in equations.values():
        latex = arrange(equation.latex())
        marked = typesetter.mathml(latex, display=True, marked=True)
        assert MARK.sub("", marked) == typesetter.mathml(latex, display=True)


def test_a_letter_that_is_added_to_the_table_is_found(node_modules):
    made = Typesetter(node_modules.parent, [table[6]])
    assert MARK.findall(made.mathml("w^l + b^l", display=False, marked=True)) == ["w-l-jk"]
    made.close()


def test_what_is_said_of_a_symbol_is_its_row_in_both_languages(typesetter):
    told = explained(typesetter, {"29": "page.html#eq-29"})["delta-l-j"]
    assert told["defined"] == ["(29)", "page.html#eq-29"]
    assert "the error of a neuron" in told["en"][0]
    assert "神经元的误差" in told["zh"][0]
    assert "<math" in told["shape"]
    assert "defined" not in explained(typesetter, {})["delta-l-j"]


def test_the_pages_get_marks_and_what_there_is_to_say(book):
    text = "# Page\n\n```{equation} BP2\n```\n\n```{equation} 29\n```\n\n$$\\delta^l$$\n"
    made = book({"index": text})
    page = str(made.page())
    names = set(MARK.findall(page))
    assert {"delta-l-j", "w-l-jk", "odot", "sigma-prime", "z-l-j"} <= names
    assert "data-symbol" not in page[page.rindex("<math") :]  # what the author typed is the author's
    script = (made.folder / "_static" / "symbols.js").read_text("utf-8")
    told = json.loads(script.removeprefix("window.bookSymbols=").rstrip(";\n"))
    assert names <= set(told["symbols"])
    assert told["symbols"]["delta-l-j"]["defined"] == ["(29)", "index.html#eq-29"]
    assert set(told["words"]) == {"en", "zh"}


def test_other_formats_have_no_marks(book):
    made = book({"index": "# Page\n\n```{equation} BP2\n```\n"}, builder="singlehtml")
    assert "data-symbol" not in (made.folder / "index.html").read_text("utf-8")
