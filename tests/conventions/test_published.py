import pytest

import bpderive as bp
from tests.conventions.formulas import PUBLISHED, Published


@pytest.mark.parametrize("published", PUBLISHED, ids=lambda p: p.text.partition("\n")[0])
def test_a_published_formula_gets_its_verdict(published: Published) -> None:
    verdict = bp.check(published.text)
    assert verdict.status == published.status, verdict.text
    if published.convention is not None:
        assert verdict.convention == published.convention, verdict.text
    if published.in_book is not None:
        assert verdict.in_book == published.in_book
    if published.mended is not None:
        assert verdict.mended == published.mended
    assert verdict.read is not None
    if published.repair is not None:
        assert verdict.read.repair == published.repair
    told = f"{verdict.text.en} {verdict.read.where.en}"
    for words in published.says:
        assert words in told
    assert set(published.also) <= {verdict.convention, *verdict.read.also}


def test_what_is_no_equation_of_a_network_is_refused() -> None:
    with pytest.raises(bp.ParseError, match=r"no equation between quantities of a network.*⊙.*no sum"):
        bp.check(r"X \odot Y = \sum_{k=1}^n x_k y_k")


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        (r"\delta^l_j", "with '=' and two sides"),
        (r"E = m c^2", "no equation between quantities of a network"),
        ("这里没有公式", "with '=' and two sides"),
        (r"\frac{\partial C}{\partial w^l = \delta^l", "expected"),
        (r"\delta^l = \foo", "expected"),
        (r"\delta^l = ", "expected"),
    ],
)
def test_what_cannot_be_read_is_refused_in_one_sentence_of_both_languages(text: str, wanted: str) -> None:
    with pytest.raises(bp.ParseError, match=wanted) as caught:
        bp.check(text)
    said = caught.value.args[0]
    assert isinstance(said, bp.Text)
    assert said.en != said.zh


@pytest.mark.parametrize(
    ("text", "line", "column"),
    [
        (r"\(\delta^l = \left(w^l \foo\right) \odot \sigma'(z^l)\)", 0, r"\foo"),
        ("由链式法则可得：δ^l ＝ （z^l）^k。", 0, "。"),
        ("We have\n$\\delta^l = \\delta^l$, where\n$\\mathbf{z}^l = w^l a^{l-1} \\foo$", 2, r"\foo"),
        ("δˡ = (wˡ⁺¹)ᵀ δˡ⁺¹ ⊙ (σ′(zˡ)", 0, ""),
    ],
)
def test_an_error_points_into_what_was_typed(text: str, line: int, column: str) -> None:
    with pytest.raises(bp.ParseError) as caught:
        bp.check(text)
    _, shown, caret = str(caught.value).split("\n")
    typed = text.split("\n")[line]
    assert shown.strip() == typed
    assert caret.index("^") - 2 == (typed.index(column) if column else len(typed))


def test_the_formula_is_shown_in_latex_that_can_be_typeset() -> None:
    shown = bp.check(r"\frac{\partial \mathcal{L}}{\partial b^{(l)}} = \delta^{(l)} \mathbf{1}").read
    assert shown is not None
    assert shown.given == r"\frac{\partial \mathcal{L} }{\partial b^{(l)}} = \delta^{(l)} \mathbf{1}"
