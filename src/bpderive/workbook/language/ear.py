r"""An ear for LaTeX and for lines of code: `hear(text)` gives the statements of a text as trees of marks.

    hear(r"\delta^{(l)} = (W^{(l)})^T \delta^{(l+1)} \odot f'(z^{(l)})")
    hear("dW2 = dZ2 @ A1.T / m")

The first statement is the claim; the others say how its letters are meant. Nothing is evaluated. To hear one more
command of LaTeX, write a method `_command_<name>`; to hear one more function, add it to `FUNCTIONS`.
"""

from __future__ import annotations

import contextlib
import re
from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import cast

from bpderive.errors import ParseError
from bpderive.letters.text import Text
from bpderive.workbook.language import syntax
from bpderive.workbook.language.conditions import options
from bpderive.workbook.language.spelling import LONGEST, WORDS, is_code, spelled
from bpderive.workbook.language.syntax import Call, Mark, Node, Number, Row, Script, Statement
from bpderive.workbook.language.tokens import EXPONENT, LARGEST_EXPONENT, Tokens

_TOKENS = re.compile(
    r"(?P<space>\s+|\\\s|\\$)|(?P<dot>\.T\b|\.t\(\)|\.transpose\(\)|\.(?:dot|matmul|mm|sum|mean)(?=\()|\.\*|\./)"
    r"|(?P<command>\\[A-Za-z]+|\\\||\\\{|\\\})|(?P<number>\d+\.\d+|\d+\.?(?![A-Za-z\d])|\d+)"
    r"|(?P<letter>(?:np|numpy|torch|jnp)\.\w+|"
    + "|".join(sorted((w for w in WORDS if len(w) > 1), key=len, reverse=True)).join(("(?:", ")(?![A-Za-z])"))
    + r"|[A-Za-z])|(?P<sign>\*\*|[-+*/^_=(){}\[\],;'<>@|:!])"
)
_CODE_TOKENS = re.compile(
    r"(?P<space>\s+)|(?P<dot>\.T\b|\.t\(\)|\.transpose\(\)|\.(?:dot|matmul|mm|sum|mean)(?=\())"
    r"|(?P<number>\d+\.\d*|\d+)|(?P<letter>(?:np|numpy|torch|jnp)\.\w+|(?:self\.)?[A-Za-z_]\w*)"
    r"|(?P<sign>\*\*|[-+*/=(),@\[\]:>])"
)
FUNCTIONS = {name: name for name in ("tanh", "sigmoid", "relu", "softmax", "exp", "log", "diag")} | {
    "ReLU": "relu",
    "ln": "log",
}
"""Functions with a name of several letters, by what they are called in LaTeX and in NumPy."""

_NAMES = {
    **dict.fromkeys(("weight", "weights"), "w"),
    **dict.fromkeys(("bias", "biases"), "b"),
    **dict.fromkeys(("Loss", "Cost", "cost"), "loss"),
    **dict.fromkeys(("logit", "logits"), "z"),
    "lr": r"\alpha",
}
"""What is written out in a formula, as a letter."""

_PRODUCTS = {
    "dot": "@",
    "matmul": "@",
    "mm": "@",
    "multiply": "o",
    "outer": "outer",
    "power": "**",
    "square": "**",
}
_APPLIED = frozenset({"f", r"\sigma", r"\phi", r"\varphi", r"\psi"})
_MAYBE_APPLIED = frozenset({"g", "h", "s", "S", "F"})
_COSTS = frozenset({"C", "J", "E", "L", r"\Loss", "loss", "Loss", "cost", r"\ell"})
_VARIABLES = frozenset({*"wWbBzZaAxXhHoO", r"\theta", r"\Theta"})
_DIFFERENTIATED = _VARIABLES | _COSTS
_SAME = {
    r"\varepsilon": r"\epsilon",
    r"\vartheta": r"\theta",
    **dict.fromkeys((r"\lVert", r"\rVert", r"\Vert"), r"\|"),
    **dict.fromkeys((r"\lvert", r"\rvert"), "|"),
    r"\lbrace": r"\{",
    r"\rbrace": r"\}",
    r"\lparen": "(",
    r"\rparen": ")",
    r"\lbrack": "[",
    r"\rbrack": "]",
    r"\widehat": r"\hat",
}
_LOOSE = {
    **dict.fromkeys((r"\odot", r"\circ", r"\bullet", ".*"), "o"),
    **dict.fromkeys((r"\ast", r"\times", r"\star", "*"), "*"),
    r"\otimes": "x",
    "@": "@",
}
_T = frozenset({"T", r"\top", r"\intercal"})
_TURNED = frozenset({".T", ".t()", ".transpose()"})
_PRIMES = frozenset({r"\prime", "'"})
_LETTERS = frozenset(
    r"\delta \theta \Theta \alpha \beta \gamma \eta \lambda \epsilon \ell \Loss \omega \Omega \mu \nu \rho \tau"  # noqa: SIM905
    r" \xi \zeta \kappa \Gamma \Lambda \Phi \Psi \Xi \Pi".split()
)
_LINES = 8
"""How many statements are read at most."""


@dataclass(frozen=True, slots=True)
class Hearing:
    """What was heard: the claim, the statements beside it, and what words and conditions say."""

    claim: Statement
    context: tuple[Statement, ...]
    conditions: tuple[syntax.Condition, ...]
    cost: str | None
    sigma: str | None
    softmax: bool
    targets: tuple[int, ...]


NO_EQUATION = Text(
    en="expected an equation between quantities of a network, with '=' and two sides",
    zh="此处应为网络中各量之间的等式，含有 '=' 与左右两边",
)


def hear(text: str, layers: bool = False) -> Hearing:
    """The statements of a text; raises `ParseError`, which points at the place, for what cannot be read.

    With `layers` σ may be named as a function of a whole layer.
    """
    text, named = _without_options(str(text), layers)
    found = spelled(text)
    if not found.statements:
        raise ParseError(
            Text(en=f"{NO_EQUATION.en}; given was {text!r}.", zh=f"{NO_EQUATION.zh}；得到的是 {text!r}。")
        )
    statements: list[Statement] = []
    begins = 0
    for one in found.statements[:_LINES]:
        reader = (_Code if is_code(one) else _Latex)(one, text, begins)
        statements.append(reader.statement())
        begins = reader.tokens.typed_place(len(one))
    return Hearing(
        statements[0],
        tuple(statements[1:]),
        (*named.conditions, *(condition for one in found.conditions for condition in _condition(one))),
        named.cost or found.cost,
        named.sigma or found.sigma,
        found.softmax,
        found.targets,
    )


_OPTIONS = re.compile(
    r"(?P<space>\s+)|(?P<number>\d+)|(?P<name>[A-Za-z][A-Za-z0-9_]*)|(?P<sign>!=|<=|>=|==|[-+=<>,\[\]])"
)


def _without_options(text: str, layers: bool) -> tuple[str, syntax.Claim]:
    """The text without "for …" and "with …" at its end, as in the language of claims, and what they say."""
    if len(text) <= LONGEST:
        for found in re.finditer(r"(?<![\\A-Za-z])(?:for|with)(?![A-Za-z])", text):
            try:
                return text[: found.start()], options(Tokens(text[found.start() :], _OPTIONS), (), layers)
            except ParseError:
                continue
    return text, syntax.Claim(())


def _condition(text: str) -> tuple[syntax.Condition, ...]:
    """Conditions between indices or layers, such as j ≠ k or l < L; others are left out."""
    text = re.sub(r"\\([nlg])eq?(?![a-z])", lambda found: {"n": "!=", "l": "<=", "g": ">="}[found[1]], text)
    side = r"\s*[A-Za-z]\s*(?:[-+]\s*\d\s*)?"
    if re.fullmatch(rf"{side}(?:!=|[<>]=?){side}", text):
        with contextlib.suppress(ParseError):
            return options(Tokens(f"for {text}", _OPTIONS), ()).conditions
    return ()


def _bare(name: str) -> str:
    """A name without the backslash of LaTeX or the module that it is taken from."""
    return re.sub(r"^(?:\\|(?:np|numpy|torch|jnp|self)\.)", "", name)


class _Reader(ABC):
    """What LaTeX and code have in common."""

    pattern = _TOKENS
    code = False

    def __init__(self, text: str, typed: str, begins: int) -> None:
        self.text = text
        self.tokens = Tokens(text, self.pattern, _SAME, typed, begins)

    def statement(self) -> Statement:
        sides = [self.expression()]
        while self.tokens.accept("="):
            sides.append(self.expression())
        if self.tokens.next.kind != "end":
            raise self.tokens.wrong(Text(en="an operator, '=' or the end", zh="运算符、'=' 或结尾"))
        if len(sides) < 2:
            raise self.tokens.wrong(Text(en="'=' and a right side", zh="'=' 与右边"))
        return Statement(tuple(sides), self.text, self.code)

    def expression(self) -> Node:
        """A sum of terms."""
        self.tokens.deeper()
        terms: list[Node] = []
        while not terms or self.tokens.has("+", "-"):
            minus = False
            while self.tokens.has("+", "-"):
                minus ^= self.tokens.take().text == "-"
            term = self.term()
            terms.append(syntax.Minus(term) if minus else term)
        self.tokens.depth -= 1
        return terms[0] if len(terms) == 1 else syntax.Plus(tuple(terms))

    @abstractmethod
    def term(self) -> Node:
        """A product of factors."""

    def listed(self, closing: str) -> tuple[Node, ...]:
        """Expressions with commas between, to the closing bracket."""
        found: list[Node] = []
        while not self.tokens.accept(closing):
            found.append(self.expression())
            if not self.tokens.accept(",", "|", ":", ";") and not self.tokens.has(closing):
                raise self.tokens.wrong(Text(en=f"',' or {closing!r}", zh=f"',' 或 {closing!r}"))
        return tuple(found)

    def sum_along(self, body: Node, kind: str) -> Node:
        """The sum of an array or its mean, of whose arguments an axis and keepdims are left."""
        axis = -1
        while not self.tokens.accept(")"):
            self.tokens.accept(",")
            name = self.tokens.take().text
            if name in ("axis", "dim", "keepdims", "keepdim"):
                self.tokens.expect("=")
                value = self.tokens.take().text
                axis = int(value) if name in ("axis", "dim") and value in ("0", "1") else axis
            elif name in ("0", "1"):
                axis = int(name)
            elif self.tokens.next.kind == "end":
                self.tokens.expect(")")
        whole = syntax.SumAlong(body, axis)
        return syntax.Over(whole, Mark("m")) if kind == "mean" else whole

    def einsum(self, first: str, second: str, result: str) -> Node:
        """The product of two matrices whose indices are given by their letters, as in ij,kj->ik."""
        self.tokens.expect("(")
        arguments = self.listed(")")
        summed = set(first) & set(second) - set(result)
        if len(arguments) != 2 or len(summed) != 1 or {*first} ^ {*second} != {*result}:
            raise self.tokens.wrong(
                Text(en="two matrices with one index in common", zh="有一个公共下标的两个矩阵")
            )
        one, other = arguments
        [index] = summed
        one = one if first[1] == index else syntax.Transposed(one)
        other = other if second[0] == index else syntax.Transposed(other)
        product = Row((one, other), "@")
        return product if result[0] in first else syntax.Transposed(product)

    def called(self, name: str) -> Node | None:
        """np.sum or a product by name, applied to what follows; None for any other name."""
        bare = _bare(name)
        if bare in ("sum", "mean"):
            self.tokens.expect("(")
            return self.sum_along(self.expression(), bare)
        if bare == "transpose":
            self.tokens.expect("(")
            inner = self.expression()
            self.tokens.expect(")")
            return syntax.Transposed(inner)
        einsum = re.fullmatch(r"einsum_(..)_(..)_(..)", bare)
        if einsum is not None:
            return self.einsum(*einsum.groups())
        sign = _PRODUCTS.get(bare)
        if sign is None:
            return None
        self.tokens.expect("(")
        arguments = self.listed(")")
        if sign == "**":
            exponent = arguments[1].value if len(arguments) > 1 and isinstance(arguments[1], Number) else 2
            return syntax.Power(arguments[0], int(exponent))
        if len(arguments) != 2:
            raise self.tokens.wrong(Text(en="two arguments", zh="两个参数"))
        if sign == "outer":
            return Row((arguments[0], syntax.Transposed(arguments[1])), "@")
        return Row(arguments, sign)

    def dotted(self, base: Node) -> Node:
        """What stands before .T, .dot(…), .sum(…) or **."""
        while True:
            if self.tokens.accept(*_TURNED):
                base = syntax.Transposed(base)
            elif self.tokens.accept("**"):
                base = syntax.Power(base, self.tokens.whole(LARGEST_EXPONENT, EXPONENT))
            elif self.tokens.has(".sum", ".mean"):
                kind = self.tokens.take().text[1:]
                self.tokens.expect("(")
                base = self.sum_along(base, kind)
            elif self.tokens.accept(".dot", ".matmul", ".mm"):
                self.tokens.expect("(")
                base = Row((base, self.expression()), "@")
                self.tokens.expect(")")
            else:
                return base


def _joined(factors: list[Node], sign: str) -> Node:
    return factors[0] if len(factors) == 1 else Row(tuple(factors), sign)


class _Latex(_Reader):
    """Reads one statement in LaTeX, or in the plain text that people type for it."""

    norms = 0

    def term(self) -> Node:
        result = self.chain()
        while self.tokens.has(*_LOOSE):
            sign = _LOOSE[self.tokens.take().text]
            minus = self.tokens.accept("-")
            other = self.chain()
            other = syntax.Minus(other) if minus else other
            if isinstance(result, Row) and result.sign == sign:
                result = Row((*result.factors, other), sign)
            else:
                result = Row((result, other), sign)
        return result

    def chain(self) -> Node:
        """Factors side by side, with dots and strokes between them."""
        result = self.factor()
        row: list[Node] = [result]
        sign = ""
        while True:
            if self.tokens.accept(r"\cdot"):
                other, after = self.factor(), "."
            elif self.tokens.accept("/"):
                row[-1] = self.over(row[-1], self.factor())
                continue
            elif self.begins_factor():
                other, after = self.factor(), ""
            else:
                return _joined(row, sign)
            if after == "." or len(row) == 1:
                sign = after if len(row) == 1 or sign == after else ""
            row.append(other)

    def over(self, above: Node, below: Node) -> Node:
        """A quotient, or dC/dw."""
        if isinstance(above, Mark) and isinstance(below, Mark):
            first, second = above.letter, below.letter
            if first[:1] == "d" and second[:1] == "d" and len(first) > 1 and len(second) > 1:
                return syntax.Rate(replace(above, letter=first[1:]), replace(below, letter=second[1:]))
        return syntax.Over(above, below)

    def begins_factor(self) -> bool:
        token = self.tokens.next
        if token.kind == "command":
            if token.text == r"\|":
                return self.norms == 0
            known = token.text in _LETTERS or token.text in _APPLIED or _bare(token.text) in FUNCTIONS
            if known or self._command(token.text) is not None:
                return True
        return token.kind in ("number", "letter") or token.text in ("(", "[", "{")

    def factor(self) -> Node:
        return self.raised(self.atom())

    def raised(self, base: Node) -> Node:
        """What stands before an exponent, a prime or the T of a transpose."""
        while True:
            base = self.dotted(base)
            if not isinstance(base, Mark | Call) and self.tokens.accept("'"):
                base = syntax.Transposed(base)
            elif self.tokens.has("^"):
                script, turned, _ = self.script()
                if script is not None:
                    exponent = re.fullmatch(r"(-?)(\d+)", "".join(script.tokens))
                    if exponent is None:
                        raise self.tokens.wrong(Text(en="an exponent or T", zh="指数或 T"))
                    size = min(int(exponent[2][:9]), LARGEST_EXPONENT)
                    base = syntax.Power(base, -size if exponent[1] else size)
                if turned:
                    base = syntax.Transposed(base)
            else:
                return base

    # Letters

    def script(self) -> tuple[Script | None, bool, int]:
        """What follows ^: a layer or an exponent, whether a transpose, and how many primes."""
        self.tokens.expect("^")
        tokens = self.group()
        primes = 0
        turned = False
        while tokens and tokens[-1] in _PRIMES:
            primes += 1
            tokens = tokens[:-1]
        style = "bare"
        if tokens and tokens[0] in "([" and _closes(tokens) < len(tokens):
            end = _closes(tokens)
            style, inner, rest = tokens[0], tokens[1:end], tokens[end + 1 :]
        else:
            inner, rest = tokens, ()
            if inner and inner[-1] in _T:
                inner, turned = inner[:-1], True
        rest = tuple(t for t in rest if t != ",")
        if rest and rest[0] in ("^", ""):
            rest = rest[1:]
        if rest and rest[0] == "(":  # which example it is says nothing
            rest = rest[_closes(rest) + 1 :]
        if rest:
            if rest[0] in _T:
                turned = True
            elif set(rest) <= _PRIMES:
                primes += len(rest)
            else:
                raise self.tokens.wrong(Text(en="a layer above the letter", zh="字母上方应为层"))
        whole = inner
        if len(inner) > 2 and inner[1] == "," and len(inner[0]) == 1 and inner[0].isalpha():  # the example
            inner = inner[2:]
        inner = tuple(t for t in inner if t != ",")
        return (Script(style, inner, whole) if inner else None), turned, primes

    def group(self) -> tuple[str, ...]:
        """The tokens of a script, in braces or one alone; inner braces do not count."""
        token = self.tokens.take()
        if token.text in ("(", "["):  # W^(l), W^[l]
            closing = {"(": ")", "[": "]"}[token.text]
            found = [token.text]
            while self.tokens.next.kind != "end" and len(found) < 12:
                found.append(self.tokens.take().text)
                if found[-1] == closing:
                    return tuple(found)
            raise self.tokens.wrong(Text(en=f"{closing!r}", zh=f"{closing!r}"))
        if token.text != "{":
            return (token.text,)
        depth, found = 1, []
        while self.tokens.next.kind != "end":
            text = self.tokens.take().text
            depth += {"{": 1, "}": -1}.get(text, 0)
            if not depth:
                return tuple(found)
            if text not in "{}":
                found.append(text)
        raise self.tokens.wrong(Text(en="'}'", zh="'}'"))

    def marked(self, mark: Mark) -> Node:
        """A letter with all that follows above and below it."""
        turned = False
        while True:
            if self.tokens.accept("'", r"\prime"):
                mark = replace(mark, primes=mark.primes + 1)
            elif self.tokens.has("^") and not turned:
                place = self.tokens.place
                script, is_turned, primes = self.script()
                if script is not None:
                    if script.style == "bare" and any(s.style == "bare" for s in mark.above):
                        self.tokens.place = place
                        break
                    mark = replace(mark, above=(*mark.above, script))
                mark = replace(mark, primes=mark.primes + primes)
                turned = is_turned
            elif self.tokens.has("_") and not mark.below:
                self.tokens.take()
                mark = replace(mark, below=self.group())
            else:
                break
        return syntax.Transposed(mark) if turned else mark

    def letter(self, name: str) -> Node:
        """A letter, a differential such as dZ, or a function applied."""
        return self.applied(self.marked(Mark(name)))

    def applied(self, found: Node) -> Node:
        """A letter with what it is applied to, if it is a function."""
        mark = found.body if isinstance(found, syntax.Transposed) else found
        if not isinstance(mark, Mark):
            return found
        layered = any(s.style != "bare" or not s.tokens[0].isdigit() for s in mark.above)
        may = mark.letter in _APPLIED or (
            mark.letter in _MAYBE_APPLIED
            and (mark.primes or not (mark.below or (layered and mark.letter == "h")))
        )
        if mark.letter == "h" and {"w", "W", r"\theta", r"\Theta"} & set(mark.below):
            if self.tokens.accept("("):
                self.listed(")")
            return Mark("hyp")
        if may and (self.tokens.has("(") or (self.tokens.has("{") and self.tokens.after(1).text == "(")):
            braces = self.tokens.accept("{")
            self.tokens.take()
            arguments = self.listed(")")
            if braces:
                self.tokens.expect("}")
            call: Node = Call(mark, arguments)
            return syntax.Transposed(call) if found is not mark else call
        if may and mark.primes:
            return Call(mark, ())
        place = self.tokens.place
        if mark.letter in _COSTS and self.tokens.accept(
            "("
        ):  # its arguments say nothing, if that is what they are
            with contextlib.suppress(ParseError):
                match self.listed(")"):
                    case (Mark() | syntax.Transposed(Mark()),) | (_, _, *_):
                        return found
            self.tokens.place = place
        return found

    def atom(self) -> Node:
        token = self.tokens.next
        if token.kind == "number":
            return Number(self.tokens.number())
        if self.is_kronecker():
            return self._command_one()
        for opening, closing in (("(", ")"), ("[", "]"), (r"\{", r"\}")):
            if self.tokens.accept(opening):
                inner = self.expression()
                self.tokens.expect(closing)
                if isinstance(inner, Mark) and self.tokens.accept("'"):
                    return syntax.Transposed(inner)
                return inner
        if self.tokens.accept("{"):
            return self.braced()
        name = _bare(token.text)
        if name in FUNCTIONS:
            self.tokens.take()
            return self.named(FUNCTIONS[name])
        summed = name == "sum" and (name != token.text or "axis" in self.text or "dim" in self.text)
        if token.kind == "letter" and (name in _PRODUCTS or summed):
            self.tokens.take()
            called = self.called(token.text)
            assert called is not None
            return called
        if token.text in _LETTERS or token.text in _APPLIED:
            self.tokens.take()
            return self.letter(token.text)
        if token.kind == "letter":
            return self.plain_letter()
        command = self._command(token.text) if token.kind == "command" else None
        if command is not None:
            self.tokens.take()
            return command()
        raise self.tokens.wrong(
            Text(
                en=r"a quantity such as z^l_j, a number, \sum, \frac, \sigma or '('",
                zh=r"z^l_j 这样的量、数、\sum、\frac、\sigma 或 '('",
            )
        )

    def plain_letter(self) -> Node:
        token = self.tokens.take()
        following = self.tokens.next
        if token.text == "d" and following.text in _DIFFERENTIATED:
            self.tokens.take()
            return self.letter(f"d{following.text}")
        if token.text == "T" and self.tokens.has("("):
            self.tokens.take()
            inner = self.expression()
            self.tokens.expect(")")
            return syntax.Transposed(inner)
        return self.letter(_NAMES.get(token.text, token.text))

    def braced(self) -> Node:
        """A group; a letter in braces takes the scripts that follow them."""
        inner = self.expression()
        if self.tokens.accept(r"\over"):
            below = self.expression()
            self.tokens.expect("}")
            return self.over(inner, below)
        self.tokens.expect("}")
        if isinstance(inner, Mark):
            if self.tokens.has("^") or self.tokens.has("_") or self.tokens.has("'"):
                return self.applied(self.marked(inner))
            return self.applied(inner)
        if isinstance(inner, Call) and not inner.arguments and self.tokens.has("("):
            return self.applied(inner.function)
        return inner

    def named(self, name: str) -> Node:
        """A function with a name of several letters, and what it is applied to."""
        found = self.marked(Mark(name))
        mark = found.body if isinstance(found, syntax.Transposed) else found
        assert isinstance(mark, Mark)
        power = [s for s in mark.above if s.style == "bare" and s.tokens[0].isdigit()]
        mark = replace(mark, above=tuple(s for s in mark.above if s not in power))
        arguments = self.listed(")") if self.tokens.accept("(") else (self.raised(self.atom()),)
        call: Node = Call(mark, arguments)
        for script in power:
            call = syntax.Power(call, min(int(script.tokens[0]), LARGEST_EXPONENT))
        return call

    # Commands

    def _command(self, text: str) -> Callable[[], Node] | None:
        name = {r"\|": "norm"}.get(text, text[1:])
        return cast("Callable[[], Node] | None", getattr(self, f"_command_{name}", None))

    def is_kronecker(self) -> bool:
        """Return whether [j = k] comes next."""
        if not self.tokens.has("["):
            return False
        return self.tokens.after(2).text == "=" and self.tokens.after(4).text == "]"

    def _command_one(self) -> Node:
        if not self.tokens.has("[", r"\{"):
            if self.tokens.accept("_", "^"):
                self.group()
            return syntax.Ones()
        self.tokens.take()
        first = self.tokens.take().text
        self.tokens.expect("=")
        second = self.tokens.take().text
        self.tokens.take()
        return syntax.Kronecker(*(int(t) if t.isdigit() else t for t in (first, second)))

    def _command_sum(self) -> Node:
        indices: tuple[str, ...] = ()
        limits: dict[str, tuple[str, ...]] = {}
        while self.tokens.has("_", "^"):
            sign = self.tokens.take().text
            limits[sign] = self.group()
            if sign == "_":
                indices = _summed(limits[sign])
        if not indices:
            raise self.tokens.wrong(
                Text(en=r"'_' and the index, as in \sum_k", zh=r"'_' 与下标，例如 \sum_k")
            )
        self.tokens.deeper()
        body = self.term()
        self.tokens.depth -= 1
        restricts = len(limits) > 1 or len(limits["_"]) > len(indices) + limits["_"].count(",")
        return syntax.Total(indices, body, (limits["_"], limits.get("^", ())) if restricts else ())

    def _command_frac(self) -> Node:
        if self.is_derivative():
            return self.derivative()
        token = self.tokens.next
        if token.kind == "number" and len(token.text) == 2:  # \frac12
            self.tokens.take()
            return syntax.Over(*(Number(Fraction(digit)) for digit in token.text))
        return syntax.Over(self.argument(), self.argument())

    def argument(self) -> Node:
        """An expression in braces, or one letter or digit alone."""
        if self.tokens.accept("{"):
            inner = self.expression()
            self.tokens.expect("}")
            return inner
        token = self.tokens.take()
        return Number(Fraction(token.text)) if token.kind == "number" else Mark(token.text)

    def is_derivative(self) -> bool:
        """Return whether both parts of a fraction begin with ∂ or d."""
        place = self.tokens.place
        above = self.group() if self.tokens.has("{") else ()
        while self.tokens.accept("{"):
            pass
        below = self.tokens.next.text
        self.tokens.place = place
        return below in (r"\partial", "d") and above[:1] == (below,)

    def derivative(self) -> Node:
        self.tokens.expect("{")
        braces = self.differential()
        direct = self.tokens.accept("^") and self.group() == ("+",)
        of = None if self.tokens.has("}") else self.expression()
        for _ in range(braces + 1):
            self.tokens.expect("}")
        self.tokens.expect("{")
        by = self.variable()
        self.tokens.expect("}")
        return syntax.Rate(of or self.factor(), by, direct)

    def differential(self) -> int:
        """Take ∂ or d, and say how many braces around it are still open."""
        braces = 0
        while self.tokens.accept("{"):
            braces += 1
        if not self.tokens.accept(r"\partial", "d"):
            raise self.tokens.wrong(Text(en=r"'\partial'", zh=r"偏导号 '\partial'"))
        while braces and self.tokens.accept("}"):
            braces -= 1
        return braces

    def variable(self) -> Node:
        """∂ and what is differentiated by."""
        braces = self.differential()
        by = self.factor()
        for _ in range(braces):
            self.tokens.expect("}")
        return by

    def _command_partial(self) -> Node:
        if self.tokens.accept("_"):
            by = self.argument()
            return syntax.Rate(self.factor(), by)
        of = self.factor()
        if isinstance(of, Mark) and of.letter in _VARIABLES and not self.tokens.has("/", r"\over"):
            return replace(of, letter=f"d{of.letter}")  # ∂W for ∂L/∂W
        if not self.tokens.accept("/", r"\over"):
            raise self.tokens.wrong(Text(en=r"'/' and \partial", zh=r"'/' 与 \partial"))
        return syntax.Rate(of, self.variable())

    def _command_nabla(self) -> Node:
        self.tokens.expect(
            "_",
            Text(
                en=r": \nabla_a C is the gradient by the output activations",
                zh=r"：\nabla_a C 是对输出激活值的梯度",
            ),
        )
        by = self.argument()
        return syntax.Rate(self.factor(), by)

    def _command_Sigma(self) -> Node:
        mark = self.marked(Mark(r"\sigma"))
        self.tokens.expect("(")
        arguments = self.listed(")")
        assert isinstance(mark, Mark)
        return Call(Mark("diag"), (Call(mark, arguments),))

    def _command_dot(self) -> Node:
        inner = self.atom()
        if isinstance(inner, Call):
            function = replace(inner.function, primes=inner.function.primes + 1)
            return (
                replace(inner, function=function) if inner.arguments else self.applied(self.marked(function))
            )
        if not isinstance(inner, Mark):
            raise self.tokens.wrong(Text(en="a function under the dot", zh="点下应为函数"))
        inner = replace(inner, primes=inner.primes + 1)
        return self.applied(self.marked(inner)) if not self.tokens.has("(") else self.applied(inner)

    def _command_hat(self) -> Node:
        braces = self.tokens.accept("{")
        token = self.tokens.take()
        if braces:
            self.tokens.expect("}")
        return self.letter(f"{token.text}hat")

    def _command_Delta(self) -> Node:
        token = self.tokens.next
        if token.kind == "letter" or token.text in (r"\theta", r"\gamma"):
            self.tokens.take()
            return self.letter(f"\\Delta{token.text}")
        return self.letter(r"\Delta")

    def _command_norm(self) -> Node:
        self.norms += 1
        inner = self.expression()
        self.norms -= 1
        if not self.tokens.accept(r"\|"):
            raise self.tokens.wrong(Text(en=r"'\|'", zh=r"'\|'"))
        if self.tokens.accept("_"):
            self.group()
        script, *_ = self.script()
        if self.tokens.accept("_"):
            self.group()
        if script is None or script.tokens != ("2",):
            raise self.tokens.wrong(Text(en="the norm squared", zh="范数的平方"))
        return syntax.Norm(inner)


def _closes(tokens: tuple[str, ...]) -> int:
    """Where the first bracket closes."""
    depth = 0
    for at, text in enumerate(tokens):
        depth += {"(": 1, "[": 1, ")": -1, "]": -1}.get(text, 0)
        if not depth:
            return at
    return len(tokens)


def _summed(tokens: tuple[str, ...]) -> tuple[str, ...]:
    """The letters that a sum runs over: what its limits say is left out."""
    found: list[str] = []
    for text in tokens:
        if text in ("=", r"\in", r"\ne", r"\neq", "<", ">"):
            break
        if text != ",":
            found.append(text)
    return tuple(t for t in found if re.fullmatch(r"[A-Za-z]", t))


class _Code(_Reader):
    """Reads one line of a program."""

    pattern = _CODE_TOKENS
    code = True

    def term(self) -> Node:
        result = self.signed()
        while self.tokens.has("*", "/", "@"):
            sign = self.tokens.take().text
            other = self.signed()
            result = (
                syntax.Over(result, other)
                if sign == "/"
                else Row((result, other), "o" if sign == "*" else "@")
            )
        return result

    def signed(self) -> Node:
        if self.tokens.accept("-"):
            self.tokens.deeper()
            inner = self.signed()
            self.tokens.depth -= 1
            return syntax.Minus(inner)
        return self.dotted(self.atom())

    def atom(self) -> Node:
        token = self.tokens.next
        if token.kind == "number":
            return Number(self.tokens.number())
        if self.tokens.accept("("):
            inner = self.expression()
            if self.tokens.accept(">"):  # where ReLU is not flat
                self.tokens.expect("0")
                inner = Call(Mark("relu", primes=1), (inner,))
            self.tokens.expect(")")
            return inner
        if token.kind != "letter":
            raise self.tokens.wrong(Text(en="a name, a number or '('", zh="名字、数或 '('"))
        self.tokens.take()
        name = token.text.removeprefix("self.")
        called = self.called(name) if self.tokens.has("(") else None
        if called is not None:
            return called
        function = _function(name)
        if function is not None and self.tokens.accept("("):
            return Call(function, self.listed(")"))
        return _identifier(name)


def _function(name: str) -> Mark | None:
    """The function that a name in code stands for, with a prime if it is a derivative."""
    bare = _bare(name).lower()
    stem = re.sub(
        r"_?(?:prime|derivative|deriv|der|grad|backward)$|^d_?(?=sig|tanh|relu|act)|^(?:derivative|deriv|der|grad)_(?:of_)?",
        "",
        bare,
    )
    alike = {**FUNCTIONS, "f": "f", "g": "g", **dict.fromkeys(("sigma", "activation", "act"), r"\sigma")}
    return Mark(alike[stem], primes=int(stem != bare)) if stem in alike else None


_CALLED = {
    **dict.fromkeys(("delta", "error"), r"\delta"),
    **dict.fromkeys(("yhat", "y_hat", "ypred", "y_pred", "probs"), "yhat"),
    **dict.fromkeys(("weight", "weights"), "W"),
    **dict.fromkeys(("bias", "biases"), "b"),
    **dict.fromkeys(("target", "targets"), "t"),
    **dict.fromkeys(("alpha", "lr", "learning_rate", "learningRate", "step_size"), r"\alpha"),
    **dict.fromkeys(("batch_size", "num_examples", "n_samples"), "m"),
    **dict.fromkeys(("loss", "cost"), "loss"),
    "eta": r"\eta",
}
"""Names in code, as letters."""

_IDENTIFIER = re.compile(
    r"(?P<d>grad_|d_?(?=[A-Za-z](?:\d|_|$)))?(?P<letter>[A-Za-z](?:_prev)?|dout|out|"
    + "|".join(sorted(_CALLED, key=len, reverse=True))
    + r")_?(?P<layer>\d+|l|L)?(?P<grad>_grad)?"
)


def _identifier(name: str) -> Node:
    """A name in code as a letter with a number below it: dW2, delta_3, grad_b1."""
    match = _IDENTIFIER.fullmatch(name)
    if match is None:
        return Mark(name)
    letter = _CALLED.get(match["letter"], match["letter"])
    below = (match["layer"],) if match["layer"] else ()
    return Mark(f"d{letter}" if match["d"] or match["grad"] else letter, below=below)
