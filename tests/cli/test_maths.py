"""LaTeX as text for a terminal; lines that are broken where they may be."""

from __future__ import annotations

import pytest
import sympy

import bpderive as bp
from bpderive.cli.document import sentence
from bpderive.cli.words import columns, wrapped
from bpderive.functions.activations import z
from bpderive.functions.differentiation import latex
from bpderive.letters.symbols import plain


@pytest.mark.parametrize(
    ("formula", "shown"),
    [
        (1 / (1 + sympy.exp(-z)), "1/(1 + e^(-z))"),
        (sympy.exp(z) / 2 - z / (1 + z) ** 2, "e^z/2 - z/(1 + z)^2"),
        (sympy.sqrt(2 / sympy.pi) * z, "√(2/π) z"),
        (z * (1 + sympy.erf(z / sympy.sqrt(2))) / 2, "1/2 · z (1 + erf(z/√2))"),
        (sympy.Piecewise((z / 10, z <= 0), (z, True)), "z ≤ 0: z/10; z > 0: z"),
        (sympy.Max(0, sympy.tanh(z)) ** 2, "(max(0, tanh(z)))^2"),
    ],
)
def test_a_formula_is_what_one_would_type(formula: sympy.Expr, shown: str) -> None:
    assert plain(latex(formula)) == shown


@pytest.mark.parametrize("number", bp.equations)
def test_no_command_of_latex_is_left_in_an_equation(number: str) -> None:
    for form in bp.equations[number].forms:
        shown = plain(bp.equations[number].latex(form))
        assert "\\" not in shown
        assert shown.count("(") == shown.count(")")


def test_the_formulas_of_a_sentence() -> None:
    assert (
        sentence(r"for $z \to -\infty$ the **slope** tends to $\frac{1}{2}$")
        == "for z → -∞ the slope tends to 1/2"
    )


def test_a_derivative_that_is_to_be_taken() -> None:
    assert plain(r"\frac{d}{d z} z e^{z}") == "d/dz z e^z"
    assert plain(r"\le 10^{-15}") == "≤ 1e-15"


def test_lines_are_broken_at_spaces_and_between_chinese_characters() -> None:
    english = wrapped("one two three four", 9)
    assert english.splitlines() == ["one two", "three", "four"]
    chinese = wrapped("反向传播是计算梯度的方法，很快。", 12)
    assert all(columns(line) <= 12 for line in chinese.splitlines())
    assert chinese.replace("\n", "") == "反向传播是计算梯度的方法，很快。"
    assert not any(line.startswith(("，", "。")) for line in chinese.splitlines())
