"""Drawings of graphs, kernels and layers: what is drawn is what the object has, and it is told in both languages."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from xml.etree import ElementTree


def pictures(
    book: Callable[..., Any], directive: str, *, content: str = "Caption"
) -> list[ElementTree.Element]:
    made = book({"index": f"# Page\n\n```{{{directive}\n\n{content}\n```\n"})
    assert not made.failed, made.warnings
    return [ElementTree.fromstring(str(each)) for each in made.page("index").select("svg.bp-network")]


def classes(picture: ElementTree.Element, name: str) -> list[ElementTree.Element]:
    return [e for e in picture.iter() if name in (e.get("class") or "").split()]


def letters(picture: ElementTree.Element, name: str) -> list[str]:
    return ["".join(e.itertext()) for e in classes(picture, name)]


def test_each_connection_is_an_arrow_and_each_shortcut_a_broken_one(book: Callable[..., Any]) -> None:
    text = "graph-figure}\n:sizes: 1,1,1,1\n:connections: 4 3,2\n:shortcuts: 3 2"
    [picture] = pictures(book, text + "\n:captions: 2,1 7\n:cost-reads: 3,4\n:cost:")
    assert len(classes(picture, "neuron")) == 4 + 1
    assert len(classes(picture, "read")) == 4 + 2
    assert len(classes(picture, "way")) == 1
    assert sorted(letters(picture, "caption")) == ["7", "w3,2", "w4,2", "w4,3"]


def test_a_recurrence_uses_the_same_letters_at_each_step(book: Callable[..., Any]) -> None:
    [picture] = pictures(book, "graph-figure}\n:recurrence: 3\n:rows: 3")
    assert sorted(letters(picture, "caption")) == ["U"] * 3 + ["V"] * 3 + ["W"] * 2


def test_the_kernel_is_met_backwards_on_the_way_back(book: Callable[..., Any]) -> None:
    text = "graph-figure}\n:sizes: 5,3\n:kernel: 3\n:names: a; z\n:mark: into 2,2 | from 1,3"
    there, back = pictures(book, text)
    assert letters(there, "caption") == ["K1", "K2", "K3"]
    assert letters(back, "caption") == ["K3", "K2", "K1"]
    assert len(classes(there, "edge")) == 9


def test_a_kernel_of_two_dimensions_is_turned_by_half_a_turn(book: Callable[..., Any]) -> None:
    [picture] = pictures(book, "kernel-figure}\n:inputs: 4,5\n:kernel: 2,3")
    cells = letters(picture, "label")
    assert cells[:6] == ["K11", "K12", "K13", "K21", "K22", "K23"]
    assert cells[6:] == cells[5::-1]


def test_what_a_mask_switches_off_is_not_connected(book: Callable[..., Any]) -> None:
    [picture] = pictures(book, "graph-figure}\n:sizes: 2,3,2\n:mask: 1,0,1\n:mark: into 3,1")
    assert len(classes(picture, "edge")) == 6 + 4
    assert letters(picture, "caption") == ["W11", "W13"]


def test_a_layer_that_mixes_joins_all_with_all(book: Callable[..., Any]) -> None:
    alone, mixed = pictures(book, "mixing-figure}\n:activations: tanh | softmax")
    assert len(classes(alone, "edge")) == 3
    assert len(classes(mixed, "edge")) == 9


def test_what_cannot_be_drawn_is_told(refused: Callable[..., None]) -> None:
    refused(
        ("graph-figure", "", ""),
        ("graph-figure", ":sizes: 1,1\n:names: x", ""),
        ("graph-figure", ":sizes: 1,1\n:mark: over 1,1", ""),
        ("graph-figure", ":sizes: 1,1,1\n:connections: 2 3", ""),
        ("graph-figure", ":sizes: 2,3,2\n:mask: 1,0", ""),
        ("kernel-figure", ":inputs: 2,2\n:kernel: 3,3", ""),
        ("mixing-figure", ":activations: tanhh", ""),
    )
