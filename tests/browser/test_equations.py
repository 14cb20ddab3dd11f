"""Every numbered equation is displayed in each way of reading, with its number, its proof and its check."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from xml.etree.ElementTree import Element

import pytest

import bpderive as bp
from formats.pages import classes, read_page, target_of, visible
from tests.browser.conftest import HTML, LANGUAGES, WAYS

NUMBERS = (*map(str, range(23, 54)), "BP1", "BP1a", "BP2", "BP3", "BP4", "z")
STEPS = dict.fromkeys(map(str, range(36, 40)), "BP1") | dict.fromkeys(map(str, range(40, 46)), "BP2")
"""The numbers that the source gives to lines of a proof, with that proof."""

PROVED = ("25", "27", "BP1", "BP1a", "30", "BP2", "BP3", "BP4", "33", "34", "35", "53")
SHORT = {"31": "BP3", "32": "BP4"}
"""Equations in which the indices are left out, and what they are short for."""

PROOFS = {number: number for number in PROVED} | SHORT | STEPS
"""The proof of each equation that has one."""

NOT_CHECKED_ALONE = ("29", *SHORT)
"""A name that is given to a derivative, and what is checked with the equation that it is short for."""

INDEX = "equations"

parsed = cache(read_page)


@dataclass(frozen=True)
class Displayed:
    """An equation at its own anchor: the number and the LaTeX there, where the marks lead, the frame around it."""

    number: str
    latex: str
    leads_to: frozenset[tuple[str, str]]
    frame: str


@dataclass(frozen=True)
class Pages:
    """What the pages of one way of reading hold: the equations and the proofs by their place, and all anchors."""

    equations: dict[tuple[str, str], Displayed]
    proofs: dict[tuple[str, str], Displayed]
    anchors: frozenset[tuple[str, str]]


def read(pages: dict[str, str]) -> Pages:
    """The equations and the anchors of pages, given as name -> HTML."""
    equations, proofs, anchors = {}, {}, set()
    for name, html in pages.items():
        article = parsed(name, html).article
        anchors |= {(name, element.attrib["id"]) for element in article.iter() if "id" in element.attrib}
        for element, frame in framed(article, article):
            if (anchor := element.get("id", "")).startswith("eq-"):
                equations[name, anchor] = displayed(name, element, frame)
            elif anchor.startswith("proof-"):
                proofs[name, anchor] = displayed(name, element, element)
    return Pages(equations, proofs, frozenset(anchors))


def framed(element: Element, frame: Element) -> Iterator[tuple[Element, Element]]:
    """Every element within, with the card or the derivation around it."""
    if {"bp-equation", "bp-derivation"} & set(classes(element)):
        frame = element
    yield element, frame
    for child in element:
        yield from framed(child, frame)


def displayed(page: str, element: Element, frame: Element) -> Displayed:
    """What is displayed at the anchor."""
    numbers = ["".join(visible(part)) for part in element.iter("span") if "eqno" in classes(part)]
    marks = [part for part in frame.iter("p") if "bp-marks" in classes(part)]
    links = [link.get("href", "") for part in marks for link in part.iter("a")]
    return Displayed(
        " ".join(numbers),
        " ".join(found.text or "" for found in element.iter("annotation")),
        frozenset(target_of(page, link) for link in links),
        frame.get("id", ""),
    )


def faults(pages: Pages) -> list[str]:
    """What the pages lack."""
    return [fault for number in NUMBERS for fault in _faults(number, pages)]


def _faults(number: str, pages: Pages) -> Iterator[str]:
    label = number.lower()
    found = [(place, shown) for place, shown in pages.equations.items() if place[1] == f"eq-{label}"]
    if len(found) != 1 or found[0][0][0] == INDEX:
        yield f"({number}) is displayed on {len(found)} pages"
        return
    (page, _), shown = found[0]
    if shown.number != f"({number})":
        yield f"({number}) carries the number {shown.number!r}"
    equation = bp.equations[number]
    if number in STEPS and (not shown.latex or shown.frame != f"proof-{STEPS[number].lower()}"):
        yield f"({number}) is not a line of its proof"
    if number not in STEPS and shown.latex not in map(equation.latex, equation.forms):
        yield f"({number}) is displayed as {shown.latex}"
    wanted = set() if number in NOT_CHECKED_ALONE else {(INDEX, f"check-{STEPS.get(number, number).lower()}")}
    if number in PROOFS:
        whole = PROOFS[number].lower()
        proofs = {place: proof for place, proof in pages.proofs.items() if place[1] == f"proof-{whole}"}
        wanted |= set(proofs)
        if [(INDEX, f"check-{whole}") in proof.leads_to for proof in proofs.values()] != [True]:
            yield f"({number}) has {len(proofs)} proofs, or one that does not lead to its check"
    for place in sorted(wanted - shown.leads_to):
        yield f"({number}) on {page} has no link to {place[1]}"
    if (INDEX, f"check-{label}") not in pages.anchors:
        yield f"({number}) is not in the index"


def written(folder: Path) -> dict[str, str]:
    """The pages in a folder that have an equation, a proof or a check on them."""
    pages = {path.stem: path.read_text("utf-8") for path in sorted(folder.glob("*.html"))}
    return {name: html for name, html in pages.items() if re.search(r' id="(eq|proof|check)-', html)}


@pytest.mark.parametrize("way", WAYS)
def test_every_numbered_equation_is_displayed_with_its_number_its_proof_and_its_check(way):
    assert faults(read(written(HTML / way))) == []


def test_the_numbers_are_those_of_the_library():
    assert sorted(NUMBERS) == sorted(bp.equations)
    assert {number for number in NUMBERS if bp.equations[number].kind == "step"} == set(STEPS)


BREAKS = {
    "the anchor": ('id="eq-bp2"', 'id="bp2"', "(BP2) is displayed on 0 pages"),
    "the number": (">(BP4)</a></span></div>", ">(BP3)</a></span></div>", "(BP4) carries the number '(BP3)'"),
    "the formula": (r"\delta^{l} = ((w^{l+1})^{T}", r"\delta^{l} = ((w^{l})^{T}", "(BP2) is displayed as"),
    "the proof": ('id="proof-bp1"', 'id="bp1"', "(36) has 0 proofs"),
    "the link to the proof": (
        'href="#proof-bp3"',
        'href="#"',
        "(BP3) on four-equations has no link to proof-bp3",
    ),
    "the link to the check": (
        'href="equations.html#check-33"',
        'href="equations.html"',
        "(33) on vanishing-gradients has no link to check-33",
    ),
    "the check of a proof": (
        'href="equations.html#check-bp4"',
        'href="equations.html"',
        "(32) has 1 proofs, or one that does not lead to its check",
    ),
    "the line of a proof": ('id="eq-41"', 'id="41"', "(41) is displayed on 0 pages"),
}


@pytest.mark.parametrize("broken", BREAKS)
def test_what_a_page_lacks_is_found(broken):
    pages = written(HTML / LANGUAGES[0])
    right, wrong, fault = BREAKS[broken]
    page = "vanishing-gradients" if "check-33" in right else "four-equations"
    assert right in pages[page]
    said = faults(read(pages | {page: pages[page].replace(right, wrong)}))
    assert [one for one in said if one.startswith(fault)]


def test_an_equation_that_only_the_index_lists_is_found():
    pages = written(HTML / LANGUAGES[0])
    del pages["four-equations"]
    said = faults(read(pages))
    assert "(BP1) is displayed on 0 pages" in said
    assert len(said) >= len(STEPS) + 9
