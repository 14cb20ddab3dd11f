r"""Quantities in LaTeX, such as w^{l+1}_{kj}, \delta^L, y_j or \delta_{jk}, read by `LatexQuantities`."""

from __future__ import annotations

from bpderive.letters.text import Text
from bpderive.workbook.language import syntax
from bpderive.workbook.language.places import AN_INDEX, FROM_ONE, LAYER, STEP, index
from bpderive.workbook.language.tokens import MOST_LAYERS, Tokens

LETTERS = {"w": "w", "b": "b", "z": "z", "a": "a", r"\delta": "delta", "y": "y", "x": "x"}
A_QUANTITY = Text(en=r"one of the letters w, b, z, a, \delta, y, x", zh=r"w、b、z、a、\delta、y、x 之一")
_COUNT = {"w": 2}


class LatexQuantities:
    """Reads one quantity after the other from `tokens`."""

    tokens: Tokens

    def quantity(self) -> syntax.Node:
        """The quantity, or the Kronecker delta, that comes next."""
        token = self.tokens.next
        if token.text not in LETTERS:
            raise self.tokens.wrong(A_QUANTITY)
        self.tokens.take()
        letter = LETTERS[token.text]
        layer: syntax.Layer | None = None
        indices: tuple[syntax.Index, ...] = ()
        while self.tokens.has("^", "_"):
            following = self.tokens.after(1).text
            if letter in ("x", "y") and self.tokens.has("^"):
                break
            if self.tokens.has("^") and (layer is not None or following in ("T", r"\top")):
                break
            if self.tokens.take().text == "^":
                layer = self.layer()
            else:
                one = letter not in _COUNT and (letter != "delta" or layer is not None)
                indices = self.indices(whole=one)
        if letter == "delta" and layer is None and len(indices) == 2:
            return syntax.Kronecker(*indices)
        if letter == "x":
            letter, layer = "a", syntax.Layer("", 1)
        if letter == "y":
            layer = syntax.LAST
        if layer is None:
            raise self.tokens.error(
                token.at,
                Text(
                    en=f"expected a layer, as in {token.text}^l: of which layer is it?",
                    zh=f"缺少层的记号，例如 {token.text}^l：它属于哪一层？",
                ),
            )
        if len(indices) not in (0, _COUNT.get(letter, 1)):
            what = Text(
                en=f"expected {'two indices' if letter == 'w' else 'one index'}, or none for the whole array",
                zh=f"此处应有{'两个' if letter == 'w' else '一个'}下标；不写下标则表示整个向量或矩阵",
            )
            raise self.tokens.error(token.at, what)
        return syntax.Quantity(letter, layer, indices)

    def layer(self) -> syntax.Layer:
        """The layer that stands above a letter, in braces or bare."""
        if not self.tokens.accept("{"):
            return self._layer_letter()
        layer = self._layer_letter()
        if layer.letter and self.tokens.has("+", "-"):
            sign = -1 if self.tokens.take().text == "-" else 1
            layer += sign * self.tokens.whole(MOST_LAYERS, STEP)
        self.tokens.expect("}")
        return layer

    def _layer_letter(self) -> syntax.Layer:
        if self.tokens.next.kind == "number":
            return syntax.Layer("", self.tokens.whole(MOST_LAYERS, LAYER))
        if not self.tokens.has(*syntax.LAYER_LETTERS):
            raise self.tokens.wrong(
                Text(en="a layer: l, L, l+1, ... or a number", zh="层：l、L、l+1 等，或一个数")
            )
        return syntax.Layer(self.tokens.take().text)

    def indices(self, whole: bool = False) -> tuple[syntax.Index, ...]:
        """The indices that stand below a letter, in braces or bare.

        The digits of a number in braces are one index if `whole` says so or commas part the indices.
        """
        if not self.tokens.accept("{"):
            return self._next_indices()
        whole = whole or any(self.tokens.after(steps).text == "," for steps in (1, 2))
        found: list[syntax.Index] = []
        while not self.tokens.accept("}"):
            if whole and self.tokens.next.kind == "number":
                found.append(index(self.tokens))
            else:
                found.extend(self._next_indices())
            self.tokens.accept(",")
        return tuple(found)

    def one_index(self) -> syntax.Index:
        """One index; raises `ParseError` for several."""
        at = self.tokens.next.at
        first, *rest = self._next_indices()
        if rest:
            raise self.tokens.error(at, Text(en="expected one index", zh="此处应只有一个下标"))
        return first

    def _next_indices(self) -> tuple[syntax.Index, ...]:
        """One letter, or a number whose digits are an index each."""
        token = self.tokens.next
        if token.kind == "number" and token.text.isdigit():
            self.tokens.take()
            if "0" in token.text:
                raise self.tokens.error(token.at, FROM_ONE)
            return tuple(map(int, token.text))
        if token.kind != "letter" or not token.text.islower() or token.text == "l":
            raise self.tokens.wrong(AN_INDEX)
        return (self.tokens.take().text,)
