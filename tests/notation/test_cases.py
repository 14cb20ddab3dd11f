"""A case of an equation as a displayed formula that a narrow screen holds."""

from fractions import Fraction

import pytest

from bpderive.letters.cases import IN_A_ROW, case_in_latex, name_in_latex, number_in_latex


@pytest.mark.parametrize("count", range(8))
def test_no_row_has_more_values_than_a_narrow_screen_holds(count: int) -> None:
    values = {f"z^2_{j}": Fraction(j) for j in range(1, count + 1)}
    shown = case_in_latex((2, 3), {"l": 2, "j": 1}, values, (Fraction(1), Fraction(2)))
    rows = shown.split(r"\\")
    assert max(row.count("&=") for row in rows) <= IN_A_ROW
    assert shown.count("&=") == count
    assert r"l = 2,\; j = 1 \\" in shown
    assert rows[0].endswith("n = (2, 3) ")
    assert r"1 \ne 2" in rows[-1]


def test_sides_that_do_not_exist() -> None:
    assert case_in_latex((2, 3), {}, {}, None) == (
        r"$\displaystyle \begin{gathered} n = (2, 3) \\ \nexists \end{gathered}$"
    )


@pytest.mark.parametrize(
    ("name", "latex"),
    [
        ("∂C/∂a^3_1", r"\frac{\partial C}{\partial a^{3}_{1}}"),
        ("σ'(1/2)", r"\sigma'(1/2)"),
        ("w^3_12", "w^{3}_{12}"),
        ("w^3_1,12", "w^{3}_{1,12}"),
    ],
)
def test_names_of_values(name: str, latex: str) -> None:
    assert name_in_latex(name) == latex


@pytest.mark.parametrize(
    ("value", "latex"),
    [(Fraction(3), "3"), (Fraction(-3, 4), r"-\tfrac{3}{4}"), ("[0.1, 0.2]", "[0.1, 0.2]")],
)
def test_numbers(value: object, latex: str) -> None:
    assert number_in_latex(value) == latex
