"""Putting equals for equals in an expression, without letting a sum capture a letter."""

from __future__ import annotations

from sympy import Expr, MatMul, Mul

from bpderive.errors import StepError
from bpderive.letters.plain import plain
from bpderive.letters.statements import bound_letters
from bpderive.proofs import words
from bpderive.proofs.matrices import replaced_product


def replaced(expression: Expr, old: Expr, new: Expr) -> Expr:
    """`expression` with `new` for every `old`; raises `StepError` if there is none, or a letter would be captured."""
    if isinstance(expression, MatMul) or isinstance(old, MatMul):
        product = replaced_product(expression, old, new)
        if product is not None:
            return product
    if isinstance(old, Mul):
        return _factors_replaced(expression, old, new)
    if not expression.has(old):
        raise StepError(words.ABSENT.format(part=plain(old), whole=plain(expression)))
    if captured := sorted(map(str, (new.free_symbols - old.free_symbols) & bound_letters(expression))):
        raise StepError(words.CAPTURED.format(new=plain(new), old=plain(old), letters=", ".join(captured)))
    return expression.xreplace({old: new})


def _factors_replaced(expression: Expr, old: Mul, new: Expr) -> Expr:
    """`expression` with `new` for the factors of `old` in every product that has them all."""
    wanted = set(old.args)
    together = [e for e in expression.atoms(Mul) if wanted <= set(e.args)]
    if not together:
        raise StepError(words.ABSENT.format(part=plain(old), whole=plain(expression)))
    put = {e: Mul(new, *(factor for factor in e.args if factor not in wanted)) for e in together}
    return expression.xreplace(put)
