r"""The language on a `Graph`: `parse_on(text, net)` reads w[l,r,j,k], G[l,j], direct(C, a[l]) and parameters.

    G[2] = T(w[3,2]) @ delta[3] + G[3]
    d(C, W) = delta[5] @ T(a[2]) + delta[8] @ T(a[5])
    G[l,j] = direct(C, a[l,j]) + sum(r, k, w[r,l,k,j]*delta[r,k]) for l = 2
    d(C, K[i]) = sum(j, delta[2,j]*a[1,j+i-1])
    G^l_j = \frac{\partial^+ C}{\partial a^l_j} + \sum_{r=l+1}^L \sum_k w^{r,l}_{kj} \delta^r_k

The letters of layers are l, r, s and t; w[l] and w[l,j,k] are the weights from the layer before. A parameter is called
as the network calls it, with the indices that the book writes: K[2], W[j,k]; theta[p] is every weight of it in turn,
lambda the number of its decay, P[l,r] the identity where layer l adds layer r. An index may be computed, as in
K[k-j+1]; in a sum, terms are left out for which it leads outside, and layers for which they do not exist. In
sum(r from 1 to l-1, ...) a sum has limits.
"""

from __future__ import annotations

import re

from bpderive.errors import ParseError, is_text
from bpderive.letters.text import Text
from bpderive.programs.graphs import Graph
from bpderive.workbook.language import syntax
from bpderive.workbook.language.arrays import is_array
from bpderive.workbook.language.ear import hear
from bpderive.workbook.language.parser import Parser
from bpderive.workbook.language.places import LAYER, MOST_NEURONS, STEP, index
from bpderive.workbook.language.syntax import Computed, Index, Letter, Mark, Rate

LAYERS = ("l", "r", "s", "t", "L")
"""The letters of layers; L is the last."""

_LETTERS = ("w", "P", "b", "z", "a", "delta", "G", "y", "x")

_LAYER = Text(en="a layer: l, r, s, t, l+1, L, ... or a number", zh="层：l、r、s、t、l+1、L 等，或一个数")
_ONE = Text(
    en="{letter}[l] for the column or {letter}[l,j] for a component",
    zh="列向量 {letter}[l] 或分量 {letter}[l,j]",
)
_TWO = Text(
    en="the matrix {letter}[l,r] from layer r to layer l or its entry {letter}[l,r,j,k]",
    zh="从第 r 层到第 l 层的矩阵 {letter}[l,r] 或其元素 {letter}[l,r,j,k]",
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
_SIGMA = Text(
    en="The activation is written \\sigma in a claim about a network of your own.",
    zh="对自己的网络，命题中的激活函数写作 \\sigma。",
)
_ONE_EQUATION = Text(
    en="A claim about a network of your own is one equation.", zh="对自己的网络，命题只能是一个等式。"
)
_LIMITS = Text(
    en="The limits of a sum over layers are layers, as in \\sum_{r=1}^{l-1}.",
    zh="对层求和的上下限应是层，例如 \\sum_{r=1}^{l-1}。",
)
_NOT_HEARD = Text(
    en="This part of the formula is not read in a claim about a network of your own: {part}.",
    zh="公式的这一部分不能用在对自己网络的命题中：{part}。",
)


def parse_on(text: str, net: Graph) -> syntax.Claim:
    """The claim about `net` that the text makes; raises `ParseError`, with a caret for the one-line language."""
    if not is_text(text) or not ("\\" in text or ("[" not in text and re.search(r"[\^_][{a-zL]", text))):
        return _GraphParser(text, net).claim()
    hearing = hear(text, layers=True)
    if hearing.context:
        raise ParseError(_ONE_EQUATION)
    sides = tuple(_Heard(net).read(side) for side in hearing.claim.sides)
    return syntax.Claim(sides, hearing.conditions, hearing.cost, hearing.sigma)


class _GraphParser(Parser):
    layers = True

    def __init__(self, text: str, net: Graph) -> None:
        super().__init__(text)
        self.net = net

    def alone(self, layered: bool) -> syntax.Node:
        """A letter that is the whole text; where it is `layered`, no parameter that is called so."""
        found = self._letter(self.tokens.take().text) if layered else self._atom()
        if self.tokens.next.kind != "end":
            raise self.tokens.wrong(_LAYER)
        return found

    def _atom(self) -> syntax.Node:
        token = self.tokens.next
        bracket = self.tokens.after(1).text == "["
        if token.text in self.net.parameters or (token.text == "theta" and bracket):
            self.tokens.take()
            return Letter(token.text, (), self._indices() if bracket else ())
        if token.text == "lambda":
            self.tokens.take()
            return syntax.Unknown("lambda")
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
        two = letter in ("w", "P")
        wanted = (_TWO if two else _ONE).format(letter=letter)
        at = self.tokens.next.at
        self.tokens.expect("[", Text(en=": write {wanted}", zh="：请写{wanted}").format(wanted=wanted))
        count = self._entries()
        if count not in {"w": (1, 2, 3, 4), "P": (2, 4)}.get(letter, (1, 2)):
            raise self.tokens.error(
                at, Text(en="expected {wanted}", zh="此处应为{wanted}").format(wanted=wanted)
            )
        layers = [self._layer()]
        if two and count in (2, 4):
            self.tokens.expect(",")
            layers.append(self._layer())
        elif two:
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

    def layer(self) -> syntax.Layer:
        """A layer that is the whole text."""
        found = self._layer()
        if self.tokens.next.kind != "end":
            raise self.tokens.wrong(_LAYER)
        return found

    def rate(self, of: syntax.Node, by: syntax.Node, direct: bool, places: tuple[int, int]) -> Rate:
        """The derivative; raises `ParseError` at one of the places where it is none."""
        letter = of.letter if isinstance(of, Letter) and of.layers else ""
        if not isinstance(of, syntax.Cost) and letter not in ("a", "z", "w"):
            raise self.tokens.error(places[0], _OF)
        if not isinstance(by, Letter) or (by.layers and by.letter in ("delta", "G", "y", "P")):
            raise self.tokens.error(places[1], _BY)
        return Rate(of, by, direct)

    def _call_d(self, direct: bool = False) -> syntax.Node:
        first = self.tokens.next.at
        of = self._atom()
        self.tokens.expect(",", _COMMA)
        second = self.tokens.next.at
        return self.rate(of, self._atom(), direct, (first, second))

    _call_grad = _call_jac = _call_d

    def _call_direct(self) -> syntax.Node:
        return self._call_d(direct=True)

    def _call_sum(self) -> syntax.Node:
        if self.tokens.after(1).text != "from":
            return super()._call_sum()
        over = self._summed()
        self.tokens.take()
        low = self._layer()
        self.tokens.expect("to")
        high = self._layer()
        self.tokens.expect(",")
        inner = self.tokens.after(1).text in (",", "from")
        return syntax.Total((str(over),), self._call_sum() if inner else self.expression(), (low, high))

    def _summed(self) -> Index:
        return self.tokens.take().text if self.tokens.has("l") else index(self.tokens)


class _Heard:
    """Reads what was heard in LaTeX."""

    def __init__(self, net: Graph) -> None:
        self.net = net

    def read(self, node: syntax.Node) -> syntax.Node:
        """The expression in the letters of the network; raises `ParseError` for what the book does not write so."""
        match node:
            case Mark():
                return self._mark(node)
            case Rate(of, by, direct):
                return _GraphParser("d", self.net).rate(self.read(of), self.read(by), direct, (0, 0))
            case syntax.Call(Mark("diag"), (body,)):
                return syntax.Diagonal(self.read(body))
            case syntax.Call(Mark(letter, (), (), primes), (body,)):
                if letter != r"\sigma":
                    raise ParseError(_SIGMA)
                return syntax.Activation(primes, self.read(body))
            case syntax.Row(factors, sign) if sign in ("", ".", "o", "*", "@"):
                first, *rest = map(self.read, factors)
                for other in rest:
                    product = sign not in ("o", "*") and is_array(first) and is_array(other)
                    kind = syntax.Product if product else syntax.Times
                    before = first.factors if isinstance(first, kind) else (first,)
                    first = kind((*before, other))
                return first
            case syntax.Total(indices, body, limits):
                return syntax.Total(indices, self.read(body), self._limits(indices, limits))
            case (
                syntax.Number()
                | syntax.Kronecker()
                | syntax.Plus()
                | syntax.Minus()
                | syntax.Over()
                | syntax.Power()
                | syntax.Transposed()
            ):
                return syntax.with_parts(node, [self.read(part) for part in syntax.parts(node)])
        raise ParseError(_NOT_HEARD.format(part=type(node).__name__))

    def _limits(
        self, indices: tuple[str, ...], limits: tuple[tuple[str, ...], ...]
    ) -> tuple[syntax.Layer, ...]:
        """The limits of a sum over layers; those over neurons are the neurons that there are."""
        if not limits or not set(indices) & set(LAYERS):
            return ()
        low, high = limits
        if len(indices) > 1 or low[1:2] != ("=",) or not high:
            raise ParseError(_LIMITS)
        first, last = (_GraphParser("".join(tokens), self.net).layer() for tokens in (low[2:], high))
        return first, last

    def _mark(self, mark: Mark) -> syntax.Node:
        """A letter, as the one-line language spells it."""
        letter = mark.letter.lstrip("\\")
        layer = {"x": ["1"], "y": ["L"]}.get(letter, []) if mark.below else []
        above = ["".join(mark.above[0].whole)] if mark.above else layer
        layered = bool(mark.above) and letter in _LETTERS
        if mark.primes or len(mark.above) > 1 or (mark.above and not layered):
            raise ParseError(_NOT_HEARD.format(part=letter + "'" * mark.primes))
        below = "".join(mark.below)
        if "," not in below and not set(below) & set("+-*"):
            below = ",".join(below)
        places = ",".join([*above, *([below] if below else [])])
        return _GraphParser(f"{letter}[{places}]" if places else letter, self.net).alone(layered)
