"""How much work each form of the gradient costs: the reason for each simplification of the long proof.

`simplifications(net)` gives the forms in the order in which one would find them, from the sum over all paths, written
out for every weight, to backpropagation. Each is a program that runs on a machine which counts, and `check()` runs it
on polynomials and compares what it computes with the derivatives by direct differentiation. To add a form, write its
program in `forms`, the formula for its work in `work`, and a row of `_FORMS`.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

from bpderive.equations.discovery import forms, work
from bpderive.equations.discovery.forms import Program
from bpderive.equations.discovery.machine import Machine, Work, parameters
from bpderive.errors import StepError, TooManyPaths
from bpderive.functions.network import Network
from bpderive.judge.truth import COST, Truth
from bpderive.letters.certificate import Certificate, timed
from bpderive.letters.text import Text
from bpderive.proofs import derivation

MOST_STEPS = 200_000
"""A program with more multiplications than this is counted by its formula only, and not run."""


@dataclass(frozen=True, slots=True)
class Simplification:
    """One form of all the ∂C/∂w and ∂C/∂b of `sizes`: what is done, the line of the long proof, and the work."""

    title: Text
    line: tuple[str, int]
    sizes: tuple[int, ...]
    work: Work
    program: Program

    @property
    def latex(self) -> str:
        """The formula that is computed: a line of a part of the long proof."""
        part, place = self.line
        proof = {found.number: found for _, found in derivation("long").parts}[part]
        return proof.steps[place].statement.latex()

    @timed
    def check(self) -> Certificate:
        """Run the program on polynomials; raises `StepError` where a derivative is not that of the composed network.

        Raises `TooManyPaths` for a network on which the program has more than `MOST_STEPS` operations.
        """
        if self.work.multiplications > MOST_STEPS:
            raise TooManyPaths(
                f"“{self.title.en}” takes {self.work.multiplications:,} multiplications on {self.sizes}, more than "
                f"the {MOST_STEPS:,} that are run; check it on a smaller network.",
                math.prod(self.sizes[1:]),
            )
        machine = Machine(Truth(self.sizes))
        found = dict(self.program(machine))
        for wanted in parameters(self.sizes):
            if found.get(wanted) != machine.truth.derivative(COST, wanted):
                raise StepError(f"“{self.title.en}” on {self.sizes}: ∂C/∂{wanted} is not what it gives.")
        if machine.work != self.work:
            raise StepError(
                f"“{self.title.en}” on {self.sizes}: its program does {machine.work}, not {self.work}."
            )
        return Certificate(self.title.en, ("concrete",), (self.sizes,), 1)


def simplifications(net: Network) -> tuple[Simplification, ...]:
    """The forms of the gradient, from the sum over paths to backpropagation, with their work on `net`."""
    return tuple(
        Simplification(title, line, net.sizes, formula(net.sizes), program)
        for title, line, program, formula in _FORMS
    )


_FORMS: tuple[tuple[Text, tuple[str, int], Program, Callable[[tuple[int, ...]], Work]], ...] = (
    (
        Text(en="every path of every weight", zh="逐个权重、逐条路径相加"),
        ("part A", -1),
        forms.every_path,
        work.every_path,
    ),
    (
        Text(
            en="what does not depend on $k$ once for each neuron", zh="与 $k$ 无关的部分，每个神经元只算一次"
        ),
        ("part C", -1),
        forms.named,
        work.named,
    ),
    (
        Text(en="common factors taken out of the sums", zh="把公因子提到求和号外"),
        ("part F", 1),
        forms.nested,
        work.nested,
    ),
    (
        Text(en="matrices, multiplied from the left", zh="写成矩阵，从左往右乘"),
        ("part G", -1),
        forms.from_the_left,
        work.from_the_left,
    ),
    (
        Text(en="the same product from the right", zh="同一个乘积，从右往左乘"),
        ("part G", -1),
        forms.from_the_right,
        work.from_the_right,
    ),
    (
        Text(en="each layer from the one after it", zh="每一层直接用后一层的结果"),
        ("part G", 6),
        forms.handed_back,
        work.handed_back,
    ),
    (
        Text(en="$\\odot$ for the diagonal matrix: backpropagation", zh="用 $\\odot$ 代替对角矩阵：反向传播"),
        ("BP2", -1),
        forms.backpropagation,
        work.backpropagation,
    ),
)
"""What is done, the part and the line of the long proof, the program, and its work."""

__all__ = ["Machine", "Program", "Simplification", "Work", "simplifications"]
