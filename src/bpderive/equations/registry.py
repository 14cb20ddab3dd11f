"""The equations of the book, by number: (23) … (53), z, BP1, BP1a, BP2, BP3 and BP4.

`equations["BP2"]` makes the equation when it is first asked for. To add one, write a function that returns it
and put its number into `_MAKERS`, at its place in the book. Those of the part *Beyond layers*, (R1) … (M8), are found
in the same way; they stand in `equations.further`, and are not among the chapter's that `equations` runs through.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from functools import cache, partial

import sympy
from sympy import ImmutableMatrix, Mul, Sum, Symbol

from bpderive.equations import checks
from bpderive.equations.equation import Equation
from bpderive.errors import unknown_name
from bpderive.judge.certify import NOTHING, certify
from bpderive.letters.statements import Range, Statement, approximation, equation, neurons
from bpderive.letters.symbols import (
    EPSILON,
    Applied,
    C,
    Change,
    CostOf,
    L,
    NormSquared,
    OfExample,
    Partial,
    PathProduct,
    PathSum,
    X,
    a,
    j,
    k,
    l,
    n,
    q,
    w,
    y,
)
from bpderive.letters.text import Text
from bpderive.proofs import derivation
from bpderive.proofs.beyond import corollaries, special
from bpderive.proofs.beyond import judge as judges
from bpderive.proofs.beyond.theorems import ACTIVATION as GRAPH_ACTIVATION
from bpderive.proofs.beyond.theorems import GRADIENT, WEIGHTED_INPUT
from bpderive.proofs.definitions import ERROR, INNER, NEURON, ONE_EXAMPLE, WEIGHT, defining
from bpderive.proofs.table import matrix_derivation


class Equations(Mapping[str, Equation]):
    """The equations in the book's order; read-only. 29 is "29". Raises `UnknownName` for a number that is not there."""

    def __getitem__(self, number: object) -> Equation:
        found = str(number) if type(number) is int and 0 < number < 100 else number
        if not isinstance(found, str) or found not in _MAKERS | _FURTHER:
            raise unknown_name(Text(en="equation", zh="公式"), number, _MAKERS | _FURTHER)
        return _made(found)

    def __iter__(self) -> Iterator[str]:
        return iter(_MAKERS)

    def __len__(self) -> int:
        return len(_MAKERS)

    @property
    def further(self) -> Mapping[str, Equation]:
        """The equations of the part *Beyond layers*, in order."""
        return {number: _made(number) for number in _FURTHER}

    def __repr__(self) -> str:
        return f"<equations: {', '.join(_MAKERS)}>"


@cache
def _made(number: str) -> Equation:
    return (_MAKERS | _FURTHER)[number]()


def _23() -> Equation:
    weighted = defining("z", k)
    known = defining("a")
    statement = equation(known.lhs, known.rhs.xreplace({weighted.lhs: weighted.rhs}), over=NEURON)
    return Equation(
        "23",
        "definition",
        Text(en="The activation of a neuron", zh="神经元的激活值"),
        component=statement,
        own_check=lambda: checks.forward_pass(statement, "a"),
    )


def _z() -> Equation:
    statement = defining("z", k)
    as_matrix = matrix_derivation("z")
    return Equation(
        "z",
        "definition",
        Text(en="The weighted input", zh="带权输入"),
        component=statement,
        matrix=as_matrix.statement,
        printed="matrix",
        own_check=lambda: checks.forward_pass(statement, "z") + certify(as_matrix.statement),
        matrix_proof=as_matrix,
    )


def _24() -> Equation:
    square = sympy.Function("f")
    vector = ImmutableMatrix([2, 3])
    statement = Statement(
        (Applied(square(X), vector), vector.applyfunc(square), ImmutableMatrix([4, 9])),
    )
    return Equation(
        "24",
        "example",
        Text(
            en="A function applied to a vector, for $f(x) = x^2$",
            zh="函数按元素作用于向量，以 $f(x) = x^2$ 为例",
        ),
        matrix=statement,
        printed="matrix",
        own_check=lambda: checks.example(statement, {square: X**2}),
    )


def _25() -> Equation:
    return _theorem("25", matrix=True)


def _26() -> Equation:
    whole = NormSquared(OfExample(y(), X) - OfExample(a(L), X))
    statement = equation(C, Sum(whole, (X, 1, n)) / (2 * n), cost="quadratic")
    return Equation(
        "26",
        "definition",
        Text(en="The quadratic cost", zh="二次代价函数"),
        component=statement,
        own_check=lambda: checks.average(statement),
        is_general=True,
    )


def _27() -> Equation:
    proof = derivation("27")
    goal = proof.statement
    return Equation(
        "27",
        "theorem",
        Text(en="The quadratic cost of one example", zh="单个样本的二次代价函数"),
        component=Statement((C, ONE_EXAMPLE.rhs, goal.rhs), goal.ranges, cost=goal.cost),
        proof=proof,
    )


def _28() -> Equation:
    left, right = ImmutableMatrix([1, 2]), ImmutableMatrix([3, 4])
    products = ImmutableMatrix([Mul(s, t, evaluate=False) for s, t in zip(left, right, strict=True)])
    statement = Statement((sympy.HadamardProduct(left, right), products, ImmutableMatrix([3, 8])))
    return Equation(
        "28",
        "example",
        Text(en="The Hadamard product", zh="阿达马积"),
        matrix=statement,
        printed="matrix",
        own_check=lambda: checks.example(statement),
    )


def _29() -> Equation:
    title = Text(en="The error of a neuron", zh="神经元的误差")
    return Equation("29", "definition", title, component=ERROR, own_check=lambda: NOTHING)


def _31() -> Equation:
    bias, error = Symbol("b"), Symbol("delta")
    full = derivation("BP3").statement
    statement = equation(Partial(C, bias), error)
    return Equation(
        "31",
        "shorthand",
        Text(en="(BP3) in short", zh="(BP3) 的简写"),
        component=statement,
        own_check=lambda: checks.shorthand(statement, {bias: full.lhs.by, error: full.rhs}, full),
        proof=derivation("BP3"),
        part_of="BP3",
    )


def _32() -> Equation:
    weight, inward, outward = Symbol("w"), Symbol(r"a_{\rm in}"), Symbol(r"\delta_{\rm out}")
    full = derivation("BP4").statement
    activation = next(f for f in full.rhs.args if f.parent.letter == "a")
    error = next(f for f in full.rhs.args if f.parent.letter == "delta")
    statement = equation(Partial(C, weight), inward * outward)
    return Equation(
        "32",
        "shorthand",
        Text(en="(BP4) in short", zh="(BP4) 的简写"),
        component=statement,
        own_check=lambda: checks.shorthand(
            statement, {weight: full.lhs.by, inward: activation, outward: error}, full
        ),
        proof=derivation("BP4"),
        part_of="BP4",
    )


def _theorem(number: str, matrix: bool = False) -> Equation:
    """A theorem printed as its proof proves it."""
    proof = derivation(number)
    return Equation(
        number,
        "theorem",
        proof.title,
        component=None if matrix else proof.statement,
        matrix=proof.statement if matrix else None,
        printed="matrix" if matrix else "component",
        proof=proof,
    )


def _bp2() -> Equation:
    return _both("BP2", printed="matrix")


def _both(number: str, printed: str = "component") -> Equation:
    """A theorem whose components are proved first and whose matrix form follows from them."""
    proof, as_matrix = derivation(number), matrix_derivation(number)
    return Equation(
        number,
        "theorem",
        proof.title,
        component=proof.statement,
        matrix=as_matrix.statement,
        printed=printed,
        proof=proof,
        matrix_proof=as_matrix,
    )


def _definition_of_graph(number: str, statement: Statement, title: Text) -> Equation:
    return Equation(
        number,
        "definition",
        title,
        component=statement,
        own_check=lambda: NOTHING,
        judge=_JUDGES.get(number, judges.certify),
    )


def _of_graph(number: str) -> Equation:
    """A theorem about networks that are connected in any way."""
    return replace(_theorem(number), judge=_JUDGES.get(number, judges.certify))


_JUDGES = {
    "R8": judges.certify_chain,
    "R9": judges.certify_chain,
    "M1": judges.certify_mixing,
    "M2": special.certify_softmax,
    **dict.fromkeys(("S2", "S3", "S4", "S5"), special.certify_convolution),
    **dict.fromkeys(("S6", "S7", "S8"), special.certify_recurrence),
    **dict.fromkeys(("M3", "M4", "M5", "M6", "M7", "M8"), special.certify_normalised),
}
"""The networks that an equation beyond the chapter's speaks of, where they are particular ones."""


def _step(number: str, theorem: str) -> Equation:
    """A numbered step of a proof, as the proof computes it."""
    proof = derivation(theorem)
    [found] = [step for step in proof.steps if step.equation == number]
    return Equation(
        number,
        "step",
        Text(en="Proof of ({theorem}): {rule}", zh="({theorem}) 的证明：{rule}").format(
            theorem=theorem, rule=found.rule.name
        ),
        component=found.statement,
        proof=proof,
        part_of=theorem,
    )


def _46() -> Equation:
    every, direction = Symbol("w"), Symbol("e_j")
    moved = CostOf(every + EPSILON * direction)
    statement = approximation(Partial(C, Symbol("w_j")), (moved - CostOf(every)) / EPSILON, ())
    return Equation(
        "46",
        "approximation",
        Text(en="A derivative by a difference quotient", zh="用差商近似导数"),
        component=statement,
        own_check=lambda: checks.quotient(statement, every, EPSILON, direction),
        is_general=True,
    )


def _changes(number: str, title: Text, lhs: sympy.Expr, rhs: sympy.Expr, over: tuple[Range, ...]) -> Equation:
    """A relation between small changes that follow a change of the weight w^l_jk."""
    return Equation(
        number,
        "approximation",
        title,
        component=approximation(lhs, rhs, over, moved=w(l)[j, k]),
    )


_MOVED = Change(w(l)[j, k])
_ACTIVATION_BY_WEIGHT = Partial(a(l)[j, 0], w(l)[j, k])
_NEXT = Change(a(l + 1)[q, 0])
_NEXT_BY_ACTIVATION = Partial(a(l + 1)[q, 0], a(l)[j, 0])


def _47() -> Equation:
    title = Text(en="What a small change of a weight does to the cost", zh="权重的微小变化对代价的影响")
    return _changes("47", title, Change(C), Partial(C, w(l)[j, k]) * _MOVED, WEIGHT)


def _48() -> Equation:
    title = Text(en="… to the activation of its neuron", zh="……对其所在神经元激活值的影响")
    return _changes("48", title, Change(a(l)[j, 0]), _ACTIVATION_BY_WEIGHT * _MOVED, WEIGHT)


def _49() -> Equation:
    title = Text(en="… and so to an activation of the next layer", zh="……进而对下一层某个激活值的影响")
    return _changes("49", title, _NEXT, _NEXT_BY_ACTIVATION * Change(a(l)[j, 0]), _outer())


def _50() -> Equation:
    title = Text(en="Both changes together", zh="两次变化合在一起")
    known = _48().statement
    return _changes("50", title, _NEXT, _49().statement.rhs.xreplace({known.lhs: known.rhs}), _outer())


def _51() -> Equation:
    title = Text(en="The change of the cost along one path", zh="沿一条路径引起的代价变化")
    return _changes(
        "51", title, Change(C), PathProduct(l, j) * _ACTIVATION_BY_WEIGHT * _MOVED, _inner_weight()
    )


def _52() -> Equation:
    title = Text(en="The change of the cost along all paths", zh="沿所有路径引起的代价变化")
    return _changes("52", title, Change(C), PathSum(l, j) * _ACTIVATION_BY_WEIGHT * _MOVED, WEIGHT)


def _inner_weight() -> tuple[Range, ...]:
    """A weight that does not enter the output layer."""
    return (*INNER, neurons(k, l - 1))


def _outer() -> tuple[Range, ...]:
    """A weight w^l_jk and a neuron q of the layer after."""
    return (*_inner_weight(), neurons(q, l + 1))


_MAKERS: dict[str, Callable[[], Equation]] = {
    "23": _23,
    "z": _z,
    "24": _24,
    "25": _25,
    "26": _26,
    "27": _27,
    "28": _28,
    "29": _29,
    "BP1": lambda: _theorem("BP1"),
    "BP1a": lambda: _theorem("BP1a", matrix=True),
    "30": lambda: _theorem("30", matrix=True),
    "BP2": _bp2,
    "BP3": lambda: _both("BP3"),
    "31": _31,
    "BP4": lambda: _both("BP4"),
    "32": _32,
    "33": lambda: _theorem("33", matrix=True),
    "34": lambda: _theorem("34", matrix=True),
    "35": lambda: _theorem("35", matrix=True),
    **{str(number): partial(_step, str(number), "BP1") for number in range(36, 40)},
    **{str(number): partial(_step, str(number), "BP2") for number in range(40, 46)},
    "46": _46,
    "47": _47,
    "48": _48,
    "49": _49,
    "50": _50,
    "51": _51,
    "52": _52,
    "53": lambda: _theorem("53"),
}

_FURTHER: dict[str, Callable[[], Equation]] = {
    "R1": lambda: _definition_of_graph(
        "R1", WEIGHTED_INPUT, Text(en="The weighted input in any network", zh="任意网络中的带权输入")
    ),
    "R2": lambda: _definition_of_graph(
        "R2", GRAPH_ACTIVATION, Text(en="The activation in any network", zh="任意网络中的激活值")
    ),
    "R3": lambda: _definition_of_graph(
        "R3", GRADIENT, Text(en="The derivative with respect to an activation", zh="代价对激活值的导数")
    ),
    **{number: partial(_of_graph, number) for number in ("R4", "R5", "R6", "R7", "R8", "R9", "S1")},
    "S2": lambda: _definition_of_graph(
        "S2", corollaries.CONVOLUTION, Text(en="The weights of a convolution", zh="卷积的权重")
    ),
    **{number: partial(_of_graph, number) for number in ("S3", "S4", "S5")},
    "S6": lambda: _definition_of_graph(
        "S6", corollaries.STEPS, Text(en="The weights of a recurrence", zh="循环的权重")
    ),
    **{number: partial(_of_graph, number) for number in ("S7", "S8", "M1", "M2")},
    "M3": lambda: _definition_of_graph(
        "M3", corollaries.NORMALISED, Text(en="A normalised layer", zh="归一化的层")
    ),
    "M4": lambda: _definition_of_graph("M4", corollaries.MEAN, Text(en="The mean", zh="均值")),
    "M5": lambda: _definition_of_graph(
        "M5",
        corollaries.SPREAD,
        Text(
            en="The spread: its square is the variance and $\\epsilon$", zh="散布：其平方为方差加 $\\epsilon$"
        ),
    ),
    **{number: partial(_of_graph, number) for number in ("M6", "M7", "M8")},
}

equations = Equations()
