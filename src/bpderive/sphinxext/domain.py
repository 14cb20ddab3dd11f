"""Where each equation, proof and check stands, and the references that lead there.

It is Sphinx's own domain of mathematics, so `` {eq}`eq-bp2` `` works as everywhere, with the numbers of the
registry and one anchor for each equation: `eq-bp2` where `{equation}` states it first, or where
`{derivation}` takes that step; where no page does, the index of equations. `` {proof}`BP2` `` leads to the
derivation.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, ClassVar, cast

from docutils import nodes
from sphinx import addnodes
from sphinx.application import Sphinx
from sphinx.builders import Builder
from sphinx.domains import ObjType
from sphinx.domains.math import MathDomain, MathReferenceRole
from sphinx.environment import BuildEnvironment
from sphinx.util import logging
from sphinx.util.nodes import make_refnode

from bpderive.equations import Certificate, Equation, Proof, equations
from bpderive.errors import BpderiveError, unknown_name
from bpderive.letters.symbols import plain
from bpderive.letters.text import Text
from bpderive.sphinxext import words as say

logger = logging.getLogger(__name__)

Place = tuple[str, str]  # (name of the page, anchor)

_KINDS: Mapping[str, Text] = {
    "equation": say.EQUATION,
    "letter": say.SYMBOL,
    "term": say.TERM,
    "work": say.WORK,
    "object": say.OBJECT,
}


def labelled(label: str) -> Equation | None:
    """The equation whose anchor is `label`, if there is one."""
    return next((equation for equation in _every() if equation.label == label), None)


def _every() -> Iterator[Equation]:
    """The equations of the chapter, and those of the further parts."""
    yield from equations.values()
    yield from equations.further.values()


def proof_label(name: str) -> str:
    """The anchor of the derivation `name`."""
    return f"proof-{name.lower()}"


def refer(kind: str, number: str, *content: nodes.Node) -> addnodes.pending_xref:
    """A reference, resolved when all pages are read: to an equation ("eq"), its "proof", "check" or "page"."""
    target = equations[number].label if kind == "eq" else number
    content = content or (nodes.inline(number, f"({number})"),)
    return addnodes.pending_xref(
        "", *content, refdomain="math", reftype=kind, reftarget=target, refwarn=False
    )


class BookDomain(MathDomain):
    """Sphinx's domain of mathematics that knows the registry."""

    initial_data: ClassVar[dict[str, Any]] = {
        **MathDomain.initial_data,
        "statements": {},  # number -> place
        "proofs": {},  # name of the derivation -> place
        "indexes": {},  # page with an index of equations -> numbers in it
        "uses": {},  # page -> {number of an equation that it refers to: the section that does so first}
        "entries": {},  # page -> what search finds on it: (name, kind, anchor)
        "glossary": "",  # the page with the glossary
        "bibliography": "",  # the page with the works that are cited
        "cited": {},  # page -> keys of the works that it cites
    }
    roles: ClassVar[dict[str, Any]] = {**MathDomain.roles, "proof": MathReferenceRole(warn_dangling=True)}
    object_types: ClassVar[dict[str, ObjType]] = {name: ObjType(name) for name in _KINDS}
    data_version = 3

    def __init__(self, env: BuildEnvironment) -> None:
        super().__init__(env)
        self._certificates: dict[tuple[type, str], Certificate | BpderiveError] = {}

    def certificate(self, equation: Equation | Proof) -> Certificate:
        """The certificate of an equation or of a proof, made once in a build. Raises the error of its check."""
        key = type(equation), equation.number
        if key not in self._certificates:
            try:
                self._certificates[key] = equation.check()
            except BpderiveError as error:
                self._certificates[key] = error
        made = self._certificates[key]
        if isinstance(made, BpderiveError):
            raise made
        return made

    @property
    def indexes(self) -> dict[str, list[str]]:
        """The pages that hold an index of equations, with the numbers in it."""
        found: dict[str, list[str]] = self.data["indexes"]
        return found

    def note(self, kind: str, name: str, anchor: str, title: str, location: Any) -> bool:
        """Remember that `name` ("statements" or "proofs") stands here; warn and return False if it already stands."""
        places: dict[str, Place] = self.data[kind]
        here = self.env.current_document.docname
        if name in places:
            logger.warning(
                "%s already stands on the page %r; give this one the option :again:, for the anchor %s is unique.",
                title,
                places[name][0],
                anchor,
                location=location,
                type="bpderive",
                subtype="twice",
            )
            return False
        places[name] = (here, anchor)
        standard = self.env.domains.standard_domain
        standard.anonlabels[anchor] = (here, anchor)
        standard.labels[anchor] = (here, anchor, title)
        return True

    def enter(self, name: str, kind: str, anchor: str) -> None:
        """Let search find `name`, of a kind of `_KINDS`, at this anchor of the page that is read."""
        self.data["entries"].setdefault(self.env.current_document.docname, []).append((name, kind, anchor))

    def get_objects(self) -> Iterator[tuple[str, str, str, str, str, int]]:
        """What search finds by its name: the equations, and what was entered, such as letters and terms."""
        for equation in _every():
            number = equation.number
            if (place := self.place(number)) is not None:
                title = plain(str(equation.title)).replace(".", " ")
                yield number, f"({number}) {title}", "equation", *place, 0
        for page, entries in self.data["entries"].items():
            for name, kind, anchor in entries:
                yield f"{kind} {name}", name.replace(".", " "), kind, page, anchor, 1

    def get_type_name(self, type: ObjType, primary: bool = False) -> str:
        """The kind of a thing, in the language of the build."""
        return str(_KINDS[type.lname])

    def process_doc(self, env: BuildEnvironment, docname: str, document: nodes.document) -> None:
        """Remember which equations the page refers to, and where it does so first."""
        super().process_doc(env, docname, document)
        uses: dict[str, str] = {}
        for reference in document.findall(addnodes.pending_xref):
            equation = (
                labelled(reference["reftarget"]) if reference.get("reftype") in ("eq", "numref") else None
            )
            if equation is not None:
                uses.setdefault(equation.number, _section(reference))
        if uses:
            self.data["uses"][docname] = uses

    def uses(self, number: str) -> list[Place]:
        """Where the equation is referred to, page by page, but for the page that states it and the index."""
        stated = self.place(number)
        apart = {*self.indexes, self.data["glossary"], *([stated[0]] if stated else [])}
        return [
            (page, numbers[number])
            for page, numbers in sorted(self.data["uses"].items())
            if number in numbers and page not in apart
        ]

    def citations(self, key: str) -> list[Place]:
        """The pages that cite a work, but for the one that lists it."""
        return [
            (page, "")
            for page, keys in sorted(self.data["cited"].items())
            if key in keys and page != self.data["bibliography"]
        ]

    def place(self, number: str) -> Place | None:
        """Where the equation stands: on a page, else in the index, else nowhere."""
        stated: Place | None = self.data["statements"].get(number)
        return stated or self.place_of_check(number)

    def place_of_check(self, number: str) -> Place | None:
        """Where the index of equations tells how the equation was checked."""
        return next(
            (
                (page, f"check-{number.lower()}")
                for page in sorted(self.indexes)
                if number in self.indexes[page]
            ),
            None,
        )

    def clear_doc(self, docname: str) -> None:
        """Forget what stood on a page."""
        super().clear_doc(docname)
        for kind in ("statements", "proofs"):
            self.data[kind] = {name: place for name, place in self.data[kind].items() if place[0] != docname}
        for kind in ("indexes", "uses", "entries", "cited"):
            self.data[kind].pop(docname, None)
        for kind in ("glossary", "bibliography"):
            if self.data[kind] == docname:
                self.data[kind] = ""

    def resolve_xref(
        self,
        env: BuildEnvironment,
        fromdocname: str,
        builder: Builder,
        typ: str,
        target: str,
        node: addnodes.pending_xref,
        contnode: nodes.Element,
    ) -> nodes.reference | None:
        """A link to an equation, to its proof, its check or the page where it stands."""
        equation = labelled(target) if typ in ("eq", "numref") else None
        content: nodes.Node = contnode
        place: Place | None
        if equation is not None:
            place = self.place(equation.number)
            content = nodes.Text(f"({equation.number})")
        elif typ == "proof":
            place = self.data["proofs"].get(target)
            if place is None and not node.get("refwarn"):  # what no page derives line by line
                place = self.place_of_check(target)
            if contnode.astext() == target:
                content = nodes.Text(str(say.THE_PROOF_OF.format(number=f"({target})")))
        elif typ in ("uses", "cited"):
            places = self.uses(target) if typ == "uses" else self.citations(target)
            shown: list[nodes.Node] = []
            for page, anchor in places:
                linked = nodes.Text(env.titles[page].astext())
                comma = nodes.Text(str(say.COMMA))
                shown += [comma, make_refnode(builder, fromdocname, page, anchor, linked)]
            words = say.USED_IN if typ == "uses" else say.CITED_IN
            before = [nodes.Text(f"{words} ")] if shown else []
            return cast(nodes.reference, nodes.inline("", "", *before, *shown[1:]))
        elif typ == "cite":
            page = self.data["bibliography"]
            place = (page, f"work-{target}") if page else None
        elif typ == "check":
            place = self.place_of_check(target)
        elif typ == "page":
            place = self.data["statements"].get(target)
            content = nodes.Text(str(say.STATED_HERE))
            if place is not None:
                link = make_refnode(
                    builder, fromdocname, place[0], place[1], nodes.Text(env.titles[place[0]].astext())
                )
                return cast(nodes.reference, nodes.inline("", "", nodes.Text(f"{say.STATED_IN} "), link))
        else:
            return super().resolve_xref(env, fromdocname, builder, typ, target, node, contnode)
        if place is None:
            # What the reader asked for must be there; what our own directives offer may be left out.
            return None if node.get("refwarn") else cast(nodes.reference, _plain(content))
        title = str(equation.title) if equation else ""
        return make_refnode(builder, fromdocname, *place, content, title)

    def resolve_any_xref(
        self,
        env: BuildEnvironment,
        fromdocname: str,
        builder: Builder,
        target: str,
        node: addnodes.pending_xref,
        contnode: nodes.Element,
    ) -> list[tuple[str, nodes.reference]]:
        """Nothing for our own labels: `note` made them known to every kind of link."""
        if labelled(target) is not None:
            return []
        return super().resolve_any_xref(env, fromdocname, builder, target, node, contnode)


def _section(node: nodes.Node) -> str:
    """The anchor of the section in which a node stands."""
    parent = node.parent
    while not isinstance(parent, nodes.section | nodes.document):
        parent = parent.parent
    return parent["ids"][0] if parent["ids"] else ""


def _plain(content: nodes.Node) -> nodes.Node:
    return nodes.inline("", "", content) if isinstance(content, nodes.Text) else content


def _explain(app: Sphinx, domain: Any, node: addnodes.pending_xref) -> bool | None:
    """Say which equation is meant, or that no page states it, in place of Sphinx's own warning."""
    if not isinstance(domain, BookDomain):
        return None
    target: str = node["reftarget"]
    equation = labelled(target)
    if node["reftype"] == "proof":
        message = str(unknown_name("derivation on any page named", target, domain.data["proofs"]))
    elif node["reftype"] == "cite":
        message = f"No page lists the work {target}; list them with {{bibliography}}."
    elif equation is not None:
        message = (
            f"Equation ({equation.number}) stands on no page; state it with {{equation}} {equation.number}."
        )
    elif target.startswith("eq-"):
        message = str(unknown_name("equation label", target, [e.label for e in _every()]))
    else:
        return None
    logger.warning(message, location=node, type="ref", subtype="eq")
    return True


def _renew_indexes(app: Sphinx, env: BuildEnvironment) -> list[str]:
    """What tells where something stands or is cited is written anew whenever any page was read."""
    domain = book_domain(env)
    return sorted({*domain.indexes, domain.data["bibliography"]} - {""})


def _forget(
    app: Sphinx, env: BuildEnvironment, added: set[str], changed: set[str], removed: set[str]
) -> list[str]:
    """Forget at once what stood on all pages that are read anew, so that an equation may move between them."""
    for docname in changed:
        book_domain(env).clear_doc(docname)
    return []


def book_domain(env: BuildEnvironment) -> BookDomain:
    """The domain of this build."""
    domain = env.domains["math"]
    assert isinstance(domain, BookDomain)
    return domain


def setup(app: Sphinx) -> None:
    """Put the domain in the place of Sphinx's own."""
    app.add_domain(BookDomain, override=True)
    app.add_role("proof", BookDomain.roles["proof"])
    app.connect("warn-missing-reference", _explain)
    app.connect("env-get-outdated", _forget, priority=900)  # when all the others have named their pages
    app.connect("env-updated", _renew_indexes)
