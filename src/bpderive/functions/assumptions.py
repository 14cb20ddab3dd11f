"""The two assumptions about the cost, decided for any cost that can be written down.

`assumptions(whole)` takes the cost over some examples as a function `whole(outputs, targets, weights)`: `outputs[x][j]`
is a^L_j for the example x, `targets[x][j]` is y_j, and `weights` are parameters of the network. It decides whether the
cost is an average of costs C_x of single examples, and whether C_x is a function of the outputs alone, the y_j being
parameters. What is refuted comes with numbers.

    >>> from sympy import Add
    >>> def quadratic(outputs, targets, weights):
    ...     pairs = [(a, y) for x in zip(outputs, targets) for a, y in zip(*x)]
    ...     return Add(*((y - a) ** 2 for a, y in pairs)) / (2 * len(outputs))
    >>> assumptions(quadratic).ok
    True
    >>> found = assumptions(lambda *given: quadratic(*given) + given[2][0] ** 2)
    >>> found.average.status, found.outputs.status
    ('holds', 'refuted')
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import sympy
from sympy import Add, Expr, Rational, Symbol

from bpderive.errors import DomainError, Refuted, shown
from bpderive.letters.certificate import Certificate, timed
from bpderive.letters.expressions import expression
from bpderive.letters.text import Text

EXAMPLES = 3
"""Up to how many examples there are."""

OUTPUTS = (2, 3)
"""How many outputs the network has."""

WEIGHTS = 3

Whole = Callable[[Sequence[Sequence[Symbol]], Sequence[Sequence[Symbol]], Sequence[Symbol]], Expr]


@dataclass(frozen=True, slots=True)
class Finding:
    """Whether one assumption holds: `status` is "holds", "refuted" or "undecided", `text` says it in words.

    `counterexample` has the numbers at which a refuted one fails.
    """

    status: str
    text: Text
    counterexample: dict[str, Expr] = field(default_factory=dict)

    @property
    def holds(self) -> bool | None:
        """True, False, or None where it is undecided."""
        return {"holds": True, "refuted": False}.get(self.status)

    def __str__(self) -> str:
        return str(self.text)

    def _repr_markdown_(self) -> str:
        return str(self.text)


@dataclass(frozen=True, slots=True)
class Assumptions:
    """The two: that the cost is an `average` over examples, and that C_x is a function of the `outputs` alone."""

    average: Finding
    outputs: Finding

    @property
    def ok(self) -> bool:
        """Whether both hold."""
        return self.average.status == self.outputs.status == "holds"

    @timed
    def check(self) -> Certificate:
        """Certify that both hold; raises `Refuted` otherwise."""
        for found in (self.average, self.outputs):
            if found.status != "holds":
                raise Refuted(found.text.en, found.counterexample or None)
        return Certificate("26", ("exact",))

    def __str__(self) -> str:
        return "\n".join(f"{number}. {found}" for number, found in enumerate((self.average, self.outputs), 1))

    def _repr_markdown_(self) -> str:
        return str(self)


def assumptions(whole: Whole) -> Assumptions:
    """Decide the two assumptions for the cost `whole(outputs, targets, weights)`, exactly.

    For one to three examples and two or three outputs, as identities in the symbols. Raises `DomainError` for what is
    no such function.
    """
    return Assumptions(_average(whole), _of_outputs(whole))


def _average(whole: Whole) -> Finding:
    """C = (1/n) Σ_x C_x, C_x being the cost of the example x alone."""
    open_case = False
    for count, width in itertools.product(range(2, EXAMPLES + 1), OUTPUTS):
        outputs, targets = _columns("a", count, width), _columns("y", count, width)
        weights = _weights()
        alone = (_cost(whole, [a], [y], weights) for a, y in zip(outputs, targets, strict=True))
        cost = _cost(whole, outputs, targets, weights)
        difference = cost - Add(*alone) / count
        zero, at = _is_zero(difference)
        if zero is False:
            at = _completed(at, cost)
            together = cost.subs(at)
            return Finding(
                "refuted",
                Text(
                    en="The cost is not an average over the examples: for {count} examples it is {together}, and the "
                    "mean of their own costs is {mean}, where {where}.",
                    zh="代价不是对样本的平均：{count} 个样本的代价是 {together}，"
                    "而各样本代价的平均是 {mean}，其中 {where}。",
                ).format(
                    count=count,
                    together=_number(together),
                    mean=_number(together - difference.subs(at)),
                    where=_where(at),
                ),
                {str(symbol): value for symbol, value in at.items()},
            )
        open_case |= zero is None
    if open_case:
        return _UNDECIDED
    return Finding(
        "holds",
        Text(
            en="The cost is the average over the examples of costs $C_x$ that belong to one example each.",
            zh="代价是对样本的平均，其中每一项 $C_x$ 各属于一个样本。",
        ),
    )


def _of_outputs(whole: Whole) -> Finding:
    """C_x does not change while the outputs and the y_j stay, whatever else does."""
    weights = _weights()
    open_case = False
    for width in OUTPUTS:
        outputs, targets = _columns("a", 1, width), _columns("y", 1, width)
        cost = _cost(whole, outputs, targets, weights)
        for weight in weights:
            zero, at = _is_zero(sympy.diff(cost, weight))
            if zero is False:
                at = _completed(at, cost)
                moved = {**at, weight: at[weight] + 1}
                return Finding(
                    "refuted",
                    Text(
                        en="The cost is not a function of the outputs alone: with the same outputs it is {first} for "
                        "{weight} = {value} and {second} for {weight} = {other}, where {where}.",
                        zh="代价不只是输出的函数：输出不变时，{weight} = {value} 时代价为 {first}，{weight} = {other} "
                        "时代价为 {second}，其中 {where}。",
                    ).format(
                        first=_number(cost.subs(at)),
                        second=_number(cost.subs(moved)),
                        weight=f"${sympy.latex(weight)}$",
                        value=at[weight],
                        other=moved[weight],
                        where=_where({s: v for s, v in at.items() if s != weight}),
                    ),
                    {str(symbol): value for symbol, value in at.items()},
                )
            open_case |= zero is None
    if open_case:
        return _UNDECIDED
    return Finding(
        "holds",
        Text(
            en="$C_x$ is a function of the outputs $a^L_j$ alone; the $y_j$ are parameters that come with the example.",
            zh="$C_x$ 只是输出 $a^L_j$ 的函数；$y_j$ 是随样本给定的参数。",
        ),
    )


_UNDECIDED = Finding(
    "undecided",
    Text(
        en="Undecided: no numbers were found at which it fails, and the identity was not proved.",
        zh="未判定：没有找到使其不成立的数值，也没有证明恒等式。",
    ),
)


def _columns(letter: str, count: int, width: int) -> list[list[Symbol]]:
    """a_j or y_j for each example and neuron, numbers between 0 and 1."""
    return [
        [Symbol(f"{letter}^{{({x})}}_{{{j}}}", positive=True) for j in range(1, width + 1)]
        for x in range(1, count + 1)
    ]


def _weights() -> list[Symbol]:
    return [Symbol(f"w_{{{n}}}", real=True) for n in range(1, WEIGHTS + 1)]


_NOT_OF_THESE = Text(
    en="The cost gave {given}. Give a function of outputs, targets and weights that returns a SymPy expression in the "
    "symbols that it is given: outputs[x][j], targets[x][j] and weights[i].",
    zh="该代价函数返回了 {given}。请给一个以输出、目标和权重为参数的函数，它返回由所给符号 outputs[x][j]、targets[x][j]"
    "与 weights[i] 组成的 SymPy 表达式。",
)
_NO_COST = Text(
    en="A cost is wanted as a function of outputs, targets and weights; given was {given}.",
    zh="需要把代价写成以输出、目标和权重为参数的函数；给出的是 {given}。",
)


def _cost(whole: Whole, outputs: Any, targets: Any, weights: Any) -> Expr:
    if not callable(whole):
        raise DomainError(_NO_COST.format(given=shown(whole)))
    given = whole(outputs, targets, weights)
    try:
        found = expression(given)
    except DomainError:
        found = None
    known = {*itertools.chain(*outputs, *targets), *weights}
    if found is None or found.free_symbols - known:
        raise DomainError(_NOT_OF_THESE.format(given=shown(given)))
    return found


def _is_zero(difference: Expr) -> tuple[bool | None, dict[Symbol, Expr]]:
    """Whether an expression is 0 for all values; if not, values at which it is not. None where neither is found."""
    whole = sorted(difference.atoms(sympy.Piecewise, sympy.Abs, sympy.Max, sympy.Min), key=str)
    opaque = difference.xreplace({part: sympy.Dummy() for part in whole})
    if sympy.expand(opaque) == 0 or sympy.cancel(sympy.together(sympy.expand(opaque, log=False))) == 0:
        return True, {}
    for at in _trials(sorted(difference.free_symbols, key=str)):
        value = sympy.N(difference.subs(at), 50)
        if value.is_number and value.is_finite and abs(value) > Rational(1, 10**30):
            return False, at
    return None, {}


def _trials(symbols: Sequence[Symbol]) -> Iterator[dict[Symbol, Expr]]:
    """Different numbers between 0 and 1, in several orders."""
    for attempt in range(8):
        yield {
            symbol: Rational(1 + (place * (attempt + 1) + attempt) % 7, 8 + attempt)
            for place, symbol in enumerate(symbols)
        }


def _completed(at: dict[Symbol, Expr], cost: Expr) -> dict[Symbol, Expr]:
    """The values, and ½ for what occurs in the cost without making the difference."""
    others = sorted(cost.free_symbols, key=str)
    return {**dict.fromkeys(others, Rational(1, 2)), **at}


def _number(value: Expr) -> str:
    return str(value) if value.is_Rational else f"{sympy.N(value, 6)}"


def _where(at: dict[Symbol, Expr]) -> Text:
    shown = [f"${sympy.latex(symbol)} = {value}$" for symbol, value in at.items()]
    return Text(en=", ".join(shown), zh="，".join(shown))
