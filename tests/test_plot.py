"""Graphs: they pass through the function's values, stay in their window, show jumps, and speak both languages."""

from __future__ import annotations

import re
from xml.etree import ElementTree

import pytest
import sympy

import bpderive as bp
from bpderive.functions.activations import Activation, activations, z
from bpderive.functions.plot import ACROSS, plot, standalone
from bpderive.letters.text import Text

names = pytest.mark.parametrize("activation", [a for a in activations.values() if a.elementwise], ids=str)


def points(svg: str, name: str) -> list[tuple[float, float]]:
    """The points of a graph in the picture."""
    [path] = re.findall(rf'<path class="{name}" d="([^"H]+)"/>', svg)
    return [(float(x), float(y)) for x, y in re.findall(r"([-\d.]+) ([-\d.]+)", path)]


def scale(svg: str) -> tuple[float, float, float, float]:
    """Where z = 0 and the value 0 stand, and how long a unit is across and up, read off the axes and the grid."""
    flat, upright = re.findall(r'<line class="axis" x1="(.*?)" y1="(.*?)" x2="(.*?)" y2="(.*?)"/>', svg)
    left, zero, right, _ = map(float, flat)
    [(one,)] = {(float(y),) for y, shown in re.findall(r'y="([-\d.]+)" text-anchor="end">(1)<', svg) if shown}
    return float(upright[0]), zero, (right - left) / (2 * ACROSS), zero - (one - 5)


@names
@pytest.mark.parametrize("graph", ["sigma", "slope"])
def test_a_graph_passes_through_the_values_of_the_formula(activation: Activation, graph: str) -> None:
    svg = plot(activation).svg
    origin, zero, across, up = scale(svg)
    formula = activation.formula if graph == "sigma" else sympy.diff(activation.formula, z)
    checked = 0
    for x, y in points(svg, graph)[::17]:
        at = (x - origin) / across
        if all(abs(at - float(kink)) > 0.01 for kink in activation.kinks):
            expected = sympy.N(formula.subs(z, sympy.Float(at)))
            assert abs((zero - y) / up - expected) < 0.02
            checked += 1
    assert checked or activation.name in ("relu", "leaky_relu", "linear", "hard_tanh", "hard_sigmoid")


@names
def test_a_graph_stays_in_its_window_and_has_words_in_both_languages(activation: Activation) -> None:
    for small in (False, True):
        picture = plot(activation, small=small)
        _, _, width, height = map(float, re.findall(r'viewBox="([^"]+)"', picture.svg)[0].split())
        every = [point for name in ("sigma", "slope") for point in points(picture.svg, name)]
        assert all(0 <= x <= width and 0 <= y <= height for x, y in every)
        ElementTree.fromstring(picture.svg)
        assert activation.title.zh in picture.title.zh
        assert activation.title.en in picture.title.en


def test_a_jump_of_the_slope_shows_both_sides_and_what_was_chosen() -> None:
    svg = plot(activations["relu"]).svg
    _, zero, _, up = scale(svg)
    marks = [
        (kind, round((zero - float(y)) / up, 2))
        for kind, y in re.findall(r'<circle class="(\w+) slope" cx="[^"]+" cy="([^"]+)"', svg)
    ]
    assert marks == [("ring", 0), ("ring", 1), ("dot", 0)]
    assert "jumps at z = 0" in plot(activations["relu"]).description.en


def test_a_graph_that_leaves_the_window_and_comes_back_is_drawn_in_pieces() -> None:
    waves = Activation("waves", Text(en="waves", zh="波"), 3 * sympy.sin(z))
    svg = plot(waves).svg
    [path] = re.findall(r'<path class="sigma" d="([^"H]+)"/>', svg)
    assert path.count("M") >= 3


def test_a_file_stands_alone_with_its_words_and_colours() -> None:
    picture = plot(bp.activations["tanh"])
    for language in ("en", "zh"):
        tree = ElementTree.fromstring(standalone(picture, language))
        found = {child.tag.rpartition("}")[2]: child.text for child in tree}
        assert found["title"] == picture.title.in_language(language)
        assert found["desc"] == picture.description.in_language(language)
        assert "prefers-color-scheme:dark" in found["style"]
