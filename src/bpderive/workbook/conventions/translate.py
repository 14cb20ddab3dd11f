"""What was heard as a claim of this book, in a convention: `translated(hearing, convention, examples, style)`.

Rows become columns, weights are numbered by the layer that they enter, thresholds become biases. A batch is read as so
many times the same example, which decides the same: both sides are sums over the examples, or have one column for each.
How many examples there are stays a letter, m. Raises `Unfit` where the formula's letters contradict the convention;
where they fit and the sizes of the batch do not, `Translator.misfit` says why.
"""

from __future__ import annotations

import contextlib
import itertools
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from fractions import Fraction
from functools import reduce
from typing import TypeGuard

from bpderive.errors import BpderiveError
from bpderive.letters.text import Text
from bpderive.workbook.conventions.declaration import Declaration, Letter
from bpderive.workbook.language import syntax
from bpderive.workbook.language.ear import FUNCTIONS, Hearing
from bpderive.workbook.language.syntax import LAST, Layer, Mark, Node, Quantity, Statement
from bpderive.workbook.verdict.errors import IllFormed
from bpderive.workbook.verdict.layers import cases
from bpderive.workbook.verdict.shapes import Spaces, written_out

LASTS = ("L", "K", "N", "n_l", "n_L", "H", "M")
"""How the last layer is called."""

NUMBERS = {"m": "m", "N": "m", r"\eta": "eta", r"\alpha": "eta", r"\lambda": "lambda"}
"""Letters that are numbers: how many examples, the learning rate, the weight decay."""

EXAMPLES = "m"
Dimension = Layer | int | str
Size = tuple[Dimension, Dimension]

_ONE = syntax.Number(Fraction(1))


class Unfit(BpderiveError):
    """The letters of a formula are not those of the convention; `reason` says which."""

    def __init__(self, reason: Text) -> None:
        super().__init__(reason.en)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Value:
    """An expression of the book for one example; its size with the examples, None for a number; the power of m."""

    node: Node
    size: Size | None = None
    power: int = 0


def _unfit(en: str, zh: str) -> Unfit:
    return Unfit(Text(en=en, zh=zh))


def styles_of(statements: tuple[Statement, ...]) -> tuple[str, ...]:
    """How the layers may be written in these statements, the likeliest first."""
    marks = [n for s in statements for n in s.walk() if isinstance(n, Mark)]
    scripts = [script for mark in marks for script in mark.above]
    above = {_style(s) for s in scripts if _is_layer(s.tokens) or s.tokens[0].isdigit()}
    below = [tuple(t for t in m.below if t != ",") for m in marks if m.below]
    if any(s.code for s in statements):
        return ("_",) if below else ("none",)
    numbered = all(len(b) == 1 and b[0].isdigit() and len(b[0]) == 1 for b in below)
    layered = any(b[0] in ("l", "L", "t") or b[1:2] in (("+",), ("-",)) for b in below)
    possible = {style: style in above for style in ("^[", "^(", "^")}
    possible["_"] = bool(below) and (numbered or layered)
    possible["units"] = bool(below)
    possible["none"] = {mark.letter for mark in marks if mark.below} <= _OF_INPUTS  # one neuron
    return tuple(style for style, is_possible in possible.items() if is_possible)


def _style(script: syntax.Script) -> str:
    """How a layer is written that stands above a letter."""
    return "^" if script.style == "bare" else f"^{script.style}"


_OF_INPUTS = {"w", "x", r"\theta", r"\omega", r"\Deltaw", "dw"}
"""What one neuron has for each of its inputs."""

_NO_POWERS = ("w", "b", "delta", "dw", "db", "dz")
"""What a bare number above is the layer of, and no exponent."""


def _is_layer(tokens: tuple[str, ...]) -> bool:
    text = "".join(tokens)
    return bool(re.fullmatch(r"(?:[A-Za-z]|\\ell|n_l|n_L)(?:[-+]\d)?|\d", text))


@dataclass(slots=True)
class Translator:
    """Reads a statement in one convention, as the `claim` that it makes in the letters of this book.

    `examples` says what stands for the batch. `misfit` says why the sizes of a batch do not fit, `summed` is the claim
    with the missing sum over the examples, and `defects` counts what does not go together.
    """

    convention: Declaration
    examples: str
    style: str
    batch: bool = False
    running: str | None = None
    units: dict[str, Layer] = field(default_factory=dict)
    sigma: str | None = None
    implied: Layer | None = None
    spread: bool = False
    in_numbers: bool = False
    shared: Layer | None = None
    outputs: bool = False
    top: Layer | None = None
    defects: int = 0
    misfit: Text | None = None
    sums_missing: bool = False
    summed: syntax.Claim | None = None
    names: dict[str, str] = field(default_factory=dict)
    outputs_called: set[str] = field(default_factory=set)
    own: tuple[str, str] = ("j", "k")
    claim: syntax.Claim = field(default_factory=lambda: syntax.Claim(()))

    def translate(self, statement: Statement) -> syntax.Claim:
        """The statement as a claim."""
        statement = self._without_update(statement)
        if self.style != "_":
            sides = tuple(syntax.changed(side, self._as_kronecker) for side in statement.sides)
            statement = replace(statement, sides=sides)
        self._prepare(statement)
        values = [self.value(side) for side in statement.sides]
        self._check_sizes(values)
        if self.sums_missing:
            self.summed = _equal(
                [replace(v, power=v.power + 1) if v.size and EXAMPLES in v.size else v for v in values]
            )
        return _equal(values)

    def _find_top(self, marks: list[Mark]) -> None:
        """The output layer by its number, where there is a target and all layers have numbers."""
        roles = {letter.role for m in marks if (letter := self.convention.letter(m.letter)) is not None}
        if not roles & {"y", "yhat"} or self.style in ("units", "none"):
            return
        layers = []
        for mark in marks:
            letter = self.convention.letter(mark.letter)
            if letter is not None and letter.role not in ("x", "y", "yhat", "cost", "sigma"):
                with contextlib.suppress(Unfit):
                    layers.append(self.quantity(mark)[0].layer)
        if layers and all(not layer.letter for layer in layers):
            self.top = max(layers)

    def _without_update(self, statement: Statement) -> Statement:
        """W := W − X as the claim that −X is −η times the derivative of the cost by W."""
        match statement.sides:
            case (Mark() as mark, syntax.Plus((first, *rest))) if first == mark and rest:
                letter, cost = self.convention.letter(mark.letter), self.convention.writes("cost")
                if letter is None or letter.role not in ("w", "b") or cost is None:
                    return statement
                change = rest[0] if len(rest) == 1 else syntax.Plus(tuple(rest))
                rate = syntax.Row((self._rate_of_learning(change), syntax.Rate(Mark(cost[0]), mark)), "")
                return replace(statement, sides=(change, syntax.Minus(rate)))
        return statement

    def _as_kronecker(self, node: Node) -> Node:
        """Kronecker's δ for a δ of two neurons and no layer."""
        match node:
            case Mark(letter, (), below) if (meant := self.convention.letter(letter)) is not None:
                pair = [int(t) if t.isdigit() else t for t in below if t != ","]
                if re.fullmatch(r"[1-9]{2}", "".join(below)):
                    pair = [int(digit) for digit in below[0]]
                if meant.role == "delta" and len(pair) == 2:
                    return syntax.Kronecker(pair[0], pair[1])
        return node

    def _rate_of_learning(self, change: Node) -> Node:
        """The learning rate in a change: a letter, or the number that stands for it."""
        for node in syntax.walk(change):
            if isinstance(node, Mark) and NUMBERS.get(node.letter) == "eta":
                return Mark(r"\eta")
        first = next((n for n in syntax.walk(change) if isinstance(n, syntax.Number)), None)
        return first if first is not None else syntax.Number(Fraction(1))

    def _prepare(self, statement: Statement) -> None:
        marks = [n for n in statement.walk() if isinstance(n, Mark)]
        if self.style not in self.convention.styles:
            raise _unfit("it writes layers in another way", "它用另一种方式标层")
        if self.style == "units":
            self._find_units(statement)
        targets = {m.letter for m in marks if (of := self.convention.letter(m.letter)) and of.role == "y"}
        self.outputs_called = targets & {"y", "Y"} if targets & {"t", "T"} else set()
        taken = {t for m in marks for t in m.below}
        free = (letter for letter in "qpsruv" if letter not in taken)
        self.names = {"l": next(free, "q")} if "l" in taken else {}
        own, source, *_ = (*(letter for letter in "jkiqp" if letter not in taken), "j", "k")
        self.own = (own, source)
        capital = [letter for m in marks if (letter := self.convention.letter(m.letter)) is not None]
        says = [letter.batch for letter in capital if letter.batch is not None]
        sums = any(isinstance(n, syntax.SumAlong | syntax.Ones) for n in statement.walk())
        self.batch = self.examples != "one" and (not says or any(says) or sums)
        self._find_top(marks)
        if not self.convention.has_bias and self.style == "_":  # the same weights at every step
            met = (re.fullmatch(rf"{self.convention.running}(?:\+(\d))?", "".join(m.below)) for m in marks)
            self.shared = Layer("l", max((int(found[1] or 0) for found in met if found), default=0))

    def _check_sizes(self, values: list[Value]) -> None:
        arrays = [v for v in values if v.size is not None]
        for one, other in itertools.pairwise(arrays):
            assert one.size is not None
            assert other.size is not None
            for first, second in zip(one.size, other.size, strict=True):
                if first != second and EXAMPLES in (first, second):
                    self.sums_missing = self.misfit is None
                    self._does_not_fit(
                        "one side has an entry for each example, not the other: the sum over the examples is missing",
                        "一边对每个样本各有一项，另一边没有：少了对样本的求和",
                    )
        if any(v.size != arrays[0].size for v in arrays):
            self.defects += 1
        if arrays and len(arrays) < len(values):
            self.spread = self.spread or any(isinstance(v.node, syntax.Number) for v in values)

    def _does_not_fit(self, en: str, zh: str) -> None:
        self.misfit = self.misfit or Text(en=en, zh=zh)
        self.defects += 1

    # Letters

    def meaning(self, mark: Mark) -> Letter:
        """What the letter means; raises `Unfit` if the convention has none."""
        found = self.convention.letter(mark.letter)
        if found is not None and found.role == "y" and mark.letter in self.outputs_called:
            found = replace(found, role="yhat")
        if found is None:
            raise _unfit(f"it has no letter {mark.letter}", f"它没有字母 {mark.letter}")
        return found

    def quantity(self, mark: Mark) -> tuple[Quantity, Letter, int]:
        """The component or the array that a mark stands for, what its letter means, and a bare exponent, or 1."""
        letter = self.meaning(mark)
        role = {"dw": "w", "db": "b", "dz": "z", "da": "a", "net": "z", "step_w": "w", "step_b": "b"}.get(
            letter.role, letter.role
        )
        layer, below, exponent = self.place(mark, letter, role)
        indices = self.indices(below, role)
        if role in ("x", "yhat"):
            role = "a"
        if role == "w" and indices and not self.convention.to_from:
            indices = (indices[1], indices[0])
        return Quantity(role, layer, indices), letter, exponent

    def place(self, mark: Mark, letter: Letter, role: str) -> tuple[Layer, tuple[str, ...], int]:
        """The layer, the subscripts that are left, and a bare exponent."""
        exponent = 1
        layer: Layer | None = None
        offset = self.convention.offsets.get("net" if letter.role == "net" else role, 0)
        for script in mark.above:
            is_power = self.style in ("^[", "^(") or (
                letter.role not in _NO_POWERS and script.tokens != ("1",)
            )
            if _style(script) == self.style and _is_layer(script.tokens) and role not in ("x", "y"):
                layer = self.layer(script.tokens, offset)
            elif (
                script.style == "bare" and len(script.tokens) == 1 and script.tokens[0].isdigit() and is_power
            ):
                exponent = int(script.tokens[0])
            elif (script.style == "(" and role in ("x", "y", "a", "yhat")) or (
                self.style == "units" and role in ("x", "y", "yhat") and len(script.tokens) == 1
            ):
                continue  # which example it is
            else:
                shown = "".join(script.tokens)
                raise _unfit(f"it has nothing for {shown} above a letter", f"它没有写在字母上方的 {shown}")
        below = mark.below
        fixed = {"y": LAST, "yhat": LAST}.get(role, letter.layer)
        if role == "x" and fixed is None:
            fixed = Layer("", 1) if self.style != "none" else LAST + -1
        if self.style == "_" and below and fixed is None:
            layer_tokens, below = _split_layer(below)
            layer = self.layer(layer_tokens, offset)
        if fixed is not None:
            if layer is not None and fixed not in (LAST, layer):
                raise _unfit(f"{mark.letter} has no layer", f"{mark.letter} 不带层")
            layer = fixed if layer is None or role in ("x",) else layer
            if role == "x" and self.style == "units" and below:
                layer = self.units.get(below[0], layer)
        if self.style == "units" and layer is None:
            if not below:
                raise _unfit(f"{mark.letter} has no index", f"{mark.letter} 没有下标")
            to = below[0] if role != "w" or self.convention.to_from else below[-1]
            found = self.units.get(to)
            if found is None:
                raise _unfit(f"nothing says in which layer {to} is", f"看不出 {to} 在哪一层")
            layer = found
        if self.style == "none" and layer is None:
            layer = LAST
        if layer is None and role == "w" and not self.convention.has_bias:
            layer = self.shared
        if layer is None:
            raise _unfit(f"{mark.letter} has no layer", f"{mark.letter} 没有标明层")
        return layer, below, exponent

    def layer(self, tokens: tuple[str, ...], offset: int) -> Layer:
        """A layer in this convention as a layer of the book."""
        text = "".join(tokens)
        match = re.fullmatch(r"(?P<letter>[A-Za-z]|\\ell|n_l|n_L)?(?P<step>[-+]?\d+)?", text)
        if match is None:
            raise _unfit(f"it has no layer {text}", f"它没有第 {text} 层")
        step = int(match["step"] or 0)
        letter = match["letter"]
        if letter is None:
            return Layer("", step + offset + 1 - self.convention.first)
        if letter == self.convention.last or (
            not self.convention.is_strict and letter in LASTS and letter != self.running
        ):
            return LAST + (step + offset)
        if self.running is None:
            self.running = letter
        if letter != self.running:
            raise _unfit(
                f"it has no layer {letter} beside {self.running}", f"除 {self.running} 外它没有层 {letter}"
            )
        if self.convention.is_strict and letter not in (self.convention.running, r"\ell", "l"):
            raise _unfit(f"it calls no layer {letter}", f"它不用 {letter} 表示层")
        return Layer("l", step + offset)

    def indices(self, below: tuple[str, ...], role: str) -> tuple[syntax.Index, ...]:
        """The indices below a letter."""
        if self.convention.one_each:
            if below:
                raise _unfit("it has no indices", "它没有下标")
            return (1, 1) if role == "w" else (1,)
        if self.style == "none" and not self.convention.has_arrays:
            own, source = (1, 1) if self.in_numbers else self.own
            if below:
                if role not in ("w", "x") or len(below) > 1 or below[0] == "0":
                    raise _unfit("it has no indices", "它没有下标")
                source = int(below[0]) if below[0].isdigit() else below[0]
            return (own, source) if role == "w" else (source,) if role == "x" else (own,)
        found: list[syntax.Index] = []
        for token in below:
            if token == ",":
                continue
            if token.isdigit():
                found += [int(d) for d in token] if role == "w" and "," not in below else [int(token)]
            elif re.fullmatch(r"[a-z]", token):
                found.append(self.names.get(token, token))
            else:
                raise _unfit(f"it has no index {token}", f"它没有下标 {token}")
        if len(found) not in (0, 2 if role == "w" else 1) or 0 in found:
            shown = "".join(below)
            raise _unfit(f"{shown} are not the indices of {role}", f"{shown} 不是 {role} 的下标")
        return tuple(found)

    def _find_units(self, statement: Statement) -> None:
        """The layer of every index, where layers are told apart by their indices alone."""
        heights: dict[str, dict[str, int]] = {}  # for each index those that stand at known distances, with it
        fixed: dict[str, Layer] = {}
        order: list[str] = []

        def link(one: str, other: str, step: int) -> None:
            """The layer of `other` is so many steps above that of `one`."""
            first, second = (heights.setdefault(each, {each: 0}) for each in (one, other))
            rise = first[one] + step - second[other]
            if rise and first is second:
                raise _unfit(f"{other} would be in two layers", f"{other} 会同时处于两层")
            for each, height in second.items() if first is not second else ():
                first[each] = height + rise
                heights[each] = first

        for node in statement.walk():
            if isinstance(node, syntax.Kronecker):
                link(str(node.first), str(node.second), 0)
            if not isinstance(node, Mark) or not node.below:
                continue
            letter = self.convention.letter(node.letter)
            below = tuple(t for t in node.below if t != ",")
            if letter is None or letter.role in ("sigma", "cost"):
                continue
            order += below
            for token in below:
                link(token, token, 0)
            if letter.role in ("w", "dw", "step_w") and len(below) == 2:
                to, source = below if self.convention.to_from else below[::-1]
                link(to, source, -1)
                if letter.layer is not None:
                    fixed[to], fixed[source] = letter.layer, letter.layer + -1
            elif letter.layer is not None:
                fixed[below[0]] = letter.layer
            elif letter.role in ("y", "yhat"):
                fixed[below[0]] = LAST
            elif letter.role == "x":
                fixed.setdefault(below[0], Layer("", 1))
        for node in statement.walk() if not self.outputs else ():
            match node:  # where nothing else says how two indices lie, ∂a_k/∂a_j is that of the next layer
                case syntax.Rate(Mark(_, _, (one,)), Mark(_, _, (other,))) if {one, other} <= heights.keys():
                    linked = heights[one].keys() | heights[other].keys()
                    if heights[one] is not heights[other] and not linked & fixed.keys():
                        link(one, other, -1)
        self.units = {}
        used_l = False
        for token in order:
            if token in self.units:
                continue
            group = heights[token]
            anchors = sorted((fixed[t].letter == "", t) for t in group if t in fixed)
            at, base = token, LAST
            if anchors:
                at = anchors[0][1]
                base = fixed[at]
            elif not self.outputs:
                if used_l:
                    raise _unfit(f"nothing says in which layer {token} is", f"看不出 {token} 在哪一层")
                base, used_l = Layer("l"), True
            self.units |= {each: base + (height - group[at]) for each, height in group.items()}

    # Expressions

    def value(self, node: Node) -> Value:
        """The value of what was heard."""
        match node:
            case syntax.Number(value):
                return Value(syntax.Number(value))
            case syntax.Mark():
                return self._mark(node)
            case syntax.Call(function, arguments):
                return self._call(function, arguments)
            case syntax.Plus(terms):
                return self._terms([self.value(term) for term in terms])
            case syntax.Minus(body):
                inner = self.value(body)
                return replace(inner, node=syntax.Minus(inner.node))
            case syntax.Row(factors, sign):
                return self._row(factors, sign)
            case syntax.Over(above, below):
                return self._quotient(self.value(above), below)
            case syntax.Power(base, exponent):
                return _raised(self.value(base), exponent)
            case syntax.Transposed(body):
                return Value(_ONE, (1, "?")) if isinstance(body, syntax.Ones) else _turned(self.value(body))
            case syntax.Rate(_, _, True):
                raise _unfit("it has no direct derivatives", "它没有直接导数")
            case syntax.Rate(of, by):
                return self._rate(of, by)
            case syntax.Total(indices, body):
                return self._sum(indices, body)
            case syntax.SumAlong(body, axis):
                return self._sum_along(self.value(body), axis)
            case syntax.Norm(body):
                return _squared(self.value(body), self.convention.rows)
            case syntax.Kronecker():
                return Value(syntax.with_indices(node, self.names))
            case syntax.Ones():
                return Value(_ONE, ("?", 1))
        raise TypeError(f"{node} has no value.")

    def sized(self, quantity: Quantity, batch: bool) -> Value:
        """The array or the component in the shape that the convention gives it."""
        if quantity.indices:
            return Value(quantity)
        layer = quantity.layer
        if layer == LAST and self.top is not None:
            layer = self.top
        if quantity.letter == "w":
            if self.convention.to_from:
                return Value(quantity, (layer, layer + -1))
            return Value(syntax.Transposed(quantity), (layer + -1, layer))
        examples: Dimension = EXAMPLES if batch and quantity.letter != "b" else 1
        if self.convention.rows:
            return Value(syntax.Transposed(quantity), (examples, layer))
        return Value(quantity, (layer, examples))

    def _mark(self, mark: Mark) -> Value:
        if mark.letter in NUMBERS and self.convention.letter(mark.letter) is None:
            return self._number(mark)
        if mark.letter in ("n", "s") and _is_layer(mark.below) and self.convention.letter("n") is None:
            return Value(syntax.WidthOf(self.layer(mark.below, 0)))
        letter = self.meaning(mark)
        if letter.role == "cost":
            if self.batch:
                raise _unfit("the value of the cost is read for one example", "代价的值只对单个样本读取")
            return Value(syntax.Cost())
        if letter.role == "sigma":
            raise _unfit(f"{mark.letter} is a function", f"{mark.letter} 是函数")
        quantity, letter, exponent, batch = self._met(mark)
        if letter.role in ("dw", "db", "dz", "da"):
            found = self._gradient(quantity, batch)
        elif letter.role in ("step_w", "step_b"):
            inner = self._gradient(quantity, batch)
            found = replace(inner, node=syntax.Minus(syntax.Times((syntax.Unknown("eta"), inner.node))))
        elif letter.role == "net":
            whole, bias = self.sized(quantity, batch), self.sized(replace(quantity, letter="b"), batch)
            found = Value(syntax.Plus((whole.node, syntax.Minus(bias.node))), whole.size)
        else:
            found = self.sized(quantity, batch)
        found = _signed(found, letter)
        if mark.primes:
            if mark.primes > 1 or found.size is None:
                raise _unfit(f"{mark.letter} has a prime", f"{mark.letter} 带撇号")
            found = _turned(found)
        return _raised(found, exponent) if exponent != 1 else found

    def _met(self, mark: Mark) -> tuple[Quantity, Letter, int, bool]:
        """As `quantity`, with whether it is that of the batch; the first layer met is where a bare slope is taken."""
        quantity, letter, exponent = self.quantity(mark)
        if self.implied is None and quantity.letter != "y":
            self.implied = quantity.layer
        return quantity, letter, exponent, self.batch and letter.batch is not False

    def _number(self, mark: Mark) -> Value:
        name = NUMBERS[mark.letter]
        if mark.above or mark.below or mark.primes:
            raise _unfit(f"it has no letter {mark.letter}", f"它没有字母 {mark.letter}")
        if name == "m":
            if self.examples == "one" or not self.batch:
                raise _unfit("it is about one example", "它只涉及单个样本")
            return Value(_ONE, None, 1)
        return Value(syntax.Unknown(name))

    def _gradient(self, by: Quantity, batch: bool) -> Value:
        """The derivative of the cost by a component or an array."""
        power = int(by.letter in ("w", "b") and self.examples == "sum" and self.batch)
        if by.indices:
            return Value(syntax.Derivative(syntax.Cost(), by), None, power)
        found = replace(_inside(self.sized(by, batch), lambda _: syntax.Gradient(by)), power=power)
        return found if self.convention.as_variable else _turned(found)

    def _rate(self, of: Node, by: Node) -> Value:
        if not isinstance(by, Mark):
            raise _unfit("it is differentiated by an expression", "求导变量是一个表达式")
        if self._is(of, "sigma"):  # the slope, which is a column
            return self.value(syntax.Call(replace(of, primes=1), (by,)))
        above = None if self._is(of, "cost") else self.value(of)
        if above is None and self.style != "none" and by in (Mark("a"), Mark("h")) and self._is(by, "a"):
            self.implied = self.implied or LAST  # ∂C/∂a is that by the outputs
            return self._gradient(Quantity("a", LAST), self.batch and self.meaning(by).batch is not False)
        variable, letter, exponent, batch = self._met(by)
        if exponent != 1 or variable.letter in ("y", "delta"):
            raise _unfit("it is differentiated by what is no variable", "求导变量不是变量")
        if above is None:
            return _signed(self._gradient(variable, batch), letter)
        if variable.indices:
            if above.size is not None:
                raise _unfit("a whole array is differentiated by a component", "对整个向量关于分量求导")
            return _signed(Value(syntax.Derivative(above.node, variable), None, above.power), letter)
        node = above.node.body if isinstance(above.node, syntax.Transposed) else above.node
        if (
            not isinstance(node, Quantity)
            or node.indices
            or {node.letter, variable.letter} & {"w", "y", "delta"}
            or self.batch
            or self.convention.rows
        ):
            raise _unfit("only columns are differentiated by columns", "只有列向量可以对列向量求导")
        found = _signed(Value(syntax.Jacobian(node, variable), (node.layer, variable.layer)), letter)
        return found if self.convention.numerator else _turned(found)

    def _is(self, node: Node, role: str) -> TypeGuard[Mark]:
        """Return whether a letter has this role here."""
        letter = self.convention.letter(node.letter) if isinstance(node, Mark) else None
        return letter is not None and letter.role == role

    def _call(self, function: Mark, arguments: tuple[Node, ...]) -> Value:
        if function.letter == "diag":
            [inner] = [self.value(argument) for argument in arguments[:1]]
            if inner.size is None:
                raise _unfit("diag takes a column", "diag 需要列向量")
            node = inner.node.body if isinstance(inner.node, syntax.Transposed) else inner.node
            size = next((d for d in inner.size if isinstance(d, Layer)), 1)
            return Value(syntax.Diagonal(node), (size, size))
        if function.letter in FUNCTIONS.values():
            if function.letter not in ("tanh", "sigmoid", "relu"):
                raise _unfit(f"{function.letter} is not treated", f"不处理 {function.letter}")
            if self.sigma not in (None, function.letter):
                raise _unfit("it has two activation functions", "出现了两个激活函数")
            self.sigma = function.letter
        else:
            letter = self.meaning(function)
            if letter.role != "sigma":
                raise _unfit(f"{function.letter} is no function", f"{function.letter} 不是函数")
        if function.primes > 2:
            raise _unfit("third derivatives are not treated", "不处理三阶导数")
        if not arguments:
            if self.implied is None:
                raise _unfit("nothing says where the slope is taken", "看不出导数取在哪里")
            inner = self.sized(Quantity("z", self.implied), self.batch)
        elif len(arguments) == 1:
            inner = self.value(arguments[0])
        else:
            raise _unfit("a function of one number has several arguments", "一元函数有多个自变量")
        if inner.power:
            raise _unfit("a function of a sum over the examples", "对样本之和取函数")
        self._check_function_layer(function, inner)
        return _inside(inner, lambda column: syntax.Activation(function.primes, column))

    def _check_function_layer(self, function: Mark, inner: Value) -> None:
        """A function that bears a layer bears that of its argument."""
        below = () if self.style in ("units", "none") else (function.below,)
        places = (*(script.tokens for script in function.above), *below)
        layers = [self.layer(tokens, 0) for tokens in places if _is_layer(tokens)]
        found = [n for n in syntax.walk(inner.node) if isinstance(n, Quantity)]
        if layers and len(found) == 1 and found[0].layer != layers[-1] and found[0].letter == "z":
            raise _unfit("a function bears another layer than its argument", "函数与其自变量的层不同")

    def _slope(self, values: list[Value]) -> Value | None:
        """1 − tanh²(z), for a whole layer, as the slope that it is."""
        match values:
            case [
                Value(syntax.Number(Fraction(numerator=1, denominator=1))),
                Value(syntax.Minus(syntax.Times((first, second))), (_, _)) as square,
            ] if self.sigma == "tanh" and first == second:
                match first:
                    case syntax.Activation(0, at) | syntax.Transposed(syntax.Activation(0, at)):
                        return _inside(replace(square, node=first), lambda _: syntax.Activation(1, at))
        return None

    def _terms(self, values: list[Value]) -> Value:
        slope = self._slope(values)
        if slope is not None:
            return slope
        sizes = [v.size for v in values if v.size is not None and "?" not in v.size]
        values = [replace(v, size=None) if v.size is not None and "?" in v.size else v for v in values]
        if sizes and any(v.size is None for v in values):
            self.spread = True
        size = reduce(_spread, sizes) if sizes else None
        least = min(v.power for v in values)
        terms = tuple(_times_examples(v.node, v.power - least) for v in values)
        return Value(syntax.Plus(terms), size, least)

    def _row(self, factors: tuple[Node, ...], sign: str) -> Value:
        values: list[Value] = []
        rest = list(factors)
        while rest:
            factor = rest.pop(0)
            if sign in ("", ".") and rest and self._is(factor, "sigma"):  # a letter that is a function here
                factor = syntax.Call(factor, (rest.pop(0),))
            value = self.value(factor)
            if values and sign in ("o", "*") and isinstance(factor, syntax.Row) and factor.sign in ("", "."):
                parted = self._parted(values[-1], value, factor, sign)
                if parted is not None:
                    values[-1] = parted
                    continue
            values.append(value)
        result = values[0]
        for value in values[1:]:
            result = self._joined(result, value, sign)
        return result

    def _parted(self, before: Value, whole: Value, factor: syntax.Row, sign: str) -> Value | None:
        """A ⊙ B aᵀ as (A ⊙ B) aᵀ, where A has the size of B and not that of B aᵀ; None where it has."""
        first, rest = factor.factors[0], factor.factors[1:]
        leads = any(self._is(node, "w") for other in rest for node in syntax.walk(other))
        if leads or any(self._is(other, "sigma") for other in factor.factors):
            return None
        if before.size is None or whole.size is None or _alike(before.size, whole.size):
            return None
        head = self.value(first)
        if head.size != before.size:
            return None
        return self._joined(self._joined(before, head, sign), self._row(rest, factor.sign), factor.sign)

    def _joined(self, one: Value, other: Value, sign: str) -> Value:
        power = one.power + other.power
        for first, second in ((one, other), (other, one)):
            if first.size is not None and "?" in first.size and second.size is not None:
                if EXAMPLES not in second.size:
                    raise _unfit("the ones do not fit", "全一向量不合适")
                size = tuple(1 if d == EXAMPLES else d for d in second.size)
                return Value(second.node, size, power + 1)  # type: ignore[arg-type]  # two dimensions
        if one.size is None or other.size is None:
            return Value(_times(one.node, other.node), one.size or other.size, power)
        if sign == "x" and not _alike(one.size, other.size) and 1 in one.size and 1 in other.size:  # ⊗
            pair = (one, _turned(other)) if one.size[1] == 1 else (_turned(one), other)
            return self._joined(*pair, "@")
        fits = one.size[1] == other.size[0]
        alike = _alike(one.size, other.size)
        if sign in ("*", "x"):
            sign = "o" if alike or not fits else "@"
        self.defects += not (alike if sign == "o" else fits)
        if sign == "o":
            if not alike and self.style == "_" and one.size[1] == 1 and other.size[0] == 1:
                return Value(_product(one.node, other.node), (one.size[0], other.size[1]), power)
            size = _spread(one.size, other.size)
            return Value(_times(one.node, other.node), size, power)
        if fits and one.size[1] == EXAMPLES:
            power += 1
        elif EXAMPLES in (one.size[1], other.size[0]) and not fits:
            self._does_not_fit(
                "the sizes of a product do not fit: the examples of one factor meet the neurons of the other",
                "乘积的大小不合：一个因子的样本维与另一个因子的神经元维相遇",
            )
        found: Size | None = (one.size[0], other.size[1])
        if found == (1, 1):
            found = None
        made = _product(one.node, other.node) if fits else syntax.Product((one.node, other.node))
        return Value(made if self.convention.has_bias else _without_bias(made), found, power)

    def _quotient(self, above: Value, below: Node) -> Value:
        under = self.value(below)
        if under.size is not None:
            raise _unfit("it divides by an array", "除以了向量或矩阵")
        power = above.power - under.power
        if under.node == _ONE:
            return replace(above, power=power)
        return Value(syntax.Over(above.node, under.node), above.size, power)

    def _sum(self, indices: tuple[str, ...], body: Node) -> Value:
        below = {t for n in syntax.walk(body) if isinstance(n, Mark) for t in n.below}
        same = {t for n in syntax.walk(body) if isinstance(n, syntax.Kronecker) for t in (n.first, n.second)}
        if self.batch and len(indices) == 1 and indices[0] not in below | same:  # over the examples
            self.batch = False
            inner = self.value(body)
            self.batch = True
            return replace(inner, power=inner.power + 1)
        inner = self.value(body)
        names = tuple(self.names.get(i, i) for i in indices)
        if inner.size is not None:
            raise _unfit("a sum over neurons of whole arrays", "对整个向量按神经元求和")
        return Value(syntax.Total(names, inner.node), None, inner.power)

    def _sum_along(self, inner: Value, axis: int) -> Value:
        if inner.size is None:
            raise _unfit("np.sum is taken of a number", "对一个数取 np.sum")
        if axis not in (0, 1) and self.convention.one_output:
            axis = 1
        if axis not in (0, 1):
            self._does_not_fit(
                "np.sum without an axis adds up everything, the neurons too: it gives one number",
                "不带 axis 的 np.sum 把所有元素（连同各神经元）加在一起，只得到一个数",
            )
            return Value(inner.node, None, inner.power + int(EXAMPLES in inner.size))
        along, other = inner.size[axis], inner.size[1 - axis]
        if along not in (EXAMPLES, 1):
            self._does_not_fit(
                f"axis={axis} sums over the neurons of the layer, not over the examples",
                f"axis={axis} 是对该层的神经元求和，不是对样本求和",
            )
        return Value(inner.node, (other, 1) if axis else (1, other), inner.power + (along == EXAMPLES))


def _equal(values: list[Value]) -> syntax.Claim:
    """The claim that these are equal, the powers of m that all have in common left out."""
    least = min(v.power for v in values)
    return syntax.Claim(tuple(_times_examples(v.node, v.power - least) for v in values))


def _signed(value: Value, letter: Letter) -> Value:
    """The value of a letter, which may stand for the opposite."""
    return value if letter.sign > 0 else replace(value, node=syntax.Minus(value.node))


def _split_layer(below: tuple[str, ...]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The layer that stands first below a letter, and the indices after it."""
    if len(below) >= 3 and below[1] in "+-":
        return below[:3], tuple(t for t in below[3:] if t != ",")
    return below[:1], tuple(t for t in below[1:] if t != ",")


def _alike(one: Size, other: Size) -> bool:
    """Return whether two sizes are equal, a column for every example counting as one for each."""
    return all(a == b or {a, b} == {1, EXAMPLES} for a, b in zip(one, other, strict=True))


def _spread(one: Size, other: Size) -> Size:
    """The size of two arrays together, one of which may be the same for every example."""
    first, second = (EXAMPLES if EXAMPLES in pair else pair[0] for pair in zip(one, other, strict=True))
    return first, second


def _times_examples(node: Node, power: int) -> Node:
    """The node times a power of m."""
    if not power:
        return node
    number: Node = syntax.Unknown("m") if power == 1 else syntax.Power(syntax.Unknown("m"), power)
    return _times(number, node)


def _times(one: Node, other: Node) -> Node:
    if one == _ONE:
        return other
    if other == _ONE:
        return one
    first = one.factors if isinstance(one, syntax.Times) else (one,)
    return syntax.Times((*first, other))


def _product(one: Node, other: Node) -> Node:
    first = one.factors if isinstance(one, syntax.Product) else (one,)
    return syntax.Product((*first, other))


def _turned(value: Value) -> Value:
    if value.size is None:
        return value
    size = (value.size[1], value.size[0])
    if isinstance(value.node, syntax.Transposed):
        return replace(value, node=value.node.body, size=size)
    return replace(value, node=syntax.Transposed(value.node), size=size)


def _inside(value: Value, change: Callable[[Node], Node]) -> Value:
    """The value with a change made of the array in it, which may lie turned."""
    if isinstance(value.node, syntax.Transposed):
        return replace(value, node=syntax.Transposed(change(value.node.body)))
    return replace(value, node=change(value.node))


def _raised(value: Value, exponent: int) -> Value:
    if value.size is None:
        return Value(syntax.Power(value.node, exponent), None, value.power * exponent)
    if exponent < 1:
        raise _unfit("it has the inverse of a matrix", "出现了矩阵的逆")
    return Value(syntax.Times((value.node,) * exponent), value.size, value.power * exponent)


def _squared(value: Value, rows: bool) -> Value:
    if value.size is None:
        return _raised(value, 2)
    if EXAMPLES in value.size or value.power:
        raise _unfit("the norm is read for one example", "范数只对单个样本读取")
    turned = _turned(value)
    pair = (value, turned) if rows else (turned, value)
    return Value(syntax.Product((pair[0].node, pair[1].node)))


def _without_bias(node: Node) -> Node:
    """w a as the weighted input, where there are no biases."""
    if isinstance(node, syntax.Product):
        match node.factors:
            case (Quantity("w", layer, ()), Quantity("a", before, ())) if layer == before + 1:
                return Quantity("z", layer)
    return node


def translated(
    hearing: Hearing, convention: Declaration, examples: str, style: str
) -> tuple[Translator, list[Translator]]:
    """What was heard and its context in the letters of this book; raises `Unfit`."""
    counted = _counted(hearing, convention, examples, style)
    found = _read(Translator(counted, examples, style, outputs=hearing.softmax), hearing.claim, hearing)
    found.defects += counted is not convention
    beside = Translator(counted, examples, style, running=found.running, outputs=hearing.softmax)
    return found, [_read(replace(beside), statement, hearing) for statement in hearing.context]


def _counted(hearing: Hearing, convention: Declaration, examples: str, style: str) -> Declaration:
    """The convention with the input as layer 0, where something is computed in layer 1."""
    fixed = convention.is_strict or convention.is_distinct or convention.first == 0
    if fixed or style in ("units", "none"):
        return convention
    reader = Translator(convention, examples, style)
    for mark in (n for s in (hearing.claim, *hearing.context) for n in s.walk() if isinstance(n, Mark)):
        with contextlib.suppress(Unfit):
            quantity, letter, _ = reader.quantity(mark)
            computed = letter.role not in ("x", "y", "yhat", "a", "da")
            if computed and not quantity.layer.letter and quantity.layer.offset < 2:
                return replace(convention, first=0)
    return convention


def _read(translator: Translator, statement: Statement, hearing: Hearing) -> Translator:
    """The translator, or another that reads one neuron in numbers, with the claim that it makes of the statement."""
    claim = translator.translate(statement)
    free = [set(syntax.free_indices(side)) for side in claim.sides]
    if translator.style == "none" and any(one != free[0] for one in free):
        translator = Translator(
            translator.convention, translator.examples, "none", outputs=hearing.softmax, in_numbers=True
        )
        claim = translator.translate(statement)
    claim = replace(
        claim,
        conditions=(
            *_conditions(hearing.conditions, claim),
            *(_ONE_EACH[: 1 if has_inputs(statement) else 2] if translator.in_numbers else ()),
            *(_one_each(claim) if translator.convention.one_each else ()),
            *((syntax.LayerCondition(LAST, "=", translator.top),) if translator.top is not None else ()),
        ),
        cost=hearing.cost,
        sigma=translator.sigma or hearing.sigma,
    )
    if hearing.targets:
        claim = _with_targets(claim, hearing.targets)
    if translator.spread:
        try:
            claim = written_out(claim, Spaces(cases(claim)[0].position, spreads=True))
        except IllFormed as error:
            translator.misfit = translator.misfit or error.reason
    translator.claim = claim
    return translator


def has_inputs(statement: Statement) -> bool:
    """Return whether a letter has an index, which says which input it is where there is one neuron."""
    return any(isinstance(n, Mark) and n.below for n in statement.walk())


def _one_each(claim: syntax.Claim) -> Iterator[syntax.Condition]:
    """One neuron in every layer of which a claim speaks."""
    quantities = [n for n in claim.walk() if isinstance(n, Quantity)]
    layers = [n.layer for n in quantities] + [n.layer + -1 for n in quantities if n.letter == "w"]
    for layer in dict.fromkeys(layers):
        yield syntax.WidthCondition(layer, 1)


_ONE_EACH = (syntax.WidthCondition(LAST, 1), syntax.WidthCondition(LAST + -1, 1))
"""One neuron that has one input."""


def _conditions(conditions: tuple[syntax.Condition, ...], claim: syntax.Claim) -> Iterator[syntax.Condition]:
    free = {index for side in claim.sides for index in syntax.free_indices(side)}
    for condition in conditions:
        if not isinstance(condition, syntax.IndexCondition) or {condition.first, condition.second} <= free:
            yield condition


def _with_targets(claim: syntax.Claim, targets: tuple[int, ...]) -> syntax.Claim:
    """The claim for a given target: its components are numbers."""

    def put(node: Node) -> Node:
        match node:
            case Quantity("y", _, (int(index),)) if index <= len(targets):
                return syntax.Number(Fraction(targets[index - 1]))
        return node

    return claim.changed(put)
