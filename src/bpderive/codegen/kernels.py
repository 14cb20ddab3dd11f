"""σ and σ′ of a whole layer as the matrix program computes them: in arrays that are there already.

`Kernels(net, dtype)` defines a function when it is first asked for, so that a program holds those that it calls. σ and
σ′ are computed together and share what they can. To have a pair computed faster than the declared forms allow, add
it to `FASTER`: it is compared with the formulas in many digits before it is used.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import sympy
from sympy import Expr

from bpderive.activations import Activation, a, activations, slope, z
from bpderive.activations.special import computed
from bpderive.activations.stable import compare
from bpderive.codegen.functions import Names, says_of
from bpderive.codegen.inplace import Constants, in_place

_grown = sympy.exp(z)
_sigmoid = _grown / (1 + _grown)


@dataclass(frozen=True, slots=True)
class Faster:
    """σ and σ′ in forms that are faster together, for z below `below`; elsewhere the declared ones are taken."""

    value: Expr
    slope: Expr
    below: int


FASTER: Mapping[Expr, Faster] = {
    # One exponential, one division for each and no choice between two branches, as long as exp does not overflow.
    activations["sigmoid"].formula: Faster(_sigmoid, computed(_sigmoid) / (1 + _grown), 708),
}
"""For the formula of an activation, forms that are faster than the declared ones."""


def forms(activation: Activation) -> tuple[Expr, Expr]:
    """What computes σ and σ′ of any z: the declared forms."""
    return activation.numeric(a), activation.numeric(slope)


def faster(activation: Activation) -> Faster | None:
    """What computes them faster for many z, checked; None if nothing does."""
    found = FASTER.get(activation.formula)
    if found is not None:
        compare(activation.formula, found.value)
        compare(activation.derivative(), found.slope)
    return found


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
    below: int = 0
    elsewhere: str = ""

    @property
    def bounds(self) -> set[str]:
        """The numbers that it compares with."""
        return {name for line in self.lines for name in _BOUND.findall(line)}

    def source(self, bounds: Sequence[str]) -> str:
        """The text, with the arrays of `bounds` among its arguments."""
        third = "slope" if self.with_slope else "no_slope"
        arguments = ", ".join(["z", "a", third, *bounds, *self.scratch, "*unused"])
        body = [f'"""{self.says}"""', *self._guard(arguments), *self.lines]
        return "\n".join([f"def {self.name}({arguments}):", *(f"    {line}" for line in body), ""])

    def _guard(self, arguments: str) -> list[str]:
        """Where z is not below the bound, the function that is right everywhere; the sum of squares is found first.

        It is small where every number is, and one product of vectors costs less than looking for the largest.
        """
        if not self.elsewhere:
            return []
        return [
            f"if not (z.dot(z) < {self.below**2} or z.max() < {self.below}):",
            f"    return {self.elsewhere}({arguments})",
        ]


class Kernels:
    """The functions of a program that write σ(z), or σ(z) and σ′(z), into arrays; `sources` are their texts."""

    def __init__(self, names: Names, constants: Constants, double: bool) -> None:
        self._names = names
        self._constants = constants
        self._double = double
        self._known: dict[tuple[Activation, bool], Kernel] = {}
        self.kernels: list[Kernel] = []

    @property
    def scratch(self) -> int:
        """How many scratch arrays they need."""
        return max((len(kernel.scratch) for kernel in self.kernels), default=0)

    @property
    def bounds(self) -> list[str]:
        """The numbers that one of them compares with."""
        return sorted(set[str]().union(*(kernel.bounds for kernel in self.kernels)))

    @property
    def sources(self) -> list[str]:
        """Their texts; to be asked for when all are known."""
        return [kernel.source(self.bounds) for kernel in self.kernels]

    def of(self, activation: Activation, with_slope: bool) -> str:
        """The name of the function of z, a, perhaps slope, the numbers and the scratch arrays of a piece.

        What it writes last, slope or without it a, may be the array of z.
        """
        known = self._known.get((activation, with_slope))
        if known is None:
            name = f"apply_{activation.name}" + "_with_slope" * with_slope
            quick = faster(activation)
            elsewhere = self._kernel(
                activation, f"{name}_anywhere" if quick else name, with_slope, forms(activation)
            )
            self.kernels.append(elsewhere)
            known = elsewhere
            if quick is not None:
                known = self._kernel(activation, name, with_slope, (quick.value, quick.slope))
                known = replace(known, below=quick.below, elsewhere=elsewhere.name)
                self.kernels.append(known)
            self._known[activation, with_slope] = known
        return known.name

    def _kernel(
        self, activation: Activation, name: str, with_slope: bool, computing: tuple[Expr, Expr]
    ) -> Kernel:
        value, derivative = computing
        outputs = [("a", value), ("slope", derivative)] if with_slope else [("a", value)]
        found = in_place({z: "z"}, outputs, self._constants, None if self._double else z, over=z)
        shown = "a = σ(z) and slope = σ′(z)" if with_slope else "a = σ(z)"
        says = f"{shown}: {says_of(activation, a)}"
        return Kernel(self._names.free(name), says, found.lines, found.scratch, with_slope)
