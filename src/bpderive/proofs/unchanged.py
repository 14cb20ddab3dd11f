"""The proofs that stay as they are when the outputs are a function of the whole layer.

`unchanged(derivation("BP2"))` is the proof that (BP2) has as ever, which uses nothing about the output layer; so it is
with (BP3), (BP4), their matrix forms and (34).
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from bpderive.errors import StepError
from bpderive.letters.statements import WHOLE, Statement
from bpderive.letters.symbols import quantity
from bpderive.proofs.definitions import ACTIVATION, ERROR, ERROR_ANYWHERE, HIDDEN_ACTIVATION, ONE_EXAMPLE
from bpderive.proofs.steps import proved
from bpderive.proofs.table import known_proofs

if TYPE_CHECKING:
    from bpderive.proofs.derivation import Derivation


def unchanged(proof: Derivation) -> Derivation:
    """A proof such as that of (BP2), with any function of the whole output layer in the place of a σ for each neuron.

    Raises `StepError` for a proof that uses more of the output layer than that, and for one in parts.
    """
    if proof.parts:
        raise StepError(f"({proof.number}): only a single chain of lines is derived for any outputs.")
    goal, start = (replace(line, output=WHOLE) for line in (proof.statement, proof.start))
    moves = tuple(replace(move, rule=_anywhere(move.rule)) for move in proof.moves)
    steps = proved(proof.number, goal, start, moves)
    return replace(proof, statement=goal, start=start, moves=moves, steps=steps)


def _anywhere(rule: Any) -> Any:
    """The rule with what it uses said of every output layer, where that is how it is."""
    used = getattr(rule, "equation", None)
    if used is None or used.output == WHOLE:
        return rule
    free_of_output = {
        ERROR: ERROR_ANYWHERE,
        ACTIVATION: HIDDEN_ACTIVATION,
        ONE_EXAMPLE: replace(ONE_EXAMPLE, output=WHOLE),
    }
    found = quantity(used.lhs)
    if found is not None and found[0].letter == "z":
        free_of_output[used] = replace(used, output=WHOLE)
    proof = _proof_of(rule.number, used)
    if proof is not None:
        free_of_output[used] = unchanged(proof).statement
    if used not in free_of_output:
        raise StepError(f"{used} is known where each output depends on its own z alone.")
    return replace(rule, equation=free_of_output[used])


def _proof_of(number: str, used: Statement) -> Derivation | None:
    """The proof of a theorem that a proof uses by its number."""
    return next((proof for proof in known_proofs(number) if proof.statement == used), None)
