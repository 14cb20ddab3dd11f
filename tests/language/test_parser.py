import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bpderive.errors import ParseError
from bpderive.letters.text import Text, set_language
from bpderive.workbook.conventions import understood
from bpderive.workbook.language import in_latex, parse, written
from bpderive.workbook.language.syntax import (
    Activation,
    Derivative,
    Layer,
    LayerCondition,
    Quantity,
    Times,
    Total,
    parts,
    with_parts,
)
from bpderive.workbook.language.tokens import DEEPEST, LONGEST_TEXT

CLAIMS = [
    "delta[l, j] = sum(k, w[l+1, k, j]*delta[l+1, k])*dsigma(z[l, j])",
    "delta[l] = (T(w[l+1]) @ delta[l+1])*dsigma(z[l])",
    "grad(C, w[l]) = outer(delta[l], a[l-1])",
    "d(z[l, j], z[l, k]) = 0 for j != k",
    "delta[L] = (a[L] - y)*dsigma(z[L]) with cost = quadratic, sigma = tanh",
    "C = 1/2*sum(j, (y[j] - a[L, j])^2) with cost = quadratic",
    "delta[2, 3] = w[3, 1, 3]*delta[3, 1] - 2/3 for n[3] = 1, l < L, n[l] = n[l+1]",
    "sum(k, m, eq(k, m)*n[l]) = -a[1, 2]^-2/(1 - 3)",
    "a[l] = diag(dsigma(z[l])) @ b[l] = sigma(z[l])",
    "a[l, j]*(b[l, j]*z[l, j]) = (a[l, j]*b[l, j])*z[l, j]",
    "1 - (2 - 3) = 1 - 2 - -3",
]

LATEX = {
    r"\delta^l_j = \sum_k w^{l+1}_{kj} \delta^{l+1}_k \sigma'(z^l_j)": "delta[l, j] = "
    "sum(k, w[l+1, k, j]*delta[l+1, k]*dsigma(z[l, j]))",
    r"\delta^l = \left( (w^{l+1})^T \delta^{l+1} \right) \odot \sigma'(z^l)": "delta[l] = "
    "(T(w[l+1]) @ delta[l+1])*dsigma(z[l])",
    r"\delta^L = \nabla_a C \odot \sigma'(z^L)": "delta[L] = grad(C, a[L])*dsigma(z[L])",
    r"\frac{\partial C}{\partial w^l_{jk}} = a^{l-1}_k \delta^l_j": "d(C, w[l, j, k]) = a[l-1, k]*delta[l, j]",
    r"\partial C / \partial b^l_j = \delta^l_j": "d(C, b[l, j]) = delta[l, j]",
    r"\frac{\partial C}{\partial w^{l}} = \delta^{l} (a^{l-1})^{\mathsf T}": "grad(C, w[l]) = delta[l] @ T(a[l-1])",
    r"C = \frac12 \lVert y - a^L \rVert^2 with cost = cross_entropy": "C = "
    "1/2*(T(y - a[L]) @ (y - a[L])) with cost = cross_entropy",
    r"\delta^L = \Sigma'(z^L) \nabla_{a} C for l = L": "delta[L] = diag(dsigma(z[L])) @ grad(C, a[L]) for l = L",
    r"\mathbb{1}[j=k] z^l_k = \delta_{jk} z^l_k": "eq(j, k)*z[l, k] = eq(j, k)*z[l, k]",
    r"\delta^2_3 = (w^3_{13} \delta^3_1 + w^3_{23} \delta^3_2) \sigma'(z^2_3)": "delta[2, 3] = "
    "(w[3, 1, 3]*delta[3, 1] + w[3, 2, 3]*delta[3, 2])*dsigma(z[2, 3])",
    r"\sigma^\prime(z^l_j)^2 = -x_1 y_j^{3} / 4": "dsigma(z[l, j])^2 = -(a[1, 1]*(y[j]^3/4))",
}


@pytest.mark.parametrize("text", CLAIMS)
def test_what_is_written_is_read_back(text: str) -> None:
    claim = parse(text)
    assert written(claim) == text
    assert parse(written(claim)) == claim


@pytest.mark.parametrize(("latex", "text"), LATEX.items())
def test_latex_is_read_as_the_same_claim(latex: str, text: str) -> None:
    assert written(understood(latex)) == text


@pytest.mark.parametrize("text", CLAIMS)
def test_latex_that_is_written_is_read_back(text: str) -> None:
    bare = re.split(" for | with ", text)[0]
    again = {
        "grad(C, w[l]) = outer(delta[l], a[l-1])": "grad(C, w[l]) = delta[l] @ T(a[l-1])",
        "a[l, j]*(b[l, j]*z[l, j]) = (a[l, j]*b[l, j])*z[l, j]": "a[l, j]*(b[l, j]*z[l, j]) = a[l, j]*b[l, j]*z[l, j]",
    }.get(bare, bare)
    if re.search("[a-z]", bare):  # what has no letters says nothing of a network
        assert written(understood(in_latex(parse(bare)))) == again


@pytest.mark.parametrize(
    ("typed", "text"),
    [
        ("δ[l,j] = ∂C/∂z[l,j]", "delta[l, j] = d(C, z[l, j])"),
        ("delta[L,j]/delta[L,j] = 1", "delta[L, j]/delta[L, j] = 1"),
        ("delta[l][j] = dC/dz[l][j]", "delta[l, j] = d(C, z[l, j])"),
        ("z[l] = w[l+1].T @ δ[l+1]", "z[l] = T(w[l+1]) @ delta[l+1]"),
        ("a[l,j] = σ′(z[l,j]) − σ(z[l,j])·2", "a[l, j] = dsigma(z[l, j]) - sigma(z[l, j])*2"),
    ],
)
def test_what_is_typed_nearly_in_the_language_is_read(typed: str, text: str) -> None:
    assert written(parse(typed)) == text


def test_what_a_claim_consists_of() -> None:
    claim = parse("delta[l,j] = sum(k, w[l+1,k,j]*delta[l+1,k]) * dsigma(z[l,j]) for l < L")
    assert claim.sides[0] == Quantity("delta", Layer("l"), ("j",))
    assert isinstance(claim.sides[1], Times)
    total, slope = claim.sides[1].factors
    assert isinstance(total, Total)
    assert total.indices == ("k",)
    assert slope == Activation(1, Quantity("z", Layer("l"), ("j",)))
    assert claim.conditions == (LayerCondition(Layer("l"), "<", Layer("L")),)


def test_a_derivative_has_what_and_by_what() -> None:
    side = parse("d(C, z[l,j]) = 0").sides[0]
    assert isinstance(side, Derivative)
    assert with_parts(side, parts(side)) == side


@pytest.mark.parametrize(
    ("text", "wanted", "column"),
    [
        ("delta[l,j = 3", "expected ']'", 10),
        ("foo = 3", "there is no 'foo'", 0),
        ("simga(z[l,j]) = 3", "did you mean 'sigma'", 0),
        ("w[l,j] = 3", "w[l,j,k]", 5),
        ("a[l,j]", "expected '='", 6),
        ("sum(w[l,j,k]) = 1", "expected an index and a comma", 4),
        ("a[l,j] = ", "the end of the text", 9),
        ("a[l,j] = 1 with cost = nope", "the name of a cost", 23),
        ("a[l,j] = 1 for j < k", "'=' or '!='", 17),
        ("a[l,j]^99 = 1", "at most 8", 7),
        ("a[l,j]^z[l,j] = 1", "an integer", 7),
        ("1234567890123 = 1", "at most 12 digits", 0),
        ("a[l+99,j] = 1", "at most 12", 4),
        ("a[l,0] = 1", "counted from 1", 4),
        ("a[l,l] = 1", "l is the layer", 4),
        ("d(C, delta[l,j]) = 1", "nothing is a function of delta", 5),
        ("d(z[l,j], w[l]) = 1", "a component", 10),
        ("grad(C, w[l,j,k]) = 1", "an array", 8),
        ("grad(a[L], w[l]) = 1", "gradient of the cost", 5),
        ("a[l,j] = 2 3", "between two factors write *", 11),
        ("delta[l] = (w[l]).T", "written T(", 17),
        ("(delta[l])[j] = 1", "in one pair of brackets", 10),
        ("dC = 1", "written d(C, w[l,j,k])", 0),
        ("δ[l,j] = ∂C/∂z[l,j", "written d(C, w[l,j,k])", 9),
        ("δ[l,j] = ∂C/∂z[l,j] + foo", "there is no 'foo'", 22),
        ("transpose(w[l]) = 1", "did you mean 'T'", 0),
        ("dsigma(z[l,j]) <= 1", "is an equation", 15),
        ("ж[l,j] = 1", "not ASCII", 0),
        ("sum_k(z[l,k]) = 1", "did you mean 'sum'", 0),
        ("a[l,j] = 1 for n[l] = 0", "at least one neuron", 22),
        ("a[l,j] = 1 for", "a condition such as", 14),
        ("jac(w[l], z[l]) = 1", "expected columns", 4),
        ("sum(k, k, z[l,k]) = 1", "each once", 7),
        ("__import__('os') = 1", "", 0),
        ("(lambda: 0)() = 1", "", 7),
    ],
)
def test_an_error_points_at_the_place(text: str, wanted: str, column: int) -> None:
    with pytest.raises(ParseError) as caught:
        parse(text)
    message, line, caret = str(caught.value).split("\n")
    assert wanted in message
    said = caught.value.args[0]
    assert isinstance(said, Text)
    assert said.zh.split("\n")[1:] == [line, caret]
    assert re.search("[\u4e00-\u9fff]", said.zh)
    assert not re.search(r"(?<!')\b(expected|what stands|at most|the end|a whole)\b", said.zh)
    assert line.strip() == text.strip()
    if wanted:
        assert caret.index("^") - 2 == column


@pytest.mark.parametrize(
    "text",
    [
        r"\delta^l_j = w_{jk}",
        r"\delta^l = \frac{\partial z^l_j}{\partial z^l}",
        r"\nonsense = 1",
        r"\delta^l_j",
    ],
)
def test_latex_that_is_not_in_the_language(text: str) -> None:
    with pytest.raises(ParseError, match=r"expected|no equation between quantities"):
        understood(text)


@pytest.mark.parametrize(
    ("text", "chinese"),
    [
        ("delta[l", "此处应为 ']'，文字却到此为止；请写分量 delta[l,j] 或整体 delta[l]："),
        ("a[l,j]^x = 1", "此处应为指数（整数），实际却是 'x'："),
        ("w[l,j = 3", "此处应为分量 w[l,j,k] 或整体 w[l]，实际却是 '='："),
    ],
)
def test_an_error_is_a_chinese_sentence(text: str, chinese: str) -> None:
    with pytest.raises(ParseError) as caught:
        parse(text)
    assert caught.value.args[0].zh.startswith(chinese)


def test_what_is_too_long_too_deep_or_not_ascii_is_refused() -> None:
    for text in (
        "1+" * LONGEST_TEXT,
        "(" * (DEEPEST + 1),
        "-" * (DEEPEST + 1),
        "\u217c = 1",
    ):
        with pytest.raises(ParseError):
            parse(text)
    with pytest.raises(ParseError, match="is a text"):
        parse(3)  # type: ignore[arg-type]  # that is the point


@given(st.text(alphabet="wbzadeltsigmuC[]()+-*/^=,.@' 0123456789lLjk\\_{}<!", max_size=60))
def test_any_text_is_read_or_refused_by_our_own_error(text: str) -> None:
    try:
        claim = parse(text)
    except ParseError:
        return
    assert parse(written(claim)) == claim


@pytest.mark.parametrize(
    ("text", "latex"),
    [
        ("n[l] = 2", r"n_{l} = 2"),
        ("a[l, j] = -(2/3)", r"a^{l}_{j} = -\frac{2}{3}"),
        (
            "a[l, j]*(b[l, j] - 1) = z[l, j]/2",
            r"a^{l}_{j} \left( b^{l}_{j} - 1 \right) = \frac{z^{l}_{j}}{2}",
        ),
        (
            "w[l, 10, k] = 1 for j != k, l <= L, n[l] = 3",
            r"w^{l}_{10,k} = 1 \quad (j \ne k,\; l \le L,\; n_{l} = 3)",
        ),
        (
            "jac(z[L], z[l]) = diag(b[l])",
            r"\frac{\partial z^{L}}{\partial z^{l}} = \operatorname{diag}(b^{l})",
        ),
        ("outer(a[l], z[l] + b[l]) = w[l]", r"a^{l} (z^{l} + b^{l})^T = w^{l}"),
        ("eq(j, k) = z[l, j]^2", r"\mathbb{1}[j=k] = \left( z^{l}_{j} \right)^{2}"),
        ("grad(C, a[L])*2 = y", r"\nabla_a C \left( 2 \right) = y"),
        ("sum(i, j, w[l, i, j])*C = 1", r"\left( \sum_{ij} w^{l}_{ij} \right) C = 1"),
    ],
)
def test_what_is_written_in_latex(text: str, latex: str) -> None:
    assert in_latex(parse(text)) == latex


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        (r"\sum_{2} z^l_j = 1", r"the index, as in \\sum_k"),
        (r"\sum_{} z^l_k = 1", r"the index, as in \\sum_k"),
        (r"\frac{\partial z^l_j}{\partial \delta^l_j} = 1", "differentiated by what is no variable"),
        (r"\frac{\partial z^l_j}{\partial z^l} = 1", "only columns are differentiated"),
        (r"\frac{\partial^+ C}{\partial a^l_j} = 0", "no direct derivatives"),
        (r"z^l_0 = 1", "0 are not the indices of z"),
        (r"w^l_j = 1", "j are not the indices of w"),
        (r"2 w^l a^{l-1} z^1_{2,3} = 1", "2,3 are not the indices of z"),
        (r"(w^l)^{-1} = (w^l)^{T}", "the inverse of a matrix"),
        (r"z^l_j = 1 ]", "an operator"),
        (r"\lVert y \rVert^3 = 1", "the norm squared"),
        (r"(z^l_j)^k = 1", "an exponent or T"),
    ],
)
def test_an_error_in_latex_says_what_was_wanted(text: str, wanted: str) -> None:
    with pytest.raises(ParseError, match=wanted) as caught:
        understood(text)
    set_language("zh")
    try:
        assert re.search("[\u4e00-\u9fff]", str(caught.value))
    finally:
        set_language("en")


@pytest.mark.parametrize(
    ("latex", "text"),
    [
        (r"n_l z^l_j = \frac{1}{n_{l+1}}", "n[l]*z[l, j] = 1/n[l+1]"),
        (r"\[ z^l = \Bigl( w^l a^{l-1} \Bigr) + b^l. \tag{z} \]", "z[l] = w[l] @ a[l-1] + b[l]"),
        (r"z^l = {w^{l+1}}^T \delta^{l+1}.", "z[l] = T(w[l+1]) @ delta[l+1]"),
        (
            r"\dfrac{\partial z^{l+1}}{\partial z^l} = \operatorname{diag}(b^l)",
            "jac(z[l+1], z[l]) = diag(b[l])",
        ),
        (r"\tfrac12 \| y - a^L \|^2 \| y \|^2 = C", "1/2*(T(y - a[L]) @ (y - a[L]))*(T(y) @ y) = C"),
        (r"\lVert z^l_j \rVert^{2} = {z}^l_j", "z[l, j]^2 = z[l, j]"),
        (r"\lVert z^l_j \rVert^{2} = z^l_j \cdot 2", "z[l, j]^2 = z[l, j]*2"),
        (r"\nabla_{a^L} C = \nabla_{a} C", "grad(C, a[L]) = grad(C, a[L])"),
        (r"(w^l)^{T} [2] = z^l_j - -3", "T(w[l])*2 = z[l, j] + 3"),
        (r"\frac{\partial a^l_j}{\partial a^l_k} = \delta_{jk}", "d(a[l, j], a[l, k]) = eq(j, k)"),
        (r"z^{1}_{2} n_l = 1", "z[1, 2]*n[l] = 1"),
    ],
)
def test_more_of_latex(latex: str, text: str) -> None:
    assert written(understood(latex)) == text


@pytest.mark.parametrize(
    ("latex", "plain"),
    [
        (r"z^l_{10} = w^l_{10,2} a^{l-1}_2", "z[l,10] = w[l,10,2]*a[l-1,2]"),
        (r"w^l_{j,12} = w^l_{12}", "w[l,j,12] = w[l,1,2]"),
        (r"\delta^L_{11} = y_{11}", "delta[L,11] = y[11]"),
        (r"\delta_{10,k} = \delta_{12}", "eq(10,k) = eq(1,2)"),
    ],
)
def test_a_neuron_of_two_digits_is_named_in_latex(latex, plain):
    assert understood(latex) == parse(plain)
