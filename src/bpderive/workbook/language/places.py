"""Layers and indices of the one-line language: `layer(tokens)` reads l, L-1 or 3, `index(tokens)` reads j or 2."""

from __future__ import annotations

import re

from bpderive.letters.text import Text
from bpderive.workbook.language import syntax
from bpderive.workbook.language.tokens import MOST_LAYERS, Tokens

NEURON = Text(en="the number of a neuron", zh="神经元的编号")
LAYER = Text(en="a layer", zh="层的编号")
STEP = Text(en="a step between layers", zh="层与层之间的步数")
MOST_NEURONS = 99

FROM_ONE = Text(en="neurons are counted from 1", zh="神经元从 1 开始编号")
AN_INDEX = Text(
    en="an index: a small letter such as j or k (l is the layer), or a number",
    zh="下标：j、k 这样的小写字母（l 表示层），或一个数",
)


A_LAYER = Text(en="a layer: l, l+1, l-1, L, L-1, ... or a number", zh="层：l、l+1、l-1、L、L-1 等，或一个数")


def layer(
    tokens: Tokens,
    letters: tuple[str, ...] = syntax.LAYER_LETTERS,
    most: int = MOST_LAYERS,
    wanted: Text = A_LAYER,
) -> syntax.Layer:
    """The layer that comes next; raises `ParseError` for anything else."""
    token = tokens.next
    if token.kind == "number":
        return syntax.Layer("", tokens.whole(most, LAYER))
    if token.text not in letters:
        raise tokens.wrong(wanted)
    tokens.take()
    if not tokens.has("+", "-"):
        return syntax.Layer(token.text)
    sign = -1 if tokens.take().text == "-" else 1
    return syntax.Layer(token.text, sign * tokens.whole(most, STEP))


def index(tokens: Tokens) -> syntax.Index:
    """The index that comes next; raises `ParseError` for anything else."""
    token = tokens.next
    if token.kind == "number":
        value = tokens.whole(MOST_NEURONS, NEURON)
        if value < 1:
            raise tokens.error(token.at, FROM_ONE)
        return value
    if not re.fullmatch(r"[a-z]\d?", token.text) or token.text == "l":
        raise tokens.wrong(AN_INDEX)
    return tokens.take().text
