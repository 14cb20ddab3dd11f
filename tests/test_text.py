"""Phrases in two languages."""

from __future__ import annotations

import dataclasses
import threading
from collections.abc import Iterator

import pytest

from bpderive.errors import UnknownName
from bpderive.letters.text import LANGUAGES, Text, language, set_language

BIAS = Text(en="bias", zh="偏置")


@pytest.fixture(autouse=True)
def _english_again() -> Iterator[None]:
    yield
    set_language("en")


def test_a_phrase_is_english_until_the_language_is_set() -> None:
    assert language() == "en"
    assert str(BIAS) == f"{BIAS}" == "bias"
    set_language("zh")
    assert language() == "zh"
    assert str(BIAS) == "偏置"
    assert BIAS.in_language("en") == "bias"


@pytest.mark.parametrize("wrong", ["fr", "EN", "", "zh_CN"])
def test_other_languages_are_unknown_and_change_nothing(wrong: str) -> None:
    with pytest.raises(UnknownName, match="Known: en, zh"):
        set_language(wrong)
    with pytest.raises(UnknownName, match="There is no language"):
        BIAS.in_language(wrong)
    assert language() == "en"


def test_a_phrase_cannot_exist_in_one_language_only() -> None:
    with pytest.raises(TypeError):
        Text(en="bias")  # type: ignore[call-arg]  # that is what is tested
    assert {field.name for field in dataclasses.fields(Text)} == set(LANGUAGES)
    with pytest.raises(dataclasses.FrozenInstanceError):
        BIAS.en = "weight"  # type: ignore[misc]  # that is what is tested


def test_values_go_in_with_their_own_language() -> None:
    both = Text(en="the {what} of neuron {j}", zh="第 {j} 个神经元的{what}").format(what=BIAS, j=3)
    assert both == Text(en="the bias of neuron 3", zh="第 3 个神经元的偏置")


def test_braces_of_formulas_are_kept() -> None:
    assert Text(en="$w^{{{layer}}}$", zh="$w^{{{layer}}}$").format(layer="l+1").en == "$w^{l+1}$"
    # What is put in may have braces of its own.
    assert Text(en="by {x}", zh="由{x}").format(x="$w^{l}_{jk}$").en == "by $w^{l}_{jk}$"


def test_a_missing_value_is_an_error() -> None:
    with pytest.raises(KeyError):
        Text(en="{a}", zh="{b}").format(a=1)


def test_every_thread_speaks_the_language_that_is_set() -> None:
    set_language("zh")
    heard: list[str] = []
    thread = threading.Thread(target=lambda: heard.append(str(BIAS)))
    thread.start()
    thread.join()
    assert heard == ["偏置"]


def test_a_language_is_set_for_a_few_lines() -> None:
    with set_language("zh"):
        assert str(BIAS) == "偏置"
        with set_language("en"):
            assert str(BIAS) == "bias"
        assert str(BIAS) == "偏置"
    assert str(BIAS) == "bias"
    with pytest.raises(ZeroDivisionError), set_language("zh"):
        1 / 0  # noqa: B018  # that is what is tested
    assert str(BIAS) == "bias"
    assert repr(set_language("zh")) == "<language: zh>"
