"""Formulas that are not trusted: what is read, what is refused and where, and that nothing is executed."""

from __future__ import annotations

import math

import pytest
import sympy
from hypothesis import given
from hypothesis import strategies as st

import bpderive as bp
from bpderive.functions.activations import z
from bpderive.functions.activations.grammar import FUNCTIONS

READ = {
    "z/(1 + exp(-z))": z / (1 + sympy.exp(-z)),
    "  max(0, z)  ": sympy.Max(0, z),
    "z*(1 + erf(z/sqrt(2)))/2": z * (1 + sympy.erf(z / sympy.sqrt(2))) / 2,
    "where(z < 0, 0.1*z, z)": sympy.Piecewise((z / 10, z < 0), (z, True)),
    "where(-1 < z <= 1, z^2, 1)": sympy.Piecewise((z**2, (z > -1) & (z <= 1)), (1, True)),
    "-z^2": -(z**2),
    "2^z^2": None,
    "e^(-z^2) + e**z": sympy.exp(-(z**2)) + sympy.exp(z),
    "(z^2)^(1/2)": sympy.Abs(z),
    "sigmoid(z) + softplus(z) + relu(z)": 1 / (1 + sympy.exp(-z))
    + sympy.log(1 + sympy.exp(z))
    + sympy.Max(z, 0),
    "1e-3*z + .5 + 2.": z / 1000 + sympy.Rational(5, 2),
    "pi*atan(z) - abs(z) + min(z, 1, 2)": sympy.pi * sympy.atan(z) - sympy.Abs(z) + sympy.Min(z, 1),
    "(1 + z^2)^-1.5": (1 + z**2) ** sympy.Rational(-3, 2),
}

HOSTILE = [
    "__import__('os').system('true')",
    "z.__class__.__mro__",
    "exp.__globals__",
    "(lambda: z)()",
    "[z for z in (1,)]",
    "{z: 1}",
    "f'{z}'",
    '"z"',
    "(y := z)",
    "z if z else 1",
    "z and 1",
    "not z",
    "exp(*z)",
    "exp(x=z)",
    "exp(**z)",
    "z[0]",
    "z; z",
    "z\nimport os",
    "z # comment",
    "z\\\n",
    "\x00",
    "ｅｘｐ(z)",
    "ｚ",
    "０*z",
    "𝐳",
    "z\u200b",
    "1j*z",
    "1_0",
    "0x10",
    "1e999",
    "1e-999",
    "9" * 60,
    "True",
    "None",
    "...",
    "z**z",
    "2**9999",
    "z**(1/13)",
    "((((((z + 2)**8)**8)**8)**8)**8)**8",
    "((((((10**9)**8)**8)**8)**8)**8)",
    "exp(" * 40 + "z" + ")" * 40,
    "(" * 300 + "z" + ")" * 300,
    "-" * 390 + "z",
    "z+" * 199 + "z",
    "max(" * 20 + "z" + ",1)" * 20,
    "z" * 401,
    "max(z)",
    "max(1,2,3,4,5,6,7)",
    "where(z, 1, 2)",
    "where(z == 0, 1, 2)",
    "where(z < 0, 1)",
    "z < 0",
    "(z, z)",
    "()",
    "z, z",
    "exp",
    "z(z)",
    "exp(z)(z)",
    "2z",
    "z z",
    "",
    "   ",
    "z +",
    "(z",
    "z)",
    "1/z",
    "z**-1",
    "1/(z - z)",
    "log(z)",
    "sqrt(z)",
    "(-1)**(1/2)*z",
    "z**0.5",
    "exp(exp(exp(z)))",
    "max(exp(exp(exp(9))), z)",
    "eval(z)",
    "sympify(z)",
    "oo",
    "I*z",
    "nan",
]


@pytest.mark.parametrize("text", [text for text, formula in READ.items() if formula is not None])
def test_a_formula_is_read_as_it_is_written(text: str) -> None:
    activation = bp.parse_activation(text)
    assert sympy.expand(activation.formula - READ[text]) == 0
    assert activation.title.en == activation.title.zh == text.strip()


def test_what_is_read_is_an_activation_like_any_other() -> None:
    silu = bp.parse_activation("z/(1 + exp(-z))")
    assert silu.derivative(0) == sympy.Rational(1, 2)
    assert bp.verify(bp.Network((2, 2, 1), activation=silu)).ok


@pytest.mark.parametrize("text", HOSTILE, ids=lambda text: ascii(text[:30]))
def test_anything_else_is_refused_with_a_caret(text: str) -> None:
    with pytest.raises(bp.ParseError) as raised:
        bp.parse_activation(text)
    message = str(raised.value).splitlines()
    assert message[2].strip() == "^"
    assert message[3].startswith("Allowed are numbers")
    assert str(raised.value).isprintable() or "\n" in str(raised.value)


@pytest.mark.parametrize("given", [None, 3, z, b"z"])
def test_what_is_no_text_is_refused(given: object) -> None:
    with pytest.raises(bp.ParseError, match="A formula is a text"):
        bp.parse_activation(given)  # type: ignore[arg-type]  # wrong on purpose


@pytest.mark.parametrize(
    ("text", "under"),
    [
        ("z^2 + zz", "zz"),
        ("  exp(z)^2 + 1/(z - z)", "1/(z"),
        ("z^2*z^2 + tahn(z)", "tahn"),
        ("max(z, 1, y)", "y"),
    ],
)
def test_the_caret_stands_under_the_place(text: str, under: str) -> None:
    with pytest.raises(bp.ParseError) as raised:
        bp.parse_activation(text)
    _, shown, caret, _ = str(raised.value).splitlines()
    assert shown[caret.index("^") :].startswith(under)


def test_a_near_name_is_suggested() -> None:
    with pytest.raises(bp.ParseError, match="Did you mean tanh"):
        bp.parse_activation("tahn(z)")


pieces = st.sampled_from([*FUNCTIONS, "z", "pi", "e", "1", "0.5", "2e3", "**", ">=", *"+-*/^()(),< ._ｚ"])


@given(st.one_of(st.lists(pieces, max_size=25).map("".join), st.text(max_size=40)))
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        activation = bp.parse_activation(text)
    except bp.ParseError:
        return
    assert activation.formula.free_symbols <= {z}
    assert activation.formula.is_real is not False


def formulas() -> st.SearchStrategy[str]:
    leaves = st.sampled_from(["z", "1", "2", "0.25", "pi"])
    one = ["exp", "sin", "cos", "tanh", "atan", "erf", "abs", "sigmoid", "softplus", "relu"]

    def larger(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
        return st.one_of(
            st.tuples(inner, st.sampled_from("+-*"), inner).map(lambda t: f"({t[0]} {t[1]} {t[2]})"),
            st.tuples(st.sampled_from(one), inner).map(lambda t: f"{t[0]}({t[1]})"),
            st.tuples(inner, inner, inner).map(lambda t: f"where({t[0]} < 0, {t[1]}, {t[2]})"),
        )

    return st.recursive(leaves, larger, max_leaves=6)


@given(formulas(), st.sampled_from([-2.3, -0.7, 0.3, 1.9]))
def test_what_is_read_has_the_values_of_the_text(text: str, point: float) -> None:
    try:
        activation = bp.parse_activation(text)
    except bp.ParseError:
        return
    names = {name: word.numeric for name, word in FUNCTIONS.items()} | {"z": point, "pi": math.pi}
    expected = eval(text, {"__builtins__": {}}, names)
    found = float(activation.formula.subs(z, sympy.Rational(point)).evalf(30))
    assert math.isclose(found, expected, rel_tol=1e-9, abs_tol=1e-9)
