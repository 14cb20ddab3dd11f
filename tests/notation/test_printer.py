"""The LaTeX of the book, compared as it stands in the source, and the same in plain text."""

from __future__ import annotations

import re

import pytest
import sympy
from sympy import Basic, HadamardProduct, Integer, KroneckerDelta, Rational, Sum, Symbol

from bpderive import Network, equations, latex, path_sum, set_language
from bpderive.letters.symbols import (
    BackwardProduct,
    C,
    Change,
    CostGradient,
    DiagonalSigmaPrime,
    Elementwise,
    L,
    NormSquared,
    ParameterGradient,
    Partial,
    PathProduct,
    PathSum,
    Sigma,
    SigmaPrime,
    Width,
    a,
    b,
    delta,
    j,
    joined_indices,
    k,
    l,
    plain,
    q,
    w,
    y,
    z,
)

SLOPE = SigmaPrime(l, j, z(l)[j, 0])


def over(letter: Symbol, body: sympy.Expr, layer: sympy.Expr) -> Sum:
    return Sum(body, (letter, 0, Width(layer) - 1))


@pytest.mark.parametrize(
    ("expression", "text"),
    [
        (w(l)[j, k], r"w^{l}_{jk}"),
        (w(l + 1)[k, j], r"w^{l+1}_{kj}"),
        (w(3)[0, 1], r"w^{3}_{12}"),
        (w(3)[9, 2], r"w^{3}_{10,3}"),
        (w(3)[0, 11], r"w^{3}_{1,12}"),
        (b(l)[j, 0], r"b^{l}_{j}"),
        (b(2)[10, 0], r"b^{2}_{11}"),
        (delta(l + 1)[k, 0], r"\delta^{l+1}_{k}"),
        (delta(L - 1), r"\delta^{L-1}"),
        (z(2 * l)[j, 0], r"z^{2 l}_{j}"),
        (y()[j, 0], r"y_{j}"),
        (Width(l - 1), r"n_{l-1}"),
        (Sigma(l, j, z(l)[j, 0]), r"\sigma(z^{l}_{j})"),
        (SLOPE, r"\sigma'(z^{l}_{j})"),
        (Partial(C, w(l)[j, k]), r"\frac{\partial C}{\partial w^{l}_{jk}}"),
        (ParameterGradient(b(l)), r"\frac{\partial C}{\partial b^{l}}"),
        (CostGradient(), r"\nabla_a C"),
        (DiagonalSigmaPrime(L), r"\Sigma'(z^{L})"),
        (Elementwise(SigmaPrime, l, z(l)), r"\sigma'(z^{l})"),
        (w(l + 1).T, r"(w^{l+1})^{T}"),
        (HadamardProduct(a(L) - y(), Elementwise(SigmaPrime, L, z(L))), r"(a^{L} - y) \odot \sigma'(z^{L})"),
        (HadamardProduct(w(l).T * delta(l), a(l - 1)), r"((w^{l})^{T} \delta^{l}) \odot a^{l-1}"),
        (w(l) * a(l - 1) + b(l), r"w^{l} a^{l-1} + b^{l}"),
        (a(l - 1)[k, 0] * delta(l)[j, 0], r"a^{l-1}_{k} \delta^{l}_{j}"),
        (SLOPE * Partial(C, a(l)[j, 0]), r"\frac{\partial C}{\partial a^{l}_{j}} \sigma'(z^{l}_{j})"),
        (delta(l + 1)[k, 0] * w(l + 1)[k, j], r"w^{l+1}_{kj} \delta^{l+1}_{k}"),
        (
            over(k, w(l)[j, k] * a(l - 1)[k, 0], l - 1) + b(l)[j, 0],
            r"\sum_{k} w^{l}_{jk} a^{l-1}_{k} + b^{l}_{j}",
        ),
        (over(k, a(l)[k, 0] + b(l)[k, 0], l), r"\sum_{k} \left( a^{l}_{k} + b^{l}_{k} \right)"),
        (-delta(l)[j, 0], r"-\delta^{l}_{j}"),
        (a(L)[j, 0] - y()[j, 0], r"a^{L}_{j} - y_{j}"),
        (-(a(L)[j, 0] - y()[j, 0]) * SLOPE, None),
        (delta(l)[j, 0] / 2, r"\frac{1}{2} \delta^{l}_{j}"),
        (Rational(3, 2) * NormSquared(y() - a(L)), r"\frac{3}{2} \lVert y - a^{L} \rVert^2"),
        (Change(w(l)[j, k]), r"\Delta w^{l}_{jk}"),
        (KroneckerDelta(j, k, (0, Width(l) - 1)), r"\mathbb{1}[j=k]"),
        (KroneckerDelta(j, 2), None),
        (a(l)[j, 0] ** 2, r"\left( a^{l}_{j} \right)^{2}"),
        (Partial(C, b(l)[j, 0]) ** 2, r"\left( \frac{\partial C}{\partial b^{l}_{j}} \right)^{2}"),
        (PathSum(L, j), r"\frac{\partial C}{\partial a^{L}_{j}}"),
    ],
    ids=str,
)
def test_latex(expression: Basic, text: str | None) -> None:
    if text is not None:
        assert latex(expression).replace(r"\, ", "") == text
    check_tex(latex(expression))


def check_tex(text: str) -> None:
    """Braces and \\left, \\right match; nothing has two superscripts; no name of a Python class is left."""
    depth = 0
    for character in text:
        depth += {"{": 1, "}": -1}.get(character, 0)
        assert depth >= 0
    assert depth == 0
    assert text.count(r"\left") == text.count(r"\right")
    assert not re.search(r"(\^\{[^{}]*\}|\^\w)(_\{[^{}]*\}|_\w)?\^", text)
    assert not re.search(r"[A-Z][a-z]{2,}[A-Z(]|Symbol|Dummy|Tuple|MatMul|\bNone\b|_i_?\d", text)


@pytest.mark.parametrize("number", equations)
def test_the_books_equations_are_printed_as_tex_and_in_plain_text(number: str) -> None:
    known = equations[number]
    for form in known.forms:
        check_tex(known.latex(form))
        assert plain(known.latex(form)) == str(known.stated(form))
        assert not re.search(
            r"\\[a-z]|Partial|Sum\(|\[", str(known.stated(form)).replace(r"\begin{bmatrix}", "")
        ) or (number in ("24", "28"))
    assert str(known).startswith(f"({number})")
    assert known._repr_latex_().startswith("$")
    for proof in (known.proof, known.matrix_proof):
        for step in proof.steps if proof else ():
            check_tex(step.latex())
            check_tex(step.reason.en.replace("$", ""))


FROM_THE_SOURCE = {
    "BP1": r"\delta^{L}_{j} = \frac{\partial C}{\partial a^{L}_{j}} \sigma'(z^{L}_{j})",
    "BP1a": r"\delta^{L} = \nabla_a C \odot \sigma'(z^{L})",
    "30": r"\delta^{L} = (a^{L} - y) \odot \sigma'(z^{L})",
    "BP2": r"\delta^{l} = ((w^{l+1})^{T} \delta^{l+1}) \odot \sigma'(z^{l})",
    "BP3": r"\frac{\partial C}{\partial b^{l}_{j}} = \delta^{l}_{j}",
    "BP4": r"\frac{\partial C}{\partial w^{l}_{jk}} = a^{l-1}_{k} \delta^{l}_{j}",
    "34": r"\delta^{l} = \Sigma'(z^{l}) (w^{l+1})^{T} \delta^{l+1}",
    "42": r"\delta^{l}_{j} = \sum_{k} \frac{\partial z^{l+1}_{k}}{\partial z^{l}_{j}} \delta^{l+1}_{k}",
}


@pytest.mark.parametrize("number", FROM_THE_SOURCE)
def test_factors_come_in_the_order_of_the_source(number: str) -> None:
    shown = equations[number].latex().replace(r"\,", "")
    assert re.sub(r"\s+", " ", shown) == FROM_THE_SOURCE[number]


def test_paths_are_printed_from_the_output_backwards() -> None:
    shown = latex(PathSum(l, j))
    order = [
        r"\partial C",
        r"\partial a^{L}_{m}",
        r"\partial a^{L-1}_{n}",
        r"\cdots",
        r"\partial a^{l+1}_{q}",
    ]
    assert [shown.index(part) for part in order] == sorted(shown.index(part) for part in order)
    assert shown.startswith(r"\sum_{mnp\ldots q}")
    assert latex(PathProduct(l, j)) in shown
    assert latex(PathSum(l + 1, q)).startswith(r"\sum_{mnp\ldots r}")  # q is taken


def test_a_product_over_layers_shows_its_first_and_its_last_factors() -> None:
    shown = latex(BackwardProduct(l))
    assert r"\cdots" in shown
    assert shown.startswith(latex(BackwardProduct.factor(l)))
    assert shown.endswith(latex(BackwardProduct.factor(L - 1)))
    assert r"\cdots" not in latex(BackwardProduct(L - 1))


def test_objects_made_for_a_network_are_printed() -> None:
    found = path_sum(Network((2, 11, 2)), 2, 11, 1)
    for path in found.paths:
        check_tex(path.latex())
    assert "w^{3}_{1,11}" in found.paths[0].latex()
    check_tex(found._repr_latex_().strip("$"))


@pytest.mark.parametrize(
    ("expression", "text"),
    [
        (w(3)[0, 1], "w^3_12"),
        (w(3)[0, 10], "w^3_{1,11}"),
        (SigmaPrime(2, 0, z(2)[0, 0]), "σ'(z^2_1)"),
        (Partial(C, a(3)[0, 0]), "∂C/∂a^3_1"),
        (delta(l + 1)[k, 0], "δ^{l+1}_k"),
        (CostGradient(), "∇_a C"),
        (w(l).T, "(w^l)ᵀ"),
        (DiagonalSigmaPrime(l), "Σ'(z^l)"),
        (Change(b(l)[j, 0]), "Δ b^l_j"),
        (delta(l)[j, 0] / 2, "1/2 · δ^l_j"),
        (r"\delta^{l}_{j}", "δ^l_j"),
        (r"$-0.27{\ldots} \le z$", "-0.27… ≤ z"),
    ],
    ids=str,
)
def test_plain(expression: Basic | str, text: str) -> None:
    assert plain(expression).replace("Δb", "Δ b") == text


@pytest.mark.parametrize(
    ("indices", "text"),
    [
        (["j", "k"], "jk"),
        (["1", "2"], "12"),
        (["10", "3"], "10,3"),
        (["l+1", "k"], "l+1,k"),
        (["7"], "7"),
        (["12"], "12"),
    ],
)
def test_indices_are_joined_where_there_is_no_doubt(indices: list[str], text: str) -> None:
    assert joined_indices(indices) == text


def test_no_two_weights_are_printed_alike() -> None:
    shown = [latex(w(2)[row, column]) for row in range(13) for column in range(13)]
    assert len(set(shown)) == len(shown)


@pytest.mark.parametrize(
    ("language", "tex", "text"),
    [
        (
            "en",
            r"\begin{cases} x & \text{for}\: x > 1 \\ 2 x & \text{otherwise} \end{cases}",
            "for x > 1: x; otherwise: 2 x",
        ),
        (
            "zh",
            r"\begin{cases} x & \text{当}\: x > 1\: \text{时} \\ 2 x & \text{其他} \end{cases}",
            "当 x > 1 时: x; 其他: 2 x",
        ),
    ],
)
def test_the_words_in_a_formula_by_cases_are_those_of_the_language(
    language: str, tex: str, text: str
) -> None:
    x = Symbol("x")
    by_cases = sympy.Piecewise((x, x > 1), (2 * x, True))
    with set_language(language):
        assert latex(by_cases) == tex
        assert plain(by_cases) == text


def test_what_the_book_cannot_write_is_refused() -> None:
    class Unknown(sympy.Expr):  # type: ignore[misc]  # SymPy's classes are not typed
        pass

    with pytest.raises(TypeError, match="the book has no way of writing a Unknown"):
        latex(Unknown(Integer(1)))
