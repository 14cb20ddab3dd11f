"""σ and σ′ of a whole layer as the matrix program computes them: in arrays that are there already.

`Kernels(net, dtype)` defines a function when it is first asked for, so that a program holds those that it calls. σ and
σ′ are computed together and share what they can. To have a pair computed faster than the declared forms allow, add
it to `FASTER`: it is compared with the formulas in many digits before it is used.
"""

from __future__ import annotations

from collections.abc import Mapping

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


class Kernels:
    """The functions of a program that write σ(z), or σ(z) and σ′(z), into arrays; `sources` are their texts."""

    def __init__(self, names: Names, constants: Constants, double: bool) -> None:
        self._names = names
        self._constants = constants
        self._double = double
        self._known: dict[tuple[Activation, bool], str] = {}
        self.sources: list[str] = []
        self.scratch = 0

    def of(self, activation: Activation, with_slope: bool) -> str:
        """The name of the function of z, a, perhaps slope, and the scratch arrays of a piece."""
        known = self._known.get((activation, with_slope))
        if known is None:
            known = self._names.free(f"apply_{activation.name}" + "_with_slope" * with_slope)
            self._known[activation, with_slope] = known
            value, derivative = forms(activation)
            outputs = [("a", value), ("slope", derivative)] if with_slope else [("a", value)]
            found = in_place({z: "z"}, outputs, self._constants, None if self._double else z)
            self.scratch = max(self.scratch, len(found.scratch))
            arguments = ", ".join(
                ["z", "a", "slope" if with_slope else "no_slope", *found.scratch, "*unused"]
            )
            shown = "a = σ(z) and slope = σ′(z)" if with_slope else "a = σ(z)"
            says = f"{shown}: {says_of(activation, a)}"
            body = [f'"""{says}"""', *found.lines]
            self.sources.append("\n".join([f"def {known}({arguments}):", *(f"    {x}" for x in body), ""]))
        return known
