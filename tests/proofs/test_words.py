"""What a broken proof answers is said in both languages, the parts that are filled in too."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

import bpderive as bp

HAN = re.compile("[\u4e00-\u9fff]")
WORD = re.compile("(?<![_A-Za-z])[A-Za-z]{3,}")  # and not the letters of indices, as in Σ_mnp

BP2 = bp.derivation("BP2")
LONG = bp.derivation("long")
PATHS = bp.derivation(53)

BROKEN = [
    replace(BP2, steps=BP2.steps[:-1]),
    replace(BP2, statement=bp.derivation("BP1").statement),
    replace(BP2, moves=BP2.moves[1:]),
    replace(BP2, steps=(BP2.steps[1], *BP2.steps[1:])),
    replace(LONG, parts=LONG.parts[::-1]),
    replace(PATHS, parts=PATHS.parts[::-1]),
    replace(PATHS, parts=PATHS.parts[:1]),
]


def said(broken: bp.Derivation, language: str) -> str:
    with bp.set_language(language), pytest.raises(bp.StepError) as caught:
        broken.check()
    with bp.set_language(language):
        return str(caught.value)


@pytest.mark.parametrize("broken", BROKEN)
def test_a_step_that_does_not_follow_is_refused_in_both_languages(broken: bp.Derivation) -> None:
    assert not HAN.search(said(broken, "en"))
    chinese = said(broken, "zh")
    assert HAN.search(chinese)
    assert not [word for word in WORD.findall(chinese) if word != "long"]
