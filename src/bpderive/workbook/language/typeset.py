"""Claims as LaTeX of the book: `in_latex(claim)`."""

from __future__ import annotations

from fractions import Fraction

from bpderive.workbook.language import syntax
from bpderive.workbook.language.arrays import is_array
from bpderive.workbook.language.text import FACTOR, SIGN, SUM, TERM, held, joined, number


def in_latex(claim: syntax.Claim | syntax.Node) -> str:
    """The claim, or an expression, as the book writes it."""
    if isinstance(claim, syntax.Node):
        return _latex(claim)[0]
    result = " = ".join(in_latex(side) for side in claim.sides)
    if claim.conditions:
        result += r" \quad (" + r",\; ".join(map(condition_in_latex, claim.conditions)) + ")"
    return result


def condition_in_latex(condition: syntax.Condition) -> str:
    """A condition, such as l < L, as the book writes it."""
    if isinstance(condition, syntax.WidthCondition):
        second = condition.second if isinstance(condition.second, int) else f"n_{{{condition.second}}}"
        return f"n_{{{condition.first}}} = {second}"
    relation = {"!=": r"\ne", "<=": r"\le", ">=": r"\ge"}.get(condition.relation, condition.relation)
    return f"{condition.first} {relation} {condition.second}"


def number_in_latex(value: Fraction) -> tuple[str, int]:
    """A number and how tightly it holds together."""
    if value.denominator == 1:
        return number(value)
    sign = "-" if value < 0 else ""
    return rf"{sign}\frac{{{abs(value.numerator)}}}{{{value.denominator}}}", SIGN if sign else FACTOR


def _layer_in_latex(layer: syntax.Layer) -> str:
    return f"{{{layer}}}"


def _indices_in_latex(indices: tuple[syntax.Index | syntax.Computed, ...]) -> str:
    shown = [str(index) for index in indices]
    return f"_{{{('' if all(len(s) == 1 for s in shown) else ',').join(shown)}}}" if shown else ""


def _latex(node: syntax.Node) -> tuple[str, int]:
    match node:
        case syntax.Number(value):
            return number_in_latex(value)
        case syntax.Unknown(name):
            return {"eta": r"\eta", "lambda": r"\lambda", "step": r"\Delta w"}.get(name, name), FACTOR
        case syntax.Cost():
            return "C", FACTOR
        case syntax.Quantity("y", _, indices):
            return f"y{_indices_in_latex(indices)}", FACTOR
        case syntax.Quantity(letter, layer, indices):
            shown = r"\delta" if letter == "delta" else letter
            return f"{shown}^{_layer_in_latex(layer)}{_indices_in_latex(indices)}", FACTOR
        case syntax.Letter(letter, layers, indices):
            long = letter if len(letter) == 1 else rf"\mathit{{{letter.replace('_', chr(92) + '_')}}}"
            shown = {"delta": r"\delta", "theta": r"\theta"}.get(letter, long)
            above = f"^{{{','.join(map(str, layers))}}}" if layers else ""
            return f"{shown}{above}{_indices_in_latex(indices)}", FACTOR
        case syntax.WidthOf(layer):
            return f"n_{_layer_in_latex(layer)}", FACTOR
        case syntax.Kronecker(first, second):
            return rf"\mathbb{{1}}[{first}={second}]", FACTOR
        case syntax.Activation(order, argument):
            return rf"\sigma{chr(39) * order}({in_latex(argument)})", FACTOR
        case syntax.Derivative(of, by):
            above = held(_latex(of), FACTOR)
            return rf"\frac{{\partial {above}}}{{\partial {in_latex(by)}}}", FACTOR
        case syntax.Rate(of, by, direct):
            above = held(_latex(of), FACTOR)
            plus = "^{+}" if direct else ""
            return rf"\frac{{\partial{plus} {above}}}{{\partial {in_latex(by)}}}", FACTOR
        case syntax.Gradient(syntax.Quantity("a", syntax.Layer("L", 0), ())):
            return r"\nabla_a C", FACTOR
        case syntax.Gradient(by):
            return rf"\frac{{\partial C}}{{\partial {in_latex(by)}}}", FACTOR
        case syntax.Jacobian(of, by):
            return rf"\frac{{\partial {in_latex(of)}}}{{\partial {in_latex(by)}}}", FACTOR
        case syntax.Total(indices, body, (low, high)):
            summed = held(_latex(body), TERM, *_BRACKETS)
            return rf"\sum_{{{indices[0]}={low}}}^{{{high}}} {summed}", TERM
        case syntax.Total(indices, body):
            shown = "".join(indices) if all(len(i) == 1 for i in indices) else ", ".join(indices)
            return rf"\sum_{{{shown}}} {held(_latex(body), TERM, *_BRACKETS)}", TERM
        case syntax.Plus(terms):
            return joined(terms, _latex, _BRACKETS), SUM
        case syntax.Minus(body):
            return f"-{held(_latex(body), TERM, *_BRACKETS)}", SIGN
        case syntax.Times(factors):
            sign = r" \odot " if sum(map(is_array, factors)) > 1 else " "
            return _latex_chain(factors, sign), TERM
        case syntax.Over(above, below):
            return rf"\frac{{{in_latex(above)}}}{{{in_latex(below)}}}", FACTOR
        case syntax.Power(base, exponent):
            raised = (
                isinstance(base, syntax.Quantity | syntax.Letter) and base.letter != "y"
            )  # it has a superscript already
            powered = held(_latex(base), FACTOR + 1 if raised else FACTOR, *_BRACKETS)
            return f"{powered}^{{{exponent}}}", SIGN
        case syntax.Product(factors):
            return _latex_chain(factors, " "), TERM
        case syntax.Transposed(body):
            return f"({in_latex(body)})^T", FACTOR
        case syntax.Diagonal(syntax.Activation(1, syntax.Quantity("z", layer, ()))):
            return rf"\Sigma'(z^{_layer_in_latex(layer)})", FACTOR
        case syntax.Diagonal(body):
            return rf"\operatorname{{diag}}({in_latex(body)})", FACTOR
        case syntax.Outer(first, second):
            return rf"{held(_latex(first), FACTOR)} ({in_latex(second)})^T", TERM
    raise TypeError(f"{node} cannot be written.")


_BRACKETS = (r"\left( ", r" \right)")


def _latex_chain(factors: tuple[syntax.Node, ...], sign: str) -> str:
    """Factors in a row; a sum or a row of another kind stands in parentheses unless nothing follows it."""
    shown = []
    for place, factor in enumerate(factors):
        last = place == len(factors) - 1
        loose = isinstance(factor, syntax.Times | syntax.Product | syntax.Outer) or (
            isinstance(factor, syntax.Total) and not last
        )
        if isinstance(factor, syntax.Number) and last and place:
            loose = True
        shown.append(held(_latex(factor), FACTOR + 1 if loose else TERM, *_BRACKETS))
    return sign.join(shown)
