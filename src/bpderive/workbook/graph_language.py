"""The one-line language on a `Graph`: `parse_on(text, net)` reads w[l,r,j,k], G[l,j], direct(C, a[l]) and parameters.

    G[2] = T(w[3,2]) @ delta[3] + G[3]
    d(C, W) = delta[5] @ T(a[2]) + delta[8] @ T(a[5])
    G[l,j] = direct(C, a[l,j]) + sum(r, k, w[r,l,k,j]*delta[r,k]) for l = 2
    d(C, K[i]) = sum(j, delta[2,j]*a[1,j+i-1])

The letters of layers are l, r, s and t; w[l] and w[l,j,k] are the weights from the layer before. A parameter is called
as the network calls it, with the indices that the book writes: K[2], W[j,k]. An index may be computed, as in K[k-j+1];
in a sum, terms are left out for which it leads outside.
"""

from __future__ import annotations

from bpderive.letters.text import Text
from bpderive.programs.graphs import Graph
from bpderive.workbook.language import syntax
from bpderive.workbook.language.parser import Parser
from bpderive.workbook.language.places import LAYER, MOST_NEURONS, STEP, index
from bpderive.workbook.language.syntax import Computed, Index, Letter, Rate

LAYERS = ("l", "r", "s", "t", "L")
"""The letters of layers; L is the last."""

_LETTERS = ("w", "b", "z", "a", "delta", "G", "y", "x")

_LAYER = Text(en="a layer: l, r, s, t, l+1, L, ... or a number", zh="层：l、r、s、t、l+1、L 等，或一个数")
_ONE = Text(
    en="{letter}[l] for the column or {letter}[l,j] for a component",
    zh="列向量 {letter}[l] 或分量 {letter}[l,j]",
)
_TWO = Text(
    en="the matrix w[l,r] from layer r to layer l or its entry w[l,r,j,k]",
    zh="从第 r 层到第 l 层的矩阵 w[l,r] 或其元素 w[l,r,j,k]",
)
_BY = Text(
    en="expected what is differentiated with respect to: a, z, b, w or a parameter",
    zh="求导变量应为 a、z、b、w 或网络的参数",
)
_OF = Text(
    en="expected what is differentiated: C, a, z or w",
    zh="被求导的应为 C、a、z 或 w",
)
_COMMA = Text(en=": what is differentiated and by what", zh="：被求导的量与求导变量")


def parse_on(text: str, net: Graph) -> syntax.Claim:
    """The claim about `net` that the text makes; raises `ParseError` with a caret."""
    return _GraphParser(text, net).claim()


class _GraphParser(Parser):
    def __init__(self, text: str, net: Graph) -> None:
        super().__init__(text)
        self.net = net

    def _atom(self) -> syntax.Node:
        token = self.tokens.next
        bracket = self.tokens.after(1).text == "["
        if token.text in self.net.parameters:
            self.tokens.take()
            return Letter(token.text, (), self._indices() if bracket else ())
        if token.text not in _LETTERS:
            return super()._atom()
        self.tokens.take()
        if token.text in ("x", "y") and not bracket:
            return Letter("a", (syntax.Layer("", 1),)) if token.text == "x" else Letter("y", (syntax.LAST,))
        return self._letter(token.text)

    def _indices(self) -> tuple[Index | Computed, ...]:
        self.tokens.expect("[")
        found = [self._index()]
        while self.tokens.accept(","):
            found.append(self._index())
        self.tokens.expect("]")
        return tuple(found)

    def _letter(self, letter: str) -> Letter:
        wanted = _TWO if letter == "w" else _ONE.format(letter=letter)
        at = self.tokens.next.at
        self.tokens.expect("[", Text(en=": write {wanted}", zh="：请写{wanted}").format(wanted=wanted))
        count = self._entries()
        if count not in ((1, 2, 3, 4) if letter == "w" else (1, 2)):
            raise self.tokens.error(
                at, Text(en="expected {wanted}", zh="此处应为{wanted}").format(wanted=wanted)
            )
        layers = [self._layer()]
        if letter == "w" and count in (2, 4):
            self.tokens.expect(",")
            layers.append(self._layer())
        elif letter == "w":
            layers.append(layers[0] + -1)
        indices: list[Index | Computed] = []
        while self.tokens.accept(","):
            indices.append(self._index())
        self.tokens.expect("]")
        return Letter("a" if letter == "x" else letter, tuple(layers), tuple(indices))

    def _index(self) -> Index | Computed:
        """A letter, a number, or a sum of them."""
        terms, sign = [self._term_of_index(1)], ""
        while self.tokens.has("+", "-"):
            sign = self.tokens.take().text
            terms.append(self._term_of_index(-1 if sign == "-" else 1))
        if len(terms) == 1 and 1 in (terms[0][0], not terms[0][1]):
            return terms[0][1] or terms[0][0]
        return Computed(tuple(terms))

    def _term_of_index(self, sign: int) -> tuple[int, str]:
        found = index(self.tokens)
        if isinstance(found, str):
            return sign, found
        if not self.tokens.accept("*"):
            return sign * found, ""
        return sign * found, self.tokens.take().text if self.tokens.next.kind == "name" else ""

    def _entries(self) -> int:
        """How many entries the bracket has that was opened."""
        steps = commas = 0
        while (token := self.tokens.after(steps)).kind != "end" and token.text != "]":
            commas += token.text == ","
            steps += 1
        return commas + 1

    def _layer(self) -> syntax.Layer:
        token = self.tokens.next
        if token.kind == "number":
            return syntax.Layer("", self.tokens.whole(MOST_NEURONS, LAYER))
        if token.text not in LAYERS:
            raise self.tokens.wrong(_LAYER)
        self.tokens.take()
        if not self.tokens.has("+", "-"):
            return syntax.Layer(token.text)
        sign = -1 if self.tokens.take().text == "-" else 1
        return syntax.Layer(token.text, sign * self.tokens.whole(MOST_NEURONS, STEP))

    def _rate(self, direct: bool) -> Rate:
        at = self.tokens.next.at
        of = self._atom()
        if not isinstance(of, syntax.Cost) and not (
            isinstance(of, Letter) and of.layers and of.letter in ("a", "z", "w")
        ):
            raise self.tokens.error(at, _OF)
        self.tokens.expect(",", _COMMA)
        at = self.tokens.next.at
        by = self._atom()
        if not isinstance(by, Letter) or (by.layers and by.letter in ("delta", "G", "y")):
            raise self.tokens.error(at, _BY)
        return Rate(of, by, direct)

    def _call_d(self) -> syntax.Node:
        return self._rate(direct=False)

    _call_grad = _call_jac = _call_d

    def _call_direct(self) -> syntax.Node:
        return self._rate(direct=True)
