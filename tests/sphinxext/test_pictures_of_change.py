"""Figures of change: the demon, a change that spreads, a sum that grows, maps of slow learning."""

from __future__ import annotations

import json
import re
from itertools import pairwise
from xml.etree import ElementTree

import numpy as np
import pytest
from sympy import Add, Mul, Symbol

from bpderive import reference
from bpderive.equations import equations
from bpderive.equations.paths import PathSums, path_sum
from bpderive.errors import DomainError, NetworkError, ParseError, Refuted
from bpderive.functions.activations import activations
from bpderive.functions.network import Network
from bpderive.functions.plot import ACROSS
from bpderive.letters.symbols import C, Change, a, latex, plain, w
from bpderive.letters.text import set_language
from bpderive.sphinxext.charts import ticks
from bpderive.sphinxext.experiment import draw_experiment, experiment, for_script
from bpderive.sphinxext.figures import draw, parse_highlight, parse_letters, reached
from bpderive.sphinxext.flow import algorithm, library
from bpderive.sphinxext.growth import draw_growth, growth
from bpderive.sphinxext.lettering import typeset
from bpderive.sphinxext.maps import LEVELS, draw_map, learning_map
from bpderive.sphinxext.numbers import example
from bpderive.sphinxext.saturation import draw_saturation, saturated
from bpderive.sphinxext.spread import one_weight, stages

NET = Network((2, 3, 2, 2))
SMALL = Network((2, 3, 2))


def with_class(svg, name):
    return [e for e in ElementTree.fromstring(svg).iter() if name in e.get("class", "").split()]


def text(element):
    return "".join(element.itertext())


def test_letters_take_the_place_of_numbers():
    letters = parse_letters("1,1 l-1 k; 2,1 l j; 4,1 L m", NET)
    marked = letters.lettered(parse_highlight("weight 2,1,1", NET))
    svg = draw(NET, highlight=marked, letters=letters, captions={(2, 1, 1): letters.weight(2, 1, 1)}).svg
    assert [text(e) for e in with_class(svg, "label")] == ["al−1k", "alj", "aLm"]
    assert [text(e) for e in with_class(svg, "layer")] == ["layer l−1", "layer l", "layer L"]
    assert [text(e) for e in with_class(svg, "caption")] == ["wljk"]
    with set_language("zh"):
        chinese = draw(NET, highlight=marked, letters=letters).svg
    assert text(with_class(chinese, "layer")[1]) == "第 l 层"


@pytest.mark.parametrize("given", ["2,1 l", "2,1 l+7 j", "2,1 l x", "2 l j", "2,4 l j", "x,1 l j"])
def test_what_names_no_neuron_is_an_error(given):
    with pytest.raises(ParseError):
        parse_letters(given, SMALL)


def test_a_change_reaches_what_lies_behind_its_neuron():
    found = reached(NET, 2, 3)
    assert found.weights == {
        (3, 1, 3),
        (3, 2, 3),
        (4, 1, 1),
        (4, 1, 2),
        (4, 2, 1),
        (4, 2, 2),
        (5, 1, 1),
        (5, 1, 2),
    }
    assert max(reached(NET, 2, 3, last=3).neurons) == (3, 2)
    assert parse_highlight("cost", NET).weights == {(5, 1, 1), (5, 1, 2)} <= found.weights
    assert parse_highlight("cost 2", NET).weights == {(5, 1, 2)}
    with pytest.raises(NetworkError):
        parse_highlight("cost 3", NET)


@pytest.mark.parametrize(("neuron", "index"), [((2, 1), 2), ((3, 2), 6)])
def test_the_demon_sits_on_its_neuron(neuron, index):
    drawn = draw(NET, highlight=reached(NET, *neuron), labels="z", demon=neuron)
    place = re.search(r'<g transform="translate\(([\d.]+) ([\d.]+)\)">', drawn.svg)
    circle = [e for e in with_class(drawn.svg, "neuron") if "cost" not in e.get("class")][index]
    assert place is not None
    assert float(place[1]) == float(circle.get("cx"))
    assert float(circle.get("cy")) - 30 < float(place[2]) < float(circle.get("cy"))
    assert text(with_class(drawn.svg, "caption")[-1]) == "+Δz{}{}".format(*neuron)
    assert "demon" in drawn.description.en
    assert "小恶魔" in drawn.description.zh


def test_the_rules_of_all_stages_make_the_sum_over_the_paths():
    """Put into one another, they give ΔC = (sum over the paths, as (53) writes it) Δw."""
    made = stages(NET, 2, 1, 1)
    value = {}
    for stage in made:
        value |= {Change(of): rule.xreplace(value) for of, rule in stage.changes}
    paths = path_sum(NET, 2, 1, 1)
    literal = Add(*(Mul(*(factor.derivative for factor in path.factors)) for path in paths.paths))
    assert (value[Change(C)] - literal * Change(w(2)[0, 0])).expand() == 0
    assert [len(stage.changes) for stage in made] == [1, 2, 2, 1]
    assert len(stages(NET, 4, 2, 1)) == 2
    with pytest.raises(NetworkError):
        stages(NET, 2, 4, 1)


def test_each_stage_marks_more_than_the_one_before():
    marked = [stage.marked for stage in stages(NET, 2, 1, 1)]
    for before, after in pairwise(marked):
        assert before.weights | before.neurons <= after.weights | after.neurons
        assert before != after


def test_one_weight_has_the_letters_of_its_equation():
    assert [text(e) for e in with_class(one_weight().svg, "label")] == ["ain", "δout"]
    assert "激活值" in one_weight().description.zh


def test_the_numbers_of_an_example_are_those_of_the_network_by_hand():
    numbers = example(NET, 5)
    found = reference.backprop(numbers.weights, numbers.biases, numbers.x, numbers.y)
    for layer in (2, 3, 4):
        for (row, column), value in np.ndenumerate(found.w[layer - 2]):
            total = numbers.value(path_sum(NET, layer, row + 1, column + 1).total)
            assert total == pytest.approx(value, rel=1e-12, abs=1e-15)
    with pytest.raises(NetworkError):
        numbers.value(Symbol("t"))


@pytest.mark.parametrize(
    ("net", "neuron"), [(SMALL, (2, 1)), (SMALL, (3, 2)), (Network((2, 3, 2), "tanh"), (2, 3))]
)
def test_the_error_predicts_small_changes_and_no_others(net, neuron):
    small, large = (experiment(net, *neuron, seed=3, reach=reach) for reach in (1e-4, 4.0))
    for step, line, true in small.points:
        assert line == pytest.approx(true, rel=0.01, abs=1e-12)
        assert line == small.slope * step
    assert any(abs(line - true) > 0.2 * abs(line) for _, line, true in large.points)
    assert large.points[40] == (0, 0, 0)


def test_the_page_says_of_the_demon_what_is_so():
    """The curve of the book flattens on both sides, and the line does not."""
    points = experiment(SMALL, 2, 1, seed=3, reach=4).points
    steps = [abs(other[2] - one[2]) for one, other in pairwise(points)]
    assert max(steps[:10] + steps[-10:]) < 0.5 * max(steps)


def test_the_slider_says_what_was_computed_in_both_languages():
    found = experiment(SMALL, 2, 1, seed=3, reach=4)
    _, frame = draw_experiment(found, latex(Change(a(2)[0, 0])))
    held = json.loads(for_script(found, frame))
    assert held["words"].keys() == {"en", "zh"}
    assert len(held["marks"]) == len(found.points)
    for words in held["words"].values():
        assert words["label"]
        assert len(words["said"]) == len(found.points)
    x, line, true = held["marks"][40]
    assert (x, line, true) == (round(frame.x(0), 1), round(frame.y(0), 1), round(frame.y(0), 1))
    assert "4" in held["words"]["en"]["said"][-1]
    with pytest.raises(DomainError):
        experiment(SMALL, 2, 1, seed=3, reach=-1)


def test_the_bars_end_at_what_backpropagation_finds():
    grown = growth(NET, 2, 1, 1, 1)
    assert grown.sums[-1] == pytest.approx(grown.whole, rel=1e-12)
    assert sorted(np.sign(grown.parts)) == [-1, -1, -1, 1]
    assert grown.parts[1] > 0
    drawn = draw_growth(grown)
    bars = with_class(drawn.svg, "bar")
    assert [e.get("class").split()[1] for e in bars] == ["fall", "rise", "fall", "fall", "whole"]
    last, whole = bars[-2:]
    ends = [float(e.get("y")) + float(e.get("height")) for e in (last, whole)]
    assert ends[0] == pytest.approx(ends[1], abs=0.2)
    assert "反向传播给出 −0.0117" in drawn.description.zh


def test_bars_that_do_not_reach_the_derivative_are_refused(monkeypatch):
    whole = path_sum(NET, 2, 1, 1)
    short = PathSums(NET, 2, 1, 1, whole.paths[1:])
    monkeypatch.setattr("bpderive.sphinxext.growth.path_sum", lambda *_: short)
    with pytest.raises(Refuted):
        growth(NET, 2, 1, 1, 1)


@pytest.mark.parametrize("name", ["sigmoid", "tanh", "relu"])
def test_a_map_is_the_derivative_of_a_network(name):
    """The chain x → hidden → out has ∂C/∂w = a σ′(z) (wδ): the factor of the map at z, by the hand-written gradient."""
    net = Network((1, 1, 1), (activations[name], activations["linear"]))
    one = np.ones((1, 1))
    made = learning_map(activations[name], 2.0)
    for place in (7, 35, 83):
        z, factor = made.places[place], made.factors[place]
        out = float(activations[name].numpy(np.array(z)))
        # w^3 = 2 and an output that is too large by 1: two come back.
        found = reference.backprop(
            [z * one, 2 * one], [0 * one, 0 * one], one, (2 * out - 1) * one, activation=(name, "linear")
        )
        assert net.depth == 3
        assert abs(found.w[0].item()) == pytest.approx(factor, rel=1e-9, abs=1e-15)


def test_more_that_comes_back_makes_less_slow():
    slow, fast = (learning_map(activations["sigmoid"], back) for back in (1, 10))
    assert all(fast.share_below(level) < slow.share_below(level) for level in LEVELS)
    assert slow.edge(0.3) == (1.0,) * len(slow.places)
    assert all(0 < edge <= 1 for edge in fast.edge(0.01))
    assert len(with_class(draw_map(slow).svg, "key")) == len(LEVELS) + 1
    assert draw_map(slow).svg != draw_map(fast).svg
    assert "的大小" in draw_map(slow).title.zh


def test_saturated_is_where_the_slope_is_small():
    sigmoid = activations["sigmoid"]
    (low, first), (second, high) = saturated(sigmoid, 0.1)
    assert (low, high, first) == (-ACROSS, ACROSS, pytest.approx(-second))
    assert float(sigmoid.numpy_derivative(second)) == pytest.approx(0.1 * 0.25)
    assert saturated(activations["relu"], 0.1) == ((-ACROSS, pytest.approx(0, abs=1e-9)),)
    assert saturated(activations["linear"], 0.5) == ()
    with pytest.raises(DomainError):
        saturated(sigmoid, 1.5)
    drawn = draw_saturation(sigmoid, 0.1)
    assert len(with_class(drawn.svg, "saturated")) == 2
    assert "3.64" in drawn.description.zh


@pytest.mark.parametrize(("ends", "expected"), [((0, 1), 0.2), ((-0.013, 0.004), 0.005), ((-4, 4), 2)])
def test_ticks_are_round_and_hold_the_ends(ends, expected):
    made = ticks(*ends)
    assert made[0] <= ends[0] < ends[1] <= made[-1]
    assert len(made) <= 7
    assert {round(after - before, 9) for before, after in pairwise(made)} == {expected}
    with pytest.raises(DomainError):
        ticks(1, 1)


def test_the_five_steps_have_the_formulas_of_the_registry():
    drawn = algorithm()
    shown = [text(e).replace(" ", "") for e in with_class(drawn.svg, "formula")]
    for number in ("z", "BP1a", "BP2", "BP3", "BP4"):
        [letters] = typeset_letters(equations[number].latex("matrix"))
        assert letters in shown
        assert plain(equations[number].latex("matrix")) in drawn.description.en
    assert len(with_class(drawn.svg, "box")) == 5
    assert len(with_class(drawn.svg, "tip")) == 5
    assert drawn.description.en.index("2 Feedforward") < drawn.description.en.index("4 Backpropagate")
    with set_language("zh"):
        assert "前馈" in algorithm().svg


def typeset_letters(formula):
    element = ElementTree.fromstring(typeset(formula, 0, 0, name="x"))
    return ["".join(element.itertext()).replace(" ", "")]


def test_the_flow_of_the_library_is_counted():
    drawn = library()
    assert f"{len(equations)} equations" in drawn.description.en
    assert all(text(e) for e in with_class(drawn.svg, "words"))
    assert "lambdify" in drawn.svg
    assert "lambdify" in drawn.description.zh


FIGURES = {
    "demon": (":network: 2,3,2\n:demon: 2,1", "network-figure", 1),
    "spread": (":network: 2,3,2\n:weight: 2,1,1", "spread-figure", 3),
    "weight": ("", "weight-figure", 1),
    "experiment": (":network: 2,3,2\n:neuron: 2,1\n:reach: 2", "demon-experiment", 1),
    "growth": (":network: 2,3,2\n:weight: 2,1,1", "path-growth", 1),
    "maps": (":activation: tanh\n:errors: 1, 5, 20", "learning-maps", 3),
    "saturation": (":activation: tanh", "saturation-figure", 1),
    "algorithm": ("", "algorithm-flow", 1),
    "library": ("", "library-flow", 1),
}


def test_each_figure_has_words_in_both_languages_and_names_of_its_own(book):
    page = "# Page\n\n" + "\n\n".join(
        f"```{{{name}}}\n{options}\n```" for options, name, _ in FIGURES.values()
    )
    english, chinese = (book({"index": page}, language) for language in ("en", "zh_CN"))
    assert english.warnings == chinese.warnings == ""
    counts = []
    for made in (english, chinese):
        drawings = made.page().find_all("svg")
        counts.append(len(drawings))
        names = [e["id"] for e in made.page().find_all(id=True)]
        assert len(names) == len(set(names))
        for drawing in drawings:
            assert [made.page().find(id=name).get_text() for name in drawing["aria-labelledby"].split()]
            assert drawing.find("title").get_text()
    assert counts == [sum(count for *_, count in FIGURES.values())] * 2
    words = [[e.get_text() for e in made.page().find_all("title")] for made in (english, chinese)]
    assert all(one != other for one, other in zip(*words, strict=True))
    assert "experiment.js" in (english.folder / "index.html").read_text("utf-8")
    plain = book({"index": "# Page\n\nNothing.\n"})
    assert "experiment.js" not in (plain.folder / "index.html").read_text("utf-8")


def test_a_figure_that_cannot_be_is_an_error_with_its_line(refused):
    refused(
        ("network-figure", ":network: 2,3,2\n:demon: 1,1", "layer 1 has none"),
        ("network-figure", ":network: 2,3,2\n:demon: 2,5", "There is no neuron 5"),
        ("spread-figure", ":network: 2,3,2", "The option weight is missing"),
        ("path-growth", ":weight: 2,1,1", "The option network is missing"),
        ("demon-experiment", ":network: 2,3,2", "The option neuron is missing"),
        ("demon-experiment", ":network: 2,3,2\n:neuron: 1,1", "has no weighted input"),
        ("path-growth", ":network: 2,3,4,4\n:weight: 2,1,1", "16 paths are too many bars"),
        ("learning-maps", ":errors: much", "is not a list of numbers"),
        ("learning-maps", ":activation: softmax", "its slope is a matrix"),
        ("saturation-figure", ":share: 2", "lies between 0 and 1"),
    )
