r"""Claims of this book in the letters of a convention: `Writer(convention).latex(claim)`.

    bp.conventions["course"].write("BP2")     # dZ^{[l]} = W^{[l+1]T} dZ^{[l+1]} * g^{[l]\prime}(Z^{[l]})

What is written is read back as the same claim.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

from bpderive.workbook.conventions.declaration import Declaration, Letter
from bpderive.workbook.language import syntax
from bpderive.workbook.language.arrays import is_array
from bpderive.workbook.language.parser import parse
from bpderive.workbook.language.syntax import LAST, Layer, Node, Quantity
from bpderive.workbook.language.text import FACTOR, SIGN, SUM, TERM, held
from bpderive.workbook.language.typeset import condition_in_latex, number_in_latex
from bpderive.workbook.verdict.layers import cases
from bpderive.workbook.verdict.shapes import Spaces, written_out

BOOK: Mapping[str, Mapping[str, str]] = {
    "z": {
        "component": "z[l,j] = sum(k, w[l,j,k]*a[l-1,k]) + b[l,j]",
        "matrix": "z[l] = w[l] @ a[l-1] + b[l]",
    },
    "a": {"component": "a[l,j] = sigma(z[l,j])", "matrix": "a[l] = sigma(z[l])"},
    "25": {
        "component": "a[l,j] = sigma(sum(k, w[l,j,k]*a[l-1,k]) + b[l,j])",
        "matrix": "a[l] = sigma(w[l] @ a[l-1] + b[l])",
    },
    "BP1": {
        "component": "delta[L,j] = d(C, a[L,j])*dsigma(z[L,j])",
        "matrix": "delta[L] = grad(C, a[L])*dsigma(z[L])",
    },
    "BP2": {
        "component": "delta[l,j] = sum(k, w[l+1,k,j]*delta[l+1,k])*dsigma(z[l,j])",
        "matrix": "delta[l] = (T(w[l+1]) @ delta[l+1])*dsigma(z[l])",
    },
    "BP3": {"component": "d(C, b[l,j]) = delta[l,j]", "matrix": "grad(C, b[l]) = delta[l]"},
    "BP4": {
        "component": "d(C, w[l,j,k]) = a[l-1,k]*delta[l,j]",
        "matrix": "grad(C, w[l]) = delta[l] @ T(a[l-1])",
    },
}
"""The equations that a convention can write, in the language of claims."""

FORMS = ("component", "matrix", "batch")


class NotWritten(Exception):
    """A convention has no letters for something."""


@dataclass(frozen=True, slots=True)
class Writer:
    """Writes claims of the book in one convention; with `batch` in the letters of a whole batch.

    `has_inputs` says that the inputs of one neuron are told apart, by an index of w and x, `has_steps` that
    −η ∂C/∂w has a letter of its own.
    """

    convention: Declaration
    batch: bool = False
    style: str | None = None
    has_inputs: bool = False
    has_steps: bool = False

    @property
    def _style(self) -> str:
        return self.style or self.convention.styles[0]

    def latex(self, claim: syntax.Claim) -> str:
        """The claim; raises `NotWritten` where the convention has no letters for it."""
        by_units = self._style in ("units", "none") and not self.convention.has_arrays
        if by_units and any(map(is_array, claim.sides)):
            claim = written_out(claim, Spaces(cases(claim)[0].position, spreads=True))
        if by_units and self._style == "none":
            _check_one_neuron(claim)
        rows = self.convention.rows
        return min((self._sides(claim, turned) for turned in (rows, not rows)), key=len)

    def update(self, change: Node, wanted: Node) -> str:
        """w = w + change, for the w in what is wanted, −η ∂C/∂w."""
        by = next(n.by for n in syntax.walk(wanted) if isinstance(n, syntax.Derivative | syntax.Gradient))
        letter = self.quantity(by)[0]
        sign, shown = _signed(self._write(change, False))
        return f"{letter} = {letter} {sign or '+'} {held(shown, TERM)}"

    def _step(self, node: Node) -> tuple[str, int] | None:
        """The letter for −η ∂C/∂w, if there is one."""
        match node:
            case syntax.Minus(
                syntax.Times((syntax.Unknown("eta"), syntax.Derivative(syntax.Cost(), by)))
                | syntax.Times((syntax.Unknown("eta"), syntax.Gradient(by)))
            ) if self.has_steps and (found := self._letter(f"step_{by.letter}", by.layer)) is not None:
                text = self.marked(found, by, by.letter)
                return (f"-{text}", SIGN) if found[1].sign < 0 else (text, FACTOR)
        return None

    def _sides(self, claim: syntax.Claim, turned: bool) -> str:
        sides = [_signed(self._write(side, turned and is_array(side))) for side in claim.sides]
        signs = [sign for sign, _ in sides]
        if all(signs):
            signs = [""] * len(sides)
        elif signs == ["-", ""]:  # -g = ... as g = -...
            signs = ["", "-"]
        shown = " = ".join(
            f"-{held(side, TERM)}" if sign else side[0] for sign, (_, side) in zip(signs, sides, strict=True)
        )
        for condition in claim.conditions:
            if isinstance(condition, syntax.WidthCondition) and (
                self._style == "none" or self.convention.one_each
            ):
                continue  # which the convention says itself
            shown += rf" \quad ({condition_in_latex(condition)})"
        return shown

    # Letters

    def layer(self, layer: Layer, role: str) -> str:
        """The layer in the numbers of the convention."""
        offset = self.convention.offsets.get(role, 0)
        step = layer.offset - offset
        if not layer.letter:
            return str(step - 1 + self.convention.first)
        letter = self.convention.running if layer.letter == "l" else self.convention.last
        return letter + (f"{step:+d}" if step else "")

    def _place(self, layer: Layer, role: str, indices: str) -> str:
        style = self._style
        if style in ("units", "none"):
            return f"_{{{indices}}}" if indices and style == "units" else ""
        shown = self.layer(layer, role)
        below = f"_{{{indices}}}" if indices else ""
        if style == "_":
            return (
                f"_{{{shown}{',' if indices else ''}{indices}}}" if len(shown) > 1 or indices else f"_{shown}"
            )
        return {"^(": f"^{{({shown})}}", "^[": f"^{{[{shown}]}}", "^": f"^{{{shown}}}"}[style] + below

    def _indices(self, role: str, indices: tuple[syntax.Index, ...]) -> str:
        if role == "w" and not self.convention.to_from:
            indices = indices[::-1]
        shown = [str(i) for i in indices]
        return ("" if all(len(s) == 1 for s in shown) else ",").join(shown)

    def _letter(self, role: str, layer: Layer) -> tuple[str, Letter] | None:
        return self.convention.writes(role, layer if layer.letter == "L" else None, self.batch)

    def quantity(self, node: Quantity) -> tuple[str, int]:
        """A component, or an array as it lies in this convention."""
        role, layer = node.letter, node.layer
        if role == "a" and layer == LAST and self._letter("a", layer) is None:
            role = "yhat"
        is_input = self._style in ("units", "none") and layer == Layer("", 1)
        if role == "a" and is_input and self._letter("x", layer):
            role = "x"
        if role == "a":  # the input and the output may have letters of their own
            own = (letter for letter in self.convention.letters.values() if letter.layer == layer)
            role = next((letter.role for letter in own if letter.role in ("a", "x", "yhat")), role)
        found = self._letter(role, layer)
        if role == "delta" and (found is None or self.convention.has_differentials):
            return self.derivative(Quantity("z", layer, node.indices))
        if role == "z" and (found is None or (not self.convention.has_bias and self._style == "_")):
            net = self._letter("net", layer)
            if net is not None:
                sign, (bias, _) = _signed(self.quantity(replace(node, letter="b")))
                return f"{self.marked(net, node, 'net')} {sign or '+'} {bias}", SUM
            if not self.convention.has_bias:
                if node.indices:
                    raise NotWritten("it has no components")
                return self._write(syntax.Product((Quantity("w", layer), Quantity("a", layer + -1))), False)
        if found is None:
            raise NotWritten(f"{self.convention.name} has no letter for {role}")
        if found[1].layer is not None and found[1].layer != layer:
            raise NotWritten(f"{self.convention.name} has no letter for {role} in layer {layer}")
        text = self.marked(found, node, role)
        return (f"-{text}", SIGN) if found[1].sign < 0 else (text, FACTOR)

    def marked(self, found: tuple[str, Letter], node: Quantity, role: str) -> str:
        """A letter with its layer and its indices."""
        name = {"yhat": r"\hat{y}", "net": r"\text{net}"}.get(found[0], found[0])
        name = re.sub(r"^\\Delta(?=.)", r"\\Delta ", name)
        indices = "" if self.convention.one_each else self._indices(node.letter, node.indices)
        if self._style == "none" and self.has_inputs and node.letter == "w":
            return f"{name}_{{{node.indices[-1]}}}" if node.indices else name
        if role in ("x", "y", "yhat") or (
            role == "w" and not self.convention.has_bias and self._style == "_"
        ):
            is_shown = indices and (self._style != "none" or (self.has_inputs and role == "x"))
            return f"{name}_{{{indices}}}" if is_shown else name
        return f"{name}{self._place(node.layer, role, indices)}"

    def derivative(self, by: Quantity) -> tuple[str, int]:
        """The derivative of the cost by a component, or the gradient as it lies in this convention."""
        own = self._letter(f"d{by.letter}", by.layer) if self.convention.has_differentials else None
        if own is not None:
            return self.marked(own, by, by.letter), FACTOR
        cost = self.convention.writes("cost")
        if cost is None:
            raise NotWritten("no cost")
        name = {r"\Loss": r"\mathcal{L}"}.get(cost[0], cost[0])
        shown, sign = self._variable(by)
        if self.convention.has_nablas and not sign:
            return rf"\nabla_{{{shown}}} {name}", TERM
        return rf"{sign}\frac{{\partial {name}}}{{\partial {shown}}}", SIGN if sign else FACTOR

    def _variable(self, by: Quantity) -> tuple[str, str]:
        """By what is differentiated, and a sign."""
        sign, (shown, tightness) = _signed(self.quantity(by))
        net = self._letter("net", by.layer)
        if tightness == SUM and net is not None:  # the weighted sum without its threshold
            shown = self.marked(net, by, "net")
        return shown, sign

    # Expressions

    def _native(self, node: Node) -> bool:
        """Return whether an array lies turned here: a row for a column, or w from its other side."""
        match node:
            case Quantity("w", _, ()):
                return not self.convention.to_from
            case Quantity(_, _, ()):
                return self.convention.rows
            case syntax.Gradient(by):
                return self._native(by) != (not self.convention.as_variable)
            case syntax.Jacobian():
                return not self.convention.numerator
            case syntax.Activation(_, argument):
                return (
                    self._native(argument)
                    if not isinstance(argument, syntax.Plus | syntax.Product)
                    else self.convention.rows
                )
        return False

    def _turn(self, text: str, tightness: int) -> str:
        sign = self.convention.transpose
        if tightness == FACTOR and self._style == "^[" and text.endswith("]}"):
            return f"{text[:-1]}{sign}}}"
        if (
            tightness == FACTOR
            and self._style == "_"
            and "^" not in text
            and "(" not in text
            and "frac" not in text
        ):
            return f"{text}^{sign}"
        if tightness == FACTOR and self._style == "^(" and text.endswith(")}") and sign == r"\top":
            return f"{text[:-1]}{sign}}}"
        return f"({text})^{sign}"

    def _write(self, node: Node, turned: bool) -> tuple[str, int]:
        match node:
            case syntax.Number(value):
                return number_in_latex(value)
            case syntax.Unknown(name):
                return {"eta": r"\eta", "lambda": r"\lambda"}.get(name, name), FACTOR
            case syntax.Cost():
                found = self.convention.writes("cost")
                return {r"\Loss": r"\mathcal{L}"}.get(found[0], found[0]) if found else "C", FACTOR
            case Quantity() | syntax.Gradient() | syntax.Jacobian():
                return self._array(node, turned)
            case syntax.Activation(order, argument):
                return self._activation(order, argument, turned)
            case syntax.Derivative(syntax.Cost(), by):
                return self.derivative(by)
            case syntax.Derivative(of, by):
                above, (below, sign) = self._write(of, False), self._variable(by)
                return (
                    rf"{sign}\frac{{\partial {held(above, FACTOR)}}}{{\partial {below}}}",
                    SIGN if sign else FACTOR,
                )
            case syntax.Total(indices, body):
                if self._style == "none" and not self.has_inputs:
                    return self._write(body, turned)
                sign, inner = _signed(self._write(body, turned))
                return rf"{sign}\sum_{{{''.join(indices)}}} {held(inner, TERM)}", SIGN if sign else TERM
            case syntax.Plus(terms):
                return self._plus(terms, turned), SUM
            case syntax.Minus(body):
                step = self._step(node)
                if step is not None:
                    return step
                sign, shown = _signed(self._write(body, turned))
                return shown if sign else (f"-{held(shown, TERM)}", SIGN)
            case syntax.Times(factors):
                return self._times(factors, turned)
            case syntax.Over(above, below):
                if is_array(above):
                    return (
                        rf"\frac{{1}}{{{self._write(below, False)[0]}}} {held(self._write(above, turned), TERM)}",
                        TERM,
                    )
                return rf"\frac{{{self._write(above, False)[0]}}}{{{self._write(below, False)[0]}}}", FACTOR
            case syntax.Power(base, exponent):
                return rf"({self._write(base, False)[0]})^{{{exponent}}}", FACTOR
            case syntax.Product(factors):
                ordered = factors[::-1] if turned else factors
                parts = (held(self._write(f, turned), _least(f, place)) for place, f in enumerate(ordered))
                return " ".join(parts), TERM
            case syntax.Outer(first, second):
                return self._write(syntax.Product((first, syntax.Transposed(second))), turned)
            case syntax.Transposed(body):
                return self._write(body, not turned)
            case syntax.Diagonal(body):
                inner = self._write(body, self._native(body))
                return rf"\operatorname{{diag}}({inner[0]})", FACTOR
            case syntax.Kronecker(first, second):
                return rf"\mathbb{{1}}[{first}={second}]", FACTOR
            case syntax.WidthOf(layer):
                return f"n_{{{self.layer(layer, 'a')}}}", FACTOR
        raise NotWritten(str(node))

    def _array(self, node: Quantity | syntax.Gradient | syntax.Jacobian, turned: bool) -> tuple[str, int]:
        if isinstance(node, Quantity):
            text, tightness = self.quantity(node)
            if node.indices:
                return text, tightness
        elif isinstance(node, syntax.Gradient):
            text, tightness = self.derivative(node.by)
        else:
            above, below = self.quantity(node.of), self.quantity(node.by)
            text, tightness = rf"\frac{{\partial {above[0]}}}{{\partial {below[0]}}}", FACTOR
        if turned == self._native(node):
            return text, tightness
        return self._turn(text, tightness), FACTOR

    def _activation(self, order: int, argument: Node, turned: bool) -> tuple[str, int]:
        found = self.convention.writes("sigma")
        if found is None:
            raise NotWritten(f"{self.convention.name} has no activation function")
        name = found[0]
        if self._style == "^[":
            layers = {n.layer for n in syntax.walk(argument) if isinstance(n, Quantity) and n.letter == "z"}
            if len(layers) == 1:
                name += f"^{{[{self.layer(layers.pop(), 'z')}]{chr(92) + 'prime' if order else ''}}}"
                order = 0
        name += "'" * order
        if not is_array(argument):
            return f"{name}({self._write(argument, False)[0]})", FACTOR
        native = self._native(syntax.Activation(0, argument))
        text = f"{name}({self._write(argument, native)[0]})"
        return (text, FACTOR) if turned == native else (f"({text})^{self.convention.transpose}", FACTOR)

    def _plus(self, terms: tuple[Node, ...], turned: bool) -> str:
        result = ""
        for place, term in enumerate(terms):
            sign, shown = _signed(self._write(term, turned and is_array(term)))
            result += f" {sign or '+'} {held(shown, TERM)}" if place else sign + shown[0]
        return result

    def _times(self, factors: tuple[Node, ...], turned: bool) -> tuple[str, int]:
        numbers = [f for f in factors if not is_array(f)]
        arrays = [f for f in factors if is_array(f)]
        shown: list[str] = []
        minus = False
        for place, factor in enumerate(numbers):
            last = place == len(numbers) - 1 and not arrays
            loose = isinstance(factor, syntax.Times) or (isinstance(factor, syntax.Total) and not last)
            sign, text = _signed(self._write(factor, False))
            minus ^= bool(sign)
            is_held = loose or (isinstance(factor, syntax.Number) and place)
            shown.append(held(text, FACTOR + 1 if is_held else TERM))
        head = ("-" if minus else "") + " ".join(shown)
        if not arrays:
            return head, SIGN if minus else TERM
        tight = TERM if len(arrays) == 1 else FACTOR
        rows = []
        for factor in arrays:
            text = self._write(factor, turned)
            wanted = tight if not isinstance(factor, syntax.Times) else FACTOR + 1
            if isinstance(factor, syntax.Product) and len(arrays) > 1:
                wanted = FACTOR + 1
            rows.append(held(text, wanted))
        tail = f" {self.convention.elementwise} ".join(rows)
        if head and len(arrays) > 1:
            tail = f"({tail})"
        return f"{head} {tail}".strip(), SIGN if minus else TERM


def _check_one_neuron(claim: syntax.Claim) -> None:
    """Raise `NotWritten` for what one neuron without indices does not say: its indices are left out."""
    nodes = list(claim.walk())
    quantities = [n for n in nodes if isinstance(n, Quantity)]
    own = {n.indices[0] for n in quantities if n.layer == LAST}
    inputs = {n.indices[-1] for n in quantities if n.letter == "w" or n.layer == LAST + -1}
    free = [set(syntax.free_indices(side)) for side in claim.sides if not syntax.is_constant(side)]
    others = {n.layer for n in quantities if n.letter != "a"} - {LAST}
    if (
        others | {n.layer for n in quantities} - {LAST, LAST + -1}
        or max(len(own), len(inputs)) > 1
        or any(one != free[0] for one in free)
        or not all(
            set(n.indices) <= (inputs - own) & set(syntax.free_indices(n.body))
            for n in nodes
            if isinstance(n, syntax.Total)
        )
    ):
        raise NotWritten("it has one neuron")


def _least(factor: Node, place: int) -> int:
    """How tight a factor of a matrix product must be: η δ may begin it, a ⊙ b needs brackets."""
    if not isinstance(factor, syntax.Times):
        return SIGN
    return FACTOR if place or sum(map(is_array, factor.factors)) > 1 else TERM


def _signed(shown: tuple[str, int]) -> tuple[str, tuple[str, int]]:
    """The minus before an expression, or "", and the expression without it."""
    text, tightness = shown
    return ("-", (text[1:], TERM)) if tightness == SIGN and text.startswith("-") else ("", shown)


def written(convention: Declaration, number: str, form: str) -> str:
    """An equation of the book in the convention; raises `NotWritten` where it does not have it in this form."""
    update, number = number == "update", "BP4" if number == "update" else number
    texts = BOOK[number]
    layered = convention.styles[0] not in ("units", "none")
    if (
        (convention.one_each and (form != "matrix" or number not in ("z", "a") or update))
        or (convention.has_arrays and (form, number) != ("matrix", "z"))
        or number not in (*convention.numbers, "z", "a")
        or (number == "z" and not convention.has_bias)
        or (form == "matrix" and not (layered or convention.has_arrays))
        or (form == "component" and (convention.styles[0] in ("_", "^[") or not convention.has_bias))
        or (form == "batch" and (convention.examples == ("one",) or update))
    ):
        raise NotWritten(f"it has no {form} form of ({number})")
    if form == "batch":
        return _batch(convention, number)
    claim = parse(texts["matrix" if form == "matrix" else "component"])
    latex = Writer(convention).latex(specialised(_update(claim) if update else claim, convention))
    return latex.replace("=", r"\leftarrow", 1) if update else latex


def _update(rate: syntax.Claim) -> syntax.Claim:
    """w = w − η ∂C/∂w, by the equation for ∂C/∂w; the sign between the sides is to be an arrow."""
    derivative = rate.sides[0]
    assert isinstance(derivative, syntax.Derivative | syntax.Gradient)
    step = syntax.Minus(syntax.Times((syntax.Unknown("eta"), derivative)))
    return syntax.Claim((derivative.by, syntax.Plus((derivative.by, step))))


def specialised(claim: syntax.Claim, convention: Declaration) -> syntax.Claim:
    """The claim for the layers that the convention has letters for."""
    if not convention.has_bias:
        claim = claim.changed(_without_bias)
    if convention.running == "k":
        claim = claim.changed(lambda node: syntax.with_indices(node, {"k": "i"}))
    if convention.called:
        quantities = [n for n in claim.walk() if isinstance(n, Quantity)]
        shift = LAST + -1 if any(n.layer == Layer("l", 1) for n in quantities) else LAST
        claim = claim.changed(lambda node: _with_layer(node, shift))
        names: dict[str, str] = {}
        for node in (n for n in claim.walk() if isinstance(n, Quantity)):
            for index, layer in zip(node.indices, (node.layer, node.layer + -1), strict=False):
                if isinstance(index, str) and layer in convention.called:
                    names[index] = convention.called[layer]
        return claim.changed(lambda node: syntax.with_indices(node, names))
    if convention.styles[0] == "none":
        return claim.changed(lambda node: _with_layer(node, LAST))
    return claim


def _without_bias(node: Node) -> Node:
    """A sum without biases, which the weights hold."""
    if not isinstance(node, syntax.Plus):
        return node
    kept = tuple(t for t in node.terms if not (isinstance(t, Quantity) and t.letter == "b"))
    return kept[0] if len(kept) == 1 else syntax.Plus(kept)


def _with_layer(node: Node, layer: Layer) -> Node:
    """A node with l put equal to a layer."""
    if isinstance(node, Quantity | syntax.WidthOf) and node.layer.letter == "l":
        return replace(node, layer=layer + node.layer.offset)
    return node


def _batch(convention: Declaration, number: str) -> str:
    """The equation for a whole batch."""
    claim = parse(BOOK[number]["matrix"])
    writer = Writer(convention, batch=True)
    if number not in ("BP3", "BP4"):
        return writer.latex(claim)
    left, right = claim.sides
    turned = writer._native(left)
    kind = next(examples for examples in convention.examples if examples != "one")
    head = r"\frac{1}{m} " if kind == "mean" else ""
    if number == "BP4":
        return f"{writer._write(left, turned)[0]} = {head}{writer._write(right, turned)[0]}"
    delta = writer._write(right, convention.rows)[0]
    summed = rf"\mathbf{{1}}^T {delta}" if convention.rows else rf"{delta} \mathbf{{1}}"
    return f"{writer._write(left, turned)[0]} = {head}{summed}"
