"""The role `formula`: a numbered equation once more, in the middle of a sentence.

`` {formula}`BP2` `` is the equation as the source prints it, `` {formula}`BP2 component` `` its other form. It comes
from the registry like the card of the equation, so that no page types an equation that the machine has.
"""

from __future__ import annotations

from docutils import nodes
from sphinx.util.docutils import SphinxRole

from bpderive.errors import BpderiveError
from bpderive.sphinxext.domain import find_equation


class FormulaRole(SphinxRole):
    """The LaTeX of an equation as inline mathematics."""

    def run(self) -> tuple[list[nodes.Node], list[nodes.system_message]]:
        """The formula, or what is wrong with its number or form, where it stands."""
        number, _, form = self.text.partition(" ")
        try:
            latex = find_equation(number).latex(form.strip() or None)
        except BpderiveError as error:
            message = self.inliner.reporter.error(str(error), line=self.lineno)
            return [self.inliner.problematic(self.rawtext, self.rawtext, message)], [message]
        return [nodes.math(latex, latex)], []
