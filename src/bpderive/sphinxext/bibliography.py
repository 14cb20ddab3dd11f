"""The works that the book cites: `` {cite}`rumelhart-1986` `` in a text, and the list of them all by `bibliography`.

`bpderive_bibliography` names a TOML file with one table for each work: `authors` ("others" at the end for those that
are left out), `title`, `where` it appeared (one string, or one for each language), `year`, and its `address`. To cite a
further work, add it to the file. A key that is not in the file is an error; a work that no page cites is a warning.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx import addnodes
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.util import logging
from sphinx.util.docutils import SphinxRole

from bpderive.errors import ParseError, unknown_name
from bpderive.letters.text import Text, joined
from bpderive.sphinxext.directive import BookDirective
from bpderive.sphinxext.domain import book_domain, refer
from bpderive.sphinxext.markup import element, line, span

logger = logging.getLogger(__name__)

_OTHERS = "others"
_AND = Text(en="{names} and {last}", zh="{names} 和 {last}")
_AND_OTHERS = Text(en="{names} et al.", zh="{names} 等")
_CITED = Text(en="{authors} ({year})", zh="{authors}（{year}）")
_LISTED = Text(en="{authors} ({year}): ", zh="{authors}（{year}）：")
_WHERE = Text(en=", {where}.", zh="，{where}。")


@dataclass(frozen=True, slots=True)
class Work:
    """One work: its key, authors as they write their names, title, where it appeared, year, and DOI or URL or ""."""

    key: str
    authors: tuple[str, ...]
    title: str
    where: Text
    year: int
    address: str

    @property
    def anchor(self) -> str:
        """Where the list of works has it."""
        return f"work-{self.key}"

    @property
    def cited(self) -> Text:
        """How a text names it, such as "Rumelhart, Hinton and Williams (1986)"."""
        families = [name.split()[-1] for name in self.authors]
        many = len(families) > 3 or _OTHERS in families
        some = _named(families[:1], others=True) if many else _named(families)
        return _CITED.format(authors=some, year=self.year)

    @property
    def listed(self) -> Text:
        """All its authors and the year, as the list begins it."""
        known = [name for name in self.authors if name != _OTHERS]
        authors = _named(known, others=len(known) < len(self.authors))
        return _LISTED.format(authors=authors, year=self.year)


def _named(names: list[str], *, others: bool = False) -> Text:
    """The names with commas, and "and" before the last one, or "et al." behind it where there are `others`."""
    if others:
        return _AND_OTHERS.format(names=joined(names))
    return _AND.format(names=joined(names[:-1]), last=names[-1]) if len(names) > 1 else joined(names)


@cache
def _read(path: Path, state: int) -> dict[str, Work]:
    tables = tomllib.loads(path.read_text("utf-8"))
    works = {}
    for key, entry in tables.items():
        where = entry["where"]
        words = Text(**where) if isinstance(where, dict) else Text(where, where)
        works[key] = Work(
            key, tuple(entry["authors"]), entry["title"], words, entry["year"], entry.get("address", "")
        )
    return dict(sorted(works.items(), key=lambda item: (item[1].authors[0].split()[-1], item[1].year)))


def bibliography_of(app: Sphinx) -> dict[str, Work]:
    """The works in the file that the configuration names, by the first author's family name; none without a file."""
    path = Path(app.confdir, app.config.bpderive_bibliography)
    return _read(path, path.stat().st_mtime_ns) if path.is_file() else {}


class CiteRole(SphinxRole):
    """Cite a work by its key: a link to the list, such as "Rumelhart, Hinton and Williams (1986)"."""

    def run(self) -> tuple[list[nodes.Node], list[nodes.system_message]]:
        """The reference, or what is wrong with the key, where it stands."""
        works = bibliography_of(self.env.app)
        if self.text not in works:
            error = unknown_name("work in the bibliography", self.text, works)
            message = self.inliner.reporter.error(str(error), line=self.lineno)
            return [self.inliner.problematic(self.rawtext, self.rawtext, message)], [message]
        here = self.env.current_document.docname
        book_domain(self.env).data["cited"].setdefault(here, []).append(self.text)
        words = nodes.inline("", str(works[self.text].cited))
        target = {"refdomain": "math", "reftype": "cite", "reftarget": self.text, "refwarn": True}
        return [addnodes.pending_xref("", words, **target)], []


class BibliographyDirective(BookDirective):
    """Every work in the file: authors, year, title, where it appeared, its address, and the pages that cite it."""

    def make(self) -> list[nodes.Node]:
        """The list. Raises `ParseError` if there is no file."""
        if self.file("bpderive_bibliography") is None:
            name = Path(self.config.bpderive_bibliography).name
            raise ParseError(
                f"There is no bibliography at {name}; name it in bpderive_bibliography, relative to conf.py."
            )
        works = bibliography_of(self.env.app)
        here = self.env.current_document.docname
        self.book.data["bibliography"] = here
        for work in works.values():
            self.book.enter(f"{work.cited}: {work.title}", "work", work.anchor)
        return [element("ul", *map(self._entry, works.values()), classes=["bp-bibliography"])]

    def _entry(self, work: Work) -> nodes.Node:
        told = line(
            *self.words(work.listed),
            span(work.title, classes=["bp-work"]),
            *self.words(_WHERE.format(where=work.where)),
        )
        if work.address:
            told += nodes.Text(" ")
            told += nodes.reference("", work.address, refuri=work.address)
        return element("li", told, line(refer("cited", work.key), classes=["bp-places"]), ids=[work.anchor])


def _check(app: Sphinx, env: BuildEnvironment) -> None:
    """Name the works that are listed and that no page cites."""
    domain = book_domain(env)
    if not (page := domain.data["bibliography"]):
        return
    cited = {key for keys in domain.data["cited"].values() for key in keys}
    for key in bibliography_of(app).keys() - cited:
        logger.warning(
            "No page cites %s; cite it with {cite}`%s`, or take it out of the bibliography.",
            key,
            key,
            location=page,
            type="bpderive",
            subtype="uncited",
        )


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the setting, the role and the check that nothing is listed in vain."""
    app.add_config_value("bpderive_bibliography", "bibliography.toml", "env", types=(str,))
    app.add_role("cite", CiteRole())
    app.connect("env-check-consistency", _check)
    return {}
