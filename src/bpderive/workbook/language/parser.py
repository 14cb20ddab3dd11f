"""The one-line language: `parse("delta[l,j] = d(C, z[l,j])")` gives a `Claim`.

Recursive descent over a fixed list of names; nothing in a text is ever evaluated. What is typed nearly so is read as
well: δ[l,j], ∂C/∂w[l,j,k], w[l+1].T, delta[l][j]. To add a function of the language, write a method `_call_<name>`.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable
from typing import cast

from bpderive.errors import is_text
from bpderive.letters.text import Text
from bpderive.workbook.language import syntax
from bpderive.workbook.language.conditions import options
from bpderive.workbook.language.places import index, layer
from bpderive.workbook.language.tokens import EXPONENT, LARGEST_EXPONENT, Tokens

_TOKENS = re.compile(
    r"(?P<space>\s+)|(?P<number>\d+(?:\.\d+)?)|(?P<name>[A-Za-z][A-Za-z0-9_]*)"
    r"|(?P<sign>\*\*|!=|<=|>=|==|[-+*/^@()\[\],=<>'])"
)
OPTIONS = re.compile(r"\b(?:for|with)\b")
_INDICES = {"w": 2, "b": 1, "z": 1, "a": 1, "delta": 1}

_NAMES = {
    "δ": "delta",
    "σ′": "dsigma",
    "σ'": "dsigma",
    "σ": "sigma",
    "⊙": "*",
    "·": "*",
    "×": "*",
    "−": "-",
    "′": "'",
    "ᵀ": ".T",
    "Σ": "sum",
    "∑": "sum",
}
_PART = r"(C|(?:w|b|z|a|x|delta)\[[^\[\]]*\])"

RIGHT_SIDE = Text(en="'=' and a right side", zh="'=' 与右边")


def parse(text: str, bare: bool = False) -> syntax.Claim:
    """The claim that `text` makes; raises `ParseError` with a caret.

    With `bare`, z and a without brackets are those of any one neuron, z[l,j] and a[l,j].
    """
    return Parser(text, bare).claim()


def is_in_the_language(text: str) -> bool:
    """Return whether the text may be in this language: it has neither LaTeX nor other letters."""
    text = _in_names(text)
    sides = OPTIONS.split(text, maxsplit=1)[0]
    return text.isascii() and not set(sides) & set("\\{") and ("_" not in sides or "[" in sides)


def _in_names(text: str) -> str:
    """The text with names for Greek letters and signs, and what is typed nearly in the language in it."""
    if not is_text(text) or not re.search(r"[a-zδ]\s*\[", text) or "^" in text or "\\" in text:
        return text
    for letter, name in _NAMES.items():
        text = text.replace(letter, name)
    text = text.replace("][", ",")
    text = re.sub(rf"(?:∂|\bd){_PART}\s*/\s*(?:∂|d){_PART}", r"d(\1, \2)", text).replace("∂", "d")
    return re.sub(r"([a-z]+\[[^\[\]]*\])\.T\b", r"T(\1)", text)


class Parser:
    """Reads one claim; `layers` says whether σ may be a function of a whole layer."""

    layers = False

    def __init__(self, text: str, bare: bool = False) -> None:
        self.tokens = Tokens(_in_names(text), _TOKENS, typed=text)
        self.bare = bare

    def claim(self) -> syntax.Claim:
        """The whole text."""
        sides = [self.expression()]
        while self.tokens.accept("=", "=="):
            sides.append(self.expression())
        if len(sides) < 2 and self.tokens.next.kind == "end":
            raise self.tokens.wrong(RIGHT_SIDE)
        claim = options(self.tokens, tuple(sides), self.layers)
        if len(sides) < 2:
            raise self.tokens.wrong(RIGHT_SIDE)
        return claim

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
        exponent = self.tokens.whole(LARGEST_EXPONENT, EXPONENT)
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
                Text(
                    en="a number, a quantity such as z[l,j], a function such as sigma(...) or '('",
                    zh="数、z[l,j] 这样的量、sigma(...) 这样的函数或 '('",
                )
            )
        self.tokens.take()
        name = token.text
        if name == "sigma" and self.tokens.accept("'"):
            name = "dsigma"
        call = cast("Callable[[], syntax.Node] | None", getattr(self, f"_call_{name}", None))
        if call is not None:
            self.tokens.expect("(", Text(en=f" after {name}", zh=f"（在 {name} 之后）"))
            result = call()
            self.tokens.expect(")")
            return result
        if name == "C":
            return syntax.Cost()
        if name == "n":
            self.tokens.expect(
                "[", Text(en=": n[l] is the number of neurons of layer l", zh="：n[l] 是第 l 层的神经元个数")
            )
            found = layer(self.tokens)
            self.tokens.expect("]")
            return syntax.WidthOf(found)
        if name in ("y", "x"):
            return self._example(name)
        if name in _INDICES:
            return self._quantity(name)
        raise self.tokens.error(token.at, _unknown(name))

    def _example(self, name: str) -> syntax.Quantity:
        letter, of = ("y", syntax.LAST) if name == "y" else ("a", syntax.Layer("", 1))
        indices: tuple[syntax.Index, ...] = ()
        if self.tokens.accept("["):
            indices = (index(self.tokens),)
            self.tokens.expect(
                "]", Text(en=f": {name} has one index, and no layer", zh=f"；{name} 只有一个下标，没有层")
            )
        return syntax.Quantity(letter, of, indices)

    def _quantity(self, letter: str) -> syntax.Quantity:
        if self.bare and letter in ("z", "a") and not self.tokens.has("["):
            return syntax.Quantity(letter, syntax.Layer("l"), ("j",))
        count = _INDICES[letter]
        component = f"{letter}[l,{'j,k' if count == 2 else 'j'}]"
        wanted = Text(
            en=f"{component} for a component or {letter}[l] for the whole",
            zh=f"分量 {component} 或整体 {letter}[l]",
        )
        write = Text(en=": write {wanted}", zh="；请写{wanted}").format(wanted=wanted)
        self.tokens.expect("[", write)
        of = layer(self.tokens)
        indices: list[syntax.Index] = []
        while self.tokens.accept(","):
            indices.append(index(self.tokens))
        if len(indices) not in (0, count):
            raise self.tokens.wrong(wanted)
        self.tokens.expect("]", write)
        return syntax.Quantity(letter, of, tuple(indices))

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
        self.tokens.expect(",", Text(en=": outer takes two columns", zh="；outer 需要两个列向量"))
        return syntax.Outer(first, self.expression())

    def _call_eq(self) -> syntax.Node:
        first = index(self.tokens)
        self.tokens.expect(",", Text(en=": eq takes two indices", zh="；eq 需要两个下标"))
        return syntax.Kronecker(first, index(self.tokens))

    def _call_sum(self) -> syntax.Node:
        indices: list[str] = []
        while self.tokens.after(1).text == ",":
            at = self.tokens.next.at
            found = self._summed()
            if isinstance(found, int) or found in indices:
                raise self.tokens.error(
                    at,
                    Text(
                        en="expected a letter that the sum runs over, each once",
                        zh="此处应为求和所取遍的字母，每个只写一次",
                    ),
                )
            indices.append(found)
            self.tokens.expect(",")
        if not indices:
            raise self.tokens.wrong(
                Text(
                    en="an index and a comma, as in sum(k, w[l,j,k]*a[l-1,k])",
                    zh="下标与逗号，例如 sum(k, w[l,j,k]*a[l-1,k])",
                )
            )
        return syntax.Total(tuple(indices), self.expression())

    def _summed(self) -> syntax.Index:
        """What a sum runs over."""
        return index(self.tokens)

    def _call_d(self) -> syntax.Node:
        of = self.expression()
        self.tokens.expect(
            ",",
            Text(en=": d takes what is differentiated and by what", zh="：d 需要被求导的量与求导变量"),
        )
        if isinstance(of, syntax.Cost):  # d(C, w[l]) is grad(C, w[l])
            place = self.tokens.place
            by = self._atom() if self.tokens.next.kind == "name" else None
            if isinstance(by, syntax.Quantity) and not by.indices and by.letter not in ("y", "delta"):
                return syntax.Gradient(by)
            self.tokens.place = place
        return syntax.Derivative(of, self._variable(_COMPONENT, component=True))

    def _call_grad(self) -> syntax.Node:
        self.tokens.expect("C", Text(en=": grad is the gradient of the cost", zh="；grad 是代价函数的梯度"))
        self.tokens.expect(",")
        wanted = Text(en="an array such as a[L] or w[l]", zh="a[L]、w[l] 这样的向量或矩阵")
        return syntax.Gradient(self._variable(wanted, component=False))

    def _call_jac(self) -> syntax.Node:
        at = self.tokens.next.at
        of = self._variable(_COLUMN, component=False)
        self.tokens.expect(
            ",",
            Text(
                en=": jac takes two columns, what is differentiated and by what",
                zh="：jac 需要两个列向量，即被求导的与求导变量",
            ),
        )
        by = self._variable(_COLUMN, component=False)
        if "w" in (of.letter, by.letter):
            raise self.tokens.error(
                at,
                Text(
                    en="expected columns: the Jacobian matrix is that of a column by a column",
                    zh="此处应为列向量：雅可比矩阵是列向量对列向量的导数",
                ),
            )
        return syntax.Jacobian(of, by)

    def _variable(self, wanted: Text, component: bool) -> syntax.Quantity:
        at = self.tokens.next.at
        found = self._atom() if self.tokens.next.kind == "name" else None
        if not isinstance(found, syntax.Quantity) or bool(found.indices) != component:
            what = Text(en="expected {wanted}, by which is differentiated", zh="求导变量应为{wanted}")
            raise self.tokens.error(at, what.format(wanted=wanted))
        if found.letter in ("y", "delta"):
            raise self.tokens.error(
                at,
                Text(
                    en=f"nothing is a function of {found.letter} in the network",
                    zh=f"网络中没有量是 {found.letter} 的函数",
                ),
            )
        return found


_COMPONENT = Text(en="a component such as z[l,j]", zh=" z[l,j] 这样的分量")
_COLUMN = Text(en="a column such as z[L]", zh=" z[L] 这样的列向量")


def _unknown(name: str) -> Text:
    known = ["w", "b", "z", "a", "delta", "y", "x", "C", "n"]
    known += sorted(key.removeprefix("_call_") for key in vars(Parser) if key.startswith("_call_"))
    if name in ("for", "with"):
        return Text(en=f"expected an expression before {name!r}", zh=f"{name!r} 之前应有表达式")
    if re.fullmatch(r"d[A-Za-z]+|partial\w*", name):
        return Text(en="a derivative is written d(C, w[l,j,k])", zh="导数写作 d(C, w[l,j,k])")
    near = difflib.get_close_matches(name, known, n=1, cutoff=0.5)
    if name.lower() in ("transpose", "t"):
        near = ["T"]
    listed = ", ".join(known)
    if near:
        return Text(
            en=f"there is no {name!r} in the language; did you mean {near[0]!r}? it has {listed}",
            zh=f"这种语言里没有 {name!r}；是不是 {near[0]!r}？可用的有 {listed}",
        )
    return Text(
        en=f"there is no {name!r} in the language; it has {listed}",
        zh=f"这种语言里没有 {name!r}；可用的有 {listed}",
    )
