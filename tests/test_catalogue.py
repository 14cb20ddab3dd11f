"""Read-only mappings by name."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from bpderive.errors import UnknownName
from bpderive.functions.named import Catalogue
from bpderive.letters.text import Text


@dataclass(frozen=True)
class Colour:
    name: str


red, green = Colour("red"), Colour("green")
colours = Catalogue(Text(en="colour", zh="颜色"), [red, green])


def test_entries_are_in_the_order_of_declaration() -> None:
    assert list(colours.items()) == [("red", red), ("green", green)]
    assert len(colours) == 2
    assert repr(colours) == "<colours: red, green>"


def test_names_and_declarations_are_found() -> None:
    mine = Colour("mine")
    assert colours.find("red") is red
    assert colours.find(mine) is mine
    assert colours.get("mine") is None
    assert "red" in colours
    assert 3 not in colours


@pytest.mark.parametrize("name", ["gren", "GREEN", 3, None, ("red",)])
def test_unknown_names_are_refused(name: object) -> None:
    with pytest.raises(UnknownName, match="Known: red, green"):
        colours[name]
    with pytest.raises(KeyError):
        colours.find(name)  # type: ignore[arg-type]  # wrong on purpose


def test_the_nearest_is_suggested() -> None:
    with pytest.raises(UnknownName, match="Did you mean 'green'"):
        colours["gren"]


def test_nothing_can_be_put_in() -> None:
    with pytest.raises(TypeError):
        colours["blue"] = red  # type: ignore[index]  # wrong on purpose
