"""Charts and tables of what was measured: well formed, in both languages, and each figure where it belongs."""

from __future__ import annotations

import json
import re
from pathlib import Path
from xml.etree import ElementTree

import pytest

from bpderive.errors import DomainError, UnknownName
from bpderive.letters.text import LANGUAGES, Text, set_language
from bpderive.sphinxext.charts import WIDE, Axis, Curve, chart, decades
from bpderive.sphinxext.learning import picture
from bpderive.sphinxext.measured import CHARTS, TABLES, _chosen, machine, quotient, ratio, seconds

RESULTS = json.loads((Path(__file__).parents[2] / "docs" / "results" / "speed.json").read_text("utf-8"))
UP = Axis(Text("height", "高度"), (0.1, 1.0, 10.0), log=True)
ACROSS = Axis(Text("time", "时间"), (0.0, 5.0, 10.0))
CURVES = tuple(
    Curve(Text(f"number {n}", f"第 {n} 条"), ((0.0, 0.1), (5.0, 1.0), (10.0, 10.0))) for n in range(1, 7)
)


def places(svg: str) -> list[tuple[float, float]]:
    """The points of the first curve."""
    [path] = re.findall(r'class="curve curve-1" d="M([\d. L-]+)"', svg)
    return [(float(x), float(y)) for x, y in (point.split() for point in path.split("L"))]


def test_an_axis_puts_values_in_proportion_and_a_logarithmic_one_ratios():
    assert [ACROSS.share(v) for v in (0, 2.5, 10)] == [0, 0.25, 1]
    assert [round(UP.share(v), 9) for v in (0.1, 1, 10)] == [0, 0.5, 1]


def test_a_straight_line_on_its_axes_is_drawn_straight_and_rises():
    (x1, y1), (x2, y2), (x3, y3) = places(chart(CURVES[:1], ACROSS, UP)[0])
    assert x2 - x1 == pytest.approx(x3 - x2, abs=0.11)
    assert y1 - y2 == pytest.approx(y2 - y3, abs=0.11)
    assert y1 > y2 > y3


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_chart_is_well_formed_and_says_everything_in_the_language(language: str):
    with set_language(language):
        svg, _ = chart(CURVES, ACROSS, UP, heading="[2, 3, 1]")
    said = "".join(ElementTree.fromstring(svg).itertext())
    for text in (UP.title, ACROSS.title, *(curve.name for curve in CURVES)):
        assert text.in_language(language) in said
    assert "[2, 3, 1]" in said


def test_curves_differ_by_their_marks_and_not_only_by_colour():
    svg, _ = chart(CURVES, ACROSS, UP)
    shapes = {
        n: set(re.findall(rf'<(\w+) class="mark curve-{n}"(?: d="M[\d.]+ [\d.]+([^"]*)")?', svg))
        for n in range(1, 7)
    }
    assert all(len(shape) == 1 for shape in shapes.values())
    assert len({shapes[n].pop() for n in (1, 2, 3, 4, 6)}) == 5


def test_names_that_do_not_fit_go_to_another_line_within_the_picture():
    svg, _ = chart([Curve(Text("w" * 25, "宽" * 12), CURVES[0].points)] * 4, ACROSS, UP)
    starts = [float(x) for x in re.findall(r'<text x="([\d.]+)"', svg)]
    assert max(starts) < WIDE / 2 + 100


@pytest.mark.parametrize(
    ("values", "ticks"), [((0.5, 20), (0.1, 1, 10, 100)), ((1e-16, 1), None), ((10, 10), (10, 100))]
)
def test_powers_of_ten_hold_the_values_and_are_few(values, ticks):
    found = decades(values)
    assert found[0] <= min(values)
    assert found[-1] >= max(values)
    assert len(found) <= 7
    assert ticks is None or found == pytest.approx(ticks)


@pytest.mark.parametrize("values", [(), (0.0, 1.0), (-1.0,)])
def test_a_logarithmic_axis_refuses_what_is_not_positive(values):
    with pytest.raises(DomainError, match="positive"):
        decades(values)


@pytest.mark.parametrize(
    ("value", "shown"),
    [(2.0, "2.00 s"), (0.0123, "12.3 ms"), (0.00045, "450 µs"), (1.5e-6, "1.50 µs"), (2e-9, "2 ns")],
)
def test_times_have_three_digits_and_a_unit(value: float, shown: str):
    assert seconds(value) == shown


def test_ratios_have_fewer_decimals_the_larger_they_are():
    assert [quotient(v) for v in (0.126, 2.345, 12.34, 456.7)] == ["0.13", "2.35", "12.3", "457"]


@pytest.mark.parametrize("name", CHARTS)
def test_every_chart_of_the_committed_results_is_drawn_and_told(name: str):
    for made in CHARTS[name](RESULTS):
        for language in LANGUAGES:
            with set_language(language):
                drawn = made.drawing()
            ElementTree.fromstring(drawn.svg)
            assert drawn.title.in_language(language)
            told = drawn.description.in_language(language)
            assert all(curve.name.in_language(language) in told for curve in made.curves)


@pytest.mark.parametrize("name", TABLES)
def test_every_table_of_the_committed_results_has_as_many_cells_as_columns(name: str):
    found = TABLES[name](RESULTS)
    assert found.rows
    assert all(len(row) == len(found.head) for row in found.rows)


def test_a_table_shows_the_ratio_of_its_cell():
    cell = RESULTS["cells"][5]
    row = TABLES["cells"](RESULTS).rows[5]
    assert quotient(ratio(cell, "bpderive")) in row


def test_a_star_stands_where_ours_is_not_clearly_ahead():
    cells = [cell | {"behind": ["jax"] if i == 2 else []} for i, cell in enumerate(RESULTS["cells"])]
    found = TABLES["cells"](RESULTS | {"cells": cells})
    starred = [i for i, row in enumerate(found.rows) if any(str(cell).endswith("*") for cell in row)]
    assert starred == [2]
    assert found.note is not None
    assert TABLES["cells"](RESULTS | {"cells": [cell | {"behind": []} for cell in cells]}).note is None


def test_the_machine_is_named_in_both_languages():
    said = machine(RESULTS)
    assert all(RESULTS["machine"]["processor"] in said.in_language(language) for language in LANGUAGES)


def test_an_unknown_name_is_refused_with_the_known_ones():
    with pytest.raises(UnknownName, match="growth"):
        _chosen("grwth", "chart", CHARTS)


def test_a_digit_is_drawn_pixel_by_pixel_and_paper_is_left_out():
    svg = picture([0.0] * 9 + [0.5] + [0.0] * 54)
    [pixel] = ElementTree.fromstring(svg).iter("{http://www.w3.org/2000/svg}rect")
    assert (pixel.get("x"), pixel.get("y"), pixel.get("fill-opacity")) == ("11", "11", "0.5")
