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

from bpderive.letters.text import Text
from bpderive.workbook.language import syntax
from bpderive.workbook.language.arrays import is_array
from bpderive.workbook.language.latex_quantities import LETTERS, LatexQuantities
from bpderive.workbook.language.tokens import EXPONENT, LARGEST_EXPONENT, Tokens

_TOKENS = re.compile(
    r"(?P<space>\s+|\\[,;:!\[\] ]|\\q?quad|\\displaystyle|\\limits|[&~$]|\\(?:left|right|[Bb]igg?[lr]?)(?![a-z])"
    r"|\\tag\{[^{}]*\}|[.,;]\s*(?=\$|\\\]|\\tag|\Z))"
    r"|(?P<command>\\[A-Za-z]+|\\\|)|(?P<number>\d+(?:\.\d+)?)|(?P<letter>[A-Za-z])|(?P<sign>[-+*/^_=(){}\[\],'<>])"
)
_TAIL = re.compile(r"\b(for|with)\b")
_PLAIN = re.compile(
    r"(?P<space>\s+)|(?P<number>\d+)|(?P<name>[A-Za-z][A-Za-z0-9_]*)|(?P<sign>!=|<=|>=|==|[-+=<>,\[\]])"
)
_SAME = {r"\dfrac": "frac", r"\tfrac": "frac", r"\|": "lVert"}
_SIDE_BY_SIDE = (r"\cdot", r"\times", "*")

Options = Callable[[Tokens, tuple[syntax.Node, ...]], syntax.Claim]


class LatexParser(LatexQuantities):
    """Reads one claim in LaTeX; `options` reads what stands behind it."""

    def __init__(self, text: str, options: Options) -> None:
        Tokens(text, re.compile(r"(?P<any>(?s:.))"))  # length and characters, before anything else
        tail = _TAIL.search(text)
        end = tail.start() if tail else len(text)
        self.tokens = Tokens(text[:end], _TOKENS)
        self._tail = " " * end + text[end:]
        self._options = options
        self._open_norms = 0

    def claim(self) -> syntax.Claim:
        """The whole text."""
        sides = [self._expression()]
        while self.tokens.accept("=", r"\equiv"):
            sides.append(self._expression())
        if len(sides) < 2:
            raise self.tokens.wrong(Text(en="'=' and a right side", zh="'=' 与右边"))
        if self.tokens.next.kind != "end":
            raise self.tokens.wrong(Text(en="an operator, '=' or the end", zh="运算符、'=' 或结尾"))
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
            closes = token.text == r"\|" and self._open_norms > 0
            return token.text in LETTERS or (not closes and self._command(token.text) is not None)
        return token.kind in ("number", "letter") or token.text in ("(", "[", "{")

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
            exponent = self.tokens.whole(LARGEST_EXPONENT, EXPONENT)
            result = syntax.Power(base, -exponent if minus else exponent)
        if braces:
            self.tokens.expect("}")
        return result

    def _atom(self) -> syntax.Node:
        token = self.tokens.next
        if token.kind == "number":
            return syntax.Number(self.tokens.number())
        for opening, closing in (("(", ")"), ("[", "]"), ("{", "}")):
            if self.tokens.accept(opening):
                inner = self._expression()
                self.tokens.expect(closing)
                return inner
        if token.text in LETTERS:
            return self.quantity()
        self.tokens.take()
        if token.text == "C":
            return syntax.Cost()
        if token.text == "n":
            self.tokens.expect(
                "_", Text(en=": n_l is the number of neurons of layer l", zh="：n_l 是第 l 层的神经元个数")
            )
            return syntax.WidthOf(self.layer())
        command = self._command(token.text)
        if token.kind == "command" and command is not None:
            return command()
        self.tokens.place -= token.kind != "end"
        raise self.tokens.wrong(
            Text(
                en=r"a quantity such as z^l_j, a number, \sum, \frac, \sigma or '('",
                zh=r"z^l_j 这样的量、数、\sum、\frac、\sigma 或 '('",
            )
        )

    def _command(self, text: str) -> Callable[[], syntax.Node] | None:
        """The method that reads what follows a command; None if there is none."""
        name = _SAME.get(text, text[1:])
        return cast("Callable[[], syntax.Node] | None", getattr(self, f"_command_{name}", None))

    def _command_sum(self) -> syntax.Node:
        self.tokens.expect("_", Text(en=r": name the index, as in \sum_k", zh=r"：写出下标，例如 \sum_k"))
        if self.tokens.after(2).text == "=":
            raise self.tokens.error(
                self.tokens.after(2).at,
                Text(
                    en=r"write \sum_k alone: an index runs over all neurons of its layer",
                    zh=r"只写 \sum_k：下标取遍它那一层的所有神经元",
                ),
            )
        at = self.tokens.next.at
        indices = self.indices()
        if not indices or not all(isinstance(index, str) for index in indices):
            raise self.tokens.error(
                at, Text(en="expected letters that the sum runs over", zh="此处应为求和所取遍的字母")
            )
        self.tokens.deeper()
        body = self._chain()
        self.tokens.depth -= 1
        return syntax.Total(tuple(map(str, indices)), body)

    def _command_frac(self) -> syntax.Node:
        if self.tokens.next.kind == "number":  # \frac12
            digits = self.tokens.take().text
            if len(digits) == 2:
                return syntax.Over(*(syntax.Number(Fraction(digit)) for digit in digits))
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
            raise self.tokens.error(
                at,
                Text(
                    en="expected a component such as z^l_j, by which is differentiated",
                    zh="求导变量应为 z^l_j 这样的分量",
                ),
            )
        if by.indices:
            return syntax.Derivative(of, by)
        if isinstance(of, syntax.Cost):
            return syntax.Gradient(by)
        columns = ("z", "a", "b")
        if isinstance(of, syntax.Quantity) and not of.indices and {of.letter, by.letter} <= set(columns):
            return syntax.Jacobian(of, by)
        raise self.tokens.error(
            at,
            Text(
                en="expected a component such as z^l_j: only C and columns are differentiated by a whole array",
                zh="此处应为 z^l_j 这样的分量：只有 C 与列向量可以对整个向量或矩阵求导",
            ),
        )

    def _command_nabla(self) -> syntax.Node:
        self.tokens.expect(
            "_",
            Text(
                en=r": \nabla_a C is the gradient with respect to the output activations",
                zh=r"：\nabla_a C 是对输出激活值的梯度",
            ),
        )
        braces = self.tokens.accept("{")
        at = self.tokens.next.at
        by = self.quantity() if not self.tokens.has("a") or self.tokens.after(1).text == "^" else None
        if by is None:
            self.tokens.take()
            by = syntax.Quantity("a", syntax.LAST)
        if braces:
            self.tokens.expect("}")
        self.tokens.expect("C")
        if not isinstance(by, syntax.Quantity) or by.indices:
            raise self.tokens.error(
                at, Text(en="expected an array such as a or a^L", zh="此处应为 a、a^L 这样的向量")
            )
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
        self.tokens.expect("(", Text(en=r": \sigma is applied to something", zh=r"：\sigma 要作用在某个量上"))
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
        self._open_norms += 1
        inner = self._expression()
        self._open_norms -= 1
        if not self.tokens.accept(r"\|"):
            self.tokens.expect(r"\rVert")
        self.tokens.expect("^", Text(en=": the norm is read squared only", zh="：范数只能以平方的形式出现"))
        braces = self.tokens.accept("{")
        self.tokens.expect("2")
        if braces:
            self.tokens.expect("}")
        return (
            syntax.Product((syntax.Transposed(inner), inner)) if is_array(inner) else syntax.Power(inner, 2)
        )

    def _command_operatorname(self) -> syntax.Node:
        for text in ("{", *"diag", "}", "("):
            self.tokens.expect(text)
        inner = self._expression()
        self.tokens.expect(")")
        return syntax.Diagonal(inner)

    def _command_mathbb(self) -> syntax.Node:
        self.tokens.expect("{")
        self.tokens.expect("1")
        self.tokens.expect("}")
        self.tokens.expect("[")
        first = self.one_index()
        self.tokens.expect("=")
        second = self.one_index()
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
