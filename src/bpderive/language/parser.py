"""The one-line language: `parse("delta[l,j] = d(C, z[l,j])")` gives a `Claim`.

Recursive descent over a fixed list of names; nothing in a text is ever evaluated. A text with a backslash, an
underscore or a brace is read as LaTeX of the book. To add a function of the language, write a method
`_call_<name>`; to add a condition, extend `_condition`.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable
from typing import cast

from bpderive.activations import activations
from bpderive.costs import costs
from bpderive.language import syntax
from bpderive.language.latex import LatexParser
from bpderive.language.tokens import LARGEST_EXPONENT, MOST_LAYERS, Tokens

_TOKENS = re.compile(
    r"(?P<space>\s+)|(?P<number>\d+(?:\.\d+)?)|(?P<name>[A-Za-z][A-Za-z0-9_]*)"
    r"|(?P<sign>\*\*|!=|<=|>=|==|[-+*/^@()\[\],=<>'])"
)
_OPTIONS = re.compile(r"\b(?:for|with)\b")
_RELATIONS = ("=", "!=", "<", "<=", ">", ">=")
_INDICES = {"w": 2, "b": 1, "z": 1, "a": 1, "delta": 1}


def parse(text: str) -> syntax.Claim:
    """The claim that `text` makes, in the one-line language or in LaTeX; raises `ParseError` with a caret."""
    if set(_OPTIONS.split(str(text), maxsplit=1)[0]) & set("\\_{"):
        return LatexParser(text, options=_options).claim()
    return Parser(text).claim()


class Parser:
    """Reads one claim."""

    def __init__(self, text: str) -> None:
        self.tokens = Tokens(text, _TOKENS)

    def claim(self) -> syntax.Claim:
        """The whole text."""
        sides = [self.expression()]
        while self.tokens.accept("="):
            sides.append(self.expression())
        if len(sides) < 2:
            raise self.tokens.wrong("'=' and a right side")
        return _options(self.tokens, tuple(sides))

    def expression(self) -> syntax.Node:
        """A sum of terms."""
        self.tokens.deeper()
        terms = [self._term()]
        while self.tokens.has("+", "-"):
            minus = self.tokens.take().text == "-"
            term = self._term()
            terms.append(syntax.Minus(term) if minus else term)
        self.tokens.depth -= 1
        return terms[0] if len(terms) == 1 else syntax.Plus(tuple(terms))

    def _term(self) -> syntax.Node:
        result = self._signed()
        open_row = False  # whether what comes may be one more factor of the product just read
        while self.tokens.has("*", "/", "@"):
            sign = self.tokens.take().text
            other = self._signed()
            if sign == "/":
                result, open_row = syntax.Over(result, other), False
                continue
            kind = syntax.Times if sign == "*" else syntax.Product
            before = result.factors if open_row and isinstance(result, kind) else (result,)
            result = kind((*before, other))
            open_row = True
        return result

    def _signed(self) -> syntax.Node:
        if self.tokens.accept("-"):
            self.tokens.deeper()
            body = self._signed()
            self.tokens.depth -= 1
            return syntax.Minus(body)
        return self._power()

    def _power(self) -> syntax.Node:
        base = self._atom()
        if not self.tokens.accept("^", "**"):
            return base
        minus = self.tokens.accept("-")
        exponent = self.tokens.whole(LARGEST_EXPONENT, "an exponent")
        return syntax.Power(base, -exponent if minus else exponent)

    def _atom(self) -> syntax.Node:
        token = self.tokens.next
        if token.kind == "number":
            return syntax.Number(self.tokens.number())
        if self.tokens.accept("("):
            inner = self.expression()
            self.tokens.expect(")")
            return inner
        if token.kind != "name":
            raise self.tokens.wrong(
                "a number, a quantity such as z[l,j], a function such as sigma(...) or '('"
            )
        self.tokens.take()
        call = cast("Callable[[], syntax.Node] | None", getattr(self, f"_call_{token.text}", None))
        if call is not None:
            self.tokens.expect("(", f" after {token.text}")
            result = call()
            self.tokens.expect(")")
            return result
        if token.text == "C":
            return syntax.Cost()
        if token.text == "n":
            self.tokens.expect("[", ": n[l] is the number of neurons of layer l")
            layer = self._layer()
            self.tokens.expect("]")
            return syntax.WidthOf(layer)
        if token.text in ("y", "x"):
            return self._example(token.text)
        if token.text in _INDICES:
            return self._quantity(token.text)
        raise self.tokens.error(token.at, _unknown(token.text))

    def _example(self, name: str) -> syntax.Quantity:
        letter, layer = ("y", syntax.LAST) if name == "y" else ("a", syntax.Layer("", 1))
        indices: tuple[syntax.Index, ...] = ()
        if self.tokens.accept("["):
            indices = (self._index(),)
            self.tokens.expect("]", f": {name} has one index, and no layer")
        return syntax.Quantity(letter, layer, indices)

    def _quantity(self, letter: str) -> syntax.Quantity:
        count = _INDICES[letter]
        wanted = f"{letter}[l,{'j,k' if count == 2 else 'j'}] for a component or {letter}[l] for the whole"
        self.tokens.expect("[", f": write {wanted}")
        layer = self._layer()
        indices: list[syntax.Index] = []
        while self.tokens.accept(","):
            indices.append(self._index())
        if len(indices) not in (0, count):
            raise self.tokens.wrong(f"{wanted}")
        self.tokens.expect("]", f": write {wanted}")
        return syntax.Quantity(letter, layer, tuple(indices))

    def _layer(self) -> syntax.Layer:
        token = self.tokens.next
        if token.kind == "number":
            return syntax.Layer("", self.tokens.whole(MOST_LAYERS, "a layer"))
        if token.text not in ("l", "L"):
            raise self.tokens.wrong("a layer: l, l+1, l-1, L, L-1, ... or a number")
        self.tokens.take()
        if not self.tokens.has("+", "-"):
            return syntax.Layer(token.text)
        sign = -1 if self.tokens.take().text == "-" else 1
        return syntax.Layer(token.text, sign * self.tokens.whole(MOST_LAYERS, "a step between layers"))

    def _index(self) -> syntax.Index:
        token = self.tokens.next
        if token.kind == "number":
            value = self.tokens.whole(99, "the number of a neuron")
            if value < 1:
                raise self.tokens.error(token.at, "neurons are counted from 1")
            return value
        if not re.fullmatch(r"[a-z]\d?", token.text) or token.text == "l":
            raise self.tokens.wrong("an index: a small letter such as j or k (l is the layer), or a number")
        return self.tokens.take().text

    def _call_sigma(self) -> syntax.Node:
        return syntax.Activation(0, self.expression())

    def _call_dsigma(self) -> syntax.Node:
        return syntax.Activation(1, self.expression())

    def _call_T(self) -> syntax.Node:
        return syntax.Transposed(self.expression())

    def _call_diag(self) -> syntax.Node:
        return syntax.Diagonal(self.expression())

    def _call_outer(self) -> syntax.Node:
        first = self.expression()
        self.tokens.expect(",", ": outer takes two columns")
        return syntax.Outer(first, self.expression())

    def _call_eq(self) -> syntax.Node:
        first = self._index()
        self.tokens.expect(",", ": eq takes two indices")
        return syntax.Kronecker(first, self._index())

    def _call_sum(self) -> syntax.Node:
        indices: list[str] = []
        while self.tokens.after(1).text == ",":
            at = self.tokens.next.at
            index = self._index()
            if isinstance(index, int) or index in indices:
                raise self.tokens.error(at, "expected a letter that the sum runs over, each once")
            indices.append(index)
            self.tokens.expect(",")
        if not indices:
            raise self.tokens.wrong("an index and a comma, as in sum(k, w[l,j,k]*a[l-1,k])")
        return syntax.Total(tuple(indices), self.expression())

    def _call_d(self) -> syntax.Node:
        of = self.expression()
        self.tokens.expect(",", ": d takes what is differentiated and by what")
        return syntax.Derivative(of, self._variable("a component such as z[l,j]", component=True))

    def _call_grad(self) -> syntax.Node:
        self.tokens.expect("C", ": grad is the gradient of the cost")
        self.tokens.expect(",")
        return syntax.Gradient(self._variable("an array such as a[L] or w[l]", component=False))

    def _call_jac(self) -> syntax.Node:
        at = self.tokens.next.at
        of = self._variable("a column such as z[L]", component=False)
        self.tokens.expect(",", ": jac takes two columns, what is differentiated and by what")
        by = self._variable("a column such as z[l]", component=False)
        if "w" in (of.letter, by.letter):
            raise self.tokens.error(
                at, "expected columns: the Jacobian matrix is that of a column by a column"
            )
        return syntax.Jacobian(of, by)

    def _variable(self, wanted: str, component: bool) -> syntax.Quantity:
        at = self.tokens.next.at
        found = self._atom() if self.tokens.next.kind == "name" else None
        if not isinstance(found, syntax.Quantity) or bool(found.indices) != component:
            raise self.tokens.error(at, f"expected {wanted}, by which is differentiated")
        if found.letter in ("y", "delta"):
            raise self.tokens.error(at, f"nothing is a function of {found.letter} in the network")
        return found


def _unknown(name: str) -> str:
    known = ["w", "b", "z", "a", "delta", "y", "x", "C", "n"]
    known += sorted(key.removeprefix("_call_") for key in vars(Parser) if key.startswith("_call_"))
    near = difflib.get_close_matches(name, known, n=1, cutoff=0.5)
    hint = f"; did you mean {near[0]!r}?" if near else ""
    if name in ("for", "with"):
        return f"expected an expression before {name!r}"
    return f"there is no {name!r} in the language{hint or ';'} it has {', '.join(known)}"


def _options(tokens: Tokens, sides: tuple[syntax.Node, ...]) -> syntax.Claim:
    """What follows the sides: conditions after "for", the cost and σ after "with"."""
    conditions: list[syntax.Condition] = []
    options: dict[str, str] = {}
    reader = Parser.__new__(Parser)
    reader.tokens = tokens
    while tokens.next.kind != "end":
        if tokens.accept("for"):
            conditions.append(_condition(reader))
            while tokens.accept(",", "and"):
                conditions.append(_condition(reader))
        elif tokens.accept("with"):
            _option(tokens, options)
            while tokens.accept(",", "and"):
                _option(tokens, options)
        else:
            raise tokens.wrong("an operator, '=', 'for', 'with' or the end")
    return syntax.Claim(sides, tuple(conditions), options.get("cost"), options.get("sigma"))


def _option(tokens: Tokens, options: dict[str, str]) -> None:
    token = tokens.next
    name = {"activation": "sigma"}.get(token.text, token.text)
    if name not in ("cost", "sigma"):
        raise tokens.wrong("'cost = ...' or 'sigma = ...'")
    tokens.take()
    tokens.expect("=")
    known = list(costs) if name == "cost" else [n for n, act in activations.items() if act.elementwise]
    value = tokens.next
    if value.text not in known:
        raise tokens.wrong(
            f"the name of {'a cost' if name == 'cost' else 'an activation'}: {', '.join(known)}"
        )
    options[name] = tokens.take().text


def _condition(reader: Parser) -> syntax.Condition:
    tokens = reader.tokens
    if tokens.next.text == "n" and tokens.after(1).text == "[":
        first = _width(reader)
        tokens.expect("=")
        if tokens.next.kind == "number":
            return syntax.WidthCondition(first, max(1, tokens.whole(99, "a number of neurons")))
        return syntax.WidthCondition(first, _width(reader))
    if tokens.next.text in ("l", "L"):
        layer = reader._layer()
        return syntax.LayerCondition(layer, _relation(tokens, _RELATIONS), reader._layer())
    if tokens.next.kind == "name":
        index = reader._index()
        return syntax.IndexCondition(index, _relation(tokens, ("=", "!=")), reader._index())
    raise tokens.wrong("a condition such as l = L, l < L, j != k or n[l] = n[l+1]")


def _width(reader: Parser) -> syntax.Layer:
    if reader.tokens.next.text != "n":
        raise reader.tokens.wrong("n[...], the number of neurons of a layer")
    reader.tokens.take()
    reader.tokens.expect("[")
    layer = reader._layer()
    reader.tokens.expect("]")
    return layer


def _relation(tokens: Tokens, allowed: tuple[str, ...]) -> str:
    text = {"==": "="}.get(tokens.next.text, tokens.next.text)
    if text not in allowed:
        raise tokens.wrong(" or ".join(repr(sign) for sign in allowed))
    tokens.take()
    return text
