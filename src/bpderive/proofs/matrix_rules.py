"""The rules of the derivations that pass between components and whole vectors.

ToMatrix       read an equation between components as one between vectors
WriteOut       write the norm of a vector by its components
AsDiagonal     write the Hadamard product with σ′(z) as a product with the diagonal matrix Σ′(z)
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from sympy import HadamardProduct, MatMul, Symbol

from bpderive.errors import StepError
from bpderive.letters.plain import plain
from bpderive.letters.statements import Range, Statement
from bpderive.letters.symbols import NormSquared, i, latex
from bpderive.letters.text import Text
from bpderive.proofs import words
from bpderive.proofs.matrices import diagonal_form, outer_form, vector_form
from bpderive.proofs.tensors import same


@dataclass(frozen=True, slots=True)
class ToMatrix:
    """Read an equation between components as one between column vectors, or with `column` between matrices."""

    row: Symbol
    column: Symbol | None = None
    name: ClassVar[Text] = Text(en="matrix form", zh="矩阵形式")

    @property
    def reason(self) -> Text:
        """Says what becomes of sums and products."""
        if self.column is not None:
            return Text(
                en="all rows ${row}$ and columns ${column}$ at once: a column vector times a row vector",
                zh="把所有行 ${row}$ 与列 ${column}$ 合在一起：列向量乘行向量",
            ).format(row=latex(self.row), column=latex(self.column))
        return Text(
            en="all components ${row}$ at once: a sum over an inner index is a matrix product, "
            "a product of components is $\\odot$",
            zh="把所有分量 ${row}$ 合在一起：对内部下标求和就是矩阵乘积，分量相乘就是 $\\odot$",
        ).format(row=latex(self.row))

    def apply(self, lines: Sequence[Statement], ranges: tuple[Range, ...]) -> Statement:
        """The equation of vectors or matrices, whose entries are checked to be the two sides of the last line."""
        sides = []
        for side in (lines[-1].lhs, lines[-1].rhs):
            if self.column is None:
                table, entry = vector_form(side, self.row), (self.row, 0)
            else:
                table, entry = outer_form(side, self.row, self.column), (self.row, self.column)
            if not same(table[entry], side):
                raise StepError(words.ENTRIES.format(table=plain(table), side=plain(side)))
            sides.append(table)
        kept = tuple(r for r in lines[-1].ranges if r.letter not in (self.row, self.column))
        return Statement(tuple(sides), kept)


@dataclass(frozen=True, slots=True)
class WriteOut:
    """Write the norm of a vector by its components; `index` names them."""

    index: Symbol
    name: ClassVar[Text] = Text(en="components", zh="写成分量")

    @property
    def reason(self) -> Text:
        """Says what the norm is."""
        return Text(
            en="the squared length of a vector is the sum of the squares of its components",
            zh="向量长度的平方等于各分量平方之和",
        )

    def apply(self, lines: Sequence[Statement], ranges: tuple[Range, ...]) -> Statement:
        """The last line with its norm written out; raises `StepError` if it has none."""
        norms = lines[-1].rhs.atoms(NormSquared)
        if not norms:
            raise StepError(words.NO_NORM.format(line=plain(lines[-1].rhs)))
        return lines[-1].with_rhs(
            lines[-1].rhs.xreplace({norm: norm.components(self.index) for norm in norms})
        )


@dataclass(frozen=True, slots=True)
class AsDiagonal:
    """Write s ⊙ σ′(z^l) as Σ′(z^l) s."""

    name: ClassVar[Text] = Text(en="diagonal matrix", zh="对角矩阵")

    @property
    def reason(self) -> Text:
        """Says what Σ′ is."""
        return Text(
            en="$\\odot$ with $\\sigma'(z)$ is the product with $\\Sigma'(z)$, the diagonal matrix of its components",
            zh="用 $\\odot$ 与 $\\sigma'(z)$ 相乘，就是左乘由其分量构成的对角矩阵 $\\Sigma'(z)$",
        )

    def apply(self, lines: Sequence[Statement], ranges: tuple[Range, ...]) -> Statement:
        """The last line with the product, or its last factor, rewritten; the components are checked to be the same."""
        *outer, before = lines[-1].rhs.args if isinstance(lines[-1].rhs, MatMul) else (lines[-1].rhs,)
        if not isinstance(before, HadamardProduct):
            raise StepError(words.NO_HADAMARD.format(found=plain(before)))
        after = diagonal_form(before)
        if not same(before[i, 0], after[i, 0]):
            raise StepError(words.COMPONENTS.format(after=plain(after), before=plain(before)))
        return lines[-1].with_rhs(MatMul(*outer, *after.args))
