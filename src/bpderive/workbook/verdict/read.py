"""In which convention a formula was read: what a `Verdict` says of it.

`Read` holds the formula as it was given, the convention and why it was this one, the others in which it is true as
well, and how the reader would write the mended equation and the values of the counterexample.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from bpderive.letters.plain import plain
from bpderive.letters.text import Text


@dataclass(frozen=True, slots=True)
class Read:
    """How a formula was read.

    `given` is the formula, `convention` and `title` the convention, `where` where it is
    used, `examples` "one", "sum" or "mean"; `why` one
    sentence; `also` the titles of other conventions in which it is true, by name; `notes` what else is to be said;
    `repair` the mended equation in the reader's letters; `names` what the reader calls the values of the
    counterexample, with a sign where it is the opposite; `tried` how many readings were tried.
    """

    given: str
    convention: str
    title: Text
    where: Text
    examples: str
    why: Text
    also: Mapping[str, Text] = field(default_factory=dict)
    notes: tuple[Text, ...] = ()
    repair: str | None = None
    names: Mapping[str, tuple[str, int]] = field(default_factory=dict)
    tried: int = 1

    def lines(self, in_book: str) -> list[Text]:
        """In which convention it was read and why, the equation in this book's letters, and what else is to be said."""
        found = [
            _READ.format(title=self.title, name=self.convention, why=self.why),
            _BOOK.format(book=in_book),
        ]
        found += [note.spaced() for note in self.notes]
        if self.also:
            found.append(_ALSO.format(titles=_listed(self.also)))
        return found

    def markdown(self, in_book: str) -> list[Text]:
        """The same for a page, the equation as a formula."""
        found = [_READ.format(title=self.title, name=self.convention, why=self.why)]
        found.append(_BOOK.format(book=f"$\\displaystyle {in_book}$"))
        found += [note.spaced() for note in self.notes]
        if self.also:
            found.append(_ALSO.format(titles=_listed(self.also)))
        return found

    @property
    def shown(self) -> str:
        """The formula as it was given: typeset where it is LaTeX, as code where it is a line of a program."""
        is_latex = "\\" in self.given or "^" in self.given
        return f"$\\displaystyle {self.given}$" if is_latex else f"`{self.given}`"

    @property
    def plain(self) -> str:
        """The formula in plain text."""
        return plain(self.given)


_READ = Text(en="read as: {title} ({name}); {why}", zh="读法：{title}（{name}）；{why}")
_BOOK = Text(en="in this book: {book}", zh="本书写法：{book}")
_ALSO = Text(en="also true in: {titles}", zh="在以下约定中也成立：{titles}")


def _listed(titles: Mapping[str, Text]) -> Text:
    return Text(
        en="; ".join(f"{title.en} ({name})" for name, title in titles.items()),
        zh="；".join(f"{title.zh}（{name}）" for name, title in titles.items()),
    )
