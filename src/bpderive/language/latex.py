r"""Claims in LaTeX, as the book prints them: `\delta^l_j = \sum_k w^{l+1}_{kj} \delta^{l+1}_k \sigma'(z^l_j)`.

Factors that stand side by side are multiplied: by the matrix product where both are columns or matrices. A sum reaches
to the end of its term. What may follow "for" and "with" is written as in the one-line language. To read one more
command, write a method `_command_<name>`.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from fractions import Fraction
from typing import cast

from bpderive.language import syntax
from bpderive.language.text import is_array
from bpderive.language.tokens import LARGEST_EXPONENT, MOST_LAYERS, Tokens

_TOKENS = re.compile(
    r"(?P<space>\s+|\\[,;:! ]|\\q?quad|\\displaystyle|\\limits|[&~$]|\\left(?![a-z])|\\right(?![a-z]))"
    r"|(?P<command>\\[A-Za-z]+)|(?P<number>\d+(?:\.\d+)?)|(?P<letter>[A-Za-z])|(?P<sign>[-+*/^_=(){}\[\],'<>])"
)
_TAIL = re.compile(r"\b(for|with)\b")
_PLAIN = re.compile(
    r"(?P<space>\s+)|(?P<number>\d+)|(?P<name>[A-Za-z][A-Za-z0-9_]*)|(?P<sign>!=|<=|>=|==|[-+=<>,\[\]])"
)
_LETTERS = {"w": "w", "b": "b", "z": "z", "a": "a", r"\delta": "delta", "y": "y", "x": "x"}
_COUNT = {"w": 2}
_SIDE_BY_SIDE = (r"\cdot", r"\times", "*")

Options = Callable[[Tokens, tuple[syntax.Node, ...]], syntax.Claim]


class LatexParser:
    """Reads one claim in LaTeX; `options` reads what stands behind it."""

    def __init__(self, text: str, options: Options) -> None:
        Tokens(text, re.compile(r"(?P<any>(?s:.))"))  # length and characters, before anything else
        tail = _TAIL.search(text)
        end = tail.start() if tail else len(text)
        self.tokens = Tokens(text[:end], _TOKENS)
        self._tail = " " * end + text[end:]
        self._options = options

    def claim(self) -> syntax.Claim:
        """The whole text."""
        sides = [self._expression()]
        while self.tokens.accept("=", r"\equiv"):
            sides.append(self._expression())
        if len(sides) < 2:
            raise self.tokens.wrong("'=' and a right side")
        if self.tokens.next.kind != "end":
            raise self.tokens.wrong("an operator, '=' or the end")
        return self._options(Tokens(self._tail, _PLAIN), tuple(sides))

    def _expression(self) -> syntax.Node:
        self.tokens.deeper()
        minus = self.tokens.accept("-")
        first = self._term()
        terms: list[syntax.Node] = [syntax.Minus(first) if minus else first]
        while self.tokens.has("+", "-"):
            minus = self.tokens.take().text == "-"
            term = self._term()
            terms.append(syntax.Minus(term) if minus else term)
        self.tokens.depth -= 1
        return terms[0] if len(terms) == 1 else syntax.Plus(tuple(terms))

    def _term(self) -> syntax.Node:
        chains = [self._chain()]
        while self.tokens.accept(r"\odot", r"\circ"):
            chains.append(self._chain())
        return chains[0] if len(chains) == 1 else syntax.Times(tuple(chains))

    def _chain(self) -> syntax.Node:
        """Factors side by side."""
        factors = [self._factor()]
        while True:
            if self.tokens.accept(*_SIDE_BY_SIDE):
                factors.append(self._factor())
            elif self.tokens.accept("/"):
                factors[-1] = syntax.Over(factors[-1], self._factor())
            elif self._begins_factor():
                factors.append(self._factor())
            else:
                return _multiplied(factors)

    def _begins_factor(self) -> bool:
        token = self.tokens.next
        if token.kind == "command":
            return token.text in _LETTERS or getattr(self, f"_command_{token.text[1:]}", None) is not None
        return token.kind in ("number", "letter") or token.text in ("(", "[")

    def _factor(self) -> syntax.Node:
        return self._raised(self._atom())

    def _raised(self, base: syntax.Node) -> syntax.Node:
        """What stands before an exponent or the T of a transpose."""
        if not self.tokens.accept("^"):
            return base
        braces = self.tokens.accept("{")
        if self.tokens.accept("T", r"\top"):
            result: syntax.Node = syntax.Transposed(base)
        elif self.tokens.accept(r"\mathsf", r"\mathrm", r"\rm"):
            inner = self.tokens.accept("{")
            self.tokens.expect("T")
            if inner:
                self.tokens.expect("}")
            result = syntax.Transposed(base)
        else:
            minus = self.tokens.accept("-")
            exponent = self.tokens.whole(LARGEST_EXPONENT, "an exponent")
            result = syntax.Power(base, -exponent if minus else exponent)
        if braces:
            self.tokens.expect("}")
        return result

    def _atom(self) -> syntax.Node:
        token = self.tokens.next
        if token.kind == "number":
            return syntax.Number(self.tokens.number())
        for opening, closing in (("(", ")"), ("[", "]")):
            if self.tokens.accept(opening):
                inner = self._expression()
                self.tokens.expect(closing)
                return inner
        if token.text in _LETTERS:
            return self._quantity()
        self.tokens.take()
        if token.text == "C":
            return syntax.Cost()
        if token.text == "n":
            self.tokens.expect("_", ": n_l is the number of neurons of layer l")
            return syntax.WidthOf(self._layer())
        command = cast("Callable[[], syntax.Node] | None", getattr(self, f"_command_{token.text[1:]}", None))
        if token.kind == "command" and command is not None:
            return command()
        self.tokens.place -= token.kind != "end"
        raise self.tokens.wrong(r"a quantity such as z^l_j, a number, \sum, \frac, \sigma or '('")

    def _quantity(self) -> syntax.Node:
        token = self.tokens.take()
        letter = _LETTERS[token.text]
        layer: syntax.Layer | None = None
        indices: tuple[syntax.Index, ...] = ()
        while self.tokens.has("^", "_"):
            following = self.tokens.after(1).text
            if letter in ("x", "y") and self.tokens.has("^"):
                break
            if self.tokens.has("^") and (layer is not None or following in ("T", r"\top")):
                break
            if self.tokens.take().text == "^":
                layer = self._layer()
            else:
                indices = self._indices()
        if letter == "delta" and layer is None and len(indices) == 2:
            return syntax.Kronecker(*indices)
        if letter == "x":
            letter, layer = "a", syntax.Layer("", 1)
        if letter == "y":
            layer = syntax.LAST
        if layer is None:
            raise self.tokens.error(
                token.at, f"expected a layer, as in {token.text}^l: of which layer is it?"
            )
        if len(indices) not in (0, _COUNT.get(letter, 1)):
            count = "two indices" if letter == "w" else "one index"
            raise self.tokens.error(token.at, f"expected {count}, or none for the whole array")
        return syntax.Quantity(letter, layer, indices)

    def _layer(self) -> syntax.Layer:
        if not self.tokens.accept("{"):
            return self._layer_letter()
        layer = self._layer_letter()
        if layer.letter and self.tokens.has("+", "-"):
            sign = -1 if self.tokens.take().text == "-" else 1
            layer += sign * self.tokens.whole(MOST_LAYERS, "a step between layers")
        self.tokens.expect("}")
        return layer

    def _layer_letter(self) -> syntax.Layer:
        if self.tokens.next.kind == "number":
            return syntax.Layer("", self.tokens.whole(MOST_LAYERS, "a layer"))
        if not self.tokens.has("l", "L"):
            raise self.tokens.wrong("a layer: l, L, l+1, ... or a number")
        return syntax.Layer(self.tokens.take().text)

    def _indices(self) -> tuple[syntax.Index, ...]:
        if not self.tokens.accept("{"):
            return self._one_or_more_indices()
        found: list[syntax.Index] = []
        while not self.tokens.accept("}"):
            found.extend(self._one_or_more_indices())
            self.tokens.accept(",")
        return tuple(found)

    def _one_or_more_indices(self) -> tuple[syntax.Index, ...]:
        token = self.tokens.next
        if token.kind == "number" and token.text.isdigit():
            self.tokens.take()
            if "0" in token.text:
                raise self.tokens.error(token.at, "neurons are counted from 1")
            return tuple(map(int, token.text))
        if token.kind != "letter" or not token.text.islower() or token.text == "l":
            raise self.tokens.wrong("an index: a small letter such as j or k (l is the layer), or a number")
        return (self.tokens.take().text,)

    def _command_sum(self) -> syntax.Node:
        self.tokens.expect("_", r": name the index, as in \sum_k")
        indices = self._indices()
        if not all(isinstance(index, str) for index in indices):
            raise self.tokens.wrong("letters that the sum runs over")
        self.tokens.deeper()
        body = self._chain()
        self.tokens.depth -= 1
        return syntax.Total(tuple(map(str, indices)), body)

    def _command_frac(self) -> syntax.Node:
        if self.tokens.next.kind == "number":  # \frac12
            digits = self.tokens.take().text
            if len(digits) == 2:
                return syntax.Number(Fraction(int(digits[0]), int(digits[1]) or 1))
            above: syntax.Node = syntax.Number(Fraction(digits))
        else:
            self.tokens.expect("{")
            if self.tokens.accept(r"\partial"):
                return self._derivative("}", "{")
            above = self._expression()
            self.tokens.expect("}")
        self.tokens.expect("{")
        below = self._expression()
        self.tokens.expect("}")
        return syntax.Over(above, below)

    def _command_partial(self) -> syntax.Node:
        return self._derivative("/", "")

    def _derivative(self, after: str, before: str) -> syntax.Node:
        of = self._atom() if after == "/" else self._expression()
        self.tokens.expect(after)
        if before:
            self.tokens.expect(before)
        self.tokens.expect(r"\partial")
        at = self.tokens.next.at
        by = self._atom()
        if before:
            self.tokens.expect("}")
        if not isinstance(by, syntax.Quantity) or by.letter in ("y", "delta"):
            raise self.tokens.error(at, "expected a component such as z^l_j, by which is differentiated")
        if by.indices:
            return syntax.Derivative(of, by)
        if isinstance(of, syntax.Cost):
            return syntax.Gradient(by)
        raise self.tokens.error(
            at, "expected a component such as z^l_j: only C is differentiated by a whole array"
        )

    def _command_nabla(self) -> syntax.Node:
        self.tokens.expect("_", r": \nabla_a C is the gradient by the output activations")
        braces = self.tokens.accept("{")
        at = self.tokens.next.at
        by = self._quantity() if not self.tokens.has("a") or self.tokens.after(1).text == "^" else None
        if by is None:
            self.tokens.take()
            by = syntax.Quantity("a", syntax.LAST)
        if braces:
            self.tokens.expect("}")
        self.tokens.expect("C")
        if not isinstance(by, syntax.Quantity) or by.indices:
            raise self.tokens.error(at, "expected an array such as a or a^L")
        return syntax.Gradient(by)

    def _command_sigma(self) -> syntax.Node:
        order = 0
        if self.tokens.accept("'"):
            order = 1
        elif self.tokens.has("^"):
            self.tokens.take()
            braces = self.tokens.accept("{")
            self.tokens.expect(r"\prime")
            if braces:
                self.tokens.expect("}")
            order = 1
        self.tokens.expect("(", r": \sigma is applied to something")
        argument = self._expression()
        self.tokens.expect(")")
        return syntax.Activation(order, argument)

    def _command_Sigma(self) -> syntax.Node:
        self.tokens.expect("'")
        self.tokens.expect("(")
        argument = self._expression()
        self.tokens.expect(")")
        return syntax.Diagonal(syntax.Activation(1, argument))

    def _command_lVert(self) -> syntax.Node:
        inner = self._expression()
        self.tokens.expect(r"\rVert")
        self.tokens.expect("^", ": the norm is read squared only")
        braces = self.tokens.accept("{")
        self.tokens.expect("2")
        if braces:
            self.tokens.expect("}")
        return (
            syntax.Product((syntax.Transposed(inner), inner)) if is_array(inner) else syntax.Power(inner, 2)
        )

    def _command_mathbb(self) -> syntax.Node:
        self.tokens.expect("{")
        self.tokens.expect("1")
        self.tokens.expect("}")
        self.tokens.expect("[")
        [first] = self._one_or_more_indices()
        self.tokens.expect("=")
        [second] = self._one_or_more_indices()
        self.tokens.expect("]")
        return syntax.Kronecker(first, second)


def _multiplied(factors: list[syntax.Node]) -> syntax.Node:
    """The product of factors that stand side by side."""
    if len(factors) == 1:
        return factors[0]
    arrays = [factor for factor in factors if is_array(factor)]
    if len(arrays) < 2:
        return syntax.Times(tuple(factors))
    numbers = [factor for factor in factors if not is_array(factor)]
    product = syntax.Product(tuple(arrays))
    return syntax.Times((*numbers, product)) if numbers else product
