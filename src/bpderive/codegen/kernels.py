"""σ and σ′ of a whole layer as the matrix program computes them: in arrays that are there already.

`Kernels(net, dtype)` defines a function when it is first asked for, so that a program holds those that it calls. σ and
σ′ are computed together and share what they can. To have a pair computed faster than the declared forms allow, add
it to `FASTER`: it is compared with the formulas in many digits before it is used.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import sympy
from sympy import Expr, Min

from bpderive.activations import Activation, a, activations, slope, z
from bpderive.activations.special import computed
from bpderive.activations.stable import compare
from bpderive.codegen.functions import Names, says_of
from bpderive.codegen.inplace import Constants, in_place

_grown = sympy.exp(Min(z, 708))
_sigmoid = _grown / (1 + _grown)

FASTER: Mapping[Expr, tuple[Expr, Expr]] = {
    # One exponential, one division and no choice between two branches. Past z = 708, where exp would soon overflow and
    # σ′ is about to be no normal number any more, σ′ stays what it is at 708: 3·10⁻³⁰⁸.
    activations["sigmoid"].formula: (_sigmoid, computed(_sigmoid) / (1 + _grown)),
}
"""For the formula of an activation, σ and σ′ in forms that are faster together."""


def forms(activation: Activation) -> tuple[Expr, Expr]:
    """What computes σ and σ′ of z, checked."""
    faster = FASTER.get(activation.formula)
    if faster is None:
        return activation.numeric(a), activation.numeric(slope)
    compare(activation.formula, faster[0])
    compare(activation.derivative(), faster[1])
    return faster


_BOUND = re.compile(r"(?:minimum|maximum)\((?:\w+, )?([nk]_?\d+)[,)]")
"""The number that something is compared with: where it is an array of its own, as long as the other, NumPy takes half
the time of what it takes with a number."""


@dataclass(frozen=True, slots=True)
class Kernel:
    """A function that writes into arrays: its name, docstring and lines, and the scratch arrays that it uses."""

    name: str
    says: str
    lines: tuple[str, ...]
    scratch: tuple[str, ...]
    with_slope: bool

    @property
    def bounds(self) -> set[str]:
        """The numbers that it compares with."""
        return {name for line in self.lines for name in _BOUND.findall(line)}

    def source(self, bounds: Sequence[str]) -> str:
        """The text, with the arrays of `bounds` among its arguments."""
        third = "slope" if self.with_slope else "no_slope"
        arguments = ", ".join(["z", "a", third, *bounds, *self.scratch, "*unused"])
        body = [f'"""{self.says}"""', *self.lines]
        return "\n".join([f"def {self.name}({arguments}):", *(f"    {line}" for line in body), ""])


class Kernels:
    """The functions of a program that write σ(z), or σ(z) and σ′(z), into arrays; `sources` are their texts."""

    def __init__(self, names: Names, constants: Constants, double: bool) -> None:
        self._names = names
        self._constants = constants
        self._double = double
        self._known: dict[tuple[Activation, bool], Kernel] = {}

    @property
    def scratch(self) -> int:
        """How many scratch arrays they need."""
        return max((len(kernel.scratch) for kernel in self._known.values()), default=0)

    @property
    def bounds(self) -> list[str]:
        """The numbers that one of them compares with."""
        return sorted(set[str]().union(*(kernel.bounds for kernel in self._known.values())))

    @property
    def sources(self) -> list[str]:
        """Their texts; to be asked for when all are known."""
        return [kernel.source(self.bounds) for kernel in self._known.values()]

    def of(self, activation: Activation, with_slope: bool) -> str:
        """The name of the function of z, a, perhaps slope, the numbers and the scratch arrays of a piece.

        What it writes last, slope or without it a, may be the array of z.
        """
        known = self._known.get((activation, with_slope))
        if known is None:
            name = self._names.free(f"apply_{activation.name}" + "_with_slope" * with_slope)
            value, derivative = forms(activation)
            outputs = [("a", value), ("slope", derivative)] if with_slope else [("a", value)]
            found = in_place({z: "z"}, outputs, self._constants, None if self._double else z, over=z)
            shown = "a = σ(z) and slope = σ′(z)" if with_slope else "a = σ(z)"
            says = f"{shown}: {says_of(activation, a)}"
            known = Kernel(name, says, found.lines, found.scratch, with_slope)
            self._known[activation, with_slope] = known
        return known.name
