"""Claims as text of the one-line language: `written(claim)`, which `parse` reads back as the same claim."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

from bpderive.workbook.language import syntax

SUM, TERM, SIGN, FACTOR = range(4)
"""How tightly an expression holds together: a sum, a product, a sign, and what needs no parentheses at all."""


def written(claim: syntax.Claim | syntax.Node) -> str:
    """The claim, or an expression, in the one-line language."""
    if isinstance(claim, syntax.Node):
        return _text(claim)[0]
    result = " = ".join(written(side) for side in claim.sides)
    if claim.conditions:
        result += " for " + ", ".join(map(str, claim.conditions))
    options = {"cost": claim.cost, "sigma": claim.sigma}
    if any(options.values()):
        result += " with " + ", ".join(f"{name} = {value}" for name, value in options.items() if value)
    return result


def held(shown: tuple[str, int], least: int, left: str = "(", right: str = ")") -> str:
    """What is shown, in parentheses if it does not hold together as tightly as it must."""
    text, tightness = shown
    return text if tightness >= least else f"{left}{text}{right}"


def number(value: Fraction) -> tuple[str, int]:
    """A number and how tightly it holds together."""
    return str(value), SIGN if value < 0 else FACTOR if value.denominator == 1 else TERM


def joined(
    terms: tuple[syntax.Node, ...], show: Callable[[syntax.Node], tuple[str, int]], brackets: tuple[str, str]
) -> str:
    """Terms with their signs, each in brackets where it must be."""
    result = ""
    for place, term in enumerate(terms):
        if place and isinstance(term, syntax.Minus):
            result += " - " + held(show(term.body), TERM, *brackets)
        else:
            shown = held(show(term), TERM, *brackets)
            result += f" + {shown}" if place else shown
    return result


def _text(node: syntax.Node) -> tuple[str, int]:
    """The expression and how tightly it holds together."""
    match node:
        case syntax.Number(value):
            return number(value)
        case syntax.Unknown(name):
            return name, FACTOR
        case syntax.Cost():
            return "C", FACTOR
        case syntax.Quantity("y", _, indices):
            return (f"y[{', '.join(map(str, indices))}]" if indices else "y"), FACTOR
        case syntax.Quantity(letter, layer, indices):
            return f"{letter}[{', '.join(map(str, (layer, *indices)))}]", FACTOR
        case syntax.Letter(letter, layers, indices):
            return letter + (
                f"[{', '.join(map(str, (*layers, *indices)))}]" if layers or indices else ""
            ), FACTOR
        case syntax.WidthOf(layer):
            return f"n[{layer}]", FACTOR
        case syntax.Kronecker(first, second):
            return f"eq({first}, {second})", FACTOR
        case syntax.Activation(order, argument):
            return f"{'d' * order}sigma({written(argument)})", FACTOR
        case syntax.Derivative(of, by):
            return f"d({written(of)}, {written(by)})", FACTOR
        case syntax.Rate(of, by, direct):
            return f"{'direct' if direct else 'd'}({written(of)}, {written(by)})", FACTOR
        case syntax.Gradient(by):
            return f"grad(C, {written(by)})", FACTOR
        case syntax.Jacobian(of, by):
            return f"jac({written(of)}, {written(by)})", FACTOR
        case syntax.Total(indices, body, (low, high)):
            return f"sum({indices[0]} from {low} to {high}, {written(body)})", FACTOR
        case syntax.Total(indices, body):
            return f"sum({', '.join(indices)}, {written(body)})", FACTOR
        case syntax.Plus(terms):
            return joined(terms, _text, ("(", ")")), SUM
        case syntax.Minus(body):
            return f"-{held(_text(body), SIGN)}", SIGN
        case syntax.Times(factors):
            return _chain(factors, "*"), TERM
        case syntax.Over(above, below):
            return f"{held(_text(above), TERM)}/{held(_text(below), FACTOR)}", TERM
        case syntax.Power(base, exponent):
            return f"{held(_text(base), FACTOR)}^{exponent}", SIGN
        case syntax.Product(factors):
            return _chain(factors, " @ "), TERM
        case syntax.Transposed(body):
            return f"T({written(body)})", FACTOR
        case syntax.Diagonal(body):
            return f"diag({written(body)})", FACTOR
        case syntax.Outer(first, second):
            return f"outer({written(first)}, {written(second)})", FACTOR
    raise TypeError(f"{node} cannot be written.")


def _chain(factors: tuple[syntax.Node, ...], sign: str) -> str:
    """Factors in a row; one that is a row itself stands in parentheses."""
    shown = []
    for place, factor in enumerate(factors):
        row = isinstance(factor, syntax.Times | syntax.Product)
        least = FACTOR if row else TERM if place == 0 else SIGN
        shown.append(held(_text(factor), least))
    return sign.join(shown)
