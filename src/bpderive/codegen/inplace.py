"""Operations on arrays that write into arrays given to them, and so allocate nothing.

`in_place(names, outputs)` gives the lines that compute expressions together, so that what they share is computed once:
`names` says what each symbol is called, `outputs` are pairs of the array that is written and the expression that it
gets. Every expression is printed by `NumPySource` first and taken apart afterwards: the operations and their order are
those whose accuracy is measured.

    >>> from sympy import exp
    >>> from bpderive.activations import z
    >>> numbers = Constants()
    >>> print(*in_place({z: "z2"}, [("a2", 1 / (1 + exp(-z)))], numbers).lines, sep="\\n")
    negative(z2, a2)
    exp(a2, a2)
    add(n1, a2, a2)
    divide(n1, a2, a2)

The functions are NumPy's, whose last argument is the array that is written; `Constants` collects the numbers, which
have names because NumPy is much faster with an array of no dimensions than with a number.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Protocol

import sympy
from sympy import Expr, Symbol

from bpderive.activations.elementwise import expression_source
from bpderive.activations.special import coded
from bpderive.codegen.registers import InPlace, Same, Step, in_registers

_OPERATORS: dict[type[ast.AST], str] = {
    ast.Add: "add",
    ast.Sub: "subtract",
    ast.Mult: "multiply",
    ast.Div: "divide",
    ast.Pow: "power",
}
_CONDITIONS: dict[type[ast.AST], str] = {
    ast.Gt: ">",
    ast.GtE: ">=",
    ast.Lt: "<",
    ast.LtE: "<=",
    ast.Eq: "==",
    ast.NotEq: "!=",
    ast.BitAnd: "&",
    ast.BitOr: "|",
}


def in_place(
    names: Mapping[Symbol, str],
    outputs: Sequence[tuple[str, Expr]],
    constants: Constants,
    doubled: Symbol | None = None,
    scratch: Callable[[int], str] = "t{}".format,
    over: Symbol | None = None,
) -> InPlace:
    """The lines that compute `outputs`; the argument `doubled` is first copied as one of double precision.

    `scratch` names the scratch arrays, counted from 1. The last output may be the array of the argument `over`, which
    it is then written over: no line writes it before that argument has been read for the last time.
    """
    steps: list[Step] = []

    def add(function: str, *operands: Step | str) -> Step:
        steps.append(Step(function, operands))
        return steps[-1]

    named: dict[str, Step | str] = {symbol.name: name for symbol, name in names.items()}
    if doubled is not None:
        named[doubled.name] = add("copy", names[doubled])
    parts = sympy.numbered_symbols("part", real=True)
    shared, results = shared_parts([value for _, value in outputs], parts)

    def computed(expression: Expr) -> Step | str:
        tree = ast.parse(expression_source(expression), mode="eval").body
        return _taken_apart(tree, named, add, constants)

    for part, value in shared:
        named[part.name] = computed(value)
    for (output, _), value in zip(outputs, results, strict=True):
        found = computed(value)
        early = over is not None and output == outputs[-1][0] and found not in steps[-1:]
        shared_single = doubled is not None and any(found is part for part in named.values())
        if isinstance(found, str) or found.output or found.function == "condition" or early or shared_single:
            found = add("copy", found)
        found.output = output
    last = outputs[-1][0]
    # In double precision nothing may wait in an output, which may be one of single precision.
    free = [] if doubled or over is not None else [last]
    given = names[over] if over is not None else last
    return in_registers(steps, free, scratch, Same(given, last, waiting=not doubled))


def shared_parts(
    expressions: Sequence[Expr], parts: Iterator[Symbol]
) -> tuple[list[tuple[Symbol, Expr]], list[Expr]]:
    """What several expressions share, as lines, and the expressions by these; a quotient stays a quotient."""
    shared, results = sympy.cse([coded(value) for value in expressions], symbols=parts, order="none")
    inverse = {part: 1 / part for part, value in shared if value.is_Pow and value.exp == -1}
    kept = [(part, (value.base if part in inverse else value).xreplace(inverse)) for part, value in shared]
    return kept, [result.xreplace(inverse) for result in results]


class Constants:
    """The numbers of a program as arrays without dimensions, by name."""

    def __init__(self) -> None:
        self._named: dict[str, str] = {}

    def name(self, number: str) -> str:
        """What a number, given as its source, is called: n1, n708, or c1 where it is no short whole number."""
        known = self._named.get(number)
        if known is None:
            whole = re.fullmatch(r"(-?)(\d{1,4})(\.0)?", number)
            known = f"n{'_' * bool(whole[1])}{whole[2]}" if whole else f"k{len(self._named) + 1}"
            self._named[number] = known
        return known

    def source(self) -> list[str]:
        """The lines that define them."""
        return [
            f"{name} = np.array({number}, SCRATCH)"
            for number, name in sorted(self._named.items(), key=lambda pair: pair[1])
            if name not in self._defined_before(number)
        ]

    def _defined_before(self, number: str) -> set[str]:
        """The names that another spelling of the same number has given already: 1 and 1.0."""
        earlier = list(self._named)[: list(self._named).index(number)]
        return {self._named[other] for other in earlier}


def _taken_apart(
    node: ast.expr, named: Mapping[str, Step | str], add: _Adder, constants: Constants
) -> Step | str:
    """The steps of a printed expression; a name, or the text of a number, where there is nothing to do."""
    if isinstance(node, ast.Name) and node.id in named:
        return named[node.id]
    if not any(isinstance(part, ast.Name) and part.id in named for part in ast.walk(node)):
        return constants.name(ast.unparse(node))
    operands: list[ast.expr]
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        function, operands = "negative", [node.operand]
    elif isinstance(node, ast.BinOp) and type(node.op) in _OPERATORS:
        function, operands = _OPERATORS[type(node.op)], [node.left, node.right]
        if isinstance(node.op, ast.Pow) and ast.unparse(node.right) == "2":
            function, operands = "square", [node.left]
    elif isinstance(node, ast.Call):
        function, operands = ast.unparse(node.func), list(node.args)
        if function.startswith("np.") and "(" not in function:
            function = {"np.abs": "absolute"}.get(function, function.removeprefix("np."))
    elif isinstance(node, ast.BinOp):
        sides = (_taken_apart(side, named, add, constants) for side in (node.left, node.right))
        return add("condition", *sides, _CONDITIONS[type(node.op)])
    elif isinstance(node, ast.Compare):
        sides = (_taken_apart(side, named, add, constants) for side in (node.left, node.comparators[0]))
        return add("condition", *sides, _CONDITIONS[type(node.ops[0])])
    else:
        raise TypeError(f"{ast.unparse(node)} cannot be computed in place.")
    return add(function, *(_taken_apart(operand, named, add, constants) for operand in operands))


class _Adder(Protocol):
    """What makes a step of a function and its operands."""

    def __call__(self, function: str, *operands: Step | str) -> Step: ...
