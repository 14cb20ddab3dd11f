"""Drawings of networks, and the directives that show them."""

from __future__ import annotations

from itertools import pairwise
from xml.etree import ElementTree

import pytest

from bpderive.equations.paths import PathSums, path_sum
from bpderive.errors import NetworkError, ParseError
from bpderive.functions.network import Network
from bpderive.sphinxext.figures import Highlight, draw, on_path, parse_highlight
from bpderive.sphinxext.lettering import typeset

SVG = "{http://www.w3.org/2000/svg}"


def drawn(*arguments, **options):
    return ElementTree.fromstring(draw(*arguments, **options).svg)


def with_class(picture, name):
    return [e for e in picture.iter() if name in e.get("class", "").split()]


@pytest.mark.parametrize("sizes", [(2, 3, 2), (1, 1), (3, 4, 4, 2)])
def test_a_small_network_is_drawn_whole(sizes):
    picture = drawn(Network(sizes))
    assert len(with_class(picture, "neuron")) == sum(sizes)
    assert len(with_class(picture, "edge")) == sum(m * n for m, n in pairwise(sizes))
    assert not with_class(picture, "marked")
    assert [e.text for e in with_class(picture, "layer")][:1] == ["input"]


def test_a_layer_that_is_too_large_is_not_drawn():
    with pytest.raises(NetworkError):
        draw(Network((784, 30, 10)))


def test_what_is_highlighted_stands_out():
    net = Network((2, 3, 2))
    picture = drawn(net, highlight=parse_highlight("weight 3,2,3; bias 2,1; neuron 1,1", net))
    assert len([e for e in with_class(picture, "marked") if e.tag == f"{SVG}line"]) == 2
    assert len([e for e in with_class(picture, "marked") if e.tag == f"{SVG}circle"]) == 4


@pytest.mark.parametrize("labels", ["a", "z", "delta"])
def test_the_letters_are_those_of_the_notation(labels):
    picture = drawn(Network((2, 3, 2)), labels=labels)
    letters = {"".join(e.itertext())[0] for e in with_class(picture, "label")}
    assert letters == {"a": {"a"}, "z": {"z"}, "delta": {"δ"}}[labels]


def test_a_path_leads_from_neuron_to_neuron():
    path = on_path([(1, 2), (2, 3), (3, 1)])
    assert path == Highlight(frozenset({(1, 2), (2, 3), (3, 1)}), frozenset({(2, 3, 2), (3, 1, 3)}))
    assert parse_highlight("path 1,2 2,3 3,1", Network((2, 3, 2))).weights == path.weights


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("weight 3,2", ParseError),
        ("weight", ParseError),
        ("edge 3,2,1", ParseError),
        ("neuron x,1", ParseError),
        ("path 1,1 3,1", ParseError),
        ("bias 1,1", ParseError),
        ("neuron 2,4", NetworkError),
        ("weight 3,1,4", NetworkError),
        ("weight 1,1,1", NetworkError),
    ],
)
def test_what_cannot_be_highlighted_is_an_error(text, error):
    with pytest.raises(error):
        parse_highlight(text, Network((2, 3, 2)))


def test_the_words_for_a_drawing_name_what_stands_out():
    net = Network((2, 3, 2))
    marked = parse_highlight("weight 3,2,1; bias 2,1", net)
    drawn = draw(net, highlight=marked, cost=True)
    assert drawn.title.en == "A network with layers of 2, 3, 2 neurons"
    assert (
        "the weight from neuron 1 of layer 2 to neuron 2 of layer 3, the bias of neuron 1 of layer 2"
        in drawn.description.en
    )
    assert "从第 2 层神经元 1 到第 3 层神经元 2 的权重、第 2 层神经元 1 的偏置" in drawn.description.zh


@pytest.mark.parametrize(
    ("latex", "text"),
    [
        (r"w^{3}_{24}", "w324"),
        (r"\sigma'(z^{2}_{1})", "σ′(z21)"),
        (r"\frac{\partial C}{\partial a^2_1}", "∂C/∂a21"),
        ("a_1", "a1"),
    ],
)
def test_short_latex_becomes_text(latex, text):
    element = ElementTree.fromstring(typeset(latex, 0, 0, name="label"))
    assert "".join(element.itertext()) == text


@pytest.mark.parametrize("latex", [r"\sum_k", "a^{2", r"\sqrt{2}"])
def test_latex_that_a_drawing_cannot_hold_is_an_error(latex):
    with pytest.raises(ParseError):
        typeset(latex, 0, 0, name="label")


def test_a_figure_has_caption_number_and_words_in_both_languages(book):
    options = ":network: 2,3,2\n:highlight: weight 3,2,1\n:name: fig-one\n"
    text = f"# Page\n\n```{{network-figure}}\n{options}\nThe *caption* of $w$.\n```\n\n{{numref}}`fig-one`\n"
    messages = {"index": {"The *caption* of $w$.": "图中的 *权重* $w$。"}}
    english, chinese = (
        book({"index": text}, numfig=True),
        book({"index": text}, "zh_CN", messages, numfig=True),
    )
    assert english.warnings == chinese.warnings == ""
    figure = english.page().find("figure", id="fig-one")
    assert "The caption of" in figure.find("figcaption").get_text()
    assert figure.find("figcaption").find("math")
    assert english.page().find("a", href="#fig-one")
    assert "权重" in chinese.page().find("figcaption").get_text()
    assert chinese.page().find("title").get_text() == "各层神经元数为 2、3、2 的网络"
    names = figure.find("svg")["aria-labelledby"].split()
    assert [figure.find(id=name).name for name in names] == ["title", "desc"]


def test_what_cannot_be_drawn_is_an_error_with_its_line(refused):
    refused(
        ("network-figure", "", "The option network is missing"),
        ("network-figure", ":network: 2,x", "'2,x' is not a list of integers"),
        ("network-figure", ":network: 3", "layer"),
        ("path-sum", ":network: 2,3\n:weight: 2,1,1\n:activation: sigmiod", "Did you mean 'sigmoid'?"),
        ("network-figure", ":network: 2,3\n:highlight: weight 2,4,1", "There is no neuron 4 in layer 2"),
        ("path-sum", ":network: 2,3,2", "The option weight is missing"),
        ("path-sum", ":network: 2,3,2\n:weight: 2,1", "has 2 numbers; 3 are wanted"),
        ("path-sum", ":network: 2,3,2\n:weight: 2,4,1", "There is no weight"),
        ("path-sum", ":network: 2,5,5,5\n:weight: 2,1,1", "25 paths are too many to draw"),
    )


@pytest.mark.parametrize("weight", [(2, 1, 1), (4, 2, 1)])
def test_every_path_is_drawn_with_its_factors(book, weight):
    sums = path_sum(Network((2, 3, 2, 2)), *weight)
    option = f":weight: {','.join(map(str, weight))}"
    made = book({"index": f"# Page\n\n```{{path-sum}}\n:network: 2,3,2,2\n{option}\n```\n"})
    assert made.warnings == ""
    entries = made.page().select(".bp-paths > li")
    assert len(entries) == len(sums.paths) == len({str(entry.find("svg")) for entry in entries})
    for entry, path in zip(entries, sums.paths, strict=True):
        assert path.latex() in entry.find("annotation").get_text()
        assert len(entry.select("text.caption")) == len(path.factors)
    assert all(path.latex() in made.page().select_one(".bp-sum annotation").get_text() for path in sums.paths)
    assert len(made.marks()) == 1


def test_a_sum_over_paths_that_is_wrong_has_no_mark(book, monkeypatch):
    original = path_sum

    def one_short(*arguments):
        whole = original(*arguments)
        return PathSums(whole.net, whole.layer, whole.neuron, whole.source, whole.paths[1:])

    monkeypatch.setattr("bpderive.sphinxext.network.path_sum", one_short)
    made = book({"index": "# Page\n\n```{path-sum}\n:network: 2,3,2\n:weight: 2,1,1\n```\n"})
    assert "index.md:3: ERROR: path-sum: The sum over 1 paths is not the derivative" in made.warnings
    assert made.marks() == []
