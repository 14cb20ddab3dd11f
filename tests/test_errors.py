"""Errors: each is ours and the built-in that a caller expects, and its text helps."""

from __future__ import annotations

import copy
import inspect
import pickle

import pytest

import bpderive as bp
from bpderive import errors
from bpderive.errors import BpderiveError, Refuted, TooManyPaths, UnknownName, unknown_name

EXPECTED = {
    "Refuted": ValueError,
    "StepError": ValueError,
    "HypothesisError": ValueError,
    "ParseError": ValueError,
    "ShapeError": ValueError,
    "UnknownName": KeyError,
    "DomainError": ValueError,
    "NetworkError": ValueError,
    "MissingPackage": ImportError,
    "TooManyPaths": ValueError,
}


def made(name: str) -> BpderiveError:
    kind: type[BpderiveError] = getattr(bp, name)
    return TooManyPaths("a message", 7) if kind is TooManyPaths else kind("a message")


@pytest.mark.parametrize("name", EXPECTED)
def test_each_is_also_the_built_in_that_fits(name: str) -> None:
    assert isinstance(made(name), BpderiveError)
    assert isinstance(made(name), EXPECTED[name])


def test_these_are_all() -> None:
    ours = {n for n, kind in inspect.getmembers(errors, inspect.isclass) if issubclass(kind, BpderiveError)}
    assert ours == {*EXPECTED, "BpderiveError"}
    assert ours <= set(bp.__all__)


@pytest.mark.parametrize("name", EXPECTED)
def test_the_text_is_the_message(name: str) -> None:
    assert str(made(name)) == "a message"


@pytest.mark.parametrize("name", EXPECTED)
def test_they_survive_copying_and_pickling(name: str) -> None:
    for again in (copy.copy(made(name)), pickle.loads(pickle.dumps(made(name)))):
        assert type(again) is type(made(name))
        assert str(again) == "a message"
        assert getattr(again, "count", 7) == 7


def test_what_they_carry() -> None:
    assert Refuted("no", 3).counterexample == 3
    assert Refuted("no").counterexample is None
    assert TooManyPaths("many", 12).count == 12
    assert str(UnknownName()) == ""


@pytest.mark.parametrize(
    ("given", "suggestion"),
    [
        ("sigmiod", "sigmoid"),
        ("SIGMOID", "sigmoid"),
        ("Tanh", "tanh"),
        ("ta nh", "tanh"),
        (24, "24"),
        ("qqqq", None),
    ],
)
def test_the_nearest_name_is_suggested(given: object, suggestion: str | None) -> None:
    text = str(unknown_name("thing", given, ["sigmoid", "tanh", "24"]))
    assert text.startswith(f"There is no thing '{given}'.")
    assert text.endswith("Known: sigmoid, tanh, 24.")
    assert (f"Did you mean '{suggestion}'?" in text) == (suggestion is not None)


def test_an_unknown_name_is_said_in_chinese_too() -> None:
    error = unknown_name(bp.Text(en="colour", zh="颜色"), "rad", ["red", "blue"])
    assert str(error) == "There is no colour 'rad'. Did you mean 'red'? Known: red, blue."
    with bp.set_language("zh"):
        assert str(error) == "没有名为 'rad' 的颜色。是不是 'red'？已知的有：red, blue。"


@pytest.mark.parametrize("number", ["54", "bp2", "BP5", "", 54, None, 2.5, ("BP2",), ["BP2"]])
def test_equations_that_do_not_exist(number: object) -> None:
    with pytest.raises(UnknownName, match="There is no equation") as caught:
        bp.equations[number]  # type: ignore[index]  # that is what is tested
    assert not str(caught.value).startswith("'")
    assert "BP2" in str(caught.value)


@pytest.mark.parametrize("number", ["24", "bp1", "46", ""])
def test_derivations_that_do_not_exist(number: str) -> None:
    with pytest.raises(KeyError) as caught:
        bp.derivation(number)
    assert "BP1" in str(caught.value)


def test_a_form_that_an_equation_does_not_have() -> None:
    with pytest.raises(UnknownName, match="form of equation \\(BP1\\) 'matrix'"):
        bp.equations["BP1"].latex("matrix")
    with pytest.raises(UnknownName, match="component, matrix"):
        bp.equations["BP2"].latex("matirx")
