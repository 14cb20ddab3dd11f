"""The directive `solution`: the answer to an exercise, folded away until the reader asks for it.

```{solution}
Any Markdown, with formulas, cells' results and other directives.
```
"""

from __future__ import annotations

from docutils import nodes

from bpderive.errors import ParseError
from bpderive.sphinxext.directive import BookDirective
from bpderive.sphinxext.markup import element, span
from bpderive.sphinxext.words import SOLUTION


class SolutionDirective(BookDirective):
    """Fold the content away under the word for a solution."""

    has_content = True

    def make(self) -> list[nodes.Node]:
        """A `<details>` element that is closed at first."""
        if not self.content:
            raise ParseError("The solution is empty; write it between the lines of the directive.")
        summary = element("summary", span(*self.words(SOLUTION), classes=["bp-title"]))
        return [element("details", summary, *self.parse_content_to_nodes(), classes=["bp-solution"])]
