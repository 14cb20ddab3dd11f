"""Claims as text of the one-line language and as LaTeX of the book: `written(claim)` and `in_latex(claim)`.

What `written` gives is read back by `parse` as the same claim.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

from bpderive.language import syntax

_SUM, _TERM, _SIGN, _FACTOR = range(4)
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


def in_latex(claim: syntax.Claim | syntax.Node) -> str:
    """The claim, or an expression, as the book writes it."""
    if isinstance(claim, syntax.Node):
        return _latex(claim)[0]
    result = " = ".join(in_latex(side) for side in claim.sides)
    if claim.conditions:
        result += r" \quad (" + r",\; ".join(map(_condition_in_latex, claim.conditions)) + ")"
    return result


def _condition_in_latex(
    condition: syntax.LayerCondition | syntax.IndexCondition | syntax.WidthCondition,
) -> str:
    if isinstance(condition, syntax.WidthCondition):
        second = condition.second if isinstance(condition.second, int) else f"n_{{{condition.second}}}"
        return f"n_{{{condition.first}}} = {second}"
    relation = {"!=": r"\ne", "<=": r"\le", ">=": r"\ge"}.get(condition.relation, condition.relation)
    return f"{condition.first} {relation} {condition.second}"


def _held(shown: tuple[str, int], least: int, left: str = "(", right: str = ")") -> str:
    """What is shown, in parentheses if it does not hold together as tightly as it must."""
    text, tightness = shown
    return text if tightness >= least else f"{left}{text}{right}"


def _number(value: Fraction) -> tuple[str, int]:
    return str(value), _SIGN if value < 0 else _FACTOR if value.denominator == 1 else _TERM


def _joined(
    terms: tuple[syntax.Node, ...], show: Callable[[syntax.Node], tuple[str, int]], brackets: tuple[str, str]
) -> str:
    result = ""
    for place, term in enumerate(terms):
        if place and isinstance(term, syntax.Minus):
            result += " - " + _held(show(term.body), _TERM, *brackets)
        else:
            shown = _held(show(term), _TERM, *brackets)
            result += f" + {shown}" if place else shown
    return result


def _text(node: syntax.Node) -> tuple[str, int]:
    """The expression and how tightly it holds together."""
    match node:
        case syntax.Number(value):
            return _number(value)
        case syntax.Unknown(name):
            return name, _FACTOR
        case syntax.Cost():
            return "C", _FACTOR
        case syntax.Quantity("y", _, indices):
            return (f"y[{', '.join(map(str, indices))}]" if indices else "y"), _FACTOR
        case syntax.Quantity(letter, layer, indices):
            return f"{letter}[{', '.join(map(str, (layer, *indices)))}]", _FACTOR
        case syntax.WidthOf(layer):
            return f"n[{layer}]", _FACTOR
        case syntax.Kronecker(first, second):
            return f"eq({first}, {second})", _FACTOR
        case syntax.Activation(order, argument):
            return f"{'d' * order}sigma({written(argument)})", _FACTOR
        case syntax.Derivative(of, by):
            return f"d({written(of)}, {written(by)})", _FACTOR
        case syntax.Gradient(by):
            return f"grad(C, {written(by)})", _FACTOR
        case syntax.Jacobian(of, by):
            return f"jac({written(of)}, {written(by)})", _FACTOR
        case syntax.Total(indices, body):
            return f"sum({', '.join(indices)}, {written(body)})", _FACTOR
        case syntax.Plus(terms):
            return _joined(terms, _text, ("(", ")")), _SUM
        case syntax.Minus(body):
            return f"-{_held(_text(body), _SIGN)}", _SIGN
        case syntax.Times(factors):
            return _chain(factors, "*"), _TERM
        case syntax.Over(above, below):
            return f"{_held(_text(above), _TERM)}/{_held(_text(below), _FACTOR)}", _TERM
        case syntax.Power(base, exponent):
            return f"{_held(_text(base), _FACTOR)}^{exponent}", _SIGN
        case syntax.Product(factors):
            return _chain(factors, " @ "), _TERM
        case syntax.Transposed(body):
            return f"T({written(body)})", _FACTOR
        case syntax.Diagonal(body):
            return f"diag({written(body)})", _FACTOR
        case syntax.Outer(first, second):
            return f"outer({written(first)}, {written(second)})", _FACTOR
    raise TypeError(f"{node} cannot be written.")


def _chain(factors: tuple[syntax.Node, ...], sign: str) -> str:
    """Factors in a row; one that is a row itself stands in parentheses."""
    shown = []
    for place, factor in enumerate(factors):
        row = isinstance(factor, syntax.Times | syntax.Product)
        least = _FACTOR if row else _TERM if place == 0 else _SIGN
        shown.append(_held(_text(factor), least))
    return sign.join(shown)


def _layer_in_latex(layer: syntax.Layer) -> str:
    return f"{{{layer}}}"


def _indices_in_latex(indices: tuple[syntax.Index, ...]) -> str:
    shown = [str(index) for index in indices]
    return f"_{{{('' if all(len(s) == 1 for s in shown) else ',').join(shown)}}}" if shown else ""


def _latex(node: syntax.Node) -> tuple[str, int]:
    match node:
        case syntax.Number(value):
            if value.denominator == 1:
                return _number(value)
            sign = "-" if value < 0 else ""
            return (
                rf"{sign}\frac{{{abs(value.numerator)}}}{{{value.denominator}}}",
                _SIGN if sign else _FACTOR,
            )
        case syntax.Unknown(name):
            return {"eta": r"\eta", "step": r"\Delta w"}.get(name, name), _FACTOR
        case syntax.Cost():
            return "C", _FACTOR
        case syntax.Quantity("y", _, indices):
            return f"y{_indices_in_latex(indices)}", _FACTOR
        case syntax.Quantity(letter, layer, indices):
            shown = r"\delta" if letter == "delta" else letter
            return f"{shown}^{_layer_in_latex(layer)}{_indices_in_latex(indices)}", _FACTOR
        case syntax.WidthOf(layer):
            return f"n_{_layer_in_latex(layer)}", _FACTOR
        case syntax.Kronecker(first, second):
            return rf"\mathbb{{1}}[{first}={second}]", _FACTOR
        case syntax.Activation(order, argument):
            return rf"\sigma{chr(39) * order}({in_latex(argument)})", _FACTOR
        case syntax.Derivative(of, by):
            above = _held(_latex(of), _FACTOR)
            return rf"\frac{{\partial {above}}}{{\partial {in_latex(by)}}}", _FACTOR
        case syntax.Gradient(syntax.Quantity("a", syntax.Layer("L", 0), ())):
            return r"\nabla_a C", _FACTOR
        case syntax.Gradient(by):
            return rf"\frac{{\partial C}}{{\partial {in_latex(by)}}}", _FACTOR
        case syntax.Jacobian(of, by):
            return rf"\frac{{\partial {in_latex(of)}}}{{\partial {in_latex(by)}}}", _FACTOR
        case syntax.Total(indices, body):
            shown = "".join(indices) if all(len(i) == 1 for i in indices) else ", ".join(indices)
            return rf"\sum_{{{shown}}} {_held(_latex(body), _TERM, *_BRACKETS)}", _TERM
        case syntax.Plus(terms):
            return _joined(terms, _latex, _BRACKETS), _SUM
        case syntax.Minus(body):
            return f"-{_held(_latex(body), _TERM, *_BRACKETS)}", _SIGN
        case syntax.Times(factors):
            sign = r" \odot " if sum(map(is_array, factors)) > 1 else " "
            return _latex_chain(factors, sign), _TERM
        case syntax.Over(above, below):
            return rf"\frac{{{in_latex(above)}}}{{{in_latex(below)}}}", _FACTOR
        case syntax.Power(base, exponent):
            raised = isinstance(base, syntax.Quantity) and base.letter != "y"  # it has a superscript already
            held = _held(_latex(base), _FACTOR + 1 if raised else _FACTOR, *_BRACKETS)
            return f"{held}^{{{exponent}}}", _SIGN
        case syntax.Product(factors):
            return _latex_chain(factors, " "), _TERM
        case syntax.Transposed(body):
            return f"({in_latex(body)})^T", _FACTOR
        case syntax.Diagonal(syntax.Activation(1, syntax.Quantity("z", layer, ()))):
            return rf"\Sigma'(z^{_layer_in_latex(layer)})", _FACTOR
        case syntax.Diagonal(body):
            return rf"\operatorname{{diag}}({in_latex(body)})", _FACTOR
        case syntax.Outer(first, second):
            return rf"{_held(_latex(first), _FACTOR)} ({in_latex(second)})^T", _TERM
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
        shown.append(_held(_latex(factor), _FACTOR + 1 if loose else _TERM, *_BRACKETS))
    return sign.join(shown)


def is_array(node: syntax.Node) -> bool:
    """Whether the expression is a column or a matrix, as far as can be seen without its sizes."""
    match node:
        case syntax.Quantity(_, _, indices):
            return not indices
        case syntax.Activation(_, argument):
            return is_array(argument)
        case syntax.Product((syntax.Transposed(first), second)):
            return not (_is_column(first) and _is_column(second))
        case (
            syntax.Gradient()
            | syntax.Jacobian()
            | syntax.Product()
            | syntax.Transposed()
            | syntax.Diagonal()
            | syntax.Outer()
        ):
            return True
        case syntax.Plus(found) | syntax.Times(found):
            return any(is_array(part) for part in found)
        case syntax.Minus(body):
            return is_array(body)
        case syntax.Over(above, _):
            return is_array(above)
    return False


def _is_column(node: syntax.Node) -> bool:
    """Whether the expression is a column, as far as can be seen."""
    match node:
        case syntax.Quantity(letter, _, indices):
            return not indices and letter != "w"
        case syntax.Activation(_, argument):
            return _is_column(argument)
        case syntax.Plus(found) | syntax.Times(found):
            return any(map(_is_column, found))
        case syntax.Minus(body):
            return _is_column(body)
    return False
