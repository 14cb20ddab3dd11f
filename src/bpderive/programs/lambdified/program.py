"""The lines of a program as Python: `sympy.lambdify` with a printer that knows the book's letters.

A `Program` has the lines of both passes of a network and makes functions of them. They consist of the operators of
arrays (`@ + * .T` and one `.sum`) and of calls of σ, σ′ and ∇C, so that they run on the arrays of any library.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import sympy
from sympy import MatrixExpr, MatrixSymbol
from sympy.core.symbol import Str
from sympy.printing.precedence import PRECEDENCE, precedence
from sympy.printing.pycode import PythonCodePrinter

from bpderive.functions.activations.elementwise import docstring, imports
from bpderive.letters.symbols import CostGradient, Elementwise, SigmaPrime, a, y
from bpderive.programs.lambdified.arrays import ON_NUMPY, Engine
from bpderive.programs.lambdified.functions import Functions
from bpderive.programs.lambdified.lines import Called, Line, OverExamples, Plus, Worded, python_name

NAME = "backprop"
"""What the function is called in its source."""


class Numbered(MatrixExpr):
    """An expression and the number of its equation, which is printed as a comment; args (expression, number)."""

    @property
    def shape(self) -> tuple[Any, Any]:
        """That of the expression."""
        shape: tuple[Any, Any] = self.args[0].shape
        return shape


class Printer(PythonCodePrinter):
    """Prints the matrix expressions of the book: `functions` names σ, σ′ and the rest, `named` the arrays."""

    def __init__(self, functions: Functions, named: Callable[[MatrixExpr], str]) -> None:
        super().__init__({"fully_qualified_modules": False, "inline": True, "allow_unknown_functions": True})
        self._functions, self._named = functions, named

    def _print_LetteredArray(self, array: MatrixExpr) -> str:
        return self._named(array)

    def _print_MatMul(self, product: Any) -> str:
        number, matrices = product.as_coeff_matrices()
        shown = " @ ".join(self.parenthesize(factor, PRECEDENCE["Mul"]) for factor in matrices)
        if number == 1:
            return shown
        return f"{self._print(number)} * {f'({shown})' if len(matrices) > 1 else shown}"

    def _print_HadamardProduct(self, product: Any) -> str:
        # `@` and `*` bind equally tightly, so a matrix product within one wants its parentheses.
        return " * ".join(
            f"({self._print(factor)})" if factor.is_MatMul or factor.is_MatAdd else self._print(factor)
            for factor in product.args
        )

    def _print_MatAdd(self, total: Any) -> str:
        terms = sorted(total.args, key=lambda term: not term.is_MatMul)  # w a + b, as the book has it
        return " + ".join(self.parenthesize(term, PRECEDENCE["Add"]) for term in terms)

    def _print_Transpose(self, turned: Any) -> str:
        return f"{self.parenthesize(turned.arg, PRECEDENCE['Pow'])}.T"

    def _print_Elementwise(self, applied: Elementwise) -> str:
        kind = "slope" if applied.function is SigmaPrime else "activation"
        return self._print_Called(Called(kind, *applied.args[1:]))

    def _print_CostGradient(self, gradient: CostGradient) -> str:
        last = self._functions.net.depth
        return self._print_Called(Called("cost_gradient", last, a(last), y(last)))

    def _print_Called(self, called: Called) -> str:
        kind, layer, *matrices = called.args
        return f"{self._functions[kind.name, int(layer)]}({', '.join(map(self._print, matrices))})"

    def _print_OverExamples(self, total: OverExamples) -> str:
        return f"{self.parenthesize(total.args[0], PRECEDENCE['Atom'])}.sum(axis=1, keepdims=True)"

    def _print_Plus(self, total: Plus) -> str:
        return " + ".join(map(self._print, total.args))

    def _print_Worded(self, worded: Worded) -> str:
        return str(worded.args[0].name)

    def _print_Numbered(self, numbered: Numbered) -> str:
        expression, number = numbered.args
        return f"{self._print(expression)}  # {number}"

    def parenthesize(self, item: Any, level: int, strict: bool = False) -> str:
        """SymPy's, for matrix products as for products."""
        own = (
            PRECEDENCE["Mul"] if item.is_MatMul else PRECEDENCE["Add"] if item.is_MatAdd else precedence(item)
        )
        shown = self._print(item)
        return f"({shown})" if own < level or (own == level and strict) else shown


@dataclass(frozen=True, slots=True)
class Program:
    """The lines of both passes of `net`, and the functions made of them.

    `parameters`, `inputs` and `targets` are the names of its arguments in turn, `results` the names of what is wanted:
    those of "gradient", of "value", which are followed by the gradient, and of "forward", which has no targets.
    `constants` are arrays that it reads beside; `named` says what an array of the equations is called.
    """

    net: Any
    forward: tuple[Line, ...]
    backward: tuple[Line, ...]
    parameters: tuple[str, ...]
    inputs: tuple[str, ...]
    targets: tuple[str, ...]
    results: Mapping[str, tuple[str, ...]]
    named: Callable[[MatrixExpr], str] = python_name
    constants: Mapping[str, Any] = field(default_factory=dict)
    _made: dict[tuple[str, str], Callable[..., Any]] = field(init=False, default_factory=dict)

    def function(self, wanted: str, engine: Engine) -> Callable[..., list[Any]]:
        """The function of what is wanted, for the arrays of an engine, made when it is first called for."""
        made = self._made.get((wanted, engine.name))
        if made is None:
            made = self._made[wanted, engine.name] = self._lambdified(wanted, engine)[0]
        return made

    def cost(self, layer: int, engine: Engine) -> Callable[..., Any]:
        """The mean cost of the outputs of a layer by its z, a and y."""
        key = (f"cost {layer}", engine.name)
        if key not in self._made:
            functions = Functions(self.net)
            name = functions["cost", layer]
            self._made[key] = functions.on(engine)[name]
        return self._made[key]

    def source(self, says: str) -> str:
        """The whole program of the gradient on NumPy's arrays, which is what runs, with a docstring."""
        function, functions = self._lambdified("gradient", ON_NUMPY)
        self._made["gradient", ON_NUMPY.name] = function
        own = inspect.getsource(function).replace(function.__name__, NAME, 1)
        texts = [*functions.sources, own]
        return "\n".join([docstring(says), "", imports("\n".join(texts)), "", *texts])

    def _lambdified(self, wanted: str, engine: Engine) -> tuple[Callable[..., Any], Functions]:
        lines, arguments = [*self.forward], [*self.parameters, *self.inputs]
        results = [*self.results[wanted]]
        if wanted != "forward":
            lines += self.backward
            arguments += self.targets
        if wanted == "value":
            results += self.results["gradient"]
        bindings = [(_symbol(line.name), Numbered(line.expression, Str(line.number))) for line in lines]
        functions = Functions(self.net)
        function = sympy.lambdify(
            list(map(_symbol, arguments)),
            list(map(_symbol, results)),
            modules=[{}],
            printer=Printer(functions, self.named),
            cse=lambda expressions: (bindings, expressions),
            docstring_limit=0,
        )
        function.__globals__.update(functions.on(engine))
        for name, numbers in self.constants.items():
            function.__globals__[name] = engine.namespace().asarray(numbers)
        return function, functions


def _symbol(name: str) -> MatrixSymbol:
    return MatrixSymbol(name, 1, 1)
