"""Derivatives line by line: every line is checked, a wrong rule is found, and formulas are written as by hand."""

from __future__ import annotations

from dataclasses import replace

import pytest
import sympy
from hypothesis import given, settings
from hypothesis import strategies as st
from sympy import Symbol, exp, pi, sqrt, tanh

import bpderive as bp
from bpderive.errors import StepError
from bpderive.functions.activations import Activation, activations, z
from bpderive.functions.activations.derivation import slope_derivation
from bpderive.functions.activations.facts import facts, slope_range
from bpderive.functions.activations.learning import learning
from bpderive.functions.differentiation import Differentiation, differentiate, latex, rules
from bpderive.functions.differentiation.formulas import Pending
from bpderive.letters.text import Text

ELEMENTWISE = [activation for activation in activations.values() if activation.elementwise]
QUICK = ["sigmoid", "relu", "leaky_relu", "selu", "softplus", "gaussian", "sine", "linear", "softsign"]
names = pytest.mark.parametrize("activation", ELEMENTWISE, ids=[a.name for a in ELEMENTWISE])


@names
def test_the_slope_of_each_activation_is_derived_and_each_line_is_exact(activation: Activation) -> None:
    derivation = slope_derivation(activation)
    assert derivation.check().kinds == ("exact",)
    for _, part in derivation.parts:
        assert not part.result.has(Pending)
        assert len({step.latex() for step in part.steps}) == len(part.steps)
        assert all("$" not in step.rule.zh and step.reason.zh for step in part.steps)
    assert [joint.at for joint in derivation.joints if joint.is_kink and not joint.at.free_symbols] or (
        not activation.kinks
    )


def test_at_a_kink_both_sides_and_the_convention_are_told() -> None:
    [joint] = slope_derivation(activations["relu"]).joints
    assert (joint.at, joint.left, joint.right, joint.taken, joint.is_kink) == (0, 0, 1, 0, True)
    [smooth] = slope_derivation(activations["softsign"]).joints
    assert not smooth.is_kink


_FORMULAS = st.recursive(
    st.sampled_from([z, sympy.Integer(2), sympy.Rational(1, 3)]),
    lambda inner: st.one_of(
        st.tuples(inner, inner).map(lambda pair: pair[0] + pair[1]),
        st.tuples(inner, inner).map(lambda pair: pair[0] * pair[1]),
        inner.map(tanh),
        inner.map(lambda u: 1 / (2 + u**2)),
        inner.map(lambda u: exp(-(u**2))),
        inner.map(sympy.sin),
    ),
    max_leaves=4,
)


@settings(max_examples=25)
@given(_FORMULAS)
def test_the_rules_lead_from_any_formula_to_its_derivative(formula: sympy.Expr) -> None:
    found = differentiate(formula, z, "f'(z)")
    found.check()
    assert not found.result.has(Pending)


@pytest.mark.parametrize("rule", rules.RULES, ids=lambda rule: rule.name.en)
def test_a_rule_that_gives_too_much_is_found(
    rule: rules.DerivativeRule, monkeypatch: pytest.MonkeyPatch
) -> None:
    wrong = replace(rule, gives=lambda u, z: rule.gives(u, z) + z)
    monkeypatch.setattr(rules, "RULES", tuple(wrong if one is rule else one for one in rules.RULES))
    hit = False
    for formula in (3 * tanh(z) / (1 + z**2) ** 2 + z * exp(z), 1 / (1 + z), 2**z):
        found = differentiate(formula, z, "f'(z)")
        if any(step.rule == rule.name for step in found.steps):
            hit = True
            with pytest.raises(StepError, match=r"Line \d"):
                found.check()
    assert hit


def test_a_derivation_that_stops_too_early_is_found() -> None:
    found = differentiate(z * exp(z), z, "f'(z)")
    with pytest.raises(StepError, match="is not"):
        Differentiation(found.formula, found.variable, found.steps[:-1]).check()


def test_the_derivation_of_another_function_is_found() -> None:
    derivation = slope_derivation(activations["tanh"])
    with pytest.raises(StepError, match="at z ="):
        replace(derivation, activation=activations["sigmoid"]).check()


alpha = Symbol("alpha", positive=True)


@pytest.mark.parametrize(
    ("formula", "written"),
    [
        (1 / (1 + exp(-z)), r"\frac{1}{1 + e^{-z}}"),
        (exp(-z) / (1 + exp(-z)) ** 2, r"\frac{e^{-z}}{\left(1 + e^{-z}\right)^{2}}"),
        (1 - tanh(z) ** 2, r"1 - \tanh^{2}(z)"),
        (sympy.log(1 + exp(z)), r"\ln(1 + e^{z})"),
        (z / sqrt(2), r"\frac{z}{\sqrt{2}}"),
        (sqrt(2 / pi) * (z + z**3), r"\sqrt{\frac{2}{\pi}} \left(z + z^{3}\right)"),
        (pi / 2 + 0 * z, r"\frac{\pi}{2}"),
        (sympy.Rational("0.044715") * z**3, r"0.044715 z^{3}"),
        (sympy.Rational("1.6732632423543772") * z, r"1.6732{\ldots} z"),
        (z / 6 + sympy.Rational(1, 2), r"\frac{1}{2} + \frac{z}{6}"),
        (alpha * (exp(z) - 1), r"\alpha \left(e^{z} - 1\right)"),
        (-2 * z * exp(-(z**2)), r"-2 z e^{-z^{2}}"),
        (
            sympy.Piecewise((0, z <= -1), (z, z < 1), (1, True)),
            r"\begin{cases} 0 & z \le -1 \\ z & -1 < z < 1 \\ 1 & z \ge 1 \end{cases}",
        ),
        (
            sympy.Piecewise((1, (z > 0) & (z < 1)), (0, True)),
            r"\begin{cases} 1 & 0 < z < 1 \\ 0 & z \le 0, \; z \ge 1 \end{cases}",
        ),
    ],
    ids=str,
)
def test_formulas_are_written_as_by_hand(formula: sympy.Expr, written: str) -> None:
    assert latex(formula) == written


def test_facts_say_what_is_known_and_what_is_not() -> None:
    said = {fact.key: fact for fact in facts(activations["sigmoid"])}
    assert said["range"].value.en == "$(0, 1)$"
    assert r"\frac{1}{4}" in said["max_slope"].value.zh
    assert said["by_output"].value.en.endswith(r"a \left(1 - a\right)$")
    strange = Activation("strange", Text("strange", "怪"), sympy.sin(z**2) + z)
    unknown = [fact for fact in facts(strange) if not fact.known]
    assert unknown
    assert all(fact.value.en.startswith("unknown") and fact.value.zh.startswith("未知") for fact in unknown)


@pytest.mark.parametrize("name", QUICK)
def test_every_fact_and_lesson_is_said_in_both_languages(name: str) -> None:
    said = [(fact.value, fact.name) for fact in facts(activations[name])]
    said += [(lesson, lesson) for lesson in learning(activations[name])]
    for pair in said:
        for text in pair:
            assert text.en
            assert text.zh
            assert text.en.count("$") % 2 == text.zh.count("$") % 2 == 0


def test_what_a_tail_does_to_a_weight_follows_from_the_slope() -> None:
    told = {name: " ".join(lesson.en for lesson in learning(activations[name])) for name in QUICK}
    assert "It saturates on both sides. " in told["sigmoid"]
    assert "exactly 0" in told["relu"]
    assert "always learns" in told["leaky_relu"]
    assert "no tails" in told["sine"]
    assert "both signs" in told["gaussian"]
    assert "can grow" in told["selu"]


def test_a_slope_without_a_least_value_is_not_said_to_have_one() -> None:
    told = " ".join(lesson.en for lesson in learning(bp.parse_activation("z^2")))
    assert "always learns" not in told
    assert "both signs" in told


def test_the_range_of_the_slope_has_its_least_and_greatest_value() -> None:
    leaky = slope_range(activations["leaky_relu"])
    assert leaky is not None
    assert (leaky.inf, leaky.sup) == (sympy.Rational(1, 100), 1)
