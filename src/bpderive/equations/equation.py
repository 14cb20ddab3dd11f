"""A numbered equation of the book, and the certificate that its check gives.

An `Equation` has a statement in components, in matrices or both, perhaps a proof, and perhaps a check of its own; its
`check()` does everything that can be done about it and returns a `Certificate`, or raises `Refuted` or `StepError`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from bpderive.equations.formulas import has_formula, in_formulas
from bpderive.errors import is_text, unknown_name
from bpderive.judge.certify import NOTHING, Decided, certify
from bpderive.letters.certificate import Certificate, timed
from bpderive.letters.statements import Statement
from bpderive.letters.symbols import plain
from bpderive.letters.text import Text
from bpderive.proofs import Derivation

FORMS = ("component", "matrix")


_FORM = Text(en="form of equation ({number})", zh="公式 ({number}) 的形式")


@dataclass(frozen=True, slots=True)
class Proof:
    """A proof that ends at no equation with a number of its own, such as a part of the long proof."""

    derivation: Derivation

    @property
    def number(self) -> str:
        """What the derivation is called."""
        return self.derivation.number

    @timed
    def check(self) -> Certificate:
        """Derive every line again and put it before the judge; raises `StepError` or `Refuted`."""
        decided = _check_proof(self.derivation)
        return Certificate(self.number, ("general", "concrete"), decided.networks, decided.instances)


@dataclass(frozen=True, slots=True)
class Equation:
    """One numbered equation.

    `kind` is "definition", "theorem", "shorthand", "example", "approximation" or "step"; `part_of` the number of the
    theorem whose proof a step belongs to. `proof` is the derivation of its statement, or None. `judge` decides its
    statements on networks: those of the chapter, or such as are connected in any way.
    """

    number: str
    kind: str
    title: Text
    component: Statement | None = None
    matrix: Statement | None = None
    printed: str = "component"
    proof: Derivation | None = None
    matrix_proof: Derivation | None = None
    part_of: str | None = None
    own_check: Callable[[], Decided] | None = None
    is_general: bool = False
    judge: Callable[[Statement], Decided] = field(default=certify, repr=False)

    @property
    def forms(self) -> tuple[str, ...]:
        """The forms that the equation has, of `"component"` and `"matrix"`."""
        return tuple(form for form in FORMS if self._form(form) is not None)

    @property
    def statement(self) -> Statement:
        """The statement in the form in which the source prints it."""
        return self.stated()

    @property
    def label(self) -> str:
        """The anchor of the equation in the book."""
        return f"eq-{self.number.lower()}"

    def stated(self, form: str | None = None) -> Statement:
        """Return the statement in `form`; raises `UnknownName` if the equation does not have it."""
        found = self._form(self.printed if form is None else form)
        if found is None:
            raise unknown_name(_FORM.format(number=self.number), form, self.forms)
        return found

    def latex(self, form: str | None = None) -> str:
        """Return the equation as the book prints it, without its number; raises `UnknownName` if it has no `form`."""
        return self.stated(form).latex()

    @timed
    def check(self) -> Certificate:
        """Establish the equation: its proofs, and every case of both forms on small networks.

        Raises `Refuted` with a counterexample, or `StepError` where a step of its proof does not follow.
        """
        proofs = [proof for proof in (self.proof, self.matrix_proof) if proof is not None]
        for proof in proofs:
            _check_proof(proof, self.judge)
        if self.own_check is not None:
            decided = self.own_check()
        else:
            decided = sum((self.judge(self.stated(form)) for form in self.forms), start=NOTHING)
        kinds = ("general",) * bool(proofs or self.is_general)
        if decided.networks:
            kinds += ("concrete",)
        elif not kinds:
            kinds = ("evaluated",) if self.kind == "example" else ("definition",)
        return Certificate(self.number, kinds, decided.networks, decided.instances)

    def _form(self, form: str) -> Statement | None:
        return {"component": self.component, "matrix": self.matrix}.get(form) if is_text(form) else None

    def __str__(self) -> str:
        return f"({self.number}) {plain(str(self.title))}: {plain(self.latex())}"

    def _repr_latex_(self) -> str:
        return rf"$\displaystyle {self.latex()} \tag{{{self.number}}}$"


def _check_proof(proof: Derivation, judge: Callable[[Statement], Decided] = certify) -> Decided:
    """Check the derivation, and put what its rules computed before the judge as well."""
    proof.check()
    decided = (
        in_formulas(step.statement) if has_formula(step.statement) else judge(step.statement)
        for step in proof.steps
    )
    return sum(decided, start=NOTHING)
