"""Formulas and parameters made to break what reads them: each is answered, with a result, "unknown" or our error.

They are combined from seeded pieces: functions nested in one another up to sixty deep, sums of hundreds of terms, kinks
by the dozen, numbers of thousands of digits, poles, roots of what is negative, functions that have no formula, and text
that is no formula at all. The work is counted in steps; no clock is asked. It is done in a process of its own, as what
is not found in few steps is remembered as not found.
"""

from __future__ import annotations

import multiprocessing
import random
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
import sympy

import bpderive as bp
from benchmarks.properties import UNARY
from bpderive.functions.activations import Activation, properties, steps
from bpderive.functions.activations.steps import TooManySteps, at_most
from bpderive.functions.costs import Cost, costs
from bpderive.letters.text import Text

MANY = 110
"""How many of each kind are tried."""

STEPS, MOST = 4_000, 5_000_000
"""The steps that each question may take, and those that all that is asked of one formula may take together."""

A = Text(en="a", zh="甲")
z, a, y, q = sympy.symbols("z a y q", real=True)

WORDS = (*("z",) * 9, "1e30*z", "1e-9*z", "0*z", "9^9", "z^9", "pi", "e", "1e20", "(z-1/3)")
NO_FORMULAS = (
    *("1e40*z", "1e-300*z", "9^64", "z^999", "1/0", "1e400", "9^(9^9)", "i", "nan", "oo"),
    *("", "z z", "z;z", "(z", "z.real", "__import__('os')", "lambda: z", "z[0]", "f(z)", "ζ", "z\0", "'z'"),
)

SPECIAL = (
    sympy.gamma,
    sympy.zeta,
    sympy.floor,
    sympy.Heaviside,
    sympy.DiracDelta,
    sympy.LambertW,
    sympy.airyai,
)
USUAL = (sympy.exp, sympy.log, sympy.sin, sympy.tan, sympy.erf, sympy.tanh, sympy.Abs, sympy.sqrt, sympy.asin)
NUMBERS = (
    *(0, -1, 1, 2, Fraction(1, 3), 0.1, 1e-300, 1e300, 10**60, 10**5000, -(10**400), 2.0**-1074),
    *(float("nan"), float("inf"), 1j, True, None, "1", "open('made', 'w')", b"1", [], (1,), {}, object()),
    *(
        np.float32(0.1),
        np.float64(1e-9),
        np.int64(3),
        np.ones(2),
        np.array(0.5),
        sympy.I,
        sympy.oo,
        sympy.nan,
    ),
    *(sympy.zoo, sympy.pi**50, sympy.sqrt(2), sympy.exp(sympy.exp(9)), sympy.Float("1e400"), q, -q, q / 2),
    *(
        sympy.Rational(1, 10**3000),
        sympy.true,
        sympy.eye(2),
        sympy.Symbol("i", integer=True),
        sympy.S.EmptySet,
    ),
)


def text(dice: random.Random, depth: int = 3) -> str:
    """A formula in letters, or something else."""
    kind = dice.random()
    if depth == 0 or kind < 0.05:
        return dice.choice(WORDS if dice.random() < 0.98 else NO_FORMULAS)
    inner, other = text(dice, depth - 1), text(dice, depth - 1)
    if kind < 0.1:
        count, function = dice.choice((10, 25, 500)), dice.choice(UNARY)
        return "+".join(f"{function}({dice.choice(WORDS)}-{n})" for n in range(count))
    if kind < 0.2:
        times = dice.choice((3, 5, 25, 60))
        return f"{dice.choice(UNARY)}(" * times + inner + ")" * times
    if kind < 0.5:
        return f"{dice.choice(UNARY)}({inner})"
    if kind < 0.8:
        return f"({inner} {dice.choice('+-*/')} {other})"
    if kind < 0.9:
        return f"({inner})^{dice.choice(('64', '-1', '0.5', '(1/3)', '1e9', 'z', '-64'))}"
    return f"where({inner} {dice.choice(('<', '>=', '=='))} {other}, {inner}, {other})"


def formula(dice: random.Random, variables: tuple[sympy.Symbol, ...], depth: int = 3) -> Any:
    """A formula as SymPy has it, or something else."""
    kind = dice.random()
    if depth == 0 or kind < 0.05:
        return dice.choice(variables) if dice.random() < 0.8 else dice.choice(NUMBERS)
    inner, other = formula(dice, variables, depth - 1), formula(dice, variables, depth - 1)
    if not getattr(inner, "free_symbols", None):  # SymPy computes with numbers as soon as it has them
        inner = dice.choice(variables) * dice.choice((1, sympy.Integer(10) ** 60, sympy.Rational(1, 10**9)))
    try:
        if kind < 0.1 and depth > 2:
            return sympy.Add(*(sympy.Abs(dice.choice(variables) - n) for n in range(dice.choice((10, 500)))))
        if kind < 0.15:
            nested, function = (
                dice.choice(variables),
                dice.choice((sympy.tanh, sympy.erf, sympy.exp, sympy.sin)),
            )
            for _ in range(dice.choice((3, 5, 60))):
                nested = function(nested)
            return nested
        if kind < 0.5:
            return dice.choice(USUAL)(inner)
        if kind < 0.55:
            return dice.choice(SPECIAL)(inner)
        if kind < 0.74:
            return dice.choice((inner + other, inner * other, inner - other))
        if kind < 0.8:
            return inner ** dice.choice((2, 3, -1, sympy.Rational(1, 3), inner))
        if kind < 0.82:
            return dice.choice(variables) ** dice.choice((64, 10**9, -64, sympy.pi))
        if kind < 0.95:
            return sympy.Piecewise((inner, variables[0] < dice.choice((0, 1))), (other, True))
        return dice.choice(
            (
                sympy.Derivative(sympy.Function("f")(inner), variables[0]),
                sympy.Integral(inner, (q, 0, variables[0])),
                sympy.Sum(inner, (q, 1, 9)),
                inner / 0,
                sympy.Max(inner, other, 0),
            )
        )
    except Exception:  # SymPy or Python itself has no such formula
        return dice.choice(variables)


def asked_of_activation(activation: Activation) -> str:
    """All properties: each is known, or there is a reason why it is not."""
    found = [find(activation.formula) for find in properties.PROPERTIES.values()]
    assert all((one.value is None) == (one.reason is not None) for one in found)
    if not activation.formula.free_symbols - {z}:
        activation.numpy([0.0, 0.5])
    return "known" if all(one.value is not None for one in found) else "unknown"


def asked_of_cost(cost: Cost) -> str:
    """Its slope, and what a network is told that it is good for."""
    slope = cost.derivative()
    cost.cancelled_error(a * (1 - a))
    return "known" if isinstance(slope, sympy.Expr) else "unknown"


Asked = Callable[[], str]


def read_text(dice: random.Random) -> Asked:
    """An activation that is typed."""
    typed = text(dice)
    return lambda: asked_of_activation(bp.parse_activation(typed))


def declared_activation(dice: random.Random) -> Asked:
    """An activation that is declared."""
    given = formula(dice, (z,))
    return lambda: asked_of_activation(Activation("a", A, given))


def declared_cost(dice: random.Random) -> Asked:
    """A cost that is declared."""
    given = formula(dice, (a, y))
    return lambda: asked_of_cost(Cost("a", A, given))


def parameter(dice: random.Random) -> Asked:
    """A parameter of what is in the catalogues, or of what is declared."""
    given = dice.choice(NUMBERS) if dice.random() < 0.6 else formula(dice, (q,), 2)
    one = dice.choice([one for one in bp.activations.values() if getattr(one, "parameters", ())])
    return dice.choice(
        (
            lambda: asked_of_cost(costs["huber"].with_parameters(delta=given)),
            lambda: asked_of_cost(Cost("a", A, q * (a - y) ** 2, parameters=((q, given),))),
            lambda: asked_of_activation(Activation("a", A, sympy.tanh(q * z), parameters=((q, given),))),
            lambda: asked_of_activation(
                one.with_parameters(**{one.parameters[0][0].name.rstrip("_"): given})
            ),
        )
    )


def answers(make: Callable[[random.Random], Asked]) -> list[str]:
    """What comes of each, in a process that gives up early."""
    steps.MOST = STEPS
    return [answer(make(random.Random(number)), f"{make.__name__} {number}") for number in range(MANY)]


def answer(ask: Asked, name: str, most: int = MOST) -> str:
    """What comes of one of them: "known", "unknown" or "refused"; anything else is said in full."""
    try:
        with at_most(most, question=True):
            return ask()
    except bp.BpderiveError:
        return "refused"
    except (Exception, TooManySteps) as error:
        return f"{name}: {error!r}"


@pytest.mark.parametrize(
    ("make", "least"),
    [
        (read_text, {"unknown": 10, "refused": 50}),
        (declared_activation, {"unknown": 10, "refused": 50}),
        (declared_cost, {"known": 10, "refused": 50}),
        (parameter, {"known": 5, "refused": 50}),
    ],
)
def test_whatever_is_typed_declared_or_given_is_answered(
    make: Callable[[random.Random], Asked], least: dict[str, int]
) -> None:
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as process:
        counted = Counter(process.submit(answers, make).result())
    assert set(counted) <= {"known", "unknown", "refused"}, counted
    assert counted.total() == MANY > 100
    assert all(counted[kind] >= count for kind, count in least.items()), counted


def test_what_is_no_answer_is_seen() -> None:
    def endless() -> str:
        while True:
            str(Fraction(1, 3))

    assert "TooManySteps" in answer(endless, "endless", 50_000)
    assert "ZeroDivisionError" in answer(lambda: str(1 // 0), "raw")
