"""Pages from declarations: two activations are added as the guide says, and all that it promises appears."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import sympy

import bpderive as bp
from bpderive.functions.activations import Activation, activations
from bpderive.functions.costs import costs
from bpderive.sphinxext.accuracy import Measurements, scientific, signed
from bpderive.sphinxext.catalogue import CATALOGUES
from bpderive.sphinxext.cost import pair_of
from tests.sphinxext.conftest import DOCS, Book

KEPT = ("sigmoid", "relu", "linear", "softmax")
"""What is left of the catalogue, so that the book is small."""

INDEX = "# Book\n\n```{toctree}\n:hidden:\nactivations\ncosts\n```\n"
ACTIVATIONS = "# Activations\n\n```{activation-comparison}\n```\n\n```{pages-of} activations\n```\n"
COSTS = "# Costs\n\n```{pairing-table}\n```\n\n```{pages-of} costs\n```\n"
RESULTS = DOCS / "results" / "accuracy.json"
PAGES = {"index": INDEX, "activations": ACTIVATIONS, "costs": COSTS}


def declared_in_the_guide() -> list[Activation]:
    """The declarations of docs/how-to-add.md, made by running its cells."""
    text = (DOCS / "how-to-add.md").read_text("utf-8")
    cells = re.findall(r"```\{code-cell\} ipython3\n(.*?)```", text, re.DOTALL)
    names: dict[str, Any] = {}
    for cell in [cell for cell in cells if "bp.Activation(" in cell][:2]:
        exec(cell, names)
    return [names["erf_sigmoid"], names["bent_line"]]


def add(patch: pytest.MonkeyPatch) -> list[Activation]:
    """Make the catalogue small, and add the guide's two activations: nothing else is touched."""
    new = declared_in_the_guide()
    kept = {name: activations[name] for name in KEPT}
    patch.setattr(activations, "_entries", kept | {one.name: one for one in new})
    return new


@pytest.fixture
def added(monkeypatch: pytest.MonkeyPatch) -> list[Activation]:
    """What is added to the small catalogue."""
    return add(monkeypatch)


@pytest.fixture(scope="module")
def whole(in_both: Callable[..., tuple[Book, Book]]) -> tuple[Book, Book]:
    """The small book in English and in Chinese."""
    with pytest.MonkeyPatch.context() as patch:
        add(patch)
        return in_both(PAGES, bpderive_pages=["activations", "costs"], bpderive_accuracy=str(RESULTS))


def test_a_declaration_is_enough_for_a_page_in_both_languages(
    whole: tuple[Book, Book], added: list[Activation]
) -> None:
    english, chinese = whole
    assert english.warnings == chinese.warnings == ""
    for activation in added:
        for made, language in ((english, "en"), (chinese, "zh")):
            page = made.page(f"activations/{activation.name}")
            title = activation.title.in_language(language)
            assert page.find("h1").get_text().lower().startswith(title.lower())
            anchors = [section["id"] for section in page.find_all("section")][1:]
            assert anchors == ["slope", "properties", "learning", "floating-point", "program"]
            assert len(page.select(".bp-step")) >= 2
            assert len(page.select(".bp-mark")) >= 1
            assert page.select_one("svg.bp-plot title").get_text()
            assert len(page.select("table.bp-facts tbody tr")) == 10
            assert f"def {activation.name}_prime(z)" in page.get_text()
            # The comparison, the pairs and the table of contents lead to it.
            for other in ("activations", "costs"):
                assert made.page(other).select(f'a[href="activations/{activation.name}.html"]')
    told = chinese.words("activations/bent_line")
    assert "不可导点" in told
    assert "there is a kink" in english.words("activations/bent_line")
    assert "saturates" in english.words("activations/erf_sigmoid")
    index = json.loads(
        (chinese.folder / "searchindex.js")
        .read_text("utf-8")
        .removeprefix("Search.setIndex(")
        .removesuffix(")")
    )
    assert "activations/erf_sigmoid" in index["docnames"]


def test_softmax_has_a_page_with_its_jacobian(whole: tuple[Book, Book]) -> None:
    page = whole[0].page("activations/softmax")
    assert [section["id"] for section in page.find_all("section")][:3] == ["softmax", "jacobian", "error"]
    assert "a^{L}_{k} \\left( \\mathbb{1}[j=k] - a^{L}_{j} \\right)" in page.get_text()


def test_a_page_goes_with_its_declaration(
    book: Callable[..., Book], added: list[Activation], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    few = {one.name: one for one in (activations["linear"], *added)}
    for known in (few, {name: one for name, one in few.items() if name != "bent_line"}):
        monkeypatch.setattr(activations, "_entries", known)
        assert book(PAGES, bpderive_pages=["activations", "costs"]).warnings == ""
        page = tmp_path / "source" / "activations" / "bent_line.md"
        assert page.exists() == ("bent_line" in known)


def test_code_properties_and_checks_come_with_the_declaration(added: list[Activation]) -> None:
    points = np.linspace(-4.05, 4.05, 28)
    for activation in added:
        activation.check()
        assert bp.verify(bp.Network((2, 3, 2), activation=activation.name), seed=0).ok
        value = [float(activation.expr(sympy.Float(x))) for x in points]
        np.testing.assert_allclose(activation.numpy(points), value, rtol=1e-13, atol=1e-15)
    assert added[0].range == sympy.Interval.open(0, 1)
    assert added[1].kinks == (-1, 1)


def test_the_pages_give_no_messages_to_translate(book: Callable[..., Book], added: list[Activation]) -> None:
    made = book(PAGES, builder="gettext", bpderive_pages=["activations", "costs"])
    assert made.warnings == ""
    assert not (made.folder / "activations").exists()


@pytest.mark.parametrize("catalogue", CATALOGUES)
def test_a_page_of_an_unknown_name_is_an_error(book: Callable[..., Book], catalogue: str) -> None:
    directive = CATALOGUES[catalogue][1]
    made = book({"index": f"# Page\n\n```{{{directive}}} sigmiod\n```\n"})
    assert "sigmiod" in made.warnings


def test_a_formula_can_be_tried_in_the_midst_of_a_page(book: Callable[..., Book]) -> None:
    made = book({"index": "# Page\n\n```{try-activation} tanh(z) + z/10\n```\n"}, "zh_CN")
    assert made.warnings == ""
    assert made.page().select(".bp-step")
    assert "总能学习" in made.words()
    assert "exec" in book({"index": "# Page\n\n```{try-activation} exec(z)\n```\n"}).warnings


def test_the_pairs_that_cancel_are_those_of_the_literature() -> None:
    found = {
        (activation.name, cost.name)
        for activation in activations.values()
        for cost in costs.values()
        if (pair := pair_of(activation, cost)) is not None and pair.cancelled
    }
    assert found == {("sigmoid", "cross_entropy"), ("linear", "quadratic"), ("softmax", "log_likelihood")} | {
        pair for pair in found if pair[0] in ("softmax", "sigmoid") and pair[1] == "log_likelihood"
    }
    assert pair_of(activations["tanh"], costs["cross_entropy"]) is None


def test_the_measured_errors_are_shown_and_nothing_is_measured_in_a_build(whole: tuple[Book, Book]) -> None:
    made = whole[0]
    table = made.page("activations/sigmoid").select_one("table.bp-accuracy")
    assert len(table.select("tbody tr")) >= 4
    assert "bench-accuracy" in made.words("activations/erf_sigmoid")
    measurements = Measurements.read(RESULTS)
    changed = Activation("sigmoid", bp.Text(en="other", zh="其他"), sympy.tanh(sympy.Symbol("z")))
    assert measurements.of(changed) is None


def test_large_numbers_are_written_as_powers_of_ten() -> None:
    shown = [scientific(value) for value in (0.5, 3.14, 12.4, 812.0, 9.01e15)]
    assert shown == ["0.5", "3.1", "12", "812", r"9.0 \cdot 10^{15}"]
    assert [signed(value) for value in (-1.0111e-161, 97.04084, -3.0)] == [
        r"-1.011 \cdot 10^{-161}",
        "97.04",
        "-3",
    ]
