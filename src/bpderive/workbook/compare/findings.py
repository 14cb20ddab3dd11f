"""What is found about a program: `Findings`, each a `Finding` with its kind, its words and the arrays concerned."""

from __future__ import annotations

from dataclasses import dataclass

from bpderive.letters.text import Text, joined
from bpderive.workbook.compare.convention import BOOK, CodeConvention


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong: its kind, what it is in words, the arrays concerned, and the largest relative error."""

    kind: str
    text: Text
    arrays: tuple[str, ...] = ()
    error: float | None = None

    def __str__(self) -> str:
        return str(self.text)

    def _repr_markdown_(self) -> str:
        return str(self)


@dataclass(frozen=True, slots=True)
class Findings:
    """What was found about a program: nothing, if it is `ok`. `cases` is the number of calls that were compared.

    `convention` is the one in which it was read; `agrees` what is said of it where nothing is wrong.
    """

    findings: tuple[Finding, ...]
    cases: int
    convention: CodeConvention = BOOK
    agrees: Text | None = None

    @property
    def ok(self) -> bool:
        """Whether nothing is wrong."""
        return not self.findings

    @property
    def text(self) -> Text:
        """Everything found, one line each."""
        if not self.ok:
            texts = [finding.text for finding in self.findings]
            return Text(en="\n".join(t.en for t in texts), zh="\n".join(t.zh for t in texts))
        agrees = self.agrees or _AGREES.format(cases=self.cases)
        if self.convention == BOOK:
            return agrees
        convention = self.convention.text
        if self.convention.books and not set(BOOK.books) & set(self.convention.books):
            books = self.convention.books
            listed = joined(books)
            convention = Text(
                en="{convention} (in bp.conventions: {listed})",
                zh="{convention}（即 bp.conventions 中的 {listed}）",
            ).format(convention=convention, listed=listed)
        return Text(
            en="right, for {convention}: {agrees}", zh="正确，所用约定为：{convention}；{agrees}"
        ).format(convention=convention, agrees=agrees)

    def __str__(self) -> str:
        return str(self.text)

    def _repr_markdown_(self) -> str:
        return "\n".join(f"- {line}" for line in str(self).split("\n"))


_AGREES = Text(en="it agrees with the gradient in {cases} cases", zh="在 {cases} 种情形下与梯度一致")
