"""σ, and σ with σ′, of one number in plain Python, for the scalar program.

`Pairs(names, sources)` defines a function when it is first asked for; `function(signature, says, lines)` is the text of
one.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from sympy import Expr

from bpderive.activations import Activation, a
from bpderive.activations.elementwise import PythonSource
from bpderive.codegen.dialects import in_lines
from bpderive.codegen.functions import Names, says_of
from bpderive.codegen.kernels import faster, forms


class PlainSource(PythonSource):
    """Plain Python in which the smaller of a variable and a number is a choice, faster than a call, nan staying nan."""

    def _print_Min(self, expression: Any) -> str:
        return self._chosen(expression, ">") or str(super()._print_Min(expression))

    def _print_Max(self, expression: Any) -> str:
        return self._chosen(expression, "<") or str(super()._print_Max(expression))

    def _chosen(self, expression: Any, beyond: str) -> str:
        numbers = [part for part in expression.args if part.is_number]
        others = [part for part in expression.args if part.is_Symbol]
        if (len(numbers), len(others), len(expression.args)) != (1, 1, 2):
            return ""
        number, other = self._print(numbers[0]), self._print(others[0])
        return f"({number} if {other} {beyond} {number} else {other})"


class Pairs:
    """Functions of a number for σ, and for σ and σ′ together, which share what they can."""

    def __init__(self, names: Names, sources: list[str]) -> None:
        self._names = names
        self._sources = sources
        self._known: dict[tuple[Activation, bool], str] = {}

    def of(self, activation: Activation, with_slope: bool) -> str:
        """The name of the function that gives σ(z), or (σ(z), σ′(z))."""
        known = self._known.get((activation, with_slope))
        if known is None:
            name = activation.name + "_with_slope" * with_slope
            quick = faster(activation)
            known = self._define(
                activation, f"{name}_anywhere" if quick else name, with_slope, forms(activation)
            )
            if quick is not None:
                guard = [f"if not z < {quick.below}:", f"    return {known}(z)"]
                known = self._define(activation, name, with_slope, (quick.value, quick.slope), guard)
            self._known[activation, with_slope] = known
        return known

    def _define(
        self,
        activation: Activation,
        name: str,
        with_slope: bool,
        computing: tuple[Expr, Expr],
        guard: Sequence[str] = (),
    ) -> str:
        known = self._names.free(name)
        found = computing[: 1 + with_slope]
        lines, results = in_lines(found, PlainSource)
        shown = ["float(" + r + ")" if f.is_number else r for r, f in zip(results, found, strict=True)]
        says = f"{'σ(z) and σ′(z)' if with_slope else 'σ(z)'}: {says_of(activation, a)}"
        lines = [*guard, *lines, f"return {', '.join(shown)}"]
        self._sources.append(function(f"{known}(z)", says, lines))
        return known


def function(signature: str, says: str, lines: Iterable[str]) -> str:
    """The text of a function, with its docstring."""
    return "\n".join([f"def {signature}:", f'    """{says}"""', *(f"    {line}" for line in lines), ""])
